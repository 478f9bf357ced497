package timesheets_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/fault"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/bookings"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/timesheets/timesheetstest"
	"wardbridge/tenants"
)

// longDay is a planned shift of 11 h 30 m paid, over by the time of the tests.
var longDay = timesheetstest.Booked{Start: "2026-10-26 07:30", End: "2026-10-26 20:00", BreakMinutes: 60, Pay: "20.00", Commission: "2.00"}

const afterwards = "2026-11-02 09:00"

func hours(t *testing.T, start, end string, minutes int) timesheets.Hours {
	t.Helper()
	return timesheets.Hours{Start: timesheetstest.At(t, start), End: timesheetstest.At(t, end), BreakMinutes: minutes}
}

func TestSubmit_takesTheWorkersHours(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	sheet := l.Opened(t, longDay)

	sent, err := l.Submit(t, sheet, hours(t, "2026-10-26 07:30", "2026-10-26 20:30", 60), " The handover took longer. ")

	if err != nil {
		t.Fatal(err)
	}
	if sent.Status != timesheets.StatusSubmitted || sent.Difference() != 30 || sent.WorkerNote != "The handover took longer." || sent.SubmittedBy != l.Worker.ID {
		t.Errorf("sent %+v", sent)
	}
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		seen, err := l.Timesheets.Get(ctx, tx, sheet.Ref)
		if err == nil && (seen.Status != timesheets.StatusSubmitted || seen.Difference() != 30 || seen.CostCentre != "004711") {
			t.Errorf("the employer reads %+v", seen)
		}
		return err
	})
	if _, err := l.Submit(t, sheet, sheet.Plan(), ""); !errors.Is(err, timesheets.ErrSubmitted) {
		t.Errorf("a second time: %v", err)
	}
}

func TestSubmit_refusesHoursThatCannotBe(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, "2026-10-26 21:00")
	sheet := l.Opened(t, longDay)
	at := func(s string) time.Time { return timesheetstest.At(t, s) }
	withBreak := func(from, to string) timesheets.Hours {
		h := sheet.Plan()
		h.BreakMinutes, h.Breaks = 0, []timesheets.Break{{StartsAt: at(from), EndsAt: at(to)}}
		return h
	}
	seconds := sheet.Plan()
	seconds.End = seconds.End.Add(time.Second)
	differs := withBreak("2026-10-26 12:00", "2026-10-26 13:00")
	differs.BreakMinutes = 30
	for _, c := range []struct {
		name string
		h    timesheets.Hours
		note string
		want *fault.Fault
		box  string
	}{
		{"end before start", hours(t, "2026-10-26 07:30", "2026-10-26 07:00", 0), "why", timesheets.ErrEndBeforeStart, "ends_at"},
		{"break as long as the work", hours(t, "2026-10-26 07:30", "2026-10-26 08:30", 60), "why", timesheets.ErrBreakTooLong, "break_minutes"},
		{"another day", hours(t, "2026-10-24 07:30", "2026-10-24 20:00", 60), "why", timesheets.ErrFarFromPlan, "starts_at"},
		{"not over yet", hours(t, "2026-10-26 07:30", "2026-10-26 21:30", 60), "why", timesheets.ErrFuture, "ends_at"},
		{"break before the work", withBreak("2026-10-26 07:00", "2026-10-26 08:00"), "why", timesheets.ErrBreakOutside, "breaks"},
		{"break after the work", withBreak("2026-10-26 19:30", "2026-10-26 20:30"), "why", timesheets.ErrBreakOutside, "breaks"},
		{"minutes other than the breaks", differs, "why", timesheets.ErrBreakDiffers, "break_minutes"},
		{"seconds", seconds, "why", timesheets.ErrSeconds, "ends_at"},
		{"over plan without a reason", hours(t, "2026-10-26 07:30", "2026-10-26 20:30", 60), "  ", timesheets.ErrReasonNeeded, "note"},
		{"a long note", hours(t, "2026-10-26 07:30", "2026-10-26 20:00", 60), strings.Repeat("a", 301), timesheets.ErrNoteTooLong, "note"},
	} {
		_, err := l.Submit(t, sheet, c.h, c.note)
		f := fault.Of(err)
		if !errors.Is(err, c.want) || len(f.Fields) != 1 || f.Fields[0].Name != c.box {
			t.Errorf("%s: %v at %+v, want %s at %s", c.name, err, f.Fields, c.want.Code, c.box)
		}
	}
	if f := fault.Of(errOf(l.Submit(t, sheet, hours(t, "2026-10-26 07:30", "2026-10-26 20:30", 60), ""))); f.Text != "Over plan: reason needed" {
		t.Errorf("the reason is asked for with %q", f.Text)
	}
}

func errOf(_ timesheets.Timesheet, err error) error { return err }

