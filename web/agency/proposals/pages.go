package proposals

import (
	"context"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/modules/proposals"
	"wardbridge/modules/shifts"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show.
type Deps struct {
	Proposals *proposals.Service
	Shifts    *shifts.Service
	Labels    labels.Sources
}

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	list := web.Example(func(openapi.World) openapi.Call {
		return openapi.Call{As: "agency@meridian.example", Path: map[string]string{"org": "meridian"}}
	})
	call := func(w openapi.World) openapi.Call {
		return openapi.Call{As: "agency@meridian.example", Path: map[string]string{"org": "meridian", "id": w.ID("meridian.proposal.submitted")}}
	}
	one := web.Example(call)
	const at = "/a/{org}/proposals"
	web.Get(s, at, rbac.ProposalRead, "Proposals", d.list, list)
	web.Get(s, at+"/{id}", rbac.ProposalRead, "Proposal", d.show, one)
	web.Get(s, at+"/{id}/withdraw", rbac.ProposalCreate, "Withdraw a proposal", d.check, one)
	web.Post(s, at+"/{id}/withdraw", rbac.ProposalCreate, "Withdraw a proposal", d.withdraw, d.checkAgain, web.Typed(call, nil))
	s.Nav("agency", 20, "Proposals", "/proposals", rbac.ProposalRead, "", nil)
}

type listIn struct {
	Status string        `query:"status"`
	Worker string        `query:"worker"`
	Cursor paging.Cursor `query:"cursor"`
}

var views = []struct {
	status      proposals.Status
	text, empty string
}{
	{"", "All", "You have proposed nobody yet"},
	{proposals.StatusSubmitted, "Waiting", "No proposal waits for an answer"},
	{proposals.StatusAccepted, "Accepted", "Nothing has been accepted yet"},
	{proposals.StatusDeclined, "Declined", "Nothing has been declined"},
	{proposals.StatusClosed, "Closed", "No proposal was closed by another"},
	{proposals.StatusWithdrawn, "Withdrawn", "You have withdrawn nothing"},
	{proposals.StatusExpired, "Expired", "No proposal has expired"},
}

func (d Deps) list(ctx context.Context, tx *tenants.Tx, in listIn) (web.View, error) {
	base, view := web.Base(ctx), views[0]
	at := base + "/proposals"
	v := listView{OpenHref: base + "/shifts"}
	for _, one := range views {
		if string(one.status) == in.Status {
			view = one
		}
	}
	for _, one := range views {
		v.Tabs = append(v.Tabs, ui.Tab{Text: one.text, Href: labels.Address(at, "status", string(one.status), "worker", in.Worker), Current: one.status == view.status})
	}
	v.Empty = view.empty
	found, next, err := d.Proposals.List(ctx, tx, proposals.Filter{Status: view.status, Worker: labels.ID(in.Worker), NewestFirst: true, Cursor: in.Cursor})
	if err != nil {
		return web.View{}, err
	}
	var trusts, ids []tenants.ID
	for i := range found {
		trusts, ids = append(trusts, found[i].TenantID), append(ids, found[i].ShiftID)
	}
	facts, err := d.Shifts.Facts(ctx, tx, ids)
	if err != nil {
		return web.View{}, err
	}
	book, err := d.Labels.Book(ctx, tx, trusts)
	if err != nil {
		return web.View{}, err
	}
	for i := range found {
		v.Rows = append(v.Rows, rowOf(at, &found[i], facts[found[i].ShiftID], book))
	}
	v.Pages.Summary = labels.Count(len(found), "proposal")
	if next != "" {
		v.Pages.Next = labels.Address(at, "status", string(view.status), "worker", in.Worker, "cursor", string(next))
		v.Pages.Summary += " on this page"
	}
	return web.View{SkipTo: "results", Landscape: true, Body: listPage(v)}, nil
}

func rowOf(at string, p *proposals.Proposal, s shifts.Shift, book labels.Book) row {
	ward, _ := book.Ward(p.WardID)
	r := row{Ref: p.Ref, Href: at + "/" + p.Ref, Worker: p.WorkerName, Grade: book.Grade(p.Grade), Ward: ward, Trust: book.Organisation(p.TenantID),
		When: civil.DateOf(p.Quote.Start).Text(), Length: civil.Between(p.Quote.Start, p.Quote.End), Sent: civil.When(p.SubmittedAt), By: "by " + p.SubmittedBy,
		Charge: p.Quote.PerHour().Pence().String(), Pay: "Pay " + p.PayRate.Text(), Status: labels.Status(p.Status), Reason: p.DecisionReason}
	if s.Ref != "" {
		r.Length += ", " + s.Ref
	}
	return r
}

type oneIn struct {
	ID string `path:"id"`
}

