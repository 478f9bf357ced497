package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"wardbridge/internal/events"
	"wardbridge/internal/fault"
	"wardbridge/internal/jobs"
	"wardbridge/internal/pgtest"
	"wardbridge/tenants"
)

type remind struct {
	Booking string `json:"booking"`
}

func (remind) Kind() string { return "test.remind" }

type confirmed struct {
	Booking  string          `json:"booking"`
	Agencies []tenants.Party `json:"agencies,omitempty"`
}

func (confirmed) EventName() string           { return "test.confirmed" }
func (c confirmed) Audience() []tenants.Party { return c.Agencies }

func TestEnqueue_aRollbackLeavesNoJobAndNoEvent(t *testing.T) {
	t.Parallel()
	p, org := start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	events.On(p.bus, "test.hear", func(context.Context, *tenants.Tx, confirmed) error { return nil })
	changed := errors.New("changed my mind")

	err := p.db.Run(t.Context(), org, priya, func(_ context.Context, tx *tenants.Tx) error {
		return errors.Join(tx.Enqueue(remind{"b1"}), tx.Emit(confirmed{Booking: "b1"}), changed)
	})

	if !errors.Is(err, changed) {
		t.Fatalf("err = %v", err)
	}
	list, err := p.queue.List(t.Context(), jobs.Filter{})
	if err != nil || len(list) != 0 {
		t.Errorf("jobs = %v, %v, want none", list, err)
	}
	var logged int
	if err := pgtest.Owner(t).QueryRow(t.Context(), "select count(*) from event_log where party_id = $1", org.ID).Scan(&logged); err != nil || logged != 0 {
		t.Errorf("event log = %d, %v, want none", logged, err)
	}
}

func TestHandle_happensOnceWhenTheJobIsRunTwice(t *testing.T) {
	t.Parallel()
	p, org := start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	jobs.Handle(p.queue, func(ctx context.Context, tx *tenants.Tx, r remind) error { return bump(ctx, tx, r.Booking) })
	p.work(t)
	p.enqueue(t, org, remind{"b1"})
	p.settle(t)

	pgtest.Exec(t, "update river.river_job set state = 'available', finalized_at = null where queue = $1", lane(t))
	p.settle(t)

	if got := number(t, org, "b1"); got != 1 {
		t.Errorf("done %d times, want once", got)
	}
	if j := p.only(t); j.State != jobs.Done || j.Attempt != 2 {
		t.Errorf("job = %+v, want done at the second attempt", j)
	}
}

func TestSteps_passOverWhatIsDone(t *testing.T) {
	t.Parallel()
	p, org := start(t, lane(t)), pgtest.Org(t, tenants.Agency)
	var runs atomic.Int32
	jobs.Steps(p.queue, func(_ context.Context, run jobs.Runner, r remind) error {
		if err := run.Once("first", func(ctx context.Context, tx *tenants.Tx) error { return bump(ctx, tx, "first") }); err != nil {
			return err
		}
		if err := run.Do(func(ctx context.Context, tx *tenants.Tx) error { return bump(ctx, tx, "each") }); err != nil {
			return err
		}
		if runs.Add(1) == 1 {
			return errors.New("the line went dead")
		}
		return run.Once("second", func(ctx context.Context, tx *tenants.Tx) error { return bump(ctx, tx, "second") })
	})
	p.work(t)

	p.enqueue(t, org, remind{"b1"})
	p.settle(t)

	for name, want := range map[string]int{"first": 1, "each": 2, "second": 1} {
		if got := number(t, org, name); got != want {
			t.Errorf("%s happened %d times, want %d", name, got, want)
		}
	}
}

