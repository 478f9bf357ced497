package shifts

import (
	"context"
	"slices"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/modules/bookings"
	"wardbridge/modules/proposals"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
	"wardbridge/web"
)

// queueMax is how many waiting proposals a board looks at: the oldest ones.
const queueMax = 200

// waiting is what waits for an answer, by shift.
type waiting struct {
	offers    map[tenants.ID]offers
	proposals int
	oldest    time.Time
	more      bool // there are more than were looked at
}

// queue reads the waiting proposals once, for the figures, for the tab and for
// every row.
func (p *pages) queue(ctx context.Context, tx *tenants.Tx) (w waiting, err error) {
	all, next, err := p.Proposals.List(ctx, tx, proposals.Filter{Status: proposals.StatusSubmitted, Limit: queueMax})
	if err != nil {
		return w, err
	}
	w.offers, w.proposals, w.more = map[tenants.ID]offers{}, len(all), next != ""
	for i := range all {
		one, charge := &all[i], all[i].Quote.PerHour()
		o := w.offers[one.ShiftID]
		if o.Waiting == 0 || charge.Cmp(o.Best) < 0 {
			o.Best, o.Pay, o.Over = charge, one.PayRate, passed(one)
		}
		if o.Waiting == 0 {
			o.Oldest = one.SubmittedAt // they come oldest first
		}
		if i == 0 {
			w.oldest = one.SubmittedAt
		}
		o.Waiting++
		w.offers[one.ShiftID] = o
	}
	return w, nil
}

// sure counts the proposals of the shifts on a page again when more wait than
// were looked at.
func (p *pages) sure(ctx context.Context, tx *tenants.Tx, w *waiting, ids []tenants.ID) error {
	if !w.more {
		return nil
	}
	counts, err := p.Proposals.Waiting(ctx, tx, ids)
	for id, n := range counts {
		o := w.offers[id]
		o.Waiting = n
		w.offers[id] = o
	}
	return err
}

func (p *pages) figures(ctx context.Context, tx *tenants.Tx, w waiting) (figures, error) {
	counts, err := p.Shifts.Counts(ctx, tx)
	return figures{Counts: counts, Review: len(w.offers), Offers: w.proposals, More: w.more, Oldest: w.oldest, now: tx.Now}, err
}

// find gives the shifts that the address asks for, soonest first.
func (p *pages) find(ctx context.Context, tx *tenants.Tx, in ask, w waiting, n *names) ([]shifts.Shift, paging.Cursor, error) {
	if in.view() != viewReview {
		return p.Shifts.List(ctx, tx, in.filter(tx.Now))
	}
	ids := make([]tenants.ID, 0, len(w.offers))
	for id := range w.offers {
		ids = append(ids, id)
	}
	facts, err := p.Shifts.Facts(ctx, tx, ids)
	if err != nil {
		return nil, "", err
	}
	var found []shifts.Shift
	for _, s := range facts {
		if in.holds(&s, n.ward[s.WardID].Name) {
			found = append(found, s)
		}
	}
	return in.page(found)
}

// page cuts the shifts to review, of which there are at most as many as proposals
// were looked at, in the way that a list is cut.
func (a ask) page(found []shifts.Shift) ([]shifts.Shift, paging.Cursor, error) {
	slices.SortFunc(found, func(x, y shifts.Shift) int {
		if c := x.StartsAt.Compare(y.StartsAt); c != 0 {
			return c
		}
		return slices.Compare(x.ID[:], y.ID[:])
	})
	if a.Cursor != "" {
		var after time.Time
		var id tenants.ID
		if err := paging.Decode(a.Cursor, &after, &id); err != nil {
			return nil, "", err
		}
		found = slices.DeleteFunc(found, func(s shifts.Shift) bool {
			return s.StartsAt.Before(after) || s.StartsAt.Equal(after) && slices.Compare(s.ID[:], id[:]) <= 0
		})
	}
	if len(found) <= a.rows() {
		return found, "", nil
	}
	last := found[a.rows()-1]
	return found[:a.rows()], paging.Encode(last.StartsAt, last.ID), nil
}

// courses are the cascades of the shifts on a page: two reads, and one for how
// many tiers there are.
func (p *pages) courses(ctx context.Context, tx *tenants.Tx, found []shifts.Shift) (map[tenants.ID]course, error) {
	states, err := p.Cascade.States(ctx, tx, idsOf(found))
	if err != nil {
		return nil, err
	}
	placed, err := p.Agencies.Tiers(ctx, tx, "", civil.Date{})
	if err != nil {
		return nil, err
	}
	last := map[string]int{}
	for _, a := range placed {
		last[a.StaffGroup] = max(last[a.StaffGroup], a.Tier)
	}
	courses := make(map[tenants.ID]course, len(found))
	for i := range found {
		courses[found[i].ID] = course{State: states[found[i].ID], Last: last[found[i].StaffGroup]}
	}
	return courses, nil
}

