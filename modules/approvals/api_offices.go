package approvals

import (
	"context"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

type officeJSON struct {
	ID       tenants.ID  `json:"id"`
	Office   Office      `json:"office" enum:"chief_executive,executive_director,executive_on_call,service_manager"`
	PersonID tenants.ID  `json:"person_id"`
	Person   string      `json:"person"`
	FromOn   civil.Date  `json:"from_on"`
	UntilOn  *civil.Date `json:"until_on" doc:"The last day; null until it is ended."`
	EndedAt  *time.Time  `json:"ended_at" doc:"When it was ended before its time."`
	InForce  bool        `json:"in_force"`
}

func officeOut(a Appointment, now time.Time) officeJSON {
	out := officeJSON{ID: a.ID, Office: a.Office, PersonID: a.PersonID, Person: a.PersonName, FromOn: a.FromOn, InForce: a.On(now)}
	if !a.UntilOn.IsZero() {
		out.UntilOn = &a.UntilOn
	}
	if !a.EndedAt.IsZero() {
		out.EndedAt = &a.EndedAt
	}
	return out
}

func (s *Service) officesAPI(ctx context.Context, tx *tenants.Tx, _ struct{}) (out openapi.List[officeJSON], err error) {
	all, err := s.Appointments(ctx, tx)
	for _, a := range all {
		out.Data = append(out.Data, officeOut(a, tx.Now))
	}
	return out, err
}

type appointIn struct {
	Body struct {
		Office   Office      `json:"office" enum:"chief_executive,executive_director,executive_on_call,service_manager"`
		PersonID tenants.ID  `json:"person_id"`
		FromOn   *civil.Date `json:"from_on" doc:"Today if not given."`
		UntilOn  *civil.Date `json:"until_on" doc:"The last day; until it is ended if not given."`
	}
}

func (s *Service) appointAPI(ctx context.Context, tx *tenants.Tx, in appointIn) (officeJSON, error) {
	a, err := s.Appoint(ctx, tx, in.Body.Office, in.Body.PersonID, orZero(in.Body.FromOn), orZero(in.Body.UntilOn))
	return officeOut(a, tx.Now), err
}

func (s *Service) endOfficeAPI(ctx context.Context, tx *tenants.Tx, in oneIn) (officeJSON, error) {
	a, err := s.EndAppointment(ctx, tx, in.ID)
	return officeOut(a, tx.Now), err
}

type delegationJSON struct {
	ID         tenants.ID   `json:"id"`
	Office     Office       `json:"office" enum:"chief_executive,executive_director,executive_on_call,service_manager"`
	HolderID   tenants.ID   `json:"holder_id"`
	Holder     string       `json:"holder"`
	DelegateID tenants.ID   `json:"delegate_id"`
	Delegate   string       `json:"delegate"`
	StartsAt   time.Time    `json:"starts_at"`
	EndsAt     time.Time    `json:"ends_at"`
	LimitRate  *money.Rate  `json:"limit_rate" doc:"Up to which the delegate decides, an hour; null for no limit."`
	LimitPence *money.Pence `json:"limit_pence" doc:"Up to which the delegate decides, in total; null for no limit."`
	RevokedAt  *time.Time   `json:"revoked_at"`
	Running    bool         `json:"running" doc:"Its time is now and it has not been revoked. It needs its holder to hold the office as well."`
}

func delegationOut(d Delegation, now time.Time) delegationJSON {
	out := delegationJSON{ID: d.ID, Office: d.Office, HolderID: d.HolderID, Holder: d.HolderName, DelegateID: d.DelegateID, Delegate: d.DelegateName,
		StartsAt: d.StartsAt, EndsAt: d.EndsAt, LimitRate: rateOrNull(d.LimitRate), Running: d.On(now)}
	if d.LimitPence != 0 {
		out.LimitPence = &d.LimitPence
	}
	if !d.RevokedAt.IsZero() {
		out.RevokedAt = &d.RevokedAt
	}
	return out
}

func (s *Service) delegationsAPI(ctx context.Context, tx *tenants.Tx, _ struct{}) (out openapi.List[delegationJSON], err error) {
	all, err := s.Delegations(ctx, tx)
	for _, d := range all {
		out.Data = append(out.Data, delegationOut(d, tx.Now))
	}
	return out, err
}

type delegateIn struct {
	Body struct {
		Office     Office       `json:"office" enum:"chief_executive,executive_director,executive_on_call,service_manager"`
		DelegateID tenants.ID   `json:"delegate_id"`
		StartsAt   *time.Time   `json:"starts_at" doc:"Now if not given."`
		EndsAt     time.Time    `json:"ends_at"`
		LimitRate  *money.Rate  `json:"limit_rate" doc:"Pounds an hour."`
		LimitPence *money.Pence `json:"limit_pence" doc:"In total. One of the two limits is needed."`
	}
}

func (s *Service) delegateAPI(ctx context.Context, tx *tenants.Tx, in delegateIn) (delegationJSON, error) {
	b := in.Body
	d, err := s.Delegate(ctx, tx, Handover{Office: b.Office, Delegate: b.DelegateID, Starts: orZero(b.StartsAt), Ends: b.EndsAt,
		LimitRate: orZero(b.LimitRate), LimitPence: orZero(b.LimitPence)})
	return delegationOut(d, tx.Now), err
}

func (s *Service) revokeAPI(ctx context.Context, tx *tenants.Tx, in oneIn) (delegationJSON, error) {
	d, err := s.Revoke(ctx, tx, in.ID, false)
	return delegationOut(d, tx.Now), err
}
