-- The line: from a trust's shift file to an issued self-bill. Order follows the
-- floors of the modules.

---------------------------------------------------------------- packs (reference)
create table staff_groups (
    code     text primary key,
    name     text not null unique,
    position integer not null,
    mark     text not null default 'indicative' check (mark in ('official', 'derived', 'indicative')),
    source   text not null default ''
);
select app.wall('staff_groups', 'reference', '{}');

create table grades (
    code        text primary key check (code ~ '^[a-z0-9-]+$'),
    staff_group text not null references staff_groups,
    name        text not null unique,
    band        text not null,                    -- the key of its enhancements: afc-5, medical
    position    integer not null,
    mark        text not null default 'indicative' check (mark in ('official', 'derived', 'indicative')),
    source      text not null default ''
);
select app.wall('grades', 'reference', '{}');

create table reasons (
    code     text primary key,
    name     text not null unique,
    position integer not null,
    mark     text not null default 'indicative' check (mark in ('official', 'derived', 'indicative')),
    source   text not null default ''
);
select app.wall('reasons', 'reference', '{}');

create table bank_holidays (
    nation    text not null,
    day       date not null,
    name      text not null,
    dual_of   date,                               -- the other day of a holiday that is kept twice
    mark      text not null check (mark in ('official', 'derived', 'indicative')),
    source    text not null,
    loaded_at timestamptz not null default now(),
    primary key (nation, day)
);
select app.wall('bank_holidays', 'reference', '{}');

create table enhancements (
    id      uuid primary key,
    band    text not null,                        -- afc-2 ... afc-9, medical
    class   text not null check (class in ('low', 'high')),
    factor  numeric(8,6) not null check (factor >= 1),
    pattern text not null,                        -- whose hours are low and high: afc, medical
    valid   daterange not null,
    mark    text not null check (mark in ('official', 'derived', 'indicative')),
    source  text not null,
    exclude using gist (band with =, class with =, valid with &&)
);
select app.wall('enhancements', 'reference', '{}');

-- Which hours of a civil week are core, low and high: a class from a time on the wall until the next.
create table patterns (
    id      uuid primary key,
    pattern text not null,
    day     text not null check (day in ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday', 'public_holiday')),
    at      time not null,
    class   text not null check (class in ('core', 'low', 'high')),
    valid   daterange not null,
    mark    text not null check (mark in ('official', 'derived', 'indicative')),
    source  text not null,
    constraint patterns_once exclude using gist (pattern with =, day with =, (at - time '00:00') with =, valid with &&)
);
select app.wall('patterns', 'reference', '{}');

create table parameters (
    id     uuid primary key,
    name   text not null,                         -- holiday_percent, employer_ni_rate, employer_ni_threshold_week ...
    value  numeric(14,6) not null,
    unit   text not null check (unit in ('factor', 'pounds', 'pounds_week', 'pounds_hour')),
    valid  daterange not null,
    mark   text not null check (mark in ('official', 'derived', 'indicative')),
    source text not null,
    exclude using gist (name with =, valid with &&)
);
select app.wall('parameters', 'reference', '{}');

---------------------------------------------------------------- places
create table sites (
    tenant_id uuid not null references organisations,
    id        uuid not null,
    code      text not null check (length(code) between 1 and 20),
    name      text not null check (length(name) between 1 and 120),
    address   text not null default '',
    published boolean not null default true,
    primary key (tenant_id, id),
    unique (tenant_id, code)
);
select app.wall('sites', 'published', '{
    "wb_employer": {"select": true, "insert": true, "update": ["code", "name", "address", "published"]},
    "wb_practice": {"select": true, "insert": true, "update": ["code", "name", "address", "published"]},
    "wb_agency": {"select": true}, "wb_worker": {"select": true}}');

create table wards (
    tenant_id   uuid not null references organisations,
    id          uuid not null,
    site_id     uuid not null,
    code        text not null check (length(code) between 1 and 20),
    name        text not null check (length(name) between 1 and 120),
    cost_centre text not null default '' check (length(cost_centre) <= 20),
    published   boolean not null default true,
    primary key (tenant_id, id),
    unique (tenant_id, code),
    foreign key (tenant_id, site_id) references sites (tenant_id, id)
);
select app.wall('wards', 'published', '{
    "wb_employer": {"select": true, "insert": true, "update": ["code", "name", "cost_centre", "site_id", "published"]},
    "wb_practice": {"select": true, "insert": true, "update": ["code", "name", "cost_centre", "site_id", "published"]},
    "wb_agency": {"select": ["tenant_id", "id", "site_id", "code", "name", "published"]},
    "wb_worker": {"select": ["tenant_id", "id", "site_id", "code", "name", "published"]}}');

-- What an organisation's files call things, remembered.
create table aliases (
    owner_id  uuid not null,
    id        uuid not null,
    kind      text not null check (kind in ('site', 'ward', 'grade', 'staff_group', 'reason', 'heading')),
    text      text not null,                      -- case-folded
    target    text not null,                      -- our code
    primary key (owner_id, id),
    unique (owner_id, kind, text)
);
select app.wall('aliases', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["target"], "delete": true}, "wb_practice": {"select": true, "insert": true, "update": ["target"], "delete": true}}');

---------------------------------------------------------------- agencies
create table agreements (
    tenant_id         uuid not null references organisations,
    agency_id         uuid not null references organisations,
    id                uuid not null,
    starts_on         date not null,
    ends_on           date,                       -- last day; null: until ended
    segmentation      text not null default 'clock' check (segmentation in ('clock', 'afc_whole_shift')),
    break_rule        text not null default 'actual_or_pro_rata' check (break_rule in ('actual_or_pro_rata', 'from_highest', 'from_lowest')),
    on_costs          text not null default 'flat' check (on_costs in ('flat', 'weekly')),
    self_bill_from    date,                       -- the signed self-billing agreement
    self_bill_until   date,
    supplier_name     text not null,
    supplier_address  text not null default '',
    vat_number        text not null default '',
    ended_at          timestamptz,
    created_at        timestamptz not null,
    version           bigint not null default 1,
    primary key (tenant_id, id),
    unique (tenant_id, agency_id, id),
    check (self_bill_until is null or self_bill_until >= self_bill_from),
    constraint agreements_once exclude using gist (tenant_id with =, agency_id with =, daterange(starts_on, ends_on, '[]') with &&) where (ended_at is null)
);
create index agreements_agency on agreements (agency_id);
select app.wall('agreements', 'two-sided', '{
    "wb_employer": {"select": true, "insert": true, "update": ["ends_on", "segmentation", "break_rule", "on_costs", "self_bill_from", "self_bill_until", "supplier_name", "supplier_address", "vat_number", "ended_at", "version"]},
    "wb_agency": {"select": true}}');

