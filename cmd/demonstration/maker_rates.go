package demonstration

import (
	"context"
	"fmt"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

// cardLines are the most that the demonstration's trusts pay: near the tops of
// the national scales, with a commission an hour. The figures are invented.
var cardLines = []struct{ grade, pay, commission string }{
	{"nurse-band-5", "21.50", "2.40"}, {"nurse-band-6", "26.10", "2.60"}, {"nurse-band-7", "30.40", "2.80"},
	{"midwife-band-6", "26.60", "2.60"}, {"hca-band-2", "14.20", "1.60"}, {"hca-band-3", "15.60", "1.70"},
	{"st1-2", "42.00", "3.60"}, {"st3", "52.00", "4.00"}, {"specialty-doctor", "58.00", "4.20"}, {"consultant", "84.00", "5.20"},
	{"ahp-band-5", "21.00", "2.20"}, {"ahp-band-6", "25.60", "2.40"}, {"scientific-band-6", "25.60", "2.40"},
}

func (m *maker) rateCards(ctx context.Context) error {
	for _, trust := range []string{"kingsmere", "saltbridge", "clockwork"} {
		err := m.as(ctx, trust, func(ctx context.Context, tx *tenants.Tx) error {
			n := cards.NewCard{Name: "Agency rates 2026", ValidFrom: civil.MustDate("2026-01-01"), Source: "Trust board paper, December 2025"}
			for _, l := range cardLines {
				n.Lines = append(n.Lines, cards.NewLine{Grade: l.grade, PayMax: money.MustRate(l.pay), CommissionMax: money.MustRate(l.commission)})
			}
			c, err := m.Cards.Publish(ctx, tx, n)
			if err != nil {
				return err
			}
			m.world.note(trust+".card", c.ID)
			if trust == "kingsmere" {
				if err := m.ownReference(ctx, tx); err != nil {
					return err
				}
			}
			_, err = m.Cascade.SetDefaultRule(ctx, tx)
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", trust, err)
		}
	}
	return nil
}

// ownReference sets what Kingsmere decides for itself: a cap below the national
// one, and a holiday that no nation keeps.
func (m *maker) ownReference(ctx context.Context, tx *tenants.Tx) error {
	o, err := m.Packs.AddOverride(ctx, tx, packs.NewOverride{Band: "afc-5", Class: packs.Core, Rate: money.MustRate("30.50"), From: civil.MustDate("2026-10-01"),
		Source: "Trust board paper, September 2026", Reason: "Agency spend plan 2026 to 2027"})
	if err != nil {
		return err
	}
	m.world.note("kingsmere.cap", o.ID)
	h, err := m.Packs.AddLocalHoliday(ctx, tx, civil.MustDate("2027-07-05"), "Founders' day", "Trust board paper, September 2026", "Agreed with staff side")
	if err != nil {
		return err
	}
	m.world.note("kingsmere.local-holiday", h.ID)
	return nil
}
