package reclaims

import (
	"context"
	"encoding/json"
	"fmt"

	"wardbridge/internal/civil"
	"wardbridge/tenants"
)

// taxed are the lines that bear the standard rate between two days of work: those of
// approved hours, and what was posted to them since. What was posted has the facts
// of the lines that it changes.
const taxed = `
		with lines as (
		    select l.tenant_id, l.timesheet_id, l.id, l.earned_on, l.amount_pence, l.vat_rate, l.vat_route, l.vat_profession, l.vat_deputy
		    from   timesheet_lines l
		    where  l.tenant_id = ?0 and l.vat_category = 'S' and l.earned_on between ?1 and ?2
		    union all
		    select a.tenant_id, a.timesheet_id, a.id, a.earned_on, a.amount_pence, a.vat_rate, l.vat_route, l.vat_profession, l.vat_deputy
		    from   timesheet_adjustment_lines a
		           cross join lateral (
		               select l.vat_route, l.vat_profession, l.vat_deputy
		               from   timesheet_lines l
		               where  l.tenant_id = a.tenant_id and l.timesheet_id = a.timesheet_id
		               order  by (l.kind = a.kind) desc, (l.band = a.band) desc, l.position
		               limit  1) l
		    where  a.tenant_id = ?0 and a.vat_category = 'S' and a.earned_on between ?1 and ?2)`

// charged adds up what was charged at the standard rate between two days of work,
// by agency, month and the facts that were decided upon.
func charged(ctx context.Context, tx *tenants.Tx, from, to civil.Date) (all []group, err error) {
	err = tx.NewRaw(taxed+`,
		each as (
		    select t.id, t.agency_id, date_trunc('month', l.earned_on)::date as month, l.vat_route as route, l.vat_profession as profession, l.vat_deputy as deputy,
		           case when l.vat_route = '' then t.staff_group else '' end as staff_group,
		           case when l.vat_route = '' then t.grade else '' end as grade,
		           coalesce(s.reason, '') as reason, min(l.earned_on) as earned_on,
		           sum(b.net_pence) as net, sum(b.vat_pence) as vat,
		           sum(l.amount_pence) filter (where b.id is null) as waiting,
		           round(sum(l.amount_pence * l.vat_rate) filter (where b.id is null)) as waiting_vat
		    from   lines l
		    join   timesheets t on t.tenant_id = l.tenant_id and t.id = l.timesheet_id
		           left join shifts s on l.vat_route = '' and s.tenant_id = t.tenant_id and s.id = t.shift_id
		           left join self_bill_lines b on b.tenant_id = l.tenant_id and b.line_id = l.id and b.issued
		    group  by 1, 2, 3, 4, 5, 6, 7, 8, 9)
		select agency_id, month, route, profession, deputy, staff_group, grade, reason, min(earned_on) as oldest, count(distinct id) as shifts,
		       coalesce(sum(net), 0)::bigint as net, coalesce(sum(vat), 0)::bigint as vat,
		       coalesce(sum(waiting), 0)::bigint as waiting, coalesce(sum(waiting_vat), 0)::bigint as waiting_vat
		from   each
		group  by agency_id, month, route, profession, deputy, staff_group, grade, reason
		order  by month desc, agency_id, route, profession, deputy, staff_group, grade, reason`, tx.Me.ID, from, to).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("VAT charged from %s to %s: %w", from, to, err)
	}
	return all, nil
}

// worked lists the bookings of lines of some facts, latest first, behind a place
// in the list.
func worked(ctx context.Context, tx *tenants.Tx, r *Review, f Filter, of []facts, after mark, limit int) (all []Booking, err error) {
	list, err := json.Marshal(of)
	if err != nil {
		return nil, err
	}
	from, to := f.within(r)
	err = tx.NewRaw(taxed+`
		select t.booking_id as id, t.id as timesheet_id, t.ref as timesheet_ref, t.shift_ref, t.agency_id, t.worker_name, t.grade, t.worked_on,
		       coalesce(sum(b.net_pence), 0)::bigint as net, coalesce(sum(b.vat_pence), 0)::bigint as vat,
		       coalesce(sum(l.amount_pence) filter (where b.id is null), 0)::bigint as waiting_net,
		       coalesce(round(sum(l.amount_pence * l.vat_rate) filter (where b.id is null)), 0)::bigint as waiting_vat,
		       coalesce(max(i.number), '') as number
		from   lines l
		join   timesheets t on t.tenant_id = l.tenant_id and t.id = l.timesheet_id
		       left join shifts s on l.vat_route = '' and s.tenant_id = t.tenant_id and s.id = t.shift_id
		       left join self_bill_lines b on b.tenant_id = l.tenant_id and b.line_id = l.id and b.issued
		       left join self_bills i on i.tenant_id = b.tenant_id and i.id = b.self_bill_id
		join   jsonb_to_recordset(?3::jsonb) as f (route text, profession text, deputy boolean, staff_group text, grade text, reason text)
		       on f.route = l.vat_route and f.profession = l.vat_profession and f.deputy = l.vat_deputy
		       and f.staff_group = case when l.vat_route = '' then t.staff_group else '' end
		       and f.grade = case when l.vat_route = '' then t.grade else '' end
		       and f.reason = coalesce(s.reason, '')
		where  (?4 or t.agency_id = ?5)
		       and (?6 or (t.worked_on, t.id) < (?7, ?8))
		group  by t.tenant_id, t.id
		order  by t.worked_on desc, t.id desc
		limit  ?9`, tx.Me.ID, from, to, string(list), f.Agency == (tenants.ID{}), f.Agency, after.ID == (tenants.ID{}), after.on(), after.ID, limit).Scan(ctx, &all)
	if err != nil {
		return nil, fmt.Errorf("bookings charged VAT: %w", err)
	}
	return all, nil
}
