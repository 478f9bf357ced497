package rates

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/agencies"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

// ErrNotForWorkers says that a worker is told a price by their booking alone.
var ErrNotForWorkers = fault.New(fault.Forbidden, "parties_of_agreement_only", "A price is for the employer and the agency. Your own pay stands on your bookings and timesheets.")

// Quotes prices shifts from what stands in the database: it gathers the Book
// that the engine needs through the modules that own its parts, and has no SQL
// of its own. A price costs about ten small reads.
type Quotes struct {
	packs    *packs.Service
	agencies *agencies.Service
	cards    *cards.Service
}

// NewQuotes makes the service.
func NewQuotes(packs *packs.Service, agencies *agencies.Service, cards *cards.Service) *Quotes {
	return &Quotes{packs: packs, agencies: agencies, cards: cards}
}

// Request is one shift, planned or worked, at an employer by an agency.
type Request struct {
	TenantID     tenants.ID
	AgencyID     tenants.ID
	AgreementID  tenants.ID // what the shift was booked under; zero: the agreement in force on its date
	Nation       string     // empty: the employer's
	StaffGroup   string     // empty: the grade's
	Grade        string
	Start, End   time.Time
	BreakMinutes int
	Breaks       []Interval // as they were taken; they then count alone
	PayRate      money.Rate // core, an hour
	Commission   money.Rate // per paid hour
}

// Answer is the price and what it was made from.
type Answer struct {
	Quote       ShiftQuote
	Card        cards.Line // zero when the request names its agreement and no card has the grade
	Agreement   agencies.Agreement
	VAT         agencies.VAT
	Nation      string
	MinimumWage money.Rate // the National Living Wage on the date of the shift
}

// Verdict is how the rates of a request stand to what limits them.
type Verdict struct {
	Within     bool       // all of them hold
	Pay        money.Rate // how much the pay rate is above the card's maximum, or zero
	Commission money.Rate // how much the commission is, or zero
	Minimum    bool       // the pay rate is at least the minimum wage
}

// Verdict holds the rates that were asked about against the card and the minimum
// wage. It refuses nothing: whoever takes the rates decides that.
func (a *Answer) Verdict(pay, commission money.Rate) Verdict {
	v := Verdict{Minimum: pay.Cmp(a.MinimumWage) >= 0}
	if pay.Cmp(a.Card.PayMax) > 0 {
		v.Pay = pay.Sub(a.Card.PayMax)
	}
	if commission.Cmp(a.Card.CommissionMax) > 0 {
		v.Commission = commission.Sub(a.Card.CommissionMax)
	}
	v.Within = v.Minimum && v.Pay.IsZero() && v.Commission.IsZero()
	return v
}

// Quote prices a shift by the agreement, the card and the national data in force
// on its date. It does not hold the rates against the card: Verdict does.
func (q *Quotes) Quote(ctx context.Context, tx *tenants.Tx, r Request) (a Answer, err error) {
	if tx.Me.Kind == tenants.Worker {
		return a, ErrNotForWorkers
	}
	day, last := civil.DateOf(r.Start), civil.DateOf(r.End)
	if err := (&Work{Start: r.Start, End: r.End, BreakMinutes: r.BreakMinutes, Breaks: r.Breaks}).check(); err != nil {
		return a, err // before a span of days is read that nobody meant
	}
	if a.Agreement, err = q.agreement(ctx, tx, r, day); err != nil {
		return a, err
	}
	grade, err := q.packs.Grade(ctx, tx, r.Grade)
	if fault.Is(err, fault.NotFound) {
		return a, fault.ErrInvalid.With(fault.Field{Name: "grade", Code: "unknown", Text: "There is no such grade. Choose one from the list.", Value: r.Grade})
	}
	if err != nil {
		return a, err
	}
	if r.StaffGroup == "" {
		r.StaffGroup = grade.StaffGroup
	}
	a.Card, err = q.cards.Line(ctx, tx, r.TenantID, r.Grade, day)
	if err != nil && (r.AgreementID == (tenants.ID{}) || !errors.Is(err, cards.ErrNoRate)) {
		return a, err
	}
	if a.VAT, err = q.agencies.VAT(ctx, tx, a.Agreement, r.StaffGroup, day); err != nil {
		return a, err
	}
	if a.Nation, err = q.nation(ctx, tx, r); err != nil {
		return a, err
	}
	pack, err := q.packs.Load(ctx, tx, a.Nation, day, last)
	if err != nil {
		return a, err
	}
	if a.MinimumWage, err = minimumWage(pack, day); err != nil {
		return a, err
	}
	book, err := BookOf(pack, a.Agreement, a.VAT)
	if err != nil {
		return a, err
	}
	work := Work{ID: tenants.NewID(), Start: r.Start, End: r.End, BreakMinutes: r.BreakMinutes, Breaks: r.Breaks,
		Grade: grade.Band, Pay: r.PayRate, Commission: r.Commission}
	if a.Card.CardID != (tenants.ID{}) {
		work.PayRow = Row{ID: a.Card.CardID.String(), Version: a.Card.Version, From: a.Card.ValidFrom, Source: "within rate card " + a.Card.Name}
	}
	priced, err := Price([]Work{work}, book)
	if err != nil {
		return a, err
	}
	a.Quote = priced.Shifts[0]
	return a, nil
}

