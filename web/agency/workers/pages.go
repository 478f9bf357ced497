package workers

import (
	"context"
	"strings"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/modules/packs"
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
	Workers *workers.Service
	Labels  labels.Sources
}

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	list := web.Example(func(openapi.World) openapi.Call {
		return openapi.Call{As: "agency@meridian.example", Path: map[string]string{"org": "meridian"}}
	})
	one := web.Example(func(w openapi.World) openapi.Call {
		return openapi.Call{As: "agency@meridian.example", Path: map[string]string{"org": "meridian", "id": w.ID("meridian.worker")}}
	})
	const at = "/a/{org}/workers"
	web.Get(s, at, rbac.WorkerRead, "Workers", d.list, list)
	web.Get(s, at+"/new", rbac.WorkerManage, "Add a worker", d.form, list)
	web.Post(s, at+"/new", rbac.WorkerManage, "Add a worker", d.add, d.formAgain, web.Example(func(openapi.World) openapi.Call {
		return openapi.Call{As: "agency@meridian.example", Path: map[string]string{"org": "meridian"}, Body: map[string]string{
			"name": "Juno Hart", "email": "juno.hart@people.example", "born_on": "1991-06-02", "grade": "nurse-band-5", "register_body": "NMC", "register_number": "19H2345E"}}
	}))
	web.Get(s, at+"/{id}", rbac.WorkerRead, "Worker", d.show, one)
	web.Get(s, at+"/{id}/archive", rbac.WorkerManage, "Archive a worker", d.check, one)
	web.Post(s, at+"/{id}/archive", rbac.WorkerManage, "Archive a worker", d.archive, d.checkAgain, web.Typed(func(w openapi.World) openapi.Call {
		return openapi.Call{As: "agency@meridian.example", Path: map[string]string{"org": "meridian", "id": w.ID("meridian.worker.leaver")}}
	}, nil))
	s.Nav("agency", 40, "Workers", "/workers", rbac.WorkerRead, "", nil)
}

type listIn struct {
	Q      string        `query:"q" maxlen:"80"`
	Group  string        `query:"staff_group" maxlen:"40"`
	Cursor paging.Cursor `query:"cursor"`
}

func (d Deps) list(ctx context.Context, tx *tenants.Tx, in listIn) (web.View, error) {
	book, err := d.Labels.Book(ctx, tx, nil)
	if err != nil {
		return web.View{}, err
	}
	found, next, err := d.Workers.List(ctx, tx, workers.Filter{Q: in.Q, StaffGroup: in.Group, Cursor: in.Cursor})
	if err != nil {
		return web.View{}, err
	}
	at := web.Base(ctx) + "/workers"
	v := listView{Action: at, Q: in.Q, Group: in.Group, Groups: append([]ui.Option{{Text: "All staff groups"}}, book.StaffGroups()...), Active: labels.Set(in.Q, in.Group)}
	v.Filtered = v.Active > 0 || in.Cursor != ""
	if web.May(ctx, rbac.WorkerManage) {
		v.Add = at + "/new"
	}
	if in.Q != "" {
		v.Chips.Chips = append(v.Chips.Chips, ui.Chip{Text: "Search: " + in.Q, Remove: labels.Address(at, "staff_group", in.Group)})
	}
	if in.Group != "" {
		v.Chips.Chips = append(v.Chips.Chips, ui.Chip{Text: book.StaffGroup(in.Group), Remove: labels.Address(at, "q", in.Q)})
	}
	v.Chips.Summary, v.Chips.Clear, v.Chips.Aside = labels.Count(len(found), "worker")+onPage(next), at, "Sorted by name"
	for i := range found {
		v.Rows = append(v.Rows, rowOf(at, &found[i], book))
	}
	v.Pages.Summary = v.Chips.Summary
	if next != "" {
		v.Pages.Next = labels.Address(at, "q", in.Q, "staff_group", in.Group, "cursor", string(next))
	}
	return web.View{SkipTo: "results", Body: listPage(v)}, nil
}

func onPage(next paging.Cursor) string {
	if next == "" {
		return ""
	}
	return " on this page"
}

func rowOf(at string, w *workers.Representation, book labels.Book) row {
	r := row{Href: at + "/" + w.ID.String(), Name: w.Name, Since: "since " + civil.DateOf(w.CreatedAt).Text(),
		Grade: book.Grade(w.Grade), Group: book.StaffGroup(w.StaffGroup), Register: register(w)}
	r.State, r.StateNote = standing(w)
	return r
}

func register(w *workers.Representation) string {
	if w.RegisterNumber == "" {
		return "None"
	}
	return strings.TrimSpace(w.RegisterBody + " " + w.RegisterNumber)
}

// standing is the tag of a representation and the line under it.
func standing(w *workers.Representation) (state, note string) {
	switch {
	case w.Archived():
		return archived, "on " + civil.DateOf(w.ArchivedAt).Text()
	case w.Confirmed():
		return confirmed, by(w.ConfirmedAt)
	}
	return waiting, "cannot be proposed yet"
}

func by(at time.Time) string {
	if at.IsZero() {
		return "by the worker"
	}
	return "by the worker, " + civil.DateOf(at).Text()
}

type oneIn struct {
	ID tenants.ID `path:"id"`
}

