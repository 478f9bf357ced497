package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// demo serves the demonstration world, made by the product's own verbs the
// first time, from a private database that keeps it.
func demo(ctx context.Context, args []string, c Config, out io.Writer) (err error) {
	flags := flag.NewFlagSet("demo", flag.ContinueOnError)
	reset := flags.Bool("reset", false, "throw the demonstration away and make it anew")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if c.DatabaseURL != "" {
		return errors.New("DATABASE_URL is set: the demonstration runs on a private database only")
	}
	if *reset {
		if err := discard(c.Data); err != nil {
			return err
		}
	}
	h, d, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shut(ctx, h, d)) }()
	if err := h.queue.Work(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	world, err := h.demoWorld(ctx, d, out)
	if err != nil {
		return err
	}
	return h.run(ctx, false, func(l net.Listener) error {
		if err := world.tell("demo.json", "http://"+l.Addr().String()); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "ready http://%s\n", l.Addr())
		return err
	})
}

// markDemo flags the database, so that nothing but demo serves it.
func markDemo(ctx context.Context, ownerURL string) error {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "update app.installation set demo = true")
	return err
}

// discard throws the private database and what is told of it away, wherever the
// cluster came to lie.
func discard(data string) error {
	if at, err := os.ReadFile(filepath.Join(data, "cluster")); err == nil {
		if dir := strings.TrimSpace(string(at)); strings.HasPrefix(dir, "/var/lib/wardbridge/") {
			if err := os.RemoveAll(dir); err != nil {
				return err
			}
		}
	}
	return os.RemoveAll(data)
}
