package billing_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/billing"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/timesheets/timesheetstest"
	"wardbridge/tenants"
)

func TestPrepare_takesApprovedWorkOfThePeriodAndLateWorkBeforeIt(t *testing.T) {
	t.Parallel()
	r := start(t)
	late, first, last := r.Approved(t, shift("2026-10-14")), r.Approved(t, shift("2026-10-19")), r.Approved(t, shift("2026-10-25"))
	r.Submitted(t, shift("2026-10-20"))
	r.Opened(t, shift("2026-10-21"))
	after := r.Approved(t, shift("2026-10-26"))

	run := r.prepared(t, monday)

	bill := r.bill(t, run)
	got := map[string]bool{}
	for _, line := range r.lines(t, r.Employer, bill) {
		got[line.TimesheetRef] = true
	}
	if len(got) != 3 || !got[late.Ref] || !got[first.Ref] || !got[last.Ref] || got[after.Ref] {
		t.Errorf("the bill has %v", got)
	}
	if bill.Timesheets != 3 || bill.Minutes != 3*690 || bill.Status != billing.StatusDraft || bill.Number != "" {
		t.Errorf("bill %+v", bill)
	}
	if bill.NetPence != *late.NetPence+*first.NetPence+*last.NetPence {
		t.Errorf("the bill is %v", bill.NetPence)
	}
}

func TestPrepare_ownsEachWeekFromMondayToSundayByTheLocalStart(t *testing.T) {
	t.Parallel()
	r := start(t)
	sunday := r.Approved(t, timesheetstest.Booked{Start: "2026-10-25 23:30", End: "2026-10-26 08:00", Pay: "20.00", Commission: "2.00"})
	r.Approved(t, timesheetstest.Booked{Start: "2026-10-26 08:00", End: "2026-10-26 16:00", Pay: "20.00", Commission: "2.00"})

	lines := r.lines(t, r.Employer, r.bill(t, r.prepared(t, monday)))

	for _, line := range lines {
		if line.TimesheetRef != sunday.Ref || line.WorkedOn != civil.MustDate("2026-10-25") {
			t.Errorf("line of %s on %s", line.TimesheetRef, line.WorkedOn)
		}
	}
}

func TestPrepare_againReplacesTheDraft(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Approved(t, shift("2026-10-19"))
	first := r.prepared(t, monday)
	r.Approved(t, shift("2026-10-20"))

	second := r.prepared(t, monday)

	if b := r.bill(t, second); b.Timesheets != 2 {
		t.Errorf("%d timesheets", b.Timesheets)
	}
	err := r.Try(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := r.billing.Run(ctx, tx, first.ID.String())
		return err
	})
	if !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("the first draft: %v", err)
	}
}

func TestPrepare_leavesWhatAnotherDraftHolds(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Approved(t, shift("2026-10-14"))
	r.Approved(t, shift("2026-10-19"))
	r.prepared(t, earlier)

	if b := r.bill(t, r.prepared(t, monday)); b.Timesheets != 1 {
		t.Errorf("%d timesheets, one of them is on the other draft", b.Timesheets)
	}
}

func TestPrepare_saysThatThereIsNothingToBill(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Submitted(t, shift("2026-10-19"))

	_, err := r.prepare(t, monday)

	if !errors.Is(err, billing.ErrNothingToBill) || !strings.Contains(fault.Of(err).Text, "25 Oct 2026") {
		t.Errorf("got %v", err)
	}
}

func TestPrepare_refusesWhatIsNoPeriod(t *testing.T) {
	t.Parallel()
	r := start(t)
	for day, want := range map[string]*fault.Fault{"2026-10-20": billing.ErrNotMonday, "2026-11-09": billing.ErrPeriodFuture} {
		if _, err := r.prepare(t, civil.MustDate(day)); !errors.Is(err, want) || fault.Of(err).Fields[0].Name != "period_from" {
			t.Errorf("%s: %v", day, err)
		}
	}
	err := r.Try(t, r.Agency, pgtest.Actor(r.Agency), func(ctx context.Context, tx *tenants.Tx) error {
		_, err := r.billing.Prepare(ctx, tx, monday)
		return err
	})
	if !errors.Is(err, billing.ErrNotEmployer) {
		t.Errorf("an agency: %v", err)
	}
}

