package billing

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/tenants"
)

// What each side may read of a line; the database grants exactly these.
var (
	agencyLine = []string{"tenant_id", "agency_id", "id", "self_bill_id", "timesheet_id", "line_id", "position", "issued", "timesheet_ref", "shift_ref",
		"worker_name", "ward", "worked_on", "kind", "band", "minutes", "rate", "factor", "net_pence", "vat_category", "vat_rate", "vat_pence", "vat_reason", "adjustment_ref"}
	employerLine = append([]string{"cost_centre", "posting_id"}, agencyLine...)
)

func lineColumns(kind tenants.Kind) []string {
	if kind == tenants.Agency {
		return agencyLine
	}
	return employerLine
}

// pays reports whether the party writes self-bills: runs are its own paper, and
// to everyone else there are none.
func pays(tx *tenants.Tx) bool { return tx.Me.Kind == tenants.Trust || tx.Me.Kind == tenants.Hub }

// hold makes preparations of one employer follow each other.
func hold(ctx context.Context, tx *tenants.Tx) error {
	_, err := tx.NewRaw("select pg_advisory_xact_lock(hashtextextended(?, 0))", "billing.prepare "+tx.Me.ID.String()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("billing: %w", err)
	}
	return nil
}

// dropDraft takes away a period's draft and everything in it. One that is being
// issued is waited for, and stays.
func dropDraft(ctx context.Context, tx *tenants.Tx, from civil.Date) error {
	var ids []tenants.ID
	err := tx.NewRaw("select id from self_bill_runs where owner_id = ? and period_from = ? and status = 'draft' for update", tx.Me.ID, from).Scan(ctx, &ids)
	if err != nil {
		return fmt.Errorf("draft of %s: %w", from, err)
	}
	for _, id := range ids {
		// Lines go with their bill.
		if _, err := tx.NewRaw("delete from self_bills where tenant_id = ? and run_id = ?", tx.Me.ID, id).Exec(ctx); err != nil {
			return fmt.Errorf("bills of run %s: %w", id, err)
		}
		if _, err := tx.NewRaw("delete from self_bill_runs where owner_id = ? and id = ?", tx.Me.ID, id).Exec(ctx); err != nil {
			return fmt.Errorf("run %s: %w", id, err)
		}
	}
	return nil
}

// drafted is what stands on drafts of other periods: timesheets, and what was
// posted to timesheets.
func drafted(ctx context.Context, tx *tenants.Tx) (held, posted map[tenants.ID]bool, err error) {
	var rows []struct {
		TimesheetID tenants.ID
		PostingID   *tenants.ID
	}
	err = tx.NewRaw(`
		select distinct l.timesheet_id, l.posting_id
		from   self_bill_lines l
		join   self_bills b on b.tenant_id = l.tenant_id and b.id = l.self_bill_id
		where  l.tenant_id = ? and b.status = 'draft'`, tx.Me.ID).Scan(ctx, &rows)
	if err != nil {
		return nil, nil, fmt.Errorf("timesheets on drafts: %w", err)
	}
	held, posted = make(map[tenants.ID]bool, len(rows)), map[tenants.ID]bool{}
	for _, r := range rows {
		if r.PostingID != nil {
			posted[*r.PostingID] = true
		} else {
			held[r.TimesheetID] = true
		}
	}
	return held, posted, nil
}

func countRuns(ctx context.Context, tx *tenants.Tx, from civil.Date) (int64, error) {
	return tx.NewSelect().Model((*Run)(nil)).Where("owner_id = ?", tx.Me.ID).Where("period_from = ?", from).Count(ctx)
}

func insertRun(ctx context.Context, tx *tenants.Tx, r *Run) error {
	_, err := tx.NewInsert().Model(r).Exec(ctx)
	return err
}

const linesAtOnce = 1000

func insertBill(ctx context.Context, tx *tenants.Tx, b *Bill, lines []Line) error {
	if _, err := tx.NewInsert().Model(b).Exec(ctx); err != nil {
		return fmt.Errorf("self-bill of %s: %w", b.Supplier.Agency, err)
	}
	for from := 0; from < len(lines); from += linesAtOnce {
		part := lines[from:min(from+linesAtOnce, len(lines))]
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return fmt.Errorf("lines of self-bill %s: %w", b.ID, err)
		}
	}
	return nil
}

