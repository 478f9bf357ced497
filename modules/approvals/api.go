package approvals

import (
	"context"
	"time"

	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers what programs may ask of approvals.
func (s *Service) Routes(r *openapi.Router) {
	on := func(as, name string, body any) openapi.Option {
		return openapi.Example(func(w openapi.World) openapi.Call {
			c := openapi.Call{As: as, Body: body}
			if name != "" {
				c.Path = map[string]string{"id": w.ID(name)}
			}
			return c
		})
	}
	const decider, asker, open = "ward@kingsmere.example", "manager@kingsmere.example", "kingsmere.approval.open"
	said := map[string]any{"statement": "Agreed: nobody else is free tonight."}
	openapi.Get(r, "/approvals", rbac.ApprovalRead, "List approvals", s.listAPI,
		openapi.Describe("Oldest first. `view=me` gives what you may decide now, `view=delegated` what somebody may decide in your stead."), on(decider, "", nil))
	openapi.Get(r, "/approvals/{id}", rbac.ApprovalRead, "Get an approval", s.getAPI,
		openapi.Describe("With the rule under which it was asked, the figures as they were then, and the decision."), on(decider, open, nil))
	openapi.Post(r, "/approvals/{id}/approve", rbac.ApprovalDecide, "Approve a request", s.approveAPI,
		openapi.Describe("As the person who asks the API. Out of hours the executive on call may approve where the rule says so; a second request then asks the usual approvers to ratify it by the end of the next working day."),
		openapi.Faults(ErrDecided, ErrOwnRequest, ErrOverLimit, ErrNotApprover, ErrNobody, ErrStatement), on(decider, open, said))
	openapi.Post(r, "/approvals/{id}/refuse", rbac.ApprovalDecide, "Refuse a request", s.refuseAPI,
		openapi.Describe("As the person who asks the API. Whoever asked is told, and why."),
		openapi.Faults(ErrDecided, ErrOwnRequest, ErrOverLimit, ErrNotApprover, ErrNobody, ErrStatement), on(decider, open, said))
	openapi.Post(r, "/approvals/{id}/withdraw", rbac.ApprovalRequest, "Withdraw a request", s.withdrawAPI,
		openapi.Describe("As the person who asked for the approval."),
		openapi.Faults(ErrDecided, ErrNotRequester, ErrAfterwards), on(asker, open, nil))
	s.matrixRoutes(r)
	s.officeRoutes(r)
}

type evidenceJSON struct {
	Name string `json:"name" example:"tiers_tried"`
	Text string `json:"text"`
	Href string `json:"href" doc:"Where to see it, after the address of the organisation's pages."`
}

type decisionJSON struct {
	Verdict   State      `json:"verdict" enum:"approved,refused"`
	PersonID  tenants.ID `json:"person_id"`
	Person    string     `json:"person"`
	Capacity  Approver   `json:"capacity" doc:"In which way they decided." example:"office:chief_executive"`
	InSteadOf string     `json:"in_stead_of" doc:"The holder whose delegate decided."`
	Interim   bool       `json:"interim" doc:"Decided out of hours, to be ratified."`
	Statement string     `json:"statement"`
	DecidedAt time.Time  `json:"decided_at"`
}

type approvalJSON struct {
	ID          tenants.ID     `json:"id"`
	State       State          `json:"state" enum:"open,approved,refused,withdrawn,lapsed"`
	SubjectKind string         `json:"subject_kind" example:"proposal"`
	SubjectID   tenants.ID     `json:"subject_id"`
	SubjectRef  string         `json:"subject_ref" example:"KUH-P40841"`
	Title       string         `json:"title"`
	WardID      *tenants.ID    `json:"ward_id"`
	Conditions  []Condition    `json:"conditions" doc:"Why approval is needed." example:"over_cap"`
	Rate        *money.Rate    `json:"rate" doc:"The highest charge an hour, before VAT."`
	Cap         *money.Rate    `json:"cap" doc:"What it is held against; null when no cap is known."`
	Over        *money.Rate    `json:"over" doc:"By how much the rate is above the cap."`
	TotalPence  money.Pence    `json:"total_pence"`
	Figures     []figureJSON   `json:"figures" doc:"Versions and segments as they were when it was asked."`
	RequesterID *tenants.ID    `json:"requester_id"`
	Requester   string         `json:"requester"`
	Reason      string         `json:"reason" example:"vacancy"`
	Statement   string         `json:"statement"`
	Evidence    []evidenceJSON `json:"evidence"`
	Ratifies    *tenants.ID    `json:"ratifies" doc:"The approval that was given out of hours and is to be ratified."`
	Asked       []Approver     `json:"asked" doc:"Whom it waits for: offices, roles and people." example:"office:executive_director"`
	AskedAt     time.Time      `json:"asked_at"`
	DueAt       *time.Time     `json:"due_at" doc:"An answer is wanted by then."`
	LapsesAt    *time.Time     `json:"lapses_at" doc:"An answer is of no use from then on."`
	EscalatedAt *time.Time     `json:"escalated_at"`
	ClosedAt    *time.Time     `json:"closed_at"`
	ClosedWhy   string         `json:"closed_why"`
	Overruled   bool           `json:"overruled" doc:"Approved out of hours and then not ratified: it no longer holds."`
}

type figureJSON struct {
	Name  string `json:"name" example:"cap_version"`
	Value string `json:"value"`
}

type wholeJSON struct {
	approvalJSON
	Rule     ruleJSON      `json:"rule" doc:"Under which it was asked."`
	Decision *decisionJSON `json:"decision"`
	MayNot   string        `json:"may_not" doc:"Why you may not decide it now; empty when you may." example:"not_approver"`
}

func rateOrNull(r money.Rate) *money.Rate {
	if r.IsZero() {
		return nil
	}
	return &r
}

func approvalOut(r Request) approvalJSON {
	out := approvalJSON{ID: r.ID, State: r.State, SubjectKind: r.SubjectKind, SubjectID: r.SubjectID, SubjectRef: r.SubjectRef, Title: r.Title, WardID: r.WardID,
		Conditions: r.Conditions, Rate: rateOrNull(r.Rate), Cap: rateOrNull(r.Cap), Over: rateOrNull(r.Over()), TotalPence: r.TotalPence,
		RequesterID: r.RequesterID, Requester: r.RequesterName, Reason: r.Reason, Statement: r.Statement, Ratifies: r.Ratifies, Asked: r.Asked,
		AskedAt: r.AskedAt, DueAt: r.DueAt, LapsesAt: r.LapsesAt, EscalatedAt: r.EscalatedAt, ClosedAt: r.ClosedAt, ClosedWhy: r.ClosedWhy, Overruled: r.Overruled,
		Figures: []figureJSON{}, Evidence: []evidenceJSON{}}
	for _, name := range sorted(r.Figures) {
		out.Figures = append(out.Figures, figureJSON{name, r.Figures[name]})
	}
	for _, e := range r.Evidence {
		out.Evidence = append(out.Evidence, evidenceJSON(e))
	}
	return out
}

func (s *Service) whole(ctx context.Context, tx *tenants.Tx, id tenants.ID) (wholeJSON, error) {
	r, d, err := s.Get(ctx, tx, id)
	if err != nil {
		return wholeJSON{}, err
	}
	out := wholeJSON{approvalJSON: approvalOut(r), Rule: ruleOut(r.Rule)}
	if d != nil {
		out.Decision = &decisionJSON{d.Verdict, d.PersonID, d.PersonName, d.Capacity, d.InSteadOf, d.Interim, d.Statement, d.DecidedAt}
	}
	out.MayNot, err = s.mayNot(ctx, tx, r)
	return out, err
}

type listIn struct {
	View   string `query:"view" enum:"me,delegated" doc:"What waits for you, or for those to whom you delegated."`
	State  string `query:"state" enum:"open,approved,refused,withdrawn,lapsed"`
	Cursor string `query:"cursor" doc:"The next_cursor of the page before."`
	Limit  int    `query:"limit" min:"1" max:"200" doc:"Rows on a page; 50 unless given."`
}

func (s *Service) listAPI(ctx context.Context, tx *tenants.Tx, in listIn) (openapi.List[approvalJSON], error) {
	page, next, err := s.List(ctx, tx, Filter{View: View(in.View), State: State(in.State), Cursor: paging.Cursor(in.Cursor), Limit: in.Limit})
	out := openapi.List[approvalJSON]{NextCursor: string(next)}
	for _, r := range page {
		out.Data = append(out.Data, approvalOut(r))
	}
	return out, err
}

type oneIn struct {
	ID tenants.ID `path:"id"`
}

func (s *Service) getAPI(ctx context.Context, tx *tenants.Tx, in oneIn) (wholeJSON, error) {
	return s.whole(ctx, tx, in.ID)
}

type decideIn struct {
	ID   tenants.ID `path:"id"`
	Body struct {
		Statement string `json:"statement" maxlen:"1000" doc:"Why. It is kept with the decision."`
	}
}

func (s *Service) approveAPI(ctx context.Context, tx *tenants.Tx, in decideIn) (wholeJSON, error) {
	if _, err := s.Approve(ctx, tx, in.ID, in.Body.Statement); err != nil {
		return wholeJSON{}, err
	}
	return s.whole(ctx, tx, in.ID)
}

func (s *Service) refuseAPI(ctx context.Context, tx *tenants.Tx, in decideIn) (wholeJSON, error) {
	if _, err := s.Refuse(ctx, tx, in.ID, in.Body.Statement); err != nil {
		return wholeJSON{}, err
	}
	return s.whole(ctx, tx, in.ID)
}

func (s *Service) withdrawAPI(ctx context.Context, tx *tenants.Tx, in oneIn) (wholeJSON, error) {
	if _, err := s.Withdraw(ctx, tx, in.ID); err != nil {
		return wholeJSON{}, err
	}
	return s.whole(ctx, tx, in.ID)
}
