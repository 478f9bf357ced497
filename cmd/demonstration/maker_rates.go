package demonstration

import (
	"context"
	"fmt"

	"github.com/google/uuid"

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
	if err := m.as(ctx, "kingsmere", m.specialists); err != nil {
		return err
	}
	return m.drafts(ctx)
}

// specialists is a card with specific lines: specialties, bands of hours with
// rates of their own, engagements, uplifts and highest charges.
func (m *maker) specialists(ctx context.Context, tx *tenants.Tx) error {
	rate, share := money.MustRate, money.MustFactor
	tiers := []cards.Uplift{{Tier: 2, Share: share("0.025")}, {Tier: 3, Share: share("0.05")}}
	steps := []cards.Step{{Hours: 4, Share: share("0.1")}, {Hours: 24, Share: share("0.05")}}
	line := func(grade, specialty string, band cards.Band, how cards.Engagement, pay, commission string) cards.NewLine {
		return cards.NewLine{Grade: grade, Specialty: specialty, Band: band, Engagement: how, PayMax: rate(pay), CommissionMax: rate(commission)}
	}
	n := cards.NewCard{Name: "Specialist cover 2026", ValidFrom: civil.MustDate("2026-01-01"), Source: "Trust board paper, December 2025"}
	for _, l := range []struct{ grade, specialty, core, low, high string }{
		{"nurse-band-5", "Cardiac theatres", "22.50", "29.25", "36.00"}, {"nurse-band-6", "Cardiac theatres", "27.20", "35.30", "43.50"},
		{"nurse-band-6", "Neonatal intensive care", "27.60", "35.90", "44.10"},
	} {
		for i, pay := range []string{l.core, l.low, l.high} {
			made := line(l.grade, l.specialty, []cards.Band{cards.Core, cards.Low, cards.High}[i], cards.AnyEngagement, pay, "2.60")
			made.TierUplifts, made.Escalation, made.PayAfter12 = tiers, steps, rate(pay).Times(share("1.03"))
			n.Lines = append(n.Lines, made)
		}
	}
	n.Lines = append(n.Lines,
		line("st3", "Emergency medicine", cards.AnyBand, cards.PAYE, "56.00", "4.00"), line("st3", "Emergency medicine", cards.AnyBand, cards.Direct, "54.00", "3.20"),
		line("consultant", "Interventional radiology", cards.AnyBand, cards.PAYE, "92.00", "5.20"), line("consultant", "Interventional radiology", cards.AnyBand, cards.PSCOutside, "104.00", "5.20"))
	for i := range n.Lines {
		if n.Lines[i].Engagement == cards.PAYE {
			n.Lines[i].ChargeMax, n.Lines[i].VAT = n.Lines[i].PayMax.Times(share("1.4")), "E"
		}
	}
	c, err := m.Cards.Publish(ctx, tx, n)
	m.world.note("kingsmere.card.second", c.ID)
	return err
}

// drafts are the versions that people work on: one that waits for a second
// person, and one that its report finds fault with.
func (m *maker) drafts(ctx context.Context) error {
	return m.DB.Work(ctx, m.orgs["kingsmere"], m.someone("manager@kingsmere.example"), func(ctx context.Context, tx *tenants.Tx) error {
		year := civil.DateOf(tx.Now).FinancialYear() + 1
		const source = "Trust board, November 2026"
		next, err := m.Cards.Copy(ctx, tx, uuid.MustParse(m.world.ID("kingsmere.card")), year.First(), source)
		if err != nil {
			return err
		}
		var lines []cards.NewLine
		for _, l := range next.Lines {
			if l.Grade == "nurse-band-5" || l.Grade == "nurse-band-6" {
				l.PayMax = l.PayMax.Times(money.MustFactor("1.02"))
			}
			lines = append(lines, l.NewLine)
		}
		lines = append(lines, cards.NewLine{Grade: "scientific-band-5", PayMax: money.MustRate("21.00"), CommissionMax: money.MustRate("2.20")})
		if _, err := m.Cards.SetLines(ctx, tx, next.ID, lines); err != nil {
			return err
		}
		if _, err := m.Cards.Submit(ctx, tx, next.ID); err != nil {
			return err
		}
		m.world.note("kingsmere.card.submitted", next.ID)
		draft, err := m.Cards.Prepare(ctx, tx, cards.NewCard{Name: "Allied health professionals", ValidFrom: year.First(), Source: source, Lines: []cards.NewLine{
			{Grade: "ahp-band-5", PayMax: money.MustRate("21.40"), CommissionMax: money.MustRate("2.20")},
			{Grade: "ahp-band-6", PayMax: money.MustRate("26.00"), Margin: money.MustFactor("0.09"), Engagement: cards.Direct},
			{Grade: "ahp-band-7", PayMax: money.MustRate("30.20"), CommissionMax: money.MustRate("2.60"), Engagement: cards.PAYE}}})
		m.world.note("kingsmere.card.draft", draft.ID)
		return err
	})
}

// ownReference sets what Kingsmere decides for itself: a cap below the national
// one, work that it closes to agencies though the nation does not, and a holiday
// that no nation keeps. No shift of the demonstration is of the closed band.
func (m *maker) ownReference(ctx context.Context, tx *tenants.Tx) error {
	o, err := m.Packs.AddOverride(ctx, tx, packs.NewOverride{Band: "afc-5", Class: packs.Core, Rate: money.MustRate("30.50"), From: civil.MustDate("2026-10-01"),
		Source: "Trust board paper, September 2026", Reason: "Agency spend plan 2026 to 2027"})
	if err != nil {
		return err
	}
	m.world.note("kingsmere.cap", o.ID)
	r, err := m.Packs.AddRestriction(ctx, tx, packs.NewRestriction{StaffGroup: "ahp", Band: "afc-3", From: civil.MustDate("2027-04-01"),
		Source: "Trust board paper, September 2026", Reason: "Therapy assistants come from the bank"})
	if err != nil {
		return err
	}
	m.world.note("kingsmere.restriction", r.ID)
	h, err := m.Packs.AddLocalHoliday(ctx, tx, civil.MustDate("2027-07-05"), "Founders' day", "Trust board paper, September 2026", "Agreed with staff side")
	if err != nil {
		return err
	}
	m.world.note("kingsmere.local-holiday", h.ID)
	return nil
}
