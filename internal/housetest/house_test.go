package housetest

import (
	"fmt"
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors is the house from the ground up. A package may import what lies below
// it and, on its own floor, only where that floor is a list of neighbours.
var floors = [][]string{
	{"internal/fault", "internal/money", "internal/civil", "internal/paging"},
	{"internal/pglocal", "migrations"},
	{"tenants"},
	{"rbac"},
	{"internal/events", "internal/mail", "internal/sheets", "internal/files"},
	{"internal/jobs"},
	{"internal/door"},
	{"openapi"},
	{"modules/accounts"}, {"modules/packs"}, {"modules/places"}, {"modules/approvals"}, {"modules/agencies"}, {"modules/workers"},
	{"modules/diary"}, {"modules/compliance"}, {"modules/cards"}, {"modules/rates"}, {"modules/quotes"}, {"modules/shifts"}, {"modules/cascade"},
	{"modules/bookings"}, {"modules/proposals"}, {"modules/whatif"}, {"modules/contracts"}, {"modules/timesheets"}, {"modules/adjustments"},
	{"modules/billing"}, {"modules/reclaims"}, {"modules/payroll"}, {"modules/messages"}, {"modules/notices"}, {"modules/exchange"},
	{"modules/insights"}, {"modules/oversight"},
	{"integrations"},
	{"web"},
	{"cmd"},
}

// kit is for tests alone and may see what it tests.
var kit = []string{"internal/pgtest", "internal/apitest", "internal/browsertest", "internal/housetest"}

func floorOf(dir string) int {
	best, found := -1, -1
	for i, floor := range floors {
		for _, room := range floor {
			if (dir == room || strings.HasPrefix(dir, room+"/")) && len(room) > best {
				best, found = len(room), i
			}
		}
	}
	return found
}

func isKit(dir string) bool {
	return slices.ContainsFunc(kit, func(k string) bool { return dir == k || strings.HasPrefix(dir, k+"/") }) || strings.HasSuffix(dir, "test")
}

func TestImports_goDownOnly(t *testing.T) {
	t.Parallel()
	_, files := sources(t)
	for _, f := range files {
		if f.test || isKit(f.dir) {
			continue
		}
		mine := floorOf(f.dir)
		if mine < 0 {
			t.Errorf("%s: no floor of the house has this room", f.path)
			continue
		}
		for _, i := range f.file.Imports {
			name, _ := strconv.Unquote(i.Path.Value)
			dir, ours := strings.CutPrefix(name, "wardbridge/")
			if !ours {
				continue
			}
			if isKit(dir) {
				t.Errorf("%s imports the test kit %s", f.path, dir)
			} else if theirs := floorOf(dir); theirs > mine {
				t.Errorf("%s imports %s, which lies above it", f.path, dir)
			} else if theirs == mine && len(floors[mine]) == 1 && !strings.HasPrefix(dir, floors[mine][0]) {
				t.Errorf("%s imports its neighbour %s", f.path, dir)
			}
		}
	}
}

// banned keeps the outside world out of the rooms that have no business with it.
var banned = map[string][]string{
	"modules/": {"github.com/gofiber/fiber", "github.com/jackc/pgx", "net/http", "database/sql"},
	"web/":     {"github.com/uptrace/bun", "github.com/jackc/pgx"},
	"rbac":     {"github.com/gofiber/fiber", "github.com/jackc/pgx", "github.com/uptrace/bun"},
	"openapi":  {"github.com/jackc/pgx"},
}

func TestImports_keepTheOutsideOut(t *testing.T) {
	t.Parallel()
	_, files := sources(t)
	for _, f := range files {
		if f.test || isKit(f.dir) {
			continue
		}
		for room, names := range banned {
			if !strings.HasPrefix(f.dir+"/", room) {
				continue
			}
			for _, i := range f.file.Imports {
				name, _ := strconv.Unquote(i.Path.Value)
				for _, b := range names {
					if strings.HasPrefix(name, b) {
						t.Errorf("%s imports %s", f.path, name)
					}
				}
			}
		}
	}
}

func TestPackages_sayWhatTheyAre(t *testing.T) {
	t.Parallel()
	_, files := sources(t)
	forbidden := []string{"util", "utils", "common", "helpers", "helper", "models", "types", "shared", "core", "base", "misc"}
	documented := map[string]bool{}
	for _, f := range files {
		if slices.Contains(forbidden, path.Base(f.dir)) {
			t.Errorf("%s: a package is named for what it holds", f.dir)
		}
		if f.file.Doc != nil {
			documented[f.dir] = true
		}
	}
	for _, f := range files {
		if !f.test && !documented[f.dir] {
			documented[f.dir] = true
			t.Errorf("%s has no package comment", f.dir)
		}
	}
}

// Budgets: generated files, doc.go and tests do not count.
const (
	fileMax      = 400
	functionMax  = 70
	packageMax   = 15
	interfaceMax = 5
)

func TestBudgets_hold(t *testing.T) {
	t.Parallel()
	fset, files := sources(t)
	perPackage := map[string]int{}
	for _, f := range files {
		if f.made || f.test {
			continue
		}
		if path.Base(f.path) != "doc.go" && !isKit(f.dir) {
			perPackage[f.dir]++
		}
		if f.lines > fileMax {
			t.Errorf("%s has %d lines; %d is the budget", f.path, f.lines, fileMax)
		}
		for _, d := range f.file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				if n := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1; n > functionMax {
					t.Errorf("%s: %s has %d lines; %d is the budget", f.path, fn.Name.Name, n, functionMax)
				}
			}
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			if i, ok := n.(*ast.InterfaceType); ok && i.Methods != nil && len(i.Methods.List) > interfaceMax {
				t.Errorf("%s: an interface of %d methods; %d is the budget", fset.Position(i.Pos()), len(i.Methods.List), interfaceMax)
			}
			return true
		})
	}
	for dir, n := range perPackage {
		if n > packageMax {
			t.Errorf("%s has %d files; above %d it is two packages", dir, n, packageMax)
		}
	}
}

