package adjustments

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/tenants"
)

// pays reports whether the party adjusts: to everyone else there is nothing here.
func pays(tx *tenants.Tx) bool { return tx.Me.Kind == tenants.Trust || tx.Me.Kind == tenants.Hub }

// hold makes the adjustments of one employer follow each other.
func hold(ctx context.Context, tx *tenants.Tx) error {
	_, err := tx.NewRaw("select pg_advisory_xact_lock(hashtextextended(?, 0))", "adjustments "+tx.Me.ID.String()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("adjustments: %w", err)
	}
	return nil
}

func lastNumber(ctx context.Context, tx *tenants.Tx) (n int64, err error) {
	err = tx.NewRaw("select coalesce(max(number), 0) from adjustments where owner_id = ?", tx.Me.ID).Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("number of adjustment: %w", err)
	}
	return n, nil
}

func insert(ctx context.Context, tx *tenants.Tx, a *Adjustment) error {
	if _, err := tx.NewInsert().Model(a).Exec(ctx); err != nil {
		return fmt.Errorf("adjustment %s: %w", a.Ref, err)
	}
	return nil
}

func save(ctx context.Context, tx *tenants.Tx, a *Adjustment, columns ...string) error {
	if _, err := tx.NewUpdate().Model(a).Column(columns...).WherePK().Exec(ctx); err != nil {
		return fmt.Errorf("adjustment %s: %w", a.Ref, err)
	}
	return nil
}

func insertItems(ctx context.Context, tx *tenants.Tx, rows []Item) error {
	if len(rows) == 0 {
		return nil
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return fmt.Errorf("items of an adjustment: %w", err)
	}
	return nil
}

func insertOmissions(ctx context.Context, tx *tenants.Tx, rows []Omission) error {
	if len(rows) == 0 {
		return nil
	}
	if _, err := tx.NewInsert().Model(&rows).Exec(ctx); err != nil {
		return fmt.Errorf("omissions of an adjustment: %w", err)
	}
	return nil
}

// byIDOrRef finds an adjustment by what a URL carries.
func byIDOrRef(ctx context.Context, tx *tenants.Tx, idOrRef string, forUpdate bool) (Adjustment, error) {
	var a Adjustment
	if !pays(tx) {
		return a, fault.ErrNotFound
	}
	q := tx.NewSelect().Model(&a).Where("owner_id = ?", tx.Me.ID)
	if id, err := uuid.Parse(idOrRef); err == nil {
		q = q.Where("id = ?", id)
	} else {
		q = q.Where("ref = upper(?)", idOrRef)
	}
	if forUpdate {
		q = q.For("update")
	}
	return a, tenants.Found("adjustment", idOrRef, q.Scan(ctx))
}

func list(ctx context.Context, tx *tenants.Tx, f Filter) ([]Adjustment, paging.Cursor, error) {
	if !pays(tx) {
		return nil, "", ErrNotEmployer
	}
	limit, err := paging.Limit(f.Limit)
	if err != nil {
		return nil, "", err
	}
	var rows []Adjustment
	q := tx.NewSelect().Model(&rows).Where("owner_id = ?", tx.Me.ID)
	if f.Status != "" {
		q = q.Where("status = ?", f.Status)
	}
	if f.Cursor != "" {
		var after int64
		if err := paging.Decode(f.Cursor, &after); err != nil {
			return nil, "", err
		}
		q = q.Where("number < ?", after)
	}
	if err := q.Order("number desc").Limit(int64(limit + 1)).Scan(ctx); err != nil {
		return nil, "", fmt.Errorf("adjustments: %w", err)
	}
	if len(rows) <= limit {
		return rows, "", nil
	}
	return rows[:limit], paging.Encode(rows[limit-1].Number), nil
}

// after reads the cursor of a list that is in order of positions.
func afterPosition(c paging.Cursor) (position int, err error) {
	if c != "" {
		err = paging.Decode(c, &position)
	}
	return position, err
}

func items(ctx context.Context, tx *tenants.Tx, a, agency tenants.ID, asked int, cursor paging.Cursor) ([]Item, paging.Cursor, error) {
	limit, err := paging.Limit(asked)
	if err != nil {
		return nil, "", err
	}
	after, err := afterPosition(cursor)
	if err != nil {
		return nil, "", err
	}
	var rows []Item
	q := tx.NewSelect().Model(&rows).
		Where("owner_id = ?", tx.Me.ID).
		Where("adjustment_id = ?", a).
		Where("position > ?", after)
	if agency != (tenants.ID{}) {
		q = q.Where("agency_id = ?", agency)
	}
	if err := q.Order("position").Limit(int64(limit + 1)).Scan(ctx); err != nil {
		return nil, "", fmt.Errorf("items of adjustment %s: %w", a, err)
	}
	if len(rows) <= limit {
		return rows, "", nil
	}
	return rows[:limit], paging.Encode(rows[limit-1].Position), nil
}

func omissions(ctx context.Context, tx *tenants.Tx, a tenants.ID, asked int, cursor paging.Cursor) ([]Omission, paging.Cursor, error) {
	limit, err := paging.Limit(asked)
	if err != nil {
		return nil, "", err
	}
	after, err := afterPosition(cursor)
	if err != nil {
		return nil, "", err
	}
	var rows []Omission
	err = tx.NewSelect().Model(&rows).
		Where("owner_id = ?", tx.Me.ID).
		Where("adjustment_id = ?", a).
		Where("position > ?", after).
		Order("position").
		Limit(int64(limit + 1)).
		Scan(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("omissions of adjustment %s: %w", a, err)
	}
	if len(rows) <= limit {
		return rows, "", nil
	}
	return rows[:limit], paging.Encode(rows[limit-1].Position), nil
}

func byAgency(ctx context.Context, tx *tenants.Tx, a tenants.ID) (rows []Share, err error) {
	err = tx.NewRaw(`
		select agency_id, count(*) as timesheets, sum(was_pence)::bigint as was_pence, sum(delta_pence)::bigint as delta_pence
		from   adjustment_items
		where  owner_id = ? and adjustment_id = ?
		group  by agency_id
		order  by abs(sum(delta_pence)) desc, agency_id
		limit  500`, tx.Me.ID, a).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("agencies of adjustment %s: %w", a, err)
	}
	return rows, nil
}
