package timesheets

import (
	"context"
	"strconv"
	"strings"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/modules/timesheets"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show.
type Deps struct {
	Timesheets *timesheets.Service
	Labels     labels.Sources
}

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	list := web.Example(func(openapi.World) openapi.Call { return openapi.Call{As: "nurse@worker.example"} })
	call := func(w openapi.World) openapi.Call {
		return openapi.Call{As: "nurse@worker.example", Path: map[string]string{"ref": w.ID("nurse.timesheet.open")}}
	}
	one, form := web.Example(call), web.Typed(call, nil)
	hours := web.Example(func(w openapi.World) openapi.Call {
		c := call(w)
		c.Body = map[string]string{"date": w.ID("nurse.timesheet.open.date"), "starts_at": w.ID("nurse.timesheet.open.start"),
			"ends_at": w.ID("nurse.timesheet.open.end"), "break_minutes": w.ID("nurse.timesheet.open.break")}
		return c
	})
	const at = "/me/timesheets"
	web.Get(s, at, rbac.TimesheetRead, "Timesheets", d.list, list)
	web.Get(s, at+"/{ref}", rbac.TimesheetRead, "Timesheet", d.show, one)
	web.Post(s, at+"/{ref}", rbac.TimesheetSubmit, "Timesheet", d.submit, d.showAgain, hours)
	web.Get(s, at+"/{ref}/check", rbac.TimesheetSubmit, "Check your hours", d.show, one)
	web.Post(s, at+"/{ref}/check", rbac.TimesheetSubmit, "Check your hours", d.check, d.showAgain, form)
	web.Get(s, at+"/{ref}/change", rbac.TimesheetSubmit, "Timesheet", d.show, one)
	web.Post(s, at+"/{ref}/change", rbac.TimesheetSubmit, "Timesheet", d.change, d.showAgain, form)
	s.Nav("worker", 20, "Timesheets", "/timesheets", rbac.TimesheetRead, "timesheets", d.waiting)
}

// waiting counts the hours that the worker has to send.
func (d Deps) waiting(ctx context.Context, tx *tenants.Tx) (int, error) {
	sum, err := d.Timesheets.Totals(ctx, tx, timesheets.Filter{})
	return sum.Open + sum.Queried, err
}

type listIn struct {
	Status string        `query:"status"`
	Cursor paging.Cursor `query:"cursor"`
}

var views = []struct {
	status      timesheets.Status
	text, empty string
}{
	{timesheets.StatusOpen, "To send", "You have sent all your hours"},
	{timesheets.StatusQueried, "Queried", "Nobody has a question about your hours"},
	{timesheets.StatusSubmitted, "Sent", "Nothing waits for a trust"},
	{timesheets.StatusApproved, "Approved", "Nothing has been approved yet"},
}

func (d Deps) list(ctx context.Context, tx *tenants.Tx, in listIn) (web.View, error) {
	sum, err := d.Timesheets.Totals(ctx, tx, timesheets.Filter{})
	if err != nil {
		return web.View{}, err
	}
	view := views[0]
	if in.Status == "" && sum.Open == 0 && sum.Queried > 0 { // what needs an answer comes first
		view = views[1]
	}
	for _, one := range views {
		if string(one.status) == in.Status {
			view = one
		}
	}
	found, next, err := d.Timesheets.List(ctx, tx, timesheets.Filter{Status: view.status, Cursor: in.Cursor})
	if err != nil {
		return web.View{}, err
	}
	var trusts []tenants.ID
	for i := range found {
		trusts = append(trusts, found[i].TenantID)
	}
	book, err := d.Labels.Book(ctx, tx, trusts)
	if err != nil {
		return web.View{}, err
	}
	at := web.Base(ctx) + "/timesheets"
	v := listView{Empty: view.empty}
	counts := map[timesheets.Status]int{timesheets.StatusOpen: sum.Open, timesheets.StatusQueried: sum.Queried, timesheets.StatusSubmitted: sum.Submitted, timesheets.StatusApproved: sum.Approved}
	for _, one := range views {
		v.Tabs = append(v.Tabs, ui.Tab{Text: one.text, Href: labels.Address(at, "status", string(one.status)), Count: labels.Number(counts[one.status]), Current: one.status == view.status})
	}
	v.Rows = daysOf(at, found, book, civil.DateOf(tx.Now))
	v.Pages.Summary = labels.Count(len(found), "timesheet")
	if next != "" {
		v.Pages.Next = labels.Address(at, "status", string(view.status), "cursor", string(next))
	}
	return web.View{Narrow: true, Body: listPage(v)}, nil
}