-- VAT by dated election: for supplies of this staff group from this day.
create table vat_elections (
    tenant_id    uuid not null,
    agency_id    uuid not null,
    agreement_id uuid not null,
    id           uuid not null,
    staff_group  text references staff_groups,    -- null: every other group
    category     text not null check (category in ('S', 'E', 'O')),
    from_on      date not null,
    reason       text not null,                   -- shown on the invoice when exempt or outside the scope
    source       text not null,
    primary key (tenant_id, id),
    constraint vat_elections_once unique nulls not distinct (tenant_id, agency_id, agreement_id, staff_group, from_on),
    foreign key (tenant_id, agency_id, agreement_id) references agreements (tenant_id, agency_id, id)
);
select app.wall('vat_elections', 'two-sided', '{"wb_employer": {"select": true, "insert": true}, "wb_agency": {"select": true}}');

create table tiers (
    tenant_id    uuid not null,
    agency_id    uuid not null,
    agreement_id uuid not null,
    id           uuid not null,
    staff_group  text not null references staff_groups,
    tier         integer not null check (tier between 1 and 9),
    primary key (tenant_id, id),
    unique (tenant_id, staff_group, agency_id),
    foreign key (tenant_id, agency_id, agreement_id) references agreements (tenant_id, agency_id, id)
);
select app.wall('tiers', 'two-sided', '{"wb_employer": {"select": true, "insert": true, "update": ["tier"], "delete": true}, "wb_agency": {"select": true}}');

---------------------------------------------------------------- workers
create table worker_profiles (
    owner_id        uuid not null,                -- the person
    id              uuid not null,                -- the person again
    name            text not null,
    staff_group     text not null references staff_groups,
    grade           text not null references grades,
    register_body   text not null default '',
    register_number text not null default '',
    born_on         date not null,
    phone           text not null default '',
    primary key (owner_id, id)
);
insert into app.sensitive values ('worker_profiles', 'born_on'), ('worker_profiles', 'phone');
select app.wall('worker_profiles', 'own', '{"wb_worker": {"select": true, "insert": true, "update": ["name", "phone", "grade", "staff_group", "register_body", "register_number"]}}');

-- A representation is an agency's own record of a person. worker_id is set by
-- the person's confirmation alone, never by the agency.
create table representations (
    agency_id       uuid not null references organisations,
    worker_id       uuid,
    id              uuid not null,
    name            text not null check (length(name) between 2 and 120),
    email           text not null default '',
    staff_group     text not null references staff_groups,
    grade           text not null references grades,
    register_body   text not null default '',
    register_number text not null default '',
    born_on         date not null,
    created_at      timestamptz not null,
    archived_at     timestamptz,
    confirmed_at    timestamptz,
    version         bigint not null default 1,
    primary key (agency_id, id),
    constraint representations_one_person unique nulls distinct (agency_id, worker_id)
);
create index representations_match on representations (register_number, born_on) where worker_id is null;
create index representations_worker on representations (worker_id);
create index representations_names on representations (agency_id, lower(name), id);
insert into app.sensitive values ('representations', 'born_on'), ('representations', 'email');
select app.wall('representations', 'two-sided', '{
    "wb_agency": {"select": true, "insert": ["agency_id", "id", "name", "email", "staff_group", "grade", "register_body", "register_number", "born_on", "created_at"],
                  "update": ["name", "email", "staff_group", "grade", "register_body", "register_number", "archived_at", "version"]},
    "wb_worker": {"select": ["agency_id", "worker_id", "id", "name", "staff_group", "grade", "register_body", "register_number", "confirmed_at", "archived_at"]},
    "wb_definer": {"select": true, "update": true}}');

-- The person's side: who says that they represent me, and yes. The keys are strong
-- ones: the date of birth with the register and its number or, in jobs without a
-- register, with the address under which the person signs in.
create function app.representations_of_me() returns table (agency_id uuid, id uuid, agency text, grade text)
language sql stable security definer set search_path = public, app, pg_temp as $$
    select r.agency_id, r.id, o.name, r.grade
    from   worker_profiles p
    join   people me on me.id = p.owner_id
    join   representations r on r.born_on = p.born_on and r.register_number = p.register_number and r.register_body = p.register_body
                            and (p.register_number <> '' or r.email = me.email)
    join   organisations o on o.id = r.agency_id
    where  p.owner_id = app.me() and r.worker_id is null and r.archived_at is null and current_setting('app.kind', true) = 'worker'
$$;
create function app.confirm_representation(of_agency uuid, which uuid) returns boolean
language plpgsql volatile security definer set search_path = public, app, pg_temp as $$
begin
    update representations r set worker_id = app.me(), confirmed_at = now()
    where  r.agency_id = of_agency and r.id = which and r.worker_id is null
    and    exists (select from app.representations_of_me() m where m.agency_id = of_agency and m.id = which);
    return found;
end $$;

---------------------------------------------------------------- cards
create table cards (
    tenant_id  uuid not null references organisations,
    id         uuid not null,
    name       text not null,
    version    integer not null,
    valid_from date not null,
    valid_to   date,
    published  boolean not null default false,
    source     text not null default '',
    created_at timestamptz not null,
    primary key (tenant_id, id),
    unique (tenant_id, name, version),
    exclude using gist (tenant_id with =, name with =, daterange(valid_from, valid_to, '[]') with &&) where (published)
);
select app.wall('cards', 'published', '{
    "wb_employer": {"select": true, "insert": true, "update": ["published", "valid_to"]},
    "wb_agency": {"select": true}, "wb_worker": {"select": true}}');

