package proposals_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"wardbridge/internal/fault"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cascade"
	"wardbridge/modules/proposals"
	"wardbridge/modules/proposals/proposalstest"
	"wardbridge/modules/shifts"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

// told lists the names of the events that a party may see in the log.
func told(t *testing.T, party tenants.ID) []string {
	t.Helper()
	rows, err := pgtest.Owner(t).Query(t.Context(), "select name from event_log where parties @> array[$1::uuid] order by id", party)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// status reads how a proposal stands, as the trust sees it.
func status(t *testing.T, w *proposalstest.World, id tenants.ID) proposals.Proposal {
	t.Helper()
	p, err := w.Proposal(w.Trust, id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAccept_booksFillsStopsAndClosesTheRest(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	p, other := w.Propose(w.First, shift), w.Propose(w.Second, shift)

	b, err := w.Accept(w.Sam, p.ID)
	if err != nil {
		t.Fatal(err)
	}

	if b.ProposalID == nil || *b.ProposalID != p.ID || b.WorkerID != p.WorkerID || b.NetPence != p.NetPence || b.CostCentre != "E4107" ||
		b.Status != bookings.StatusConfirmed || b.ConfirmedBy != "Sam" || b.Ref != strings.Replace(shift.Ref, "-", "-B", 1) {
		t.Errorf("booked %+v", b)
	}
	if got := status(t, w, p.ID); got.Status != proposals.StatusAccepted || got.DecidedBy != "Sam" {
		t.Errorf("accepted: %+v", got)
	}
	if got := status(t, w, other.ID); got.Status != proposals.StatusClosed || got.DecisionReason != "Another proposal was accepted." {
		t.Errorf("the other: %+v", got)
	}
	if got := w.Shift(shift.ID); got.Status != shifts.StatusFilled {
		t.Errorf("shift is %s", got.Status)
	}
	w.Run(w.Second.Party, w.Second.Consultant, func(ctx context.Context, tx *tenants.Tx) error {
		r, err := w.Cascade.Release(ctx, tx, shift.ID.String())
		if r.Status != cascade.Closed || r.ClosedWhy != "filled" {
			t.Errorf("release is %s, %s", r.Status, r.ClosedWhy)
		}
		return err
	})
	first, second := told(t, w.First.ID), told(t, w.Second.ID)
	if !slices.Contains(first, "proposals.accepted") || !slices.Contains(first, "bookings.confirmed") || slices.Contains(first, "proposals.closed") {
		t.Errorf("the first agency hears %v", first)
	}
	if !slices.Contains(second, "proposals.closed") || slices.Contains(second, "bookings.confirmed") || slices.Contains(second, "proposals.accepted") {
		t.Errorf("the second agency hears %v", second)
	}
	if nurse := told(t, w.First.Nurse.Person.ID); !slices.Contains(nurse, "bookings.confirmed") {
		t.Errorf("the nurse hears %v", nurse)
	}
}

func TestAccept_manyAtOnceGiveOneBookingAndClearAnswers(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	sent := []proposals.Proposal{w.Propose(w.First, shift), w.Propose(w.Second, shift)}
	const clients = 50
	errs := make([]error, clients)

	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() { _, errs[i] = w.Accept(w.Sam, sent[i%2].ID) })
	}
	all.Wait()

	won := 0
	for i, err := range errs {
		if err == nil {
			won++
			continue
		}
		f := fault.Of(err)
		if !errors.Is(err, proposals.ErrShiftFilled) || f.Kind != fault.Conflict ||
			!strings.HasPrefix(f.Text, "Sam accepted another proposal at ") && !strings.HasPrefix(f.Text, "Sam accepted this proposal at ") {
			t.Errorf("client %d: %v", i, err)
		}
	}
	if won != 1 {
		t.Errorf("%d accepted, want 1", won)
	}
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		booked, _, err := w.Bookings.List(ctx, tx, bookings.Filter{Shift: shift.ID})
		if len(booked) != 1 {
			t.Errorf("%d bookings", len(booked))
		}
		return err
	})
	a, b := status(t, w, sent[0].ID).Status, status(t, w, sent[1].ID).Status
	if !(a == proposals.StatusAccepted && b == proposals.StatusClosed || a == proposals.StatusClosed && b == proposals.StatusAccepted) {
		t.Errorf("the proposals are %s and %s", a, b)
	}
}

