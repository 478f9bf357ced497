//go:build linux

package pglocal

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

func itoa(n int) string { return strconv.Itoa(n) }

// foreign is a process of the engine's account that has nothing to do with it,
// such as one that got a recycled id. PostgreSQL would believe any such id.
func foreign(t *testing.T, c *Cluster, name string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath(name)
	must(t, err)
	cmd := exec.Command(path, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.account.credential()}
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd
}

// pretend leaves the files of a cluster that pid would be running.
func pretend(t *testing.T, c *Cluster, pid int) {
	t.Helper()
	text := strings.Join([]string{itoa(pid), c.place.data(), "1700000000", port, c.socket, "", "  1 1", "ready"}, "\n") + "\n"
	for path, text := range map[string]string{
		c.place.pidfile(): text,
		filepath.Join(c.socket, ".s.PGSQL."+port+".lock"): text,
		filepath.Join(c.socket, ".s.PGSQL."+port):         "",
	} {
		must(t, os.WriteFile(path, []byte(text), 0o600))
		if c.account.switched {
			must(t, os.Chown(path, int(c.account.uid), int(c.account.gid)))
		}
	}
}

func TestStart_seesThroughRecycledProcessID(t *testing.T) {
	t.Parallel()
	o := Options{Dir: seed(t)}
	c := run(t, o)
	stop(t, c)
	other := foreign(t, c, "sleep", "600")
	pretend(t, c, other.Process.Pid)

	c = run(t, o)

	if got := ask(t, c, "select 'up'"); got != "up" {
		t.Error(got)
	}
	if state := status(t, other.Process.Pid, "State"); strings.HasPrefix(state, "Z") {
		t.Error("a process that is not ours was ended")
	}
}

func TestStart_seesThroughZombie(t *testing.T) {
	t.Parallel()
	o := Options{Dir: seed(t)}
	c := run(t, o)
	stop(t, c)
	dead := foreign(t, c, "true")
	until(t, "it is a zombie", func() bool { return strings.HasPrefix(status(t, dead.Process.Pid, "State"), "Z") })
	pretend(t, c, dead.Process.Pid)

	c = run(t, o)

	if got := ask(t, c, "select 'up'"); got != "up" {
		t.Error(got)
	}
}

// onEndingThread calls f on a thread that ends with it. The first thread of a
// process never ends, so it is held while another one does the work.
func onEndingThread(f func()) {
	go func() {
		runtime.LockOSThread() // not unlocked: the goroutine takes its thread along
		if syscall.Gettid() != os.Getpid() {
			f()
			return
		}
		defer runtime.UnlockOSThread()
		done := make(chan struct{})
		go func() {
			defer close(done)
			runtime.LockOSThread()
			f()
		}()
		<-done
	}()
}

func TestStart_survivesTheThreadThatCalledIt(t *testing.T) {
	t.Parallel()
	o := Options{Dir: seed(t), NoSync: true}
	type result struct {
		c      *Cluster
		err    error
		thread int
	}
	got := make(chan result)
	onEndingThread(func() {
		c, err := Start(context.Background(), o)
		got <- result{c, err, syscall.Gettid()}
	})
	r := <-got
	must(t, r.err)
	t.Cleanup(func() { _ = r.c.Stop(context.Background()) })
	until(t, "the thread is gone", func() bool {
		_, err := os.Stat("/proc/self/task/" + itoa(r.thread))
		return err != nil
	})

	if got := ask(t, r.c, "select 'up'"); got != "up" {
		t.Error(got)
	}
	stop(t, r.c)
}

func TestCluster_endsWithAnApplicationThatIsKilled(t *testing.T) {
	t.Parallel()
	dir := seed(t)
	cmd, pid := app(t, dir, "WARDBRIDGE_KEYS=secret")
	environ, err := os.ReadFile("/proc/" + itoa(pid) + "/environ")
	must(t, err)
	if strings.Contains(string(environ), "secret") || !strings.Contains(string(environ), "PATH=") {
		t.Error("the engine got our environment, or none")
	}
	data := filepath.Join(dir, "postgres/data")

	must(t, cmd.Process.Kill())
	_ = cmd.Wait()

	until(t, "the engine has ended by itself", func() bool { return len(relatives(data)) == 0 })
	c := run(t, Options{Dir: dir})
	if got := ask(t, c, "select 'up'"); got != "up" {
		t.Error(got)
	}
}

