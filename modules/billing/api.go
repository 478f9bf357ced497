package billing

import (
	"context"
	"io"

	"wardbridge/internal/civil"
	"wardbridge/internal/paging"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

const (
	typeCSV  = "text/csv; charset=utf-8"
	typeXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

	finance = "finance@kingsmere.example"
)

// Routes registers the operations on self-bills.
func (s *Service) Routes(r *openapi.Router) {
	run := func(w openapi.World) openapi.Call { return call(w, finance, "kingsmere.self-bill-run.issued") }
	draft := func(w openapi.World) openapi.Call { return call(w, finance, "kingsmere.self-bill-run.draft") }
	bill := func(w openapi.World) openapi.Call { return call(w, finance, "kingsmere.self-bill.issued") }
	openapi.Post(r, "/self-bill-runs", rbac.SelfBillIssue, "Prepare a self-bill run", s.prepare, openapi.Status(201),
		openapi.Describe("Makes the draft of a period, Monday to Sunday by the local start date of the shift, out of approved timesheets that stand on no bill; late ones of earlier periods are included. A draft of the same period is replaced. Agencies that may not be billed are listed with the reason."),
		openapi.Faults(ErrNotMonday, ErrPeriodFuture, ErrNothingToBill, ErrNotEmployer),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: finance, Body: map[string]any{"period_from": w.ID("kingsmere.self-bill-run.draft.period-from")}}
		}))
	openapi.Get(r, "/self-bill-runs", rbac.SelfBillRead, "List self-bill runs", s.listRuns,
		openapi.Faults(paging.ErrCursor, paging.ErrLimit),
		openapi.Example(func(openapi.World) openapi.Call { return openapi.Call{As: finance} }))
	openapi.Get(r, "/self-bill-runs/{id}", rbac.SelfBillRead, "Get a self-bill run", s.getRun, openapi.Example(run))
	openapi.Post(r, "/self-bill-runs/{id}/issue", rbac.SelfBillIssue, "Issue a self-bill run", s.issue,
		openapi.Describe("Makes every draft of the run an invoice with the next number of its agency's series. Issued invoices never change. However many calls come at once, one issues; the others answer run_already_issued or busy_try_again."),
		openapi.Faults(ErrRunIssued, ErrRunBlocked, ErrRunStale, ErrNotEmployer), openapi.Example(draft))
	openapi.Get(r, "/self-bill-runs/{id}/lines.csv", rbac.SelfBillRead, "Download the lines of a self-bill run", s.runCSV, openapi.Produces(typeCSV), openapi.Example(run))
	openapi.Get(r, "/self-bill-runs/{id}/control.csv", rbac.SelfBillRead, "Download the control totals of a self-bill run", s.runControl, openapi.Produces(typeCSV), openapi.Example(run))
	openapi.Get(r, "/self-bill-runs/{id}/lines.xlsx", rbac.SelfBillRead, "Download a self-bill run as a workbook", s.runXLSX, openapi.Produces(typeXLSX), openapi.Example(run))

	openapi.Get(r, "/self-bills", rbac.SelfBillRead, "List self-bills", s.listBills,
		openapi.Describe("Self-billed invoices, latest period first. An agency sees its own once they are issued."),
		openapi.Faults(paging.ErrCursor, paging.ErrLimit),
		openapi.Example(func(openapi.World) openapi.Call { return openapi.Call{As: finance} }))
	openapi.Get(r, "/self-bills/{id}", rbac.SelfBillRead, "Get a self-bill", s.getBill, openapi.Example(bill))
	openapi.Get(r, "/self-bills/{id}/lines", rbac.SelfBillRead, "List the lines of a self-bill", s.listLines,
		openapi.Faults(paging.ErrCursor, paging.ErrLimit), openapi.Example(bill))
	openapi.Get(r, "/self-bills/{id}/lines.csv", rbac.SelfBillRead, "Download the lines of a self-bill", s.billCSV, openapi.Produces(typeCSV), openapi.Example(bill))
}

func call(w openapi.World, as, name string) openapi.Call {
	return openapi.Call{As: as, Path: map[string]string{"id": w.ID(name)}}
}

