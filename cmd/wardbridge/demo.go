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

	"wardbridge/cmd/demonstration"
	"wardbridge/cmd/house"
)

// demo serves the demonstration world, made by the product's own verbs the
// first time, from a private database that keeps it.
func demo(ctx context.Context, args []string, c house.Config, out io.Writer) (err error) {
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
	if err := h.Queue.Work(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	world, err := demonstration.Open(ctx, h, d.Owner, out)
	if err != nil {
		return err
	}
	return serveUntil(ctx, h, false, func(l net.Listener) error {
		if err := world.Tell("demo.json", "http://"+l.Addr().String()); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "ready http://%s\n", l.Addr())
		return err
	})
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
