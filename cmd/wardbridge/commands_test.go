package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"

	"wardbridge/cmd/house"
	"wardbridge/internal/civil"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/places"
	"wardbridge/tenants"
)

func TestRun_namesTheVariableThatIsWrong(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{
		"WARDBRIDGE_ADDR": "8080", "DATABASE_URL": "mysql://x", "WARDBRIDGE_CONNECTIONS": "many", "WARDBRIDGE_WORKERS": "0",
		"WARDBRIDGE_LOG": "loud", "WARDBRIDGE_OWNER_URL": "localhost",
	} {
		err := run(t.Context(), []string{"serve"}, env(map[string]string{name: value}), &bytes.Buffer{})
		if err == nil || !strings.HasPrefix(err.Error(), name+" ") {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
	for _, missing := range []string{"WARDBRIDGE_PLATFORM_URL", "WARDBRIDGE_QUEUE_URL"} {
		all := map[string]string{"DATABASE_URL": "postgres://a/b", "WARDBRIDGE_PLATFORM_URL": "postgres://a/b", "WARDBRIDGE_QUEUE_URL": "postgres://a/b"}
		delete(all, missing)
		if err := run(t.Context(), []string{"serve"}, env(all), &bytes.Buffer{}); err == nil || !strings.HasPrefix(err.Error(), missing+" ") {
			t.Errorf("without %s: %v", missing, err)
		}
	}
}

func TestRun_saysWhichCommandsThereAre(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"help"}, {"--help"}, {"fill-everything"}} {
		var out bytes.Buffer
		err := run(t.Context(), args, env(nil), &out)
		if wrong := len(args) == 0 || args[0] == "fill-everything"; wrong != (err != nil) {
			t.Errorf("%v: %v", args, err)
		}
		for name := range commands() {
			if !strings.Contains(out.String(), "\n  "+name) {
				t.Errorf("%v does not list %s", args, name)
			}
		}
		if !strings.Contains(out.String(), "DATABASE_URL") {
			t.Errorf("%v does not list the variables", args)
		}
	}
}

func TestDemo_refusesAnotherDatabase(t *testing.T) {
	t.Parallel()
	in := installed(t)

	if err := in.run(t, &bytes.Buffer{}, "demo"); err == nil || !strings.Contains(err.Error(), "DATABASE_URL") {
		t.Errorf("%v", err)
	}
}

func env(all map[string]string) func(string) string {
	return func(name string) string { return all[name] }
}

// installation is an empty database and the variables that lead to it.
type installation map[string]string

func installed(t *testing.T) installation {
	t.Helper()
	way := pgtest.Fresh(t)
	return installation{"DATABASE_URL": way("wb_app"), "WARDBRIDGE_PLATFORM_URL": way("wb_platform"), "WARDBRIDGE_QUEUE_URL": way("wb_river"),
		"WARDBRIDGE_OWNER_URL": way("wb_owner"), "WARDBRIDGE_DATA": t.TempDir(), "WARDBRIDGE_LOG": "error", "WARDBRIDGE_CONNECTIONS": "4"}
}

func (in installation) run(t *testing.T, out *bytes.Buffer, args ...string) error {
	t.Helper()
	return run(t.Context(), args, env(in), out)
}

// house opens the installation beside the commands.
func (in installation) house(t *testing.T) *house.House {
	t.Helper()
	c, err := house.ReadConfig(env(in))
	if err != nil {
		t.Fatal(err)
	}
	h, d, err := join(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shut(context.Background(), h, d) })
	return h
}

var setupWords = []string{"setup", "--organisation", "Ashdown Hospitals", "--kind", "trust", "--code", "ashdown", "--letters", "ASH",
	"--email", "ruth@ashdown.example", "--name", "Ruth Ashdown"}

var resetLink = regexp.MustCompile(`(?m)^/reset/\S+$`)

