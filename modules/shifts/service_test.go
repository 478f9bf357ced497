package shifts_test

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/shifts"
	"wardbridge/modules/shifts/shiftstest"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func create(w *shiftstest.Trust, n shifts.NewShift) (made []shifts.Shift, err error) {
	err = w.Try(func(ctx context.Context, tx *tenants.Tx) (err error) {
		made, err = w.Shifts.Create(ctx, tx, n)
		return err
	})
	return made, err
}

func codes(err error) string {
	var all []string
	for _, f := range fault.Of(err).Fields {
		all = append(all, f.Name+":"+f.Code)
	}
	return strings.Join(all, " ")
}

func TestCreate_makesAShiftForEachPerson(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	n := w.NewShift(10)
	n.Quantity, n.ExternalRef = 3, "ROS-1"

	made, err := create(w, n)

	if err != nil || len(made) != 3 {
		t.Fatalf("%d shifts, %v", len(made), err)
	}
	last := int64(0)
	for i, s := range made {
		letters, number, _ := strings.Cut(s.Ref, "-")
		taken, err := strconv.ParseInt(number, 10, 64)
		if err != nil || len(letters) < 2 || taken <= last {
			t.Errorf("reference %s after %d", s.Ref, last)
		}
		last = taken
		if s.Place != i+1 || s.ExternalRef != "ROS-1" || s.Status != shifts.StatusOpen || s.StaffGroup != "nursing" || s.CostCentre != "CC-OAK" || s.Retrospective {
			t.Errorf("shift %d is %+v", i, s)
		}
		if want := int(s.StartsAt.Sub(s.CreatedAt) / time.Minute); s.LeadMinutes != want || s.PaidMinutes() != 690 {
			t.Errorf("lead %d minutes, paid %d", s.LeadMinutes, s.PaidMinutes())
		}
		if got := w.Shift(s.ID); got.Ref != s.Ref || !got.StartsAt.Equal(s.StartsAt) || got.SiteID != w.Site.ID {
			t.Errorf("stored %+v", got)
		}
	}
}

func TestCreate_refusesAKnownReference(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	n := w.NewShift(10)
	n.ExternalRef = "ROS-1"
	if _, err := create(w, n); err != nil {
		t.Fatal(err)
	}

	_, err := create(w, n)

	if !errors.Is(err, shifts.ErrRefKnown) {
		t.Errorf("got %v", err)
	}
	n.Source = "api" // references are unique for each source
	if _, err := create(w, n); err != nil {
		t.Errorf("another source: %v", err)
	}
}

func TestCreate_namesEveryRefusedBox(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	other := shiftstest.NewTrust(t)
	for want, change := range map[string]func(*shifts.NewShift){
		"ward:ward_unknown":           func(n *shifts.NewShift) { n.WardID = other.Ward.ID },
		"grade:grade_unknown":         func(n *shifts.NewShift) { n.Grade = "admiral" },
		"grade:grade_of_other_group":  func(n *shifts.NewShift) { n.StaffGroup = "medical" },
		"reason:reason_unknown":       func(n *shifts.NewShift) { n.Reason = "boredom" },
		"quantity:quantity_invalid":   func(n *shifts.NewShift) { n.Quantity = 51 },
		"end:start_equals_end":        func(n *shifts.NewShift) { n.Times.End = n.Times.Start },
		"break_minutes:break_invalid": func(n *shifts.NewShift) { n.Times.End, n.BreakMinutes = n.Times.Start+60, 60 },
		"date:date_out_of_range":      func(n *shifts.NewShift) { n.Times.Date.Year += 10 },
		"notes:too_long":              func(n *shifts.NewShift) { n.Notes = strings.Repeat("x", 501) },
		"external_ref:too_long":       func(n *shifts.NewShift) { n.ExternalRef = strings.Repeat("x", 61) },
		"reason:reason_unknown start:time_does_not_exist": func(n *shifts.NewShift) {
			n.Reason, n.Times.Date, n.Times.Start = "", civil.MustDate("2027-03-28"), civil.MustClock("01:30")
		},
	} {
		n := w.NewShift(10)
		change(&n)
		if _, err := create(w, n); codes(err) != want {
			t.Errorf("got %q, want %q (%v)", codes(err), want, err)
		}
	}
}

func TestCreate_endsOnTheNextDayWhenTheEndIsNotAfterTheStart(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	n := w.NewShift(5)
	n.Times.Start, n.Times.End = civil.MustClock("19:30"), civil.MustClock("08:00")

	made, err := create(w, n)

	if err != nil || civil.DateOf(made[0].EndsAt) != n.Times.Date.AddDays(1) || made[0].Minutes() != 750 {
		t.Errorf("got %v, %v", made, err)
	}
}

