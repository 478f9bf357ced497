package billing

import (
	"context"
	"slices"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/modules/agencies"
	"wardbridge/modules/places"
	"wardbridge/modules/timesheets"
	"wardbridge/tenants"
)

// Service prepares, issues and exports self-bills.
type Service struct {
	agencies   *agencies.Service
	places     *places.Service
	timesheets *timesheets.Service
}

// New makes the service.
func New(agencies *agencies.Service, places *places.Service, timesheets *timesheets.Service) *Service {
	return &Service{agencies: agencies, places: places, timesheets: timesheets}
}

// RunFilter narrows the list of runs; a zero field asks nothing.
type RunFilter struct {
	Status Status
	Limit  int
	Cursor paging.Cursor
}

// RunTotals is what the bills of a run add up to.
type RunTotals struct {
	Bills      int
	Lines      int
	Timesheets int
	Minutes    int
	NetPence   money.Pence
	VATPence   money.Pence
	GrossPence money.Pence
}

// Runs lists the employer's runs, latest period first.
func (s *Service) Runs(ctx context.Context, tx *tenants.Tx, f RunFilter) ([]Run, paging.Cursor, error) {
	return runs(ctx, tx, f)
}

// Run finds a run by id or reference.
func (s *Service) Run(ctx context.Context, tx *tenants.Tx, idOrRef string) (Run, error) {
	return runBy(ctx, tx, idOrRef, false)
}

// RunTotals adds up the bills of runs; a run without bills has zeros.
func (s *Service) RunTotals(ctx context.Context, tx *tenants.Tx, ids ...tenants.ID) (map[tenants.ID]RunTotals, error) {
	return runTotals(ctx, tx, ids)
}

// BillsOf are the bills of a run.
func (s *Service) BillsOf(ctx context.Context, tx *tenants.Tx, run tenants.ID) ([]Bill, error) {
	return billsOf(ctx, tx, run)
}

// Filter narrows the list of bills; a zero field asks nothing.
type Filter struct {
	Status   Status
	Agency   tenants.ID
	Run      tenants.ID
	From, To civil.Date // the period lies between them
	Limit    int
	Cursor   paging.Cursor
}

// Bills lists the party's bills, latest period first. An agency has issued ones
// alone.
func (s *Service) Bills(ctx context.Context, tx *tenants.Tx, f Filter) ([]Bill, paging.Cursor, error) {
	return bills(ctx, tx, f)
}

// Bill finds a bill by id or number. An agency finds issued ones alone.
func (s *Service) Bill(ctx context.Context, tx *tenants.Tx, idOrNumber string) (Bill, error) {
	return billBy(ctx, tx, idOrNumber)
}

// Lines gives a bill's lines in their order, a page at a time.
func (s *Service) Lines(ctx context.Context, tx *tenants.Tx, bill tenants.ID, asked int, after paging.Cursor) ([]Line, paging.Cursor, error) {
	limit, err := paging.Limit(asked)
	if err != nil {
		return nil, "", err
	}
	position := 0
	if after != "" {
		if err := paging.Decode(after, &position); err != nil {
			return nil, "", err
		}
	}
	rows, err := linesFrom(ctx, tx, bill, position, limit+1)
	if err != nil || len(rows) <= limit {
		return rows, "", err
	}
	return rows[:limit], paging.Encode(rows[limit-1].Position), nil
}

// shownMax is how many lines a document on a page carries; its file has all.
const shownMax = 2000

// Shown are the lines that a bill shows on a page, which is all of them but for
// the longest.
func (s *Service) Shown(ctx context.Context, tx *tenants.Tx, bill tenants.ID) ([]Line, error) {
	return linesFrom(ctx, tx, bill, 0, shownMax)
}

// Charged is where an approved timesheet stands on an issued bill: the bill of the
// work itself, and the issued lines by the lines of the timesheet and of what was
// posted to it since, on whichever bill they stand. The bill is nil as long as the
// work is on none.
func (s *Service) Charged(ctx context.Context, tx *tenants.Tx, timesheet tenants.ID) (*Bill, map[tenants.ID]Line, error) {
	lines, err := issuedOf(ctx, tx, timesheet)
	if err != nil {
		return nil, nil, err
	}
	by := make(map[tenants.ID]Line, len(lines))
	for _, l := range lines {
		by[l.LineID] = l
	}
	id, billed := billOf(lines)
	if !billed {
		return nil, by, nil
	}
	b, err := billBy(ctx, tx, id.String())
	return &b, by, err
}

// billOf is the bill that the work of a timesheet stands on, told from its lines
// and those of its adjustments.
func billOf(lines []Line) (bill tenants.ID, billed bool) {
	work := slices.IndexFunc(lines, func(l Line) bool { return l.Adjustment == "" })
	if work < 0 {
		return bill, false
	}
	return lines[work].SelfBillID, true
}
