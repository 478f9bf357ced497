package timesheets

import (
	"strings"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// The refusals of this module; those of the hours themselves stand in hours.go.
var (
	ErrOwnRequest  = fault.New(fault.Forbidden, "own_request", "You cannot approve or query your own hours. Ask a colleague to do it.")
	ErrNobody      = fault.New(fault.Forbidden, "approver_unknown", "Hours are approved by a named person. Use a key that is bound to one, or sign in.")
	ErrNotWorker   = fault.New(fault.Forbidden, "worker_alone_submits", "Only the worker records the hours they worked.")
	ErrApproved    = fault.New(fault.Conflict, "timesheet_already_approved", "This timesheet has already been approved, so it cannot change any more.")
	ErrSubmitted   = fault.New(fault.Conflict, "timesheet_already_submitted", "This timesheet has been sent already. It can be changed once the employer queries it.")
	ErrNoHours     = fault.New(fault.Conflict, "timesheet_not_submitted", "The worker has not sent the hours yet.")
	ErrQueried     = fault.New(fault.Conflict, "timesheet_queried", "This timesheet was queried. It can be approved when the worker has sent it again.")
	ErrNotOver     = fault.New(fault.Conflict, "shift_not_over", "This shift is not over yet, so its hours cannot be approved.")
	ErrDropped     = fault.New(fault.Conflict, "booking_ended", "The booking was called off or not attended, so there are no hours to record.")
	ErrQueryReason = fault.New(fault.Invalid, "reason_missing", "Say what should be checked, in up to 300 characters. The worker will read it.")
)

// Status is where a timesheet stands in its life.
type Status string

// The states; doc.go draws the machine.
const (
	StatusOpen      Status = "open"
	StatusSubmitted Status = "submitted"
	StatusQueried   Status = "queried"
	StatusApproved  Status = "approved"
)

const textMax = 300

// Timesheet is what one worker says they worked on one booking, and what the
// employer answered. Fields that the reading party has no right to see are
// zero: an agency has no CostCentre and no names of who approved and queried, a
// worker no NetPence, Quote and BilledAt either.
type Timesheet struct {
	bun.BaseModel `bun:"table:timesheets,alias:timesheet"`

	TenantID    tenants.ID `bun:"tenant_id,pk"`
	AgencyID    tenants.ID `bun:"agency_id"`
	WorkerID    tenants.ID `bun:"worker_id"`
	ID          tenants.ID `bun:"id,pk"`
	Ref         string     `bun:"ref"`
	BookingID   tenants.ID `bun:"booking_id"`
	ShiftID     tenants.ID `bun:"shift_id"`
	ShiftRef    string     `bun:"shift_ref"`
	AgreementID tenants.ID `bun:"agreement_id"`
	SiteID      tenants.ID `bun:"site_id"`
	WardID      tenants.ID `bun:"ward_id"`
	StaffGroup  string     `bun:"staff_group"`
	Grade       string     `bun:"grade"`
	CostCentre  string     `bun:"cost_centre"`
	WorkerName  string     `bun:"worker_name"`
	WorkedOn    civil.Date `bun:"worked_on"` // local date on which the shift starts

	PlannedStartsAt     time.Time  `bun:"planned_starts_at"`
	PlannedEndsAt       time.Time  `bun:"planned_ends_at"`
	PlannedBreakMinutes int        `bun:"planned_break_minutes"`
	OpenedAt            time.Time  `bun:"opened_at"`
	DroppedAt           *time.Time `bun:"dropped_at"` // the booking came to nothing

	StartsAt     *time.Time `bun:"starts_at"` // the worker's claim, nil until it is sent
	EndsAt       *time.Time `bun:"ends_at"`
	BreakMinutes *int       `bun:"break_minutes"`
	Breaks       []Break    `bun:"breaks,type:jsonb"` // when they were recorded one by one
	WorkerNote   string     `bun:"worker_note"`
	SubmittedAt  *time.Time `bun:"submitted_at"`
	SubmittedBy  tenants.ID `bun:"submitted_by,nullzero"` // whoever last amended the hours

	QueriedAt   *time.Time        `bun:"queried_at"`
	QueriedBy   string            `bun:"queried_by"`
	QueryReason string            `bun:"query_reason"`
	ApprovedAt  *time.Time        `bun:"approved_at"`
	ApprovedBy  string            `bun:"approved_by"`
	Minutes     *int              `bun:"minutes"` // paid, once approved
	NetPence    *money.Pence      `bun:"net_pence"`
	Quote       *rates.ShiftQuote `bun:"quote,type:jsonb"`
	BilledAt    *time.Time        `bun:"billed_at"`
	Status      Status            `bun:"status,scanonly"` // the database works it out of the instants
}

// Plan is what the booking had planned.
func (t *Timesheet) Plan() Hours {
	return Hours{Start: t.PlannedStartsAt, End: t.PlannedEndsAt, BreakMinutes: t.PlannedBreakMinutes}
}

// Hours is what the worker claims; false while nothing has been sent.
func (t *Timesheet) Hours() (Hours, bool) {
	if t.StartsAt == nil || t.EndsAt == nil || t.BreakMinutes == nil {
		return Hours{}, false
	}
	return Hours{Start: *t.StartsAt, End: *t.EndsAt, BreakMinutes: *t.BreakMinutes, Breaks: t.Breaks}, true
}

// Difference is how many paid minutes the claim is over plan; below zero when
// it is under.
func (t *Timesheet) Difference() int {
	h, claimed := t.Hours()
	if !claimed {
		return 0
	}
	return h.Minutes() - t.Plan().Minutes()
}

// AsPlanned reports a claim that does not differ from the plan at all.
func (t *Timesheet) AsPlanned() bool {
	h, claimed := t.Hours()
	return claimed && h.sameAs(t.Plan())
}

// submit takes the worker's hours. Hours may be sent once, and again after each
// query.
func (t *Timesheet) submit(who tenants.Actor, h Hours, note string, now time.Time) error {
	note = strings.TrimSpace(note)
	switch {
	case t.DroppedAt != nil:
		return ErrDropped
	case t.Status == StatusApproved:
		return ErrApproved
	case t.Status == StatusSubmitted:
		return ErrSubmitted
	}
	if err := h.check(t.Plan(), note, now); err != nil {
		return err
	}
	// A clock that was set back must not leave the answer before the question.
	if t.QueriedAt != nil && !now.After(*t.QueriedAt) {
		now = t.QueriedAt.Add(time.Microsecond)
	}
	minutes := h.BreakMinutes
	t.StartsAt, t.EndsAt, t.BreakMinutes, t.Breaks = &h.Start, &h.End, &minutes, h.Breaks
	t.WorkerNote, t.SubmittedAt, t.SubmittedBy = note, &now, who.Person
	t.Status = StatusSubmitted
	return nil
}

// answered refuses an answer to hours that cannot be answered, or not by this
// person: nobody decides about hours that they worked or last amended.
func (t *Timesheet) answered(who tenants.Actor) error {
	switch {
	case who.Person == (tenants.ID{}):
		return ErrNobody
	case who.Person == t.WorkerID || who.Person == t.SubmittedBy:
		return ErrOwnRequest
	case t.DroppedAt != nil:
		return ErrDropped
	case t.Status == StatusApproved:
		return ErrApproved.Saying(t.approvedText())
	case t.Status == StatusOpen:
		return ErrNoHours
	}
	return nil
}

// query sends the hours back to the worker with a reason.
func (t *Timesheet) query(who tenants.Actor, reason string, now time.Time) error {
	if err := t.answered(who); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if reason == "" || len([]rune(reason)) > textMax {
		return ErrQueryReason.With(fault.Field{Name: "reason", Code: ErrQueryReason.Code, Text: ErrQueryReason.Text, Value: reason})
	}
	if t.Status == StatusQueried {
		return ErrQueried
	}
	if t.SubmittedAt != nil && now.Before(*t.SubmittedAt) {
		now = *t.SubmittedAt
	}
	t.QueriedAt, t.QueriedBy, t.QueryReason = &now, who.Name, reason
	t.Status = StatusQueried
	return nil
}

// approvable refuses an approval that may not happen now.
func (t *Timesheet) approvable(who tenants.Actor, now time.Time) error {
	if err := t.answered(who); err != nil {
		return err
	}
	h, claimed := t.Hours()
	switch {
	case t.Status == StatusQueried:
		return ErrQueried
	case !claimed:
		return ErrNoHours
	case now.Before(t.PlannedEndsAt) || now.Before(h.End):
		return ErrNotOver
	}
	return nil
}

// approve settles the hours at a price. It is for good: the database refuses
// any later change.
func (t *Timesheet) approve(who tenants.Actor, price *rates.ShiftQuote, now time.Time) error {
	if err := t.approvable(who, now); err != nil {
		return err
	}
	minutes, net := price.Minutes, price.Net
	t.ApprovedAt, t.ApprovedBy = &now, who.Name
	t.Minutes, t.NetPence, t.Quote = &minutes, &net, price
	t.Status = StatusApproved
	return nil
}

func (t *Timesheet) approvedText() string {
	if t.ApprovedAt == nil {
		return ErrApproved.Text
	}
	by := ""
	if t.ApprovedBy != "" {
		by = t.ApprovedBy + " "
	}
	if by == "" {
		return "This timesheet was approved on " + civil.When(*t.ApprovedAt) + ", so it cannot change any more."
	}
	return by + "approved this timesheet on " + civil.When(*t.ApprovedAt) + ", so it cannot change any more."
}

// Line is one amount of an approved timesheet: what a bill is made of.
type Line struct {
	bun.BaseModel `bun:"table:timesheet_lines,alias:line"`

	TenantID    tenants.ID    `bun:"tenant_id,pk"`
	AgencyID    tenants.ID    `bun:"agency_id"`
	WorkerID    tenants.ID    `bun:"worker_id"`
	ID          tenants.ID    `bun:"id,pk"`
	TimesheetID tenants.ID    `bun:"timesheet_id"`
	AgreementID tenants.ID    `bun:"agreement_id"`
	EarnedOn    civil.Date    `bun:"earned_on"` // local date on which the work began
	Position    int           `bun:"position"`
	Kind        rates.Kind    `bun:"kind"`
	Band        rates.Band    `bun:"band"`    // pay lines only
	Minutes     int           `bun:"minutes"` // that the rate is paid for; 0 for what is a share
	Rate        *money.Rate   `bun:"rate"`    // nil for what is a share
	Factor      *money.Factor `bun:"factor"`
	AmountPence money.Pence   `bun:"amount_pence"`

	VATCategory rates.Category `bun:"vat_category"`
	VATRate     money.Factor   `bun:"vat_rate"`
	VATReason   string         `bun:"vat_reason"`
	VATSource   string         `bun:"vat_source"`
	Formula     string         `bun:"formula"` // the sum in words, as it was worked out

	// The facts that the VAT was decided upon and the rule that decided, as they
	// were. A line without a route was locked before they were kept. Not for the worker.
	VATRoute      string      `bun:"vat_route"`
	VATProfession string      `bun:"vat_profession"`
	VATDeputy     bool        `bun:"vat_deputy"`
	VATElected    bool        `bun:"vat_elected"`
	VATRegistered bool        `bun:"vat_registered"`
	VATRule       quotes.Rule `bun:"vat_rule,type:jsonb"`
}

// Title names the line as a heading does.
func (l *Line) Title() string {
	line := rates.Line{Kind: l.Kind, Band: l.Band}
	return line.Title()
}
