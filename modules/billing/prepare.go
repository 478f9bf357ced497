package billing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/accounts"
	"wardbridge/modules/agencies"
	"wardbridge/modules/rates"
	"wardbridge/modules/timesheets"
	"wardbridge/tenants"
)

// Prepare makes the draft of a period that begins on a Monday: one bill for each
// agency with approved work that no bill has yet, late work of earlier periods
// included, and a reason for each agency that may not be billed. A draft of the
// same period is replaced; drafts of other periods keep what stands on them.
func (s *Service) Prepare(ctx context.Context, tx *tenants.Tx, from civil.Date) (Run, error) {
	if err := s.preparable(tx, from); err != nil {
		return Run{}, err
	}
	if err := hold(ctx, tx); err != nil {
		return Run{}, err
	}
	if err := dropDraft(ctx, tx, from); err != nil {
		return Run{}, err
	}
	run := Run{OwnerID: tx.Me.ID, ID: tenants.NewID(), PeriodFrom: from, PeriodTo: from.AddDays(6), Status: StatusDraft,
		PreparedAt: tx.Now, PreparedBy: tx.Actor.Name, Blocked: []Blocked{}}
	work, err := s.unbilled(ctx, tx, run.PeriodTo)
	if err != nil {
		return Run{}, err
	}
	if len(work) == 0 {
		return Run{}, ErrNothingToBill.Saying("There are no approved timesheets to bill up to " + run.PeriodTo.Text() + ".")
	}
	prep, err := s.preparation(ctx, tx, work)
	if err != nil {
		return Run{}, err
	}
	drafts, err := s.draft(ctx, tx, &run, work, prep)
	if err != nil {
		return Run{}, err
	}
	if run.Ref, err = s.runRef(ctx, tx, from, prep.me.Letters); err != nil {
		return Run{}, err
	}
	if err := insertRun(ctx, tx, &run); err != nil {
		return Run{}, fmt.Errorf("run of %s: %w", from, err)
	}
	for i := range drafts {
		if err := insertBill(ctx, tx, &drafts[i].bill, drafts[i].lines); err != nil {
			return Run{}, err
		}
	}
	return run, nil
}

func (s *Service) preparable(tx *tenants.Tx, from civil.Date) error {
	switch {
	case !pays(tx):
		return ErrNotEmployer
	case from.IsZero() || from != from.Monday():
		return refusedPeriod(ErrNotMonday, from)
	case from.After(civil.DateOf(tx.Now)):
		return refusedPeriod(ErrPeriodFuture, from)
	}
	return nil
}

func refusedPeriod(f *fault.Fault, from civil.Date) error {
	return f.With(fault.Field{Name: "period_from", Code: f.Code, Text: f.Text, Value: from.String()})
}

// unbilled is the approved work up to a day that is on no bill, and what was
// posted to work that is billed or comes up here, grouped by agency in the order
// of their ids. What drafts hold is read first: a run that is issued in between is
// then in neither.
func (s *Service) unbilled(ctx context.Context, tx *tenants.Tx, last civil.Date) ([][]timesheets.Billable, error) {
	held, posted, err := drafted(ctx, tx)
	if err != nil {
		return nil, err
	}
	all, err := s.timesheets.ForBilling(ctx, tx, last)
	if err != nil {
		return nil, err
	}
	here := map[tenants.ID]bool{} // the work of this run
	for i := range all {
		if all[i].Posting == nil && !held[all[i].Timesheet.ID] {
			here[all[i].Timesheet.ID] = true
		}
	}
	all = slices.DeleteFunc(all, func(b timesheets.Billable) bool {
		if b.Posting == nil {
			return held[b.Timesheet.ID]
		}
		return posted[b.Posting.ID] || b.Timesheet.BilledAt == nil && !here[b.Timesheet.ID]
	})
	var groups [][]timesheets.Billable
	for i := range all {
		if n := len(groups); n > 0 && groups[n-1][0].Timesheet.AgencyID == all[i].Timesheet.AgencyID {
			groups[n-1] = append(groups[n-1], all[i])
			continue
		}
		groups = append(groups, all[i:i+1:i+1])
	}
	return groups, nil
}

// preparation is what every bill of a run needs to know.
type preparation struct {
	me       accounts.Organisation
	names    map[tenants.ID]accounts.Organisation
	wards    map[tenants.ID]string
	customer Customer
}

func (s *Service) preparation(ctx context.Context, tx *tenants.Tx, work [][]timesheets.Billable) (p preparation, err error) {
	ids := []tenants.ID{tx.Me.ID}
	for _, group := range work {
		ids = append(ids, group[0].Timesheet.AgencyID)
	}
	if p.names, err = s.agencies.Directory(ctx, tx, ids...); err != nil {
		return p, err
	}
	p.me = p.names[tx.Me.ID]
	wards, err := s.places.Wards(ctx, tx, tx.Me.ID)
	if err != nil {
		return p, err
	}
	p.wards = make(map[tenants.ID]string, len(wards))
	for id, w := range wards {
		p.wards[id] = w.Name
	}
	p.customer, err = s.customer(ctx, tx, p.me)
	return p, err
}

