package timesheets

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// Billable is an approved timesheet that stands on no issued bill, and its lines.
type Billable struct {
	Timesheet Timesheet
	Lines     []Line
}

// billableAtOnce is how many timesheets one statement reads the lines of.
const billableAtOnce = 2000

// ForBilling gives, in order of agency and start, the employer's approved
// timesheets whose shift started, locally, on or before the last day of a
// period and that no issued bill has: those of the period, and late ones of
// periods before it.
func (s *Service) ForBilling(ctx context.Context, tx *tenants.Tx, last civil.Date) ([]Billable, error) {
	var rows []Timesheet
	err := tx.NewSelect().Model(&rows).
		Column("tenant_id", "agency_id", "worker_id", "id", "ref", "shift_ref", "agreement_id", "site_id", "ward_id", "staff_group", "grade",
			"cost_centre", "worker_name", "worked_on", "planned_starts_at", "approved_at", "minutes", "net_pence", "status").
		Where("tenant_id = ?", tx.Me.ID).
		Where("approved_at is not null and billed_at is null").
		Where("worked_on <= ?", last).
		Order("agency_id", "planned_starts_at", "id").
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("timesheets to bill: %w", err)
	}
	all := make([]Billable, 0, len(rows))
	for from := 0; from < len(rows); from += billableAtOnce {
		part := rows[from:min(from+billableAtOnce, len(rows))]
		ids := make([]tenants.ID, len(part))
		for i := range part {
			ids[i] = part[i].ID
		}
		lines, err := linesOf(ctx, tx, ids)
		if err != nil {
			return nil, err
		}
		for i := range part {
			all = append(all, Billable{Timesheet: part[i], Lines: lines[part[i].ID]})
		}
	}
	return all, nil
}

// Quotes are the locked prices of approved timesheets by id, each with its whole
// derivation. What the caller may not read is not there.
func (s *Service) Quotes(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (map[tenants.ID]*rates.ShiftQuote, error) {
	found := map[tenants.ID]*rates.ShiftQuote{}
	if len(ids) == 0 {
		return found, nil
	}
	var rows []Timesheet
	err := tx.Mine(tx.NewSelect().Model(&rows).Column("tenant_id", "id", "quote")).Where("id in (?)", bun.List(ids)).Where("approved_at is not null").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("prices of timesheets: %w", err)
	}
	for i := range rows {
		found[rows[i].ID] = rows[i].Quote
	}
	return found, nil
}

// Billed says that the lines of timesheets stand on an issued bill, and gives
// how many of them had not stood on one before.
func (s *Service) Billed(ctx context.Context, tx *tenants.Tx, ids []tenants.ID, at time.Time) (int, error) {
	marked := 0
	for from := 0; from < len(ids); from += billableAtOnce {
		n, err := markBilled(ctx, tx, ids[from:min(from+billableAtOnce, len(ids))], at)
		if err != nil {
			return 0, err
		}
		marked += n
	}
	return marked, nil
}
