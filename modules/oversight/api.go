package oversight

import (
	"context"
	"encoding/json"
	"time"

	"wardbridge/internal/jobs"
	"wardbridge/internal/paging"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers what programs may ask of oversight.
func (s *Service) Routes(r *openapi.Router) {
	openapi.Get(r, "/audit", rbac.AuditRead, "Read the audit", s.readAudit, openapi.Faults(ErrPeriod),
		openapi.Describe("What was done to the rows of the caller's party, and what the party did to rows of others, newest first. Values that are nobody's to read are given as a hash."),
		openapi.Example(func(openapi.World) openapi.Call {
			return openapi.Call{As: "admin@kingsmere.example", Query: map[string]string{"table": "shifts"}}
		}))
	openapi.Get(r, "/jobs", rbac.JobRead, "List jobs", s.listJobs,
		openapi.Describe("The background jobs of all parties, newest first, for platform staff. What a job carries is its party's and is not here."),
		openapi.Example(func(openapi.World) openapi.Call { return openapi.Call{As: "staff@wardbridge.example"} }))
	openapi.Post(r, "/jobs/{id}/retry", rbac.JobRetry, "Retry a job", s.retryJob, openapi.Faults(jobs.ErrNotFailed),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "staff@wardbridge.example", Path: map[string]string{"id": w.ID("wardbridge.job.failed")}}
		}))
}

type changeJSON struct {
	Field  string          `json:"field" example:"pay_rate"`
	Name   string          `json:"name" doc:"The field in words." example:"Pay rate"`
	Before json.RawMessage `json:"before" doc:"Null where there was nothing."`
	After  json.RawMessage `json:"after" doc:"Null where there is nothing any more."`
}

type entryJSON struct {
	ID        int64        `json:"id"`
	At        time.Time    `json:"at" doc:"Real time, whatever the organisation's clock shows."`
	What      string       `json:"what" example:"Changed a shift"`
	Act       string       `json:"act" enum:"insert,update,delete"`
	Table     string       `json:"table" example:"shifts"`
	Row       string       `json:"row" doc:"The id of the row."`
	Owner     *tenants.ID  `json:"owner" doc:"Whose row it is."`
	Party     *tenants.ID  `json:"party" doc:"Who acted."`
	PartyKind string       `json:"party_kind" example:"trust"`
	ActorKind string       `json:"actor_kind" example:"person"`
	ActorID   *tenants.ID  `json:"actor_id"`
	Actor     string       `json:"actor" example:"Priya Raman"`
	Request   string       `json:"request" doc:"The X-Request-Id of the request that did it."`
	Changes   []changeJSON `json:"changes"`
}

type readAuditIn struct {
	Actor  string     `query:"actor" maxlen:"80" doc:"Part of the name of who acted."`
	Table  string     `query:"table" maxlen:"60" pattern:"^[a-z_]*$" example:"shifts"`
	Row    string     `query:"row" maxlen:"60" doc:"The id of a row."`
	Act    string     `query:"act" enum:"insert,update,delete"`
	From   *time.Time `query:"from" doc:"From this instant on, in real time."`
	To     *time.Time `query:"to" doc:"Up to this instant and without it."`
	Cursor string     `query:"cursor" doc:"The next_cursor of the page before."`
	Limit  int        `query:"limit" min:"1" max:"200" doc:"Rows on a page; 50 unless given."`
}

func (s *Service) readAudit(ctx context.Context, tx *tenants.Tx, in readAuditIn) (openapi.List[entryJSON], error) {
	f := Filter{Actor: in.Actor, Table: in.Table, Row: in.Row, Act: Act(in.Act), Cursor: paging.Cursor(in.Cursor), Limit: in.Limit}
	if in.From != nil {
		f.From = *in.From
	}
	if in.To != nil {
		f.To = *in.To
	}
	page, next, err := s.Audit(ctx, tx, f)
	out := openapi.List[entryJSON]{NextCursor: string(next)}
	if err != nil {
		return out, err
	}
	for _, e := range page {
		j, err := entryOut(e)
		if err != nil {
			return out, err
		}
		out.Data = append(out.Data, j)
	}
	return out, nil
}

