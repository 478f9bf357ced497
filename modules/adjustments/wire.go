package adjustments

import (
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

type rateChangeJSON struct {
	Band  string       `json:"band"`
	Grade string       `json:"grade"`
	From  money.Rate   `json:"from" doc:"Zero: any rate."`
	To    money.Rate   `json:"to" doc:"Zero: a share is added instead."`
	Share money.Factor `json:"share"`
	Text  string       `json:"text" example:"Band afc-5 at £19.33 becomes £19.97"`
}

type adjustmentByAgencyJSON struct {
	adjustmentJSON
	Agencies []adjustmentShareJSON `json:"agencies" doc:"What it comes to for each agency, the largest change first."`
}

type adjustmentShareJSON struct {
	AgencyID   tenants.ID  `json:"agency_id"`
	Timesheets int         `json:"timesheets"`
	WasPence   money.Pence `json:"was_pence"`
	DeltaPence money.Pence `json:"delta_pence" doc:"Signed."`
}

type adjustmentJSON struct {
	ID       tenants.ID       `json:"id"`
	Ref      string           `json:"ref" example:"KUH-ADJ-12"`
	Kind     Kind             `json:"kind" enum:"award,card,reference"`
	Reason   string           `json:"reason"`
	Source   string           `json:"source"`
	From     civil.Date       `json:"from"`
	To       civil.Date       `json:"to"`
	AgencyID *tenants.ID      `json:"agency_id" doc:"Null: every agency."`
	Grades   []string         `json:"grades" doc:"None: every grade."`
	Changes  []rateChangeJSON `json:"changes"`
	Status   Status           `json:"status" enum:"previewed,posted,discarded"`

	Examined     int         `json:"examined" doc:"Settled timesheets that were priced again."`
	Affected     int         `json:"affected" doc:"Timesheets that come to something else."`
	Omitted      int         `json:"omitted" doc:"Timesheets that could not be priced; each is listed with its reason."`
	OverCap      int         `json:"over_cap" doc:"Affected timesheets whose charge is then above the cap of their date."`
	WasPence     money.Pence `json:"was_pence" doc:"What the affected timesheets came to before VAT."`
	BecomesPence money.Pence `json:"becomes_pence"`
	DeltaPence   money.Pence `json:"delta_pence" doc:"Signed."`

	PreviewedAt time.Time  `json:"previewed_at"`
	PreviewedBy string     `json:"previewed_by"`
	ClosedAt    *time.Time `json:"closed_at" doc:"When it was posted or discarded."`
	ClosedBy    string     `json:"closed_by"`
}

type adjustmentItemLineJSON struct {
	Kind         rates.Kind     `json:"kind"`
	Band         rates.Band     `json:"band" doc:"Of pay: core, low or high."`
	Title        string         `json:"title"`
	WasPence     money.Pence    `json:"was_pence"`
	BecomesPence money.Pence    `json:"becomes_pence"`
	DeltaPence   money.Pence    `json:"delta_pence" doc:"Signed."`
	Formula      string         `json:"formula"`
	VATCategory  rates.Category `json:"vat_category" enum:"S,E,O"`
	VATRate      money.Factor   `json:"vat_rate"`
	VATReason    string         `json:"vat_reason"`
	VATSource    string         `json:"vat_source"`
}

type adjustmentItemJSON struct {
	TimesheetID  tenants.ID               `json:"timesheet_id"`
	TimesheetRef string                   `json:"timesheet_ref"`
	AgencyID     tenants.ID               `json:"agency_id"`
	WorkerName   string                   `json:"worker_name"`
	Grade        string                   `json:"grade"`
	WorkedOn     civil.Date               `json:"worked_on"`
	PayWas       money.Rate               `json:"pay_was"`
	PayBecomes   money.Rate               `json:"pay_becomes"`
	WasPence     money.Pence              `json:"was_pence" doc:"Before VAT, with everything posted before."`
	BecomesPence money.Pence              `json:"becomes_pence"`
	DeltaPence   money.Pence              `json:"delta_pence" doc:"Signed."`
	OverCap      *money.Rate              `json:"over_cap" doc:"Pounds an hour above the cap of the date; null: within it, or no cap is loaded."`
	CapSource    string                   `json:"cap_source"`
	Lines        []adjustmentItemLineJSON `json:"lines" doc:"Those that differ."`
}

type adjustmentOmissionJSON struct {
	TimesheetID  tenants.ID `json:"timesheet_id"`
	TimesheetRef string     `json:"timesheet_ref"`
	AgencyID     tenants.ID `json:"agency_id"`
	WorkerName   string     `json:"worker_name"`
	WorkedOn     civil.Date `json:"worked_on"`
	Code         string     `json:"code"`
	Text         string     `json:"text" doc:"Why it could not be priced, and the way out."`
}

func toJSON(a *Adjustment) adjustmentJSON {
	j := adjustmentJSON{ID: a.ID, Ref: a.Ref, Kind: a.Kind, Reason: a.Reason, Source: a.Source, From: a.FromOn, To: a.ToOn, AgencyID: a.AgencyID,
		Grades: append([]string{}, a.Grades...), Changes: make([]rateChangeJSON, len(a.Changes)), Status: a.Status, Examined: a.Examined, Affected: a.Affected,
		Omitted: a.Omitted, OverCap: a.OverCap, WasPence: a.WasPence, BecomesPence: a.BecomesPence, DeltaPence: a.DeltaPence,
		PreviewedAt: a.PreviewedAt.In(civil.London), PreviewedBy: a.PreviewedBy, ClosedBy: a.ClosedBy}
	for i, c := range a.Changes {
		j.Changes[i] = rateChangeJSON{c.Band, c.Grade, c.From, c.To, c.Share, c.Text()}
	}
	if a.ClosedAt != nil {
		at := a.ClosedAt.In(civil.London)
		j.ClosedAt = &at
	}
	return j
}

func itemToJSON(it *Item) adjustmentItemJSON {
	j := adjustmentItemJSON{TimesheetID: it.TimesheetID, TimesheetRef: it.TimesheetRef, AgencyID: it.AgencyID, WorkerName: it.WorkerName, Grade: it.Grade,
		WorkedOn: it.WorkedOn, PayWas: it.PayWas, PayBecomes: it.PayBecomes, WasPence: it.WasPence, BecomesPence: it.BecomesPence,
		DeltaPence: it.DeltaPence, CapSource: it.CapSource, Lines: make([]adjustmentItemLineJSON, len(it.Lines))}
	if !it.OverCap.IsZero() {
		j.OverCap = &it.OverCap
	}
	for i := range it.Lines {
		l := &it.Lines[i]
		j.Lines[i] = adjustmentItemLineJSON{l.Kind, l.Band, l.Title(), l.WasPence, l.BecomesPence, l.DeltaPence, l.Formula, l.VATCategory, l.VATRate, l.VATReason, l.VATSource}
	}
	return j
}
