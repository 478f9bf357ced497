// Command bench measures the product against raw limits of the same machine in
// the same minutes, and says for each measure its ratio, its bar and whether it
// held. Ours and the raw limit take turns, so that a busy machine is busy for
// both; the figure is the median of the turns. It starts a private cluster with
// the settings of the product, makes a small world of its own through the
// product's own verbs, and removes both afterwards.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"
)

// settings are what the command line says.
type settings struct {
	turns   int
	seconds float64
	shifts  int    // of an import, of an export and of a preview
	only    string // names of measures, parted by commas; "" is all
	profile string // folder for CPU profiles of our side; "" is none
}

func (s settings) wants(name string) bool {
	return s.only == "" || strings.Contains(","+s.only+",", ","+name+",")
}

func main() {
	var s settings
	flag.IntVar(&s.turns, "turns", 3, "how often ours and the raw limit take turns")
	flag.Float64Var(&s.seconds, "seconds", 5, "how long one turn of requests lasts")
	flag.IntVar(&s.shifts, "shifts", 100_000, "rows of an import, of an export and of a preview")
	flag.StringVar(&s.only, "only", "", "measures to take: read, board, import, export, price, explained, reprice")
	flag.StringVar(&s.profile, "profile", "", "folder for CPU profiles of our side")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, s); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// measure is one line of the report and how it comes about.
type measure struct {
	name string
	take func(context.Context, *world, settings) (result, error)
}

// measures stand in the order in which they are taken: the board wants 100,000
// shifts in all, so it comes before the imports of 100,000 more.
var measures = []measure{
	{"price", price}, {"explained", explained}, {"read", read}, {"board", board}, {"import", imports}, {"export", export}, {"reprice", reprice},
}

func run(ctx context.Context, s settings) (err error) {
	began := time.Now()
	w, err := open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close(context.WithoutCancel(ctx))) }()
	if err := w.furnish(ctx, s.wants("read") || s.wants("board")); err != nil {
		return fmt.Errorf("the world: %w", err)
	}
	fmt.Printf("world of %d tenants with %d shifts made in %s\n", len(w.trusts), w.shifts, time.Since(began).Round(time.Second))
	var all []result
	for _, m := range measures {
		if !s.wants(m.name) {
			continue
		}
		r, err := m.take(ctx, w, s)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		r.name = m.name
		for _, line := range r.notes {
			fmt.Printf("  %s: %s\n", m.name, line)
		}
		all = append(all, r)
	}
	print(os.Stdout, all)
	return nil
}

// profiled runs fn, with a CPU profile of it if a folder was named.
func (s settings) profiled(name string, fn func() error) (err error) {
	if s.profile == "" {
		return fn()
	}
	f, err := os.Create(s.profile + "/" + name + ".pprof")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return fn()
}

// takeTurns lets ours and the raw limit take turns.
func (s settings) takeTurns(name string, ours, raw func(turn int) (float64, error)) (o, r []float64, err error) {
	for turn := range s.turns {
		err = s.profiled(fmt.Sprintf("%s-%d", name, turn+1), func() error {
			v, err := ours(turn)
			o = append(o, v)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		v, err := raw(turn)
		if err != nil {
			return nil, nil, fmt.Errorf("the raw limit: %w", err)
		}
		r = append(r, v)
	}
	return o, r, nil
}
