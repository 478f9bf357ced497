package oversight_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/events"
	"wardbridge/internal/fault"
	"wardbridge/internal/jobs"
	"wardbridge/internal/paging"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/oversight"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// as acts under a name, as that party.
func as(t *testing.T, me tenants.Party, name, statement string, args ...any) {
	t.Helper()
	actor := tenants.Actor{Kind: tenants.Person, ID: tenants.NewID(), Name: name, Request: "req-" + name}
	err := pgtest.DB(t).Run(t.Context(), me, actor, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := tx.NewRaw(statement, args...).Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func audit(t *testing.T, me tenants.Party, f oversight.Filter) (page []oversight.Entry, next paging.Cursor) {
	t.Helper()
	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) (err error) {
		page, next, err = oversight.New(nil).Audit(ctx, tx, f)
		return err
	})
	return page, next
}

const (
	addSite    = "insert into sites (tenant_id, id, code, name) values (?, ?, ?, 'Site')"
	renameSite = "update sites set name = ?, address = 'High Street' where id = ?"
)

func TestAudit_saysWhoChangedWhatNewestFirst(t *testing.T) {
	t.Parallel()
	org, site := pgtest.Org(t, tenants.Trust), tenants.NewID()
	as(t, org, "Priya Raman", addSite, org.ID, site, "A")
	as(t, org, "Wendy Ward", renameSite, "North site", site)

	page, next := audit(t, org, oversight.Filter{})

	if len(page) != 2 || next != "" {
		t.Fatalf("page = %+v", page)
	}
	e := page[0]
	if e.What() != "Changed a site" || e.Who() != "Wendy Ward" || e.Request != "req-Wendy Ward" || e.RowID != site.String() || *e.OwnerID != org.ID || *e.PartyID != org.ID {
		t.Errorf("the newest is %+v", e)
	}
	changes, err := e.Changes()
	if err != nil || len(changes) != 2 {
		t.Fatalf("changes = %+v, %v", changes, err)
	}
	if c := changes[0]; c.Name != "Name" || c.BeforeText() != "Site" || c.AfterText() != "North site" {
		t.Errorf("first change = %+v", c)
	}
	if c := changes[1]; c.Name != "Address" || c.BeforeText() != "" || c.AfterText() != "High Street" {
		t.Errorf("second change = %+v", c)
	}
	if added, err := page[1].Changes(); err != nil || slices.ContainsFunc(added, func(c oversight.Change) bool { return c.Field == "tenant_id" || len(c.Before) > 0 }) {
		t.Errorf("the first line's fields = %+v, %v", added, err)
	}
}

func TestAudit_pagesLoseAndRepeatNothing(t *testing.T) {
	t.Parallel()
	org := pgtest.Org(t, tenants.Trust)
	for i := range 7 {
		as(t, org, "Priya", addSite, org.ID, tenants.NewID(), string(rune('A'+i)))
	}
	seen, f := []int64{}, oversight.Filter{Limit: 3}

	for {
		page, next := audit(t, org, f)
		for _, e := range page {
			seen = append(seen, e.ID)
		}
		as(t, org, "Priya", addSite, org.ID, tenants.NewID(), "N"+string(next[:min(len(next), 8)])) // what comes later disturbs nothing
		if f.Cursor = next; next == "" {
			break
		}
	}

	if len(seen) != 7 || !slices.IsSortedFunc(seen, func(a, b int64) int { return int(b - a) }) {
		t.Errorf("saw %v", seen)
	}
}

