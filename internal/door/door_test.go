package door_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"wardbridge/internal/door"
	"wardbridge/internal/fault"
	"wardbridge/internal/pgtest"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// house is a door and what a test needs to put people before it.
type house struct {
	*door.Door
	db *tenants.DB
}

func open(t *testing.T) house {
	t.Helper()
	gate, err := rbac.NewGate()
	if err != nil {
		t.Fatal(err)
	}
	db := pgtest.DB(t)
	return house{Door: door.New(db, gate), db: db}
}

func code(t *testing.T, org tenants.Party) (code string) {
	t.Helper()
	if err := pgtest.Owner(t).QueryRow(t.Context(), "select code from organisations where id = $1", org.ID).Scan(&code); err != nil {
		t.Fatal(err)
	}
	return code
}

// grant gives a role past the walls, as if it had been given long ago.
func grant(t *testing.T, person tenants.ID, org tenants.Party, role string, wards ...tenants.ID) {
	t.Helper()
	var on any
	if len(wards) > 0 {
		on = wards
	}
	pgtest.Exec(t, "insert into grants (id, person_id, organisation_id, role, wards, granted_at) values ($1, $2, $3, $4, $5, now())",
		tenants.NewID(), person, org.ID, role, on)
}

func session(t *testing.T, person tenants.ID) (secret string) {
	t.Helper()
	pgtest.Run(t, tenants.Nobody, func(ctx context.Context, tx *tenants.Tx) (err error) {
		secret, err = door.OpenSession(ctx, tx, person, false)
		return err
	})
	return secret
}

func (h house) key(t *testing.T, org tenants.Party, k door.NewKey) (id tenants.ID, secret string) {
	t.Helper()
	pgtest.Run(t, org, func(ctx context.Context, tx *tenants.Tx) (err error) {
		id, secret, err = door.OpenKey(ctx, tx, k)
		return err
	})
	return id, secret
}

func (h house) enter(t *testing.T, secret, place string) door.Caller {
	t.Helper()
	c, err := h.Enter(t.Context(), secret, place)
	if err != nil {
		t.Fatalf("enter %q: %v", place, err)
	}
	return c
}

// use is one unit of work of a caller that reads something of its own.
func (h house) use(t *testing.T, c door.Caller, secret string) error {
	t.Helper()
	return h.Run(t.Context(), c, secret, "req", func(ctx context.Context, tx *tenants.Tx) error {
		var n int
		return tx.NewRaw("select count(*) from organisations").Scan(ctx, &n)
	})
}

// revoke takes a role as the organisation does.
func revoke(t *testing.T, org tenants.Party, person tenants.ID, role string) {
	t.Helper()
	pgtest.Run(t, org, func(ctx context.Context, tx *tenants.Tx) error {
		var did bool
		err := tx.NewRaw("select app.revoke_role(?, ?)", person, role).Scan(ctx, &did)
		if err == nil && !did {
			err = errors.New("nothing was revoked")
		}
		return err
	})
}

func TestEnter_aPersonIsSomebodyElseInEachOrganisation(t *testing.T) {
	t.Parallel()
	h, person := open(t), pgtest.Person(t, "Priya Raman")
	one, two := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	grant(t, person, one, "bank_office")
	grant(t, person, two, "agency_consultant")
	secret := session(t, person)

	a, b := h.enter(t, secret, code(t, one)), h.enter(t, secret, code(t, two))

	if a.Party != one || !slices.Equal(a.Roles, []string{"bank_office"}) || a.Person != person {
		t.Errorf("in the trust: %+v", a)
	}
	if b.Party != two || !slices.Equal(b.Roles, []string{"agency_consultant"}) || b.Credential != a.Credential {
		t.Errorf("in the agency: %+v", b)
	}
}

func TestEnter_anotherOrganisationIsNotFound(t *testing.T) {
	t.Parallel()
	h, person := open(t), pgtest.Person(t, "Priya Raman")
	mine, other := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	grant(t, person, mine, "org_admin")
	secret := session(t, person)

	_, there := h.Enter(t.Context(), secret, code(t, other))
	_, nowhere := h.Enter(t.Context(), secret, "no-such-place")

	if !errors.Is(there, fault.ErrNotFound) || !errors.Is(nowhere, fault.ErrNotFound) {
		t.Errorf("got %v and %v, want not found for both", there, nowhere)
	}
	if _, err := h.Enter(t.Context(), "wb_session_guess", code(t, mine)); !errors.Is(err, door.ErrSignIn) {
		t.Errorf("a guessed secret: %v", err)
	}
}

