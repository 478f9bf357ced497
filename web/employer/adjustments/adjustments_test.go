package adjustments

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/accounts"
	"wardbridge/modules/adjustments"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

func rendered(t *testing.T, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func says(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

func previewed() oneView {
	agency := tenants.NewID()
	a := adjustments.Adjustment{Ref: "KUH-ADJ-7", Kind: adjustments.Award, Reason: "Backdated award", Source: "Circular 3", FromOn: civil.MustDate("2026-04-01"),
		ToOn: civil.MustDate("2026-10-31"), Status: adjustments.StatusPreviewed, PreviewedAt: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), PreviewedBy: "Howard Bell",
		Changes: []adjustments.Change{{Band: "afc-5", From: money.MustRate("19.33"), To: money.MustRate("19.97")}}}
	a.Counts = adjustments.Counts{Examined: 12, Affected: 1, Omitted: 1, OverCap: 1, WasPence: 30000, BecomesPence: 30950, DeltaPence: 950}
	return oneView{At: "/e/kingsmere/adjustments", A: a, For: "every agency", MayEnd: true, MayPost: true, Widest: 950,
		Shares: []agencyShare{{"Meridian Medical", adjustments.Share{AgencyID: agency, Timesheets: 1, WasPence: 30000, DeltaPence: 950}}},
		Items: []adjustments.Item{{TimesheetRef: "KUH-T1", WorkerName: "Amara Osei", WorkedOn: civil.MustDate("2026-04-08"), PayWas: money.MustRate("19.33"),
			PayBecomes: money.MustRate("19.97"), WasPence: 30000, BecomesPence: 30950, DeltaPence: 950, OverCap: money.MustRate("0.5"), Lines: []adjustments.ItemLine{
				{Kind: rates.Pay, Band: rates.Core, DeltaPence: 736, Formula: "11h 30m at £19.97 = £229.66, less £222.30 settled before"}}}},
		Omitted: []adjustments.Omission{{TimesheetRef: "KUH-T2", AgencyID: agency, WorkerName: "Ben Carter", WorkedOn: civil.MustDate("2026-04-09"), Text: "There is no levy rate in force."}},
		Names:   map[tenants.ID]accounts.Organisation{agency: {Name: "Meridian Medical"}}}
}

func TestOnePage_showsEveryDifferenceAndWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	v := previewed()

	page := rendered(t, onePage(v, nil))

	says(t, page, "+£9.50", "Backdated award", "Band afc-5 at £19.33 becomes £19.97", "KUH-T1", "£300.00", "£309.50", "£19.33 to £19.97 an hour",
		"£0.50 an hour above the cap of the date", "Core hours: +£7.36. 11h 30m at £19.97", "Meridian Medical", `<rect class="app-capbar__part--1" width="100"`,
		"KUH-T2", "There is no levy rate in force.", "Post +£9.50 to 1 timesheet", "/e/kingsmere/adjustments/KUH-ADJ-7/post", "Discard this preview")
}

func TestOnePage_offersNothingOnceItIsPosted(t *testing.T) {
	t.Parallel()
	v := previewed()
	at := time.Date(2026, 11, 25, 10, 0, 0, 0, time.UTC)
	v.A.Status, v.A.ClosedAt, v.A.ClosedBy, v.MayEnd, v.MayPost = adjustments.StatusPosted, &at, "Howard Bell", false, false

	page := rendered(t, onePage(v, adjustments.ErrPosted))

	says(t, page, "Posted", "Wed 25 Nov 2026, 10:00 by Howard Bell", "This adjustment has been posted already.")
	if strings.Contains(page, "<form") {
		t.Error("offers an act")
	}
}

func TestListPage_saysWhatEachComesTo(t *testing.T) {
	t.Parallel()
	v := previewed()

	says(t, rendered(t, listPage(listView{At: v.At, New: v.At + "/new", Rows: []adjustments.Adjustment{v.A}})), "KUH-ADJ-7", "+£9.50", "Preview an adjustment", "Wed 1 Apr 2026")
	says(t, rendered(t, listPage(listView{At: v.At})), "No adjustments yet")
}

func TestChange_readsTheBoxes(t *testing.T) {
	t.Parallel()
	for percent, want := range map[string]string{"3.3": "0.033", "12.5": "0.125", "100": "1", "0.05": "0.0005"} {
		c, err := newForm{Band: "afc-5", Percent: percent}.change()
		if err != nil || c.Share != money.MustFactor(want) || c.Band != "afc-5" {
			t.Errorf("%s%%: %+v, %v", percent, c, err)
		}
	}
	c, err := newForm{From: "19.33", To: "19.97"}.change()
	if err != nil || c.From != money.MustRate("19.33") || c.To != money.MustRate("19.97") {
		t.Errorf("got %+v, %v", c, err)
	}
	if _, err := (newForm{To: "dear"}).change(); len(fault.Of(err).Fields) != 1 || fault.Of(err).Fields[0].Name != "to" {
		t.Errorf("got %v", err)
	}
}

func TestOnBoxes_namesTheBoxesOfTheForm(t *testing.T) {
	t.Parallel()
	err := onBoxes(adjustments.ErrFuture.With(fault.Field{Name: "to", Code: "x", Text: "y"}))

	if f := fault.Of(err); len(f.Fields) != 1 || f.Fields[0].Name != "last" || f.Code != adjustments.ErrFuture.Code {
		t.Errorf("got %+v", f)
	}
}

func TestShare_readsAPercentageAboveNothing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"3.3": "0.033", "1": "0.01", "100": "1", "0.25": "0.0025"} {
		if got, err := share(text); err != nil || got.Text() != want {
			t.Errorf("%s: %s, %v", text, got.Text(), err)
		}
	}
	for _, text := range []string{"-1", "-0.5", "five"} {
		if got, err := share(text); err == nil {
			t.Errorf("%s was read as %s", text, got.Text())
		}
	}
}
