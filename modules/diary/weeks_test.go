package diary_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"wardbridge/internal/civil"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/diary"
	"wardbridge/tenants"
)

// monday is the first day of a calendar that the scenarios count from.
var monday = civil.MustDate("2026-01-05")

const pause = 42 // days without work that only stop the clock

// work is what somebody did on some days of the calendar.
type work struct {
	trust, agency tenants.Party
	grade         string // empty: nurse-band-5
	status        string // empty: worked
	start, end    string // of each shift, empty: 07:00 to 19:00
	days          []int
}

// history makes bookings of a person past the walls, each work on a ward and under
// an agreement of its own that has ended.
func history(t *testing.T, past *pgx.Conn, worker tenants.ID, all ...work) {
	t.Helper()
	national(t)
	or := func(a, b string) string {
		if a == "" {
			return b
		}
		return a
	}
	for _, w := range all {
		days := make([]string, len(w.days))
		for i, d := range w.days {
			days[i] = monday.AddDays(d).String()
		}
		_, err := past.Exec(t.Context(), `
			with here as (select $1::uuid as tenant_id, $2::uuid as agency_id, gen_random_uuid() as site, gen_random_uuid() as ward, gen_random_uuid() as agreement),
			s as (insert into sites (tenant_id, id, code, name) select tenant_id, site, right(site::text, 12), 'Site' from here),
			w as (insert into wards (tenant_id, id, site_id, code, name) select tenant_id, ward, site, right(ward::text, 12), 'Ward' from here),
			a as (insert into agreements (tenant_id, agency_id, id, starts_on, supplier_name, created_at, ended_at)
				select tenant_id, agency_id, agreement, '2026-01-01', 'Agency', now(), now() from here),
			made as (
				insert into shifts (tenant_id, id, ref, status, source, site_id, ward_id, staff_group, grade, starts_at, ends_at, break_minutes, reason, lead_minutes, created_at)
				select tenant_id, gen_random_uuid(), gen_random_uuid(), 'filled', 'form', site, ward, 'nursing', $4,
				       (d::date + $6::time) at time zone 'Europe/London', (d::date + (case when $7::time <= $6::time then 1 else 0 end) + $7::time) at time zone 'Europe/London', 0, 'vacancy', 0, now()
				from   here, unnest($8::text[]) d
				returning id, starts_at, ends_at)
			insert into bookings (tenant_id, agency_id, worker_id, id, ref, shift_id, ward_id, site_id, agreement_id, worker_name, staff_group, grade,
				starts_at, ends_at, break_minutes, pay_rate, commission, card_id, quote, net_pence, status, confirmed_at, confirmed_by)
			select tenant_id, agency_id, $3, gen_random_uuid(), gen_random_uuid(), m.id, ward, site, agreement, 'Amara Okafor', 'nursing', $4,
			       m.starts_at, m.ends_at, 0, 20, 2, gen_random_uuid(), '{}', 1, $5, now(), 'Test'
			from   here, made m`, w.trust.ID, w.agency.ID, worker, or(w.grade, "nurse-band-5"), or(w.status, "worked"), or(w.start, "07:00"), or(w.end, "19:00"), days)
		if err != nil {
			t.Fatal(err)
		}
	}
}

// weeks is what a party learns of a role before a day of the calendar; -1: nothing.
func weeks(t *testing.T, me tenants.Party, r diary.Role, day int) (n int) {
	t.Helper()
	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
		found, known, err := diary.New().Weeks(ctx, tx, r, monday.AddDays(day), pause)
		if n = found; !known {
			n = -1
		}
		return err
	})
	return n
}

// on is one day in each of some assignment weeks, counted from 1.
func on(weekday int, weeks ...int) (days []int) {
	for _, w := range weeks {
		days = append(days, (w-1)*7+weekday)
	}
	return days
}

func span(from, to int) (all []int) {
	for n := from; n <= to; n++ {
		all = append(all, n)
	}
	return all
}

