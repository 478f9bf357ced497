package billing_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/events"
	"wardbridge/internal/fault"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/billing"
	"wardbridge/tenants"
)

// issued is a run with one shift, issued.
func (r *room) issued(t *testing.T, days ...string) (billing.Run, billing.Bill) {
	t.Helper()
	for _, day := range days {
		r.Approved(t, shift(day))
	}
	run, err := r.issue(t, r.prepared(t, monday))
	if err != nil {
		t.Fatal(err)
	}
	return run, r.bill(t, run)
}

func TestIssue_numbersTheBillsAndDatesThem(t *testing.T) {
	t.Parallel()
	r := start(t)
	run, b := r.issued(t, "2026-10-19")

	trust, agency := r.letters(t, r.Employer), r.letters(t, r.Agency)
	if b.Number != trust+"-"+agency+"-000001" || b.Status != billing.StatusIssued || *b.TaxPointOn != civil.MustDate("2026-11-02") || b.IssuedOn() != civil.MustDate("2026-11-02") {
		t.Errorf("bill %+v", b)
	}
	if run.Status != billing.StatusIssued || run.IssuedBy != "Howard Bell" || run.Ref != trust+"-SB-20261019" {
		t.Errorf("run %+v", run)
	}
	if _, err := r.prepare(t, monday); !errors.Is(err, billing.ErrNothingToBill) {
		t.Errorf("billed twice: %v", err)
	}
	r.Approved(t, shift("2026-10-20"))
	again, err := r.issue(t, r.prepared(t, monday))
	if err != nil {
		t.Fatal(err)
	}
	if b := r.bill(t, again); b.Number != trust+"-"+agency+"-000002" || again.Ref != trust+"-SB-20261019-2" {
		t.Errorf("what came later is %s in run %s", b.Number, again.Ref)
	}
}

func (r *room) letters(t *testing.T, org tenants.Party) (letters string) {
	t.Helper()
	if err := pgtest.Owner(t).QueryRow(t.Context(), "select letters from organisations where id = $1", org.ID).Scan(&letters); err != nil {
		t.Fatal(err)
	}
	return letters
}

func TestIssue_fiftyAtOnceIssueOnce(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Approved(t, shift("2026-10-19"))
	run := r.prepared(t, monday)

	var wait sync.WaitGroup
	errs := make([]error, 50)
	for i := range errs {
		wait.Add(1)
		go func() {
			defer wait.Done()
			_, errs[i] = r.issue(t, run)
		}()
	}
	wait.Wait()

	done := 0
	for _, err := range errs {
		switch {
		case err == nil:
			done++
		case errors.Is(err, billing.ErrRunIssued), errors.Is(err, fault.ErrBusy):
		default:
			t.Errorf("got %v", err)
		}
	}
	if done != 1 {
		t.Errorf("%d issued", done)
	}
	if b := r.bill(t, run); !strings.HasSuffix(b.Number, "-000001") {
		t.Errorf("number %s", b.Number)
	}
}

func TestIssue_manyRunsAtOnceLeaveNoGapAndNoDuplicate(t *testing.T) {
	t.Parallel()
	r := start(t)
	_, a := r.second(t, signed)
	var runs []billing.Run
	for week := range 8 {
		from := civil.MustDate("2026-08-31").AddDays(7 * week)
		mine, theirs := shift(from.String()), shift(from.AddDays(1).String())
		theirs.Under = a
		r.Approved(t, mine)
		r.Approved(t, theirs)
		runs = append(runs, r.prepared(t, from))
	}

	var wait sync.WaitGroup
	errs := make([]error, 50)
	for i := range errs {
		wait.Add(1)
		go func() {
			defer wait.Done()
			_, errs[i] = r.issue(t, runs[i%len(runs)])
		}()
	}
	wait.Wait()
	for _, run := range runs { // those that were told to try again
		if _, err := r.issue(t, run); err != nil && !errors.Is(err, billing.ErrRunIssued) {
			t.Fatal(err)
		}
	}

	taken := map[tenants.ID][]string{}
	for _, run := range runs {
		for _, b := range r.bills(t, run) {
			taken[b.AgencyID] = append(taken[b.AgencyID], b.Number[len(b.Number)-6:])
		}
	}
	if len(taken) != 2 {
		t.Errorf("%d agencies", len(taken))
	}
	for agency, numbers := range taken {
		slices.Sort(numbers)
		for i, n := range numbers {
			if n != fmt.Sprintf("%06d", i+1) {
				t.Errorf("agency %s has %v", agency, numbers)
				break
			}
		}
	}
}

