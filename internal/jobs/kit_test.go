package jobs_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"wardbridge/internal/events"
	"wardbridge/internal/jobs"
	"wardbridge/internal/pgtest"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// process is one process of the house: its own connections, bus, queue and log.
type process struct {
	db    *tenants.DB
	bus   *events.Bus
	queue *jobs.Queue
	log   *lines
}

// start makes a process that does not work yet. Processes of one lane share jobs.
func start(t *testing.T, lane string) *process {
	t.Helper()
	db, err := tenants.Open(t.Context(), tenants.Config{App: pgtest.URL(t, "wb_app"), Platform: pgtest.URL(t, "wb_platform"), MaxConns: 6})
	if err != nil {
		t.Fatal(err)
	}
	p := &process{db: db, bus: events.New(), log: &lines{}}
	p.queue, err = jobs.New(t.Context(), db, pgtest.URL(t, "wb_river"), p.bus, slog.New(slog.NewTextHandler(p.log, nil)), jobs.Lane(lane), jobs.Workers(4))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
		defer cancel()
		if err := p.queue.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
		db.Close()
	})
	return p
}

var (
	lanes     sync.Map
	lanesMade atomic.Int32
)

// lane is the test's own, so that tests do not take each other's jobs.
func lane(t *testing.T) string {
	if made, ok := lanes.Load(t); ok {
		return made.(string)
	}
	name := fmt.Sprintf("%s-%d", strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-")), lanesMade.Add(1))
	lanes.Store(t, name)
	return name
}

func (p *process) work(t *testing.T) {
	t.Helper()
	if err := p.queue.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (p *process) settle(t *testing.T) {
	t.Helper()
	if err := p.queue.Settle(t.Context()); err != nil {
		t.Fatalf("settle: %v\n%s", err, p.log)
	}
}

// run is one unit of work of a party, as Priya.
func (p *process) run(t *testing.T, me tenants.Party, fn func(context.Context, *tenants.Tx) error) {
	t.Helper()
	if err := p.db.Run(t.Context(), me, priya, fn); err != nil {
		t.Fatal(err)
	}
}

func (p *process) enqueue(t *testing.T, me tenants.Party, args ...tenants.Args) {
	t.Helper()
	p.run(t, me, func(_ context.Context, tx *tenants.Tx) error { return tx.Enqueue(args...) })
}

func (p *process) only(t *testing.T) jobs.Job {
	t.Helper()
	list, err := p.queue.List(t.Context(), jobs.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 {
		t.Fatalf("jobs = %+v, want one", list)
	}
	return list[0]
}

var priya = tenants.Actor{Kind: tenants.Person, Name: "Priya Raman", Person: tenants.NewID(), Request: "req-1"}

// lines is a log that a test can read while it is written.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *lines) count(part string) int { return strings.Count(l.String(), part) }

// notes is what handlers saw, in order.
type notes struct {
	mu  sync.Mutex
	all []string
}

func (n *notes) add(s string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, s)
}

func (n *notes) list() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string(nil), n.all...)
}

// bump adds one to a number of the party's own, in its Tx.
func bump(ctx context.Context, tx *tenants.Tx, name string) error {
	_, err := tx.NewRaw(`
		insert into settings (owner_id, name, value, changed_at)
		values (?, ?, '1', ?)
		on     conflict (owner_id, name) do update set value = to_jsonb((settings.value #>> '{}')::int + 1), changed_at = excluded.changed_at`,
		tx.Me.ID, name, tx.Now).Exec(ctx)
	return err
}

// number reads what bump wrote, past the walls; 0 when there is none.
func number(t *testing.T, me tenants.Party, name string) int {
	t.Helper()
	var n int
	err := pgtest.Owner(t).QueryRow(t.Context(),
		"select coalesce(max((value #>> '{}')::int), 0) from settings where owner_id = $1 and name = $2", me.ID, name).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// retried is a job that platform staff try again.
func retried(t *testing.T, q *jobs.Queue, id int64) error {
	t.Helper()
	staff := tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}
	return pgtest.DB(t).Run(t.Context(), staff, pgtest.Actor(staff), func(ctx context.Context, tx *tenants.Tx) error {
		return q.Retry(ctx, tx, id)
	})
}
