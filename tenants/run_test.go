package tenants_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wardbridge/internal/fault"
	"wardbridge/internal/pgtest"
	"wardbridge/tenants"
)

func TestOpen_refusesALogInThatSeesThroughTheWalls(t *testing.T) {
	t.Parallel()
	app, platform := pgtest.URL(t, "wb_app"), pgtest.URL(t, "wb_platform")
	for _, master := range []string{"postgres", "wb_owner"} {
		for _, c := range []tenants.Config{{App: pgtest.URL(t, master), Platform: platform}, {App: app, Platform: pgtest.URL(t, master)}} {
			db, err := tenants.Open(t.Context(), c)
			if err == nil {
				db.Close()
				t.Errorf("%s was let in", master)
			} else if !strings.Contains(err.Error(), master) {
				t.Errorf("%s: %v", master, err)
			}
		}
	}
}

func TestStatement_outsideATransactionIsRefused(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)

	for name, err := range map[string]error{
		"exec":  tenants.Bare(t.Context(), db, "select 1"),
		"query": tenants.BareQuery(t.Context(), db, "select 1"),
		"begin": tenants.BareBegin(t.Context(), db),
	} {
		if !errors.Is(err, tenants.ErrOutside) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTx_isDeadOnceItsUnitOfWorkIsOver(t *testing.T) {
	t.Parallel()
	a := pgtest.Org(t, tenants.Trust)
	var tx *tenants.Tx
	var lent pgx.Tx
	pgtest.Run(t, a, func(_ context.Context, now *tenants.Tx) error {
		tx = now
		return now.AsQueue(func(q pgx.Tx) error { lent = q; return nil })
	})
	ctx := t.Context()
	scan := func(row pgx.Row) error { var n int; return row.Scan(&n) }
	late := map[string]func() error{
		"NewRaw":    func() error { _, err := tx.NewRaw("select 1").Exec(ctx); return err },
		"NewSelect": func() error { var n int; return tx.NewSelect().ColumnExpr("1").Scan(ctx, &n) },
		"Try":       func() error { return tx.Try(func() error { return nil }) },
		"Copy":      func() error { _, err := tx.Copy("sites", []string{"id"}, pgx.CopyFromRows(nil)); return err },
		"NowAt":     func() error { _, err := tx.NowAt(tenants.NewID()); return err },
		"Saw":       func() error { return tx.Saw("worker", tenants.NewID()) },
		"AsQueue":   func() error { return tx.AsQueue(func(pgx.Tx) error { return nil }) },
		"exec":      func() error { _, err := lent.Exec(ctx, "select 1"); return err },
		"query":     func() error { _, err := lent.Query(ctx, "select 1"); return err },
		"row":       func() error { return scan(lent.QueryRow(ctx, "select 1")) },
		"copy":      func() error { _, err := lent.CopyFrom(ctx, pgx.Identifier{"x"}, nil, nil); return err },
		"prepare":   func() error { _, err := lent.Prepare(ctx, "late", "select 1"); return err },
		"batch":     func() error { return lent.SendBatch(ctx, &pgx.Batch{}).Close() },
		"savepoint": func() error { _, err := lent.Begin(ctx); return err },
	}

	for name, call := range late {
		if call() == nil {
			t.Errorf("%s still works", name)
		}
	}
	if lent.Conn() != nil {
		t.Error("the connection is still lent")
	}
}

func TestTx_isEndedByRunAlone(t *testing.T) {
	t.Parallel()
	a := pgtest.Org(t, tenants.Trust)

	pgtest.Run(t, a, func(ctx context.Context, tx *tenants.Tx) error {
		return tx.AsQueue(func(q pgx.Tx) error {
			if q.Commit(ctx) == nil || q.Rollback(ctx) == nil {
				t.Error("a borrower ended the transaction")
			}
			return nil
		})
	})
}

func TestOften_looksThroughTheEyesOfWhoeverAsksOnTheSameConnection(t *testing.T) {
	t.Parallel()
	a, b := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	for _, me := range []tenants.Party{a, b} {
		pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := tx.NewRaw("insert into sites (tenant_id, id, code, name) values (?, ?, 'A', ?)", me.ID, tenants.NewID(), me.ID.String()).Exec(ctx)
			return err
		})
	}
	agency := pgtest.Org(t, tenants.Agency)
	one, err := tenants.Open(t.Context(), tenants.Config{App: pgtest.URL(t, "wb_app"), Platform: pgtest.URL(t, "wb_platform"), MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()

	for range 10 { // past the five runs after which Postgres keeps a plan for good
		for _, me := range []tenants.Party{a, b, agency} {
			err := one.Run(t.Context(), me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
				var names []string
				if err := tx.Often(ctx, &names, "select name from sites where name = any ($1) order by name", []string{a.ID.String(), b.ID.String()}); err != nil {
					return err
				}
				var want []string
				if me.Kind == tenants.Trust {
					want = []string{me.ID.String()}
				}
				if !slices.Equal(names, want) {
					t.Errorf("%s sees %v, want %v", me.Kind, names, want)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

// The fields and methods of Tx are what every module can reach. A new one is a
// decision, not an afterthought.
func TestTx_hasTheseFieldsAndMethodsAndNoOthers(t *testing.T) {
	t.Parallel()
	kind := reflect.TypeFor[tenants.Tx]()
	var fields, methods []string
	for i := range kind.NumField() {
		if kind.Field(i).IsExported() {
			fields = append(fields, kind.Field(i).Name)
		}
	}
	for i := range reflect.PointerTo(kind).NumMethod() {
		methods = append(methods, reflect.PointerTo(kind).Method(i).Name)
	}

	if want := []string{"Me", "Actor", "Now", "Request"}; !slices.Equal(fields, want) {
		t.Errorf("fields %v, want %v", fields, want)
	}
	want := []string{"AsQueue", "Copy", "Emit", "Enqueue", "Mine", "NewDelete", "NewInsert", "NewRaw", "NewSelect", "NewUpdate", "NowAt", "Often", "Saw", "Try"}
	if !slices.Equal(methods, want) {
		t.Errorf("methods %v, want %v", methods, want)
	}
}

func TestRun_refusesACredentialThatHasDied(t *testing.T) {
	t.Parallel()
	h := ours(t)
	org := pgtest.Org(t, tenants.Trust)
	live := func(t *testing.T) tenants.Actor {
		who := as(h.person(t, "Asha"))
		who.Credential, who.Version = tenants.NewID(), 1
		h.row(t, "credentials", "id", who.Credential, "kind", "session", "token_hash", who.Credential[:], "person_id", who.Person,
			"created_at", "now", "last_used_at", "now", "idle_minutes", 30, "expires_at", time.Now().Add(time.Hour))
		return who
	}
	run := func(who tenants.Actor) error {
		return h.db.Run(t.Context(), org, who, func(context.Context, *tenants.Tx) error { return nil })
	}
	if err := run(live(t)); err != nil {
		t.Fatalf("a live credential: %v", err)
	}
	for name, kill := range map[string]string{
		"revoked":    "update credentials set revoked_at = now() where id = $1",
		"expired":    "update credentials set expires_at = now() where id = $1",
		"gone":       "delete from credentials where id = $1",
		"new rights": "update people set version = version + 1 where id = (select person_id from credentials where id = $1)",
		"closed":     "update people set closed_at = now() where id = (select person_id from credentials where id = $1)",
	} {
		who := live(t)
		h.exec(t, kill, who.Credential)

		if err := run(who); !errors.Is(err, tenants.ErrStale) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRun_triesAgainAfterADeadlock(t *testing.T) {
	t.Parallel()
	h := ours(t)
	a := pgtest.Org(t, tenants.Trust)
	for _, name := range []string{"left", "right"} {
		h.row(t, "counters", "owner_id", a.ID, "name", name, "next", 0)
	}
	var (
		group  sync.WaitGroup
		tries  [2]int
		failed [2]error
		holds  = [2]chan struct{}{make(chan struct{}), make(chan struct{})}
	)
	for i, order := range [2][2]string{{"left", "right"}, {"right", "left"}} {
		group.Go(func() {
			failed[i] = h.db.Run(t.Context(), a, pgtest.Actor(a), func(ctx context.Context, tx *tenants.Tx) error {
				tries[i]++
				for n, name := range order {
					if _, err := tx.NewRaw("update counters set next = next + 1 where name = ?", name).Exec(ctx); err != nil {
						return err
					}
					if n == 0 && tries[i] == 1 {
						close(holds[i])
						<-holds[1-i]
					}
				}
				return nil
			})
		})
	}
	group.Wait()

	if failed[0] != nil || failed[1] != nil {
		t.Fatalf("%v, %v", failed[0], failed[1])
	}
	if tries[0]+tries[1] < 3 { // more, when the second try meets the other one again
		t.Errorf("tried %v times", tries)
	}
	if got := h.one(t, "select string_agg(next::text, ' ') from counters where owner_id = $1", a.ID); got != "2 2" {
		t.Errorf("counted %s", got)
	}
}

func TestRun_failsWhenPostgresHadGivenUp(t *testing.T) {
	t.Parallel()
	h := ours(t)
	a := pgtest.Org(t, tenants.Trust)

	err := h.db.Run(t.Context(), a, pgtest.Actor(a), func(ctx context.Context, tx *tenants.Tx) error {
		if _, err := tx.NewRaw("insert into sites (tenant_id, id, code, name) values (?, ?, 'A', 'Site')", a.ID, tenants.NewID()).Exec(ctx); err != nil {
			return err
		}
		_, _ = tx.NewRaw("select 1 / 0").Exec(ctx) // and nobody looks at the error
		return nil
	})

	if err == nil {
		t.Error("a lost unit of work was reported as kept")
	}
	if n := count(t, a, "sites"); n != 0 {
		t.Errorf("%d sites were kept", n)
	}
}

func TestRun_givesUpOnALockThatIsHeld(t *testing.T) {
	t.Parallel()
	h := ours(t)
	a := pgtest.Org(t, tenants.Trust)
	h.row(t, "counters", "owner_id", a.ID, "name", "held", "next", 0)
	held, err := h.owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Rollback(context.WithoutCancel(t.Context())) }()
	if _, err := held.Exec(t.Context(), "select from counters where owner_id = $1 for update", a.ID); err != nil {
		t.Fatal(err)
	}

	err = h.db.Run(t.Context(), a, pgtest.Actor(a), func(ctx context.Context, tx *tenants.Tx) error {
		_, err := tx.NewRaw("update counters set next = 1 where name = 'held'").Exec(ctx)
		return err
	})

	if !errors.Is(err, fault.ErrBusy) {
		t.Errorf("got %v", err)
	}
}

func TestStream_writesNothing(t *testing.T) {
	t.Parallel()
	a := pgtest.Org(t, tenants.Trust)

	err := pgtest.DB(t).Stream(t.Context(), a, pgtest.Actor(a), func(ctx context.Context, tx *tenants.Tx) error {
		_, err := tx.NewRaw("insert into sites (tenant_id, id, code, name) values (?, ?, 'A', 'Site')", a.ID, tenants.NewID()).Exec(ctx)
		return err
	})

	if codeOf(err) != "25006" {
		t.Errorf("got %v", err)
	}
}

func TestTry_keepsTheUnitOfWorkUsable(t *testing.T) {
	t.Parallel()
	a := pgtest.Org(t, tenants.Trust)
	insert := func(ctx context.Context, tx *tenants.Tx, code string) error {
		_, err := tx.NewRaw("insert into sites (tenant_id, id, code, name) values (?, ?, ?, 'Site')", a.ID, tenants.NewID(), code).Exec(ctx)
		return err
	}
	var bad []error

	pgtest.Run(t, a, func(ctx context.Context, tx *tenants.Tx) error {
		for _, code := range []string{"A", "B", "A", strings.Repeat("long", 9), "C"} {
			bad = append(bad, tx.Try(func() error { return insert(ctx, tx, code) }))
		}
		return nil
	})

	if bad[0] != nil || bad[1] != nil || codeOf(bad[2]) != "23505" || codeOf(bad[3]) != "23514" || bad[4] != nil {
		t.Errorf("got %v", bad)
	}
	if n := count(t, a, "sites"); n != 3 {
		t.Errorf("%d sites", n)
	}
}

func TestNowAt_isTheInstantOnTheOtherOrganisationsClock(t *testing.T) {
	t.Parallel()
	trust, agency := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	pgtest.Run(t, trust, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := tx.NewRaw("select app.set_clock('10 days')").Exec(ctx)
		return err
	})
	near := func(at time.Time, ahead time.Duration) bool {
		d := time.Until(at) - ahead
		return d > -time.Minute && d < time.Minute
	}

	for _, me := range []tenants.Party{trust, agency, pgtest.Worker(t), tenants.Nobody, pgtest.Org(t, tenants.Platform)} {
		pgtest.Run(t, me, func(_ context.Context, tx *tenants.Tx) error {
			at, err := tx.NowAt(trust.ID)
			if err != nil || !near(at, 240*time.Hour) {
				t.Errorf("%s: it is %v at the trust (%v)", me.Kind, at, err)
			}
			if me != trust && !near(tx.Now, 0) {
				t.Errorf("%s: its own clock shows %v", me.Kind, tx.Now)
			}
			if me == trust && at != tx.Now {
				t.Errorf("the trust's own clock shows %v and %v", at, tx.Now)
			}
			return nil
		})
	}
}

func TestCopy_streamsIntoATableOfTheUnitsOwn(t *testing.T) {
	t.Parallel()
	a := pgtest.Org(t, tenants.Trust)

	pgtest.Run(t, a, func(ctx context.Context, tx *tenants.Tx) error {
		if _, err := tx.NewRaw("create temporary table staged (id uuid, code text) on commit drop").Exec(ctx); err != nil {
			return err
		}
		rows := [][]any{{tenants.NewID(), "A"}, {tenants.NewID(), "B"}}
		if n, err := tx.Copy("staged", []string{"id", "code"}, pgx.CopyFromRows(rows)); err != nil || n != 2 {
			t.Errorf("copied %d: %v", n, err)
		}
		_, err := tx.NewRaw("insert into sites (tenant_id, id, code, name) select ?, id, code, 'Site' from staged", a.ID).Exec(ctx)
		return err
	})

	if n := count(t, a, "sites"); n != 2 {
		t.Errorf("%d sites", n)
	}
}

func TestSaw_remembersWhoLooked(t *testing.T) {
	t.Parallel()
	a, b := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	id := tenants.NewID()
	pgtest.Run(t, a, func(_ context.Context, tx *tenants.Tx) error { return tx.Saw("worker", id) })

	for party, want := range map[tenants.Party]int{a: 1, b: 0} {
		if n := count(t, party, "audit where act = 'read' and table_name = 'worker' and row_id = ? and actor_name = 'Test'", id.String()); n != want {
			t.Errorf("%d lines of audit, want %d", n, want)
		}
	}
}