// runBy finds a run by what a URL carries; its period's first day is the part of
// the reference that people know.
func runBy(ctx context.Context, tx *tenants.Tx, idOrRef string, forUpdate bool) (Run, error) {
	var r Run
	if !pays(tx) {
		return r, fault.ErrNotFound
	}
	q := tx.NewSelect().Model(&r).Where("owner_id = ?", tx.Me.ID)
	if id, err := uuid.Parse(idOrRef); err == nil {
		q = q.Where("id = ?", id)
	} else {
		q = q.Where("ref = ?", idOrRef)
	}
	if forUpdate {
		q = q.For("update")
	}
	return r, tenants.Found("self-bill run", idOrRef, q.Scan(ctx))
}

func runs(ctx context.Context, tx *tenants.Tx, f RunFilter) ([]Run, paging.Cursor, error) {
	if !pays(tx) {
		return nil, "", ErrNotEmployer
	}
	limit, err := paging.Limit(f.Limit)
	if err != nil {
		return nil, "", err
	}
	var rows []Run
	q := tx.NewSelect().Model(&rows).Where("owner_id = ?", tx.Me.ID)
	if f.Status != "" {
		q = q.Where("status = ?", f.Status)
	}
	if f.Cursor != "" {
		var after civil.Date
		var id tenants.ID
		if err := paging.Decode(f.Cursor, &after, &id); err != nil {
			return nil, "", err
		}
		q = q.Where("(period_from, id) < (?, ?)", after, id)
	}
	if err := q.Order("period_from desc", "id desc").Limit(int64(limit + 1)).Scan(ctx); err != nil {
		return nil, "", fmt.Errorf("self-bill runs: %w", err)
	}
	if len(rows) <= limit {
		return rows, "", nil
	}
	last := rows[limit-1]
	return rows[:limit], paging.Encode(last.PeriodFrom, last.ID), nil
}

// runTotals adds up the bills of runs.
func runTotals(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (map[tenants.ID]RunTotals, error) {
	by := make(map[tenants.ID]RunTotals, len(ids))
	if len(ids) == 0 {
		return by, nil
	}
	var rows []struct {
		RunID     tenants.ID
		RunTotals `bun:"extend"`
	}
	err := tx.NewRaw(`
		select run_id, count(*) as bills, sum(lines)::bigint as lines, sum(timesheets)::bigint as timesheets, sum(minutes)::bigint as minutes,
		       sum(net_pence)::bigint as net_pence, sum(vat_pence)::bigint as vat_pence, sum(gross_pence)::bigint as gross_pence
		from   self_bills
		where  tenant_id = ? and run_id in (?)
		group  by run_id`, tx.Me.ID, bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("totals of self-bill runs: %w", err)
	}
	for _, r := range rows {
		by[r.RunID] = r.RunTotals
	}
	return by, nil
}

// billsOf are a run's bills in the order in which they are numbered.
func billsOf(ctx context.Context, tx *tenants.Tx, run tenants.ID) ([]Bill, error) {
	var rows []Bill
	err := tx.NewSelect().Model(&rows).
		Where("tenant_id = ?", tx.Me.ID).
		Where("run_id = ?", run).
		Order("agency_id", "id").
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("bills of run %s: %w", run, err)
	}
	return rows, nil
}

// billBy finds a bill by id or number. An agency finds issued ones alone.
func billBy(ctx context.Context, tx *tenants.Tx, idOrNumber string) (Bill, error) {
	var b Bill
	q := tx.Mine(tx.NewSelect().Model(&b))
	if id, err := uuid.Parse(idOrNumber); err == nil {
		q = q.Where("id = ?", id)
	} else {
		q = q.Where("number = ?", idOrNumber)
	}
	return b, tenants.Found("self-bill", idOrNumber, q.Scan(ctx))
}

func bills(ctx context.Context, tx *tenants.Tx, f Filter) ([]Bill, paging.Cursor, error) {
	limit, err := paging.Limit(f.Limit)
	if err != nil {
		return nil, "", err
	}
	var rows []Bill
	q := tx.Mine(tx.NewSelect().Model(&rows))
	none := tenants.ID{}
	if f.Status != "" {
		q = q.Where("status = ?", f.Status)
	}
	if f.Agency != none {
		q = q.Where("agency_id = ?", f.Agency)
	}
	if f.Run != none {
		q = q.Where("run_id = ?", f.Run)
	}
	if !f.From.IsZero() {
		q = q.Where("period_from >= ?", f.From)
	}
	if !f.To.IsZero() {
		q = q.Where("period_to <= ?", f.To)
	}
	if f.Cursor != "" {
		var after civil.Date
		var id tenants.ID
		if err := paging.Decode(f.Cursor, &after, &id); err != nil {
			return nil, "", err
		}
		q = q.Where("(period_from, id) < (?, ?)", after, id)
	}
	if err := q.Order("period_from desc", "id desc").Limit(int64(limit + 1)).Scan(ctx); err != nil {
		return nil, "", fmt.Errorf("self-bills: %w", err)
	}
	if len(rows) <= limit {
		return rows, "", nil
	}
	last := rows[limit-1]
	return rows[:limit], paging.Encode(last.PeriodFrom, last.ID), nil
}

