package proposals

import (
	"context"
	"maps"
	"slices"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cascade"
	"wardbridge/modules/quotes"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

// approvalKind is what a proposal is called as the subject of an approval.
const approvalKind = "proposal"

// Case is what whoever asks for an approval says for it.
type Case struct {
	Reason    string            // a code of approvals.OverrideReasons
	Statement string            // on which patient-safety grounds
	Evidence  map[string]string // what the rules ask to be shown and the timeline does not, by name; see Asks
}

// Limit is how a proposal stands to what a manager alone may accept.
type Limit struct {
	Conditions []approvals.Condition // why more is needed; none: nothing more is
	Text       string                // in words, such as £1.20 an hour above the cap in unsocial hours
	Granted    bool
	Request    *approvals.Request  // the latest about it, if any
	Answer     *approvals.Decision // of that request, if it was refused, or not ratified
	Day        money.Pence         // the charge, with the person's other bookings of the day
}

// Needed reports that the proposal cannot be accepted as it stands.
func (l Limit) Needed() bool { return len(l.Conditions) > 0 && !l.Granted }

// Open reports that an approval is waited for.
func (l Limit) Open() bool { return l.Request != nil && l.Request.State == approvals.Open }

func (p *Proposal) subject() approvals.Subject {
	return approvals.Subject{Kind: approvalKind, ID: p.ID, Ref: p.Ref}
}

// rate is what an approval is about, and what that is held against.
func (p *Proposal) rate() (rate, limit money.Rate) { return bookings.ToAsk(&p.Quote) }

// Limit says whether a booking of the proposal needs approval, and where that
// stands. It is the employer's to ask.
func (s *Service) Limit(ctx context.Context, tx *tenants.Tx, p *Proposal) (Limit, error) {
	own, err := s.Approvals.OwnWithinCap(ctx, tx)
	if err != nil {
		return Limit{}, err
	}
	return s.limit(ctx, tx, p, own)
}

// limit takes the conditions that were found when the proposal was sent, and what
// the person's day has come to since. Within the cap a manager's acceptance is the
// approval, unless the employer has a rule of its own for it.
func (s *Service) limit(ctx context.Context, tx *tenants.Tx, p *Proposal, own bool) (l Limit, err error) {
	if l.Conditions, l.Day, err = s.conditions(ctx, tx, p); err != nil {
		return l, err
	}
	if len(l.Conditions) == 0 && own {
		l.Conditions = Conditions{approvals.WithinCap}
	}
	if len(l.Conditions) == 0 {
		return l, nil
	}
	if l.Text = p.over(l.Conditions, l.Day); l.Text == "" {
		l.Text = "The organisation asks for approval of every booking."
	}
	all, err := s.Approvals.For(ctx, tx, p.subject())
	if err != nil {
		return l, err
	}
	rate, _ := p.rate()
	for i := range all {
		r := &all[i]
		if r.Ratifies != nil {
			continue
		}
		if l.Request == nil {
			l.Request = r
		}
		l.Granted = l.Granted || r.Covers(l.Conditions, rate, p.NetPence)
	}
	for i := range all {
		no := l.Request != nil && (all[i].ID == l.Request.ID || all[i].Ratifies != nil && *all[i].Ratifies == l.Request.ID)
		if no && all[i].State == approvals.Refused {
			_, l.Answer, err = s.Approvals.Get(ctx, tx, all[i].ID)
		}
	}
	return l, err
}

// conditions are those of the proposal, with one that the person's other bookings of
// the day may have added since it was sent: agencies do not see each other's, so the
// day of a very senior manager is added up again. The sum is that of the day.
func (s *Service) conditions(ctx context.Context, tx *tenants.Tx, p *Proposal) (Conditions, money.Pence, error) {
	besides, err := s.Bookings.OnDay(ctx, tx, p.TenantID, p.WorkerID, p.Quote.Date, nil)
	if err != nil || besides == 0 {
		return p.Conditions, p.NetPence, err
	}
	facts, err := s.Shifts.Facts(ctx, tx, []tenants.ID{p.ShiftID})
	if err != nil {
		return nil, 0, err
	}
	above, err := s.Quotes.DayAbove(ctx, tx, quotes.Priced{TenantID: p.TenantID, Grade: facts[p.ShiftID].Grade, Quote: &p.Quote, SameDay: besides})
	if above && !slices.Contains(p.Conditions, approvals.InterimVSM) {
		return append(slices.Clone(p.Conditions), approvals.InterimVSM), p.NetPence + besides, err
	}
	return p.Conditions, p.NetPence + besides, err
}

// Over says in words what the proposal passed when it was sent, in the order of the
// agency rules, or nothing.
func (p *Proposal) Over() string { return p.over(p.Conditions, p.NetPence) }

func (p *Proposal) over(conditions Conditions, day money.Pence) string {
	var parts []string
	passes := func(c approvals.Condition, text string) {
		if slices.Contains(conditions, c) {
			parts = append(parts, text)
		}
	}
	passes(approvals.OffFramework, "the agency supplies off framework")
	for _, t := range p.Quote.Caps {
		if !t.Over.IsZero() {
			line := p.Quote.Lines[t.Line]
			parts = append(parts, strings.ToLower(line.Title())+": "+t.Charge.Text()+" an hour, "+t.Over.Text()+" above the cap of "+t.Cap.Text())
		}
	}
	if p.Quote.SignOff.Reached() {
		parts = append(parts, p.Quote.Highest.Text()+" an hour is at or above "+p.Quote.SignOff.Limit.Text()+", from which the chief executive signs")
	}
	passes(approvals.RestrictedGroup, "this work is closed to agencies unless there is an exemption")
	others := " a day, besides the person's other bookings on it,"
	if day > p.NetPence {
		others = " a day with the person's other bookings on it"
	}
	passes(approvals.InterimVSM, day.String()+others+" for an interim very senior manager is more than NHS England lets pass without its own approval")
	if len(parts) == 0 {
		return ""
	}
	text := strings.Join(parts, "; ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// Asks names the evidence that whoever asks for approval must give themselves:
// what the rules of the conditions want shown, without what the shift's timeline
// shows.
func (s *Service) Asks(ctx context.Context, tx *tenants.Tx, conditions []approvals.Condition) ([]string, error) {
	return s.Approvals.Wanted(ctx, tx, conditions, bankTried, tiersTried)
}

// AskApproval asks whoever the matrix names for approval of a proposal, as the
// person who acts. The evidence that the bank and every tier were tried is taken
// from the shift's own timeline; what that cannot show comes with the case.
func (s *Service) AskApproval(ctx context.Context, tx *tenants.Tx, id tenants.ID, c Case) (approvals.Request, error) {
	p, err := lock(ctx, tx, id)
	if err != nil {
		return approvals.Request{}, err
	}
	if p.Status != StatusSubmitted {
		return approvals.Request{}, p.answered()
	}
	limit, err := s.Limit(ctx, tx, &p)
	switch {
	case err != nil:
		return approvals.Request{}, err
	case len(limit.Conditions) == 0:
		return approvals.Request{}, ErrNoApproval
	case limit.Granted:
		return approvals.Request{}, ErrApproved
	}
	if err := approvals.CheckReason(c.Reason); err != nil {
		return approvals.Request{}, err
	}
	shift, err := s.Shifts.Get(ctx, tx, p.ShiftID.String())
	if err != nil {
		return approvals.Request{}, err
	}
	wanted, err := s.Asks(ctx, tx, limit.Conditions)
	if err != nil {
		return approvals.Request{}, err
	}
	given, err := approvals.Given(wanted, c.Evidence)
	if err != nil {
		return approvals.Request{}, err
	}
	shown, err := s.evidence(ctx, tx, shift)
	if err != nil {
		return approvals.Request{}, err
	}
	figures, err := s.Quotes.Grounds(ctx, tx, limit.Conditions, p.TenantID, shift.StaffGroup, shift.Grade, p.Quote.Date)
	if err != nil {
		return approvals.Request{}, err
	}
	maps.Copy(figures, p.figures())
	if limit.Day > p.NetPence {
		figures["day_charge"] = limit.Day.String()
	}
	rate, most := p.rate()
	return s.Approvals.Ask(ctx, tx, approvals.Draft{Subject: p.subject(), Title: p.WorkerName + " for shift " + shift.Ref, Href: "/shifts/" + shift.Ref,
		WardID: &p.WardID, Conditions: limit.Conditions, Rate: rate, Cap: most, Total: p.NetPence, Figures: figures, About: p.WorkerID,
		Reason: c.Reason, Statement: c.Statement, Evidence: append(shown, given...), On: p.Quote.Date, Until: shift.StartsAt})
}

// figures are the exact numbers that the answer rests on, with their versions.
func (p *Proposal) figures() map[string]string {
	f := map[string]string{"pay_rate": p.PayRate.String(), "commission": p.Commission.String(), "card_id": p.CardID.String(), "agreement_id": p.AgreementID.String(),
		"highest_charge": p.Quote.Highest.String()}
	for i := range p.Quote.Lines {
		for _, row := range p.Quote.Lines[i].Rows {
			if row.ID == p.CardID.String() {
				f["card"] = row.Text()
			}
		}
	}
	for _, t := range p.Quote.Caps {
		band := string(t.Band)
		f["charge."+band], f["cap."+band], f["cap_row."+band] = t.Charge.String(), t.Cap.String(), t.Row.Text()
	}
	return f
}

// The evidence that a shift's own timeline shows.
const bankTried, tiersTried = "bank_tried", "tiers_tried"

// evidence is what the shift's timeline shows of the bank and of each tier. What
// it does not show is left out, and the approval then refuses to be asked.
func (s *Service) evidence(ctx context.Context, tx *tenants.Tx, shift shifts.Shift) ([]approvals.Evidence, error) {
	line, err := s.Cascade.Timeline(ctx, tx, shift.ID)
	if err != nil {
		return nil, err
	}
	var all []approvals.Evidence
	for _, e := range []struct {
		name string
		has  func(cascade.Moment) bool
	}{
		{bankTried, func(m cascade.Moment) bool { return m.Tier == 0 }},
		{tiersTried, func(m cascade.Moment) bool { return m.Tier > 0 }},
	} {
		var told []string
		tried := true
		for _, m := range line.Moments {
			if !e.has(m) {
				continue
			}
			if tried = tried && (m.Position == cascade.Done || m.Position == cascade.Now); tried {
				told = append(told, m.Title+": "+m.Text+", "+civil.When(m.At))
			}
		}
		if tried && len(told) > 0 {
			all = append(all, approvals.Evidence{Name: e.name, Text: strings.Join(told, "; "), Href: "/shifts/" + shift.Ref})
		}
	}
	return all, nil
}

// approved refuses a proposal that needs an approval which it does not have, and
// gives the approval that it has with the conditions that a booking records.
func (s *Service) approved(ctx context.Context, tx *tenants.Tx, p *Proposal) (*tenants.ID, Conditions, error) {
	l, err := s.Limit(ctx, tx, p)
	switch {
	case err != nil:
		return nil, nil, err
	case len(l.Conditions) == 0:
		return nil, nil, nil
	case l.Open():
		return nil, nil, ErrNeedsApproval.Saying(l.Text + " Approval has been asked for and is waited for.")
	case !l.Granted && l.Request != nil && l.Request.Overruled:
		return nil, nil, ErrNeedsApproval.Saying(l.Text + " The approval that was given out of hours was not ratified, so it no longer holds. Ask for approval again.")
	case !l.Granted:
		return nil, nil, ErrNeedsApproval.Saying(l.Text + " Ask for approval first.")
	}
	passed := slices.DeleteFunc(slices.Clone(l.Conditions), func(c approvals.Condition) bool { return c == approvals.WithinCap })
	return &l.Request.ID, passed, nil
}

// dropApproval closes what is asked about a proposal that is gone.
func (s *Service) dropApproval(ctx context.Context, tx *tenants.Tx, id tenants.ID, why string) error {
	return s.Approvals.Drop(ctx, tx, approvals.Subject{Kind: approvalKind, ID: id}, why)
}

// onWithdrawn closes what the employer has asked about a proposal that its agency
// took back.
func (s *Service) onWithdrawn(ctx context.Context, tx *tenants.Tx, e Withdrawn) error {
	return s.dropApproval(ctx, tx, e.Proposal, "The agency withdrew the proposal.")
}
