// Package timesheetstest builds what a timesheet stands on, in real Postgres: an
// employer with a ward, an agency with an agreement, a worker, and bookings that
// have been worked. Each test has organisations, a clock and a queue of its own.
package timesheetstest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/events"
	"wardbridge/internal/jobs"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/accounts"
	"wardbridge/modules/agencies"
	"wardbridge/modules/approvals"
	"wardbridge/modules/bookings"
	"wardbridge/modules/cards"
	"wardbridge/modules/diary"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/modules/quotes"
	"wardbridge/modules/shifts"
	"wardbridge/modules/timesheets"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

// House is the services of one test, on a database connection and a queue of
// their own.
type House struct {
	DB         *tenants.DB
	Bus        *events.Bus
	Queue      *jobs.Queue
	Packs      *packs.Service
	Places     *places.Service
	Agencies   *agencies.Service
	Cards      *cards.Service
	Quotes     *quotes.Service
	Approvals  *approvals.Service
	Bookings   *bookings.Service
	Timesheets *timesheets.Service
}

// Line is an employer, an agency and a worker who do business with each other.
type Line struct {
	*House
	Employer, Agency, Worker tenants.Party
	Manager, Finance         tenants.Actor // of the employer
	Site, Ward               tenants.ID
	Agreement                agencies.Agreement
	Card                     tenants.ID
}

// Signed is the first day of every agreement that the builder makes.
var Signed = civil.MustDate("2026-04-01")

var national sync.Once

// New builds a line whose employer's clock shows an instant such as
// "2026-11-02 09:00" and runs from there.
func New(t testing.TB, now string) *Line {
	t.Helper()
	l := &Line{House: house(t), Employer: pgtest.Org(t, tenants.Trust), Agency: pgtest.Org(t, tenants.Agency), Worker: pgtest.Worker(t)}
	l.Manager, l.Finance = Person(t, "Priya Raman"), Person(t, "Howard Bell")
	l.Clock(t, now)
	l.Ward, l.Site = tenants.NewID(), tenants.NewID()
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		site, err := l.Places.AddSite(ctx, tx, places.Site{Code: "KGH", Name: "Kingsmere General", Address: "1 Hospital Road, Kingsmere"})
		if err != nil {
			return err
		}
		ward, err := l.Places.AddWard(ctx, tx, places.Ward{SiteID: site.ID, Code: "A1", Name: "Ward A1", CostCentre: "004711"})
		if err != nil {
			return err
		}
		l.Site, l.Ward = site.ID, ward.ID
		card, err := l.Cards.Publish(ctx, tx, cards.NewCard{Name: "Agency card", ValidFrom: Signed, Source: "test", Lines: []cards.NewLine{
			{Grade: "nurse-band-5", PayMax: money.MustRate("40"), CommissionMax: money.MustRate("8")},
		}})
		l.Card = card.ID
		return err
	})
	l.Agreement = l.Agree(t, l.Agency, agencies.Terms{Framework: "TWS3", SelfBillFrom: Signed, SelfBillUntil: civil.MustDate("2027-03-31"),
		SupplierName: "Meridian Medical Limited", SupplierAddress: "2 Quay Street, Bristol", VATNumber: "GB123456782"})
	return l
}

func house(t testing.TB) *House {
	t.Helper()
	national.Do(func() {
		pgtest.Run(t, tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := packs.New().LoadNational(ctx, tx)
			return err
		})
	})
	db, err := tenants.Open(t.Context(), tenants.Config{App: pgtest.URL(t, "wb_app"), Platform: pgtest.URL(t, "wb_platform"), MaxConns: 12})
	if err != nil {
		t.Fatal(err)
	}
	h := &House{DB: db, Bus: events.New(), Packs: packs.New(), Places: places.New(), Cards: cards.New()}
	lane := strings.ToLower(strings.NewReplacer("/", "-", " ", "-").Replace(t.Name()))
	h.Queue, err = jobs.New(t.Context(), db, pgtest.URL(t, "wb_river"), h.Bus, slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil)), jobs.Lane(lane), jobs.Workers(2))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
		defer cancel()
		if err := h.Queue.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
		db.Close()
	})
	h.Agencies = agencies.New(h.Packs)
	h.Quotes = quotes.New(h.Packs, h.Agencies, workers.New(h.Packs), diary.New(), h.Cards, h.Places)
	h.Approvals = approvals.New(nil, accounts.New(nil), h.Packs)
	h.Bookings = bookings.New(diary.New(), shifts.New(h.Places, h.Packs), h.Quotes, h.Approvals)
	h.Timesheets = timesheets.New(h.Agencies, h.Bookings, h.Quotes)
	h.Timesheets.Subscribe(h.Bus, h.Queue)
	return h
}

