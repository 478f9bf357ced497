package quotes

import (
	"context"
	"errors"
	"slices"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/packs"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// Needs are the conditions under which a booking at this price needs more than a
// manager's yes, in the order of the agency rules: framework, cap, the hourly
// charge from which the chief executive signs, work that is closed to agencies,
// interim very senior managers. An employer that is no trust is bound by none of
// them, and the last two are about no bank worker.
func (q *Service) Needs(ctx context.Context, tx *tenants.Tx, a *Answer, employer tenants.ID, day civil.Date) ([]approvals.Condition, error) {
	needs := []approvals.Condition{}
	named, err := q.agencies.Directory(ctx, tx, employer)
	if err != nil || named[employer].Kind != tenants.Trust {
		return needs, err
	}
	on, err := q.agencies.OnFramework(ctx, tx, a.Agreement, day)
	if err != nil {
		return nil, err
	}
	if !on {
		needs = append(needs, approvals.OffFramework)
	}
	needs = append(needs, priced(&a.Quote)...)
	if a.Quote.Engagement == rates.Bank {
		return needs, nil
	}
	_, closed, err := q.packs.Restricted(ctx, tx, employer, a.StaffGroup, a.Band, day)
	if err != nil {
		return nil, err
	}
	if closed {
		needs = append(needs, approvals.RestrictedGroup)
	}
	dear, err := q.interim(ctx, tx, a, day)
	if dear {
		needs = append(needs, approvals.InterimVSM)
	}
	return needs, err
}

func priced(s *rates.ShiftQuote) (needs []approvals.Condition) {
	if s.OverCap() != nil {
		needs = append(needs, approvals.OverCap)
	}
	if s.SignOff.Reached() {
		needs = append(needs, approvals.HundredAnHour)
	}
	return needs
}

// Priced is work that has a price, under the agreement that it was agreed under.
type Priced struct {
	TenantID    tenants.ID
	AgreementID tenants.ID
	StaffGroup  string
	Grade       string
	Quote       *rates.ShiftQuote
	SameDay     money.Pence // see Answer
}

// NeedsOf are the needs of work that has a price already.
func (q *Service) NeedsOf(ctx context.Context, tx *tenants.Tx, p Priced) ([]approvals.Condition, error) {
	a, err := q.answered(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	if a.Agreement, err = q.agencies.Get(ctx, tx, p.AgreementID); err != nil {
		return nil, err
	}
	return q.Needs(ctx, tx, &a, p.TenantID, p.Quote.Date)
}

// DayAbove reports that work with a price is that of an interim very senior manager
// whose day comes to more than NHS England lets pass unasked.
func (q *Service) DayAbove(ctx context.Context, tx *tenants.Tx, p Priced) (bool, error) {
	named, err := q.agencies.Directory(ctx, tx, p.TenantID)
	if err != nil || named[p.TenantID].Kind != tenants.Trust || p.Quote.Engagement == rates.Bank {
		return false, err
	}
	a, err := q.answered(ctx, tx, p)
	if err != nil {
		return false, err
	}
	return q.interim(ctx, tx, &a, p.Quote.Date)
}

func (q *Service) answered(ctx context.Context, tx *tenants.Tx, p Priced) (Answer, error) {
	grade, err := q.packs.Grade(ctx, tx, p.Grade)
	return Answer{Quote: *p.Quote, StaffGroup: p.StaffGroup, Band: grade.Band, SameDay: p.SameDay}, err
}

// interim reports that a very senior manager is charged more for a day than NHS
// England lets pass unasked. A shift counts whole on the day on which it starts, and
// with it what they are booked for besides on that day. A day without the limit is
// not held against it.
func (q *Service) interim(ctx context.Context, tx *tenants.Tx, a *Answer, day civil.Date) (bool, error) {
	if a.Band != packs.InterimBand {
		return false, nil
	}
	p, err := q.packs.Parameter(ctx, tx, packs.InterimDayRate, day)
	if errors.Is(err, packs.ErrNoParameter) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	most, err := p.Pence()
	return a.Quote.Net+a.SameDay > most, err
}

// Grounds are the dated rows behind conditions that no price shows, as figures of
// a request for approval: what closes the work, and the daily charge of an interim
// very senior manager. A row that counts no more is left out.
func (q *Service) Grounds(ctx context.Context, tx *tenants.Tx, conditions []approvals.Condition, employer tenants.ID, group, grade string, day civil.Date) (map[string]string, error) {
	f := map[string]string{}
	if slices.Contains(conditions, approvals.RestrictedGroup) {
		g, err := q.packs.Grade(ctx, tx, grade)
		if err != nil {
			return nil, err
		}
		r, found, err := q.packs.Restricted(ctx, tx, employer, group, g.Band, day)
		if err != nil {
			return nil, err
		}
		if found {
			f["restriction"] = r.StaffGroup + ", band " + r.Band + " from " + r.From.String() + ": " + r.Source
		}
	}
	if slices.Contains(conditions, approvals.InterimVSM) {
		most, err := q.packs.Parameter(ctx, tx, packs.InterimDayRate, day)
		if err != nil && !errors.Is(err, packs.ErrNoParameter) {
			return nil, err
		}
		if err == nil {
			f["day_limit"] = most.Value + " from " + most.From.String() + ": " + most.Source
		}
	}
	return f, nil
}
