package events_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"testing"

	"wardbridge/internal/events"
	"wardbridge/internal/jobs"
	"wardbridge/internal/pgtest"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// house is a database whose events are logged, and a feed of them.
func house(t *testing.T) (*tenants.DB, *events.Feed) {
	t.Helper()
	db, err := tenants.Open(t.Context(), tenants.Config{App: pgtest.URL(t, "wb_app"), Platform: pgtest.URL(t, "wb_platform"), MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	queue, err := jobs.New(t.Context(), db, pgtest.URL(t, "wb_river"), events.New(), log)
	if err != nil {
		t.Fatal(err)
	}
	feed, err := events.OpenFeed(t.Context(), pgtest.URL(t, "wb_river"), log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		feed.Close()
		_ = queue.Stop(context.WithoutCancel(t.Context()))
		db.Close()
	})
	return db, feed
}

func emit(t *testing.T, db *tenants.DB, me tenants.Party, e tenants.Event) {
	t.Helper()
	err := db.Run(t.Context(), me, pgtest.Actor(me), func(_ context.Context, tx *tenants.Tx) error { return tx.Emit(e) })
	if err != nil {
		t.Fatal(err)
	}
}

// gather follows a party's feed until it has seen n entries.
func gather(t *testing.T, feed *events.Feed, who tenants.ID, from events.Cursor, n int) []string {
	t.Helper()
	enough := errors.New("enough")
	var refs []string
	err := feed.Follow(t.Context(), who, from, func(entries []events.Entry, _ events.Cursor) error {
		for _, e := range entries {
			refs = append(refs, string(e.Ref))
		}
		if len(refs) >= n {
			return enough
		}
		return nil
	})
	if !errors.Is(err, enough) {
		t.Fatalf("follow: %v", err)
	}
	return refs
}

func TestFeed_losesNoSlowTransaction(t *testing.T) {
	t.Parallel()
	db, feed := house(t)
	trust := pgtest.Org(t, tenants.Trust)
	begun, release, committed := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		committed <- db.Run(t.Context(), trust, pgtest.Actor(trust), func(_ context.Context, tx *tenants.Tx) error {
			err := tx.Emit(released{Shift: "slow"})
			close(begun)
			<-release
			return err
		})
	}()
	<-begun
	emit(t, db, trust, released{Shift: "fast"})

	early, cursor, err := feed.After(t.Context(), trust.ID, events.Cursor{}, 10)
	if err != nil || len(early) != 0 {
		t.Errorf("read %v, %v before the slow one was decided, want nothing yet", early, err)
	}
	close(release)
	if err := <-committed; err != nil {
		t.Fatal(err)
	}

	want := []string{`{"shift": "slow"}`, `{"shift": "fast"}`}
	if got := gather(t, feed, trust.ID, cursor, 2); !slices.Equal(got, want) {
		t.Errorf("read %q, want %q", got, want)
	}
}

func TestFeed_showsAPartyItsOwnAndWhatItIsTold(t *testing.T) {
	t.Parallel()
	db, feed := house(t)
	trust, agency, stranger := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency), pgtest.Org(t, tenants.Agency)
	emit(t, db, trust, closed{})
	emit(t, db, trust, released{Shift: "s1", Agencies: []tenants.Party{agency}})
	emit(t, db, stranger, closed{})

	if got := gather(t, feed, trust.ID, events.Cursor{}, 2); len(got) != 2 {
		t.Errorf("the trust reads %q", got)
	}
	if got := gather(t, feed, agency.ID, events.Cursor{}, 1); len(got) != 1 {
		t.Errorf("the agency reads %q", got)
	}
}

func TestFeed_goesOnFromItsCursor(t *testing.T) {
	t.Parallel()
	db, feed := house(t)
	trust := pgtest.Org(t, tenants.Trust)
	for range 5 {
		emit(t, db, trust, closed{})
	}
	gather(t, feed, trust.ID, events.Cursor{}, 5) // all five are decided

	var seen int
	var from events.Cursor
	for _, want := range []int{2, 2, 1, 0} {
		entries, next, err := feed.After(t.Context(), trust.ID, from, 2)
		if err != nil || len(entries) != want {
			t.Fatalf("%d entries after %v, %v, want %d", len(entries), from, err, want)
		}
		seen, from = seen+len(entries), next
	}
	if seen != 5 {
		t.Errorf("seen %d, want each of 5 once", seen)
	}

	head, err := feed.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	emit(t, db, trust, released{Shift: "new"})
	if got := gather(t, feed, trust.ID, head, 1); !slices.Equal(got, []string{`{"shift": "new"}`}) {
		t.Errorf("from the head on: %q", got)
	}
}

func TestFeed_isWokenByAnEvent(t *testing.T) {
	t.Parallel()
	db, feed := house(t)
	trust := pgtest.Org(t, tenants.Trust)
	heard := make(chan string, 1)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- feed.Follow(ctx, trust.ID, events.Cursor{}, func(entries []events.Entry, _ events.Cursor) error {
			heard <- entries[0].Name
			return nil
		})
	}()

	emit(t, db, trust, closed{})

	if got := <-heard; got != "test.closed" {
		t.Errorf("heard %q", got)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("a follower ends with its context, not %v", err)
	}
}
