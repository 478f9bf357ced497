package tenants_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"wardbridge/internal/pgtest"
	"wardbridge/tenants"
)

// What these tests do not try: set_config('app.me', ...). The walls protect
// against a forgotten predicate, not against whoever can write SQL of their
// own; such a person could also `reset role` and take another party's. Against
// that stand constant statements, bound values, and the separate log-ins that
// the tests below do show to be out of reach.

// everywhere are ways out of a unit of work that are shut for every party.
var everywhere = []string{
	// other log-ins
	"set role wb_owner",
	"set role wb_definer",
	"set role wb_river",
	"set role postgres",
	"set local role wb_owner",
	"select set_config('role', 'wb_owner', true)",
	"set session authorization wb_owner",
	"set session authorization postgres",
	"select set_config('session_authorization', 'wb_owner', true)",
	"do $$ begin execute 'set role wb_definer'; end $$",
	"grant wb_owner to current_user",
	"grant wb_definer to wb_agency",
	"alter role wb_agency bypassrls",
	"alter role wb_employer superuser",
	"create role wb_mine",
	"drop owned by wb_owner",
	"reassign owned by wb_owner to wb_agency",

	// the kernel
	"select from people",
	"select password_hash from people",
	"select count(*) from grants",
	"select token_hash from credentials",
	"select from sign_in_tries",
	"select from sign_in_addresses",
	"select from event_log",
	"select from event_log_other",
	"select from audit_other",
	"select from releases_other",
	"select from inbox",
	"select from diary",
	"select from river.river_job",
	"insert into river.river_job (kind, args, max_attempts) values ('x', '{}', 1)",
	"select nextval('river.river_job_id_seq')",
	"select from app.walls",
	"select from app.extra_policies",
	"select from app.sensitive",
	"update app.installation set min_binary = 99",
	"select from public.migrations",
	"insert into people (id, email, name, created_at) values (gen_random_uuid(), 'x@y.example', 'X', now())",
	"update people set password_hash = ''",
	"insert into grants (id, person_id, organisation_id, role, granted_at) values (gen_random_uuid(), gen_random_uuid(), app.me(), 'org_admin', now())",
	"delete from credentials",
	"insert into inbox (key) values ('x')",
	"insert into event_log (party_id, parties, name) values (gen_random_uuid(), '{}', 'x')",
	"insert into audit (actor_kind, table_name, row_id, act) values ('person', 'x', 'x', 'insert')",
	"update audit set actor_name = 'somebody else'",
	"delete from audit",
	"lock table people",

	// files and programs
	"copy people to stdout",
	"copy (select token_hash from credentials) to stdout",
	"copy people from stdin",
	"copy sites from '/etc/passwd'",
	"copy (select 1) to '/tmp/wardbridge-escape'",
	"copy (select 1) to program 'true'",
	"select lo_import('/etc/passwd')",
	"select lo_export(1, '/tmp/wardbridge-escape')",
	"select pg_read_file('/etc/passwd')",
	"select pg_read_binary_file('/etc/passwd')",
	"select pg_ls_dir('/')",
	"select pg_ls_waldir()",
	"select pg_reload_conf()",
	"select pg_switch_wal()",
	"select rolpassword from pg_authid",
	"select from pg_shadow",
	"select from pg_statistic",
	"select pg_terminate_backend(pid) from pg_stat_activity where usename = 'wb_owner'",

	// the walls themselves
	"alter table sites disable row level security",
	"alter table sites no force row level security",
	"drop policy employer on sites",
	"create policy mine on sites using (true)",
	"alter policy employer on sites using (true)",
	"alter table timesheets disable trigger all",
	"drop trigger audit_update on timesheets",
	"truncate sites",
	"drop table sites",
	"grant select on people to public",
	"grant select on people to wb_agency",
	"alter default privileges for role wb_owner grant select on tables to public",
	"create table public.mine (a integer)",
	"create view public.mine as select 1",
	"create function public.mine() returns integer language sql as 'select 1'",
	"create schema mine",
	"create extension dblink",
	"create or replace function app.me() returns uuid language sql as 'select gen_random_uuid()'",
	"alter function app.members() reset search_path",
	"alter function app.me() owner to wb_agency",
	"set session_replication_role = replica",

	// functions of the house that are for others
	"select app.wall('sites', 'reference', '{}')",
	"select app.allow('people', 'wb_agency', 'select', 'true')",
	"select app.pass('sites', 'mine', 'wb_agency', 'true', '')",
	"select app.own_wards('sites')",
	"select app.watch('sites')",
	"select app.months('audit', '2026-01-01', '2030-01-01')",
	"select app.sight('sites', 'own', 'wb_agency')",
	"select app.record('sites', 'insert', null, '{}')",
	"select app.veil('people', '{}')",
	"select app.due_parties()",
}

