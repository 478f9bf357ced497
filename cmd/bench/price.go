package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/packs"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// price is the price of a night of twelve hours into Christmas Day, by the
// national data and an agreement as the product keeps them. It has no raw limit.
func price(ctx context.Context, w *world, s settings) (result, error) {
	return nightPrice(ctx, w, s, "priced", "price of a 12 h night into a bank holiday", 100_000, 5, func(rates.Quote) {})
}

// explained is the same price with every line, its rows and the totals in words.
func explained(ctx context.Context, w *world, s settings) (result, error) {
	return nightPrice(ctx, w, s, "worded", "the same price, explained line by line", 20_000, 25, func(q rates.Quote) {
		q.Shifts[0].Explain()
		q.Shifts[0].Totals()
	})
}

func nightPrice(ctx context.Context, w *world, s settings, name, what string, many int, bar float64, then func(rates.Quote)) (r result, err error) {
	t, err := w.trust(ctx, name, strings.ToUpper(name[:3]))
	if err != nil {
		return r, err
	}
	var book rates.Book
	work := []rates.Work{{ID: tenants.NewID(), Start: time.Date(2026, 12, 24, 20, 0, 0, 0, civil.London), End: time.Date(2026, 12, 25, 8, 0, 0, 0, civil.London),
		BreakMinutes: 60, Pay: money.MustRate("19.97"), Commission: money.MustRate("2.50")}}
	err = w.as(ctx, t.Party, func(ctx context.Context, tx *tenants.Tx) error {
		day := civil.DateOf(work[0].Start)
		agreement, err := w.Agencies.Get(ctx, tx, t.agreement)
		if err != nil {
			return err
		}
		vat, err := w.Quotes.Decisions(ctx, tx, agreement, packs.Cover{StaffGroup: "nursing", Grade: "nurse-band-5", Reason: "vacancy"}, day)
		if err != nil {
			return err
		}
		grade, err := w.Packs.Grade(ctx, tx, "nurse-band-5")
		if err != nil {
			return err
		}
		work[0].Grade = grade.Band
		pack, err := w.Packs.Load(ctx, tx, "england", day, day.AddDays(1))
		if err != nil {
			return err
		}
		book, err = quotes.BookOf(pack, agreement, vat.Rules())
		return err
	})
	if err != nil {
		return r, err
	}
	var took []float64
	for range s.turns {
		began := time.Now()
		for range many {
			quote, err := rates.Price(work, book)
			if err != nil {
				return r, err
			}
			then(quote)
		}
		took = append(took, float64(time.Since(began).Nanoseconds())/1000/float64(many))
	}
	return result{what: what, ours: fmt.Sprintf("%.2f µs", median(took)), raw: "-",
		ratio: median(took), bar: bar, absolute: true}, nil
}
