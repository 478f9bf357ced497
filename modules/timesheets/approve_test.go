package timesheets_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/bookings"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/timesheets/timesheetstest"
	"wardbridge/tenants"
)

func linesOf(t *testing.T, l *timesheetstest.Line, me tenants.Party, sheet timesheets.Timesheet) (lines []timesheets.Line) {
	t.Helper()
	l.As(t, me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) (err error) {
		lines, err = l.Timesheets.Lines(ctx, tx, sheet.ID)
		return err
	})
	return lines
}

func sumOf(lines []timesheets.Line, kinds ...rates.Kind) (sum money.Pence) {
	for _, line := range lines {
		for _, k := range kinds {
			if line.Kind == k {
				sum += line.AmountPence
			}
		}
	}
	return sum
}

func TestApprove_settlesAndPricesTheHours(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	l.Elect(t, l.Agreement, "E", "Exempt: nursing agencies' concession")
	sheet := l.Submitted(t, longDay)

	approved, err := l.Approve(t, sheet)

	if err != nil {
		t.Fatal(err)
	}
	if approved.Status != timesheets.StatusApproved || *approved.Minutes != 690 || approved.ApprovedBy != "Priya Raman" {
		t.Errorf("approved %+v", approved)
	}
	lines := linesOf(t, l, l.Employer, sheet)
	var net money.Pence
	for _, line := range lines {
		net += line.AmountPence
		if line.VATCategory != rates.Exempt || line.VATReason != "Exempt: nursing agencies' concession" || line.VATSource != "VAT Notice 701/57" || line.Formula == "" {
			t.Errorf("line %+v", line)
		}
	}
	if net != *approved.NetPence || len(lines) != 6 {
		t.Errorf("%d lines come to %v, the timesheet to %v", len(lines), net, *approved.NetPence)
	}
	if got := sumOf(lines, rates.Commission); got != 2300 {
		t.Errorf("commission %v", got)
	}
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		b, err := l.Bookings.Get(ctx, tx, sheet.BookingID.String())
		if b.Status != bookings.StatusWorked {
			t.Errorf("the booking is %s", b.Status)
		}
		return err
	})
	if _, err := l.Approve(t, sheet); !errors.Is(err, timesheets.ErrApproved) || !strings.Contains(fault.Of(err).Text, "Priya Raman approved") {
		t.Errorf("a second time: %v", err)
	}
}

func TestApprove_theNightTheClocksGoBackIsThirteenHours(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	night := timesheetstest.Booked{Start: "2026-10-24 20:00", End: "2026-10-25 08:00", Pay: "19.97", Commission: "2.00"}

	approved := l.Approved(t, night)

	lines := linesOf(t, l, l.Employer, approved)
	want := map[rates.Kind]money.Pence{rates.Pay: 39141, rates.HolidayPay: 4724, rates.EmployerNI: 6580, rates.Pension: 1316, rates.Levy: 219, rates.Commission: 2600}
	for kind, pence := range want {
		if got := sumOf(lines, kind); got != pence {
			t.Errorf("%s is %v, want %v", kind, got, pence)
		}
	}
	if *approved.Minutes != 780 || *approved.NetPence != 54580 {
		t.Errorf("%d minutes at %v", *approved.Minutes, *approved.NetPence)
	}
	if lines[0].Band != rates.Low || lines[0].Minutes != 240 || lines[1].Band != rates.High || lines[1].Minutes != 540 {
		t.Errorf("bands %+v", lines[:2])
	}
}

// nursesWeek is 37.5 hours at £18.00 and £2.00 commission, on five weekdays.
func nursesWeek() []timesheetstest.Booked {
	var week []timesheetstest.Booked
	for _, day := range []string{"2026-10-05", "2026-10-06", "2026-10-07", "2026-10-08", "2026-10-09"} {
		week = append(week, timesheetstest.Booked{Start: day + " 09:00", End: day + " 17:00", BreakMinutes: 30, Pay: "18.00", Commission: "2.00"})
	}
	return week
}