// functions that some party may call, and everybody else may not.
var reserved = map[string][]string{
	"select app.enter('x', '')":                                                       {"wb_platform"}, // it is a log-in too, and so a door
	"select app.sign_in_start('a@b.example', '')":                                     {"wb_visitor"},
	"select app.sign_in_wrong('a@b.example', '')":                                     {"wb_visitor"},
	"select app.sign_in_good('a@b.example', '', '')":                                  {"wb_visitor"},
	"select app.own_password('')":                                                     {"wb_visitor"},
	"select app.open_link('x', gen_random_uuid(), now())":                             {"wb_platform"},
	"select app.link_person('x')":                                                     {"wb_visitor"},
	"select app.use_link('x', '')":                                                    {"wb_visitor"},
	"select app.representations_of_me()":                                              {"wb_worker"},
	"select app.confirm_representation(gen_random_uuid(), gen_random_uuid())":         {"wb_worker"},
	"select app.engaged(gen_random_uuid(), gen_random_uuid(), '')":                    {"wb_employer"},
	"select app.diary_plan(gen_random_uuid(), gen_random_uuid())":                     {"wb_employer"},
	"select app.diary_drop(gen_random_uuid())":                                        {"wb_employer"},
	"select app.diary_free(gen_random_uuid(), now(), now())":                          {"wb_agency"},
	"select app.awr_weeks(gen_random_uuid(), gen_random_uuid(), '', now()::date, 42)": {"wb_employer", "wb_practice", "wb_agency", "wb_worker"},
	"select app.cap_zone(gen_random_uuid(), null)":                                    {"wb_employer", "wb_practice", "wb_agency"},
	"select app.links()":                                                              {"wb_employer", "wb_practice", "wb_agency", "wb_worker"},
	"select app.shared(gen_random_uuid(), gen_random_uuid())":                         {"wb_employer", "wb_practice", "wb_agency", "wb_worker"},
	"select app.saw('worker', gen_random_uuid())":                                     {"wb_employer", "wb_practice", "wb_agency", "wb_worker", "wb_platform"},
}

// escape tries every way out that is shut for a kind of party, and the ones
// that are shut for it alone.
func escape(t *testing.T, me tenants.Party, own ...string) {
	t.Helper()
	db := pgtest.DB(t)
	keep := pgtest.Owner(t) // somebody to terminate
	if err := keep.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, statement := range slices.Concat(everywhere, own) {
		if _, code := attempt(t, db, me, statement); code != refused {
			t.Errorf("%s: %q", statement, code)
		}
	}
	for statement, roles := range reserved {
		_, code := attempt(t, db, me, statement)
		if may := slices.Contains(roles, me.Kind.Role()); (code == refused) == may {
			t.Errorf("%s: %q, allowed: %v", statement, code, may)
		}
	}
}

// ofAnother are definer functions that every party may call, tried on what
// belongs to somebody else.
func ofAnother(t *testing.T) []string {
	t.Helper()
	h := ours(t)
	org, person := pgtest.Org(t, tenants.Trust), pgtest.Person(t, "Somebody")
	h.grant(t, person, org, "org_admin")
	o, p := "'"+org.ID.String()+"'", "'"+person.String()+"'"
	open := func(kind, person, organisation, worker string) string {
		return "select app.open_credential(gen_random_uuid(), '" + kind + "', 'hash'::bytea, 'x', 'x', " + person + ", " + organisation + ", " + worker +
			", '{org_admin}', '{}', 10, now() + interval '1 hour')"
	}
	return []string{
		"select app.grant_role(gen_random_uuid(), " + p + ", " + o + ", 'org_admin', null)",
		open("key", "null", o, "false"),
		open("key", p, o, "false"),
		open("token", p, o, "false"),
		open("token", p, "null", "false"),
		open("token", p, "null", "true"),
		open("key", p, "app.me()", "false"),
		open("session", p, o, "false"),
		open("session", p, "null", "false"),
	}
}

func TestEscape_noEmployerGetsOut(t *testing.T) {
	t.Parallel()
	escape(t, pgtest.Org(t, tenants.Trust), append(ofAnother(t),
		"set role wb_platform",
		"set session authorization wb_platform",
		"reset role; select from sites",
		"set row_security = off; select from sites",
		"delete from shifts",
		"update timesheets set starts_at = now()", // the worker's own words
		"update proposals set withdrawn_at = now()",
		"insert into proposals (tenant_id) values (app.me())",
		"insert into representations (agency_id, id) values (gen_random_uuid(), gen_random_uuid())",
		"insert into organisations (id) values (app.me())",
		"update organisations set kind = 'platform'",
		"update clocks set ahead = '1 year'",
		"insert into bank_holidays (nation) values ('england')",
	)...)
}

