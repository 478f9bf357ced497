package packs_test

import (
	"context"
	"errors"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

func banned(group, band, from, until string) packs.NewRestriction {
	n := packs.NewRestriction{StaffGroup: group, Band: band, From: civil.MustDate(from), Source: "Board paper", Reason: "Spend plan"}
	if until != "" {
		n.Until = civil.MustDate(until)
	}
	return n
}

// ban closes work to agencies as a party.
func ban(t *testing.T, me tenants.Party, n packs.NewRestriction) (r packs.OwnRestriction, err error) {
	t.Helper()
	load(t)
	err = pgtest.DB(t).Run(t.Context(), me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) (err error) {
		r, err = packs.New().AddRestriction(ctx, tx, n)
		return err
	})
	return r, err
}

// closes is what closes work to agencies at an employer on a day, as a party sees it.
func closes(t *testing.T, me tenants.Party, employer tenants.ID, group, band, day string) (r packs.Restriction, found bool) {
	t.Helper()
	load(t)
	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) (err error) {
		r, found, err = packs.New().Restricted(ctx, tx, employer, group, band, civil.MustDate(day))
		return err
	})
	return r, found
}

func TestRestricted_closesAdminAndEstatesFromTheirDay(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	for _, c := range []struct {
		group, band, day string
		want             bool
	}{
		{"admin", "afc-2", "2019-09-15", false}, {"admin", "afc-2", "2019-09-16", true}, {"admin", "afc-9", "2026-11-24", true}, {"admin", packs.InterimBand, "2026-11-24", true},
		{"estates", "afc-3", "2019-09-15", false}, {"estates", "afc-3", "2019-09-16", true},
		{"nursing", "afc-5", "2026-11-24", false}, {"hca", "afc-2", "2026-11-24", false}, {"medical", "medical", "2026-11-24", false},
	} {
		r, found := closes(t, me, me.ID, c.group, c.band, c.day)
		if found != c.want || found && (r.Own || r.Source == "" || r.Mark != packs.Derived) {
			t.Errorf("%+v: got %v, %+v", c, found, r)
		}
	}
}

func TestAddRestriction_addsToTheNationsOnItsDaysAlone(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	for _, n := range []packs.NewRestriction{banned("hca", "afc-2", "2026-12-01", "2027-03-01"), banned("", "afc-3", "2027-01-01", "")} {
		if _, err := ban(t, me, n); err != nil {
			t.Fatal(err)
		}
	}

	for _, c := range []struct {
		group, band, day string
		want             bool
	}{
		{"hca", "afc-2", "2026-11-30", false}, {"hca", "afc-2", "2026-12-01", true}, {"hca", "afc-2", "2027-02-28", true}, {"hca", "afc-2", "2027-03-01", false},
		{"ahp", "afc-2", "2026-12-01", false}, {"hca", "afc-4", "2026-12-01", false},
		{"hca", "afc-3", "2026-12-31", false}, {"hca", "afc-3", "2027-01-01", true}, {"ahp", "afc-3", "2027-01-01", true}, // of every staff group
	} {
		if r, found := closes(t, me, me.ID, c.group, c.band, c.day); found != c.want || found && (!r.Own || r.Reason != "Spend plan") {
			t.Errorf("%+v: got %v, %+v", c, found, r)
		}
	}
	if r, _ := closes(t, me, me.ID, "admin", "afc-3", "2027-01-01"); r.Own {
		t.Error("the trust's own came before the nation's")
	}
}