func (d Deps) show(ctx context.Context, tx *tenants.Tx, in oneIn) (web.View, error) {
	p, s, book, err := d.one(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	v := proposalOf(&p, s, book, tx.Now)
	v.Back = web.Base(ctx) + "/proposals"
	if p.Status == proposals.StatusSubmitted && web.May(ctx, rbac.ProposalCreate) {
		v.Withdraw = v.Back + "/" + p.Ref + "/withdraw"
	}
	return web.View{Title: "Proposal " + p.Ref, Body: proposalPage(v)}, nil
}

func (d Deps) one(ctx context.Context, tx *tenants.Tx, id string) (p proposals.Proposal, s shifts.Shift, book labels.Book, err error) {
	if p, err = d.Proposals.Get(ctx, tx, id); err != nil {
		return p, s, book, err
	}
	facts, err := d.Shifts.Facts(ctx, tx, []tenants.ID{p.ShiftID})
	if err != nil {
		return p, s, book, err
	}
	book, err = d.Labels.Book(ctx, tx, []tenants.ID{p.TenantID})
	return p, facts[p.ShiftID], book, err
}

// proposalOf tells a proposal from its own copy of the facts: the shift may
// have changed since.
func proposalOf(p *proposals.Proposal, s shifts.Shift, book labels.Book, now time.Time) proposalView {
	ward, site := book.Ward(p.WardID)
	q := &p.Quote
	v := proposalView{
		Ref: s.Ref, Title: p.WorkerName, Sub: p.Ref + " to " + book.Organisation(p.TenantID), Status: labels.Status(p.Status),
		Note: p.Note, Quote: q, PaidHours: civil.Span(q.Minutes), Verdict: verdictOf(p),
		Facts: []ui.Fact{
			{Label: "When", Value: civil.DateOf(q.Start).Text(), Note: civil.Between(q.Start, q.End)},
			{Label: "Where", Value: ward, Note: site},
			{Label: "Paid hours", Value: civil.Span(q.Minutes), Note: labels.Break(q.BreakMinutes)},
			{Label: "Trust", Value: book.Organisation(p.TenantID), Note: "you were tier " + labels.Number(p.Tier)},
		},
		Worker: []ui.Fact{
			{Label: "Name", Value: p.WorkerName},
			{Label: "Grade", Value: book.Grade(p.Grade), Note: book.StaffGroup(p.StaffGroup)},
			{Label: "Registration", Value: registration(p)},
			{Label: "Pay, an hour", Value: p.PayRate.Text(), Note: "card maximum " + p.PayMax.Text()},
			{Label: "Commission, an hour", Value: p.Commission.Text()},
		},
		Story: storyOf(p, now),
	}
	return v
}

func registration(p *proposals.Proposal) string {
	if p.RegisterNumber == "" {
		return "None"
	}
	return p.RegisterBody + " " + p.RegisterNumber
}

func verdictOf(p *proposals.Proposal) verdict {
	switch p.Status {
	case proposals.StatusAccepted:
		return verdict{"good", "Accepted.", "The worker is booked."}
	case proposals.StatusDeclined:
		return verdict{"bad", "Declined.", p.DecisionReason}
	case proposals.StatusClosed:
		return verdict{"warn", "Closed.", p.DecisionReason}
	case proposals.StatusExpired:
		return verdict{"warn", "Expired.", p.DecisionReason}
	}
	return verdict{}
}

// storyOf is what happened to the proposal, oldest first.
func storyOf(p *proposals.Proposal, now time.Time) []ui.TimelineItem {
	story := []ui.TimelineItem{{Title: "Sent", When: civil.When(p.SubmittedAt), Text: p.SubmittedBy, State: "done"}}
	switch {
	case p.WithdrawnAt != nil:
		return append(story, ui.TimelineItem{Title: "Withdrawn", When: civil.When(*p.WithdrawnAt), State: "done"})
	case p.DecidedAt != nil:
		return append(story, ui.TimelineItem{Title: labels.Status(p.Status), When: civil.When(*p.DecidedAt), Text: p.DecisionReason, State: "done"})
	}
	return append(story, ui.TimelineItem{Title: "Waiting for the trust", Text: "for " + labels.Left(p.SubmittedAt, now), State: "now"})
}

func (d Deps) check(ctx context.Context, tx *tenants.Tx, in oneIn) (web.View, error) {
	return d.checkAgain(ctx, tx, in, nil)
}

func (d Deps) checkAgain(ctx context.Context, tx *tenants.Tx, in oneIn, refused *fault.Fault) (web.View, error) {
	p, s, book, err := d.one(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	back := web.Base(ctx) + "/proposals/" + p.Ref
	return web.View{Narrow: true, Body: withdrawPage(withdrawView{Action: back + "/withdraw", Back: back, Ref: p.Ref, Refused: refused, Answers: []ui.Answer{
		{Key: "Worker", Value: p.WorkerName, Note: book.Grade(p.Grade)},
		{Key: "Shift", Value: civil.When(p.Quote.Start), Note: s.Ref + " at " + book.Organisation(p.TenantID)},
		{Key: "Told", Value: "The trust is told that the proposal is withdrawn"},
		{Key: "Afterwards", Value: "While the shift is open you can propose again"},
	}})}, nil
}

func (d Deps) withdraw(ctx context.Context, tx *tenants.Tx, in oneIn) (web.Done, error) {
	p, err := d.Proposals.Get(ctx, tx, in.ID)
	if err != nil {
		return web.Done{}, err
	}
	if p, err = d.Proposals.Withdraw(ctx, tx, p.ID); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/proposals/" + p.Ref, Flash: &ui.Flash{Kind: "success", Title: "Proposal withdrawn", Text: "The trust has been told."}}, nil
}
