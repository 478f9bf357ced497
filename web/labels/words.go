package labels

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"wardbridge/internal/civil"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
	"wardbridge/web/ui"
)

// Status is the word on the tag of a state: "No-show" for no_show.
func Status[S ~string](s S) string {
	switch text := string(s); text {
	case "":
		return ""
	case "no_show":
		return "No-show"
	default:
		return strings.ToUpper(text[:1]) + strings.ReplaceAll(text[1:], "_", " ")
	}
}

// Left is how long until something, as the countdowns of the pages say it.
func Left(now, at time.Time) string {
	minutes := int(at.Sub(now) / time.Minute)
	switch days, hours := minutes/1440, minutes%1440/60; {
	case !at.After(now):
		return "now"
	case minutes < 1:
		return "less than 1m"
	case days > 0 && hours > 0:
		return strconv.Itoa(days) + "d " + strconv.Itoa(hours) + "h"
	case days > 0:
		return strconv.Itoa(days) + "d"
	}
	return civil.Span(minutes)
}

// ISO is an instant as the countdowns of the pages read it.
func ISO(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// Instant is a time in words, or "" for none.
func Instant(t *time.Time) string {
	if t == nil {
		return ""
	}
	return civil.When(*t)
}

// Break is the unpaid break in words.
func Break(minutes int) string {
	if minutes == 0 {
		return "no break"
	}
	return civil.Span(minutes) + " break"
}

// Count is a number with its noun: 1 shift, 12 shifts. A noun whose plural is
// not made with an s is given with it, as in "agency|agencies".
func Count(n int, noun string) string {
	one, many, given := strings.Cut(noun, "|")
	if !given {
		many = one + "s"
	}
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + many
}

// Number is a number with its thousands apart.
func Number(n int) string {
	s := strconv.Itoa(n)
	for at := len(s) - 3; at > 0; at -= 3 {
		s = s[:at] + "," + s[at:]
	}
	return s
}

// Day is a date with its weekday in full: Tuesday 24 November. Another year
// than today's is said.
func Day(d, today civil.Date) string {
	t := time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC)
	text := t.Format("Monday 2 January")
	if d.Year != today.Year {
		text += t.Format(" 2006")
	}
	switch today.DaysUntil(d) {
	case 0:
		return "Today, " + text
	case 1:
		return "Tomorrow, " + text
	}
	return text
}

// Zone is a high cost area in words.
func Zone(zone string) string {
	switch zone {
	case packs.OutsideLondon:
		return "Outside London"
	case packs.Fringe:
		return "London fringe"
	case packs.OuterLondon:
		return "Outer London"
	case packs.InnerLondon:
		return "Inner London"
	}
	return zone
}

// Zones are the high cost areas to choose from, those that are named first.
func Zones(first ...string) (options []ui.Option) {
	for _, own := range []bool{true, false} {
		for _, zone := range packs.Zones() {
			if slices.Contains(first, zone) == own {
				options = append(options, ui.Option{Value: zone, Text: Zone(zone)})
			}
		}
	}
	return options
}

// Address is a path with those of some query parameters that have a value,
// given as names and values in turn.
func Address(path string, pairs ...string) string {
	query := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// Set counts the filters that have a value.
func Set(values ...string) (n int) {
	for _, v := range values {
		if v != "" {
			n++
		}
	}
	return n
}

// ID reads an id out of a filter; what is none asks nothing.
func ID(text string) tenants.ID {
	id, err := uuid.Parse(text)
	if err != nil {
		return tenants.ID{}
	}
	return id
}

// Date reads a date out of a filter; what is none asks nothing.
func Date(text string) civil.Date {
	d, err := civil.ParseDate(text)
	if err != nil {
		return civil.Date{}
	}
	return d
}
