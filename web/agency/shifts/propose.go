package shifts

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/cards"
	"wardbridge/modules/cascade"
	"wardbridge/modules/proposals"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// proposeIn is the form as it was typed: texts, so that what cannot be read can
// be shown again.
type proposeIn struct {
	Ref      string `path:"ref"`
	Worker   string `form:"worker_id"`
	Pay      string `form:"pay_rate"`
	Fee      string `form:"commission"`
	Note     string `form:"note"`
	Declared string `form:"declared"`
}

func (d Deps) propose(ctx context.Context, tx *tenants.Tx, in proposeIn) (web.View, error) {
	return d.proposeAgain(ctx, tx, in, nil)
}

// look answers the button that prices the rates without sending anything.
func (d Deps) look(ctx context.Context, tx *tenants.Tx, in proposeIn) (web.Done, error) {
	_, _, refused := in.rates()
	var f *fault.Fault
	if len(refused) > 0 {
		f = fault.ErrInvalid.With(refused...)
	}
	view, err := d.proposeAgain(ctx, tx, in, f)
	return web.Done{View: &view}, err
}

// proposeAgain shows the form with everything that was typed, the price of the
// rates, and what was refused.
func (d Deps) proposeAgain(ctx context.Context, tx *tenants.Tx, in proposeIn, refused *fault.Fault) (web.View, error) {
	o, err := d.Cascade.Release(ctx, tx, in.Ref)
	if err != nil {
		return web.View{}, err
	}
	book, ours, err := d.around(ctx, tx, &o)
	if err != nil {
		return web.View{}, err
	}
	if o.Status != cascade.Live {
		return closed(ctx, &o, book, ours), nil
	}
	candidates, err := d.Proposals.Candidates(ctx, tx, o.ShiftID)
	if err != nil {
		return web.View{}, err
	}
	v := d.frame(ctx, tx, in, &o, book, ours)
	v.Refused = refused
	v.Choices, v.Suitable, v.Declaration = choicesOf(candidates, in.Worker, book)
	request := proposals.Asked(tx.Me.ID, &o)
	request.WorkerID = personOf(candidates, in.Worker)
	card, of, err := d.Quotes.Card(ctx, tx, request)
	if err != nil {
		v.Unpriced = fault.Of(err).Text
		if fault.Of(err).Kind == fault.Internal {
			return web.View{}, err
		}
		return web.View{Body: proposePage(v)}, nil
	}
	v.CardName = "Rate card: " + card.Name + ", version " + strconv.Itoa(card.Version)
	v.PayHint, v.FeeHint = "Rate card maximum "+labels.HighestPay(&card), "Rate card maximum "+card.CommissionMax.Text()
	v.Weeks = labels.Qualifying(of, book.Organisation(o.TenantID))
	if err := d.price(ctx, tx, in, o.ShiftID, request, card, &v); err != nil {
		return web.View{}, err
	}
	return web.View{Title: "Propose a worker for " + o.Shift.Ref, Body: proposePage(v)}, nil
}

