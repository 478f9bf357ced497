package shifts

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/fault"
	"wardbridge/internal/sheets"
	"wardbridge/tenants"
)

// Outcome counts shifts, not rows: a row for three people is three.
type Outcome = sheets.Outcome

// differing finds the shifts whose content is other than that of the staged row
// that names them, and holds them.
func (i *Importing) differing(ctx context.Context, tx *tenants.Tx) (all []met, err error) {
	err = tx.NewRaw(`
		select i.row, i.external_ref, s.id, s.ref, s.status
		from   staged_shifts i
		join   shifts s on s.tenant_id = ? and s.source = ? and s.external_ref = i.external_ref and s.place <= i.quantity
		where  (s.ward_id, s.staff_group, s.grade, s.specialty, s.starts_at, s.ends_at, s.break_minutes, s.reason, s.cost_centre, s.notes)
		       is distinct from
		       (i.ward_id, i.staff_group, i.grade, i.specialty, i.starts_at, i.ends_at, i.break_minutes, i.reason, i.cost_centre, i.notes)
		order  by s.id
		for    update of s`, tx.Me.ID, i.imp.Source).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", i.imp.ID, err)
	}
	return all, nil
}

// drop takes refused rows off the stage.
func (i *Importing) drop(ctx context.Context, tx *tenants.Tx, rows map[int]bool) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewRaw(`
		delete from staged_shifts
		where  row in (?)`, bun.List(slices.Sorted(maps.Keys(rows)))).Exec(ctx)
	if err != nil {
		return fmt.Errorf("import %s: %w", i.imp.ID, err)
	}
	return nil
}

// Apply merges the staged rows: one statement changes the shifts that differ,
// one makes the new ones. It emits one event for the file. What the cascade needs
// to know of them is then in Taken.
func (i *Importing) Apply(ctx context.Context, tx *tenants.Tx) (Outcome, error) {
	var done Outcome
	var err error
	if done.Updated, err = i.update(ctx, tx); err != nil {
		return Outcome{}, err
	}
	if done.Created, err = i.create(ctx, tx); err != nil {
		return Outcome{}, err
	}
	var all int
	if err := tx.NewRaw(`select coalesce(sum(quantity), 0) from staged_shifts`).Scan(ctx, &all); err != nil {
		return Outcome{}, fmt.Errorf("import %s: %w", i.imp.ID, err)
	}
	done.Unchanged = all - done.Created - done.Updated
	if done.Created+done.Updated == 0 {
		return done, nil
	}
	return done, tx.Emit(Imported{Import: i.imp.ID})
}

func (i *Importing) update(ctx context.Context, tx *tenants.Tx) (n int, err error) {
	err = tx.NewRaw(`
		with changed as (
		    update shifts s
		    set    site_id = i.site_id, ward_id = i.ward_id, staff_group = i.staff_group, grade = i.grade, specialty = i.specialty,
		           starts_at = i.starts_at, ends_at = i.ends_at, break_minutes = i.break_minutes, reason = i.reason,
		           cost_centre = i.cost_centre, notes = i.notes, retrospective = i.starts_at < ?,
		           lead_minutes = greatest(floor(extract(epoch from i.starts_at - s.created_at) / 60), 0), version = s.version + 1
		    from   staged_shifts i
		    where  s.tenant_id = ? and s.source = ? and s.external_ref = i.external_ref and s.place <= i.quantity
		    and    s.status in ('draft', 'open')
		    and    (s.ward_id, s.staff_group, s.grade, s.specialty, s.starts_at, s.ends_at, s.break_minutes, s.reason, s.cost_centre, s.notes)
		           is distinct from
		           (i.ward_id, i.staff_group, i.grade, i.specialty, i.starts_at, i.ends_at, i.break_minutes, i.reason, i.cost_centre, i.notes)
		    returning s.id, s.staff_group, s.grade, s.starts_at, s.status, s.retrospective
		),
		noted as (
		    insert into taken_shifts (id, staff_group, grade, starts_at, moved, ahead)
		    select id, staff_group, grade, starts_at, true, status = 'open' and not retrospective
		    from   changed
		)
		select count(*) from changed`, tx.Now, tx.Me.ID, i.imp.Source).Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("import %s: %w", i.imp.ID, err)
	}
	return n, nil
}

