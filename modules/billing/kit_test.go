package billing_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"os"
	"strings"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/billing"
	"wardbridge/modules/timesheets/timesheetstest"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

const (
	afterwards = "2026-11-02 09:00"
	concession = "Exempt: nursing agencies' concession"
)

// room is a line with billing on top.
type room struct {
	*timesheetstest.Line
	billing *billing.Service
}

func start(t *testing.T) *room {
	t.Helper()
	l := timesheetstest.New(t, afterwards)
	return &room{Line: l, billing: billing.New(l.Agencies, l.Places, l.Timesheets)}
}

// monday begins the period of the tests, earlier the one before it.
var (
	monday  = civil.MustDate("2026-10-19")
	earlier = civil.MustDate("2026-10-12")
)

func shift(day string) timesheetstest.Booked {
	return timesheetstest.Booked{Start: day + " 07:30", End: day + " 20:00", BreakMinutes: 60, Pay: "20.00", Commission: "2.00"}
}

func (r *room) prepare(t *testing.T, from civil.Date) (run billing.Run, err error) {
	t.Helper()
	err = r.Try(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) (err error) {
		run, err = r.billing.Prepare(ctx, tx, from)
		return err
	})
	return run, err
}

func (r *room) prepared(t *testing.T, from civil.Date) billing.Run {
	t.Helper()
	run, err := r.prepare(t, from)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func (r *room) issue(t *testing.T, run billing.Run) (issued billing.Run, err error) {
	t.Helper()
	err = r.Try(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) (err error) {
		issued, err = r.billing.Issue(ctx, tx, run.ID)
		return err
	})
	return issued, err
}

func (r *room) bills(t *testing.T, run billing.Run) (bills []billing.Bill) {
	t.Helper()
	r.As(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) (err error) {
		bills, err = r.billing.BillsOf(ctx, tx, run.ID)
		return err
	})
	return bills
}

// bill is the only bill of a run.
func (r *room) bill(t *testing.T, run billing.Run) billing.Bill {
	t.Helper()
	bills := r.bills(t, run)
	if len(bills) != 1 {
		t.Fatalf("%d bills, blocked %+v; want one bill", len(bills), run.Blocked)
	}
	return bills[0]
}

func (r *room) lines(t *testing.T, me tenants.Party, b billing.Bill) (lines []billing.Line) {
	t.Helper()
	r.As(t, me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) (err error) {
		lines, _, err = r.billing.Lines(ctx, tx, b.ID, 200, "")
		return err
	})
	return lines
}

// file writes a run's file as finance.
func (r *room) file(t *testing.T, run billing.Run, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	r.stream(t, r.Employer, &b, func(ctx context.Context, tx *tenants.Tx) (openapi.File, error) {
		return r.billing.RunFile(ctx, tx, run.Ref, name)
	})
	return b.Bytes()
}

func (r *room) stream(t *testing.T, me tenants.Party, w io.Writer, ask func(context.Context, *tenants.Tx) (openapi.File, error)) {
	t.Helper()
	err := r.DB.Stream(t.Context(), me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
		f, err := ask(ctx, tx)
		if err != nil {
			return err
		}
		return f.Write(ctx, tx, w)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// table reads a CSV file as rows by column.
func table(t *testing.T, raw []byte) (rows []map[string]string) {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(raw), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cells := range all[1:] {
		row := map[string]string{}
		for i, title := range all[0] {
			row[title] = cells[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// second is another agency with an agreement.
func (r *room) second(t *testing.T, terms agencies.Terms) (tenants.Party, agencies.Agreement) {
	t.Helper()
	agency := pgtest.Org(t, tenants.Agency)
	return agency, r.Agree(t, agency, terms)
}

var signed = agencies.Terms{SelfBillFrom: timesheetstest.Signed, SelfBillUntil: civil.MustDate("2027-03-31"),
	SupplierName: "Northbank Nursing Limited", SupplierAddress: "9 River Road, York", VATNumber: "GB337440071"}
