package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"wardbridge/internal/fault"
	"wardbridge/tenants"
)

// unknownPause is how long a job waits that only a newer process knows.
const unknownPause = 30 * time.Second

type eventWorker struct {
	river.WorkerDefaults[eventArgs]
	q *Queue
}

func (w *eventWorker) Work(ctx context.Context, job *river.Job[eventArgs]) error {
	name := job.Args.Subscriber
	return w.q.perform(ctx, job.JobRow, name, w.q.bus.Knows(name), func(r *run) error {
		return r.whole(func(ctx context.Context, tx *tenants.Tx) error {
			return w.q.bus.Hear(ctx, tx, name, job.Args.Payload)
		})
	})
}

type taskWorker struct {
	river.WorkerDefaults[taskArgs]
	q *Queue
}

func (w *taskWorker) Work(ctx context.Context, job *river.Job[taskArgs]) error {
	t, known := w.q.task(job.Args.Name)
	return w.q.perform(ctx, job.JobRow, job.Args.Name, known, func(r *run) error {
		r.long = t.long
		if t.steps != nil {
			if err := t.steps(r.ctx, r, job.Args.Args); err != nil {
				return err
			}
			r.finished()
			return nil
		}
		return r.whole(func(ctx context.Context, tx *tenants.Tx) error {
			return t.whole(ctx, tx, job.Args.Args)
		})
	})
}

// run is one attempt at one job.
type run struct {
	q     *Queue
	ctx   context.Context // the job's, which a stop cancels
	job   *rivertype.JobRow
	name  string
	party tenants.Party
	actor tenants.Actor
	long  bool
}

var _ Runner = (*run)(nil)

// Party is whom the job runs as.
func (r *run) Party() tenants.Party { return r.party }

// Do runs fn in a Tx of its own.
func (r *run) Do(fn func(context.Context, *tenants.Tx) error) error {
	open := r.q.db.Run
	if r.long {
		open = r.q.db.Work
	}
	return open(r.ctx, r.party, r.actor, fn)
}

// Once runs fn in a Tx of its own unless an earlier run of this job has done so.
func (r *run) Once(key string, fn func(context.Context, *tenants.Tx) error) error {
	return r.Do(func(ctx context.Context, tx *tenants.Tx) error {
		var first bool
		err := tx.AsQueue(func(queue pgx.Tx) error {
			return queue.QueryRow(ctx, `
				with claimed as (
				    insert into inbox (key) values ($1)
				    on     conflict do nothing
				    returning key
				)
				select exists (select from claimed)`, r.key()+":"+key).Scan(&first)
		})
		if err != nil || !first {
			return err
		}
		return fn(ctx, tx)
	})
}

// whole runs fn as the whole of the job: in one Tx with its inbox row and with
// the news that the job is done, so that none of the three is ever without the
// others.
func (r *run) whole(fn func(context.Context, *tenants.Tx) error) error {
	return r.Do(func(ctx context.Context, tx *tenants.Tx) error {
		var first bool
		err := tx.AsQueue(func(queue pgx.Tx) error {
			return queue.QueryRow(ctx, `
				with claimed as (
				    insert into inbox (key) values ($1)
				    on     conflict do nothing
				    returning key
				),
				done as (
				    update river.river_job
				    set    state = 'completed', finalized_at = now()
				    where  id = $2 and state = 'running'
				)
				select exists (select from claimed)`, r.key(), r.job.ID).Scan(&first)
		})
		if err != nil || !first {
			return err
		}
		return fn(ctx, tx)
	})
}

// finished says that the job is done, now: River says so too, but gathers such
// news for up to a quarter of a second. So it does not matter if this fails.
func (r *run) finished() {
	_, _ = r.q.pool.Exec(r.ctx, `
		update river.river_job
		set    state = 'completed', finalized_at = now()
		where  id = $1 and state = 'running'`, r.job.ID)
}

func (r *run) key() string { return "job:" + strconv.FormatInt(r.job.ID, 10) }

// perform runs one attempt and says what becomes of the job.
func (q *Queue) perform(ctx context.Context, job *rivertype.JobRow, name string, known bool, do func(*run) error) error {
	if !known {
		q.log.WarnContext(ctx, "job is for a newer process", "job", job.ID, "kind", name)
		return river.JobSnooze(unknownPause)
	}
	var from origin
	if err := json.Unmarshal(job.Metadata, &from); err != nil {
		return river.JobCancel(fmt.Errorf("job %d: whose it is cannot be read: %w", job.ID, err))
	}
	r := &run{
		q: q, job: job, name: name,
		ctx:   context.WithValue(ctx, causeKey{}, from.Actor),
		party: tenants.Party{ID: from.Party, Kind: from.Kind},
		actor: from.actor(name),
	}
	err := caught(func() error { return do(r) })
	if err == nil {
		return nil
	}
	if q.stopping.Load() && ctx.Err() != nil {
		// River takes a cancelled job back without counting the attempt.
		return fmt.Errorf("%w: %w", context.Canceled, err)
	}
	final := lasting(err) && job.Kind != dueArgs{}.Kind()
	q.blame(ctx, r, from, err, final)
	if final {
		return river.JobCancel(err)
	}
	return err
}

// panicked is a panic of a handler, kept as an error with the place it came from.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

func caught(fn func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &panicked{value: v, stack: debug.Stack()}
		}
	}()
	return fn()
}

// lasting reports whether the same job would be refused again: it met a refusal
// that says neither "on our side", nor "not now", nor when to try again.
func lasting(err error) bool {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return false
	}
	switch f.Kind {
	case fault.Internal, fault.Unavailable, fault.TooMany:
		return false
	default:
		return f.RetryAfter == 0
	}
}

// blame logs a failure, once, with what finds it again and with nobody's name.
func (q *Queue) blame(ctx context.Context, r *run, from origin, err error, final bool) {
	level, said := slog.LevelWarn, "job failed and will be tried again"
	switch {
	case final:
		said = "job was refused"
	case r.job.Attempt >= r.job.MaxAttempts:
		level, said = slog.LevelError, "job failed for the last time"
	}
	attrs := []slog.Attr{
		slog.Int64("job", r.job.ID), slog.String("kind", r.name), slog.Int("attempt", r.job.Attempt),
		slog.String("party", from.Party.String()), slog.String("party_kind", string(from.Kind)),
		slog.String("request", from.Request), slog.String("error", err.Error()),
	}
	var p *panicked
	if errors.As(err, &p) {
		attrs = append(attrs, slog.String("stack", string(p.stack)))
	}
	q.log.LogAttrs(ctx, level, said, attrs...)
}

// backoff spreads eight attempts over about an hour and a half: a lock that was
// busy is tried again at once, a service that is down is given time.
type backoff struct{}

// NextRetry is a quarter of a second after the first failure and five times as
// long after each further one, give or take a quarter.
func (backoff) NextRetry(job *rivertype.JobRow) time.Time {
	wait := 250 * time.Millisecond
	for range min(len(job.Errors), 7) {
		wait *= 5
	}
	return time.Now().Add(time.Duration(float64(wait) * (0.75 + 0.5*rand.Float64())))
}
