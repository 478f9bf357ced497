//go:build linux

package pglocal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// closedDir is a data directory below a parent that only this user can enter,
// as in a clone made by mktemp.
func closedDir(t *testing.T) string {
	t.Helper()
	parent := newDir(t)
	must(t, os.Chmod(parent, 0o700))
	return filepath.Join(parent, "app")
}

func isRoot() bool { return os.Geteuid() == 0 }

func TestStart_leavesClosedParentsAsRootAndFindsBack(t *testing.T) {
	t.Parallel()
	o := Options{Dir: closedDir(t)}

	c := run(t, o)

	do(t, c, "create table kept as select 'yes'::text as answer")
	named, err := os.ReadFile(filepath.Join(o.Dir, "cluster"))
	if isRoot() {
		must(t, err)
		if got := strings.TrimSpace(string(named)); got != c.Dir() || filepath.Dir(got) != elsewhere {
			t.Errorf("cluster names %s, it lies in %s", got, c.Dir())
		}
	} else if c.Dir() != o.Dir || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("lies in %s (%v)", c.Dir(), err)
	}

	stop(t, c)
	to := o.Dir + "-moved"
	must(t, os.Rename(o.Dir, to))
	c = run(t, Options{Dir: to})

	if got := ask(t, c, "select answer from kept"); got != "yes" {
		t.Errorf("kept %q after a move", got)
	}
}

func TestStart_beginsAnewInDirectoryMadeAgain(t *testing.T) {
	t.Parallel()
	o := Options{Dir: closedDir(t)}
	c := run(t, o)
	do(t, c, "create table kept as select 'yes'::text as answer")
	stop(t, c)
	must(t, os.RemoveAll(o.Dir))

	c = run(t, o)

	if got := ask(t, c, "select coalesce(to_regclass('kept')::text, 'none')"); got != "none" {
		t.Errorf("an old database came back: %s", got)
	}
	_, err := os.Stat(c.place.data() + ".old/PG_VERSION")
	if isRoot() != (err == nil) {
		t.Errorf("set aside: %v", err)
	}
}

func TestStart_neverBeginsAnewWhereAClusterWasLost(t *testing.T) {
	t.Parallel()
	for name, target := range map[string]string{
		"gone": filepath.Join(elsewhere, "000000000000"), "outside": "/etc", "above": elsewhere + "/../x", "empty": "",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := newDir(t)
			must(t, os.WriteFile(filepath.Join(dir, "cluster"), []byte(target+"\n"), 0o600))

			_, err := Start(t.Context(), Options{Dir: dir, Bundle: bundlePath})

			if !errors.Is(err, ErrLost) && (isRoot() || !errors.Is(err, ErrAccount)) {
				t.Errorf("got %v", err)
			}
			if _, err := os.Stat(filepath.Join(dir, "postgres")); err == nil {
				t.Error("made another cluster")
			}
		})
	}
}

func TestStart_saysWhichDirectoryWasClosedSince(t *testing.T) {
	t.Parallel()
	parent := newDir(t)
	o := Options{Dir: filepath.Join(parent, "app"), Bundle: bundlePath}
	must(t, os.Rename(seed(t), o.Dir))
	must(t, os.Chmod(parent, 0o700))

	c, err := Start(t.Context(), o)

	if !isRoot() { // nobody else has to walk there
		must(t, err)
		stop(t, c)
		return
	}
	if !errors.Is(err, ErrClosed) || !strings.Contains(err.Error(), parent) {
		t.Errorf("got %v", err)
	}
	must(t, os.Chmod(parent, 0o755))
	run(t, o)
}

func TestStart_keepsDirectoryOfAnotherMajor(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]string{"14": "postgresql-14", "99": "postgresql-99"} {
		dir := newDir(t)
		data := filepath.Join(dir, "postgres/data")
		must(t, mkdirs(data, 0o755))
		mark := filepath.Join(data, "PG_VERSION")
		must(t, os.WriteFile(mark, []byte(version+"\n"), 0o600))
		o := Options{Dir: dir, Bundle: bundlePath}
		if a, err := newAccount(os.Geteuid(), nil); err == nil && a.switched {
			must(t, os.Chown(data, int(a.uid), int(a.gid)))
		}

		_, err := Start(t.Context(), o)

		if !errors.Is(err, ErrMajor) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v", err)
		}
		if got, err := os.ReadFile(mark); err != nil || string(got) != version+"\n" {
			t.Errorf("the directory was touched: %q %v", got, err)
		}
	}
}

func TestStart_keepsDirectoryThatIsNoCluster(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	mark := filepath.Join(dir, "postgres/data/letters.txt")
	must(t, mkdirs(filepath.Dir(mark), 0o755))
	must(t, os.WriteFile(mark, []byte("dear"), 0o600))

	_, err := Start(t.Context(), Options{Dir: dir, Bundle: bundlePath})

	if err == nil || !strings.Contains(err.Error(), "PG_VERSION") {
		t.Errorf("got %v", err)
	}
	if got, err := os.ReadFile(mark); err != nil || string(got) != "dear" {
		t.Errorf("the directory was touched: %q %v", got, err)
	}
}
