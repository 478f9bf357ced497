package notices

import (
	"context"
	"fmt"

	"wardbridge/internal/civil"
	"wardbridge/modules/adjustments"
	"wardbridge/modules/billing"
	"wardbridge/modules/bookings"
	"wardbridge/modules/shifts"
	"wardbridge/modules/timesheets"
	"wardbridge/tenants"
)

// onImported tells whoever sent a file that it has been applied. An import that
// ends otherwise is told of by the module that runs it.
func (s *Service) onImported(ctx context.Context, tx *tenants.Tx, e shifts.Imported) error {
	home, err := s.home(ctx, tx)
	if err != nil {
		return err
	}
	return s.Tell(ctx, tx, Notice{Kind: "import.applied", Once: "import.applied:" + e.Import.String(), Person: tx.Actor.Person,
		Title: "A file of shifts has been applied.", Text: "The import says how many shifts are new and how many were changed.",
		Href: home + "/imports/" + e.Import.String()})
}

// onBooked tells the worker where they are expected. The agency hears of it as
// the answer to its proposal, unless there was none.
func (s *Service) onBooked(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	b, sh, err := s.booking(ctx, tx, id)
	if err != nil || !b.Live() {
		return err
	}
	employer, err := s.name(ctx, tx, b.TenantID)
	if err != nil {
		return err
	}
	n := Notice{Kind: "booking.confirmed", Once: "booking.confirmed:" + id.String(), Title: fmt.Sprintf("You are booked on shift %s at %s.", sh.Ref, employer)}
	if tx.Me.Kind == tenants.Agency {
		if !b.Direct() {
			return nil
		}
		n.Title, n.Roles = fmt.Sprintf("%s was booked directly on shift %s at %s.", b.WorkerName, sh.Ref, employer), consultants
	}
	return s.aboutShift(ctx, tx, sh, n, "")
}

// onBookingEnded tells the worker and the agency that a booking came to nothing.
func (s *Service) onBookingEnded(ctx context.Context, tx *tenants.Tx, id tenants.ID, as bookings.Status) error {
	b, sh, err := s.booking(ctx, tx, id)
	if err != nil || b.Status != as {
		return err
	}
	whose := "Your booking"
	if tx.Me.Kind != tenants.Worker {
		whose = "The booking of " + b.WorkerName
	}
	did := "was cancelled"
	if as == bookings.StatusNoShow {
		did = "was recorded as not attended"
	}
	return s.aboutShift(ctx, tx, sh, Notice{Kind: "booking." + string(as), Once: fmt.Sprintf("booking.%s:%s", as, id), Roles: consultants,
		Title: fmt.Sprintf("%s on shift %s %s.", whose, sh.Ref, did)}, b.EndedWhy)
}

func (s *Service) booking(ctx context.Context, tx *tenants.Tx, id tenants.ID) (bookings.Booking, shifts.Shift, error) {
	b, err := s.rooms.Bookings.Get(ctx, tx, id.String())
	if err != nil {
		return b, shifts.Shift{}, err
	}
	sh, err := s.shift(ctx, tx, b.ShiftID)
	return b, sh, err
}

// onTimesheet tells each side what it needs to know or do about the hours, if
// they still stand as they did.
func (s *Service) onTimesheet(ctx context.Context, tx *tenants.Tx, id tenants.ID, as timesheets.Status) error {
	t, err := s.rooms.Timesheets.Get(ctx, tx, id.String())
	if err != nil || t.Status != as || t.DroppedAt != nil {
		return err
	}
	n := Notice{Kind: "timesheet." + string(as), Once: fmt.Sprintf("timesheet.%s:%s", as, id)}
	if t.SubmittedAt != nil { // hours may be sent, and queried, more than once
		n.Once += fmt.Sprint(":", t.SubmittedAt.UnixMicro())
	}
	reason := ""
	if as == timesheets.StatusQueried {
		reason = t.QueryReason
	}
	home, err := s.home(ctx, tx)
	if err != nil {
		return err
	}
	did := map[timesheets.Status]string{timesheets.StatusSubmitted: "were sent", timesheets.StatusQueried: "were queried", timesheets.StatusApproved: "were approved"}[as]
	switch {
	case tx.Me.Kind == tenants.Worker:
		n.Href, n.Title = home+"/timesheets/"+t.Ref, fmt.Sprintf("Your hours of shift %s %s.", t.ShiftRef, did)
		if as == timesheets.StatusOpen {
			n.Title = fmt.Sprintf("Enter the hours you worked on shift %s.", t.ShiftRef)
		}
	case tx.Me.Kind == tenants.Agency:
		n.Title = fmt.Sprintf("The hours of %s on shift %s %s.", t.WorkerName, t.ShiftRef, did)
		if as != timesheets.StatusSubmitted { // that they were sent asks nothing of an agency, so no mail
			n.Roles = consultants
		}
	default:
		n.Href, n.Roles = home+"/timesheets/"+t.Ref, approvers
		n.Title = fmt.Sprintf("%s has sent the hours of shift %s.", t.WorkerName, t.ShiftRef)
	}
	sh := shifts.Shift{TenantID: t.TenantID, WardID: t.WardID, Ref: t.ShiftRef, StartsAt: t.PlannedStartsAt, EndsAt: t.PlannedEndsAt}
	return s.aboutShift(ctx, tx, sh, n, reason)
}

// onIssued tells an agency of an invoice that was made out for it.
func (s *Service) onIssued(ctx context.Context, tx *tenants.Tx, e billing.Issued) error {
	b, err := s.rooms.Billing.Bill(ctx, tx, e.Bill.String())
	if err != nil || b.Status != billing.StatusIssued {
		return err
	}
	home, err := s.home(ctx, tx)
	if err != nil {
		return err
	}
	return s.Tell(ctx, tx, Notice{Kind: "self-bill.issued", Once: "self-bill.issued:" + b.ID.String(), Roles: accountants,
		Href:  home + "/invoices/" + b.Number,
		Title: fmt.Sprintf("%s has issued self-bill %s.", b.Customer.Name, b.Number),
		Text:  fmt.Sprintf("%s: net %s, VAT %s, total %s.", week(b.PeriodFrom, b.PeriodTo), b.NetPence, b.VATPence, b.GrossPence)})
}

// onAdjusted tells an agency that settled timesheets of its workers were adjusted.
// What the event says holds for good, since nothing changes what was posted.
func (s *Service) onAdjusted(ctx context.Context, tx *tenants.Tx, e adjustments.Posted) error {
	employer, err := s.name(ctx, tx, e.Tenant)
	if err != nil {
		return err
	}
	home, err := s.home(ctx, tx)
	if err != nil {
		return err
	}
	what := fmt.Sprintf("%d settled timesheets", e.Timesheets)
	if e.Timesheets == 1 {
		what = "a settled timesheet"
	}
	return s.Tell(ctx, tx, Notice{Kind: "adjustment.posted", Once: "adjustment.posted:" + e.Adjustment.String(), Roles: accountants, Href: home + "/invoices",
		Title: fmt.Sprintf("%s has adjusted %s by %s.", employer, what, e.NetPence),
		Text:  fmt.Sprintf("%s: %s. The next self-bill carries the lines.", e.Ref, e.Reason)})
}

func week(from, to civil.Date) string { return from.Text() + " to " + to.Text() }
