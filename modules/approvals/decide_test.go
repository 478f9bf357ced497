package approvals_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/approvals"
	"wardbridge/tenants"
)

const tuesday = "2026-11-24 10:00" // in working hours

func TestAsk_goesToTheOfficeOfTheMatrix(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	asks := w.person("Priya Raman", "bank_office")
	people := map[string]tenants.ID{
		"chief executive": w.holder("Carys Chief", approvals.ChiefExecutive), "executive director": w.holder("Dan Director", approvals.ExecutiveDirector),
		"on call": w.holder("Olu Call", approvals.ExecutiveOnCall), "service manager": w.holder("Sita Service", approvals.ServiceManager),
		"ward manager": w.person("Will Ward", "ward_manager"), "approver": w.person("Ann Approver", "approver"),
	}
	for _, c := range []struct {
		why  []approvals.Condition
		want []string
	}{
		{[]approvals.Condition{approvals.WithinCap}, []string{"service manager", "ward manager"}},
		{[]approvals.Condition{approvals.OverCap}, []string{"executive director"}},
		{[]approvals.Condition{approvals.HundredAnHour}, []string{"chief executive"}},
		{[]approvals.Condition{approvals.OffFramework}, []string{"chief executive"}},
		{[]approvals.Condition{approvals.RestrictedGroup}, []string{"executive director"}},
		{[]approvals.Condition{approvals.InterimVSM}, []string{"chief executive"}},
		{[]approvals.Condition{approvals.OverCap, approvals.WithinCap}, []string{"executive director"}},
		{[]approvals.Condition{approvals.OverCap, approvals.HundredAnHour}, []string{"chief executive"}},
	} {
		r := w.ask(asks, draft(c.why...))
		for who, id := range people {
			want := slices.Contains(c.want, who)
			if got := w.sees(id, approvals.Mine, r); got != want {
				t.Errorf("%v waits for the %s: %v", c.why, who, got)
			}
			if !want {
				w.wants(who+" approves", w.approve(id, r.ID), approvals.ErrNotApprover)
			}
		}
		if err := w.approve(people[c.want[0]], r.ID); err != nil {
			t.Errorf("%v by the %s: %v", c.why, c.want[0], err)
		}
		if r, d := w.get(r.ID); r.State != approvals.Approved || d == nil || d.PersonName == "" || d.Snapshot.Cap.String() != "38.9500" || d.Snapshot.Figures["cap_version"] != "2025/26" {
			t.Errorf("%v: %+v, decided %+v", c.why, r, d)
		}
	}
}

func TestAsk_wantsWhatEveryConditionAsksFor(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	d := draft(approvals.OverCap, approvals.OffFramework)
	d.Reason, d.Statement, d.Evidence = "", "  ", []approvals.Evidence{{Name: "bank_tried", Text: "Offered to the bank for 24 hours"}}

	err := w.as(w.person("Priya Raman", "bank_office"), func(ctx context.Context, tx *tenants.Tx) error { _, err := w.Ask(ctx, tx, d); return err })

	w.wants("nothing given", err, approvals.ErrIncomplete)
	var missing []string
	for _, f := range fault.Of(err).Fields {
		missing = append(missing, f.Name+f.Value)
	}
	if !slices.Equal(missing, []string{"reason", "statement", "evidencetiers_tried"}) {
		t.Errorf("names %v", missing)
	}
}

func TestWanted_addsUpWithoutWhatTheCallerShows(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	w.must(tenants.ID{}, func(ctx context.Context, tx *tenants.Tx) error {
		for _, c := range []struct {
			conditions []approvals.Condition
			want       []string
		}{
			{[]approvals.Condition{approvals.WithinCap, approvals.OverCap}, nil},
			{[]approvals.Condition{approvals.OffFramework, approvals.RestrictedGroup}, []string{"tiers_tried", "exemption_reference", "exemption_expires_on"}},
			{[]approvals.Condition{approvals.RestrictedGroup, approvals.InterimVSM}, []string{"exemption_reference", "exemption_expires_on", "nhse_reference"}},
		} {
			got, err := w.Wanted(ctx, tx, c.conditions, "bank_tried")
			if err != nil {
				return err
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%v: got %v", c.conditions, got)
			}
		}
		return nil
	})
}