func TestCreate_asksWhichOfTwoEqualTimes(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	n := w.NewShift(5)
	n.Times = shifts.Times{Date: civil.MustDate("2027-10-30"), Start: civil.MustClock("19:30"), End: civil.MustClock("01:30")}

	_, err := create(w, n)
	n.Times.EndFold = civil.First
	first, err1 := create(w, n)
	n.Times.EndFold = civil.Second
	second, err2 := create(w, n)

	if codes(err) != "end:time_ambiguous" || err1 != nil || err2 != nil {
		t.Fatalf("got %v, %v, %v", err, err1, err2)
	}
	if first[0].Minutes() != 360 || second[0].Minutes() != 420 {
		t.Errorf("the shifts have %d and %d minutes", first[0].Minutes(), second[0].Minutes())
	}
}

func TestCreate_marksWhatBeganBefore(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)

	made := w.Create(w.NewShift(-2))

	if s := made[0]; !s.Retrospective || s.LeadMinutes != 0 || s.Status != shifts.StatusOpen {
		t.Errorf("got %+v", s)
	}
	w.Settle()
	if got := w.Shift(made[0].ID); got.Status != shifts.StatusOpen {
		t.Errorf("it became %s", got.Status)
	}
}

func TestReferences_areTakenOnceWhoeverAsks(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	var mu sync.Mutex
	var wait sync.WaitGroup
	seen := map[string]bool{}
	n := w.NewShift(20)
	n.Quantity = 5
	for range 6 {
		wait.Go(func() {
			made, err := create(w, n)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			for _, s := range made {
				if seen[s.Ref] {
					t.Errorf("%s was taken twice", s.Ref)
				}
				seen[s.Ref] = true
			}
		})
	}
	wait.Wait()
	if len(seen) != 30 {
		t.Errorf("%d references", len(seen))
	}
}

func TestVerbs_followTheMachine(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	verbs := map[string]func(context.Context, *tenants.Tx, tenants.ID) error{
		"open": func(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
			_, err := w.Shifts.Open(ctx, tx, id)
			return err
		},
		"fill": func(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
			_, err := w.Shifts.Fill(ctx, tx, id)
			return err
		},
		"cancel": func(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
			_, err := w.Shifts.Cancel(ctx, tx, id, "The patient went home")
			return err
		},
		"expire": func(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
			done, err := w.Shifts.Expire(ctx, tx, []tenants.ID{id})
			if err == nil && len(done) == 0 {
				return shifts.ErrNotOpen
			}
			return err
		},
	}
	allowed := map[shifts.Status]map[string]shifts.Status{
		shifts.StatusDraft:     {"open": shifts.StatusOpen, "cancel": shifts.StatusCancelled},
		shifts.StatusOpen:      {"fill": shifts.StatusFilled, "cancel": shifts.StatusCancelled, "expire": shifts.StatusExpired},
		shifts.StatusFilled:    {"cancel": shifts.StatusCancelled},
		shifts.StatusCancelled: {},
		shifts.StatusExpired:   {},
	}
	way := map[shifts.Status]string{shifts.StatusFilled: "fill", shifts.StatusCancelled: "cancel", shifts.StatusExpired: "expire"}
	for from, to := range allowed {
		for verb, act := range verbs {
			n := w.NewShift(30)
			n.Draft = from == shifts.StatusDraft
			made, err := create(w, n)
			if err != nil {
				t.Fatal(err)
			}
			id := made[0].ID
			if v := way[from]; v != "" {
				w.Do(func(ctx context.Context, tx *tenants.Tx) error { return verbs[v](ctx, tx, id) })
			}

			err = w.Try(func(ctx context.Context, tx *tenants.Tx) error { return act(ctx, tx, id) })

			want, may := to[verb]
			if !may {
				want = from
			}
			if got := w.Shift(id); (err == nil) != may || got.Status != want || (got.EndedAt != nil) != (want != shifts.StatusDraft && want != shifts.StatusOpen) {
				t.Errorf("%s %s: %v, and it is %s", verb, from, err, got.Status)
			}
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Errorf("%s %s: %v", verb, from, err)
			}
		}
	}
}

func TestCancel_wantsAReason(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	s := w.Create(w.NewShift(9))[0]

	err := w.Try(func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Shifts.Cancel(ctx, tx, s.ID, "  ")
		return err
	})

	if !errors.Is(err, shifts.ErrReason) {
		t.Errorf("got %v", err)
	}
}

func TestAmend_checksTheVersionAndTheFacts(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	s := w.Create(w.NewShift(20))[0]
	facts := w.NewShift(21).Facts
	facts.WardID = w.Two.ID

	err := w.Try(func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Shifts.Amend(ctx, tx, s.ID, 7, facts)
		return err
	})
	if !errors.Is(err, openapi.ErrChanged) {
		t.Errorf("got %v", err)
	}
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Shifts.Amend(ctx, tx, s.ID, s.Version, facts)
		return err
	})

	got := w.Shift(s.ID)
	if got.WardID != w.Two.ID || got.Version != 2 || got.LeadMinutes != s.LeadMinutes+1440 || got.CostCentre != "CC-ELM" || got.Ref != s.Ref {
		t.Errorf("got %+v", got)
	}
}

