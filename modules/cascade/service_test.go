package cascade_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/events"
	"wardbridge/internal/fault"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/cascade"
	"wardbridge/modules/shifts"
	"wardbridge/modules/shifts/shiftstest"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

// heard keeps what agencies were told, by agency.
var heard = struct {
	sync.Mutex
	by map[tenants.ID][]cascade.Released
}{by: map[tenants.ID][]cascade.Released{}}

func TestMain(m *testing.M) {
	shiftstest.Extend(func(h *shiftstest.House) {
		events.OnEach(h.Bus, "test.hear", func(_ context.Context, tx *tenants.Tx, e cascade.Released) error {
			heard.Lock()
			defer heard.Unlock()
			heard.by[tx.Me.ID] = append(heard.by[tx.Me.ID], e)
			return nil
		})
	})
	os.Exit(pgtest.Main(m))
}

func timeline(w *shiftstest.Trust, id tenants.ID) (line cascade.Timeline) {
	w.Do(func(ctx context.Context, tx *tenants.Tx) (err error) {
		line, err = w.Cascade.Timeline(ctx, tx, id)
		return err
	})
	return line
}

func positions(line cascade.Timeline) string {
	var all []string
	for _, m := range line.Moments {
		all = append(all, strings.ToLower(m.Title)+":"+string(m.Position))
	}
	return strings.Join(all, " ")
}

func state(w *shiftstest.Trust, id tenants.ID) (s cascade.State) {
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		all, err := w.Cascade.States(ctx, tx, []tenants.ID{id})
		s = all[id]
		return err
	})
	return s
}

func stop(w *shiftstest.Trust, id tenants.ID, act func(context.Context, *tenants.Tx) error, why shifts.Status) {
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		if err := act(ctx, tx); err != nil {
			return err
		}
		return w.Cascade.Stop(ctx, tx, id, why)
	})
}

func fill(w *shiftstest.Trust, id tenants.ID) {
	stop(w, id, func(ctx context.Context, tx *tenants.Tx) error { _, err := w.Shifts.Fill(ctx, tx, id); return err }, shifts.StatusFilled)
}

func TestCascade_tellsTierAfterTierAtTheInstantOfThePlan(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	first, second, none := w.Agency(1), w.Agency(2), w.Agency(0)
	s := w.Create(w.NewShift(10))[0]
	if got := w.Offers(first); len(got) != 0 {
		t.Fatalf("tier 1 was told at once: %s", shiftstest.Refs(got))
	}
	if got := positions(timeline(w, s.ID)); got != "created:done bank:now tier 1:next tier 2:later starts:later" {
		t.Errorf("timeline %s", got)
	}
	if got := state(w, s.ID); got.Tier != 0 || got.NextTier != 1 || !got.NextAt.Equal(s.CreatedAt.Add(24*time.Hour)) || got.AllOpen {
		t.Errorf("state %+v", got)
	}

	w.Advance(25 * time.Hour)

	offers := w.Offers(first)
	if len(offers) != 1 || offers[0].Shift.Ref != s.Ref || !offers[0].OpenedAt.Equal(s.CreatedAt.Add(24*time.Hour)) || offers[0].Tier != 1 || offers[0].Ward.Name != "Oak Ward" {
		t.Fatalf("tier 1 sees %+v", offers)
	}
	if got := w.Offers(second); len(got) != 0 {
		t.Error("tier 2 was told with tier 1")
	}
	if got := positions(timeline(w, s.ID)); got != "created:done bank:done tier 1:now tier 2:next starts:later" {
		t.Errorf("timeline %s", got)
	}

	w.Advance(24 * time.Hour)

	if got := w.Offers(second); len(got) != 1 || !got[0].OpenedAt.Equal(s.CreatedAt.Add(48*time.Hour)) {
		t.Errorf("tier 2 sees %d", len(got))
	}
	if len(w.Offers(first)) != 1 || len(w.Offers(none)) != 0 {
		t.Error("releases are not cumulative, or an agency in no tier was told")
	}
	if got := state(w, s.ID); got.Tier != 2 || !got.AllOpen || got.Agencies != 2 || got.Text(w.Now()) != "All tiers open" {
		t.Errorf("state %+v", got)
	}
}

