package timesheets

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// What each kind of party may read; the database grants exactly these.
var (
	workerColumns = []string{"tenant_id", "agency_id", "worker_id", "id", "ref", "booking_id", "shift_id", "shift_ref", "agreement_id",
		"site_id", "ward_id", "staff_group", "grade", "worker_name", "worked_on", "planned_starts_at", "planned_ends_at",
		"planned_break_minutes", "opened_at", "dropped_at", "starts_at", "ends_at", "break_minutes", "breaks", "worker_note",
		"submitted_at", "submitted_by", "queried_at", "query_reason", "approved_at", "minutes", "status"}
	agencyColumns   = append([]string{"net_pence", "quote", "billed_at"}, workerColumns...)
	employerColumns = append([]string{"cost_centre", "queried_by", "approved_by"}, agencyColumns...)
	// planColumns are what the employer writes when a timesheet is opened.
	planColumns = []string{"tenant_id", "agency_id", "worker_id", "id", "ref", "booking_id", "shift_id", "shift_ref", "agreement_id",
		"site_id", "ward_id", "staff_group", "grade", "cost_centre", "worker_name", "worked_on", "planned_starts_at", "planned_ends_at",
		"planned_break_minutes", "opened_at"}
)

// workerLine is what a worker may read of the lines of their pay.
var workerLine = []string{"tenant_id", "agency_id", "worker_id", "id", "timesheet_id", "agreement_id", "earned_on", "position", "kind", "band", "minutes", "rate", "factor",
	"amount_pence", "vat_category", "vat_rate", "vat_reason", "vat_source", "formula"}

func columns(kind tenants.Kind) []string {
	switch kind {
	case tenants.Worker:
		return workerColumns
	case tenants.Agency:
		return agencyColumns
	}
	return employerColumns
}

func selecting(tx *tenants.Tx, into any) *bun.SelectQuery {
	return tx.NewSelect().Model(into).Column(columns(tx.Me.Kind)...)
}

// byIDOrRef finds a timesheet by what a URL carries.
func byIDOrRef(ctx context.Context, tx *tenants.Tx, idOrRef string) (Timesheet, error) {
	var t Timesheet
	q := selecting(tx, &t)
	if id, err := uuid.Parse(idOrRef); err == nil {
		q = q.Where("id = ?", id)
	} else {
		q = q.Where("ref = ?", idOrRef)
	}
	return t, tenants.Found("timesheet", idOrRef, q.Scan(ctx))
}

func ofBooking(ctx context.Context, tx *tenants.Tx, booking tenants.ID) (*Timesheet, error) {
	var t Timesheet
	err := selecting(tx, &t).Where("booking_id = ? and dropped_at is null", booking).Scan(ctx)
	if tenants.NoRows(err) {
		return nil, nil
	}
	return &t, tenants.Found("timesheet of booking", booking, err)
}

// lock reads a timesheet and holds it until the unit of work ends.
func lock(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Timesheet, error) {
	var t Timesheet
	err := selecting(tx, &t).Where("id = ?", id).For("update").Scan(ctx)
	return t, tenants.Found("timesheet", id, err)
}

// lockNear holds a worker's timesheets at one employer around a day, in one
// order, so that two that overlap cannot both be sent in the same moment.
func lockNear(ctx context.Context, tx *tenants.Tx, of Timesheet) ([]Timesheet, error) {
	var near []Timesheet
	err := selecting(tx, &near).
		Where("tenant_id = ?", of.TenantID).
		Where("worker_id = ?", of.WorkerID).
		Where("worked_on between ? and ?", of.WorkedOn.AddDays(-3), of.WorkedOn.AddDays(3)).
		Where("dropped_at is null").
		Order("id").
		For("update").
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("timesheets around %s: %w", of.ID, err)
	}
	return near, nil
}

