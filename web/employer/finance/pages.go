// Package finance holds the pages on which a trust bills itself on its
// agencies' behalf.
package finance

import (
	"context"
	"strconv"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/modules/billing"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show.
type Deps struct {
	Billing *billing.Service
}

const at = "/e/{org}/finance/self-bill"

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	about := func(name string) func(openapi.World) openapi.Call {
		return func(w openapi.World) openapi.Call {
			c := openapi.Call{As: "finance@kingsmere.example", Path: map[string]string{"org": "kingsmere"}}
			if name != "" {
				c.Path["id"] = w.ID(name)
			}
			return c
		}
	}
	call := func(name string) web.Option { return web.Example(about(name)) }
	web.Get(s, at, rbac.SelfBillRead, "Self-bill", d.runs, call(""))
	web.Post(s, at, rbac.SelfBillIssue, "Self-bill", d.prepare, d.runsAgain, web.Example(func(w openapi.World) openapi.Call {
		c := about("")(w)
		c.Body = map[string]string{"period_from": w.ID("kingsmere.self-bill-run.draft.period-from")}
		return c
	}))
	web.Get(s, at+"/runs/{id}", rbac.SelfBillRead, "Self-bill run", d.run, call("kingsmere.self-bill-run.issued"))
	web.Get(s, at+"/runs/{id}/issue", rbac.SelfBillIssue, "Issue the run", d.check, call("kingsmere.self-bill-run.draft"))
	web.Post(s, at+"/runs/{id}/issue", rbac.SelfBillIssue, "Issue the run", d.issue, d.runAgain, web.Typed(about("kingsmere.self-bill-run.draft"), nil))
	for _, name := range []string{"lines.csv", "control.csv", "lines.xlsx"} {
		web.Download(s, at+"/runs/{id}/"+name, rbac.ExportCreate, "Self-bill lines", func(ctx context.Context, tx *tenants.Tx, in runIn) (openapi.File, error) {
			return d.Billing.RunFile(ctx, tx, in.ID, name)
		}, call("kingsmere.self-bill-run.issued"))
	}
	web.Get(s, at+"/invoices/{id}", rbac.SelfBillRead, "Self-billed invoice", d.bill, call("kingsmere.self-bill.issued"))
	web.Download(s, at+"/invoices/{id}/lines.csv", rbac.ExportCreate, "Invoice lines", func(ctx context.Context, tx *tenants.Tx, in runIn) (openapi.File, error) {
		return d.Billing.BillFile(ctx, tx, in.ID)
	}, call("kingsmere.self-bill.issued"))
	s.Nav("employer", 70, "Finance", "/finance/self-bill", rbac.SelfBillRead, "", nil)
}

type listIn struct {
	Cursor paging.Cursor `query:"cursor"`
	Period string        `form:"period_from"`
}

type runRow struct {
	run    *billing.Run
	totals billing.RunTotals
	href   string
}

type runsView struct {
	rows   []runRow
	next   string
	base   string
	period string
}

func (d Deps) runs(ctx context.Context, tx *tenants.Tx, in listIn) (web.View, error) {
	return d.runsAgain(ctx, tx, in, nil)
}

func (d Deps) runsAgain(ctx context.Context, tx *tenants.Tx, in listIn, refused *fault.Fault) (web.View, error) {
	all, next, err := d.Billing.Runs(ctx, tx, billing.RunFilter{Limit: 25, Cursor: in.Cursor})
	if err != nil {
		return web.View{}, err
	}
	ids := make([]tenants.ID, len(all))
	for i := range all {
		ids[i] = all[i].ID
	}
	totals, err := d.Billing.RunTotals(ctx, tx, ids...)
	if err != nil {
		return web.View{}, err
	}
	v := runsView{base: web.Base(ctx) + "/finance/self-bill", period: in.Period}
	if v.period == "" {
		v.period = civil.DateOf(tx.Now).Monday().AddDays(-7).String()
	}
	for i := range all {
		v.rows = append(v.rows, runRow{run: &all[i], totals: totals[all[i].ID], href: v.base + "/runs/" + all[i].Ref})
	}
	if next != "" {
		v.next = v.base + "?cursor=" + string(next)
	}
	return web.View{SkipTo: "results", Body: runsPage(v, refused)}, nil
}

