package openapi

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gofiber/fiber/v2"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/rbac"
)

func TestDocument_isValidOpenAPI303(t *testing.T) {
	t.Parallel()
	r := registered(t)

	loaded, err := openapi3.NewLoader().LoadFromData(r.JSON())

	if err != nil {
		t.Fatal(err)
	}
	if err := loaded.Validate(t.Context(), openapi3.EnableExamplesValidation()); err != nil {
		t.Error(err)
	}
	if err := r.Document().Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if loaded.OpenAPI != "3.0.3" {
		t.Errorf("version %s", loaded.OpenAPI)
	}
}

func TestDocument_isTheSameEachTime(t *testing.T) {
	t.Parallel()
	if !bytes.Equal(registered(t).JSON(), registered(t).JSON()) {
		t.Error("two documents of the same operations differ")
	}
}

func TestDocument_namesSchemasAfterTheirTypes(t *testing.T) {
	t.Parallel()
	schemas := registered(t).Document().Components.Schemas

	for _, name := range []string{"Shift", "ShiftList", "Line", "LineInput", "CreateShiftInput", "Problem", "Field"} {
		if schemas[name] == nil {
			t.Errorf("no schema %s", name)
		}
	}
	shift := schemas["Shift"].Value
	if got := strings.Join(shift.Required, " "); got != "id status starts ended line lines labels" {
		t.Errorf("required: %s", got)
	}
	if !shift.Properties["ended"].Value.Nullable || !shift.Properties["line"].Value.Nullable {
		t.Error("a pointer in an answer may be null")
	}
	if shift.AdditionalProperties.Has != nil {
		t.Error("an answer is closed")
	}
	in := schemas["CreateShiftInput"].Value
	if in.AdditionalProperties.Has == nil || *in.AdditionalProperties.Has {
		t.Error("a request body is open")
	}
	if got := strings.Join(in.Required, " "); got != "ward starts status lines" {
		t.Errorf("required of a request: %s", got)
	}
	if got := schemas["Line"].Value.Properties["rate"].Value; got.Pattern != `^Band [2-9]$` || got.Example != "Band 5" {
		t.Errorf("a type's own schema was lost: %+v", got)
	}
}

func TestDocument_listsRefusalsAndFaults(t *testing.T) {
	t.Parallel()
	doc := registered(t).Document()
	statuses := func(path, method string) string {
		var b []string
		for status := range doc.Paths.Find(path).GetOperation(method).Responses.Map() {
			b = append(b, status)
		}
		return strings.Join(sortedStrings(b), " ")
	}
	for _, c := range []struct{ path, method, want string }{
		{"/v1/shifts", "GET", "200 401 403 422 default"},
		{"/v1/shifts/{id}", "GET", "200 304 401 403 404 422 default"},
		{"/v1/shifts", "POST", "201 400 401 403 409 413 415 422 default"},
		{"/v1/quotes", "POST", "200 400 401 403 413 415 422 default"},
		{"/v1/shifts/{id}", "PUT", "200 400 401 403 404 409 412 413 415 422 428 default"},
		{"/v1/shifts/{id}", "DELETE", "204 400 401 403 404 409 412 422 428 default"},
		{"/v1/health", "GET", "200 default"},
	} {
		if got := statuses(c.path, c.method); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.method, c.path, got, c.want)
		}
	}
	create := doc.Paths.Find("/v1/shifts").Post
	wantIn(t, create.Description, "| 409 | `shift_full` | This shift is full. |", "shift:create")
	if len(create.Parameters) != 2 || create.Parameters[0].Value.Name != "Idempotency-Key" || create.Parameters[1].Value.Name != "Dry-Run" {
		t.Error("an acting POST documents its Idempotency-Key and its Dry-Run")
	}
	if s := doc.Paths.Find("/v1/health").Get.Security; s == nil || len(*s) != 0 {
		t.Error("a public operation says that it needs no credential")
	}
	if c := doc.Paths.Find("/v1/exports/{id}").Get.Responses.Value("200").Value.Content["text/csv"]; c == nil || c.Schema.Value.Format != "binary" {
		t.Error("a download is documented as binary")
	}
	if c := doc.Paths.Find("/v1/imports").Post.RequestBody.Value.Content; c["text/csv"] == nil || c["application/vnd.ms-excel"] == nil {
		t.Error("an upload documents its content types")
	}
}