// insert opens a timesheet. One that a booking has already is left alone.
func insert(ctx context.Context, tx *tenants.Tx, t *Timesheet) (added bool, err error) {
	res, err := tx.NewInsert().Model(t).Column(planColumns...).On("conflict (tenant_id, booking_id) do nothing").Returning("NULL").Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("timesheet of booking %s: %w", t.BookingID, err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// save writes the columns of one act.
func save(ctx context.Context, tx *tenants.Tx, t *Timesheet, columns ...string) error {
	_, err := tx.NewUpdate().Model(t).Column(columns...).WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("timesheet %s: %w", t.ID, err)
	}
	return nil
}

func insertLines(ctx context.Context, tx *tenants.Tx, lines []Line) error {
	_, err := tx.NewInsert().Model(&lines).Exec(ctx)
	return err
}

// linesOf reads the lines of timesheets, in their order.
func linesOf(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (map[tenants.ID][]Line, error) {
	byTimesheet := make(map[tenants.ID][]Line, len(ids))
	if len(ids) == 0 {
		return byTimesheet, nil
	}
	var lines []Line
	q := tx.Mine(tx.NewSelect().Model(&lines))
	if tx.Me.Kind == tenants.Worker {
		q = q.Column(workerLine...)
	}
	err := q.
		Where("timesheet_id in (?)", bun.List(ids)).
		Order("timesheet_id", "position").
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("timesheet lines: %w", err)
	}
	for _, l := range lines {
		byTimesheet[l.TimesheetID] = append(byTimesheet[l.TimesheetID], l)
	}
	return byTimesheet, nil
}

// Weeks of persons are held by slots, and not each by itself, so that an
// adjustment of any size takes no more locks than there are slots. No row is
// held, since a manager of one ward does not see those of another.
const slots = 256

// holdWeek holds a person's week under one agreement until the unit of work ends.
func holdWeek(ctx context.Context, tx *tenants.Tx, of *Timesheet, monday civil.Date) error {
	_, err := tx.NewRaw("select pg_advisory_xact_lock(hashtext(?), abs(hashtextextended(?, 0) % ?)::integer)",
		weeksOf(of.TenantID), of.AgreementID.String()+" "+of.WorkerID.String()+" "+monday.String(), slots).Exec(ctx)
	if err != nil {
		return fmt.Errorf("week of timesheet %s: %w", of.ID, err)
	}
	return nil
}

// holdWeeks holds, in one order, the weeks in which anything is settled.
func holdWeeks(ctx context.Context, tx *tenants.Tx, from, to civil.Date, agency tenants.ID) error {
	_, err := tx.NewRaw(`
		with held as materialized (
		    select distinct abs(hashtextextended(concat(agreement_id, ' ', worker_id, ' ', to_char(week_on, 'YYYY-MM-DD')), 0) % ?)::integer as slot
		    from   timesheets
		    where  tenant_id = ?
		           and approved_at is not null
		           and week_on between ? and ?
		           and (?::uuid = '00000000-0000-0000-0000-000000000000' or agency_id = ?)
		    order  by slot
		)
		select pg_advisory_xact_lock(hashtext(?), slot)
		from   held`, slots, tx.Me.ID, from.Monday(), to.Monday(), agency, agency, weeksOf(tx.Me.ID)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("weeks from %s to %s: %w", from, to, err)
	}
	return nil
}

func weeksOf(tenant tenants.ID) string { return "timesheets.week " + tenant.String() }

// charged is what a person's locked lines of a week under one agreement come to,
// by date and kind, with what was posted to them since.
func charged(ctx context.Context, tx *tenants.Tx, of *Timesheet, monday civil.Date) ([]rates.Day, error) {
	var rows []struct {
		EarnedOn civil.Date
		Kind     rates.Kind
		Pence    money.Pence
	}
	err := tx.NewRaw(`
		select earned_on, kind, sum(amount_pence)::bigint as pence
		from   (select tenant_id, agreement_id, worker_id, earned_on, kind, amount_pence from timesheet_lines
		        union all
		        select tenant_id, agreement_id, worker_id, earned_on, kind, amount_pence from timesheet_adjustment_lines) settled
		where  tenant_id = ? and agreement_id = ? and worker_id = ? and earned_on between ? and ?
		group  by earned_on, kind
		order  by earned_on, kind`, of.TenantID, of.AgreementID, of.WorkerID, monday, monday.AddDays(6)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("what the week has borne: %w", err)
	}
	var days []rates.Day
	for _, r := range rows {
		if n := len(days); n == 0 || days[n-1].Date != r.EarnedOn {
			days = append(days, rates.Day{Date: r.EarnedOn, Sums: map[rates.Kind]money.Pence{}})
		}
		days[len(days)-1].Sums[r.Kind] = r.Pence
	}
	return days, nil
}

// markBilled says that the lines of timesheets stand on an issued document.
func markBilled(ctx context.Context, tx *tenants.Tx, ids []tenants.ID, at time.Time) (int, error) {
	res, err := tx.NewRaw(`
		update timesheets
		set    billed_at = ?
		where  tenant_id = ? and id in (?) and approved_at is not null and billed_at is null`, at, tx.Me.ID, bun.List(ids)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("billed timesheets: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}
