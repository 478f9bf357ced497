package proposals_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/accounts"
	"wardbridge/modules/agencies"
	"wardbridge/modules/approvals"
	"wardbridge/modules/bookings"
	"wardbridge/modules/proposals"
	"wardbridge/modules/proposals/proposalstest"
	"wardbridge/tenants"
)

// atMost proposes at the card's maximum, which charges more than the cap.
func atMost(d *proposals.Draft) {
	d.PayRate, d.Commission = proposalstest.PayMax, proposalstest.CommissionMax
}

// executive is a member of the trust who holds an office.
func executive(t *testing.T, w *proposalstest.World, name string, o approvals.Office) tenants.Actor {
	t.Helper()
	who := tenants.Actor{Kind: tenants.Person, Name: name}
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		id, err := w.Accounts.AddMember(ctx, tx, w.Trust, accounts.NewMember{Email: tenants.NewID().String() + "@people.example", Name: name, Roles: []string{"approver"}})
		who.ID, who.Person = id, id
		if err != nil || o == "" {
			return err
		}
		_, err = w.Approvals.Appoint(ctx, tx, o, id, civil.Date{}, civil.Date{})
		return err
	})
	return who
}

var need = proposals.Case{Reason: "hard_to_fill", Statement: "The ward would run below its safe number."}

func ask(w *proposalstest.World, who tenants.Actor, id tenants.ID, c proposals.Case) (r approvals.Request, err error) {
	err = w.Do(w.Trust, who, func(ctx context.Context, tx *tenants.Tx) (err error) {
		r, err = w.Proposals.AskApproval(ctx, tx, id, c)
		return err
	})
	return r, err
}

func approve(w *proposalstest.World, who tenants.Actor, id tenants.ID) error {
	return w.Do(w.Trust, who, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Approvals.Approve(ctx, tx, id, "Agreed for this night.")
		return err
	})
}

// The charge of a core hour at the card's maximum, by hand: 22.50 of pay, 12.07% of
// holiday on it, 18.5% of employer's costs on both, and 3.00 of commission:
// 22.50 × 1.1207 × 1.185 + 3.00 = 32.8807, against 30.95 for Band 5 in 2026 to 2027.
func TestAccept_needsApprovalAboveTheCap(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	director := executive(t, w, "Idris", approvals.ExecutiveDirector)
	p := w.Propose(w.First, w.OpenShift(), atMost)

	if want := []approvals.Condition{approvals.OverCap}; len(p.Conditions) != 1 || p.Conditions[0] != want[0] {
		t.Fatalf("conditions %v", p.Conditions)
	}
	worst := p.Quote.OverCap()
	if core := p.Quote.Caps[0]; core.Charge.String() != "32.8807" || core.Cap.String() != "30.9500" || core.Over.String() != "1.9307" || core.Row.Source == "" {
		t.Errorf("core hours: %+v", core)
	}
	if text := p.Over(); !strings.Contains(text, "Core hours: ") || !strings.Contains(text, worst.Over.Text()) {
		t.Errorf("passes: %q", text)
	}
	if _, err := w.Accept(w.Sam, p.ID); !errors.Is(err, proposals.ErrNeedsApproval) || fault.Of(err).Kind != fault.Conflict {
		t.Fatalf("accepted without approval: %v", err)
	}
	if got := w.Shift(p.ShiftID); got.Status != "open" {
		t.Errorf("the refused acceptance left the shift %s", got.Status)
	}

	r, err := ask(w, w.Sam, p.ID, need)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Asked) != 1 || r.Asked[0] != approvals.OfOffice(approvals.ExecutiveDirector) || r.Rate != worst.Charge || r.Cap != worst.Cap || r.TotalPence != p.NetPence {
		t.Errorf("asked %v at %v against %v", r.Asked, r.Rate, r.Cap)
	}
	if r.Figures["cap_row.core"] == "" || r.Figures["charge.core"] != "32.8807" {
		t.Errorf("figures %v", r.Figures)
	}
	if _, err := ask(w, w.Sam, p.ID, need); !errors.Is(err, approvals.ErrAsked) {
		t.Errorf("asked twice: %v", err)
	}
	if err := approve(w, w.Sam, r.ID); fault.Of(err).Code != "own_request" || fault.Of(err).Kind != fault.Forbidden {
		t.Errorf("whoever asked approved: %v", err)
	}
	if _, err := w.Accept(w.Sam, p.ID); !strings.Contains(fault.Of(err).Text, "is waited for") {
		t.Errorf("accepted while it is waited for: %v", err)
	}
	if err := approve(w, director, r.ID); err != nil {
		t.Fatal(err)
	}
	b, err := w.Accept(w.Sam, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if b.ApprovalID == nil || *b.ApprovalID != r.ID || b.HighestCharge != p.Quote.Highest || len(b.Conditions) != 1 {
		t.Errorf("booked %+v", b)
	}
	// A return counts shifts: one, however many of its segments are above the cap.
	over := 0
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		return tx.NewRaw(`select count(*) from bookings where 'over_cap' = any(conditions) and status <> 'cancelled'`).Scan(ctx, &over)
	})
	if over != 1 {
		t.Errorf("%d bookings above the cap", over)
	}
}

