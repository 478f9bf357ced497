// Package rates holds the pages on which an employer reads, prepares and
// publishes its rate cards: what it pays an hour, for whom and when.
package rates

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/modules/agencies"
	"wardbridge/modules/cards"
	"wardbridge/modules/exchange"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show and act through.
type Deps struct {
	Cards    *cards.Service
	Packs    *packs.Service
	Places   *places.Service
	Agencies *agencies.Service
	Exchange *exchange.Service
}

type pages struct{ Deps }

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	p := &pages{d}
	as := func(who, thing string, form map[string]string) web.Option {
		return web.Example(func(w openapi.World) openapi.Call {
			call := openapi.Call{As: who + "@kingsmere.example", Path: map[string]string{"org": "kingsmere"}}
			if thing != "" {
				call.Path["id"] = w.ID(thing)
			}
			if form != nil {
				call.Body = form
			}
			return call
		})
	}
	const at, one = "/e/{org}/rates", "/e/{org}/rates/{id}"
	const inForce, draft, waiting = "kingsmere.card", "kingsmere.card.draft", "kingsmere.card.submitted"
	s.Nav("employer", 65, "Rates", "/rates", rbac.CardRead, "", nil)
	web.Get(s, at, rbac.CardRead, "Rates", p.list, as("admin", "", nil))
	web.Get(s, at+"/new", rbac.CardManage, "New rate card", p.fresh, as("admin", "", nil))
	web.Post(s, at+"/new", rbac.CardManage, "New rate card", p.doFresh, p.freshAgain,
		as("admin", "", map[string]string{"name": "Pharmacy staff", "valid_from": "2027-05-01"}))
	web.Get(s, one, rbac.CardRead, "Rate card", p.show, as("admin", inForce, nil))
	web.Get(s, one+"/changes", rbac.CardRead, "Changes of a rate card", p.changes, as("admin", waiting, nil))
	web.Get(s, one+"/gaps", rbac.CardRead, "Gaps of a rate card", p.gaps, as("admin", inForce, nil))
	web.Download(s, one+"/lines.csv", rbac.CardRead, "Rate card as CSV", p.csv, as("admin", inForce, nil))
	web.Download(s, one+"/lines.xlsx", rbac.CardRead, "Rate card as a workbook", p.workbook, as("admin", inForce, nil))

	web.Get(s, one+"/copy", rbac.CardManage, "New version of a rate card", p.copyPage, as("admin", inForce, nil))
	web.Post(s, one+"/copy", rbac.CardManage, "New version of a rate card", p.doCopy, p.copyAgain,
		as("admin", "kingsmere.card.second", map[string]string{"valid_from": "2027-10-01"}))
	web.Get(s, one+"/about", rbac.CardManage, "Change a draft", p.about, as("admin", draft, nil))
	web.Post(s, one+"/about", rbac.CardManage, "Change a draft", p.doAbout, p.aboutAgain,
		as("admin", draft, map[string]string{"valid_from": "2027-06-01", "source": "Trust board, November 2026"}))
	web.Get(s, one+"/line", rbac.CardManage, "Line of a rate card", p.line, as("admin", draft, nil))
	web.Post(s, one+"/line", rbac.CardManage, "Line of a rate card", p.doLine, p.lineAgain,
		as("admin", draft, map[string]string{"grade": "ahp-band-6", "pay_max": "25.60", "commission_max": "2.40"}))
	web.Get(s, one+"/file", rbac.CardManage, "Lines from a file", p.file, as("admin", draft, nil))
	web.Post(s, one+"/file", rbac.CardManage, "Lines from a file", p.doFile, p.fileAgain, web.Example(func(w openapi.World) openapi.Call {
		return openapi.Call{As: "admin@kingsmere.example", Path: map[string]string{"org": "kingsmere", "id": w.ID(draft)}, Body: map[string]string{},
			ContentType: "text/csv", Raw: []byte("grade,pay_max,commission_max\r\nahp-band-6,25.60,2.40\r\n")}
	}))
	web.Post(s, one+"/submit", rbac.CardManage, "Submit a rate card", p.submit, p.actAgain, as("admin", draft, map[string]string{}))
	web.Post(s, one+"/return", rbac.CardManage, "Return a rate card", p.giveBack, p.actAgain, as("finance", waiting, map[string]string{}))
	web.Post(s, one+"/publish", rbac.CardManage, "Publish a rate card", p.publish, p.actAgain, as("finance", waiting, map[string]string{}))
	web.Post(s, one+"/discard", rbac.CardManage, "Discard a rate card", p.discard, p.actAgain, as("admin", draft, map[string]string{}))
}

