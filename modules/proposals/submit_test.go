package proposals_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/proposals"
	"wardbridge/modules/proposals/proposalstest"
	"wardbridge/modules/shifts"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

// refusedAt asserts a refusal that names one box.
func refusedAt(t *testing.T, err error, want error, box, code string) *fault.Fault {
	t.Helper()
	f := fault.Of(err)
	if !errors.Is(err, want) || len(f.Fields) == 0 || f.Fields[0].Name != box || code != "" && f.Fields[0].Code != code {
		t.Errorf("got %v with fields %+v, want %v at %s (%s)", err, f.Fields, want, box, code)
	}
	return f
}

func TestSubmit_copiesTheWorkerAndThePrice(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()

	p := w.Propose(w.First, shift, func(d *proposals.Draft) { d.Note = " Knows the ward. " })

	got, err := w.Proposal(w.Trust, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	nurse := w.First.Nurse.Representation
	if got.WorkerName != nurse.Name || got.RegisterNumber != nurse.RegisterNumber || got.RegisterBody != "NMC" || got.Grade != proposalstest.Grade ||
		got.WorkerID != w.First.Nurse.Person.ID || got.Tier != 1 || got.SubmittedBy != "Carla" || got.Status != proposals.StatusSubmitted || got.Note != "Knows the ward." {
		t.Errorf("the trust sees %+v", got)
	}
	if got.Minutes != 690 || got.NetPence == 0 || got.Quote.Net != got.NetPence || len(got.Quote.Lines) == 0 || got.Quote.Lines[0].Rows[0].Source == "" {
		t.Errorf("price: %d minutes, %s, lines %+v", got.Minutes, got.NetPence, got.Quote.Lines)
	}
	if got.PayMax != proposalstest.PayMax || got.CardID != w.Card.ID || got.AgreementID != w.First.Agreement.ID {
		t.Errorf("card and agreement: %+v", got)
	}
	if letters, _, _ := strings.Cut(shift.Ref, "-"); !strings.HasPrefix(got.Ref, letters+"-P") {
		t.Errorf("reference %s for shift %s", got.Ref, shift.Ref)
	}
	byRef, err := w.Proposal(w.First.Party, p.ID)
	if err != nil || byRef.Ref != got.Ref {
		t.Errorf("the agency sees %+v, %v", byRef, err)
	}
}

func TestSubmit_happensAtTheEmployersTime(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()

	p := w.Propose(w.First, shift)

	if late := p.SubmittedAt.Sub(proposalstest.Start); late < 0 || late > 10*time.Minute {
		t.Errorf("sent at %s, the trust's clock began at %s", p.SubmittedAt, proposalstest.Start)
	}
}

func TestSubmit_needsALiveRelease(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	other := proposalstest.Line(t)
	shift := w.OpenShift()

	if _, err := w.Submit(other.First, w.Draft(other.First, shift)); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("an agency that was never told: %v", err)
	}

	w.Book(w.Second, shift)
	_, err := w.Submit(w.First, w.Draft(w.First, shift))
	if f := fault.Of(err); !errors.Is(err, proposals.ErrShiftClosed) || f.Kind != fault.Conflict || f.Text != "This shift was filled." {
		t.Errorf("a filled shift: %v", err)
	}
}

func TestSubmit_takesItsOwnConfirmedWorkersAlone(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()

	d := w.Draft(w.First, shift)
	d.WorkerID = w.Second.Nurse.Representation.ID
	_, err := w.Submit(w.First, d)
	_ = refusedAt(t, err, proposals.ErrWorker, "worker_id", "worker_unknown")

	unconfirmed := workers.Facts{Name: "Not Yet", StaffGroup: "nursing", Grade: proposalstest.Grade, RegisterBody: "NMC", RegisterNumber: "99L9999W",
		BornOn: w.First.Nurse.Representation.BornOn}
	var r workers.Representation
	w.Run(w.First.Party, w.First.Consultant, func(ctx context.Context, tx *tenants.Tx) (err error) {
		r, err = w.Workers.Represent(ctx, tx, unconfirmed)
		return err
	})
	d.WorkerID = r.ID
	_, err = w.Submit(w.First, d)
	_ = refusedAt(t, err, proposals.ErrWorker, "worker_id", "worker_confirmed")

	archived := w.AddNurse(w.First, nil)
	w.Run(w.First.Party, w.First.Consultant, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Workers.Archive(ctx, tx, archived.Representation.ID)
		return err
	})
	d.WorkerID = archived.Representation.ID
	_, err = w.Submit(w.First, d)
	_ = refusedAt(t, err, proposals.ErrWorker, "worker_id", "worker_archived")
}

