package timesheets

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
)

// weeklyBook is flat in bands and has the thresholds of 2026/27.
func weeklyBook() rates.Book {
	row := func(id string) rates.Row { return rates.Row{ID: id, From: civil.MustDate("2026-04-01")} }
	day := []rates.Stretch{{Band: rates.Core}}
	return rates.Book{
		Segmentation: rates.ByClock, BreakRule: rates.BreakActual, OnCosts: rates.Weekly,
		Patterns:    map[string][]rates.Pattern{"all": {{Row: row("all"), Week: [7][]rates.Stretch{day, day, day, day, day, day, day}, PublicDay: day}}},
		Multipliers: map[string][]rates.Multiplier{"band_5": {{Row: row("band 5"), Pattern: "all", Low: money.One, High: money.One}}},
		Holiday:     []rates.OnCost{{Row: row("holiday"), Rate: money.MustFactor("0.1207")}},
		EmployerNI:  []rates.OnCost{{Row: row("ni"), Rate: money.MustFactor("0.15"), Floor: 9600}},
		Pension:     []rates.OnCost{{Row: row("pension"), Rate: money.MustFactor("0.03"), Floor: 12000, Ceiling: 96700}},
		Levy:        []rates.OnCost{{Row: row("levy"), Rate: money.MustFactor("0.005")}},
		VAT:         []rates.VATRule{{Row: row("vat"), Category: rates.Standard, Rate: money.MustFactor("0.2")}},
	}
}

// approveInTurn prices each shift as an approval does, on top of those before it.
func approveInTurn(t interface{ Fatal(...any) }, work []rates.Work) []rates.ShiftQuote {
	borne := sums{}
	var settled []rates.ShiftQuote
	for _, w := range work {
		alone, err := rates.Price([]rates.Work{w}, weeklyBook())
		if err != nil {
			t.Fatal(err)
		}
		q := alone.Shifts[0]
		onTopOf(&q, borne)
		for _, l := range q.Lines {
			if l.Kind != rates.VAT {
				borne[l.Kind] += l.Amount
			}
		}
		settled = append(settled, q)
	}
	return settled
}

func someWeek(t *rapid.T) []rates.Work {
	monday := civil.MustDate("2026-05-11").Midnight()
	n := rapid.IntRange(1, 6).Draw(t, "shifts")
	var work []rates.Work
	for i := range n {
		start := monday.Add(time.Duration(i)*24*time.Hour + time.Duration(rapid.IntRange(0, 47).Draw(t, "from"))*15*time.Minute)
		minutes := rapid.IntRange(30, 700).Draw(t, "minutes")
		work = append(work, rates.Work{ID: uuid.New(), Start: start, End: start.Add(time.Duration(minutes) * time.Minute), Grade: "band_5",
			Pay: money.RateOfPence(money.Pence(rapid.IntRange(1271, 9000).Draw(t, "pay"))), Commission: money.MustRate("2")})
	}
	return work
}

func TestWeekly_inOrderOfStartIsTheEnginesOwnShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		work := someWeek(t)
		together, err := rates.Price(work, weeklyBook())
		if err != nil {
			t.Fatal(err)
		}

		for i, q := range approveInTurn(t, work) {
			want := together.Shifts[i]
			if q.Net != want.Net || q.VAT != want.VAT || q.Gross != want.Gross || len(q.Lines) != len(want.Lines) {
				t.Fatalf("shift %d is %v, %v, %v; the engine says %v, %v, %v", i, q.Net, q.VAT, q.Gross, want.Net, want.VAT, want.Gross)
			}
			for j := range q.Lines {
				if a, b := q.Lines[j], want.Lines[j]; a.Amount != b.Amount || a.Why() != b.Why() {
					t.Fatalf("shift %d: %q, the engine says %q", i, a.Why(), b.Why())
				}
			}
		}
	})
}

func TestWeekly_inAnyOrderAddsUpToTheWeek(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		work := someWeek(t)
		together, err := rates.Price(work, weeklyBook())
		if err != nil {
			t.Fatal(err)
		}
		shuffled := slices.Clone(work)
		for i := range shuffled {
			j := rapid.IntRange(i, len(shuffled)-1).Draw(t, "swap")
			shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
		}

		var net money.Pence
		for _, q := range approveInTurn(t, shuffled) {
			var lines money.Pence
			for _, l := range q.Lines {
				if l.Kind != rates.VAT {
					lines += l.Amount
				}
				if l.Amount < 0 {
					t.Fatalf("%s is %v", l.Kind, l.Amount)
				}
			}
			if lines != q.Net {
				t.Fatalf("the lines come to %v, the shift to %v", lines, q.Net)
			}
			net += q.Net
		}

		if net != together.Net {
			t.Fatalf("approved one by one %v, the week %v", net, together.Net)
		}
	})
}
