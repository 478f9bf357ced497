package sheets

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// RowError says what is wrong with one cell or one row, and what may have been
// meant. It is an error, so that Source.Next can hand it over with its row.
type RowError struct {
	Row        int    `json:"row"`              // as a spreadsheet program counts
	Column     string `json:"column,omitempty"` // Column.Name; empty when the whole row is meant
	Value      string `json:"value,omitempty"`  // what stood there, cut to 100 characters
	Code       string `json:"code"`
	Text       string `json:"text"`
	Suggestion string `json:"suggestion,omitempty"`
}

// Error is for logs and for errors.As; people see Text.
func (e *RowError) Error() string { return fmt.Sprintf("row %d: %s: %s", e.Row, e.Code, e.Text) }

// ErrorHeading is the column that WriteErrors adds. Match passes over it, so
// that a corrected file can be sent back as it is.
const ErrorHeading = "Import error"

// Failed is a row that was refused, with all that is wrong with it.
type Failed struct {
	Cells  []string
	Errors []RowError
}

// WriteErrors writes the failed rows as a CSV file that can be corrected and
// imported again: the headings of the original and one more column that says
// what is wrong. It stops at the first error that the sequence yields.
func WriteErrors(w io.Writer, header []string, failed iter.Seq2[Failed, error]) error {
	old := slices.IndexFunc(header, func(h string) bool { return fold(h) == fold(ErrorHeading) })
	without := func(cells []string) []string {
		if old < 0 || old >= len(cells) {
			return cells
		}
		return slices.Delete(slices.Clone(cells), old, old+1)
	}
	columns := append(slices.Clone(without(header)), ErrorHeading)
	out := NewCSV(w, columns)
	row := make([]string, len(columns))
	for f, err := range failed {
		if err != nil {
			return err
		}
		clear(row)
		copy(row[:len(row)-1], without(f.Cells))
		row[len(row)-1] = describe(f.Errors)
		if err := out.Row(row...); err != nil {
			return err
		}
	}
	return out.Close()
}

func describe(errs []RowError) string {
	var b strings.Builder
	for i, e := range errs {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(e.Text)
		if e.Suggestion != "" {
			b.WriteString(` Did you mean "` + e.Suggestion + `"?`)
		}
	}
	return b.String()
}

// Suggest finds what was most likely meant, or nothing. Upper and lower case are
// the same. A guess must be near, and nearer than any other: among W1, W2 and W3
// nobody can say what W4 should have been. The first words of a single longer
// name count as near, so "Oak" finds "Oak Ward".
func Suggest(value string, among []string) string {
	want := strings.ToLower(strings.TrimSpace(value))
	size := utf8.RuneCountInString(want)
	if size == 0 || size > 100 {
		return ""
	}
	near := min((size+2)/4, 3)
	best, least, tied := "", near+1, false
	begun, begins := "", 0
	for _, candidate := range among {
		have := strings.ToLower(strings.TrimSpace(candidate))
		if have == want {
			return candidate
		}
		if strings.HasPrefix(have, want+" ") {
			begun, begins = candidate, begins+1
		}
		d := distance(want, have, least)
		if d < least {
			best, least, tied = candidate, d, false
		} else if d == least && best != "" && !strings.EqualFold(best, candidate) {
			tied = true
		}
	}
	switch {
	case size > 2 && best != "" && !tied:
		return best
	case begins == 1:
		return begun
	}
	return ""
}

// distance counts the letters to change, add, drop or swap with a neighbour. It
// gives up above the limit and then answers more than it.
func distance(a, b string, limit int) int {
	x, y := []rune(a), []rune(b)
	if d := len(x) - len(y); d > limit || -d > limit {
		return limit + 1
	}
	before, last, row := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(y)]
}

// clip cuts a value for an error report.
func clip(s string) string {
	if utf8.RuneCountInString(s) <= 100 {
		return s
	}
	return string([]rune(s)[:99]) + "…"
}
