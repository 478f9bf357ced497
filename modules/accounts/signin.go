package accounts

import (
	"context"
	"strings"

	"wardbridge/internal/door"
	"wardbridge/tenants"
)

// Try is one try at proving by a password who somebody is. It is counted as
// wrong in a unit of work of its own before the password is looked at, so that
// no refusal can undo the count and no connection waits for the hashing.
type Try struct {
	person        tenants.ID
	mail, address string
	hash          string
	proven        bool
}

// SignedIn is a session that was opened: a secret for the browser.
type SignedIn struct {
	Secret string
	Person tenants.ID
}

// StartSignIn counts a try at an account from an address.
func (s *Service) StartSignIn(ctx context.Context, tx *tenants.Tx, mail, address string) (Try, error) {
	t := Try{mail: strings.TrimSpace(mail), address: address}
	locked, err := start(ctx, tx, &t)
	if err == nil && locked {
		err = ErrLocked
	}
	return t, err
}

// StartPassword counts a try at the caller's own password.
func (s *Service) StartPassword(ctx context.Context, tx *tenants.Tx, address string) (Try, error) {
	t := Try{address: address}
	locked, err := startOwn(ctx, tx, &t)
	if err == nil && locked {
		err = ErrLocked
	}
	return t, err
}

// Prove compares a password with the account's. It is slow on purpose, also
// when there is no such account, and is called between two units of work.
func (t *Try) Prove(password string) bool {
	t.proven = matches(password, t.hash) && t.person != (tenants.ID{})
	return t.proven
}

// Wrong charges the address with a try that was not proven. Its unit of work commits.
func (s *Service) Wrong(ctx context.Context, tx *tenants.Tx, t Try) error {
	return wrong(ctx, tx, t)
}

// SignIn opens a session for a try that was proven.
func (s *Service) SignIn(ctx context.Context, tx *tenants.Tx, t Try) (SignedIn, error) {
	if err := settle(ctx, tx, t); err != nil {
		return SignedIn{}, err
	}
	all, err := places(ctx, tx, t.person)
	if err != nil {
		return SignedIn{}, err
	}
	onlyWorker := len(all) == 1 && all[0].Kind == tenants.Worker
	secret, err := door.OpenSession(ctx, tx, t.person, onlyWorker)
	return SignedIn{Secret: secret, Person: t.person}, err
}

// SetPassword replaces the caller's password, whose old one was proven, by one
// that HashPassword made, and ends their other sessions and their tokens.
func (s *Service) SetPassword(ctx context.Context, tx *tenants.Tx, t Try, hash string) error {
	if t.person != tx.Actor.Person {
		return ErrSignIn
	}
	if err := settle(ctx, tx, t); err != nil {
		return err
	}
	return setPassword(ctx, tx, hash, tx.Actor.Credential)
}

// settle takes a proven try off the count. The password may have been changed
// while it was hashed; then it is not the account's any more.
func settle(ctx context.Context, tx *tenants.Tx, t Try) error {
	if !t.proven {
		return ErrSignIn
	}
	good, err := remember(ctx, tx, t)
	if err == nil && !good {
		err = ErrSignIn
	}
	return err
}
