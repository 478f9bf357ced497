package packs

import (
	"context"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/tenants"
)

func staffGroups(ctx context.Context, tx *tenants.Tx) (all []StaffGroup, err error) {
	err = tx.Often(ctx, &all, `
		select code, name, position, mark, source
		from   staff_groups
		order  by position, code`)
	return all, err
}

func grades(ctx context.Context, tx *tenants.Tx) (all []Grade, err error) {
	err = tx.Often(ctx, &all, `
		select code, staff_group, name, band, position, mark, source
		from   grades
		order  by position, code`)
	return all, err
}

func grade(ctx context.Context, tx *tenants.Tx, code string) (g Grade, err error) {
	err = tx.NewRaw(`
		select code, staff_group, name, band, position, mark, source
		from   grades
		where  code = ?`, code).Scan(ctx, &g)
	return g, tenants.Found("grade", code, err)
}

func reasons(ctx context.Context, tx *tenants.Tx) (all []Reason, err error) {
	err = tx.Often(ctx, &all, `
		select code, name, position, mark, source
		from   reasons
		order  by position, code`)
	return all, err
}

func holidays(ctx context.Context, tx *tenants.Tx, nation string, from, to civil.Date) (all []Holiday, err error) {
	err = tx.NewRaw(`
		select nation, day, name, dual_of, mark, source
		from   bank_holidays
		where  nation = ? and day between ? and ?
		order  by day`, nation, from, to).Scan(ctx, &all)
	return all, err
}

// yearWithoutHolidays is the first year of a span without a single holiday, or 0.
func yearWithoutHolidays(ctx context.Context, tx *tenants.Tx, nation string, from, to int) (year int, err error) {
	err = tx.NewRaw(`
		select coalesce(min(y), 0)
		from   generate_series(?::int, ?::int) as y
		where  not exists (
		           select from bank_holidays
		           where  nation = ? and day between make_date(y, 1, 1) and make_date(y, 12, 31))`, from, to, nation).Scan(ctx, &year)
	return year, err
}

func patterns(ctx context.Context, tx *tenants.Tx, from, to civil.Date) (all []Hours, err error) {
	err = tx.NewRaw(`
		select id, lower(valid) as from_on, upper(valid) as until_on, mark, source, pattern, day, at, class
		from   patterns
		where  valid && daterange(?, ?, '[]')
		order  by pattern, day, at, valid`, from, to).Scan(ctx, &all)
	return all, err
}

func enhancements(ctx context.Context, tx *tenants.Tx, from, to civil.Date) (all []Enhancement, err error) {
	err = tx.NewRaw(`
		select id, lower(valid) as from_on, upper(valid) as until_on, mark, source, band, class, factor, pattern
		from   enhancements
		where  valid && daterange(?, ?, '[]')
		order  by band, class, valid`, from, to).Scan(ctx, &all)
	return all, err
}

func parameters(ctx context.Context, tx *tenants.Tx, from, to civil.Date) (all []Parameter, err error) {
	err = tx.NewRaw(`
		select id, lower(valid) as from_on, upper(valid) as until_on, mark, source, name, trim_scale(value)::text as value, unit
		from   parameters
		where  valid && daterange(?, ?, '[]')
		order  by name, valid`, from, to).Scan(ctx, &all)
	return all, err
}

