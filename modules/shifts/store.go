package shifts

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"wardbridge/internal/fault"
	"wardbridge/modules/places"
	"wardbridge/tenants"
)

func selecting(tx *tenants.Tx, into any) *bun.SelectQuery {
	return tx.NewSelect().Model(into).Column(columns(tx.Me.Kind)...)
}

func byIDOrRef(ctx context.Context, tx *tenants.Tx, idOrRef string) (Shift, error) {
	var rows []Shift
	var err error
	query := "select " + strings.Join(columns(tx.Me.Kind), ", ") + " from shifts where "
	if id, e := uuid.Parse(idOrRef); e == nil {
		err = tx.Often(ctx, &rows, query+"id = $1", id)
	} else {
		err = tx.Often(ctx, &rows, query+"ref = upper($1)", idOrRef)
	}
	switch {
	case err != nil:
		return Shift{}, fmt.Errorf("shift %s: %w", idOrRef, err)
	case len(rows) == 0:
		return Shift{}, fault.ErrNotFound.Because(fmt.Errorf("shift %s", idOrRef))
	}
	return rows[0], nil
}

// placedShift is a shift with what its ward is called.
type placedShift struct {
	Shift
	Ward places.Ward
}

// placedQuery begins the statement that reads one, for each kind of party.
func placedQuery(kind tenants.Kind) string {
	switch kind {
	case tenants.Worker:
		return workerPlaced
	case tenants.Agency:
		return agencyPlaced
	}
	return employerPlaced
}

var workerPlaced, agencyPlaced, employerPlaced = placing(workerColumns), placing(agencyColumns), placing(employerColumns)

func placing(columns []string) string {
	return "select s." + strings.Join(columns, ", s.") + ", " + places.WardNames + " from shifts s" + places.WardJoin + " where s."
}

func lookUp(ctx context.Context, l tenants.Look, idOrRef string) (s placedShift, err error) {
	if id, e := uuid.Parse(idOrRef); e == nil {
		err = l.Row(ctx, &s, placedQuery(l.Me.Kind)+"id = $1", id)
	} else {
		err = l.Row(ctx, &s, placedQuery(l.Me.Kind)+"ref = upper($1)", idOrRef)
	}
	return s, tenants.Found("shift", idOrRef, err)
}

func lock(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Shift, error) {
	var s Shift
	if tx.Me.Kind == tenants.Agency || tx.Me.Kind == tenants.Worker {
		return s, ErrByRelease
	}
	err := tx.Mine(selecting(tx, &s)).Where("id = ?", id).For("update").Scan(ctx)
	return s, tenants.Found("shift", id, err)
}

func insert(ctx context.Context, tx *tenants.Tx, rows []Shift) error {
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

// saveState writes the columns that change in a shift's life.
func saveState(ctx context.Context, tx *tenants.Tx, s *Shift) error {
	_, err := tx.NewUpdate().Model(s).Column("status", "ended_at", "ended_why", "retrospective", "lead_minutes", "version").WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("shift %s: %w", s.ID, err)
	}
	return nil
}

// saveFacts writes what a shift asks for.
func saveFacts(ctx context.Context, tx *tenants.Tx, s *Shift) error {
	_, err := tx.NewUpdate().Model(s).Column("site_id", "ward_id", "staff_group", "grade", "specialty", "starts_at", "ends_at",
		"break_minutes", "reason", "cost_centre", "notes", "retrospective", "lead_minutes", "version").WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("shift %s: %w", s.ID, err)
	}
	return nil
}

// expire locks in the order of ids, so that two of its kind cannot wait for each
// other, and changes only what the machine lets expire.
func expire(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (ended []tenants.ID, err error) {
	err = tx.NewRaw(`
		with due as materialized (
		    select id
		    from   shifts
		    where  tenant_id = ? and id in (?) and status = 'open' and not retrospective
		    order  by id
		    for    update
		)
		update shifts s
		set    status = 'expired', ended_at = s.starts_at, version = s.version + 1
		from   due d
		where  s.tenant_id = ? and s.id = d.id
		returning s.id`, tx.Me.ID, bun.List(ids), tx.Me.ID).Scan(ctx, &ended)
	if err != nil {
		return nil, fmt.Errorf("expiry of shifts: %w", err)
	}
	return ended, nil
}
