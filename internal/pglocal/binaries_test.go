//go:build linux

package pglocal

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func atou(t *testing.T, s string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(s, 10, 32)
	must(t, err)
	return n
}

func self(t *testing.T) account {
	t.Helper()
	a, err := newAccount(os.Geteuid(), nil)
	must(t, err)
	return a
}

func TestBinaries_putsNamedFirstAndBundleLast(t *testing.T) {
	t.Parallel()
	bundle := bundleDir(t)
	native := filepath.Join(bundle, "native/bin")

	found, err := Binaries(Options{Bundle: bundle})

	must(t, err)
	last := found[len(found)-1]
	if last.Dir != native || last.Major != 18 {
		t.Errorf("last is %+v", last)
	}
	for n := 1; n < len(found)-1; n++ {
		if found[n].Major > found[n-1].Major {
			t.Errorf("system order %+v", found)
		}
		for _, other := range found[:n] {
			if other.Dir == found[n].Dir {
				t.Errorf("%s is listed twice", other.Dir)
			}
		}
	}
	for _, dir := range []string{bundle, native, filepath.Join(bundle, "native")} {
		found, err := Binaries(Options{BinDir: dir})
		must(t, err)
		if found[0].Dir != native || found[0].Major != 18 {
			t.Errorf("%s gave %+v", dir, found[0])
		}
	}
}

func TestBinaries_followsLinksToWhereTheEngineLies(t *testing.T) {
	t.Parallel()
	bundle := linked(t)
	bin := newDir(t)
	for _, name := range []string{"postgres", "initdb"} {
		must(t, os.Symlink(filepath.Join(bundle, "native/bin", name), filepath.Join(bin, name)))
	}

	found, err := search{path: "relative:" + bin + ":" + bin + ":/nowhere"}.run(Options{}, self(t))

	must(t, err)
	if len(found) != 1 || found[0].Dir != filepath.Join(bundle, "native/bin") || found[0].Major != 18 {
		t.Errorf("found %+v", found)
	}
}

func TestBinaries_findsEngineOutsidePath(t *testing.T) {
	t.Parallel()
	bundle := linked(t)

	found, err := search{homes: []string{filepath.Join(filepath.Dir(bundle), "*/native/bin")}}.run(Options{}, self(t))

	must(t, err)
	if len(found) != 1 || found[0].Major != 18 {
		t.Errorf("found %+v", found)
	}
}

func TestBinaries_asksPgConfig(t *testing.T) {
	t.Parallel()
	bundle := linked(t)
	dir := newDir(t)
	script := "#!/bin/sh\n[ \"$1\" = --bindir ] && echo '" + filepath.Join(bundle, "native/bin") + "'\n"
	must(t, os.WriteFile(filepath.Join(dir, "pg_config"), []byte(script), 0o600))
	must(t, os.Chmod(filepath.Join(dir, "pg_config"), 0o755))

	found, err := search{path: dir}.run(Options{}, self(t))

	must(t, err)
	if len(found) != 1 || found[0].Major != 18 {
		t.Errorf("found %+v", found)
	}
}

func TestBinaries_saysWhatToInstall(t *testing.T) {
	t.Parallel()
	_, err := search{}.run(Options{Bundle: "/nowhere"}, self(t))
	if !errors.Is(err, ErrNotFound) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"apt-get install postgresql", "npm ci", "DATABASE_URL", "/nowhere"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

func TestBinaries_refusesNamedDirectoryWithoutEngine(t *testing.T) {
	t.Parallel()
	dir := newDir(t)

	_, err := Binaries(Options{BinDir: dir, Bundle: bundlePath})

	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v", err)
	}
}

func TestBinaries_tellsWhyAnEngineWillNotDo(t *testing.T) {
	t.Parallel()
	bundle := linked(t)
	bin := filepath.Join(bundle, "native/bin")
	stranger := account{name: "stranger", uid: 54321, gid: 54321, switched: true}
	must(t, os.Chmod(filepath.Join(bundle, "native"), 0o700))

	_, err := search{path: bin}.run(Options{}, stranger)

	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "closed to user stranger") {
		t.Errorf("got %v", err)
	}
}

func TestParseMajor_readsWhatEnginesSay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"15.18 (Debian 15.18-0+deb12u1)\n": 15, "18beta2\n": 18, "19devel": 19, "18.4.0-beta.17": 18,
		"14.9": 0, "9.6.24": 0, "": 0, "EnterpriseDB": 0,
	} {
		got, err := parseMajor(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: %d %v", text, got, err)
		}
	}
}

func TestStart_takesTheMajorThatMadeTheCluster(t *testing.T) {
	t.Parallel()
	o := Options{Dir: newDir(t), BinDir: bundleDir(t)}
	c := run(t, o)
	do(t, c, "create table kept as select 'yes'::text as answer")
	stop(t, c)
	o.BinDir, o.Bundle = "", bundleDir(t) // what the system has comes first now

	c = run(t, o)

	if got := ask(t, c, "select answer from kept"); got != "yes" || c.Major() != 18 {
		t.Errorf("%s on %d", got, c.Major())
	}
}
