//go:build linux

package pglocal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// port names the socket file and nothing else: no network port is opened.
const port = "5432"

// socketMax is the longest directory whose socket still fits into the 107 bytes
// that the kernel takes.
const socketMax = 107 - len("/.s.PGSQL."+port)

// Cluster is a running private cluster. It is safe for use by many goroutines
// and lives until Stop, or until this process ends in whatever way.
type Cluster struct {
	options  Options
	account  account
	place    *place
	install  Install
	bin      string
	socket   string // the directory of the socket
	brief    bool   // socket is a temporary directory of ours
	attached bool   // another process runs it
	process  *process
	stopping atomic.Bool
	stopped  sync.Once
	stopErr  error
}

// Start opens the cluster of a data directory, or makes it, and returns when it
// answers: 0.6 to 1 s the first time, 50 ms later on. It cleans up after an
// earlier process that was killed. When the context ends first, or anything
// fails, nothing is left running. Another live process in the same directory is
// ErrBusy.
func Start(ctx context.Context, o Options) (*Cluster, error) {
	began := time.Now()
	logins, err := o.logins()
	if err != nil {
		return nil, err
	}
	a, err := newAccount(os.Geteuid(), o.accounts)
	if err != nil {
		return nil, err
	}
	p, a, err := settle(o.Dir, a)
	if err != nil {
		return nil, err
	}
	c := &Cluster{options: o, account: a, place: p}
	if err := c.open(ctx, logins); err != nil {
		c.discard()
		return nil, err
	}
	o.log().Info("private database started", slog.Int("major", c.Major()), slog.String("dir", p.home),
		slog.String("user", a.name), slog.Duration("took", time.Since(began).Round(time.Millisecond)))
	go c.watch()
	return c, nil
}

// open brings a locked place to life.
func (c *Cluster) open(ctx context.Context, logins []string) error {
	if err := c.clear(ctx); err != nil {
		return err
	}
	major, err := c.place.majorOf()
	if err != nil {
		return err
	}
	found, err := binaries(c.options, c.account)
	if err != nil {
		return err
	}
	if c.install, err = pick(found, major, c.place.data()); err != nil {
		return err
	}
	if c.bin, err = c.install.ready(c.place.home, c.account); err != nil {
		return err
	}
	if major == 0 {
		if err := c.init(ctx); err != nil {
			return err
		}
	}
	if err := c.place.point(); err != nil {
		return err
	}
	if err := c.plug(); err != nil {
		return err
	}
	if err := c.configure(logins); err != nil {
		return err
	}
	return c.boot(ctx)
}

// clear ends what a killed process left running and removes what it left lying.
// The file postmaster.pid goes last: while a process lives it must stay.
func (c *Cluster) clear(ctx context.Context) error {
	if text, err := os.ReadFile(c.place.pidfile()); err == nil {
		c.options.log().Warn("private database was not shut down, cleaning up")
		if err := evict(ctx, c.place.data()); err != nil {
			return err
		}
		if lines := strings.Split(string(text), "\n"); len(lines) > 4 && c.ours(lines[4]) {
			_ = os.RemoveAll(lines[4])
		}
		if err := os.Remove(c.place.pidfile()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("private database: %w", err)
		}
	}
	old, err := c.place.setAside()
	if old != "" {
		c.options.log().Warn("the data directory is new, its earlier private database was set aside", slog.String("dir", old))
	}
	return err
}