func TestAsk_refusesAnExemptionThatEndsBeforeTheWork(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	asks := w.person("Priya Raman", "bank_office")
	day := civil.MustDate("2026-11-30")
	for last, want := range map[string]*fault.Fault{"2026-11-29": approvals.ErrExemption, "2026-11-30": nil, "2027-03-31": nil, "next year": approvals.ErrIncomplete, "": approvals.ErrIncomplete} {
		d := draft(approvals.RestrictedGroup)
		d.On, d.Evidence = day, []approvals.Evidence{{Name: "exemption_reference", Text: "EX-1"}, {Name: approvals.ExemptionExpires, Text: last}}
		err := w.as(asks, func(ctx context.Context, tx *tenants.Tx) error { _, err := w.Ask(ctx, tx, d); return err })
		if want == nil && err != nil || want != nil && !errors.Is(err, want) {
			t.Errorf("%q: got %v", last, err)
		}
	}
}

func TestAsk_isOnceWhileOneIsOpen(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	asks, boss := w.person("Priya Raman", "bank_office"), w.holder("Dan Director", approvals.ExecutiveDirector)
	d := draft(approvals.OverCap)
	first := w.ask(asks, d)
	again := func() error {
		return w.as(asks, func(ctx context.Context, tx *tenants.Tx) error { _, err := w.Ask(ctx, tx, d); return err })
	}

	w.wants("a second one", again(), approvals.ErrAsked)
	if err := w.approve(boss, first.ID); err != nil {
		t.Fatal(err)
	}
	if err := again(); err != nil {
		t.Errorf("after the answer: %v", err)
	}
}

func TestGranted_holdsForNoHigherFigures(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	asks, boss := w.person("Priya Raman", "bank_office"), w.holder("Dan Director", approvals.ExecutiveDirector)
	d := draft(approvals.OverCap)
	r := w.ask(asks, d)
	granted := func(rate string, total money.Pence, why ...approvals.Condition) (ok bool) {
		w.must(asks, func(ctx context.Context, tx *tenants.Tx) (err error) {
			_, ok, err = w.Granted(ctx, tx, d.Subject, why, money.MustRate(rate), total)
			return err
		})
		return ok
	}
	if granted("41.2050", 47386, approvals.OverCap) {
		t.Error("granted while it is open")
	}
	if err := w.approve(boss, r.ID); err != nil {
		t.Fatal(err)
	}

	if !granted("41.2050", 47386, approvals.OverCap) || !granted("40.0000", 40000) {
		t.Error("not granted for what was approved")
	}
	if granted("41.2051", 47386, approvals.OverCap) || granted("41.2050", 47387, approvals.OverCap) || granted("41.2050", 47386, approvals.OverCap, approvals.OffFramework) {
		t.Error("granted for more than was approved")
	}
	if r.Over().String() != "2.2550" {
		t.Errorf("over by %s", r.Over())
	}
}

func TestApprove_refusesOnesOwn(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	boss, other := w.holder("Carys Chief", approvals.ChiefExecutive), w.holder("Clara Chief", approvals.ChiefExecutive)
	friend := w.person("Fred Friend", "approver")
	w.delegate(boss, friend, approvals.ChiefExecutive, "500", 0)
	own := w.ask(boss, draft(approvals.HundredAnHour))
	about := draft(approvals.HundredAnHour)
	about.About = other
	aboutThem := w.ask(w.person("Priya Raman", "bank_office"), about)

	w.wants("the requester", w.approve(boss, own.ID), approvals.ErrOwnRequest)
	w.wants("the requester's delegate", w.approve(friend, own.ID), approvals.ErrOwnRequest)
	w.wants("the worker", w.approve(other, aboutThem.ID), approvals.ErrOwnRequest)
	w.wants("a key of nobody", w.approve(tenants.ID{}, own.ID), approvals.ErrNobody)
	if w.sees(boss, approvals.Mine, own) || w.sees(friend, approvals.Mine, own) {
		t.Error("waits for whose own it is")
	}
	if err := w.approve(other, own.ID); err != nil {
		t.Errorf("the other chief executive: %v", err)
	}
	err := w.as(other, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := tx.NewRaw(`
			insert into approval_decisions (owner_id, id, request_id, verdict, person_id, person_name, capacity, statement, snapshot, decided_at)
			values (?, ?, ?, 'approved', ?, 'Clara', 'office:chief_executive', 'Mine', '{}', now())`, w.me.ID, tenants.NewID(), aboutThem.ID, other).Exec(ctx)
		return err
	})
	if !code(err, "42501") {
		t.Errorf("the database lets one decide about oneself: %v", err)
	}
}

