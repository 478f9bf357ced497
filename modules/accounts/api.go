package accounts

import (
	"context"
	"time"

	"wardbridge/internal/door"
	"wardbridge/internal/paging"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers what programs may ask of accounts. Signing in is for pages
// alone: a program brings a key or a token.
func (s *Service) Routes(r *openapi.Router) {
	admin := func(call openapi.Call) openapi.Option {
		return openapi.Example(func(openapi.World) openapi.Call { call.As = "admin@kingsmere.example"; return call })
	}
	staff := func(call openapi.Call) openapi.Option {
		return openapi.Example(func(openapi.World) openapi.Call { call.As = "staff@wardbridge.example"; return call })
	}
	openapi.Get(r, "/me", rbac.AccountUse, "Show who is asking", s.me, openapi.Tag("accounts"),
		openapi.Describe("The person, the party and the permissions of the key or token that came with the request."), admin(openapi.Call{}))
	openapi.Get(r, "/organisation", rbac.OrganisationRead, "Show one's own organisation", s.own, openapi.Tag("accounts"), admin(openapi.Call{}))
	openapi.Get(r, "/organisations", rbac.OrganisationRead, "List organisations", s.listOrganisations, openapi.Tag("accounts"),
		openapi.Describe("The directory of everybody on the platform, by name."), admin(openapi.Call{Query: map[string]string{"kind": "agency"}}))
	openapi.Post(r, "/organisations", rbac.OrganisationCreate, "Create an organisation", s.createOrganisation, openapi.Tag("accounts"),
		openapi.Status(201), openapi.Faults(ErrCodeTaken, ErrPassword, ErrEmail), staff(openapi.Call{Body: map[string]any{
			"code": "example-trust", "letters": "EXT", "kind": "trust", "name": "Example NHS Trust", "sandbox": true}}))
	openapi.Get(r, "/members", rbac.MemberRead, "List members", s.listMembers, openapi.Tag("accounts"), admin(openapi.Call{}))
	openapi.Post(r, "/members", rbac.MemberManage, "Add a member", s.addMember, openapi.Tag("accounts"), openapi.Status(201),
		openapi.Faults(ErrEmail, ErrRoleKind, ErrPassword), admin(openapi.Call{Body: map[string]any{
			"email": "new.viewer@kingsmere.example", "name": "Noor Viewer", "roles": []string{"viewer"}, "password": "three random words"}}),
		openapi.Describe("Somebody who already has an account keeps it, with their name and password, and gains the roles."))
	openapi.Post(r, "/members/{id}/revoke", rbac.MemberManage, "Revoke a member's role", s.revokeRole, openapi.Tag("accounts"), openapi.Faults(ErrLastAdmin),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "admin@kingsmere.example", Path: map[string]string{"id": w.ID("kingsmere.member.viewer")}, Body: map[string]any{"role": "viewer"}}
		}))
	openapi.Get(r, "/keys", rbac.KeyManage, "List keys", s.listKeys, openapi.Tag("accounts"), admin(openapi.Call{}))
	openapi.Post(r, "/keys", rbac.KeyManage, "Make a key", s.makeKey, openapi.Tag("accounts"), openapi.Status(201), openapi.Secret(),
		openapi.Faults(ErrRoleKind, ErrScope, ErrBeyond, ErrKeyBound, ErrNoMember, door.ErrKeyLife),
		openapi.Describe("The secret is answered once and kept nowhere. A key lives for a year at most."),
		admin(openapi.Call{Body: map[string]any{"name": "Rostering", "roles": []string{"integration_engineer"}}}))
	openapi.Post(r, "/keys/{id}/revoke", rbac.KeyManage, "Revoke a key", s.revokeKey, openapi.Tag("accounts"),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "admin@kingsmere.example", Path: map[string]string{"id": w.ID("kingsmere.key")}}
		}))
	openapi.Post(r, "/clock", rbac.ClockSet, "Set the clock", s.setTheClock, openapi.Tag("accounts"), openapi.Faults(ErrNotSandbox, ErrClockFar),
		openapi.Describe("Only a demonstration or sandbox organisation has a clock that can be moved. Work that falls due by it is done within a second or two."),
		openapi.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "admin@clockwork.example", Body: map[string]any{"now": time.Now().Format(time.RFC3339)}}
		}))
}

type personJSON struct {
	ID    tenants.ID `json:"id"`
	Name  string     `json:"name" example:"Priya Raman"`
	Email string     `json:"email"`
}

type roleJSON struct {
	ID    string `json:"id" example:"bank_office"`
	Title string `json:"title" example:"Bank office"`
}

type meJSON struct {
	Person      *personJSON  `json:"person" doc:"Null for a key that is bound to nobody."`
	Party       tenants.ID   `json:"party" doc:"The organisation, or the person themselves as a worker."`
	Kind        tenants.Kind `json:"kind" example:"trust"`
	Code        string       `json:"code" doc:"The organisation's code, or me." example:"kingsmere"`
	Name        string       `json:"name" doc:"The organisation's name; empty for a worker."`
	Sandbox     bool         `json:"sandbox"`
	Credential  string       `json:"credential" enum:"key,token"`
	Roles       []roleJSON   `json:"roles"`
	Permissions []string     `json:"permissions" doc:"What the roles allow, within the scopes of the key."`
	Wards       []tenants.ID `json:"wards" doc:"The wards that the roles are for; empty for every ward."`
	Now         time.Time    `json:"now" doc:"The instant on the party's clock."`
}

