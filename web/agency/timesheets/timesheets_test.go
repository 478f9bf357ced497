package timesheets

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/web/labels"
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

func sheet(over time.Duration) *timesheets.Timesheet {
	start := time.Date(2026, 11, 16, 7, 0, 0, 0, time.UTC)
	end, pause := start.Add(12*time.Hour+over), 60
	return &timesheets.Timesheet{Ref: "KUH-T40841", ShiftRef: "KUH-40841", WorkerName: "Grace Mensah", WorkedOn: civil.MustDate("2026-11-16"),
		PlannedStartsAt: start, PlannedEndsAt: start.Add(12 * time.Hour), PlannedBreakMinutes: 60,
		StartsAt: &start, EndsAt: &end, BreakMinutes: &pause, SubmittedAt: &end, Status: timesheets.StatusSubmitted}
}

func TestListPage_saysWhatWouldBeHere(t *testing.T) {
	t.Parallel()
	wants(t, html(t, listPage(listView{Empty: "No timesheets yet"})), "No timesheets yet", "opens when a booked shift ends")
}

func TestListPage_showsTheDifferenceFromPlan(t *testing.T) {
	t.Parallel()
	late, exact := sheet(30*time.Minute), sheet(0)

	page := html(t, listPage(listView{Rows: []row{rowOf("/t", late, labels.Book{}), rowOf("/t", exact, labels.Book{})}}))

	wants(t, page, "11h 30m", "+30m", "as planned", "Submitted", "07:00 to 19:00, KUH-T40841")
}

func TestSheetPage_showsTheQuestionAndNoForm(t *testing.T) {
	t.Parallel()
	s := sheet(0)
	s.Status, s.QueryReason = timesheets.StatusQueried, "The ward's book says otherwise."

	page := html(t, sheetPage(sheetOf("/t", s, nil, labels.Book{})))

	wants(t, page, "The trust asks:", "The ward&#39;s book says otherwise.")
	if strings.Contains(page, "<form") {
		t.Error("an agency has no form for hours")
	}
}

func TestSheetPage_addsUpTheLockedLines(t *testing.T) {
	t.Parallel()
	s, net := sheet(0), money.Pence(32016)
	s.Status, s.NetPence, s.ApprovedAt = timesheets.StatusApproved, &net, s.SubmittedAt
	lines := []timesheets.Line{
		{Kind: rates.Pay, Band: rates.Core, AmountPence: 30015, Formula: "11h at £27.29 = £300.15", VATCategory: rates.Standard, VATRate: money.MustFactor("0.2")},
		{Kind: rates.Commission, AmountPence: 2001, Formula: "11h at £1.82 = £20.01", VATCategory: rates.Exempt},
	}

	wants(t, html(t, sheetPage(sheetOf("/t", s, lines, labels.Book{}))), "Core hours", "11h at £27.29 = £300.15", "20%", "exempt", "£320.16")
}