func TestSubmit_wantsTheStaffGroupAndAGradeThatCoversTheShift(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	band6 := func(n *shifts.NewShift) { n.Grade = "nurse-band-6" }

	_, err := w.Submit(w.First, w.Draft(w.First, w.OpenShift(band6)))
	_ = refusedAt(t, err, proposals.ErrWorker, "worker_id", "worker_grade")

	doctor := w.AddNurse(w.First, func(f *workers.Facts) {
		f.StaffGroup, f.Grade, f.RegisterBody, f.RegisterNumber = "medical", "st3", "GMC", "7"+f.RegisterNumber[3:7]+"31"
	})
	shift := w.OpenShift()
	d := w.Draft(w.First, shift)
	d.WorkerID = doctor.Representation.ID
	_, err = w.Submit(w.First, d)
	_ = refusedAt(t, err, proposals.ErrWorker, "worker_id", "worker_staff_group")

	senior := w.AddNurse(w.First, func(f *workers.Facts) { f.Grade = "nurse-band-6" })
	d.WorkerID = senior.Representation.ID
	p, err := w.Submit(w.First, d)
	if err != nil || p.Grade != "nurse-band-6" || p.PayMax != proposalstest.PayMax {
		t.Errorf("a higher grade: %v, %+v", err, p)
	}
}

func TestSubmit_saysThatAPersonIsNotFreeInOneSentence(t *testing.T) {
	t.Parallel()
	w, elsewhere := proposalstest.Line(t), proposalstest.Line(t)
	there := elsewhere.Join(w.First, 1)
	elsewhere.Book(there, elsewhere.OpenShift())
	shift := w.OpenShift()

	_, err := w.Submit(w.First, w.Draft(w.First, shift))
	booked := refusedAt(t, err, proposals.ErrNotFree, "worker_id", "worker_not_free")

	rival := *w.AddNurse(w.Second, nil) // represented by two agencies
	w.Represent(w.First, &rival, workers.Facts{Name: rival.Representation.Name, StaffGroup: "nursing", Grade: proposalstest.Grade,
		RegisterBody: "NMC", RegisterNumber: rival.Representation.RegisterNumber, BornOn: rival.Representation.BornOn})
	d := w.Draft(w.First, shift)
	d.WorkerID = rival.Representation.ID
	if _, err := w.Submit(w.First, d); err != nil {
		t.Fatal(err)
	}
	var second tenants.ID
	w.Run(w.Second.Party, w.Second.Consultant, func(ctx context.Context, tx *tenants.Tx) error {
		all, _, err := w.Workers.List(ctx, tx, workers.Filter{Q: rival.Representation.RegisterNumber})
		second = all[0].ID
		return err
	})
	d.WorkerID = second
	_, err = w.Submit(w.Second, d)
	proposed := refusedAt(t, err, proposals.ErrNotFree, "worker_id", "worker_not_free")

	if booked.Text != proposed.Text || booked.Kind != proposed.Kind {
		t.Errorf("two sentences: %q and %q", booked.Text, proposed.Text)
	}
}

func TestSubmit_tellsAnAgencyOfItsOwnProposal(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	p := w.Propose(w.First, shift)

	_, err := w.Submit(w.First, w.Draft(w.First, shift))
	_ = refusedAt(t, err, proposals.ErrAlreadyProposed, "worker_id", "worker_already_proposed")

	w.Run(w.First.Party, w.First.Consultant, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Proposals.Withdraw(ctx, tx, p.ID)
		return err
	})
	if _, err := w.Submit(w.First, w.Draft(w.First, shift)); err != nil {
		t.Errorf("after taking it back: %v", err)
	}
}

