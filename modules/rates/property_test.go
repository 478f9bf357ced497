package rates_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
)

const drawn = 3_000 // quotes that a property is tried on

// each gives a property random work and its quote.
func each(t *testing.T, seed uint64, try func(m *maker, work []rates.Work, book rates.Book, quote rates.Quote) string) {
	t.Helper()
	m := newMaker(seed)
	for range drawn {
		work, book := m.next()
		if why := try(m, work, book, price(t, book, work...)); why != "" {
			t.Fatalf("quote %d of seed %d: %s\nwork %+v", m.quotes, seed, why, work)
		}
	}
}

func TestProperty_partsAddToTheWhole(t *testing.T) {
	t.Parallel()
	each(t, 11, func(_ *maker, work []rates.Work, _ rates.Book, q rates.Quote) string {
		var net, vat money.Pence
		minutes := 0
		for i := range q.Shifts {
			s := &q.Shifts[i]
			var lines, tax, taxed money.Pence
			paid := 0
			for _, l := range s.Lines {
				switch l.Kind {
				case rates.VAT:
					tax += l.Amount
					taxed += l.Base
				default:
					lines += l.Amount
				}
				if l.Kind == rates.Pay || l.Kind == rates.Session {
					paid += l.Minutes
				}
				if l.Amount < 0 || l.Minutes < 0 || l.VATRule == nil || len(l.Rows) == 0 && l.Kind == rates.VAT {
					return fmt.Sprintf("line %+v", l)
				}
			}
			elapsed := int(work[i].End.Sub(work[i].Start) / time.Minute)
			if lines != s.Net || tax != s.VAT || taxed != s.Net || s.Gross != s.Net+s.VAT || paid != s.Minutes || !s.Cancelled && paid+s.BreakMinutes != elapsed+s.Clocks {
				return fmt.Sprintf("shift %d: lines %s, VAT %s of %s, paid %d: %+v", i, lines, tax, taxed, paid, s)
			}
			net, minutes = net+s.Net, minutes+s.Minutes
		}
		for _, c := range q.Categories {
			vat += c.VAT
		}
		if net != q.Net || vat != q.VAT || q.Gross != net+vat || minutes != q.Minutes {
			return fmt.Sprintf("%s, %s, %d minutes: %+v", net, vat, minutes, q)
		}
		return ""
	})
}

func TestProperty_theOrderOfWorkAndOfRowsChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, 12, func(m *maker, work []rates.Work, book rates.Book, q rates.Quote) string {
		order := m.Perm(len(work))
		mixed := make([]rates.Work, len(work))
		for to, from := range order {
			mixed[to] = work[from]
			mixed[to].Breaks, mixed[to].Changes = shuffled(m, work[from].Breaks), shuffled(m, work[from].Changes)
		}
		again := price(t, shuffledBook(m, book), mixed...)
		for to, from := range order {
			a, b := written(t, q.Shifts[from]), written(t, again.Shifts[to])
			if a != b {
				return fmt.Sprintf("%s\nbecame\n%s", a, b)
			}
		}
		if again.Net != q.Net || again.VAT != q.VAT {
			return fmt.Sprintf("%s and %s became %s and %s", q.Net, q.VAT, again.Net, again.VAT)
		}
		return ""
	})
}

