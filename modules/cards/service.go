package cards

import (
	"context"
	"fmt"
	"slices"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/agencies"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/tenants"
)

// Service keeps rate cards.
type Service struct {
	packs    *packs.Service
	places   *places.Service
	agencies *agencies.Service
	sources  Sources
}

// Sources is what a version is checked against and lies on other floors. One
// that is not given finds nothing wrong.
type Sources struct {
	// Caps are the caps in force on a day; not given, those that are loaded.
	Caps func(ctx context.Context, tx *tenants.Tx, day civil.Date) ([]Cap, error)
	// Work is what the employer asked for, and asks for, between two days.
	Work func(ctx context.Context, tx *tenants.Tx, nation string, from, to civil.Date) ([]Used, error)
}

// New makes the service.
func New() *Service {
	p := packs.New()
	return &Service{packs: p, places: places.New(), agencies: agencies.New(p)}
}

// Learn says where to look. It is called while the house is put together.
func (s *Service) Learn(from Sources) { s.sources = from }

// Publish sets a card up in one act: the next version, in force from its first
// day, in the past too. It is for an organisation that is being set up, by the
// program itself; no page and no operation offers it, because a card that people
// make is published by a second person. It holds the employer's cards until the
// unit of work ends, so that two at once get two versions in order.
func (s *Service) Publish(ctx context.Context, tx *tenants.Tx, n NewCard) (Card, error) {
	n.tidy()
	if err := s.employer(tx); err != nil {
		return Card{}, err
	}
	known, err := s.names(ctx, tx, tx.Me.ID)
	if err != nil {
		return Card{}, err
	}
	if err := n.check(known); err != nil {
		return Card{}, err
	}
	if err := hold(ctx, tx); err != nil {
		return Card{}, err
	}
	before, _, err := latest(ctx, tx, n.Name)
	if err != nil {
		return Card{}, err
	}
	if err := later(before, n.ValidFrom); err != nil {
		return Card{}, err
	}
	if err := s.alone(ctx, tx, n); err != nil {
		return Card{}, err
	}
	c := n.card(tx, before.Version+1)
	if err := insert(ctx, tx, &c); err != nil {
		return Card{}, err
	}
	return c, s.open(ctx, tx, &c)
}

func (s *Service) employer(tx *tenants.Tx) error {
	if tx.Me.Kind != tenants.Trust && tx.Me.Kind != tenants.Hub {
		return ErrEmployerOnly
	}
	return nil
}

// later refuses a version that does not start after the one before.
func later(before Card, from civil.Date) error {
	if before.Version == 0 || before.ValidFrom.Before(from) {
		return nil
	}
	text := fmt.Sprintf("Version %d of this card starts on %s. Choose a later day.", before.Version, before.ValidFrom.Text())
	return ErrStartsEarly.Saying(text).With(fault.Field{Name: "valid_from", Code: ErrStartsEarly.Code, Text: text, Value: from.String()})
}

// card is a draft of a new card, by whoever acts.
func (n *NewCard) card(tx *tenants.Tx, version int) Card {
	c := Card{TenantID: tx.Me.ID, ID: tenants.NewID(), Name: n.Name, Version: version, ValidFrom: n.ValidFrom, Status: Draft, Source: n.Source,
		Framework: n.Scope.Framework, Lot: n.Scope.Lot, AgencyID: n.Scope.AgencyID, CreatedAt: tx.Now, CreatedBy: tx.Actor.Name, Hands: []string{}}
	if who := acting(tx); who != "" {
		c.Hands = append(c.Hands, who)
	}
	c.Lines = c.entries(n.Lines)
	return c
}

// entries puts lines on the card, in their order.
func (c *Card) entries(lines []NewLine) []Entry {
	all := make([]Entry, len(lines))
	for i, l := range lines {
		l.tidy()
		all[i] = Entry{TenantID: c.TenantID, CardID: c.ID, ID: tenants.NewID(), AgencyID: c.AgencyID, Position: i + 1, NewLine: l}
	}
	return all
}

// acting is the person, or the key, behind the unit of work; empty for the
// program itself.
func acting(tx *tenants.Tx) string {
	for _, id := range []tenants.ID{tx.Actor.Person, tx.Actor.ID} {
		if id != (tenants.ID{}) {
			return id.String()
		}
	}
	return ""
}

// open puts a version into force and closes the one before.
func (s *Service) open(ctx context.Context, tx *tenants.Tx, c *Card) error {
	before, found, err := inForce(ctx, tx, c.Name)
	if err != nil {
		return err
	}
	if found {
		if err := closeOn(ctx, tx, before.ID, c.ValidFrom.AddDays(-1)); err != nil {
			return err
		}
	}
	c.Status, c.Published, c.PublishedAt, c.PublishedBy = Published, true, tx.Now, tx.Actor.Name
	for i := range c.Lines {
		c.Lines[i].Published = true
	}
	return markPublished(ctx, tx, c)
}

// alone refuses lines for work that another card of the same scope gives a rate
// from the new version's day on.
func (s *Service) alone(ctx context.Context, tx *tenants.Tx, n NewCard) error {
	place := map[key]int{}
	for i := range n.Lines {
		place[n.Lines[i].key()] = i
	}
	others, err := elsewhere(ctx, tx, n.Name, n.ValidFrom)
	if err != nil {
		return err
	}
	refused := ErrOnOtherCard
	for _, o := range others {
		if at, meets := place[o.key()]; meets && o.Scope == n.Scope {
			refused = refused.With(fault.Field{Name: fmt.Sprintf("lines.%d.grade", at), Code: ErrOnOtherCard.Code,
				Text: "This grade stands on the card " + o.Card + " in those days already.", Value: o.Grade})
		}
	}
	if len(refused.Fields) == 0 {
		return nil
	}
	slices.SortFunc(refused.Fields, func(a, b fault.Field) int { return lineOf(a.Name) - lineOf(b.Name) })
	return refused
}

// Get finds one version with its lines, in the order of the grades.
func (s *Service) Get(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Card, error) {
	c, err := get(ctx, tx, id)
	if err != nil {
		return c, err
	}
	grades, err := s.packs.GradesByCode(ctx, tx)
	slices.SortStableFunc(c.Lines, func(a, b Entry) int { return grades[a.Grade].Position - grades[b.Grade].Position })
	return c, err
}

// List lists the versions that the caller sees, without lines: an employer's own,
// an agency's of all its employers, latest first.
func (s *Service) List(ctx context.Context, tx *tenants.Tx) ([]Card, error) {
	return list(ctx, tx)
}