func TestList_filtersAndPages(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	for day := 3; day < 10; day++ {
		n := w.NewShift(day)
		if day%2 == 0 {
			n.WardID, n.ExternalRef = w.Two.ID, "ELM_"+strconv.Itoa(day)
		}
		if _, err := create(w, n); err != nil {
			t.Fatal(err)
		}
	}
	count := func(f shifts.Filter) (n int) {
		for {
			var next int
			w.Do(func(ctx context.Context, tx *tenants.Tx) error {
				rows, cursor, err := w.Shifts.List(ctx, tx, f)
				for i := 1; i < len(rows); i++ {
					if rows[i].StartsAt.Before(rows[i-1].StartsAt) {
						t.Error("out of order")
					}
				}
				n, f.Cursor, next = n+len(rows), cursor, len(cursor)
				return err
			})
			if next == 0 {
				return n
			}
		}
	}
	for name, c := range map[string]struct {
		filter shifts.Filter
		want   int
	}{
		"all, in pages": {shifts.Filter{Limit: 2}, 7},
		"status":        {shifts.Filter{Status: []shifts.Status{shifts.StatusFilled}}, 0},
		"days":          {shifts.Filter{From: w.Day(4), To: w.Day(6)}, 3},
		"ward":          {shifts.Filter{Ward: w.Two.ID}, 3},
		"site":          {shifts.Filter{Site: w.Site.ID}, 7},
		"other site":    {shifts.Filter{Site: w.Far.SiteID}, 0},
		"group, grade":  {shifts.Filter{StaffGroup: "nursing", Grade: "nurse-band-5"}, 7},
		"ward's name":   {shifts.Filter{Q: "elm"}, 3},
		"reference":     {shifts.Filter{Q: "ELM_4"}, 1},
		"no wildcard":   {shifts.Filter{Q: "ELM%4"}, 0},
	} {
		if got := count(c.filter); got != c.want {
			t.Errorf("%s: %d shifts, want %d", name, got, c.want)
		}
	}
	w.Do(func(ctx context.Context, tx *tenants.Tx) error {
		got, err := w.Shifts.Counts(ctx, tx)
		if err != nil || got != (shifts.Counts{Open: 7}) {
			t.Errorf("counts %+v, %v", got, err)
		}
		return nil
	})
}

func TestWalls_anotherTrustsShiftDoesNotExist(t *testing.T) {
	t.Parallel()
	w, other := shiftstest.NewTrust(t), shiftstest.NewTrust(t)
	s := w.Create(w.NewShift(5))[0]
	agency, worker := pgtest.Org(t, tenants.Agency), pgtest.Worker(t)

	for _, me := range []tenants.Party{other.Party, agency, worker} {
		for _, name := range []string{s.ID.String(), s.Ref, strings.ToLower(s.Ref)} {
			err := shiftstest.As(t, me, func(ctx context.Context, tx *tenants.Tx) error { _, err := w.Shifts.Get(ctx, tx, name); return err })
			if !errors.Is(err, fault.ErrNotFound) {
				t.Errorf("%s %s: %v", me.Kind, name, err)
			}
		}
	}
	for verb, act := range map[string]func(context.Context, *tenants.Tx) error{
		"fill": func(ctx context.Context, tx *tenants.Tx) error { _, err := w.Shifts.Fill(ctx, tx, s.ID); return err },
		"cancel": func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Shifts.Cancel(ctx, tx, s.ID, "x")
			return err
		},
		"amend": func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Shifts.Amend(ctx, tx, s.ID, 0, other.NewShift(9).Facts)
			return err
		},
	} {
		if err := other.Try(act); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s by another trust: %v", verb, err)
		}
	}
	other.Do(func(ctx context.Context, tx *tenants.Tx) error {
		if done, err := w.Shifts.Expire(ctx, tx, []tenants.ID{s.ID}); err != nil || len(done) > 0 {
			t.Errorf("another trust expired %v, %v", done, err)
		}
		return nil
	})
}

func TestWalls_aWardManagerSeesTheWardsOfTheGrant(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	mine := w.Create(w.NewShift(5))[0]
	n := w.NewShift(5)
	n.WardID = w.Two.ID
	w.Create(n)
	who := pgtest.Actor(w.Party)
	who.Wards = []tenants.ID{w.Ward.ID}

	var rows []shifts.Shift
	err := pgtest.DB(t).Run(t.Context(), w.Party, who, func(ctx context.Context, tx *tenants.Tx) (err error) {
		rows, _, err = w.Shifts.List(ctx, tx, shifts.Filter{})
		return err
	})

	if err != nil || len(rows) != 1 || rows[0].ID != mine.ID {
		t.Errorf("sees %d shifts, %v", len(rows), err)
	}
}
