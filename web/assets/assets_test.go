package assets

import (
	"errors"
	"testing"
	"testing/fstest"
)

func built() fstest.MapFS {
	return fstest.MapFS{
		"dist/manifest.json":    {Data: []byte(`{"app.css":"app.1a.css","font.woff2":"font.2b.woff2"}`)},
		"dist/app.1a.css":       {Data: []byte("plain")},
		"dist/app.1a.css.br":    {Data: []byte("brotli")},
		"dist/app.1a.css.gz":    {Data: []byte("gzip")},
		"dist/font.2b.woff2":    {Data: []byte("font")},
		"dist/stranger.css":     {Data: []byte("not in the manifest")},
		"dist/app.1a.css.other": {Data: []byte("not asked for")},
	}
}

func TestLoad_namesTheCommandWhenNothingIsBuilt(t *testing.T) {
	t.Parallel()

	_, err := load(fstest.MapFS{"dist/.gitkeep": {}})

	if !errors.Is(err, ErrNotBuilt) {
		t.Fatalf("got %v, want ErrNotBuilt", err)
	}
}

func TestLoad_refusesAManifestThatNamesAMissingFile(t *testing.T) {
	t.Parallel()
	source := built()
	delete(source, "dist/font.2b.woff2")

	_, err := load(source)

	if err == nil {
		t.Fatal("a manifest with a missing file was accepted")
	}
}

func TestPath_givesTheHashedAddress(t *testing.T) {
	t.Parallel()
	a, err := load(built())
	if err != nil {
		t.Fatal(err)
	}

	if got := a.Path("app.css"); got != "/assets/app.1a.css" {
		t.Errorf("Path(app.css) = %q", got)
	}
	if got := a.Path("unknown.css"); got != "" {
		t.Errorf("Path(unknown.css) = %q, want empty", got)
	}
}

func TestServe_choosesTheSmallestEncodingThatIsAccepted(t *testing.T) {
	t.Parallel()
	a, err := load(built())
	if err != nil {
		t.Fatal(err)
	}

	for _, c := range []struct{ address, accept, body, encoding string }{
		{"/assets/app.1a.css", "gzip, deflate, br, zstd", "brotli", "br"},
		{"/assets/app.1a.css", "gzip", "gzip", "gzip"},
		{"/assets/app.1a.css", "br;q=0, gzip;q=0.5", "gzip", "gzip"},
		{"/assets/app.1a.css", "br; q=0.000", "plain", ""},
		{"/assets/app.1a.css", "", "plain", ""},
		{"/assets/font.2b.woff2", "gzip, br", "font", ""},
	} {
		body, _, encoding, ok := a.Serve(c.address, c.accept)
		if !ok || string(body) != c.body || encoding != c.encoding {
			t.Errorf("Serve(%s, %q) = %q, %q, %v", c.address, c.accept, body, encoding, ok)
		}
	}
}

func TestServe_knowsOnlyWhatTheManifestNames(t *testing.T) {
	t.Parallel()
	a, err := load(built())
	if err != nil {
		t.Fatal(err)
	}

	for _, address := range []string{"/assets/stranger.css", "/assets/manifest.json", "/assets/../dist/manifest.json", "/assets/", ""} {
		if _, _, _, ok := a.Serve(address, ""); ok {
			t.Errorf("%q was served", address)
		}
	}
}

func TestServe_saysWhatAFileIs(t *testing.T) {
	t.Parallel()
	a, err := load(built())
	if err != nil {
		t.Fatal(err)
	}

	_, css, _, _ := a.Serve("/assets/app.1a.css", "")
	_, font, _, _ := a.Serve("/assets/font.2b.woff2", "")

	if css != "text/css; charset=utf-8" || font != "font/woff2" {
		t.Errorf("types %q and %q", css, font)
	}
}
