package timesheets_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/approvals"
	"wardbridge/modules/bookings"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/timesheets/timesheetstest"
	"wardbridge/tenants"
)

// saturday is planned at £83.96 an hour, below the charge at which the chief
// executive signs.
var saturday = timesheetstest.Booked{Start: "2026-10-17 12:00", End: "2026-10-17 20:00", Pay: "44.00", Commission: "8.00"}

// agreed opens a timesheet whose booking has the price of its plan and the
// conditions that it was approved under.
func agreed(t *testing.T, l *timesheetstest.Line, b timesheetstest.Booked, conditions ...approvals.Condition) timesheets.Timesheet {
	t.Helper()
	sheet := l.Opened(t, b)
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		q, err := l.Timesheets.Preview(ctx, tx, sheet)
		if err == nil {
			pgtest.Exec(t, "update bookings set quote = $2, net_pence = $3, highest_charge = $4::text::numeric, conditions = $5 where id = $1", sheet.BookingID, q, int64(q.Net), q.Highest.String(), append([]approvals.Condition{}, conditions...))
		}
		return err
	})
	return sheet
}

// settled sends hours and approves them.
func settled(t *testing.T, l *timesheetstest.Line, sheet timesheets.Timesheet, start, end string) timesheets.Timesheet {
	t.Helper()
	sent, err := l.Submit(t, sheet, timesheets.Hours{Start: timesheetstest.At(t, start), End: timesheetstest.At(t, end)}, "Ran over")
	if err != nil {
		t.Fatal(err)
	}
	approved, err := l.Approve(t, sent)
	if err != nil {
		t.Fatal(err)
	}
	return approved
}

// after is the booking of a timesheet and what was asked about its hours.
func after(t *testing.T, l *timesheetstest.Line, sheet timesheets.Timesheet) (b bookings.Booking, asked []approvals.Request) {
	t.Helper()
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) (err error) {
		if b, err = l.Bookings.Get(ctx, tx, sheet.BookingID.String()); err != nil {
			return err
		}
		asked, err = l.Approvals.For(ctx, tx, approvals.Subject{Kind: "hours", ID: b.ID})
		return err
	})
	return b, asked
}

func TestApprove_asksToRatifyHoursThatPassWhatTheBookingDidNot(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	sheet := agreed(t, l, saturday, approvals.OverCap)
	before, _ := after(t, l, sheet)

	approved := settled(t, l, sheet, "2026-10-18 08:00", "2026-10-18 16:00") // a Sunday

	if !approved.Quote.SignOff.Reached() || approved.Quote.Highest.String() != "101.4933" || before.HighestCharge.String() != "83.9633" {
		t.Fatalf("%s was agreed, %s approved", before.HighestCharge, approved.Quote.Highest)
	}
	b, asked := after(t, l, sheet)
	both := []approvals.Condition{approvals.OverCap, approvals.HundredAnHour}
	if !slices.Equal(b.Conditions, both) || b.HighestCharge != approved.Quote.Highest || b.NetPence != before.NetPence || b.Status != bookings.StatusWorked {
		t.Errorf("the booking: %v, %s, %s, %s", b.Conditions, b.HighestCharge, b.NetPence, b.Status)
	}
	if len(asked) != 1 || asked[0].State != approvals.Open || !slices.Equal(asked[0].Conditions, both) || asked[0].Asked[0] != approvals.OfOffice(approvals.ChiefExecutive) {
		t.Fatalf("asked %+v", asked)
	}
	r := asked[0]
	if r.Rate != approved.Quote.Highest || r.TotalPence != *approved.NetPence || r.LapsesAt != nil || *r.RequesterID != l.Manager.Person || !slices.Contains(r.Barred, l.Worker.ID) ||
		!strings.Contains(r.Statement, "Sun 18 Oct 2026, 08:00") || !strings.Contains(r.Statement, "Agreed were Sat 17 Oct 2026, 12:00") {
		t.Errorf("asked %+v", r)
	}
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		stand, err := l.Bookings.Ratifications(ctx, tx, []bookings.Booking{b})
		if stand[b.ID] != approvals.Open {
			t.Errorf("the booking's standing is %q", stand[b.ID])
		}
		return err
	})
}

