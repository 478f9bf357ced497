package schedule

import (
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/bookings"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// calendar lays bookings out on days.
type calendar struct {
	at    string // the worker's base
	book  labels.Book
	today civil.Date
	now   time.Time
}

// head is the band over the schedule.
func (c calendar) head(view string, day civil.Date) ui.ScheduleHead {
	at := c.at + "/schedule"
	h := ui.ScheduleHead{Title: "Schedule", Views: []ui.Tab{
		{Text: "List", Href: labels.Address(at, "d", day.String()), Current: view != "week"},
		{Text: "Week", Href: labels.Address(at, "view", "week", "d", day.String()), Current: view == "week"},
	}}
	if view == "week" {
		monday := day.Monday()
		h.Period = span(monday, monday.AddDays(6))
		h.Previous, h.Next = labels.Address(at, "view", view, "d", monday.AddDays(-7).String()), labels.Address(at, "view", view, "d", monday.AddDays(7).String())
		if monday != c.today.Monday() {
			h.Today = labels.Address(at, "view", view)
		}
		return h
	}
	h.Period = span(day, day.AddDays(listDays-1))
	h.Previous, h.Next = labels.Address(at, "d", day.AddDays(-listDays).String()), labels.Address(at, "d", day.AddDays(listDays).String())
	if day != c.today {
		h.Today = at
	}
	return h
}

// span is a stretch of days as short as it can be said: 23 to 29 Nov.
func span(from, to civil.Date) string {
	a, b := from.Midnight(), to.Midnight()
	if from.Month == to.Month && from.Year == to.Year {
		return a.Format("2") + " to " + b.Format("2 Jan")
	}
	return a.Format("2 Jan") + " to " + b.Format("2 Jan")
}

// days is the list: one group for each day on which something starts. Days that
// only the figures of the week needed are left out.
func (c calendar) days(found []bookings.Booking, from, to civil.Date) []ui.AgendaDay {
	var days []ui.AgendaDay
	var last civil.Date
	looks := looksOf(found)
	for i := range found {
		b := &found[i]
		day := civil.DateOf(b.StartsAt)
		if day.Before(from) && !(day == from.AddDays(-1) && b.EndsAt.After(from.Midnight())) || day.After(to) {
			continue
		}
		if len(days) == 0 || day != last {
			days, last = append(days, ui.AgendaDay{Title: labels.Day(day, c.today)}), day
		}
		ward, site := c.book.Ward(b.WardID)
		days[len(days)-1].Entries = append(days[len(days)-1].Entries, ui.AgendaEntry{
			From: civil.ClockOf(b.StartsAt).String(), To: until(b), Title: ward,
			Note: site + ", " + c.book.Grade(b.Grade) + pay(b), Tag: labels.Status(b.Status), Look: look(b, looks), Href: c.at + "/shifts/" + b.Ref,
		})
	}
	return days
}

// until is the end of a shift; one on another day says so.
func until(b *bookings.Booking) string { return civil.ClockOf(b.EndsAt).String() }

func pay(b *bookings.Booking) string {
	if !b.Live() {
		return ""
	}
	return ", " + earned(b).String()
}

// earned is what the worker is paid for a booking as planned.
func earned(b *bookings.Booking) money.Pence {
	return b.Quote.Sum(rates.Pay, rates.Supplement, rates.HolidayPay)
}

// looksOf gives each employer a look of its own, in order of appearance; a
// fourth and further ones share the last.
func looksOf(found []bookings.Booking) map[tenants.ID]string {
	all := []string{"one", "two", "three"}
	looks := map[tenants.ID]string{}
	for i := range found {
		if _, known := looks[found[i].TenantID]; !known {
			looks[found[i].TenantID] = all[min(len(looks), len(all)-1)]
		}
	}
	return looks
}

func look(b *bookings.Booking, looks map[tenants.ID]string) string {
	if !b.Live() {
		return "busy"
	}
	return looks[b.TenantID]
}

// week is the grid. What was called off is in the list alone.
func (c calendar) week(found []bookings.Booking, monday civil.Date) (*ui.Week, []ui.LegendItem) {
	w := ui.Week{Label: span(monday, monday.AddDays(6)), FirstHour: 6}
	for i := range 7 {
		d := monday.AddDays(i)
		w.Days = append(w.Days, ui.WeekDay{Name: d.Weekday().String(), Number: d.Midnight().Format("2"), Href: labels.Address(c.at+"/schedule", "d", d.String()), Today: d == c.today})
	}
	looks := looksOf(found)
	var legend []ui.LegendItem
	said := map[tenants.ID]bool{}
	for i := range found {
		b := &found[i]
		blocks := c.blocks(b, monday, looks[b.TenantID])
		if !b.Live() || len(blocks) == 0 {
			continue
		}
		w.Entries = append(w.Entries, blocks...)
		if !said[b.TenantID] {
			said[b.TenantID] = true
			legend = append(legend, ui.LegendItem{Look: looks[b.TenantID], Text: c.book.Organisation(b.TenantID)})
		}
	}
	for _, e := range w.Entries {
		w.FirstHour = min(w.FirstHour, e.From/4*2) // hours are drawn in twos
	}
	if at := monday.DaysUntil(c.today); at >= 0 && at < 7 {
		w.NowDay, w.NowHalf = at+1, int(civil.ClockOf(c.now))/30
	}
	return &w, legend
}

// blocks are a booking's parts on the days of the week, cut at midnight on the
// wall: a night is drawn to midnight and from midnight.
func (c calendar) blocks(b *bookings.Booking, monday civil.Date, look string) []ui.WeekEntry {
	ward, site := c.book.Ward(b.WardID)
	first, last := civil.DateOf(b.StartsAt), civil.DateOf(b.EndsAt)
	words := labels.Day(first, c.today) + ", " + civil.Between(b.StartsAt, b.EndsAt) + ", " + ward + ", " + site
	var blocks []ui.WeekEntry
	for day := first; !day.After(last); day = day.AddDays(1) {
		e := ui.WeekEntry{Day: monday.DaysUntil(day) + 1, From: 0, To: 48, Title: c.book.Short(b.WardID), Text: civil.ClockOf(b.StartsAt).String(), Label: words, Href: c.at + "/shifts/" + b.Ref, Look: look}
		if day == first {
			e.From = int(civil.ClockOf(b.StartsAt)) / 30
		} else {
			e.Text, e.Label = "to "+civil.ClockOf(b.EndsAt).String(), words+", continued"
		}
		if day == last {
			e.To = (int(civil.ClockOf(b.EndsAt)) + 29) / 30
		}
		if e.To > e.From && e.Day >= 1 && e.Day <= 7 {
			blocks = append(blocks, e)
		}
	}
	return blocks
}

// metrics are the figures of the week that the day is in.
func (c calendar) metrics(found []bookings.Booking, day civil.Date) []ui.Metric {
	monday := day.Monday()
	minutes, sum := 0, money.Pence(0)
	var next *bookings.Booking
	var before time.Time
	for i := range found {
		b := &found[i]
		if !b.Live() {
			continue
		}
		if d := civil.DateOf(b.StartsAt); !d.Before(monday) && !d.After(monday.AddDays(6)) {
			minutes += b.Quote.Minutes
			sum += earned(b)
		}
		switch {
		case !b.StartsAt.After(c.now) && b.EndsAt.After(before):
			before = b.EndsAt
		case b.StartsAt.After(c.now) && next == nil:
			next = b
		}
	}
	label := "This week"
	if monday != c.today.Monday() {
		label = "Week of " + monday.Midnight().Format("2 Jan")
	}
	hours := "0h"
	if minutes > 0 {
		hours = civil.Span(minutes)
	}
	figures := []ui.Metric{{Label: label, Value: hours, Note: "paid hours"}}
	if next != nil {
		figures = append(figures, ui.Metric{Label: "Next shift", Value: labels.Left(c.now, next.StartsAt), Note: rest(before, next.StartsAt)})
	}
	return append(figures, ui.Metric{Label: "Pay of the week", Value: sum.String(), Note: "before tax"})
}

func rest(before, next time.Time) string {
	if before.IsZero() || !next.After(before) {
		return ""
	}
	return labels.Left(before, next) + " rest before it"
}
