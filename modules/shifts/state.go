package shifts

import (
	"strings"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
)

// Status is where a shift stands in its life.
type Status string

// The states; doc.go draws the machine.
const (
	StatusDraft     Status = "draft"
	StatusOpen      Status = "open"
	StatusFilled    Status = "filled"
	StatusCancelled Status = "cancelled"
	StatusExpired   Status = "expired"
)

// Statuses are all of them, in the order in which lists show them.
var Statuses = []Status{StatusDraft, StatusOpen, StatusFilled, StatusCancelled, StatusExpired}

// moves is the machine: from each state, where a verb may lead.
var moves = map[Status][]Status{
	StatusDraft:  {StatusOpen, StatusCancelled},
	StatusOpen:   {StatusFilled, StatusCancelled, StatusExpired},
	StatusFilled: {StatusCancelled},
}

// The refusals of a verb that came too late or too early.
var (
	ErrNotOpen   = fault.New(fault.Conflict, "shift_not_open", "This shift is not open.")
	ErrFilled    = fault.New(fault.Conflict, "shift_already_filled", "This shift has already been filled.")
	ErrCancelled = fault.New(fault.Conflict, "shift_cancelled", "This shift has been cancelled.")
	ErrExpired   = fault.New(fault.Conflict, "shift_expired", "This shift began before anybody was booked on it.")
	ErrDraft     = fault.New(fault.Conflict, "shift_is_draft", "This shift is still a draft. Open it first.")
	ErrReason    = fault.New(fault.Invalid, "reason_missing", "Say why, in up to 200 characters.")
)

const reasonMax = 200

// may refuses a step that the machine does not have, in words that say where the
// shift stands instead.
func (s *Shift) may(to Status) error {
	for _, next := range moves[s.Status] {
		if next == to {
			return nil
		}
	}
	switch s.Status {
	case StatusFilled:
		return s.since(ErrFilled, "This shift was filled")
	case StatusCancelled:
		return s.since(ErrCancelled, "This shift was cancelled")
	case StatusExpired:
		return ErrExpired
	case StatusDraft:
		return ErrDraft
	}
	return ErrNotOpen
}

// Fillable refuses a shift that nobody can be booked on any more.
func (s *Shift) Fillable() error { return s.may(StatusFilled) }

func (s *Shift) since(f *fault.Fault, did string) error {
	if s.EndedAt == nil {
		return f
	}
	return f.Saying(did + " on " + civil.DateOf(*s.EndedAt).Text() + " at " + civil.ClockOf(*s.EndedAt).String() + ".")
}

// move is the only place that changes a status.
func (s *Shift) move(to Status, why string, now time.Time) error {
	if err := s.may(to); err != nil {
		return err
	}
	s.Status, s.Version = to, s.Version+1
	if to != StatusOpen {
		s.EndedAt, s.EndedWhy = &now, why
	}
	return nil
}

// said is a reason that somebody wrote, or a refusal that names the box.
func said(why string) (string, error) {
	why = strings.TrimSpace(why)
	if n := len([]rune(why)); n == 0 || n > reasonMax {
		return "", ErrReason.With(fault.Field{Name: "reason", Code: ErrReason.Code, Text: ErrReason.Text})
	}
	return why, nil
}
