package openapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"wardbridge/internal/door"
	"wardbridge/internal/fault"
	"wardbridge/internal/pgtest"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// lab is an API over real Postgres with operations that count what they do.
type lab struct {
	app  *fiber.App
	log  *bytes.Buffer
	runs atomic.Int64
	seen atomic.Value // the path of the last upload
	wait chan struct{}
	in   chan struct{}
}

type actIn struct {
	Body struct {
		Note string `json:"note,omitempty" maxlen:"20"`
	}
}

func newLab(t *testing.T) *lab {
	l := &lab{log: &bytes.Buffer{}, wait: make(chan struct{}), in: make(chan struct{})}
	r := newRouter(t, pgtest.DB(t), l.log)
	act := func(ctx context.Context, tx *tenants.Tx, in actIn) (shiftJSON, error) {
		l.runs.Add(1)
		switch in.Body.Note {
		case "refuse":
			return shiftJSON{}, errFull
		case "break":
			return shiftJSON{}, errors.New("disk on fire")
		case "panic":
			panic("disk on fire")
		case "wait":
			l.in <- struct{}{}
			<-l.wait
		}
		return shiftJSON{ID: tenants.NewID(), Status: door.CallerFrom(ctx).Organisation.Code + " " + in.Body.Note}, nil
	}
	Post(r, "/shifts", rbac.ShiftCreate, "Create a shift", act, Status(201))
	Post(r, "/keys", rbac.KeyManage, "Make a key", act, Secret())
	Post(r, "/quotes", rbac.QuoteCreate, "Quote a shift", act, Reads())
	Get(r, "/shifts", rbac.ShiftRead, "List shifts", none[listIn, List[lineJSON]])
	Get(r, "/shifts/{id}", rbac.ShiftRead, "Read a shift", func(_ context.Context, _ *tenants.Tx, in shiftIn) (shiftJSON, error) {
		return shiftJSON{ID: in.ID, Status: "v7"}, nil
	})
	Look(r, "/sites/{id}", rbac.ShiftRead, "Read a site", func(ctx context.Context, look tenants.Look, in shiftIn) (lineJSON, error) {
		var site struct{ Name string }
		err := look.Row(ctx, &site, "select name from sites where id = $1", in.ID)
		return lineJSON{Note: site.Name}, tenants.Found("site", in.ID, err)
	})
	Put(r, "/shifts/{id}", rbac.ShiftCreate, "Replace a shift", func(_ context.Context, _ *tenants.Tx, in changeIn) (shiftJSON, error) {
		return shiftJSON{Status: "v8"}, Unchanged(in.IfMatch, "v7")
	})
	Post(r, "/imports", rbac.ImportCreate, "Start an import", l.upload, Status(202))
	Get(r, "/exports/{id}", rbac.ExportCreate, "Download an export", l.export)
	Get(r, "/health", rbac.Public, "Show health", func(_ context.Context, tx *tenants.Tx, _ struct{}) (map[string]string, error) {
		return map[string]string{"kind": string(tx.Me.Kind)}, nil
	})
	l.app = fiber.New(fiber.Config{StreamRequestBody: true, Immutable: true})
	l.app.Use(Guard())
	r.Mount(l.app)
	return l
}

func (l *lab) upload(_ context.Context, _ *tenants.Tx, in fileIn) (lineJSON, error) {
	l.runs.Add(1)
	text, err := os.ReadFile(in.Body.Path)
	l.seen.Store(in.Body.Path)
	return lineJSON{Minutes: len(text), Note: in.Body.Name + " " + in.Body.ContentType}, err
}

func (l *lab) export(_ context.Context, _ *tenants.Tx, in shiftIn) (File, error) {
	return File{Name: "shifts Ä.csv", ContentType: "text/csv", Write: func(ctx context.Context, tx *tenants.Tx, w io.Writer) error {
		var level string
		if err := tx.NewRaw("select current_setting('transaction_isolation')").Scan(ctx, &level); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "level\n%s\n", level); err != nil {
			return err
		}
		if in.ID.String() == idText {
			return fault.ErrNotFound
		}
		return nil
	}}, nil
}

// keyOf makes a key of an organisation with these roles.
func keyOf(t *testing.T, org tenants.Party, roles ...string) (id tenants.ID, secret string) {
	t.Helper()
	pgtest.Run(t, org, func(ctx context.Context, tx *tenants.Tx) (err error) {
		id, secret, err = door.OpenKey(ctx, tx, door.NewKey{Name: "test", Roles: roles})
		return err
	})
	return id, secret
}

