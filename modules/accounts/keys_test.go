package accounts_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"wardbridge/internal/door"
	"wardbridge/internal/fault"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/accounts"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// signedIn is the secret of a new member of an organisation.
func (w world) signedIn(t *testing.T, org tenants.Party, roles ...string) (person tenants.ID, secret string) {
	t.Helper()
	person, _ = w.member(t, org, roles...)
	pgtest.Run(t, tenants.Nobody, func(ctx context.Context, tx *tenants.Tx) (err error) {
		secret, err = door.OpenSession(ctx, tx, person, false)
		return err
	})
	return person, secret
}

func TestMakeKey_givesNoMoreThanItsMakerHas(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	place := w.code(t, org)
	admin, adminSecret := w.signedIn(t, org, "org_admin")
	_, engineer := w.signedIn(t, org, "integration_engineer")
	stranger := pgtest.Person(t, "Stranger")
	until := time.Now().Add(400 * 24 * time.Hour)

	for name, c := range map[string]struct {
		secret string
		k      door.NewKey
		want   *fault.Fault // nil: it is made
	}{
		"an engineer's own rights":          {engineer, door.NewKey{Roles: []string{"integration_engineer"}}, nil},
		"an administrator's by an engineer": {engineer, door.NewKey{Roles: []string{"org_admin"}}, accounts.ErrBeyond},
		"finance's, narrowed to what both have": {engineer, door.NewKey{Roles: []string{"finance"},
			Scopes: []string{string(rbac.SelfBillRead)}}, nil},
		"finance's by an administrator":      {adminSecret, door.NewKey{Roles: []string{"finance"}}, nil},
		"an approver's, bound to nobody":     {adminSecret, door.NewKey{Roles: []string{"approver"}}, accounts.ErrKeyBound},
		"an approver's, bound to a member":   {adminSecret, door.NewKey{Roles: []string{"approver"}, Person: admin}, nil},
		"an approver's, bound to a stranger": {adminSecret, door.NewKey{Roles: []string{"approver"}, Person: stranger}, accounts.ErrNoMember},
		"an approver's that only reads":      {adminSecret, door.NewKey{Roles: []string{"approver"}, Scopes: []string{string(rbac.ShiftRead)}}, nil},
		"an agency's role":                   {adminSecret, door.NewKey{Roles: []string{"agency_admin"}}, accounts.ErrRoleKind},
		"no role":                            {adminSecret, door.NewKey{}, accounts.ErrNoRole},
		"a scope beyond its roles":           {adminSecret, door.NewKey{Roles: []string{"viewer"}, Scopes: []string{string(rbac.ShiftCreate)}}, accounts.ErrScope},
		"too long a life":                    {adminSecret, door.NewKey{Roles: []string{"viewer"}, Until: until}, door.ErrKeyLife},
	} {
		c.k.Name = name
		err := w.as(t, c.secret, place, func(ctx context.Context, tx *tenants.Tx) error {
			_, _, err := w.MakeKey(ctx, tx, c.k)
			return err
		})
		if (c.want == nil && err != nil) || (c.want != nil && !errors.Is(err, c.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMakeKey_aTokenIsItsMakersWhateverItAsksFor(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	boss, _ := w.signedIn(t, org, "org_admin")
	clerk, secret := w.signedIn(t, org, "viewer")
	var token string

	err := w.as(t, secret, w.code(t, org), func(ctx context.Context, tx *tenants.Tx) (err error) {
		if _, _, err := w.MakeKey(ctx, tx, door.NewKey{Name: "Phone", Token: true, Scopes: []string{string(rbac.MemberManage)}}); !errors.Is(err, accounts.ErrScope) {
			t.Errorf("a scope that the clerk lacks: %v", err)
		}
		_, token, err = w.MakeKey(ctx, tx, door.NewKey{Name: "Phone", Token: true, Person: boss})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	if c, err := w.door.Enter(t.Context(), token, ""); err != nil || c.Person != clerk {
		t.Errorf("the token is %v's, %v", c.Person, err)
	}
}

func TestKeys_showsNoSessions(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	_, secret := w.signedIn(t, org, "org_admin")
	place := w.code(t, org)

	err := w.as(t, secret, place, func(ctx context.Context, tx *tenants.Tx) error {
		id, _, err := w.MakeKey(ctx, tx, door.NewKey{Name: "Rostering", Roles: []string{"viewer"}})
		if err != nil {
			return err
		}
		keys, err := w.Keys(ctx, tx)
		if err != nil || len(keys) != 1 || keys[0].ID != id {
			t.Errorf("keys = %+v", keys)
		}
		if err := w.RevokeKey(ctx, tx, id); err != nil {
			return err
		}
		if keys, err = w.Keys(ctx, tx); err != nil || len(keys) != 0 {
			t.Errorf("after revoking: %+v", keys)
		}
		return err
	})

	if err != nil {
		t.Error(err)
	}
}

func TestSetClock_movesOneSandboxAndNobodyElse(t *testing.T) {
	t.Parallel()
	w, org, other := start(t), pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	real := pgtest.Org(t, tenants.Trust)
	pgtest.Exec(t, "update organisations set sandbox = false where id = $1", real.ID)
	at := time.Now().Add(45 * 24 * time.Hour).Truncate(time.Second)
	now := func(me tenants.Party) (now time.Time) {
		pgtest.Run(t, me, func(_ context.Context, tx *tenants.Tx) error { now = tx.Now; return nil })
		return now
	}
	set := func(me tenants.Party, at time.Time) error {
		return pgtest.DB(t).Run(t.Context(), me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error { return w.SetClock(ctx, tx, at) })
	}

	if err := set(org, at); err != nil {
		t.Fatal(err)
	}

	if got := now(org).Sub(at); got < 0 || got > time.Minute {
		t.Errorf("its clock is off by %v", got)
	}
	if got := time.Until(now(other)).Abs(); got > time.Minute {
		t.Errorf("another's clock moved by %v", got)
	}
	pgtest.Run(t, other, func(_ context.Context, tx *tenants.Tx) error {
		there, err := tx.NowAt(org.ID)
		if got := there.Sub(at); got < 0 || got > time.Minute {
			t.Errorf("seen from elsewhere it is off by %v", got)
		}
		return err
	})
	if err := set(real, at); !errors.Is(err, accounts.ErrNotSandbox) {
		t.Errorf("a real organisation: %v", err)
	}
	if err := set(org, time.Now().AddDate(40, 0, 0)); !errors.Is(err, accounts.ErrClockFar) {
		t.Errorf("forty years: %v", err)
	}
	if err := set(org, time.Now()); err != nil || time.Until(now(org)).Abs() > time.Minute {
		t.Errorf("back again: %v", err)
	}
}
