package bookings

import (
	"context"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/modules/approvals"
	"wardbridge/modules/diary"
	"wardbridge/modules/rates"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers what programs may ask of bookings.
func (s *Service) Routes(r *openapi.Router) {
	manager := func(name string, body any) openapi.Option {
		return openapi.Example(func(w openapi.World) openapi.Call {
			c := openapi.Call{As: "manager@kingsmere.example", Body: body}
			if name != "" {
				c.Path = map[string]string{"id": w.ID(name)}
			}
			return c
		})
	}
	openapi.Get(r, "/bookings", rbac.BookingRead, "List bookings", s.listAPI,
		openapi.Describe("In order of start. An employer sees its own, an agency those of its workers, a worker their own."),
		manager("", nil))
	openapi.Get(r, "/bookings/{id}", rbac.BookingRead, "Get a booking", s.getAPI, manager("kingsmere.booking.confirmed", nil))
	openapi.Post(r, "/bookings", rbac.BookingCreate, "Book a worker directly", s.directAPI, openapi.Status(201),
		openapi.Describe("For a shift that was entered after it began: no cascade ran, and the manager knows who came. The worker is named by the register number, or by the person when the agency's worker has been booked here before. The rates must be within the rate card."),
		openapi.Faults(ErrShiftFilled, ErrNotPast, ErrWorkerTwice, ErrWorkerUnknown, ErrWorkerGroup, ErrPayAboveCard, ErrPayFixed, ErrFeeAboveCard, ErrChargeAboveCard, ErrOwnRequest, diary.ErrNotFree, approvals.ErrReason, approvals.ErrIncomplete, approvals.ErrExemption),
		openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "manager@kingsmere.example", Body: map[string]any{
				"shift_id": w.ID("kingsmere.shift.retrospective"), "agency_id": w.ID("meridian"), "register_number": w.ID("meridian.worker.register-number"),
				"pay_rate": "19.0000", "commission": "2.0000"}}
		}))
	openapi.Post(r, "/bookings/{id}/cancel", rbac.BookingCreate, "Cancel a booking", s.cancelAPI,
		openapi.Describe("Calls off a booking that has not begun. The shift ends with it; whoever still needs cover creates a new one."),
		openapi.Faults(ErrEnded, ErrStarted, ErrReason), manager("kingsmere.booking.confirmed", map[string]any{"reason": "The ward has closed for the week."}))
	openapi.Post(r, "/bookings/{id}/no-show", rbac.BookingCreate, "Record a no-show", s.noShowAPI,
		openapi.Describe("Records, after the start, that nobody came."),
		openapi.Faults(ErrEnded, ErrNotStarted, ErrOwnRequest), manager("kingsmere.booking.started", map[string]any{}))
}

// ChargeLine is a line of a price as the API says it; a worker is told the lines
// of their pay and no others.
type ChargeLine struct {
	Kind        rates.Kind     `json:"kind" enum:"pay,supplement,holiday,employer_ni,pension,levy,commission,vat" doc:"What the line is for."`
	Title       string         `json:"title" example:"Unsocial hours"`
	Band        rates.Band     `json:"band,omitempty" enum:"core,low,high"`
	Minutes     int            `json:"minutes,omitempty" doc:"Paid minutes."`
	Rate        money.Rate     `json:"rate,omitzero" doc:"Pounds an hour before the multiplier."`
	Factor      money.Factor   `json:"factor,omitzero" doc:"The multiplier, or the share that is taken."`
	AmountPence money.Pence    `json:"amount_pence"`
	VATCategory rates.Category `json:"vat_category" enum:"S,E,O,Z"`
	Why         string         `json:"why" doc:"The sum in one line." example:"4h at £19.97 × 1.3 = £103.84"`
}

// ChargeLines is a quote's lines for one kind of reader.
func ChargeLines(q *rates.ShiftQuote, reader tenants.Kind) []ChargeLine {
	lines := make([]ChargeLine, 0, len(q.Lines))
	for i := range q.Lines {
		l := &q.Lines[i]
		if reader == tenants.Worker && l.Kind != rates.Pay && l.Kind != rates.Supplement && l.Kind != rates.HolidayPay {
			continue
		}
		lines = append(lines, ChargeLine{Kind: l.Kind, Title: l.Title(), Band: l.Band, Minutes: l.Minutes, Rate: l.Rate, Factor: l.Factor,
			AmountPence: l.Amount, VATCategory: l.Category, Why: l.Why()})
	}
	return lines
}

