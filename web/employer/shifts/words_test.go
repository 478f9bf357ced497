package shifts

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/modules/cascade"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

// now is a Monday morning in London, when the clocks show Greenwich time.
var now = time.Date(2026, 11, 23, 10, 42, 0, 0, civil.London)

func TestDayTitle_saysTodayAndTomorrow(t *testing.T) {
	t.Parallel()
	today := civil.DateOf(now)
	for days, want := range map[int]string{
		-1: "Yesterday, Sunday 22 November", 0: "Today, Monday 23 November", 1: "Tomorrow, Tuesday 24 November", 2: "Wednesday 25 November", 60: "Friday 22 January 2027",
	} {
		if got := dayTitle(today.AddDays(days), today); got != want {
			t.Errorf("%d days: got %q, want %q", days, got, want)
		}
	}
}

func TestLasting_readsLikeTheCountdown(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		30 * time.Second: "less than 1m", 45 * time.Minute: "45m", 5*time.Hour + 18*time.Minute: "5h 18m", 24 * time.Hour: "1d", 76 * time.Hour: "3d 4h",
	} {
		if got := lasting(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
}

func TestNumber_partsThousands(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1240000: "1,240,000", -1234: "-1,234"} {
		if got := number(n); got != want {
			t.Errorf("%d: got %q", n, got)
		}
	}
}

func open(from time.Time) shifts.Shift {
	return shifts.Shift{Ref: "KUH-40841", Status: shifts.StatusOpen, StartsAt: from, EndsAt: from.Add(12*time.Hour + 30*time.Minute), BreakMinutes: 60}
}

func running(tier, next int, at time.Time) course {
	c := course{State: cascade.State{Cascades: true, Tier: tier, NextTier: next, Agencies: 6}, Last: 3}
	if c.AllOpen = next == 0; next > 0 {
		c.NextAt = &at
	}
	return c
}

