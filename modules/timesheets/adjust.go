package timesheets

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// Posting is what an adjustment brings to one approved timesheet, signed. The
// timesheet itself does not change. A worker has no amounts but those of the
// lines of their pay, an agency no PostedBy.
type Posting struct {
	bun.BaseModel `bun:"table:timesheet_adjustments,alias:posting"`

	TenantID      tenants.ID  `bun:"tenant_id,pk"`
	AgencyID      tenants.ID  `bun:"agency_id"`
	WorkerID      tenants.ID  `bun:"worker_id"`
	ID            tenants.ID  `bun:"id,pk"`
	TimesheetID   tenants.ID  `bun:"timesheet_id"`
	AdjustmentID  tenants.ID  `bun:"adjustment_id"`
	AdjustmentRef string      `bun:"adjustment_ref"`
	Reason        string      `bun:"reason"`
	AgreementID   tenants.ID  `bun:"agreement_id"`
	EarnedOn      civil.Date  `bun:"earned_on"`
	PayRate       money.Rate  `bun:"pay_rate"` // core, an hour, from this adjustment on
	WasPence      money.Pence `bun:"was_pence"`
	BecomesPence  money.Pence `bun:"becomes_pence"`
	NetPence      money.Pence `bun:"net_pence"`
	PostedAt      time.Time   `bun:"posted_at"`
	PostedBy      string      `bun:"posted_by"`
	BilledAt      *time.Time  `bun:"billed_at"`

	Lines []PostedLine `bun:"-"`
}

// PostedLine is one signed amount of a posting: what the lines of a kind and
// band came to, what they come to now, and the difference.
type PostedLine struct {
	bun.BaseModel `bun:"table:timesheet_adjustment_lines,alias:line"`

	TenantID     tenants.ID     `bun:"tenant_id,pk"`
	AgencyID     tenants.ID     `bun:"agency_id"`
	WorkerID     tenants.ID     `bun:"worker_id"`
	ID           tenants.ID     `bun:"id,pk"`
	TimesheetID  tenants.ID     `bun:"timesheet_id"`
	PostingID    tenants.ID     `bun:"posting_id"`
	AgreementID  tenants.ID     `bun:"agreement_id"`
	EarnedOn     civil.Date     `bun:"earned_on"`
	Position     int            `bun:"position"`
	Kind         rates.Kind     `bun:"kind"`
	Band         rates.Band     `bun:"band"`
	WasPence     money.Pence    `bun:"was_pence"`
	BecomesPence money.Pence    `bun:"becomes_pence"`
	AmountPence  money.Pence    `bun:"amount_pence"`
	VATCategory  rates.Category `bun:"vat_category"`
	VATRate      money.Factor   `bun:"vat_rate"`
	VATReason    string         `bun:"vat_reason"`
	VATSource    string         `bun:"vat_source"`
	Formula      string         `bun:"formula"`
}

// Title names the line as a heading does.
func (l *PostedLine) Title() string {
	line := rates.Line{Kind: l.Kind, Band: l.Band}
	return line.Title()
}

// What each kind of party may read of a posting; the database grants exactly these.
var (
	workerPosting   = []string{"tenant_id", "agency_id", "worker_id", "id", "timesheet_id", "adjustment_id", "adjustment_ref", "reason", "agreement_id", "earned_on", "pay_rate", "posted_at"}
	agencyPosting   = append([]string{"was_pence", "becomes_pence", "net_pence", "billed_at"}, workerPosting...)
	employerPosting = append([]string{"posted_by"}, agencyPosting...)
)

func postingColumns(kind tenants.Kind) []string {
	switch kind {
	case tenants.Worker:
		return workerPosting
	case tenants.Agency:
		return agencyPosting
	}
	return employerPosting
}

// Post writes what an adjustment brings to approved timesheets. It is for good:
// the database refuses every change but the mark of the bill. Ids are given here.
func (s *Service) Post(ctx context.Context, tx *tenants.Tx, postings []Posting) error {
	if len(postings) == 0 {
		return nil
	}
	var lines []PostedLine
	for i := range postings {
		p := &postings[i]
		p.TenantID, p.ID = tx.Me.ID, tenants.NewID()
		for j := range p.Lines {
			l := &p.Lines[j]
			l.TenantID, l.AgencyID, l.WorkerID, l.ID, l.TimesheetID, l.PostingID = p.TenantID, p.AgencyID, p.WorkerID, tenants.NewID(), p.TimesheetID, p.ID
			l.AgreementID, l.EarnedOn, l.Position = p.AgreementID, p.EarnedOn, j+1
			lines = append(lines, *l)
		}
	}
	if _, err := tx.NewInsert().Model(&postings).Exec(ctx); err != nil {
		return fmt.Errorf("adjustments of timesheets: %w", err)
	}
	if _, err := tx.NewInsert().Model(&lines).Exec(ctx); err != nil {
		return fmt.Errorf("lines of adjustments: %w", err)
	}
	return nil
}

