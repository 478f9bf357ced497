package proposals_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gofiber/fiber/v2"

	"wardbridge/internal/door"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/proposals/proposalstest"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// api is the rooms from shifts to proposals behind one door.
type api struct {
	router *openapi.Router
	app    *fiber.App
}

func newAPI(t *testing.T, w *proposalstest.World) *api {
	t.Helper()
	gate, err := rbac.NewGate()
	if err != nil {
		t.Fatal(err)
	}
	a := &api{router: openapi.New(door.New(w.DB, gate), slog.New(slog.DiscardHandler), openapi.Info{Title: "Test", Version: "1", Description: "Proposals."}),
		app: fiber.New(fiber.Config{DisableStartupMessage: true, StreamRequestBody: true})}
	for _, room := range []interface{ Routes(*openapi.Router) }{w.Quotes, w.Shifts, w.Cascade, w.Bookings, w.Proposals} {
		room.Routes(a.router)
	}
	a.router.Mount(a.app)
	return a
}

func key(t *testing.T, org tenants.Party, role string) (secret string) {
	t.Helper()
	pgtest.Run(t, org, func(ctx context.Context, tx *tenants.Tx) (err error) {
		_, secret, err = door.OpenKey(ctx, tx, door.NewKey{Name: "test", Roles: []string{role}})
		return err
	})
	return secret
}

// call sends one request and holds the answer against its schema. operation is
// the path as it is registered.
func (a *api) call(t *testing.T, secret, method, operation, path string, body any, status int) (out map[string]any) {
	t.Helper()
	var raw bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&raw).Encode(body); err != nil {
			t.Fatal(err)
		}
	}
	req := httptest.NewRequest(method, "/v1"+path, &raw)
	req.Header.Set("Authorization", "Bearer "+secret)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", tenants.NewID().String())
	res, err := a.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != status {
		t.Fatalf("%s %s: got %d, want %d: %s", method, path, res.StatusCode, status, text)
	}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%s %s: %v: %s", method, path, err, text)
	}
	if status >= 300 {
		return out
	}
	for code, r := range a.router.Document().Paths.Value("/v1" + operation).GetOperation(method).Responses.Map() {
		if !strings.HasPrefix(code, "2") {
			continue
		}
		if err := r.Value.Content["application/json"].Schema.Value.VisitJSON(out, openapi3.MultiErrors()); err != nil {
			t.Errorf("%s %s does not answer as documented: %v", method, path, err)
		}
	}
	return out
}

func TestRoutes_areDocumentedWithExamples(t *testing.T) {
	t.Parallel()
	a := newAPI(t, proposalstest.Line(t))

	for _, o := range a.router.Operations() {
		if (strings.HasPrefix(o.Path, "/v1/proposals") || strings.HasPrefix(o.Path, "/v1/bookings") || strings.HasSuffix(o.Path, "/shifts/{id}/cancel")) && o.Example == nil {
			t.Errorf("%s has no example", o.ID)
		}
	}
	if err := a.router.Document().Validate(context.Background()); err != nil {
		t.Errorf("the document: %v", err)
	}
}

