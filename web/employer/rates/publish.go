package rates

import (
	"context"
	"strconv"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

type newForm struct {
	Name      string     `form:"name" maxlen:"200"`
	ValidFrom civil.Date `form:"valid_from"`
	Source    string     `form:"source" maxlen:"300"`
	Lines     string     `form:"lines" maxlen:"40000"`
}

type freshIn struct {
	Card tenants.ID `query:"card"`
}

// fresh begins with the lines of the version that is asked for, to be changed.
func (p *pages) fresh(ctx context.Context, tx *tenants.Tx, in freshIn) (web.View, error) {
	var form newForm
	if in.Card != (tenants.ID{}) {
		c, err := p.Cards.Get(ctx, tx, in.Card)
		if err != nil {
			return web.View{}, err
		}
		form = newForm{Name: c.Name, Lines: written(c.Lines)}
	}
	return p.freshAgain(ctx, tx, form, nil)
}

func (p *pages) freshAgain(ctx context.Context, tx *tenants.Tx, in newForm, refused *fault.Fault) (web.View, error) {
	grades, err := p.Packs.Grades(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Narrow: true, Body: newPage(base(ctx), in, grades, refused)}, nil
}

func (p *pages) publish(ctx context.Context, tx *tenants.Tx, in newForm) (web.Done, error) {
	grades, err := p.Packs.Grades(ctx, tx)
	if err != nil {
		return web.Done{}, err
	}
	n, err := newCard(in, grades)
	if err != nil {
		return web.Done{}, err
	}
	c, err := p.Cards.Publish(ctx, tx, n)
	if err != nil {
		return web.Done{}, placed(fault.Of(err), cut(in.Lines))
	}
	return web.Done{To: base(ctx) + "/" + c.ID.String(), Flash: &ui.Flash{Kind: "success", Title: "Version " + strconv.Itoa(c.Version) + " of " + c.Name + " has been published",
		Text: "It counts for shifts from " + c.ValidFrom.Text() + "."}}, nil
}

// newCard reads the form; rows that cannot be read are refused before the card is
// looked at.
func newCard(in newForm, grades []packs.Grade) (cards.NewCard, error) {
	lines, refused := read(cut(in.Lines), grades)
	if len(refused) > 0 {
		return cards.NewCard{}, fault.ErrInvalid.With(refused...)
	}
	return cards.NewCard{Name: in.Name, ValidFrom: in.ValidFrom, Source: in.Source, Lines: lines}, nil
}
