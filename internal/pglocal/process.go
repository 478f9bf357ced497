//go:build linux

package pglocal

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// beat is how often a file of the engine is looked at while we wait for it.
const beat = 2 * time.Millisecond

// process is a child that dies with us.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the child has been reaped
	err  error         // how it ended, once done is closed
}

// command prepares a program of the engine: as its account, in a process group
// of its own so that Ctrl-C reaches only us, with a signal on our death, from a
// directory it can enter, and without our environment, which holds keys.
func command(a account, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + filepath.Dir(name) + ":/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	if libs := os.Getenv("LD_LIBRARY_PATH"); libs != "" {
		cmd.Env = append(cmd.Env, "LD_LIBRARY_PATH="+libs)
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT, Credential: a.credential()}
	return cmd
}

// launch starts the command. The signal on our death hangs on the thread that
// forks: it is sent when that thread ends, not the process. So one goroutine
// keeps its thread from the fork until the child is gone.
func launch(cmd *exec.Cmd) (*process, error) {
	p := &process{cmd: cmd, done: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = cmd.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("private database: %w", err)
	}
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// end asks the child to shut down and waits for it. When the context ends first
// the child is made to, and end returns false.
func (p *process) end(ctx context.Context) bool {
	_ = p.cmd.Process.Signal(syscall.SIGINT) // an error means that it is gone
	select {
	case <-p.done:
		return true
	case <-ctx.Done():
		p.abort()
		return false
	}
}

// abort stops the child without ceremony. PostgreSQL then kills its backends
// itself, those that do not listen after five seconds; past ten it is stuck.
func (p *process) abort() {
	_ = p.cmd.Process.Signal(syscall.SIGQUIT)
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// ready reports whether the engine wrote into postmaster.pid that it answers.
// That costs no connection and no log-in.
func ready(pidfile string, pid int) bool {
	text, err := os.ReadFile(pidfile)
	if err != nil {
		return false
	}
	lines := strings.Split(string(text), "\n")
	return len(lines) > 7 && lines[0] == strconv.Itoa(pid) && strings.TrimSpace(lines[7]) == "ready"
}

// kinship says what a process is to a data directory.
type kinship int

const (
	stranger kinship = iota
	postmaster
	backend
)

// kin tells whether a live process is an engine at work in the data directory
// that info describes. A zombie is not alive, whatever kill(pid, 0) says.
func kin(pid int, data string, info os.FileInfo) kinship {
	proc := "/proc/" + strconv.Itoa(pid)
	stat, err := os.ReadFile(proc + "/stat")
	if err != nil {
		return stranger
	}
	// The name in parentheses may hold anything; the state follows the last one.
	open, shut := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if open < 0 || shut < open || len(stat) < shut+3 || stat[shut+2] == 'Z' || stat[shut+2] == 'X' {
		return stranger
	}
	line, _ := os.ReadFile(proc + "/cmdline")
	argv := strings.Split(string(line), "\x00")
	kind := backend
	if filepath.Base(argv[0]) == "postgres" && !strings.HasPrefix(argv[0], "postgres:") {
		kind = postmaster
	} else if !bytes.HasPrefix(stat[open+1:shut], []byte("postgres")) {
		return stranger
	}
	// The working directory holds through a rename and tells apart two
	// containers that use one path. Where we may not read it, -D must do.
	if cwd, err := os.Stat(proc + "/cwd"); err == nil {
		if os.SameFile(cwd, info) {
			return kind
		}
		return stranger
	}
	for n := 1; n < len(argv) && kind == postmaster; n++ {
		if argv[n-1] == "-D" && argv[n] == data {
			return kind
		}
	}
	return stranger
}

// relatives finds every process at work in a data directory.
func relatives(data string) map[int]kinship {
	found := map[int]kinship{}
	info, err := os.Stat(data)
	if err != nil {
		return found
	}
	names, err := os.ReadDir("/proc")
	if err != nil {
		return found
	}
	for _, name := range names {
		pid, err := strconv.Atoi(name.Name())
		if err != nil {
			continue
		}
		if k := kin(pid, data, info); k != stranger {
			found[pid] = k
		}
	}
	return found
}

// evict ends whatever an earlier process left at work in the data directory. We
// hold the lock, so nobody owns it: a postmaster is asked to shut down, and
// what does not follow, or has lost its postmaster, is made to.
func evict(ctx context.Context, data string) error {
	for _, round := range []struct {
		signal syscall.Signal
		whom   kinship // 0: everybody
		grace  time.Duration
	}{
		{syscall.SIGINT, postmaster, 10 * time.Second},
		{syscall.SIGQUIT, stranger, 5 * time.Second},
		{syscall.SIGKILL, stranger, 5 * time.Second},
	} {
		left := relatives(data)
		sent := 0
		for pid, kind := range left {
			if round.whom == stranger || round.whom == kind {
				_ = syscall.Kill(pid, round.signal)
				sent++
			}
		}
		if len(left) == 0 {
			return nil
		}
		if sent == 0 {
			continue
		}
		if err := vanish(ctx, data, round.grace); err != nil {
			return err
		}
	}
	if left := relatives(data); len(left) > 0 {
		return fmt.Errorf("%w: processes that work in %s do not end: %v", ErrBusy, data, left)
	}
	return nil
}

// vanish waits until nobody works in the data directory, at most for grace.
func vanish(ctx context.Context, data string, grace time.Duration) error {
	tick, limit := time.NewTicker(beat), time.NewTimer(grace)
	defer tick.Stop()
	defer limit.Stop()
	for len(relatives(data)) > 0 {
		select {
		case <-tick.C:
		case <-limit.C:
			return nil
		case <-ctx.Done():
			return fmt.Errorf("private database: %w", context.Cause(ctx))
		}
	}
	return nil
}
