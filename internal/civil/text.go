package civil

import (
	"strconv"
	"time"
)

// Span is a length of time as people read it: 11h 30m, 12h, 45m.
func Span(minutes int) string {
	sign := ""
	if minutes < 0 {
		sign, minutes = "-", -minutes
	}
	h, m := minutes/60, minutes%60
	switch {
	case h == 0:
		return sign + strconv.Itoa(m) + "m"
	case m == 0:
		return sign + strconv.Itoa(h) + "h"
	}
	return sign + strconv.Itoa(h) + "h " + strconv.Itoa(m) + "m"
}

// Between is the times of a shift as people read them: 07:00 to 19:30. A time
// that happens twice that night carries its zone: 01:30 BST to 08:00.
func Between(start, end time.Time) string { return wall(start) + " to " + wall(end) }

// When is an instant as people read it: Tue 24 Nov 2026, 07:00.
func When(instant time.Time) string { return DateOf(instant).Text() + ", " + wall(instant) }

// wall is the time on the clock, with the zone only where the time alone would
// not tell which of two is meant.
func wall(instant time.Time) string {
	s := ClockOf(instant).String()
	if FoldOf(instant) != Unsaid {
		s += " " + instant.In(London).Format("MST")
	}
	return s
}