func sortedStrings(s []string) []string {
	for i := range s {
		for j := i + 1; j < len(s); j++ {
			if s[j] < s[i] {
				s[i], s[j] = s[j], s[i]
			}
		}
	}
	return s
}

func TestOperations_tellWhatIsRegistered(t *testing.T) {
	t.Parallel()
	ops := registered(t).Operations()

	var lines []string
	for _, o := range ops {
		lines = append(lines, o.Method+" "+o.Path+" "+o.ID+" "+o.Tag)
	}

	want := []string{
		"GET /v1/exports/{id} downloadExport exports", "GET /v1/health showHealth health", "POST /v1/imports startImport imports",
		"POST /v1/keys makeKey access", "POST /v1/quotes quoteShift quotes", "GET /v1/shifts listShifts shifts",
		"POST /v1/shifts createShift shifts", "GET /v1/shifts/summary summariseShifts shifts",
		"DELETE /v1/shifts/{id} deleteShift shifts", "GET /v1/shifts/{id} readShift shifts", "PUT /v1/shifts/{id} replaceShift shifts",
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(lines, "\n"))
	}
}

func TestPublished_documentHasAnETag(t *testing.T) {
	t.Parallel()
	app := fiber.New()
	r := registered(t)
	r.Mount(app)

	first, err := app.Test(httptest.NewRequest(http.MethodGet, "/openapi.json", nil), -1)
	if err != nil {
		t.Fatal(err)
	}
	again := httptest.NewRequest(http.MethodGet, "/openapi.json", nil)
	again.Header.Set("If-None-Match", first.Header.Get("ETag"))
	second, err := app.Test(again, -1)
	if err != nil {
		t.Fatal(err)
	}

	body, _ := io.ReadAll(first.Body)
	if first.StatusCode != http.StatusOK || !json.Valid(body) || second.StatusCode != http.StatusNotModified {
		t.Errorf("%d, then %d", first.StatusCode, second.StatusCode)
	}
}

type other struct{ X int }

func TestRegistration_refusesWhatBreaksTheRules(t *testing.T) {
	t.Parallel()
	type Shift struct {
		A int `json:"a"`
	}
	type secretive struct {
		T customText `json:"t"`
	}
	for name, c := range map[string]struct {
		register func(*Router)
		want     string
	}{
		"full stop":    {func(r *Router) { Get(r, "/a", rbac.ShiftRead, "List shifts.", none[struct{}, None]) }, "full stop"},
		"one word":     {func(r *Router) { Get(r, "/a", rbac.ShiftRead, "Shifts", none[struct{}, None]) }, "verb and noun"},
		"permission":   {func(r *Router) { Get(r, "/a", "shift:juggle", "List shifts", none[struct{}, None]) }, "not in the catalogue"},
		"version":      {func(r *Router) { Get(r, "/v1/a", rbac.ShiftRead, "List shifts", none[struct{}, None]) }, "below /v1"},
		"path field":   {func(r *Router) { Get(r, "/a/{id}", rbac.ShiftRead, "List shifts", none[struct{}, None]) }, `path:"id"`},
		"stray field":  {func(r *Router) { Get(r, "/a", rbac.ShiftRead, "List shifts", none[other, None]) }, "field X needs a tag"},
		"extra field":  {func(r *Router) { Get(r, "/a", rbac.ShiftRead, "List shifts", none[shiftIn, None]) }, "path does not name"},
		"if-match":     {func(r *Router) { Delete(r, "/a/{id}", rbac.ShiftRead, "Delete a shift", none[shiftIn, None]) }, "If-Match"},
		"get body":     {func(r *Router) { Get(r, "/a", rbac.ShiftRead, "List shifts", none[createIn, None]) }, "no body"},
		"pointer":      {func(r *Router) { Get(r, "/a", rbac.ShiftRead, "List shifts", none[struct{}, *Shift]) }, "pointer"},
		"own JSON":     {func(r *Router) { Get(r, "/a", rbac.ShiftRead, "List shifts", none[struct{}, secretive]) }, "must say its schema"},
		"no json name": {func(r *Router) { Get(r, "/a", rbac.ShiftRead, "List shifts", none[struct{}, other]) }, "has no json name"},
		"name clash": {func(r *Router) {
			Get(r, "/a", rbac.ShiftRead, "List shifts", none[struct{}, shiftJSON])
			Get(r, "/b", rbac.ShiftRead, "List other shifts", none[struct{}, Shift])
		}, "schema name Shift is wanted by wardbridge/openapi.shiftJSON and wardbridge/openapi.Shift"},
		"id taken": {func(r *Router) {
			Get(r, "/a", rbac.ShiftRead, "List shifts", none[struct{}, None])
			Get(r, "/b", rbac.ShiftRead, "List the shifts", none[struct{}, None])
		}, "listShifts is taken by"},
		"route taken": {func(r *Router) {
			Get(r, "/a", rbac.ShiftRead, "List shifts", none[struct{}, None])
			Get(r, "/a", rbac.ShiftRead, "Show shifts", none[struct{}, None])
		}, "the route is taken"},
		"too late": {func(r *Router) {
			r.Document()
			Get(r, "/a", rbac.ShiftRead, "List shifts", none[struct{}, None])
		}, "after the document"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := panicOf(t, func() { c.register(newRouter(t, nil, io.Discard)) })
			wantIn(t, text, c.want, "document_test.go:")
		})
	}
}

