package rates_test

import (
	"cmp"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
)

// This file prices work a second time, in another shape: it counts a shift
// minute by minute on its own calendar, and keeps every amount as one exact
// numerator until the single rounding. It takes the engine's input types and
// nothing else of it, so that the two agree only where both are right.

// modelLine is what the two must agree on in a line.
type modelLine struct {
	kind               rates.Kind
	band               rates.Band
	minutes, taken     int
	amount             int64
	category           rates.Category
	vatRate            int64
	rule               string // id and version of the row that decided the VAT
	rate, charge, most int64  // pay lines: by the hour, all that an hour costs, and its cap
}

type modelShift struct {
	lines             []modelLine
	minutes           int
	net, vat, gross   int64
	highest           int64
	lowest            int64 // pay rate
	signed            bool
	earnsPay, earnsUp int64
}

// digits reads a decimal as the whole number of its last place.
func digits(s string) int64 {
	n, err := strconv.ParseInt(strings.Replace(s, ".", "", 1), 10, 64)
	if err != nil {
		panic(err)
	}
	return n
}

func rateOf(r money.Rate) int64 { return digits(r.String()) }

func factorOf(f money.Factor) int64 { return digits(f.String()) }

// nearest is a fraction of whole numbers rounded half up; none is negative.
func nearest(over, under int64) int64 { return (2*over + under) / (2 * under) }

// half rounds a product of three over a divisor, in numbers without bounds.
func half(under *big.Int, parts ...int64) int64 {
	over := big.NewInt(2)
	for _, p := range parts {
		over.Mul(over, big.NewInt(p))
	}
	over.Add(over, under)
	return over.Div(over, new(big.Int).Lsh(under, 1)).Int64()
}

// The calendar: days since 1970, and British Summer Time from 01:00 UTC on the
// last Sunday of March to 01:00 UTC on the last Sunday of October.

