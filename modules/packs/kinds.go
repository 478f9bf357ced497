package packs

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/sheets"
	"wardbridge/tenants"
)

// Kind is one table of national data, as a file brings its rows. What a row is
// about is its key; two rows of one key never count on the same day.
type Kind struct {
	Name    string // the table's, and the file's: spine_points
	Title   string
	Doc     string
	columns []column
	whole   func(map[string]string) (column string, no *wrong) // what cells are together; nil: nothing more
	daily   bool                                               // a row is about one day, which is in its key
	rows    func(context.Context, *tenants.Tx) ([]Record, error)
	write   func(context.Context, *tenants.Tx, string) error
}

// column is a column of a kind. Its reader turns a cell into the one way in which
// the value is written, or says what is wrong with it.
type column struct {
	sheets.Column
	key  bool
	read reader
}

// lists are the names that a cell may have, by what they are names of.
type lists map[string][]string

type reader func(cell string, known lists) (string, *wrong)

// wrong is what is wrong with a cell.
type wrong struct{ code, text, suggestion string }

// Sheet describes the file: the kind's own columns, then those of every row.
func (k Kind) Sheet() sheets.Kind {
	s := sheets.Kind{Name: k.Name, Title: k.Title}
	for _, c := range k.all() {
		s.Columns = append(s.Columns, c.Column)
	}
	return s
}

// Columns are the names and titles of the kind's own columns, in order.
func (k Kind) Columns() []sheets.Column {
	var own []sheets.Column
	for _, c := range k.columns {
		own = append(own, c.Column)
	}
	return own
}

func (k Kind) all() []column {
	if k.daily {
		return append(slices.Clone(k.columns), markColumn, sourceColumn)
	}
	return append(slices.Clone(k.columns), fromColumn, untilColumn, markColumn, sourceColumn)
}

// The columns that every row has.
var (
	fromColumn = column{read: readDay, Column: sheets.Column{Name: "from", Title: "From", Required: true, Form: sheets.Date, Max: 20, Example: "2027-04-01",
		Aliases: []string{"valid from"}, Doc: "The first day on which the row counts."}}
	untilColumn = column{read: optional(readDay), Column: sheets.Column{Name: "until", Title: "Until", Form: sheets.Date, Max: 20,
		Aliases: []string{"valid until"}, Doc: "The first day on which it no longer counts. Left empty, it stands until a later row begins."}}
	markColumn = column{read: oneOf(string(Official), string(Derived), string(Indicative)), Column: sheets.Column{Name: "mark", Title: "Mark", Required: true, Max: 20, Example: "official",
		Doc: "official as published, derived worked out from what was published, indicative in common use."}}
	sourceColumn = column{read: readText, Column: sheets.Column{Name: "source", Title: "Source", Required: true, Max: 300, Example: "Pay circular 1/2027",
		Doc: "The document that says so."}}
)

// Kinds lists every kind, in the order in which they are shown.
func Kinds() []Kind { return slices.Clone(kinds) }

// KindNamed finds a kind.
func KindNamed(name string) (Kind, error) {
	for _, k := range kinds {
		if k.Name == name {
			return k, nil
		}
	}
	return Kind{}, ErrNoKind
}

func key(name, title, example string, read reader) column {
	return column{key: true, read: read, Column: sheets.Column{Name: name, Title: title, Required: true, Max: 80, Example: example}}
}

func value(name, title, example string, read reader) column {
	c := key(name, title, example, read)
	c.key = false
	c.Max = 200
	return c
}

func maybe(name, title, example string, read reader) column {
	c := value(name, title, example, optional(read))
	c.Required = false
	return c
}

// usually is a column that may be left out or empty, and then says the usual.
func usually(name, title, usual string, read reader) column {
	c := value(name, title, usual, read)
	c.Required = false
	c.read = func(cell string, known lists) (string, *wrong) {
		if cell == "" {
			cell = usual
		}
		return read(cell, known)
	}
	return c
}

