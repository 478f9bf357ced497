package tenants_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"wardbridge/internal/pgtest"
	"wardbridge/tenants"
)

// wall is a table as the register has it.
type wall struct {
	class   string
	audited bool
	rights  map[string]map[string]any // role, verb: true or columns
	columns []string
}

func (w wall) has(column string) bool { return slices.Contains(w.columns, column) }

// walls reads the register that app.wall and app.allow wrote.
func walls(t *testing.T, h house) map[string]wall {
	t.Helper()
	rows, err := h.owner.Query(t.Context(), `
		select w.table_name, w.class, w.audited, w.rights::text,
		       array(select a.attname::text from pg_attribute a where a.attrelid = w.table_name::regclass and a.attnum > 0 and not a.attisdropped)
		from   app.walls w`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	all := map[string]wall{}
	for rows.Next() {
		var name, rights string
		var w wall
		if err := rows.Scan(&name, &w.class, &w.audited, &rights, &w.columns); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(rights), &w.rights); err != nil {
			t.Fatal(err)
		}
		all[name] = w
	}
	if rows.Err() != nil || len(all) < 40 {
		t.Fatalf("%d walls: %v", len(all), rows.Err())
	}
	return all
}

const me = "( SELECT app.me() AS me)"

// sight is what the class of a table means for a role, as Postgres writes it:
// what may be seen, and what may be written. "" is: the class does not open it.
func (w wall) sight(role string) (seen, written string) {
	column := map[string]string{"wb_employer": "tenant_id", "wb_practice": "tenant_id", "wb_agency": "agency_id", "wb_worker": "worker_id"}[role]
	switch {
	case role == "wb_owner" || role == "wb_definer" || role == "wb_queue" || role == "wb_river":
		return "true", "true"
	case w.class == "reference":
		return "true", "true"
	case w.class == "own":
		return "(owner_id = " + me + ")", "(owner_id = " + me + ")"
	case w.class == "shared":
		return "((owner_id = " + me + ") OR app.shared(owner_id, id))", "(owner_id = " + me + ")"
	case w.class == "published" && (role == "wb_agency" || role == "wb_worker"):
		links := "((tenant_id = ANY (( SELECT app.links() AS links)::uuid[])) AND published)"
		return links, links
	case w.class == "two-sided" || w.class == "published":
		if column == "" || !w.has(column) {
			return "", ""
		}
		own := "(" + column + " = " + me + ")"
		if role == "wb_practice" && w.has("host_id") {
			own = "(" + own + " OR (host_id = " + me + "))"
		}
		return own, own
	}
	return "", ""
}

// policies are those that the register implies, one text each.
func (w wall) policies(t *testing.T, table string, extra map[string]string) []string {
	want := []string{"owner PERMISSIVE ALL wb_owner using true check true"}
	for role := range w.rights {
		seen, written := w.sight(role)
		name := strings.TrimPrefix(role, "wb_")
		if seen != "" {
			want = append(want, fmt.Sprintf("%s PERMISSIVE ALL %s using %s check %s", name, role, seen, written))
			continue
		}
		opened := false
		for key, kind := range extra {
			opened = opened || (strings.HasSuffix(key, " "+role) && strings.HasPrefix(kind, "PERMISSIVE"))
		}
		if !opened {
			t.Errorf("%s: %s has rights, but neither its class nor a policy of its own shows it a row", table, role)
		}
	}
	return want
}

func TestWalls_everyTableHasAClassAndIsForced(t *testing.T) {
	t.Parallel()
	h := ours(t)
	all := walls(t, h)

	tables := h.names(t, `
		select c.relname || case when c.relrowsecurity and c.relforcerowsecurity then '' else ' is open' end
		from   pg_class c
		where  c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'migrations'
		order  by 1`)

	if want := slices.Sorted(maps.Keys(all)); !slices.Equal(tables, want) {
		t.Errorf("the database has %v\nthe register has %v", tables, want)
	}
	if open := h.names(t, `
		select c.relname::text from pg_class c
		where  c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm', 'f')
		and    not coalesce(c.reloptions @> '{security_invoker=true}', false)`); len(open) > 0 {
		t.Errorf("views that look with their owner's eyes: %v", open)
	}
	if got := h.names(t, "select rolname::text from pg_roles where rolname like 'wb\\_%' and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)"); len(got) > 0 {
		t.Errorf("roles that step over the walls: %v", got)
	}
}