func (d Deps) frame(ctx context.Context, tx *tenants.Tx, in proposeIn, o *cascade.Offer, book labels.Book, ours []oursRow) proposeView {
	s := &o.Shift
	back := web.Base(ctx) + "/shifts/" + s.Ref
	v := proposeView{
		Action: back + "/propose", Breakdown: back + "/propose/breakdown", Back: back, Ref: s.Ref, AddWorker: web.Base(ctx) + "/workers/new",
		Sub:       s.Ref + " at " + book.Organisation(o.TenantID) + ". You are " + lower(tier(o.Tier)) + ".",
		StartsISO: labels.ISO(s.StartsAt), Left: labels.Left(tx.Now, s.StartsAt), Role: book.Grade(s.Grade),
		Worker: in.Worker, Pay: in.Pay, Fee: in.Fee, Note: in.Note, Declared: in.Declared != "",
		PaidHours: civil.Span(s.PaidMinutes()), Unpriced: "Enter the pay and the commission, then choose Update breakdown.",
		Facts: []ui.Fact{
			{Label: "When", Value: civil.DateOf(s.StartsAt).Text(), Note: civil.Between(s.StartsAt, s.EndsAt)},
			{Label: "Where", Value: o.Ward.Name, Note: o.Ward.SiteName},
			{Label: "Paid hours", Value: civil.Span(s.PaidMinutes()), Note: labels.Break(s.BreakMinutes)},
		},
	}
	if s.Specialty != "" {
		v.Facts = append(v.Facts, ui.Fact{Label: "Specialty", Value: s.Specialty})
	} else {
		v.Facts = append(v.Facts, ui.Fact{Label: "Staff group", Value: book.StaffGroup(s.StaffGroup)})
	}
	if len(ours) > 0 {
		v.Ours = labels.Count(len(ours), "proposal") + " of yours so far"
	}
	return v
}

func lower(s string) string { return string(s[0]|0x20) + s[1:] }

// choicesInSight is how many workers are shown before the rest are folded away.
const choicesInSight = 6

// choicesOf are the cards on which a worker is chosen, the chosen one first.
// Those who cannot be proposed are shown with what is missing.
func choicesOf(candidates []proposals.Candidate, chosen string, book labels.Book) (choices []ui.Choice, suitable, declaration string) {
	can := 0
	declaration = "The worker has agreed to this shift and this pay rate"
	for _, c := range candidates {
		choice := choiceOf(c, book)
		if c.OK {
			can++
		}
		if choice.Value == chosen && c.OK {
			declaration = c.Worker.Name + " has agreed to this shift and this pay rate"
			choices = append([]ui.Choice{choice}, choices...)
			continue
		}
		choices = append(choices, choice)
	}
	if len(choices) > 0 {
		suitable = strconv.Itoa(can) + " of " + strconv.Itoa(len(choices)) + " can be proposed"
	}
	return choices, suitable, declaration
}

// choiceOf says what speaks for a worker, or only what speaks against one who
// cannot be proposed.
func choiceOf(c proposals.Candidate, book labels.Book) ui.Choice {
	choice := ui.Choice{Value: c.Worker.ID.String(), Title: c.Worker.Name, Notes: []string{book.Grade(c.Worker.Grade)}, Disabled: !c.OK, Tag: "Can be proposed", TagColour: "green"}
	if !c.OK {
		choice.Tag, choice.TagColour = "Cannot be proposed", "red"
	}
	for _, t := range c.Ticks {
		switch {
		case !t.OK:
			choice.Ticks = append(choice.Ticks, ui.Tick{State: "no", Text: t.Text})
		case c.OK && (t.Code == "confirmed" || t.Code == "register" || t.Code == "free"):
			choice.Ticks = append(choice.Ticks, ui.Tick{State: "ok", Text: t.Text})
		}
	}
	return choice
}

// rates reads the two boxes; what cannot be read names its box.
func (in proposeIn) rates() (pay, fee money.Rate, refused []fault.Field) {
	read := func(name, text, missing string) money.Rate {
		if text == "" {
			refused = append(refused, fault.Field{Name: name, Code: "required", Text: missing})
			return money.Rate{}
		}
		r, err := money.ParseRate(text)
		if err != nil {
			refused = append(refused, fault.Field{Name: name, Code: fault.Of(err).Code, Text: fault.Of(err).Text, Value: text})
		}
		return r
	}
	pay = read("pay_rate", in.Pay, "Enter the pay to the worker, an hour.")
	fee = read("commission", in.Fee, "Enter the commission, an hour. Enter 0 for none.")
	return pay, fee, refused
}

// personOf is the person behind the worker who was chosen, if anybody was.
func personOf(candidates []proposals.Candidate, chosen string) (id tenants.ID) {
	for _, c := range candidates {
		if c.Worker.ID.String() == chosen {
			id = c.Worker.Person()
		}
	}
	return id
}

