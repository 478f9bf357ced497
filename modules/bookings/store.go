package bookings

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// What each kind of party may read; the database grants exactly these.
var (
	workerColumns = []string{"tenant_id", "agency_id", "worker_id", "id", "ref", "shift_id", "ward_id", "site_id",
		"worker_name", "staff_group", "grade", "specialty", "starts_at", "ends_at", "break_minutes", "notes",
		"pay_rate", "status", "confirmed_at", "ended_at", "ended_why"}
	agencyColumns   = append([]string{"bands", "proposal_id", "agreement_id", "commission", "card_id", "quote", "net_pence"}, workerColumns...)
	employerColumns = append([]string{"cost_centre", "confirmed_by", "conditions", "highest_charge", "approval_id"}, agencyColumns...)
)

func columns(kind tenants.Kind) []string {
	switch kind {
	case tenants.Worker:
		return workerColumns
	case tenants.Agency:
		return agencyColumns
	}
	return employerColumns
}

func selecting(tx *tenants.Tx, into any) *bun.SelectQuery {
	q := tx.NewSelect().Model(into).Column(columns(tx.Me.Kind)...)
	if tx.Me.Kind == tenants.Worker {
		q = q.ColumnExpr("worker_quote as quote") // the lines of their pay
	}
	return q
}

// byIDOrRef finds a booking by what a URL carries.
func byIDOrRef(ctx context.Context, tx *tenants.Tx, idOrRef string) (Booking, error) {
	var b Booking
	q := selecting(tx, &b)
	if id, err := uuid.Parse(idOrRef); err == nil {
		q = q.Where("id = ?", id)
	} else {
		q = q.Where("ref = upper(?)", idOrRef)
	}
	return b, tenants.Found("booking", idOrRef, q.Scan(ctx))
}

// lock reads a booking and holds it until the unit of work ends.
func lock(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Booking, error) {
	var b Booking
	err := selecting(tx, &b).Where("id = ?", id).For("update").Scan(ctx)
	return b, tenants.Found("booking", id, err)
}

// live reads the booking that holds a shift, if any.
func live(ctx context.Context, tx *tenants.Tx, shift tenants.ID, forUpdate bool) (*Booking, error) {
	var b Booking
	q := selecting(tx, &b).
		Where("shift_id = ?", shift).
		Where("status in ('confirmed', 'worked')")
	if forUpdate {
		q = q.For("update")
	}
	err := q.Scan(ctx)
	if tenants.NoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("booking of shift %s: %w", shift, err)
	}
	return &b, nil
}

func insert(ctx context.Context, tx *tenants.Tx, b *Booking) error {
	_, err := tx.NewInsert().Model(b).Exec(ctx)
	return err
}

// saveEnd writes the columns that change in a booking's life.
func saveEnd(ctx context.Context, tx *tenants.Tx, b *Booking) error {
	_, err := tx.NewUpdate().Model(b).Column("status", "ended_at", "ended_why").WherePK().Exec(ctx)
	return err
}

// saveCharge writes what the approved hours showed.
func saveCharge(ctx context.Context, tx *tenants.Tx, b *Booking) error {
	_, err := tx.NewUpdate().Model(b).Column("conditions", "highest_charge").WherePK().Exec(ctx)
	return err
}

// holdDay lets one unit of work at a time book a person on a day.
func holdDay(ctx context.Context, tx *tenants.Tx, employer, worker tenants.ID, day civil.Date) error {
	_, err := tx.NewRaw("select pg_advisory_xact_lock(hashtextextended(?, 0))",
		"bookings.day "+employer.String()+" "+worker.String()+" "+day.String()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("day of worker %s: %w", worker, err)
	}
	return nil
}

// Filter narrows a list; a zero field asks nothing.
type Filter struct {
	Status     Status
	From, To   civil.Date // of the start, in London, both included
	Shift      tenants.ID
	Site, Ward tenants.ID
	Agency     tenants.ID
	Worker     tenants.ID
	StaffGroup string
	Grade      string
	Limit      int
	Cursor     paging.Cursor
}