func (d Deps) show(ctx context.Context, tx *tenants.Tx, in oneIn) (web.View, error) {
	w, err := d.Workers.Get(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	book, err := d.Labels.Book(ctx, tx, nil)
	if err != nil {
		return web.View{}, err
	}
	base := web.Base(ctx)
	v := workerView{Back: base + "/workers", Name: w.Name, Sub: book.Grade(w.Grade), Waiting: !w.Confirmed() && !w.Archived(), Archived: w.Archived(),
		Proposals: labels.Address(base+"/proposals", "worker", w.ID.String())}
	state, note := standing(&w)
	v.State = state
	v.Facts = []ui.Fact{
		{Label: "Registration", Value: register(&w), Note: strings.Join(w.Warnings(), " ")},
		{Label: "Grade", Value: book.Grade(w.Grade), Note: book.StaffGroup(w.StaffGroup)},
		{Label: "Representation", Value: state, Note: note},
		{Label: "Date of birth", Value: w.BornOn.Text()},
		{Label: "Added", Value: civil.DateOf(w.CreatedAt).Text()},
	}
	if mailbox, host, given := strings.Cut(w.Email, "@"); given {
		v.Mailbox, v.Host = mailbox, "@"+host
	}
	if web.May(ctx, rbac.WorkerManage) && !w.Archived() {
		v.Archive = v.Back + "/" + w.ID.String() + "/archive"
	}
	return web.View{Title: w.Name, Body: workerPage(v)}, nil
}

type addIn struct {
	Name   string `form:"name"`
	Email  string `form:"email"`
	Born   string `form:"born_on"`
	Grade  string `form:"grade"`
	Body   string `form:"register_body"`
	Number string `form:"register_number"`
}

func (d Deps) form(ctx context.Context, tx *tenants.Tx, _ struct{}) (web.View, error) {
	return d.formAgain(ctx, tx, addIn{}, nil)
}

func (d Deps) formAgain(ctx context.Context, tx *tenants.Tx, in addIn, refused *fault.Fault) (web.View, error) {
	book, err := d.Labels.Book(ctx, tx, nil)
	if err != nil {
		return web.View{}, err
	}
	back := web.Base(ctx) + "/workers"
	return web.View{Narrow: true, Body: addPage(addView{Action: back + "/new", Back: back, Name: in.Name, Email: in.Email, Born: in.Born, Grade: in.Grade,
		RegisterBody: in.Body, RegNumber: in.Number, Refused: refused, Bodies: bodies(),
		Grades: append([]ui.Option{{Text: "Choose a grade"}}, book.Grades()...)})}, nil
}

// bodies are the registers that a number may be from.
func bodies() []ui.Option {
	options := []ui.Option{{Text: "None needed"}}
	for _, code := range []string{"NMC", "GMC", "HCPC", "GPhC", "GDC", "GOC", "SWE"} {
		options = append(options, ui.Option{Value: code, Text: code})
	}
	return options
}

func (d Deps) add(ctx context.Context, tx *tenants.Tx, in addIn) (web.Done, error) {
	grades, err := d.Labels.Packs.GradesByCode(ctx, tx)
	if err != nil {
		return web.Done{}, err
	}
	facts, err := in.facts(grades)
	if err != nil {
		return web.Done{}, err
	}
	w, err := d.Workers.Represent(ctx, tx, facts)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/workers/" + w.ID.String(),
		Flash: &ui.Flash{Kind: "success", Title: w.Name + " has been added", Text: "They confirm that you represent them. After that you can propose them."}}, nil
}

// facts reads the form; the grade says which staff group it is.
func (in addIn) facts(grades map[string]packs.Grade) (workers.Facts, error) {
	f := workers.Facts{Name: in.Name, Email: in.Email, Grade: in.Grade, StaffGroup: grades[in.Grade].StaffGroup, RegisterBody: in.Body, RegisterNumber: in.Number}
	var refused []fault.Field
	if in.Grade == "" {
		refused = append(refused, fault.Field{Name: "grade", Code: "required", Text: "Choose a grade."})
	}
	born, err := civil.ParseDate(in.Born)
	if err != nil {
		refused = append(refused, fault.Field{Name: "born_on", Code: "wrong_format", Text: "Enter the date of birth, such as 14 March 1988.", Value: in.Born})
	}
	if strings.TrimSpace(in.Name) == "" {
		refused = append(refused, fault.Field{Name: "name", Code: "required", Text: "Enter the full name."})
	}
	if len(refused) > 0 {
		return f, fault.ErrInvalid.With(refused...)
	}
	f.BornOn = born
	return f, nil
}

func (d Deps) check(ctx context.Context, tx *tenants.Tx, in oneIn) (web.View, error) {
	return d.checkAgain(ctx, tx, in, nil)
}

func (d Deps) checkAgain(ctx context.Context, tx *tenants.Tx, in oneIn, refused *fault.Fault) (web.View, error) {
	w, err := d.Workers.Get(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	back := web.Base(ctx) + "/workers/" + w.ID.String()
	return web.View{Narrow: true, Body: archivePage(archiveView{Action: back + "/archive", Back: back, Name: w.Name, Refused: refused, Answers: []ui.Answer{
		{Key: "Worker", Value: w.Name, Note: register(&w)},
		{Key: "Lists", Value: "They are listed no longer and cannot be proposed"},
		{Key: "Bookings", Value: "What is booked stays booked"},
	}})}, nil
}

func (d Deps) archive(ctx context.Context, tx *tenants.Tx, in oneIn) (web.Done, error) {
	w, err := d.Workers.Archive(ctx, tx, in.ID)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/workers", Flash: &ui.Flash{Kind: "success", Title: w.Name + " has been archived"}}, nil
}
