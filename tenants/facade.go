package tenants

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// errHeld says that only Run ends a transaction.
var errHeld = errors.New("tenants: only Run commits or rolls back")

// facade is a pgx.Tx over the connection that already carries bun's
// transaction, so that River's inserts and COPY ride in the same unit of work.
// Once the unit is over the connection may serve another party, so a facade
// that somebody kept refuses everything.
type facade struct {
	conn  *pgx.Conn
	depth int
	over  *atomic.Bool
}

var _ pgx.Tx = (*facade)(nil)

func (f *facade) name() string { return fmt.Sprintf("facade_%d", f.depth) }

// Begin opens a savepoint.
func (f *facade) Begin(ctx context.Context) (pgx.Tx, error) {
	inner := &facade{conn: f.conn, depth: f.depth + 1, over: f.over}
	_, err := f.Exec(ctx, "savepoint "+inner.name())
	return inner, err
}

// Commit releases a savepoint; the outer transaction belongs to Run.
func (f *facade) Commit(ctx context.Context) error {
	if f.depth == 0 {
		return errHeld
	}
	_, err := f.Exec(ctx, "release savepoint "+f.name())
	return err
}

// Rollback goes back to a savepoint; the outer transaction belongs to Run.
func (f *facade) Rollback(ctx context.Context) error {
	if f.depth == 0 {
		return errHeld
	}
	_, err := f.Exec(ctx, "rollback to savepoint "+f.name())
	return err
}

// The rest passes through to the connection.

func (f *facade) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	if f.over.Load() {
		return 0, errOutside
	}
	return f.conn.CopyFrom(ctx, table, columns, rows)
}

func (f *facade) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	if f.over.Load() {
		return outside{}
	}
	return f.conn.SendBatch(ctx, b)
}

func (f *facade) LargeObjects() pgx.LargeObjects { return pgx.LargeObjects{} }

func (f *facade) Prepare(ctx context.Context, name, sql string) (*pgconn.StatementDescription, error) {
	if f.over.Load() {
		return nil, errOutside
	}
	return f.conn.Prepare(ctx, name, sql)
}

func (f *facade) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if f.over.Load() {
		return pgconn.CommandTag{}, errOutside
	}
	return f.conn.Exec(ctx, sql, args...)
}

func (f *facade) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if f.over.Load() {
		return nil, errOutside
	}
	return f.conn.Query(ctx, sql, args...)
}

func (f *facade) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if f.over.Load() {
		return outside{}.QueryRow()
	}
	return f.conn.QueryRow(ctx, sql, args...)
}

// Conn is nil once the unit of work is over.
func (f *facade) Conn() *pgx.Conn {
	if f.over.Load() {
		return nil
	}
	return f.conn
}

// outside is the answer to a batch or a row that is asked for too late.
type outside struct{}

func (outside) Exec() (pgconn.CommandTag, error) { return pgconn.CommandTag{}, errOutside }
func (outside) Query() (pgx.Rows, error)         { return nil, errOutside }
func (outside) QueryRow() pgx.Row                { return outsideRow{} }
func (outside) Close() error                     { return errOutside }
func (outside) Tx() pgx.Tx                       { return nil }

type outsideRow struct{}

func (outsideRow) Scan(...any) error { return errOutside }
