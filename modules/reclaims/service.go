package reclaims

import (
	"context"
	"strconv"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/paging"
	"wardbridge/modules/agencies"
	"wardbridge/modules/billing"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cascade"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/modules/proposals"
	"wardbridge/modules/shifts"
	"wardbridge/modules/timesheets"
	"wardbridge/tenants"
)

// Rooms are what the review and its evidence are gathered from.
type Rooms struct {
	Packs      *packs.Service
	Places     *places.Service
	Agencies   *agencies.Service
	Shifts     *shifts.Service
	Cascade    *cascade.Service
	Bookings   *bookings.Service
	Proposals  *proposals.Service
	Timesheets *timesheets.Service
	Billing    *billing.Service
}

// Service reviews the VAT that an employer was charged.
type Service struct{ Rooms }

// New makes the service.
func New(r Rooms) *Service { return &Service{r} }

// mine reports whether the party is one that is charged.
func mine(tx *tenants.Tx) bool { return tx.Me.Kind == tenants.Trust || tx.Me.Kind == tenants.Hub }

// Review adds up what was charged at the standard rate and would be exempt today.
func (s *Service) Review(ctx context.Context, tx *tenants.Tx) (Review, error) {
	r, _, err := s.review(ctx, tx)
	return r, err
}

// review is Review with the facts of the lines that are in it, by ground.
func (s *Service) review(ctx context.Context, tx *tenants.Tx) (r Review, of map[Ground][]facts, err error) {
	if !mine(tx) {
		return r, nil, ErrEmployerOnly
	}
	today := civil.DateOf(tx.Now)
	if r.Years, r.Source, err = s.years(ctx, tx, today); err != nil {
		return r, nil, err
	}
	r.From, r.To = later(today, -r.Years), today
	rules, err := s.Packs.VATRules(ctx, tx, today)
	if err != nil {
		return r, nil, err
	}
	groups, err := charged(ctx, tx, r.From, r.To)
	if err != nil {
		return r, nil, err
	}
	of, seen := map[Ground][]facts{}, map[facts]Ground{}
	for i := range groups {
		g := &groups[i]
		ground, known := seen[g.facts]
		if !known {
			supply, err := s.supply(ctx, tx, g.facts, g.Month)
			if err != nil {
				return r, nil, err
			}
			var rule packs.VATRule
			ground, rule = groundOf(rules, supply)
			seen[g.facts] = ground
			if ground != "" {
				of[ground] = append(of[ground], g.facts)
				r.because(ground, supply.Profession, rule)
			}
		}
		if ground != "" {
			r.take(g, ground)
		}
	}
	return r, of, s.name(ctx, tx, &r)
}

// years is how far a claim goes back, and what says so.
func (s *Service) years(ctx context.Context, tx *tenants.Tx, day civil.Date) (years int, source string, err error) {
	p, err := s.Packs.Parameter(ctx, tx, packs.VATClaimYears, day)
	if err != nil {
		return 0, "", err
	}
	years, err = strconv.Atoi(p.Value)
	return years, p.Source, err
}

// supply is what the rules are asked about lines: the facts that were kept, or
// without any what the line is of.
func (s *Service) supply(ctx context.Context, tx *tenants.Tx, f facts, day civil.Date) (packs.Supply, error) {
	if f.Route != "" {
		return packs.Supply{Route: f.Route, Profession: f.Profession, Deputy: f.Deputy}, nil
	}
	of, err := s.Packs.SupplyOf(ctx, tx, packs.Cover{StaffGroup: f.StaffGroup, Grade: f.Grade, Reason: f.Reason}, day)
	of.Route = "agency"
	return of, err
}

// because keeps each reason once.
func (r *Review) because(g Ground, profession string, rule packs.VATRule) {
	for _, told := range r.Reasons {
		if told.Profession == profession && told.Text == rule.Reason {
			return
		}
	}
	r.Reasons = append(r.Reasons, Reason{Ground: g, Profession: profession, Text: rule.Reason, Source: rule.Source, From: rule.From})
}

func (s *Service) name(ctx context.Context, tx *tenants.Tx, r *Review) error {
	ids := make([]tenants.ID, len(r.Rows))
	for i := range r.Rows {
		ids[i] = r.Rows[i].AgencyID
	}
	names, err := s.Agencies.Directory(ctx, tx, ids...)
	r.settle(func(id tenants.ID) string { return names[id].Name })
	return err
}

// Filter narrows the bookings of a review; a zero field but the ground asks nothing.
type Filter struct {
	Ground Ground // empty: claims
	Agency tenants.ID
	Month  civil.Date // any day of it
	Limit  int
	Cursor paging.Cursor
}

// within are the days of work that a filter leaves of a review.
func (f Filter) within(r *Review) (from, to civil.Date) {
	from, to = r.From, r.To
	if f.Month.IsZero() {
		return from, to
	}
	first := civil.Date{Year: f.Month.Year, Month: f.Month.Month, Day: 1}
	last := civil.DateOf(first.Midnight().AddDate(0, 1, 0)).AddDays(-1)
	if first.After(from) {
		from = first
	}
	if last.Before(to) {
		to = last
	}
	return from, to
}

// Booking is one shift of a review.
type Booking struct {
	ID           tenants.ID // of the booking
	TimesheetID  tenants.ID
	TimesheetRef string
	ShiftRef     string
	AgencyID     tenants.ID
	Agency       string `bun:"-"`
	WorkerName   string
	Grade        string
	WorkedOn     civil.Date
	Net          money.Pence
	VAT          money.Pence `bun:"vat"`
	WaitingNet   money.Pence
	WaitingVAT   money.Pence `bun:"waiting_vat"`
	Number       string      // of the bill that charged it, or empty
}

// mark is the last booking of a page.
type mark struct {
	On civil.Date
	ID tenants.ID
}

// on is a day that can be compared with, whatever the mark.
func (m mark) on() civil.Date {
	if m.On.IsZero() {
		return civil.Date{Year: 1, Month: time.January, Day: 1}
	}
	return m.On
}

// List gives the shifts of a review, latest first, a page at a time.
func (s *Service) List(ctx context.Context, tx *tenants.Tx, f Filter) ([]Booking, paging.Cursor, error) {
	limit, err := paging.Limit(f.Limit)
	if err != nil {
		return nil, "", err
	}
	var after mark
	if f.Cursor != "" {
		if err := paging.Decode(f.Cursor, &after.On, &after.ID); err != nil {
			return nil, "", err
		}
	}
	r, of, err := s.review(ctx, tx)
	if err != nil {
		return nil, "", err
	}
	rows, err := s.page(ctx, tx, &r, f, of, after, limit+1)
	if err != nil || len(rows) <= limit {
		return rows, "", err
	}
	last := rows[limit-1]
	return rows[:limit], paging.Encode(last.WorkedOn, last.TimesheetID), nil
}

func (s *Service) page(ctx context.Context, tx *tenants.Tx, r *Review, f Filter, of map[Ground][]facts, after mark, limit int) ([]Booking, error) {
	if f.Ground == "" {
		f.Ground = Claim
	}
	if len(of[f.Ground]) == 0 {
		return nil, nil
	}
	rows, err := worked(ctx, tx, r, f, of[f.Ground], after, limit)
	if err != nil {
		return nil, err
	}
	named := map[tenants.ID]string{}
	for i := range r.Rows {
		named[r.Rows[i].AgencyID] = r.Rows[i].Agency
	}
	for i := range rows {
		rows[i].Agency = named[rows[i].AgencyID]
	}
	return rows, nil
}
