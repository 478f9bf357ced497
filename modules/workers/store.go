package workers

import (
	"context"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/paging"
	"wardbridge/tenants"
)

// An agency may write every column but the worker and the confirmation, which
// are the person's; it has no right to name them in an insert.
func insert(ctx context.Context, tx *tenants.Tx, all []Representation) error {
	_, err := tx.NewInsert().Model(&all).
		Column("agency_id", "id", "name", "email", "staff_group", "grade", "register_body", "register_number", "born_on", "created_at").
		Exec(ctx)
	return err
}

func save(ctx context.Context, tx *tenants.Tx, w *Representation) error {
	_, err := tx.NewUpdate().Model(w).
		Column("name", "email", "staff_group", "grade", "register_body", "register_number", "archived_at", "version").
		Where("agency_id = ? and id = ?", w.AgencyID, w.ID).Exec(ctx)
	return err
}

const agencyColumns = `agency_id, worker_id, id, name, email, staff_group, grade, register_body, register_number, born_on,
	created_at, archived_at, confirmed_at, version`

func get(ctx context.Context, tx *tenants.Tx, id tenants.ID) (w Representation, err error) {
	err = tx.NewSelect().Model(&w).ColumnExpr(agencyColumns).Where("agency_id = ? and id = ?", tx.Me.ID, id).Scan(ctx)
	return w, tenants.Found("worker", id, err)
}

func lock(ctx context.Context, tx *tenants.Tx, id tenants.ID) (w Representation, err error) {
	err = tx.NewSelect().Model(&w).ColumnExpr(agencyColumns).Where("agency_id = ? and id = ?", tx.Me.ID, id).For("update").Scan(ctx)
	return w, tenants.Found("worker", id, err)
}

func list(ctx context.Context, tx *tenants.Tx, f Filter, limit int) (all []Representation, next paging.Cursor, err error) {
	q := tx.NewSelect().Model(&all).ColumnExpr(agencyColumns).
		Where("agency_id = ?", tx.Me.ID).
		Where("(archived_at is not null) = ?", f.Archived).
		OrderExpr("lower(name), id").
		Limit(int64(limit) + 1)
	if f.StaffGroup != "" {
		q = q.Where("staff_group = ?", f.StaffGroup)
	}
	if f.Grade != "" {
		q = q.Where("grade = ?", f.Grade)
	}
	if f.Q != "" {
		part := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.TrimSpace(f.Q)) + "%"
		q = q.Where("(name ilike ? or register_number ilike ?)", part, part)
	}
	if f.Cursor != "" {
		var name string
		var id tenants.ID
		if err := paging.Decode(f.Cursor, &name, &id); err != nil {
			return nil, "", err
		}
		q = q.Where("(lower(name), id) > (lower(?), ?)", name, id)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, "", err
	}
	if len(all) > limit {
		all = all[:limit]
		last := all[limit-1]
		next = paging.Encode(last.Name, last.ID)
	}
	return all, next, nil
}

// putProfile writes a profile and gives the date of birth that stands.
func putProfile(ctx context.Context, tx *tenants.Tx, p *Profile) (bornOn civil.Date, err error) {
	err = tx.NewRaw(`
		insert into worker_profiles (owner_id, id, name, staff_group, grade, register_body, register_number, born_on, phone)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?)
		on     conflict (owner_id, id) do update
		set    name = excluded.name, staff_group = excluded.staff_group, grade = excluded.grade,
		       register_body = excluded.register_body, register_number = excluded.register_number, phone = excluded.phone
		returning born_on`,
		p.OwnerID, p.ID, p.Name, p.StaffGroup, p.Grade, p.RegisterBody, p.RegisterNumber, p.BornOn, p.Phone).Scan(ctx, &bornOn)
	return bornOn, err
}

func profile(ctx context.Context, tx *tenants.Tx) (p Profile, err error) {
	err = tx.NewRaw(`
		select owner_id, id, name, staff_group, grade, register_body, register_number, born_on, phone
		from   worker_profiles
		where  owner_id = ?`, tx.Me.ID).Scan(ctx, &p)
	return p, tenants.Found("profile", tx.Me.ID, err)
}

// The worker has no right to the agency's other columns.
const workerColumns = `agency_id, worker_id, id, name, staff_group, grade, register_body, register_number, confirmed_at, archived_at`

func mine(ctx context.Context, tx *tenants.Tx) (all []Representation, err error) {
	err = tx.NewSelect().Model(&all).ColumnExpr(workerColumns).Where("worker_id = ?", tx.Me.ID).OrderExpr("confirmed_at, id").Scan(ctx)
	return all, err
}

func mineByID(ctx context.Context, tx *tenants.Tx, id tenants.ID) (w Representation, err error) {
	err = tx.NewSelect().Model(&w).ColumnExpr(workerColumns).Where("worker_id = ? and id = ?", tx.Me.ID, id).Scan(ctx)
	return w, tenants.Found("representation", id, err)
}

func matches(ctx context.Context, tx *tenants.Tx) (all []Match, err error) {
	err = tx.NewRaw(`
		select agency_id, id, agency, grade
		from   app.representations_of_me()
		order  by agency, id`).Scan(ctx, &all)
	return all, err
}

func confirm(ctx context.Context, tx *tenants.Tx, agencyID, id tenants.ID) (done bool, err error) {
	err = tx.NewRaw("select app.confirm_representation(?, ?)", agencyID, id).Scan(ctx, &done)
	return done, err
}
