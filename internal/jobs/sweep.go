package jobs

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"wardbridge/tenants"
)

// ripe is what the sweep learns: whose work of which kind is due, and how much.
type ripe struct {
	owner tenants.Party
	kind  string
	count int64
}

// Sweep looks once for work that is due on its owner's clock and makes sure that
// each owner and kind has one job to do it. Several processes may sweep at once.
func (q *Queue) Sweep(ctx context.Context) error {
	_, err := q.sweep(ctx)
	return err
}

func (q *Queue) sweep(ctx context.Context) ([]ripe, error) {
	found, err := q.due(ctx)
	if err != nil {
		return nil, fmt.Errorf("sweep: %w", err)
	}
	var mine []ripe
	var all []river.InsertManyParams
	for _, d := range found {
		if _, known := q.dueFunc(d.kind); !known {
			// Either a newer process knows it, or nobody does any more.
			if _, warned := q.unknown.LoadOrStore(d.kind, true); !warned {
				q.log.WarnContext(ctx, "due work that this process does not know", "kind", d.kind)
			}
			continue
		}
		from, err := json.Marshal(origin{Party: d.owner.ID, Kind: d.owner.Kind, Actor: cause{Kind: tenants.System}})
		if err != nil {
			return nil, err
		}
		mine = append(mine, d)
		all = append(all, river.InsertManyParams{
			Args: dueArgs{Owner: d.owner.ID, Name: d.kind},
			InsertOpts: &river.InsertOpts{
				Metadata: from, Queue: q.lane, MaxAttempts: attemptsMax,
				// A job that waits for its next try counts: otherwise work that
				// fails would gather a new failing job every second.
				UniqueOpts: river.UniqueOpts{ByArgs: true, ByQueue: true, ByState: []rivertype.JobState{
					rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning,
					rivertype.JobStateRetryable, rivertype.JobStateScheduled,
				}},
			},
		})
	}
	for some := range slices.Chunk(all, 1000) {
		if _, err := q.insert.InsertMany(ctx, some); err != nil {
			return nil, fmt.Errorf("sweep: %w", err)
		}
	}
	return mine, nil
}

func (q *Queue) due(ctx context.Context) ([]ripe, error) {
	rows, err := q.pool.Query(ctx, "select owner_id, owner_kind, kind, due from app.due_parties()")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []ripe
	for rows.Next() {
		var d ripe
		if err := rows.Scan(&d.owner.ID, &d.owner.Kind, &d.kind, &d.count); err != nil {
			return nil, err
		}
		found = append(found, d)
	}
	return found, rows.Err()
}

// sweepEverySecond is the tick of the house, by real time. A database that is
// away is reported when it goes, not every second that it is gone.
func (q *Queue) sweepEverySecond(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	down := false
	for {
		err := q.tick(ctx)
		if err != nil && !down && ctx.Err() == nil {
			q.log.ErrorContext(ctx, "sweep for due work failed", "error", err.Error())
		}
		down = err != nil
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

func (q *Queue) tick(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if err := q.Sweep(ctx); err != nil {
		return err
	}
	if err := q.adopt(ctx); err != nil {
		return err
	}
	if time.Since(q.pruned) < 24*time.Hour {
		return nil
	}
	// A job that could still ask for its inbox row is gone by then, twice over.
	_, err := q.pool.Exec(ctx, "delete from inbox where at < $1", time.Now().Add(-2*kept))
	if err == nil {
		q.pruned = time.Now()
	}
	return err
}
