package approvals_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/events"
	"wardbridge/internal/fault"
	"wardbridge/internal/jobs"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/accounts"
	"wardbridge/modules/approvals"
	"wardbridge/modules/packs"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// house is the binary's: the module with its queue at work, and what it said.
var house struct {
	once     sync.Once
	err      error
	accounts *accounts.Service
	service  *approvals.Service
	queue    *jobs.Queue
	mu       sync.Mutex
	said     map[tenants.ID][]string // by party
}

func hear[E tenants.Event](bus *events.Bus, name string) {
	events.On(bus, name, func(_ context.Context, tx *tenants.Tx, e E) error {
		house.mu.Lock()
		defer house.mu.Unlock()
		house.said[tx.Me.ID] = append(house.said[tx.Me.ID], e.EventName())
		return nil
	})
}

func build(db *tenants.DB, queueURL string) error {
	ctx := context.Background() // the house outlives the test that happens to be first
	gate, err := rbac.NewGate()
	if err != nil {
		return err
	}
	bus := events.New()
	house.said = map[tenants.ID][]string{}
	house.accounts = accounts.New(gate)
	house.service = approvals.New(gate, house.accounts, packs.New())
	if house.queue, err = jobs.New(ctx, db, queueURL, bus, slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	house.service.Listen(house.queue)
	hear[approvals.Asked](bus, "test.asked")
	hear[approvals.Escalated](bus, "test.escalated")
	hear[approvals.Decided](bus, "test.decided")
	err = db.Work(ctx, tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}, tenants.Actor{Kind: tenants.System, Name: "test"}, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := packs.New().LoadNational(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	return house.queue.Work(ctx)
}

// trust is an employer with people in it, on a clock of its own.
type trust struct {
	*testing.T
	*approvals.Service
	me    tenants.Party
	names map[tenants.ID]string
}

// employer makes one, whose clock shows a time on the wall: "2026-11-24 10:00".
func employer(t *testing.T, at string) *trust {
	t.Helper()
	db := pgtest.DB(t)
	house.once.Do(func() { house.err = build(db, pgtest.URL(t, "wb_river")) })
	if house.err != nil {
		t.Fatal(house.err)
	}
	w := &trust{T: t, Service: house.service, me: pgtest.Org(t, tenants.Trust), names: map[tenants.ID]string{}}
	w.clock(at)
	return w
}

func wall(t *testing.T, at string) time.Time {
	t.Helper()
	instant, err := civil.ParseInstant(at)
	if err != nil {
		t.Fatal(err)
	}
	return instant
}

// clock moves the employer's clock and lets what is due by then happen.
func (w *trust) clock(at string) { w.clockAt(wall(w.T, at)) }

func (w *trust) clockAt(at time.Time) {
	w.Helper()
	w.must(tenants.ID{}, func(ctx context.Context, tx *tenants.Tx) error { return house.accounts.SetClock(ctx, tx, at) })
	if err := house.queue.Settle(w.Context(), w.me); err != nil {
		w.Fatal(err)
	}
}

// person adds a member with roles.
func (w *trust) person(name string, roles ...string) (id tenants.ID) {
	w.Helper()
	w.must(tenants.ID{}, func(ctx context.Context, tx *tenants.Tx) (err error) {
		id, err = house.accounts.AddMember(ctx, tx, w.me, accounts.NewMember{Email: tenants.NewID().String() + "@people.example", Name: name, Roles: roles})
		return err
	})
	w.names[id] = name
	return id
}

// holder adds a member who holds an office.
func (w *trust) holder(name string, o approvals.Office) tenants.ID {
	w.Helper()
	id := w.person(name, "approver")
	w.must(tenants.ID{}, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Appoint(ctx, tx, o, id, civil.Date{}, civil.Date{})
		return err
	})
	return id
}

// as is one unit of work of a person of the employer.
func (w *trust) as(person tenants.ID, fn func(context.Context, *tenants.Tx) error) error {
	w.Helper()
	who := tenants.Actor{Kind: tenants.Person, ID: person, Person: person, Name: w.names[person]}
	return pgtest.DB(w.T).Run(w.Context(), w.me, who, fn)
}

func (w *trust) must(person tenants.ID, fn func(context.Context, *tenants.Tx) error) {
	w.Helper()
	if err := w.as(person, fn); err != nil {
		w.Fatalf("%v %+v", err, fault.Of(err).Fields)
	}
}

// draft is a request under conditions with everything that any rule asks for.
func draft(conditions ...approvals.Condition) approvals.Draft {
	var shown []approvals.Evidence
	for _, name := range []string{"bank_tried", "tiers_tried", "exemption_reference", "exemption_expires_on", "nhse_reference"} {
		shown = append(shown, approvals.Evidence{Name: name, Text: "Seen on the shift's timeline"})
	}
	return approvals.Draft{Subject: approvals.Subject{Kind: "proposal", ID: tenants.NewID(), Ref: "KUH-1"}, Title: "Nurse for KUH-1", Conditions: conditions,
		Rate: money.MustRate("41.2050"), Cap: money.MustRate("38.9500"), Total: 47386, Figures: map[string]string{"cap_version": "2025/26"},
		Reason: "vacancy", Statement: "No cover for intensive care", Evidence: shown}
}

// ask asks as a person, and must be let.
func (w *trust) ask(person tenants.ID, d approvals.Draft) (r approvals.Request) {
	w.Helper()
	w.must(person, func(ctx context.Context, tx *tenants.Tx) (err error) {
		r, err = w.Ask(ctx, tx, d)
		return err
	})
	return r
}

func (w *trust) approve(person, id tenants.ID) error {
	w.Helper()
	return w.as(person, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Approve(ctx, tx, id, "Agreed for tonight")
		return err
	})
}

func (w *trust) get(id tenants.ID) (r approvals.Request, d *approvals.Decision) {
	w.Helper()
	w.must(tenants.ID{}, func(ctx context.Context, tx *tenants.Tx) (err error) {
		r, d, err = w.Get(ctx, tx, id)
		return err
	})
	return r, d
}

// waiting are the titles that a view shows somebody.
func (w *trust) waiting(person tenants.ID, v approvals.View) (ids []tenants.ID) {
	w.Helper()
	w.must(person, func(ctx context.Context, tx *tenants.Tx) error {
		all, _, err := w.List(ctx, tx, approvals.Filter{View: v})
		for _, r := range all {
			ids = append(ids, r.ID)
		}
		return err
	})
	return ids
}

func (w *trust) sees(person tenants.ID, v approvals.View, r approvals.Request) bool {
	w.Helper()
	return slices.Contains(w.waiting(person, v), r.ID)
}

func (w *trust) heard() []string {
	w.Helper()
	if err := house.queue.Settle(w.Context(), w.me); err != nil {
		w.Fatal(err)
	}
	house.mu.Lock()
	defer house.mu.Unlock()
	return slices.Clone(house.said[w.me.ID])
}

// wants refuses any other error than this one.
func (w *trust) wants(what string, got error, want *fault.Fault) {
	w.Helper()
	if !errors.Is(got, want) {
		w.Errorf("%s: got %v, want %s", what, got, want.Code)
	}
}
