package ui_test

import (
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"wardbridge/internal/fault"
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

func TestFieldID_findsTheSameInputForAFormNameAndAPointer(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"break_minutes":  "break_minutes",
		"/break_minutes": "break_minutes",
		"/lines/0/hours": "lines-0-hours",
		"lines[0].hours": "lines-0--hours",
	} {
		if got := ui.FieldID(name); got != want {
			t.Errorf("FieldID(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestErrorFor_givesTheSentenceOfTheInput(t *testing.T) {
	t.Parallel()
	fields := []fault.Field{{Name: "/break_minutes", Text: "Too long."}}

	if got := ui.ErrorFor(fields, "break_minutes"); got != "Too long." {
		t.Errorf("got %q", got)
	}
	if got := ui.ErrorFor(fields, "start"); got != "" {
		t.Errorf("got %q for an input without an error", got)
	}
}

func TestStatusTag_hasOneColourForAWordAndGreyForAnUnknownOne(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{"Urgent": "red", "To review": "blue", "Expiring": "yellow", "Worked": "aqua", "Something new": "grey"} {
		if html := render(t, ui.StatusTag(word)); !strings.Contains(html, "app-tag--"+want) {
			t.Errorf("%s is not %s: %s", word, want, html)
		}
	}
}

func TestForm_carriesTheTokenAndTheKey(t *testing.T) {
	t.Parallel()

	html := render(t, ui.Form("post", "/e/kingsmere/shifts", "tok", "k-1"))

	for _, part := range []string{`name="_csrf" value="tok"`, `name="_key" value="k-1"`, "novalidate"} {
		if !strings.Contains(html, part) {
			t.Errorf("no %s in %s", part, html)
		}
	}
}

func TestForm_withoutAKeySendsNone(t *testing.T) {
	t.Parallel()

	if html := render(t, ui.Form("get", "/search", "", "")); strings.Contains(html, "_key") || strings.Contains(html, "_csrf") {
		t.Errorf("an empty key is sent: %s", html)
	}
}

func TestFields_escapeWhatPeopleType(t *testing.T) {
	t.Parallel()
	evil := `"><script>alert(1)</script>`

	html := render(t, ui.TextField(ui.Field{Name: "note", Label: evil, Value: evil, Error: evil, Hint: evil}))

	if strings.Contains(html, "<script>") {
		t.Errorf("a script got through: %s", html)
	}
}

func TestFields_tieLabelHintAndErrorToTheInput(t *testing.T) {
	t.Parallel()

	html := render(t, ui.TextField(ui.Field{Name: "break_minutes", Label: "Break", Hint: "In minutes", Error: "Too long."}))

	for _, part := range []string{`for="break_minutes"`, `id="break_minutes"`, `aria-describedby="break_minutes-hint break_minutes-error"`, `aria-invalid="true"`} {
		if !strings.Contains(html, part) {
			t.Errorf("no %s in %s", part, html)
		}
	}
}

func TestPasswordField_neverSendsTheValueBack(t *testing.T) {
	t.Parallel()

	if html := render(t, ui.PasswordField(ui.Field{Name: "password", Label: "Password", Value: "secret"})); strings.Contains(html, "secret") {
		t.Error("the password is in the page")
	}
}

func TestPage_saysInItsTitleThatTheFormWasRefused(t *testing.T) {
	t.Parallel()

	html := render(t, ui.Page(ui.Frame{Title: "Create shift", Refused: true}))

	if !strings.Contains(html, "<title>Error: Create shift - Wardbridge</title>") {
		t.Errorf("the title is not right: %s", html[:300])
	}
}

func TestPage_hasNoStyleAndNoScriptOfItsOwn(t *testing.T) {
	t.Parallel()

	html := render(t, ui.GalleryPage(ui.Frame{Title: "Gallery", CSS: "/a.css", JS: "/a.js"}))

	for _, part := range []string{" style=", "<style", "javascript:", " onclick=", " hx-on"} {
		if strings.Contains(html, part) {
			t.Errorf("the page holds %q", part)
		}
	}
	if strings.Count(html, "<script") != 1 {
		t.Error("the page holds a script besides its file")
	}
}

func TestWeekGrid_cutsABlockThatBeginsBeforeTheFirstHour(t *testing.T) {
	t.Parallel()
	week := ui.Week{FirstHour: 6, Entries: []ui.WeekEntry{{Day: 2, From: 0, To: 16, Title: "Night", Look: "one"}}}

	html := render(t, ui.WeekGrid(week))

	if !strings.Contains(html, "c2 r1 s4") {
		t.Errorf("the block is not cut to 06:00 to 08:00: %s", html)
	}
}

func TestWeekGrid_keepsABlockThatEndsBeforeTheFirstHour(t *testing.T) {
	t.Parallel()
	week := ui.Week{FirstHour: 6, Entries: []ui.WeekEntry{{Day: 7, From: 0, To: 4, Title: "Night", Look: "one"}}}

	if html := render(t, ui.WeekGrid(week)); !strings.Contains(html, "c7 r1 s1") {
		t.Errorf("the block is lost: %s", html)
	}
}

func TestCapBar_marksTheCapOnTheScaleOfTheLargerSum(t *testing.T) {
	t.Parallel()

	within := render(t, ui.CapBar(ui.CapScale{Cap: 1000, Parts: []ui.CapPart{{Label: "Pay", Value: 500}}}))
	above := render(t, ui.CapBar(ui.CapScale{Cap: 1000, Parts: []ui.CapPart{{Label: "Pay", Value: 2000}}}))

	if !strings.Contains(within, `x="925"`) {
		t.Errorf("the cap of 1000 on a scale of 1080 is not at 925: %s", within)
	}
	if !strings.Contains(above, `x="462"`) {
		t.Errorf("the cap of 1000 on a scale of 2160 is not at 462: %s", above)
	}
}
