package approvals

import (
	"context"
	"slices"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Line is one condition of the matrix: the rule in force, the national default,
// and every rule that the employer has made, latest first.
type Line struct {
	Rule     Rule
	National Default
	Own      []Rule
}

// Matrix is the whole of it, condition by condition.
func (s *Service) Matrix(ctx context.Context, tx *tenants.Tx) ([]Line, error) {
	own, err := rules(ctx, tx)
	if err != nil {
		return nil, err
	}
	lines := make([]Line, 0, len(Conditions))
	for _, c := range Conditions {
		national, _ := DefaultOf(c, civil.DateOf(tx.Now))
		l := Line{Rule: national.Rule, National: national}
		for _, r := range own {
			if r.Condition != c {
				continue
			}
			l.Own = append(l.Own, r)
			if r.SupersededAt.IsZero() && !r.FromAt.After(tx.Now) && (r.UntilAt.IsZero() || tx.Now.Before(r.UntilAt)) {
				l.Rule = r
			}
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// Rule is the rule in force of one condition.
func (s *Service) Rule(ctx context.Context, tx *tenants.Tx, c Condition) (Rule, error) {
	found, err := s.rulesOf(ctx, tx, []Condition{c})
	if err != nil {
		return Rule{}, err
	}
	return found[0], nil
}

// Asked names those whom a request under some conditions would ask.
func (s *Service) Asked(ctx context.Context, tx *tenants.Tx, conditions []Condition) ([]string, error) {
	rules, err := s.rulesOf(ctx, tx, conditions)
	if err != nil {
		return nil, err
	}
	return s.Names(ctx, tx, strictest(rules).Approvers)
}

// Wanted names the evidence that a request under some conditions has to show, in
// the order of the conditions, without what the caller shows itself.
func (s *Service) Wanted(ctx context.Context, tx *tenants.Tx, conditions []Condition, itself ...string) (names []string, err error) {
	rules, err := s.rulesOf(ctx, tx, conditions)
	for _, r := range rules {
		for _, e := range r.Evidence {
			if !slices.Contains(itself, e) {
				names = append(names, e)
			}
		}
	}
	return unique(names), err
}

// rulesOf are the rules in force of some conditions.
func (s *Service) rulesOf(ctx context.Context, tx *tenants.Tx, conditions []Condition) ([]Rule, error) {
	if len(conditions) == 0 {
		return nil, ErrIncomplete.With(field("conditions", ErrIncomplete, "Say why approval is needed.", ""))
	}
	lines, err := s.Matrix(ctx, tx)
	if err != nil {
		return nil, err
	}
	var found []Rule
	for _, c := range conditions {
		i := slices.IndexFunc(lines, func(l Line) bool { return l.Rule.Condition == c })
		if i < 0 {
			return nil, unknownCondition(c)
		}
		found = append(found, lines[i].Rule)
	}
	return found, nil
}

func unknownCondition(c Condition) error {
	return fault.ErrInvalid.With(field("condition", ErrUnknownChoice, "There is no such condition. Choose one of those offered.", string(c)))
}

// SetRule makes a rule of the employer's own for a condition. It replaces what
// was to hold from its start on; what was asked before keeps the rule it was
// asked under.
func (s *Service) SetRule(ctx context.Context, tx *tenants.Tx, c Change) (Rule, error) {
	if !employer(tx) {
		return Rule{}, ErrNoEmployer
	}
	national, ok := DefaultOf(c.Condition, civil.DateOf(tx.Now))
	if !ok {
		return Rule{}, unknownCondition(c.Condition)
	}
	r, err := c.rule(tx.Me.ID, national, tx.Actor.Name, tx.Now)
	if err != nil {
		return r, err
	}
	for _, a := range slices.Concat(r.Approvers, r.EscalateTo) {
		if err := s.decides(ctx, tx, a); err != nil {
			return r, err
		}
	}
	if err := makeRoom(ctx, tx, r.Condition, r.FromAt); err != nil {
		return r, err
	}
	err = insertRule(ctx, tx, &r)
	if tenants.Violates(err, "approval_rules_once") {
		return r, ErrRuleRaced.Because(err)
	}
	return r, err
}

// OwnWithinCap reports that the employer has a rule of its own for bookings within
// the cap, so that a manager's yes is not enough for any.
func (s *Service) OwnWithinCap(ctx context.Context, tx *tenants.Tx) (bool, error) {
	rule, err := s.Rule(ctx, tx, WithinCap)
	return !rule.National(), err
}

// decides refuses a role or a person who could never decide.
func (s *Service) decides(ctx context.Context, tx *tenants.Tx, a Approver) error {
	if role := a.Role(); role != "" {
		if known, ok := s.gate.Role(role); !ok || !slices.Contains(known.Kinds, tx.Me.Kind) || !s.roleDecides(tx, role) {
			return fault.ErrInvalid.With(field("approvers", ErrUnknownChoice, "Choose a role that decides, such as Approver.", role))
		}
	}
	if p := a.Person(); p != (tenants.ID{}) {
		_, err := s.decider(ctx, tx, p, "approvers")
		return err
	}
	return nil
}

func (s *Service) roleDecides(tx *tenants.Tx, roles ...string) bool {
	return s.gate.Allows(rbac.Subject{Kind: tx.Me.Kind, Roles: roles}, rbac.ApprovalDecide)
}

// DecidingRoles are the roles that a rule may name, with their titles.
func (s *Service) DecidingRoles(tx *tenants.Tx) (roles []rbac.Role) {
	for _, r := range s.gate.Roles() {
		if slices.Contains(r.Kinds, tx.Me.Kind) && s.roleDecides(tx, r.ID) {
			roles = append(roles, r)
		}
	}
	return roles
}

// decider is a member whose roles let them decide.
func (s *Service) decider(ctx context.Context, tx *tenants.Tx, person tenants.ID, box string) (Person, error) {
	m, err := s.accounts.Member(ctx, tx, person)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Person{}, err
	}
	if err != nil || !s.roleDecides(tx, m.Roles...) {
		return Person{}, ErrNoMember.With(field(box, ErrNoMember, ErrNoMember.Text, person.String()))
	}
	return Person{m.PersonID, m.Name}, nil
}

// DecidingPeople are the members who may be appointed and delegated to.
func (s *Service) DecidingPeople(ctx context.Context, tx *tenants.Tx) ([]Person, error) {
	all, err := s.accounts.Members(ctx, tx)
	var people []Person
	for _, m := range all {
		if s.roleDecides(tx, m.Roles...) {
			people = append(people, Person{m.PersonID, m.Name})
		}
	}
	return people, err
}

// UseDefault gives a condition back to the national default, at once.
func (s *Service) UseDefault(ctx context.Context, tx *tenants.Tx, c Condition) error {
	if !employer(tx) {
		return ErrNoEmployer
	}
	if _, ok := DefaultOf(c, civil.DateOf(tx.Now)); !ok {
		return fault.ErrNotFound
	}
	return makeRoom(ctx, tx, c, tx.Now)
}

// Names say approvers in words: "Chief executive", "Ward manager", a name.
func (s *Service) Names(ctx context.Context, tx *tenants.Tx, all []Approver) ([]string, error) {
	names := make([]string, len(all))
	for i, a := range all {
		switch {
		case a.Office() != "":
			names[i] = a.Office().Title()
		case a.Role() != "":
			role, _ := s.gate.Role(a.Role())
			names[i] = role.Title
		default:
			m, err := s.accounts.Member(ctx, tx, a.Person())
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, err
			}
			names[i] = m.Name
			if err != nil {
				names[i] = "Somebody who has left"
			}
		}
		if strings.TrimSpace(names[i]) == "" {
			names[i] = string(a)
		}
	}
	return names, nil
}