func TestIssue_thatFailsGivesItsNumberBack(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Approved(t, shift("2026-10-19"))
	run := r.prepared(t, monday)
	broken := errors.New("the connection broke")

	err := r.Try(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) error {
		if _, err := r.billing.Issue(ctx, tx, run.ID); err != nil {
			return err
		}
		return broken
	})

	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	if _, err := r.issue(t, run); err != nil {
		t.Fatal(err)
	}
	if b := r.bill(t, run); !strings.HasSuffix(b.Number, "-000001") {
		t.Errorf("number %s", b.Number)
	}
}

func TestIssue_refusesWhatMayNotBeBilledAnyMore(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*testing.T, *room){
		"the self-billing agreement ran out": func(t *testing.T, r *room) { r.Clock(t, "2027-04-01 09:00") },
		"the VAT number and its agreement changed": func(t *testing.T, r *room) {
			r.Change(t, r.Agreement, func(terms *agencies.Terms) {
				terms.VATNumber, terms.SelfBillFrom, terms.SelfBillUntil = "GB337440071", civil.MustDate("2026-11-02"), civil.MustDate("2027-11-01")
			})
		},
		"the agreement was ended": func(t *testing.T, r *room) {
			r.As(t, r.Employer, r.Manager, func(ctx context.Context, tx *tenants.Tx) error {
				_, err := r.Agencies.End(ctx, tx, r.Agreement.ID)
				return err
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t)
			r.Approved(t, shift("2026-10-19"))
			run := r.prepared(t, monday)

			change(t, r)

			if _, err := r.issue(t, run); !errors.Is(err, billing.ErrRunStale) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestIssue_refusesARunInWhichAllIsBlocked(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Approved(t, shift("2026-10-19"))
	r.Clock(t, "2027-04-05 09:00")
	run := r.prepared(t, monday)
	if len(run.Blocked) != 1 {
		t.Fatalf("blocked %+v", run.Blocked)
	}

	if _, err := r.issue(t, run); !errors.Is(err, billing.ErrRunBlocked) {
		t.Errorf("got %v", err)
	}
}

func TestIssued_tellsTheAgency(t *testing.T) {
	t.Parallel()
	r := start(t)
	heard := make(chan tenants.Party, 4)
	events.OnEach(r.Bus, "test.hear", func(_ context.Context, tx *tenants.Tx, e billing.Issued) error {
		heard <- tx.Me
		return nil
	})
	if err := r.Queue.Work(t.Context()); err != nil {
		t.Fatal(err)
	}

	r.issued(t, "2026-10-19")

	if err := r.Queue.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	close(heard)
	var parties []tenants.Party
	for p := range heard {
		parties = append(parties, p)
	}
	if len(parties) != 1 || parties[0] != r.Agency {
		t.Errorf("told %v", parties)
	}
}

func TestIssued_isRefusedEveryChangeByTheTables(t *testing.T) {
	t.Parallel()
	r := start(t)
	run, b := r.issued(t, "2026-10-19")
	for name, c := range map[string]struct {
		me   tenants.Party
		text string
		id   tenants.ID
	}{
		"another number":      {r.Employer, "update self_bills set number = 'X' where id = ?", b.ID},
		"another date":        {r.Employer, "update self_bills set issued_at = now() where id = ?", b.ID},
		"draft again":         {r.Employer, "update self_bills set status = 'draft', number = null where id = ?", b.ID},
		"another net":         {r.Employer, "update self_bills set net_pence = 1 where id = ?", b.ID},
		"another supplier":    {r.Employer, "update self_bills set supplier = '{}' where id = ?", b.ID},
		"deleted":             {r.Employer, "delete from self_bills where id = ?", b.ID},
		"a line hidden":       {r.Employer, "update self_bill_lines set issued = false where self_bill_id = ?", b.ID},
		"a line's amount":     {r.Employer, "update self_bill_lines set net_pence = 1 where self_bill_id = ?", b.ID},
		"a line deleted":      {r.Employer, "delete from self_bill_lines where self_bill_id = ?", b.ID},
		"the run's state":     {r.Employer, "update self_bill_runs set status = 'draft' where id = ?", run.ID},
		"the run deleted":     {r.Employer, "delete from self_bill_runs where id = ?", run.ID},
		"by the agency":       {r.Agency, "update self_bills set number = 'X' where id = ?", b.ID},
		"lines by the agency": {r.Agency, "delete from self_bill_lines where self_bill_id = ?", b.ID},
		"another line": {r.Employer, `insert into self_bill_lines (tenant_id, agency_id, id, self_bill_id, timesheet_id, line_id, position, timesheet_ref, shift_ref, worker_name, ward, cost_centre, worked_on, kind, net_pence, vat_category, vat_rate, vat_pence)
			select tenant_id, agency_id, gen_random_uuid(), self_bill_id, timesheet_id, gen_random_uuid(), 999, timesheet_ref, shift_ref, worker_name, ward, '', worked_on, kind, 1, vat_category, vat_rate, 0 from self_bill_lines where self_bill_id = ? limit 1`, b.ID},
	} {
		err := r.Try(t, c.me, pgtest.Actor(c.me), func(ctx context.Context, tx *tenants.Tx) error {
			_, err := tx.NewRaw(c.text, c.id).Exec(ctx)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAgency_readsItsIssuedBillsAndNeverADraft(t *testing.T) {
	t.Parallel()
	r := start(t)
	rival, trust := pgtest.Org(t, tenants.Agency), pgtest.Org(t, tenants.Trust)
	r.Approved(t, shift("2026-10-19"))
	run := r.prepared(t, monday)
	draft := r.bill(t, run)
	sees := func(me tenants.Party, want int) {
		t.Helper()
		r.As(t, me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
			bills, _, err := r.billing.Bills(ctx, tx, billing.Filter{})
			if err != nil {
				return err
			}
			lines, _, err := r.billing.Lines(ctx, tx, draft.ID, 0, "")
			if err != nil {
				return err
			}
			_, one := r.billing.Bill(ctx, tx, draft.ID.String())
			if len(bills) != want || (len(lines) > 0) != (want > 0) || errors.Is(one, fault.ErrNotFound) != (want == 0) {
				t.Errorf("%s sees %d bills, %d lines, %v", me.Kind, len(bills), len(lines), one)
			}
			return nil
		})
	}
	sees(r.Employer, 1)
	sees(r.Agency, 0)

	if _, err := r.issue(t, run); err != nil {
		t.Fatal(err)
	}

	sees(r.Agency, 1)
	sees(rival, 0)
	sees(trust, 0)
	for _, line := range r.lines(t, r.Agency, draft) {
		if line.CostCentre != "" {
			t.Errorf("the agency reads the cost centre %q", line.CostCentre)
		}
	}
	for _, me := range []tenants.Party{r.Agency, trust} {
		err := r.Try(t, me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
			_, err := r.billing.Run(ctx, tx, run.ID.String())
			return err
		})
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s finds the run: %v", me.Kind, err)
		}
	}
	number := r.bill(t, run).Number
	r.As(t, r.Agency, pgtest.Actor(r.Agency), func(ctx context.Context, tx *tenants.Tx) error {
		b, err := r.billing.Bill(ctx, tx, number)
		if b.ID != draft.ID {
			t.Errorf("by number %s", b.ID)
		}
		return err
	})
}

func TestRuns_areListedWithWhatTheyComeTo(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Approved(t, shift("2026-10-14"))
	first := r.prepared(t, earlier)
	r.Approved(t, shift("2026-10-19"))
	second := r.prepared(t, monday)

	r.As(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) error {
		page, next, err := r.billing.Runs(ctx, tx, billing.RunFilter{Limit: 1})
		if err != nil {
			return err
		}
		rest, end, err := r.billing.Runs(ctx, tx, billing.RunFilter{Limit: 1, Cursor: next})
		if err != nil {
			return err
		}
		if len(page) != 1 || page[0].ID != second.ID || len(rest) != 1 || rest[0].ID != first.ID || end != "" {
			t.Errorf("pages %+v and %+v", page, rest)
		}
		totals, err := r.billing.RunTotals(ctx, tx, first.ID, second.ID)
		b, _ := r.billing.BillsOf(ctx, tx, first.ID)
		if got := totals[first.ID]; got.Bills != 1 || got.Lines != b[0].Totals.Lines || got.GrossPence != b[0].GrossPence || got.Minutes != 690 {
			t.Errorf("totals %+v", got)
		}
		return err
	})
}
