package rates_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
)

// dated is a row of a book made for random work.
func dated(id string, version int, from string) rates.Row {
	return rates.Row{ID: id, Version: version, From: civil.MustDate(from), Source: "made for random work"}
}

// wide is a book in which every kind of data changes over the years.
func wide() rates.Book {
	clock, rate, factor := civil.MustClock, money.MustRate, money.MustFactor
	band := func(pairs ...any) (day []rates.Stretch) {
		for i := 0; i < len(pairs); i += 2 {
			day = append(day, rates.Stretch{From: clock(pairs[i].(string)), Band: pairs[i+1].(rates.Band)})
		}
		return day
	}
	low, high := band("00:00", rates.Low), band("00:00", rates.High)
	night := band("00:00", rates.Low, "06:00", rates.Core, "20:00", rates.Low)
	office := band("00:00", rates.Low, "07:00", rates.Core, "19:00", rates.Low)
	odd := band("00:00", rates.Low, "01:30", rates.High, "05:15", rates.Core, "13:45", rates.Low, "22:00", rates.Core)
	multiplier := func(id, pattern, low1, high1, low2, high2 string) []rates.Multiplier {
		return []rates.Multiplier{
			{Row: dated(id, 2, "2026-04-01"), Pattern: pattern, Low: factor(low2), High: factor(high2)},
			{Row: dated(id, 1, "2020-01-01"), Pattern: pattern, Low: factor(low1), High: factor(high1)},
		}
	}
	book := rates.Book{
		Patterns: map[string][]rates.Pattern{
			"afc":     {{Row: dated("afc", 1, "2020-01-01"), Week: [7][]rates.Stretch{high, night, night, night, night, night, low}, PublicDay: high}},
			"medical": {{Row: dated("medical", 1, "2020-01-01"), Week: [7][]rates.Stretch{low, office, office, office, office, office, low}, PublicDay: low}},
			"odd": {
				{Row: dated("odd", 1, "2020-01-01"), Week: [7][]rates.Stretch{odd, odd, odd, odd, odd, odd, odd}, PublicDay: high},
				{Row: dated("odd", 2, "2026-10-25"), Week: [7][]rates.Stretch{night, odd, night, odd, night, odd, odd}, PublicDay: odd},
			},
		},
		Multipliers: map[string][]rates.Multiplier{
			"band_2": multiplier("m2", "afc", "1.41", "1.83", "1.40", "1.82"), "band_3": multiplier("m3", "afc", "1.35", "1.69", "1.36", "1.70"),
			"band_5": multiplier("m5", "afc", "1.3", "1.6", "1.31", "1.61"), "consultant": multiplier("mc", "medical", "1", "1", "1.2", "1"),
			"odd": multiplier("mo", "odd", "1.333333", "1.25", "1.1", "2"),
		},
		Holidays: map[civil.Date]rates.PublicDay{}, Caps: map[string][]rates.Cap{},
		Holiday: []rates.OnCost{
			{Row: dated("h", 1, "2020-01-01"), Rate: factor("0.1207")}, {Row: dated("h", 2, "2027-04-06"), Rate: factor("0.1210")},
			{Row: dated("h bank", 1, "2020-01-01"), Engagements: []rates.Engagement{rates.Bank}, Rate: factor("0.1556")},
		},
		EmployerNI: []rates.OnCost{
			{Row: dated("ni", 3, "2026-04-06"), Rate: factor("0.152"), Floor: 9800}, {Row: dated("ni", 2, "2025-04-06"), Rate: factor("0.15"), Floor: 9600},
			{Row: dated("ni", 1, "2020-01-01"), Rate: factor("0.138"), Floor: 17500}, {Row: dated("ni", 4, "2027-04-06"), Rate: factor("0.155"), Floor: 9600},
			{Row: dated("ni", 5, "2028-04-06"), Rate: factor("0.16"), Floor: 9700},
		},
		Pension: []rates.OnCost{
			{Row: dated("p", 1, "2020-01-01"), Rate: factor("0.03"), Floor: 12000, Ceiling: 96700}, {Row: dated("p", 2, "2026-04-06"), Rate: factor("0.031"), Floor: 12100, Ceiling: 96800},
			{Row: dated("p bank", 1, "2020-01-01"), Engagements: []rates.Engagement{rates.Bank, rates.Direct}, Rate: factor("0.2378")},
		},
		Levy: []rates.OnCost{
			{Row: dated("l", 1, "2020-01-01"), Rate: factor("0.005")}, {Row: dated("l", 2, "2028-01-01")},
		},
		MinimumWage: []rates.Limit{{Row: dated("nlw", 1, "2020-01-01"), Rate: rate("11.44")}, {Row: dated("nlw", 2, "2026-04-01"), Rate: rate("12.71")}},
		SignOff:     []rates.Limit{{Row: dated("ceo", 1, "2020-01-01"), Rate: rate("100")}},
		Cancellation: []rates.CancellationRule{
			{Row: dated("c1", 1, "2020-01-01"), Notice: 0, Share: money.One}, {Row: dated("c2", 1, "2020-01-01"), Notice: 720, Share: factor("0.5")},
			{Row: dated("c3", 1, "2020-01-01"), Notice: 1440, Share: factor("0")},
			{Row: dated("c4", 2, "2026-07-01"), Notice: 0, Share: factor("0.75")}, {Row: dated("c5", 2, "2026-07-01"), Notice: 240, Share: money.One, Minutes: 120},
			{Row: dated("c6", 2, "2026-07-01"), Notice: 2880, Share: factor("0")},
		},
		Sessions: []rates.SessionRule{
			{Row: dated("s", 1, "2020-01-01"), Minutes: 250, Short: rates.ShortByTheHour, Pensionable: factor("0.9"), Pension: factor("0.1438")},
			{Row: dated("s", 2, "2026-09-01"), Minutes: 240, Grace: 10, Short: rates.ShortInFull, Pensionable: factor("0.9"), Pension: factor("0.1438")},
		},
		VAT: []rates.VATRule{
			{Row: dated("standard", 1, "2020-01-01"), Category: rates.Standard, Rate: factor("0.2")},
			{Row: dated("concession", 1, "2026-01-01"), Professions: []string{"nurse"}, Category: rates.Exempt, Reason: "Nursing agencies' concession"},
			{Row: dated("concession ends", 2, "2027-06-01"), Professions: []string{"nurse"}, Category: rates.Standard, Rate: factor("0.2")},
			{Row: dated("deputy", 1, "2025-12-15"), Professions: []string{"doctor"}, Deputy: true, Category: rates.Exempt, Reason: "Deputy of a doctor"},
			{Row: dated("wages", 1, "2020-01-01"), Engagements: []rates.Engagement{rates.Direct}, Category: rates.OutsideScope, Reason: "Wages paid by the employer",
				Kinds: []rates.Kind{rates.Pay, rates.Supplement, rates.HolidayPay, rates.EmployerNI, rates.Pension, rates.Levy}},
			{Row: dated("fees", 1, "2020-01-01"), Kinds: []rates.Kind{rates.DirectFee, rates.FrameworkFee}, Category: rates.Standard, Rate: factor("0.2")},
			{Row: dated("umbrella", 1, "2020-01-01"), Engagements: []rates.Engagement{rates.Umbrella}, Category: rates.Standard, Rate: factor("0.2")},
			{Row: dated("bank", 1, "2020-01-01"), Engagements: []rates.Engagement{rates.Bank}, Category: rates.OutsideScope, Reason: "The employer's own payroll"},
			{Row: dated("gp", 1, "2020-01-01"), Engagements: []rates.Engagement{rates.GPSession}, Category: rates.Exempt, Reason: "Medical care"},
			{Row: dated("food", 1, "2020-01-01"), Kinds: []rates.Kind{rates.Expenses}, Category: rates.Standard, Rate: factor("0.125")},
		},
	}
	for grade, caps := range map[string][2]string{"band_2": {"19.39", "20.03"}, "band_3": {"21.08", "21.78"}, "band_5": {"29.96", "30.95"}, "consultant": {"75.34", "76.10"}} {
		for i, b := range []rates.Band{rates.Core, rates.Low, rates.High} {
			times := factor([]string{"1", "1.3", "1.6"}[i])
			book.Caps[grade] = append(book.Caps[grade],
				rates.Cap{Row: dated("cap "+grade+string(b), 2, "2026-04-01"), Band: b, Rate: rate(caps[1]).Times(times)},
				rates.Cap{Row: dated("cap "+grade+string(b), 1, "2025-04-01"), Band: b, Rate: rate(caps[0]).Times(times)},
				rates.Cap{Row: dated("cap of the city "+grade+string(b), 1, "2025-04-01"), Zone: "city", Band: b, Rate: rate(caps[1]).Times(times).Add(rate("6.19"))})
		}
	}
	for _, day := range strings.Fields(publicDays) {
		book.Holidays[civil.MustDate(day)] = rates.PublicDay{Row: dated("ph "+day, 1, day), Name: "Public holiday"}
	}
	for _, set := range []struct {
		days  string
		limit int
	}{{"2026-12-26 2026-12-28", 1}, {"2027-12-25 2027-12-26 2027-12-27 2027-12-28", 2}, {"2028-01-01 2028-01-03", 1}} {
		var days []civil.Date
		for _, day := range strings.Fields(set.days) {
			days = append(days, civil.MustDate(day))
		}
		for _, d := range days {
			book.Holidays[d] = rates.PublicDay{Row: dated("ph "+d.String(), 1, d.String()), Name: "Holiday with a substitute", Dual: days, Limit: set.limit}
		}
	}
	return book
}

