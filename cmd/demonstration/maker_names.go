package demonstration

import (
	"context"
	"fmt"
	"slices"

	"wardbridge/internal/civil"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cascade"
	"wardbridge/modules/proposals"
	"wardbridge/modules/reclaims"
	"wardbridge/modules/timesheets"
	"wardbridge/tenants"
)

// naming gives names to the rows that examples and tests speak of, as the
// parties see them at the end.
func (m *maker) naming(ctx context.Context) error {
	for _, step := range []func(context.Context) error{m.nameTrust, m.nameFree, m.nameAgency, m.nameNurse, m.nameNotice, m.nameLink} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (m *maker) nameTrust(ctx context.Context) error {
	return m.as(ctx, "kingsmere", func(ctx context.Context, tx *tenants.Tx) error {
		waiting, _, err := m.Proposals.List(ctx, tx, proposals.Filter{Status: proposals.StatusSubmitted, Limit: 200})
		if err != nil {
			return err
		}
		if len(waiting) == 0 {
			return fmt.Errorf("no proposal waits at Kingsmere")
		}
		for _, p := range waiting {
			if len(p.Conditions) > 0 {
				continue // these cannot be accepted as they stand
			}
			if p.AgencyID == m.orgs["meridian"].ID || m.world.Names["kingsmere.proposal.submitted"] == "" {
				m.world.note("kingsmere.proposal.submitted", p.ID)
				m.world.note("kingsmere.proposal.submitted.shift", p.ShiftID)
				m.world.note("kingsmere.shift.open", p.ShiftID)
			}
			if p.AgencyID == m.orgs["meridian"].ID {
				m.world.note("meridian.proposal.submitted", p.ID)
			}
		}
		if err := m.nameBookings(ctx, tx); err != nil {
			return err
		}
		sent, _, err := m.Timesheets.List(ctx, tx, timesheets.Filter{Status: timesheets.StatusSubmitted, Limit: 200})
		if err != nil {
			return err
		}
		for _, t := range sent {
			m.world.note("kingsmere.timesheet.submitted", t.ID)
			if t.AgencyID == m.orgs["meridian"].ID {
				m.world.note("meridian.timesheet.submitted", t.ID)
			}
		}
		members, err := m.Accounts.Members(ctx, tx)
		for _, p := range members {
			if p.Email == "viewer@kingsmere.example" {
				m.world.note("kingsmere.member", p.PersonID)
				m.world.note("kingsmere.member.viewer", p.PersonID)
			}
		}
		return err
	})
}

func (m *maker) nameBookings(ctx context.Context, tx *tenants.Tx) error {
	ahead, _, err := m.Bookings.List(ctx, tx, bookings.Filter{Status: bookings.StatusConfirmed, From: civil.DateOf(tx.Now).AddDays(1), Limit: 50})
	if err != nil {
		return err
	}
	for _, b := range ahead {
		m.world.note("kingsmere.booking.confirmed", b.ID)
		m.world.note("kingsmere.shift.filled", b.ShiftID)
	}
	charged, _, err := m.Reclaims.List(ctx, tx, reclaims.Filter{Limit: 50})
	if err != nil {
		return err
	}
	for _, b := range charged {
		m.world.note("kingsmere.booking.charged", b.ID)
	}
	past, _, err := m.Bookings.List(ctx, tx, bookings.Filter{Status: bookings.StatusConfirmed, To: civil.DateOf(tx.Now).AddDays(-1), Limit: 50})
	for _, b := range past {
		m.world.note("kingsmere.booking.started", b.ID)
	}
	return err
}

// nameFree names a nurse of Meridian's who could have worked the shift that was
// entered too late.
func (m *maker) nameFree(ctx context.Context) error {
	for _, w := range m.staff {
		if w.group != "nursing" || !slices.Contains(w.agencies, "meridian") || w.email == "nurse@worker.example" {
			continue
		}
		var near []bookings.Booking
		err := m.DB.Run(ctx, tenants.Party{ID: w.person, Kind: tenants.Worker}, builder, func(ctx context.Context, tx *tenants.Tx) (err error) {
			day := civil.DateOf(tx.Now)
			near, _, err = m.Bookings.List(ctx, tx, bookings.Filter{From: day.AddDays(-2), To: day, Limit: 1})
			return err
		})
		if err != nil {
			return err
		}
		if len(near) == 0 {
			m.world.Names["meridian.worker.register-number"] = w.number
			return nil
		}
	}
	return fmt.Errorf("no nurse of Meridian was free yesterday")
}

func (m *maker) nameAgency(ctx context.Context) error {
	m.world.note("meridian.member", m.people["agency@meridian.example"])
	return m.as(ctx, "meridian", func(ctx context.Context, tx *tenants.Tx) error {
		open, _, err := m.Cascade.Open(ctx, tx, cascade.Filter{Tenant: m.orgs["kingsmere"].ID, Limit: 200})
		if err != nil {
			return err
		}
		for _, o := range open {
			m.world.note("meridian.release.live", o.ID)
			m.world.note("meridian.shift.open", o.ShiftID)
			all, err := m.Proposals.Candidates(ctx, tx, o.ShiftID)
			if err != nil {
				return err
			}
			for _, c := range all {
				if c.OK {
					m.world.note("meridian.worker", c.Worker.ID)
					return nil
				}
			}
		}
		return fmt.Errorf("nothing that Meridian could propose for")
	})
}

// namePlan notes the hours that a form of a timesheet would show.
func (m *maker) namePlan(name string, h timesheets.Hours) {
	m.world.Names[name+".date"] = civil.DateOf(h.Start).String()
	m.world.Names[name+".start"] = civil.ClockOf(h.Start).String()
	m.world.Names[name+".end"] = civil.ClockOf(h.End).String()
	m.world.Names[name+".break"] = fmt.Sprint(h.BreakMinutes)
}

func (m *maker) nameNurse(ctx context.Context) error {
	nurse := m.staff[0]
	me := tenants.Party{ID: nurse.person, Kind: tenants.Worker}
	return m.DB.Run(ctx, me, builder, func(ctx context.Context, tx *tenants.Tx) error {
		mine, _, err := m.Bookings.List(ctx, tx, bookings.Filter{Limit: 200})
		if err != nil {
			return err
		}
		for _, b := range mine {
			m.world.note("nurse.booking", b.ID)
		}
		sheets, _, err := m.Timesheets.List(ctx, tx, timesheets.Filter{Limit: 200})
		for _, t := range sheets {
			m.world.note("nurse.timesheet."+string(t.Status), t.ID)
			m.namePlan("nurse.timesheet."+string(t.Status), t.Plan())
		}
		if len(sheets) == 0 {
			err = fmt.Errorf("the nurse has no timesheet")
		}
		return err
	})
}
