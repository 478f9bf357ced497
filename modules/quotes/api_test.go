package quotes_test

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
	"github.com/google/uuid"

	"wardbridge/internal/civil"
	"wardbridge/internal/door"
	"wardbridge/internal/events"
	"wardbridge/internal/jobs"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/cards"
	"wardbridge/modules/diary"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/modules/quotes"
	"wardbridge/modules/workers"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// api is the lower rooms of the house behind one door.
type api struct {
	router *openapi.Router
	app    *fiber.App
}

func newAPI(t *testing.T) *api {
	t.Helper()
	newDeal(t, agencies.Terms{}) // the national data
	db, err := tenants.Open(t.Context(), tenants.Config{App: pgtest.URL(t, "wb_app"), Platform: pgtest.URL(t, "wb_platform"), MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if _, err := jobs.New(t.Context(), db, pgtest.URL(t, "wb_river"), events.New(), slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	gate, err := rbac.NewGate()
	if err != nil {
		t.Fatal(err)
	}
	a := &api{router: openapi.New(door.New(db, gate), slog.New(slog.DiscardHandler), openapi.Info{Title: "Test", Version: "1", Description: "The lower rooms."}),
		app: fiber.New(fiber.Config{DisableStartupMessage: true, StreamRequestBody: true})}
	p := packs.New()
	ag := agencies.New(p)
	for _, room := range []interface{ Routes(*openapi.Router) }{p, places.New(), ag, workers.New(p), cards.New(), quotes.New(p, ag, workers.New(p), diary.New(), cards.New(), places.New())} {
		room.Routes(a.router)
	}
	a.router.Mount(a.app)
	return a
}

// key is an organisation's key with a role.
func key(t *testing.T, org tenants.Party, role string) (secret string) {
	t.Helper()
	pgtest.Run(t, org, func(ctx context.Context, tx *tenants.Tx) (err error) {
		_, secret, err = door.OpenKey(ctx, tx, door.NewKey{Name: "test", Roles: []string{role}})
		return err
	})
	return secret
}

// call sends one request, holds the answer against its schema and reads it. The
// tag is that of the answer; ifMatch names the one that a change was made on.
func (a *api) call(t *testing.T, secret, method, path string, body any, status int, ifMatch ...string) (out map[string]any, tag string) {
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
	if len(ifMatch) > 0 {
		req.Header.Set("If-Match", ifMatch[0])
	}
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
	if status < 300 {
		if err := a.schema(t, method, path).VisitJSON(out, openapi3.MultiErrors()); err != nil {
			t.Errorf("%s %s does not answer as documented: %v", method, path, err)
		}
	}
	return out, res.Header.Get("ETag")
}

// schema is what the document says that an operation answers.
func (a *api) schema(t *testing.T, method, path string) *openapi3.Schema {
	t.Helper()
	path, _, _ = strings.Cut("/v1"+path, "?")
	for template, item := range a.router.Document().Paths.Map() {
		if !matches(template, path) || item.GetOperation(method) == nil {
			continue
		}
		for status, res := range item.GetOperation(method).Responses.Map() {
			if strings.HasPrefix(status, "2") {
				return res.Value.Content["application/json"].Schema.Value
			}
		}
	}
	t.Fatalf("%s %s is not in the document", method, path)
	return nil
}

func matches(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && !strings.HasPrefix(want[i], "{") {
			return false
		}
	}
	return true
}

func data(out map[string]any) []any { return out["data"].([]any) }

func TestRoutes_areDocumentedWithExamples(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	for _, o := range a.router.Operations() {
		if o.Example == nil {
			t.Errorf("%s has no example", o.ID)
		}
	}
	if len(a.router.Operations()) < 35 {
		t.Errorf("got %d operations", len(a.router.Operations()))
	}
}

func TestAPI_fromAnAgreementToAPrice(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	trust, agency := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	admin, supplier := key(t, trust, "org_admin"), key(t, agency, "agency_admin")

	site, _ := a.call(t, admin, "POST", "/sites", map[string]any{"code": "RK201", "name": "Royal Kingsmere"}, 201)
	ward, tag := a.call(t, admin, "POST", "/wards", map[string]any{"site_id": site["id"], "code": "W7", "name": "Ward 7", "cost_centre": "001407"}, 201)
	change := map[string]any{"site_id": site["id"], "code": "W7", "name": "Ward 7, Stroke", "cost_centre": "001407", "published": true}
	a.call(t, admin, "PUT", "/wards/"+ward["id"].(string), change, 200, tag)
	a.call(t, admin, "PUT", "/wards/"+ward["id"].(string), change, 412, tag)

	agreement, seen := a.call(t, admin, "POST", "/agreements", map[string]any{"agency_id": agency.ID, "starts_on": "2025-01-01", "self_bill_from": "2026-01-01", "vat_number": "337440071"}, 201)
	id := agreement["id"].(string)
	a.call(t, admin, "POST", "/agreements/"+id+"/tiers", map[string]any{"tiers": map[string]int{"nursing": 1}}, 200)
	a.call(t, admin, "POST", "/agreements/"+id+"/vat-elections", map[string]any{"staff_group": "nursing", "category": "E", "reason": "Exempt: nursing agencies' concession", "source": "VAT Notice 701/57"}, 201)
	a.call(t, admin, "PUT", "/agreements/"+id, map[string]any{"vat_number": "337440072"}, 422, seen)
	terms := map[string]any{"vat_number": "GB337440071", "self_bill_from": "2026-01-01", "break_rule": "from_highest"}
	a.call(t, admin, "PUT", "/agreements/"+id, terms, 200, seen)
	a.call(t, admin, "PUT", "/agreements/"+id, terms, 412, seen)
	pgtest.Run(t, trust, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := cards.New().Publish(ctx, tx, cards.NewCard{Name: "Agency nursing", ValidFrom: civil.MustDate("2026-01-01"), Source: "Board paper 7",
			Lines: []cards.NewLine{{Grade: "nurse-band-5", PayMax: money.MustRate("20.50"), CommissionMax: money.MustRate("2.00")}}})
		return err
	})
	next, _ := a.call(t, admin, "POST", "/rate-cards", map[string]any{"name": "Agency nursing", "valid_from": "2099-04-01", "source": "Board paper 9",
		"lines": []map[string]any{{"grade": "nurse-band-5", "pay_max": "21,50"}}}, 201)
	card := "/rate-cards/" + next["id"].(string)
	report, _ := a.call(t, admin, "GET", card+"/report", nil, 200)
	if flaws := report["flaws"].([]any); len(flaws) != 1 || flaws[0].(map[string]any)["code"] != "rate_not_exact" {
		t.Errorf("reported %v", report)
	}
	a.call(t, admin, "POST", card+"/lines", map[string]any{"lines": []map[string]any{{"grade": "nurse-band-5", "pay_max": "21.50", "commission_max": "2"}}}, 200)
	a.call(t, admin, "POST", card+"/submit", nil, 200)
	a.call(t, admin, "POST", card+"/publish", nil, 409)
	difference, _ := a.call(t, admin, "GET", card+"/diff", nil, 200)
	if changed := difference["changed"].([]any); len(changed) != 1 || difference["before_version"] != 1.0 {
		t.Errorf("differs by %v", difference)
	}
	a.call(t, key(t, trust, "finance"), "POST", card+"/publish", nil, 200)

	wards, _ := a.call(t, supplier, "GET", "/wards?employer="+trust.ID.String(), nil, 200)
	if list := data(wards); len(list) != 1 || list[0].(map[string]any)["name"] != "Ward 7, Stroke" || list[0].(map[string]any)["cost_centre"] != "" {
		t.Errorf("the agency sees wards %v", list)
	}
	whole, _ := a.call(t, supplier, "GET", "/agreements/"+id, nil, 200)
	if whole["tiers"].(map[string]any)["nursing"] != 1.0 || len(whole["vat_elections"].([]any)) != 1 || whole["employer"] == "" {
		t.Errorf("the agency sees %v", whole)
	}
	shift := map[string]any{"employer_id": trust.ID, "agency_id": agency.ID, "grade": "nurse-band-5", "starts_at": "2026-12-24T20:00:00Z", "ends_at": "2026-12-25T08:00:00Z",
		"break_minutes": 60, "pay_rate": "21.0000", "commission": "2.0000"}
	mine, _ := a.call(t, admin, "POST", "/quotes", shift, 200)
	theirs, _ := a.call(t, supplier, "POST", "/quotes", shift, 200)
	verdict := mine["verdict"].(map[string]any)
	if mine["net_pence"] != theirs["net_pence"] || verdict["within"] != false || verdict["pay_over"] != "0.5000" || mine["vat_pence"] != 0.0 {
		t.Errorf("quoted %v", mine)
	}
	a.zones(t, admin, supplier, site["id"].(string), shift)
	first := mine["lines"].([]any)[0].(map[string]any)
	if first["title"] != "Unsocial hours" || len(first["times"].([]any)) != 1 || len(first["sources"].([]any)) == 0 {
		t.Errorf("explained as %v", first)
	}
	delete(shift, "agency_id")
	a.call(t, admin, "POST", "/quotes", shift, 422)
	a.call(t, supplier, "POST", "/quotes", shift, 200)
	a.call(t, admin, "POST", "/agreements/"+id+"/end", nil, 200)
	a.call(t, admin, "POST", "/agreements/"+id+"/end", nil, 409)
}

// zones moves the site into inner London: the agency sees it, prices against the
// caps there, and reads them.
func (a *api) zones(t *testing.T, admin, supplier, site string, shift map[string]any) {
	t.Helper()
	before, tag := a.call(t, admin, "GET", "/sites/"+site, nil, 200)
	if before["zone"] != "outside_london" {
		t.Errorf("a new site is %v", before)
	}
	a.call(t, admin, "PUT", "/sites/"+site, map[string]any{"code": "RK201", "name": "Royal Kingsmere", "zone": "middle_london", "published": true}, 422, tag)
	a.call(t, admin, "PUT", "/sites/"+site, map[string]any{"code": "RK201", "name": "Royal Kingsmere", "zone": "inner_london", "published": true}, 200, tag)
	after, _ := a.call(t, supplier, "GET", "/sites/"+site+"?employer="+shift["employer_id"].(tenants.ID).String(), nil, 200)
	shift["site_id"] = site
	priced, _ := a.call(t, supplier, "POST", "/quotes", shift, 200)
	shift["site_id"] = tenants.NewID()
	a.call(t, supplier, "POST", "/quotes", shift, 422)
	delete(shift, "site_id")
	caps, _ := a.call(t, admin, "GET", "/caps?on=2026-12-24&zone=inner_london", nil, 200)

	if after["zone"] != "inner_london" || priced["zone"] != "inner_london" {
		t.Errorf("the site is %v, priced in %v", after, priced["zone"])
	}
	if low := priced["caps"].([]any)[0].(map[string]any); low["cap"] != "46.4200" || !strings.Contains(low["source"].(string), "inner London") {
		t.Errorf("held against %v", low)
	}
	if len(data(caps)) != 33 {
		t.Errorf("%d caps in inner London", len(data(caps)))
	}
}

func TestAPI_readsReferenceData(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	viewer := key(t, pgtest.Org(t, tenants.Trust), "viewer")
	for path, least := range map[string]int{"/staff-groups": 8, "/grades?staff_group=medical": 6, "/reasons": 10, "/bank-holidays?nation=wales&from=2027-12-01&to=2028-01-31": 6,
		"/sites": 0, "/wards": 0, "/agreements": 0, "/rate-cards": 0, "/agencies": 1} {
		if out, _ := a.call(t, viewer, "GET", path, nil, 200); len(data(out)) < least {
			t.Errorf("%s: got %d rows", path, len(data(out)))
		}
	}
	pack, _ := a.call(t, viewer, "GET", "/packs/england?on=2026-12-25", nil, 200)
	if len(pack["holidays"].([]any)) != 1 || len(pack["parameters"].([]any)) < 9 {
		t.Errorf("got %v", pack)
	}
	a.call(t, viewer, "GET", "/packs/england?on=2041-12-25", nil, 422) // the holidays of no such year are loaded
	a.call(t, viewer, "GET", "/workers", nil, 403)
	a.call(t, viewer, "POST", "/sites", map[string]any{"code": "X", "name": "Y"}, 403)
}

func TestAPI_keepsAnAgencysWorkers(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	one, two := key(t, pgtest.Org(t, tenants.Agency), "agency_admin"), key(t, pgtest.Org(t, tenants.Agency), "agency_admin")
	facts := map[string]any{"name": "Rowan Ellis", "staff_group": "nursing", "grade": "nurse-band-5", "register_body": "NMC", "register_number": "19z4471e", "born_on": "1991-03-14"}

	made, tag := a.call(t, one, "POST", "/workers", facts, 201)

	id := made["id"].(string)
	if made["register_number"] != "19Z4471E" || len(made["warnings"].([]any)) != 1 {
		t.Errorf("got %v", made)
	}
	a.call(t, two, "GET", "/workers/"+id, nil, 404)
	a.call(t, two, "POST", "/workers/"+id+"/archive", nil, 404)
	delete(facts, "born_on")
	facts["grade"], facts["register_number"] = "nurse-band-6", "19B4471E"
	a.call(t, one, "PUT", "/workers/"+id, facts, 200, tag)
	a.call(t, one, "PUT", "/workers/"+id, facts, 412, tag)
	facts["register_number"] = "nonsense"
	a.call(t, one, "PUT", "/workers/"+id, facts, 422, "*")
	a.call(t, one, "POST", "/workers/"+id+"/archive", nil, 200)
	if out, _ := a.call(t, one, "GET", "/workers?q=rowan", nil, 200); len(data(out)) != 0 {
		t.Errorf("an archived worker is listed: %v", out)
	}
	a.call(t, one, "GET", "/me/representations", nil, 403)
}

func TestAPI_closesWorkToAgencies(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	d, other := newDeal(t, agencies.Terms{}), newDeal(t, agencies.Terms{})
	admin, viewer := key(t, d.trust, "org_admin"), key(t, d.trust, "viewer")
	ban := map[string]any{"staff_group": "hca", "band": "afc-2", "from": "2027-04-01", "source": "Board paper 9", "reason": "Spend plan"}

	a.call(t, viewer, "POST", "/restrictions", ban, 403)
	a.call(t, key(t, d.agency, "agency_admin"), "POST", "/restrictions", ban, 403)
	a.call(t, key(t, pgtest.Org(t, tenants.Hub), "org_admin"), "POST", "/restrictions", ban, 403)
	made, _ := a.call(t, admin, "POST", "/restrictions", ban, 201)
	a.call(t, admin, "POST", "/restrictions", ban, 409)

	for secret, rows := range map[string]int{viewer: 3, key(t, d.agency, "agency_consultant"): 3, key(t, other.agency, "agency_consultant"): 2, key(t, other.trust, "viewer"): 2} {
		list, _ := a.call(t, secret, "GET", "/restrictions?on=2027-04-01&employer="+d.trust.ID.String(), nil, 200)
		if len(data(list)) != rows {
			t.Errorf("reads %v", list)
		}
	}
	if before, _ := a.call(t, viewer, "GET", "/restrictions?on=2027-03-31", nil, 200); len(data(before)) != 2 {
		t.Errorf("the day before: %v", before)
	}
	end := "/restrictions/" + made["id"].(string) + "/end"
	a.call(t, key(t, other.trust, "org_admin"), "POST", end, map[string]any{"on": "2027-05-01"}, 404)
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) error {
		return packs.New().EndRestriction(ctx, tx, uuid.MustParse(made["id"].(string)), civil.MustDate("2027-05-01"))
	})
	a.call(t, admin, "POST", end, map[string]any{"on": "2027-06-01"}, 409)
	a.call(t, key(t, pgtest.Org(t, tenants.Practice), "integration_engineer"), "GET", "/restrictions", nil, 403)
}
