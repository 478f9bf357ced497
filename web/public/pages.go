// Package public holds the pages that belong to no party: the front door,
// sign-in, the switcher, the account and the statements.
package public

import (
	"context"
	"net/url"
	"strings"

	"wardbridge/internal/door"
	"wardbridge/internal/fault"
	"wardbridge/modules/accounts"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

type pages struct {
	accounts *accounts.Service
}

// Pages registers them.
func Pages(s *web.Site, a *accounts.Service) {
	p := &pages{accounts: a}
	manager := func(openapi.World) openapi.Call { return openapi.Call{As: "manager@kingsmere.example"} }
	signedIn := web.Example(manager)
	nobody := web.Example(func(openapi.World) openapi.Call { return openapi.Call{} })
	web.Get(s, "/", rbac.Public, "Wardbridge", p.front, nobody)
	web.Get(s, "/signin", rbac.Public, "Sign in", p.signIn, nobody)
	web.Post(s, "/signin", rbac.Public, "Sign in", p.doSignIn, p.signInAgain, web.Before(p.proveSignIn))
	web.Post(s, "/signout", rbac.AccountUse, "Sign out", p.signOut, nil, web.Typed(manager, nil))
	web.Get(s, "/switch", rbac.AccountUse, "Switch organisation", p.switcher, signedIn)
	web.Get(s, "/account", rbac.AccountUse, "Your account", p.account, signedIn)
	web.Post(s, "/account/password", rbac.AccountUse, "Change your password", p.setPassword, p.passwordAgain, web.Before(p.provePassword),
		web.Example(func(w openapi.World) openapi.Call {
			c := manager(w)
			c.Body = map[string]string{"old_password": w.ID("password"), "password": "three random words"}
			return c
		}))
	web.Post(s, "/account/signout-everywhere", rbac.AccountUse, "Sign out everywhere", p.signOutEverywhere, nil, web.Typed(manager, nil))
	link := func(name string) func(openapi.World) openapi.Call {
		return func(w openapi.World) openapi.Call { return openapi.Call{Path: map[string]string{"token": w.ID(name)}} }
	}
	web.Get(s, "/reset/{token}", rbac.Public, "Set your password", p.reset, web.Example(link("password.link")))
	web.Post(s, "/reset/{token}", rbac.Public, "Set your password", p.doReset, p.resetAgain,
		web.Typed(link("password.link.spare"), map[string]string{"password": "three random words"}))
	web.Get(s, "/accessibility", rbac.Public, "Accessibility", p.accessibility, nobody)
}

type none struct{}

// front leads a signed-in person home, and shows everybody else what this is.
func (p *pages) front(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	if !web.Caller(ctx).SignedIn() {
		return web.View{Title: "Cover for every shift", Narrow: true, Body: frontPage()}, nil
	}
	return p.switcher(ctx, tx, none{})
}

// signInStart is the address of the sign-in page: where it leads afterwards.
type signInStart struct {
	Next string `query:"next"`
}

type signInForm struct {
	Next     string `form:"next"`
	Email    string `form:"email"`
	Password string `form:"password"`

	try accounts.Try
}

func (p *pages) signIn(_ context.Context, _ *tenants.Tx, in signInStart) (web.View, error) {
	return web.View{Narrow: true, Body: signInPage(signInForm{Next: in.Next}, nil)}, nil
}

// proveSignIn counts the try, and hashes the password while no connection is held.
func (p *pages) proveSignIn(ctx context.Context, run web.Runner, in *signInForm) error {
	err := run(func(ctx context.Context, tx *tenants.Tx) (err error) {
		in.try, err = p.accounts.StartSignIn(ctx, tx, in.Email, web.Address(ctx))
		return err
	})
	if err == nil {
		err = p.prove(run, &in.try, in.Password, accounts.ErrSignIn)
	}
	return inBox(err, "email")
}

// prove looks at a password, and keeps that it was wrong before saying so.
func (p *pages) prove(run web.Runner, try *accounts.Try, password string, refused *fault.Fault) error {
	if try.Prove(password) {
		return nil
	}
	err := run(func(ctx context.Context, tx *tenants.Tx) error { return p.accounts.Wrong(ctx, tx, *try) })
	if err != nil {
		return err
	}
	return refused
}

func (p *pages) doSignIn(ctx context.Context, tx *tenants.Tx, in signInForm) (web.Done, error) {
	done, err := p.accounts.SignIn(ctx, tx, in.try)
	if err != nil {
		return web.Done{}, inBox(err, "email")
	}
	to, err := p.home(ctx, tx, done.Person, in.Next)
	return web.Done{To: to, SignIn: done.Secret}, err
}

// inBox puts a refusal that names no box of the form under one of them.
func inBox(err error, name string) error {
	if f := fault.Of(err); err != nil && len(f.Fields) == 0 && (f.Kind == fault.Invalid || f.Kind == fault.TooMany) {
		return f.With(fault.Field{Name: name, Code: f.Code, Text: f.Text})
	}
	return err
}

func (p *pages) signInAgain(_ context.Context, _ *tenants.Tx, in signInForm, refused *fault.Fault) (web.View, error) {
	return web.View{Narrow: true, Body: signInPage(in, refused)}, nil
}

// home is where a person wanted to go, or their only place, or the switcher.
func (p *pages) home(ctx context.Context, tx *tenants.Tx, person tenants.ID, next string) (string, error) {
	if inside(next) {
		return next, nil
	}
	all, err := p.accounts.PlacesOf(ctx, tx, person)
	if err != nil || len(all) != 1 {
		return "/switch", err
	}
	return all[0].Home() + landing(all[0]), nil
}

// inside reports whether an address leads to a page of this site, whatever a
// browser makes of it: tabs and backslashes have led elsewhere before.
func inside(next string) bool {
	for _, r := range next {
		if r < ' ' || r == 0x7f || r == '\\' {
			return false
		}
	}
	u, err := url.Parse(next)
	return err == nil && u.Scheme == "" && u.Host == "" && strings.HasPrefix(next, "/") && !strings.HasPrefix(next, "//")
}

// landing is the page that a role starts its day with.
func landing(p accounts.Place) string {
	has := func(role string) bool {
		for _, r := range p.Roles {
			if r == role {
				return true
			}
		}
		return false
	}
	switch {
	case p.Kind == tenants.Trust && has("finance") && !has("org_admin") && !has("bank_office"):
		return "/finance/self-bill"
	case p.Kind == tenants.Trust:
		return "/shifts"
	case p.Kind == tenants.Agency:
		return "/shifts"
	case p.Kind == tenants.Worker:
		return "/schedule"
	default:
		return ""
	}
}

func (p *pages) signOut(ctx context.Context, tx *tenants.Tx, _ none) (web.Done, error) {
	err := p.accounts.SignOut(ctx, tx)
	return web.Done{To: "/signin", SignOut: true, Flash: &ui.Flash{Kind: "success", Title: "You have signed out"}}, err
}

func (p *pages) signOutEverywhere(ctx context.Context, tx *tenants.Tx, _ none) (web.Done, error) {
	_, err := p.accounts.SignOutEverywhere(ctx, tx)
	return web.Done{To: "/signin", SignOut: true, Flash: &ui.Flash{Kind: "success", Title: "You have signed out everywhere"}}, err
}

func (p *pages) switcher(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	all, err := p.accounts.Places(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	rows := make([]place, len(all))
	for i, a := range all {
		rows[i] = place{Href: a.Home() + landing(a), Name: a.Name, Roles: p.accounts.RoleTitles(a.Roles), Kind: kindWords[a.Kind]}
	}
	return web.View{Title: "Where do you want to go?", Narrow: true, Body: switchPage(rows)}, nil
}

type place struct{ Href, Name, Roles, Kind string }

var kindWords = map[tenants.Kind]string{tenants.Trust: "NHS trust", tenants.Hub: "GP hub", tenants.Practice: "GP practice",
	tenants.Agency: "Agency", tenants.Worker: "Your own shifts", tenants.Platform: "Wardbridge"}

type passwordForm struct {
	Old      string `form:"old_password"`
	Password string `form:"password"`

	try  accounts.Try
	hash string
}

func (p *pages) account(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	return p.passwordAgain(ctx, tx, passwordForm{}, nil)
}

// provePassword asks for the old password, so that a browser left open does not
// give the account away, and hashes the new one.
func (p *pages) provePassword(ctx context.Context, run web.Runner, in *passwordForm) error {
	err := run(func(ctx context.Context, tx *tenants.Tx) (err error) {
		in.try, err = p.accounts.StartPassword(ctx, tx, web.Address(ctx))
		return err
	})
	if err == nil {
		err = p.prove(run, &in.try, in.Old, accounts.ErrOldPassword)
	}
	if err != nil {
		return inBox(err, "old_password")
	}
	in.hash, err = accounts.HashPassword(in.Password)
	return err
}

func (p *pages) setPassword(ctx context.Context, tx *tenants.Tx, in passwordForm) (web.Done, error) {
	if err := p.accounts.SetPassword(ctx, tx, in.try, in.hash); err != nil {
		return web.Done{}, inBox(err, "old_password")
	}
	return web.Done{To: "/account", Flash: &ui.Flash{Kind: "success", Title: "Your password has been changed"}}, nil
}

func (p *pages) passwordAgain(ctx context.Context, tx *tenants.Tx, _ passwordForm, refused *fault.Fault) (web.View, error) {
	held, err := door.Credentials(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Narrow: true, Body: accountPage(web.Caller(ctx), held, refused)}, nil
}

func (p *pages) accessibility(context.Context, *tenants.Tx, none) (web.View, error) {
	return web.View{Narrow: true, Body: accessibilityPage()}, nil
}

func nameOf(p place) string {
	if p.Name == "" {
		return p.Kind
	}
	return p.Name
}

func heldName(h door.Held) string {
	if h.Kind == door.Session {
		return "Browser"
	}
	return h.Name
}
