package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"wardbridge/cmd/demonstration"
	"wardbridge/openapi"
	"wardbridge/rbac"
)

// unprobed are the lines of the registries that no example can call, with the
// reason. Every other line has an example, and it is called.
var unprobed = map[string]string{
	"POST /signin":                      "needs a password, which only the person has; every probe signs in through it",
	"POST /platform/packs/{kind}/apply": "its boxes come out of a file that has just been checked",
}

// example gives a line's call in the demonstration, or says why there is none.
func (s *stand) example(t *testing.T, line string, fn func(openapi.World) openapi.Call) (openapi.Call, bool) {
	t.Helper()
	why, marked := unprobed[line]
	if fn == nil {
		if !marked {
			t.Errorf("%s has no example, and no reason for having none", line)
		}
		return openapi.Call{}, false
	}
	if marked {
		t.Errorf("%s has an example, although: %s", line, why)
	}
	call := fn(s.world)
	for name, value := range call.Path {
		if value == "" {
			t.Errorf("%s: the demonstration has no row for {%s}", line, name)
			return call, false
		}
	}
	typed, _ := call.Body.(map[string]string)
	given, _ := call.Body.(map[string]any)
	for name, value := range given {
		if value == "" {
			typed = map[string]string{name: ""}
		}
	}
	for name, value := range typed {
		if value == "" {
			t.Errorf("%s: the demonstration has nothing for %s", line, name)
			return call, false
		}
	}
	return call, true
}

func TestOperations_answerTheirOwners(t *testing.T) {
	t.Parallel()
	s := probes(t)
	called := 0
	for _, o := range s.house.API.Operations() {
		call, ok := s.example(t, o.Method+" "+o.Path, o.Example)
		if !ok {
			continue
		}
		called++
		t.Run(o.ID, func(t *testing.T) {
			if r := s.asked(t, o, call, call.As); r.status/100 != 2 {
				t.Errorf("%s %s as %s: %d %s", o.Method, address(o.Path, call.Path, call.Query), call.As, r.status, r.body)
			}
		})
	}
	if called < 100 {
		t.Errorf("%d operations were called; the registry has more", called)
	}
}

// TestOperations_failForNoKind: whatever kind of organisation asks, with a key that
// may ask anything, it is answered; what is not for its kind is refused and no error.
func TestOperations_failForNoKind(t *testing.T) {
	t.Parallel()
	s := probes(t)
	for _, code := range []string{"meridian", "elmtree", "brightwater", "kingsmere"} {
		at := slices.IndexFunc(s.world.APIKeys, func(k demonstration.Key) bool { return k.Organisation == code && k.Person == "" })
		if at < 0 {
			t.Fatalf("%s has no key", code)
		}
		t.Run(code, func(t *testing.T) {
			for _, o := range s.house.API.Operations() {
				call, ok := s.example(t, o.Method+" "+o.Path, o.Example)
				if !ok || o.Permission == rbac.Public {
					continue
				}
				if r := s.askedWith(t, o, call, s.world.APIKeys[at].Key); r.status >= http.StatusInternalServerError {
					t.Errorf("%s %s: %d %s", o.Method, address(o.Path, call.Path, call.Query), r.status, r.body)
				}
			}
		})
	}
}

func TestPages_openToTheirOwners(t *testing.T) {
	t.Parallel()
	s := probes(t)
	called := 0
	for _, p := range s.house.Site.Pages() {
		call, ok := s.example(t, p.Method+" "+p.Path, p.Example)
		if !ok {
			continue
		}
		called++
		t.Run(p.Method+p.Path, func(t *testing.T) {
			var r reply
			good := []int{http.StatusOK}
			if p.Method == http.MethodGet {
				r = s.visitor(t, call.As).get(address(p.Path, call.Path, call.Query))
			} else {
				r = s.sent(t, p, call, call.As)
				good = append(good, http.StatusSeeOther)
			}
			if !slices.Contains(good, r.status) || strings.Contains(r.body, "nhsuk-error-summary") {
				t.Errorf("%s %s as %s: %d\n%s", p.Method, address(p.Path, call.Path, call.Query), call.As, r.status, excerpt(r.body))
			}
		})
	}
	if called < 130 {
		t.Errorf("%d pages were called; the registry has more", called)
	}
}

func TestRegistries_haveFewLinesWithoutAnExample(t *testing.T) {
	t.Parallel()
	s := probes(t)
	lines := map[string]bool{}
	for _, o := range s.house.API.Operations() {
		lines[o.Method+" "+o.Path] = true
	}
	for _, p := range s.house.Site.Pages() {
		lines[p.Method+" "+p.Path] = true
	}

	for line := range unprobed {
		if !lines[line] {
			t.Errorf("%s is not registered any more", line)
		}
	}
	if len(unprobed) != 2 {
		t.Errorf("%d lines are not probed, want 2", len(unprobed))
	}
}
