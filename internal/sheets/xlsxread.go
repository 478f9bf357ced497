package sheets

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// xlsxSource reads the first visible sheet of a workbook.
type xlsxSource struct {
	file    *excelize.File
	rows    *excelize.Rows
	book    workbook
	header  []string
	notices []Notice
	limits  Limits
	number  int
	read    int // rows below the headings
	err     error
	close   func() error
	temp    string // where excelize unpacks what is large
}

// xlsxMemory is up to what size a sheet or the table of strings is held in
// memory; larger ones are unpacked to disk and read from there.
const xlsxMemory = 1 << 20

// openWorkbook owns the file behind file only when it succeeds: close is then
// called by Close.
func openWorkbook(file io.ReaderAt, path string, size int64, limits Limits, close func() error) (src Source, err error) {
	defer func() { // excelize is not proof against every broken file
		if p := recover(); p != nil {
			src, err = nil, ErrDamaged.Because(fmt.Errorf("workbook: %v", p))
		}
	}()
	book, err := inspect(file, size, limits)
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "wardbridge-sheet-")
	if err != nil {
		return nil, fmt.Errorf("room to unpack the workbook: %w", err)
	}
	s := &xlsxSource{book: book, limits: limits, close: close, temp: temp}
	defer func() { // also after a panic
		if src == nil {
			_ = s.discard() // the reason why it cannot be read matters more
		}
	}()
	s.file, err = excelize.OpenFile(path, excelize.Options{RawCellValue: true, TmpDir: temp,
		UnzipSizeLimit: limits.Unpacked, UnzipXMLSizeLimit: min(xlsxMemory, limits.Unpacked)})
	if err != nil {
		return nil, ErrDamaged.Because(err)
	}
	if err := s.start(); err != nil {
		return nil, err
	}
	return s, nil
}

// discard removes what was unpacked, excelize's own leftovers included.
func (s *xlsxSource) discard() error {
	var errs []error
	if s.rows != nil {
		_ = s.rows.Close() // it repeats the error of reading, which Next has given
	}
	if s.file != nil {
		errs = append(errs, s.file.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(s.temp))...)
}

func (s *xlsxSource) start() error {
	rows, err := s.file.Rows(s.book.sheet)
	if err != nil {
		return ErrDamaged.Because(err)
	}
	s.rows = rows
	for {
		cells, err := s.cells()
		if errors.Is(err, io.EOF) {
			return ErrEmpty
		}
		if err != nil {
			return err
		}
		if blank(cells) {
			continue
		}
		if ref, ok := s.book.scan.mergedIn(s.number); ok {
			return ErrHeaderMerged.Saying("The headings in " + ref + " are merged cells. Unmerge them and give every column its own heading.")
		}
		if s.header, err = headings(cells, s.limits); err != nil {
			return err
		}
		break
	}
	if s.book.others > 0 {
		s.notices = append(s.notices, Notice{"sheet_first", fmt.Sprintf("The workbook has %d sheets; only the first, %q, is read.", s.book.others+1, s.book.sheet)})
	}
	if s.book.calendar == From1904 {
		s.notices = append(s.notices, Notice{"calendar_1904", "The workbook counts its dates from 1904. They were converted."})
	}
	if n := s.book.scan.uncached; n > 0 {
		s.notices = append(s.notices, Notice{"formula_not_calculated", fmt.Sprintf("%s cells hold formulas without a result and count as empty. Open the workbook in Excel and save it again.", thousands(int64(n)))})
	}
	if n := len(s.book.scan.merged); n > 0 {
		s.notices = append(s.notices, Notice{"cells_merged", fmt.Sprintf("The sheet has merged cells, such as %s. Only the first cell of each holds a value.", s.book.scan.merged[0])})
	}
	return nil
}

func (s *xlsxSource) Header() []string  { return s.header }
func (s *xlsxSource) Notices() []Notice { return s.notices }

func (s *xlsxSource) Close() error { return errors.Join(s.discard(), s.close()) }

func (s *xlsxSource) Next() (row Row, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.err = ErrDamaged.Because(fmt.Errorf("workbook row %d: %v", s.number, p))
			row, err = Row{}, s.err
		}
	}()
	for s.err == nil {
		cells, err := s.cells()
		if err != nil {
			s.err = err
			break
		}
		if blank(cells) {
			continue
		}
		if s.read++; s.read > s.limits.Rows {
			s.err = tooManyRows(s.limits)
			break
		}
		row := Row{Number: s.number, Calendar: s.book.calendar}
		if bad := s.finish(&row, cells); bad != nil {
			return row, bad
		}
		return row, nil
	}
	return Row{}, s.err
}

// cells gives the next row, blank ones included, so that numbers stay true.
func (s *xlsxSource) cells() ([]string, error) {
	if !s.rows.Next() {
		if s.number < s.book.scan.last {
			return nil, ErrDamaged.Saying("The sheet is damaged below row " + thousands(int64(s.number)) + ". Save it again and send the new copy.").Because(s.rows.Error())
		}
		return nil, io.EOF
	}
	s.number++
	cells, err := s.rows.Columns()
	if err != nil {
		return nil, ErrDamaged.Because(fmt.Errorf("workbook row %d: %w", s.number, err))
	}
	return cells, nil
}

func (s *xlsxSource) finish(row *Row, cells []string) *RowError {
	bad := fit(row, cells, len(s.header))
	for i, c := range row.Cells {
		row.Cells[i] = plainDigits(c)
		if bad == nil && excelErrors[c] {
			bad = &RowError{Row: row.Number, Value: c, Code: "cell_error",
				Text: fmt.Sprintf("The cell under %q shows Excel's error %s instead of a value.", s.header[i], c)}
		}
	}
	return bad
}

var excelErrors = map[string]bool{"#N/A": true, "#REF!": true, "#VALUE!": true, "#DIV/0!": true, "#NAME?": true, "#NUM!": true, "#NULL!": true, "#SPILL!": true, "#CALC!": true}

// plainDigits writes a stored number as Excel shows it: with 15 digits at most
// and without an exponent. 21.370000000000001 is how 21.37 is stored. Only forms
// that nobody types are touched, because a text cell looks the same here: long
// fractions, and exponents that have a sign.
func plainDigits(cell string) string {
	exponent := strings.Contains(cell, "E+") || strings.Contains(cell, "E-") || strings.Contains(cell, "e+") || strings.Contains(cell, "e-")
	point := strings.IndexByte(cell, '.')
	if !exponent && (point < 0 || len(cell) < 17) {
		return cell
	}
	for i := 0; i < len(cell); i++ {
		if c := cell[i]; (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'E' && c != 'e' {
			return cell
		}
	}
	f, err := strconv.ParseFloat(cell, 64)
	if err != nil || f > 1e18 || f < -1e18 {
		return cell
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	if err != nil {
		return cell
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}
