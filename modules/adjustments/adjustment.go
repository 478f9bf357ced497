package adjustments

import (
	"strings"
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
	ErrNotEmployer = fault.New(fault.Forbidden, "employers_only", "Only the organisation that pays adjusts settled timesheets.")
	ErrDates       = fault.New(fault.Invalid, "dates_reversed", "The last day is before the first. Check both dates.")
	ErrFuture      = fault.New(fault.Invalid, "dates_in_future", "Settled work lies in the past. Choose a last day that is today or earlier.")
	ErrNoChanges   = fault.New(fault.Invalid, "changes_missing", "Nothing changes these rates. Name at least one rate that changes, or choose the kind for corrected national data.")
	ErrNoAward     = fault.New(fault.Invalid, "award_not_loaded", "The pay points of the first day are the same as those of the day before. Load the award first, or name the rates that change.")
	ErrChange      = fault.New(fault.Invalid, "change_incomplete", "A change needs a band or grade that is known, and either a new rate or a percentage.")
	ErrPosted      = fault.New(fault.Conflict, "adjustment_posted", "This adjustment has been posted already.")
	ErrDiscarded   = fault.New(fault.Conflict, "adjustment_discarded", "This preview was discarded. Make a new one.")
	ErrStale       = fault.New(fault.Conflict, "preview_out_of_date", "Something has changed since this preview was made, so nothing was posted. Make a new preview.")
	ErrNothing     = fault.New(fault.Conflict, "nothing_to_adjust", "This preview changes nothing, so there is nothing to post.")
	ErrOwnPay      = fault.New(fault.Forbidden, "own_pay", "This adjustment changes the pay of your own work. Ask a colleague to post it.")
)

// Kind is why settled work is priced again.
type Kind string

// The kinds. Reference has no changes of rates: national data was corrected.
const (
	Award     Kind = "award"
	Card      Kind = "card"
	Reference Kind = "reference"
)

// Status is where an adjustment stands.
type Status string

// The states; doc.go draws the machine.
const (
	StatusPreviewed Status = "previewed"
	StatusPosted    Status = "posted"
	StatusDiscarded Status = "discarded"
)

const textMax = 300

// Adjustment is one change of settled work: asked for, previewed, and posted or
// discarded as a whole.
type Adjustment struct {
	bun.BaseModel `bun:"table:adjustments,alias:a"`

	OwnerID  tenants.ID  `bun:"owner_id,pk"`
	ID       tenants.ID  `bun:"id,pk"`
	Ref      string      `bun:"ref"`
	Number   int64       `bun:"number"`
	Kind     Kind        `bun:"kind"`
	Reason   string      `bun:"reason"`
	Source   string      `bun:"source"`  // the circular, the card
	FromOn   civil.Date  `bun:"from_on"` // local dates on which the work began, both within
	ToOn     civil.Date  `bun:"to_on"`
	AgencyID *tenants.ID `bun:"agency_id"` // nil: every agency
	Grades   []string    `bun:"grades,array"`
	Changes  []Change    `bun:"changes,type:jsonb"`
	Status   Status      `bun:"status"`

	Counts      `bun:"extend"`
	Fingerprint string `bun:"fingerprint"`

	PreviewedAt time.Time  `bun:"previewed_at"`
	PreviewedBy string     `bun:"previewed_by"`
	ClosedAt    *time.Time `bun:"closed_at"`
	ClosedBy    string     `bun:"closed_by"`
}

// Counts is what a preview found. Amounts are of the affected timesheets.
type Counts struct {
	Examined     int         `bun:"examined"`
	Affected     int         `bun:"affected"`
	Omitted      int         `bun:"omitted"`
	WasPence     money.Pence `bun:"was_pence"`
	BecomesPence money.Pence `bun:"becomes_pence"`
	DeltaPence   money.Pence `bun:"delta_pence"`
	OverCap      int         `bun:"over_cap"` // affected timesheets above the cap of their date
}

// Change moves pay from one rate to another. Band or grade say for whom: empty
// ones are every one. From is the rate that the work is paid at now; zero is any.
// Either To or Share says what it becomes.
type Change struct {
	Band  string       `json:"band,omitempty"`
	Grade string       `json:"grade,omitempty"`
	From  money.Rate   `json:"from,omitzero"`
	To    money.Rate   `json:"to,omitzero"`
	Share money.Factor `json:"share,omitzero"` // on top: 0.033 is 3.3%
}

// Text is the change in words: "Band afc-5 at £19.33 becomes £19.97".
func (c Change) Text() string {
	who := "All work"
	switch {
	case c.Grade != "":
		who = "Grade " + c.Grade
	case c.Band != "":
		who = "Band " + c.Band
	}
	if !c.From.IsZero() {
		who += " at " + c.From.Text()
	}
	if !c.To.IsZero() {
		return who + " becomes " + c.To.Text()
	}
	return who + " becomes " + c.Share.Percent() + " more"
}

