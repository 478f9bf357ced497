package rates

import (
	"cmp"
	"fmt"
	"slices"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
)

// Price prices the work of one person in one employment. Under weekly on-costs
// all work of a week must be given together, since each shift bears what it
// adds to the ones before it; a single shift is a week of one. It refuses the
// whole list when any piece of it cannot be priced.
func Price(work []Work, book Book) (Quote, error) {
	if err := book.terms(); err != nil {
		return Quote{}, err
	}
	quote := Quote{Shifts: make([]ShiftQuote, len(work))}
	var earned payrolls
	worked := book.daysWorked(work)
	for _, i := range inOrderOfStart(work) {
		w, s := &work[i], &quote.Shifts[i]
		if err := book.price(w, s, &earned, worked); err != nil {
			return Quote{}, fmt.Errorf("work %s: %w", w.ID, err)
		}
	}
	quote.total()
	return quote, nil
}

// inOrderOfStart gives the places of the work in the order in which it earns.
// Work that starts together earns in the order of its ids.
func inOrderOfStart(work []Work) []int {
	order := make([]int, len(work))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := &work[a], &work[b]
		return cmp.Or(x.Start.Compare(y.Start), slices.Compare(x.ID[:], y.ID[:]), cmp.Compare(a, b))
	})
	return order
}

// price fills one shift's quote and adds it to the week's earnings.
func (b *Book) price(w *Work, s *ShiftQuote, earned *payrolls, worked []civil.Date) error {
	if err := w.Check(); err != nil {
		return err
	}
	duties, _ := w.Engagement.duties()
	breaks, err := w.breaks()
	if err != nil {
		return err
	}
	s.ID, s.Start, s.End, s.Date, s.Engagement = w.ID, w.Start, w.End, civil.DateOf(w.Start), w.Engagement
	s.BreakMinutes = w.BreakMinutes
	if len(breaks) > 0 {
		s.BreakMinutes = 0
		for _, taken := range breaks {
			s.BreakMinutes += taken.Minutes()
		}
	}
	s.Minutes = Interval{w.Start, w.End}.Minutes() - s.BreakMinutes

	var rows arena
	if w.Engagement == GPSession {
		err = b.session(w, s, breaks, &rows)
	} else {
		err = b.hours(w, s, earned, duties, breaks, worked, &rows)
	}
	if err != nil {
		return err
	}
	w.addFees(s, &rows)
	for i := range s.Lines {
		s.Net += s.Lines[i].Amount
	}
	if w.CancelledAt.IsZero() {
		b.limits(w, s, duties)
	} else if err := b.cancel(w, s, &rows); err != nil {
		return err
	}
	w.addExpenses(s, &rows)
	return b.addVAT(w, s, &rows)
}

// hours prices what is paid by the hour: the bands, and the costs on top of
// pay. A shift that was cancelled earns nothing in its week.
func (b *Book) hours(w *Work, s *ShiftQuote, earned *payrolls, duties *duties, breaks []Interval, worked []civil.Date, rows *arena) error {
	cuts, clocks, err := b.segments(w, worked)
	if err != nil {
		return err
	}
	unplaced := s.BreakMinutes
	if len(breaks) > 0 && b.BreakRule == BreakActual {
		cuts, unplaced = without(cuts, breaks), 0
	}
	if b.PaidAsRostered && (clocks.by > 0 || clocks.by < 0 && repeat(cuts, clocks.at, -clocks.by, unplaced)) {
		s.Clocks = clocks.by
		s.Minutes += clocks.by
	}
	s.Segments = cuts
	s.payLines(unplaced, b.BreakRule, rows)
	week := &earned[duties.place]
	if !w.CancelledAt.IsZero() {
		before := *week
		week = &before
	}
	return b.addOnCosts(w, s, week, duties, rows)
}

// payLines groups the segments into pay and supplement lines, in the order in
// which they begin, takes the break out and rounds each line once.
func (s *ShiftQuote) payLines(breakMinutes int, rule BreakRule, rows *arena) {
	lines := make([]Line, 0, len(s.Segments)+8)
	for i := range s.Segments {
		seg := &s.Segments[i]
		at := 0
		for at < len(lines) && !lines[at].holds(seg) {
			at++
		}
		if at == len(lines) {
			lines = append(lines, Line{Kind: Pay, Band: seg.Band, Rate: seg.Rate, Factor: seg.Factor, Supplement: seg.Supplement, Fixed: seg.Fixed})
		}
		lines[at].Minutes += seg.Paid()
	}
	takeBreak(lines, breakMinutes, rule)
	lines = slices.DeleteFunc(lines, func(l Line) bool { return l.Minutes == 0 })
	for i := range lines {
		line := &lines[i]
		line.Amount = money.Pay(line.Rate, line.Factor, line.Minutes)
		line.Rows = s.rowsOf(line, rows)
	}
	s.Lines = s.addSupplements(lines, rows)
}

// holds reports that a segment belongs to a pay line.
func (l *Line) holds(seg *Segment) bool {
	return l.Band == seg.Band && l.Rate == seg.Rate && l.Factor == seg.Factor && l.Supplement == seg.Supplement
}

func (s *ShiftQuote) rowsOf(line *Line, rows *arena) []*Row {
	from := rows.mark()
	for i := range s.Segments {
		if seg := &s.Segments[i]; line.holds(seg) {
			rows.add(from, seg.payRow)
			rows.add(from, &seg.multiplier.Row)
			rows.add(from, seg.holiday)
		}
	}
	return rows.since(from)
}

// addSupplements appends a line for each supplement rate over the paid minutes
// that carry it. A supplement is never multiplied.
func (s *ShiftQuote) addSupplements(lines []Line, rows *arena) []Line {
	pay := len(lines)
	for i := range pay {
		rate := lines[i].Supplement
		if rate.IsZero() {
			continue
		}
		at := pay
		for at < len(lines) && lines[at].Rate != rate {
			at++
		}
		if at == len(lines) {
			from := rows.mark()
			for j := range s.Segments {
				if seg := &s.Segments[j]; seg.Supplement == rate {
					rows.add(from, seg.payRow)
				}
			}
			lines = append(lines, Line{Kind: Supplement, Rate: rate, Factor: money.One, Rows: rows.since(from)})
		}
		lines[at].Minutes += lines[i].Minutes
	}
	for i := pay; i < len(lines); i++ {
		lines[i].Amount = money.Pay(lines[i].Rate, money.One, lines[i].Minutes)
	}
	return lines
}

// arena keeps the rows of all lines of a shift in one allocation.
type arena struct{ rows []*Row }

func (a *arena) mark() int { return len(a.rows) }

// add keeps a row once since the mark; nil is no row.
func (a *arena) add(from int, r *Row) {
	if r == nil {
		return
	}
	for _, held := range a.rows[from:] {
		if held == r || *held == *r {
			return
		}
	}
	if a.rows == nil {
		a.rows = make([]*Row, 0, 16)
	}
	a.rows = append(a.rows, r)
}

func (a *arena) since(from int) []*Row { return a.rows[from:len(a.rows):len(a.rows)] }

func (a *arena) keep(r *Row) []*Row {
	from := a.mark()
	a.add(from, r)
	return a.since(from)
}