// price fills in the breakdown and holds it against the most that the card
// allows for the same hours.
func (d Deps) price(ctx context.Context, tx *tenants.Tx, in proposeIn, shift tenants.ID, request quotes.Request, card cards.Line, v *proposeView) error {
	pay, fee, refused := in.rates()
	if len(refused) > 0 || pay.IsZero() {
		return nil
	}
	request.PayRate, request.Commission = pay, fee
	answer, err := d.Quotes.Quote(ctx, tx, request)
	if err != nil {
		if f := fault.Of(err); f.Kind != fault.Internal {
			v.Unpriced = f.Text
			return nil
		}
		return err
	}
	if worker := labels.ID(in.Worker); worker != (tenants.ID{}) { // then the worker's other shifts of the week count too
		a, err := d.Proposals.Preview(ctx, tx, proposals.Draft{ShiftID: shift, WorkerID: worker, PayRate: pay, Commission: fee})
		if err == nil && a.Answer != nil {
			answer = *a.Answer
		}
	}
	request.PayRate, request.Commission = card.PayMax, card.CommissionMax
	most, err := d.Quotes.Quote(ctx, tx, request)
	if err != nil {
		return err
	}
	needs, err := d.Quotes.Needs(ctx, tx, &answer, request.TenantID, answer.Quote.Date)
	if err != nil {
		return err
	}
	v.Quote, v.Scale, v.Verdict = &answer.Quote, labels.Scale(&answer.Quote, most.Quote.Net), judge(&answer, pay, fee)
	v.Limits = limitsOf(&answer.Quote, needs)
	if v.Verdict.Tone == "good" {
		v.Verdict = beyond(v.Verdict, &answer.Quote, needs)
	}
	return nil
}

// judge says whether the rates keep to the card, each by itself.
func judge(a *quotes.Answer, pay, fee money.Rate) verdict {
	card, v := &a.Card, a.Verdict(pay, fee)
	most := card.Commission(pay)
	switch {
	case !v.Pay.IsZero() && !v.Commission.IsZero():
		return verdict{"bad", "Pay and commission are above the rate card.", "Lower the pay by " + v.Pay.Text() + " and the commission by " + v.Commission.Text() + " an hour."}
	case !v.Pay.IsZero():
		return verdict{"bad", "The pay is above the rate card.", "Lower it by " + v.Pay.Text() + " an hour, to " + card.PayMax.Text() + " at most."}
	case v.Fixed:
		return verdict{"bad", "The rate card fixes the pay.", "It is " + card.PayMax.Text() + " an hour."}
	case !v.Commission.IsZero():
		return verdict{"bad", "The commission is above the rate card.", "Lower it by " + v.Commission.Text() + " an hour, to " + most.Text() + " at most."}
	case !v.Charge.IsZero():
		return verdict{"bad", "An hour is charged above the rate card.", "Lower the pay or the commission: the charge is " + v.Charge.Text() + " an hour too high."}
	}
	if under := card.PayMax.Sub(pay).Add(most.Sub(fee)); !under.IsZero() {
		return verdict{"good", "Within the rate card by " + under.Text() + " an hour.", ""}
	}
	return verdict{"good", "At the rate card's maximum.", ""}
}

