package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wardbridge/cmd/demonstration"
	"wardbridge/cmd/house"
	"wardbridge/internal/browsertest"
	"wardbridge/internal/pgtest"
)

func TestMain(m *testing.M) {
	code := browsertest.Run(m)
	if testWorld.stop != nil {
		testWorld.stop()
	}
	if testWorld.house != nil {
		_ = testWorld.house.Close(context.Background())
	}
	os.Exit(max(code, pgtest.Close()))
}

// testWorld is the demonstration, a few weeks of it, served on a port of its own
// for all tests of this binary.
var testWorld struct {
	once  sync.Once
	err   error
	house *house.House
	world *demonstration.World
	base  string
	urls  house.URLs
	stop  func()
}

// demoHouse gives the running demonstration.
func demoHouse(t testing.TB) (*house.House, *demonstration.World, string) {
	t.Helper()
	w := &testWorld
	w.once.Do(func() {
		way := pgtest.Fresh(t)
		w.urls = house.URLs{App: way("wb_app"), Owner: way("wb_owner"), Platform: way("wb_platform"), Queue: way("wb_river")}
		w.err = startDemo(w.urls)
	})
	if w.err != nil {
		t.Fatal(w.err)
	}
	return w.house, w.world, w.base
}

func startDemo(u house.URLs) error {
	w := &testWorld
	ctx := context.Background()
	c, err := house.ReadConfig(func(string) string { return "" })
	if err != nil {
		return err
	}
	c.MaxConns, c.LogLevel = 12, 8
	if w.house, err = house.Build(ctx, c, u); err != nil {
		return err
	}
	if err := w.house.Queue.Work(ctx); err != nil {
		return err
	}
	if w.world, err = demonstration.Make(ctx, w.house, u.Owner, demonstration.Size{Back: 2, Ahead: 2}, io.Discard); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	served, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); _ = w.house.Serve(served, l) }()
	w.stop = func() { stop(); <-done }
	w.base = "http://" + l.Addr().String()
	return nil
}

// browserless is somebody at a browser without scripts or pictures: it keeps
// cookies and follows forms.
type browserless struct {
	t      testing.TB
	base   string
	client *http.Client
}

func opened(t testing.TB, base string) *browserless {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browserless{t: t, base: base, client: &http.Client{Jar: jar, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

type reply struct {
	status   int
	body     string
	location string
	header   http.Header
}

func (b *browserless) do(req *http.Request) reply {
	b.t.Helper()
	res, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return reply{res.StatusCode, string(raw), res.Header.Get("Location"), res.Header}
}

func (b *browserless) get(path string) reply {
	b.t.Helper()
	req, err := http.NewRequest(http.MethodGet, b.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(req)
}

var token = regexp.MustCompile(`name="_csrf" value="([^"]+)"`)

// post sends a form with the token that the page at from carries.
func (b *browserless) post(from, path string, values url.Values) reply {
	b.t.Helper()
	page := b.get(from)
	m := token.FindStringSubmatch(page.body)
	if m == nil {
		b.t.Fatalf("%s (%d) has no form", from, page.status)
	}
	if values == nil {
		values = url.Values{}
	}
	values.Set("_csrf", m[1])
	req, err := http.NewRequest(http.MethodPost, b.base+path, strings.NewReader(values.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(req)
}

// signedIn is somebody of the demonstration at their browser.
func signedIn(t testing.TB, email string) *browserless {
	t.Helper()
	_, w, base := demoHouse(t)
	b := opened(t, base)
	r := b.post("/signin", "/signin", url.Values{"email": {email}, "password": {w.Logins[0].Password}})
	if r.status != http.StatusSeeOther {
		t.Fatalf("%s could not sign in: %d %s", email, r.status, r.body)
	}
	return b
}

// pgtestScan reads one value past the walls, to know what the demonstration holds.
func pgtestScan(t testing.TB, to any, query string, args ...any) error {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), testWorld.urls.Owner)
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	return conn.QueryRow(context.Background(), query, args...).Scan(to)
}
