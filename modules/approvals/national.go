package approvals

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wardbridge/internal/civil"
)

// national is the matrix that holds where an employer has made no rule of its
// own: dated rows, each with its mark and source.
//
//go:embed national.csv
var national string

// Default is a row of the national matrix: the rule, and below which office no
// employer may go.
type Default struct {
	Rule
	Minimum Office     // none: an employer may name anybody
	FromOn  civil.Date // in force from this day, until a later row
}

// defaults are the rows of the file. It is part of the program, so what is wrong
// with it is a programmer's mistake.
var defaults = mustRead(national)

func mustRead(text string) []Default {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic("approvals: national.csv: " + err.Error())
	}
	all := make([]Default, 0, len(rows)-1)
	for i, row := range rows[1:] {
		d, err := defaultOf(row)
		if err != nil {
			panic(fmt.Sprintf("approvals: national.csv, row %d: %v", i+2, err))
		}
		all = append(all, d)
	}
	return all
}

func defaultOf(row []string) (Default, error) {
	minutes, err := strconv.Atoi(row[6])
	if err != nil {
		return Default{}, err
	}
	from := civil.MustDate(row[11])
	d := Default{Minimum: Office(row[2]), FromOn: from, Rule: Rule{Condition: Condition(row[0]), Approvers: approversOf(row[1]),
		ReasonRequired: row[3] == "yes", StatementRequired: row[4] == "yes", Evidence: strings.Fields(row[5]), EscalateMinutes: minutes,
		EscalateTo: approversOf(row[7]), OutOfHours: Office(row[8]), HoursFrom: civil.MustClock(row[9]), HoursTo: civil.MustClock(row[10]),
		FromAt: from.Midnight(), Mark: row[12], Source: row[13]}}
	if wrong := d.wrong(); len(wrong) > 0 {
		return d, fmt.Errorf("%v", wrong)
	}
	if loose := d.looser(d); len(loose) > 0 || !slices.Contains(Conditions, d.Condition) {
		return d, fmt.Errorf("%s: %v", d.Condition, loose)
	}
	return d, nil
}

func approversOf(text string) []Approver {
	all := []Approver{}
	for _, a := range strings.Fields(text) {
		all = append(all, Approver(a))
	}
	return all
}

// DefaultOf is the national row of a condition on a day. Before its first day
// the first row holds: a rule that is younger than the shift is better than none.
func DefaultOf(c Condition, day civil.Date) (Default, bool) {
	var found Default
	for _, d := range defaults {
		if d.Condition == c && (found.Condition == "" || !d.FromOn.After(day)) {
			found = d
		}
	}
	return found, found.Condition != ""
}
