package cards

import (
	"context"
	"fmt"
	"strings"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/sheets"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/tenants"
)

// ErrTooLong says that a file is no card.
var ErrTooLong = fault.New(fault.Invalid, "card_too_long", fmt.Sprintf("A card has at most %d lines. Part it into two cards.", LinesMax))

// names is everything that a line refers to, by code and by the words of files.
type names struct {
	grades map[string]packs.Grade
	groups map[string]packs.StaffGroup
	sites  map[tenants.ID]places.Site

	gradeWords, groupWords, siteWords *places.Wordbook
	siteByCode                        map[string]tenants.ID
}

func (s *Service) names(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID) (*names, error) {
	n := &names{siteByCode: map[string]tenants.ID{}}
	var err error
	if n.grades, err = s.packs.GradesByCode(ctx, tx); err != nil {
		return nil, err
	}
	if n.groups, err = s.packs.StaffGroupsByCode(ctx, tx); err != nil {
		return nil, err
	}
	n.sites, err = s.places.Sites(ctx, tx, tenantID)
	return n, err
}

// words adds what the organisation's files call things.
func (s *Service) words(ctx context.Context, tx *tenants.Tx, n *names) (err error) {
	var grades, groups, sites []places.Word
	for _, g := range n.grades {
		grades = append(grades, places.Word{Code: g.Code, Name: g.Name})
	}
	for _, g := range n.groups {
		groups = append(groups, places.Word{Code: g.Code, Name: g.Name})
	}
	for _, site := range n.sites {
		sites = append(sites, places.Word{Code: site.Code, Name: site.Name})
	}
	if n.gradeWords, err = s.places.Wordbook(ctx, tx, places.ForGrade, grades); err != nil {
		return err
	}
	if n.groupWords, err = s.places.Wordbook(ctx, tx, places.ForStaffGroup, groups); err != nil {
		return err
	}
	if n.siteWords, err = s.places.Wordbook(ctx, tx, places.ForSite, sites); err != nil {
		return err
	}
	n.index()
	return nil
}

func (n *names) index() {
	for id, site := range n.sites {
		n.siteByCode[site.Code] = id
	}
}

// reader turns the rows of a file into lines.
type reader struct {
	names    *names
	lines    []NewLine
	rows     []int // where each line stood
	first    map[key]int
	findings []sheets.Finding
}

func newReader(n *names) *reader { return &reader{names: n, first: map[key]int{}} }

// take reads one row. A row with a finding is no line.
func (r *reader) take(row int, cells []string) {
	before := len(r.findings)
	refuse := func(col int, f *fault.Fault, suggestion string) {
		value := []rune(cells[col])
		r.findings = append(r.findings, sheets.Finding{RowError: sheets.RowError{Row: row, Column: Sheet.Columns[col].Name,
			Value: string(value[:min(len(value), 100)]), Code: f.Code, Text: f.Text, Suggestion: suggestion}})
	}
	for col, c := range Sheet.Columns {
		if n := len([]rune(cells[col])); n > c.Max {
			refuse(col, errTooLong.Saying(fmt.Sprintf("%s has %d characters; at most %d are allowed.", c.Heading(), n, c.Max)), "")
		}
	}
	if len(r.findings) > before {
		return
	}
	var l NewLine
	r.refer(&l, cells, refuse)
	l.written(cells, func(col int, f *fault.Fault) { refuse(col, f, dotted(cells[col], f)) })
	if cells[colPay] == "" {
		refuse(colPay, errMissing, "")
	} else if l.PayMax.IsZero() && len(r.findings) == before {
		refuse(colPay, errPay, "")
	}
	if len(r.findings) > before {
		return
	}
	l.tidy()
	if at, again := r.first[l.key()]; again {
		refuse(colGrade, errTwice.Saying(fmt.Sprintf("Row %d gives the same work a rate already.", at)), "")
		return
	}
	r.first[l.key()] = row
	r.lines, r.rows = append(r.lines, l), append(r.rows, row)
}

