package cards

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"wardbridge/internal/sheets"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// Export is the lines of a version in the columns of Sheet, as CSV or as a
// workbook. Imported again, it changes nothing.
func (s *Service) Export(ctx context.Context, tx *tenants.Tx, id tenants.ID, workbook bool) (openapi.File, error) {
	c, err := s.Get(ctx, tx, id)
	if err != nil {
		return openapi.File{}, err
	}
	n, err := s.names(ctx, tx, c.TenantID)
	if err != nil {
		return openapi.File{}, err
	}
	name := fileName(c)
	if workbook {
		return openapi.File{Name: name + ".xlsx", ContentType: workbookType, Write: func(_ context.Context, _ *tenants.Tx, w io.Writer) error { return n.workbook(w, c) }}, nil
	}
	return openapi.File{Name: name + ".csv", ContentType: "text/csv; charset=utf-8", Write: func(_ context.Context, _ *tenants.Tx, w io.Writer) error { return n.csv(w, c) }}, nil
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

func fileName(c Card) string {
	return fmt.Sprintf("%s-v%d", strings.Trim(notInNames.ReplaceAllString(strings.ToLower(c.Name), "-"), "-"), c.Version)
}

func headings() (all []string) {
	for _, c := range Sheet.Columns {
		all = append(all, c.Heading())
	}
	return all
}

func (n *names) csv(w io.Writer, c Card) error {
	out := sheets.NewCSV(w, headings())
	for i := range c.Lines {
		if err := out.Row(n.cells(&c.Lines[i])...); err != nil {
			return err
		}
	}
	return out.Close()
}

func (n *names) workbook(w io.Writer, c Card) error {
	book := sheets.NewXLSX(w)
	var heads []sheets.Head
	for _, h := range headings() {
		heads = append(heads, sheets.Head{Title: h, Width: max(14, len(h)+2)})
	}
	if err := book.Sheet("Rate card", heads...); err != nil {
		return err
	}
	row := make([]sheets.Cell, colCount)
	for i := range c.Lines {
		l := &c.Lines[i]
		for col, text := range n.cells(l) {
			row[col] = sheets.TextCell(text)
			for _, column := range rateColumns {
				if Sheet.Columns[col].Name == column && text != "" && l.Written[column] == "" {
					row[col] = sheets.RateCell(text)
				}
			}
		}
		if err := book.Row(row...); err != nil {
			return err
		}
	}
	return book.Close()
}

// cells writes names where there are any; a grade that is in no list keeps its
// code.
func (n *names) cells(l *Entry) []string {
	group, grade, site := l.StaffGroup, l.Grade, ""
	if g, known := n.groups[group]; known {
		group = g.Name
	}
	if g, known := n.grades[grade]; known {
		grade = g.Name
	}
	if at, known := n.sites[l.SiteID]; known {
		site = at.Code
	}
	return l.cells(group, grade, site)
}
