package packs_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var platform = tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}

func load(t *testing.T) (done packs.Loaded) {
	t.Helper()
	pgtest.Run(t, platform, func(ctx context.Context, tx *tenants.Tx) (err error) {
		done, err = packs.New().LoadNational(ctx, tx)
		return err
	})
	return done
}

func pack(t *testing.T, me tenants.Party, nation, from, to string) (p packs.Pack, err error) {
	t.Helper()
	load(t)
	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
		p, err = packs.New().Load(ctx, tx, nation, civil.MustDate(from), civil.MustDate(to))
		return nil
	})
	return p, err
}

func TestLoadNational_changesNothingTheSecondTime(t *testing.T) {
	t.Parallel()
	load(t)

	again := load(t)

	if again.Total() != 0 {
		t.Errorf("the same files wrote %v", again)
	}
}

func TestLoadNational_isForThePlatformAlone(t *testing.T) {
	t.Parallel()
	load(t)
	for _, kind := range []tenants.Kind{tenants.Trust, tenants.Practice, tenants.Agency} {
		me := pgtest.Org(t, kind)
		err := pgtest.DB(t).Run(t.Context(), me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
			_, err := packs.New().LoadNational(ctx, tx)
			return err
		})
		if err == nil {
			t.Errorf("%s wrote national data", kind)
		}
	}
}

func TestLoad_givesEveryPartyTheSamePack(t *testing.T) {
	t.Parallel()
	for _, me := range []tenants.Party{pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Practice), pgtest.Org(t, tenants.Agency), pgtest.Worker(t)} {
		p, err := pack(t, me, "england", "2026-11-24", "2026-11-25")
		if err != nil {
			t.Fatalf("%s: %v", me.Kind, err)
		}
		if len(p.Enhancements) != 26 || len(p.Patterns) != 36 || len(p.Parameters) != 36 || len(p.Caps) != 4*33 || len(p.Holidays) != 0 {
			t.Errorf("%s sees %d enhancements, %d hours, %d parameters, %d holidays", me.Kind, len(p.Enhancements), len(p.Patterns), len(p.Parameters), len(p.Holidays))
		}
	}
}

func TestHolidays_keepAWeekendHolidayTwice(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	for _, c := range []struct {
		from, to string
		days     map[string]string // day: the other day
	}{
		{"2026-12-24", "2026-12-31", map[string]string{"2026-12-25": "", "2026-12-26": "2026-12-28", "2026-12-28": "2026-12-26"}},
		{"2027-12-24", "2028-01-04", map[string]string{
			"2027-12-25": "2027-12-27", "2027-12-26": "2027-12-28", "2027-12-27": "2027-12-25", "2027-12-28": "2027-12-26",
			"2028-01-01": "2028-01-03", "2028-01-03": "2028-01-01"}},
	} {
		for _, nation := range []string{"england", "wales"} {
			p, err := pack(t, me, nation, c.from, c.to)
			if err != nil {
				t.Fatal(err)
			}
			if len(p.Holidays) != len(c.days) {
				t.Errorf("%s from %s: got %+v", nation, c.from, p.Holidays)
			}
			for _, h := range p.Holidays {
				if other, known := c.days[h.Day.String()]; !known || h.DualOf.String() != other || h.Source == "" || h.Mark == "" {
					t.Errorf("%s: got %+v", nation, h)
				}
			}
		}
	}
}

func TestHolidays_areCompleteForEveryYearLoaded(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	for year, want := range map[string]int{"2025": 8, "2026": 9, "2027": 10, "2028": 9} {
		p, err := pack(t, me, "england", year+"-01-01", year+"-12-31")
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Holidays) != want {
			t.Errorf("%s: got %d days", year, len(p.Holidays))
		}
	}
}

func TestLoad_refusesAYearWithoutHolidays(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	for _, c := range []struct{ nation, from, to string }{
		{"england", "2028-12-31", "2029-01-01"}, {"england", "2024-06-01", "2024-06-02"}, {"scotland", "2029-06-01", "2029-06-02"},
	} {
		if _, err := pack(t, me, c.nation, c.from, c.to); !errors.Is(err, packs.ErrNoHolidays) {
			t.Errorf("%+v: got %v", c, err)
		}
	}
}

func TestParameter_isTheOneInForceOnTheDay(t *testing.T) {
	t.Parallel()
	p, err := pack(t, pgtest.Org(t, tenants.Trust), "england", "2026-03-31", "2026-04-06")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, day, value string }{
		{packs.NationalLivingWage, "2026-03-31", "12.21"}, {packs.NationalLivingWage, "2026-04-01", "12.71"},
		{packs.EmployerNIRate, "2026-04-05", "0.15"}, {packs.EmployerNIThreshold, "2026-04-06", "96"},
		{packs.PensionUpper, "2026-04-06", "967"}, {packs.VATStandardRate, "2026-04-06", "0.2"},
	} {
		row, err := p.Parameter(c.name, civil.MustDate(c.day))
		if err != nil || row.Value != c.value || row.Source == "" {
			t.Errorf("%s on %s: got %+v, %v", c.name, c.day, row, err)
		}
	}
	if _, err := p.Parameter("pixie_dust", civil.MustDate("2026-04-06")); !errors.Is(err, packs.ErrNoParameter) {
		t.Errorf("got %v", err)
	}
}

func TestGrades_eachHaveBothEnhancements(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Agency)
	p, err := pack(t, me, "england", "2026-11-24", "2026-11-24")
	if err != nil {
		t.Fatal(err)
	}
	factors := map[string]string{}
	for _, e := range p.Enhancements {
		factors[e.Band+" "+string(e.Class)] = e.Factor.Text()
	}
	var grades []packs.Grade
	var groups map[string]packs.StaffGroup
	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) (err error) {
		if groups, err = packs.New().StaffGroupsByCode(ctx, tx); err != nil {
			return err
		}
		grades, err = packs.New().Grades(ctx, tx)
		return err
	})
	for _, g := range grades {
		if factors[g.Band+" low"] == "" || factors[g.Band+" high"] == "" {
			t.Errorf("%s has no enhancements of %s", g.Code, g.Band)
		}
		if groups[g.StaffGroup].Source == "" || g.Source == "" {
			t.Errorf("%s or its group has no source", g.Code)
		}
	}
	for key, want := range map[string]string{"afc-2 low": "1.41", "afc-2 high": "1.83", "afc-3 low": "1.35", "afc-3 high": "1.69", "afc-4 low": "1.3", "afc-9 high": "1.6", "afc-8a low": "1.3", "medical high": "1"} {
		if factors[key] != want {
			t.Errorf("%s: got %s, want %s", key, factors[key], want)
		}
	}
	if len(grades) < 60 {
		t.Errorf("got %d grades", len(grades))
	}
}
