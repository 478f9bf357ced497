package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// alive is the class of the advisory locks by which processes are known to live.
	alive = 7230003
	// orphaned is how long a process may be without its lock (a connection that
	// broke and came back) before its jobs are given to others.
	orphaned = 5 * time.Second
)

// present takes this process's lock and keeps it until living ends. A process
// that is killed loses its connection, and with it the lock, at once.
func (q *Queue) present(living, starting context.Context) error {
	conn, err := q.lock(starting)
	if err != nil {
		return fmt.Errorf("job presence: %w", err)
	}
	q.loops.Go(func() {
		for {
			// Nothing is ever notified here; this returns when the connection breaks.
			_, err := conn.WaitForNotification(living)
			_ = conn.Close(context.WithoutCancel(living))
			if living.Err() != nil {
				return
			}
			q.log.WarnContext(living, "job presence was lost", "error", err)
			if conn = q.relock(living); conn == nil {
				return
			}
		}
	})
	return nil
}

func (q *Queue) lock(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, q.url)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1, hashtext($2))", alive, q.id); err != nil {
		_ = conn.Close(ctx)
		return nil, err
	}
	return conn, nil
}

// relock tries until it has the lock again, or living ends.
func (q *Queue) relock(living context.Context) *pgx.Conn {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		if conn, err := q.lock(living); err == nil {
			return conn
		}
		select {
		case <-tick.C:
		case <-living.Done():
			return nil
		}
	}
}

// adopt gives back to the queue the jobs of processes that are no more. River
// would find them too, but only after the longest time that a job may take. A
// job that was on its last attempt is left to River, which gives it up: it may
// be what killed the process.
func (q *Queue) adopt(ctx context.Context) error {
	rows, err := q.pool.Query(ctx, `
		select j.id
		from   river.river_job j
		where  j.state = 'running' and j.queue = any ($1) and j.attempt < j.max_attempts
		and    not exists (
		    select from pg_locks l
		    where  l.locktype = 'advisory' and l.granted and l.classid = $2::bigint::oid
		    and    l.database = (select d.oid from pg_database d where d.datname = current_database())
		    and    l.objid = (hashtext(j.attempted_by[array_upper(j.attempted_by, 1)])::bigint & 4294967295)::oid)`,
		q.lanes(), alive)
	if err != nil {
		return fmt.Errorf("orphaned jobs: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("orphaned jobs: %w", err)
	}
	seen := map[int64]time.Time{}
	var left []int64
	for _, id := range ids {
		since, known := q.orphans[id]
		if !known {
			since = time.Now()
		}
		seen[id] = since
		if time.Since(since) >= orphaned {
			left = append(left, id)
		}
	}
	q.orphans = seen
	if len(left) == 0 {
		return nil
	}
	q.log.WarnContext(ctx, "jobs of a process that is gone are done again", "count", len(left))
	_, err = q.pool.Exec(ctx, `
		update river.river_job
		set    state = 'available', scheduled_at = now()
		where  id = any ($1) and state = 'running'`, left)
	return err
}

// Attended reports whether some process does jobs here, this one included. A
// command that has put a job in leaves it to that process.
func (q *Queue) Attended(ctx context.Context) (bool, error) {
	var yes bool
	err := q.pool.QueryRow(ctx, `
		select exists (
		    select from pg_locks l
		    where  l.locktype = 'advisory' and l.granted and l.classid = $1::bigint::oid
		    and    l.database = (select d.oid from pg_database d where d.datname = current_database()))`, alive).Scan(&yes)
	if err != nil {
		return false, fmt.Errorf("job presence: %w", err)
	}
	return yes, nil
}
