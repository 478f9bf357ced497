package cascade

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

func currentRule(ctx context.Context, tx *tenants.Tx) (Rule, error) {
	var r Rule
	err := tx.NewSelect().Model(&r).Where("owner_id = ?", tx.Me.ID).Order("version desc").Limit(1).Scan(ctx)
	return r, err
}

func insertRule(ctx context.Context, tx *tenants.Tx, r *Rule) error {
	_, err := tx.NewInsert().Model(r).Exec(ctx)
	return err
}

// instantText is how Postgres reads an instant out of an array.
func instantText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// insertPlans writes plans and their steps as two statements.
func insertPlans(ctx context.Context, tx *tenants.Tx, rule tenants.ID, ids []tenants.ID, waves []wave, steps [][]Step) error {
	var plan struct {
		ids, groups, starts, froms []string
		leads                      []int
	}
	var step struct {
		plans, dues, whys []string
		numbers, tiers    []int
	}
	for i, w := range waves {
		plan.ids, plan.groups = append(plan.ids, ids[i].String()), append(plan.groups, w.group)
		plan.starts, plan.froms = append(plan.starts, instantText(w.start)), append(plan.froms, instantText(w.from))
		plan.leads = append(plan.leads, w.lead)
		for n, st := range steps[i] {
			step.plans, step.numbers, step.tiers = append(step.plans, ids[i].String()), append(step.numbers, n), append(step.tiers, st.Tier)
			step.dues, step.whys = append(step.dues, instantText(st.DueAt)), append(step.whys, st.Why)
		}
	}
	_, err := tx.NewRaw(`
		insert into cascade_plans (owner_id, id, rule_id, staff_group, starts_at, lead_minutes, created_at)
		select ?, p.id, ?, p.staff_group, p.starts_at, p.lead_minutes, p.from_at
		from   unnest(?::uuid[], ?::text[], ?::timestamptz[], ?::timestamptz[], ?::integer[]) as p (id, staff_group, starts_at, from_at, lead_minutes)`,
		tx.Me.ID, rule, pgdialect.Array(plan.ids), pgdialect.Array(plan.groups), pgdialect.Array(plan.starts), pgdialect.Array(plan.froms), pgdialect.Array(plan.leads)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("cascade plans: %w", err)
	}
	_, err = tx.NewRaw(`
		insert into cascade_steps (owner_id, plan_id, step, tier, due_at, why, done_at, outcome)
		select ?, s.plan_id, s.step, s.tier, s.due_at, s.why,
		       case when s.tier = 0 then s.due_at end, case when s.tier = 0 then 'opened' else 'planned' end
		from   unnest(?::uuid[], ?::integer[], ?::integer[], ?::timestamptz[], ?::text[]) as s (plan_id, step, tier, due_at, why)`,
		tx.Me.ID, pgdialect.Array(step.plans), pgdialect.Array(step.numbers), pgdialect.Array(step.tiers), pgdialect.Array(step.dues), pgdialect.Array(step.whys)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("cascade steps: %w", err)
	}
	return nil
}

