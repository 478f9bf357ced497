package proposals_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"wardbridge/internal/fault"
	"wardbridge/modules/bookings"
	"wardbridge/modules/proposals"
	"wardbridge/modules/proposals/proposalstest"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

func TestCancelShift_endsEverythingThatHangsOnIt(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	open, filled := w.OpenShift(), w.OpenShift(proposalstest.On(proposalstest.Day(4)))
	p := w.Propose(w.First, open)
	b := w.Book(w.First, filled)
	cancel := func(id tenants.ID, why string) error {
		return w.Do(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Proposals.CancelShift(ctx, tx, id, why)
			return err
		})
	}

	if err := cancel(open.ID, " "); !errors.Is(err, proposals.ErrCancelReason) || fault.Of(err).Fields[0].Name != "reason" {
		t.Errorf("without a reason: %v", err)
	}
	for _, id := range []tenants.ID{open.ID, filled.ID} {
		if err := cancel(id, "Ward closed"); err != nil {
			t.Fatal(err)
		}
		if got := w.Shift(id); got.Status != shifts.StatusCancelled || got.EndedWhy != "Ward closed" {
			t.Errorf("shift: %s, %s", got.Status, got.EndedWhy)
		}
	}

	if got := status(t, w, p.ID); got.Status != proposals.StatusClosed || got.DecisionReason != "The shift was cancelled: Ward closed" {
		t.Errorf("proposal: %s, %s", got.Status, got.DecisionReason)
	}
	w.Run(w.First.Party, w.First.Consultant, func(ctx context.Context, tx *tenants.Tx) error {
		got, err := w.Bookings.Get(ctx, tx, b.ID.String())
		if got.Status != bookings.StatusCancelled || got.EndedWhy != "Ward closed" {
			t.Errorf("booking: %s, %s", got.Status, got.EndedWhy)
		}
		free, err2 := w.Diary.Free(ctx, tx, w.First.Nurse.Representation.ID, filled.StartsAt, filled.EndsAt)
		if !free {
			t.Error("the nurse is still not free")
		}
		return errors.Join(err, err2)
	})
	if err := cancel(open.ID, "Again"); !errors.Is(err, shifts.ErrCancelled) {
		t.Errorf("again: %v", err)
	}
}

func TestExpire_endsWhatWaitsOnAShiftThatBeganUnfilled(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	p := w.Propose(w.First, shift)

	w.MoveTo(shift.StartsAt.Add(time.Minute))
	w.Settle()

	if got := w.Shift(shift.ID); got.Status != shifts.StatusExpired {
		t.Fatalf("the shift is %s", got.Status)
	}
	got := status(t, w, p.ID)
	if got.Status != proposals.StatusExpired {
		t.Errorf("the proposal is %s", got.Status)
	}
	if names := told(t, w.First.ID); !slices.Contains(names, "proposals.closed") {
		t.Errorf("the agency hears %v", names)
	}
}

func TestExpire_deliveredTwiceOrTooEarlyChangesNothing(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	open, filled := w.OpenShift(), w.OpenShift(proposalstest.On(proposalstest.Day(4)))
	p := w.Propose(w.First, open)
	b := w.Book(w.Second, filled)

	// A nudge that does not fit what the shifts are by now, in an odd order and twice.
	for range 2 {
		w.Run(w.Trust, w.Sam, func(_ context.Context, tx *tenants.Tx) error {
			return tx.Emit(shifts.Expired{IDs: []tenants.ID{filled.ID, open.ID}})
		})
	}
	w.Settle()

	if got := status(t, w, p.ID); got.Status != proposals.StatusSubmitted {
		t.Errorf("a proposal on an open shift became %s", got.Status)
	}
	if got := status(t, w, *b.ProposalID); got.Status != proposals.StatusAccepted {
		t.Errorf("an accepted proposal became %s", got.Status)
	}
	before := len(told(t, w.First.ID))
	w.MoveTo(open.StartsAt.Add(time.Minute))
	w.Run(w.Trust, w.Sam, func(_ context.Context, tx *tenants.Tx) error {
		return tx.Emit(shifts.Expired{IDs: []tenants.ID{open.ID, open.ID}})
	})
	w.Settle()
	closed := 0
	for _, name := range told(t, w.First.ID)[before:] {
		if name == "proposals.closed" {
			closed++
		}
	}
	if closed != 1 || status(t, w, p.ID).Status != proposals.StatusExpired {
		t.Errorf("closed %d times, now %s", closed, status(t, w, p.ID).Status)
	}
}
