package tenants_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wardbridge/internal/pgtest"
	"wardbridge/tenants"
)

// A definer is a function that crosses the walls. Forced row-level security
// blinds one without a word when its owner lacks a policy, so each has a
// scenario in which it must find something, and somebody for whom it must not.
type definer struct {
	finds   func(t *testing.T, l line)
	nothing func(t *testing.T, l line)
}

// definers are all of them, by signature.
var definers = map[string]definer{
	"app.audit_insert()":                    {auditOf("insert"), noAudit},
	"app.audit_update()":                    {auditOf("update"), noAudit},
	"app.audit_delete()":                    {auditOf("delete"), noAudit},
	"app.saw(text,uuid)":                    {findsWhoLooked, noAudit},
	"app.timesheet_lines_before_approval()": {findsApproval, noApproval},
	"app.begin(uuid,text,uuid,text,uuid,text,text,uuid,bigint,uuid[])": {findsCredential, noCredential},
	"app.due_parties()":                {findsDue, nothingDue},
	"app.shared(uuid,uuid)":            {findsShare, noShare},
	"app.links()":                      {findsLinks, noLinks},
	"app.enter(bytea,text)":            {findsHolder, noHolder},
	"app.places(uuid)":                 {findsPlaces, noPlaces},
	"app.sign_in_start(text,text)":     {findsPassword, noPassword},
	"app.sign_in_wrong(text,text)":     {chargesAddress, noTries},
	"app.sign_in_good(text,text,text)": {forgetsTries, keepsTries},
	"app.own_password(text)":           {findsOwnPassword, noOwnPassword},
	"app.open_credential(uuid,text,bytea,text,text,uuid,uuid,boolean,text[],text[],integer,timestamp with time zone)": {opensSession, opensNothing},
	"app.close_credential(uuid)":                         {closesOwnKey, closesNoOther},
	"app.close_sessions()":                               {closesOwnSessions, closesNoSessions},
	"app.my_credentials()":                               {findsOwnKeys, noKeys},
	"app.members()":                                      {findsMembers, noMembers},
	"app.addresses(text[],uuid,uuid)":                    {findsAddresses, noAddresses},
	"app.register_person(uuid,text,text,text)":           {findsPersonByMail, newPerson},
	"app.set_password(text,uuid)":                        {setsPassword, keepsPassword},
	"app.open_link(bytea,uuid,timestamp with time zone)": {opensLink, opensNoLink},
	"app.link_person(bytea)":                             {findsPersonOfLink, noPersonOfLink},
	"app.use_link(bytea,text)":                           {usesLink, usesNoLink},
	"app.grant_role(uuid,uuid,uuid,text,uuid[])":         {grantsRole, grantsNothing},
	"app.revoke_role(uuid,text)":                         {revokesRole, revokesNothing},
	"app.set_clock(interval)":                            {setsClock, setsNoClock},
	"app.representations_of_me()":                        {findsMatch, noMatch},
	"app.confirm_representation(uuid,uuid)":              {confirmsMatch, confirmsNothing},
	"app.engaged(uuid,uuid,text)":                        {findsEngaged, noEngaged},
	"app.diary_plan(uuid,uuid)":                          {plansBooking, plansNothing},
	"app.diary_drop(uuid)":                               {dropsBooking, dropsNothing},
	"app.diary_free(uuid,timestamp with time zone,timestamp with time zone)": {findsClash, noClash},
	"app.awr_weeks(uuid,uuid,text,date,integer)":                             {findsWeeks, noWeeks},
	"app.cap_zone(uuid,uuid)":                                                {findsZone, noZone},
}

func TestDefiner_everyFunctionThatCrossesTheWallsFindsWhatItShouldAndNoMore(t *testing.T) {
	t.Parallel()
	h := ours(t)

	there := h.names(t, "select oid::regprocedure::text from pg_proc where prosecdef and proowner <> 10 order by 1")

	if want := slices.Sorted(maps.Keys(definers)); !slices.Equal(slices.Sorted(slices.Values(there)), want) {
		t.Errorf("the database has\n%v\nthe test knows\n%v", there, want)
	}
	for signature, d := range definers {
		t.Run(signature, func(t *testing.T) {
			t.Parallel()
			l := ours(t).line(t)
			d.finds(t, l)
			d.nothing(t, ours(t).line(t))
		})
	}
}

