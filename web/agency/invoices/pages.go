package invoices

import (
	"context"
	"io"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/paging"
	"wardbridge/modules/billing"
	"wardbridge/modules/rates"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show.
type Deps struct {
	Billing *billing.Service
}

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	list := web.Example(func(openapi.World) openapi.Call {
		return openapi.Call{As: "agency@meridian.example", Path: map[string]string{"org": "meridian"}}
	})
	one := web.Example(func(w openapi.World) openapi.Call {
		return openapi.Call{As: "agency@meridian.example", Path: map[string]string{"org": "meridian", "number": w.ID("kingsmere.self-bill.issued")}}
	})
	const at = "/a/{org}/invoices"
	web.Get(s, at, rbac.SelfBillRead, "Invoices", d.list, list)
	web.Get(s, at+"/{number}", rbac.SelfBillRead, "Invoice", d.show, one)
	web.Download(s, at+"/{number}/lines.csv", rbac.ExportCreate, "Invoice lines", d.csv, one)
	s.Nav("agency", 60, "Invoices", "/invoices", rbac.SelfBillRead, "", nil)
}

type listIn struct {
	Cursor paging.Cursor `query:"cursor"`
}

func (d Deps) list(ctx context.Context, tx *tenants.Tx, in listIn) (web.View, error) {
	found, next, err := d.Billing.Bills(ctx, tx, billing.Filter{Status: billing.StatusIssued, Cursor: in.Cursor})
	if err != nil {
		return web.View{}, err
	}
	at := web.Base(ctx) + "/invoices"
	var v listView
	for i := range found {
		b := &found[i]
		v.Rows = append(v.Rows, row{Number: b.Number, Href: at + "/" + b.Number, Trust: b.Customer.Name, Issued: b.IssuedOn().Text(),
			Period: period(b), Sheets: labels.Count(b.Timesheets, "timesheet"), Net: b.NetPence.String(), VAT: b.VATPence.String(), Gross: b.GrossPence.String()})
	}
	v.Pages.Summary = labels.Count(len(found), "invoice")
	if next != "" {
		v.Pages.Next = labels.Address(at, "cursor", string(next))
		v.Pages.Summary += " on this page"
	}
	return web.View{SkipTo: "results", Body: listPage(v)}, nil
}

func period(b *billing.Bill) string { return b.PeriodFrom.Text() + " to " + b.PeriodTo.Text() }

type oneIn struct {
	Number string `path:"number"`
}

// linesShown is how many lines the document itself carries; the file has all.
const linesShown = 2000

func (d Deps) show(ctx context.Context, tx *tenants.Tx, in oneIn) (web.View, error) {
	b, err := d.Billing.Bill(ctx, tx, in.Number)
	if err != nil {
		return web.View{}, err
	}
	var lines []billing.Line
	for after := paging.Cursor(""); len(lines) < linesShown; {
		page, next, err := d.Billing.Lines(ctx, tx, b.ID, 200, after)
		if err != nil {
			return web.View{}, err
		}
		if lines = append(lines, page...); next == "" {
			break
		}
		after = next
	}
	at := web.Base(ctx) + "/invoices"
	v := billView{Back: at, Number: b.Number, Sub: b.Customer.Name, Head: headOf(&b), Lines: linesOf(lines), Sums: sumsOf(&b), Notes: notesOf(&b, len(lines))}
	if web.May(ctx, rbac.ExportCreate) {
		v.CSV = at + "/" + b.Number + "/lines.csv"
	}
	return web.View{Title: "Invoice " + b.Number, Narrow: true, Body: billPage(v)}, nil
}

// headOf is the top of the document: what the law asks for.
func headOf(b *billing.Bill) ui.DocumentHead {
	head := ui.DocumentHead{Kind: "Self-billed invoice", Number: b.Number, Status: labels.Status(b.Status), Statement: b.Statement(),
		Parties: []ui.Party{
			{Role: "From", Name: b.Supplier.Name, Lines: address(b.Supplier.Address, vatLine(b.Supplier.VATNumber))},
			{Role: "To", Name: b.Customer.Name, Lines: address(b.Customer.Address, vatLine(b.Customer.VATNumber))},
		}}
	if b.TaxPointOn != nil {
		head.Facts = append(head.Facts, ui.Fact{Label: "Tax point", Value: b.TaxPointOn.Text()})
	}
	return withFacts(head, b)
}

func withFacts(head ui.DocumentHead, b *billing.Bill) ui.DocumentHead {
	head.Facts = append(head.Facts,
		ui.Fact{Label: "Date of issue", Value: b.IssuedOn().Text()},
		ui.Fact{Label: "Work of", Value: period(b)},
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

// linesOf puts a sum of each timesheet over its rate parts.
func linesOf(lines []billing.Line) []ui.DocumentLine {
	var all []ui.DocumentLine
	for from := 0; from < len(lines); {
		to := from
		head := ui.DocumentLine{Text: lines[from].ShiftRef + ", " + lines[from].WorkerName, Note: lines[from].WorkedOn.Text() + ", " + lines[from].Ward + ", timesheet " + lines[from].TimesheetRef}
		minutes, net := 0, lines[from].NetPence-lines[from].NetPence
		var parts []ui.DocumentLine
		for ; to < len(lines) && lines[to].TimesheetID == lines[from].TimesheetID; to++ {
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

// sumsOf adds the document up, VAT by category.
func sumsOf(b *billing.Bill) []ui.Sum {
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

func notesOf(b *billing.Bill, shown int) []string {
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

func (d Deps) csv(ctx context.Context, tx *tenants.Tx, in oneIn) (openapi.File, error) {
	b, err := d.Billing.Bill(ctx, tx, in.Number)
	if err != nil {
		return openapi.File{}, err
	}
	return openapi.File{Name: b.Number + ".csv", ContentType: "text/csv; charset=utf-8", Write: func(ctx context.Context, tx *tenants.Tx, w io.Writer) error {
		return d.Billing.WriteCSV(ctx, tx, []billing.Bill{b}, w)
	}}, nil
}
