package demonstration

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/cascade"
	"wardbridge/modules/proposals"
	"wardbridge/tenants"
)

// offices appoints Kingsmere's executives.
func (m *maker) offices(ctx context.Context) error {
	chief, director := m.people["chief@kingsmere.example"], m.people["director@kingsmere.example"]
	return m.as(ctx, "kingsmere", func(ctx context.Context, tx *tenants.Tx) error {
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
}

// book accepts a proposal; where that needs approval, the bank office asks and the
// chief executive, who may answer all of it, says yes.
func (m *maker) book(ctx context.Context, p proposals.Proposal) error {
	manager := m.someone("manager@kingsmere.example")
	accept := func(ctx context.Context, tx *tenants.Tx) error {
		_, _, err := m.Proposals.Accept(ctx, tx, p.ID)
		return err
	}
	err := m.DB.Run(ctx, m.orgs["kingsmere"], manager, accept)
	if !errors.Is(err, proposals.ErrNeedsApproval) {
		return err
	}
	var asked approvals.Request
	err = m.DB.Run(ctx, m.orgs["kingsmere"], manager, func(ctx context.Context, tx *tenants.Tx) (err error) {
		asked, err = m.Proposals.AskApproval(ctx, tx, p.ID, proposals.Case{Reason: "patient_safety", Statement: "The ward would run below its safe number."})
		return err
	})
	if err != nil {
		return err
	}
	who := "director@kingsmere.example"
	if slices.Contains(asked.Asked, approvals.OfOffice(approvals.ChiefExecutive)) {
		who = "chief@kingsmere.example"
	}
	err = m.DB.Run(ctx, m.orgs["kingsmere"], m.someone(who), func(ctx context.Context, tx *tenants.Tx) error {
		_, err := m.Approvals.Approve(ctx, tx, asked.ID, "Agreed. Nobody else was to be had in time.")
		return err
	})
	if err != nil {
		return err
	}
	return m.DB.Run(ctx, m.orgs["kingsmere"], manager, accept)
}

// approvals delegates an office, has the bank office ask about a proposal that is
// waited for, and leaves one above the cap that nobody has asked about.
func (m *maker) approvals(ctx context.Context) error {
	director := m.people["director@kingsmere.example"]
	err := m.DB.Run(ctx, m.orgs["kingsmere"], m.someone("chief@kingsmere.example"), func(ctx context.Context, tx *tenants.Tx) error {
		d, err := m.Approvals.Delegate(ctx, tx, approvals.Handover{Office: approvals.ChiefExecutive, Delegate: director, Ends: tx.Now.Add(14 * 24 * time.Hour),
			LimitRate: money.MustRate("120"), LimitPence: 150_000})
		m.world.note("kingsmere.delegation", d.ID)
		return err
	})
	if err != nil {
		return err
	}
	if err := m.DB.Run(ctx, m.orgs["kingsmere"], m.someone("manager@kingsmere.example"), m.askAbout); err != nil {
		return err
	}
	if err := m.DB.Run(ctx, m.orgs["meridian"], m.someone("agency@meridian.example"), m.above); err != nil {
		return err
	}
	return m.DB.Run(ctx, m.orgs["kingsmere"], m.someone("manager@kingsmere.example"), m.askDirector)
}

// askDirector asks the executive director for the second proposal above the cap,
// if there is one.
func (m *maker) askDirector(ctx context.Context, tx *tenants.Tx) error {
	if m.aboveToo == (tenants.ID{}) {
		return nil
	}
	r, err := m.Proposals.AskApproval(ctx, tx, m.aboveToo, proposals.Case{Reason: "patient_safety",
		Statement: "Nobody has offered within the cap, and the ward is short that day."})
	m.world.note("kingsmere.approval.above", r.ID)
	return err
}

// errWithin undoes a proposal that turned out to pass no limit.
var errWithin = errors.New("within every limit")

// above proposes at the card's maximum for the first two open shifts at Kingsmere
// where that is above the cap.
func (m *maker) above(ctx context.Context, tx *tenants.Tx) error {
	open, _, err := m.Cascade.Open(ctx, tx, cascade.Filter{Tenant: m.orgs["kingsmere"].ID, Limit: 200})
	if err != nil {
		return err
	}
	found := false
	for _, o := range open {
		if o.Shift.StartsAt.Before(tx.Now.AddDate(0, 0, 2)) {
			continue
		}
		all, err := m.Proposals.Candidates(ctx, tx, o.ShiftID)
		if err != nil {
			return err
		}
		if len(all) == 0 || !all[0].OK {
			continue
		}
		card, err := m.Cards.Line(ctx, tx, proposals.Asked(tx.Me.ID, &o).Work())
		if err != nil {
			return err
		}
		var made proposals.Proposal
		err = tx.Try(func() error {
			p, err := m.Proposals.Submit(ctx, tx, proposals.Draft{ShiftID: o.ShiftID, WorkerID: all[0].Worker.ID, PayRate: card.PayMax, Commission: card.CommissionMax})
			if err == nil && !slices.Contains(p.Conditions, approvals.OverCap) {
				err = errWithin
			}
			made = p
			return err
		})
		switch {
		case errors.Is(err, errWithin):
			continue
		case err != nil:
			return err
		case found:
			m.aboveToo = made.ID
			return nil
		}
		found = true
		m.world.note("kingsmere.proposal.above", made.ID)
		m.world.note("kingsmere.proposal.above.shift", made.ShiftID)
	}
	if found {
		return nil
	}
	return fmt.Errorf("no open shift of Kingsmere is dearer than its cap at the card's maximum")
}

// askAbout asks the ward about the first proposal that waits for an answer, at
// the charge at which it was sent.
func (m *maker) askAbout(ctx context.Context, tx *tenants.Tx) error {
	waiting, _, err := m.Proposals.List(ctx, tx, proposals.Filter{Status: proposals.StatusSubmitted, Limit: 200})
	waiting = slices.DeleteFunc(waiting, func(p proposals.Proposal) bool { return len(p.Conditions) > 0 })
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
		About: p.WorkerID, Reason: shift.Reason, Until: shift.StartsAt})
	m.world.note("kingsmere.approval.open", r.ID)
	return err
}
