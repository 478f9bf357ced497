package migrations_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"wardbridge/migrations"
)

// golden is the whole schema as text. A change of it is meant to be read:
// go test ./migrations -run Catalogue -update
const golden = "testdata/catalogue.golden"

func TestCatalogue_isTheGoldenOneOnBothMajors(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for engine := range engines {
		way := empty(t, engine)
		if _, err := migrations.Apply(t.Context(), way("wb_owner")); err != nil {
			t.Fatal(err)
		}
		got[engine] = catalogue(t, connect(t, way("wb_owner")))
	}

	if got["system"] != got["bundled"] {
		t.Fatalf("the majors differ: %s", firstDifference(got["system"], got["bundled"]))
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got["system"]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got["system"] != string(want) {
		t.Errorf("the schema is not %s (read what changed, then run with -update): %s", golden, firstDifference(string(want), got["system"]))
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := 0; i < len(x) || i < len(y); i++ {
		var left, right string
		if i < len(x) {
			left = x[i]
		}
		if i < len(y) {
			right = y[i]
		}
		if left != right {
			return fmt.Sprintf("line %d\n- %s\n+ %s", i+1, left, right)
		}
	}
	return "none"
}

// ours picks the tables that are written about one by one: not the partitions,
// whose names hold dates, and not the job queue's, which are its own affair.
const ours = "n.nspname in ('public', 'app') and not c.relispartition"

// sections are the parts of the dump. Each query gives one column of lines, in
// an order of its own. What differs between majors is left out: the named
// not-null constraints and the privilege of maintenance, both of which are the
// owner's alone.
var sections = []struct{ title, query string }{
	{"roles", `
		select r.rolname || ':' || case when r.rolcanlogin then ' login' else '' end || case when r.rolinherit then '' else ' noinherit' end
		       || case when r.rolsuper then ' superuser' else '' end || case when r.rolbypassrls then ' bypassrls' else '' end
		       || coalesce('; becomes ' || (select string_agg(o.rolname, ', ' order by o.rolname) from pg_roles o
		              where o.rolname like 'wb\_%' and o.oid <> r.oid and pg_has_role(r.oid, o.oid, 'member')), '')
		       || coalesce('; inherits ' || (select string_agg(o.rolname, ', ' order by o.rolname) from pg_roles o
		              where o.rolname like 'wb\_%' and o.oid <> r.oid and pg_has_role(r.oid, o.oid, 'usage')), '')
		from   pg_roles r
		where  r.rolname like 'wb\_%'
		order  by r.rolname collate "C"`},
	{"extensions", `select e.extname || ' in ' || e.extnamespace::regnamespace from pg_extension e order by e.extname collate "C"`},
	{"schemas", `
		select n.nspname || coalesce(': ' || (select string_agg(lower(a.privilege_type) || ' ' || case a.grantee when 0 then 'public' else a.grantee::regrole::text end, ', '
		              order by a.privilege_type, a.grantee::regrole::text) from aclexplode(n.nspacl) a where a.grantee <> n.nspowner), '')
		from   pg_namespace n
		where  n.nspname in ('public', 'app', 'river')
		order  by n.nspname collate "C"`},
	{"tables", `
		select n.nspname || '.' || c.relname || ':' || case c.relpersistence when 'u' then ' unlogged' else '' end
		       || case c.relkind when 'v' then ' view' when 'm' then ' materialized view' else '' end
		       || case when c.relrowsecurity then ' walled' else '' end || case when c.relforcerowsecurity then ' forced' else '' end
		       || coalesce(' ' || w.class || case when w.audited then ' audited' else '' end, '')
		       || coalesce(' partitioned ' || pg_get_partkeydef(c.oid) || (select ' walled=' || bool_and(p.relrowsecurity and p.relforcerowsecurity and p.relacl is null)
		              from pg_inherits i join pg_class p on p.oid = i.inhrelid where i.inhparent = c.oid), '')
		from   pg_class c
		join   pg_namespace n on n.oid = c.relnamespace
		left   join app.walls w on w.table_name = c.relname and n.nspname = 'public'
		where  c.relkind in ('r', 'p', 'v', 'm') and ` + ours + `
		order  by n.nspname collate "C", c.relname collate "C"`},
	{"columns", `
		select n.nspname || '.' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
		       || case when a.attnotnull then ' not null' else '' end || case a.attidentity when '' then '' else ' identity' end
		       || case a.attgenerated when '' then '' else ' generated' end || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
		from   pg_attribute a
		join   pg_class c on c.oid = a.attrelid
		join   pg_namespace n on n.oid = c.relnamespace
		left   join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
		where  a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm') and ` + ours + `
		order  by n.nspname collate "C", c.relname collate "C", a.attnum`},
	{"constraints", `
		select n.nspname || '.' || c.relname || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid)
		from   pg_constraint k
		join   pg_class c on c.oid = k.conrelid
		join   pg_namespace n on n.oid = c.relnamespace
		where  k.contype in ('p', 'u', 'f', 'c', 'x') and k.conparentid = 0 and ` + ours + `
		order  by n.nspname collate "C", c.relname collate "C", k.conname collate "C"`},
	{"indexes", `
		select pg_get_indexdef(i.indexrelid)
		from   pg_index i
		join   pg_class c on c.oid = i.indrelid
		join   pg_class x on x.oid = i.indexrelid
		join   pg_namespace n on n.oid = c.relnamespace
		where  ` + ours + `
		order  by n.nspname collate "C", c.relname collate "C", x.relname collate "C"`},
	{"policies", `
		select p.tablename || ' ' || p.policyname || ' ' || lower(p.permissive) || ' ' || lower(p.cmd) || ' to ' || array_to_string(p.roles, ', ')
		       || coalesce(' using ' || regexp_replace(p.qual, '\s+', ' ', 'g'), '') || coalesce(' check ' || regexp_replace(p.with_check, '\s+', ' ', 'g'), '')
		from   pg_policies p
		order  by p.schemaname collate "C", p.tablename collate "C", p.policyname collate "C"`},
	{"grants on tables", `
		select n.nspname || '.' || c.relname || ' ' || case g.grantee when 0 then 'public' else g.grantee::regrole::text end || ' '
		       || string_agg(lower(g.privilege_type) || coalesce(' (' || g.columns || ')', ''), ', ' order by g.privilege_type, g.columns)
		from   pg_class c
		join   pg_namespace n on n.oid = c.relnamespace
		cross  join lateral (
		           select a.grantee, a.privilege_type, null::text as columns from aclexplode(c.relacl) a
		           union  all
		           select a.grantee, a.privilege_type, string_agg(t.attname, ', ' order by t.attnum)
		           from   pg_attribute t cross join lateral aclexplode(t.attacl) a
		           where  t.attrelid = c.oid
		           group  by a.grantee, a.privilege_type) g
		where  n.nspname in ('public', 'app', 'river') and not c.relispartition and g.grantee <> c.relowner
		group  by n.nspname, c.relname, g.grantee
		order  by n.nspname collate "C", c.relname collate "C", g.grantee::regrole::text collate "C"`},
	{"triggers", `
		select pg_get_triggerdef(t.oid)
		from   pg_trigger t
		join   pg_class c on c.oid = t.tgrelid
		join   pg_namespace n on n.oid = c.relnamespace
		where  not t.tgisinternal and t.tgparentid = 0 and ` + ours + `
		order  by c.relname collate "C", t.tgname collate "C"`},
	{"functions", `
		select f.oid::regprocedure || ' ' || pg_get_userbyid(f.proowner) || case when f.prosecdef then ' definer' else '' end
		       || coalesce(' set ' || array_to_string(f.proconfig, ', '), '') || ' ' || md5(pg_get_functiondef(f.oid))
		       || ' for ' || coalesce((select string_agg(case a.grantee when 0 then 'public' else a.grantee::regrole::text end, ', '
		              order by a.grantee::regrole::text) from aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a where a.grantee <> f.proowner), 'its owner')
		from   pg_proc f
		where  f.pronamespace = 'app'::regnamespace or (f.pronamespace = 'public'::regnamespace and f.proowner::regrole::text like 'wb\_%'
		       and not exists (select from pg_depend d where d.objid = f.oid and d.deptype = 'e'))
		order  by f.oid::regprocedure::text collate "C"`},
	{"policies beyond the class", `select e.table_name || ' ' || e.name || ' to ' || e.role || ': ' || e.why from app.extra_policies e order by e.table_name collate "C", e.name collate "C", e.role collate "C"`},
	{"columns that audit hides", `select s.table_name || '.' || s.column_name from app.sensitive s order by 1`},
}

// catalogue writes the schema down, the same on every server.
func catalogue(t testing.TB, conn *pgx.Conn) string {
	t.Helper()
	var b strings.Builder
	for _, s := range sections {
		fmt.Fprintf(&b, "# %s\n", s.title)
		for _, l := range lines(t, conn, s.query) {
			b.WriteString(l + "\n")
		}
		b.WriteString("\n")
	}
	return b.String()
}
