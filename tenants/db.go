package tenants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"wardbridge/internal/fault"
)

var errNoRows = sql.ErrNoRows

// ErrStale says that the credential died between the door and the transaction.
var ErrStale = fault.New(fault.Unauthenticated, "signed_out", "You have been signed out. Sign in again.")

// planChanged says that a table has changed beneath a prepared statement, which
// the driver then prepares anew.
const planChanged = "0A000"

// errNested is a programmer's error: a unit of work never opens another.
var errNested = errors.New("tenants: a transaction is already open in this context")

// Config names the log-ins. Each is a connection string; none is a superuser.
type Config struct {
	App      string // wb_app
	Platform string // wb_platform
	MaxConns int32  // per log-in; 0: 16
	// StatementTimeout bounds every statement of a unit of work; 0: 15 s.
	StatementTimeout time.Duration
}

// DB is the way to Postgres. It cannot run a statement: only Run can.
type DB struct {
	app, platform *login
	post          Post
	timeout       time.Duration
}

type login struct {
	pool *pgxpool.Pool
	sql  *sql.DB
	bun  *bun.DB
}

// Open connects the log-ins and refuses any that could see through the walls.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.MaxConns == 0 {
		c.MaxConns = 16
	}
	if c.StatementTimeout == 0 {
		c.StatementTimeout = 15 * time.Second
	}
	app, err := dial(ctx, c.App, c.MaxConns, c.StatementTimeout)
	if err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	platform, err := dial(ctx, c.Platform, max(c.MaxConns/4, 2), c.StatementTimeout)
	if err != nil {
		app.close()
		return nil, fmt.Errorf("WARDBRIDGE_PLATFORM_URL: %w", err)
	}
	return &DB{app: app, platform: platform, timeout: c.StatementTimeout}, nil
}

func dial(ctx context.Context, url string, maxConns int32, timeout time.Duration) (*login, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = maxConns
	// Bun writes arguments into the text; pgx's statement cache would prepare
	// each text once and halve the speed.
	cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "wardbridge"
	// The usual limits stand on the connection; a unit of work says only its own.
	limits := limit("set", timeout) + "; set lock_timeout = 2000"
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, limits)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := refuseMaster(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	db := sql.OpenDB(connector{stdlib.GetPoolConnector(pool)})
	db.SetMaxIdleConns(0) // the pool beneath keeps them
	db.SetMaxOpenConns(int(maxConns))
	return &login{pool: pool, sql: db, bun: bun.NewDB(db, pgdialect.New())}, nil
}

// refuseMaster keeps a superuser, a role that bypasses the walls or an owner of
// tables from ever serving a request.
func refuseMaster(ctx context.Context, pool *pgxpool.Pool) error {
	var name string
	var super, bypass, owns bool
	err := pool.QueryRow(ctx, `
		select r.rolname::text, r.rolsuper, r.rolbypassrls,
		       exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
		               where c.relowner = r.oid and c.relkind in ('r', 'p') and n.nspname = 'public')
		from   pg_roles r
		where  r.rolname = current_user`).Scan(&name, &super, &bypass, &owns)
	if err != nil {
		return err
	}
	if super || bypass || owns {
		return fmt.Errorf("log-in %q is a superuser, bypasses row-level security or owns tables; use one like wb_app", name)
	}
	return nil
}

// login is who connects for a party.
func (db *DB) login(me Party) *login {
	if me.Kind == Platform {
		return db.platform
	}
	return db.app
}

func (l *login) close() {
	_ = l.sql.Close()
	l.pool.Close()
}

// Close ends every connection.
func (db *DB) Close() {
	db.app.close()
	db.platform.close()
}

// Deliver names who carries events and jobs out of units of work.
func (db *DB) Deliver(post Post) { db.post = post }

// Ready asks Postgres whether it answers.
func (db *DB) Ready(ctx context.Context) error { return db.app.pool.Ping(ctx) }

type openKey struct{}

// Run is one unit of work of one party: fn's statements see that party's rows
// and no others, all of them happen or none, and fn's events and jobs with them.
// A deadlock is tried again, so fn must have no effect outside the Tx.
func (db *DB) Run(ctx context.Context, me Party, who Actor, fn func(context.Context, *Tx) error) error {
	return db.run(ctx, me, who, db.timeout, "begin", fn)
}

// Stream is a long read of one party at one snapshot: exports.
func (db *DB) Stream(ctx context.Context, me Party, who Actor, fn func(context.Context, *Tx) error) error {
	return db.run(ctx, me, who, 10*time.Minute, "begin isolation level repeatable read read only", fn)
}

