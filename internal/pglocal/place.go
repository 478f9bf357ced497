//go:build linux

package pglocal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// elsewhere holds the clusters of data directories that the engine's account
// cannot walk to. Only root ever writes there.
const elsewhere = "/var/lib/wardbridge"

// place is where one cluster lies. Everything but data and the socket belongs
// to the user of this process, so the engine cannot rewrite its own walls.
type place struct {
	dir  string // the application's data directory, absolute and without links
	home string // dir, or a directory of elsewhere
	lock *os.File
}

func (p *place) run() string     { return filepath.Join(p.home, "postgres") }
func (p *place) data() string    { return filepath.Join(p.run(), "data") }
func (p *place) pidfile() string { return filepath.Join(p.data(), "postmaster.pid") }
func (p *place) logfile() string { return filepath.Join(p.run(), "server.log") }
func (p *place) moved() bool     { return p.home != p.dir }
func (p *place) pointer() string { return filepath.Join(p.dir, "cluster") }

// settle decides where the cluster of dir lies and who runs it, makes its
// directory and locks it. The choice is stable: a cluster that exists is never
// left for a new one without a word.
func settle(dir string, a account) (*place, account, error) {
	p, err := open(dir, a)
	if err != nil {
		return nil, a, err
	}
	if err := p.choose(a); err != nil {
		return nil, a, err
	}
	if p.exists() {
		if a, err = a.owning(p.data()); err != nil {
			return nil, a, err
		}
	}
	if err := mkdirs(p.run(), a.mode()); err != nil {
		return nil, a, fmt.Errorf("private database: %w", err)
	}
	if closed := a.closed(p.run()); closed != "" {
		return nil, a, fmt.Errorf("%w: %s is closed to user %s, open it with `chmod o+x`", ErrClosed, closed, a.name)
	}
	return p, a, p.take()
}

// open makes the data directory and finds its true path. For root it is made
// passable, so that a fresh one need not be left for elsewhere.
func open(dir string, a account) (*place, error) {
	if dir == "" {
		return nil, errors.New("private database: no data directory was named")
	}
	if err := mkdirs(dir, a.mode()); err != nil {
		return nil, fmt.Errorf("private database: %w", err)
	}
	dir, err := filepath.Abs(dir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return nil, fmt.Errorf("private database: %w", err)
	}
	return &place{dir: dir, home: dir}, nil
}

// choose sets home: what the file cluster names, else the data directory,
// else, when the engine's account cannot walk there, a directory elsewhere.
func (p *place) choose(a account) error {
	named, err := os.ReadFile(p.pointer())
	switch {
	case err == nil:
		return p.follow(strings.TrimSpace(string(named)), a)
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("private database: %w", err)
	}
	if p.exists() || a.closed(p.dir) == "" {
		return nil
	}
	sum := sha256.Sum256([]byte(p.dir))
	p.home = filepath.Join(elsewhere, hex.EncodeToString(sum[:6]))
	return nil
}

// follow goes where the file cluster points. It is believed only inside
// elsewhere, since root would write wherever it says.
func (p *place) follow(home string, a account) error {
	if filepath.Dir(home) != elsewhere {
		return fmt.Errorf("%w: %s names %q, which is not in %s", ErrLost, p.pointer(), home, elsewhere)
	}
	if !a.switched {
		return fmt.Errorf("%w: root keeps it in %s, run as root or remove %s to begin a new one", ErrAccount, home, p.pointer())
	}
	p.home = home
	if !p.exists() {
		return fmt.Errorf("%w: %s names %s, bring it back or remove %[2]s to begin a new one", ErrLost, p.pointer(), home)
	}
	return nil
}

func (p *place) exists() bool {
	_, err := os.Stat(filepath.Join(p.data(), "PG_VERSION"))
	return err == nil
}

// take locks the cluster for this process. The kernel frees the lock with the
// process, so there is no such thing as a stale one.
func (p *place) take() error {
	path := filepath.Join(p.run(), "lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: %s belongs to another user, run as that one or remove it", ErrAccount, p.run())
	}
	if err != nil {
		return fmt.Errorf("private database: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		holder, _ := os.ReadFile(path)
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return fmt.Errorf("%w: process %s holds %s", ErrBusy, strings.TrimSpace(string(holder)), p.run())
		}
		return fmt.Errorf("private database: lock %s: %w", path, err)
	}
	p.lock = f
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	return nil
}

// free lets the next process in.
func (p *place) free() {
	if p.lock != nil {
		_ = p.lock.Close()
	}
}

// setAside puts away a cluster of elsewhere whose data directory has been
// removed and made again: whoever removed it wants a new one. One generation is
// kept, in case it was a mistake. It returns where, or "".
func (p *place) setAside() (string, error) {
	if _, err := os.Stat(p.pointer()); err == nil || !p.moved() || !p.exists() {
		return "", nil
	}
	old := p.data() + ".old"
	if err := os.RemoveAll(old); err != nil {
		return "", fmt.Errorf("private database: %w", err)
	}
	if err := os.Rename(p.data(), old); err != nil {
		return "", fmt.Errorf("private database: %w", err)
	}
	return old, nil
}

// point writes the file cluster, when the cluster lies elsewhere.
func (p *place) point() error {
	if !p.moved() {
		return nil
	}
	return write(p.pointer(), p.home+"\n", 0o644)
}

// mkdirs makes a directory and its missing parents with just this mode, however
// tight the umask: the engine's account has to walk through them.
func mkdirs(dir string, mode fs.FileMode) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if parent := filepath.Dir(dir); parent != dir {
		if err := mkdirs(parent, mode); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, mode); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return os.Chmod(dir, mode)
}

// write replaces a file in one step.
func write(path, text string, mode fs.FileMode) error {
	next := path + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("private database: %w", err)
	}
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("private database: %w", err)
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Chmod(mode), f.Close()); err != nil { // the umask may be tighter than mode
		return fmt.Errorf("private database: %w", err)
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("private database: %w", err)
	}
	return nil
}

// majorOf reads which major version made the cluster; 0 means there is none.
// A directory that is there but is no cluster is refused, never cleared.
func (p *place) majorOf() (int, error) {
	text, err := os.ReadFile(filepath.Join(p.data(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Lstat(p.data()); err == nil {
			return 0, fmt.Errorf("private database: %s is there but holds no cluster (PG_VERSION is missing)", p.data())
		}
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("private database: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("private database: %s: %w", p.data(), err)
	}
	return major, nil
}
