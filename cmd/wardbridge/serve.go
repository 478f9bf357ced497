package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"syscall"

	"wardbridge/cmd/house"
	"wardbridge/tenants"
)

// open starts the database and the house on it; close takes both down.
func open(ctx context.Context, c house.Config) (*house.House, *house.Database, error) {
	d, err := house.OpenDatabase(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	h, err := house.Build(ctx, c, d.URLs)
	if err != nil {
		return nil, nil, errors.Join(err, d.Stop(context.WithoutCancel(ctx)))
	}
	return h, d, nil
}

func shut(ctx context.Context, h *house.House, d *house.Database) error {
	ctx = context.WithoutCancel(ctx)
	return errors.Join(h.Close(ctx), d.Stop(ctx))
}

// listen takes the configured address, or 8080, or the next free port.
func listen(c house.Config) (net.Listener, error) {
	if c.Addr != "" {
		l, err := net.Listen("tcp", c.Addr)
		if errors.Is(err, syscall.EADDRINUSE) {
			return nil, fmt.Errorf("WARDBRIDGE_ADDR %s is in use by another program; stop it or choose another address", c.Addr)
		}
		return l, err
	}
	for port := 8080; port < 8180; port++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			return l, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) {
			return nil, err
		}
	}
	return nil, errors.New("no port from 8080 to 8179 is free; set WARDBRIDGE_ADDR")
}

func serve(ctx context.Context, args []string, c house.Config, out io.Writer) (err error) {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	jobs := flags.Bool("work", false, "do the jobs too")
	if err := flags.Parse(args); err != nil {
		return err
	}
	h, d, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shut(ctx, h, d)) }()
	if demo, err := h.DB.Demo(ctx); err != nil || demo {
		return errors.Join(err, errDemoData)
	}
	return serveUntil(ctx, h, *jobs, func(l net.Listener) error {
		_, err := fmt.Fprintf(out, "ready http://%s\n", l.Addr())
		return err
	})
}

var errDemoData = errors.New("this database holds the demonstration; start it with: wardbridge demo")

// caughtUp brings the national data to what this version of the program holds,
// before anybody is served by it. What people loaded from files stays.
func caughtUp(ctx context.Context, h *house.House) error {
	return h.DB.Work(ctx, operator(), console, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := h.Packs.LoadNational(ctx, tx)
		return err
	})
}

// serveUntil serves, and works if asked, until the context ends or either fails.
func serveUntil(ctx context.Context, h *house.House, jobs bool, ready func(net.Listener) error) error {
	if err := caughtUp(ctx, h); err != nil {
		return err
	}
	l, err := listen(h.Config)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 2)
	n := 1
	go func() { done <- h.Serve(ctx, l) }()
	if jobs {
		n++
		go func() { done <- h.Work(ctx) }()
	}
	if err := ready(l); err != nil {
		cancel()
	}
	for range n {
		if e := <-done; e != nil {
			err = errors.Join(err, e)
		}
		cancel()
	}
	return err
}

func work(ctx context.Context, args []string, c house.Config, out io.Writer) (err error) {
	if len(args) > 0 {
		return fmt.Errorf("work takes no %q", args[0])
	}
	h, d, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shut(ctx, h, d)) }()
	fmt.Fprintln(out, "working")
	return h.Work(ctx)
}

func migrate(ctx context.Context, _ []string, c house.Config, out io.Writer) error {
	if c.DatabaseURL == "" && c.OwnerURL == "" {
		d, err := house.OpenDatabase(ctx, c) // a private cluster migrates as it opens
		if err != nil {
			return err
		}
		fmt.Fprintln(out, "the private database is up to date")
		return d.Stop(context.WithoutCancel(ctx))
	}
	applied, err := house.Migrate(ctx, c.OwnerURL)
	for _, name := range applied {
		fmt.Fprintln(out, "applied", name)
	}
	if err == nil && len(applied) == 0 {
		fmt.Fprintln(out, "the database is up to date")
	}
	return err
}

func printDocument(ctx context.Context, _ []string, c house.Config, out io.Writer) (err error) {
	h, d, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shut(ctx, h, d)) }()
	_, err = out.Write(h.API.JSON())
	return err
}
