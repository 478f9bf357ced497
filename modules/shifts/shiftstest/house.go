// Package shiftstest sets the scene for tests of shifts, their cascades and their
// imports: a trust with a site and wards, agencies in tiers, and the modules put
// together as the program does it, on real Postgres. A binary has one House;
// tests run in parallel because each Trust is an organisation of its own.
package shiftstest

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/events"
	"wardbridge/internal/jobs"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/cascade"
	"wardbridge/modules/exchange"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

// House is the modules up to exchange.
type House struct {
	Bus      *events.Bus
	Queue    *jobs.Queue
	Packs    *packs.Service
	Places   *places.Service
	Agencies *agencies.Service
	Shifts   *shifts.Service
	Cascade  *cascade.Service
	Exchange *exchange.Service
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
		t.Fatalf("shiftstest: %v", built.err)
	}
	return built.house
}

func build(db *tenants.DB, queueURL string) (*House, error) {
	ctx := context.Background() // the house outlives the test that happens to be first
	h := &House{Bus: events.New(), Packs: packs.New(), Places: places.New()}
	var err error
	if h.Queue, err = jobs.New(ctx, db, queueURL, h.Bus, slog.New(slog.DiscardHandler)); err != nil {
		return nil, err
	}
	h.Agencies = agencies.New(h.Packs)
	h.Shifts = shifts.New(h.Places, h.Packs)
	h.Cascade = cascade.New(h.Shifts, h.Agencies, h.Places)
	h.Exchange = exchange.New(h.Places)
	h.Exchange.Register(shifts.Sheet, exchange.Shifts(h.Shifts, h.Cascade))
	h.Cascade.Listen(h.Bus, h.Queue)
	h.Exchange.Listen(h.Queue)
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

// Trust is an employer with two sites and three wards.
type Trust struct {
	*House
	tenants.Party
	t         testing.TB
	Site      places.Site
	Ward, Two places.Ward // Oak Ward and Elm Ward, on Site
	Far       places.Ward // Oak Ward too, on another site
}

// NewTrust opens one.
func NewTrust(t testing.TB) *Trust {
	t.Helper()
	w := &Trust{House: Built(t), Party: pgtest.Org(t, tenants.Trust), t: t}
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		var err error
		if w.Site, err = w.Places.AddSite(ctx, tx, places.Site{Code: "GEN", Name: "Kingsmere General"}); err != nil {
			return err
		}
		far, err := w.Places.AddSite(ctx, tx, places.Site{Code: "FAR", Name: "Farfield Hospital"})
		if err != nil {
			return err
		}
		for _, p := range []struct {
			into       *places.Ward
			site       tenants.ID
			code, name string
		}{{&w.Ward, w.Site.ID, "OAK", "Oak Ward"}, {&w.Two, w.Site.ID, "ELM", "Elm Ward"}, {&w.Far, far.ID, "FOAK", "Oak Ward"}} {
			if *p.into, err = w.Places.AddWard(ctx, tx, places.Ward{SiteID: p.site, Code: p.code, Name: p.name, CostCentre: "CC-" + p.code}); err != nil {
				return err
			}
		}
		return nil
	})
	return w
}

// Do is one unit of work of the trust, which must succeed.
func (w *Trust) Do(fn func(context.Context, *tenants.Tx) error) {
	w.t.Helper()
	pgtest.Run(w.t, w.Party, fn)
}

// Try is one unit of work of the trust and what came of it.
func (w *Trust) Try(fn func(context.Context, *tenants.Tx) error) error {
	return As(w.t, w.Party, fn)
}

// As is one unit of work of any party and what came of it.
func As(t testing.TB, me tenants.Party, fn func(context.Context, *tenants.Tx) error) error {
	return pgtest.DB(t).Run(t.Context(), me, pgtest.Actor(me), fn)
}

// Agency makes an agency with an agreement from last year on, in a tier of nursing.
func (w *Trust) Agency(tier int) tenants.Party {
	w.t.Helper()
	a := pgtest.Org(w.t, tenants.Agency)
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		agreement, err := w.Agencies.Agree(ctx, tx, a.ID, civil.DateOf(tx.Now.AddDate(-1, 0, 0)), agencies.Terms{})
		if err != nil || tier == 0 {
			return err
		}
		return w.Agencies.SetTier(ctx, tx, agreement.ID, "nursing", tier)
	})
	return a
}

// NewShift is a request for a day shift of a nurse on Oak Ward, so many days from
// now on the trust's clock.
func (w *Trust) NewShift(days int) shifts.NewShift {
	return shifts.NewShift{Facts: shifts.Facts{WardID: w.Ward.ID, Grade: "nurse-band-5", Reason: "vacancy", BreakMinutes: 60,
		Times: shifts.Times{Date: w.Day(days), Start: civil.MustClock("07:00"), End: civil.MustClock("19:30")}}}
}

// Now is the instant on the trust's clock.
func (w *Trust) Now() (now time.Time) {
	w.Do(func(_ context.Context, tx *tenants.Tx) error { now = tx.Now; return nil })
	return now
}

// Day is so many days from now on the trust's clock.
func (w *Trust) Day(days int) civil.Date { return civil.DateOf(w.Now()).AddDays(days) }

// Create makes shifts, plans their cascade and works off what follows.
func (w *Trust) Create(n shifts.NewShift) []shifts.Shift {
	w.t.Helper()
	var made []shifts.Shift
	w.Do(func(ctx context.Context, tx *tenants.Tx) (err error) {
		made, err = w.Shifts.Create(ctx, tx, n)
		return err
	})
	w.Settle()
	return made
}

// Shift reads a shift as it is by now.
func (w *Trust) Shift(id tenants.ID) (s shifts.Shift) {
	w.t.Helper()
	w.Do(func(ctx context.Context, tx *tenants.Tx) (err error) {
		s, err = w.Shifts.Get(ctx, tx, id.String())
		return err
	})
	return s
}

// Settle works off jobs and due work of the trust, and of agencies that it told.
func (w *Trust) Settle() {
	w.t.Helper()
	if err := w.Queue.Settle(w.t.Context(), w.Party); err != nil {
		w.t.Fatal(err)
	}
}

// SetClock lets the trust's clock show an instant, and run on from there.
func (w *Trust) SetClock(at time.Time) {
	w.t.Helper()
	pgtest.Exec(w.t, `
		insert into clocks (organisation_id, ahead) values ($1, $2::timestamptz - clock_timestamp())
		on conflict (organisation_id) do update set ahead = excluded.ahead`, w.ID, at)
}

// Advance moves the trust's clock on and works off what falls due.
func (w *Trust) Advance(by time.Duration) {
	w.t.Helper()
	w.SetClock(w.Now().Add(by))
	w.Settle()
}

// Offers lists what is open to an agency.
func (w *Trust) Offers(agency tenants.Party) (all []cascade.Offer) {
	w.t.Helper()
	pgtest.Run(w.t, agency, func(ctx context.Context, tx *tenants.Tx) (err error) {
		all, _, err = w.Cascade.Open(ctx, tx, cascade.Filter{Limit: 200})
		return err
	})
	return all
}

// Refs names shifts that an agency was offered, for a test's message.
func Refs(offers []cascade.Offer) string {
	var refs []string
	for _, o := range offers {
		refs = append(refs, o.Shift.Ref)
	}
	return fmt.Sprint(refs)
}