// begins says who may open a unit of work: the door, the job house, the command
// line and the test kit.
var begins = []string{"tenants", "internal/door", "internal/jobs", "cmd/", "internal/pgtest"}

func TestUnitsOfWork_beginAtTheDoorAndInJobsAlone(t *testing.T) {
	t.Parallel()
	fset, files := sources(t)
	for _, f := range files {
		if f.test || isKit(f.dir) || slices.ContainsFunc(begins, func(b string) bool { return strings.HasPrefix(f.dir+"/", b) }) {
			continue
		}
		for _, i := range f.file.Imports {
			if i.Path.Value == `"wardbridge/tenants"` && uses(f.file, "tenants", "DB") {
				t.Errorf("%s: holds a tenants.DB; a service takes the Tx it is given", fset.Position(i.Pos()))
			}
		}
	}
}

func uses(f *ast.File, pkg, name string) (found bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == name {
			if id, ok := s.X.(*ast.Ident); ok && id.Name == pkg {
				found = true
			}
		}
		return !found
	})
	return found
}

// statements are the calls whose first text argument is SQL.
var statements = []string{"NewRaw", "Where", "WhereOr", "ColumnExpr", "OrderExpr", "Having", "Join", "Set", "TableExpr", "With"}

func TestSQL_isConstant(t *testing.T) {
	t.Parallel()
	fset, files := sources(t)
	for _, f := range files {
		if f.test || f.made || isKit(f.dir) || !(strings.HasPrefix(f.dir, "modules/") || f.dir == "openapi" || f.dir == "internal/door" || f.dir == "internal/jobs") {
			continue
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			s, ok := call.Fun.(*ast.SelectorExpr)
			if ok && slices.Contains(statements, s.Sel.Name) && !constant(call.Args[0]) && onQuery(s) {
				t.Errorf("%s: %s takes SQL that is put together; bind values instead", fset.Position(call.Pos()), s.Sel.Name)
			}
			return true
		})
	}
}

// onQuery leaves out methods of the same names that are not a query's.
func onQuery(s *ast.SelectorExpr) bool {
	if s.Sel.Name == "NewRaw" {
		return true
	}
	if id, ok := s.X.(*ast.Ident); ok {
		return id.Name == "q" || id.Name == "query"
	}
	_, chained := s.X.(*ast.CallExpr)
	return chained && s.Sel.Name != "Set" && s.Sel.Name != "With" && s.Sel.Name != "Join"
}

// constant: a literal, a name of a constant, or a sum of such.
func constant(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.BasicLit:
		return x.Kind == token.STRING
	case *ast.BinaryExpr:
		return constant(x.X) && constant(x.Y)
	case *ast.Ident:
		return x.Obj != nil && x.Obj.Kind == ast.Con || x.Obj == nil // another file's: the compiler's constants are lower case names
	case *ast.ParenExpr:
		return constant(x.X)
	}
	return false
}