type prepareIn struct {
	Body struct {
		PeriodFrom civil.Date `json:"period_from" doc:"The Monday on which the period begins."`
	}
}

type runIn struct {
	ID string `path:"id" maxlen:"60" doc:"The run's id or reference."`
}

type billIn struct {
	ID string `path:"id" maxlen:"60" doc:"The self-bill's id or number."`
}

type pageIn struct {
	Limit  int    `query:"limit" min:"1" max:"200" default:"50" doc:"Rows of a page."`
	Cursor string `query:"cursor" doc:"next_cursor of the page before."`
}

type listRunsIn struct {
	Status *Status `query:"status" enum:"draft,issued" doc:"Where the run stands."`
	pageIn
}

type listBillsIn struct {
	Status *Status     `query:"status" enum:"draft,issued" doc:"Where the self-bill stands."`
	Agency *tenants.ID `query:"agency" doc:"Agency."`
	Run    *tenants.ID `query:"run" doc:"Run."`
	From   civil.Date  `query:"from" doc:"The period begins on this day or later."`
	To     civil.Date  `query:"to" doc:"The period ends on this day or earlier."`
	pageIn
}

type listLinesIn struct {
	billIn
	pageIn
}

func (s *Service) prepare(ctx context.Context, tx *tenants.Tx, in prepareIn) (selfBillRunWithBillsJSON, error) {
	run, err := s.Prepare(ctx, tx, in.Body.PeriodFrom)
	if err != nil {
		return selfBillRunWithBillsJSON{}, err
	}
	return s.withBills(ctx, tx, run)
}

func (s *Service) getRun(ctx context.Context, tx *tenants.Tx, in runIn) (selfBillRunWithBillsJSON, error) {
	run, err := s.Run(ctx, tx, in.ID)
	if err != nil {
		return selfBillRunWithBillsJSON{}, err
	}
	return s.withBills(ctx, tx, run)
}

func (s *Service) issue(ctx context.Context, tx *tenants.Tx, in runIn) (selfBillRunWithBillsJSON, error) {
	run, err := s.Run(ctx, tx, in.ID)
	if err != nil {
		return selfBillRunWithBillsJSON{}, err
	}
	if run, err = s.Issue(ctx, tx, run.ID); err != nil {
		return selfBillRunWithBillsJSON{}, err
	}
	return s.withBills(ctx, tx, run)
}