type bookingJSON struct {
	ID           tenants.ID   `json:"id"`
	Ref          string       `json:"ref" example:"KUH-B40841"`
	Status       Status       `json:"status" enum:"confirmed,cancelled,no_show,worked"`
	TenantID     tenants.ID   `json:"tenant_id" doc:"The employer."`
	AgencyID     tenants.ID   `json:"agency_id"`
	PersonID     tenants.ID   `json:"person_id" doc:"The worker."`
	ShiftID      tenants.ID   `json:"shift_id"`
	SiteID       tenants.ID   `json:"site_id"`
	WardID       tenants.ID   `json:"ward_id"`
	ProposalID   *tenants.ID  `json:"proposal_id" doc:"Null when the worker was booked directly, and for the worker."`
	AgreementID  tenants.ID   `json:"agreement_id,omitzero" doc:"Not for the worker."`
	WorkerName   string       `json:"worker_name" example:"Amara Okafor"`
	StaffGroup   string       `json:"staff_group" example:"nursing"`
	Grade        string       `json:"grade" doc:"The grade that is paid: the shift's." example:"nurse-band-5"`
	Specialty    string       `json:"specialty"`
	StartsAt     time.Time    `json:"starts_at"`
	EndsAt       time.Time    `json:"ends_at"`
	BreakMinutes int          `json:"break_minutes" doc:"Unpaid."`
	Notes        string       `json:"notes"`
	CostCentre   string       `json:"cost_centre,omitempty" doc:"For the employer alone."`
	PayRate      money.Rate   `json:"pay_rate" doc:"Pounds for a core hour."`
	Commission   money.Rate   `json:"commission,omitzero" doc:"Pounds for a paid hour; not for the worker."`
	NetPence     money.Pence  `json:"net_pence,omitempty" doc:"The charge before VAT as agreed; not for the worker."`
	Lines        []ChargeLine `json:"lines"`
	ConfirmedAt  time.Time    `json:"confirmed_at"`
	ConfirmedBy  string       `json:"confirmed_by,omitempty" doc:"For the employer alone."`
	EndedAt      *time.Time   `json:"ended_at"`
	EndedWhy     string       `json:"ended_why"`

	Ratification approvals.State `json:"ratification,omitempty" enum:"open,approved,refused,withdrawn,lapsed" doc:"For the employer alone: where the approvals stand that were asked for after the fact, or given out of hours and asked to be ratified. A refusal does not undo the booking."`
}

func toJSON(b *Booking, reader tenants.Kind) bookingJSON {
	return bookingJSON{
		ID: b.ID, Ref: b.Ref, Status: b.Status, TenantID: b.TenantID, AgencyID: b.AgencyID, PersonID: b.WorkerID, ShiftID: b.ShiftID,
		SiteID: b.SiteID, WardID: b.WardID, ProposalID: b.ProposalID, AgreementID: b.AgreementID, WorkerName: b.WorkerName,
		StaffGroup: b.StaffGroup, Grade: b.Grade, Specialty: b.Specialty, StartsAt: b.StartsAt.In(civil.London), EndsAt: b.EndsAt.In(civil.London),
		BreakMinutes: b.BreakMinutes, Notes: b.Notes, CostCentre: b.CostCentre, PayRate: b.PayRate, Commission: b.Commission,
		NetPence: b.NetPence, Lines: ChargeLines(&b.Quote, reader), ConfirmedAt: b.ConfirmedAt, ConfirmedBy: b.ConfirmedBy,
		EndedAt: b.EndedAt, EndedWhy: b.EndedWhy,
	}
}

// out is bookings as the API says them to whoever asks.
func (s *Service) out(ctx context.Context, tx *tenants.Tx, rows ...Booking) ([]bookingJSON, error) {
	stand, err := s.Ratifications(ctx, tx, rows)
	all := make([]bookingJSON, len(rows))
	for i := range rows {
		all[i] = toJSON(&rows[i], tx.Me.Kind)
		all[i].Ratification = stand[rows[i].ID]
	}
	return all, err
}

// one is the answer of an operation on one booking.
func (s *Service) one(ctx context.Context, tx *tenants.Tx, b Booking, err error) (bookingJSON, error) {
	if err != nil {
		return bookingJSON{}, err
	}
	all, err := s.out(ctx, tx, b)
	return all[0], err
}

