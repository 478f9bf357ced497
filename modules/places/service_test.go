package places_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"wardbridge/internal/fault"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// house is an employer with a site and a ward.
type house struct {
	me   tenants.Party
	site places.Site
	ward places.Ward
}

func newHouse(t *testing.T, kind tenants.Kind) (h house) {
	t.Helper()
	h.me = pgtest.Org(t, kind)
	pgtest.Run(t, h.me, func(ctx context.Context, tx *tenants.Tx) (err error) {
		if h.site, err = places.New().AddSite(ctx, tx, places.Site{Code: "RKH01", Name: "Royal Kingsmere"}); err != nil {
			return err
		}
		h.ward, err = places.New().AddWard(ctx, tx, places.Ward{SiteID: h.site.ID, Code: "W7", Name: "Ward 7, Stroke", CostCentre: "KA1207"})
		return err
	})
	return h
}

// do runs one unit of work and gives its error.
func do(t *testing.T, me tenants.Party, fn func(context.Context, *tenants.Tx) error) error {
	t.Helper()
	return pgtest.DB(t).Run(t.Context(), me, pgtest.Actor(me), fn)
}

func link(t *testing.T, trust, agency tenants.Party) {
	t.Helper()
	pgtest.Exec(t, "insert into agreements (tenant_id, agency_id, id, starts_on, supplier_name, created_at) values ($1, $2, $3, '2026-01-01', 'Agency', now())", trust.ID, agency.ID, tenants.NewID())
}

func TestWard_isSeenByALinkedAgencyWithoutItsCostCentre(t *testing.T) {
	t.Parallel()
	h := newHouse(t, tenants.Trust)
	linked, stranger := pgtest.Org(t, tenants.Agency), pgtest.Org(t, tenants.Agency)
	link(t, h.me, linked)

	var seen places.Ward
	pgtest.Run(t, linked, func(ctx context.Context, tx *tenants.Tx) (err error) {
		seen, err = places.New().Ward(ctx, tx, h.me.ID, h.ward.ID)
		return err
	})

	if seen.Name != "Ward 7, Stroke" || seen.SiteName != "Royal Kingsmere" || seen.CostCentre != "" {
		t.Errorf("got %+v", seen)
	}
	err := do(t, stranger, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := places.New().Ward(ctx, tx, h.me.ID, h.ward.ID)
		return err
	})
	if !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("an agency without an agreement got %v", err)
	}
}

func TestWard_hiddenIsNotSeenByAgencies(t *testing.T) {
	t.Parallel()
	h := newHouse(t, tenants.Trust)
	agency := pgtest.Org(t, tenants.Agency)
	link(t, h.me, agency)
	pgtest.Run(t, h.me, func(ctx context.Context, tx *tenants.Tx) error {
		hidden := h.ward
		hidden.Published = false
		_, err := places.New().ChangeWard(ctx, tx, h.ward.ID, h.ward.ETag(), hidden)
		return err
	})

	var seen map[tenants.ID]places.Ward
	pgtest.Run(t, agency, func(ctx context.Context, tx *tenants.Tx) (err error) {
		seen, err = places.New().WardsOf(ctx, tx, h.me.ID, h.me.ID)
		return err
	})

	if len(seen) != 0 {
		t.Errorf("got %+v", seen)
	}
}

func TestWalls_anotherTrustFindsNothing(t *testing.T) {
	t.Parallel()
	h, other := newHouse(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	s := places.New()
	for name, verb := range map[string]func(context.Context, *tenants.Tx) error{
		"site": func(ctx context.Context, tx *tenants.Tx) error {
			_, err := s.Site(ctx, tx, h.me.ID, h.site.ID)
			return err
		},
		"ward": func(ctx context.Context, tx *tenants.Tx) error {
			_, err := s.Ward(ctx, tx, h.me.ID, h.ward.ID)
			return err
		},
		"change site": func(ctx context.Context, tx *tenants.Tx) error {
			_, err := s.ChangeSite(ctx, tx, h.site.ID, "", h.site)
			return err
		},
		"change ward": func(ctx context.Context, tx *tenants.Tx) error {
			_, err := s.ChangeWard(ctx, tx, h.ward.ID, "", h.ward)
			return err
		},
	} {
		if err := do(t, other, verb); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	err := do(t, other, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := s.AddWard(ctx, tx, places.Ward{SiteID: h.site.ID, Code: "X", Name: "Ward on another trust's site"})
		return err
	})
	if !errors.Is(err, places.ErrUnknownSite) {
		t.Errorf("a ward on another trust's site: got %v", err)
	}
}

func TestAddWard_refusesACodeThatIsTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t, tenants.Practice)

	err := do(t, h.me, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := places.New().AddWard(ctx, tx, places.Ward{SiteID: h.site.ID, Code: "W7", Name: "Another"})
		return err
	})

	if !errors.Is(err, places.ErrCodeTaken) || fault.Of(err).Fields[0].Name != "code" {
		t.Errorf("got %v", err)
	}
}

func TestAddSite_refusesAnAgencyAndAnEmptyName(t *testing.T) {
	t.Parallel()
	add := func(site places.Site) func(context.Context, *tenants.Tx) error {
		return func(ctx context.Context, tx *tenants.Tx) error {
			_, err := places.New().AddSite(ctx, tx, site)
			return err
		}
	}
	if err := do(t, pgtest.Org(t, tenants.Agency), add(places.Site{Code: "A", Name: "B"})); !errors.Is(err, places.ErrNotEmployer) {
		t.Errorf("got %v", err)
	}
	err := do(t, pgtest.Org(t, tenants.Trust), add(places.Site{Code: " ", Name: ""}))
	if !errors.Is(err, fault.ErrInvalid) || len(fault.Of(err).Fields) != 2 {
		t.Errorf("got %v", err)
	}
}

