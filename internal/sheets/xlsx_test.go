package sheets

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wardbridge/internal/fault"
)

// book makes a workbook with excelize, as a stranger's program would.
func book(t testing.TB, change func(*excelize.File) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	err := errors.Join(
		f.SetSheetRow("Sheet1", "A1", &[]any{"Ward", "Date", "Start"}),
		f.SetSheetRow("Sheet1", "A2", &[]any{"007", 46350, 0.291666}),
		f.SetSheetRow("Sheet1", "A4", &[]any{"Elm", 46350.5, "19:30"}))
	if err == nil && change != nil {
		err = change(f)
	}
	var out bytes.Buffer
	if err == nil {
		err = f.Write(&out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

var days = Kind{Name: "days", Columns: []Column{{Name: "ward"}, {Name: "date", Form: Date}, {Name: "start", Form: Clock}}}

func TestOpen_readsWorkbooks(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name   string
		change func(*excelize.File) error
		want   string
		notice string
	}{
		{"days and times become words", nil, "007|2026-11-24|07:00/Elm|2026-11-24|19:30", ""},
		{"a workbook of 1904", func(f *excelize.File) error {
			yes := true
			return errors.Join(f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}),
				f.SetCellValue("Sheet1", "B2", 46350-1462), f.SetCellValue("Sheet1", "B4", 46350-1462))
		}, "007|2026-11-24|07:00/Elm|2026-11-24|19:30", "calendar_1904"},
		{"the first sheet that is not hidden", func(f *excelize.File) error {
			_, err := f.NewSheet("Shifts")
			return errors.Join(err, f.SetSheetRow("Shifts", "A1", &[]any{"Ward", "Date", "Start"}),
				f.SetSheetRow("Shifts", "A2", &[]any{"Oak", 46350, 0.5}), setActive(f, 1), f.SetSheetVisible("Sheet1", false))
		}, "Oak|2026-11-24|12:00", ""},
		{"a second sheet is named", func(f *excelize.File) error {
			_, err := f.NewSheet("More")
			return err
		}, "007|2026-11-24|07:00/Elm|2026-11-24|19:30", "sheet_first"},
		{"merged cells below the headings", func(f *excelize.File) error {
			return f.MergeCell("Sheet1", "A5", "B5")
		}, "007|2026-11-24|07:00/Elm|2026-11-24|19:30", "cells_merged"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()

			src, err := Open(bytes.NewReader(book(t, c.change)), Hint{})
			if err != nil {
				t.Fatal(err)
			}
			m, f := days.Match(src.Header(), nil)
			if f != nil {
				t.Fatal(f)
			}
			var rows []string
			for row, err := src.Next(); !errors.Is(err, io.EOF); row, err = src.Next() {
				if err != nil {
					t.Fatal(err)
				}
				rows = append(rows, strings.Join(m.Project(row, nil), "|"))
			}

			if got := strings.Join(rows, "/"); got != c.want {
				t.Errorf("rows %q, want %q", got, c.want)
			}
			if n := src.Notices(); (c.notice == "") != (len(n) == 0) || (c.notice != "" && n[0].Code != c.notice) {
				t.Errorf("notices %v, want %q", n, c.notice)
			}
			if err := src.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func setActive(f *excelize.File, i int) error { f.SetActiveSheet(i); return nil }

// packed makes a workbook from the XML of its sheet.
func packed(t testing.TB, sheet string, extra ...part) []byte {
	t.Helper()
	var out bytes.Buffer
	x := &XLSX{names: []string{"S"}}
	z := zip.NewWriter(&out)
	for _, p := range append(append(x.frame(), part{"xl/worksheets/sheet1.xml", sheet}), extra...) {
		w, err := z.Create(p.name)
		if err == nil {
			_, err = io.WriteString(w, p.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const (
	sheetOpen = `<worksheet xmlns="` + nsMain + `"><sheetData>`
	headRow   = `<row r="1"><c r="A1" t="str"><v>a</v></c><c r="B1" t="str"><v>b</v></c></row>`
)

func TestOpen_refusesWorkbooksItCannotTrust(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name  string
		in    []byte
		limit Limits
		code  string
	}{
		{"merged headings", book(t, func(f *excelize.File) error { return f.MergeCell("Sheet1", "A1", "B1") }), Limits{}, "header_merged"},
		{"no rows at all", packed(t, sheetOpen+`</sheetData></worksheet>`), Limits{}, "file_empty"},
		{"a sheet cut off between rows", packed(t, sheetOpen+headRow+`<row r="2"><c r="A2"><v>1</v></c></row>`), Limits{}, "file_damaged"},
		{"broken XML between rows", packed(t, sheetOpen+headRow+`<row r="2"><c r="A2"><v>1</v></c></row></x><row r="3"><c r="A3"><v>1</v></c></row></sheetData></worksheet>`), Limits{}, "file_damaged"},
		{"too many rows", book(t, nil), Limits{Rows: 1}, "too_many_rows"},
		{"too large unpacked", book(t, nil), Limits{Unpacked: 1000}, "workbook_too_large"},
		{"a bomb beside the sheet", packed(t, sheetOpen+headRow+`</sheetData></worksheet>`, part{"xl/media/a.png", strings.Repeat("\x00", 65<<20)}), Limits{}, "workbook_too_large"},
		{"too many columns", book(t, nil), Limits{Columns: 2}, "too_many_columns"},
		{"a cell far to the right", packed(t, sheetOpen+headRow+`<row r="2"><c r="XFD2"><v>1</v></c></row></sheetData></worksheet>`), Limits{}, "too_many_columns"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()

			_, _, _, err := read(t, bytes.NewReader(c.in), Hint{Limits: c.limit})

			var f *fault.Fault
			if !errors.As(err, &f) || f.Code != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
		})
	}
}

func TestNext_passesLongGapsQuickly(t *testing.T) {
	t.Parallel()
	sheet := sheetOpen + headRow + `<row r="1048576"><c r="A1048576" t="str"><v>x</v></c><c r="XFD1048576"/></row></sheetData></worksheet>`
	src, err := Open(bytes.NewReader(packed(t, sheet)), Hint{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = src.Close() }()

	row, err := src.Next()

	if err != nil || row.Number != 1048576 || row.Cells[0] != "x" {
		t.Errorf("got %+v, %v", row, err)
	}
}

func TestOpen_readsPrefixedTagsStoredFractionsAndSavedResults(t *testing.T) {
	t.Parallel()
	sheet := `<x:worksheet xmlns:x="` + nsMain + `"><x:sheetData>` +
		`<x:row r="1"><x:c r="A1" t="str"><x:v>rate</x:v></x:c><x:c r="B1" t="str"><x:v>big</x:v></x:c></x:row>` +
		`<x:row r="2"><x:c r="A2"><x:v>21.370000000000001</x:v></x:c><x:c r="B2"><x:v>1.234567890123E+15</x:v></x:c></x:row>` +
		`<x:row r="3"><x:c r="A3" t="e"><x:v>#REF!</x:v></x:c></x:row>` +
		`<x:row r="4"><x:c r="A4"><x:f>1+1</x:f></x:c><x:c r="B4" t="str"><x:f>UPPER("5e2")</x:f><x:v>5E2</x:v></x:c></x:row>` +
		`</x:sheetData></x:worksheet>`

	src, err := Open(bytes.NewReader(packed(t, sheet)), Hint{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = src.Close() }()
	first, err1 := src.Next()
	if got := strings.Join(first.Cells, "|"); err1 != nil || got != "21.37|1234567890123000" {
		t.Errorf("got %q, %v", got, err1)
	}
	_, err2 := src.Next()
	var bad *RowError
	if !errors.As(err2, &bad) || bad.Code != "cell_error" || bad.Row != 3 {
		t.Errorf("got %v", err2)
	}
	third, err3 := src.Next()
	if got := strings.Join(third.Cells, "|"); err3 != nil || got != "|5E2" {
		t.Errorf("got %q, %v", got, err3)
	}
	if n := src.Notices(); len(n) != 1 || n[0].Code != "formula_not_calculated" {
		t.Errorf("notices %v", n)
	}
}

func TestXLSX_opensInExcelize(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	x := NewXLSX(&out)
	odd := "a & b <c> \"d\"\r\n_x000D_ \x01é "
	err := errors.Join(
		x.Sheet("Lines", Head{Title: "Reference", Width: 20}, Head{Title: "Minutes"}, Head{Title: "Net"}, Head{Title: "Rate"}, Head{Title: "Day"}, Head{Title: "Note"}),
		x.Row(TextCell("007"), IntegerCell(-750), MoneyCell(-123456705), RateCell("21.3750"), DateCell("2026-11-24"), TextCell(odd)),
		x.Row(TextCell("=1+1"), Cell{}, MoneyCell(5), RateCell("n/a"), DateCell("soon"), TextCell("'=x")),
		x.Sheet("Control/totals", Head{Title: "Count"}),
		x.Row(IntegerCell(2)),
		x.Sheet("lines"),
		x.Close())
	if err != nil {
		t.Fatal(err)
	}

	f, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()

	if got := strings.Join(f.GetSheetList(), "|"); got != "Lines|Control totals|lines 3" {
		t.Errorf("sheets %q", got)
	}
	shown := map[string]string{"A1": "Reference", "A2": "007", "B2": "-750", "C2": "-1,234,567.05", "D2": "21.3750", "E2": "24/11/2026",
		"F2": "a & b <c> \"d\"\r\n_x000D_ \uFFFDé ", "A3": "=1+1", "C3": "0.05", "D3": "n/a", "E3": "soon", "F3": "''=x"}
	for ref, want := range shown {
		if got, err := f.GetCellValue("Lines", ref); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", ref, got, err, want)
		}
	}
	if kind, err := f.GetCellType("Lines", "C2"); err != nil || kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
		t.Errorf("money is of type %v (%v)", kind, err)
	}
	if p, err := f.GetPanes("Lines"); err != nil || !p.Freeze || p.YSplit != 1 {
		t.Errorf("panes %+v, %v", p, err)
	}
	if got, _ := f.GetCellFormula("Lines", "A3"); got != "" {
		t.Errorf("text became the formula %q", got)
	}
	if w, err := f.GetColWidth("Lines", "A"); err != nil || w != 20 {
		t.Errorf("width %v, %v", w, err)
	}
}

func TestXLSX_comesBackThroughOurReader(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	x := NewXLSX(&out)
	want := []string{"'=x", "=1", " padded ", "line\r\nend", "_x0041_", "007"}
	heads, cells := make([]Head, len(want)), make([]Cell, len(want))
	for i, w := range want {
		heads[i], cells[i] = Head{Title: letters(i)}, TextCell(w)
	}
	if err := errors.Join(x.Sheet("S", heads...), x.Row(cells...), x.Close()); err != nil {
		t.Fatal(err)
	}

	_, rows, _, err := read(t, &out, Hint{})

	if err != nil || len(rows) != 1 || strings.Join(rows[0], "|") != strings.Join(want, "|") {
		t.Errorf("got %q, %v", rows, err)
	}
}

func TestXLSX_keepsItsFirstError(t *testing.T) {
	t.Parallel()
	x := NewXLSX(io.Discard)

	if err := x.Row(TextCell("a")); err == nil {
		t.Error("a row without a sheet was taken")
	}
	if err := x.Close(); err == nil {
		t.Error("the error was forgotten")
	}
	y := NewXLSX(io.Discard)
	if err := errors.Join(y.Sheet("S"), y.Row(TextCell(strings.Repeat("x", 40_000)))); err == nil {
		t.Error("a text that no workbook can hold was taken")
	}
}

func BenchmarkRead_xlsx(b *testing.B) {
	var out bytes.Buffer
	x := NewXLSX(&out)
	const cells, rows = 20, 10_000
	heads, row := make([]Head, cells), make([]Cell, cells)
	for i := range heads {
		heads[i], row[i] = Head{Title: letters(i)}, TextCell("Oak Ward")
	}
	if err := x.Sheet("S", heads...); err != nil {
		b.Fatal(err)
	}
	for range rows {
		if err := x.Row(row...); err != nil {
			b.Fatal(err)
		}
	}
	if err := x.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		src, err := Open(bytes.NewReader(out.Bytes()), Hint{})
		if err != nil {
			b.Fatal(err)
		}
		for err == nil {
			_, err = src.Next()
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
		_ = src.Close()
	}
	b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkWrite_xlsx(b *testing.B) {
	x := NewXLSX(io.Discard)
	if err := x.Sheet("S", make([]Head, 10)...); err != nil {
		b.Fatal(err)
	}
	row := []Cell{TextCell("SH-000123"), TextCell("Oak Ward"), DateCell("2026-11-24"), IntegerCell(750), MoneyCell(12345), RateCell("21.3750"), TextCell("RN, adult"), IntegerCell(2), Cell{}, TextCell("=x")}
	n := 0
	for b.Loop() {
		if n++; n%1_000_000 == 0 {
			if err := x.Sheet("S", make([]Head, 10)...); err != nil {
				b.Fatal(err)
			}
		}
		if err := x.Row(row...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*10/b.Elapsed().Seconds(), "cells/s")
}

// FuzzOpen_sheet changes the XML inside a workbook, which FuzzOpen cannot reach
// behind the checksums of the archive.
func FuzzOpen_sheet(f *testing.F) {
	f.Add(sheetOpen + headRow + `<row r="2"><c r="A2"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells></worksheet>`)
	f.Add(sheetOpen + headRow + `<row r="9"><c r="B9" t="inlineStr"><is><r><t>x</t></r></is></c><c t="s"><f>1</f><v>7</v></c></row></sheetData></worksheet>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		src, err := Open(bytes.NewReader(packed(t, sheet)), Hint{})
		if err != nil {
			var fa *fault.Fault
			if !errors.As(err, &fa) {
				t.Fatalf("no fault: %v", err)
			}
			return
		}
		defer func() { _ = src.Close() }()
		for {
			_, err := src.Next()
			var bad *RowError
			if err != nil && !errors.As(err, &bad) {
				return
			}
		}
	})
}
