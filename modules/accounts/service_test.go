package accounts_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"wardbridge/internal/door"
	"wardbridge/internal/fault"
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

// signIn goes through the units of work that the sign-in page has.
func (w world) signIn(t *testing.T, mail, with, from string) (in accounts.SignedIn, err error) {
	t.Helper()
	nobody := func(fn func(context.Context, *tenants.Tx) error) error {
		return pgtest.DB(t).Run(t.Context(), tenants.Nobody, pgtest.Actor(tenants.Nobody), fn)
	}
	var try accounts.Try
	err = nobody(func(ctx context.Context, tx *tenants.Tx) (err error) {
		try, err = w.StartSignIn(ctx, tx, mail, from)
		return err
	})
	if err != nil {
		return in, err
	}
	if !try.Prove(with) {
		if err := nobody(func(ctx context.Context, tx *tenants.Tx) error { return w.Wrong(ctx, tx, try) }); err != nil {
			t.Fatal(err)
		}
	}
	err = nobody(func(ctx context.Context, tx *tenants.Tx) (err error) {
		in, err = w.SignIn(ctx, tx, try)
		return err
	})
	return in, err
}

// session signs somebody in who gives the right password.
func (w world) session(t *testing.T, mail, from string) string {
	t.Helper()
	in, err := w.signIn(t, mail, password, from)
	if err != nil {
		t.Fatal(err)
	}
	return in.Secret
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

	in, err := w.signIn(t, " "+strings.ToUpper(mail), password, from(t, 0, 1))

	if err != nil || in.Person != person {
		t.Fatalf("signed in: %+v, %v", in, err)
	}
	place := w.code(t, org)
	err = w.as(t, in.Secret, place, func(ctx context.Context, tx *tenants.Tx) error {
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

	one, wrong := w.signIn(t, mail, "not the password", from(t, 0, 2))
	two, nobody := w.signIn(t, address("nobody"), password, from(t, 0, 2))

	if !errors.Is(wrong, accounts.ErrSignIn) || !errors.Is(nobody, accounts.ErrSignIn) || one.Secret+two.Secret != "" {
		t.Errorf("got %v and %v", wrong, nobody)
	}
}

func TestSignIn_locksAfterTenTriesThatSurviveTheRefusal(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	_, mail := w.member(t, org, "viewer")
	for i := range 10 {
		if _, err := w.signIn(t, mail, "not the password", from(t, 1, 10+i)); !errors.Is(err, accounts.ErrSignIn) {
			t.Fatalf("try %d: %v", i+1, err)
		}
	}

	_, err := w.signIn(t, mail, password, from(t, 1, 1))

	if !errors.Is(err, accounts.ErrLocked) || fault.Of(err).RetryAfter == 0 {
		t.Errorf("the right password after ten wrong ones: %v", err)
	}
	pgtest.Exec(t, "update sign_in_tries set at = at - interval '16 minutes' where email = $1", mail)
	if _, err := w.signIn(t, mail, password, from(t, 1, 1)); err != nil {
		t.Errorf("a quarter of an hour later: %v", err)
	}
}

func TestSignIn_aStrangerDoesNotShutTheOwnerOut(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	_, mail := w.member(t, org, "viewer")
	home := from(t, 6, 1)
	w.session(t, mail, home)
	for i := range 10 {
		_, _ = w.signIn(t, mail, "not the password", from(t, 6, 10+i))
	}

	_, stranger := w.signIn(t, mail, password, from(t, 6, 2))
	_, owner := w.signIn(t, mail, password, home)

	if !errors.Is(stranger, accounts.ErrLocked) || owner != nil {
		t.Errorf("a new address: %v; the owner's: %v", stranger, owner)
	}
}

func TestSignIn_aBurstGetsNoMoreThanTenTries(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	_, mail := w.member(t, org, "viewer")
	var group sync.WaitGroup
	var let atomic.Int32
	for i := range 16 {
		group.Go(func() {
			err := pgtest.DB(t).Run(t.Context(), tenants.Nobody, pgtest.Actor(tenants.Nobody), func(ctx context.Context, tx *tenants.Tx) error {
				_, err := w.StartSignIn(ctx, tx, mail, from(t, 7, i))
				return err
			})
			switch {
			case err == nil:
				let.Add(1)
			case !errors.Is(err, accounts.ErrLocked):
				t.Error(err)
			}
		})
	}
	group.Wait()

	if n := let.Load(); n != 10 {
		t.Errorf("%d tries were let in at once", n)
	}
}

func TestSignIn_locksAnAddressThatTriesManyAccounts(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	_, mail := w.member(t, org, "viewer")
	for range 10 {
		_, _ = w.signIn(t, address("guess"), "not the password", from(t, 2, 1))
	}

	_, here := w.signIn(t, mail, password, from(t, 2, 1))
	_, elsewhere := w.signIn(t, mail, password, from(t, 2, 2))

	if !errors.Is(here, accounts.ErrLocked) || elsewhere != nil {
		t.Errorf("from the address: %v, from another: %v", here, elsewhere)
	}
}

func TestSignOut_theSessionIsNotValidAfterwards(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	_, mail := w.member(t, org, "viewer")
	one, two := w.session(t, mail, from(t, 3, 1)), w.session(t, mail, from(t, 3, 1))
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
	mine, other := w.session(t, mail, from(t, 4, 1)), w.session(t, mail, from(t, 4, 1))
	place, ok := w.code(t, org), func(context.Context, *tenants.Tx) error { return nil }
	var token string
	err := w.as(t, mine, place, func(ctx context.Context, tx *tenants.Tx) (err error) {
		_, token, err = w.MakeKey(ctx, tx, door.NewKey{Name: "Phone", Token: true})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	if err := w.change(t, mine, password, "another long password"); err != nil {
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
	if _, err := w.signIn(t, mail, password, from(t, 4, 1)); !errors.Is(err, accounts.ErrSignIn) {
		t.Errorf("the old password: %v", err)
	}
	if _, err := w.signIn(t, mail, "another long password", from(t, 4, 1)); err != nil {
		t.Errorf("the new password: %v", err)
	}
}

func TestSetPassword_asksForTheOldOne(t *testing.T) {
	t.Parallel()
	w, org := start(t), pgtest.Org(t, tenants.Trust)
	_, mail := w.member(t, org, "viewer")
	mine := w.session(t, mail, from(t, 5, 1))

	if err := w.change(t, mine, "not the password", "another long password"); !errors.Is(err, accounts.ErrSignIn) {
		t.Errorf("with a wrong old one: %v", err)
	}

	if _, err := w.signIn(t, mail, password, from(t, 5, 1)); err != nil {
		t.Errorf("the password afterwards: %v", err)
	}
}

// change goes through the units of work that the account page has.
func (w world) change(t *testing.T, secret, old, next string) error {
	t.Helper()
	hash, err := accounts.HashPassword(next)
	if err != nil {
		t.Fatal(err)
	}
	var try accounts.Try
	err = w.as(t, secret, "", func(ctx context.Context, tx *tenants.Tx) (err error) {
		try, err = w.StartPassword(ctx, tx, from(t, 9, 1))
		return err
	})
	if err != nil {
		return err
	}
	try.Prove(old)
	return w.as(t, secret, "", func(ctx context.Context, tx *tenants.Tx) error { return w.SetPassword(ctx, tx, try, hash) })
}

func TestHashPassword_refusesAWeakOne(t *testing.T) {
	t.Parallel()
	for _, weak := range []string{"", "short", "elevenchars", "aaaaaaaaaaaaaaaa", strings.Repeat("ab", 101)} {
		if _, err := accounts.HashPassword(weak); !errors.Is(err, accounts.ErrPassword) {
			t.Errorf("%q: %v", weak, err)
		}
	}
}
