// Package places holds the pages on which an employer keeps its sites and wards.
package places

import (
	"context"
	"strings"

	"wardbridge/internal/fault"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/organisation"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show and act through.
type Deps struct{ Places *places.Service }

type pages struct{ Deps }

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	p := &pages{d}
	call := func(openapi.World) openapi.Call {
		return openapi.Call{As: "admin@kingsmere.example", Path: map[string]string{"org": "kingsmere"}}
	}
	admin := web.Example(call)
	const at = "/e/{org}/settings/places"
	web.Get(s, at, rbac.PlaceRead, "Places", p.list, admin)
	web.Get(s, at+"/site", rbac.PlaceManage, "Add a site", p.newSite, admin)
	web.Post(s, at+"/site", rbac.PlaceManage, "Add a site", p.addSite, p.siteAgain,
		web.Typed(call, map[string]string{"code": "RK299", "name": "Kingsmere Community Hospital", "address": "2 Example Street, Exampleton EX1 1EX", "zone": "outside_london"}))
	one := func(form map[string]string) web.Option {
		return web.Example(func(w openapi.World) openapi.Call {
			c := call(w)
			c.Path["id"] = w.ID("kingsmere.site")
			if form != nil {
				c.Body = form
			}
			return c
		})
	}
	web.Get(s, at+"/site/{id}", rbac.PlaceManage, "Change a site", p.oldSite, one(nil))
	web.Post(s, at+"/site/{id}", rbac.PlaceManage, "Change a site", p.changeSite, p.oldSiteAgain,
		one(map[string]string{"code": "RK202", "name": "Kingsmere Park", "zone": "outside_london"}))
	web.Get(s, at+"/ward", rbac.PlaceManage, "Add a ward", p.newWard, admin)
	web.Post(s, at+"/ward", rbac.PlaceManage, "Add a ward", p.addWard, p.wardAgain, web.Example(func(w openapi.World) openapi.Call {
		c := call(w)
		c.Body = map[string]string{"site_id": w.ID("kingsmere.site"), "code": "W99", "name": "Ward 99, Winter pressures", "cost_centre": "001499"}
		return c
	}))
}

type none struct{}

// site is one site with what is on it.
type site struct {
	places.Site
	Wards []places.Ward
}

// listView is what the list shows; May says whether the forms are the caller's.
type listView struct {
	At    string
	Sites []site
	Wards int
	May   bool
	Tabs  []ui.Tab
}

func (v listView) summary() string {
	return labels.Count(len(v.Sites), "site") + ", " + labels.Count(v.Wards, "ward")
}

func base(ctx context.Context) string { return web.Base(ctx) + "/settings/places" }

func (p *pages) list(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	sites, err := p.Places.SiteList(ctx, tx, tx.Me.ID)
	if err != nil {
		return web.View{}, err
	}
	wards, err := p.Places.WardList(ctx, tx, tx.Me.ID)
	if err != nil {
		return web.View{}, err
	}
	v := listView{At: base(ctx), Sites: grouped(sites, wards), Wards: len(wards), May: web.May(ctx, rbac.PlaceManage), Tabs: organisation.Tabs(ctx, "Places")}
	return web.View{Body: listPage(v)}, nil
}

// grouped puts the wards under their sites, both in the order they came in.
func grouped(sites []places.Site, wards []places.Ward) []site {
	on := map[tenants.ID][]places.Ward{}
	for _, w := range wards {
		on[w.SiteID] = append(on[w.SiteID], w)
	}
	all := make([]site, len(sites))
	for i, s := range sites {
		all[i] = site{Site: s, Wards: on[s.ID]}
	}
	return all
}

type siteForm struct {
	Code    string `form:"code"`
	Name    string `form:"name"`
	Address string `form:"address"`
	Zone    string `form:"zone" maxlen:"20"`
}

// blankSite is a form that nothing has been typed into.
var blankSite = siteForm{Zone: packs.OutsideLondon}

func (p *pages) newSite(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	return p.siteAgain(ctx, tx, blankSite, nil)
}

func (p *pages) siteAgain(ctx context.Context, _ *tenants.Tx, in siteForm, refused *fault.Fault) (web.View, error) {
	return web.View{Narrow: true, Body: sitePage(base(ctx), in, refused)}, nil
}

