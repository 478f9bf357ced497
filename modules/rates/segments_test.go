package rates_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
)

func TestSegments_followTheClockAndTheWholeShiftRule(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, start, end       string
		total, core, low, high int
		whole                  bool // the whole-shift rule makes all core minutes low
	}{
		{"day", "2026-05-13 07:30", "2026-05-13 20:00", 750, 750, 0, 0, false},
		{"late", "2026-05-13 13:30", "2026-05-13 21:30", 480, 390, 90, 0, false},
		{"exactly half is not more than half", "2026-05-13 16:00", "2026-05-14 00:00", 480, 240, 240, 0, false},
		{"more than half", "2026-05-13 17:00", "2026-05-14 01:00", 480, 180, 300, 0, true},
		{"weekday night", "2026-05-14 19:30", "2026-05-15 08:00", 750, 150, 600, 0, true},
		{"into Saturday", "2026-05-15 19:30", "2026-05-16 08:00", 750, 30, 720, 0, true},
		{"Saturday into Sunday", "2026-05-16 19:30", "2026-05-17 08:00", 750, 0, 270, 480, false},
		{"Sunday into Monday", "2026-05-17 19:30", "2026-05-18 08:00", 750, 120, 360, 270, false},
		{"Easter Sunday into Easter Monday", "2026-04-05 20:00", "2026-04-06 08:00", 720, 0, 0, 720, false},
		{"out of Easter Monday", "2026-04-06 20:00", "2026-04-07 08:00", 720, 120, 360, 240, false},
		{"into Christmas Day", "2026-12-24 20:00", "2026-12-25 08:00", 720, 0, 240, 480, false},
		{"clocks go forward", "2026-03-28 20:00", "2026-03-29 08:00", 660, 0, 240, 420, false},
		{"clocks go back", "2026-10-24 20:00", "2026-10-25 08:00", 780, 0, 240, 540, false},
	} {
		book := payOnly()
		work := shift(t, c.start, c.end, "band_5", "19.97")
		clock := price(t, book, work).Shifts[0]
		book.Segmentation = rates.ByWholeShift
		whole := price(t, book, work).Shifts[0]

		if got := minutes(clock); clock.Minutes != c.total || got[rates.Core] != c.core || got[rates.Low] != c.low || got[rates.High] != c.high {
			t.Errorf("%s: got %d minutes as %v", c.name, clock.Minutes, got)
		}
		core, low := c.core, c.low
		if c.whole {
			core, low = 0, c.core+c.low
		}
		if got := minutes(whole); got[rates.Core] != core || got[rates.Low] != low || got[rates.High] != c.high {
			t.Errorf("%s, whole shift: got %v", c.name, got)
		}
	}
}

func TestSegments_dualDaysBothCarryTheHolidayBand(t *testing.T) {
	t.Parallel()
	for _, day := range []string{"2026-12-26", "2026-12-28"} {
		quote := price(t, payOnly(), shift(t, day+" 08:00", day+" 20:00", "band_5", "19.97"))

		if got := minutes(quote.Shifts[0]); got[rates.High] != 720 {
			t.Errorf("%s: got %v", day, got)
		}
		want(t, day, quote.Net, 38342)
	}
}

func TestSegments_useThePatternOfTheGrade(t *testing.T) {
	t.Parallel()
	quote := price(t, payOnly(), shift(t, "2026-05-13 06:00", "2026-05-13 20:00", "consultant", "80.00"))

	if got := minutes(quote.Shifts[0]); got[rates.Core] != 720 || got[rates.Low] != 120 {
		t.Errorf("got %v", got)
	}
	want(t, "medical bands multiply by one", quote.Net, 112000)
}

func TestSegments_countEveryMinuteOnce(t *testing.T) {
	t.Parallel()
	book := payOnly()
	changes := []string{"2026-03-29 00:00Z", "2026-10-25 00:00Z", "2026-04-06 00:00Z", "2026-12-27 00:00Z", "2026-05-16 00:00Z"}
	rapid.Check(t, func(r *rapid.T) {
		around := at(t, rapid.SampledFrom(changes).Draw(r, "around"))
		start := around.Add(time.Duration(rapid.IntRange(-2880, 2880).Draw(r, "start")) * time.Minute)
		length := rapid.IntRange(1, 3*24*60).Draw(r, "length")
		work := rates.Work{Start: start, End: start.Add(time.Duration(length) * time.Minute), Grade: "band_5", Pay: money.MustRate("19.97")}

		quote, err := rates.Price([]rates.Work{work}, book)
		if err != nil {
			r.Fatal(err)
		}

		next, byBand := work.Start, map[rates.Band]int{}
		for _, s := range quote.Shifts[0].Segments {
			if !s.Start.Equal(next) || !s.Start.Before(s.End) {
				r.Fatalf("segment %s to %s does not join on at %s", s.Start, s.End, next)
			}
			for m := s.Start; m.Before(s.End); m = m.Add(time.Minute) {
				if band := bandOfMinute(book, m); band != s.Band {
					r.Fatalf("%s is %s, the segment says %s", m, band, s.Band)
				}
			}
			next = s.End
			byBand[s.Band] += s.Minutes()
		}
		if !next.Equal(work.End) || byBand[rates.Core]+byBand[rates.Low]+byBand[rates.High] != length {
			r.Fatalf("%d minutes became %v up to %s", length, byBand, next)
		}
	})
}

// bandOfMinute reads Section 2 as it is written, minute by minute.
func bandOfMinute(book rates.Book, m time.Time) rates.Band {
	local := m.In(civil.London)
	_, public := book.Holidays[civil.DateOf(m)]
	switch {
	case public || local.Weekday() == time.Sunday:
		return rates.High
	case local.Weekday() == time.Saturday || local.Hour() < 6 || local.Hour() >= 20:
		return rates.Low
	}
	return rates.Core
}

func TestSegments_aBoundaryInTheRepeatedHourIsReadOffTheWall(t *testing.T) {
	t.Parallel()
	book := payOnly()
	halfPastOne := []rates.Stretch{{From: 0, Band: rates.Low}, {From: civil.MustClock("01:30"), Band: rates.High}}
	pattern := book.Patterns["afc"][0]
	pattern.Week[time.Sunday] = halfPastOne
	book.Patterns = map[string][]rates.Pattern{"afc": {pattern}}

	back := price(t, book, shift(t, "2026-10-25 00:00", "2026-10-25 08:00", "band_5", "20.00")).Shifts[0]
	forward := price(t, book, shift(t, "2026-03-29 00:00", "2026-03-29 08:00", "band_5", "20.00")).Shifts[0]

	if got := minutes(back); got[rates.Low] != 120 || got[rates.High] != 420 {
		t.Errorf("both 01:00 to 01:30 are low: got %v", got)
	}
	if got := minutes(forward); got[rates.Low] != 60 || got[rates.High] != 360 {
		t.Errorf("01:30 is skipped: got %v", got)
	}
}

func TestSegments_wholeShiftLeavesHolidayMinutesAlone(t *testing.T) {
	t.Parallel()
	book := payOnly()
	book.Segmentation = rates.ByWholeShift

	got := minutes(price(t, book, shift(t, "2026-12-24 18:00", "2026-12-25 01:00", "band_5", "19.97")).Shifts[0])

	if got[rates.Core] != 0 || got[rates.Low] != 360 || got[rates.High] != 60 {
		t.Errorf("got %v", got)
	}
}
