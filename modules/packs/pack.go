package packs

import (
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/tenants"
)

// Refusals of reference data.
var (
	ErrNoHolidays  = fault.New(fault.Invalid, "bank_holidays_missing", "The bank holidays of that year are not loaded. Ask your administrator to load them.")
	ErrNoParameter = fault.New(fault.Invalid, "price_data_missing", "A figure that this price needs is not loaded for that date. Ask your administrator to load it.")
	ErrNoCap       = fault.New(fault.Invalid, "cap_not_loaded", "No cap is loaded for this band and day, so it cannot be said whether a charge is within it.")
	ErrNoFigure    = fault.New(fault.NotFound, "figure_not_loaded", "This figure is not loaded for that day.")
	ErrNoFramework = fault.New(fault.NotFound, "framework_not_in_force", "This framework or lot does not stand on that day.")

	ErrNoKind       = fault.New(fault.NotFound, "pack_kind_unknown", "There is no national data of this kind. The list of packs names them all.")
	ErrPlatformOnly = fault.New(fault.Forbidden, "platform_only", "National data is loaded by the people who run the service.")
	ErrBadRows      = fault.New(fault.Invalid, "pack_rows_refused", "Some rows are wrong, so nothing was loaded. Correct them and send the file again.")
	ErrOverlap      = fault.New(fault.Conflict, "pack_rows_overlap", "Some rows would count on the days of others, so nothing was loaded. Let each end where the next begins.")
	ErrMoved        = fault.New(fault.Conflict, "pack_changed_meanwhile", "What is loaded has changed since the file was checked. Check it again.")

	ErrEmployerOnly  = fault.New(fault.Forbidden, "employer_only", "Only an employer sets caps and holidays of its own.")
	ErrLooser        = fault.New(fault.Invalid, "cap_looser", "Your own cap must be below the national one.")
	ErrOverrideTaken = fault.New(fault.Conflict, "cap_override_overlaps", "A cap of your own counts on some of these days already.")
	ErrOverrideEnded = fault.New(fault.Conflict, "cap_override_ended", "This cap has ended already.")
	ErrHolidayTaken  = fault.New(fault.Conflict, "local_holiday_taken", "This day is a holiday of yours already.")

	ErrTrustOnly        = fault.New(fault.Forbidden, "trust_only", "Only a trust closes work to agencies: the agency rules bind trusts alone.")
	ErrRestrictionTaken = fault.New(fault.Conflict, "restriction_overlaps", "You have closed this work to agencies on some of these days already.")
	ErrRestrictionEnded = fault.New(fault.Conflict, "restriction_ended", "This restriction has ended already.")
)

// Mark says how sure a row is.
type Mark string

// The marks.
const (
	Official   Mark = "official"   // as published
	Derived    Mark = "derived"    // worked out from what was published
	Indicative Mark = "indicative" // in common use, or not yet confirmed
)

// StaffGroup is a family of jobs, such as nursing.
type StaffGroup struct {
	bun.BaseModel `bun:"table:staff_groups,alias:g" json:"-"`

	Code     string
	Name     string
	Position int
	Mark     Mark
	Source   string
}

// Grade is a level within a staff group. Band is the key of its enhancements.
type Grade struct {
	bun.BaseModel `bun:"table:grades,alias:g" json:"-"`

	Code       string
	StaffGroup string
	Name       string
	Band       string // afc-5, medical
	Position   int
	Mark       Mark
	Source     string
}

// Reason is why cover is needed.
type Reason struct {
	bun.BaseModel `bun:"table:reasons,alias:r" json:"-"`

	Code     string
	Name     string
	Position int
	Mark     Mark
	Source   string
}

// Holiday is a civil date that carries the public holiday rate. A holiday that
// falls on a weekend is kept twice, and each day names the other.
type Holiday struct {
	Nation string
	Day    civil.Date
	Name   string
	DualOf civil.Date // the other day, or none
	Local  bool       `bun:"-"` // an employer's own
	Mark   Mark
	Source string
}

// Class is what an hour of the week counts as.
type Class string

// The classes of hours.
const (
	Core Class = "core"
	Low  Class = "low"
	High Class = "high"
)

// Dated is what every row with a life in time says of itself. From is its first
// day, Until the first day on which it no longer counts, or none.
type Dated struct {
	ID     tenants.ID
	From   civil.Date `bun:"from_on"`
	Until  civil.Date `bun:"until_on"`
	Mark   Mark
	Source string
}

// On reports whether the row counts on a day.
func (d Dated) On(day civil.Date) bool {
	return !d.From.After(day) && (d.Until.IsZero() || day.Before(d.Until))
}

// Enhancement is what the hours of a class multiply the pay of a band by.
type Enhancement struct {
	Dated   `bun:"extend"`
	Band    string
	Class   Class
	Factor  money.Factor
	Pattern string // the name of the pattern that says which hours these are
}

// Hours says that from a time on the wall, on this kind of day, hours are of a
// class, until the next row of that day.
type Hours struct {
	Dated   `bun:"extend"`
	Pattern string
	Day     string // monday to sunday, or public_holiday
	At      civil.Clock
	Class   Class
}

