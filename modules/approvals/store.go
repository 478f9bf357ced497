package approvals

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/tenants"
)

func insertRequest(ctx context.Context, tx *tenants.Tx, r *Request) error {
	_, err := tx.NewInsert().Model(r).Exec(ctx)
	return err
}

func saveRequest(ctx context.Context, tx *tenants.Tx, r *Request) error {
	_, err := tx.NewUpdate().Model(r).Column("state", "asked", "escalated_at", "closed_at", "closed_why").
		Where("owner_id = ? and id = ?", r.OwnerID, r.ID).Exec(ctx)
	return err
}

// selecting reads requests, each with whether it was overruled.
func selecting(tx *tenants.Tx, into any) *bun.SelectQuery {
	return tx.NewSelect().Model(into).ColumnExpr("?TableColumns").ColumnExpr(`exists (
		select from approval_requests again
		where  again.owner_id = request.owner_id and again.ratifies = request.id and again.state = 'refused') as overruled`)
}

func request(ctx context.Context, tx *tenants.Tx, id tenants.ID) (r Request, err error) {
	err = selecting(tx, &r).Where("owner_id = ? and id = ?", tx.Me.ID, id).Scan(ctx)
	return r, tenants.Found("approval", id, err)
}

func lockRequest(ctx context.Context, tx *tenants.Tx, id tenants.ID) (r Request, err error) {
	err = selecting(tx, &r).Where("owner_id = ? and id = ?", tx.Me.ID, id).For("update").Scan(ctx)
	return r, tenants.Found("approval", id, err)
}

func requestsAbout(ctx context.Context, tx *tenants.Tx, kind string, subject tenants.ID) (all []Request, err error) {
	err = selecting(tx, &all).Where("owner_id = ? and subject_id = ? and subject_kind = ?", tx.Me.ID, subject, kind).
		OrderExpr("asked_at desc, id desc").Limit(200).Scan(ctx)
	return all, err
}

// standings are the states of what was asked about some subjects, and of what
// ratifies some approvals, by subject and by approval.
func standings(ctx context.Context, tx *tenants.Tx, kinds []string, subjects, granted []tenants.ID) (map[tenants.ID][]State, error) {
	var rows []struct {
		Subject  tenants.ID
		Ratifies *tenants.ID
		State    State
	}
	err := tx.NewRaw(`
		select subject_id as subject, ratifies, state
		from   approval_requests
		where  owner_id = ? and subject_kind in (?) and subject_id in (?)
		union  all
		select subject_id, ratifies, state
		from   approval_requests
		where  owner_id = ? and ratifies in (?)`, tx.Me.ID, bun.List(kinds), bun.List(subjects), tx.Me.ID, bun.List(granted)).Scan(ctx, &rows)
	by := make(map[tenants.ID][]State, len(rows))
	for _, r := range rows {
		by[r.Subject] = append(by[r.Subject], r.State)
		if r.Ratifies != nil {
			by[*r.Ratifies] = append(by[*r.Ratifies], r.State)
		}
	}
	return by, err
}

// place is where a page of requests begins: oldest first.
type place struct {
	at time.Time
	id tenants.ID
}

func requests(ctx context.Context, tx *tenants.Tx, state State, after place, limit int) (all []Request, err error) {
	q := selecting(tx, &all).Where("owner_id = ?", tx.Me.ID).OrderExpr("asked_at, id").Limit(int64(limit))
	if state != "" {
		q = q.Where("state = ?", state)
	}
	if after.id != (tenants.ID{}) {
		q = q.Where("(asked_at, id) > (?, ?)", after.at, after.id)
	}
	return all, q.Scan(ctx)
}

func insertDecision(ctx context.Context, tx *tenants.Tx, d *Decision) error {
	_, err := tx.NewInsert().Model(d).Exec(ctx)
	return err
}

func decisionsOf(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (all []Decision, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = tx.NewSelect().Model(&all).Where("owner_id = ? and request_id in (?)", tx.Me.ID, bun.List(ids)).OrderExpr("decided_at, id").Scan(ctx)
	return all, err
}

func rules(ctx context.Context, tx *tenants.Tx) (all []Rule, err error) {
	err = tx.NewSelect().Model(&all).Where("owner_id = ?", tx.Me.ID).OrderExpr("from_at desc, made_at desc, id desc").Limit(1000).Scan(ctx)
	return all, err
}

func insertRule(ctx context.Context, tx *tenants.Tx, r *Rule) error {
	_, err := tx.NewInsert().Model(r).Exec(ctx)
	return err
}

// makeRoom ends the rule in force at an instant, and takes back those that were
// to come after it.
func makeRoom(ctx context.Context, tx *tenants.Tx, c Condition, from time.Time) error {
	_, err := tx.NewRaw(`
		update approval_rules
		set    superseded_at = ?
		where  owner_id = ? and condition = ? and from_at >= ? and superseded_at is null`, tx.Now, tx.Me.ID, c, from).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`
		update approval_rules
		set    until_at = ?
		where  owner_id = ? and condition = ? and from_at < ? and superseded_at is null and (until_at is null or until_at > ?)`,
		from, tx.Me.ID, c, from, from).Exec(ctx)
	return err
}

// listMost bounds lists that are shown whole.
const listMost = 1000

func appointments(ctx context.Context, tx *tenants.Tx, running bool) (all []Appointment, err error) {
	q := tx.NewSelect().Model(&all).Where("owner_id = ?", tx.Me.ID).OrderExpr("ended_at desc nulls first, from_on desc, person_name, id").Limit(listMost)
	if running {
		q = q.Where("ended_at is null")
	}
	return all, q.Scan(ctx)
}

func insertAppointment(ctx context.Context, tx *tenants.Tx, a *Appointment) error {
	_, err := tx.NewInsert().Model(a).Exec(ctx)
	return err
}

func lockAppointment(ctx context.Context, tx *tenants.Tx, id tenants.ID) (a Appointment, err error) {
	err = tx.NewSelect().Model(&a).Where("owner_id = ? and id = ?", tx.Me.ID, id).For("update").Scan(ctx)
	return a, tenants.Found("appointment", id, err)
}

func saveAppointment(ctx context.Context, tx *tenants.Tx, a *Appointment) error {
	_, err := tx.NewUpdate().Model(a).Column("ended_at").Where("owner_id = ? and id = ?", a.OwnerID, a.ID).Exec(ctx)
	return err
}

func delegations(ctx context.Context, tx *tenants.Tx, running bool) (all []Delegation, err error) {
	q := tx.NewSelect().Model(&all).Where("owner_id = ?", tx.Me.ID).OrderExpr("starts_at desc, id desc").Limit(listMost)
	if running {
		q = q.Where("revoked_at is null and ends_at > ?", tx.Now)
	}
	return all, q.Scan(ctx)
}

func insertDelegation(ctx context.Context, tx *tenants.Tx, d *Delegation) error {
	_, err := tx.NewInsert().Model(d).Exec(ctx)
	return err
}

func lockDelegation(ctx context.Context, tx *tenants.Tx, id tenants.ID) (d Delegation, err error) {
	err = tx.NewSelect().Model(&d).Where("owner_id = ? and id = ?", tx.Me.ID, id).For("update").Scan(ctx)
	return d, tenants.Found("delegation", id, err)
}

func saveDelegation(ctx context.Context, tx *tenants.Tx, d *Delegation) error {
	_, err := tx.NewUpdate().Model(d).Column("revoked_at", "revoked_by").Where("owner_id = ? and id = ?", d.OwnerID, d.ID).Exec(ctx)
	return err
}
