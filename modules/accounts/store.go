package accounts

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/tenants"
)

func start(ctx context.Context, tx *tenants.Tx, t *Try) (locked bool, err error) {
	var row startRow
	err = tx.NewRaw("select person, hash, locked from app.sign_in_start(?, ?)", t.mail, t.address).Scan(ctx, &row)
	row.into(t)
	return row.Locked, err
}

func startOwn(ctx context.Context, tx *tenants.Tx, t *Try) (locked bool, err error) {
	var row startRow
	err = tx.NewRaw("select mail, person, hash, locked from app.own_password(?)", t.address).Scan(ctx, &row)
	t.mail = row.Mail
	row.into(t)
	return row.Locked, err
}

type startRow struct {
	Mail   string
	Person *tenants.ID
	Hash   *string
	Locked bool
}

func (r *startRow) into(t *Try) {
	if r.Person != nil && r.Hash != nil {
		t.person, t.hash = *r.Person, *r.Hash
	}
}

func wrong(ctx context.Context, tx *tenants.Tx, t Try) error {
	_, err := tx.NewRaw("select app.sign_in_wrong(?, ?)", t.mail, t.address).Exec(ctx)
	return err
}

func remember(ctx context.Context, tx *tenants.Tx, t Try) (good bool, err error) {
	err = tx.NewRaw("select app.sign_in_good(?, ?, ?)", t.mail, t.address, t.hash).Scan(ctx, &good)
	return good, err
}

func places(ctx context.Context, tx *tenants.Tx, person tenants.ID) ([]Place, error) {
	var all []Place
	err := tx.NewRaw("select code, kind, name, roles from app.places(?) order by kind = 'worker', name", person).Scan(ctx, &all)
	return all, err
}

func setPassword(ctx context.Context, tx *tenants.Tx, hash string, keep tenants.ID) error {
	_, err := tx.NewRaw("select app.set_password(?, ?)", hash, keep).Exec(ctx)
	return err
}

func insertOrganisation(ctx context.Context, tx *tenants.Tx, o *Organisation) error {
	_, err := tx.NewRaw(`
		insert into organisations (id, code, letters, kind, name, nation, ods_code, sandbox, created_at)
		values (?, ?, ?, ?, ?, ?, nullif(?, ''), ?, ?)`,
		o.ID, o.Code, o.Letters, string(o.Kind), o.Name, o.Nation, o.ODSCode, o.Sandbox, o.CreatedAt).Exec(ctx)
	return err
}

func directory(ctx context.Context, tx *tenants.Tx, kind tenants.Kind) ([]Organisation, error) {
	var all []Organisation
	err := tx.NewRaw(`
		select id, code, letters, kind, name, nation, coalesce(ods_code, '') as ods_code, sandbox, created_at
		from   organisations
		where  (? = '' or kind = ?)
		order  by name
		limit  1000`, string(kind), string(kind)).Scan(ctx, &all)
	return all, err
}

func organisation(ctx context.Context, tx *tenants.Tx, code string) (Organisation, error) {
	var o Organisation
	err := tx.NewRaw(`
		select id, code, letters, kind, name, nation, coalesce(ods_code, '') as ods_code, sandbox, created_at
		from   organisations
		where  code = ?`, code).Scan(ctx, &o)
	return o, tenants.Found("organisation", code, err)
}

func organisationByID(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Organisation, error) {
	var o Organisation
	err := tx.NewRaw(`
		select id, code, letters, kind, name, nation, coalesce(ods_code, '') as ods_code, sandbox, created_at
		from   organisations
		where  id = ?`, id).Scan(ctx, &o)
	return o, tenants.Found("organisation", id, err)
}

