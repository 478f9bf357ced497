package adjustments

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

const finance = "finance@kingsmere.example"

// Routes registers the operations on adjustments.
func (s *Service) Routes(r *openapi.Router) {
	seen := func(w openapi.World) openapi.Call { return call(w, "kingsmere.adjustment.previewed") }
	openapi.Post(r, "/adjustments", rbac.AdjustmentManage, "Preview an adjustment", s.preview, openapi.Status(201),
		openapi.Describe("Prices the approved timesheets of a range again, at the rates that the changes name and by the data of each shift's own date, and lists what differs from what was settled. "+
			"Without changes, those of an award are the pay points of the first day against the day before, and those of a card the lines that its two versions have differently. Nothing settled changes."),
		openapi.Faults(ErrNotEmployer, ErrDates, ErrFuture, ErrNoChanges, ErrNoAward, ErrChange),
		openapi.Example(func(w openapi.World) openapi.Call {
			day := w.ID("kingsmere.adjustment.day")
			return openapi.Call{As: finance, Body: map[string]any{"kind": "award", "reason": "Backdated award of a local agreement", "source": "Joint staff committee, paper 14",
				"from": day, "to": day, "changes": []map[string]any{{"grade": "nurse-band-5", "share": "0.010000"}}}}
		}))
	openapi.Get(r, "/adjustments", rbac.AdjustmentRead, "List adjustments", s.list,
		openapi.Faults(ErrNotEmployer, paging.ErrCursor, paging.ErrLimit),
		openapi.Example(func(openapi.World) openapi.Call { return openapi.Call{As: finance} }))
	openapi.Get(r, "/adjustments/{id}", rbac.AdjustmentRead, "Get an adjustment", s.get, openapi.Example(seen))
	openapi.Get(r, "/adjustments/{id}/items", rbac.AdjustmentRead, "List what an adjustment changes", s.listItems,
		openapi.Describe("One row for each timesheet, with the lines that differ: what they were, what they become, and the sum in words."),
		openapi.Faults(paging.ErrCursor, paging.ErrLimit), openapi.Example(seen))
	openapi.Get(r, "/adjustments/{id}/omissions", rbac.AdjustmentRead, "List what an adjustment could not price", s.listOmissions,
		openapi.Faults(paging.ErrCursor, paging.ErrLimit), openapi.Example(seen))
	openapi.Post(r, "/adjustments/{id}/post", rbac.AdjustmentManage, "Post an adjustment", s.post,
		openapi.Describe("Prices everything again and, if it is to the penny what was previewed, posts the signed lines to the timesheets. The next self-bill carries them. Nobody posts a change of their own pay."),
		openapi.Faults(ErrNotEmployer, ErrPosted, ErrDiscarded, ErrStale, ErrNothing, ErrOwnPay), openapi.Example(seen))
	openapi.Post(r, "/adjustments/{id}/discard", rbac.AdjustmentManage, "Discard a preview", s.discard,
		openapi.Faults(ErrNotEmployer, ErrPosted, ErrDiscarded),
		openapi.Example(func(w openapi.World) openapi.Call { return call(w, "kingsmere.adjustment.spare") }))
}

func call(w openapi.World, name string) openapi.Call {
	return openapi.Call{As: finance, Path: map[string]string{"id": w.ID(name)}}
}

type rateChangeInput struct {
	Band  string       `json:"band,omitempty" maxlen:"40" example:"afc-5" doc:"Of the grades; left out, every one."`
	Grade string       `json:"grade,omitempty" maxlen:"40" example:"nurse-band-5" doc:"Left out, every one."`
	From  money.Rate   `json:"from,omitzero" doc:"Work that is paid at exactly this rate now; left out, at any."`
	To    money.Rate   `json:"to,omitzero" doc:"The new rate. Give this or a share."`
	Share money.Factor `json:"share,omitzero" doc:"On top: 0.033000 is 3.3%. Without from it is taken of the rate that was booked."`
}

type previewIn struct {
	Body struct {
		Kind     Kind              `json:"kind" enum:"award,card,reference" doc:"A pay award, a backdated version of a rate card, or corrected national data."`
		Reason   string            `json:"reason" minlen:"1" maxlen:"300" doc:"Why settled work changes. The agencies read it."`
		Source   string            `json:"source" minlen:"1" maxlen:"300" doc:"The circular, card or notice that it rests on."`
		From     civil.Date        `json:"from" doc:"First local date on which the work began."`
		To       civil.Date        `json:"to" doc:"Last local date on which the work began."`
		AgencyID *tenants.ID       `json:"agency_id,omitempty" doc:"One agency; left out, all."`
		Grades   []string          `json:"grades,omitempty" maxlen:"100" doc:"Codes of grades; left out, all."`
		Changes  []rateChangeInput `json:"changes,omitempty" maxlen:"200" doc:"Which rates become which."`
		CardWas  *tenants.ID       `json:"card_was,omitempty" doc:"Of a card: the version that the work was booked on."`
		CardNow  *tenants.ID       `json:"card_now,omitempty" doc:"Of a card: the version that counts instead."`
	}
}

