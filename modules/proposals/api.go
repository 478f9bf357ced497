package proposals

import (
	"context"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/modules/approvals"
	"wardbridge/modules/bookings"
	"wardbridge/modules/shifts"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers what programs may ask of proposals, and the cancelling of a
// shift, which ends its proposals.
func (s *Service) Routes(r *openapi.Router) {
	call := func(as, thing string, body any) openapi.Option {
		return openapi.Example(func(w openapi.World) openapi.Call {
			c := openapi.Call{As: as, Body: body}
			if thing != "" {
				c.Path = map[string]string{"id": w.ID(thing)}
			}
			return c
		})
	}
	const manager, consultant, waiting = "manager@kingsmere.example", "agency@meridian.example", "kingsmere.proposal.submitted"
	openapi.Get(r, "/proposals", rbac.ProposalRead, "List proposals", s.listAPI,
		openapi.Describe("Oldest first, as a queue is worked off. An employer sees what was sent to it, an agency what it sent, a worker their own."),
		call(manager, "", nil))
	openapi.Get(r, "/proposals/{id}", rbac.ProposalRead, "Get a proposal", s.getAPI, call(manager, waiting, nil))
	openapi.Post(r, "/proposals", rbac.ProposalCreate, "Propose a worker", s.submitAPI, openapi.Status(201),
		openapi.Describe("Offers one of the agency's confirmed workers for a shift that is released to it. The rates must be within the rate card; the price is worked out and kept."),
		openapi.Faults(ErrShiftClosed, ErrWorker, ErrNotFree, ErrAlreadyProposed, ErrRate, ErrPayAboveCard, ErrPayFixed, ErrFeeAboveCard, ErrChargeAboveCard, ErrBelowMinimum),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: consultant, Body: map[string]any{"shift_id": w.ID("meridian.shift.open"), "worker_id": w.ID("meridian.worker"),
				"pay_rate": "19.0000", "commission": "2.0000", "note": "Knows the ward."}}
		}))
	openapi.Post(r, "/proposals/{id}/withdraw", rbac.ProposalCreate, "Withdraw a proposal", s.withdrawAPI,
		openapi.Describe("Takes a proposal back before the employer has answered it."), openapi.Faults(ErrAnswered),
		call(consultant, "meridian.proposal.submitted", nil))
	openapi.Post(r, "/proposals/{id}/ask-approval", rbac.ApprovalRequest, "Ask for approval of a proposal", s.askAPI, openapi.Status(201),
		openapi.Describe("For a proposal that passes the framework, the price cap, the charge from which the chief executive signs, or the daily charge of an interim very senior manager, "+
			"and for work that is closed to agencies. Whoever the approval matrix names is asked; what the bank and each tier were asked is taken from the shift's timeline, "+
			"and what the matrix wants shown besides comes as `evidence`. Once granted, the proposal can be accepted."),
		openapi.Faults(ErrAnswered, ErrNoApproval, ErrApproved, ErrReason, approvals.ErrAsked, approvals.ErrIncomplete, approvals.ErrExemption, approvals.ErrNotAsked),
		call(manager, "kingsmere.proposal.above", map[string]any{"reason": "hard_to_fill", "statement": "The ward would run below its safe number without this shift."}))
	openapi.Post(r, "/proposals/{id}/accept", rbac.ProposalDecide, "Accept a proposal", s.acceptAPI,
		openapi.Describe("Books the worker, fills the shift, stops its cascade and closes what else was proposed for it, all at once or not at all."),
		openapi.Faults(ErrShiftFilled, shifts.ErrCancelled, shifts.ErrExpired, ErrAnswered, ErrNeedsApproval, ErrNotFree, ErrOwnRequest), call(manager, waiting, nil))
	openapi.Post(r, "/proposals/{id}/decline", rbac.ProposalDecide, "Decline a proposal", s.declineAPI,
		openapi.Describe("Says no. The agency reads the reason and the note."), openapi.Faults(ErrAnswered, ErrInvalidDecline, ErrOwnRequest),
		call(manager, waiting, map[string]any{"reason": "experience", "note": "We need somebody with theatre experience."}))
	openapi.Post(r, "/shifts/{id}/cancel", rbac.ShiftCancel, "Cancel a shift", s.cancelAPI, openapi.Tag("shifts"),
		openapi.Describe("Ends a shift that is no longer needed, with its proposals, its cascade and a booking that has not begun."),
		openapi.Faults(ErrCancelReason, shifts.ErrCancelled, shifts.ErrExpired, bookings.ErrStarted),
		call(manager, "kingsmere.shift.open", map[string]any{"reason": "The ward has closed for the week."}))
}

