package schedule

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/bookings"
	"wardbridge/modules/places"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
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

func london(t *testing.T, date, clock string, fold civil.Fold) time.Time {
	t.Helper()
	at, err := civil.Resolve(civil.MustDate(date), civil.MustClock(clock), fold)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func booked(start, end time.Time) bookings.Booking {
	minutes := int(end.Sub(start).Minutes())
	return bookings.Booking{TenantID: tenants.ID{1}, Ref: "KUH-B40841", StartsAt: start, EndsAt: end, Status: bookings.StatusConfirmed,
		Quote: rates.ShiftQuote{Minutes: minutes, Start: start, End: end, Net: 39791, Lines: []rates.Line{
			{Kind: rates.Pay, Band: rates.Core, Amount: 30015, Minutes: minutes, Rate: money.MustRate("26.10"), Factor: money.MustFactor("1")},
			{Kind: rates.Commission, Amount: 2001, Minutes: minutes, Rate: money.MustRate("1.74")},
		}}}
}

func on(t *testing.T, date string) calendar {
	t.Helper()
	now := london(t, date, "10:30", civil.Unsaid)
	return calendar{at: "/me", today: civil.MustDate(date), now: now}
}

func TestWeek_drawsANightToMidnightAndFromMidnight(t *testing.T) {
	t.Parallel()
	c := on(t, "2026-11-23")
	b := booked(london(t, "2026-11-23", "19:30", civil.Unsaid), london(t, "2026-11-24", "08:00", civil.Unsaid))

	week, legend := c.week([]bookings.Booking{b}, civil.MustDate("2026-11-23"))

	if len(week.Entries) != 2 || len(legend) != 1 {
		t.Fatalf("%+v", week.Entries)
	}
	first, second := week.Entries[0], week.Entries[1]
	if first.Day != 1 || first.From != 39 || first.To != 48 || first.Text != "19:30" {
		t.Errorf("first part: %+v", first)
	}
	if second.Day != 2 || second.From != 0 || second.To != 16 || second.Text != "to 08:00" {
		t.Errorf("second part: %+v", second)
	}
	if week.FirstHour != 0 || week.NowDay != 1 || week.NowHalf != 21 {
		t.Errorf("first hour %d, now %d %d", week.FirstHour, week.NowDay, week.NowHalf)
	}
}

func TestWeek_showsTheRestOfANightOfTheWeekBefore(t *testing.T) {
	t.Parallel()
	b := booked(london(t, "2026-11-22", "19:30", civil.Unsaid), london(t, "2026-11-23", "08:00", civil.Unsaid))

	week, _ := on(t, "2026-11-23").week([]bookings.Booking{b}, civil.MustDate("2026-11-23"))

	if len(week.Entries) != 1 || week.Entries[0].Day != 1 || week.Entries[0].To != 16 {
		t.Errorf("%+v", week.Entries)
	}
}

func TestWeek_drawsTheNightOfTheClockChangeByTheWall(t *testing.T) {
	t.Parallel()
	b := booked(london(t, "2026-10-24", "19:30", civil.Unsaid), london(t, "2026-10-25", "01:30", civil.Second))

	week, _ := on(t, "2026-10-23").week([]bookings.Booking{b}, civil.MustDate("2026-10-19"))

	if len(week.Entries) != 2 || week.Entries[1].To != 3 || !strings.Contains(week.Entries[1].Label, "01:30 GMT") {
		t.Errorf("%+v", week.Entries)
	}
}

func TestWeek_leavesOutAShiftThatEndsAtMidnight(t *testing.T) {
	t.Parallel()
	b := booked(london(t, "2026-11-24", "14:00", civil.Unsaid), london(t, "2026-11-25", "00:00", civil.Unsaid))

	week, _ := on(t, "2026-11-23").week([]bookings.Booking{b}, civil.MustDate("2026-11-23"))

	if len(week.Entries) != 1 || week.Entries[0].To != 48 || week.FirstHour != 6 {
		t.Errorf("%+v", week.Entries)
	}
}

func TestDays_groupsByTheDayOfTheStart(t *testing.T) {
	t.Parallel()
	all := []bookings.Booking{
		booked(london(t, "2026-11-20", "07:00", civil.Unsaid), london(t, "2026-11-20", "19:30", civil.Unsaid)), // for the week's figures alone
		booked(london(t, "2026-11-22", "19:30", civil.Unsaid), london(t, "2026-11-23", "08:00", civil.Unsaid)),
		booked(london(t, "2026-11-24", "07:00", civil.Unsaid), london(t, "2026-11-24", "19:30", civil.Unsaid)),
	}
	all[2].Status = bookings.StatusCancelled

	days := on(t, "2026-11-23").days(all, civil.MustDate("2026-11-23"), civil.MustDate("2026-12-22"))

	if len(days) != 2 || days[1].Title != "Tomorrow, Tuesday 24 November" || days[1].Entries[0].Tag != "Cancelled" || days[1].Entries[0].Look != "busy" {
		t.Errorf("%+v", days)
	}
}

func TestMetrics_addUpTheWeekWithoutWhatWasCalledOff(t *testing.T) {
	t.Parallel()
	all := []bookings.Booking{
		booked(london(t, "2026-11-22", "07:00", civil.Unsaid), london(t, "2026-11-22", "19:00", civil.Unsaid)),
		booked(london(t, "2026-11-24", "07:00", civil.Unsaid), london(t, "2026-11-24", "19:00", civil.Unsaid)),
		booked(london(t, "2026-11-26", "07:00", civil.Unsaid), london(t, "2026-11-26", "19:00", civil.Unsaid)),
	}
	all[2].Status = bookings.StatusCancelled

	figures := on(t, "2026-11-23").metrics(all, civil.MustDate("2026-11-23"))

	if figures[0].Value != "12h" || figures[1].Value != "20h 30m" || figures[1].Note != "1d 12h rest before it" || figures[2].Value != "£300.15" {
		t.Errorf("%+v", figures)
	}
}

func TestSchedulePage_saysThatNothingIsBooked(t *testing.T) {
	t.Parallel()
	c := on(t, "2026-11-23")
	page := html(t, schedulePage(scheduleView{Head: c.head("", c.today), Empty: "Nothing booked in these 30 days", Metrics: c.metrics(nil, c.today),
		Sheets: sheetsNote{"1 timesheet to send.", "Send the hours.", "/me/timesheets"}}))
	wants(t, page, "Nothing booked in these 30 days", "23 Nov to 22 Dec", "This week", "1 timesheet to send.", "/me/schedule?d=2026-12-23")
}

func TestSchedulePage_drawsTheWeek(t *testing.T) {
	t.Parallel()
	c := on(t, "2026-11-23")
	week, legend := c.week([]bookings.Booking{booked(london(t, "2026-11-24", "07:00", civil.Unsaid), london(t, "2026-11-24", "19:30", civil.Unsaid))}, c.today)

	page := html(t, schedulePage(scheduleView{Head: c.head("week", c.today), Week: week, Legend: legend}))

	wants(t, page, "23 to 29 Nov", "/me/shifts/KUH-B40841", "c2 r3 s25", "Tomorrow, Tuesday 24 November, 07:00 to 19:30", "/me/schedule?d=2026-11-30&amp;view=week")
}

func TestShiftPage_tellsTheWorkerTheirOwnPayAlone(t *testing.T) {
	t.Parallel()
	b := booked(london(t, "2026-11-24", "07:00", civil.Unsaid), london(t, "2026-11-24", "19:30", civil.Unsaid))

	page := html(t, shiftPage(shiftOf(&b, labels.Book{}, places.Site{Name: "Royal Kingsmere", Address: "Hill Road"}, london(t, "2026-11-23", "10:00", civil.Unsaid))))

	wants(t, page, "Hill Road", "Your timesheet opens when the shift ends", "£300.15")
	if strings.Contains(strings.ToLower(page), "commission") || strings.Contains(page, "£397.91") {
		t.Error("what the agency charges is no business of the worker's")
	}
}

func TestShiftPage_saysThatAShiftWasCalledOff(t *testing.T) {
	t.Parallel()
	b := booked(london(t, "2026-11-24", "07:00", civil.Unsaid), london(t, "2026-11-24", "19:30", civil.Unsaid))
	b.Status, b.EndedWhy = bookings.StatusCancelled, "The ward is closed."

	page := html(t, shiftPage(shiftOf(&b, labels.Book{}, places.Site{}, b.StartsAt)))

	wants(t, page, "This shift was called off.", "Do not travel. The ward is closed.", "There are no hours to send")
}