func TestApprove_aWeekUnderWeeklyOnCostsToThePenny(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][]int{"in order of start": {0, 1, 2, 3, 4}, "an earlier shift approved later": {4, 2, 0, 3, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := timesheetstest.New(t, afterwards)
			l.Elect(t, l.Agreement, "E", "Exempt: nursing agencies' concession")
			l.Change(t, l.Agreement, func(terms *agencies.Terms) { terms.OnCosts = agencies.Weekly })
			var sent []timesheets.Timesheet
			for _, b := range nursesWeek() {
				sent = append(sent, l.Submitted(t, b))
			}

			var lines []timesheets.Line
			for _, i := range order {
				approved, err := l.Approve(t, sent[i])
				if err != nil {
					t.Fatal(err)
				}
				lines = append(lines, linesOf(t, l, l.Employer, approved)...)
			}

			want := map[rates.Kind]money.Pence{rates.Pay: 67500, rates.HolidayPay: 8147, rates.EmployerNI: 9907, rates.Pension: 1909, rates.Levy: 378, rates.Commission: 7500}
			var net money.Pence
			for kind, pence := range want {
				got := sumOf(lines, kind)
				net += got
				if got != pence {
					t.Errorf("%s is %v, want %v", kind, got, pence)
				}
			}
			if net != 95341 {
				t.Errorf("the week is %v", net)
			}
		})
	}
}

// A rate that changes on a Tuesday counts for what is worked from then on, and not
// for Monday's earnings.
func TestApprove_aWeekInWhichARateChangesToThePenny(t *testing.T) {
	t.Parallel()
	monday := timesheetstest.Booked{Start: "2027-04-05 07:30", End: "2027-04-05 20:00", BreakMinutes: 60, Pay: "20.00", Commission: "2.00"}
	wednesday := timesheetstest.Booked{Start: "2027-04-07 08:00", End: "2027-04-07 09:00", Pay: "20.00", Commission: "2.00"}
	// Monday earns £230.00 and £27.76 holiday, Wednesday £20.00 and £2.42: above £96,
	// 15% of £161.76 are £24.26, and 10% of £22.42 are £2.24. Had Wednesday been first,
	// it would have borne nothing.
	for name, c := range map[string]struct {
		order []timesheetstest.Booked
		want  []money.Pence
	}{
		"in order of start":                  {[]timesheetstest.Booked{monday, wednesday}, []money.Pence{2426, 224}},
		"the earlier shift is approved late": {[]timesheetstest.Booked{wednesday, monday}, []money.Pence{0, 2650}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := timesheetstest.New(t, "2027-04-20 09:00")
			timesheetstest.NextTaxYear(t)
			l.Change(t, l.Agreement, func(terms *agencies.Terms) { terms.OnCosts = agencies.Weekly })
			for i, b := range c.order {
				sheet := l.Approved(t, b)
				if got := sumOf(linesOf(t, l, l.Employer, sheet), rates.EmployerNI); got != c.want[i] {
					t.Errorf("employer's NI of %s is %v, want %v", b.Start, got, c.want[i])
				}
			}
		})
	}
}

// A shift that comes late in its week bears more National Insurance, and it is
// that charge which a cap and the chief executive's limit are about.
func TestApprove_holdsAShiftAgainstCapsAtWhatItBears(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	l.Change(t, l.Agreement, func(terms *agencies.Terms) { terms.OnCosts = agencies.Weekly })

	for _, c := range []struct {
		day     string
		net     money.Pence
		highest string
		over    bool
	}{{"2026-10-12", 23174, "28.9675", false}, {"2026-10-13", 24972, "31.2150", true}} {
		q := l.Approved(t, timesheetstest.Booked{Start: c.day + " 08:00", End: c.day + " 16:00", Pay: "22.00", Commission: "2.00"}).Quote

		highest := money.MustRate(c.highest)
		if q.Net != c.net || q.Highest != highest || q.SignOff.Rate != highest || len(q.Caps) != 1 || q.Caps[0].Charge != highest || (q.OverCap() != nil) != c.over {
			t.Errorf("%s: net %s, highest %s, caps %+v, sign-off %+v", c.day, q.Net, q.Highest, q.Caps, q.SignOff)
		}
	}
}

