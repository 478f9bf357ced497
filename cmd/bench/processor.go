package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// tick is the unit of processor time in /proc; it is the same on every Linux.
const tick = 10 * time.Millisecond

// processor is the processor time that this process and the database's have
// used so far. On a machine that others use it says more than the clock: it is
// what the work costs, however long it had to wait for its turn.
func (w *world) processor(ctx context.Context) (own, database time.Duration, err error) {
	rows, err := w.raw.Query(ctx, "select pid from pg_stat_activity")
	if err != nil {
		return 0, 0, err
	}
	servers, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return 0, 0, err
	}
	for _, pid := range servers {
		database += used(pid)
	}
	return used(os.Getpid()), database, nil
}

// used is the processor time of a process; of one that has ended it is lost. The
// name before it is in brackets and may hold anything.
func used(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}

// cost is what requests have cost in processor time, each.
type cost struct {
	requests      float64
	own, database time.Duration
}

// charged runs fn, which gives its requests a second, and adds to the cost.
func (w *world) charged(ctx context.Context, c *cost, fn func() (float64, error)) (float64, error) {
	own, database, err := w.processor(ctx)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	rate, err := fn()
	if err != nil {
		return 0, err
	}
	c.requests += rate * time.Since(began).Seconds()
	o, d, err := w.processor(ctx)
	c.own, c.database = c.own+o-own, c.database+d-database
	return rate, err
}

func (c cost) each(d time.Duration) float64 {
	return float64(d.Microseconds()) / max(c.requests, 1)
}

func (c cost) String() string {
	return fmt.Sprintf("%.0f µs (%.0f here and %.0f in the database)", c.each(c.own+c.database), c.each(c.own), c.each(c.database))
}
