package civil_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
)

func TestParseDate_isDayFirstOrISOandNeverMonthFirst(t *testing.T) {
	t.Parallel()
	want := civil.Date{Year: 2026, Month: time.November, Day: 24}
	for _, s := range []string{"24/11/2026", "2026-11-24", " 24/11/2026 "} {
		if got, err := civil.ParseDate(s); err != nil || got != want {
			t.Errorf("%q: got %v, %v", s, got, err)
		}
	}
	if got := civil.MustDate("3/4/2026"); got.Month != time.April || got.Day != 3 {
		t.Errorf("3/4/2026 is the third of April, got %s", got)
	}
	for _, s := range []string{"11/24/2026", "24/11/26", "2026/11/24", "24-11-2026", "31/02/2026", "2026-02-29", "", "today", "24/11/2026/1", "1/1/0001", "2026-11-", "-1-1-2026"} {
		wantFault(t, s, second(civil.ParseDate(s)), civil.ErrDateInvalid)
	}
}

func TestDate_countsCivilDays(t *testing.T) {
	t.Parallel()
	d := civil.MustDate("2026-11-24")
	if d.String() != "2026-11-24" || d.Text() != "Tue 24 Nov 2026" || d.Weekday() != time.Tuesday {
		t.Errorf("got %s, %s", d, d.Text())
	}
	if d.Monday() != civil.MustDate("2026-11-23") || d.AddDays(8) != civil.MustDate("2026-12-02") || d.AddDays(-24) != civil.MustDate("2026-10-31") {
		t.Errorf("got %s, %s, %s", d.Monday(), d.AddDays(8), d.AddDays(-24))
	}
	if sunday := civil.MustDate("2026-11-29"); sunday.Monday() != civil.MustDate("2026-11-23") {
		t.Errorf("a Sunday belongs to the week before it, got %s", sunday.Monday())
	}
	if monday := civil.MustDate("2026-11-23"); monday.Monday() != monday {
		t.Errorf("got %s", monday.Monday())
	}
	if !d.Before(d.AddDays(1)) || d.Before(d) || !d.After(d.AddDays(-30)) || d.DaysUntil(civil.MustDate("2027-01-01")) != 38 {
		t.Error("dates are out of order")
	}
	for s, year := range map[string]string{"2026-03-31": "2025/26", "2026-04-01": "2026/27", "1999-12-31": "1999/00"} {
		fy := civil.MustDate(s).FinancialYear()
		if fy.String() != year || civil.MustDate(s).Before(fy.First()) || civil.MustDate(s).After(fy.Last()) {
			t.Errorf("%s: got %s", s, fy)
		}
	}
}