func TestApprove_twoOfOneWeekAtOnceFollowEachOther(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	l.Change(t, l.Agreement, func(terms *agencies.Terms) { terms.OnCosts = agencies.Weekly })
	var sent []timesheets.Timesheet
	for _, b := range nursesWeek() {
		sent = append(sent, l.Submitted(t, b))
	}

	var wait sync.WaitGroup
	errs := make([]error, len(sent))
	for i := range sent {
		wait.Add(1)
		go func() {
			defer wait.Done()
			_, errs[i] = l.Approve(t, sent[i])
		}()
	}
	wait.Wait()

	var lines []timesheets.Line
	for i := range sent {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		lines = append(lines, linesOf(t, l, l.Employer, sent[i])...)
	}
	if got := sumOf(lines, rates.EmployerNI); got != 9907 {
		t.Errorf("employer's NI of the week is %v, want £99.07", got)
	}
}

func TestApprove_refusesOwnRequest(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	sheet := l.Submitted(t, longDay)
	self := timesheetstest.Self(l.Worker)
	key := tenants.Actor{Kind: tenants.Key, ID: tenants.NewID(), Name: "Roster link"}
	bound := tenants.Actor{Kind: tenants.Key, ID: tenants.NewID(), Name: "Her own key", Person: l.Worker.ID}
	for name, c := range map[string]struct {
		who  tenants.Actor
		want *fault.Fault
	}{
		"the worker who manages too":    {self, timesheets.ErrOwnRequest},
		"a key of the worker":           {bound, timesheets.ErrOwnRequest},
		"a key that is bound to nobody": {key, timesheets.ErrNobody},
		"a job":                         {tenants.Background("nightly"), timesheets.ErrNobody},
	} {
		for verb, act := range map[string]func(context.Context, *tenants.Tx) error{
			"approves": func(ctx context.Context, tx *tenants.Tx) error {
				_, err := l.Timesheets.Approve(ctx, tx, sheet.ID)
				return err
			},
			"queries": func(ctx context.Context, tx *tenants.Tx) error {
				_, err := l.Timesheets.Query(ctx, tx, sheet.ID, "Please check.")
				return err
			},
		} {
			if err := l.Try(t, l.Employer, c.who, act); !errors.Is(err, c.want) || fault.Of(err).Kind != fault.Forbidden {
				t.Errorf("%s %s: %v", name, verb, err)
			}
		}
	}
}

func TestApprove_refusesHoursThatWereNotSentOrAreNotOver(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	sheet := l.Opened(t, longDay)
	if _, err := l.Approve(t, sheet); !errors.Is(err, timesheets.ErrNoHours) {
		t.Errorf("not sent: %v", err)
	}
	if _, err := l.Submit(t, sheet, hours(t, "2026-10-26 07:30", "2026-10-26 19:50", 60), ""); err != nil {
		t.Fatal(err)
	}

	l.Clock(t, "2026-10-26 19:55")

	if _, err := l.Approve(t, sheet); !errors.Is(err, timesheets.ErrNotOver) {
		t.Errorf("before the shift's end: %v", err)
	}
}

