package quotes

import (
	"context"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/cards"
	"wardbridge/modules/diary"
	"wardbridge/tenants"
)

// Qualifying is how far a worker has come towards the pay of the employer's own
// staff, by the Agency Workers Regulations 2010. Its zero is not known.
type Qualifying struct {
	Known  bool       // the party may know it of this worker
	Weeks  int        // completed in the grade with the employer before the day, by whatever agencies
	Needed int        // in force on the day
	Pay    money.Rate // the card's highest after them; zero: it names none, or was not asked
}

// Met reports that the weeks are complete.
func (q Qualifying) Met() bool { return q.Known && q.Weeks >= q.Needed }

// Applies reports that the card's pay for after the weeks counts.
func (q Qualifying) Applies() bool { return q.Met() && !q.Pay.IsZero() }

// Near reports that they are, or will be within two weeks: time to tell people.
func (q Qualifying) Near() bool { return q.Known && q.Weeks >= q.Needed-2 }

// Qualifying counts the weeks of the worker that a request names, before its day.
func (q *Service) Qualifying(ctx context.Context, tx *tenants.Tx, r Request) (of Qualifying, err error) {
	if r.WorkerID == (tenants.ID{}) {
		return of, nil
	}
	needed, breakDays, err := q.packs.Qualifying(ctx, tx, r.Day())
	if err != nil {
		return of, err
	}
	of.Needed = needed
	of.Weeks, of.Known, err = q.diary.Weeks(ctx, tx, diary.Role{TenantID: r.TenantID, PersonID: r.WorkerID, Grade: r.Grade}, r.Day(), breakDays)
	return of, err
}

// Card is the line of the employer's cards that counts for a request: for a worker
// who qualifies, with the rates for after the qualifying weeks.
func (q *Service) Card(ctx context.Context, tx *tenants.Tx, r Request) (cards.Line, Qualifying, error) {
	line, err := q.cards.Line(ctx, tx, r.Work())
	if err != nil {
		return line, Qualifying{}, err
	}
	of, err := q.Qualifying(ctx, tx, r)
	if line.Parity == nil || !of.Known {
		return line, of, err
	}
	if of.Pay = line.Parity.PayMax; of.Applies() {
		line = *line.Parity
	}
	return line, of, err
}

// Tier is that of a request's agency for its staff group, under the agreement in
// force on its date; 0: it has none.
func (q *Service) Tier(ctx context.Context, tx *tenants.Tx, r Request) (int, error) {
	a, err := q.agreement(ctx, tx, r, r.Day())
	if err != nil {
		return 0, err
	}
	tiers, err := q.agencies.TiersOf(ctx, tx, a.ID)
	return tiers[r.StaffGroup], err
}

var noWorker = fault.Field{Name: "worker_id", Code: "unknown", Text: "There is no such worker. An agency names its own record, an employer somebody who was proposed to it or worked there."}

// named puts the worker whom a caller names into a request: an agency by its own
// record, an employer by the person.
func (q *Service) named(ctx context.Context, tx *tenants.Tx, r *Request, worker *tenants.ID) error {
	if worker == nil {
		return nil
	}
	if tx.Me.Kind != tenants.Agency {
		r.WorkerID = *worker
		return nil
	}
	own, err := q.workers.Get(ctx, tx, *worker)
	if fault.Is(err, fault.NotFound) {
		return fault.ErrInvalid.With(noWorker).Because(err)
	}
	r.WorkerID = own.Person()
	return err
}

// known refuses a worker who is nobody to the employer that asks. An agency may
// ask about a record of its own that the person has not confirmed; the weeks are
// then not known.
func known(tx *tenants.Tx, r Request, of Qualifying) error {
	if tx.Me.Kind == tenants.Agency || r.WorkerID == (tenants.ID{}) || of.Known {
		return nil
	}
	return fault.ErrInvalid.With(noWorker)
}