func TestCascade_saysWhichTierHadNobody(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	w.Agency(3)
	s := w.Create(w.NewShift(10))[0]

	w.Advance(80 * time.Hour)

	line := timeline(w, s.ID)
	var texts []string
	for _, m := range line.Moments {
		texts = append(texts, m.Text)
	}
	want := []string{"Nobody to tell: tier 1 has no agency that has not been told", "Nobody to tell: tier 2 has no agency that has not been told", "Opened to 1 agency"}
	if !slices.Equal(texts[2:5], want) {
		t.Errorf("got %q", texts)
	}
}

func TestCascade_needsAnAgreementOnTheDayOfTheShift(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	agency := w.Agency(1)
	pgtest.Exec(t, "update agreements set ends_on = $2 where agency_id = $1", agency.ID, w.Day(9).String())
	inside, outside := w.Create(w.NewShift(8))[0], w.Create(w.NewShift(10))[0]

	w.Advance(30 * time.Hour)

	if got := w.Offers(agency); len(got) != 1 || got[0].ShiftID != inside.ID {
		t.Errorf("sees %s, wants %s and not %s", shiftstest.Refs(got), inside.Ref, outside.Ref)
	}
}

func TestCascade_closesWhatAnEndedAgreementLeavesOpen(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	agency, other := w.Agency(1), w.Agency(1)
	w.Create(w.NewShift(8))
	w.Advance(30 * time.Hour)

	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		all, err := w.Agencies.Agreements(ctx, tx)
		if err != nil {
			return err
		}
		for _, a := range all {
			if a.AgencyID == agency.ID {
				_, err = w.Agencies.End(ctx, tx, a.ID)
			}
		}
		return err
	})
	w.Settle()

	if len(w.Offers(agency)) != 0 || len(w.Offers(other)) != 1 {
		t.Errorf("%d and %d are open", len(w.Offers(agency)), len(w.Offers(other)))
	}
}

func TestStop_closesReleasesAndTellsNobodyMore(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	first, second := w.Agency(1), w.Agency(2)
	n := w.NewShift(10)
	n.Quantity = 2
	made := w.Create(n)
	w.Advance(25 * time.Hour)

	fill(w, made[0].ID)
	w.Advance(30 * time.Hour)

	if got := w.Offers(first); len(got) != 1 || got[0].ShiftID != made[1].ID {
		t.Errorf("tier 1 sees %s", shiftstest.Refs(got))
	}
	if got := w.Offers(second); len(got) != 1 || got[0].ShiftID != made[1].ID {
		t.Errorf("tier 2 sees %s", shiftstest.Refs(got))
	}
	pgtest.Run(t, first, func(ctx context.Context, tx *tenants.Tx) error {
		o, err := w.Cascade.Release(ctx, tx, made[0].Ref)
		if err != nil || o.Status != cascade.Closed || o.ClosedWhy != "filled" {
			t.Errorf("the filled one is %+v, %v", o.Release, err)
		}
		if _, err := w.Cascade.Hold(ctx, tx, made[0].ID); !errors.Is(err, cascade.ErrClosed) {
			t.Errorf("hold: %v", err)
		}
		return nil
	})
	if got := positions(timeline(w, made[0].ID)); got != "created:done bank:done tier 1:done tier 2:never filled:done" {
		t.Errorf("timeline %s", got)
	}
	if got := state(w, made[0].ID); !got.Stopped || got.Tier != 1 || got.Agencies != 1 {
		t.Errorf("state %+v", got)
	}
}

func TestStop_dropsTheDueWorkOfTheLastShift(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	w.Agency(1)
	s := w.Create(w.NewShift(10))[0]

	stop(w, s.ID, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Shifts.Cancel(ctx, tx, s.ID, "Not needed")
		return err
	}, shifts.StatusCancelled)

	var due int
	if err := pgtest.Owner(t).QueryRow(t.Context(), "select count(*) from due_work where owner_id = $1", w.ID).Scan(&due); err != nil || due != 0 {
		t.Errorf("%d pieces of work are due, %v", due, err)
	}
}

