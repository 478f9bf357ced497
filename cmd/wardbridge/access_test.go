package main

import (
	"net/http"
	"sort"
	"strings"
	"testing"

	"wardbridge/internal/browsertest"
)

// widths are a wide screen, the usual one of a trust, a phone, and a screen at
// 400% zoom.
var widths = []int{1440, 1366, 390, 320}

// TestPages_areAccessibleAtEveryWidth opens every registered page as its owner in
// real Chromium: no violation of WCAG 2.2 AA by axe, a clean console under the
// content security policy, and nothing that scrolls sideways.
func TestPages_areAccessibleAtEveryWidth(t *testing.T) {
	t.Parallel()
	h, w, base := demoHouse(t)
	byOwner := map[string][]string{}
	for _, p := range h.Site.Pages() {
		if p.Method == http.MethodGet && p.Example != nil && !p.Download {
			call := p.Example(w)
			byOwner[call.As] = append(byOwner[call.As], address(p.Path, call.Path, call.Query))
		}
	}
	owners := make([]string, 0, len(byOwner))
	for owner := range byOwner {
		owners = append(owners, owner)
	}
	sort.Strings(owners)
	for _, owner := range owners {
		t.Run(strings.ReplaceAll("as "+owner, "as ", "as_"), func(t *testing.T) {
			t.Parallel()
			walk(t, base, owner, w.Logins[0].Password, byOwner[owner])
		})
	}
}

// walk takes one person through their pages, each at every width.
func walk(t *testing.T, base, owner, password string, paths []string) {
	p := browsertest.Open(t, browsertest.Options{Base: base, Width: widths[0], Height: 900})
	if owner != "" {
		p.Visit("/signin")
		p.Fill("E-mail address", owner)
		p.Fill("Password", password)
		p.Click("Sign in")
	}
	for _, path := range paths {
		p.Resize(widths[0])
		p.Visit(path)
		if got := p.Status(); got != http.StatusOK {
			t.Errorf("%s answers %d", path, got)
			continue
		}
		for _, width := range widths {
			p.Resize(width)
			for _, v := range p.Axe() {
				t.Errorf("%s at %d px: %s", path, width, v)
			}
			if content, window := p.ScrollWidths(); content > window {
				t.Errorf("%s at %d px scrolls sideways: %d px of content", path, width, content)
			}
		}
		p.Check()
	}
}
