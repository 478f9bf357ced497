package notices

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/internal/events"
	"wardbridge/internal/fault"
	"wardbridge/internal/jobs"
	"wardbridge/modules/accounts"
	"wardbridge/modules/approvals"
	"wardbridge/modules/billing"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cascade"
	"wardbridge/modules/places"
	"wardbridge/modules/proposals"
	"wardbridge/modules/shifts"
	"wardbridge/modules/timesheets"
	"wardbridge/tenants"
)

// Rooms are the modules whose news notices passes on.
type Rooms struct {
	Accounts   *accounts.Service
	Places     *places.Service
	Approvals  *approvals.Service
	Shifts     *shifts.Service
	Cascade    *cascade.Service
	Bookings   *bookings.Service
	Proposals  *proposals.Service
	Timesheets *timesheets.Service
	Billing    *billing.Service
}

// Who gets a mail. Everybody of the party finds the notice on its pages.
var (
	deciders    = []string{"bank_office", "ward_manager"}
	approvers   = []string{"ward_manager", "approver"}
	consultants = []string{"agency_admin", "agency_consultant"}
	accountants = []string{"agency_admin", "agency_finance"}
)

// Subscribe takes on the sending of mail and hears what other modules say. Every
// event is heard once by each party of its audience, as that party.
func (s *Service) Subscribe(bus *events.Bus, q *jobs.Queue) {
	jobs.Steps(q, s.send)
	events.On(bus, "notices.import-applied", s.onImported)
	events.On(bus, "notices.approval-asked", func(ctx context.Context, tx *tenants.Tx, e approvals.Asked) error {
		return s.onApprovalWanted(ctx, tx, e.Request, false)
	})
	events.On(bus, "notices.approval-escalated", func(ctx context.Context, tx *tenants.Tx, e approvals.Escalated) error {
		return s.onApprovalWanted(ctx, tx, e.Request, true)
	})
	events.On(bus, "notices.approval-decided", s.onApprovalClosed)
	events.OnEach(bus, "notices.released", s.onReleased)
	events.OnEach(bus, "notices.proposal-submitted", func(ctx context.Context, tx *tenants.Tx, e proposals.Submitted) error {
		return s.onProposed(ctx, tx, e.Proposal)
	})
	events.OnEach(bus, "notices.proposal-withdrawn", func(ctx context.Context, tx *tenants.Tx, e proposals.Withdrawn) error {
		return s.onWithdrawn(ctx, tx, e.Proposal)
	})
	events.OnEach(bus, "notices.proposal-accepted", func(ctx context.Context, tx *tenants.Tx, e proposals.Accepted) error {
		return s.onAnswered(ctx, tx, e.Proposal, proposals.StatusAccepted)
	})
	events.OnEach(bus, "notices.proposal-declined", func(ctx context.Context, tx *tenants.Tx, e proposals.Declined) error {
		return s.onAnswered(ctx, tx, e.Proposal, proposals.StatusDeclined)
	})
	events.OnEach(bus, "notices.proposal-closed", s.onClosed)
	events.OnEach(bus, "notices.booking-confirmed", func(ctx context.Context, tx *tenants.Tx, e bookings.Confirmed) error {
		return s.onBooked(ctx, tx, e.Booking)
	})
	events.OnEach(bus, "notices.booking-cancelled", func(ctx context.Context, tx *tenants.Tx, e bookings.Cancelled) error {
		return s.onBookingEnded(ctx, tx, e.Booking, bookings.StatusCancelled)
	})
	events.OnEach(bus, "notices.booking-not-attended", func(ctx context.Context, tx *tenants.Tx, e bookings.NotAttended) error {
		return s.onBookingEnded(ctx, tx, e.Booking, bookings.StatusNoShow)
	})
	events.OnEach(bus, "notices.timesheet-opened", func(ctx context.Context, tx *tenants.Tx, e timesheets.Opened) error {
		return s.onTimesheet(ctx, tx, e.Timesheet, timesheets.StatusOpen)
	})
	events.OnEach(bus, "notices.timesheet-submitted", func(ctx context.Context, tx *tenants.Tx, e timesheets.Submitted) error {
		return s.onTimesheet(ctx, tx, e.Timesheet, timesheets.StatusSubmitted)
	})
	events.OnEach(bus, "notices.timesheet-queried", func(ctx context.Context, tx *tenants.Tx, e timesheets.Queried) error {
		return s.onTimesheet(ctx, tx, e.Timesheet, timesheets.StatusQueried)
	})
	events.OnEach(bus, "notices.timesheet-approved", func(ctx context.Context, tx *tenants.Tx, e timesheets.Approved) error {
		return s.onTimesheet(ctx, tx, e.Timesheet, timesheets.StatusApproved)
	})
	events.OnEach(bus, "notices.self-bill-issued", s.onIssued)
	events.OnEach(bus, "notices.adjustment-posted", s.onAdjusted)
}

// home is where the pages of the party that is told begin.
func (s *Service) home(ctx context.Context, tx *tenants.Tx) (string, error) {
	if tx.Me.Kind == tenants.Worker {
		return accounts.Place{Kind: tenants.Worker}.Home(), nil
	}
	own, err := s.rooms.Accounts.Own(ctx, tx)
	return accounts.Place{Kind: own.Kind, Code: own.Code}.Home(), err
}

// name is an organisation's, as the directory has it.
func (s *Service) name(ctx context.Context, tx *tenants.Tx, id tenants.ID) (string, error) {
	found, err := s.rooms.Accounts.Named(ctx, tx, id)
	return found[id].Name, err
}

// where is the ward and the times of a shift: "Ash Ward, Tue 24 Nov 2026, 07:00
// to 19:30". A ward that the party may not see is left out.
func (s *Service) where(ctx context.Context, tx *tenants.Tx, sh shifts.Shift) (string, error) {
	text := civil.DateOf(sh.StartsAt).Text() + ", " + civil.Between(sh.StartsAt, sh.EndsAt)
	ward, err := s.rooms.Places.Ward(ctx, tx, sh.TenantID, sh.WardID)
	switch {
	case err == nil:
		return ward.Name + ", " + text, nil
	case fault.Is(err, fault.NotFound):
		return text, nil
	}
	return "", err
}

// shift finds the shift that something is about.
func (s *Service) shift(ctx context.Context, tx *tenants.Tx, id tenants.ID) (shifts.Shift, error) {
	found, err := s.rooms.Shifts.Facts(ctx, tx, []tenants.ID{id})
	if err != nil {
		return shifts.Shift{}, err
	}
	sh, ok := found[id]
	if !ok {
		return shifts.Shift{}, fault.ErrNotFound
	}
	return sh, nil
}
