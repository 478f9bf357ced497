package proposals

import (
	"context"
	"maps"
	"slices"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/cascade"
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
	Answer     *approvals.Decision // of that request, if it was refused
}

// Needed reports that the proposal cannot be accepted as it stands.
func (l Limit) Needed() bool { return len(l.Conditions) > 0 && !l.Granted }

// Open reports that an approval is waited for.
func (l Limit) Open() bool { return l.Request != nil && l.Request.State == approvals.Open }

func (p *Proposal) subject() approvals.Subject {
	return approvals.Subject{Kind: approvalKind, ID: p.ID, Ref: p.Ref}
}

// rate is what an approval is about: the charge that is furthest above its cap,
// and that cap; or the dearest hour where no cap is passed.
func (p *Proposal) rate() (rate, limit money.Rate) {
	if t := p.Quote.OverCap(); t != nil && !p.Quote.SignOff.Reached() {
		return t.Charge, t.Cap
	}
	for _, t := range p.Quote.Caps {
		if t.Charge.Cmp(p.Quote.Highest) == 0 {
			limit = t.Cap
		}
	}
	return p.Quote.Highest, limit
}

// Limit says whether a booking of the proposal needs approval, and where that
// stands. It is the employer's to ask.
func (s *Service) Limit(ctx context.Context, tx *tenants.Tx, p *Proposal) (Limit, error) {
	own, err := s.ownWithinCap(ctx, tx)
	if err != nil {
		return Limit{}, err
	}
	return s.limit(ctx, tx, p, own)
}

// limit takes the conditions that were found when the proposal was sent. Within
// the cap a manager's acceptance is the approval, unless the employer has a rule
// of its own for it.
func (s *Service) limit(ctx context.Context, tx *tenants.Tx, p *Proposal, own bool) (l Limit, err error) {
	l.Conditions = p.Conditions
	if len(l.Conditions) == 0 && own {
		l.Conditions = Conditions{approvals.WithinCap}
	}
	if len(l.Conditions) == 0 {
		return l, nil
	}
	if l.Text = p.Over(); l.Text == "" {
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
	if l.Request != nil && l.Request.State == approvals.Refused {
		_, l.Answer, err = s.Approvals.Get(ctx, tx, l.Request.ID)
	}
	return l, err
}

// ownWithinCap reports that the employer has made a rule of its own for bookings
// within the cap.
func (s *Service) ownWithinCap(ctx context.Context, tx *tenants.Tx) (bool, error) {
	rule, err := s.Approvals.Rule(ctx, tx, approvals.WithinCap)
	return !rule.National(), err
}

// Over says in words what the proposal passes, in the order of the agency rules,
// or nothing.
func (p *Proposal) Over() string {
	var parts []string
	passes := func(c approvals.Condition, text string) {
		if slices.Contains(p.Conditions, c) {
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
	passes(approvals.InterimVSM, p.NetPence.String()+" a day for an interim very senior manager is more than NHS England lets pass without its own approval")
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
// gives the approval that it has.
func (s *Service) approved(ctx context.Context, tx *tenants.Tx, p *Proposal) (*tenants.ID, error) {
	l, err := s.Limit(ctx, tx, p)
	switch {
	case err != nil:
		return nil, err
	case len(l.Conditions) == 0:
		return nil, nil
	case l.Open():
		return nil, ErrNeedsApproval.Saying(l.Text + " Approval has been asked for and is waited for.")
	case !l.Granted:
		return nil, ErrNeedsApproval.Saying(l.Text + " Ask for approval first.")
	}
	return &l.Request.ID, nil
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
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