func TestDefiner_isPinnedOwnedAndClosedToThePublic(t *testing.T) {
	t.Parallel()
	h := ours(t)
	for _, wrong := range h.names(t, `
		select p.oid::regprocedure || ' belongs to ' || p.proowner::regrole || ', ' || coalesce(array_to_string(p.proconfig, ' '), 'not pinned')
		       || case when p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0) then ', public' else '' end
		from   pg_proc p
		where  p.prosecdef and p.proowner <> 10
		and    (p.proowner <> 'wb_definer'::regrole or p.proconfig is distinct from '{"search_path=public, app, pg_temp"}' or p.pronamespace <> 'app'::regnamespace
		        or p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0))`) {
		t.Error(wrong)
	}
	open := h.names(t, `
		select p.oid::regprocedure::text
		from   pg_proc p
		where  p.pronamespace = 'app'::regnamespace and p.prorettype <> 'trigger'::regtype
		and    exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0)
		order  by 1`)
	if want := []string{"app.letters(uuid)", "app.me()", "app.new_id()", "app.now_at(uuid)", "app.person()", "app.wards()"}; !slices.Equal(open, want) {
		t.Errorf("open to everybody: %v, want %v", open, want)
	}
	if got := h.names(t, "select rolname::text from pg_roles r where rolname <> 'wb_owner' and not rolsuper and rolname like 'wb\\_%' and rolname <> 'wb_definer' and pg_has_role(oid, 'wb_definer', 'member')"); len(got) > 0 {
		t.Errorf("these become the definer: %v", got)
	}
}

func is[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// does runs a statement as a party, and keeps what it did.
func does(t *testing.T, me tenants.Party, who tenants.Actor, statement string, args ...any) {
	t.Helper()
	err := pgtest.DB(t).Run(t.Context(), me, who, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := tx.NewRaw(statement, args...).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %s: %v", me.Kind, statement, err)
	}
}

func auditOf(act string) func(*testing.T, line) {
	return func(t *testing.T, l line) {
		who := pgtest.Actor(l.trust)
		does(t, l.trust, who, "insert into settings (owner_id, name, value, changed_at) values (?, 'a', '1', now())", l.trust.ID)
		does(t, l.trust, who, "update settings set value = '2'")
		does(t, l.trust, who, "delete from settings")
		is(t, act, count(t, l.trust, "audit where table_name = 'settings' and act = ?", act), 1)
	}
}

func findsWhoLooked(t *testing.T, l line) {
	does(t, l.trust, pgtest.Actor(l.trust), "select app.saw('worker', ?)", l.worker.ID)
	is(t, "looked", count(t, l.trust, "audit where act = 'read' and row_id = ?", l.worker.ID.String()), 1)
}

func noAudit(t *testing.T, l line) {
	does(t, l.trust, pgtest.Actor(l.trust), "insert into settings (owner_id, name, value, changed_at) values (?, 'a', '1', now())", l.trust.ID)
	for _, other := range []tenants.Party{pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency), pgtest.Worker(t), pgtest.Org(t, tenants.Platform)} {
		is(t, "audit of another", count(t, other, "audit where owner_id = ?", l.trust.ID), 0)
	}
}

const addLine = `insert into timesheet_lines (tenant_id, agency_id, worker_id, id, timesheet_id, agreement_id, earned_on, position, kind, amount_pence, vat_category, vat_rate, formula)
	values (?, ?, ?, ?, ?, ?, '2026-06-01', 1, 'pay', 1, 'E', 0, 'x')`

func (l line) addLine(t *testing.T) (int64, string) {
	elsewhere := pgtest.Actor(l.trust)
	elsewhere.Wards = []tenants.ID{tenants.NewID()} // so that the timesheet itself is out of sight
	return attemptBy(t, l.db, l.trust, elsewhere, addLine, l.trust.ID, l.agency.ID, l.worker.ID, tenants.NewID(), l.timesheet, l.agreement)
}

func findsApproval(t *testing.T, l line) {
	l.exec(t, "update timesheets set submitted_at = now(), net_pence = 1, approved_at = now() where id = $1", l.timesheet)
	_, code := l.addLine(t)
	is(t, "a line after approval", code, refused)
}

func noApproval(t *testing.T, l line) {
	n, code := l.addLine(t)
	is(t, "a line before approval", fmt.Sprint(n, code), "1")
}

// key puts a credential of an organisation or of a person there.
func (l line) key(t *testing.T, kind string, person, organisation any) (id tenants.ID) {
	t.Helper()
	id = tenants.NewID()
	l.row(t, "credentials", "id", id, "kind", kind, "token_hash", id[:], "person_id", person, "organisation_id", organisation, "roles_of_key", []string{"viewer"},
		"created_at", "now", "last_used_at", "now", "idle_minutes", 30, "expires_at", time.Now().Add(time.Hour))
	return id
}