// create makes the shifts that are not there yet, with references that rise by
// random steps, all from the organisation's one counter.
func (i *Importing) create(ctx context.Context, tx *tenants.Tx) (n int, err error) {
	letters, last, err := lockCounter(ctx, tx)
	if err != nil {
		return 0, err
	}
	var highest *int64
	err = tx.NewRaw(`
		with wanted as (
		    select i.*, p.place, ?::bigint + sum(1 + floor(random() * ?)::bigint) over (order by i.row, p.place) as number
		    from   staged_shifts i
		    cross  join lateral generate_series(1, i.quantity) as p (place)
		    where  not exists (
		               select from shifts s
		               where  s.tenant_id = ? and s.source = ? and s.external_ref = i.external_ref and s.place = p.place)
		),
		made as (
		    insert into shifts (tenant_id, id, ref, status, source, external_ref, place, import_id, site_id, ward_id, staff_group, grade,
		                        specialty, starts_at, ends_at, break_minutes, reason, cost_centre, notes, retrospective, lead_minutes, created_at, created_by)
		    select ?, app.new_id(), ? || '-' || number, 'open', ?, external_ref, place, ?, site_id, ward_id, staff_group, grade,
		           specialty, starts_at, ends_at, break_minutes, reason, cost_centre, notes, starts_at < ?,
		           greatest(floor(extract(epoch from starts_at - ?) / 60), 0), ?, ?
		    from   wanted
		    returning id, staff_group, grade, starts_at, retrospective
		),
		noted as (
		    insert into taken_shifts (id, staff_group, grade, starts_at, moved, ahead)
		    select id, staff_group, grade, starts_at, false, not retrospective
		    from   made
		)
		select (select count(*) from made), (select max(number) from wanted)`,
		last, stepMax, tx.Me.ID, i.imp.Source,
		tx.Me.ID, letters, i.imp.Source, i.imp.ID, tx.Now, tx.Now, tx.Now, i.imp.CreatedBy).Scan(ctx, &n, &highest)
	if err != nil {
		if tenants.Violates(err, "shifts_external") {
			return 0, fault.ErrBusy.Because(err) // another file with these references was faster
		}
		return 0, fmt.Errorf("import %s: %w", i.imp.ID, err)
	}
	if highest == nil {
		return n, nil
	}
	return n, moveCounter(ctx, tx, *highest)
}

// Wave is all the shifts of a file that have one staff group and one start. The
// cascade plans them alike.
type Wave struct {
	StaffGroup string
	StartsAt   time.Time
	Shifts     int
}

// Waves groups the shifts that Apply has made or changed in this unit of work
// and that ask for cover ahead of their start.
func (i *Importing) Waves(ctx context.Context, tx *tenants.Tx) (all []Wave, err error) {
	if _, err := tx.NewRaw(`analyze taken_shifts`).Exec(ctx); err != nil {
		return nil, fmt.Errorf("import %s: %w", i.imp.ID, err)
	}
	err = tx.NewRaw(`
		select staff_group, starts_at, count(*) as shifts
		from   taken_shifts
		where  ahead
		group  by staff_group, starts_at
		order  by starts_at, staff_group`).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", i.imp.ID, err)
	}
	return all, nil
}

// Taken is those shifts one by one (id, staff_group,
// grade, starts_at, whether it was there before, whether it asks for cover ahead
// of its start), as a query that the cascade puts inside its own.
func (i *Importing) Taken(tx *tenants.Tx) *bun.SelectQuery {
	return tx.NewSelect().TableExpr("taken_shifts").Column("id", "staff_group", "grade", "starts_at", "moved", "ahead")
}
