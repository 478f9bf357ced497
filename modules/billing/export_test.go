package billing_test

import (
	"bytes"
	"context"
	"io"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/billing"
	"wardbridge/modules/timesheets/timesheetstest"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

func pence(t *testing.T, s string) money.Pence {
	t.Helper()
	p, err := money.ParsePence(s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return p
}

func whole(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCSV_theNightTheClocksGoBackFromApprovalToFile(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Approved(t, timesheetstest.Booked{Start: "2026-10-24 20:00", End: "2026-10-25 08:00", Pay: "19.97", Commission: "2.00"})
	run, err := r.issue(t, r.prepared(t, monday))
	if err != nil {
		t.Fatal(err)
	}
	b := r.bill(t, run)

	rows := table(t, r.file(t, run, "lines.csv"))

	if b.NetPence != 54580 || b.VATPence != 10916 || b.GrossPence != 65496 || b.Minutes != 780 {
		t.Errorf("bill %v + %v over %d minutes", b.NetPence, b.VATPence, b.Minutes)
	}
	for i, want := range []struct{ kind, band, minutes, rateMinutes, rate, factor, net string }{
		{"pay", "low", "240", "240", "19.9700", "1.300000", "103.84"},
		{"pay", "high", "540", "540", "19.9700", "1.600000", "287.57"},
		{"holiday", "", "0", "0", "", "0.120700", "47.24"},
		{"employer_ni", "", "0", "0", "", "0.150000", "65.80"},
		{"pension", "", "0", "0", "", "0.030000", "13.16"},
		{"levy", "", "0", "0", "", "0.005000", "2.19"},
		{"commission", "", "0", "780", "2.0000", "1.000000", "26.00"},
	} {
		row := rows[i]
		if row["kind"] != want.kind || row["band"] != want.band || row["minutes"] != want.minutes || row["rate_minutes"] != want.rateMinutes ||
			row["rate"] != want.rate || row["factor"] != want.factor || row["net"] != want.net {
			t.Errorf("row %d is %v, want %v", i+1, row, want)
		}
	}
	if row := rows[0]; row["bill_number"] != b.Number || row["cost_centre"] != "004711" || row["worked_on"] != "2026-10-24" || row["tax_point_on"] != "2026-11-02" ||
		row["supplier_vat_number"] != "GB123456782" || row["vat_category"] != "S" || row["vat_rate"] != "0.200000" || row["status"] != "issued" {
		t.Errorf("row %v", row)
	}
}

func TestFiles_allComeToTheBills(t *testing.T) {
	t.Parallel()
	r := start(t)
	_, a := r.second(t, signed)
	r.Elect(t, a, "E", concession)
	for _, day := range []string{"2026-10-19", "2026-10-20", "2026-10-21"} {
		mine, theirs := shift(day), shift(day)
		theirs.Under, theirs.Pay, theirs.Worker = a, "17.77", pgtest.Worker(t)
		r.Approved(t, mine)
		r.Approved(t, theirs)
	}
	run, err := r.issue(t, r.prepared(t, monday))
	if err != nil {
		t.Fatal(err)
	}

	var want billing.Totals
	for _, b := range r.bills(t, run) {
		want.Lines += b.Totals.Lines
		want.Timesheets += b.Timesheets
		want.Minutes += b.Minutes
		want.NetPence += b.NetPence
		want.VATPence += b.VATPence
		want.GrossPence += b.GrossPence
	}
	var got billing.Totals
	sheets := map[string]bool{}
	for _, row := range table(t, r.file(t, run, "lines.csv")) {
		got.Lines++
		sheets[row["timesheet_ref"]] = true
		got.Minutes += whole(t, row["minutes"])
		got.NetPence += pence(t, row["net"])
		got.VATPence += pence(t, row["vat"])
		got.GrossPence += pence(t, row["gross"])
	}
	got.Timesheets = len(sheets)
	if got != want {
		t.Errorf("lines.csv comes to %+v, the bills to %+v", got, want)
	}
	control := table(t, r.file(t, run, "control.csv"))
	if len(control) != 3 || control[0]["scope"] != "all" || control[1]["scope"] != "bill" {
		t.Fatalf("control.csv is %v", control)
	}
	all := billing.Totals{Lines: whole(t, control[0]["lines"]), Timesheets: whole(t, control[0]["timesheets"]), Minutes: whole(t, control[0]["minutes"]),
		NetPence: pence(t, control[0]["net"]), VATPence: pence(t, control[0]["vat"]), GrossPence: pence(t, control[0]["gross"])}
	if all != want {
		t.Errorf("control.csv says %+v, the bills %+v", all, want)
	}
	book, err := excelize.OpenReader(bytes.NewReader(r.file(t, run, "lines.xlsx")))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if names := book.GetSheetList(); len(names) != 2 || names[1] != "Control totals" {
		t.Fatalf("sheets %v", names)
	}
	lines, err := book.GetRows("Lines")
	if err != nil || len(lines) != want.Lines+1 {
		t.Errorf("%d rows on sheet 1, %v", len(lines), err)
	}
	totals, err := book.GetRows("Control totals", excelize.Options{RawCellValue: true})
	if err != nil || totals[1][0] != "all" || pence(t, totals[1][6]) != want.NetPence || pence(t, totals[1][8]) != want.GrossPence {
		t.Errorf("sheet 2 is %v, %v", totals, err)
	}
}

func TestCSV_keepsLeadingZerosAndRunsNoFormula(t *testing.T) {
	t.Parallel()
	r := start(t)
	sheet := r.Submitted(t, shift("2026-10-19"))
	pgtest.Exec(t, "update timesheets set worker_name = '=HYPERLINK(\"http://x\")' where id = $1", sheet.ID)
	if _, err := r.Approve(t, sheet); err != nil {
		t.Fatal(err)
	}

	rows := table(t, r.file(t, r.prepared(t, monday), "lines.csv"))

	if rows[0]["worker"] != `'=HYPERLINK("http://x")` || rows[0]["cost_centre"] != "004711" || rows[0]["bill_number"] != "" || rows[0]["status"] != "draft" {
		t.Errorf("row %v", rows[0])
	}
}

func TestCSV_ofTheAgencyHasNoCostCentre(t *testing.T) {
	t.Parallel()
	r := start(t)
	_, b := r.issued(t, "2026-10-19")

	var file bytes.Buffer
	r.stream(t, r.Agency, &file, func(ctx context.Context, tx *tenants.Tx) (openapi.File, error) {
		return r.billing.BillFile(ctx, tx, b.Number)
	})

	if text := file.String(); strings.Contains(text, "cost_centre") || strings.Contains(text, "004711") || !strings.Contains(text, b.Number) {
		t.Errorf("the file is %s", text)
	}
}

// swell adds lines to a draft, past the walls, until it has n.
func swell(t *testing.T, r *room, b billing.Bill, n int) {
	t.Helper()
	pgtest.Exec(t, `insert into self_bill_lines (tenant_id, agency_id, id, self_bill_id, timesheet_id, line_id, position, timesheet_ref, shift_ref, worker_name, ward, cost_centre, worked_on, kind, band, minutes, rate, factor, net_pence, vat_category, vat_rate, vat_pence)
		select l.tenant_id, l.agency_id, gen_random_uuid(), l.self_bill_id, l.timesheet_id, gen_random_uuid(), $3::int + g, l.timesheet_ref, l.shift_ref, l.worker_name, l.ward, l.cost_centre, l.worked_on, l.kind, l.band, l.minutes, l.rate, l.factor, l.net_pence, l.vat_category, l.vat_rate, l.vat_pence
		from   self_bill_lines l, generate_series(1, $2) g
		where  l.self_bill_id = $1 and l.position = 1`, b.ID, n, b.Totals.Lines)
}

func TestFiles_ofAHundredThousandLinesTakeLittleMemory(t *testing.T) {
	r := start(t)
	r.Approved(t, shift("2026-10-19"))
	run := r.prepared(t, monday)
	swell(t, r, r.bill(t, run), 100_000)
	for _, name := range []string{"lines.csv", "lines.xlsx"} {
		var most uint64
		peak := &peak{most: &most}

		r.stream(t, r.Employer, peak, func(ctx context.Context, tx *tenants.Tx) (openapi.File, error) {
			return r.billing.RunFile(ctx, tx, run.Ref, name)
		})

		if most > 32<<20 {
			t.Errorf("%s held %d MB of live memory", name, most>>20)
		}
		if peak.n < 1<<20 {
			t.Errorf("%s has %d bytes", name, peak.n)
		}
	}
}

// peak throws away what is written and notes how much memory is alive, now and
// then.
type peak struct {
	n    int
	next int
	most *uint64
}

func (p *peak) Write(b []byte) (int, error) {
	if p.n += len(b); p.n > p.next {
		p.next += 2 << 20
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		*p.most = max(*p.most, m.HeapAlloc)
	}
	return len(b), nil
}

var _ io.Writer = (*peak)(nil)
