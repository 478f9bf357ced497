-- Rate cards: scopes, lines as fine as a trust buys, and the life of a version.
-- What stands in cards and card_lines stays valid: a published version with a
-- maximum and a commission for each grade.

-- More of an employer's or an agency's rights on columns of a table that has its
-- wall already.
create function app.widen(tbl text, role text, verb text, columns text[]) returns void
language plpgsql as $$
declare
    old jsonb := (select w.rights -> role -> verb from app.walls w where w.table_name = tbl);
begin
    if jsonb_typeof(coalesce(old, '[]')) <> 'array' then
        raise exception '% on % is granted to % on every column already', verb, tbl, role;
    end if;
    update app.walls w
    set    rights = jsonb_set(w.rights, array[role, verb], coalesce(old, '[]') || to_jsonb(columns))
    where  w.table_name = tbl;
    execute format('grant %s (%s) on %I to %I', verb, (select string_agg(quote_ident(c), ', ') from unnest(columns) c), tbl, role);
end $$;
revoke execute on function app.widen(text, text, text, text[]) from public;

alter table cards
    add column status       text not null default 'published' check (status in ('draft', 'submitted', 'published')),
    add column framework    text not null default '' check (length(framework) <= 40),
    add column lot          text not null default '' check (length(lot) <= 40),
    add column agency_id    uuid references organisations,       -- null: every agency
    add column created_by   text not null default '',
    add column hands        text[] not null default '{}',        -- the ids of those who prepared, changed or submitted it
    add column submitted_at timestamptz,
    add column submitted_by text not null default '',
    add column published_at timestamptz,
    add column published_by text not null default '';
update cards set status = 'draft' where not published;
alter table cards
    add constraint cards_lot_of_framework check (lot = '' or framework <> ''),
    add constraint cards_status_published check ((status = 'published') = published);
alter table cards alter column status set default 'draft';
create unique index cards_one_open on cards (tenant_id, name) where (status <> 'published');
select app.widen('cards', 'wb_employer', 'update', '{status,hands,valid_from,source,submitted_at,submitted_by,published_at,published_by}');
select app.allow('cards', 'wb_employer', 'delete', 'true');
select app.pass('cards', 'own_scope', 'wb_agency', 'agency_id is null or agency_id = (select app.me())', 'a card made for one agency is no other agency''s to read', true);
select app.pass('cards', 'general_alone', 'wb_worker', 'agency_id is null', 'a card made for one agency is between it and the employer', true);

-- A draft may hold what a publication refuses, so that a report can name it: a
-- grade that is in no list, two lines for one thing, rates that are not exact.
alter table card_lines
    drop constraint card_lines_grade_fkey,
    drop constraint card_lines_tenant_id_card_id_grade_key,
    alter column grade drop not null,
    add column agency_id        uuid,                            -- the card's, for its wall
    add column position         integer not null default 0,
    add column staff_group      text references staff_groups,    -- null: the grade's, or any
    add column specialty        text not null default '' check (length(specialty) <= 80),
    add column site_id          uuid,
    add column band             text not null default 'any' check (band in ('any', 'core', 'low', 'high')),
    add column engagement       text not null default 'any' check (engagement in ('any', 'paye', 'direct', 'psc_outside', 'psc_inside', 'umbrella', 'bank')),
    add column fixed            boolean not null default false,  -- pay_max is the pay, not its maximum
    add column margin           numeric(8,6) check (margin >= 0 and margin <= 1), -- share of pay instead of commission_max
    add column charge_max       numeric(9,4) check (charge_max > 0),              -- an hour, before VAT
    add column vat              text not null default '' check (vat in ('', 'S', 'E', 'O')),
    add column pay_after_12     numeric(9,4) check (pay_after_12 > 0),            -- after 12 weeks with the employer
    add column tier_uplifts     jsonb not null default '[]',     -- [{"tier": 2, "share": "0.050000"}]
    add column escalation       jsonb not null default '[]',     -- [{"hours": 24, "share": "0.100000"}]: from so long before the start
    add column written          jsonb not null default '{}',     -- of a draft: rates that could not be read, as they were written
    add constraint card_lines_site foreign key (tenant_id, site_id) references sites (tenant_id, id),
    add constraint card_lines_exact check (written = '{}' or not published);
alter table card_lines drop constraint card_lines_pay_max_check;
alter table card_lines add constraint card_lines_pay_max_check check (pay_max > 0 or not published);
create unique index card_lines_once on card_lines (tenant_id, card_id, staff_group, grade, specialty, site_id, band, engagement) nulls not distinct where (published);
create index card_lines_grade on card_lines (tenant_id, grade, card_id);
create index card_lines_card on card_lines (tenant_id, card_id, position);
select app.allow('card_lines', 'wb_employer', 'delete', 'true');
select app.pass('card_lines', 'own_scope', 'wb_agency', 'agency_id is null or agency_id = (select app.me())', 'a card made for one agency is no other agency''s to read', true);

-- A published version is what bookings were priced by: it is closed by a last
-- day and never changed otherwise.
create function app.published_stays() returns trigger language plpgsql as $$
begin
    raise exception 'a published rate card cannot change' using errcode = 'insufficient_privilege';
end $$;
create trigger published_stays before delete on cards for each row when (old.published) execute function app.published_stays();
create trigger published_stays_so before update on cards for each row
    when (old.published and (old.name, old.version, old.valid_from, old.source, old.status, old.framework, old.lot, old.agency_id)
        is distinct from (new.name, new.version, new.valid_from, new.source, new.status, new.framework, new.lot, new.agency_id))
    execute function app.published_stays();
create trigger published_stays before update or delete on card_lines for each row when (old.published) execute function app.published_stays();
create function app.card_lines_of_drafts() returns trigger language plpgsql as $$
begin
    if exists (select from added l join cards c on c.tenant_id = l.tenant_id and c.id = l.card_id where c.published) then
        raise exception 'a published rate card takes no more lines' using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;
create trigger of_drafts after insert on card_lines referencing new table as added for each statement execute function app.card_lines_of_drafts();

-- A file that is meant for one record, such as the lines of a draft card.
alter table imports add column target uuid;
