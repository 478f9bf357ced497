package adjustments

import (
	"slices"

	"wardbridge/internal/money"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/tenants"
)

// part is what lines are compared by.
type part struct {
	kind rates.Kind
	band rates.Band
}

// kinds are the kinds in the order in which the lines of a shift stand.
var kinds = []rates.Kind{rates.Pay, rates.Supplement, rates.HolidayPay, rates.EmployerNI, rates.Pension, rates.Levy, rates.Commission}

// weekly are the costs that the shifts of a week bear between them.
var weekly = []rates.Kind{rates.HolidayPay, rates.EmployerNI, rates.Pension, rates.Levy}

// weigh finds, for each week that was priced together, on which of its costs the
// week as a whole differs from what its shifts have borne.
func weigh(all []repriced, settled map[tenants.ID][]timesheets.Sum) {
	for from := 0; from < len(all); {
		to := from + 1
		for to < len(all) && all[to].sheet.SameWeek(all[from].sheet) {
			to++
		}
		if week := all[from].week; week != nil {
			for _, kind := range weekly {
				var is, was money.Pence
				for i := from; i < to; i++ {
					is += all[i].quote.Sum(kind)
					for _, sum := range settled[all[i].sheet.ID] {
						if sum.Kind == kind {
							was += sum.AmountPence
						}
					}
				}
				week[kind] = is != was
			}
		}
		from = to
	}
}

// decided are the settled lines whose VAT stands for what is the first of its kind
// or band: the pay that was approved, since an agency sells its hours as one.
func decided(settled []timesheets.Sum) *timesheets.Sum {
	at := slices.IndexFunc(settled, func(s timesheets.Sum) bool { return s.Kind == rates.Pay && s.Approved })
	if at < 0 {
		return nil
	}
	return &settled[at]
}

// taxed gives a line the VAT that was decided for settled ones.
func (l *ItemLine) taxed(as *timesheets.Sum) {
	l.VATCategory, l.VATRate, l.VATReason, l.VATSource = as.VATCategory, as.VATRate, as.VATReason, as.VATSource
}

// lines are the differences of one timesheet, in the order of its lines.
func (r *repriced) lines(settled []timesheets.Sum) []ItemLine {
	var all []ItemLine
	line := func(of part) *ItemLine {
		for i := range all {
			if all[i].Kind == of.kind && all[i].Band == of.band {
				return &all[i]
			}
		}
		all = append(all, ItemLine{Kind: of.kind, Band: of.band})
		return &all[len(all)-1]
	}
	first := decided(settled)
	for i := range r.quote.Lines {
		q := &r.quote.Lines[i]
		if q.Kind == rates.VAT {
			continue
		}
		l := line(part{q.Kind, q.Band})
		l.BecomesPence += q.Amount
		l.VATCategory, l.VATRate, l.VATReason = q.Category, q.VATRate, q.Reason
		if q.VATRule != nil {
			l.VATSource = q.VATRule.Source
		}
		if first != nil {
			l.taxed(first)
		}
		if l.Formula != "" {
			l.Formula += "; "
		}
		l.Formula += q.Why()
	}
	for i := range settled {
		was := &settled[i]
		l := line(part{was.Kind, was.Band})
		l.WasPence = was.AmountPence
		l.taxed(was)
	}
	all = slices.DeleteFunc(all, func(l ItemLine) bool {
		return l.WasPence == l.BecomesPence || r.week != nil && slices.Contains(weekly, l.Kind) && !r.week[l.Kind]
	})
	slices.SortStableFunc(all, func(a, b ItemLine) int { return slices.Index(kinds, a.Kind) - slices.Index(kinds, b.Kind) })
	for i := range all {
		l := &all[i]
		l.DeltaPence = l.BecomesPence - l.WasPence
		if l.Formula == "" {
			l.Formula = "Not due any more"
		}
		l.Formula += ", less " + l.WasPence.String() + " settled before"
	}
	return all
}
