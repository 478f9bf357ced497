package billing_test

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

	"github.com/gofiber/fiber/v2"

	"wardbridge/internal/door"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/accounts"
	"wardbridge/modules/timesheets/timesheetstest"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// wire is the API of a room, over HTTP without a socket.
type wire struct {
	app      *fiber.App
	accounts *accounts.Service
}

func (r *room) serve(t *testing.T) *wire {
	t.Helper()
	gate, err := rbac.NewGate()
	if err != nil {
		t.Fatal(err)
	}
	api := openapi.New(door.New(r.DB, gate), slog.New(slog.DiscardHandler), openapi.Info{Title: "Test", Version: "1"})
	r.Timesheets.Routes(api)
	r.billing.Routes(api)
	app := fiber.New(fiber.Config{Immutable: true, StreamRequestBody: true, DisableStartupMessage: true})
	app.Use(openapi.Guard())
	api.Mount(app)
	return &wire{app: app, accounts: accounts.New(gate)}
}

// token is a personal token of somebody with a role, or of a worker.
func (w *wire) token(t *testing.T, r *room, me tenants.Party, person tenants.ID, role string) (secret string) {
	t.Helper()
	at := me.ID
	if me.Kind == tenants.Worker {
		at = r.Employer.ID
	}
	pgtest.Exec(t, "insert into grants (id, person_id, organisation_id, role, granted_at) values ($1, $2, $3, $4, now())", tenants.NewID(), person, at, role)
	who := tenants.Actor{Kind: tenants.Job, Name: "test", Person: person}
	r.As(t, me, who, func(ctx context.Context, tx *tenants.Tx) (err error) {
		_, secret, err = w.accounts.MakeKey(ctx, tx, door.NewKey{Name: "Test", Token: true, Person: person, Worker: me.Kind == tenants.Worker})
		return err
	})
	return secret
}

// call sends one request and gives the status and the body.
func (w *wire) call(t *testing.T, token, method, path, body string) (int, []byte) {
	t.Helper()
	q := httptest.NewRequest(method, path, strings.NewReader(body))
	q.Header.Set("Authorization", "Bearer "+token)
	if method == http.MethodPost {
		q.Header.Set("Content-Type", "application/json")
		q.Header.Set("Idempotency-Key", tenants.NewID().String())
	}
	res, err := w.app.Test(q, 30_000)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, raw
}

func (w *wire) want(t *testing.T, status int, token, method, path, body string) (answer map[string]any) {
	t.Helper()
	got, raw := w.call(t, token, method, path, body)
	if got != status {
		t.Fatalf("%s %s answers %d, want %d: %s", method, path, got, status, raw)
	}
	if bytes.HasPrefix(raw, []byte("{")) {
		if err := json.Unmarshal(raw, &answer); err != nil {
			t.Fatal(err)
		}
	}
	return answer
}

func TestAPI_fromTheWorkersHoursToTheAgencysInvoice(t *testing.T) {
	t.Parallel()
	r := start(t)
	w := r.serve(t)
	sheet := r.Opened(t, timesheetstest.Booked{Start: "2026-10-24 20:00", End: "2026-10-25 08:00", Pay: "19.97", Commission: "2.00"})
	nurse := w.token(t, r, r.Worker, r.Worker.ID, "clinician")
	manager := w.token(t, r, r.Employer, r.Manager.Person, "ward_manager")
	finance := w.token(t, r, r.Employer, r.Finance.Person, "finance")
	agency := w.token(t, r, r.Agency, pgtest.Person(t, "Leon Achebe"), "agency_finance")
	at := "/v1/timesheets/" + sheet.Ref

	late := w.want(t, 422, nurse, "POST", at+"/submit", `{"ends_at": "2026-10-25T08:30:00Z"}`)
	if late["code"] != "reason_needed" || late["detail"] != "Over plan: reason needed" {
		t.Errorf("without a reason: %v", late)
	}
	w.want(t, 403, manager, "POST", at+"/submit", `{}`)
	if sent := w.want(t, 200, nurse, "POST", at+"/submit", `{}`); sent["status"] != "submitted" || sent["net_pence"] != nil {
		t.Errorf("sent %v", sent)
	}
	w.want(t, 403, nurse, "POST", at+"/approve", "")
	if list := w.want(t, 200, manager, "GET", "/v1/timesheets?status=submitted&variance=none", ""); len(list["data"].([]any)) != 1 {
		t.Errorf("list %v", list)
	}
	approved := w.want(t, 200, manager, "POST", at+"/approve", "")
	if approved["net_pence"] != 54580.0 || len(approved["lines"].([]any)) != 7 || approved["paid_minutes"] != 780.0 {
		t.Errorf("approved %v", approved)
	}
	if seen := w.want(t, 200, nurse, "GET", at, ""); len(seen["lines"].([]any)) != 3 {
		t.Errorf("the nurse reads %v", seen["lines"])
	}

	run := w.want(t, 201, finance, "POST", "/v1/self-bill-runs", `{"period_from": "2026-10-19"}`)
	ref := run["ref"].(string)
	draft := run["bills"].([]any)[0].(map[string]any)["id"].(string)
	w.want(t, 404, agency, "GET", "/v1/self-bills/"+draft, "")
	w.want(t, 404, agency, "GET", "/v1/self-bill-runs/"+ref, "")
	w.want(t, 403, agency, "POST", "/v1/self-bill-runs/"+ref+"/issue", "")
	issued := w.want(t, 200, finance, "POST", "/v1/self-bill-runs/"+ref+"/issue", "")
	if issued["status"] != "issued" || issued["gross_pence"] != 65496.0 {
		t.Errorf("issued %v", issued)
	}
	if again := w.want(t, 409, finance, "POST", "/v1/self-bill-runs/"+ref+"/issue", ""); again["code"] != "run_already_issued" {
		t.Errorf("again %v", again)
	}
	number := issued["bills"].([]any)[0].(map[string]any)["number"].(string)
	bill := w.want(t, 200, agency, "GET", "/v1/self-bills/"+number, "")
	if bill["reference"] != "Self-Billing" || bill["statement"] != "The VAT shown is your output tax due to HMRC" || bill["type_code"] != "389" || bill["vat_pence"] != 10916.0 {
		t.Errorf("bill %v", bill)
	}
	if lines := w.want(t, 200, agency, "GET", "/v1/self-bills/"+number+"/lines?limit=5", ""); len(lines["data"].([]any)) != 5 || lines["next_cursor"] == "" {
		t.Errorf("lines %v", lines)
	}
	for _, file := range []string{"/v1/self-bill-runs/" + ref + "/lines.csv", "/v1/self-bill-runs/" + ref + "/control.csv", "/v1/self-bills/" + number + "/lines.csv"} {
		if status, raw := w.call(t, finance, "GET", file, ""); status != 200 || !strings.Contains(string(raw), number) {
			t.Errorf("%s answers %d: %s", file, status, raw)
		}
	}
	if status, raw := w.call(t, finance, "GET", "/v1/self-bill-runs/"+ref+"/lines.xlsx", ""); status != 200 || !bytes.HasPrefix(raw, []byte("PK")) {
		t.Errorf("the workbook answers %d", status)
	}
}
