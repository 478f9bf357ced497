package accounts_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"wardbridge/internal/door"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/accounts"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

const password = "copper kettle lamp"

// hashed is the password hashed once for all tests, as hashing is slow on purpose.
var hashed = sync.OnceValues(func() (string, error) { return accounts.HashPassword(password) })

// world is the service with a door before it.
type world struct {
	*accounts.Service
	door *door.Door
}

func start(t *testing.T) world {
	t.Helper()
	gate, err := rbac.NewGate()
	if err != nil {
		t.Fatal(err)
	}
	return world{accounts.New(gate), door.New(pgtest.DB(t), gate)}
}

var platform = tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}

// address is an e-mail address that nobody else has.
func address(name string) string {
	return fmt.Sprintf("%s@%s.example", name, strings.ToLower(strings.ReplaceAll(tenants.NewID().String()[24:], "-", "")))
}

// runs tells apart the addresses of tests that are run more than once.
var runs sync.Map

// from is a network address of the test's own.
func from(t *testing.T, net, host int) string {
	run, _ := runs.LoadOrStore(t, tenants.NewID().String())
	return fmt.Sprintf("10.%d.0.%d %s", net, host, run)
}

// member puts a person with the password into an organisation.
func (w world) member(t *testing.T, org tenants.Party, roles ...string) (person tenants.ID, mail string) {
	t.Helper()
	hash, err := hashed()
	if err != nil {
		t.Fatal(err)
	}
	mail = address("member")
	pgtest.Run(t, org, func(ctx context.Context, tx *tenants.Tx) error {
		ids, err := w.AddMembers(ctx, tx, org, hash, []accounts.NewMember{{Email: mail, Name: "Member", Roles: roles}})
		if err == nil {
			person = ids[0]
		}
		return err
	})
	return person, mail
}

func (w world) signIn(t *testing.T, mail, with, from string) (in accounts.SignedIn) {
	t.Helper()
	pgtest.Run(t, tenants.Nobody, func(ctx context.Context, tx *tenants.Tx) (err error) {
		in, err = w.SignIn(ctx, tx, mail, with, from)
		return err
	})
	return in
}

// as runs one unit of work of a caller, as the door does.
func (w world) as(t *testing.T, secret, place string, fn func(context.Context, *tenants.Tx) error) error {
	t.Helper()
	c, err := w.door.Enter(t.Context(), secret, place)
	if err != nil {
		return err
	}
	return w.door.Run(door.WithCaller(t.Context(), c), c, secret, "req", fn)
}

func (w world) code(t *testing.T, org tenants.Party) (code string) {
	t.Helper()
	pgtest.Run(t, org, func(ctx context.Context, tx *tenants.Tx) error {
		o, err := w.Own(ctx, tx)
		code = o.Code
		return err
	})
	return code
}

