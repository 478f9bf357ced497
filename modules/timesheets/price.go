package timesheets

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/modules/agencies"
	"wardbridge/modules/bookings"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// price is what the claimed hours come to: at the booking's pay rate and
// commission, by the agreement and the national data in force; and what was
// decided on its VAT.
func (s *Service) price(ctx context.Context, tx *tenants.Tx, t Timesheet) (*rates.ShiftQuote, quotes.Decisions, error) {
	var none quotes.Decisions
	b, err := s.bookings.Get(ctx, tx, t.BookingID.String())
	if err != nil {
		return nil, none, err
	}
	why, err := s.bookings.Reason(ctx, tx, b)
	if err != nil {
		return nil, none, err
	}
	h, claimed := t.Hours()
	if !claimed {
		h = t.Plan()
	}
	r := request(b, why, h)
	if r.Locked, err = s.settledBefore(ctx, tx, &t, civil.DateOf(h.Start).Monday()); err != nil {
		return nil, none, err
	}
	answer, err := s.quotes.Quote(ctx, tx, r)
	if err != nil {
		return nil, none, err
	}
	answer.Quote.ID = t.ID
	return &answer.Quote, answer.VAT, nil
}

// weekly reports whether the person's week bears its on-costs together.
func (s *Service) weekly(ctx context.Context, tx *tenants.Tx, t *Timesheet) (bool, error) {
	under, err := s.agencies.Get(ctx, tx, t.AgreementID)
	return under.OnCosts == agencies.Weekly, err
}

// hold makes the approvals of a week under weekly on-costs follow each other,
// since each depends on those before it.
func (s *Service) hold(ctx context.Context, tx *tenants.Tx, t *Timesheet) error {
	h, claimed := t.Hours()
	weekly, err := s.weekly(ctx, tx, t)
	if err != nil || !weekly || !claimed {
		return err
	}
	return holdWeek(ctx, tx, t, civil.DateOf(h.Start).Monday())
}

// settledBefore is what the rest of the week has come to, where it bears its
// on-costs together. Lines are read and not timesheets: the manager of one ward
// does not see those of another.
func (s *Service) settledBefore(ctx context.Context, tx *tenants.Tx, t *Timesheet, monday civil.Date) ([]rates.Day, error) {
	weekly, err := s.weekly(ctx, tx, t)
	if err != nil || !weekly {
		return nil, err
	}
	return charged(ctx, tx, t, monday)
}

// Preview is what a timesheet would come to if it were approved now, or, once
// approved, what it came to. Before hours are sent it prices the plan.
func (s *Service) Preview(ctx context.Context, tx *tenants.Tx, t Timesheet) (*rates.ShiftQuote, error) {
	if t.Quote != nil {
		return t.Quote, nil
	}
	quote, _, err := s.price(ctx, tx, t)
	return quote, err
}

func request(b bookings.Booking, why string, h Hours) quotes.Request {
	r := quotes.Request{
		TenantID: b.TenantID, AgencyID: b.AgencyID, AgreementID: b.AgreementID, StaffGroup: b.StaffGroup, Grade: b.Grade, Reason: why, Specialty: b.Specialty, SiteID: b.SiteID,
		Start: h.Start, End: h.End, BreakMinutes: h.BreakMinutes, PayRate: b.PayRate, Bands: &b.Bands, Commission: b.Commission,
	}
	for _, taken := range h.Breaks {
		r.Breaks = append(r.Breaks, rates.Interval{Start: taken.StartsAt, End: taken.EndsAt})
	}
	return r
}

// lines are the rows that an approved price becomes, each with the decision on
// its VAT. VAT is no row: it is worked out once per category on the bill.
func (t *Timesheet) lines(q *rates.ShiftQuote, vat quotes.Decisions) []Line {
	lines := make([]Line, 0, len(q.Lines))
	for i := range q.Lines {
		l := &q.Lines[i]
		if l.Kind == rates.VAT {
			continue
		}
		row := Line{
			TenantID: t.TenantID, AgencyID: t.AgencyID, WorkerID: t.WorkerID, ID: tenants.NewID(),
			TimesheetID: t.ID, AgreementID: t.AgreementID, EarnedOn: civil.DateOf(q.Start), Position: len(lines) + 1,
			Kind: l.Kind, Band: l.Band, Minutes: l.Minutes, Factor: &l.Factor, AmountPence: l.Amount,
			VATCategory: l.Category, VATRate: l.VATRate, VATReason: l.Reason, Formula: l.Why(),
		}
		row.decided(l, vat.Of(l))
		if !l.Rate.IsZero() {
			row.Rate = &l.Rate
		}
		lines = append(lines, row)
	}
	return lines
}

// decided keeps the decision on the line for good.
func (l *Line) decided(priced *rates.Line, d quotes.Decision) {
	if priced.VATRule != nil {
		l.VATSource = priced.VATRule.Source
	}
	l.VATRoute, l.VATProfession, l.VATDeputy, l.VATElected, l.VATRegistered, l.VATRule = d.Route, d.Profession, d.Deputy, d.Elected, d.Registered, d.Rule
}
