package mail

import (
	"context"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
)

// Message is one mail to one person. HTML may be empty; Text may not, because
// some people read mail as text and some filters refuse mail without it.
type Message struct {
	// ID becomes the Message-ID, so that a mail that is sent again after a lost
	// answer can be recognised. Empty lets one be made up.
	ID      string
	To      string // an address, or "Name <address>"
	Subject string
	Text    string
	HTML    string
}

// Sender hands a message over. After nil the server has taken it, which is not
// yet to say that it will arrive. An error is always an *Error.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Error says why a message was not taken and whether trying again can help.
type Error struct {
	Permanent bool // the message itself was refused; it will be again
	Code      int  // of the server's answer, such as 550; 0 without one
	Err       error
}

// Error gives the server's own words, for a log.
func (e *Error) Error() string {
	kind := "temporarily"
	if e.Permanent {
		kind = "permanently"
	}
	return fmt.Sprintf("mail %s refused: %v", kind, e.Err)
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Err }

// Permanent tells that sending the same message again is in vain. Errors that
// this package did not make are worth another try.
func Permanent(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Permanent
}

// check finds what no server should be troubled with. Line ends in a heading
// would let whoever wrote it add headings of their own.
func (m Message) check() error {
	for name, heading := range map[string]string{"id": m.ID, "recipient": m.To, "subject": m.Subject} {
		if strings.ContainsAny(heading, "\r\n\x00") {
			return fmt.Errorf("the %s has a line end", name)
		}
	}
	if strings.ContainsAny(m.ID, " <>") {
		return errors.New("the id has spaces or brackets")
	}
	if _, err := netmail.ParseAddress(m.To); err != nil {
		return errors.New("the recipient is no mail address")
	}
	if strings.TrimSpace(m.Subject) == "" || strings.TrimSpace(m.Text) == "" {
		return errors.New("a mail needs a subject and a text")
	}
	return nil
}
