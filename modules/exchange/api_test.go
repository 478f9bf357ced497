package exchange_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gofiber/fiber/v2"

	"wardbridge/internal/door"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/shifts/shiftstest"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// api is shifts, cascade and exchange behind one door.
type api struct {
	t      *testing.T
	router *openapi.Router
	app    *fiber.App
}

func newAPI(t *testing.T, h *shiftstest.House) *api {
	t.Helper()
	gate, err := rbac.NewGate()
	if err != nil {
		t.Fatal(err)
	}
	a := &api{t, openapi.New(door.New(pgtest.DB(t), gate), slog.New(slog.DiscardHandler), openapi.Info{Title: "Test", Version: "1", Description: "Shifts."}),
		fiber.New(fiber.Config{DisableStartupMessage: true, StreamRequestBody: true, BodyLimit: 300 << 20})}
	for _, room := range []interface{ Routes(*openapi.Router) }{h.Shifts, h.Cascade, h.Exchange} {
		room.Routes(a.router)
	}
	a.router.Mount(a.app)
	return a
}

// caller is somebody with a key.
type caller struct {
	*api
	secret string
}

func (a *api) as(org tenants.Party, role string) caller {
	c := caller{api: a}
	pgtest.Run(a.t, org, func(ctx context.Context, tx *tenants.Tx) (err error) {
		_, c.secret, err = door.OpenKey(ctx, tx, door.NewKey{Name: "test", Roles: []string{role}})
		return err
	})
	return c
}

// send sends one request and holds a good answer against its schema; operation
// is the path as it is registered.
func (c caller) send(method, operation, path string, body []byte, headers map[string]string, status int) (http.Header, map[string]any) {
	c.t.Helper()
	req := httptest.NewRequest(method, "/v1"+path, bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+c.secret)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", tenants.NewID().String())
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	res, err := c.app.Test(req, -1)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if res.StatusCode != status {
		c.t.Fatalf("%s %s: got %d, want %d: %s", method, path, res.StatusCode, status, text)
	}
	if !strings.Contains(res.Header.Get("Content-Type"), "json") {
		return res.Header, map[string]any{"file": string(text)}
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		c.t.Fatalf("%s %s: %v: %s", method, path, err, text)
	}
	if status < 300 {
		for code, r := range c.router.Document().Paths.Value("/v1" + operation).GetOperation(method).Responses.Map() {
			if !strings.HasPrefix(code, "2") {
				continue
			}
			if err := r.Value.Content["application/json"].Schema.Value.VisitJSON(out, openapi3.MultiErrors()); err != nil {
				c.t.Errorf("%s %s does not answer as documented: %v", method, path, err)
			}
		}
	}
	return res.Header, out
}

func (c caller) get(operation, path string) map[string]any {
	c.t.Helper()
	_, out := c.send("GET", operation, path, nil, nil, 200)
	return out
}

func TestRoutes_areDocumentedWithExamples(t *testing.T) {
	t.Parallel()
	a := newAPI(t, shiftstest.Built(t))
	for _, o := range a.router.Operations() {
		if o.Example == nil || o.Description == "" {
			t.Errorf("%s has no example or no description", o.ID)
		}
	}
	if err := a.router.Document().Validate(context.Background()); err != nil {
		t.Errorf("the document: %v", err)
	}
}

func TestAPI_fromAShiftToTheAgencyThatWasTold(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	agency := w.Agency(1)
	a := newAPI(t, w.House)
	manager, viewer, consultant := a.as(w.Party, "org_admin"), a.as(w.Party, "viewer"), a.as(agency, "agency_consultant")
	other := a.as(shiftstest.NewTrust(t).Party, "org_admin")
	body, _ := json.Marshal(map[string]any{"ward": "Elm Ward", "grade": "nurse-band-5", "date": w.Day(10).String(), "start": "07:00", "end": "23:30",
		"break_minutes": 60, "reason": "vacancy", "quantity": 2, "external_ref": "API-1"})

	_, made := manager.send("POST", "/shifts", "/shifts", body, nil, 201)
	viewer.send("POST", "/shifts", "/shifts", body, nil, 403)
	_, twice := manager.send("POST", "/shifts", "/shifts", body, nil, 409)
	_, wrong := manager.send("POST", "/shifts", "/shifts", []byte(`{"ward":"Nowhere","grade":"nurse-band-5","date":"2027-02-30","start":"29:00","end":"07:00","reason":"vacancy"}`), nil, 422)

	shift := made["data"].([]any)[0].(map[string]any)
	ref := shift["ref"].(string)
	if shift["source"] != "api" || shift["ward"].(map[string]any)["name"] != "Elm Ward" || len(shift["warnings"].([]any)) != 1 || !strings.HasSuffix(shift["starts_at"].(string), ":00Z") && !strings.Contains(shift["starts_at"].(string), "+0") {
		t.Errorf("got %v", shift)
	}
	if twice["code"] != "external_ref_known" || len(wrong["errors"].([]any)) < 3 {
		t.Errorf("got %v and %v", twice, wrong)
	}
	header, _ := manager.send("GET", "/shifts/{id}", "/shifts/"+ref, nil, nil, 200)
	if header.Get("ETag") != `"1"` {
		t.Errorf("the tag is %s", header.Get("ETag"))
	}
	other.send("GET", "/shifts/{id}", "/shifts/"+ref, nil, nil, 404)
	other.send("GET", "/shifts/{id}/timeline", "/shifts/"+ref+"/timeline", nil, nil, 404)
	if got := manager.get("/shifts", "/shifts?ward=ELM&status=open,filled&limit=1"); len(got["data"].([]any)) != 1 || got["next_cursor"] == "" {
		t.Errorf("got %v", got)
	}
	manager.send("GET", "/shifts", "/shifts?ward=Nowhere", nil, nil, 422)
	if got := consultant.get("/releases", "/releases"); len(got["data"].([]any)) != 0 {
		t.Errorf("the agency sees %v", got)
	}
	consultant.send("GET", "/releases/{id}", "/releases/"+ref, nil, nil, 404)

	w.Advance(25 * time.Hour)

	line := manager.get("/shifts/{id}/timeline", "/shifts/"+ref+"/timeline")["data"].([]any)
	if now := line[2].(map[string]any); now["position"] != "now" || now["text"] != "Opened to 1 agency" || now["why"] != "lead time 3 to 14 days: 24 h after the bank" {
		t.Errorf("the timeline says %v", now)
	}
	if got := consultant.get("/releases", "/releases?limit=1"); len(got["data"].([]any)) != 1 || got["next_cursor"] == "" {
		t.Errorf("the agency sees %v", got)
	}
	release := consultant.get("/releases/{id}", "/releases/"+ref)
	consultant.get("/releases/{id}", "/releases/"+release["id"].(string))
	if line := manager.get("/shifts/{id}/timeline", "/shifts/"+ref+"/timeline")["data"].([]any); line[2].(map[string]any)["seen"] != 1.0 {
		t.Errorf("nobody looked: %v", line[2])
	}
	if got := manager.get("/shift-export", "/shift-export?status=open")["file"].(string); strings.Count(got, "\r\n") != 3 {
		t.Errorf("the export is %s", got)
	}
}

