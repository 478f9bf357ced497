package accounts

import (
	"context"
	"slices"

	"wardbridge/internal/door"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// MakeKey makes an organisation key with the roles of an integration, or a
// personal token of the caller, and returns its secret, which is shown once. It
// never gives more than its maker has, or could give as an administrator, and a
// key that may approve hours is bound to a person, so that nobody approves
// their own through one.
func (s *Service) MakeKey(ctx context.Context, tx *tenants.Tx, k door.NewKey) (tenants.ID, string, error) {
	maker := door.CallerFrom(ctx).Subject()
	house := tx.Actor.Kind != tenants.Person && tx.Actor.Kind != tenants.Key
	if k.Token {
		if !house {
			k.Person, k.Worker = tx.Actor.Person, tx.Me.Kind == tenants.Worker
		}
		if err := s.checkToken(k, maker, house); err != nil {
			return tenants.ID{}, "", err
		}
		return door.OpenKey(ctx, tx, k)
	}
	if err := s.checkKey(tx, k); err != nil {
		return tenants.ID{}, "", err
	}
	if house {
		return door.OpenKey(ctx, tx, k)
	}
	if err := s.within(tx, k, maker); err != nil {
		return tenants.ID{}, "", err
	}
	if k.Person != (tenants.ID{}) {
		all, err := s.Members(ctx, tx)
		if err != nil {
			return tenants.ID{}, "", err
		}
		if !slices.ContainsFunc(all, func(m Member) bool { return m.PersonID == k.Person }) {
			return tenants.ID{}, "", refused(ErrNoMember, "person_id", k.Person.String())
		}
	}
	return door.OpenKey(ctx, tx, k)
}

// RevokeKey ends a key of the organisation that acts, or a token or session of
// the caller's own. Another's is not found.
func (s *Service) RevokeKey(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	return door.CloseCredential(ctx, tx, id)
}

// Keys lists the organisation's keys and the caller's own tokens, newest first.
func (s *Service) Keys(ctx context.Context, tx *tenants.Tx) ([]door.Held, error) {
	held, err := door.Credentials(ctx, tx)
	return slices.DeleteFunc(held, func(h door.Held) bool { return h.Kind == door.Session }), err
}

// checkToken: a token has the roles of its person, so only its scopes can be
// wrong, and they can only narrow.
func (s *Service) checkToken(k door.NewKey, maker rbac.Subject, house bool) error {
	if k.Person == (tenants.ID{}) {
		return refused(ErrNoMember, "person_id", "")
	}
	for _, scope := range k.Scopes {
		if !known(scope) || (!house && !s.gate.Allows(maker, rbac.Permission(scope))) {
			return refused(ErrScope, "scopes", scope)
		}
	}
	return nil
}

func (s *Service) checkKey(tx *tenants.Tx, k door.NewKey) error {
	if len(k.Roles) == 0 {
		return refused(ErrNoRole, "roles", "")
	}
	for _, r := range k.Roles {
		role, ok := s.gate.Role(r)
		if !ok || !slices.Contains(role.Kinds, tx.Me.Kind) {
			return refused(ErrRoleKind, "roles", r)
		}
	}
	all := rbac.Subject{Kind: tx.Me.Kind, Roles: k.Roles}
	for _, scope := range k.Scopes {
		if !s.gate.Allows(all, rbac.Permission(scope)) {
			return refused(ErrScope, "scopes", scope)
		}
	}
	if k.Person == (tenants.ID{}) && s.gate.Allows(rbac.Subject{Kind: tx.Me.Kind, Roles: k.Roles, Scopes: k.Scopes}, rbac.TimesheetApprove) {
		return refused(ErrKeyBound, "person_id", "")
	}
	return nil
}

// within refuses a key that could do what its maker may not, unless the maker
// gives roles to people anyway.
func (s *Service) within(tx *tenants.Tx, k door.NewKey, maker rbac.Subject) error {
	if maker.Kind != tx.Me.Kind {
		return ErrBeyond
	}
	if s.gate.Allows(maker, rbac.MemberManage) {
		return nil
	}
	made := rbac.Subject{Kind: tx.Me.Kind, Roles: k.Roles, Scopes: k.Scopes}
	for _, e := range rbac.Catalogue() {
		if s.gate.Allows(made, e.Permission) && !s.gate.Allows(maker, e.Permission) {
			return ErrBeyond
		}
	}
	return nil
}

func known(scope string) bool {
	return slices.ContainsFunc(rbac.Catalogue(), func(e rbac.Entry) bool { return string(e.Permission) == scope })
}