func TestEnter_theWorkersPlaceNeedsTheClinicianRole(t *testing.T) {
	t.Parallel()
	h := open(t)
	agency := pgtest.Org(t, tenants.Agency)
	nurse, clerk := pgtest.Person(t, "Aisha Bello"), pgtest.Person(t, "Colin Clerk")
	grant(t, nurse, agency, "clinician")
	grant(t, clerk, agency, "agency_consultant")

	me := h.enter(t, session(t, nurse), "me")
	_, refused := h.Enter(t.Context(), session(t, clerk), "me")
	_, office := h.Enter(t.Context(), session(t, nurse), code(t, agency))

	if me.Party != (tenants.Party{ID: nurse, Kind: tenants.Worker}) || !slices.Equal(me.Roles, []string{"clinician"}) {
		t.Errorf("the nurse is %+v", me)
	}
	if !errors.Is(refused, fault.ErrNotFound) || !errors.Is(office, fault.ErrNotFound) {
		t.Errorf("clerk as worker: %v; nurse in the agency's office: %v", refused, office)
	}
}

func TestEnter_anOldOrQuietSessionIsDead(t *testing.T) {
	t.Parallel()
	h, person := open(t), pgtest.Person(t, "Priya Raman")
	org := pgtest.Org(t, tenants.Trust)
	grant(t, person, org, "viewer")
	old, quiet, alive := session(t, person), session(t, person), session(t, person)
	pgtest.Exec(t, "update credentials set expires_at = now() - interval '1 second' where token_hash = sha256($1::text::bytea)", old)
	pgtest.Exec(t, "update credentials set last_used_at = now() - interval '31 minutes' where token_hash = sha256($1::text::bytea)", quiet)

	for name, secret := range map[string]string{"expired": old, "quiet": quiet} {
		if _, err := h.Enter(t.Context(), secret, code(t, org)); !errors.Is(err, door.ErrSignIn) {
			t.Errorf("%s: %v", name, err)
		}
	}
	h.enter(t, alive, code(t, org))
}

func TestRun_aRevokedRoleIsDeadAtTheNextStatement(t *testing.T) {
	t.Parallel()
	h, person := open(t), pgtest.Person(t, "Priya Raman")
	org := pgtest.Org(t, tenants.Trust)
	grant(t, person, org, "viewer")
	secret := session(t, person)
	c := h.enter(t, secret, code(t, org))
	if err := h.use(t, c, secret); err != nil {
		t.Fatal(err)
	}

	revoke(t, org, person, "viewer")

	if err := h.use(t, c, secret); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("after the only role went: %v", err)
	}
}

func TestRun_aRoleMoreOrLessAsksForThePermissionAgain(t *testing.T) {
	t.Parallel()
	h, person := open(t), pgtest.Person(t, "Priya Raman")
	org := pgtest.Org(t, tenants.Trust)
	grant(t, person, org, "viewer")
	grant(t, person, org, "finance")
	secret := session(t, person)
	c := h.enter(t, secret, code(t, org))

	revoke(t, org, person, "finance")

	if err := h.use(t, c, secret); !errors.Is(err, tenants.ErrStale) {
		t.Errorf("with a role less: %v", err)
	}
	fresh := h.enter(t, secret, code(t, org))
	if err := h.use(t, fresh, secret); err != nil || !slices.Equal(fresh.Roles, []string{"viewer"}) {
		t.Errorf("as %v: %v", fresh.Roles, err)
	}
	if err := h.Allow(fresh, rbac.SelfBillIssue); !errors.Is(err, door.ErrRole) {
		t.Errorf("issuing: %v", err)
	}
}

func TestRun_goesOnWhenOnlyTheVersionMoved(t *testing.T) {
	t.Parallel()
	h, person := open(t), pgtest.Person(t, "Priya Raman")
	org, elsewhere := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	grant(t, person, org, "viewer")
	grant(t, person, elsewhere, "viewer")
	secret := session(t, person)
	c := h.enter(t, secret, code(t, org))

	revoke(t, elsewhere, person, "viewer")

	if err := h.use(t, c, secret); err != nil {
		t.Errorf("a change elsewhere: %v", err)
	}
}

