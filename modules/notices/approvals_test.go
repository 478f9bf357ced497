package notices_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/proposals/proposalstest"
	"wardbridge/tenants"
)

func TestApprovals_tellThoseWhoMayDecideAndWhoeverAsked(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	director, stand := person(t, w.Trust, "Dan Director", "approver"), person(t, w.Trust, "Stan Stand", "approver")
	asks := person(t, w.Trust, "Priya Raman", "bank_office")
	as := func(who tenants.ID, name string, fn func(context.Context, *tenants.Tx) error) {
		w.Run(w.Trust, tenants.Actor{Kind: tenants.Person, ID: who, Person: who, Name: name}, fn)
	}
	as(asks, "Priya Raman", func(ctx context.Context, tx *tenants.Tx) error {
		_, err := line.approvals.Appoint(ctx, tx, approvals.ExecutiveDirector, director, civil.Date{}, civil.Date{})
		return err
	})
	as(director, "Dan Director", func(ctx context.Context, tx *tenants.Tx) error {
		_, err := line.approvals.Delegate(ctx, tx, approvals.Handover{Office: approvals.ExecutiveDirector, Delegate: stand, Ends: tx.Now.Add(24 * time.Hour), LimitRate: money.MustRate("60")})
		return err
	})

	var r approvals.Request
	as(asks, "Priya Raman", func(ctx context.Context, tx *tenants.Tx) (err error) {
		r, err = line.approvals.Ask(ctx, tx, approvals.Draft{Subject: approvals.Subject{Kind: "proposal", ID: tenants.NewID()}, Title: "A nurse for tonight",
			Conditions: []approvals.Condition{approvals.OverCap}, Rate: money.MustRate("41"), Total: 40000, Reason: "vacancy", Statement: "Intensive care is one short"})
		return err
	})
	w.Settle()

	if n := one(t, w, w.Trust, "approval.asked"); n.Href != home(t, w, w.Trust)+"/approvals/"+r.ID.String() || !strings.Contains(n.Text, "Priya Raman") {
		t.Errorf("%+v", n)
	}
	if to := mailed(t, w, w.Trust, "Your approval is asked for"); !slices.Equal(to, []string{"Dan Director", "Stan Stand"}) {
		t.Errorf("mailed to %v", to)
	}

	as(stand, "Stan Stand", func(ctx context.Context, tx *tenants.Tx) error {
		_, err := line.approvals.Approve(ctx, tx, r.ID, "For tonight")
		return err
	})
	w.Settle()

	if n := one(t, w, w.Trust, "approval.approved"); !strings.Contains(n.Text, "Stan Stand: For tonight") {
		t.Errorf("%+v", n)
	}
	if to := mailed(t, w, w.Trust, "Approved: A nurse"); !slices.Equal(to, []string{"Priya Raman"}) {
		t.Errorf("mailed to %v", to)
	}
}

// A ward manager asks what ward managers answer: the others are told.
func TestApprovals_tellNobodyToAnswerThemselves(t *testing.T) {
	t.Parallel()
	w := proposalstest.Line(t)
	asks := person(t, w.Trust, "Priya Raman", "ward_manager")
	person(t, w.Trust, "Wanda Other", "ward_manager")
	w.Run(w.Trust, tenants.Actor{Kind: tenants.Person, ID: asks, Person: asks, Name: "Priya Raman"}, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := line.approvals.Ask(ctx, tx, approvals.Draft{Subject: approvals.Subject{Kind: "proposal", ID: tenants.NewID()}, Title: "A nurse for tonight",
			Conditions: []approvals.Condition{approvals.WithinCap}, Rate: money.MustRate("31"), Total: 40000, Reason: "vacancy"})
		return err
	})
	w.Settle()

	to := mailed(t, w, w.Trust, "Your approval is asked for")
	if slices.Contains(to, "Priya Raman") || !slices.Contains(to, "Wanda Other") {
		t.Errorf("mailed to %v", to)
	}
}
