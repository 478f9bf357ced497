// Package approvals holds the pages on which an employer's people give the
// approvals that wait for them, and keep the matrix of who gives which.
package approvals

import (
	"context"
	"net/url"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/modules/approvals"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show and act through.
type Deps struct{ Approvals *approvals.Service }

type pages struct{ Deps }

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	p := &pages{d}
	on := func(as string, path map[string]string) web.Option {
		return web.Example(func(w openapi.World) openapi.Call {
			at := map[string]string{"org": "kingsmere"}
			for name, value := range path {
				at[name] = value
			}
			if at["id"] != "" {
				at["id"] = w.ID(at["id"])
			}
			return openapi.Call{As: as, Path: at}
		})
	}
	typed := func(as, name string, boxes func(openapi.World) map[string]string) web.Option {
		return web.Example(func(w openapi.World) openapi.Call {
			c := openapi.Call{As: as, Path: map[string]string{"org": "kingsmere"}, Body: boxes(w)}
			if name != "" {
				c.Path["id"] = w.ID(name)
			}
			return c
		})
	}
	none := func(openapi.World) map[string]string { return map[string]string{} }
	said := func(openapi.World) map[string]string {
		return map[string]string{"statement": "Cover is needed tonight."}
	}
	ruled := func(boxes map[string]string) web.Option {
		return web.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "admin@kingsmere.example", Path: map[string]string{"org": "kingsmere"}, Query: map[string]string{"condition": "over_cap"}, Body: boxes}
		})
	}
	const office, delegation, open = "kingsmere.approval-office.chief", "kingsmere.delegation", "kingsmere.approval.open"
	const at, it, matrix = "/e/{org}/approvals", "/e/{org}/approvals/{id}", "/e/{org}/approvals/matrix"
	const ward, admin, chief = "ward@kingsmere.example", "admin@kingsmere.example", "chief@kingsmere.example"
	s.Nav("employer", 35, "Approvals", "/approvals", rbac.ApprovalRead, "", p.waiting)
	web.Get(s, at, rbac.ApprovalRead, "Approvals", p.list, on(ward, nil))
	web.Get(s, matrix, rbac.ApprovalRead, "Approval matrix", p.matrix, on(admin, nil))
	web.Get(s, matrix+"/rule", rbac.ApprovalManage, "Change a rule", p.change, web.Example(func(openapi.World) openapi.Call {
		return openapi.Call{As: admin, Path: map[string]string{"org": "kingsmere"}, Query: map[string]string{"condition": "over_cap"}}
	}))
	web.Post(s, matrix+"/rule", rbac.ApprovalManage, "Change a rule", p.setRule, p.changeAgain,
		ruled(map[string]string{"condition": "over_cap", "from_on": "2027-01-01", "source": "Trust board, November 2026"}))
	web.Post(s, matrix+"/rule/reset", rbac.ApprovalManage, "Change a rule", p.reset, nil, ruled(map[string]string{}))
	web.Get(s, matrix+"/offices", rbac.ApprovalManage, "Appoint to an office", p.appointForm, on(admin, nil))
	web.Post(s, matrix+"/offices", rbac.ApprovalManage, "Appoint to an office", p.appoint, p.appointAgain, typed(admin, "", func(w openapi.World) map[string]string {
		return map[string]string{"office": "service_manager", "person_id": w.ID("kingsmere.person.chief"), "from_on": "2027-01-01", "until_on": "2027-06-30"}
	}))
	web.Post(s, matrix+"/offices/{id}/end", rbac.ApprovalManage, "Approval matrix", p.endOffice, p.matrixAgain, typed(admin, office, none))
	web.Get(s, matrix+"/delegations", rbac.ApprovalDecide, "Delegate an office", p.delegateForm, on(chief, nil))
	web.Post(s, matrix+"/delegations", rbac.ApprovalDecide, "Delegate an office", p.delegate, p.delegateAgain, typed(chief, "", func(w openapi.World) map[string]string {
		return map[string]string{"office": "chief_executive", "delegate_id": w.ID("kingsmere.person.director"), "starts_on": "2027-01-01", "ends_at": "2027-06-30", "limit_rate": "120.00"}
	}))
	web.Post(s, matrix+"/delegations/{id}/revoke", rbac.ApprovalDecide, "Approval matrix", p.revoke, p.matrixAgain, typed(chief, delegation, none))
	web.Get(s, it, rbac.ApprovalRead, "Approval", p.show, on(ward, map[string]string{"id": "kingsmere.approval.open"}))
	web.Post(s, it+"/approve", rbac.ApprovalDecide, "Approval", p.approve, p.showAgain, typed(ward, open, said))
	web.Post(s, it+"/refuse", rbac.ApprovalDecide, "Approval", p.refuse, p.showAgain, typed(ward, open, said))
	web.Post(s, it+"/withdraw", rbac.ApprovalRequest, "Approval", p.withdraw, p.showAgain, typed("manager@kingsmere.example", open, none))
}

type none struct{}

func base(ctx context.Context) string { return web.Base(ctx) + "/approvals" }

// waiting is the work behind the navigation's count.
func (p *pages) waiting(ctx context.Context, tx *tenants.Tx) (int, error) {
	if !web.May(ctx, rbac.ApprovalDecide) {
		return 0, nil
	}
	return p.Approvals.Waiting(ctx, tx)
}

// The views of the inbox; the usual one is what waits for whoever looks.
const (
	viewMine   = ""
	viewPassed = "delegated"
	viewAll    = "all"
)