func TestApproval_ofADelegateHoldsWithinItsLimits(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	director := executive(t, w, "Idris", approvals.ExecutiveDirector)
	deputies := map[string]tenants.Actor{"25": executive(t, w, "Low", ""), "60": executive(t, w, "Enough", "")}
	for limit, deputy := range deputies {
		w.Run(w.Trust, director, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Approvals.Delegate(ctx, tx, approvals.Handover{Office: approvals.ExecutiveDirector, Delegate: deputy.Person,
				Ends: tx.Now.Add(72 * time.Hour), LimitRate: money.MustRate(limit), LimitPence: 200_000})
			return err
		})
	}
	p := w.Propose(w.First, w.OpenShift(), atMost)
	r, err := ask(w, w.Sam, p.ID, need)
	if err != nil {
		t.Fatal(err)
	}
	if err := approve(w, deputies["25"], r.ID); fault.Of(err).Code != "over_limit" {
		t.Errorf("a delegate up to £25 approved: %v", err)
	}
	if err := approve(w, deputies["60"], r.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Accept(w.Sam, p.ID); err != nil {
		t.Error(err)
	}
}

func TestAskApproval_saysWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	within, above := w.Propose(w.First, w.OpenShift()), w.Propose(w.Second, w.OpenShift(), atMost)
	for name, c := range map[string]struct {
		id   tenants.ID
		with proposals.Case
		want error
	}{
		"within the cap":  {within.ID, need, proposals.ErrNoApproval},
		"unknown reason":  {above.ID, proposals.Case{Reason: "because", Statement: "x"}, approvals.ErrReason},
		"no statement":    {above.ID, proposals.Case{Reason: "hard_to_fill"}, approvals.ErrIncomplete},
		"somebody else's": {tenants.NewID(), need, fault.ErrNotFound},
	} {
		if _, err := ask(w, w.Sam, c.id, c.with); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Accept(w.Sam, within.ID); err != nil {
		t.Errorf("within the cap: %v", err)
	}
}

func TestApproval_offFrameworkTakesItsEvidenceFromTheTimeline(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		terms := w.First.Agreement.Terms()
		terms.Framework = ""
		_, err := w.Agencies.Update(ctx, tx, w.First.Agreement.ID, 0, terms)
		return err
	})
	p := w.Propose(w.First, w.OpenShift())
	if len(p.Conditions) != 1 || p.Conditions[0] != approvals.OffFramework {
		t.Fatalf("conditions %v", p.Conditions)
	}
	r, err := ask(w, w.Sam, p.ID, need)
	if err != nil {
		t.Fatalf("%v %+v", err, fault.Of(err).Fields)
	}
	if r.Asked[0] != approvals.OfOffice(approvals.ChiefExecutive) || len(r.Evidence) != 2 {
		t.Fatalf("asked %v with %+v", r.Asked, r.Evidence)
	}
	for _, e := range r.Evidence {
		if !strings.Contains(e.Text, "Mon 23 Nov") {
			t.Errorf("evidence %s: %q", e.Name, e.Text)
		}
	}
}

func TestApproval_isDroppedWithItsProposal(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	shift := w.OpenShift()
	taken, declined := w.Propose(w.First, shift, atMost), w.Propose(w.Second, shift, atMost)
	var asked []tenants.ID
	for _, p := range []proposals.Proposal{taken, declined} {
		r, err := ask(w, w.Sam, p.ID, need)
		if err != nil {
			t.Fatal(err)
		}
		asked = append(asked, r.ID)
	}
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Proposals.Decline(ctx, tx, declined.ID, "cost", "")
		return err
	})
	w.Run(w.First.Party, w.First.Consultant, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Proposals.Withdraw(ctx, tx, taken.ID)
		return err
	})
	w.Settle()
	for _, id := range asked {
		w.Run(w.Trust, pgtest.Actor(w.Trust), func(ctx context.Context, tx *tenants.Tx) error {
			r, _, err := w.Approvals.Get(ctx, tx, id)
			if r.State != approvals.Withdrawn {
				t.Errorf("the request is %s", r.State)
			}
			return err
		})
	}
}

