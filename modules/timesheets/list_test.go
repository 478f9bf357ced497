package timesheets_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/timesheets/timesheetstest"
	"wardbridge/tenants"
)

func refs(t *testing.T, l *timesheetstest.Line, me tenants.Party, f timesheets.Filter) (all []string) {
	t.Helper()
	l.As(t, me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
		rows, _, err := l.Timesheets.List(ctx, tx, f)
		for _, r := range rows {
			all = append(all, r.Ref)
		}
		return err
	})
	return all
}

func on(day string, minutes int) timesheetstest.Booked {
	return timesheetstest.Booked{Start: day + " 07:30", End: day + " 20:00", BreakMinutes: minutes, Pay: "20.00", Commission: "2.00"}
}

func TestList_showsEachPartyItsOwnAndNoOther(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	sheet := l.Submitted(t, longDay)
	elsewhere, rival, stranger := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency), pgtest.Worker(t)
	for _, me := range []tenants.Party{l.Employer, l.Agency, l.Worker} {
		if got := refs(t, l, me, timesheets.Filter{}); !slices.Equal(got, []string{sheet.Ref}) {
			t.Errorf("the %s sees %v", me.Kind, got)
		}
	}
	for _, me := range []tenants.Party{elsewhere, rival, stranger} {
		if got := refs(t, l, me, timesheets.Filter{}); len(got) != 0 {
			t.Errorf("another %s sees %v", me.Kind, got)
		}
		err := l.Try(t, me, timesheetstest.Person(t, "Somebody"), func(ctx context.Context, tx *tenants.Tx) error {
			if _, err := l.Timesheets.Approve(ctx, tx, sheet.ID); !errors.Is(err, fault.ErrNotFound) {
				t.Errorf("another %s approves: %v", me.Kind, err)
			}
			_, err := l.Timesheets.Get(ctx, tx, sheet.Ref)
			return err
		})
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("another %s finds it: %v", me.Kind, err)
		}
	}
}

func TestList_showsAManagerTheirOwnWardsAlone(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	l.Submitted(t, longDay)
	manager := l.Manager
	manager.Wards = []tenants.ID{tenants.NewID()}

	err := l.Try(t, l.Employer, manager, func(ctx context.Context, tx *tenants.Tx) error {
		rows, _, err := l.Timesheets.List(ctx, tx, timesheets.Filter{})
		if len(rows) != 0 {
			t.Errorf("the manager of another ward sees %d", len(rows))
		}
		return err
	})

	if err != nil {
		t.Error(err)
	}
}

func TestLines_tellTheWorkerNothingOfTheAgencysCharges(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	sheet := l.Approved(t, longDay)

	for _, line := range linesOf(t, l, l.Worker, sheet) {
		if line.Kind != rates.Pay && line.Kind != rates.HolidayPay {
			t.Errorf("the worker reads %s", line.Kind)
		}
	}

	if n := len(linesOf(t, l, l.Agency, sheet)); n != len(linesOf(t, l, l.Employer, sheet)) {
		t.Errorf("the agency reads %d lines", n)
	}
	l.As(t, l.Worker, timesheetstest.Self(l.Worker), func(ctx context.Context, tx *tenants.Tx) error {
		seen, err := l.Timesheets.Get(ctx, tx, sheet.Ref)
		if seen.NetPence != nil || seen.Quote != nil || seen.Minutes == nil {
			t.Errorf("the worker reads %+v", seen)
		}
		return err
	})
}

func TestList_filtersByVarianceStatusAndDay(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	exact := l.Submitted(t, on("2026-10-05", 60))
	near, over, none := l.Opened(t, on("2026-10-06", 60)), l.Opened(t, on("2026-10-07", 60)), l.Opened(t, on("2026-10-08", 60))
	open := l.Opened(t, on("2026-10-09", 60))
	for _, c := range []struct {
		sheet timesheets.Timesheet
		h     timesheets.Hours
	}{
		{near, hours(t, "2026-10-06 07:30", "2026-10-06 20:10", 60)},
		{over, hours(t, "2026-10-07 07:30", "2026-10-07 20:30", 60)},
		{none, hours(t, "2026-10-08 07:30", "2026-10-08 20:00", 0)},
	} {
		if _, err := l.Submit(t, c.sheet, c.h, "Busy."); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		f    timesheets.Filter
		want []string
	}{
		"as planned":   {timesheets.Filter{Variance: timesheets.AsPlanned}, []string{exact.Ref}},
		"over 15":      {timesheets.Filter{Variance: timesheets.Over15}, []string{over.Ref, none.Ref}},
		"no break":     {timesheets.Filter{Variance: timesheets.MissingBreak}, []string{none.Ref}},
		"open":         {timesheets.Filter{Status: timesheets.StatusOpen}, []string{open.Ref}},
		"of two days":  {timesheets.Filter{From: civil.MustDate("2026-10-06"), To: civil.MustDate("2026-10-07")}, []string{near.Ref, over.Ref}},
		"another ward": {timesheets.Filter{Ward: tenants.NewID()}, nil},
		"by all else":  {timesheets.Filter{Ward: l.Ward, Site: l.Site, Agency: l.Agency.ID, StaffGroup: "nursing", Grade: "nurse-band-5", Status: timesheets.StatusOpen}, []string{open.Ref}},
	} {
		if got := refs(t, l, l.Employer, c.f); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		sum, err := l.Timesheets.Totals(ctx, tx, timesheets.Filter{})
		want := timesheets.Totals{Timesheets: 5, Open: 1, Submitted: 4, PlannedMinutes: 5 * 690, ClaimedMinutes: 4*690 + 10 + 30 + 60}
		if sum != want {
			t.Errorf("totals %+v, want %+v", sum, want)
		}
		if _, _, e := l.Timesheets.List(ctx, tx, timesheets.Filter{Variance: "odd"}); !errors.Is(e, timesheets.ErrVariance) {
			t.Errorf("an unknown variance: %v", e)
		}
		return err
	})
}

func TestList_pagesInOrderOfStart(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	var want []string
	for _, day := range []string{"2026-10-05", "2026-10-06", "2026-10-07"} {
		want = append(want, l.Opened(t, on(day, 60)).Ref)
	}

	var got []string
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		var cursor paging.Cursor
		for {
			rows, next, err := l.Timesheets.List(ctx, tx, timesheets.Filter{Limit: 2, Cursor: cursor})
			if err != nil {
				return err
			}
			for _, r := range rows {
				got = append(got, r.Ref)
			}
			if cursor = next; cursor == "" {
				return nil
			}
		}
	})

	if !slices.Equal(got, want) {
		t.Errorf("pages give %v, want %v", got, want)
	}
}
