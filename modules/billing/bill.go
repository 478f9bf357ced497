package billing

import (
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// The refusals of this module.
var (
	ErrNotMonday     = fault.New(fault.Invalid, "period_not_monday", "A self-bill period runs from Monday to Sunday. Choose a Monday.")
	ErrPeriodFuture  = fault.New(fault.Invalid, "period_in_future", "This period has not begun yet.")
	ErrNothingToBill = fault.New(fault.Conflict, "nothing_to_bill", "There are no approved timesheets to bill in this period.")
	ErrRunIssued     = fault.New(fault.Conflict, "run_already_issued", "This run has already been issued.")
	ErrRunBlocked    = fault.New(fault.Conflict, "run_has_no_bills", "Nothing in this run can be issued. Settle what blocks its agencies and prepare it again.")
	ErrRunStale      = fault.New(fault.Conflict, "run_out_of_date", "Something has changed since this run was prepared. Prepare it again.")
	ErrBelowZero     = fault.New(fault.Conflict, "bill_below_zero", "Adjustments take more back than there is to bill. They wait until later work outweighs them; to settle earlier, ask the agency for a credit.")
	ErrNotEmployer   = fault.New(fault.Forbidden, "employers_only", "Only the organisation that pays prepares and issues self-bills.")
)

// Status is where a run, or a bill, stands.
type Status string

// The two states. Nothing leaves issued.
const (
	StatusDraft  Status = "draft"
	StatusIssued Status = "issued"
)

// Run is one period's self-bills of one employer, all agencies together.
type Run struct {
	bun.BaseModel `bun:"table:self_bill_runs,alias:run"`

	OwnerID    tenants.ID `bun:"owner_id,pk"`
	ID         tenants.ID `bun:"id,pk"`
	Ref        string     `bun:"ref"`
	PeriodFrom civil.Date `bun:"period_from"` // a Monday
	PeriodTo   civil.Date `bun:"period_to"`   // the Sunday after it
	Status     Status     `bun:"status"`
	PreparedAt time.Time  `bun:"prepared_at"`
	PreparedBy string     `bun:"prepared_by"`
	IssuedAt   *time.Time `bun:"issued_at"`
	IssuedBy   string     `bun:"issued_by"`
	Blocked    []Blocked  `bun:"blocked,type:jsonb"`
}

// issue takes a draft to its end.
func (r *Run) issue(who string, now time.Time) error {
	if r.Status == StatusIssued {
		text := ErrRunIssued.Text
		if r.IssuedAt != nil && r.IssuedBy != "" {
			text = r.IssuedBy + " issued this run on " + civil.When(*r.IssuedAt) + "."
		}
		return ErrRunIssued.Saying(text)
	}
	r.Status, r.IssuedAt, r.IssuedBy = StatusIssued, &now, who
	return nil
}

// Blocked is an agency whose approved work may not be billed, and why. The
// work stays unbilled and comes up in the next run.
type Blocked struct {
	AgencyID   tenants.ID  `json:"agency_id"`
	Agency     string      `json:"agency"`
	Code       string      `json:"code"`
	Text       string      `json:"text"` // says what to do
	Timesheets int         `json:"timesheets"`
	NetPence   money.Pence `json:"net_pence"`
}

// Supplier is the agency as its invoice names it, copied from the agreement
// when the bill was prepared.
type Supplier struct {
	Name      string `json:"name"`
	Address   string `json:"address"`
	VATNumber string `json:"vat_number"` // empty: not registered, and no VAT is charged
	Agency    string `json:"agency"`     // its name on this platform
}

// Customer is the employer as the invoice names it.
type Customer struct {
	Name      string `json:"name"`
	Address   string `json:"address"`
	VATNumber string `json:"vat_number"`
	ODSCode   string `json:"ods_code"`
}

// VATTotal is one VAT category of a bill. Its VAT is worked out once, on its
// net, rounded half up.
type VATTotal struct {
	Category rates.Category `json:"category"`
	Rate     money.Factor   `json:"rate"`
	Reason   string         `json:"reason"` // for what is exempt or outside the scope
	NetPence money.Pence    `json:"net_pence"`
	VATPence money.Pence    `json:"vat_pence"`
}

// Totals is what lines add up to. Minutes are paid ones, those of the pay lines.
type Totals struct {
	Lines      int         `bun:"lines"`
	Timesheets int         `bun:"timesheets"`
	Minutes    int         `bun:"minutes"`
	NetPence   money.Pence `bun:"net_pence"`
	VATPence   money.Pence `bun:"vat_pence"`
	GrossPence money.Pence `bun:"gross_pence"`
}

// Bill is one self-billed invoice: the agency's invoice to the employer, written
// by the employer.
type Bill struct {
	bun.BaseModel `bun:"table:self_bills,alias:bill"`

	TenantID    tenants.ID `bun:"tenant_id,pk"`
	AgencyID    tenants.ID `bun:"agency_id"`
	ID          tenants.ID `bun:"id,pk"`
	RunID       tenants.ID `bun:"run_id"`
	AgreementID tenants.ID `bun:"agreement_id"`
	Number      string     `bun:"number,nullzero"` // empty until issued
	Status      Status     `bun:"status"`
	PeriodFrom  civil.Date `bun:"period_from"`
	PeriodTo    civil.Date `bun:"period_to"`
	Supplier    Supplier   `bun:"supplier,type:jsonb"`
	Customer    Customer   `bun:"customer,type:jsonb"`
	Totals      `bun:"extend"`
	VAT         []VATTotal  `bun:"vat,type:jsonb"`
	TaxPointOn  *civil.Date `bun:"tax_point_on"`
	IssuedAt    *time.Time  `bun:"issued_at"`
}

// The words that the law asks for on a self-billed VAT invoice.
const (
	Reference    = "Self-Billing"
	taxStatement = "The VAT shown is your output tax due to HMRC"
)

// TypeCode is the document's code on the UN/CEFACT list: a self-billed invoice.
const TypeCode = "389"

// VATInvoice reports whether the document is a VAT invoice. That of a supplier
// who is not registered is none, and says nothing of output tax.
func (b *Bill) VATInvoice() bool { return b.Supplier.VATNumber != "" && !b.outside() }

// Statement is the sentence under a self-billed VAT invoice.
func (b *Bill) Statement() string {
	if !b.VATInvoice() {
		return ""
	}
	return taxStatement
}

// IssuedOn is the date of issue, or none.
func (b *Bill) IssuedOn() civil.Date {
	if b.IssuedAt == nil {
		return civil.Date{}
	}
	return civil.DateOf(*b.IssuedAt)
}

func (b *Bill) outside() bool {
	for _, v := range b.VAT {
		if v.Category != rates.OutsideScope {
			return false
		}
	}
	return true
}

// Line is one amount of a bill: a line of an approved timesheet, or one posted to
// it afterwards, with its share of the bill's VAT. An agency is not told the cost
// centre.
type Line struct {
	bun.BaseModel `bun:"table:self_bill_lines,alias:line"`

	TenantID     tenants.ID     `bun:"tenant_id,pk"`
	AgencyID     tenants.ID     `bun:"agency_id"`
	ID           tenants.ID     `bun:"id,pk"`
	SelfBillID   tenants.ID     `bun:"self_bill_id"`
	TimesheetID  tenants.ID     `bun:"timesheet_id"`
	LineID       tenants.ID     `bun:"line_id"` // the timesheet's line: billed once
	PostingID    *tenants.ID    `bun:"posting_id"`
	Adjustment   string         `bun:"adjustment_ref"` // what it adjusts the timesheet by; empty: the timesheet's own
	Position     int            `bun:"position"`
	Issued       bool           `bun:"issued"`
	TimesheetRef string         `bun:"timesheet_ref"`
	ShiftRef     string         `bun:"shift_ref"`
	WorkerName   string         `bun:"worker_name"`
	Ward         string         `bun:"ward"`
	CostCentre   string         `bun:"cost_centre"`
	WorkedOn     civil.Date     `bun:"worked_on"`
	Kind         rates.Kind     `bun:"kind"`
	Band         rates.Band     `bun:"band"`
	Minutes      int            `bun:"minutes"` // that the rate is paid for
	Rate         *money.Rate    `bun:"rate"`    // nil for what is a share of pay
	Factor       *money.Factor  `bun:"factor"`
	NetPence     money.Pence    `bun:"net_pence"`
	VATCategory  rates.Category `bun:"vat_category"`
	VATRate      money.Factor   `bun:"vat_rate"`
	VATPence     money.Pence    `bun:"vat_pence"`
	VATReason    string         `bun:"vat_reason"`
}

// GrossPence is the line with its VAT.
func (l *Line) GrossPence() money.Pence { return l.NetPence + l.VATPence }

// PaidMinutes are the minutes that count as work: those of a pay line. The
// minutes of a commission or a supplement are the same work again.
func (l *Line) PaidMinutes() int {
	if l.Kind == rates.Pay {
		return l.Minutes
	}
	return 0
}

// Title names the line as a heading does.
func (l *Line) Title() string {
	line := rates.Line{Kind: l.Kind, Band: l.Band}
	if l.Adjustment != "" {
		return "Adjustment of " + l.TimesheetRef + ": " + line.Title()
	}
	return line.Title()
}