type listIn struct {
	Status     Status     `query:"status" enum:"confirmed,cancelled,no_show,worked"`
	From       civil.Date `query:"from" doc:"First day of the start."`
	To         civil.Date `query:"to" doc:"Last day of the start."`
	Shift      tenants.ID `query:"shift"`
	Site       tenants.ID `query:"site"`
	Ward       tenants.ID `query:"ward"`
	Agency     tenants.ID `query:"agency"`
	Person     tenants.ID `query:"person" doc:"Bookings of this worker."`
	StaffGroup string     `query:"staff_group" maxlen:"40"`
	Grade      string     `query:"grade" maxlen:"40"`
	Cursor     string     `query:"cursor" doc:"The next_cursor of the page before."`
	Limit      int        `query:"limit" min:"1" max:"200" doc:"Rows on a page; 50 unless given."`
}

func (s *Service) listAPI(ctx context.Context, tx *tenants.Tx, in listIn) (openapi.List[bookingJSON], error) {
	rows, next, err := s.List(ctx, tx, Filter{Status: in.Status, From: in.From, To: in.To, Shift: in.Shift, Site: in.Site, Ward: in.Ward,
		Agency: in.Agency, Worker: in.Person, StaffGroup: in.StaffGroup, Grade: in.Grade, Limit: in.Limit, Cursor: paging.Cursor(in.Cursor)})
	if err != nil {
		return openapi.List[bookingJSON]{}, err
	}
	data, err := s.out(ctx, tx, rows...)
	return openapi.List[bookingJSON]{Data: data, NextCursor: string(next)}, err
}

type oneIn struct {
	ID tenants.ID `path:"id"`
}

func (s *Service) getAPI(ctx context.Context, tx *tenants.Tx, in oneIn) (bookingJSON, error) {
	b, err := s.Get(ctx, tx, in.ID.String())
	return s.one(ctx, tx, b, err)
}

type directIn struct {
	Body struct {
		ShiftID        tenants.ID  `json:"shift_id"`
		AgencyID       tenants.ID  `json:"agency_id"`
		PersonID       *tenants.ID `json:"person_id,omitempty" doc:"A worker whom this agency has sent here before."`
		RegisterNumber string      `json:"register_number,omitempty" maxlen:"20" doc:"Of the worker, when there is no person_id." example:"18G1234E"`
		PayRate        money.Rate  `json:"pay_rate" doc:"Pounds for a core hour."`
		Commission     money.Rate  `json:"commission" doc:"Pounds for a paid hour."`
		Reason         string      `json:"reason,omitempty" enum:",patient_safety,short_notice_sickness,hard_to_fill,enhanced_care,supplier_above_cap,long_line,other" doc:"Needed where the price passes a limit: the booking holds and is asked to be ratified."`
		Statement      string      `json:"statement,omitempty" maxlen:"1000" doc:"Likewise: on which patient-safety grounds."`
		Tried          string      `json:"tried,omitempty" maxlen:"300" doc:"For an agency off framework: how the bank and the others were tried."`

		Evidence map[string]string `json:"evidence,omitempty" doc:"By name what the matrix wants shown besides: exemption_reference and exemption_expires_on for work closed to agencies, nhse_reference for an interim very senior manager."`
	}
}

func (s *Service) directAPI(ctx context.Context, tx *tenants.Tx, in directIn) (bookingJSON, error) {
	d := Direct{ShiftID: in.Body.ShiftID, AgencyID: in.Body.AgencyID, RegisterNumber: in.Body.RegisterNumber,
		PayRate: in.Body.PayRate, Commission: in.Body.Commission,
		Reason: in.Body.Reason, Statement: in.Body.Statement, Tried: in.Body.Tried, Evidence: in.Body.Evidence}
	if in.Body.PersonID != nil {
		d.WorkerID = *in.Body.PersonID
	}
	b, err := s.ConfirmDirect(ctx, tx, d)
	return s.one(ctx, tx, b, err)
}

type cancelIn struct {
	ID   tenants.ID `path:"id"`
	Body struct {
		Reason string `json:"reason" minlen:"1" maxlen:"200" doc:"The agency and the worker read it."`
	}
}

func (s *Service) cancelAPI(ctx context.Context, tx *tenants.Tx, in cancelIn) (bookingJSON, error) {
	b, err := s.Cancel(ctx, tx, in.ID, in.Body.Reason)
	return s.one(ctx, tx, b, err)
}

type noShowIn struct {
	ID   tenants.ID `path:"id"`
	Body struct {
		Note string `json:"note,omitempty" maxlen:"200" doc:"The agency and the worker read it."`
	}
}

func (s *Service) noShowAPI(ctx context.Context, tx *tenants.Tx, in noShowIn) (bookingJSON, error) {
	b, err := s.NoShow(ctx, tx, in.ID, in.Body.Note)
	return s.one(ctx, tx, b, err)
}