func TestHandle_seesNoOtherPartysRows(t *testing.T) {
	t.Parallel()
	p := start(t, lane(t))
	one, two := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	var seen notes
	jobs.Handle(p.queue, func(ctx context.Context, tx *tenants.Tx, r remind) error {
		var names []string
		err := tx.NewRaw("select name from settings order by name").Scan(ctx, &names)
		seen.add(fmt.Sprintf("%s %v %v", tx.Me.Kind, tx.Me.ID == one.ID, names))
		return err
	})
	p.run(t, one, func(ctx context.Context, tx *tenants.Tx) error { return bump(ctx, tx, "of-one") })
	p.run(t, two, func(ctx context.Context, tx *tenants.Tx) error { return bump(ctx, tx, "of-two") })
	p.work(t)

	p.enqueue(t, one, remind{"b1"})
	p.enqueue(t, two, remind{"b2"})
	p.settle(t)

	got := seen.list()
	slices.Sort(got)
	if want := []string{"agency false [of-two]", "trust true [of-one]"}; !slices.Equal(got, want) {
		t.Errorf("seen %q, want %q", got, want)
	}
}

func TestActor_keepsWhoCausedItThroughAChain(t *testing.T) {
	t.Parallel()
	p, org := start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	var seen notes
	note := func(tx *tenants.Tx) {
		seen.add(fmt.Sprintf("%s|%s|%v|%s", tx.Actor.Kind, tx.Actor.Name, tx.Actor.Person == priya.Person, tx.Request))
	}
	events.On(p.bus, "test.hear", func(_ context.Context, tx *tenants.Tx, c confirmed) error {
		note(tx)
		return tx.Enqueue(remind{c.Booking})
	})
	jobs.Handle(p.queue, func(_ context.Context, tx *tenants.Tx, _ remind) error { note(tx); return nil })
	p.work(t)

	p.run(t, org, func(_ context.Context, tx *tenants.Tx) error { return tx.Emit(confirmed{Booking: "b1"}) })
	p.settle(t)

	want := []string{"job|job test.hear for Priya Raman|true|req-1", "job|job test.remind for Priya Raman|true|req-1"}
	if got := seen.list(); !slices.Equal(got, want) {
		t.Errorf("actors %q, want %q", got, want)
	}
}

func TestOnEach_runsAsEachPartyOfTheAudience(t *testing.T) {
	t.Parallel()
	p, trust := start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	agency, worker := pgtest.Org(t, tenants.Agency), pgtest.Worker(t)
	events.OnEach(p.bus, "test.tell", func(ctx context.Context, tx *tenants.Tx, _ confirmed) error { return bump(ctx, tx, "told") })
	events.On(p.bus, "test.hear", func(ctx context.Context, tx *tenants.Tx, _ confirmed) error { return bump(ctx, tx, "heard") })
	p.work(t)

	p.run(t, trust, func(_ context.Context, tx *tenants.Tx) error {
		return tx.Emit(confirmed{Booking: "b1", Agencies: []tenants.Party{agency, worker, agency}})
	})
	p.settle(t)

	if number(t, agency, "told") != 1 || number(t, worker, "told") != 1 || number(t, trust, "told") != 0 || number(t, trust, "heard") != 1 {
		t.Error("the audience is told once each, and the party that emitted hears")
	}
}

func TestDelivery_isRightInAnyOrder(t *testing.T) {
	t.Parallel()
	p, org := start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	events.On(p.bus, "test.copy", func(ctx context.Context, tx *tenants.Tx, _ confirmed) error {
		_, err := tx.NewRaw(`
			insert into settings (owner_id, name, value, changed_at)
			select owner_id, 'copy', value, ? from settings where owner_id = ? and name = 'original'
			on     conflict (owner_id, name) do update set value = excluded.value`, tx.Now, tx.Me.ID).Exec(ctx)
		return err
	})
	for range 30 {
		p.run(t, org, func(ctx context.Context, tx *tenants.Tx) error {
			return errors.Join(bump(ctx, tx, "original"), tx.Emit(confirmed{Booking: "b1"}))
		})
	}
	pgtest.Exec(t, "update river.river_job set priority = 1 + floor(random() * 4), scheduled_at = now() - random() * interval '1 hour' where queue = $1", lane(t))

	p.work(t)
	p.settle(t)

	if got := number(t, org, "copy"); got != 30 {
		t.Errorf("copy = %d, want 30", got)
	}
	list, err := p.queue.List(t.Context(), jobs.Filter{States: []jobs.State{jobs.Done}})
	if err != nil || len(list) != 30 {
		t.Errorf("%d jobs done, %v, want 30", len(list), err)
	}
}

