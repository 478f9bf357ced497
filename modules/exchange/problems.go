package exchange

import (
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/uptrace/bun"

	"wardbridge/internal/paging"
	"wardbridge/internal/sheets"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

// Problem is what is wrong with one cell or row, or as a warning what somebody
// should look at.
type Problem struct {
	ID         int64
	Row        int
	Column     string
	Value      string
	Code       string
	Text       string
	Suggestion string
	Warning    bool
}

// Group is one problem that many rows have.
type Group struct {
	Column     string
	Code       string
	Value      string
	Text       string
	Suggestion string
	Warning    bool
	Rows       int
}

func listErrors(ctx context.Context, tx *tenants.Tx, id tenants.ID, asked int, cursor paging.Cursor) (rows []Problem, next paging.Cursor, err error) {
	limit, err := paging.Limit(asked)
	if err != nil {
		return nil, "", err
	}
	var row int
	var last int64
	if cursor != "" {
		if err := paging.Decode(cursor, &row, &last); err != nil {
			return nil, "", err
		}
	}
	err = tx.NewRaw(`
		select id, row, column_name as column, value, code, text, suggestion, warning
		from   import_errors
		where  owner_id = ? and import_id = ? and (row, id) > (?, ?)
		order  by row, id
		limit  ?`, tx.Me.ID, id, row, last, limit+1).Scan(ctx, &rows)
	if err != nil {
		return nil, "", fmt.Errorf("errors of import %s: %w", id, err)
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = paging.Encode(rows[limit-1].Row, rows[limit-1].ID)
	}
	return rows, next, nil
}

func groupErrors(ctx context.Context, tx *tenants.Tx, id tenants.ID) (groups []Group, err error) {
	err = tx.NewRaw(`
		select column_name as column, code, value, min(text) as text, min(suggestion) as suggestion, warning, count(distinct row) as rows
		from   import_errors
		where  owner_id = ? and import_id = ?
		group  by column_name, code, value, warning
		order  by warning, rows desc, column_name, value
		limit  50`, tx.Me.ID, id).Scan(ctx, &groups)
	if err != nil {
		return nil, fmt.Errorf("errors of import %s: %w", id, err)
	}
	return groups, nil
}

// FailedRows is the bad rows of an import as a CSV file with one more column that
// says what is wrong. Corrected, it can be sent back as it is.
func (s *Service) FailedRows(ctx context.Context, tx *tenants.Tx, id tenants.ID) (openapi.File, error) {
	i, err := getImport(ctx, tx, id, false)
	if err != nil {
		return openapi.File{}, err
	}
	sheet, err := s.Kind(i.Kind)
	if err != nil {
		return openapi.File{}, err
	}
	var headings []string
	for _, c := range sheet.Columns {
		headings = append(headings, c.Heading())
	}
	return openapi.File{Name: i.Kind + "-failed-rows.csv", ContentType: "text/csv; charset=utf-8", Write: func(ctx context.Context, tx *tenants.Tx, w io.Writer) error {
		return sheets.WriteErrors(w, headings, failedRows(ctx, tx, id))
	}}, nil
}

// failedRows reads the bad rows a thousand at a time.
func failedRows(ctx context.Context, tx *tenants.Tx, id tenants.ID) iter.Seq2[sheets.Failed, error] {
	return func(yield func(sheets.Failed, error) bool) {
		for after := 0; ; {
			rows, found, err := failedBatch(ctx, tx, id, after)
			if err != nil {
				yield(sheets.Failed{}, err)
				return
			}
			if len(rows) == 0 {
				return
			}
			for _, r := range rows {
				if !yield(sheets.Failed{Cells: r.Cells, Errors: found[r.Row]}, nil) {
					return
				}
			}
			after = rows[len(rows)-1].Row
		}
	}
}

func failedBatch(ctx context.Context, tx *tenants.Tx, id tenants.ID, after int) (rows []Row, found map[int][]sheets.RowError, err error) {
	err = tx.NewRaw(`
		select r.row, r.cells
		from   import_rows r
		where  r.owner_id = ? and r.import_id = ? and r.row > ?
		and    exists (select from import_errors e where e.owner_id = r.owner_id and e.import_id = r.import_id and e.row = r.row and not e.warning)
		order  by r.row
		limit  1000`, tx.Me.ID, id, after).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return nil, nil, err
	}
	numbers := make([]int, len(rows))
	for i, r := range rows {
		numbers[i] = r.Row
	}
	var all []Problem
	err = tx.NewRaw(`
		select row, column_name as column, value, code, text, suggestion
		from   import_errors
		where  owner_id = ? and import_id = ? and row in (?) and not warning
		order  by row, id`, tx.Me.ID, id, bun.List(numbers)).Scan(ctx, &all)
	found = map[int][]sheets.RowError{}
	for _, p := range all {
		found[p.Row] = append(found[p.Row], sheets.RowError{Row: p.Row, Column: p.Column, Value: p.Value, Code: p.Code, Text: p.Text, Suggestion: p.Suggestion})
	}
	return rows, found, err
}

// Template is a CSV file to fill in: the headings and one example row.
func (s *Service) Template(name string) (openapi.File, error) {
	sheet, err := s.Kind(name)
	if err != nil {
		return openapi.File{}, err
	}
	return openapi.File{Name: name + "-template.csv", ContentType: "text/csv; charset=utf-8", Write: func(_ context.Context, _ *tenants.Tx, w io.Writer) error {
		return sheets.Template(w, sheet)
	}}, nil
}
