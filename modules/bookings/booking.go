package bookings

import (
	"strings"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// The refusals of this module.
var (
	ErrShiftFilled     = fault.New(fault.Conflict, "shift_already_filled", "This shift has already been filled.")
	ErrEnded           = fault.New(fault.Conflict, "booking_already_ended", "This booking has already ended.")
	ErrStarted         = fault.New(fault.Conflict, "booking_started", "This booking has started, so it cannot be cancelled. Record that the worker did not come, or query the timesheet.")
	ErrNotStarted      = fault.New(fault.Conflict, "booking_not_started", "This booking has not started yet.")
	ErrOwnRequest      = fault.New(fault.Forbidden, "own_request", "You cannot decide about your own work. Ask a colleague to do it.")
	ErrReason          = fault.New(fault.Invalid, "reason_missing", "Say why, in up to 200 characters. The agency and the worker will read it.")
	ErrNotPast         = fault.New(fault.Conflict, "shift_not_retrospective", "Only a shift that was entered after it began can be booked directly. Accept a proposal instead.")
	ErrWorkerTwice     = fault.New(fault.Invalid, "worker_named_twice", "Name the worker by the person or by the register number, not by both.")
	ErrWorkerUnknown   = fault.New(fault.Invalid, "worker_unknown", "This agency has no confirmed worker with that register number.")
	ErrWorkerGroup     = fault.New(fault.Invalid, "worker_staff_group", "This worker belongs to another staff group than the shift asks for.")
	ErrBelowMinimum    = fault.New(fault.Invalid, "pay_rate_below_minimum", "The pay rate is below the National Living Wage.")
	ErrPayAboveCard    = fault.New(fault.Invalid, "pay_rate_above_card", "The pay rate is above the rate card.")
	ErrPayFixed        = fault.New(fault.Invalid, "pay_rate_fixed", "The rate card fixes the pay rate.")
	ErrChargeAboveCard = fault.New(fault.Invalid, "charge_above_card", "An hour is charged above the rate card.")
	ErrFeeAboveCard    = fault.New(fault.Invalid, "commission_above_card", "The commission is above the rate card.")
)

// Status is where a booking stands in its life.
type Status string

// The states; doc.go draws the machine.
const (
	StatusConfirmed Status = "confirmed"
	StatusCancelled Status = "cancelled"
	StatusNoShow    Status = "no_show"
	StatusWorked    Status = "worked"
)

const reasonMax = 200

// Booking is one person on one shift. Fields that the reading party has no
// right to see are zero: an agency has no CostCentre, no ConfirmedBy and
// nothing of approvals, a
// worker no Commission, NetPence, CardID, ProposalID or AgreementID either.
type Booking struct {
	bun.BaseModel `bun:"table:bookings,alias:booking"`

	TenantID      tenants.ID            `bun:"tenant_id,pk"`
	AgencyID      tenants.ID            `bun:"agency_id"`
	WorkerID      tenants.ID            `bun:"worker_id"`
	ID            tenants.ID            `bun:"id,pk"`
	Ref           string                `bun:"ref"`
	ShiftID       tenants.ID            `bun:"shift_id"`
	WardID        tenants.ID            `bun:"ward_id"`
	SiteID        tenants.ID            `bun:"site_id"`
	ProposalID    *tenants.ID           `bun:"proposal_id"` // nil: booked directly
	AgreementID   tenants.ID            `bun:"agreement_id"`
	WorkerName    string                `bun:"worker_name"`
	StaffGroup    string                `bun:"staff_group"`
	Grade         string                `bun:"grade"` // what is paid: the shift's, not the worker's own
	Specialty     string                `bun:"specialty"`
	StartsAt      time.Time             `bun:"starts_at"`
	EndsAt        time.Time             `bun:"ends_at"`
	BreakMinutes  int                   `bun:"break_minutes"`
	Notes         string                `bun:"notes"`
	CostCentre    string                `bun:"cost_centre"`
	Bands         rates.Bands           `bun:"bands,type:jsonb"` // rates of whole bands, as the card fixed them
	PayRate       money.Rate            `bun:"pay_rate"`
	Commission    money.Rate            `bun:"commission"`
	CardID        tenants.ID            `bun:"card_id"`
	Quote         rates.ShiftQuote      `bun:"quote,type:jsonb"`
	NetPence      money.Pence           `bun:"net_pence"`
	Conditions    []approvals.Condition `bun:"conditions,array"` // why it needed approval, such as a charge above the cap
	HighestCharge money.Rate            `bun:"highest_charge"`   // the dearest hour before VAT
	ApprovalID    *tenants.ID           `bun:"approval_id"`      // what was granted
	Status        Status                `bun:"status"`
	ConfirmedAt   time.Time             `bun:"confirmed_at"`
	ConfirmedBy   string                `bun:"confirmed_by"`
	EndedAt       *time.Time            `bun:"ended_at"`
	EndedWhy      string                `bun:"ended_why"`
}

// Live reports whether the booking still holds its shift.
func (b *Booking) Live() bool { return b.Status == StatusConfirmed || b.Status == StatusWorked }

// Direct reports whether a manager booked the worker without a proposal.
func (b *Booking) Direct() bool { return b.ProposalID == nil }

// cancel calls off a booking that has not begun.
func (b *Booking) cancel(why string, now time.Time) error {
	why = strings.TrimSpace(why)
	switch {
	case why == "" || len([]rune(why)) > reasonMax:
		return ErrReason.With(fault.Field{Name: "reason", Code: ErrReason.Code, Text: ErrReason.Text, Value: why})
	case b.Status != StatusConfirmed:
		return b.ended()
	case !now.Before(b.StartsAt):
		return ErrStarted
	}
	b.end(StatusCancelled, why, now)
	return nil
}

// noShow records that nobody came.
func (b *Booking) noShow(who tenants.Actor, why string, now time.Time) error {
	switch {
	case who.Person == b.WorkerID:
		return ErrOwnRequest
	case b.Status != StatusConfirmed:
		return b.ended()
	case now.Before(b.StartsAt):
		return ErrNotStarted
	}
	b.end(StatusNoShow, strings.TrimSpace(why), now)
	return nil
}

// worked records that the hours were approved. Told twice, it changes nothing.
func (b *Booking) worked(now time.Time) (changed bool, err error) {
	switch b.Status {
	case StatusWorked:
		return false, nil
	case StatusConfirmed:
		b.end(StatusWorked, "", now)
		return true, nil
	}
	return false, b.ended()
}

func (b *Booking) end(to Status, why string, now time.Time) {
	b.Status, b.EndedAt, b.EndedWhy = to, &now, why
}

// ended says which end it came to.
func (b *Booking) ended() error {
	how := map[Status]string{StatusCancelled: "was cancelled", StatusNoShow: "was recorded as not attended", StatusWorked: "has been worked and its hours approved"}[b.Status]
	if b.EndedAt == nil {
		return ErrEnded
	}
	return ErrEnded.Saying("This booking " + how + " on " + at(*b.EndedAt) + ".")
}

// Filled is the refusal of a second booking, naming who made the first and
// when: on the same day as now, the time is enough.
func (b *Booking) Filled(now time.Time) error {
	did := "accepted another proposal"
	if b.Direct() {
		did = "booked a worker"
	}
	who, when := b.ConfirmedBy, "at "+civil.ClockOf(b.ConfirmedAt).String()
	if who == "" {
		who = "A colleague"
	}
	if civil.DateOf(now) != civil.DateOf(b.ConfirmedAt) {
		when = "on " + at(b.ConfirmedAt)
	}
	return ErrShiftFilled.Saying(who + " " + did + " " + when + ".")
}

func at(t time.Time) string {
	return civil.DateOf(t).Text() + " at " + civil.ClockOf(t).String()
}
