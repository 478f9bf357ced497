package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"sync"
	"testing"

	"wardbridge/cmd/demonstration"
	"wardbridge/internal/door"
	"wardbridge/internal/pgtest"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

var update = flag.Bool("update", false, "accept what golden files would change to")

// golden compares with a file of the repository.
func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	path = filepath.Join(pgtest.Root(), path)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(want, got) {
		t.Errorf("%s is not what the code says now (%v); look at the difference after: go test ./cmd/wardbridge -update", path, err)
	}
}

func TestDocument_isTheOneInTheRepository(t *testing.T) {
	t.Parallel()
	h, _, _ := demoHouse(t)

	golden(t, "openapi/openapi.json", h.API.JSON())
}

// TestRoles_mayWhatTheMatrixSays: every operation and page against every role.
func TestRoles_mayWhatTheMatrixSays(t *testing.T) {
	t.Parallel()
	h, _, _ := demoHouse(t)
	gate := h.Door.Gate()
	lines := map[string]rbac.Permission{}
	for _, o := range h.API.Operations() {
		lines[o.Method+" "+o.Path] = o.Permission
	}
	for _, p := range h.Site.Pages() {
		lines[p.Method+" "+p.Path] = p.Permission
	}
	names := make([]string, 0, len(lines))
	for name := range lines {
		names = append(names, name)
	}
	sort.Strings(names)

	var out bytes.Buffer
	for _, name := range names {
		var who []string
		for _, r := range gate.Roles() {
			for _, k := range r.Kinds {
				if gate.Allows(rbac.Subject{Kind: k, Roles: []string{r.ID}}, lines[name]) {
					who = append(who, r.ID)
					break
				}
			}
		}
		fmt.Fprintf(&out, "%s\n    %s: %s\n", name, lines[name], strings.Join(who, " "))
	}

	golden(t, "cmd/wardbridge/testdata/matrix.golden", out.Bytes())
}

func TestRegistries_giveAnExampleOfWhateverHasAnID(t *testing.T) {
	t.Parallel()
	h, _, _ := demoHouse(t)

	for _, o := range h.API.Operations() {
		if o.Example == nil {
			t.Errorf("%s %s has no example", o.Method, o.Path)
		}
	}
	for _, p := range h.Site.Pages() {
		if p.Example == nil && p.Method == http.MethodGet {
			t.Errorf("%s has no example", p.Path)
		}
	}
}

var sessions struct {
	sync.Mutex
	by map[string]*browserless
}

// visitor is somebody's browser, signed in once for all probes.
func visitor(t *testing.T, email string) *browserless {
	t.Helper()
	_, _, base := demoHouse(t)
	if email == "" {
		return opened(t, base)
	}
	sessions.Lock()
	defer sessions.Unlock()
	if sessions.by == nil {
		sessions.by = map[string]*browserless{}
	}
	if sessions.by[email] == nil {
		sessions.by[email] = signedIn(t, email)
	}
	return &browserless{t: t, base: base, client: sessions.by[email].client}
}

// address fills a path's names.
func address(path string, values map[string]string, query map[string]string) string {
	for name, value := range values {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
	}
	if len(query) > 0 {
		q := url.Values{}
		for k, v := range query {
			q.Set(k, v)
		}
		path += "?" + q.Encode()
	}
	return path
}

func TestPages_openToTheirOwners(t *testing.T) {
	t.Parallel()
	h, w, _ := demoHouse(t)
	for _, p := range h.Site.Pages() {
		if p.Method != http.MethodGet || p.Example == nil {
			continue
		}
		t.Run(p.Path, func(t *testing.T) {
			call := p.Example(w)
			for name, value := range call.Path {
				if value == "" {
					t.Fatalf("the demonstration has no row for {%s}", name)
				}
			}
			r := visitor(t, call.As).get(address(p.Path, call.Path, call.Query))
			if r.status != http.StatusOK {
				t.Errorf("%s as %s: %d\n%s", address(p.Path, call.Path, call.Query), call.As, r.status, excerpt(r.body))
			}
		})
	}
}

