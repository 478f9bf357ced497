package quotes_test

import (
	"context"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/packs"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// TestDecide_knowsTheRouteOfEveryLine: one work, engaged in every way, under every
// choice of the supplier.
func TestDecide_knowsTheRouteOfEveryLine(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{})
	var rules []packs.VATRule
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) (err error) {
		rules, err = packs.New().VATRules(ctx, tx, civil.MustDate("2026-05-13"))
		return err
	})
	fee := rates.Fee{Rate: money.MustRate("1.00")}
	for _, c := range []struct {
		engaged                            rates.Engagement
		profession, chosen                 string
		deputy                             bool
		pay, commission, direct, framework rates.Category
	}{
		{rates.PAYE, "nurse", "S", true, "S", "S", "", "S"},
		{rates.PAYE, "nurse", "E", false, "E", "E", "", "S"},
		{rates.PAYE, "nursing_auxiliary", "E", false, "E", "E", "", "S"},
		{rates.PAYE, "doctor", "E", true, "E", "E", "", "S"},
		{rates.PAYE, "doctor", "E", false, "S", "S", "", "S"},
		{rates.PAYE, "doctor", "S", true, "S", "S", "", "S"},
		{rates.PAYE, "other", "E", true, "S", "S", "", "S"},
		{rates.PAYE, "doctor", "O", true, "O", "O", "", "O"},
		{rates.Umbrella, "nurse", "E", true, "S", "S", "", "S"},
		{rates.PSCOutside, "doctor", "E", true, "S", "S", "", "S"},
		{rates.PSCInside, "doctor", "S", true, "S", "S", "", "S"},
		{rates.Direct, "doctor", "E", true, "O", "S", "S", "S"},
		{rates.Direct, "doctor", "O", true, "O", "O", "S", "S"},
		{rates.Bank, "nurse", "S", true, "O", "S", "", "S"},
	} {
		chosen := agencies.VAT{Category: c.chosen, Elected: true, From: civil.MustDate("2026-01-01"), Source: "Letter", Standard: money.MustFactor("0.2")}
		if c.chosen != "S" {
			chosen.Reason = "as agreed"
		}
		decided := quotes.Decide(rules, packs.Supply{Profession: c.profession, Deputy: c.deputy}, chosen)
		work := rates.Work{ID: tenants.NewID(), Start: at(t, "2026-05-13 08:00"), End: at(t, "2026-05-13 18:00"), Grade: "medical", Engagement: c.engaged,
			Pay: money.MustRate("45.00"), Commission: money.MustRate("4.00"), FrameworkFee: fee}
		if c.engaged == rates.Direct {
			work.DirectFee = fee
		}
		priced, err := rates.Price([]rates.Work{work}, d.book(t, decided))
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		for kind, want := range map[rates.Kind]rates.Category{rates.Pay: c.pay, rates.Commission: c.commission, rates.DirectFee: c.direct, rates.FrameworkFee: c.framework} {
			if want == "" {
				continue
			}
			got := line(t, priced.Shifts[0], kind)
			one := decided.Of(&got)
			if got.Category != want || one.Category != want || one.Rule.Source == "" || (want != "S") != (got.Reason != "") {
				t.Errorf("%+v: the %s line is %s %q, decided by %+v", c, kind, got.Category, got.Reason, one)
			}
		}
	}
}

// book is the deal's book for a day in May.
func (d deal) book(t *testing.T, vat quotes.Decisions) (b rates.Book) {
	t.Helper()
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) error {
		pack, err := packs.New().LoadFor(ctx, tx, d.trust.ID, "england", civil.MustDate("2026-05-13"), civil.MustDate("2026-05-13"))
		if err != nil {
			return err
		}
		b, err = quotes.BookOf(pack, d.agreement, vat.Rules())
		return err
	})
	return b
}

func TestQuote_aDeputyIsExemptByElectionAndOthersAreNot(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{})
	d.elect(t, "medical", "E", "2026-06-01")
	for _, c := range []struct {
		day, reason string
		want        rates.Category
	}{
		{"2026-05-31", "vacancy", "S"}, {"2026-06-01", "vacancy", "E"}, {"2026-06-01", "", "E"}, {"2026-06-01", "waiting-list", "S"},
	} {
		r := d.ask(t, "consultant", c.day+" 08:00", c.day+" 18:00", "45.00", "4.00")
		r.Reason = c.reason
		a := d.must(t, r)
		if got := line(t, a.Quote, rates.Pay); got.Category != c.want {
			t.Errorf("%+v: got %s", c, got.Category)
		}
		if c.want == "E" {
			want(t, "net of the exempt day", a.Quote.Gross, a.Quote.Net)
		} else {
			want(t, "VAT of the taxed day", a.Quote.VAT, a.Quote.Net.Times(money.MustFactor("0.2")))
		}
	}
	r := d.ask(t, "consultant", "2026-06-01 08:00", "2026-06-01 18:00", "45.00", "4.00")
	r.Reason = "invented"
	if a := d.must(t, r); a.VAT.Supplied().Deputy {
		t.Errorf("a reason that nobody knows stands in for somebody: %+v", a.VAT.Supplied())
	}
}
