package diary

import (
	"context"
	"fmt"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/tenants"
)

// ErrNotFree is all that anybody learns of a person's other commitments.
var ErrNotFree = fault.New(fault.Conflict, "worker_not_free", "This worker is not free at that time. Choose another worker.")

// Service plans commitments.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// Plan enters the commitment of one of the employer's bookings, at the booking's
// own times. A person who is elsewhere then is ErrNotFree, and the unit of work
// can go on.
func (s *Service) Plan(ctx context.Context, tx *tenants.Tx, bookingID tenants.ID) error {
	planned := false
	err := tx.Try(func() (err error) {
		planned, err = plan(ctx, tx, bookingID)
		return err
	})
	switch {
	case tenants.Violates(err, "diary_one_place"):
		return ErrNotFree.Because(err)
	case err != nil:
		return err
	case !planned:
		return fault.ErrNotFound.Because(fmt.Errorf("booking %s", bookingID))
	}
	return nil
}

// Drop takes the commitment of one of the employer's bookings back. Dropped
// twice, or never planned, it changes nothing.
func (s *Service) Drop(ctx context.Context, tx *tenants.Tx, bookingID tenants.ID) error {
	return drop(ctx, tx, bookingID)
}

// Free reports whether a worker of the agency who asks has no commitment between
// two instants. It is a hint for choosing somebody; Plan decides.
func (s *Service) Free(ctx context.Context, tx *tenants.Tx, representationID tenants.ID, from, to time.Time) (bool, error) {
	return free(ctx, tx, representationID, from, to)
}

// Role is the work of a person in one grade with one employer: what the Agency
// Workers Regulations count by, whichever agency supplies them.
type Role struct {
	TenantID tenants.ID
	PersonID tenants.ID
	Grade    string // of the shifts
}

// Weeks is how many weeks of a role were completed before a day, and whether the
// party may know. The weeks begin anew after more days without work than breakDays.
func (s *Service) Weeks(ctx context.Context, tx *tenants.Tx, r Role, before civil.Date, breakDays int) (n int, known bool, err error) {
	found, err := weeks(ctx, tx, r, before, breakDays)
	if found == nil || err != nil {
		return 0, false, err
	}
	return *found, true, nil
}