func TestChangeWard_refusesWhatWasChangedInBetween(t *testing.T) {
	t.Parallel()
	h := newHouse(t, tenants.Trust)
	change := func(seen string, name string) error {
		return do(t, h.me, func(ctx context.Context, tx *tenants.Tx) error {
			to := h.ward
			to.Name = name
			_, err := places.New().ChangeWard(ctx, tx, h.ward.ID, seen, to)
			return err
		})
	}

	if err := change(h.ward.ETag(), "Ward 7, Hyperacute stroke"); err != nil {
		t.Fatal(err)
	}

	if err := change(h.ward.ETag(), "Ward 7"); !errors.Is(err, openapi.ErrChanged) {
		t.Errorf("got %v", err)
	}
}

func TestMap_findsByCodeThenNameThenAlias(t *testing.T) {
	t.Parallel()
	h := newHouse(t, tenants.Trust)
	s := places.New()
	var m *places.Map
	pgtest.Run(t, h.me, func(ctx context.Context, tx *tenants.Tx) (err error) {
		south, err := s.AddSite(ctx, tx, places.Site{Code: "RKH02", Name: "Saltbridge General"})
		if err != nil {
			return err
		}
		for _, w := range []places.Ward{{SiteID: south.ID, Code: "W8", Name: "Maternity"}, {SiteID: h.site.ID, Code: "W9", Name: "Maternity"}, {SiteID: h.site.ID, Code: "AMU", Name: "W8"}} {
			if _, err := s.AddWard(ctx, tx, w); err != nil {
				return err
			}
		}
		for text, code := range map[string]string{"Stroke  Unit": "W7", "w9": "W7"} {
			if _, err := s.Remember(ctx, tx, places.ForWard, text, code); err != nil {
				return err
			}
		}
		if _, err := s.Remember(ctx, tx, places.ForSite, "The Royal", "RKH02"); err != nil {
			return err
		}
		if _, err := s.Remember(ctx, tx, places.ForSite, "the royal", "RKH01"); err != nil {
			return err
		}
		m, err = s.Map(ctx, tx)
		return err
	})

	for text, code := range map[string]string{"w7": "W7", " ward 7,  STROKE ": "W7", "stroke unit": "W7", "w9": "W9", "w8": "W8", "amu": "AMU"} {
		if w, ok := m.Ward(text, tenants.ID{}); !ok || w.Code != code {
			t.Errorf("%q: got %q, %v", text, w.Code, ok)
		}
	}
	if w, ok := m.Ward("maternity", tenants.ID{}); ok || !m.Shared("Maternity") {
		t.Errorf("a shared name means neither, but got %q", w.Code)
	}
	if w, ok := m.Ward("maternity", h.site.ID); !ok || w.Code != "W9" {
		t.Errorf("on its site: got %q, %v", w.Code, ok)
	}
	if site, ok := m.Site("The Royal"); !ok || site.Code != "RKH01" {
		t.Errorf("the later alias counts, but got %q, %v", site.Code, ok)
	}
}

func TestAliases_areSeenByTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	h, other := newHouse(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	pgtest.Run(t, h.me, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := places.New().Remember(ctx, tx, places.ForGrade, "RGN", "nurse-band-5")
		return err
	})

	count := func(me tenants.Party) (n int) {
		pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
			all, err := places.New().AliasList(ctx, tx)
			n = len(all)
			return err
		})
		return n
	}

	if count(h.me) != 1 || count(other) != 0 {
		t.Errorf("owner sees %d, another %d", count(h.me), count(other))
	}
	err := do(t, h.me, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := places.New().Remember(ctx, tx, "colour", "blue", "b")
		return err
	})
	if !errors.Is(err, places.ErrAliasKind) {
		t.Errorf("got %v", err)
	}
}

func TestSite_liesOutsideLondonUntilItIsSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t, tenants.Trust)
	agency := pgtest.Org(t, tenants.Agency)
	link(t, h.me, agency)
	change := func(zone string) error {
		return do(t, h.me, func(ctx context.Context, tx *tenants.Tx) error {
			to := h.site
			to.Zone = zone
			_, err := places.New().ChangeSite(ctx, tx, h.site.ID, "", to)
			return err
		})
	}
	seen := func() (site places.Site) {
		pgtest.Run(t, agency, func(ctx context.Context, tx *tenants.Tx) (err error) {
			site, err = places.New().Site(ctx, tx, h.me.ID, h.site.ID)
			return err
		})
		return site
	}

	if h.site.Zone != packs.OutsideLondon || seen().Zone != packs.OutsideLondon {
		t.Errorf("a new site lies in %q, the agency sees %q", h.site.Zone, seen().Zone)
	}
	if err := change("middle_london"); !errors.Is(err, fault.ErrInvalid) || fault.Of(err).Fields[0].Name != "zone" {
		t.Errorf("a zone that there is not: got %v", err)
	}
	if err := change(packs.OuterLondon); err != nil {
		t.Fatal(err)
	}
	if got := seen(); got.Zone != packs.OuterLondon || got.ETag() == h.site.ETag() {
		t.Errorf("after the change the agency sees %+v", got)
	}
	if err := change(""); err != nil || seen().Zone != packs.OuterLondon {
		t.Errorf("a change that says no zone: %v, %+v", err, seen())
	}
}
