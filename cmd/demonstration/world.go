// Package demonstration makes the world that the product is shown and tested
// with: trusts, a GP hub, agencies and clinicians who do not exist, and weeks of
// shifts lived by the product's own verbs. It is the same every time but for the
// date and the passwords.
package demonstration

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"wardbridge/cmd/house"
	"wardbridge/tenants"
)

// World is what is told of the demonstration: how to come in, and the names of
// rows that examples and tests use.
type World struct {
	URL      string            `json:"url"`
	Logins   []Login           `json:"logins"`
	APIKeys  []Key             `json:"api_keys"`
	Names    map[string]string `json:"names"`
	Password string            `json:"-"`
}

// Login is one person who may sign in, and what they see first.
type Login struct {
	Role         string `json:"role"`
	Organisation string `json:"organisation"`
	Email        string `json:"email"`
	Password     string `json:"password"`
	Path         string `json:"path"`    // where signing in leads
	Heading      string `json:"heading"` // and what that page is called
	Shows        string `json:"shows"`   // and a record of theirs that it shows
}

// Key is a key of an organisation, or a personal token.
type Key struct {
	Organisation string `json:"organisation"`
	Party        string `json:"party"`
	Person       string `json:"person"`
	Key          string `json:"key"`
}

// ID is the row of a name, such as kingsmere.shift.open.
func (w *World) ID(name string) string {
	if name == "password" {
		return w.Password
	}
	return w.Names[name]
}

// Tell writes the world where people look for it, whole or not at all, readable
// by its owner alone.
func (w *World) Tell(path, url string) error {
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
	defer func() { _ = os.Remove(f.Name()) }()
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

// Size is how many weeks are lived, and how many are to come.
type Size struct{ Back, Ahead int }

// Full is the demonstration that people see.
var Full = Size{Back: 10, Ahead: 6}

// Open gives the world of a house's private database, and makes it when there is
// none. The house must be working.
func Open(ctx context.Context, h *house.House, ownerURL string, out io.Writer) (*World, error) {
	path := filepath.Join(h.Config.Data, "world.json")
	raw, err := os.ReadFile(path)
	if err == nil {
		var w World
		if err := json.Unmarshal(raw, &w); err != nil {
			return nil, fmt.Errorf("%s: %w; run: make demo ARGS=--reset", path, err)
		}
		return &w, nil
	}
	if !os.IsNotExist(err) {
		return nil, err
	}
	demo, err := h.DB.Demo(ctx)
	if err != nil {
		return nil, err
	}
	if demo {
		return nil, errors.New("the demonstration was not finished; run: make demo ARGS=--reset")
	}
	fmt.Fprintln(out, "making the demonstration world")
	w, err := Make(ctx, h, ownerURL, Full, out)
	if err != nil {
		return nil, err
	}
	if raw, err = json.MarshalIndent(w, "", "  "); err != nil {
		return nil, err
	}
	return w, writeWhole(path, raw)
}

// Make makes the world in an empty database, and marks it so that nothing but
// the demonstration serves it.
func Make(ctx context.Context, h *house.House, ownerURL string, size Size, out io.Writer) (*World, error) {
	conn, err := pgx.Connect(ctx, ownerURL)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "update app.installation set demo = true"); err != nil {
		return nil, err
	}
	// The password is random per world, and the same for everybody in it.
	w := &World{Names: map[string]string{}, Password: "demo-" + rand.Text()[:14]}
	return w, (&maker{House: h, world: w, out: out, back: size.Back, ahead: size.Ahead}).make(ctx)
}

// note remembers a row under a name.
func (w *World) note(name string, id tenants.ID) { w.Names[name] = id.String() }
