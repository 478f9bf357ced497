package tenants_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wardbridge/internal/pgtest"
	"wardbridge/tenants"
)

// samples are one table of each class, made as a migration makes them.
const samples = `
create table sample_own (owner_id uuid not null, id uuid not null, name text not null, mine text, other text, primary key (owner_id, id));
select app.wall('sample_own', 'own', (select jsonb_object_agg(r, '{"select": true, "insert": ["owner_id", "id", "name"], "update": ["mine"], "delete": true}'::jsonb)
    from unnest(array['wb_employer', 'wb_practice', 'wb_agency', 'wb_worker', 'wb_platform']) r));

create table sample_two (tenant_id uuid not null, agency_id uuid not null, worker_id uuid not null, host_id uuid, id uuid not null, name text not null,
    employers text, agencys text, workers text, hosts text, secret text, primary key (tenant_id, id));
select app.wall('sample_two', 'two-sided', '{
    "wb_employer": {"select": true, "insert": true, "update": ["employers"], "delete": true},
    "wb_practice": {"select": ["tenant_id", "host_id", "id", "name", "hosts"], "update": ["hosts"]},
    "wb_agency": {"select": ["agency_id", "id", "name", "agencys"], "update": ["agencys"], "insert": ["tenant_id", "agency_id", "worker_id", "id", "name"]},
    "wb_worker": {"select": ["worker_id", "id", "name", "workers"], "update": ["workers"]}}');

create table sample_published (tenant_id uuid not null, id uuid not null, name text not null, published boolean not null, mine text, other text, primary key (tenant_id, id));
select app.wall('sample_published', 'published', '{
    "wb_employer": {"select": true, "insert": true, "update": ["mine", "published"]}, "wb_practice": {"select": true, "insert": true, "update": ["mine"]},
    "wb_agency": {"select": true}, "wb_worker": {"select": true}}');

create table sample_shared (owner_id uuid not null, id uuid not null, name text not null, mine text, other text, primary key (owner_id, id));
select app.wall('sample_shared', 'shared', (select jsonb_object_agg(r, '{"select": true, "insert": ["owner_id", "id", "name"], "update": ["mine"]}'::jsonb)
    from unnest(array['wb_employer', 'wb_practice', 'wb_agency', 'wb_worker']) r));

create table sample_reference (id uuid primary key, name text not null, mine text, other text);
select app.wall('sample_reference', 'reference', '{}');

create table sample_kernel (id uuid primary key, name text not null);
select app.wall('sample_kernel', 'kernel', '{}');`

// stage is the samples in a database of their own, and everybody who may look.
type stage struct {
	line  // a trust, an agency and a worker who belong together
	other line
	cast  map[string]tenants.Party
}

func newStage(t *testing.T) stage {
	h := fresh(t)
	h.exec(t, samples)
	s := stage{line: h.line(t), other: h.line(t)}
	s.cast = map[string]tenants.Party{
		"trust": s.trust, "agency": s.agency, "worker": s.worker,
		"other trust": s.other.trust, "other agency": s.other.agency, "other worker": s.other.worker,
		"hub": h.org(t, tenants.Hub), "practice": h.org(t, tenants.Practice), "other practice": h.org(t, tenants.Practice),
		"platform": h.org(t, tenants.Platform), "other platform": h.org(t, tenants.Platform), "visitor": tenants.Nobody,
	}
	return s
}

// seen are the names of the rows that a party sees; "refused" when it may not
// look at the table at all.
func (s stage) seen(t *testing.T, who, table string) (names []string) {
	t.Helper()
	me := s.cast[who]
	err := s.db.Run(t.Context(), me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
		return tx.NewRaw("select name from "+table+" order by name").Scan(ctx, &names)
	})
	if codeOf(err) == refused {
		return []string{"refused"}
	}
	if err != nil {
		t.Fatalf("%s looks at %s: %v", who, table, err)
	}
	return names
}

// sees checks everybody: those who are named see these rows, all others none.
func (s stage) sees(t *testing.T, table string, want map[string][]string, otherwise ...string) {
	t.Helper()
	for who := range s.cast {
		rows, named := want[who]
		if !named {
			rows = otherwise
		}
		if got := s.seen(t, who, table); !slices.Equal(got, rows) {
			t.Errorf("%s sees %v of %s, want %v", who, got, table, rows)
		}
	}
}

// try is one statement of one party: how many rows it may touch, or refused.
type try struct {
	who, statement string
	args           []any
	touched        int64
	code           string
}

