package agencies

import (
	"context"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/workers"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show.
type Deps struct {
	Workers *workers.Service
	Labels  labels.Sources
}

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	list := web.Example(func(openapi.World) openapi.Call { return openapi.Call{As: "nurse@worker.example"} })
	one := func(w openapi.World) openapi.Call {
		return openapi.Call{As: "nurse@worker.example", Path: map[string]string{"id": w.ID("nurse.match")}}
	}
	web.Get(s, "/me/agencies", rbac.AccountUse, "Agencies", d.list, list)
	web.Get(s, "/me/agencies/{id}/confirm", rbac.AccountUse, "Confirm an agency", d.check, web.Example(one))
	web.Post(s, "/me/agencies/{id}/confirm", rbac.AccountUse, "Confirm an agency", d.confirm, d.checkAgain, web.Typed(one, nil))
	s.Nav("worker", 30, "Agencies", "/agencies", rbac.AccountUse, "offers", d.asking)
}

// asking counts the agencies that wait for an answer.
func (d Deps) asking(ctx context.Context, tx *tenants.Tx) (int, error) {
	found, err := d.Workers.Matches(ctx, tx)
	return len(found), err
}

func (d Deps) list(ctx context.Context, tx *tenants.Tx, _ struct{}) (web.View, error) {
	matches, err := d.Workers.Matches(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	mine, err := d.Workers.Mine(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	var ids []tenants.ID
	for i := range mine {
		ids = append(ids, mine[i].AgencyID)
	}
	book, err := d.Labels.Book(ctx, tx, nil, ids...)
	if err != nil {
		return web.View{}, err
	}
	profile, err := d.Workers.Profile(ctx, tx)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return web.View{}, err
	}
	at := web.Base(ctx) + "/agencies/"
	v := listView{Register: strings.TrimSpace(profile.RegisterBody + " " + profile.RegisterNumber)}
	for _, m := range matches {
		v.Asking = append(v.Asking, asking{Agency: m.Agency, Grade: book.Grade(m.Grade), Href: at + m.ID.String() + "/confirm"})
	}
	for i := range mine {
		r := &mine[i]
		one := represented{Agency: book.Organisation(r.AgencyID), Grade: book.Grade(r.Grade), Since: "confirmed"}
		if !r.ConfirmedAt.IsZero() {
			one.Since += " on " + civil.DateOf(r.ConfirmedAt).Text()
		}
		if r.Archived() {
			one.Since = "put away by the agency on " + civil.DateOf(r.ArchivedAt).Text()
		}
		v.Confirmed = append(v.Confirmed, one)
	}
	return web.View{Narrow: true, Body: listPage(v)}, nil
}

type oneIn struct {
	ID tenants.ID `path:"id"`
}

// match finds one of the records that wait for this person's answer.
func (d Deps) match(ctx context.Context, tx *tenants.Tx, id tenants.ID) (workers.Match, error) {
	found, err := d.Workers.Matches(ctx, tx)
	if err != nil {
		return workers.Match{}, err
	}
	for _, m := range found {
		if m.ID == id {
			return m, nil
		}
	}
	return workers.Match{}, fault.ErrNotFound
}

func (d Deps) check(ctx context.Context, tx *tenants.Tx, in oneIn) (web.View, error) {
	return d.checkAgain(ctx, tx, in, nil)
}

func (d Deps) checkAgain(ctx context.Context, tx *tenants.Tx, in oneIn, refused *fault.Fault) (web.View, error) {
	m, err := d.match(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	book, err := d.Labels.Book(ctx, tx, nil)
	if err != nil {
		return web.View{}, err
	}
	back := web.Base(ctx) + "/agencies"
	return web.View{Narrow: true, Body: confirmPage(confirmView{Action: back + "/" + m.ID.String() + "/confirm", Back: back, Agency: m.Agency, Refused: refused, Answers: []ui.Answer{
		{Key: "Agency", Value: m.Agency, Note: "It has your register number and your date of birth"},
		{Key: "They offer you as", Value: book.Grade(m.Grade)},
		{Key: "They may", Value: "Propose you for shifts, and see the bookings and timesheets that they made for you"},
		{Key: "They are told", Value: "Whether you are free, never where else you work"},
	}})}, nil
}

func (d Deps) confirm(ctx context.Context, tx *tenants.Tx, in oneIn) (web.Done, error) {
	m, err := d.match(ctx, tx, in.ID)
	if err != nil {
		return web.Done{}, err
	}
	if _, err := d.Workers.Confirm(ctx, tx, m.AgencyID, m.ID); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/agencies", Flash: &ui.Flash{Kind: "success", Title: m.Agency + " represents you", Text: "They can now propose you for shifts."}}, nil
}
