package reclaims

import (
	"cmp"
	"context"
	"slices"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/accounts"
	"wardbridge/modules/agencies"
	"wardbridge/modules/billing"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cascade"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/modules/rates"
	"wardbridge/modules/shifts"
	"wardbridge/modules/timesheets"
	"wardbridge/tenants"
)

// Evidence is all that speaks to the VAT of one booking.
type Evidence struct {
	Made      time.Time
	Employer  accounts.Organisation
	Agency    accounts.Organisation
	Agreement agencies.Agreement
	Elections []agencies.Election // latest first
	Booking   bookings.Booking
	Shift     shifts.Shift
	Ward      places.Ward
	Grade     packs.Grade
	Reason    string
	Register  string // the worker's, as the agency gave it; empty: it gave none
	Timesheet *timesheets.Timesheet
	Lines     []EvidenceLine
	Bill      *billing.Bill // nil: none was issued yet
	Net, VAT  money.Pence
	Told      []Moment
	Today     packs.VATRule // the rule that would exempt it today
	Ground    Ground        // empty: no rule would
	Until     civil.Date    // the last day to claim it; none: there is nothing to claim
}

// EvidenceLine is a line of the timesheet with its share of the bill's VAT.
type EvidenceLine struct {
	timesheets.Line
	VATPence   money.Pence
	Billed     bool
	Adjustment string // that posted it since; empty: a line of the timesheet itself
}

// Moment is one line of what happened.
type Moment struct {
	At          time.Time
	Title, Text string
}

// Decided is the first line's decision, which is that of the work itself.
func (e *Evidence) Decided() *timesheets.Line {
	if len(e.Lines) == 0 {
		return nil
	}
	return &e.Lines[0].Line
}

// Evidence gathers what there is of one of the employer's bookings.
func (s *Service) Evidence(ctx context.Context, tx *tenants.Tx, booking string) (e Evidence, err error) {
	if !mine(tx) {
		return e, ErrEmployerOnly
	}
	if e.Booking, err = s.Bookings.Get(ctx, tx, booking); err != nil {
		return e, err
	}
	e.Made = tx.Now
	for _, step := range []func(context.Context, *tenants.Tx, *Evidence) error{s.parties, s.work, s.lines, s.claim, s.story} {
		if err := step(ctx, tx, &e); err != nil {
			return e, err
		}
	}
	return e, nil
}

func (s *Service) parties(ctx context.Context, tx *tenants.Tx, e *Evidence) (err error) {
	b := &e.Booking
	named, err := s.Agencies.Directory(ctx, tx, b.TenantID, b.AgencyID)
	if err != nil {
		return err
	}
	e.Employer, e.Agency = named[b.TenantID], named[b.AgencyID]
	if e.Agreement, err = s.Agencies.Get(ctx, tx, b.AgreementID); err != nil {
		return err
	}
	e.Elections, err = s.Agencies.Elections(ctx, tx, b.AgreementID)
	return err
}

func (s *Service) work(ctx context.Context, tx *tenants.Tx, e *Evidence) (err error) {
	b := &e.Booking
	if e.Shift, err = s.Shifts.Get(ctx, tx, b.ShiftID.String()); err != nil {
		return err
	}
	if e.Ward, err = s.Places.Ward(ctx, tx, b.TenantID, b.WardID); err != nil {
		return err
	}
	if e.Grade, err = s.Packs.Grade(ctx, tx, b.Grade); err != nil {
		return err
	}
	reasons, err := s.Packs.ReasonsByCode(ctx, tx)
	if err != nil {
		return err
	}
	e.Reason = reasons[e.Shift.Reason].Name
	if b.ProposalID == nil {
		return nil
	}
	p, err := s.Proposals.Get(ctx, tx, b.ProposalID.String())
	if err == nil && p.RegisterNumber != "" {
		e.Register = p.RegisterBody + " " + p.RegisterNumber
	}
	return err
}

