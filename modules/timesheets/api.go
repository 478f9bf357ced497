package timesheets

import (
	"context"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/modules/rates"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers the operations on timesheets.
func (s *Service) Routes(r *openapi.Router) {
	openapi.Get(r, "/timesheets", rbac.TimesheetRead, "List timesheets", s.list,
		openapi.Describe("Timesheets of the caller's party in order of the shift's start. An employer sees those of its own shifts, an agency those of its workers, a worker their own."),
		openapi.Faults(ErrVariance, paging.ErrCursor, paging.ErrLimit),
		openapi.Example(func(openapi.World) openapi.Call { return openapi.Call{As: "manager@kingsmere.example"} }))
	openapi.Get(r, "/timesheets/{id}", rbac.TimesheetRead, "Get a timesheet", s.get,
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Path: path(w, "kingsmere.timesheet.submitted")}
		}))
	openapi.Get(r, "/timesheets/{id}/adjustments", rbac.TimesheetRead, "List what was posted to a timesheet", s.listPostings,
		openapi.Describe("What adjustments have brought to an approved timesheet since, as signed lines. The timesheet itself never changes. A worker gets the lines of their pay and holiday pay."),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Path: path(w, "kingsmere.timesheet.submitted")}
		}))
	openapi.Post(r, "/timesheets/{id}/submit", rbac.TimesheetSubmit, "Submit a timesheet", s.submit,
		openapi.Describe("The worker alone sends the hours they worked, with a token of their own. Hours over 15 minutes away from plan need a note. A queried timesheet is sent again the same way."),
		openapi.Faults(ErrNotWorker, ErrApproved, ErrSubmitted, ErrDropped, ErrEndBeforeStart, ErrBreakTooLong, ErrBreakOutside, ErrBreakDiffers,
			ErrFarFromPlan, ErrFuture, ErrSeconds, ErrReasonNeeded, ErrNoteTooLong, ErrOverlap),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "nurse@worker.example", Path: path(w, "nurse.timesheet.open"), Body: map[string]any{"note": "As planned."}}
		}))
	openapi.Post(r, "/timesheets/{id}/approve", rbac.TimesheetApprove, "Approve a timesheet", s.approve,
		openapi.Describe("Settles the hours: they are priced, become lines of a bill to come and cannot change any more. Nobody approves hours that they worked or last amended."),
		openapi.Faults(ErrOwnRequest, ErrNobody, ErrNoHours, ErrQueried, ErrApproved, ErrNotOver, ErrDropped),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "ward@kingsmere.example", Path: path(w, "kingsmere.timesheet.submitted")}
		}))
	openapi.Post(r, "/timesheets/{id}/query", rbac.TimesheetApprove, "Query a timesheet", s.query,
		openapi.Describe("Sends the hours back to the worker, who reads the reason and may amend them."),
		openapi.Faults(ErrOwnRequest, ErrNobody, ErrNoHours, ErrQueried, ErrApproved, ErrDropped, ErrQueryReason),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "ward@kingsmere.example", Path: path(w, "kingsmere.timesheet.submitted"),
				Body: map[string]any{"reason": "The ward's book says that the break was taken."}}
		}))
}

func path(w openapi.World, name string) map[string]string {
	return map[string]string{"id": w.ID(name)}
}

type listIn struct {
	Status     *Status     `query:"status" enum:"open,submitted,queried,approved" doc:"Where the timesheet stands."`
	From       civil.Date  `query:"from" doc:"First local start date of the shift."`
	To         civil.Date  `query:"to" doc:"Last local start date of the shift."`
	Site       *tenants.ID `query:"site" doc:"Site."`
	Ward       *tenants.ID `query:"ward" doc:"Ward."`
	Agency     *tenants.ID `query:"agency" doc:"Agency."`
	StaffGroup string      `query:"staff_group" maxlen:"40" doc:"Code of the staff group."`
	Grade      string      `query:"grade" maxlen:"40" doc:"Code of the grade."`
	Variance   *Variance   `query:"variance" enum:"none,over_15,missing_break" doc:"How the claim compares with the plan: exactly as planned, over 15 minutes away in start, end or break, or without the planned break."`
	Limit      int         `query:"limit" min:"1" max:"200" default:"50" doc:"Rows of a page."`
	Cursor     string      `query:"cursor" doc:"next_cursor of the page before."`
}

func (in listIn) filter() Filter {
	return Filter{Status: value(in.Status), From: in.From, To: in.To, Site: value(in.Site), Ward: value(in.Ward), Agency: value(in.Agency),
		StaffGroup: in.StaffGroup, Grade: in.Grade, Variance: value(in.Variance), Limit: in.Limit, Cursor: paging.Cursor(in.Cursor)}
}

