package sheets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"wardbridge/internal/fault"
)

// csvSource reads a CSV file. The standard reader is not used because it turns
// line ends inside cells into others, knows no byte offsets, and swallows the
// rest of a file after an unclosed quotation mark.
type csvSource struct {
	lines   *lines
	comma   byte
	header  []string
	limits  Limits
	notices []Notice
	number  int // of the last row, as a spreadsheet program counts
	line    int // where it began
	rows    int // below the headings
	record  []byte
	ends    []int // of the cells in record, a separator after each
	cells   []string
	err     error
	close   func() error
}

func openCSV(r io.Reader, found finding, limits Limits) (*csvSource, error) {
	in, err := newLines(r, found.charset, limits.RowBytes)
	if err != nil {
		return nil, err
	}
	s := &csvSource{lines: in, limits: limits, close: func() error { return nil }}
	s.comma = separator(in.window(), in.eol)
	if first := in.window(); len(first) > 5 && strings.EqualFold(string(first[:4]), "sep=") && (first[5] == '\r' || first[5] == '\n') {
		s.comma = first[4] // Excel's own way to say it
		if _, err := in.next(); err != nil {
			return nil, err
		}
		s.number++
	}
	s.assume(found.charset)
	if err := s.readHeader(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *csvSource) assume(cs charset) {
	switch {
	case cs == windows1252:
		s.notices = append(s.notices, Notice{"encoding_windows_1252", "The file is not UTF-8. It was read as Windows-1252; check that names with accents look right."})
	case cs.wide():
		s.notices = append(s.notices, Notice{"encoding_utf_16", "The file is UTF-16 and was converted."})
	}
	switch s.comma {
	case ';':
		s.notices = append(s.notices, Notice{"separator_semicolon", "The cells are separated by semicolons."})
	case '\t':
		s.notices = append(s.notices, Notice{"separator_tab", "The cells are separated by tabs."})
	}
}

func (s *csvSource) readHeader() error {
	for {
		if err := s.read(); errors.Is(err, io.EOF) {
			return ErrEmpty
		} else if err != nil {
			return err
		}
		if at := s.lines.takeSpoilt(); at.line != 0 {
			return ErrDamaged.Saying("The headings cannot be read: " + unreadable(at))
		}
		if !blank(s.cells) {
			break
		}
	}
	header, err := headings(s.cells, s.limits)
	s.header = header
	return err
}

func (s *csvSource) Header() []string   { return s.header }
func (s *csvSource) Notices() []Notice  { return s.notices }
func (s *csvSource) Close() error       { return s.close() }
func (s *csvSource) Next() (Row, error) { return s.next() }

func (s *csvSource) next() (Row, error) {
	for s.err == nil {
		if s.err = s.read(); s.err != nil {
			break
		}
		at := s.lines.takeSpoilt()
		if at.line == 0 && blank(s.cells) {
			continue
		}
		if s.rows++; s.rows > s.limits.Rows {
			s.err = tooManyRows(s.limits)
			break
		}
		row := Row{Number: s.number, Line: s.line}
		bad := fit(&row, s.cells, len(s.header))
		if at.line != 0 {
			bad = &RowError{Row: s.number, Code: "text_unreadable", Text: unreadable(at)}
		}
		if bad != nil {
			return row, bad
		}
		return row, nil
	}
	return Row{}, s.err
}

// read gets one record into cells.
func (s *csvSource) read() error {
	line, err := s.lines.next()
	if err != nil {
		return err
	}
	s.number++
	s.line = s.lines.number
	s.record, s.ends = s.record[:0], s.ends[:0]
	body, _ := cutEnding(line, s.lines.eol)
	if len(body) > s.limits.RowBytes {
		return rowTooLong(s.line, s.limits.RowBytes)
	}
	if bytes.IndexByte(body, '"') < 0 {
		s.split(body)
	} else if err := s.unquote(line); err != nil {
		return err
	}
	text, from := string(s.record), 0
	s.cells = s.cells[:0]
	for _, end := range s.ends {
		s.cells = append(s.cells, text[from:end])
		from = end + 1
	}
	return nil
}

// split takes a line without quotation marks apart.
func (s *csvSource) split(body []byte) {
	s.record = append(s.record, body...)
	for i, c := range body {
		if c == s.comma {
			s.ends = append(s.ends, i)
		}
	}
	s.ends = append(s.ends, len(body))
}

// unquote takes a record apart that has quotation marks and may have several
// lines.
func (s *csvSource) unquote(line []byte) error {
	body, ending := cutEnding(line, s.lines.eol)
	for {
		var err error
		if len(body) > 0 && body[0] == '"' {
			body, ending, err = s.quoted(body[1:], ending)
		} else {
			body, err = s.bare(body)
		}
		if err != nil {
			return err
		}
		s.ends = append(s.ends, len(s.record))
		if len(body) == 0 {
			return nil
		}
		body = body[1:]
		s.record = append(s.record, s.comma)
	}
}

func (s *csvSource) bare(body []byte) ([]byte, error) {
	cell := body
	if i := bytes.IndexByte(body, s.comma); i >= 0 {
		cell = body[:i]
	}
	if bytes.IndexByte(cell, '"') >= 0 {
		return nil, badQuote(s.lines.number, "has a quotation mark inside a cell that does not begin with one. Put the whole cell in quotation marks and double those inside it.")
	}
	s.record = append(s.record, cell...)
	return body[len(cell):], nil
}

// quoted reads on behind an opening mark and gives what follows the closing one.
func (s *csvSource) quoted(body, ending []byte) (rest, lastEnding []byte, err error) {
	opened := s.lines.number
	for {
		i := bytes.IndexByte(body, '"')
		if i >= 0 {
			s.record = append(s.record, body[:i]...)
			body = body[i+1:]
			if len(body) > 0 && body[0] == '"' {
				s.record = append(s.record, '"')
				body = body[1:]
				continue
			}
			if len(body) > 0 && body[0] != s.comma {
				return nil, nil, badQuote(s.lines.number, "has more text after a closing quotation mark. Double the marks that belong to the text.")
			}
			return body, ending, nil
		}
		s.record = append(append(s.record, body...), ending...)
		if len(s.record) > s.limits.RowBytes {
			return nil, nil, badQuote(opened, "opens a quotation mark that is not closed.")
		}
		line, err := s.lines.next()
		if errors.Is(err, io.EOF) {
			return nil, nil, badQuote(opened, "opens a quotation mark that is not closed before the file ends.")
		}
		if err != nil {
			return nil, nil, err
		}
		body, ending = cutEnding(line, s.lines.eol)
	}
}

func cutEnding(line []byte, eol byte) (body, ending []byte) {
	n := len(line)
	if n > 0 && line[n-1] == eol {
		n--
	}
	if eol == '\n' && n > 0 && line[n-1] == '\r' {
		n--
	}
	return line[:n], line[n:]
}

// separator counts the candidates in the first line, outside quotation marks.
func separator(window []byte, eol byte) byte {
	counts, quoted, seen := [256]int{}, false, false
	for _, c := range window {
		if c == '"' {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		if c == eol && seen {
			break
		}
		seen = seen || (c != eol && c != '\r' && c != ' ')
		counts[c]++
	}
	best := byte(',')
	for _, c := range []byte{';', '\t'} {
		if counts[c] > counts[best] {
			best = c
		}
	}
	return best
}

// headings trims the first row and drops the empty cells behind its last one.
func headings(cells []string, limits Limits) ([]string, error) {
	header := make([]string, 0, len(cells))
	last := 0
	for i, c := range cells {
		header = append(header, strings.TrimSpace(unguard(c)))
		if header[i] != "" {
			last = i + 1
		}
	}
	if last > limits.Columns {
		return nil, ErrTooManyColumns.Saying(fmt.Sprintf("The file has %d columns; at most %d can be read. Remove those that are not needed.", last, limits.Columns))
	}
	return header[:last], nil
}

// fit gives the row as many cells as there are headings. Cells beyond the last
// heading are an error when they hold something: most often an unquoted comma
// has moved the cells behind it.
func fit(row *Row, cells []string, width int) *RowError {
	for len(cells) < width {
		cells = append(cells, "")
	}
	row.Cells = cells[:width]
	for i, c := range row.Cells {
		if len(c) > 1 && c[0] == '\'' {
			row.Cells[i] = unguard(c)
		}
	}
	for _, c := range cells[width:] {
		if strings.TrimSpace(c) != "" {
			return &RowError{Row: row.Number, Value: clip(c), Code: "too_many_cells",
				Text: fmt.Sprintf("The row has more cells than the %d headings. A comma inside a text needs quotation marks around the text.", width)}
		}
	}
	return nil
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

func badQuote(line int, what string) *fault.Fault {
	return ErrQuote.Saying("Line " + thousands(int64(line)) + " " + what)
}

func rowTooLong(line, max int) *fault.Fault {
	return ErrRowTooLong.Saying("The row at line " + thousands(int64(line)) + " is longer than " + megabytes(int64(max)) + ". Is the file a table with one row a line?")
}

func unreadable(at spot) string {
	where := "line " + thousands(int64(at.line))
	if at.offset >= 0 {
		where += ", byte " + thousands(at.offset) + " of the file"
	}
	return "There is something that is not text in " + where + ". Save the file as CSV UTF-8 or replace the letter."
}
