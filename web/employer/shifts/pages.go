package shifts

import (
	"context"

	"wardbridge/internal/fault"
	"wardbridge/modules/agencies"
	"wardbridge/modules/approvals"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cards"
	"wardbridge/modules/cascade"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/modules/proposals"
	"wardbridge/modules/shifts"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
)

// Deps are the services that these pages show and act through.
type Deps struct {
	Places    *places.Service
	Packs     *packs.Service
	Agencies  *agencies.Service
	Cards     *cards.Service
	Shifts    *shifts.Service
	Cascade   *cascade.Service
	Proposals *proposals.Service
	Bookings  *bookings.Service
	Approvals *approvals.Service
}

type pages struct{ Deps }

// Pages registers them. The board heads the navigation of an employer.
func Pages(s *web.Site, d Deps) {
	p := &pages{d}
	s.Nav("employer", 20, "Shifts", "/shifts", rbac.ShiftRead, "", nil)

	web.Get(s, "/e/{org}/shifts", rbac.ShiftRead, "Vacancy board", p.board, example("", nil))
	web.Download(s, "/e/{org}/shifts/export.csv", rbac.ExportCreate, "Export shifts", p.export, example("", nil))
	web.Get(s, "/e/{org}/shifts/new", rbac.ShiftCreate, "Create shift", p.create, example("", nil))
	web.Post(s, "/e/{org}/shifts/new", rbac.ShiftCreate, "Create shift", p.doCreate, p.createAgain, example("", map[string]string{
		"ward": "kingsmere.ward", "grade": "nurse-band-5", "date": "2027-03-02", "start": "07:00", "end": "19:30", "break_minutes": "60", "reason": "vacancy", "checked": "1"}))
	web.Get(s, "/e/{org}/shifts/{ref}", rbac.ShiftRead, "Shift", p.show, example("kingsmere.shift.open", nil))
	web.Get(s, "/e/{org}/shifts/{ref}/cancel", rbac.ShiftCancel, "Cancel shift", p.cancel, example("kingsmere.shift.open", nil))
	web.Post(s, "/e/{org}/shifts/{ref}/cancel", rbac.ShiftCancel, "Cancel shift", p.doCancel, p.cancelAgain,
		example("kingsmere.shift.open", map[string]string{"reason": "The ward has closed for the week."}))
	web.Get(s, "/e/{org}/shifts/{ref}/book", rbac.BookingCreate, "Book a worker directly", p.book, example("kingsmere.shift.retrospective", nil))
	web.Post(s, "/e/{org}/shifts/{ref}/book", rbac.BookingCreate, "Book a worker directly", p.doBook, p.bookAgain, example("kingsmere.shift.retrospective", map[string]string{
		"agency": "meridian", "register_number": "meridian.worker.register-number", "pay_rate": "19.00", "commission": "2.00"}))

	one := "/e/{org}/shifts/{ref}/proposals/{id}"
	web.Get(s, one+"/accept", rbac.ProposalDecide, "Accept a proposal", p.accept, proposal(nil))
	web.Post(s, one+"/accept", rbac.ProposalDecide, "Accept a proposal", p.doAccept, p.acceptAgain, proposal(map[string]string{}))
	web.Get(s, one+"/approval", rbac.ApprovalRequest, "Ask for approval", p.ask, above(nil))
	web.Post(s, one+"/approval", rbac.ApprovalRequest, "Ask for approval", p.doAsk, p.askAgain,
		above(map[string]string{"reason": "hard_to_fill", "statement": "The ward would run below its safe number without this shift."}))
	web.Get(s, one+"/decline", rbac.ProposalDecide, "Decline a proposal", p.decline, proposal(nil))
	web.Post(s, one+"/decline", rbac.ProposalDecide, "Decline a proposal", p.doDecline, p.declineAgain, proposal(map[string]string{"reason": "experience", "note": "We need somebody with theatre experience."}))
}

const manager = "manager@kingsmere.example"

// example calls a page about one shift of the demonstration, or about none. A
// form's value that names a row of it is given by its id.
func example(shift string, form map[string]string) web.Option {
	return web.Example(func(w openapi.World) openapi.Call {
		c := openapi.Call{As: manager, Path: map[string]string{"org": "kingsmere"}}
		if shift != "" {
			c.Path["ref"] = w.ID(shift)
		}
		return filled(c, w, form)
	})
}

// proposal calls a page about the demonstration's waiting proposal.
func proposal(form map[string]string) web.Option {
	return web.Example(func(w openapi.World) openapi.Call {
		c := openapi.Call{As: manager, Path: map[string]string{"org": "kingsmere", "ref": w.ID("kingsmere.proposal.submitted.shift"), "id": w.ID("kingsmere.proposal.submitted")}}
		return filled(c, w, form)
	})
}

// above calls a page about the demonstration's proposal that passes a limit.
func above(form map[string]string) web.Option {
	return web.Example(func(w openapi.World) openapi.Call {
		c := openapi.Call{As: manager, Path: map[string]string{"org": "kingsmere", "ref": w.ID("kingsmere.proposal.above.shift"), "id": w.ID("kingsmere.proposal.above")}}
		return filled(c, w, form)
	})
}

func filled(c openapi.Call, w openapi.World, form map[string]string) openapi.Call {
	if form == nil {
		return c
	}
	body := map[string]string{}
	for name, value := range form {
		if id := w.ID(value); id != "" {
			value = id
		}
		body[name] = value
	}
	c.Body = body
	return c
}

// at is the input of a page about one shift.
type at struct {
	Ref string `path:"ref" maxlen:"60"`
}

// on is the input of a page about one proposal for a shift.
type on struct {
	at
	ID tenants.ID `path:"id"`
}

// changed answers a refusal on a shift that is no longer what the form was about:
// with the shift as it is now.
func (p *pages) changed(ctx context.Context, tx *tenants.Tx, ref string, refused *fault.Fault) (web.View, error) {
	d, err := p.detail(ctx, tx, ref)
	if err != nil {
		return web.View{}, err
	}
	d.Refused = refused
	return d.view(), nil
}
