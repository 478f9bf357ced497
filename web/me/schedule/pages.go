package schedule

import (
	"context"
	"strings"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/bookings"
	"wardbridge/modules/places"
	"wardbridge/modules/shifts"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/workers"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show.
type Deps struct {
	Bookings   *bookings.Service
	Shifts     *shifts.Service
	Timesheets *timesheets.Service
	Workers    *workers.Service
	Places     *places.Service
	Labels     labels.Sources
}

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	me := web.Example(func(openapi.World) openapi.Call { return openapi.Call{As: "nurse@worker.example"} })
	one := web.Example(func(w openapi.World) openapi.Call {
		return openapi.Call{As: "nurse@worker.example", Path: map[string]string{"ref": w.ID("nurse.booking")}}
	})
	web.Get(s, "/me", rbac.BookingRead, "Schedule", d.schedule, me)
	web.Get(s, "/me/schedule", rbac.BookingRead, "Schedule", d.schedule, me)
	web.Get(s, "/me/shifts/{ref}", rbac.BookingRead, "Shift", d.shift, one)
	web.Get(s, "/me/account", rbac.AccountUse, "Me", d.me, me)
	s.Nav("worker", 10, "Schedule", "/schedule", rbac.BookingRead, "schedule", nil)
	s.Nav("worker", 40, "Me", "/account", rbac.AccountUse, "me", nil)
}

// listDays is how far ahead the list looks.
const listDays = 30

type scheduleIn struct {
	View string `query:"view"`
	Day  string `query:"d"`
}

func (d Deps) schedule(ctx context.Context, tx *tenants.Tx, in scheduleIn) (web.View, error) {
	today := civil.DateOf(tx.Now)
	day := labels.Date(in.Day)
	if day.IsZero() {
		day = today
	}
	from, to := day, day.AddDays(listDays-1)
	if in.View == "week" {
		from, to = day.Monday(), day.Monday().AddDays(6)
	}
	// A shift that began the evening before reaches into the first day, and the
	// week's hours are those of the week of the day, whatever the view.
	found, err := d.between(ctx, tx, earlier(from.AddDays(-1), day.Monday()), later(to, day.Monday().AddDays(6)))
	if err != nil {
		return web.View{}, err
	}
	book, err := d.book(ctx, tx, found)
	if err != nil {
		return web.View{}, err
	}
	sum, err := d.Timesheets.Totals(ctx, tx, timesheets.Filter{})
	if err != nil {
		return web.View{}, err
	}
	at := web.Base(ctx)
	c := calendar{at: at, book: book, today: today, now: tx.Now}
	v := scheduleView{Head: c.head(in.View, day), Metrics: c.metrics(found, day), Empty: "Nothing booked in these " + labels.Number(listDays) + " days"}
	if todo := sum.Open + sum.Queried; todo > 0 {
		v.Sheets = sheetsNote{labels.Count(todo, "timesheet") + " to send.", "Send the hours you worked, so that they are paid.", at + "/timesheets"}
	}
	if in.View == "week" {
		v.Week, v.Legend = c.week(found, from)
	} else {
		v.Days = c.days(found, from, to)
	}
	return web.View{Body: schedulePage(v)}, nil
}

func earlier(a, b civil.Date) civil.Date {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b civil.Date) civil.Date {
	if a.After(b) {
		return a
	}
	return b
}

// between reads the worker's bookings that start on these days.
func (d Deps) between(ctx context.Context, tx *tenants.Tx, from, to civil.Date) ([]bookings.Booking, error) {
	found, _, err := d.Bookings.List(ctx, tx, bookings.Filter{From: from, To: to, Limit: 200})
	return found, err
}

func (d Deps) book(ctx context.Context, tx *tenants.Tx, found []bookings.Booking) (labels.Book, error) {
	var trusts []tenants.ID
	for i := range found {
		trusts = append(trusts, found[i].TenantID)
	}
	return d.Labels.Book(ctx, tx, trusts)
}

type oneIn struct {
	Ref string `path:"ref"`
}

// shift shows a booked shift by the reference of the booking or of the shift.
func (d Deps) shift(ctx context.Context, tx *tenants.Tx, in oneIn) (web.View, error) {
	b, err := d.booking(ctx, tx, in.Ref)
	if err != nil {
		return web.View{}, err
	}
	book, err := d.Labels.Book(ctx, tx, []tenants.ID{b.TenantID}, b.AgencyID)
	if err != nil {
		return web.View{}, err
	}
	site, err := d.Places.Site(ctx, tx, b.TenantID, b.SiteID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return web.View{}, err
	}
	day := civil.DateOf(b.StartsAt)
	near, _, err := d.Timesheets.List(ctx, tx, timesheets.Filter{From: day, To: day, Limit: 200})
	if err != nil {
		return web.View{}, err
	}
	v := shiftOf(&b, book, site, tx.Now)
	v.Back = web.Base(ctx) + "/schedule"
	for i := range near {
		if near[i].BookingID == b.ID {
			v.Sheet = web.Base(ctx) + "/timesheets/" + near[i].Ref
			v.SheetWords, v.SheetKind = sheetWords(near[i].Status), "plain"
			if near[i].Status == timesheets.StatusOpen || near[i].Status == timesheets.StatusQueried {
				v.SheetKind = "primary"
			}
		}
	}
	return web.View{Title: "Shift " + b.Ref, Narrow: true, Body: shiftPage(v)}, nil
}