func TestRefusal_isNotTriedAgainAndStaysVisible(t *testing.T) {
	t.Parallel()
	p, org := start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	refused := fault.New(fault.Conflict, "already_gone", "This booking has gone.")
	var refuse atomic.Bool
	refuse.Store(true)
	jobs.Handle(p.queue, func(ctx context.Context, tx *tenants.Tx, _ remind) error {
		if refuse.Load() {
			return fmt.Errorf("booking: %w", refused)
		}
		return bump(ctx, tx, "done")
	})
	p.work(t)
	p.enqueue(t, org, remind{"b1"})

	err := p.queue.Settle(t.Context(), org)

	if err == nil || !strings.Contains(err.Error(), "test.remind") || !strings.Contains(err.Error(), "already_gone") {
		t.Errorf("settle said %v, want it to name the job and why", err)
	}
	failed, err := p.queue.Failed(t.Context(), 10)
	if err != nil || len(failed) != 1 {
		t.Fatalf("failed = %v, %v", failed, err)
	}
	j := failed[0]
	if j.State != jobs.Refused || j.Attempt != 1 || j.Name != "test.remind" || j.Party != org || j.Request != "req-1" || len(j.Errors) != 1 || !strings.HasPrefix(j.Errors[0].Error, "booking: already_gone") {
		t.Errorf("job = %+v", j)
	}
	if p.log.count("job was refused") != 1 || p.log.count("req-1") != 1 || p.log.count("Priya") != 0 {
		t.Errorf("the log names the failure once and nobody:\n%s", p.log)
	}

	refuse.Store(false)
	if err := retried(t, p.queue, j.ID); err != nil {
		t.Fatal(err)
	}
	p.settle(t)

	if number(t, org, "done") != 1 || p.only(t).State != jobs.Done {
		t.Error("a retried job is done once")
	}
	if err := retried(t, p.queue, j.ID); !errors.Is(err, jobs.ErrNotFailed) {
		t.Errorf("retry of a done job: %v", err)
	}
	if err := retried(t, p.queue, -1); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("retry of no job: %v", err)
	}
}

func TestFailure_thatMayPassIsTriedAgain(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func() error{
		"busy":     func() error { return fault.ErrBusy },
		"internal": func() error { return errors.New("no such column") },
		"panic":    func() error { panic("nil map") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, org := start(t, lane(t)), pgtest.Org(t, tenants.Trust)
			var tries atomic.Int32
			jobs.Handle(p.queue, func(ctx context.Context, tx *tenants.Tx, _ remind) error {
				if err := bump(ctx, tx, "done"); err != nil || tries.Add(1) > 1 {
					return err
				}
				return fail()
			})
			p.work(t)

			p.enqueue(t, org, remind{"b1"})
			p.settle(t)

			if got := number(t, org, "done"); got != 1 {
				t.Errorf("done %d times, want once", got)
			}
			if p.log.count("will be tried again") != 1 {
				t.Errorf("log:\n%s", p.log)
			}
		})
	}
}

func TestUnknownSubscriber_waitsForANewerProcess(t *testing.T) {
	t.Parallel()
	newer, older, org := start(t, lane(t)), start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	events.On(newer.bus, "test.new", func(ctx context.Context, tx *tenants.Tx, _ confirmed) error { return bump(ctx, tx, "heard") })
	newer.run(t, org, func(_ context.Context, tx *tenants.Tx) error { return tx.Emit(confirmed{Booking: "b1"}) })
	older.work(t)

	err := older.queue.Settle(t.Context())

	if err == nil || !strings.Contains(err.Error(), "nobody here knows") {
		t.Errorf("settle said %v", err)
	}
	if j := older.only(t); j.State != jobs.Waiting || j.Attempt != 0 {
		t.Errorf("job = %+v, want it to wait with no attempt spent", j)
	}

	if err := older.queue.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, "update river.river_job set state = 'available', scheduled_at = now() where queue = $1", lane(t))
	newer.work(t)
	newer.settle(t)

	if number(t, org, "heard") != 1 {
		t.Error("the newer process hears the event")
	}
}

