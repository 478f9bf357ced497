// Package fault is the one vocabulary of refusal. Every error that a person or
// a program may see is a Fault: a kind that decides the HTTP status, a code
// that never changes, and a sentence that a nurse can read. Anything else is
// internal: it is logged once, at the edge, and its text is never shown.
package fault

import (
	"errors"
	"time"
)

// Kind decides the HTTP status of a refusal and nothing else.
type Kind int

// The kinds, in the order of their HTTP status.
const (
	Internal             Kind = 500
	Malformed            Kind = 400
	Unauthenticated      Kind = 401
	Forbidden            Kind = 403
	NotFound             Kind = 404
	MethodNotAllowed     Kind = 405
	Conflict             Kind = 409
	Gone                 Kind = 410
	PreconditionFailed   Kind = 412
	TooLarge             Kind = 413
	UnsupportedMedia     Kind = 415
	Invalid              Kind = 422
	PreconditionRequired Kind = 428
	TooMany              Kind = 429
	Unavailable          Kind = 503
)

// Field is one input that was refused: where it is, why, and what was sent.
type Field struct {
	Name  string `json:"name"`            // JSON pointer or form name, such as "break_minutes"
	Code  string `json:"code"`            // stable, such as "over_maximum"
	Text  string `json:"text"`            // a sentence that names the way out
	Value string `json:"value,omitempty"` // what was sent, cut to 100 characters
}

// Fault is a refusal. It is immutable: the With methods return copies, so a
// package-level sentinel can be shared.
type Fault struct {
	Kind       Kind
	Code       string
	Text       string
	Fields     []Field
	RetryAfter time.Duration // 0: no hint
	cause      error
}

// New makes a sentinel. Codes are unique per module and part of the API.
func New(kind Kind, code, text string) *Fault {
	return &Fault{Kind: kind, Code: code, Text: text}
}

// Error is for logs; people see Text.
func (f *Fault) Error() string {
	if f.cause != nil {
		return f.Code + ": " + f.cause.Error()
	}
	return f.Code + ": " + f.Text
}

// Unwrap gives the cause to errors.Is and errors.As.
func (f *Fault) Unwrap() error { return f.cause }

// Is makes two faults equal when their codes are, so that a copy with fields
// or a cause still matches its sentinel.
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.Code == f.Code
}

// With returns a copy that names the refused inputs.
func (f *Fault) With(fields ...Field) *Fault {
	c := *f
	c.Fields = append(append([]Field(nil), f.Fields...), fields...)
	return &c
}

// Because returns a copy that remembers its cause for the log.
func (f *Fault) Because(err error) *Fault {
	c := *f
	c.cause = err
	return &c
}

// Saying returns a copy with another sentence and the same code.
func (f *Fault) Saying(text string) *Fault {
	c := *f
	c.Text = text
	return &c
}

// After returns a copy that tells the caller when to try again.
func (f *Fault) After(d time.Duration) *Fault {
	c := *f
	c.RetryAfter = d
	return &c
}

// Of finds the fault inside an error. An unknown error is an internal one,
// with a sentence that gives nothing away.
func Of(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return ErrInternal.Because(err)
}

// Is reports whether an error is a fault of this kind.
func Is(err error, kind Kind) bool {
	var f *Fault
	return errors.As(err, &f) && f.Kind == kind
}

// The faults that belong to no module.
var (
	ErrInternal  = New(Internal, "internal", "Something went wrong on our side. It has been logged; please try again.")
	ErrNotFound  = New(NotFound, "not_found", "There is nothing here, or it is not yours to see.")
	ErrForbidden = New(Forbidden, "forbidden", "Your role does not allow this.")
	ErrInvalid   = New(Invalid, "invalid", "Some of what was sent cannot be accepted.")
	ErrBusy      = New(Conflict, "busy_try_again", "Someone else is changing this right now. Try again in a moment.").After(time.Second)
)
