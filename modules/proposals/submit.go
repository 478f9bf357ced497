package proposals

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"wardbridge/modules/cascade"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

// Submit proposes a worker for a shift that is released to the agency. The
// worker's facts and the priced quote are copied in as they are now; the instant
// is the employer's, whose shift it is.
func (s *Service) Submit(ctx context.Context, tx *tenants.Tx, d Draft) (Proposal, error) {
	a, err := s.assess(ctx, tx, d)
	if err != nil {
		return Proposal{}, err
	}
	if a.Refusal != nil {
		return Proposal{}, a.Refusal
	}
	now, err := tx.NowAt(a.Offer.Shift.TenantID)
	if err != nil {
		return Proposal{}, err
	}
	p := Proposal{
		TenantID: a.Offer.Shift.TenantID, AgencyID: tx.Me.ID, WorkerID: a.Worker.WorkerID, ID: tenants.NewID(),
		ShiftID: a.Offer.Shift.ID, WardID: a.Offer.Shift.WardID, RepresentationID: a.Worker.ID, AgreementID: a.Answer.Agreement.ID, Tier: a.Offer.Tier,
		WorkerName: a.Worker.Name, StaffGroup: a.Worker.StaffGroup, Grade: a.Worker.Grade,
		RegisterBody: a.Worker.RegisterBody, RegisterNumber: a.Worker.RegisterNumber,
		PayRate: d.PayRate, Bands: a.Answer.Bands, Commission: d.Commission, PayMax: a.Card.PayMax, CardID: a.Card.CardID,
		Minutes: a.Answer.Quote.Minutes, NetPence: a.Answer.Quote.Net, Quote: a.Answer.Quote,
		Note: strings.TrimSpace(d.Note), Conditions: a.Needs, SubmittedAt: now, SubmittedBy: tx.Actor.Name, Status: StatusSubmitted,
	}
	if err := write(ctx, tx, &p, a.Offer.Shift); err != nil {
		return Proposal{}, err
	}
	if err := s.still(ctx, tx, d.ShiftID); err != nil {
		return Proposal{}, err
	}
	kind, err := s.kindOf(ctx, tx, p.TenantID)
	if err != nil {
		return Proposal{}, err
	}
	return p, tx.Emit(Submitted{p.parties(kind)})
}

// still makes sure that the shift was not filled while the proposal was written.
// The insert has locked the shift's key and this locks the release, in the order
// in which whoever ends the shift takes them: either they see the proposal and
// close it, or we see that the release has closed.
func (s *Service) still(ctx context.Context, tx *tenants.Tx, shift tenants.ID) error {
	_, err := s.Cascade.Hold(ctx, tx, shift)
	if !errors.Is(err, cascade.ErrClosed) {
		return err
	}
	if _, err := s.released(ctx, tx, shift); err != nil {
		return err
	}
	return ErrShiftClosed
}

// write inserts a proposal under a reference of its own. That the person is
// proposed already, by whomever, reads like any other reason not to be free.
func write(ctx context.Context, tx *tenants.Tx, p *Proposal, shift shifts.Shift) error {
	for try := 0; ; try++ {
		p.Ref = refFor(shift)
		err := tx.Try(func() error { return insert(ctx, tx, p) })
		switch {
		case err == nil:
			return nil
		case tenants.Violates(err, "proposals_one_live"):
			return refusal([]Tick{{Code: "free"}})
		case !tenants.Violates(err, "proposals_ref") || try == refTries:
			return fmt.Errorf("proposal for shift %s: %w", shift.ID, err)
		}
	}
}

const (
	refTries = 5
	// refLetters leave out what is easily misread.
	refLetters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
)

// refFor makes a reference out of the shift's, with letters by chance, so that
// it does not tell how many others there are: KUH-P40841-7QKX.
func refFor(shift shifts.Shift) string {
	letters, number, _ := strings.Cut(shift.Ref, "-")
	b := make([]byte, 4)
	_, _ = rand.Read(b) // never fails since Go 1.24
	for i := range b {
		b[i] = refLetters[int(b[i])%len(refLetters)]
	}
	return letters + "-P" + number + "-" + string(b)
}
