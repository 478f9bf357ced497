package oversight

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
)

// Word is one entry of the dictionary: what the database says and what people say.
type Word struct {
	Name string
	Text string
}

// tables are the audited tables, in the order in which a page offers them.
var tables = []Word{
	{"shifts", "a shift"}, {"proposals", "a proposal"}, {"bookings", "a booking"}, {"timesheets", "a timesheet"},
	{"timesheet_lines", "a priced line of a timesheet"}, {"adjustments", "an adjustment of settled timesheets"}, {"adjustment_items", "a timesheet that an adjustment changes"},
	{"adjustment_omissions", "a timesheet that could not be priced"}, {"timesheet_adjustments", "an adjustment of a timesheet"},
	{"timesheet_adjustment_lines", "a line of an adjustment"}, {"self_bill_runs", "a self-bill run"}, {"self_bills", "a self-bill"},
	{"self_bill_lines", "a line of a self-bill"}, {"bill_series", "a series of invoice numbers"}, {"imports", "an import"},
	{"import_errors", "a row error of an import"}, {"agreements", "an agreement"}, {"vat_elections", "a VAT election"}, {"tiers", "an agency's tier"},
	{"cards", "a rate card"}, {"card_lines", "a line of a rate card"}, {"cascade_rules", "a cascade rule"},
	{"approval_decisions", "an approver's decision"}, {"approval_delegations", "a delegation"}, {"approval_offices", "an appointment to an office"},
	{"approval_requests", "a request for approval"}, {"approval_rules", "a rule of the approval matrix"},
	{"cap_overrides", "a price cap of one's own"}, {"local_holidays", "a local holiday"}, {"restrictions", "work closed to agencies"}, {"own_restrictions", "work that a trust closes to agencies"}, {"price_caps", "a price cap"}, {"pack_versions", "a version of national data"},
	{"spine_points", "a pay point"}, {"medical_points", "a medical pay point"}, {"supplements", "a high cost area supplement"},
	{"frameworks", "a framework"}, {"framework_lots", "a lot of a framework"}, {"vat_rules", "a VAT rule"}, {"professions", "a profession"}, {"stand_ins", "what a booking reason means"},
	{"representations", "an agency's worker"}, {"worker_profiles", "a worker's profile"},
	{"sites", "a site"}, {"wards", "a ward"}, {"aliases", "a remembered name"},
	{"grants", "a member's role"}, {"people", "a person's account"}, {"organisations", "an organisation"}, {"clocks", "a clock"},
	{"settings", "a setting"}, {"shares", "a share"},
	{"staff_groups", "a staff group"}, {"grades", "a grade"}, {"reasons", "a booking reason"}, {"bank_holidays", "a bank holiday"},
	{"enhancements", "an enhancement"}, {"patterns", "a pattern of enhanced hours"}, {"parameters", "a national parameter"},
	{"diary", "a diary entry"},
}

// Tables lists the tables that audit speaks of, for a filter.
func Tables() []Word { return slices.Clone(tables) }

// TableWords says a table in words. One that the dictionary lacks is said as it
// is called, which is plain enough to ask about.
func TableWords(table string) string {
	for _, w := range tables {
		if w.Name == table {
			return w.Text
		}
	}
	return "a row of " + strings.ReplaceAll(table, "_", " ")
}

func actWords(a Act) string {
	switch a {
	case Insert:
		return "Added"
	case Update:
		return "Changed"
	case Delete:
		return "Removed"
	}
	return string(a)
}

// Acts lists the acts with their words, for a filter.
func Acts() []Word {
	return []Word{{string(Insert), actWords(Insert)}, {string(Update), actWords(Update)}, {string(Delete), actWords(Delete)}}
}