// customer is the employer as its invoices name it, at the address of its first
// site by code.
func (s *Service) customer(ctx context.Context, tx *tenants.Tx, me accounts.Organisation) (Customer, error) {
	c := Customer{Name: me.Name, ODSCode: me.ODSCode}
	sites, err := s.places.Sites(ctx, tx, me.ID)
	if err != nil {
		return c, err
	}
	first := ""
	for _, site := range sites {
		if site.Address != "" && (first == "" || site.Code < first) {
			first, c.Address = site.Code, site.Address
		}
	}
	return c, nil
}

// draftBill is a bill that is not written yet.
type draftBill struct {
	bill  Bill
	lines []Line
}

// draft makes the bills of a run and notes whom it may not bill.
func (s *Service) draft(ctx context.Context, tx *tenants.Tx, run *Run, work [][]timesheets.Billable, p preparation) ([]draftBill, error) {
	var drafts []draftBill
	for _, group := range work {
		agency := p.names[group[0].Timesheet.AgencyID]
		for _, part := range byScope(group) {
			lines, vat, sum := assemble(part, p.wards)
			a, err := s.standing(ctx, tx, agency.ID, vat)
			if err == nil && sum.GrossPence < 0 {
				err = ErrBelowZero
			}
			if refusal := blocking(err); refusal != nil {
				run.Blocked = append(run.Blocked, Blocked{AgencyID: agency.ID, Agency: agency.Name, Code: refusal.Code, Text: refusal.Text,
					Timesheets: sum.Timesheets, NetPence: sum.NetPence})
				continue
			}
			if err != nil {
				return nil, err
			}
			d := draftBill{lines: lines, bill: Bill{
				TenantID: tx.Me.ID, AgencyID: agency.ID, ID: tenants.NewID(), RunID: run.ID, AgreementID: a.ID, Status: StatusDraft,
				PeriodFrom: run.PeriodFrom, PeriodTo: run.PeriodTo, Supplier: supplier(a, agency.Name), Customer: p.customer, Totals: sum, VAT: vat,
			}}
			for i := range d.lines {
				d.lines[i].SelfBillID = d.bill.ID
			}
			drafts = append(drafts, d)
		}
	}
	slices.SortStableFunc(run.Blocked, func(a, b Blocked) int { return strings.Compare(a.Agency, b.Agency) })
	return drafts, nil
}

// byScope parts work outside the scope of VAT from the rest: the two may not
// stand on one invoice. Nearly always there is one part.
func byScope(group []timesheets.Billable) [][]timesheets.Billable {
	var inside, outside []timesheets.Billable
	for _, b := range group {
		if slices.ContainsFunc(b.Lines, func(l timesheets.Line) bool { return l.VATCategory != rates.OutsideScope }) {
			inside = append(inside, b)
		} else {
			outside = append(outside, b)
		}
	}
	return slices.DeleteFunc([][]timesheets.Billable{inside, outside}, func(part []timesheets.Billable) bool { return len(part) == 0 })
}

// standing is the agreement under which a bill may be issued to an agency today,
// whatever was in force when the work was done; or why it may not. A supplier
// whose work is all outside the scope of VAT by election needs no VAT number.
func (s *Service) standing(ctx context.Context, tx *tenants.Tx, agency tenants.ID, vat []VATTotal) (agencies.Agreement, error) {
	today := civil.DateOf(tx.Now)
	a, err := s.agencies.For(ctx, tx, tx.Me.ID, agency, today)
	if err != nil {
		return a, err
	}
	unregistered := !slices.ContainsFunc(vat, func(v VATTotal) bool { return v.Category != rates.OutsideScope })
	err = a.SelfBills(today)
	if unregistered && a.VATNumber == "" && fault.Of(err).Code == agencies.ErrNoVATNumber.Code {
		return a, nil
	}
	if err == nil {
		_, err = agencies.CheckVATNumber(a.VATNumber)
	}
	return a, err
}

// blocking is the refusal inside an error, or nil when there is none or when the
// error is no refusal.
func blocking(err error) *fault.Fault {
	if err == nil {
		return nil
	}
	if f := fault.Of(err); f.Kind != fault.Internal && f.Kind != fault.Unavailable {
		return f
	}
	return nil
}

func supplier(a agencies.Agreement, agency string) Supplier {
	return Supplier{Name: a.SupplierName, Address: a.SupplierAddress, VATNumber: a.VATNumber, Agency: agency}
}

// runRef names a run by its Monday: KUH-SB-20261116, and -2 for what came after
// the first was issued.
func (s *Service) runRef(ctx context.Context, tx *tenants.Tx, from civil.Date, letters string) (string, error) {
	n, err := countRuns(ctx, tx, from)
	if err != nil {
		return "", fmt.Errorf("runs of %s: %w", from, err)
	}
	ref := letters + "-SB-" + strings.ReplaceAll(from.String(), "-", "")
	if n > 0 {
		ref = fmt.Sprintf("%s-%d", ref, n+1)
	}
	return ref, nil
}
