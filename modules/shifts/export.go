package shifts

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/paging"
	"wardbridge/internal/sheets"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

// exportColumns follow the columns of Sheet in an export.
var exportColumns = []string{"Shift", "Status", "Place", "Paid minutes", "Created"}

const exportBatch = 200

// Export is the shifts of a filter as a CSV file. It holds one batch of rows,
// whatever the number of shifts.
func (s *Service) Export(f Filter) openapi.File {
	return openapi.File{Name: "shifts.csv", ContentType: "text/csv; charset=utf-8", Write: func(ctx context.Context, tx *tenants.Tx, w io.Writer) error {
		out := sheets.NewCSV(w, exportHeadings())
		if err := s.rows(ctx, tx, f, func(cells []string) error { return out.Row(cells...) }); err != nil {
			return err
		}
		return out.Close()
	}}
}

// ExportWorkbook is Export as a workbook, whose dates are dates.
func (s *Service) ExportWorkbook(f Filter) openapi.File {
	const contentType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	return openapi.File{Name: "shifts.xlsx", ContentType: contentType, Write: func(ctx context.Context, tx *tenants.Tx, w io.Writer) error {
		book := sheets.NewXLSX(w)
		var heads []sheets.Head
		for _, h := range exportHeadings() {
			heads = append(heads, sheets.Head{Title: h, Width: max(14, len(h)+2)})
		}
		if err := book.Sheet("Shifts", heads...); err != nil {
			return err
		}
		row := make([]sheets.Cell, len(heads))
		err := s.rows(ctx, tx, f, func(cells []string) error {
			for i, text := range cells {
				row[i] = sheets.TextCell(text)
			}
			row[colDate] = sheets.DateCell(cells[colDate])
			return book.Row(row...)
		})
		if err != nil {
			return err
		}
		return book.Close()
	}}
}

func exportHeadings() []string {
	var headings []string
	for _, c := range Sheet.Columns {
		headings = append(headings, c.Heading())
	}
	return append(headings, exportColumns...)
}

// rows gives the cells of every shift of a filter.
func (s *Service) rows(ctx context.Context, tx *tenants.Tx, f Filter, write func([]string) error) error {
	n, err := s.names(ctx, tx)
	if err != nil {
		return err
	}
	f.Limit, f.Cursor = exportBatch, ""
	for {
		rows, next, err := s.List(ctx, tx, f)
		if err != nil {
			return err
		}
		for i := range rows {
			if err := write(n.cells(&rows[i])); err != nil {
				return fmt.Errorf("export of shifts: %w", err)
			}
		}
		if f.Cursor = next; next == paging.Cursor("") {
			return nil
		}
	}
}

func (n *names) cells(s *Shift) []string {
	ward := n.wards[s.WardID]
	cells := make([]string, colCount, colCount+len(exportColumns))
	cells[colRef], cells[colSite], cells[colWard] = s.ExternalRef, ward.SiteName, ward.Name
	cells[colGroup], cells[colGrade], cells[colSpecialty] = n.groups[s.StaffGroup].Name, n.grades[s.Grade].Name, s.Specialty
	cells[colDate], cells[colStart], cells[colEnd] = civil.DateOf(s.StartsAt).String(), clockCell(s.StartsAt), clockCell(s.EndsAt)
	cells[colBreak], cells[colQuantity] = strconv.Itoa(s.BreakMinutes), "1"
	cells[colReason], cells[colCostCentre], cells[colNotes] = n.reasons[s.Reason].Name, s.CostCentre, s.Notes
	return append(cells, s.Ref, string(s.Status), strconv.Itoa(s.Place), strconv.Itoa(s.PaidMinutes()), s.CreatedAt.In(civil.London).Format(time.RFC3339))
}

// clockCell is a time as an import takes it back: with its offset where the time
// alone would not tell which of two is meant.
func clockCell(at time.Time) string {
	if civil.FoldOf(at) != civil.Unsaid {
		return at.In(civil.London).Format("2006-01-02 15:04-07:00")
	}
	return civil.ClockOf(at).String()
}