// refer finds what a row names.
func (r *reader) refer(l *NewLine, cells []string, refuse func(int, *fault.Fault, string)) {
	find := func(col int, words *places.Wordbook, what string) string {
		if cells[col] == "" {
			return ""
		}
		code, ok := words.Find(cells[col])
		if !ok {
			refuse(col, fault.New(fault.Invalid, Sheet.Columns[col].Name+"_unknown", "There is no "+what+" of this code or name."), words.Suggest(cells[col]))
		}
		return code
	}
	l.Grade = find(colGrade, r.names.gradeWords, "grade")
	l.StaffGroup = find(colGroup, r.names.groupWords, "staff group")
	l.SiteID = r.names.siteByCode[find(colSite, r.names.siteWords, "site")]
	if g, known := r.names.grades[l.Grade]; known {
		if l.StaffGroup != "" && l.StaffGroup != g.StaffGroup {
			refuse(colGrade, ErrGrade.Saying("This grade belongs to "+r.names.groups[g.StaffGroup].Name+"."), "")
		}
		l.StaffGroup = "" // the grade's
	}
}

// Takes refuses a file that is for no draft, and notes that the draft is changed
// by whoever sends one: they cannot publish it.
func (s *Service) Takes(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	c, err := draft(ctx, tx, id)
	if err != nil {
		return err
	}
	return touch(ctx, tx, &c)
}

// Importing is one file of lines on its way into a draft: Take its rows in
// order, Close it, and Apply it when nothing was found wrong. Nothing of the
// draft changes before Apply, and Apply replaces all its lines or none.
type Importing struct {
	service *Service
	card    tenants.ID
	reader  *reader
}

// Importing begins to take in a file for a draft, and holds the draft.
func (s *Service) Importing(ctx context.Context, tx *tenants.Tx, id tenants.ID) (*Importing, error) {
	if _, err := draft(ctx, tx, id); err != nil {
		return nil, err
	}
	n, err := s.names(ctx, tx, tx.Me.ID)
	if err != nil {
		return nil, err
	}
	return &Importing{s, id, newReader(n)}, s.words(ctx, tx, n)
}

// Take reads a batch of rows and says what is wrong with them.
func (i *Importing) Take(_ context.Context, _ *tenants.Tx, rows []sheets.Taken) ([]sheets.Finding, error) {
	i.reader.findings = nil
	for _, row := range rows {
		if len(row.Cells) != colCount {
			return nil, fmt.Errorf("rate card %s row %d: %d cells", i.card, row.Row, len(row.Cells))
		}
		i.reader.take(row.Row, row.Cells)
	}
	if len(i.reader.lines) > LinesMax {
		return nil, ErrTooLong
	}
	return i.reader.findings, nil
}

// Close has nothing to add: a line refers to no other file.
func (i *Importing) Close(context.Context, *tenants.Tx) ([]sheets.Finding, error) { return nil, nil }

// Apply replaces the lines of the draft.
func (i *Importing) Apply(ctx context.Context, tx *tenants.Tx) (sheets.Outcome, error) {
	was, err := get(ctx, tx, i.card)
	if err != nil {
		return sheets.Outcome{}, err
	}
	c, err := i.service.SetLines(ctx, tx, i.card, i.reader.lines)
	if err != nil {
		return sheets.Outcome{}, err
	}
	d := DiffOf(was.Lines, c.Lines)
	return sheets.Outcome{Created: len(d.Added), Updated: len(d.Changed), Unchanged: d.Same}, nil
}

// dotted suggests a point for a comma.
func dotted(text string, f *fault.Fault) string {
	if f.Code == money.ErrRateInvalid.Code && strings.Count(text, ",") == 1 && !strings.Contains(text, ".") {
		return strings.Replace(text, ",", ".", 1)
	}
	return ""
}
