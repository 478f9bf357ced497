package shifts

import (
	"context"
	"strconv"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/modules/agencies"
	"wardbridge/modules/cascade"
	"wardbridge/modules/proposals"
	"wardbridge/modules/quotes"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show.
type Deps struct {
	Cascade   *cascade.Service
	Proposals *proposals.Service
	Quotes    *quotes.Service
	Agencies  *agencies.Service
	Labels    labels.Sources
}

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	list := web.Example(func(openapi.World) openapi.Call {
		return openapi.Call{As: "agency@meridian.example", Path: map[string]string{"org": "meridian"}}
	})
	one := web.Example(func(w openapi.World) openapi.Call {
		return openapi.Call{As: "agency@meridian.example", Path: map[string]string{"org": "meridian", "ref": w.ID("meridian.release.live")}}
	})
	form := web.Example(func(w openapi.World) openapi.Call {
		return openapi.Call{As: "agency@meridian.example", Path: map[string]string{"org": "meridian", "ref": w.ID("meridian.release.live")},
			Body: map[string]string{"worker_id": w.ID("meridian.worker"), "pay_rate": "19.00", "commission": "2.00", "declared": "yes"}}
	})
	const at = "/a/{org}/shifts"
	web.Get(s, at, rbac.ReleaseRead, "Open shifts", d.list, list)
	web.Get(s, at+"/{ref}", rbac.ReleaseRead, "Shift", d.show, one)
	web.Get(s, at+"/{ref}/propose", rbac.ProposalCreate, "Propose a worker", d.propose, one)
	web.Post(s, at+"/{ref}/propose", rbac.ProposalCreate, "Propose a worker", d.send, d.proposeAgain, form)
	web.Get(s, at+"/{ref}/propose/breakdown", rbac.ProposalCreate, "Propose a worker", d.propose, one)
	web.Post(s, at+"/{ref}/propose/breakdown", rbac.ProposalCreate, "Propose a worker", d.look, d.proposeAgain, form)
	s.Nav("agency", 10, "Open shifts", "/shifts", rbac.ReleaseRead, "", d.Cascade.CountOpen)
}

type listIn struct {
	On     string        `query:"on"`
	Trust  string        `query:"trust"`
	Grade  string        `query:"grade"`
	Cursor paging.Cursor `query:"cursor"`
}

// urgentWithin is how near the start of an open shift makes it urgent.
const urgentWithin = 6 * time.Hour

