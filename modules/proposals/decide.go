package proposals

import (
	"context"
	"fmt"
	"strings"

	"wardbridge/internal/fault"
	"wardbridge/modules/bookings"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

// Accept books the proposed worker: the shift is filled, its cascade stops and
// whatever else was proposed for it is closed, in one unit of work. Of many who
// accept at once one books, and the others are told who was first and when.
func (s *Service) Accept(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Proposal, bookings.Booking, error) {
	p, b, err := s.accept(ctx, tx, id)
	if err != nil {
		return Proposal{}, bookings.Booking{}, err
	}
	if err := s.closeRest(ctx, tx, p.ShiftID, StatusClosed, whyOther); err != nil {
		return Proposal{}, bookings.Booking{}, err
	}
	return p, b, tx.Emit(Accepted{Parties: p.parties(tx.Me.Kind), Booking: b.ID})
}

func (s *Service) accept(ctx context.Context, tx *tenants.Tx, id tenants.ID) (p Proposal, b bookings.Booking, err error) {
	if p, err = byIDOrRef(ctx, tx, id.String()); err != nil {
		return p, b, err
	}
	// Looked at before it is locked, so that a crowd that comes too late is told so
	// without queueing; looked at again under the lock, which decides.
	shift, err := s.Shifts.Get(ctx, tx, p.ShiftID.String())
	if err != nil {
		return p, b, err
	}
	if err := s.fillable(ctx, tx, shift, p); err != nil {
		return p, b, err
	}
	if shift, err = s.Shifts.Lock(ctx, tx, p.ShiftID); err != nil {
		return p, b, err
	}
	if err := s.fillable(ctx, tx, shift, p); err != nil {
		return p, b, err
	}
	if err := s.Cascade.Stop(ctx, tx, shift.ID, shifts.StatusFilled); err != nil {
		return p, b, err
	}
	if p, err = lock(ctx, tx, id); err != nil {
		return p, b, err
	}
	if err := p.accept(tx.Actor, tx.Now); err != nil {
		return p, b, err
	}
	if err := s.Bookings.HoldDay(ctx, tx, p.TenantID, p.WorkerID, p.Quote.Date); err != nil {
		return p, b, err
	}
	granted, passed, err := s.approved(ctx, tx, &p)
	if err != nil {
		return p, b, err
	}
	if err := saveDecision(ctx, tx, &p); err != nil {
		return p, b, fmt.Errorf("proposal %s: %w", id, err)
	}
	b, err = s.Bookings.Confirm(ctx, tx, shift, bookings.Engagement{
		ProposalID: &p.ID, AgencyID: p.AgencyID, WorkerID: p.WorkerID, AgreementID: p.AgreementID, WorkerName: p.WorkerName,
		PayRate: p.PayRate, Bands: p.Bands, Commission: p.Commission, CardID: p.CardID, Quote: p.Quote,
		Conditions: passed, ApprovalID: granted,
	})
	return p, b, err
}

// fillable refuses a shift that has been filled, saying by whom and when, and
// one that ended otherwise.
func (s *Service) fillable(ctx context.Context, tx *tenants.Tx, shift shifts.Shift, p Proposal) error {
	if shift.Status != shifts.StatusFilled {
		return shift.Fillable()
	}
	before, err := s.Bookings.Live(ctx, tx, shift.ID)
	if err != nil {
		return err
	}
	if before == nil {
		return shift.Fillable()
	}
	refusal := fault.Of(before.Filled(tx.Now))
	if before.ProposalID != nil && *before.ProposalID == p.ID {
		return refusal.Saying(strings.Replace(refusal.Text, "another proposal", "this proposal", 1))
	}
	return refusal
}

// Decline says no to a proposal. The reason's code is from DeclineReasons; the
// agency reads its sentence and the note.
func (s *Service) Decline(ctx context.Context, tx *tenants.Tx, id tenants.ID, code, note string) (Proposal, error) {
	p, err := lock(ctx, tx, id)
	if err != nil {
		return Proposal{}, err
	}
	if err := p.decline(tx.Actor, code, note, tx.Now); err != nil {
		return Proposal{}, err
	}
	if err := saveDecision(ctx, tx, &p); err != nil {
		return Proposal{}, fmt.Errorf("proposal %s: %w", id, err)
	}
	if err := s.dropApproval(ctx, tx, p.ID, "The proposal was declined."); err != nil {
		return Proposal{}, err
	}
	return p, tx.Emit(Declined{p.parties(tx.Me.Kind)})
}

// CancelShift ends a shift that is no longer needed with everything that hangs
// on it: proposals are closed, a booking that has not begun is called off, the
// cascade stops. Agencies and the worker read the reason.
func (s *Service) CancelShift(ctx context.Context, tx *tenants.Tx, id tenants.ID, why string) (shifts.Shift, error) {
	why = strings.TrimSpace(why)
	if n := len([]rune(why)); n == 0 || n > noteMax {
		return shifts.Shift{}, ErrCancelReason.With(fault.Field{Name: "reason", Code: ErrCancelReason.Code, Text: ErrCancelReason.Text, Value: why})
	}
	shift, err := s.Shifts.Lock(ctx, tx, id)
	if err != nil {
		return shifts.Shift{}, err
	}
	if err := s.Cascade.Stop(ctx, tx, id, shifts.StatusCancelled); err != nil {
		return shifts.Shift{}, err
	}
	if err := s.closeRest(ctx, tx, id, StatusClosed, whyCancelled+": "+why); err != nil {
		return shifts.Shift{}, err
	}
	if _, err := s.Bookings.CancelOn(ctx, tx, id, why); err != nil {
		return shifts.Shift{}, err
	}
	return s.Shifts.Cancel(ctx, tx, shift.ID, why)
}

// onExpired ends what still waits on shifts that passed unfilled. It looks at
// the shifts as they are by now, so it may come late or twice.
func (s *Service) onExpired(ctx context.Context, tx *tenants.Tx, e shifts.Expired) error {
	for _, id := range e.IDs {
		shift, err := s.Shifts.Lock(ctx, tx, id)
		if err != nil {
			return err
		}
		if shift.Status != shifts.StatusExpired {
			continue
		}
		if err := s.closeRest(ctx, tx, id, StatusExpired, whyExpired); err != nil {
			return err
		}
	}
	return nil
}

// closeRest ends what waits on a shift and tells each agency of its own.
func (s *Service) closeRest(ctx context.Context, tx *tenants.Tx, shift tenants.ID, to Status, why string) error {
	rows, err := closeWaiting(ctx, tx, shift, to, why)
	if err != nil {
		return err
	}
	var agencies []tenants.ID
	mine := map[tenants.ID][]tenants.ID{}
	for _, r := range rows {
		if mine[r.AgencyID] == nil {
			agencies = append(agencies, r.AgencyID)
		}
		mine[r.AgencyID] = append(mine[r.AgencyID], r.ID)
		if err := s.dropApproval(ctx, tx, r.ID, why); err != nil {
			return err
		}
	}
	for _, agency := range agencies {
		if err := tx.Emit(Closed{Shift: shift, Tenant: tx.Me.ID, Agency: agency, Why: to, Proposals: mine[agency]}); err != nil {
			return err
		}
	}
	return nil
}

// Withdraw takes a proposal back before the employer has answered it. The
// instant is the employer's, whose shift it is.
func (s *Service) Withdraw(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Proposal, error) {
	p, err := lock(ctx, tx, id)
	if err != nil {
		return Proposal{}, err
	}
	now, err := tx.NowAt(p.TenantID)
	if err != nil {
		return Proposal{}, err
	}
	if err := p.withdraw(now); err != nil {
		return Proposal{}, err
	}
	if err := saveWithdrawal(ctx, tx, &p); err != nil {
		return Proposal{}, fmt.Errorf("proposal %s: %w", id, err)
	}
	kind, err := s.kindOf(ctx, tx, p.TenantID)
	if err != nil {
		return Proposal{}, err
	}
	return p, tx.Emit(Withdrawn{p.parties(kind)})
}
