package cards

import (
	"strconv"
	"strings"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/sheets"
)

// LinesMax is how many lines a card may have.
const LinesMax = 20_000

const specialtyMax = 80

// The columns of Sheet by position, as Mapping.Project hands over cells.
const (
	colGroup = iota
	colGrade
	colSpecialty
	colSite
	colBand
	colEngagement
	colPay
	colFixed
	colCommission
	colMargin
	colCharge
	colVAT
	colAfter12
	colTiers
	colSteps
	colCount
)

// Sheet describes the file that the lines of a card are imported from. An export
// has the same columns, so that it can be corrected and sent back.
var Sheet = sheets.Kind{Name: "rate-card", Title: "Rate card", Columns: []sheets.Column{
	colGroup: {Name: "staff_group", Title: "Staff group", Max: 120, Example: "Nursing", Aliases: []string{"staff type", "profession"},
		Doc: "Code or name. Left empty, it is the grade's; with no grade either, every group."},
	colGrade: {Name: "grade", Title: "Grade", Max: 120, Example: "Band 5 nurse", Aliases: []string{"band of pay", "role"},
		Doc: "Code or name. Left empty, every grade of the staff group."},
	colSpecialty: {Name: "specialty", Title: "Specialty", Max: specialtyMax, Example: "", Aliases: []string{"skill"}, Doc: "As shifts name it. Left empty, every one."},
	colSite:      {Name: "site", Title: "Site", Max: 120, Example: "", Aliases: []string{"hospital", "location"}, Doc: "Code or name. Left empty, every site."},
	colBand: {Name: "band", Title: "Hours", Max: 20, Example: "any", Aliases: []string{"time band", "hours band"},
		Doc: "any, core, low (nights and Saturdays) or high (Sundays and public holidays). Of any, the rate is for core hours and the others multiply it. Left empty, any."},
	colEngagement: {Name: "engagement", Title: "Engagement", Max: 40, Example: "paye", Aliases: []string{"engagement model", "model"},
		Doc: "any, paye, direct, psc_outside, psc_inside, umbrella or bank. Left empty, any."},
	colPay: {Name: "pay_max", Title: "Highest pay", Required: true, Max: 20, Example: "21.5000", Aliases: []string{"pay", "pay rate", "max pay"},
		Doc: "Pounds an hour, at most four places."},
	colFixed: {Name: "fixed", Title: "Fixed pay", Max: 10, Example: "no", Aliases: []string{"fixed rate"}, Doc: "yes: the pay itself; no or empty: its maximum."},
	colCommission: {Name: "commission_max", Title: "Highest commission", Max: 20, Example: "2.4000", Aliases: []string{"commission", "agency fee", "max commission"},
		Doc: "Pounds for each paid hour. Left empty, none, or the margin."},
	colMargin: {Name: "margin_percent", Title: "Margin %", Max: 20, Example: "", Aliases: []string{"margin"}, Doc: "Percent of the pay, instead of a commission."},
	colCharge: {Name: "charge_max", Title: "Highest charge", Max: 20, Example: "30.9500", Aliases: []string{"max charge", "charge"},
		Doc: "Pounds an hour before VAT. Left empty, none."},
	colVAT: {Name: "vat", Title: "VAT", Max: 5, Example: "", Aliases: []string{"vat category"}, Doc: "S, E or O that the price was agreed on. Left empty, as the rules say."},
	colAfter12: {Name: "pay_after_12_weeks", Title: "Pay after 12 weeks", Max: 20, Example: "21.5000", Aliases: []string{"awr pay", "parity pay"},
		Doc: "Pounds an hour. Left empty, the same."},
	colTiers: {Name: "tier_uplifts", Title: "Tier uplifts", Max: 120, Example: "2=2.5; 3=5", Doc: "Tier, equals sign, percent of the pay; parted by semicolons."},
	colSteps: {Name: "escalation", Title: "Escalation", Max: 120, Example: "4=10; 24=5",
		Doc: "Hours before the start, equals sign, percent of the pay; parted by semicolons. The nearest that the request has reached counts."},
}}

// rateColumns are those whose cells are rates, in the order of a report.
var rateColumns = []string{"pay_max", "commission_max", "charge_max", "pay_after_12_weeks"}

// heading is what people call a column.
func heading(column string) string {
	for _, c := range Sheet.Columns {
		if c.Name == column {
			return c.Title
		}
	}
	return column
}

