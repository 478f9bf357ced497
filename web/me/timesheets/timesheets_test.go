package timesheets

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

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

func open() *timesheets.Timesheet {
	start := time.Date(2026, 11, 16, 19, 30, 0, 0, time.UTC)
	return &timesheets.Timesheet{Ref: "KUH-T40841", ShiftRef: "KUH-40841", WorkedOn: civil.MustDate("2026-11-16"), Status: timesheets.StatusOpen,
		PlannedStartsAt: start, PlannedEndsAt: start.Add(12*time.Hour + 30*time.Minute), PlannedBreakMinutes: 60}
}

func TestListPage_saysThatEverythingIsSent(t *testing.T) {
	t.Parallel()
	wants(t, html(t, listPage(listView{Empty: "You have sent all your hours", Tabs: []ui.Tab{{Text: "To send", Count: "0", Current: true}}})), "You have sent all your hours")
}

func TestSheetPage_fillsTheFormWithThePlan(t *testing.T) {
	t.Parallel()
	s := open()
	v := sheetOf(s, nil, labels.Book{})
	v.Form = claimOf(s).form(s)

	wants(t, html(t, sheetPage(v)), `value="2026-11-16"`, `value="19:30"`, `value="08:00"`, `value="60"`, "11h 30m", "Check and send")
}

func TestSheetPage_showsTheQuestionAndTheFormAgain(t *testing.T) {
	t.Parallel()
	s := open()
	end, pause := s.PlannedEndsAt.Add(30*time.Minute), 0
	s.Status, s.QueryReason, s.StartsAt, s.EndsAt, s.BreakMinutes, s.SubmittedAt = timesheets.StatusQueried, "Was there no break?", &s.PlannedStartsAt, &end, &pause, &end
	v := sheetOf(s, nil, labels.Book{})
	v.Form = claimOf(s).form(s)

	wants(t, html(t, sheetPage(v)), "The trust asks:", "Was there no break?", `value="08:30"`, "What you sent")
}

func TestSheetPage_hasNoFormOnceSentAndShowsPayOnceApproved(t *testing.T) {
	t.Parallel()
	s := open()
	s.Status = timesheets.StatusSubmitted
	if claimOf(s).form(s) != nil {
		t.Error("hours that wait for an answer cannot be changed")
	}
	s.Status = timesheets.StatusApproved
	lines := []timesheets.Line{{Kind: rates.Pay, Band: rates.Low, AmountPence: 30015, Formula: "11h 30m at £26.10 = £300.15"}, {Kind: rates.HolidayPay, AmountPence: 3623, Formula: "12.07% of £300.15 = £36.23"}}

	wants(t, html(t, sheetPage(sheetOf(s, lines, labels.Book{}))), "Unsocial hours", "Your pay before tax", "£336.38")
}

func TestSheetPage_keepsWhatWasTypedAndNamesTheBox(t *testing.T) {
	t.Parallel()
	s := open()
	c := claim{Ref: s.Ref, Date: "2026-11-16", Start: "25:00", End: "08:00", Break: "60", Breaks: []pause{{"01:00", "02:00"}}, Note: "Late handover."}
	_, err := c.hours()
	v := sheetOf(s, nil, labels.Book{})
	v.Form, v.Refused = c.form(s), fault.Of(err)

	wants(t, html(t, sheetPage(v)), "Your hours were not sent", `href="#starts_at"`, `value="25:00"`, `name="breaks.0.start"`, `value="01:00"`, "Late handover.")
}

func TestHours_puttingAnEndThatIsEarlierOnTheNextDay(t *testing.T) {
	t.Parallel()
	h, err := claim{Date: "2026-11-16", Start: "19:30", End: "08:00", Break: "60"}.hours()

	if err != nil || h.Minutes() != 690 || civil.DateOf(h.End).String() != "2026-11-17" {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestHours_workOutTheMinutesOfRecordedBreaks(t *testing.T) {
	t.Parallel()
	h, err := claim{Date: "2026-11-16", Start: "19:30", End: "08:00", Break: "60", Breaks: []pause{{"23:00", "23:30"}, {"03:00", "03:20"}}}.hours()

	if err != nil || h.BreakMinutes != 50 || len(h.Breaks) != 2 {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestHours_namesEveryBoxThatCannotBeRead(t *testing.T) {
	t.Parallel()
	_, err := claim{Start: "", End: "late", Break: "an hour"}.hours()

	var f *fault.Fault
	if !errors.As(err, &f) {
		t.Fatal(err)
	}
	for _, box := range []string{"date", "starts_at", "ends_at", "break_minutes"} {
		if ui.ErrorFor(f.Fields, box) == "" {
			t.Errorf("%s is not named: %+v", box, f.Fields)
		}
	}
}

func TestForm_asksFirstOrSecondOnlyWhereATimeHappensTwice(t *testing.T) {
	t.Parallel()
	s := open()
	for _, c := range []struct {
		claim      claim
		start, end bool
	}{
		{claim{Date: "2026-10-24", Start: "19:30", End: "01:30"}, false, true},
		{claim{Date: "2026-10-25", Start: "01:15", End: "08:00"}, true, false},
		{claim{Date: "2026-10-24", Start: "19:30", End: "08:00"}, false, false},
		{claim{Date: "2026-11-16", Start: "01:15", End: "01:30"}, false, false},
	} {
		if f := c.claim.form(s); f.AskStart != c.start || f.AskEnd != c.end {
			t.Errorf("%+v: asks %v, %v", c.claim, f.AskStart, f.AskEnd)
		}
	}
	if f := (claim{Date: "2026-10-24", Start: "19:30", End: "08:00", Breaks: []pause{{"01:00", "01:30"}}}).form(s); !f.AskBreak {
		t.Error("a break that may be in either hour is not asked about")
	}
}

func TestHours_takesTheFoldThatWasChosen(t *testing.T) {
	t.Parallel()
	first, err := claim{Date: "2026-10-24", Start: "19:30", End: "01:30", EndFold: "first"}.hours()
	if err != nil {
		t.Fatal(err)
	}
	second, err := claim{Date: "2026-10-24", Start: "19:30", End: "01:30", EndFold: "second"}.hours()
	if err != nil {
		t.Fatal(err)
	}
	if second.End.Sub(first.End) != time.Hour {
		t.Errorf("%s and %s", first.End, second.End)
	}
	_, err = claim{Date: "2026-10-24", Start: "19:30", End: "01:30"}.hours()
	if !errors.Is(err, civil.ErrAmbiguous) || ui.ErrorFor(fault.Of(err).Fields, "ends_at") == "" {
		t.Errorf("an answer is needed: %v", err)
	}
}

func TestCheckPage_handsOnEverythingThatWasTyped(t *testing.T) {
	t.Parallel()
	s := open()
	c := claim{Date: "2026-11-16", Start: "19:30", End: "08:30", Break: "60", Note: "Late handover.", Breaks: []pause{{"01:00", "02:00"}}}
	h, err := c.hours()
	if err != nil {
		t.Fatal(err)
	}

	page := html(t, checkPage(checkView{Action: "/me/timesheets/KUH-T40841", Back: "/b", Ref: s.Ref, Answers: answersOf(s, h, c.Note), Warning: notice{"warning", differs(30), "x"}, Carry: c.carry()}))

	wants(t, page, "30m over plan.", "Mon 16 Nov 2026, 19:30", "Tue 17 Nov 2026, 08:30", "01:00 to 02:00", `name="breaks.0.end" value="02:00"`, `name="note" value="Late handover."`, "Send my hours")
	if strings.Count(page, "app-button--primary") != 1 {
		t.Error("a page has one green button")
	}
}
