// Package assets holds the built style sheet, script, fonts and drawings of
// the pages inside the binary. The files in dist are made by npm and are not in
// the repository; a binary built without them stops at start-up and says how
// to make them.
package assets

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed all:dist
var files embed.FS

// Prefix is where the assets are served.
const Prefix = "/assets/"

// Immutable is the Cache-Control of every asset: the name changes with the
// content, so a copy never goes stale.
const Immutable = "public, max-age=31536000, immutable"

// ErrNotBuilt says that the binary was compiled before npm had run.
var ErrNotBuilt = errors.New("web assets are not built; run npm ci && npm run build in web")

// Assets is the built set. It never changes after Load and is safe for any
// number of readers.
type Assets struct {
	names map[string]string
	files map[string]file
}

type file struct {
	contentType string
	bodies      map[string][]byte // by encoding, "" is the plain one
}

// Load reads the manifest and keeps every file in memory, about half a
// megabyte. It answers ErrNotBuilt when there is no manifest.
func Load() (*Assets, error) { return load(files) }

func load(source fs.FS) (*Assets, error) {
	manifest, err := fs.ReadFile(source, "dist/manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, fmt.Errorf("asset manifest: %w", err)
	}
	a := &Assets{names: map[string]string{}, files: map[string]file{}}
	if err := json.Unmarshal(manifest, &a.names); err != nil {
		return nil, fmt.Errorf("asset manifest: %w", err)
	}
	for _, hashed := range a.names {
		read, err := loadFile(source, hashed)
		if err != nil {
			return nil, fmt.Errorf("asset %s: %w", hashed, err)
		}
		a.files[Prefix+hashed] = read
	}
	return a, nil
}

func loadFile(source fs.FS, name string) (file, error) {
	f := file{contentType: contentType(name), bodies: map[string][]byte{}}
	for encoding, suffix := range map[string]string{"": "", "br": ".br", "gzip": ".gz"} {
		body, err := fs.ReadFile(source, path.Join("dist", name+suffix))
		if errors.Is(err, fs.ErrNotExist) && encoding != "" {
			continue
		}
		if err != nil {
			return file{}, err
		}
		f.bodies[encoding] = body
	}
	return f, nil
}

// contentType is by our own table: the one of the operating system differs
// from machine to machine.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".png":
		return "image/png"
	}
	return "application/octet-stream"
}

// Path gives the address of an asset by its plain name, such as "app.css". A
// name that was not built gives "": the page then leaves it out.
func (a *Assets) Path(name string) string {
	hashed, ok := a.names[name]
	if !ok {
		return ""
	}
	return Prefix + hashed
}

// Serve finds the file at an address and the smallest encoding of it that the
// Accept-Encoding header allows. The body is shared and must not be changed.
func (a *Assets) Serve(address, acceptEncoding string) (body []byte, contentType, encoding string, ok bool) {
	f, ok := a.files[address]
	if !ok {
		return nil, "", "", false
	}
	for _, encoding := range []string{"br", "gzip"} {
		if body, built := f.bodies[encoding]; built && accepts(acceptEncoding, encoding) {
			return body, f.contentType, encoding, true
		}
	}
	return f.bodies[""], f.contentType, "", true
}

// accepts reads an Accept-Encoding header; a quality of zero is a refusal.
func accepts(header, encoding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(part), ";")
		if !strings.EqualFold(strings.TrimSpace(name), encoding) {
			continue
		}
		quality = strings.ReplaceAll(strings.TrimSpace(quality), " ", "")
		return strings.Trim(strings.TrimPrefix(quality, "q="), "0.") != "" || quality == ""
	}
	return false
}