func (s stage) tries(t *testing.T, all ...try) {
	t.Helper()
	for _, x := range all {
		touched, code := attempt(t, s.db, s.cast[x.who], x.statement, x.args...)
		if touched != x.touched || code != x.code {
			t.Errorf("%s: %s %v: %d rows %q, want %d %q", x.who, x.statement, x.args, touched, code, x.touched, x.code)
		}
	}
}

func TestClass_ownIsSeenAndWrittenByItsOwnerAlone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	want, ids := map[string][]string{"visitor": {"refused"}}, map[string]tenants.ID{}
	for who, party := range s.cast {
		if who != "visitor" {
			ids[who] = tenants.NewID()
			s.row(t, "sample_own", "owner_id", party.ID, "id", ids[who], "name", who)
			want[who] = []string{who}
		}
	}

	s.sees(t, "sample_own", want)
	for who, party := range s.cast {
		if who == "visitor" {
			continue
		}
		stranger := "other trust"
		if who == stranger {
			stranger = "trust"
		}
		s.tries(t,
			try{who: who, statement: "insert into sample_own (owner_id, id, name) values (?, ?, 'x')", args: []any{party.ID, tenants.NewID()}, touched: 1},
			try{who: who, statement: "insert into sample_own (owner_id, id, name) values (?, ?, 'x')", args: []any{s.cast[stranger].ID, tenants.NewID()}, code: refused},
			try{who: who, statement: "insert into sample_own (owner_id, id, name, other) values (?, ?, 'x', 'y')", args: []any{party.ID, tenants.NewID()}, code: refused},
			try{who: who, statement: "update sample_own set mine = 'x'", touched: 1},
			try{who: who, statement: "update sample_own set other = 'x'", code: refused},
			try{who: who, statement: "update sample_own set owner_id = ?", args: []any{s.cast[stranger].ID}, code: refused},
			try{who: who, statement: "update sample_own set mine = 'x' where id = ?", args: []any{ids[stranger]}},
			try{who: who, statement: "delete from sample_own where id = ?", args: []any{ids[stranger]}},
			try{who: who, statement: "delete from sample_own", touched: 1},
			try{who: who, statement: "insert into sample_own (owner_id, id, name) values (?, ?, 'x') on conflict (owner_id, id) do update set mine = 'taken'",
				args: []any{s.cast[stranger].ID, ids[stranger]}, code: refused})
	}
}

func TestClass_twoSidedIsSeenByEachSideWhichWritesItsOwnColumns(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	both := func(l line, host any, name string) {
		s.row(t, "sample_two", "tenant_id", l.trust.ID, "agency_id", l.agency.ID, "worker_id", l.worker.ID, "host_id", host, "id", tenants.NewID(), "name", name)
	}
	both(s.line, s.cast["practice"].ID, "first")
	both(s.other, nil, "second")

	s.sees(t, "sample_two", map[string][]string{
		"trust": {"first"}, "agency": {"first"}, "worker": {"first"}, "practice": {"first"},
		"other trust": {"second"}, "other agency": {"second"}, "other worker": {"second"},
		"platform": {"refused"}, "other platform": {"refused"}, "visitor": {"refused"}})
	own := map[string]string{"trust": "employers", "agency": "agencys", "worker": "workers", "practice": "hosts"}
	for who, column := range own {
		for _, other := range own {
			x := try{who: who, statement: "update sample_two set " + other + " = 'x'", code: refused}
			if other == column {
				x.touched, x.code = 1, ""
			}
			s.tries(t, x)
		}
		for _, party := range []string{"tenant_id", "agency_id", "worker_id", "host_id"} {
			s.tries(t, try{who: who, statement: "update sample_two set " + party + " = gen_random_uuid()", code: refused})
		}
	}
	insert := "insert into sample_two (tenant_id, agency_id, worker_id, id, name) values (?, ?, ?, ?, 'x')"
	ids := func(tenant, agency, worker string) []any {
		return []any{s.cast[tenant].ID, s.cast[agency].ID, s.cast[worker].ID, tenants.NewID()}
	}
	s.tries(t,
		try{who: "trust", statement: insert, args: ids("trust", "agency", "worker"), touched: 1},
		try{who: "trust", statement: insert, args: ids("other trust", "agency", "worker"), code: refused},
		try{who: "agency", statement: insert, args: ids("trust", "agency", "worker"), touched: 1},
		try{who: "agency", statement: insert, args: ids("trust", "other agency", "worker"), code: refused},
		try{who: "worker", statement: insert, args: ids("trust", "agency", "worker"), code: refused},
		try{who: "practice", statement: insert, args: ids("practice", "agency", "worker"), code: refused},
		try{who: "agency", statement: "select secret from sample_two", code: refused},
		try{who: "worker", statement: "select tenant_id from sample_two", code: refused},
		try{who: "practice", statement: "select agencys from sample_two", code: refused},
		try{who: "trust", statement: "select secret from sample_two", touched: 1},
		try{who: "agency", statement: "delete from sample_two", code: refused},
		try{who: "other trust", statement: "delete from sample_two where name = 'first'"},
		try{who: "trust", statement: "delete from sample_two", touched: 1})
}