func TestWeeks_countAcrossAgenciesAndPauseOrBeginAnew(t *testing.T) {
	t.Parallel()
	trust, x, y, past := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency), pgtest.Org(t, tenants.Agency), pgtest.Owner(t)
	const band5, band6 = "nurse-band-5", "nurse-band-6"
	type ask struct{ day, want int }
	week := func(n int) int { return (n - 1) * 7 } // its first day, where weeks begin on the first day of the calendar
	for name, c := range map[string]struct {
		works []work
		asks  []ask
	}{
		"weeks 1 to 5 through one agency, 6 to 10 through another, a gap of 5 weeks, 16 and 17 through the first": {
			[]work{{agency: x, days: on(0, 1, 2, 3, 4, 5)}, {agency: y, days: on(0, 6, 7, 8, 9, 10)}, {agency: x, days: on(0, 16, 17)}},
			[]ask{{week(6), 5}, {week(11), 10}, {week(16), 10}, {week(17), 11}, {week(18) - 1, 11}, {week(18), 12}, {week(20), 12}}},
		"the same with a gap of 7 weeks": {
			[]work{{agency: x, days: on(0, 1, 2, 3, 4, 5)}, {agency: y, days: on(0, 6, 7, 8, 9, 10)}, {agency: x, days: on(0, 18, 19)}},
			[]ask{{week(18), 0}, {week(19), 1}, {week(20), 2}}},
		"twelve weeks are complete on the first day of the thirteenth": {
			[]work{{agency: x, days: on(0, span(1, 12)...)}},
			[]ask{{week(12) + 6, 11}, {week(13), 12}}},
		"who qualifies stays so until the weeks begin anew": {
			[]work{{agency: x, days: on(0, span(1, 12)...)}, {agency: x, days: []int{week(12) + 43}}},
			[]ask{{week(12) + 43, 12}, {week(12) + 44, 12}, {week(12) + 43 + 43, 13}, {week(12) + 43 + 44, 0}}},
		"one hour is enough": {
			[]work{{agency: x, start: "23:00", end: "00:00", days: []int{6}}}, []ask{{7, 0}, {13, 1}}},
		"weeks begin on the weekday of the first day of work, not on Monday": {
			[]work{{agency: x, days: []int{4, 10}}}, // Friday, and Thursday of the same week of work
			[]ask{{10, 0}, {11, 1}, {18, 1}}},
		"and over a Monday they are two where that weekday lies between": {
			[]work{{agency: x, days: []int{4, 11}}}, []ask{{11, 1}, {18, 2}}},
		"several days of a week are one": {
			[]work{{agency: x, days: span(0, 6)}}, []ask{{6, 0}, {7, 1}}},
		"42 days without work only stop the clock": {
			[]work{{agency: x, days: []int{0, 43}}}, []ask{{43, 1}, {49, 2}}},
		"43 days without work set it back": {
			[]work{{agency: x, days: []int{0, 44}}}, []ask{{43, 1}, {44, 0}, {50, 0}, {51, 1}}},
		"and the next work begins weeks of its own weekday": {
			[]work{{agency: x, days: []int{0, 47, 53}}}, []ask{{54, 1}, {61, 1}}}, // a Saturday and the Friday after
		"another employer has a clock of its own": {
			[]work{{trust: pgtest.Org(t, tenants.Trust), agency: x, days: on(0, 1, 2, 3)}, {agency: x, days: on(2, 1)}}, []ask{{week(4), 1}}},
		"another grade has a clock of its own": {
			[]work{{agency: x, grade: band6, days: on(0, 1, 2, 3)}, {agency: x, grade: band5, days: on(2, 3)}}, []ask{{22, 0}, {23, 1}}},
		"what was called off or missed is no work": {
			[]work{{agency: x, status: "cancelled", days: on(0, 1)}, {agency: x, status: "no_show", days: on(0, 2)}, {agency: x, status: "confirmed", days: on(0, 3)}},
			[]ask{{week(3), 0}, {week(4), 1}}},
		"a night belongs to its evening": {
			[]work{{agency: x, start: "20:00", end: "08:00", days: []int{0, 6}}}, []ask{{7, 1}, {14, 1}}},
		"a day is London's": { // 00:30 in summer is the evening before in UTC
			[]work{{agency: x, start: "00:30", end: "08:30", days: []int{175}}}, []ask{{181, 0}, {182, 1}}},
	} {
		worker := tenants.NewID()
		for i := range c.works {
			if c.works[i].trust.ID == (tenants.ID{}) {
				c.works[i].trust = trust
			}
		}
		history(t, past, worker, c.works...)
		for _, a := range c.asks {
			if got := weeks(t, trust, diary.Role{TenantID: trust.ID, PersonID: worker, Grade: band5}, a.day); got != a.want {
				t.Errorf("%s: before day %d %d weeks, want %d", name, a.day, got, a.want)
			}
		}
	}
}

