// Package prices shows a price: its lines adding up, an hour and for the shift,
// and how each came about. Hub, agency and worker see the same component, each
// with what they may see.
package prices

import (
	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
	"wardbridge/web/ui"
)

// Rows are the lines of a quote with their sub-total, VAT and total. A worker
// sees pay alone: give payOnly.
func Rows(q *rates.ShiftQuote, payOnly bool) []ui.RateRow {
	var rows []ui.RateRow
	if q == nil {
		return rows
	}
	var vat []ui.RateRow
	for i := range q.Lines {
		l := &q.Lines[i]
		switch {
		case l.Kind == rates.VAT:
			vat = append(vat, ui.RateRow{Part: "VAT, indicative", Note: l.Reason, Hour: hour(l.Amount, q.Minutes), Shift: l.Amount.String()})
		case !seen(l, payOnly):
		default:
			rows = append(rows, ui.RateRow{Part: l.Title(), Note: note(l), Hour: hour(l.Amount, q.Minutes), Shift: l.Amount.String()})
		}
	}
	if payOnly {
		pay := q.Sum(rates.Pay, rates.Supplement, rates.HolidayPay)
		return append(rows, ui.RateRow{Part: "Your pay before tax", Hour: hour(pay, q.Minutes), Shift: pay.String(), Strong: true, Total: true})
	}
	rows = append(rows, ui.RateRow{Part: "Charge before VAT", Hour: hour(q.Net, q.Minutes), Shift: q.Net.String(), Strong: true})
	rows = append(rows, vat...)
	return append(rows, ui.RateRow{Part: "Total", Hour: hour(q.Gross, q.Minutes), Shift: q.Gross.String(), Strong: true, Total: true})
}

// hour is what an amount comes to for a paid hour, in whole pence for reading.
func hour(amount money.Pence, minutes int) string {
	if minutes <= 0 {
		return ""
	}
	return amount.PerHour(minutes).Pence().String()
}

func note(l *rates.Line) string {
	switch {
	case l.Kind == rates.Pay && l.Factor.Text() == "1":
		return civil.Span(l.Minutes) + " at " + l.Rate.Text()
	case l.Kind == rates.Pay:
		return civil.Span(l.Minutes) + " at " + l.Rate.Text() + " x " + l.Factor.Text()
	case l.Minutes > 0:
		return civil.Span(l.Minutes) + " at " + l.Rate.Text()
	default:
		return l.Factor.Percent()
	}
}

// reason is one line of the explanation: what, when, how, how it was rounded, what
// a reader should know, which VAT and why, and from which rows.
type reason struct {
	Title, Why, Rounding, Note, Tax, Amount string
	Times, Sources                          []string
}

// seen reports whether a line is a worker's to read: their pay is.
func seen(l *rates.Line, payOnly bool) bool {
	return !payOnly || l.Kind == rates.Pay || l.Kind == rates.Supplement || l.Kind == rates.HolidayPay
}

func reasons(q *rates.ShiftQuote, payOnly bool) []reason {
	var all []reason
	for _, e := range q.Explain() {
		l := e.Line
		if !seen(&l, payOnly) {
			continue
		}
		r := reason{Title: e.Title, Times: e.Times, Why: e.Why, Rounding: e.Rounding, Note: e.Note, Amount: l.Amount.String(), Sources: e.Basis}
		if !payOnly && l.Kind != rates.VAT {
			r.Tax = e.Tax
		}
		all = append(all, r)
	}
	return all
}

// limits are the tests of a price: each band against its cap, the dearest hour
// against the charge from which the chief executive signs.
func limits(q *rates.ShiftQuote) []ui.Tick {
	var all []ui.Tick
	for i := range q.Caps {
		t := &q.Caps[i]
		tick := ui.Tick{State: "ok", Text: q.Lines[t.Line].Title() + ": " + t.Why() + ". " + t.Row.Text() + "."}
		if !t.Over.IsZero() {
			tick.State = "no"
		}
		all = append(all, tick)
	}
	if q.SignOff.Reached() {
		all = append(all, ui.Tick{State: "no", Text: "The dearest hour is " + q.Highest.Text() + ": from " + q.SignOff.Limit.Text() + " the chief executive signs. " + q.SignOff.Row.Text() + "."})
	}
	return all
}