// NextTaxYear loads a rate of employer's National Insurance of 10% from Tuesday
// 6 April 2027, the middle of a week, for all tests of the package.
func NextTaxYear(t testing.TB) {
	t.Helper()
	pgtest.Exec(t, `
		with ended as (
		    update parameters
		    set    valid = daterange(lower(valid), '2027-04-06')
		    where  name = 'employer_ni_rate' and lower(valid) < '2027-04-06' and upper(valid) is null
		    returning name, unit, mark, version_id
		)
		insert into parameters (id, name, value, unit, valid, mark, source, version_id)
		select gen_random_uuid(), name, '0.10', unit, daterange('2027-04-06', null), mark, 'Budget of autumn 2026', version_id
		from   ended`)
}

// Person is somebody who acts.
func Person(t testing.TB, name string) tenants.Actor {
	t.Helper()
	id := pgtest.Person(t, name)
	return tenants.Actor{Kind: tenants.Person, ID: id, Name: name, Person: id}
}

// Self is a worker who acts for themselves.
func Self(worker tenants.Party) tenants.Actor {
	return tenants.Actor{Kind: tenants.Person, ID: worker.ID, Name: "The worker", Person: worker.ID}
}

// Clock sets the employer's clock.
func (l *Line) Clock(t testing.TB, now string) {
	t.Helper()
	pgtest.Exec(t, `insert into clocks (organisation_id, ahead) values ($1, $2::timestamptz - clock_timestamp())
		on conflict (organisation_id) do update set ahead = excluded.ahead`, l.Employer.ID, At(t, now))
}

// At reads an instant.
func At(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := civil.ParseInstant(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return at
}

// As is one unit of work, which must succeed.
func (l *Line) As(t testing.TB, me tenants.Party, who tenants.Actor, fn func(context.Context, *tenants.Tx) error) {
	t.Helper()
	if err := l.Try(t, me, who, fn); err != nil {
		t.Fatalf("%v", err)
	}
}

// Try is one unit of work, and how it went.
func (l *Line) Try(t testing.TB, me tenants.Party, who tenants.Actor, fn func(context.Context, *tenants.Tx) error) error {
	t.Helper()
	return l.DB.Run(t.Context(), me, who, fn)
}

// Agree makes an agreement with an agency.
func (l *Line) Agree(t testing.TB, agency tenants.Party, terms agencies.Terms) (a agencies.Agreement) {
	t.Helper()
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) (err error) {
		a, err = l.Agencies.Agree(ctx, tx, agency.ID, Signed, terms)
		return err
	})
	return a
}

// Change changes the terms of the agreement.
func (l *Line) Change(t testing.TB, a agencies.Agreement, change func(*agencies.Terms)) (changed agencies.Agreement) {
	t.Helper()
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		now, err := l.Agencies.Get(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		terms := now.Terms()
		change(&terms)
		changed, err = l.Agencies.Update(ctx, tx, a.ID, now.Version, terms)
		return err
	})
	return changed
}

// Elect adds a VAT election to an agreement from its first day.
func (l *Line) Elect(t testing.TB, a agencies.Agreement, category, reason string) {
	t.Helper()
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := l.Agencies.Elect(ctx, tx, agencies.Election{AgreementID: a.ID, Category: category, FromOn: Signed, Reason: reason, Source: "VAT Notice 701/57"})
		return err
	})
}

// Booked is a worker booked on a shift.
type Booked struct {
	Start, End      string // such as "2026-10-24 20:00"
	BreakMinutes    int
	Pay, Commission string
	Worker          tenants.Party      // zero: the line's
	Under           agencies.Agreement // zero: the line's
	Ward            tenants.ID         // zero: the line's
	Group, Grade    string             // empty: a nurse of band 5
	Reason          string             // empty: vacancy
}