func TestWeeks_tellAnAgencyTheNumberOfWhomItRepresentsAlone(t *testing.T) {
	t.Parallel()
	trust, x, y, z := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency), pgtest.Org(t, tenants.Agency), pgtest.Org(t, tenants.Agency)
	worker, other := pgtest.Worker(t), pgtest.Worker(t)
	history(t, pgtest.Owner(t), worker.ID, work{trust: trust, agency: x, days: on(0, 1, 2, 3)})
	represented(t, x, &worker.ID)
	represented(t, y, &worker.ID)
	represented(t, z, &other.ID)
	for _, agency := range []tenants.Party{y, z} {
		pgtest.Exec(t, "insert into agreements (tenant_id, agency_id, id, starts_on, supplier_name, created_at) values ($1, $2, $3, '2026-01-01', 'Agency', now())", trust.ID, agency.ID, tenants.NewID())
	}
	role := diary.Role{TenantID: trust.ID, PersonID: worker.ID, Grade: "nurse-band-5"}

	for name, c := range map[string]struct {
		me   tenants.Party
		want int
	}{
		"the employer": {trust, 3}, "the worker": {worker, 3}, "an agency that represents them and never booked them": {y, 3},
		"the agency that did, whose agreement has ended": {x, -1}, "an agency that represents somebody else": {z, -1},
		"another worker": {other, -1}, "another trust": {pgtest.Org(t, tenants.Trust), -1},
	} {
		if got := weeks(t, c.me, role, 21); got != c.want {
			t.Errorf("%s: %d weeks, want %d", name, got, c.want)
		}
	}
	pgtest.Run(t, y, func(ctx context.Context, tx *tenants.Tx) error {
		var rows int
		err := tx.NewRaw("select (select count(*) from bookings) + (select count(*) from shifts) + (select count(*) from timesheets)").Scan(ctx, &rows)
		if rows != 0 {
			t.Errorf("the second agency sees %d rows of the first", rows)
		}
		return err
	})
}

// clock is the rule told day by day, as somebody with a calendar would count.
func clock(worked map[int]bool, before int) int {
	weeks, idle, day := 0, 0, 0 // day of the week of work; 0: the clock has not begun
	any := false
	for d := range before {
		if day == 7 {
			if any {
				weeks++
			}
			day, any = 0, false
		}
		begun := weeks > 0 || day > 0 || idle > 0
		if worked[d] {
			if !begun || idle > pause {
				weeks, day = 0, 0
			}
			any, idle = true, 0
		} else if begun {
			idle++
		}
		if begun || worked[d] {
			day++
		}
	}
	if day == 7 && any {
		weeks++
	}
	if idle > pause {
		return 0
	}
	return weeks
}

func TestWeeks_areThoseOfACalendar(t *testing.T) {
	t.Parallel()
	trust, x, y, past := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency), pgtest.Org(t, tenants.Agency), pgtest.Owner(t)
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 1))
		worker := tenants.NewID()
		worked := map[int]bool{}
		var days [2][]int
		for d := r.IntN(14); d < 330; {
			agency := r.IntN(2)
			worked[d], days[agency] = true, append(days[agency], d)
			switch r.IntN(12) {
			case 0:
				d += pause + r.IntN(4) // the gap is one less: 41 to 44
			case 1:
				d += 1 + r.IntN(60)
			default:
				d += 1 + r.IntN(9)
			}
		}
		history(t, past, worker, work{trust: trust, agency: x, days: days[0]}, work{trust: trust, agency: y, days: days[1]})
		asked := []int{0, 331, 380}
		for range 25 {
			asked = append(asked, r.IntN(400))
		}
		for _, day := range asked {
			got, want := weeks(t, trust, diary.Role{TenantID: trust.ID, PersonID: worker, Grade: "nurse-band-5"}, day), clock(worked, day)
			if got != want {
				t.Fatalf("seed %d before day %d: %d weeks, the calendar has %d, worked on %s", seed, day, got, want, fmt.Sprint(slices.Concat(days[0], days[1])))
			}
		}
	}
}