func TestDate_travelsThroughJSONAndColumns(t *testing.T) {
	t.Parallel()
	type payload struct {
		From  civil.Date  `json:"from"`
		Until civil.Date  `json:"until"`
		At    civil.Clock `json:"at"`
	}
	in := payload{From: civil.MustDate("2026-11-24"), At: civil.MustClock("07:05")}
	b, err := json.Marshal(in)
	if want := `{"from":"2026-11-24","until":null,"at":"07:05"}`; err != nil || string(b) != want {
		t.Fatalf("got %s, %v", b, err)
	}
	var out payload
	if err := json.Unmarshal(b, &out); err != nil || out != in {
		t.Fatalf("got %+v, %v", out, err)
	}
	wantFault(t, "json", json.Unmarshal([]byte(`{"from":"11/24/2026"}`), &out), civil.ErrDateInvalid)
	wantFault(t, "json", json.Unmarshal([]byte(`{"from":20261124}`), &out), civil.ErrDateInvalid)
	wantFault(t, "json", json.Unmarshal([]byte(`{"at":"25:00"}`), &out), civil.ErrClockInvalid)

	var d civil.Date
	for _, src := range []any{"2026-11-24", []byte("2026-11-24"), time.Date(2026, 11, 24, 0, 0, 0, 0, time.FixedZone("", -7200))} {
		if err := d.Scan(src); err != nil || d != in.From {
			t.Errorf("%v: got %s, %v", src, d, err)
		}
	}
	if err := d.Scan(nil); err != nil || !d.IsZero() {
		t.Errorf("got %s, %v", d, err)
	}
	if err := d.Scan(7); err == nil {
		t.Error("a number is not a date")
	}
	if v, err := in.From.Value(); err != nil || v != "2026-11-24" {
		t.Errorf("got %v, %v", v, err)
	}
	if v, err := (civil.Date{}).Value(); err != nil || v != nil {
		t.Errorf("got %v, %v", v, err)
	}
	var c civil.Clock
	for _, src := range []any{"07:05:00", []byte("07:05"), int64(425), "07:05:00.000000"} {
		if err := c.Scan(src); err != nil || c != in.At {
			t.Errorf("%v: got %s, %v", src, c, err)
		}
	}
	if v, err := c.Value(); err != nil || v != "07:05" {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestParseClock_readsTheFormsOfRotas(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"07:00": "07:00", "0700": "07:00", "7:00": "07:00", "23:59": "23:59", "00:00": "00:00", "0000": "00:00", "19:30:00": "19:30", " 07:00 ": "07:00"} {
		if got, err := civil.ParseClock(s); err != nil || got.String() != want {
			t.Errorf("%q: got %s, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "24:00", "2400", "12:60", "7", "700", "07.00", "7:0", "7am", "-1:00", "07:00:30", "07:00:00:00"} {
		wantFault(t, s, second(civil.ParseClock(s)), civil.ErrClockInvalid)
	}
}

func TestResolve_refusesATimeThatTheClocksSkip(t *testing.T) {
	t.Parallel()
	spring := civil.MustDate("2026-03-29")
	for _, s := range []string{"01:00", "01:30", "01:59"} {
		for _, fold := range []civil.Fold{civil.Unsaid, civil.First, civil.Second} {
			wantFault(t, s, second(civil.Resolve(spring, civil.MustClock(s), fold)), civil.ErrSkipped)
		}
	}
	wantInstant(t, "2026-03-29T00:59:00Z", spring, "00:59", civil.Unsaid)
	wantInstant(t, "2026-03-29T01:00:00Z", spring, "02:00", civil.Unsaid)
}

func TestResolve_asksWhichOfTwoEqualTimes(t *testing.T) {
	t.Parallel()
	autumn := civil.MustDate("2026-10-25")
	for _, s := range []string{"01:00", "01:30", "01:59"} {
		wantFault(t, s, second(civil.Resolve(autumn, civil.MustClock(s), civil.Unsaid)), civil.ErrAmbiguous)
	}
	wantInstant(t, "2026-10-25T00:30:00Z", autumn, "01:30", civil.First)
	wantInstant(t, "2026-10-25T01:30:00Z", autumn, "01:30", civil.Second)
	wantInstant(t, "2026-10-24T23:59:00Z", autumn, "00:59", civil.Second)
	wantInstant(t, "2026-10-25T02:00:00Z", autumn, "02:00", civil.First)
	wantInstant(t, "2026-06-01T06:00:00Z", civil.MustDate("2026-06-01"), "07:00", civil.Unsaid)
	wantFault(t, "no date", second(civil.Resolve(civil.Date{}, 0, civil.Unsaid)), civil.ErrInstantInvalid)
	wantFault(t, "24:00", second(civil.Resolve(autumn, 1440, civil.Unsaid)), civil.ErrInstantInvalid)
}

func TestParseInstant_takesAnOffsetAsTheAnswer(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"2026-10-25 01:30+01:00":    "2026-10-25T00:30:00Z",
		"2026-10-25 01:30+00:00":    "2026-10-25T01:30:00Z",
		"2026-10-25 01:30Z":         "2026-10-25T01:30:00Z",
		"25/10/2026 0130+0100":      "2026-10-25T00:30:00Z",
		"25/10/2026 01:30 +01":      "2026-10-25T00:30:00Z",
		"2026-10-25T01:30:00+01:00": "2026-10-25T00:30:00Z",
		"2026-06-01 07:00":          "2026-06-01T06:00:00Z",
		"2026-06-01T07:00":          "2026-06-01T06:00:00Z",
		"24/11/2026 7:00":           "2026-11-24T07:00:00Z",
	} {
		if got, err := civil.ParseInstant(s); err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%q: got %s, %v, want %s", s, got.UTC(), err, want)
		}
	}
	wantFault(t, "twice", second(civil.ParseInstant("2026-10-25 01:30")), civil.ErrAmbiguous)
	wantFault(t, "never", second(civil.ParseInstant("29/03/2026 01:30")), civil.ErrSkipped)
	for _, s := range []string{"", "2026-10-25", "01:30", "2026-10-25 01:30+99:00", "2026-10-25 01:30+", "11/24/2026 07:00", "2026-10-25 01:30 BST"} {
		wantFault(t, s, second(civil.ParseInstant(s)), civil.ErrInstantInvalid)
	}
}

func TestResolve_isTheInverseOfTheWall(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minute := rapid.Int64Range(0, 12*366*24*60).Draw(t, "minute")
		instant := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(minute) * time.Minute)

		back, err := civil.Resolve(civil.DateOf(instant), civil.ClockOf(instant), civil.FoldOf(instant))

		if err != nil || !back.Equal(instant) {
			t.Fatalf("%s came back as %s, %v", instant, back, err)
		}
	})
}