func daysOf(at string, found []timesheets.Timesheet, book labels.Book, today civil.Date) []ui.AgendaDay {
	var days []ui.AgendaDay
	var last civil.Date
	for i := range found {
		t := &found[i]
		if len(days) == 0 || t.WorkedOn != last {
			days, last = append(days, ui.AgendaDay{Title: labels.Day(t.WorkedOn, today)}), t.WorkedOn
		}
		ward, _ := book.Ward(t.WardID)
		e := ui.AgendaEntry{From: civil.ClockOf(t.PlannedStartsAt).String(), To: civil.ClockOf(t.PlannedEndsAt).String(), Title: ward,
			Note: book.Organisation(t.TenantID) + ", " + t.Ref, Tag: labels.Status(t.Status), Look: "one", Href: at + "/" + t.Ref}
		if h, claimed := t.Hours(); claimed {
			e.From, e.To = civil.ClockOf(h.Start).String(), civil.ClockOf(h.End).String()
			e.Note += ", " + civil.Span(h.Minutes())
		}
		days[len(days)-1].Entries = append(days[len(days)-1].Entries, e)
	}
	return days
}

func (d Deps) show(ctx context.Context, tx *tenants.Tx, in claim) (web.View, error) {
	return d.page(ctx, tx, in, false, nil)
}

func (d Deps) showAgain(ctx context.Context, tx *tenants.Tx, in claim, refused *fault.Fault) (web.View, error) {
	return d.page(ctx, tx, in, true, refused)
}

// change leads from the check back to the form, with everything that was typed.
func (d Deps) change(ctx context.Context, tx *tenants.Tx, in claim) (web.Done, error) {
	view, err := d.page(ctx, tx, in, true, nil)
	return web.Done{View: &view}, err
}

// page shows a timesheet; typed says that the form holds what was typed, and not
// what is known.
func (d Deps) page(ctx context.Context, tx *tenants.Tx, in claim, typed bool, refused *fault.Fault) (web.View, error) {
	t, err := d.Timesheets.Get(ctx, tx, in.Ref)
	if err != nil {
		return web.View{}, err
	}
	lines, err := d.Timesheets.Lines(ctx, tx, t.ID)
	if err != nil {
		return web.View{}, err
	}
	book, err := d.Labels.Book(ctx, tx, []tenants.ID{t.TenantID}, t.AgencyID)
	if err != nil {
		return web.View{}, err
	}
	if !typed {
		in = claimOf(&t)
	}
	v := sheetOf(&t, lines, book)
	v.Back, v.Refused = web.Base(ctx)+"/timesheets", refused
	if v.Posted, err = d.Timesheets.Postings(ctx, tx, t.ID); err != nil {
		return web.View{}, err
	}
	if v.Form = in.form(&t); v.Form != nil {
		v.Form.Action = v.Back + "/" + t.Ref + "/check"
		if !web.May(ctx, rbac.TimesheetSubmit) {
			v.Form = nil
		}
	}
	return web.View{Title: "Timesheet " + t.Ref, Narrow: true, Body: sheetPage(v)}, nil
}

func sheetOf(t *timesheets.Timesheet, lines []timesheets.Line, book labels.Book) sheetView {
	ward, site := book.Ward(t.WardID)
	v := sheetView{Ref: t.ShiftRef, Title: ward, Sub: t.WorkedOn.Text() + ", " + t.Ref, Status: labels.Status(t.Status), Note: t.WorkerNote, Plan: []ui.Fact{
		{Label: "Planned", Value: civil.Between(t.PlannedStartsAt, t.PlannedEndsAt), Note: t.WorkedOn.Text()},
		{Label: "Paid hours", Value: civil.Span(planned(t)), Note: labels.Break(t.PlannedBreakMinutes)},
		{Label: "Trust", Value: book.Organisation(t.TenantID), Note: site},
		{Label: "Agency", Value: book.Organisation(t.AgencyID), Note: book.Grade(t.Grade)},
	}}
	if h, claimed := t.Hours(); claimed {
		v.Claim = []ui.Fact{
			{Label: "Worked", Value: civil.Between(h.Start, h.End), Note: civil.DateOf(h.Start).Text()},
			{Label: "Paid hours", Value: civil.Span(h.Minutes()), Note: labels.Break(h.BreakMinutes)},
			{Label: "Sent", Value: labels.Instant(t.SubmittedAt)},
		}
		if t.ApprovedAt != nil {
			v.Claim = append(v.Claim, ui.Fact{Label: "Approved", Value: labels.Instant(t.ApprovedAt)})
		}
	}
	if t.Status == timesheets.StatusQueried {
		v.Queried = t.QueryReason
	}
	switch {
	case t.DroppedAt != nil:
		v.Notice = notice{"warning", "Nothing to send.", "The booking was called off or not attended."}
	case t.Status == timesheets.StatusSubmitted:
		v.Notice = notice{"info", "Sent.", "The trust has not answered yet. You can change the hours only if it queries them."}
	}
	var sum money.Pence
	if len(lines) == 0 {
		return v
	}
	for i := range lines {
		l := &lines[i]
		sum += l.AmountPence
		how, _, _ := strings.Cut(l.Formula, " = ")
		v.Lines = append(v.Lines, ui.RateRow{Part: l.Title(), Note: how, Hour: anHour(l.AmountPence, t.Minutes), Shift: l.AmountPence.String()})
	}
	v.Lines = append(v.Lines, ui.RateRow{Part: "Your pay before tax", Hour: anHour(sum, t.Minutes), Shift: sum.String(), Total: true})
	if t.Minutes != nil {
		v.Pay = civil.Span(*t.Minutes)
	}
	return v
}

