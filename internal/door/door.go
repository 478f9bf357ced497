// Package door is the one gate of the house: a secret becomes a caller, the
// caller's permission is checked, and a unit of work is opened for the caller's
// party. It owns credentials and grants; accounts calls down into it.
package door

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"wardbridge/internal/fault"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// What the door says when it stays shut.
var (
	ErrSignIn = fault.New(fault.Unauthenticated, "sign_in", "Sign in to go on.")
	ErrRole   = fault.New(fault.Forbidden, "role_not_allowed", "Your role does not allow this.")
)

// cacheFor bounds how long a caller is remembered. A revoked credential or
// grant is refused at once all the same: app.begin compares the version.
const cacheFor = 20 * time.Second

// Door turns secrets into callers.
type Door struct {
	db   *tenants.DB
	gate *rbac.Gate

	mu    sync.Mutex
	known map[seenKey]seen
}

type seenKey struct {
	hash  [32]byte
	place string
}

type seen struct {
	caller Caller
	until  time.Time
}

// New makes the door of a house.
func New(db *tenants.DB, gate *rbac.Gate) *Door {
	return &Door{db: db, gate: gate, known: map[seenKey]seen{}}
}

// Gate is the doorman's book, for pages that show roles.
func (d *Door) Gate() *rbac.Gate { return d.gate }

// Enter finds who holds a secret, at a place: an organisation's code, "me" for
// the worker themselves, "" for what a key or token was made for. A place that
// is none of the holder's answers not found; a dead secret, ErrSignIn.
func (d *Door) Enter(ctx context.Context, secret, place string) (Caller, error) {
	if secret == "" {
		return Caller{}, ErrSignIn
	}
	key := seenKey{hash: sha256.Sum256([]byte(secret)), place: place}
	d.mu.Lock()
	s, ok := d.known[key]
	d.mu.Unlock()
	if ok && time.Now().Before(s.until) {
		return s.caller, nil
	}
	c, err := d.db.Enter(ctx, key.hash[:], place)
	if err != nil {
		return Caller{}, err
	}
	if c == nil {
		if place == "" {
			return Caller{}, ErrSignIn
		}
		if _, err := d.Enter(ctx, secret, ""); err != nil {
			return Caller{}, err
		}
		return Caller{}, fault.ErrNotFound
	}
	caller := fromEntry(c)
	d.mu.Lock()
	if len(d.known) > 10_000 {
		clear(d.known)
	}
	d.known[key] = seen{caller: caller, until: time.Now().Add(cacheFor)}
	d.mu.Unlock()
	return caller, nil
}

func fromEntry(e *tenants.Entry) Caller {
	return Caller{
		Person: e.Person, Name: e.PersonName, Email: e.PersonEmail,
		Party:        tenants.Party{ID: e.Party, Kind: tenants.Kind(e.PartyKind)},
		Organisation: Organisation{Code: e.Code, Letters: e.Letters, Name: e.Organisation, Nation: e.Nation, Sandbox: e.Sandbox},
		Roles:        e.Roles, Scopes: e.Scopes, Wards: e.Wards,
		Credential: e.Credential, Kind: CredentialKind(e.Kind), Version: e.Version,
	}
}

// Forget drops what is remembered of a secret, after sign-out or a stale answer.
func (d *Door) Forget(secret string) {
	hash := sha256.Sum256([]byte(secret))
	d.mu.Lock()
	defer d.mu.Unlock()
	for k := range d.known {
		if k.hash == hash {
			delete(d.known, k)
		}
	}
}

// Allow refuses a caller whose roles do not give the permission, and says who
// could grant it.
func (d *Door) Allow(c Caller, p rbac.Permission) error {
	if d.gate.Allows(c.Subject(), p) {
		return nil
	}
	if !c.SignedIn() {
		return ErrSignIn
	}
	if who := d.gate.Who(c.Party.Kind, p); len(who) > 0 {
		return ErrRole.Saying(fmt.Sprintf("This needs the role %s. An administrator of your organisation can grant it.", strings.Join(who, " or ")))
	}
	return ErrRole
}

// Run opens a unit of work for a caller. A caller who was remembered but has
// changed since is looked up again once.
func (d *Door) Run(ctx context.Context, c Caller, secret, request string, fn func(context.Context, *tenants.Tx) error) error {
	err := d.db.Run(ctx, c.Party, c.Actor(request), fn)
	if !errors.Is(err, tenants.ErrStale) {
		return err
	}
	d.Forget(secret)
	fresh, err := d.Enter(ctx, secret, c.place())
	if err != nil {
		return err
	}
	if !sameRights(c, fresh) {
		return tenants.ErrStale
	}
	return d.db.Run(ctx, fresh.Party, fresh.Actor(request), fn)
}

// Look gives a caller's eyes for reads of one row. A caller who has changed since
// is answered ErrStale and has to be entered again.
func (d *Door) Look(c Caller, request string) tenants.Look {
	return d.db.Look(c.Party, c.Actor(request))
}

// Stream is Run for a long read.
func (d *Door) Stream(ctx context.Context, c Caller, request string, fn func(context.Context, *tenants.Tx) error) error {
	return d.db.Stream(ctx, c.Party, c.Actor(request), fn)
}

func (c Caller) place() string {
	if c.Kind != Session {
		return ""
	}
	return c.Organisation.Code
}

// sameRights: the permission was checked for the caller as remembered; when the
// roles have changed it must be checked again, by asking again.
func sameRights(a, b Caller) bool {
	return strings.Join(a.Roles, ",") == strings.Join(b.Roles, ",") && fmt.Sprint(a.Wards) == fmt.Sprint(b.Wards)
}

// Secret makes 256 random bits, and the hash under which they are kept.
func Secret(prefix string) (secret string, hash []byte) {
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails since Go 1.24
	secret = prefix + base64.RawURLEncoding.EncodeToString(raw)
	sum := sha256.Sum256([]byte(secret))
	return secret, sum[:]
}
