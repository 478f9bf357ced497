package tenants

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// errOutside is a programmer's error: a statement that no party has opened a
// transaction for would see nothing, and say nothing about it.
var errOutside = errors.New("tenants: statement outside a party's transaction")

// opening is what Run puts into the context for the connection to find: how the
// transaction opens, and the room for what comes back.
type opening struct {
	steps  []string // begin, the role, the limits: texts of which there are few
	params [][]byte // of app.begin
	conn   *pgx.Conn
	row    []byte
}

// openText sets the walls up; its parameters are an opening's.
const openText = "select app.begin($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"

type openingKey struct{}

// connector hands out connections that begin only through an opening.
type connector struct{ driver.Connector }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	std, ok := inner.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("tenants: unexpected connection %T", inner)
	}
	return &conn{Conn: std}, nil
}

type conn struct{ *stdlib.Conn }

// add puts the opening into a batch. Each step is prepared once a connection: to
// parse and plan them every time would cost more than to run them.
func (o *opening) add(ctx context.Context, pg *pgx.Conn, batch *pgconn.Batch) error {
	for _, step := range o.steps {
		prepared, err := pg.Prepare(ctx, step, step) // known after the first time
		if err != nil {
			return err
		}
		batch.ExecStatement(prepared, nil, nil, nil)
	}
	prepared, err := pg.Prepare(ctx, openText, openText)
	if err != nil {
		return err
	}
	batch.ExecStatement(prepared, o.params, nil, nil)
	return nil
}

// BeginTx sends begin, the role, the limits and app.begin together, so that the
// walls cost one round trip.
func (c *conn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	o, ok := ctx.Value(openingKey{}).(*opening)
	if !ok {
		return nil, errOutside
	}
	pg := c.Conn.Conn()
	var batch pgconn.Batch
	if err := o.add(ctx, pg, &batch); err != nil {
		return nil, err
	}
	results, err := pg.PgConn().ExecBatch(ctx, &batch).ReadAll()
	if err != nil {
		_, _ = pg.PgConn().Exec(ctx, "rollback").ReadAll()
		return nil, err
	}
	if last := results[len(results)-1]; len(last.Rows) == 1 {
		o.row = last.Rows[0][0]
	}
	o.conn = pg
	return &tx{ctx: ctx, conn: pg}, nil
}

func (c *conn) inside() error {
	if c.Conn.Conn().PgConn().TxStatus() == 'I' {
		return errOutside
	}
	return nil
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.inside(); err != nil {
		return nil, err
	}
	return c.Conn.ExecContext(ctx, query, args)
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.inside(); err != nil {
		return nil, err
	}
	return c.Conn.QueryContext(ctx, query, args)
}

type tx struct {
	ctx  context.Context
	conn *pgx.Conn
}

// Commit notices a transaction that Postgres had already given up.
func (t *tx) Commit() error {
	tag, err := t.conn.Exec(t.ctx, "commit")
	if err != nil {
		return err
	}
	if tag.String() == "ROLLBACK" {
		return errors.New("tenants: the transaction had failed and was rolled back")
	}
	return nil
}

func (t *tx) Rollback() error {
	// The caller's context may be done; the connection still has to be freed.
	_, err := t.conn.Exec(context.WithoutCancel(t.ctx), "rollback")
	return err
}
