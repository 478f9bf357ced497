package door

import (
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Organisation is what every page of a party says about it.
type Organisation struct {
	Code    string
	Letters string
	Name    string
	Nation  string
	Sandbox bool
}

// CredentialKind is the kind of secret a caller came with.
type CredentialKind string

// The kinds of credential. A session works on pages, a key and a token on /v1.
const (
	Session CredentialKind = "session"
	Key     CredentialKind = "key"
	Token   CredentialKind = "token"
)

// Caller is who stands at the door: a person or a key, as one party.
type Caller struct {
	Person       tenants.ID // zero for a key bound to nobody
	Name, Email  string
	Party        tenants.Party
	Organisation Organisation
	Roles        []string
	Scopes       []string
	Wards        []tenants.ID // nil: every ward
	Credential   tenants.ID
	Kind         CredentialKind // "" for a visitor
	Version      int64
}

// Visitor is a caller who has not signed in.
var Visitor = Caller{Party: tenants.Nobody, Roles: []string{"visitor"}}

// SignedIn reports whether the caller proved who they are.
func (c Caller) SignedIn() bool { return c.Kind != "" }

// Actor is the caller as audit names it.
func (c Caller) Actor(request string) tenants.Actor {
	a := tenants.Actor{Kind: tenants.Person, ID: c.Person, Name: c.Name, Person: c.Person,
		Credential: c.Credential, Version: c.Version, Wards: c.Wards, Request: request}
	if c.Kind == Key {
		a.Kind, a.ID = tenants.Key, c.Credential
	}
	if !c.SignedIn() {
		a.Kind, a.Name = tenants.System, "visitor"
	}
	return a
}

// Subject is the caller as the gate knows it.
func (c Caller) Subject() rbac.Subject {
	return rbac.Subject{Kind: c.Party.Kind, Roles: c.Roles, Scopes: c.Scopes}
}