func list(ctx context.Context, tx *tenants.Tx, f Filter) ([]Booking, paging.Cursor, error) {
	limit, err := paging.Limit(f.Limit)
	if err != nil {
		return nil, "", err
	}
	var rows []Booking
	q := f.narrow(tx.Mine(selecting(tx, &rows)))
	if f.Cursor != "" {
		var after time.Time
		var id tenants.ID
		if err := paging.Decode(f.Cursor, &after, &id); err != nil {
			return nil, "", err
		}
		q = q.Where("(starts_at, id) > (?, ?)", after, id)
	}
	if err := q.Order("starts_at", "id").Limit(int64(limit + 1)).Scan(ctx); err != nil {
		return nil, "", fmt.Errorf("bookings: %w", err)
	}
	if len(rows) <= limit {
		return rows, "", nil
	}
	last := rows[limit-1]
	return rows[:limit], paging.Encode(last.StartsAt, last.ID), nil
}

func (f Filter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	if f.Status != "" {
		q = q.Where("status = ?", f.Status)
	}
	if !f.From.IsZero() {
		q = q.Where("starts_at >= ?", f.From.Midnight())
	}
	if !f.To.IsZero() {
		q = q.Where("starts_at < ?", f.To.AddDays(1).Midnight())
	}
	if f.Shift != (tenants.ID{}) {
		q = q.Where("shift_id = ?", f.Shift)
	}
	if f.Site != (tenants.ID{}) {
		q = q.Where("site_id = ?", f.Site)
	}
	if f.Ward != (tenants.ID{}) {
		q = q.Where("ward_id = ?", f.Ward)
	}
	if f.Agency != (tenants.ID{}) {
		q = q.Where("agency_id = ?", f.Agency)
	}
	if f.Worker != (tenants.ID{}) {
		q = q.Where("worker_id = ?", f.Worker)
	}
	if f.StaffGroup != "" {
		q = q.Where("staff_group = ?", f.StaffGroup)
	}
	if f.Grade != "" {
		q = q.Where("grade = ?", f.Grade)
	}
	return q
}

// engaged finds an agency's confirmed worker by register number, or by id when
// they have been booked here before; nil when there is none to be told of.
func engaged(ctx context.Context, tx *tenants.Tx, agency, worker tenants.ID, register string) (*person, error) {
	var p person
	err := tx.NewRaw(`
		select worker_id, name, staff_group, grade
		from   app.engaged(?, ?, ?)`, agency, worker, register).Scan(ctx, &p.ID, &p.Name, &p.StaffGroup, &p.Grade)
	if tenants.NoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("worker of agency %s: %w", agency, err)
	}
	return &p, nil
}

// person is what the employer is told of somebody they are about to book.
type person struct {
	ID                      tenants.ID
	Name, StaffGroup, Grade string
}

var errWorkerBox = fault.Field{Name: "register_number", Code: ErrWorkerUnknown.Code, Text: ErrWorkerUnknown.Text}

// Agreed is what a booking was made at.
type Agreed struct {
	ID         tenants.ID
	PayRate    money.Rate
	Commission money.Rate
	Bands      rates.Bands // rates of whole bands, as the card fixed them
}

// agreed reads the rates of many of the employer's bookings.
func agreed(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (map[tenants.ID]Agreed, error) {
	rows := make([]Agreed, 0, len(ids))
	err := tx.Often(ctx, &rows, "select id, pay_rate, commission, bands from bookings where tenant_id = $1 and id = any ($2)", tx.Me.ID, ids)
	if err != nil {
		return nil, fmt.Errorf("rates of bookings: %w", err)
	}
	by := make(map[tenants.ID]Agreed, len(rows))
	for _, r := range rows {
		by[r.ID] = r
	}
	return by, nil
}
