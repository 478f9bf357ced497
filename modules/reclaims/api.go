package reclaims

import (
	"context"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers the operations of this module.
func (s *Service) Routes(r *openapi.Router) {
	finance := func(openapi.World) openapi.Call { return openapi.Call{As: "finance@kingsmere.example"} }
	openapi.Get(r, "/vat-review", rbac.ReclaimRead, "Review VAT that could be exempt", s.getReview, openapi.Tag("vat"),
		openapi.Describe("What was charged at the standard rate and would be exempt under today's rules had the supplier chosen exemption, by agency and month, over the years that a claim goes back. "+
			"A claim rests on an exemption of law and counts for the past; only the supplier makes it. A choice is a concession that counts from the day on which it is chosen."),
		openapi.Faults(ErrEmployerOnly), openapi.Example(finance))
	openapi.Get(r, "/vat-review/bookings", rbac.ReclaimRead, "List the bookings of the VAT review", s.listBookings, openapi.Tag("vat"),
		openapi.Faults(ErrEmployerOnly, paging.ErrCursor, paging.ErrLimit), openapi.Example(finance))
	openapi.Get(r, "/vat-review/bookings.csv", rbac.ReclaimRead, "Download the bookings of the VAT review", s.bookingsCSV, openapi.Tag("vat"),
		openapi.Produces(typeCSV), openapi.Faults(ErrEmployerOnly), openapi.Example(finance))
	openapi.Get(r, "/vat-review/bookings/{id}/evidence", rbac.ReclaimRead, "Download the VAT evidence of a booking", s.evidence, openapi.Tag("vat"),
		openapi.Describe("One file that opens on its own: parties, shift, worker, lines, the decision with its rule and source, elections, bill and timeline."),
		openapi.Produces(typeHTML), openapi.Faults(ErrEmployerOnly), openapi.Example(func(w openapi.World) openapi.Call {
			return openapi.Call{As: "finance@kingsmere.example", Path: map[string]string{"id": w.ID("kingsmere.booking.charged")}}
		}))
}

type vatSumJSON struct {
	Shifts            int         `json:"shifts"`
	NetPence          money.Pence `json:"net_pence" doc:"On issued bills."`
	VATPence          money.Pence `json:"vat_pence" doc:"On issued bills: each line's share of its bill."`
	NotBilledNetPence money.Pence `json:"not_billed_net_pence"`
	NotBilledVATPence money.Pence `json:"not_billed_vat_pence" doc:"Indicative."`
}

type vatRowJSON struct {
	Ground     Ground     `json:"ground" enum:"claim,choice"`
	AgencyID   tenants.ID `json:"agency_id"`
	Agency     string     `json:"agency"`
	Month      civil.Date `json:"month" doc:"Its first day."`
	OldestWork civil.Date `json:"oldest_work"`
	vatSumJSON
}

type vatReasonJSON struct {
	Ground     Ground     `json:"ground" enum:"claim,choice"`
	Profession string     `json:"profession" enum:"doctor,nurse,nursing_auxiliary,other"`
	Reason     string     `json:"reason"`
	Source     string     `json:"source"`
	From       civil.Date `json:"from"`
}

type vatReviewJSON struct {
	From     civil.Date      `json:"from" doc:"The first day of work that a claim still reaches."`
	To       civil.Date      `json:"to"`
	Years    int             `json:"years"`
	Source   string          `json:"source" doc:"What says how far a claim goes back."`
	LapsesOn *civil.Date     `json:"lapses_on" doc:"The last day to claim the oldest; null when there is nothing to claim."`
	Claim    vatSumJSON      `json:"claim"`
	Choice   vatSumJSON      `json:"choice"`
	Rows     []vatRowJSON    `json:"rows" doc:"Latest month first, then by agency."`
	Reasons  []vatReasonJSON `json:"reasons"`
}

type vatBookingJSON struct {
	ID           tenants.ID  `json:"id" doc:"Of the booking."`
	AgencyID     tenants.ID  `json:"agency_id"`
	Agency       string      `json:"agency"`
	WorkerName   string      `json:"worker_name"`
	Grade        string      `json:"grade"`
	WorkedOn     civil.Date  `json:"worked_on"`
	ShiftRef     string      `json:"shift_ref"`
	TimesheetID  tenants.ID  `json:"timesheet_id"`
	TimesheetRef string      `json:"timesheet_ref"`
	BillNumber   string      `json:"bill_number" doc:"Of the self-bill that charged it; empty when none was issued."`
	NetPence     money.Pence `json:"net_pence"`
	VATPence     money.Pence `json:"vat_pence"`
	NotBilledNet money.Pence `json:"not_billed_net_pence"`
	NotBilledVAT money.Pence `json:"not_billed_vat_pence" doc:"Indicative."`
}

func sumOut(s Sum) vatSumJSON { return vatSumJSON{s.Shifts, s.Net, s.VAT, s.WaitingNet, s.WaitingVAT} }

func (s *Service) getReview(ctx context.Context, tx *tenants.Tx, _ struct{}) (vatReviewJSON, error) {
	r, err := s.Review(ctx, tx)
	if err != nil {
		return vatReviewJSON{}, err
	}
	out := vatReviewJSON{From: r.From, To: r.To, Years: r.Years, Source: r.Source, Claim: sumOut(r.Total(Claim)), Choice: sumOut(r.Total(Choice)),
		Rows: make([]vatRowJSON, len(r.Rows)), Reasons: make([]vatReasonJSON, len(r.Reasons))}
	if !r.Lapses.IsZero() {
		out.LapsesOn = &r.Lapses
	}
	for i, row := range r.Rows {
		out.Rows[i] = vatRowJSON{row.Ground, row.AgencyID, row.Agency, row.Month, row.Oldest, sumOut(row.Sum)}
	}
	for i, why := range r.Reasons {
		out.Reasons[i] = vatReasonJSON{why.Ground, why.Profession, why.Text, why.Source, why.From}
	}
	return out, nil
}

type filterIn struct {
	Ground *Ground     `query:"ground" enum:"claim,choice" doc:"Claims, if left out."`
	Agency *tenants.ID `query:"agency" doc:"Agency."`
	Month  civil.Date  `query:"month" doc:"Any day of the month."`
}

func (in filterIn) filter() Filter {
	f := Filter{Month: in.Month}
	if in.Ground != nil {
		f.Ground = *in.Ground
	}
	if in.Agency != nil {
		f.Agency = *in.Agency
	}
	return f
}

type listIn struct {
	filterIn
	Limit  int    `query:"limit" min:"1" max:"200" default:"50" doc:"Rows of a page."`
	Cursor string `query:"cursor" doc:"next_cursor of the page before."`
}

func (s *Service) listBookings(ctx context.Context, tx *tenants.Tx, in listIn) (openapi.List[vatBookingJSON], error) {
	f := in.filter()
	f.Limit, f.Cursor = in.Limit, paging.Cursor(in.Cursor)
	rows, next, err := s.List(ctx, tx, f)
	out := openapi.List[vatBookingJSON]{Data: make([]vatBookingJSON, len(rows)), NextCursor: string(next)}
	for i, b := range rows {
		out.Data[i] = vatBookingJSON{ID: b.ID, AgencyID: b.AgencyID, Agency: b.Agency, WorkerName: b.WorkerName, Grade: b.Grade, WorkedOn: b.WorkedOn, ShiftRef: b.ShiftRef,
			TimesheetID: b.TimesheetID, TimesheetRef: b.TimesheetRef, BillNumber: b.Number, NetPence: b.Net, VATPence: b.VAT, NotBilledNet: b.WaitingNet, NotBilledVAT: b.WaitingVAT}
	}
	return out, err
}

func (s *Service) bookingsCSV(ctx context.Context, tx *tenants.Tx, in filterIn) (openapi.File, error) {
	return s.File(ctx, tx, in.filter())
}

type bookingIn struct {
	ID string `path:"id" maxlen:"60" doc:"The booking's id or reference."`
}

func (s *Service) evidence(ctx context.Context, tx *tenants.Tx, in bookingIn) (openapi.File, error) {
	return s.Pack(ctx, tx, in.ID)
}