// detail reads everything about one shift. Another employer's is not there.
func (p *pages) detail(ctx context.Context, tx *tenants.Tx, ref string) (*detail, error) {
	shift, err := p.Shifts.Get(ctx, tx, ref)
	if err != nil {
		return nil, err
	}
	if shift.TenantID != tx.Me.ID {
		return nil, fault.ErrNotFound
	}
	d := &detail{Base: web.Base(ctx), Shift: shift, May: mayOf(ctx), Now: tx.Now}
	if d.Names, err = p.namesOf(ctx, tx); err != nil {
		return nil, err
	}
	if d.Line, err = p.Cascade.Timeline(ctx, tx, shift.ID); err != nil {
		return nil, err
	}
	courses, err := p.courses(ctx, tx, []shifts.Shift{shift})
	if err != nil {
		return nil, err
	}
	d.Course = courses[shift.ID]
	compared, err := p.Proposals.Compare(ctx, tx, shift.ID)
	if err != nil {
		return nil, err
	}
	role, _ := d.Names.role(shift.Grade, "")
	d.Compare = comparison{Now: tx.Now, Grade: role, Path: d.path(), May: d.May.Decide && shift.Status == shifts.StatusOpen, Bids: bidsOf(compared, d.Names)}
	d.Booking, err = p.placed(ctx, tx, shift.ID)
	return d, err
}

func (p *pages) namesOf(ctx context.Context, tx *tenants.Tx) (*names, error) {
	n, err := p.names(ctx, tx)
	return &n, err
}

// placed is the latest booking of a shift, whether it stands or was called off.
func (p *pages) placed(ctx context.Context, tx *tenants.Tx, shift tenants.ID) (*placement, error) {
	all, _, err := p.Bookings.List(ctx, tx, bookings.Filter{Shift: shift, Limit: 50})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	b := slices.MaxFunc(all, func(x, y bookings.Booking) int { return x.ConfirmedAt.Compare(y.ConfirmedAt) })
	stand, err := p.Bookings.Ratifications(ctx, tx, []bookings.Booking{b})
	if err != nil {
		return nil, err
	}
	who, err := p.Agencies.Directory(ctx, tx, b.AgencyID)
	return &placement{Ratified: stand[b.ID], Ref: b.Ref, Worker: b.WorkerName, Agency: who[b.AgencyID].Name, Status: string(b.Status), Pay: b.PayRate, Commission: b.Commission,
		Net: b.NetPence, Direct: b.Direct(), At: b.ConfirmedAt, By: b.ConfirmedBy, EndedAt: b.EndedAt, EndedWhy: b.EndedWhy, CostCentre: b.CostCentre, Quote: &b.Quote}, err
}

func bidsOf(all []proposals.Compared, n *names) []bid {
	bids := make([]bid, len(all))
	for i := range all {
		c, pr := &all[i], &all[i].Proposal
		grade, _ := n.role(pr.Grade, "")
		bids[i] = bid{ID: pr.ID.String(), Ref: pr.Ref, Worker: pr.WorkerName, Agency: c.AgencyName, Tier: pr.Tier, Sent: pr.SubmittedAt,
			Charge: c.ChargeHour, Pay: pr.PayRate, Commission: pr.Commission, UnderCard: c.UnderCard, Net: pr.NetPence, Over: c.Over, Best: c.Best,
			Grade: grade, Register: joined(pr.RegisterBody, pr.RegisterNumber), Note: pr.Note, Status: string(pr.Status),
			Answered: pr.DecidedAt, AnsweredBy: pr.DecidedBy, Answer: pr.DecisionReason, Quote: &pr.Quote, Limit: c.Limit, Qualifying: c.Qualifying}
		if pr.WithdrawnAt != nil {
			bids[i].Answered = pr.WithdrawnAt
		}
	}
	return bids
}

func joined(body, number string) string {
	if number == "" {
		return ""
	}
	return first(body, "Register") + " " + number
}

// bid is one proposal of the shift, or not there.
func (d *detail) bid(id tenants.ID) (*bid, error) {
	for i := range d.Compare.Bids {
		if d.Compare.Bids[i].ID == id.String() {
			return &d.Compare.Bids[i], nil
		}
	}
	return nil, fault.ErrNotFound
}