func TestAccept_leavesNoProposalBehindThatCameInMeanwhile(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	p := w.Propose(w.First, shift)
	var late []*proposalstest.Nurse
	for range 8 {
		late = append(late, w.AddNurse(w.Second, nil))
	}

	var all sync.WaitGroup
	for _, n := range late {
		all.Go(func() {
			d := w.Draft(w.Second, shift)
			d.WorkerID = n.Representation.ID
			if _, err := w.Submit(w.Second, d); err != nil && !errors.Is(err, proposals.ErrShiftClosed) {
				t.Errorf("submit: %v", err)
			}
		})
	}
	all.Go(func() {
		if _, err := w.Accept(w.Sam, p.ID); err != nil {
			t.Errorf("accept: %v", err)
		}
	})
	all.Wait()

	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		waiting, err := w.Proposals.Waiting(ctx, tx, []tenants.ID{shift.ID})
		if waiting[shift.ID] != 0 {
			t.Errorf("%d still wait on a filled shift", waiting[shift.ID])
		}
		return err
	})
}

func TestAccept_refusesOnesOwn(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	p := w.Propose(w.First, w.OpenShift())
	self := tenants.Actor{Kind: tenants.Person, ID: w.First.Nurse.Person.ID, Person: w.First.Nurse.Person.ID, Name: "Amara"}

	_, err := w.Accept(self, p.ID)

	if !errors.Is(err, proposals.ErrOwnRequest) || !fault.Is(err, fault.Forbidden) {
		t.Errorf("got %v", err)
	}
	if got := status(t, w, p.ID); got.Status != proposals.StatusSubmitted {
		t.Errorf("it is %s", got.Status)
	}
}

