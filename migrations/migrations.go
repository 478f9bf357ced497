// Package migrations brings a database to the shape this binary needs. Files
// are forward only, embedded, one transaction each, and marked applied only
// when that transaction commits. Roles are cluster-wide and come first.
package migrations

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed *.up.sql cluster.sql
var files embed.FS

// Binary is the number of this binary's understanding of the schema. A schema
// whose min_binary is higher refuses to be served by it.
const Binary = 1

// lockRoles and lockSchema keep parallel starts from colliding.
const (
	lockRoles  = 7230001
	lockSchema = 7230002
)

// Roles makes the house's roles, once per cluster. The log-in must be allowed
// to create roles.
func Roles(ctx context.Context, url string) error {
	text, err := files.ReadFile("cluster.sql")
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", lockRoles); err != nil {
		return err
	}
	for try := 0; ; try++ {
		_, err = conn.Exec(ctx, string(text))
		// Postgres itself may refuse two writers of one role; the next try finds it done.
		if err == nil || try == 5 || !strings.Contains(err.Error(), "tuple concurrently updated") {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("roles: %w", err)
	}
	return nil
}

// Names lists the migrations in their order.
func Names() ([]string, error) {
	names, err := fs.Glob(files, "*.up.sql")
	sort.Strings(names)
	return names, err
}

// Apply runs what the database has not seen, as its owner, and then the job
// queue's own migrations. It returns the names it applied.
func Apply(ctx context.Context, ownerURL string) ([]string, error) {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "select pg_advisory_lock($1)", lockSchema); err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "create table if not exists public.migrations (name text primary key, applied_at timestamptz not null default now())"); err != nil {
		return nil, err
	}
	names, err := Names()
	if err != nil {
		return nil, err
	}
	var applied []string
	for _, name := range names {
		did, err := applyOne(ctx, conn, name)
		if err != nil {
			return applied, fmt.Errorf("migration %s: %w", name, err)
		}
		if did {
			applied = append(applied, name)
		}
	}
	return applied, queue(ctx, ownerURL)
}

func applyOne(ctx context.Context, conn *pgx.Conn, name string) (bool, error) {
	var seen bool
	if err := conn.QueryRow(ctx, "select exists (select from public.migrations where name = $1)", name).Scan(&seen); err != nil || seen {
		return false, err
	}
	text, err := files.ReadFile(name)
	if err != nil {
		return false, err
	}
	return true, pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Conn().PgConn().Exec(ctx, string(text)).ReadAll(); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, "insert into public.migrations (name) values ($1)", name)
		return err
	})
}

// queue lets River make its tables, in a schema of their own, and opens them to
// the queue's roles alone.
func queue(ctx context.Context, ownerURL string) error {
	pool, err := pgxpool.New(ctx, ownerURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	if _, err := pool.Exec(ctx, "create schema if not exists river"); err != nil {
		return err
	}
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Schema: "river"})
	if err != nil {
		return err
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("river: %w", err)
	}
	_, err = pool.Exec(ctx, `
		grant usage on schema river to wb_queue, wb_river;
		grant select, insert, update on river.river_job to wb_queue;
		grant usage, select on all sequences in schema river to wb_queue, wb_river;
		grant select, insert, update, delete on all tables in schema river to wb_river;`)
	return err
}

// Fits reports whether this binary may serve the database, and why not.
func Fits(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var need int
	if err := conn.QueryRow(ctx, "select min_binary from app.installation").Scan(&need); err != nil {
		return fmt.Errorf("the database has not been set up; run: wardbridge migrate (%w)", err)
	}
	if need > Binary {
		return fmt.Errorf("the database needs a newer wardbridge (%s, this one is %s)", strconv.Itoa(need), strconv.Itoa(Binary))
	}
	return nil
}
