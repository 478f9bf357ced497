package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"wardbridge/internal/events"
	"wardbridge/tenants"
)

const (
	schema      = "river"
	attemptsMax = 8
	// jobTimeout is above the longest statement that a unit of work may run.
	jobTimeout = 15 * time.Minute
	// kept is how long failed jobs stay to be looked at, and so how long an inbox
	// row may still be asked for.
	kept = 30 * 24 * time.Hour
	// hardStop is how long jobs have to notice that they have been cancelled.
	hardStop = 10 * time.Second
)

// Queue carries consequences out of units of work and, in a process that works,
// does them. It is safe for concurrent use once the house is put together.
type Queue struct {
	db      *tenants.DB
	bus     *events.Bus
	log     *slog.Logger
	pool    *pgxpool.Pool
	url     string
	id      string // this process, as jobs remember who took them
	lane    string
	workers int
	since   time.Time // the database's time at which this queue was made

	insert *river.Client[pgx.Tx]

	mu    sync.RWMutex
	tasks map[string]task
	dues  map[string]dueFunc
	works bool

	client   *river.Client[pgx.Tx]
	stopping atomic.Bool
	cancel   context.CancelFunc // ends the sweep and the presence lock
	loops    sync.WaitGroup

	orphans  map[int64]time.Time // running jobs without a living process, and since when; the sweep's own
	pruned   time.Time           // when old inbox rows were last removed; the sweep's own
	unknown  sync.Map            // due kinds that were warned about
	reported sync.Map            // failed jobs that Settle has named
}

var _ tenants.Post = (*Queue)(nil)

// Setting changes how a queue works.
type Setting func(*Queue)

// Workers sets how many jobs this process runs at once; without it 8. Long jobs
// have a quarter as many places of their own, so that imports never hold up offers.
func Workers(n int) Setting { return func(q *Queue) { q.workers = n } }

// Lane names what this queue puts jobs into and takes them from. Queues of one
// lane share their jobs; a queue never sees another lane's. Without it all
// processes of the installation share one. Lower-case letters, digits and single
// hyphens or underscores.
func Lane(name string) Setting { return func(q *Queue) { q.lane = name } }

// New connects to the queue's tables as the log-in wb_river and becomes the post
// of the database, so that Emit and Enqueue work from here on. It runs no job
// until Work.
func New(ctx context.Context, db *tenants.DB, url string, bus *events.Bus, log *slog.Logger, settings ...Setting) (*Queue, error) {
	q := &Queue{
		db: db, bus: bus, log: log, url: url, id: tenants.NewID().String(), lane: river.QueueDefault, workers: 8,
		tasks: map[string]task{}, dues: map[string]dueFunc{}, orphans: map[int64]time.Time{},
	}
	for _, set := range settings {
		set(q)
	}
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("WARDBRIDGE_QUEUE_URL: %w", err)
	}
	cfg.MaxConns = 8
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "wardbridge queue"
	if q.pool, err = pgxpool.NewWithConfig(ctx, cfg); err != nil {
		return nil, fmt.Errorf("WARDBRIDGE_QUEUE_URL: %w", err)
	}
	if err := q.pool.QueryRow(ctx, "select clock_timestamp()").Scan(&q.since); err != nil {
		q.pool.Close()
		return nil, fmt.Errorf("WARDBRIDGE_QUEUE_URL: %w", err)
	}
	q.insert, err = river.NewClient(riverpgxv5.New(q.pool), &river.Config{
		Schema: schema,
		Logger: quieter(log),
		// Of several inserts within this time only the first wakes a worker, and
		// its transaction may be the last to commit; so it is kept short.
		FetchCooldown: time.Millisecond,
	})
	if err != nil {
		q.pool.Close()
		return nil, err
	}
	db.Deliver(q)
	return q, nil
}

// Work starts doing jobs, and sweeping for due work every second; it returns
// when that runs. Ending the context does not end it: Stop does.
func (q *Queue) Work(ctx context.Context) error {
	workers := river.NewWorkers()
	river.AddWorker(workers, &eventWorker{q: q})
	river.AddWorker(workers, &taskWorker{q: q})
	river.AddWorker(workers, &dueWorker{q: q})
	client, err := river.NewClient(riverpgxv5.New(q.pool), &river.Config{
		ID:                          q.id,
		Schema:                      schema,
		Logger:                      quieter(q.log),
		Workers:                     workers,
		Queues:                      map[string]river.QueueConfig{q.lane: {MaxWorkers: q.workers}, q.longLane(): {MaxWorkers: max(q.workers/4, 2)}},
		FetchCooldown:               10 * time.Millisecond,
		FetchPollInterval:           250 * time.Millisecond,
		MaxAttempts:                 attemptsMax,
		JobTimeout:                  jobTimeout,
		RescueStuckJobsAfter:        jobTimeout + 5*time.Minute,
		RetryPolicy:                 backoff{},
		CancelledJobRetentionPeriod: kept,
		DiscardedJobRetentionPeriod: kept,
		// Rebuilding indexes needs their owner, which no process of the house is.
		ReindexerSchedule: river.NeverSchedule(),
	})
	if err != nil {
		return err
	}
	living, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if err := q.present(living, ctx); err != nil {
		cancel()
		return err
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		cancel()
		return err
	}
	q.client, q.cancel = client, cancel
	q.mu.Lock()
	q.works = true
	q.mu.Unlock()
	q.loops.Go(func() { q.sweepEverySecond(living) })
	return nil
}

// Stop takes no more jobs and lets the running ones finish. Those that have not
// when the context ends are cancelled, which rolls them back, and go back to the
// queue for another process. The queue is of no more use afterwards.
func (q *Queue) Stop(ctx context.Context) error {
	var err error
	if q.client != nil {
		if err = q.client.Stop(ctx); err != nil {
			q.stopping.Store(true)
			hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), hardStop)
			err = q.client.StopAndCancel(hard)
			cancel()
		}
		q.cancel()
		q.loops.Wait()
		q.client = nil
	}
	q.pool.Close()
	return err
}

func (q *Queue) longLane() string { return q.lane + "_long" }

// lanes are the names under which River knows this queue's jobs.
func (q *Queue) lanes() []string { return []string{q.lane, q.longLane()} }

// quieter keeps River's own account of jobs out of the log: a failure is logged
// here, once, with the party it belongs to.
func quieter(log *slog.Logger) *slog.Logger {
	return slog.New(warnings{log.Handler()})
}

type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
