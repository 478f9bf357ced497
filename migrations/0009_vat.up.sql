-- VAT that is decided by dated rules, frozen on every line, and claimed back.

---------------------------------------------------------------- what the rules ask about
-- An exemption of law counts for the past too; a choice counts from its day on.
alter table vat_rules add column claimable text not null default 'no' check (claimable in ('yes', 'no'));

alter table parameters drop constraint parameters_unit_check;
alter table parameters add constraint parameters_unit_check
    check (unit in ('factor', 'pounds', 'pounds_hour', 'pounds_day', 'pounds_week', 'pounds_year', 'minutes', 'years'));

-- Which profession of the rules a staff group, or one of its grades, is.
create table professions (
    id          uuid primary key,
    staff_group text not null,
    grade       text not null,                    -- any, or a grade of its own
    profession  text not null check (profession in ('doctor', 'nurse', 'nursing_auxiliary', 'other')),
    valid       daterange not null,
    mark        text not null check (mark in ('official', 'derived', 'indicative')),
    source      text not null check (source <> ''),
    version_id  uuid not null references pack_versions deferrable initially deferred,
    constraint professions_once exclude using gist (staff_group with =, grade with =, valid with &&)
);
select app.wall('professions', 'reference', '{}');

-- For which reasons the worker stands in for somebody of the employer.
create table stand_ins (
    id         uuid primary key,
    reason     text not null,
    stands_in  text not null check (stands_in in ('yes', 'no')),
    valid      daterange not null,
    mark       text not null check (mark in ('official', 'derived', 'indicative')),
    source     text not null check (source <> ''),
    version_id uuid not null references pack_versions deferrable initially deferred,
    constraint stand_ins_once exclude using gist (reason with =, valid with &&)
);
select app.wall('stand_ins', 'reference', '{}');

---------------------------------------------------------------- the decision on every line
-- A line that was locked before has no facts, and says so by an empty route.
alter table timesheet_lines
    add column vat_route      text not null default '',
    add column vat_profession text not null default '',
    add column vat_deputy     boolean not null default false,
    add column vat_elected    boolean not null default false,
    add column vat_registered boolean not null default true,
    add column vat_rule       jsonb not null default '{}'; -- the rule, the election and their sources, as they were
create index timesheet_lines_charged on timesheet_lines (tenant_id, earned_on) where vat_category = 'S';
create index self_bill_lines_timesheet on self_bill_lines (tenant_id, timesheet_id);

-- The terms between employer and agency are no business of the worker's.
revoke select on timesheet_lines from wb_worker;
grant select (tenant_id, agency_id, worker_id, id, timesheet_id, agreement_id, earned_on, position, kind, band, minutes, rate, factor, amount_pence,
    vat_category, vat_rate, vat_reason, vat_source, formula) on timesheet_lines to wb_worker;
update app.walls
set    rights = jsonb_set(rights, '{wb_worker,select}', '["tenant_id", "agency_id", "worker_id", "id", "timesheet_id", "agreement_id", "earned_on", "position", "kind", "band",
    "minutes", "rate", "factor", "amount_pence", "vat_category", "vat_rate", "vat_reason", "vat_source", "formula"]')
where  table_name = 'timesheet_lines';