// planned says which shifts have a plan.
func planned(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (map[tenants.ID]bool, error) {
	return idSet(ctx, ids, tx.NewRaw(`
		select shift_id
		from   cascades
		where  owner_id = ? and shift_id in (?)`, tx.Me.ID, bun.List(ids)))
}

// toldOf says of which shifts there has ever been a release. The plan gives the
// start, and so the partition.
func toldOf(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (map[tenants.ID]bool, error) {
	return idSet(ctx, ids, tx.NewRaw(`
		select c.shift_id
		from   cascades c
		join   cascade_plans p on p.owner_id = c.owner_id and p.id = c.plan_id
		where  c.owner_id = ? and c.shift_id in (?)
		and    exists (
		           select from releases r
		           where  r.month = date_trunc('month', p.starts_at at time zone 'utc')::date and r.shift_id = c.shift_id)`, tx.Me.ID, bun.List(ids)))
}

func idSet(ctx context.Context, ids []tenants.ID, q *bun.RawQuery) (map[tenants.ID]bool, error) {
	set := map[tenants.ID]bool{}
	if len(ids) == 0 {
		return set, nil
	}
	var found []tenants.ID
	if err := q.Scan(ctx, &found); err != nil {
		return nil, fmt.Errorf("cascades: %w", err)
	}
	for _, id := range found {
		set[id] = true
	}
	return set, nil
}

// follow lets one shift follow a plan. A shift that another unit of work has
// planned meanwhile keeps that plan.
func follow(ctx context.Context, tx *tenants.Tx, shift, plan tenants.ID, grade string) error {
	_, err := tx.NewRaw(`
		insert into cascades (owner_id, shift_id, plan_id, grade)
		values (?, ?, ?, ?)
		on     conflict (owner_id, shift_id) do nothing`, tx.Me.ID, shift, plan, grade).Exec(ctx)
	if err != nil {
		return fmt.Errorf("cascade of shift %s: %w", shift, err)
	}
	return nil
}

// followAll lets the shifts that a file has made follow the plan of their wave.
func followAll(ctx context.Context, tx *tenants.Tx, taken *bun.SelectQuery, ids []tenants.ID, waves []wave) error {
	plans, groups, starts := make([]string, len(ids)), make([]string, len(ids)), make([]string, len(ids))
	for i, w := range waves {
		plans[i], groups[i], starts[i] = ids[i].String(), w.group, instantText(w.start)
	}
	_, err := tx.NewRaw(`
		insert into cascades (owner_id, shift_id, plan_id, grade)
		select ?, t.id, p.id, t.grade
		from   (?) t
		join   unnest(?::uuid[], ?::text[], ?::timestamptz[]) as p (id, staff_group, starts_at) using (staff_group, starts_at)
		where  t.ahead`,
		tx.Me.ID, taken, pgdialect.Array(plans), pgdialect.Array(groups), pgdialect.Array(starts)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("cascades of an import: %w", err)
	}
	return nil
}

// unfollow takes the shifts that a file has changed off their old plans.
func unfollow(ctx context.Context, tx *tenants.Tx, taken *bun.SelectQuery) error {
	_, err := tx.NewRaw(`
		delete from cascades c
		using  (?) t
		where  c.owner_id = ? and c.shift_id = t.id and t.moved`, taken, tx.Me.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("cascades of an import: %w", err)
	}
	return nil
}

func leave(ctx context.Context, tx *tenants.Tx, shift tenants.ID) error {
	_, err := tx.NewRaw(`
		delete from cascades
		where  owner_id = ? and shift_id = ?`, tx.Me.ID, shift).Exec(ctx)
	if err != nil {
		return fmt.Errorf("cascade of shift %s: %w", shift, err)
	}
	return nil
}

func holdCascade(ctx context.Context, tx *tenants.Tx, shift tenants.ID) error {
	_, err := tx.NewRaw(`
		select plan_id
		from   cascades
		where  owner_id = ? and shift_id = ?
		for    update`, tx.Me.ID, shift).Exec(ctx)
	if err != nil {
		return fmt.Errorf("cascade of shift %s: %w", shift, err)
	}
	return nil
}

// stopCascades stops shifts and closes what is open to agencies, and names the
// plans they followed.
func stopCascades(ctx context.Context, tx *tenants.Tx, ids []tenants.ID, why shifts.Status) (plans []tenants.ID, err error) {
	var stopped []struct{ ShiftID, PlanID tenants.ID }
	err = tx.NewRaw(`
		with held as materialized (
		    select shift_id
		    from   cascades
		    where  owner_id = ? and shift_id in (?) and stopped_at is null
		    order  by shift_id
		    for    update
		)
		update cascades c
		set    stopped_at = ?, stopped_why = ?
		from   held h
		where  c.owner_id = ? and c.shift_id = h.shift_id
		returning c.shift_id, c.plan_id`, tx.Me.ID, bun.List(ids), tx.Now, why, tx.Me.ID).Scan(ctx, &stopped)
	if err != nil {
		return nil, fmt.Errorf("stop of cascades: %w", err)
	}
	if len(stopped) == 0 {
		return nil, nil
	}
	seen, gone := map[tenants.ID]bool{}, make([]tenants.ID, 0, len(stopped))
	for _, s := range stopped {
		gone = append(gone, s.ShiftID)
		if !seen[s.PlanID] {
			seen[s.PlanID] = true
			plans = append(plans, s.PlanID)
		}
	}
	// A statement of its own, so that it sees what a sweep committed while the
	// cascades were waited for.
	_, err = tx.NewRaw(`
		update releases r
		set    status = 'closed', closed_at = ?, closed_why = ?
		from   cascades c
		join   cascade_plans p on p.owner_id = c.owner_id and p.id = c.plan_id
		where  c.owner_id = ? and c.shift_id in (?)
		and    r.month = date_trunc('month', p.starts_at at time zone 'utc')::date and r.shift_id = c.shift_id and r.status = 'live'`,
		tx.Now, why, tx.Me.ID, bun.List(gone)).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("close of releases: %w", err)
	}
	return plans, nil
}

// stopEmptyPlans stops the steps of plans that no shift follows any more.
func stopEmptyPlans(ctx context.Context, tx *tenants.Tx, plans []tenants.ID) (over []tenants.ID, err error) {
	err = tx.NewRaw(`
		with over as (
		    select p.id
		    from   cascade_plans p
		    where  p.owner_id = ? and p.id in (?)
		    and    not exists (select from cascades c where c.owner_id = p.owner_id and c.plan_id = p.id and c.stopped_at is null)
		),
		stopped as (
		    update cascade_steps s
		    set    outcome = 'stopped', done_at = ?
		    from   over o
		    where  s.owner_id = ? and s.plan_id = o.id and s.outcome = 'planned'
		)
		select id from over`, tx.Me.ID, bun.List(plans), tx.Now, tx.Me.ID).Scan(ctx, &over)
	if err != nil {
		return nil, fmt.Errorf("stop of cascade plans: %w", err)
	}
	return over, nil
}

// closeAgency closes everything that is open to an agency at this employer.
func closeAgency(ctx context.Context, tx *tenants.Tx, agency tenants.ID) error {
	_, err := tx.NewRaw(`
		update releases
		set    status = 'closed', closed_at = ?, closed_why = 'agreement_ended'
		where  tenant_id = ? and agency_id = ? and status = 'live'`, tx.Now, tx.Me.ID, agency).Exec(ctx)
	if err != nil {
		return fmt.Errorf("releases to agency %s: %w", agency, err)
	}
	return nil
}
