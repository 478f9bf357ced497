package adjustments_test

import (
	"context"
	"errors"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/adjustments"
	"wardbridge/modules/agencies"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/timesheets/timesheetstest"
	"wardbridge/tenants"
)

// weekly is an agreement under which a week bears its on-costs together.
func (r *room) weekly(t *testing.T) agencies.Agreement {
	t.Helper()
	_, under := r.elsewhere(t, agencies.Terms{OnCosts: agencies.Weekly, SelfBillFrom: timesheetstest.Signed})
	return under
}

func under(a agencies.Agreement, day string) timesheetstest.Booked {
	b := shift(day)
	b.Under = a
	return b
}

// reference asks what settled work comes to by what is known now.
func reference() adjustments.Request {
	ask := award()
	ask.Kind, ask.Changes = adjustments.Reference, nil
	return ask
}

func TestPreview_ofAWeekInWhichARateChangesFindsNothing(t *testing.T) {
	t.Parallel()
	for name, days := range map[string][]string{"in order of start": {"2027-04-05", "2027-04-06", "2027-04-09"}, "as it came": {"2027-04-09", "2027-04-05", "2027-04-06"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := start(t)
			r.Clock(t, "2027-04-20 09:00")
			timesheetstest.NextTaxYear(t)
			weekly := r.weekly(t)
			for _, day := range days {
				r.Approved(t, under(weekly, day))
			}
			ask := reference()
			ask.From, ask.To = civil.MustDate("2027-04-01"), civil.MustDate("2027-04-19")

			a := r.previewed(t, ask)

			if a.Examined != 3 || a.Affected != 0 || a.Omitted != 0 {
				t.Errorf("got %+v", a.Counts)
			}
		})
	}
}

// waits reports, for who is at work on a week, whether it waits for somebody else
// who is: true once it does, false when it is done without having waited.
func (r *room) waits(t *testing.T, done chan error) bool {
	t.Helper()
	look := pgtest.Owner(t)
	for {
		select {
		case err := <-done:
			done <- err
			return false
		default:
		}
		var waiting bool
		if err := look.QueryRow(t.Context(), `select exists (select from pg_locks where locktype = 'advisory' and objsubid = 2 and not granted
			and classid::bigint = hashtext('timesheets.week ' || $1::text)::bigint & 4294967295)`, r.Employer.ID.String()).Scan(&waiting); err != nil {
			t.Error(err)
			return false
		}
		if waiting {
			return true
		}
	}
}

// aside does one unit of work beside the one that is open.
func (r *room) aside(t *testing.T, who tenants.Actor, fn func(context.Context, *tenants.Tx) error) chan error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- r.DB.Run(t.Context(), r.Employer, who, fn) }()
	return done
}

func TestPost_isWaitedForByAnApprovalOfTheSameWeek(t *testing.T) {
	t.Parallel()
	r := start(t)
	weekly := r.weekly(t)
	first := r.Approved(t, under(weekly, "2026-10-12"))
	second := r.Submitted(t, under(weekly, "2026-10-14"))
	a := r.previewed(t, award())

	var approved chan error
	r.As(t, r.Employer, r.Finance, func(ctx context.Context, tx *tenants.Tx) error {
		if _, err := r.adjustments.Post(ctx, tx, a.ID); err != nil {
			return err
		}
		approved = r.aside(t, r.Manager, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := r.Timesheets.Approve(ctx, tx, second.ID)
			return err
		})
		if !r.waits(t, approved) {
			t.Error("it was approved while the posting was open")
		}
		return nil
	})
	if err := <-approved; err != nil {
		t.Fatal(err)
	}

	// Pay is 11.5 hours at £20.80 and at £20.00.
	whole := map[rates.Kind]money.Pence{}
	for _, s := range []timesheets.Timesheet{first, second} {
		for _, l := range r.lines(t, s) {
			whole[l.Kind] += l.AmountPence
		}
		for _, p := range r.postings(t, r.Employer, s) {
			for _, l := range p.Lines {
				whole[l.Kind] += l.AmountPence
			}
		}
	}
	for kind, pence := range weekOf(23920 + 23000) {
		want(t, "the week's "+string(kind), whole[kind], pence)
	}
	if again := r.previewed(t, reference()); again.Examined != 2 || again.Affected != 0 {
		t.Errorf("afterwards found %+v", again.Counts)
	}
}

func TestPost_waitsForAnApprovalOfTheSameWeek(t *testing.T) {
	t.Parallel()
	r := start(t)
	weekly := r.weekly(t)
	r.Approved(t, under(weekly, "2026-10-12"))
	second := r.Submitted(t, under(weekly, "2026-10-14"))
	a := r.previewed(t, award())

	var posted chan error
	r.As(t, r.Employer, r.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		if _, err := r.Timesheets.Approve(ctx, tx, second.ID); err != nil {
			return err
		}
		posted = r.aside(t, r.Finance, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := r.adjustments.Post(ctx, tx, a.ID)
			return err
		})
		if !r.waits(t, posted) {
			t.Error("it was posted while the approval was open")
		}
		return nil
	})

	if err := <-posted; !errors.Is(err, adjustments.ErrStale) {
		t.Errorf("the week has one shift more than was previewed: %v", err)
	}
}
