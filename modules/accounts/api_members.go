package accounts

import (
	"context"
	"time"

	"wardbridge/internal/door"
	"wardbridge/internal/paging"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

type memberJSON struct {
	ID         tenants.ID   `json:"id" doc:"The person."`
	Name       string       `json:"name"`
	Email      string       `json:"email"`
	Roles      []string     `json:"roles"`
	Wards      []tenants.ID `json:"wards" doc:"The wards that the roles are for; empty for every ward."`
	LastUsedAt *time.Time   `json:"last_used_at" doc:"When they last used a session."`
}

type pageIn struct {
	Cursor string `query:"cursor" doc:"The next_cursor of the page before."`
	Limit  int    `query:"limit" min:"1" max:"200" doc:"Rows on a page; 50 unless given."`
}

func (s *Service) listMembers(ctx context.Context, tx *tenants.Tx, in pageIn) (openapi.List[memberJSON], error) {
	page, next, err := s.MemberPage(ctx, tx, paging.Cursor(in.Cursor), in.Limit)
	out := openapi.List[memberJSON]{NextCursor: string(next)}
	for _, m := range page {
		out.Data = append(out.Data, memberJSON{ID: m.PersonID, Name: m.Name, Email: m.Email, Roles: m.Roles, Wards: m.Wards, LastUsedAt: m.LastUsedAt})
	}
	return out, err
}

type addMemberIn struct {
	Body struct {
		Email    string       `json:"email" format:"email" maxlen:"254"`
		Name     string       `json:"name" minlen:"2" maxlen:"120"`
		Roles    []string     `json:"roles" minlen:"1" maxlen:"10" example:"bank_office"`
		Wards    []tenants.ID `json:"wards,omitempty" minlen:"1" maxlen:"500" doc:"Only these wards; every ward unless given."`
		Password string       `json:"password,omitempty" format:"password" minlen:"12" maxlen:"200" doc:"To begin with; leave out for somebody who has an account."`
	}
}

type addedJSON struct {
	ID tenants.ID `json:"id" doc:"The person."`
}

func (s *Service) addMember(ctx context.Context, tx *tenants.Tx, in addMemberIn) (addedJSON, error) {
	b := in.Body
	id, err := s.AddMember(ctx, tx, tx.Me, NewMember{Email: b.Email, Name: b.Name, Password: b.Password, Roles: b.Roles, Wards: b.Wards})
	return addedJSON{ID: id}, err
}

type revokeRoleIn struct {
	ID   tenants.ID `path:"id" doc:"The person."`
	Body struct {
		Role string `json:"role" minlen:"1" maxlen:"40" example:"viewer"`
	}
}

func (s *Service) revokeRole(ctx context.Context, tx *tenants.Tx, in revokeRoleIn) (openapi.None, error) {
	return openapi.None{}, s.Revoke(ctx, tx, in.ID, in.Body.Role)
}

type keyJSON struct {
	ID         tenants.ID `json:"id"`
	Kind       string     `json:"kind" enum:"key,token" doc:"A key is the organisation's, a token one's own."`
	Name       string     `json:"name"`
	Prefix     string     `json:"prefix" doc:"How its secret begins, to tell keys apart." example:"wb_live_3f2a9b1c"`
	Roles      []string   `json:"roles" doc:"Of a key; a token has the roles of its person."`
	Scopes     []string   `json:"scopes" doc:"The permissions it is narrowed to; empty for all that the roles give."`
	CreatedAt  time.Time  `json:"created_at"`
	LastUsedAt time.Time  `json:"last_used_at"`
	ExpiresAt  time.Time  `json:"expires_at"`
}

func (s *Service) listKeys(ctx context.Context, tx *tenants.Tx, _ struct{}) (openapi.List[keyJSON], error) {
	held, err := s.Keys(ctx, tx)
	var out openapi.List[keyJSON]
	for _, h := range held {
		out.Data = append(out.Data, keyJSON{ID: h.ID, Kind: string(h.Kind), Name: h.Name, Prefix: h.Prefix, Roles: h.Roles, Scopes: h.Scopes,
			CreatedAt: h.CreatedAt, LastUsedAt: h.LastUsedAt, ExpiresAt: h.ExpiresAt})
	}
	return out, err
}

type makeKeyIn struct {
	Body struct {
		Name      string      `json:"name" minlen:"2" maxlen:"80" doc:"What it is for." example:"Rostering"`
		Roles     []string    `json:"roles" minlen:"1" maxlen:"10" example:"integration_engineer"`
		Scopes    []string    `json:"scopes,omitempty" maxlen:"60" doc:"Permissions to narrow it to; all that the roles give unless given." example:"shift:read"`
		PersonID  *tenants.ID `json:"person_id,omitempty" doc:"A member it is bound to. Needed for a key that may approve hours."`
		ExpiresAt *time.Time  `json:"expires_at,omitempty" doc:"In a year at most, and unless given."`
	}
}

type madeKeyJSON struct {
	ID     tenants.ID `json:"id"`
	Secret string     `json:"secret" doc:"Shown now and never again. Send it as Authorization: Bearer."`
}

func (s *Service) makeKey(ctx context.Context, tx *tenants.Tx, in makeKeyIn) (madeKeyJSON, error) {
	b := in.Body
	k := door.NewKey{Name: b.Name, Roles: b.Roles, Scopes: b.Scopes, Live: !door.CallerFrom(ctx).Organisation.Sandbox}
	if b.PersonID != nil {
		k.Person = *b.PersonID
	}
	if b.ExpiresAt != nil {
		k.Until = *b.ExpiresAt
	}
	id, secret, err := s.MakeKey(ctx, tx, k)
	return madeKeyJSON{ID: id, Secret: secret}, err
}

type keyIn struct {
	ID tenants.ID `path:"id"`
}

func (s *Service) revokeKey(ctx context.Context, tx *tenants.Tx, in keyIn) (openapi.None, error) {
	return openapi.None{}, s.RevokeKey(ctx, tx, in.ID)
}