func TestAPI_changesTheCascadeRuleByItsVersion(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	a := newAPI(t, w.House)
	manager, viewer := a.as(w.Party, "org_admin"), a.as(w.Party, "viewer")
	header, rule := manager.send("GET", "/cascade-rule", "/cascade-rule", nil, nil, 200)
	body, _ := json.Marshal(map[string]any{"name": "Quick", "bands": rule["bands"]})
	match := map[string]string{"If-Match": header.Get("ETag")}

	viewer.send("PUT", "/cascade-rule", "/cascade-rule", body, match, 403)
	manager.send("PUT", "/cascade-rule", "/cascade-rule", body, nil, 428)
	_, changed := manager.send("PUT", "/cascade-rule", "/cascade-rule", body, match, 200)
	manager.send("PUT", "/cascade-rule", "/cascade-rule", body, match, 412)
	_, bad := manager.send("PUT", "/cascade-rule", "/cascade-rule", []byte(`{"name":"x","bands":[{"from_minutes":5,"first":{},"each_minutes":5}]}`), map[string]string{"If-Match": `"2"`}, 422)

	if changed["name"] != "Quick" || changed["version"] != 2.0 || bad["code"] != "cascade_rule_invalid" {
		t.Errorf("got %v and %v", changed, bad)
	}
}

func TestAPI_takesAFileIn(t *testing.T) {
	t.Parallel()
	w := shiftstest.NewTrust(t)
	a := newAPI(t, w.House)
	manager, viewer, other := a.as(w.Party, "org_admin"), a.as(w.Party, "viewer"), a.as(shiftstest.NewTrust(t).Party, "org_admin")
	csv := map[string]string{"Content-Type": "text/csv"}
	content := file(row(w, "A-1"), row(w, "A-2", "Ward=Oka Ward"))

	viewer.send("POST", "/imports", "/imports?kind=shifts", content, csv, 403)
	manager.send("POST", "/imports", "/imports?kind=shifts", []byte("\x89PNG\r\n\x1a\n"), csv, 415)
	manager.send("POST", "/imports", "/imports?kind=sonnets", content, csv, 422)
	_, i := manager.send("POST", "/imports", "/imports?kind=shifts&dry_run=true", content, csv, 202)
	w.Settle()

	path := "/imports/" + i["id"].(string)
	got := manager.get("/imports/{id}", path)
	if problems := got["problems"].([]any); got["status"] != "checked" || len(problems) != 1 || problems[0].(map[string]any)["suggestion"] != "Oak Ward" {
		t.Errorf("got %v", got)
	}
	if got := manager.get("/imports/{id}/errors", path+"/errors")["data"].([]any); len(got) != 1 || got[0].(map[string]any)["row"] != 3.0 {
		t.Errorf("got %v", got)
	}
	if got := manager.get("/imports/{id}/failed-rows", path+"/failed-rows")["file"].(string); !strings.Contains(got, "A-2") || strings.Contains(got, "A-1") {
		t.Errorf("got %v", got)
	}
	other.send("GET", "/imports/{id}", path, nil, nil, 404)
	other.send("POST", "/imports/{id}/apply", path+"/apply", []byte(`{"choice":"good"}`), nil, 404)
	manager.send("POST", "/imports/{id}/apply", path+"/apply", []byte(`{}`), nil, 409)
	manager.send("POST", "/imports/{id}/replay", path+"/replay", nil, nil, 409)
	manager.send("POST", "/imports/{id}/apply", path+"/apply", []byte(`{"choice":"good"}`), nil, 202)
	w.Settle()
	if got := manager.get("/imports", "/imports")["data"].([]any); len(got) != 1 || got[0].(map[string]any)["status"] != "applied" || got[0].(map[string]any)["created"] != 1.0 {
		t.Errorf("got %v", got)
	}
	if got := manager.get("/import-templates/{kind}", "/import-templates/shifts")["file"].(string); !strings.Contains(got, "External reference") {
		t.Errorf("got %v", got)
	}
}
