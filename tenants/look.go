package tenants

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/uptrace/bun/schema"
)

// Look is the eyes of a party without a transaction in the hand: it reads a row,
// and that is a whole unit of work. Opening, statement and commit travel as one
// message, so a read costs one round trip where a Tx costs three, and no code
// runs while the transaction is open. It sees through the same walls as Run, and
// cannot write. It has no instant: that comes back too late to ask with.
type Look struct {
	Me    Party
	Actor Actor
	db    *DB
}

// Look gives a party's eyes.
func (db *DB) Look(me Party, who Actor) Look { return Look{Me: me, Actor: who, db: db} }

// Row reads the one row of a statement into a struct, whose bun tags name the
// columns; a__b is column b of the struct in field a. NoRows tells that there is
// none. As with Often, the text must be constant, with $1, $2 for its arguments.
// Each Row is a unit of work of its own and sees what is committed by then.
func (l Look) Row(ctx context.Context, into any, query string, args ...any) error {
	if ctx.Value(openKey{}) != nil {
		return errNested
	}
	var err error
	for range 2 {
		if err = l.row(ctx, into, query, args); code(err) != planChanged {
			break
		}
	}
	return translate(err)
}

func (l Look) row(ctx context.Context, into any, query string, args []any) error {
	login := l.db.login(l.Me)
	conn, err := login.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release() // a connection that is busy or inside a transaction is closed
	batch, err := l.batch(ctx, conn.Conn(), query, args)
	if err == nil {
		table := login.bun.Table(reflect.TypeOf(into).Elem())
		err = readRow(conn.Conn().PgConn().ExecBatch(ctx, batch), table, reflect.ValueOf(into).Elem())
	}
	if err != nil {
		l.clean(ctx, conn, query, err)
	}
	return err
}

// batch is the opening of a unit of work, the statement and the commit.
func (l Look) batch(ctx context.Context, conn *pgx.Conn, query string, args []any) (*pgconn.Batch, error) {
	o := l.db.open("begin read only", l.Me, l.Actor, l.db.timeout)
	var batch pgconn.Batch
	if err := o.add(ctx, conn, &batch); err != nil {
		return nil, err
	}
	asked, err := conn.Prepare(ctx, query, query)
	if err != nil {
		return nil, err
	}
	if len(args) != len(asked.ParamOIDs) {
		return nil, fmt.Errorf("tenants: %d arguments for %d parameters", len(args), len(asked.ParamOIDs))
	}
	params := make([][]byte, len(args))
	for i, arg := range args {
		if params[i], err = conn.TypeMap().Encode(asked.ParamOIDs[i], pgtype.TextFormatCode, arg, nil); err != nil {
			return nil, err
		}
	}
	for _, column := range asked.Fields {
		if column.DataTypeOID == pgtype.ByteaOID { // the answer comes as text
			return nil, fmt.Errorf("tenants: the column %s is bytea, which a look cannot read; use Run", column.Name)
		}
	}
	batch.ExecStatement(asked, params, nil, nil)
	ended, err := conn.Prepare(ctx, "commit", "commit")
	if err != nil {
		return nil, err
	}
	batch.ExecStatement(ended, nil, nil, nil)
	return &batch, nil
}

// readRow reads the answers of a batch to their end. Its only rows but the
// instant's are the statement's.
func readRow(answers *pgconn.MultiResultReader, table *schema.Table, into reflect.Value) error {
	var wrong error
	found := 0
	for answers.NextResult() {
		rows := answers.ResultReader()
		for rows.NextRow() {
			if columns := rows.FieldDescriptions(); columns[0].Name != "begin" {
				found++
				wrong = errors.Join(wrong, scan(table, into, columns, rows.Values()))
			}
		}
	}
	switch err := answers.Close(); {
	case err != nil:
		return err
	case wrong != nil:
		return wrong
	case found == 0:
		return errNoRows
	case found > 1:
		return fmt.Errorf("tenants: one row was asked for, and there are %d", found)
	}
	return nil
}

func scan(table *schema.Table, into reflect.Value, columns []pgconn.FieldDescription, values [][]byte) error {
	into.SetZero() // what is null leaves nothing of an earlier row
	for i, column := range columns {
		field := table.LookupField(column.Name)
		if field == nil {
			return fmt.Errorf("tenants: %s has no field for the column %s", table.Type, column.Name)
		}
		var value any
		if values[i] != nil {
			value = values[i]
		}
		if err := field.ScanValue(into, value); err != nil {
			return fmt.Errorf("tenants: the column %s: %w", column.Name, err)
		}
	}
	return nil
}

// clean leaves nothing of a failed look on the connection.
func (l Look) clean(ctx context.Context, conn *pgxpool.Conn, query string, err error) {
	ctx = context.WithoutCancel(ctx)
	if pg := conn.Conn().PgConn(); !pg.IsClosed() && pg.TxStatus() != 'I' {
		_, _ = pg.Exec(ctx, "rollback").ReadAll()
	}
	if code(err) == planChanged {
		_ = conn.Conn().Deallocate(ctx, query)
	}
}