func TestAudit_isNarrowedByEachFilter(t *testing.T) {
	t.Parallel()
	org, site := pgtest.Org(t, tenants.Trust), tenants.NewID()
	as(t, org, "Priya Raman", addSite, org.ID, site, "A")
	as(t, org, "Wendy Ward", addSite, org.ID, tenants.NewID(), "B")
	as(t, org, "Wendy Ward", "insert into aliases (owner_id, id, kind, text, target) values (?, ?, 'site', 'north', 'A')", org.ID, tenants.NewID())
	as(t, org, "Priya Raman", renameSite, "North site", site)

	for name, c := range map[string]struct {
		f    oversight.Filter
		want int
	}{
		"nobody's":          {oversight.Filter{}, 4},
		"who":               {oversight.Filter{Actor: " ward"}, 2},
		"table":             {oversight.Filter{Table: "aliases"}, 1},
		"row":               {oversight.Filter{Table: "sites", Row: site.String()}, 2},
		"act":               {oversight.Filter{Act: oversight.Update}, 1},
		"from tomorrow":     {oversight.Filter{From: time.Now().Add(24 * time.Hour)}, 0},
		"until tomorrow":    {oversight.Filter{From: time.Now().Add(-time.Hour), To: time.Now().Add(24 * time.Hour)}, 4},
		"until an hour ago": {oversight.Filter{To: time.Now().Add(-time.Hour)}, 0},
	} {
		if page, _ := audit(t, org, c.f); len(page) != c.want {
			t.Errorf("%s: %d lines, want %d", name, len(page), c.want)
		}
	}
	err := pgtest.DB(t).Run(t.Context(), org, pgtest.Actor(org), func(ctx context.Context, tx *tenants.Tx) error {
		_, _, err := oversight.New(nil).Audit(ctx, tx, oversight.Filter{From: time.Now(), To: time.Now().Add(-time.Hour)})
		return err
	})
	if !errors.Is(err, oversight.ErrPeriod) {
		t.Errorf("a period that ends before it begins: %v", err)
	}
}

func TestAudit_isReadByTheOwnerAndByWhoeverActed(t *testing.T) {
	t.Parallel()
	trust, agency, other := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency), pgtest.Org(t, tenants.Trust)
	// A line of the trust's row that the agency wrote, as a withdrawn proposal leaves one.
	pgtest.Exec(t, `insert into audit (owner_id, party_id, party_kind, actor_kind, actor_name, table_name, row_id, act, after)
		values ($1, $2, 'agency', 'person', 'Ana Agency', 'proposals', $3, 'update', '{"withdrawn_at": "2026-11-24T07:00:00+00:00"}')`,
		trust.ID, agency.ID, tenants.NewID().String())

	for me, want := range map[tenants.Party]int{trust: 1, agency: 1, other: 0} {
		page, _ := audit(t, me, oversight.Filter{})
		if len(page) != want {
			t.Errorf("the %s reads %d lines, want %d", me.Kind, len(page), want)
		}
	}
	page, _ := audit(t, agency, oversight.Filter{})
	changes, err := page[0].Changes()
	if err != nil || changes[0].Name != "Withdrawn" || !strings.Contains(changes[0].AfterText(), "07:00") {
		t.Errorf("changes = %+v, %v", changes, err)
	}
}

func TestAudit_platformStaffReadNoPartysBusiness(t *testing.T) {
	t.Parallel()
	org := pgtest.Org(t, tenants.Trust)
	staff := tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}
	as(t, org, "Priya", addSite, org.ID, tenants.NewID(), "A")
	code := "reason-" + staff.ID.String()
	as(t, staff, "Sam Staff", "insert into reasons (code, name, position) values (?, ?, 99)", code, code)

	page, _ := audit(t, staff, oversight.Filter{})

	if len(page) != 1 || page[0].What() != "Added a booking reason" {
		t.Errorf("staff read %+v", page)
	}
}

func TestAudit_hidesWhatIsNobodysToRead(t *testing.T) {
	t.Parallel()
	nurse := pgtest.Worker(t)
	grade := "grade-" + nurse.ID.String()
	pgtest.Exec(t, "insert into staff_groups (code, name, position) values ($1, $1, 90)", grade)
	pgtest.Exec(t, "insert into grades (code, staff_group, name, band, position) values ($1, $1, $1, 'afc-5', 90)", grade)
	as(t, nurse, "Aisha Bello", "insert into worker_profiles (owner_id, id, name, staff_group, grade, born_on) values (?, ?, 'Aisha Bello', ?, ?, '1990-04-01')", nurse.ID, nurse.ID, grade, grade)

	page, _ := audit(t, nurse, oversight.Filter{})

	changes, err := page[0].Changes()
	i := slices.IndexFunc(changes, func(c oversight.Change) bool { return c.Field == "born_on" })
	if err != nil || i < 0 || changes[i].AfterText() != "hidden" || changes[i].Name != "Date of birth" || bytes.Contains(page[0].After, []byte("1990-04-01")) {
		t.Errorf("changes = %+v, %v", changes, err)
	}
}

