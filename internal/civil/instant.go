package civil

import (
	"strings"
	"time"
	_ "time/tzdata" // the zone must be the same on every machine, with or without zone files
)

// London is the civil zone of the product. Banding, weeks, display and rotas
// are read in it; nothing is stored in it.
var London = mustLoad("Europe/London")

func mustLoad(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic("civil: " + err.Error()) // cannot happen: the data is compiled in
	}
	return zone
}

// Fold says which of two equal times is meant when the clocks go back.
type Fold int

// The folds. Unsaid is right for every time that happens once.
const (
	Unsaid Fold = iota
	First
	Second
)

// Resolve is the instant of a civil date and time. A time that the clocks skip
// is ErrSkipped; one that happens twice is ErrAmbiguous unless the fold says
// which. A fold given for a time that happens once changes nothing.
func Resolve(d Date, c Clock, fold Fold) (time.Time, error) {
	if !d.valid() || c < 0 || c >= 24*60 {
		return time.Time{}, ErrInstantInvalid.Because(written(d.String() + " " + c.String()))
	}
	wall := d.utc().Add(time.Duration(c) * time.Minute)
	before, after := offset(wall.Add(-24*time.Hour)), offset(wall.Add(24*time.Hour))
	first, second := wall.Add(-before), wall.Add(-after)
	if before == after {
		return first.In(London), nil
	}
	isFirst, isSecond := offset(first) == before, offset(second) == after
	switch {
	case isFirst && isSecond && fold == First:
		return first.In(London), nil
	case isFirst && isSecond && fold == Second:
		return second.In(London), nil
	case isFirst && isSecond:
		return time.Time{}, ErrAmbiguous.Because(written(d.String() + " " + c.String()))
	case isFirst:
		return first.In(London), nil
	case isSecond:
		return second.In(London), nil
	}
	return time.Time{}, ErrSkipped.Because(written(d.String() + " " + c.String()))
}

func offset(instant time.Time) time.Duration {
	_, seconds := instant.In(London).Zone()
	return time.Duration(seconds) * time.Second
}

// ParseInstant reads a date and a time in London, 2026-11-24 07:00 or
// 24/11/2026 07:00, with the letter T allowed between them. With an offset,
// as in 2026-10-25 01:30+01:00, or Z, it is that instant and never ambiguous;
// RFC 3339 is therefore read too.
func ParseInstant(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.In(London), nil
	}
	day, clock, parted := strings.Cut(s, " ")
	if !parted {
		day, clock, _ = strings.Cut(s, "T")
	}
	d, err := ParseDate(day)
	if err != nil {
		return time.Time{}, ErrInstantInvalid.Because(written(s))
	}
	clock, east, given, ok := cutOffset(strings.TrimSpace(clock))
	c, err := ParseClock(clock)
	if err != nil || !ok {
		return time.Time{}, ErrInstantInvalid.Because(written(s))
	}
	if given {
		return d.utc().Add(time.Duration(c)*time.Minute - east).In(London), nil
	}
	return Resolve(d, c, Unsaid)
}

// cutOffset takes Z, +01:00, +0100 or +01 off the end of a time.
func cutOffset(s string) (clock string, east time.Duration, given, ok bool) {
	if clock, given = strings.CutSuffix(s, "Z"); given {
		return clock, 0, true, true
	}
	at := strings.LastIndexAny(s, "+-")
	if at < 0 {
		return s, 0, false, true
	}
	zone := s[at+1:]
	if len(zone) == 2 {
		zone += "00"
	}
	c, err := ParseClock(zone)
	east = time.Duration(c) * time.Minute
	if s[at] == '-' {
		east = -east
	}
	return s[:at], east, true, err == nil && c <= 14*60
}

// ClockOf is the time on the London wall at an instant.
func ClockOf(instant time.Time) Clock {
	h, m, _ := instant.In(London).Clock()
	return Clock(h*60 + m)
}

// FoldOf says whether an instant shows a time that happens twice, and if so
// whether it is the first or the second. A form uses it to fill itself again.
func FoldOf(instant time.Time) Fold {
	here := offset(instant)
	for _, other := range [2]time.Duration{offset(instant.Add(-3 * time.Hour)), offset(instant.Add(3 * time.Hour))} {
		twin := instant.Add(here - other)
		if other != here && offset(twin) == other {
			if twin.After(instant) {
				return First
			}
			return Second
		}
	}
	return Unsaid
}

// Midnights are the civil midnights strictly between two instants, in order:
// the cuts that part an interval into civil days, right also on the days of
// 23 and 25 hours.
func Midnights(start, end time.Time) []time.Time {
	var cuts []time.Time
	for d := DateOf(start).AddDays(1); ; d = d.AddDays(1) {
		m := d.Midnight()
		if !m.Before(end) {
			return cuts
		}
		cuts = append(cuts, m)
	}
}
