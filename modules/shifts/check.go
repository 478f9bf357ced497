package shifts

import (
	"context"
	"fmt"
	"hash/maphash"

	"wardbridge/internal/fault"
	"wardbridge/internal/sheets"
	"wardbridge/tenants"
)

// Import names the file that is being taken in. References are unique for each
// source of an organisation.
type Import struct {
	ID        tenants.ID
	Source    string
	CreatedBy string
}

// Importing is one file on its way in, in one unit of work: Take its rows in
// order, Close it, and Apply it when its findings allow. The good rows lie in a
// temporary table that goes with the unit of work, so memory holds one batch
// and a few bytes for each reference.
type Importing struct {
	imp    Import
	reader *reader
	seeds  [2]maphash.Seed
	seen   map[[2]uint64]int // reference -> its first row
}

// Importing begins to take in a file.
func (s *Service) Importing(ctx context.Context, tx *tenants.Tx, imp Import) (*Importing, error) {
	r, err := s.reading(ctx, tx)
	if err != nil {
		return nil, err
	}
	_, err = tx.NewRaw(`
		create temp table staged_shifts (
		    row           integer not null,
		    external_ref  text not null,
		    quantity      integer not null,
		    site_id       uuid not null,
		    ward_id       uuid not null,
		    staff_group   text not null,
		    grade         text not null,
		    specialty     text not null,
		    starts_at     timestamptz not null,
		    ends_at       timestamptz not null,
		    break_minutes integer not null,
		    reason        text not null,
		    cost_centre   text not null,
		    notes         text not null
		) on commit drop;
		create temp table taken_shifts (
		    id          uuid not null,
		    staff_group text not null,
		    grade       text not null,
		    starts_at   timestamptz not null,
		    moved       boolean not null,
		    ahead       boolean not null
		) on commit drop`).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", imp.ID, err)
	}
	return &Importing{imp: imp, reader: r, seen: map[[2]uint64]int{}, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}, nil
}

// Row is one row of a file.
type Row = sheets.Taken

// Take reads a batch of rows, stages the good ones and says what is wrong with
// the others.
func (i *Importing) Take(ctx context.Context, tx *tenants.Tx, rows []Row) ([]Finding, error) {
	i.reader.findings = nil
	good := make([]line, 0, len(rows))
	for _, row := range rows {
		if len(row.Cells) != colCount {
			return nil, fmt.Errorf("import %s row %d: %d cells", i.imp.ID, row.Row, len(row.Cells))
		}
		l, ok := i.reader.read(row.Row, row.Cells)
		if first := i.first(l); first != 0 {
			i.reader.refuse("external_ref", l.ref, "external_ref_twice",
				fmt.Sprintf("Row %d of this file has this reference already.", first), "")
			ok = false
		}
		if ok {
			good = append(good, l)
		}
	}
	if _, err := tx.Copy("staged_shifts", stagedColumns, &copying{lines: good, at: -1}); err != nil {
		return nil, fmt.Errorf("import %s: %w", i.imp.ID, err)
	}
	return i.reader.findings, nil
}

// first is the earlier row of the file with the line's reference, or 0.
func (i *Importing) first(l line) int {
	if l.ref == "" {
		return 0
	}
	key := [2]uint64{maphash.String(i.seeds[0], l.ref), maphash.String(i.seeds[1], l.ref)}
	if row, again := i.seen[key]; again {
		return row
	}
	i.seen[key] = l.row
	return 0
}

var stagedColumns = []string{"row", "external_ref", "quantity", "site_id", "ward_id", "staff_group", "grade", "specialty",
	"starts_at", "ends_at", "break_minutes", "reason", "cost_centre", "notes"}

// copying hands lines to Tx.Copy one at a time.
type copying struct {
	lines []line
	at    int
}

// Next moves to the next line.
func (c *copying) Next() bool { c.at++; return c.at < len(c.lines) }

