package cascade

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"wardbridge/internal/civil"
	"wardbridge/internal/jobs"
	"wardbridge/modules/agencies"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

// shiftsMax bounds what one unit of work releases or expires. What is over it
// stays due and is taken a moment later, with its instant unchanged.
const shiftsMax = 20_000

// ripe is a step that has fallen due.
type ripe struct {
	PlanID     tenants.ID
	Step, Tier int
	DueAt      time.Time
	StaffGroup string
	StartsAt   time.Time
}

// onStep opens what has fallen due. The instant of a release is that of its step
// in the plan, whenever somebody came round to it.
func (s *Service) onStep(ctx context.Context, tx *tenants.Tx, due []jobs.Due) error {
	plans := make([]tenants.ID, 0, len(due))
	for _, d := range due {
		plans = append(plans, d.Subject)
	}
	live, err := holdPlans(ctx, tx, plans)
	if err != nil {
		return err
	}
	var later []jobs.Due
	taken := 0
	plans = plans[:0]
	for _, d := range due {
		n := live[d.Subject]
		if taken > 0 && taken+n > shiftsMax {
			later = append(later, jobs.Due{Subject: d.Subject, DueAt: d.DueAt})
			continue
		}
		taken += n
		plans = append(plans, d.Subject)
	}
	if err := jobs.AtAll(ctx, tx, dueStep, later); err != nil {
		return err
	}
	said, err := s.advance(ctx, tx, plans, live)
	if err != nil {
		return err
	}
	for _, e := range said {
		if err := tx.Emit(e); err != nil {
			return err
		}
	}
	return nil
}

// advance opens every due step of the held plans, earliest first, plans what comes
// next, and gives what there is to tell. A plan that nobody follows is stopped.
func (s *Service) advance(ctx context.Context, tx *tenants.Tx, plans []tenants.ID, live map[tenants.ID]int) (said []Released, err error) {
	placed, err := s.agencies.Tiers(ctx, tx, "", civil.Date{})
	if err != nil {
		return said, err
	}
	if plans, err = s.alive(ctx, tx, plans, live); err != nil {
		return said, err
	}
	by := map[tenants.ID]Released{}
	for {
		steps, err := dueSteps(ctx, tx, plans)
		if err != nil {
			return said, err
		}
		if len(steps) == 0 {
			break
		}
		told, err := open(ctx, tx, steps, placed)
		if err != nil {
			return said, err
		}
		for _, t := range told {
			e := by[t.AgencyID]
			if e.Shifts == 0 || t.OpenedAt.Before(e.From) {
				e.From = t.OpenedAt
			}
			e.Tenant, e.Agency = tx.Me.ID, t.AgencyID
			e.Shifts += t.Shifts
			e.To = latest(e.To, t.OpenedAt)
			by[t.AgencyID] = e
		}
	}
	said = slices.SortedFunc(maps.Values(by), func(a, b Released) int { return slices.Compare(a.Agency[:], b.Agency[:]) })
	return said, planNext(ctx, tx, plans)
}

// alive stops the plans that nobody follows any more and gives the others.
func (s *Service) alive(ctx context.Context, tx *tenants.Tx, plans []tenants.ID, live map[tenants.ID]int) (alive []tenants.ID, err error) {
	var dead []tenants.ID
	for _, id := range plans {
		if live[id] > 0 {
			alive = append(alive, id)
		} else {
			dead = append(dead, id)
		}
	}
	if len(dead) > 0 {
		_, err = stopEmptyPlans(ctx, tx, dead)
	}
	return alive, err
}

