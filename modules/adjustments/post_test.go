package adjustments_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/adjustments"
	"wardbridge/modules/billing"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/timesheets/timesheetstest"
	"wardbridge/tenants"
)

func TestPost_bringsSignedLinesAndLeavesEveryIssuedByteAsItWas(t *testing.T) {
	t.Parallel()
	r := start(t)
	sheet := r.Approved(t, shift("2026-10-13"))
	run, bills := r.issued(t, monday)
	before := r.sums(t, run, bills[0], sheet)

	a := r.previewed(t, award())
	previewed := r.sums(t, run, bills[0], sheet)
	posted, err := r.post(t, a)
	if err != nil {
		t.Fatal(err)
	}

	if after := r.sums(t, run, bills[0], sheet); !maps.Equal(before, previewed) || !maps.Equal(before, after) {
		t.Errorf("an issued document changed: %v, then %v, then %v", before, previewed, after)
	}
	// 11.5 hours at £20.80 are £239.20 instead of £230.00. Of pay, holiday is 12.07%:
	// £28.87 instead of £27.76; of both, National Insurance is 15%: £40.21 instead of
	// £38.66, pension 3%: £8.04 instead of £7.73, the levy 0.5%: £1.34 instead of £1.29.
	deltas := map[rates.Kind]money.Pence{rates.Pay: 920, rates.HolidayPay: 111, rates.EmployerNI: 155, rates.Pension: 31, rates.Levy: 5}
	item := r.item(t, a)
	if got := by(item.Lines); !maps.Equal(got, deltas) {
		t.Errorf("differences %v, want %v", got, deltas)
	}
	want(t, "the whole difference", posted.DeltaPence, 1222)
	if posted.Status != adjustments.StatusPosted || posted.ClosedBy != "Howard Bell" || posted.Affected != 1 || posted.Examined != 1 || posted.Omitted != 0 {
		t.Errorf("got %+v", posted)
	}

	_, drafts := r.prepared(t, next)
	if len(drafts) != 1 || drafts[0].Timesheets != 0 || drafts[0].Minutes != 0 {
		t.Fatalf("the next run has %+v", drafts)
	}
	want(t, "net of the next bill", drafts[0].NetPence, 1222)
	want(t, "its VAT", drafts[0].VATPence, 244)
	for _, l := range r.billLines(t, r.Employer, drafts[0]) {
		if l.Adjustment != posted.Ref || l.Title() != "Adjustment of "+sheet.Ref+": "+(&timesheets.Line{Kind: l.Kind, Band: l.Band}).Title() || l.NetPence != deltas[l.Kind] {
			t.Errorf("line %+v", l)
		}
	}
}

func TestPost_isBilledOnce(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Approved(t, shift("2026-10-13"))
	r.issued(t, monday)
	r.posted(t, award())

	_, bills := r.issued(t, next)

	want(t, "the bill", bills[0].NetPence, 1222)
	for _, l := range r.billLines(t, r.Agency, bills[0]) {
		if l.Adjustment == "" {
			t.Errorf("the agency is not told that %s is an adjustment", l.Title())
		}
	}
	_, err := r.try(t, r.Finance, prepare(r))
	if !errors.Is(err, billing.ErrNothingToBill) {
		t.Errorf("billed again: %v", err)
	}
}

func TestPost_standsBesideWorkThatIsNotBilledYet(t *testing.T) {
	t.Parallel()
	r := start(t)
	sheet := r.Approved(t, shift("2026-10-13"))
	r.posted(t, award())

	_, bills := r.issued(t, monday)

	want(t, "work and adjustment", bills[0].NetPence, *sheet.NetPence+1222)
	if bills[0].Timesheets != 1 || bills[0].Minutes != 690 {
		t.Errorf("an adjustment counts as work: %+v", bills[0].Totals)
	}
}

// An adjustment of work that stands on an older draft waits until that is issued.
func TestPost_isBilledAfterTheWorkItself(t *testing.T) {
	t.Parallel()
	r := start(t)
	sheet := r.Approved(t, shift("2026-10-13"))
	older, _ := r.prepared(t, monday)
	other := r.Approved(t, shift("2026-10-27"))
	a := r.posted(t, award())

	_, bills := r.prepared(t, next)

	if a.Affected != 2 || len(bills) != 1 || bills[0].Timesheets != 1 {
		t.Fatalf("posted %+v, bills %+v", a.Counts, bills)
	}
	for _, l := range r.billLines(t, r.Employer, bills[0]) {
		if l.TimesheetID != other.ID {
			t.Errorf("on the newer draft: %+v", l)
		}
	}

	r.As(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := r.billing.Issue(ctx, tx, older.ID)
		return err
	})
	_, bills = r.issued(t, next)
	want(t, "with what waited", bills[0].NetPence, *other.NetPence+a.DeltaPence)

	b, lines, err := r.charged(t, sheet)
	if err != nil || b == nil || b.PeriodFrom != monday {
		t.Fatalf("the work stands on %+v, %v", b, err)
	}
	for _, p := range r.postings(t, r.Employer, sheet) {
		for _, l := range p.Lines {
			if on, found := lines[l.ID]; !found || on.Adjustment != a.Ref || on.SelfBillID != bills[0].ID || on.VATPence == 0 {
				t.Errorf("what was posted stands on %+v", on)
			}
		}
	}
	for _, l := range r.lines(t, sheet) {
		if on, found := lines[l.ID]; !found || on.Adjustment != "" || on.SelfBillID != b.ID {
			t.Errorf("a line of the work stands on %+v", on)
		}
	}
}

