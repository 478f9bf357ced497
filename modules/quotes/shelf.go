package quotes

import (
	"context"
	"slices"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/agencies"
	"wardbridge/modules/packs"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// Worked is a settled shift to be priced again: its agreement and rates are
// known, so no card is looked up.
type Worked struct {
	ID          tenants.ID
	AgreementID tenants.ID
	SiteID      tenants.ID // whose zone's caps count; zero: the employer's
	StaffGroup  string
	Grade       string
	Reason      string // why cover was needed; empty: somebody was stood in for
	Start, End  time.Time
	Break       int              // unpaid minutes
	Breaks      []rates.Interval // as they were taken; they then count alone
	Pay         money.Rate       // core, an hour
	Bands       rates.Bands      // rates of whole bands, if they were agreed
	Commission  money.Rate       // per paid hour
}

func (w *Worked) day() civil.Date { return civil.DateOf(w.Start) }

// Shelf prices many shifts of one employer. It keeps what it has read: the
// agreements with their elections, the zones of sites, and the Books of one week, so that prices in
// order of weeks cost reads per week and not per shift. It lives as long as one
// unit of work and is not for several goroutines.
type Shelf struct {
	from       *Service
	tenant     tenants.ID
	nation     string
	grades     map[string]packs.Grade
	agreements map[tenants.ID]standing
	zones      map[tenants.ID]string
	monday     civil.Date
	pack       packs.Pack
	unloaded   error // why the week has no pack
	books      map[tenants.ID]rates.Book
	caps       map[civil.Date]map[string][]rates.Cap
	vat        vatRead
}

type standing struct {
	terms     agencies.Agreement
	elections []agencies.Election
}

// Shelf makes one for an employer.
func (q *Service) Shelf(ctx context.Context, tx *tenants.Tx, tenant tenants.ID) (*Shelf, error) {
	s := &Shelf{from: q, tenant: tenant, agreements: map[tenants.ID]standing{}, zones: map[tenants.ID]string{}}
	var err error
	if s.grades, err = q.packs.GradesByCode(ctx, tx); err != nil {
		return nil, err
	}
	s.nation, err = q.nation(ctx, tx, Request{TenantID: tenant})
	return s, err
}

// Weekly reports whether an agreement charges on-costs by the week. Its shifts
// of one person's week are then priced together.
func (s *Shelf) Weekly(ctx context.Context, tx *tenants.Tx, agreement tenants.ID) (bool, error) {
	a, err := s.agreement(ctx, tx, agreement)
	return a.terms.OnCosts == agencies.Weekly, err
}

func (s *Shelf) zone(ctx context.Context, tx *tenants.Tx, site tenants.ID) (string, error) {
	if zone, held := s.zones[site]; held {
		return zone, nil
	}
	zone, err := s.from.places.Zone(ctx, tx, s.tenant, site)
	if err == nil {
		s.zones[site] = zone
	}
	return zone, err
}

func (s *Shelf) agreement(ctx context.Context, tx *tenants.Tx, id tenants.ID) (standing, error) {
	if a, held := s.agreements[id]; held {
		return a, nil
	}
	var a standing
	var err error
	if a.terms, err = s.from.agencies.Get(ctx, tx, id); err != nil {
		return a, err
	}
	if a.elections, err = s.from.agencies.Elections(ctx, tx, id); err != nil {
		return a, err
	}
	s.agreements[id] = a
	return a, nil
}

// Price prices shifts of one person under one agreement that began in one week,
// by the data of their own dates. They are one week of earnings where on-costs
// are weekly. The quotes stand in the order of the shifts; a shift that lacks
// data refuses them all.
func (s *Shelf) Price(ctx context.Context, tx *tenants.Tx, shifts ...Worked) ([]rates.ShiftQuote, error) {
	if len(shifts) == 0 {
		return nil, nil
	}
	work := make([]rates.Work, len(shifts))
	first, last := shifts[0].day(), civil.DateOf(shifts[0].End)
	for i := range shifts {
		w := &shifts[i]
		zone, err := s.zone(ctx, tx, w.SiteID)
		if err != nil {
			return nil, err
		}
		work[i] = rates.Work{ID: w.ID, Start: w.Start, End: w.End, BreakMinutes: w.Break, Breaks: w.Breaks, Grade: s.grades[w.Grade].Band, Zone: zone,
			Profession: w.ID.String(), Pay: w.Pay, Bands: w.Bands, Commission: w.Commission}
		if err := work[i].Check(); err != nil {
			return nil, err
		}
		if work[i].Grade == "" {
			return nil, fault.ErrInvalid.Saying("The grade " + w.Grade + " is not known any more. Ask your administrator to load it.")
		}
		first, last = earlier(first, w.day()), later(last, civil.DateOf(w.End))
	}
	a, err := s.agreement(ctx, tx, shifts[0].AgreementID)
	if err != nil {
		return nil, err
	}
	book, pack, err := s.book(ctx, tx, a, first, last)
	if err != nil {
		return nil, err
	}
	if err := s.decide(ctx, tx, &book, pack, a, shifts); err != nil {
		return nil, err
	}
	priced, err := rates.Price(work, book)
	return priced.Shifts, err
}

func earlier(a, b civil.Date) civil.Date {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b civil.Date) civil.Date {
	if b.After(a) {
		return b
	}
	return a
}

// beyond is how many days after its Monday a week's pack holds: a shift that
// starts on Sunday ends on Monday.
const beyond = 7

// book is the agreement's Book for some days: that of their week, or, where the
// week as a whole lacks data, one for these days alone, which may not need it.
func (s *Shelf) book(ctx context.Context, tx *tenants.Tx, a standing, first, last civil.Date) (rates.Book, packs.Pack, error) {
	if monday := first.Monday(); monday != s.monday {
		s.monday, s.books, s.caps = monday, map[tenants.ID]rates.Book{}, map[civil.Date]map[string][]rates.Cap{}
		s.pack, s.unloaded = s.from.packs.LoadFor(ctx, tx, s.tenant, s.nation, monday, monday.AddDays(beyond))
		if s.unloaded != nil && fault.Is(s.unloaded, fault.Internal) {
			return rates.Book{}, s.pack, s.unloaded
		}
	}
	if s.unloaded == nil && !last.After(s.pack.To) {
		if book, held := s.books[a.terms.ID]; held {
			return book, s.pack, nil
		}
		if book, err := BookOf(s.pack, a.terms, nil); err == nil {
			s.books[a.terms.ID] = book
			return book, s.pack, nil
		}
	}
	pack, err := s.from.packs.LoadFor(ctx, tx, s.tenant, s.nation, first, last)
	if err != nil {
		return rates.Book{}, pack, err
	}
	book, err := BookOf(pack, a.terms, nil)
	return book, pack, err
}

// decide puts the VAT of each shift into a Book, and the caps of each date.
func (s *Shelf) decide(ctx context.Context, tx *tenants.Tx, book *rates.Book, pack packs.Pack, a standing, shifts []Worked) error {
	book.VAT, book.Caps = make([]rates.VATRule, 0, len(shifts)), nil
	for i := range shifts {
		w := &shifts[i]
		day := w.day()
		vat, err := s.vatOf(ctx, tx, pack, a, w)
		if err != nil {
			return err
		}
		book.VAT = append(book.VAT, vat...)
		caps := s.capsOn(pack, day)
		if book.Caps == nil {
			book.Caps = caps
		} else if day != shifts[i-1].day() {
			book.Caps = joinCaps(book.Caps, caps)
		}
	}
	return nil
}

// capsOn are the caps of a date in the engine's shape.
func (s *Shelf) capsOn(pack packs.Pack, day civil.Date) map[string][]rates.Cap {
	if held, ok := s.caps[day]; ok {
		return held
	}
	by := capsOf(pack, &day)
	s.caps[day] = by
	return by
}

func joinCaps(a, b map[string][]rates.Cap) map[string][]rates.Cap {
	both := make(map[string][]rates.Cap, max(len(a), len(b)))
	for band, caps := range a {
		both[band] = append([]rates.Cap(nil), caps...)
	}
	for band, caps := range b {
		for _, c := range caps {
			if !slices.ContainsFunc(both[band], func(held rates.Cap) bool { return held.ID == c.ID && held.Band == c.Band && held.From == c.From }) {
				both[band] = append(both[band], c)
			}
		}
	}
	return both
}
