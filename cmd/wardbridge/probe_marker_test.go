package main

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"wardbridge/tenants"
)

// marked is the demonstration's copy in which every text says where it stands.
var marked struct {
	stand
	once    sync.Once
	err     error
	columns []textColumn
	people  map[string]tenants.ID // who the probers are
}

// textColumn is a column of text behind the walls.
type textColumn struct {
	table, name string
	planted     int64
	refused     string // by a check of the schema
}

func (c textColumn) String() string { return c.table + "." + c.name }

// marker is what is written behind a text: the number of its column, and a
// number of its own for each row.
var marker = regexp.MustCompile(`zqx(\d+)n\d+`)

// texts lists the columns that hold people's words. References and codes, which
// are words of the house, are left: whoever sees one learns nothing of a party,
// and the code decides by them.
const texts = `
	select w.table_name::text, a.attname::text
	from   app.walls w
	join   pg_attribute a on a.attrelid = w.table_name::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
	where  w.class <> 'reference' and a.atttypid in ('text'::regtype, 'varchar'::regtype)
	and    not exists (select 1 from pg_constraint f where f.contype = 'f' and f.conrelid = a.attrelid and a.attnum = any (f.conkey))
	order  by 1, 2`

// plant writes a marker behind every text of every row. Triggers rest, so that
// the audit does not copy it.
func (s *stand) plant() ([]textColumn, error) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, s.way("postgres"))
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "set session_replication_role = replica; create temp sequence zqx"); err != nil {
		return nil, err
	}
	found, err := conn.Query(ctx, texts)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(found, func(row pgx.CollectableRow) (c textColumn, err error) {
		return c, row.Scan(&c.table, &c.name)
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		c := &all[i]
		name := pgx.Identifier{c.name}.Sanitize()
		var words bool
		if err := conn.QueryRow(ctx, "select exists (select 1 from "+c.table+" where "+name+" !~ '^[a-z0-9_.:-]*$')").Scan(&words); err != nil {
			return nil, err
		}
		if !words {
			continue
		}
		done, err := conn.Exec(ctx, fmt.Sprintf("update %s set %s = %s || 'zqx%dn' || nextval('zqx') where %s <> ''", c.table, name, name, i, name))
		if err != nil {
			c.refused = err.Error()
		}
		c.planted = done.RowsAffected()
	}
	return all, nil
}

func markers(t *testing.T) *stand {
	t.Helper()
	demoHouse(t)
	marked.once.Do(func() {
		marked.way, marked.world = testWorld.copies[1], testWorld.world
		if marked.err = marked.open(false); marked.err != nil {
			return
		}
		if marked.err = marked.serve(); marked.err != nil {
			return
		}
		marked.people = map[string]tenants.ID{}
		for _, who := range probers { // they come in while their names are still their own
			var person tenants.ID
			if marked.err = marked.read(&person, "select id from people where email = $1", who); marked.err != nil {
				return
			}
			marked.people[who] = person
			marked.visitor(t, who)
			marked.bearer(t, who)
		}
		marked.columns, marked.err = marked.plant()
	})
	if marked.err != nil {
		t.Fatal(marked.err)
	}
	return &marked.stand
}

// probers look at everything: both sides of the line, and others of their kind.
var probers = []string{"admin@kingsmere.example", "manager@kingsmere.example", "finance@kingsmere.example", "admin@saltbridge.example",
	"agency@meridian.example", "agency@northbank.example", "nurse@worker.example", "doctor@worker.example", "practice@elmtree.example", "staff@wardbridge.example"}

