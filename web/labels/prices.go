package labels

import (
	"wardbridge/internal/money"
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
