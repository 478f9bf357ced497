package timesheets_test

import (
	"context"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/timesheets/timesheetstest"
	"wardbridge/tenants"
)

// doctor is a consultant for a day.
func doctor(day, reason string) timesheetstest.Booked {
	return timesheetstest.Booked{Start: day + " 08:00", End: day + " 18:00", Pay: "45.00", Commission: "4.00", Group: "medical", Grade: "consultant", Reason: reason}
}

func choose(t *testing.T, l *timesheetstest.Line, group, category, from, reason, source string) {
	t.Helper()
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := l.Agencies.Elect(ctx, tx, agencies.Election{AgreementID: l.Agreement.ID, StaffGroup: group, Category: category,
			FromOn: civil.MustDate(from), Reason: reason, Source: source})
		return err
	})
}

// TestApprove_freezesTheDecisionOnBothSidesOfAnElection: a doctor supplied by an
// agency under S, and then E from a date.
func TestApprove_freezesTheDecisionOnBothSidesOfAnElection(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	const letter = "Letter of Meridian Medical, 1 October 2026"
	choose(t, l, "medical", "S", "2026-04-01", "", "Contract schedule 4")
	choose(t, l, "medical", "E", "2026-10-12", "Exempt: provision of a deputy", letter)

	before, after := l.Approved(t, doctor("2026-10-11", "vacancy")), l.Approved(t, doctor("2026-10-12", "vacancy"))

	for _, line := range linesOf(t, l, l.Employer, before) {
		if line.VATCategory != rates.Standard || line.VATRate.Text() != "0.2" || line.VATReason != "" || line.VATSource != "Contract schedule 4" ||
			line.VATElected || !line.VATDeputy || line.VATRule.Election == nil || line.VATRule.Election.Category != "S" {
			t.Errorf("before: %+v", line)
		}
		decidedFor(t, line, "doctor", "2011-01-04")
	}
	for _, line := range linesOf(t, l, l.Employer, after) {
		if line.VATCategory != rates.Exempt || !line.VATRate.IsZero() || line.VATReason != "Exempt: provision of a deputy" || line.VATSource != letter ||
			!line.VATElected || !line.VATDeputy || line.VATRule.Election == nil || line.VATRule.Election.From.String() != "2026-10-12" || line.VATRule.Election.Source != letter {
			t.Errorf("after: %+v", line)
		}
		decidedFor(t, line, "doctor", "2021-12-15")
	}
}

func decidedFor(t *testing.T, line timesheets.Line, profession, from string) {
	t.Helper()
	if line.VATRoute != "agency" || line.VATProfession != profession || !line.VATRegistered || line.VATRule.ID == "" ||
		line.VATRule.From.String() != from || line.VATRule.Source == "" || line.VATRule.Reason == "" {
		t.Errorf("the rule of the %s line is %+v of %s %s", line.Kind, line.VATRule, line.VATRoute, line.VATProfession)
	}
}

// TestApprove_anElectionThatNoRuleSupportsIsStandardRated: a doctor beyond the
// establishment stands in for nobody.
func TestApprove_anElectionThatNoRuleSupportsIsStandardRated(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	choose(t, l, "", "E", "2026-04-01", "Exempt: provision of a deputy", "Letter")

	extra := l.Approved(t, doctor("2026-10-11", "waiting-list"))

	for _, line := range linesOf(t, l, l.Employer, extra) {
		if line.VATCategory != rates.Standard || line.VATReason != "" || line.VATSource != line.VATRule.Source || line.VATDeputy || !line.VATElected || line.VATRule.Election == nil {
			t.Errorf("line %+v", line)
		}
	}
}

func TestApprove_aSupplierThatIsNotRegisteredChargesNoVAT(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	choose(t, l, "", "O", "2026-04-01", "Supplier not registered for VAT", "Letter")

	for _, line := range linesOf(t, l, l.Employer, l.Approved(t, longDay)) {
		if line.VATCategory != rates.OutsideScope || line.VATRegistered || line.VATRoute != "unregistered" || line.VATReason != "Supplier not registered for VAT" {
			t.Errorf("line %+v", line)
		}
	}
}

func TestWalls_theTermsOfVATAreNotForTheWorker(t *testing.T) {
	t.Parallel()
	l := timesheetstest.New(t, afterwards)
	sheet := l.Approved(t, longDay)

	for _, line := range linesOf(t, l, l.Worker, sheet) {
		if line.VATRule.ID != "" || line.VATRoute != "" || line.VATCategory != rates.Standard {
			t.Errorf("the worker reads %+v", line)
		}
	}
	err := l.Try(t, l.Worker, pgtest.Actor(l.Worker), func(ctx context.Context, tx *tenants.Tx) error {
		var rule string
		return tx.NewRaw("select vat_rule::text from timesheet_lines limit 1").Scan(ctx, &rule)
	})
	if err == nil {
		t.Error("the worker may read the rule and the election")
	}
}
