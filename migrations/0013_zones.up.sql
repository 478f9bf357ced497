-- The high cost area that a site lies in, which decides whose price caps count there.

alter table sites add column zone text not null default 'outside_london'
    check (zone in ('outside_london', 'fringe', 'outer_london', 'inner_london'));
select app.widen('sites', 'wb_employer', 'update', '{zone}');
select app.widen('sites', 'wb_practice', 'update', '{zone}');

-- Which zone's caps count for work at an employer? Those of the site; where no site is
-- named, those of the zone that all its open sites share, and of none where they share
-- none. The employer and every agency that has or had an agreement with it are told the
-- same, of a site that is hidden too, because both price the same shift. Everybody else
-- gets null, and so does a site that is not the employer's.
create function app.cap_zone(employer uuid, site uuid) returns text
language sql stable security definer set search_path = public, app, pg_temp as $$
    select case when site is null
        then (select case when count(distinct s.zone) = 1 then min(s.zone) else 'outside_london' end from sites s where s.tenant_id = employer and s.published)
        else (select s.zone from sites s where s.tenant_id = employer and s.id = site)
    end
    where  case current_setting('app.kind', true)
        when 'agency' then exists (select from agreements a where a.tenant_id = employer and a.agency_id = app.me())
        else employer = app.me()
    end
$$;
alter function app.cap_zone(uuid, uuid) owner to wb_definer;
revoke execute on function app.cap_zone(uuid, uuid) from public;
grant execute on function app.cap_zone(uuid, uuid) to wb_employer, wb_practice, wb_agency;