var kinds = []Kind{
	{Name: "bank_holidays", Title: "Bank holidays", Doc: "Days that carry the public holiday rate, by nation.", daily: true, rows: holidayRows, write: writeHolidays, columns: []column{
		key("nation", "Nation", "england", oneOf("england", "wales", "scotland", "northern-ireland")), key("day", "Day", "2029-01-01", readDay),
		value("name", "Name", "New Year's Day", readText), maybe("dual_of", "Other day", "", readDay)}},
	{Name: "spine_points", Title: "Agenda for Change pay", Doc: "Annual and published hourly pay at the entry, middle and top of each band.", rows: spineRows, write: writeSpine, columns: []column{
		key("band", "Band", "afc-5", named("bands")), key("step", "Step", "top", oneOf("entry", "intermediate", "top")),
		value("annual", "Annual", "40214", readAmount), value("hourly", "Hourly", "20.57", readRate)}},
	{Name: "supplements", Title: "High cost area supplements", Doc: "The share of basic pay, and its yearly least and most.", rows: supplementRows, write: writeSupplements, columns: []column{
		key("zone", "Zone", "inner_london", oneOf(zones[1:]...)), value("percent", "Share", "0.2", readShare),
		value("minimum", "Minimum", "5968", readAmount), value("maximum", "Maximum", "9007", readAmount)}},
	{Name: "medical_points", Title: "Medical pay", Doc: "Nodal points and grades of doctors.", rows: medicalRows, write: writeMedical, columns: []column{
		key("point", "Point", "nodal-3", readCode), value("name", "Name", "Core training 1", readText), value("locum_grade", "Locum grade", "SHO", readText),
		value("annual", "Annual", "52656", readAmount), value("hourly", "Hourly", "25.25", readRate)}},
	{Name: "price_caps", Title: "Price caps", Doc: "The most that is charged for an hour of agency work, without VAT.", rows: capRows, write: writeCaps, columns: []column{
		key("band", "Band", "afc-5", named("bands")), key("zone", "Zone", "outside_london", oneOf(zones...)), key("class", "Hours", "core", oneOf("core", "low", "high")),
		value("rate", "Cap", "31.97", readRate)}},
	{Name: "enhancements", Title: "Unsocial hours", Doc: "What the hours of a class multiply pay by.", rows: enhancementRows, write: writeEnhancements, columns: []column{
		key("band", "Band", "afc-5", named("bands")), key("class", "Hours", "low", oneOf("low", "high")),
		value("factor", "Factor", "1.3", readMultiplier), value("pattern", "Pattern", "afc", oneOf("afc", "medical"))}},
	{Name: "patterns", Title: "Hours of the week", Doc: "Which hours are core, low and high.", rows: patternRows, write: writePatterns, columns: []column{
		key("pattern", "Pattern", "afc", oneOf("afc", "medical")), key("day", "Day", "monday", oneOf(append(weekdays[:], PublicHoliday)...)),
		key("at", "From the time", "06:00", readClock), value("class", "Hours", "core", oneOf("core", "low", "high"))}},
	{Name: "parameters", Title: "Tax, pension and limits", Doc: "Single figures of law or of a tax year.", whole: figureOfUnit, rows: parameterRows, write: writeParameters, columns: []column{
		key("name", "Name", "employer_ni_rate", readName), value("value", "Value", "0.15", readFigure),
		value("unit", "Unit", "factor", oneOf("factor", "pounds", "pounds_hour", "pounds_day", "pounds_week", "pounds_year", "minutes", "days", "weeks", "years"))}},
	{Name: "frameworks", Title: "Frameworks", Doc: "Framework agreements, who runs them and whether NHS England approves.", rows: frameworkRows, write: writeFrameworks, columns: []column{
		key("code", "Code", "RM6281", readReference), value("name", "Name", "Clinical and Healthcare Staffing", readText), value("operator", "Operator", "NHS Workforce Alliance", readText),
		value("approved", "Approved", "yes", oneOf("yes", "no")), maybe("fee_percent", "Fee", "0.01", readShare)}},
	{Name: "framework_lots", Title: "Framework lots", Doc: "The lots of each framework.", rows: lotRows, write: writeLots, columns: []column{
		key("framework", "Framework", "RM6281", named("frameworks")), key("lot", "Lot", "1", readText), value("name", "Name", "Nursing", readText)}},
	{Name: "vat_rules", Title: "VAT rules", Doc: "The VAT category of a supply by its route, the profession and what the supplier has chosen.", rows: vatRows, write: writeVAT, columns: []column{
		key("route", "Route", "agency", oneOf(routes...)), key("profession", "Profession", "doctor", oneOf("any", "doctor", "nurse", "nursing_auxiliary")),
		key("deputy", "Deputy", "yes", oneOf("any", "yes", "no")), key("elected", "Exemption chosen", "yes", oneOf("any", "yes", "no")),
		value("category", "Category", "E", oneOf("S", "E", "O", "Z")), value("reason", "Reason", "Provision of a deputy", readText),
		usually("claimable", "Claims for the past", "no", oneOf("yes", "no"))}},
	{Name: "professions", Title: "Professions for VAT", Doc: "Which profession of the VAT rules a staff group, or one of its grades, is.", rows: professionRows, write: writeProfessions, columns: []column{
		key("staff_group", "Staff group", "nursing", named("staff_groups")), key("grade", "Grade", "any", anyOr(named("grades"))),
		value("profession", "Profession", "nurse", oneOf("doctor", "nurse", "nursing_auxiliary", "other"))}},
	{Name: "stand_ins", Title: "Reasons that stand in", Doc: "For which booking reasons the worker stands in for somebody of the employer, as a deputy does.", rows: standInRows, write: writeStandIns, columns: []column{
		key("reason", "Reason", "vacancy", named("reasons")), value("stands_in", "Stands in", "yes", oneOf("yes", "no"))}},
	{Name: "restrictions", Title: "Work closed to agencies", Doc: "Staff groups and bands in which an agency's worker is booked under an exemption alone.", rows: restrictionRows, write: writeRestrictions, columns: []column{
		key("staff_group", "Staff group", "admin", anyOr(named("staff_groups"))), key("band", "Band", "any", anyOr(named("bands")))}},
}