func TestRun_aClosedSessionIsDeadWhileItIsRemembered(t *testing.T) {
	t.Parallel()
	h, person := open(t), pgtest.Person(t, "Priya Raman")
	org := pgtest.Org(t, tenants.Trust)
	grant(t, person, org, "viewer")
	secret, other := session(t, person), session(t, person)
	c := h.enter(t, secret, code(t, org))

	err := h.Run(t.Context(), c, secret, "req", func(ctx context.Context, tx *tenants.Tx) error {
		return door.CloseCredential(ctx, tx, tx.Actor.Credential)
	})

	if err != nil {
		t.Fatal(err)
	}
	if err := h.use(t, c, secret); !errors.Is(err, door.ErrSignIn) {
		t.Errorf("after closing: %v", err)
	}
	h.enter(t, other, code(t, org))
}

func TestCloseCredential_reachesNoOtherPersonsSessionAndNoOtherPartysKey(t *testing.T) {
	t.Parallel()
	h := open(t)
	mine, theirs := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	id, secret := h.key(t, theirs, door.NewKey{Name: "Rostering", Roles: []string{"integration_engineer"}})

	err := pgtest.DB(t).Run(t.Context(), mine, pgtest.Actor(mine), func(ctx context.Context, tx *tenants.Tx) error {
		return door.CloseCredential(ctx, tx, id)
	})

	if !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("closing another's key: %v", err)
	}
	h.enter(t, secret, "")
}

func TestCloseSessions_leavesKeysAlone(t *testing.T) {
	t.Parallel()
	h, person := open(t), pgtest.Person(t, "Priya Raman")
	org := pgtest.Org(t, tenants.Trust)
	grant(t, person, org, "viewer")
	one, two := session(t, person), session(t, person)
	_, key := h.key(t, org, door.NewKey{Name: "Mine", Person: person, Roles: []string{"viewer"}})
	c := h.enter(t, one, code(t, org))
	closed := 0

	err := h.Run(t.Context(), c, one, "req", func(ctx context.Context, tx *tenants.Tx) (err error) {
		closed, err = door.CloseSessions(ctx, tx)
		return err
	})

	if err != nil || closed != 2 {
		t.Fatalf("closed %d, %v", closed, err)
	}
	if _, err := h.Enter(t.Context(), two, code(t, org)); !errors.Is(err, door.ErrSignIn) {
		t.Errorf("the other session: %v", err)
	}
	h.enter(t, key, "")
}

func TestEnter_aKeyBelongsToOneOrganisation(t *testing.T) {
	t.Parallel()
	h := open(t)
	org, other := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	id, secret := h.key(t, org, door.NewKey{Name: "Rostering", Live: true, Roles: []string{"integration_engineer"}})

	c := h.enter(t, secret, "")

	if c.Party != org || c.Kind != door.Key || c.Credential != id || c.Person != (tenants.ID{}) || c.Name != "Rostering" {
		t.Errorf("got %+v", c)
	}
	if a := c.Actor("req"); a.Kind != tenants.Key || a.ID != id {
		t.Errorf("audit would name %+v", a)
	}
	if _, err := h.Enter(t.Context(), secret, code(t, other)); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("elsewhere: %v", err)
	}
	if err := h.use(t, c, secret); err != nil {
		t.Error(err)
	}
}

func TestAllow_scopesNarrowAKeyAndNeverWidenIt(t *testing.T) {
	t.Parallel()
	h, org := open(t), pgtest.Org(t, tenants.Trust)
	_, secret := h.key(t, org, door.NewKey{Name: "Reader", Roles: []string{"viewer"}, Scopes: []string{string(rbac.ShiftRead), string(rbac.SelfBillIssue)}})

	c := h.enter(t, secret, "")

	for p, want := range map[rbac.Permission]bool{rbac.ShiftRead: true, rbac.BookingRead: false, rbac.SelfBillIssue: false, rbac.AccountUse: true} {
		if got := h.Allow(c, p) == nil; got != want {
			t.Errorf("%s allowed: %v, want %v", p, got, want)
		}
	}
}

