package tenants_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/pgtest"
	"wardbridge/tenants"
)

// oneConnection is a database whose units of work all meet on one connection, so
// that whatever one leaves behind the next one finds.
func oneConnection(t *testing.T) *tenants.DB {
	t.Helper()
	db, err := tenants.Open(t.Context(), tenants.Config{App: pgtest.URL(t, "wb_app"), Platform: pgtest.URL(t, "wb_platform"), MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func siteOf(t *testing.T, me tenants.Party) tenants.ID {
	t.Helper()
	id := tenants.NewID()
	pgtest.Exec(t, "insert into sites (tenant_id, id, code, name) values ($1, $2, 'A', $3)", me.ID, id, me.ID.String())
	return id
}

type siteRow struct {
	ID   tenants.ID
	Name string
	Made time.Time
	Gone *time.Time
	Open bool
	Many int
	Ward struct{ Code string }
}

const siteSQL = "select id, name, timestamptz '2027-03-02 07:00+01' as made, null::timestamptz as gone, true as open, 12 as many, 'W1' as ward__code from sites where id = $1"

// works fails the test unless the party's own row comes back.
func works(t *testing.T, db *tenants.DB, me tenants.Party, site tenants.ID) {
	t.Helper()
	var row siteRow
	if err := db.Look(me, pgtest.Actor(me)).Row(t.Context(), &row, siteSQL, site); err != nil || row.ID != site {
		t.Errorf("%s reads %v: %v", me.Kind, row, err)
	}
}

func TestLook_readsColumnsIntoTheirFields(t *testing.T) {
	t.Parallel()
	a := pgtest.Org(t, tenants.Trust)
	site, row := siteOf(t, a), siteRow{Gone: &time.Time{}}

	err := pgtest.DB(t).Look(a, pgtest.Actor(a)).Row(t.Context(), &row, siteSQL, site)

	made := time.Date(2027, 3, 2, 6, 0, 0, 0, time.UTC)
	if err != nil || row.ID != site || row.Name != a.ID.String() || !row.Made.Equal(made) || row.Gone != nil || !row.Open || row.Many != 12 || row.Ward.Code != "W1" {
		t.Errorf("%+v: %v", row, err)
	}
}

func TestLook_looksThroughTheEyesOfWhoeverAsksOnTheSameConnection(t *testing.T) {
	t.Parallel()
	a, b, agency := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	db, own := oneConnection(t), map[tenants.Party]tenants.ID{}
	own[a], own[b] = siteOf(t, a), siteOf(t, b)

	for range 10 { // past the five runs after which Postgres keeps a plan for good
		for _, me := range []tenants.Party{a, b, agency} {
			for owner, site := range own {
				var row siteRow
				err := db.Look(me, pgtest.Actor(me)).Row(t.Context(), &row, siteSQL, site)
				if me == owner && (err != nil || row.Name != me.ID.String()) || me != owner && !tenants.NoRows(err) {
					t.Errorf("%s %s reads the site of %s: %+v, %v", me.Kind, me.ID, owner.ID, row, err)
				}
			}
		}
	}
}

func TestLook_sharesConnectionsWithUnitsOfWork(t *testing.T) {
	t.Parallel()
	a, b := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	db, site := oneConnection(t), siteOf(t, a)

	for range 3 {
		works(t, db, a, site)
		err := db.Run(t.Context(), b, pgtest.Actor(b), func(ctx context.Context, tx *tenants.Tx) error {
			var seen int
			var level string
			if err := tx.NewRaw("select count(*), current_setting('transaction_read_only') from sites").Scan(ctx, &seen, &level); err != nil {
				return err
			}
			if seen != 0 || level != "off" {
				t.Errorf("after a look the next party sees %d sites, read only %s", seen, level)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestLook_refusesACredentialThatHasDied(t *testing.T) {
	t.Parallel()
	h, a := ours(t), pgtest.Org(t, tenants.Trust)
	db, site := oneConnection(t), siteOf(t, a)
	who := as(h.person(t, "Asha"))
	who.Credential, who.Version = tenants.NewID(), 1
	h.row(t, "credentials", "id", who.Credential, "kind", "session", "token_hash", who.Credential[:], "person_id", who.Person,
		"created_at", "now", "last_used_at", "now", "idle_minutes", 30, "expires_at", time.Now().Add(time.Hour))
	var row siteRow
	if err := db.Look(a, who).Row(t.Context(), &row, siteSQL, site); err != nil {
		t.Fatalf("a live credential: %v", err)
	}
	h.exec(t, "update credentials set revoked_at = now() where id = $1", who.Credential)

	row = siteRow{}
	err := db.Look(a, who).Row(t.Context(), &row, siteSQL, site)

	if !errors.Is(err, tenants.ErrStale) || row != (siteRow{}) {
		t.Errorf("%+v, %v", row, err)
	}
	works(t, db, a, site)
}

// explosive is a field that panics when it is read into.
type explosive struct{}

func (*explosive) Scan(any) error { panic("boom") }

func TestLook_leavesNothingBehindWhenItFails(t *testing.T) {
	t.Parallel()
	a := pgtest.Org(t, tenants.Trust)
	db, site := oneConnection(t), siteOf(t, a)
	pgtest.Exec(t, "insert into sites (tenant_id, id, code, name) values ($1, $2, 'B', 'Other')", a.ID, tenants.NewID())
	look := db.Look(a, pgtest.Actor(a))
	row := func(query string, args ...any) error { return look.Row(t.Context(), &siteRow{}, query, args...) }
	over, cancel := context.WithCancel(t.Context())
	cancel()

	for want, fail := range map[string]func() error{
		"22012":                  func() error { return row("select 1 / $1::int as many", 0) },
		"25006":                  func() error { return row("update sites set name = 'x' where id = $1 returning name", site) },
		"42501":                  func() error { return row("select token_hash::text as name from credentials") },
		"42601":                  func() error { return row("selec") },
		"there are 2":            func() error { return row("select name from sites") },
		"no rows":                func() error { return row("select name from sites where false") },
		"for the column odd":     func() error { return row("select 1 as odd") },
		"1 arguments for 0":      func() error { return row("select name from sites", 1) },
		"use Run":                func() error { return row(`select '\x00'::bytea as name`) },
		"cannot insert multiple": func() error { return row("select name from sites; commit") },
		"context canceled":       func() error { return look.Row(over, &siteRow{}, siteSQL, site) },
		"boom": func() (err error) {
			defer func() { err = errors.New(recover().(string)) }()
			return look.Row(t.Context(), &struct{ Name explosive }{}, "select name from sites where id = $1", site)
		},
	} {
		if err := fail(); err == nil || codeOf(err) != want && !strings.Contains(err.Error(), want) {
			t.Errorf("want %s: %v", want, err)
		}
		works(t, db, a, site)
	}
}

func TestLook_isRefusedInsideAUnitOfWork(t *testing.T) {
	t.Parallel()
	a := pgtest.Org(t, tenants.Trust)
	db, site := oneConnection(t), siteOf(t, a)
	var inner error

	err := db.Run(t.Context(), a, pgtest.Actor(a), func(ctx context.Context, _ *tenants.Tx) error {
		inner = db.Look(a, pgtest.Actor(a)).Row(ctx, &siteRow{}, siteSQL, site)
		return nil
	})

	if err != nil || inner == nil {
		t.Errorf("a look inside a unit of work: %v, and the unit %v", inner, err)
	}
}

func TestLook_readsATableThatHasChangedSince(t *testing.T) {
	t.Parallel()
	h := fresh(t)
	me := tenants.Party{ID: tenants.NewID(), Kind: tenants.Trust}
	h.exec(t, "create table app.changing (many integer)")
	h.exec(t, "insert into app.changing values (12)")
	h.exec(t, "grant select on app.changing to wb_employer")
	look := h.db.Look(me, tenants.Actor{Kind: tenants.Console, Name: "Test"})
	read := func() (many int) {
		var row struct{ Many int }
		if err := look.Row(t.Context(), &row, "select many from app.changing"); err != nil {
			t.Error(err)
		}
		return row.Many
	}

	before := read()
	h.exec(t, "alter table app.changing alter many type text")
	after := read()

	if before != 12 || after != 12 {
		t.Errorf("read %d, then %d", before, after)
	}
}
