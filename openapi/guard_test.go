package openapi

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"
)

// listening serves an app with streamed bodies on a real socket.
func listening(t *testing.T, routes func(*fiber.App)) string {
	t.Helper()
	app := fiber.New(fiber.Config{StreamRequestBody: true, DisableStartupMessage: true, DisablePreParseMultipartForm: true, Immutable: true})
	routes(app)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(l) }()
	t.Cleanup(func() {
		_ = app.ShutdownWithTimeout(5 * time.Second)
		if err := <-done; err != nil {
			t.Errorf("the listener: %v", err)
		}
	})
	return l.Addr().String()
}

// exchange writes raw bytes and reads every answer until the connection closes.
func exchange(t *testing.T, addr, raw string) []int {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	go func() {
		_, _ = io.WriteString(conn, raw)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	var statuses []int
	reader := bufio.NewReader(conn)
	for {
		res, err := http.ReadResponse(reader, nil)
		if err != nil {
			return statuses
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return statuses
		}
		statuses = append(statuses, res.StatusCode)
		if res.Close {
			return statuses
		}
	}
}

// smuggled is a body that hides a request at every alignment of the server's
// first read, and around it.
func smuggled(offset int) string {
	hidden := "GET /hidden HTTP/1.1\r\nHost: x\r\n\r\n"
	return strings.Repeat("x", 8*1024-16+offset) + hidden + strings.Repeat("y", maxRest)
}

func TestGuard_neverTakesABodyForTheNextRequest(t *testing.T) {
	t.Parallel()
	var reached atomic.Int64
	addr := listening(t, func(app *fiber.App) {
		app.Use(recover.New(), Guard())
		app.Get("/hidden", func(*fiber.Ctx) error { reached.Add(1); return nil })
		app.Post("/v1/refused", func(c *fiber.Ctx) error { return c.SendStatus(401) })
		app.Post("/v1/panics", func(*fiber.Ctx) error { panic("broken") })
		app.Get("/v1/read", func(c *fiber.Ctx) error { return c.SendStatus(204) })
		app.Post("/v1/half", func(c *fiber.Ctx) error {
			_, err := io.CopyN(io.Discard, c.Context().RequestBodyStream(), 9000)
			return err
		})
	})

	for offset := range 32 {
		body := smuggled(offset)
		for _, line := range []string{"POST /v1/refused", "POST /v1/panics", "GET /v1/read", "HEAD /v1/read", "POST /v1/half", "POST /nowhere"} {
			exchange(t, addr, fmt.Sprintf("%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", line, len(body), body))
		}
		chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
		for _, line := range []string{"POST /v1/refused", "GET /v1/read", "POST /page"} {
			exchange(t, addr, line+" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"+chunked)
		}
	}

	if n := reached.Load(); n != 0 {
		t.Errorf("%d requests came out of a body", n)
	}
}

func TestGuard_keepsTheConnectionAfterASmallBody(t *testing.T) {
	t.Parallel()
	addr := listening(t, func(app *fiber.App) {
		app.Use(Guard())
		app.Post("/v1/refused", func(c *fiber.Ctx) error { return c.SendStatus(401) })
		app.Get("/v1/last", func(c *fiber.Ctx) error { c.Context().SetConnectionClose(); return c.SendStatus(204) })
	})
	body := strings.Repeat("x", 20_000)

	got := exchange(t, addr, fmt.Sprintf("POST /v1/refused HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%sGET /v1/last HTTP/1.1\r\nHost: x\r\n\r\n", len(body), body))

	if fmt.Sprint(got) != "[401 204]" {
		t.Errorf("%v", got)
	}
}

func TestGuard_refusesBeforeReading(t *testing.T) {
	t.Parallel()
	addr := listening(t, func(app *fiber.App) {
		app.Use(Guard())
		app.Post("/page", func(c *fiber.Ctx) error { return c.SendStatus(204) })
	})

	if got := exchange(t, addr, fmt.Sprintf("POST /page HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", maxUpload+1, strings.Repeat("x", maxRest+9000))); fmt.Sprint(got) != "[413]" {
		t.Errorf("too large: %v", got)
	}
	if got := exchange(t, addr, "POST /page HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"); fmt.Sprint(got) != "[400]" {
		t.Errorf("without a length: %v", got)
	}
}

// The attack of the first test is a real one: without the guard it gets through.
func TestGuard_isNeeded(t *testing.T) {
	t.Parallel()
	var reached atomic.Int64
	addr := listening(t, func(app *fiber.App) {
		app.Get("/hidden", func(*fiber.Ctx) error { reached.Add(1); return nil })
		app.Post("/v1/refused", func(c *fiber.Ctx) error { return c.SendStatus(401) })
	})
	for offset := range 32 {
		body := smuggled(offset)
		exchange(t, addr, fmt.Sprintf("POST /v1/refused HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
	}
	if reached.Load() == 0 {
		t.Error("the server no longer needs the guard; look at it again")
	}
}

func TestBodies_areReadUnderALimitWhateverTheirForm(t *testing.T) {
	t.Parallel()
	addr := listening(t, func(app *fiber.App) {
		app.Use(Guard())
		app.Post("/v1/json", func(c *fiber.Ctx) error {
			raw, err := readJSONBody(c)
			if err != nil {
				return Problem(c, RequestID(c), err)
			}
			return c.Send(raw)
		})
	})
	post := func(headers, body string) string {
		got := exchange(t, addr, "POST /v1/json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"+headers+"\r\n"+body)
		return fmt.Sprint(got)
	}
	big := strings.Repeat("x", maxJSON)
	for name, c := range map[string]struct{ headers, body, want string }{
		"fits":          {"Content-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n", "{}", "[200]"},
		"fits, chunked": {"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\n\r\n", "[200]"},
		"too large":     {fmt.Sprintf("Content-Type: application/json\r\nContent-Length: %d\r\n", maxJSON+1), big + "x", "[413]"},
		"too large, chunked": {"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
			fmt.Sprintf("%x\r\n%s\r\n1\r\nx\r\n0\r\n\r\n", len(big), big), "[413]"},
		"largest":    {fmt.Sprintf("Content-Type: application/json\r\nContent-Length: %d\r\n", maxJSON), big, "[200]"},
		"other type": {"Content-Type: text/plain\r\nContent-Length: 2\r\n", "{}", "[415]"},
		"no type":    {"Content-Length: 2\r\n", "{}", "[415]"},
		"compressed": {"Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n", "{}", "[415]"},
		"no body":    {"Content-Length: 0\r\n", "", "[200]"},
	} {
		if got := post(c.headers, c.body); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