func dayNumber(d civil.Date) int64 {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

func dateOf(day int64) civil.Date {
	y, m, d := time.Unix(day*86400, 0).UTC().Date()
	return civil.Date{Year: y, Month: m, Day: d}
}

func weekdayOf(day int64) int { return int((day + 4) % 7) }

// clockChanges are the minutes, since 1970 in UTC, at which summer time begins
// and ends in a year.
func clockChanges(year int) (spring, autumn int64) {
	last := func(m time.Month) int64 {
		day := dayNumber(civil.Date{Year: year, Month: m, Day: 31})
		for weekdayOf(day) != 0 {
			day--
		}
		return day*1440 + 60
	}
	return last(time.March), last(time.October)
}

// slot is one minute that may be paid.
type slot struct {
	at   int64 // minute since 1970 in UTC
	wall int64 // the same on the wall; minutes that the clocks skip have a wall alone
	void bool  // skipped by the clocks
}

// slots are the minutes of a stretch of time, and where the clocks change in it.
func slots(from, until int64, rostered bool) (all []slot, back int64) {
	all = make([]slot, 0, until-from+60)
	spring, autumn := clockChanges(time.Unix(from*60, 0).UTC().Year())
	for at := from; at < until; at++ {
		wall := at
		if at >= spring && at < autumn {
			wall += 60
		}
		all = append(all, slot{at, wall, false})
		if next := at + 1; next == spring && rostered {
			for skipped := range int64(60) {
				all = append(all, slot{next, next + skipped, true})
			}
		} else if next == autumn {
			back = next
		}
	}
	return all, back
}

// bestRow is the row that counts on a day: the latest, of equals the highest.
func bestRow(rows []rates.Row, day civil.Date) int {
	best := -1
	for i, r := range rows {
		if r.From.String() > day.String() {
			continue
		}
		if best < 0 || newer(r, rows[best]) {
			best = i
		}
	}
	return best
}

func newer(a, b rates.Row) bool {
	if a.From != b.From {
		return a.From.String() > b.From.String()
	}
	if a.Version != b.Version {
		return a.Version > b.Version
	}
	return a.ID > b.ID
}

// rowsOf are the rows of a list of dated data.
func rowsOf[T any](list []T, row func(T) rates.Row) []rates.Row {
	rows := make([]rates.Row, len(list))
	for i := range list {
		rows[i] = row(list[i])
	}
	return rows
}

// modelDay is a civil day as one piece of work meets it.
type modelDay struct {
	stretches                      []rates.Stretch
	core                           bool // has core hours
	rate, supp                     int64
	low, high                      int64
	fixedCore, fixedLow, fixedHigh int64
}

type model struct {
	book   rates.Book
	worked map[civil.Date]bool
	weeks  map[string][2]int64 // engagement and Monday: pay and gross so far
}

func (m *model) day(w *rates.Work, number int64) modelDay {
	date := dateOf(number)
	mults := m.book.Multipliers[w.Grade]
	mult := mults[bestRow(rowsOf(mults, func(x rates.Multiplier) rates.Row { return x.Row }), date)]
	patterns := m.book.Patterns[mult.Pattern]
	pattern := patterns[bestRow(rowsOf(patterns, func(x rates.Pattern) rates.Row { return x.Row }), date)]
	d := modelDay{stretches: pattern.Week[weekdayOf(number)], low: factorOf(mult.Low), high: factorOf(mult.High)}
	if h, ok := m.book.Holidays[date]; ok && !m.givesWay(h, date) {
		d.stretches = pattern.PublicDay
	}
	for _, s := range d.stretches {
		d.core = d.core || s.Band == rates.Core
	}
	pay, supp, bands := w.Pay, w.Supplement, w.Bands
	if i := bestRow(rowsOf(w.Changes, func(x rates.Change) rates.Row { return x.Row }), date); i >= 0 {
		pay, supp, bands = w.Changes[i].Pay, w.Changes[i].Supplement, w.Changes[i].Bands
	}
	d.rate, d.supp = rateOf(pay), rateOf(supp)
	d.fixedCore, d.fixedLow, d.fixedHigh = rateOf(bands.Core), rateOf(bands.Low), rateOf(bands.High)
	return d
}

// givesWay ranks the days of a set on which the person works: weekdays, then
// weekend days, each from the last to the first. Those past the limit give way.
func (m *model) givesWay(h rates.PublicDay, date civil.Date) bool {
	if !m.book.DualDays || h.Limit == 0 {
		return false
	}
	var set []civil.Date
	for _, d := range h.Dual {
		if d == date || m.worked[d] {
			set = append(set, d)
		}
	}
	rank := func(d civil.Date) string {
		if w := weekdayOf(dayNumber(d)); w == 0 || w == 6 {
			return "a" + d.String()
		}
		return "b" + d.String()
	}
	slices.SortFunc(set, func(a, b civil.Date) int { return strings.Compare(rank(b), rank(a)) })
	return slices.Index(set, date) >= h.Limit
}

// hourKey is what makes minutes one pay line.
type hourKey struct {
	band               rates.Band
	rate, factor, supp int64
}

func (d *modelDay) key(band rates.Band) hourKey {
	k := hourKey{band, d.rate, 1_000_000, d.supp}
	fixed := d.fixedCore
	switch band {
	case rates.Low:
		k.factor, fixed = d.low, d.fixedLow
	case rates.High:
		k.factor, fixed = d.high, d.fixedHigh
	}
	if fixed != 0 {
		k.rate, k.factor = fixed, 1_000_000
	}
	return k
}

func (d *modelDay) bandAt(minute int64) rates.Band {
	band := rates.Band("")
	for _, s := range d.stretches {
		if int64(s.From) <= minute {
			band = s.Band
		}
	}
	return band
}

func minuteOf(t time.Time) int64 { return t.Unix() / 60 }

// modelPrice is the whole of a quote.
func modelPrice(work []rates.Work, book rates.Book) ([]modelShift, map[string][2]int64) {
	m := model{book: book, worked: map[civil.Date]bool{}, weeks: map[string][2]int64{}}
	for i := range work {
		for _, d := range work[i].DualDays {
			m.worked[d] = true
		}
		if book.DualDays && work[i].CancelledAt.IsZero() {
			all, _ := slots(minuteOf(work[i].Start), minuteOf(work[i].End), false)
			for j := 0; j < len(all); j += 60 {
				m.worked[dateOf(all[j].wall/1440)] = true
			}
			m.worked[dateOf(all[len(all)-1].wall/1440)] = true
		}
	}
	order := make([]int, len(work))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(minuteOf(work[a].Start), minuteOf(work[b].Start)), strings.Compare(work[a].ID.String(), work[b].ID.String()))
	})
	shifts := make([]modelShift, len(work))
	for _, i := range order {
		shifts[i] = m.shift(&work[i])
	}
	taxed := map[string][2]int64{} // category and rate: net and VAT
	for _, s := range shifts {
		for _, l := range s.lines {
			key := string(l.category) + strconv.FormatInt(l.vatRate, 10)
			sum := taxed[key]
			sum[0] += l.amount
			sum[1] = nearest(sum[0]*l.vatRate, 1_000_000)
			taxed[key] = sum
		}
	}
	return shifts, taxed
}

