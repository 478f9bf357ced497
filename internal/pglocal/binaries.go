//go:build linux

package pglocal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// homes is where the packages of the usual systems put the engine.
var homes = []string{
	"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
	"/usr/pgsql-*/bin",          // the RPMs of postgresql.org
	"/usr/libexec/postgresql*",  // Alpine
	"/usr/local/pgsql/bin",      // built from source
}

// Binaries lists the engines that can be used here, in the order in which a new
// cluster takes them. It runs `postgres --version` once per candidate, 10 to 30
// ms together. ErrNotFound says what was looked at and why it would not do.
func Binaries(o Options) ([]Install, error) {
	a, err := newAccount(os.Geteuid(), o.accounts)
	if err != nil {
		return nil, err
	}
	return binaries(o, a)
}

func binaries(o Options, a account) ([]Install, error) {
	return search{path: os.Getenv("PATH"), homes: homes}.run(o, a)
}

// search is one look around. path and homes are the system's.
type search struct {
	path  string
	homes []string
	found []Install
	notes []string
}

func (s search) run(o Options, a account) ([]Install, error) {
	if o.BinDir != "" {
		if err := s.named(o.BinDir, a); err != nil {
			return nil, err
		}
	}
	first := len(s.found)
	for _, dir := range s.candidates() {
		s.try(dir, a)
	}
	slices.SortStableFunc(s.found[first:], func(x, y Install) int { return cmp.Compare(y.Major, x.Major) })
	if o.Bundle != "" {
		s.add(inspectBundle(o.Bundle))
	}
	if len(s.found) == 0 {
		if len(s.notes) > 0 {
			return nil, fmt.Errorf("%w (%s)", ErrNotFound, strings.Join(s.notes, "; "))
		}
		return nil, ErrNotFound
	}
	return s.found, nil
}

// named takes the directory that configuration gave: a bin directory, its
// parent, an npm bundle or the bin directory inside one.
func (s *search) named(dir string, a account) error {
	var problems []error
	for _, try := range []func() (Install, error){
		func() (Install, error) { return inspectBundle(dir) },
		func() (Install, error) { return inspectBundle(filepath.Join(dir, "..", "..")) },
		func() (Install, error) { return inspect(dir, a) },
		func() (Install, error) { return inspect(filepath.Join(dir, "bin"), a) },
	} {
		got, err := try()
		if err == nil {
			s.found = append(s.found, got)
			return nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			problems = append(problems, err)
		}
	}
	if len(problems) > 0 {
		return fmt.Errorf("%w: the directory named by configuration cannot be used: %w", ErrNotFound, errors.Join(problems...))
	}
	return fmt.Errorf("%w: the directory named by configuration, %s, does not hold postgres and initdb", ErrNotFound, dir)
}

// candidates are the directories of the system that may hold an engine.
func (s *search) candidates() []string {
	dirs := filepath.SplitList(s.path)
	for _, dir := range dirs {
		config := filepath.Join(dir, "pg_config")
		if _, err := os.Stat(config); err != nil {
			continue
		}
		if out, err := output(config, "--bindir"); err == nil {
			dirs = append(dirs, strings.TrimSpace(out))
		}
		break
	}
	for _, pattern := range s.homes {
		found, _ := filepath.Glob(pattern) // errs for a malformed pattern only
		dirs = append(dirs, found...)
	}
	return slices.DeleteFunc(dirs, func(dir string) bool { return !filepath.IsAbs(dir) })
}

// try adds a system directory when it holds an engine.
func (s *search) try(dir string, a account) {
	if _, err := os.Stat(filepath.Join(dir, "postgres")); err != nil {
		return
	}
	if real, err := realBin(dir); err == nil && slices.ContainsFunc(s.found, func(i Install) bool { return i.Dir == real }) {
		return
	}
	s.add(inspect(dir, a))
}

func (s *search) add(got Install, err error) {
	if err != nil {
		s.notes = append(s.notes, err.Error())
		return
	}
	s.found = append(s.found, got)
}

// realBin follows the links of a directory like /usr/local/bin to the one where
// postgres and initdb lie together.
func realBin(dir string) (string, error) {
	real, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
	if err != nil {
		return "", err
	}
	for _, d := range []string{filepath.Dir(real), dir} {
		if _, err = os.Stat(filepath.Join(d, "initdb")); err == nil {
			return filepath.Abs(d)
		}
	}
	return "", err
}

// inspect looks whether a directory holds an engine that this account can run.
func inspect(dir string, a account) (Install, error) {
	real, err := realBin(dir)
	if err != nil {
		return Install{}, err
	}
	if closed := a.barrier(filepath.Join(real, "postgres")); closed != "" {
		return Install{}, fmt.Errorf("%s: %s is closed to user %s", real, closed, a.name)
	}
	text, err := output(filepath.Join(real, "postgres"), "--version")
	if err != nil {
		return Install{}, fmt.Errorf("%s: %w", real, err)
	}
	major, err := parseMajor(strings.TrimPrefix(text, "postgres (PostgreSQL) "))
	if err != nil {
		return Install{}, fmt.Errorf("%s: %w", real, err)
	}
	return Install{Dir: real, Major: major}, nil
}

var leadingNumber = regexp.MustCompile(`^\d+`)

// parseMajor reads "15.18 (Debian 15.18-0)", "18beta2" and "18.4.0-beta.17".
func parseMajor(version string) (int, error) {
	major, err := strconv.Atoi(leadingNumber.FindString(version))
	if err != nil {
		return 0, fmt.Errorf("cannot read the version %q", strings.TrimSpace(version))
	}
	if major < MajorMin {
		return 0, fmt.Errorf("version %d is too old, %d is the oldest that is used", major, MajorMin)
	}
	return major, nil
}

// output runs a program that answers at once.
func output(name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return "", fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	return string(out), err
}

// pick chooses the engine for a cluster that major made; 0 means a new one.
func pick(found []Install, major int, data string) (Install, error) {
	if major == 0 {
		return found[0], nil
	}
	var have []string
	for _, i := range found {
		if i.Major == major {
			return i, nil
		}
		have = append(have, fmt.Sprintf("%d (%s)", i.Major, i.Dir))
	}
	return Install{}, fmt.Errorf("%w: %s needs %d, install it with `apt-get install postgresql-%[3]d`; found %[4]s",
		ErrMajor, data, major, strings.Join(have, ", "))
}