func TestExpiry_endsWhatBeganUnfilled(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	agency := w.Agency(1)
	n := w.NewShift(4)
	n.Quantity = 2
	made := w.Create(n)
	fill(w, made[1].ID)

	w.Advance(6 * 24 * time.Hour)

	got := w.Shift(made[0].ID)
	if got.Status != shifts.StatusExpired || !got.EndedAt.Equal(got.StartsAt) {
		t.Errorf("the open one is %s", got.Status)
	}
	if got := w.Shift(made[1].ID); got.Status != shifts.StatusFilled {
		t.Errorf("the filled one is %s", got.Status)
	}
	if len(w.Offers(agency)) != 0 {
		t.Error("it is still open to the agency")
	}
	// The clock jumped over everything, yet what would have been told is on record.
	pgtest.Run(t, agency, func(ctx context.Context, tx *tenants.Tx) error {
		o, err := w.Cascade.Release(ctx, tx, made[0].Ref)
		if err != nil || o.ClosedWhy != "expired" || !o.OpenedAt.Equal(made[0].CreatedAt.Add(24*time.Hour)) {
			t.Errorf("release %+v, %v", o.Release, err)
		}
		return nil
	})
}

func TestCascade_leavesAShiftInThePastAlone(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	agency := w.Agency(1)
	s := w.Create(w.NewShift(-3))[0]

	w.Advance(24 * time.Hour)

	if len(w.Offers(agency)) != 0 || state(w, s.ID).Cascades || w.Shift(s.ID).Status != shifts.StatusOpen {
		t.Error("a shift entered after it began has cascaded")
	}
	if got := positions(timeline(w, s.ID)); got != "created:done starts:done" {
		t.Errorf("timeline %s", got)
	}
}

func TestCascade_beginsWhenADraftIsOpened(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	agency := w.Agency(1)
	n := w.NewShift(12)
	n.Draft = true
	s := w.Create(n)[0]
	w.Advance(5 * 24 * time.Hour)
	if state(w, s.ID).Cascades {
		t.Fatal("a draft cascades")
	}

	w.Do(func(ctx context.Context, tx *tenants.Tx) error { _, err := w.Shifts.Open(ctx, tx, s.ID); return err })
	w.Settle()
	if len(w.Offers(agency)) != 0 {
		t.Error("tier 1 was told as if the draft had been open")
	}
	w.Advance(25 * time.Hour)

	if len(w.Offers(agency)) != 1 {
		t.Error("tier 1 was not told")
	}
}

func TestSweeps_atOnceReleaseOnce(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	agency := w.Agency(1)
	n := w.NewShift(10)
	n.Quantity = 20
	made := w.Create(n)
	w.SetClock(w.Now().Add(25 * time.Hour))

	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if err := w.Queue.Sweep(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	w.Settle()

	if got := w.Offers(agency); len(got) != 20 {
		t.Errorf("%d of 20 are open", len(got))
	}
	if err := w.Queue.Settle(t.Context(), agency); err != nil {
		t.Fatal(err)
	}
	heard.Lock()
	defer heard.Unlock()
	got := heard.by[agency.ID]
	at := made[0].CreatedAt.Add(24 * time.Hour)
	if len(got) != 1 || got[0].Shifts != 20 || got[0].Tenant != w.ID || !got[0].From.Equal(at) || !got[0].To.Equal(at) {
		t.Errorf("the agency heard %+v", got)
	}
}

func TestFilling_andSweepingAtOnceLeaveNothingOpen(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	agency := w.Agency(1)
	n := w.NewShift(10)
	n.Quantity = 12
	made := w.Create(n)
	w.SetClock(w.Now().Add(25 * time.Hour))

	var wait sync.WaitGroup
	for _, s := range made {
		wait.Go(func() { fill(w, s.ID) })
	}
	wait.Go(func() { _ = w.Queue.Sweep(t.Context()) })
	wait.Wait()
	w.Settle()

	if got := w.Offers(agency); len(got) != 0 {
		t.Errorf("%d filled shifts are open", len(got))
	}
}

func TestPlan_askedTwicePlansOnce(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	w.Agency(1)
	s := w.Create(w.NewShift(10))[0]
	before := timeline(w, s.ID)

	w.Do(func(ctx context.Context, tx *tenants.Tx) error { return w.Cascade.Plan(ctx, tx, []tenants.ID{s.ID}) })

	if after := timeline(w, s.ID); len(after.Moments) != len(before.Moments) {
		t.Errorf("%d moments became %d", len(before.Moments), len(after.Moments))
	}
}

func TestAmend_plansAnewUntilSomebodyWasTold(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	agency := w.Agency(1)
	s := w.Create(w.NewShift(10))[0]
	amend := func(days int) error {
		return w.Try(func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Cascade.Amend(ctx, tx, s.ID, 0, w.NewShift(days).Facts)
			return err
		})
	}

	if err := amend(12); err != nil {
		t.Fatal(err)
	}
	w.Advance(30 * time.Hour)
	err := amend(13)

	if got := w.Offers(agency); len(got) != 1 || civil.DateOf(got[0].StartsAt) != civil.DateOf(s.StartsAt).AddDays(2) {
		t.Errorf("sees %+v", got)
	}
	if !errors.Is(err, cascade.ErrReleased) {
		t.Errorf("got %v", err)
	}
}

