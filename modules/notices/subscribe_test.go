package notices_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/adjustments"
	"wardbridge/modules/notices"
	"wardbridge/modules/proposals/proposalstest"
	"wardbridge/modules/shifts"
	"wardbridge/modules/timesheets"
	"wardbridge/tenants"
)

// told is what a party has been told of one kind, newest first, and to whom the
// mails of all kinds went.
func told(t *testing.T, w *proposalstest.World, me tenants.Party, kind string) (seen []notices.Notice) {
	t.Helper()
	w.Run(me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
		all, _, err := line.List(ctx, tx, notices.Filter{Limit: 200})
		for _, n := range all {
			if n.Kind == kind {
				seen = append(seen, n)
			}
		}
		return err
	})
	return seen
}

func mailed(t *testing.T, w *proposalstest.World, me tenants.Party, about string) (to []string) {
	t.Helper()
	w.Run(me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
		all, _, err := line.Outbox(ctx, tx, "", 200)
		for _, m := range all {
			if strings.Contains(m.Subject, about) {
				to = append(to, m.ToName)
			}
		}
		return err
	})
	slices.Sort(to)
	return to
}

// home is where a party's pages begin.
func home(t *testing.T, w *proposalstest.World, me tenants.Party) (path string) {
	t.Helper()
	w.Run(me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
		o, err := w.Accounts.Own(ctx, tx)
		path = map[tenants.Kind]string{tenants.Trust: "/e/", tenants.Agency: "/a/"}[me.Kind] + o.Code
		return err
	})
	return path
}

// one is the only notice of its kind.
func one(t *testing.T, w *proposalstest.World, me tenants.Party, kind string) notices.Notice {
	t.Helper()
	all := told(t, w, me, kind)
	if len(all) != 1 {
		t.Fatalf("the %s was told %d times of %s", me.Kind, len(all), kind)
	}
	return all[0]
}

func TestReleased_tellsEachAgencyOnce(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	person(t, w.First.Party, "Carla Consultant", "agency_consultant")
	person(t, w.First.Party, "Fred Finance", "agency_finance")

	shift := w.OpenShift()

	for _, s := range []*proposalstest.Supplier{w.First, w.Second} {
		n := one(t, w, s.Party, "shift.released")
		if n.Href != home(t, w, s.Party)+"/shifts/"+shift.Ref || !strings.HasPrefix(n.Title, "Shift "+shift.Ref+" has been released to you at Trust number") {
			t.Errorf("told %+v", n)
		}
		if n.Text != shift.Ref+": Ward 7, Wed 25 Nov 2026, 07:00 to 19:30" {
			t.Errorf("the text is %q", n.Text)
		}
	}
	if got := mailed(t, w, w.First.Party, shift.Ref); !slices.Equal(got, []string{"Carla Consultant"}) {
		t.Errorf("mails to %v", got)
	}
	if got := told(t, w, w.Trust, "shift.released"); len(got) != 0 {
		t.Errorf("the trust was told %v", got)
	}
}

func TestReleased_tellsOfManyShiftsInOneNotice(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)

	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		asked := w.Asked()
		asked.Quantity = 12
		_, err := w.Shifts.Create(ctx, tx, asked)
		return err
	})
	w.Settle()

	n := one(t, w, w.First.Party, "shift.released")
	if !strings.HasPrefix(n.Title, "12 shifts have been released to you at Trust number") || n.Href != home(t, w, w.First.Party)+"/shifts" {
		t.Errorf("told %+v", n)
	}
	if lines := strings.Split(n.Text, "\n"); len(lines) != 6 || lines[5] != "and 7 more" {
		t.Errorf("the text is %q", n.Text)
	}
}

func TestImported_mailsWhoeverSentTheFile(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	priya := person(t, w.Trust, "Priya Bank", "bank_office")
	person(t, w.Trust, "Another", "bank_office")
	file := tenants.NewID()

	w.Run(w.Trust, tenants.Actor{Kind: tenants.Person, ID: priya, Person: priya, Name: "Priya Bank"}, func(_ context.Context, tx *tenants.Tx) error {
		return tx.Emit(shifts.Imported{Import: file})
	})
	w.Settle()

	if n := one(t, w, w.Trust, "import.applied"); n.Href != home(t, w, w.Trust)+"/imports/"+file.String() {
		t.Errorf("told %+v", n)
	}
	if got := mailed(t, w, w.Trust, "applied"); !slices.Equal(got, []string{"Priya Bank"}) {
		t.Errorf("mails to %v", got)
	}
}