// columns are the fields whose names the rule of FieldWords would not say well,
// and those that belong at the top of a list; the others follow by name.
var columns = []Word{
	{"ref", "Reference"}, {"number", "Number"}, {"name", "Name"}, {"code", "Code"}, {"title", "Title"}, {"status", "Status"},
	{"decision", "Decision"}, {"decision_reason", "Reason for the decision"}, {"decided_at", "Decided"}, {"decided_by", "Decided by"},
	{"starts_at", "Start"}, {"ends_at", "End"}, {"break_minutes", "Break"}, {"planned_starts_at", "Planned start"},
	{"planned_ends_at", "Planned end"}, {"planned_break_minutes", "Planned break"},
	{"worker_name", "Worker"}, {"staff_group", "Staff group"}, {"grade", "Grade"}, {"specialty", "Specialty"}, {"reason", "Reason"},
	{"pay_rate", "Pay rate"}, {"commission", "Commission"}, {"pay_max", "Highest pay rate"}, {"commission_max", "Highest commission"},
	{"minutes", "Paid time"}, {"net_pence", "Net"}, {"vat_pence", "VAT"}, {"gross_pence", "Gross"}, {"amount_pence", "Amount"},
	{"submitted_at", "Submitted"}, {"submitted_by", "Submitted by"}, {"withdrawn_at", "Withdrawn"}, {"queried_at", "Queried"},
	{"queried_by", "Queried by"}, {"query_reason", "Reason for the query"}, {"approved_at", "Approved"}, {"approved_by", "Approved by"},
	{"confirmed_at", "Confirmed"}, {"confirmed_by", "Confirmed by"}, {"ended_at", "Ended"}, {"ended_why", "Reason for ending"},
	{"issued_at", "Issued"}, {"issued_by", "Issued by"}, {"role", "Role"}, {"granted_at", "Granted"}, {"revoked_at", "Revoked"},
	{"person_id", "Person"}, {"wards", "Wards"}, {"ahead", "Ahead of real time"}, {"email", "E-mail address"}, {"password_hash", "Password"},
	{"born_on", "Date of birth"}, {"register_body", "Register"}, {"register_number", "Registration number"}, {"vat_number", "VAT number"},
	{"ods_code", "ODS code"}, {"on_costs", "On-costs"}, {"worker_note", "Worker's note"}, {"lead_minutes", "Lead time"}, {"zone", "High cost area"},
}

// FieldWords says a column in words: pay_rate is "Pay rate".
func FieldWords(column string) string {
	if i := position(column); i >= 0 {
		return columns[i].Text
	}
	words := column
	for _, suffix := range []string{"_id", "_at", "_on", "_pence"} {
		words = strings.TrimSuffix(words, suffix)
	}
	words = strings.ReplaceAll(words, "_", " ")
	if words == "" {
		return column
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

func position(column string) int {
	return slices.IndexFunc(columns, func(w Word) bool { return w.Name == column })
}

// inOrder puts the fields of the dictionary first and the version last.
func inOrder(a, b string) int {
	rank := func(column string) int {
		if column == "version" {
			return len(columns) + 1
		}
		if i := position(column); i >= 0 {
			return i
		}
		return len(columns)
	}
	if d := rank(a) - rank(b); d != 0 {
		return d
	}
	return strings.Compare(a, b)
}

// valueText says a value as a person reads it. What is kept as a hash is hidden.
func valueText(column string, raw json.RawMessage) string {
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return numberText(column, string(raw))
	}
	if strings.HasPrefix(text, "sha256:") {
		return "hidden"
	}
	if strings.HasSuffix(column, "_at") || column == "valid_from" {
		if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return civil.When(at)
		}
	}
	return text
}

func numberText(column, raw string) string {
	switch raw {
	case "true":
		return "yes"
	case "false":
		return "no"
	}
	n, err := strconv.ParseInt(raw, 10, 64)
	switch {
	case err != nil:
		return raw
	case strings.HasSuffix(column, "_pence"):
		return money.Pence(n).String()
	case column == "minutes" || strings.HasSuffix(column, "_minutes"):
		return civil.Span(int(n))
	}
	return raw
}
