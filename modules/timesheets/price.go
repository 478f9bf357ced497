package timesheets

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
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
	answer, err := s.quotes.Quote(ctx, tx, request(b, why, h))
	if err != nil {
		return nil, none, err
	}
	quote := answer.Quote
	quote.ID = t.ID
	if !weekly(&quote) {
		return &quote, answer.VAT, nil
	}
	monday := quote.Date.Monday()
	if err := holdWeek(ctx, tx, t, monday); err != nil {
		return nil, none, err
	}
	borne, err := charged(ctx, tx, t, monday)
	if err != nil {
		return nil, none, err
	}
	onTopOf(&quote, borne)
	return &quote, answer.VAT, nil
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

func weekly(q *rates.ShiftQuote) bool {
	for i := range q.Lines {
		if q.Lines[i].Weekly {
			return true
		}
	}
	return false
}

// sums are amounts by kind of line.
type sums map[rates.Kind]money.Pence

// onTopOf turns the price of a shift that was worked out as a week of its own
// into what it adds to lines of the same week that are already locked: each
// on-cost is the week's figure less what has been borne of it.
func onTopOf(q *rates.ShiftQuote, borne sums) {
	pay := borne[rates.Pay] + borne[rates.Supplement] + q.Sum(rates.Pay, rates.Supplement)
	holiday := borne[rates.HolidayPay]
	for i := range q.Lines {
		if line := &q.Lines[i]; line.Kind == rates.HolidayPay && line.Weekly {
			rebase(line, pay, borne[rates.HolidayPay])
		}
	}
	gross := pay + holiday + q.Sum(rates.HolidayPay)
	for i := range q.Lines {
		line := &q.Lines[i]
		if line.Weekly && line.Kind != rates.HolidayPay {
			rebase(line, gross, borne[line.Kind])
		}
	}
	total(q)
}

// rebase takes a share of the week's earnings instead of the shift's own.
func rebase(line *rates.Line, earned, borne money.Pence) {
	counts := earned
	if line.Ceiling > 0 {
		counts = min(counts, line.Ceiling)
	}
	line.Base, line.Charged = earned, borne
	line.Amount = max(0, counts-line.Floor).Times(line.Factor) - borne
}

// total adds a shift's lines up again, with its indicative VAT.
func total(q *rates.ShiftQuote) {
	by := map[rates.Category]money.Pence{}
	q.Net, q.VAT = 0, 0
	for i := range q.Lines {
		if line := &q.Lines[i]; line.Kind != rates.VAT {
			q.Net += line.Amount
			by[line.Category] += line.Amount
		}
	}
	for i := range q.Lines {
		if line := &q.Lines[i]; line.Kind == rates.VAT {
			line.Base = by[line.Category]
			line.Amount = line.Base.Times(line.Factor)
			q.VAT += line.Amount
		}
	}
	q.Gross = q.Net + q.VAT
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
