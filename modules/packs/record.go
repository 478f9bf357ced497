package packs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/sheets"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

// Record is one dated row of any kind, its own columns by name.
type Record struct {
	Dated    `bun:"extend"`
	Values   map[string]string `bun:"values,type:jsonb"`
	Line     int               `bun:"-"` // of the file that brings it
	Origin   string            // program or file; "" for rows older than versions
	Version  int               // of its kind
	LoadedAt time.Time
	LoadedBy string
}

// family is the root of the ids of our own rows: an id follows from what a row
// is about, so the same row has the same id in every installation.
var family = uuid.MustParse("0d6d5b1e-6a3c-5e0f-9b53-5d5f6c0a7f11")

// about is what a record is about: its kind's key, in words.
func (k Kind) about(r Record) string {
	var words []string
	for _, c := range k.columns {
		if c.key {
			words = append(words, r.Values[c.Name])
		}
	}
	return strings.Join(words, "|")
}

// identify gives a record the id that follows from what it says.
func (k Kind) identify(r *Record) {
	r.ID = uuid.NewSHA1(family, []byte(k.Name+"|"+k.about(*r)+"|"+r.From.String()))
}

// loaded are the rows of a kind that are in the database.
func (k Kind) loaded(ctx context.Context, tx *tenants.Tx) ([]Record, error) {
	all, err := k.rows(ctx, tx)
	if k.daily { // a table whose rows are known by their day has no ids
		for i := range all {
			k.identify(&all[i])
		}
	}
	return all, err
}

// same reports whether two records say the same.
func (k Kind) same(a, b Record) bool {
	for _, c := range k.columns {
		if a.Values[c.Name] != b.Values[c.Name] {
			return false
		}
	}
	return a.From == b.From && a.Until == b.Until && a.Mark == b.Mark && a.Source == b.Source
}

// The largest file of national data.
var fileLimits = sheets.Limits{Bytes: 4 << 20, Rows: 20_000, Columns: 60}

// File is what is read for a kind: its bytes and what is known of them.
type File struct {
	Name        string // what people call it
	Body        io.Reader
	Size        int64
	ContentType string
}

// parse reads a file to its end. What is wrong with its rows comes beside the
// rows that are good; what is wrong with the file is an error.
func (k Kind) parse(f File, known lists) (rows []Record, bad []sheets.RowError, err error) {
	src, err := sheets.Open(f.Body, sheets.Hint{Size: f.Size, ContentType: f.ContentType, Limits: fileLimits})
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	mapping, refused := k.Sheet().Match(src.Header(), nil)
	if refused != nil {
		return nil, nil, refused
	}
	for seen := 0; ; seen++ {
		row, err := src.Next()
		var spoilt *sheets.RowError
		switch {
		case errors.Is(err, io.EOF) && seen == 0:
			return nil, nil, sheets.ErrEmpty
		case errors.Is(err, io.EOF):
			return rows, bad, nil
		case errors.As(err, &spoilt):
			bad = append(bad, *spoilt)
			continue
		case err != nil:
			return nil, nil, err
		}
		broken := mapping.Check(row)
		r, wrongs := k.record(row.Number, mapping.Project(row, nil), known, broken)
		if bad = append(bad, append(broken, wrongs...)...); len(broken)+len(wrongs) == 0 {
			rows = append(rows, r)
		}
	}
}

// record reads the cells of a row, except those that are known to be broken.
func (k Kind) record(number int, cells []string, known lists, broken []sheets.RowError) (r Record, bad []sheets.RowError) {
	r = Record{Line: number, Values: map[string]string{}}
	own := len(k.columns)
	for i, c := range k.all() {
		if hasColumn(broken, c.Name) {
			continue
		}
		text, no := c.read(cells[i], known)
		if no != nil {
			bad = append(bad, sheets.RowError{Row: number, Column: c.Name, Value: cells[i], Code: no.code, Text: no.text, Suggestion: no.suggestion})
			continue
		}
		if i < own {
			r.Values[c.Name] = text
			continue
		}
		switch c.Name {
		case "from":
			r.From = civil.MustDate(text)
		case "until":
			if text != "" {
				r.Until = civil.MustDate(text)
			}
		case "mark":
			r.Mark = Mark(text)
		case "source":
			r.Source = text
		}
	}
	if k.whole != nil && len(bad) == 0 && len(broken) == 0 {
		if column, no := k.whole(r.Values); no != nil {
			bad = append(bad, sheets.RowError{Row: number, Column: column, Value: r.Values[column], Code: no.code, Text: no.text, Suggestion: no.suggestion})
		}
	}
	if k.daily && r.Values["day"] != "" {
		r.From = civil.MustDate(r.Values["day"])
		r.Until = r.From.AddDays(1)
	}
	if len(bad)+len(broken) > 0 {
		return r, bad
	}
	k.identify(&r)
	return r, k.sense(r)
}