const publicDays = `2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26 2026-01-01 2026-04-03 2026-04-06 2026-05-04
	2026-05-25 2026-08-31 2026-12-25 2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2028-04-14 2028-04-17 2028-05-01 2028-05-29`

// anchors are what random shifts are laid across.
var (
	clockNights = []string{"2025-10-26 00:59Z", "2026-03-29 00:59Z", "2026-10-25 00:59Z", "2027-03-28 00:59Z", "2027-10-31 00:59Z", "2028-03-26 00:59Z"}
	taxYears    = []string{"2026-04-05 23:00Z", "2027-04-05 23:00Z", "2028-04-05 23:00Z"}
	payDays     = []string{"2026-03-31 23:00Z", "2026-10-24 23:00Z", "2026-05-15 23:00Z", "2027-03-31 23:00Z"}
	duals       = []string{"2026-12-26 12:00Z", "2026-12-28 10:00Z", "2027-12-25 12:00Z", "2027-12-26 12:00Z", "2027-12-27 10:00Z", "2028-01-01 10:00Z", "2028-01-03 06:00Z"}
)

// maker makes random work, the same for the same seed.
type maker struct {
	*rand.Rand
	book      rates.Book
	holidays  []time.Time
	instants  [4][]time.Time
	coverage  map[string]int
	quotes, n int
}

