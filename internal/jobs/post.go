package jobs

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"wardbridge/internal/events"
	"wardbridge/tenants"
)

// The three shapes in which River holds our jobs. Every name in them is stored,
// and so is never given to something else.
type (
	eventArgs struct {
		Subscriber string          `json:"subscriber"`
		Name       string          `json:"name"`
		Payload    json.RawMessage `json:"payload"`
	}
	taskArgs struct {
		Name string          `json:"name"`
		Args json.RawMessage `json:"args"`
	}
	dueArgs struct {
		Owner tenants.ID `json:"owner"`
		Name  string     `json:"name"`
	}
)

func (eventArgs) Kind() string { return "event" }
func (taskArgs) Kind() string  { return "task" }
func (dueArgs) Kind() string   { return "due" }

// origin is what a job keeps of the unit of work that made it: whom it runs as
// and who caused it. It is written here, out of the Tx, and nowhere else.
type origin struct {
	Party   tenants.ID   `json:"party"`
	Kind    tenants.Kind `json:"kind"`
	Actor   cause        `json:"actor"`
	Request string       `json:"request,omitempty"`
}

// cause is the actor at the beginning of a chain of jobs.
type cause struct {
	Kind   tenants.ActorKind `json:"kind"`
	ID     tenants.ID        `json:"id"`
	Name   string            `json:"name"`
	Person tenants.ID        `json:"person"`
}

type causeKey struct{}

// causeOf is who set this in motion. What a job does was caused by whoever
// caused the job.
func causeOf(ctx context.Context, who tenants.Actor) cause {
	if c, ok := ctx.Value(causeKey{}).(cause); ok && who.Kind == tenants.Job {
		return c
	}
	return cause{Kind: who.Kind, ID: who.ID, Name: who.Name, Person: who.Person}
}

// actor is who acts when a job of this name runs, as audit shows it.
func (o origin) actor(name string) tenants.Actor {
	a := tenants.Actor{Kind: tenants.Job, Name: "job " + name, Person: o.Actor.Person, Request: o.Request}
	if o.Actor.Name != "" && o.Actor.Kind != tenants.Job && o.Actor.Kind != tenants.System {
		a.Name += " for " + o.Actor.Name
	}
	return a
}

func originOf(ctx context.Context, tx *tenants.Tx, party tenants.Party) ([]byte, error) {
	return json.Marshal(origin{Party: party.ID, Kind: party.Kind, Actor: causeOf(ctx, tx.Actor), Request: tx.Request})
}

// Emit writes the event into the log and puts one job for every subscriber, all
// in the transaction that emits it.
func (q *Queue) Emit(ctx context.Context, tx *tenants.Tx, e tenants.Event) error {
	deliveries, err := q.bus.Deliveries(tx.Me, e)
	if err != nil {
		return err
	}
	return tx.AsQueue(func(queue pgx.Tx) error {
		payload, err := events.Record(ctx, queue, tx.Me, e)
		if err != nil {
			return fmt.Errorf("event %s: %w", e.EventName(), err)
		}
		jobs := make([]river.InsertManyParams, 0, len(deliveries))
		for _, d := range deliveries {
			from, err := originOf(ctx, tx, d.Party)
			if err != nil {
				return err
			}
			jobs = append(jobs, river.InsertManyParams{
				Args:       eventArgs{Subscriber: d.Subscriber, Name: e.EventName(), Payload: payload},
				InsertOpts: &river.InsertOpts{Metadata: from, Queue: q.lane, MaxAttempts: attemptsMax},
			})
		}
		return q.put(ctx, queue, jobs)
	})
}

// Enqueue adds jobs of the party whose Tx this is, in that transaction.
func (q *Queue) Enqueue(ctx context.Context, tx *tenants.Tx, all ...tenants.Args) error {
	from, err := originOf(ctx, tx, tx.Me)
	if err != nil {
		return err
	}
	jobs := make([]river.InsertManyParams, 0, len(all))
	for _, args := range all {
		raw, err := json.Marshal(args)
		if err != nil {
			return fmt.Errorf("job %s: %w", args.Kind(), err)
		}
		t, _ := q.task(args.Kind())
		options := &river.InsertOpts{Metadata: from, Queue: q.lane, MaxAttempts: t.attempts}
		if t.long {
			options.Queue = q.longLane()
		}
		jobs = append(jobs, river.InsertManyParams{Args: taskArgs{Name: args.Kind(), Args: raw}, InsertOpts: options})
	}
	return tx.AsQueue(func(queue pgx.Tx) error { return q.put(ctx, queue, jobs) })
}

// put inserts jobs in one statement, or by COPY when they are many.
func (q *Queue) put(ctx context.Context, queue pgx.Tx, jobs []river.InsertManyParams) error {
	const many = 200
	var err error
	switch {
	case len(jobs) == 0:
		return nil
	case len(jobs) > many:
		_, err = q.insert.InsertManyFastTx(ctx, queue, jobs)
	default:
		_, err = q.insert.InsertManyTx(ctx, queue, jobs)
	}
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	return nil
}
