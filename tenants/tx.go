package tenants

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"wardbridge/internal/fault"
)

// Tx is one party's unit of work. Only Run makes one, so holding a Tx is proof
// that Postgres knows whose rows these are.
type Tx struct {
	Me      Party     // whose eyes row-level security looks through
	Actor   Actor     // who, for audit: a person, a key, a job
	Now     time.Time // one instant, on the party's clock, for everything this unit writes
	Request string    // the request's id, which audit and logs share

	ctx    context.Context
	bun    bun.Tx
	db     *bun.DB // knows models; it cannot run a statement
	facade *facade
	post   Post
}

// Event is something that happened, told to whoever subscribed. Its payload is
// a nudge: ids only; a handler loads the row as it is by then.
type Event interface {
	EventName() string
}

// Args are a job's arguments; JSON on the way.
type Args interface {
	Kind() string
}

// Post carries consequences out of a unit of work: they are inserted in it and
// happen only if it commits. The job house implements it.
type Post interface {
	Emit(ctx context.Context, tx *Tx, e Event) error
	Enqueue(ctx context.Context, tx *Tx, args ...Args) error
}

// NewSelect starts a select; the walls add who may see what.
func (tx *Tx) NewSelect() *bun.SelectQuery { return tx.bun.NewSelect() }

// NewInsert starts an insert.
func (tx *Tx) NewInsert() *bun.InsertQuery { return tx.bun.NewInsert() }

// NewUpdate starts an update.
func (tx *Tx) NewUpdate() *bun.UpdateQuery { return tx.bun.NewUpdate() }

// NewDelete starts a delete.
func (tx *Tx) NewDelete() *bun.DeleteQuery { return tx.bun.NewDelete() }

// NewRaw starts a statement written by hand. The text must be constant.
func (tx *Tx) NewRaw(query string, args ...any) *bun.RawQuery { return tx.bun.NewRaw(query, args...) }

// Often reads rows into a slice by a statement that runs so often that planning it would
// be most of its price: Postgres plans it once for each connection and role. The
// text must be constant, with $1, $2 for its arguments; each different text
// costs every connection memory.
func (tx *Tx) Often(ctx context.Context, dest any, query string, args ...any) error {
	rows, err := tx.bun.Tx.QueryContext(ctx, query, append([]any{pgx.QueryExecModeCacheStatement}, args...)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	return tx.db.ScanRows(ctx, rows, dest)
}

// Mine adds the party's own predicate, which the walls imply, for the planner.
func (tx *Tx) Mine(q *bun.SelectQuery) *bun.SelectQuery {
	switch tx.Me.Kind {
	case Agency:
		return q.Where("?TableAlias.agency_id = ?", tx.Me.ID)
	case Worker:
		return q.Where("?TableAlias.worker_id = ?", tx.Me.ID)
	default:
		return q.Where("?TableAlias.tenant_id = ?", tx.Me.ID)
	}
}

// Try runs fn inside a savepoint: when it fails, its writes are gone and the
// unit of work goes on. One bad row of many.
func (tx *Tx) Try(fn func() error) error {
	if _, err := tx.facade.Exec(tx.ctx, "savepoint try"); err != nil {
		return err
	}
	if err := fn(); err != nil {
		if _, e := tx.facade.Exec(tx.ctx, "rollback to savepoint try"); e != nil {
			return errors.Join(err, e)
		}
		return err
	}
	_, err := tx.facade.Exec(tx.ctx, "release savepoint try")
	return err
}

// Copy streams rows into a table. COPY does not work on a table under
// row-level security, so the table is a temporary one that the caller made.
func (tx *Tx) Copy(table string, columns []string, rows pgx.CopyFromSource) (int64, error) {
	return tx.facade.CopyFrom(tx.ctx, pgx.Identifier{table}, columns, rows)
}

// NowAt is the instant on another organisation's clock: an agency or a worker
// who acts on an employer's row acts at that employer's time.
func (tx *Tx) NowAt(organisation ID) (time.Time, error) {
	if organisation == tx.Me.ID {
		return tx.Now, nil
	}
	var at time.Time
	err := tx.bun.NewRaw("select app.now_at(?)", organisation).Scan(tx.ctx, &at)
	return at, err
}

// Emit tells subscribers of an event, if this unit commits.
func (tx *Tx) Emit(e Event) error { return tx.post.Emit(tx.ctx, tx, e) }

// Enqueue adds jobs for this party, which exist only if this unit commits.
func (tx *Tx) Enqueue(args ...Args) error { return tx.post.Enqueue(tx.ctx, tx, args...) }

// Saw writes that somebody looked at a record that is watched when read.
func (tx *Tx) Saw(kind string, id ID) error {
	_, err := tx.bun.NewRaw("select app.saw(?, ?)", kind, id).Exec(tx.ctx)
	return err
}

// AsQueue lends the job house the transaction under the queue's role. Party
// roles have no rights on jobs or the event log, and get them nowhere else.
func (tx *Tx) AsQueue(fn func(pgx.Tx) error) error {
	if _, err := tx.facade.Exec(tx.ctx, "set local role wb_queue"); err != nil {
		return err
	}
	if err := fn(tx.facade); err != nil {
		return err
	}
	_, err := tx.facade.Exec(tx.ctx, "set local role "+tx.Me.Kind.Role())
	return err
}

// NoRows reports whether a query found nothing, which to the walls is the same
// as finding another party's row.
func NoRows(err error) bool { return errors.Is(err, errNoRows) }

// Found turns "no rows" into the one answer for what is not there or not yours.
func Found(noun string, id any, err error) error {
	if err == nil {
		return nil
	}
	if NoRows(err) {
		return fault.ErrNotFound.Because(fmt.Errorf("%s %v", noun, id))
	}
	return fmt.Errorf("%s %v: %w", noun, id, err)
}
