package timesheets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// Billable is an approved timesheet that stands on no issued bill, and its lines.
// With a Posting it is what was posted to one afterwards, wherever that stands,
// and the lines are signed.
type Billable struct {
	Timesheet Timesheet
	Lines     []Line
	Posting   *Posting
}

// billableAtOnce is how many timesheets one statement reads the lines of.
const billableAtOnce = 2000

// ForBilling gives, in order of agency and start, the employer's approved
// timesheets whose shift started, locally, on or before the last day of a
// period and that no issued bill has: those of the period, and late ones of
// periods before it. Behind those of an agency comes what was posted to approved
// ones since.
func (s *Service) ForBilling(ctx context.Context, tx *tenants.Tx, last civil.Date) ([]Billable, error) {
	var rows []Timesheet
	err := tx.NewSelect().Model(&rows).Column(billableColumns...).
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
	return s.withPosted(ctx, tx, all, last)
}

var billableColumns = []string{"tenant_id", "agency_id", "worker_id", "id", "ref", "shift_ref", "agreement_id", "site_id", "ward_id", "staff_group", "grade",
	"cost_centre", "worker_name", "worked_on", "planned_starts_at", "approved_at", "minutes", "net_pence", "billed_at", "status"}

// withPosted adds what was posted to timesheets, behind the work of each agency.
func (s *Service) withPosted(ctx context.Context, tx *tenants.Tx, all []Billable, last civil.Date) ([]Billable, error) {
	posted, err := postingsToBill(ctx, tx, last)
	if err != nil {
		return nil, err
	}
	for from := 0; from < len(posted); from += billableAtOnce {
		part := posted[from:min(from+billableAtOnce, len(posted))]
		ids := make([]tenants.ID, len(part))
		for i := range part {
			ids[i] = part[i].TimesheetID
		}
		var rows []Timesheet
		if err := tx.NewSelect().Model(&rows).Column(billableColumns...).Where("tenant_id = ?", tx.Me.ID).Where("id in (?)", bun.List(ids)).Scan(ctx); err != nil {
			return nil, fmt.Errorf("adjusted timesheets: %w", err)
		}
		by := make(map[tenants.ID]Timesheet, len(rows))
		for _, t := range rows {
			by[t.ID] = t
		}
		for i := range part {
			if t, seen := by[part[i].TimesheetID]; seen {
				all = append(all, Billable{Timesheet: t, Lines: part[i].lines(), Posting: &part[i]})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Billable) int { return slices.Compare(a.Timesheet.AgencyID[:], b.Timesheet.AgencyID[:]) })
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

// BilledPostings says that the lines of postings stand on an issued bill, and
// gives how many of them had not stood on one before.
func (s *Service) BilledPostings(ctx context.Context, tx *tenants.Tx, ids []tenants.ID, at time.Time) (int, error) {
	marked := 0
	for from := 0; from < len(ids); from += billableAtOnce {
		n, err := markPosted(ctx, tx, ids[from:min(from+billableAtOnce, len(ids))], at)
		if err != nil {
			return 0, err
		}
		marked += n
	}
	return marked, nil
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
