// Package timesheets holds the pages on which an employer answers the hours of
// its workers.
package timesheets

import (
	"context"
	"net/url"
	"strconv"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/modules/accounts"
	"wardbridge/modules/places"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show.
type Deps struct {
	Timesheets *timesheets.Service
	Places     *places.Service
	Accounts   *accounts.Service
}

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	list := web.Example(func(openapi.World) openapi.Call {
		return openapi.Call{As: "ward@kingsmere.example", Path: map[string]string{"org": "kingsmere"}}
	})
	call := func(w openapi.World) openapi.Call {
		return openapi.Call{As: "ward@kingsmere.example", Path: map[string]string{"org": "kingsmere", "ref": w.ID("kingsmere.timesheet.submitted")}}
	}
	one := web.Example(call)
	const at = "/e/{org}/timesheets"
	web.Get(s, at, rbac.TimesheetRead, "Timesheets", d.list, list)
	web.Get(s, at+"/{ref}", rbac.TimesheetRead, "Timesheet", d.show, one)
	web.Get(s, at+"/{ref}/approve", rbac.TimesheetApprove, "Approve the hours", d.check, one)
	web.Post(s, at+"/{ref}/approve", rbac.TimesheetApprove, "Approve the hours", d.approve, d.showAgain, web.Typed(call, nil))
	web.Get(s, at+"/{ref}/query", rbac.TimesheetApprove, "Query the hours", d.ask, one)
	web.Post(s, at+"/{ref}/query", rbac.TimesheetApprove, "Query the hours", d.query, d.askAgain,
		web.Typed(call, map[string]string{"reason": "The ward's book says that the break was taken."}))
	s.Nav("employer", 40, "Timesheets", "/timesheets", rbac.TimesheetRead, "", d.waiting)
}

// waiting is the work behind the navigation's count: for those who may approve.
func (d Deps) waiting(ctx context.Context, tx *tenants.Tx) (int, error) {
	if !web.May(ctx, rbac.TimesheetApprove) {
		return 0, nil
	}
	t, err := d.Timesheets.Totals(ctx, tx, timesheets.Filter{Status: timesheets.StatusSubmitted})
	return t.Submitted, err
}

type listIn struct {
	Status   string        `query:"status"`
	Ward     string        `query:"ward"`
	From     string        `query:"from"`
	To       string        `query:"to"`
	Variance string        `query:"variance"`
	Cursor   paging.Cursor `query:"cursor"`
	Limit    int           `query:"limit"`
}

func (in listIn) filter() timesheets.Filter {
	f := timesheets.Filter{Status: timesheets.Status(in.Status), Variance: timesheets.Variance(in.Variance), Cursor: in.Cursor, Limit: in.Limit}
	f.From, _ = civil.ParseDate(in.From)
	f.To, _ = civil.ParseDate(in.To)
	if id, err := tenantsID(in.Ward); err == nil {
		f.Ward = id
	}
	if f.Limit == 0 {
		f.Limit = 25
	}
	return f
}

// address is the list with one thing changed; the page begins anew.
func (in listIn) address(base, name, value string) string {
	v := url.Values{}
	for _, p := range [][2]string{{"status", in.Status}, {"ward", in.Ward}, {"from", in.From}, {"to", in.To}, {"variance", in.Variance}, {name, value}} {
		v.Set(p[0], p[1])
	}
	for name := range v {
		if v.Get(name) == "" {
			v.Del(name)
		}
	}
	if len(v) == 0 {
		return base
	}
	return base + "?" + v.Encode()
}

type listView struct {
	in     listIn
	rows   []row
	totals timesheets.Totals
	counts timesheets.Totals // of the filter without its status, for the tabs
	wards  []ui.Option
	next   string
	base   string
}

type row struct {
	t      *timesheets.Timesheet
	ward   string
	agency string
	href   string
}

func (d Deps) list(ctx context.Context, tx *tenants.Tx, in listIn) (web.View, error) {
	f := in.filter()
	all, next, err := d.Timesheets.List(ctx, tx, f)
	if err != nil {
		return web.View{}, err
	}
	v := listView{in: in, base: web.Base(ctx) + "/timesheets"}
	if v.totals, err = d.Timesheets.Totals(ctx, tx, f); err != nil {
		return web.View{}, err
	}
	f.Status, f.Cursor = "", ""
	if v.counts, err = d.Timesheets.Totals(ctx, tx, f); err != nil {
		return web.View{}, err
	}
	if v.rows, v.wards, err = d.rows(ctx, tx, all); err != nil {
		return web.View{}, err
	}
	if next != "" {
		v.next = in.address(v.base, "cursor", string(next))
	}
	return web.View{SkipTo: "results", Landscape: true, Body: listPage(v)}, nil
}

