package jobs_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wardbridge/internal/fault"
	"wardbridge/internal/jobs"
	"wardbridge/internal/pgtest"
	"wardbridge/tenants"
)

func ahead(t *testing.T, org tenants.Party, by string) {
	t.Helper()
	pgtest.Exec(t, "insert into clocks (organisation_id, ahead) values ($1, $2::text::interval) on conflict (organisation_id) do update set ahead = excluded.ahead", org.ID, by)
}

func left(t *testing.T, org tenants.Party) int {
	t.Helper()
	var n int
	if err := pgtest.Owner(t).QueryRow(t.Context(), "select count(*) from due_work where owner_id = $1", org.ID).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDue_firesOnTheOwnersClockInOrderAtItsInstant(t *testing.T) {
	t.Parallel()
	p := start(t, lane(t))
	moved, other := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	var seen notes
	jobs.OnDue(p.queue, lane(t), func(_ context.Context, tx *tenants.Tx, due []jobs.Due) error {
		for _, d := range due {
			var ref struct {
				Tier int `json:"tier"`
			}
			if err := json.Unmarshal(d.Ref, &ref); err != nil {
				return err
			}
			seen.add(fmt.Sprintf("%s %d %v", d.DueAt.UTC().Format(time.RFC3339), ref.Tier, tx.Me == moved))
		}
		return nil
	})
	p.work(t)
	began := time.Now().UTC().Truncate(time.Second)
	for _, org := range []tenants.Party{moved, other} {
		p.run(t, org, func(ctx context.Context, tx *tenants.Tx) error {
			for _, tier := range []int{3, 1, 2} {
				at := began.Add(time.Duration(tier) * time.Hour)
				if err := jobs.At(ctx, tx, lane(t), tenants.NewID(), at, map[string]int{"tier": tier}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	p.settle(t)
	if got := seen.list(); len(got) != 0 {
		t.Fatalf("nothing is due yet, but %q", got)
	}

	ahead(t, moved, "2 hours 30 minutes")
	p.settle(t)

	want := []string{
		began.Add(time.Hour).Format(time.RFC3339) + " 1 true",
		began.Add(2*time.Hour).Format(time.RFC3339) + " 2 true",
	}
	if got := seen.list(); !slices.Equal(got, want) {
		t.Errorf("fired %q, want %q", got, want)
	}
	if left(t, moved) != 1 || left(t, other) != 3 {
		t.Error("what is not due stays planned")
	}
}

func TestDue_waitsWhenTheClockIsBehind(t *testing.T) {
	t.Parallel()
	p, org := start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	ahead(t, org, "-1 day")
	jobs.OnDue(p.queue, lane(t), func(ctx context.Context, tx *tenants.Tx, _ []jobs.Due) error { return bump(ctx, tx, "fired") })
	p.work(t)

	p.run(t, org, func(ctx context.Context, tx *tenants.Tx) error {
		return jobs.At(ctx, tx, lane(t), tenants.NewID(), tx.Now.Add(time.Hour), nil)
	})
	p.settle(t)

	if number(t, org, "fired") != 0 {
		t.Error("it is yesterday there")
	}
}

func TestDue_worksForEveryKindOfOwner(t *testing.T) {
	t.Parallel()
	p := start(t, lane(t))
	jobs.OnDue(p.queue, lane(t), func(ctx context.Context, tx *tenants.Tx, _ []jobs.Due) error { return bump(ctx, tx, "fired") })
	p.work(t)
	owners := []tenants.Party{pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Hub), pgtest.Org(t, tenants.Practice), pgtest.Org(t, tenants.Agency), pgtest.Worker(t)}

	for _, owner := range owners {
		p.run(t, owner, func(ctx context.Context, tx *tenants.Tx) error {
			return jobs.At(ctx, tx, lane(t), tenants.NewID(), tx.Now, nil)
		})
	}
	p.settle(t)

	for _, owner := range owners {
		if number(t, owner, "fired") != 1 || left(t, owner) != 0 {
			t.Errorf("%s: due work was not done", owner.Kind)
		}
	}
}

func TestDrop_takesBackWhatWasPlanned(t *testing.T) {
	t.Parallel()
	p, org := start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	subject, other := tenants.NewID(), tenants.NewID()
	plan := func(ctx context.Context, tx *tenants.Tx) error {
		return errors.Join(
			jobs.At(ctx, tx, "test.open", subject, tx.Now.Add(time.Hour), nil),
			jobs.At(ctx, tx, "test.close", subject, tx.Now.Add(time.Hour), nil),
			jobs.At(ctx, tx, "test.open", other, tx.Now.Add(time.Hour), nil))
	}
	p.run(t, org, plan)

	p.run(t, org, func(ctx context.Context, tx *tenants.Tx) error { return jobs.Drop(ctx, tx, "test.open", subject) })
	if got := left(t, org); got != 2 {
		t.Errorf("%d left after one kind was dropped, want 2", got)
	}
	p.run(t, org, func(ctx context.Context, tx *tenants.Tx) error { return jobs.Drop(ctx, tx, "", subject) })
	if got := left(t, org); got != 1 {
		t.Errorf("%d left after the subject was dropped, want 1", got)
	}
}

func TestDue_muchIsDoneInBatches(t *testing.T) {
	t.Parallel()
	p, org := start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	var done, calls atomic.Int32
	jobs.OnDue(p.queue, lane(t), func(_ context.Context, _ *tenants.Tx, due []jobs.Due) error {
		calls.Add(1)
		done.Add(int32(len(due)))
		return nil
	})
	p.run(t, org, func(ctx context.Context, tx *tenants.Tx) error {
		all := make([]jobs.Due, 1200)
		for i := range all {
			all[i] = jobs.Due{Subject: tenants.NewID(), DueAt: tx.Now.Add(-time.Minute)}
		}
		return jobs.AtAll(ctx, tx, lane(t), all)
	})
	p.work(t)

	p.settle(t)

	if done.Load() != 1200 || calls.Load() < 3 || left(t, org) != 0 {
		t.Errorf("%d done in %d batches, %d left", done.Load(), calls.Load(), left(t, org))
	}
}

func TestDue_oneBadRowHoldsUpItselfAlone(t *testing.T) {
	t.Parallel()
	p, org := start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	bad := tenants.NewID()
	var healed atomic.Bool
	jobs.OnDue(p.queue, lane(t), func(ctx context.Context, tx *tenants.Tx, due []jobs.Due) error {
		for _, d := range due {
			if d.Subject == bad && !healed.Load() {
				return fault.New(fault.Conflict, "no_rate", "There is no rate for this shift.")
			}
			if err := bump(ctx, tx, "done"); err != nil {
				return err
			}
		}
		return nil
	})
	p.run(t, org, func(ctx context.Context, tx *tenants.Tx) error {
		for i, subject := range []tenants.ID{tenants.NewID(), bad, tenants.NewID(), bad, tenants.NewID()} {
			if err := jobs.At(ctx, tx, lane(t), subject, tx.Now.Add(time.Duration(i-60)*time.Second), nil); err != nil {
				return err
			}
		}
		return nil
	})
	p.work(t)

	err := p.queue.Settle(t.Context())

	if err == nil || !strings.Contains(err.Error(), bad.String()) {
		t.Errorf("settle said %v, want it to name the subject", err)
	}
	if number(t, org, "done") != 3 || left(t, org) != 2 {
		t.Errorf("%d done and %d left, want 3 and 2", number(t, org, "done"), left(t, org))
	}

	healed.Store(true)
	if err := retried(t, p.queue, p.only(t).ID); err != nil {
		t.Fatal(err)
	}
	p.settle(t)

	if number(t, org, "done") != 5 || left(t, org) != 0 {
		t.Error("once healed, the rest is done")
	}
}