func (m *model) shift(w *rates.Work) (s modelShift) {
	from, until := minuteOf(w.Start), minuteOf(w.End)
	first, _ := slots(from, from+1, false)
	date := dateOf(first[0].wall / 1440)
	unpaid := int64(w.BreakMinutes)
	if len(w.Breaks) > 0 {
		unpaid = 0
		for _, b := range w.Breaks {
			unpaid += minuteOf(b.End) - minuteOf(b.Start)
		}
	}
	s.minutes = int(until - from - unpaid)
	engagement := w.Engagement
	if engagement == "" {
		engagement = rates.PAYE
	}
	if engagement == rates.GPSession {
		m.session(w, &s, date)
	} else {
		m.hours(w, &s, unpaid)
		m.costs(w, &s, engagement, date)
	}
	fees := int64(0)
	for _, fee := range []struct {
		kind rates.Kind
		rate money.Rate
	}{{rates.Commission, w.Commission}, {rates.FrameworkFee, w.FrameworkFee.Rate}, {rates.DirectFee, w.DirectFee.Rate}} {
		if rate := rateOf(fee.rate); rate > 0 {
			fees += rate
			s.lines = append(s.lines, modelLine{kind: fee.kind, minutes: s.minutes, amount: nearest(rate*int64(s.minutes), 6000)})
		}
	}
	for _, l := range s.lines {
		s.net += l.amount
	}
	if w.CancelledAt.IsZero() {
		m.limits(w, &s, engagement, date, fees)
	} else {
		m.cancel(w, &s, date)
	}
	for _, e := range w.Expenses {
		s.lines = append(s.lines, modelLine{kind: rates.Expenses, amount: int64(e.Amount)})
		s.net += int64(e.Amount)
	}
	m.tax(w, &s, engagement, date)
	return s
}

