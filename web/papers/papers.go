// Package papers lays out the documents that an employer and an agency both
// hold: the same invoice on both sides, to the penny, printed on A4.
package papers

import (
	"wardbridge/internal/civil"
	"wardbridge/modules/billing"
	"wardbridge/modules/rates"
	"wardbridge/web/ui"
)

// Head is the top of a self-bill: the facts that the law asks for.
func Head(b *billing.Bill) ui.DocumentHead {
	h := ui.DocumentHead{
		Kind: "Self-billed invoice", Number: b.Number, Status: string(b.Status),
		Parties: []ui.Party{
			{Role: "From (supplier)", Name: b.Supplier.Name, Lines: filled(b.Supplier.Address, prefixed("VAT number ", b.Supplier.VATNumber))},
			{Role: "To (customer, who wrote this invoice)", Name: b.Customer.Name, Lines: filled(b.Customer.Address, prefixed("ODS code ", b.Customer.ODSCode), prefixed("VAT number ", b.Customer.VATNumber))},
		},
		Facts: []ui.Fact{
			{Label: "Period", Value: b.PeriodFrom.Text() + " to " + b.PeriodTo.Text()},
			{Label: "Hours", Value: civil.Span(b.Minutes)},
			{Label: "Timesheets", Value: count(b.Timesheets)},
			{Label: "Reference", Value: billing.Reference},
		},
		Statement: b.Statement(),
	}
	if h.Number == "" {
		h.Number = "Draft"
	}
	if b.IssuedAt != nil {
		h.Facts = append(h.Facts, ui.Fact{Label: "Issued", Value: b.IssuedOn().Text()})
	}
	if b.TaxPointOn != nil {
		h.Facts = append(h.Facts, ui.Fact{Label: "Tax point", Value: b.TaxPointOn.Text()})
	}
	return h
}

// Lines are a bill's lines, a timesheet's under a heading of its own.
func Lines(lines []billing.Line) []ui.DocumentLine {
	var all []ui.DocumentLine
	last := ""
	for i := range lines {
		l := &lines[i]
		if l.TimesheetRef != last {
			last = l.TimesheetRef
			all = append(all, ui.DocumentLine{Text: l.WorkerName + ", " + l.WorkedOn.Text(), Note: l.Ward + ", shift " + l.ShiftRef})
		}
		d := ui.DocumentLine{Text: l.Title(), VAT: string(l.VATCategory), Net: l.NetPence.String(), Detail: true}
		if l.Minutes > 0 {
			d.Quantity = civil.Span(l.Minutes)
		}
		if l.Rate != nil {
			d.Rate = l.Rate.Text()
			if l.Kind == rates.Pay && l.Factor != nil && l.Factor.Text() != "1" {
				d.Rate += " x " + l.Factor.Text()
			}
		} else if l.Factor != nil {
			d.Rate = l.Factor.Percent()
		}
		all = append(all, d)
	}
	return all
}

// Sums are net, VAT by category and the total.
func Sums(b *billing.Bill) []ui.Sum {
	sums := []ui.Sum{{Text: "Net", Amount: b.NetPence.String()}}
	for _, v := range b.VAT {
		text := "VAT " + string(v.Category) + ", " + v.Rate.Percent() + " of " + v.NetPence.String()
		if v.Reason != "" {
			text += ". " + v.Reason
		}
		sums = append(sums, ui.Sum{Text: text, Amount: v.VATPence.String()})
	}
	return append(sums, ui.Sum{Text: "Total", Amount: b.GrossPence.String(), Strong: true})
}

func filled(lines ...string) []string {
	var all []string
	for _, l := range lines {
		if l != "" {
			all = append(all, l)
		}
	}
	return all
}

func prefixed(prefix, value string) string {
	if value == "" {
		return ""
	}
	return prefix + value
}