type reply struct {
	status int
	header http.Header
	text   string
	code   string
}

func (l *lab) do(t *testing.T, method, target, secret, body string, headers ...string) reply {
	t.Helper()
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if secret != "" {
		req.Header.Set("Authorization", "Bearer "+secret)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := l.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	r := reply{status: res.StatusCode, header: res.Header, text: string(text)}
	var p problem
	if res.Header.Get("Content-Type") == "application/problem+json" && json.Unmarshal(text, &p) == nil {
		r.code = p.Code
	}
	return r
}

func (r reply) is(t *testing.T, status int, code string) {
	t.Helper()
	if r.status != status || r.code != code {
		t.Errorf("got %d %s, want %d %s: %s", r.status, r.code, status, code, r.text)
	}
}

func TestGate_letsInOnlyALiveKeyWithThePermission(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	org := pgtest.Org(t, tenants.Trust)
	id, admin := keyOf(t, org, "org_admin")
	_, viewer := keyOf(t, org, "viewer")
	var session string
	pgtest.Run(t, tenants.Nobody, func(ctx context.Context, tx *tenants.Tx) (err error) {
		session, err = door.OpenSession(ctx, tx, pgtest.Person(t, "Asha"), false)
		return err
	})

	l.do(t, "GET", "/v1/shifts", "", "").is(t, 401, "credential_missing")
	l.do(t, "GET", "/v1/shifts", "", "", "Cookie", "session="+session).is(t, 401, "credential_missing")
	l.do(t, "GET", "/v1/shifts", "", "", "Authorization", "Basic "+admin).is(t, 401, "credential_missing")
	l.do(t, "GET", "/v1/shifts", "wb_live_nobody", "").is(t, 401, "credential_not_valid")
	l.do(t, "GET", "/v1/shifts", session, "").is(t, 401, "session_not_accepted")
	l.do(t, "GET", "/v1/shifts", admin, "").is(t, 200, "")
	l.do(t, "GET", "/v1/health", "", "").is(t, 200, "")
	l.do(t, "POST", "/v1/shifts", viewer, "this is not even JSON").is(t, 403, "role_not_allowed")
	pgtest.Run(t, org, func(ctx context.Context, tx *tenants.Tx) error { return door.CloseCredential(ctx, tx, id) })
	l.do(t, "GET", "/v1/shifts", admin, "").is(t, 401, "credential_not_valid")
}

func TestLook_passesTheSameGateAsEveryOperation(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	org, site := pgtest.Org(t, tenants.Trust), tenants.NewID()
	pgtest.Exec(t, "insert into sites (tenant_id, id, code, name) values ($1, $2, 'A', 'North')", org.ID, site)
	id, viewer := keyOf(t, org, "viewer")
	_, foreign := keyOf(t, pgtest.Org(t, tenants.Trust), "viewer")
	target := "/v1/sites/" + site.String()

	l.do(t, "GET", target, "", "").is(t, 401, "credential_missing")
	l.do(t, "GET", "/v1/sites/abc", viewer, "").is(t, 422, "invalid")
	l.do(t, "GET", target, foreign, "").is(t, 404, "not_found")
	own := l.do(t, "GET", target, viewer, "")
	own.is(t, 200, "")
	wantIn(t, own.text, `"North"`)
	pgtest.Run(t, org, func(ctx context.Context, tx *tenants.Tx) error { return door.CloseCredential(ctx, tx, id) })
	l.do(t, "GET", target, viewer, "").is(t, 401, "credential_not_valid")
}

// What the door remembers of a person may have changed: it is asked again, and
// the read goes on.
func TestLook_goesOnWhenTheCallerIsStillAllowed(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	org, site, person := pgtest.Org(t, tenants.Trust), tenants.NewID(), pgtest.Person(t, "Asha")
	pgtest.Exec(t, "insert into sites (tenant_id, id, code, name) values ($1, $2, 'A', 'North')", org.ID, site)
	pgtest.Exec(t, "insert into grants (id, person_id, organisation_id, role, granted_at) values ($1, $2, $3, 'viewer', now())", tenants.NewID(), person, org.ID)
	var token string
	pgtest.Run(t, org, func(ctx context.Context, tx *tenants.Tx) (err error) {
		_, token, err = door.OpenKey(ctx, tx, door.NewKey{Name: "mine", Token: true, Person: person})
		return err
	})
	target := "/v1/sites/" + site.String()

	l.do(t, "GET", target, token, "").is(t, 200, "")
	pgtest.Exec(t, "update people set version = version + 1 where id = $1", person)
	l.do(t, "GET", target, token, "").is(t, 200, "")
	pgtest.Exec(t, "delete from grants where person_id = $1", person)
	pgtest.Exec(t, "update people set version = version + 1 where id = $1", person)
	if r := l.do(t, "GET", target, token, ""); r.status == 200 {
		t.Error("a person without any role still reads")
	}
}

func TestGate_answersWhatIsNoOperation(t *testing.T) {
	t.Parallel()
	l := newLab(t)

	l.do(t, "GET", "/v1/nothing", "", "").is(t, 404, "no_such_operation")
	l.do(t, "GET", "/v1", "", "").is(t, 404, "no_such_operation")
	r := l.do(t, "DELETE", "/v1/shifts/1", "", "")
	r.is(t, 405, "method_not_allowed")
	if r.header.Get("Allow") != "GET, HEAD, PUT" {
		t.Errorf("Allow: %s", r.header.Get("Allow"))
	}
	if id := l.do(t, "GET", "/v1/nothing", "", "", "X-Request-Id", "my-request-7").header.Get("X-Request-Id"); id != "my-request-7" {
		t.Errorf("request id %s", id)
	}
}

func TestGate_refusesInputWithEveryField(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	_, admin := keyOf(t, pgtest.Org(t, tenants.Trust), "org_admin")

	r := l.do(t, "GET", "/v1/shifts?limit=0&statsu=open", admin, "")
	r.is(t, 422, "invalid")
	wantIn(t, r.text, `"statsu"`, `"limit"`)
	l.do(t, "GET", "/v1/shifts/abc", admin, "").is(t, 422, "invalid")
	l.do(t, "POST", "/v1/quotes", admin, `{"note":`).is(t, 400, "malformed_json")
	l.do(t, "POST", "/v1/quotes", admin, `{}`, "Content-Type", "text/plain").is(t, 415, "unsupported_media_type")
	l.do(t, "POST", "/v1/quotes", admin, strings.Repeat(" ", maxJSON+1)).is(t, 413, "too_large")
	l.do(t, "POST", "/v1/quotes", admin, "").is(t, 200, "")
	if list := l.do(t, "GET", "/v1/shifts", admin, ""); list.text != `{"data":[],"next_cursor":""}` {
		t.Errorf("an empty list is %s", list.text)
	}
}

func TestVersions_areNamedBeforeTheyAreChanged(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	_, admin := keyOf(t, pgtest.Org(t, tenants.Trust), "org_admin")
	target := "/v1/shifts/" + idText

	read := l.do(t, "GET", target, admin, "")
	read.is(t, 200, "")
	tag := read.header.Get("ETag")
	if tag != `"v7"` {
		t.Errorf("ETag %s", tag)
	}
	l.do(t, "GET", target, admin, "", "If-None-Match", tag).is(t, 304, "")
	if head := l.do(t, "HEAD", target, admin, ""); head.status != 200 || head.text != "" {
		t.Errorf("HEAD: %d %q", head.status, head.text)
	}
	l.do(t, "PUT", target, admin, `{}`).is(t, 428, "if_match_missing")
	l.do(t, "PUT", target, admin, `{}`, "If-Match", `"v6"`).is(t, 412, "changed_meanwhile")
	if changed := l.do(t, "PUT", target, admin, `{}`, "If-Match", tag); changed.status != 200 || changed.header.Get("ETag") != `"v8"` {
		t.Errorf("%d %s", changed.status, changed.text)
	}
}

func TestIdempotency_anActIsDoneOncePerKey(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	org := pgtest.Org(t, tenants.Trust)
	_, admin := keyOf(t, org, "org_admin")
	_, other := keyOf(t, org, "org_admin")

	l.do(t, "POST", "/v1/shifts", admin, `{}`).is(t, 400, "idempotency_key_missing")
	l.do(t, "POST", "/v1/shifts", admin, `{}`, "Idempotency-Key", strings.Repeat("k", 201)).is(t, 400, "idempotency_key_missing")
	first := l.do(t, "POST", "/v1/shifts", admin, `{"note":"a"}`, "Idempotency-Key", "k1")
	first.is(t, 201, "")
	again := l.do(t, "POST", "/v1/shifts", admin, `{"note":"a"}`, "Idempotency-Key", "k1")

	if again.status != 201 || again.text != first.text || again.header.Get("Idempotent-Replay") != "true" || again.header.Get("ETag") != first.header.Get("ETag") {
		t.Errorf("the replay differs: %d %s", again.status, again.text)
	}
	if first.header.Get("Idempotent-Replay") != "" || l.runs.Load() != 1 {
		t.Errorf("done %d times", l.runs.Load())
	}
	l.do(t, "POST", "/v1/shifts", admin, `{"note":"b"}`, "Idempotency-Key", "k1").is(t, 422, "idempotency_key_reused")
	if own := l.do(t, "POST", "/v1/shifts", other, `{"note":"a"}`, "Idempotency-Key", "k1"); own.status != 201 || own.text == first.text {
		t.Errorf("another credential's key: %d %s", own.status, own.text)
	}
}

func TestIdempotency_aRefusalIsNotKept(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	_, admin := keyOf(t, pgtest.Org(t, tenants.Trust), "org_admin")

	for range 2 {
		l.do(t, "POST", "/v1/shifts", admin, `{"note":"refuse"}`, "Idempotency-Key", "k1").is(t, 409, "shift_full")
	}

	if l.runs.Load() != 2 {
		t.Errorf("ran %d times", l.runs.Load())
	}
}

func TestIdempotency_aSecretIsNeverKept(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	org := pgtest.Org(t, tenants.Trust)
	_, admin := keyOf(t, org, "org_admin")

	l.do(t, "POST", "/v1/keys", admin, `{"note":"wb_secret"}`, "Idempotency-Key", "k1").is(t, 200, "")
	l.do(t, "POST", "/v1/keys", admin, `{"note":"wb_secret"}`, "Idempotency-Key", "k1").is(t, 409, "already_done")

	var kept int
	if err := pgtest.Owner(t).QueryRow(t.Context(), "select count(*) from idempotency where owner_id = $1 and body is null", org.ID).Scan(&kept); err != nil || kept != 1 {
		t.Errorf("%d rows without a body: %v", kept, err)
	}
}

func TestIdempotency_aSecondRequestDoesNotWaitForTheFirst(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	_, admin := keyOf(t, pgtest.Org(t, tenants.Trust), "org_admin")
	var first reply
	var done sync.WaitGroup
	done.Go(func() { first = l.do(t, "POST", "/v1/shifts", admin, `{"note":"wait"}`, "Idempotency-Key", "k1") })
	<-l.in

	busy := l.do(t, "POST", "/v1/shifts", admin, `{"note":"wait"}`, "Idempotency-Key", "k1")
	close(l.wait)
	done.Wait()

	busy.is(t, 409, "busy_try_again")
	if busy.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %s", busy.header.Get("Retry-After"))
	}
	first.is(t, 201, "")
}

