package migrations

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Create makes an empty database that wb_owner owns, as a log-in that may; a
// database that exists is left as it is. A template of "" is Postgres's own.
func Create(ctx context.Context, adminURL, database, template string) error {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	statement := "create database " + pgx.Identifier{database}.Sanitize() + " owner wb_owner"
	if template != "" {
		statement += " template " + pgx.Identifier{template}.Sanitize()
	}
	_, err = conn.Exec(ctx, statement)
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "42P04" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("database %s: %w", database, err)
	}
	return nil
}
