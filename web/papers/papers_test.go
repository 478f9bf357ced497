package papers

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/billing"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

func html(t *testing.T, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func wants(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

func bill() *billing.Bill {
	at, point := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC), civil.MustDate("2026-11-30")
	return &billing.Bill{Number: "KUH-MER-000001", Status: billing.StatusIssued, PeriodFrom: civil.MustDate("2026-11-23"), PeriodTo: civil.MustDate("2026-11-29"),
		Supplier: billing.Supplier{Name: "Meridian Medical Ltd", Address: "4 Dock Street, Saltbridge", VATNumber: "GB 337 4400 71"},
		Customer: billing.Customer{Name: "Kingsmere University Hospitals"}, IssuedAt: &at, TaxPointOn: &point,
		Totals: billing.Totals{Lines: 3, Timesheets: 2, Minutes: 1320, NetPence: 50000, VATPence: 4000, GrossPence: 54000},
		VAT: []billing.VATTotal{{Category: rates.Standard, Rate: money.MustFactor("0.2"), NetPence: 20000, VATPence: 4000},
			{Category: rates.Exempt, NetPence: 30000, Reason: "VAT Act 1994, Schedule 9, Group 7."}}}
}

func lines() []billing.Line {
	a, b := tenants.NewID(), tenants.NewID()
	rate, one := money.MustRate("18.1818"), money.MustFactor("1")
	return []billing.Line{
		{TimesheetID: a, TimesheetRef: "KUH-T1", ShiftRef: "KUH-1", WorkerName: "Grace Mensah", Ward: "ICU", WorkedOn: civil.MustDate("2026-11-24"), Kind: rates.Pay, Band: rates.Core, Minutes: 660, Rate: &rate, Factor: &one, NetPence: 20000, VATCategory: rates.Standard, VATRate: money.MustFactor("0.2")},
		{TimesheetID: a, TimesheetRef: "KUH-T1", ShiftRef: "KUH-1", WorkerName: "Grace Mensah", Ward: "ICU", WorkedOn: civil.MustDate("2026-11-24"), Kind: rates.Commission, Minutes: 660, Rate: &rate, NetPence: 1000, VATCategory: rates.Exempt},
		{TimesheetID: b, TimesheetRef: "KUH-T2", ShiftRef: "KUH-2", WorkerName: "Tomasz Zielinski", Ward: "ICU", WorkedOn: civil.MustDate("2026-11-25"), Kind: rates.Pay, Band: rates.Core, Minutes: 660, Rate: &rate, Factor: &one, NetPence: 29000, VATCategory: rates.Exempt},
	}
}

func TestSelfBill_carriesWhatTheLawAsksFor(t *testing.T) {
	t.Parallel()
	b := bill()

	page := html(t, SelfBill(b, lines()))

	wants(t, page, "Self-billed invoice", "KUH-MER-000001", "VAT number GB 337 4400 71", "Tax point", "Mon 30 Nov 2026", "The VAT shown is your output tax due to HMRC",
		"VAT at 20% on £200", "Exempt from VAT, on £300", "VAT Act 1994", "£540", "Kingsmere University Hospitals")
}

func TestLines_addsUpEachTimesheet(t *testing.T) {
	t.Parallel()
	all := Lines(lines())

	if len(all) != 5 || all[0].Detail || all[0].Net != money.Pence(21000).String() || all[0].Quantity != "11h" || !all[1].Detail || all[3].Detail {
		t.Errorf("%+v", all)
	}
}

func TestNotes_saysWhenLinesAreLeftOut(t *testing.T) {
	t.Parallel()
	b := bill()
	b.Totals.Lines = 5000
	if notes := Notes(b, 2000); !strings.Contains(strings.Join(notes, " "), "The first 2,000 lines of 5,000 lines are shown.") {
		t.Error(notes)
	}
}
