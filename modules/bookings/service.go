package bookings

import (
	"context"
	"fmt"
	"strings"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/modules/agencies"
	"wardbridge/modules/approvals"
	"wardbridge/modules/diary"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

// Service books workers on shifts and ends bookings.
type Service struct {
	diary  *diary.Service
	shifts *shifts.Service
	quotes *quotes.Service

	approvals *approvals.Service
}

// New makes the service.
func New(diary *diary.Service, shifts *shifts.Service, quotes *quotes.Service, approvals *approvals.Service) *Service {
	return &Service{diary: diary, shifts: shifts, quotes: quotes, approvals: approvals}
}

// Engagement is who was agreed for a shift, and at which price.
type Engagement struct {
	ProposalID  *tenants.ID // nil: booked directly
	AgencyID    tenants.ID
	WorkerID    tenants.ID // the person
	AgreementID tenants.ID
	WorkerName  string
	PayRate     money.Rate
	Bands       rates.Bands // rates of whole bands, as the card fixed them
	Commission  money.Rate
	CardID      tenants.ID
	Quote       rates.ShiftQuote
	Conditions  []approvals.Condition // why it needed approval
	ApprovalID  *tenants.ID           // what was granted
}

// Confirm books a worker on a shift that the caller has locked and found open,
// fills the shift and enters the time in the person's diary. It refuses a shift
// that somebody else has filled, saying who and when, and a person who is
// elsewhere, without saying where.
func (s *Service) Confirm(ctx context.Context, tx *tenants.Tx, shift shifts.Shift, e Engagement) (Booking, error) {
	if tx.Actor.Person == e.WorkerID {
		return Booking{}, ErrOwnRequest
	}
	before, err := s.Live(ctx, tx, shift.ID)
	if err != nil {
		return Booking{}, err
	}
	if before != nil {
		return Booking{}, before.Filled(tx.Now)
	}
	b := Booking{
		TenantID: shift.TenantID, AgencyID: e.AgencyID, WorkerID: e.WorkerID, ID: tenants.NewID(),
		ShiftID: shift.ID, WardID: shift.WardID, SiteID: shift.SiteID, ProposalID: e.ProposalID, AgreementID: e.AgreementID,
		WorkerName: e.WorkerName, StaffGroup: shift.StaffGroup, Grade: shift.Grade, Specialty: shift.Specialty,
		StartsAt: shift.StartsAt, EndsAt: shift.EndsAt, BreakMinutes: shift.BreakMinutes, Notes: shift.Notes, CostCentre: shift.CostCentre,
		PayRate: e.PayRate, Bands: e.Bands, Commission: e.Commission, CardID: e.CardID, Quote: e.Quote, NetPence: e.Quote.Net,
		Conditions: append([]approvals.Condition{}, e.Conditions...), HighestCharge: e.Quote.Highest, ApprovalID: e.ApprovalID,
		Status: StatusConfirmed, ConfirmedAt: tx.Now, ConfirmedBy: tx.Actor.Name,
	}
	if b.Ref, err = nextRef(ctx, tx, shift); err != nil {
		return Booking{}, err
	}
	if err := insert(ctx, tx, &b); err != nil {
		if tenants.Violates(err, "bookings_one_live") {
			return Booking{}, ErrShiftFilled.Because(err)
		}
		return Booking{}, fmt.Errorf("booking of shift %s: %w", shift.ID, err)
	}
	if err := s.diary.Plan(ctx, tx, b.ID); err != nil {
		return Booking{}, err
	}
	if _, err := s.shifts.Fill(ctx, tx, shift.ID); err != nil {
		return Booking{}, err
	}
	return b, tx.Emit(Confirmed{b.parties()})
}

// Live is the booking that holds a shift, or nil.
func (s *Service) Live(ctx context.Context, tx *tenants.Tx, shift tenants.ID) (*Booking, error) {
	return live(ctx, tx, shift, false)
}

// Cancel calls off a booking that has not begun, frees the worker and ends the
// shift. Whoever still needs cover asks again with a new shift.
func (s *Service) Cancel(ctx context.Context, tx *tenants.Tx, id tenants.ID, why string) (Booking, error) {
	seen, err := byIDOrRef(ctx, tx, id.String())
	if err != nil {
		return Booking{}, err
	}
	shift, err := s.shifts.Lock(ctx, tx, seen.ShiftID)
	if err != nil {
		return Booking{}, err
	}
	b, err := lock(ctx, tx, id)
	if err != nil {
		return Booking{}, err
	}
	if err := s.callOff(ctx, tx, &b, why); err != nil {
		return Booking{}, err
	}
	_, err = s.shifts.Cancel(ctx, tx, shift.ID, why)
	return b, err
}

// CancelOn calls off the booking that holds a shift, for a caller who has locked
// the shift and ends it. Without a booking there is nothing to do, and nil.
func (s *Service) CancelOn(ctx context.Context, tx *tenants.Tx, shift tenants.ID, why string) (*Booking, error) {
	b, err := live(ctx, tx, shift, true)
	if b == nil || err != nil {
		return nil, err
	}
	return b, s.callOff(ctx, tx, b, why)
}

func (s *Service) callOff(ctx context.Context, tx *tenants.Tx, b *Booking, why string) error {
	if err := b.cancel(why, tx.Now); err != nil {
		return err
	}
	if err := saveEnd(ctx, tx, b); err != nil {
		return fmt.Errorf("booking %s: %w", b.ID, err)
	}
	if err := s.diary.Drop(ctx, tx, b.ID); err != nil {
		return err
	}
	return tx.Emit(Cancelled{b.parties()})
}

// NoShow records that nobody came. The worker's time is free again, and no
// timesheet of it can be approved.
func (s *Service) NoShow(ctx context.Context, tx *tenants.Tx, id tenants.ID, why string) (Booking, error) {
	b, err := lock(ctx, tx, id)
	if err != nil {
		return Booking{}, err
	}
	if err := b.noShow(tx.Actor, why, tx.Now); err != nil {
		return Booking{}, err
	}
	if err := saveEnd(ctx, tx, &b); err != nil {
		return Booking{}, fmt.Errorf("booking %s: %w", id, err)
	}
	if err := s.diary.Drop(ctx, tx, b.ID); err != nil {
		return Booking{}, err
	}
	return b, tx.Emit(NotAttended{b.parties()})
}

// Worked records that the hours of a booking were approved. Saying it twice is
// the same as once.
func (s *Service) Worked(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	b, err := lock(ctx, tx, id)
	if err != nil {
		return err
	}
	changed, err := b.worked(tx.Now)
	if err != nil || !changed {
		return err
	}
	if err := saveEnd(ctx, tx, &b); err != nil {
		return fmt.Errorf("booking %s: %w", id, err)
	}
	return nil
}

// Get finds a booking by id or reference. Another party's is not there.
func (s *Service) Get(ctx context.Context, tx *tenants.Tx, idOrRef string) (Booking, error) {
	if tx.Me.Kind == tenants.Practice {
		return Booking{}, fault.ErrNotFound
	}
	return byIDOrRef(ctx, tx, idOrRef)
}

// Reason is why the cover of a booking was needed, by the code of the reason.
func (s *Service) Reason(ctx context.Context, tx *tenants.Tx, b Booking) (string, error) {
	shift, err := s.shifts.Get(ctx, tx, b.ShiftID.String())
	return shift.Reason, err
}

// Agreed gives the rates at which many of the employer's bookings were made.
func (s *Service) Agreed(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (map[tenants.ID]Agreed, error) {
	return agreed(ctx, tx, ids)
}

// List gives the party's bookings in order of start, a page at a time.
func (s *Service) List(ctx context.Context, tx *tenants.Tx, f Filter) ([]Booking, paging.Cursor, error) {
	if tx.Me.Kind == tenants.Practice {
		return nil, "", nil // its hub books for it, and no booking is its own yet
	}
	return list(ctx, tx, f)
}

// Besides are a worker's other bookings under the same agreement in the week of a
// priced shift, where its on-costs are weekly: the thresholds of the week are taken
// once. Under flat on-costs there are none to think of.
func (s *Service) Besides(ctx context.Context, tx *tenants.Tx, worker tenants.ID, a *quotes.Answer) (all []quotes.Shift, err error) {
	if a.Agreement.OnCosts != agencies.Weekly {
		return nil, nil
	}
	monday := a.Quote.Date.Monday()
	booked, _, err := s.List(ctx, tx, Filter{Worker: worker, From: monday, To: monday.AddDays(6), Limit: 50})
	for _, b := range booked {
		if b.AgreementID == a.Agreement.ID && b.Live() {
			all = append(all, quotes.Shift{Start: b.StartsAt, End: b.EndsAt, BreakMinutes: b.BreakMinutes, PayRate: b.PayRate, Bands: b.Bands})
		}
	}
	return all, err
}

// nextRef makes a booking's reference out of its shift's: KUH-B40841 for
// KUH-40841. A shift that is booked again counts on.
func nextRef(ctx context.Context, tx *tenants.Tx, shift shifts.Shift) (string, error) {
	letters, number, _ := strings.Cut(shift.Ref, "-")
	ref := letters + "-B" + number
	n, err := tx.NewSelect().Model((*Booking)(nil)).Where("tenant_id = ?", shift.TenantID).Where("shift_id = ?", shift.ID).Count(ctx)
	if err != nil {
		return "", fmt.Errorf("bookings of shift %s: %w", shift.ID, err)
	}
	if n > 0 {
		ref = fmt.Sprintf("%s-%d", ref, n+1)
	}
	return ref, nil
}