func TestStanding_saysWhatAsksForAttentionFirst(t *testing.T) {
	t.Parallel()
	soon, later := now.Add(3*time.Hour), now.Add(30*time.Hour)
	past := open(now.Add(-20 * time.Hour))
	past.Retrospective = true
	filled := open(later)
	filled.Status = shifts.StatusFilled
	for name, c := range map[string]struct {
		shift   shifts.Shift
		course  course
		waiting int
		want    string
	}{
		"starts in three hours":      {open(soon), running(2, 3, later), 2, "Urgent"},
		"proposals wait":             {open(later), running(1, 2, soon), 1, "To review"},
		"all open and none proposed": {open(later), running(3, 0, later), 0, "At risk"},
		"only the bank":              {open(later), running(0, 1, soon), 0, "Bank only"},
		"second tier":                {open(later), running(2, 3, soon), 0, "Tier 2"},
		"not planned yet":            {open(later), course{}, 0, "Open"},
		"entered after it began":     {past, course{}, 0, "To book"},
		"filled":                     {filled, running(1, 0, later), 0, "Filled"},
	} {
		if got := standing(&c.shift, c.course, c.waiting, now); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestChips_drawDoneNowAndLater(t *testing.T) {
	t.Parallel()
	said := func(c course, filled bool) string {
		var parts []string
		for _, chip := range c.chips(filled) {
			parts = append(parts, chip.Label+" "+chip.State)
		}
		return strings.Join(parts, ", ")
	}

	if got := said(running(1, 2, now), false); got != "Bank done, T1 now, T2 later, T3 later" {
		t.Errorf("in tier 1: %s", got)
	}
	stopped := running(2, 0, now)
	stopped.Stopped, stopped.AllOpen = true, false
	if got := said(stopped, true); got != "Bank done, T1 done, T2 filled" {
		t.Errorf("filled in tier 2: %s", got)
	}
	if got := said(stopped, false); got != "Bank done, T1 done, T2 done" {
		t.Errorf("cancelled in tier 2: %s", got)
	}
	if got := said(course{}, false); got != "" {
		t.Errorf("without a cascade: %s", got)
	}
}

func TestEvent_countsDownWithinSixHours(t *testing.T) {
	t.Parallel()

	near, at := running(1, 2, now.Add(100*time.Minute)).event(now)
	far, none := running(1, 2, now.Add(20*time.Hour)).event(now)
	over, _ := running(3, 0, now).event(now)

	if near != "Tier 2 opens in" || at == nil {
		t.Errorf("near: %q, %v", near, at)
	}
	if far != "Tier 2 opens tomorrow 06:42" || none != nil {
		t.Errorf("far: %q, %v", far, none)
	}
	if over != "All tiers are open" {
		t.Errorf("over: %q", over)
	}
}

func TestRow_asksForReviewAtTheLowestCharge(t *testing.T) {
	t.Parallel()
	s := open(now.Add(30 * time.Hour))
	o := offers{Waiting: 2, Oldest: now.Add(-190 * time.Minute), Best: money.MustRate("34.6041"), Pay: money.MustRate("26.10"), Over: "£0.45 over the cap"}

	r := rowOf("/e/kingsmere", &s, sample(), running(1, 2, now.Add(time.Hour)), o, now)

	if r.Act != "Review 2" || r.Charge != "£34.60" || r.Pay != "Pay £26.10" || r.Over != "£0.45 over the cap" || r.Waited != "Oldest 3h 10m" || r.Urgent {
		t.Errorf("got %+v", r)
	}
	if r.Time != "16:42 to 05:12" || r.Note != "11h 30m, KUH-40841" || r.Href != "/e/kingsmere/shifts/KUH-40841" {
		t.Errorf("got %+v", r)
	}
}

func TestGrouped_saysHowManyStartSoon(t *testing.T) {
	t.Parallel()
	rows := []row{
		{Day: civil.DateOf(now), unfilled: true, startingSoon: true}, {Day: civil.DateOf(now), unfilled: true},
		{Day: civil.DateOf(now).AddDays(1)}, {Day: civil.DateOf(now).AddDays(1), unfilled: true},
	}

	groups := grouped(rows, civil.DateOf(now))

	if len(groups) != 2 || groups[0].Note != "2 open, 1 starts in the next 6 hours" || groups[1].Note != "2 shifts, 1 open" {
		t.Errorf("got %+v", groups)
	}
}

func TestLink_keepsTheFilterAndBeginsAtTheFirstPage(t *testing.T) {
	t.Parallel()
	ward := tenants.NewID()
	a := ask{View: viewAll, Q: "oak & ash", Ward: ward, From: civil.MustDate("2026-11-23"), Status: "filled", Rows: 25, Cursor: "abc", Trail: "x"}

	u, err := url.Parse(a.link("/e/kingsmere/shifts", "status", ""))

	if err != nil || u.Query().Get("q") != "oak & ash" || u.Query().Get("ward") != ward.String() || u.Query().Get("from") != "2026-11-23" || u.Query().Get("rows") != "25" {
		t.Errorf("got %v, %v", u, err)
	}
	if u.Query().Has("status") || u.Query().Has("cursor") || u.Query().Has("trail") {
		t.Errorf("kept too much: %v", u)
	}
	if (ask{}).link("/shifts") != "/shifts" {
		t.Error("the plain board has a plain address")
	}
}

func TestTrail_leadsBackPageByPage(t *testing.T) {
	t.Parallel()
	at := func(link string) ask {
		u, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		return ask{Cursor: paging.Cursor(u.Query().Get("cursor")), Trail: u.Query().Get("trail")}
	}

	second := at(ask{}.next("/s", "c1"))
	third := at(second.next("/s", "c2"))
	back := at(third.previous("/s"))
	start := at(back.previous("/s"))

	if third.Cursor != "c2" || back.Cursor != "c1" || start.Cursor != "" || start.previous("/s") != "" {
		t.Errorf("second %+v, third %+v, back %+v, start %+v", second, third, back, start)
	}
	if len(third.trail()) != 2 {
		t.Errorf("the third page has two before it: %q", third.trail())
	}
}

func TestPage_cutsTheReviewListAsAListIsCut(t *testing.T) {
	t.Parallel()
	var all []shifts.Shift
	for i := range 60 {
		s := open(now.Add(time.Duration(60-i) * time.Hour))
		s.ID = tenants.NewID()
		all = append(all, s)
	}

	firstPage, next, err := ask{Rows: 25}.page(slices.Clone(all))
	if err != nil {
		t.Fatal(err)
	}
	secondPage, _, err := ask{Rows: 25, Cursor: next}.page(slices.Clone(all))

	if err != nil || len(firstPage) != 25 || len(secondPage) != 25 || !firstPage[24].StartsAt.Before(secondPage[0].StartsAt) {
		t.Errorf("%d and %d rows, %v", len(firstPage), len(secondPage), err)
	}
}

func TestAsked_namesEveryBoxThatIsEmptyOrUnreadable(t *testing.T) {
	t.Parallel()

	_, refused := createForm{Ward: "not-an-id", Date: "11/24/2026", Start: "7am", BreakMinutes: "an hour"}.asked()

	var names []string
	for _, f := range refused {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "grade end reason ward date start break_minutes" {
		t.Errorf("got %s", got)
	}
}

func TestAsked_readsTheFormAsPeopleWriteIt(t *testing.T) {
	t.Parallel()

	n, refused := createForm{Ward: tenants.NewID().String(), Grade: "nurse-band-5", Reason: "vacancy", Date: "25/10/2026", Start: "0130", End: "9:00", StartFold: "second", Quantity: "2"}.asked()

	if len(refused) > 0 || n.Times.Date != civil.MustDate("2026-10-25") || n.Times.Start.String() != "01:30" || n.Times.StartFold != civil.Second || n.Quantity != 2 || n.BreakMinutes != 0 {
		t.Errorf("got %+v, %v", n, refused)
	}
}