func entryOut(e Entry) (entryJSON, error) {
	j := entryJSON{ID: e.ID, At: e.At, What: e.What(), Act: string(e.Act), Table: e.TableName, Row: e.RowID, Owner: e.OwnerID,
		Party: e.PartyID, PartyKind: e.PartyKind, ActorKind: e.ActorKind, ActorID: e.ActorID, Actor: e.Who(), Request: e.Request}
	changes, err := e.Changes()
	for _, c := range changes {
		j.Changes = append(j.Changes, changeJSON{Field: c.Field, Name: c.Name, Before: orNull(c.Before), After: orNull(c.After)})
	}
	return j, err
}

func orNull(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 {
		return json.RawMessage("null")
	}
	return raw
}

type failureJSON struct {
	At      time.Time `json:"at"`
	Attempt int       `json:"attempt"`
	Error   string    `json:"error"`
}

type jobJSON struct {
	ID          int64         `json:"id"`
	Name        string        `json:"name" example:"notices.timesheet-approved"`
	Shape       string        `json:"shape" enum:"event,task,due"`
	Event       string        `json:"event" doc:"What a subscriber heard of; empty for other jobs."`
	Party       tenants.ID    `json:"party" doc:"Whom it runs as."`
	PartyKind   tenants.Kind  `json:"party_kind"`
	Request     string        `json:"request"`
	State       string        `json:"state" enum:"waiting,running,retrying,done,refused,given_up"`
	Attempt     int           `json:"attempt"`
	MaxAttempts int           `json:"max_attempts"`
	Errors      []failureJSON `json:"errors" doc:"The attempts that failed, oldest first."`
	CreatedAt   time.Time     `json:"created_at"`
	NextAt      time.Time     `json:"next_at" doc:"When it runs or was to run."`
	FinishedAt  *time.Time    `json:"finished_at"`
}

type listJobsIn struct {
	State  []string `query:"state" maxlen:"6" enum:"waiting,running,retrying,done,refused,given_up"`
	Name   string   `query:"name" maxlen:"80" doc:"A kind of job or a subscriber."`
	Cursor string   `query:"cursor" doc:"The next_cursor of the page before."`
	Limit  int      `query:"limit" min:"1" max:"200" doc:"Rows on a page; 50 unless given."`
}

func (s *Service) listJobs(ctx context.Context, _ *tenants.Tx, in listJobsIn) (openapi.List[jobJSON], error) {
	f := JobFilter{Name: in.Name, Cursor: paging.Cursor(in.Cursor), Limit: in.Limit}
	for _, state := range in.State {
		f.States = append(f.States, jobs.State(state))
	}
	page, next, err := s.Jobs(ctx, f)
	out := openapi.List[jobJSON]{NextCursor: string(next)}
	for _, j := range page {
		out.Data = append(out.Data, jobOut(j))
	}
	return out, err
}

func jobOut(j jobs.Job) jobJSON {
	out := jobJSON{ID: j.ID, Name: j.Name, Shape: j.Shape, Event: j.Event, Party: j.Party.ID, PartyKind: j.Party.Kind, Request: j.Request,
		State: string(j.State), Attempt: j.Attempt, MaxAttempts: j.MaxAttempts, CreatedAt: j.CreatedAt, NextAt: j.NextAt}
	if !j.FinishedAt.IsZero() {
		out.FinishedAt = &j.FinishedAt
	}
	for _, e := range j.Errors {
		out.Errors = append(out.Errors, failureJSON(e))
	}
	return out
}

type retryJobIn struct {
	ID int64 `path:"id" min:"1"`
}

func (s *Service) retryJob(ctx context.Context, tx *tenants.Tx, in retryJobIn) (openapi.None, error) {
	return openapi.None{}, s.Retry(ctx, tx, in.ID)
}