// Postings are what was posted to a timesheet after it was approved, in order. A
// worker gets the lines of their pay and holiday pay alone.
func (s *Service) Postings(ctx context.Context, tx *tenants.Tx, timesheet tenants.ID) ([]Posting, error) {
	var rows []Posting
	err := tx.Mine(tx.NewSelect().Model(&rows)).Column(postingColumns(tx.Me.Kind)...).
		Where("timesheet_id = ?", timesheet).
		Order("posted_at", "id").
		Limit(100).
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("adjustments of timesheet %s: %w", timesheet, err)
	}
	return rows, withPostedLines(ctx, tx, rows)
}

// PostedOf are the postings of one adjustment that the party sees, in order of
// their timesheets' ids, a page at a time.
func (s *Service) PostedOf(ctx context.Context, tx *tenants.Tx, adjustment, after tenants.ID, limit int) ([]Posting, error) {
	var rows []Posting
	err := tx.Mine(tx.NewSelect().Model(&rows)).Column(postingColumns(tx.Me.Kind)...).
		Where("adjustment_id = ?", adjustment).
		Where("timesheet_id > ?", after).
		Order("timesheet_id").
		Limit(int64(limit)).
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("postings of adjustment %s: %w", adjustment, err)
	}
	return rows, withPostedLines(ctx, tx, rows)
}

func withPostedLines(ctx context.Context, tx *tenants.Tx, rows []Posting) error {
	if len(rows) == 0 {
		return nil
	}
	at := make(map[tenants.ID]int, len(rows))
	ids := make([]tenants.ID, len(rows))
	for i := range rows {
		ids[i], at[rows[i].ID] = rows[i].ID, i
	}
	var lines []PostedLine
	err := tx.Mine(tx.NewSelect().Model(&lines)).
		Where("posting_id in (?)", bun.List(ids)).
		Order("posting_id", "position").
		Scan(ctx)
	if err != nil {
		return fmt.Errorf("lines of adjustments: %w", err)
	}
	for _, l := range lines {
		p := &rows[at[l.PostingID]]
		p.Lines = append(p.Lines, l)
	}
	return nil
}

// postingsToBill are the employer's postings that stand on no issued bill, of
// work that began on or before a day.
func postingsToBill(ctx context.Context, tx *tenants.Tx, last civil.Date) ([]Posting, error) {
	var rows []Posting
	err := tx.NewSelect().Model(&rows).Column(employerPosting...).
		Where("tenant_id = ?", tx.Me.ID).
		Where("billed_at is null").
		Where("earned_on <= ?", last).
		Order("agency_id", "earned_on", "timesheet_id", "posted_at", "id").
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("adjustments to bill: %w", err)
	}
	for from := 0; from < len(rows); from += billableAtOnce {
		if err := withPostedLines(ctx, tx, rows[from:min(from+billableAtOnce, len(rows))]); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// lines are a posting's as a bill takes them: amounts for no minutes of their
// own, since the work is on the bill that the timesheet stands on.
func (p *Posting) lines() []Line {
	lines := make([]Line, len(p.Lines))
	for i := range p.Lines {
		l := &p.Lines[i]
		lines[i] = Line{TenantID: l.TenantID, AgencyID: l.AgencyID, WorkerID: l.WorkerID, ID: l.ID, TimesheetID: l.TimesheetID, AgreementID: l.AgreementID,
			EarnedOn: l.EarnedOn, Position: l.Position, Kind: l.Kind, Band: l.Band, AmountPence: l.AmountPence, VATCategory: l.VATCategory,
			VATRate: l.VATRate, VATReason: l.VATReason, VATSource: l.VATSource, Formula: l.Formula}
	}
	return lines
}

// markPosted says that the lines of postings stand on an issued document.
func markPosted(ctx context.Context, tx *tenants.Tx, ids []tenants.ID, at time.Time) (int, error) {
	res, err := tx.NewRaw(`
		update timesheet_adjustments
		set    billed_at = ?
		where  tenant_id = ? and id in (?) and billed_at is null`, at, tx.Me.ID, bun.List(ids)).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("billed adjustments: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}
