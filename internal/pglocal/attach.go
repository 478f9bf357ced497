//go:build linux

package pglocal

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Attach finds the cluster that another process of ours runs on a data
// directory, for a command beside a running server. It starts, changes and locks
// nothing, and Stop leaves the cluster running; it lives no longer than the
// process that started it. Where none runs it is ErrIdle.
func Attach(o Options) (*Cluster, error) {
	dir, err := filepath.Abs(o.Dir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrIdle, err)
	}
	a, err := newAccount(os.Geteuid(), o.accounts)
	if err != nil {
		return nil, err
	}
	p := &place{dir: dir, home: dir}
	if err := p.choose(a); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(p.pidfile())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrIdle, err)
	}
	lines := strings.Split(string(text), "\n")
	info, err := os.Stat(p.data())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrIdle, err)
	}
	if pid, err := strconv.Atoi(lines[0]); err != nil || len(lines) < 8 || kin(pid, p.data(), info) != postmaster || !ready(p.pidfile(), pid) {
		return nil, fmt.Errorf("%w: nothing works in %s", ErrIdle, p.data())
	}
	major, err := p.majorOf()
	return &Cluster{options: o, account: a, place: p, install: Install{Major: major}, socket: lines[4], attached: true}, err
}
