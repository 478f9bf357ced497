package demonstration

import (
	"context"
	"fmt"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cascade"
	"wardbridge/modules/proposals"
	"wardbridge/tenants"
)

// shows is a record that the first page of a log-in certainly has: how the
// references of its shifts begin, or the name of what is listed there.
func shows(organisation string) string {
	for _, o := range demoOrganisations() {
		if o.Code == organisation && o.Kind == tenants.Trust {
			return o.Letters + "-"
		}
	}
	switch organisation {
	case "wardbridge":
		return "Kingsmere University Hospitals"
	case "brightwater":
		return "Brightwater Hub"
	case "elmtree":
		return "ET1"
	default: // agencies and workers: shifts of Kingsmere
		return "KUH-"
	}
}

// told are the clinicians whose log-ins are told.
var told = []string{"nurse@worker.example", "doctor@worker.example", "gp@worker.example"}

// engaged sees to it that each of them has a shift ahead at Kingsmere: what
// chance has not brought, their agency proposes and the bank office accepts.
func (m *maker) engaged(ctx context.Context) error {
	for _, w := range m.staff {
		for _, email := range told {
			if w.email != email {
				continue
			}
			if err := m.engage(ctx, w); err != nil {
				return fmt.Errorf("%s: %w", email, err)
			}
		}
	}
	return m.settle(ctx)
}

func (m *maker) engage(ctx context.Context, w *demoWorker) error {
	me := tenants.Party{ID: w.person, Kind: tenants.Worker}
	var ahead []bookings.Booking
	err := m.DB.Run(ctx, me, builder, func(ctx context.Context, tx *tenants.Tx) (err error) {
		ahead, _, err = m.Bookings.List(ctx, tx, bookings.Filter{Status: bookings.StatusConfirmed, From: civil.DateOf(tx.Now).AddDays(1), Limit: 50})
		return err
	})
	if err != nil {
		return err
	}
	for _, b := range ahead {
		if b.TenantID == m.orgs["kingsmere"].ID {
			return nil
		}
	}
	made, err := m.waiting(ctx, w)
	for _, agency := range w.agencies {
		if err == nil && made == (tenants.ID{}) {
			made, err = m.proposed(ctx, agency, w)
		}
	}
	if err != nil {
		return err
	}
	if made == (tenants.ID{}) {
		return fmt.Errorf("no open shift at Kingsmere suits %s", w.name)
	}
	return m.book(ctx, proposals.Proposal{ID: made})
}

// waiting is a proposal of a clinician for a shift ahead that Kingsmere has not
// answered, or the zero id.
func (m *maker) waiting(ctx context.Context, w *demoWorker) (made tenants.ID, err error) {
	err = m.as(ctx, "kingsmere", func(ctx context.Context, tx *tenants.Tx) error {
		all, _, err := m.Proposals.List(ctx, tx, proposals.Filter{Status: proposals.StatusSubmitted, Limit: 200})
		for _, p := range all {
			if p.WorkerID != w.person {
				continue
			}
			s, err := m.Shifts.Get(ctx, tx, p.ShiftID.String())
			if err != nil {
				return err
			}
			if s.StartsAt.After(tx.Now.AddDate(0, 0, 1)) {
				made = p.ID
				return nil
			}
		}
		return err
	})
	return made, err
}

// proposed lets an agency propose one of its workers for the first shift that
// suits; the zero id when none does.
func (m *maker) proposed(ctx context.Context, agency string, w *demoWorker) (made tenants.ID, err error) {
	err = m.DB.Run(ctx, m.orgs[agency], m.someone(agents[agency]), func(ctx context.Context, tx *tenants.Tx) error {
		open, _, err := m.Cascade.Open(ctx, tx, cascade.Filter{Tenant: m.orgs["kingsmere"].ID, StaffGroup: w.group, Limit: 200})
		if err != nil {
			return err
		}
		for _, o := range open {
			fits, err := m.fits(ctx, tx, o, w.reps[agency])
			if err != nil {
				return err
			}
			if !fits {
				continue
			}
			card, err := m.Cards.Line(ctx, tx, proposals.Asked(tx.Me.ID, &o).Work())
			if err != nil {
				return err
			}
			under := money.MustFactor("0.95")
			p, err := m.Proposals.Submit(ctx, tx, proposals.Draft{ShiftID: o.ShiftID, WorkerID: w.reps[agency],
				PayRate: money.RateOfPence(card.PayMax.Times(under).Pence()), Commission: money.RateOfPence(card.CommissionMax.Times(under).Pence())})
			made = p.ID
			return err
		}
		return nil
	})
	return made, err
}

// fits says whether a worker may be proposed for an offer of the coming weeks.
func (m *maker) fits(ctx context.Context, tx *tenants.Tx, o cascade.Offer, worker tenants.ID) (bool, error) {
	if o.Shift.StartsAt.After(tx.Now.AddDate(0, 0, 25)) {
		return false, nil
	}
	all, err := m.Proposals.Candidates(ctx, tx, o.ShiftID)
	for _, c := range all {
		if c.Worker.ID == worker {
			return c.OK, err
		}
	}
	return false, err
}

// nameLink makes links that set a password, for people who have no use for them.
func (m *maker) nameLink(ctx context.Context) error {
	return m.DB.Work(ctx, m.platform, builder, func(ctx context.Context, tx *tenants.Tx) error {
		for i, name := range []string{"password.link", "password.link.spare"} {
			link, err := m.Accounts.OfferLink(ctx, tx, m.staff[len(m.staff)-1-i].person)
			if err != nil {
				return err
			}
			m.world.Names[name] = link
		}
		return nil
	})
}
