package main

import (
	"context"
	"errors"
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
	for _, s := range []*stand{&testWorld.stand, &probed.stand, &marked.stand} {
		s.close()
	}
	os.Exit(max(code, pgtest.Close()))
}

// stand is a house with the demonstration in it, served on a port of its own.
type stand struct {
	house *house.House
	world *demonstration.World
	base  string
	way   func(login string) string
	stop  func()

	mu       sync.Mutex
	sessions map[string]*browserless
	tokens   map[string]string
	parties  sync.Map // by e-mail
}

// testWorld is the demonstration, a few weeks of it, for all tests of this
// binary. Tests that must not meet others have a copy of it.
var testWorld struct {
	stand
	once   sync.Once
	err    error
	copies [2]func(login string) string
}

// demoHouse gives the running demonstration.
func demoHouse(t testing.TB) (*house.House, *demonstration.World, string) {
	t.Helper()
	w := &testWorld
	w.once.Do(func() {
		w.way = pgtest.Fresh(t)
		if w.err = w.make(); w.err != nil {
			return
		}
		for i := range w.copies {
			w.copies[i] = pgtest.Copy(t, w.way)
		}
		if w.err = w.open(true); w.err == nil {
			w.err = w.serve()
		}
	})
	if w.err != nil {
		t.Fatal(w.err)
	}
	return w.house, w.world, w.base
}

// make lives the demonstration and leaves the database alone.
func (s *stand) make() error {
	ctx := context.Background()
	if err := s.open(true); err != nil {
		return err
	}
	var err error
	s.world, err = demonstration.Make(ctx, s.house, s.way("wb_owner"), demonstration.Size{Back: 2, Ahead: 2}, io.Discard)
	return errors.Join(err, s.house.Close(ctx))
}

func (s *stand) urls() house.URLs {
	return house.URLs{App: s.way("wb_app"), Owner: s.way("wb_owner"), Platform: s.way("wb_platform"), Queue: s.way("wb_river")}
}

func (s *stand) open(works bool) error {
	ctx := context.Background()
	c, err := house.ReadConfig(func(string) string { return "" })
	if err != nil {
		return err
	}
	c.MaxConns, c.LogLevel = 12, 8
	if s.house, err = house.Build(ctx, c, s.urls()); err != nil || !works {
		return err
	}
	return s.house.Queue.Work(ctx)
}

func (s *stand) serve() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	served, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = s.house.Serve(served, l) }()
	s.stop = func() { stop(); <-done }
	s.base = "http://" + l.Addr().String()
	return nil
}

func (s *stand) close() {
	if s.stop != nil {
		s.stop()
		_ = s.house.Close(context.Background())
	}
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
	demoHouse(t)
	return testWorld.signIn(t, email)
}

func (s *stand) signIn(t testing.TB, email string) *browserless {
	t.Helper()
	b := opened(t, s.base)
	r := b.post("/signin", "/signin", url.Values{"email": {email}, "password": {s.world.Logins[0].Password}})
	if r.status != http.StatusSeeOther {
		t.Fatalf("%s could not sign in: %d %s", email, r.status, r.body)
	}
	return b
}

// pgtestScan reads one value of the demonstration past the walls.
func pgtestScan(t testing.TB, to any, query string, args ...any) error {
	t.Helper()
	return testWorld.read(to, query, args...)
}

// read reads one value past the walls, to know what the demonstration holds.
func (s *stand) read(to any, query string, args ...any) error {
	conn, err := pgx.Connect(context.Background(), s.way("wb_owner"))
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	return conn.QueryRow(context.Background(), query, args...).Scan(to)
}