create table card_lines (
    tenant_id      uuid not null,
    card_id        uuid not null,
    id             uuid not null,
    grade          text not null references grades,
    pay_max        numeric(9,4) not null check (pay_max > 0),        -- core, an hour
    commission_max numeric(9,4) not null check (commission_max >= 0),-- per paid hour
    published      boolean not null default false,
    primary key (tenant_id, id),
    unique (tenant_id, card_id, grade),
    foreign key (tenant_id, card_id) references cards (tenant_id, id)
);
select app.wall('card_lines', 'published', '{
    "wb_employer": {"select": true, "insert": true, "update": ["published"]},
    "wb_agency": {"select": true}}');

---------------------------------------------------------------- shifts
create table counters (
    owner_id uuid not null,
    name     text not null,
    next     bigint not null,
    primary key (owner_id, name)
);
select app.wall('counters', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["next"]}, "wb_practice": {"select": true, "insert": true, "update": ["next"]}}', false);

-- An id made where rows are made set-wise: a UUIDv7, so that it sorts by time as
-- those made in Go do, and new rows of an index lie side by side.
create function app.new_id() returns uuid language sql volatile parallel safe as $$
    select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
$$;

-- The letters that begin an organisation's references: KUH in KUH-40841.
create function app.letters(organisation uuid) returns text language sql stable as $$
    select letters from organisations where id = organisation
$$;

-- Every foreign key costs an import of 100,000 rows as much as two indexes. The
-- ward vouches for tenant and site, the grade for the staff group, because the
-- module copies them from there.
create table shifts (
    tenant_id     uuid not null,
    host_id       uuid references organisations,  -- where the work is done, when that is another organisation
    id            uuid not null,
    ref           text not null,
    status        text not null check (status in ('draft', 'open', 'filled', 'cancelled', 'expired')),
    source        text not null check (length(source) between 1 and 40), -- form, api, import, or a connection's name
    external_ref  text check (length(external_ref) between 1 and 60),
    place         integer not null default 1,     -- 1 to n of a request for n people
    import_id     uuid,
    site_id       uuid not null,
    ward_id       uuid not null,
    staff_group   text not null,
    grade         text not null references grades,
    specialty     text not null default '' check (length(specialty) <= 80),
    starts_at     timestamptz not null,
    ends_at       timestamptz not null,
    break_minutes integer not null check (break_minutes between 0 and 240),
    reason        text not null references reasons,
    cost_centre   text not null default '' check (length(cost_centre) <= 20),
    notes         text not null default '' check (length(notes) <= 500), -- agencies and the worker read these
    retrospective boolean not null default false,
    lead_minutes  integer not null,               -- from creation to start: which delays the cascade takes
    created_at    timestamptz not null,
    created_by    text not null default '',
    ended_at      timestamptz,                    -- filled, cancelled or expired
    ended_why     text not null default '',
    version       bigint not null default 1,
    primary key (tenant_id, id),
    check (ends_at > starts_at),
    foreign key (tenant_id, ward_id) references wards (tenant_id, id)
);
create unique index shifts_ref on shifts (ref);
create unique index shifts_external on shifts (tenant_id, source, external_ref, place) where external_ref is not null;
create index shifts_board on shifts (tenant_id, status, starts_at, id);
create index shifts_start on shifts (tenant_id, starts_at, id);
create index shifts_id on shifts (id);
select app.wall('shifts', 'two-sided', '{
    "wb_employer": {"select": true, "insert": true, "update": ["status", "external_ref", "site_id", "ward_id", "staff_group", "grade", "specialty", "starts_at", "ends_at", "break_minutes", "reason", "cost_centre", "notes", "retrospective", "lead_minutes", "ended_at", "ended_why", "version"]},
    "wb_practice": {"select": true}}');
select app.own_wards('shifts');

---------------------------------------------------------------- cascade
create table cascade_rules (
    owner_id     uuid not null,
    id           uuid not null,
    version      integer not null,
    name         text not null,
    bands        jsonb not null,                  -- by lead time: [{"from_minutes", "first": {"after_minutes" or "before_start_minutes"}, "each_minutes"}]
    valid_from   timestamptz not null,
    created_at   timestamptz not null,
    primary key (owner_id, id),
    unique (owner_id, version)
);
select app.wall('cascade_rules', 'own', '{"wb_employer": {"select": true, "insert": true}}');

-- A plan is what the rule makes of one moment of creation, one staff group and one
-- start; all shifts that share them share it, so that an import of 100,000 plans
-- some thousand. Which shifts follow a plan, and until when, stands in cascades.
create table cascade_plans (
    owner_id     uuid not null,
    id           uuid not null,
    rule_id      uuid not null,
    staff_group  text not null,
    starts_at    timestamptz not null,            -- of its shifts
    lead_minutes integer not null,
    created_at   timestamptz not null,
    primary key (owner_id, id)
);
select app.wall('cascade_plans', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["rule_id"]}}', false); -- update: so that a sweep may lock a plan

-- The steps of a plan and what became of each: the timeline is read from here.
create table cascade_steps (
    owner_id    uuid not null,
    plan_id     uuid not null,
    step        integer not null,                 -- 0 is the bank
    tier        integer not null,                 -- 0: bank, then 1 to 9
    due_at      timestamptz not null,
    done_at     timestamptz,
    outcome     text not null default 'planned' check (outcome in ('planned', 'opened', 'empty', 'stopped')),
    agencies    integer not null default 0,       -- how many were told
    why         text not null,                    -- the rule's words: "lead time 3 to 14 days: 24 h after the bank"
    primary key (owner_id, plan_id, step)
);
select app.wall('cascade_steps', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["done_at", "outcome", "agencies"], "delete": true}}', false);

