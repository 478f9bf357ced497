package quotes_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/cards"
	"wardbridge/modules/diary"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var loaded sync.Once

// deal is a trust and an agency with an agreement and a card.
type deal struct {
	trust, agency tenants.Party
	agreement     agencies.Agreement
	agencies      *agencies.Service
	quotes        *quotes.Service
}

func newDeal(t *testing.T, terms agencies.Terms) (d deal) {
	t.Helper()
	p := packs.New()
	loaded.Do(func() {
		pgtest.Run(t, tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := p.LoadNational(ctx, tx)
			return err
		})
	})
	d.trust, d.agency = pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	d.agencies = agencies.New(p)
	d.quotes = quotes.New(p, d.agencies, workers.New(p), diary.New(), cards.New(), places.New())
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) (err error) {
		if d.agreement, err = d.agencies.Agree(ctx, tx, d.agency.ID, civil.MustDate("2025-01-01"), terms); err != nil {
			return err
		}
		line := func(grade, pay, commission string) cards.NewLine {
			return cards.NewLine{Grade: grade, PayMax: money.MustRate(pay), CommissionMax: money.MustRate(commission)}
		}
		_, err = cards.New().Publish(ctx, tx, cards.NewCard{Name: "Agency staff", ValidFrom: civil.MustDate("2025-01-01"), Source: "Board paper 7",
			Lines: []cards.NewLine{line("nurse-band-5", "20.50", "2.00"), line("hca-band-2", "13.50", "1.00"), line("consultant", "80.00", "5.00")}})
		return err
	})
	return d
}

// ask is a request for a shift at the deal's trust, by local times.
func (d deal) ask(t *testing.T, grade, start, end, pay, commission string) quotes.Request {
	t.Helper()
	return quotes.Request{TenantID: d.trust.ID, AgencyID: d.agency.ID, Grade: grade, Start: at(t, start), End: at(t, end),
		PayRate: money.MustRate(pay), Commission: money.MustRate(commission)}
}

func (d deal) quote(t *testing.T, me tenants.Party, r quotes.Request) (a quotes.Answer, err error) {
	t.Helper()
	err = pgtest.DB(t).Run(t.Context(), me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) (err error) {
		a, err = d.quotes.Quote(ctx, tx, r)
		return err
	})
	return a, err
}

func (d deal) must(t *testing.T, r quotes.Request) quotes.Answer {
	t.Helper()
	a, err := d.quote(t, d.trust, r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (d deal) elect(t *testing.T, group, category, from string) {
	t.Helper()
	pgtest.Run(t, d.trust, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := d.agencies.Elect(ctx, tx, agencies.Election{AgreementID: d.agreement.ID, StaffGroup: group, Category: category,
			FromOn: civil.MustDate(from), Reason: "Exempt: nursing agencies' concession", Source: "VAT Notice 701/57, section 6"})
		return err
	})
}

func TestQuote_isTheSameForBothParties(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{})
	r := d.ask(t, "nurse-band-5", "2026-12-24 20:00", "2026-12-25 08:00", "20.00", "2.00")
	r.BreakMinutes = 60

	one := d.must(t, r)
	two, err := d.quote(t, d.agency, r)

	if err != nil || one.Quote.Net != two.Quote.Net || one.Quote.Net == 0 || two.Card.Name != "Agency staff" || two.Agreement.ID != d.agreement.ID {
		t.Errorf("the trust is quoted %s, the agency %s, %v", one.Quote.Net, two.Quote.Net, err)
	}
}

