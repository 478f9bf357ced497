package cascade

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/modules/places"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

// ErrClosed refuses an act on a shift that is no longer open to the agency.
var ErrClosed = fault.New(fault.Conflict, "release_closed", "This shift is no longer open to you.")

// ReleaseStatus says whether an agency may still propose.
type ReleaseStatus string

// The states of a release; doc.go draws the machine.
const (
	Live   ReleaseStatus = "live"
	Closed ReleaseStatus = "closed"
)

// Release says that an agency was told of a shift, when, and until when.
type Release struct {
	bun.BaseModel `bun:"table:releases,alias:release"`

	TenantID   tenants.ID    `bun:"tenant_id"`
	AgencyID   tenants.ID    `bun:"agency_id"`
	ID         tenants.ID    `bun:"id,pk"`
	ShiftID    tenants.ID    `bun:"shift_id"`
	StaffGroup string        `bun:"staff_group"`
	Grade      string        `bun:"grade"`
	Tier       int           `bun:"tier"` // the agency's own
	Status     ReleaseStatus `bun:"status"`
	StartsAt   time.Time     `bun:"starts_at"`
	OpenedAt   time.Time     `bun:"opened_at"` // the instant of the decision
	ClosedAt   *time.Time    `bun:"closed_at"`
	ClosedWhy  string        `bun:"closed_why"` // filled, cancelled, expired, agreement_ended
	SeenAt     *time.Time    `bun:"seen_at"`
}

// Offer is a release with what the agency may know of its shift.
type Offer struct {
	Release
	Shift shifts.Shift
	Ward  places.Ward
}

// Filter narrows an agency's list; a zero field asks nothing. Without a Status
// it is the live ones.
type Filter struct {
	Status     ReleaseStatus
	Tenant     tenants.ID
	From, To   civil.Date // of the start, in London, both included
	Site, Ward tenants.ID
	StaffGroup string
	Grade      string
	Unseen     bool
	// Opened between these instants, both included: what one Released told.
	OpenedFrom, OpenedTo time.Time
	Limit                int
	Cursor               paging.Cursor
}

// Open lists what is open to the agency that asks, soonest first, a page at a
// time. It is driven by the agency's own release rows, so it costs the same
// however many shifts its employers have.
func (s *Service) Open(ctx context.Context, tx *tenants.Tx, f Filter) ([]Offer, paging.Cursor, error) {
	limit, err := paging.Limit(f.Limit)
	if err != nil {
		return nil, "", err
	}
	if f.Status == "" {
		f.Status = Live
	}
	var rows []Release
	q := s.narrow(tx, tx.NewSelect().Model(&rows).Where("agency_id = ?", tx.Me.ID).Where("status = ?", f.Status), f)
	if f.Cursor != "" {
		var after time.Time
		var id tenants.ID
		if err := paging.Decode(f.Cursor, &after, &id); err != nil {
			return nil, "", err
		}
		q = q.Where("(starts_at, id) > (?, ?)", after, id)
	}
	if err := q.Order("starts_at", "id").Limit(int64(limit + 1)).Scan(ctx); err != nil {
		return nil, "", fmt.Errorf("releases: %w", err)
	}
	var next paging.Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		next = paging.Encode(rows[limit-1].StartsAt, rows[limit-1].ID)
	}
	offers, err := s.offers(ctx, tx, rows)
	return offers, next, err
}

func (s *Service) narrow(tx *tenants.Tx, q *bun.SelectQuery, f Filter) *bun.SelectQuery {
	if f.Tenant != (tenants.ID{}) {
		q = q.Where("tenant_id = ?", f.Tenant)
	}
	if !f.From.IsZero() {
		from := f.From.Midnight()
		q = q.Where("month >= ?", month(from)).Where("starts_at >= ?", from)
	}
	if !f.To.IsZero() {
		to := f.To.AddDays(1).Midnight()
		q = q.Where("month <= ?", month(to)).Where("starts_at < ?", to)
	}
	if f.Site != (tenants.ID{}) || f.Ward != (tenants.ID{}) {
		q = q.Where("shift_id in (?)", s.shifts.At(tx, f.Site, f.Ward))
	}
	if f.StaffGroup != "" {
		q = q.Where("staff_group = ?", f.StaffGroup)
	}
	if f.Grade != "" {
		q = q.Where("grade = ?", f.Grade)
	}
	if f.Unseen {
		q = q.Where("seen_at is null")
	}
	if !f.OpenedFrom.IsZero() {
		q = q.Where("opened_at >= ?", f.OpenedFrom)
	}
	if !f.OpenedTo.IsZero() {
		q = q.Where("opened_at <= ?", f.OpenedTo)
	}
	return q
}

