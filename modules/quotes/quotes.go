package quotes

import (
	"context"
	"errors"
	"fmt"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/agencies"
	"wardbridge/modules/cards"
	"wardbridge/modules/diary"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/modules/rates"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

// ErrNotForWorkers says that a worker is told a price by their booking alone.
var ErrNotForWorkers = fault.New(fault.Forbidden, "parties_of_agreement_only", "A price is for the employer and the agency. Your own pay stands on your bookings and timesheets.")

// Service prices shifts from what stands in the database: it gathers the Book
// that the engine needs through the modules that own its parts, and has no SQL
// of its own. A price costs about a dozen small reads.
type Service struct {
	packs    *packs.Service
	agencies *agencies.Service
	workers  *workers.Service
	diary    *diary.Service
	cards    *cards.Service
	places   *places.Service
}

// New makes the service.
func New(packs *packs.Service, agencies *agencies.Service, workers *workers.Service, diary *diary.Service, cards *cards.Service, places *places.Service) *Service {
	return &Service{packs: packs, agencies: agencies, workers: workers, diary: diary, cards: cards, places: places}
}

// Request is one shift, planned or worked, at an employer by an agency.
type Request struct {
	TenantID     tenants.ID
	AgencyID     tenants.ID
	AgreementID  tenants.ID // what the shift was booked under; zero: the agreement in force on its date
	WorkerID     tenants.ID // the person, as proposals and bookings keep them; zero: not known, so before the qualifying weeks
	Nation       string     // empty: the employer's
	StaffGroup   string     // empty: the grade's
	Grade        string
	Reason       string     // why cover is needed; empty: somebody is stood in for
	Specialty    string     // these four narrow the card's line; zero: not known
	SiteID       tenants.ID // whose zone's caps count besides; zero: those that the employer's sites share
	LeadMinutes  int
	Tier         int
	Start, End   time.Time
	BreakMinutes int
	Breaks       []rates.Interval // as they were taken; they then count alone
	PayRate      money.Rate       // core, an hour
	Commission   money.Rate       // per paid hour
	Engagement   rates.Engagement // how the worker is engaged; empty: on the agency's payroll
	DirectFee    money.Rate       // of the provider of direct engagement, per paid hour
	Bands        *rates.Bands     // rates of whole bands as they were agreed; nil: the card's, in proportion to the pay
	Others       []Shift          // what the person works besides in the same week under the same agreement, for weekly on-costs
	Locked       []rates.Day      // what is settled of that week, which the shift is then priced on top of
}

// Shift is work that is priced together with what a request is about.
type Shift struct {
	Start, End   time.Time
	BreakMinutes int
	PayRate      money.Rate
	Bands        rates.Bands
}

// Work is what a rate card is asked for the request.
func (r Request) Work() cards.Query {
	return cards.Query{TenantID: r.TenantID, Grade: r.Grade, StaffGroup: r.StaffGroup, Specialty: r.Specialty, SiteID: r.SiteID, AgencyID: r.AgencyID,
		Day: civil.DateOf(r.Start), LeadMinutes: r.LeadMinutes, Tier: r.Tier, Engagement: cards.Engagement(r.Engagement)}
}

// Day is the local date of the start, by which everything is looked up.
func (r Request) Day() civil.Date { return civil.DateOf(r.Start) }

// Answer is the price and what it was made from.
type Answer struct {
	Quote       rates.ShiftQuote
	Bands       rates.Bands               // the rates of whole bands that it was priced with
	Charges     map[rates.Band]money.Rate // what an hour of each band costs before VAT
	Card        cards.Line                // the worker's; zero when the request names its agreement and no card has the grade
	Qualifying  Qualifying                // of the worker, if the request names one
	StaffGroup  string
	Band        string // of the grade
	Agreement   agencies.Agreement
	VAT         Decisions
	Nation      string
	Zone        string     // whose price caps count
	MinimumWage money.Rate // the National Living Wage on the date of the shift

	// What the employer is charged besides for the person's other bookings that start
	// on the same day, as far as the caller may see them. It is the caller's to fill in
	// before it asks for the needs; the price does not depend on it.
	SameDay money.Pence
}

// Verdict is how the rates of a request stand to what limits them.
type Verdict struct {
	Within     bool       // all of them hold
	Pay        money.Rate // how much the pay rate is above the card's maximum, or zero
	Commission money.Rate // how much the commission is, or zero
	Charge     money.Rate // how much an hour's charge is, or zero
	Band       rates.Band // the hours that are charged furthest above; empty: none
	Fixed      bool       // the card fixes the pay, and this is another
	Minimum    bool       // the pay rate is at least the minimum wage
}

// Verdict holds the rates that were asked about against the card and the minimum
// wage. It refuses nothing: whoever takes the rates decides that.
func (a *Answer) Verdict(pay, commission money.Rate) Verdict {
	v := Verdict{Minimum: pay.Cmp(a.MinimumWage) >= 0, Fixed: a.Card.Fixed && pay != a.Card.PayMax}
	if pay.Cmp(a.Card.PayMax) > 0 {
		v.Pay = pay.Sub(a.Card.PayMax)
	}
	if most := a.Card.Commission(pay); commission.Cmp(most) > 0 {
		v.Commission = commission.Sub(most)
	}
	for _, band := range []rates.Band{rates.Core, rates.Low, rates.High} {
		if most := a.Card.Charge(cards.Band(band)); !most.IsZero() && a.Charges[band].Sub(most).Cmp(v.Charge) > 0 {
			v.Charge, v.Band = a.Charges[band].Sub(most), band
		}
	}
	v.Within = v.Minimum && v.Pay.IsZero() && v.Commission.IsZero() && v.Charge.IsZero() && !v.Fixed
	return v
}

// Quote prices a shift by the agreement, the card and the national data in force
// on its date. It does not hold the rates against the card: Verdict does.
func (q *Service) Quote(ctx context.Context, tx *tenants.Tx, r Request) (Answer, error) {
	a, book, band, err := q.gather(ctx, tx, r)
	if err != nil {
		return a, err
	}
	return a, a.price(r, book, band)
}

// price runs the engine on a request.
func (a *Answer) price(r Request, book rates.Book, band string) error {
	work := rates.Work{ID: tenants.NewID(), Start: r.Start, End: r.End, BreakMinutes: r.BreakMinutes, Breaks: r.Breaks,
		Engagement: r.Engagement, Grade: band, Zone: a.Zone, Pay: r.PayRate, Bands: a.bands(r), Commission: r.Commission, DirectFee: rates.Fee{Rate: r.DirectFee}, Locked: r.Locked}
	if a.Card.CardID != (tenants.ID{}) {
		work.PayRow = rates.Row{ID: a.Card.CardID.String(), Version: a.Card.Version, From: a.Card.ValidFrom, Source: "within rate card " + a.Card.Name}
	}
	week := []rates.Work{work}
	for _, o := range r.Others {
		if civil.DateOf(o.Start).Monday() == r.Day().Monday() {
			week = append(week, rates.Work{ID: tenants.NewID(), Start: o.Start, End: o.End, BreakMinutes: o.BreakMinutes, Engagement: r.Engagement, Grade: band, Pay: o.PayRate, Bands: o.Bands})
		}
	}
	priced, err := rates.Price(week, book)
	if err != nil {
		return err
	}
	a.Quote, a.Bands = priced.Shifts[0], work.Bands
	a.Charges = book.HourlyCharges(&work, &a.Quote)
	return nil
}

// bands are the rates that the card fixes for the low and the high hours. They are
// maxima as the core rate is, so somebody who is paid less than the maximum is paid
// less for them in the same proportion.
func (a *Answer) bands(r Request) (b rates.Bands) {
	if r.Bands != nil {
		return *r.Bands
	}
	for _, named := range []struct {
		into *money.Rate
		band cards.Band
	}{{&b.Low, cards.Low}, {&b.High, cards.High}} {
		if most, has := a.Card.Bands[named.band]; has {
			*named.into = most.InProportion(r.PayRate, a.Card.PayMax)
		}
	}
	return b
}

// gather reads everything that a price depends on: who agreed what, and the Book
// of the days of the shift.
func (q *Service) gather(ctx context.Context, tx *tenants.Tx, r Request) (a Answer, book rates.Book, band string, err error) {
	if tx.Me.Kind == tenants.Worker {
		return a, book, "", ErrNotForWorkers
	}
	day := r.Day()
	first, last := r.span()
	if err := (&rates.Work{Start: r.Start, End: r.End, BreakMinutes: r.BreakMinutes, Breaks: r.Breaks}).Check(); err != nil {
		return a, book, "", err // before a span of days is read that nobody meant
	}
	if a.Agreement, err = q.agreement(ctx, tx, r, day); err != nil {
		return a, book, "", err
	}
	grade, err := q.packs.Grade(ctx, tx, r.Grade)
	if fault.Is(err, fault.NotFound) {
		return a, book, "", fault.ErrInvalid.With(fault.Field{Name: "grade", Code: "unknown", Text: "There is no such grade. Choose one from the list.", Value: r.Grade})
	}
	if err != nil {
		return a, book, "", err
	}
	if r.StaffGroup == "" {
		r.StaffGroup = grade.StaffGroup
	}
	a.StaffGroup, a.Band = r.StaffGroup, grade.Band
	a.Card, a.Qualifying, err = q.Card(ctx, tx, r)
	if err != nil && (r.AgreementID == (tenants.ID{}) || !errors.Is(err, cards.ErrNoRate)) {
		return a, book, "", err
	}
	if a.VAT, err = q.Decisions(ctx, tx, a.Agreement, packs.Cover{StaffGroup: r.StaffGroup, Grade: r.Grade, Reason: r.Reason}, day); err != nil {
		return a, book, "", err
	}
	if a.Nation, err = q.nation(ctx, tx, r); err != nil {
		return a, book, "", err
	}
	if a.Zone, err = q.places.Zone(ctx, tx, r.TenantID, r.SiteID); err != nil {
		return a, book, "", err
	}
	pack, err := q.packs.LoadFor(ctx, tx, r.TenantID, a.Nation, first, last)
	if err != nil {
		return a, book, "", err
	}
	if a.MinimumWage, err = minimumWage(pack, day); err != nil {
		return a, book, "", err
	}
	book, err = BookOf(pack, a.Agreement, a.VAT.Rules())
	return a, book, grade.Band, err
}

// span are the first and the last day of which a price needs the figures.
func (r Request) span() (first, last civil.Date) {
	day := r.Day()
	first, last = day, civil.DateOf(r.End)
	for _, o := range r.Others {
		if on := civil.DateOf(o.Start); on.Monday() == day.Monday() {
			first, last = earlier(first, on), later(last, civil.DateOf(o.End))
		}
	}
	for _, d := range r.Locked {
		first, last = earlier(first, d.Date), later(last, d.Date)
	}
	return first, last
}

func (q *Service) agreement(ctx context.Context, tx *tenants.Tx, r Request, day civil.Date) (agencies.Agreement, error) {
	if r.AgreementID == (tenants.ID{}) {
		return q.agencies.For(ctx, tx, r.TenantID, r.AgencyID, day)
	}
	a, err := q.agencies.Get(ctx, tx, r.AgreementID)
	if err == nil && (a.TenantID != r.TenantID || a.AgencyID != r.AgencyID) {
		return a, fault.ErrNotFound.Because(fmt.Errorf("agreement %s is of other parties", a.ID))
	}
	return a, err
}

func (q *Service) nation(ctx context.Context, tx *tenants.Tx, r Request) (string, error) {
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
