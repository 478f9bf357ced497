// Package agencies holds the pages on which an employer keeps its agreements with
// agencies: their terms, tiers and VAT elections, and their end.
package agencies

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/modules/agencies"
	"wardbridge/modules/packs"
	"wardbridge/modules/quotes"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show and act through.
type Deps struct {
	Agencies *agencies.Service
	Packs    *packs.Service
	Quotes   *quotes.Service
}

type pages struct{ Deps }

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	p := &pages{d}
	list := web.Example(func(openapi.World) openapi.Call {
		return openapi.Call{As: "manager@kingsmere.example", Path: map[string]string{"org": "kingsmere"}}
	})
	about := func(as, org, agency string) func(openapi.World) openapi.Call {
		return func(w openapi.World) openapi.Call {
			c := openapi.Call{As: as, Path: map[string]string{"org": org}}
			if agency != "" {
				c.Path["id"] = w.ID(org + ".agreement." + agency)
			}
			return c
		}
	}
	form := func(typed map[string]string) web.Option {
		return web.Typed(about("admin@kingsmere.example", "kingsmere", "meridian"), typed)
	}
	one := web.Example(func(w openapi.World) openapi.Call {
		return openapi.Call{As: "manager@kingsmere.example", Path: map[string]string{"org": "kingsmere", "id": w.ID("kingsmere.agreement.meridian")}}
	})
	const at, it = "/e/{org}/agencies", "/e/{org}/agencies/{id}"
	s.Nav("employer", 60, "Agencies", "/agencies", rbac.AgreementRead, "", nil)
	web.Get(s, at, rbac.AgreementRead, "Agencies", p.list, list)
	web.Get(s, at+"/new", rbac.AgreementManage, "New agreement", p.fresh, list)
	web.Post(s, at+"/new", rbac.AgreementManage, "New agreement", p.agree, p.freshAgain, web.Example(func(w openapi.World) openapi.Call {
		c := about("admin@brightwater.example", "brightwater", "")(w)
		c.Body = map[string]string{"agency_id": w.ID("meridian"), "starts_on": "2027-01-01", "self_bill_from": "2027-01-01", "vat_number": "GB337440071"}
		return c
	}))
	web.Get(s, it, rbac.AgreementRead, "Agreement", p.show, one)
	web.Get(s, it+"/change", rbac.AgreementManage, "Change an agreement", p.change, one)
	web.Post(s, it+"/change", rbac.AgreementManage, "Change an agreement", p.update, p.changeAgain, form(map[string]string{"supplier_address": "1 Example Street, Exampleton EX1 1EX"}))
	web.Post(s, it+"/tiers", rbac.AgreementManage, "Agreement", p.setTiers, p.tiersAgain, form(map[string]string{"tier.nursing": "1", "tier.ahp": "2"}))
	web.Post(s, it+"/vat", rbac.AgreementManage, "Agreement", p.elect, p.electAgain, form(map[string]string{
		"category": "S", "from_on": "2027-04-01", "reason": "The agency supplies staff.", "source": "Board paper, November 2026"}))
	web.Get(s, it+"/end", rbac.AgreementManage, "End an agreement", p.check, one)
	web.Post(s, it+"/end", rbac.AgreementManage, "End an agreement", p.end, p.checkAgain, web.Typed(about("admin@clockwork.example", "clockwork", "northbank"), nil))
}

type none struct{}

// Tabs lead between the agencies and the rule by which they are told of shifts,
// for those who may see them; current is the text of the tab that is open.
func Tabs(ctx context.Context, current string) []ui.Tab {
	var all []ui.Tab
	for _, t := range []struct {
		text, path string
		permission rbac.Permission
	}{{"Agencies", "/agencies", rbac.AgreementRead}, {"Cascade rule", "/cascade-rules", rbac.ShiftRead}} {
		if web.May(ctx, t.permission) {
			all = append(all, ui.Tab{Text: t.text, Href: web.Base(ctx) + t.path, Current: t.text == current})
		}
	}
	return all
}

func base(ctx context.Context) string { return web.Base(ctx) + "/agencies" }

// place is the agency's tier in a staff group, in words.
type place struct{ Group, Tier string }

// row is one agreement in the list.
type row struct {
	Href, Agency, Code string
	Dates, State       string
	Places             []place
	SelfBill, Not      string // until when, and why not now
	VATNumber          string
}

// listView is what the list shows.
type listView struct {
	Tabs []ui.Tab
	New  string
	Rows []row
}

