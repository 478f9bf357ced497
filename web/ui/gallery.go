package ui

import "strings"

// galleryShift is one invented row of the gallery's board.
type galleryShift struct {
	reference, times, length, ward, role, grade, cascade, next, proposals, new, charge, over, cap, status, action string
}

func (s galleryShift) chips() []CascadeChip {
	var chips []CascadeChip
	labels := []string{"Bank", "T1", "T2", "T3"}
	for i, state := range strings.Fields(s.cascade) {
		chips = append(chips, CascadeChip{Label: labels[i], State: state})
	}
	return chips
}

func galleryWeekOf() Week {
	week := Week{Label: "23 to 29 November 2026", FirstHour: 6, NowDay: 1, NowHalf: 21}
	for i, name := range []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"} {
		week.Days = append(week.Days, WeekDay{Name: name, Number: []string{"23", "24", "25", "26", "27", "28", "29"}[i], Today: i == 0})
	}
	week.Entries = []WeekEntry{
		{Day: 1, From: 14, To: 39, Title: "ICU", Text: "07:00", Label: "Monday 07:00 to 19:30, Intensive Care Unit", Href: "#facts", Look: "one"},
		{Day: 2, From: 14, To: 39, Title: "ICU", Text: "07:00", Label: "Tuesday 07:00 to 19:30, Intensive Care Unit", Href: "#facts", Look: "one"},
		{Day: 2, From: 40, To: 44, Title: "OOH", Text: "20:00", Label: "Tuesday 20:00 to 22:00, offer of telephone triage", Href: "#facts", Look: "offer"},
		{Day: 3, From: 16, To: 42, Title: "Free", Text: "all day", Label: "Wednesday, available from 08:00 to 21:00", Look: "free"},
		{Day: 4, From: 17, To: 25, Title: "Elm Tree", Text: "08:30", Label: "Thursday 08:30 to 12:30, Elm Tree Practice", Href: "#facts", Look: "three"},
		{Day: 5, From: 38, To: 48, Title: "OOH", Text: "19:00", Label: "Friday 19:00 to midnight, Brightwater GP hub", Href: "#facts", Look: "two"},
		{Day: 6, From: 16, To: 28, Title: "Busy", Text: "to 14:00", Label: "Saturday, busy elsewhere until 14:00", Look: "busy"},
	}
	return week
}