func TestLong_hasPlacesOfItsOwn(t *testing.T) {
	t.Parallel()
	p, org := start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	var timeout notes
	jobs.Handle(p.queue, func(ctx context.Context, tx *tenants.Tx, _ remind) error {
		var s string
		err := tx.NewRaw("show statement_timeout").Scan(ctx, &s)
		timeout.add(s)
		return err
	}, jobs.Long(), jobs.Attempts(2))
	p.work(t)

	p.enqueue(t, org, remind{"b1"})
	p.settle(t)

	if got := timeout.list(); !slices.Equal(got, []string{"10min"}) {
		t.Errorf("statement timeout %q, want 10min", got)
	}
	if j := p.only(t); j.MaxAttempts != 2 {
		t.Errorf("job = %+v, want two attempts", j)
	}
}

func TestEnqueue_manyAtOnce(t *testing.T) {
	t.Parallel()
	p, org := start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	var done atomic.Int32
	jobs.Handle(p.queue, func(context.Context, *tenants.Tx, remind) error { done.Add(1); return nil })
	p.work(t)
	all := make([]tenants.Args, 450)
	for i := range all {
		all[i] = remind{fmt.Sprint(i)}
	}

	p.enqueue(t, org, all...)
	p.settle(t)

	if done.Load() != 450 {
		t.Errorf("%d done, want 450", done.Load())
	}
}

func TestHandle_refusesATakenName(t *testing.T) {
	t.Parallel()
	p := start(t, lane(t))
	fn := func(context.Context, *tenants.Tx, remind) error { return nil }
	jobs.Handle(p.queue, fn)
	defer func() {
		if recover() == nil {
			t.Error("a second handler of one kind panics")
		}
	}()

	jobs.Handle(p.queue, fn)
}

func TestEmit_worksForWhoeverActs(t *testing.T) {
	t.Parallel()
	p := start(t, lane(t))
	var seen notes
	events.On(p.bus, "test.hear", func(_ context.Context, tx *tenants.Tx, _ confirmed) error {
		seen.add(string(tx.Me.Kind))
		return nil
	})
	p.work(t)
	all := []tenants.Party{
		pgtest.Org(t, tenants.Hub), pgtest.Org(t, tenants.Practice), pgtest.Org(t, tenants.Agency),
		pgtest.Org(t, tenants.Platform), pgtest.Worker(t), tenants.Nobody,
	}

	for _, who := range all {
		p.run(t, who, func(ctx context.Context, tx *tenants.Tx) error {
			if err := tx.Emit(confirmed{Booking: "b1"}); err != nil {
				return err
			}
			// The party's own role looks again after the queue's was lent.
			var role string
			if err := tx.NewRaw("select current_user::text").Scan(ctx, &role); err != nil || role != who.Kind.Role() {
				return fmt.Errorf("acts as %q: %w", role, err)
			}
			return nil
		})
	}
	p.settle(t)

	got := seen.list()
	slices.Sort(got)
	if want := []string{"agency", "hub", "platform", "practice", "visitor", "worker"}; !slices.Equal(got, want) {
		t.Errorf("heard as %q, want %q", got, want)
	}
	if p.log.String() != "" {
		t.Errorf("all went well, so nothing is logged:\n%s", p.log)
	}
}

func BenchmarkEvents(b *testing.B) {
	db := pgtest.DB(b)
	bus := events.New()
	queue, err := jobs.New(b.Context(), db, pgtest.URL(b, "wb_river"), bus, slog.New(slog.DiscardHandler), jobs.Lane("bench"))
	if err != nil {
		b.Fatal(err)
	}
	events.On(bus, "test.hear", func(context.Context, *tenants.Tx, confirmed) error { return nil })
	if err := queue.Work(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = queue.Stop(context.WithoutCancel(b.Context())) })
	org := pgtest.Org(b, tenants.Trust)
	for b.Loop() {
		err := db.Run(b.Context(), org, priya, func(_ context.Context, tx *tenants.Tx) error {
			for range 100 {
				if err := tx.Emit(confirmed{Booking: "b1"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		if err := queue.Settle(b.Context(), org); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*100)/b.Elapsed().Seconds(), "events/s")
}