// plug finds a directory for the socket. What lies in it is stale, since we hold
// the lock; PostgreSQL would believe the process id in an old socket lock.
func (c *Cluster) plug() error {
	c.socket = filepath.Join(c.place.run(), "socket")
	if len(c.socket) <= socketMax && !strings.ContainsAny(c.socket, `,"`) {
		for _, name := range []string{".s.PGSQL." + port, ".s.PGSQL." + port + ".lock"} {
			if err := os.Remove(filepath.Join(c.socket, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("private database: %w", err)
			}
		}
		return c.account.own(c.socket)
	}
	for _, parent := range shortDirs() {
		if c.account.closed(parent) != "" {
			continue
		}
		dir, err := os.MkdirTemp(parent, socketPrefix)
		if err != nil {
			continue
		}
		c.socket, c.brief = dir, true
		return c.account.own(dir)
	}
	return fmt.Errorf("private database: %s is too long for a socket, and no temporary directory can be used", c.socket)
}

const socketPrefix = "wardbridge-"

// shortDirs are temporary directories that leave room for a socket's name.
func shortDirs() []string {
	var dirs []string
	for _, dir := range []string{os.TempDir(), "/tmp", "/run"} {
		if len(dir)+len("/"+socketPrefix)+10 <= socketMax && !strings.ContainsAny(dir, `,"`) {
			dirs = append(dirs, filepath.Clean(dir))
		}
	}
	return dirs
}

// ours reports whether a socket directory is one that plug made and the engine's
// account still owns, so that it can be removed.
func (c *Cluster) ours(dir string) bool {
	if !strings.HasPrefix(filepath.Base(dir), socketPrefix) {
		return false
	}
	for _, parent := range shortDirs() {
		if filepath.Dir(dir) == parent {
			info, err := os.Lstat(dir)
			if err != nil || !info.IsDir() {
				return false
			}
			owner, _, err := ownerOf(dir)
			return err == nil && owner == c.account.uid
		}
	}
	return false
}

// boot runs the engine and waits until it says that it is ready.
func (c *Cluster) boot(ctx context.Context) error {
	_ = os.Rename(c.place.logfile(), c.place.logfile()+".old")
	log, err := os.OpenFile(c.place.logfile(), os.O_RDWR|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("private database: %w", err)
	}
	defer log.Close() // the child has its own
	// A file and not a pipe: a pipe would break when we are killed.
	cmd := command(c.account, filepath.Join(c.bin, "postgres"), c.walls()...)
	cmd.Stdout, cmd.Stderr = log, log
	if c.process, err = launch(cmd); err != nil {
		return err
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for !ready(c.place.pidfile(), c.process.pid()) {
		select {
		case <-tick.C:
		case <-c.process.done:
			return fmt.Errorf("private database: postgres did not start (%w): %s", exit(c.process.err), tail(c.place.logfile()))
		case <-ctx.Done():
			return fmt.Errorf("private database: %w", context.Cause(ctx))
		}
	}
	return nil
}

// exit is how a process ended, never nil.
func exit(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

// tail is the end of the engine's log, for an error message.
func tail(path string) string {
	text, _ := os.ReadFile(path)
	if len(text) > 2000 {
		text = text[len(text)-2000:]
	}
	return string(bytes.TrimSpace(text))
}

// watch tells when the engine ends by itself.
func (c *Cluster) watch() {
	<-c.process.done
	if !c.stopping.Load() {
		c.options.log().Error("private database ended by itself", slog.Any("error", exit(c.process.err)),
			slog.String("log", c.place.logfile()))
	}
}

// URL connects a log-in to a database through the socket. It holds no secret:
// the operating system vouches for this process. pgx and libpq both take it.
func (c *Cluster) URL(login, database string) string {
	u := url.URL{Scheme: "postgres", User: url.User(login), Path: "/" + database,
		RawQuery: url.Values{"host": {c.socket}, "port": {port}, "sslmode": {"disable"}}.Encode()}
	return u.String()
}

// Dir is where the cluster really lies: the application's data directory, or
// its stand-in below /var/lib/wardbridge.
func (c *Cluster) Dir() string { return c.place.home }

// Major is the major version of the engine, 15 or more.
func (c *Cluster) Major() int { return c.install.Major }

// Done is closed when the engine has ended, by Stop or by itself. Of a cluster
// that another process runs it never is.
func (c *Cluster) Done() <-chan struct{} {
	if c.attached {
		return nil
	}
	return c.process.done
}

// Stop shuts the cluster down: open transactions are rolled back, sessions are
// ended, 20 ms when idle. When the context ends first it is stopped at once,
// which loses nothing but makes the next start replay the log, and an error
// says so. Either way no process is left, and a second call gives the same
// answer. A cluster that another process runs is let be.
func (c *Cluster) Stop(ctx context.Context) error {
	if c.attached {
		return nil
	}
	c.stopped.Do(func() { c.stopErr = c.stop(ctx) })
	return c.stopErr
}

func (c *Cluster) stop(ctx context.Context) error {
	c.stopping.Store(true)
	var err error
	select {
	case <-c.process.done:
		err = fmt.Errorf("private database had ended by itself: %w", exit(c.process.err))
	default:
		if !c.process.end(ctx) {
			err = fmt.Errorf("private database stopped at once, the next start replays its log: %w", context.Cause(ctx))
		}
	}
	c.discard()
	return err
}

// discard leaves nothing behind but files.
func (c *Cluster) discard() {
	if c.process != nil {
		c.stopping.Store(true)
		c.process.abort()
		if c.process.err != nil { // it did not see its backends off
			_ = evict(context.Background(), c.place.data())
		}
	}
	if c.brief {
		_ = os.RemoveAll(c.socket)
	}
	c.place.free()
}
