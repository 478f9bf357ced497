package notices

import (
	"context"
	netmail "net/mail"

	"wardbridge/internal/jobs"
	"wardbridge/internal/mail"
	"wardbridge/tenants"
)

// sendMail hands one mail of the outbox to the mail server.
type sendMail struct {
	Mail tenants.ID `json:"mail"`
}

// Kind names the job.
func (sendMail) Kind() string { return "mail.send" }

// send talks to the mail server while no unit of work is open, and then writes
// down how that ended. Its attempts carry the same Message-ID: when the service
// dies between the server's word and the note of it, the mail goes twice and
// can be told to be the same.
func (s *Service) send(ctx context.Context, run jobs.Runner, args sendMail) error {
	if s.post.Sender == nil {
		return nil
	}
	var m Mail
	err := run.Do(func(ctx context.Context, tx *tenants.Tx) (err error) {
		m, err = mailByID(ctx, tx, args.Mail)
		return err
	})
	if err != nil || m.SentAt != nil || m.FailedAt != nil {
		return err
	}
	to := netmail.Address{Name: m.ToName, Address: m.ToEmail}
	refused := s.post.Sender.Send(ctx, mail.Message{ID: m.ID.String(), To: to.String(), Subject: m.Subject, Text: m.Text})
	if refused == nil {
		return run.Do(func(ctx context.Context, tx *tenants.Tx) error { return markSent(ctx, tx, m.ID) })
	}
	lasting := mail.Permanent(refused)
	err = run.Do(func(ctx context.Context, tx *tenants.Tx) error {
		return markFailed(ctx, tx, m.ID, brief(refused.Error()), lasting)
	})
	if err != nil || lasting {
		return err
	}
	return refused // to be tried again
}

// brief is a server's answer, cut to what a page has room for.
func brief(s string) string {
	if r := []rune(s); len(r) > 300 {
		return string(r[:299]) + "…"
	}
	return s
}