type proposalJSON struct {
	ID             tenants.ID            `json:"id"`
	Ref            string                `json:"ref" example:"KUH-P40841-7QKX"`
	Status         Status                `json:"status" enum:"submitted,accepted,declined,withdrawn,closed,expired"`
	TenantID       tenants.ID            `json:"tenant_id" doc:"The employer."`
	AgencyID       tenants.ID            `json:"agency_id"`
	PersonID       tenants.ID            `json:"person_id" doc:"The worker."`
	WorkerID       tenants.ID            `json:"worker_id,omitzero" doc:"The agency's own record of the worker; for the agency alone."`
	ShiftID        tenants.ID            `json:"shift_id"`
	ShiftRef       string                `json:"shift_ref,omitempty" example:"KUH-40841"`
	StartsAt       *time.Time            `json:"starts_at" doc:"Of the shift; null for a worker who is not booked on it."`
	EndsAt         *time.Time            `json:"ends_at"`
	WardID         tenants.ID            `json:"ward_id,omitzero"`
	WorkerName     string                `json:"worker_name,omitempty" example:"Amara Okafor"`
	StaffGroup     string                `json:"staff_group,omitempty" example:"nursing"`
	Grade          string                `json:"grade,omitempty" doc:"The worker's own grade; the shift's is paid." example:"nurse-band-5"`
	RegisterBody   string                `json:"register_body,omitempty" example:"NMC"`
	RegisterNumber string                `json:"register_number,omitempty" example:"18G1234E"`
	Tier           int                   `json:"tier,omitempty" doc:"The tier that the shift had been released to."`
	PayRate        money.Rate            `json:"pay_rate" doc:"Pounds for a core hour."`
	PayMax         money.Rate            `json:"pay_max,omitzero" doc:"The rate card's maximum when it was sent."`
	Commission     money.Rate            `json:"commission,omitzero" doc:"Pounds for a paid hour."`
	Minutes        int                   `json:"minutes,omitempty" doc:"Paid minutes."`
	NetPence       money.Pence           `json:"net_pence,omitempty" doc:"The charge before VAT."`
	VATPence       money.Pence           `json:"vat_pence,omitempty" doc:"Indicative: an invoice works it out over all its lines."`
	ChargeHour     money.Rate            `json:"charge_per_hour,omitzero" doc:"What a paid hour comes to before VAT."`
	Lines          []bookings.ChargeLine `json:"lines"`
	Note           string                `json:"note,omitempty"`
	Conditions     []approvals.Condition `json:"conditions,omitempty" doc:"Why the employer must ask for approval before it accepts."`
	Passes         string                `json:"passes,omitempty" doc:"In words: which limit it passes, by how much and in which hours."`
	SubmittedAt    time.Time             `json:"submitted_at"`
	SubmittedBy    string                `json:"submitted_by,omitempty"`
	WithdrawnAt    *time.Time            `json:"withdrawn_at"`
	DecidedAt      *time.Time            `json:"decided_at"`
	DecidedBy      string                `json:"decided_by,omitempty"`
	DecisionReason string                `json:"decision_reason,omitempty"`
}

