package quotes

import (
	"context"
	"fmt"

	"wardbridge/internal/civil"
	"wardbridge/modules/agencies"
	"wardbridge/modules/packs"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// vatRead is what a Shelf has read of the rules of VAT in its week.
type vatRead struct {
	monday   civil.Date
	rules    map[civil.Date][]packs.VATRule
	supplies map[covered]packs.Supply
}

type covered struct {
	packs.Cover
	day civil.Date
}

// vatOf are the rules for one shift, decided as for a quote. They name the shift,
// so that they speak of no other one that is priced with it.
func (s *Shelf) vatOf(ctx context.Context, tx *tenants.Tx, pack packs.Pack, a standing, w *Worked) ([]rates.VATRule, error) {
	day := w.day()
	figure, err := pack.Parameter(packs.VATStandardRate, day)
	if err != nil {
		return nil, err
	}
	standard, err := agencies.StandardRated(figure)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", packs.VATStandardRate, err)
	}
	rules, of, err := s.law(ctx, tx, covered{packs.Cover{StaffGroup: w.StaffGroup, Grade: w.Grade, Reason: w.Reason}, day})
	if err != nil {
		return nil, err
	}
	decided := Decide(rules, of, agencies.Decide(a.elections, standard, w.StaffGroup, day)).Rules()
	for i := range decided {
		decided[i].Professions = []string{w.ID.String()}
	}
	return decided, nil
}

// law reads the rules of a day and what a cover is to them, once a week for each.
func (s *Shelf) law(ctx context.Context, tx *tenants.Tx, c covered) ([]packs.VATRule, packs.Supply, error) {
	if monday := c.day.Monday(); s.vat.monday != monday {
		s.vat = vatRead{monday, map[civil.Date][]packs.VATRule{}, map[covered]packs.Supply{}}
	}
	rules, held := s.vat.rules[c.day]
	if !held {
		var err error
		if rules, err = s.from.packs.VATRules(ctx, tx, c.day); err != nil {
			return nil, packs.Supply{}, err
		}
		s.vat.rules[c.day] = rules
	}
	of, held := s.vat.supplies[c]
	if !held {
		var err error
		if of, err = s.from.packs.SupplyOf(ctx, tx, c.Cover, c.day); err != nil {
			return nil, of, err
		}
		s.vat.supplies[c] = of
	}
	return rules, of, nil
}