type customText struct{}

func (customText) MarshalText() ([]byte, error) { return nil, nil }

func TestOperationID_isVerbAndNoun(t *testing.T) {
	t.Parallel()
	for summary, want := range map[string]string{
		"List shifts": "listShifts", "Approve a timesheet": "approveTimesheet", "Issue self-bill runs": "issueSelfBillRuns",
		"Show the worker's diary": "showWorkersDiary",
	} {
		if got := operationID(summary); got != want {
			t.Errorf("%s: %s", summary, got)
		}
	}
}

func TestSchemas_ofATypeThatHoldsItself(t *testing.T) {
	t.Parallel()
	r := newRouter(t, nil, io.Discard)
	Get(r, "/wards", rbac.PlaceRead, "Show wards", none[struct{}, wardJSON])
	Post(r, "/wards", rbac.PlaceManage, "Create wards", none[struct{ Body wardJSON }, None])

	loaded, err := openapi3.NewLoader().LoadFromData(r.JSON())
	if err != nil {
		t.Fatal(err)
	}
	if err := loaded.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	in := compileInput(newReflector(), typeOfWardIn, "createWards")
	_, err = in.decode(arrived{body: []byte(`{"name":"a","parts":[{"name":"b","parts":[],"colour":1}]}`)})
	if got := codesOf(t, err); got != "parts.0.colour:unknown_field" {
		t.Errorf("got %s", got)
	}
}

func TestSchemas_ofTheValuesOfTheHouse(t *testing.T) {
	t.Parallel()
	type wage struct {
		Pay   money.Rate   `json:"pay_rate"`
		Total money.Pence  `json:"total_pence"`
		Day   civil.Date   `json:"day"`
		Start *civil.Clock `json:"start"`
	}
	in := inputOf[struct{ Body wage }]()

	got, err := in.decode(arrived{body: []byte(`{"pay_rate":"26.1025","total_pence":-5,"day":"2026-11-24","start":"07:00"}`)})
	if err != nil {
		t.Fatal(codesOf(t, err))
	}
	if b := got.(*struct{ Body wage }).Body; b.Pay.String() != "26.1025" || b.Total != -5 || b.Day.String() != "2026-11-24" || b.Start.String() != "07:00" {
		t.Errorf("%+v", b)
	}
	for body, want := range map[string]string{
		`{"pay_rate":26.1,"total_pence":1,"day":"2026-11-24"}`:                  "pay_rate:wrong_type",
		`{"pay_rate":"12345","total_pence":1,"day":"2026-11-24"}`:               "pay_rate:rate_too_large",
		`{"pay_rate":"1","total_pence":"1","day":"24/11/2026"}`:                 "day:wrong_format total_pence:wrong_type",
		`{"pay_rate":"1","total_pence":1,"day":"2026-02-30"}`:                   "day:date_invalid",
		`{"pay_rate":"1","total_pence":1,"day":null}`:                           "day:wrong_type",
		`{"pay_rate":"1","total_pence":1,"day":"2026-02-01","start":7}`:         "start:wrong_type",
		`{"pay_rate":"","total_pence":1,"day":"2026-02-01"}`:                    "pay_rate:wrong_format",
		`{"pay_rate":"1","total_pence":1e30,"day":"2026-02-01"}`:                "total_pence:wrong_format",
		`{"pay_rate":"1","total_pence":9223372036854775808,"day":"2026-02-01"}`: "total_pence:wrong_type",
	} {
		_, err := in.decode(arrived{body: []byte(body)})
		if got := codesOf(t, err); got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}