// Item is one timesheet that an adjustment changes.
type Item struct {
	bun.BaseModel `bun:"table:adjustment_items,alias:item"`

	OwnerID      tenants.ID  `bun:"owner_id,pk"`
	AdjustmentID tenants.ID  `bun:"adjustment_id,pk"`
	Position     int         `bun:"position,pk"`
	TimesheetID  tenants.ID  `bun:"timesheet_id"`
	TimesheetRef string      `bun:"timesheet_ref"`
	AgencyID     tenants.ID  `bun:"agency_id"`
	WorkerName   string      `bun:"worker_name"`
	Grade        string      `bun:"grade"`
	WorkedOn     civil.Date  `bun:"worked_on"`
	PayWas       money.Rate  `bun:"pay_was"`
	PayBecomes   money.Rate  `bun:"pay_becomes"`
	WasPence     money.Pence `bun:"was_pence"`
	BecomesPence money.Pence `bun:"becomes_pence"`
	DeltaPence   money.Pence `bun:"delta_pence"`
	OverCap      money.Rate  `bun:"over_cap"` // pounds an hour above the cap of the date, or zero
	CapSource    string      `bun:"cap_source"`
	Lines        []ItemLine  `bun:"lines,type:jsonb"`
}

// ItemLine is what the lines of one kind and band of a timesheet come to: before,
// after, and the signed difference. Lines that stay are not among them.
type ItemLine struct {
	Kind         rates.Kind     `json:"kind"`
	Band         rates.Band     `json:"band,omitempty"`
	WasPence     money.Pence    `json:"was_pence"`
	BecomesPence money.Pence    `json:"becomes_pence"`
	DeltaPence   money.Pence    `json:"delta_pence"`
	Formula      string         `json:"formula"`
	VATCategory  rates.Category `json:"vat_category"`
	VATRate      money.Factor   `json:"vat_rate"`
	VATReason    string         `json:"vat_reason,omitempty"`
	VATSource    string         `json:"vat_source,omitempty"`
}

// Title names the line as a heading does.
func (l *ItemLine) Title() string {
	line := rates.Line{Kind: l.Kind, Band: l.Band}
	return line.Title()
}

// Omission is a timesheet that could not be priced, and why.
type Omission struct {
	bun.BaseModel `bun:"table:adjustment_omissions,alias:omission"`

	OwnerID      tenants.ID `bun:"owner_id,pk"`
	AdjustmentID tenants.ID `bun:"adjustment_id,pk"`
	Position     int        `bun:"position,pk"`
	TimesheetID  tenants.ID `bun:"timesheet_id"`
	TimesheetRef string     `bun:"timesheet_ref"`
	AgencyID     tenants.ID `bun:"agency_id"`
	WorkerName   string     `bun:"worker_name"`
	WorkedOn     civil.Date `bun:"worked_on"`
	Code         string     `bun:"code"`
	Text         string     `bun:"text"`
}

// Request is what is asked for. Without changes, those of an award are the pay
// points of the first day against the day before, and those of a card the lines
// that its two versions have differently.
type Request struct {
	Kind             Kind
	Reason, Source   string
	From, To         civil.Date
	AgencyID         tenants.ID // zero: every agency
	Grades           []string   // none: every grade
	Changes          []Change
	CardWas, CardNow tenants.ID // versions of a rate card
}

// check refuses what no preview can be made of.
func (r *Request) check(today civil.Date) error {
	r.Reason, r.Source = strings.TrimSpace(r.Reason), strings.TrimSpace(r.Source)
	var fields []fault.Field
	for _, text := range []struct{ name, value, missing string }{
		{"reason", r.Reason, "Say why settled work changes, in up to 300 characters. The agencies will read it."},
		{"source", r.Source, "Name the circular, card or notice that this rests on, in up to 300 characters."},
	} {
		if text.value == "" || len([]rune(text.value)) > textMax {
			fields = append(fields, fault.Field{Name: text.name, Code: "required", Text: text.missing, Value: text.value})
		}
	}
	for _, day := range []struct {
		name string
		date civil.Date
	}{{"from", r.From}, {"to", r.To}} {
		if day.date.IsZero() {
			fields = append(fields, fault.Field{Name: day.name, Code: "required", Text: "Give the day."})
		}
	}
	if r.Kind != Award && r.Kind != Card && r.Kind != Reference {
		fields = append(fields, fault.Field{Name: "kind", Code: "unknown", Text: "Choose award, card or reference.", Value: string(r.Kind)})
	}
	switch {
	case len(fields) > 0:
		return fault.ErrInvalid.With(fields...)
	case r.To.Before(r.From):
		return named(ErrDates, "to", r.To.String())
	case r.To.After(today):
		return named(ErrFuture, "to", r.To.String())
	}
	return nil
}

// named puts a refusal on a field.
func named(f *fault.Fault, field, value string) *fault.Fault {
	return f.With(fault.Field{Name: field, Code: f.Code, Text: f.Text, Value: value})
}

// agency is the one that an adjustment is for; zero: every agency.
func (a *Adjustment) agency() (id tenants.ID) {
	if a.AgencyID != nil {
		id = *a.AgencyID
	}
	return id
}

// open refuses what is no preview any more.
func (a *Adjustment) open() error {
	switch {
	case a.Status == StatusPosted && a.ClosedAt != nil:
		return ErrPosted.Saying(a.ClosedBy + " posted this adjustment on " + civil.When(*a.ClosedAt) + ".")
	case a.Status == StatusDiscarded:
		return ErrDiscarded
	}
	return nil
}

// close takes a preview to its end.
func (a *Adjustment) close(to Status, who string, now time.Time) {
	if now.Before(a.PreviewedAt) {
		now = a.PreviewedAt
	}
	a.Status, a.ClosedAt, a.ClosedBy = to, &now, who
}
