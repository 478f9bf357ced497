package caps

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/packs"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

// closed is work that is closed to agencies, in words. Only one's own can end.
type closed struct {
	ID, Group, Band, Days, Whose, Since, Source, Reason string
}

// closedView is the part of the list about it.
type closedView struct {
	Binds bool   // the agency rules bind trusts alone
	New   string // where more is closed; none: whoever looks may not
	Rows  []closed
}

// closures are the nation's restrictions in force on a day, then the trust's own
// that count then or later.
func (p *pages) closures(ctx context.Context, tx *tenants.Tx, on civil.Date) (v closedView, err error) {
	if v.Binds = tx.Me.Kind == tenants.Trust; !v.Binds {
		return v, nil
	}
	if web.May(ctx, rbac.CapManage) {
		v.New = base(ctx) + "/restrictions/new"
	}
	groups, err := p.packs.StaffGroupsByCode(ctx, tx)
	if err != nil {
		return v, err
	}
	all, err := p.packs.RestrictionsOn(ctx, tx, tx.Me.ID, on)
	if err != nil {
		return v, err
	}
	for _, r := range all {
		if !r.Own {
			v.Rows = append(v.Rows, closed{Group: groupWords(groups, r.StaffGroup), Band: closedBand(r.Band), Days: lasting(r.From, r.Until), Whose: "The nation", Source: string(r.Mark) + ": " + r.Source})
		}
	}
	own, err := p.packs.OwnRestrictions(ctx, tx, tx.Me.ID, on)
	for _, r := range own {
		v.Rows = append(v.Rows, closed{ID: r.ID.String(), Group: groupWords(groups, r.StaffGroup), Band: closedBand(r.Band), Days: lasting(r.From, r.Until), Whose: "You",
			Since: "Set on " + civil.When(r.CreatedAt) + " by " + r.CreatedBy, Source: r.Source, Reason: r.Reason})
	}
	return v, err
}

func groupWords(groups map[string]packs.StaffGroup, code string) string {
	if code == packs.Any {
		return "Every staff group"
	}
	return groups[code].Name
}

func closedBand(band string) string {
	if band == packs.Any {
		return "Every band"
	}
	return bandWords(band)
}

func lasting(from, until civil.Date) string {
	if until.IsZero() {
		return "from " + from.Text()
	}
	return from.Text() + " to " + until.AddDays(-1).Text()
}

type closeForm struct {
	StaffGroup string     `form:"staff_group" maxlen:"40"`
	Band       string     `form:"band" maxlen:"40"`
	From       civil.Date `form:"from"`
	Until      civil.Date `form:"until"`
	Source     string     `form:"source" maxlen:"300"`
	Reason     string     `form:"reason" maxlen:"500"`
}

func (p *pages) closing(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	return p.closeAgain(ctx, tx, closeForm{}, nil)
}

func (p *pages) closeAgain(ctx context.Context, tx *tenants.Tx, in closeForm, refused *fault.Fault) (web.View, error) {
	groups, err := p.packs.StaffGroups(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	bands, err := p.bands(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	ofGroup, ofBand := []ui.Option{{Value: packs.Any, Text: "Every staff group"}}, []ui.Option{{Value: packs.Any, Text: "Every band"}}
	for _, g := range groups {
		ofGroup = append(ofGroup, ui.Option{Value: g.Code, Text: g.Name})
	}
	for _, b := range bands {
		ofBand = append(ofBand, ui.Option{Value: b, Text: bandWords(b)})
	}
	return web.View{Narrow: true, Body: closePage(base(ctx), in, ofGroup, ofBand, refused)}, nil
}

func (p *pages) close(ctx context.Context, tx *tenants.Tx, in closeForm) (web.Done, error) {
	r, err := p.packs.AddRestriction(ctx, tx, packs.NewRestriction{StaffGroup: in.StaffGroup, Band: in.Band, From: in.From, Until: in.Until, Source: in.Source, Reason: in.Reason})
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: base(ctx) + "?on=" + r.From.String(), Flash: &ui.Flash{Kind: "success", Title: "The work is closed to agencies from " + r.From.Text(),
		Text: "A proposal for it then needs an exemption. What has been proposed already stays as it is."}}, nil
}

func (p *pages) opening(ctx context.Context, tx *tenants.Tx, in endIn) (web.View, error) {
	return p.openAgain(ctx, tx, endForm{ID: in.ID}, nil)
}

// openAgain asks for the day; another employer's restriction is none.
func (p *pages) openAgain(ctx context.Context, tx *tenants.Tx, in endForm, refused *fault.Fault) (web.View, error) {
	id, err := idOf(in.ID)
	if err != nil {
		return web.View{}, err
	}
	_, err = p.packs.OwnRestriction(ctx, tx, id)
	return web.View{Narrow: true, Body: endPage(base(ctx), ending{"Open work to agencies again", "What the nation closes stays closed", "/restrictions/", "End the restriction"}, in, refused)}, err
}

func (p *pages) open(ctx context.Context, tx *tenants.Tx, in endForm) (web.Done, error) {
	id, err := idOf(in.ID)
	if err != nil {
		return web.Done{}, err
	}
	if in.On.IsZero() {
		return web.Done{}, fault.ErrInvalid.With(fault.Field{Name: "on", Code: "required", Text: "Enter the first day on which it no longer counts"})
	}
	if err := p.packs.EndRestriction(ctx, tx, id, in.On); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: base(ctx), Flash: &ui.Flash{Kind: "success", Title: "The work is open to agencies again from " + in.On.Text()}}, nil
}
