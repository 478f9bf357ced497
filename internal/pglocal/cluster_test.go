//go:build linux

package pglocal

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestStart_keepsDataOnBothMajors(t *testing.T) {
	t.Parallel()
	for name, bin := range engines(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := Options{Dir: newDir(t), BinDir: bin, Logins: []string{"wb_app"}}

			c := run(t, o)
			do(t, c, "create role wb_app login; create table kept as select 'yes'::text as answer; grant select on kept to wb_app")
			stop(t, c)
			c = run(t, o)

			if got := ask(t, c, "select answer from kept"); got != "yes" {
				t.Errorf("kept %q", got)
			}
			if got := ask(t, c, "select (current_setting('server_version_num')::int / 10000)::text"); got != itoa(c.Major()) {
				t.Errorf("version %s, Major says %d", got, c.Major())
			}
			var who string
			must(t, dial(t, c, "wb_app").QueryRow(t.Context(), "select current_user::text from kept").Scan(&who))
			if who != "wb_app" {
				t.Errorf("signed in as %s", who)
			}
			checkSetUp(t, c)
		})
	}
}

// checkSetUp looks at what every engine must have and be.
func checkSetUp(t *testing.T, c *Cluster) {
	t.Helper()
	for _, extension := range []string{"btree_gist", "pg_trgm", "pg_stat_statements"} {
		do(t, c, "create extension "+extension)
	}
	for setting, want := range map[string]string{
		"listen_addresses": "", "unix_socket_permissions": "0700", "TimeZone": "UTC", "server_encoding": "UTF8",
		"max_connections": "200", "max_wal_size": "4GB", "random_page_cost": "1.1", "jit": "off",
		"shared_preload_libraries": "pg_stat_statements", "data_checksums": "on", "fsync": "off",
		"log_min_error_statement": "panic", "shared_buffers": "128MB",
	} {
		if got := ask(t, c, "select current_setting('"+setting+"')"); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	if got := ask(t, c, "select current_setting('wal_compression')"); got == "off" {
		t.Error("wal_compression is off")
	}
	if got := ask(t, c, "select count(*)::text from pg_stat_statements where false"); got != "0" {
		t.Errorf("pg_stat_statements: %s", got)
	}
	if got := ask(t, c, "select upper('é') || lower('Ł')"); got != "Éł" {
		t.Errorf("letters beyond ASCII have no case: %s", got)
	}
	if got := ask(t, c, "select datcollate::text from pg_database where datname = 'template1'"); got != "C.UTF-8" {
		t.Errorf("collation %s", got)
	}
}

func TestStart_leavesTuningToAlterSystem(t *testing.T) {
	t.Parallel()
	o := Options{Dir: seed(t)}
	c := run(t, o)
	do(t, c, "alter system set max_connections = 77")
	do(t, c, "alter system set unix_socket_permissions = '0777'")
	stop(t, c)

	c = run(t, o)

	if got := ask(t, c, "show max_connections"); got != "77" {
		t.Errorf("max_connections %s", got)
	}
	if got := ask(t, c, "show unix_socket_permissions"); got != "0700" {
		t.Errorf("a wall was moved from inside: %s", got)
	}
}

func TestStart_letsInOnlyNamedLogins(t *testing.T) {
	t.Parallel()
	o := Options{Dir: seed(t), Logins: []string{"wb_app"}}
	c := run(t, o)
	do(t, c, "create role wb_app login; create role wb_other login superuser")

	_, err := pgx.Connect(t.Context(), c.URL("wb_other", "postgres"))

	if err == nil || !strings.Contains(err.Error(), "28000") {
		t.Errorf("a log-in outside the map: %v", err)
	}
	dial(t, c, "wb_app")
	info, err := os.Stat(c.socket)
	must(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Errorf("socket directory is %v", info.Mode())
	}
	if tcp := strings.TrimSpace(ask(t, c, "select coalesce(inet_server_addr()::text, '')")); tcp != "" {
		t.Errorf("came in by network: %s", tcp)
	}
}

func TestStart_refusesLoginThatWouldForgeTheMap(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	for _, name := range []string{"", "a b", "x\" \"postgres", "+all", "all\n", "Wb"} {
		if _, err := Start(t.Context(), Options{Dir: dir, Logins: []string{name}}); err == nil {
			t.Errorf("took %q", name)
		}
	}
	if _, err := Start(t.Context(), Options{}); err == nil {
		t.Error("took no directory")
	}
}

func TestStart_refusesSecondProcess(t *testing.T) {
	t.Parallel()
	o := Options{Dir: seed(t)}
	c := run(t, o)

	_, err := Start(t.Context(), o)

	if !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), itoa(os.Getpid())) {
		t.Errorf("got %v", err)
	}
	if got := ask(t, c, "select 'well'"); got != "well" {
		t.Errorf("the first is %s", got)
	}
	stop(t, c)
	run(t, o)
}

