package rates

import (
	"slices"
	"time"

	"wardbridge/internal/civil"
)

// daysWorked are the days on which the person works, in this list or besides
// it, where the contract keeps the limit on substitute days. A shift counts on
// every day that it touches; one that was cancelled on none.
func (b *Book) daysWorked(work []Work) (worked []civil.Date) {
	if !b.DualDays {
		return nil
	}
	for i := range work {
		w := &work[i]
		worked = append(worked, w.DualDays...)
		if !w.CancelledAt.IsZero() {
			continue
		}
		last := civil.DateOf(w.End.Add(-time.Minute))
		for d := civil.DateOf(w.Start); !d.After(last); d = d.AddDays(1) {
			worked = append(worked, d)
		}
	}
	return worked
}

// givesWay reports that a person who works more days of the set than carry the
// rate is paid this one as the ordinary day it is.
func (h *PublicDay) givesWay(d civil.Date, worked []civil.Date) bool {
	if h.Limit <= 0 || len(worked) == 0 {
		return false
	}
	ahead := 0
	for _, other := range h.Dual {
		if other != d && goesBefore(other, d) && slices.Contains(worked, other) {
			ahead++
		}
	}
	return ahead >= h.Limit
}

// goesBefore says which of two days of a set keeps the rate: a weekday, which
// would otherwise be ordinary, before a weekend day, and of two alike the later.
func goesBefore(a, b civil.Date) bool {
	if weekend(a) != weekend(b) {
		return !weekend(a)
	}
	return a.After(b)
}

func weekend(d civil.Date) bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }

// skip appends the stretches of the wall that the clocks jump over, which a
// contract that pays as rostered pays although they do not pass. They have no
// length; Extra is what they are paid for.
func (d *day) skip(cuts []Segment, at time.Time, wall, minutes int) []Segment {
	for i, s := range d.stretches {
		from, until := max(int(s.From), wall), wall+minutes
		if i+1 < len(d.stretches) {
			until = min(until, int(d.stretches[i+1].From))
		}
		if from < until {
			next := d.segment(Interval{at, at}, s.Band)
			next.Extra = until - from
			cuts = append(cuts, next)
		}
	}
	return cuts
}

// repeat takes the minutes that the clocks go back by out of what is paid: from
// the moment they change onwards, then from before it, nearest first. A shift
// that would be left with nothing keeps its elapsed minutes.
func repeat(cuts []Segment, at time.Time, minutes, unpaid int) bool {
	paid := -unpaid
	for i := range cuts {
		paid += cuts[i].Minutes()
	}
	if paid <= minutes {
		return false
	}
	from, _ := slices.BinarySearchFunc(cuts, at, func(s Segment, t time.Time) int { return s.Start.Compare(t) })
	for i := from; i < len(cuts); i++ {
		minutes = cuts[i].giveUp(minutes)
	}
	for i := from - 1; i >= 0; i-- {
		minutes = cuts[i].giveUp(minutes)
	}
	return true
}

func (s *Segment) giveUp(minutes int) (left int) {
	given := min(minutes, s.Minutes())
	s.Extra -= given
	return minutes - given
}
