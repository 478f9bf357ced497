package packs

import (
	"context"

	"github.com/uptrace/bun"

	"wardbridge/tenants"
)

// The dated tables, read and written as records. A row is written whole: new by
// its id, or over the row of that id.

func records(ctx context.Context, q *bun.RawQuery) (all []Record, err error) {
	err = q.Scan(ctx, &all)
	return all, err
}

func written(ctx context.Context, q *bun.RawQuery) error {
	_, err := q.Exec(ctx)
	return err
}

func holidayRows(ctx context.Context, tx *tenants.Tx) ([]Record, error) {
	return records(ctx, tx.NewRaw(`
		select x.day as from_on, x.day + 1 as until_on, x.mark, x.source,
		       coalesce(v.origin, '') as origin, coalesce(v.version, 0) as version, coalesce(v.loaded_at, x.loaded_at) as loaded_at, coalesce(v.loaded_by, '') as loaded_by,
		       jsonb_build_object('nation', x.nation, 'day', x.day, 'name', x.name, 'dual_of', coalesce(x.dual_of::text, '')) as values
		from   bank_holidays x
		       left join pack_versions v on v.id = x.version_id
		order  by x.nation, x.day`))
}

func writeHolidays(ctx context.Context, tx *tenants.Tx, rows string) error {
	return written(ctx, tx.NewRaw(`
		insert into bank_holidays (nation, day, name, dual_of, mark, source, version_id, loaded_at)
		select r.nation, r.day, r.name, nullif(r.dual_of, '')::date, r.mark, r.source, r.version_id, ?
		from   jsonb_to_recordset(?::jsonb) as r (nation text, day date, name text, dual_of text, mark text, source text, version_id uuid)
		on     conflict (nation, day) do update
		set    name = excluded.name, dual_of = excluded.dual_of, mark = excluded.mark, source = excluded.source,
		       version_id = excluded.version_id, loaded_at = excluded.loaded_at`, tx.Now, rows))
}

func spineRows(ctx context.Context, tx *tenants.Tx) ([]Record, error) {
	return records(ctx, tx.NewRaw(`
		select x.id, lower(x.valid) as from_on, upper(x.valid) as until_on, x.mark, x.source,
		       coalesce(v.origin, '') as origin, coalesce(v.version, 0) as version, coalesce(v.loaded_at, 'epoch') as loaded_at, coalesce(v.loaded_by, '') as loaded_by,
		       jsonb_build_object('band', x.band, 'step', x.step, 'annual', trim_scale(x.annual)::text, 'hourly', trim_scale(x.hourly)::text) as values
		from   spine_points x
		       left join pack_versions v on v.id = x.version_id
		order  by x.band, x.step, x.valid`))
}

func writeSpine(ctx context.Context, tx *tenants.Tx, rows string) error {
	return written(ctx, tx.NewRaw(`
		insert into spine_points (id, band, step, annual, hourly, valid, mark, source, version_id)
		select r.id, r.band, r.step, r.annual, r.hourly, r.valid, r.mark, r.source, r.version_id
		from   jsonb_to_recordset(?::jsonb) as r (id uuid, band text, step text, annual numeric, hourly numeric, valid daterange, mark text, source text, version_id uuid)
		on     conflict (id) do update
		set    annual = excluded.annual, hourly = excluded.hourly, valid = excluded.valid, mark = excluded.mark, source = excluded.source, version_id = excluded.version_id`, rows))
}

func supplementRows(ctx context.Context, tx *tenants.Tx) ([]Record, error) {
	return records(ctx, tx.NewRaw(`
		select x.id, lower(x.valid) as from_on, upper(x.valid) as until_on, x.mark, x.source,
		       coalesce(v.origin, '') as origin, coalesce(v.version, 0) as version, coalesce(v.loaded_at, 'epoch') as loaded_at, coalesce(v.loaded_by, '') as loaded_by,
		       jsonb_build_object('zone', x.zone, 'percent', trim_scale(x.percent)::text, 'minimum', trim_scale(x.minimum)::text, 'maximum', trim_scale(x.maximum)::text) as values
		from   supplements x
		       left join pack_versions v on v.id = x.version_id
		order  by x.zone, x.valid`))
}

