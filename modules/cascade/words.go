package cascade

import (
	"fmt"
	"strconv"
	"time"
)

// why is a step in the rule's words: "lead time 3 to 14 days: 24 h after the bank".
func (r Rule) why(band, tier int, from, start time.Time, together bool) string {
	b := r.Bands[band]
	text := "lead time " + r.leadWords(band) + ": "
	switch {
	case tier == 0:
		return text + "the bank first, at once"
	case tier == 1 && b.First.BeforeStartMinutes > 0:
		before := length(b.First.BeforeStartMinutes)
		if start.Add(-minutes(b.First.BeforeStartMinutes)).Before(from) {
			text += "at once, because less than " + before + " were left"
		} else {
			text += before + " before the start"
		}
	case tier == 1:
		text += after(b.First.AfterMinutes, "the bank")
	default:
		text += after(b.EachMinutes, TierName(tier-1))
	}
	if together {
		text += ", drawn together to come before the start"
	}
	return text
}

func after(minutes int, what string) string {
	if minutes == 0 {
		return "together with " + what
	}
	return length(minutes) + " after " + what
}

// leadWords are the bounds of a band: over 14 days, 3 to 14 days, under 24 h.
func (r Rule) leadWords(band int) string {
	low := r.Bands[band].FromMinutes
	if band == 0 {
		switch {
		case low == 0:
			return "of any length"
		case (low-1)%hour == 0:
			return "over " + length(low-1)
		}
		return "of " + length(low) + " or more"
	}
	high := r.Bands[band-1].FromMinutes
	if high%hour == 1 {
		high--
	}
	if low == 0 {
		return "under " + length(high)
	}
	a, b := length(low), length(high)
	if low%day == 0 && high%day == 0 && high > 3*day {
		a = strconv.Itoa(low / day)
	} else if low%hour == 0 && high%hour == 0 && high <= 3*day {
		a, b = strconv.Itoa(low/hour), strconv.Itoa(high/hour)+" h"
	}
	return a + " to " + b
}

// length is a number of minutes as people say it: 30 minutes, 24 h, 7 days.
func length(n int) string {
	switch {
	case n%day == 0 && n > 3*day:
		return strconv.Itoa(n/day) + " days"
	case n%hour == 0 && n > 0:
		return strconv.Itoa(n/hour) + " h"
	case n == 1:
		return "1 minute"
	}
	return strconv.Itoa(n) + " minutes"
}

// TierName is what people call a step: the bank, tier 1.
func TierName(tier int) string {
	if tier == 0 {
		return "the bank"
	}
	return "tier " + strconv.Itoa(tier)
}

// told is a step's outcome in words.
func told(tier, agencies int, outcome Outcome) string {
	switch {
	case outcome == Stopped:
		return "Not opened"
	case outcome == Planned && tier == 0:
		return "Opens to the bank"
	case outcome == Planned:
		return "Opens to " + TierName(tier) + " agencies"
	case tier == 0:
		return "Opened to the bank"
	case outcome == Empty:
		return "Nobody to tell: " + TierName(tier) + " has no agency that has not been told"
	case agencies == 1:
		return "Opened to 1 agency"
	}
	return fmt.Sprintf("Opened to %d agencies", agencies)
}
