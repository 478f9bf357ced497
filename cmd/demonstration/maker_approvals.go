package demonstration

import (
	"context"
	"fmt"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/proposals"
	"wardbridge/tenants"
)

// approvals appoints Kingsmere's offices, delegates one, and has the bank office
// ask about a proposal that is waited for.
func (m *maker) approvals(ctx context.Context) error {
	chief, director := m.people["chief@kingsmere.example"], m.people["director@kingsmere.example"]
	err := m.as(ctx, "kingsmere", func(ctx context.Context, tx *tenants.Tx) error {
		for _, a := range []struct {
			office approvals.Office
			person tenants.ID
			name   string
		}{
			{approvals.ChiefExecutive, chief, "chief"}, {approvals.ExecutiveDirector, director, "director"}, {approvals.ExecutiveOnCall, director, "on-call"},
		} {
			made, err := m.Approvals.Appoint(ctx, tx, a.office, a.person, civil.MustDate("2026-01-01"), civil.Date{})
			if err != nil {
				return fmt.Errorf("%s: %w", a.office, err)
			}
			m.world.note("kingsmere.approval-office."+a.name, made.ID)
		}
		m.world.note("kingsmere.person.chief", chief)
		m.world.note("kingsmere.person.director", director)
		return nil
	})
	if err != nil {
		return err
	}
	err = m.DB.Run(ctx, m.orgs["kingsmere"], m.someone("chief@kingsmere.example"), func(ctx context.Context, tx *tenants.Tx) error {
		d, err := m.Approvals.Delegate(ctx, tx, approvals.Handover{Office: approvals.ChiefExecutive, Delegate: director, Ends: tx.Now.Add(14 * 24 * time.Hour),
			LimitRate: money.MustRate("120"), LimitPence: 150_000})
		m.world.note("kingsmere.delegation", d.ID)
		return err
	})
	if err != nil {
		return err
	}
	return m.DB.Run(ctx, m.orgs["kingsmere"], m.someone("manager@kingsmere.example"), m.askAbout)
}

// askAbout asks the ward about the first proposal that waits for an answer, at
// the charge at which it was sent.
func (m *maker) askAbout(ctx context.Context, tx *tenants.Tx) error {
	waiting, _, err := m.Proposals.List(ctx, tx, proposals.Filter{Status: proposals.StatusSubmitted, Limit: 1})
	if err != nil {
		return err
	}
	if len(waiting) == 0 {
		return fmt.Errorf("no proposal waits at Kingsmere")
	}
	p := waiting[0]
	sh, err := m.Shifts.Facts(ctx, tx, []tenants.ID{p.ShiftID})
	if err != nil {
		return err
	}
	shift := sh[p.ShiftID]
	r, err := m.Approvals.Ask(ctx, tx, approvals.Draft{Subject: approvals.Subject{Kind: "proposal", ID: p.ID, Ref: p.Ref},
		Title: p.WorkerName + " for shift " + shift.Ref, Href: "/shifts/" + shift.Ref, WardID: &p.WardID, Conditions: []approvals.Condition{approvals.WithinCap},
		Rate: p.NetPence.PerHour(p.Minutes), Total: p.NetPence, Figures: map[string]string{"card": p.CardID.String(), "pay_rate": p.PayRate.String()},
		About: p.WorkerID, Reason: shift.Reason})
	m.world.note("kingsmere.approval.open", r.ID)
	return err
}
