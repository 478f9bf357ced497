package quotes

import (
	"context"

	"wardbridge/internal/money"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// Models are the ways of being engaged that Compare lays side by side, in the
// order in which pages show them. A GP session is a fee of another kind.
var Models = []rates.Engagement{rates.Bank, rates.PAYE, rates.Direct, rates.Umbrella, rates.PSCInside, rates.PSCOutside}

// Alternatives is one shift, and what differs between the ways of working it.
type Alternatives struct {
	Request                // PayRate is the pay of somebody on a payroll; Engagement does not count
	CompanyRate money.Rate // what a company or an umbrella asks an hour; zero: the pay rate
}

// Model is the price of one way.
type Model struct {
	Engagement rates.Engagement
	Answer     Answer
}

// Compare prices one shift in every way in which it may be worked, from one
// reading of the data. The bank has no fees; a commission is paid wherever an
// agency finds the worker, the provider's fee under direct engagement alone. The
// card is the one for an agency's payroll.
func (q *Service) Compare(ctx context.Context, tx *tenants.Tx, c Alternatives) ([]Model, error) {
	base := c.Request
	base.Engagement = rates.PAYE
	a, book, band, err := q.gather(ctx, tx, base)
	if err != nil {
		return nil, err
	}
	all := make([]Model, len(Models))
	for i, how := range Models {
		r := base
		r.Engagement = how
		switch how {
		case rates.Bank:
			r.Commission, r.DirectFee = money.Rate{}, money.Rate{}
		case rates.Direct:
		case rates.Umbrella, rates.PSCInside, rates.PSCOutside:
			r.DirectFee = money.Rate{}
			if !c.CompanyRate.IsZero() {
				r.PayRate = c.CompanyRate
			}
		default:
			r.DirectFee = money.Rate{}
		}
		all[i] = Model{how, a}
		if err := all[i].Answer.price(r, book, band); err != nil {
			return nil, err
		}
	}
	return all, nil
}
