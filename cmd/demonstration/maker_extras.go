package demonstration

import (
	"context"
	"fmt"

	"wardbridge/internal/civil"
	"wardbridge/internal/door"
	"wardbridge/internal/money"
	"wardbridge/modules/adjustments"
	"wardbridge/modules/notices"
	"wardbridge/modules/shifts"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

// nights are Clockwork's: the two changes of the clocks, Easter Sunday into
// Easter Monday, and Christmas Eve into Christmas Day.
var nights = []string{"2026-03-28", "2026-04-05", "2026-10-24", "2026-12-24"}

// clockwork is the sandbox whose clock stands still for nobody: it begins in
// March, so that its four nights are all ahead.
func (m *maker) clockwork(ctx context.Context) error {
	start, err := civil.Resolve(civil.MustDate("2026-03-02"), civil.MustClock("09:00"), civil.Unsaid)
	if err != nil {
		return err
	}
	if err := m.clock(ctx, start, "clockwork"); err != nil {
		return err
	}
	err = m.as(ctx, "clockwork", func(ctx context.Context, tx *tenants.Tx) error {
		for _, night := range nights {
			made, err := m.Shifts.Create(ctx, tx, shifts.NewShift{Facts: shifts.Facts{
				WardID: m.wards["clockwork"][0].ID, Grade: "nurse-band-5", Reason: "vacancy",
				Times: shifts.Times{Date: civil.MustDate(night), Start: civil.MustClock("20:00"), End: civil.MustClock("08:00")}}})
			if err != nil {
				return fmt.Errorf("night of %s: %w", night, err)
			}
			m.world.note("clockwork.shift."+night, made[0].ID)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return m.settle(ctx)
}

// loose leaves what a real day has: a record that waits for the worker's yes, a
// worker about to leave, yesterday's shift that nobody entered in time, a run
// that is not issued yet, previews of an adjustment, and a key.
func (m *maker) loose(ctx context.Context) error {
	nurse := m.staff[0]
	err := m.as(ctx, "castle", func(ctx context.Context, tx *tenants.Tx) error {
		r, err := m.Workers.Represent(ctx, tx, workers.Facts{Name: nurse.name, Email: nurse.email, StaffGroup: nurse.group, Grade: nurse.grade,
			RegisterBody: nurse.body, RegisterNumber: nurse.number, BornOn: nurse.born})
		m.world.note("nurse.match", r.ID)
		m.world.note("nurse.representation.waiting", r.ID)
		return err
	})
	if err != nil {
		return err
	}
	err = m.as(ctx, "meridian", func(ctx context.Context, tx *tenants.Tx) error {
		r, err := m.Workers.Represent(ctx, tx, workers.Facts{Name: "Rowan Leaver", Email: "rowan@people.example", StaffGroup: "nursing", Grade: "nurse-band-5",
			RegisterBody: "NMC", RegisterNumber: "11B2345E", BornOn: civil.MustDate("1980-05-05")})
		m.world.note("meridian.worker.leaver", r.ID)
		return err
	})
	if err != nil {
		return err
	}
	if err := m.untidy(ctx); err != nil {
		return err
	}
	if err := m.adjusted(ctx); err != nil {
		return err
	}
	if err := m.winter(ctx); err != nil {
		return err
	}
	return m.settle(ctx)
}

func (m *maker) untidy(ctx context.Context) error {
	err := m.as(ctx, "kingsmere", func(ctx context.Context, tx *tenants.Tx) error {
		made, err := m.Shifts.Create(ctx, tx, shifts.NewShift{Facts: shifts.Facts{
			WardID: m.wards["kingsmere"][0].ID, Grade: "nurse-band-5", Reason: "sickness", BreakMinutes: 30,
			Times: shifts.Times{Date: civil.DateOf(tx.Now).AddDays(-1), Start: civil.MustClock("08:00"), End: civil.MustClock("16:00")}}})
		if err != nil {
			return err
		}
		m.world.note("kingsmere.shift.retrospective", made[0].ID)
		id, _, err := m.Accounts.MakeKey(ctx, tx, door.NewKey{Name: "Roster system", Roles: []string{"integration_engineer"}})
		m.world.note("kingsmere.key", id)
		return err
	})
	if err != nil {
		return err
	}
	return m.DB.Work(ctx, m.orgs["kingsmere"], m.someone("finance@kingsmere.example"), func(ctx context.Context, tx *tenants.Tx) error {
		approved, _, err := m.Timesheets.List(ctx, tx, timesheets.Filter{Status: timesheets.StatusApproved, Limit: 200})
		if err != nil {
			return err
		}
		var last civil.Date
		for _, t := range approved {
			if t.BilledAt == nil && t.WorkedOn.After(last) {
				last = t.WorkedOn
			}
		}
		if last.IsZero() {
			return fmt.Errorf("nothing is left to bill at Kingsmere")
		}
		run, err := m.Billing.Prepare(ctx, tx, last.Monday())
		m.world.note("kingsmere.self-bill-run.draft", run.ID)
		m.world.Names["kingsmere.self-bill-run.draft.period-from"] = last.Monday().String()
		return err
	})
}

// adjusted leaves two previews of an award on the first day that was approved:
// one to be posted, one to be discarded.
func (m *maker) adjusted(ctx context.Context) error {
	return m.DB.Work(ctx, m.orgs["kingsmere"], m.someone("finance@kingsmere.example"), func(ctx context.Context, tx *tenants.Tx) error {
		approved, _, err := m.Timesheets.List(ctx, tx, timesheets.Filter{Status: timesheets.StatusApproved, Limit: 1})
		if err != nil || len(approved) == 0 {
			return err
		}
		day := civil.DateOf(*approved[0].StartsAt)
		m.world.Names["kingsmere.adjustment.day"] = day.String()
		ask := adjustments.Request{Kind: adjustments.Award, Reason: "Local award, backdated", Source: "Joint staff committee, paper 12", From: day.Monday(), To: day.Monday().AddDays(6),
			Changes: []adjustments.Change{{Share: money.MustFactor("0.015")}}}
		for _, name := range []string{"previewed", "spare"} {
			a, err := m.Adjustments.Preview(ctx, tx, ask)
			if err != nil {
				return err
			}
			m.world.note("kingsmere.adjustment."+name, a.ID)
		}
		return nil
	})
}

// nameNotice finds something that each kind of party was told.
func (m *maker) nameNotice(ctx context.Context) error {
	nurse := tenants.Party{ID: m.staff[0].person, Kind: tenants.Worker}
	for name, party := range map[string]tenants.Party{"kingsmere": m.orgs["kingsmere"], "meridian": m.orgs["meridian"], "nurse": nurse} {
		err := m.DB.Run(ctx, party, builder, func(ctx context.Context, tx *tenants.Tx) error {
			all, _, err := m.Notices.List(ctx, tx, notices.Filter{Limit: 1})
			for _, n := range all {
				m.world.note(name+".notice", n.ID)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