type none struct{}

type cardIn struct {
	ID tenants.ID `path:"id"`
}

func base(ctx context.Context) string { return web.Base(ctx) + "/rates" }

func address(ctx context.Context, id tenants.ID) string { return base(ctx) + "/" + id.String() }

// listed is a card with what is in force of it and what is to come.
type listed struct {
	Name, Href, Source, Scope string
	InForce, Dates            string
	Next, NextHref, State     string
	Gaps, GapsHref            string
}

// Tabs lead between what is paid, what it may come to and what it does come to,
// for those who may see them; current is the text of the tab that is open.
func Tabs(ctx context.Context, current string) []ui.Tab {
	var all []ui.Tab
	for _, t := range []struct {
		text, path string
		permission rbac.Permission
	}{{"Rate cards", "/rates", rbac.CardRead}, {"Price caps", "/rates/caps", rbac.CardRead}, {"Local holidays", "/rates/caps/holidays", rbac.CardRead}, {"Calculator", "/rates/calculator", rbac.QuoteCreate}} {
		if web.May(ctx, t.permission) {
			all = append(all, ui.Tab{Text: t.text, Href: web.Base(ctx) + t.path, Current: t.text == current})
		}
	}
	return all
}

type listView struct {
	Tabs  []ui.Tab
	New   string
	Cards []listed
}

func (p *pages) list(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	all, err := p.Cards.List(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	book, err := p.book(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	v := listView{Tabs: Tabs(ctx, "Rate cards")}
	if web.May(ctx, rbac.CardManage) {
		v.New = base(ctx) + "/new"
	}
	today := civil.DateOf(tx.Now)
	for _, versions := range byName(all) {
		shown := counting(versions, today)
		report, err := p.Cards.Report(ctx, tx, shown.ID)
		if err != nil {
			return web.View{}, err
		}
		l := listed{Name: shown.Name, Href: address(ctx, shown.ID), Source: shown.Source, Scope: book.scope(shown), State: state(shown, today)}
		l.InForce, l.Dates = "Nothing yet", "from "+shown.ValidFrom.Text()
		if shown.On(today) {
			l.InForce, l.Dates = number(shown), dates(shown)
		}
		if next := versions[0]; next.ID != shown.ID {
			l.Next, l.NextHref, l.State = number(next)+" from "+next.ValidFrom.Text(), address(ctx, next.ID), state(next, today)
		}
		l.Gaps, l.GapsHref = gapCount(report.Gaps), address(ctx, shown.ID)+"/gaps"
		v.Cards = append(v.Cards, l)
	}
	return web.View{Body: listPage(v)}, nil
}

// byName gathers the versions of each card; the order stays as it came.
func byName(all []cards.Card) (groups [][]cards.Card) {
	at := map[string]int{}
	for _, c := range all {
		i, known := at[c.Name]
		if !known {
			i = len(groups)
			at[c.Name], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], c)
	}
	return groups
}

// counting is the version that is in force, else the latest.
func counting(versions []cards.Card, today civil.Date) cards.Card {
	for _, c := range versions {
		if c.On(today) {
			return c
		}
	}
	return versions[0]
}

func (p *pages) csv(ctx context.Context, tx *tenants.Tx, in cardIn) (openapi.File, error) {
	return p.Cards.Export(ctx, tx, in.ID, false)
}

func (p *pages) workbook(ctx context.Context, tx *tenants.Tx, in cardIn) (openapi.File, error) {
	return p.Cards.Export(ctx, tx, in.ID, true)
}
