package cards

import (
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/tenants"
)

// Refusals. Those of a publication are in check.go.
var (
	ErrNoRate       = fault.New(fault.Conflict, "rate_missing", "The employer's rate cards have no rate for this grade on that day.")
	ErrStartsEarly  = fault.New(fault.Conflict, "card_starts_too_early", "A new version starts after the one before it.")
	ErrOnOtherCard  = fault.New(fault.Conflict, "grade_on_other_card", "A grade of this card stands on another of your cards in those days already.")
	ErrEmployerOnly = fault.New(fault.Forbidden, "employers_only", "Only a trust or hub publishes rate cards.")
	ErrDraftOpen    = fault.New(fault.Conflict, "card_draft_open", "A new version of this card is being prepared already. Change that one, or discard it first.")
	ErrNotDraft     = fault.New(fault.Conflict, "card_not_draft", "This version is no longer a draft. Ask for it to be returned, or prepare a new version.")
	ErrNotSubmitted = fault.New(fault.Conflict, "card_not_submitted", "This version has not been submitted for publication.")
	ErrIsPublished  = fault.New(fault.Conflict, "card_published", "A published version is never changed. Prepare a new version.")
)

// Status is where a version stands in its life.
type Status string

// The states.
const (
	Draft     Status = "draft"
	Submitted Status = "submitted"
	Published Status = "published"
)

// Card is one version of a rate card.
type Card struct {
	bun.BaseModel `bun:"table:cards,alias:c" json:"-"`

	TenantID    tenants.ID
	ID          tenants.ID
	Name        string
	Version     int
	ValidFrom   civil.Date
	ValidTo     civil.Date // last day; none: until a later version
	Published   bool
	Status      Status
	Framework   string     // its code, such as RM6281; empty: any route
	Lot         string     // of the framework; empty: every lot
	AgencyID    tenants.ID `bun:",nullzero"` // zero: every agency
	Source      string     // the agreement, framework or board paper behind it
	CreatedAt   time.Time
	CreatedBy   string
	Hands       []string  `bun:",array"` // the ids of those who prepared, changed or submitted it
	SubmittedAt time.Time `bun:",nullzero"`
	SubmittedBy string
	PublishedAt time.Time `bun:",nullzero"`
	PublishedBy string
	Lines       []Entry `bun:"-"`
}

// On reports whether the version is in force on a day.
func (c Card) On(day civil.Date) bool {
	return c.Status == Published && !c.ValidFrom.After(day) && (c.ValidTo.IsZero() || !day.After(c.ValidTo))
}

// Scope is what a card is for; empty parts are every one.
type Scope struct {
	Framework string
	Lot       string
	AgencyID  tenants.ID
}

// Scope is what the card is for.
func (c Card) Scope() Scope { return Scope{c.Framework, c.Lot, c.AgencyID} }

// NewCard is what a version is made of.
type NewCard struct {
	Name      string
	ValidFrom civil.Date
	Source    string
	Scope     Scope
	Lines     []NewLine
}