func (in *previewIn) request() Request {
	b := &in.Body
	r := Request{Kind: b.Kind, Reason: b.Reason, Source: b.Source, From: b.From, To: b.To, Grades: b.Grades, AgencyID: orZero(b.AgencyID),
		CardWas: orZero(b.CardWas), CardNow: orZero(b.CardNow)}
	for _, c := range b.Changes {
		r.Changes = append(r.Changes, Change(c))
	}
	return r
}

func orZero(id *tenants.ID) tenants.ID {
	if id == nil {
		return tenants.ID{}
	}
	return *id
}

type adjustmentIn struct {
	ID string `path:"id" maxlen:"60" doc:"The adjustment's id or reference."`
}

type pageIn struct {
	Limit  int    `query:"limit" min:"1" max:"200" default:"50" doc:"Rows of a page."`
	Cursor string `query:"cursor" doc:"next_cursor of the page before."`
}

type listIn struct {
	Status *Status `query:"status" enum:"previewed,posted,discarded" doc:"Where the adjustment stands."`
	pageIn
}

type listItemsIn struct {
	adjustmentIn
	Agency *tenants.ID `query:"agency" doc:"Agency."`
	pageIn
}

type listOmissionsIn struct {
	adjustmentIn
	pageIn
}

func (s *Service) preview(ctx context.Context, tx *tenants.Tx, in previewIn) (adjustmentJSON, error) {
	a, err := s.Preview(ctx, tx, in.request())
	return toJSON(&a), err
}

func (s *Service) get(ctx context.Context, tx *tenants.Tx, in adjustmentIn) (adjustmentByAgencyJSON, error) {
	a, err := s.Get(ctx, tx, in.ID)
	if err != nil {
		return adjustmentByAgencyJSON{}, err
	}
	shares, err := s.ByAgency(ctx, tx, a.ID)
	out := adjustmentByAgencyJSON{toJSON(&a), make([]adjustmentShareJSON, len(shares))}
	for i, share := range shares {
		out.Agencies[i] = adjustmentShareJSON(share)
	}
	return out, err
}

func (s *Service) post(ctx context.Context, tx *tenants.Tx, in adjustmentIn) (adjustmentJSON, error) {
	a, err := s.Get(ctx, tx, in.ID)
	if err != nil {
		return adjustmentJSON{}, err
	}
	a, err = s.Post(ctx, tx, a.ID)
	return toJSON(&a), err
}

func (s *Service) discard(ctx context.Context, tx *tenants.Tx, in adjustmentIn) (adjustmentJSON, error) {
	a, err := s.Get(ctx, tx, in.ID)
	if err != nil {
		return adjustmentJSON{}, err
	}
	a, err = s.Discard(ctx, tx, a.ID)
	return toJSON(&a), err
}

func (s *Service) list(ctx context.Context, tx *tenants.Tx, in listIn) (openapi.List[adjustmentJSON], error) {
	f := Filter{Limit: in.Limit, Cursor: paging.Cursor(in.Cursor)}
	if in.Status != nil {
		f.Status = *in.Status
	}
	rows, next, err := s.List(ctx, tx, f)
	if err != nil {
		return openapi.List[adjustmentJSON]{}, err
	}
	out := openapi.List[adjustmentJSON]{Data: make([]adjustmentJSON, len(rows)), NextCursor: string(next)}
	for i := range rows {
		out.Data[i] = toJSON(&rows[i])
	}
	return out, nil
}

func (s *Service) listItems(ctx context.Context, tx *tenants.Tx, in listItemsIn) (openapi.List[adjustmentItemJSON], error) {
	a, err := s.Get(ctx, tx, in.ID)
	if err != nil {
		return openapi.List[adjustmentItemJSON]{}, err
	}
	rows, next, err := s.Items(ctx, tx, a.ID, orZero(in.Agency), in.Limit, paging.Cursor(in.Cursor))
	if err != nil {
		return openapi.List[adjustmentItemJSON]{}, err
	}
	out := openapi.List[adjustmentItemJSON]{Data: make([]adjustmentItemJSON, len(rows)), NextCursor: string(next)}
	for i := range rows {
		out.Data[i] = itemToJSON(&rows[i])
	}
	return out, nil
}

func (s *Service) listOmissions(ctx context.Context, tx *tenants.Tx, in listOmissionsIn) (openapi.List[adjustmentOmissionJSON], error) {
	a, err := s.Get(ctx, tx, in.ID)
	if err != nil {
		return openapi.List[adjustmentOmissionJSON]{}, err
	}
	rows, next, err := s.Omissions(ctx, tx, a.ID, in.Limit, paging.Cursor(in.Cursor))
	if err != nil {
		return openapi.List[adjustmentOmissionJSON]{}, err
	}
	out := openapi.List[adjustmentOmissionJSON]{Data: make([]adjustmentOmissionJSON, len(rows)), NextCursor: string(next)}
	for i := range rows {
		o := &rows[i]
		out.Data[i] = adjustmentOmissionJSON{o.TimesheetID, o.TimesheetRef, o.AgencyID, o.WorkerName, o.WorkedOn, o.Code, o.Text}
	}
	return out, nil
}
