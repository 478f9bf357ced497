package notices

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"wardbridge/internal/paging"
	"wardbridge/tenants"
)

// insertNotice reports whether it was the first time. It asks for nothing back:
// somebody who may not read a ward's notices may well cause one.
func insertNotice(ctx context.Context, tx *tenants.Tx, n Notice) (bool, error) {
	result, err := tx.NewRaw(`
		insert into notices (owner_id, id, at, kind, title, text, href, ward_id, once)
		values (?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''))
		on     conflict do nothing`,
		tx.Me.ID, n.ID, n.At, n.Kind, n.Title, n.Text, n.Href, n.WardID, n.Once).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("notice %s: %w", n.Kind, err)
	}
	rows, err := result.RowsAffected()
	return rows > 0, err
}

type addressee struct {
	PersonID tenants.ID
	Name     string
	Email    string
}

// addresses are those who get a mail, each once.
func addresses(ctx context.Context, tx *tenants.Tx, n Notice) ([]addressee, error) {
	var alone *tenants.ID
	if n.Person != (tenants.ID{}) {
		alone = &n.Person
	}
	all, err := addressed(ctx, tx, n, alone)
	for _, person := range n.People {
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, func(a addressee) bool { return a.PersonID == person }) {
			continue
		}
		var more []addressee
		more, err = addressed(ctx, tx, n, &person)
		all = append(all, more...)
	}
	return slices.DeleteFunc(all, func(a addressee) bool { return slices.Contains(n.Except, a.PersonID) }), err
}

func addressed(ctx context.Context, tx *tenants.Tx, n Notice, alone *tenants.ID) (all []addressee, err error) {
	roles := n.Roles
	if roles == nil {
		roles = []string{}
	}
	err = tx.NewRaw("select person_id, name, email from app.addresses(?, ?::uuid, ?::uuid)", pgdialect.Array(roles), n.WardID, alone).Scan(ctx, &all)
	return all, err
}

func insertMails(ctx context.Context, tx *tenants.Tx, mails []Mail) error {
	type row struct {
		bun.BaseModel `bun:"table:mails"`
		OwnerID       tenants.ID
		ID            tenants.ID
		At            time.Time
		ToName        string
		ToEmail       string
		Subject       string
		Text          string
	}
	rows := make([]row, len(mails))
	for i, m := range mails {
		rows[i] = row{OwnerID: tx.Me.ID, ID: m.ID, At: m.At, ToName: m.ToName, ToEmail: m.ToEmail, Subject: m.Subject, Text: m.Text}
	}
	_, err := tx.NewInsert().Model(&rows).Exec(ctx)
	return err
}

// place is the keyset of both lists: newest first.
type place struct {
	at time.Time
	id tenants.ID
}

func placeOf(c paging.Cursor) (p place, err error) {
	if c == "" {
		return place{}, nil
	}
	return p, paging.Decode(c, &p.at, &p.id)
}

func behind(q *bun.SelectQuery, p place) *bun.SelectQuery {
	if p.id != (tenants.ID{}) {
		q = q.Where("(at, id) < (?, ?)", p.at, p.id)
	}
	return q.OrderExpr("at desc, id desc")
}

func list(ctx context.Context, tx *tenants.Tx, f Filter) ([]Notice, paging.Cursor, error) {
	limit, err := paging.Limit(f.Limit)
	if err != nil {
		return nil, "", err
	}
	from, err := placeOf(f.Cursor)
	if err != nil {
		return nil, "", err
	}
	var page []Notice
	q := tx.NewSelect().TableExpr("notices").Column("id", "at", "kind", "title", "text", "href", "read_at", "ward_id").Where("owner_id = ?", tx.Me.ID)
	if f.Unread {
		q = q.Where("read_at is null")
	}
	if err := behind(q, from).Limit(int64(limit)+1).Scan(ctx, &page); err != nil || len(page) <= limit {
		return page, "", err
	}
	last := page[limit-1]
	return page[:limit], paging.Encode(last.At, last.ID), nil
}

// unread stops counting at 100: a page shows 99+ and a long list costs no more.
func unread(ctx context.Context, tx *tenants.Tx) (n int, err error) {
	err = tx.NewRaw("select count(*) from (select from notices where owner_id = ? and read_at is null limit 100) x", tx.Me.ID).Scan(ctx, &n)
	return n, err
}

func read(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Notice, error) {
	var n Notice
	err := tx.NewRaw(`
		update notices
		set    read_at = coalesce(read_at, ?)
		where  owner_id = ? and id = ?
		returning id, at, kind, title, text, href, read_at, ward_id`, tx.Now, tx.Me.ID, id).Scan(ctx, &n)
	return n, tenants.Found("notice", id, err)
}

func readAll(ctx context.Context, tx *tenants.Tx) (int, error) {
	result, err := tx.NewRaw("update notices set read_at = ? where owner_id = ? and read_at is null", tx.Now, tx.Me.ID).Exec(ctx)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	return int(n), err
}

func outbox(ctx context.Context, tx *tenants.Tx, cursor paging.Cursor, asked int) ([]Mail, paging.Cursor, error) {
	limit, err := paging.Limit(asked)
	if err != nil {
		return nil, "", err
	}
	from, err := placeOf(cursor)
	if err != nil {
		return nil, "", err
	}
	var page []Mail
	q := tx.NewSelect().TableExpr("mails").Column("id", "at", "to_name", "to_email", "subject", "text", "sent_at", "failed_at", "failure").Where("owner_id = ?", tx.Me.ID)
	if err := behind(q, from).Limit(int64(limit)+1).Scan(ctx, &page); err != nil || len(page) <= limit {
		return page, "", err
	}
	last := page[limit-1]
	return page[:limit], paging.Encode(last.At, last.ID), nil
}

func mailByID(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Mail, error) {
	var m Mail
	err := tx.NewRaw(`
		select id, at, to_name, to_email, subject, text, sent_at, failed_at, failure
		from   mails
		where  owner_id = ? and id = ?`, tx.Me.ID, id).Scan(ctx, &m)
	return m, tenants.Found("mail", id, err)
}

func markSent(ctx context.Context, tx *tenants.Tx, id tenants.ID) error {
	_, err := tx.NewRaw("update mails set sent_at = ?, failure = '' where owner_id = ? and id = ?", tx.Now, tx.Me.ID, id).Exec(ctx)
	return err
}

// markFailed remembers what the server said; only a lasting refusal ends a mail.
func markFailed(ctx context.Context, tx *tenants.Tx, id tenants.ID, why string, lasting bool) error {
	_, err := tx.NewRaw(`
		update mails
		set    failure = ?, failed_at = case when ? then ?::timestamptz end
		where  owner_id = ? and id = ?`, why, lasting, tx.Now, tx.Me.ID, id).Exec(ctx)
	return err
}
