package shifts

import (
	"context"
	"errors"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/approvals"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

type newIn struct {
	Ward  string `query:"ward" maxlen:"40"`
	Grade string `query:"grade" maxlen:"40"` // these come from the calculator
	Date  string `query:"date" maxlen:"20"`
	Start string `query:"start" maxlen:"10"`
	End   string `query:"end" maxlen:"10"`
	Break string `query:"break_minutes" maxlen:"5"`
}

func (p *pages) create(ctx context.Context, tx *tenants.Tx, in newIn) (web.View, error) {
	return p.createAgain(ctx, tx, createForm{Ward: in.Ward, Grade: in.Grade, Date: in.Date, Start: in.Start, End: in.End, BreakMinutes: in.Break}, nil)
}

// errOnlyLooking undoes what a check has made.
var errOnlyLooking = errors.New("only looking")

// doCreate checks first and makes after: the check page shows what the very same
// verbs made inside a savepoint that was undone.
func (p *pages) doCreate(ctx context.Context, tx *tenants.Tx, in createForm) (web.Done, error) {
	if in.Change != "" {
		view, err := p.createAgain(ctx, tx, in, nil)
		return web.Done{View: &view}, err
	}
	asked, refused := in.asked()
	if len(refused) > 0 {
		return web.Done{}, fault.ErrInvalid.With(refused...)
	}
	if in.Checked == "" {
		view, err := p.check(ctx, tx, in, asked)
		return web.Done{View: &view}, err
	}
	made, err := p.Shifts.Create(ctx, tx, asked)
	if err != nil {
		return web.Done{}, err
	}
	if err := p.Cascade.Plan(ctx, tx, idsOf(made)); err != nil {
		return web.Done{}, err
	}
	return created(web.Base(ctx)+"/shifts", made), nil
}

// created leads to the one shift, or to the list of several.
func created(path string, made []shifts.Shift) web.Done {
	if len(made) == 1 {
		return web.Done{To: path + "/" + made[0].Ref, Flash: &ui.Flash{Kind: "success", Title: made[0].Ref + " is created",
			Links: []ui.Link{{Text: "Create another", Href: path + "/new?ward=" + made[0].WardID.String()}}}}
	}
	day := civil.DateOf(made[0].StartsAt)
	list := ask{View: viewAll, Ward: made[0].WardID, From: day, To: day}.link(path)
	return web.Done{To: list, Flash: &ui.Flash{Kind: "success", Title: number(len(made)) + " shifts are created", Text: made[0].Ref + " to " + made[len(made)-1].Ref + "."}}
}

// check makes the shifts and their plan, looks, and undoes it.
func (p *pages) check(ctx context.Context, tx *tenants.Tx, in createForm, asked shifts.NewShift) (web.View, error) {
	c := &creation{Base: web.Base(ctx), Form: in}
	var err error
	if c.Names, err = p.namesOf(ctx, tx); err != nil {
		return web.View{}, err
	}
	err = tx.Try(func() error {
		if c.Made, err = p.Shifts.Create(ctx, tx, asked); err != nil {
			return err
		}
		if err := p.Cascade.Plan(ctx, tx, idsOf(c.Made[:1])); err != nil {
			return err
		}
		if c.Plan, err = p.Cascade.Timeline(ctx, tx, c.Made[0].ID); err != nil {
			return err
		}
		return errOnlyLooking
	})
	if !errors.Is(err, errOnlyLooking) {
		return web.View{}, err
	}
	c.Long = c.Made[0].Long()
	return web.View{Title: "Check before you create", Body: checkPage(c)}, nil
}

func (p *pages) createAgain(ctx context.Context, tx *tenants.Tx, in createForm, refused *fault.Fault) (web.View, error) {
	n, err := p.namesOf(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Narrow: true, Body: createPage(&creation{Base: web.Base(ctx), Form: in, Names: n, Refused: refused})}, nil
}

func (p *pages) book(ctx context.Context, tx *tenants.Tx, in at) (web.View, error) {
	return p.bookAgain(ctx, tx, bookForm{Ref: in.Ref}, nil)
}

func (p *pages) doBook(ctx context.Context, tx *tenants.Tx, in bookForm) (web.Done, error) {
	shift, err := p.Shifts.Get(ctx, tx, in.Ref)
	if err != nil {
		return web.Done{}, err
	}
	direct, refused := in.asked()
	if len(refused) > 0 {
		return web.Done{}, fault.ErrInvalid.With(refused...)
	}
	direct.ShiftID = shift.ID
	booking, err := p.Bookings.ConfirmDirect(ctx, tx, direct)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/shifts/" + shift.Ref, Flash: &ui.Flash{Kind: "success", Title: booking.WorkerName + " is booked",
		Text: "Booking " + booking.Ref + ". The agency and the worker are told."}}, nil
}

func (p *pages) bookAgain(ctx context.Context, tx *tenants.Tx, in bookForm, refused *fault.Fault) (web.View, error) {
	d, err := p.detail(ctx, tx, in.Ref)
	if err != nil {
		return web.View{}, err
	}
	d.Refused = refused
	if refused != nil && !d.bookable() {
		return d.view(), nil
	}
	day := civil.DateOf(d.Shift.StartsAt)
	asked, err := p.wanted(ctx, tx, d, day)
	if err != nil {
		return web.View{}, err
	}
	boxes := d.evidence(asked, in.Evidence)
	e := &engaging{detail: *d, Form: in, Evidence: boxes}
	placed, err := p.Agencies.Agreements(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	var ids []tenants.ID
	for _, a := range placed {
		if a.On(day) {
			ids = append(ids, a.AgencyID)
		}
	}
	who, err := p.Agencies.Directory(ctx, tx, ids...)
	if err != nil {
		return web.View{}, err
	}
	e.Agencies = []ui.Option{{Text: "Choose an agency"}}
	for _, id := range ids {
		e.Agencies = append(e.Agencies, ui.Option{Value: id.String(), Text: who[id].Name})
	}
	if line, err := p.Cards.Line(ctx, tx, cards.Query{TenantID: d.Shift.TenantID, Grade: d.Shift.Grade, StaffGroup: d.Shift.StaffGroup, Specialty: d.Shift.Specialty,
		SiteID: d.Shift.SiteID, Day: day, LeadMinutes: d.Shift.LeadMinutes}); err == nil {
		e.PayMax, e.FeeMax = labels.HighestPay(&line), line.CommissionMax.Text()
	} else if !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.NotFound) {
		return web.View{}, err
	}
	return web.View{Title: "Book a worker directly", Narrow: true, Body: bookPage(e)}, nil
}

// wanted names the evidence that a direct booking may have to come with. What its
// price passes is not known yet; whether the work is closed to agencies is.
func (p *pages) wanted(ctx context.Context, tx *tenants.Tx, d *detail, day civil.Date) ([]string, error) {
	conditions := []approvals.Condition{approvals.WithinCap, approvals.OffFramework, approvals.OverCap, approvals.HundredAnHour}
	band := d.Names.grade[d.Shift.Grade].Band
	_, closed, err := p.Packs.Restricted(ctx, tx, tx.Me.ID, d.Shift.StaffGroup, band, day)
	if err != nil {
		return nil, err
	}
	if closed {
		conditions = append(conditions, approvals.RestrictedGroup)
	}
	if band == packs.InterimBand {
		conditions = append(conditions, approvals.InterimVSM)
	}
	return p.Bookings.Asks(ctx, tx, conditions)
}
