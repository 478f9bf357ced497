package packs

import (
	"embed"
	"encoding/csv"
	"fmt"

	"github.com/google/uuid"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
)

//go:embed national/*.csv
var files embed.FS

// national is what the embedded files say, read and checked.
type national struct {
	staffGroups  []StaffGroup
	grades       []Grade
	reasons      []Reason
	holidays     []Holiday
	patterns     []Hours
	enhancements []Enhancement
	parameters   []Parameter
}

// line is one row of a file by the names of its columns. The first thing that
// cannot be read is kept, so that a row is read in one go and asked once.
type line struct {
	file  string
	n     int
	cells map[string]string
	err   error
}

func (l *line) fail(err error) {
	if err != nil && l.err == nil {
		l.err = fmt.Errorf("national/%s.csv line %d: %w", l.file, l.n, err)
	}
}

func (l *line) text(column string) string {
	if l.cells[column] == "" {
		l.fail(fmt.Errorf("%s is empty", column))
	}
	return l.cells[column]
}

func (l *line) number(column string) (n int) {
	_, err := fmt.Sscanf(l.text(column), "%d", &n)
	l.fail(err)
	return n
}

func (l *line) date(column string) civil.Date {
	d, err := civil.ParseDate(l.text(column))
	l.fail(err)
	return d
}

func (l *line) dateOrNone(column string) civil.Date {
	if l.cells[column] == "" {
		return civil.Date{}
	}
	return l.date(column)
}

func (l *line) mark() Mark {
	switch m := Mark(l.text("mark")); m {
	case Official, Derived, Indicative:
		return m
	default:
		l.fail(fmt.Errorf("mark %q is not known", m))
		return m
	}
}

func (l *line) clock(column string) civil.Clock {
	c, err := civil.ParseClock(l.text(column))
	l.fail(err)
	return c
}

func (l *line) factor(column string) money.Factor {
	f, err := money.ParseFactor(l.text(column))
	l.fail(err)
	return f
}

// family is the root of the ids of our own rows: an id follows from what a row
// is about, so the same row has the same id in every installation.
var family = uuid.MustParse("0d6d5b1e-6a3c-5e0f-9b53-5d5f6c0a7f11")

func (l *line) dated(about ...string) Dated {
	name := l.file
	for _, column := range append(about, "from") {
		name += "|" + l.cells[column]
	}
	return Dated{ID: uuid.NewSHA1(family, []byte(name)),
		From: l.date("from"), Until: l.dateOrNone("until"), Mark: l.mark(), Source: l.text("source")}
}

// readNational reads the embedded files. An error is a mistake in the program.
func readNational() (n national, err error) {
	read := func(file string, row func(*line)) {
		if err == nil {
			err = eachLine(file, row)
		}
	}
	read("staff_groups", func(l *line) {
		n.staffGroups = append(n.staffGroups, StaffGroup{Code: l.text("code"), Name: l.text("name"), Position: l.number("position"), Mark: l.mark(), Source: l.text("source")})
	})
	read("grades", func(l *line) {
		n.grades = append(n.grades, Grade{Code: l.text("code"), StaffGroup: l.text("staff_group"), Name: l.text("name"), Band: l.text("band"),
			Position: l.number("position"), Mark: l.mark(), Source: l.text("source")})
	})
	read("reasons", func(l *line) {
		n.reasons = append(n.reasons, Reason{Code: l.text("code"), Name: l.text("name"), Position: l.number("position"), Mark: l.mark(), Source: l.text("source")})
	})
	read("bank_holidays", func(l *line) {
		n.holidays = append(n.holidays, Holiday{Nation: l.text("nation"), Day: l.date("day"), Name: l.text("name"),
			DualOf: l.dateOrNone("dual_of"), Mark: l.mark(), Source: l.text("source")})
	})
	read("patterns", func(l *line) {
		n.patterns = append(n.patterns, Hours{Dated: l.dated("pattern", "day", "at"), Pattern: l.text("pattern"), Day: l.text("day"),
			At: l.clock("at"), Class: Class(l.text("class"))})
	})
	read("enhancements", func(l *line) {
		n.enhancements = append(n.enhancements, Enhancement{Dated: l.dated("band", "class"), Band: l.text("band"), Class: Class(l.text("class")),
			Factor: l.factor("factor"), Pattern: l.text("pattern")})
	})
	read("parameters", func(l *line) {
		l.factor("value") // every figure fits six places
		n.parameters = append(n.parameters, Parameter{Dated: l.dated("name"), Name: l.text("name"), Value: l.text("value"), Unit: l.text("unit")})
	})
	return n, err
}

func eachLine(file string, row func(*line)) error {
	f, err := files.Open("national/" + file + ".csv")
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // read from the program itself
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return fmt.Errorf("national/%s.csv: %w", file, err)
	}
	for i, cells := range all[1:] {
		l := line{file: file, n: i + 2, cells: map[string]string{}}
		for j, column := range all[0] {
			l.cells[column] = cells[j]
		}
		if row(&l); l.err != nil {
			return l.err
		}
	}
	return nil
}
