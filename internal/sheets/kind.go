package sheets

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"wardbridge/internal/fault"
)

// Kind describes one import: its columns and what people may call them.
type Kind struct {
	Name    string // "shifts"
	Title   string // "Shifts"
	Columns []Column
}

// Column describes one column of an import. Its Name is what the program says,
// its Title what stands in the template.
type Column struct {
	Name     string   // "external_ref"
	Title    string   // "External reference"
	Required bool     // the heading must be there and no cell may be empty
	Aliases  []string // other headings we accept; case and punctuation do not count
	Max      int      // characters; 0 for no limit of its own
	Form     Form     // how a number from a workbook is to be read
	Doc      string   // shape and unit, for the template and the documentation
	Example  string
}

// Form says what a number in a workbook stands for. CSV text that is no such
// number is never changed by it.
type Form int

// The forms. Text is everything that is not a day or a time of day.
const (
	Text  Form = iota
	Date       // 46350 becomes 2026-11-24
	Clock      // 0.291666 becomes 07:00
)

// Heading is what the column is called in templates and messages.
func (c Column) Heading() string {
	if c.Title != "" {
		return c.Title
	}
	return c.Name
}

// Mapping says which cell of a row belongs to which column of a kind.
type Mapping struct {
	// Found has the heading in the file for every column that was found, by
	// the name of the column. This is what is worth remembering.
	Found map[string]string
	// Unknown are the headings that nothing will be read from.
	Unknown []string
	Notices []Notice

	kind  Kind
	index []int // by column of the kind; -1 where the file has none
}

// Match finds the columns of a kind among the headings of a file, in any order.
// What people chose before goes first: remembered has the name of a column by
// heading, and the empty name for headings to pass over. Then come the names,
// titles and aliases of the columns. Headings that mean nothing are named in the
// mapping's notices. A missing column that is needed is header_missing, two
// headings for one column are header_duplicate.
func (k Kind) Match(header []string, remembered map[string]string) (Mapping, *fault.Fault) {
	m := Mapping{Found: map[string]string{}, kind: k, index: make([]int, len(k.Columns))}
	for i := range m.index {
		m.index[i] = -1
	}
	chosen, passed := k.chosen(remembered)
	by := k.words()
	var duplicates []fault.Field
	var left []int
	for at, heading := range header {
		word := fold(heading)
		if word == "" || word == fold(ErrorHeading) || passed[word] {
			continue
		}
		if c, ok := chosen[word]; ok {
			duplicates = m.put(c, at, header, duplicates)
			continue
		}
		left = append(left, at)
	}
	remembers := slices.Clone(m.index)
	for _, at := range left {
		c, ok := by[fold(header[at])]
		if !ok || remembers[c] >= 0 {
			m.Unknown = append(m.Unknown, header[at])
			continue
		}
		duplicates = m.put(c, at, header, duplicates)
	}
	if len(m.Unknown) > 0 {
		m.Notices = append(m.Notices, Notice{"header_unknown", "Nothing is read from " + listed(m.Unknown) + "."})
	}
	if len(duplicates) > 0 {
		return Mapping{}, ErrHeaderDuplicate.Saying(duplicates[0].Text).With(duplicates...)
	}
	if f := m.missing(header); f != nil {
		return Mapping{}, f
	}
	return m, nil
}

// chosen turns what was remembered into columns; passed are the headings to
// pass over. A remembered column that the kind no longer has counts for nothing.
func (k Kind) chosen(remembered map[string]string) (map[string]int, map[string]bool) {
	chosen, passed := map[string]int{}, map[string]bool{}
	for heading, name := range remembered {
		if name == "" {
			passed[fold(heading)] = true
		} else if c := k.column(name); c >= 0 {
			chosen[fold(heading)] = c
		}
	}
	return chosen, passed
}

// words is every heading the kind accepts. The first column to claim one has it.
func (k Kind) words() map[string]int {
	by := map[string]int{}
	claim := func(word string, c int) {
		if _, taken := by[fold(word)]; !taken {
			by[fold(word)] = c
		}
	}
	for i, c := range k.Columns {
		claim(c.Name, i)
		claim(c.Heading(), i)
	}
	for i, c := range k.Columns {
		for _, a := range c.Aliases {
			claim(a, i)
		}
	}
	return by
}

func (k Kind) column(name string) int {
	return slices.IndexFunc(k.Columns, func(c Column) bool { return c.Name == name })
}

// Valid tells whether the kind can be matched without doubt: every column has a
// name and no heading belongs to two. Modules call it in their tests.
func (k Kind) Valid() error {
	owner := map[string]string{}
	for _, c := range k.Columns {
		if c.Name == "" {
			return fmt.Errorf("kind %s: a column without a name", k.Name)
		}
		for _, word := range append([]string{c.Name, c.Heading()}, c.Aliases...) {
			key := fold(word)
			if o, ok := owner[key]; key == "" || (ok && o != c.Name) {
				return fmt.Errorf("kind %s: heading %q belongs to %q and %q", k.Name, word, o, c.Name)
			}
			owner[key] = c.Name
		}
	}
	return nil
}

