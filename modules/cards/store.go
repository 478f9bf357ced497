package cards

import (
	"context"
	"fmt"
	"slices"

	"wardbridge/internal/civil"
	"wardbridge/tenants"
)

// hold lets one publication of an employer run at a time.
func hold(ctx context.Context, tx *tenants.Tx) error {
	_, err := tx.NewRaw("select pg_advisory_xact_lock(hashtextextended('cards ' || ?, 0))", tx.Me.ID.String()).Exec(ctx)
	return err
}

const columns = "tenant_id, id, name, version, valid_from, valid_to, published, status, framework, lot, agency_id, source, created_at, created_by, hands, submitted_at, submitted_by, published_at, published_by"

// latest is the highest version of a name, published or not.
func latest(ctx context.Context, tx *tenants.Tx, name string) (c Card, found bool, err error) {
	err = tx.NewSelect().Model(&c).ColumnExpr(columns).
		Where("tenant_id = ? and name = ?", tx.Me.ID, name).
		OrderExpr("version desc").Limit(1).Scan(ctx)
	if tenants.NoRows(err) {
		return Card{}, false, nil
	}
	return c, err == nil, err
}

// inForce is the latest version of a name that was published.
func inForce(ctx context.Context, tx *tenants.Tx, name string) (c Card, found bool, err error) {
	err = tx.NewSelect().Model(&c).ColumnExpr(columns).
		Where("tenant_id = ? and name = ? and published", tx.Me.ID, name).
		OrderExpr("version desc").Limit(1).Scan(ctx)
	if tenants.NoRows(err) {
		return Card{}, false, nil
	}
	return c, err == nil, err
}

// versionBefore is the version that one follows, with its lines.
func versionBefore(ctx context.Context, tx *tenants.Tx, of Card) (c Card, found bool, err error) {
	err = tx.NewSelect().Model(&c).ColumnExpr(columns).
		Where("tenant_id = ? and name = ? and published and version < ?", of.TenantID, of.Name, of.Version).
		OrderExpr("version desc").Limit(1).Scan(ctx)
	if tenants.NoRows(err) {
		return Card{}, false, nil
	}
	if err != nil {
		return Card{}, false, err
	}
	c.Lines, err = entries(ctx, tx, c)
	return c, err == nil, err
}

// elsewhere finds the lines of other published cards that are in force on the day
// or later.
func elsewhere(ctx context.Context, tx *tenants.Tx, name string, from civil.Date) (all []Standing, err error) {
	var found []candidate
	err = tx.NewRaw(`
		select c.name as card_name, c.valid_from, c.valid_to, c.framework, c.lot, l.*
		from   card_lines l
		join   cards c on c.tenant_id = l.tenant_id and c.id = l.card_id
		where  l.tenant_id = ? and c.name <> ? and c.published and (c.valid_to is null or c.valid_to >= ?)
		order  by c.name, c.version, l.position, l.id`, tx.Me.ID, name, from).Scan(ctx, &found)
	for _, f := range found {
		all = append(all, Standing{Card: f.CardName, Scope: Scope{f.Framework, f.Lot, f.AgencyID}, From: f.ValidFrom, To: f.ValidTo, Entry: f.Entry})
	}
	return all, err
}

// held locks a version.
func held(ctx context.Context, tx *tenants.Tx, id tenants.ID) (c Card, err error) {
	err = tx.NewSelect().Model(&c).ColumnExpr(columns).Where("tenant_id = ? and id = ?", tx.Me.ID, id).For("update").Scan(ctx)
	return c, tenants.Found("card", id, err)
}

// draft locks a version that may still be changed.
func draft(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Card, error) {
	c, err := held(ctx, tx, id)
	if err == nil && c.Status != Draft {
		err = ErrNotDraft
	}
	return c, err
}

// touch saves a version and that whoever acts had a hand in it.
func touch(ctx context.Context, tx *tenants.Tx, c *Card) error {
	if who := acting(tx); who != "" && !slices.Contains(c.Hands, who) {
		c.Hands = append(c.Hands, who)
	}
	return save(ctx, tx, c)
}

func save(ctx context.Context, tx *tenants.Tx, c *Card) error {
	_, err := tx.NewUpdate().Model(c).Column("status", "hands", "valid_from", "source", "submitted_at", "submitted_by").
		Where("tenant_id = ? and id = ?", tx.Me.ID, c.ID).Exec(ctx)
	return err
}

func markPublished(ctx context.Context, tx *tenants.Tx, c *Card) error {
	_, err := tx.NewRaw(`
		update card_lines
		set    published = true
		where  tenant_id = ? and card_id = ?`, tx.Me.ID, c.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("lines of card %s: %w", c.ID, err)
	}
	_, err = tx.NewUpdate().Model(c).Column("status", "published", "published_at", "published_by").
		Where("tenant_id = ? and id = ?", tx.Me.ID, c.ID).Exec(ctx)
	return err
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
	return insertLines(ctx, tx, c.Lines)
}

func insertLines(ctx context.Context, tx *tenants.Tx, lines []Entry) error {
	for part := range slices.Chunk(lines, 1000) {
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func clearLines(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	_, err := tx.NewRaw("delete from card_lines where tenant_id = ? and card_id = ?", tx.Me.ID, id).Exec(ctx)
	return err
}

func remove(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	_, err := tx.NewRaw("delete from cards where tenant_id = ? and id = ?", tx.Me.ID, id).Exec(ctx)
	return err
}

// matching reads the lines that speak of a piece of work. A card that closed
// stays readable: a shift is priced on the version of its own date.
func matching(ctx context.Context, tx *tenants.Tx, q Query) (all []candidate, err error) {
	err = tx.NewRaw(`
		select c.name as card_name, c.version, c.valid_from, c.valid_to, c.source, c.framework, c.lot, l.*
		from   cards c
		join   card_lines l on l.tenant_id = c.tenant_id and l.card_id = c.id
		where  c.tenant_id = ? and c.published and c.valid_from <= ? and (c.valid_to is null or c.valid_to >= ?)
		and    (c.agency_id is null or c.agency_id = ?)
		and    (c.framework = '' or c.framework = ? and (c.lot = '' or c.lot = ?))
		and    (l.grade = ? or l.grade is null)
		and    (l.staff_group is null or l.staff_group = ?)
		and    (l.site_id is null or l.site_id = ?)
		and    (l.specialty = '' or lower(l.specialty) = lower(?))
		and    l.engagement in ('any', ?)
		order  by l.id`, q.TenantID, q.Day, q.Day, q.AgencyID, q.Framework, q.Lot, q.Grade, q.StaffGroup, q.SiteID, q.Specialty, q.Engagement).Scan(ctx, &all)
	return all, err
}

func get(ctx context.Context, tx *tenants.Tx, id tenants.ID) (c Card, err error) {
	err = tx.NewSelect().Model(&c).ColumnExpr(columns).Where("id = ?", id).Scan(ctx)
	if err != nil {
		return c, tenants.Found("card", id, err)
	}
	c.Lines, err = entries(ctx, tx, c)
	return c, err
}

func entries(ctx context.Context, tx *tenants.Tx, c Card) (all []Entry, err error) {
	err = tx.NewSelect().Model(&all).Where("tenant_id = ? and card_id = ?", c.TenantID, c.ID).OrderExpr("position, grade, id").Scan(ctx)
	return all, err
}

func list(ctx context.Context, tx *tenants.Tx) (all []Card, err error) {
	err = tx.NewSelect().Model(&all).ColumnExpr(columns).
		OrderExpr("tenant_id, name, version desc").Limit(1000).Scan(ctx)
	return all, err
}
