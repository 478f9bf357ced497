package quotes_test

import (
	"context"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/cards"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// A registrar's card: 40.00 in core hours, 50.00 in the unsocial ones. From 15:00 to
// 23:00 on a Thursday 4 h are core and 4 h unsocial, since a doctor's core hours end
// at 19:00. At the maximum that is 160.00 and 200.00. At 36.00, nine tenths of it,
// the unsocial hours are 45.00: 144.00 and 180.00.
func TestQuote_takesTheCardsRatesOfTheBands(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{})
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) error {
		rate := money.MustRate
		_, err := cards.New().Publish(ctx, tx, cards.NewCard{Name: "Registrars", ValidFrom: civil.MustDate("2025-01-01"), Source: "Board paper 8", Lines: []cards.NewLine{
			{Grade: "st3", PayMax: rate("40.00"), CommissionMax: rate("4.00")}, {Grade: "st3", Band: cards.Low, PayMax: rate("50.00"), CommissionMax: rate("4.00")}}})
		return err
	})
	for _, c := range []struct {
		pay       string
		core, low money.Pence
	}{{"40.00", 16000, 20000}, {"36.00", 14400, 18000}} {
		a := d.must(t, d.ask(t, "st3", "2026-05-14 15:00", "2026-05-14 23:00", c.pay, "4.00"))
		got := map[rates.Band]money.Pence{}
		for _, l := range a.Quote.Lines {
			if l.Kind == rates.Pay {
				got[l.Band] += l.Amount
			}
		}
		if got[rates.Core] != c.core || got[rates.Low] != c.low {
			t.Errorf("at %s: %v, want %v and %v", c.pay, got, c.core, c.low)
		}
		// What was agreed stands, whatever the card says later.
		r := d.ask(t, "st3", "2026-05-14 15:00", "2026-05-14 23:00", c.pay, "4.00")
		r.Bands = &rates.Bands{Low: money.MustRate("48.00")}
		if again := d.must(t, r); again.Quote.Lines[1].Amount != 19200 {
			t.Errorf("as agreed: %v", again.Quote.Lines[1])
		}
	}
}

// Two shifts of a week under weekly on-costs share the thresholds, whichever is asked
// about first.
func TestQuote_countsTheOtherShiftsOfTheWeek(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{OnCosts: agencies.Weekly})
	first := d.ask(t, "nurse-band-5", "2027-01-06 08:00", "2027-01-06 20:00", "19.97", "2.00")
	second := d.ask(t, "nurse-band-5", "2027-01-07 08:00", "2027-01-07 20:00", "19.97", "2.00")
	alone := d.must(t, second).Quote.Net
	second.Others = []quotes.Shift{{Start: first.Start, End: first.End, PayRate: first.PayRate}}
	after := d.must(t, second).Quote
	if after.Net != 34226 || alone != 32424 || after.Sum(rates.EmployerNI) != 4029 {
		t.Errorf("the second shift is %s, alone %s; NI %s", after.Net, alone, after.Sum(rates.EmployerNI))
	}
	first.Others = []quotes.Shift{{Start: second.Start, End: second.End, PayRate: second.PayRate}}
	if got := d.must(t, first).Quote.Net; got != 32424 {
		t.Errorf("the first shift is %s with the second booked", got)
	}
}

// Each way bears what the law puts on it, by hand for 8 core hours at 20.00 and 2.00
// of commission: pay 160.00, holiday 19.31, of 179.31 NI 26.90, pension 5.38, levy
// 0.90.
func TestCompare_chargesEachWayWhatItBears(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{VATNumber: "GB337440071"})
	r := d.ask(t, "nurse-band-5", "2026-05-13 09:00", "2026-05-13 17:00", "20.00", "2.00")
	r.DirectFee = money.MustRate("1.00")
	var all []quotes.Model
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) (err error) {
		all, err = d.quotes.Compare(ctx, tx, quotes.Alternatives{Request: r, CompanyRate: money.MustRate("26.50")})
		return err
	})
	want := map[rates.Engagement][2]money.Pence{
		rates.Bank:       {21249, 0},                 // the employer's own pay is no supply
		rates.PAYE:       {22849, 4570},              // 212.49 and 16.00, all of it taxed
		rates.Direct:     {23649, 480},               // and 8.00; commission and fee alone are taxed
		rates.Umbrella:   {22800, 4560},              // 212.00 and 16.00
		rates.PSCInside:  {22800 + 3180 + 106, 5217}, // NI 31.80 and levy 1.06 on top of 212.00
		rates.PSCOutside: {22800, 4560},
	}
	if len(all) != len(want) {
		t.Fatalf("%d ways", len(all))
	}
	for _, m := range all {
		if q := m.Answer.Quote; q.Net != want[m.Engagement][0] || q.VAT != want[m.Engagement][1] {
			t.Errorf("%s: %s and %s VAT, want %s and %s", m.Engagement, q.Net, q.VAT, want[m.Engagement][0], want[m.Engagement][1])
		}
	}
}
