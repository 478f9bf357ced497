package packs

import (
	"context"
	"math/big"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/tenants"
)

// SpinePoint is what a band pays at one of its steps: entry, intermediate or top.
// Hourly is the published figure of two places.
type SpinePoint struct {
	Dated  `bun:"extend"`
	Band   string
	Step   string
	Annual string // numeric of two places
	Hourly money.Rate
}

// Pay is the annual figure.
func (p SpinePoint) Pay() (money.Pence, error) { return money.ParsePence(p.Annual) }

// MedicalPoint is what a nodal point or a grade of doctors pays.
type MedicalPoint struct {
	Dated      `bun:"extend"`
	Point      string
	Name       string
	LocumGrade string
	Annual     string
	Hourly     money.Rate
}

// Zone is a high cost area: a share of basic pay between a least and a most.
type Zone struct {
	Dated   `bun:"extend"`
	Zone    string
	Percent money.Factor
	Minimum string
	Maximum string
}

// Supplement is the high cost area supplement of one annual pay. It is never
// multiplied by an enhancement.
type Supplement struct {
	Zone   Zone
	Annual money.Pence
	Hourly money.Rate
}

// SpinePoint finds the pay of a band at a step on a day, or ErrNoFigure.
func (s *Service) SpinePoint(ctx context.Context, tx *tenants.Tx, band, step string, day civil.Date) (SpinePoint, error) {
	p, found, err := spinePoint(ctx, tx, band, step, day)
	if err == nil && !found {
		err = ErrNoFigure.Saying("No pay of " + band + " at its " + step + " step is loaded for " + day.Text() + ".")
	}
	return p, err
}

// MedicalPoint finds the pay of a nodal point or grade on a day, or ErrNoFigure.
func (s *Service) MedicalPoint(ctx context.Context, tx *tenants.Tx, point string, day civil.Date) (MedicalPoint, error) {
	p, found, err := medicalPoint(ctx, tx, point, day)
	if err == nil && !found {
		err = ErrNoFigure.Saying("No pay of the point " + point + " is loaded for " + day.Text() + ".")
	}
	return p, err
}

// Supplement works out the high cost area supplement of an annual pay on a day:
// the zone's share of it, not below the least and not above the most, rounded to
// the penny, and for an hour as pay is.
func (s *Service) Supplement(ctx context.Context, tx *tenants.Tx, zone string, annual money.Pence, day civil.Date) (Supplement, error) {
	z, found, err := zoneOn(ctx, tx, zone, day)
	if err != nil {
		return Supplement{}, err
	}
	if !found {
		return Supplement{}, ErrNoFigure.Saying("No supplement of the zone " + zone + " is loaded for " + day.Text() + ".")
	}
	weeks, err := s.figure(ctx, tx, WeeksOfYear, day)
	if err != nil {
		return Supplement{}, err
	}
	hours, err := s.figure(ctx, tx, HoursOfWeek, day)
	if err != nil {
		return Supplement{}, err
	}
	least, err := money.ParsePence(z.Minimum)
	if err != nil {
		return Supplement{}, err
	}
	most, err := money.ParsePence(z.Maximum)
	if err != nil {
		return Supplement{}, err
	}
	due := min(max(annual.Times(z.Percent), least), most)
	return Supplement{Zone: z, Annual: due, Hourly: Hourly(due, weeks, hours)}, nil
}

func (s *Service) figure(ctx context.Context, tx *tenants.Tx, name string, day civil.Date) (money.Factor, error) {
	p, err := s.Parameter(ctx, tx, name, day)
	if err != nil {
		return money.Factor{}, err
	}
	return p.Factor()
}

// Hourly is annual pay for an hour as it is published: rounded once to the penny.
func Hourly(annual money.Pence, weeks, hours money.Factor) money.Rate {
	return money.RateOfPence(ratio(int64(annual), nil, []money.Factor{weeks, hours}))
}

// ratio multiplies and divides an amount without rounding in between, and rounds
// half up to the penny at the end.
func ratio(pence int64, by, through []money.Factor) money.Pence {
	return halfUp(times(new(big.Rat).SetInt64(pence), by, through))
}

func times(r *big.Rat, by, through []money.Factor) *big.Rat {
	for _, f := range by {
		r.Mul(r, rational(f))
	}
	for _, f := range through {
		r.Quo(r, rational(f))
	}
	return r
}

func halfUp(r *big.Rat) money.Pence {
	twice := new(big.Int).Mul(r.Num(), big.NewInt(2))
	twice.Add(twice, r.Denom())
	return money.Pence(twice.Div(twice, new(big.Int).Mul(r.Denom(), big.NewInt(2))).Int64())
}

func rational(f money.Factor) *big.Rat {
	r, _ := new(big.Rat).SetString(f.String()) // six places, written by money itself
	return r
}

// The figures that are looked up one at a time.

func firstOf[T any](ctx context.Context, q *bun.RawQuery) (row T, found bool, err error) {
	var all []T
	if err = q.Scan(ctx, &all); err == nil && len(all) > 0 {
		return all[0], true, nil
	}
	return row, false, err
}

