package timesheets

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/internal/paging"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show.
type Deps struct {
	Timesheets *timesheets.Service
	Labels     labels.Sources
}

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	list := web.Example(func(openapi.World) openapi.Call {
		return openapi.Call{As: "agency@meridian.example", Path: map[string]string{"org": "meridian"}}
	})
	one := web.Example(func(w openapi.World) openapi.Call {
		return openapi.Call{As: "agency@meridian.example", Path: map[string]string{"org": "meridian", "ref": w.ID("meridian.timesheet.submitted")}}
	})
	const at = "/a/{org}/timesheets"
	web.Get(s, at, rbac.TimesheetRead, "Timesheets", d.list, list)
	web.Get(s, at+"/{ref}", rbac.TimesheetRead, "Timesheet", d.show, one)
	s.Nav("agency", 50, "Timesheets", "/timesheets", rbac.TimesheetRead, "", nil)
}

type listIn struct {
	Status string        `query:"status"`
	Cursor paging.Cursor `query:"cursor"`
}

var views = []struct {
	status      timesheets.Status
	text, empty string
}{
	{timesheets.StatusSubmitted, "Submitted", "Nothing waits for a trust"},
	{timesheets.StatusOpen, "Not sent", "Every worker has sent the hours"},
	{timesheets.StatusQueried, "Queried", "No hours are in question"},
	{timesheets.StatusApproved, "Approved", "Nothing has been approved yet"},
	{all, "All", "No timesheets yet"},
}

// all is the view that asks for no state; the list goes by start, so it is not
// the one to begin with.
const all timesheets.Status = "all"

func (d Deps) list(ctx context.Context, tx *tenants.Tx, in listIn) (web.View, error) {
	at, view := web.Base(ctx)+"/timesheets", views[0]
	for _, one := range views {
		if string(one.status) == in.Status {
			view = one
		}
	}
	f := timesheets.Filter{Status: view.status, Cursor: in.Cursor}
	if f.Status == all {
		f.Status = ""
	}
	found, next, err := d.Timesheets.List(ctx, tx, f)
	if err != nil {
		return web.View{}, err
	}
	sum, err := d.Timesheets.Totals(ctx, tx, timesheets.Filter{})
	if err != nil {
		return web.View{}, err
	}
	var trusts []tenants.ID
	for i := range found {
		trusts = append(trusts, found[i].TenantID)
	}
	book, err := d.Labels.Book(ctx, tx, trusts)
	if err != nil {
		return web.View{}, err
	}
	v := listView{Empty: view.empty, Tabs: tabsOf(at, view.status, sum), Metrics: metricsOf(sum)}
	for i := range found {
		v.Rows = append(v.Rows, rowOf(at, &found[i], book))
	}
	v.Pages.Summary = labels.Count(len(found), "timesheet")
	if next != "" {
		v.Pages.Next = labels.Address(at, "status", string(view.status), "cursor", string(next))
		v.Pages.Summary += " on this page"
	}
	return web.View{SkipTo: "results", Landscape: true, Body: listPage(v)}, nil
}

func tabsOf(at string, current timesheets.Status, sum timesheets.Totals) []ui.Tab {
	counts := map[timesheets.Status]int{all: sum.Timesheets, timesheets.StatusOpen: sum.Open, timesheets.StatusSubmitted: sum.Submitted,
		timesheets.StatusQueried: sum.Queried, timesheets.StatusApproved: sum.Approved}
	var tabs []ui.Tab
	for _, one := range views {
		tabs = append(tabs, ui.Tab{Text: one.text, Href: labels.Address(at, "status", string(one.status)), Count: labels.Number(counts[one.status]), Current: one.status == current})
	}
	return tabs
}

func metricsOf(sum timesheets.Totals) []ui.Metric {
	return []ui.Metric{
		{Label: "Not sent yet", Value: labels.Number(sum.Open)},
		{Label: "With the trusts", Value: labels.Number(sum.Submitted)},
		{Label: "In question", Value: labels.Number(sum.Queried)},
		{Label: "Approved", Value: labels.Number(sum.Approved), Note: civil.Span(sum.ApprovedMinutes) + " paid"},
		{Label: "Approved, before VAT", Value: sum.NetPence.String()},
	}
}