-- One row for a shift that cascades: its plan, and when and why that stopped.
create table cascades (
    owner_id    uuid not null,
    shift_id    uuid not null,
    plan_id     uuid not null,
    grade       text not null,
    stopped_at  timestamptz,
    stopped_why text not null default '' check (stopped_why in ('', 'filled', 'cancelled', 'expired')),
    primary key (owner_id, shift_id)
);
create index cascades_plan on cascades (owner_id, plan_id) where (stopped_at is null);
select app.wall('cascades', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["stopped_at", "stopped_why"], "delete": true}}', false);

create table releases (
    tenant_id   uuid not null,
    agency_id   uuid not null,
    id          uuid not null,
    month       date not null,                    -- of the shift's start in UTC: the partition
    shift_id    uuid not null,
    staff_group text not null,
    grade       text not null,
    tier        integer not null,                 -- the agency's own
    status      text not null default 'live' check (status in ('live', 'closed')),
    starts_at   timestamptz not null,
    opened_at   timestamptz not null,             -- the instant of the decision
    closed_at   timestamptz,
    closed_why  text not null default '' check (closed_why in ('', 'filled', 'cancelled', 'expired', 'agreement_ended')),
    seen_at     timestamptz,
    primary key (id, month),
    unique (month, shift_id, agency_id)
) partition by range (month);
create index releases_agency on releases (agency_id, status, starts_at, id);
select app.months('releases', date '2026-01-01', date '2028-01-01');
select app.wall('releases', 'two-sided', '{
    "wb_employer": {"select": true, "insert": true, "update": ["status", "closed_at", "closed_why"]},
    "wb_agency": {"select": true, "update": ["seen_at"]}}', false);

-- A shift is open to an agency's eyes by its release, and to a worker's by the booking (below).
select app.allow('shifts', 'wb_agency', 'select', '["tenant_id", "id", "ref", "status", "site_id", "ward_id", "staff_group", "grade", "specialty", "starts_at", "ends_at", "break_minutes", "reason", "notes", "lead_minutes", "created_at", "ended_at"]');
select app.pass('shifts', 'released', 'wb_agency', 'exists (select from releases r where r.month = date_trunc(''month'', shifts.starts_at at time zone ''utc'')::date and r.shift_id = shifts.id and r.tenant_id = shifts.tenant_id and r.agency_id = (select app.me()))', 'an agency sees the shifts that were released to it');

---------------------------------------------------------------- proposals and bookings
create table proposals (
    tenant_id         uuid not null references organisations,
    agency_id         uuid not null references organisations,
    worker_id         uuid not null,
    id                uuid not null,
    ref               text not null,
    shift_id          uuid not null,
    ward_id           uuid not null,
    representation_id uuid not null,
    agreement_id      uuid not null,
    tier              integer not null,
    worker_name       text not null,
    staff_group       text not null,
    grade             text not null,
    register_body     text not null,
    register_number   text not null,
    pay_rate          numeric(9,4) not null check (pay_rate > 0),
    commission        numeric(9,4) not null check (commission >= 0),
    pay_max           numeric(9,4) not null,      -- the card's, when it was sent
    card_id           uuid not null,
    minutes           integer not null,           -- paid
    net_pence         bigint not null,
    quote             jsonb not null,             -- lines, version and sources, as shown when it was sent
    note              text not null default '' check (length(note) <= 300),
    submitted_at      timestamptz not null,
    submitted_by      text not null,
    withdrawn_at      timestamptz,                -- the agency's
    decision          text check (decision in ('accepted', 'declined', 'closed', 'expired')), -- the employer's
    decided_at        timestamptz,
    decided_by        text not null default '',
    decision_reason   text not null default '' check (length(decision_reason) <= 300),
    status            text not null generated always as (case when withdrawn_at is not null then 'withdrawn' when decision is not null then decision else 'submitted' end) stored,
    primary key (tenant_id, id),
    unique (tenant_id, agency_id, worker_id, id),
    check (withdrawn_at is null or decision is null),
    check ((decision is null) = (decided_at is null)),
    foreign key (agency_id, representation_id) references representations (agency_id, id),
    foreign key (tenant_id, shift_id) references shifts (tenant_id, id),
    foreign key (tenant_id, agency_id, agreement_id) references agreements (tenant_id, agency_id, id)
);
create unique index proposals_ref on proposals (ref);
create unique index proposals_one_live on proposals (shift_id, worker_id) where (withdrawn_at is null and decision is null);
create index proposals_shift on proposals (tenant_id, shift_id);
create index proposals_agency on proposals (agency_id, submitted_at desc);
create index proposals_queue on proposals (tenant_id, submitted_at) where (withdrawn_at is null and decision is null);
create index proposals_worker on proposals (worker_id);
select app.wall('proposals', 'two-sided', '{
    "wb_employer": {"select": true, "update": ["decision", "decided_at", "decided_by", "decision_reason"]},
    "wb_agency": {"select": true, "update": ["withdrawn_at"],
        "insert": ["tenant_id", "agency_id", "worker_id", "id", "ref", "shift_id", "ward_id", "representation_id", "agreement_id", "tier", "worker_name", "staff_group", "grade", "register_body", "register_number", "pay_rate", "commission", "pay_max", "card_id", "minutes", "net_pence", "quote", "note", "submitted_at", "submitted_by"]},
    "wb_worker": {"select": ["tenant_id", "agency_id", "worker_id", "id", "ref", "shift_id", "status", "pay_rate", "submitted_at", "decided_at"]}}');
select app.own_wards('proposals');

