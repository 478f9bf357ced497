package door

import (
	"context"
	"time"

	"github.com/uptrace/bun/dialect/pgdialect"

	"wardbridge/internal/fault"
	"wardbridge/tenants"
)

// How long credentials live. Staff are signed out after half an hour of quiet
// and at most a working day; a worker's phone is kept in for two weeks.
const (
	staffIdle    = 30 * time.Minute
	workerIdle   = 14 * 24 * time.Hour
	staffMost    = 12 * time.Hour
	workerMost   = 14 * 24 * time.Hour
	KeyMost      = 365 * 24 * time.Hour // an organisation key's longest life
	TokenMost    = 90 * 24 * time.Hour  // a personal token's
	keyNeverIdle = 366 * 24 * time.Hour
)

// ErrKeyLife refuses a key that would outlive the rule.
var ErrKeyLife = fault.New(fault.Invalid, "key_lives_too_long", "A key lives at most a year and a personal token 90 days. Choose an earlier end.")

// OpenSession signs a person in and returns the secret for their browser. The
// unit of work is the sign-in page's, so nobody is looked through yet.
func OpenSession(ctx context.Context, tx *tenants.Tx, person tenants.ID, worker bool) (string, error) {
	idle, most := staffIdle, staffMost
	if worker {
		idle, most = workerIdle, workerMost
	}
	secret, hash := Secret("wb_session_")
	return secret, open(ctx, tx, credential{kind: Session, hash: hash, person: person, idle: idle, until: time.Now().Add(most)})
}

// NewKey is what a key or a token is made of.
type NewKey struct {
	Name   string
	Live   bool       // false: a test key, for sandboxes
	Person tenants.ID // who it is bound to; zero for none
	Roles  []string   // of an organisation key
	Scopes []string   // permissions it is narrowed to; none: all that its roles give
	Worker bool       // a token for the person as a worker
	Until  time.Time
	Token  bool // a personal token rather than an organisation key
}

// OpenKey makes an organisation key or a personal token for the party that acts,
// and returns its secret, which is shown once.
func OpenKey(ctx context.Context, tx *tenants.Tx, k NewKey) (tenants.ID, string, error) {
	most := KeyMost
	if k.Token {
		most = TokenMost
	}
	if k.Until.IsZero() {
		k.Until = time.Now().Add(most)
	}
	if k.Until.After(time.Now().Add(most + time.Minute)) {
		return tenants.ID{}, "", ErrKeyLife
	}
	id := tenants.NewID()
	prefix := "wb_test_"
	if k.Live {
		prefix = "wb_live_"
	}
	prefix += id.String()[28:] // the last eight hex digits, which are random
	secret, hash := Secret(prefix + "_")
	c := credential{id: id, kind: Key, hash: hash, name: k.Name, prefix: prefix, person: k.Person, worker: k.Worker,
		organisation: tx.Me.ID, roles: k.Roles, scopes: k.Scopes, idle: keyNeverIdle, until: k.Until}
	if k.Token {
		c.kind = Token
	}
	if k.Worker {
		c.organisation = tenants.ID{}
	}
	return id, secret, open(ctx, tx, c)
}

type credential struct {
	id           tenants.ID
	kind         CredentialKind
	hash         []byte
	name, prefix string
	person       tenants.ID
	organisation tenants.ID
	worker       bool
	roles        []string
	scopes       []string
	idle         time.Duration
	until        time.Time
}

func open(ctx context.Context, tx *tenants.Tx, c credential) error {
	if c.id == (tenants.ID{}) {
		c.id = tenants.NewID()
	}
	_, err := tx.NewRaw("select app.open_credential(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		c.id, string(c.kind), c.hash, c.name, c.prefix, maybe(c.person), maybe(c.organisation), c.worker,
		pgdialect.Array(orEmpty(c.roles)), pgdialect.Array(orEmpty(c.scopes)), int(c.idle.Minutes()), c.until).Exec(ctx)
	return err
}

// CloseCredential ends one of the caller's own sessions or tokens, or a key of
// the caller's organisation.
func CloseCredential(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	var closed bool
	if err := tx.NewRaw("select app.close_credential(?)", id).Scan(ctx, &closed); err != nil {
		return err
	}
	if !closed {
		return fault.ErrNotFound
	}
	return nil
}

// CloseSessions signs the caller's person out everywhere and says how many
// sessions there were.
func CloseSessions(ctx context.Context, tx *tenants.Tx) (int, error) {
	var n int
	err := tx.NewRaw("select app.close_sessions()").Scan(ctx, &n)
	return n, err
}

// Held is a credential as its owner sees it: never its secret.
type Held struct {
	ID         tenants.ID
	Kind       CredentialKind
	Name       string
	Prefix     string
	Roles      []string `bun:",array"`
	Scopes     []string `bun:",array"`
	CreatedAt  time.Time
	LastUsedAt time.Time
	ExpiresAt  time.Time
}

// Credentials lists the keys of the organisation that looks, and the person's
// own sessions and tokens.
func Credentials(ctx context.Context, tx *tenants.Tx) ([]Held, error) {
	var held []Held
	err := tx.NewRaw(`
		select id, kind, name, prefix, roles, scopes, created_at, last_used_at, expires_at
		from   app.my_credentials()`).Scan(ctx, &held)
	return held, err
}

func maybe(id tenants.ID) any {
	if id == (tenants.ID{}) {
		return nil
	}
	return id
}

func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