// Hours that began on Sunday night before a shift of Monday are of the week before
// by their earnings, and of the shift's own by their bill.
func TestPost_isNotBilledInThePeriodBeforeItsWork(t *testing.T) {
	t.Parallel()
	r := start(t)
	sheet := r.Opened(t, timesheetstest.Booked{Start: "2026-10-26 00:15", End: "2026-10-26 08:15", BreakMinutes: 30, Pay: "20.00", Commission: "2.00"})
	early := sheet.Plan()
	early.Start = timesheetstest.At(t, "2026-10-25 23:45")
	sent, err := r.Submit(t, sheet, early, "Handover")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Approve(t, sent); err != nil {
		t.Fatal(err)
	}
	r.Approved(t, shift("2026-10-20"))
	if a := r.posted(t, award()); a.Affected != 2 {
		t.Fatalf("posted %+v", a.Counts)
	}

	_, before := r.prepared(t, civil.MustDate("2026-10-19"))
	_, own := r.prepared(t, next)

	for _, l := range r.billLines(t, r.Employer, before[0]) {
		if l.TimesheetID == sheet.ID {
			t.Errorf("in the period before: %+v", l)
		}
	}
	if len(own) != 1 || own[0].Timesheets != 1 || !slices.ContainsFunc(r.billLines(t, r.Employer, own[0]), func(l billing.Line) bool { return l.Adjustment != "" }) {
		t.Errorf("in its own period: %+v", own)
	}
}

func TestPost_twiceFindsNothing(t *testing.T) {
	t.Parallel()
	r := start(t)
	sheet := r.Approved(t, shift("2026-10-13"))
	r.posted(t, award())

	for name, q := range map[string]func(*adjustments.Request){
		"the same award": func(*adjustments.Request) {},
		"corrected data": func(q *adjustments.Request) { q.Kind, q.Changes = adjustments.Reference, nil },
		"the rate it has, once more": func(q *adjustments.Request) {
			q.Changes[0].From, q.Changes[0].To = money.MustRate("20.80"), money.MustRate("20.80")
		},
	} {
		ask := award()
		q(&ask)
		again := r.previewed(t, ask)
		if again.Affected != 0 || again.Examined != 1 {
			t.Errorf("%s: found %+v", name, again.Counts)
		}
		if _, err := r.post(t, again); !errors.Is(err, adjustments.ErrNothing) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	// An award on top of the first one moves from the rate that the first one made.
	top := award()
	top.Changes[0].From, top.Changes[0].To = money.MustRate("20.80"), money.MustRate("21")
	a := r.posted(t, top)
	want(t, "on top", a.DeltaPence, 306)
	if all := r.postings(t, r.Employer, sheet); len(all) != 2 || all[1].PayRate != money.MustRate("21") || all[1].WasPence != *sheet.NetPence+1222 {
		t.Errorf("postings %+v", all)
	}
}

func TestPost_refusesAPreviewThatIsOutOfDate(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(*testing.T, *room){
		"another timesheet was approved": func(t *testing.T, r *room) { r.Approved(t, shift("2026-10-14")) },
		"another adjustment was posted": func(t *testing.T, r *room) {
			other := award()
			other.Changes[0].To = money.MustRate("20.50")
			r.posted(t, other)
		},
		"a holiday was added": func(t *testing.T, r *room) { r.holiday(t, "2026-10-13") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t)
			sheet := r.Approved(t, shift("2026-10-13"))
			a := r.previewed(t, award())
			meanwhile(t, r)
			before := len(r.postings(t, r.Employer, sheet))

			_, err := r.post(t, a)

			if !errors.Is(err, adjustments.ErrStale) {
				t.Errorf("got %v", err)
			}
			if after := len(r.postings(t, r.Employer, sheet)); after != before {
				t.Errorf("%d postings, then %d", before, after)
			}
		})
	}
}

func TestPost_refusesChangesOfOnesOwnPay(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Approved(t, shift("2026-10-13"))
	a := r.previewed(t, award())
	worker := tenants.Actor{Kind: tenants.Person, ID: r.Worker.ID, Name: "Amara Osei", Person: r.Worker.ID}

	_, err := r.try(t, worker, post(r, a))

	if !errors.Is(err, adjustments.ErrOwnPay) {
		t.Errorf("got %v", err)
	}
}