func (s *Service) me(ctx context.Context, tx *tenants.Tx, _ struct{}) (meJSON, error) {
	c := door.CallerFrom(ctx)
	m := meJSON{Party: c.Party.ID, Kind: c.Party.Kind, Code: c.Organisation.Code, Name: c.Organisation.Name, Sandbox: c.Organisation.Sandbox,
		Credential: string(c.Kind), Wards: c.Wards, Now: tx.Now}
	if c.Person != (tenants.ID{}) {
		m.Person = &personJSON{ID: c.Person, Name: c.Name, Email: c.Email}
	}
	for _, id := range c.Roles {
		if role, ok := s.gate.Role(id); ok {
			m.Roles = append(m.Roles, roleJSON{ID: id, Title: role.Title})
		}
	}
	for _, e := range rbac.Catalogue() {
		if s.gate.Allows(c.Subject(), e.Permission) {
			m.Permissions = append(m.Permissions, string(e.Permission))
		}
	}
	return m, nil
}

type organisationJSON struct {
	ID        tenants.ID   `json:"id"`
	Code      string       `json:"code" example:"kingsmere"`
	Letters   string       `json:"letters" doc:"The letters that its references begin with." example:"KUH"`
	Kind      tenants.Kind `json:"kind" enum:"trust,hub,practice,agency,platform"`
	Name      string       `json:"name" example:"Kingsmere University Hospitals NHS Trust"`
	Nation    string       `json:"nation" enum:"england,wales,scotland,northern-ireland"`
	ODSCode   string       `json:"ods_code" doc:"The code of the NHS Organisation Data Service; empty when there is none."`
	Sandbox   bool         `json:"sandbox" doc:"A demonstration or sandbox organisation, whose clock may be moved."`
	CreatedAt time.Time    `json:"created_at"`
}

func organisationOut(o Organisation) organisationJSON {
	return organisationJSON{ID: o.ID, Code: o.Code, Letters: o.Letters, Kind: o.Kind, Name: o.Name, Nation: o.Nation,
		ODSCode: o.ODSCode, Sandbox: o.Sandbox, CreatedAt: o.CreatedAt}
}

func (s *Service) own(ctx context.Context, tx *tenants.Tx, _ struct{}) (organisationJSON, error) {
	o, err := s.Own(ctx, tx)
	return organisationOut(o), err
}

type listOrganisationsIn struct {
	Kind   string `query:"kind" enum:"trust,hub,practice,agency,platform" doc:"Only organisations of this kind."`
	Cursor string `query:"cursor" doc:"The next_cursor of the page before."`
	Limit  int    `query:"limit" min:"1" max:"200" doc:"Rows on a page; 50 unless given."`
}

func (s *Service) listOrganisations(ctx context.Context, tx *tenants.Tx, in listOrganisationsIn) (openapi.List[organisationJSON], error) {
	page, next, err := s.Page(ctx, tx, OrganisationFilter{Kind: tenants.Kind(in.Kind), Cursor: paging.Cursor(in.Cursor), Limit: in.Limit})
	out := openapi.List[organisationJSON]{NextCursor: string(next)}
	for _, o := range page {
		out.Data = append(out.Data, organisationOut(o))
	}
	return out, err
}

type createOrganisationIn struct {
	Body struct {
		Code          string              `json:"code" pattern:"^[a-z][a-z0-9-]{1,40}$" example:"kingsmere" doc:"Used in addresses and files; cannot be changed."`
		Letters       string              `json:"letters" pattern:"^[A-Z]{2,5}$" example:"KUH"`
		Kind          string              `json:"kind" enum:"trust,hub,practice,agency"`
		Name          string              `json:"name" minlen:"2" maxlen:"120"`
		Nation        string              `json:"nation,omitempty" enum:"england,wales,scotland,northern-ireland" doc:"England unless given."`
		ODSCode       string              `json:"ods_code,omitempty" pattern:"^[A-Z0-9]{3,9}$"`
		Sandbox       bool                `json:"sandbox,omitempty"`
		Administrator *administratorInput `json:"administrator,omitempty" doc:"Whoever will invite the others."`
	}
}

type administratorInput struct {
	Email    string `json:"email" format:"email" maxlen:"254"`
	Name     string `json:"name" minlen:"2" maxlen:"120"`
	Password string `json:"password,omitempty" format:"password" minlen:"12" maxlen:"200" doc:"Leave out for somebody who has an account."`
}

func (s *Service) createOrganisation(ctx context.Context, tx *tenants.Tx, in createOrganisationIn) (organisationJSON, error) {
	b := in.Body
	o, err := s.CreateOrganisation(ctx, tx, NewOrganisation{Code: b.Code, Letters: b.Letters, Kind: tenants.Kind(b.Kind), Name: b.Name,
		Nation: b.Nation, ODSCode: b.ODSCode, Sandbox: b.Sandbox})
	if err == nil && b.Administrator != nil {
		role := map[tenants.Kind]string{tenants.Agency: "agency_admin", tenants.Practice: "practice_manager"}[o.Kind]
		if role == "" {
			role = "org_admin"
		}
		_, err = s.AddMember(ctx, tx, tenants.Party{ID: o.ID, Kind: o.Kind}, NewMember{Email: b.Administrator.Email,
			Name: b.Administrator.Name, Password: b.Administrator.Password, Roles: []string{role}})
	}
	return organisationOut(o), err
}

type clockIn struct {
	Body struct {
		Now time.Time `json:"now" doc:"What the organisation's clock shows from now on; it goes on running." example:"2026-11-24T07:00:00Z"`
	}
}

type clockJSON struct {
	Now time.Time `json:"now"`
}

func (s *Service) setTheClock(ctx context.Context, tx *tenants.Tx, in clockIn) (clockJSON, error) {
	return clockJSON{Now: in.Body.Now}, s.SetClock(ctx, tx, in.Body.Now)
}