func writeSupplements(ctx context.Context, tx *tenants.Tx, rows string) error {
	return written(ctx, tx.NewRaw(`
		insert into supplements (id, zone, percent, minimum, maximum, valid, mark, source, version_id)
		select r.id, r.zone, r.percent, r.minimum, r.maximum, r.valid, r.mark, r.source, r.version_id
		from   jsonb_to_recordset(?::jsonb) as r (id uuid, zone text, percent numeric, minimum numeric, maximum numeric, valid daterange, mark text, source text, version_id uuid)
		on     conflict (id) do update
		set    percent = excluded.percent, minimum = excluded.minimum, maximum = excluded.maximum, valid = excluded.valid, mark = excluded.mark, source = excluded.source, version_id = excluded.version_id`, rows))
}

func medicalRows(ctx context.Context, tx *tenants.Tx) ([]Record, error) {
	return records(ctx, tx.NewRaw(`
		select x.id, lower(x.valid) as from_on, upper(x.valid) as until_on, x.mark, x.source,
		       coalesce(v.origin, '') as origin, coalesce(v.version, 0) as version, coalesce(v.loaded_at, 'epoch') as loaded_at, coalesce(v.loaded_by, '') as loaded_by,
		       jsonb_build_object('point', x.point, 'name', x.name, 'locum_grade', x.locum_grade, 'annual', trim_scale(x.annual)::text, 'hourly', trim_scale(x.hourly)::text) as values
		from   medical_points x
		       left join pack_versions v on v.id = x.version_id
		order  by x.point, x.valid`))
}

func writeMedical(ctx context.Context, tx *tenants.Tx, rows string) error {
	return written(ctx, tx.NewRaw(`
		insert into medical_points (id, point, name, locum_grade, annual, hourly, valid, mark, source, version_id)
		select r.id, r.point, r.name, r.locum_grade, r.annual, r.hourly, r.valid, r.mark, r.source, r.version_id
		from   jsonb_to_recordset(?::jsonb) as r (id uuid, point text, name text, locum_grade text, annual numeric, hourly numeric, valid daterange, mark text, source text, version_id uuid)
		on     conflict (id) do update
		set    name = excluded.name, locum_grade = excluded.locum_grade, annual = excluded.annual, hourly = excluded.hourly, valid = excluded.valid, mark = excluded.mark, source = excluded.source, version_id = excluded.version_id`, rows))
}

func capRows(ctx context.Context, tx *tenants.Tx) ([]Record, error) {
	return records(ctx, tx.NewRaw(`
		select x.id, lower(x.valid) as from_on, upper(x.valid) as until_on, x.mark, x.source,
		       coalesce(v.origin, '') as origin, coalesce(v.version, 0) as version, coalesce(v.loaded_at, 'epoch') as loaded_at, coalesce(v.loaded_by, '') as loaded_by,
		       jsonb_build_object('band', x.band, 'zone', x.zone, 'class', x.class, 'rate', trim_scale(x.rate)::text) as values
		from   price_caps x
		       left join pack_versions v on v.id = x.version_id
		order  by x.band, x.zone, x.class, x.valid`))
}

func writeCaps(ctx context.Context, tx *tenants.Tx, rows string) error {
	return written(ctx, tx.NewRaw(`
		insert into price_caps (id, band, zone, class, rate, valid, mark, source, version_id)
		select r.id, r.band, r.zone, r.class, r.rate, r.valid, r.mark, r.source, r.version_id
		from   jsonb_to_recordset(?::jsonb) as r (id uuid, band text, zone text, class text, rate numeric, valid daterange, mark text, source text, version_id uuid)
		on     conflict (id) do update
		set    rate = excluded.rate, valid = excluded.valid, mark = excluded.mark, source = excluded.source, version_id = excluded.version_id`, rows))
}

