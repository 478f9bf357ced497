package approvals_test

import (
	"context"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/tenants"
)

// handover is a delegation for two days, from now.
func (w *trust) handover(holder, to tenants.ID, o approvals.Office, rate string, total money.Pence) (d approvals.Delegation, err error) {
	w.Helper()
	err = w.as(holder, func(ctx context.Context, tx *tenants.Tx) (err error) {
		h := approvals.Handover{Office: o, Delegate: to, Ends: tx.Now.Add(48 * time.Hour), LimitPence: total}
		if rate != "" {
			h.LimitRate = money.MustRate(rate)
		}
		d, err = w.Delegate(ctx, tx, h)
		return err
	})
	return d, err
}

func (w *trust) delegate(holder, to tenants.ID, o approvals.Office, rate string, total money.Pence) approvals.Delegation {
	w.Helper()
	d, err := w.handover(holder, to, o, rate, total)
	if err != nil {
		w.Fatalf("%v %+v", err, fault.Of(err).Fields)
	}
	return d
}

func TestDelegate_decidesWithinItsLimits(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	boss, asks := w.holder("Dan Director", approvals.ExecutiveDirector), w.person("Priya Raman", "bank_office")
	byRate, byTotal := w.person("Rhys Rate", "approver"), w.person("Tova Total", "approver")
	w.delegate(boss, byRate, approvals.ExecutiveDirector, "41.2050", 0)
	w.delegate(boss, byTotal, approvals.ExecutiveDirector, "", 47386)
	within := w.ask(asks, draft(approvals.OverCap))
	dear, long := draft(approvals.OverCap), draft(approvals.OverCap)
	dear.Rate, long.Total = money.MustRate("41.2051"), 47387
	tooDear, tooLong := w.ask(asks, dear), w.ask(asks, long)

	w.wants("above the rate", w.approve(byRate, tooDear.ID), approvals.ErrOverLimit)
	w.wants("above the total", w.approve(byTotal, tooLong.ID), approvals.ErrOverLimit)
	if !w.sees(byRate, approvals.Mine, within) || w.sees(byRate, approvals.Mine, tooDear) || !w.sees(boss, approvals.Passed, within) {
		t.Error("the inbox is not what may be decided")
	}
	if err := w.approve(byRate, within.ID); err != nil {
		t.Fatal(err)
	}
	if _, d := w.get(within.ID); d.InSteadOf != "Dan Director" || d.DelegationID == nil || d.PersonName != "Rhys Rate" {
		t.Errorf("%+v", d)
	}
}

func TestDelegate_endsWithItsTimeItsRevocationAndItsOffice(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	boss, asks, admin := w.holder("Dan Director", approvals.ExecutiveDirector), w.person("Priya Raman", "bank_office"), w.person("Dilys Morgan", "org_admin")
	first, second, third := w.person("First Stand", "approver"), w.person("Second Stand", "approver"), w.person("Third Stand", "approver")
	revoked := w.delegate(boss, first, approvals.ExecutiveDirector, "99", 0)
	w.delegate(boss, second, approvals.ExecutiveDirector, "99", 0)
	r := w.ask(asks, draft(approvals.OverCap))
	revoke := func(who tenants.ID, admin bool) error {
		return w.as(who, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Revoke(ctx, tx, revoked.ID, admin)
			return err
		})
	}

	w.wants("revoked by somebody else", revoke(second, false), approvals.ErrNotYours)
	if err := revoke(admin, true); err != nil {
		t.Fatal(err)
	}
	w.wants("revoked twice", revoke(boss, false), approvals.ErrSettled)
	w.wants("after it was revoked", w.approve(first, r.ID), approvals.ErrNotApprover)
	w.clock("2026-11-26 10:01")
	w.wants("after its time", w.approve(second, r.ID), approvals.ErrNotApprover)

	w.delegate(boss, third, approvals.ExecutiveDirector, "99", 0)
	w.must(tenants.ID{}, func(ctx context.Context, tx *tenants.Tx) error {
		all, err := w.Appointments(ctx, tx)
		if err != nil {
			return err
		}
		_, err = w.EndAppointment(ctx, tx, all[0].ID)
		return err
	})
	w.wants("after the holder left the office", w.approve(third, r.ID), approvals.ErrNotApprover)
	w.wants("the holder after it", w.approve(boss, r.ID), approvals.ErrNotApprover)
}