// holdPlans locks plans, and the shifts that follow them, against other sweeps
// and against whoever fills or cancels one of them, and counts the shifts.
func holdPlans(ctx context.Context, tx *tenants.Tx, plans []tenants.ID) (map[tenants.ID]int, error) {
	var rows []struct {
		PlanID tenants.ID
		Shifts int
	}
	_, err := tx.NewRaw(`
		select id
		from   cascade_plans
		where  owner_id = ? and id in (?)
		order  by id
		for    update`, tx.Me.ID, bun.List(plans)).Exec(ctx)
	if err == nil {
		err = tx.NewRaw(`
			with held as materialized (
			    select plan_id
			    from   cascades
			    where  owner_id = ? and plan_id in (?) and stopped_at is null
			    order  by shift_id
			    for    update
			)
			select plan_id, count(*) as shifts
			from   held
			group  by plan_id`, tx.Me.ID, bun.List(plans)).Scan(ctx, &rows)
	}
	if err != nil {
		return nil, fmt.Errorf("cascade plans: %w", err)
	}
	live := make(map[tenants.ID]int, len(rows))
	for _, r := range rows {
		live[r.PlanID] = r.Shifts
	}
	return live, nil
}

// dueSteps is the earliest due step of each plan.
func dueSteps(ctx context.Context, tx *tenants.Tx, plans []tenants.ID) (steps []ripe, err error) {
	if len(plans) == 0 {
		return nil, nil
	}
	err = tx.NewRaw(`
		select distinct on (s.plan_id) s.plan_id, s.step, s.tier, s.due_at, p.staff_group, p.starts_at
		from   cascade_steps s
		join   cascade_plans p on p.owner_id = s.owner_id and p.id = s.plan_id
		where  s.owner_id = ? and s.plan_id in (?) and s.outcome = 'planned' and s.due_at <= ?
		order  by s.plan_id, s.step`, tx.Me.ID, bun.List(plans), tx.Now).Scan(ctx, &steps)
	if err != nil {
		return nil, fmt.Errorf("cascade steps: %w", err)
	}
	return steps, nil
}

// toldRow is how many shifts of a plan one agency was told of.
type toldRow struct {
	PlanID, AgencyID tenants.ID
	Shifts           int
	OpenedAt         time.Time
}

// open writes the releases of all steps in one statement and then what became of
// each step in another.
func open(ctx context.Context, tx *tenants.Tx, steps []ripe, placed []agencies.Placed) ([]toldRow, error) {
	var to struct {
		plans, agencies, instants []string
		tiers                     []int
	}
	for _, st := range steps {
		startsOn := civil.DateOf(st.StartsAt)
		for _, p := range placed {
			if p.StaffGroup == st.StaffGroup && p.Tier <= st.Tier && p.On(startsOn) {
				to.plans, to.agencies = append(to.plans, st.PlanID.String()), append(to.agencies, p.AgencyID.String())
				to.instants, to.tiers = append(to.instants, instantText(st.DueAt)), append(to.tiers, p.Tier)
			}
		}
	}
	var told []toldRow
	if len(to.plans) > 0 {
		err := tx.NewRaw(`
			with opened as (
			    insert into releases (tenant_id, agency_id, id, month, shift_id, staff_group, grade, tier, starts_at, opened_at)
			    select c.owner_id, t.agency_id, app.new_id(), date_trunc('month', p.starts_at at time zone 'utc')::date,
			           c.shift_id, p.staff_group, c.grade, t.tier, p.starts_at, t.opened_at
			    from   unnest(?::uuid[], ?::uuid[], ?::integer[], ?::timestamptz[]) as t (plan_id, agency_id, tier, opened_at)
			    join   cascade_plans p on p.owner_id = ? and p.id = t.plan_id
			    join   cascades c on c.owner_id = p.owner_id and c.plan_id = p.id and c.stopped_at is null
			    on     conflict (month, shift_id, agency_id) do nothing
			    returning shift_id, agency_id, opened_at
			)
			select c.plan_id, o.agency_id, count(*) as shifts, min(o.opened_at) as opened_at
			from   opened o
			join   cascades c on c.owner_id = ? and c.shift_id = o.shift_id
			group  by c.plan_id, o.agency_id`,
			pgdialect.Array(to.plans), pgdialect.Array(to.agencies), pgdialect.Array(to.tiers), pgdialect.Array(to.instants),
			tx.Me.ID, tx.Me.ID).Scan(ctx, &told)
		if err != nil {
			return nil, fmt.Errorf("releases: %w", err)
		}
	}
	return told, finish(ctx, tx, steps, told)
}

