package approvals

import (
	"context"
	"slices"
	"strings"
	"time"

	"wardbridge/internal/jobs"
	"wardbridge/tenants"
)

// Approve says yes to a request, as whoever acts. Out of hours the executive on
// call may do it where the rule says so: it holds at once, and the usual
// approvers are asked to ratify it.
func (s *Service) Approve(ctx context.Context, tx *tenants.Tx, id tenants.ID, statement string) (Request, error) {
	return s.decide(ctx, tx, id, Approved, statement)
}

// Refuse says no.
func (s *Service) Refuse(ctx context.Context, tx *tenants.Tx, id tenants.ID, statement string) (Request, error) {
	return s.decide(ctx, tx, id, Refused, statement)
}

func (s *Service) decide(ctx context.Context, tx *tenants.Tx, id tenants.ID, verdict State, statement string) (Request, error) {
	r, err := lockRequest(ctx, tx, id)
	if err != nil {
		return r, err
	}
	g, me, h, err := s.eyes(ctx, tx)
	if err != nil {
		return r, err
	}
	c, err := g.may(me, r, h.asleep(r.Rule, tx.Now))
	if err != nil {
		return r, err
	}
	statement = strings.TrimSpace(statement)
	if statement == "" || len([]rune(statement)) > statementMax {
		return r, ErrStatement.With(field("statement", ErrStatement, ErrStatement.Text, ""))
	}
	d := Decision{OwnerID: r.OwnerID, ID: tenants.NewID(), RequestID: r.ID, WardID: r.WardID, Verdict: verdict, PersonID: me.person, PersonName: tx.Actor.Name,
		Capacity: c.As, Interim: c.Interim && verdict == Approved, Statement: statement, Snapshot: r.snapshot(), DecidedAt: tx.Now}
	if c.Delegation.ID != (tenants.ID{}) {
		d.DelegationID, d.InSteadOf = &c.Delegation.ID, c.Delegation.HolderName
	}
	if err := insertDecision(ctx, tx, &d); err != nil {
		return r, err
	}
	if d.Interim {
		if err := s.askToRatify(ctx, tx, r, d, h); err != nil {
			return r, err
		}
	}
	return r, s.end(ctx, tx, &r, verdict, "")
}

// askToRatify asks the usual approvers about a decision that was made out of
// hours, by the end of the next working day. Whoever made it is barred.
func (s *Service) askToRatify(ctx context.Context, tx *tenants.Tx, r Request, d Decision, h holidays) error {
	again := r
	due := h.nextEnd(r.Rule, tx.Now)
	again.ID, again.Ratifies, again.AskedAt, again.DueAt, again.LapsesAt, again.EscalatedAt = tenants.NewID(), &r.ID, tx.Now, &due, nil, nil
	again.Barred, again.Asked = unique(append(slices.Clone(r.Barred), d.PersonID)), slices.Clone(r.Rule.Approvers)
	again.Rule.OutOfHours = "" // it is not ratified at night
	if r.Rule.over(r.Rate, r.TotalPence) {
		again.Asked = unique(append(again.Asked, r.Rule.EscalateTo...))
	}
	if err := insertRequest(ctx, tx, &again); err != nil {
		return err
	}
	return s.wait(ctx, tx, again)
}

// Withdraw takes a request back, as whoever asked; not one that was asked after the
// fact.
func (s *Service) Withdraw(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Request, error) {
	r, err := lockRequest(ctx, tx, id)
	if err != nil {
		return r, err
	}
	if r.State != Open {
		return r, r.closed()
	}
	if r.RequesterID == nil || *r.RequesterID != tx.Actor.Person || r.Ratifies != nil {
		return r, ErrNotRequester
	}
	if r.Afterwards() {
		return r, ErrAfterwards
	}
	return r, s.end(ctx, tx, &r, Withdrawn, "Withdrawn by "+tx.Actor.Name)
}

// end closes an open request and tells. What was planned for it stays planned and
// will find it closed: to take it back would wait for work that waits for the
// request.
func (s *Service) end(ctx context.Context, tx *tenants.Tx, r *Request, to State, why string) error {
	if err := r.close(to, why, tx.Now); err != nil {
		return err
	}
	if err := saveRequest(ctx, tx, r); err != nil {
		return err
	}
	return tx.Emit(Decided{Request: r.ID, Kind: r.SubjectKind, Subject: r.SubjectID})
}

// dueRequest is the kind of due work. There is one for all that happens to a
// request by itself, so that what falls due first happens first.
const dueRequest = "approvals.due"

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// Listen takes on what happens to requests by themselves.
func (s *Service) Listen(q *jobs.Queue) { jobs.OnDue(q, dueRequest, s.onDue) }

// onDue closes what nobody answered while an answer was of use, and asks others
// about what is late, or the same again when there are no others.
func (s *Service) onDue(ctx context.Context, tx *tenants.Tx, due []jobs.Due) error {
	for _, d := range due {
		r, err := lockRequest(ctx, tx, d.Subject)
		if err != nil {
			return err
		}
		switch {
		case r.State != Open:
			continue
		case r.LapsesAt != nil && !d.DueAt.Before(*r.LapsesAt):
			err = s.end(ctx, tx, &r, Lapsed, "Nobody answered in time")
		case r.escalate(d.DueAt):
			if err = saveRequest(ctx, tx, &r); err == nil {
				err = tx.Emit(Escalated{Request: r.ID})
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