func TestProposed_tellsTheDecidersOfTheWard(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	person(t, w.Trust, "Priya Bank", "bank_office")
	person(t, w.Trust, "Wendy Seven", "ward_manager", w.Ward.ID)
	person(t, w.Trust, "Walter Elsewhere", "ward_manager", tenants.NewID())
	shift := w.OpenShift()

	p := w.Propose(w.First, shift)
	w.Settle()

	n := one(t, w, w.Trust, "proposal.submitted")
	if n.Href != home(t, w, w.Trust)+"/shifts/"+shift.Ref || !strings.HasSuffix(n.Title, fmt.Sprintf(" proposes %s for shift %s.", p.WorkerName, shift.Ref)) || *n.WardID != w.Ward.ID {
		t.Errorf("told %+v", n)
	}
	if got := mailed(t, w, w.Trust, "proposes"); !slices.Equal(got, []string{"Priya Bank", "Wendy Seven"}) {
		t.Errorf("mails to %v", got)
	}
}

func TestAccepted_tellsTheAgencyTheWorkerAndThoseWhoLost(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	won, lost := w.Propose(w.First, shift), w.Propose(w.Second, shift)

	if _, err := w.Accept(w.Sam, won.ID); err != nil {
		t.Fatal(err)
	}
	w.Settle()

	if n := one(t, w, w.First.Party, "proposal.accepted"); n.Title != fmt.Sprintf("Your proposal of %s for shift %s was accepted.", won.WorkerName, shift.Ref) {
		t.Errorf("the agency: %+v", n)
	}
	if n := one(t, w, w.First.Nurse.Person, "booking.confirmed"); n.Href != "/me/shifts/"+shift.Ref || !strings.HasPrefix(n.Title, "You are booked on shift "+shift.Ref) || n.Text != "Ward 7, Wed 25 Nov 2026, 07:00 to 19:30" {
		t.Errorf("the worker: %+v", n)
	}
	if n := one(t, w, w.Second.Party, "proposal.closed"); n.Href != home(t, w, w.Second.Party)+"/proposals" || !strings.Contains(n.Title, lost.WorkerName) || strings.Contains(n.Title+n.Text, won.WorkerName) {
		t.Errorf("the other agency: %+v", n)
	}
	for me, kind := range map[tenants.Party]string{w.First.Party: "booking.confirmed", w.Second.Party: "proposal.accepted", w.Second.Nurse.Person: "booking.confirmed"} {
		if got := told(t, w, me, kind); len(got) != 0 {
			t.Errorf("a %s was told of %s: %+v", me.Kind, kind, got)
		}
	}
}

func TestDeclined_tellsTheAgencyWhy(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	p := w.Propose(w.First, shift)

	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Proposals.Decline(ctx, tx, p.ID, "cost", "")
		return err
	})
	w.Settle()

	n := one(t, w, w.First.Party, "proposal.declined")
	if !strings.HasSuffix(n.Title, "was declined.") || !strings.HasPrefix(n.Text, "The charge is too high.") {
		t.Errorf("told %+v", n)
	}
}

func TestWithdrawn_isNotTakenForAProposalThatWaits(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	p, err := w.Submit(w.First, w.Draft(w.First, shift))
	if err == nil {
		err = w.Do(w.First.Party, w.First.Consultant, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Proposals.Withdraw(ctx, tx, p.ID)
			return err
		})
	}
	if err != nil {
		t.Fatal(err)
	}

	w.Settle()

	if n := one(t, w, w.Trust, "proposal.withdrawn"); !strings.Contains(n.Title, "has withdrawn "+p.WorkerName) {
		t.Errorf("told %+v", n)
	}
}

func TestCancelled_tellsTheWorkerAndTheAgencyWhy(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	b := w.Book(w.First, shift)

	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Proposals.CancelShift(ctx, tx, shift.ID, "The ward is closed.")
		return err
	})
	w.Settle()

	for me, want := range map[tenants.Party]string{
		w.First.Nurse.Person: "Your booking on shift " + shift.Ref + " was cancelled.",
		w.First.Party:        "The booking of " + b.WorkerName + " on shift " + shift.Ref + " was cancelled.",
	} {
		if n := one(t, w, me, "booking.cancelled"); n.Title != want || !strings.HasPrefix(n.Text, "The ward is closed.") {
			t.Errorf("told %+v", n)
		}
	}
}