func TestSubmit_refusesPayBelowTheMinimumWage(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	d := w.Draft(w.First, w.OpenShift())
	d.PayRate = money.MustRate("12.70")
	_, err := w.Submit(w.First, d)
	if f := fault.Of(err); !errors.Is(err, bookings.ErrBelowMinimum) || len(f.Fields) != 1 || f.Fields[0].Name != "pay_rate" || !strings.Contains(f.Text, "£12.71") {
		t.Errorf("got %v, %+v", err, f.Fields)
	}
}

func TestAgreement_refusesAnUnknownFramework(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	for _, terms := range []agencies.Terms{{Framework: "RM6161"}, {Framework: "NONE1"}, {Framework: "TWS3", FrameworkLot: "9z"}} { // RM6161 ended in 2024
		err := w.Do(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Agencies.Update(ctx, tx, w.Second.Agreement.ID, 0, terms)
			return err
		})
		if f := fault.Of(err); !errors.Is(err, agencies.ErrFramework) || len(f.Fields) != 1 || f.Fields[0].Name != "framework" {
			t.Errorf("%+v: %v", terms, err)
		}
	}
}

// The executive on call agrees at night; in the morning the chief executive does not.
func TestAccept_refusesOnAnApprovalThatWasNotRatified(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	chief, call := executive(t, w, "Carys", approvals.ChiefExecutive), executive(t, w, "Olu", approvals.ExecutiveOnCall)
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		terms := w.First.Agreement.Terms()
		terms.Framework = ""
		_, err := w.Agencies.Update(ctx, tx, w.First.Agreement.ID, 0, terms)
		return err
	})
	waits := w.Propose(w.First, w.OpenShift(proposalstest.On(proposalstest.Day(3))))
	booked := w.Propose(w.First, w.OpenShift(proposalstest.On(proposalstest.Day(4))))
	w.MoveTo(proposalstest.Day(0).Midnight().Add(22 * time.Hour))
	for _, p := range []proposals.Proposal{waits, booked} {
		r, err := ask(w, w.Sam, p.ID, need)
		if err != nil {
			t.Fatalf("%v %+v", err, fault.Of(err).Fields)
		}
		if err := approve(w, call, r.ID); err != nil {
			t.Fatal(err)
		}
	}
	b, err := w.Accept(w.Sam, booked.ID)
	if err != nil {
		t.Fatalf("at night: %v", err)
	}

	w.MoveTo(proposalstest.Day(1).Midnight().Add(10 * time.Hour))
	w.Run(w.Trust, chief, func(ctx context.Context, tx *tenants.Tx) error {
		open, _, err := w.Approvals.List(ctx, tx, approvals.Filter{View: approvals.Mine})
		for _, r := range open {
			if _, err := w.Approvals.Refuse(ctx, tx, r.ID, "There was a bank nurse"); err != nil {
				return err
			}
		}
		return err
	})

	if _, err := w.Accept(w.Sam, waits.ID); !errors.Is(err, proposals.ErrNeedsApproval) || !strings.Contains(fault.Of(err).Text, "was not ratified") {
		t.Errorf("in the morning: %v", err)
	}
	w.Run(w.Trust, w.Sam, func(ctx context.Context, tx *tenants.Tx) error {
		l, err := w.Proposals.Limit(ctx, tx, &waits)
		if l.Granted || l.Open() || l.Answer == nil || l.Answer.PersonName != "Carys" {
			t.Errorf("stands %+v, answered by %+v", l.Request, l.Answer)
		}
		if err != nil {
			return err
		}
		stand, err := w.Bookings.Ratifications(ctx, tx, []bookings.Booking{b})
		if stand[b.ID] != approvals.Refused {
			t.Errorf("what was booked at night stands %q", stand[b.ID])
		}
		return err
	})
	if _, err := ask(w, w.Sam, waits.ID, need); err != nil {
		t.Errorf("asked again: %v", err)
	}
}