func rowOf(at string, t *timesheets.Timesheet, book labels.Book) row {
	ward, _ := book.Ward(t.WardID)
	r := row{Ref: t.Ref, Href: at + "/" + t.Ref, Day: t.WorkedOn.Text(), Times: civil.Between(t.PlannedStartsAt, t.PlannedEndsAt),
		Worker: t.WorkerName, Grade: book.Grade(t.Grade), Ward: ward, Trust: book.Organisation(t.TenantID),
		Claimed: civil.Span(planned(t)), Difference: "planned", Status: labels.Status(t.Status)}
	if h, claimed := t.Hours(); claimed {
		r.Claimed, r.Difference = civil.Span(h.Minutes()), difference(t.Difference())
	}
	if t.NetPence != nil {
		r.Net = t.NetPence.String()
	}
	if t.Status == timesheets.StatusQueried {
		r.Reason = t.QueryReason
	}
	return r
}

func planned(t *timesheets.Timesheet) int { return t.Plan().Minutes() }

func difference(minutes int) string {
	switch {
	case minutes == 0:
		return "as planned"
	case minutes > 0:
		return "+" + civil.Span(minutes)
	}
	return civil.Span(minutes)
}

type oneIn struct {
	Ref string `path:"ref"`
}

func (d Deps) show(ctx context.Context, tx *tenants.Tx, in oneIn) (web.View, error) {
	t, err := d.Timesheets.Get(ctx, tx, in.Ref)
	if err != nil {
		return web.View{}, err
	}
	lines, err := d.Timesheets.Lines(ctx, tx, t.ID)
	if err != nil {
		return web.View{}, err
	}
	book, err := d.Labels.Book(ctx, tx, []tenants.ID{t.TenantID})
	if err != nil {
		return web.View{}, err
	}
	v := sheetOf(web.Base(ctx)+"/timesheets", &t, lines, book)
	if v.Posted, err = d.Timesheets.Postings(ctx, tx, t.ID); err != nil {
		return web.View{}, err
	}
	return web.View{Title: "Timesheet " + t.Ref, Body: sheetPage(v)}, nil
}

func sheetOf(back string, t *timesheets.Timesheet, lines []timesheets.Line, book labels.Book) sheetView {
	ward, site := book.Ward(t.WardID)
	v := sheetView{Back: back, Ref: t.ShiftRef, Title: "Timesheet " + t.Ref, Sub: t.WorkerName + ", " + t.WorkedOn.Text(), Status: labels.Status(t.Status), Note: t.WorkerNote,
		Facts: []ui.Fact{
			{Label: "Worker", Value: t.WorkerName, Note: book.Grade(t.Grade)},
			{Label: "Where", Value: ward, Note: site},
			{Label: "Trust", Value: book.Organisation(t.TenantID)},
			{Label: "Planned", Value: t.WorkedOn.Text(), Note: civil.Between(t.PlannedStartsAt, t.PlannedEndsAt) + ", " + labels.Break(t.PlannedBreakMinutes)},
		}}
	if h, claimed := t.Hours(); claimed {
		v.Hours = []ui.Fact{
			{Label: "Worked", Value: civil.DateOf(h.Start).Text(), Note: civil.Between(h.Start, h.End) + ", " + labels.Break(h.BreakMinutes)},
			{Label: "Paid hours", Value: civil.Span(h.Minutes()), Note: difference(t.Difference())},
			{Label: "Sent", Value: labels.Instant(t.SubmittedAt)},
		}
	} else {
		v.Hours = []ui.Fact{{Label: "Worked", Value: "Not sent yet", Note: "by the worker"}}
	}
	switch {
	case t.Status == timesheets.StatusQueried:
		v.Notice = notice{"warning", "The trust asks:", t.QueryReason}
	case t.BilledAt != nil:
		v.Notice = notice{"info", "Billed.", "These hours stand on an invoice that was issued on " + civil.DateOf(*t.BilledAt).Text() + "."}
	}
	if t.ApprovedAt != nil {
		v.Hours = append(v.Hours, ui.Fact{Label: "Approved", Value: labels.Instant(t.ApprovedAt)})
	}
	for i := range lines {
		l := &lines[i]
		v.Lines = append(v.Lines, line{Title: l.Title(), Why: l.Formula, VAT: vatOf(l), Amount: l.AmountPence.String()})
	}
	v.Quote = t.Quote
	if t.NetPence != nil {
		v.Net = t.NetPence.String()
	}
	return v
}

func vatOf(l *timesheets.Line) string {
	switch l.VATCategory {
	case rates.Exempt:
		return "exempt"
	case rates.OutsideScope:
		return "outside the scope"
	}
	return l.VATRate.Percent()
}
