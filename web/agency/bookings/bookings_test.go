package bookings

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"wardbridge/internal/money"
	"wardbridge/modules/bookings"
	"wardbridge/modules/rates"
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

func TestListPage_leadsOnWhenItIsEmpty(t *testing.T) {
	t.Parallel()
	page := html(t, listPage(listView{Empty: "No bookings lie ahead", OpenHref: "/a/meridian/shifts"}))
	if !strings.Contains(page, "No bookings lie ahead") || !strings.Contains(page, "See open shifts") {
		t.Error(page)
	}
}

func TestListPage_saysWhyABookingEnded(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 19, 30, 0, 0, time.UTC)
	b := &bookings.Booking{Ref: "KUH-B40841", WorkerName: "Grace Mensah", StartsAt: start, EndsAt: start.Add(12 * time.Hour), PayRate: money.MustRate("26.10"),
		NetPence: 39791, Quote: rates.ShiftQuote{Minutes: 660}, Status: bookings.StatusNoShow, EndedWhy: "Nobody came."}

	page := html(t, listPage(listView{Rows: []row{rowOf(b, labels.Book{})}}))

	for _, w := range []string{"Tue 24 Nov 2026, 19:30 to 07:30", "11h paid, KUH-B40841", "£397.91", "Pay £26.10 an hour", "No-show", "Nobody came."} {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}
