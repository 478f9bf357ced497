package bookings

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/internal/paging"
	"wardbridge/modules/bookings"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show.
type Deps struct {
	Bookings *bookings.Service
	Labels   labels.Sources
}

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	list := web.Example(func(openapi.World) openapi.Call {
		return openapi.Call{As: "agency@meridian.example", Path: map[string]string{"org": "meridian"}}
	})
	web.Get(s, "/a/{org}/bookings", rbac.BookingRead, "Bookings", d.list, list)
	s.Nav("agency", 30, "Bookings", "/bookings", rbac.BookingRead, "", nil)
}

type listIn struct {
	View   string        `query:"view"`
	From   string        `query:"from"`
	To     string        `query:"to"`
	Cursor paging.Cursor `query:"cursor"`
}

// views are the tabs of the list; the first is what one sees without asking.
var views = []struct {
	key, text, empty string
	status           bookings.Status
}{
	{"", "Coming", "No bookings lie ahead", bookings.StatusConfirmed},
	{"worked", "Worked", "No hours have been approved in these days", bookings.StatusWorked},
	{"cancelled", "Cancelled", "No booking was called off in these days", bookings.StatusCancelled},
	{"no_show", "No-show", "Everybody came", bookings.StatusNoShow},
	{"all", "All", "No bookings in these days", ""},
}

func (d Deps) list(ctx context.Context, tx *tenants.Tx, in listIn) (web.View, error) {
	at, view := web.Base(ctx)+"/bookings", views[0]
	v := listView{Action: at, From: in.From, To: in.To, Active: labels.Set(in.From, in.To), OpenHref: web.Base(ctx) + "/shifts"}
	for _, one := range views {
		if one.key == in.View {
			view = one
		}
	}
	for _, one := range views {
		v.Tabs = append(v.Tabs, ui.Tab{Text: one.text, Href: labels.Address(at, "view", one.key), Current: one.key == view.key})
	}
	v.View, v.Empty = view.key, view.empty
	f := bookings.Filter{Status: view.status, From: labels.Date(in.From), To: labels.Date(in.To), Cursor: in.Cursor}
	if view.key == "" && f.From.IsZero() {
		f.From = civil.DateOf(tx.Now)
	}
	found, next, err := d.Bookings.List(ctx, tx, f)
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
	for i := range found {
		v.Rows = append(v.Rows, rowOf(&found[i], book))
	}
	v.Pages.Summary = labels.Count(len(found), "booking")
	if next != "" {
		v.Pages.Next = labels.Address(at, "view", view.key, "from", in.From, "to", in.To, "cursor", string(next))
		v.Pages.Summary += " on this page"
	}
	return web.View{SkipTo: "results", Landscape: true, Body: listPage(v)}, nil
}

func rowOf(b *bookings.Booking, book labels.Book) row {
	ward, site := book.Ward(b.WardID)
	return row{
		ID: b.Ref, Ref: b.Ref, Day: civil.DateOf(b.StartsAt).Text(), Time: civil.Between(b.StartsAt, b.EndsAt), Length: civil.Span(b.Quote.Minutes) + " paid",
		Worker: b.WorkerName, Grade: book.Grade(b.Grade), Ward: ward, Where: where(site, book.Organisation(b.TenantID)),
		Charge: b.NetPence.String(), Pay: "Pay " + b.PayRate.Text() + " an hour", Status: labels.Status(b.Status), Why: b.EndedWhy,
	}
}

func where(site, trust string) string {
	if site == "" || site == trust {
		return trust
	}
	return site + ", " + trust
}