func TestDelegate_refuses(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	boss, next, viewer := w.holder("Dan Director", approvals.ExecutiveDirector), w.person("Next Stand", "approver"), w.person("Ewan Grant", "viewer")
	w.delegate(boss, next, approvals.ExecutiveDirector, "99", 0)
	for name, c := range map[string]struct {
		from, to tenants.ID
		office   approvals.Office
		rate     string
		want     *fault.Fault
	}{
		"a chain":              {next, w.person("Third Stand", "approver"), approvals.ExecutiveDirector, "99", approvals.ErrNotHolder},
		"an office not held":   {boss, next, approvals.ChiefExecutive, "99", approvals.ErrNotHolder},
		"oneself":              {boss, boss, approvals.ExecutiveDirector, "99", fault.ErrInvalid},
		"no limit":             {boss, next, approvals.ExecutiveDirector, "", fault.ErrInvalid},
		"somebody who may not": {boss, viewer, approvals.ExecutiveDirector, "99", approvals.ErrNoMember},
		"somebody unknown":     {boss, tenants.NewID(), approvals.ExecutiveDirector, "99", approvals.ErrNoMember},
		"an unknown office":    {boss, next, "king", "99", fault.ErrInvalid},
		"by nobody":            {tenants.ID{}, next, approvals.ExecutiveDirector, "99", approvals.ErrNobody},
	} {
		_, err := w.handover(c.from, c.to, c.office, c.rate, 0)
		w.wants(name, err, c.want)
	}
}

func TestAppoint_isForAPeriodAndOnce(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	p, asks := w.person("Nia Nurse", "approver"), w.person("Priya Raman", "bank_office")
	appoint := func(who tenants.ID, from, until string) error {
		return w.as(asks, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := w.Appoint(ctx, tx, approvals.ExecutiveDirector, who, civil.MustDate(from), civil.MustDate(until))
			return err
		})
	}
	if err := appoint(p, "2026-11-25", "2026-11-26"); err != nil {
		t.Fatal(err)
	}
	w.wants("twice in one period", appoint(p, "2026-11-26", "2026-11-30"), approvals.ErrOfficeTaken)
	w.wants("an end before the start", appoint(p, "2026-12-02", "2026-12-01"), fault.ErrInvalid)
	w.wants("somebody who may not decide", appoint(w.person("Ewan Grant", "viewer"), "2026-11-25", "2026-11-26"), approvals.ErrNoMember)
	r := w.ask(asks, draft(approvals.OverCap))

	w.wants("the day before", w.approve(p, r.ID), approvals.ErrNotApprover)
	w.clock("2026-11-27 00:01")
	w.wants("the day after", w.approve(p, r.ID), approvals.ErrNotApprover)
	w.clock("2026-11-26 23:50")
	if err := w.approve(p, r.ID); err != nil {
		t.Errorf("on the last day: %v", err)
	}
}

// delegateFor is a delegation without a real limit for a long time.
func (w *trust) delegateFor(holder, to tenants.ID, long time.Duration) {
	w.Helper()
	w.must(holder, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := w.Delegate(ctx, tx, approvals.Handover{Office: approvals.ExecutiveDirector, Delegate: to, Ends: tx.Now.Add(long), LimitPence: 100_000_00})
		return err
	})
}

// try does one act and gives the code of its refusal.
func (w *trust) try(who, id tenants.ID, what string) string {
	w.Helper()
	err := w.as(who, func(ctx context.Context, tx *tenants.Tx) (err error) {
		switch what {
		case "approve":
			_, err = w.Approve(ctx, tx, id, "Yes")
		case "refuse":
			_, err = w.Refuse(ctx, tx, id, "No")
		default:
			_, err = w.Withdraw(ctx, tx, id)
		}
		return err
	})
	if err == nil {
		return ""
	}
	return fault.Of(err).Code
}
