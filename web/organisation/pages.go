// Package organisation holds the pages that every organisation has about
// itself: what it is, who belongs to it, its keys and, for a sandbox, its clock.
package organisation

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/door"
	"wardbridge/internal/fault"
	"wardbridge/modules/accounts"
	"wardbridge/modules/places"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

type pages struct {
	accounts *accounts.Service
	places   *places.Service
	gate     *rbac.Gate
}

// example is the demonstration's administrator of each kind of organisation.
var example = map[string]openapi.Call{
	"/e": {As: "admin@kingsmere.example", Path: map[string]string{"org": "kingsmere"}},
	"/a": {As: "agency@meridian.example", Path: map[string]string{"org": "meridian"}},
	"/p": {As: "practice@elmtree.example", Path: map[string]string{"org": "elmtree"}},
}

// lesser is a role that somebody of the demonstration has and could do without.
var lesser = map[string]string{"/e": "viewer", "/a": "agency_consultant"}

// about is a call of a form about one of the organisation's own rows, such as
// kingsmere.key, or about none.
func about(call openapi.Call, name, thing string, typed map[string]string) web.Option {
	return web.Typed(func(w openapi.World) openapi.Call {
		c := openapi.Call{As: call.As, Path: maps.Clone(call.Path)}
		if name != "" {
			c.Path[name] = w.ID(call.Path["org"] + thing)
		}
		return c
	}, typed)
}

// Pages registers them for employers, agencies and practices.
func Pages(s *web.Site, a *accounts.Service, pl *places.Service, gate *rbac.Gate) {
	p := &pages{accounts: a, places: pl, gate: gate}
	for prefix, call := range example {
		as := web.Example(func(openapi.World) openapi.Call { return call })
		at := prefix + "/{org}"
		web.Get(s, at, rbac.OrganisationRead, "Organisation", p.home, as)
		web.Get(s, at+"/settings/people", rbac.MemberRead, "People", p.people, as)
		web.Get(s, at+"/settings/keys", rbac.KeyManage, "API keys", p.keys, as)
		web.Post(s, at+"/settings/keys", rbac.KeyManage, "API keys", p.makeKey, p.keysAgain, about(call, "", "", map[string]string{"name": "Roster system"}))
		web.Post(s, at+"/settings/keys/{id}/revoke", rbac.KeyManage, "API keys", p.revokeKey, nil, about(call, "id", ".key", nil))
	}
	for prefix, call := range map[string]openapi.Call{"/e": example["/e"], "/a": example["/a"]} {
		as := web.Example(func(openapi.World) openapi.Call { return call })
		at := prefix + "/{org}"
		web.Get(s, at+"/settings/people/new", rbac.MemberManage, "Add a person", p.newPerson, as)
		web.Post(s, at+"/settings/people/new", rbac.MemberManage, "Add a person", p.addPerson, p.newPersonAgain, about(call, "", "", map[string]string{
			"name": "Noor Viewer", "email": "new.viewer@people.example", "role": lesser[prefix], "password": "three random words"}))
		web.Post(s, at+"/settings/people/{person}/revoke/{role}", rbac.MemberManage, "People", p.revokeRole, p.peopleAgain,
			about(openapi.Call{As: call.As, Path: map[string]string{"org": call.Path["org"], "role": lesser[prefix]}}, "person", ".member", nil))
	}
	ticking := openapi.Call{As: "admin@clockwork.example", Path: map[string]string{"org": "clockwork"}}
	clock := web.Example(func(openapi.World) openapi.Call { return ticking })
	web.Get(s, "/e/{org}/settings/clock", rbac.ClockSet, "Clock", p.clock, clock)
	web.Post(s, "/e/{org}/settings/clock", rbac.ClockSet, "Clock", p.setClock, p.clockAgain, about(ticking, "", "", nil))
	for _, audience := range []string{"employer", "agency", "practice"} {
		s.Nav(audience, 95, "Settings", "/settings/people", rbac.MemberRead, "", nil)
	}
	s.Nav("practice", 10, "Practice", "", rbac.OrganisationRead, "", nil)
}

type none struct{}