func newMaker(seed uint64) *maker {
	m := &maker{Rand: rand.New(rand.NewPCG(seed, 7)), book: wide(), coverage: map[string]int{}}
	for i, list := range [][]string{clockNights, taxYears, payDays, duals} {
		for _, s := range list {
			instant, err := civil.ParseInstant(s)
			if err != nil {
				panic(err)
			}
			m.instants[i] = append(m.instants[i], instant)
		}
	}
	for _, day := range strings.Fields(publicDays) {
		m.holidays = append(m.holidays, civil.MustDate(day).Midnight())
	}
	return m
}

func pick[T any](m *maker, from []T) T { return from[m.IntN(len(from))] }

func (m *maker) chance(percent int) bool { return m.IntN(100) < percent }

func (m *maker) rate(least, most int) money.Rate {
	return money.RateOfPence(money.Pence(least + m.IntN(most-least)))
}

// next is a list of work of one person and the book that prices it.
func (m *maker) next() ([]rates.Work, rates.Book) {
	book := m.book
	book.Segmentation = pick(m, []rates.Segmentation{rates.ByClock, rates.ByWholeShift})
	book.BreakRule = pick(m, []rates.BreakRule{rates.BreakActual, rates.BreakFromHighest, rates.BreakFromLowest})
	book.OnCosts = pick(m, []rates.OnCosts{rates.Flat, rates.Weekly})
	book.PaidAsRostered, book.DualDays = m.chance(30), m.chance(50)
	if m.chance(10) {
		book.VAT = append(slices.Clone(book.VAT), rates.VATRule{Row: dated("unregistered", 1, "2026-06-01"), Overrides: true, Category: rates.OutsideScope, Reason: "Not registered"})
	}
	engagement := pick(m, append([]rates.Engagement{""}, rates.Engagements...))
	count := 1
	if m.chance(25) {
		count = 2 + m.IntN(3)
	}
	around := m.around()
	work := make([]rates.Work, count)
	for i := range work {
		work[i] = m.work(engagement, around.Add(time.Duration(i*m.IntN(2000))*time.Minute))
	}
	m.quotes++
	m.count(work, &book)
	return work, book
}