func value[T any](p *T) (zero T) {
	if p == nil {
		return zero
	}
	return *p
}

type byID struct {
	ID string `path:"id" maxlen:"60" doc:"The timesheet's id or reference."`
}

type submitIn struct {
	byID
	Body struct {
		StartsAt     *time.Time           `json:"starts_at,omitempty" doc:"When the work began, with offset; left out, as planned."`
		EndsAt       *time.Time           `json:"ends_at,omitempty" doc:"When the work ended, with offset; left out, as planned."`
		BreakMinutes *int                 `json:"break_minutes,omitempty" min:"0" max:"480" doc:"Unpaid break; left out, what breaks come to, or as planned."`
		Breaks       []timesheetBreakJSON `json:"breaks,omitempty" maxlen:"12" doc:"The breaks one by one, when they were recorded."`
		Note         string               `json:"note,omitempty" maxlen:"300" doc:"Why the hours differ from plan."`
	}
}

type queryIn struct {
	byID
	Body struct {
		Reason string `json:"reason" minlen:"1" maxlen:"300" doc:"What should be checked. The worker reads it."`
	}
}

func (s *Service) list(ctx context.Context, tx *tenants.Tx, in listIn) (openapi.List[timesheetJSON], error) {
	rows, next, err := s.List(ctx, tx, in.filter())
	if err != nil {
		return openapi.List[timesheetJSON]{}, err
	}
	out := openapi.List[timesheetJSON]{Data: make([]timesheetJSON, len(rows)), NextCursor: string(next)}
	for i := range rows {
		out.Data[i] = toJSON(&rows[i])
	}
	return out, nil
}

func (s *Service) get(ctx context.Context, tx *tenants.Tx, in byID) (timesheetWithLinesJSON, error) {
	t, err := s.Get(ctx, tx, in.ID)
	if err != nil {
		return timesheetWithLinesJSON{}, err
	}
	return s.withLines(ctx, tx, t)
}

func (s *Service) submit(ctx context.Context, tx *tenants.Tx, in submitIn) (timesheetJSON, error) {
	t, err := s.Get(ctx, tx, in.ID)
	if err != nil {
		return timesheetJSON{}, err
	}
	h := t.Plan()
	if in.Body.StartsAt != nil {
		h.Start = *in.Body.StartsAt
	}
	if in.Body.EndsAt != nil {
		h.End = *in.Body.EndsAt
	}
	for _, b := range in.Body.Breaks {
		h.BreakMinutes, h.Breaks = 0, append(h.Breaks, Break(b))
	}
	if in.Body.BreakMinutes != nil {
		h.BreakMinutes = *in.Body.BreakMinutes
	}
	t, err = s.Submit(ctx, tx, t.ID, h, in.Body.Note)
	return toJSON(&t), err
}

func (s *Service) approve(ctx context.Context, tx *tenants.Tx, in byID) (timesheetWithLinesJSON, error) {
	t, err := s.Get(ctx, tx, in.ID)
	if err != nil {
		return timesheetWithLinesJSON{}, err
	}
	if t, err = s.Approve(ctx, tx, t.ID); err != nil {
		return timesheetWithLinesJSON{}, err
	}
	return s.withLines(ctx, tx, t)
}

func (s *Service) query(ctx context.Context, tx *tenants.Tx, in queryIn) (timesheetJSON, error) {
	t, err := s.Get(ctx, tx, in.ID)
	if err != nil {
		return timesheetJSON{}, err
	}
	t, err = s.Query(ctx, tx, t.ID, in.Body.Reason)
	return toJSON(&t), err
}

type timesheetAdjustmentLineJSON struct {
	Kind         rates.Kind     `json:"kind"`
	Band         rates.Band     `json:"band" doc:"Of pay: core, low or high."`
	Title        string         `json:"title"`
	WasPence     money.Pence    `json:"was_pence"`
	BecomesPence money.Pence    `json:"becomes_pence"`
	AmountPence  money.Pence    `json:"amount_pence" doc:"Signed."`
	VATCategory  rates.Category `json:"vat_category" enum:"S,E,O"`
	VATRate      money.Factor   `json:"vat_rate"`
	VATReason    string         `json:"vat_reason"`
	VATSource    string         `json:"vat_source"`
	Formula      string         `json:"formula"`
}

type timesheetAdjustmentJSON struct {
	ID            tenants.ID                    `json:"id"`
	AdjustmentRef string                        `json:"adjustment_ref" example:"KUH-ADJ-12"`
	Reason        string                        `json:"reason"`
	PayRate       money.Rate                    `json:"pay_rate" doc:"Pounds for a core hour, from this adjustment on."`
	NetPence      *money.Pence                  `json:"net_pence" doc:"Signed, before VAT; not told to workers."`
	PostedAt      time.Time                     `json:"posted_at"`
	Billed        bool                          `json:"billed" doc:"Its lines stand on an issued self-bill; not told to workers."`
	Lines         []timesheetAdjustmentLineJSON `json:"lines"`
}