func toJSON(p *Proposal, shift shifts.Shift, reader tenants.Kind) proposalJSON {
	out := proposalJSON{
		ID: p.ID, Ref: p.Ref, Status: p.Status, TenantID: p.TenantID, AgencyID: p.AgencyID, PersonID: p.WorkerID, ShiftID: p.ShiftID,
		ShiftRef: shift.Ref, WardID: p.WardID, WorkerName: p.WorkerName, StaffGroup: p.StaffGroup, Grade: p.Grade,
		RegisterBody: p.RegisterBody, RegisterNumber: p.RegisterNumber, Tier: p.Tier, PayRate: p.PayRate, PayMax: p.PayMax,
		Commission: p.Commission, Minutes: p.Minutes, NetPence: p.NetPence, VATPence: p.Quote.VAT, ChargeHour: p.Quote.PerHour(),
		Lines: bookings.ChargeLines(&p.Quote, reader), Note: p.Note, SubmittedAt: p.SubmittedAt, SubmittedBy: p.SubmittedBy,
		WithdrawnAt: p.WithdrawnAt, DecidedAt: p.DecidedAt, DecidedBy: p.DecidedBy, DecisionReason: p.DecisionReason,
	}
	if reader != tenants.Worker {
		out.Conditions, out.Passes = p.Conditions, p.Over()
	}
	if reader == tenants.Agency {
		out.WorkerID = p.RepresentationID
	}
	if !shift.StartsAt.IsZero() {
		starts, ends := shift.StartsAt.In(civil.London), shift.EndsAt.In(civil.London)
		out.StartsAt, out.EndsAt = &starts, &ends
	}
	return out
}

// one is the answer of an operation on one proposal.
func (s *Service) one(ctx context.Context, tx *tenants.Tx, p Proposal, err error) (proposalJSON, error) {
	if err != nil {
		return proposalJSON{}, err
	}
	facts, err := s.Shifts.Facts(ctx, tx, []tenants.ID{p.ShiftID})
	return toJSON(&p, facts[p.ShiftID], tx.Me.Kind), err
}

type listIn struct {
	Status     Status     `query:"status" enum:"submitted,accepted,declined,withdrawn,closed,expired"`
	From       civil.Date `query:"from" doc:"First day of the sending."`
	To         civil.Date `query:"to" doc:"Last day of the sending."`
	Shift      tenants.ID `query:"shift"`
	Ward       tenants.ID `query:"ward"`
	Agency     tenants.ID `query:"agency"`
	Worker     tenants.ID `query:"worker" doc:"The agency's own record of the worker."`
	StaffGroup string     `query:"staff_group" maxlen:"40"`
	Order      string     `query:"order" enum:"oldest,newest" default:"oldest"`
	Cursor     string     `query:"cursor" doc:"The next_cursor of the page before."`
	Limit      int        `query:"limit" min:"1" max:"200" doc:"Rows on a page; 50 unless given."`
}

func (s *Service) listAPI(ctx context.Context, tx *tenants.Tx, in listIn) (openapi.List[proposalJSON], error) {
	rows, next, err := s.List(ctx, tx, Filter{Status: in.Status, From: in.From, To: in.To, Shift: in.Shift, Ward: in.Ward, Agency: in.Agency,
		Worker: in.Worker, StaffGroup: in.StaffGroup, NewestFirst: in.Order == "newest", Limit: in.Limit, Cursor: paging.Cursor(in.Cursor)})
	if err != nil {
		return openapi.List[proposalJSON]{}, err
	}
	ids := make([]tenants.ID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ShiftID
	}
	facts, err := s.Shifts.Facts(ctx, tx, ids)
	out := openapi.List[proposalJSON]{NextCursor: string(next)}
	for i := range rows {
		out.Data = append(out.Data, toJSON(&rows[i], facts[rows[i].ShiftID], tx.Me.Kind))
	}
	return out, err
}

type oneIn struct {
	ID tenants.ID `path:"id"`
}

func (s *Service) getAPI(ctx context.Context, tx *tenants.Tx, in oneIn) (proposalJSON, error) {
	p, err := s.Get(ctx, tx, in.ID.String())
	return s.one(ctx, tx, p, err)
}

type submitIn struct {
	Body struct {
		ShiftID    tenants.ID `json:"shift_id"`
		WorkerID   tenants.ID `json:"worker_id" doc:"The agency's own record of the worker, as in /workers."`
		PayRate    money.Rate `json:"pay_rate" doc:"Pounds for a core hour."`
		Commission money.Rate `json:"commission" doc:"Pounds for a paid hour."`
		Note       string     `json:"note,omitempty" maxlen:"300" doc:"The employer reads it."`
	}
}