func (p *pages) addSite(ctx context.Context, tx *tenants.Tx, in siteForm) (web.Done, error) {
	made, err := p.Places.AddSite(ctx, tx, places.Site{Code: in.Code, Name: in.Name, Address: in.Address, Zone: in.Zone})
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: base(ctx), Flash: &ui.Flash{Kind: "success", Title: made.Name + " has been added", Text: "Add its wards next."}}, nil
}

// oldForm is the form of a site that is there. Seen is the version that its
// values were read from.
type oldForm struct {
	siteForm
	ID   tenants.ID `path:"id"`
	Seen string     `form:"seen" maxlen:"40"`
}

type siteIn struct {
	ID tenants.ID `path:"id"`
}

func (p *pages) oldSite(ctx context.Context, tx *tenants.Tx, in siteIn) (web.View, error) {
	s, err := p.Places.Site(ctx, tx, tx.Me.ID, in.ID)
	if err != nil {
		return web.View{}, err
	}
	return p.oldSiteAgain(ctx, tx, oldForm{siteForm: siteForm{Code: s.Code, Name: s.Name, Address: s.Address, Zone: s.Zone}, ID: s.ID, Seen: s.ETag()}, nil)
}

// oldSiteAgain shows what was typed; another employer's site is none.
func (p *pages) oldSiteAgain(ctx context.Context, tx *tenants.Tx, in oldForm, refused *fault.Fault) (web.View, error) {
	s, err := p.Places.Site(ctx, tx, tx.Me.ID, in.ID)
	return web.View{Narrow: true, Body: oldSitePage(base(ctx), s.Name, in, refused)}, err
}

func (p *pages) changeSite(ctx context.Context, tx *tenants.Tx, in oldForm) (web.Done, error) {
	was, err := p.Places.Site(ctx, tx, tx.Me.ID, in.ID)
	if err != nil {
		return web.Done{}, err
	}
	is, err := p.Places.ChangeSite(ctx, tx, in.ID, in.Seen, places.Site{Code: in.Code, Name: in.Name, Address: in.Address, Published: was.Published, Zone: in.Zone})
	if err != nil {
		return web.Done{}, err
	}
	done := ui.Flash{Kind: "success", Title: is.Name + " has been changed"}
	if is.Zone != was.Zone {
		done.Text = "Shifts there are held against the price caps " + packs.InZone(is.Zone) + " from now on. What has been priced stays as it is."
	}
	return web.Done{To: base(ctx), Flash: &done}, nil
}

type wardForm struct {
	SiteID     tenants.ID `form:"site_id"`
	Code       string     `form:"code"`
	Name       string     `form:"name"`
	CostCentre string     `form:"cost_centre"`
}

func (p *pages) newWard(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	return p.wardAgain(ctx, tx, wardForm{}, nil)
}

func (p *pages) wardAgain(ctx context.Context, tx *tenants.Tx, in wardForm, refused *fault.Fault) (web.View, error) {
	sites, err := p.Places.SiteList(ctx, tx, tx.Me.ID)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Narrow: true, Body: wardPage(base(ctx), in, siteOptions(sites), refused)}, nil
}

func siteOptions(sites []places.Site) []ui.Option {
	options := []ui.Option{{Text: "Choose a site"}}
	for _, s := range sites {
		options = append(options, ui.Option{Value: s.ID.String(), Text: s.Name})
	}
	return options
}

func (p *pages) addWard(ctx context.Context, tx *tenants.Tx, in wardForm) (web.Done, error) {
	if in.SiteID == (tenants.ID{}) {
		return web.Done{}, fault.ErrInvalid.With(fault.Field{Name: "site_id", Code: "required", Text: "Choose the site that the ward is on."})
	}
	made, err := p.Places.AddWard(ctx, tx, places.Ward{SiteID: in.SiteID, Code: in.Code, Name: in.Name, CostCentre: in.CostCentre})
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: base(ctx), Flash: &ui.Flash{Kind: "success", Title: made.Name + " has been added", Text: "Shifts can be created there now."}}, nil
}

// chosen is an id as a select holds it; no id is no choice.
func chosen(id tenants.ID) string {
	if id == (tenants.ID{}) {
		return ""
	}
	return id.String()
}

// about is the line under a site's name.
func about(s site) string {
	return strings.TrimSuffix(s.Code+", "+s.Address, ", ")
}

// aside is what stands beside a site's name: how many wards, and its high cost
// area if it lies in one.
func aside(s site) string {
	text := labels.Count(len(s.Wards), "ward")
	if s.Zone != "" && s.Zone != packs.OutsideLondon {
		text += ", " + labels.Zone(s.Zone)
	}
	return text
}
