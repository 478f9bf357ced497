package demonstration

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/billing"
	"wardbridge/modules/cascade"
	"wardbridge/modules/proposals"
	"wardbridge/modules/timesheets"
	"wardbridge/tenants"
)

// chance is a number from 0 to 99 that depends on the words alone, so that the
// demonstration is the same every time.
func chance(words ...any) int {
	h := fnv.New32a()
	fmt.Fprint(h, words...)
	return int(h.Sum32() % 100)
}

// ward is the code of a ward, which is the same every time, as its id is not.
func (m *maker) ward(id tenants.ID) string {
	for _, all := range m.wards {
		for _, w := range all {
			if w.ID == id {
				return w.Code
			}
		}
	}
	return ""
}

// told reports whether an agency's record is of a clinician whose log-in is told.
func (m *maker) told(record tenants.ID, agency string) bool {
	return slices.ContainsFunc(m.staff, func(w *demoWorker) bool { return slices.Contains(told, w.email) && w.reps[agency] == record })
}

// someone is a person of the demonstration who acts for their organisation.
func (m *maker) someone(email string) tenants.Actor {
	for _, o := range demoOrganisations() {
		for _, p := range o.people {
			if p.email == email {
				id := m.people[email]
				return tenants.Actor{Kind: tenants.Person, ID: id, Person: id, Name: p.name}
			}
		}
	}
	return builder
}

// agents are who proposes for each agency.
var agents = map[string]string{"meridian": "agency@meridian.example", "northbank": "agency@northbank.example", "harbour": "", "castle": ""}

// offer lets each agency propose for its open shifts, up to a share of them.
func (m *maker) offer(ctx context.Context, share int) error {
	for _, code := range []string{"meridian", "northbank", "harbour", "castle"} {
		who := m.someone(agents[code])
		var open []cascade.Offer
		err := m.DB.Run(ctx, m.orgs[code], who, func(ctx context.Context, tx *tenants.Tx) error {
			var err error
			open, _, err = m.Cascade.Open(ctx, tx, cascade.Filter{Limit: 200})
			return err
		})
		if err != nil {
			return err
		}
		for _, o := range open {
			if chance("offer", code, o.Shift.StartsAt, m.ward(o.Shift.WardID)) >= share {
				continue
			}
			if err := m.propose(ctx, code, who, o); err != nil {
				return fmt.Errorf("%s for %s: %w", code, o.Shift.Ref, err)
			}
		}
	}
	return nil
}

// propose sends the first worker who is free, a little under the card.
func (m *maker) propose(ctx context.Context, code string, who tenants.Actor, o cascade.Offer) error {
	err := m.DB.Run(ctx, m.orgs[code], who, func(ctx context.Context, tx *tenants.Tx) error {
		all, err := m.Proposals.Candidates(ctx, tx, o.ShiftID)
		if err != nil {
			return err
		}
		var able []proposals.Candidate
		for _, c := range all {
			if c.OK {
				able = append(able, c)
			}
		}
		if len(able) == 0 {
			return nil
		}
		card, err := m.Cards.Line(ctx, tx, proposals.Asked(tx.Me.ID, &o).Work())
		if err != nil {
			return err
		}
		under := money.MustFactor([]string{"0.97", "0.95", "0.99", "0.93"}[chance(code, o.Shift.StartsAt)%4])
		pick := able[chance("who", code, o.Shift.StartsAt, m.ward(o.Shift.WardID))%min(len(able), 12)]
		for _, c := range able { // the clinicians whom people sign in as work often
			if m.told(c.Worker.ID, code) && chance("known", o.Shift.StartsAt, m.ward(o.Shift.WardID)) < 60 {
				pick = c
			}
		}
		p, err := m.Proposals.Submit(ctx, tx, proposals.Draft{ShiftID: o.ShiftID, WorkerID: pick.Worker.ID,
			PayRate: money.RateOfPence(card.PayMax.Times(under).Pence()), Commission: money.RateOfPence(card.CommissionMax.Times(under).Pence())})
		if err == nil {
			m.world.note(code+".proposal.submitted", p.ID)
			m.world.note("kingsmere.proposal."+code, p.ID)
		}
		return err
	})
	var f *fault.Fault
	if errors.As(err, &f) && (f.Kind == fault.Conflict || f.Kind == fault.Invalid) {
		return nil // somebody was quicker, or nobody suits: that is life
	}
	return err
}

