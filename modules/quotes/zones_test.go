package quotes_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/approvals"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// site opens a site of the deal's trust in a zone.
func (d deal) site(t *testing.T, code, zone string) (made places.Site) {
	t.Helper()
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) (err error) {
		made, err = places.New().AddSite(ctx, tx, places.Site{Code: code, Name: "Site " + code, Zone: zone})
		return err
	})
	return made
}

// hide closes a site to everybody but the trust.
func (d deal) hide(t *testing.T, s places.Site) {
	t.Helper()
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) error {
		s.Published = false
		_, err := places.New().ChangeSite(ctx, tx, s.ID, "", s)
		return err
	})
}

// above is what the one cap of a price is exceeded by, empty within it.
func above(t *testing.T, a quotes.Answer) string {
	t.Helper()
	if len(a.Quote.Caps) != 1 {
		t.Fatalf("held against %+v", a.Quote.Caps)
	}
	if a.Quote.Caps[0].Over.IsZero() {
		return ""
	}
	return a.Quote.Caps[0].Over.String()
}

// £24 an hour and £2 of commission come to £33.8727, whatever the site: pay with
// 12.07% holiday, and 18.5% of both.
func TestQuote_holdsAShiftAgainstTheCapsOfTheZoneOfItsSite(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{Framework: "TWS3"})
	inner, outside := d.site(t, "IN", packs.InnerLondon), d.site(t, "OUT", "")
	r := d.ask(t, "nurse-band-5", "2026-05-13 08:00", "2026-05-13 18:00", "24.00", "2.00")

	in, out := r, r
	in.SiteID, out.SiteID = inner.ID, outside.ID
	within, over := d.must(t, in), d.must(t, out)

	same(t, "the charge", within.Quote.Caps[0].Charge.String(), "33.8727")
	same(t, "above in inner London", above(t, within), "")
	same(t, "above outside", above(t, over), "2.9227")
	if within.Zone != packs.InnerLondon || over.Zone != packs.OutsideLondon {
		t.Errorf("zones %q and %q", within.Zone, over.Zone)
	}
	if is := within.Quote.Caps[0]; is.Cap.String() != "37.1400" || !strings.Contains(is.Row.Source, "the inner London supplement") {
		t.Errorf("explained by %s of %q", is.Cap, is.Row.Source)
	}
	if is := over.Quote.Caps[0]; is.Cap.String() != "30.9500" || strings.Contains(is.Row.Source, "supplement") {
		t.Errorf("explained by %s of %q", is.Cap, is.Row.Source)
	}
	conditions(t, "in inner London", d.needs(t, d.agency, in))
	conditions(t, "outside", d.needs(t, d.agency, out), approvals.OverCap)
}

func TestQuote_costsTheSameInEveryZone(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{})
	d.elect(t, "nursing", "E", "2026-01-01")
	r := d.ask(t, "nurse-band-5", "2026-12-24 20:00", "2026-12-25 08:00", "20.00", "2.00")
	r.BreakMinutes = 60
	outside := d.must(t, r)
	for _, zone := range packs.Zones()[1:] {
		r.SiteID = d.site(t, zone, zone).ID
		a := d.must(t, r)

		same(t, zone+" net", a.Quote.Net, outside.Quote.Net)
		same(t, zone+" VAT", a.Quote.VAT, outside.Quote.VAT)
		same(t, zone+" gross", a.Quote.Gross, outside.Quote.Gross)
		same(t, zone+" dearest hour", a.Quote.Highest, outside.Quote.Highest)
		for i := range a.Quote.Lines {
			got, wanted := &a.Quote.Lines[i], &outside.Quote.Lines[i]
			if got.Kind != wanted.Kind || got.Amount != wanted.Amount || got.Why() != wanted.Why() || got.Category != wanted.Category {
				t.Errorf("%s: line %+v, want %+v", zone, got, wanted)
			}
		}
		for i := range a.Quote.Caps {
			if got, wanted := a.Quote.Caps[i], outside.Quote.Caps[i]; got.Charge != wanted.Charge || got.Cap.Cmp(wanted.Cap) <= 0 {
				t.Errorf("%s: %s of %s, outside %s of %s", zone, got.Charge, got.Cap, wanted.Charge, wanted.Cap)
			}
		}
	}
}

// £26 on a Sunday come to £57.2460. The cap is £55.71; with the supplement enhanced
// as well it would be £59.42, and this would pass.
func TestQuote_theSupplementInACapIsNotEnhancedOnASunday(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{})
	d.site(t, "IN", packs.InnerLondon)

	a := d.must(t, d.ask(t, "nurse-band-5", "2026-05-17 08:00", "2026-05-17 18:00", "26.00", "2.00"))

	same(t, "the band", a.Quote.Caps[0].Band, rates.High)
	same(t, "the cap", a.Quote.Caps[0].Cap.String(), "55.7100")
	same(t, "above", above(t, a), "1.5360")
}

func TestQuote_withoutASiteTakesTheZoneThatTheSitesShare(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{})
	r := d.ask(t, "nurse-band-5", "2026-05-13 08:00", "2026-05-13 18:00", "24.00", "2.00")
	zone := func(what, is string) {
		t.Helper()
		for _, me := range []tenants.Party{d.trust, d.agency} {
			a, err := d.quote(t, me, r)
			if err != nil || a.Zone != is {
				t.Errorf("%s, %s: got %q, %v; want %q", what, me.Kind, a.Zone, err, is)
			}
		}
	}

	zone("no sites", packs.OutsideLondon)
	d.site(t, "A", packs.OuterLondon)
	zone("one", packs.OuterLondon)
	d.site(t, "B", packs.OuterLondon)
	zone("two of one zone", packs.OuterLondon)
	far := d.site(t, "C", packs.Fringe)
	zone("two zones", packs.OutsideLondon)
	d.hide(t, far)
	zone("one of them closed", packs.OuterLondon)
	r.SiteID = far.ID
	zone("the closed site itself", packs.Fringe)
}

