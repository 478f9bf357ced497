package shifts

import (
	"context"

	"wardbridge/internal/fault"
	"wardbridge/modules/approvals"
	"wardbridge/modules/proposals"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

func (d *detail) view() web.View {
	return web.View{Title: d.title(), PrintNote: d.sub(), Body: detailPage(d)}
}

func (p *pages) show(ctx context.Context, tx *tenants.Tx, in at) (web.View, error) {
	return p.changed(ctx, tx, in.Ref, nil)
}

func (p *pages) accept(ctx context.Context, tx *tenants.Tx, in on) (web.View, error) {
	d, err := p.detail(ctx, tx, in.Ref)
	if err != nil {
		return web.View{}, err
	}
	b, err := d.bid(in.ID)
	if err != nil {
		return web.View{}, err
	}
	if !b.waits() || d.Shift.Status != shifts.StatusOpen {
		d.Refused = d.late(b)
		return d.view(), nil
	}
	return web.View{Title: "Accept " + b.Worker, Narrow: true, Body: acceptPage(d, b)}, nil
}

// late says why a proposal can no longer be answered.
func (d *detail) late(b *bid) *fault.Fault {
	text := "This proposal has already been answered."
	if d.Booking != nil && d.Shift.Status == shifts.StatusFilled {
		text = "This shift was filled: " + sentence(d.Booking.Worker+" was booked. "+d.Booking.how(d.Now))
	} else if b.Answered != nil {
		text = "This proposal was " + b.Status + ", " + stamp(*b.Answered, d.Now) + "."
	}
	return proposals.ErrAnswered.Saying(text)
}

func (p *pages) doAccept(ctx context.Context, tx *tenants.Tx, in on) (web.Done, error) {
	if err := p.belongs(ctx, tx, in); err != nil {
		return web.Done{}, err
	}
	accepted, booking, err := p.Proposals.Accept(ctx, tx, in.ID)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/shifts/" + in.Ref, Flash: &ui.Flash{Kind: "success",
		Title: accepted.WorkerName + " is booked", Text: "Booking " + booking.Ref + ". The agency and the worker are told."}}, nil
}

// belongs refuses an address that joins a proposal to a shift that it is not for.
func (p *pages) belongs(ctx context.Context, tx *tenants.Tx, in on) error {
	d, err := p.detail(ctx, tx, in.Ref)
	if err == nil {
		_, err = d.bid(in.ID)
	}
	return err
}

func (p *pages) acceptAgain(ctx context.Context, tx *tenants.Tx, in on, refused *fault.Fault) (web.View, error) {
	return p.changed(ctx, tx, in.Ref, refused)
}

// declineForm is why a proposal is declined.
type declineForm struct {
	on
	Reason string `form:"reason"`
	Note   string `form:"note"`
}

// askForm is why approval of a proposal is asked for.
type askForm struct {
	on
	Reason    string            `form:"reason" maxlen:"60"`
	Statement string            `form:"statement" maxlen:"1000"`
	Evidence  map[string]string `form:"evidence"`
}

func overrideOptions() []ui.Option {
	var options []ui.Option
	for _, r := range approvals.OverrideReasons() {
		options = append(options, ui.Option{Value: r.Code, Text: r.Text})
	}
	return options
}

func (p *pages) ask(ctx context.Context, tx *tenants.Tx, in on) (web.View, error) {
	return p.askAgain(ctx, tx, askForm{on: in}, nil)
}

func (p *pages) doAsk(ctx context.Context, tx *tenants.Tx, in askForm) (web.Done, error) {
	if err := p.belongs(ctx, tx, in.on); err != nil {
		return web.Done{}, err
	}
	if _, err := p.Proposals.AskApproval(ctx, tx, in.ID, proposals.Case{Reason: in.Reason, Statement: in.Statement, Evidence: in.Evidence}); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/shifts/" + in.Ref, Flash: &ui.Flash{Kind: "success", Title: "Approval has been asked for",
		Text: "Whoever must answer has been told. You are told of the answer, and can accept the proposal then."}}, nil
}

