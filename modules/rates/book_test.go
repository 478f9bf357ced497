package rates_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
)

// england is a book with the published figures of 2026/27 for England: Section
// 2 bands, bank holidays with dual days, tax parameters, standard VAT.
func england() rates.Book {
	from := civil.MustDate("2025-04-01")
	row := func(id string) rates.Row { return rates.Row{ID: id, Version: 1, From: from, Source: "test"} }
	night := []rates.Stretch{{From: 0, Band: rates.Low}, {From: civil.MustClock("06:00"), Band: rates.Core}, {From: civil.MustClock("20:00"), Band: rates.Low}}
	low, high := []rates.Stretch{{Band: rates.Low}}, []rates.Stretch{{Band: rates.High}}
	office := []rates.Stretch{{From: 0, Band: rates.Low}, {From: civil.MustClock("07:00"), Band: rates.Core}, {From: civil.MustClock("19:00"), Band: rates.Low}}
	multiplier := func(low, high string) []rates.Multiplier {
		return []rates.Multiplier{{Row: row("afc " + low), Pattern: "afc", Low: money.MustFactor(low), High: money.MustFactor(high)}}
	}
	book := rates.Book{
		Segmentation: rates.ByClock, BreakRule: rates.BreakActual, OnCosts: rates.Flat,
		Patterns: map[string][]rates.Pattern{
			"afc":     {{Row: row("afc"), Week: [7][]rates.Stretch{high, night, night, night, night, night, low}, PublicDay: high}},
			"medical": {{Row: row("medical"), Week: [7][]rates.Stretch{low, office, office, office, office, office, low}, PublicDay: low}},
		},
		Multipliers: map[string][]rates.Multiplier{
			"band_2": multiplier("1.41", "1.83"), "band_3": multiplier("1.35", "1.69"), "band_5": multiplier("1.3", "1.6"),
			"consultant": {{Row: row("medical"), Pattern: "medical", Low: money.One, High: money.One}},
		},
		Holidays: map[civil.Date]rates.PublicDay{},
		Holiday:  []rates.OnCost{{Row: row("holiday"), Rate: money.MustFactor("0.1207")}},
		EmployerNI: []rates.OnCost{
			{Row: row("employer ni"), Rate: money.MustFactor("0.15"), Floor: 9600},
		},
		Pension: []rates.OnCost{{Row: row("pension"), Rate: money.MustFactor("0.03"), Floor: 12000, Ceiling: 96700}},
		Levy:    []rates.OnCost{{Row: row("levy"), Rate: money.MustFactor("0.005")}},
		VAT:     []rates.VATRule{{Row: row("standard"), Category: rates.Standard, Rate: money.MustFactor("0.2")}},
	}
	for day, name := range map[string]string{
		"2026-04-03": "Good Friday", "2026-04-06": "Easter Monday", "2026-05-04": "Early May bank holiday", "2026-05-25": "Spring bank holiday",
		"2026-08-31": "Summer bank holiday", "2026-12-25": "Christmas Day", "2026-12-26": "Boxing Day", "2026-12-28": "Boxing Day (substitute day)",
		"2027-01-01": "New Year's Day",
	} {
		book.Holidays[civil.MustDate(day)] = rates.PublicDay{Row: row(name), Name: name}
	}
	return book
}

// payOnly is a book that charges nothing but pay.
func payOnly() rates.Book {
	book := england()
	none := []rates.OnCost{{Row: rates.Row{ID: "none", From: civil.MustDate("2025-04-01")}}}
	book.Holiday, book.EmployerNI, book.Pension, book.Levy = none, none, none, none
	return book
}

func exempt(from string) rates.VATRule {
	return rates.VATRule{Row: rates.Row{ID: "election", From: civil.MustDate(from)}, Category: rates.Exempt, Reason: "Exempt: nursing agencies' concession"}
}

func at(t testing.TB, s string) time.Time {
	t.Helper()
	instant, err := civil.ParseInstant(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return instant
}

func shift(t testing.TB, start, end, grade, pay string) rates.Work {
	t.Helper()
	return rates.Work{ID: uuid.New(), Start: at(t, start), End: at(t, end), Grade: grade, Pay: money.MustRate(pay)}
}

func price(t testing.TB, book rates.Book, work ...rates.Work) rates.Quote {
	t.Helper()
	quote, err := rates.Price(work, book)
	if err != nil {
		t.Fatal(err)
	}
	return quote
}

// minutes are the paid minutes of a shift by band.
func minutes(s rates.ShiftQuote) map[rates.Band]int {
	sum := map[rates.Band]int{}
	for _, l := range s.Lines {
		if l.Kind == rates.Pay {
			sum[l.Band] += l.Minutes
		}
	}
	return sum
}

func line(t testing.TB, s rates.ShiftQuote, kind rates.Kind) rates.Line {
	t.Helper()
	for _, l := range s.Lines {
		if l.Kind == kind {
			return l
		}
	}
	t.Fatalf("no %s line in %+v", kind, s.Lines)
	return rates.Line{}
}

func want(t testing.TB, what string, got, pence money.Pence) {
	t.Helper()
	if got != pence {
		t.Errorf("%s: got %s, want %s", what, got, pence)
	}
}