func (q *Quotes) agreement(ctx context.Context, tx *tenants.Tx, r Request, day civil.Date) (agencies.Agreement, error) {
	if r.AgreementID == (tenants.ID{}) {
		return q.agencies.For(ctx, tx, r.TenantID, r.AgencyID, day)
	}
	a, err := q.agencies.Get(ctx, tx, r.AgreementID)
	if err == nil && (a.TenantID != r.TenantID || a.AgencyID != r.AgencyID) {
		return a, fault.ErrNotFound.Because(fmt.Errorf("agreement %s is of other parties", a.ID))
	}
	return a, err
}

func (q *Quotes) nation(ctx context.Context, tx *tenants.Tx, r Request) (string, error) {
	if r.Nation != "" {
		return r.Nation, nil
	}
	named, err := q.agencies.Directory(ctx, tx, r.TenantID)
	return named[r.TenantID].Nation, err
}

func minimumWage(pack packs.Pack, day civil.Date) (money.Rate, error) {
	p, err := pack.Parameter(packs.NationalLivingWage, day)
	if err != nil {
		return money.Rate{}, err
	}
	return p.Rate()
}

// BookOf puts the dated data of a pack and the terms of an agreement into the
// engine's own shape. Every day of the pack must have its figures: one that has
// ended without a successor is an error, not the last one known.
func BookOf(pack packs.Pack, a agencies.Agreement, vat agencies.VAT) (Book, error) {
	b := Book{
		Segmentation: Segmentation(a.Segmentation), BreakRule: BreakRule(a.BreakRule), OnCosts: OnCosts(a.OnCosts),
		Patterns: patternsOf(pack), Multipliers: multipliersOf(pack), Holidays: map[civil.Date]PublicDay{},
		VAT: []VATRule{{Row: Row{ID: vat.ID.String(), Version: 1, From: vat.From, Source: vat.Source}, Category: Category(vat.Category), Rate: vat.Rate, Reason: vat.Reason}},
	}
	for _, h := range pack.Holidays {
		b.Holidays[h.Day] = PublicDay{Row: Row{ID: h.Nation + " " + h.Day.String(), Version: 1, From: h.Day, Source: h.Source}, Name: h.Name}
	}
	for _, cost := range []struct {
		into                 *[]OnCost
		rate, floor, ceiling string
	}{
		{&b.Holiday, packs.HolidayPercent, "", ""},
		{&b.EmployerNI, packs.EmployerNIRate, packs.EmployerNIThreshold, ""},
		{&b.Pension, packs.PensionRate, packs.PensionLower, packs.PensionUpper},
		{&b.Levy, packs.LevyRate, "", ""},
	} {
		var err error
		if *cost.into, err = onCosts(pack, cost.rate, cost.floor, cost.ceiling); err != nil {
			return b, err
		}
	}
	return b, nil
}

