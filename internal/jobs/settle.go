package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"wardbridge/tenants"
)

// soon is the wait that Settle still sits out: a job that is tried again this
// shortly counts as on its way.
const soon = 2 * time.Second

// Settle sweeps and waits until nothing is due and no job is on its way, for the
// named parties or, without any, for all. It returns an error that names the
// jobs that failed meanwhile, each once. For tests and the demo; without a
// deadline in the context it gives up after a minute.
func (q *Queue) Settle(ctx context.Context, parties ...tenants.Party) error {
	q.mu.RLock()
	works := q.works
	q.mu.RUnlock()
	if !works {
		return errors.New("jobs: this process does not work, so nothing would settle")
	}
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Minute)
		defer cancel()
	}
	ids := make([]string, len(parties))
	for i, p := range parties {
		ids[i] = p.ID.String()
	}
	tick := time.NewTicker(3 * time.Millisecond)
	defer tick.Stop()
	for {
		busy, err := q.busy(ctx, ids)
		if err != nil {
			return err
		}
		if len(busy) == 0 {
			due, err := q.sweep(ctx)
			if err != nil {
				return err
			}
			waiting, err := q.held(ctx)
			if err != nil {
				return err
			}
			if !concerns(due, waiting, parties) {
				return q.failures(ctx, ids)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("jobs: not settled, still on their way: %s: %w", strings.Join(busy, ", "), ctx.Err())
		}
	}
}

// concerns reports whether due work is left that somebody waits for. Work whose
// job failed and is to be tried later is not waited for: it has been reported.
func concerns(due []ripe, held map[dueArgs]bool, parties []tenants.Party) bool {
	for _, d := range due {
		if held[dueArgs{Owner: d.owner.ID, Name: d.kind}] {
			continue
		}
		if len(parties) == 0 {
			return true
		}
		for _, p := range parties {
			if p.ID == d.owner.ID {
				return true
			}
		}
	}
	return false
}

// busy names the jobs on their way, a few of them.
func (q *Queue) busy(ctx context.Context, parties []string) ([]string, error) {
	rows, err := q.pool.Query(ctx, `
		select coalesce(args ->> 'subscriber', args ->> 'name', kind)
		from   river.river_job
		where  queue = any ($1)
		and    (state = 'running' or state in ('available', 'retryable', 'scheduled', 'pending') and scheduled_at <= clock_timestamp() + $2::interval)
		and    (cardinality($3::text[]) = 0 or metadata ->> 'party' = any ($3::text[]))
		limit  5`, q.lanes(), soon, parties)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// held is the due work whose job has failed and waits for its next try.
func (q *Queue) held(ctx context.Context) (map[dueArgs]bool, error) {
	rows, err := q.pool.Query(ctx, `
		select (args ->> 'owner')::uuid, args ->> 'name'
		from   river.river_job
		where  queue = any ($1) and kind = 'due' and cardinality(errors) > 0
		and    state in ('available', 'retryable') and scheduled_at > clock_timestamp() + $2::interval`, q.lanes(), soon)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	defer rows.Close()
	held := map[dueArgs]bool{}
	for rows.Next() {
		var d dueArgs
		if err := rows.Scan(&d.Owner, &d.Name); err != nil {
			return nil, err
		}
		held[d] = true
	}
	return held, rows.Err()
}

// failures is an error that names what failed since this queue was made and has
// not been named before; nil when nothing did.
func (q *Queue) failures(ctx context.Context, parties []string) error {
	rows, err := q.pool.Query(ctx, `
		select id, coalesce(args ->> 'subscriber', args ->> 'name', kind), state::text,
		       coalesce(errors[array_upper(errors, 1)] ->> 'error', 'nobody here knows this kind')
		from   river.river_job
		where  queue = any ($1) and attempted_at >= $2
		and    (state in ('discarded', 'cancelled')
		        or state in ('available', 'retryable', 'scheduled')
		           and scheduled_at > clock_timestamp() + $3::interval
		           and (cardinality(errors) > 0 or metadata ? 'snoozes'))
		and    (cardinality($4::text[]) = 0 or metadata ->> 'party' = any ($4::text[]))
		order  by id`, q.lanes(), q.since, soon, parties)
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	defer rows.Close()
	var failed []error
	for rows.Next() {
		var id int64
		var name, state, text string
		if err := rows.Scan(&id, &name, &state, &text); err != nil {
			return err
		}
		if _, named := q.reported.LoadOrStore(id, true); !named {
			failed = append(failed, fmt.Errorf("job %d %s is %s: %s", id, name, state, text))
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return errors.Join(failed...)
}