func TestStart_endsAnOrphan(t *testing.T) {
	t.Parallel()
	o := Options{Dir: seed(t)}
	c := run(t, o)
	stop(t, c)
	cmd := command(c.account, filepath.Join(c.bin, "postgres"), c.walls()...)
	cmd.SysProcAttr.Pdeathsig = 0
	must(t, cmd.Start())
	reaped := make(chan error, 1)
	go func() { reaped <- cmd.Wait() }()
	until(t, "the orphan is up", func() bool { return ready(c.place.pidfile(), cmd.Process.Pid) })

	next := run(t, o)

	if err := <-reaped; err != nil {
		t.Errorf("the orphan was not shut down in order: %v", err)
	}
	if got := ask(t, next, "select 'up'"); got != "up" {
		t.Error(got)
	}
}

// busyBackend computes without ever waiting, so it does not notice that its
// postmaster is gone.
func busyBackend(t *testing.T, c *Cluster) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.URL(superuser, superuser))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	go func() {
		_, _ = conn.Exec(context.Background(), "do $$ begin loop null; end loop; end $$")
	}()
	until(t, "the backend computes", func() bool {
		return ask(t, c, "select count(*)::text from pg_stat_activity where state = 'active' and query like 'do %'") == "1"
	})
}

func TestStart_endsBackendsThatLostTheirPostmaster(t *testing.T) {
	t.Parallel()
	o := Options{Dir: seed(t)}
	c := run(t, o)
	do(t, c, "create table kept as select 'yes'::text as answer")
	busyBackend(t, c)
	must(t, syscall.Kill(c.process.pid(), syscall.SIGKILL))
	<-c.Done()
	if len(relatives(c.place.data())) == 0 {
		t.Fatal("no backend was left")
	}
	c.place.free() // as the kernel does when the application dies as well

	next := run(t, o)

	if got := ask(t, next, "select answer from kept"); got != "yes" {
		t.Error(got)
	}
}

func TestStop_endsBackendsThatLostTheirPostmaster(t *testing.T) {
	t.Parallel()
	o := Options{Dir: seed(t)}
	c := run(t, o)
	busyBackend(t, c)
	must(t, syscall.Kill(c.process.pid(), syscall.SIGKILL))
	<-c.Done()

	err := c.Stop(context.Background())

	if err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("got %v", err)
	}
	gone(t, c)
	run(t, o)
}

func TestStart_beginsAfreshAfterHalfAnInitdb(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	half := filepath.Join(dir, "postgres/data.init")
	must(t, mkdirs(half, 0o755))
	must(t, os.WriteFile(filepath.Join(half, "PG_VERSION"), []byte("15\n"), 0o600))

	c := run(t, Options{Dir: dir})

	if got := ask(t, c, "select 'up'"); got != "up" {
		t.Error(got)
	}
	if _, err := os.Stat(half); err == nil {
		t.Error("the half stayed")
	}
}

func TestStart_clearsSocketDirOfKilledApplication(t *testing.T) {
	t.Parallel()
	o := Options{Dir: filepath.Join(newDir(t), strings.Repeat("ward/", 30))}
	must(t, mkdirs(filepath.Dir(o.Dir), 0o755))
	must(t, os.Rename(seed(t), o.Dir))
	c := run(t, o)
	must(t, syscall.Kill(c.process.pid(), syscall.SIGKILL))
	<-c.Done()
	c.place.free()

	next := run(t, o)

	if _, err := os.Stat(c.socket); err == nil {
		t.Errorf("%s stayed", c.socket)
	}
	if got := ask(t, next, "select 'up'"); got != "up" {
		t.Error(got)
	}
}

func TestReady_believesOnlyItsOwnProcess(t *testing.T) {
	t.Parallel()
	file := filepath.Join(newDir(t), "postmaster.pid")
	text := "41\n/data\n1700000000\n5432\n/sock\n\n  1 1\n%s\n"
	for state, want := range map[string]bool{"ready   ": true, "starting": false, "stopping": false, "": false} {
		must(t, os.WriteFile(file, []byte(strings.Replace(text, "%s", state, 1)), 0o600))
		if got := ready(file, 41); got != want {
			t.Errorf("%q: %v", state, got)
		}
		if ready(file, 42) {
			t.Errorf("%q: believed another process", state)
		}
	}
	if ready(file+".none", 41) {
		t.Error("believed no file")
	}
}