func TestAddRestriction_refuses(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	if _, err := ban(t, me, banned("hca", "afc-2", "2026-12-01", "")); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		who   tenants.Party
		n     packs.NewRestriction
		want  error
		boxes []string
	}{
		"a hub":              {pgtest.Org(t, tenants.Hub), banned("hca", "afc-2", "2026-12-01", ""), packs.ErrTrustOnly, nil},
		"an agency":          {pgtest.Org(t, tenants.Agency), banned("hca", "afc-2", "2026-12-01", ""), packs.ErrTrustOnly, nil},
		"the same days":      {me, banned("hca", "afc-2", "2027-01-01", "2027-02-01"), packs.ErrRestrictionTaken, []string{"from"}},
		"a group of nobody":  {me, banned("pixies", "afc-2", "2026-12-01", ""), fault.ErrInvalid, []string{"staff_group"}},
		"a band of nobody":   {me, banned("hca", "afc-7", "2026-12-01", ""), fault.ErrInvalid, []string{"band"}},
		"an end before":      {me, banned("ahp", "afc-3", "2026-12-01", "2026-12-01"), fault.ErrInvalid, []string{"until"}},
		"nothing said":       {me, packs.NewRestriction{StaffGroup: "ahp"}, fault.ErrInvalid, []string{"from", "source", "reason"}},
		"the band elsewhere": {me, banned("nursing", packs.InterimBand, "2026-12-01", ""), fault.ErrInvalid, []string{"band"}},
	} {
		_, err := ban(t, c.who, c.n)
		f := fault.Of(err)
		if !errors.Is(err, c.want) || len(f.Fields) != len(c.boxes) {
			t.Errorf("%s: got %v, %+v", name, err, f.Fields)
			continue
		}
		for i, box := range c.boxes {
			if f.Fields[i].Name != box {
				t.Errorf("%s: names %+v", name, f.Fields)
			}
		}
	}
}

func TestEndRestriction_opensTheWorkFromADay(t *testing.T) {
	t.Parallel()
	me, other := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	first, err := ban(t, me, banned("hca", "afc-2", "2026-12-01", ""))
	if err != nil {
		t.Fatal(err)
	}
	end := func(who tenants.Party, on string) error {
		return pgtest.DB(t).Run(t.Context(), who, pgtest.Actor(who), func(ctx context.Context, tx *tenants.Tx) error {
			return packs.New().EndRestriction(ctx, tx, first.ID, civil.MustDate(on))
		})
	}
	if err := end(other, "2027-01-01"); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("another trust ended it: %v", err)
	}
	if err := end(me, "2027-01-01"); err != nil {
		t.Fatal(err)
	}
	if _, found := closes(t, me, me.ID, "hca", "afc-2", "2026-12-31"); !found {
		t.Error("it does not count any more on the day before its end")
	}
	if _, found := closes(t, me, me.ID, "hca", "afc-2", "2027-01-01"); found {
		t.Error("it counts from its end on")
	}
	if err := end(me, "2027-02-01"); !errors.Is(err, packs.ErrRestrictionEnded) {
		t.Errorf("ended twice: %v", err)
	}
	if err := end(me, "2026-12-01"); err != nil { // before it ever counted
		t.Fatal(err)
	}
	if _, found := closes(t, me, me.ID, "hca", "afc-2", "2026-12-15"); found {
		t.Error("it counts although it ended before it began")
	}
	if _, err := ban(t, me, banned("hca", "afc-2", "2026-12-01", "")); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestRestrictions_areSeenByNobodyWithoutAnAgreement(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	if _, err := ban(t, me, banned("hca", "afc-2", "2026-12-01", "")); err != nil {
		t.Fatal(err)
	}
	for _, who := range []tenants.Party{pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)} {
		pgtest.Run(t, who, func(ctx context.Context, tx *tenants.Tx) error {
			all, err := packs.New().RestrictionsOn(ctx, tx, me.ID, civil.MustDate("2026-12-01"))
			if len(all) != 2 || all[0].Own || all[1].Own {
				t.Errorf("a %s sees %+v", who.Kind, all)
			}
			return err
		})
	}
}

// The constraint holds whatever the program thinks.
func TestOwnRestrictions_cannotHoldOverlappingDays(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	if _, err := ban(t, me, banned("hca", "afc-2", "2026-12-01", "")); err != nil {
		t.Fatal(err)
	}
	err := pgtest.DB(t).Run(t.Context(), me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
		_, err := tx.NewRaw(`
			insert into own_restrictions (tenant_id, id, staff_group, band, valid, source, reason, created_at, created_by)
			select tenant_id, gen_random_uuid(), staff_group, band, '[2027-01-01,2027-02-01)', source, reason, created_at, created_by
			from   own_restrictions`).Exec(ctx)
		return err
	})
	if !tenants.Violates(err, "own_restrictions_once") {
		t.Errorf("got %v", err)
	}
}