func organisationsByID(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (map[tenants.ID]Organisation, error) {
	found := make(map[tenants.ID]Organisation, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	var all []Organisation
	err := tx.NewRaw(`
		select id, code, letters, kind, name, nation, coalesce(ods_code, '') as ods_code, sandbox, created_at
		from   organisations
		where  id in (?)`, bun.List(ids)).Scan(ctx, &all)
	for _, o := range all {
		found[o.ID] = o
	}
	return found, err
}

func organisationPage(ctx context.Context, tx *tenants.Tx, f OrganisationFilter) ([]Organisation, paging.Cursor, error) {
	limit, err := paging.Limit(f.Limit)
	if err != nil {
		return nil, "", err
	}
	var name string
	var id tenants.ID
	if f.Cursor != "" {
		if err := paging.Decode(f.Cursor, &name, &id); err != nil {
			return nil, "", err
		}
	}
	var page []Organisation
	err = tx.NewRaw(`
		select id, code, letters, kind, name, nation, coalesce(ods_code, '') as ods_code, sandbox, created_at
		from   organisations
		where  (? = '' or kind = ?)
		and    (name, id) > (?, ?::uuid)
		order  by name, id
		limit  ?`, string(f.Kind), string(f.Kind), name, id, limit+1).Scan(ctx, &page)
	if err != nil || len(page) <= limit {
		return page, "", err
	}
	last := page[limit-1]
	return page[:limit], paging.Encode(last.Name, last.ID), nil
}

func register(ctx context.Context, tx *tenants.Tx, mail, name, hash string) (tenants.ID, error) {
	var id tenants.ID
	err := tx.NewRaw("select app.register_person(?, ?, ?, ?)", tenants.NewID(), mail, name, hash).Scan(ctx, &id)
	if tenants.Raised(err, "WB409") {
		return id, ErrKnownElsewhere.With(fault.Field{Name: "email", Code: ErrKnownElsewhere.Code, Text: ErrKnownElsewhere.Text, Value: mail})
	}
	return id, err
}

func grant(ctx context.Context, tx *tenants.Tx, person, organisation tenants.ID, role string, wards []tenants.ID) error {
	var on any
	if wards != nil {
		on = pgdialect.Array(wards)
	}
	_, err := tx.NewRaw("select app.grant_role(?, ?, ?, ?, ?)", tenants.NewID(), person, organisation, role, on).Exec(ctx)
	return err
}

func revoke(ctx context.Context, tx *tenants.Tx, person tenants.ID, role string) error {
	var did bool
	if err := tx.NewRaw("select app.revoke_role(?, ?)", person, role).Scan(ctx, &did); err != nil {
		return err
	}
	if !did {
		return fault.ErrNotFound
	}
	return nil
}

// memberKey is where a page of members begins.
type memberKey struct {
	Name   string
	Person tenants.ID
}

// membersMax bounds a list that is shown whole.
const membersMax = 5000

func members(ctx context.Context, tx *tenants.Tx, after memberKey, limit int) ([]Member, error) {
	var all []Member
	err := tx.NewRaw(`
		select person_id, name, email, roles, wards, last_used_at
		from   app.members()
		where  (name, person_id) > (?, ?::uuid)
		order  by name, person_id
		limit  ?`, after.Name, after.Person, limit).Scan(ctx, &all)
	return all, err
}

func member(ctx context.Context, tx *tenants.Tx, person tenants.ID) (m Member, err error) {
	err = tx.NewRaw(`
		select person_id, name, email, roles, wards, last_used_at
		from   app.members()
		where  person_id = ?`, person).Scan(ctx, &m)
	return m, tenants.Found("member", person, err)
}

// lockMembers keeps two changes of administrators of one organisation apart.
func lockMembers(ctx context.Context, tx *tenants.Tx) error {
	_, err := tx.NewRaw("select pg_advisory_xact_lock(hashtextextended(?, 0))", "members:"+tx.Me.ID.String()).Exec(ctx)
	return err
}

func setClock(ctx context.Context, tx *tenants.Tx, ahead time.Duration) error {
	_, err := tx.NewRaw("select app.set_clock(?::interval)", fmt.Sprintf("%d microseconds", ahead.Microseconds())).Exec(ctx)
	return err
}

func openLink(ctx context.Context, tx *tenants.Tx, hash []byte, person tenants.ID, until time.Time) error {
	_, err := tx.NewRaw("select app.open_link(?, ?, ?)", hash, person, until).Exec(ctx)
	return err
}

func linkPerson(ctx context.Context, tx *tenants.Tx, hash []byte) (Linked, error) {
	var l Linked
	err := tx.NewRaw("select name, email from app.link_person(?)", hash).Scan(ctx, &l)
	if tenants.NoRows(err) {
		return l, ErrLink
	}
	return l, err
}

func useLink(ctx context.Context, tx *tenants.Tx, hash []byte, password string) error {
	var did bool
	if err := tx.NewRaw("select app.use_link(?, ?)", hash, password).Scan(ctx, &did); err != nil {
		return err
	}
	if !did {
		return ErrLink
	}
	return nil
}