func TestStart_leavesNothingWhenGivenUp(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { // in the middle of initdb
		defer cancel()
		until(t, "initdb is at work", func() bool {
			_, err := os.Stat(filepath.Join(dir, "postgres/data.init/base"))
			return err == nil
		})
	}()

	_, err := Start(ctx, Options{Dir: dir, Bundle: bundlePath})

	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	left, err := filepath.Glob(filepath.Join(dir, "postgres/data*"))
	must(t, err)
	if len(left) > 0 {
		t.Errorf("left %v", left)
	}
	run(t, Options{Dir: dir})
}

func TestStart_saysWhyTheEngineRefused(t *testing.T) {
	t.Parallel()
	o := Options{Dir: seed(t)}
	o.Bundle = bundlePath
	c := run(t, o)
	stop(t, c)
	must(t, os.Remove(filepath.Join(c.place.data(), "global/pg_control")))

	_, err := Start(t.Context(), o)

	if err == nil || !strings.Contains(err.Error(), "pg_control") {
		t.Errorf("got %v", err)
	}
	gone(t, c)
}

func TestStart_givesTheEngineAGroupOfItsOwn(t *testing.T) {
	t.Parallel()
	c := run(t, Options{Dir: seed(t)})

	group, err := syscall.Getpgid(c.process.pid())

	must(t, err)
	if group == syscall.Getpgrp() {
		t.Error("Ctrl-C would end postgres before the application has drained")
	}
}

func TestStart_putsSocketOfLongPathElsewhere(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{"long": strings.Repeat("ward/", 30), "comma": "a,b"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := Options{Dir: filepath.Join(newDir(t), part)}
			must(t, mkdirs(filepath.Dir(o.Dir), 0o755))
			must(t, os.Rename(seed(t), o.Dir))
			c := run(t, o)
			if got := ask(t, c, "select 'here'"); got != "here" || !c.brief {
				t.Errorf("%s through %s", got, c.socket)
			}
			if at := filepath.Join(c.socket, ".s.PGSQL.5432"); len(at) > 107 {
				t.Errorf("%s is too long", at)
			}
			stop(t, c)
			if _, err := os.Stat(c.socket); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s stayed: %v", c.socket, err)
			}
		})
	}
}

func TestStop_endsSessionsAtOnce(t *testing.T) {
	t.Parallel()
	c := run(t, Options{Dir: seed(t)})
	conn := dial(t, c, superuser)
	busy := make(chan error, 1)
	go func() {
		_, err := conn.Exec(context.Background(), "select pg_sleep(600)")
		busy <- err
	}()
	until(t, "the session is busy", func() bool {
		return ask(t, c, "select count(*)::text from pg_stat_activity where query like 'select pg_sleep%' and wait_event = 'PgSleep'") == "1"
	})

	began := time.Now()
	stop(t, c)

	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	if err := <-busy; err == nil {
		t.Error("the session went on")
	}
	if err := c.Stop(context.Background()); err != nil {
		t.Errorf("second call: %v", err)
	}
	select {
	case <-c.Done():
	default:
		t.Error("Done is open")
	}
}

func TestStop_leavesNoProcessWhenTimeIsUp(t *testing.T) {
	t.Parallel()
	o := Options{Dir: seed(t)}
	c := run(t, o)
	do(t, c, "create table kept as select 'yes'::text as answer")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	err := c.Stop(ctx)

	gone(t, c)
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := ask(t, run(t, o), "select answer from kept"); got != "yes" {
		t.Errorf("kept %q", got)
	}
}

func TestURL_isTakenByPsql(t *testing.T) {
	t.Parallel()
	c := run(t, Options{Dir: seed(t)})
	if strings.Contains(c.URL("wb_app", "wardbridge"), "password") {
		t.Error("holds a password")
	}
	psql := filepath.Join(c.bin, "psql")
	if _, err := os.Stat(psql); err != nil {
		return // the bundle has none, and then this promise is pgx's alone
	}

	out, err := exec.Command(psql, "-X", "-A", "-t", "-c", "select 'hello'", c.URL(superuser, superuser)).CombinedOutput()

	if err != nil || strings.TrimSpace(string(out)) != "hello" {
		t.Errorf("%s %v", out, err)
	}
}

func TestBuffers_takesAQuarterWithinBounds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		test bool
		mb   uint64
		want uint64
	}{{false, 64, 32}, {false, 1024, 256}, {false, 64 << 10, 512}, {true, 64 << 10, 128}} {
		if got := buffers(c.test, c.mb<<20); got != c.want {
			t.Errorf("%d MB: %d, want %d", c.mb, got, c.want)
		}
	}
	if memory() == 0 {
		t.Error("no memory found")
	}
}

func TestStart_walksToDirWithTightUmask(t *testing.T) {
	t.Parallel()
	base := newDir(t)
	var made []string

	must(t, mkdirs(filepath.Join(base, "a/b/c"), 0o711))

	for _, dir := range []string{"a", "a/b", "a/b/c"} {
		info, err := os.Stat(filepath.Join(base, dir))
		must(t, err)
		made = append(made, info.Mode().Perm().String())
	}
	if !slices.Equal(made, []string{"-rwx--x--x", "-rwx--x--x", "-rwx--x--x"}) {
		t.Errorf("made %v", made)
	}
}
