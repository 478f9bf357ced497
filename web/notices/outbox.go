package notices

import (
	"context"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/paging"
	"wardbridge/modules/notices"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
)

// letter is one mail in the outbox.
type letter struct {
	To, Email, Subject, Text, When string
	State, Note                    string
}

// outboxView is what the outbox shows.
type outboxView struct {
	Back  string
	Sends bool
	Rows  []letter
	Next  string
}

type outboxIn struct {
	Cursor paging.Cursor `query:"cursor"`
}

func (p *pages) outbox(ctx context.Context, tx *tenants.Tx, in outboxIn) (web.View, error) {
	found, next, err := p.Notices.Outbox(ctx, tx, in.Cursor, 0)
	if err != nil {
		return web.View{}, err
	}
	v := outboxView{Back: web.Base(ctx) + "/notices", Sends: p.Notices.Sends()}
	for _, m := range found {
		v.Rows = append(v.Rows, letterOf(m, p.Notices.Standing(m)))
	}
	if next != "" {
		v.Next = labels.Address(web.Base(ctx)+"/outbox", "cursor", string(next))
	}
	return web.View{SkipTo: "results", Body: outboxPage(v)}, nil
}

func letterOf(m notices.Mail, s notices.Standing) letter {
	l := letter{To: m.ToName, Email: m.ToEmail, Subject: m.Subject, Text: m.Text, When: civil.When(m.At)}
	l.State, l.Note = standing(m, s)
	return l
}

// standing is where a mail stands, as a word for its tag and a line under it.
func standing(m notices.Mail, s notices.Standing) (state, note string) {
	switch s {
	case notices.Sent:
		return "Sent", labels.Instant(m.SentAt)
	case notices.Failed:
		return "Failed", m.Failure
	case notices.Waiting:
		return "Waiting", m.Failure
	}
	return "Kept", "not sent"
}

// paragraphs are the parts of a mail between its empty lines.
func paragraphs(text string) (parts []string) {
	for _, p := range strings.Split(text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			parts = append(parts, p)
		}
	}
	return parts
}