func (d Deps) list(ctx context.Context, tx *tenants.Tx, in listIn) (web.View, error) {
	day := labels.Date(in.On)
	found, next, err := d.Cascade.Open(ctx, tx, cascade.Filter{Tenant: labels.ID(in.Trust), From: day, To: day, Grade: in.Grade, Cursor: in.Cursor})
	if err != nil {
		return web.View{}, err
	}
	trusts, ids := []tenants.ID{}, []tenants.ID{}
	for i := range found {
		trusts, ids = append(trusts, found[i].TenantID), append(ids, found[i].ShiftID)
	}
	agreements, err := d.Agencies.Agreements(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	for i := range agreements {
		trusts = append(trusts, agreements[i].TenantID)
	}
	book, err := d.Labels.Book(ctx, tx, trusts)
	if err != nil {
		return web.View{}, err
	}
	waiting, err := d.Proposals.Waiting(ctx, tx, ids)
	if err != nil {
		return web.View{}, err
	}
	at := web.Base(ctx) + "/shifts"
	v := openView{Action: at, From: day.String(), Trust: in.Trust, Grade: in.Grade, Active: labels.Set(day.String(), in.Trust, in.Grade),
		Trusts: append([]ui.Option{{Text: "All trusts"}}, book.Employers()...), Grades: append([]ui.Option{{Text: "All grades"}}, book.Grades()...)}
	v.Unknown = v.Active > 0 || in.Cursor != ""
	v.Days = daysOf(at, found, book, waiting, tx.Now)
	v.Chips = chipsOf(at, in, day, book)
	v.Chips.Summary = labels.Count(len(found), "open shift")
	if next != "" {
		v.Chips.Summary += " on this page"
		v.Pages.Next = labels.Address(at, "on", day.String(), "trust", in.Trust, "grade", in.Grade, "cursor", string(next))
	}
	v.Pages.Summary = v.Chips.Summary
	return web.View{SkipTo: "results", Landscape: true, Body: openPage(v)}, nil
}

func chipsOf(at string, in listIn, day civil.Date, book labels.Book) ui.ChipBar {
	bar := ui.ChipBar{Clear: at, Aside: "Sorted by start"}
	if !day.IsZero() {
		bar.Chips = append(bar.Chips, ui.Chip{Text: day.Text(), Remove: labels.Address(at, "trust", in.Trust, "grade", in.Grade)})
	}
	if in.Trust != "" {
		bar.Chips = append(bar.Chips, ui.Chip{Text: either(book.Organisation(labels.ID(in.Trust)), "Unknown trust"), Remove: labels.Address(at, "on", day.String(), "grade", in.Grade)})
	}
	if in.Grade != "" {
		bar.Chips = append(bar.Chips, ui.Chip{Text: book.Grade(in.Grade), Remove: labels.Address(at, "on", day.String(), "trust", in.Trust)})
	}
	return bar
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// daysOf groups offers, which come by start, by the local day of the start.
func daysOf(at string, found []cascade.Offer, book labels.Book, waiting map[tenants.ID]int, now time.Time) []openDay {
	var days []openDay
	var last civil.Date
	for i := range found {
		o := &found[i]
		if day := civil.DateOf(o.Shift.StartsAt); len(days) == 0 || day != last {
			days, last = append(days, openDay{Title: labels.Day(day, civil.DateOf(now))}), day
		}
		here := &days[len(days)-1]
		here.Rows = append(here.Rows, rowOf(at, o, book, waiting[o.ShiftID], now))
		here.Note = labels.Count(len(here.Rows), "open shift")
	}
	return days
}

func rowOf(at string, o *cascade.Offer, book labels.Book, ours int, now time.Time) openRow {
	s := &o.Shift
	r := openRow{
		Ref: s.Ref, Href: at + "/" + s.Ref, Propose: at + "/" + s.Ref + "/propose", Time: civil.Between(s.StartsAt, s.EndsAt),
		Length: civil.Span(s.PaidMinutes()) + ", " + s.Ref, Ward: o.Ward.Name, Where: where(o.Ward.SiteName, book.Organisation(o.TenantID)),
		Role: book.Grade(s.Grade), Specialty: s.Specialty, Tier: tier(o.Tier), Opened: "opened " + civil.When(o.OpenedAt),
		StartsISO: labels.ISO(s.StartsAt), Left: labels.Left(now, s.StartsAt), Ours: ours, Urgent: s.StartsAt.Sub(now) < urgentWithin,
	}
	if ours > 0 {
		r.OursNote = "waiting for an answer"
	}
	return r
}

func where(site, trust string) string {
	if site == "" || trust == "" || site == trust {
		return either(site, trust)
	}
	return site + ", " + trust
}

func tier(n int) string { return "Tier " + strconv.Itoa(n) }

type oneIn struct {
	Ref string `path:"ref"`
}

func (d Deps) show(ctx context.Context, tx *tenants.Tx, in oneIn) (web.View, error) {
	o, err := d.Cascade.Release(ctx, tx, in.Ref)
	if err != nil {
		return web.View{}, err
	}
	book, ours, err := d.around(ctx, tx, &o)
	if err != nil {
		return web.View{}, err
	}
	if o.Status != cascade.Live {
		return closed(ctx, &o, book, ours), nil
	}
	if err := d.Cascade.Seen(ctx, tx, o.Release); err != nil {
		return web.View{}, err
	}
	at := web.Base(ctx) + "/shifts"
	s := &o.Shift
	v := shiftView{Back: at, Ref: s.Ref, Title: book.Grade(s.Grade), Sub: s.Ref + " at " + book.Organisation(o.TenantID), Facts: factsOf(&o, book), Notes: s.Notes,
		StartsISO: labels.ISO(s.StartsAt), Left: labels.Left(tx.Now, s.StartsAt), Ours: ours}
	if web.May(ctx, rbac.ProposalCreate) {
		v.Propose = at + "/" + s.Ref + "/propose"
	}
	return web.View{Title: "Shift " + s.Ref, Body: shiftPage(v)}, nil
}

// around reads what stands around a shift: names, and the agency's proposals.
func (d Deps) around(ctx context.Context, tx *tenants.Tx, o *cascade.Offer) (labels.Book, []oursRow, error) {
	book, err := d.Labels.Book(ctx, tx, []tenants.ID{o.TenantID})
	if err != nil {
		return book, nil, err
	}
	found, _, err := d.Proposals.List(ctx, tx, proposals.Filter{Shift: o.ShiftID, NewestFirst: true, Limit: 200})
	if err != nil {
		return book, nil, err
	}
	at := web.Base(ctx) + "/proposals/"
	var ours []oursRow
	for i := range found {
		p := &found[i]
		ours = append(ours, oursRow{Ref: p.Ref, Href: at + p.Ref, Worker: p.WorkerName, Grade: book.Grade(p.Grade), Pay: p.PayRate.Text(),
			Charge: p.Quote.PerHour().Pence().String(), Sent: civil.When(p.SubmittedAt), Status: labels.Status(p.Status), Reason: p.DecisionReason})
	}
	return book, ours, nil
}

func factsOf(o *cascade.Offer, book labels.Book) []ui.Fact {
	s := &o.Shift
	facts := []ui.Fact{
		{Label: "When", Value: civil.DateOf(s.StartsAt).Text(), Note: civil.Between(s.StartsAt, s.EndsAt)},
		{Label: "Where", Value: o.Ward.Name, Note: o.Ward.SiteName},
		{Label: "Paid hours", Value: civil.Span(s.PaidMinutes()), Note: labels.Break(s.BreakMinutes)},
		{Label: "Trust", Value: book.Organisation(o.TenantID)},
		{Label: "Staff group", Value: book.StaffGroup(s.StaffGroup)},
		{Label: "Open to you", Value: tier(o.Tier), Note: "since " + civil.When(o.OpenedAt)},
	}
	if s.Specialty != "" {
		facts = append(facts, ui.Fact{Label: "Specialty", Value: s.Specialty})
	}
	return facts
}

// closed is the page of a shift that is gone: 410, and what became of it.
func closed(ctx context.Context, o *cascade.Offer, book labels.Book, ours []oursRow) web.View {
	v := closedView{Back: web.Base(ctx) + "/shifts", Ref: o.Shift.Ref + " at " + book.Organisation(o.TenantID), Title: book.Grade(o.Shift.Grade), Ours: ours, Text: gone(o)}
	return web.View{Title: "Shift " + o.Shift.Ref + " is closed", Status: int(fault.Gone), Body: closedPage(v)}
}

func gone(o *cascade.Offer) string {
	how := map[string]string{
		"filled": "It was filled", "cancelled": "The trust cancelled it", "expired": "It began before anybody was booked on it",
		"agreement_ended": "Your agreement with the trust ended",
	}[o.ClosedWhy]
	if how == "" {
		how = "It was closed"
	}
	if o.ClosedAt != nil {
		how += " on " + civil.When(*o.ClosedAt)
	}
	return how + "."
}