func TestPrepare_blocksAnAgencyThatMayNotBeBilledOnTheIssueDate(t *testing.T) {
	t.Parallel()
	until := func(day string) agencies.Terms {
		terms := signed
		terms.SelfBillUntil = civil.MustDate(day)
		return terms
	}
	unsigned, nameless := signed, signed
	unsigned.SelfBillFrom, unsigned.SelfBillUntil = civil.Date{}, civil.Date{}
	nameless.VATNumber = ""
	for name, c := range map[string]struct {
		terms agencies.Terms
		end   bool
		code  string
		says  string
	}{
		"the self-billing agreement ended after the work": {until("2026-10-31"), false, agencies.ErrNoSelfBilling.Code, "ended on"},
		"none was signed":                  {unsigned, false, agencies.ErrNoSelfBilling.Code, "no signed"},
		"there is no VAT number":           {nameless, false, agencies.ErrNoVATNumber.Code, "VAT number"},
		"the agreement itself was ended":   {signed, true, agencies.ErrNoAgreement.Code, "no agreement"},
		"the last day is the day of issue": {until("2026-11-02"), false, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t)
			_, a := r.second(t, c.terms)
			b := shift("2026-10-19")
			b.Under = a
			work := r.Approved(t, b)
			r.Approved(t, shift("2026-10-20"))
			if c.end {
				r.As(t, r.Employer, r.Manager, func(ctx context.Context, tx *tenants.Tx) error {
					_, err := r.Agencies.End(ctx, tx, a.ID)
					return err
				})
			}

			run := r.prepared(t, monday)

			if c.code == "" {
				if len(run.Blocked) != 0 || len(r.bills(t, run)) != 2 {
					t.Errorf("blocked %+v", run.Blocked)
				}
				return
			}
			if len(run.Blocked) != 1 || len(r.bills(t, run)) != 1 {
				t.Fatalf("blocked %+v", run.Blocked)
			}
			got := run.Blocked[0]
			if got.Code != c.code || !strings.Contains(got.Text, c.says) || got.AgencyID != a.AgencyID || got.Timesheets != 1 || got.NetPence != *work.NetPence {
				t.Errorf("blocked %+v", got)
			}
		})
	}
}

func TestPrepare_billsASupplierOutsideTheScopeWithoutAVATNumber(t *testing.T) {
	t.Parallel()
	r := start(t)
	terms := signed
	terms.VATNumber = ""
	_, a := r.second(t, terms)
	r.Elect(t, a, "O", "Supplier not registered for VAT")
	b := shift("2026-10-19")
	b.Under = a
	r.Approved(t, b)

	bill := r.bill(t, r.prepared(t, monday))

	if bill.VATInvoice() || bill.Statement() != "" || bill.VATPence != 0 || bill.VAT[0].Category != rates.OutsideScope || bill.VAT[0].Reason != "Supplier not registered for VAT" {
		t.Errorf("bill %+v", bill)
	}
}

func TestPrepare_keepsWorkOutsideTheScopeOffOtherInvoices(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Approved(t, shift("2026-10-19"))
	r.As(t, r.Employer, r.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := r.Agencies.Elect(ctx, tx, agencies.Election{AgreementID: r.Agreement.ID, Category: "O", FromOn: civil.MustDate("2026-10-20"), Reason: "Deregistered", Source: "Letter"})
		return err
	})
	r.Approved(t, shift("2026-10-20"))

	bills := r.bills(t, r.prepared(t, monday))

	if len(bills) != 2 || len(bills[0].VAT) != 1 || len(bills[1].VAT) != 1 || bills[0].VAT[0].Category == bills[1].VAT[0].Category {
		t.Errorf("bills %+v", bills)
	}
}

func TestBill_showsAllThatASelfBilledInvoiceMust(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Approved(t, shift("2026-10-19"))

	b := r.bill(t, r.prepared(t, monday))

	if b.Supplier.Name != "Meridian Medical Limited" || b.Supplier.Address != "2 Quay Street, Bristol" || b.Supplier.VATNumber != "GB123456782" {
		t.Errorf("supplier %+v", b.Supplier)
	}
	if !strings.HasPrefix(b.Customer.Name, "Trust number") || b.Customer.Address != "1 Hospital Road, Kingsmere" {
		t.Errorf("customer %+v", b.Customer)
	}
	if billing.Reference != "Self-Billing" || b.Statement() != "The VAT shown is your output tax due to HMRC" || !b.VATInvoice() {
		t.Errorf("statement %q", b.Statement())
	}
	if len(b.VAT) != 1 || b.VAT[0].Rate != money.MustFactor("0.2") || b.VAT[0].VATPence != b.NetPence.Times(money.MustFactor("0.2")) {
		t.Errorf("VAT %+v", b.VAT)
	}
	for _, line := range r.lines(t, r.Employer, b) {
		if line.Ward != "Ward A1" || line.CostCentre != "004711" || line.WorkerName != "Amara Osei" || line.ShiftRef == "" {
			t.Errorf("line %+v", line)
		}
	}
}

func TestPrepare_aNursesWeekToThePenny(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Elect(t, r.Agreement, "E", concession)
	r.Change(t, r.Agreement, func(terms *agencies.Terms) { terms.OnCosts = agencies.Weekly })
	var sheets []timesheets.Timesheet
	for _, day := range []string{"2026-10-19", "2026-10-20", "2026-10-21", "2026-10-22", "2026-10-23"} {
		sheets = append(sheets, r.Approved(t, timesheetstest.Booked{Start: day + " 09:00", End: day + " 17:00", BreakMinutes: 30, Pay: "18.00", Commission: "2.00"}))
	}

	b := r.bill(t, r.prepared(t, monday))

	if len(sheets) != 5 || b.NetPence != 95341 || b.VATPence != 0 || b.GrossPence != 95341 || b.Minutes != 2250 {
		t.Errorf("the week is %v + %v over %d minutes, want £953.41", b.NetPence, b.VATPence, b.Minutes)
	}
	if b.VAT[0].Category != rates.Exempt || b.VAT[0].Reason != concession {
		t.Errorf("VAT %+v", b.VAT)
	}
}
