package openapi

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/door"
	"wardbridge/internal/fault"
	"wardbridge/internal/pgtest"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// band is a type that says its own schema and reads itself, as rates do.
type band struct{ n int }

func (band) OpenAPI() (typ, format, pattern, example string) {
	return "string", "", `^Band [2-9]$`, "Band 5"
}

func (b band) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, `"Band %d"`, b.n), nil }

func (b *band) UnmarshalJSON(raw []byte) error {
	if _, err := fmt.Sscanf(string(raw), `"Band %d"`, &b.n); err != nil {
		return fault.New(fault.Invalid, "band_invalid", "This is not a band.")
	}
	if b.n == 9 {
		return fault.New(fault.Invalid, "band_not_covered", "Band 9 is not covered.")
	}
	return nil
}

type lineJSON struct {
	Rate    band   `json:"rate"`
	Minutes int    `json:"minutes" min:"1" max:"1440" doc:"Paid minutes."`
	Note    string `json:"note,omitempty" maxlen:"10"`
}

type shiftJSON struct {
	ID     tenants.ID        `json:"id"`
	Status string            `json:"status" enum:"open,filled"`
	Starts time.Time         `json:"starts"`
	Ended  *time.Time        `json:"ended"`
	Line   *lineJSON         `json:"line" doc:"The line, if there is one."`
	Lines  []lineJSON        `json:"lines"`
	Labels map[string]string `json:"labels"`
	Extra  []string          `json:"extra,omitempty"`
}

func (s shiftJSON) ETag() string { return s.Status }

type shiftIn struct {
	ID tenants.ID `path:"id"`
}

type listIn struct {
	pageIn
	Status []string   `query:"status" enum:"open,filled" doc:"Only these."`
	From   *time.Time `query:"from"`
	Ward   tenants.ID `query:"ward"`
	Band   band       `query:"band"`
	Mine   bool       `query:"mine"`
}

type pageIn struct {
	Limit  int    `query:"limit" min:"1" max:"200" default:"50"`
	Cursor string `query:"cursor" maxlen:"20"`
}

type createIn struct {
	Body struct {
		Ward     tenants.ID        `json:"ward"`
		Starts   time.Time         `json:"starts"`
		Status   string            `json:"status" enum:"open,filled"`
		Lines    []lineJSON        `json:"lines" minlen:"1" maxlen:"3"`
		First    *lineJSON         `json:"first" doc:"Another."`
		Breaks   *int              `json:"breaks" min:"0" max:"60"`
		Email    string            `json:"email,omitempty" format:"email"`
		Password string            `json:"password,omitempty" format:"password" minlen:"12"`
		Labels   map[string]string `json:"labels,omitempty"`
	}
}

type changeIn struct {
	ID      tenants.ID `path:"id"`
	IfMatch string     `header:"If-Match"`
	Body    struct {
		Note string `json:"note,omitempty" maxlen:"200"`
	}
}

type fileIn struct {
	Kind string `query:"kind" required:"true" enum:"shifts,wards"`
	Body Upload `accept:"text/csv,application/vnd.ms-excel"`
}

// books is the log of a test router.
func books(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

func newRouter(t testing.TB, db *tenants.DB, log io.Writer) *Router {
	t.Helper()
	gate, err := rbac.NewGate()
	if err != nil {
		t.Fatal(err)
	}
	return New(door.New(db, gate), books(log), Info{Title: "Wardbridge", Version: "1", Description: "Cover for wards."})
}

func none[In, Out any](context.Context, *tenants.Tx, In) (out Out, err error) { return out, nil }

var errFull = fault.New(fault.Conflict, "shift_full", "This shift is full.")

// registered is a router with one operation of every sort.
func registered(t testing.TB) *Router {
	r := newRouter(t, nil, io.Discard)
	Get(r, "/shifts", rbac.ShiftRead, "List shifts", none[listIn, List[shiftJSON]], Describe("All of them."))
	Get(r, "/shifts/{id}", rbac.ShiftRead, "Read a shift", none[shiftIn, shiftJSON])
	Get(r, "/shifts/summary", rbac.ShiftRead, "Summarise shifts", none[struct{}, map[string]int])
	Post(r, "/shifts", rbac.ShiftCreate, "Create a shift", none[createIn, shiftJSON], Status(201), Faults(errFull))
	Post(r, "/keys", rbac.KeyManage, "Make a key", none[struct{}, lineJSON], Secret(), Tag("access"))
	Post(r, "/quotes", rbac.QuoteCreate, "Quote a shift", none[createIn, lineJSON], Reads())
	Put(r, "/shifts/{id}", rbac.ShiftCreate, "Replace a shift", none[changeIn, shiftJSON])
	Delete(r, "/shifts/{id}", rbac.ShiftCancel, "Delete a shift", none[struct {
		ID      tenants.ID `path:"id"`
		IfMatch string     `header:"If-Match"`
	}, None])
	Post(r, "/imports", rbac.ImportCreate, "Start an import", none[fileIn, lineJSON], Status(202))
	Get(r, "/exports/{id}", rbac.ExportCreate, "Download an export", none[shiftIn, File], Produces("text/csv"))
	Get(r, "/health", rbac.Public, "Show health", none[struct{}, map[string]string])
	return r
}

// panicOf runs fn and gives what it panicked with.
func panicOf(t *testing.T, fn func()) (text string) {
	t.Helper()
	defer func() { text = fmt.Sprint(recover()) }()
	fn()
	return ""
}

func wantIn(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q is not in %q", p, text)
		}
	}
}

// codes is every refused field as name:code, for comparing.
func codes(fields []fault.Field) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = f.Name + ":" + f.Code
	}
	return strings.Join(parts, " ")
}

func codesOf(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	return codes(fault.Of(err).Fields)
}
