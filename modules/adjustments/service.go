package adjustments

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/modules/agencies"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/modules/quotes"
	"wardbridge/modules/timesheets"
	"wardbridge/tenants"
)

// Service previews and posts adjustments.
type Service struct {
	packs      *packs.Service
	agencies   *agencies.Service
	cards      *cards.Service
	quotes     *quotes.Service
	timesheets *timesheets.Service
}

// New makes the service.
func New(packs *packs.Service, agencies *agencies.Service, cards *cards.Service, quotes *quotes.Service, timesheets *timesheets.Service) *Service {
	return &Service{packs: packs, agencies: agencies, cards: cards, quotes: quotes, timesheets: timesheets}
}

// Preview prices the settled timesheets of a range again and keeps what differs,
// line by line. It changes nothing else. It costs reads per week, agreement and
// thousand timesheets, and holds about a thousand of them.
func (s *Service) Preview(ctx context.Context, tx *tenants.Tx, r Request) (Adjustment, error) {
	if !pays(tx) {
		return Adjustment{}, ErrNotEmployer
	}
	if err := r.check(civil.DateOf(tx.Now)); err != nil {
		return Adjustment{}, err
	}
	grades, err := s.packs.GradesByCode(ctx, tx)
	if err != nil {
		return Adjustment{}, err
	}
	for _, grade := range r.Grades {
		if grades[grade].Code == "" {
			return Adjustment{}, fault.ErrInvalid.With(fault.Field{Name: "grades", Code: "unknown", Text: "There is no such grade. Choose one from the list.", Value: grade})
		}
	}
	changes, err := s.changes(ctx, tx, &r, grades)
	if err != nil {
		return Adjustment{}, err
	}
	a := Adjustment{OwnerID: tx.Me.ID, ID: tenants.NewID(), Kind: r.Kind, Reason: r.Reason, Source: r.Source, FromOn: r.From, ToOn: r.To,
		Grades: append([]string{}, r.Grades...), Changes: append([]Change{}, changes...), Status: StatusPreviewed, PreviewedAt: tx.Now, PreviewedBy: tx.Actor.Name}
	if r.AgencyID != (tenants.ID{}) {
		a.AgencyID = &r.AgencyID
	}
	if err := s.number(ctx, tx, &a); err != nil {
		return a, err
	}
	if err := insert(ctx, tx, &a); err != nil {
		return a, err
	}
	a.Counts, a.Fingerprint, err = s.reprice(ctx, tx, &a, func(found []affected, omitted []Omission) error {
		items := make([]Item, len(found))
		for i := range found {
			items[i] = found[i].item
		}
		if err := insertItems(ctx, tx, items); err != nil {
			return err
		}
		return insertOmissions(ctx, tx, omitted)
	})
	if err != nil {
		return a, err
	}
	return a, save(ctx, tx, &a, "examined", "affected", "omitted", "was_pence", "becomes_pence", "delta_pence", "over_cap", "fingerprint")
}

// number gives an adjustment the next number of its employer: KUH-ADJ-12.
func (s *Service) number(ctx context.Context, tx *tenants.Tx, a *Adjustment) error {
	if err := hold(ctx, tx); err != nil {
		return err
	}
	n, err := lastNumber(ctx, tx)
	if err != nil {
		return err
	}
	names, err := s.agencies.Directory(ctx, tx, tx.Me.ID)
	if err != nil {
		return err
	}
	a.Number = n + 1
	a.Ref = fmt.Sprintf("%s-ADJ-%d", names[tx.Me.ID].Letters, a.Number)
	return nil
}

// Post writes the signed lines of a preview to its timesheets, if everything is
// still as it was previewed.
func (s *Service) Post(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Adjustment, error) {
	if !pays(tx) {
		return Adjustment{}, ErrNotEmployer
	}
	if err := hold(ctx, tx); err != nil {
		return Adjustment{}, err
	}
	a, err := byIDOrRef(ctx, tx, id.String(), true)
	if err != nil {
		return a, err
	}
	if err := a.open(); err != nil {
		return a, err
	}
	if a.Affected == 0 {
		return a, ErrNothing
	}
	if err := s.timesheets.HoldWeeks(ctx, tx, a.FromOn, a.ToOn, a.agency()); err != nil {
		return a, err
	}
	told := map[tenants.ID]*Posted{}
	counts, fingerprint, err := s.reprice(ctx, tx, &a, func(found []affected, _ []Omission) error {
		postings := make([]timesheets.Posting, len(found))
		for i := range found {
			if tx.Actor.Person == found[i].sheet.WorkerID && tx.Actor.Person != (tenants.ID{}) {
				return ErrOwnPay
			}
			postings[i] = a.posting(&found[i], tx)
			tell(told, &a, &found[i].item)
		}
		return s.timesheets.Post(ctx, tx, postings)
	})
	if err != nil {
		return a, err
	}
	if fingerprint != a.Fingerprint {
		return a, ErrStale.Saying(difference(a.Counts, counts))
	}
	a.close(StatusPosted, tx.Actor.Name, tx.Now)
	if err := save(ctx, tx, &a, "status", "closed_at", "closed_by"); err != nil {
		return a, err
	}
	for _, agency := range slices.SortedFunc(maps.Keys(told), func(x, y tenants.ID) int { return slices.Compare(x[:], y[:]) }) {
		if err := tx.Emit(*told[agency]); err != nil {
			return a, err
		}
	}
	return a, nil
}

