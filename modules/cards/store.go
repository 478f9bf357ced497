package cards

import (
	"context"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/tenants"
)

// hold lets one publication of an employer run at a time.
func hold(ctx context.Context, tx *tenants.Tx) error {
	_, err := tx.NewRaw("select pg_advisory_xact_lock(hashtextextended('cards ' || ?, 0))", tx.Me.ID.String()).Exec(ctx)
	return err
}

const columns = "tenant_id, id, name, version, valid_from, valid_to, published, source, created_at"

func latest(ctx context.Context, tx *tenants.Tx, name string) (c Card, found bool, err error) {
	err = tx.NewSelect().Model(&c).ColumnExpr(columns).
		Where("tenant_id = ? and name = ?", tx.Me.ID, name).
		OrderExpr("version desc").Limit(1).Scan(ctx)
	if tenants.NoRows(err) {
		return Card{}, false, nil
	}
	return c, err == nil, err
}

// elsewhere finds grades on other cards that are in force on the day or later.
func elsewhere(ctx context.Context, tx *tenants.Tx, name string, grades []string, from civil.Date) (all []Line, err error) {
	err = tx.NewRaw(`
		select distinct on (l.grade) l.grade, c.name
		from   card_lines l
		join   cards c on c.tenant_id = l.tenant_id and c.id = l.card_id
		where  l.tenant_id = ? and c.name <> ? and l.grade in (?) and (c.valid_to is null or c.valid_to >= ?)
		order  by l.grade, c.valid_from`, tx.Me.ID, name, bun.List(grades), from).Scan(ctx, &all)
	return all, err
}

func closeOn(ctx context.Context, tx *tenants.Tx, id tenants.ID, last civil.Date) error {
	_, err := tx.NewRaw(`
		update cards
		set    valid_to = ?
		where  tenant_id = ? and id = ?`, last, tx.Me.ID, id).Exec(ctx)
	return err
}

func insert(ctx context.Context, tx *tenants.Tx, c *Card) error {
	if _, err := tx.NewInsert().Model(c).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewInsert().Model(&c.Lines).Exec(ctx)
	return err
}

// lines reads the maxima of a day, for one grade or for all. A card that closed
// stays readable: a shift is priced on the version of its own date.
func lines(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID, day civil.Date, grade string) (all []Line, err error) {
	err = tx.NewRaw(`
		select c.id as card_id, l.id as line_id, c.name, c.version, c.valid_from, c.valid_to, c.source, l.grade, l.pay_max, l.commission_max
		from   cards c
		join   card_lines l on l.tenant_id = c.tenant_id and l.card_id = c.id
		where  c.tenant_id = ? and c.published and c.valid_from <= ? and (c.valid_to is null or c.valid_to >= ?)
		and    (? = '' or l.grade = ?)
		order  by l.grade, c.valid_from desc`, tenantID, day, day, grade, grade).Scan(ctx, &all)
	return all, err
}

func get(ctx context.Context, tx *tenants.Tx, id tenants.ID) (c Card, err error) {
	err = tx.NewSelect().Model(&c).ColumnExpr(columns).Where("id = ?", id).Scan(ctx)
	if err != nil {
		return c, tenants.Found("card", id, err)
	}
	err = tx.NewRaw(`
		select tenant_id, card_id, id, grade, pay_max, commission_max, published
		from   card_lines
		where  tenant_id = ? and card_id = ?
		order  by grade`, c.TenantID, c.ID).Scan(ctx, &c.Lines)
	return c, err
}

func list(ctx context.Context, tx *tenants.Tx) (all []Card, err error) {
	err = tx.NewSelect().Model(&all).ColumnExpr(columns).
		OrderExpr("tenant_id, name, version desc").Limit(1000).Scan(ctx)
	return all, err
}
