//go:build linux

package pglocal

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestAttach_usesTheRunningClusterAndLetsItRun(t *testing.T) {
	t.Parallel()
	c := run(t, Options{Dir: seed(t)})

	beside, err := Attach(Options{Dir: c.place.dir})

	must(t, err)
	if got := ask(t, beside, "select 'here'"); got != "here" || beside.Major() != c.Major() || beside.Dir() != c.Dir() {
		t.Errorf("got %q from %d in %s", got, beside.Major(), beside.Dir())
	}
	must(t, beside.Stop(t.Context()))
	if got := ask(t, c, "select 'still'"); got != "still" {
		t.Errorf("after Stop of the one beside: %q", got)
	}
	select {
	case <-beside.Done():
		t.Error("the one beside says that the cluster has ended")
	default:
	}
}

func TestAttach_refusesWhatDoesNotRun(t *testing.T) {
	t.Parallel()
	dir := seed(t)
	c := run(t, Options{Dir: dir})
	pidfile, err := os.ReadFile(c.place.pidfile())
	must(t, err)
	stop(t, c)

	if _, err := Attach(Options{Dir: dir}); !errors.Is(err, ErrIdle) {
		t.Errorf("a cluster that was shut down: %v", err)
	}
	must(t, os.WriteFile(c.place.pidfile(), pidfile, 0o600)) // as a crash leaves it
	if _, err := Attach(Options{Dir: dir}); !errors.Is(err, ErrIdle) {
		t.Errorf("a cluster that crashed: %v", err)
	}
	if _, err := Attach(Options{Dir: filepath.Join(dir, "none")}); !errors.Is(err, ErrIdle) {
		t.Errorf("a directory that is not there: %v", err)
	}
	if _, err := Attach(Options{Dir: newDir(t)}); !errors.Is(err, ErrIdle) {
		t.Errorf("an empty directory: %v", err)
	}
}

func TestAttach_followsToWhereTheClusterLies(t *testing.T) {
	t.Parallel()
	if !isRoot() {
		return // only root keeps a cluster elsewhere
	}
	closed := newDir(t)
	must(t, os.Chmod(closed, 0o700))
	c := run(t, Options{Dir: filepath.Join(closed, "data")})
	t.Cleanup(func() { _ = os.RemoveAll(c.place.home) })
	if !c.place.moved() {
		t.Fatalf("it lies in %s", c.place.home)
	}

	beside, err := Attach(Options{Dir: filepath.Join(closed, "data")})

	must(t, err)
	if got := ask(t, beside, "select 'here'"); got != "here" {
		t.Errorf("got %q", got)
	}
}
