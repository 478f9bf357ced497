package billing

import (
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

type blockedAgencyJSON struct {
	AgencyID   tenants.ID  `json:"agency_id"`
	Agency     string      `json:"agency"`
	Code       string      `json:"code" doc:"Why the agency may not be billed."`
	Text       string      `json:"text"`
	Timesheets int         `json:"timesheets"`
	NetPence   money.Pence `json:"net_pence"`
}

type selfBillRunJSON struct {
	ID         tenants.ID          `json:"id"`
	Ref        string              `json:"ref" example:"KUH-SB-20261116"`
	Status     Status              `json:"status" enum:"draft,issued"`
	PeriodFrom civil.Date          `json:"period_from"`
	PeriodTo   civil.Date          `json:"period_to"`
	PreparedAt time.Time           `json:"prepared_at"`
	PreparedBy string              `json:"prepared_by"`
	IssuedAt   *time.Time          `json:"issued_at"`
	IssuedBy   string              `json:"issued_by"`
	BillCount  int                 `json:"bill_count"`
	LineCount  int                 `json:"line_count"`
	Timesheets int                 `json:"timesheet_count"`
	Minutes    int                 `json:"minutes" doc:"Paid minutes."`
	NetPence   money.Pence         `json:"net_pence"`
	VATPence   money.Pence         `json:"vat_pence"`
	GrossPence money.Pence         `json:"gross_pence"`
	Blocked    []blockedAgencyJSON `json:"blocked" doc:"Agencies with approved work that may not be billed, and why. The work comes up in the next run."`
}

type selfBillRunWithBillsJSON struct {
	selfBillRunJSON
	Bills []selfBillJSON `json:"bills"`
}

type supplierJSON struct {
	Name      string `json:"name"`
	Address   string `json:"address"`
	VATNumber string `json:"vat_number"`
	Agency    string `json:"agency" doc:"The agency's name on this platform."`
}

type customerJSON struct {
	Name      string `json:"name"`
	Address   string `json:"address"`
	VATNumber string `json:"vat_number"`
	ODSCode   string `json:"ods_code"`
}

type vatTotalJSON struct {
	Category rates.Category `json:"category" enum:"S,E,O,Z"`
	Rate     money.Factor   `json:"rate"`
	Reason   string         `json:"reason" doc:"Why the supply is exempt or outside the scope."`
	NetPence money.Pence    `json:"net_pence"`
	VATPence money.Pence    `json:"vat_pence" doc:"Worked out once for the category."`
}

type selfBillJSON struct {
	ID          tenants.ID     `json:"id"`
	Number      string         `json:"number" example:"KUH-MER-000001" doc:"Empty until issued."`
	Status      Status         `json:"status" enum:"draft,issued"`
	TypeCode    string         `json:"type_code" example:"389" doc:"UN/CEFACT document type: self-billed invoice."`
	Reference   string         `json:"reference" example:"Self-Billing"`
	Statement   string         `json:"statement" doc:"The sentence that a self-billed VAT invoice carries; empty when it is none."`
	VATInvoice  bool           `json:"vat_invoice"`
	Currency    string         `json:"currency" example:"GBP"`
	RunID       tenants.ID     `json:"run_id"`
	EmployerID  tenants.ID     `json:"employer_id"`
	AgencyID    tenants.ID     `json:"agency_id"`
	AgreementID tenants.ID     `json:"agreement_id"`
	PeriodFrom  civil.Date     `json:"period_from"`
	PeriodTo    civil.Date     `json:"period_to"`
	IssuedAt    *time.Time     `json:"issued_at"`
	IssuedOn    *civil.Date    `json:"issued_on"`
	TaxPointOn  *civil.Date    `json:"tax_point_on"`
	Supplier    supplierJSON   `json:"supplier"`
	Customer    customerJSON   `json:"customer"`
	LineCount   int            `json:"line_count"`
	Timesheets  int            `json:"timesheet_count"`
	Minutes     int            `json:"minutes" doc:"Paid minutes."`
	VAT         []vatTotalJSON `json:"vat"`
	NetPence    money.Pence    `json:"net_pence"`
	VATPence    money.Pence    `json:"vat_pence"`
	GrossPence  money.Pence    `json:"gross_pence"`
}

type billLineJSON struct {
	ID           tenants.ID     `json:"id"`
	Position     int            `json:"position"`
	TimesheetID  tenants.ID     `json:"timesheet_id"`
	TimesheetRef string         `json:"timesheet_ref"`
	ShiftRef     string         `json:"shift_ref"`
	WorkerName   string         `json:"worker_name"`
	Ward         string         `json:"ward"`
	CostCentre   string         `json:"cost_centre" doc:"The employer alone is told."`
	WorkedOn     civil.Date     `json:"worked_on"`
	Kind         rates.Kind     `json:"kind"`
	Band         rates.Band     `json:"band"`
	Title        string         `json:"title"`
	Minutes      int            `json:"minutes" doc:"That the rate is paid for."`
	Rate         *money.Rate    `json:"rate"`
	Factor       *money.Factor  `json:"factor"`
	NetPence     money.Pence    `json:"net_pence"`
	VATCategory  rates.Category `json:"vat_category" enum:"S,E,O,Z"`
	VATRate      money.Factor   `json:"vat_rate"`
	VATPence     money.Pence    `json:"vat_pence" doc:"The line's share of the bill's VAT."`
	GrossPence   money.Pence    `json:"gross_pence"`
	VATReason    string         `json:"vat_reason"`
	Adjustment   string         `json:"adjustment_ref" doc:"The adjustment that posted this signed line to a settled timesheet; empty for a line of the timesheet itself."`
}

func runToJSON(r *Run, t RunTotals) selfBillRunJSON {
	j := selfBillRunJSON{ID: r.ID, Ref: r.Ref, Status: r.Status, PeriodFrom: r.PeriodFrom, PeriodTo: r.PeriodTo, PreparedAt: r.PreparedAt.In(civil.London),
		PreparedBy: r.PreparedBy, IssuedAt: local(r.IssuedAt), IssuedBy: r.IssuedBy, BillCount: t.Bills, LineCount: t.Lines, Timesheets: t.Timesheets,
		Minutes: t.Minutes, NetPence: t.NetPence, VATPence: t.VATPence, GrossPence: t.GrossPence, Blocked: make([]blockedAgencyJSON, len(r.Blocked))}
	for i, b := range r.Blocked {
		j.Blocked[i] = blockedAgencyJSON(b)
	}
	return j
}

func billToJSON(b *Bill) selfBillJSON {
	j := selfBillJSON{ID: b.ID, Number: b.Number, Status: b.Status, TypeCode: TypeCode, Reference: Reference, Statement: b.Statement(), VATInvoice: b.VATInvoice(),
		Currency: "GBP", RunID: b.RunID, EmployerID: b.TenantID, AgencyID: b.AgencyID, AgreementID: b.AgreementID, PeriodFrom: b.PeriodFrom, PeriodTo: b.PeriodTo,
		IssuedAt: local(b.IssuedAt), TaxPointOn: b.TaxPointOn, Supplier: supplierJSON(b.Supplier), Customer: customerJSON(b.Customer),
		LineCount: b.Totals.Lines, Timesheets: b.Timesheets, Minutes: b.Minutes, VAT: make([]vatTotalJSON, len(b.VAT)),
		NetPence: b.NetPence, VATPence: b.VATPence, GrossPence: b.GrossPence}
	if on := b.IssuedOn(); !on.IsZero() {
		j.IssuedOn = &on
	}
	for i, v := range b.VAT {
		j.VAT[i] = vatTotalJSON(v)
	}
	return j
}

func lineToJSON(l *Line) billLineJSON {
	return billLineJSON{ID: l.ID, Position: l.Position, TimesheetID: l.TimesheetID, TimesheetRef: l.TimesheetRef, ShiftRef: l.ShiftRef, WorkerName: l.WorkerName,
		Ward: l.Ward, CostCentre: l.CostCentre, WorkedOn: l.WorkedOn, Kind: l.Kind, Band: l.Band, Title: l.Title(), Minutes: l.Minutes, Rate: l.Rate,
		Factor: l.Factor, NetPence: l.NetPence, VATCategory: l.VATCategory, VATRate: l.VATRate, VATPence: l.VATPence, GrossPence: l.GrossPence(), VATReason: l.VATReason, Adjustment: l.Adjustment}
}

func local(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.In(civil.London)
	return &at
}
