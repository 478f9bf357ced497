package rates_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
)

func TestPrice_paysElapsedHoursWhenClocksGoBack(t *testing.T) {
	t.Parallel()
	quote := price(t, payOnly(), shift(t, "2026-10-24 20:00", "2026-10-25 08:00", "band_5", "19.97"))
	if quote.Minutes != 780 {
		t.Errorf("got %d minutes", quote.Minutes)
	}
	want(t, "13 hours", quote.Net, 39141)
}

func TestPrice_paysEachDayItsOwnBandAcrossAHoliday(t *testing.T) {
	t.Parallel()
	christmas := price(t, payOnly(), shift(t, "2026-12-24 20:00", "2026-12-25 08:00", "band_5", "19.97"))
	want(t, "4h low and 8h high", christmas.Net, 10384+25562)
	easter := price(t, payOnly(), shift(t, "2026-04-06 20:00", "2026-04-07 08:00", "band_5", "19.97"))
	want(t, "4h high, 6h low, 2h core", easter.Net, 12781+15577+3994)
}

func TestPrice_multipliesByTheBandOfTheGrade(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		grade, pay string
		want       money.Pence
	}{{"band_2", "12.92", 28372}, {"band_3", "14.05", 28493}, {"band_5", "19.97", 38342}} {
		quote := price(t, payOnly(), shift(t, "2026-05-17 08:00", "2026-05-17 20:00", c.grade, c.pay))
		want(t, c.grade+" on a Sunday", quote.Net, c.want)
	}
}

func TestPrice_doesNotMultiplyASupplement(t *testing.T) {
	t.Parallel()
	work := shift(t, "2026-05-17 08:00", "2026-05-17 09:00", "band_5", "19.33")
	work.Supplement = money.MustRate("3.87")
	quote := price(t, payOnly(), work)
	want(t, "an hour in inner London", quote.Net, 3480)
	if l := line(t, quote.Shifts[0], rates.Supplement); l.Minutes != 60 || l.Amount != 387 {
		t.Errorf("got %+v", l)
	}
}

func TestPrice_paysOneSupplementLineOverAllBands(t *testing.T) {
	t.Parallel()
	work := shift(t, "2026-05-13 16:00", "2026-05-14 00:00", "band_5", "19.33")
	work.Supplement, work.BreakMinutes = money.MustRate("3.87"), 60
	work.PayRow = rates.Row{ID: "card", Version: 7}

	s := price(t, payOnly(), work).Shifts[0]

	l := line(t, s, rates.Supplement)
	want(t, "seven paid hours", s.Sum(rates.Supplement), 2709)
	if l.Minutes != 420 || len(l.Rows) != 1 || l.Rows[0].Version != 7 {
		t.Errorf("got %+v", l)
	}
}

func TestPrice_roundsALineOnceAndNotTheMultipliedRate(t *testing.T) {
	t.Parallel()
	want(t, "11.5h of nights", price(t, payOnly(), shift(t, "2026-05-16 08:00", "2026-05-16 19:30", "band_5", "19.33")).Net, 28898)
	want(t, "7h 20m", price(t, payOnly(), shift(t, "2026-05-13 08:00", "2026-05-13 15:20", "band_5", "18.00")).Net, 13200)
}

func TestPrice_roundsVATOncePerCategory(t *testing.T) {
	t.Parallel()
	var work []rates.Work
	for day := range 7 {
		w := shift(t, "2026-05-11 10:00", "2026-05-11 11:00", "consultant", "12.53")
		w.Start, w.End = w.Start.AddDate(0, 0, day), w.End.AddDate(0, 0, day)
		work = append(work, w)
	}

	quote := price(t, payOnly(), work...)

	var indicative money.Pence
	for _, s := range quote.Shifts {
		indicative += s.VAT
	}
	want(t, "seven shifts, each on its own", indicative, 1757)
	want(t, "the category", quote.VAT, 1754)
	want(t, "gross", quote.Gross, 8771+1754)
	if len(quote.Categories) != 1 || quote.Categories[0].Net != 8771 {
		t.Errorf("got %+v", quote.Categories)
	}
}

