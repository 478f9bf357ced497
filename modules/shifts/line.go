package shifts

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/sheets"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/tenants"
)

// Finding is what is wrong with a row of a file.
type Finding = sheets.Finding

// line is a row of a file whose words have become facts.
type line struct {
	row                                               int
	ref, group, grade, specialty, reason, cost, notes string
	site, ward                                        tenants.ID
	starts, ends                                      time.Time
	breakMinutes, quantity                            int
}

// span is what a date and two times came to, remembered because files repeat them.
type span struct {
	starts, ends time.Time
	refused      []fault.Field
}

// reader turns rows into lines by the rules of the form.
type reader struct {
	now                     time.Time
	names                   *names
	places                  *places.Map
	siteWords, wardWords    *places.Wordbook // for suggestions alone
	groups, grades, reasons *places.Wordbook
	spans                   map[[3]string]span
	wards                   map[[2]string]placed
	findings                []Finding
	row                     int
}

// placed is what a site's and a ward's words came to.
type placed struct {
	site, ward tenants.ID
	refused    []sheets.RowError
}

func (r *reader) refuse(column, value, code, text, suggestion string) {
	if len([]rune(value)) > 100 {
		value = string([]rune(value)[:100])
	}
	r.findings = append(r.findings, Finding{RowError: sheets.RowError{Row: r.row, Column: column, Value: value, Code: code, Text: text, Suggestion: suggestion}})
}

// read turns one row into a line; false when something is wrong with it. Errors
// and warnings gather in findings.
func (r *reader) read(row int, cells []string) (line, bool) {
	before := len(r.findings)
	r.row = row
	l := line{row: row, ref: cells[colRef], specialty: cells[colSpecialty], cost: cells[colCostCentre], notes: cells[colNotes]}
	r.shape(cells)
	r.place(&l, cells)
	r.role(&l, cells)
	if l.reason = r.code(r.reasons, "reason", cells[colReason], ErrReasonUnknown); l.cost == "" {
		l.cost = r.names.wards[l.ward].CostCentre
	}
	l.quantity = r.number("quantity", cells[colQuantity], 1, 1, quantityMax, ErrQuantity)
	l.breakMinutes = r.number("break_minutes", cells[colBreak], 0, 0, breakMax, ErrBreakInvalid)
	r.times(&l, cells)
	bad := false
	for _, f := range r.findings[before:] {
		bad = bad || !f.Warning
	}
	return l, !bad
}

// shape checks what the kind itself says: needed cells and their lengths.
func (r *reader) shape(cells []string) {
	for i, c := range Sheet.Columns {
		switch v := cells[i]; {
		case v == "" && c.Required:
			r.refuse(c.Name, "", "value_missing", c.Heading()+" is empty.", "")
		case len(v) > c.Max && len([]rune(v)) > c.Max:
			r.refuse(c.Name, v, "value_too_long", fmt.Sprintf("%s has %d characters; at most %d are allowed.", c.Heading(), len([]rune(v)), c.Max), "")
		}
	}
}

func (r *reader) place(l *line, cells []string) {
	key := [2]string{cells[colSite], cells[colWard]}
	p, known := r.wards[key]
	if !known {
		p = r.find(key[0], key[1])
		r.wards[key] = p
	}
	for _, e := range p.refused {
		r.refuse(e.Column, e.Value, e.Code, e.Text, e.Suggestion)
	}
	l.site, l.ward = p.site, p.ward
}