func TestSubmit_takesSeveralWorkersForOneShift(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	more := w.AddNurse(w.First, nil)

	w.Propose(w.First, shift)
	w.Propose(w.First, shift, func(d *proposals.Draft) { d.WorkerID = more.Representation.ID })
	w.Propose(w.Second, shift)

	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		waiting, err := w.Proposals.Waiting(ctx, tx, []tenants.ID{shift.ID})
		if waiting[shift.ID] != 3 {
			t.Errorf("%d wait, want 3", waiting[shift.ID])
		}
		return err
	})
}

func TestSubmit_refusesRatesAboveTheCardAndNamesTheMaximum(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	d := w.Draft(w.First, shift)

	d.PayRate = money.MustRate("22.5001")
	_, err := w.Submit(w.First, d)
	f := refusedAt(t, err, proposals.ErrPayAboveCard, "pay_rate", "pay_rate_above_card")
	if f.Kind != fault.Invalid || !strings.Contains(f.Fields[0].Text, "£22.50") {
		t.Errorf("says %+v", f)
	}

	d.PayRate, d.Commission = proposalstest.PayMax, money.MustRate("3.01")
	_, err = w.Submit(w.First, d)
	f = refusedAt(t, err, proposals.ErrFeeAboveCard, "commission", "commission_above_card")
	if !strings.Contains(f.Fields[0].Text, "£3.00") {
		t.Errorf("says %+v", f)
	}

	d.Commission = proposalstest.CommissionMax
	if _, err := w.Submit(w.First, d); err != nil {
		t.Errorf("at both maxima: %v", err)
	}
}

func TestPreview_answersWhatSubmitWouldAndWritesNothing(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	preview := func(d proposals.Draft) (a proposals.Assessment) {
		w.Run(w.First.Party, w.First.Consultant, func(ctx context.Context, tx *tenants.Tx) (err error) {
			a, err = w.Proposals.Preview(ctx, tx, d)
			return err
		})
		return a
	}

	a := preview(w.Draft(w.First, shift))
	if a.Refusal != nil || a.Answer == nil || len(a.Ticks) != 6 || a.Card.PayMax != proposalstest.PayMax {
		t.Fatalf("got %+v", a)
	}
	p := w.Propose(w.First, shift)
	if p.NetPence != a.Answer.Quote.Net {
		t.Errorf("shown %s, sent %s", a.Answer.Quote.Net, p.NetPence)
	}
	if again := preview(w.Draft(w.First, shift)); !errors.Is(again.Refusal, proposals.ErrAlreadyProposed) || again.Answer == nil {
		t.Errorf("once it is sent: %v", again.Refusal)
	}
	d := w.Draft(w.First, shift)
	d.PayRate = money.Rate{}
	d.WorkerID = w.AddNurse(w.First, nil).Representation.ID
	empty := preview(d)
	_ = refusedAt(t, empty.Refusal, proposals.ErrRate, "pay_rate", "missing")
	if empty.Answer != nil || empty.Card.PayMax != proposalstest.PayMax {
		t.Errorf("without a rate: %+v", empty)
	}
}

func TestCandidates_putsThoseWhoMayBeProposedFirst(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift(func(n *shifts.NewShift) { n.Grade = "nurse-band-6" })
	senior := w.AddNurse(w.First, func(f *workers.Facts) { f.Name, f.Grade = "Zelda Last", "nurse-band-6" })

	var all []proposals.Candidate
	w.Run(w.First.Party, w.First.Consultant, func(ctx context.Context, tx *tenants.Tx) (err error) {
		all, err = w.Proposals.Candidates(ctx, tx, shift.ID)
		return err
	})

	if len(all) != 2 || all[0].Worker.ID != senior.Representation.ID || !all[0].OK || all[1].OK {
		t.Fatalf("got %+v", all)
	}
	for _, tick := range all[1].Ticks {
		if tick.OK == (tick.Code == "grade") {
			t.Errorf("tick %+v", tick)
		}
	}
}
