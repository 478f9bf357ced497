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

func putHolidays(ctx context.Context, tx *tenants.Tx, rows []Holiday) (int, error) {
	type row struct {
		bun.BaseModel `bun:"table:bank_holidays,alias:h"`
		Holiday       `bun:"extend"`
	}
	all := make([]row, len(rows))
	for i, h := range rows {
		all[i].Holiday = h
	}
	return put(ctx, tx.NewInsert().Model(&all).
		On("conflict (nation, day) do update").
		Set("name = excluded.name, dual_of = excluded.dual_of, mark = excluded.mark, source = excluded.source, loaded_at = now()").
		Where("(h.name, h.dual_of, h.mark, h.source) is distinct from (excluded.name, excluded.dual_of, excluded.mark, excluded.source)"))
}

// span is the column that holds a row's life.
func (d Dated) span() string { return "[" + d.From.String() + "," + d.Until.String() + ")" }

func putPatterns(ctx context.Context, tx *tenants.Tx, rows []Hours) (int, error) {
	type row struct {
		bun.BaseModel `bun:"table:patterns,alias:p"`

		ID      tenants.ID
		Pattern string
		Day     string
		At      civil.Clock
		Class   Class
		Valid   string
		Mark    Mark
		Source  string
	}
	all := make([]row, len(rows))
	for i, h := range rows {
		all[i] = row{ID: h.ID, Pattern: h.Pattern, Day: h.Day, At: h.At, Class: h.Class, Valid: h.span(), Mark: h.Mark, Source: h.Source}
	}
	return put(ctx, tx.NewInsert().Model(&all).
		On("conflict (id) do update").
		Set("class = excluded.class, valid = excluded.valid, mark = excluded.mark, source = excluded.source").
		Where("(p.class, p.valid, p.mark, p.source) is distinct from (excluded.class, excluded.valid, excluded.mark, excluded.source)"))
}

func putEnhancements(ctx context.Context, tx *tenants.Tx, rows []Enhancement) (int, error) {
	type row struct {
		bun.BaseModel `bun:"table:enhancements,alias:e"`

		ID      tenants.ID
		Band    string
		Class   Class
		Factor  string
		Pattern string
		Valid   string
		Mark    Mark
		Source  string
	}
	all := make([]row, len(rows))
	for i, e := range rows {
		all[i] = row{ID: e.ID, Band: e.Band, Class: e.Class, Factor: e.Factor.String(), Pattern: e.Pattern, Valid: e.span(), Mark: e.Mark, Source: e.Source}
	}
	return put(ctx, tx.NewInsert().Model(&all).
		On("conflict (id) do update").
		Set("factor = excluded.factor, pattern = excluded.pattern, valid = excluded.valid, mark = excluded.mark, source = excluded.source").
		Where("(e.factor, e.pattern, e.valid, e.mark, e.source) is distinct from (excluded.factor, excluded.pattern, excluded.valid, excluded.mark, excluded.source)"))
}

func putParameters(ctx context.Context, tx *tenants.Tx, rows []Parameter) (int, error) {
	type row struct {
		bun.BaseModel `bun:"table:parameters,alias:p"`

		ID     tenants.ID
		Name   string
		Value  string
		Unit   string
		Valid  string
		Mark   Mark
		Source string
	}
	all := make([]row, len(rows))
	for i, p := range rows {
		all[i] = row{ID: p.ID, Name: p.Name, Value: p.Value, Unit: p.Unit, Valid: p.span(), Mark: p.Mark, Source: p.Source}
	}
	return put(ctx, tx.NewInsert().Model(&all).
		On("conflict (id) do update").
		Set("value = excluded.value, unit = excluded.unit, valid = excluded.valid, mark = excluded.mark, source = excluded.source").
		Where("(p.value, p.unit, p.valid, p.mark, p.source) is distinct from (excluded.value, excluded.unit, excluded.valid, excluded.mark, excluded.source)"))
}
