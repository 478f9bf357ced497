package cards

import (
	"context"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

// The span of an employer's shifts in which a gap is looked for.
const (
	weeksBack  = 12
	weeksAhead = 6
)

// Submit asks for a draft's publication. From now on it is not changed.
func (s *Service) Submit(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Card, error) {
	c, err := draft(ctx, tx, id)
	if err != nil {
		return Card{}, err
	}
	c.Status, c.SubmittedAt, c.SubmittedBy = Submitted, tx.Now, tx.Actor.Name
	return c, touch(ctx, tx, &c)
}

// Return makes a submitted version a draft again.
func (s *Service) Return(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Card, error) {
	c, err := held(ctx, tx, id)
	if err != nil {
		return Card{}, err
	}
	if c.Status != Submitted {
		return Card{}, ErrNotSubmitted
	}
	c.Status, c.SubmittedAt, c.SubmittedBy = Draft, time.Time{}, ""
	return c, save(ctx, tx, &c)
}

// Approve publishes a submitted version: it is in force from its first day, and
// the version before ends on the day before. Whoever prepared, changed or
// submitted it cannot, and neither can anybody while Report finds a flaw.
func (s *Service) Approve(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Card, error) {
	if err := hold(ctx, tx); err != nil {
		return Card{}, err
	}
	c, err := held(ctx, tx, id)
	switch {
	case err != nil:
		return Card{}, err
	case c.Status == Published:
		return Card{}, ErrIsPublished
	case c.Status != Submitted:
		return Card{}, ErrNotSubmitted
	}
	subject, err := s.subject(ctx, tx, id)
	if err != nil {
		return Card{}, err
	}
	subject.By = acting(tx)
	if err := Check(subject).Fault(); err != nil {
		return Card{}, err
	}
	before, found, err := inForce(ctx, tx, c.Name)
	if err != nil {
		return Card{}, err
	}
	if found {
		if err := later(before, c.ValidFrom); err != nil {
			return Card{}, err
		}
	}
	c.Lines = subject.Card.Lines
	return c, s.open(ctx, tx, &c)
}

// Report is what is wrong with a version, for whoever looks: the second person
// too, when they are the first.
func (s *Service) Report(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Report, error) {
	subject, err := s.subject(ctx, tx, id)
	if err != nil {
		return Report{}, err
	}
	if subject.Card.Status == Submitted {
		subject.By = acting(tx)
	}
	return Check(subject), nil
}

// Diff is what a version changes of the one before it.
func (s *Service) Diff(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Diff, error) {
	c, err := get(ctx, tx, id)
	if err != nil {
		return Diff{}, err
	}
	before, found, err := versionBefore(ctx, tx, c)
	if err != nil || !found {
		d := DiffOf(nil, c.Lines)
		return d, err
	}
	d := DiffOf(before.Lines, c.Lines)
	before.Lines = nil
	d.Before = before
	return d, nil
}

// subject gathers everything that a version is checked against. It costs about
// ten reads and the employer's shifts of eighteen weeks, counted.
func (s *Service) subject(ctx context.Context, tx *tenants.Tx, id tenants.ID) (subject Subject, err error) {
	if subject.Card, err = get(ctx, tx, id); err != nil {
		return subject, err
	}
	subject.Today = civil.DateOf(tx.Now)
	known, err := s.names(ctx, tx, subject.Card.TenantID)
	if err != nil {
		return subject, err
	}
	subject.Grades, subject.Groups, subject.Sites, subject.Zones = known.grades, known.groups, map[tenants.ID]string{}, map[tenants.ID]string{}
	for _, site := range known.sites {
		subject.Sites[site.ID], subject.Zones[site.ID] = site.Name, site.Zone
	}
	before, _, err := versionBefore(ctx, tx, subject.Card)
	if err != nil {
		return subject, err
	}
	subject.Before = before.Lines
	if subject.Others, err = elsewhere(ctx, tx, subject.Card.Name, subject.Card.ValidFrom); err != nil {
		return subject, err
	}
	p, err := s.packs.Parameter(ctx, tx, packs.NationalLivingWage, subject.Card.ValidFrom)
	if err != nil {
		return subject, err
	}
	if subject.Minimum, err = p.Rate(); err != nil {
		return subject, err
	}
	caps := s.capsOf
	if s.sources.Caps != nil {
		caps = func(ctx context.Context, tx *tenants.Tx, day civil.Date, _ map[string]packs.Grade) ([]Cap, error) {
			return s.sources.Caps(ctx, tx, day)
		}
	}
	if subject.Caps, err = caps(ctx, tx, subject.Card.ValidFrom, subject.Grades); err != nil {
		return subject, err
	}
	subject.Work, err = s.work(ctx, tx, subject.Today)
	return subject, err
}

// capsOf are the caps of the employer on a day, its own stricter ones among them,
// by grade and zone.
func (s *Service) capsOf(ctx context.Context, tx *tenants.Tx, day civil.Date, grades map[string]packs.Grade) (all []Cap, err error) {
	loaded, err := s.packs.CapsOn(ctx, tx, tx.Me.ID, day)
	for _, c := range loaded {
		for code, g := range grades {
			if g.Band == c.Band {
				all = append(all, Cap{Zone: c.Zone, Grade: code, Class: Band(c.Class), Rate: c.Rate})
			}
		}
	}
	return all, err
}

// work is what the employer's shifts ask for, and the staff groups that an
// agency has a tier for.
func (s *Service) work(ctx context.Context, tx *tenants.Tx, today civil.Date) (all []Used, err error) {
	if !tx.Me.Kind.Employer() {
		return nil, nil
	}
	if s.sources.Work != nil {
		me, err := s.agencies.Directory(ctx, tx, tx.Me.ID)
		if err != nil {
			return nil, err
		}
		if all, err = s.sources.Work(ctx, tx, me[tx.Me.ID].Nation, today.AddDays(-7*weeksBack), today.AddDays(7*weeksAhead)); err != nil {
			return nil, err
		}
	}
	agreements, err := s.agencies.Agreements(ctx, tx)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, a := range agreements {
		if !a.EndedAt.IsZero() || !a.EndsOn.IsZero() && a.EndsOn.Before(today) {
			continue
		}
		tiers, err := s.agencies.TiersOf(ctx, tx, a.ID)
		if err != nil {
			return nil, err
		}
		for group := range tiers {
			if !seen[group] {
				seen[group] = true
				all = append(all, Used{StaffGroup: group})
			}
		}
	}
	return all, nil
}
