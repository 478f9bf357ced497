package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"wardbridge/cmd/demonstration"
	"wardbridge/internal/door"
	"wardbridge/modules/notices"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
)

// probed is the demonstration's copy for what is tried on every line of the
// registries. Everything is tried by a dry run, so no probe meets another.
var probed struct {
	stand
	once sync.Once
	err  error
}

func probes(t testing.TB) *stand {
	t.Helper()
	demoHouse(t)
	probed.once.Do(func() {
		probed.way, probed.world = testWorld.copies[0], testWorld.world
		if probed.err = probed.open(false); probed.err == nil {
			probed.err = probed.arrange()
		}
		if probed.err == nil {
			probed.err = probed.serve()
		}
	})
	if probed.err != nil {
		t.Fatal(probed.err)
	}
	return &probed.stand
}

// arrange adds what a healthy demonstration does not have: a job that was given
// up, an import that broke off on our side, and something to tell a practice.
func (s *stand) arrange() error {
	w := *s.world
	w.Names = map[string]string{}
	for name, id := range s.world.Names {
		w.Names[name] = id
	}
	s.world = &w
	for name, statement := range map[string]string{
		"wardbridge.job.failed": `insert into river.river_job (args, kind, max_attempts, state, queue, priority, attempt, finalized_at, errors, metadata)
			select args, kind, max_attempts, 'discarded', queue, priority, 1, now(), array['{"at": "2026-01-01T00:00:00Z", "attempt": 1, "error": "no", "trace": ""}'::jsonb], metadata
			from river.river_job order by id desc limit 1 returning id::text`,
		"kingsmere.import.failed": `update imports set status = 'failed', failure = 'Something went wrong on our side.'
			where id = (select id from imports where owner_id = '` + w.Names["kingsmere"] + `' and id <> '` + w.Names["kingsmere.import.applied"] + `' and status = 'applied' limit 1) returning id::text`,
	} {
		var id string
		if err := s.read(&id, statement); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		w.Names[name] = id
	}
	var elmtree tenants.ID
	if err := s.read(&elmtree, "select id from organisations where code = 'elmtree'"); err != nil {
		return err
	}
	return s.house.DB.Run(context.Background(), tenants.Party{ID: elmtree, Kind: tenants.Practice}, tenants.Actor{Kind: tenants.Console, Name: "probe"}, func(ctx context.Context, tx *tenants.Tx) error {
		if err := s.house.Notices.Tell(ctx, tx, notices.Notice{Kind: "probe", Title: "Your hub has written", Once: "probe"}); err != nil {
			return err
		}
		all, _, err := s.house.Notices.List(ctx, tx, notices.Filter{Limit: 1})
		for _, n := range all {
			w.Names["elmtree.notice"] = n.ID.String()
		}
		return err
	})
}

// visitor is somebody's browser, signed in once for all probes.
func (s *stand) visitor(t *testing.T, email string) *browserless {
	t.Helper()
	if email == "" {
		return opened(t, s.base)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions == nil {
		s.sessions = map[string]*browserless{}
	}
	if s.sessions[email] == nil {
		s.sessions[email] = s.signIn(t, email)
	}
	return &browserless{t: t, base: s.base, client: s.sessions[email].client}
}

// bearer is a personal token of somebody of the demonstration.
func bearer(t *testing.T, email string) string {
	t.Helper()
	demoHouse(t)
	return testWorld.bearer(t, email)
}

func (s *stand) bearer(t *testing.T, email string) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tokens == nil {
		s.tokens = map[string]string{}
	}
	if key := s.tokens[email]; key != "" {
		return key
	}
	party := s.partyOf(t, email)
	var person tenants.ID
	if err := s.read(&person, "select id from people where email = $1", email); err != nil {
		t.Fatalf("%s: %v", email, err)
	}
	who := tenants.Actor{Kind: tenants.Person, ID: person, Person: person, Name: email}
	err := s.house.DB.Run(context.Background(), party, who, func(ctx context.Context, tx *tenants.Tx) error {
		_, key, err := door.OpenKey(ctx, tx, door.NewKey{Name: "probe", Token: true, Person: person, Worker: party.Kind == tenants.Worker})
		s.tokens[email] = key
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", email, err)
	}
	return s.tokens[email]
}

// loginOf is how somebody of the demonstration comes in.
func (s *stand) loginOf(email string) (demonstration.Login, bool) {
	for _, l := range s.world.Logins {
		if l.Email == email {
			return l, true
		}
	}
	return demonstration.Login{}, false
}

// partyOf finds whose party a log-in is.
func (s *stand) partyOf(t *testing.T, email string) (p tenants.Party) {
	t.Helper()
	if known, ok := s.parties.Load(email); ok {
		return known.(tenants.Party)
	}
	defer func() { s.parties.Store(email, p) }()
	l, known := s.loginOf(email)
	if !known {
		t.Fatalf("%s has no log-in in the demonstration", email)
	}
	p.Kind = tenants.Worker
	query, of := "select id from people where email = $1", email
	if l.Organisation != "" {
		query, of = "select id from organisations where code = $1", l.Organisation
		var kind string
		if err := s.read(&kind, "select kind from organisations where code = $1", of); err != nil {
			t.Fatal(err)
		}
		p.Kind = tenants.Kind(kind)
	}
	if err := s.read(&p.ID, query, of); err != nil {
		t.Fatal(err)
	}
	return p
}

// address fills a path's names.
func address(path string, values map[string]string, query map[string]string) string {
	for name, value := range values {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(value))
	}
	if len(query) > 0 {
		q := url.Values{}
		for k, v := range query {
			q.Set(k, v)
		}
		path += "?" + q.Encode()
	}
	return path
}