func (m *maker) around() time.Time {
	switch m.IntN(7) {
	case 0:
		return pick(m, m.instants[0])
	case 1:
		return pick(m, m.instants[1])
	case 2:
		return pick(m, m.instants[2])
	case 3:
		return pick(m, m.instants[3])
	case 4:
		return pick(m, m.holidays)
	}
	return m.instants[0][0].Add(time.Duration(m.IntN(1200*1440)) * time.Minute)
}

func (m *maker) work(engagement rates.Engagement, around time.Time) rates.Work {
	length := 2 + m.IntN(900)
	if m.chance(3) {
		length = 1 + m.IntN(4000)
	}
	start := around.Add(-time.Duration(m.IntN(length)) * time.Minute)
	m.n++
	w := rates.Work{
		ID: uuid.UUID{12: byte(m.n >> 16), 13: byte(m.n >> 8), 14: byte(m.n), 15: byte(m.IntN(256))}, Start: start, End: start.Add(time.Duration(length) * time.Minute),
		Engagement: engagement, Grade: pick(m, []string{"band_2", "band_3", "band_5", "consultant", "odd"}), Zone: pick(m, []string{"", "", "city", "nowhere"}),
		Profession: pick(m, []string{"nurse", "doctor", "therapist"}), Deputy: m.chance(50), Pay: m.rate(1100, 9000),
	}
	if m.chance(20) {
		w.Pay = money.MustRate(fmt.Sprintf("%d.%04d", 12+m.IntN(40), m.IntN(10000)))
	}
	if m.chance(30) {
		w.Supplement = m.rate(1, 500)
	}
	if m.chance(15) {
		w.Bands = rates.Bands{Low: m.rate(2000, 4000)}
		if m.chance(50) {
			w.Bands.High, w.Bands.Core = m.rate(2000, 5000), m.rate(2000, 5000)
		}
	}
	if m.chance(40) {
		w.Changes = []rates.Change{{Row: dated("pay", 2, civil.DateOf(around).String()), Pay: m.rate(1200, 6000), Supplement: w.Supplement, Bands: w.Bands}}
		if m.chance(40) {
			w.Changes = append([]rates.Change{{Row: dated("pay", 3, civil.DateOf(around).AddDays(1).String()), Pay: m.rate(1200, 6000), Supplement: m.rate(0, 300)}}, w.Changes...)
		}
	}
	m.breaks(&w, length)
	m.extras(&w)
	return w
}

func (m *maker) breaks(w *rates.Work, length int) {
	switch m.IntN(3) {
	case 0:
		w.BreakMinutes = m.IntN(min(length, 1+m.IntN(120)))
	case 1:
		for at := m.IntN(length); at < length-1 && len(w.Breaks) < 3; {
			long := 1 + m.IntN(min(60, length-at-1))
			if long >= length-1 {
				break
			}
			w.Breaks = append(w.Breaks, rates.Interval{Start: w.Start.Add(time.Duration(at) * time.Minute), End: w.Start.Add(time.Duration(at+long) * time.Minute)})
			at += long + m.IntN(300)
		}
		sum := 0
		for _, b := range w.Breaks {
			sum += b.Minutes()
		}
		if sum >= length {
			w.Breaks = nil
		}
	}
}

