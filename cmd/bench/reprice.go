package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/adjustments"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/tenants"
)

// The shifts that are priced again: days and nights at four rates, of which an
// award moves one.
var (
	settledTimes = [][2]string{{"07:30", "20:00"}, {"20:00", "07:30"}}
	settledRates = []string{"19.33", "20.05", "20.75", "21.50"}
)

const settledBreak = 60

// reprice previews an award over settled shifts: all are priced again, and every
// fourth comes to more. It has no raw limit.
func reprice(ctx context.Context, w *world, s settings) (r result, err error) {
	t, err := w.trust(ctx, "repriced", "REP")
	if err != nil {
		return r, err
	}
	last := civil.DateOf(time.Now()).AddDays(-2)
	first := last.AddDays(-199)
	if from := civil.MustDate("2026-04-06"); first.Before(from) {
		first = from
	}
	priced, err := w.priced(ctx, t, first, last)
	if err != nil {
		return r, err
	}
	made, err := w.settled(ctx, t, priced, (s.shifts+len(priced)-1)/len(priced))
	if err != nil {
		return r, fmt.Errorf("settled shifts: %w", err)
	}
	ask := adjustments.Request{Kind: adjustments.Award, Reason: "Bench", Source: "Bench", From: first, To: last,
		Changes: []adjustments.Change{{Band: "afc-5", From: money.MustRate(settledRates[0]), To: money.MustRate("19.97")}}}
	var took []float64
	var most float64
	var found adjustments.Adjustment
	own, database, err := w.processor(ctx)
	if err != nil {
		return r, err
	}
	for turn := range s.turns {
		err := s.profiled(fmt.Sprintf("reprice-%d", turn+1), func() error {
			began := time.Now()
			held, err := peak(func() error {
				return w.as(ctx, t.Party, func(ctx context.Context, tx *tenants.Tx) (err error) {
					found, err = w.Adjustments.Preview(ctx, tx, ask)
					return err
				})
			})
			took, most = append(took, time.Since(began).Seconds()), max(most, held)
			return err
		})
		if err != nil {
			return r, err
		}
	}
	if found.Examined != made || found.Affected == 0 || found.Omitted != 0 {
		return r, fmt.Errorf("of %d settled shifts %d were examined, %d affected and %d omitted", made, found.Examined, found.Affected, found.Omitted)
	}
	ownAfter, databaseAfter, err := w.processor(ctx)
	if err != nil {
		return r, err
	}
	each := func(d time.Duration) time.Duration { return (d / time.Duration(s.turns)).Round(10 * time.Millisecond) }
	seconds := median(took)
	bar := 10 * float64(made) / 100_000
	return result{what: fmt.Sprintf("preview of an award over %d settled shifts", made), ours: fmt.Sprintf("%.2f s", seconds), raw: "-",
		ratio: seconds, bar: bar, absolute: true, unit: "s", memory: most, memoryBar: 150,
		notes: []string{fmt.Sprintf("%d come to something else, %s in all; turns %.2f s", found.Affected, found.DeltaPence, took),
			fmt.Sprintf("processor time of a preview: ours %s, the database's %s", each(ownAfter-own), each(databaseAfter-database))}}, nil
}

// template is a shift that was worked, with its settled lines.
type template struct {
	start, end time.Time
	pay        string
	minutes    int
	net        int64
	lines      []byte
}

type templateLine struct {
	Position int    `json:"position"`
	Kind     string `json:"kind"`
	Band     string `json:"band"`
	Minutes  int    `json:"minutes"`
	Rate     string `json:"rate"`
	Factor   string `json:"factor"`
	Pence    int64  `json:"amount_pence"`
	Category string `json:"vat_category"`
	VATRate  string `json:"vat_rate"`
	Formula  string `json:"formula"`
}

// priced is one shift for each day, pair of times and rate, as an approval would
// have priced it.
func (w *world) priced(ctx context.Context, t trust, first, last civil.Date) (all []template, err error) {
	return all, w.as(ctx, t.Party, func(ctx context.Context, tx *tenants.Tx) error {
		shelf, err := w.Quotes.Shelf(ctx, tx, t.ID)
		if err != nil {
			return err
		}
		for day := first; !day.After(last); day = day.AddDays(1) {
			for n, times := range settledTimes {
				start, err := civil.Resolve(day, civil.MustClock(times[0]), civil.Unsaid)
				if err != nil {
					return err
				}
				end, err := civil.Resolve(day.AddDays(n), civil.MustClock(times[1]), civil.Unsaid)
				if err != nil {
					return err
				}
				for _, pay := range settledRates {
					one, err := shelf.Price(ctx, tx, quotes.Worked{ID: tenants.NewID(), AgreementID: t.agreement, StaffGroup: "nursing", Grade: "nurse-band-5",
						Start: start, End: end, Break: settledBreak, Pay: money.MustRate(pay), Commission: money.MustRate("2.00")})
					if err != nil {
						return err
					}
					made, err := templateOf(&one[0], pay)
					if err != nil {
						return err
					}
					all = append(all, made)
				}
			}
		}
		return nil
	})
}

func templateOf(q *rates.ShiftQuote, pay string) (t template, err error) {
	var lines []templateLine
	for i := range q.Lines {
		if l := &q.Lines[i]; l.Kind != rates.VAT {
			lines = append(lines, templateLine{len(lines) + 1, string(l.Kind), string(l.Band), l.Minutes, l.Rate.String(), l.Factor.String(),
				int64(l.Amount), string(l.Category), l.VATRate.String(), l.Why()})
		}
	}
	t = template{start: q.Start, end: q.End, pay: pay, minutes: q.Minutes, net: int64(q.Net)}
	t.lines, err = json.Marshal(lines)
	return t, err
}