// hours counts the minutes of each pay line.
func (m *model) hours(w *rates.Work, s *modelShift, unpaid int64) {
	actual := len(w.Breaks) > 0 && m.book.BreakRule == rates.BreakActual
	all, back := slots(minuteOf(w.Start), minuteOf(w.End), m.book.PaidAsRostered)
	days := map[int64]*modelDay{}
	keys := make([]hourKey, len(all))
	var ordinary bool
	low, elapsed := 0, 0
	var d *modelDay
	for i, at := range all {
		if number := at.wall / 1440; i == 0 || number != all[i-1].wall/1440 {
			made := m.day(w, number)
			d = &made
			days[number] = d
		}
		if i == 0 {
			ordinary = d.core
		}
		keys[i] = d.key(d.bandAt(at.wall % 1440))
		if !at.void {
			elapsed++
			if keys[i].band == rates.Low {
				low++
			}
		}
	}
	if m.book.Segmentation == rates.ByWholeShift && ordinary && 2*low > elapsed {
		for i, at := range all {
			if keys[i].band == rates.Core {
				keys[i] = days[at.wall/1440].key(rates.Low)
			}
		}
	}
	paid := make([]bool, len(all))
	total := int64(0)
	for i, at := range all {
		paid[i] = true
		for _, b := range w.Breaks {
			if actual && !at.void && at.at >= minuteOf(b.Start) && at.at < minuteOf(b.End) {
				paid[i] = false
			}
		}
		if !paid[i] {
			keys[i].band = "" // a break is in no line
		} else {
			total++
		}
	}
	if !actual {
		total -= unpaid
	}
	if m.book.PaidAsRostered && back > 0 && total > 60 {
		total -= 60
		drop(all, paid, back)
	}
	s.minutes = int(total)
	var groups []hourKey
	counts := map[hourKey]int{}
	for from := 0; from < len(keys); {
		k, until, n := keys[from], from, 0
		for ; until < len(keys) && keys[until] == k; until++ {
			if paid[until] {
				n++
			}
		}
		from = until
		if k.band == "" {
			continue
		}
		if _, met := counts[k]; !met {
			groups = append(groups, k)
		}
		counts[k] += n
	}
	if actual {
		unpaid = 0
	}
	m.lines(s, groups, counts, int(unpaid))
}

// drop leaves sixty minutes unpaid: from the change on, else back from it.
func drop(all []slot, paid []bool, change int64) {
	left := 60
	for i := range all {
		if left > 0 && all[i].at >= change && paid[i] {
			paid[i] = false
			left--
		}
	}
	for i := len(all) - 1; i >= 0; i-- {
		if left > 0 && all[i].at < change && paid[i] {
			paid[i] = false
			left--
		}
	}
}

// lines takes the break out of the groups and prices them.
func (m *model) lines(s *modelShift, groups []hourKey, counts map[hourKey]int, unpaid int) {
	taken := map[hourKey]int{}
	switch m.book.BreakRule {
	case rates.BreakFromHighest, rates.BreakFromLowest:
		order := []rates.Band{rates.High, rates.Low, rates.Core}
		if m.book.BreakRule == rates.BreakFromLowest {
			slices.Reverse(order)
		}
		for minute := 0; minute < unpaid; minute++ {
			m.giveOne(groups, counts, taken, order)
		}
	default:
		total := 0
		for _, k := range groups {
			total += counts[k]
		}
		type rest struct{ index, over int }
		var rests []rest
		given := 0
		for i, k := range groups {
			product := unpaid * counts[k]
			taken[k] = product / total
			given += taken[k]
			rests = append(rests, rest{i, product % total})
		}
		slices.SortFunc(rests, func(a, b rest) int { return cmp.Or(b.over-a.over, b.index-a.index) })
		for i := range unpaid - given {
			taken[groups[rests[i].index]]++
		}
	}
	supplements, order := map[int64]int{}, []int64{}
	for _, k := range groups {
		minutes := counts[k] - taken[k]
		if minutes == 0 {
			continue
		}
		s.lines = append(s.lines, modelLine{
			kind: rates.Pay, band: k.band, minutes: minutes, taken: taken[k],
			amount: nearest(k.rate*k.factor*int64(minutes), 6_000_000_000),
			rate:   k.rate, charge: k.rate*k.factor + k.supp*1_000_000,
		})
		if k.supp > 0 {
			if supplements[k.supp] == 0 {
				order = append(order, k.supp)
			}
			supplements[k.supp] += minutes
		}
	}
	for _, rate := range order {
		s.lines = append(s.lines, modelLine{kind: rates.Supplement, minutes: supplements[rate], amount: nearest(rate*int64(supplements[rate]), 6000)})
	}
}

func (m *model) giveOne(groups []hourKey, counts, taken map[hourKey]int, order []rates.Band) {
	for _, band := range order {
		for i := len(groups) - 1; i >= 0; i-- {
			if k := groups[i]; k.band == band && taken[k] < counts[k] {
				taken[k]++
				return
			}
		}
	}
}
