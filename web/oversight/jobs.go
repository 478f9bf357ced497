package oversight

import (
	"context"
	"strconv"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/jobs"
	"wardbridge/internal/paging"
	"wardbridge/modules/oversight"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// views are the tabs of the jobs, failed ones first.
var views = []struct {
	name, text string
	states     []jobs.State
}{
	{"", "Failed", []jobs.State{jobs.Refused, jobs.GivenUp, jobs.Retrying}},
	{"waiting", "Waiting", []jobs.State{jobs.Waiting}},
	{"running", "Running", []jobs.State{jobs.Running}},
	{"done", "Done", []jobs.State{jobs.Done}},
}

type jobsIn struct {
	View   string        `query:"view" maxlen:"10"`
	Name   string        `query:"name" maxlen:"80"`
	Cursor paging.Cursor `query:"cursor"`
}

// job is one job in the list.
type job struct {
	ID, Name, Shape, Party, State, Note, When string
	Attempts, Error                           string
	Retry                                     string // where to try it again, or ""
}

// jobsView is what the list of jobs shows.
type jobsView struct {
	At, View, Name, Empty string
	Rows                  []job
	Tabs                  []ui.Tab
	Next                  string
	Refused               *fault.Fault
}

func (p *pages) jobs(ctx context.Context, tx *tenants.Tx, in jobsIn) (web.View, error) {
	return p.jobsView(ctx, tx, in, nil)
}

func (p *pages) jobsView(ctx context.Context, _ *tenants.Tx, in jobsIn, refused *fault.Fault) (web.View, error) {
	v := jobsView{At: web.Base(ctx) + "/jobs", Name: in.Name, Refused: refused}
	filter := oversight.JobFilter{Name: in.Name, Cursor: in.Cursor}
	for i, view := range views {
		current := view.name == in.View
		if current {
			filter.States, v.View, v.Empty = view.states, view.name, emptyWords[i]
		}
		v.Tabs = append(v.Tabs, ui.Tab{Text: view.text, Href: labels.Address(v.At, "view", view.name, "name", in.Name), Current: current})
	}
	found, next, err := p.Oversight.Jobs(ctx, filter)
	if err != nil {
		return web.View{}, err
	}
	for _, j := range found {
		v.Rows = append(v.Rows, jobOf(j, v.At, web.May(ctx, rbac.JobRetry)))
	}
	if next != "" {
		v.Next = labels.Address(v.At, "view", in.View, "name", in.Name, "cursor", string(next))
	}
	return web.View{SkipTo: "results", Body: jobsPage(v)}, nil
}

// emptyWords say why a tab is empty, in the order of the views.
var emptyWords = []string{"No job has failed", "No job is waiting", "No job is running", "No job is kept as done"}

var shapeWords = map[string]string{"event": "hears of an event", "task": "a task", "due": "due work"}

var stateWords = map[jobs.State]string{jobs.Waiting: "Waiting", jobs.Running: "Running", jobs.Retrying: "Retrying", jobs.Done: "Done",
	jobs.Refused: "Failed", jobs.GivenUp: "Failed"}

func jobOf(j jobs.Job, at string, may bool) job {
	r := job{ID: strconv.FormatInt(j.ID, 10), Name: j.Name, Shape: shapeWords[j.Shape], Party: labels.Status(j.Party.Kind), State: stateWords[j.State],
		When: civil.When(j.CreatedAt), Attempts: strconv.Itoa(j.Attempt) + " of " + strconv.Itoa(j.MaxAttempts)}
	if j.Event != "" {
		r.Shape = "hears of " + j.Event
	}
	if n := len(j.Errors); n > 0 {
		r.Error = j.Errors[n-1].Error
	}
	r.Note = jobNote(j)
	switch j.State {
	case jobs.Refused, jobs.GivenUp, jobs.Retrying:
		if may {
			r.Retry = at + "/" + r.ID + "/retry"
		}
	}
	return r
}

// jobNote says when it runs, or when and why it ended.
func jobNote(j jobs.Job) string {
	switch j.State {
	case jobs.Refused:
		return "refused"
	case jobs.GivenUp:
		return "given up"
	case jobs.Done:
		return ended(j.FinishedAt)
	case jobs.Running:
		return ""
	}
	return "next " + civil.When(j.NextAt)
}

func ended(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return civil.When(at)
}

type jobID struct {
	ID int64 `path:"id" min:"1"`
}

func (p *pages) retry(ctx context.Context, tx *tenants.Tx, in jobID) (web.Done, error) {
	if err := p.Oversight.Retry(ctx, tx, in.ID); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/jobs", Flash: &ui.Flash{Kind: "success", Title: "Job " + strconv.FormatInt(in.ID, 10) + " is tried again now"}}, nil
}

func (p *pages) retryAgain(ctx context.Context, tx *tenants.Tx, _ jobID, refused *fault.Fault) (web.View, error) {
	return p.jobsView(ctx, tx, jobsIn{}, refused)
}