func TestAPI_fromAProposalToABookingAndBack(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	a := newAPI(t, w)
	shift := w.OpenShift()
	trust, first, second := key(t, w.Trust, "org_admin"), key(t, w.First.Party, "agency_admin"), key(t, w.Second.Party, "agency_admin")
	draft := func(s *proposalstest.Supplier, pay string) map[string]any {
		return map[string]any{"shift_id": shift.ID, "worker_id": s.Nurse.Representation.ID, "pay_rate": pay, "commission": "2.0000"}
	}

	refused := a.call(t, first, "POST", "/proposals", "/proposals", draft(w.First, "30.0000"), 422)
	if refused["code"] != "pay_rate_above_card" {
		t.Errorf("above the card: %v", refused)
	}
	mine := a.call(t, first, "POST", "/proposals", "/proposals", draft(w.First, "19.0000"), 201)
	theirs := a.call(t, second, "POST", "/proposals", "/proposals", draft(w.Second, "20.0000"), 201)
	if mine["shift_ref"] != shift.Ref || mine["worker_id"] != w.First.Nurse.Representation.ID.String() || mine["pay_rate"] != "19.0000" {
		t.Errorf("sent %v", mine)
	}
	id, other := mine["id"].(string), theirs["id"].(string)
	a.call(t, second, "GET", "/proposals/{id}", "/proposals/"+id, nil, 404)
	a.call(t, second, "POST", "/proposals/{id}/withdraw", "/proposals/"+id+"/withdraw", nil, 404)
	a.call(t, first, "POST", "/proposals/{id}/accept", "/proposals/"+id+"/accept", nil, 403)

	queue := a.call(t, trust, "GET", "/proposals", "/proposals?status=submitted&limit=1", nil, 200)
	if rows := queue["data"].([]any); len(rows) != 1 || rows[0].(map[string]any)["id"] != id || queue["next_cursor"] == "" {
		t.Errorf("the queue begins with %v", queue)
	}
	a.call(t, trust, "POST", "/proposals/{id}/decline", "/proposals/"+other+"/decline", map[string]any{"reason": "other"}, 422)
	won := a.call(t, trust, "POST", "/proposals/{id}/accept", "/proposals/"+id+"/accept", nil, 200)
	late := a.call(t, trust, "POST", "/proposals/{id}/accept", "/proposals/"+other+"/accept", nil, 409)
	if late["code"] != "shift_already_filled" {
		t.Errorf("the second: %v", late)
	}
	if gone := a.call(t, second, "GET", "/proposals/{id}", "/proposals/"+other, nil, 200); gone["status"] != "closed" {
		t.Errorf("the other is %v", gone["status"])
	}

	booking := won["booking_id"].(string)
	if b := a.call(t, first, "GET", "/bookings/{id}", "/bookings/"+booking, nil, 200); b["cost_centre"] != nil || b["net_pence"] != mine["net_pence"] {
		t.Errorf("the agency's booking: %v", b)
	}
	a.call(t, second, "GET", "/bookings/{id}", "/bookings/"+booking, nil, 404)
	if all := a.call(t, trust, "GET", "/bookings", "/bookings?status=confirmed&from=2026-11-01&ward="+w.Ward.ID.String(), nil, 200); len(all["data"].([]any)) != 1 {
		t.Errorf("the trust's bookings: %v", all)
	}
	if done := a.call(t, trust, "POST", "/bookings/{id}/cancel", "/bookings/"+booking+"/cancel", map[string]any{"reason": "Ward closed"}, 200); done["status"] != "cancelled" {
		t.Errorf("cancelled: %v", done)
	}
	again := a.call(t, trust, "POST", "/shifts/{id}/cancel", "/shifts/"+shift.ID.String()+"/cancel", map[string]any{"reason": "Ward closed"}, 409)
	if again["code"] != "shift_cancelled" {
		t.Errorf("a cancelled shift: %v", again)
	}
}

func TestAPI_booksDirectlyAndRecordsANoShow(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	a := newAPI(t, w)
	shift := w.OpenShift(proposalstest.On(proposalstest.Day(-1)))
	trust := key(t, w.Trust, "org_admin")

	booked := a.call(t, trust, "POST", "/bookings", "/bookings", map[string]any{"shift_id": shift.ID, "agency_id": w.First.ID,
		"register_number": w.First.Nurse.Representation.RegisterNumber, "pay_rate": "19.0000", "commission": "2.0000"}, 201)
	path := "/bookings/" + booked["id"].(string)
	if booked["proposal_id"] != nil || booked["person_id"] != w.First.Nurse.Person.ID.String() {
		t.Errorf("booked %v", booked)
	}
	a.call(t, trust, "POST", "/bookings/{id}/cancel", path+"/cancel", map[string]any{"reason": "A slip"}, 409)
	if gone := a.call(t, trust, "POST", "/bookings/{id}/no-show", path+"/no-show", map[string]any{"note": "Nobody came"}, 200); gone["status"] != "no_show" {
		t.Errorf("recorded %v", gone)
	}
}

func TestAPI_asksWithAnExemption(t *testing.T) {
	t.Parallel()
	w := office(t)
	a := newAPI(t, w)
	p := offered(w, clerk(w, "admin", "admin-band-3"), "admin-band-3", "13.50", "1.50", 2)
	trust, agency := key(t, w.Trust, "org_admin"), key(t, w.First.Party, "agency_admin")
	ask := func(status int, evidence map[string]string) map[string]any {
		return a.call(t, trust, "POST", "/proposals/{id}/ask-approval", "/proposals/"+p.ID.String()+"/ask-approval",
			map[string]any{"reason": "hard_to_fill", "statement": "", "evidence": evidence}, status)
	}

	if sent := a.call(t, agency, "GET", "/proposals/{id}", "/proposals/"+p.ID.String(), nil, 200); sent["conditions"].([]any)[0] != "restricted_group" || sent["passes"] == "" {
		t.Errorf("the agency reads %v", sent)
	}
	refused := ask(422, map[string]string{"exemption_reference": "EX-1", "exemption_expires_on": "2026-11-24"})
	if refused["code"] != "exemption_ended" || refused["errors"].([]any)[0].(map[string]any)["name"] != "evidence.exemption_expires_on" {
		t.Errorf("refused with %v", refused)
	}
	asked := ask(201, map[string]string{"exemption_reference": "EX-1", "exemption_expires_on": "2026-11-25"})
	if asked["state"] != "open" || asked["conditions"].([]any)[0] != "restricted_group" {
		t.Errorf("asked %v", asked)
	}
}
