package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"wardbridge/internal/pgtest"
	"wardbridge/rbac"
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
