package tenants

import "context"

// Bare runs a statement past Run, as only a mistake in this package could.
func Bare(ctx context.Context, db *DB, statement string) error {
	_, err := db.app.bun.ExecContext(ctx, statement)
	return err
}

// BareQuery asks past Run.
func BareQuery(ctx context.Context, db *DB, statement string) error {
	rows, err := db.app.bun.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	return rows.Close()
}

// BareBegin opens a transaction of nobody.
func BareBegin(ctx context.Context, db *DB) error {
	tx, err := db.app.bun.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	return tx.Rollback()
}

// ErrOutside is what all three are answered.
var ErrOutside = errOutside
