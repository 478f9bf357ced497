package rates_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
)

// weekOf is five equal weekday shifts from Monday 11 May 2026.
func weekOf(t *testing.T, from, to, grade, pay, commission string) []rates.Work {
	var work []rates.Work
	for day := range 5 {
		w := shift(t, "2026-05-11 "+from, "2026-05-11 "+to, grade, pay)
		w.Start, w.End = w.Start.AddDate(0, 0, day), w.End.AddDate(0, 0, day)
		w.Commission = money.MustRate(commission)
		work = append(work, w)
	}
	return work
}

func sum(quote rates.Quote, kinds ...rates.Kind) (total money.Pence) {
	for i := range quote.Shifts {
		total += quote.Shifts[i].Sum(kinds...)
	}
	return total
}

func TestWeekly_doctorsWeekOfFiveShifts(t *testing.T) {
	t.Parallel()
	book := england()
	book.OnCosts = rates.Weekly

	quote := price(t, book, weekOf(t, "08:00", "16:00", "consultant", "45.00", "4.00")...)

	want(t, "pay", sum(quote, rates.Pay), 180000)
	want(t, "holiday", sum(quote, rates.HolidayPay), 21726)
	want(t, "employer's NI", sum(quote, rates.EmployerNI), 28819)
	want(t, "pension", sum(quote, rates.Pension), 2541)
	want(t, "levy", sum(quote, rates.Levy), 1009)
	want(t, "commission", sum(quote, rates.Commission), 16000)
	want(t, "net", quote.Net, 250095)
	want(t, "VAT", quote.VAT, 50019)
	want(t, "gross", quote.Gross, 300114)

	book.VAT = append(book.VAT, exempt("2026-01-01"))
	quote = price(t, book, weekOf(t, "08:00", "16:00", "consultant", "45.00", "4.00")...)
	want(t, "exempt", quote.Gross, 250095)
}

func TestWeekly_nursesWeekUnderTheConcession(t *testing.T) {
	t.Parallel()
	book := england()
	book.OnCosts = rates.Weekly
	book.VAT = append(book.VAT, exempt("2026-04-01"))

	quote := price(t, book, weekOf(t, "08:00", "15:30", "band_5", "18.00", "2.00")...)

	want(t, "holiday", sum(quote, rates.HolidayPay), 8147)
	want(t, "employer's NI", sum(quote, rates.EmployerNI), 9907)
	want(t, "pension", sum(quote, rates.Pension), 1909)
	want(t, "levy", sum(quote, rates.Levy), 378)
	want(t, "net", quote.Net, 95341)
	want(t, "VAT", quote.VAT, 0)
	want(t, "gross", quote.Gross, 95341)
	tax := line(t, quote.Shifts[0], rates.VAT)
	if tax.Category != rates.Exempt || tax.Reason == "" || tax.Amount != 0 {
		t.Errorf("an exempt line carries its category and reason: got %+v", tax)
	}
}

func TestWeekly_takesTheThresholdOncePerWeek(t *testing.T) {
	t.Parallel()
	book := england()
	book.OnCosts = rates.Weekly
	first := shift(t, "2026-05-11 00:00", "2026-05-11 20:00", "consultant", "45.00")
	second := shift(t, "2026-05-13 00:00", "2026-05-13 20:00", "consultant", "45.00")
	later := shift(t, "2026-05-18 00:00", "2026-05-18 20:00", "consultant", "45.00")

	quote := price(t, book, second, later, first)

	ni := func(i int) money.Pence { return quote.Shifts[i].Sum(rates.EmployerNI) }
	want(t, "first of the week", ni(2), 13689)
	want(t, "both together", ni(2)+ni(0), 28819)
	want(t, "a new week starts again", ni(1), 13689)
	for i := range quote.Shifts {
		want(t, "gross pay", quote.Shifts[i].Sum(rates.Pay, rates.HolidayPay), 100863)
	}
}

