package proposals

import (
	"context"
	"errors"
	"strings"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cards"
	"wardbridge/modules/cascade"
	"wardbridge/modules/packs"
	"wardbridge/modules/quotes"
	"wardbridge/modules/shifts"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

// Draft is what an agency is about to send. WorkerID is its own record of the
// worker.
type Draft struct {
	ShiftID    tenants.ID
	WorkerID   tenants.ID
	PayRate    money.Rate
	Commission money.Rate
	Note       string
}

// Tick is one question about a worker and its answer, in words for a list.
type Tick struct {
	Code string // confirmed, staff_group, grade, register, free, proposed
	OK   bool
	Text string
}

// Assessment is what Submit decides by. Refusal is nil when the proposal may be
// sent; Answer is nil as long as the rates cannot be priced.
type Assessment struct {
	Offer   cascade.Offer
	Worker  workers.Representation
	Ticks   []Tick
	Card    cards.Line // for the worker
	Answer  *quotes.Answer
	Needs   []approvals.Condition // why the employer must ask for approval before it books
	Refusal error
}

// Preview answers what Submit would, with the price, and writes nothing. It
// refuses only what leaves nothing to show: a shift that is not open to the
// agency, and a worker who is not its own.
func (s *Service) Preview(ctx context.Context, tx *tenants.Tx, d Draft) (Assessment, error) {
	return s.assess(ctx, tx, d)
}

func (s *Service) assess(ctx context.Context, tx *tenants.Tx, d Draft) (a Assessment, err error) {
	if a.Offer, err = s.released(ctx, tx, d.ShiftID); err != nil {
		return a, err
	}
	if a.Worker, err = s.Workers.Get(ctx, tx, d.WorkerID); err != nil {
		if fault.Is(err, fault.NotFound) {
			return a, refuseWorker("worker_unknown", "Choose one of your own workers.").Because(err)
		}
		return a, err
	}
	check, err := s.checklist(ctx, tx, a.Offer.Shift, []tenants.ID{a.Worker.ID})
	if err != nil {
		return a, err
	}
	a.Ticks = check.of(a.Worker)
	a.Refusal = refusal(a.Ticks)
	if err := s.price(ctx, tx, &a, d); err != nil {
		return a, err
	}
	if len([]rune(strings.TrimSpace(d.Note))) > 300 {
		a.refuse(ErrNoteTooLong.With(fault.Field{Name: "note", Code: ErrNoteTooLong.Code, Text: ErrNoteTooLong.Text}))
	}
	return a, nil
}

// Asked is what a price and a rate card are asked for an offer to an agency, but
// for the rates and the worker.
func Asked(agency tenants.ID, o *cascade.Offer) quotes.Request {
	s := &o.Shift
	return quotes.Request{TenantID: o.TenantID, AgencyID: agency, StaffGroup: s.StaffGroup, Grade: s.Grade, Reason: s.Reason, Specialty: s.Specialty, SiteID: s.SiteID,
		LeadMinutes: s.LeadMinutes, Tier: o.Tier, Start: s.StartsAt, End: s.EndsAt, BreakMinutes: s.BreakMinutes}
}

// price quotes the draft's rates and holds them against the card.
func (s *Service) price(ctx context.Context, tx *tenants.Tx, a *Assessment, d Draft) error {
	priced := s.Quotes
	request := Asked(tx.Me.ID, &a.Offer)
	request.WorkerID, request.PayRate, request.Commission = a.Worker.Person(), d.PayRate, d.Commission
	if d.PayRate.IsZero() {
		a.refuse(ErrRate.With(fault.Field{Name: "pay_rate", Code: "missing", Text: ErrRate.Text}))
		var err error
		a.Card, _, err = priced.Card(ctx, tx, request)
		return err
	}
	answer, err := priced.Quote(ctx, tx, request)
	if err != nil {
		return err
	}
	a.Card = answer.Card
	if request.Others, err = s.Bookings.Besides(ctx, tx, a.Worker.WorkerID, &answer); err != nil {
		return err
	}
	if len(request.Others) > 0 {
		if answer, err = priced.Quote(ctx, tx, request); err != nil {
			return err
		}
	}
	if answer.Band == packs.InterimBand {
		if answer.SameDay, err = s.Bookings.OnDay(ctx, tx, a.Offer.TenantID, request.WorkerID, answer.Quote.Date, nil); err != nil {
			return err
		}
	}
	a.Answer = &answer
	if a.Needs, err = priced.Needs(ctx, tx, &answer, a.Offer.TenantID, answer.Quote.Date); err != nil {
		return err
	}
	a.refuse(bookings.AboveMinimum(&answer.Quote))
	a.refuse(bookings.WithinCard(&answer, d.PayRate, d.Commission))
	return nil
}

// refuse keeps the first refusal and lets later ones of the same kind add their
// boxes, so that a form shows all of them at once.
func (a *Assessment) refuse(err error) {
	var was, now *fault.Fault
	switch {
	case err == nil:
	case a.Refusal == nil:
		a.Refusal = err
	case errors.As(a.Refusal, &was) && errors.As(err, &now):
		a.Refusal = was.With(now.Fields...)
	}
}

// released is the agency's live release of a shift. One that was never released
// to the agency does not exist for it.
func (s *Service) released(ctx context.Context, tx *tenants.Tx, shift tenants.ID) (cascade.Offer, error) {
	offer, err := s.Cascade.Release(ctx, tx, shift.String())
	if err == nil && offer.Status != cascade.Live {
		err = ErrShiftClosed.Saying(gone(offer.ClosedWhy))
	}
	return offer, err
}

// gone says what became of a shift that an agency may no longer propose to.
func gone(why string) string {
	became := map[string]string{
		"filled": "was filled", "cancelled": "was cancelled by the trust", "expired": "began before anybody was booked on it",
		"agreement_ended": "is no longer open to you, because the agreement with the trust has ended",
	}[why]
	if became == "" {
		return ErrShiftClosed.Text
	}
	return "This shift " + became + "."
}

// Candidate is one worker of the agency with what speaks for and against
// proposing them for a shift.
type Candidate struct {
	Worker workers.Representation
	Ticks  []Tick
	OK     bool
}

// Candidates asks of the agency's workers of the shift's staff group what Submit
// would ask, rates aside. Those who may be proposed come first.
func (s *Service) Candidates(ctx context.Context, tx *tenants.Tx, shift tenants.ID) ([]Candidate, error) {
	offer, err := s.released(ctx, tx, shift)
	if err != nil {
		return nil, err
	}
	sh := offer.Shift
	found, _, err := s.Workers.List(ctx, tx, workers.Filter{StaffGroup: sh.StaffGroup, Limit: candidatesMax})
	if err != nil {
		return nil, err
	}
	ids := make([]tenants.ID, len(found))
	for i := range found {
		ids[i] = found[i].ID
	}
	check, err := s.checklist(ctx, tx, sh, ids)
	if err != nil {
		return nil, err
	}
	var good, blocked []Candidate
	for _, w := range found {
		c := Candidate{Worker: w, Ticks: check.of(w)}
		if c.OK = refusal(c.Ticks) == nil; c.OK {
			good = append(good, c)
		} else {
			blocked = append(blocked, c)
		}
	}
	return append(good, blocked...), nil
}

const candidatesMax = 200

// checklist is what the questions about workers are answered from, read once for
// all of them.
type checklist struct {
	shift    shifts.Shift
	grades   map[string]packs.Grade
	groups   map[string]packs.StaffGroup
	free     map[tenants.ID]bool
	proposed map[tenants.ID]bool
}

func (s *Service) checklist(ctx context.Context, tx *tenants.Tx, shift shifts.Shift, representations []tenants.ID) (c checklist, err error) {
	c.shift = shift
	if c.grades, err = s.Packs.GradesByCode(ctx, tx); err != nil {
		return c, err
	}
	if c.groups, err = s.Packs.StaffGroupsByCode(ctx, tx); err != nil {
		return c, err
	}
	c.free = map[tenants.ID]bool{}
	for _, id := range representations {
		if c.free[id], err = s.Diary.Free(ctx, tx, id, shift.StartsAt, shift.EndsAt); err != nil {
			return c, err
		}
	}
	c.proposed, err = waitingOn(ctx, tx, shift.ID)
	return c, err
}

// of answers every question about one worker, in the order in which they are
// shown.
func (c *checklist) of(w workers.Representation) []Tick {
	group, grade, wanted := c.groups[w.StaffGroup].Name, c.grades[w.Grade].Name, c.grades[c.shift.Grade]
	fits := gradeFits(c.grades[w.Grade], wanted)
	ticks := []Tick{}
	if w.Archived() {
		ticks = append(ticks, Tick{"archived", false, "Has been archived"})
	}
	ticks = append(ticks, []Tick{
		{"confirmed", w.Confirmed(), either(w.Confirmed(), "Has confirmed that you represent them", "Has not confirmed that you represent them")},
		{"staff_group", w.StaffGroup == c.shift.StaffGroup, "Staff group: " + group},
		{"grade", fits, either(fits, "Grade: "+grade, grade+" does not cover "+wanted.Name)},
	}...)
	if needsRegister(wanted) {
		has := strings.TrimSpace(w.RegisterNumber) != ""
		ticks = append(ticks, Tick{"register", has, either(has, "Register: "+strings.TrimSpace(w.RegisterBody+" "+w.RegisterNumber), "No register number")})
	}
	return append(ticks,
		Tick{"free", c.free[w.ID], either(c.free[w.ID], "Free at this time", "Not free at this time")},
		Tick{"proposed", !c.proposed[w.ID], either(!c.proposed[w.ID], "Not proposed for this shift yet", "Already proposed for this shift")})
}

func either(ok bool, yes, no string) string {
	if ok {
		return yes
	}
	return no
}

// refusal is the first tick that is missing, as Submit says it.
func refusal(ticks []Tick) error {
	for _, t := range ticks {
		if t.OK {
			continue
		}
		switch t.Code {
		case "free":
			return ErrNotFree.With(fault.Field{Name: "worker_id", Code: ErrNotFree.Code, Text: ErrNotFree.Text})
		case "proposed":
			return ErrAlreadyProposed.With(fault.Field{Name: "worker_id", Code: ErrAlreadyProposed.Code, Text: ErrAlreadyProposed.Text})
		}
		return refuseWorker("worker_"+t.Code, t.Text+".")
	}
	return nil
}

func refuseWorker(code, text string) *fault.Fault {
	return ErrWorker.Saying("This worker cannot be proposed for this shift. " + text).With(fault.Field{Name: "worker_id", Code: code, Text: text})
}
