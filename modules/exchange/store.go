package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"

	"wardbridge/internal/paging"
	"wardbridge/tenants"
)

const chunkSize = 1 << 20

func insertImport(ctx context.Context, tx *tenants.Tx, i *Import) error {
	if _, err := tx.NewInsert().Model(i).Exec(ctx); err != nil {
		return fmt.Errorf("import %s: %w", i.ID, err)
	}
	return nil
}

func getImport(ctx context.Context, tx *tenants.Tx, id tenants.ID, hold bool) (i Import, err error) {
	q := tx.NewSelect().Model(&i).Where("owner_id = ?", tx.Me.ID).Where("id = ?", id)
	if hold {
		q = q.For("update")
	}
	return i, tenants.Found("import", id, q.Scan(ctx))
}

func saveImport(ctx context.Context, tx *tenants.Tx, i *Import) error {
	_, err := tx.NewUpdate().Model(i).Column("choice", "status", "rows", "rows_read", "rows_bad", "created", "updated", "unchanged",
		"mapping", "notices", "failure", "failure_code", "finished_at").WherePK().Exec(ctx)
	if err != nil {
		return fmt.Errorf("import %s: %w", i.ID, err)
	}
	return nil
}

func listImports(ctx context.Context, tx *tenants.Tx, asked int, cursor paging.Cursor) (rows []Import, next paging.Cursor, err error) {
	limit, err := paging.Limit(asked)
	if err != nil {
		return nil, "", err
	}
	q := tx.NewSelect().Model(&rows).Where("owner_id = ?", tx.Me.ID)
	if cursor != "" {
		var before time.Time
		var id tenants.ID
		if err := paging.Decode(cursor, &before, &id); err != nil {
			return nil, "", err
		}
		q = q.Where("(created_at, id) < (?, ?)", before, id)
	}
	if err := q.Order("created_at desc", "id desc").Limit(int64(limit + 1)).Scan(ctx); err != nil {
		return nil, "", fmt.Errorf("imports: %w", err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = paging.Encode(rows[limit-1].CreatedAt, rows[limit-1].ID)
	}
	return rows, next, nil
}

// insertChunks stores a stream in pieces.
func insertChunks(ctx context.Context, tx *tenants.Tx, id tenants.ID, r io.Reader) error {
	buf := make([]byte, chunkSize)
	for n := 0; ; n++ {
		size, err := io.ReadFull(r, buf)
		if size > 0 {
			if _, err := tx.NewRaw(`
				insert into import_chunks (owner_id, import_id, n, bytes)
				values (?, ?, ?, ?)`, tx.Me.ID, id, n, buf[:size]).Exec(ctx); err != nil {
				return fmt.Errorf("import %s: %w", id, err)
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("import %s: %w", id, err)
		}
	}
}

func chunk(ctx context.Context, tx *tenants.Tx, id tenants.ID, n int) (piece []byte, err error) {
	err = tx.NewRaw(`
		select bytes
		from   import_chunks
		where  owner_id = ? and import_id = ? and n = ?`, tx.Me.ID, id, n).Scan(ctx, &piece)
	if tenants.NoRows(err) {
		return nil, io.EOF
	}
	return piece, err
}

// insertRows puts a batch of rows away: COPY into a temporary table, since COPY
// does not reach through the walls, and one statement from there.
func insertRows(ctx context.Context, tx *tenants.Tx, id tenants.ID, rows []staged) error {
	_, err := tx.NewRaw(`
		create temp table staged_rows (
		    row   integer not null,
		    cells text[] not null,
		    bad   boolean not null
		) on commit drop`).Exec(ctx)
	if err == nil {
		_, err = tx.Copy("staged_rows", []string{"row", "cells", "bad"}, &copying{rows: rows, at: -1})
	}
	if err == nil {
		_, err = tx.NewRaw(`
			insert into import_rows (owner_id, import_id, row, cells, bad)
			select ?, ?, row, cells, bad
			from   staged_rows`, tx.Me.ID, id).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("rows of import %s: %w", id, err)
	}
	return nil
}

// staged is a row of the file; a bad one could not be read.
type staged struct {
	row   int
	cells []string
	bad   bool
}

type copying struct {
	rows []staged
	at   int
}

// Next moves to the next row.
func (c *copying) Next() bool { c.at++; return c.at < len(c.rows) }

// Values are the row's columns.
func (c *copying) Values() ([]any, error) {
	r := &c.rows[c.at]
	return []any{r.row, r.cells, r.bad}, nil
}

// Err is always nil: rows cannot fail.
func (c *copying) Err() error { return nil }

// readable is the next batch of rows that could be read.
func readable(ctx context.Context, tx *tenants.Tx, id tenants.ID, after int) (rows []Row, err error) {
	err = tx.NewRaw(`
		select row, cells
		from   import_rows
		where  owner_id = ? and import_id = ? and row > ? and not bad
		order  by row
		limit  ?`, tx.Me.ID, id, after, batch).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("rows of import %s: %w", id, err)
	}
	return rows, nil
}

func countRows(ctx context.Context, tx *tenants.Tx, id tenants.ID) (n int, err error) {
	err = tx.NewRaw(`
		select count(*)
		from   import_rows
		where  owner_id = ? and import_id = ?`, tx.Me.ID, id).Scan(ctx, &n)
	return n, err
}

// forgetRows removes what earlier readings left.
func forgetRows(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	_, err := tx.NewRaw(`
		delete from import_rows
		where  owner_id = ? and import_id = ?`, tx.Me.ID, id).Exec(ctx)
	if err == nil {
		_, err = tx.NewRaw(`
			delete from import_errors
			where  owner_id = ? and import_id = ?`, tx.Me.ID, id).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("rows of import %s: %w", id, err)
	}
	return nil
}

// forgetFindings removes what earlier checks found, and keeps what reading found.
func forgetFindings(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	_, err := tx.NewRaw(`
		delete from import_errors e
		where  e.owner_id = ? and e.import_id = ?
		and    not exists (select from import_rows r where r.owner_id = e.owner_id and r.import_id = e.import_id and r.row = e.row and r.bad)`,
		tx.Me.ID, id).Exec(ctx)
	if err != nil {
		return fmt.Errorf("errors of import %s: %w", id, err)
	}
	return nil
}

// insertFindings writes a batch of findings in one statement.
func insertFindings(ctx context.Context, tx *tenants.Tx, id tenants.ID, found []Finding) error {
	const most = 5000
	for len(found) > 0 {
		n := min(len(found), most)
		var rows []int
		var columns, values, codes, texts, suggestions []string
		var warnings []bool
		for _, f := range found[:n] {
			rows, columns, values = append(rows, f.Row), append(columns, f.Column), append(values, f.Value)
			codes, texts = append(codes, f.Code), append(texts, f.Text)
			suggestions, warnings = append(suggestions, f.Suggestion), append(warnings, f.Warning)
		}
		_, err := tx.NewRaw(`
			insert into import_errors (owner_id, import_id, row, column_name, value, code, text, suggestion, warning)
			select ?, ?, e.*
			from   unnest(?::integer[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::boolean[]) as e`,
			tx.Me.ID, id, pgdialect.Array(rows), pgdialect.Array(columns), pgdialect.Array(values), pgdialect.Array(codes),
			pgdialect.Array(texts), pgdialect.Array(suggestions), pgdialect.Array(warnings)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("errors of import %s: %w", id, err)
		}
		found = found[n:]
	}
	return nil
}

func countBad(ctx context.Context, tx *tenants.Tx, id tenants.ID) (n int, err error) {
	err = tx.NewRaw(`
		select count(distinct row)
		from   import_errors
		where  owner_id = ? and import_id = ? and not warning`, tx.Me.ID, id).Scan(ctx, &n)
	return n, err
}

// tidy removes what an applied import needs no more: its bytes and its good rows.
func tidy(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	_, err := tx.NewRaw(`
		delete from import_chunks
		where  owner_id = ? and import_id = ?`, tx.Me.ID, id).Exec(ctx)
	if err == nil {
		_, err = tx.NewRaw(`
			delete from import_rows r
			where  r.owner_id = ? and r.import_id = ?
			and    not exists (select from import_errors e where e.owner_id = r.owner_id and e.import_id = r.import_id and e.row = r.row and not e.warning)`,
			tx.Me.ID, id).Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("import %s: %w", id, err)
	}
	return nil
}
