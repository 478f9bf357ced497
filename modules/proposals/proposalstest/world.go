package proposalstest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cards"
	"wardbridge/modules/cascade"
	"wardbridge/modules/places"
	"wardbridge/modules/proposals"
	"wardbridge/modules/shifts"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

// Start is what the clocks of a Line show at its beginning: a Monday morning.
var Start = time.Date(2026, 11, 23, 9, 0, 0, 0, civil.London)

// The card of every Line, and what Propose offers unless told otherwise.
var (
	PayMax        = money.MustRate("22.50")
	CommissionMax = money.MustRate("3.00")
	PayRate       = money.MustRate("19.00")
	Commission    = money.MustRate("2.00")
)

// Grade is what a Line's shifts ask for and its nurses are.
const Grade = "nurse-band-5"

// World is one trust with its agencies.
type World struct {
	*House
	t testing.TB

	Trust         tenants.Party
	Sam           tenants.Actor // of the bank office
	Site          places.Site
	Ward          places.Ward
	Card          cards.Card
	First, Second *Supplier // both in tier 1
	suppliers     []*Supplier
}

// Supplier is an agency with an agreement, and one nurse to begin with.
type Supplier struct {
	tenants.Party
	Consultant tenants.Actor
	Agreement  agencies.Agreement
	Nurse      *Nurse
}

// Nurse is a person and an agency's record of them, which they have confirmed.
type Nurse struct {
	Person         tenants.Party
	Representation workers.Representation
}

// Line makes a trust with two agencies in tier 1 for nursing, each with a
// confirmed nurse, a published card, and a rule that tells everybody at once.
func Line(t testing.TB) *World {
	t.Helper()
	w := &World{House: Built(t), t: t, Trust: pgtest.Org(t, tenants.Trust), Sam: person(t, "Sam")}
	w.setClock(w.Trust, Start)
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) (err error) {
		if w.Site, err = w.Places.AddSite(ctx, tx, places.Site{Code: "MAIN", Name: "Main hospital"}); err != nil {
			return err
		}
		if w.Ward, err = w.Places.AddWard(ctx, tx, places.Ward{SiteID: w.Site.ID, Code: "W7", Name: "Ward 7", CostCentre: "E4107"}); err != nil {
			return err
		}
		if _, err = w.Cascade.SetRule(ctx, tx, 0, "At once", []cascade.Band{{}}); err != nil {
			return err
		}
		w.Card, err = w.Cards.Publish(ctx, tx, cards.NewCard{Name: "Nursing", ValidFrom: civil.MustDate("2026-04-01"), Source: "Board paper 12",
			Lines: []cards.NewLine{{Grade: Grade, PayMax: PayMax, CommissionMax: CommissionMax}, {Grade: "nurse-band-6", PayMax: money.MustRate("27.00"), CommissionMax: CommissionMax},
				{Grade: "hca-band-2", PayMax: money.MustRate("14.00"), CommissionMax: CommissionMax}}})
		return err
	})
	w.First, w.Second = w.AddSupplier(1), w.AddSupplier(1)
	return w
}

// AddSupplier makes an agency with an agreement, in a tier for nursing and for
// healthcare assistants, and one nurse.
func (w *World) AddSupplier(tier int) *Supplier {
	w.t.Helper()
	s := &Supplier{Party: pgtest.Org(w.t, tenants.Agency), Consultant: person(w.t, "Carla")}
	w.setClock(s.Party, w.Now())
	s = w.Join(s, tier)
	s.Nurse = w.AddNurse(s, nil)
	return s
}

// Join makes an agreement with an agency that works elsewhere too; its nurse is
// the same person here and there.
func (w *World) Join(s *Supplier, tier int) *Supplier {
	w.t.Helper()
	here := &Supplier{Party: s.Party, Consultant: s.Consultant, Nurse: s.Nurse}
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) (err error) {
		here.Agreement, err = w.Agencies.Agree(ctx, tx, s.ID, civil.MustDate("2026-01-01"), agencies.Terms{
			Framework: "TWS3", SelfBillFrom: civil.MustDate("2026-01-01"), VATNumber: "GB337440071"})
		if err != nil {
			return err
		}
		return w.Agencies.SetTiers(ctx, tx, here.Agreement.ID, map[string]int{"nursing": tier, "hca": tier})
	})
	w.suppliers = append(w.suppliers, here)
	return here
}

var people atomic.Int64