func finish(ctx context.Context, tx *tenants.Tx, steps []ripe, told []toldRow) error {
	count := map[tenants.ID]int{}
	for _, t := range told {
		count[t.PlanID]++
	}
	plans, outcomes := make([]string, len(steps)), make([]string, len(steps))
	numbers, counts := make([]int, len(steps)), make([]int, len(steps))
	for i, st := range steps {
		outcome := Opened
		if count[st.PlanID] == 0 && st.Tier > 0 {
			outcome = Empty
		}
		plans[i], numbers[i], outcomes[i], counts[i] = st.PlanID.String(), st.Step, string(outcome), count[st.PlanID]
	}
	_, err := tx.NewRaw(`
		update cascade_steps s
		set    done_at = ?, outcome = d.outcome, agencies = d.agencies
		from   unnest(?::uuid[], ?::integer[], ?::text[], ?::integer[]) as d (plan_id, step, outcome, agencies)
		where  s.owner_id = ? and s.plan_id = d.plan_id and s.step = d.step`,
		tx.Now, pgdialect.Array(plans), pgdialect.Array(numbers), pgdialect.Array(outcomes), pgdialect.Array(counts), tx.Me.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("cascade steps: %w", err)
	}
	return nil
}

// planNext makes the next step of each plan due.
func planNext(ctx context.Context, tx *tenants.Tx, plans []tenants.ID) error {
	if len(plans) == 0 {
		return nil
	}
	var next []jobs.Due
	err := tx.NewRaw(`
		select s.plan_id as subject, min(s.due_at) as due_at
		from   cascade_steps s
		where  s.owner_id = ? and s.plan_id in (?) and s.outcome = 'planned'
		and    exists (select from cascades c where c.owner_id = s.owner_id and c.plan_id = s.plan_id and c.stopped_at is null)
		group  by s.plan_id`, tx.Me.ID, bun.List(plans)).Scan(ctx, &next)
	if err != nil {
		return fmt.Errorf("cascade steps: %w", err)
	}
	return jobs.AtAll(ctx, tx, dueStep, next)
}

// onExpire ends the shifts that begin with nobody booked. Where a clock jumped or
// the house was shut, steps that fell due before are taken first, so that the
// record is the same however time passed; nobody is told of a shift that is over.
func (s *Service) onExpire(ctx context.Context, tx *tenants.Tx, due []jobs.Due) error {
	subjects := make([]tenants.ID, 0, len(due))
	for _, d := range due {
		subjects = append(subjects, d.Subject)
	}
	followers, err := following(ctx, tx, subjects)
	if err != nil {
		return err
	}
	var later []jobs.Due
	var over, plans []tenants.ID
	for _, d := range due {
		all := followers[d.Subject]
		if len(over) > 0 && len(over)+len(all) > shiftsMax {
			later = append(later, jobs.Due{Subject: d.Subject, DueAt: d.DueAt})
			continue
		}
		over, plans = append(over, all...), append(plans, d.Subject)
	}
	if len(over) > 0 {
		if _, err := s.shifts.Expire(ctx, tx, over); err != nil { // shifts are locked before plans
			return err
		}
		live, err := holdPlans(ctx, tx, plans)
		if err != nil {
			return err
		}
		if _, err := s.advance(ctx, tx, plans, live); err != nil {
			return err
		}
		if err := s.stop(ctx, tx, over, shifts.StatusExpired); err != nil {
			return err
		}
	}
	return jobs.AtAll(ctx, tx, dueExpire, later)
}

// following is the shifts that follow plans, unlocked: shifts are locked first.
func following(ctx context.Context, tx *tenants.Tx, plans []tenants.ID) (map[tenants.ID][]tenants.ID, error) {
	var rows []struct{ PlanID, ShiftID tenants.ID }
	err := tx.NewRaw(`
		select plan_id, shift_id
		from   cascades
		where  owner_id = ? and plan_id in (?) and stopped_at is null
		order  by shift_id`, tx.Me.ID, bun.List(plans)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("cascades: %w", err)
	}
	all := map[tenants.ID][]tenants.ID{}
	for _, r := range rows {
		all[r.PlanID] = append(all[r.PlanID], r.ShiftID)
	}
	return all, nil
}