create table bookings (
    tenant_id     uuid not null references organisations,
    agency_id     uuid not null references organisations,
    worker_id     uuid not null,
    id            uuid not null,
    ref           text not null,
    shift_id      uuid not null,
    ward_id       uuid not null,
    site_id       uuid not null,
    proposal_id   uuid,                           -- null: booked directly for a shift in the past
    agreement_id  uuid not null,
    worker_name   text not null,
    staff_group   text not null,
    grade         text not null,
    specialty     text not null default '',
    starts_at     timestamptz not null,
    ends_at       timestamptz not null,
    break_minutes integer not null,
    notes         text not null default '',
    cost_centre   text not null default '',
    pay_rate      numeric(9,4) not null,
    commission    numeric(9,4) not null,
    card_id       uuid not null,
    quote         jsonb not null,
    net_pence     bigint not null,
    status        text not null default 'confirmed' check (status in ('confirmed', 'cancelled', 'no_show', 'worked')),
    confirmed_at  timestamptz not null,
    confirmed_by  text not null,
    ended_at      timestamptz,
    ended_why     text not null default '',
    primary key (tenant_id, id),
    unique (tenant_id, agency_id, worker_id, id),
    foreign key (tenant_id, shift_id) references shifts (tenant_id, id),
    foreign key (tenant_id, agency_id, worker_id, proposal_id) references proposals (tenant_id, agency_id, worker_id, id),
    foreign key (tenant_id, agency_id, agreement_id) references agreements (tenant_id, agency_id, id)
);
create unique index bookings_ref on bookings (ref);
create unique index bookings_one_live on bookings (tenant_id, shift_id) where (status <> 'cancelled' and status <> 'no_show');
create index bookings_agency on bookings (agency_id, starts_at);
create index bookings_worker on bookings (worker_id, starts_at);
create index bookings_start on bookings (tenant_id, starts_at, id);
select app.wall('bookings', 'two-sided', '{
    "wb_employer": {"select": true, "insert": true, "update": ["status", "ended_at", "ended_why"]},
    "wb_agency": {"select": ["tenant_id", "agency_id", "worker_id", "id", "ref", "shift_id", "ward_id", "site_id", "proposal_id", "agreement_id", "worker_name", "staff_group", "grade", "specialty", "starts_at", "ends_at", "break_minutes", "notes", "pay_rate", "commission", "card_id", "quote", "net_pence", "status", "confirmed_at", "ended_at", "ended_why"]},
    "wb_worker": {"select": ["tenant_id", "agency_id", "worker_id", "id", "ref", "shift_id", "ward_id", "site_id", "worker_name", "staff_group", "grade", "specialty", "starts_at", "ends_at", "break_minutes", "notes", "pay_rate", "quote", "status", "confirmed_at", "ended_at", "ended_why"]}}');
select app.own_wards('bookings');
select app.allow('shifts', 'wb_worker', 'select', '["tenant_id", "id", "ref", "status", "site_id", "ward_id", "staff_group", "grade", "specialty", "starts_at", "ends_at", "break_minutes", "notes"]');
select app.pass('shifts', 'booked', 'wb_worker', 'exists (select from bookings b where b.shift_id = shifts.id and b.tenant_id = shifts.tenant_id and b.worker_id = (select app.me()))', 'a worker sees the shifts they are booked on');

-- Whom an employer may book directly: a worker whom one of its agencies represents, by
-- register number, or by id when they have been booked here before. Nobody else is there.
create function app.engaged(agency uuid, worker uuid, register text)
returns table (worker_id uuid, name text, staff_group text, grade text)
language sql stable security definer set search_path = public, app, pg_temp as $$
    select r.worker_id, r.name, r.staff_group, r.grade
    from   representations r
    where  r.agency_id = agency and r.worker_id is not null and r.archived_at is null
    and    current_setting('app.kind', true) in ('trust', 'hub')
    and    exists (select from agreements a where a.tenant_id = app.me() and a.agency_id = agency and a.ended_at is null)
    and    (register <> '' and upper(r.register_number) = upper(register)
            or exists (select from bookings b where b.tenant_id = app.me() and b.agency_id = agency and b.worker_id = worker and b.worker_id = r.worker_id))
    order  by r.confirmed_at
    limit  1
$$;
alter function app.engaged(uuid, uuid, text) owner to wb_definer;
revoke execute on function app.engaged(uuid, uuid, text) from public;
grant execute on function app.engaged(uuid, uuid, text) to wb_employer;

-- The diary: one row per commitment of a person, whoever made it. Nobody is in
-- two places at once; the constraint sees every employer, and the answer tells nobody which.
create table diary (
    id         uuid primary key,
    person_id  uuid not null,
    tenant_id  uuid not null,
    booking_id uuid not null unique,
    period     tstzrange not null,
    live       boolean not null default true,
    constraint diary_one_place exclude using gist (person_id with =, period with &&) where (live)
);
select app.wall('diary', 'kernel', '{"wb_definer": {"select": true, "insert": true, "update": true}}');
create function app.diary_plan(entry uuid, booking uuid) returns boolean
language sql volatile security definer set search_path = public, app, pg_temp as $$
    with planned as (
        insert into diary (id, person_id, tenant_id, booking_id, period)
        select entry, b.worker_id, b.tenant_id, b.id, tstzrange(b.starts_at, b.ends_at)
        from   bookings b
        where  b.id = booking and b.tenant_id = app.me()
        returning 1)
    select exists (select from planned)
$$;
create function app.diary_drop(booking uuid) returns void
language sql volatile security definer set search_path = public, app, pg_temp as $$
    update diary set live = false where booking_id = booking and tenant_id = app.me()
$$;
-- Is this worker of mine free then? Yes or no, and nothing else.
create function app.diary_free(representation uuid, from_at timestamptz, to_at timestamptz) returns boolean
language sql stable security definer set search_path = public, app, pg_temp as $$
    select not exists (
        select from diary d
        join   representations r on d.person_id in (r.id, r.worker_id)
        where  r.agency_id = app.me() and r.id = representation and d.live and d.period && tstzrange(from_at, to_at))
$$;