func TestPost_happensOnce(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Approved(t, shift("2026-10-13"))
	a := r.posted(t, award())

	_, err := r.post(t, a)
	_, discarded := r.try(t, r.Finance, discard(r, a))

	if !errors.Is(err, adjustments.ErrPosted) || !errors.Is(discarded, adjustments.ErrPosted) {
		t.Errorf("got %v and %v", err, discarded)
	}
}

func TestDiscard_closesAPreview(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Approved(t, shift("2026-10-13"))
	a := r.previewed(t, award())
	if _, err := r.try(t, r.Finance, discard(r, a)); err != nil {
		t.Fatal(err)
	}

	_, err := r.post(t, a)

	if !errors.Is(err, adjustments.ErrDiscarded) {
		t.Errorf("got %v", err)
	}
}

func TestPost_isForGoodHoweverAStatementComesAbout(t *testing.T) {
	t.Parallel()
	r := start(t)
	sheet := r.Approved(t, shift("2026-10-13"))
	a := r.posted(t, award())
	r.issued(t, monday)

	for _, statement := range []string{
		"update timesheet_adjustments set net_pence = 0, becomes_pence = was_pence where timesheet_id = $1",
		"update timesheet_adjustments set billed_at = null where timesheet_id = $1",
		"delete from timesheet_adjustments where timesheet_id = $1",
		"update timesheet_adjustment_lines set amount_pence = 0, becomes_pence = was_pence where timesheet_id = $1",
		"delete from timesheet_adjustment_lines where timesheet_id = $1",
		`insert into timesheet_adjustment_lines select tenant_id, agency_id, worker_id, gen_random_uuid(), timesheet_id, posting_id, agreement_id, earned_on, 99, kind, band,
			was_pence, becomes_pence, amount_pence, vat_category, vat_rate, vat_reason, vat_source, formula from timesheet_adjustment_lines where timesheet_id = $1 limit 1`,
		"update adjustments set status = 'previewed', closed_at = null where id in (select adjustment_id from timesheet_adjustments where timesheet_id = $1)",
		"delete from adjustment_items where timesheet_id = $1",
	} {
		if _, err := pgtest.Owner(t).Exec(t.Context(), statement, sheet.ID); err == nil || !strings.Contains(err.Error(), "adjustment") {
			t.Errorf("%s: got %v", statement, err)
		}
	}
	if got := r.postings(t, r.Employer, sheet); len(got) != 1 || got[0].NetPence != a.DeltaPence {
		t.Errorf("got %+v", got)
	}
}

func TestPostings_tellTheWorkerOfTheirPayAlone(t *testing.T) {
	t.Parallel()
	r := start(t)
	sheet := r.Approved(t, shift("2026-10-13"))
	r.posted(t, award())

	mine, agencys := r.postings(t, r.Worker, sheet), r.postings(t, r.Agency, sheet)

	if len(mine) != 1 || len(mine[0].Lines) != 2 || mine[0].NetPence != 0 || mine[0].Lines[0].Kind != rates.Pay || mine[0].Lines[1].Kind != rates.HolidayPay {
		t.Errorf("the worker is told %+v", mine)
	}
	if len(agencys) != 1 || len(agencys[0].Lines) != 5 || agencys[0].NetPence != 1222 || agencys[0].PostedBy != "" {
		t.Errorf("the agency is told %+v", agencys)
	}
	for _, other := range []tenants.Party{pgtest.Org(t, tenants.Agency), pgtest.Org(t, tenants.Trust), pgtest.Worker(t)} {
		if seen := r.postings(t, other, sheet); len(seen) != 0 {
			t.Errorf("%s sees %+v", other.Kind, seen)
		}
	}
}

func TestBill_belowZeroWaitsForWorkThatOutweighsIt(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.Approved(t, timesheetstest.Booked{Start: "2026-10-13 07:30", End: "2026-10-13 20:00", BreakMinutes: 60, Pay: "21.00", Commission: "2.00"})
	r.issued(t, monday)
	back := award()
	back.Changes[0].From, back.Changes[0].To = money.MustRate("21"), money.MustRate("20")
	a := r.posted(t, back)
	if a.DeltaPence >= 0 {
		t.Fatalf("it takes back %s", a.DeltaPence)
	}

	run, bills := r.prepared(t, next)
	if len(bills) != 0 || len(run.Blocked) != 1 || run.Blocked[0].Code != billing.ErrBelowZero.Code || run.Blocked[0].NetPence != a.DeltaPence {
		t.Errorf("bills %+v, blocked %+v", bills, run.Blocked)
	}

	sheet := r.Approved(t, shift("2026-10-27"))
	_, bills = r.issued(t, next)
	want(t, "work less what is taken back", bills[0].NetPence, *sheet.NetPence+a.DeltaPence)
	var net, vat money.Pence
	for _, l := range r.billLines(t, r.Employer, bills[0]) {
		net, vat = net+l.NetPence, vat+l.VATPence
	}
	want(t, "its lines", net, bills[0].NetPence)
	want(t, "their VAT", vat, bills[0].VATPence)
}
