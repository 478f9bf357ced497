package tenants

import (
	"github.com/google/uuid"
)

// ID is a UUIDv7 made here, not in the database, so that a row can be named
// before it is written.
type ID = uuid.UUID

// NewID gives an id that sorts by the time it was made.
func NewID() ID { return uuid.Must(uuid.NewV7()) }

// Kind is the kind of party. It decides the database role, and so which
// policies look at a row.
type Kind string

// The kinds of organisation, then the two that are no organisation.
const (
	Trust    Kind = "trust"
	Hub      Kind = "hub"
	Practice Kind = "practice"
	Agency   Kind = "agency"
	Platform Kind = "platform"
	Worker   Kind = "worker"  // a person acting for themselves; the party id is the person's id
	Visitor  Kind = "visitor" // nobody yet: the sign-in page
)

// Role is the database role whose policies this kind looks through.
func (k Kind) Role() string {
	switch k {
	case Trust, Hub:
		return "wb_employer"
	case Practice:
		return "wb_practice"
	case Agency:
		return "wb_agency"
	case Worker:
		return "wb_worker"
	case Platform:
		return "wb_platform"
	default:
		return "wb_visitor"
	}
}

// Employer reports whether the kind asks for cover: trusts, hubs and practices.
func (k Kind) Employer() bool { return k == Trust || k == Hub || k == Practice }

// Party is whoever looks at a row: an organisation, or a person as a worker.
type Party struct {
	ID   ID
	Kind Kind
}

// Nobody is the party of a page that needs no sign-in.
var Nobody = Party{Kind: Visitor}

// ActorKind says what sort of thing acts for a party.
type ActorKind string

// The kinds of actor that audit tells apart.
const (
	Person  ActorKind = "person"
	Key     ActorKind = "key"
	Job     ActorKind = "job"
	Console ActorKind = "console"
	System  ActorKind = "system"
)

// Actor is who acts, for audit and for "nobody approves their own".
type Actor struct {
	Kind   ActorKind
	ID     ID     // the person, the key or zero
	Name   string // as audit shows it
	Person ID     // the person behind it, zero for a key bound to nobody
	// Credential and Version let Postgres refuse a credential that has died
	// since the door looked; zero for jobs and the console.
	Credential ID
	Version    int64
	Wards      []ID // nil: every ward
	Request    string
}

// Background is the actor of a job of this name.
func Background(name string) Actor { return Actor{Kind: Job, Name: name} }