// A request that reads the table before another commits, and gets the lock
// after, must not act a second time.
func TestIdempotency_theRowDecidesWhenTheLockCameTooLate(t *testing.T) {
	t.Parallel()
	org, credential, hash := pgtest.Org(t, tenants.Trust), tenants.NewID(), []byte("hash")
	once := func() error {
		return pgtest.DB(t).Run(t.Context(), org, pgtest.Actor(org), func(ctx context.Context, tx *tenants.Tx) error {
			return keep(ctx, tx, credential, "createShift", "k1", hash, Answer{Status: 201})
		})
	}

	if err := once(); err != nil {
		t.Fatal(err)
	}
	if err := once(); !errors.Is(err, fault.ErrBusy) {
		t.Errorf("second: %v", err)
	}
}

func TestOnce_keepsAFormsRedirect(t *testing.T) {
	t.Parallel()
	org, credential, hash := pgtest.Org(t, tenants.Agency), tenants.NewID(), []byte("hash")
	runs := 0
	for try := range 2 {
		pgtest.Run(t, org, func(ctx context.Context, tx *tenants.Tx) error {
			a, err := Once(ctx, tx, credential, "page", "k1", hash, func() (Answer, error) {
				runs++
				return Answer{Status: 303, Headers: map[string]string{"Location": "/shifts"}}, nil
			})
			if a.Status != 303 || a.Headers["Location"] != "/shifts" || a.Replayed != (try == 1) {
				t.Errorf("%+v", a)
			}
			return err
		})
	}
	if runs != 1 {
		t.Errorf("ran %d times", runs)
	}
}

