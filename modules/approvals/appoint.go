package approvals

import (
	"context"
	"slices"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/tenants"
)

// Appoint puts a member into an office from a day, today if none is given, until
// a last day or until it is ended.
func (s *Service) Appoint(ctx context.Context, tx *tenants.Tx, o Office, person tenants.ID, from, until civil.Date) (Appointment, error) {
	if !employer(tx) {
		return Appointment{}, ErrNoEmployer
	}
	if from.IsZero() {
		from = civil.DateOf(tx.Now)
	}
	var wrong []fault.Field
	if !slices.Contains(Offices, o) {
		wrong = append(wrong, field("office", ErrUnknownChoice, "Choose an office from the list.", string(o)))
	}
	if !until.IsZero() && until.Before(from) {
		wrong = append(wrong, field("until_on", ErrUnknownChoice, "Choose a day on or after "+from.Text()+".", until.String()))
	}
	if len(wrong) > 0 {
		return Appointment{}, fault.ErrInvalid.With(wrong...)
	}
	p, err := s.decider(ctx, tx, person, "person_id")
	if err != nil {
		return Appointment{}, err
	}
	a := Appointment{OwnerID: tx.Me.ID, ID: tenants.NewID(), Office: o, PersonID: p.ID, PersonName: p.Name, FromOn: from, UntilOn: until, AppointedAt: tx.Now, AppointedBy: tx.Actor.Name}
	err = insertAppointment(ctx, tx, &a)
	if tenants.Violates(err, "approval_offices_once") {
		return a, ErrOfficeTaken.Because(err)
	}
	return a, err
}

// EndAppointment takes somebody out of an office at once, and with them every
// delegation of it.
func (s *Service) EndAppointment(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Appointment, error) {
	a, err := lockAppointment(ctx, tx, id)
	if err != nil {
		return a, err
	}
	if err := a.end(tx.Now); err != nil {
		return a, err
	}
	return a, saveAppointment(ctx, tx, &a)
}

// Appointments lists who holds and held offices, latest first.
func (s *Service) Appointments(ctx context.Context, tx *tenants.Tx) ([]Appointment, error) {
	return appointments(ctx, tx, false)
}

// Handover is what a holder gives away.
type Handover struct {
	Office     Office
	Delegate   tenants.ID
	Starts     time.Time // zero: now
	Ends       time.Time
	LimitRate  money.Rate  // pounds an hour; 0: no limit on the rate
	LimitPence money.Pence // in total; 0: no limit on the total. One of the two is needed
}

// delegationMost is how long a delegation may run.
const delegationMost = 366 * 24 * time.Hour

// Delegate lets somebody decide in the stead of whoever acts. Only the holder of
// the office may: what was delegated cannot be delegated again.
func (s *Service) Delegate(ctx context.Context, tx *tenants.Tx, h Handover) (Delegation, error) {
	if !employer(tx) {
		return Delegation{}, ErrNoEmployer
	}
	me := tx.Actor.Person
	if me == (tenants.ID{}) {
		return Delegation{}, ErrNobody
	}
	if h.Starts.IsZero() {
		h.Starts = tx.Now
	}
	if wrong := h.wrong(me, tx.Now); len(wrong) > 0 {
		return Delegation{}, fault.ErrInvalid.With(wrong...)
	}
	g, err := s.register(ctx, tx)
	if err != nil {
		return Delegation{}, err
	}
	if !g.holds(me, h.Office) {
		return Delegation{}, ErrNotHolder
	}
	p, err := s.decider(ctx, tx, h.Delegate, "delegate_id")
	if err != nil {
		return Delegation{}, err
	}
	d := Delegation{OwnerID: tx.Me.ID, ID: tenants.NewID(), Office: h.Office, HolderID: me, HolderName: tx.Actor.Name, DelegateID: p.ID, DelegateName: p.Name,
		StartsAt: h.Starts, EndsAt: h.Ends, LimitRate: h.LimitRate, LimitPence: h.LimitPence, MadeAt: tx.Now}
	return d, insertDelegation(ctx, tx, &d)
}

func (h Handover) wrong(me tenants.ID, now time.Time) (fields []fault.Field) {
	refuse := func(bad bool, name, text, value string) {
		if bad {
			fields = append(fields, field(name, ErrUnknownChoice, text, value))
		}
	}
	refuse(!slices.Contains(Offices, h.Office), "office", "Choose an office that you hold.", string(h.Office))
	refuse(h.Delegate == me, "delegate_id", "Choose somebody else.", "")
	refuse(!h.Ends.After(h.Starts) || !h.Ends.After(now), "ends_at", "Choose an end that is still to come, after the start.", h.Ends.Format(time.RFC3339))
	refuse(h.Ends.Sub(h.Starts) > delegationMost, "ends_at", "A delegation runs for a year at most.", h.Ends.Format(time.RFC3339))
	refuse(h.LimitRate.IsZero() && h.LimitPence == 0, "limit_rate", "Give a limit an hour, a limit in total, or both.", "")
	refuse(h.LimitRate.Cmp(money.Rate{}) < 0, "limit_rate", "A limit is more than nothing.", h.LimitRate.String())
	refuse(h.LimitPence < 0, "limit_pence", "A limit is more than nothing.", h.LimitPence.Plain())
	return fields
}

// Revoke ends a delegation at once, as its holder, or as an administrator whom
// the caller of this verb has let in.
func (s *Service) Revoke(ctx context.Context, tx *tenants.Tx, id tenants.ID, administrator bool) (Delegation, error) {
	d, err := lockDelegation(ctx, tx, id)
	if err != nil {
		return d, err
	}
	if d.HolderID != tx.Actor.Person && !administrator {
		return d, ErrNotYours
	}
	if err := d.revoke(tx.Actor.Name, tx.Now); err != nil {
		return d, err
	}
	return d, saveDelegation(ctx, tx, &d)
}

// Delegations lists those in force, to come and over, latest first.
func (s *Service) Delegations(ctx context.Context, tx *tenants.Tx) ([]Delegation, error) {
	return delegations(ctx, tx, false)
}

// Held are the offices that whoever acts holds now.
func (s *Service) Held(ctx context.Context, tx *tenants.Tx) (held []Office, err error) {
	g, err := s.register(ctx, tx)
	for _, o := range Offices {
		if g.holds(tx.Actor.Person, o) {
			held = append(held, o)
		}
	}
	return held, err
}
