package migrations_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"wardbridge/migrations"
)

func TestApply_buildsTheHouseFromEmptyOnBothMajors(t *testing.T) {
	t.Parallel()
	names, err := migrations.Names()
	if err != nil || len(names) == 0 {
		t.Fatalf("names: %v %v", names, err)
	}
	each(t, func(t *testing.T, engine string) {
		way := empty(t, engine)

		applied, err := migrations.Apply(t.Context(), way("wb_owner"))

		if err != nil || !slices.Equal(applied, names) {
			t.Fatalf("applied %v of %v: %v", applied, names, err)
		}
		conn := connect(t, way("wb_owner"))
		if got := lines(t, conn, "select name from public.migrations order by name"); !slices.Equal(got, names) {
			t.Errorf("marked %v", got)
		}
		if err := migrations.Fits(t.Context(), way("wb_app")); err != nil {
			t.Errorf("does not fit: %v", err)
		}
	})
}

func TestApply_changesNothingWhenAppliedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, engine string) {
		way := empty(t, engine)
		if _, err := migrations.Apply(t.Context(), way("wb_owner")); err != nil {
			t.Fatal(err)
		}
		conn := connect(t, way("wb_owner"))
		const marks = "select name || ' ' || applied_at from public.migrations order by name"
		before, marked := catalogue(t, conn), lines(t, conn, marks)

		applied, err := migrations.Apply(t.Context(), way("wb_owner"))

		if err != nil || len(applied) != 0 {
			t.Fatalf("applied %v again: %v", applied, err)
		}
		if after := catalogue(t, conn); after != before {
			t.Errorf("the schema changed: %s", firstDifference(before, after))
		}
		if got := lines(t, conn, marks); !slices.Equal(got, marked) {
			t.Errorf("marks were %v, are %v", marked, got)
		}
	})
}

func TestApply_letsTwoStartsWaitForEachOther(t *testing.T) {
	t.Parallel()
	way := empty(t, "system")
	names, err := migrations.Names()
	if err != nil {
		t.Fatal(err)
	}
	var (
		group   sync.WaitGroup
		applied [2][]string
		failed  [2]error
	)
	for i := range 2 {
		group.Go(func() {
			if failed[i] = migrations.Roles(t.Context(), way("postgres")); failed[i] == nil {
				applied[i], failed[i] = migrations.Apply(t.Context(), way("wb_owner"))
			}
		})
	}
	group.Wait()

	if failed[0] != nil || failed[1] != nil {
		t.Fatalf("%v, %v", failed[0], failed[1])
	}
	if all := slices.Concat(applied[0], applied[1]); !slices.Equal(all, names) {
		t.Errorf("applied %v and %v", applied[0], applied[1])
	}
}

func TestApply_doesNotMarkAMigrationThatFailed(t *testing.T) {
	t.Parallel()
	way := empty(t, "system")
	conn := connect(t, way("wb_owner"))
	if _, err := conn.Exec(t.Context(), "create table public.bookings (in_the_way integer)"); err != nil {
		t.Fatal(err)
	}

	applied, err := migrations.Apply(t.Context(), way("wb_owner"))

	if err == nil || !strings.Contains(err.Error(), "0003_line") || !slices.Equal(applied, []string{"0001_house.up.sql", "0002_door.up.sql"}) {
		t.Fatalf("applied %v: %v", applied, err)
	}
	if got := lines(t, conn, "select name from public.migrations order by name"); !slices.Equal(got, applied) {
		t.Errorf("marked %v", got)
	}
	if got := lines(t, conn, "select coalesce(to_regclass('public.shifts')::text, 'none')"); got[0] != "none" {
		t.Error("the failed migration left a table")
	}
	if _, err := conn.Exec(t.Context(), "drop table public.bookings"); err != nil {
		t.Fatal(err)
	}
	if applied, err = migrations.Apply(t.Context(), way("wb_owner")); err != nil || applied[0] != "0003_line.up.sql" {
		t.Errorf("then applied %v: %v", applied, err)
	}
}

func TestFits_refusesADatabaseThatNeedsANewerBinary(t *testing.T) {
	t.Parallel()
	way := empty(t, "system")

	if err := migrations.Fits(t.Context(), way("wb_app")); err == nil || !strings.Contains(err.Error(), "wardbridge migrate") {
		t.Errorf("an empty database: %v", err)
	}
	if _, err := migrations.Apply(t.Context(), way("wb_owner")); err != nil {
		t.Fatal(err)
	}
	conn := connect(t, way("wb_owner"))
	for need, fits := range map[int]bool{migrations.Binary - 1: true, migrations.Binary: true, migrations.Binary + 1: false} {
		if _, err := conn.Exec(t.Context(), "update app.installation set min_binary = $1", need); err != nil {
			t.Fatal(err)
		}
		err := migrations.Fits(t.Context(), way("wb_app"))
		if (err == nil) != fits {
			t.Errorf("min_binary %d for binary %d: %v", need, migrations.Binary, err)
		}
	}
}

func TestCreate_leavesADatabaseThatIsThere(t *testing.T) {
	t.Parallel()
	way := engines["system"](t)
	for range 2 {
		if err := migrations.Create(t.Context(), way("postgres", "postgres"), "made_once", ""); err != nil {
			t.Fatal(err)
		}
	}

	conn := connect(t, way("wb_owner", "made_once"))

	if got := lines(t, conn, "select pg_get_userbyid(datdba)::text from pg_database where datname = current_database()"); got[0] != "wb_owner" {
		t.Errorf("belongs to %s", got[0])
	}
}