func anHour(amount money.Pence, minutes *int) string {
	if minutes == nil || *minutes <= 0 {
		return ""
	}
	return amount.PerHour(*minutes).Pence().String()
}

func planned(t *timesheets.Timesheet) int { return t.Plan().Minutes() }

// check shows what is about to be sent. It refuses what the form itself can see
// is wrong; the rest is refused when it is sent.
func (d Deps) check(ctx context.Context, tx *tenants.Tx, in claim) (web.Done, error) {
	t, err := d.Timesheets.Get(ctx, tx, in.Ref)
	if err != nil {
		return web.Done{}, err
	}
	hours, err := in.hours()
	if err != nil {
		return web.Done{}, err
	}
	if in.Note == "" && hours.NeedsReason(t.Plan()) {
		why := timesheets.ErrReasonNeeded
		return web.Done{}, why.With(fault.Field{Name: "note", Code: why.Code, Text: "Your hours differ from plan by more than 15 minutes. Say why in the note."})
	}
	at := web.Base(ctx) + "/timesheets/" + t.Ref
	v := checkView{Action: at, Back: at, Ref: t.Ref, Answers: answersOf(&t, hours, in.Note), Carry: in.carry()}
	if over := hours.Minutes() - planned(&t); over != 0 {
		v.Warning = notice{"warning", differs(over), "Planned was " + civil.Span(planned(&t)) + " paid. The trust sees the difference and your note."}
	}
	return web.Done{View: &web.View{Title: "Check your hours", Narrow: true, Body: checkPage(v)}}, nil
}

func differs(minutes int) string {
	if minutes > 0 {
		return civil.Span(minutes) + " over plan."
	}
	return civil.Span(-minutes) + " under plan."
}

func answersOf(t *timesheets.Timesheet, h timesheets.Hours, note string) []ui.Answer {
	answers := []ui.Answer{
		{Key: "Start", Value: civil.When(h.Start)},
		{Key: "End", Value: civil.When(h.End)},
		{Key: "Unpaid break", Value: labels.Break(h.BreakMinutes), Note: pausesOf(h.Breaks)},
		{Key: "Paid hours", Value: civil.Span(h.Minutes()), Note: "planned " + civil.Span(planned(t))},
	}
	if note != "" {
		answers = append(answers, ui.Answer{Key: "Your note", Value: note})
	}
	return answers
}

func pausesOf(breaks []timesheets.Break) string {
	text := ""
	for i, b := range breaks {
		if i > 0 {
			text += ", "
		}
		text += civil.Between(b.StartsAt, b.EndsAt)
	}
	return text
}

func (d Deps) submit(ctx context.Context, tx *tenants.Tx, in claim) (web.Done, error) {
	t, err := d.Timesheets.Get(ctx, tx, in.Ref)
	if err != nil {
		return web.Done{}, err
	}
	hours, err := in.hours()
	if err != nil {
		return web.Done{}, err
	}
	if t, err = d.Timesheets.Submit(ctx, tx, t.ID, hours, in.Note); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/timesheets/" + t.Ref, Flash: &ui.Flash{Kind: "success", Title: "Your hours have been sent",
		Text: civil.Span(hours.Minutes()) + " on " + civil.DateOf(hours.Start).Text() + ". The trust has been told."}}, nil
}

// minutesIn reads a number of minutes; empty is none.
func minutesIn(text string) (int, bool) {
	if text == "" {
		return 0, true
	}
	n, err := strconv.Atoi(text)
	return n, err == nil && n >= 0 && n <= int(24*time.Hour/time.Minute)
}