---------------------------------------------------------------- timesheets
create table timesheets (
    tenant_id      uuid not null references organisations,
    agency_id      uuid not null references organisations,
    worker_id      uuid not null,
    id             uuid not null,
    ref            text not null,
    booking_id     uuid not null,
    shift_id       uuid not null,
    shift_ref      text not null,
    agreement_id   uuid not null,
    site_id        uuid not null,
    ward_id        uuid not null,
    staff_group    text not null,
    grade          text not null,
    cost_centre    text not null default '',
    worker_name    text not null,
    worked_on      date not null,                 -- local date on which the shift starts: its week, its bill
    planned_starts_at timestamptz not null,
    planned_ends_at   timestamptz not null,
    planned_break_minutes integer not null,
    opened_at      timestamptz not null,
    dropped_at     timestamptz,                   -- the booking came to nothing, so there are no hours to record
    -- the worker's claim
    starts_at      timestamptz,
    ends_at        timestamptz,
    break_minutes  integer check (break_minutes between 0 and 480),
    breaks         jsonb,                         -- actual times, when recorded: [{"starts_at", "ends_at"}]
    worker_note    text not null default '' check (length(worker_note) <= 300),
    submitted_at   timestamptz,
    submitted_by   uuid,                          -- whoever last amended the hours
    -- the employer's answer
    queried_at     timestamptz,
    queried_by     text not null default '',
    query_reason   text not null default '' check (length(query_reason) <= 300),
    approved_at    timestamptz,
    approved_by    text not null default '',
    minutes        integer,                       -- paid
    net_pence      bigint,
    quote          jsonb,
    billed_at      timestamptz,                   -- its lines stand on an issued self-bill
    status         text not null generated always as (case when approved_at is not null then 'approved' when queried_at is not null and (submitted_at is null or queried_at >= submitted_at) then 'queried' when submitted_at is not null then 'submitted' else 'open' end) stored,
    primary key (tenant_id, id),
    unique (tenant_id, agency_id, worker_id, id),
    unique (tenant_id, booking_id),
    check (ends_at > starts_at),
    check (approved_at is null or (submitted_at is not null and net_pence is not null)),
    foreign key (tenant_id, agency_id, worker_id, booking_id) references bookings (tenant_id, agency_id, worker_id, id)
);
create unique index timesheets_ref on timesheets (ref);
create index timesheets_queue on timesheets (tenant_id, status, planned_starts_at, id);
create index timesheets_worker on timesheets (worker_id, planned_starts_at);
create index timesheets_agency on timesheets (agency_id, planned_starts_at);
create index timesheets_unbilled on timesheets (tenant_id, worked_on) where (approved_at is not null and billed_at is null);
select app.wall('timesheets', 'two-sided', '{
    "wb_employer": {"select": true,
        "insert": ["tenant_id", "agency_id", "worker_id", "id", "ref", "booking_id", "shift_id", "shift_ref", "agreement_id", "site_id", "ward_id", "staff_group", "grade", "cost_centre", "worker_name", "worked_on", "planned_starts_at", "planned_ends_at", "planned_break_minutes", "opened_at"],
        "update": ["dropped_at", "queried_at", "queried_by", "query_reason", "approved_at", "approved_by", "minutes", "net_pence", "quote", "billed_at"]},
    "wb_agency": {"select": ["tenant_id", "agency_id", "worker_id", "id", "ref", "booking_id", "shift_id", "shift_ref", "agreement_id", "site_id", "ward_id", "staff_group", "grade", "worker_name", "worked_on", "planned_starts_at", "planned_ends_at", "planned_break_minutes", "opened_at", "dropped_at", "starts_at", "ends_at", "break_minutes", "breaks", "worker_note", "submitted_at", "submitted_by", "queried_at", "query_reason", "approved_at", "minutes", "net_pence", "quote", "billed_at", "status"]},
    "wb_worker": {"select": ["tenant_id", "agency_id", "worker_id", "id", "ref", "booking_id", "shift_id", "shift_ref", "agreement_id", "site_id", "ward_id", "staff_group", "grade", "worker_name", "worked_on", "planned_starts_at", "planned_ends_at", "planned_break_minutes", "opened_at", "dropped_at", "starts_at", "ends_at", "break_minutes", "breaks", "worker_note", "submitted_at", "submitted_by", "queried_at", "query_reason", "approved_at", "minutes", "status"],
                  "update": ["starts_at", "ends_at", "break_minutes", "breaks", "worker_note", "submitted_at", "submitted_by"]}}');
select app.own_wards('timesheets');

-- Approved hours are settled: nothing about them changes any more but that they
-- have been billed, once.
create function app.timesheet_settled() returns trigger language plpgsql as $$
begin
    if old.billed_at is not null or (to_jsonb(new) - array['billed_at', 'status']) is distinct from (to_jsonb(old) - array['billed_at', 'status']) then
        raise exception 'timesheet % has been approved and cannot change', old.ref using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger settled before update on timesheets for each row when (old.approved_at is not null) execute function app.timesheet_settled();

-- Approved hours, priced and locked: the lines that a bill is made of.
create table timesheet_lines (
    tenant_id    uuid not null,
    agency_id    uuid not null,
    worker_id    uuid not null,
    id           uuid not null,
    timesheet_id uuid not null,
    agreement_id uuid not null,
    earned_on    date not null,                   -- local date on which the work began: the week whose earnings it belongs to
    position     integer not null,
    kind         text not null check (kind in ('pay', 'supplement', 'holiday', 'employer_ni', 'pension', 'levy', 'commission')),
    band         text not null default '',        -- core, low, high; pay lines only
    minutes      integer not null default 0,
    rate         numeric(9,4),
    factor       numeric(8,6),
    amount_pence bigint not null,
    vat_category text not null check (vat_category in ('S', 'E', 'O')),
    vat_rate     numeric(8,6) not null,
    vat_reason   text not null default '',
    vat_source   text not null default '',
    formula      text not null,
    primary key (tenant_id, id),
    unique (timesheet_id, position),
    unique (tenant_id, agency_id, worker_id, id),
    foreign key (tenant_id, agency_id, worker_id, timesheet_id) references timesheets (tenant_id, agency_id, worker_id, id)
);
create index timesheet_lines_week on timesheet_lines (tenant_id, agreement_id, worker_id, earned_on);
select app.wall('timesheet_lines', 'two-sided', '{
    "wb_employer": {"select": true, "insert": true},
    "wb_agency": {"select": true},
    "wb_worker": {"select": true}}', false);
select app.pass('timesheet_lines', 'own_pay', 'wb_worker', 'kind in (''pay'', ''supplement'', ''holiday'')', 'what an agency charges on top is no business of the worker''s', true);
-- It looks past the walls: a ward manager's eyes would miss the timesheet of another ward.
create function app.timesheet_lines_before_approval() returns trigger language plpgsql security definer set search_path = public, app, pg_temp as $$
begin
    if exists (select from added a join timesheets t on t.tenant_id = a.tenant_id and t.id = a.timesheet_id where t.approved_at is not null) then
        raise exception 'an approved timesheet takes no more lines' using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;
