package notices

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"wardbridge/modules/notices"
	"wardbridge/tenants"
)

var at = time.Date(2026, 11, 23, 10, 42, 0, 0, time.UTC)

func html(t *testing.T, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func wants(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

func TestListPage_saysThatThereIsNothing(t *testing.T) {
	t.Parallel()
	v := listView{At: "/me/notices", All: true, Past: "/me/audit"}
	v.fill(nil)

	page := html(t, listPage(v))

	wants(t, page, "No notices yet", "You have read everything", `href="/me/audit"`)
	if strings.Contains(page, "Mark all as read") || strings.Contains(page, "Mails") {
		t.Error("offers what cannot be done")
	}
}

func TestListPage_opensWhatIsNewAndLinksWhatIsRead(t *testing.T) {
	t.Parallel()
	fresh, seen := tenants.NewID(), at
	v := listView{At: "/e/kingsmere/notices", Outbox: "/e/kingsmere/outbox", Unread: 1}
	v.fill([]notices.Notice{
		{ID: fresh, At: at, Title: "Meridian proposes Grace Mensah", Text: "For KUH-40841.", Href: "/e/kingsmere/shifts/KUH-40841"},
		{ID: tenants.NewID(), At: at, Title: "A shift was filled", Href: "/e/kingsmere/shifts/KUH-40800", ReadAt: &seen},
		{ID: tenants.NewID(), At: at, Title: "From elsewhere", Href: "//example.org/", ReadAt: &seen},
	})

	page := html(t, listPage(v))

	wants(t, page, "1 unread", "Mark all as read", "Meridian proposes Grace Mensah", "Mon 23 Nov 2026, 10:42",
		`action="/e/kingsmere/notices/`+fresh.String()+`/read"`, `href="/e/kingsmere/shifts/KUH-40800"`, `href="/e/kingsmere/outbox"`)
	if strings.Contains(page, "example.org") {
		t.Error("leads away from the site")
	}
}

func TestOutboxPage_saysWhereEachMailStands(t *testing.T) {
	t.Parallel()
	sent := at.Add(time.Minute)
	mail := notices.Mail{ToName: "Priya Raman", ToEmail: "priya@kingsmere.example", Subject: "A proposal", Text: "Hello Priya,\n\nThere is one.\n", At: at, SentAt: &sent}
	refused := notices.Mail{ToName: "Sam Oake", Subject: "A proposal", At: at, FailedAt: &sent, Failure: "550 no such mailbox"}

	wants(t, html(t, outboxPage(outboxView{Sends: true, Rows: []letter{letterOf(mail, notices.Sent), letterOf(refused, notices.Failed), letterOf(mail, notices.Waiting)}})),
		"Priya Raman", "<p>There is one.</p>", "Sent", "10:43", "Failed", "550 no such mailbox", "Waiting")
	wants(t, html(t, outboxPage(outboxView{Rows: []letter{letterOf(mail, notices.Kept)}})), "has no mail server", "Kept")
	wants(t, html(t, outboxPage(outboxView{Sends: true})), "No mails yet")
}
