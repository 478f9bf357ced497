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
	Fixed      bool         `json:"fixed,omitempty"`      // Rate is what the card fixes for the band
	GivesWay   string       `json:"gives_way,omitempty"`  // name of the public holiday that is paid on another day
	Extra      int          `json:"extra,omitempty"`      // minutes paid beyond the elapsed ones, or below zero short of them

	multiplier      *Multiplier
	payRow, holiday *Row
	core            money.Rate
	bands           *Bands
}

// Paid is what a segment is paid for before breaks that a rule takes out.
func (s *Segment) Paid() int { return s.Minutes() + s.Extra }

// day is what the Book says about one civil date for one piece of work.
type day struct {
	stretches  []Stretch
	multiplier *Multiplier
	holiday    *Row
	name       string
	givesWay   string
	pay        money.Rate
	bands      *Bands
	supplement money.Rate
	payRow     *Row
}

func (b *Book) dayOf(w *Work, d civil.Date, weekday time.Weekday, worked []civil.Date) (day, error) {
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
		found.holiday = h.row()
		if h.givesWay(d, worked) {
			found.givesWay = h.Name
		} else {
			found.stretches, found.name = p.PublicDay, h.Name
		}
	}
	if len(found.stretches) == 0 || found.stretches[0].From != 0 {
		return day{}, missing("band from 00:00 in the pattern called "+m.Pattern, d)
	}
	found.pay, found.bands, found.supplement, found.payRow = w.payOn(d)
	return found, nil
}

// segment is a stretch of the day in one band.
func (d *day) segment(i Interval, band Band) Segment {
	s := Segment{
		Interval: i, Band: band, Supplement: d.supplement, PublicDay: d.name, GivesWay: d.givesWay,
		multiplier: d.multiplier, payRow: d.payRow, holiday: d.holiday, core: d.pay, bands: d.bands,
	}
	s.Rate, s.Factor, s.Fixed = d.multiplier.on(d.pay, d.bands, band)
	return s
}

// on is what a band pays: the rate that the card fixes for it, or the core rate
// and its multiplier.
func (m *Multiplier) on(core money.Rate, bands *Bands, band Band) (money.Rate, money.Factor, bool) {
	if fixed := bands.of(band); !fixed.IsZero() {
		return fixed, money.One, true
	}
	return core, m.of(band), false
}

// segments cuts a shift. It walks pieces that lie in one civil day and in one
// offset from UTC, in which wall time and elapsed time run together; within a
// piece the stretches of the day apply as they stand. That makes a skipped hour
// vanish and a repeated one count twice, with the band of its time on the wall.
func (b *Book) segments(w *Work, worked []civil.Date) ([]Segment, change, error) {
	cuts := make([]Segment, 0, 6)
	ordinary := false // the shift starts on a day that has core hours
	var clocks change
	for at := w.Start.In(civil.London); at.Before(w.End); {
		year, month, number := at.Date()
		hour, minute, _ := at.Clock()
		wall := hour*60 + minute
		until := at.Add(time.Duration(24*60-wall) * time.Minute)
		if _, next := at.ZoneBounds(); !next.IsZero() && next.Before(until) {
			until = next
		}
		if w.End.Before(until) {
			until = w.End.In(civil.London)
		}
		today, err := b.dayOf(w, civil.Date{Year: year, Month: month, Day: number}, at.Weekday(), worked)
		if err != nil {
			return nil, clocks, err
		}
		if len(cuts) == 0 {
			ordinary = slices.ContainsFunc(today.stretches, func(s Stretch) bool { return s.Band == Core })
		}
		cuts = today.cut(cuts, Interval{at, until}, wall)
		if by := offset(until) - offset(at); by != 0 {
			clocks = change{until, by}
			if by > 0 && b.PaidAsRostered {
				cuts = today.skip(cuts, until, wall+Interval{at, until}.Minutes(), by)
			}
		}
		at = until
	}
	if b.Segmentation == ByWholeShift && ordinary {
		raise(cuts)
	}
	return cuts, clocks, nil
}

// change is a change of the clocks within a shift, by so many minutes.
type change struct {
	at time.Time
	by int
}

func offset(t time.Time) int {
	_, seconds := t.Zone()
	return seconds / 60
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
			s.Band, s.Raised = Low, true
			s.Rate, s.Factor, s.Fixed = s.multiplier.on(s.core, s.bands, Low)
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
		cuts = append(cuts, d.segment(Interval{piece.Start, until}, s.Band))
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
		if s.Extra > 0 {
			worked = append(worked, s) // no time passes in it, so no break does
			continue
		}
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
