package bookings_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/accounts"
	"wardbridge/modules/approvals"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cards"
	"wardbridge/modules/proposals/proposalstest"
	"wardbridge/modules/shifts"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

// holder is a member of the trust who holds an office.
func holder(w *proposalstest.World, name string, o approvals.Office) tenants.Actor {
	who := tenants.Actor{Kind: tenants.Person, Name: name}
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		id, err := w.Accounts.AddMember(ctx, tx, w.Trust, accounts.NewMember{Email: tenants.NewID().String() + "@people.example", Name: name, Roles: []string{"approver"}})
		who.ID, who.Person = id, id
		if err != nil {
			return err
		}
		_, err = w.Approvals.Appoint(ctx, tx, o, id, civil.Date{}, civil.Date{})
		return err
	})
	return who
}

func direct(w *proposalstest.World, d bookings.Direct) (b bookings.Booking, err error) {
	err = w.Do(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) (err error) {
		b, err = w.Bookings.ConfirmDirect(ctx, tx, d)
		return err
	})
	return b, err
}

func about(w *proposalstest.World, b bookings.Booking) (asked []approvals.Request) {
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) (err error) {
		asked, err = w.Approvals.For(ctx, tx, approvals.Subject{Kind: "booking", ID: b.ID})
		return err
	})
	return asked
}

func standing(w *proposalstest.World, me tenants.Party, b bookings.Booking) (s approvals.State) {
	w.Run(me, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		by, err := w.Bookings.Ratifications(ctx, tx, []bookings.Booking{b})
		s = by[b.ID]
		return err
	})
	return s
}

func TestConfirmDirect_isBoundByAnOwnRuleForEveryBooking(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Approvals.SetRule(ctx, tx, approvals.Change{Condition: approvals.WithinCap, Approvers: []approvals.Approver{approvals.OfOffice(approvals.ExecutiveDirector)},
			ReasonRequired: true, HoursFrom: 9 * 60, HoursTo: 17 * 60, Source: "Board paper"})
		return err
	})
	shift := yesterday(w)
	d := bookings.Direct{ShiftID: shift.ID, AgencyID: w.First.ID, RegisterNumber: w.First.Nurse.Representation.RegisterNumber, PayRate: proposalstest.PayRate, Commission: proposalstest.Commission}

	if _, err := direct(w, d); !errors.Is(err, approvals.ErrReason) || w.Shift(shift.ID).Status != shifts.StatusOpen {
		t.Errorf("without a reason: %v, the shift is %s", err, w.Shift(shift.ID).Status)
	}
	d.Reason = "hard_to_fill"
	b, err := direct(w, d)
	if err != nil {
		t.Fatal(err)
	}
	asked := about(w, b)
	if len(asked) != 1 || !slices.Equal(asked[0].Conditions, []approvals.Condition{approvals.WithinCap}) || asked[0].Asked[0] != approvals.OfOffice(approvals.ExecutiveDirector) {
		t.Errorf("asked %+v", asked)
	}
	if len(b.Conditions) != 0 {
		t.Errorf("a return would count %v", b.Conditions)
	}
}

func TestRatifications_markARefusalAndTheBookingStands(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	director := holder(w, "Idris", approvals.ExecutiveDirector)
	d := bookings.Direct{ShiftID: yesterday(w).ID, AgencyID: w.First.ID, RegisterNumber: w.First.Nurse.Representation.RegisterNumber,
		PayRate: proposalstest.PayMax, Commission: proposalstest.CommissionMax, Reason: "hard_to_fill", Statement: "The ward would run below its safe number."}
	b, err := direct(w, d)
	if err != nil {
		t.Fatal(err)
	}
	if s := standing(w, w.Trust, b); s != approvals.Open {
		t.Errorf("before an answer: %q", s)
	}

	w.Run(w.Trust, director, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Approvals.Refuse(ctx, tx, about(w, b)[0].ID, "There was a bank nurse")
		return err
	})

	if s := standing(w, w.Trust, b); s != approvals.Refused {
		t.Errorf("after a refusal: %q", s)
	}
	if s := standing(w, w.First.Party, b); s != "" {
		t.Errorf("the agency is told %q", s)
	}
	if got, err := get(w, w.Trust, b.ID); err != nil || !got.Live() {
		t.Errorf("the booking: %+v, %v", got, err)
	}
}

// Three shifts of four hours are one day of an interim manager.
func TestConfirmDirect_addsUpTheDayOfAnInterimManager(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Cards.Publish(ctx, tx, cards.NewCard{Name: "Offices", ValidFrom: civil.MustDate("2026-04-01"), Source: "Board paper 13",
			Lines: []cards.NewLine{{Grade: "admin-vsm", PayMax: money.MustRate("70.00"), CommissionMax: money.MustRate("3.00")}}})
		return err
	})
	who := w.AddNurse(w.First, func(f *workers.Facts) {
		f.StaffGroup, f.Grade, f.RegisterBody, f.RegisterNumber = "admin", "admin-vsm", "SWE", "SW990018"
	})
	book := func(day int, from, to string, evidence map[string]string) (bookings.Booking, error) {
		shift := w.OpenShift(proposalstest.On(proposalstest.Day(day)), func(n *shifts.NewShift) {
			n.Grade, n.BreakMinutes, n.Times.Start, n.Times.End = "admin-vsm", 0, civil.MustClock(from), civil.MustClock(to)
		})
		return direct(w, bookings.Direct{ShiftID: shift.ID, AgencyID: w.First.ID, RegisterNumber: who.Representation.RegisterNumber,
			PayRate: money.MustRate("70"), Commission: money.MustRate("3"), Reason: "hard_to_fill", Evidence: evidence})
	}
	exempt := map[string]string{"exemption_reference": "EX-9", "exemption_expires_on": proposalstest.Day(30).String()}
	closed := []approvals.Condition{approvals.RestrictedGroup}

	first, err := book(-2, "08:00", "12:00", exempt)
	if err != nil || !slices.Equal(first.Conditions, closed) {
		t.Fatalf("four hours: %v, %v", first.Conditions, err)
	}
	if b, err := book(-3, "08:00", "12:00", exempt); err != nil || !slices.Equal(b.Conditions, closed) {
		t.Errorf("another day: %v, %v", b.Conditions, err)
	}
	if _, err := book(-2, "12:00", "16:00", exempt); !errors.Is(err, approvals.ErrIncomplete) {
		t.Errorf("eight hours without NHS England's reference: %v", err)
	}
	exempt["nhse_reference"] = "NHSE-881"
	second, err := book(-2, "12:00", "16:00", exempt)
	if err != nil || !slices.Equal(second.Conditions, []approvals.Condition{approvals.RestrictedGroup, approvals.InterimVSM}) {
		t.Errorf("eight hours: %v, %v", second.Conditions, err)
	}

	// The hours of the first are what they were when it was agreed.
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		return w.Bookings.Charged(ctx, tx, first.ID, &first.Quote)
	})
	if b, err := get(w, w.Trust, first.ID); err != nil || !slices.Equal(b.Conditions, closed) {
		t.Errorf("the first after its hours: %v, %v", b.Conditions, err)
	}
}
