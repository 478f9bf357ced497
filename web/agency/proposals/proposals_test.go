package proposals

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"wardbridge/internal/money"
	"wardbridge/modules/proposals"
	"wardbridge/modules/rates"
	"wardbridge/modules/shifts"
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

var now = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func sent() *proposals.Proposal {
	start := time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC)
	return &proposals.Proposal{Ref: "KUH-P40841-7QKX", WorkerName: "Grace Mensah", PayRate: money.MustRate("26.10"), PayMax: money.MustRate("27.40"),
		SubmittedAt: now.Add(-time.Hour), SubmittedBy: "Leon Achebe", Status: proposals.StatusSubmitted, Note: "Knows the unit.",
		Quote: rates.ShiftQuote{Start: start, End: start.Add(12 * time.Hour), Minutes: 660, BreakMinutes: 60, Net: 39791, Gross: 39791,
			Lines: []rates.Line{{Kind: rates.Pay, Band: rates.Core, Amount: 39791, Minutes: 660, Rate: money.MustRate("36.1736"), Factor: money.MustFactor("1")}}}}
}

func TestListPage_leadsOnWhenItIsEmpty(t *testing.T) {
	t.Parallel()
	wants(t, html(t, listPage(listView{Empty: "No proposal waits for an answer", OpenHref: "/a/meridian/shifts"})), "No proposal waits for an answer", "See open shifts")
}

func TestListPage_tellsTheReasonOfTheTrust(t *testing.T) {
	t.Parallel()
	p := sent()
	p.Status, p.DecisionReason = proposals.StatusDeclined, "The ward needs other experience."

	page := html(t, listPage(listView{Tabs: []ui.Tab{{Text: "All", Href: "?", Current: true}}, Rows: []row{rowOf("/a/meridian/proposals", p, shifts.Shift{Ref: "KUH-40841"}, labels.Book{})}}))

	wants(t, page, "Grace Mensah", "07:00 to 19:00, KUH-40841", "Declined", "The ward needs other experience.", "£36.17", "/a/meridian/proposals/KUH-P40841-7QKX")
}

func TestProposalPage_showsThePriceAsItWasSent(t *testing.T) {
	t.Parallel()
	v := proposalOf(sent(), shifts.Shift{Ref: "KUH-40841"}, labels.Book{}, now)
	v.Withdraw = "/w"

	wants(t, html(t, proposalPage(v)), "£397.91", "card maximum £27.40", "Knows the unit.", "Waiting for the trust", "for 1h", "Withdraw", "How this price came about")
}

func TestProposalPage_saysWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	p, at := sent(), now
	p.Status, p.DecidedAt, p.DecisionReason = proposals.StatusClosed, &at, "Another proposal was accepted."

	page := html(t, proposalPage(proposalOf(p, shifts.Shift{}, labels.Book{}, now)))

	wants(t, page, "Closed.", "Another proposal was accepted.")
	if strings.Contains(page, "Withdraw") {
		t.Error("what was answered cannot be withdrawn")
	}
}

func TestWithdrawPage_asksFirstAndTellsARefusal(t *testing.T) {
	t.Parallel()
	page := html(t, withdrawPage(withdrawView{Ref: "KUH-P40841-7QKX", Refused: proposals.ErrAnswered, Answers: []ui.Answer{{Key: "Worker", Value: "Grace Mensah"}}}))
	wants(t, page, "The proposal was not withdrawn", proposals.ErrAnswered.Text, "Withdraw the proposal", "Keep it")
}