func TestQuote_multipliesByTheEnhancementsOfTheGrade(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{})
	for _, c := range []struct {
		grade, start, end, pay string
		want                   money.Pence
	}{
		{"hca-band-2", "2026-05-17 08:00", "2026-05-17 20:00", "12.92", 28372},   // Sunday at 1.83
		{"nurse-band-5", "2026-05-17 08:00", "2026-05-17 20:00", "19.97", 38342}, // Sunday at 1.6
		{"nurse-band-5", "2026-10-24 20:00", "2026-10-25 08:00", "19.97", 39141}, // 13 hours
		{"nurse-band-5", "2026-12-26 08:00", "2026-12-26 20:00", "19.97", 38342}, // Boxing Day on a Saturday
		{"nurse-band-5", "2026-12-28 08:00", "2026-12-28 20:00", "19.97", 38342}, // and its substitute
		{"nurse-band-5", "2028-01-03 08:00", "2028-01-03 20:00", "19.97", 38342}, // substitute in a later year
		{"consultant", "2026-12-25 08:00", "2026-12-25 20:00", "80.00", 96000},   // no bands of its own
	} {
		a := d.must(t, d.ask(t, c.grade, c.start, c.end, c.pay, "0"))
		want(t, c.grade+" "+c.start, a.Quote.Sum(rates.Pay), c.want)
	}
}

func TestQuote_addsOnCostsByTheAgreement(t *testing.T) {
	t.Parallel()
	flat, weekly := newDeal(t, agencies.Terms{}), newDeal(t, agencies.Terms{OnCosts: agencies.Weekly})
	for name, c := range map[string]struct {
		d                          deal
		holiday, ni, pension, levy money.Pence
	}{
		"flat":   {flat, 2897, 4035, 807, 134},
		"weekly": {weekly, 2897, 2595, 447, 134},
	} {
		a := c.d.must(t, c.d.ask(t, "nurse-band-5", "2026-05-13 08:00", "2026-05-13 20:00", "20.00", "2.00"))
		s := a.Quote
		want(t, name+" pay", s.Sum(rates.Pay), 24000)
		want(t, name+" holiday", s.Sum(rates.HolidayPay), c.holiday)
		want(t, name+" national insurance", s.Sum(rates.EmployerNI), c.ni)
		want(t, name+" pension", s.Sum(rates.Pension), c.pension)
		want(t, name+" levy", s.Sum(rates.Levy), c.levy)
		want(t, name+" commission", s.Sum(rates.Commission), 2400)
		for _, l := range s.Lines {
			if l.Kind != rates.Commission && (len(l.Rows) == 0 || l.Rows[0].Source == "") {
				t.Errorf("%s: the %s line names no source", name, l.Kind)
			}
		}
	}
}

func TestQuote_followsTheVATElection(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{})
	d.elect(t, "nursing", "E", "2026-06-01")
	before := d.must(t, d.ask(t, "nurse-band-5", "2026-05-13 08:00", "2026-05-13 20:00", "20.00", "2.00"))
	after := d.must(t, d.ask(t, "nurse-band-5", "2026-06-10 08:00", "2026-06-10 20:00", "20.00", "2.00"))

	want(t, "standard rated", before.Quote.VAT, before.Quote.Net.Times(money.MustFactor("0.2")))
	want(t, "exempt", after.Quote.VAT, 0)
	if v := line(t, after.Quote, rates.VAT); v.Category != rates.Exempt || v.Reason == "" || v.Rows[0].Source != "VAT Notice 701/57, section 6" {
		t.Errorf("got %+v", v)
	}
}

func TestQuote_usesTheTermsOfTheAgreement(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{Segmentation: agencies.WholeShift, BreakRule: agencies.FromHighest})
	r := d.ask(t, "nurse-band-5", "2026-05-13 17:00", "2026-05-14 01:00", "20.00", "0")
	r.BreakMinutes = 30
	a := d.must(t, r)
	if got := minutes(a.Quote); got[rates.Low] != 450 || got[rates.Core] != 0 {
		t.Errorf("got %v", got)
	}
}

func TestQuote_keepsTheTermsOfAnAgreementThatHasEnded(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{})
	r := d.ask(t, "nurse-band-5", "2026-05-13 08:00", "2026-05-13 20:00", "20.00", "2.00")
	r.AgreementID = d.agreement.ID
	booked := d.must(t, r)
	pgtest.Exec(t, "update agreements set ends_on = '2025-12-31', ended_at = '2025-12-31' where id = $1", d.agreement.ID)

	again := d.must(t, r)

	want(t, "the same price", again.Quote.Net, booked.Quote.Net)
	r.AgreementID = tenants.ID{}
	if _, err := d.quote(t, d.trust, r); !errors.Is(err, agencies.ErrNoAgreement) {
		t.Errorf("new business: got %v", err)
	}
}

