package labels_test

import (
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/cards"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/web/labels"
)

func TestStatus_isAWordForATag(t *testing.T) {
	t.Parallel()
	for state, want := range map[string]string{"no_show": "No-show", "submitted": "Submitted", "": ""} {
		if got := labels.Status(state); got != want {
			t.Errorf("Status(%q) = %q, want %q", state, got, want)
		}
	}
}

func TestLeft_readsAsTheCountdownsDo(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for ahead, want := range map[time.Duration]string{
		-time.Hour: "now", 30 * time.Second: "less than 1m", 5*time.Hour + 18*time.Minute: "5h 18m", 2 * time.Hour: "2h",
		48 * time.Hour: "2d", 52 * time.Hour: "2d 4h",
	} {
		if got := labels.Left(now, now.Add(ahead)); got != want {
			t.Errorf("Left(%s) = %q, want %q", ahead, got, want)
		}
	}
}

func TestCount_putsTheNounIntoItsNumber(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		n          int
		noun, want string
	}{{1, "shift", "1 shift"}, {0, "shift", "0 shifts"}, {1240, "row", "1,240 rows"}, {2, "agency|agencies", "2 agencies"}} {
		if got := labels.Count(c.n, c.noun); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestDay_saysTodayAndAnotherYear(t *testing.T) {
	t.Parallel()
	today := civil.MustDate("2026-11-23")
	for date, want := range map[string]string{
		"2026-11-23": "Today, Monday 23 November", "2026-11-24": "Tomorrow, Tuesday 24 November",
		"2026-11-29": "Sunday 29 November", "2027-01-02": "Saturday 2 January 2027",
	} {
		if got := labels.Day(civil.MustDate(date), today); got != want {
			t.Errorf("Day(%s) = %q, want %q", date, got, want)
		}
	}
}

func TestAddress_leavesOutWhatIsNotAsked(t *testing.T) {
	t.Parallel()
	if got := labels.Address("/a/meridian/shifts", "trust", "", "grade", "nurse-band-5"); got != "/a/meridian/shifts?grade=nurse-band-5" {
		t.Error(got)
	}
	if got := labels.Address("/a/meridian/shifts", "trust", ""); got != "/a/meridian/shifts" {
		t.Error(got)
	}
}

func TestScale_partsAddUpToTheCharge(t *testing.T) {
	t.Parallel()
	q := &rates.ShiftQuote{Minutes: 600, Net: 34600, Lines: []rates.Line{
		{Kind: rates.Pay, Amount: 26100}, {Kind: rates.HolidayPay, Amount: 3150}, {Kind: rates.EmployerNI, Amount: 3610}, {Kind: rates.Commission, Amount: 1740},
	}}

	scale := labels.Scale(q, money.Pence(36900))

	var sum int64
	for _, p := range scale.Parts {
		sum += p.Value
	}
	if sum != 3460 || scale.Cap != 3690 || scale.CapText != "Card maximum £36.90" {
		t.Errorf("%+v", scale)
	}
}

func TestQualifying_tellsWhatThePayIsOrWillBe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		weeks int
		pay   string
		want  string
	}{
		{12, "22", "12 weeks completed with Kingsmere: highest pay £22.00 an hour"},
		{1, "22", "1 week completed with Kingsmere: highest pay £22.00 an hour once 12 are"},
		{13, "0", "13 weeks completed with Kingsmere: the pay of its own staff is due, and the rate card names none"},
		{10, "0", "10 weeks completed with Kingsmere: once 12 are, the pay of its own staff is due, and the rate card names none"},
		{9, "0", ""},
	} {
		of := quotes.Qualifying{Known: true, Weeks: c.weeks, Needed: 12, Pay: money.MustRate(c.pay)}
		if got := labels.Qualifying(of, "Kingsmere"); got != c.want {
			t.Errorf("after %d weeks: %q, want %q", c.weeks, got, c.want)
		}
		if of.Known = false; labels.Qualifying(of, "Kingsmere") != "" {
			t.Errorf("after %d weeks: says what nobody knows", c.weeks)
		}
	}
}

func TestHighestPay_namesBothWhereTheWorkerIsNotKnown(t *testing.T) {
	t.Parallel()
	after := cards.Line{PayMax: money.MustRate("22")}
	if got := labels.HighestPay(&cards.Line{PayMax: money.MustRate("20.50"), Parity: &after}); got != "£20.50 (£22.00 after the qualifying weeks)" {
		t.Errorf("got %q", got)
	}
	if got := labels.HighestPay(&after); got != "£22.00" {
		t.Errorf("got %q", got)
	}
}