// put writes rows and counts those that were new or different.
func put(ctx context.Context, q *bun.InsertQuery) (int, error) {
	res, err := q.Exec(ctx)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

func putStaffGroups(ctx context.Context, tx *tenants.Tx, rows []StaffGroup) (int, error) {
	return put(ctx, tx.NewInsert().Model(&rows).
		On("conflict (code) do update").
		Set("name = excluded.name, position = excluded.position, mark = excluded.mark, source = excluded.source").
		Where("(g.name, g.position, g.mark, g.source) is distinct from (excluded.name, excluded.position, excluded.mark, excluded.source)"))
}

func putGrades(ctx context.Context, tx *tenants.Tx, rows []Grade) (int, error) {
	return put(ctx, tx.NewInsert().Model(&rows).
		On("conflict (code) do update").
		Set("staff_group = excluded.staff_group, name = excluded.name, band = excluded.band, position = excluded.position, mark = excluded.mark, source = excluded.source").
		Where("(g.staff_group, g.name, g.band, g.position, g.mark, g.source) is distinct from (excluded.staff_group, excluded.name, excluded.band, excluded.position, excluded.mark, excluded.source)"))
}

func putReasons(ctx context.Context, tx *tenants.Tx, rows []Reason) (int, error) {
	return put(ctx, tx.NewInsert().Model(&rows).
		On("conflict (code) do update").
		Set("name = excluded.name, position = excluded.position, mark = excluded.mark, source = excluded.source").
		Where("(r.name, r.position, r.mark, r.source) is distinct from (excluded.name, excluded.position, excluded.mark, excluded.source)"))
}

// span is the column that holds a row's life.
func (d Dated) span() string { return "[" + d.From.String() + "," + d.Until.String() + ")" }

func caps(ctx context.Context, tx *tenants.Tx, from, to civil.Date) (all []Cap, err error) {
	err = tx.NewRaw(`
		select id, lower(valid) as from_on, upper(valid) as until_on, mark, source, band, zone, class, rate
		from   price_caps
		where  valid && daterange(?, ?, '[]')
		order  by band, zone, class, valid`, from, to).Scan(ctx, &all)
	return all, err
}

// holdKind lets one load of a kind follow another.
func holdKind(ctx context.Context, tx *tenants.Tx, kind string) error {
	_, err := tx.NewRaw(`select pg_advisory_xact_lock(hashtextextended('packs ' || ?, 0))`, kind).Exec(ctx)
	return err
}

func nextVersion(ctx context.Context, tx *tenants.Tx, kind string) (n int, err error) {
	err = tx.NewRaw(`
		select coalesce(max(version), 0) + 1
		from   pack_versions
		where  kind = ?`, kind).Scan(ctx, &n)
	return n, err
}

func insertVersion(ctx context.Context, tx *tenants.Tx, v PackVersion) error {
	_, err := tx.NewInsert().Model(&v).Exec(ctx)
	return err
}

func versions(ctx context.Context, tx *tenants.Tx, kind string) (all []PackVersion, err error) {
	err = tx.NewRaw(`
		select id, kind, version, name, origin, row_count, added, changed, ended, loaded_at, loaded_by
		from   pack_versions
		where  ? in ('', kind)
		order  by kind, version desc
		limit  500`, kind).Scan(ctx, &all)
	return all, err
}

func overrides(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID, from, to civil.Date) (all []Override, err error) {
	err = tx.NewRaw(`
		select tenant_id, id, band, zone, class, rate, lower(valid) as from_on, upper(valid) as until_on, valid::text as valid, source, reason, published, created_at, created_by
		from   cap_overrides
		where  tenant_id = ? and valid && daterange(?, ?, '[]')
		order  by band, zone, class, valid
		limit  2000`, tenantID, from, to).Scan(ctx, &all)
	return all, err
}

func override(ctx context.Context, tx *tenants.Tx, id tenants.ID) (o Override, err error) {
	err = tx.NewRaw(`
		select tenant_id, id, band, zone, class, rate, lower(valid) as from_on, upper(valid) as until_on, valid::text as valid, source, reason, published, created_at, created_by
		from   cap_overrides
		where  tenant_id = ? and id = ?`, tx.Me.ID, id).Scan(ctx, &o)
	return o, tenants.Found("cap", id, err)
}

func endOverride(ctx context.Context, tx *tenants.Tx, id tenants.ID, valid string) error {
	_, err := tx.NewRaw(`
		update cap_overrides
		set    valid = ?::daterange
		where  tenant_id = ? and id = ?`, valid, tx.Me.ID, id).Exec(ctx)
	return err
}

func dropOverride(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	_, err := tx.NewRaw(`
		delete from cap_overrides
		where  tenant_id = ? and id = ?`, tx.Me.ID, id).Exec(ctx)
	return err
}

func localHolidays(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID, from, to civil.Date) (all []LocalHoliday, err error) {
	err = tx.NewRaw(`
		select tenant_id, id, day, name, source, reason, published, created_at, created_by
		from   local_holidays
		where  tenant_id = ? and day between ? and ?
		order  by day
		limit  2000`, tenantID, from, to).Scan(ctx, &all)
	return all, err
}

func dropHoliday(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	var gone tenants.ID
	err := tx.NewRaw(`
		delete from local_holidays
		where  tenant_id = ? and id = ?
		returning id`, tx.Me.ID, id).Scan(ctx, &gone)
	return tenants.Found("holiday", id, err)
}

// restrictionsOn are the nation's rows and an employer's own that count on a day.
func restrictionsOn(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID, day civil.Date) (all []Restriction, err error) {
	err = tx.NewRaw(`
		select id, lower(valid) as from_on, upper(valid) as until_on, mark, source, staff_group, band, false as own, '' as reason
		from   restrictions
		where  valid @> ?::date
		union  all
		select id, lower(valid), upper(valid), 'official', source, staff_group, band, true, reason
		from   own_restrictions
		where  tenant_id = ? and valid @> ?::date
		order  by own, staff_group, band
		limit  2000`, day, tenantID, day).Scan(ctx, &all)
	return all, err
}

func ownRestrictions(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID, from civil.Date) (all []OwnRestriction, err error) {
	err = tx.NewRaw(`
		select tenant_id, id, staff_group, band, lower(valid) as from_on, upper(valid) as until_on, valid::text as valid, source, reason, published, created_at, created_by
		from   own_restrictions
		where  tenant_id = ? and valid && daterange(?, null)
		order  by staff_group, band, valid
		limit  2000`, tenantID, from).Scan(ctx, &all)
	return all, err
}

func ownRestriction(ctx context.Context, tx *tenants.Tx, id tenants.ID) (r OwnRestriction, err error) {
	err = tx.NewRaw(`
		select tenant_id, id, staff_group, band, lower(valid) as from_on, upper(valid) as until_on, valid::text as valid, source, reason, published, created_at, created_by
		from   own_restrictions
		where  tenant_id = ? and id = ?`, tx.Me.ID, id).Scan(ctx, &r)
	return r, tenants.Found("restriction", id, err)
}

func endRestriction(ctx context.Context, tx *tenants.Tx, id tenants.ID, valid string) error {
	_, err := tx.NewRaw(`
		update own_restrictions
		set    valid = ?::daterange
		where  tenant_id = ? and id = ?`, valid, tx.Me.ID, id).Exec(ctx)
	return err
}

func dropRestriction(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	_, err := tx.NewRaw(`
		delete from own_restrictions
		where  tenant_id = ? and id = ?`, tx.Me.ID, id).Exec(ctx)
	return err
}
