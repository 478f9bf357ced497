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
		Caps:        map[string][]rates.Cap{"band_5": {{Row: row("cap"), Band: rates.Core, Rate: money.MustRate("31")}}},
		SignOff:     []rates.Limit{{Row: row("chief"), Rate: money.MustRate("45")}},
	}
}

// someBook is a weeklyBook in which figures may change on days of the week: to a
// higher rate, a lower one or none, with other thresholds.
func someBook(t *rapid.T) rates.Book {
	book := weeklyBook()
	for _, cost := range []struct {
		name string
		rows *[]rates.OnCost
	}{{"holiday", &book.Holiday}, {"ni", &book.EmployerNI}, {"pension", &book.Pension}, {"levy", &book.Levy}} {
		for _, day := range rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 0, 2, rapid.ID[int]).Draw(t, cost.name+" changes on") {
			now := (*cost.rows)[0]
			now.ID, now.From = cost.name+" anew", civil.MustDate("2026-05-11").AddDays(day)
			now.Rate = rapid.SampledFrom([]money.Factor{{}, money.MustFactor("0.01"), money.MustFactor("0.1"), money.MustFactor("0.2013")}).Draw(t, "rate")
			if now.Floor > 0 {
				now.Floor = money.Pence(rapid.IntRange(0, 30000).Draw(t, "floor"))
			}
			if now.Ceiling > 0 {
				now.Ceiling = money.Pence(rapid.IntRange(40000, 120000).Draw(t, "ceiling"))
			}
			*cost.rows = append(*cost.rows, now)
		}
	}
	return book
}

// approveInTurn prices each shift as an approval does, on top of those before it.
func approveInTurn(t interface{ Fatal(...any) }, work []rates.Work, book rates.Book) []rates.ShiftQuote {
	var locked []rates.Day
	var settled []rates.ShiftQuote
	for _, w := range work {
		w.Locked = locked
		priced, err := rates.Price([]rates.Work{w}, book)
		if err != nil {
			t.Fatal(err)
		}
		q := priced.Shifts[0]
		at := slices.IndexFunc(locked, func(d rates.Day) bool { return d.Date == q.Date })
		if at < 0 {
			at, locked = len(locked), append(locked, rates.Day{Date: q.Date, Sums: map[rates.Kind]money.Pence{}})
		}
		for _, l := range q.Lines {
			if l.Kind != rates.VAT {
				locked[at].Sums[l.Kind] += l.Amount
			}
		}
		settled = append(settled, q)
	}
	return settled
}

// someWeek has up to seven shifts, some of them on one day.
func someWeek(t *rapid.T) []rates.Work {
	monday := civil.MustDate("2026-05-11").Midnight()
	n := rapid.IntRange(1, 7).Draw(t, "shifts")
	var work []rates.Work
	for i := range n {
		start := monday.Add(time.Duration(i)*24*time.Hour + time.Duration(rapid.IntRange(0, 47).Draw(t, "from"))*15*time.Minute)
		minutes := rapid.IntRange(30, 700).Draw(t, "minutes")
		for from := start; ; from = from.Add(12 * time.Hour) {
			work = append(work, rates.Work{ID: uuid.New(), Start: from, End: from.Add(time.Duration(minutes) * time.Minute), Grade: "band_5",
				Pay: money.RateOfPence(money.Pence(rapid.IntRange(1271, 9000).Draw(t, "pay"))), Commission: money.MustRate("2")})
			if from != start || rapid.IntRange(0, 3).Draw(t, "again") > 0 {
				break
			}
		}
	}
	slices.SortFunc(work, func(a, b rates.Work) int { return a.Start.Compare(b.Start) })
	return work
}