// limitsOf are the tests of a price against the agency rules and the minimum wage,
// one line each, in the order of the rules.
func limitsOf(q *rates.ShiftQuote, needs []approvals.Condition) (all []ui.Tick) {
	passes := func(c approvals.Condition, text string) {
		if slices.Contains(needs, c) {
			all = append(all, ui.Tick{State: "no", Text: text})
		}
	}
	passes(approvals.OffFramework, "You supply this trust off framework")
	for i := range q.Caps {
		t := &q.Caps[i]
		state := "ok"
		if !t.Over.IsZero() {
			state = "no"
		}
		all = append(all, ui.Tick{State: state, Text: q.Lines[t.Line].Title() + ": " + t.Why()})
	}
	if len(q.Caps) == 0 {
		all = append(all, ui.Tick{State: "wait", Text: "No price cap is loaded for this grade, so it cannot be said whether the charge is within one."})
	}
	if q.SignOff.Reached() {
		all = append(all, ui.Tick{State: "no", Text: q.Highest.Text() + " an hour: the chief executive signs from " + q.SignOff.Limit.Text()})
	}
	passes(approvals.RestrictedGroup, "This work is closed to agencies unless the trust has an exemption")
	passes(approvals.InterimVSM, q.Net.String()+" a day for an interim very senior manager, besides their other bookings on it: NHS England approves it beforehand")
	if q.Wage.Below() {
		all = append(all, ui.Tick{State: "no", Text: "The pay is below the National Living Wage of " + q.Wage.Limit.Text() + " an hour"})
	}
	return all
}

// beyond says what a price needs that keeps to the card and passes a limit.
func beyond(within verdict, q *rates.ShiftQuote, needs []approvals.Condition) verdict {
	worst := q.OverCap()
	switch {
	case q.Wage.Below():
		return verdict{"bad", "The pay is below the National Living Wage.", "Raise it to " + q.Wage.Limit.Text() + " an hour at least."}
	case worst != nil:
		return verdict{"warn", worst.Over.Text() + " an hour above the price cap in " + lower(q.Lines[worst.Line].Title()) + ".", "You can send it. The trust must ask for approval before it accepts."}
	case slices.Contains(needs, approvals.HundredAnHour):
		return verdict{"warn", "At or above " + q.SignOff.Limit.Text() + " an hour.", "You can send it. The trust's chief executive must approve before it accepts."}
	case slices.Contains(needs, approvals.OffFramework):
		return verdict{"warn", "Off framework.", "You can send it. The trust's chief executive must approve before it accepts."}
	case slices.Contains(needs, approvals.RestrictedGroup):
		return verdict{"warn", "Closed to agencies.", "You can send it. The trust needs an exemption, and approval, before it accepts."}
	case slices.Contains(needs, approvals.InterimVSM):
		return verdict{"warn", "More a day than NHS England lets pass for an interim very senior manager.", "You can send it. The trust needs NHS England's approval, and its own, before it accepts."}
	}
	return within
}

// send proposes the worker.
func (d Deps) send(ctx context.Context, tx *tenants.Tx, in proposeIn) (web.Done, error) {
	pay, fee, refused := in.rates()
	worker := labels.ID(in.Worker)
	if worker == (tenants.ID{}) {
		refused = append([]fault.Field{{Name: "worker_id", Code: "required", Text: "Choose a worker."}}, refused...)
	}
	if in.Declared == "" {
		refused = append(refused, fault.Field{Name: "declared", Code: "required", Text: "Ask the worker first, then tick that they have agreed."})
	}
	if len(refused) > 0 {
		return web.Done{}, fault.ErrInvalid.With(refused...)
	}
	o, err := d.Cascade.Release(ctx, tx, in.Ref)
	if err != nil {
		return web.Done{}, err
	}
	p, err := d.Proposals.Submit(ctx, tx, proposals.Draft{ShiftID: o.ShiftID, WorkerID: worker, PayRate: pay, Commission: fee, Note: in.Note})
	if err != nil {
		return web.Done{}, err
	}
	text := "The trust has been told of " + p.WorkerName + ". You can withdraw the proposal until it is answered."
	if over := p.Over(); over != "" {
		text += " The trust needs more than a manager's yes: " + strings.ToLower(over[:1]) + over[1:]
	}
	return web.Done{To: web.Base(ctx) + "/proposals/" + p.Ref, Flash: &ui.Flash{Kind: "success", Title: "Proposal sent", Text: text}}, nil
}