func excerpt(body string) string {
	if i := strings.Index(body, "<main"); i >= 0 {
		body = body[i:]
	}
	body = regexp.MustCompile(`<[^>]+>`).ReplaceAllString(body, " ")
	body = strings.Join(strings.Fields(body), " ")
	return body[:min(len(body), 500)]
}

// stranger is somebody of the same kind of party, at another organisation.
var stranger = map[string][2]string{
	"manager@kingsmere.example": {"admin@saltbridge.example", "saltbridge"}, "admin@kingsmere.example": {"admin@saltbridge.example", "saltbridge"},
	"ward@kingsmere.example": {"admin@saltbridge.example", "saltbridge"}, "finance@kingsmere.example": {"admin@saltbridge.example", "saltbridge"},
	"agency@meridian.example": {"agency@northbank.example", "northbank"}, "nurse@worker.example": {"doctor@worker.example", ""},
	"doctor@worker.example": {"nurse@worker.example", ""}, "admin@clockwork.example": {"admin@saltbridge.example", "saltbridge"},
}

// sameAnswer leaves out what differs between any two answers.
var fleeting = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|name="_csrf" value="[^"]*"|Printed [^<]*|content="20[^"]*"`)

// TestPages_hideWhatIsAnothers: a real row of another party answers exactly as
// one that does not exist.
func TestPages_hideWhatIsAnothers(t *testing.T) {
	t.Parallel()
	h, w, _ := demoHouse(t)
	for _, p := range h.Site.Pages() {
		if p.Method != http.MethodGet || p.Example == nil {
			continue
		}
		call := p.Example(w)
		other, ok := stranger[call.As]
		ids := 0
		for name := range call.Path {
			if name != "org" {
				ids++
			}
		}
		if !ok || ids == 0 {
			continue
		}
		t.Run(p.Path, func(t *testing.T) {
			real, none := map[string]string{}, map[string]string{}
			for name, value := range call.Path {
				real[name], none[name] = value, tenants.NewID().String()
				if name == "org" {
					real[name], none[name] = other[1], other[1]
				}
			}
			b := visitor(t, other[0])
			theirs, nothing := b.get(address(p.Path, real, call.Query)), b.get(address(p.Path, none, call.Query))
			if theirs.status != http.StatusNotFound || nothing.status != http.StatusNotFound {
				t.Fatalf("another's answers %d, none answers %d: %s", theirs.status, nothing.status, excerpt(theirs.body))
			}
			if a, b := fleeting.ReplaceAllString(theirs.body, ""), fleeting.ReplaceAllString(nothing.body, ""); a != b {
				t.Errorf("another's differs from none:\n%s\n%s", a, b)
			}
		})
		t.Run(p.Path+" in its place", func(t *testing.T) {
			if other[1] == "" {
				return
			}
			r := visitor(t, other[0]).get(address(p.Path, call.Path, call.Query))
			if r.status != http.StatusNotFound {
				t.Errorf("a stranger entered %s: %d", address(p.Path, call.Path, nil), r.status)
			}
		})
	}
}

var tokens struct {
	sync.Mutex
	by map[string]string
}

// bearer is a personal token of somebody of the demonstration.
func bearer(t *testing.T, email string) string {
	t.Helper()
	h, w, _ := demoHouse(t)
	tokens.Lock()
	defer tokens.Unlock()
	if tokens.by == nil {
		tokens.by = map[string]string{}
	}
	if key := tokens.by[email]; key != "" {
		return key
	}
	party := partyOf(t, w, email)
	var person tenants.ID
	if err := pgtestScan(t, &person, "select id from people where email = $1", email); err != nil {
		t.Fatalf("%s: %v", email, err)
	}
	err := h.DB.Run(context.Background(), party, tenants.Actor{Kind: tenants.Person, ID: person, Person: person, Name: email}, func(ctx context.Context, tx *tenants.Tx) error {
		_, key, err := door.OpenKey(ctx, tx, door.NewKey{Name: "probe", Token: true, Person: person, Worker: party.Kind == tenants.Worker})
		tokens.by[email] = key
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", email, err)
	}
	return tokens.by[email]
}

// partyOf finds whose party a log-in is.
func partyOf(t *testing.T, w *demonstration.World, email string) tenants.Party {
	t.Helper()
	for _, l := range w.Logins {
		if l.Email != email {
			continue
		}
		var p tenants.Party
		if l.Organisation == "" {
			p.Kind = tenants.Worker
			if err := pgtestScan(t, &p.ID, "select id from people where email = $1", email); err != nil {
				t.Fatal(err)
			}
			return p
		}
		var kind string
		if err := pgtestScan(t, &kind, "select kind from organisations where code = $1", l.Organisation); err != nil {
			t.Fatal(err)
		}
		p.Kind = tenants.Kind(kind)
		if err := pgtestScan(t, &p.ID, "select id from organisations where code = $1", l.Organisation); err != nil {
			t.Fatal(err)
		}
		return p
	}
	t.Fatalf("%s has no log-in in the demonstration", email)
	return tenants.Party{}
}

// asked sends one call of the API.
func asked(t *testing.T, o openapi.Operation, call openapi.Call, as string) reply {
	t.Helper()
	_, _, base := demoHouse(t)
	var body *bytes.Reader
	kind := "application/json"
	switch {
	case call.Raw != nil:
		body, kind = bytes.NewReader(call.Raw), call.ContentType
	case call.Body != nil:
		raw, err := json.Marshal(call.Body)
		if err != nil {
			t.Fatal(err)
		}
		body = bytes.NewReader(raw)
	default:
		body = bytes.NewReader(nil)
	}
	req, err := http.NewRequest(o.Method, base+address(o.Path, call.Path, call.Query), body)
	if err != nil {
		t.Fatal(err)
	}
	if body.Len() > 0 {
		req.Header.Set("Content-Type", kind)
	}
	if as != "" {
		req.Header.Set("Authorization", "Bearer "+bearer(t, as))
	}
	if o.Method == http.MethodPost {
		req.Header.Set("Idempotency-Key", tenants.NewID().String())
	}
	if o.Method == http.MethodPut || o.Method == http.MethodPatch || o.Method == http.MethodDelete {
		req.Header.Set("If-Match", "*")
	}
	return opened(t, base).do(req)
}

func TestOperations_answerTheirOwners(t *testing.T) {
	t.Parallel()
	h, w, _ := demoHouse(t)
	for _, o := range h.API.Operations() {
		if o.Method != http.MethodGet || o.Example == nil {
			continue
		}
		t.Run(o.ID, func(t *testing.T) {
			call := o.Example(w)
			if r := asked(t, o, call, call.As); r.status/100 != 2 {
				t.Errorf("%s as %s: %d %s", address(o.Path, call.Path, call.Query), call.As, r.status, r.body)
			}
		})
	}
}

// TestOperations_hideWhatIsAnothers: ids of real rows of another party, in every
// method, answer as ids of nothing.
func TestOperations_hideWhatIsAnothers(t *testing.T) {
	t.Parallel()
	h, w, _ := demoHouse(t)
	for _, o := range h.API.Operations() {
		if o.Example == nil || !strings.Contains(o.Path, "{") {
			continue
		}
		call := o.Example(w)
		other, ok := stranger[call.As]
		if !ok || o.Permission == rbac.Public || !uuids(call.Path) {
			continue
		}
		t.Run(o.ID, func(t *testing.T) {
			none := call
			none.Path = map[string]string{}
			for name := range call.Path {
				none.Path[name] = tenants.NewID().String()
			}
			theirs, nothing := asked(t, o, call, other[0]), asked(t, o, none, other[0])
			if theirs.status != nothing.status || theirs.status/100 == 2 {
				t.Fatalf("another's answers %d %s, none answers %d %s", theirs.status, theirs.body, nothing.status, nothing.body)
			}
			if a, b := fleeting.ReplaceAllString(theirs.body, ""), fleeting.ReplaceAllString(nothing.body, ""); a != b {
				t.Errorf("another's differs from none:\n%s\n%s", a, b)
			}
			if theirs.status != http.StatusNotFound {
				t.Errorf("answers %d, not 404: %s", theirs.status, theirs.body)
			}
		})
	}
}

func uuids(path map[string]string) bool {
	for _, v := range path {
		if len(v) != 36 {
			return false
		}
	}
	return true
}
