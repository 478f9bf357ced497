package bookings_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cards"
	"wardbridge/modules/proposals"
	"wardbridge/modules/proposals/proposalstest"
	"wardbridge/modules/rates"
	"wardbridge/modules/shifts"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// get reads a booking as one party sees it.
func get(w *proposalstest.World, me tenants.Party, id tenants.ID) (b bookings.Booking, err error) {
	err = w.Do(me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) (err error) {
		b, err = w.Bookings.Get(ctx, tx, id.String())
		return err
	})
	return b, err
}

func TestConfirm_copiesWhatWasAgreed(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()

	made := w.Book(w.First, shift)

	b, err := get(w, w.Trust, made.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !b.StartsAt.Equal(shift.StartsAt) || !b.EndsAt.Equal(shift.EndsAt) || b.BreakMinutes != 60 || b.WardID != w.Ward.ID || b.SiteID != w.Site.ID ||
		b.CostCentre != "E4107" || b.Notes != shift.Notes || b.Grade != proposalstest.Grade || b.PayRate != proposalstest.PayRate ||
		b.CardID != w.Card.ID || b.AgreementID != w.First.Agreement.ID || b.WorkerName != w.First.Nurse.Representation.Name {
		t.Errorf("got %+v", b)
	}
	if b.NetPence != b.Quote.Net || b.Quote.Minutes != 690 || len(b.Quote.Lines) == 0 {
		t.Errorf("price: %s of %+v", b.NetPence, b.Quote)
	}
	byRef := bookings.Booking{}
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) (err error) {
		byRef, err = w.Bookings.Get(ctx, tx, strings.ToLower(b.Ref))
		return err
	})
	if byRef.ID != b.ID {
		t.Errorf("reference %s finds %s", b.Ref, byRef.ID)
	}
}

func TestConfirm_showsEachSideItsOwn(t *testing.T) {
	t.Parallel()
	w, other := proposalstest.Line(t), proposalstest.Line(t)
	b := w.Book(w.First, w.OpenShift())

	agency, err := get(w, w.First.Party, b.ID)
	if err != nil || agency.CostCentre != "" || agency.ConfirmedBy != "" || agency.NetPence != b.NetPence {
		t.Errorf("the agency sees %+v, %v", agency, err)
	}
	nurse, err := get(w, w.First.Nurse.Person, b.ID)
	if err != nil || !nurse.Commission.IsZero() || nurse.NetPence != 0 || nurse.ProposalID != nil || nurse.PayRate != proposalstest.PayRate {
		t.Errorf("the nurse sees %+v, %v", nurse, err)
	}
	for name, me := range map[string]tenants.Party{"another agency": w.Second.Party, "another nurse": w.Second.Nurse.Person, "another trust": other.Trust} {
		if _, err := get(w, me, b.ID); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	lines := bookings.ChargeLines(&b.Quote, tenants.Worker)
	if len(lines) == 0 || slices.ContainsFunc(lines, func(l bookings.ChargeLine) bool { return l.Kind == "commission" || l.Kind == "employer_ni" }) {
		t.Errorf("a worker is told %+v", lines)
	}
}

func TestCancel_freesTheWorkerAndEndsTheShift(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	b := w.Book(w.First, shift)
	cancel := func() error {
		return w.Do(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Bookings.Cancel(ctx, tx, b.ID, "Ward closed")
			return err
		})
	}

	if err := cancel(); err != nil {
		t.Fatal(err)
	}

	if got := w.Shift(shift.ID); got.Status != shifts.StatusCancelled {
		t.Errorf("the shift is %s", got.Status)
	}
	if err := cancel(); !errors.Is(err, bookings.ErrEnded) && !errors.Is(err, shifts.ErrCancelled) {
		t.Errorf("again: %v", err)
	}
	again := w.Book(w.First, w.OpenShift()) // the same person, the same hours
	if again.WorkerID != b.WorkerID {
		t.Errorf("booked %+v", again)
	}
}