func TestWalls_everyTableHasThePoliciesOfItsClassAndNoOthers(t *testing.T) {
	t.Parallel()
	h := ours(t)
	extras := map[string]map[string]string{} // table, "name role": how it stands in the database
	for _, e := range h.names(t, `
		select e.table_name || ' ' || e.name || ' ' || e.role || ' ' || coalesce(p.permissive || ' ' || p.cmd, 'missing')
		from   app.extra_policies e
		left   join pg_policies p on p.schemaname = 'public' and p.tablename = e.table_name and p.policyname = e.name and p.roles = array[e.role]::name[]`) {
		f := strings.SplitN(e, " ", 4)
		if extras[f[0]] == nil {
			extras[f[0]] = map[string]string{}
		}
		extras[f[0]][f[1]+" "+f[2]] = f[3]
		if f[3] == "missing" || (strings.HasPrefix(f[3], "PERMISSIVE") && f[3] != "PERMISSIVE SELECT") {
			t.Errorf("%s: the policy %s for %s is %s; a permissive one lets read alone", f[0], f[1], f[2], f[3])
		}
	}
	for table, w := range walls(t, h) {
		want := w.policies(t, table, extras[table])
		var got []string
		for _, p := range h.names(t, `
			select policyname || ' ' || permissive || ' ' || cmd || ' ' || array_to_string(roles, ',') || ' using ' || coalesce(qual, '') || ' check ' || coalesce(with_check, '')
			from   pg_policies
			where  tablename = $1`, table) {
			f := strings.Fields(p)
			if _, registered := extras[table][f[0]+" "+f[3]]; !registered {
				got = append(got, p)
			}
		}
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s (%s)\nhas  %s\nwant %s", table, w.class, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
		}
	}
	if stray := h.names(t, "select tablename || ' ' || policyname from pg_policies where tablename not in (select table_name from app.walls)"); len(stray) > 0 {
		t.Errorf("policies on tables without a class: %v", stray)
	}
}

func TestWalls_everyTableHasTheGrantsOfItsRightsAndNoOthers(t *testing.T) {
	t.Parallel()
	h := ours(t)
	got := map[string]bool{}
	for _, g := range h.names(t, `
		select c.relname || ' ' || case a.grantee when 0 then 'public' else a.grantee::regrole::text end || ' ' || lower(a.privilege_type) || ' *'
		from   pg_class c cross join lateral aclexplode(c.relacl) a
		where  c.relnamespace = 'public'::regnamespace and c.relkind <> 'S' and a.grantee <> c.relowner
		union  all
		select c.relname || ' ' || case a.grantee when 0 then 'public' else a.grantee::regrole::text end || ' ' || lower(a.privilege_type) || ' ' || t.attname
		from   pg_class c
		join   pg_attribute t on t.attrelid = c.oid
		cross  join lateral aclexplode(t.attacl) a
		where  c.relnamespace = 'public'::regnamespace and a.grantee <> c.relowner`) {
		got[g] = true
	}
	want := map[string]bool{}
	for table, w := range walls(t, h) {
		for role, verbs := range w.rights {
			for verb, what := range verbs {
				if what == true {
					want[strings.Join([]string{table, role, verb, "*"}, " ")] = true
					continue
				}
				for _, column := range what.([]any) {
					want[strings.Join([]string{table, role, verb, column.(string)}, " ")] = true
				}
			}
		}
	}

	for g := range got {
		if !want[g] {
			t.Errorf("granted, but not in the register (partitions have no grants of their own): %s", g)
		}
	}
	for g := range want {
		if !got[g] {
			t.Errorf("in the register, but not granted: %s", g)
		}
	}
	if loose := h.names(t, `
		select c.relname || ' ' || case a.grantee when 0 then 'public' else a.grantee::regrole::text end
		from   pg_class c cross join lateral aclexplode(c.relacl) a
		where  c.relnamespace = 'public'::regnamespace and c.relkind = 'S' and a.grantee <> c.relowner`); len(loose) > 0 {
		t.Errorf("grants on sequences: %v", loose)
	}
}

func TestWalls_partitionsAreClosed(t *testing.T) {
	t.Parallel()
	h := ours(t)

	open := h.names(t, `
		select c.relname::text
		from   pg_class c
		where  c.relispartition and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
		and    (not c.relrowsecurity or not c.relforcerowsecurity or c.relacl is not null
		        or exists (select from pg_policy p where p.polrelid = c.oid)
		        or exists (select from pg_attribute a where a.attrelid = c.oid and a.attacl is not null))`)

	if len(open) > 0 {
		t.Errorf("partitions with a way in of their own: %v", open)
	}
	for _, table := range []string{"audit", "event_log", "releases"} {
		if n := h.one(t, "select count(*)::text from pg_inherits where inhparent = $1::regclass", table); len(n) < 2 {
			t.Errorf("%s has %s partitions", table, n)
		}
	}
}