func TestQuery_goesBackToTheWorkerWhoAmends(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	sheet := l.Submitted(t, longDay)
	query := func(reason string) (queried timesheets.Timesheet, err error) {
		err = l.Try(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) (err error) {
			queried, err = l.Timesheets.Query(ctx, tx, sheet.ID, reason)
			return err
		})
		return queried, err
	}
	if _, err := query("  "); !errors.Is(err, timesheets.ErrQueryReason) {
		t.Errorf("without a reason: %v", err)
	}

	queried, err := query("The break was longer.")

	if err != nil || queried.Status != timesheets.StatusQueried {
		t.Fatalf("%+v, %v", queried, err)
	}
	if _, err := l.Approve(t, sheet); !errors.Is(err, timesheets.ErrQueried) {
		t.Errorf("approved while queried: %v", err)
	}
	h := sheet.Plan()
	h.BreakMinutes = 75
	amended, err := l.Submit(t, sheet, h, "")
	if err != nil || amended.Status != timesheets.StatusSubmitted {
		t.Fatalf("%+v, %v", amended, err)
	}
	approved, err := l.Approve(t, sheet)
	if err != nil || *approved.Minutes != 675 {
		t.Errorf("%+v, %v", approved, err)
	}
}

func TestApproved_cannotChangeAnyMore(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	sheet := l.Approved(t, longDay)
	for name, c := range map[string]struct {
		me   tenants.Party
		text string
	}{
		"hours by the worker":      {l.Worker, "update timesheets set break_minutes = 0 where id = ?"},
		"net by the employer":      {l.Employer, "update timesheets set net_pence = 1 where id = ?"},
		"approval taken back":      {l.Employer, "update timesheets set approved_at = null where id = ?"},
		"queried after all":        {l.Employer, "update timesheets set queried_at = now() where id = ?"},
		"deleted":                  {l.Employer, "delete from timesheets where id = ?"},
		"a line's amount":          {l.Employer, "update timesheet_lines set amount_pence = 1 where timesheet_id = ?"},
		"a line taken out":         {l.Employer, "delete from timesheet_lines where timesheet_id = ?"},
		"hours by the employer":    {l.Employer, "update timesheets set starts_at = now() where id = ?"},
		"anything by the agency":   {l.Agency, "update timesheets set net_pence = 1 where id = ?"},
		"another line by employer": {l.Employer, "insert into timesheet_lines (tenant_id, agency_id, worker_id, id, timesheet_id, agreement_id, earned_on, position, kind, amount_pence, vat_category, vat_rate, formula) select tenant_id, agency_id, worker_id, gen_random_uuid(), timesheet_id, agreement_id, earned_on, 99, kind, 1, vat_category, vat_rate, formula from timesheet_lines where timesheet_id = ? limit 1"},
	} {
		err := l.Try(t, c.me, pgtest.Actor(c.me), func(ctx context.Context, tx *tenants.Tx) error {
			_, err := tx.NewRaw(c.text, sheet.ID).Exec(ctx)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestApproveMany_goesOnWhereOneIsRefused(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	next := longDay
	next.Start, next.End = "2026-10-27 07:30", "2026-10-27 20:00"
	good, open := l.Submitted(t, longDay), l.Opened(t, next)

	var outcomes []timesheets.Outcome
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) (err error) {
		outcomes, err = l.Timesheets.ApproveMany(ctx, tx, []tenants.ID{open.ID, good.ID, tenants.NewID()})
		return err
	})

	if len(outcomes) != 3 || outcomes[0].Refused == nil || outcomes[0].Refused.Code != timesheets.ErrNoHours.Code ||
		outcomes[1].Refused != nil || outcomes[1].Timesheet.Status != timesheets.StatusApproved ||
		outcomes[2].Refused == nil || outcomes[2].Refused.Kind != fault.NotFound {
		t.Errorf("%+v", outcomes)
	}
}

func TestApprove_pricesUnderTheAgreementOfTheBookingAfterItEnded(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	sheet := l.Submitted(t, longDay)
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := l.Agencies.End(ctx, tx, l.Agreement.ID)
		return err
	})
	l.Clock(t, "2026-12-01 09:00")

	if _, err := l.Approve(t, sheet); err != nil {
		t.Errorf("got %v", err)
	}
}
