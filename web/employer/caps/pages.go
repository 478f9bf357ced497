// Package caps holds the pages on which an employer reads the price caps in force
// and the work that is closed to agencies, sets stricter ones of its own, and
// keeps holidays that it alone has.
package caps

import (
	"context"
	"slices"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/employer/rates"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

type pages struct {
	packs  *packs.Service
	places *places.Service
}

// Pages registers them. They come before the pages of cards, whose addresses end
// in an id.
func Pages(s *web.Site, packs *packs.Service, places *places.Service) {
	p := &pages{packs, places}
	as := func(thing string, form map[string]string) web.Option {
		return web.Example(func(w openapi.World) openapi.Call {
			call := openapi.Call{As: "admin@kingsmere.example", Path: map[string]string{"org": "kingsmere"}}
			if thing != "" {
				call.Path["id"] = w.ID(thing)
			}
			if form != nil {
				call.Body = form
			}
			return call
		})
	}
	const at = "/e/{org}/rates/caps"
	web.Get(s, at, rbac.CardRead, "Price caps", p.list, as("", nil))
	web.Get(s, at+"/new", rbac.CapManage, "Set a stricter cap", p.fresh, as("", nil))
	web.Post(s, at+"/new", rbac.CapManage, "Set a stricter cap", p.set, p.setAgain, as("", map[string]string{
		"band": "afc-7", "zone": "outside_london", "class": "core", "rate": "43.00", "from": "2027-01-01", "source": "Trust board, November 2026", "reason": "Agency spend plan"}))
	web.Get(s, at+"/{id}/end", rbac.CapManage, "End a cap", p.ending, as("kingsmere.cap", nil))
	web.Post(s, at+"/{id}/end", rbac.CapManage, "End a cap", p.end, p.endAgain, as("kingsmere.cap", map[string]string{"on": "2027-03-01"}))
	web.Get(s, at+"/restrictions/new", rbac.CapManage, "Close work to agencies", p.closing, as("", nil))
	web.Post(s, at+"/restrictions/new", rbac.CapManage, "Close work to agencies", p.close, p.closeAgain, as("", map[string]string{
		"staff_group": "hca", "band": "afc-3", "from": "2027-06-01", "source": "Trust board, November 2026", "reason": "Agency spend plan"}))
	web.Get(s, at+"/restrictions/{id}/end", rbac.CapManage, "Open work to agencies again", p.opening, as("kingsmere.restriction", nil))
	web.Post(s, at+"/restrictions/{id}/end", rbac.CapManage, "Open work to agencies again", p.open, p.openAgain, as("kingsmere.restriction", map[string]string{"on": "2027-09-01"}))
	web.Get(s, at+"/holidays", rbac.CardRead, "Local holidays", p.holidays, as("", nil))
	web.Post(s, at+"/holidays", rbac.CapManage, "Local holidays", p.keep, p.keepAgain, as("", map[string]string{
		"day": "2027-08-09", "name": "Charter day", "source": "Trust board, November 2026", "reason": "A day that the trust alone keeps"}))
	web.Post(s, at+"/holidays/{id}/remove", rbac.CapManage, "Remove a local holiday", p.drop, p.dropAgain, as("kingsmere.local-holiday", map[string]string{}))
}

func base(ctx context.Context) string { return web.Base(ctx) + "/rates/caps" }

var classes = []packs.Class{packs.Core, packs.Low, packs.High}

var classWords = map[packs.Class]string{packs.Core: "Core", packs.Low: "Night and Saturday", packs.High: "Sunday and public holiday"}

// cell is one cap of a band in words.
type cell struct{ Rate, Note string }

// line is one band with its caps by class.
type line struct {
	Band   string
	Cells  [3]cell
	Source string
}

// own is a cap of the employer's own, beside the national one.
type own struct {
	ID, Band, Hours, Rate, National, Below, Days, Source, Reason, Since string
}

// listView is what the list shows.
type listView struct {
	Tabs    []ui.Tab
	At, New string
	On      civil.Date
	Zone    string
	Zones   []ui.Option // the employer's own first
	Lines   []line
	Own     []own
	Closed  closedView
}

type listIn struct {
	On   civil.Date `query:"on"`
	Zone string     `query:"zone" maxlen:"20"`
}

func (p *pages) list(ctx context.Context, tx *tenants.Tx, in listIn) (web.View, error) {
	on := in.On
	if on.IsZero() {
		on = civil.DateOf(tx.Now)
	}
	v := listView{Tabs: rates.Tabs(ctx, "Price caps"), At: base(ctx), On: on, Zone: in.Zone}
	var err error
	if v.Zones, err = p.zones(ctx, tx); err != nil {
		return web.View{}, err
	}
	if !slices.Contains(packs.Zones(), v.Zone) {
		v.Zone = v.Zones[0].Value
	}
	if web.May(ctx, rbac.CapManage) {
		v.New = v.At + "/new"
	}
	caps, err := p.packs.CapsOn(ctx, tx, tx.Me.ID, on)
	if err != nil {
		return web.View{}, err
	}
	bands, err := p.bands(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	for _, b := range bands {
		v.Lines = append(v.Lines, lineOf(b, v.Zone, caps))
	}
	overrides, err := p.packs.Overrides(ctx, tx, tx.Me.ID, on)
	if err != nil {
		return web.View{}, err
	}
	for _, o := range overrides {
		v.Own = append(v.Own, ownOf(o, caps))
	}
	v.Closed, err = p.closures(ctx, tx, on)
	return web.View{SkipTo: "caps", Body: listPage(v)}, err
}

// zones are the high cost areas to choose from, those of the employer's own sites
// first.
func (p *pages) zones(ctx context.Context, tx *tenants.Tx) ([]ui.Option, error) {
	sites, err := p.places.SiteList(ctx, tx, tx.Me.ID)
	var own []string
	for _, s := range sites {
		own = append(own, s.Zone)
	}
	return labels.Zones(own...), err
}

// bands are the bands of the grades, in their order.
func (p *pages) bands(ctx context.Context, tx *tenants.Tx) (bands []string, err error) {
	grades, err := p.packs.Grades(ctx, tx)
	seen := map[string]bool{}
	for _, known := range []string{"afc-2", "afc-3", "afc-4", "afc-5", "afc-6", "afc-7", "afc-8a", "afc-8b", "afc-8c", "afc-8d", "afc-9"} {
		for _, g := range grades {
			if g.Band == known && !seen[known] {
				seen[known], bands = true, append(bands, known)
			}
		}
	}
	for _, g := range grades {
		if !seen[g.Band] {
			seen[g.Band], bands = true, append(bands, g.Band)
		}
	}
	return bands, err
}

func bandWords(band string) string {
	if n, ok := strings.CutPrefix(band, "afc-"); ok {
		return "Band " + n
	}
	switch band {
	case "":
		return ""
	case packs.InterimBand:
		return "Very senior manager"
	}
	return strings.ToUpper(band[:1]) + band[1:]
}

func lineOf(band, zone string, caps []packs.Cap) line {
	l := line{Band: bandWords(band), Source: "None is loaded, so nothing can be said to be within it"}
	for i, class := range classes {
		l.Cells[i] = cell{Rate: "No cap loaded"}
		for _, c := range caps {
			if c.Band != band || c.Class != class || c.Zone != zone {
				continue
			}
			l.Cells[i] = cell{Rate: c.Rate.Text()}
			if c.Own {
				l.Cells[i].Note = "Your own; no national cap is loaded"
				if !c.National.IsZero() {
					l.Cells[i].Note = "Your own; national " + c.National.Text()
				}
			}
			if !c.Own || l.Source == "" || i == 0 {
				l.Source = string(c.Mark) + ": " + c.Source
			}
		}
	}
	return l
}

func ownOf(o packs.Override, caps []packs.Cap) own {
	w := own{ID: o.ID.String(), Band: bandWords(o.Band), Hours: classWords[o.Class] + ", " + packs.InZone(o.Zone), Rate: o.Rate.Text(), National: "None loaded", Days: lasting(o.From, o.Until),
		Source: o.Source, Reason: o.Reason, Since: "Set on " + civil.When(o.CreatedAt) + " by " + o.CreatedBy}
	for _, c := range caps {
		if c.ID == o.ID && !c.National.IsZero() {
			w.National, w.Below = c.National.Text(), c.National.Sub(o.Rate).Text()+" below"
		}
	}
	return w
}

type newForm struct {
	Band   string     `form:"band" maxlen:"40"`
	Zone   string     `form:"zone" maxlen:"20"`
	Class  string     `form:"class" maxlen:"10"`
	Rate   string     `form:"rate" maxlen:"20"`
	From   civil.Date `form:"from"`
	Until  civil.Date `form:"until"`
	Source string     `form:"source" maxlen:"300"`
	Reason string     `form:"reason" maxlen:"500"`
}

type none struct{}

func (p *pages) fresh(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	return p.setAgain(ctx, tx, newForm{Class: string(packs.Core)}, nil)
}

func (p *pages) setAgain(ctx context.Context, tx *tenants.Tx, in newForm, refused *fault.Fault) (web.View, error) {
	bands, err := p.bands(ctx, tx)
	var options []ui.Option
	for _, b := range bands {
		options = append(options, ui.Option{Value: b, Text: bandWords(b)})
	}
	if err != nil {
		return web.View{}, err
	}
	zones, err := p.zones(ctx, tx)
	return web.View{Narrow: true, Body: newPage(base(ctx), in, options, zones, refused)}, err
}

func (p *pages) set(ctx context.Context, tx *tenants.Tx, in newForm) (web.Done, error) {
	rate, err := money.ParseRate(strings.TrimPrefix(strings.TrimSpace(in.Rate), "£"))
	if err != nil {
		f := fault.Of(err)
		return web.Done{}, fault.ErrInvalid.With(fault.Field{Name: "rate", Code: f.Code, Text: "Enter the cap in pounds an hour, such as 29.50", Value: in.Rate})
	}
	o, err := p.packs.AddOverride(ctx, tx, packs.NewOverride{Band: in.Band, Zone: in.Zone, Class: packs.Class(in.Class), Rate: rate, From: in.From, Until: in.Until, Source: in.Source, Reason: in.Reason})
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: labels.Address(base(ctx), "on", o.From.String(), "zone", o.Zone), Flash: &ui.Flash{Kind: "success", Title: "Your own cap of " + o.Rate.Text() + " is set",
		Text: "It counts for shifts from " + o.From.Text() + "."}}, nil
}

type endForm struct {
	ID string     `path:"id" maxlen:"40"`
	On civil.Date `form:"on"`
}

func (p *pages) end(ctx context.Context, tx *tenants.Tx, in endForm) (web.Done, error) {
	id, err := idOf(in.ID)
	if err != nil {
		return web.Done{}, err
	}
	if in.On.IsZero() {
		return web.Done{}, fault.ErrInvalid.With(fault.Field{Name: "on", Code: "required", Text: "Enter the first day on which it no longer counts"})
	}
	if err := p.packs.EndOverride(ctx, tx, id, in.On); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: base(ctx), Flash: &ui.Flash{Kind: "success", Title: "The cap ends on " + in.On.AddDays(-1).Text()}}, nil
}

type endIn struct {
	ID string `path:"id" maxlen:"40"`
}

func (p *pages) ending(ctx context.Context, tx *tenants.Tx, in endIn) (web.View, error) {
	return p.endAgain(ctx, tx, endForm{ID: in.ID}, nil)
}

// endAgain asks for the day; another employer's cap is none.
func (p *pages) endAgain(ctx context.Context, tx *tenants.Tx, in endForm, refused *fault.Fault) (web.View, error) {
	id, err := idOf(in.ID)
	if err != nil {
		return web.View{}, err
	}
	_, err = p.packs.Override(ctx, tx, id)
	return web.View{Narrow: true, Body: endPage(base(ctx), ending{"End a cap", "Afterwards the national cap counts again", "/", "End this cap"}, in, refused)}, err
}
