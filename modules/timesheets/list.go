package timesheets

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/tenants"
)

// Variance narrows a list by how a claim compares with its plan.
type Variance string

// The variances. AsPlanned is exactly what was planned; Over15 differs by over
// 15 minutes in start, end or break, the worker's reason stands on it;
// MissingBreak had a break planned and records none.
const (
	AsPlanned    Variance = "none"
	Over15       Variance = "over_15"
	MissingBreak Variance = "missing_break"
)

// ErrVariance refuses a variance that is none of the three.
var ErrVariance = fault.New(fault.Invalid, "variance_unknown", "Choose none, over_15 or missing_break.")

// Filter narrows a list; a zero field asks nothing. Timesheets of bookings that
// came to nothing are never listed.
type Filter struct {
	Status     Status
	From, To   civil.Date // of the shift's local start, both included
	Site, Ward tenants.ID
	Agency     tenants.ID
	Worker     tenants.ID
	StaffGroup string
	Grade      string
	Variance   Variance
	Limit      int
	Cursor     paging.Cursor
}

// Totals is what a filter finds, added up: how many timesheets stand where, the
// paid minutes planned, claimed and approved, and what the approved ones come
// to before VAT. A worker has no right to the money, and gets 0.
type Totals struct {
	Timesheets, Open, Submitted, Queried, Approved  int
	PlannedMinutes, ClaimedMinutes, ApprovedMinutes int
	NetPence                                        money.Pence
}

func list(ctx context.Context, tx *tenants.Tx, f Filter) ([]Timesheet, paging.Cursor, error) {
	limit, err := paging.Limit(f.Limit)
	if err != nil {
		return nil, "", err
	}
	var rows []Timesheet
	q, err := f.narrow(tx.Mine(selecting(tx, &rows)))
	if err != nil {
		return nil, "", err
	}
	if f.Cursor != "" {
		var after time.Time
		var id tenants.ID
		if err := paging.Decode(f.Cursor, &after, &id); err != nil {
			return nil, "", err
		}
		q = q.Where("(planned_starts_at, id) > (?, ?)", after, id)
	}
	if err := q.Order("planned_starts_at", "id").Limit(int64(limit + 1)).Scan(ctx); err != nil {
		return nil, "", fmt.Errorf("timesheets: %w", err)
	}
	if len(rows) <= limit {
		return rows, "", nil
	}
	last := rows[limit-1]
	return rows[:limit], paging.Encode(last.PlannedStartsAt, last.ID), nil
}

func totals(ctx context.Context, tx *tenants.Tx, f Filter) (Totals, error) {
	var t Totals
	q := tx.Mine(tx.NewSelect().Model((*Timesheet)(nil))).
		ColumnExpr("count(*) as timesheets").
		ColumnExpr("count(*) filter (where status = 'open') as open").
		ColumnExpr("count(*) filter (where status = 'submitted') as submitted").
		ColumnExpr("count(*) filter (where status = 'queried') as queried").
		ColumnExpr("count(*) filter (where status = 'approved') as approved").
		ColumnExpr("coalesce(sum(extract(epoch from planned_ends_at - planned_starts_at)::bigint / 60 - planned_break_minutes), 0)::bigint as planned_minutes").
		ColumnExpr("coalesce(sum(extract(epoch from ends_at - starts_at)::bigint / 60 - break_minutes), 0)::bigint as claimed_minutes").
		ColumnExpr("coalesce(sum(minutes), 0)::bigint as approved_minutes")
	if tx.Me.Kind != tenants.Worker {
		q = q.ColumnExpr("coalesce(sum(net_pence), 0)::bigint as net_pence")
	}
	q, err := f.narrow(q)
	if err != nil {
		return t, err
	}
	if err := q.Scan(ctx, &t); err != nil {
		return t, fmt.Errorf("totals of timesheets: %w", err)
	}
	return t, nil
}

func (f Filter) narrow(q *bun.SelectQuery) (*bun.SelectQuery, error) {
	q = q.Where("dropped_at is null")
	if f.Status != "" {
		q = q.Where("status = ?", f.Status)
	}
	if !f.From.IsZero() {
		q = q.Where("worked_on >= ?", f.From)
	}
	if !f.To.IsZero() {
		q = q.Where("worked_on <= ?", f.To)
	}
	none := tenants.ID{}
	if f.Site != none {
		q = q.Where("site_id = ?", f.Site)
	}
	if f.Ward != none {
		q = q.Where("ward_id = ?", f.Ward)
	}
	if f.Agency != none {
		q = q.Where("agency_id = ?", f.Agency)
	}
	if f.Worker != none {
		q = q.Where("worker_id = ?", f.Worker)
	}
	if f.StaffGroup != "" {
		q = q.Where("staff_group = ?", f.StaffGroup)
	}
	if f.Grade != "" {
		q = q.Where("grade = ?", f.Grade)
	}
	switch f.Variance {
	case "":
	case AsPlanned:
		q = q.Where("starts_at = planned_starts_at and ends_at = planned_ends_at and break_minutes = planned_break_minutes")
	case Over15:
		q = q.Where(`(starts_at not between planned_starts_at - interval '15 minutes' and planned_starts_at + interval '15 minutes'
			or ends_at not between planned_ends_at - interval '15 minutes' and planned_ends_at + interval '15 minutes'
			or abs(break_minutes - planned_break_minutes) > 15)`)
	case MissingBreak:
		q = q.Where("break_minutes = 0 and planned_break_minutes > 0")
	default:
		return nil, ErrVariance.With(fault.Field{Name: "variance", Code: ErrVariance.Code, Text: ErrVariance.Text, Value: string(f.Variance)})
	}
	return q, nil
}
