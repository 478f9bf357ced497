package oversight

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"wardbridge/internal/fault"
	"wardbridge/internal/jobs"
	"wardbridge/internal/paging"
	"wardbridge/tenants"
)

// ErrPeriod refuses a period that ends before it begins.
var ErrPeriod = fault.New(fault.Invalid, "period_backwards", "The end of the period lies before its beginning. Swap them.")

// Service reads; it has no state but the queue whose jobs it shows.
type Service struct {
	queue *jobs.Queue
}

// New makes the service.
func New(queue *jobs.Queue) *Service { return &Service{queue: queue} }

// Act is what was done to a row.
type Act string

// The acts.
const (
	Insert Act = "insert"
	Update Act = "update"
	Delete Act = "delete"
)

// Filter narrows the audit. Its zero value is the newest page of everything that
// the party may read.
type Filter struct {
	Actor  string // part of the name of who acted
	Table  string
	Row    string // the row's id
	Act    Act
	From   time.Time // real time; zero: from the beginning
	To     time.Time // up to and without; zero: until now
	Cursor paging.Cursor
	Limit  int
}

// Entry is one line of the audit.
type Entry struct {
	ID        int64
	At        time.Time // real time, whatever the party's clock shows
	OwnerID   *tenants.ID
	PartyID   *tenants.ID // who acted; nobody's for a visitor
	PartyKind string
	ActorKind string
	ActorID   *tenants.ID
	ActorName string
	Request   string
	TableName string
	RowID     string
	Act       Act
	Before    json.RawMessage
	After     json.RawMessage
}

// Change is one field of a row, before and after; the absent side is empty.
type Change struct {
	Field  string // as the database calls it
	Name   string // in words
	Before json.RawMessage
	After  json.RawMessage
}

// BeforeText and AfterText say the values as a person reads them.
func (c Change) BeforeText() string { return valueText(c.Field, c.Before) }

// AfterText is BeforeText of the other side.
func (c Change) AfterText() string { return valueText(c.Field, c.After) }

// What is the line in words: "Changed a shift".
func (e Entry) What() string { return actWords(e.Act) + " " + TableWords(e.TableName) }

// Who is the actor in words.
func (e Entry) Who() string {
	if e.ActorName != "" {
		return e.ActorName
	}
	return "Wardbridge"
}

// Changes are the fields that the act touched, in an order that reads well. What
// only says whose row it is and which is left out: the line says it already.
func (e Entry) Changes() ([]Change, error) {
	before, err := fields(e.Before)
	if err != nil {
		return nil, err
	}
	after, err := fields(e.After)
	if err != nil {
		return nil, err
	}
	var names []string
	for name := range before {
		names = append(names, name)
	}
	for name := range after {
		if _, both := before[name]; !both {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, inOrder)
	changes := make([]Change, 0, len(names))
	for _, name := range names {
		if slices.Contains(identity, name) || bytes.Equal(before[name], after[name]) {
			continue
		}
		changes = append(changes, Change{Field: name, Name: FieldWords(name), Before: before[name], After: after[name]})
	}
	return changes, nil
}

// identity are the columns that name the row and its parties.
var identity = []string{"id", "owner_id", "tenant_id"}

func fields(image json.RawMessage) (map[string]json.RawMessage, error) {
	if len(image) == 0 {
		return nil, nil
	}
	var m map[string]json.RawMessage
	err := json.Unmarshal(image, &m)
	return m, err
}

// Audit gives a page of the audit, newest first. Its cost is that of one page,
// however long the audit is.
func (s *Service) Audit(ctx context.Context, tx *tenants.Tx, f Filter) ([]Entry, paging.Cursor, error) {
	if !f.From.IsZero() && !f.To.IsZero() && f.To.Before(f.From) {
		return nil, "", ErrPeriod.With(fault.Field{Name: "to", Code: ErrPeriod.Code, Text: ErrPeriod.Text})
	}
	f.Actor = strings.TrimSpace(f.Actor)
	limit, err := paging.Limit(f.Limit)
	if err != nil {
		return nil, "", err
	}
	f.Limit = limit
	var from place
	if f.Cursor != "" {
		if err := paging.Decode(f.Cursor, &from.at, &from.id); err != nil {
			return nil, "", err
		}
	}
	page, err := entries(ctx, tx, f, from)
	if err != nil || len(page) <= limit {
		return page, "", err
	}
	last := page[limit-1]
	return page[:limit], paging.Encode(last.At, last.ID), nil
}
