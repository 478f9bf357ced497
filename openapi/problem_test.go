package openapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"wardbridge/internal/fault"
)

// answerOf sends one error through Problem and gives what a client reads.
func answerOf(t *testing.T, sent error) (status int, header func(string) string, p problem) {
	t.Helper()
	app := fiber.New()
	app.Get("/", func(c *fiber.Ctx) error { return Problem(c, RequestID(c), sent) })
	req := httptest.NewRequest(http.MethodGet, "/", nil)
	req.Header.Set("X-Request-Id", "request-0001")
	res, err := app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if err := json.NewDecoder(res.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get, p
}

func TestProblem_saysEverythingOfAFault(t *testing.T) {
	t.Parallel()
	f := errFull.With(fault.Field{Name: "a", Code: "b", Text: "C.", Value: "d"}).After(1500 * time.Millisecond)

	status, header, p := answerOf(t, fmt.Errorf("shift 7: %w", f))

	if status != 409 || header("Content-Type") != "application/problem+json" || header("Retry-After") != "2" || header("X-Request-Id") != "request-0001" {
		t.Errorf("%d %s %s", status, header("Content-Type"), header("Retry-After"))
	}
	if p.Type != "/developers/errors#shift_full" || p.Title != "Conflict" || p.Status != 409 || p.Code != "shift_full" ||
		p.Detail != "This shift is full." || p.RequestID != "request-0001" || codes(p.Errors) != "a:b" {
		t.Errorf("%+v", p)
	}
}

func TestProblem_neverShowsAnInternalError(t *testing.T) {
	t.Parallel()
	status, _, p := answerOf(t, errors.New("password authentication failed for user wb_app"))
	if text := fmt.Sprint(p); status != 500 || strings.Contains(text, "wb_app") {
		t.Errorf("%d %s", status, text)
	}
}

func TestProblem_namesATimeoutAsOne(t *testing.T) {
	t.Parallel()
	if status, _, p := answerOf(t, fmt.Errorf("query: %w", context.DeadlineExceeded)); status != 503 || p.Code != "took_too_long" {
		t.Errorf("%d %s", status, p.Code)
	}
}

func TestProblem_asksForABearerWhenThereIsNone(t *testing.T) {
	t.Parallel()
	if status, header, _ := answerOf(t, ErrNoCredential); status != 401 || header("WWW-Authenticate") != "Bearer" {
		t.Errorf("%d %s", status, header("WWW-Authenticate"))
	}
}

func TestRequestID_takesOnlyWhatIsFitForALog(t *testing.T) {
	t.Parallel()
	for id, fit := range map[string]bool{
		"request-1": true, "a.b_c-D9": true, "short": false, strings.Repeat("x", 65): false, "with space": false, "new\nline-here": false, "ümlaut-123": false,
	} {
		if fitID(id) != fit {
			t.Errorf("%q", id)
		}
	}
}