func (r *reader) find(siteText, wardText string) (p placed) {
	refuse := func(column, value, code, text, suggestion string) placed {
		return placed{refused: []sheets.RowError{{Column: column, Value: value, Code: code, Text: text, Suggestion: suggestion}}}
	}
	var site places.Site
	if siteText != "" {
		var ok bool
		if site, ok = r.places.Site(siteText); !ok {
			return refuse("site", siteText, "site_unknown", "There is no site of this code or name.", r.siteWords.Suggest(siteText))
		}
	}
	if wardText == "" {
		return placed{} // shape says so
	}
	ward, ok := r.places.Ward(wardText, site.ID)
	switch {
	case ok:
		return placed{site: ward.SiteID, ward: ward.ID}
	case siteText == "" && r.places.Shared(wardText):
		return refuse("ward", wardText, "ward_ambiguous", "More than one ward has this name. Give the site too, or the ward's code.", "")
	case siteText != "":
		return refuse("ward", wardText, ErrWardUnknown.Code, "There is no ward of this code or name at "+site.Name+".", r.wardWords.Suggest(wardText))
	}
	return refuse("ward", wardText, ErrWardUnknown.Code, "There is no ward of this code or name.", r.wardWords.Suggest(wardText))
}

func (r *reader) role(l *line, cells []string) {
	l.grade = r.code(r.grades, "grade", cells[colGrade], ErrGradeUnknown)
	l.group = r.names.grades[l.grade].StaffGroup
	if text := cells[colGroup]; text != "" {
		group, ok := r.groups.Find(text)
		switch {
		case !ok:
			r.refuse("staff_group", text, "staff_group_unknown", "There is no staff group of this code or name.", r.groups.Suggest(text))
		case l.grade != "" && group != l.group:
			r.refuse("grade", cells[colGrade], ErrGroupMismatch.Code, "This grade belongs to "+r.names.groups[l.group].Name+".", "")
		}
	}
}

func (r *reader) code(f *places.Wordbook, column, text string, unknown *fault.Fault) string {
	if text == "" {
		return "" // shape has said so
	}
	code, ok := f.Find(text)
	if !ok {
		r.refuse(column, text, unknown.Code, unknown.Text, f.Suggest(text))
	}
	return code
}

func (r *reader) number(column, text string, none, least, most int, wrong *fault.Fault) int {
	if text == "" {
		return none
	}
	whole, _, _ := strings.Cut(text, ".0") // a workbook's 60.0
	n, err := strconv.Atoi(whole)
	if err != nil || n < least || n > most {
		r.refuse(column, text, wrong.Code, wrong.Text, "")
		return none
	}
	return n
}

func (r *reader) times(l *line, cells []string) {
	if cells[colDate] == "" || cells[colStart] == "" || cells[colEnd] == "" {
		return
	}
	key := [3]string{cells[colDate], cells[colStart], cells[colEnd]}
	s, known := r.spans[key]
	if !known {
		s = spanOf(key[0], key[1], key[2])
		if len(s.refused) == 0 && !near(s.starts, r.now) {
			s.refused = []fault.Field{box("date", key[0], ErrDateFar)}
		}
		r.spans[key] = s
	}
	for _, f := range s.refused {
		r.refuse(f.Name, f.Value, f.Code, f.Text, "")
	}
	if len(s.refused) > 0 {
		return
	}
	l.starts, l.ends = s.starts, s.ends
	if wrong := breakFits(l.breakMinutes, l.starts, l.ends); wrong != nil {
		r.refuse(wrong.Name, wrong.Value, wrong.Code, wrong.Text, "")
	}
	if minutes := int(l.ends.Sub(l.starts) / time.Minute); minutes > longMinutes {
		r.refuse("end", cells[colEnd], "shift_long", "This shift is "+civil.Span(minutes)+" long. Check its times.", "")
		r.findings[len(r.findings)-1].Warning = true
	}
}

// spanOf resolves a row's times as the form does. A time may also be written as
// an instant with its offset, which is the answer on the night the clocks go back.
func spanOf(date, start, end string) (s span) {
	day, err := civil.ParseDate(date)
	if err != nil {
		return span{refused: []fault.Field{box("date", date, err)}}
	}
	starts, startClock, err1 := instant(day, start)
	ends, endClock, err2 := instant(day, end)
	for _, wrong := range []struct {
		column, text string
		err          error
	}{{"start", start, err1}, {"end", end, err2}} {
		if wrong.err != nil {
			s.refused = append(s.refused, box(wrong.column, wrong.text, wrong.err))
		}
	}
	if len(s.refused) > 0 {
		return s
	}
	t := Times{Date: day, Start: startClock, End: endClock}
	if !starts.IsZero() {
		t.Date, t.StartFold = civil.DateOf(starts), civil.FoldOf(starts)
	}
	if t.Date != day {
		return span{refused: []fault.Field{box("start", start, errOtherDay)}}
	}
	if !ends.IsZero() {
		t.EndFold = civil.FoldOf(ends)
	}
	s.starts, s.ends, s.refused = t.Resolve()
	return s
}

