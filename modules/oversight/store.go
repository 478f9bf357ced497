package oversight

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/tenants"
)

// place is where a page begins: behind this line.
type place struct {
	at time.Time
	id int64
}

// entries reads one line more than the page holds. The two ways of being allowed
// to read a line have an index each; asking for both at once would use neither.
func entries(ctx context.Context, tx *tenants.Tx, f Filter, from place) ([]Entry, error) {
	owned := narrow(tx, f, from).Where("owner_id = ?", tx.Me.ID)
	acted := narrow(tx, f, from).Where("party_id = ? and owner_id is distinct from party_id", tx.Me.ID)
	var page []Entry
	err := tx.NewSelect().
		TableExpr("(?) as x", owned.UnionAll(acted)).
		ColumnExpr("x.*").
		OrderExpr("x.at desc, x.id desc").
		Limit(int64(f.Limit)+1).
		Scan(ctx, &page)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return page, nil
}

func narrow(tx *tenants.Tx, f Filter, from place) *bun.SelectQuery {
	q := tx.NewSelect().TableExpr("audit").
		Column("id", "at", "owner_id", "party_id", "actor_kind", "actor_id", "actor_name", "request", "table_name", "row_id", "act", "before", "after").
		ColumnExpr("coalesce(party_kind, '') as party_kind").
		OrderExpr("at desc, id desc").
		Limit(int64(f.Limit) + 1)
	if f.Actor != "" {
		q = q.Where("position(lower(?) in lower(actor_name)) > 0", f.Actor)
	}
	if f.Table != "" {
		q = q.Where("table_name = ?", f.Table)
	}
	if f.Row != "" {
		q = q.Where("row_id = ?", f.Row)
	}
	if f.Act != "" {
		q = q.Where("act = ?", string(f.Act))
	}
	if !f.From.IsZero() {
		q = q.Where("at >= ?", f.From)
	}
	if !f.To.IsZero() {
		q = q.Where("at < ?", f.To)
	}
	if from.id != 0 {
		// The first half lets whole months be passed over.
		q = q.Where("at <= ? and (at, id) < (?, ?)", from.at, from.at, from.id)
	}
	return q
}
