package main

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

var anID = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// rows is which table every id of the probes' database is in, and what each
// party sees of it.
type rows struct {
	s       *stand
	table   map[string]string // by id
	ids     map[string][]string
	mu      sync.Mutex
	visible map[string]map[string]bool // by party and table
}

func newRows(t *testing.T, s *stand) *rows {
	t.Helper()
	r := &rows{s: s, table: map[string]string{}, ids: map[string][]string{}, visible: map[string]map[string]bool{}}
	conn, err := pgx.Connect(t.Context(), s.way("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	found, err := conn.Query(t.Context(), `
		select w.table_name::text from app.walls w join pg_attribute a on a.attrelid = w.table_name::regclass and a.attname = 'id' and a.atttypid = 'uuid'::regtype
		where  w.class <> 'kernel' or w.table_name::text in ('people', 'credentials') order by w.class = 'kernel' desc, 1`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil || len(tables) < 20 {
		t.Fatalf("%d tables: %v", len(tables), err)
	}
	for _, table := range tables {
		found, err := conn.Query(t.Context(), "select id::text from "+table+" order by id")
		if err != nil {
			t.Fatal(err)
		}
		if r.ids[table], err = pgx.CollectRows(found, pgx.RowTo[string]); err != nil {
			t.Fatal(err)
		}
		for _, id := range r.ids[table] {
			r.table[id] = table
		}
	}
	return r
}

// foreign is a row of a table that a party does not see, by asking the walls;
// "" when it sees them all.
func (r *rows) foreign(t *testing.T, email, table string) string {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	party := r.s.partyOf(t, email)
	key := party.ID.String() + table
	if r.visible[key] == nil {
		r.visible[key] = r.seen(t, party, table)
	}
	for _, id := range r.ids[table] {
		if !r.visible[key][id] {
			return id
		}
	}
	return ""
}

// seen are the rows of a table that a party sees or has learnt of: its own
// people and credentials, which definers tell it, and whoever worked for it or was
// proposed.
func (r *rows) seen(t *testing.T, party tenants.Party, table string) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	add := func(ids []string) {
		for _, id := range ids {
			all[id] = true
		}
	}
	for _, query := range []string{"select id::text from " + table, "select worker_id::text from bookings", "select worker_id::text from proposals"} {
		var ids []string
		_ = r.s.house.DB.Run(t.Context(), party, tenants.Actor{Kind: tenants.Console, Name: "probe"}, func(ctx context.Context, tx *tenants.Tx) error {
			return tx.NewRaw(query).Scan(ctx, &ids)
		})
		add(ids)
	}
	conn, err := pgx.Connect(t.Context(), r.s.way("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	found, err := conn.Query(t.Context(), `
		select person_id::text from grants where organisation_id = $1 union select $1::uuid::text
		union select id::text from credentials where organisation_id = $1 or person_id = $1 or person_id in (select person_id from grants where organisation_id = $1)`, party.ID)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	add(ids)
	return all
}

// named are the tables that parameters speak of when no example fills them in.
var named = map[string]string{"ward": "wards", "site": "sites", "shift": "shifts", "agency": "organisations", "tenant": "organisations", "employer": "organisations",
	"person": "people", "worker": "people", "organisation": "organisations", "run": "self_bill_runs", "card": "cards", "card_was": "cards", "card_now": "cards", "target": "cards", "delegate": "people"}

// place is one position of a call in which an id stands.
type place struct {
	in, name, value string
}

// placed gives the call with another id in one position.
func (p place) placed(c openapi.Call, id string) openapi.Call {
	switch p.in {
	case "path":
		c.Path = maps.Clone(c.Path)
		c.Path[p.name] = id
	case "query":
		c.Query = maps.Clone(c.Query)
		if c.Query == nil {
			c.Query = map[string]string{}
		}
		c.Query[p.name] = id
	case "form":
		body := maps.Clone(c.Body.(map[string]string))
		body[p.name] = id
		c.Body = body
	case "body":
		body, _ := c.Body.(map[string]any)
		body = maps.Clone(body)
		if body == nil {
			body = map[string]any{}
		}
		body[p.name] = id
		c.Body = body
	}
	return c
}

// document is what is read of the published document to find where ids stand.
type document struct {
	Paths map[string]map[string]struct {
		Parameters []struct {
			In, Name string
			Schema   schema
		}
		RequestBody struct {
			Content map[string]struct{ Schema schema }
		}
	}
	Components struct{ Schemas map[string]schema }
}

type schema struct {
	Ref        string `json:"$ref"`
	Format     string
	Properties map[string]schema
	Items      *schema
}

// places are all positions of an operation in which an id may stand.
func (d document) places(o openapi.Operation, call openapi.Call) (all []place) {
	op := d.Paths[o.Path][strings.ToLower(o.Method)]
	for _, p := range op.Parameters {
		if p.Schema.Format == "uuid" {
			all = append(all, place{p.In, p.Name, map[string]string{"path": call.Path[p.Name], "query": call.Query[p.Name]}[p.In]})
		}
	}
	body := op.RequestBody.Content["application/json"].Schema
	if name, found := strings.CutPrefix(body.Ref, "#/components/schemas/"); found {
		body = d.Components.Schemas[name]
	}
	given, _ := call.Body.(map[string]any)
	for name, s := range body.Properties {
		if s.Format == "uuid" {
			value, _ := given[name].(string)
			all = append(all, place{"body", name, value})
		}
	}
	return all
}

// tableOf is which table a position speaks of.
func (r *rows) tableOf(p place) string {
	if table := r.table[p.value]; table != "" {
		return table
	}
	return named[strings.TrimSuffix(p.name, "_id")]
}

// wanted are the answers that a position may give to an id of another's: in a
// path it is nowhere; in a body it is nowhere or refused by its field; a filter
// may find nothing, and a form that only prices is shown again.
var wanted = map[string][]int{"path": {404}, "body": {404, 422}, "form": {200, 404, 422}, "query": {200, 404, 422}}

func (p place) check(t *testing.T, theirs, none reply) {
	t.Helper()
	if theirs.status != none.status || !slices.Contains(wanted[p.in], theirs.status) {
		t.Errorf("%s %s: another's answers %d %s, none answers %d %s", p.in, p.name, theirs.status, excerpt(theirs.body), none.status, excerpt(none.body))
		return
	}
	if a, b := fleeting.ReplaceAllString(theirs.body, ""), fleeting.ReplaceAllString(none.body, ""); a != b {
		t.Errorf("%s %s: another's differs from none:\n%s\n%s", p.in, p.name, a, b)
	}
}

// TestOperations_hideWhatIsAnothers: the id of a real row that the caller does
// not see answers, in every position of every operation, as an id of nothing.
func TestOperations_hideWhatIsAnothers(t *testing.T) {
	t.Parallel()
	s := probes(t)
	r := newRows(t, s)
	var d document
	if err := json.Unmarshal(s.house.API.JSON(), &d); err != nil {
		t.Fatal(err)
	}
	probed := map[string]int{}
	for _, o := range s.house.API.Operations() {
		if o.Example == nil || o.Permission == rbac.Public {
			continue
		}
		call := o.Example(s.world)
		for _, p := range d.places(o, call) {
			table := r.tableOf(p)
			if table == "" {
				t.Errorf("%s: nobody knows what table %s %s speaks of", o.ID, p.in, p.name)
				continue
			}
			id := r.foreign(t, call.As, table)
			if id == "" {
				continue // the caller may see every row, such as the directory's
			}
			probed[p.in]++
			t.Run(o.ID+"/"+p.name, func(t *testing.T) {
				p.check(t, s.asked(t, o, p.placed(call, id), call.As), s.asked(t, o, p.placed(call, tenants.NewID().String()), call.As))
			})
		}
	}
	if probed["path"] < 28 || probed["query"] < 10 || probed["body"] < 5 {
		t.Errorf("too few positions were probed: %v", probed)
	}
}

// TestPages_hideWhatIsAnothers: the same in every path and every box of a page.
func TestPages_hideWhatIsAnothers(t *testing.T) {
	t.Parallel()
	s := probes(t)
	r := newRows(t, s)
	probed := map[string]int{}
	for _, p := range s.house.Site.Pages() {
		if p.Example == nil {
			continue
		}
		call := p.Example(s.world)
		var all []place
		for name, value := range call.Path {
			all = append(all, place{"path", name, value})
		}
		typed, _ := call.Body.(map[string]string)
		for name, value := range typed {
			all = append(all, place{"form", name, value})
		}
		for _, at := range all {
			table := r.table[at.value]
			if !anID.MatchString(at.value) || table == "" || call.As == "" {
				continue
			}
			id := r.foreign(t, call.As, table)
			if id == "" {
				continue
			}
			probed[at.in]++
			t.Run(p.Method+p.Path+"/"+at.name, func(t *testing.T) {
				answer := func(c openapi.Call) reply {
					if p.Method == http.MethodGet {
						return s.visitor(t, call.As).get(address(p.Path, c.Path, c.Query))
					}
					return s.sent(t, p, c, call.As)
				}
				at.check(t, answer(at.placed(call, id)), answer(at.placed(call, tenants.NewID().String())))
			})
		}
	}
	if probed["path"] < 40 || probed["form"] < 3 {
		t.Errorf("too few positions were probed: %v", probed)
	}
}

// stranger is somebody of the same kind of party, at another organisation.
var stranger = map[string]string{"kingsmere": "admin@saltbridge.example", "meridian": "agency@northbank.example", "clockwork": "admin@saltbridge.example",
	"brightwater": "admin@saltbridge.example"}

// TestPages_letNoStrangerIn: another organisation's address answers as one that
// does not exist, whatever the page and the method.
func TestPages_letNoStrangerIn(t *testing.T) {
	t.Parallel()
	s := probes(t)
	tried := 0
	for _, p := range s.house.Site.Pages() {
		if p.Example == nil {
			continue
		}
		call := p.Example(s.world)
		other := stranger[call.Path["org"]]
		if other == "" {
			continue
		}
		tried++
		t.Run(p.Method+p.Path, func(t *testing.T) {
			var r reply
			if p.Method == http.MethodGet {
				r = s.visitor(t, other).get(address(p.Path, call.Path, call.Query))
			} else {
				r = s.sent(t, p, call, other)
			}
			if r.status != http.StatusNotFound {
				t.Errorf("a stranger entered %s: %d", address(p.Path, call.Path, nil), r.status)
			}
		})
	}
	if tried < 80 {
		t.Errorf("%d pages were tried", tried)
	}
}
