package diary_test

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
	"time"

	"wardbridge/internal/fault"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/diary"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var eight = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

var loaded sync.Once

// national loads the staff groups and grades that rows name.
func national(t *testing.T) {
	t.Helper()
	loaded.Do(func() {
		pgtest.Run(t, tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := packs.New().LoadNational(ctx, tx)
			return err
		})
	})
}

// booked makes a booking of a worker at a trust, past the walls: the rooms that
// make bookings stand above this one.
func booked(t *testing.T, trust, agency tenants.Party, worker tenants.ID, start time.Time, hours int) tenants.ID {
	t.Helper()
	national(t)
	site, ward, shift, agreement, booking, card := tenants.NewID(), tenants.NewID(), tenants.NewID(), tenants.NewID(), tenants.NewID(), tenants.NewID()
	end := start.Add(time.Duration(hours) * time.Hour)
	pgtest.Exec(t, "insert into sites (tenant_id, id, code, name) values ($1, $2, $3, 'Site')", trust.ID, site, site.String()[24:])
	pgtest.Exec(t, "insert into wards (tenant_id, id, site_id, code, name) values ($1, $2, $3, $4, 'Ward')", trust.ID, ward, site, ward.String()[24:])
	pgtest.Exec(t, "insert into agreements (tenant_id, agency_id, id, starts_on, ends_on, supplier_name, created_at, ended_at) values ($1, $2, $3, '2026-01-01', '2026-12-31', 'Agency', now(), now())", trust.ID, agency.ID, agreement)
	pgtest.Exec(t, `insert into shifts (tenant_id, id, ref, status, source, site_id, ward_id, staff_group, grade, starts_at, ends_at, break_minutes, reason, lead_minutes, created_at)
		values ($1, $2, $3, 'filled', 'form', $4, $5, 'nursing', 'nurse-band-5', $6, $7, 60, 'vacancy', 0, now())`, trust.ID, shift, shift.String(), site, ward, start, end)
	pgtest.Exec(t, `insert into bookings (tenant_id, agency_id, worker_id, id, ref, shift_id, ward_id, site_id, agreement_id, worker_name, staff_group, grade,
		starts_at, ends_at, break_minutes, pay_rate, commission, card_id, quote, net_pence, confirmed_at, confirmed_by)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'Amara Okafor', 'nursing', 'nurse-band-5', $10, $11, 60, 20, 2, $12, '{}', 1, now(), 'Test')`,
		trust.ID, agency.ID, worker, booking, booking.String(), shift, ward, site, agreement, start, end, card)
	return booking
}

// represented makes an agency's record of a person, confirmed by them or not.
func represented(t *testing.T, agency tenants.Party, worker *tenants.ID) tenants.ID {
	t.Helper()
	national(t)
	id := tenants.NewID()
	pgtest.Exec(t, `insert into representations (agency_id, worker_id, id, name, staff_group, grade, born_on, created_at)
		values ($1, $2, $3, 'Amara Okafor', 'nursing', 'nurse-band-5', '1990-01-01', now())`, agency.ID, worker, id)
	return id
}

func do(t *testing.T, me tenants.Party, fn func(context.Context, *tenants.Tx) error) error {
	t.Helper()
	return pgtest.DB(t).Run(t.Context(), me, pgtest.Actor(me), fn)
}

func plan(t *testing.T, trust tenants.Party, booking tenants.ID) error {
	t.Helper()
	return do(t, trust, func(ctx context.Context, tx *tenants.Tx) error { return diary.New().Plan(ctx, tx, booking) })
}

func free(t *testing.T, agency tenants.Party, representation tenants.ID, from time.Time, hours int) (yes bool) {
	t.Helper()
	pgtest.Run(t, agency, func(ctx context.Context, tx *tenants.Tx) (err error) {
		yes, err = diary.New().Free(ctx, tx, representation, from, from.Add(time.Duration(hours)*time.Hour))
		return err
	})
	return yes
}

func TestPlan_refusesASecondPlaceAtAnotherTrust(t *testing.T) {
	t.Parallel()
	one, two := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	agency, worker := pgtest.Org(t, tenants.Agency), pgtest.Worker(t)
	first := booked(t, one, agency, worker.ID, eight, 12)
	second := booked(t, two, agency, worker.ID, eight.Add(11*time.Hour), 12)
	after := booked(t, two, agency, worker.ID, eight.Add(12*time.Hour), 12)

	if err := plan(t, one, first); err != nil {
		t.Fatal(err)
	}

	err := do(t, two, func(ctx context.Context, tx *tenants.Tx) error {
		if err := diary.New().Plan(ctx, tx, second); !errors.Is(err, diary.ErrNotFree) {
			t.Errorf("got %v", err)
		}
		var still int
		return tx.NewRaw("select 1").Scan(ctx, &still) // the unit of work goes on
	})
	if err != nil {
		t.Error(err)
	}
	if err := plan(t, two, after); err != nil {
		t.Errorf("from the minute the first ends: %v", err)
	}
}

func TestDrop_freesThePerson(t *testing.T) {
	t.Parallel()
	one, two := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	agency, worker := pgtest.Org(t, tenants.Agency), pgtest.Worker(t)
	first, second := booked(t, one, agency, worker.ID, eight, 12), booked(t, two, agency, worker.ID, eight, 12)
	if err := plan(t, one, first); err != nil {
		t.Fatal(err)
	}
	drop := func(me tenants.Party) {
		pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error { return diary.New().Drop(ctx, tx, first) })
	}

	drop(two) // not its booking
	if err := plan(t, two, second); !errors.Is(err, diary.ErrNotFree) {
		t.Errorf("another trust dropped it: %v", err)
	}
	drop(one)
	drop(one)

	if err := plan(t, two, second); err != nil {
		t.Error(err)
	}
}

func TestPlan_findsNoBookingOfAnotherTrust(t *testing.T) {
	t.Parallel()
	one, two := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Trust)
	booking := booked(t, one, pgtest.Org(t, tenants.Agency), pgtest.Worker(t).ID, eight, 12)

	if err := plan(t, two, booking); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestFree_answersForOnesOwnWorkersAlone(t *testing.T) {
	t.Parallel()
	trust, agency, other := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency), pgtest.Org(t, tenants.Agency)
	worker := pgtest.Worker(t)
	booking := booked(t, trust, agency, worker.ID, eight, 12)
	confirmed := represented(t, agency, &worker.ID)
	elsewhere := represented(t, other, &worker.ID)
	if err := plan(t, trust, booking); err != nil {
		t.Fatal(err)
	}

	for name, c := range map[string]struct {
		agency tenants.Party
		id     tenants.ID
		from   time.Time
		want   bool
	}{
		"during":                          {agency, confirmed, eight.Add(6 * time.Hour), false},
		"from the end":                    {agency, confirmed, eight.Add(12 * time.Hour), true},
		"during, through another agency":  {other, elsewhere, eight.Add(6 * time.Hour), false},
		"another agency's record of them": {other, confirmed, eight.Add(6 * time.Hour), true},
	} {
		if got := free(t, c.agency, c.id, c.from, 4); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestFree_knowsAWorkerWhoHasNotConfirmed(t *testing.T) {
	t.Parallel()
	trust, agency := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	record := represented(t, agency, nil)
	booking := booked(t, trust, agency, record, eight, 12)
	if err := plan(t, trust, booking); err != nil {
		t.Fatal(err)
	}

	if free(t, agency, record, eight, 1) || !free(t, agency, record, eight.Add(-time.Hour), 1) {
		t.Error("the record's own bookings do not count")
	}
}
