package quotes

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/modules/approvals"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// Needs are the conditions under which a booking at this price needs more than a
// manager's yes, in the order of the agency rules: framework, cap, the hourly
// charge from which the chief executive signs. An employer that is no trust is
// bound by none of them.
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
	return append(needs, priced(&a.Quote)...), nil
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