func (p *pages) list(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	all, err := p.Agencies.Agreements(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	ids := make([]tenants.ID, len(all))
	for i, a := range all {
		ids[i] = a.AgencyID
	}
	named, err := p.Agencies.Directory(ctx, tx, ids...)
	if err != nil {
		return web.View{}, err
	}
	placed, err := p.Agencies.Tiers(ctx, tx, "", civil.Date{})
	if err != nil {
		return web.View{}, err
	}
	groups, err := p.Packs.StaffGroups(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	tiers := tiersOf(placed)
	v := listView{Tabs: Tabs(ctx, "Agencies")}
	if web.May(ctx, rbac.AgreementManage) {
		v.New = base(ctx) + "/new"
	}
	today := civil.DateOf(tx.Now)
	for _, a := range all {
		r := rowOf(a, today)
		r.Href, r.Agency, r.Code = base(ctx)+"/"+a.ID.String(), named[a.AgencyID].Name, named[a.AgencyID].Letters
		r.Places = placesOf(tiers[a.ID], groups)
		v.Rows = append(v.Rows, r)
	}
	return web.View{SkipTo: "results", Body: listPage(v)}, nil
}

// tiersOf sorts places by agreement and staff group.
func tiersOf(placed []agencies.Placed) map[tenants.ID]map[string]int {
	tiers := map[tenants.ID]map[string]int{}
	for _, p := range placed {
		if tiers[p.AgreementID] == nil {
			tiers[p.AgreementID] = map[string]int{}
		}
		tiers[p.AgreementID][p.StaffGroup] = p.Tier
	}
	return tiers
}

// placesOf says the tiers in the order of the staff groups; groups without one
// are left out.
func placesOf(tiers map[string]int, groups []packs.StaffGroup) (places []place) {
	for _, g := range groups {
		if tier := tiers[g.Code]; tier > 0 {
			places = append(places, place{g.Name, tierWord(tier)})
		}
	}
	return places
}

func rowOf(a agencies.Agreement, today civil.Date) row {
	r := row{Dates: dates(a), State: state(a, today), VATNumber: a.VATNumber, SelfBill: "Not signed"}
	if !a.SelfBillUntil.IsZero() {
		r.SelfBill = a.SelfBillUntil.Text()
	}
	r.Not = selfBillsNot(a, today)
	return r
}

// at is the input of a page about one agreement.
type at struct {
	ID tenants.ID `path:"id"`
}

// agreementView is what the page of one agreement shows.
type agreementView struct {
	Back, At, Agency, Sub string
	Facts                 []ui.Fact
	Warning               string
	May                   bool // change it; nobody may once it has ended
	Places                []place
	Tiers                 []tierChoice
	Elections             []election
	Effects               []effect
	EffectsOn             string
	Groups                []ui.Option
	Vote                  electForm
}

// tierChoice is the box of one staff group.
type tierChoice struct {
	Name, Group, Value string
	Options            []ui.Option
}

// election is one decision on VAT in words.
type election struct{ From, Group, Category, Reason, Source string }

func (p *pages) show(ctx context.Context, tx *tenants.Tx, in at) (web.View, error) {
	v, err := p.view(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Title: v.Agency, Body: agreementPage(v, nil)}, nil
}

func (p *pages) view(ctx context.Context, tx *tenants.Tx, id tenants.ID) (agreementView, error) {
	a, err := p.Agencies.Get(ctx, tx, id)
	if err != nil {
		return agreementView{}, err
	}
	named, err := p.Agencies.Directory(ctx, tx, a.AgencyID)
	if err != nil {
		return agreementView{}, err
	}
	groups, err := p.Packs.StaffGroups(ctx, tx)
	if err != nil {
		return agreementView{}, err
	}
	tiers, err := p.Agencies.TiersOf(ctx, tx, a.ID)
	if err != nil {
		return agreementView{}, err
	}
	elections, err := p.Agencies.Elections(ctx, tx, a.ID)
	if err != nil {
		return agreementView{}, err
	}
	today := civil.DateOf(tx.Now)
	v := agreementView{Back: base(ctx), At: base(ctx) + "/" + a.ID.String(), Agency: named[a.AgencyID].Name, Sub: state(a, today),
		May: web.May(ctx, rbac.AgreementManage) && a.EndedAt.IsZero(), Facts: factsOf(a), Warning: selfBillsNot(a, today)}
	v.fill(groups, tiers, elections)
	effects, err := p.Quotes.Effects(ctx, tx, a, today)
	v.Effects, v.EffectsOn = effectsOf(effects, groups), today.Text()
	return v, err
}

func (v *agreementView) fill(groups []packs.StaffGroup, tiers map[string]int, elections []agencies.Election) {
	v.Places, v.Groups = placesOf(tiers, groups), []ui.Option{{Text: "All other staff groups"}}
	names := map[string]string{"": "All other staff groups"}
	for _, g := range groups {
		names[g.Code] = g.Name
		v.Groups = append(v.Groups, ui.Option{Value: g.Code, Text: g.Name})
		v.Tiers = append(v.Tiers, choiceOf(g, tiers[g.Code]))
	}
	for _, e := range elections {
		v.Elections = append(v.Elections, election{From: e.FromOn.Text(), Group: names[e.StaffGroup], Category: categoryWords[e.Category], Reason: e.Reason, Source: e.Source})
	}
}

// summary counts the decisions of the list.
func (v agreementView) summary() string { return labels.Count(len(v.Elections), "decision") }