alter function app.timesheet_lines_before_approval() owner to wb_definer;
revoke execute on function app.timesheet_lines_before_approval() from public;
create trigger before_approval after insert on timesheet_lines referencing new table as added for each statement execute function app.timesheet_lines_before_approval();

---------------------------------------------------------------- billing
create table self_bill_runs (
    owner_id    uuid not null,
    id          uuid not null,
    ref         text not null,
    period_from date not null,
    period_to   date not null,
    status      text not null check (status in ('draft', 'issued')),
    prepared_at timestamptz not null,
    prepared_by text not null,
    issued_at   timestamptz,
    issued_by   text not null default '',
    blocked     jsonb not null default '[]',      -- [{"agency", "code", "text", "timesheets", "net_pence"}]
    primary key (owner_id, id),
    check (period_to = period_from + 6 and extract(isodow from period_from) = 1)
);
create unique index self_bill_runs_draft on self_bill_runs (owner_id, period_from) where (status = 'draft');
select app.wall('self_bill_runs', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["status", "issued_at", "issued_by", "blocked", "prepared_at", "prepared_by"], "delete": true}}');

create table self_bills (
    tenant_id     uuid not null references organisations,
    agency_id     uuid not null references organisations,
    id            uuid not null,
    run_id        uuid not null,
    agreement_id  uuid not null,
    number        text,                           -- taken at issue, one gapless series per trust and agency
    status        text not null default 'draft' check (status in ('draft', 'issued')),
    period_from   date not null,
    period_to     date not null,
    supplier      jsonb not null,
    customer      jsonb not null,
    lines         integer not null,
    timesheets    integer not null,
    minutes       integer not null,               -- paid
    net_pence     bigint not null,
    vat_pence     bigint not null,
    gross_pence   bigint not null,
    vat           jsonb not null,                 -- by category: [{"category", "rate", "reason", "net_pence", "vat_pence"}]
    tax_point_on  date,
    issued_at     timestamptz,
    primary key (tenant_id, id),
    unique (tenant_id, agency_id, id),
    check ((status = 'issued') = (number is not null)),
    check (gross_pence = net_pence + vat_pence),
    foreign key (tenant_id, run_id) references self_bill_runs (owner_id, id),
    foreign key (tenant_id, agency_id, agreement_id) references agreements (tenant_id, agency_id, id)
);
create unique index self_bills_number on self_bills (number);
create index self_bills_run on self_bills (tenant_id, run_id);
create index self_bills_agency on self_bills (agency_id, issued_at desc);
select app.wall('self_bills', 'two-sided', '{
    "wb_employer": {"select": true, "insert": true, "update": ["status", "number", "tax_point_on", "issued_at"], "delete": true},
    "wb_agency": {"select": true}}');
select app.pass('self_bills', 'issued_only', 'wb_agency', 'status = ''issued''', 'a draft is the trust''s own paper', true);

create table self_bill_lines (
    tenant_id    uuid not null,
    agency_id    uuid not null,
    id           uuid not null,
    self_bill_id uuid not null,
    timesheet_id uuid not null,
    line_id      uuid not null,                   -- the timesheet line
    position     integer not null,
    issued       boolean not null default false,
    timesheet_ref text not null,
    shift_ref    text not null,
    worker_name  text not null,
    ward         text not null,
    cost_centre  text not null,
    worked_on    date not null,
    kind         text not null,
    band         text not null default '',
    minutes      integer not null default 0,
    rate         numeric(9,4),
    factor       numeric(8,6),
    net_pence    bigint not null,
    vat_category text not null,
    vat_rate     numeric(8,6) not null,
    vat_pence    bigint not null,
    vat_reason   text not null default '',
    primary key (tenant_id, id),
    unique (tenant_id, line_id),                  -- billed once
    foreign key (tenant_id, agency_id, self_bill_id) references self_bills (tenant_id, agency_id, id) on delete cascade
);
create index self_bill_lines_bill on self_bill_lines (self_bill_id, position);
select app.wall('self_bill_lines', 'two-sided', '{
    "wb_employer": {"select": true, "insert": true, "update": ["issued"], "delete": true},
    "wb_agency": {"select": ["tenant_id", "agency_id", "id", "self_bill_id", "timesheet_id", "line_id", "position", "issued", "timesheet_ref", "shift_ref", "worker_name", "ward", "worked_on", "kind", "band", "minutes", "rate", "factor", "net_pence", "vat_category", "vat_rate", "vat_pence", "vat_reason"]}}', false);
select app.pass('self_bill_lines', 'issued_only', 'wb_agency', 'issued', 'a draft is the trust''s own paper', true);

-- An issued document is the supplier's own invoice: it is never edited, never
-- deleted and takes no more lines. A mistake is put right by a credit note.
create function app.issued_stays() returns trigger language plpgsql as $$
begin
    raise exception 'an issued self-bill cannot change' using errcode = 'insufficient_privilege';
end $$;
create trigger issued_stays before update or delete on self_bills for each row when (old.status = 'issued') execute function app.issued_stays();
create trigger issued_stays before update or delete on self_bill_lines for each row when (old.issued) execute function app.issued_stays();
create trigger issued_stays before update or delete on self_bill_runs for each row when (old.status = 'issued') execute function app.issued_stays();
create function app.self_bill_lines_of_drafts() returns trigger language plpgsql as $$
begin
    if exists (select from added a join self_bills b on b.tenant_id = a.tenant_id and b.id = a.self_bill_id where b.status = 'issued') then
        raise exception 'an issued self-bill takes no more lines' using errcode = 'insufficient_privilege';
    end if;
    return null;
end $$;
create trigger of_drafts after insert on self_bill_lines referencing new table as added for each statement execute function app.self_bill_lines_of_drafts();

create table bill_series (
    owner_id  uuid not null,
    agency_id uuid not null,
    last      bigint not null,
    primary key (owner_id, agency_id)
);
select app.wall('bill_series', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["last"]}}');