func (p *pages) askAgain(ctx context.Context, tx *tenants.Tx, in askForm, refused *fault.Fault) (web.View, error) {
	d, err := p.detail(ctx, tx, in.Ref)
	if err != nil {
		return web.View{}, err
	}
	b, err := d.bid(in.ID)
	if err != nil {
		return web.View{}, err
	}
	d.Refused = refused
	if !b.waits() || !b.Limit.Needed() || b.Limit.Open() {
		return d.view(), nil
	}
	who, err := p.Approvals.Asked(ctx, tx, b.Limit.Conditions)
	if err != nil {
		return web.View{}, err
	}
	asked, err := p.Proposals.Asks(ctx, tx, b.Limit.Conditions)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Title: "Ask for approval of " + b.Worker, Narrow: true, Body: askPage(d, b, in, who, d.evidence(asked, in.Evidence))}, nil
}

func declineOptions() []ui.Option {
	var options []ui.Option
	for _, r := range proposals.DeclineReasons() {
		options = append(options, ui.Option{Value: r.Code, Text: r.Text})
	}
	return options
}

func (p *pages) decline(ctx context.Context, tx *tenants.Tx, in on) (web.View, error) {
	return p.declineAgain(ctx, tx, declineForm{on: in}, nil)
}

func (p *pages) doDecline(ctx context.Context, tx *tenants.Tx, in declineForm) (web.Done, error) {
	if err := p.belongs(ctx, tx, in.on); err != nil {
		return web.Done{}, err
	}
	declined, err := p.Proposals.Decline(ctx, tx, in.ID, in.Reason, in.Note)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/shifts/" + in.Ref, Flash: &ui.Flash{Kind: "success",
		Title: "The proposal of " + declined.WorkerName + " is declined", Text: "The agency is told why."}}, nil
}

func (p *pages) declineAgain(ctx context.Context, tx *tenants.Tx, in declineForm, refused *fault.Fault) (web.View, error) {
	d, err := p.detail(ctx, tx, in.Ref)
	if err != nil {
		return web.View{}, err
	}
	b, err := d.bid(in.ID)
	if err != nil {
		return web.View{}, err
	}
	if d.Refused = refused; refused == nil && !b.waits() {
		d.Refused = d.late(b)
	}
	if !b.waits() {
		return d.view(), nil
	}
	return web.View{Title: "Decline " + b.Worker, Narrow: true, Body: declinePage(d, b, in)}, nil
}

// cancelForm is why a shift is cancelled.
type cancelForm struct {
	at
	Reason string `form:"reason"`
}

func (p *pages) cancel(ctx context.Context, tx *tenants.Tx, in at) (web.View, error) {
	return p.cancelAgain(ctx, tx, cancelForm{at: in}, nil)
}

func (p *pages) doCancel(ctx context.Context, tx *tenants.Tx, in cancelForm) (web.Done, error) {
	shift, err := p.Shifts.Get(ctx, tx, in.Ref)
	if err != nil {
		return web.Done{}, err
	}
	if shift, err = p.Proposals.CancelShift(ctx, tx, shift.ID, in.Reason); err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/shifts/" + shift.Ref, Flash: &ui.Flash{Kind: "success", Title: shift.Ref + " is cancelled", Text: "Everybody who knew of it is told."}}, nil
}

func (p *pages) cancelAgain(ctx context.Context, tx *tenants.Tx, in cancelForm, refused *fault.Fault) (web.View, error) {
	d, err := p.detail(ctx, tx, in.Ref)
	if err != nil {
		return web.View{}, err
	}
	if d.Refused = refused; !d.live() {
		if refused == nil {
			d.Refused = fault.Of(d.Shift.Fillable())
		}
		return d.view(), nil
	}
	return web.View{Title: "Cancel shift", Narrow: true, Body: cancelPage(d, in.Reason)}, nil
}