func (s *Service) listRuns(ctx context.Context, tx *tenants.Tx, in listRunsIn) (openapi.List[selfBillRunJSON], error) {
	f := RunFilter{Limit: in.Limit, Cursor: paging.Cursor(in.Cursor)}
	if in.Status != nil {
		f.Status = *in.Status
	}
	rows, next, err := s.Runs(ctx, tx, f)
	if err != nil {
		return openapi.List[selfBillRunJSON]{}, err
	}
	ids := make([]tenants.ID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	totals, err := s.RunTotals(ctx, tx, ids...)
	if err != nil {
		return openapi.List[selfBillRunJSON]{}, err
	}
	out := openapi.List[selfBillRunJSON]{Data: make([]selfBillRunJSON, len(rows)), NextCursor: string(next)}
	for i := range rows {
		out.Data[i] = runToJSON(&rows[i], totals[rows[i].ID])
	}
	return out, nil
}

func (s *Service) withBills(ctx context.Context, tx *tenants.Tx, run Run) (selfBillRunWithBillsJSON, error) {
	totals, err := s.RunTotals(ctx, tx, run.ID)
	if err != nil {
		return selfBillRunWithBillsJSON{}, err
	}
	rows, err := s.BillsOf(ctx, tx, run.ID)
	out := selfBillRunWithBillsJSON{selfBillRunJSON: runToJSON(&run, totals[run.ID]), Bills: make([]selfBillJSON, len(rows))}
	for i := range rows {
		out.Bills[i] = billToJSON(&rows[i])
	}
	return out, err
}

func (s *Service) listBills(ctx context.Context, tx *tenants.Tx, in listBillsIn) (openapi.List[selfBillJSON], error) {
	f := Filter{From: in.From, To: in.To, Limit: in.Limit, Cursor: paging.Cursor(in.Cursor)}
	if in.Status != nil {
		f.Status = *in.Status
	}
	if in.Agency != nil {
		f.Agency = *in.Agency
	}
	if in.Run != nil {
		f.Run = *in.Run
	}
	rows, next, err := s.Bills(ctx, tx, f)
	if err != nil {
		return openapi.List[selfBillJSON]{}, err
	}
	out := openapi.List[selfBillJSON]{Data: make([]selfBillJSON, len(rows)), NextCursor: string(next)}
	for i := range rows {
		out.Data[i] = billToJSON(&rows[i])
	}
	return out, nil
}

func (s *Service) getBill(ctx context.Context, tx *tenants.Tx, in billIn) (selfBillJSON, error) {
	b, err := s.Bill(ctx, tx, in.ID)
	return billToJSON(&b), err
}

func (s *Service) listLines(ctx context.Context, tx *tenants.Tx, in listLinesIn) (openapi.List[billLineJSON], error) {
	b, err := s.Bill(ctx, tx, in.ID)
	if err != nil {
		return openapi.List[billLineJSON]{}, err
	}
	rows, next, err := s.Lines(ctx, tx, b.ID, in.Limit, paging.Cursor(in.Cursor))
	if err != nil {
		return openapi.List[billLineJSON]{}, err
	}
	out := openapi.List[billLineJSON]{Data: make([]billLineJSON, len(rows)), NextCursor: string(next)}
	for i := range rows {
		out.Data[i] = lineToJSON(&rows[i])
	}
	return out, nil
}

type writer func(context.Context, *tenants.Tx, []Bill, io.Writer) error

// RunFile is a run's lines or control totals as a download: name is lines.csv,
// control.csv or lines.xlsx. A draft can be downloaded too, to be checked; its
// bills have no number yet.
func (s *Service) RunFile(ctx context.Context, tx *tenants.Tx, idOrRef, name string) (openapi.File, error) {
	run, err := s.Run(ctx, tx, idOrRef)
	if err != nil {
		return openapi.File{}, err
	}
	rows, err := s.BillsOf(ctx, tx, run.ID)
	if err != nil {
		return openapi.File{}, err
	}
	write, kind := s.WriteCSV, typeCSV
	switch name {
	case "control.csv":
		write = s.WriteControl
	case "lines.xlsx":
		write, kind = s.WriteXLSX, typeXLSX
	}
	return download(run.Ref+"-"+string(run.Status)+"-"+name, kind, rows, write), nil
}

// BillFile is the lines of one self-bill as a download.
func (s *Service) BillFile(ctx context.Context, tx *tenants.Tx, idOrNumber string) (openapi.File, error) {
	b, err := s.Bill(ctx, tx, idOrNumber)
	if err != nil {
		return openapi.File{}, err
	}
	name := b.Number
	if name == "" {
		name = "draft-" + b.ID.String()
	}
	return download(name+"-lines.csv", typeCSV, []Bill{b}, s.WriteCSV), nil
}

func download(name, kind string, rows []Bill, write writer) openapi.File {
	return openapi.File{Name: name, ContentType: kind, Write: func(ctx context.Context, tx *tenants.Tx, w io.Writer) error {
		return write(ctx, tx, rows, w)
	}}
}

func (s *Service) runCSV(ctx context.Context, tx *tenants.Tx, in runIn) (openapi.File, error) {
	return s.RunFile(ctx, tx, in.ID, "lines.csv")
}

func (s *Service) runControl(ctx context.Context, tx *tenants.Tx, in runIn) (openapi.File, error) {
	return s.RunFile(ctx, tx, in.ID, "control.csv")
}

func (s *Service) runXLSX(ctx context.Context, tx *tenants.Tx, in runIn) (openapi.File, error) {
	return s.RunFile(ctx, tx, in.ID, "lines.xlsx")
}

func (s *Service) billCSV(ctx context.Context, tx *tenants.Tx, in billIn) (openapi.File, error) {
	return s.BillFile(ctx, tx, in.ID)
}