// decide: the bank office accepts the best of each shift's proposals, or
// declines it, and leaves a share for later.
func (m *maker) decide(ctx context.Context, share int) error {
	for trust, email := range map[string]string{"kingsmere": "manager@kingsmere.example", "saltbridge": "admin@saltbridge.example"} {
		who := m.someone(email)
		var waiting []proposals.Proposal
		err := m.DB.Run(ctx, m.orgs[trust], who, func(ctx context.Context, tx *tenants.Tx) error {
			var err error
			waiting, _, err = m.Proposals.List(ctx, tx, proposals.Filter{Status: proposals.StatusSubmitted, Limit: 200})
			return err
		})
		if err != nil {
			return err
		}
		done := map[tenants.ID]bool{}
		for _, p := range waiting {
			if done[p.ShiftID] || chance("decide", m.ward(p.WardID), p.WorkerName, p.Minutes) >= share {
				continue
			}
			done[p.ShiftID] = true
			if err := m.answer(ctx, m.orgs[trust], who, p); err != nil {
				return fmt.Errorf("proposal %s: %w", p.Ref, err)
			}
		}
	}
	return nil
}

// answer accepts the best of a shift's proposals. Kingsmere asks its executives
// where it must; Saltbridge declines what passes a limit.
func (m *maker) answer(ctx context.Context, trust tenants.Party, who tenants.Actor, p proposals.Proposal) error {
	var dear *proposals.Proposal
	err := m.DB.Run(ctx, trust, who, func(ctx context.Context, tx *tenants.Tx) error {
		best, err := m.Proposals.Compare(ctx, tx, p.ShiftID)
		if err != nil {
			return err
		}
		for _, c := range best {
			if c.Proposal.Status != proposals.StatusSubmitted {
				continue
			}
			switch {
			case chance("no", c.Proposal.WorkerName) < 4:
				_, err = m.Proposals.Decline(ctx, tx, c.Proposal.ID, "experience", "")
			case c.Limit.Needed() && trust == m.orgs["kingsmere"]:
				dear = &c.Proposal
			case c.Limit.Needed():
				_, err = m.Proposals.Decline(ctx, tx, c.Proposal.ID, "cost", "")
			default:
				_, _, err = m.Proposals.Accept(ctx, tx, c.Proposal.ID)
			}
			return err
		}
		return nil
	})
	if err == nil && dear != nil {
		err = m.book(ctx, *dear)
	}
	var f *fault.Fault
	if errors.As(err, &f) && f.Kind == fault.Conflict {
		return nil // the worker was booked elsewhere meanwhile
	}
	return err
}