func TestCancel_isTooLateOnceItBegan(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	b := w.Book(w.First, w.OpenShift())
	noShow := func() error {
		return w.Do(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Bookings.NoShow(ctx, tx, b.ID, "Nobody came")
			return err
		})
	}
	if err := noShow(); !errors.Is(err, bookings.ErrNotStarted) {
		t.Errorf("no-show before the start: %v", err)
	}

	w.MoveTo(b.StartsAt.Add(time.Minute))

	err := w.Do(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Bookings.Cancel(ctx, tx, b.ID, "Ward closed")
		return err
	})
	if !errors.Is(err, bookings.ErrStarted) {
		t.Errorf("cancel after the start: %v", err)
	}
	if err := noShow(); err != nil {
		t.Fatal(err)
	}
	got, err := get(w, w.First.Party, b.ID)
	if err != nil || got.Status != bookings.StatusNoShow || got.EndedWhy != "Nobody came" {
		t.Errorf("the agency sees %+v, %v", got, err)
	}
}

func TestWorked_isSaidByTheTimesheetAndTwiceIsOnce(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	b := w.Book(w.First, w.OpenShift())

	for range 2 {
		w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error { return w.Bookings.Worked(ctx, tx, b.ID) })
	}

	if got, err := get(w, w.Trust, b.ID); err != nil || got.Status != bookings.StatusWorked {
		t.Errorf("got %+v, %v", got, err)
	}
}

// yesterday makes a shift that is entered after it was worked.
func yesterday(w *proposalstest.World, change ...func(*shifts.NewShift)) shifts.Shift {
	return w.OpenShift(append(change, proposalstest.On(proposalstest.Day(-1)))...)
}

func TestConfirmDirect_booksAKnownWorkerOnAShiftInThePast(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := yesterday(w)
	direct := func(d bookings.Direct) (b bookings.Booking, err error) {
		err = w.Do(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) (err error) {
			b, err = w.Bookings.ConfirmDirect(ctx, tx, d)
			return err
		})
		return b, err
	}
	d := bookings.Direct{ShiftID: shift.ID, AgencyID: w.First.ID, RegisterNumber: " " + strings.ToLower(w.First.Nurse.Representation.RegisterNumber),
		PayRate: proposalstest.PayRate, Commission: proposalstest.Commission}

	unknown := d
	unknown.RegisterNumber, unknown.WorkerID = "", w.First.Nurse.Person.ID
	if _, err := direct(unknown); !errors.Is(err, bookings.ErrWorkerUnknown) {
		t.Errorf("a person who was never here: %v", err)
	}
	b, err := direct(d)
	if err != nil {
		t.Fatal(err)
	}
	if !b.Direct() || b.WorkerID != w.First.Nurse.Person.ID || b.NetPence == 0 || b.AgreementID != w.First.Agreement.ID || w.Shift(shift.ID).Status != shifts.StatusFilled {
		t.Errorf("booked %+v", b)
	}
	_, err = direct(d)
	if f := fault.Of(err); !errors.Is(err, bookings.ErrShiftFilled) || !strings.HasPrefix(f.Text, "Sam booked a worker at ") {
		t.Errorf("a second time: %v", err)
	}

	known := unknown
	known.ShiftID = yesterday(w, func(n *shifts.NewShift) {
		n.Times.Start, n.Times.End = civil.MustClock("20:00"), civil.MustClock("23:00")
	}).ID
	if _, err := direct(known); err != nil {
		t.Errorf("a person who has been here: %v", err)
	}
}