func TestSetup_givesOneLinkThatSetsThePasswordOnce(t *testing.T) {
	t.Parallel()
	in := installed(t)
	var out bytes.Buffer
	if err := in.run(t, &out, setupWords...); err != nil {
		t.Fatal(err)
	}
	link := resetLink.FindString(out.String())
	base := answering(t, in.house(t))

	if page := opened(t, base).get(link); page.status != http.StatusOK || !strings.Contains(page.body, "ruth@ashdown.example") {
		t.Fatalf("%s answers %d: %s", link, page.status, excerpt(page.body))
	}
	if weak := opened(t, base).post(link, link, url.Values{"password": {"short"}}); weak.status != http.StatusUnprocessableEntity {
		t.Errorf("a weak password answers %d", weak.status)
	}
	if set := opened(t, base).post(link, link, url.Values{"password": {"copper kettle lamp"}}); set.status != http.StatusSeeOther || set.location != "/signin" {
		t.Fatalf("setting it answers %d %s: %s", set.status, set.location, excerpt(set.body))
	}
	if again := opened(t, base).get(link); again.status != http.StatusGone {
		t.Errorf("the used link answers %d", again.status)
	}
	in2 := opened(t, base).post("/signin", "/signin", url.Values{"email": {"ruth@ashdown.example"}, "password": {"copper kettle lamp"}})
	if in2.status != http.StatusSeeOther || in2.location != "/e/ashdown/shifts" {
		t.Errorf("signing in answers %d %s", in2.status, in2.location)
	}
}

func TestSetup_saysWhatIsMissingOrTaken(t *testing.T) {
	t.Parallel()
	in := installed(t)
	if err := in.run(t, &bytes.Buffer{}, setupWords[:len(setupWords)-4]...); err == nil || !strings.Contains(err.Error(), "--email") {
		t.Errorf("without an address: %v", err)
	}
	if err := in.run(t, &bytes.Buffer{}, setupWords...); err != nil {
		t.Fatal(err)
	}
	if err := in.run(t, &bytes.Buffer{}, setupWords...); err == nil || !strings.Contains(err.Error(), "Another organisation has this code") {
		t.Errorf("a second time: %v", err)
	}
}

func tomorrow() civil.Date { return civil.DateOf(time.Now()).AddDays(1) }

// answering serves a house on a port of its own while the test runs.
func answering(t *testing.T, h *house.House) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

const rosterHead = "External reference,Ward,Grade,Date,Start,End,Break (minutes),Quantity,Reason,Notes\n"

// roster writes a file of shifts that start tomorrow.
func roster(t *testing.T, rows ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "roster.csv")
	day := tomorrow().String()
	text := rosterHead + strings.ReplaceAll(strings.Join(rows, "\n"), "DAY", day) + "\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	goodRow = "R-1,OAK,nurse-band-5,DAY,07:00,19:30,60,2,vacancy,=1+1"
	badRow  = "R-2,ELM,nurse-band-5,DAY,07:00,19:30,60,1,vacancy,"
)