// difference says what is not as it was previewed.
func difference(was, is Counts) string {
	if was.Affected == is.Affected && was.DeltaPence == is.DeltaPence {
		return ErrStale.Text
	}
	count := func(c Counts) string { return fmt.Sprintf("%d timesheets by %s", c.Affected, c.DeltaPence) }
	return "The preview changes " + count(was) + "; now it would be " + count(is) + ". Nothing was posted. Make a new preview."
}

func tell(told map[tenants.ID]*Posted, a *Adjustment, it *Item) {
	e := told[it.AgencyID]
	if e == nil {
		e = &Posted{Adjustment: a.ID, Ref: a.Ref, Reason: a.Reason, Tenant: a.OwnerID, Agency: it.AgencyID}
		told[it.AgencyID] = e
	}
	e.Timesheets++
	e.NetPence += it.DeltaPence
}

// posting is an item as its timesheet keeps it.
func (a *Adjustment) posting(f *affected, tx *tenants.Tx) timesheets.Posting {
	t, it := &f.sheet, &f.item
	p := timesheets.Posting{AgencyID: t.AgencyID, WorkerID: t.WorkerID, TimesheetID: t.ID, AdjustmentID: a.ID, AdjustmentRef: a.Ref, Reason: a.Reason,
		AgreementID: t.AgreementID, EarnedOn: t.EarnedOn(), PayRate: it.PayBecomes, WasPence: it.WasPence, BecomesPence: it.BecomesPence, NetPence: it.DeltaPence,
		PostedAt: tx.Now, PostedBy: tx.Actor.Name, Lines: make([]timesheets.PostedLine, len(it.Lines))}
	for i := range it.Lines {
		l := &it.Lines[i]
		p.Lines[i] = timesheets.PostedLine{Kind: l.Kind, Band: l.Band, WasPence: l.WasPence, BecomesPence: l.BecomesPence, AmountPence: l.DeltaPence,
			VATCategory: l.VATCategory, VATRate: l.VATRate, VATReason: l.VATReason, VATSource: l.VATSource, Formula: l.Formula}
	}
	return p
}

// Discard puts a preview away. It changes nothing else.
func (s *Service) Discard(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Adjustment, error) {
	if !pays(tx) {
		return Adjustment{}, ErrNotEmployer
	}
	a, err := byIDOrRef(ctx, tx, id.String(), true)
	if err != nil {
		return a, err
	}
	if err := a.open(); err != nil {
		return a, err
	}
	a.close(StatusDiscarded, tx.Actor.Name, tx.Now)
	return a, save(ctx, tx, &a, "status", "closed_at", "closed_by")
}

// Get finds an adjustment by id or reference.
func (s *Service) Get(ctx context.Context, tx *tenants.Tx, idOrRef string) (Adjustment, error) {
	return byIDOrRef(ctx, tx, idOrRef, false)
}

// Filter narrows the list; a zero field asks nothing.
type Filter struct {
	Status Status
	Limit  int
	Cursor paging.Cursor
}

// List gives the employer's adjustments, latest first.
func (s *Service) List(ctx context.Context, tx *tenants.Tx, f Filter) ([]Adjustment, paging.Cursor, error) {
	return list(ctx, tx, f)
}

// Items are the timesheets that an adjustment changes, a page at a time. A zero
// agency is every agency.
func (s *Service) Items(ctx context.Context, tx *tenants.Tx, a tenants.ID, agency tenants.ID, limit int, after paging.Cursor) ([]Item, paging.Cursor, error) {
	return items(ctx, tx, a, agency, limit, after)
}

// Omissions are the timesheets that could not be priced, a page at a time.
func (s *Service) Omissions(ctx context.Context, tx *tenants.Tx, a tenants.ID, limit int, after paging.Cursor) ([]Omission, paging.Cursor, error) {
	return omissions(ctx, tx, a, limit, after)
}

// Share is what an adjustment comes to for one agency.
type Share struct {
	AgencyID   tenants.ID
	Timesheets int
	WasPence   money.Pence
	DeltaPence money.Pence
}

// ByAgency adds an adjustment up for each agency, the largest change first.
func (s *Service) ByAgency(ctx context.Context, tx *tenants.Tx, a tenants.ID) ([]Share, error) {
	return byAgency(ctx, tx, a)
}
