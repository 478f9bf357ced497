-- The weeks after which an agency worker is owed the pay of the employer's own staff.

alter table parameters drop constraint parameters_unit_check;
alter table parameters add constraint parameters_unit_check
    check (unit in ('factor', 'pounds', 'pounds_hour', 'pounds_day', 'pounds_week', 'pounds_year', 'minutes', 'days', 'weeks', 'years'));

-- How many weeks has a person completed in a grade at an employer before a day? Weeks
-- run from the weekday of the first day of work, in London, by the day on which a
-- shift starts; one with any work in it counts. After more days without work than
-- break_days they begin anew. All agencies count together, and the number is all that
-- is told: to the employer about whoever worked or was proposed there, to an agency
-- about whom it represents where it has an agreement, and to the person. Everybody
-- else gets null, whether there is such a person or not.
create function app.awr_weeks(employer uuid, person uuid, in_grade text, on_day date, break_days integer) returns integer
language sql stable security definer set search_path = public, app, pg_temp as $$
    select (
        select coalesce(case when on_day - max(w.day) - 1 <= break_days
                   then count(distinct (w.day - w.first_day) / 7) filter (where (w.day - w.first_day) / 7 < (on_day - w.first_day) / 7) end, 0)
        from  (select d.day, max(d.day) filter (where d.anew) over () as first_day
               from  (select x.day, coalesce(x.day - lag(x.day) over (order by x.day) - 1 > break_days, true) as anew
                      from  (select distinct (b.starts_at at time zone 'Europe/London')::date as day
                             from   bookings b
                             where  b.tenant_id = employer and b.worker_id = person and b.grade = in_grade
                             and    b.status in ('confirmed', 'worked')
                             and    b.starts_at < on_day::timestamp at time zone 'Europe/London') x) d) w
        where  w.day >= w.first_day)::integer
    where  case current_setting('app.kind', true)
        when 'worker' then person = app.me()
        when 'agency' then employer = any (app.links())
             and exists (select from representations r where r.agency_id = app.me() and r.worker_id = person and r.archived_at is null)
        else employer = app.me()
             and (exists (select from bookings b where b.tenant_id = employer and b.worker_id = person)
                  or exists (select from proposals p where p.tenant_id = employer and p.worker_id = person))
    end
$$;
alter function app.awr_weeks(uuid, uuid, text, date, integer) owner to wb_definer;
revoke execute on function app.awr_weeks(uuid, uuid, text, date, integer) from public;
grant execute on function app.awr_weeks(uuid, uuid, text, date, integer) to wb_employer, wb_practice, wb_agency, wb_worker;