// Values are the line's columns.
func (c *copying) Values() ([]any, error) {
	l := &c.lines[c.at]
	return []any{l.row, l.ref, l.quantity, [16]byte(l.site), [16]byte(l.ward), l.group, l.grade, l.specialty,
		l.starts, l.ends, l.breakMinutes, l.reason, l.cost, l.notes}, nil
}

// Err is always nil: lines cannot fail.
func (c *copying) Err() error { return nil }

// met is a shift that a staged row names and whose content differs.
type met struct {
	Row         int
	ExternalRef string
	ID          tenants.ID
	Ref         string
	Status      Status
}

// Close compares the staged rows with the shifts they name, holds those that
// differ and refuses the rows that come too late: the shift has ended or
// somebody has been told of it. released answers the latter, set-wise.
func (i *Importing) Close(ctx context.Context, tx *tenants.Tx, released func(context.Context, *tenants.Tx, []tenants.ID) (map[tenants.ID]bool, error)) ([]Finding, error) {
	if _, err := tx.NewRaw(`analyze staged_shifts`).Exec(ctx); err != nil {
		return nil, fmt.Errorf("import %s: %w", i.imp.ID, err)
	}
	differing, err := i.differing(ctx, tx)
	if err != nil {
		return nil, err
	}
	i.reader.findings = nil
	var open []tenants.ID
	for _, m := range differing {
		if m.Status == StatusOpen || m.Status == StatusDraft {
			open = append(open, m.ID)
		}
	}
	told, err := released(ctx, tx, open)
	if err != nil {
		return nil, err
	}
	late := map[int]bool{}
	for _, m := range differing {
		if f := refusal(m, told[m.ID]); f != nil && !late[m.Row] {
			i.reader.row, late[m.Row] = m.Row, true
			i.reader.refuse("external_ref", m.ExternalRef, f.Code, f.Text, "")
		}
	}
	if err := i.fewer(ctx, tx, late); err != nil {
		return nil, err
	}
	if err := i.drop(ctx, tx, late); err != nil {
		return nil, err
	}
	return i.reader.findings, nil
}

// refusal says why a known shift can no longer be changed by a file, or nil.
func refusal(m met, told bool) *fault.Fault {
	switch {
	case m.Status == StatusFilled:
		return ErrFilled.Saying("This is shift " + m.Ref + ", which has been filled. It can no longer be changed by a file.")
	case m.Status == StatusCancelled:
		return ErrCancelled.Saying("This is shift " + m.Ref + ", which has been cancelled. Give a new request a new reference.")
	case m.Status == StatusExpired:
		return ErrExpired.Saying("This is shift " + m.Ref + ", which has expired. Give a new request a new reference.")
	case told:
		return errReleased.Saying("This is shift " + m.Ref + ", which agencies have been told of. Cancel it and give the new request a new reference.")
	}
	return nil
}

var errReleased = fault.New(fault.Conflict, "shift_released", "Agencies have been told of this shift, so it can no longer be changed.")

// Findings after Close that concern rows refuse them; a shift cannot be taken
// back by asking for fewer people.
func (i *Importing) fewer(ctx context.Context, tx *tenants.Tx, late map[int]bool) error {
	var rows []struct {
		Row, Quantity, Places int
		ExternalRef           string
	}
	err := tx.NewRaw(`
		select i.row, i.external_ref, i.quantity, max(s.place) as places
		from   staged_shifts i
		join   shifts s on s.tenant_id = ? and s.source = ? and s.external_ref = i.external_ref and s.place > i.quantity and s.status <> 'cancelled'
		group  by i.row, i.external_ref, i.quantity
		order  by i.row`, tx.Me.ID, i.imp.Source).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("import %s: %w", i.imp.ID, err)
	}
	for _, r := range rows {
		if !late[r.Row] {
			i.reader.row, late[r.Row] = r.Row, true
			i.reader.refuse("quantity", fmt.Sprint(r.Quantity), "quantity_reduced",
				fmt.Sprintf("This request has %d shifts already. Cancel those that are no longer needed.", r.Places), "")
		}
	}
	return nil
}