---------------------------------------------------------------- notices
create table notices (
    owner_id uuid not null,
    id       uuid not null,
    at       timestamptz not null,
    kind     text not null,
    title    text not null,
    text     text not null default '',
    href     text not null default '',
    read_at  timestamptz,
    once     text,                                -- tells the same thing only once
    ward_id  uuid,                                -- null: it concerns no ward
    primary key (owner_id, id),
    unique (owner_id, once)
);
create index notices_new on notices (owner_id, at desc, id desc);
create index notices_unread on notices (owner_id) where read_at is null;
select app.wall('notices', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["read_at"]}, "wb_practice": {"select": true, "insert": true, "update": ["read_at"]}, "wb_agency": {"select": true, "insert": true, "update": ["read_at"]}, "wb_worker": {"select": true, "insert": true, "update": ["read_at"]}, "wb_platform": {"select": true, "insert": true, "update": ["read_at"]}}', false);

select app.pass('notices', 'own_wards', 'wb_employer', '(select app.wards()) is null or ward_id is null or ward_id = any ((select app.wards())::uuid[])', 'a ward manager is told of the wards of the grant', true);

create table mails (
    owner_id   uuid not null,
    id         uuid not null,
    at         timestamptz not null,
    to_name    text not null,
    to_email   text not null,
    subject    text not null,
    text       text not null,
    sent_at    timestamptz,
    failed_at  timestamptz,
    failure    text not null default '',
    primary key (owner_id, id)
);
create index mails_latest on mails (owner_id, at desc, id desc);
select app.wall('mails', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["sent_at", "failed_at", "failure"]}, "wb_practice": {"select": true, "insert": true, "update": ["sent_at", "failed_at", "failure"]}, "wb_agency": {"select": true, "insert": true, "update": ["sent_at", "failed_at", "failure"]}, "wb_worker": {"select": true, "insert": true, "update": ["sent_at", "failed_at", "failure"]}, "wb_platform": {"select": true, "insert": true, "update": ["sent_at", "failed_at", "failure"]}}', false);

---------------------------------------------------------------- exchange
create table imports (
    owner_id    uuid not null,
    id          uuid not null,
    kind        text not null,
    name        text not null default '',         -- the file's
    content_type text not null default '',
    size        bigint not null,
    source      text not null default 'import',   -- references are unique per source
    choice      text not null default 'all' check (choice in ('all', 'good')), -- apply nothing while a row is bad, or the good rows
    dry_run     boolean not null default false,
    status      text not null check (status in ('reading', 'checking', 'checked', 'applying', 'applied', 'refused', 'failed')),
    rows        integer not null default 0,
    rows_read   integer not null default 0,
    rows_bad    integer not null default 0,
    created     integer not null default 0,
    updated     integer not null default 0,
    unchanged   integer not null default 0,
    mapping     jsonb not null default '{}',
    notices     jsonb not null default '[]',
    failure     text not null default '',
    failure_code text not null default '',
    created_at  timestamptz not null,
    created_by  text not null,
    finished_at timestamptz,
    primary key (owner_id, id)
);
create index imports_latest on imports (owner_id, created_at desc);
select app.wall('imports', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["choice", "status", "rows", "rows_read", "rows_bad", "created", "updated", "unchanged", "mapping", "notices", "failure", "failure_code", "finished_at"]},
    "wb_agency": {"select": true, "insert": true, "update": ["choice", "status", "rows", "rows_read", "rows_bad", "created", "updated", "unchanged", "mapping", "notices", "failure", "failure_code", "finished_at"]}}');

create table import_chunks (
    owner_id  uuid not null,
    import_id uuid not null,
    n         integer not null,
    bytes     bytea not null,
    primary key (owner_id, import_id, n)
);
select app.wall('import_chunks', 'own', '{"wb_employer": {"select": true, "insert": true, "delete": true}, "wb_agency": {"select": true, "insert": true, "delete": true}}', false);

create unlogged table import_rows (
    owner_id  uuid not null,
    import_id uuid not null,
    row       integer not null,
    cells     text[] not null,
    bad       boolean not null default false,
    primary key (owner_id, import_id, row)
);
select app.wall('import_rows', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["cells", "bad"], "delete": true}, "wb_agency": {"select": true, "insert": true, "update": ["cells", "bad"], "delete": true}}', false);

create table import_errors (
    owner_id    uuid not null,
    import_id   uuid not null,
    id          bigint generated always as identity,
    row         integer not null,
    column_name text not null,
    value       text not null default '',
    code        text not null,
    text        text not null,
    suggestion  text not null default '',
    warning     boolean not null default false,
    primary key (owner_id, import_id, id)
);
create index import_errors_row on import_errors (owner_id, import_id, row);
select app.wall('import_errors', 'own', '{"wb_employer": {"select": true, "insert": true, "delete": true}, "wb_agency": {"select": true, "insert": true, "delete": true}}', false);

---------------------------------------------------------------- who is linked with whom
create or replace function app.links() returns uuid[]
language sql stable security definer set search_path = public, app, pg_temp as $$
    select coalesce(array_agg(distinct t), '{}') from (
        select a.tenant_id as t from agreements a
        where  a.agency_id = app.me() and current_setting('app.kind', true) = 'agency' and a.ended_at is null
        union all
        select b.tenant_id from bookings b
        where  b.worker_id = app.me() and current_setting('app.kind', true) = 'worker'
    ) x
$$;
alter function app.links() owner to wb_definer;

do $$
declare
    f record;
begin
    for f in select p.oid::regprocedure as sig, p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = 'app' and p.proname in ('representations_of_me', 'confirm_representation', 'diary_plan', 'diary_drop', 'diary_free')
    loop
        execute format('alter function %s owner to wb_definer', f.sig);
        execute format('revoke execute on function %s from public', f.sig);
        execute format('grant execute on function %s to %s', f.sig,
            case f.proname when 'diary_plan' then 'wb_employer' when 'diary_drop' then 'wb_employer' when 'diary_free' then 'wb_agency' else 'wb_worker' end);
    end loop;
end $$;
