package billing

import (
	"context"
	"io"
	"strconv"

	"wardbridge/internal/money"
	"wardbridge/internal/sheets"
	"wardbridge/tenants"
)

// column is one column of the finance files; docs/files.md describes them.
type column struct {
	title string
	width int
	text  func(*Bill, *Line) string
	cell  func(*Bill, *Line) sheets.Cell // nil: text
}

func columns(kind tenants.Kind) []column {
	all := []column{
		{"bill_number", 18, func(b *Bill, _ *Line) string { return b.Number }, nil},
		{"status", 8, func(b *Bill, _ *Line) string { return string(b.Status) }, nil},
		{"issued_on", 11, issuedOn, issuedCell},
		{"tax_point_on", 11, taxPoint, taxPointCell},
		{"period_from", 11, func(b *Bill, _ *Line) string { return b.PeriodFrom.String() }, func(b *Bill, _ *Line) sheets.Cell { return sheets.DateCell(b.PeriodFrom.String()) }},
		{"period_to", 11, func(b *Bill, _ *Line) string { return b.PeriodTo.String() }, func(b *Bill, _ *Line) sheets.Cell { return sheets.DateCell(b.PeriodTo.String()) }},
		{"supplier", 28, func(b *Bill, _ *Line) string { return b.Supplier.Name }, nil},
		{"supplier_vat_number", 16, func(b *Bill, _ *Line) string { return b.Supplier.VATNumber }, nil},
		{"line", 6, func(_ *Bill, l *Line) string { return strconv.Itoa(l.Position) }, func(_ *Bill, l *Line) sheets.Cell { return sheets.IntegerCell(int64(l.Position)) }},
		{"timesheet_ref", 14, func(_ *Bill, l *Line) string { return l.TimesheetRef }, nil},
		{"shift_ref", 14, func(_ *Bill, l *Line) string { return l.ShiftRef }, nil},
		{"worked_on", 11, func(_ *Bill, l *Line) string { return l.WorkedOn.String() }, func(_ *Bill, l *Line) sheets.Cell { return sheets.DateCell(l.WorkedOn.String()) }},
		{"worker", 22, func(_ *Bill, l *Line) string { return l.WorkerName }, nil},
		{"ward", 22, func(_ *Bill, l *Line) string { return l.Ward }, nil},
	}
	if kind != tenants.Agency {
		all = append(all, column{"cost_centre", 12, func(_ *Bill, l *Line) string { return l.CostCentre }, nil})
	}
	return append(all, priceColumns...)
}

var priceColumns = []column{
	{"kind", 12, func(_ *Bill, l *Line) string { return string(l.Kind) }, nil},
	{"band", 6, func(_ *Bill, l *Line) string { return string(l.Band) }, nil},
	{"minutes", 8, func(_ *Bill, l *Line) string { return strconv.Itoa(l.PaidMinutes()) }, func(_ *Bill, l *Line) sheets.Cell { return sheets.IntegerCell(int64(l.PaidMinutes())) }},
	{"rate_minutes", 8, func(_ *Bill, l *Line) string { return strconv.Itoa(l.Minutes) }, func(_ *Bill, l *Line) sheets.Cell { return sheets.IntegerCell(int64(l.Minutes)) }},
	{"rate", 10, func(_ *Bill, l *Line) string { return decimal(l.Rate) }, func(_ *Bill, l *Line) sheets.Cell { return sheets.RateCell(decimal(l.Rate)) }},
	{"factor", 10, func(_ *Bill, l *Line) string { return decimal(l.Factor) }, func(_ *Bill, l *Line) sheets.Cell { return sheets.RateCell(decimal(l.Factor)) }},
	{"net", 12, func(_ *Bill, l *Line) string { return l.NetPence.Plain() }, func(_ *Bill, l *Line) sheets.Cell { return sheets.MoneyCell(int64(l.NetPence)) }},
	{"vat_category", 6, func(_ *Bill, l *Line) string { return string(l.VATCategory) }, nil},
	{"vat_rate", 10, func(_ *Bill, l *Line) string { return l.VATRate.String() }, func(_ *Bill, l *Line) sheets.Cell { return sheets.RateCell(l.VATRate.String()) }},
	{"vat", 12, func(_ *Bill, l *Line) string { return l.VATPence.Plain() }, func(_ *Bill, l *Line) sheets.Cell { return sheets.MoneyCell(int64(l.VATPence)) }},
	{"gross", 12, func(_ *Bill, l *Line) string { return l.GrossPence().Plain() }, func(_ *Bill, l *Line) sheets.Cell { return sheets.MoneyCell(int64(l.GrossPence())) }},
	{"vat_reason", 40, func(_ *Bill, l *Line) string { return l.VATReason }, nil},
	{"adjustment_ref", 14, func(_ *Bill, l *Line) string { return l.Adjustment }, nil},
}

func issuedOn(b *Bill, _ *Line) string {
	if b.IssuedAt == nil {
		return ""
	}
	return b.IssuedOn().String()
}

func issuedCell(b *Bill, _ *Line) sheets.Cell {
	if b.IssuedAt == nil {
		return sheets.Cell{}
	}
	return sheets.DateCell(b.IssuedOn().String())
}

func taxPoint(b *Bill, _ *Line) string {
	if b.TaxPointOn == nil {
		return ""
	}
	return b.TaxPointOn.String()
}

func taxPointCell(b *Bill, _ *Line) sheets.Cell {
	if b.TaxPointOn == nil {
		return sheets.Cell{}
	}
	return sheets.DateCell(b.TaxPointOn.String())
}

