package cards

import (
	"context"
	"fmt"
	"slices"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

// Service keeps rate cards.
type Service struct {
	packs *packs.Service
}

// New makes the service.
func New() *Service { return &Service{packs: packs.New()} }

// Publish makes the next version of a card and closes the one before it. It
// holds the employer's cards until the unit of work ends, so that two people who
// publish at once get two versions in order.
func (s *Service) Publish(ctx context.Context, tx *tenants.Tx, n NewCard) (Card, error) {
	if tx.Me.Kind != tenants.Trust && tx.Me.Kind != tenants.Hub {
		return Card{}, ErrEmployerOnly
	}
	known, err := s.packs.GradesByCode(ctx, tx)
	if err != nil {
		return Card{}, err
	}
	grades := make(map[string]bool, len(known))
	for code := range known {
		grades[code] = true
	}
	if err := n.check(grades); err != nil {
		return Card{}, err
	}
	if err := hold(ctx, tx); err != nil {
		return Card{}, err
	}
	before, found, err := latest(ctx, tx, n.Name)
	if err != nil {
		return Card{}, err
	}
	if found && !before.ValidFrom.Before(n.ValidFrom) {
		text := fmt.Sprintf("Version %d of this card starts on %s. Choose a later day.", before.Version, before.ValidFrom.Text())
		return Card{}, ErrStartsEarly.Saying(text).With(fault.Field{Name: "valid_from", Code: ErrStartsEarly.Code, Text: text, Value: n.ValidFrom.String()})
	}
	if err := s.alone(ctx, tx, n); err != nil {
		return Card{}, err
	}
	if found {
		if err := closeOn(ctx, tx, before.ID, n.ValidFrom.AddDays(-1)); err != nil {
			return Card{}, err
		}
	}
	c := Card{TenantID: tx.Me.ID, ID: tenants.NewID(), Name: n.Name, Version: before.Version + 1, ValidFrom: n.ValidFrom, Published: true, Source: n.Source, CreatedAt: tx.Now}
	for _, l := range n.Lines {
		c.Lines = append(c.Lines, Entry{TenantID: c.TenantID, CardID: c.ID, ID: tenants.NewID(), Grade: l.Grade, PayMax: l.PayMax, CommissionMax: l.CommissionMax, Published: true})
	}
	return c, insert(ctx, tx, &c)
}

// alone refuses grades that another card speaks of from the new version's day on.
func (s *Service) alone(ctx context.Context, tx *tenants.Tx, n NewCard) error {
	codes := make([]string, len(n.Lines))
	place := map[string]int{}
	for i, l := range n.Lines {
		codes[i], place[l.Grade] = l.Grade, i
	}
	others, err := elsewhere(ctx, tx, n.Name, codes, n.ValidFrom)
	if err != nil || len(others) == 0 {
		return err
	}
	refused := ErrOnOtherCard
	for _, o := range others {
		refused = refused.With(fault.Field{Name: fmt.Sprintf("lines.%d.grade", place[o.Grade]), Code: ErrOnOtherCard.Code,
			Text: "This grade stands on the card " + o.Name + " in those days already.", Value: o.Grade})
	}
	return refused
}

// Line is the maximum of an employer for a grade on a day, or ErrNoRate. Another
// employer's cards are as if there were none.
func (s *Service) Line(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID, grade string, day civil.Date) (Line, error) {
	all, err := lines(ctx, tx, tenantID, day, grade)
	if err != nil {
		return Line{}, err
	}
	if len(all) == 0 {
		return Line{}, ErrNoRate.Saying("The employer's rate cards have no rate for this grade on " + day.Text() + ".").Because(fmt.Errorf("grade %s", grade))
	}
	return all[0], nil
}

// Lines is every maximum of an employer on a day, by grade, for lists.
func (s *Service) Lines(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID, day civil.Date) (map[string]Line, error) {
	all, err := lines(ctx, tx, tenantID, day, "")
	m := make(map[string]Line, len(all))
	for _, l := range all {
		m[l.Grade] = l
	}
	return m, err
}

// Get finds one version with its lines, in the order of the grades.
func (s *Service) Get(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Card, error) {
	c, err := get(ctx, tx, id)
	if err != nil {
		return Card{}, err
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
