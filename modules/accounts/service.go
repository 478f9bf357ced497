package accounts

import (
	"context"
	"slices"
	"strings"
	"time"

	"wardbridge/internal/door"
	"wardbridge/internal/paging"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Service holds the verbs of accounts.
type Service struct {
	gate *rbac.Gate
}

// New makes the service.
func New(gate *rbac.Gate) *Service { return &Service{gate: gate} }

// SignOut ends the session that the caller came with.
func (s *Service) SignOut(ctx context.Context, tx *tenants.Tx) error {
	return door.CloseCredential(ctx, tx, tx.Actor.Credential)
}

// SignOutEverywhere ends every session of the caller's person.
func (s *Service) SignOutEverywhere(ctx context.Context, tx *tenants.Tx) (int, error) {
	return door.CloseSessions(ctx, tx)
}

// Places lists where the caller's person may go.
func (s *Service) Places(ctx context.Context, tx *tenants.Tx) ([]Place, error) {
	return places(ctx, tx, tx.Actor.Person)
}

// CreateOrganisation enters an organisation in the directory. The platform does it.
func (s *Service) CreateOrganisation(ctx context.Context, tx *tenants.Tx, n NewOrganisation) (Organisation, error) {
	if n.Nation == "" {
		n.Nation = "england"
	}
	if err := n.check(); err != nil {
		return Organisation{}, err
	}
	o := Organisation{ID: tenants.NewID(), Code: n.Code, Letters: n.Letters, Kind: n.Kind, Name: strings.TrimSpace(n.Name),
		Nation: n.Nation, ODSCode: n.ODSCode, Sandbox: n.Sandbox, CreatedAt: tx.Now}
	err := insertOrganisation(ctx, tx, &o)
	switch {
	case tenants.Violates(err, "organisations_code_key"):
		return o, refused(ErrCodeTaken, "code", n.Code)
	case tenants.Violates(err, "organisations_letters_key"):
		return o, refused(ErrCodeTaken, "letters", n.Letters)
	}
	return o, err
}

// Directory lists the organisations, or those of one kind.
func (s *Service) Directory(ctx context.Context, tx *tenants.Tx, kind tenants.Kind) ([]Organisation, error) {
	return directory(ctx, tx, kind)
}

// Page lists the directory a page at a time, by name.
func (s *Service) Page(ctx context.Context, tx *tenants.Tx, f OrganisationFilter) ([]Organisation, paging.Cursor, error) {
	return organisationPage(ctx, tx, f)
}

// Named finds organisations by their ids, for lists that show names. An id that
// is nobody's is left out.
func (s *Service) Named(ctx context.Context, tx *tenants.Tx, ids ...tenants.ID) (map[tenants.ID]Organisation, error) {
	return organisationsByID(ctx, tx, ids)
}

// Organisation finds one by its code.
func (s *Service) Organisation(ctx context.Context, tx *tenants.Tx, code string) (Organisation, error) {
	return organisation(ctx, tx, code)
}

// Own is the organisation that looks.
func (s *Service) Own(ctx context.Context, tx *tenants.Tx) (Organisation, error) {
	return organisationByID(ctx, tx, tx.Me.ID)
}

// AddMember gives a person roles in an organisation: one's own, or for the
// platform the one it names. A person who is known by the address is that person.
func (s *Service) AddMember(ctx context.Context, tx *tenants.Tx, org tenants.Party, m NewMember) (tenants.ID, error) {
	mail, err := email(m.Email)
	if err != nil {
		return tenants.ID{}, err
	}
	if !named(m.Name) {
		return tenants.ID{}, refused(ErrName, "name", m.Name)
	}
	if len(m.Roles) == 0 {
		return tenants.ID{}, refused(ErrNoRole, "roles", "")
	}
	for _, r := range m.Roles {
		role, ok := s.gate.Role(r)
		// That somebody is a clinician is the platform's to say: it opens their own pages.
		if !ok || (!slices.Contains(role.Kinds, org.Kind) && (r != "clinician" || tx.Me.Kind != tenants.Platform)) {
			return tenants.ID{}, refused(ErrRoleKind, "roles", r)
		}
	}
	hash := ""
	if m.Password != "" {
		if hash, err = HashPassword(m.Password); err != nil {
			return tenants.ID{}, err
		}
	}
	return s.enrol(ctx, tx, org, mail, hash, m)
}

func (s *Service) enrol(ctx context.Context, tx *tenants.Tx, org tenants.Party, mail, hash string, m NewMember) (tenants.ID, error) {
	person, err := register(ctx, tx, mail, m.Name, hash)
	if err != nil {
		return person, err
	}
	for _, r := range m.Roles {
		if err := grant(ctx, tx, person, org.ID, r, m.Wards); err != nil {
			return person, err
		}
	}
	return person, nil
}

// AddMembers enrols many people who share one password hash: the demonstration
// and bulk loads, where hashing each would take minutes.
func (s *Service) AddMembers(ctx context.Context, tx *tenants.Tx, org tenants.Party, hash string, many []NewMember) ([]tenants.ID, error) {
	ids := make([]tenants.ID, len(many))
	for i, m := range many {
		mail, err := email(m.Email)
		if err != nil {
			return nil, err
		}
		if ids[i], err = s.enrol(ctx, tx, org, mail, hash, m); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// Members lists the people of the organisation that looks.
func (s *Service) Members(ctx context.Context, tx *tenants.Tx) ([]Member, error) {
	return members(ctx, tx, memberKey{}, membersMax)
}

// Member finds one person of the organisation that looks, or not found.
func (s *Service) Member(ctx context.Context, tx *tenants.Tx, person tenants.ID) (Member, error) {
	return member(ctx, tx, person)
}

// MemberPage lists the people of the organisation that looks, a page at a time.
func (s *Service) MemberPage(ctx context.Context, tx *tenants.Tx, cursor paging.Cursor, limit int) ([]Member, paging.Cursor, error) {
	var after memberKey
	if cursor != "" {
		if err := paging.Decode(cursor, &after.Name, &after.Person); err != nil {
			return nil, "", err
		}
	}
	n, err := paging.Limit(limit)
	if err != nil {
		return nil, "", err
	}
	page, err := members(ctx, tx, after, n+1)
	if err != nil || len(page) <= n {
		return page, "", err
	}
	last := page[n-1]
	return page[:n], paging.Encode(last.Name, last.PersonID), nil
}

// Revoke takes a role from a member, who feels it at their next statement. The
// last administrator keeps theirs, also when two are revoked at once.
func (s *Service) Revoke(ctx context.Context, tx *tenants.Tx, person tenants.ID, role string) error {
	if slices.Contains(administrators, role) {
		if err := lockMembers(ctx, tx); err != nil {
			return err
		}
		all, err := s.Members(ctx, tx)
		if err != nil {
			return err
		}
		holders := slices.DeleteFunc(all, func(m Member) bool { return !slices.Contains(m.Roles, role) })
		if len(holders) == 1 && holders[0].PersonID == person {
			return ErrLastAdmin
		}
	}
	return revoke(ctx, tx, person, role)
}

// administrators are the roles without which nobody could give any.
var administrators = []string{"org_admin", "agency_admin", "practice_manager"}

// clockMost is how far a sandbox may look ahead or back.
const clockMost = 10 * 366 * 24 * time.Hour

// SetClock moves the clock of a sandbox so that it now shows the instant.
func (s *Service) SetClock(ctx context.Context, tx *tenants.Tx, at time.Time) error {
	o, err := organisationByID(ctx, tx, tx.Me.ID)
	if err != nil {
		return err
	}
	if !o.Sandbox {
		return ErrNotSandbox
	}
	ahead := time.Until(at)
	if ahead.Abs() > clockMost {
		return refused(ErrClockFar, "now", at.Format(time.RFC3339))
	}
	return setClock(ctx, tx, ahead)
}

// PlacesOf lists where somebody who has just signed in may go.
func (s *Service) PlacesOf(ctx context.Context, tx *tenants.Tx, person tenants.ID) ([]Place, error) {
	return places(ctx, tx, person)
}

// RoleTitles says roles in words.
func (s *Service) RoleTitles(roles []string) string {
	titles := make([]string, 0, len(roles))
	for _, id := range roles {
		if role, ok := s.gate.Role(id); ok {
			titles = append(titles, role.Title)
		}
	}
	return strings.Join(titles, ", ")
}