var routes = []string{"agency", "umbrella", "company", "self_employed_gp", "direct_pay", "bank", "wage_recharge", "commission", "direct_fee", "system_fee", "framework_fee", "unregistered"}

func readText(cell string, _ lists) (string, *wrong) { return cell, nil }

// shaped reads text of a shape.
func shaped(shape, words string) reader {
	fits := regexp.MustCompile(shape)
	return func(cell string, _ lists) (string, *wrong) {
		if !fits.MatchString(cell) {
			return "", &wrong{code: "wrong_format", text: "This is not " + words + "."}
		}
		return cell, nil
	}
}

var (
	readCode      = shaped(`^[a-z0-9][a-z0-9-]*$`, "a code: small letters, digits and hyphens, such as nodal-3")
	readName      = shaped(`^[a-z][a-z0-9_]*$`, "a name: small letters, digits and underscores, such as employer_ni_rate")
	readReference = shaped(`^[A-Z0-9][A-Z0-9-]*$`, "a reference: capital letters, digits and hyphens, such as RM6281")
)

// oneOf reads one of a few words.
func oneOf(words ...string) reader {
	return func(cell string, _ lists) (string, *wrong) { return among(cell, words) }
}

// anyOr reads any, or what another reader takes.
func anyOr(read reader) reader {
	return func(cell string, known lists) (string, *wrong) {
		if cell == "any" {
			return cell, nil
		}
		return read(cell, known)
	}
}

// named reads a name that something has.
func named(list string) reader {
	return func(cell string, known lists) (string, *wrong) { return among(cell, known[list]) }
}

func among(cell string, words []string) (string, *wrong) {
	if slices.Contains(words, cell) {
		return cell, nil
	}
	near := sheets.Suggest(cell, words)
	if near == "" && len(words) <= 12 {
		return "", &wrong{code: "unknown", text: "This is none of " + strings.Join(words, ", ") + "."}
	}
	return "", &wrong{code: "unknown", text: "Nothing is known by this name.", suggestion: near}
}

func optional(read reader) reader {
	return func(cell string, known lists) (string, *wrong) {
		if cell == "" {
			return "", nil
		}
		return read(cell, known)
	}
}