func code(err error, want string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == want
}

func TestDecide_asksForAStatementAndHappensOnce(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	boss := w.holder("Dan Director", approvals.ExecutiveDirector)
	r := w.ask(w.person("Priya Raman", "bank_office"), draft(approvals.OverCap))

	err := w.as(boss, func(ctx context.Context, tx *tenants.Tx) error { _, err := w.Refuse(ctx, tx, r.ID, " "); return err })
	w.wants("no statement", err, approvals.ErrStatement)
	w.must(boss, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Refuse(ctx, tx, r.ID, "The bank has two")
		return err
	})
	w.wants("after it was refused", w.approve(boss, r.ID), approvals.ErrDecided)
	if r, d := w.get(r.ID); r.State != approvals.Refused || d.Statement != "The bank has two" || d.Capacity != approvals.OfOffice(approvals.ExecutiveDirector) {
		t.Errorf("%s, %+v", r.State, d)
	}
	if got := w.heard(); !slices.Equal(got, []string{"approvals.asked", "approvals.decided"}) {
		t.Errorf("said %v", got)
	}
}

func TestDecide_letsOneOfTwoAtOnce(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	bosses := []tenants.ID{w.holder("Dan Director", approvals.ExecutiveDirector), w.holder("Nia Nurse", approvals.ExecutiveDirector)}
	asks := w.person("Priya Raman", "bank_office")
	for range 5 {
		r := w.ask(asks, draft(approvals.OverCap))
		var group sync.WaitGroup
		var errs [2]error
		for i, boss := range bosses {
			group.Go(func() { errs[i] = w.approve(boss, r.ID) })
		}
		group.Wait()

		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("%v, %v", errs[0], errs[1])
		}
		w.wants("the slower one", errors.Join(errs[0], errs[1]), approvals.ErrDecided)
	}
}

func TestWithdraw_isForWhoeverAsked(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	asks, boss := w.person("Priya Raman", "bank_office"), w.holder("Dan Director", approvals.ExecutiveDirector)
	beforehand := draft(approvals.OverCap)
	beforehand.Until = wall(t, "2026-11-25 07:00")
	r, done := w.ask(asks, beforehand), w.ask(asks, draft(approvals.OverCap))
	withdraw := func(who tenants.ID) error {
		return w.as(who, func(ctx context.Context, tx *tenants.Tx) error { _, err := w.Withdraw(ctx, tx, r.ID); return err })
	}

	w.wants("the approver", withdraw(boss), approvals.ErrNotRequester)
	if err := withdraw(asks); err != nil {
		t.Fatal(err)
	}
	w.wants("again", withdraw(asks), approvals.ErrDecided)
	w.wants("approving what is withdrawn", w.approve(boss, r.ID), approvals.ErrDecided)
	r = done
	w.wants("what is done already", withdraw(asks), approvals.ErrAfterwards)
	if err := w.approve(boss, done.ID); err != nil {
		t.Errorf("it waits for its answer: %v", err)
	}
}

func TestDrop_closesWhatIsOpenAboutASubject(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	d := draft(approvals.OverCap)
	r := w.ask(w.person("Priya Raman", "bank_office"), d)

	w.must(tenants.ID{}, func(ctx context.Context, tx *tenants.Tx) error {
		return w.Drop(ctx, tx, d.Subject, "The proposal was withdrawn")
	})

	if r, _ := w.get(r.ID); r.State != approvals.Withdrawn || r.ClosedWhy != "The proposal was withdrawn" {
		t.Errorf("%s %q", r.State, r.ClosedWhy)
	}
}