func TestClass_publishedIsSeenThroughALiveLink(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, who := range []string{"trust", "other trust", "practice"} {
		for _, published := range []bool{true, false} {
			s.row(t, "sample_published", "tenant_id", s.cast[who].ID, "id", tenants.NewID(), "name", fmt.Sprintf("%s %v", who, published), "published", published)
		}
	}
	want := map[string][]string{
		"trust": {"trust false", "trust true"}, "agency": {"trust true"}, "worker": {"trust true"},
		"other trust": {"other trust false", "other trust true"}, "other agency": {"other trust true"}, "other worker": {"other trust true"},
		"practice": {"practice false", "practice true"},
		"platform": {"refused"}, "other platform": {"refused"}, "visitor": {"refused"}}

	s.sees(t, "sample_published", want)
	s.tries(t,
		try{who: "trust", statement: "update sample_published set mine = 'x'", touched: 2},
		try{who: "trust", statement: "update sample_published set other = 'x'", code: refused},
		try{who: "trust", statement: "update sample_published set tenant_id = ?", args: []any{s.other.trust.ID}, code: refused},
		try{who: "trust", statement: "insert into sample_published values (?, ?, 'x', true)", args: []any{s.other.trust.ID, tenants.NewID()}, code: refused},
		try{who: "practice", statement: "update sample_published set mine = 'x'", touched: 2},
		try{who: "practice", statement: "update sample_published set published = true", code: refused},
		try{who: "agency", statement: "update sample_published set mine = 'x'", code: refused},
		try{who: "agency", statement: "insert into sample_published values (?, ?, 'x', true)", args: []any{s.trust.ID, tenants.NewID()}, code: refused},
		try{who: "worker", statement: "delete from sample_published", code: refused})

	s.exec(t, "update agreements set ended_at = now() where id = $1", s.agreement)
	want["agency"] = nil
	s.sees(t, "sample_published", want)
}

func TestClass_sharedIsSeenByThoseNamedUntilTheyAreNoMore(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	row, kept := tenants.NewID(), tenants.NewID()
	s.row(t, "sample_shared", "owner_id", s.trust.ID, "id", row, "name", "paper")
	s.row(t, "sample_shared", "owner_id", s.trust.ID, "id", kept, "name", "private")
	outside := map[string][]string{"platform": {"refused"}, "other platform": {"refused"}, "visitor": {"refused"}}
	with := func(readers ...string) map[string][]string {
		want := map[string][]string{"trust": {"paper", "private"}}
		for who, rows := range outside {
			want[who] = rows
		}
		for _, who := range readers {
			want[who] = []string{"paper"}
		}
		return want
	}
	share := func(owner, reader tenants.ID) tenants.ID {
		id := tenants.NewID()
		s.row(t, "shares", "owner_id", owner, "id", id, "row_id", row, "party_id", reader)
		return id
	}

	s.sees(t, "sample_shared", with())
	toAgency, toWorker := share(s.trust.ID, s.agency.ID), share(s.trust.ID, s.worker.ID)
	s.sees(t, "sample_shared", with("agency", "worker"))

	// A share of one's own that names another's row opens nothing.
	share(s.cast["hub"].ID, s.cast["hub"].ID)
	share(s.agency.ID, s.other.agency.ID)
	s.sees(t, "sample_shared", with("agency", "worker"))

	s.tries(t,
		try{who: "agency", statement: "update sample_shared set mine = 'x'", code: refused},
		try{who: "agency", statement: "update sample_shared set other = 'x'", code: refused},
		try{who: "agency", statement: "insert into sample_shared (owner_id, id, name) values (?, ?, 'x')", args: []any{s.trust.ID, tenants.NewID()}, code: refused},
		try{who: "agency", statement: "insert into shares (owner_id, id, row_id, party_id) values (?, ?, ?, ?)", args: []any{s.trust.ID, tenants.NewID(), kept, s.agency.ID}, code: refused},
		try{who: "agency", statement: "update shares set until = null, revoked_at = null where owner_id = ?", args: []any{s.trust.ID}},
		try{who: "trust", statement: "update sample_shared set mine = 'x'", touched: 2},
		try{who: "trust", statement: "update sample_shared set owner_id = ?", args: []any{s.agency.ID}, code: refused})

	s.exec(t, "update shares set revoked_at = now() where id = $1", toAgency)
	s.sees(t, "sample_shared", with("worker"))
	s.exec(t, "update shares set until = now() + interval '1 day' where id = $1", toWorker)
	s.sees(t, "sample_shared", with("worker"))
	s.row(t, "clocks", "organisation_id", s.trust.ID, "ahead", "2 days")
	s.sees(t, "sample_shared", with())
}