func readDay(cell string, _ lists) (string, *wrong) {
	d, err := civil.ParseDate(cell)
	if err != nil {
		return "", &wrong{code: "date_invalid", text: "This is not a day. Write 2027-04-01 or 1/4/2027."}
	}
	return d.String(), nil
}

func readClock(cell string, _ lists) (string, *wrong) {
	c, err := civil.ParseClock(cell)
	if err != nil {
		return "", &wrong{code: "time_invalid", text: "This is not a time of day. Write 06:00."}
	}
	return c.String(), nil
}

// The highest figures that are no slip of the hand.
var (
	amountMax = money.Pence(1_000_000_000)
	rateMax   = money.Pence(1_000_000)
	factorMax = money.MustFactor("10")
)

func readAmount(cell string, _ lists) (string, *wrong) {
	p, err := money.ParsePence(cell)
	if err != nil || p <= 0 || p > amountMax {
		return "", &wrong{code: "amount_invalid", text: "This is not an amount above nothing and below 10 million pounds, such as 37796 or 37796.50."}
	}
	return trimmed(p.Plain()), nil
}

func readRate(cell string, _ lists) (string, *wrong) {
	r, err := money.ParseRate(cell)
	if err != nil || r.Cmp(money.Rate{}) <= 0 || r.Pence() > rateMax {
		return "", &wrong{code: "rate_invalid", text: "This is not a rate above nothing and up to 10,000 pounds an hour, such as 30.95."}
	}
	return trimmed(r.String()), nil
}

func readFigure(cell string, _ lists) (string, *wrong) {
	if f, err := money.ParseFactor(cell); err == nil {
		return f.Text(), nil
	}
	p, err := money.ParsePence(cell)
	if err != nil || p < 0 || p > amountMax {
		return "", &wrong{code: "figure_invalid", text: "This is not a figure with at most six places, or an amount below 10 million pounds."}
	}
	return trimmed(p.Plain()), nil
}

// figureOfUnit holds a figure against its unit and its name, so that no later price
// meets one that it cannot be worked out from: whole weeks, whole pence, shares that
// are no more than the whole.
func figureOfUnit(v map[string]string) (string, *wrong) {
	figure, unit, name := v["value"], v["unit"], v["name"]
	switch unit {
	case "minutes", "days", "weeks", "years":
		if n, err := strconv.Atoi(figure); err != nil || n < 1 || n > 10_000 {
			return "value", &wrong{code: "figure_not_whole", text: "This is not a whole number of " + unit + " from 1 to 10,000."}
		}
	case "factor":
		f, err := money.ParseFactor(figure)
		if err != nil {
			return "value", &wrong{code: "figure_invalid", text: "This is not a factor with at most six places."}
		}
		for _, end := range []string{"_rate", "_percent", "_share"} {
			if strings.HasSuffix(name, end) && f.Cmp(money.One) > 0 {
				return "value", &wrong{code: "share_invalid", text: "This is more than the whole. Write 0.15 for 15%."}
			}
		}
	default:
		if p, err := money.ParsePence(figure); err != nil || p < 0 || p > amountMax {
			return "value", &wrong{code: "amount_invalid", text: "This is not an amount in pounds with at most two places."}
		}
	}
	return "", nil
}

func readShare(cell string, _ lists) (string, *wrong) {
	f, err := money.ParseFactor(cell)
	if err != nil || f.Cmp(money.One) > 0 {
		return "", &wrong{code: "share_invalid", text: "This is not a share between 0 and 1, such as 0.2 for 20%."}
	}
	return f.Text(), nil
}

func readMultiplier(cell string, _ lists) (string, *wrong) {
	f, err := money.ParseFactor(cell)
	if err != nil || f.Cmp(money.One) < 0 || f.Cmp(factorMax) > 0 {
		return "", &wrong{code: "factor_invalid", text: "This is not a factor from 1 to 10, such as 1.3 for time and 30%."}
	}
	return f.Text(), nil
}

// trimmed is a decimal without needless zeros, as the database writes it.
func trimmed(s string) string {
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}