func (s *Service) lines(ctx context.Context, tx *tenants.Tx, e *Evidence) (err error) {
	if e.Timesheet, err = s.Timesheets.OfBooking(ctx, tx, e.Booking.ID); err != nil || e.Timesheet == nil {
		return err
	}
	lines, err := s.Timesheets.Lines(ctx, tx, e.Timesheet.ID)
	if err != nil {
		return err
	}
	var billed map[tenants.ID]billing.Line
	if e.Bill, billed, err = s.Billing.Charged(ctx, tx, e.Timesheet.ID); err != nil {
		return err
	}
	for _, l := range lines {
		e.Lines = append(e.Lines, EvidenceLine{Line: l})
	}
	posted, err := s.Timesheets.Postings(ctx, tx, e.Timesheet.ID)
	if err != nil {
		return err
	}
	for i := range posted {
		for j := range posted[i].Lines {
			l := &posted[i].Lines[j]
			e.Lines = append(e.Lines, EvidenceLine{Adjustment: posted[i].AdjustmentRef, Line: timesheets.Line{ID: l.ID, Kind: l.Kind, Band: l.Band,
				AmountPence: l.AmountPence, VATCategory: l.VATCategory, VATRate: l.VATRate, VATReason: l.VATReason, Formula: l.Formula}})
		}
	}
	for i := range e.Lines {
		if b, on := billed[e.Lines[i].ID]; on {
			e.Lines[i].VATPence, e.Lines[i].Billed = b.VATPence, true
		}
	}
	e.indicate()
	for i := range e.Lines {
		e.Net += e.Lines[i].AmountPence
		e.VAT += e.Lines[i].VATPence
	}
	return nil
}

// indicate gives the lines that no bill has their share of the VAT that is worked
// out once for each rate, as a bill would.
func (e *Evidence) indicate() {
	nets, at := map[money.Factor]money.Pence{}, map[money.Factor][]int{}
	for i := range e.Lines {
		if l := &e.Lines[i]; !l.Billed {
			nets[l.VATRate] += l.AmountPence
			at[l.VATRate] = append(at[l.VATRate], i)
		}
	}
	for rate, members := range at {
		weights := make([]int64, len(members))
		for n, i := range members {
			weights[n] = int64(e.Lines[i].AmountPence)
		}
		for n, share := range money.Allocate(nets[rate].Times(rate), weights) {
			e.Lines[members[n]].VATPence = share
		}
	}
}

// claim says whether the work would be exempt today, and until when it is claimed.
func (s *Service) claim(ctx context.Context, tx *tenants.Tx, e *Evidence) error {
	first := e.Decided()
	if first == nil || first.VATCategory != rates.Standard {
		return nil
	}
	today := civil.DateOf(tx.Now)
	rules, err := s.Packs.VATRules(ctx, tx, today)
	if err != nil {
		return err
	}
	of, err := s.supply(ctx, tx, facts{Route: first.VATRoute, Profession: first.VATProfession, Deputy: first.VATDeputy,
		StaffGroup: e.Booking.StaffGroup, Grade: e.Booking.Grade, Reason: e.Shift.Reason}, first.EarnedOn)
	if err != nil {
		return err
	}
	if e.Ground, e.Today = groundOf(rules, of); e.Ground != Claim {
		return nil
	}
	years, _, err := s.years(ctx, tx, today)
	e.Until = later(first.EarnedOn, years)
	return err
}

// story is what happened to the shift, from its making to the bill.
func (s *Service) story(ctx context.Context, tx *tenants.Tx, e *Evidence) error {
	line, err := s.Cascade.Timeline(ctx, tx, e.Shift.ID)
	if err != nil {
		return err
	}
	for i, m := range line.Moments {
		if i == 0 { // how long before the start it was made is no evidence
			m.Text = "By " + cmp.Or(e.Shift.CreatedBy, e.Shift.Source)
		}
		if m.Position == cascade.Done {
			e.Told = append(e.Told, Moment{m.At, m.Title, m.Text})
		}
	}
	tell := func(at *time.Time, title, text string) {
		if at != nil {
			e.Told = append(e.Told, Moment{*at, title, text})
		}
	}
	b := &e.Booking
	tell(&b.ConfirmedAt, "Booked", b.WorkerName+" of "+e.Agency.Name+", by "+b.ConfirmedBy)
	if t := e.Timesheet; t != nil {
		tell(t.SubmittedAt, "Hours sent", "By the worker, timesheet "+t.Ref)
		tell(t.ApprovedAt, "Hours approved", "By "+t.ApprovedBy)
	}
	if e.Bill != nil {
		tell(e.Bill.IssuedAt, "Billed", "On self-bill "+e.Bill.Number)
	}
	slices.SortStableFunc(e.Told, func(a, b Moment) int { return a.At.Compare(b.At) })
	return nil
}
