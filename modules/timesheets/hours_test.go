package timesheets_test

import (
	"errors"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/timesheets/timesheetstest"
)

func clock(s string) civil.Clock { return civil.MustClock(s) }

func TestWall_endsOnTheNextDayWhenTheEndIsNotLater(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, date, from, to, start, end string }{
		{"a long day", "2026-11-24", "07:00", "19:30", "2026-11-24 07:00", "2026-11-24 19:30"},
		{"a night", "2026-11-24", "19:30", "08:00", "2026-11-24 19:30", "2026-11-25 08:00"},
		{"a whole day", "2026-11-24", "08:00", "08:00", "2026-11-24 08:00", "2026-11-25 08:00"},
		{"into the night of the change", "2026-10-24", "20:00", "08:00", "2026-10-24 20:00", "2026-10-25 08:00"},
		{"out of the day of the change", "2026-10-25", "20:00", "01:30", "2026-10-25 20:00", "2026-10-26 01:30"},
		{"out of the day of the other change", "2026-03-29", "20:00", "01:30", "2026-03-29 20:00", "2026-03-30 01:30"},
	} {
		w := timesheets.Wall{Date: civil.MustDate(c.date), Start: clock(c.from), End: clock(c.to)}

		h, err := w.Hours()

		if err != nil || !h.Start.Equal(timesheetstest.At(t, c.start)) || !h.End.Equal(timesheetstest.At(t, c.end)) {
			t.Errorf("%s: %v to %v, %v", c.name, h.Start, h.End, err)
		}
	}
}

func TestWall_asksWhichOfTwoEqualTimesIsMeant(t *testing.T) {
	t.Parallel()
	w := timesheets.Wall{Date: civil.MustDate("2026-10-24"), Start: clock("20:00"), End: clock("01:30")}

	_, err := w.Hours()

	f := fault.Of(err)
	if !errors.Is(err, civil.ErrAmbiguous) || len(f.Fields) != 1 || f.Fields[0].Name != "ends_at" {
		t.Fatalf("got %v with %+v", err, f.Fields)
	}
	for fold, minutes := range map[civil.Fold]int{civil.First: 330, civil.Second: 390} {
		w.EndFold = fold
		h, err := w.Hours()
		if err != nil || h.Minutes() != minutes {
			t.Errorf("fold %v: %d minutes, %v; want %d", fold, h.Minutes(), err, minutes)
		}
	}
	inside := timesheets.Wall{Date: civil.MustDate("2026-10-25"), Start: clock("00:30"), End: clock("01:30")}
	if _, err := inside.Hours(); !errors.Is(err, civil.ErrAmbiguous) {
		t.Errorf("a shift that ends on the same morning: %v", err)
	}
}

func TestWall_refusesATimeThatDoesNotHappen(t *testing.T) {
	t.Parallel()
	w := timesheets.Wall{Date: civil.MustDate("2026-03-28"), Start: clock("20:00"), End: clock("01:30")}

	_, err := w.Hours()

	if !errors.Is(err, civil.ErrSkipped) {
		t.Errorf("got %v", err)
	}
}

func TestWall_resolvesBreaksInsideTheWork(t *testing.T) {
	t.Parallel()
	w := timesheets.Wall{Date: civil.MustDate("2026-11-24"), Start: clock("20:00"), End: clock("08:00"),
		Breaks: []timesheets.WallBreak{{Start: clock("23:45"), End: clock("00:15")}, {Start: clock("04:00"), End: clock("04:30")}}}

	h, err := w.Hours()

	if err != nil || len(h.Breaks) != 2 {
		t.Fatalf("%+v, %v", h, err)
	}
	if b := h.Breaks[0]; !b.StartsAt.Equal(timesheetstest.At(t, "2026-11-24 23:45")) || !b.EndsAt.Equal(timesheetstest.At(t, "2026-11-25 00:15")) {
		t.Errorf("first break %v to %v", b.StartsAt, b.EndsAt)
	}
	if b := h.Breaks[1]; !b.StartsAt.Equal(timesheetstest.At(t, "2026-11-25 04:00")) {
		t.Errorf("second break from %v", b.StartsAt)
	}
}

func TestHours_needAReasonOverFifteenMinutesFromPlan(t *testing.T) {
	t.Parallel()
	plan := timesheets.Hours{Start: timesheetstest.At(t, "2026-11-24 07:00"), End: timesheetstest.At(t, "2026-11-24 19:30"), BreakMinutes: 60}
	for _, c := range []struct {
		name, start, end string
		minutes          int
		want             bool
	}{
		{"as planned", "07:00", "19:30", 60, false},
		{"fifteen over", "07:00", "19:45", 60, false},
		{"sixteen over", "07:00", "19:46", 60, true},
		{"sixteen early", "06:44", "19:30", 60, true},
		{"sixteen under", "07:00", "19:14", 60, true},
		{"half the break", "07:00", "19:30", 30, true},
		{"a shift later, as long", "07:20", "19:50", 60, true},
	} {
		h := timesheets.Hours{Start: timesheetstest.At(t, "2026-11-24 "+c.start), End: timesheetstest.At(t, "2026-11-24 "+c.end), BreakMinutes: c.minutes}
		if got := h.NeedsReason(plan); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
