package timesheets

import (
	"context"

	"wardbridge/internal/events"
	"wardbridge/internal/jobs"
	"wardbridge/modules/bookings"
	"wardbridge/tenants"
)

// Parties are whom a timesheet concerns. Every event of this module carries
// them.
type Parties struct {
	Timesheet  tenants.ID   `json:"timesheet"`
	Booking    tenants.ID   `json:"booking"`
	Tenant     tenants.ID   `json:"tenant"`
	TenantKind tenants.Kind `json:"tenant_kind"`
	Agency     tenants.ID   `json:"agency"`
	Worker     tenants.ID   `json:"worker"`
}

func (p Parties) worker() tenants.Party { return tenants.Party{ID: p.Worker, Kind: tenants.Worker} }
func (p Parties) agency() tenants.Party { return tenants.Party{ID: p.Agency, Kind: tenants.Agency} }

func (t *Timesheet) parties(employer tenants.Kind) Parties {
	return Parties{Timesheet: t.ID, Booking: t.BookingID, Tenant: t.TenantID, TenantKind: employer, Agency: t.AgencyID, Worker: t.WorkerID}
}

// Opened says that a shift is over and its hours can be recorded. The worker is
// told.
type Opened struct{ Parties }

// EventName names the event in the log.
func (Opened) EventName() string { return "timesheets.opened" }

// Audience is the worker.
func (e Opened) Audience() []tenants.Party { return []tenants.Party{e.worker()} }

// Submitted says that the worker sent the hours. The employer and the agency
// are told.
type Submitted struct{ Parties }

// EventName names the event in the log.
func (Submitted) EventName() string { return "timesheets.submitted" }

// Audience is the employer and the agency.
func (e Submitted) Audience() []tenants.Party {
	return []tenants.Party{{ID: e.Tenant, Kind: e.TenantKind}, e.agency()}
}

// Queried says that the employer sent the hours back. The worker and the agency
// are told.
type Queried struct{ Parties }

// EventName names the event in the log.
func (Queried) EventName() string { return "timesheets.queried" }

// Audience is the worker and the agency.
func (e Queried) Audience() []tenants.Party { return []tenants.Party{e.worker(), e.agency()} }

// Approved says that the hours are settled and priced. The worker and the
// agency are told.
type Approved struct{ Parties }

// EventName names the event in the log.
func (Approved) EventName() string { return "timesheets.approved" }

// Audience is the worker and the agency.
func (e Approved) Audience() []tenants.Party { return []tenants.Party{e.worker(), e.agency()} }

// dueOpen is the work that a confirmed booking plans for the end of its shift.
const dueOpen = "timesheet.open"

// Subscribe hears what bookings say and takes on the work that falls due at the
// end of a shift.
func (s *Service) Subscribe(bus *events.Bus, q *jobs.Queue) {
	events.On(bus, "timesheets.plan", s.onConfirmed)
	events.On(bus, "timesheets.drop-cancelled", func(ctx context.Context, tx *tenants.Tx, e bookings.Cancelled) error {
		return s.drop(ctx, tx, e.Booking)
	})
	events.On(bus, "timesheets.drop-not-attended", func(ctx context.Context, tx *tenants.Tx, e bookings.NotAttended) error {
		return s.drop(ctx, tx, e.Booking)
	})
	jobs.OnDue(q, dueOpen, func(ctx context.Context, tx *tenants.Tx, due []jobs.Due) error {
		for _, d := range due {
			if _, err := s.Open(ctx, tx, d.Subject); err != nil {
				return err
			}
		}
		return nil
	})
}

// onConfirmed plans the timesheet for the end of the shift. When that has
// passed, as for a shift entered afterwards, it opens at once.
func (s *Service) onConfirmed(ctx context.Context, tx *tenants.Tx, e bookings.Confirmed) error {
	b, err := s.bookings.Get(ctx, tx, e.Booking.String())
	if err != nil {
		return err
	}
	if b.Status != bookings.StatusConfirmed {
		return nil
	}
	if !tx.Now.Before(b.EndsAt) {
		_, err := s.Open(ctx, tx, b.ID)
		return err
	}
	if err := jobs.Drop(ctx, tx, dueOpen, b.ID); err != nil {
		return err
	}
	return jobs.At(ctx, tx, dueOpen, b.ID, b.EndsAt, nil)
}
