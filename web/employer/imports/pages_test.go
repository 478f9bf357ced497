package imports

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"wardbridge/internal/fault"
	"wardbridge/internal/sheets"
	"wardbridge/modules/exchange"
	"wardbridge/tenants"
	"wardbridge/web/ui"
)

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var html strings.Builder
	if err := c.Render(context.Background(), &html); err != nil {
		t.Fatal(err)
	}
	return html.String()
}

func wants(t *testing.T, html string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(html, w) {
			t.Errorf("does not say %q", w)
		}
	}
	if n := strings.Count(html, "app-button--primary"); n > 1 {
		t.Errorf("%d green buttons", n)
	}
	if n := strings.Count(html, "<h1"); n != 1 {
		t.Errorf("%d h1", n)
	}
}

func importOf(status exchange.Status, rows, bad int) run {
	return run{exchange.Import{ID: tenants.NewID(), Kind: "shifts", Name: "roster-week-48.csv", Size: 240_000, Status: status, Choice: exchange.All,
		Rows: rows, RowsRead: rows, RowsBad: bad, Created: rows - bad, CreatedAt: time.Date(2026, 11, 23, 9, 12, 0, 0, time.UTC), CreatedBy: "Priya Raman"}}
}

func TestList_saysHowToBegin(t *testing.T) {
	t.Parallel()

	wants(t, render(t, listPage(&listing{Base: "/e/kingsmere", May: true})), "No imports yet", "/e/kingsmere/imports/template.csv", "Import a file")
}

func TestList_showsWhatCameOfEachFile(t *testing.T) {
	t.Parallel()
	l := &listing{Base: "/e/kingsmere", Runs: []run{importOf(exchange.Applied, 5000, 0), importOf(exchange.Checked, 12, 3), importOf(exchange.Reading, 0, 0)}, Pages: ui.Pages{Summary: "3 imports."}}

	html := render(t, listPage(l))

	wants(t, html, "roster-week-48.csv", "5,000 created, 0 updated, 0 unchanged", "9 of 12 rows are good", "Done", "Blocked", "Running", "Priya Raman")
	if strings.Contains(html, "imports/new") {
		t.Error("offers an upload to whom it is not allowed")
	}
}

func TestSend_saysWhatIsWrongWithTheFile(t *testing.T) {
	t.Parallel()
	columns := sheets.ErrHeaderMissing.Saying("The file has no column Ward.").With(fault.Field{Name: "ward", Code: "header_missing", Text: "The file has no column Ward. Is it \"Wrad\"?"})

	html := render(t, sendPage(&sending{Base: "/e/kingsmere", Form: sendForm{Rows: "good"}, Refused: columns}))

	wants(t, html, `href="#file"`, "Is it &#34;Wrad&#34;?", `value="good" checked`, `enctype="multipart/form-data"`, "1,000,000 rows")
}

func TestRun_asksAgainOnlyWhileItGoesOn(t *testing.T) {
	t.Parallel()
	going := &running{Base: "/e/kingsmere", Run: importOf(exchange.Reading, 0, 0), May: true}
	going.Run.RowsRead = 1240

	html := render(t, runPage(going))
	wants(t, html, `hx-select="#run"`, "1,240 rows read", "<progress", `aria-current="step"`, "Running. You can leave this page", "Show the latest state")

	over := render(t, runPage(&running{Base: "/e/kingsmere", Run: importOf(exchange.Applied, 5000, 0)}))
	wants(t, over, `id="run"`, "The file has been applied: 5,000 created")
	if strings.Contains(over, "hx-get") {
		t.Error("asks on after the end")
	}
}

func checkedWithErrors() *running {
	return &running{Base: "/e/kingsmere", Run: importOf(exchange.Checked, 12, 3), May: true, Titles: map[string]string{"ward": "Ward"},
		Groups:   []exchange.Group{{Column: "ward", Code: "ward_unknown", Value: "WD7", Text: "There is no ward of this code or name.", Suggestion: "W7", Rows: 3}},
		Problems: []exchange.Problem{{Row: 14, Column: "ward", Value: "WD7", Code: "ward_unknown", Text: "There is no ward of this code or name.", Suggestion: "W7"}},
		Unknown:  []unknown{{Kind: "ward", Noun: "wards", Words: []ui.Option{{Value: "WD7", Text: "WD7, 3 rows"}}, Targets: []ui.Option{{Text: "Choose"}, {Value: "W7", Text: "Ward 7, Main hospital"}}}},
		Pages:    ui.Pages{Summary: "In the order of the file."}}
}

func TestRun_offersTheGoodRowsAndTheWayToPutTheOthersRight(t *testing.T) {
	t.Parallel()

	html := render(t, runPage(checkedWithErrors()))

	wants(t, html, "3 rows have errors,", "Apply the 9 good rows", `name="rows" value="good"`, "/failed.csv", "Errors by message", "WD7, 3 rows", "Ward 7, Main hospital",
		"Did you mean “W7”?", "Remember and check again", "Row")
}

func TestRun_leadsARefusalToItsBox(t *testing.T) {
	t.Parallel()
	r := checkedWithErrors()
	r.Form = aliasForm{Kind: "ward", Text: "WD7"}
	r.Refused = fault.ErrInvalid.With(fault.Field{Name: "target", Code: "required", Text: "Choose what it means."})

	wants(t, render(t, runPage(r)), `href="#ward-target"`, `id="ward-target"`, "Choose what it means.")
}

func TestRun_offersNothingToAReader(t *testing.T) {
	t.Parallel()
	r := checkedWithErrors()
	r.May = false

	html := render(t, runPage(r))

	for _, act := range []string{"<form", "imports/new"} {
		if strings.Contains(html, act) {
			t.Errorf("offers %s", act)
		}
	}
	wants(t, html, "/failed.csv")
}

func TestRun_saysWhyAFileWasNotTakenIn(t *testing.T) {
	t.Parallel()
	refused, failed := importOf(exchange.Refused, 0, 0), importOf(exchange.Failed, 10, 0)
	refused.Failure, failed.Failure = "The file is damaged and cannot be read to its end.", "Something went wrong on our side."

	wants(t, render(t, runPage(&running{Base: "/e/k", Run: refused, May: true})), "The file cannot be taken in.", "cannot be read to its end", "app-steps__item--failed", "Send another file")
	wants(t, render(t, runPage(&running{Base: "/e/k", Run: failed, May: true})), "The import stopped.", "/replay", "Run it again")
}

func TestSteps_standWhereTheRunStands(t *testing.T) {
	t.Parallel()
	for status, want := range map[exchange.Status]string{
		exchange.Reading: "done now later later", exchange.Checking: "done done now later", exchange.Checked: "done done done later",
		exchange.Applying: "done done done now", exchange.Applied: "done done done done", exchange.Refused: "done failed later later", exchange.Failed: "done done failed later",
	} {
		r := importOf(status, 5, 0)
		var states []string
		for _, s := range r.steps() {
			states = append(states, s.State)
		}
		if got := strings.Join(states, " "); got != want {
			t.Errorf("%s: got %s", status, got)
		}
	}
}