// settled writes so many copies of each template as approved timesheets, past
// the verbs: their triggers rest meanwhile. It gives how many there are.
func (w *world) settled(ctx context.Context, t trust, priced []template, copies int) (made int, err error) {
	conn, err := w.raw.Acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "create temporary table priced (starts_at timestamptz, ends_at timestamptz, pay text, minutes integer, net bigint, lines text)"); err != nil {
		return 0, err
	}
	_, err = conn.CopyFrom(ctx, pgx.Identifier{"priced"}, []string{"starts_at", "ends_at", "pay", "minutes", "net", "lines"}, pgx.CopyFromSlice(len(priced), func(i int) ([]any, error) {
		p := &priced[i]
		return []any{p.start, p.end, p.pay, int32(p.minutes), p.net, string(p.lines)}, nil
	}))
	if err != nil {
		return 0, err
	}
	for _, statement := range settledStatements {
		args := []any{}
		for _, arg := range statement.args {
			args = append(args, map[string]any{"tenant": t.ID, "agreement": t.agreement, "copies": copies}[arg])
		}
		if _, err := conn.Exec(ctx, statement.text, args...); err != nil {
			return 0, fmt.Errorf("%.60s: %w", statement.text, err)
		}
	}
	return len(priced) * copies, nil
}

var settledStatements = []struct {
	text string
	args []string
}{
	{`create temporary table made as
		select gen_random_uuid() as shift_id, gen_random_uuid() as booking_id, gen_random_uuid() as sheet_id, md5('worker ' || c % 997)::uuid as worker_id,
		       row_number() over () as number, p.*
		from   priced p cross join generate_series(1, $1::integer) c`, []string{"copies"}},
	{"alter table shifts disable trigger user", nil},
	{"alter table bookings disable trigger user", nil},
	{"alter table timesheets disable trigger user", nil},
	{"alter table timesheet_lines disable trigger user", nil},
	{`insert into shifts (tenant_id, id, ref, status, source, site_id, ward_id, staff_group, grade, starts_at, ends_at, break_minutes, reason, cost_centre, lead_minutes, created_at)
		select w.tenant_id, m.shift_id, 'REP-S' || m.number, 'filled', 'form', w.site_id, w.id, 'nursing', 'nurse-band-5', m.starts_at, m.ends_at, 60, (select min(code) from reasons), 'CC-1', 0, now()
		from   made m cross join (select * from wards where tenant_id = $1 order by id limit 1) w`, []string{"tenant"}},
	{`insert into bookings (tenant_id, agency_id, worker_id, id, ref, shift_id, ward_id, site_id, agreement_id, worker_name, staff_group, grade,
			starts_at, ends_at, break_minutes, cost_centre, pay_rate, commission, card_id, quote, net_pence, status, confirmed_at, confirmed_by)
		select w.tenant_id, a.agency_id, m.worker_id, m.booking_id, 'REP-B' || m.number, m.shift_id, w.id, w.site_id, a.id, 'Amara Osei', 'nursing', 'nurse-band-5',
			m.starts_at, m.ends_at, 60, 'CC-1', m.pay::numeric, 2, (select id from cards where tenant_id = $1 limit 1), '{}', m.net, 'worked', m.starts_at, 'Bench'
		from   made m cross join (select * from wards where tenant_id = $1 order by id limit 1) w
		       cross join (select * from agreements where id = $2) a`, []string{"tenant", "agreement"}},
	{`insert into timesheets (tenant_id, agency_id, worker_id, id, ref, booking_id, shift_id, shift_ref, agreement_id, site_id, ward_id, staff_group, grade,
			cost_centre, worker_name, worked_on, planned_starts_at, planned_ends_at, planned_break_minutes, opened_at, starts_at, ends_at, break_minutes,
			submitted_at, submitted_by, approved_at, approved_by, minutes, net_pence, quote)
		select w.tenant_id, a.agency_id, m.worker_id, m.sheet_id, 'REP-T' || m.number, m.booking_id, m.shift_id, 'REP-S' || m.number, a.id, w.site_id, w.id, 'nursing', 'nurse-band-5',
			'CC-1', 'Amara Osei', (m.starts_at at time zone 'Europe/London')::date, m.starts_at, m.ends_at, 60, m.ends_at, m.starts_at, m.ends_at, 60,
			m.ends_at, m.worker_id, m.ends_at, 'Bench', m.minutes, m.net, '{}'
		from   made m cross join (select * from wards where tenant_id = $1 order by id limit 1) w
		       cross join (select * from agreements where id = $2) a`, []string{"tenant", "agreement"}},
	{`insert into timesheet_lines (tenant_id, agency_id, worker_id, id, timesheet_id, agreement_id, earned_on, position, kind, band, minutes, rate, factor,
			amount_pence, vat_category, vat_rate, formula)
		select a.tenant_id, a.agency_id, m.worker_id, gen_random_uuid(), m.sheet_id, a.id, (m.starts_at at time zone 'Europe/London')::date,
			l.position, l.kind, l.band, l.minutes, l.rate, l.factor, l.amount_pence, l.vat_category, l.vat_rate, l.formula
		from   made m cross join (select * from agreements where id = $1) a
		       cross join lateral jsonb_to_recordset(m.lines::jsonb) as l (position integer, kind text, band text, minutes integer, rate numeric, factor numeric,
		               amount_pence bigint, vat_category text, vat_rate numeric, formula text)`, []string{"agreement"}},
	{"alter table shifts enable trigger user", nil},
	{"alter table bookings enable trigger user", nil},
	{"alter table timesheets enable trigger user", nil},
	{"alter table timesheet_lines enable trigger user", nil},
	{"drop table made", nil},
	{"drop table priced", nil},
	{"analyze", nil},
}
