package events

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"wardbridge/internal/fault"
	"wardbridge/tenants"
)

// ErrCursor refuses a cursor that no feed has given out.
var ErrCursor = fault.New(fault.Malformed, "cursor_unknown", "This place in the feed is not one we gave out. Start again from the beginning.")

// Cursor is a place in the log: everything before it has been seen, and nothing
// that commits later can slip in before it. The zero cursor is the beginning.
type Cursor struct {
	Transaction uint64
	ID          int64
}

// String writes a cursor the way ParseCursor reads it.
func (c Cursor) String() string {
	return strconv.FormatUint(c.Transaction, 36) + "-" + strconv.FormatInt(c.ID, 36)
}

// ParseCursor reads what String wrote; an empty text is the beginning.
func ParseCursor(s string) (Cursor, error) {
	if s == "" {
		return Cursor{}, nil
	}
	left, right, _ := strings.Cut(s, "-")
	transaction, err := strconv.ParseUint(left, 36, 64)
	if err != nil {
		return Cursor{}, ErrCursor
	}
	id, err := strconv.ParseInt(right, 36, 64)
	if err != nil || id < 0 {
		return Cursor{}, ErrCursor
	}
	return Cursor{Transaction: transaction, ID: id}, nil
}

// Entry is one line of the log as a party may see it.
type Entry struct {
	Cursor Cursor
	At     time.Time // real time, whatever the party's clock says
	Party  tenants.ID
	Name   string
	Ref    json.RawMessage
}

// Feed reads the event log. It holds a few connections of the queue's log-in,
// because no party may read the log itself; every answer is of one party.
type Feed struct {
	pool *pgxpool.Pool
	log  *slog.Logger
	stop context.CancelFunc
	done chan struct{}

	mu    sync.Mutex
	woken chan struct{} // closed and replaced at each wake-up
}

// OpenFeed connects to the log as the queue's log-in and listens for wake-ups.
func OpenFeed(ctx context.Context, url string, log *slog.Logger) (*Feed, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	cfg.MaxConns = 4
	cfg.ConnConfig.RuntimeParams["timezone"] = "UTC"
	cfg.ConnConfig.RuntimeParams["application_name"] = "wardbridge feed"
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	listening, stop := context.WithCancel(context.WithoutCancel(ctx))
	f := &Feed{pool: pool, log: log, stop: stop, done: make(chan struct{}), woken: make(chan struct{})}
	go f.listen(listening, cfg.ConnConfig)
	return f, nil
}

// Close ends the feed's connections; whoever waits is let go.
func (f *Feed) Close() {
	f.stop()
	<-f.done
	f.pool.Close()
}

// Head is the place before which everything has been decided: a reader that
// only wants what happens from now on starts there.
func (f *Feed) Head(ctx context.Context) (Cursor, error) {
	return f.horizon(ctx, f.pool)
}

type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func (f *Feed) horizon(ctx context.Context, q querier) (Cursor, error) {
	var text string
	if err := q.QueryRow(ctx, "select pg_snapshot_xmin(pg_current_snapshot())::text").Scan(&text); err != nil {
		return Cursor{}, fmt.Errorf("event log: %w", err)
	}
	transaction, err := strconv.ParseUint(text, 10, 64)
	return Cursor{Transaction: transaction}, err
}

// After gives a party's entries behind a cursor, oldest first, and the cursor
// to go on from. That cursor moves even when there is nothing for the party, so
// that a quiet party never makes anybody read the same stretch twice.
func (f *Feed) After(ctx context.Context, party tenants.ID, from Cursor, limit int) ([]Entry, Cursor, error) {
	var entries []Entry
	next := from
	// One snapshot for both statements: the horizon that the rows were read
	// under is the one that the cursor may move to.
	err := pgx.BeginTxFunc(ctx, f.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		horizon, err := f.horizon(ctx, tx)
		if err != nil {
			return err
		}
		if entries, err = f.read(ctx, tx, party, from, horizon, limit); err != nil {
			return err
		}
		switch {
		case len(entries) == limit:
			next = entries[limit-1].Cursor
		case horizon.Transaction > from.Transaction:
			next = horizon
		}
		return nil
	})
	return entries, next, err
}

func (f *Feed) read(ctx context.Context, tx pgx.Tx, party tenants.ID, from, upto Cursor, limit int) ([]Entry, error) {
	rows, err := tx.Query(ctx, `
		select xid::text, id, at, party_id, name, ref
		from   event_log
		where  (xid, id) > ($1::text::xid8, $2::bigint)
		and    xid < $3::text::xid8
		and    parties @> array[$4::uuid]
		order  by xid, id
		limit  $5`,
		strconv.FormatUint(from.Transaction, 10), from.ID, strconv.FormatUint(upto.Transaction, 10), party, limit)
	if err != nil {
		return nil, fmt.Errorf("event log: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Entry, error) {
		var e Entry
		var transaction string
		if err := row.Scan(&transaction, &e.Cursor.ID, &e.At, &e.Party, &e.Name, &e.Ref); err != nil {
			return e, err
		}
		var err error
		e.Cursor.Transaction, err = strconv.ParseUint(transaction, 10, 64)
		return e, err
	})
}

// pauses are how long Follow waits before it looks again. The row that woke it
// may still stand behind a transaction that is about to end, and has no wake-up
// of its own when its turn comes, so the first looks are close together.
var pauses = []time.Duration{25 * time.Millisecond, 100 * time.Millisecond, 250 * time.Millisecond, time.Second}

// Follow hands a party's entries to fn as they happen, in order and with the
// cursor behind them, until fn fails, the feed closes or the context ends.
func (f *Feed) Follow(ctx context.Context, party tenants.ID, from Cursor, fn func([]Entry, Cursor) error) error {
	const page = 100
	for quiet := 0; ; {
		// Taken before reading, so that no wake-up falls between the two.
		woken := f.wakeUp()
		entries, next, err := f.After(ctx, party, from, page)
		if err != nil {
			return err
		}
		from = next
		if len(entries) > 0 {
			if err := fn(entries, next); err != nil {
				return err
			}
		}
		if len(entries) == page {
			continue
		}
		timer := time.NewTimer(pauses[min(quiet, len(pauses)-1)])
		select {
		case <-woken:
			quiet = 0
		case <-timer.C:
			quiet++
		case <-f.done:
			timer.Stop()
			return nil
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
		timer.Stop()
	}
}

func (f *Feed) wakeUp() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.woken
}

func (f *Feed) wake() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.woken)
	f.woken = make(chan struct{})
}

// listen keeps one connection that hears wake-ups, and comes back after it was
// lost; until then readers go by the second.
func (f *Feed) listen(ctx context.Context, cfg *pgx.ConnConfig) {
	defer close(f.done)
	for ctx.Err() == nil {
		err := f.hear(ctx, cfg)
		if ctx.Err() != nil {
			return
		}
		f.log.WarnContext(ctx, "event feed lost its connection", "error", err)
		timer := time.NewTimer(time.Second)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
		}
	}
}

func (f *Feed) hear(ctx context.Context, cfg *pgx.ConnConfig) error {
	conn, err := pgx.ConnectConfig(ctx, cfg.Copy())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "listen "+channel); err != nil {
		return err
	}
	for {
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
		f.wake()
	}
}