func TestClosed_neverChanges(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	boss := w.holder("Dan Director", approvals.ExecutiveDirector)
	r := w.ask(w.person("Priya Raman", "bank_office"), draft(approvals.OverCap))
	if err := w.approve(boss, r.ID); err != nil {
		t.Fatal(err)
	}
	for what, statement := range map[string]string{
		"the state of a closed request": "update approval_requests set state = 'open', closed_at = null where id = ?",
		"the figures of a request":      "update approval_requests set rate = 1 where id = ?",
		"a decision":                    "update approval_decisions set verdict = 'refused' where request_id = ?",
		"a decision away":               "delete from approval_decisions where request_id = ?",
		"a request away":                "delete from approval_requests where id = ?",
	} {
		err := w.as(boss, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := tx.NewRaw(statement, r.ID).Exec(ctx)
			return err
		})
		if !code(err, "42501") {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestRequests_areNobodyElses(t *testing.T) {
	t.Parallel()
	w, other := employer(t, tuesday), employer(t, tuesday)
	r := w.ask(w.person("Priya Raman", "bank_office"), draft(approvals.OverCap))
	theirs := other.holder("Dan Director", approvals.ExecutiveDirector)

	other.wants("another's request", other.approve(theirs, r.ID), fault.ErrNotFound)
	if len(other.waiting(theirs, "")) != 0 {
		t.Error("sees another's requests")
	}
	agency := pgtest.Org(t, tenants.Agency)
	err := pgtest.DB(t).Run(t.Context(), agency, pgtest.Actor(agency), func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Ask(ctx, tx, draft(approvals.OverCap))
		return err
	})
	w.wants("an agency asks", err, approvals.ErrNoEmployer)
}

func TestEscalates_atItsInstantOnTheEmployersClock(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	director, chief := w.holder("Dan Director", approvals.ExecutiveDirector), w.holder("Carys Chief", approvals.ChiefExecutive)
	r := w.ask(w.person("Priya Raman", "bank_office"), draft(approvals.OverCap))

	w.clockAt(r.AskedAt.Add(2*time.Hour - time.Minute))
	if got, _ := w.get(r.ID); got.EscalatedAt != nil || w.sees(chief, approvals.Mine, r) {
		t.Fatal("escalated early")
	}
	w.clockAt(r.AskedAt.Add(2*time.Hour + time.Minute))

	got, _ := w.get(r.ID)
	if got.EscalatedAt == nil || !got.EscalatedAt.Equal(*r.DueAt) || !r.DueAt.Equal(r.AskedAt.Add(2*time.Hour)) {
		t.Errorf("escalated at %v, due %v", got.EscalatedAt, r.DueAt)
	}
	if !w.sees(chief, approvals.Mine, r) || !w.sees(director, approvals.Mine, r) {
		t.Error("the chief executive is asked as well, and the director still")
	}
	if heard := w.heard(); !slices.Equal(heard, []string{"approvals.asked", "approvals.escalated"}) {
		t.Errorf("said %v", heard)
	}
	if err := w.approve(chief, r.ID); err != nil {
		t.Error(err)
	}
}

func TestLapses_whenAnAnswerIsOfNoUse(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	boss := w.holder("Dan Director", approvals.ExecutiveDirector)
	d := draft(approvals.OverCap)
	d.Until = wall(t, "2026-11-24 11:00")
	r := w.ask(w.person("Priya Raman", "bank_office"), d)

	w.clock("2026-11-24 11:00")

	w.wants("after the shift began", w.approve(boss, r.ID), approvals.ErrDecided)
	if got, _ := w.get(r.ID); got.State != approvals.Lapsed {
		t.Errorf("%s", got.State)
	}
}

func TestRatify_isAskedByTheEndOfTheNextWorkingDay(t *testing.T) {
	t.Parallel()
	for now, due := range map[string]string{
		"2026-11-24 22:00": "2026-11-25 17:00", // Tuesday night
		"2026-11-25 03:00": "2026-11-25 17:00", // before the day has begun
		"2026-11-27 18:00": "2026-11-30 17:00", // Friday evening
		"2026-12-24 20:00": "2026-12-29 17:00", // Christmas Eve: Friday the 25th and Monday the 28th are bank holidays
		"2027-03-25 17:00": "2027-03-30 17:00", // Maundy Thursday, over the change of the clocks
	} {
		t.Run(now, func(t *testing.T) {
			t.Parallel()
			w := employer(t, now)
			chief, call := w.holder("Carys Chief", approvals.ChiefExecutive), w.holder("Olu Call", approvals.ExecutiveOnCall)
			asks := w.person("Priya Raman", "bank_office")
			r := w.ask(asks, draft(approvals.OffFramework))

			if err := w.approve(call, r.ID); err != nil {
				t.Fatal(err)
			}

			var all []approvals.Request
			w.must(asks, func(ctx context.Context, tx *tenants.Tx) (err error) {
				all, err = w.For(ctx, tx, r.Subject())
				return err
			})
			got, d := w.get(r.ID)
			if len(all) != 2 || got.State != approvals.Approved || !d.Interim {
				t.Fatalf("%d requests, %s, %+v", len(all), got.State, d)
			}
			again := all[slices.IndexFunc(all, func(r approvals.Request) bool { return r.Ratifies != nil })]
			if *again.Ratifies != r.ID || !again.DueAt.Equal(wall(t, due)) || again.State != approvals.Open {
				t.Errorf("ratified by %v, want %s", again.DueAt, due)
			}
			if !w.sees(chief, approvals.Mine, again) || w.sees(call, approvals.Mine, again) {
				t.Error("the chief executive ratifies, and nobody their own decision")
			}
			w.wants("by whoever decided", w.approve(call, again.ID), approvals.ErrOwnRequest)
			if err := w.approve(chief, again.ID); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestOnCall_decidesOutOfHoursAlone(t *testing.T) {
	t.Parallel()
	w := employer(t, "2026-11-24 16:58")
	call, asks := w.holder("Olu Call", approvals.ExecutiveOnCall), w.person("Priya Raman", "bank_office")
	off, hundred := w.ask(asks, draft(approvals.OffFramework)), w.ask(asks, draft(approvals.OffFramework, approvals.HundredAnHour))

	w.wants("in working hours", w.approve(call, off.ID), approvals.ErrNotApprover)
	w.clock("2026-11-24 17:00")

	w.wants("£100 an hour", w.approve(call, hundred.ID), approvals.ErrNotApprover)
	if err := w.approve(call, off.ID); err != nil {
		t.Error(err)
	}
}

// The executive on call agrees at night, the chief executive does not in the morning.
func TestGranted_notWhatWasNotRatified(t *testing.T) {
	t.Parallel()
	w := employer(t, "2026-11-24 22:00")
	chief, call := w.holder("Carys Chief", approvals.ChiefExecutive), w.holder("Olu Call", approvals.ExecutiveOnCall)
	asks := w.person("Priya Raman", "bank_office")
	r := w.ask(asks, draft(approvals.OffFramework))
	if err := w.approve(call, r.ID); err != nil {
		t.Fatal(err)
	}
	granted := func() (got approvals.Request, ok bool) {
		w.must(asks, func(ctx context.Context, tx *tenants.Tx) (err error) {
			got, ok, err = w.Granted(ctx, tx, r.Subject(), r.Conditions, r.Rate, r.TotalPence)
			return err
		})
		return got, ok
	}
	standing := func() (s approvals.State) {
		w.must(asks, func(ctx context.Context, tx *tenants.Tx) error {
			by, err := w.Standings(ctx, tx, []string{"booking"}, nil, []tenants.ID{r.ID})
			s = by[r.ID]
			return err
		})
		return s
	}
	if got, ok := granted(); !ok || got.ID != r.ID || standing() != approvals.Open {
		t.Fatalf("at night: granted %v, %s", ok, standing())
	}

	w.clock("2026-11-25 10:00")
	again := w.waiting(chief, approvals.Mine)
	w.must(chief, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Refuse(ctx, tx, again[0], "There was a bank nurse")
		return err
	})

	if _, ok := granted(); ok || standing() != approvals.Refused {
		t.Errorf("in the morning: granted %v, %s", ok, standing())
	}
	if got, d := w.get(r.ID); !got.Overruled || got.State != approvals.Approved || d.Verdict != approvals.Approved || got.Covers(r.Conditions, r.Rate, r.TotalPence) {
		t.Errorf("what was said stays said: %+v, %+v", got, d)
	}
	if fresh := w.ask(asks, func() approvals.Draft { d := draft(approvals.OffFramework); d.Subject = r.Subject(); return d }()); fresh.State != approvals.Open {
		t.Errorf("it may be asked again: %+v", fresh)
	}
}