func TestPrice_splitsAShiftWhereTheRateChanges(t *testing.T) {
	t.Parallel()
	book := payOnly()
	book.Segmentation = rates.ByWholeShift
	work := shift(t, "2026-03-31 20:00", "2026-04-01 08:00", "band_5", "19.33")
	work.PayRow = rates.Row{ID: "card", Version: 1, From: civil.MustDate("2025-04-01")}
	work.Changes = []rates.Change{
		{Row: rates.Row{ID: "card", Version: 3, From: civil.MustDate("2027-04-01")}, Pay: money.MustRate("21")},
		{Row: rates.Row{ID: "card", Version: 2, From: civil.MustDate("2026-04-01")}, Pay: money.MustRate("19.97")},
	}

	s := price(t, book, work).Shifts[0]

	want(t, "two lines, each rounded", s.Net, 30821)
	want(t, "before midnight", s.Lines[0].Amount, 10052)
	want(t, "after midnight", s.Lines[1].Amount, 20769)
	if s.Lines[0].Rows[0].Version != 1 || s.Lines[1].Rows[0].Version != 2 || s.Lines[0].Rows[1].ID != "afc 1.3" {
		t.Errorf("got rows %+v and %+v", s.Lines[0].Rows, s.Lines[1].Rows)
	}
}

func TestPrice_splitsAShiftWhereTheMultiplierChanges(t *testing.T) {
	t.Parallel()
	book := payOnly()
	next := book.Multipliers["band_5"][0]
	next.Version, next.From, next.Low = 2, civil.MustDate("2026-05-14"), money.MustFactor("1.5")
	book.Multipliers["band_5"] = []rates.Multiplier{next, book.Multipliers["band_5"][0]}

	s := price(t, book, shift(t, "2026-05-13 20:00", "2026-05-14 06:00", "band_5", "20.00")).Shifts[0]

	want(t, "4h at 1.3 and 6h at 1.5", s.Net, 10400+18000)
}

func TestPrice_takesTheBreakByTheContractsRule(t *testing.T) {
	t.Parallel()
	actual := func(w rates.Work) []rates.Interval {
		return []rates.Interval{{Start: w.Start.Add(6 * time.Hour), End: w.Start.Add(7 * time.Hour)}}
	}
	for _, c := range []struct {
		name            string
		rule            rates.BreakRule
		recorded        bool
		core, low, high int
	}{
		// Sunday 19:30 to Monday 08:00: 270 high, 360 low, 120 core; 60 minutes off.
		{"pro rata by largest remainder", rates.BreakActual, false, 110, 331, 249},
		{"where it was taken", rates.BreakActual, true, 120, 300, 270},
		{"from the highest", rates.BreakFromHighest, false, 120, 360, 210},
		{"from the lowest", rates.BreakFromLowest, false, 60, 360, 270},
		{"from the highest, whenever it was taken", rates.BreakFromHighest, true, 120, 360, 210},
	} {
		book := payOnly()
		book.BreakRule = c.rule
		work := shift(t, "2026-05-17 19:30", "2026-05-18 08:00", "band_5", "19.97")
		work.BreakMinutes = 60
		if c.recorded {
			work.Breaks, work.BreakMinutes = actual(work), 0
		}

		s := price(t, book, work).Shifts[0]

		if got := minutes(s); got[rates.Core] != c.core || got[rates.Low] != c.low || got[rates.High] != c.high {
			t.Errorf("%s: got %v", c.name, got)
		}
		if s.Minutes != 690 || s.BreakMinutes != 60 {
			t.Errorf("%s: got %d paid, %d unpaid", c.name, s.Minutes, s.BreakMinutes)
		}
	}
}

func TestPrice_givesATiedBreakMinuteToTheLaterBand(t *testing.T) {
	t.Parallel()
	work := shift(t, "2026-05-13 16:00", "2026-05-14 00:00", "band_5", "19.97") // 240 core, then 240 low
	work.BreakMinutes = 45
	s := price(t, payOnly(), work).Shifts[0]
	if got := minutes(s); got[rates.Core] != 218 || got[rates.Low] != 217 {
		t.Errorf("got %v", got)
	}
}

func TestPrice_chargesCommissionOnPaidHoursAlone(t *testing.T) {
	t.Parallel()
	work := shift(t, "2026-05-13 08:00", "2026-05-13 20:30", "band_5", "18.00")
	work.BreakMinutes, work.Commission = 60, money.MustRate("2.00")
	want(t, "11h 30m at £2.00", line(t, price(t, payOnly(), work).Shifts[0], rates.Commission).Amount, 2300)
}

