package rates_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
)

// told are the explanations of a shift, one line each.
func told(s *rates.ShiftQuote) (lines []string) {
	for _, e := range s.Explain() {
		parts := []string{e.Title + ": " + e.Why}
		if len(e.Times) > 0 {
			parts = append(parts, strings.Join(e.Times, ", "))
		}
		for _, more := range []string{e.Rounding, strings.Join(e.Basis, "; "), e.Tax, e.Note} {
			if more != "" {
				parts = append(parts, more)
			}
		}
		lines = append(lines, strings.Join(parts, " | "))
	}
	return lines
}

func wantTold(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestExplain_aWholeShift(t *testing.T) {
	t.Parallel()
	book := goldenBook("full")
	for grade, list := range book.Multipliers {
		book.Multipliers[grade] = []rates.Multiplier{{Row: rates.Row{ID: grade, Version: 3, From: civil.MustDate("2018-07-01"), Source: "Section 2"}, Pattern: list[0].Pattern, Low: list[0].Low, High: list[0].High}}
	}
	work := shift(t, "2026-10-24 19:00", "2026-10-25 08:00", "band_5", "19.97")
	work.BreakMinutes, work.Commission = 60, money.MustRate("2.50")
	work.Expenses = []rates.Expense{{Name: "Mileage", Amount: 1350}}
	s := price(t, book, work).Shifts[0]

	wantTold(t, told(&s),
		"Unsocial hours: 4h 39m at £19.97 × 1.3 = £120.72 | 19:00 to 00:00 | £120.71865, rounded to £120.72 | Section 2, version 3, from Sun 1 Jul 2018 | VAT 20% | 21m of the unpaid break was taken from here.",
		"Sundays and bank holidays: 8h 21m at £19.97 × 1.6 = £266.80 | 00:00 to 08:00 | £266.7992, rounded to £266.80 | Section 2, version 3, from Sun 1 Jul 2018 | VAT 20% | 39m of the unpaid break was taken from here.",
		"Holiday pay: 12.07% of £387.52 = £46.77 | £46.773664, rounded to £46.77 | test, version 1, from Tue 1 Apr 2025 | VAT 20%",
		"Employer's National Insurance: 15% of £434.29 = £65.14 | £65.1435, rounded to £65.14 | test, version 1, from Tue 1 Apr 2025 | VAT 20%",
		"Pension: 3% of £434.29 = £13.03 | £13.0287, rounded to £13.03 | test, version 1, from Tue 1 Apr 2025 | VAT 20%",
		"Apprenticeship levy: 0.5% of £434.29 = £2.17 | £2.17145, rounded to £2.17 | test, version 1, from Tue 1 Apr 2025 | VAT 20%",
		"Agency commission: 13h at £2.50 = £32.50 | VAT 20%",
		"Mileage: As claimed: £13.50 | VAT 20%",
		"VAT: 20% of £560.63 = £112.13 | £112.126, rounded to £112.13 | standard, version 1, from Tue 1 Apr 2025 | VAT 20%",
	)
	var sums []string
	for _, total := range s.Totals() {
		sums = append(sums, total.Title+" "+total.Amount.String()+": "+total.Why)
	}
	wantTold(t, sums,
		"Charge before VAT £560.63: 13h paid, 1h unpaid",
		"VAT £112.13: Shown for this shift alone. An invoice works it out once on all its lines.",
		"Total £672.76: £560.63 and £112.13 VAT",
	)
}

func TestExplain_whatIsOutOfTheOrdinary(t *testing.T) {
	t.Parallel()
	plain := func(terms, work string) *rates.ShiftQuote {
		q := price(t, goldenBook(terms), goldenWork(t, 0, work))
		return &q.Shifts[0]
	}
	for _, c := range []struct {
		terms, work, title, want string
	}{
		{"rostered", "2026-10-24 20:00 to next 08:00 band_5 19.97", "Sundays and bank holidays", "The clocks went back. The 1h that came twice is paid once, as rostered."},
		{"rostered", "2026-03-28 20:00 to next 08:00 band_5 19.97", "Sundays and bank holidays", "The clocks went forward. The 1h that they skipped is paid, as rostered."},
		{"dual", "2026-12-26 08:00 to 20:00 band_5 19.97 dual=2026-12-28", "Unsocial hours", "Holiday is paid as an ordinary day here, because another day of that holiday carries the rate."},
		{"", "2026-05-17 08:00 to 20:00 band_5 19.97 high=33.25", "Sundays and bank holidays", "12h at £33.25 = £399.00"},
		{"", "2026-05-17 08:00 to 20:00 band_5 19.97 high=33.25", "Sundays and bank holidays", "The card fixes this rate for these hours."},
		{"", "2026-05-13 08:00 to 18:00 consultant 50.00 as=psc_inside", "Core hours", "Employer's costs come on top of it and are never taken out of it."},
		{"", "2026-05-13 08:00 to 18:00 consultant 50.00 as=direct", "Core hours", "Outside the scope of VAT: Wages paid by the employer"},
		{"concession", "2026-05-13 08:00 to 18:00 band_5 20.00 profession=nurse", "Core hours", "Exempt from VAT: Nursing agencies' concession"},
		{"", "2026-05-13 08:30 to 17:10 gp 0 as=gp_session sessions=2 fee=420.00", "GP session", "2 sessions at £420.00 = £840.00"},
		{"", "2026-05-13 08:30 to 13:00 gp 0 as=gp_session sessions=1 fee=420.00", "GP session", "20m at £100.80 = £33.60"},
		{"", "2026-05-13 08:30 to 12:40 gp 0 as=gp_session sessions=1 fee=333.33 pension", "Pension", "14.38% of £300.00, which is 90% of £333.33 = £43.14"},
		{"", "2026-07-15 08:00 to 20:00 band_5 20.00 cancelled=2026-07-15T05:00", "Cancellation charge", "called off 3h before the start: 100% of 2h out of 12h of the shift's £240.00 = £40.00"},
		{"", "2026-05-13 08:00 to 20:00 band_5 20.00 cancelled=2026-05-12T18:00", "Cancellation charge", "called off 14h before the start: 50% of the shift's £240.00 = £120.00"},
		{"", "2026-05-13 08:00 to 18:00 band_5 20.00 framework=0.355", "Framework fee", "10h at £0.355 = £3.55"},
		{"", "2026-05-13 08:00 to 18:00 band_5 20.00 direct=1.10 as=direct", "Direct engagement fee", "10h at £1.10 = £11.00"},
	} {
		s := plain(c.terms, c.work)
		found := false
		for _, line := range told(s) {
			found = found || strings.HasPrefix(line, c.title+": ") && strings.Contains(line, c.want)
		}
		if !found {
			t.Errorf("%s %s: got\n%s\nwant %s: %s", c.terms, c.work, strings.Join(told(s), "\n"), c.title, c.want)
		}
	}
}

func TestExplain_aSettledWeek(t *testing.T) {
	t.Parallel()
	book := goldenBook("full weekly")
	first := goldenWork(t, 0, "2026-05-11 00:00 to 20:00 consultant 45.00")
	second := goldenWork(t, 1, "2026-05-13 00:00 to 20:00 consultant 45.00")

	weeks, err := rates.TrueUps(first, []rates.ShiftQuote{price(t, book, second).Shifts[0], price(t, book, first).Shifts[0]}, book)

	if err != nil || len(weeks) != 1 {
		t.Fatalf("got %+v, %v", weeks, err)
	}
	var whys []string
	for _, l := range weeks[0].Lines {
		whys = append(whys, l.Title()+": "+l.Why())
	}
	wantTold(t, whys,
		"Employer's National Insurance, settled for the week: 15% of the week's £2,017.26 above £96.00, less £273.78 charged with its shifts = £14.41",
		"Pension, settled for the week: 3% of the week's £2,017.26 between £120.00 and £967.00, less £50.82 charged with its shifts = -£25.41",
		"Apprenticeship levy, settled for the week: 0.5% of the week's £2,017.26, less £10.08 charged with its shifts = £0.01",
	)
	if l := weeks[0].Lines[0]; l.Category != rates.Standard || l.VATRule == nil {
		t.Errorf("a settled line has its VAT decided: got %+v", l)
	}
}

func TestExplain_theCapOfABand(t *testing.T) {
	t.Parallel()
	q := price(t, goldenBook(""), goldenWork(t, 0, "2026-05-14 14:00 to next 02:00 band_5 19.97 core=33.00 low=33.00"))
	s := &q.Shifts[0]
	if worst := s.OverCap(); worst == nil || worst.Why() != "£33.00 an hour against the cap of £30.95: £2.05 above it" {
		t.Errorf("got %+v", worst)
	}
	if got := s.Caps[1].Why(); got != "£33.00 an hour against the cap of £40.23: within it" {
		t.Errorf("got %q", got)
	}
	within := price(t, goldenBook(""), goldenWork(t, 0, "2026-05-14 14:00 to next 02:00 band_5 19.97"))
	if worst := within.Shifts[0].OverCap(); worst != nil {
		t.Errorf("got %+v", worst)
	}
}

func TestExplain_aQuoteStoredBeforeVATWasDecidedOnEveryLine(t *testing.T) {
	t.Parallel()
	const stored = `{"id":"00000000-0000-0000-0000-000000000001","start":"2026-05-13T08:00:00Z","end":"2026-05-13T09:00:00Z","date":"2026-05-13","minutes":60,"break_minutes":0,
		"lines":[{"kind":"pay","amount_pence":2596,"band":"low","minutes":60,"rate":"19.9700","factor":"1.300000","vat_category":"S"},
			{"kind":"employer_ni","amount_pence":100,"factor":"0.150000","base_pence":10267,"floor_pence":9600,"weekly":true,"vat_category":"S"},
			{"kind":"vat","amount_pence":539,"factor":"0.200000","base_pence":2696,"vat_category":"S","rows":[{"id":"s","version":1,"from":"2025-04-01"}]}],
		"segments":[{"start":"2026-05-13T08:00:00Z","end":"2026-05-13T09:00:00Z","band":"low","rate":"19.9700","supplement":"0.0000","factor":"1.300000"}],
		"net_pence":2696,"vat_pence":539,"gross_pence":3235}`
	var s rates.ShiftQuote
	if err := json.Unmarshal([]byte(stored), &s); err != nil {
		t.Fatal(err)
	}
	got := s.Explain()
	if len(got) != 3 || got[0].Why != "1h at £19.97 × 1.3 = £25.96" || !slices.Equal(got[0].Times, []string{"09:00 to 10:00"}) || got[1].Why != "15% of the week's £102.67 above £96.00 = £1.00" || s.OverCap() != nil {
		t.Errorf("got %+v", got)
	}
}

func TestPrice_refusesWhatAnEngagementLacks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		work string
		want error
	}{
		{"2026-05-13 08:00 to 18:00 band_5 20.00 as=volunteer", rates.ErrEngagement},
		{"2026-05-13 08:30 to 12:40 gp 0 as=gp_session fee=420.00", rates.ErrSession},
		{"2020-05-13 08:30 to 12:40 gp 0 as=gp_session fee=420.00 sessions=1", rates.ErrNoData},
		{"2026-05-13 08:00 to 18:00 band_5 20.00 travel=-1.00", rates.ErrExpense},
	} {
		if _, err := rates.Price([]rates.Work{goldenWork(t, 0, c.work)}, goldenBook("")); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.work, err, c.want)
		}
	}
	book := goldenBook("")
	book.Cancellation = nil
	if _, err := rates.Price([]rates.Work{goldenWork(t, 0, "2026-05-13 08:00 to 18:00 band_5 20.00 cancelled=2026-05-13T07:00")}, book); !errors.Is(err, rates.ErrNoData) {
		t.Errorf("no charges for cancelling: got %v", err)
	}
}