func (s *Service) listPostings(ctx context.Context, tx *tenants.Tx, in byID) (openapi.List[timesheetAdjustmentJSON], error) {
	t, err := s.Get(ctx, tx, in.ID)
	if err != nil {
		return openapi.List[timesheetAdjustmentJSON]{}, err
	}
	rows, err := s.Postings(ctx, tx, t.ID)
	out := openapi.List[timesheetAdjustmentJSON]{Data: make([]timesheetAdjustmentJSON, len(rows))}
	for i := range rows {
		p := &rows[i]
		j := timesheetAdjustmentJSON{ID: p.ID, AdjustmentRef: p.AdjustmentRef, Reason: p.Reason, PayRate: p.PayRate, PostedAt: local(p.PostedAt), Billed: p.BilledAt != nil,
			Lines: make([]timesheetAdjustmentLineJSON, len(p.Lines))}
		if tx.Me.Kind != tenants.Worker {
			j.NetPence = &p.NetPence
		}
		for k := range p.Lines {
			l := &p.Lines[k]
			j.Lines[k] = timesheetAdjustmentLineJSON{l.Kind, l.Band, l.Title(), l.WasPence, l.BecomesPence, l.AmountPence, l.VATCategory, l.VATRate, l.VATReason, l.VATSource, l.Formula}
		}
		out.Data[i] = j
	}
	return out, err
}

func (s *Service) withLines(ctx context.Context, tx *tenants.Tx, t Timesheet) (timesheetWithLinesJSON, error) {
	out := timesheetWithLinesJSON{timesheetJSON: toJSON(&t), Lines: []timesheetLineJSON{}}
	lines, err := s.Lines(ctx, tx, t.ID)
	for i := range lines {
		out.Lines = append(out.Lines, lines[i].toJSON())
	}
	return out, err
}

type timesheetBreakJSON struct {
	StartsAt time.Time `json:"starts_at" doc:"When the break began, with offset."`
	EndsAt   time.Time `json:"ends_at" doc:"When the break ended, with offset."`
}

type timesheetJSON struct {
	ID                  tenants.ID           `json:"id"`
	Ref                 string               `json:"ref" example:"KUH-T40841"`
	Status              Status               `json:"status" enum:"open,submitted,queried,approved"`
	EmployerID          tenants.ID           `json:"employer_id"`
	AgencyID            tenants.ID           `json:"agency_id"`
	WorkerID            tenants.ID           `json:"worker_id"`
	WorkerName          string               `json:"worker_name"`
	BookingID           tenants.ID           `json:"booking_id"`
	ShiftID             tenants.ID           `json:"shift_id"`
	ShiftRef            string               `json:"shift_ref" example:"KUH-40841"`
	SiteID              tenants.ID           `json:"site_id"`
	WardID              tenants.ID           `json:"ward_id"`
	StaffGroup          string               `json:"staff_group"`
	Grade               string               `json:"grade"`
	WorkedOn            civil.Date           `json:"worked_on" doc:"Local date on which the shift starts: the week it is billed in."`
	PlannedStartsAt     time.Time            `json:"planned_starts_at"`
	PlannedEndsAt       time.Time            `json:"planned_ends_at"`
	PlannedBreakMinutes int                  `json:"planned_break_minutes"`
	StartsAt            *time.Time           `json:"starts_at" doc:"When the work began; null until the hours are sent."`
	EndsAt              *time.Time           `json:"ends_at"`
	BreakMinutes        *int                 `json:"break_minutes"`
	Breaks              []timesheetBreakJSON `json:"breaks"`
	DifferenceMinutes   int                  `json:"difference_minutes" doc:"Paid minutes over plan; below zero when under."`
	Note                string               `json:"note"`
	SubmittedAt         *time.Time           `json:"submitted_at"`
	QueriedAt           *time.Time           `json:"queried_at"`
	QueryReason         string               `json:"query_reason"`
	ApprovedAt          *time.Time           `json:"approved_at"`
	ApprovedBy          string               `json:"approved_by" doc:"The employer alone is told the name."`
	PaidMinutes         *int                 `json:"paid_minutes" doc:"Once approved."`
	NetPence            *money.Pence         `json:"net_pence" doc:"Before VAT, once approved; not told to workers."`
	Billed              bool                 `json:"billed" doc:"Its lines stand on an issued self-bill."`
}

type timesheetWithLinesJSON struct {
	timesheetJSON
	Lines []timesheetLineJSON `json:"lines" doc:"What the approved hours come to. A worker gets pay and holiday pay."`
}

