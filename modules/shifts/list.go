package shifts

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/paging"
	"wardbridge/tenants"
)

// Filter narrows a list; a zero field asks nothing.
type Filter struct {
	Status     []Status
	From, To   civil.Date // of the start, in London, both included
	Before     time.Time  // starts before this instant
	Site, Ward tenants.ID
	StaffGroup string
	Grade      string
	Q          string // part of a reference, an external reference or a ward's name
	Limit      int
	Cursor     paging.Cursor
}

// List gives the shifts of one organisation, soonest first, a page at a time.
func (s *Service) List(ctx context.Context, tx *tenants.Tx, f Filter) ([]Shift, paging.Cursor, error) {
	limit, err := paging.Limit(f.Limit)
	if err != nil {
		return nil, "", err
	}
	rows := make([]Shift, 0, limit+1) // an export of many pages would grow each again
	if tx.Me.Kind == tenants.Agency || tx.Me.Kind == tenants.Worker {
		return nil, "", ErrByRelease
	}
	q, err := s.narrow(ctx, tx, tx.Mine(selecting(tx, &rows)), f)
	if err != nil {
		return nil, "", err
	}
	if f.Cursor != "" {
		var after time.Time
		var id tenants.ID
		if err := paging.Decode(f.Cursor, &after, &id); err != nil {
			return nil, "", err
		}
		q = q.Where("(starts_at, id) > (?, ?)", after, id)
	}
	if err := q.Order("starts_at", "id").Limit(int64(limit + 1)).Scan(ctx); err != nil {
		return nil, "", fmt.Errorf("shifts: %w", err)
	}
	if len(rows) <= limit {
		return rows, "", nil
	}
	last := rows[limit-1]
	return rows[:limit], paging.Encode(last.StartsAt, last.ID), nil
}

func (s *Service) narrow(ctx context.Context, tx *tenants.Tx, q *bun.SelectQuery, f Filter) (*bun.SelectQuery, error) {
	if len(f.Status) > 0 {
		q = q.Where("status in (?)", bun.List(f.Status))
	}
	if !f.From.IsZero() {
		q = q.Where("starts_at >= ?", f.From.Midnight())
	}
	if !f.To.IsZero() {
		q = q.Where("starts_at < ?", f.To.AddDays(1).Midnight())
	}
	if !f.Before.IsZero() {
		q = q.Where("starts_at < ?", f.Before)
	}
	if f.Site != (tenants.ID{}) {
		q = q.Where("site_id = ?", f.Site)
	}
	if f.Ward != (tenants.ID{}) {
		q = q.Where("ward_id = ?", f.Ward)
	}
	if f.StaffGroup != "" {
		q = q.Where("staff_group = ?", f.StaffGroup)
	}
	if f.Grade != "" {
		q = q.Where("grade = ?", f.Grade)
	}
	return s.sought(ctx, tx, q, strings.TrimSpace(f.Q))
}

// sought looks for words in references and, by the wards' names, in wards.
func (s *Service) sought(ctx context.Context, tx *tenants.Tx, q *bun.SelectQuery, words string) (*bun.SelectQuery, error) {
	if words == "" {
		return q, nil
	}
	wards, err := s.places.Wards(ctx, tx, tx.Me.ID)
	if err != nil {
		return nil, err
	}
	folded := strings.ToLower(words)
	var named []tenants.ID
	for id, w := range wards {
		if strings.Contains(strings.ToLower(w.Name), folded) || strings.EqualFold(w.Code, words) {
			named = append(named, id)
		}
	}
	like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(words) + "%"
	return q.WhereGroup(" and ", func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("ref ilike ?", like).WhereOr("external_ref ilike ?", like)
		if len(named) > 0 {
			q = q.WhereOr("ward_id in (?)", bun.List(named))
		}
		return q
	}), nil
}

// Counts are the figures on the board's tabs. What waits to be reviewed is for
// proposals to count.
type Counts struct {
	Draft, Open, Filled int
	Next48              int // open, and starting within 48 hours
	Overdue             int // open although begun: entered after the fact
}

// Counts counts what lies ahead, and what is still open from before.
func (s *Service) Counts(ctx context.Context, tx *tenants.Tx) (Counts, error) {
	var c Counts
	err := tx.NewRaw(`
		select count(*) filter (where status = 'draft') as draft,
		       count(*) filter (where status = 'open') as open,
		       count(*) filter (where status = 'filled') as filled,
		       count(*) filter (where status = 'open' and starts_at >= ? and starts_at < ?) as next48,
		       count(*) filter (where status = 'open' and starts_at < ?) as overdue
		from   shifts
		where  tenant_id = ? and (status in ('draft', 'open') or status = 'filled' and starts_at >= ?)`,
		tx.Now, tx.Now.Add(48*time.Hour), tx.Now, tx.Me.ID, tx.Now).Scan(ctx, &c)
	if err != nil {
		return Counts{}, fmt.Errorf("counts of shifts: %w", err)
	}
	return c, nil
}

// Facts gives shifts by id, for lists that another module drives. Shifts that
// the party may not see are not in the map. It costs one read.
func (s *Service) Facts(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (map[tenants.ID]Shift, error) {
	found := make(map[tenants.ID]Shift, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	var rows []Shift
	if err := selecting(tx, &rows).Where("id in (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("shifts: %w", err)
	}
	for _, r := range rows {
		found[r.ID] = r
	}
	return found, nil
}

// At is the ids of the shifts at a site or on a ward, as a query that another
// module puts inside its own; a zero id asks nothing.
func (s *Service) At(tx *tenants.Tx, site, ward tenants.ID) *bun.SelectQuery {
	q := tx.NewSelect().Model((*Shift)(nil)).Column("id")
	if site != (tenants.ID{}) {
		q = q.Where("site_id = ?", site)
	}
	if ward != (tenants.ID{}) {
		q = q.Where("ward_id = ?", ward)
	}
	return q
}
