package notices

import (
	"context"
	"fmt"
	"strings"

	"wardbridge/internal/fault"
	"wardbridge/internal/mail"
	"wardbridge/internal/paging"
	"wardbridge/tenants"
)

// Post is how mail leaves the house.
type Post struct {
	Sender mail.Sender // nil: mails are written and kept, and nobody sends them
	Site   string      // the address of the pages, such as https://bank.example.nhs.uk; "" leaves links out
}

// Service holds the verbs of notices.
type Service struct {
	post  Post
	rooms Rooms
}

// New makes the service. rooms are the modules whose news it passes on.
func New(post Post, rooms Rooms) *Service {
	post.Site = strings.TrimSuffix(post.Site, "/")
	return &Service{post: post, rooms: rooms}
}

// Tell writes a notice for the party whose Tx this is and a mail to each of its
// people whom it concerns. Told again under the same Once, it does nothing.
// The mails leave after the commit, by jobs.
func (s *Service) Tell(ctx context.Context, tx *tenants.Tx, n Notice) error {
	if silent(tx.Me.Kind) {
		return nil
	}
	n.ID, n.At = tenants.NewID(), tx.Now
	first, err := insertNotice(ctx, tx, n)
	if err != nil || !first {
		return err
	}
	people, err := addresses(ctx, tx, n)
	if err != nil || len(people) == 0 {
		return err
	}
	mails := make([]Mail, len(people))
	for i, p := range people {
		mails[i] = Mail{ID: tenants.NewID(), At: tx.Now, ToName: p.Name, ToEmail: p.Email, Subject: subject(n.Title), Text: s.letter(p.Name, n)}
	}
	if err := insertMails(ctx, tx, mails); err != nil || s.post.Sender == nil {
		return err
	}
	jobs := make([]tenants.Args, len(mails))
	for i, m := range mails {
		jobs[i] = sendMail{Mail: m.ID}
	}
	return tx.Enqueue(jobs...)
}

// List gives the party's notices, newest first.
func (s *Service) List(ctx context.Context, tx *tenants.Tx, f Filter) ([]Notice, paging.Cursor, error) {
	if silent(tx.Me.Kind) {
		return nil, "", nil
	}
	return list(ctx, tx, f)
}

// Unread counts the notices that nobody has read, up to 100.
func (s *Service) Unread(ctx context.Context, tx *tenants.Tx) (int, error) {
	if silent(tx.Me.Kind) {
		return 0, nil
	}
	return unread(ctx, tx)
}

// Read marks one notice as read; once is enough for all of the party's people.
func (s *Service) Read(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Notice, error) {
	if silent(tx.Me.Kind) {
		return Notice{}, fault.ErrNotFound
	}
	return read(ctx, tx, id)
}

// ReadAll marks every notice as read and says how many that were.
func (s *Service) ReadAll(ctx context.Context, tx *tenants.Tx) (int, error) {
	if silent(tx.Me.Kind) {
		return 0, nil
	}
	return readAll(ctx, tx)
}

// Outbox gives the mails to the party's people, newest first.
func (s *Service) Outbox(ctx context.Context, tx *tenants.Tx, cursor paging.Cursor, limit int) ([]Mail, paging.Cursor, error) {
	if silent(tx.Me.Kind) {
		return nil, "", nil
	}
	return outbox(ctx, tx, cursor, limit)
}

// Sends reports whether mail leaves the house. Where it does not, the outbox is
// the whole of it and says so.
func (s *Service) Sends() bool { return s.post.Sender != nil }

// Standing says where a mail stands.
func (s *Service) Standing(m Mail) Standing { return m.standing(s.Sends()) }

// silent are the parties that nothing is told: the platform's staff do not look
// into other parties' business, and a visitor is nobody.
func silent(k tenants.Kind) bool { return k == tenants.Platform || k == tenants.Visitor }

func (s *Service) letter(name string, n Notice) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Hello %s,\n\n%s\n", name, n.Title)
	if n.Text != "" {
		fmt.Fprintf(&b, "\n%s\n", n.Text)
	}
	if s.post.Site != "" && n.Href != "" {
		fmt.Fprintf(&b, "\n%s%s\n", s.post.Site, n.Href)
	} else {
		b.WriteString("\nSign in to Wardbridge to see it.\n")
	}
	b.WriteString("\nPlease do not answer this mail; nobody reads the replies.\n")
	return b.String()
}

// subject is a title as a heading of a mail: one line, and not an endless one.
func subject(title string) string {
	title = strings.Join(strings.Fields(title), " ")
	if r := []rune(title); len(r) > 150 {
		title = string(r[:149]) + "…"
	}
	return title
}