func (d Deps) rows(ctx context.Context, tx *tenants.Tx, all []timesheets.Timesheet) ([]row, []ui.Option, error) {
	wards, err := d.Places.WardList(ctx, tx, tx.Me.ID)
	if err != nil {
		return nil, nil, err
	}
	byID := map[tenants.ID]string{}
	options := []ui.Option{{Text: "All wards"}}
	for _, w := range wards {
		byID[w.ID] = w.Name
		options = append(options, ui.Option{Value: w.ID.String(), Text: w.Name})
	}
	ids := make([]tenants.ID, len(all))
	for i := range all {
		ids[i] = all[i].AgencyID
	}
	agencies, err := d.Accounts.Named(ctx, tx, ids...)
	if err != nil {
		return nil, nil, err
	}
	rows := make([]row, len(all))
	for i := range all {
		t := &all[i]
		rows[i] = row{t: t, ward: byID[t.WardID], agency: agencies[t.AgencyID].Name, href: web.Base(ctx) + "/timesheets/" + t.Ref}
	}
	return rows, options, nil
}

type oneIn struct {
	Ref string `path:"ref"`
}

// detail is one timesheet with everything around it.
type detail struct {
	row
	quote  *rates.ShiftQuote // as approved, or as it would be now
	posted []timesheets.Posting
	reason string // typed into the query form
	base   string
}

func (d Deps) detail(ctx context.Context, tx *tenants.Tx, ref string) (detail, error) {
	t, err := d.Timesheets.Get(ctx, tx, ref)
	if err != nil {
		return detail{}, err
	}
	rows, _, err := d.rows(ctx, tx, []timesheets.Timesheet{t})
	if err != nil {
		return detail{}, err
	}
	v := detail{row: rows[0], quote: t.Quote, base: web.Base(ctx)}
	if _, claimed := t.Hours(); v.quote == nil && claimed {
		if v.quote, err = d.Timesheets.Preview(ctx, tx, t); err != nil {
			return v, err
		}
	}
	v.posted, err = d.Timesheets.Postings(ctx, tx, t.ID)
	return v, err
}

func (d Deps) show(ctx context.Context, tx *tenants.Tx, in oneIn) (web.View, error) {
	return d.showAgain(ctx, tx, in, nil)
}

func (d Deps) showAgain(ctx context.Context, tx *tenants.Tx, in oneIn, refused *fault.Fault) (web.View, error) {
	v, err := d.detail(ctx, tx, in.Ref)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Title: "Timesheet " + v.t.Ref, Body: showPage(v, refused)}, nil
}

func (d Deps) check(ctx context.Context, tx *tenants.Tx, in oneIn) (web.View, error) {
	v, err := d.detail(ctx, tx, in.Ref)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Narrow: true, Body: checkPage(v)}, nil
}

func (d Deps) approve(ctx context.Context, tx *tenants.Tx, in oneIn) (web.Done, error) {
	t, err := d.Timesheets.Get(ctx, tx, in.Ref)
	if err != nil {
		return web.Done{}, err
	}
	if t, err = d.Timesheets.Approve(ctx, tx, t.ID); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/timesheets/" + t.Ref, Flash: &ui.Flash{Kind: "success", Title: "The hours are approved",
		Text: civil.Span(*t.Minutes) + " for " + t.NetPence.String() + " before VAT. They will be on the next self-bill."}}, nil
}

type queryIn struct {
	Ref    string `path:"ref"`
	Reason string `form:"reason"`
}

func (d Deps) ask(ctx context.Context, tx *tenants.Tx, in oneIn) (web.View, error) {
	return d.askAgain(ctx, tx, queryIn{Ref: in.Ref}, nil)
}

func (d Deps) askAgain(ctx context.Context, tx *tenants.Tx, in queryIn, refused *fault.Fault) (web.View, error) {
	v, err := d.detail(ctx, tx, in.Ref)
	if err != nil {
		return web.View{}, err
	}
	v.reason = in.Reason
	return web.View{Narrow: true, Body: queryPage(v, refused)}, nil
}

func (d Deps) query(ctx context.Context, tx *tenants.Tx, in queryIn) (web.Done, error) {
	t, err := d.Timesheets.Get(ctx, tx, in.Ref)
	if err != nil {
		return web.Done{}, err
	}
	if t, err = d.Timesheets.Query(ctx, tx, t.ID, in.Reason); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/timesheets/" + t.Ref, Flash: &ui.Flash{Kind: "success", Title: "The hours have been queried", Text: t.WorkerName + " has been told and can send them again."}}, nil
}

func tenantsID(s string) (tenants.ID, error) {
	var id tenants.ID
	err := id.UnmarshalText([]byte(s))
	return id, err
}