var errOtherDay = fault.New(fault.Invalid, "start_on_other_day", "This start is on another day than the date says.")

// instant reads a time on the wall, or a date and time; zero when it was a time
// alone. An offset without a date is on the row's day.
func instant(day civil.Date, text string) (time.Time, civil.Clock, error) {
	if c, err := civil.ParseClock(text); err == nil {
		return time.Time{}, c, nil
	}
	at, err := civil.ParseInstant(text)
	if err != nil && !errors.Is(err, civil.ErrAmbiguous) && !errors.Is(err, civil.ErrSkipped) {
		at, err = civil.ParseInstant(day.String() + " " + text)
	}
	if err != nil {
		if errors.Is(err, civil.ErrInstantInvalid) {
			_, err = civil.ParseClock(text)
		}
		return time.Time{}, 0, err
	}
	return at, civil.ClockOf(at), nil
}

// names is everything a shift may refer to.
type names struct {
	wards   map[tenants.ID]places.Ward
	grades  map[string]packs.Grade
	groups  map[string]packs.StaffGroup
	reasons map[string]packs.Reason
}

func (s *Service) names(ctx context.Context, tx *tenants.Tx) (*names, error) {
	var n names
	var err error
	if n.wards, err = s.places.Wards(ctx, tx, tx.Me.ID); err != nil {
		return nil, err
	}
	if n.grades, err = s.packs.GradesByCode(ctx, tx); err != nil {
		return nil, err
	}
	if n.groups, err = s.packs.StaffGroupsByCode(ctx, tx); err != nil {
		return nil, err
	}
	n.reasons, err = s.packs.ReasonsByCode(ctx, tx)
	return &n, err
}

// reading prepares to read the rows of a file.
func (s *Service) reading(ctx context.Context, tx *tenants.Tx) (*reader, error) {
	n, err := s.names(ctx, tx)
	if err != nil {
		return nil, err
	}
	r := &reader{now: tx.Now, names: n, spans: map[[3]string]span{}, wards: map[[2]string]placed{}}
	if r.places, err = s.places.Map(ctx, tx); err != nil {
		return nil, err
	}
	sites := map[string]bool{}
	var siteNames, wardNames []places.Word
	for _, w := range n.wards {
		wardNames = append(wardNames, places.Word{Code: w.Code, Name: w.Name})
		if !sites[w.SiteCode] {
			sites[w.SiteCode] = true
			siteNames = append(siteNames, places.Word{Code: w.SiteCode, Name: w.SiteName})
		}
	}
	r.siteWords, r.wardWords = places.NewWordbook(nil, siteNames), places.NewWordbook(nil, wardNames)
	var groups, grades, reasons []places.Word
	for _, g := range n.groups {
		groups = append(groups, places.Word{Code: g.Code, Name: g.Name})
	}
	for _, g := range n.grades {
		grades = append(grades, places.Word{Code: g.Code, Name: g.Name})
	}
	for _, g := range n.reasons {
		reasons = append(reasons, places.Word{Code: g.Code, Name: g.Name})
	}
	if r.groups, err = s.places.Wordbook(ctx, tx, places.ForStaffGroup, groups); err != nil {
		return nil, err
	}
	if r.grades, err = s.places.Wordbook(ctx, tx, places.ForGrade, grades); err != nil {
		return nil, err
	}
	r.reasons, err = s.places.Wordbook(ctx, tx, places.ForReason, reasons)
	return r, err
}