// Work is a unit of work with room for a long set-wise statement: an import
// that is applied, a bill run.
func (db *DB) Work(ctx context.Context, me Party, who Actor, fn func(context.Context, *Tx) error) error {
	return db.run(ctx, me, who, 10*time.Minute, "begin", fn)
}

func (db *DB) run(ctx context.Context, me Party, who Actor, timeout time.Duration, begin string, fn func(context.Context, *Tx) error) error {
	if ctx.Value(openKey{}) != nil {
		return errNested
	}
	var err error
	for try := 0; try < 3; try++ {
		err = db.once(ctx, me, who, db.open(begin, me, who, timeout), fn)
		if c := code(err); c != "40P01" && c != planChanged {
			break
		}
	}
	return translate(err)
}

func (db *DB) once(ctx context.Context, me Party, who Actor, o *opening, fn func(context.Context, *Tx) error) (err error) {
	l := db.login(me)
	btx, err := l.bun.BeginTx(context.WithValue(ctx, openingKey{}, o), nil)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			_ = btx.Rollback()
		}
	}()
	now, err := time.Parse("2006-01-02 15:04:05.999999-07", string(o.row))
	if err != nil {
		return fmt.Errorf("tenants: begin said %q: %w", o.row, err)
	}
	over := new(atomic.Bool)
	defer over.Store(true)
	inner := context.WithValue(ctx, openKey{}, true)
	tx := &Tx{Me: me, Actor: who, Now: now.UTC(), Request: who.Request, ctx: inner, bun: btx, facade: &facade{conn: o.conn, over: over}, db: l.bun, post: db.post}
	if err := fn(inner, tx); err != nil {
		return err
	}
	done = true
	return btx.Commit()
}

// open says how a unit of work of a party opens.
func (db *DB) open(begin string, me Party, who Actor, timeout time.Duration) *opening {
	var wards []byte
	if who.Wards != nil {
		parts := make([]string, len(who.Wards))
		for i, w := range who.Wards {
			parts[i] = w.String()
		}
		wards = []byte("{" + strings.Join(parts, ",") + "}")
	}
	steps := []string{begin, "set local role " + me.Kind.Role()}
	if timeout != db.timeout {
		steps = append(steps, limit("set local", timeout))
	}
	return &opening{
		steps: steps,
		params: [][]byte{orNull(me.ID), text(string(me.Kind)), orNull(who.Person), text(string(who.Kind)), orNull(who.ID), text(who.Name), text(who.Request),
			orNull(who.Credential), strconv.AppendInt(nil, who.Version, 10), wards},
	}
}

func limit(set string, timeout time.Duration) string {
	return fmt.Sprintf("%s statement_timeout = %d", set, timeout.Milliseconds())
}

func orNull(id ID) []byte {
	if id == (ID{}) {
		return nil
	}
	return []byte(id.String())
}

// text is a parameter of any text; a NUL cannot be sent at all.
func text(s string) []byte { return append([]byte{}, strings.ReplaceAll(s, "\x00", "")...) }

func code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

// ErrWithheld says that the database holds something back from a whole kind of
// party, as agencies' rate cards from practices.
var ErrWithheld = fault.New(fault.Forbidden, "not_for_this_kind", "This is not for organisations of your kind.")

// withheld tells a table or column that the party's role was never granted from a
// row that a rule of the database protects.
func withheld(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && strings.HasPrefix(pg.Message, "permission denied for")
}

// translate gives the few database answers that mean something to a caller.
func translate(err error) error {
	switch code(err) {
	case "":
		return err
	case "WB401":
		return ErrStale
	case "55P03", "40P01", "40001":
		return fault.ErrBusy.Because(err)
	case "42501":
		if withheld(err) {
			return ErrWithheld.Because(err)
		}
		return err
	case "57014":
		return fault.New(fault.Unavailable, "took_too_long", "This took too long and was stopped. Narrow the dates or try again.").Because(err)
	default:
		return err
	}
}

// Violates reports whether an error is the breach of a named constraint.
func Violates(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.ConstraintName == constraint
}

// Logins are the database log-ins of the house, for a private cluster to admit.
var Logins = []string{"wb_owner", "wb_app", "wb_platform", "wb_river"}

// Raised reports whether a function of the database refused with this code.
func Raised(err error, with string) bool { return code(err) == with }