// Book writes a confirmed booking past the modules that make one, and gives its
// id.
func (l *Line) Book(t testing.TB, b Booked) tenants.ID {
	t.Helper()
	if b.Worker == (tenants.Party{}) {
		b.Worker = l.Worker
	}
	if b.Under.ID == (tenants.ID{}) {
		b.Under = l.Agreement
	}
	if b.Ward == (tenants.ID{}) {
		b.Ward = l.Ward
	}
	if b.Grade == "" {
		b.Group, b.Grade = "nursing", "nurse-band-5"
	}
	if b.Reason == "" {
		b.Reason = "vacancy"
	}
	shift, booking := tenants.NewID(), tenants.NewID()
	number := fmt.Sprintf("%X", booking[10:])
	start, end := At(t, b.Start), At(t, b.End)
	pgtest.Exec(t, `insert into shifts (tenant_id, id, ref, status, source, site_id, ward_id, staff_group, grade, starts_at, ends_at, break_minutes, reason, cost_centre, lead_minutes, created_at)
		values ($1, $2, $3, 'filled', 'form', $4, $5, $9, $10, $6, $7, $8, $11, '004711', 0, now())`,
		l.Employer.ID, shift, "TST-"+number, l.Site, b.Ward, start, end, b.BreakMinutes, b.Group, b.Grade, b.Reason)
	pgtest.Exec(t, `insert into bookings (tenant_id, agency_id, worker_id, id, ref, shift_id, ward_id, site_id, agreement_id, worker_name, staff_group, grade,
			starts_at, ends_at, break_minutes, cost_centre, pay_rate, commission, card_id, quote, net_pence, confirmed_at, confirmed_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'Amara Osei', $16, $17, $10, $11, $12, '004711', $13::text::numeric, $14::text::numeric, $15, '{}', 0, now(), 'Test')`,
		l.Employer.ID, b.Under.AgencyID, b.Worker.ID, booking, "TST-B"+number, shift, b.Ward, l.Site, b.Under.ID, start, end, b.BreakMinutes, b.Pay, b.Commission, l.Card, b.Group, b.Grade)
	return booking
}

// Opened books a worker on a shift that is over and opens its timesheet.
func (l *Line) Opened(t testing.TB, b Booked) (opened timesheets.Timesheet) {
	t.Helper()
	booking := l.Book(t, b)
	l.As(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) error {
		sheet, err := l.Timesheets.Open(ctx, tx, booking)
		if err == nil && sheet == nil {
			t.Fatalf("no timesheet was opened for the shift of %s", b.Start)
		}
		if sheet != nil {
			opened = *sheet
		}
		return err
	})
	return opened
}

// Submitted is Opened, with the hours sent by the worker as they were planned.
func (l *Line) Submitted(t testing.TB, b Booked) timesheets.Timesheet {
	t.Helper()
	sheet := l.Opened(t, b)
	sent, err := l.Submit(t, sheet, sheet.Plan(), "")
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

// Submit sends hours as the worker of the timesheet.
func (l *Line) Submit(t testing.TB, sheet timesheets.Timesheet, h timesheets.Hours, note string) (sent timesheets.Timesheet, err error) {
	t.Helper()
	me := tenants.Party{ID: sheet.WorkerID, Kind: tenants.Worker}
	err = l.Try(t, me, Self(me), func(ctx context.Context, tx *tenants.Tx) (err error) {
		sent, err = l.Timesheets.Submit(ctx, tx, sheet.ID, h, note)
		return err
	})
	return sent, err
}

// Approve approves as the manager.
func (l *Line) Approve(t testing.TB, sheet timesheets.Timesheet) (approved timesheets.Timesheet, err error) {
	t.Helper()
	err = l.Try(t, l.Employer, l.Manager, func(ctx context.Context, tx *tenants.Tx) (err error) {
		approved, err = l.Timesheets.Approve(ctx, tx, sheet.ID)
		return err
	})
	return approved, err
}

// Approved is a shift worked as planned, sent and approved.
func (l *Line) Approved(t testing.TB, b Booked) timesheets.Timesheet {
	t.Helper()
	approved, err := l.Approve(t, l.Submitted(t, b))
	if err != nil {
		t.Fatal(err)
	}
	return approved
}