// sight is every marker that a party sees when it asks the database itself, row
// by row and column by column.
func (s *stand) sight(t *testing.T, party tenants.Party) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	err := s.house.DB.Run(t.Context(), party, tenants.Actor{Kind: tenants.Console, Name: "probe"}, func(ctx context.Context, tx *tenants.Tx) error {
		for _, c := range marked.columns {
			var may bool
			if err := tx.NewRaw("select has_column_privilege(current_user, ?, ?, 'select')", c.table, c.name).Scan(ctx, &may); err != nil {
				return err
			}
			if !may || c.planted == 0 {
				continue
			}
			var found []string
			name := pgx.Identifier{c.name}.Sanitize()
			if err := tx.NewRaw("select "+name+" from "+c.table+" where "+name+" like '%zqx%'").Scan(ctx, &found); err != nil {
				return err
			}
			for _, text := range found {
				seen[marker.FindString(text)] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%v: %v", party, err)
	}
	return seen
}

// ofTheirs adds what definers tell a party of tables that no class opens: the
// names and addresses of its own people, and its own credentials. For somebody
// signed in they are also their own.
const ofTheirs = `
	with theirs as (select person_id as id from grants where organisation_id = $1 union select $1::uuid union select id from people where id = $2)
	select name from people where id in (table theirs) union select email from people where id in (table theirs)
	union select name from credentials where organisation_id = $1 or person_id in (table theirs)`

func (s *stand) own(t *testing.T, who string) map[string]bool {
	t.Helper()
	seen := s.sight(t, s.partyOf(t, who))
	conn, err := pgx.Connect(t.Context(), s.way("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	found, err := conn.Query(t.Context(), ofTheirs, s.partyOf(t, who).ID, marked.people[who])
	if err != nil {
		t.Fatal(err)
	}
	told, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range told {
		seen[marker.FindString(text)] = true
	}
	return seen
}

// everything is what an answer says anywhere: headers, body, and what is packed
// in it.
func everything(r reply) string {
	var all strings.Builder
	all.WriteString(r.body)
	for name, values := range r.header {
		fmt.Fprintln(&all, name, values)
	}
	if packed, err := zip.NewReader(strings.NewReader(r.body), int64(len(r.body))); err == nil {
		for _, f := range packed.File {
			in, err := f.Open()
			if err != nil {
				continue
			}
			var text bytes.Buffer
			_, _ = io.Copy(&text, in)
			all.WriteString(text.String())
		}
	}
	return all.String()
}

// looks visits every page and asks every operation that only shows, and gives
// what each said.
func (s *stand) looks(t *testing.T, who string) map[string]reply {
	t.Helper()
	login, _ := s.loginOf(who)
	said := map[string]reply{}
	for _, p := range s.house.Site.Pages() {
		if p.Method != http.MethodGet || p.Example == nil || p.Path == "/reset/{token}" { // a link tells whoever has it whose it is
			continue
		}
		call := p.Example(s.world)
		path := map[string]string{}
		for name, value := range call.Path {
			path[name] = value
		}
		if path["org"] != "" {
			path["org"] = login.Organisation
		}
		said["page "+p.Path] = s.visitor(t, who).get(address(p.Path, path, call.Query))
	}
	for _, o := range s.house.API.Operations() {
		if o.Method == http.MethodGet && o.Example != nil {
			said["GET "+o.Path] = s.asked(t, o, o.Example(s.world), who)
		}
	}
	return said
}

// TestTexts_stayWhereTheWallsPutThem: what a party cannot read in the database
// is in no page, answer, header or file that it gets.
func TestTexts_stayWhereTheWallsPutThem(t *testing.T) {
	t.Parallel()
	s := markers(t)
	planted, refused := 0, []string{}
	for _, c := range marked.columns {
		switch {
		case c.refused != "":
			refused = append(refused, c.String()+": "+c.refused)
		case c.planted > 0:
			planted++
		}
	}
	t.Logf("%d columns planted; refused: %s", planted, strings.Join(refused, "\n"))
	if planted < 60 {
		t.Errorf("%d columns were planted", planted)
	}
	for _, who := range probers {
		t.Run(who, func(t *testing.T) {
			own, read, leaks := s.own(t, who), map[string]bool{}, map[string][]string{}
			for where, r := range s.looks(t, who) {
				if r.status >= 500 {
					t.Errorf("%s: %d %s", where, r.status, excerpt(r.body))
				}
				for _, m := range marker.FindAllStringSubmatch(everything(r), -1) {
					var n int
					_, _ = fmt.Sscan(m[1], &n)
					column := marked.columns[n].String()
					if own[m[0]] {
						read[column] = true
					} else if !slices.Contains(leaks[column], where) {
						leaks[column] = append(leaks[column], where)
					}
				}
			}
			for column, where := range leaks {
				sort.Strings(where)
				t.Errorf("%s is told to %s, whom the walls do not show it: %v", column, who, where)
			}
			if least := leastRead[who]; len(read) < least {
				t.Errorf("%d columns were read, want %d: the markers are not where people look", len(read), least)
			}
			t.Logf("%d markers are open, %d columns were read", len(own), len(read))
		})
	}
}

// leastRead proves that the markers are real: so many columns each prober finds
// of what is theirs.
var leastRead = map[string]int{"admin@kingsmere.example": 25, "admin@saltbridge.example": 15, "agency@meridian.example": 15, "agency@northbank.example": 8,
	"nurse@worker.example": 8}