func (m *maker) extras(w *rates.Work) {
	if w.Engagement != rates.Bank && m.chance(80) {
		w.Commission = m.rate(0, 600)
	}
	if w.Engagement == rates.Direct {
		w.DirectFee.Rate = m.rate(50, 300)
	}
	if m.chance(20) {
		w.FrameworkFee.Rate = m.rate(1, 90)
	}
	if m.chance(10) {
		w.Expenses = []rates.Expense{{Name: "Travel", Amount: money.Pence(m.IntN(5000))}}
	}
	if m.chance(8) {
		w.CancelledAt = w.Start.Add(-time.Duration(m.IntN(4000)-100) * time.Minute)
	}
	if m.chance(30) {
		w.DualDays = []civil.Date{pick(m, []civil.Date{civil.MustDate("2026-12-28"), civil.MustDate("2027-12-28"), civil.MustDate("2028-01-03")})}
	}
	if w.Engagement == rates.GPSession {
		w.Sessions, w.SessionFee, w.Pensionable = 1+m.IntN(3), money.Pence(20000+m.IntN(40000)), m.chance(60)
		if m.chance(60) {
			w.Pay = money.Rate{}
		}
		if m.chance(40) {
			w.End = w.Start.Add(time.Duration(w.Sessions*250+m.IntN(30)-15) * time.Minute)
			w.Breaks, w.BreakMinutes = nil, 0
		}
	}
}

// count notes what a quote covers.
func (m *maker) count(work []rates.Work, book *rates.Book) {
	covers := map[string]bool{
		string(book.Segmentation): true, string(book.BreakRule): true, string(book.OnCosts): true,
		"paid as rostered": book.PaidAsRostered, "limit on dual days": book.DualDays,
	}
	for i := range work {
		w := &work[i]
		e := w.Engagement
		if e == "" {
			e = rates.PAYE
		}
		covers["as "+string(e)] = true
		if e == rates.GPSession {
			continue
		}
		_, before := w.Start.In(civil.London).Zone()
		_, after := w.End.In(civil.London).Zone()
		first, last := civil.DateOf(w.Start), civil.DateOf(w.End.Add(-time.Minute))
		covers["clock change inside"] = covers["clock change inside"] || before != after
		for d := first; !d.After(last); d = d.AddDays(1) {
			_, public := book.Holidays[d]
			covers["bank holiday"] = covers["bank holiday"] || public
			if d == first {
				continue
			}
			for _, c := range w.Changes {
				covers["rate change inside"] = covers["rate change inside"] || c.From == d
			}
			covers["tax year inside"] = covers["tax year inside"] || d.Month == time.April && d.Day == 6
		}
	}
	for what, covered := range covers {
		if covered {
			m.coverage[what]++
		}
	}
}

// mustCover is what at least one quote in twenty has to have.
var mustCover = []string{
	"clock change inside", "bank holiday", "rate change inside", "tax year inside", "paid as rostered", "limit on dual days",
	"as paye", "as direct", "as psc_outside", "as psc_inside", "as umbrella", "as bank", "as gp_session",
	"clock", "afc_whole_shift", "actual_or_pro_rata", "from_highest", "from_lowest", "flat", "weekly",
}

// compare says how the engine's quote differs from the model's, or nothing.
func compare(quote rates.Quote, work []rates.Work, book rates.Book) string {
	model, taxed := modelPrice(work, book)
	var net, vat int64
	for i := range model {
		if d := compareShift(&quote.Shifts[i], &model[i]); d != "" {
			return fmt.Sprintf("shift %d: %s", i, d)
		}
		net += model[i].net
	}
	for _, sum := range taxed {
		vat += sum[1]
	}
	if int64(quote.Net) != net || int64(quote.VAT) != vat || int64(quote.Gross) != net+vat {
		return fmt.Sprintf("totals %d, %d, %d, the model has %d, %d", quote.Net, quote.VAT, quote.Gross, net, vat)
	}
	return ""
}