func TestSignIn_opensASessionForTheRightPassword(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	person, mail := w.member(t, org, "bank_office", "viewer")

	in := w.signIn(t, " "+strings.ToUpper(mail), password, from(t, 0, 1))

	if in.Refused != nil || in.Person != person {
		t.Fatalf("signed in: %+v", in)
	}
	place := w.code(t, org)
	err := w.as(t, in.Secret, place, func(ctx context.Context, tx *tenants.Tx) error {
		places, err := w.Places(ctx, tx)
		if len(places) != 1 || places[0].Home() != "/e/"+place || len(places[0].Roles) != 2 {
			t.Errorf("places = %+v", places)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestSignIn_saysTheSameOfAWrongAddressAndAWrongPassword(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	_, mail := w.member(t, org, "viewer")

	wrong, nobody := w.signIn(t, mail, "not the password", from(t, 0, 2)), w.signIn(t, address("nobody"), password, from(t, 0, 2))

	for _, in := range []accounts.SignedIn{wrong, nobody} {
		if in.Refused == nil || in.Refused.Code != accounts.ErrSignIn.Code || in.Secret != "" {
			t.Errorf("got %+v", in)
		}
	}
}

func TestSignIn_locksAfterTenTriesThatSurviveTheRefusal(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	_, mail := w.member(t, org, "viewer")
	for i := range 10 {
		in := w.signIn(t, mail, "not the password", from(t, 1, 10+i))
		if !errors.Is(in.Refused, accounts.ErrSignIn) {
			t.Fatalf("try %d: %+v", i+1, in)
		}
	}

	in := w.signIn(t, mail, password, from(t, 1, 1))

	if !errors.Is(in.Refused, accounts.ErrLocked) || in.Refused.RetryAfter == 0 {
		t.Errorf("the right password after ten wrong ones: %+v", in)
	}
	pgtest.Exec(t, "update sign_in_tries set at = at - interval '16 minutes' where email = $1", mail)
	if in := w.signIn(t, mail, password, from(t, 1, 1)); in.Refused != nil {
		t.Errorf("a quarter of an hour later: %+v", in.Refused)
	}
}

func TestSignIn_locksAnAddressThatTriesManyAccounts(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	_, mail := w.member(t, org, "viewer")
	for range 10 {
		w.signIn(t, address("guess"), "not the password", from(t, 2, 1))
	}

	here, elsewhere := w.signIn(t, mail, password, from(t, 2, 1)), w.signIn(t, mail, password, from(t, 2, 2))

	if !errors.Is(here.Refused, accounts.ErrLocked) || elsewhere.Refused != nil {
		t.Errorf("from the address: %v, from another: %v", here.Refused, elsewhere.Refused)
	}
}

func TestSignOut_theSessionIsNotValidAfterwards(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	_, mail := w.member(t, org, "viewer")
	one, two := w.signIn(t, mail, password, from(t, 3, 1)).Secret, w.signIn(t, mail, password, from(t, 3, 1)).Secret
	place, ok := w.code(t, org), func(context.Context, *tenants.Tx) error { return nil }

	if err := w.as(t, one, place, w.SignOut); err != nil {
		t.Fatal(err)
	}

	if err := w.as(t, one, place, ok); !errors.Is(err, door.ErrSignIn) {
		t.Errorf("the closed session: %v", err)
	}
	if err := w.as(t, two, place, ok); err != nil {
		t.Errorf("the other session: %v", err)
	}
}

func TestSetPassword_endsTheOtherSessionsAndTokens(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	_, mail := w.member(t, org, "viewer")
	mine, other := w.signIn(t, mail, password, from(t, 4, 1)).Secret, w.signIn(t, mail, password, from(t, 4, 1)).Secret
	place, ok := w.code(t, org), func(context.Context, *tenants.Tx) error { return nil }
	var token string
	err := w.as(t, mine, place, func(ctx context.Context, tx *tenants.Tx) (err error) {
		_, token, err = w.MakeKey(ctx, tx, door.NewKey{Name: "Phone", Token: true})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	if err := w.as(t, mine, place, func(ctx context.Context, tx *tenants.Tx) error {
		return w.SetPassword(ctx, tx, "another long password")
	}); err != nil {
		t.Fatal(err)
	}

	if err := w.as(t, mine, place, ok); err != nil {
		t.Errorf("the session that changed it: %v", err)
	}
	for name, try := range map[string]error{"session": w.as(t, other, place, ok), "token": w.as(t, token, "", ok)} {
		if !errors.Is(try, door.ErrSignIn) {
			t.Errorf("the other %s: %v", name, try)
		}
	}
	if in := w.signIn(t, mail, password, from(t, 4, 1)); in.Refused == nil {
		t.Error("the old password still opens")
	}
	if in := w.signIn(t, mail, "another long password", from(t, 4, 1)); in.Refused != nil {
		t.Errorf("the new password: %v", in.Refused)
	}
}

func TestHashPassword_refusesAWeakOne(t *testing.T) {
	t.Parallel()
	for _, weak := range []string{"", "short", "elevenchars", "aaaaaaaaaaaaaaaa", strings.Repeat("ab", 101)} {
		if _, err := accounts.HashPassword(weak); !errors.Is(err, accounts.ErrPassword) {
			t.Errorf("%q: %v", weak, err)
		}
	}
}
