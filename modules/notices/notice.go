package notices

import (
	"time"

	"wardbridge/internal/paging"
	"wardbridge/tenants"
)

// Notice is something that a party is told: a line on its pages, and a mail to
// those of its people whom it concerns.
type Notice struct {
	ID     tenants.ID
	At     time.Time // on the party's clock
	Kind   string    // what happened, such as "proposal.submitted"
	Title  string    // a sentence
	Text   string    // what else there is to say; may be empty
	Href   string    // the page to go to, on the side that is told
	ReadAt *time.Time
	WardID *tenants.ID // managers of other wards are not told

	Once   string     `bun:"-"` // a name for what happened: it is told only once
	Roles  []string   `bun:"-"` // who gets a mail; a worker always does
	Person tenants.ID `bun:"-"` // the one person who gets the mail instead

	People []tenants.ID `bun:"-"` // who gets it as well as those of the roles
	Except []tenants.ID `bun:"-"` // who gets none, whatever their role
}

// Mail is a message to one person, as it was written and what became of it.
type Mail struct {
	ID       tenants.ID
	At       time.Time
	ToName   string
	ToEmail  string
	Subject  string
	Text     string
	SentAt   *time.Time
	FailedAt *time.Time
	Failure  string // the last answer of the mail server
}

// Standing is where a mail stands.
type Standing string

// Where a mail may stand. One that is kept waits for a mail server that this
// installation does not have, as in the demonstration.
const (
	Kept    Standing = "kept"
	Waiting Standing = "waiting"
	Sent    Standing = "sent"
	Failed  Standing = "failed"
)

// standing needs to know whether there is a mail server at all.
func (m Mail) standing(server bool) Standing {
	switch {
	case m.SentAt != nil:
		return Sent
	case m.FailedAt != nil:
		return Failed
	case server:
		return Waiting
	default:
		return Kept
	}
}

// Filter narrows a list of notices. Its zero value is the newest page of all.
type Filter struct {
	Unread bool
	Cursor paging.Cursor
	Limit  int
}
