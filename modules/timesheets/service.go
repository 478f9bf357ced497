package timesheets

import (
	"context"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/jobs"
	"wardbridge/internal/paging"
	"wardbridge/modules/agencies"
	"wardbridge/modules/bookings"
	"wardbridge/modules/quotes"
	"wardbridge/tenants"
)

// Service opens timesheets, takes hours and settles them.
type Service struct {
	agencies *agencies.Service
	bookings *bookings.Service
	quotes   *quotes.Service
}

// New makes the service. Subscribe lets it hear and work.
func New(agencies *agencies.Service, bookings *bookings.Service, quotes *quotes.Service) *Service {
	return &Service{agencies: agencies, bookings: bookings, quotes: quotes}
}

// Open makes the timesheet of a booking whose shift is over. A booking that has
// ended in another way gets none, and asking twice opens one.
func (s *Service) Open(ctx context.Context, tx *tenants.Tx, booking tenants.ID) (*Timesheet, error) {
	b, err := s.bookings.Get(ctx, tx, booking.String())
	if err != nil {
		return nil, err
	}
	if b.Status != bookings.StatusConfirmed || tx.Now.Before(b.EndsAt) {
		return nil, nil
	}
	letters, number, _ := strings.Cut(b.Ref, "-B")
	t := Timesheet{
		TenantID: b.TenantID, AgencyID: b.AgencyID, WorkerID: b.WorkerID, ID: tenants.NewID(),
		Ref: letters + "-T" + number, BookingID: b.ID, ShiftID: b.ShiftID, ShiftRef: letters + "-" + number,
		AgreementID: b.AgreementID, SiteID: b.SiteID, WardID: b.WardID, StaffGroup: b.StaffGroup, Grade: b.Grade,
		CostCentre: b.CostCentre, WorkerName: b.WorkerName, WorkedOn: civil.DateOf(b.StartsAt),
		PlannedStartsAt: b.StartsAt, PlannedEndsAt: b.EndsAt, PlannedBreakMinutes: b.BreakMinutes,
		OpenedAt: tx.Now, Status: StatusOpen,
	}
	added, err := insert(ctx, tx, &t)
	if err != nil || !added {
		return nil, err
	}
	return &t, tx.Emit(Opened{t.parties(tx.Me.Kind)})
}

// drop forgets the timesheet of a booking that came to nothing. Approved hours
// stay: a booking whose hours are approved cannot come to nothing any more.
func (s *Service) drop(ctx context.Context, tx *tenants.Tx, booking tenants.ID) error {
	if err := jobs.Drop(ctx, tx, dueOpen, booking); err != nil {
		return err
	}
	var t Timesheet
	err := selecting(tx, &t).Where("booking_id = ?", booking).For("update").Scan(ctx)
	if tenants.NoRows(err) {
		return nil
	}
	if err != nil {
		return tenants.Found("timesheet of booking", booking, err)
	}
	if t.Status == StatusApproved || t.DroppedAt != nil {
		return nil
	}
	t.DroppedAt = &tx.Now
	return save(ctx, tx, &t, "dropped_at")
}

// Submit sends the hours that the worker says they worked, on the employer's
// clock. The worker alone may, once, and again after each query. Hours that
// overlap another timesheet of theirs at this employer are refused.
func (s *Service) Submit(ctx context.Context, tx *tenants.Tx, id tenants.ID, h Hours, note string) (Timesheet, error) {
	if tx.Me.Kind != tenants.Worker || tx.Actor.Person != tx.Me.ID {
		return Timesheet{}, ErrNotWorker
	}
	seen, err := byIDOrRef(ctx, tx, id.String())
	if err != nil {
		return Timesheet{}, err
	}
	near, err := lockNear(ctx, tx, seen)
	if err != nil {
		return Timesheet{}, err
	}
	t, err := lock(ctx, tx, id)
	if err != nil {
		return Timesheet{}, err
	}
	now, err := tx.NowAt(t.TenantID)
	if err != nil {
		return Timesheet{}, err
	}
	if h, err = h.settled(); err != nil {
		return Timesheet{}, err
	}
	if err := t.submit(tx.Actor, h, note, now); err != nil {
		return Timesheet{}, err
	}
	if err := overlaps(t, h, near); err != nil {
		return Timesheet{}, err
	}
	if err := save(ctx, tx, &t, "starts_at", "ends_at", "break_minutes", "breaks", "worker_note", "submitted_at", "submitted_by"); err != nil {
		return Timesheet{}, err
	}
	employers, err := s.agencies.Directory(ctx, tx, t.TenantID)
	if err != nil {
		return Timesheet{}, err
	}
	return t, tx.Emit(Submitted{t.parties(employers[t.TenantID].Kind)})
}