func (d Deps) prepare(ctx context.Context, tx *tenants.Tx, in listIn) (web.Done, error) {
	from, err := civil.ParseDate(in.Period)
	if err != nil {
		f := fault.Of(err)
		return web.Done{}, f.With(fault.Field{Name: "period_from", Code: f.Code, Text: f.Text, Value: in.Period})
	}
	run, err := d.Billing.Prepare(ctx, tx, from)
	if err != nil {
		f := fault.Of(err)
		if f.Kind == fault.Invalid && len(f.Fields) == 0 {
			return web.Done{}, f.With(fault.Field{Name: "period_from", Code: f.Code, Text: f.Text, Value: in.Period})
		}
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/finance/self-bill/runs/" + run.Ref, Flash: &ui.Flash{Kind: "success", Title: "The run is prepared",
		Text: "Check it, then issue it. Nothing has been sent to anybody."}}, nil
}

type runIn struct {
	ID string `path:"id"`
}

type runView struct {
	run    billing.Run
	bills  []billing.Bill
	totals billing.RunTotals
	base   string
}

func (d Deps) load(ctx context.Context, tx *tenants.Tx, id string) (runView, error) {
	run, err := d.Billing.Run(ctx, tx, id)
	if err != nil {
		return runView{}, err
	}
	v := runView{run: run, base: web.Base(ctx) + "/finance/self-bill"}
	if v.bills, err = d.Billing.BillsOf(ctx, tx, run.ID); err != nil {
		return v, err
	}
	totals, err := d.Billing.RunTotals(ctx, tx, run.ID)
	v.totals = totals[run.ID]
	return v, err
}

func (d Deps) run(ctx context.Context, tx *tenants.Tx, in runIn) (web.View, error) {
	return d.runAgain(ctx, tx, in, nil)
}

func (d Deps) runAgain(ctx context.Context, tx *tenants.Tx, in runIn, refused *fault.Fault) (web.View, error) {
	v, err := d.load(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Title: "Self-bill run " + v.run.Ref, Body: runPage(v, refused)}, nil
}

func (d Deps) check(ctx context.Context, tx *tenants.Tx, in runIn) (web.View, error) {
	v, err := d.load(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Narrow: true, Body: checkPage(v)}, nil
}

func (d Deps) issue(ctx context.Context, tx *tenants.Tx, in runIn) (web.Done, error) {
	run, err := d.Billing.Run(ctx, tx, in.ID)
	if err != nil {
		return web.Done{}, err
	}
	if run, err = d.Billing.Issue(ctx, tx, run.ID); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/finance/self-bill/runs/" + run.Ref, Flash: &ui.Flash{Kind: "success", Title: "The invoices are issued", Text: "Each agency has been told of its own."}}, nil
}

func (d Deps) bill(ctx context.Context, tx *tenants.Tx, in runIn) (web.View, error) {
	b, err := d.Billing.Bill(ctx, tx, in.ID)
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
	base := web.Base(ctx) + "/finance/self-bill"
	title := "Invoice " + b.Number
	if b.Number == "" {
		title = "Draft invoice"
	}
	return web.View{Title: title, Body: billPage(&b, lines, why, base)}, nil
}

func billHref(base string, b *billing.Bill) string {
	if b.Number != "" {
		return base + "/invoices/" + b.Number
	}
	return base + "/invoices/" + b.ID.String()
}

func numberOf(b *billing.Bill) string {
	if b.Number == "" {
		return "Draft"
	}
	return b.Number
}

func periodOf(from, to civil.Date) string { return from.Text() + " to " + to.Text() }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func whenOf(t *time.Time) string {
	if t == nil {
		return ""
	}
	return civil.When(*t)
}

func stateWord(r *billing.Run) string {
	if r.Status == billing.StatusIssued {
		return "Issued"
	}
	return "Draft"
}

func blockedNote(r *billing.Run) string {
	if len(r.Blocked) == 0 {
		return ""
	}
	return plural(len(r.Blocked), "agency", "agencies") + " not billed"
}