// hours: workers send what they worked, most of it as planned; the ward manager
// approves, and queries now and then.
func (m *maker) hours(ctx context.Context) error {
	for _, w := range m.staff {
		me := tenants.Party{ID: w.person, Kind: tenants.Worker}
		who := tenants.Actor{Kind: tenants.Person, ID: w.person, Person: w.person, Name: w.name}
		err := m.DB.Run(ctx, me, who, func(ctx context.Context, tx *tenants.Tx) error {
			open, _, err := m.Timesheets.List(ctx, tx, timesheets.Filter{Status: timesheets.StatusOpen, Limit: 50})
			if err != nil {
				return err
			}
			for i, t := range open {
				h, note := t.Plan(), ""
				switch c := chance("hours", t.PlannedStartsAt, w.name); {
				case c < 8 || i == 0 && w.email == "nurse@worker.example":
					continue // to be sent later
				case c < 18:
					h.End, note = h.End.Add(30*time.Minute), "Handover ran late."
				case c < 22:
					h.BreakMinutes -= min(h.BreakMinutes, 30)
					note = "Short break, the ward was busy."
				}
				if err := m.sendHours(ctx, tx, t, h, note); err != nil {
					return fmt.Errorf("timesheet %s: %w", t.Ref, err)
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", w.email, err)
		}
	}
	return m.approve(ctx)
}

// sendHours sends what a worker claims. Somebody who goes from one shift to the
// next cannot have stayed late at the first and begun the second on time.
func (m *maker) sendHours(ctx context.Context, tx *tenants.Tx, t timesheets.Timesheet, h timesheets.Hours, note string) error {
	late := t.Plan()
	late.Start = late.Start.Add(30 * time.Minute)
	err := error(timesheets.ErrOverlap)
	for _, claim := range []struct {
		hours timesheets.Hours
		note  string
	}{{h, note}, {t.Plan(), ""}, {late, "Came from another shift that ran late."}} {
		if !errors.Is(err, timesheets.ErrOverlap) {
			break
		}
		err = tx.Try(func() error {
			_, err := m.Timesheets.Submit(ctx, tx, t.ID, claim.hours, claim.note)
			return err
		})
	}
	return err
}

func (m *maker) approve(ctx context.Context) error {
	for trust, email := range map[string]string{"kingsmere": "ward@kingsmere.example", "saltbridge": "admin@saltbridge.example"} {
		err := m.DB.Work(ctx, m.orgs[trust], m.someone(email), func(ctx context.Context, tx *tenants.Tx) error {
			sent, _, err := m.Timesheets.List(ctx, tx, timesheets.Filter{Status: timesheets.StatusSubmitted, Limit: 200})
			if err != nil {
				return err
			}
			left := false // one of Meridian's always waits for an answer
			for _, t := range sent {
				switch c := chance("approve", t.PlannedStartsAt, t.WorkerName); {
				case c < 6 || !left && t.AgencyID == m.orgs["meridian"].ID:
					left = left || t.AgencyID == m.orgs["meridian"].ID
					m.world.note(trust+".timesheet.submitted", t.ID)
				case c < 10:
					_, err = m.Timesheets.Query(ctx, tx, t.ID, "The ward's book says that the break was taken.")
				default:
					_, err = m.Timesheets.Approve(ctx, tx, t.ID)
					m.world.note(trust+".timesheet.approved", t.ID)
				}
				if err != nil {
					return fmt.Errorf("timesheet %s: %w", t.Ref, err)
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", trust, err)
		}
	}
	return nil
}

// bill prepares and issues the run of a week, when there is something to bill.
func (m *maker) bill(ctx context.Context, week civil.Date) error {
	for trust, email := range map[string]string{"kingsmere": "finance@kingsmere.example", "saltbridge": "admin@saltbridge.example"} {
		err := m.DB.Work(ctx, m.orgs[trust], m.someone(email), func(ctx context.Context, tx *tenants.Tx) error {
			run, err := m.Billing.Prepare(ctx, tx, week)
			if err != nil {
				return err
			}
			if run, err = m.Billing.Issue(ctx, tx, run.ID); err != nil {
				return err
			}
			m.world.note(trust+".self-bill-run.issued", run.ID)
			bills, err := m.Billing.BillsOf(ctx, tx, run.ID)
			for _, b := range bills {
				if b.AgencyID == m.orgs["meridian"].ID {
					m.world.note(trust+".self-bill.issued", b.ID)
				}
			}
			return err
		})
		if errors.Is(err, billing.ErrNothingToBill) || errors.Is(err, billing.ErrRunBlocked) {
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", trust, err)
		}
	}
	return nil
}