func spinePoint(ctx context.Context, tx *tenants.Tx, band, step string, day civil.Date) (SpinePoint, bool, error) {
	return firstOf[SpinePoint](ctx, tx.NewRaw(`
		select id, lower(valid) as from_on, upper(valid) as until_on, mark, source, band, step, annual::text as annual, hourly
		from   spine_points
		where  band = ? and step = ? and valid @> ?::date`, band, step, day))
}

func medicalPoint(ctx context.Context, tx *tenants.Tx, point string, day civil.Date) (MedicalPoint, bool, error) {
	return firstOf[MedicalPoint](ctx, tx.NewRaw(`
		select id, lower(valid) as from_on, upper(valid) as until_on, mark, source, point, name, locum_grade, annual::text as annual, hourly
		from   medical_points
		where  point = ? and valid @> ?::date`, point, day))
}

func zoneOn(ctx context.Context, tx *tenants.Tx, zone string, day civil.Date) (Zone, bool, error) {
	return firstOf[Zone](ctx, tx.NewRaw(`
		select id, lower(valid) as from_on, upper(valid) as until_on, mark, source, zone, percent, minimum::text as minimum, maximum::text as maximum
		from   supplements
		where  zone = ? and valid @> ?::date`, zone, day))
}

func framework(ctx context.Context, tx *tenants.Tx, code string, day civil.Date) (Framework, bool, error) {
	return firstOf[Framework](ctx, tx.NewRaw(`
		select id, lower(valid) as from_on, upper(valid) as until_on, mark, source, code, name, operator, approved, fee_percent as fee
		from   frameworks
		where  code = ? and valid @> ?::date`, code, day))
}

func frameworksOn(ctx context.Context, tx *tenants.Tx, day civil.Date) (all []Framework, err error) {
	err = tx.NewRaw(`
		select id, lower(valid) as from_on, upper(valid) as until_on, mark, source, code, name, operator, approved, fee_percent as fee
		from   frameworks
		where  valid @> ?::date
		order  by code
		limit  200`, day).Scan(ctx, &all)
	return all, err
}

func lotOf(ctx context.Context, tx *tenants.Tx, code, lot string, day civil.Date) (Lot, bool, error) {
	return firstOf[Lot](ctx, tx.NewRaw(`
		select id, lower(valid) as from_on, upper(valid) as until_on, mark, source, framework, lot, name
		from   framework_lots
		where  framework = ? and lot = ? and valid @> ?::date`, code, lot, day))
}

func vatRule(ctx context.Context, tx *tenants.Tx, of Supply, day civil.Date) (VATRule, bool, error) {
	return firstOf[VATRule](ctx, tx.NewRaw(`
		select id, lower(valid) as from_on, upper(valid) as until_on, mark, source, route, profession, deputy, elected, category, reason, claimable
		from   vat_rules
		where  route = ?
		       and profession in ('any', ?)
		       and deputy in ('any', case when ? then 'yes' else 'no' end)
		       and elected in ('any', case when ? then 'yes' else 'no' end)
		       and valid @> ?::date
		order  by profession = 'any', deputy = 'any', elected = 'any'
		limit  1`, of.Route, of.Profession, of.Deputy, of.Elected, day))
}

func vatRulesOn(ctx context.Context, tx *tenants.Tx, day civil.Date) (all []VATRule, err error) {
	err = tx.NewRaw(`
		select id, lower(valid) as from_on, upper(valid) as until_on, mark, source, route, profession, deputy, elected, category, reason, claimable
		from   vat_rules
		where  valid @> ?::date
		order  by route, profession = 'any', deputy = 'any', elected = 'any', profession, deputy, elected
		limit  500`, day).Scan(ctx, &all)
	return all, err
}

// supplyOf is what a staff group, a grade and a reason mean to the VAT rules on a
// day. Nothing that is said of a reason is that it stands in for nobody.
func supplyOf(ctx context.Context, tx *tenants.Tx, c Cover, day civil.Date) (of Supply, err error) {
	err = tx.NewRaw(`
		select coalesce((
		           select profession
		           from   professions
		           where  staff_group = ? and grade in ('any', ?) and valid @> ?::date
		           order  by grade = 'any'
		           limit  1), 'other') as profession,
		       ? = '' or exists (select from stand_ins where reason = ? and stands_in = 'yes' and valid @> ?::date) as deputy`,
		c.StaffGroup, c.Grade, day, c.Reason, c.Reason, day).Scan(ctx, &of.Profession, &of.Deputy)
	return of, err
}

// SpinePoints are the pay points of every band on a day, bands and steps in
// order.
func (s *Service) SpinePoints(ctx context.Context, tx *tenants.Tx, day civil.Date) (all []SpinePoint, err error) {
	err = tx.NewRaw(`
		select id, lower(valid) as from_on, upper(valid) as until_on, mark, source, band, step, annual::text as annual, hourly
		from   spine_points
		where  valid @> ?::date
		order  by band, hourly, step
		limit  500`, day).Scan(ctx, &all)
	return all, err
}
