package approvals

import (
	"time"

	"wardbridge/internal/civil"
)

// holidays are the bank holidays around an instant.
type holidays map[civil.Date]bool

// works reports whether a day is a working day.
func (h holidays) works(day civil.Date) bool {
	w := day.Weekday()
	return w != time.Saturday && w != time.Sunday && !h[day]
}

// asleep reports whether an instant is out of the working hours of a rule.
func (h holidays) asleep(r Rule, at time.Time) bool {
	clock := civil.ClockOf(at)
	return !h.works(civil.DateOf(at)) || clock < r.HoursFrom || clock >= r.HoursTo
}

// nextEnd is the end of the next working day that begins after an instant: by
// then a decision out of hours is to be ratified.
func (h holidays) nextEnd(r Rule, at time.Time) time.Time {
	day := civil.DateOf(at)
	if civil.ClockOf(at) >= r.HoursFrom {
		day = day.AddDays(1)
	}
	for !h.works(day) {
		day = day.AddDays(1)
	}
	return on(day, r.HoursTo)
}

// on is a time on the wall of a day. Working hours never fall into the night in
// which the clocks change; were they to, the first of two is meant.
func on(day civil.Date, c civil.Clock) time.Time {
	at, err := civil.Resolve(day, c, civil.First)
	if err != nil {
		return day.Midnight().Add(time.Duration(c) * time.Minute)
	}
	return at
}
