-- Adjustments: what was settled is priced again, and the difference is posted as
-- signed lines of its own. Nothing that was settled changes.

-- The Monday of the week in which the work began on the wall: the week whose
-- earnings it belongs to. Postgres works it out, so that settled timesheets can
-- be read one person's week under one agreement after the other.
alter table timesheets add column week_on date generated always as (date_trunc('week', starts_at at time zone 'Europe/London')::date) stored;
create index timesheets_settled on timesheets (tenant_id, week_on, agreement_id, worker_id, id) where approved_at is not null;
-- What Postgres works out is not there yet when a row is about to be written.
create or replace function app.timesheet_settled() returns trigger language plpgsql as $$
begin
    if old.billed_at is not null or (to_jsonb(new) - array['billed_at', 'status', 'week_on']) is distinct from (to_jsonb(old) - array['billed_at', 'status', 'week_on']) then
        raise exception 'timesheet % has been approved and cannot change', old.ref using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;

create table adjustments (
    owner_id      uuid not null references organisations,
    id            uuid not null,
    ref           text not null,
    number        bigint not null,
    kind          text not null check (kind in ('award', 'card', 'reference')),
    reason        text not null check (length(reason) between 1 and 300),
    source        text not null check (length(source) between 1 and 300),
    from_on       date not null,                  -- local dates on which the work began, both within
    to_on         date not null,
    agency_id     uuid,                           -- null: every agency
    grades        text[] not null default '{}',   -- empty: every grade
    changes       jsonb not null,                 -- of pay: [{"band", "grade", "from", "to", "share"}]
    status        text not null check (status in ('previewed', 'posted', 'discarded')),
    examined      integer not null,               -- settled timesheets that were priced again
    affected      integer not null,
    omitted       integer not null,               -- could not be priced, each with its reason
    was_pence     bigint not null,                -- of the affected
    becomes_pence bigint not null,
    delta_pence   bigint not null,
    over_cap      integer not null,               -- affected timesheets above the cap of their date
    fingerprint   text not null,                  -- of every line; posted as previewed or not at all
    previewed_at  timestamptz not null,
    previewed_by  text not null,
    closed_at     timestamptz,
    closed_by     text not null default '',
    primary key (owner_id, id),
    unique (owner_id, ref),
    unique (owner_id, number),
    check (to_on >= from_on),
    check (delta_pence = becomes_pence - was_pence),
    check ((status = 'previewed') = (closed_at is null))
);
select app.wall('adjustments', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["status", "closed_at", "closed_by", "examined", "affected", "omitted", "was_pence", "becomes_pence", "delta_pence", "over_cap", "fingerprint"]}}');

-- What a preview finds, one row for each timesheet that would change.
create table adjustment_items (
    owner_id      uuid not null,
    adjustment_id uuid not null,
    position      integer not null,
    timesheet_id  uuid not null,
    timesheet_ref text not null,
    agency_id     uuid not null,
    worker_name   text not null,
    grade         text not null,
    worked_on     date not null,
    pay_was       numeric(9,4) not null,
    pay_becomes   numeric(9,4) not null,
    was_pence     bigint not null,
    becomes_pence bigint not null,
    delta_pence   bigint not null,
    over_cap      numeric(9,4) not null default 0, -- pounds an hour above the cap of the date
    cap_source    text not null default '',
    lines         jsonb not null,                 -- [{"kind", "band", "was_pence", "becomes_pence", "delta_pence", "formula", "vat_category", ...}]
    primary key (owner_id, adjustment_id, position),
    foreign key (owner_id, adjustment_id) references adjustments (owner_id, id),
    check (delta_pence = becomes_pence - was_pence)
);
select app.wall('adjustment_items', 'own', '{"wb_employer": {"select": true, "insert": true}}', false);

-- What a preview could not price, and why.
create table adjustment_omissions (
    owner_id      uuid not null,
    adjustment_id uuid not null,
    position      integer not null,
    timesheet_id  uuid not null,
    timesheet_ref text not null,
    agency_id     uuid not null,
    worker_name   text not null,
    worked_on     date not null,
    code          text not null,
    text          text not null,
    primary key (owner_id, adjustment_id, position),
    foreign key (owner_id, adjustment_id) references adjustments (owner_id, id)
);
select app.wall('adjustment_omissions', 'own', '{"wb_employer": {"select": true, "insert": true}}', false);

-- What has been posted or discarded stays as it is.
create function app.adjustment_stays() returns trigger language plpgsql as $$
begin
    raise exception 'a posted adjustment cannot change' using errcode = 'insufficient_privilege';
end $$;
create trigger adjustment_stays before update or delete on adjustments for each row when (old.status <> 'previewed') execute function app.adjustment_stays();
create trigger adjustment_stays before update or delete on adjustment_items for each row execute function app.adjustment_stays();
create trigger adjustment_stays before update or delete on adjustment_omissions for each row execute function app.adjustment_stays();

