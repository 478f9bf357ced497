package proposals

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/paging"
	"wardbridge/tenants"
)

// What each kind of party may read; the database grants exactly these.
var (
	workerColumns = []string{"tenant_id", "agency_id", "worker_id", "id", "ref", "shift_id", "status", "pay_rate", "submitted_at", "decided_at"}
	allColumns    = []string{"tenant_id", "agency_id", "worker_id", "id", "ref", "shift_id", "ward_id", "representation_id", "agreement_id", "tier",
		"worker_name", "staff_group", "grade", "register_body", "register_number", "pay_rate", "bands", "commission", "pay_max", "card_id", "minutes",
		"net_pence", "quote", "note", "conditions", "submitted_at", "submitted_by", "withdrawn_at", "decision", "decided_at", "decided_by", "decision_reason", "status"}
	// An agency writes these and no others when it proposes.
	sentColumns = []string{"tenant_id", "agency_id", "worker_id", "id", "ref", "shift_id", "ward_id", "representation_id", "agreement_id", "tier",
		"worker_name", "staff_group", "grade", "register_body", "register_number", "pay_rate", "bands", "commission", "pay_max", "card_id", "minutes",
		"net_pence", "quote", "note", "conditions", "submitted_at", "submitted_by"}
)

func selecting(tx *tenants.Tx, into any) *bun.SelectQuery {
	columns := allColumns
	if tx.Me.Kind == tenants.Worker {
		columns = workerColumns
	}
	return tx.NewSelect().Model(into).Column(columns...)
}

// byIDOrRef finds a proposal by what a URL carries.
func byIDOrRef(ctx context.Context, tx *tenants.Tx, idOrRef string) (Proposal, error) {
	var p Proposal
	q := selecting(tx, &p)
	if id, err := uuid.Parse(idOrRef); err == nil {
		q = q.Where("id = ?", id)
	} else {
		q = q.Where("ref = upper(?)", idOrRef)
	}
	return p, tenants.Found("proposal", idOrRef, q.Scan(ctx))
}

// lock reads a proposal and holds it until the unit of work ends.
func lock(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Proposal, error) {
	var p Proposal
	err := selecting(tx, &p).Where("id = ?", id).For("update").Scan(ctx)
	return p, tenants.Found("proposal", id, err)
}

func insert(ctx context.Context, tx *tenants.Tx, p *Proposal) error {
	_, err := tx.NewInsert().Model(p).Column(sentColumns...).Exec(ctx)
	return err
}

func saveWithdrawal(ctx context.Context, tx *tenants.Tx, p *Proposal) error {
	_, err := tx.NewUpdate().Model(p).Column("withdrawn_at").WherePK().Exec(ctx)
	return err
}

func saveDecision(ctx context.Context, tx *tenants.Tx, p *Proposal) error {
	_, err := tx.NewUpdate().Model(p).Column("decision", "decided_at", "decided_by", "decision_reason").WherePK().Exec(ctx)
	return err
}

// ended is a proposal that a set-wise statement closed.
type ended struct {
	ID       tenants.ID
	AgencyID tenants.ID
}

// closeWaiting ends everything that still waits on a shift, in one statement.
func closeWaiting(ctx context.Context, tx *tenants.Tx, shift tenants.ID, to Status, why string) ([]ended, error) {
	var rows []ended
	err := tx.NewRaw(`
		update proposals
		set    decision = ?, decided_at = ?, decided_by = ?, decision_reason = ?
		where  tenant_id = ? and shift_id = ? and withdrawn_at is null and decision is null
		returning id, agency_id`,
		to, tx.Now, tx.Actor.Name, why, tx.Me.ID, shift).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("proposals of shift %s: %w", shift, err)
	}
	return rows, nil
}

// ofShift reads every proposal of a shift that the party sees.
func ofShift(ctx context.Context, tx *tenants.Tx, shift tenants.ID) ([]Proposal, error) {
	var rows []Proposal
	err := tx.Mine(selecting(tx, &rows)).
		Where("shift_id = ?", shift).
		Order("submitted_at", "id").
		Limit(compareMax).
		Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("proposals of shift %s: %w", shift, err)
	}
	return rows, nil
}

// compareMax bounds what a shift's page compares; a shift with more than this
// many proposals has been proposed to by every agency several times over.
const compareMax = 200