func TestEscape_noPracticeGetsOut(t *testing.T) {
	t.Parallel()
	escape(t, pgtest.Org(t, tenants.Practice), append(ofAnother(t),
		"set role wb_platform",
		"reset role; select from sites",
		"set row_security = off; select from sites",
		"update shifts set notes = 'x'",
		"insert into shifts (tenant_id) values (app.me())",
		"select from bookings",
		"select from timesheets",
		"select from self_bills",
		"update organisations set name = 'x'",
	)...)
}

func TestEscape_noAgencyGetsOut(t *testing.T) {
	t.Parallel()
	escape(t, pgtest.Org(t, tenants.Agency), append(ofAnother(t),
		"set role wb_platform",
		"reset role; select from sites",
		"set row_security = off; select from sites",
		"select cost_centre from shifts",
		"select cost_centre from wards",
		"select cost_centre from bookings",
		"update shifts set status = 'filled'",
		"insert into bookings (tenant_id, agency_id) values (gen_random_uuid(), app.me())",
		"update bookings set status = 'worked'",
		"update proposals set decision = 'accepted'",
		"update representations set worker_id = gen_random_uuid()",
		"insert into representations (agency_id, id, worker_id) values (app.me(), gen_random_uuid(), gen_random_uuid())",
		"update representations set confirmed_at = now()",
		"update timesheets set approved_at = now()",
		"insert into timesheet_lines (agency_id) values (app.me())",
		"update agreements set self_bill_until = null",
		"insert into releases (agency_id, month) values (app.me(), '2026-01-01')",
		"update releases set status = 'live'",
		"update self_bills set gross_pence = 1",
		"select from cascade_rules",
		"select from worker_profiles",
		"update organisations set kind = 'platform'",
	)...)
}

func TestEscape_noWorkerGetsOut(t *testing.T) {
	t.Parallel()
	escape(t, pgtest.Worker(t), append(ofAnother(t),
		"set role wb_platform",
		"reset role; select from sites",
		"set row_security = off; select from sites",
		"update timesheets set approved_at = now()",
		"update timesheets set approved_at = now(), submitted_at = now()",
		"update timesheets set net_pence = 1",
		"select net_pence from timesheets",
		"select commission from bookings",
		"select born_on from representations",
		"update representations set worker_id = app.me()",
		"update worker_profiles set born_on = now()",
		"update bookings set status = 'worked'",
		"select from agreements",
		"select from self_bills",
		"select app.set_clock('1 day')",
	)...)
}

func TestEscape_noVisitorGetsOut(t *testing.T) {
	t.Parallel()
	all := slices.DeleteFunc(ofAnother(t), func(s string) bool {
		return strings.Contains(s, "'session'") && strings.Contains(s, ", null, false") // which is what the sign-in page is for
	})
	escape(t, tenants.Nobody, append(all,
		"set role wb_platform",
		"reset role; select from sites",
		"select from sites",
		"select from audit",
		"select from settings",
		"select from notices",
		"select from shifts",
		"update organisations set name = 'x'",
		"select app.set_clock('1 day')",
	)...)
}

func TestEscape_thePlatformReadsNobodysBusiness(t *testing.T) {
	t.Parallel()
	all := slices.DeleteFunc(ofAnother(t), func(s string) bool { return strings.Contains(s, "grant_role") }) // it enrols the first administrator
	for _, table := range []string{"sites", "wards", "agreements", "representations", "worker_profiles", "cards", "shifts", "releases", "proposals",
		"bookings", "timesheets", "timesheet_lines", "self_bills", "self_bill_lines", "imports", "import_chunks", "aliases", "due_work", "shares"} {
		all = append(all, "select from "+table, "insert into "+table+" default values")
	}
	escape(t, pgtest.Org(t, tenants.Platform), append(all,
		"set role wb_app",
		"set role wb_employer",
		"set role wb_agency",
		"set session authorization wb_app",
		"set row_security = off; select from settings",
	)...)
}

func TestEscape_onlyASandboxMovesItsClock(t *testing.T) {
	t.Parallel()
	h := ours(t)
	a := pgtest.Org(t, tenants.Trust)

	if _, code := attempt(t, h.db, a, "select app.set_clock('1 day')"); code != "" {
		t.Errorf("a sandbox: %s", code)
	}
	h.exec(t, "update organisations set sandbox = false where id = $1", a.ID)
	if _, code := attempt(t, h.db, a, "select app.set_clock('1 day')"); code != refused {
		t.Errorf("a real organisation: %q", code)
	}
}