// overlaps refuses hours during which the worker says they worked elsewhere at
// the same employer, and names the other timesheet.
func overlaps(t Timesheet, h Hours, near []Timesheet) error {
	for i := range near {
		other, claimed := near[i].Hours()
		if near[i].ID == t.ID || !claimed || !h.Start.Before(other.End) || !other.Start.Before(h.End) {
			continue
		}
		text := "These hours overlap your timesheet " + near[i].Ref + " of " + civil.DateOf(other.Start).Text() + ", " +
			civil.Between(other.Start, other.End) + ". Correct one of them."
		return ErrOverlap.Saying(text).With(fault.Field{Name: "starts_at", Code: ErrOverlap.Code, Text: text, Value: civil.When(h.Start)})
	}
	return nil
}

// Query sends hours back to the worker, who may then amend them.
func (s *Service) Query(ctx context.Context, tx *tenants.Tx, id tenants.ID, reason string) (Timesheet, error) {
	t, err := lock(ctx, tx, id)
	if err != nil {
		return Timesheet{}, err
	}
	if err := t.query(tx.Actor, reason, tx.Now); err != nil {
		return Timesheet{}, err
	}
	if err := save(ctx, tx, &t, "queried_at", "queried_by", "query_reason"); err != nil {
		return Timesheet{}, err
	}
	return t, tx.Emit(Queried{t.parties(tx.Me.Kind)})
}

// Approve settles a timesheet: the hours are priced at the booking's rates,
// become the lines of a bill to come, and never change again. Hours that pass a
// limit which the booking did not are asked to be ratified.
func (s *Service) Approve(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Timesheet, error) {
	seen, err := byIDOrRef(ctx, tx, id.String())
	if err != nil {
		return Timesheet{}, err
	}
	// The booking is locked before the timesheet, in the order of the house; it
	// refuses if it was called off or not attended meanwhile.
	if err := seen.approvable(tx.Actor, tx.Now); err != nil {
		return Timesheet{}, err
	}
	if err := s.bookings.Worked(ctx, tx, seen.BookingID); err != nil {
		return Timesheet{}, err
	}
	t, err := lock(ctx, tx, id)
	if err != nil {
		return Timesheet{}, err
	}
	if err := t.approvable(tx.Actor, tx.Now); err != nil {
		return Timesheet{}, err
	}
	if err := s.hold(ctx, tx, &t); err != nil {
		return Timesheet{}, err
	}
	price, vat, err := s.price(ctx, tx, t)
	if err != nil {
		return Timesheet{}, err
	}
	if err := t.approve(tx.Actor, price, tx.Now); err != nil {
		return Timesheet{}, err
	}
	if err := insertLines(ctx, tx, t.lines(price, vat)); err != nil {
		return Timesheet{}, err
	}
	if err := save(ctx, tx, &t, "approved_at", "approved_by", "minutes", "net_pence", "quote"); err != nil {
		return Timesheet{}, err
	}
	if err := s.bookings.Charged(ctx, tx, t.BookingID, price); err != nil {
		return Timesheet{}, err
	}
	return t, tx.Emit(Approved{t.parties(tx.Me.Kind)})
}

// Outcome is what became of one timesheet of many.
type Outcome struct {
	ID        tenants.ID
	Timesheet Timesheet    // as it is now, when it was approved
	Refused   *fault.Fault // nil: approved
}

// ApproveMany approves timesheets one after the other. One that is refused does
// not hold up the rest, and each answer is listed in the order asked. Something
// that is no refusal undoes them all.
func (s *Service) ApproveMany(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) ([]Outcome, error) {
	outcomes := make([]Outcome, 0, len(ids))
	for _, id := range ids {
		o := Outcome{ID: id}
		err := tx.Try(func() (err error) {
			o.Timesheet, err = s.Approve(ctx, tx, id)
			return err
		})
		if err != nil {
			if o.Refused = fault.Of(err); o.Refused.Kind == fault.Internal {
				return nil, err
			}
			o.Timesheet = Timesheet{}
		}
		outcomes = append(outcomes, o)
	}
	return outcomes, nil
}

// Get finds a timesheet by id or reference. Another party's is not there.
func (s *Service) Get(ctx context.Context, tx *tenants.Tx, idOrRef string) (Timesheet, error) {
	return byIDOrRef(ctx, tx, idOrRef)
}

// OfBooking finds the timesheet of a booking; nil before there is one, and for a
// booking that came to nothing.
func (s *Service) OfBooking(ctx context.Context, tx *tenants.Tx, booking tenants.ID) (*Timesheet, error) {
	return ofBooking(ctx, tx, booking)
}

// Lines are what an approved timesheet is made of; a worker gets their pay and
// holiday pay alone.
func (s *Service) Lines(ctx context.Context, tx *tenants.Tx, id tenants.ID) ([]Line, error) {
	by, err := linesOf(ctx, tx, []tenants.ID{id})
	return by[id], err
}

// List gives the party's timesheets in order of the shift's start, a page at a
// time.
func (s *Service) List(ctx context.Context, tx *tenants.Tx, f Filter) ([]Timesheet, paging.Cursor, error) {
	return list(ctx, tx, f)
}

// Totals adds up everything that a filter finds, whatever the page.
func (s *Service) Totals(ctx context.Context, tx *tenants.Tx, f Filter) (Totals, error) {
	return totals(ctx, tx, f)
}
