package tenants_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"wardbridge/internal/pgtest"
	"wardbridge/tenants"
)

// partyRoles are the roles that a unit of work can look through.
var partyRoles = []string{"wb_employer", "wb_practice", "wb_agency", "wb_worker", "wb_visitor", "wb_platform"}

// partyColumns say whose a row is.
var partyColumns = []string{"tenant_id", "agency_id", "worker_id", "owner_id", "host_id"}

// refused is Postgres's code for a missing privilege, a policy that was
// breached and a definer function that will not.
const refused = "42501"

var errUndo = errors.New("undo")

func codeOf(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// attempt runs one statement as a party, takes it back, and tells how many rows
// it touched and with what code it was refused.
func attempt(t testing.TB, db *tenants.DB, me tenants.Party, statement string, args ...any) (touched int64, code string) {
	t.Helper()
	return attemptBy(t, db, me, pgtest.Actor(me), statement, args...)
}

func attemptBy(t testing.TB, db *tenants.DB, me tenants.Party, who tenants.Actor, statement string, args ...any) (touched int64, code string) {
	t.Helper()
	err := db.Run(t.Context(), me, who, func(ctx context.Context, tx *tenants.Tx) error {
		result, err := tx.NewRaw(statement, args...).Exec(ctx)
		if err != nil {
			return err
		}
		if touched, err = result.RowsAffected(); err != nil {
			return err
		}
		return errUndo
	})
	if errors.Is(err, errUndo) {
		return touched, ""
	}
	return 0, codeOf(err)
}

// ask is one question of a party that has one answer, and is kept.
func ask[T any](t testing.TB, me tenants.Party, who tenants.Actor, query string, args ...any) (answer T) {
	t.Helper()
	err := pgtest.DB(t).Run(t.Context(), me, who, func(ctx context.Context, tx *tenants.Tx) error {
		return tx.NewRaw(query, args...).Scan(ctx, &answer)
	})
	if err != nil {
		t.Fatalf("%s asks %s: %v", me.Kind, query, err)
	}
	return answer
}

// count is how many rows a party sees.
func count(t testing.TB, me tenants.Party, query string, args ...any) int {
	t.Helper()
	return ask[int](t, me, pgtest.Actor(me), "select count(*) from "+query, args...)
}

func as(person tenants.ID) tenants.Actor {
	return tenants.Actor{Kind: tenants.Person, ID: person, Person: person, Name: "Test"}
}

// house is a database with a connection past its walls.
type house struct {
	db    *tenants.DB
	owner *pgx.Conn
}

// ours is the database that all tests of this binary share.
func ours(t testing.TB) house {
	t.Helper()
	return house{pgtest.DB(t), pgtest.Owner(t)}
}

// fresh is a database of the test's own.
func fresh(t testing.TB) house {
	t.Helper()
	way := pgtest.Fresh(t)
	db, err := tenants.Open(t.Context(), tenants.Config{App: way("wb_app"), Platform: way("wb_platform"), MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	owner, err := pgx.Connect(t.Context(), way("wb_owner"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = owner.Close(context.WithoutCancel(t.Context())) })
	return house{db, owner}
}

func (h house) exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	if _, err := h.owner.Exec(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// row inserts one row past the walls, its columns in the order in which the
// pairs name them.
func (h house) row(t testing.TB, table string, pairs ...any) {
	t.Helper()
	var columns, marks []string
	var args []any
	for i := 0; i < len(pairs); i += 2 {
		columns, args = append(columns, pairs[i].(string)), append(args, pairs[i+1])
		marks = append(marks, fmt.Sprintf("$%d", len(args)))
	}
	h.exec(t, fmt.Sprintf("insert into %s (%s) values (%s)", table, strings.Join(columns, ", "), strings.Join(marks, ", ")), args...)
}

// names gives one column of text.
func (h house) names(t testing.TB, query string, args ...any) []string {
	t.Helper()
	rows, err := h.owner.Query(t.Context(), query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return all
}

func (h house) one(t testing.TB, query string, args ...any) string {
	t.Helper()
	all := h.names(t, query, args...)
	if len(all) != 1 {
		t.Fatalf("%s: %d rows", query, len(all))
	}
	return all[0]
}

// org makes an organisation here; pgtest.Org makes one in the shared database.
func (h house) org(t testing.TB, kind tenants.Kind) tenants.Party {
	t.Helper()
	p := tenants.Party{ID: tenants.NewID(), Kind: kind}
	tail := p.ID.String()[24:]
	h.row(t, "organisations", "id", p.ID, "code", string(kind)+"-"+tail, "letters", lettersOf(p.ID), "kind", string(kind),
		"name", "The "+string(kind)+" "+tail, "sandbox", true, "created_at", "now")
	return p
}

// lettersOf makes five letters of the random end of an id, apart from those of
// pgtest, which begin with an A.
func lettersOf(id tenants.ID) string {
	b := []byte("BAAAA")
	for i := 1; i < 5; i++ {
		b[i] = 'A' + id[11+i]%26
	}
	return string(b)
}

func (h house) person(t testing.TB, name string) tenants.ID {
	t.Helper()
	id := tenants.NewID()
	h.row(t, "people", "id", id, "email", id.String()+"@people.example", "name", name, "created_at", "now")
	return id
}

func (h house) grant(t testing.TB, person tenants.ID, org tenants.Party, role string) {
	t.Helper()
	h.row(t, "grants", "id", tenants.NewID(), "person_id", person, "organisation_id", org.ID, "role", role, "granted_at", "now")
}

// line is one booking from the agreement down, made past the walls.
type line struct {
	house
	trust, agency, worker                                            tenants.Party
	site, ward, agreement, representation, shift, booking, timesheet tenants.ID
	number                                                           string // in the register
}

func (h house) line(t testing.TB) line {
	t.Helper()
	l := line{house: h, trust: h.org(t, tenants.Trust), agency: h.org(t, tenants.Agency),
		worker: tenants.Party{ID: h.person(t, "Worker"), Kind: tenants.Worker}}
	for _, id := range []*tenants.ID{&l.site, &l.ward, &l.agreement, &l.representation, &l.shift, &l.booking, &l.timesheet} {
		*id = tenants.NewID()
	}
	l.number = "R" + l.representation.String()[24:]
	h.exec(t, "insert into staff_groups (code, name, position) values ('walled', 'Walled staff', 1) on conflict do nothing")
	h.exec(t, "insert into grades (code, staff_group, name, band, position) values ('walled', 'walled', 'Walled grade', 'afc-5', 1) on conflict do nothing")
	h.exec(t, "insert into reasons (code, name, position) values ('walled', 'Walled reason', 1) on conflict do nothing")
	h.row(t, "sites", "tenant_id", l.trust.ID, "id", l.site, "code", "S", "name", "Site")
	h.row(t, "wards", "tenant_id", l.trust.ID, "id", l.ward, "site_id", l.site, "code", "W", "name", "Ward")
	h.row(t, "agreements", "tenant_id", l.trust.ID, "agency_id", l.agency.ID, "id", l.agreement, "starts_on", "2026-01-01",
		"supplier_name", "Supplier", "created_at", "now")
	h.row(t, "representations", "agency_id", l.agency.ID, "id", l.representation, "name", "Worker", "staff_group", "walled", "grade", "walled",
		"register_body", "nmc", "register_number", l.number, "born_on", "1990-01-01", "created_at", "now")
	h.row(t, "shifts", "tenant_id", l.trust.ID, "id", l.shift, "ref", "SH-"+l.shift.String(), "status", "filled", "source", "form",
		"site_id", l.site, "ward_id", l.ward, "staff_group", "walled", "grade", "walled", "starts_at", "2026-06-01T07:00Z", "ends_at", "2026-06-01T19:00Z",
		"break_minutes", 60, "reason", "walled", "lead_minutes", 600, "created_at", "now")
	h.row(t, "bookings", "tenant_id", l.trust.ID, "agency_id", l.agency.ID, "worker_id", l.worker.ID, "id", l.booking, "ref", "BK-"+l.booking.String(),
		"shift_id", l.shift, "ward_id", l.ward, "site_id", l.site, "agreement_id", l.agreement, "worker_name", "Worker", "staff_group", "walled",
		"grade", "walled", "starts_at", "2026-06-01T07:00Z", "ends_at", "2026-06-01T19:00Z", "break_minutes", 60, "pay_rate", "20", "commission", "3",
		"card_id", tenants.NewID(), "quote", "{}", "net_pence", 1, "confirmed_at", "now", "confirmed_by", "Test")
	h.row(t, "timesheets", "tenant_id", l.trust.ID, "agency_id", l.agency.ID, "worker_id", l.worker.ID, "id", l.timesheet, "ref", "TS-"+l.timesheet.String(),
		"booking_id", l.booking, "shift_id", l.shift, "shift_ref", "SH", "agreement_id", l.agreement, "site_id", l.site, "ward_id", l.ward,
		"staff_group", "walled", "grade", "walled", "worker_name", "Worker", "worked_on", "2026-06-01", "planned_starts_at", "2026-06-01T07:00Z",
		"planned_ends_at", "2026-06-01T19:00Z", "planned_break_minutes", 60, "opened_at", "now")
	return l
}
