package bookings

import (
	"context"
	"maps"
	"slices"
	"strings"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

// Direct is what a manager enters to book a worker on a shift in the past.
type Direct struct {
	ShiftID  tenants.ID
	AgencyID tenants.ID
	// One of the two names the worker: the person, who must have been booked here
	// by this agency before, or the number in their professional register.
	WorkerID       tenants.ID
	RegisterNumber string
	PayRate        money.Rate
	Commission     money.Rate
	// Needed where a manager's yes is not enough: the booking holds, and whoever the
	// matrix names is asked to ratify it.
	Reason    string            // a code of approvals.OverrideReasons
	Statement string            // on which patient-safety grounds
	Tried     string            // how the bank and the agencies on framework were tried
	Evidence  map[string]string // what else the rules ask to be shown, by name; see Asks
}

// The evidence that Tried gives, since no timeline shows it.
const bankTried, tiersTried = "bank_tried", "tiers_tried"

// Asks names the evidence that a direct booking under some conditions must come
// with, besides how the bank and the tiers were tried.
func (s *Service) Asks(ctx context.Context, tx *tenants.Tx, conditions []approvals.Condition) ([]string, error) {
	return s.approvals.Wanted(ctx, tx, conditions, bankTried, tiersTried)
}

// ConfirmDirect books a worker on a shift that was entered after it began. The
// rates must be within the card; the quote is made as for a proposal.
func (s *Service) ConfirmDirect(ctx context.Context, tx *tenants.Tx, d Direct) (Booking, error) {
	if d.WorkerID != (tenants.ID{}) && strings.TrimSpace(d.RegisterNumber) != "" {
		return Booking{}, ErrWorkerTwice.With(fault.Field{Name: "person_id", Code: ErrWorkerTwice.Code, Text: ErrWorkerTwice.Text})
	}
	shift, err := s.shifts.Lock(ctx, tx, d.ShiftID)
	if err != nil {
		return Booking{}, err
	}
	if err := s.bookable(ctx, tx, shift); err != nil {
		return Booking{}, err
	}
	who, err := engaged(ctx, tx, d.AgencyID, d.WorkerID, strings.TrimSpace(d.RegisterNumber))
	if err != nil {
		return Booking{}, err
	}
	if who == nil {
		return Booking{}, ErrWorkerUnknown.With(errWorkerBox)
	}
	if who.StaffGroup != shift.StaffGroup {
		return Booking{}, ErrWorkerGroup.With(fault.Field{Name: "register_number", Code: ErrWorkerGroup.Code, Text: ErrWorkerGroup.Text})
	}
	priced, err := s.priceDirect(ctx, tx, shift, who, d)
	if err != nil {
		return Booking{}, err
	}
	if err := WithinCard(&priced, d.PayRate, d.Commission); err != nil {
		return Booking{}, err
	}
	if err := AboveMinimum(&priced.Quote); err != nil {
		return Booking{}, err
	}
	if priced.Band == packs.InterimBand {
		if err := s.HoldDay(ctx, tx, shift.TenantID, who.ID, priced.Quote.Date); err != nil {
			return Booking{}, err
		}
		if priced.SameDay, err = s.OnDay(ctx, tx, shift.TenantID, who.ID, priced.Quote.Date, nil); err != nil {
			return Booking{}, err
		}
	}
	needs, err := s.quotes.Needs(ctx, tx, &priced, shift.TenantID, priced.Quote.Date)
	if err != nil {
		return Booking{}, err
	}
	b, err := s.Confirm(ctx, tx, shift, Engagement{
		AgencyID: d.AgencyID, WorkerID: who.ID, AgreementID: priced.Agreement.ID, WorkerName: who.Name,
		PayRate: d.PayRate, Bands: priced.Bands, Commission: d.Commission, CardID: priced.Card.CardID, Quote: priced.Quote, Conditions: needs,
	})
	if err != nil {
		return b, err
	}
	if needs, err = s.binding(ctx, tx, needs); err != nil || len(needs) == 0 {
		return b, err
	}
	return b, s.askToRatify(ctx, tx, b, shift, d, needs)
}

// binding are the conditions under which approval is asked for: where a price
// passes nothing, a manager's yes is enough unless the employer has a rule of its
// own for that too.
func (s *Service) binding(ctx context.Context, tx *tenants.Tx, needs []approvals.Condition) ([]approvals.Condition, error) {
	if len(needs) > 0 {
		return needs, nil
	}
	own, err := s.approvals.OwnWithinCap(ctx, tx)
	if own {
		needs = []approvals.Condition{approvals.WithinCap}
	}
	return needs, err
}

// ToAsk is the charge that an approval is about, and what it is held against: the
// one that is furthest above its cap; or the dearest hour where no cap is passed, or
// the chief executive signs.
func ToAsk(q *rates.ShiftQuote) (rate, limit money.Rate) {
	if t := q.OverCap(); t != nil && !q.SignOff.Reached() {
		return t.Charge, t.Cap
	}
	for _, t := range q.Caps {
		if t.Charge.Cmp(q.Highest) == 0 {
			limit = t.Cap
		}
	}
	return q.Highest, limit
}

// priceDirect quotes a direct booking as a proposal is quoted: at the agency's
// tier, and with the rest of the worker's week.
func (s *Service) priceDirect(ctx context.Context, tx *tenants.Tx, shift shifts.Shift, who *person, d Direct) (a quotes.Answer, err error) {
	r := quotes.Request{
		TenantID: shift.TenantID, AgencyID: d.AgencyID, WorkerID: who.ID, StaffGroup: shift.StaffGroup, Grade: shift.Grade, Reason: shift.Reason, Specialty: shift.Specialty, SiteID: shift.SiteID, LeadMinutes: shift.LeadMinutes,
		Start: shift.StartsAt, End: shift.EndsAt, BreakMinutes: shift.BreakMinutes, PayRate: d.PayRate, Commission: d.Commission,
	}
	if r.Tier, err = s.quotes.Tier(ctx, tx, r); err != nil {
		return a, err
	}
	if a, err = s.quotes.Quote(ctx, tx, r); err != nil {
		return a, err
	}
	if r.Others, err = s.Besides(ctx, tx, who.ID, &a); err != nil || len(r.Others) == 0 {
		return a, err
	}
	return s.quotes.Quote(ctx, tx, r)
}

// askToRatify asks about a booking that was made after the work had begun. It
// never lapses: the work is done.
func (s *Service) askToRatify(ctx context.Context, tx *tenants.Tx, b Booking, shift shifts.Shift, d Direct, needs []approvals.Condition) error {
	if err := approvals.CheckReason(d.Reason); err != nil {
		return err
	}
	rate, most := ToAsk(&b.Quote)
	ask := approvals.Draft{Subject: approvals.Subject{Kind: bookingKind, ID: b.ID, Ref: b.Ref}, Title: "Ratify " + b.WorkerName + " on shift " + shift.Ref,
		Href: "/shifts/" + shift.Ref, WardID: &b.WardID, Conditions: needs, Rate: rate, Cap: most, Total: b.NetPence, About: b.WorkerID,
		Reason: d.Reason, Statement: d.Statement, On: b.Quote.Date}
	wanted, err := s.Asks(ctx, tx, needs)
	if err != nil {
		return err
	}
	given := maps.Clone(d.Evidence) // what a price passes is not known before it is booked, so more may have been given
	maps.DeleteFunc(given, func(name, _ string) bool { return !slices.Contains(wanted, name) })
	if ask.Evidence, err = approvals.Given(wanted, given); err != nil {
		return err
	}
	if tried := strings.TrimSpace(d.Tried); tried != "" {
		for _, name := range []string{bankTried, tiersTried} {
			ask.Evidence = append(ask.Evidence, approvals.Evidence{Name: name, Text: tried, Href: "/shifts/" + shift.Ref})
		}
	}
	if ask.Figures, err = s.figures(ctx, tx, &b, &b.Quote, needs); err != nil {
		return err
	}
	_, err = s.approvals.Ask(ctx, tx, ask)
	return err
}

// bookable refuses a shift that may not be booked directly.
func (s *Service) bookable(ctx context.Context, tx *tenants.Tx, shift shifts.Shift) error {
	before, err := s.Live(ctx, tx, shift.ID)
	switch {
	case err != nil:
		return err
	case before != nil:
		return before.Filled(tx.Now)
	case !shift.Retrospective:
		return ErrNotPast
	}
	return shift.Fillable()
}

// AboveMinimum refuses pay below the minimum wage on the date of the shift.
func AboveMinimum(q *rates.ShiftQuote) error {
	if !q.Wage.Below() {
		return nil
	}
	text := "The pay rate is below the National Living Wage of " + q.Wage.Limit.Text() + " an hour on the date of the shift."
	return ErrBelowMinimum.Saying(text).With(fault.Field{Name: "pay_rate", Code: ErrBelowMinimum.Code, Value: q.Wage.Rate.String(), Text: text})
}

// WithinCard refuses rates that the card does not allow, naming each box and what is:
// pay above the maximum or beside the fixed one, a commission above its amount or its
// share of the pay, and an hour that is charged above the highest charge.
func WithinCard(a *quotes.Answer, pay, commission money.Rate) error {
	var boxes []fault.Field
	var refused *fault.Fault
	refuse := func(f *fault.Fault, box, value, text string) {
		if refused == nil {
			refused = f
		}
		boxes = append(boxes, fault.Field{Name: box, Code: f.Code, Value: value, Text: text})
	}
	v, card := a.Verdict(pay, commission), &a.Card
	switch {
	case !v.Pay.IsZero():
		refuse(ErrPayAboveCard, "pay_rate", pay.String(), "The pay rate is above the rate card. The maximum is "+card.PayMax.Text()+" an hour.")
	case v.Fixed:
		refuse(ErrPayFixed, "pay_rate", pay.String(), "The rate card fixes the pay at "+card.PayMax.Text()+" an hour.")
	}
	if !v.Commission.IsZero() {
		refuse(ErrFeeAboveCard, "commission", commission.String(), "The commission is above the rate card. The maximum is "+card.Commission(pay).Text()+" an hour.")
	}
	if v.Band != "" && refused == nil {
		line := rates.Line{Kind: rates.Pay, Band: v.Band}
		refuse(ErrChargeAboveCard, "pay_rate", pay.String(), line.Title()+" come to "+a.Charges[v.Band].Text()+" an hour before VAT, and the rate card's highest charge is "+card.Charge(cards.Band(v.Band)).Text()+". Lower the pay or the commission.")
	}
	if refused == nil {
		return nil
	}
	return refused.Saying(boxes[0].Text).With(boxes...)
}