// AddNurse makes a person whom the agency represents, and who has confirmed it.
// change may alter the facts first.
func (w *World) AddNurse(s *Supplier, change func(*workers.Facts)) *Nurse {
	w.t.Helper()
	n := people.Add(1)
	facts := workers.Facts{Name: fmt.Sprintf("Amara Okafor %d", n), StaffGroup: "nursing", Grade: Grade, RegisterBody: "NMC",
		RegisterNumber: fmt.Sprintf("%02d%c%04d%c", 10+n/10_000, 'A'+n%12, n%10_000, 'E'), BornOn: civil.MustDate("1990-05-17")}
	if change != nil {
		change(&facts)
	}
	nurse := &Nurse{Person: tenants.Party{ID: pgtest.Person(w.t, facts.Name), Kind: tenants.Worker}}
	w.Represent(s, nurse, facts)
	return nurse
}

// Represent makes an agency's record of a person, who confirms it.
func (w *World) Represent(s *Supplier, nurse *Nurse, facts workers.Facts) {
	w.t.Helper()
	w.Run(s.Party, s.Consultant, func(ctx context.Context, tx *tenants.Tx) (err error) {
		nurse.Representation, err = w.Workers.Represent(ctx, tx, facts)
		return err
	})
	if facts.RegisterNumber == "" { // nobody is matched without a number
		return
	}
	w.Run(nurse.Person, pgtest.Actor(nurse.Person), func(ctx context.Context, tx *tenants.Tx) (err error) {
		_, err = w.Workers.SetProfile(ctx, tx, workers.Profile{Name: facts.Name, StaffGroup: facts.StaffGroup, Grade: facts.Grade,
			RegisterBody: facts.RegisterBody, RegisterNumber: facts.RegisterNumber, BornOn: facts.BornOn})
		if err != nil {
			return err
		}
		_, err = w.Workers.Confirm(ctx, tx, s.ID, nurse.Representation.ID)
		return err
	})
	w.Run(s.Party, s.Consultant, func(ctx context.Context, tx *tenants.Tx) (err error) {
		nurse.Representation, err = w.Workers.Get(ctx, tx, nurse.Representation.ID)
		return err
	})
}

func person(t testing.TB, name string) tenants.Actor {
	t.Helper()
	id := pgtest.Person(t, name)
	return tenants.Actor{Kind: tenants.Person, ID: id, Person: id, Name: name}
}

// Do is one unit of work; it gives its error.
func (w *World) Do(me tenants.Party, who tenants.Actor, fn func(context.Context, *tenants.Tx) error) error {
	return w.DB.Run(context.WithoutCancel(w.t.Context()), me, who, fn)
}

// Run is Do that must succeed.
func (w *World) Run(me tenants.Party, who tenants.Actor, fn func(context.Context, *tenants.Tx) error) {
	w.t.Helper()
	if err := w.Do(me, who, fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *World) setClock(p tenants.Party, at time.Time) {
	w.t.Helper()
	w.Run(p, pgtest.Actor(p), func(ctx context.Context, tx *tenants.Tx) error { return w.Accounts.SetClock(ctx, tx, at) })
}

// Now is the instant on the trust's clock.
func (w *World) Now() (now time.Time) {
	w.t.Helper()
	w.Run(w.Trust, w.Sam, func(_ context.Context, tx *tenants.Tx) error { now = tx.Now; return nil })
	return now
}

// MoveTo sets the clocks of the trust and its agencies and works off what has
// fallen due by then.
func (w *World) MoveTo(at time.Time) {
	w.t.Helper()
	w.setClock(w.Trust, at)
	for _, s := range w.suppliers {
		w.setClock(s.Party, at)
	}
	w.Settle()
}

// Settle works off every event and everything due of the trust, its agencies and
// their nurses.
func (w *World) Settle() {
	w.t.Helper()
	parties := []tenants.Party{w.Trust}
	for _, s := range w.suppliers {
		parties = append(parties, s.Party, s.Nurse.Person)
	}
	if err := w.Queue.Settle(context.WithoutCancel(w.t.Context()), parties...); err != nil {
		w.t.Fatal(err)
	}
}

// Asked is the shift that OpenShift makes: the day after tomorrow, 07:00 to
// 19:30 with an hour's break, on the trust's ward.
func (w *World) Asked() shifts.NewShift {
	return shifts.NewShift{Facts: shifts.Facts{WardID: w.Ward.ID, Grade: Grade, BreakMinutes: 60, Reason: "vacancy", Notes: "Report to the nurse in charge.",
		Times: shifts.Times{Date: civil.DateOf(Start).AddDays(2), Start: civil.MustClock("07:00"), End: civil.MustClock("19:30")}}}
}

// OpenShift makes a shift and lets its cascade tell the agencies.
func (w *World) OpenShift(change ...func(*shifts.NewShift)) shifts.Shift {
	w.t.Helper()
	asked := w.Asked()
	for _, c := range change {
		c(&asked)
	}
	var made []shifts.Shift
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) (err error) {
		made, err = w.Shifts.Create(ctx, tx, asked)
		return err
	})
	w.Settle()
	return made[0]
}

