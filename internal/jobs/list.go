package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"wardbridge/internal/fault"
	"wardbridge/tenants"
)

// ErrNotFailed refuses to do again what has not failed.
var ErrNotFailed = fault.New(fault.Conflict, "job_not_failed", "Only a job that failed can be tried again.")

// State says where a job stands.
type State string

// The states of a job. A refused job met a refusal that would only be repeated;
// one that was given up failed too often.
const (
	Waiting  State = "waiting"
	Running  State = "running"
	Retrying State = "retrying"
	Done     State = "done"
	Refused  State = "refused"
	GivenUp  State = "given_up"
)

// Filter narrows a list of jobs. Its zero value is everything, newest first.
type Filter struct {
	States []State
	Party  tenants.ID // zero: every party
	Name   string     // a kind of job or a subscriber; empty: every one
	Before int64      // only jobs older than this one; 0: from the newest
	Limit  int        // 0: 50; at most 200
}

// Failure is one attempt that failed.
type Failure struct {
	At      time.Time `json:"at"`
	Attempt int       `json:"attempt"`
	Error   string    `json:"error"`
}

// Job is one job as platform staff see it. Its arguments are not here: they
// belong to the party.
type Job struct {
	ID          int64
	Name        string // the kind, the subscriber, or the kind of due work
	Shape       string // "event", "task" or "due"
	Event       string // what the subscriber heard of, for events
	Party       tenants.Party
	Request     string
	State       State
	Attempt     int
	MaxAttempts int
	Errors      []Failure // oldest first
	CreatedAt   time.Time
	NextAt      time.Time // when it runs or was to run
	FinishedAt  time.Time // zero while it is not finished
}

// Failed lists jobs that failed and are not done yet: given up, refused, or
// waiting to be tried again. Newest first.
func (q *Queue) Failed(ctx context.Context, limit int) ([]Job, error) {
	return q.List(ctx, Filter{States: []State{Retrying, Refused, GivenUp}, Limit: limit})
}

// state is the one reading of River's states; a job that waits after an error is
// being retried, whichever way River holds it.
const state = `case
    when state = 'completed' then 'done'
    when state = 'cancelled' then 'refused'
    when state = 'discarded' then 'given_up'
    when state = 'running' then 'running'
    when cardinality(errors) > 0 then 'retrying'
    else 'waiting' end`

// List gives jobs of every party, for platform staff.
func (q *Queue) List(ctx context.Context, f Filter) ([]Job, error) {
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	states := make([]string, len(f.States))
	for i, s := range f.States {
		states[i] = string(s)
	}
	party := "{}"
	if f.Party != (tenants.ID{}) {
		party = `{"party": "` + f.Party.String() + `"}`
	}
	rows, err := q.pool.Query(ctx, `
		select id, kind, coalesce(args ->> 'subscriber', args ->> 'name', kind),
		       case when kind = 'event' then coalesce(args ->> 'name', '') else '' end,
		       metadata, `+state+`, attempt, max_attempts, coalesce(array_to_json(errors), '[]')::text,
		       created_at, scheduled_at, finalized_at
		from   river.river_job
		where  queue = any ($1)
		and    (cardinality($2::text[]) = 0 or `+state+` = any ($2::text[]))
		and    ($3 = '{}' or metadata @> $3::jsonb)
		and    ($4 = '' or coalesce(args ->> 'subscriber', args ->> 'name', kind) = $4)
		and    ($5 = 0 or id < $5)
		order  by id desc
		limit  $6`, q.lanes(), states, party, f.Name, f.Before, f.Limit)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return pgx.CollectRows(rows, job)
}

func job(row pgx.CollectableRow) (Job, error) {
	var j Job
	var metadata []byte
	var errs string
	var finished *time.Time
	err := row.Scan(&j.ID, &j.Shape, &j.Name, &j.Event, &metadata, &j.State, &j.Attempt, &j.MaxAttempts, &errs, &j.CreatedAt, &j.NextAt, &finished)
	if err != nil {
		return j, err
	}
	var from origin
	if err := json.Unmarshal(metadata, &from); err != nil {
		return j, err
	}
	if err := json.Unmarshal([]byte(errs), &j.Errors); err != nil {
		return j, err
	}
	for i := range j.Errors {
		j.Errors[i].Error = strings.TrimPrefix(j.Errors[i].Error, "JobCancelError: ")
	}
	j.Party, j.Request = tenants.Party{ID: from.Party, Kind: from.Kind}, from.Request
	if finished != nil {
		j.FinishedAt = *finished
	}
	return j, nil
}

// Retry has a job that failed tried again, now. What it had already done in
// steps stays done.
func (q *Queue) Retry(ctx context.Context, tx *tenants.Tx, id int64) error {
	return tx.AsQueue(func(conn pgx.Tx) error { return q.retry(ctx, conn, id) })
}

func (q *Queue) retry(ctx context.Context, tx pgx.Tx, id int64) error {
	j, err := q.insert.JobGetTx(ctx, tx, id)
	if errors.Is(err, river.ErrNotFound) {
		return fault.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("job %d: %w", id, err)
	}
	if j.State == rivertype.JobStateCompleted || j.State == rivertype.JobStateRunning || len(j.Errors) == 0 {
		return ErrNotFailed
	}
	if _, err := q.insert.JobRetryTx(ctx, tx, id); err != nil {
		return fmt.Errorf("job %d: %w", id, err)
	}
	q.reported.Delete(id)
	return nil
}
