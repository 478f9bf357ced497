package adjustments

import (
	"context"
	"errors"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/modules/timesheets"
	"wardbridge/tenants"
)

// once is all of a rate.
var once = money.MustFactor("1")

// becomes is the rate that a change gives to work, and whether it speaks of it.
func (c *Change) becomes(t *timesheets.Settled, band string) (money.Rate, bool) {
	switch {
	case c.Grade != "" && c.Grade != t.Grade, c.Band != "" && c.Band != band:
		return money.Rate{}, false
	case !c.From.IsZero() && c.From != t.PayRate:
		return money.Rate{}, false
	case !c.To.IsZero():
		return c.To, true
	case !c.From.IsZero():
		return c.From.Times(once.Add(c.Share)), true
	}
	return t.AgreedRate.Times(once.Add(c.Share)), true
}

// payOf is the rate at which work is priced again: that of the first change that
// speaks of it, or the one that counts now.
func (a *Adjustment) payOf(t *timesheets.Settled, band string) money.Rate {
	for i := range a.Changes {
		if rate, spoken := a.Changes[i].becomes(t, band); spoken {
			return rate
		}
	}
	return t.PayRate
}

// changes are what a request names, or what its kind finds.
func (s *Service) changes(ctx context.Context, tx *tenants.Tx, r *Request, grades map[string]packs.Grade) ([]Change, error) {
	for i := range r.Changes {
		if err := r.Changes[i].check(grades); err != nil {
			return nil, err
		}
	}
	was, now, err := s.versions(ctx, tx, r)
	if err != nil {
		return nil, err
	}
	switch {
	case r.Kind == Reference && len(r.Changes) > 0:
		return nil, named(ErrChange.Saying("Corrected national data changes no rate of pay. Choose the kind award or card."), "changes", "")
	case r.Kind == Reference, len(r.Changes) > 0:
		return r.Changes, nil
	case r.Kind == Card:
		return ofCards(r, was, now)
	}
	return s.ofAward(ctx, tx, r)
}

func (c *Change) check(grades map[string]packs.Grade) error {
	known := c.Grade == "" || grades[c.Grade].Code != ""
	if c.Band != "" {
		found := false
		for _, g := range grades {
			found = found || g.Band == c.Band
		}
		known = known && found
	}
	least, most := money.MustFactor("0"), once
	if !known || c.To.IsZero() == c.Share.IsZero() || c.Share.Cmp(least) < 0 || c.Share.Cmp(most) > 0 {
		return named(ErrChange, "changes", c.Text())
	}
	return nil
}

// ofAward compares the pay points of the first day with those of the day before.
func (s *Service) ofAward(ctx context.Context, tx *tenants.Tx, r *Request) ([]Change, error) {
	before, err := s.packs.SpinePoints(ctx, tx, r.From.AddDays(-1))
	if err != nil {
		return nil, err
	}
	after, err := s.packs.SpinePoints(ctx, tx, r.From)
	if err != nil {
		return nil, err
	}
	was := map[[2]string]money.Rate{}
	for _, p := range before {
		was[[2]string{p.Band, p.Step}] = p.Hourly
	}
	var all []Change
	for _, p := range after {
		old, found := was[[2]string{p.Band, p.Step}]
		change := Change{Band: p.Band, From: old, To: p.Hourly}
		if found && old != p.Hourly && (len(all) == 0 || all[len(all)-1] != change) {
			all = append(all, change)
		}
	}
	if len(all) == 0 {
		return nil, named(ErrNoAward, "from", r.From.String())
	}
	return all, nil
}

// ofCards are the rates that two versions of a card have differently. A line for
// one site, specialty or engagement says nothing of the bookings of others, so
// its change is named by hand.
func ofCards(r *Request, was, now cards.Card) ([]Change, error) {
	if r.AgencyID == (tenants.ID{}) {
		r.AgencyID = now.AgencyID
	}
	var all []Change
	for _, c := range cards.DiffOf(was.Lines, now.Lines).Changed {
		plain := c.Old.Specialty == "" && c.Old.SiteID == (tenants.ID{}) && (c.Old.Engagement == cards.AnyEngagement || c.Old.Engagement == cards.PAYE) &&
			(c.Old.Band == cards.AnyBand || c.Old.Band == cards.Core) && c.Old.Grade != ""
		if plain && c.Old.PayMax != c.New.PayMax && !c.Old.PayMax.IsZero() && !c.New.PayMax.IsZero() {
			all = append(all, Change{Grade: c.Old.Grade, From: c.Old.PayMax, To: c.New.PayMax})
		}
	}
	if len(all) == 0 {
		return nil, named(ErrNoChanges.Saying("These two versions have the same pay for every grade. Choose other versions, or name the rates that change."), "card_now", now.ID.String())
	}
	return all, nil
}

// versions are the two versions of a card that a request names, or must name.
func (s *Service) versions(ctx context.Context, tx *tenants.Tx, r *Request) (was, now cards.Card, err error) {
	for _, named := range []struct {
		field string
		id    tenants.ID
		into  *cards.Card
	}{{"card_was", r.CardWas, &was}, {"card_now", r.CardNow, &now}} {
		if named.id == (tenants.ID{}) && (r.Kind != Card || len(r.Changes) > 0) {
			continue
		}
		if *named.into, err = s.card(ctx, tx, named.field, named.id); err != nil {
			return was, now, err
		}
	}
	return was, now, nil
}

func (s *Service) card(ctx context.Context, tx *tenants.Tx, field string, id tenants.ID) (cards.Card, error) {
	c, err := s.cards.Get(ctx, tx, id)
	if errors.Is(err, fault.ErrNotFound) || err == nil && c.TenantID != tx.Me.ID {
		return c, named(ErrNoChanges.Saying("There is no such version of a rate card. Choose one of your own."), field, "")
	}
	return c, err
}
