package vat

import (
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"wardbridge/internal/civil"
	"wardbridge/modules/reclaims"
	"wardbridge/tenants"
)

func html(t *testing.T, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func reviewOf(agency tenants.ID) reclaims.Review {
	month := func(first string, g reclaims.Ground, sum reclaims.Sum) reclaims.Row {
		return reclaims.Row{AgencyID: agency, Agency: "Meridian Medical", Month: civil.MustDate(first), Ground: g, Oldest: civil.MustDate(first), Sum: sum}
	}
	return reclaims.Review{From: civil.MustDate("2022-11-24"), To: civil.MustDate("2026-11-24"), Years: 4, Source: "Section 80(4)", Lapses: civil.MustDate("2030-09-01"),
		Rows: []reclaims.Row{
			month("2026-10-01", reclaims.Claim, reclaims.Sum{Shifts: 3, Net: 127524, VAT: 25505, WaitingNet: 63762, WaitingVAT: 12752}),
			month("2026-09-01", reclaims.Claim, reclaims.Sum{Shifts: 1, Net: 63762, VAT: 12752}),
		},
		Reasons: []reclaims.Reason{{Ground: reclaims.Claim, Profession: "doctor", Text: "Provision of a deputy", Source: "UKFTT 1114", From: civil.MustDate("2021-12-15")}}}
}

func TestReviewPage_totalsByMonthAndAgencyBesideTheChart(t *testing.T) {
	t.Parallel()
	agency := tenants.NewID()

	page := html(t, reviewPage(viewOf(reviewOf(agency), "/e/kingsmere/vat")))

	for _, words := range []string{"£382.57", "£127.52 not billed yet", "4 shifts", "Sun 1 Sep 2030", "Thu 24 Nov 2022", "Meridian Medical", "Sep 2026", "Oct 2026", "Doctor: why", "Provision of a deputy", "UKFTT 1114",
		"app-bars", "Nothing was charged that would be exempt on this ground", "Section 80(4)",
		"/e/kingsmere/vat/bookings?agency=" + agency.String() + "&amp;ground=claim", "/e/kingsmere/vat/bookings?ground=claim&amp;month=2026-10-01"} {
		if !strings.Contains(page, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if strings.Index(page, ">Sep 2026") > strings.Index(page, ">Oct 2026") {
		t.Error("the chart does not run from the earliest month")
	}
}

func TestBars_growWithTheVAT(t *testing.T) {
	t.Parallel()
	bars := viewOf(reviewOf(tenants.NewID()), "").Parts[0].bars()

	if len(bars) != 2 || bars[0].Label != "Sep 2026" || bars[0].Text != "£127.52" || bars[1].Values[0] != 25505 || bars[1].Values[1] != 12752 || bars[1].Text != "£382.57" {
		t.Errorf("bars %+v", bars)
	}
}

func TestReviewPage_saysThatThereIsNothing(t *testing.T) {
	t.Parallel()
	page := html(t, reviewPage(viewOf(reclaims.Review{From: civil.MustDate("2022-11-24"), Years: 4}, "/e/kingsmere/vat")))

	if !strings.Contains(page, "Nothing to claim") || strings.Contains(page, "app-bars") {
		t.Error("an empty review draws a chart or promises something")
	}
}

func TestBookingsPage_leadsToTheEvidence(t *testing.T) {
	t.Parallel()
	b := reclaims.Booking{ID: tenants.NewID(), ShiftRef: "KUH-40841", Agency: "Meridian Medical", WorkerName: "Ada Example", WorkedOn: civil.MustDate("2026-10-05"), Net: 63762, VAT: 12753, Number: "KUH-MER-000001"}
	waiting := reclaims.Booking{ID: tenants.NewID(), ShiftRef: "KUH-40842", WorkedOn: civil.MustDate("2026-10-20"), WaitingNet: 63762, WaitingVAT: 12752}
	v := bookingsView{Base: "/e/kingsmere/vat", Rows: []reclaims.Booking{waiting, b}, Ground: reclaims.Claim, File: "/e/kingsmere/vat/bookings.csv?ground=claim"}

	page := html(t, bookingsPage(v))

	for _, words := range []string{"/e/kingsmere/vat/" + b.ID.String() + "/pack", "Ada Example", "KUH-MER-000001", "£127.53", "Not billed yet", "£127.52 not billed yet", "bookings.csv?ground=claim"} {
		if !strings.Contains(page, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
}

func TestFilter_readsWhatItCanAndAsksNothingElse(t *testing.T) {
	t.Parallel()
	id := tenants.NewID()
	f := filterIn{Ground: "choice", Agency: id.String(), Month: "2026-10-01"}.filter()
	if f.Ground != reclaims.Choice || f.Agency != id || f.Month.String() != "2026-10-01" {
		t.Errorf("read %+v", f)
	}
	if none := (filterIn{Ground: "x", Agency: "x", Month: "x"}).filter(); none.Ground != reclaims.Claim || none.Agency != (tenants.ID{}) || !none.Month.IsZero() {
		t.Errorf("garbled %+v", none)
	}
}
