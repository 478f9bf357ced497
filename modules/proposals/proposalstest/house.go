// Package proposalstest sets the scene for tests of everything that comes of a
// proposal: a trust with wards, a rate card and a cascade rule, agencies with
// agreements and confirmed nurses, and shifts that are open to them. All of it is
// made with the modules' own verbs, on real Postgres.
//
//	w := proposalstest.Line(t)
//	shift := w.OpenShift()
//	booking := w.Book(w.First, shift)
//
// A binary has one House; tests run in parallel because each Line has
// organisations of its own. Tests of a module above proposals let it into the
// house with Extend, from TestMain:
//
//	func TestMain(m *testing.M) {
//		proposalstest.Extend(func(h *proposalstest.House) { sheets = timesheets.New(...); sheets.Subscribe(h.Bus, h.Queue) })
//		os.Exit(pgtest.Main(m))
//	}
package proposalstest

import (
	"context"
	"log/slog"
	"sync"
	"testing"

	"wardbridge/internal/events"
	"wardbridge/internal/jobs"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/accounts"
	"wardbridge/modules/agencies"
	"wardbridge/modules/approvals"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cards"
	"wardbridge/modules/cascade"
	"wardbridge/modules/diary"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/modules/proposals"
	"wardbridge/modules/quotes"
	"wardbridge/modules/shifts"
	"wardbridge/modules/workers"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// House is the modules up to proposals, put together as the program does it.
type House struct {
	DB        *tenants.DB
	Bus       *events.Bus
	Queue     *jobs.Queue
	Accounts  *accounts.Service
	Packs     *packs.Service
	Places    *places.Service
	Agencies  *agencies.Service
	Workers   *workers.Service
	Diary     *diary.Service
	Cards     *cards.Service
	Quotes    *quotes.Service
	Shifts    *shifts.Service
	Cascade   *cascade.Service
	Approvals *approvals.Service
	Bookings  *bookings.Service
	Proposals *proposals.Service
}

var built struct {
	once  sync.Once
	err   error
	house *House
	more  []func(*House)
}

// Extend has fn add to the house before it begins to work. It is called from
// TestMain, before any test.
func Extend(fn func(*House)) { built.more = append(built.more, fn) }

// Built is the binary's house, with national data loaded and its queue at work.
func Built(t testing.TB) *House {
	t.Helper()
	db := pgtest.DB(t)
	built.once.Do(func() { built.house, built.err = build(db, pgtest.URL(t, "wb_river")) })
	if built.err != nil {
		t.Fatalf("proposalstest: %v", built.err)
	}
	return built.house
}

func build(db *tenants.DB, queueURL string) (*House, error) {
	ctx := context.Background() // the house outlives the test that happens to be first
	h := &House{DB: db, Bus: events.New(), Accounts: accounts.New(nil)}
	var err error
	if h.Queue, err = jobs.New(ctx, db, queueURL, h.Bus, slog.New(slog.DiscardHandler)); err != nil {
		return nil, err
	}
	h.Packs, h.Places, h.Diary, h.Cards = packs.New(), places.New(), diary.New(), cards.New()
	h.Agencies, h.Workers = agencies.New(h.Packs), workers.New(h.Packs)
	h.Quotes = quotes.New(h.Packs, h.Agencies, h.Workers, h.Diary, h.Cards, h.Places)
	h.Shifts = shifts.New(h.Places, h.Packs)
	h.Cascade = cascade.New(h.Shifts, h.Agencies, h.Places)
	gate, err := rbac.NewGate()
	if err != nil {
		return nil, err
	}
	h.Accounts = accounts.New(gate)
	h.Approvals = approvals.New(gate, h.Accounts, h.Packs)
	h.Bookings = bookings.New(h.Diary, h.Shifts, h.Quotes, h.Approvals)
	h.Proposals = proposals.New(proposals.Floors{Packs: h.Packs, Approvals: h.Approvals, Agencies: h.Agencies, Workers: h.Workers, Diary: h.Diary,
		Quotes: h.Quotes, Shifts: h.Shifts, Cascade: h.Cascade, Bookings: h.Bookings})
	h.Cascade.Listen(h.Bus, h.Queue)
	h.Proposals.Subscribe(h.Bus)
	for _, more := range built.more {
		more(h)
	}
	platform := tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}
	err = db.Work(ctx, platform, tenants.Actor{Kind: tenants.System, Name: "test"}, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := h.Packs.LoadNational(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return h, h.Queue.Work(ctx)
}