// onCosts makes a row for every day of the pack on which one of the figures
// begins, and for its first day.
func onCosts(pack packs.Pack, rate, floor, ceiling string) ([]OnCost, error) {
	var all []OnCost
	for _, day := range changes(pack, func(p packs.Parameter) bool { return p.Name == rate || p.Name == floor || p.Name == ceiling }) {
		p, err := pack.Parameter(rate, day)
		if err != nil {
			return nil, err
		}
		c := OnCost{Row: rowFrom(pack, p.Dated, day)}
		if c.Rate, err = p.Factor(); err != nil {
			return nil, fmt.Errorf("%s: %w", rate, err)
		}
		for _, limit := range []struct {
			into *money.Pence
			name string
		}{{&c.Floor, floor}, {&c.Ceiling, ceiling}} {
			if limit.name == "" {
				continue
			}
			p, err := pack.Parameter(limit.name, day)
			if err != nil {
				return nil, err
			}
			if *limit.into, err = p.Pence(); err != nil {
				return nil, fmt.Errorf("%s: %w", limit.name, err)
			}
		}
		all = append(all, c)
	}
	return all, nil
}

// changes are the days of the pack on which some of its parameters begin or end,
// its first day among them.
func changes(pack packs.Pack, about func(packs.Parameter) bool) []civil.Date {
	days := []civil.Date{pack.From}
	for _, p := range pack.Parameters {
		if about(p) {
			days = append(days, within(pack, p.Dated)...)
		}
	}
	return sortedDays(days)
}

// within are the days after the pack's first on which a row begins or has ended.
func within(pack packs.Pack, d packs.Dated) (days []civil.Date) {
	for _, day := range []civil.Date{d.From, d.Until} {
		if !day.IsZero() && day.After(pack.From) && !day.After(pack.To) {
			days = append(days, day)
		}
	}
	return days
}

func sortedDays(days []civil.Date) []civil.Date {
	slices.SortFunc(days, civil.Date.Compare)
	return slices.Compact(days)
}

// rowFrom names a row of dated data. What was in force before the pack's first
// day says since when; what changed later counts from the day of the change.
func rowFrom(pack packs.Pack, d packs.Dated, day civil.Date) Row {
	r := Row{ID: d.ID.String(), Version: 1, From: day, Source: d.Source}
	if day == pack.From {
		r.From = d.From
	}
	return r
}

// multipliersOf joins the two classes of each band, from every day on which one
// of them begins. A day on which one is missing leaves the band without any from
// that day, and the engine says so.
func multipliersOf(pack packs.Pack) map[string][]Multiplier {
	days := map[string][]civil.Date{}
	for _, e := range pack.Enhancements {
		days[e.Band] = append(append(days[e.Band], pack.From), within(pack, e.Dated)...)
	}
	by := map[string][]Multiplier{}
	for band, from := range days {
		for _, day := range sortedDays(from) {
			low, lowFound := enhancement(pack, band, packs.Low, day)
			high, highFound := enhancement(pack, band, packs.High, day)
			m := Multiplier{Row: Row{From: day}, Pattern: "enhancements of " + band}
			if lowFound && highFound {
				m = Multiplier{Row: rowFrom(pack, low.Dated, day), Pattern: low.Pattern, Low: low.Factor, High: high.Factor}
			}
			by[band] = append(by[band], m)
		}
	}
	return by
}

func enhancement(pack packs.Pack, band string, class packs.Class, day civil.Date) (packs.Enhancement, bool) {
	for _, e := range pack.Enhancements {
		if e.Band == band && e.Class == class && e.On(day) {
			return e, true
		}
	}
	return packs.Enhancement{}, false
}

// patternsOf lays the hours of each pattern out as a week, from every day on
// which one of them changes. Rows come by pattern, day of the week and time.
func patternsOf(pack packs.Pack) map[string][]Pattern {
	days := map[string][]civil.Date{}
	for _, h := range pack.Patterns {
		days[h.Pattern] = append(append(days[h.Pattern], pack.From), within(pack, h.Dated)...)
	}
	by := map[string][]Pattern{}
	for name, from := range days {
		for _, day := range sortedDays(from) {
			by[name] = append(by[name], patternOn(pack, name, day))
		}
	}
	return by
}

func patternOn(pack packs.Pack, name string, day civil.Date) (p Pattern) {
	p.From = day
	for _, h := range pack.Patterns {
		if h.Pattern != name || !h.On(day) {
			continue
		}
		if p.ID == "" {
			p.Row = rowFrom(pack, h.Dated, day)
		}
		stretch := Stretch{From: h.At, Band: Band(h.Class)}
		if weekday, ok := h.Weekday(); ok {
			p.Week[weekday] = append(p.Week[weekday], stretch)
		} else {
			p.PublicDay = append(p.PublicDay, stretch)
		}
	}
	return p
}