func written(t *testing.T, s rates.ShiftQuote) string {
	t.Helper()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func shuffled[T any](m *maker, list []T) []T {
	mixed := slices.Clone(list)
	m.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
	return mixed
}

func shuffledMap[T any](m *maker, by map[string][]T) map[string][]T {
	mixed := map[string][]T{}
	for key, list := range by {
		mixed[key] = shuffled(m, list)
	}
	return mixed
}

func shuffledBook(m *maker, b rates.Book) rates.Book {
	b.Patterns, b.Multipliers, b.Caps = shuffledMap(m, b.Patterns), shuffledMap(m, b.Multipliers), shuffledMap(m, b.Caps)
	b.Holiday, b.EmployerNI, b.Pension, b.Levy = shuffled(m, b.Holiday), shuffled(m, b.EmployerNI), shuffled(m, b.Pension), shuffled(m, b.Levy)
	b.VAT, b.MinimumWage, b.SignOff = shuffled(m, b.VAT), shuffled(m, b.MinimumWage), shuffled(m, b.SignOff)
	b.Cancellation, b.Sessions = shuffled(m, b.Cancellation), shuffled(m, b.Sessions)
	return b
}

func TestProperty_everyInstantIsInOneSegmentOrInABreak(t *testing.T) {
	t.Parallel()
	short, long := 0, 0
	each(t, 13, func(_ *maker, work []rates.Work, book rates.Book, q rates.Quote) string {
		for i := range q.Shifts {
			spans := []rates.Interval{}
			for _, s := range q.Shifts[i].Segments {
				if s.Minutes() > 0 || s.Extra == 0 {
					spans = append(spans, s.Interval)
				}
			}
			if book.BreakRule == rates.BreakActual {
				spans = append(spans, work[i].Breaks...)
			}
			slices.SortFunc(spans, func(a, b rates.Interval) int { return a.Start.Compare(b.Start) })
			next := work[i].Start
			for _, s := range spans {
				if !s.Start.Equal(next) || !s.Start.Before(s.End) {
					return fmt.Sprintf("%s to %s does not join on at %s", s.Start, s.End, next)
				}
				next = s.End
			}
			if !next.Equal(work[i].End) {
				return fmt.Sprintf("the segments end at %s", next)
			}
			first, last := civil.DateOf(work[i].Start), civil.DateOf(work[i].End)
			for d := first; d.Before(last); d = d.AddDays(1) {
				switch d.AddDays(1).Midnight().Sub(d.Midnight()) {
				case 23 * time.Hour:
					short++
				case 25 * time.Hour:
					long++
				}
			}
		}
		return ""
	})
	if short < 20 || long < 20 {
		t.Errorf("only %d days of 23 hours and %d of 25", short, long)
	}
}

// plainWork is work by the hour with its breaks where they were, priced by the
// clock and flat.
func plainWork(work []rates.Work, book rates.Book) ([]rates.Work, rates.Book) {
	book.Segmentation, book.BreakRule, book.OnCosts, book.PaidAsRostered, book.DualDays = rates.ByClock, rates.BreakActual, rates.Flat, false, false
	var plain []rates.Work
	for _, w := range work {
		if w.Engagement == rates.GPSession {
			continue
		}
		w.BreakMinutes, w.Expenses, w.CancelledAt = 0, nil, time.Time{}
		plain = append(plain, w)
	}
	return plain, book
}

// sameDayRows keeps to one version of what is looked up by the day on which a
// shift starts, since splitting at midnight moves that day.
func sameDayRows(b rates.Book) rates.Book {
	b.Holiday, b.EmployerNI, b.Pension, b.Levy = b.Holiday[:1], b.EmployerNI[:0], b.Pension[:1], b.Levy[:1]
	b.EmployerNI = []rates.OnCost{{Row: dated("ni", 1, "2020-01-01"), Rate: money.MustFactor("0.15")}}
	return b
}

func TestProperty_splittingAShiftChangesNothingButTheRounding(t *testing.T) {
	t.Parallel()
	each(t, 14, func(m *maker, work []rates.Work, book rates.Book, _ rates.Quote) string {
		work, book = plainWork(work, sameDayRows(book))
		for _, w := range work {
			if len(w.Breaks) > 0 || w.End.Sub(w.Start) < 2*time.Minute {
				continue
			}
			left, right := w, w
			left.End = w.Start.Add(time.Duration(1+m.IntN(int(w.End.Sub(w.Start)/time.Minute)-1)) * time.Minute)
			right.Start = left.End
			whole, parts := price(t, book, w).Shifts[0], price(t, book, left, right)
			if left.End.Sub(w.Start)+w.End.Sub(right.Start) != w.End.Sub(w.Start) || parts.Minutes != whole.Minutes {
				return "minutes were lost"
			}
			// Each line of the three quotes is at most half a penny off, and what
			// is taken of a rounded line carries its share of that.
			lines := len(whole.Lines) + len(parts.Shifts[0].Lines) + len(parts.Shifts[1].Lines)
			if off := parts.Net - whole.Net; off > money.Pence(lines) || off < -money.Pence(lines) {
				return fmt.Sprintf("whole %s, split at %s %s", whole.Net, left.End, parts.Net)
			}
			for band, n := range minutes(whole) {
				if minutes(parts.Shifts[0])[band]+minutes(parts.Shifts[1])[band] != n {
					return fmt.Sprintf("%s: %d minutes became %v and %v", band, n, minutes(parts.Shifts[0]), minutes(parts.Shifts[1]))
				}
			}
		}
		return ""
	})
}

func TestProperty_aMinuteMoreNeverCostsLess(t *testing.T) {
	t.Parallel()
	each(t, 15, func(_ *maker, work []rates.Work, book rates.Book, _ rates.Quote) string {
		work, book = plainWork(work, book)
		for _, w := range work {
			longer := w
			longer.End = w.End.Add(time.Minute)
			less, more := price(t, book, w), price(t, book, longer)
			if more.Net < less.Net {
				return fmt.Sprintf("%s, and with a minute more %s", less.Net, more.Net)
			}
		}
		return ""
	})
}

// oneRow is a row of a book and a change to what it says.
type oneRow struct {
	id     string
	change func(*rates.Book)
}

// mutations change one row each, of a copy of the book.
func mutations() (all []oneRow) {
	penny, share := money.MustRate("0.01"), money.MustFactor("0.01")
	for grade, list := range wide().Multipliers {
		for i, m := range list {
			all = append(all, oneRow{key(m.Row), func(b *rates.Book) {
				b.Multipliers[grade][i].Low = b.Multipliers[grade][i].Low.Add(share)
				b.Multipliers[grade][i].High = b.Multipliers[grade][i].High.Add(share)
			}})
		}
	}
	costs := func(of func(*rates.Book) []rates.OnCost) {
		book := wide()
		for i, c := range of(&book) {
			if c.Rate.IsZero() {
				continue // it says that nothing is charged, so no line cites it
			}
			all = append(all, oneRow{key(c.Row), func(b *rates.Book) { of(b)[i].Rate = of(b)[i].Rate.Add(share) }})
		}
	}
	costs(func(b *rates.Book) []rates.OnCost { return b.Holiday })
	costs(func(b *rates.Book) []rates.OnCost { return b.EmployerNI })
	costs(func(b *rates.Book) []rates.OnCost { return b.Pension })
	costs(func(b *rates.Book) []rates.OnCost { return b.Levy })
	for i, r := range wide().VAT {
		all = append(all, oneRow{key(r.Row), func(b *rates.Book) { b.VAT[i].Rate = b.VAT[i].Rate.Add(share) }})
	}
	for grade, list := range wide().Caps {
		for i, c := range list {
			all = append(all, oneRow{key(c.Row), func(b *rates.Book) { b.Caps[grade][i].Rate = b.Caps[grade][i].Rate.Add(penny) }})
		}
	}
	for i, r := range wide().Cancellation {
		all = append(all, oneRow{key(r.Row), func(b *rates.Book) { b.Cancellation[i].Share = b.Cancellation[i].Share.Add(share) }})
	}
	for i, r := range wide().Sessions {
		all = append(all, oneRow{key(r.Row), func(b *rates.Book) { b.Sessions[i].Pension = b.Sessions[i].Pension.Add(share) }})
	}
	for i, l := range wide().MinimumWage {
		all = append(all, oneRow{key(l.Row), func(b *rates.Book) { b.MinimumWage[i].Rate = b.MinimumWage[i].Rate.Add(penny) }})
	}
	for day, h := range wide().Holidays {
		all = append(all, oneRow{key(h.Row), func(b *rates.Book) { delete(b.Holidays, day) }})
	}
	return all
}

func key(r rates.Row) string { return fmt.Sprintf("%s version %d", r.ID, r.Version) }

// cites says whether a quote names a row.
func cites(q *rates.Quote, id string) bool {
	named := func(r *rates.Row) bool { return r != nil && key(*r) == id }
	for i := range q.Shifts {
		s := &q.Shifts[i]
		if named(s.Wage.Row) || named(s.SignOff.Row) {
			return true
		}
		for _, c := range s.Caps {
			if named(c.Row) {
				return true
			}
		}
		for _, l := range s.Lines {
			if named(l.VATRule) || slices.ContainsFunc(l.Rows, named) {
				return true
			}
		}
	}
	return false
}

func TestProperty_aChangedRowChangesOnlyTheQuotesThatCiteIt(t *testing.T) {
	t.Parallel()
	type priced struct {
		work  []rates.Work
		terms rates.Book
		quote rates.Quote
		was   string
	}
	m := newMaker(16)
	var all []priced
	for range 120 {
		work, book := m.next()
		quote := price(t, book, work...)
		all = append(all, priced{work, book, quote, charged(t, quote)})
	}
	touched := 0
	for _, change := range mutations() {
		changed := wide()
		change.change(&changed)
		for i, p := range all {
			book := changed
			book.Segmentation, book.BreakRule, book.OnCosts, book.PaidAsRostered, book.DualDays = p.terms.Segmentation, p.terms.BreakRule, p.terms.OnCosts, p.terms.PaidAsRostered, p.terms.DualDays
			if extra := p.terms.VAT[len(changed.VAT):]; len(extra) > 0 {
				book.VAT = append(slices.Clone(book.VAT), extra...)
			}
			again := price(t, book, p.work...)
			is := charged(t, again)
			if is == p.was {
				continue
			}
			touched++
			if !cites(&p.quote, change.id) {
				t.Fatalf("%s changed quote %d, which does not cite it:\n%s\n%s", change.id, i, p.was, is)
			}
		}
	}
	if touched < 200 {
		t.Errorf("only %d quotes changed at all", touched)
	}
}

// charged is a quote without its segments: one whose minutes all went into the
// break shows a multiplier that nothing was paid at.
func charged(t *testing.T, q rates.Quote) (all string) {
	t.Helper()
	for _, s := range q.Shifts {
		s.Segments = nil
		all += written(t, s)
	}
	return all
}