func (s *Service) submitAPI(ctx context.Context, tx *tenants.Tx, in submitIn) (proposalJSON, error) {
	p, err := s.Submit(ctx, tx, Draft(in.Body))
	return s.one(ctx, tx, p, err)
}

func (s *Service) withdrawAPI(ctx context.Context, tx *tenants.Tx, in oneIn) (proposalJSON, error) {
	p, err := s.Withdraw(ctx, tx, in.ID)
	return s.one(ctx, tx, p, err)
}

type acceptedJSON struct {
	Proposal   proposalJSON `json:"proposal"`
	BookingID  tenants.ID   `json:"booking_id"`
	BookingRef string       `json:"booking_ref" example:"KUH-B40841"`
}

func (s *Service) acceptAPI(ctx context.Context, tx *tenants.Tx, in oneIn) (acceptedJSON, error) {
	p, b, err := s.Accept(ctx, tx, in.ID)
	wire, err := s.one(ctx, tx, p, err)
	return acceptedJSON{Proposal: wire, BookingID: b.ID, BookingRef: b.Ref}, err
}

type askIn struct {
	ID   tenants.ID `path:"id"`
	Body struct {
		Reason    string `json:"reason" enum:"patient_safety,short_notice_sickness,hard_to_fill,enhanced_care,supplier_above_cap,long_line,other"`
		Statement string `json:"statement" maxlen:"1000" doc:"On which patient-safety grounds. Whoever answers reads it."`

		Evidence map[string]string `json:"evidence,omitempty" doc:"By name what the matrix wants shown and the timeline does not: exemption_reference and exemption_expires_on for work closed to agencies, nhse_reference for an interim very senior manager."`
	}
}

type askedJSON struct {
	ApprovalID tenants.ID            `json:"approval_id"`
	State      approvals.State       `json:"state" enum:"open,approved,refused,withdrawn,lapsed"`
	Conditions []approvals.Condition `json:"conditions"`
	Asked      []approvals.Approver  `json:"asked" doc:"Who must answer, such as office:executive_director."`
	Rate       money.Rate            `json:"rate" doc:"The charge an hour that it is about, before VAT."`
	Cap        *money.Rate           `json:"cap" doc:"What it is held against; null where no cap is loaded."`
}

func (s *Service) askAPI(ctx context.Context, tx *tenants.Tx, in askIn) (askedJSON, error) {
	r, err := s.AskApproval(ctx, tx, in.ID, Case(in.Body))
	out := askedJSON{ApprovalID: r.ID, State: r.State, Conditions: r.Conditions, Asked: r.Asked, Rate: r.Rate}
	if !r.Cap.IsZero() {
		out.Cap = &r.Cap
	}
	return out, err
}

type declineIn struct {
	ID   tenants.ID `path:"id"`
	Body struct {
		Reason string `json:"reason" enum:"cost,experience,known_here,found_own_staff,not_needed,other" doc:"The agency reads its sentence."`
		Note   string `json:"note,omitempty" maxlen:"200" doc:"In your own words; needed when the reason is other."`
	}
}

func (s *Service) declineAPI(ctx context.Context, tx *tenants.Tx, in declineIn) (proposalJSON, error) {
	p, err := s.Decline(ctx, tx, in.ID, in.Body.Reason, in.Body.Note)
	return s.one(ctx, tx, p, err)
}

type cancelIn struct {
	ID   tenants.ID `path:"id"`
	Body struct {
		Reason string `json:"reason" minlen:"1" maxlen:"200" doc:"Agencies and the worker read it."`
	}
}

type cancelledShiftJSON struct {
	ID      tenants.ID    `json:"id"`
	Ref     string        `json:"ref" example:"KUH-40841"`
	Status  shifts.Status `json:"status" enum:"cancelled"`
	EndedAt *time.Time    `json:"ended_at"`
	Reason  string        `json:"reason"`
}

func (s *Service) cancelAPI(ctx context.Context, tx *tenants.Tx, in cancelIn) (cancelledShiftJSON, error) {
	shift, err := s.CancelShift(ctx, tx, in.ID, in.Body.Reason)
	return cancelledShiftJSON{ID: shift.ID, Ref: shift.Ref, Status: shift.Status, EndedAt: shift.EndedAt, Reason: shift.EndedWhy}, err
}
