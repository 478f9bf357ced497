package main

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"wardbridge/internal/browsertest"
	"wardbridge/modules/accounts"
	"wardbridge/tenants"
)

// entered opens a browser as somebody of the demonstration.
func entered(t *testing.T, email string) *browsertest.Page {
	t.Helper()
	_, w, base := demoHouse(t)
	p := browsertest.Open(t, browsertest.Options{Base: base, Width: widths[0], Height: 900})
	p.Visit("/signin")
	p.Fill("E-mail address", email)
	p.Fill("Password", w.Logins[0].Password)
	p.Click("Sign in")
	return p
}

// sound is the rule of every page in whatever state: no violation, nothing that
// scrolls sideways, a clean console.
func sound(t *testing.T, p *browsertest.Page, what string) {
	t.Helper()
	for _, width := range widths {
		p.Resize(width)
		for _, v := range p.Axe() {
			t.Errorf("%s at %d px: %s", what, width, v)
		}
		if content, window := p.ScrollWidths(); content > window {
			t.Errorf("%s at %d px scrolls sideways: %d px of content", what, width, content)
		}
	}
	p.Resize(widths[0])
	p.Check()
}

// TestPages_areAccessibleWithNothingOnThem: an organisation and a worker on
// their first day see every list empty.
func TestPages_areAccessibleWithNothingOnThem(t *testing.T) {
	t.Parallel()
	h, w, _ := demoHouse(t)
	hash, err := accounts.HashPassword(w.Logins[0].Password)
	if err != nil {
		t.Fatal(err)
	}
	first := map[string][]string{"/e/": {"org_admin", "bank_office", "ward_manager", "finance"}, "/a/": {"agency_admin", "agency_consultant"}, "/me": {"clinician"}}
	kinds := map[string]tenants.Kind{"/e/": tenants.Trust, "/a/": tenants.Agency, "/me": tenants.Hub}
	for prefix, roles := range first {
		code := "empty-" + strings.Trim(prefix, "/")
		email := code + "@people.example"
		platform := tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}
		err := h.DB.Run(t.Context(), platform, tenants.Actor{Kind: tenants.Console, Name: "test"}, func(ctx context.Context, tx *tenants.Tx) error {
			o, err := h.Accounts.CreateOrganisation(ctx, tx, accounts.NewOrganisation{Code: code, Letters: "E" + strings.ToUpper(strings.Trim(prefix, "/")) + "X", Kind: kinds[prefix], Name: "Nothing Yet", Sandbox: true})
			if err != nil {
				return err
			}
			_, err = h.Accounts.AddMembers(ctx, tx, tenants.Party{ID: o.ID, Kind: o.Kind}, hash, []accounts.NewMember{{Email: email, Name: "Newly Come", Roles: roles}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Run(prefix, func(t *testing.T) {
			t.Parallel()
			p := entered(t, email)
			for _, page := range h.Site.Pages() {
				path := strings.ReplaceAll(page.Path, "{org}", code)
				if page.Method != http.MethodGet || page.Download || !strings.HasPrefix(page.Path, prefix) || strings.Contains(path, "{") {
					continue
				}
				p.Visit(path)
				if got := p.Status(); got != http.StatusOK {
					t.Errorf("%s answers %d", path, got)
					continue
				}
				sound(t, p, path+" with nothing on it")
			}
		})
	}
}

// blank empties every field of the page's first form that asks for text, and
// gives its button a name to press it by.
const blank = `(() => {
	const asks = 'input[type=text],input[type=email],input[type=password],input[type=date],input[type=time],input:not([type]),textarea,input[type=file]';
	const form = [...document.querySelectorAll('main form[method=post]')].find(f => f.querySelector(asks));
	if (!form) return '';
	form.noValidate = true;
	for (const e of form.elements) {
		if (['hidden', 'submit', 'button', 'fieldset'].includes(e.type)) continue;
		if (['checkbox', 'radio'].includes(e.type)) e.checked = false; else e.value = '';
	}
	const button = [...form.querySelectorAll('button:not([type=button])')].pop();
	if (!button) return '';
	button.textContent = 'Send it empty';
	return 'Send it empty';
})()`

// TestPages_areAccessibleAfterARefusedForm sends every form empty: the page that
// comes back says what is wrong, and is as sound as before.
func TestPages_areAccessibleAfterARefusedForm(t *testing.T) {
	t.Parallel()
	h, w, _ := demoHouse(t)
	byOwner := map[string][]string{}
	for _, page := range h.Site.Pages() {
		if page.Method != http.MethodGet || page.Download || page.Example == nil {
			continue
		}
		call := page.Example(w)
		// Terms of an agreement may all be left out, and other tests bill by them.
		if call.As != "" && !strings.HasSuffix(page.Path, "/agencies/{id}/change") {
			byOwner[call.As] = append(byOwner[call.As], address(page.Path, call.Path, call.Query))
		}
	}
	for owner, paths := range byOwner {
		t.Run(owner, func(t *testing.T) {
			t.Parallel()
			p := entered(t, owner)
			slices.Sort(paths)
			for _, path := range paths {
				p.Visit(path)
				button := p.Evaluate(blank)
				if button == "" {
					continue
				}
				p.Click(button)
				if p.Status() < 400 {
					continue // nothing was asked for, so nothing was refused
				}
				if !p.Has("There is a problem") && !p.Has("This could not be done") && p.Count(".nhsuk-error-summary") == 0 {
					t.Errorf("%s was refused with %d and does not say so", path, p.Status())
				}
				sound(t, p, path+" refused")
			}
		})
	}
}