func (l line) begin(t *testing.T, version int64) error {
	who := as(l.worker.ID)
	who.Credential, who.Version = l.key(t, "session", l.worker.ID, nil), version
	return l.db.Run(t.Context(), l.worker, who, func(context.Context, *tenants.Tx) error { return nil })
}

func findsCredential(t *testing.T, l line) { is(t, "a live credential", l.begin(t, 1), nil) }
func noCredential(t *testing.T, l line) {
	is(t, "one of an older version", errors.Is(l.begin(t, 2), tenants.ErrStale), true)
}

func (l line) due(t *testing.T, at string) (n int) {
	l.row(t, "due_work", "owner_id", l.trust.ID, "kind", "x", "subject_id", l.shift, "due_at", at)
	pgtest.Run(t, l.agency, func(ctx context.Context, tx *tenants.Tx) error {
		return tx.AsQueue(func(q pgx.Tx) error {
			return q.QueryRow(ctx, "select coalesce(sum(due), 0) from app.due_parties() where owner_id = $1", l.trust.ID).Scan(&n)
		})
	})
	return n
}

func findsDue(t *testing.T, l line)   { is(t, "due", l.due(t, "2026-01-01T00:00Z"), 1) }
func nothingDue(t *testing.T, l line) { is(t, "due in the future", l.due(t, "2999-01-01T00:00Z"), 0) }

func (l line) sharedWith(t *testing.T, who tenants.Party) bool {
	l.row(t, "shares", "owner_id", l.trust.ID, "id", tenants.NewID(), "row_id", l.shift, "party_id", l.agency.ID)
	return ask[bool](t, who, pgtest.Actor(who), "select app.shared(?, ?)", l.trust.ID, l.shift)
}

func findsShare(t *testing.T, l line) { is(t, "shared", l.sharedWith(t, l.agency), true) }
func noShare(t *testing.T, l line) {
	is(t, "shared with another", l.sharedWith(t, pgtest.Org(t, tenants.Agency)), false)
}

func (l line) linked(t *testing.T, me tenants.Party) int {
	return ask[int](t, me, pgtest.Actor(me), "select cardinality(app.links())")
}

func findsLinks(t *testing.T, l line) {
	is(t, "the agency's", l.linked(t, l.agency), 1)
	l.exec(t, "update agreements set ends_on = (now() at time zone 'Europe/London')::date where id = $1", l.agreement)
	is(t, "the agency's on the last day", l.linked(t, l.agency), 1)
	is(t, "the worker's", l.linked(t, l.worker), 1)
}

func noLinks(t *testing.T, l line) {
	is(t, "a stranger's", l.linked(t, pgtest.Org(t, tenants.Agency)), 0)
	is(t, "another worker's", l.linked(t, pgtest.Worker(t)), 0)
	is(t, "the trust's own", l.linked(t, l.trust), 0)
	l.exec(t, "update agreements set ends_on = (now() at time zone 'Europe/London')::date - 1 where id = $1", l.agreement)
	is(t, "the agency's after the last day", l.linked(t, l.agency), 0)
	l.exec(t, "update agreements set ends_on = null where id = $1", l.agreement)
	l.exec(t, "update agreements set ended_at = now() where id = $1", l.agreement)
	is(t, "after the end", l.linked(t, l.agency), 0)
}

func findsHolder(t *testing.T, l line) {
	id := l.key(t, "key", nil, l.trust.ID)
	e, err := l.db.Enter(t.Context(), id[:], "")
	if err != nil || e == nil || e.Party != l.trust.ID || !slices.Equal(e.Roles, []string{"viewer"}) {
		t.Errorf("entered as %+v (%v)", e, err)
	}
}

func noHolder(t *testing.T, l line) {
	id := l.key(t, "key", nil, l.trust.ID)
	other := l.one(t, "select code from organisations where id = $1", l.agency.ID)
	for hash, place := range map[string]string{"nobody's": "", string(id[:]): other} {
		if e, err := l.db.Enter(t.Context(), []byte(hash), place); e != nil || err != nil {
			t.Errorf("entered %q as %+v (%v)", place, e, err)
		}
	}
}

func (l line) placesOf(t *testing.T, me tenants.Party, who tenants.Actor) int {
	l.grant(t, l.worker.ID, pgtest.Org(t, tenants.Trust), "viewer")
	return ask[int](t, me, who, "select count(*) from app.places(?)", l.worker.ID)
}

