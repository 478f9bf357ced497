package proposals_test

import (
	"context"
	"strings"
	"testing"

	"wardbridge/internal/money"
	"wardbridge/modules/bookings"
	"wardbridge/modules/proposals"
	"wardbridge/modules/proposals/proposalstest"
	"wardbridge/modules/quotes"
	"wardbridge/modules/shifts"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

// between is above the card's pay and within that for after the qualifying weeks.
const between = "21.00"

func at(pay string) func(*proposals.Draft) {
	return func(d *proposals.Draft) { d.PayRate = money.MustRate(pay) }
}

// both lets the second agency represent the first one's nurse as well.
func both(w *proposalstest.World) {
	r := w.First.Nurse.Representation
	nurse := *w.First.Nurse
	w.Represent(w.Second, &nurse, workers.Facts{Name: r.Name, StaffGroup: r.StaffGroup, Grade: r.Grade, RegisterBody: r.RegisterBody, RegisterNumber: r.RegisterNumber, BornOn: r.BornOn})
	w.Second.Nurse = &nurse
}

func preview(w *proposalstest.World, s *proposalstest.Supplier, shift shifts.Shift) (a proposals.Assessment) {
	w.Run(s.Party, s.Consultant, func(ctx context.Context, tx *tenants.Tx) (err error) {
		a, err = w.Proposals.Preview(ctx, tx, w.Draft(s, shift))
		return err
	})
	return a
}

func TestSubmit_takesParityPayFromTheThirteenthWeek(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]func(w *proposalstest.World, week int) *proposalstest.Supplier{
		"through one agency": func(w *proposalstest.World, _ int) *proposalstest.Supplier { return w.First },
		"through two agencies": func(w *proposalstest.World, week int) *proposalstest.Supplier {
			return []*proposalstest.Supplier{w.Second, w.First}[week%2]
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := proposalstest.Line(t)
			w.PayAfter12("20.00", "22.00")
			both(w)
			var last bookings.Booking
			refused := func(shift shifts.Shift, pay, most string) {
				t.Helper()
				d := w.Draft(w.First, shift)
				d.PayRate = money.MustRate(pay)
				_, err := w.Submit(w.First, d)
				if f := refusedAt(t, err, proposals.ErrPayAboveCard, "pay_rate", "pay_rate_above_card"); !strings.Contains(f.Text, most) {
					t.Errorf("says %q, want %s", f.Text, most)
				}
			}

			for week := 1; week <= 12; week++ {
				shift := w.OpenShift(proposalstest.InWeek(week))
				if week >= 11 {
					refused(shift, between, "£20.00")
				}
				last = w.Book(of(w, week), shift)
			}

			thirteenth := w.OpenShift(proposalstest.InWeek(13))
			refused(w.OpenShift(proposalstest.On(proposalstest.Day(2+7*12-1))), between, "£20.00") // the last day of the twelfth
			refused(thirteenth, "22.01", "£22.00")
			p := w.Propose(of(w, 13), thirteenth, at(between))
			b, err := w.Accept(w.Sam, p.ID)
			if err != nil || p.PayMax != money.MustRate("22.00") || b.PayRate != money.MustRate(between) || b.CardID != w.Card.ID {
				t.Fatalf("proposed %+v, booked %+v, %v", p, b, err)
			}
			later := w.OpenShift(proposalstest.On(proposalstest.Day(2 + 7*12 + 1)))
			w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
				_, err := w.Bookings.Cancel(ctx, tx, last.ID, "Ward closed")
				return err
			})
			refused(later, between, "£20.00") // eleven again
		})
	}
}