func TestVerdict_holdsTheRatesAgainstCardAndMinimumWage(t *testing.T) {
	t.Parallel()
	d := newDeal(t, agencies.Terms{})
	for _, c := range []struct {
		day, pay, commission string
		want                 quotes.Verdict
	}{
		{"2026-05-13", "13.50", "1.00", quotes.Verdict{Within: true, Minimum: true}},
		{"2026-05-13", "13.51", "1.25", quotes.Verdict{Pay: money.MustRate("0.01"), Commission: money.MustRate("0.25"), Minimum: true}},
		{"2026-03-31", "12.51", "1.00", quotes.Verdict{Within: true, Minimum: true}},
		{"2026-04-01", "12.51", "1.00", quotes.Verdict{}},
	} {
		a := d.must(t, d.ask(t, "hca-band-2", c.day+" 08:00", c.day+" 20:00", c.pay, c.commission))
		if got := a.Verdict(money.MustRate(c.pay), money.MustRate(c.commission)); got != c.want {
			t.Errorf("%+v: got %+v", c, got)
		}
	}
}

func TestQuote_refuses(t *testing.T) {
	t.Parallel()
	d, other := newDeal(t, agencies.Terms{}), newDeal(t, agencies.Terms{})
	good := d.ask(t, "nurse-band-5", "2026-05-13 08:00", "2026-05-13 20:00", "20.00", "2.00")
	for name, c := range map[string]struct {
		me    tenants.Party
		spoil func(*quotes.Request)
		want  *fault.Fault
	}{
		"another trust":             {other.trust, func(*quotes.Request) {}, agencies.ErrNoAgreement},
		"another agency":            {other.agency, func(*quotes.Request) {}, agencies.ErrNoAgreement},
		"a worker":                  {pgtest.Worker(t), func(*quotes.Request) {}, quotes.ErrNotForWorkers},
		"another pair's agreement":  {d.trust, func(r *quotes.Request) { r.AgreementID = other.agreement.ID }, fault.ErrNotFound},
		"a grade nobody knows":      {d.trust, func(r *quotes.Request) { r.Grade = "wizard" }, fault.ErrInvalid},
		"a grade without a rate":    {d.trust, func(r *quotes.Request) { r.Grade = "nurse-band-7" }, cards.ErrNoRate},
		"an end before the start":   {d.trust, func(r *quotes.Request) { r.End = r.Start }, rates.ErrEndsTooEarly},
		"a year without holidays":   {d.trust, func(r *quotes.Request) { r.Start, r.End = r.Start.AddDate(5, 0, 0), r.End.AddDate(5, 0, 0) }, packs.ErrNoHolidays},
		"a nation without holidays": {d.trust, func(r *quotes.Request) { r.Nation = "jersey" }, packs.ErrNoHolidays},
		"before the tax figures":    {d.trust, func(r *quotes.Request) { r.Start, r.End = at(t, "2025-02-03 08:00"), at(t, "2025-02-03 20:00") }, packs.ErrNoParameter},
	} {
		r := good
		c.spoil(&r)
		if _, err := d.quote(t, c.me, r); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestBookOf_takesEveryFigureFromItsOwnDay(t *testing.T) {
	t.Parallel()
	dated := func(from, until string) packs.Dated {
		d := packs.Dated{ID: tenants.NewID(), From: civil.MustDate(from), Source: "test " + from}
		if until != "" {
			d.Until = civil.MustDate(until)
		}
		return d
	}
	figure := func(name, value, from, until string) packs.Parameter {
		return packs.Parameter{Dated: dated(from, until), Name: name, Value: value}
	}
	pack := packs.Pack{From: civil.MustDate("2026-05-13"), To: civil.MustDate("2026-05-14"),
		Parameters: []packs.Parameter{
			figure(packs.HolidayPercent, "0.1207", "2026-01-01", ""), figure(packs.EmployerNIRate, "0.15", "2026-01-01", ""),
			figure(packs.EmployerNIThreshold, "96", "2026-01-01", "2026-05-14"), figure(packs.EmployerNIThreshold, "100", "2026-05-14", ""),
			figure(packs.PensionRate, "0.03", "2026-01-01", ""), figure(packs.PensionLower, "120", "2026-01-01", ""), figure(packs.PensionUpper, "967", "2026-01-01", ""),
			figure(packs.LevyRate, "0.005", "2026-01-01", "2026-05-14"), figure(packs.LevyRate, "0.006", "2026-05-14", ""),
		},
		Enhancements: []packs.Enhancement{
			{Dated: dated("2026-01-01", ""), Band: "afc-5", Class: packs.High, Factor: money.MustFactor("1.6"), Pattern: "afc"},
			{Dated: dated("2026-01-01", "2026-05-14"), Band: "afc-5", Class: packs.Low, Factor: money.MustFactor("1.3"), Pattern: "afc"},
			{Dated: dated("2026-05-14", ""), Band: "afc-5", Class: packs.Low, Factor: money.MustFactor("1.5"), Pattern: "afc"},
		},
	}
	for _, day := range []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", packs.PublicHoliday} {
		pack.Patterns = append(pack.Patterns, packs.Hours{Dated: dated("2026-01-01", ""), Pattern: "afc", Day: day, Class: packs.Low})
	}
	terms := agencies.Agreement{Segmentation: agencies.Clock, BreakRule: agencies.ActualOrProRata, OnCosts: agencies.Flat}
	vat := []rates.VATRule{{Row: rates.Row{From: civil.MustDate("2026-01-01")}, Category: rates.Standard, Rate: money.MustFactor("0.2")}}
	night := rates.Work{ID: tenants.NewID(), Start: at(t, "2026-05-13 20:00"), End: at(t, "2026-05-14 06:00"), Grade: "afc-5", Pay: money.MustRate("20.00")}

	book, err := quotes.BookOf(pack, terms, vat)
	if err != nil {
		t.Fatal(err)
	}
	priced, err := rates.Price([]rates.Work{night}, book)
	if err != nil {
		t.Fatal(err)
	}
	s := priced.Shifts[0]

	want(t, "4h at 1.3 and 6h at 1.5", s.Sum(rates.Pay), 10400+18000)
	if len(book.EmployerNI) != 2 || book.EmployerNI[0].Floor != 9600 || book.EmployerNI[1].Floor != 10000 || book.EmployerNI[1].From.String() != "2026-05-14" {
		t.Errorf("got %+v", book.EmployerNI)
	}

	pack.Enhancements = pack.Enhancements[:2] // the low one ends, and none follows
	if book, err = quotes.BookOf(pack, terms, vat); err != nil {
		t.Fatal(err)
	}
	if _, err := rates.Price([]rates.Work{night}, book); !errors.Is(err, rates.ErrNoData) || !strings.Contains(fault.Of(err).Text, "afc-5") {
		t.Errorf("got %v", err)
	}
}

// at reads an instant of the London wall clock.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	instant, err := civil.ParseInstant(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return instant
}

func want(t testing.TB, what string, got, pence money.Pence) {
	t.Helper()
	if got != pence {
		t.Errorf("%s: got %s, want %s", what, got, pence)
	}
}

// line is the first line of a kind.
func line(t testing.TB, s rates.ShiftQuote, kind rates.Kind) rates.Line {
	t.Helper()
	for _, l := range s.Lines {
		if l.Kind == kind {
			return l
		}
	}
	t.Fatalf("no %s line in %+v", kind, s.Lines)
	return rates.Line{}
}

// minutes is the paid minutes of each band.
func minutes(s rates.ShiftQuote) map[rates.Band]int {
	sum := map[rates.Band]int{}
	for _, l := range s.Lines {
		if l.Kind == rates.Pay {
			sum[l.Band] += l.Minutes
		}
	}
	return sum
}