// decimal writes a rate or a factor with all its places, and nothing for none.
func decimal[T money.Rate | money.Factor](v *T) string {
	switch v := any(v).(type) {
	case *money.Rate:
		if v != nil {
			return v.String()
		}
	case *money.Factor:
		if v != nil {
			return v.String()
		}
	}
	return ""
}

// each gives every line of bills in order, holding a thousand at a time.
func each(ctx context.Context, tx *tenants.Tx, bills []Bill, fn func(*Bill, *Line) error) error {
	for i := range bills {
		for after := 0; ; {
			lines, err := linesFrom(ctx, tx, bills[i].ID, after, linesAtOnce)
			if err != nil {
				return err
			}
			for j := range lines {
				if err := fn(&bills[i], &lines[j]); err != nil {
					return err
				}
				after = lines[j].Position
			}
			if len(lines) < linesAtOnce {
				break
			}
		}
	}
	return nil
}

// WriteCSV writes one row per line of bills. It holds a thousand lines at a
// time, however many there are.
func (s *Service) WriteCSV(ctx context.Context, tx *tenants.Tx, bills []Bill, w io.Writer) error {
	cols := columns(tx.Me.Kind)
	titles, cells := make([]string, len(cols)), make([]string, len(cols))
	for i, c := range cols {
		titles[i] = c.title
	}
	file := sheets.NewCSV(w, titles)
	err := each(ctx, tx, bills, func(b *Bill, l *Line) error {
		for i, c := range cols {
			cells[i] = c.text(b, l)
		}
		return file.Row(cells...)
	})
	if err != nil {
		return err
	}
	return file.Close()
}

// control is the totals that a reader checks a file of lines against: those of
// all bills first, then of each. They are added up from the lines themselves.
type control struct {
	scope, number, supplier string
	Totals
}

func (c *control) add(l *Line) {
	c.Lines++
	c.Minutes += l.PaidMinutes()
	c.NetPence += l.NetPence
	c.VATPence += l.VATPence
	c.GrossPence += l.GrossPence()
}

// controls adds lines up while they pass.
type controls struct {
	all   control
	each  []control
	held  tenants.ID // the bill that is being added up
	sheet tenants.ID // the timesheet whose lines pass
}

func (c *controls) add(b *Bill, l *Line) {
	if c.held != b.ID {
		c.held, c.sheet = b.ID, tenants.ID{}
		c.each = append(c.each, control{scope: "bill", number: b.Number, supplier: b.Supplier.Name})
	}
	one := &c.each[len(c.each)-1]
	if c.sheet != l.TimesheetID && l.Adjustment == "" { // an adjustment is no work again
		c.sheet = l.TimesheetID
		one.Timesheets++
		c.all.Timesheets++
	}
	one.add(l)
	c.all.add(l)
}

func (c *controls) rows() []control {
	c.all.scope = "all"
	return append([]control{c.all}, c.each...)
}

var controlTitles = []string{"scope", "bill_number", "supplier", "lines", "timesheets", "minutes", "net", "vat", "gross"}

// WriteControl writes the control totals of bills, added up from their lines.
func (s *Service) WriteControl(ctx context.Context, tx *tenants.Tx, bills []Bill, w io.Writer) error {
	var sum controls
	if err := each(ctx, tx, bills, func(b *Bill, l *Line) error { sum.add(b, l); return nil }); err != nil {
		return err
	}
	file := sheets.NewCSV(w, controlTitles)
	for _, c := range sum.rows() {
		err := file.Row(c.scope, c.number, c.supplier, strconv.Itoa(c.Lines), strconv.Itoa(c.Timesheets), strconv.Itoa(c.Minutes),
			c.NetPence.Plain(), c.VATPence.Plain(), c.GrossPence.Plain())
		if err != nil {
			return err
		}
	}
	return file.Close()
}

// WriteXLSX writes a workbook: the lines on the first sheet, the control totals
// on the second. It holds a thousand lines at a time.
func (s *Service) WriteXLSX(ctx context.Context, tx *tenants.Tx, bills []Bill, w io.Writer) error {
	cols := columns(tx.Me.Kind)
	heads := make([]sheets.Head, len(cols))
	for i, c := range cols {
		heads[i] = sheets.Head{Title: c.title, Width: max(c.width, len(c.title)+2)}
	}
	book := sheets.NewXLSX(w)
	if err := book.Sheet("Lines", heads...); err != nil {
		return err
	}
	var sum controls
	cells := make([]sheets.Cell, len(cols))
	err := each(ctx, tx, bills, func(b *Bill, l *Line) error {
		sum.add(b, l)
		for i, c := range cols {
			if c.cell == nil {
				cells[i] = sheets.TextCell(c.text(b, l))
			} else {
				cells[i] = c.cell(b, l)
			}
		}
		return book.Row(cells...)
	})
	if err != nil {
		return err
	}
	if err := writeControls(book, sum.rows()); err != nil {
		return err
	}
	return book.Close()
}

func writeControls(book *sheets.XLSX, rows []control) error {
	heads := make([]sheets.Head, len(controlTitles))
	for i, title := range controlTitles {
		heads[i] = sheets.Head{Title: title, Width: 14}
	}
	if err := book.Sheet("Control totals", heads...); err != nil {
		return err
	}
	whole := func(n int) sheets.Cell { return sheets.IntegerCell(int64(n)) }
	pounds := func(p money.Pence) sheets.Cell { return sheets.MoneyCell(int64(p)) }
	for _, c := range rows {
		err := book.Row(sheets.TextCell(c.scope), sheets.TextCell(c.number), sheets.TextCell(c.supplier), whole(c.Lines), whole(c.Timesheets),
			whole(c.Minutes), pounds(c.NetPence), pounds(c.VATPence), pounds(c.GrossPence))
		if err != nil {
			return err
		}
	}
	return nil
}
