package openapi

import (
	"context"
	"encoding/json"
	"fmt"

	"wardbridge/internal/fault"
	"wardbridge/tenants"
)

// Answer is a finished answer, as it is sent and as it is kept for a repeat.
type Answer struct {
	Status   int
	Headers  map[string]string
	Body     []byte
	Secret   bool // shown once: its body is not kept
	Replayed bool // set by Once: this is the kept answer of an earlier request
}

// kept is a row of the table idempotency, joined to the lock.
type kept struct {
	Got      bool
	BodyHash []byte
	Status   int
	Headers  []byte
	Body     []byte
}

// Once runs fn unless this credential has already done this operation under this
// key, in which case it gives the kept answer. The answer is kept in the same
// unit of work, so act and memory commit together or not at all; only successes,
// redirects included, are kept. It costs two short statements. A form carries
// its key in a hidden field and calls Once in the same way.
//
// While another request holds the key it answers busy_try_again. The same key
// with another hash is idempotency_key_reused; the repeat of an answer that was
// secret is already_done.
func Once(ctx context.Context, tx *tenants.Tx, credential tenants.ID, operation, key string, hash []byte, fn func() (Answer, error)) (Answer, error) {
	k, err := lookUp(ctx, tx, credential, operation, key)
	switch {
	case err != nil:
		return Answer{}, fmt.Errorf("idempotency key of %s: %w", operation, err)
	case !k.Got:
		return Answer{}, fault.ErrBusy
	case k.BodyHash != nil:
		return k.replay(hash)
	}
	a, err := fn()
	if err != nil || a.Status < 200 || a.Status >= 400 {
		return a, err
	}
	return a, keep(ctx, tx, credential, operation, key, hash, a)
}

// lookUp takes the lock and reads the row in one statement. Its snapshot may be
// older than the lock, so a row may be missed that was committed in between;
// keep finds it and gives up.
func lookUp(ctx context.Context, tx *tenants.Tx, credential tenants.ID, operation, key string) (k kept, err error) {
	err = tx.NewRaw(`
		select l.got, i.body_hash, coalesce(i.status, 0), i.headers, i.body
		from   (select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as got) l
		left join idempotency i on i.owner_id = ? and i.credential = ? and i.operation = ? and i.key = ?`,
		tx.Me.ID.String()+credential.String()+operation+key, tx.Me.ID, credential, operation, key).
		Scan(ctx, &k.Got, &k.BodyHash, &k.Status, &k.Headers, &k.Body)
	return k, err
}

func (k kept) replay(hash []byte) (Answer, error) {
	if string(k.BodyHash) != string(hash) {
		return Answer{}, ErrKeyReused
	}
	if k.Body == nil {
		return Answer{}, ErrAlreadyDone
	}
	a := Answer{Status: k.Status, Body: k.Body, Replayed: true}
	if err := json.Unmarshal(k.Headers, &a.Headers); err != nil {
		return Answer{}, fmt.Errorf("kept headers: %w", err)
	}
	return a, nil
}

func keep(ctx context.Context, tx *tenants.Tx, credential tenants.ID, operation, key string, hash []byte, a Answer) error {
	headers := a.Headers
	if headers == nil {
		headers = map[string]string{}
	}
	text, err := json.Marshal(headers)
	if err != nil {
		return err
	}
	body := a.Body
	switch {
	case a.Secret:
		body = nil
	case body == nil:
		body = []byte{}
	}
	result, err := tx.NewRaw(`
		insert into idempotency (owner_id, credential, operation, key, body_hash, status, headers, body, at)
		values (?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?)
		on conflict do nothing`,
		tx.Me.ID, credential, operation, key, hash, a.Status, string(text), body, tx.Now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("idempotency key of %s: %w", operation, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return fault.ErrBusy.Because(err)
	}
	return nil
}