func TestTables_haveWordsForEveryAuditedTable(t *testing.T) {
	t.Parallel()
	var audited []string
	rows, err := pgtest.Owner(t).Query(t.Context(), "select table_name from app.walls where audited order by 1")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		audited = append(audited, name)
	}

	for _, name := range audited {
		if !slices.ContainsFunc(oversight.Tables(), func(w oversight.Word) bool { return w.Name == name }) {
			t.Errorf("there are no words for %s", name)
		}
	}
	if len(audited) < 20 {
		t.Errorf("only %d tables were found", len(audited))
	}
}

func TestFieldWords_areWords(t *testing.T) {
	t.Parallel()
	for column, want := range map[string]string{"pay_rate": "Pay rate", "ward_id": "Ward", "vat_number": "VAT number", "created_at": "Created", "supplier_name": "Supplier name", "net_pence": "Net"} {
		if got := oversight.FieldWords(column); got != want {
			t.Errorf("%s: %q, want %q", column, got, want)
		}
	}
}

type stumble struct{}

func (stumble) Kind() string { return "oversight.stumble" }

func TestRetry_hasAFailedJobTriedAgain(t *testing.T) {
	t.Parallel()
	db, err := tenants.Open(t.Context(), tenants.Config{App: pgtest.URL(t, "wb_app"), Platform: pgtest.URL(t, "wb_platform"), MaxConns: 6})
	if err != nil {
		t.Fatal(err)
	}
	q, err := jobs.New(t.Context(), db, pgtest.URL(t, "wb_river"), events.New(), slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil)), jobs.Lane("oversight-"+tenants.NewID().String()), jobs.Workers(2))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
		defer cancel()
		if err := q.Stop(ctx); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	mended := false
	jobs.Handle(q, func(context.Context, *tenants.Tx, stumble) error {
		if !mended {
			return fault.ErrNotFound
		}
		return nil
	})
	if err := q.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	org, s := pgtest.Org(t, tenants.Trust), oversight.New(q)
	err = db.Run(t.Context(), org, pgtest.Actor(org), func(_ context.Context, tx *tenants.Tx) error { return tx.Enqueue(stumble{}, stumble{}, stumble{}) })
	if err != nil {
		t.Fatal(err)
	}
	if q.Settle(t.Context()) == nil {
		t.Fatal("the jobs did not fail")
	}

	failed, next, err := s.Jobs(t.Context(), oversight.JobFilter{States: []jobs.State{jobs.Refused}, Limit: 2})
	if err != nil || len(failed) != 2 || next == "" || failed[0].Party != org || len(failed[0].Errors) != 1 {
		t.Fatalf("failed = %+v, %v", failed, err)
	}
	rest, _, err := s.Jobs(t.Context(), oversight.JobFilter{States: []jobs.State{jobs.Refused}, Limit: 2, Cursor: next})
	if err != nil || len(rest) != 1 || rest[0].ID >= failed[1].ID {
		t.Fatalf("the next page = %+v, %v", rest, err)
	}

	mended = true
	if err := retried(t, s, failed[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := q.Settle(t.Context()); err != nil {
		t.Error(err)
	}

	if done, _, err := s.Jobs(t.Context(), oversight.JobFilter{States: []jobs.State{jobs.Done}}); err != nil || len(done) != 1 || done[0].ID != failed[0].ID {
		t.Errorf("done = %+v, %v", done, err)
	}
	if err := retried(t, s, failed[0].ID); !errors.Is(err, jobs.ErrNotFailed) {
		t.Errorf("a job that is done: %v", err)
	}
	if err := retried(t, s, 1<<40); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("no such job: %v", err)
	}
}

// retried is a job that platform staff try again.
func retried(t *testing.T, s *oversight.Service, id int64) error {
	t.Helper()
	staff := tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}
	return pgtest.DB(t).Run(t.Context(), staff, pgtest.Actor(staff), func(ctx context.Context, tx *tenants.Tx) error {
		return s.Retry(ctx, tx, id)
	})
}