func TestWalls_nobodyChangesWhoseARowIs(t *testing.T) {
	t.Parallel()
	h := ours(t)

	changeable := h.names(t, `
		select c.relname || '.' || a.attname || ' by ' || r
		from   pg_class c
		join   pg_attribute a on a.attrelid = c.oid
		cross  join unnest($1::text[]) r
		where  c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = any ($2::text[])
		and    has_column_privilege(r, c.oid, a.attname, 'update')`, partyRoles, partyColumns)
	filled := h.names(t, `
		select c.relname || '.' || a.attname
		from   pg_class c
		join   pg_attribute a on a.attrelid = c.oid
		where  c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attname = any ($1::text[])
		and    (a.atthasdef or a.attidentity <> '' or a.attgenerated <> '')`, partyColumns)
	loose := h.names(t, `
		select c.relname || '.' || a.attname
		from   pg_class c
		join   pg_attribute a on a.attrelid = c.oid
		where  c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'audit'
		and    a.attname in ('tenant_id', 'owner_id') and not a.attnotnull`)

	if len(changeable) > 0 {
		t.Errorf("party columns that can change: %v", changeable)
	}
	if len(filled) > 0 {
		t.Errorf("party columns that fill themselves: %v", filled)
	}
	if len(loose) > 0 {
		t.Errorf("rows that may belong to nobody: %v", loose)
	}
}

func TestWalls_auditedTablesHaveTheirThreeTriggers(t *testing.T) {
	t.Parallel()
	h := ours(t)
	for table, w := range walls(t, h) {
		got := h.names(t, `
			select g.tgname::text || case when g.tgenabled = 'O' and g.tgfoid = ('app.' || g.tgname || '()')::regprocedure then '' else ' is not what it says' end
			from   pg_trigger g
			where  g.tgrelid = $1::regclass and g.tgname like 'audit\_%'
			order  by 1`, table)
		var want []string
		if w.audited {
			want = []string{"audit_delete", "audit_insert", "audit_update"}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: triggers %v, want %v", table, got, want)
		}
	}
}

func TestWalls_noPartyTouchesTheKernel(t *testing.T) {
	t.Parallel()
	h := ours(t)

	open := h.names(t, `
		select r || ' ' || v || ' ' || c.oid::regclass
		from   pg_class c
		join   pg_namespace n on n.oid = c.relnamespace
		left   join app.walls w on n.nspname = 'public' and w.table_name = c.relname
		cross  join unnest($1::text[]) r
		cross  join unnest('{select,insert,update,references}'::text[]) v
		where  c.relkind in ('r', 'p') and (w.class = 'kernel' or n.nspname = 'river' or c.relname = 'migrations'
		       or (n.nspname = 'app' and not (c.relname = 'installation' and r = 'wb_platform' and v = 'select')))
		and    (has_any_column_privilege(r, c.oid, v) or has_table_privilege(r, c.oid, 'delete') or has_table_privilege(r, c.oid, 'truncate'))`, partyRoles)

	if len(open) > 0 {
		t.Errorf("open to a party: %v", open)
	}
}

// What the catalogue says, the server does: no party reads a table without the
// right, and writes none for another.
func TestWalls_everyTableRefusesARowOfAnother(t *testing.T) {
	t.Parallel()
	h := ours(t)
	cast := map[string]tenants.Party{"wb_employer": pgtest.Org(t, tenants.Trust), "wb_practice": pgtest.Org(t, tenants.Practice), "wb_agency": pgtest.Org(t, tenants.Agency),
		"wb_worker": pgtest.Worker(t), "wb_visitor": tenants.Nobody, "wb_platform": pgtest.Org(t, tenants.Platform)}
	for table, w := range walls(t, h) {
		var columns, values, sets []string
		for _, c := range partyColumns {
			if w.has(c) {
				columns, values, sets = append(columns, c), append(values, "gen_random_uuid()"), append(sets, c+" = "+c)
			}
		}
		for role, party := range cast {
			rights := w.rights[role]
			if _, code := attempt(t, h.db, party, "select 1 from "+table); (code == refused) == (rights["select"] != nil) {
				t.Errorf("%s reads %s: %q", role, table, code)
			}
			if _, code := attempt(t, h.db, party, "delete from "+table); (code == refused) == (rights["delete"] != nil) {
				t.Errorf("%s deletes from %s: %q", role, table, code)
			}
			if _, code := attempt(t, h.db, party, "truncate "+table); code != refused {
				t.Errorf("%s empties %s: %q", role, table, code)
			}
			if len(columns) == 0 {
				continue
			}
			if _, code := attempt(t, h.db, party, "update "+table+" set "+strings.Join(sets, ", ")); code != refused {
				t.Errorf("%s changes whose %s are: %q", role, table, code)
			}
			writable := columns
			if granted, ok := rights["insert"].([]any); ok {
				writable = slices.DeleteFunc(slices.Clone(columns), func(c string) bool { return !slices.Contains(granted, any(c)) })
			}
			statement := fmt.Sprintf("insert into %s (%s) values (%s)", table, strings.Join(writable, ", "), strings.Join(values[:len(writable)], ", "))
			if _, code := attempt(t, h.db, party, statement); code != refused {
				t.Errorf("%s inserts into %s for others: %q", role, table, code)
			}
		}
	}
}