// Any is every staff group or every band, as a restriction says it.
const Any = "any"

// InterimBand is the band of very senior managers: posts above Band 9, on local
// terms.
const InterimBand = "vsm"

// Restriction closes work to agencies: they fill it under an exemption alone. Own
// is a trust's own, beside those of the nation.
type Restriction struct {
	Dated      `bun:"extend"`
	StaffGroup string // any, or a staff group
	Band       string // any, or the band of a grade
	Own        bool
	Reason     string // of a trust's own
}

// Closes reports whether the restriction is about work of a staff group and band.
func (r Restriction) Closes(group, band string) bool {
	return (r.StaffGroup == Any || r.StaffGroup == group) && (r.Band == Any || r.Band == band)
}

// PublicHoliday is the kind of day that a bank holiday is to a pattern.
const PublicHoliday = "public_holiday"

// Weekday is the day of the week that the row is about; false for the hours of
// a public holiday.
func (h Hours) Weekday() (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if weekdays[d] == h.Day {
			return d, true
		}
	}
	return 0, false
}

var weekdays = [7]string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}

// The parameters by name.
const (
	HolidayPercent      = "holiday_percent"
	EmployerNIRate      = "employer_ni_rate"
	EmployerNIThreshold = "employer_ni_threshold_week"
	PensionRate         = "pension_rate"
	PensionLower        = "pension_lower_week"
	PensionUpper        = "pension_upper_week"
	LevyRate            = "levy_rate"
	VATStandardRate     = "vat_standard_rate"
	VATClaimYears       = "vat_claim_years"
	NationalLivingWage  = "national_living_wage"

	GPPensionRate    = "gp_pension_employer_rate"
	GPPensionable    = "gp_pensionable_share"
	GPSessionMinutes = "gp_session_minutes"
	AWRLeavePercent  = "awr_leave_percent"
	AWRWeeks         = "awr_qualifying_weeks"      // completed with an employer, in one role
	AWRBreakDays     = "awr_break_days"            // without work; more begin the weeks anew
	HighRate         = "high_rate_threshold"       // an hour; the chief executive signs from here on
	InterimDayRate   = "interim_manager_threshold" // a day; NHS England approves above
	CapUplift        = "cap_uplift"                // on pay, in a price cap
	CapWeeksOfYear   = "cap_weeks_year"            // in a price cap, unlike in pay
	WeeksOfYear      = "afc_weeks_year"
	HoursOfWeek      = "afc_hours_week"
	MedicalHours     = "medical_hours_week"
)

// Parameter is one figure of law or of a tax year. Unit says what it is: factor,
// minutes, days, weeks, years, pounds, or pounds for an hour, a day, a week or a
// year.
type Parameter struct {
	Dated `bun:"extend"`
	Name  string
	Value string // plain decimal, without needless zeros
	Unit  string
}

// Factor is the figure as a share. A figure of another unit is an error.
func (p Parameter) Factor() (money.Factor, error) { return money.ParseFactor(p.Value) }

// Pence is the figure as an amount.
func (p Parameter) Pence() (money.Pence, error) { return money.ParsePence(p.Value) }

// Rate is the figure as pounds for an hour.
func (p Parameter) Rate() (money.Rate, error) { return money.ParseRate(p.Value) }

// Count is the figure as a whole number.
func (p Parameter) Count() (int, error) { return strconv.Atoi(p.Value) }

// Pack is all national data that a price in a span of days depends on.
type Pack struct {
	Nation       string
	From, To     civil.Date // both within
	Holidays     []Holiday
	Patterns     []Hours // by pattern, day and time
	Enhancements []Enhancement
	Parameters   []Parameter
	Caps         []Cap // by band, zone and class; LoadFor has an employer's own in them
}

// Parameter finds the figure of a name on a day. None is a refusal that names
// it, never a zero.
func (p Pack) Parameter(name string, day civil.Date) (Parameter, error) {
	for _, row := range p.Parameters {
		if row.Name == name && row.On(day) {
			return row, nil
		}
	}
	return Parameter{}, ErrNoParameter.Saying("There is no " + spoken(name) + " in force on " + day.Text() + ". Ask your administrator to load it.")
}

// spoken is a parameter's name as a sentence says it.
func spoken(name string) string {
	switch name {
	case HolidayPercent:
		return "holiday pay rate"
	case EmployerNIRate, EmployerNIThreshold:
		return "employer's National Insurance rate"
	case PensionRate, PensionLower, PensionUpper:
		return "pension rate"
	case LevyRate:
		return "apprenticeship levy rate"
	case VATStandardRate:
		return "standard rate of VAT"
	case VATClaimYears:
		return "number of years that VAT is claimed back for"
	case NationalLivingWage:
		return "National Living Wage"
	case AWRWeeks, AWRBreakDays:
		return "figure for the qualifying weeks of agency workers"
	}
	return "figure called " + name
}