func (m *Mapping) put(c, at int, header []string, duplicates []fault.Field) []fault.Field {
	column := m.kind.Columns[c]
	if first := m.index[c]; first >= 0 {
		return append(duplicates, fault.Field{Name: column.Name, Code: ErrHeaderDuplicate.Code, Value: clip(header[at]),
			Text: fmt.Sprintf("Both %q (column %s) and %q (column %s) mean %s. Remove or rename one of them.",
				header[first], letters(first), header[at], letters(at), column.Heading())})
	}
	m.index[c] = at
	m.Found[column.Name] = header[at]
	return duplicates
}

func (m *Mapping) missing(header []string) *fault.Fault {
	var fields []fault.Field
	var names []string
	for i, c := range m.kind.Columns {
		if c.Required && m.index[i] < 0 {
			text := "The file has no column " + c.Heading() + "."
			if near := Suggest(c.Heading(), m.Unknown); near != "" {
				text += fmt.Sprintf(" Is it %q?", near)
			}
			fields = append(fields, fault.Field{Name: c.Name, Code: ErrHeaderMissing.Code, Text: text})
			names = append(names, c.Heading())
		}
	}
	if fields == nil {
		return nil
	}
	text := "The file has no column " + listed(names) + ". Its headings are " + listed(header) + "."
	return ErrHeaderMissing.Saying(text).With(fields...)
}

// Has tells whether the file has the column.
func (m Mapping) Has(column string) bool {
	_, ok := m.Found[column]
	return ok
}

// Get is the trimmed cell of a column, and "" for one that the file has not.
func (m Mapping) Get(row Row, column string) string {
	c := m.kind.column(column)
	if c < 0 {
		return ""
	}
	return m.value(row, c)
}

// Project puts the cells of a row in the order of the kind's columns, trimmed,
// with the days and times of workbooks in words. It appends to dst[:0], so one
// slice serves for a whole file.
func (m Mapping) Project(row Row, dst []string) []string {
	dst = dst[:0]
	for c := range m.kind.Columns {
		dst = append(dst, m.value(row, c))
	}
	return dst
}

func (m Mapping) value(row Row, c int) string {
	at := m.index[c]
	if at < 0 || at >= len(row.Cells) {
		return ""
	}
	cell := strings.TrimSpace(row.Cells[at])
	switch m.kind.Columns[c].Form {
	case Date:
		if day, ok := ExcelDate(cell, row.Calendar); ok {
			return day
		}
	case Clock:
		if clock, ok := ExcelClock(cell); ok {
			return clock
		}
	}
	return cell
}

// Check finds what a row breaks of what the kind itself says: needed cells that
// are empty and cells that are too long.
func (m Mapping) Check(row Row) []RowError {
	var errs []RowError
	for i, c := range m.kind.Columns {
		if m.index[i] < 0 {
			continue
		}
		v := m.value(row, i)
		switch {
		case v == "" && c.Required:
			errs = append(errs, RowError{Row: row.Number, Column: c.Name, Code: "value_missing", Text: c.Heading() + " is empty."})
		case c.Max > 0 && len(v) > c.Max && utf8.RuneCountInString(v) > c.Max:
			errs = append(errs, RowError{Row: row.Number, Column: c.Name, Value: clip(v), Code: "value_too_long",
				Text: fmt.Sprintf("%s has %d characters; at most %d are allowed.", c.Heading(), utf8.RuneCountInString(v), c.Max)})
		}
	}
	return errs
}

// Template writes a CSV file to fill in: the headings and one example row.
func Template(w io.Writer, k Kind) error {
	var titles, example []string
	for _, c := range k.Columns {
		titles = append(titles, c.Heading())
		example = append(example, c.Example)
	}
	out := NewCSV(w, titles)
	if err := out.Row(example...); err != nil {
		return err
	}
	return out.Close()
}

// fold reduces a heading to what counts in it: letters and digits.
func fold(heading string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// letters is what spreadsheet programs call a column: 0 is A, 26 is AA.
func letters(at int) string {
	s := ""
	for at++; at > 0; at = (at - 1) / 26 {
		s = string(rune('A'+(at-1)%26)) + s
	}
	return s
}

// listed joins headings for a sentence and leaves out what would bury it.
func listed(words []string) string {
	const most = 20
	var b strings.Builder
	n := 0
	for _, w := range words {
		if strings.TrimSpace(w) == "" {
			continue
		}
		if n == most {
			fmt.Fprintf(&b, " and %d more", len(words)-most)
			break
		}
		if n++; n > 1 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", clip(w))
	}
	return b.String()
}