func TestMidnights_cutDaysOf23And25Hours(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		instant, err := civil.ParseInstant(s)
		if err != nil {
			t.Fatal(err)
		}
		return instant
	}
	for _, c := range []struct {
		start, end string
		want       []string
	}{
		{"2026-03-28 20:00", "2026-03-30 08:00", []string{"2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z"}},
		{"2026-10-24 20:00", "2026-10-26 08:00", []string{"2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z"}},
		{"2026-05-13 00:00", "2026-05-14 00:00", nil},
		{"2026-05-13 07:00", "2026-05-13 19:30", nil},
	} {
		var got []string
		for _, m := range civil.Midnights(at(c.start), at(c.end)) {
			got = append(got, m.UTC().Format(time.RFC3339))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s to %s: got %v, want %v", c.start, c.end, got, c.want)
		}
	}
}

func TestText_isWrittenAsPeopleReadIt(t *testing.T) {
	t.Parallel()
	for minutes, want := range map[int]string{690: "11h 30m", 720: "12h", 45: "45m", 0: "0m", -30: "-30m", -90: "-1h 30m", 65: "1h 5m"} {
		if got := civil.Span(minutes); got != want {
			t.Errorf("%d: got %s, want %s", minutes, got, want)
		}
	}
	start, end := time.Date(2026, 11, 24, 7, 0, 0, 0, time.UTC), time.Date(2026, 11, 24, 19, 30, 0, 0, time.UTC)
	if got := civil.Between(start, end); got != "07:00 to 19:30" {
		t.Errorf("got %s", got)
	}
	if got := civil.When(start); got != "Tue 24 Nov 2026, 07:00" {
		t.Errorf("got %s", got)
	}
	if got := civil.When(time.Date(2026, 6, 1, 23, 30, 0, 0, time.UTC)); got != "Tue 2 Jun 2026, 00:30" {
		t.Errorf("got %s", got)
	}
	first := time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC)
	if got := civil.Between(first, first.Add(time.Hour)); got != "01:30 BST to 01:30 GMT" {
		t.Errorf("got %s", got)
	}
}

func second[T any](_ T, err error) error { return err }

func wantInstant(t *testing.T, want string, d civil.Date, clock string, fold civil.Fold) {
	t.Helper()
	got, err := civil.Resolve(d, civil.MustClock(clock), fold)
	if err != nil || got.UTC().Format(time.RFC3339) != want {
		t.Errorf("%s %s: got %s, %v, want %s", d, clock, got.UTC(), err, want)
	}
}

func wantFault(t *testing.T, input string, err error, want *fault.Fault) {
	t.Helper()
	if !errors.Is(err, want) || fault.Of(err).Text == "" {
		t.Errorf("%q: got %v, want %s", input, err, want.Code)
	}
}

func BenchmarkResolve(b *testing.B) {
	d, c := civil.MustDate("2026-11-24"), civil.MustClock("07:00")
	for b.Loop() {
		if _, err := civil.Resolve(d, c, civil.Unsaid); err != nil {
			b.Fatal(err)
		}
	}
}
