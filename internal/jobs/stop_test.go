package jobs_test

import (
	"context"
	"testing"

	"wardbridge/internal/jobs"
	"wardbridge/internal/pgtest"
	"wardbridge/tenants"
)

func TestStop_letsARunningJobFinish(t *testing.T) {
	t.Parallel()
	p, org := start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	running, release := make(chan struct{}), make(chan struct{})
	jobs.Handle(p.queue, func(ctx context.Context, tx *tenants.Tx, _ remind) error {
		close(running)
		<-release
		return bump(ctx, tx, "done")
	})
	p.work(t)
	p.enqueue(t, org, remind{"b1"})
	<-running

	stopped := make(chan error, 1)
	go func() { stopped <- p.queue.Stop(t.Context()) }()
	close(release)

	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	if number(t, org, "done") != 1 {
		t.Error("a graceful stop waits for the job")
	}
}

func TestStop_givesBackWhatCannotFinish(t *testing.T) {
	t.Parallel()
	p, next, org := start(t, lane(t)), start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	running := make(chan struct{})
	jobs.Handle(p.queue, func(ctx context.Context, tx *tenants.Tx, _ remind) error {
		if err := bump(ctx, tx, "done"); err != nil {
			return err
		}
		close(running)
		<-ctx.Done()
		return ctx.Err()
	})
	jobs.Handle(next.queue, func(ctx context.Context, tx *tenants.Tx, _ remind) error { return bump(ctx, tx, "done") })
	p.work(t)
	p.enqueue(t, org, remind{"b1"})
	<-running
	hurry, cancel := context.WithCancel(t.Context())
	cancel()

	if err := p.queue.Stop(hurry); err != nil {
		t.Fatal(err)
	}

	if j := next.only(t); j.State != jobs.Waiting || j.Attempt != 0 || len(j.Errors) != 0 {
		t.Errorf("job = %+v, want it back in the queue as if untouched", j)
	}
	next.work(t)
	next.settle(t)
	if got := number(t, org, "done"); got != 1 {
		t.Errorf("done %d times, want once", got)
	}
	if p.log.count("will be tried again") != 0 {
		t.Errorf("a stop is not a failure:\n%s", p.log)
	}
}

func TestAKilledProcess_losesItsJobsToTheLiving(t *testing.T) {
	t.Parallel()
	p, org := start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	jobs.Handle(p.queue, func(ctx context.Context, tx *tenants.Tx, _ remind) error { return bump(ctx, tx, "done") })
	p.enqueue(t, org, remind{"b1"})
	pgtest.Exec(t, "update river.river_job set state = 'running', attempt = 1, attempted_at = now(), attempted_by = '{somebody-who-died}' where queue = $1", lane(t))
	p.work(t)

	p.settle(t)

	if got := number(t, org, "done"); got != 1 {
		t.Errorf("done %d times, want once", got)
	}
}

func TestALivingProcess_keepsItsJobs(t *testing.T) {
	t.Parallel()
	slow, other, org := start(t, lane(t)), start(t, lane(t)), pgtest.Org(t, tenants.Trust)
	running, release, adopted := make(chan struct{}), make(chan struct{}), make(chan string, 4)
	jobs.Handle(slow.queue, func(ctx context.Context, tx *tenants.Tx, r remind) error {
		if r.Booking == "orphan" {
			adopted <- r.Booking
			return nil
		}
		close(running)
		<-release
		return bump(ctx, tx, "by-slow")
	})
	jobs.Handle(other.queue, func(_ context.Context, _ *tenants.Tx, r remind) error {
		adopted <- r.Booking
		return nil
	})
	slow.work(t)
	slow.enqueue(t, org, remind{"b1"})
	<-running

	// Once an orphan of the same age has been adopted, there was time to adopt the
	// slow process's job as well, had anybody thought it dead.
	pgtest.Exec(t, `
		insert into river.river_job (state, attempt, max_attempts, attempted_at, attempted_by, args, kind, metadata, queue)
		select 'running', 1, max_attempts, now(), '{somebody-who-died}', jsonb_set(args, '{args,booking}', '"orphan"'), kind, metadata, queue
		from   river.river_job where queue = $1`, lane(t))
	other.work(t)
	got := <-adopted
	close(release)
	slow.settle(t)

	if got != "orphan" || len(adopted) != 0 || number(t, org, "by-slow") != 1 {
		t.Errorf("adopted %q and %d more, slow did %d; want the orphan alone, and slow's job done by slow", got, len(adopted), number(t, org, "by-slow"))
	}
}
