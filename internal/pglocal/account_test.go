//go:build linux

package pglocal

import (
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
)

func TestStart_neverRunsTheEngineAsRoot(t *testing.T) {
	t.Parallel()
	c := run(t, Options{Dir: seed(t)})

	uid, _, _ := strings.Cut(status(t, c.process.pid(), "Uid"), "\t")

	if uid == "0" || (!isRoot() && uid != itoa(os.Geteuid())) {
		t.Errorf("runs as user id %s", uid)
	}
	if groups := status(t, c.process.pid(), "Groups"); isRoot() && groups != "" {
		t.Errorf("kept root's groups %s", groups)
	}
}

func TestStart_staysWithTheAccountThatMadeTheCluster(t *testing.T) {
	t.Parallel()
	o := Options{Dir: newDir(t), accounts: []string{"no-such-user", "nobody"}}
	c := run(t, o)
	maker := c.account.name
	if isRoot() && maker != "nobody" {
		t.Fatalf("made as %s", maker)
	}
	stop(t, c)
	o.accounts = nil

	c = run(t, o)

	if c.account.name != maker {
		t.Errorf("made as %s, opened as %s", maker, c.account.name)
	}
	if got := ask(t, c, "select 'up'"); got != "up" {
		t.Error(got)
	}
}

func TestNewAccount_saysWhatIsMissing(t *testing.T) {
	t.Parallel()
	if _, err := newAccount(54321, nil); !errors.Is(err, ErrAccount) || !strings.Contains(err.Error(), "54321") {
		t.Errorf("a user id without a name: %v", err)
	}
	if _, err := newAccount(0, []string{"no-such-user", "root"}); !errors.Is(err, ErrAccount) || !strings.Contains(err.Error(), "apt-get install postgresql") {
		t.Errorf("root without a user to become: %v", err)
	}
}

func TestNewAccount_keepsOrdinaryUser(t *testing.T) {
	t.Parallel()
	nobody, err := user.Lookup("nobody")
	must(t, err)

	a, err := newAccount(int(atou(t, nobody.Uid)), []string{"postgres"})

	must(t, err)
	if a.name != "nobody" || a.switched || a.credential() != nil || a.caller != "nobody" {
		t.Errorf("became %+v", a)
	}
}

func TestAccount_readsTheWayAsTheKernelWould(t *testing.T) {
	t.Parallel()
	stranger := account{uid: 54321, gid: 54321, switched: true}
	dir := newDir(t)
	at := filepath.Join(dir, "a/b")
	must(t, mkdirs(at, 0o711))
	file := filepath.Join(at, "file")
	must(t, os.WriteFile(file, nil, 0o600))

	if got := stranger.closed(at); got != "" {
		t.Errorf("%s seems closed", got)
	}
	if got := stranger.barrier(file); got != file {
		t.Errorf("an unreadable file: %q", got)
	}
	must(t, os.Chmod(file, 0o644))
	if got := stranger.barrier(file); got != "" {
		t.Errorf("%s seems closed", got)
	}
	must(t, os.Chmod(filepath.Dir(at), 0o700))
	if got := stranger.barrier(file); got != filepath.Dir(at) {
		t.Errorf("a closed parent: %q", got)
	}
	uid, gid, err := ownerOf(at)
	must(t, err)
	owner := account{uid: uid, gid: gid + 1, switched: true}
	if got := owner.closed(at); got != "" {
		t.Errorf("%s seems closed to its owner", got)
	}
	if got := (account{uid: 54321, switched: false}).closed(at); got != "" {
		t.Errorf("%s seems closed to a process that finds out by itself", got)
	}
}