// asked sends one call of the API; what acts is tried and taken back.
func (s *stand) asked(t *testing.T, o openapi.Operation, call openapi.Call, as string) reply {
	t.Helper()
	key := ""
	if as != "" {
		key = s.bearer(t, as)
	}
	return s.askedWith(t, o, call, key)
}

// askedWith calls an operation with a key, or with none.
func (s *stand) askedWith(t *testing.T, o openapi.Operation, call openapi.Call, key string) reply {
	t.Helper()
	kind, raw := "application/json", []byte(nil)
	switch {
	case call.Raw != nil:
		raw, kind = call.Raw, call.ContentType
	case call.Body != nil:
		var err error
		if raw, err = json.Marshal(call.Body); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequest(o.Method, s.base+address(o.Path, call.Path, call.Query), bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if len(raw) > 0 {
		req.Header.Set("Content-Type", kind)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	if o.Method == http.MethodPost {
		req.Header.Set("Idempotency-Key", tenants.NewID().String())
	}
	if o.Method == http.MethodPut || o.Method == http.MethodPatch || o.Method == http.MethodDelete {
		req.Header.Set("If-Match", "*")
	}
	if o.Method != http.MethodGet && !o.Reads && o.Permission != rbac.Public {
		req.Header.Set("Dry-Run", "true")
	}
	return opened(t, s.base).do(req)
}

var (
	forms = regexp.MustCompile(`(?s)<form([^>]*)>(.*?)</form>`)
	boxes = regexp.MustCompile(`(?s)<input([^>]*)>|<textarea([^>]*)>(.*?)</textarea>|<select([^>]*)>(.*?)</select>`)
	picks = regexp.MustCompile(`(?s)<option([^>]*)>`)
	attrs = regexp.MustCompile(`([a-z-]+)(?:="([^"]*)")?`)
)

func attributes(text string) map[string]string {
	all := map[string]string{}
	for _, m := range attrs.FindAllStringSubmatch(text, -1) {
		all[m[1]] = unescape.Replace(m[2])
	}
	return all
}

var unescape = strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&quot;", `"`, "&lt;", "<", "&gt;", ">", "&amp;", "&")

// filledForm is what a browser would send of the form that leads to an address,
// with nothing typed; nil when the page has no such form.
func filledForm(page, path, action string) url.Values {
	like := regexp.MustCompile("^" + regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, "[^/]+") + "$")
	for _, form := range forms.FindAllStringSubmatch(page, -1) {
		to := attributes(form[1])["action"]
		own := to == action || like.MatchString(to)
		for _, m := range regexp.MustCompile(`formaction="([^"]*)"`).FindAllStringSubmatch(form[2], -1) {
			own = own || like.MatchString(unescape.Replace(m[1]))
		}
		if !own {
			continue
		}
		values := url.Values{}
		for _, box := range boxes.FindAllStringSubmatch(form[2], -1) {
			in, area, list := attributes(box[1]), attributes(box[2]), attributes(box[4])
			_, checked := in["checked"]
			switch {
			case area["name"] != "":
				values.Set(area["name"], unescape.Replace(strings.TrimPrefix(box[3], "\n")))
			case list["name"] != "":
				for _, pick := range picks.FindAllStringSubmatch(box[5], -1) {
					p := attributes(pick[1])
					if _, selected := p["selected"]; selected || !values.Has(list["name"]) {
						values.Set(list["name"], p["value"])
					}
				}
			case in["name"] == "" || in["type"] == "submit" || in["type"] == "file" || (in["type"] == "radio" || in["type"] == "checkbox") && !checked:
			default:
				values.Set(in["name"], in["value"])
			}
		}
		return values
	}
	return nil
}

// sent fills in and sends the form of a page as somebody with a browser would:
// it looks for the form at the address itself and then at the pages above.
func (s *stand) sent(t *testing.T, p web.Page, call openapi.Call, as string) reply {
	t.Helper()
	b := s.visitor(t, as)
	to := address(p.Path, call.Path, call.Query)
	values := url.Values{}
	for from := to; from != ""; from = from[:strings.LastIndex(from, "/")] {
		page := b.get(from)
		if found := filledForm(page.body, p.Path, to); page.status == http.StatusOK && found != nil {
			values = found
			break
		}
		if m := token.FindStringSubmatch(page.body); m != nil {
			values.Set("_csrf", m[1])
		}
	}
	if !values.Has("_csrf") {
		if m := token.FindStringSubmatch(b.get("/account").body); m != nil {
			values.Set("_csrf", m[1])
		}
	}
	values.Del("_key")
	typed, _ := call.Body.(map[string]string)
	for name, value := range typed {
		values.Set(name, value)
	}
	kind, body := "application/x-www-form-urlencoded", []byte(values.Encode())
	if call.Raw != nil {
		kind, body = withFile(t, values, call)
	}
	req, err := http.NewRequest(p.Method, s.base+to, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	if p.Permission != rbac.Public {
		req.Header.Set("Dry-Run", "true")
	}
	return b.do(req)
}

func withFile(t *testing.T, values url.Values, call openapi.Call) (kind string, body []byte) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for name := range values {
		if err := w.WriteField(name, values.Get(name)); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="file"; filename="example.csv"`}, "Content-Type": {call.ContentType}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(call.Raw); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), out.Bytes()
}

func excerpt(body string) string {
	if i := strings.Index(body, "<main"); i >= 0 {
		body = body[i:]
	}
	body = regexp.MustCompile(`<[^>]+>`).ReplaceAllString(body, " ")
	body = strings.Join(strings.Fields(body), " ")
	return body[:min(len(body), 500)]
}

// fleeting is what differs between any two answers.
var fleeting = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|name="_csrf" value="[^"]*"|Printed [^<]*|content="20[^"]*"`)