// On moves a shift that OpenShift makes to another day.
func On(day civil.Date) func(*shifts.NewShift) {
	return func(n *shifts.NewShift) { n.Times.Date = day }
}

// InWeek moves a shift that OpenShift makes to the same weekday of a later week; it
// is in week 1.
func InWeek(n int) func(*shifts.NewShift) { return On(Day(2 + 7*(n-1))) }

// Weekly books the agency's nurse on one shift in each of some weeks.
func (w *World) Weekly(s *Supplier, weeks ...int) (all []bookings.Booking) {
	w.t.Helper()
	for _, n := range weeks {
		all = append(all, w.Book(s, w.OpenShift(InWeek(n))))
	}
	return all
}

// PayAfter12 publishes the card anew, with pay for after the qualifying weeks.
func (w *World) PayAfter12(before, after string) {
	w.t.Helper()
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) (err error) {
		w.Card, err = w.Cards.Publish(ctx, tx, cards.NewCard{Name: "Nursing", ValidFrom: civil.MustDate("2026-11-01"), Source: "Board paper 13",
			Lines: []cards.NewLine{{Grade: Grade, PayMax: money.MustRate(before), PayAfter12: money.MustRate(after), CommissionMax: CommissionMax}}})
		return err
	})
}

// Draft is what Propose sends: the agency's nurse, at the usual rates.
func (w *World) Draft(s *Supplier, shift shifts.Shift) proposals.Draft {
	return proposals.Draft{ShiftID: shift.ID, WorkerID: s.Nurse.Representation.ID, PayRate: PayRate, Commission: Commission}
}

// Submit sends a draft as the agency and gives what came of it.
func (w *World) Submit(s *Supplier, d proposals.Draft) (p proposals.Proposal, err error) {
	err = w.Do(s.Party, s.Consultant, func(ctx context.Context, tx *tenants.Tx) (err error) {
		p, err = w.Proposals.Submit(ctx, tx, d)
		return err
	})
	return p, err
}

// Propose offers the agency's nurse for a shift, or another's: see Draft.
func (w *World) Propose(s *Supplier, shift shifts.Shift, change ...func(*proposals.Draft)) proposals.Proposal {
	w.t.Helper()
	d := w.Draft(s, shift)
	for _, c := range change {
		c(&d)
	}
	p, err := w.Submit(s, d)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// Accept accepts a proposal as somebody of the trust and gives what came of it.
func (w *World) Accept(who tenants.Actor, id tenants.ID) (b bookings.Booking, err error) {
	err = w.Do(w.Trust, who, func(ctx context.Context, tx *tenants.Tx) (err error) {
		_, b, err = w.Proposals.Accept(ctx, tx, id)
		return err
	})
	return b, err
}

// Book proposes the agency's nurse for a shift and accepts it.
func (w *World) Book(s *Supplier, shift shifts.Shift, change ...func(*proposals.Draft)) bookings.Booking {
	w.t.Helper()
	p := w.Propose(s, shift, change...)
	b, err := w.Accept(w.Sam, p.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

// Proposal reads a proposal as one party sees it.
func (w *World) Proposal(me tenants.Party, id tenants.ID) (p proposals.Proposal, err error) {
	err = w.Do(me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) (err error) {
		p, err = w.Proposals.Get(ctx, tx, id.String())
		return err
	})
	return p, err
}

// Shift reads a shift as the trust sees it.
func (w *World) Shift(id tenants.ID) (s shifts.Shift) {
	w.t.Helper()
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) (err error) {
		s, err = w.Shifts.Get(ctx, tx, id.String())
		return err
	})
	return s
}

// Day is the civil date so many days after the Line's beginning.
func Day(n int) civil.Date { return civil.DateOf(Start).AddDays(n) }
