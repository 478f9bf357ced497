package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/uptrace/bun/dialect/pgdialect"

	"wardbridge/tenants"
)

// batch is how much due work one unit of work takes on.
const batch = 500

// Due is one piece of work that has fallen due: its own id, what it is about,
// and the instant on the owner's clock at which it was to be decided.
type Due struct {
	ID, Subject tenants.ID
	DueAt       time.Time
	Ref         json.RawMessage
}

type dueFunc func(context.Context, *tenants.Tx, []Due) error

// At plans work of a kind about a subject for an instant on the clock of the
// party whose Tx this is. An instant that has passed is due at the next sweep.
// ref is whatever else the work needs to know, as JSON; nil for nothing.
func At(ctx context.Context, tx *tenants.Tx, kind string, subject tenants.ID, due time.Time, ref any) error {
	if ref == nil {
		ref = struct{}{}
	}
	raw, err := json.Marshal(ref)
	if err != nil {
		return fmt.Errorf("due work %s: %w", kind, err)
	}
	return AtAll(ctx, tx, kind, []Due{{Subject: subject, DueAt: due, Ref: raw}})
}

// AtAll plans much work of one kind in one statement, for verbs that work
// set-wise. A Due without an ID is given one, without a Ref has none.
func AtAll(ctx context.Context, tx *tenants.Tx, kind string, all []Due) error {
	if len(all) == 0 {
		return nil
	}
	ids, subjects := make([]string, len(all)), make([]string, len(all))
	instants, refs := make([]string, len(all)), make([]string, len(all))
	for i, d := range all {
		if d.ID == (tenants.ID{}) {
			d.ID = tenants.NewID()
		}
		if len(d.Ref) == 0 {
			d.Ref = json.RawMessage("{}")
		}
		ids[i], subjects[i] = d.ID.String(), d.Subject.String()
		instants[i], refs[i] = d.DueAt.UTC().Format(time.RFC3339Nano), string(d.Ref)
	}
	_, err := tx.NewRaw(`
		insert into due_work (owner_id, id, kind, subject_id, due_at, ref)
		select ?, d.id, ?, d.subject_id, d.due_at, d.ref
		from   unnest(?::uuid[], ?::uuid[], ?::timestamptz[], ?::jsonb[]) as d (id, subject_id, due_at, ref)`,
		tx.Me.ID, kind, pgdialect.Array(ids), pgdialect.Array(subjects), pgdialect.Array(instants), pgdialect.Array(refs)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("due work %s: %w", kind, err)
	}
	return nil
}

// Drop takes back what was planned about a subject: work of one kind, or with
// an empty kind all of it. Work that is being done this moment is waited for.
func Drop(ctx context.Context, tx *tenants.Tx, kind string, subject tenants.ID) error {
	_, err := tx.NewRaw(`
		delete from due_work
		where  owner_id = ? and subject_id = ? and (? = '' or kind = ?)`,
		tx.Me.ID, subject, kind, kind).Exec(ctx)
	if err != nil {
		return fmt.Errorf("due work %s of %s: %w", kind, subject, err)
	}
	return nil
}

// OnDue says what to do with work of a kind when it falls due. fn runs as the
// owner, gets the work in the order in which it fell due, at most 500 at once,
// and takes it on whole: the work is struck off in fn's own Tx. It must not be a
// surprise to fn that a subject has moved on since its work was planned. A kind
// that is taken panics.
func OnDue(q *Queue, kind string, fn func(ctx context.Context, tx *tenants.Tx, due []Due) error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case kind == "":
		panic("jobs: due work needs a name")
	case q.works:
		panic("jobs: due work " + kind + " was added after the work began")
	}
	if _, taken := q.dues[kind]; taken {
		panic("jobs: two kinds of due work are called " + kind)
	}
	q.dues[kind] = fn
}

