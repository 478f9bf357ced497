package notices_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wardbridge/internal/events"
	"wardbridge/internal/jobs"
	"wardbridge/internal/mail"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/accounts"
	"wardbridge/modules/adjustments"
	"wardbridge/modules/approvals"
	"wardbridge/modules/billing"
	"wardbridge/modules/notices"
	"wardbridge/modules/proposals/proposalstest"
	"wardbridge/modules/timesheets"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// line is what a Line needs besides its own house to be billed and told of.
var line struct {
	*notices.Service
	timesheets  *timesheets.Service
	billing     *billing.Service
	adjustments *adjustments.Service
	approvals   *approvals.Service
}

func TestMain(m *testing.M) {
	proposalstest.Extend(func(h *proposalstest.House) {
		line.timesheets = timesheets.New(h.Agencies, h.Bookings, h.Quotes)
		line.adjustments = adjustments.New(h.Packs, h.Agencies, h.Cards, h.Quotes, line.timesheets)
		line.billing = billing.New(h.Agencies, h.Places, line.timesheets)
		gate, err := rbac.NewGate()
		if err != nil {
			panic(err)
		}
		line.approvals = approvals.New(gate, accounts.New(gate), h.Packs)
		line.approvals.Listen(h.Queue)
		line.Service = notices.New(notices.Post{}, notices.Rooms{Accounts: h.Accounts, Places: h.Places, Approvals: line.approvals, Shifts: h.Shifts, Cascade: h.Cascade,
			Bookings: h.Bookings, Proposals: h.Proposals, Timesheets: line.timesheets, Billing: line.billing})
		line.timesheets.Subscribe(h.Bus, h.Queue)
		line.Subscribe(h.Bus, h.Queue)
	})
	os.Exit(pgtest.Main(m))
}

// house is one process of the house with a mail server of the test's own.
type house struct {
	*notices.Service
	db    *tenants.DB
	bus   *events.Bus
	queue *jobs.Queue
	mail  *server
}

// start puts a house together; a nil server is an installation without one.
func start(t *testing.T, m *server) *house {
	t.Helper()
	db, err := tenants.Open(t.Context(), tenants.Config{App: pgtest.URL(t, "wb_app"), Platform: pgtest.URL(t, "wb_platform"), MaxConns: 6})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{db: db, bus: events.New(), mail: m}
	lane := strings.ToLower(strings.ReplaceAll(t.Name(), "/", "-"))
	h.queue, err = jobs.New(t.Context(), db, pgtest.URL(t, "wb_river"), h.bus, slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil)), jobs.Lane(lane), jobs.Workers(4))
	if err != nil {
		t.Fatal(err)
	}
	post := notices.Post{Site: "https://bank.example/"}
	if m != nil {
		post.Sender = m
	}
	h.Service = notices.New(post, notices.Rooms{})
	h.Subscribe(h.bus, h.queue)
	if err := h.queue.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
		defer cancel()
		if err := h.queue.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
		db.Close()
	})
	return h
}

// as is one unit of work of a party.
func (h *house) as(t *testing.T, me tenants.Party, fn func(context.Context, *tenants.Tx) error) {
	t.Helper()
	if err := h.db.Run(t.Context(), me, pgtest.Actor(me), fn); err != nil {
		t.Fatal(err)
	}
}

func (h *house) tell(t *testing.T, me tenants.Party, n notices.Notice) {
	t.Helper()
	h.as(t, me, func(ctx context.Context, tx *tenants.Tx) error { return h.Tell(ctx, tx, n) })
}

func (h *house) settle(t *testing.T) {
	t.Helper()
	if err := h.queue.Settle(t.Context()); err != nil {
		t.Fatalf("settle: %v", err)
	}
}

func (h *house) outbox(t *testing.T, me tenants.Party) (all []notices.Mail) {
	t.Helper()
	h.as(t, me, func(ctx context.Context, tx *tenants.Tx) (err error) {
		all, _, err = h.Outbox(ctx, tx, "", 200)
		return err
	})
	return all
}

func (h *house) list(t *testing.T, me tenants.Party) (all []notices.Notice) {
	t.Helper()
	h.as(t, me, func(ctx context.Context, tx *tenants.Tx) (err error) {
		all, _, err = h.List(ctx, tx, notices.Filter{Limit: 200})
		return err
	})
	return all
}

// person is a member with a role, told apart by name.
func person(t *testing.T, org tenants.Party, name, role string, wards ...tenants.ID) tenants.ID {
	t.Helper()
	id := pgtest.Person(t, name)
	var on any
	if len(wards) > 0 {
		on = wards
	}
	pgtest.Exec(t, "insert into grants (id, person_id, organisation_id, role, wards, granted_at) values ($1, $2, $3, $4, $5, now())",
		tenants.NewID(), id, org.ID, role, on)
	return id
}

func names(mails []notices.Mail) (all []string) {
	for _, m := range mails {
		all = append(all, m.ToName)
	}
	slices.Sort(all)
	return all
}

// server stands in for a mail server: it takes, refuses for good, or is away
// for a while.
type server struct {
	mu     sync.Mutex
	got    []mail.Message
	refuse error
	away   int // how many messages it misses first
}

func (s *server) Send(_ context.Context, m mail.Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away > 0 {
		s.away--
		return &mail.Error{Err: errors.New("connection refused")}
	}
	if s.refuse != nil {
		return s.refuse
	}
	s.got = append(s.got, m)
	return nil
}

func (s *server) mails() []mail.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}