// linesFrom are the next lines of a bill behind a position. Positions have no
// gaps, so the last one that is wanted is known and says so to the planner.
func linesFrom(ctx context.Context, tx *tenants.Tx, bill tenants.ID, after, limit int) ([]Line, error) {
	rows := make([]Line, 0, min(limit, linesAtOnce))
	err := tx.Mine(tx.NewSelect().Model(&rows)).
		Column(lineColumns(tx.Me.Kind)...).
		Where("self_bill_id = ?", bill).
		Where("position > ? and position <= ?", after, after+limit).
		Order("position").
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("lines of self-bill %s: %w", bill, err)
	}
	return rows, nil
}

// issuedOf are the lines of a timesheet on issued bills, with what was posted to it.
func issuedOf(ctx context.Context, tx *tenants.Tx, timesheet tenants.ID) ([]Line, error) {
	var rows []Line
	err := tx.Mine(tx.NewSelect().Model(&rows)).
		Column(lineColumns(tx.Me.Kind)...).
		Where("timesheet_id = ?", timesheet).
		Where("issued").
		Order("self_bill_id", "position").
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("billed lines of timesheet %s: %w", timesheet, err)
	}
	return rows, nil
}

// workOf is what stands on a run: timesheets, and what was posted to timesheets.
func workOf(ctx context.Context, tx *tenants.Tx, run tenants.ID) (sheets, postings []tenants.ID, err error) {
	var rows []struct {
		TimesheetID tenants.ID
		PostingID   *tenants.ID
	}
	err = tx.NewRaw(`
		select distinct l.timesheet_id, l.posting_id
		from   self_bill_lines l
		join   self_bills b on b.tenant_id = l.tenant_id and b.id = l.self_bill_id
		where  l.tenant_id = ? and b.run_id = ?
		order  by l.timesheet_id`, tx.Me.ID, run).Scan(ctx, &rows)
	if err != nil {
		return nil, nil, fmt.Errorf("timesheets of run %s: %w", run, err)
	}
	for _, r := range rows {
		if r.PostingID != nil {
			postings = append(postings, *r.PostingID)
		} else {
			sheets = append(sheets, r.TimesheetID)
		}
	}
	return sheets, postings, nil
}

// openLines lets the agency see a run's lines; they cannot change after it.
func openLines(ctx context.Context, tx *tenants.Tx, run tenants.ID) error {
	_, err := tx.NewRaw(`
		update self_bill_lines l
		set    issued = true
		from   self_bills b
		where  b.tenant_id = l.tenant_id and b.id = l.self_bill_id and l.tenant_id = ? and b.run_id = ?`, tx.Me.ID, run).Exec(ctx)
	if err != nil {
		return fmt.Errorf("lines of run %s: %w", run, err)
	}
	return nil
}

func closeRun(ctx context.Context, tx *tenants.Tx, r *Run) error {
	_, err := tx.NewUpdate().Model(r).Column("status", "issued_at", "issued_by").WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("run %s: %w", r.ID, err)
	}
	return nil
}

// nextNumber takes the next number of an agency's series and holds the series
// until the unit of work ends, so that an undone issue leaves no gap.
func nextNumber(ctx context.Context, tx *tenants.Tx, agency tenants.ID) (n int64, err error) {
	err = tx.NewRaw(`
		insert into bill_series as s (owner_id, agency_id, last)
		values (?, ?, 1)
		on     conflict (owner_id, agency_id) do update set last = s.last + 1
		returning last`, tx.Me.ID, agency).Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("series of agency %s: %w", agency, err)
	}
	return n, nil
}

func numberBill(ctx context.Context, tx *tenants.Tx, b *Bill, number string, on civil.Date, at time.Time) error {
	b.Number, b.Status, b.TaxPointOn, b.IssuedAt = number, StatusIssued, &on, &at
	_, err := tx.NewUpdate().Model(b).Column("number", "status", "tax_point_on", "issued_at").WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("self-bill %s: %w", b.ID, err)
	}
	return nil
}
