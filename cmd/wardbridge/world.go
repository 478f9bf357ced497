package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"wardbridge/tenants"
)

// world is what is told of the demonstration: how to come in, and the names of
// rows that tests and examples use. It is kept beside the database.
type world struct {
	URL      string            `json:"url"`
	Logins   []login           `json:"logins"`
	APIKeys  []apiKey          `json:"api_keys"`
	Names    map[string]string `json:"names"`
	Password string            `json:"-"`
}

type login struct {
	Role         string `json:"role"`
	Organisation string `json:"organisation"`
	Email        string `json:"email"`
	Password     string `json:"password"`
	Path         string `json:"path"`    // where signing in leads
	Heading      string `json:"heading"` // and what that page is called
}

type apiKey struct {
	Organisation string `json:"organisation"`
	Party        string `json:"party"`
	Person       string `json:"person"`
	Key          string `json:"key"`
}

// ID is the row of a name, for the generated probes.
func (w *world) ID(name string) string { return w.Names[name] }

// tell writes the world where people look for it, at once or not at all.
func (w *world) tell(path, url string) error {
	w.URL = url
	raw, err := json.MarshalIndent(w, "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(path, raw)
}

func writeWhole(path string, raw []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".wardbridge-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := f.Chmod(0o600); err != nil {
		return err
	}
	if _, err := f.Write(raw); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// demoWorld gives the world of this database, and makes it when there is none.
func (h *House) demoWorld(ctx context.Context, d *database, out io.Writer) (*world, error) {
	path := filepath.Join(h.config.Data, "world.json")
	raw, err := os.ReadFile(path)
	if err == nil {
		var w world
		if err := json.Unmarshal(raw, &w); err != nil {
			return nil, fmt.Errorf("%s: %w; run: make demo ARGS=--reset", path, err)
		}
		return &w, nil
	}
	if !os.IsNotExist(err) {
		return nil, err
	}
	if demo, err := h.db.Demo(ctx); err != nil || demo {
		return nil, fmt.Errorf("the demonstration was not finished (%v); run: make demo ARGS=--reset", err)
	}
	if err := markDemo(ctx, d.owner); err != nil {
		return nil, err
	}
	fmt.Fprintln(out, "making the demonstration world")
	w := &world{Names: map[string]string{}, Password: password()}
	if err := (&maker{House: h, world: w, out: out, back: weeksBack, ahead: weeksAhead}).make(ctx); err != nil {
		return nil, err
	}
	if raw, err = json.MarshalIndent(w, "", "  "); err != nil {
		return nil, err
	}
	return w, writeWhole(path, raw)
}

// password is random per data directory: three words' worth of letters.
func password() string {
	return "demo-" + rand.Text()[:14]
}

// note remembers a row under a name.
func (w *world) note(name string, id tenants.ID) { w.Names[name] = id.String() }