type listIn struct {
	View   string        `query:"view" maxlen:"10"`
	State  string        `query:"state" maxlen:"10"`
	Cursor paging.Cursor `query:"cursor"`
}

// row is one request in the inbox.
type row struct {
	Href, Title, Ref string
	Why, By          string
	Rate, Cap, Over  string
	Total            string
	Asked, Due       string
	State            string
}

type listView struct {
	At, Matrix, Next string
	Tabs             []ui.Tab
	All              bool
	State            string
	Rows             []row
	Empty            string
}

func (p *pages) list(ctx context.Context, tx *tenants.Tx, in listIn) (web.View, error) {
	f := approvals.Filter{View: approvals.Mine, Cursor: in.Cursor}
	v := listView{At: base(ctx), Matrix: base(ctx) + "/matrix", Empty: "Nothing waits for you"}
	switch in.View {
	case viewPassed:
		f.View, v.Empty = approvals.Passed, "Nothing waits for those to whom you delegated"
	case viewAll:
		f.View, f.State, v.All, v.State, v.Empty = "", approvals.State(in.State), true, in.State, "No approvals here"
	}
	for _, t := range []struct{ text, view string }{{"Waiting for me", viewMine}, {"Delegated by me", viewPassed}, {"All", viewAll}} {
		href := v.At
		if t.view != "" {
			href += "?view=" + t.view
		}
		v.Tabs = append(v.Tabs, ui.Tab{Text: t.text, Href: href, Current: t.view == in.View})
	}
	page, next, err := p.Approvals.List(ctx, tx, f)
	if err != nil {
		return web.View{}, err
	}
	for _, r := range page {
		v.Rows = append(v.Rows, rowOf(v.At, r))
	}
	if next != "" {
		v.Next = v.At + "?" + url.Values{"view": {in.View}, "state": {in.State}, "cursor": {string(next)}}.Encode()
	}
	return web.View{SkipTo: "results", Body: listPage(v)}, nil
}

func rowOf(at string, r approvals.Request) row {
	out := row{Href: at + "/" + r.ID.String(), Title: r.Title, Ref: r.SubjectRef, Why: why(r), By: r.RequesterName, Total: r.TotalPence.String(),
		Asked: civil.When(r.AskedAt), Due: labels.Instant(r.DueAt), State: labels.Status(r.State), Rate: rate(r.Rate), Cap: "No cap known"}
	if !r.Cap.IsZero() {
		out.Cap = "Cap " + r.Cap.Text()
	}
	if over := r.Over(); !over.IsZero() {
		out.Over = over.Text() + " above the cap"
	}
	return out
}

type at struct {
	ID tenants.ID `path:"id"`
}

type decideForm struct {
	at
	Statement string `form:"statement" maxlen:"1000"`
}

// detail is what the page of one request shows.
type detail struct {
	Back, At       string
	R              approvals.Request
	D              *approvals.Decision
	Status         string
	Facts, Figures []ui.Fact
	Evidence       []ui.Fact
	Decided        []ui.Fact
	Subject        ui.Link
	May, Withdraw  bool
	Interim        bool
	MayNot         string
	Statement      string
}

func (p *pages) show(ctx context.Context, tx *tenants.Tx, in at) (web.View, error) {
	return p.showAgain(ctx, tx, decideForm{at: in}, nil)
}

func (p *pages) showAgain(ctx context.Context, tx *tenants.Tx, in decideForm, refused *fault.Fault) (web.View, error) {
	r, d, err := p.Approvals.Get(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	asked, err := p.Approvals.Names(ctx, tx, r.Asked)
	if err != nil {
		return web.View{}, err
	}
	v := detail{Back: base(ctx), At: base(ctx) + "/" + r.ID.String(), R: r, D: d, Status: labels.Status(r.State), Facts: factsOf(r, asked), Statement: in.Statement}
	v.fill(web.Base(ctx))
	if r.State == approvals.Open {
		v.Withdraw = web.May(ctx, rbac.ApprovalRequest) && r.Ratifies == nil && !r.Afterwards() && r.RequesterID != nil && *r.RequesterID == tx.Actor.Person
		if web.May(ctx, rbac.ApprovalDecide) {
			c, err := p.Approvals.May(ctx, tx, r)
			if err != nil && !fault.Is(err, fault.Forbidden) {
				return web.View{}, err
			}
			v.May, v.Interim = err == nil, c.Interim
			if err != nil {
				v.MayNot = fault.Of(err).Text
			}
		}
	}
	return web.View{Title: r.Title, Body: showPage(v, refused)}, nil
}

func (p *pages) approve(ctx context.Context, tx *tenants.Tx, in decideForm) (web.Done, error) {
	r, err := p.Approvals.Approve(ctx, tx, in.ID, in.Statement)
	return done(ctx, "Approved", r.Title), err
}

func (p *pages) refuse(ctx context.Context, tx *tenants.Tx, in decideForm) (web.Done, error) {
	r, err := p.Approvals.Refuse(ctx, tx, in.ID, in.Statement)
	return done(ctx, "Refused", r.Title), err
}

func (p *pages) withdraw(ctx context.Context, tx *tenants.Tx, in decideForm) (web.Done, error) {
	r, err := p.Approvals.Withdraw(ctx, tx, in.ID)
	return done(ctx, "Withdrawn", r.Title), err
}

func done(ctx context.Context, title, text string) web.Done {
	return web.Done{To: base(ctx), Flash: &ui.Flash{Kind: "success", Title: title, Text: text}}
}
