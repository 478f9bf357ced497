package agencies

import (
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/tenants"
)

// Refusals.
var (
	ErrNoAgreement      = fault.New(fault.Conflict, "no_agreement", "There is no agreement between this employer and this agency on that day.")
	ErrOverlap          = fault.New(fault.Conflict, "agreement_overlaps", "There is an agreement with this agency in those days already. End it first, or change its dates.")
	ErrUnknownAgency    = fault.New(fault.Invalid, "agency_unknown", "There is no such agency on the platform. Choose one from the directory.")
	ErrDates            = fault.New(fault.Invalid, "agreement_dates", "An agreement ends on or after the day on which it starts.")
	ErrEnded            = fault.New(fault.Conflict, "agreement_ended", "This agreement has ended and cannot be changed.")
	ErrVATNumber        = fault.New(fault.Invalid, "vat_number_invalid", "This is not a valid VAT number. Check it against the agency's certificate: GB and nine digits, such as GB 337 4400 71.")
	ErrVATNumberChanged = fault.New(fault.Invalid, "vat_number_changed", "A changed VAT number ends the self-billing agreement. Give the first day of the new one with it.")
	ErrElectionTaken    = fault.New(fault.Conflict, "vat_election_taken", "There is a VAT election for this staff group from this day already.")
	ErrNoSelfBilling    = fault.New(fault.Conflict, "self_billing_missing", "There is no signed self-billing agreement for that day.")
	ErrNoVATNumber      = fault.New(fault.Conflict, "vat_number_missing", "The agreement has no VAT number of the agency.")
	ErrFramework        = fault.New(fault.Invalid, "framework_unknown", "This is no approved framework of that day. Choose one from the list, or none when the agency is off framework.")
	ErrNotYours         = fault.New(fault.Forbidden, "employers_only", "Only the employer changes an agreement.")
)

// The ways in which shifts are priced; the price engine says what they mean.
const (
	Clock      = "clock"
	WholeShift = "afc_whole_shift"

	ActualOrProRata = "actual_or_pro_rata"
	FromHighest     = "from_highest"
	FromLowest      = "from_lowest"

	Flat   = "flat"
	Weekly = "weekly"
)

// Agreement is what one employer and one agency have agreed.
type Agreement struct {
	bun.BaseModel `bun:"table:agreements,alias:a" json:"-"`

	TenantID        tenants.ID
	AgencyID        tenants.ID
	ID              tenants.ID
	StartsOn        civil.Date
	EndsOn          civil.Date // last day; none: until ended
	Segmentation    string
	BreakRule       string
	OnCosts         string
	Framework       string     // the code of the approved framework it is supplied through; empty: off framework
	FrameworkLot    string     // and its lot
	SelfBillFrom    civil.Date // the signed self-billing agreement; none: not signed
	SelfBillUntil   civil.Date // its last day
	SupplierName    string     // as it stands on the bills
	SupplierAddress string
	VATNumber       string    `bun:"vat_number"`
	EndedAt         time.Time `bun:",nullzero"`
	CreatedAt       time.Time
	Version         int64
}

// ETag names this state of the agreement.
func (a Agreement) ETag() string { return strconv.FormatInt(a.Version, 10) }

// On reports whether new business may be done under the agreement on a day.
func (a Agreement) On(day civil.Date) bool {
	return !a.StartsOn.After(day) && (a.EndsOn.IsZero() || !day.After(a.EndsOn)) &&
		(a.EndedAt.IsZero() || day.Before(civil.DateOf(a.EndedAt)))
}

// SelfBills says why the employer may not write the agency's invoices on a day,
// or nil when it may.
func (a Agreement) SelfBills(day civil.Date) error {
	switch {
	case a.SelfBillFrom.IsZero():
		return ErrNoSelfBilling
	case day.Before(a.SelfBillFrom):
		return ErrNoSelfBilling.Saying("The self-billing agreement starts on " + a.SelfBillFrom.Text() + ".")
	case day.After(a.SelfBillUntil):
		return ErrNoSelfBilling.Saying("The self-billing agreement ended on " + a.SelfBillUntil.Text() + ". Renew it before billing.")
	case a.VATNumber == "":
		return ErrNoVATNumber
	}
	return nil
}

// Terms is all of an agreement that can be changed. What is empty takes the
// usual value: clock, actual or pro rata, flat.
type Terms struct {
	EndsOn          civil.Date
	Segmentation    string
	BreakRule       string
	OnCosts         string
	Framework       string // code; empty: off framework
	FrameworkLot    string
	SelfBillFrom    civil.Date
	SelfBillUntil   civil.Date // none: the last day of twelve months
	SupplierName    string     // none: the agency's name
	SupplierAddress string
	VATNumber       string
}

// Terms are the agreement's, for changing some of them.
func (a Agreement) Terms() Terms {
	return Terms{a.EndsOn, a.Segmentation, a.BreakRule, a.OnCosts, a.Framework, a.FrameworkLot,
		a.SelfBillFrom, a.SelfBillUntil, a.SupplierName, a.SupplierAddress, a.VATNumber}
}