func TestUploads_areSpooledCheckedAndRemoved(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	_, admin := keyOf(t, pgtest.Org(t, tenants.Trust), "org_admin")
	csv := strings.Repeat("a,b\n", 50_000)
	headers := []string{"Idempotency-Key", "k1", "Content-Type", "text/csv; charset=utf-8", "Content-Disposition", `attachment; filename="../shifts.csv"`}

	first := l.do(t, "POST", "/v1/imports?kind=shifts", admin, csv, headers...)
	again := l.do(t, "POST", "/v1/imports?kind=shifts", admin, csv, headers...)
	l.do(t, "POST", "/v1/imports?kind=wards", admin, csv, headers...).is(t, 422, "idempotency_key_reused")
	l.do(t, "POST", "/v1/imports?kind=shifts", admin, csv+"x", headers...).is(t, 422, "idempotency_key_reused")
	l.do(t, "POST", "/v1/imports", admin, csv, headers...).is(t, 422, "invalid")
	l.do(t, "POST", "/v1/imports?kind=shifts", admin, csv, "Idempotency-Key", "k2").is(t, 415, "unsupported_media_type")

	if want := `{"rate":"Band 0","minutes":200000,"note":"shifts.csv text/csv"}`; first.status != 202 || first.text != want || again.text != want {
		t.Errorf("%d %s", first.status, first.text)
	}
	if l.runs.Load() != 1 {
		t.Errorf("ran %d times", l.runs.Load())
	}
	if _, err := os.Stat(l.seen.Load().(string)); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
}