func TestSetRule_holdsForWhatIsCreatedAfterwards(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	w.Agency(1)
	before := w.Create(w.NewShift(10))[0]

	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		r, err := w.Cascade.Rule(ctx, tx)
		if err != nil || r.Version != 1 || len(r.Bands) != 4 {
			t.Errorf("rule %+v, %v", r, err)
		}
		if _, err := w.Cascade.SetRule(ctx, tx, 9, "", []cascade.Band{{}}); !errors.Is(err, openapi.ErrChanged) {
			t.Errorf("another version: %v", err)
		}
		_, err = w.Cascade.SetRule(ctx, tx, 1, "Quick", []cascade.Band{{First: cascade.Delay{AfterMinutes: 60}, EachMinutes: 60}})
		return err
	})
	after := w.Create(w.NewShift(10))[0]

	if got := state(w, before.ID); !got.NextAt.Equal(before.CreatedAt.Add(24 * time.Hour)) {
		t.Errorf("the old plan now says %s", got.NextAt)
	}
	if got := state(w, after.ID); !got.NextAt.Equal(after.CreatedAt.Add(time.Hour)) {
		t.Errorf("the new plan says %s", got.NextAt)
	}
}

func TestOpen_filtersAndPages(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	agency := w.Agency(1)
	for day := 4; day < 9; day++ {
		n := w.NewShift(day)
		if day == 6 {
			n.WardID = w.Far.ID
		}
		w.Create(n)
	}
	from, to := w.Day(5), w.Day(6)
	w.Advance(25 * time.Hour)
	count := func(f cascade.Filter) (n int) {
		for {
			var next string
			pgtest.Run(t, agency, func(ctx context.Context, tx *tenants.Tx) error {
				rows, cursor, err := w.Cascade.Open(ctx, tx, f)
				n, f.Cursor, next = n+len(rows), cursor, string(cursor)
				return err
			})
			if next == "" {
				return n
			}
		}
	}
	for name, c := range map[string]struct {
		filter cascade.Filter
		want   int
	}{
		"all, in pages": {cascade.Filter{Limit: 2}, 5},
		"closed":        {cascade.Filter{Status: cascade.Closed}, 0},
		"employer":      {cascade.Filter{Tenant: w.ID}, 5},
		"other":         {cascade.Filter{Tenant: tenants.NewID()}, 0},
		"days":          {cascade.Filter{From: from, To: to}, 2},
		"site":          {cascade.Filter{Site: w.Far.SiteID}, 1},
		"ward":          {cascade.Filter{Ward: w.Ward.ID}, 4},
		"group":         {cascade.Filter{StaffGroup: "nursing", Grade: "nurse-band-5", Unseen: true}, 5},
		"grade":         {cascade.Filter{Grade: "nurse-band-6"}, 0},
		"opened":        {cascade.Filter{OpenedFrom: w.Now()}, 0},
	} {
		if got := count(c.filter); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestSeen_isNotedOnceAndCounted(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	agency := w.Agency(1)
	w.Agency(1)
	s := w.Create(w.NewShift(10))[0]
	w.Advance(25 * time.Hour)

	var first *time.Time
	for range 2 {
		pgtest.Run(t, agency, func(ctx context.Context, tx *tenants.Tx) error {
			o, err := w.Cascade.Release(ctx, tx, s.ID.String())
			if err != nil {
				return err
			}
			if first != nil && !o.SeenAt.Equal(*first) {
				t.Error("seen twice")
			}
			if err := w.Cascade.Seen(ctx, tx, o.Release); err != nil {
				return err
			}
			o, err = w.Cascade.Release(ctx, tx, o.ID.String())
			first = o.SeenAt
			return err
		})
	}

	if first == nil || first.Before(s.CreatedAt.Add(24*time.Hour)) {
		t.Errorf("seen at %v, by another clock than the trust's", first)
	}
	if got := timeline(w, s.ID).Moments[2]; got.Text != "Opened to 2 agencies, 1 seen" || got.Seen != 1 {
		t.Errorf("the trust reads %q", got.Text)
	}
}

func TestWalls_anAgencySeesAShiftByItsReleaseAlone(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	told, untold, stranger := w.Agency(1), w.Agency(2), pgtest.Org(t, tenants.Agency)
	n := w.NewShift(10)
	n.ExternalRef, n.CostCentre, n.Notes = "SECRET-1", "CC-9", "Bring a torch"
	s := w.Create(n)[0]
	for _, a := range []tenants.Party{told, untold, stranger} {
		err := shiftstest.As(t, a, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Cascade.Release(ctx, tx, s.Ref)
			return err
		})
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("before the release: %v", err)
		}
	}

	w.Advance(25 * time.Hour)

	for _, a := range []tenants.Party{untold, stranger} {
		err := shiftstest.As(t, a, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Cascade.Release(ctx, tx, s.Ref)
			return err
		})
		if !errors.Is(err, fault.ErrNotFound) || len(w.Offers(a)) != 0 {
			t.Errorf("an agency that was not told: %v", err)
		}
	}
	pgtest.Run(t, told, func(ctx context.Context, tx *tenants.Tx) error {
		o, err := w.Cascade.Release(ctx, tx, s.Ref)
		if err != nil || o.Shift.Notes != "Bring a torch" || o.Shift.ExternalRef != "" || o.Shift.CostCentre != "" {
			t.Errorf("sees %+v, %v", o.Shift, err)
		}
		return nil
	})
	for _, column := range []string{"external_ref", "cost_centre", "source", "created_by", "ended_why", "version"} {
		err := shiftstest.As(t, told, func(ctx context.Context, tx *tenants.Tx) error {
			var text string
			return tx.NewSelect().Table("shifts").ColumnExpr("(?)::text", bun.Ident(column)).Where("id = ?", s.ID).Scan(ctx, &text)
		})
		if err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("reads %s: %v", column, err)
		}
	}
}

func TestWalls_anotherTrustSeesNoTimelineAndStopsNothing(t *testing.T) {
	t.Parallel()
	w, other := shiftstest.NewTrust(t), shiftstest.NewTrust(t)
	agency := w.Agency(1)
	s := w.Create(w.NewShift(10))[0]
	w.Advance(25 * time.Hour)

	err := other.Try(func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Cascade.Timeline(ctx, tx, s.ID)
		return err
	})
	other.Do(func(ctx context.Context, tx *tenants.Tx) error {
		return w.Cascade.Stop(ctx, tx, s.ID, shifts.StatusFilled)
	})

	if !errors.Is(err, fault.ErrNotFound) || state(other, s.ID).Cascades {
		t.Errorf("timeline of another trust: %v", err)
	}
	if len(w.Offers(agency)) != 1 {
		t.Error("another trust closed it")
	}
}
