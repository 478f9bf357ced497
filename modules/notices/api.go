package notices

import (
	"context"
	"time"

	"wardbridge/internal/paging"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers what programs may ask of notices.
func (s *Service) Routes(r *openapi.Router) {
	manager := openapi.Example(func(openapi.World) openapi.Call { return openapi.Call{As: "manager@kingsmere.example"} })
	openapi.Get(r, "/notices", rbac.NoticeRead, "List notices", s.listNotices,
		openapi.Describe("What the caller's party was told, newest first. A manager of some wards sees the notices of those and of none."), manager)
	openapi.Post(r, "/notices/{id}/read", rbac.NoticeRead, "Mark a notice as read", s.readNotice,
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Path: map[string]string{"id": w.ID("kingsmere.notice")}}
		}))
	openapi.Get(r, "/mails", rbac.OutboxRead, "List mails", s.listMails, openapi.Tag("notices"),
		openapi.Describe("The mails that the party's people were sent, newest first. Where an installation has no mail server they are kept and not sent."),
		openapi.Example(func(openapi.World) openapi.Call { return openapi.Call{As: "admin@kingsmere.example"} }))
}

type noticeJSON struct {
	ID     tenants.ID  `json:"id"`
	At     time.Time   `json:"at"`
	Kind   string      `json:"kind" doc:"What happened." example:"proposal.submitted"`
	Title  string      `json:"title"`
	Text   string      `json:"text"`
	Href   string      `json:"href" doc:"The page that it is about, below the address of the service." example:"/e/kingsmere/shifts/KUH-40841"`
	WardID *tenants.ID `json:"ward_id"`
	ReadAt *time.Time  `json:"read_at"`
}

func noticeOut(n Notice) noticeJSON {
	return noticeJSON{ID: n.ID, At: n.At, Kind: n.Kind, Title: n.Title, Text: n.Text, Href: n.Href, WardID: n.WardID, ReadAt: n.ReadAt}
}

type listNoticesIn struct {
	Unread bool   `query:"unread" doc:"Only those that nobody has read."`
	Cursor string `query:"cursor" doc:"The next_cursor of the page before."`
	Limit  int    `query:"limit" min:"1" max:"200" doc:"Rows on a page; 50 unless given."`
}

func (s *Service) listNotices(ctx context.Context, tx *tenants.Tx, in listNoticesIn) (openapi.List[noticeJSON], error) {
	page, next, err := s.List(ctx, tx, Filter{Unread: in.Unread, Cursor: paging.Cursor(in.Cursor), Limit: in.Limit})
	out := openapi.List[noticeJSON]{NextCursor: string(next)}
	for _, n := range page {
		out.Data = append(out.Data, noticeOut(n))
	}
	return out, err
}

type readNoticeIn struct {
	ID tenants.ID `path:"id"`
}

func (s *Service) readNotice(ctx context.Context, tx *tenants.Tx, in readNoticeIn) (noticeJSON, error) {
	n, err := s.Read(ctx, tx, in.ID)
	return noticeOut(n), err
}

type mailJSON struct {
	ID       tenants.ID `json:"id"`
	At       time.Time  `json:"at" doc:"When it was written."`
	ToName   string     `json:"to_name"`
	ToEmail  string     `json:"to_email"`
	Subject  string     `json:"subject"`
	Text     string     `json:"text"`
	Standing string     `json:"standing" enum:"kept,waiting,sent,failed" doc:"Kept: this installation has no mail server."`
	SentAt   *time.Time `json:"sent_at"`
	FailedAt *time.Time `json:"failed_at"`
	Failure  string     `json:"failure" doc:"The last answer of the mail server, if it refused."`
}

type listMailsIn struct {
	Cursor string `query:"cursor" doc:"The next_cursor of the page before."`
	Limit  int    `query:"limit" min:"1" max:"200" doc:"Rows on a page; 50 unless given."`
}

func (s *Service) listMails(ctx context.Context, tx *tenants.Tx, in listMailsIn) (openapi.List[mailJSON], error) {
	page, next, err := s.Outbox(ctx, tx, paging.Cursor(in.Cursor), in.Limit)
	out := openapi.List[mailJSON]{NextCursor: string(next)}
	for _, m := range page {
		out.Data = append(out.Data, mailJSON{ID: m.ID, At: m.At, ToName: m.ToName, ToEmail: m.ToEmail, Subject: m.Subject, Text: m.Text,
			Standing: string(s.Standing(m)), SentAt: m.SentAt, FailedAt: m.FailedAt, Failure: m.Failure})
	}
	return out, err
}
