package packs

import (
	"context"
	"fmt"

	"wardbridge/internal/civil"
	"wardbridge/tenants"
)

// Service reads the national data, and as the platform writes it.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// StaffGroups lists the staff groups in the order in which people expect them.
func (s *Service) StaffGroups(ctx context.Context, tx *tenants.Tx) ([]StaffGroup, error) {
	return staffGroups(ctx, tx)
}

// StaffGroupsByCode is StaffGroups for looking up.
func (s *Service) StaffGroupsByCode(ctx context.Context, tx *tenants.Tx) (map[string]StaffGroup, error) {
	all, err := staffGroups(ctx, tx)
	return byCode(all, func(g StaffGroup) string { return g.Code }), err
}

// Grades lists every grade, group by group, lowest first.
func (s *Service) Grades(ctx context.Context, tx *tenants.Tx) ([]Grade, error) {
	return grades(ctx, tx)
}

// GradesByCode is Grades for looking up.
func (s *Service) GradesByCode(ctx context.Context, tx *tenants.Tx) (map[string]Grade, error) {
	all, err := grades(ctx, tx)
	return byCode(all, func(g Grade) string { return g.Code }), err
}

// Grade finds one grade, or ErrNotFound.
func (s *Service) Grade(ctx context.Context, tx *tenants.Tx, code string) (Grade, error) {
	return grade(ctx, tx, code)
}

// Reasons lists the reasons for which cover is booked.
func (s *Service) Reasons(ctx context.Context, tx *tenants.Tx) ([]Reason, error) {
	return reasons(ctx, tx)
}

// ReasonsByCode is Reasons for looking up.
func (s *Service) ReasonsByCode(ctx context.Context, tx *tenants.Tx) (map[string]Reason, error) {
	all, err := reasons(ctx, tx)
	return byCode(all, func(r Reason) string { return r.Code }), err
}

func byCode[T any](all []T, code func(T) string) map[string]T {
	m := make(map[string]T, len(all))
	for _, v := range all {
		m[code(v)] = v
	}
	return m
}

// Holidays lists the days from one date to another, both within, that carry the
// public holiday rate in a nation.
func (s *Service) Holidays(ctx context.Context, tx *tenants.Tx, nation string, from, to civil.Date) ([]Holiday, error) {
	return holidays(ctx, tx, nation, from, to)
}

// Load gives all national data for the days from one date to another, both
// within. It costs five small reads, so a list that prices many rows loads one
// Pack for all of them. A year whose holidays are unknown is ErrNoHolidays.
func (s *Service) Load(ctx context.Context, tx *tenants.Tx, nation string, from, to civil.Date) (Pack, error) {
	p := Pack{Nation: nation, From: from, To: to}
	if missing, err := yearWithoutHolidays(ctx, tx, nation, from.Year, to.Year); err != nil {
		return Pack{}, err
	} else if missing != 0 {
		return Pack{}, ErrNoHolidays.Saying(fmt.Sprintf("The bank holidays of %d are not loaded for this nation. Ask your administrator to load them.", missing)).
			Because(fmt.Errorf("nation %s", nation))
	}
	var err error
	if p.Holidays, err = holidays(ctx, tx, nation, from, to); err != nil {
		return Pack{}, err
	}
	if p.Patterns, err = patterns(ctx, tx, from, to); err != nil {
		return Pack{}, err
	}
	if p.Enhancements, err = enhancements(ctx, tx, from, to); err != nil {
		return Pack{}, err
	}
	if p.Parameters, err = parameters(ctx, tx, from, to); err != nil {
		return Pack{}, err
	}
	p.Caps, err = caps(ctx, tx, from, to)
	return p, err
}

// LoadFor is Load with what an employer has set for itself: its own bank
// holidays, and its stricter caps in place of the national ones. Another
// employer's are as if there were none.
func (s *Service) LoadFor(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID, nation string, from, to civil.Date) (Pack, error) {
	p, err := s.Load(ctx, tx, nation, from, to)
	if err != nil {
		return Pack{}, err
	}
	own, err := localHolidays(ctx, tx, tenantID, from, to)
	if err != nil {
		return Pack{}, err
	}
	p.Holidays = withOwn(p.Holidays, own, nation)
	stricter, err := overrides(ctx, tx, tenantID, from, to)
	p.Caps = strictest(p.Caps, stricter)
	return p, err
}

// CapsOn are the caps of an employer on a day, its own among them.
func (s *Service) CapsOn(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID, day civil.Date) ([]Cap, error) {
	national, err := caps(ctx, tx, day, day)
	if err != nil {
		return nil, err
	}
	own, err := overrides(ctx, tx, tenantID, day, day)
	if err != nil {
		return nil, err
	}
	return Pack{Caps: strictest(national, own)}.capsOn(day), nil
}

// RestrictionsOn is the work that is closed to agencies at an employer on a day:
// the nation's restrictions first, then the employer's own.
func (s *Service) RestrictionsOn(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID, day civil.Date) ([]Restriction, error) {
	return restrictionsOn(ctx, tx, tenantID, day)
}

// Restricted finds what closes work of a staff group and band to agencies at an
// employer on a day; false when nothing does.
func (s *Service) Restricted(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID, group, band string, day civil.Date) (Restriction, bool, error) {
	all, err := restrictionsOn(ctx, tx, tenantID, day)
	for _, r := range all {
		if r.Closes(group, band) {
			return r, true, err
		}
	}
	return Restriction{}, false, err
}

// Parameter reads one figure on a day without a whole Pack.
func (s *Service) Parameter(ctx context.Context, tx *tenants.Tx, name string, day civil.Date) (Parameter, error) {
	all, err := parameters(ctx, tx, day, day)
	if err != nil {
		return Parameter{}, err
	}
	return Pack{Parameters: all}.Parameter(name, day)
}

// Qualifying is after how many weeks in one role with an employer an agency worker
// is owed the pay of its own staff, and after how many days without work the weeks
// begin anew if there are more.
func (s *Service) Qualifying(ctx context.Context, tx *tenants.Tx, day civil.Date) (weeks, breakDays int, err error) {
	all, err := parameters(ctx, tx, day, day)
	if err != nil {
		return 0, 0, err
	}
	for name, into := range map[string]*int{AWRWeeks: &weeks, AWRBreakDays: &breakDays} {
		p, err := Pack{Parameters: all}.Parameter(name, day)
		if err != nil {
			return 0, 0, err
		}
		if *into, err = p.Count(); err != nil {
			return 0, 0, fmt.Errorf("%s: %w", name, err)
		}
	}
	return weeks, breakDays, nil
}
