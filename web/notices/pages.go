// Package notices holds the pages on which everybody reads what they were told:
// the notices of their party, and the mails that went with them.
package notices

import (
	"context"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/modules/notices"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show and act through.
type Deps struct{ Notices *notices.Service }

type pages struct{ Deps }

// audience is one kind of party with notices: where its pages lie, what stands in
// its navigation, and a log-in of the demonstration.
type audience struct {
	name, path, icon, as, org string
	told                      string // whose notice of the demonstration is read
	position                  int
}

var audiences = []audience{
	{"employer", "/e/{org}", "", "admin@kingsmere.example", "kingsmere", "kingsmere", 85},
	{"agency", "/a/{org}", "", "agency@meridian.example", "meridian", "meridian", 85},
	{"practice", "/p/{org}", "", "practice@elmtree.example", "elmtree", "elmtree", 85},
	{"worker", "/me", "messages", "nurse@worker.example", "", "nurse", 35},
}

// Pages registers them for every audience that is told anything.
func Pages(s *web.Site, d Deps) {
	p := &pages{d}
	for _, a := range audiences {
		call := func(openapi.World) openapi.Call {
			call := openapi.Call{As: a.as}
			if a.org != "" {
				call.Path = map[string]string{"org": a.org}
			}
			return call
		}
		example := web.Example(call)
		web.Get(s, a.path+"/notices", rbac.NoticeRead, "Notices", p.list, example)
		web.Post(s, a.path+"/notices/read", rbac.NoticeRead, "Notices", p.readAll, p.again, web.Typed(call, nil))
		web.Post(s, a.path+"/notices/{id}/read", rbac.NoticeRead, "Notice", p.read, nil, web.Typed(func(w openapi.World) openapi.Call {
			c := call(w)
			if c.Path == nil {
				c.Path = map[string]string{}
			}
			c.Path["id"] = w.ID(a.told + ".notice")
			return c
		}, nil))
		web.Get(s, a.path+"/outbox", rbac.OutboxRead, "Mails", p.outbox, example)
		s.Nav(a.name, a.position, "Notices", "/notices", rbac.NoticeRead, a.icon, d.Notices.Unread)
	}
}

// all is the view of every notice; the usual one is of those nobody has read.
const all = "all"

type listIn struct {
	View   string        `query:"view" maxlen:"10"`
	Cursor paging.Cursor `query:"cursor"`
}

// row is one notice in the list.
type row struct {
	Title, Text, When string
	Href              string // where a notice that was read leads; "" leads nowhere
	Read              string // where to say that it has been read; "" once it is
}

// listView is what the list shows.
type listView struct {
	At, Outbox, Past string
	Unread           int
	All              bool
	Rows             []row
	Tabs             []ui.Tab
	Next             string
}

// list shows what nobody has read, or everything when there is nothing new.
func (p *pages) list(ctx context.Context, tx *tenants.Tx, in listIn) (web.View, error) {
	unread, err := p.Notices.Unread(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	at := web.Base(ctx) + "/notices"
	v := listView{At: at, Unread: unread, All: in.View == all || unread == 0, Past: records(ctx)}
	found, next, err := p.Notices.List(ctx, tx, notices.Filter{Unread: !v.All, Cursor: in.Cursor})
	if err != nil {
		return web.View{}, err
	}
	v.fill(found)
	view := ""
	if v.All {
		view = all
	}
	if next != "" {
		v.Next = labels.Address(at, "view", view, "cursor", string(next))
	}
	if web.May(ctx, rbac.OutboxRead) {
		v.Outbox = web.Base(ctx) + "/outbox"
	}
	return web.View{SkipTo: "results", Body: listPage(v)}, nil
}

// records is where a worker reads what was done with their records; others find
// their audit in the settings.
func records(ctx context.Context) string {
	if web.Caller(ctx).Party.Kind != tenants.Worker || !web.May(ctx, rbac.AuditRead) {
		return ""
	}
	return web.Base(ctx) + "/audit"
}

func (v *listView) fill(found []notices.Notice) {
	for _, n := range found {
		r := row{Title: n.Title, Text: n.Text, When: civil.When(n.At)}
		if n.ReadAt == nil {
			r.Read = v.At + "/" + n.ID.String() + "/read"
		}
		if own(n.Href) {
			r.Href = n.Href
		}
		v.Rows = append(v.Rows, r)
	}
	v.Tabs = []ui.Tab{{Text: "Unread", Href: v.At, Count: count(v.Unread), Current: !v.All}, {Text: "All", Href: v.At + "?view=" + all, Current: v.All}}
}

// count is a number of unread notices, which are counted up to 100.
func count(n int) string {
	if n > 99 {
		return "99+"
	}
	return labels.Number(n)
}

// own reports whether an address is one of this site.
func own(href string) bool { return strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "//") }

type none struct{}

func (p *pages) readAll(ctx context.Context, tx *tenants.Tx, _ none) (web.Done, error) {
	n, err := p.Notices.ReadAll(ctx, tx)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/notices", Flash: &ui.Flash{Kind: "success", Title: labels.Count(n, "notice") + " marked as read"}}, nil
}

func (p *pages) again(ctx context.Context, tx *tenants.Tx, _ none, _ *fault.Fault) (web.View, error) {
	return p.list(ctx, tx, listIn{})
}

type noticeID struct {
	ID tenants.ID `path:"id"`
}

// read marks a notice and goes to the page that it is about.
func (p *pages) read(ctx context.Context, tx *tenants.Tx, in noticeID) (web.Done, error) {
	n, err := p.Notices.Read(ctx, tx, in.ID)
	if err != nil {
		return web.Done{}, err
	}
	if own(n.Href) {
		return web.Done{To: n.Href}, nil
	}
	return web.Done{To: web.Base(ctx) + "/notices"}, nil
}
