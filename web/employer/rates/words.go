package rates

import (
	"fmt"
	"strconv"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
)

func versionOf(at string, c cards.Card, today civil.Date) version {
	return version{Href: at + "/" + c.ID.String(), Number: "Version " + strconv.Itoa(c.Version), Dates: dates(c), State: state(c, today), Source: c.Source}
}

func dates(c cards.Card) string {
	if c.ValidTo.IsZero() {
		return "from " + c.ValidFrom.Text()
	}
	return c.ValidFrom.Text() + " to " + c.ValidTo.Text()
}

// state is the tag of a version.
func state(c cards.Card, today civil.Date) string {
	switch {
	case c.On(today):
		return "Active"
	case c.ValidFrom.After(today):
		return "To come"
	}
	return "Closed"
}

func linesOf(entries []cards.Entry, grades map[string]packs.Grade) []line {
	lines := make([]line, len(entries))
	for i, e := range entries {
		lines[i] = line{Grade: e.Grade, Code: e.Grade, Pay: e.PayMax.Text(), Commission: e.CommissionMax.Text()}
		if g, known := grades[e.Grade]; known {
			lines[i].Grade = g.Name
		}
	}
	return lines
}

// written is how the lines stand in the box: one grade a row.
func written(entries []cards.Entry) string {
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%s, %s, %s\n", e.Grade, strings.TrimPrefix(e.PayMax.Text(), "£"), strings.TrimPrefix(e.CommissionMax.Text(), "£"))
	}
	return b.String()
}

// numbered is a row of the box, with its number as the writer counts.
type numbered struct {
	number int
	cells  []string
}

// cut splits the box into rows and cells: by commas, semicolons or, as pasted
// from a spreadsheet, tabs. Empty rows are left out.
func cut(text string) (rows []numbered) {
	for i, row := range strings.Split(text, "\n") {
		if strings.TrimSpace(row) == "" {
			continue
		}
		cells := strings.FieldsFunc(row, func(r rune) bool { return r == '\t' || r == ';' })
		if len(cells) < 2 {
			cells = strings.Split(row, ",")
		}
		for j := range cells {
			cells[j] = strings.TrimSpace(cells[j])
		}
		rows = append(rows, numbered{i + 1, cells})
	}
	return rows
}

// read makes lines of the rows, or says of each row what is wrong with it. A
// grade may be written by its code or its name.
func read(rows []numbered, grades []packs.Grade) (lines []cards.NewLine, refused []fault.Field) {
	codes := map[string]string{}
	for _, g := range grades {
		codes[strings.ToLower(g.Name)], codes[strings.ToLower(g.Code)] = g.Code, g.Code
	}
	refuse := func(row int, code, text, value string) {
		refused = append(refused, fault.Field{Name: "lines", Code: code, Text: fmt.Sprintf("Row %d: %s", row, text), Value: value})
	}
	for _, r := range rows {
		if len(r.cells) != 3 {
			refuse(r.number, "wrong_format", "Write the grade, the highest pay and the highest commission, with commas between.", "")
			continue
		}
		l := cards.NewLine{Grade: codes[strings.ToLower(r.cells[0])]}
		if l.Grade == "" {
			l.Grade = r.cells[0]
		}
		var err error
		if l.PayMax, err = money.ParseRate(r.cells[1]); err != nil {
			refuse(r.number, fault.Of(err).Code, fault.Of(err).Text, r.cells[1])
		}
		if l.CommissionMax, err = money.ParseRate(r.cells[2]); err != nil {
			refuse(r.number, fault.Of(err).Code, fault.Of(err).Text, r.cells[2])
		}
		lines = append(lines, l)
	}
	return lines, refused
}

// placed puts refusals of lines.2.grade beside the one box of all lines, with the
// row that they mean.
func placed(refused *fault.Fault, rows []numbered) *fault.Fault {
	moved := *refused
	moved.Fields = nil
	for _, f := range refused.Fields {
		if rest, ok := strings.CutPrefix(f.Name, "lines."); ok {
			at, _, _ := strings.Cut(rest, ".")
			if i, err := strconv.Atoi(at); err == nil && i < len(rows) {
				f.Text = fmt.Sprintf("Row %d: %s", rows[i].number, f.Text)
			}
			f.Name = "lines"
		}
		moved.Fields = append(moved.Fields, f)
	}
	return &moved
}
