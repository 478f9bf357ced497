// Package rates holds the pages on which an employer reads and publishes its rate
// cards: the most that it pays an hour, grade by grade.
package rates

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
)

// Deps are the services that these pages show and act through.
type Deps struct {
	Cards *cards.Service
	Packs *packs.Service
}

type pages struct{ Deps }

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	p := &pages{d}
	call := func(card bool) func(openapi.World) openapi.Call {
		return func(w openapi.World) openapi.Call {
			call := openapi.Call{As: "admin@kingsmere.example", Path: map[string]string{"org": "kingsmere"}}
			if card {
				call.Path["id"] = w.ID("kingsmere.card")
			}
			return call
		}
	}
	as := func(card bool) web.Option { return web.Example(call(card)) }
	const at = "/e/{org}/rates"
	s.Nav("employer", 65, "Rates", "/rates", rbac.CardRead, "", nil)
	web.Get(s, at, rbac.CardRead, "Rates", p.list, as(false))
	web.Get(s, at+"/new", rbac.CardManage, "Publish a rate card", p.fresh, as(false))
	web.Post(s, at+"/new", rbac.CardManage, "Publish a rate card", p.publish, p.freshAgain, web.Typed(call(false), map[string]string{
		"name": "Scientific staff", "valid_from": "2027-04-01", "source": "Trust board, November 2026", "lines": "scientific-band-5, 21.50, 2.00"}))
	web.Get(s, at+"/{id}", rbac.CardRead, "Rate card", p.show, as(true))
}

type none struct{}

func base(ctx context.Context) string { return web.Base(ctx) + "/rates" }

// version is one version of a card in words.
type version struct {
	Href, Number, Dates, State, Source string
}

// line is one grade of a version.
type line struct{ Grade, Code, Pay, Commission string }

// card is a card with its versions, latest first, and the lines of the one that
// counts today, or of the latest.
type card struct {
	Name     string
	Again    string // where to publish the next version
	Shown    version
	Lines    []line
	Versions []version
}

// listView is what the list shows.
type listView struct {
	New   string
	Cards []card
}

func (p *pages) list(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	all, err := p.Cards.List(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	grades, err := p.Packs.GradesByCode(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	var v listView
	if web.May(ctx, rbac.CardManage) {
		v.New = base(ctx) + "/new"
	}
	today := civil.DateOf(tx.Now)
	for _, versions := range byName(all) {
		shown := counting(versions, today)
		whole, err := p.Cards.Get(ctx, tx, shown.ID)
		if err != nil {
			return web.View{}, err
		}
		c := card{Name: shown.Name, Shown: versionOf(base(ctx), shown, today), Lines: linesOf(whole.Lines, grades)}
		if v.New != "" {
			c.Again = labels.Address(v.New, "card", versions[0].ID.String())
		}
		for _, one := range versions {
			c.Versions = append(c.Versions, versionOf(base(ctx), one, today))
		}
		v.Cards = append(v.Cards, c)
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

// cardView is what the page of one version shows.
type cardView struct {
	Back, Name, Again string
	Version           version
	Lines             []line
}

type cardIn struct {
	ID tenants.ID `path:"id"`
}

func (p *pages) show(ctx context.Context, tx *tenants.Tx, in cardIn) (web.View, error) {
	c, err := p.Cards.Get(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	grades, err := p.Packs.GradesByCode(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	v := cardView{Back: base(ctx), Name: c.Name, Version: versionOf(base(ctx), c, civil.DateOf(tx.Now)), Lines: linesOf(c.Lines, grades)}
	if web.May(ctx, rbac.CardManage) {
		v.Again = labels.Address(base(ctx)+"/new", "card", c.ID.String())
	}
	return web.View{Title: c.Name, Body: cardPage(v)}, nil
}
