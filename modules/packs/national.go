package packs

import (
	"context"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"

	"wardbridge/tenants"
)

//go:embed national/*.csv
var files embed.FS

// national is what the embedded files say of what has no dates, read and checked.
type national struct {
	staffGroups []StaffGroup
	grades      []Grade
	reasons     []Reason
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

func (l *line) mark() Mark {
	switch m := Mark(l.text("mark")); m {
	case Official, Derived, Indicative:
		return m
	default:
		l.fail(fmt.Errorf("mark %q is not known", m))
		return m
	}
}

// readNational reads the embedded files that have no dates. An error is a mistake in the program.
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

// embedded are the rows of a kind that come with the program. An error is a
// mistake in the program.
func (k Kind) embedded(known lists) (rows []Record, err error) {
	f, err := files.Open("national/" + k.Name + ".csv")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	rows, bad, err := k.parse(File{Body: f}, known)
	if err != nil {
		return nil, fmt.Errorf("national/%s.csv: %w", k.Name, err)
	}
	if len(bad) == 0 {
		bad = k.compare(nil, rows).Bad
	}
	if len(bad) > 0 {
		return nil, fmt.Errorf("national/%s.csv: %s: %w", k.Name, bad[0].Column, &bad[0])
	}
	return rows, nil
}

// Loaded counts the rows that LoadNational wrote, by table. A table whose rows
// were right already is not in it.
type Loaded map[string]int

// Total is the number of rows written.
func (l Loaded) Total() (n int) {
	for _, rows := range l {
		n += rows
	}
	return n
}

// LoadNational writes the data that comes with the program, as the platform. It
// writes only what differs, so it may be run at every start, and never over what
// people have loaded from a file.
func (s *Service) LoadNational(ctx context.Context, tx *tenants.Tx) (Loaded, error) {
	n, err := readNational()
	if err != nil {
		return nil, err
	}
	done := Loaded{}
	for _, write := range []struct {
		table string
		rows  func() (int, error)
	}{
		{"staff_groups", func() (int, error) { return putStaffGroups(ctx, tx, n.staffGroups) }},
		{"grades", func() (int, error) { return putGrades(ctx, tx, n.grades) }},
		{"reasons", func() (int, error) { return putReasons(ctx, tx, n.reasons) }},
	} {
		if done[write.table], err = write.rows(); err != nil {
			return nil, fmt.Errorf("national %s: %w", write.table, err)
		}
	}
	known := lists{"bands": bandsOf(n.grades)}
	known.add(n.staffGroups, n.grades, n.reasons)
	for _, k := range kinds {
		rows, err := k.embedded(known)
		if err != nil {
			return nil, err
		}
		if k.Name == "frameworks" {
			for _, r := range rows {
				known["frameworks"] = append(known["frameworks"], r.Values["code"])
			}
		}
		if done[k.Name], err = k.catchUp(ctx, tx, rows); err != nil {
			return nil, fmt.Errorf("national %s: %w", k.Name, err)
		}
	}
	maps.DeleteFunc(done, func(_ string, rows int) bool { return rows == 0 })
	return done, nil
}

// catchUp brings a table to what the program says. It holds the kind only when
// there is something to write, and then looks again.
func (k Kind) catchUp(ctx context.Context, tx *tenants.Tx, rows []Record) (int, error) {
	for held := false; ; held = true {
		loaded, err := k.loaded(ctx, tx)
		if err != nil {
			return 0, err
		}
		d := k.compare(loaded, rows)
		d.keep(loaded)
		switch {
		case len(d.Bad) > 0:
			return 0, &d.Bad[0]
		case len(d.Changes) == 0:
			return 0, nil
		case held:
			_, err = d.apply(ctx, tx, "Figures that come with the program", fromProgram)
			return len(d.Changes), err
		}
		if err := holdKind(ctx, tx, k.Name); err != nil {
			return 0, err
		}
	}
}
