package main

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"wardbridge/cmd/house"
	"wardbridge/internal/door"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/accounts"
	"wardbridge/modules/places"
	"wardbridge/tenants"
)

// small is a house with one trust in a database of the test's own, for tests
// that look at whole tables.
type small struct {
	*house.House
	t     *testing.T
	urls  house.URLs
	base  string
	trust tenants.Party
	key   string
}

func smallHouse(t *testing.T) *small {
	t.Helper()
	way := pgtest.Fresh(t)
	s := &small{t: t, urls: house.URLs{App: way("wb_app"), Owner: way("wb_owner"), Platform: way("wb_platform"), Queue: way("wb_river")}}
	s.House, s.base = served(t, s.urls)
	if err := s.Queue.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	platform := tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}
	s.run(platform, func(ctx context.Context, tx *tenants.Tx) error {
		if _, err := s.Packs.LoadNational(ctx, tx); err != nil {
			return err
		}
		o, err := s.Accounts.CreateOrganisation(ctx, tx, accounts.NewOrganisation{Code: "small", Letters: "SML", Kind: tenants.Trust, Name: "Small Trust", Sandbox: true})
		s.trust = tenants.Party{ID: o.ID, Kind: tenants.Trust}
		return err
	})
	s.run(s.trust, func(ctx context.Context, tx *tenants.Tx) error {
		site, err := s.Places.AddSite(ctx, tx, places.Site{Code: "S1", Name: "First Site", Published: true})
		if err != nil {
			return err
		}
		for code, name := range map[string]string{"OAK": "Oak Ward", "ELM": "Elm Ward"} {
			if _, err := s.Places.AddWard(ctx, tx, places.Ward{SiteID: site.ID, Code: code, Name: name, CostCentre: "000123", Published: true}); err != nil {
				return err
			}
		}
		_, s.key, err = s.Accounts.MakeKey(ctx, tx, door.NewKey{Name: "Roster", Roles: []string{"integration_engineer"}})
		return err
	})
	return s
}

// served is a server process of its own on a database.
func served(t *testing.T, u house.URLs) (*house.House, string) {
	t.Helper()
	c, err := house.ReadConfig(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	c.MaxConns, c.LogLevel = 10, 8
	h, err := house.Build(t.Context(), c, u)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = h.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		<-done
		closing, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		_ = h.Close(closing)
	})
	return h, "http://" + l.Addr().String()
}

func (s *small) run(me tenants.Party, fn func(context.Context, *tenants.Tx) error) {
	s.t.Helper()
	if err := s.DB.Work(s.t.Context(), me, tenants.Actor{Kind: tenants.Console, Name: "test"}, fn); err != nil {
		s.t.Fatal(err)
	}
}

// call sends one request of the API with the trust's key, and reads JSON.
func (s *small) call(method, path, kind string, body io.Reader) (int, map[string]any) {
	s.t.Helper()
	req, err := http.NewRequest(method, s.base+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.key)
	if method == http.MethodPost {
		req.Header.Set("Idempotency-Key", tenants.NewID().String())
		req.Header.Set("Content-Type", kind)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	var out map[string]any
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if len(raw) > 0 && json.Unmarshal(raw, &out) != nil {
		s.t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, raw)
	}
	return res.StatusCode, out
}

// counts is the number of rows of every table, past the walls.
func (s *small) counts() map[string]int {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.urls.Owner)
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(s.t.Context(), "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition")
	if err != nil {
		s.t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		s.t.Fatal(err)
	}
	counts := map[string]int{}
	for _, name := range names {
		var n int
		if err := conn.QueryRow(s.t.Context(), "select count(*) from "+pgx.Identifier{name}.Sanitize()).Scan(&n); err != nil {
			s.t.Fatal(err)
		}
		counts[name] = n
	}
	return counts
}

// settle lets everything that follows happen.
func (s *small) settle() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	if err := s.Queue.Settle(ctx); err != nil {
		s.t.Fatal(err)
	}
}

func lines(rows ...string) string { return strings.Join(rows, "\r\n") + "\r\n" }