func TestDownloads_areWholeOrAProblem(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	_, admin := keyOf(t, pgtest.Org(t, tenants.Trust), "org_admin")

	good := l.do(t, "GET", "/v1/exports/"+tenants.NewID().String(), admin, "")
	bad := l.do(t, "GET", "/v1/exports/"+idText, admin, "")

	if good.status != 200 || good.text != "level\nrepeatable read\n" || good.header.Get("Content-Type") != "text/csv" ||
		!strings.HasPrefix(good.header.Get("Content-Disposition"), "attachment; filename") {
		t.Errorf("%d %q %v", good.status, good.text, good.header)
	}
	bad.is(t, 404, "not_found")
	if bad.header.Get("Content-Disposition") != "" {
		t.Error("a refusal is offered as a file")
	}
}

func TestFailures_areLoggedOnceAndNotShown(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"break", "panic"} {
		l := newLab(t)
		_, admin := keyOf(t, pgtest.Org(t, tenants.Trust), "org_admin")

		r := l.do(t, "POST", "/v1/quotes", admin, `{"note":"`+how+`"}`, "X-Request-Id", "request-4711")

		r.is(t, 500, "internal")
		if strings.Contains(r.text, "fire") {
			t.Error("the cause was shown")
		}
		if log := l.log.String(); strings.Count(log, "request-4711") != 1 || !strings.Contains(log, "disk on fire") || !strings.Contains(log, "quoteShift") {
			t.Errorf("log: %s", log)
		}
	}
}

func TestGate_asksAgainWhenRolesHaveChanged(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	org := pgtest.Org(t, tenants.Trust)
	person := pgtest.Person(t, "Asha")
	grant := func(role string) {
		pgtest.Exec(t, "insert into grants (id, person_id, organisation_id, role, granted_at) values ($1, $2, $3, $4, now())", tenants.NewID(), person, org.ID, role)
	}
	grant("org_admin")
	var token string
	pgtest.Run(t, org, func(ctx context.Context, tx *tenants.Tx) (err error) {
		_, token, err = door.OpenKey(ctx, tx, door.NewKey{Name: "mine", Token: true, Person: person, Until: time.Now().Add(time.Hour)})
		return err
	})
	l.do(t, "POST", "/v1/quotes", token, `{}`).is(t, 200, "")

	pgtest.Exec(t, "update grants set role = 'viewer' where person_id = $1", person)
	pgtest.Exec(t, "update people set version = version + 1 where id = $1", person)

	l.do(t, "POST", "/v1/quotes", token, `{}`).is(t, 403, "role_not_allowed")
	l.do(t, "GET", "/v1/shifts", token, "").is(t, 200, "")
}