func TestPreview_tellsASecondAgencyTheWeeksAndNothingElse(t *testing.T) {
	t.Parallel()
	w, elsewhere := proposalstest.Line(t), proposalstest.Line(t)
	w.PayAfter12("20.00", "22.00")
	both(w)
	w.Weekly(w.First, 1, 2, 3)
	there := elsewhere.Join(w.First, 1)
	elsewhere.Weekly(there, 4) // another trust's clock
	shift := w.OpenShift(proposalstest.InWeek(5))

	a := preview(w, w.Second, shift)

	if want := (quotes.Qualifying{Known: true, Weeks: 3, Needed: 12, Pay: money.MustRate("22.00")}); a.Answer.Qualifying != want || a.Card.PayMax != money.MustRate("20.00") {
		t.Errorf("the second agency is told %+v and %s", a.Answer.Qualifying, a.Card.PayMax)
	}
	w.Run(w.Second.Party, w.Second.Consultant, func(ctx context.Context, tx *tenants.Tx) error {
		found, _, err := w.Bookings.List(ctx, tx, bookings.Filter{})
		if len(found) != 0 {
			t.Errorf("it sees the bookings %+v", found)
		}
		return err
	})
	w.Second.Nurse = w.AddNurse(w.Second, nil)
	if other := preview(w, w.Second, shift); other.Answer.Qualifying.Weeks != 0 || !other.Answer.Qualifying.Known {
		t.Errorf("of a worker who was never there: %+v", other.Answer.Qualifying)
	}
}

func TestCompare_saysHowManyWeeksAWorkerHasCompleted(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	both(w)
	w.Weekly(w.First, 1, 2)
	shift := w.OpenShift(proposalstest.InWeek(3))
	w.Propose(w.Second, shift)

	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		all, err := w.Proposals.Compare(ctx, tx, shift.ID)
		if len(all) != 1 || all[0].Qualifying != (quotes.Qualifying{Known: true, Weeks: 2, Needed: 12}) {
			t.Errorf("compared %+v", all)
		}
		return err
	})
}

func TestAPI_quotesWithTheWeeksOfTheWorker(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	w.PayAfter12("20.00", "22.00")
	a := newAPI(t, w)
	w.Weekly(w.First, 1, 2)
	trust, first, second := key(t, w.Trust, "org_admin"), key(t, w.First.Party, "agency_admin"), key(t, w.Second.Party, "agency_admin")
	day := proposalstest.Day(2 + 14)
	ask := func(secret string, agency tenants.ID, worker any, status int) map[string]any {
		body := map[string]any{"employer_id": w.Trust.ID, "agency_id": agency, "grade": proposalstest.Grade, "starts_at": day.String() + "T08:00:00Z", "ends_at": day.String() + "T16:00:00Z",
			"pay_rate": between, "commission": "2.0000"}
		if worker != nil {
			body["worker_id"] = worker
		}
		return a.call(t, secret, "POST", "/quotes", "/quotes", body, status)
	}

	for name, out := range map[string]map[string]any{
		"the trust":  ask(trust, w.First.ID, w.First.Nurse.Person.ID, 200),
		"the agency": ask(first, w.First.ID, w.First.Nurse.Representation.ID, 200),
	} {
		if of, told := out["qualifying"].(map[string]any); !told || of["weeks"] != 2.0 || of["needed"] != 12.0 || of["pay_max"] != "22.0000" || of["applies"] != false {
			t.Errorf("%s is told %v", name, out["qualifying"])
		}
		if out["card"].(map[string]any)["pay_max"] != "20.0000" || out["verdict"].(map[string]any)["pay_over"] != "1.0000" {
			t.Errorf("%s is quoted %v, %v", name, out["card"], out["verdict"])
		}
	}
	if out := ask(first, w.First.ID, nil, 200); out["qualifying"] != nil {
		t.Errorf("of nobody: %v", out["qualifying"])
	}
	if of := ask(second, w.Second.ID, w.Second.Nurse.Representation.ID, 200)["qualifying"].(map[string]any); of["weeks"] != 0.0 {
		t.Errorf("of somebody who was never there: %v", of)
	}
	ask(trust, w.First.ID, w.Second.Nurse.Person.ID, 422)
	ask(trust, w.First.ID, tenants.NewID(), 422)
	ask(second, w.Second.ID, w.First.Nurse.Representation.ID, 422)
}