func TestConfirmDirect_refuses(t *testing.T) {
	t.Parallel()
	w, other := proposalstest.Line(t), proposalstest.Line(t)
	past, ahead := yesterday(w), w.OpenShift()
	doctor := w.AddNurse(w.First, func(f *workers.Facts) {
		f.StaffGroup, f.Grade, f.RegisterBody, f.RegisterNumber = "medical", "st3", "GMC", "7"+f.RegisterNumber[3:7]+"44"
	})
	good := bookings.Direct{ShiftID: past.ID, AgencyID: w.First.ID, RegisterNumber: w.First.Nurse.Representation.RegisterNumber,
		PayRate: proposalstest.PayRate, Commission: proposalstest.Commission}
	self := tenants.Actor{Kind: tenants.Person, Person: w.First.Nurse.Person.ID, Name: "Amara"}

	for _, c := range []struct {
		name   string
		who    tenants.Actor
		change func(*bookings.Direct)
		want   error
	}{
		{"a shift ahead", w.Sam, func(d *bookings.Direct) { d.ShiftID = ahead.ID }, bookings.ErrNotPast},
		{"a shift of nobody", w.Sam, func(d *bookings.Direct) { d.ShiftID = tenants.NewID() }, fault.ErrNotFound},
		{"an unknown number", w.Sam, func(d *bookings.Direct) { d.RegisterNumber = "00A0000E" }, bookings.ErrWorkerUnknown},
		{"a number and a person", w.Sam, func(d *bookings.Direct) { d.WorkerID = w.Second.Nurse.Person.ID }, bookings.ErrWorkerTwice},
		{"no number at all", w.Sam, func(d *bookings.Direct) { d.RegisterNumber = "" }, bookings.ErrWorkerUnknown},
		{"another agency's worker", w.Sam, func(d *bookings.Direct) { d.RegisterNumber = w.Second.Nurse.Representation.RegisterNumber }, bookings.ErrWorkerUnknown},
		{"an agency without an agreement", w.Sam, func(d *bookings.Direct) {
			d.AgencyID, d.RegisterNumber = other.First.ID, other.First.Nurse.Representation.RegisterNumber
		}, bookings.ErrWorkerUnknown},
		{"a doctor for a nurse", w.Sam, func(d *bookings.Direct) { d.RegisterNumber = doctor.Representation.RegisterNumber }, bookings.ErrWorkerGroup},
		{"pay above the card", w.Sam, func(d *bookings.Direct) { d.PayRate = money.MustRate("22.51") }, bookings.ErrPayAboveCard},
		{"oneself", self, func(*bookings.Direct) {}, bookings.ErrOwnRequest},
	} {
		d := good
		c.change(&d)
		err := w.Do(w.Trust, c.who, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Bookings.ConfirmDirect(ctx, tx, d)
			return err
		})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestConfirmDirect_takesParityPayAfterTheQualifyingWeeks(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	w.PayAfter12("20.00", "22.00")
	direct := func(week int) error {
		shift := w.OpenShift(proposalstest.InWeek(week))
		return w.Do(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Bookings.ConfirmDirect(ctx, tx, bookings.Direct{ShiftID: shift.ID, AgencyID: w.First.ID, WorkerID: w.First.Nurse.Person.ID,
				PayRate: money.MustRate("21.00"), Commission: proposalstest.Commission})
			return err
		})
	}
	w.Weekly(w.First, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
	w.MoveTo(proposalstest.Start.AddDate(0, 0, 7*13))

	if err := direct(12); !errors.Is(err, bookings.ErrPayAboveCard) {
		t.Errorf("in the twelfth week: %v", err)
	}
	w.Book(w.First, w.OpenShift(proposalstest.InWeek(14))) // ahead, and so of no account for a week before it
	if err := direct(13); !errors.Is(err, bookings.ErrPayAboveCard) {
		t.Errorf("in the thirteenth week, with eleven completed: %v", err)
	}
	w.MoveTo(proposalstest.Start.AddDate(0, 0, 7*15))
	if err := direct(15); err != nil {
		t.Errorf("with twelve completed: %v", err)
	}
}

func TestConfirmDirect_isPricedWithTheRestOfTheWeek(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		terms := w.First.Agreement.Terms()
		terms.OnCosts = agencies.Weekly
		_, err := w.Agencies.Update(ctx, tx, w.First.Agreement.ID, w.First.Agreement.Version, terms)
		return err
	})
	first := w.Book(w.First, w.OpenShift())
	w.MoveTo(proposalstest.Start.AddDate(0, 0, 4))
	shift := w.OpenShift(proposalstest.On(proposalstest.Day(3)))

	var b bookings.Booking
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) (err error) {
		b, err = w.Bookings.ConfirmDirect(ctx, tx, bookings.Direct{ShiftID: shift.ID, AgencyID: w.First.ID, WorkerID: w.First.Nurse.Person.ID, PayRate: proposalstest.PayRate, Commission: proposalstest.Commission})
		return err
	})

	// Twice 11.5 hours at £19.00 are £437.00, with 12.07% holiday £489.75; National
	// Insurance is 15% of what lies above £96, once in the week.
	ni := func(b *bookings.Booking) money.Pence { return b.Quote.Sum(rates.EmployerNI) }
	if got := ni(&first) + ni(&b); got != 5906 {
		t.Errorf("the week's National Insurance is %s and %s, want £59.06 of both", ni(&first), ni(&b))
	}
}