type timesheetLineJSON struct {
	Kind        rates.Kind     `json:"kind"`
	Band        rates.Band     `json:"band" doc:"Of pay: core, low or high."`
	Title       string         `json:"title"`
	Minutes     int            `json:"minutes"`
	Rate        *money.Rate    `json:"rate"`
	Factor      *money.Factor  `json:"factor"`
	AmountPence money.Pence    `json:"amount_pence"`
	VATCategory rates.Category `json:"vat_category" enum:"S,E,O"`
	VATRate     money.Factor   `json:"vat_rate"`
	VATReason   string         `json:"vat_reason"`
	VATSource   string         `json:"vat_source"`
	Formula     string         `json:"formula"`
	VAT         lineVATJSON    `json:"vat" doc:"What the category was decided upon. Empty for lines that were locked before it was kept, and to a worker."`
}

type lineVATJSON struct {
	Route          string      `json:"route" example:"agency" doc:"How the work is supplied."`
	Profession     string      `json:"profession" enum:",doctor,nurse,nursing_auxiliary,other"`
	Deputy         bool        `json:"deputy" doc:"The worker stood in for somebody of the employer."`
	Elected        bool        `json:"elected" doc:"The supplier had chosen exemption."`
	Registered     bool        `json:"registered" doc:"The supplier was registered for VAT."`
	RuleID         string      `json:"rule_id" doc:"The VAT rule that decided."`
	RuleFrom       *civil.Date `json:"rule_from"`
	RuleReason     string      `json:"rule_reason"`
	RuleSource     string      `json:"rule_source"`
	RateSource     string      `json:"rate_source" doc:"Of the rate, when standard rated."`
	ElectionID     string      `json:"election_id" doc:"The election in force between employer and agency, if any."`
	ElectionFrom   *civil.Date `json:"election_from"`
	ElectionSource string      `json:"election_source"`
}

func toJSON(t *Timesheet) timesheetJSON {
	j := timesheetJSON{
		ID: t.ID, Ref: t.Ref, Status: t.Status, EmployerID: t.TenantID, AgencyID: t.AgencyID, WorkerID: t.WorkerID, WorkerName: t.WorkerName,
		BookingID: t.BookingID, ShiftID: t.ShiftID, ShiftRef: t.ShiftRef, SiteID: t.SiteID, WardID: t.WardID, StaffGroup: t.StaffGroup, Grade: t.Grade,
		WorkedOn: t.WorkedOn, PlannedStartsAt: local(t.PlannedStartsAt), PlannedEndsAt: local(t.PlannedEndsAt), PlannedBreakMinutes: t.PlannedBreakMinutes,
		StartsAt: localOf(t.StartsAt), EndsAt: localOf(t.EndsAt), BreakMinutes: t.BreakMinutes, Breaks: []timesheetBreakJSON{},
		DifferenceMinutes: t.Difference(), Note: t.WorkerNote, SubmittedAt: localOf(t.SubmittedAt), QueriedAt: localOf(t.QueriedAt), QueryReason: t.QueryReason,
		ApprovedAt: localOf(t.ApprovedAt), ApprovedBy: t.ApprovedBy, PaidMinutes: t.Minutes, NetPence: t.NetPence, Billed: t.BilledAt != nil,
	}
	for _, b := range t.Breaks {
		j.Breaks = append(j.Breaks, timesheetBreakJSON{StartsAt: local(b.StartsAt), EndsAt: local(b.EndsAt)})
	}
	return j
}

func (l *Line) vatJSON() lineVATJSON {
	j := lineVATJSON{Route: l.VATRoute, Profession: l.VATProfession, Deputy: l.VATDeputy, Elected: l.VATElected, Registered: l.VATRegistered,
		RuleID: l.VATRule.ID, RuleReason: l.VATRule.Reason, RuleSource: l.VATRule.Source, RateSource: l.VATRule.RateSource}
	if l.VATRule.ID != "" {
		j.RuleFrom = &l.VATRule.From
	}
	if e := l.VATRule.Election; e != nil {
		j.ElectionID, j.ElectionFrom, j.ElectionSource = e.ID, &e.From, e.Source
	}
	return j
}

func (l *Line) toJSON() timesheetLineJSON {
	return timesheetLineJSON{Kind: l.Kind, Band: l.Band, Title: l.Title(), Minutes: l.Minutes, Rate: l.Rate, Factor: l.Factor, AmountPence: l.AmountPence,
		VATCategory: l.VATCategory, VATRate: l.VATRate, VATReason: l.VATReason, VATSource: l.VATSource, Formula: l.Formula, VAT: l.vatJSON()}
}

func local(t time.Time) time.Time { return t.In(civil.London) }

func localOf(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := local(*t)
	return &at
}
