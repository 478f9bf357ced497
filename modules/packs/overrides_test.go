package packs_test

import (
	"context"
	"errors"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

func ownCap(rate, from, until string) packs.NewOverride {
	n := packs.NewOverride{Band: "afc-5", Class: packs.Core, Rate: money.MustRate(rate), From: civil.MustDate(from), Source: "Board paper", Reason: "Spend plan"}
	if until != "" {
		n.Until = civil.MustDate(until)
	}
	return n
}

// set adds an override as a party.
func set(t *testing.T, me tenants.Party, n packs.NewOverride) (o packs.Override, err error) {
	t.Helper()
	load(t)
	err = pgtest.DB(t).Run(t.Context(), me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) (err error) {
		o, err = packs.New().AddOverride(ctx, tx, n)
		return err
	})
	return o, err
}

// coreOf is the cap of Band 5 core hours at an employer on a day, as a party sees it.
func coreOf(t *testing.T, me tenants.Party, employer tenants.ID, day string) (c packs.Cap) {
	t.Helper()
	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
		p, err := packs.New().LoadFor(ctx, tx, employer, "england", civil.MustDate("2026-03-01"), civil.MustDate("2027-06-01"))
		if err != nil {
			return err
		}
		c, err = p.Cap("afc-5", packs.OutsideLondon, packs.Core, civil.MustDate(day))
		return err
	})
	return c
}

func TestAddOverride_countsOnItsDaysAlone(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)

	if _, err := set(t, me, ownCap("29.5", "2026-06-01", "2026-09-01")); err != nil {
		t.Fatal(err)
	}

	for day, want := range map[string]string{"2026-03-31": "£29.96", "2026-04-01": "£30.95", "2026-05-31": "£30.95", "2026-06-01": "£29.50", "2026-08-31": "£29.50", "2026-09-01": "£30.95", "2027-06-01": "£30.95"} {
		c := coreOf(t, me, me.ID, day)
		if c.Rate.Text() != want || c.Own != (want == "£29.50") || c.Own && (c.National.Text() != "£30.95" || c.Reason == "") {
			t.Errorf("%s: got %+v", day, c)
		}
	}
}

func TestAddOverride_isNeverLooser(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	for name, n := range map[string]packs.NewOverride{
		"above":                   ownCap("31", "2026-06-01", ""),
		"the same":                ownCap("30.95", "2026-06-01", ""),
		"above the year before's": ownCap("30", "2026-03-01", ""),
	} {
		if _, err := set(t, me, n); !errors.Is(err, packs.ErrLooser) || len(fault.Of(err).Fields) != 1 {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := set(t, me, packs.NewOverride{Band: "pixie", Class: "x"}); len(fault.Of(err).Fields) != 6 {
		t.Errorf("got %v %+v", err, fault.Of(err).Fields)
	}
	medical := packs.NewOverride{Band: "medical", Class: packs.Core, Rate: money.MustRate("95"), From: civil.MustDate("2026-06-01"), Source: "Board paper", Reason: "None is published to us"}
	if _, err := set(t, me, medical); err != nil {
		t.Errorf("where no national cap is loaded, any is stricter: %v", err)
	}
}

func TestAddOverride_refusesASecondOnTheSameDays(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	first, err := set(t, me, ownCap("29.5", "2026-06-01", ""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := set(t, me, ownCap("29", "2026-12-01", "")); !errors.Is(err, packs.ErrOverrideTaken) {
		t.Errorf("got %v", err)
	}
	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
		return packs.New().EndOverride(ctx, tx, first.ID, civil.MustDate("2026-12-01"))
	})

	if _, err := set(t, me, ownCap("29", "2026-12-01", "")); err != nil {
		t.Errorf("after the first has ended: %v", err)
	}
	if a, b := coreOf(t, me, me.ID, "2026-11-30"), coreOf(t, me, me.ID, "2026-12-01"); a.Rate.Text() != "£29.50" || b.Rate.Text() != "£29" && b.Rate.Text() != "£29.00" {
		t.Errorf("got %s and %s", a.Rate.Text(), b.Rate.Text())
	}
}

func TestOverrides_areSeenByNoOtherEmployer(t *testing.T) {
	t.Parallel()
	me, other, agency := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	if _, err := set(t, me, ownCap("29.5", "2026-06-01", "")); err != nil {
		t.Fatal(err)
	}
	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := packs.New().AddLocalHoliday(ctx, tx, civil.MustDate("2026-07-06"), "Founders' day", "Board paper", "Agreed")
		return err
	})
	for _, who := range []tenants.Party{other, agency} {
		if c := coreOf(t, who, me.ID, "2026-07-06"); c.Own || c.Rate.Text() != "£30.95" {
			t.Errorf("%s sees %+v", who.Kind, c)
		}
		pgtest.Run(t, who, func(ctx context.Context, tx *tenants.Tx) error {
			h, err := packs.New().LocalHolidays(ctx, tx, me.ID, civil.MustDate("2026-01-01"), civil.MustDate("2026-12-31"))
			if len(h) != 0 {
				t.Errorf("%s sees %+v", who.Kind, h)
			}
			return err
		})
		if _, err := set(t, who, ownCap("29.5", "2026-06-01", "")); who.Kind == tenants.Agency && !errors.Is(err, packs.ErrEmployerOnly) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAddLocalHoliday_joinsTheNations(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	load(t)
	add := func(day string) error {
		return pgtest.DB(t).Run(t.Context(), me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
			_, err := packs.New().AddLocalHoliday(ctx, tx, civil.MustDate(day), "Founders' day", "Board paper", "Agreed")
			return err
		})
	}
	if err := add("2026-12-24"); err != nil {
		t.Fatal(err)
	}
	if err := add("2026-12-24"); !errors.Is(err, packs.ErrHolidayTaken) {
		t.Errorf("got %v", err)
	}
	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
		p, err := packs.New().LoadFor(ctx, tx, me.ID, "england", civil.MustDate("2026-12-20"), civil.MustDate("2026-12-26"))
		if err != nil {
			return err
		}
		if len(p.Holidays) != 3 || !p.Holidays[0].Local || p.Holidays[0].Day.String() != "2026-12-24" || p.Holidays[1].Local {
			t.Errorf("got %+v", p.Holidays)
		}
		own, err := packs.New().LocalHolidays(ctx, tx, me.ID, p.From, p.To)
		if err != nil || len(own) != 1 {
			t.Fatalf("got %v, %v", own, err)
		}
		return packs.New().RemoveLocalHoliday(ctx, tx, own[0].ID)
	})
}
