package invoices

import (
	"context"
	"io"

	"wardbridge/internal/paging"
	"wardbridge/modules/billing"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
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

func (d Deps) show(ctx context.Context, tx *tenants.Tx, in oneIn) (web.View, error) {
	b, err := d.Billing.Bill(ctx, tx, in.Number)
	if err != nil {
		return web.View{}, err
	}
	lines, err := d.Billing.Shown(ctx, tx, b.ID)
	if err != nil {
		return web.View{}, err
	}
	why, err := d.Billing.Reasons(ctx, tx, lines)
	if err != nil {
		return web.View{}, err
	}
	at := web.Base(ctx) + "/invoices"
	v := billView{Why: why, Back: at, Number: b.Number, Sub: b.Customer.Name, Bill: &b, Rows: lines}
	if web.May(ctx, rbac.ExportCreate) {
		v.CSV = at + "/" + b.Number + "/lines.csv"
	}
	return web.View{Title: "Invoice " + b.Number, Narrow: true, Body: billPage(v)}, nil
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