// Tabs lead between the pages of the settings that the caller may see. Pages of
// other packages that belong to the settings, such as places and audit, show them
// too; current is the text of the tab that is open.
func Tabs(ctx context.Context, current string) []ui.Tab {
	var all []ui.Tab
	for _, t := range []struct {
		text, path string
		permission rbac.Permission
	}{
		{"Organisation", "", rbac.OrganisationRead}, {"People", "/settings/people", rbac.MemberRead}, {"Places", "/settings/places", rbac.PlaceRead},
		{"API keys", "/settings/keys", rbac.KeyManage}, {"Clock", "/settings/clock", rbac.ClockSet}, {"Audit", "/audit", rbac.AuditRead},
	} {
		if kind := web.Caller(ctx).Party.Kind; t.path == "/settings/places" && kind != tenants.Trust && kind != tenants.Hub {
			continue
		}
		if t.path == "/settings/clock" && (!web.Caller(ctx).Organisation.Sandbox || web.Caller(ctx).Party.Kind == tenants.Practice) {
			continue
		}
		if web.May(ctx, t.permission) {
			all = append(all, ui.Tab{Text: t.text, Href: web.Base(ctx) + t.path, Current: t.text == current})
		}
	}
	return all
}

func (p *pages) home(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	own, err := p.accounts.Own(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	sites, err := p.places.SiteList(ctx, tx, tx.Me.ID)
	if err != nil {
		return web.View{}, err
	}
	var people []accounts.Member
	if web.May(ctx, rbac.MemberRead) {
		if people, err = p.accounts.Members(ctx, tx); err != nil {
			return web.View{}, err
		}
	}
	return web.View{Title: own.Name, Body: homePage(own, sites, people, Tabs(ctx, "Organisation"))}, nil
}

func (p *pages) people(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	return p.peopleAgain(ctx, tx, revokeForm{}, nil)
}

type revokeForm struct {
	Person tenants.ID `path:"person"`
	Role   string     `path:"role"`
}

func (p *pages) peopleAgain(ctx context.Context, tx *tenants.Tx, _ revokeForm, refused *fault.Fault) (web.View, error) {
	all, err := p.accounts.Members(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Body: peoplePage(p, all, Tabs(ctx, "People"), refused)}, nil
}

func (p *pages) revokeRole(ctx context.Context, tx *tenants.Tx, in revokeForm) (web.Done, error) {
	if err := p.accounts.Revoke(ctx, tx, in.Person, in.Role); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/settings/people", Flash: &ui.Flash{Kind: "success", Title: "The role has been taken back"}}, nil
}

type personForm struct {
	Name     string `form:"name" maxlen:"120"`
	Email    string `form:"email" maxlen:"254"`
	Role     string `form:"role"`
	Password string `form:"password"`
}

func (p *pages) newPerson(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	return p.newPersonAgain(ctx, tx, personForm{}, nil)
}

func (p *pages) newPersonAgain(ctx context.Context, _ *tenants.Tx, in personForm, refused *fault.Fault) (web.View, error) {
	return web.View{Narrow: true, Body: newPersonPage(in, p.roles(web.Caller(ctx).Party.Kind), refused)}, nil
}

func (p *pages) addPerson(ctx context.Context, tx *tenants.Tx, in personForm) (web.Done, error) {
	var missing []fault.Field
	for _, f := range []struct{ name, value, text string }{
		{"name", in.Name, "Enter the person's name"}, {"role", in.Role, "Choose a role"}, {"password", in.Password, "Enter a first password"},
	} {
		if strings.TrimSpace(f.value) == "" {
			missing = append(missing, fault.Field{Name: f.name, Code: "required", Text: f.text})
		}
	}
	if len(missing) > 0 {
		return web.Done{}, fault.ErrInvalid.With(missing...)
	}
	_, err := p.accounts.AddMember(ctx, tx, tx.Me, accounts.NewMember{Email: in.Email, Name: in.Name, Password: in.Password, Roles: []string{in.Role}})
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/settings/people", Flash: &ui.Flash{Kind: "success", Title: in.Name + " has been added"}}, nil
}

// roles are those that an organisation of this kind may give.
func (p *pages) roles(kind tenants.Kind) []ui.Option {
	options := []ui.Option{{Text: "Choose a role"}}
	for _, r := range p.gate.Roles() {
		if slices.Contains(r.Kinds, kind) && r.ID != "clinician" {
			options = append(options, ui.Option{Value: r.ID, Text: r.Title})
		}
	}
	return options
}

type keyForm struct {
	Name string `form:"name" maxlen:"60"`
}

func (p *pages) keys(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	return p.keysAgain(ctx, tx, keyForm{}, nil)
}

func (p *pages) keysAgain(ctx context.Context, tx *tenants.Tx, in keyForm, refused *fault.Fault) (web.View, error) {
	return p.keysView(ctx, tx, in, "", refused)
}

func (p *pages) keysView(ctx context.Context, tx *tenants.Tx, in keyForm, secret string, refused *fault.Fault) (web.View, error) {
	held, err := door.Credentials(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	held = slices.DeleteFunc(held, func(h door.Held) bool { return h.Kind != door.Key })
	return web.View{Body: keysPage(p, in, held, secret, Tabs(ctx, "API keys"), refused)}, nil
}

// makeKey answers with the page itself: the secret is shown once and kept nowhere.
func (p *pages) makeKey(ctx context.Context, tx *tenants.Tx, in keyForm) (web.Done, error) {
	if strings.TrimSpace(in.Name) == "" {
		return web.Done{}, fault.ErrInvalid.With(fault.Field{Name: "name", Code: "required", Text: "Enter what the key is for, such as the name of the roster system"})
	}
	_, secret, err := p.accounts.MakeKey(ctx, tx, door.NewKey{Name: in.Name, Live: !web.Caller(ctx).Organisation.Sandbox, Roles: []string{keyRole(tx.Me.Kind)}})
	if err != nil {
		return web.Done{}, err
	}
	view, err := p.keysView(ctx, tx, keyForm{}, secret, nil)
	return web.Done{To: web.Base(ctx) + "/settings/keys", View: &view}, err
}

// keyRole is what the keys of a kind of organisation may do. A practice's
// manager may do less than roster systems do, and gives a key what they may.
func keyRole(kind tenants.Kind) string {
	if kind == tenants.Practice {
		return "practice_manager"
	}
	return "integration_engineer"
}

type keyID struct {
	ID tenants.ID `path:"id"`
}

func (p *pages) revokeKey(ctx context.Context, tx *tenants.Tx, in keyID) (web.Done, error) {
	if err := door.CloseCredential(ctx, tx, in.ID); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/settings/keys", Flash: &ui.Flash{Kind: "success", Title: "The key has been revoked"}}, nil
}

type clockForm struct {
	Date string `form:"date"`
	Time string `form:"time"`
}

func (p *pages) clock(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	local := tx.Now.In(civil.London)
	return p.clockAgain(ctx, tx, clockForm{Date: local.Format(time.DateOnly), Time: local.Format("15:04")}, nil)
}

func (p *pages) clockAgain(ctx context.Context, tx *tenants.Tx, in clockForm, refused *fault.Fault) (web.View, error) {
	return web.View{Narrow: true, Body: clockPage(in, civil.When(tx.Now), web.Caller(ctx).Organisation.Sandbox, Tabs(ctx, "Clock"), refused)}, nil
}

func (p *pages) setClock(ctx context.Context, tx *tenants.Tx, in clockForm) (web.Done, error) {
	day, err := civil.ParseDate(in.Date)
	if err != nil {
		return web.Done{}, fault.Of(err).With(fault.Field{Name: "date", Code: "date_wrong", Text: fault.Of(err).Text, Value: in.Date})
	}
	clock, err := civil.ParseClock(in.Time)
	if err != nil {
		return web.Done{}, fault.Of(err).With(fault.Field{Name: "time", Code: "time_wrong", Text: fault.Of(err).Text, Value: in.Time})
	}
	at, err := civil.Resolve(day, clock, civil.First)
	if err != nil {
		return web.Done{}, fault.Of(err).With(fault.Field{Name: "time", Code: "time_wrong", Text: fault.Of(err).Text, Value: in.Time})
	}
	if err := p.accounts.SetClock(ctx, tx, at); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/settings/clock", Flash: &ui.Flash{Kind: "success", Title: "The clock now shows " + civil.When(at)}}, nil
}
