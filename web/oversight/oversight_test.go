package oversight

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"wardbridge/internal/jobs"
	"wardbridge/modules/oversight"
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

func filled(t *testing.T, in auditIn, found ...oversight.Entry) auditView {
	t.Helper()
	v := auditView{At: "/e/kingsmere/audit", Ask: in, Tables: options("Everything", oversight.Tables()), Acts: options("Every act", oversight.Acts())}
	if err := v.fill(found); err != nil {
		t.Fatal(err)
	}
	v.chips()
	return v
}

func TestAuditPage_saysWhoDidWhatAndWhatItWas(t *testing.T) {
	t.Parallel()
	changed := oversight.Entry{At: at, ActorName: "Priya Raman", TableName: "shifts", RowID: "7", Act: oversight.Update,
		Before: json.RawMessage(`{"status":"open","ref":"KUH-40841"}`), After: json.RawMessage(`{"status":"cancelled","ref":"KUH-40841"}`)}
	added := oversight.Entry{At: at, TableName: "sites", RowID: "8", Act: oversight.Insert,
		After: json.RawMessage(`{"name":"Royal Kingsmere","code":"RKH","address":"1 Dock Street","published":true}`)}

	wants(t, html(t, auditPage(filled(t, auditIn{}, changed, added))),
		"Priya Raman", "Changed a shift", "KUH-40841", "<del>open</del>", "<ins>cancelled</ins>", "Mon 23 Nov 2026, 10:42",
		"Wardbridge", "Added a site", "Royal Kingsmere", "4 fields", `href="/e/kingsmere/audit?row=7&amp;table=shifts"`, "2 acts on this page")
}

func TestAuditPage_takesEachFilterAwayAlone(t *testing.T) {
	t.Parallel()
	page := html(t, auditPage(filled(t, auditIn{Table: "shifts", Act: "update", From: "2026-11-01"})))

	wants(t, page, "Nothing matches", "A shift", "Changed", "From Sun 1 Nov 2026", `href="/e/kingsmere/audit?act=update&amp;from=2026-11-01"`, "(3)")
	wants(t, html(t, auditPage(filled(t, auditIn{}))), "Nothing has happened yet")
}

func TestAuditFilter_countsTheLastDay(t *testing.T) {
	t.Parallel()
	f := auditIn{From: "2026-11-01", To: "2026-11-02"}.filter()
	if f.To.Sub(f.From) != 48*time.Hour {
		t.Errorf("from %s to %s", f.From, f.To)
	}
	v := filled(t, auditIn{From: "2026-11-02", To: "2026-10-01"})
	v.Refused = oversight.ErrPeriod
	wants(t, html(t, auditPage(v)), "There is a problem", "Swap them")
}

func TestJobsPage_retriesOnlyWhatFailed(t *testing.T) {
	t.Parallel()
	failed := jobs.Job{ID: 7, Name: "mail.send", Shape: "task", Party: tenants.Party{Kind: tenants.Agency}, State: jobs.GivenUp, Attempt: 5, MaxAttempts: 5,
		Errors: []jobs.Failure{{At: at, Attempt: 5, Error: "the mail server does not answer"}}, CreatedAt: at}
	done := jobs.Job{ID: 8, Name: "notices.released", Shape: "event", Event: "cascade.released", State: jobs.Done, Attempt: 1, MaxAttempts: 5, CreatedAt: at, FinishedAt: at}

	page := html(t, jobsPage(jobsView{At: "/platform/jobs", Rows: []job{jobOf(failed, "/platform/jobs", true), jobOf(done, "/platform/jobs", true)}}))

	wants(t, page, "mail.send", "5 of 5", "the mail server does not answer", "given up", `action="/platform/jobs/7/retry"`, "hears of cascade.released")
	if strings.Contains(page, "/platform/jobs/8/retry") {
		t.Error("retries what is done")
	}
	if strings.Contains(html(t, jobsPage(jobsView{Rows: []job{jobOf(failed, "/platform/jobs", false)}})), "Retry<") {
		t.Error("offers a retry to somebody who may not")
	}
	wants(t, html(t, jobsPage(jobsView{Empty: emptyWords[0], Refused: jobs.ErrNotFailed})), "No job has failed", "Only a job that failed can be tried again.")
}