func findsPlaces(t *testing.T, l line) {
	is(t, "one's own", l.placesOf(t, l.worker, as(l.worker.ID)), 1)
	is(t, "for the sign-in page", l.placesOf(t, tenants.Nobody, tenants.Actor{Kind: tenants.System}), 2)
}
func noPlaces(t *testing.T, l line) {
	is(t, "of somebody else", l.placesOf(t, l.trust, as(pgtest.Person(t, "Curious"))), 0)
}

func (l line) mail(t *testing.T) string {
	return l.one(t, "select email from people where id = $1", l.worker.ID)
}

func (l line) signInStart(t *testing.T, mail, address string) string {
	return ask[string](t, tenants.Nobody, pgtest.Actor(tenants.Nobody), "select coalesce(person::text, 'nobody') || ' ' || coalesce(hash, 'none') || ' ' || locked from app.sign_in_start(?, ?)", mail, address)
}

func findsPassword(t *testing.T, l line) {
	l.exec(t, "update people set password_hash = 'hashed' where id = $1", l.worker.ID)
	is(t, "start", l.signInStart(t, l.mail(t), "here"), l.worker.ID.String()+" hashed false")
}
func noPassword(t *testing.T, l line) {
	is(t, "one without a password", l.signInStart(t, l.mail(t), "here"), "nobody none false")
	is(t, "a stranger", l.signInStart(t, "nobody@nowhere.example", "here"), "nobody none false")
}

// fail is ten tries whose password was looked at.
func (l line) fail(t *testing.T, mail, address string) {
	for range 10 {
		l.signInStart(t, mail, address)
	}
	does(t, tenants.Nobody, pgtest.Actor(tenants.Nobody), "select app.sign_in_wrong(?, ?)", mail, address)
}

func (l line) good(t *testing.T, mail, address, checked string) bool {
	return ask[bool](t, tenants.Nobody, pgtest.Actor(tenants.Nobody), "select app.sign_in_good(?, ?, ?)", mail, address, checked)
}

func chargesAddress(t *testing.T, l line) {
	l.fail(t, l.mail(t), l.trust.ID.String())
	is(t, "the address of the person", l.signInStart(t, l.mail(t), "elsewhere"), "nobody none true")
	is(t, "the address of the machine", l.signInStart(t, "other@people.example", l.trust.ID.String()), "nobody none true")
}

func noTries(t *testing.T, l line) {
	l.fail(t, l.mail(t), l.trust.ID.String())
	is(t, "others", l.signInStart(t, "other@people.example", "elsewhere-"+l.trust.ID.String()), "nobody none false")
}

func forgetsTries(t *testing.T, l line) {
	l.exec(t, "update people set password_hash = 'hashed' where id = $1", l.worker.ID)
	home, away, found := "home-"+l.trust.ID.String(), "away-"+l.trust.ID.String(), l.worker.ID.String()+" hashed "
	is(t, "a good one", l.good(t, l.mail(t), home, "hashed"), true)
	l.fail(t, l.mail(t), away)
	is(t, "from a third place", l.signInStart(t, l.mail(t), "third-"+away), found+"true")
	is(t, "from where they sign in", l.signInStart(t, l.mail(t), home), found+"false")
	is(t, "a good one from there", l.good(t, l.mail(t), home, "hashed"), true)
	is(t, "from the third place still", l.signInStart(t, l.mail(t), "third-"+away), found+"true")
	l.fail(t, l.mail(t), home)
	is(t, "from where they sign in, after ten", l.signInStart(t, l.mail(t), home), found+"true")
}

func keepsTries(t *testing.T, l line) {
	l.exec(t, "update people set password_hash = 'changed' where id = $1", l.worker.ID)
	l.fail(t, l.mail(t), l.trust.ID.String())
	is(t, "what was checked before a change", l.good(t, l.mail(t), "home", "hashed"), false)
	is(t, "afterwards", l.signInStart(t, l.mail(t), "elsewhere"), l.worker.ID.String()+" changed true")
}

func (l line) ownPassword(t *testing.T, who tenants.ID) int {
	return ask[int](t, tenants.Nobody, as(who), "select count(*) from app.own_password('here') where hash = 'hashed' and not locked")
}

func findsOwnPassword(t *testing.T, l line) {
	l.exec(t, "update people set password_hash = 'hashed' where id = $1", l.worker.ID)
	is(t, "own", l.ownPassword(t, l.worker.ID), 1)
}

func noOwnPassword(t *testing.T, l line) {
	l.exec(t, "update people set password_hash = 'hashed' where id = $1", l.worker.ID)
	is(t, "another's", l.ownPassword(t, pgtest.Person(t, "Curious")), 0)
}