func TestAccept_refusesWhatWasTakenBackAndShiftsThatEnded(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	p := w.Propose(w.First, w.OpenShift())
	w.Run(w.First.Party, w.First.Consultant, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Proposals.Withdraw(ctx, tx, p.ID)
		return err
	})
	if _, err := w.Accept(w.Sam, p.ID); !errors.Is(err, proposals.ErrAnswered) || !strings.Contains(fault.Of(err).Text, "withdrawn by the agency") {
		t.Errorf("withdrawn: %v", err)
	}

	shift := w.OpenShift()
	p = w.Propose(w.First, shift)
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Proposals.CancelShift(ctx, tx, shift.ID, "Ward closed")
		return err
	})
	if _, err := w.Accept(w.Sam, p.ID); !errors.Is(err, shifts.ErrCancelled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestAccept_saysNothingOfWhereAWorkerIs(t *testing.T) {
	t.Parallel()
	w, elsewhere := proposalstest.Line(t), proposalstest.Line(t)
	there := elsewhere.Join(w.First, 1)
	shift := w.OpenShift()
	p := w.Propose(w.First, shift)
	elsewhere.Book(there, elsewhere.OpenShift())

	_, err := w.Accept(w.Sam, p.ID)

	if f := fault.Of(err); !errors.Is(err, proposals.ErrNotFree) || f.Kind != fault.Conflict || f.Text != proposals.ErrNotFree.Text {
		t.Errorf("got %v", err)
	}
	if got := w.Shift(shift.ID); got.Status != shifts.StatusOpen {
		t.Errorf("the shift is %s", got.Status)
	}
	if got := status(t, w, p.ID); got.Status != proposals.StatusSubmitted {
		t.Errorf("the proposal is %s", got.Status)
	}
}

func TestAccept_twoTrustsAtOnceBookAPersonOnce(t *testing.T) {
	t.Parallel()
	w, elsewhere := proposalstest.Line(t), proposalstest.Line(t)
	there := elsewhere.Join(w.First, 1)
	here, away := w.Propose(w.First, w.OpenShift()), elsewhere.Propose(there, elsewhere.OpenShift())
	errs := make([]error, 2)

	var both sync.WaitGroup
	both.Go(func() { _, errs[0] = w.Accept(w.Sam, here.ID) })
	both.Go(func() { _, errs[1] = elsewhere.Accept(elsewhere.Sam, away.ID) })
	both.Wait()

	refused := errs[0]
	if refused == nil {
		refused = errs[1]
	} else if errs[1] != nil {
		t.Fatalf("both were refused: %v and %v", errs[0], errs[1])
	}
	if !errors.Is(refused, proposals.ErrNotFree) {
		t.Errorf("the other: %v", refused)
	}
}

func TestDecline_givesTheAgencyTheReason(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	p := w.Propose(w.First, w.OpenShift())
	decline := func(code, note string) error {
		return w.Do(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Proposals.Decline(ctx, tx, p.ID, code, note)
			return err
		})
	}

	if err := decline("other", ""); !errors.Is(err, proposals.ErrInvalidDecline) {
		t.Errorf("without words: %v", err)
	}
	if err := decline("experience", "Theatre."); err != nil {
		t.Fatal(err)
	}

	got, err := w.Proposal(w.First.Party, p.ID)
	if err != nil || got.Status != proposals.StatusDeclined || got.DecisionReason != "The ward needs other experience. Theatre." {
		t.Errorf("the agency sees %+v, %v", got, err)
	}
	if names := told(t, w.First.ID); !slices.Contains(names, "proposals.declined") {
		t.Errorf("the agency hears %v", names)
	}
	if err := decline("cost", ""); !errors.Is(err, proposals.ErrAnswered) {
		t.Errorf("again: %v", err)
	}
}

func TestWithdraw_orAcceptButNotBoth(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	p := w.Propose(w.First, shift)
	var accepted, withdrawn error

	var both sync.WaitGroup
	both.Go(func() { _, accepted = w.Accept(w.Sam, p.ID) })
	both.Go(func() {
		withdrawn = w.Do(w.First.Party, w.First.Consultant, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Proposals.Withdraw(ctx, tx, p.ID)
			return err
		})
	})
	both.Wait()

	if (accepted == nil) == (withdrawn == nil) {
		t.Fatalf("accept: %v, withdraw: %v", accepted, withdrawn)
	}
	want := map[bool]proposals.Status{true: proposals.StatusAccepted, false: proposals.StatusWithdrawn}[accepted == nil]
	if got := status(t, w, p.ID); got.Status != want {
		t.Errorf("it is %s, want %s", got.Status, want)
	}
	if names := told(t, w.Trust.ID); withdrawn == nil && !slices.Contains(names, "proposals.withdrawn") {
		t.Errorf("the trust hears %v", names)
	}
}

func TestCompare_isForTheShiftsPage(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	dear := w.Propose(w.First, shift)
	senior := w.AddNurse(w.Second, func(f *workers.Facts) { f.Grade = "nurse-band-6" })
	cheap := w.Propose(w.Second, shift, func(d *proposals.Draft) {
		d.WorkerID, d.Commission = senior.Representation.ID, proposalstest.Commission.Sub(proposalstest.Commission)
	})

	var all []proposals.Compared
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) (err error) {
		all, err = w.Proposals.Compare(ctx, tx, shift.ID)
		return err
	})

	if len(all) != 2 || all[0].Proposal.ID != cheap.ID || !all[0].Best || all[1].Proposal.ID != dear.ID {
		t.Fatalf("got %+v", all)
	}
	if all[1].Over != dear.NetPence-cheap.NetPence || all[0].AgencyName == "" || all[0].UnderCard.Text() != "£3.50" || all[0].ChargeHour.IsZero() {
		t.Errorf("figures: %+v", all)
	}
}