// The refusals of cells.
var (
	errBand       = fault.New(fault.Invalid, "band_unknown", "Write any, core, low or high.")
	errEngagement = fault.New(fault.Invalid, "engagement_unknown", "Write any, paye, direct, psc_outside, psc_inside, umbrella or bank.")
	errFixed      = fault.New(fault.Invalid, "fixed_unknown", "Write yes or no.")
	errVAT        = fault.New(fault.Invalid, "vat_unknown", "Write S, E or O, or leave it empty.")
	errMargin     = fault.New(fault.Invalid, "margin_invalid", "Write the margin as a percentage of the pay up to 100, such as 12.5.")
	errUplifts    = fault.New(fault.Invalid, "tier_uplifts_invalid", "Write each tier once, an equals sign and a percentage up to 100, parted by semicolons, such as 2=2.5; 3=5.")
	errSteps      = fault.New(fault.Invalid, "escalation_invalid", "Write hours before the start, each once, an equals sign and a percentage up to 100, parted by semicolons, such as 4=10; 24=5.")
	errBothFees   = fault.New(fault.Invalid, "commission_and_margin", "Give a commission or a margin, not both.")
	errPay        = fault.New(fault.Invalid, "pay_missing", "Give the highest pay, above nothing.")
	errMissing    = fault.New(fault.Invalid, "value_missing", "Highest pay is empty.")
	errTwice      = fault.New(fault.Invalid, "line_twice", "This line is for the same work as an earlier one.")
	errTooLong    = fault.New(fault.Invalid, "value_too_long", "This text is too long.")
)

// Cells is a line as a file has it, by name of column. Reading it back gives the
// same line.
func (l *NewLine) cells(group, grade, site string) []string {
	cells := make([]string, colCount)
	cells[colGroup], cells[colGrade], cells[colSpecialty], cells[colSite] = group, grade, l.Specialty, site
	cells[colBand], cells[colEngagement] = string(l.Band), string(l.Engagement)
	v := l.values()
	copy(cells[colPay:], v[1:])
	return cells
}

// written reads everything of a line that refers to nothing: bands, rates and
// shares. Refused are the cells that it cannot be told from.
func (l *NewLine) written(cells []string, refuse func(col int, f *fault.Fault)) {
	rate := func(col int, into *money.Rate) {
		if cells[col] == "" {
			return
		}
		var err error
		if *into, err = money.ParseRate(cells[col]); err != nil {
			refuse(col, fault.Of(err))
		}
	}
	l.Specialty = cells[colSpecialty]
	if l.Band = Band(strings.ToLower(cells[colBand])); l.Band == "" {
		l.Band = AnyBand
	} else if bandWords[l.Band] == "" {
		refuse(colBand, errBand)
	}
	if l.Engagement = Engagement(strings.ReplaceAll(strings.ToLower(cells[colEngagement]), " ", "_")); l.Engagement == "" {
		l.Engagement = AnyEngagement
	} else if engagementWords[l.Engagement] == "" {
		refuse(colEngagement, errEngagement)
	}
	rate(colPay, &l.PayMax)
	rate(colCommission, &l.CommissionMax)
	rate(colCharge, &l.ChargeMax)
	rate(colAfter12, &l.PayAfter12)
	switch strings.ToLower(cells[colFixed]) {
	case "", "no", "n", "false", "0":
	case "yes", "y", "true", "1":
		l.Fixed = true
	default:
		refuse(colFixed, errFixed)
	}
	if l.VAT = strings.ToUpper(cells[colVAT]); l.VAT != "" && l.VAT != "S" && l.VAT != "E" && l.VAT != "O" {
		refuse(colVAT, errVAT)
	}
	l.shares(cells, refuse)
}

func (l *NewLine) shares(cells []string, refuse func(col int, f *fault.Fault)) {
	var err error
	if text := cells[colMargin]; text != "" {
		if l.Margin, err = share(text); err != nil {
			refuse(colMargin, errMargin)
		}
	}
	if l.TierUplifts, err = ParseUplifts(cells[colTiers]); err != nil {
		refuse(colTiers, errUplifts)
	}
	if l.Escalation, err = ParseSteps(cells[colSteps]); err != nil {
		refuse(colSteps, errSteps)
	}
	if !l.Margin.IsZero() && !l.CommissionMax.IsZero() {
		refuse(colMargin, errBothFees)
	}
}

// share reads a percentage from 0 to 100 with at most four places.
func share(text string) (money.Factor, error) {
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "%"))
	rate, err := money.ParseRate(text)
	if err != nil || strings.HasPrefix(text, "£") || rate.Cmp(money.MustRate("100")) > 0 {
		return money.Factor{}, errMargin
	}
	digits := strings.Replace(rate.String(), ".", "", 1) // ten-thousandths of a percent are millionths
	for len(digits) < 7 {
		digits = "0" + digits
	}
	return money.ParseFactor(digits[:len(digits)-6] + "." + digits[len(digits)-6:])
}

// pairs reads 2=5; 3=7.5 with whole numbers from 1 to most, each once.
func pairs(text string, most int, put func(n int, share money.Factor)) error {
	seen := map[int]bool{}
	for _, part := range strings.Split(text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		left, right, found := strings.Cut(part, "=")
		n, err := strconv.Atoi(strings.TrimSpace(left))
		if !found || err != nil || n < 1 || n > most || seen[n] {
			return errMargin
		}
		f, err := share(right)
		if err != nil {
			return err
		}
		seen[n] = true
		put(n, f)
	}
	return nil
}

// ParseShare reads a percentage from 0 to 100, such as a margin.
func ParseShare(text string) (money.Factor, error) {
	f, err := share(text)
	if err != nil {
		return f, errMargin
	}
	return f, nil
}