// A function of the caller's own that tells what it is shown: Postgres must ask
// it only about rows that the policy let through.
func TestEscape_aPredicateIsNotShownTheRowsOfOthers(t *testing.T) {
	t.Parallel()
	h := ours(t)
	a, b := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	h.row(t, "sites", "tenant_id", a.ID, "id", tenants.NewID(), "code", "A", "name", "Secret")
	const leak = `create function pg_temp.leak(text) returns boolean language plpgsql cost 0.0001 as
		$$ begin raise exception '%', $1 using errcode = 'WB999'; end $$; select from sites where pg_temp.leak(name)`

	if _, code := attempt(t, h.db, b, leak); code != "" {
		t.Errorf("b was shown a row: %s", code)
	}
	if _, code := attempt(t, h.db, a, leak); code != "WB999" {
		t.Errorf("a was not shown its own: %s", code)
	}
}

func TestEscape_statisticsTellNothing(t *testing.T) {
	t.Parallel()
	h := ours(t)
	a := pgtest.Org(t, tenants.Trust)
	h.row(t, "sites", "tenant_id", a.ID, "id", tenants.NewID(), "code", "A", "name", "Secret")
	h.exec(t, "analyze sites")

	if n := count(t, a, "pg_stats where tablename = 'sites'"); n != 0 {
		t.Errorf("%d columns told their commonest values", n)
	}
}

// Whoever may make temporary tables may name one like a table of the house. The
// functions that cross the walls must not be taken in by it.
func TestEscape_aTemporaryTableDoesNotStandInForAWalledOne(t *testing.T) {
	t.Parallel()
	h := ours(t)
	a := pgtest.Org(t, tenants.Trust)
	who := as(pgtest.Person(t, "Asha"))
	var members, places int

	err := h.db.Run(t.Context(), a, who, func(ctx context.Context, tx *tenants.Tx) error {
		for _, table := range []string{"people", "grants", "organisations", "credentials"} {
			if _, err := tx.NewRaw("create temporary table " + table + " (id uuid, person_id uuid, organisation_id uuid, role text, revoked_at timestamptz, " +
				"closed_at timestamptz, name text, email text, wards uuid[], kind text, sandbox boolean) on commit drop").Exec(ctx); err != nil {
				return err
			}
		}
		_, err := tx.NewRaw("insert into pg_temp.people values (?, ?, ?, 'org_admin', null, null, 'Asha', 'a@b.example', null, '', true); "+
			"insert into pg_temp.grants select * from pg_temp.people", who.Person, who.Person, a.ID).Exec(ctx)
		if err != nil {
			return err
		}
		return errors.Join(
			tx.NewRaw("select count(*) from app.members()").Scan(ctx, &members),
			tx.NewRaw("select count(*) from app.places(?)", who.Person).Scan(ctx, &places))
	})

	if err != nil || members != 0 || places != 0 {
		t.Errorf("%d members and %d places out of temporary tables (%v)", members, places, err)
	}
}

func TestEscape_noWorkerReadsWhatAgencyAndEmployerAgreed(t *testing.T) {
	t.Parallel()
	l := ours(t).line(t)
	l.exec(t, `update bookings set quote = '{"minutes": 660, "net_pence": 26400, "vat_pence": 5280, "gross_pence": 31680, "lines": [
		{"kind": "pay", "amount_pence": 20000}, {"kind": "commission", "amount_pence": 2200}, {"kind": "employer_ni", "amount_pence": 3000},
		{"kind": "vat", "amount_pence": 5280}, {"kind": "holiday", "amount_pence": 1200}]}' where id = $1`, l.booking)
	db := pgtest.DB(t)

	for _, column := range []string{"quote", "commission", "net_pence"} {
		if _, code := attempt(t, db, l.worker, "select "+column+" from bookings"); code != refused {
			t.Errorf("bookings.%s: %q", column, code)
		}
	}

	told := ask[string](t, l.worker, pgtest.Actor(l.worker), "select worker_quote::text from bookings where id = ?", l.booking)
	const want = `{"lines": [{"kind": "pay", "amount_pence": 20000}, {"kind": "holiday", "amount_pence": 1200}], "minutes": 660}`
	if told != want {
		t.Errorf("the worker is told %s", told)
	}
	for _, who := range []tenants.Party{l.agency, l.trust} {
		whole := ask[string](t, who, pgtest.Actor(who), "select quote ->> 'net_pence' from bookings where id = ?", l.booking)
		is(t, string(who.Kind), whole, "26400")
	}
}