// times are worked or planned hours in words.
func times(h timesheets.Hours) (when, long string) {
	return civil.Between(h.Start, h.End), civil.Span(h.Minutes()) + " paid, " + civil.Span(h.BreakMinutes) + " break"
}

func difference(t *timesheets.Timesheet) string {
	switch n := t.Difference(); {
	case n > 0:
		return "+" + civil.Span(n)
	case n < 0:
		return "-" + civil.Span(-n)
	default:
		return "None"
	}
}

func money(t *timesheets.Timesheet) string {
	if t.NetPence == nil {
		return ""
	}
	return t.NetPence.String()
}

var statusWords = map[timesheets.Status]string{timesheets.StatusOpen: "Not sent", timesheets.StatusSubmitted: "To review",
	timesheets.StatusQueried: "Queried", timesheets.StatusApproved: "Approved"}

func (v listView) tabs() []ui.Tab {
	var all []ui.Tab
	for _, t := range []struct {
		text, status string
		n            int
	}{{"All", "", v.counts.Timesheets}, {"To review", "submitted", v.counts.Submitted}, {"Queried", "queried", v.counts.Queried}, {"Not sent yet", "open", v.counts.Open}, {"Approved", "approved", v.counts.Approved}} {
		all = append(all, ui.Tab{Text: t.text, Count: strconv.Itoa(t.n), Href: v.in.address(v.base, "status", t.status), Current: v.in.Status == t.status})
	}
	return all
}

func (v listView) total() string {
	n := strconv.Itoa(v.totals.Timesheets) + " timesheets"
	if v.totals.Timesheets == 1 {
		n = "1 timesheet"
	}
	return n + ", " + civil.Span(v.totals.ClaimedMinutes) + " claimed, " + civil.Span(v.totals.ApprovedMinutes) + " approved for " + v.totals.NetPence.String()
}

func (v listView) chips() []ui.Chip {
	var chips []ui.Chip
	for _, w := range v.wards {
		if v.in.Ward != "" && w.Value == v.in.Ward {
			chips = append(chips, ui.Chip{Text: w.Text, Remove: v.in.address(v.base, "ward", "")})
		}
	}
	for _, c := range [][3]string{{"from", "From ", v.in.From}, {"to", "To ", v.in.To}} {
		if c[2] != "" {
			chips = append(chips, ui.Chip{Text: c[1] + c[2], Remove: v.in.address(v.base, c[0], "")})
		}
	}
	if w := varianceWords[v.in.Variance]; v.in.Variance != "" && w != "" {
		chips = append(chips, ui.Chip{Text: w, Remove: v.in.address(v.base, "variance", "")})
	}
	return chips
}

var varianceWords = map[string]string{"none": "As planned", "over_15": "Over 15 minutes off plan", "missing_break": "Break not taken"}

func hoursFacts(v detail) []ui.Fact {
	when, long := times(v.t.Plan())
	facts := []ui.Fact{{Label: "Planned", Value: when, Note: long}}
	if h, claimed := v.t.Hours(); claimed {
		when, long = times(h)
		facts = append(facts, ui.Fact{Label: "Worked", Value: when, Note: long}, ui.Fact{Label: "Difference", Value: difference(v.t), Note: v.t.WorkerNote})
	} else {
		facts = append(facts, ui.Fact{Label: "Worked", Value: "Not sent yet"})
	}
	facts = append(facts, ui.Fact{Label: "Ward", Value: v.ward, Note: v.t.CostCentre},
		ui.Fact{Label: "Shift", Value: v.t.ShiftRef, Href: v.base + "/shifts/" + v.t.ShiftRef})
	if v.t.ApprovedAt != nil {
		facts = append(facts, ui.Fact{Label: "Approved", Value: civil.When(*v.t.ApprovedAt), Note: v.t.ApprovedBy})
	}
	return facts
}

func priceTitle(v detail) string {
	if v.t.Quote != nil {
		return "Price as approved"
	}
	return "Price of the claim"
}

func checkAnswers(v detail) []ui.Answer {
	var answers []ui.Answer
	when, long := times(v.t.Plan())
	answers = append(answers, ui.Answer{Key: "Planned", Value: when, Note: long})
	if h, claimed := v.t.Hours(); claimed {
		when, long = times(h)
		answers = append(answers, ui.Answer{Key: "Worked", Value: when, Note: long}, ui.Answer{Key: "Difference", Value: difference(v.t), Note: v.t.WorkerNote})
	}
	if v.quote != nil {
		answers = append(answers, ui.Answer{Key: "Cost before VAT", Value: v.quote.Net.String()})
	}
	return answers
}
