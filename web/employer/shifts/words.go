package shifts

import (
	"strconv"
	"strings"
	"time"

	"wardbridge/internal/civil"
)

// dayTitle heads a day of the board: Today, Monday 23 November.
func dayTitle(day, today civil.Date) string {
	at := day.Midnight()
	title := at.Format("Monday 2 January")
	if day.Year != today.Year {
		title = at.Format("Monday 2 January 2006")
	}
	switch today.DaysUntil(day) {
	case -1:
		return "Yesterday, " + title
	case 0:
		return "Today, " + title
	case 1:
		return "Tomorrow, " + title
	}
	return title
}

// many is a number with its noun: 1 shift, 42 shifts.
func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + more
}

// number is a whole number with its thousands parted.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// lasting is a length of time in the words of the countdowns: 3d 4h, 5h 18m.
func lasting(d time.Duration) string {
	minutes := int(d / time.Minute)
	switch {
	case minutes < 1:
		return "less than 1m"
	case minutes >= 24*60:
		if h := minutes % (24 * 60) / 60; h > 0 {
			return strconv.Itoa(minutes/(24*60)) + "d " + strconv.Itoa(h) + "h"
		}
		return strconv.Itoa(minutes/(24*60)) + "d"
	}
	return civil.Span(minutes)
}

// ago is how long something lies back.
func ago(at, now time.Time) string { return lasting(now.Sub(at)) + " ago" }

// soon is an instant as a line of the board says it: at 16:00, tomorrow 09:00,
// Wed 25 Nov 09:00.
func soon(at, now time.Time) string {
	clock := civil.ClockOf(at).String()
	switch civil.DateOf(now).DaysUntil(civil.DateOf(at)) {
	case 0:
		return "at " + clock
	case 1:
		return "tomorrow " + clock
	}
	return at.In(civil.London).Format("Mon 2 Jan") + " " + clock
}

// stamp is an instant as a timeline says it: Mon 23 Nov, 09:12; of another year
// than now, with the year.
func stamp(at, now time.Time) string {
	if at.In(civil.London).Year() != now.In(civil.London).Year() {
		return civil.When(at)
	}
	return at.In(civil.London).Format("Mon 2 Jan") + ", " + civil.ClockOf(at).String()
}

// sentence joins the parts that say something with full stops.
func sentence(parts ...string) string {
	var said []string
	for _, p := range parts {
		if p = strings.TrimSuffix(strings.TrimSpace(p), "."); p != "" {
			said = append(said, p+".")
		}
	}
	return strings.Join(said, " ")
}

// capital begins a sentence.
func capital(s string) string {
	if s == "" {
		return ""
	}
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// first is the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