// withWard is an installation whose trust has one ward, with code OAK.
func withWard(t *testing.T) installation {
	t.Helper()
	in := installed(t)
	if err := in.run(t, &bytes.Buffer{}, setupWords...); err != nil {
		t.Fatal(err)
	}
	h := in.house(t)
	me, err := organisation(t.Context(), h, "ashdown")
	if err != nil {
		t.Fatal(err)
	}
	err = h.DB.Run(t.Context(), me, console, func(ctx context.Context, tx *tenants.Tx) error {
		site, err := h.Places.AddSite(ctx, tx, places.Site{Code: "ASH01", Name: "Ashdown General"})
		if err != nil {
			return err
		}
		_, err = h.Places.AddWard(ctx, tx, places.Ward{SiteID: site.ID, Code: "OAK", Name: "Oak Ward"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestImport_refusesAFileWithABadRowUnlessToldToTakeTheGood(t *testing.T) {
	t.Parallel()
	in, file := withWard(t), roster(t, goodRow, badRow)
	shifts := func() int {
		var out bytes.Buffer
		if err := in.run(t, &out, "export", "shifts", "--org", "ashdown"); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.String(), "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return len(rows) - 1
	}

	var out bytes.Buffer
	err := in.run(t, &out, "import", "shifts", file, "--org", "ashdown")
	if err == nil || !strings.Contains(err.Error(), "1 of 2 rows were refused") || !strings.Contains(out.String(), "ELM") || shifts() != 0 {
		t.Errorf("all: %v, %d shifts\n%s", err, shifts(), &out)
	}
	err = in.run(t, &bytes.Buffer{}, "import", "--org", "ashdown", "--dry-run", "shifts", roster(t, goodRow))
	if err != nil || shifts() != 0 {
		t.Errorf("a dry run: %v, %d shifts", err, shifts())
	}
	err = in.run(t, &bytes.Buffer{}, "import", "shifts", file, "--rows", "good", "--org", "ashdown")
	if err == nil || shifts() != 2 {
		t.Errorf("good rows: %v, %d shifts", err, shifts())
	}
	out.Reset()
	if err = in.run(t, &out, "import", "shifts", roster(t, goodRow), "--org=ashdown"); err != nil || !strings.Contains(out.String(), "unchanged 2") {
		t.Errorf("the good rows again: %v\n%s", err, &out)
	}
}

func TestExport_writesWorkbooksAndTakesAWeek(t *testing.T) {
	t.Parallel()
	in := withWard(t)
	if err := in.run(t, &bytes.Buffer{}, "import", "shifts", roster(t, goodRow), "--org", "ashdown"); err != nil {
		t.Fatal(err)
	}
	rows := func(args ...string) [][]string {
		t.Helper()
		var out bytes.Buffer
		if err := in.run(t, &out, append(args, "--org", "ashdown", "--format", "xlsx")...); err != nil {
			t.Fatal(err)
		}
		book, err := excelize.OpenReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		all, err := book.GetRows(book.GetSheetName(0))
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	monday := tomorrow().Monday()

	if got := rows("export", "shifts", "--period", monday.String()); len(got) != 3 || got[1][0] != "R-1" || got[1][13] != "=1+1" {
		t.Errorf("its week has %q", got)
	}
	if got := rows("export", "shifts", "--period", monday.AddDays(7).String()); len(got) != 1 {
		t.Errorf("the week behind it has %q", got)
	}
	if got := rows("export", "self-bills"); len(got) != 1 || got[0][0] != "bill_number" {
		t.Errorf("nothing was billed, but: %q", got)
	}
	if err := in.run(t, &bytes.Buffer{}, "export", "shifts", "--org", "ashdown", "--period", monday.AddDays(1).String()); err == nil {
		t.Error("a Tuesday was taken for a period")
	}
	if err := in.run(t, &bytes.Buffer{}, "export", "shifts", "--org", "nowhere"); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("an unknown organisation: %v", err)
	}
}

// TestImport_leavesTheJobToARunningServer: with a server that works, the command
// does no jobs of its own and still sees its import through.
func TestImport_leavesTheJobToARunningServer(t *testing.T) {
	t.Parallel()
	in := withWard(t)
	h := in.house(t)
	if err := h.Queue.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	if attended, err := h.Queue.Attended(t.Context()); err != nil || !attended {
		t.Fatalf("attended: %v, %v", attended, err)
	}
	var out bytes.Buffer

	err := in.run(t, &out, "import", "shifts", roster(t, goodRow), "--org", "ashdown")

	if err != nil || !strings.Contains(out.String(), "created 2") {
		t.Errorf("%v\n%s", err, &out)
	}
}

// TestCommands_workBesideAServerOnThePrivateCluster: no DATABASE_URL, and another
// holder of the data directory.
func TestCommands_workBesideAServerOnThePrivateCluster(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "wardbridge-commands-")
	if err != nil {
		t.Fatal(err)
	}
	in := installation{"WARDBRIDGE_DATA": filepath.Join(dir, "data"), "WARDBRIDGE_LOG": "error", "WARDBRIDGE_CONNECTIONS": "4"}
	c, err := house.ReadConfig(env(in))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = discard(c.Data); _ = os.RemoveAll(dir) })
	h, d, err := open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := shut(context.Background(), h, d); err != nil {
			t.Error(err)
		}
	}()
	var out bytes.Buffer

	if err := in.run(t, &out, setupWords...); err != nil || !resetLink.MatchString(out.String()) {
		t.Errorf("setup: %v\n%s", err, &out)
	}
	if err := in.run(t, &out, "export", "shifts", "--org", "ashdown"); err != nil {
		t.Errorf("export: %v", err)
	}
	if err := h.DB.Ready(t.Context()); err != nil {
		t.Errorf("the server lost its database: %v", err)
	}
}

// TestServe_bringsTheNationalDataOfTheProgram: a newer program may rest on figures
// that the database does not hold yet.
func TestServe_bringsTheNationalDataOfTheProgram(t *testing.T) {
	t.Parallel()
	s := smallHouse(t)
	before := s.counts()["parameters"]
	conn, err := pgx.Connect(t.Context(), s.urls.Owner)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if tag, err := conn.Exec(t.Context(), "delete from parameters where name = 'awr_break_days'"); err != nil || tag.RowsAffected() == 0 {
		t.Fatalf("%s, %v", tag, err)
	}

	for range 2 { // the second time there is nothing to do
		if err := caughtUp(t.Context(), s.House); err != nil {
			t.Fatal(err)
		}
		if after := s.counts()["parameters"]; after != before {
			t.Errorf("%d rows of parameters, want %d", after, before)
		}
	}
}