func TestConfirmDirect_isAtTheTierOfTheAgency(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Cards.Publish(ctx, tx, cards.NewCard{Name: "Nursing", ValidFrom: civil.MustDate("2026-11-01"), Source: "Board paper 13", Lines: []cards.NewLine{{
			Grade: proposalstest.Grade, PayMax: money.MustRate("20.00"), CommissionMax: proposalstest.CommissionMax, TierUplifts: []cards.Uplift{{Tier: 2, Share: money.MustFactor("0.05")}}}}})
		return err
	})
	behind := w.AddSupplier(2)
	direct := func(s *proposalstest.Supplier) error {
		shift := yesterday(w)
		return w.Do(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Bookings.ConfirmDirect(ctx, tx, bookings.Direct{ShiftID: shift.ID, AgencyID: s.ID, RegisterNumber: s.Nurse.Representation.RegisterNumber,
				PayRate: money.MustRate("21.00"), Commission: proposalstest.Commission})
			return err
		})
	}

	if err := direct(w.First); !errors.Is(err, bookings.ErrPayAboveCard) {
		t.Errorf("in tier 1: %v", err)
	}
	if err := direct(behind); err != nil {
		t.Errorf("in tier 2, which the card pays 5%% more: %v", err)
	}
}

func TestList_isInOrderOfStartAndPerSide(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	var want []tenants.ID
	for day := 2; day <= 6; day++ {
		s := w.First
		if day%2 == 1 {
			s = w.Second
		}
		want = append(want, w.Book(s, w.OpenShift(proposalstest.On(proposalstest.Day(day)))).ID)
	}
	list := func(me tenants.Party, f bookings.Filter) (seen []tenants.ID) {
		for {
			w.Run(me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
				rows, next, err := w.Bookings.List(ctx, tx, f)
				for _, b := range rows {
					seen = append(seen, b.ID)
				}
				f.Cursor = next
				return err
			})
			if f.Cursor == paging.Cursor("") {
				return seen
			}
		}
	}

	if got := list(w.Trust, bookings.Filter{Limit: 2}); !slices.Equal(got, want) {
		t.Errorf("the trust sees %v, want %v", got, want)
	}
	if got := list(w.Second.Party, bookings.Filter{}); !slices.Equal(got, []tenants.ID{want[1], want[3]}) {
		t.Errorf("the second agency sees %v", got)
	}
	if got := list(w.First.Nurse.Person, bookings.Filter{Limit: 1}); !slices.Equal(got, []tenants.ID{want[0], want[2], want[4]}) {
		t.Errorf("the nurse sees %v", got)
	}
	narrow := bookings.Filter{From: proposalstest.Day(3), To: proposalstest.Day(4), Status: bookings.StatusConfirmed, Site: w.Site.ID, Ward: w.Ward.ID,
		StaffGroup: "nursing", Grade: proposalstest.Grade}
	if got := list(w.Trust, narrow); !slices.Equal(got, want[1:3]) {
		t.Errorf("two days: %v, want %v", got, want[1:3])
	}
	narrow.Agency = w.First.ID
	if got := list(w.Trust, narrow); !slices.Equal(got, want[2:3]) {
		t.Errorf("of one agency: %v", got)
	}
}

func TestConfirm_keepsAPersonInOnePlace(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	p := w.Propose(w.First, w.OpenShift())
	overlapping := w.OpenShift(func(n *shifts.NewShift) {
		n.Times.Start, n.Times.End = civil.MustClock("19:00"), civil.MustClock("23:00")
	})
	q := w.Propose(w.First, overlapping)
	adjoining := w.Propose(w.First, w.OpenShift(func(n *shifts.NewShift) {
		n.Times.Start, n.Times.End = civil.MustClock("19:30"), civil.MustClock("23:00")
	}))

	if _, err := w.Accept(w.Sam, p.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Accept(w.Sam, q.ID); !errors.Is(err, proposals.ErrNotFree) {
		t.Errorf("half an hour over: %v", err)
	}
	if _, err := w.Accept(w.Sam, adjoining.ID); err != nil {
		t.Errorf("straight after: %v", err)
	}
}
