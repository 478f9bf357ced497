package billing

import (
	"context"
	"fmt"

	"wardbridge/internal/civil"
	"wardbridge/tenants"
)

// Issue makes the drafts of a run invoices: each takes the next number of its
// agency's series, is dated today, and never changes again. However many issue
// at once, one does; the others are told who and when. If an agency may not be
// billed any more, or something else has changed, nothing is issued and the run
// has to be prepared again.
func (s *Service) Issue(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Run, error) {
	if !pays(tx) {
		return Run{}, ErrNotEmployer
	}
	run, err := runBy(ctx, tx, id.String(), true)
	if err != nil {
		return Run{}, err
	}
	if err := run.issue(tx.Actor.Name, tx.Now); err != nil {
		return Run{}, err
	}
	drafts, err := billsOf(ctx, tx, run.ID)
	if err != nil {
		return Run{}, err
	}
	if len(drafts) == 0 {
		return Run{}, ErrRunBlocked
	}
	for i := range drafts {
		if err := s.stillStands(ctx, tx, &drafts[i]); err != nil {
			return Run{}, err
		}
	}
	if err := s.billed(ctx, tx, run.ID); err != nil {
		return Run{}, err
	}
	if err := openLines(ctx, tx, run.ID); err != nil {
		return Run{}, err
	}
	if err := closeRun(ctx, tx, &run); err != nil {
		return Run{}, err
	}
	for i := range drafts {
		if err := tx.Emit(Issued{Bill: drafts[i].ID, Run: run.ID, Tenant: run.OwnerID, Agency: drafts[i].AgencyID}); err != nil {
			return Run{}, err
		}
	}
	return run, s.number(ctx, tx, drafts)
}

// billed marks what stands on a run, and refuses when some of it stands on
// another issued bill already.
func (s *Service) billed(ctx context.Context, tx *tenants.Tx, run tenants.ID) error {
	work, postings, err := workOf(ctx, tx, run)
	if err != nil {
		return err
	}
	n, err := s.timesheets.Billed(ctx, tx, work, tx.Now)
	if err != nil {
		return err
	}
	m, err := s.timesheets.BilledPostings(ctx, tx, postings, tx.Now)
	if err == nil && (n != len(work) || m != len(postings)) {
		err = ErrRunStale
	}
	return err
}

// stillStands refuses an issue when what was checked at preparation is true no
// more on the day of issue.
func (s *Service) stillStands(ctx context.Context, tx *tenants.Tx, b *Bill) error {
	a, err := s.standing(ctx, tx, b.AgencyID, b.VAT)
	if refusal := blocking(err); refusal != nil {
		return ErrRunStale.Saying(b.Supplier.Agency + ": " + refusal.Text + " Prepare the run again.").Because(refusal)
	}
	if err != nil {
		return err
	}
	if a.ID != b.AgreementID || supplier(a, b.Supplier.Agency) != b.Supplier {
		return ErrRunStale.Saying("The agreement with " + b.Supplier.Agency + " has changed since this run was prepared. Prepare it again.")
	}
	return nil
}

// number is the last thing done before the commit: from here on the series of
// the agencies are held.
func (s *Service) number(ctx context.Context, tx *tenants.Tx, drafts []Bill) error {
	ids := []tenants.ID{tx.Me.ID}
	for i := range drafts {
		ids = append(ids, drafts[i].AgencyID)
	}
	names, err := s.agencies.Directory(ctx, tx, ids...)
	if err != nil {
		return err
	}
	for i := range drafts {
		b := &drafts[i]
		n, err := nextNumber(ctx, tx, b.AgencyID)
		if err != nil {
			return err
		}
		number := fmt.Sprintf("%s-%s-%06d", names[tx.Me.ID].Letters, names[b.AgencyID].Letters, n)
		if err := numberBill(ctx, tx, b, number, civil.DateOf(tx.Now), tx.Now); err != nil {
			return err
		}
	}
	return nil
}
