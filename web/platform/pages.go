// Package platform holds the pages of the people who run the service.
package platform

import (
	"context"
	"regexp"
	"strings"

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
	as := func(openapi.World) openapi.Call { return openapi.Call{As: "staff@wardbridge.example"} }
	staff := web.Example(as)
	web.Get(s, "/platform", rbac.OrganisationRead, "Platform", p.home, staff)
	web.Get(s, "/platform/organisations/new", rbac.OrganisationCreate, "New organisation", p.fresh, staff)
	web.Post(s, "/platform/organisations/new", rbac.OrganisationCreate, "New organisation", p.create, p.freshAgain,
		web.Typed(as, map[string]string{"name": "Example NHS Trust", "kind": "trust", "code": "example-trust", "letters": "EXT", "ods_code": "RX9",
			"email": "admin@example-trust.example", "admin": "Asha Example", "password": "three random words"}))
	s.Nav("platform", 10, "Organisations", "", rbac.OrganisationRead, "", nil)
}

type none struct{}

func (p *pages) home(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	all, err := p.accounts.Directory(ctx, tx, "")
	if err != nil {
		return web.View{}, err
	}
	return web.View{Body: homePage(all)}, nil
}

type form struct {
	Name     string `form:"name" maxlen:"120"`
	Kind     string `form:"kind"`
	Code     string `form:"code" maxlen:"40"`
	Letters  string `form:"letters" maxlen:"5"`
	ODSCode  string `form:"ods_code" maxlen:"9"`
	Email    string `form:"email" maxlen:"254"`
	Admin    string `form:"admin" maxlen:"120"`
	Password string `form:"password"`
}

func (p *pages) fresh(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	return p.freshAgain(ctx, tx, form{Kind: "trust"}, nil)
}

func (p *pages) freshAgain(_ context.Context, _ *tenants.Tx, in form, refused *fault.Fault) (web.View, error) {
	return web.View{Narrow: true, Body: newPage(in, refused)}, nil
}

var (
	codeShape    = regexp.MustCompile(`^[a-z][a-z0-9-]{1,40}$`)
	lettersShape = regexp.MustCompile(`^[A-Z]{2,5}$`)
	odsShape     = regexp.MustCompile(`^([A-Z0-9]{3,9})?$`)
)

// administrator is the role of the first person of each kind of organisation.
var administrator = map[string]string{"trust": "org_admin", "hub": "org_admin", "practice": "practice_manager", "agency": "agency_admin"}

func (p *pages) create(ctx context.Context, tx *tenants.Tx, in form) (web.Done, error) {
	var wrong []fault.Field
	check := func(ok bool, name, value, text string) {
		if !ok {
			wrong = append(wrong, fault.Field{Name: name, Code: "wrong_format", Text: text, Value: value})
		}
	}
	check(len(strings.TrimSpace(in.Name)) > 1, "name", in.Name, "Enter the organisation's name")
	check(administrator[in.Kind] != "", "kind", in.Kind, "Choose what kind of organisation it is")
	check(codeShape.MatchString(in.Code), "code", in.Code, "A code has small letters, digits and hyphens, such as kingsmere")
	check(lettersShape.MatchString(in.Letters), "letters", in.Letters, "Two to five capital letters, such as KUH")
	check(odsShape.MatchString(in.ODSCode), "ods_code", in.ODSCode, "An ODS code has 3 to 9 capital letters and digits, such as RK2")
	check(len(strings.TrimSpace(in.Admin)) > 1, "admin", in.Admin, "Enter the administrator's name")
	if len(wrong) > 0 {
		return web.Done{}, fault.ErrInvalid.With(wrong...)
	}
	made, err := p.accounts.CreateOrganisation(ctx, tx, accounts.NewOrganisation{Code: in.Code, Letters: in.Letters, Kind: tenants.Kind(in.Kind), Name: in.Name, ODSCode: in.ODSCode})
	if err != nil {
		return web.Done{}, err
	}
	_, err = p.accounts.AddMember(ctx, tx, tenants.Party{ID: made.ID, Kind: made.Kind}, accounts.NewMember{
		Email: in.Email, Name: in.Admin, Password: in.Password, Roles: []string{administrator[in.Kind]}})
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: "/platform", Flash: &ui.Flash{Kind: "success", Title: in.Name + " has been added"}}, nil
}

var kindWords = map[tenants.Kind]string{tenants.Trust: "NHS trust", tenants.Hub: "GP hub", tenants.Practice: "GP practice",
	tenants.Agency: "Agency", tenants.Platform: "Platform"}

func clockOf(o accounts.Organisation) string {
	if o.Sandbox {
		return "Sandbox"
	}
	return ""
}
