// Package prices shows a price: its lines adding up, an hour and for the shift,
// and how each came about. Hub, agency and worker see the same component, each
// with what they may see.
package prices

import (
	"strings"

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
		case payOnly && l.Kind != rates.Pay && l.Kind != rates.Supplement && l.Kind != rates.HolidayPay:
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

// reason is one line of the explanation: what, when, how, and from which rows.
type reason struct {
	Title, Times, Why, Amount, Sources string
}

func reasons(q *rates.ShiftQuote, payOnly bool) []reason {
	var all []reason
	for _, e := range q.Explain() {
		l := e.Line
		if payOnly && l.Kind != rates.Pay && l.Kind != rates.Supplement && l.Kind != rates.HolidayPay {
			continue
		}
		r := reason{Title: e.Title, Times: strings.Join(e.Times, ", "), Why: e.Why, Amount: l.Amount.String()}
		var sources []string
		for _, row := range l.Rows {
			if row != nil && row.Source != "" {
				sources = append(sources, row.Source+", from "+row.From.Text())
			}
		}
		r.Sources = strings.Join(sources, "; ")
		all = append(all, r)
	}
	return all
}
