package rbac_test

import (
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"wardbridge/rbac"
	"wardbridge/tenants"
)

var update = flag.Bool("update", false, "accept the matrix as it is")

const golden = "testdata/matrix.golden"

var kinds = []tenants.Kind{tenants.Trust, tenants.Hub, tenants.Practice, tenants.Agency, tenants.Platform, tenants.Worker, tenants.Visitor}

func newGate(t *testing.T) *rbac.Gate {
	t.Helper()
	g, err := rbac.NewGate()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func read(t *testing.T, file string) [][]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.TrimLeadingSpace = true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return rows
}

// matrix draws who may do what: a line for each permission, a column for each
// role, in the order of the catalogue and of roles.csv.
func matrix(g *rbac.Gate) string {
	var b strings.Builder
	wide := 0
	for _, e := range rbac.Catalogue() {
		wide = max(wide, len(e.Permission))
	}
	for i, role := range g.Roles() {
		var all []string
		for _, k := range role.Kinds {
			all = append(all, string(k))
		}
		fmt.Fprintf(&b, "%2d %s (%s): %s\n", i+1, role.ID, role.Group, strings.Join(all, ", "))
	}
	fmt.Fprintf(&b, "\n%-*s", wide, "")
	for i := range g.Roles() {
		fmt.Fprintf(&b, " %2d", i+1)
	}
	b.WriteString("\n")
	for _, e := range rbac.Catalogue() {
		fmt.Fprintf(&b, "%-*s", wide, e.Permission)
		for _, role := range g.Roles() {
			mark := "."
			if g.Allows(rbac.Subject{Kind: role.Kinds[0], Roles: []string{role.ID}}, e.Permission) {
				mark = "x"
			}
			fmt.Fprintf(&b, "  %s", mark)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestAllows_isTheGoldenMatrix(t *testing.T) {
	t.Parallel()
	got := matrix(newGate(t))
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the matrix is not %s (run with -update to accept it):\n%s", golden, got)
	}
}

func TestAllows_holdsARoleBelowTheCeilingOfItsKind(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for _, role := range g.Roles() {
		for _, kind := range kinds {
			for _, e := range rbac.Catalogue() {
				at := g.Allows(rbac.Subject{Kind: kind, Roles: []string{role.ID}}, e.Permission)
				home := g.Allows(rbac.Subject{Kind: role.Kinds[0], Roles: []string{role.ID}}, e.Permission)
				if want := home && slices.Contains(role.Kinds, kind); at != want {
					t.Errorf("%s at a %s may %s: %v, want %v", role.ID, kind, e.Permission, at, want)
				}
			}
		}
	}
}

func TestAllows_givesNothingToNoRoleOrAnUnknownOne(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for _, kind := range kinds {
		for _, e := range rbac.Catalogue() {
			for _, roles := range [][]string{nil, {""}, {"*"}, {"wb_owner"}, {"ORG_ADMIN"}} {
				if g.Allows(rbac.Subject{Kind: kind, Roles: roles}, e.Permission) {
					t.Errorf("%v at a %s may %s", roles, kind, e.Permission)
				}
			}
		}
		if g.Allows(rbac.Subject{Kind: kind, Roles: []string{"org_admin", "engineer", "agency_admin"}}, "shift:*") {
			t.Errorf("a permission outside the catalogue was given to a %s", kind)
		}
	}
}

func TestAllows_addsUpRolesOfTheSameKind(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	both := rbac.Subject{Kind: tenants.Trust, Roles: []string{"finance", "ward_manager"}}

	for _, p := range []rbac.Permission{rbac.SelfBillIssue, rbac.TimesheetApprove} {
		if !g.Allows(both, p) {
			t.Errorf("finance and ward manager may not %s", p)
		}
	}
	if g.Allows(rbac.Subject{Kind: tenants.Trust, Roles: []string{"finance", "clinician"}}, rbac.TimesheetSubmit) {
		t.Error("a clinician's role counted at a trust")
	}
}

func TestAllows_letsScopesNarrowAndNeverWiden(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for _, role := range g.Roles() {
		whole := rbac.Subject{Kind: role.Kinds[0], Roles: []string{role.ID}}
		for _, scope := range rbac.Catalogue() {
			narrow := whole
			narrow.Scopes = []string{string(scope.Permission)}
			for _, e := range rbac.Catalogue() {
				always := e.Permission == rbac.Public || e.Permission == rbac.AccountUse
				want := g.Allows(whole, e.Permission) && (always || e.Permission == scope.Permission)
				if got := g.Allows(narrow, e.Permission); got != want {
					t.Errorf("%s scoped to %s may %s: %v", role.ID, scope.Permission, e.Permission, got)
				}
			}
		}
	}
}

func TestCatalogue_hasNoPermissionThatNobodyHolds(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	seen := map[rbac.Permission]bool{}
	for _, e := range rbac.Catalogue() {
		if seen[e.Permission] || e.Text == "" || strings.Count(string(e.Permission), ":") != 1 {
			t.Errorf("%q: twice in the catalogue, without a text, or not thing:verb", e.Permission)
		}
		seen[e.Permission] = true
		held := slices.ContainsFunc(g.Roles(), func(r rbac.Role) bool {
			return g.Allows(rbac.Subject{Kind: r.Kinds[0], Roles: []string{r.ID}}, e.Permission)
		})
		if !held {
			t.Errorf("nobody may %s", e.Permission)
		}
	}
}

func TestPolicy_namesOnlyKnownRolesAndPermissionsAndEachLineOnce(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	known := map[string]bool{}
	for _, e := range rbac.Catalogue() {
		known[string(e.Permission)] = true
	}
	seen := map[string]bool{}
	for _, row := range read(t, "policy.csv") {
		line := strings.Join(row, ", ")
		if len(row) != 4 || row[0] != "p" || seen[line] {
			t.Errorf("%q is no policy line, or stands there twice", line)
			continue
		}
		seen[line] = true
		if _, ok := g.Role(row[1]); !ok {
			t.Errorf("%q names no role", line)
		}
		if !known[row[2]+":"+row[3]] {
			t.Errorf("%q names no permission", line)
		}
	}
}

func TestRoles_haveAKindAGroupAndATitleOfTheirOwn(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	if rows := read(t, "roles.csv"); len(rows)-1 != len(g.Roles()) {
		t.Errorf("%d roles of %d", len(g.Roles()), len(rows)-1)
	}
	ids, titles := map[string]bool{}, map[string]bool{}
	for _, role := range g.Roles() {
		if ids[role.ID] || titles[role.Title] || role.Title == "" || role.Group == "" || len(role.Kinds) == 0 {
			t.Errorf("%+v", role)
		}
		ids[role.ID], titles[role.Title] = true, true
		for _, k := range role.Kinds {
			if !slices.Contains(kinds, k) {
				t.Errorf("%s: no kind %q", role.ID, k)
			}
		}
	}
}

func TestWho_namesThoseWhoCanHelp(t *testing.T) {
	t.Parallel()
	g := newGate(t)

	if got := g.Who(tenants.Trust, rbac.SelfBillIssue); !slices.Equal(got, []string{"Finance"}) {
		t.Errorf("a trust's invoices: %v", got)
	}
	if got := g.Who(tenants.Agency, rbac.SelfBillIssue); len(got) != 0 {
		t.Errorf("an agency's invoices: %v", got)
	}
	if got := g.Who(tenants.Agency, rbac.MemberManage); !slices.Equal(got, []string{"Agency administrator"}) {
		t.Errorf("an agency's members: %v", got)
	}
}

// No role both records hours and approves them, and none of the platform's reads
// what belongs to an organisation.
func TestRoles_keepTheRulesThatTheBusinessRestsOn(t *testing.T) {
	t.Parallel()
	g := newGate(t)
	for _, role := range g.Roles() {
		s := rbac.Subject{Kind: role.Kinds[0], Roles: []string{role.ID}}
		if g.Allows(s, rbac.TimesheetSubmit) && g.Allows(s, rbac.TimesheetApprove) {
			t.Errorf("%s records and approves hours", role.ID)
		}
		if g.Allows(s, rbac.TimesheetSubmit) != (role.ID == "clinician") {
			t.Errorf("%s submits hours", role.ID)
		}
		if role.Group != "visitor" && !g.Allows(s, rbac.AccountUse) {
			t.Errorf("%s cannot manage their own account", role.ID)
		}
		platform := slices.Contains(role.Kinds, tenants.Platform)
		for _, p := range []rbac.Permission{rbac.ShiftRead, rbac.TimesheetRead, rbac.SelfBillRead, rbac.WorkerRead, rbac.BookingRead} {
			if platform && g.Allows(s, p) {
				t.Errorf("%s of the platform may %s of an organisation", role.ID, p)
			}
		}
	}
}
