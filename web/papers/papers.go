// Package papers lays out the documents that an employer and an agency both
// hold: the same invoice on both sides, to the penny, printed on A4.
package papers

import (
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/billing"
	"wardbridge/modules/rates"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

func numberOf(b *billing.Bill) string {
	if b.Number == "" {
		return "Draft"
	}
	return b.Number
}

func period(b *billing.Bill) string { return b.PeriodFrom.Text() + " to " + b.PeriodTo.Text() }

// Head is the top of a self-bill: the facts that the law asks for.
func Head(b *billing.Bill, late string) ui.DocumentHead {
	head := ui.DocumentHead{Kind: "Self-billed invoice", Number: numberOf(b), Status: labels.Status(b.Status), Statement: b.Statement(),
		Parties: []ui.Party{
			{Role: "From", Name: b.Supplier.Name, Lines: address(b.Supplier.Address, vatLine(b.Supplier.VATNumber))},
			{Role: "To", Name: b.Customer.Name, Lines: address(b.Customer.Address, vatLine(b.Customer.VATNumber))},
		}}
	if b.TaxPointOn != nil {
		head.Facts = append(head.Facts, ui.Fact{Label: "Tax point", Value: b.TaxPointOn.Text()})
	}
	return withFacts(head, b, late)
}

func withFacts(head ui.DocumentHead, b *billing.Bill, late string) ui.DocumentHead {
	if b.IssuedAt != nil {
		head.Facts = append(head.Facts, ui.Fact{Label: "Date of issue", Value: b.IssuedOn().Text()})
	}
	head.Facts = append(head.Facts,
		ui.Fact{Label: "Work of", Value: period(b), Note: late},
		ui.Fact{Label: "Type", Value: billing.Reference, Note: "document type " + billing.TypeCode},
		ui.Fact{Label: "Timesheets", Value: labels.Count(b.Timesheets, "timesheet"), Note: civil.Span(b.Minutes) + " paid"})
	return head
}

func vatLine(number string) string {
	if number == "" {
		return ""
	}
	return "VAT number " + number
}

func address(text string, more ...string) []string {
	var lines []string
	for _, line := range append(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == ',' }), more...) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// Late is the day of the oldest work on a bill that lies before its period, in
// words; empty: none does.
func Late(b *billing.Bill, lines []billing.Line) string {
	oldest := b.PeriodFrom
	for i := range lines {
		if lines[i].WorkedOn.Before(oldest) {
			oldest = lines[i].WorkedOn
		}
	}
	if oldest == b.PeriodFrom {
		return ""
	}
	return "and earlier work that came late, from " + oldest.Text()
}

// Lines puts a sum of each timesheet over its rate parts.
func Lines(lines []billing.Line) []ui.DocumentLine {
	var all []ui.DocumentLine
	for from := 0; from < len(lines); {
		to := from
		head := ui.DocumentLine{Text: lines[from].ShiftRef + ", " + lines[from].WorkerName, Note: lines[from].WorkedOn.Text() + ", " + lines[from].Ward + ", timesheet " + lines[from].TimesheetRef}
		if lines[from].Adjustment != "" {
			head.Text = "Adjustment " + lines[from].Adjustment + " of " + head.Text
		}
		minutes, net := 0, money.Pence(0)
		var parts []ui.DocumentLine
		for ; to < len(lines) && lines[to].TimesheetID == lines[from].TimesheetID && lines[to].Adjustment == lines[from].Adjustment; to++ {
			l := &lines[to]
			minutes += l.PaidMinutes()
			net += l.NetPence
			parts = append(parts, part(l))
		}
		head.Quantity, head.Net = hours(minutes), net.String()
		all = append(append(all, head), parts...)
		from = to
	}
	return all
}

func part(l *billing.Line) ui.DocumentLine {
	p := ui.DocumentLine{Text: l.Title(), Net: l.NetPence.String(), VAT: vatOf(l.VATCategory, l.VATRate.Percent()), Detail: true}
	if l.Minutes > 0 {
		p.Quantity = hours(l.Minutes)
	}
	if l.Rate != nil {
		p.Rate = l.Rate.Text()
		if l.Factor != nil && l.Factor.Text() != "1" {
			p.Rate += " × " + l.Factor.Text()
		}
	} else if l.Factor != nil {
		p.Rate = l.Factor.Percent()
	}
	return p
}

func vatOf(c rates.Category, percent string) string {
	switch c {
	case rates.Exempt:
		return "exempt"
	case rates.OutsideScope:
		return "outside"
	}
	return percent
}

func hours(minutes int) string {
	if minutes == 0 {
		return ""
	}
	return civil.Span(minutes)
}

// Sums adds a self-bill up, VAT by category.
func Sums(b *billing.Bill) []ui.Sum {
	sums := []ui.Sum{{Text: "Net", Amount: b.NetPence.String()}}
	for _, v := range b.VAT {
		sums = append(sums, ui.Sum{Text: vatWords(v), Amount: v.VATPence.String()})
	}
	return append(sums, ui.Sum{Text: "Total", Amount: b.GrossPence.String(), Strong: true})
}

func vatWords(v billing.VATTotal) string {
	switch v.Category {
	case rates.Exempt:
		return "Exempt from VAT, on " + v.NetPence.String()
	case rates.OutsideScope:
		return "Outside the scope of VAT, on " + v.NetPence.String()
	}
	return "VAT at " + v.Rate.Percent() + " on " + v.NetPence.String()
}

// Notes are the sentences under the totals: why no VAT is charged, and whether
// lines are left out.
func Notes(b *billing.Bill, shown int) []string {
	var notes []string
	for _, v := range b.VAT {
		if v.Reason != "" {
			notes = append(notes, v.Reason)
		}
	}
	if shown < b.Totals.Lines {
		notes = append(notes, "The first "+labels.Count(shown, "line")+" of "+labels.Count(b.Totals.Lines, "line")+" are shown. The file has all of them.")
	}
	return notes
}
