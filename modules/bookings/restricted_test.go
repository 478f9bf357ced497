package bookings_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/bookings"
	"wardbridge/modules/packs"
	"wardbridge/modules/proposals/proposalstest"
	"wardbridge/modules/shifts"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

// What was worked is worked: the booking holds when an exemption is shown, and is
// asked to be ratified.
func TestConfirmDirect_onClosedWorkComesWithAnExemption(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	who := w.AddNurse(w.First, func(f *workers.Facts) {
		f.StaffGroup, f.Grade, f.RegisterBody, f.RegisterNumber = "hca", "hca-band-2", "SWE", "SW990017"
	})
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Packs.AddRestriction(ctx, tx, packs.NewRestriction{StaffGroup: "hca", Band: "afc-2", From: proposalstest.Day(-1), Source: "Board paper 14", Reason: "Spend plan"})
		return err
	})
	shift := yesterday(w, func(n *shifts.NewShift) { n.Grade = "hca-band-2" })
	d := bookings.Direct{ShiftID: shift.ID, AgencyID: w.First.ID, RegisterNumber: who.Representation.RegisterNumber, PayRate: money.MustRate("13.00"), Commission: money.MustRate("1.50"),
		Reason: "hard_to_fill"}
	book := func() (b bookings.Booking, err error) {
		err = w.Do(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) (err error) {
			b, err = w.Bookings.ConfirmDirect(ctx, tx, d)
			return err
		})
		return b, err
	}

	if _, err := book(); !errors.Is(err, approvals.ErrIncomplete) || len(fault.Of(err).Fields) != 2 || fault.Of(err).Fields[0].Value != "exemption_reference" {
		t.Errorf("without an exemption: %v %+v", err, fault.Of(err).Fields)
	}
	d.Evidence = map[string]string{"exemption_reference": "EX-9", "exemption_expires_on": proposalstest.Day(-2).String(), "nhse_reference": "not asked for"}
	if _, err := book(); !errors.Is(err, approvals.ErrExemption) || w.Shift(shift.ID).Status != shifts.StatusOpen {
		t.Errorf("with one that had ended: %v, the shift is %s", err, w.Shift(shift.ID).Status)
	}
	d.Evidence["exemption_expires_on"] = proposalstest.Day(-1).String()
	b, err := book()
	if err != nil || !slices.Equal(b.Conditions, []approvals.Condition{approvals.RestrictedGroup}) {
		t.Fatalf("booked %+v, %v", b, err)
	}
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		asked, err := w.Approvals.For(ctx, tx, approvals.Subject{Kind: "booking", ID: b.ID})
		if err == nil && (len(asked) != 1 || asked[0].State != approvals.Open || len(asked[0].Evidence) != 2 || asked[0].Evidence[0].Text != "EX-9" || asked[0].Figures["restriction"] == "") {
			t.Errorf("asked %+v", asked)
		}
		return err
	})
}