func TestQuote_refusesASiteOfAnotherEmployer(t *testing.T) {
	t.Parallel()
	d, other := newDeal(t, agencies.Terms{}), newDeal(t, agencies.Terms{})
	r := d.ask(t, "nurse-band-5", "2026-05-13 08:00", "2026-05-13 18:00", "20.00", "2.00")
	r.SiteID = other.site(t, "IN", packs.InnerLondon).ID

	for _, me := range []tenants.Party{d.trust, d.agency} {
		if _, err := d.quote(t, me, r); !errors.Is(err, places.ErrUnknownSite) {
			t.Errorf("%s: got %v", me.Kind, err)
		}
	}
}

func TestQuote_aStricterCapCountsInItsZoneAlone(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{})
	in, out := d.site(t, "IN", packs.InnerLondon), d.site(t, "OUT", "")
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := packs.New().AddOverride(ctx, tx, packs.NewOverride{Band: "afc-5", Zone: packs.InnerLondon, Class: packs.Core, Rate: money.MustRate("33"), From: civil.MustDate("2026-05-01"),
			Source: "Trust board", Reason: "Spend plan"})
		return err
	})
	r := d.ask(t, "nurse-band-5", "2026-05-13 08:00", "2026-05-13 18:00", "24.00", "2.00")

	for site, is := range map[tenants.ID]string{in.ID: "0.8727", out.ID: "2.9227"} {
		r.SiteID = site
		same(t, "above", above(t, d.must(t, r)), is)
	}
}

// Two shifts of one week are priced together where on-costs are weekly, each against
// the caps of its own site.
func TestShelf_holdsEachShiftAgainstTheCapsOfItsOwnSite(t *testing.T) {
	t.Parallel()
	for name, terms := range map[string]agencies.Terms{"flat": {}, "weekly": {OnCosts: agencies.Weekly}} {
		d := newDeal(t, terms)
		inner, outside := d.site(t, "IN", packs.InnerLondon), d.site(t, "OUT", "")
		r := d.ask(t, "nurse-band-5", "2026-05-13 08:00", "2026-05-13 18:00", "24.00", "2.00")
		at := func(site tenants.ID, start, end string) quotes.Worked {
			on := d.ask(t, r.Grade, start, end, "24.00", "2.00")
			return quotes.Worked{ID: tenants.NewID(), AgreementID: d.agreement.ID, SiteID: site, StaffGroup: "nursing", Grade: r.Grade, Start: on.Start, End: on.End, Pay: on.PayRate, Commission: on.Commission}
		}
		pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) error {
			shelf, err := d.quotes.Shelf(ctx, tx, d.trust.ID)
			if err != nil {
				return err
			}
			priced, err := shelf.Price(ctx, tx, at(inner.ID, "2026-05-13 08:00", "2026-05-13 18:00"), at(outside.ID, "2026-05-14 08:00", "2026-05-14 18:00"),
				at(tenants.ID{}, "2026-05-15 08:00", "2026-05-15 18:00"))
			if err != nil {
				return err
			}
			for i, is := range []string{"37.1400", "30.9500", "30.9500"} {
				if len(priced[i].Caps) != 1 {
					t.Fatalf("%s: shift %d is held against %+v", name, i, priced[i].Caps)
				}
				same(t, name+" cap", priced[i].Caps[0].Cap.String(), is)
			}
			if priced[0].OverCap() != nil || priced[1].OverCap() == nil {
				t.Errorf("%s: %+v and %+v", name, priced[0].Caps, priced[1].Caps)
			}
			return nil
		})
	}
}

// An own cap that begins and ends within a week of shifts gives way again.
func TestShelf_anOwnCapCountsOnItsDayOfTheWeekAlone(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{OnCosts: agencies.Weekly})
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) error {
		if _, err := packs.New().AddOverride(ctx, tx, packs.NewOverride{Band: "afc-5", Class: packs.Core, Rate: money.MustRate("30"), From: civil.MustDate("2026-05-13"), Until: civil.MustDate("2026-05-14"),
			Source: "Trust board", Reason: "Spend plan"}); err != nil {
			return err
		}
		shelf, err := d.quotes.Shelf(ctx, tx, d.trust.ID)
		if err != nil {
			return err
		}
		var week []quotes.Worked
		for _, day := range []string{"2026-05-12", "2026-05-13", "2026-05-14"} {
			on := d.ask(t, "nurse-band-5", day+" 08:00", day+" 18:00", "20.00", "2.00")
			week = append(week, quotes.Worked{ID: tenants.NewID(), AgreementID: d.agreement.ID, StaffGroup: "nursing", Grade: on.Grade, Start: on.Start, End: on.End, Pay: on.PayRate, Commission: on.Commission})
		}
		priced, err := shelf.Price(ctx, tx, week...)
		if err != nil {
			return err
		}
		for i, is := range []string{"30.9500", "30.0000", "30.9500"} {
			same(t, week[i].Start.Format("2 January"), priced[i].Caps[0].Cap.String(), is)
		}
		return nil
	})
}