func hasColumn(all []sheets.RowError, name string) bool {
	for _, e := range all {
		if e.Column == name {
			return true
		}
	}
	return false
}

// sense finds what no single cell can be blamed for.
func (k Kind) sense(r Record) (bad []sheets.RowError) {
	if !r.Until.IsZero() && !r.From.Before(r.Until) {
		bad = append(bad, sheets.RowError{Row: r.Line, Column: "until", Value: r.Until.String(), Code: "ends_before_it_begins",
			Text: "The row ends on or before the day on which it begins, " + r.From.Text() + "."})
	}
	if k.Name == "supplements" {
		least, _ := Parameter{Value: r.Values["minimum"]}.Pence()
		most, _ := Parameter{Value: r.Values["maximum"]}.Pence()
		if most < least {
			bad = append(bad, sheets.RowError{Row: r.Line, Column: "maximum", Value: r.Values["maximum"], Code: "below_minimum", Text: "The most is below the least, " + least.String() + "."})
		}
	}
	return bad
}

// refusal makes one fault of what is wrong with the rows of a file.
func refusal(bad []sheets.RowError) error {
	f := ErrOverlap
	for _, e := range bad {
		if e.Code != overlaps {
			f = ErrBadRows
		}
	}
	for i, e := range bad {
		if i == 100 {
			break
		}
		text := e.Text
		if e.Suggestion != "" {
			text += fmt.Sprintf(" Did you mean %q?", e.Suggestion)
		}
		f = f.With(fault.Field{Name: fmt.Sprintf("rows.%d.%s", e.Row, e.Column), Code: e.Code, Text: text, Value: e.Value})
	}
	return f
}

// Table is one kind as it is loaded.
type Table struct {
	Kind    Kind
	Rows    int
	InForce int // on the day that was asked about
	Latest  PackVersion
}

// Tables lists every kind with how many rows it has, and its latest version. It
// costs one read for each.
func (s *Service) Tables(ctx context.Context, tx *tenants.Tx, on civil.Date) ([]Table, error) {
	all, err := versions(ctx, tx, "")
	if err != nil {
		return nil, err
	}
	latest := map[string]PackVersion{}
	for _, v := range all {
		if v.Version > latest[v.Kind].Version {
			latest[v.Kind] = v
		}
	}
	var tables []Table
	for _, k := range kinds {
		rows, err := k.loaded(ctx, tx)
		if err != nil {
			return nil, err
		}
		t := Table{Kind: k, Rows: len(rows), Latest: latest[k.Name]}
		for _, r := range rows {
			if k.counts(r, on) {
				t.InForce++
			}
		}
		tables = append(tables, t)
	}
	return tables, nil
}

// counts reports whether a row is in force on a day; of a kind by the day, whether
// it is of that year.
func (k Kind) counts(r Record, on civil.Date) bool {
	if k.daily {
		return r.From.Year == on.Year
	}
	return r.On(on)
}

// Rows are the rows of a kind that are in force on a day, or of bank holidays
// those of its year; with no day, all of them.
func (s *Service) Rows(ctx context.Context, tx *tenants.Tx, kind string, on civil.Date) ([]Record, error) {
	k, err := KindNamed(kind)
	if err != nil {
		return nil, err
	}
	all, err := k.loaded(ctx, tx)
	if err != nil || on.IsZero() {
		return all, err
	}
	var some []Record
	for _, r := range all {
		if k.counts(r, on) {
			some = append(some, r)
		}
	}
	return some, nil
}

// Versions are the loads of a kind, latest first.
func (s *Service) Versions(ctx context.Context, tx *tenants.Tx, kind string) ([]PackVersion, error) {
	if _, err := KindNamed(kind); err != nil {
		return nil, err
	}
	return versions(ctx, tx, kind)
}

// WriteRows writes rows as a file of their kind, which can be corrected and loaded.
func (k Kind) WriteRows(w io.Writer, rows []Record) error {
	var titles []string
	for _, c := range k.all() {
		titles = append(titles, c.Name)
	}
	out := sheets.NewCSV(w, titles)
	for _, r := range rows {
		cells := make([]string, 0, len(titles))
		for _, c := range k.columns {
			cells = append(cells, r.Values[c.Name])
		}
		if !k.daily {
			cells = append(cells, r.From.String(), r.Until.String())
		}
		if err := out.Row(append(cells, string(r.Mark), r.Source)...); err != nil {
			return err
		}
	}
	return out.Close()
}

// Template is an empty file of a kind with an example row.
func (s *Service) Template(kind string) (openapi.File, error) {
	k, err := KindNamed(kind)
	return openapi.File{Name: kind + "-template.csv", ContentType: "text/csv; charset=utf-8",
		Write: func(_ context.Context, _ *tenants.Tx, w io.Writer) error { return sheets.Template(w, k.Sheet()) }}, err
}
