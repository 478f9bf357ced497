package caps

import (
	"context"

	"github.com/google/uuid"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/packs"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

// holidayView is what the page of local holidays shows.
type holidayView struct {
	At      string
	May     bool
	Days    []packs.LocalHoliday
	Form    dayForm
	Refused *fault.Fault
}

type dayForm struct {
	Day    civil.Date `form:"day"`
	Name   string     `form:"name" maxlen:"120"`
	Source string     `form:"source" maxlen:"300"`
	Reason string     `form:"reason" maxlen:"500"`
}

func (p *pages) holidays(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	return p.keepAgain(ctx, tx, dayForm{}, nil)
}

func (p *pages) keepAgain(ctx context.Context, tx *tenants.Tx, in dayForm, refused *fault.Fault) (web.View, error) {
	today := civil.DateOf(tx.Now)
	v := holidayView{At: base(ctx) + "/holidays", May: web.May(ctx, rbac.CapManage), Form: in, Refused: refused}
	var err error
	v.Days, err = p.packs.LocalHolidays(ctx, tx, tx.Me.ID, today.AddDays(-366), today.AddDays(3660))
	return web.View{Narrow: true, Body: holidayPage(v)}, err
}

func (p *pages) keep(ctx context.Context, tx *tenants.Tx, in dayForm) (web.Done, error) {
	h, err := p.packs.AddLocalHoliday(ctx, tx, in.Day, in.Name, in.Source, in.Reason)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: base(ctx) + "/holidays", Flash: &ui.Flash{Kind: "success", Title: h.Day.Text() + " is a holiday of yours"}}, nil
}

type dropForm struct {
	ID string `path:"id" maxlen:"40"`
}

func (p *pages) drop(ctx context.Context, tx *tenants.Tx, in dropForm) (web.Done, error) {
	id, err := idOf(in.ID)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: base(ctx) + "/holidays", Flash: &ui.Flash{Kind: "success", Title: "The day is an ordinary one again"}}, p.packs.RemoveLocalHoliday(ctx, tx, id)
}

func (p *pages) dropAgain(ctx context.Context, tx *tenants.Tx, _ dropForm, refused *fault.Fault) (web.View, error) {
	return p.keepAgain(ctx, tx, dayForm{}, refused)
}

// idOf reads an id of an address; what is none is nothing's.
func idOf(text string) (tenants.ID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return tenants.ID{}, fault.ErrNotFound.Because(err)
	}
	return id, nil
}