func (d Deps) booking(ctx context.Context, tx *tenants.Tx, ref string) (bookings.Booking, error) {
	b, err := d.Bookings.Get(ctx, tx, ref)
	if !fault.Is(err, fault.NotFound) {
		return b, err
	}
	s, err := d.Shifts.Get(ctx, tx, ref)
	if err != nil {
		return b, err
	}
	found, _, err := d.Bookings.List(ctx, tx, bookings.Filter{Shift: s.ID})
	if err != nil || len(found) == 0 {
		return b, either(err, fault.ErrNotFound)
	}
	return found[len(found)-1], nil
}

func either(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func shiftOf(b *bookings.Booking, book labels.Book, site places.Site, now time.Time) shiftView {
	ward, _ := book.Ward(b.WardID)
	v := shiftView{Ref: b.Ref, Title: ward, Sub: civil.DateOf(b.StartsAt).Text() + ", " + civil.Between(b.StartsAt, b.EndsAt), Status: labels.Status(b.Status), Notes: b.Notes,
		Facts: []ui.Fact{
			{Label: "Day", Value: civil.DateOf(b.StartsAt).Text(), Note: civil.Between(b.StartsAt, b.EndsAt)},
			{Label: "Paid hours", Value: civil.Span(b.Quote.Minutes), Note: labels.Break(b.BreakMinutes)},
			{Label: "Role", Value: book.Grade(b.Grade), Note: b.Specialty},
			{Label: "Pay, an hour", Value: b.PayRate.Text(), Note: "core hours, before tax"},
		},
		Where: []ui.Fact{
			{Label: "Ward", Value: ward},
			{Label: "Site", Value: site.Name, Note: site.Address},
			{Label: "Trust", Value: book.Organisation(b.TenantID)},
			{Label: "Agency", Value: book.Organisation(b.AgencyID)},
		},
		Quote: &b.Quote, PaidHours: civil.Span(b.Quote.Minutes),
		SheetWords: "Your timesheet opens when the shift ends, on " + civil.When(b.EndsAt) + ".",
	}
	switch b.Status {
	case bookings.StatusCancelled:
		v.Notice = notice{"warning", "This shift was called off.", strings.TrimSpace("Do not travel. " + b.EndedWhy)}
	case bookings.StatusNoShow:
		v.Notice = notice{"warning", "This shift was recorded as not attended.", strings.TrimSpace(b.EndedWhy + " Ask your agency if that is wrong.")}
	}
	if !b.Live() {
		v.Quote, v.SheetWords = nil, "There are no hours to send for this shift."
	} else if now.After(b.EndsAt) {
		v.SheetWords = "The shift is over. Your timesheet opens in a moment."
	}
	return v
}

func sheetWords(s timesheets.Status) string {
	switch s {
	case timesheets.StatusOpen:
		return "Send the hours you worked."
	case timesheets.StatusQueried:
		return "The trust has a question about your hours."
	case timesheets.StatusSubmitted:
		return "You have sent your hours. The trust has not answered yet."
	}
	return "Your hours have been approved."
}

func (d Deps) me(ctx context.Context, tx *tenants.Tx, _ struct{}) (web.View, error) {
	caller := web.Caller(ctx)
	v := meView{Name: caller.Name, Email: caller.Email}
	profile, err := d.Workers.Profile(ctx, tx)
	switch {
	case fault.Is(err, fault.NotFound):
	case err != nil:
		return web.View{}, err
	default:
		book, err := d.Labels.Book(ctx, tx, nil)
		if err != nil {
			return web.View{}, err
		}
		number := strings.TrimSpace(profile.RegisterBody + " " + profile.RegisterNumber)
		if number == "" {
			number = "None"
		}
		v.Profile = []ui.Fact{{Label: "Registration", Value: number}, {Label: "Grade", Value: book.Grade(profile.Grade), Note: book.StaffGroup(profile.StaffGroup)}, {Label: "Telephone", Value: profile.Phone}}
		if profile.Phone == "" {
			v.Profile = v.Profile[:2]
		}
	}
	v.Links = []ui.Link{{Text: "Your account", Href: "/account"}, {Text: "Switch organisation", Href: "/switch"}, {Text: "Accessibility", Href: "/accessibility"}}
	v.Notes = []string{"Password and where you are signed in", "Work for another organisation", "How to use this with a screen reader or a keyboard"}
	return web.View{Narrow: true, Body: mePage(v)}, nil
}
