package tenants_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"wardbridge/internal/pgtest"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func TestRun_showsAPartyItsOwnRowsAndNoOthers(t *testing.T) {
	t.Parallel()
	a, b := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	site := tenants.NewID()
	insert := func(me, owner tenants.Party) func(context.Context, *tenants.Tx) error {
		return func(ctx context.Context, tx *tenants.Tx) error {
			_, err := tx.NewRaw("insert into sites (tenant_id, id, code, name) values (?, ?, 'A', 'Site')", owner.ID, site).Exec(ctx)
			return err
		}
	}

	pgtest.Run(t, a, insert(a, a))
	err := pgtest.DB(t).Run(t.Context(), b, pgtest.Actor(b), insert(b, a))

	if err == nil {
		t.Error("b wrote a row of a")
	}
	count := func(me tenants.Party) (n int) {
		pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
			return tx.NewRaw("select count(*) from sites").Scan(ctx, &n)
		})
		return n
	}
	if got := count(a); got != 1 {
		t.Errorf("a sees %d sites, want 1", got)
	}
	if got := count(b); got != 0 {
		t.Errorf("b sees %d sites, want none", got)
	}
}

func TestRun_refusesToNest(t *testing.T) {
	t.Parallel()
	a := pgtest.Org(t, tenants.Trust)
	var inner error

	pgtest.Run(t, a, func(ctx context.Context, _ *tenants.Tx) error {
		inner = pgtest.DB(t).Run(ctx, a, pgtest.Actor(a), func(context.Context, *tenants.Tx) error { return nil })
		return nil
	})

	if inner == nil {
		t.Error("a unit of work opened another")
	}
}

func TestRun_undoesEverythingOnAnError(t *testing.T) {
	t.Parallel()
	a := pgtest.Org(t, tenants.Trust)
	boom := errors.New("boom")

	err := pgtest.DB(t).Run(t.Context(), a, pgtest.Actor(a), func(ctx context.Context, tx *tenants.Tx) error {
		if _, err := tx.NewRaw("insert into sites (tenant_id, id, code, name) values (?, ?, 'A', 'Site')", a.ID, tenants.NewID()).Exec(ctx); err != nil {
			return err
		}
		return boom
	})

	if !errors.Is(err, boom) {
		t.Fatalf("got %v", err)
	}
	var n int
	pgtest.Run(t, a, func(ctx context.Context, tx *tenants.Tx) error {
		return tx.NewRaw("select count(*) from sites").Scan(ctx, &n)
	})
	if n != 0 {
		t.Errorf("%d sites were left", n)
	}
}

func TestAudit_keepsWhoDidWhat(t *testing.T) {
	t.Parallel()
	a := pgtest.Org(t, tenants.Trust)
	site := tenants.NewID()
	pgtest.Run(t, a, func(ctx context.Context, tx *tenants.Tx) error {
		if _, err := tx.NewRaw("insert into sites (tenant_id, id, code, name) values (?, ?, 'A', 'Site')", a.ID, site).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("update sites set name = 'North site' where id = ?", site).Exec(ctx)
		return err
	})

	var rows []struct {
		Act, Before, After string
		ActorName          string
	}
	pgtest.Run(t, a, func(ctx context.Context, tx *tenants.Tx) error {
		return tx.NewRaw("select act, coalesce(before::text, '') as before, coalesce(after::text, '') as after, actor_name from audit where row_id = ? order by id", site.String()).Scan(ctx, &rows)
	})

	if len(rows) != 2 || rows[1].Before != `{"name": "Site"}` || rows[1].After != `{"name": "North site"}` || rows[1].ActorName != "Test" {
		t.Errorf("audit says %+v", rows)
	}
}