-- What was posted to a settled timesheet afterwards. A worker is told of pay, not
-- of what the whole comes to.
create table timesheet_adjustments (
    tenant_id      uuid not null,
    agency_id      uuid not null,
    worker_id      uuid not null,
    id             uuid not null,
    timesheet_id   uuid not null,
    adjustment_id  uuid not null,
    adjustment_ref text not null,
    reason         text not null,
    agreement_id   uuid not null,
    earned_on      date not null,
    pay_rate       numeric(9,4) not null,         -- core, from this adjustment on
    was_pence      bigint not null,
    becomes_pence  bigint not null,
    net_pence      bigint not null,               -- signed
    posted_at      timestamptz not null,
    posted_by      text not null,
    billed_at      timestamptz,                   -- its lines stand on an issued self-bill
    primary key (tenant_id, id),
    unique (tenant_id, timesheet_id, adjustment_id),
    unique (tenant_id, agency_id, worker_id, timesheet_id, id),
    foreign key (tenant_id, agency_id, worker_id, timesheet_id) references timesheets (tenant_id, agency_id, worker_id, id),
    check (net_pence = becomes_pence - was_pence)
);
create index timesheet_adjustments_of on timesheet_adjustments (timesheet_id, posted_at);
create index timesheet_adjustments_unbilled on timesheet_adjustments (tenant_id, earned_on) where billed_at is null;
select app.wall('timesheet_adjustments', 'two-sided', '{
    "wb_employer": {"select": true, "insert": true, "update": ["billed_at"]},
    "wb_agency": {"select": ["tenant_id", "agency_id", "worker_id", "id", "timesheet_id", "adjustment_id", "adjustment_ref", "reason", "agreement_id", "earned_on", "pay_rate", "was_pence", "becomes_pence", "net_pence", "posted_at", "billed_at"]},
    "wb_worker": {"select": ["tenant_id", "agency_id", "worker_id", "id", "timesheet_id", "adjustment_id", "adjustment_ref", "reason", "agreement_id", "earned_on", "pay_rate", "posted_at"]}}');

create table timesheet_adjustment_lines (
    tenant_id     uuid not null,
    agency_id     uuid not null,
    worker_id     uuid not null,
    id            uuid not null,
    timesheet_id  uuid not null,
    posting_id    uuid not null,                  -- the row of timesheet_adjustments
    agreement_id  uuid not null,
    earned_on     date not null,                  -- the week whose earnings it belongs to
    position      integer not null,
    kind          text not null check (kind in ('pay', 'supplement', 'holiday', 'employer_ni', 'pension', 'levy', 'commission')),
    band          text not null default '',
    was_pence     bigint not null,
    becomes_pence bigint not null,
    amount_pence  bigint not null,                -- signed
    vat_category  text not null check (vat_category in ('S', 'E', 'O')),
    vat_rate      numeric(8,6) not null,
    vat_reason    text not null default '',
    vat_source    text not null default '',
    formula       text not null,
    primary key (tenant_id, id),
    unique (posting_id, position),
    foreign key (tenant_id, agency_id, worker_id, timesheet_id, posting_id) references timesheet_adjustments (tenant_id, agency_id, worker_id, timesheet_id, id),
    check (amount_pence = becomes_pence - was_pence)
);
create index timesheet_adjustment_lines_of on timesheet_adjustment_lines (timesheet_id);
create index timesheet_adjustment_lines_week on timesheet_adjustment_lines (tenant_id, agreement_id, worker_id, earned_on);
select app.wall('timesheet_adjustment_lines', 'two-sided', '{
    "wb_employer": {"select": true, "insert": true},
    "wb_agency": {"select": true},
    "wb_worker": {"select": true}}', false);
select app.pass('timesheet_adjustment_lines', 'own_pay', 'wb_worker', 'kind in (''pay'', ''supplement'', ''holiday'')', 'what an agency charges on top is no business of the worker''s', true);

-- Posted is posted: nothing changes any more but that it has been billed, once.
create function app.timesheet_adjustment_stays() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.billed_at is not null or (to_jsonb(new) - 'billed_at') is distinct from (to_jsonb(old) - 'billed_at') then
        raise exception 'a posted adjustment cannot change' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger adjustment_stays before update or delete on timesheet_adjustments for each row execute function app.timesheet_adjustment_stays();
create trigger adjustment_stays before update or delete on timesheet_adjustment_lines for each row execute function app.adjustment_stays();

-- The lines of a posting come in one statement and add up to it, so none can be
-- added later.
create function app.adjustment_adds_up() returns trigger language plpgsql as $$
begin
    if exists (
        select from timesheet_adjustments p
        join   (select posting_id, sum(amount_pence) as pence, count(*) as lines from added group by posting_id) a on a.posting_id = p.id
        where  a.pence <> p.net_pence or a.lines <> (select count(*) from timesheet_adjustment_lines l where l.posting_id = p.id)
    ) then
        raise exception 'the lines of an adjustment add up to it and are posted at once' using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;
create trigger adds_up after insert on timesheet_adjustment_lines referencing new table as added for each statement execute function app.adjustment_adds_up();

-- A line of a bill that adjusts a timesheet names what was posted to it.
alter table self_bill_lines
    add column posting_id     uuid,
    add column adjustment_ref text not null default '';
select app.widen('self_bill_lines', 'wb_agency', 'select', array['adjustment_ref']);
