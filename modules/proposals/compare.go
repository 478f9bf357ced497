package proposals

import (
	"cmp"
	"context"
	"slices"

	"wardbridge/internal/money"
	"wardbridge/modules/quotes"
	"wardbridge/tenants"
)

// Compared is one column of the comparison on a shift's page.
type Compared struct {
	Proposal   Proposal
	AgencyName string
	ChargeHour money.Rate  // what a paid hour costs before VAT
	Over       money.Pence // dearer than the best by this much; 0 for the best
	UnderCard  money.Rate  // how far the pay is below the card's maximum
	Best       bool
	Limit      Limit             // of those that wait: whether a manager's yes is enough
	Qualifying quotes.Qualifying // of those that wait: the worker's weeks with the employer
}

// Compare lays the proposals of a shift side by side, best first: the lowest
// charge before VAT, and of equals the one that waits longest. Those that wait
// come first, then those that were answered, in the same order.
func (s *Service) Compare(ctx context.Context, tx *tenants.Tx, shift tenants.ID) ([]Compared, error) {
	rows, err := ofShift(ctx, tx, shift)
	if err != nil {
		return nil, err
	}
	var ids []tenants.ID
	for i := range rows {
		ids = append(ids, rows[i].AgencyID)
	}
	names, err := s.Agencies.Directory(ctx, tx, ids...)
	if err != nil {
		return nil, err
	}
	all := compare(rows)
	own, err := s.Approvals.OwnWithinCap(ctx, tx)
	if err != nil {
		return nil, err
	}
	facts, err := s.Shifts.Facts(ctx, tx, []tenants.ID{shift})
	if err != nil {
		return nil, err
	}
	for i := range all {
		c := &all[i]
		c.AgencyName = names[c.Proposal.AgencyID].Name
		if c.answered() != 0 {
			continue
		}
		if c.Limit, err = s.limit(ctx, tx, &c.Proposal, own); err != nil {
			return nil, err
		}
		role := quotes.Request{TenantID: c.Proposal.TenantID, WorkerID: c.Proposal.WorkerID, Grade: facts[shift].Grade, Start: c.Proposal.Quote.Start}
		if c.Qualifying, err = s.Quotes.Qualifying(ctx, tx, role); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func compare(rows []Proposal) []Compared {
	all := make([]Compared, len(rows))
	for i, p := range rows {
		all[i] = Compared{Proposal: p, ChargeHour: p.Quote.PerHour(), UnderCard: p.PayMax.Sub(p.PayRate)}
	}
	slices.SortStableFunc(all, func(a, b Compared) int {
		return cmp.Or(cmp.Compare(a.answered(), b.answered()), cmp.Compare(a.Proposal.NetPence, b.Proposal.NetPence),
			a.Proposal.SubmittedAt.Compare(b.Proposal.SubmittedAt), slices.Compare(a.Proposal.ID[:], b.Proposal.ID[:]))
	})
	for i := range all {
		if all[i].answered() == 0 {
			all[i].Over, all[i].Best = all[i].Proposal.NetPence-all[0].Proposal.NetPence, i == 0
		}
	}
	return all
}

func (c *Compared) answered() int {
	if c.Proposal.Status == StatusSubmitted {
		return 0
	}
	return 1
}
