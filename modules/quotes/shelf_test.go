package quotes_test

import (
	"context"
	"testing"

	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

func TestShelf_givesWhatAQuoteGivesForEachShift(t *testing.T) {
	t.Parallel()
	for name, terms := range map[string]agencies.Terms{"flat": {}, "whole shift": {Segmentation: agencies.WholeShift, BreakRule: agencies.FromHighest}, "weekly": {OnCosts: agencies.Weekly}} {
		d := newDeal(t, terms)
		d.elect(t, "nursing", "E", "2026-06-01")
		pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) error {
			shelf, err := d.quotes.Shelf(ctx, tx, d.trust.ID)
			if err != nil {
				return err
			}
			for _, when := range [][2]string{{"2026-05-13 08:00", "2026-05-13 20:00"}, {"2026-05-17 20:00", "2026-05-18 08:00"}, {"2026-06-10 17:00", "2026-06-11 01:00"},
				{"2026-10-24 20:00", "2026-10-25 08:00"}, {"2026-12-24 20:00", "2026-12-25 08:00"}, {"2026-12-31 20:00", "2027-01-01 08:00"}} {
				r := d.ask(t, "nurse-band-5", when[0], when[1], "20.35", "2.15")
				r.BreakMinutes, r.AgreementID = 45, d.agreement.ID
				one, err := d.quotes.Quote(ctx, tx, r)
				if err != nil {
					return err
				}
				again, err := shelf.Price(ctx, tx, quotes.Worked{ID: tenants.NewID(), AgreementID: d.agreement.ID, StaffGroup: "nursing", Grade: r.Grade, Start: r.Start, End: r.End,
					Break: r.BreakMinutes, Pay: r.PayRate, Commission: r.Commission})
				if err != nil {
					return err
				}
				got, wanted := again[0], one.Quote
				want(t, name+" "+when[0]+" net", got.Net, wanted.Net)
				want(t, name+" "+when[0]+" VAT", got.VAT, wanted.VAT)
				if len(got.Lines) != len(wanted.Lines) {
					t.Fatalf("%s %s: %d lines, want %d", name, when[0], len(got.Lines), len(wanted.Lines))
				}
				for i := range got.Lines {
					if g, w := &got.Lines[i], &wanted.Lines[i]; g.Kind != w.Kind || g.Amount != w.Amount || g.Category != w.Category || g.Why() != w.Why() {
						t.Errorf("%s %s: line %+v, want %+v", name, when[0], g, w)
					}
				}
			}
			return nil
		})
	}
}

// The law decides what an election means, on the shelf as in a quote: an exemption
// that was chosen does not reach a physiotherapist, nor a doctor who stands in for
// nobody; and shifts of one week are decided each by itself.
func TestShelf_decidesVATAsAQuoteDoes(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{OnCosts: agencies.Weekly})
	d.elect(t, "", "E", "2026-01-01")
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) error {
		shelf, err := d.quotes.Shelf(ctx, tx, d.trust.ID)
		if err != nil {
			return err
		}
		var week []quotes.Worked
		var wanted []rates.ShiftQuote
		for _, of := range []struct{ grade, reason, day string }{{"nurse-band-5", "vacancy", "2026-05-11"}, {"ahp-band-5", "vacancy", "2026-05-12"}, {"st3", "vacancy", "2026-05-13"}, {"st3", "escalation", "2026-05-14"}} {
			r := d.ask(t, of.grade, of.day+" 08:00", of.day+" 16:00", "40.00", "2.15")
			r.AgreementID, r.Reason = d.agreement.ID, of.reason
			one, err := d.quotes.Quote(ctx, tx, r)
			if err != nil {
				return err
			}
			wanted = append(wanted, one.Quote)
			week = append(week, quotes.Worked{ID: tenants.NewID(), AgreementID: d.agreement.ID, StaffGroup: one.StaffGroup, Grade: of.grade, Reason: of.reason, Start: r.Start, End: r.End,
				Pay: r.PayRate, Commission: r.Commission})
		}
		got, err := shelf.Price(ctx, tx, week...)
		if err != nil {
			return err
		}
		seen := map[rates.Category]bool{}
		for i := range got {
			for j := range got[i].Lines {
				g, w := &got[i].Lines[j], &wanted[i].Lines[0]
				if seen[g.Category] = true; g.Category != w.Category || g.VATRate != w.VATRate || g.Kind != rates.VAT && (g.Reason != w.Reason || g.VATRule.Source != w.VATRule.Source) {
					t.Errorf("%s %s: %s is %s by %q, want %s by %q", week[i].Grade, week[i].Reason, g.Kind, g.Category, g.Reason, w.Category, w.Reason)
				}
			}
		}
		if !seen[rates.Exempt] || !seen[rates.Standard] {
			t.Errorf("categories %v: the shifts do not differ", seen)
		}
		return nil
	})
}

func TestShelf_holdsChargesAgainstTheCapsOfTheDate(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{})
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) error {
		shelf, err := d.quotes.Shelf(ctx, tx, d.trust.ID)
		if err != nil {
			return err
		}
		r := d.ask(t, "nurse-band-5", "2026-05-13 08:00", "2026-05-13 20:00", "20.00", "2.00")
		for pay, over := range map[string]bool{"15": false, "60": true} {
			one, err := shelf.Price(ctx, tx, quotes.Worked{ID: tenants.NewID(), AgreementID: d.agreement.ID, StaffGroup: "nursing", Grade: r.Grade, Start: r.Start, End: r.End, Pay: money.MustRate(pay)})
			if err != nil {
				return err
			}
			if len(one[0].Caps) != 1 || one[0].Caps[0].Band != rates.Core || (one[0].OverCap() != nil) != over {
				t.Errorf("at %s: %+v", pay, one[0].Caps)
			}
		}
		return nil
	})
}