func (q *Queue) dueFunc(kind string) (dueFunc, bool) {
	q.mu.RLock()
	defer q.mu.RUnlock()
	fn, ok := q.dues[kind]
	return fn, ok
}

type dueWorker struct {
	river.WorkerDefaults[dueArgs]
	q *Queue
}

func (w *dueWorker) Work(ctx context.Context, job *river.Job[dueArgs]) error {
	fn, known := w.q.dueFunc(job.Args.Name)
	return w.q.perform(ctx, job.JobRow, job.Args.Name, known, func(r *run) error {
		// Only a failure makes a job start again: then one row of the batch is
		// bad, and the others should not wait for it.
		if r.job.Attempt > 1 {
			if err := r.oneByOne(fn); err != nil {
				return err
			}
		}
		for {
			n, err := r.dueBatch(fn)
			if err != nil {
				return err
			}
			if n < batch {
				return nil
			}
		}
	})
}

// dueBatch does what is due in one Tx and says how much that was. The last
// batch ends the job in the same Tx.
func (r *run) dueBatch(fn dueFunc) (int, error) {
	var n int
	err := r.Do(func(ctx context.Context, tx *tenants.Tx) error {
		var rows []Due
		err := tx.NewRaw(`
			with ripe as materialized (
			    select id
			    from   due_work
			    where  owner_id = ? and kind = ? and due_at <= ?
			    order  by due_at, id
			    limit  ?
			    for    update skip locked
			),
			taken as (
			    delete from due_work d
			    using  ripe r
			    where  d.owner_id = ? and d.id = r.id
			    returning d.id, d.subject_id, d.due_at, d.ref
			)
			select id, subject_id as subject, due_at, ref
			from   taken
			order  by due_at, id`,
			tx.Me.ID, r.name, tx.Now, batch, tx.Me.ID).Scan(ctx, &rows)
		if err != nil {
			return err
		}
		if n = len(rows); n > 0 {
			if err := fn(ctx, tx, rows); err != nil {
				return err
			}
		}
		if n == batch {
			return nil
		}
		return tx.AsQueue(func(queue pgx.Tx) error {
			_, err := queue.Exec(ctx, `
				update river.river_job
				set    state = 'completed', finalized_at = now()
				where  id = $1 and state = 'running'`, r.job.ID)
			return err
		})
	})
	return n, err
}

// oneByOne does each due row in a Tx of its own, so that what fails is alone in
// failing. Later work about a subject that failed waits for it: a cascade's
// second step never overtakes its first.
func (r *run) oneByOne(fn dueFunc) error {
	var rows []Due
	err := r.Do(func(ctx context.Context, tx *tenants.Tx) error {
		return tx.NewRaw(`
			select id, subject_id as subject, due_at, ref
			from   due_work
			where  owner_id = ? and kind = ? and due_at <= ?
			order  by due_at, id
			limit  ?`, tx.Me.ID, r.name, tx.Now, batch).Scan(ctx, &rows)
	})
	if err != nil {
		return err
	}
	var failures []error
	failed := map[tenants.ID]bool{}
	for _, row := range rows {
		if r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		if failed[row.Subject] {
			continue
		}
		err := caught(func() error { return r.dueOne(fn, row) })
		if err != nil {
			failed[row.Subject] = true
			failures = append(failures, fmt.Errorf("%s of %s: %w", r.name, row.Subject, err))
		}
	}
	return errors.Join(failures...)
}

func (r *run) dueOne(fn dueFunc, row Due) error {
	return r.Do(func(ctx context.Context, tx *tenants.Tx) error {
		var still []Due
		err := tx.NewRaw(`
			delete from due_work
			where  owner_id = ? and id = ? and due_at = ?
			returning id, subject_id as subject, due_at, ref`, tx.Me.ID, row.ID, row.DueAt).Scan(ctx, &still)
		if err != nil || len(still) == 0 {
			return err
		}
		return fn(ctx, tx, still)
	})
}