func enhancementRows(ctx context.Context, tx *tenants.Tx) ([]Record, error) {
	return records(ctx, tx.NewRaw(`
		select x.id, lower(x.valid) as from_on, upper(x.valid) as until_on, x.mark, x.source,
		       coalesce(v.origin, '') as origin, coalesce(v.version, 0) as version, coalesce(v.loaded_at, 'epoch') as loaded_at, coalesce(v.loaded_by, '') as loaded_by,
		       jsonb_build_object('band', x.band, 'class', x.class, 'factor', trim_scale(x.factor)::text, 'pattern', x.pattern) as values
		from   enhancements x
		       left join pack_versions v on v.id = x.version_id
		order  by x.band, x.class, x.valid`))
}

func writeEnhancements(ctx context.Context, tx *tenants.Tx, rows string) error {
	return written(ctx, tx.NewRaw(`
		insert into enhancements (id, band, class, factor, pattern, valid, mark, source, version_id)
		select r.id, r.band, r.class, r.factor, r.pattern, r.valid, r.mark, r.source, r.version_id
		from   jsonb_to_recordset(?::jsonb) as r (id uuid, band text, class text, factor numeric, pattern text, valid daterange, mark text, source text, version_id uuid)
		on     conflict (id) do update
		set    factor = excluded.factor, pattern = excluded.pattern, valid = excluded.valid, mark = excluded.mark, source = excluded.source, version_id = excluded.version_id`, rows))
}

func patternRows(ctx context.Context, tx *tenants.Tx) ([]Record, error) {
	return records(ctx, tx.NewRaw(`
		select x.id, lower(x.valid) as from_on, upper(x.valid) as until_on, x.mark, x.source,
		       coalesce(v.origin, '') as origin, coalesce(v.version, 0) as version, coalesce(v.loaded_at, 'epoch') as loaded_at, coalesce(v.loaded_by, '') as loaded_by,
		       jsonb_build_object('pattern', x.pattern, 'day', x.day, 'at', to_char(x.at, 'HH24:MI'), 'class', x.class) as values
		from   patterns x
		       left join pack_versions v on v.id = x.version_id
		order  by x.pattern, x.day, x.at, x.valid`))
}

func writePatterns(ctx context.Context, tx *tenants.Tx, rows string) error {
	return written(ctx, tx.NewRaw(`
		insert into patterns (id, pattern, day, at, class, valid, mark, source, version_id)
		select r.id, r.pattern, r.day, r.at, r.class, r.valid, r.mark, r.source, r.version_id
		from   jsonb_to_recordset(?::jsonb) as r (id uuid, pattern text, day text, at time, class text, valid daterange, mark text, source text, version_id uuid)
		on     conflict (id) do update
		set    class = excluded.class, valid = excluded.valid, mark = excluded.mark, source = excluded.source, version_id = excluded.version_id`, rows))
}

func parameterRows(ctx context.Context, tx *tenants.Tx) ([]Record, error) {
	return records(ctx, tx.NewRaw(`
		select x.id, lower(x.valid) as from_on, upper(x.valid) as until_on, x.mark, x.source,
		       coalesce(v.origin, '') as origin, coalesce(v.version, 0) as version, coalesce(v.loaded_at, 'epoch') as loaded_at, coalesce(v.loaded_by, '') as loaded_by,
		       jsonb_build_object('name', x.name, 'value', trim_scale(x.value)::text, 'unit', x.unit) as values
		from   parameters x
		       left join pack_versions v on v.id = x.version_id
		order  by x.name, x.valid`))
}

func writeParameters(ctx context.Context, tx *tenants.Tx, rows string) error {
	return written(ctx, tx.NewRaw(`
		insert into parameters (id, name, value, unit, valid, mark, source, version_id)
		select r.id, r.name, r.value, r.unit, r.valid, r.mark, r.source, r.version_id
		from   jsonb_to_recordset(?::jsonb) as r (id uuid, name text, value numeric, unit text, valid daterange, mark text, source text, version_id uuid)
		on     conflict (id) do update
		set    value = excluded.value, unit = excluded.unit, valid = excluded.valid, mark = excluded.mark, source = excluded.source, version_id = excluded.version_id`, rows))
}

