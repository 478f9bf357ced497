package workers

import (
	"context"
	"fmt"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/modules/accounts"
	"wardbridge/modules/packs"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

// Service keeps profiles and representations.
type Service struct {
	packs     *packs.Service
	directory *accounts.Service
}

// New makes the service. It reads the names of agencies through accounts, for
// which no gate is needed.
func New(p *packs.Service) *Service { return &Service{packs: p, directory: accounts.New(nil)} }

// known reads what facts are checked against: two small tables, once for
// however many workers.
func (s *Service) known(ctx context.Context, tx *tenants.Tx) (known, error) {
	k := known{groups: map[string]bool{}, grades: map[string]string{}, today: civil.DateOf(tx.Now)}
	groups, err := s.packs.StaffGroups(ctx, tx)
	if err != nil {
		return k, err
	}
	grades, err := s.packs.Grades(ctx, tx)
	for _, g := range groups {
		k.groups[g.Code] = true
	}
	for _, g := range grades {
		k.grades[g.Code] = g.StaffGroup
	}
	return k, err
}

// Represent adds a worker to the agency who acts.
func (s *Service) Represent(ctx context.Context, tx *tenants.Tx, facts Facts) (Representation, error) {
	all, err := s.RepresentMany(ctx, tx, []Facts{facts})
	if err != nil {
		return Representation{}, err
	}
	return all[0], nil
}

// RepresentMany is Represent for many in one statement, in the order given. One
// that is refused refuses them all; its fields then begin with its place.
func (s *Service) RepresentMany(ctx context.Context, tx *tenants.Tx, facts []Facts) ([]Representation, error) {
	if tx.Me.Kind != tenants.Agency {
		return nil, ErrAgencyOnly
	}
	if len(facts) == 0 {
		return nil, nil
	}
	k, err := s.known(ctx, tx)
	if err != nil {
		return nil, err
	}
	all := make([]Representation, len(facts))
	for i, f := range facts {
		if err := k.check(&f); err != nil {
			if len(facts) > 1 {
				err = at(err, i)
			}
			return nil, err
		}
		all[i] = Representation{AgencyID: tx.Me.ID, ID: tenants.NewID(), CreatedAt: tx.Now, Version: 1}
		all[i].take(f)
	}
	return all, insert(ctx, tx, all)
}

// at names the place of a refused worker in the list that was given.
func at(err error, place int) error {
	f := *fault.Of(err)
	fields := f.Fields
	f.Fields = nil
	for _, field := range fields {
		field.Name = fmt.Sprintf("%d.%s", place, field.Name)
		f.Fields = append(f.Fields, field)
	}
	return &f
}

func (w *Representation) take(f Facts) {
	w.Name, w.Email, w.StaffGroup, w.Grade, w.BornOn = f.Name, f.Email, f.StaffGroup, f.Grade, f.BornOn
	w.RegisterBody, w.RegisterNumber = f.RegisterBody, f.RegisterNumber
}

// Change replaces what the agency says of a worker, all but the date of birth.
// seen is the ETag of what the caller read, as If-Match says it; empty changes whatever is there.
func (s *Service) Change(ctx context.Context, tx *tenants.Tx, id tenants.ID, seen string, facts Facts) (Representation, error) {
	w, err := s.lock(ctx, tx, id)
	if err != nil {
		return Representation{}, err
	}
	if seen != "" {
		if err := openapi.Unchanged(seen, w.ETag()); err != nil {
			return Representation{}, err
		}
	}
	if w.Archived() {
		return Representation{}, ErrArchived
	}
	k, err := s.known(ctx, tx)
	if err != nil {
		return Representation{}, err
	}
	facts.BornOn = w.BornOn
	if err := k.check(&facts); err != nil {
		return Representation{}, err
	}
	w.take(facts)
	w.Version++
	return w, save(ctx, tx, &w)
}

// Archive puts a worker away: into no list, and proposed no more. Bookings stay.
func (s *Service) Archive(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Representation, error) {
	w, err := s.lock(ctx, tx, id)
	if err != nil {
		return Representation{}, err
	}
	if w.Archived() {
		return Representation{}, ErrArchived
	}
	w.ArchivedAt = tx.Now
	w.Version++
	return w, save(ctx, tx, &w)
}

func (s *Service) lock(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Representation, error) {
	if tx.Me.Kind != tenants.Agency {
		return Representation{}, ErrAgencyOnly
	}
	return lock(ctx, tx, id)
}

// Get finds one worker of the agency who looks, archived or not.
func (s *Service) Get(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Representation, error) {
	if tx.Me.Kind != tenants.Agency {
		return Representation{}, ErrAgencyOnly
	}
	return get(ctx, tx, id)
}

// List lists the workers of the agency who looks, by name, a page at a time. The
// cursor is empty on the last page.
func (s *Service) List(ctx context.Context, tx *tenants.Tx, f Filter) ([]Representation, paging.Cursor, error) {
	if tx.Me.Kind != tenants.Agency {
		return nil, "", ErrAgencyOnly
	}
	limit, err := paging.Limit(f.Limit)
	if err != nil {
		return nil, "", err
	}
	return list(ctx, tx, f, limit)
}

// SetProfile writes what the person who acts says of themselves. The date of
// birth is given once.
func (s *Service) SetProfile(ctx context.Context, tx *tenants.Tx, p Profile) (Profile, error) {
	if tx.Me.Kind != tenants.Worker {
		return Profile{}, ErrWorkerOnly
	}
	k, err := s.known(ctx, tx)
	if err != nil {
		return Profile{}, err
	}
	facts := Facts{Name: p.Name, StaffGroup: p.StaffGroup, Grade: p.Grade, RegisterBody: p.RegisterBody, RegisterNumber: p.RegisterNumber, BornOn: p.BornOn}
	if err := k.check(&facts); err != nil {
		return Profile{}, err
	}
	p.OwnerID, p.ID, p.Name = tx.Me.ID, tx.Me.ID, facts.Name
	p.RegisterBody, p.RegisterNumber = facts.RegisterBody, facts.RegisterNumber
	kept, err := putProfile(ctx, tx, &p)
	if err == nil && kept != p.BornOn {
		return Profile{}, ErrBornOnFixed
	}
	return p, err
}

// Profile is what the person who looks has said of themselves, or ErrNotFound.
func (s *Service) Profile(ctx context.Context, tx *tenants.Tx) (Profile, error) {
	if tx.Me.Kind != tenants.Worker {
		return Profile{}, ErrWorkerOnly
	}
	return profile(ctx, tx)
}

// Mine lists the representations that the person who looks has confirmed.
func (s *Service) Mine(ctx context.Context, tx *tenants.Tx) ([]Representation, error) {
	if tx.Me.Kind != tenants.Worker {
		return nil, ErrWorkerOnly
	}
	return mine(ctx, tx)
}

// Matches lists the agencies' records that have the strong keys of the person who
// looks and that nobody has confirmed.
func (s *Service) Matches(ctx context.Context, tx *tenants.Tx) ([]Match, error) {
	if tx.Me.Kind != tenants.Worker {
		return nil, ErrWorkerOnly
	}
	return matches(ctx, tx)
}

// Confirm is the person's own word that an agency's record is about them. It
// works on their matches alone; anything else is not found.
func (s *Service) Confirm(ctx context.Context, tx *tenants.Tx, agencyID, id tenants.ID) (Representation, error) {
	if tx.Me.Kind != tenants.Worker {
		return Representation{}, ErrWorkerOnly
	}
	done, err := confirm(ctx, tx, agencyID, id)
	switch {
	case tenants.Violates(err, "representations_one_person"):
		return Representation{}, ErrAlreadyRepresented.Because(err)
	case err != nil:
		return Representation{}, err
	case !done:
		return Representation{}, fault.ErrNotFound.Because(fmt.Errorf("representation %s", id))
	}
	w, err := mineByID(ctx, tx, id)
	if err != nil {
		return Representation{}, err
	}
	return w, tx.Emit(Confirmed{Agency: agencyID, Worker: tx.Me.ID, Representation: id})
}