func TestWeekly_shiftsAddUpToTheWeek(t *testing.T) {
	t.Parallel()
	book := england()
	book.OnCosts = rates.Weekly
	rapid.Check(t, func(r *rapid.T) {
		var work []rates.Work
		for range rapid.IntRange(1, 10).Draw(r, "shifts") {
			start := at(t, "2026-05-11 00:00").Add(time.Duration(rapid.IntRange(0, 7*24*60-1).Draw(r, "start")) * time.Minute)
			work = append(work, rates.Work{
				Start: start, End: start.Add(time.Duration(rapid.IntRange(1, 900).Draw(r, "length")) * time.Minute),
				Grade: "band_5", Pay: money.RateOfPence(money.Pence(rapid.IntRange(1, 9000).Draw(r, "pay"))),
			})
		}

		quote, err := rates.Price(work, book)
		if err != nil {
			r.Fatal(err)
		}

		pay := sum(quote, rates.Pay)
		holiday := pay.Times(money.MustFactor("0.1207"))
		gross := pay + holiday
		for _, c := range []struct {
			kind rates.Kind
			want money.Pence
		}{
			{rates.HolidayPay, holiday},
			{rates.EmployerNI, max(0, gross-9600).Times(money.MustFactor("0.15"))},
			{rates.Pension, max(0, min(gross, 96700)-12000).Times(money.MustFactor("0.03"))},
			{rates.Levy, gross.Times(money.MustFactor("0.005"))},
		} {
			if got := sum(quote, c.kind); got != c.want {
				r.Fatalf("%s: the shifts give %s, the week %s", c.kind, got, c.want)
			}
		}
	})
}

func TestFlat_takesItsShareOfEveryPound(t *testing.T) {
	t.Parallel()
	s := price(t, england(), shift(t, "2026-05-13 08:00", "2026-05-13 09:00", "consultant", "45.00")).Shifts[0]

	want(t, "holiday", s.Sum(rates.HolidayPay), 543)
	want(t, "employer's NI", s.Sum(rates.EmployerNI), 756)
	want(t, "pension", s.Sum(rates.Pension), 151)
	want(t, "levy", s.Sum(rates.Levy), 25)
	want(t, "net", s.Net, 4500+543+756+151+25)
	if s.PerHour() != money.MustRate("59.75") {
		t.Errorf("got %s", s.PerHour())
	}
}

func TestOnCosts_useTheRowOfTheShiftsOwnDate(t *testing.T) {
	t.Parallel()
	book := england()
	book.EmployerNI = append(book.EmployerNI, rates.OnCost{Row: rates.Row{ID: "employer ni", Version: 2, From: civil.MustDate("2026-05-14")}, Rate: money.MustFactor("0.2")})

	before := price(t, book, shift(t, "2026-05-13 23:00", "2026-05-14 09:00", "consultant", "10.00")).Shifts[0]
	after := price(t, book, shift(t, "2026-05-14 00:00", "2026-05-14 10:00", "consultant", "10.00")).Shifts[0]

	want(t, "starts the day before", before.Sum(rates.EmployerNI), 1681)
	want(t, "starts on the day", after.Sum(rates.EmployerNI), 2241)
	if rows := line(t, after, rates.EmployerNI).Rows; len(rows) != 1 || rows[0].Version != 2 {
		t.Errorf("got %+v", rows)
	}
}

