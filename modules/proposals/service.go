package proposals

import (
	"context"

	"wardbridge/internal/events"
	"wardbridge/internal/paging"
	"wardbridge/modules/agencies"
	"wardbridge/modules/approvals"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cascade"
	"wardbridge/modules/diary"
	"wardbridge/modules/packs"
	"wardbridge/modules/quotes"
	"wardbridge/modules/shifts"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

// Floors are the modules beneath that a proposal is made of.
type Floors struct {
	Packs     *packs.Service
	Approvals *approvals.Service
	Agencies  *agencies.Service
	Workers   *workers.Service
	Diary     *diary.Service
	Quotes    *quotes.Service
	Shifts    *shifts.Service
	Cascade   *cascade.Service
	Bookings  *bookings.Service
}

// Service takes proposals from agencies and answers from employers.
type Service struct{ Floors }

// New makes the service.
func New(f Floors) *Service { return &Service{Floors: f} }

// Subscribe lets the service hear of shifts that nobody filled, and of proposals
// that were taken back while an approval was waited for.
func (s *Service) Subscribe(bus *events.Bus) {
	events.OnEach(bus, "proposals.drop-approval", s.onWithdrawn)
	events.On(bus, "proposals.expire", s.onExpired)
}

// Get finds a proposal by id or reference. Another party's is not there.
func (s *Service) Get(ctx context.Context, tx *tenants.Tx, idOrRef string) (Proposal, error) {
	return byIDOrRef(ctx, tx, idOrRef)
}

// List gives the party's proposals, a page at a time: oldest first, as a queue
// is worked off, unless the filter asks for the newest.
func (s *Service) List(ctx context.Context, tx *tenants.Tx, f Filter) ([]Proposal, paging.Cursor, error) {
	return list(ctx, tx, f)
}

// Waiting counts the proposals that wait for an answer, for each of some shifts
// that have any.
func (s *Service) Waiting(ctx context.Context, tx *tenants.Tx, shifts []tenants.ID) (map[tenants.ID]int, error) {
	return counts(ctx, tx, shifts)
}

// kindOf is the kind of party that an employer is, for telling it something.
func (s *Service) kindOf(ctx context.Context, tx *tenants.Tx, employer tenants.ID) (tenants.Kind, error) {
	names, err := s.Agencies.Directory(ctx, tx, employer)
	if err != nil {
		return "", err
	}
	return names[employer].Kind, nil
}