func TestClass_referenceIsEverybodysToReadAndThePlatformsToWrite(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.row(t, "sample_reference", "id", tenants.NewID(), "name", "fact")

	s.sees(t, "sample_reference", nil, "fact")
	for who, party := range s.cast {
		code, touched := refused, int64(0)
		if party.Kind == tenants.Platform {
			code, touched = "", 1
		}
		s.tries(t,
			try{who: who, statement: "insert into sample_reference values (?, 'x')", args: []any{tenants.NewID()}, touched: touched, code: code},
			try{who: who, statement: "update sample_reference set name = 'x'", touched: touched, code: code},
			try{who: who, statement: "delete from sample_reference", touched: touched, code: code})
	}
}

func TestClass_kernelIsNobodys(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	s.row(t, "sample_kernel", "id", tenants.NewID(), "name", "secret")

	s.sees(t, "sample_kernel", nil, "refused")
	for who := range s.cast {
		s.tries(t,
			try{who: who, statement: "insert into sample_kernel values (?, 'x')", args: []any{tenants.NewID()}, code: refused},
			try{who: who, statement: "update sample_kernel set name = 'x'", code: refused},
			try{who: who, statement: "delete from sample_kernel", code: refused})
	}
}

func TestWall_refusesRightsThatItsClassCannotShow(t *testing.T) {
	t.Parallel()
	h := fresh(t)
	h.exec(t, "create table odd (owner_id uuid not null, tenant_id uuid not null, id uuid not null, published boolean)")
	for _, wrong := range []string{
		"select app.wall('odd', 'kernel', '{\"wb_agency\": {\"select\": true}}')",
		"select app.wall('odd', 'kernel', '{\"wb_platform\": {\"select\": true}}')",
		"select app.wall('odd', 'two-sided', '{\"wb_platform\": {\"select\": true}}')",
		"select app.wall('odd', 'two-sided', '{\"wb_visitor\": {\"select\": true}}')",
		"select app.wall('odd', 'two-sided', '{\"wb_agency\": {\"select\": true}}')", // without a column agency_id
		"select app.wall('odd', 'published', '{\"wb_platform\": {\"select\": true}}')",
		"select app.wall('odd', 'open', '{}')",
		"select app.allow('odd', 'wb_agency', 'select', 'true')", // without a wall
	} {
		if _, err := h.owner.Exec(t.Context(), wrong); err == nil {
			t.Errorf("%s was taken", wrong)
		}
	}

	h.exec(t, "select app.wall('odd', 'own', '{\"wb_agency\": {\"select\": true}}')")

	if _, err := h.owner.Exec(t.Context(), "select app.allow('odd', 'wb_agency', 'select', 'true')"); err == nil || !strings.Contains(err.Error(), "already") {
		t.Errorf("granted twice: %v", err)
	}
}

func TestOwnWards_hidesTheOtherWardsFromAGrantThatNamesSome(t *testing.T) {
	t.Parallel()
	l := ours(t).line(t)
	who := pgtest.Actor(l.trust)
	tables := []string{"shifts", "bookings", "timesheets"}
	for name, x := range map[string]struct {
		wards []tenants.ID
		want  int
	}{"every ward": {nil, 1}, "this ward": {[]tenants.ID{l.ward}, 1}, "another ward": {[]tenants.ID{tenants.NewID()}, 0}, "no ward": {[]tenants.ID{}, 0}} {
		who.Wards = x.wards
		for _, table := range tables {
			if n := ask[int](t, l.trust, who, "select count(*) from "+table); n != x.want {
				t.Errorf("%s: sees %d of %s", name, n, table)
			}
		}
		if n, code := attemptBy(t, l.db, l.trust, who, "update shifts set notes = 'x'"); int(n) != x.want || code != "" {
			t.Errorf("%s: changes %d shifts (%s)", name, n, code)
		}
	}
}