func TestVAT_followsElectionsByKindAndDate(t *testing.T) {
	t.Parallel()
	book := england()
	book.OnCosts = rates.Weekly
	wages := []rates.Kind{rates.Pay, rates.HolidayPay, rates.EmployerNI, rates.Pension, rates.Levy}
	book.VAT = append(book.VAT, rates.VATRule{
		Row: rates.Row{ID: "direct engagement", From: civil.MustDate("2026-05-01")}, Kinds: wages,
		Category: rates.OutsideScope, Reason: "Wages paid by the client",
	})

	quote := price(t, book, weekOf(t, "08:00", "16:00", "consultant", "45.00", "4.00")...)

	if len(quote.Categories) != 2 {
		t.Fatalf("got %+v", quote.Categories)
	}
	want(t, "wages", quote.Categories[0].Net, 234095)
	want(t, "VAT on wages", quote.Categories[0].VAT, 0)
	want(t, "VAT on commission", quote.Categories[1].VAT, 3200)
	april := price(t, book, shift(t, "2026-04-30 08:00", "2026-04-30 09:00", "consultant", "45.00"))
	if len(april.Categories) != 1 || april.Categories[0].Category != rates.Standard {
		t.Errorf("before the election all is standard: got %+v", april.Categories)
	}
}

func TestExplain_tellsTheClockTimesOfEveryLine(t *testing.T) {
	t.Parallel()
	work := shift(t, "2026-12-24 19:30", "2026-12-25 08:00", "band_5", "19.97")
	work.BreakMinutes, work.Commission = 30, money.MustRate("2.50")
	quote := price(t, england(), work)

	told := quote.Shifts[0].Explain()

	var whys []string
	for _, e := range told {
		whys = append(whys, e.Title+": "+e.Why)
	}
	if !slices.Equal(whys, []string{
		"Core hours: 29m at £19.97 = £9.65",
		"Unsocial hours: 3h 50m at £19.97 × 1.3 = £99.52",
		"Sundays and bank holidays: 7h 41m at £19.97 × 1.6 = £245.50",
		"Holiday pay: 12.07% of £354.67 = £42.81",
		"Employer's National Insurance: 15% of £397.48 = £59.62",
		"Pension: 3% of £397.48 = £11.92",
		"Apprenticeship levy: 0.5% of £397.48 = £1.99",
		"Agency commission: 12h at £2.50 = £30.00",
		"VAT: 20% of £501.01 = £100.20",
	}) {
		t.Errorf("got %q", whys)
	}
	if !slices.Equal(told[1].Times, []string{"20:00 to 00:00"}) || !slices.Equal(told[2].Times, []string{"00:00 to 08:00"}) {
		t.Errorf("got %v and %v", told[1].Times, told[2].Times)
	}
	if told[2].Note != "Christmas Day. 19m of the unpaid break was taken from here." {
		t.Errorf("got %q", told[2].Note)
	}
}

func TestExplain_tellsTheWeeksShare(t *testing.T) {
	t.Parallel()
	book := england()
	book.OnCosts = rates.Weekly
	quote := price(t, book, weekOf(t, "08:00", "16:00", "consultant", "45.00", "0")...)

	for i, want := range map[int]string{
		0: "15% of the week's £403.45 above £96.00 = £46.12",
		1: "15% of the week's £806.90 above £96.00, less £46.12 on earlier shifts = £60.52",
	} {
		ni := line(t, quote.Shifts[i], rates.EmployerNI)
		if ni.Why() != want {
			t.Errorf("got %q, want %q", ni.Why(), want)
		}
	}
	pension := line(t, quote.Shifts[4], rates.Pension)
	if got, want := pension.Why(), "3% of the week's £2,017.26 between £120.00 and £967.00, less £25.41 on earlier shifts = £0.00"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestExplain_joinsNeighboursAndTellsTheWholeShiftRule(t *testing.T) {
	t.Parallel()
	book := england()
	book.Segmentation = rates.ByWholeShift
	quote := price(t, book, shift(t, "2026-05-15 19:30", "2026-05-16 08:00", "band_5", "19.97"))

	told := quote.Shifts[0].Explain()

	if !slices.Equal(told[0].Times, []string{"19:30 to 08:00"}) || told[0].Note != "More than half of the shift is unsocial, so all of it is paid as unsocial." {
		t.Errorf("got %v, %q", told[0].Times, told[0].Note)
	}
}