func TestEnter_aTokenActsForItsPersonInThePlaceItWasMadeFor(t *testing.T) {
	t.Parallel()
	h, person := open(t), pgtest.Person(t, "Priya Raman")
	org, other := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	ward := tenants.NewID()
	grant(t, person, org, "ward_manager", ward)
	grant(t, person, other, "org_admin")
	_, secret := h.key(t, org, door.NewKey{Name: "Phone", Person: person, Token: true, Scopes: []string{string(rbac.ShiftRead)}})

	c := h.enter(t, secret, "")

	if c.Party != org || c.Person != person || c.Kind != door.Token || !slices.Equal(c.Wards, []tenants.ID{ward}) {
		t.Errorf("got %+v", c)
	}
	if h.Allow(c, rbac.ShiftRead) != nil || h.Allow(c, rbac.TimesheetApprove) == nil {
		t.Error("its scopes do not hold")
	}
	if _, err := h.Enter(t.Context(), secret, code(t, other)); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("elsewhere: %v", err)
	}
	revoke(t, org, person, "ward_manager")
	if err := h.use(t, c, secret); err == nil {
		t.Error("a token outlived the role behind it")
	}
}

func TestEnter_aWorkersTokenIsTheWorkers(t *testing.T) {
	t.Parallel()
	h, nurse := open(t), pgtest.Person(t, "Aisha Bello")
	agency := pgtest.Org(t, tenants.Agency)
	grant(t, nurse, agency, "clinician")
	me := tenants.Party{ID: nurse, Kind: tenants.Worker}
	_, secret := h.key(t, me, door.NewKey{Name: "Phone", Person: nurse, Token: true, Worker: true})

	c := h.enter(t, secret, "")

	if c.Party != me || c.Kind != door.Token {
		t.Errorf("got %+v", c)
	}
	if err := h.use(t, c, secret); err != nil {
		t.Error(err)
	}
}

func TestOpenKey_refusesOneThatLivesTooLong(t *testing.T) {
	t.Parallel()
	org := pgtest.Org(t, tenants.Trust)
	for name, k := range map[string]door.NewKey{
		"key":   {Name: "Key", Roles: []string{"viewer"}, Until: time.Now().Add(366 * 24 * time.Hour)},
		"token": {Name: "Token", Token: true, Until: time.Now().Add(91 * 24 * time.Hour)},
	} {
		err := pgtest.DB(t).Run(t.Context(), org, pgtest.Actor(org), func(ctx context.Context, tx *tenants.Tx) error {
			_, _, err := door.OpenKey(ctx, tx, k)
			return err
		})
		if !errors.Is(err, door.ErrKeyLife) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCredentials_showOnesOwnAndNoSecret(t *testing.T) {
	t.Parallel()
	h, person := open(t), pgtest.Person(t, "Priya Raman")
	org := pgtest.Org(t, tenants.Trust)
	grant(t, person, org, "org_admin")
	id, secret := h.key(t, org, door.NewKey{Name: "Rostering", Roles: []string{"integration_engineer"}, Scopes: []string{"shift:read"}})
	mine := session(t, person)
	session(t, pgtest.Person(t, "Somebody else"))
	var held []door.Held

	err := h.Run(t.Context(), h.enter(t, mine, code(t, org)), mine, "req", func(ctx context.Context, tx *tenants.Tx) (err error) {
		held, err = door.Credentials(ctx, tx)
		return err
	})

	if err != nil || len(held) != 2 {
		t.Fatalf("held %+v, %v", held, err)
	}
	i := slices.IndexFunc(held, func(h door.Held) bool { return h.ID == id })
	if k := held[i]; k.Kind != door.Key || k.Name != "Rostering" || !slices.Equal(k.Roles, []string{"integration_engineer"}) ||
		!slices.Equal(k.Scopes, []string{"shift:read"}) || secret[:len(k.Prefix)] != k.Prefix {
		t.Errorf("the key is shown as %+v", k)
	}
}

func TestAllow_saysWhoseRoleCouldDoIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	c := door.Caller{Kind: door.Session, Party: tenants.Party{Kind: tenants.Trust}, Roles: []string{"viewer"}}

	err := h.Allow(c, rbac.SelfBillIssue)

	if f := fault.Of(err); f.Kind != fault.Forbidden || f.Text != "This needs the role Finance. An administrator of your organisation can grant it." {
		t.Errorf("got %v %q", f, f.Text)
	}
	if err := h.Allow(door.Visitor, rbac.ShiftRead); !errors.Is(err, door.ErrSignIn) {
		t.Errorf("a visitor: %v", err)
	}
}