func TestPrice_refusesWhatItCannotPrice(t *testing.T) {
	t.Parallel()
	good := shift(t, "2026-05-13 08:00", "2026-05-13 20:00", "band_5", "18.00")
	hours := func(from, to float64) rates.Interval {
		return rates.Interval{Start: good.Start.Add(time.Duration(from * float64(time.Hour))), End: good.Start.Add(time.Duration(to * float64(time.Hour)))}
	}
	for _, c := range []struct {
		name  string
		spoil func(*rates.Work, *rates.Book)
		want  *fault.Fault
	}{
		{"no length", func(w *rates.Work, _ *rates.Book) { w.End = w.Start }, rates.ErrEndsTooEarly},
		{"too long", func(w *rates.Work, _ *rates.Book) { w.End = w.Start.AddDate(0, 0, 8) }, rates.ErrTooLong},
		{"seconds", func(w *rates.Work, _ *rates.Book) { w.End = w.End.Add(time.Second) }, rates.ErrNotWholeMinutes},
		{"seconds in a break", func(w *rates.Work, _ *rates.Book) { w.Breaks = []rates.Interval{hours(1, 1.0001)} }, rates.ErrNotWholeMinutes},
		{"break as long as the shift", func(w *rates.Work, _ *rates.Book) { w.BreakMinutes = 720 }, rates.ErrBreakTooLong},
		{"recorded break as long as the shift", func(w *rates.Work, _ *rates.Book) { w.Breaks = []rates.Interval{hours(0, 12)} }, rates.ErrBreakTooLong},
		{"break below zero", func(w *rates.Work, _ *rates.Book) { w.BreakMinutes = -1 }, rates.ErrBreakTooLong},
		{"break outside", func(w *rates.Work, _ *rates.Book) { w.Breaks = []rates.Interval{hours(11.5, 12.5)} }, rates.ErrBreakOutside},
		{"breaks overlap", func(w *rates.Work, _ *rates.Book) { w.Breaks = []rates.Interval{hours(3, 4), hours(2, 3.5)} }, rates.ErrBreakOutside},
		{"unknown grade", func(w *rates.Work, _ *rates.Book) { w.Grade = "band_99" }, rates.ErrNoData},
		{"before the data begins", func(w *rates.Work, _ *rates.Book) {
			w.Start, w.End = w.Start.AddDate(-3, 0, 0), w.End.AddDate(-3, 0, 0)
		}, rates.ErrNoData},
		{"no holiday pay row", func(_ *rates.Work, b *rates.Book) { b.Holiday = nil }, rates.ErrNoData},
		{"a day without a band at midnight", func(_ *rates.Work, b *rates.Book) {
			pattern := b.Patterns["afc"][0]
			pattern.Week[time.Wednesday] = []rates.Stretch{{From: 60, Band: rates.Core}}
			b.Patterns = map[string][]rates.Pattern{"afc": {pattern}}
		}, rates.ErrNoData},
		{"no tax row", func(_ *rates.Work, b *rates.Book) { b.EmployerNI = nil }, rates.ErrNoData},
		{"no VAT row", func(_ *rates.Work, b *rates.Book) { b.VAT = nil }, rates.ErrNoData},
		{"no pattern", func(_ *rates.Work, b *rates.Book) { b.Patterns = nil }, rates.ErrNoData},
		{"no terms", func(_ *rates.Work, b *rates.Book) { b.OnCosts = "" }, rates.ErrTerms},
	} {
		work, book := good, england()
		c.spoil(&work, &book)

		_, err := rates.Price([]rates.Work{work}, book)

		if !errors.Is(err, c.want) || fault.Of(err).Kind != fault.Invalid {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want.Code)
		}
	}
}

func TestPrice_partsAddToTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		book := england()
		book.OnCosts = rapid.SampledFrom([]rates.OnCosts{rates.Flat, rates.Weekly}).Draw(r, "on-costs")
		book.Segmentation = rapid.SampledFrom([]rates.Segmentation{rates.ByClock, rates.ByWholeShift}).Draw(r, "segmentation")
		book.BreakRule = rapid.SampledFrom([]rates.BreakRule{rates.BreakActual, rates.BreakFromHighest, rates.BreakFromLowest}).Draw(r, "break rule")
		work := drawWork(t, r)

		quote, err := rates.Price(work, book)
		if err != nil {
			r.Fatal(err)
		}

		var net, vat money.Pence
		for i, s := range quote.Shifts {
			var lines, tax money.Pence
			paid := 0
			for _, l := range s.Lines {
				switch l.Kind {
				case rates.VAT:
					tax += l.Amount
				case rates.Pay:
					paid += l.Minutes
					fallthrough
				default:
					lines += l.Amount
				}
				if l.Amount < 0 || l.Minutes < 0 || l.Why() == "" || l.Title() == "" {
					r.Fatalf("got %+v", l)
				}
			}
			if lines != s.Net || tax != s.VAT || s.Gross != s.Net+s.VAT || s.ID != work[i].ID {
				r.Fatalf("shift %d: lines %s and %s, totals %s, %s, %s", i, lines, tax, s.Net, s.VAT, s.Gross)
			}
			if elapsed := int(work[i].End.Sub(work[i].Start) / time.Minute); paid != s.Minutes || paid+s.BreakMinutes != elapsed {
				r.Fatalf("shift %d: %d paid, %d break, %d elapsed", i, paid, s.BreakMinutes, elapsed)
			}
			net += s.Net
		}
		for _, c := range quote.Categories {
			vat += c.VAT
		}
		if net != quote.Net || vat != quote.VAT || quote.Gross != net+vat {
			r.Fatalf("got %s, %s, %s", quote.Net, quote.VAT, quote.Gross)
		}
	})
}