// take puts terms into the agreement, checked.
func (a *Agreement) take(t Terms) error {
	number, err := CheckVATNumber(t.VATNumber)
	if err != nil {
		return err
	}
	if a.VATNumber != "" && a.VATNumber != number && !a.SelfBillFrom.IsZero() && t.SelfBillFrom == a.SelfBillFrom {
		return ErrVATNumberChanged.With(fault.Field{Name: "self_bill_from", Code: ErrVATNumberChanged.Code, Text: "Give the first day of the new self-billing agreement.", Value: t.SelfBillFrom.String()})
	}
	a.EndsOn, a.SelfBillFrom, a.SelfBillUntil = t.EndsOn, t.SelfBillFrom, t.SelfBillUntil
	a.Segmentation, a.BreakRule, a.OnCosts = or(t.Segmentation, Clock), or(t.BreakRule, ActualOrProRata), or(t.OnCosts, Flat)
	a.Framework, a.FrameworkLot = strings.ToUpper(strings.TrimSpace(t.Framework)), strings.TrimSpace(t.FrameworkLot)
	a.SupplierName, a.SupplierAddress, a.VATNumber = or(strings.TrimSpace(t.SupplierName), a.SupplierName), strings.TrimSpace(t.SupplierAddress), number
	if !a.SelfBillFrom.IsZero() && a.SelfBillUntil.IsZero() {
		a.SelfBillUntil = civil.DateOf(a.SelfBillFrom.Midnight().AddDate(1, 0, 0)).AddDays(-1)
	}
	return a.check()
}

func (a *Agreement) check() error {
	var fields []fault.Field
	if !a.EndsOn.IsZero() && a.EndsOn.Before(a.StartsOn) {
		fields = append(fields, fault.Field{Name: "ends_on", Code: ErrDates.Code, Text: "Choose a day on or after " + a.StartsOn.Text() + ".", Value: a.EndsOn.String()})
	}
	if a.SelfBillUntil.Before(a.SelfBillFrom) || (a.SelfBillFrom.IsZero() && !a.SelfBillUntil.IsZero()) {
		fields = append(fields, fault.Field{Name: "self_bill_until", Code: ErrDates.Code, Text: "The self-billing agreement ends on or after the day on which it starts.", Value: a.SelfBillUntil.String()})
	}
	if len(fields) > 0 {
		return ErrDates.With(fields...)
	}
	for _, choice := range []struct{ name, value, among string }{
		{"segmentation", a.Segmentation, Clock + " " + WholeShift},
		{"break_rule", a.BreakRule, ActualOrProRata + " " + FromHighest + " " + FromLowest},
		{"on_costs", a.OnCosts, Flat + " " + Weekly},
	} {
		if !contains(choice.among, choice.value) {
			fields = append(fields, fault.Field{Name: choice.name, Code: "not_allowed", Text: "Choose one of: " + strings.ReplaceAll(choice.among, " ", ", ") + ".", Value: choice.value})
		}
	}
	if len([]rune(a.SupplierName)) > 200 || len([]rune(a.SupplierAddress)) > 500 {
		fields = append(fields, fault.Field{Name: "supplier_name", Code: "too_long", Text: "Shorten the supplier's name to 200 characters and its address to 500."})
	}
	if len(fields) > 0 {
		return fault.ErrInvalid.With(fields...)
	}
	return nil
}

func contains(among, value string) bool {
	for _, one := range strings.Fields(among) {
		if one == value {
			return true
		}
	}
	return false
}

func or(value, usual string) string {
	if value == "" {
		return usual
	}
	return value
}

// end closes the agreement for new business from this instant.
func (a *Agreement) end(now time.Time) error {
	if !a.EndedAt.IsZero() {
		return ErrEnded
	}
	a.EndedAt = now
	if today := civil.DateOf(now); a.EndsOn.IsZero() || today.Before(a.EndsOn) {
		a.EndsOn = today
	}
	if a.EndsOn.Before(a.StartsOn) { // ended before it began
		a.EndsOn = a.StartsOn
	}
	a.Version++
	return nil
}

// Placed is one agency's place in the tiers of a staff group, under an agreement.
type Placed struct {
	AgencyID    tenants.ID
	AgreementID tenants.ID
	StaffGroup  string
	Tier        int
	StartsOn    civil.Date // of the agreement
	EndsOn      civil.Date // its last day, or none
}

// On reports whether the agreement behind the place covers a day, for planning
// many shifts from one reading.
func (p Placed) On(day civil.Date) bool {
	return !p.StartsOn.After(day) && (p.EndsOn.IsZero() || !day.After(p.EndsOn))
}

// Election is a decision on VAT: from this day, supplies of this staff group are
// of this category.
type Election struct {
	bun.BaseModel `bun:"table:vat_elections,alias:e" json:"-"`

	TenantID    tenants.ID
	AgencyID    tenants.ID
	AgreementID tenants.ID
	ID          tenants.ID
	StaffGroup  string `bun:",nullzero"` // none: every group without an election of its own
	Category    string // S, E, O
	FromOn      civil.Date
	Reason      string // stands on the invoice when exempt or outside the scope
	Source      string // the law, notice or letter that it rests on
}

// VAT is what employer and agency have settled for a supply: their election, or
// without one that it is standard rated. Whether an exemption that was chosen has
// effect is for the rules of law.
type VAT struct {
	Category string // S, E, O
	Rate     money.Factor
	Reason   string
	Source   string
	From     civil.Date // the day from which it applies
	ID       tenants.ID // of the election or parameter that decided
	Elected  bool       // an election decided

	Standard       money.Factor // the standard rate on that day
	StandardSource string
}
