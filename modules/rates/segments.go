package rates

import (
	"slices"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
)

// Segment is a stretch of a shift in which band, rate and multiplier are one.
// Recorded breaks are not in any segment.
type Segment struct {
	Interval
	Band       Band         `json:"band"`
	Rate       money.Rate   `json:"rate"`       // core hourly rate of that day
	Supplement money.Rate   `json:"supplement"` // hourly, not multiplied
	Factor     money.Factor `json:"factor"`
	PublicDay  string       `json:"public_day,omitempty"` // name of the public holiday
	Raised     bool         `json:"raised,omitempty"`     // core minutes paid as low by the whole-shift rule

	multiplier      *Multiplier
	payRow, holiday *Row
}

// day is what the Book says about one civil date for one piece of work.
type day struct {
	stretches  []Stretch
	multiplier *Multiplier
	holiday    *Row
	name       string
	pay        money.Rate
	supplement money.Rate
	payRow     *Row
}

func (b *Book) dayOf(w *Work, d civil.Date, weekday time.Weekday) (day, error) {
	m := inForce(b.Multipliers[w.Grade], d)
	if m == nil {
		return day{}, missing("multiplier for grade "+w.Grade, d)
	}
	p := inForce(b.Patterns[m.Pattern], d)
	if p == nil {
		return day{}, missing("pattern of bands called "+m.Pattern, d)
	}
	found := day{stretches: p.Week[weekday], multiplier: m}
	if h, public := b.Holidays[d]; public {
		found.stretches, found.holiday, found.name = p.PublicDay, h.row(), h.Name
	}
	if len(found.stretches) == 0 || found.stretches[0].From != 0 {
		return day{}, missing("band from 00:00 in the pattern called "+m.Pattern, d)
	}
	found.pay, found.supplement, found.payRow = w.payOn(d)
	return found, nil
}

// segments cuts a shift. It walks pieces that lie in one civil day and in one
// offset from UTC, in which wall time and elapsed time run together; within a
// piece the stretches of the day apply as they stand. That makes a skipped hour
// vanish and a repeated one count twice, with the band of its time on the wall.
func (b *Book) segments(w *Work) ([]Segment, error) {
	cuts := make([]Segment, 0, 6)
	ordinary := false // the shift starts on a day that has core hours
	for at := w.Start.In(civil.London); at.Before(w.End); {
		year, month, number := at.Date()
		hour, minute, _ := at.Clock()
		wall := hour*60 + minute
		until := at.Add(time.Duration(24*60-wall) * time.Minute)
		if _, change := at.ZoneBounds(); !change.IsZero() && change.Before(until) {
			until = change
		}
		if w.End.Before(until) {
			until = w.End.In(civil.London)
		}
		today, err := b.dayOf(w, civil.Date{Year: year, Month: month, Day: number}, at.Weekday())
		if err != nil {
			return nil, err
		}
		if len(cuts) == 0 {
			ordinary = slices.ContainsFunc(today.stretches, func(s Stretch) bool { return s.Band == Core })
		}
		cuts = today.cut(cuts, Interval{at, until}, wall)
		at = until
	}
	if b.Segmentation == ByWholeShift && ordinary {
		raise(cuts)
	}
	return cuts, nil
}

// raise is the whole-shift rule of Agenda for Change: when more than half of
// the shift, breaks included, falls in the low band, its core minutes become
// low. High minutes stay what they are.
func raise(cuts []Segment) {
	total, low := 0, 0
	for i := range cuts {
		minutes := cuts[i].Minutes()
		total += minutes
		if cuts[i].Band == Low {
			low += minutes
		}
	}
	if 2*low <= total {
		return
	}
	for i := range cuts {
		if s := &cuts[i]; s.Band == Core {
			s.Band, s.Factor, s.Raised = Low, s.multiplier.Low, true
		}
	}
}

// cut appends the segments of a piece that begins at a time on the wall.
func (d *day) cut(cuts []Segment, piece Interval, wall int) []Segment {
	for i, s := range d.stretches {
		ends := 24 * 60
		if i+1 < len(d.stretches) {
			ends = int(d.stretches[i+1].From)
		}
		if ends <= wall {
			continue
		}
		until := piece.Start.Add(time.Duration(ends-wall) * time.Minute)
		if piece.End.Before(until) {
			until = piece.End
		}
		next := Segment{
			Interval: Interval{piece.Start, until}, Band: s.Band,
			Rate: d.pay, Supplement: d.supplement, Factor: d.multiplier.of(s.Band), PublicDay: d.name,
			multiplier: d.multiplier, payRow: d.payRow, holiday: d.holiday,
		}
		cuts = append(cuts, next)
		piece.Start, wall = until, ends
		if !piece.Start.Before(piece.End) {
			break
		}
	}
	return cuts
}

// without takes recorded breaks, in order, out of the segments.
func without(cuts []Segment, breaks []Interval) []Segment {
	worked := make([]Segment, 0, len(cuts)+len(breaks))
	for _, s := range cuts {
		for _, b := range breaks {
			if !b.End.After(s.Start) || !b.Start.Before(s.End) {
				continue
			}
			if s.Start.Before(b.Start) {
				left := s
				left.End = b.Start
				worked = append(worked, left)
			}
			s.Start = b.End
		}
		if s.Start.Before(s.End) {
			worked = append(worked, s)
		}
	}
	return worked
}