func frameworkRows(ctx context.Context, tx *tenants.Tx) ([]Record, error) {
	return records(ctx, tx.NewRaw(`
		select x.id, lower(x.valid) as from_on, upper(x.valid) as until_on, x.mark, x.source,
		       coalesce(v.origin, '') as origin, coalesce(v.version, 0) as version, coalesce(v.loaded_at, 'epoch') as loaded_at, coalesce(v.loaded_by, '') as loaded_by,
		       jsonb_build_object('code', x.code, 'name', x.name, 'operator', x.operator, 'approved', case when x.approved then 'yes' else 'no' end, 'fee_percent', coalesce(trim_scale(x.fee_percent)::text, '')) as values
		from   frameworks x
		       left join pack_versions v on v.id = x.version_id
		order  by x.code, x.valid`))
}

func writeFrameworks(ctx context.Context, tx *tenants.Tx, rows string) error {
	return written(ctx, tx.NewRaw(`
		insert into frameworks (id, code, name, operator, approved, fee_percent, valid, mark, source, version_id)
		select r.id, r.code, r.name, r.operator, r.approved = 'yes', nullif(r.fee_percent, '')::numeric, r.valid, r.mark, r.source, r.version_id
		from   jsonb_to_recordset(?::jsonb) as r (id uuid, code text, name text, operator text, approved text, fee_percent text, valid daterange, mark text, source text, version_id uuid)
		on     conflict (id) do update
		set    name = excluded.name, operator = excluded.operator, approved = excluded.approved, fee_percent = excluded.fee_percent, valid = excluded.valid, mark = excluded.mark, source = excluded.source, version_id = excluded.version_id`, rows))
}

func lotRows(ctx context.Context, tx *tenants.Tx) ([]Record, error) {
	return records(ctx, tx.NewRaw(`
		select x.id, lower(x.valid) as from_on, upper(x.valid) as until_on, x.mark, x.source,
		       coalesce(v.origin, '') as origin, coalesce(v.version, 0) as version, coalesce(v.loaded_at, 'epoch') as loaded_at, coalesce(v.loaded_by, '') as loaded_by,
		       jsonb_build_object('framework', x.framework, 'lot', x.lot, 'name', x.name) as values
		from   framework_lots x
		       left join pack_versions v on v.id = x.version_id
		order  by x.framework, x.lot, x.valid`))
}

func writeLots(ctx context.Context, tx *tenants.Tx, rows string) error {
	return written(ctx, tx.NewRaw(`
		insert into framework_lots (id, framework, lot, name, valid, mark, source, version_id)
		select r.id, r.framework, r.lot, r.name, r.valid, r.mark, r.source, r.version_id
		from   jsonb_to_recordset(?::jsonb) as r (id uuid, framework text, lot text, name text, valid daterange, mark text, source text, version_id uuid)
		on     conflict (id) do update
		set    name = excluded.name, valid = excluded.valid, mark = excluded.mark, source = excluded.source, version_id = excluded.version_id`, rows))
}

func vatRows(ctx context.Context, tx *tenants.Tx) ([]Record, error) {
	return records(ctx, tx.NewRaw(`
		select x.id, lower(x.valid) as from_on, upper(x.valid) as until_on, x.mark, x.source,
		       coalesce(v.origin, '') as origin, coalesce(v.version, 0) as version, coalesce(v.loaded_at, 'epoch') as loaded_at, coalesce(v.loaded_by, '') as loaded_by,
		       jsonb_build_object('route', x.route, 'profession', x.profession, 'deputy', x.deputy, 'elected', x.elected, 'category', x.category, 'reason', x.reason, 'claimable', x.claimable) as values
		from   vat_rules x
		       left join pack_versions v on v.id = x.version_id
		order  by x.route, x.profession, x.deputy, x.elected, x.valid`))
}

func writeVAT(ctx context.Context, tx *tenants.Tx, rows string) error {
	return written(ctx, tx.NewRaw(`
		insert into vat_rules (id, route, profession, deputy, elected, category, reason, claimable, valid, mark, source, version_id)
		select r.id, r.route, r.profession, r.deputy, r.elected, r.category, r.reason, coalesce(nullif(r.claimable, ''), 'no'), r.valid, r.mark, r.source, r.version_id
		from   jsonb_to_recordset(?::jsonb) as r (id uuid, route text, profession text, deputy text, elected text, category text, reason text, claimable text, valid daterange, mark text, source text, version_id uuid)
		on     conflict (id) do update
		set    category = excluded.category, reason = excluded.reason, claimable = excluded.claimable, valid = excluded.valid, mark = excluded.mark, source = excluded.source, version_id = excluded.version_id`, rows))
}