func TestTests_neverSkipAndNeverSleep(t *testing.T) {
	t.Parallel()
	fset, files := sources(t)
	for _, f := range files {
		if !f.test && !isKit(f.dir) {
			continue
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			s, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if s.Sel.Name == "Skip" || s.Sel.Name == "Skipf" || s.Sel.Name == "SkipNow" {
				if id, ok := s.X.(*ast.Ident); ok && (id.Name == "t" || id.Name == "b" || id.Name == "tb" || id.Name == "f") {
					t.Errorf("%s: a test that can skip proves nothing", fset.Position(call.Pos()))
				}
			}
			return true
		})
	}
}

// owners says whose tables are whose: no other module names them in SQL.
var owners = map[string]string{
	"staff_groups": "packs", "grades": "packs", "reasons": "packs", "bank_holidays": "packs", "enhancements": "packs", "parameters": "packs",
	"patterns": "packs", "pack_versions": "packs", "spine_points": "packs", "supplements": "packs", "medical_points": "packs", "price_caps": "packs",
	"frameworks": "packs", "framework_lots": "packs", "vat_rules": "packs", "professions": "packs", "stand_ins": "packs", "cap_overrides": "packs", "local_holidays": "packs",
	"restrictions": "packs", "own_restrictions": "packs",
	"sites": "places", "wards": "places", "aliases": "places",
	"approval_rules": "approvals", "approval_offices": "approvals", "approval_delegations": "approvals", "approval_requests": "approvals", "approval_decisions": "approvals",
	"agreements": "agencies", "vat_elections": "agencies", "tiers": "agencies",
	"worker_profiles": "workers", "representations": "workers",
	"cards": "cards", "card_lines": "cards",
	"shifts": "shifts", "counters": "shifts",
	"cascade_rules": "cascade", "cascade_steps": "cascade", "releases": "cascade",
	"proposals": "proposals", "bookings": "bookings",
	"timesheets": "timesheets", "timesheet_lines": "timesheets",
	"self_bill_runs": "billing", "self_bills": "billing", "self_bill_lines": "billing", "bill_series": "billing",
	"notices": "notices", "mails": "notices",
	"imports": "exchange", "import_chunks": "exchange", "import_rows": "exchange", "import_errors": "exchange",
	"audit": "oversight", "organisations": "accounts",
}

// readers are the joins that speed has earned, each with its reason.
var readers = map[string]string{
	"modules/agencies organisations":   "the directory's names are reference data",
	"modules/shifts import_rows":       "an import is checked and applied set-wise, as SQL over its staged rows",
	"modules/shifts import_errors":     "an import is checked set-wise and writes its row errors",
	"modules/shifts imports":           "an import's options are read in the statement that applies it",
	"modules/shifts aliases":           "an import resolves names by aliases set-wise",
	"modules/shifts wards":             "an import resolves wards set-wise",
	"modules/shifts sites":             "an import resolves sites set-wise",
	"modules/shifts grades":            "an import resolves grades set-wise",
	"modules/shifts staff_groups":      "an import resolves staff groups set-wise",
	"modules/shifts reasons":           "an import resolves reasons set-wise",
	"modules/reclaims timesheet_lines": "four years of lines are added up set-wise",
	"modules/reclaims timesheets":      "and by agency and shift",
	"modules/reclaims shifts":          "and by booking reason, for lines that kept no facts",
	"modules/reclaims self_bill_lines": "and with the VAT of the bills that have them",
	"modules/reclaims self_bills":      "and with the numbers of those bills",
	"modules/cascade shifts":           "a cascade is planned set-wise over the shifts of an import",
}

var tableName = regexp.MustCompile(`(?i)\b(?:from|join|into|update)\s+([a-z_]+)\b`)

func TestTables_areTouchedByTheirOwnersAlone(t *testing.T) {
	t.Parallel()
	fset, files := sources(t)
	for _, f := range files {
		if f.test || f.made || !strings.HasPrefix(f.dir, "modules/") || isKit(f.dir) {
			continue
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING || !strings.HasPrefix(lit.Value, "`") {
				return true
			}
			for _, m := range tableName.FindAllStringSubmatch(lit.Value, -1) {
				owner, ours := owners[m[1]]
				if ours && "modules/"+owner != f.dir && readers[f.dir+" "+m[1]] == "" {
					t.Errorf("%s: %s belongs to %s; ask its owner", fset.Position(lit.Pos()), m[1], fmt.Sprint("modules/", owner))
				}
			}
			return true
		})
	}
}