func BenchmarkPrice_nightAcrossBankHolidayExplained(b *testing.B) {
	book := england()
	work := []rates.Work{shift(b, "2026-12-24 20:00", "2026-12-25 08:00", "band_5", "19.97")}
	work[0].BreakMinutes, work[0].Commission = 60, money.MustRate("2.50")
	b.ReportAllocs()
	for b.Loop() {
		quote, err := rates.Price(work, book)
		if err != nil {
			b.Fatal(err)
		}
		if len(quote.Shifts[0].Explain()) == 0 || len(quote.Shifts[0].Totals()) == 0 {
			b.Fatal("nothing told")
		}
	}
}

// What a shift bears for other days of its week is told beside its own share.
func TestWhy_ofAWeekWithSeveralRatesAddsUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		charged money.Pence
		want    string
	}{
		{1500, "10% of the week's £500.00 above £96.00, less £15.00 on earlier shifts = £25.40"},
		{-1500, "10% of the week's £500.00 above £96.00, and £15.00 at the rates of its other days = £55.40"},
		{0, "10% of the week's £500.00 above £96.00 = £40.40"},
	} {
		l := rates.Line{Kind: rates.EmployerNI, Weekly: true, Factor: money.MustFactor("0.1"), Floor: 9600, Base: 50000, Charged: c.charged, Amount: 4040 - c.charged}
		if got := l.Why(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