func professionRows(ctx context.Context, tx *tenants.Tx) ([]Record, error) {
	return records(ctx, tx.NewRaw(`
		select x.id, lower(x.valid) as from_on, upper(x.valid) as until_on, x.mark, x.source,
		       coalesce(v.origin, '') as origin, coalesce(v.version, 0) as version, coalesce(v.loaded_at, 'epoch') as loaded_at, coalesce(v.loaded_by, '') as loaded_by,
		       jsonb_build_object('staff_group', x.staff_group, 'grade', x.grade, 'profession', x.profession) as values
		from   professions x
		       left join pack_versions v on v.id = x.version_id
		order  by x.staff_group, x.grade, x.valid`))
}

func writeProfessions(ctx context.Context, tx *tenants.Tx, rows string) error {
	return written(ctx, tx.NewRaw(`
		insert into professions (id, staff_group, grade, profession, valid, mark, source, version_id)
		select r.id, r.staff_group, r.grade, r.profession, r.valid, r.mark, r.source, r.version_id
		from   jsonb_to_recordset(?::jsonb) as r (id uuid, staff_group text, grade text, profession text, valid daterange, mark text, source text, version_id uuid)
		on     conflict (id) do update
		set    profession = excluded.profession, valid = excluded.valid, mark = excluded.mark, source = excluded.source, version_id = excluded.version_id`, rows))
}

func standInRows(ctx context.Context, tx *tenants.Tx) ([]Record, error) {
	return records(ctx, tx.NewRaw(`
		select x.id, lower(x.valid) as from_on, upper(x.valid) as until_on, x.mark, x.source,
		       coalesce(v.origin, '') as origin, coalesce(v.version, 0) as version, coalesce(v.loaded_at, 'epoch') as loaded_at, coalesce(v.loaded_by, '') as loaded_by,
		       jsonb_build_object('reason', x.reason, 'stands_in', x.stands_in) as values
		from   stand_ins x
		       left join pack_versions v on v.id = x.version_id
		order  by x.reason, x.valid`))
}

func writeStandIns(ctx context.Context, tx *tenants.Tx, rows string) error {
	return written(ctx, tx.NewRaw(`
		insert into stand_ins (id, reason, stands_in, valid, mark, source, version_id)
		select r.id, r.reason, r.stands_in, r.valid, r.mark, r.source, r.version_id
		from   jsonb_to_recordset(?::jsonb) as r (id uuid, reason text, stands_in text, valid daterange, mark text, source text, version_id uuid)
		on     conflict (id) do update
		set    stands_in = excluded.stands_in, valid = excluded.valid, mark = excluded.mark, source = excluded.source, version_id = excluded.version_id`, rows))
}

func restrictionRows(ctx context.Context, tx *tenants.Tx) ([]Record, error) {
	return records(ctx, tx.NewRaw(`
		select x.id, lower(x.valid) as from_on, upper(x.valid) as until_on, x.mark, x.source,
		       coalesce(v.origin, '') as origin, coalesce(v.version, 0) as version, coalesce(v.loaded_at, 'epoch') as loaded_at, coalesce(v.loaded_by, '') as loaded_by,
		       jsonb_build_object('staff_group', x.staff_group, 'band', x.band) as values
		from   restrictions x
		       left join pack_versions v on v.id = x.version_id
		order  by x.staff_group, x.band, x.valid`))
}

func writeRestrictions(ctx context.Context, tx *tenants.Tx, rows string) error {
	return written(ctx, tx.NewRaw(`
		insert into restrictions (id, staff_group, band, valid, mark, source, version_id)
		select r.id, r.staff_group, r.band, r.valid, r.mark, r.source, r.version_id
		from   jsonb_to_recordset(?::jsonb) as r (id uuid, staff_group text, band text, valid daterange, mark text, source text, version_id uuid)
		on     conflict (id) do update
		set    valid = excluded.valid, mark = excluded.mark, source = excluded.source, version_id = excluded.version_id`, rows))
}