func TestApprove_asksNobodyAboutHoursWithinWhatWasAgreed(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	dear := agreed(t, l, saturday, approvals.OverCap)
	within := agreed(t, l, timesheetstest.Booked{Start: "2026-10-19 08:00", End: "2026-10-19 16:00", Pay: "14.00", Commission: "1.00"})

	settled(t, l, dear, "2026-10-17 12:00", "2026-10-17 19:00")   // shorter
	settled(t, l, within, "2026-10-19 08:00", "2026-10-19 17:00") // longer, at no limit

	for _, sheet := range []timesheets.Timesheet{dear, within} {
		if b, asked := after(t, l, sheet); len(asked) != 0 || b.Status != bookings.StatusWorked {
			t.Errorf("%s: asked %+v", b.Ref, asked)
		}
	}
	if b, _ := after(t, l, dear); !slices.Equal(b.Conditions, []approvals.Condition{approvals.OverCap}) || b.HighestCharge.String() != "83.9633" {
		t.Errorf("%v, %s", b.Conditions, b.HighestCharge)
	}
}

func TestApprove_asksToRatifyHoursThatCostMoreThanWasApproved(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	sheet := agreed(t, l, saturday, approvals.OverCap)

	approved := settled(t, l, sheet, "2026-10-17 12:00", "2026-10-17 20:30")

	b, asked := after(t, l, sheet)
	if !slices.Equal(b.Conditions, []approvals.Condition{approvals.OverCap}) || len(asked) != 1 || asked[0].TotalPence != *approved.NetPence || asked[0].TotalPence <= b.NetPence ||
		asked[0].Asked[0] != approvals.OfOffice(approvals.ExecutiveDirector) {
		t.Errorf("%v, agreed %s: asked %+v", b.Conditions, b.NetPence, asked)
	}
}

// An employer that approves every booking approves what its hours cost more, and no
// return counts it.
func TestApprove_asksUnderAnOwnRuleWithinTheCap(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := l.Approvals.SetRule(ctx, tx, approvals.Change{Condition: approvals.WithinCap, Approvers: []approvals.Approver{approvals.OfOffice(approvals.ExecutiveDirector)},
			ReasonRequired: true, HoursFrom: 9 * 60, HoursTo: 17 * 60, Source: "Board paper"})
		return err
	})
	plan := timesheetstest.Booked{Start: "2026-10-19 08:00", End: "2026-10-19 16:00", Pay: "14.00", Commission: "1.00"}
	longer := agreed(t, l, plan)
	plan.Start, plan.End = "2026-10-20 08:00", "2026-10-20 16:00"
	same := agreed(t, l, plan)

	settled(t, l, longer, "2026-10-19 08:00", "2026-10-19 17:00")
	settled(t, l, same, "2026-10-20 08:00", "2026-10-20 16:00")

	b, asked := after(t, l, longer)
	if len(asked) != 1 || !slices.Equal(asked[0].Conditions, []approvals.Condition{approvals.WithinCap}) || len(b.Conditions) != 0 {
		t.Errorf("longer: %v, asked %+v", b.Conditions, asked)
	}
	if _, asked := after(t, l, same); len(asked) != 0 {
		t.Errorf("as planned: asked %+v", asked)
	}
}

// The hours stand: what nobody could know before is said to be missing.
func TestApprove_saysWhatTheRulesWantShownAndNobodyCouldShow(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	sheet := agreed(t, l, timesheetstest.Booked{Start: "2026-10-19 08:00", End: "2026-10-19 16:00", Pay: "14.00", Commission: "1.00"})
	l.Change(t, l.Agreement, func(x *agencies.Terms) { x.Framework = "" })

	settled(t, l, sheet, "2026-10-19 08:00", "2026-10-19 16:00")

	b, asked := after(t, l, sheet)
	if !slices.Equal(b.Conditions, []approvals.Condition{approvals.OffFramework}) || len(asked) != 1 || len(asked[0].Evidence) != 2 || asked[0].Reason != "other" {
		t.Fatalf("%v: asked %+v", b.Conditions, asked)
	}
	for _, e := range asked[0].Evidence {
		if !strings.HasPrefix(e.Text, "Not shown: ") {
			t.Errorf("%s: %q", e.Name, e.Text)
		}
	}
}
