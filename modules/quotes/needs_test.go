package quotes_test

import (
	"context"
	"slices"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/approvals"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// newOffice is a deal whose card has work that is closed to agencies, and other.
func newOffice(t *testing.T, framework string) deal {
	t.Helper()
	d := newDeal(t, agencies.Terms{Framework: framework})
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) error {
		line := func(grade string) cards.NewLine {
			return cards.NewLine{Grade: grade, PayMax: money.MustRate("150"), CommissionMax: money.MustRate("10")}
		}
		_, err := cards.New().Publish(ctx, tx, cards.NewCard{Name: "Others", ValidFrom: civil.MustDate("2025-01-01"), Source: "Board paper 8",
			Lines: []cards.NewLine{line("admin-band-3"), line("estates-band-2"), line("hca-band-3"), line("admin-vsm")}})
		return err
	})
	return d
}

func (d deal) needs(t *testing.T, me tenants.Party, r quotes.Request) (needs []approvals.Condition) {
	t.Helper()
	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
		a, err := d.quotes.Quote(ctx, tx, r)
		if err != nil {
			return err
		}
		needs, err = d.quotes.Needs(ctx, tx, &a, r.TenantID, r.Day())
		return err
	})
	return needs
}

func (d deal) ban(t *testing.T, group, band, from string) {
	t.Helper()
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := packs.New().AddRestriction(ctx, tx, packs.NewRestriction{StaffGroup: group, Band: band, From: civil.MustDate(from), Source: "Board paper 9", Reason: "Spend plan"})
		return err
	})
}

func conditions(t *testing.T, what string, got []approvals.Condition, want ...approvals.Condition) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestNeeds_anExemptionForAdminAndEstatesByAnAgency(t *testing.T) {
	t.Parallel()
	d := newOffice(t, "TWS3")
	for grade, want := range map[string][]approvals.Condition{
		"admin-band-3": {approvals.RestrictedGroup}, "estates-band-2": {approvals.RestrictedGroup}, "hca-band-3": nil, "hca-band-2": nil, "nurse-band-5": nil,
	} {
		r := d.ask(t, grade, "2026-05-13 08:00", "2026-05-13 18:00", "13.00", "1.00")
		conditions(t, grade, d.needs(t, d.trust, r), want...)
		r.StaffGroup = "" // the grade's own
		conditions(t, grade+" as the agency sees it", d.needs(t, d.agency, r), want...)
		r.Engagement = rates.Direct // the agency found the worker all the same
		conditions(t, grade+" under direct engagement", d.needs(t, d.trust, r), want...)
		r.Engagement = rates.Bank
		conditions(t, grade+" on the bank", d.needs(t, d.trust, r))
	}
}

func TestNeeds_anExemptionForABandThatTheTrustBansFromItsDay(t *testing.T) {
	t.Parallel()
	d, other := newOffice(t, "TWS3"), newOffice(t, "TWS3")
	d.ban(t, "hca", "afc-2", "2026-05-13")
	on := func(d deal, grade, day string) quotes.Request {
		return d.ask(t, grade, day+" 08:00", day+" 18:00", "13.00", "1.00")
	}

	conditions(t, "the day before", d.needs(t, d.agency, on(d, "hca-band-2", "2026-05-12")))
	conditions(t, "its day, to the agency", d.needs(t, d.agency, on(d, "hca-band-2", "2026-05-13")), approvals.RestrictedGroup)
	conditions(t, "its day, to the trust", d.needs(t, d.trust, on(d, "hca-band-2", "2026-05-13")), approvals.RestrictedGroup)
	conditions(t, "another band", d.needs(t, d.agency, on(d, "hca-band-3", "2026-05-13")))
	conditions(t, "another trust", other.needs(t, other.agency, on(other, "hca-band-2", "2026-05-13")))
}