// offers adds the facts of the shifts, in two reads and one for each employer.
func (s *Service) offers(ctx context.Context, tx *tenants.Tx, rows []Release) ([]Offer, error) {
	ids, employers := make([]tenants.ID, 0, len(rows)), map[tenants.ID]bool{}
	for _, r := range rows {
		ids = append(ids, r.ShiftID)
		employers[r.TenantID] = true
	}
	facts, err := s.shifts.Facts(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	var tenantIDs []tenants.ID
	for id := range employers {
		tenantIDs = append(tenantIDs, id)
	}
	wards, err := s.places.WardsOf(ctx, tx, tenantIDs...)
	if err != nil {
		return nil, err
	}
	offers := make([]Offer, 0, len(rows))
	for _, r := range rows {
		sh := facts[r.ShiftID]
		offers = append(offers, Offer{Release: r, Shift: sh, Ward: wards[sh.WardID]})
	}
	return offers, nil
}

// CountOpen counts what is open to the agency that asks.
func (s *Service) CountOpen(ctx context.Context, tx *tenants.Tx) (int, error) {
	n, err := tx.NewSelect().Model((*Release)(nil)).Where("agency_id = ?", tx.Me.ID).Where("status = ?", Live).Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("releases: %w", err)
	}
	return int(n), nil
}

// Release finds one of the agency's releases, live or closed, by its id, its
// shift's id or its shift's reference. A shift that was never released to the
// agency does not exist.
func (s *Service) Release(ctx context.Context, tx *tenants.Tx, idOrRef string) (Offer, error) {
	var r Release
	if id, err := uuid.Parse(idOrRef); err == nil {
		err := tx.NewSelect().Model(&r).Where("agency_id = ?", tx.Me.ID).Where("id = ?", id).Scan(ctx)
		if err == nil {
			return s.offer(ctx, tx, r)
		}
		if !tenants.NoRows(err) {
			return Offer{}, fmt.Errorf("release %s: %w", id, err)
		}
	}
	sh, err := s.shifts.Get(ctx, tx, idOrRef)
	if err != nil {
		return Offer{}, err
	}
	if r, err = releaseOf(ctx, tx, sh, false); err != nil {
		return Offer{}, err
	}
	return s.offer(ctx, tx, r)
}

func (s *Service) offer(ctx context.Context, tx *tenants.Tx, r Release) (Offer, error) {
	all, err := s.offers(ctx, tx, []Release{r})
	if err != nil {
		return Offer{}, err
	}
	return all[0], nil
}

// Hold reads the agency's release of a shift and keeps it from closing until the
// unit of work ends; ErrClosed when it has closed already. An agency that acts
// on a shift begins here.
func (s *Service) Hold(ctx context.Context, tx *tenants.Tx, shift tenants.ID) (Offer, error) {
	sh, err := s.shifts.Get(ctx, tx, shift.String())
	if err != nil {
		return Offer{}, err
	}
	r, err := releaseOf(ctx, tx, sh, true)
	if err != nil {
		return Offer{}, err
	}
	if r.Status != Live {
		return Offer{}, ErrClosed
	}
	return s.offer(ctx, tx, r)
}

func releaseOf(ctx context.Context, tx *tenants.Tx, sh shifts.Shift, hold bool) (r Release, err error) {
	q := tx.NewSelect().Model(&r).Where("agency_id = ?", tx.Me.ID).Where("month = ?", month(sh.StartsAt)).Where("shift_id = ?", sh.ID)
	if hold {
		q = q.For("share")
	}
	return r, tenants.Found("release of shift", sh.ID, q.Scan(ctx))
}

// Seen notes, once, when the agency first looked, on the employer's clock. The
// employer's timeline counts it.
func (s *Service) Seen(ctx context.Context, tx *tenants.Tx, r Release) error {
	if r.SeenAt != nil {
		return nil
	}
	now, err := tx.NowAt(r.TenantID)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`
		update releases
		set    seen_at = ?
		where  agency_id = ? and month = ? and id = ? and seen_at is null`, now, tx.Me.ID, month(r.StartsAt), r.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("release %s: %w", r.ID, err)
	}
	return nil
}

// Releases lists to whom a shift has been released, for its employer, in the
// order in which they were told.
func (s *Service) Releases(ctx context.Context, tx *tenants.Tx, sh shifts.Shift) ([]Release, error) {
	var rows []Release
	err := tx.NewSelect().Model(&rows).Where("tenant_id = ?", sh.TenantID).Where("month = ?", month(sh.StartsAt)).
		Where("shift_id = ?", sh.ID).Order("opened_at", "tier", "id").Limit(1000).Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("releases of shift %s: %w", sh.ID, err)
	}
	return rows, nil
}