func TestPrice_doesNotDependOnTheOrderOfWork(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		book := england()
		book.OnCosts = rates.Weekly
		work := drawWork(t, r)
		mixed := append([]rates.Work(nil), work...)
		rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1)).Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })

		first, err1 := rates.Price(work, book)
		second, err2 := rates.Price(mixed, book)
		if err1 != nil || err2 != nil {
			r.Fatal(err1, err2)
		}

		byID := map[uuid.UUID]rates.ShiftQuote{}
		for _, s := range second.Shifts {
			byID[s.ID] = s
		}
		for _, s := range first.Shifts {
			if !reflect.DeepEqual(s, byID[s.ID]) {
				r.Fatalf("shift %s: %+v became %+v", s.ID, s, byID[s.ID])
			}
		}
		if first.Gross != second.Gross {
			r.Fatalf("%s became %s", first.Gross, second.Gross)
		}
	})
}

// drawWork makes up to eight pieces of work around the spring change, some
// with recorded breaks, some starting together.
func drawWork(t *testing.T, r *rapid.T) []rates.Work {
	grades := []string{"band_2", "band_3", "band_5", "consultant"}
	week := at(t, "2026-03-23 00:00")
	work := make([]rates.Work, rapid.IntRange(1, 8).Draw(r, "shifts"))
	for i := range work {
		start := week.Add(time.Duration(rapid.IntRange(0, 14*24).Draw(r, "start")) * time.Hour)
		length := rapid.IntRange(30, 900).Draw(r, "length")
		work[i] = rates.Work{
			ID: uuid.UUID{15: byte(i)}, Start: start, End: start.Add(time.Duration(length) * time.Minute),
			Grade: rapid.SampledFrom(grades).Draw(r, "grade"), Pay: money.RateOfPence(money.Pence(rapid.IntRange(1, 12000).Draw(r, "pay"))),
			Commission: money.RateOfPence(money.Pence(rapid.IntRange(0, 500).Draw(r, "commission"))),
			Supplement: money.RateOfPence(money.Pence(rapid.IntRange(0, 400).Draw(r, "supplement"))),
		}
		off := rapid.IntRange(0, length-1).Draw(r, "break")
		if rapid.Bool().Draw(r, "recorded") && off > 0 {
			from := start.Add(time.Duration(rapid.IntRange(0, length-off).Draw(r, "from")) * time.Minute)
			work[i].Breaks = []rates.Interval{{Start: from, End: from.Add(time.Duration(off) * time.Minute)}}
		} else {
			work[i].BreakMinutes = off
		}
	}
	return work
}

func TestQuote_explainsItselfAfterBeingStored(t *testing.T) {
	t.Parallel()
	quote := price(t, england(), shift(t, "2026-12-24 19:30", "2026-12-25 08:00", "band_5", "19.97"))
	stored, err := json.Marshal(quote)
	if err != nil {
		t.Fatal(err)
	}
	var back rates.Quote
	if err := json.Unmarshal(stored, &back); err != nil {
		t.Fatal(err)
	}
	if got, want := back.Shifts[0].Explain(), quote.Shifts[0].Explain(); len(got) != len(want) || got[1].Why != want[1].Why || !reflect.DeepEqual(got[1].Times, want[1].Times) || !reflect.DeepEqual(got[2].Line.Rows, want[2].Line.Rows) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestPrice_staysWithinTwentyAllocations(t *testing.T) {
	book := england()
	work := []rates.Work{shift(t, "2026-12-24 20:00", "2026-12-25 08:00", "band_5", "19.97")}
	work[0].BreakMinutes, work[0].Commission = 60, money.MustRate("2.50")
	allocations := testing.AllocsPerRun(100, func() {
		if _, err := rates.Price(work, book); err != nil {
			t.Error(err)
		}
	})
	if allocations > 20 {
		t.Errorf("got %v", allocations)
	}
}

func BenchmarkPrice_nightAcrossBankHoliday(b *testing.B) {
	book := england()
	work := []rates.Work{shift(b, "2026-12-24 20:00", "2026-12-25 08:00", "band_5", "19.97")}
	work[0].BreakMinutes, work[0].Commission = 60, money.MustRate("2.50")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rates.Price(work, book); err != nil {
			b.Fatal(err)
		}
	}
}