func TestWeekly_inOrderOfStartIsTheEnginesOwnShare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		work, book := someWeek(t), someBook(t)
		together, err := rates.Price(work, book)
		if err != nil {
			t.Fatal(err)
		}

		for i, q := range approveInTurn(t, work, book) {
			want := together.Shifts[i]
			if q.Net != want.Net || q.VAT != want.VAT || q.Gross != want.Gross || len(q.Lines) != len(want.Lines) {
				t.Fatalf("shift %d is %v, %v, %v; the engine says %v, %v, %v", i, q.Net, q.VAT, q.Gross, want.Net, want.VAT, want.Gross)
			}
			for j := range q.Lines {
				if a, b := q.Lines[j], want.Lines[j]; a.Amount != b.Amount || a.Why() != b.Why() {
					t.Fatalf("shift %d: %q, the engine says %q", i, a.Why(), b.Why())
				}
			}
			if q.Highest != want.Highest || q.SignOff != want.SignOff || !slices.Equal(q.Caps, want.Caps) {
				t.Fatalf("shift %d is held at %s against %+v; the engine says %s against %+v", i, q.Highest, q.Caps, want.Highest, want.Caps)
			}
		}
	})
}

func TestWeekly_inAnyOrderAddsUpToTheWeek(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		work, book := someWeek(t), someBook(t)
		same := len(book.Holiday)+len(book.EmployerNI)+len(book.Pension)+len(book.Levy) == 4 // no figure changes
		shuffled := slices.Clone(work)
		for i := range shuffled {
			j := rapid.IntRange(i, len(shuffled)-1).Draw(t, "swap")
			shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
		}

		settled := approveInTurn(t, shuffled, book)

		// After each approval, and not only after the last.
		for n := range settled {
			together, err := rates.Price(shuffled[:n+1], book)
			if err != nil {
				t.Fatal(err)
			}
			is, want := map[rates.Kind]money.Pence{}, map[rates.Kind]money.Pence{}
			for i := range n + 1 {
				for _, kind := range []rates.Kind{rates.Pay, rates.HolidayPay, rates.EmployerNI, rates.Pension, rates.Levy, rates.Commission} {
					is[kind] += settled[i].Sum(kind)
					want[kind] += together.Shifts[i].Sum(kind)
				}
			}
			for kind, pence := range want {
				if is[kind] != pence {
					t.Fatalf("%s of %d shifts is %v approved one by one, %v as a week", kind, n+1, is[kind], pence)
				}
			}
		}
		for i := range settled {
			adds(t, &settled[i], same)
		}
	})
}

// adds holds the amounts of a shift against each other, and its dearest hour
// against what it is charged.
func adds(t *rapid.T, q *rates.ShiftQuote, same bool) {
	var lines money.Pence
	for _, l := range q.Lines {
		if l.Kind == rates.VAT {
			continue
		}
		lines += l.Amount
		if same && l.Amount < 0 {
			t.Fatalf("%s is %v", l.Kind, l.Amount)
		}
		counts := l.Base
		if l.Ceiling > 0 {
			counts = min(counts, l.Ceiling)
		}
		if l.Weekly && max(0, counts-l.Floor).Times(l.Factor)-l.Charged != l.Amount {
			t.Fatalf("the sum does not come to the amount: %s", l.Why())
		}
	}
	if lines != q.Net {
		t.Fatalf("the lines come to %v, the shift to %v", lines, q.Net)
	}
	// There is one band, so that its hour is every hour; four places of it are
	// rounded once, an hour's share of the pennies twice.
	if off := (money.Pay(q.Highest, money.One, q.Minutes) - q.Net); off < -1 || off > 1 {
		t.Fatalf("an hour is said to cost %s, and %d minutes %v", q.Highest, q.Minutes, q.Net)
	}
	if c := q.Caps[0]; c.Charge != q.Highest || (c.Charge.Cmp(c.Cap) > 0) == c.Over.IsZero() || q.SignOff.Rate != q.Highest {
		t.Fatalf("held at %+v and %+v, the dearest hour is %s", c, q.SignOff, q.Highest)
	}
}