// An agency reads what the trusts that it has an agreement with have closed, and of
// other trusts what everybody reads.
func TestWalls_aRestrictionIsSeenUnderAnAgreementAlone(t *testing.T) {
	t.Parallel()
	d, other := newDeal(t, agencies.Terms{}), newDeal(t, agencies.Terms{})
	d.ban(t, "hca", "afc-2", "2026-05-13")
	for name, c := range map[string]struct {
		who  tenants.Party
		seen int
	}{"the linked agency": {d.agency, 1}, "another agency": {other.agency, 0}, "another trust": {other.trust, 0}, "the trust": {d.trust, 1}} {
		pgtest.Run(t, c.who, func(ctx context.Context, tx *tenants.Tx) error {
			all, err := packs.New().RestrictionsOn(ctx, tx, d.trust.ID, civil.MustDate("2026-05-13"))
			own := slices.DeleteFunc(all, func(r packs.Restriction) bool { return !r.Own })
			if len(own) != c.seen {
				t.Errorf("%s sees %+v", name, own)
			}
			return err
		})
	}
	pgtest.Exec(t, "update agreements set ends_on = '2025-12-31', ended_at = '2025-12-31' where id = $1", d.agreement.ID)
	pgtest.Run(t, d.agency, func(ctx context.Context, tx *tenants.Tx) error {
		own, err := packs.New().OwnRestrictions(ctx, tx, d.trust.ID, civil.MustDate("2026-05-13"))
		if len(own) != 0 {
			t.Errorf("after the agreement has ended the agency sees %+v", own)
		}
		return err
	})
}

// Ten hours at what a company asks, with nothing on top: the day's charge to the
// penny.
func TestNeeds_NHSEnglandAboveTheDailyChargeOfAnInterimManager(t *testing.T) {
	t.Parallel()
	d := newOffice(t, "TWS3")
	for _, c := range []struct {
		pay  string
		net  money.Pence
		over bool
	}{{"74.9990", 74999, false}, {"75.0000", 75000, false}, {"75.0010", 75001, true}} {
		r := d.ask(t, "admin-vsm", "2026-05-13 08:00", "2026-05-13 18:00", c.pay, "0")
		r.Engagement = rates.PSCOutside
		if a := d.must(t, r); a.Quote.Net != c.net {
			t.Fatalf("%s comes to %s a day", c.pay, a.Quote.Net)
		}
		want := []approvals.Condition{approvals.RestrictedGroup} // admin, whatever the charge
		if c.over {
			want = append(want, approvals.InterimVSM)
		}
		conditions(t, c.net.String(), d.needs(t, d.agency, r), want...)
	}
	dear := d.ask(t, "admin-band-3", "2026-05-13 08:00", "2026-05-13 18:00", "90.00", "0")
	dear.Engagement = rates.PSCOutside
	conditions(t, "somebody who is no very senior manager", d.needs(t, d.agency, dear), approvals.OverCap, approvals.RestrictedGroup)
}

func TestNeeds_comeInTheOrderOfTheAgencyRules(t *testing.T) {
	t.Parallel()
	d := newOffice(t, "")
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := packs.New().AddOverride(ctx, tx, packs.NewOverride{Band: packs.InterimBand, Class: packs.Core, Rate: money.MustRate("60"), From: civil.MustDate("2026-01-01"),
			Source: "Board paper 9", Reason: "None is published"})
		return err
	})
	r := d.ask(t, "admin-vsm", "2026-05-13 08:00", "2026-05-13 18:00", "110.00", "5.00")
	r.Engagement = rates.PSCOutside

	conditions(t, "everything at once", d.needs(t, d.agency, r),
		approvals.OffFramework, approvals.OverCap, approvals.HundredAnHour, approvals.RestrictedGroup, approvals.InterimVSM)
}

func TestNeeds_bindNoEmployerThatIsNoTrust(t *testing.T) {
	t.Parallel()
	d := newOffice(t, "TWS3")
	hub := pgtest.Org(t, tenants.Hub)
	pgtest.Run(t, hub, func(ctx context.Context, tx *tenants.Tx) error {
		needs, err := d.quotes.Needs(ctx, tx, &quotes.Answer{StaffGroup: "admin", Band: packs.InterimBand, Quote: rates.ShiftQuote{Net: 100_000}}, hub.ID, civil.MustDate("2026-05-13"))
		conditions(t, "a hub", needs)
		return err
	})
}