func compareShift(s *rates.ShiftQuote, m *modelShift) string {
	if int64(s.Net) != m.net || int64(s.VAT) != m.vat || int64(s.Gross) != m.gross || s.Minutes != m.minutes || rateOf(s.Highest) != m.highest {
		return fmt.Sprintf("net %d, VAT %d, %d minutes, highest %s, the model has %d, %d, %d, %d; lines %+v and %+v", s.Net, s.VAT, s.Minutes, s.Highest, m.net, m.vat, m.minutes, m.highest, s.Lines, m.lines)
	}
	tests := s.Caps
	for i, l := range m.lines {
		if i >= len(s.Lines) {
			return fmt.Sprintf("no line %d, the model has %+v", i, l)
		}
		e := &s.Lines[i]
		if e.Kind != l.kind || e.Band != l.band || e.Minutes != l.minutes || e.BreakMinutes != l.taken || int64(e.Amount) != l.amount ||
			e.Category != l.category || e.VATRule == nil || e.VATRule.ID != l.rule {
			return fmt.Sprintf("line %+v (%+v), the model has %+v", *e, e.VATRule, l)
		}
		if l.most == 0 {
			continue
		}
		if len(tests) == 0 || tests[0].Line != i || rateOf(tests[0].Charge) != l.charge || rateOf(tests[0].Cap) != l.most || rateOf(tests[0].Over) != max(0, l.charge-l.most) {
			return fmt.Sprintf("caps %+v, the model has %+v", tests, l)
		}
		tests = tests[1:]
	}
	if len(tests) > 0 {
		return fmt.Sprintf("caps %+v that the model does not have", tests)
	}
	for _, e := range s.Lines[len(m.lines):] {
		if e.Kind != rates.VAT {
			return fmt.Sprintf("a line %+v that the model does not have", e)
		}
	}
	if s.Wage.Row != nil && rateOf(s.Wage.Rate) != m.lowest || s.SignOff.Reached() != (m.signed && !s.Cancelled) {
		return fmt.Sprintf("limits %+v and %+v, the model has %d and %v", s.Wage, s.SignOff, m.lowest, m.signed)
	}
	return ""
}

func TestModel_agreesOnRandomWork(t *testing.T) {
	t.Parallel()
	workers := max(2, runtime.GOMAXPROCS(0))
	makers := make([]*maker, workers)
	var group sync.WaitGroup
	for i := range workers {
		makers[i] = newMaker(firstSeed + uint64(i))
		group.Go(func() {
			m := makers[i]
			for m.quotes < randomQuotes/workers && !t.Failed() {
				work, book := m.next()
				quote, err := rates.Price(work, book)
				if err != nil {
					t.Errorf("seed %d, quote %d: %v", firstSeed+i, m.quotes, err)
					return
				}
				if d := compare(quote, work, book); d != "" {
					t.Errorf("seed %d, quote %d: %s\nwork %+v\nrule %s, %s, %s, rostered %v, dual %v", firstSeed+i, m.quotes, d, work,
						book.Segmentation, book.BreakRule, book.OnCosts, book.PaidAsRostered, book.DualDays)
					return
				}
			}
		})
	}
	group.Wait()
	total, coverage := 0, map[string]int{}
	for _, m := range makers {
		total += m.quotes
		for what, n := range m.coverage {
			coverage[what] += n
		}
	}
	for _, what := range mustCover {
		t.Logf("%5.1f%% %s", 100*float64(coverage[what])/float64(total), what)
		if 20*coverage[what] < total {
			t.Errorf("only %d of %d quotes have: %s", coverage[what], total, what)
		}
	}
	t.Logf("%d quotes", total)
}

func TestModel_catchesOneWrongMultiplier(t *testing.T) {
	t.Parallel()
	for grade, rows := range wide().Multipliers {
		for i := range rows {
			for band, spoil := range map[rates.Band]func(*rates.Multiplier){
				rates.Low:  func(x *rates.Multiplier) { x.Low = x.Low.Add(money.MustFactor("0.01")) },
				rates.High: func(x *rates.Multiplier) { x.High = x.High.Add(money.MustFactor("0.01")) },
			} {
				if grade == "consultant" && band == rates.High {
					continue // the medical week has no such hours
				}
				m := newMaker(3)
				caught := false
				for m.quotes < 1000 && !caught {
					work, book := m.next()
					wrong := book
					wrong.Multipliers = map[string][]rates.Multiplier{}
					for g, list := range book.Multipliers {
						wrong.Multipliers[g] = slices.Clone(list)
					}
					spoil(&wrong.Multipliers[grade][i])
					quote, err := rates.Price(work, wrong)
					if err != nil {
						t.Fatal(err)
					}
					caught = compare(quote, work, book) != ""
				}
				if !caught {
					t.Errorf("a wrong multiplier of %s in %+v went unseen for 1,000 quotes", band, rows[i])
				}
			}
		}
	}
}
