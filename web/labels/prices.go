package labels

import (
	"wardbridge/internal/money"
	"wardbridge/modules/cards"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/web/ui"
)

// Scale draws the charge of an hour against the most that the card allows for
// the same hours. A limit of nothing draws no mark.
func Scale(q *rates.ShiftQuote, most money.Pence) ui.CapScale {
	pay, fee := q.Sum(rates.Pay, rates.Supplement), q.Sum(rates.Commission)
	hour := func(p money.Pence) money.Pence {
		if q.Minutes <= 0 {
			return 0
		}
		return p.PerHour(q.Minutes).Pence()
	}
	scale := ui.CapScale{
		Label: "The charge an hour is " + hour(q.Net).String(),
		Parts: []ui.CapPart{{Label: "Worker pay", Value: int64(hour(pay))}, {Label: "On-costs", Value: int64(hour(q.Net - pay - fee))}, {Label: "Commission", Value: int64(hour(fee))}},
	}
	if most > 0 {
		scale.Cap, scale.CapText = int64(hour(most)), "Card maximum "+hour(most).String()
		scale.Label += ", against the card's maximum of " + hour(most).String()
	}
	return scale
}

// HighestPay is the most that a card pays an hour, with what it pays after the
// qualifying weeks where it says so and nothing else is known of the worker.
func HighestPay(card *cards.Line) string {
	if card.Parity == nil || card.Parity.PayMax == card.PayMax {
		return card.PayMax.Text()
	}
	return card.PayMax.Text() + " (" + card.Parity.PayMax.Text() + " after the qualifying weeks)"
}

// Qualifying says how far a worker has come towards the pay of an employer's own
// staff and what the card then pays, or nothing where nothing is to be told yet.
func Qualifying(of quotes.Qualifying, employer string) string {
	weeks := Count(of.Weeks, "week") + " completed with " + employer + ": "
	const owed, unnamed = "the pay of its own staff is due", ", and the rate card names none"
	switch {
	case !of.Known:
		return ""
	case of.Applies():
		return weeks + "highest pay " + of.Pay.Text() + " an hour"
	case of.Met():
		return weeks + owed + unnamed
	case !of.Pay.IsZero():
		return weeks + "highest pay " + of.Pay.Text() + " an hour once " + Number(of.Needed) + " are"
	case of.Near():
		return weeks + "once " + Number(of.Needed) + " are, " + owed + unnamed
	}
	return ""
}