// waitingOn gives the agency's own records of those it has proposed for a shift
// and who still wait.
func waitingOn(ctx context.Context, tx *tenants.Tx, shift tenants.ID) (map[tenants.ID]bool, error) {
	var ids []tenants.ID
	err := tx.NewRaw(`
		select representation_id
		from   proposals
		where  agency_id = ? and shift_id = ? and withdrawn_at is null and decision is null`, tx.Me.ID, shift).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("proposals of shift %s: %w", shift, err)
	}
	found := make(map[tenants.ID]bool, len(ids))
	for _, id := range ids {
		found[id] = true
	}
	return found, nil
}

// counts says how many proposals wait on each of some shifts, for lists that
// show a number beside a shift.
func counts(ctx context.Context, tx *tenants.Tx, shifts []tenants.ID) (map[tenants.ID]int, error) {
	found := map[tenants.ID]int{}
	if len(shifts) == 0 {
		return found, nil
	}
	var rows []struct {
		ShiftID tenants.ID
		N       int
	}
	err := tx.NewRaw(`
		select shift_id, count(*) as n
		from   proposals
		where  shift_id in (?) and withdrawn_at is null and decision is null
		group  by shift_id`, bun.List(shifts)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("proposals of shifts: %w", err)
	}
	for _, r := range rows {
		found[r.ShiftID] = r.N
	}
	return found, nil
}

// Filter narrows a list; a zero field asks nothing.
type Filter struct {
	Status      Status
	From, To    civil.Date // of the sending, in London, both included
	Shift       tenants.ID
	Ward        tenants.ID
	Agency      tenants.ID
	Worker      tenants.ID // the representation, which is how an agency knows its worker
	StaffGroup  string
	NewestFirst bool
	Limit       int
	Cursor      paging.Cursor
}

func list(ctx context.Context, tx *tenants.Tx, f Filter) ([]Proposal, paging.Cursor, error) {
	limit, err := paging.Limit(f.Limit)
	if err != nil {
		return nil, "", err
	}
	var rows []Proposal
	q := f.narrow(tx.Mine(selecting(tx, &rows)), tx.Me.Kind)
	if f.Cursor != "" {
		var after time.Time
		var id tenants.ID
		if err := paging.Decode(f.Cursor, &after, &id); err != nil {
			return nil, "", err
		}
		if f.NewestFirst {
			q = q.Where("(submitted_at, id) < (?, ?)", after, id)
		} else {
			q = q.Where("(submitted_at, id) > (?, ?)", after, id)
		}
	}
	if f.NewestFirst {
		q = q.Order("submitted_at desc", "id desc")
	} else {
		q = q.Order("submitted_at", "id")
	}
	if err := q.Limit(int64(limit + 1)).Scan(ctx); err != nil {
		return nil, "", fmt.Errorf("proposals: %w", err)
	}
	if len(rows) <= limit {
		return rows, "", nil
	}
	last := rows[limit-1]
	return rows[:limit], paging.Encode(last.SubmittedAt, last.ID), nil
}

func (f Filter) narrow(q *bun.SelectQuery, kind tenants.Kind) *bun.SelectQuery {
	switch f.Status {
	case "":
	case StatusSubmitted:
		q = q.Where("status = ?", f.Status)
		if kind != tenants.Worker { // in the words of the queue's index
			q = q.Where("withdrawn_at is null").Where("decision is null")
		}
	default:
		q = q.Where("status = ?", f.Status)
	}
	if kind == tenants.Worker { // who may not ask by what they cannot read
		f.Ward, f.Worker, f.StaffGroup = tenants.ID{}, tenants.ID{}, ""
	}
	if !f.From.IsZero() {
		q = q.Where("submitted_at >= ?", f.From.Midnight())
	}
	if !f.To.IsZero() {
		q = q.Where("submitted_at < ?", f.To.AddDays(1).Midnight())
	}
	if f.Shift != (tenants.ID{}) {
		q = q.Where("shift_id = ?", f.Shift)
	}
	if f.Ward != (tenants.ID{}) {
		q = q.Where("ward_id = ?", f.Ward)
	}
	if f.Agency != (tenants.ID{}) {
		q = q.Where("agency_id = ?", f.Agency)
	}
	if f.Worker != (tenants.ID{}) {
		q = q.Where("representation_id = ?", f.Worker)
	}
	if f.StaffGroup != "" {
		q = q.Where("staff_group = ?", f.StaffGroup)
	}
	return q
}