func TestSubmit_takesRecordedBreaks(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	sheet := l.Opened(t, longDay)
	h := sheet.Plan()
	h.BreakMinutes = 0
	h.Breaks = []timesheets.Break{
		{StartsAt: timesheetstest.At(t, "2026-10-26 17:00"), EndsAt: timesheetstest.At(t, "2026-10-26 17:20")},
		{StartsAt: timesheetstest.At(t, "2026-10-26 12:00"), EndsAt: timesheetstest.At(t, "2026-10-26 12:30")},
	}

	sent, err := l.Submit(t, sheet, h, "")

	if err != nil || *sent.BreakMinutes != 50 || !sent.Breaks[0].StartsAt.Before(sent.Breaks[1].StartsAt) {
		t.Errorf("%+v, %v", sent, err)
	}
}

func TestSubmit_refusesHoursOverAnotherTimesheetHere(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	first := l.Submitted(t, longDay)
	evening := longDay
	evening.Start, evening.End = "2026-10-26 20:00", "2026-10-27 08:00"
	second := l.Opened(t, evening)

	_, err := l.Submit(t, second, hours(t, "2026-10-26 19:50", "2026-10-27 08:00", 60), "")

	if !errors.Is(err, timesheets.ErrOverlap) || !strings.Contains(fault.Of(err).Text, first.Ref) {
		t.Errorf("got %v", err)
	}
	if _, err := l.Submit(t, second, second.Plan(), ""); err != nil {
		t.Errorf("back to back: %v", err)
	}
}

func TestSubmit_isTheWorkersAlone(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	sheet := l.Opened(t, longDay)
	other := pgtest.Worker(t)
	for name, c := range map[string]struct {
		me   tenants.Party
		who  tenants.Actor
		want *fault.Fault
	}{
		"another worker":                {other, timesheetstest.Self(other), fault.ErrNotFound},
		"the agency":                    {l.Agency, timesheetstest.Person(t, "Leon Achebe"), timesheets.ErrNotWorker},
		"the employer":                  {l.Employer, l.Manager, timesheets.ErrNotWorker},
		"somebody else as the worker":   {l.Worker, l.Manager, timesheets.ErrNotWorker},
		"a key that is bound to nobody": {l.Worker, tenants.Actor{Kind: tenants.Key}, timesheets.ErrNotWorker},
	} {
		err := l.Try(t, c.me, c.who, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := l.Timesheets.Submit(ctx, tx, sheet.ID, sheet.Plan(), "")
			return err
		})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want.Code)
		}
	}
}

func TestOpen_happensAtTheEndOfTheShiftOnTheEmployersClock(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, "2026-10-26 19:00")
	booking := l.Book(t, longDay)
	if err := l.Queue.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	settle := func() {
		t.Helper()
		if err := l.Queue.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	l.As(t, l.Employer, l.Manager, func(_ context.Context, tx *tenants.Tx) error {
		return tx.Emit(bookings.Confirmed{Parties: bookings.Parties{Booking: booking, Tenant: l.Employer.ID, Agency: l.Agency.ID, Worker: l.Worker.ID}})
	})
	settle()
	if n := count(t, l); n != 0 {
		t.Fatalf("%d timesheets are open during the shift", n)
	}

	l.Clock(t, "2026-10-26 20:00")
	settle()

	if n := count(t, l); n != 1 {
		t.Errorf("%d timesheets are open after the shift, want 1", n)
	}
}

func TestOpen_happensAtOnceForAShiftInThePast(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	booking := l.Book(t, longDay)
	if err := l.Queue.Work(t.Context()); err != nil {
		t.Fatal(err)
	}

	for range 2 {
		l.As(t, l.Employer, l.Manager, func(_ context.Context, tx *tenants.Tx) error {
			return tx.Emit(bookings.Confirmed{Parties: bookings.Parties{Booking: booking, Tenant: l.Employer.ID, Agency: l.Agency.ID, Worker: l.Worker.ID}})
		})
	}

	if err := l.Queue.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, l); n != 1 {
		t.Errorf("%d timesheets, want 1", n)
	}
}

func TestDrop_leavesNothingToRecordForABookingNotAttended(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	sheet := l.Opened(t, longDay)
	if err := l.Queue.Work(t.Context()); err != nil {
		t.Fatal(err)
	}

	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := l.Bookings.NoShow(ctx, tx, sheet.BookingID, "Nobody came.")
		return err
	})
	if err := l.Queue.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}

	if _, err := l.Submit(t, sheet, sheet.Plan(), ""); !errors.Is(err, timesheets.ErrDropped) {
		t.Errorf("hours of a shift not attended: %v", err)
	}
	if n := count(t, l); n != 0 {
		t.Errorf("%d timesheets are listed", n)
	}
}

func count(t *testing.T, l *timesheetstest.Line) (n int) {
	t.Helper()
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		totals, err := l.Timesheets.Totals(ctx, tx, timesheets.Filter{})
		n = totals.Timesheets
		return err
	})
	return n
}
