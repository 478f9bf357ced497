-- Approvals: who must say yes to what, in whose stead, and what they said.

-- One condition's way through the organisation from an instant on. A row that was
-- replaced before it came into force is superseded and kept.
create table approval_rules (
    owner_id           uuid not null references organisations,
    id                 uuid not null,
    condition          text not null check (condition in ('within_cap', 'over_cap', 'hundred_an_hour', 'off_framework', 'restricted_group', 'interim_vsm')),
    approvers          text[] not null check (cardinality(approvers) between 1 and 8),
    limit_rate         numeric(9,4) not null default 0 check (limit_rate >= 0),   -- pounds an hour; 0: none
    limit_pence        bigint not null default 0 check (limit_pence >= 0),        -- in total; 0: none
    reason_required    boolean not null,
    statement_required boolean not null,
    evidence           text[] not null default '{}',
    escalate_minutes   integer not null default 0 check (escalate_minutes between 0 and 10080),
    escalate_to        text[] not null default '{}',
    out_of_hours       text not null default '' check (out_of_hours in ('', 'executive_on_call')),
    hours_from         time not null,
    hours_to           time not null,
    from_at            timestamptz not null,
    until_at           timestamptz,
    superseded_at      timestamptz,
    source             text not null check (length(source) between 1 and 300),
    made_at            timestamptz not null,
    made_by            text not null,
    primary key (owner_id, id),
    check (hours_from < hours_to),
    constraint approval_rules_once exclude using gist (owner_id with =, condition with =, tstzrange(from_at, until_at) with &&) where (superseded_at is null)
);
select app.wall('approval_rules', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["until_at", "superseded_at"]}}');

-- Who holds an office that approves, from when to when.
create table approval_offices (
    owner_id     uuid not null references organisations,
    id           uuid not null,
    office       text not null check (office in ('chief_executive', 'executive_director', 'executive_on_call', 'service_manager')),
    person_id    uuid not null,
    person_name  text not null,
    from_on      date not null,
    until_on     date,                            -- last day; null: until ended
    appointed_at timestamptz not null,
    appointed_by text not null,
    ended_at     timestamptz,                     -- ended early, at this instant
    primary key (owner_id, id),
    constraint approval_offices_once exclude using gist (owner_id with =, office with =, person_id with =, daterange(from_on, until_on, '[]') with &&) where (ended_at is null)
);
select app.wall('approval_offices', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["ended_at"]}}');

-- A holder lets somebody decide in their stead, for a time and up to a limit.
create table approval_delegations (
    owner_id      uuid not null references organisations,
    id            uuid not null,
    office        text not null check (office in ('chief_executive', 'executive_director', 'executive_on_call', 'service_manager')),
    holder_id     uuid not null,
    holder_name   text not null,
    delegate_id   uuid not null,
    delegate_name text not null,
    starts_at     timestamptz not null,
    ends_at       timestamptz not null,
    limit_rate    numeric(9,4) not null default 0 check (limit_rate >= 0),
    limit_pence   bigint not null default 0 check (limit_pence >= 0),
    made_at       timestamptz not null,
    revoked_at    timestamptz,
    revoked_by    text not null default '',
    primary key (owner_id, id),
    check (ends_at > starts_at),
    check (delegate_id <> holder_id),
    check (limit_rate > 0 or limit_pence > 0)
);
select app.wall('approval_delegations', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["revoked_at", "revoked_by"]}}');

-- What is asked, of whom, with everything that the answer rests on as it was then.
create table approval_requests (
    owner_id       uuid not null references organisations,
    id             uuid not null,
    subject_kind   text not null check (length(subject_kind) between 1 and 40),
    subject_id     uuid not null,
    subject_ref    text not null default '',
    title          text not null check (length(title) between 1 and 200),
    href           text not null default '',      -- the subject's page, after the organisation's own
    ward_id        uuid,
    conditions     text[] not null check (cardinality(conditions) >= 1),
    rule           jsonb not null,                -- of the strictest condition, as it was when asked
    rate           numeric(9,4) not null default 0, -- the highest charge an hour, before VAT
    cap            numeric(9,4) not null default 0, -- what it is held against; 0: no cap is known
    total_pence    bigint not null check (total_pence > 0),
    figures        jsonb not null default '{}',   -- exact strings: versions, segments
    requester_id   uuid,                          -- null: a key that is bound to nobody
    requester_name text not null,
    barred         uuid[] not null default '{}',  -- persons whose own it is
    reason         text not null default '',
    statement      text not null default '',
    evidence       jsonb not null default '[]',
    ratifies       uuid,                          -- the request that was decided out of hours
    state          text not null check (state in ('open', 'approved', 'refused', 'withdrawn', 'lapsed')),
    asked          text[] not null,               -- whom it waits for
    asked_at       timestamptz not null,
    due_at         timestamptz,                   -- an answer is wanted by then
    lapses_at      timestamptz,                   -- an answer is of no use from then on
    escalated_at   timestamptz,
    closed_at      timestamptz,
    closed_why     text not null default '',
    primary key (owner_id, id),
    foreign key (owner_id, ratifies) references approval_requests (owner_id, id),
    check ((state = 'open') = (closed_at is null))
);
create unique index approval_requests_open on approval_requests (owner_id, subject_kind, subject_id) where state = 'open' and ratifies is null;
create unique index approval_requests_ratified on approval_requests (owner_id, ratifies) where ratifies is not null;
create index approval_requests_subject on approval_requests (owner_id, subject_id, asked_at desc);
create index approval_requests_oldest on approval_requests (owner_id, asked_at, id);
create index approval_requests_waiting on approval_requests (owner_id, asked_at, id) where state = 'open';
select app.wall('approval_requests', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["state", "asked", "escalated_at", "closed_at", "closed_why"]}}');
select app.own_wards('approval_requests');

-- Written once and never changed: nobody has a right to.
create table approval_decisions (
    owner_id      uuid not null,
    id            uuid not null,
    request_id    uuid not null,
    ward_id       uuid,
    verdict       text not null check (verdict in ('approved', 'refused')),
    person_id     uuid not null,
    person_name   text not null,
    capacity      text not null,                  -- office:chief_executive, role:ward_manager
    delegation_id uuid,
    in_stead_of   text not null default '',
    interim       boolean not null default false, -- out of hours, to be ratified
    statement     text not null check (length(statement) between 1 and 1000),
    snapshot      jsonb not null,                 -- rate, cap, total, versions, conditions, rule
    decided_at    timestamptz not null,
    primary key (owner_id, id),
    unique (owner_id, request_id),
    foreign key (owner_id, request_id) references approval_requests (owner_id, id)
);
select app.wall('approval_decisions', 'own', '{"wb_employer": {"select": true, "insert": true}}');
select app.own_wards('approval_decisions');

-- What has been closed stays closed, and nobody decides about their own, however
-- a statement comes about.
create function app.approval_stays() returns trigger language plpgsql as $$
begin
    raise exception 'a closed approval cannot change' using errcode = 'insufficient_privilege';
end $$;
create trigger approval_stays before update or delete on approval_requests for each row when (old.state <> 'open') execute function app.approval_stays();
create trigger approval_stays before update or delete on approval_decisions for each row execute function app.approval_stays();

create function app.approval_by_another() returns trigger language plpgsql as $$
begin
    if exists (select from approval_requests r where r.owner_id = new.owner_id and r.id = new.request_id and new.person_id = any (r.barred)) then
        raise exception 'nobody decides about their own request' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
create trigger by_another before insert on approval_decisions for each row execute function app.approval_by_another();