func TestTimesheet_tellsEachSideAtEachStep(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	person(t, w.Trust, "Anna Approver", "approver")
	person(t, w.First.Party, "Fred Finance", "agency_finance")
	shift := w.OpenShift()
	w.Book(w.First, shift)
	nurse := w.First.Nurse.Person
	w.Settle()

	w.MoveTo(shift.EndsAt.Add(time.Minute))
	w.Settle()
	opened := one(t, w, nurse, "timesheet.open")
	sheet := sheetOf(t, w, nurse)
	if opened.Href != "/me/timesheets/"+sheet.Ref || opened.Title != "Enter the hours you worked on shift "+shift.Ref+"." {
		t.Errorf("opened: %+v", opened)
	}

	submit(t, w, nurse, sheet)
	if n := one(t, w, w.Trust, "timesheet.submitted"); n.Href != home(t, w, w.Trust)+"/timesheets/"+sheet.Ref || *n.WardID != w.Ward.ID {
		t.Errorf("submitted: %+v", n)
	}
	if got := mailed(t, w, w.Trust, "has sent the hours"); !slices.Equal(got, []string{"Anna Approver"}) {
		t.Errorf("mails to %v", got)
	}

	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := line.timesheets.Query(ctx, tx, sheet.ID, "Was the break taken?")
		return err
	})
	w.Settle()
	for _, me := range []tenants.Party{nurse, w.First.Party} {
		if n := one(t, w, me, "timesheet.queried"); !strings.HasPrefix(n.Text, "Was the break taken?") {
			t.Errorf("queried: %+v", n)
		}
	}

	submit(t, w, nurse, sheet)
	if got := told(t, w, w.Trust, "timesheet.submitted"); len(got) != 2 {
		t.Errorf("told %d times of hours that were sent twice", len(got))
	}
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := line.timesheets.Approve(ctx, tx, sheet.ID)
		return err
	})
	w.Settle()
	for _, me := range []tenants.Party{nurse, w.First.Party} {
		if n := one(t, w, me, "timesheet.approved"); !strings.HasSuffix(n.Title, "were approved.") {
			t.Errorf("approved: %+v", n)
		}
	}
	issue(t, w)
	adjust(t, w)
}

// issue bills the week of the approved hours; the agency hears of its invoice.
func issue(t *testing.T, w *proposalstest.World) {
	t.Helper()
	w.MoveTo(proposalstest.Start.AddDate(0, 0, 8))
	var number string
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		run, err := line.billing.Prepare(ctx, tx, civil.DateOf(proposalstest.Start))
		if err != nil {
			return err
		}
		if _, err = line.billing.Issue(ctx, tx, run.ID); err != nil {
			return err
		}
		bills, err := line.billing.BillsOf(ctx, tx, run.ID)
		if err == nil && len(bills) == 1 {
			number = bills[0].Number
		}
		return err
	})
	w.Settle()
	n := one(t, w, w.First.Party, "self-bill.issued")
	if number == "" || n.Href != home(t, w, w.First.Party)+"/invoices/"+number || !strings.Contains(n.Title, number) || !strings.Contains(n.Text, "Mon 23 Nov 2026 to Sun 29 Nov 2026: net £") {
		t.Errorf("issued: %+v", n)
	}
	if got := mailed(t, w, w.First.Party, number); !slices.Equal(got, []string{"Fred Finance"}) {
		t.Errorf("mails to %v", got)
	}
}

// adjust posts a backdated award to the approved hours; the agency hears of it.
func adjust(t *testing.T, w *proposalstest.World) {
	t.Helper()
	var posted adjustments.Adjustment
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		day := civil.DateOf(proposalstest.Start)
		a, err := line.adjustments.Preview(ctx, tx, adjustments.Request{Kind: adjustments.Award, Reason: "Backdated award", Source: "Circular 3",
			From: day, To: day.AddDays(6), Changes: []adjustments.Change{{Share: money.MustFactor("0.02")}}})
		if err != nil {
			return err
		}
		posted, err = line.adjustments.Post(ctx, tx, a.ID)
		return err
	})
	w.Settle()
	n := one(t, w, w.First.Party, "adjustment.posted")
	if !strings.HasSuffix(n.Title, "has adjusted a settled timesheet by "+posted.DeltaPence.String()+".") || !strings.Contains(n.Text, "Backdated award") || n.Href != home(t, w, w.First.Party)+"/invoices" {
		t.Errorf("adjusted: %+v", n)
	}
	if got := mailed(t, w, w.First.Party, "has adjusted"); !slices.Equal(got, []string{"Fred Finance"}) {
		t.Errorf("mails to %v", got)
	}
}

func sheetOf(t *testing.T, w *proposalstest.World, nurse tenants.Party) (sheet timesheets.Timesheet) {
	t.Helper()
	w.Run(nurse, pgtest.Actor(nurse), func(ctx context.Context, tx *tenants.Tx) error {
		all, _, err := line.timesheets.List(ctx, tx, timesheets.Filter{})
		if err == nil && len(all) == 1 {
			sheet = all[0]
		}
		return err
	})
	return sheet
}

func submit(t *testing.T, w *proposalstest.World, nurse tenants.Party, sheet timesheets.Timesheet) {
	t.Helper()
	w.Run(nurse, pgtest.Actor(nurse), func(ctx context.Context, tx *tenants.Tx) error {
		_, err := line.timesheets.Submit(ctx, tx, sheet.ID, sheet.Plan(), "")
		return err
	})
	w.Settle()
}
