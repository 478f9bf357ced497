package rbac

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"
	stringadapter "github.com/casbin/casbin/v2/persist/string-adapter"

	"wardbridge/tenants"
)

var (
	//go:embed model.conf
	modelText string
	//go:embed policy.csv
	policyText string
	//go:embed roles.csv
	rolesText string
)

// Role is one of the built-in roles.
type Role struct {
	ID    string
	Kinds []tenants.Kind // the ceiling: only parties of these kinds have it
	Group string         // staff, manager, admin, clinician or agency
	Title string
}

// Subject is who asks, as far as roles go. They come with the credential; no
// user is ever loaded here.
type Subject struct {
	Kind   tenants.Kind
	Roles  []string
	Scopes []string // permissions that a key or token is narrowed to; empty: no narrowing
}

// Gate holds the answers: a matrix worked out once by Casbin, so that a check
// is a look-up.
type Gate struct {
	roles   map[string]Role
	order   []Role
	answers map[string]map[Permission]bool
}

// NewGate reads the built-in roles and works out every answer.
func NewGate() (*Gate, error) {
	roles, err := readRoles()
	if err != nil {
		return nil, err
	}
	m, err := model.NewModelFromString(modelText)
	if err != nil {
		return nil, err
	}
	enforcer, err := casbin.NewEnforcer(m, stringadapter.NewAdapter(policyText))
	if err != nil {
		return nil, fmt.Errorf("policy.csv: %w", err)
	}
	g := &Gate{roles: map[string]Role{}, order: roles, answers: map[string]map[Permission]bool{}}
	for _, role := range roles {
		g.roles[role.ID] = role
		g.answers[role.ID] = map[Permission]bool{}
		for _, e := range Catalogue() {
			obj, act, _ := strings.Cut(string(e.Permission), ":")
			ok, err := enforcer.Enforce(role.ID, obj, act)
			if err != nil {
				return nil, err
			}
			g.answers[role.ID][e.Permission] = ok
		}
	}
	return g, g.complete(enforcer)
}

// complete refuses a policy line that names a role or permission nobody knows.
func (g *Gate) complete(e *casbin.Enforcer) error {
	lines, err := e.GetPolicy()
	if err != nil {
		return err
	}
	known := map[Permission]bool{}
	for _, entry := range Catalogue() {
		known[entry.Permission] = true
	}
	for _, l := range lines {
		if _, ok := g.roles[l[0]]; !ok {
			return fmt.Errorf("policy.csv: no role %q", l[0])
		}
		if p := Permission(l[1] + ":" + l[2]); !known[p] {
			return fmt.Errorf("policy.csv: no permission %q", p)
		}
	}
	return nil
}

// Allows reports whether any of the subject's roles, within the ceiling of its
// kind of party and the scopes of its credential, gives the permission.
func (g *Gate) Allows(s Subject, p Permission) bool {
	if len(s.Scopes) > 0 && !slices.Contains(s.Scopes, string(p)) && p != Public && p != AccountUse {
		return false
	}
	for _, id := range s.Roles {
		if role, ok := g.roles[id]; ok && slices.Contains(role.Kinds, s.Kind) && g.answers[id][p] {
			return true
		}
	}
	return false
}

// Who lists the titles of the roles of a kind that have a permission, for the
// sentence that says who can help.
func (g *Gate) Who(kind tenants.Kind, p Permission) []string {
	var titles []string
	for _, role := range g.order {
		if slices.Contains(role.Kinds, kind) && g.answers[role.ID][p] {
			titles = append(titles, role.Title)
		}
	}
	return titles
}

// Roles lists the built-in roles in the order of roles.csv.
func (g *Gate) Roles() []Role { return g.order }

// Role finds a built-in role.
func (g *Gate) Role(id string) (Role, bool) {
	r, ok := g.roles[id]
	return r, ok
}

func readRoles() ([]Role, error) {
	rows, err := csv.NewReader(strings.NewReader(rolesText)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("roles.csv: %w", err)
	}
	var roles []Role
	for _, row := range rows[1:] {
		role := Role{ID: row[0], Group: row[2], Title: row[3]}
		for _, k := range strings.Fields(row[1]) {
			role.Kinds = append(role.Kinds, tenants.Kind(k))
		}
		roles = append(roles, role)
	}
	return roles, nil
}
