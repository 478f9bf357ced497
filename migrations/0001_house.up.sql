-- The house: the walls, who looks through them, and the kernel tables that no
-- party may touch. Every table of the product is made with app.wall(...).

create extension if not exists btree_gist;
create extension if not exists pg_trgm;

create schema app;
grant usage on schema app, public to wb_employer, wb_practice, wb_agency, wb_worker, wb_visitor, wb_platform, wb_definer, wb_queue, wb_river, wb_app;
grant create on schema app to wb_definer;
revoke create on schema public from public;

-- Who is looking. Set once per transaction by app.begin, never by a handler.
create function app.me() returns uuid language sql stable parallel safe
as $$ select nullif(current_setting('app.me', true), '')::uuid $$;
create function app.person() returns uuid language sql stable parallel safe
as $$ select nullif(current_setting('app.person', true), '')::uuid $$;
create function app.wards() returns uuid[] language sql stable parallel safe
as $$ select nullif(current_setting('app.wards', true), '')::uuid[] $$;

-- What each table is: the register that app.wall writes and the house tests read.
create table app.walls (
    table_name text primary key,
    class      text not null check (class in ('own', 'two-sided', 'published', 'shared', 'reference', 'kernel')),
    rights     jsonb not null,
    audited    boolean not null
);
create table app.extra_policies (
    table_name text not null references app.walls,
    name       text not null,
    role       text not null,
    why        text not null,
    primary key (table_name, name, role)
);

-- app.allow grants one verb on one table to one role, on named columns or all,
-- once, and writes into the register that it did.
create function app.allow(tbl text, role text, verb text, what jsonb) returns void
language plpgsql as $$
declare
    columns text;
begin
    if what is null or what = 'false'::jsonb then
        return;
    end if;
    update app.walls w
    set    rights = jsonb_set(w.rights, array[role], coalesce(w.rights -> role, '{}') || jsonb_build_object(verb, what))
    where  w.table_name = tbl and not coalesce(w.rights -> role, '{}') ? verb;
    if not found then
        raise exception '% on % has been granted to % already, or % has no wall', verb, tbl, role, tbl;
    end if;
    if jsonb_typeof(what) = 'array' then
        select string_agg(quote_ident(c), ', ') into columns from jsonb_array_elements_text(what) c;
        execute format('grant %s (%s) on %I to %I', verb, columns, tbl, role);
    else
        execute format('grant %s on %I to %I', verb, tbl, role);
    end if;
end $$;

-- app.sight is the predicate through which a kind of party sees a table of a class.
create function app.sight(tbl text, class text, role text) returns text
language plpgsql as $$
declare
    has_host boolean := exists (select from information_schema.columns
        where table_schema = 'public' and table_name = tbl and column_name = 'host_id');
begin
    return case
        when class = 'own' then 'owner_id = (select app.me())'
        when class = 'shared' then 'owner_id = (select app.me()) or app.shared(owner_id, id)'
        when class = 'reference' then 'true'
        when role in ('wb_platform', 'wb_visitor') then null
        when class in ('two-sided', 'published') and role in ('wb_employer', 'wb_practice') then
            case when has_host and role = 'wb_practice'
                then 'tenant_id = (select app.me()) or host_id = (select app.me())'
                else 'tenant_id = (select app.me())' end
        when class = 'two-sided' and role = 'wb_agency' then 'agency_id = (select app.me())'
        when class = 'two-sided' and role = 'wb_worker' then 'worker_id = (select app.me())'
        when class = 'published' then 'tenant_id = any ((select app.links())::uuid[]) and published'
        else null
    end;
end $$;

-- app.wall makes a table one of the house: forced row-level security, one policy
-- per role that has rights, grants by verb and column, and the audit triggers.
-- rights: {"wb_agency": {"select": true, "insert": ["a", "b"], "update": ["c"], "delete": true}, ...}
create function app.wall(tbl text, class text, rights jsonb, audited boolean default true) returns void
language plpgsql as $$
declare
    role   text;
    verbs  jsonb;
    verb   text;
    seen   text;
begin
    insert into app.walls values (tbl, class, '{}', audited);
    execute format('alter table %I enable row level security', tbl);
    execute format('alter table %I force row level security', tbl);
    execute format('revoke all on %I from public', tbl);
    execute format('create policy owner on %I to wb_owner using (true) with check (true)', tbl);
    if not rights ? 'wb_definer' then
        rights := rights || '{"wb_definer": {"select": true}}';
    end if;
    if class = 'reference' then
        rights := '{"wb_employer": {"select": true}, "wb_practice": {"select": true}, "wb_agency": {"select": true}, "wb_worker": {"select": true}, "wb_visitor": {"select": true}, "wb_platform": {"select": true, "insert": true, "update": true, "delete": true}}'::jsonb || rights;
    end if;
    for role, verbs in select * from jsonb_each(rights) loop
        if class = 'kernel' and role not in ('wb_definer', 'wb_queue', 'wb_river') then
            raise exception 'a kernel table has no rights for %', role;
        end if;
        seen := case when role in ('wb_definer', 'wb_queue', 'wb_river') then 'true' else app.sight(tbl, class, role) end;
        if seen is null then
            raise exception 'class % does not open % to %', class, tbl, role;
        end if;
        execute format('create policy %I on %I to %I using (%s) with check (%s)',
            replace(role, 'wb_', ''), tbl, role, seen,
            case when class = 'shared' and seen <> 'true' then 'owner_id = (select app.me())' else seen end);
        for verb in select jsonb_object_keys(verbs) loop
            perform app.allow(tbl, role, verb, verbs -> verb);
        end loop;
    end loop;
    if audited then
        perform app.watch(tbl);
    end if;
end $$;

-- app.pass adds a policy that a class alone cannot say, with its reason.
create function app.pass(tbl text, name text, role text, seen text, why text, restrictive boolean default false) returns void
language plpgsql as $$
begin
    insert into app.extra_policies values (tbl, name, role, why);
    execute format('create policy %I on %I as %s for select to %I using (%s)',
        name, tbl, case when restrictive then 'restrictive' else 'permissive' end, role, seen);
end $$;

-- app.own_wards hides rows of other wards from managers whose grant names wards.
create function app.own_wards(tbl text) returns void
language plpgsql as $$
begin
    insert into app.extra_policies values (tbl, 'own_wards', 'wb_employer', 'a ward manager sees the wards of the grant');
    execute format('create policy own_wards on %I as restrictive to wb_employer using ((select app.wards()) is null or ward_id = any ((select app.wards())::uuid[])) with check ((select app.wards()) is null or ward_id = any ((select app.wards())::uuid[]))', tbl);
end $$;

-- Partitions by month for the tables that only grow. A default partition takes
-- what no month has yet, so that nothing is ever refused for want of one.
create function app.months(tbl text, from_month date, upto date) returns void
language plpgsql as $$
declare
    m date := date_trunc('month', from_month);
    part text;
begin
    while m <= upto loop
        part := tbl || '_' || to_char(m, 'YYYY_MM');
        if to_regclass(quote_ident(part)) is null then
            execute format('create table %I partition of %I for values from (%L) to (%L)', part, tbl, m, (m + interval '1 month')::date);
            execute format('alter table %I enable row level security', part);
            execute format('alter table %I force row level security', part);
        end if;
        m := (m + interval '1 month')::date;
    end loop;
    if to_regclass(quote_ident(tbl || '_other')) is null then
        execute format('create table %I partition of %I default', tbl || '_other', tbl);
        execute format('alter table %I enable row level security', tbl || '_other');
        execute format('alter table %I force row level security', tbl || '_other');
    end if;
end $$;

-- Audit: who did what to which row, before and after. Written by trigger, so no
-- verb can forget it; seen by the row's owner and by the party that acted.
create table audit (
    at         timestamptz not null default clock_timestamp(),
    id         bigint generated always as identity,
    owner_id   uuid,                       -- whose row it is
    party_id   uuid,                       -- who acted
    party_kind text,
    actor_kind text not null,              -- person, key, job, console, support
    actor_id   uuid,
    actor_name text not null default '',
    request    text not null default '',
    table_name text not null,
    row_id     text not null,
    act        text not null check (act in ('insert', 'update', 'delete', 'read')),
    before     jsonb,
    after      jsonb,
    primary key (at, id)
) partition by range (at);
create index audit_owner on audit (owner_id, at desc, id desc);
create index audit_party on audit (party_id, at desc, id desc);
create index audit_row on audit (table_name, row_id);
select app.months('audit', (now() - interval '1 month')::date, (now() + interval '13 months')::date);

-- Columns whose values are never copied into audit; a hash shows that they changed.
create table app.sensitive (table_name text, column_name text, primary key (table_name, column_name));

create function app.veil(tbl text, r jsonb) returns jsonb language sql stable as $$
    select coalesce(jsonb_object_agg(e.key,
        case when s.column_name is not null and e.value <> 'null'::jsonb
             then to_jsonb('sha256:' || left(encode(sha256(convert_to(e.value::text, 'utf8')), 'hex'), 16))
             else e.value end), '{}')
    from   jsonb_each(jsonb_strip_nulls(r)) e
    left   join app.sensitive s on s.table_name = tbl and s.column_name = e.key
$$;

create function app.record(tbl text, act text, before jsonb, after jsonb) returns void
language sql as $$
    insert into audit (owner_id, party_id, party_kind, actor_kind, actor_id, actor_name, request, table_name, row_id, act, before, after)
    select coalesce(r ->> 'tenant_id', r ->> 'owner_id', r ->> 'agency_id', r ->> 'worker_id', r ->> 'organisation_id')::uuid,
           app.me(), nullif(current_setting('app.kind', true), ''),
           coalesce(nullif(current_setting('app.actor_kind', true), ''), 'system'),
           nullif(current_setting('app.actor_id', true), '')::uuid,
           coalesce(current_setting('app.actor_name', true), ''),
           coalesce(current_setting('app.request', true), ''),
           tbl, coalesce(r ->> 'id', ''), act, before, after
    from   (select coalesce(after, before) as r) x
$$;

-- The statement-level triggers. An update keeps only the columns that changed.
-- A bulk insert keeps no image: until it changes, the row itself is the record.
create function app.audit_insert() returns trigger language plpgsql security definer set search_path = public, app, pg_temp as $$
declare
    many boolean := (select count(*) > 500 from (select 1 from after_rows limit 501) x);
begin
    if many then
        insert into audit (owner_id, party_id, party_kind, actor_kind, actor_id, actor_name, request, table_name, row_id, act)
        select coalesce(r ->> 'tenant_id', r ->> 'owner_id', r ->> 'agency_id')::uuid, app.me(),
               nullif(current_setting('app.kind', true), ''),
               coalesce(nullif(current_setting('app.actor_kind', true), ''), 'system'),
               nullif(current_setting('app.actor_id', true), '')::uuid,
               coalesce(current_setting('app.actor_name', true), ''),
               coalesce(current_setting('app.request', true), ''),
               tg_table_name, r ->> 'id', 'insert'
        from   (select to_jsonb(a) as r from after_rows a) x;
    else
        perform app.record(tg_table_name, 'insert', null, app.veil(tg_table_name, to_jsonb(a))) from after_rows a;
    end if;
    return null;
end $$;

create function app.audit_update() returns trigger language plpgsql security definer set search_path = public, app, pg_temp as $$
begin
    insert into audit (owner_id, party_id, party_kind, actor_kind, actor_id, actor_name, request, table_name, row_id, act, before, after)
    select coalesce(n ->> 'tenant_id', n ->> 'owner_id', n ->> 'agency_id', n ->> 'worker_id', n ->> 'organisation_id')::uuid,
           app.me(), nullif(current_setting('app.kind', true), ''),
           coalesce(nullif(current_setting('app.actor_kind', true), ''), 'system'),
           nullif(current_setting('app.actor_id', true), '')::uuid,
           coalesce(current_setting('app.actor_name', true), ''),
           coalesce(current_setting('app.request', true), ''),
           tg_table_name, coalesce(n ->> 'id', ''), 'update',
           app.veil(tg_table_name, (select jsonb_object_agg(e.key, e.value) from jsonb_each(o) e where n -> e.key is distinct from e.value)),
           app.veil(tg_table_name, (select jsonb_object_agg(e.key, e.value) from jsonb_each(n) e where o -> e.key is distinct from e.value))
    from   (select to_jsonb(b) as o, to_jsonb(a) as n
            from   (select row_number() over () as rn, t.* from before_rows t) b
            join   (select row_number() over () as rn, t.* from after_rows t) a using (rn)) x
    where  o is distinct from n;
    return null;
end $$;

create function app.audit_delete() returns trigger language plpgsql security definer set search_path = public, app, pg_temp as $$
begin
    perform app.record(tg_table_name, 'delete', app.veil(tg_table_name, to_jsonb(b)), null) from before_rows b;
    return null;
end $$;

create function app.watch(tbl text) returns void language plpgsql as $$
begin
    execute format('create trigger audit_insert after insert on %I referencing new table as after_rows for each statement execute function app.audit_insert()', tbl);
    execute format('create trigger audit_update after update on %I referencing old table as before_rows new table as after_rows for each statement execute function app.audit_update()', tbl);
    execute format('create trigger audit_delete after delete on %I referencing old table as before_rows for each statement execute function app.audit_delete()', tbl);
end $$;

-- Audit is read by its owner and by whoever acted, and written by the triggers alone.
select app.wall('audit', 'two-sided', '{"wb_definer": {"select": true, "insert": true}}', false);
select app.allow('audit', r, 'select', 'true') from unnest(array['wb_employer', 'wb_practice', 'wb_agency', 'wb_worker', 'wb_platform']) r;
select app.pass('audit', replace(r, 'wb_', ''), r, 'owner_id = (select app.me()) or party_id = (select app.me())', 'whoever owns the row or acted on it')
from   unnest(array['wb_employer', 'wb_practice', 'wb_agency', 'wb_worker']) r;
select app.pass('audit', 'platform', 'wb_platform', 'party_id = (select app.me())', 'the platform sees what it did, and nobody''s rows');

-- app.saw: somebody looked at a record that is watched when read.
create function app.saw(kind text, id uuid) returns void
language sql volatile security definer set search_path = public, app, pg_temp as $$
    insert into audit (owner_id, party_id, party_kind, actor_kind, actor_id, actor_name, request, table_name, row_id, act)
    values (app.me(), app.me(), nullif(current_setting('app.kind', true), ''),
            coalesce(nullif(current_setting('app.actor_kind', true), ''), 'system'),
            nullif(current_setting('app.actor_id', true), '')::uuid,
            coalesce(current_setting('app.actor_name', true), ''),
            coalesce(current_setting('app.request', true), ''), kind, id::text, 'read')
$$;

-- Reference: the directory of organisations, and each one's clock.
create table organisations (
    id         uuid primary key,
    code       text not null unique check (code ~ '^[a-z][a-z0-9-]{1,40}$'),
    letters    text not null unique check (letters ~ '^[A-Z]{2,5}$'),
    kind       text not null check (kind in ('trust', 'hub', 'practice', 'agency', 'platform')),
    name       text not null check (length(name) between 2 and 120),
    nation     text not null default 'england' check (nation in ('england', 'wales', 'scotland', 'northern-ireland')),
    ods_code   text check (ods_code ~ '^[A-Z0-9]{3,9}$'),
    sandbox    boolean not null default false,
    created_at timestamptz not null
);
select app.wall('organisations', 'reference', '{"wb_definer": {"select": true, "insert": true, "update": true}}');

create table clocks (
    organisation_id uuid primary key references organisations,
    ahead           interval not null default '0'   -- how far this organisation's clock runs ahead of real time
);
select app.wall('clocks', 'reference', '{"wb_definer": {"select": true, "insert": true, "update": true}}');

-- The instant on an organisation's clock. A person has no organisation, and so real time.
create function app.now_at(party uuid) returns timestamptz language sql stable as $$
    select clock_timestamp() + coalesce((select ahead from clocks where organisation_id = party), '0')
$$;

-- People, what they may do, and with what they prove it. No party role sees these.
create table people (
    id            uuid primary key,
    email         text not null check (email = lower(email) and email ~ '^[^@\s]+@[^@\s]+$'),
    name          text not null,
    password_hash text not null default '',
    version       bigint not null default 1,      -- rises when a grant or the password changes; a credential of an older version is dead
    created_at    timestamptz not null,
    closed_at     timestamptz
);
create unique index people_email on people (email);
insert into app.sensitive values ('people', 'password_hash'), ('people', 'email');
select app.wall('people', 'kernel', '{"wb_definer": {"select": true, "insert": true, "update": true}}');

create table grants (
    id              uuid primary key,
    person_id       uuid not null references people,
    organisation_id uuid not null references organisations,
    role            text not null,
    wards           uuid[] check (cardinality(wards) > 0), -- null: every ward
    granted_at      timestamptz not null,
    granted_by      uuid,
    revoked_at      timestamptz
);
create unique index grants_live on grants (person_id, organisation_id, role) where revoked_at is null;
create index grants_organisation on grants (organisation_id) where revoked_at is null;
select app.wall('grants', 'kernel', '{"wb_definer": {"select": true, "insert": true, "update": true}}');

create table credentials (
    id              uuid primary key,
    kind            text not null check (kind in ('session', 'key', 'token')),
    token_hash      bytea not null unique,
    name            text not null default '',
    prefix          text not null default '',
    person_id       uuid references people,        -- the person who acts; an organisation key may have none
    organisation_id uuid references organisations, -- keys: the party; tokens: the chosen party; sessions: none
    as_worker       boolean not null default false,-- a token for the person themselves
    scopes          text[] not null default '{}',  -- permissions or roles; empty: all that the roles give
    created_at      timestamptz not null,
    created_by      uuid,
    last_used_at    timestamptz not null,
    idle_minutes    integer not null,
    expires_at      timestamptz not null,
    revoked_at      timestamptz
);
create index credentials_person on credentials (person_id) where revoked_at is null;
create index credentials_organisation on credentials (organisation_id) where revoked_at is null;
insert into app.sensitive values ('credentials', 'token_hash');
select app.wall('credentials', 'kernel', '{"wb_definer": {"select": true, "insert": true, "update": true}}', false);

create table sign_in_tries (
    id      bigint generated always as identity primary key,
    at      timestamptz not null default now(),
    email   text not null,
    address text not null,
    good    boolean not null
);
create index sign_in_tries_email on sign_in_tries (email, at);
create index sign_in_tries_address on sign_in_tries (address, at);
select app.wall('sign_in_tries', 'kernel', '{"wb_definer": {"select": true, "insert": true, "delete": true}}', false);

-- Who else may see one row of a shared table, until when.
create table shares (
    owner_id   uuid not null,
    id         uuid not null,
    row_id     uuid not null,
    party_id   uuid not null,
    until      timestamptz,
    revoked_at timestamptz,
    primary key (owner_id, id)
);
create index shares_row on shares (row_id, party_id) where revoked_at is null;
select app.wall('shares', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["until", "revoked_at"]}, "wb_practice": {"select": true, "insert": true, "update": ["until", "revoked_at"]}, "wb_agency": {"select": true, "insert": true, "update": ["until", "revoked_at"]}, "wb_worker": {"select": true, "insert": true, "update": ["until", "revoked_at"]}}');
-- The owner counts as well as the row: anybody may write a share of their own that
-- names another's row, and that opens nothing.
create function app.shared(of_owner uuid, of_row uuid) returns boolean language sql stable security definer set search_path = public, app, pg_temp as $$
    select exists (select from shares s
                   where  s.owner_id = of_owner and s.row_id = of_row and s.party_id = app.me()
                   and    s.revoked_at is null and (s.until is null or s.until > app.now_at(of_owner)))
$$;

-- Employers that a party has a live link with; the tables behind it come later.
create function app.links() returns uuid[] language sql stable security definer set search_path = public, app, pg_temp as $$ select '{}'::uuid[] $$;

-- Once only: keys of handled deliveries and of repeated requests.
create table inbox (
    at      timestamptz not null default now(),
    key     text not null,
    primary key (key)
);
create index inbox_age on inbox using brin (at);   -- old keys are swept away once a day
select app.wall('inbox', 'kernel', '{"wb_definer": {"select": true, "insert": true, "delete": true}, "wb_queue": {"select": true, "insert": true, "delete": true}}', false);

create table idempotency (
    owner_id   uuid not null,
    credential uuid not null,
    operation  text not null,
    key        text not null check (length(key) between 1 and 200),
    body_hash  bytea not null,
    status     integer not null,
    headers    jsonb not null default '{}',
    body       bytea,
    at         timestamptz not null,
    primary key (owner_id, credential, operation, key)
);
select app.wall('idempotency', 'own', '{"wb_employer": {"select": true, "insert": true}, "wb_practice": {"select": true, "insert": true}, "wb_agency": {"select": true, "insert": true}, "wb_worker": {"select": true, "insert": true}, "wb_platform": {"select": true, "insert": true}}', false);

-- Everything that happened, in an order that loses no slow transaction: readers
-- take rows whose xid lies before the oldest running one, by (xid, id).
create table event_log (
    at      timestamptz not null default clock_timestamp(),
    id      bigint generated always as identity,
    xid     xid8 not null default pg_current_xact_id(),
    party_id uuid not null,
    parties uuid[] not null,
    name    text not null,
    ref     jsonb not null default '{}',
    primary key (at, id)
) partition by range (at);
create index event_log_cursor on event_log (xid, id);
select app.months('event_log', (now() - interval '1 month')::date, (now() + interval '13 months')::date);
select app.wall('event_log', 'kernel', '{"wb_definer": {"select": true}, "wb_queue": {"select": true, "insert": true}}', false);

-- Due work is data: at this instant on the owner's clock, do this to that row.
create table due_work (
    owner_id   uuid not null,
    id         uuid not null default gen_random_uuid(),
    kind       text not null,
    subject_id uuid not null,
    due_at     timestamptz not null,
    ref        jsonb not null default '{}',
    primary key (owner_id, id)
);
create index due_work_due on due_work (due_at);
create index due_work_next on due_work (owner_id, kind, due_at);
create index due_work_owner on due_work (owner_id, due_at);
create index due_work_subject on due_work (owner_id, subject_id);
select app.wall('due_work', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["due_at"], "delete": true}, "wb_practice": {"select": true, "insert": true, "update": ["due_at"], "delete": true}, "wb_agency": {"select": true, "insert": true, "update": ["due_at"], "delete": true}, "wb_worker": {"select": true, "insert": true, "update": ["due_at"], "delete": true}}', false);

-- Settings of a party, as data with a name.
create table settings (
    owner_id   uuid not null,
    name       text not null,
    value      jsonb not null,
    changed_at timestamptz not null,
    primary key (owner_id, name)
);
select app.wall('settings', 'own', '{"wb_employer": {"select": true, "insert": true, "update": ["value", "changed_at"], "delete": true}, "wb_practice": {"select": true, "insert": true, "update": ["value", "changed_at"]}, "wb_agency": {"select": true, "insert": true, "update": ["value", "changed_at"]}, "wb_worker": {"select": true, "insert": true, "update": ["value", "changed_at"]}, "wb_platform": {"select": true, "insert": true, "update": ["value", "changed_at"]}}');

-- What the installation is: asked at start, before any party is known.
create table app.installation (
    one        boolean primary key default true check (one),
    demo       boolean not null default false,
    min_binary integer not null default 1
);
insert into app.installation default values;
grant select on app.installation to wb_app, wb_platform, wb_river;

-- Begin: one message tells Postgres who looks and acts, refuses a credential that
-- has died since, and gives back the instant on the party's clock.
create function app.begin(me uuid, kind text, person uuid, actor_kind text, actor_id uuid, actor_name text,
                          request text, credential uuid, seen_version bigint, wards uuid[]) returns timestamptz
language plpgsql volatile security definer set search_path = public, app, pg_temp as $$
begin
    if credential is not null and not exists (
        select from credentials c
        left   join people p on p.id = c.person_id
        where  c.id = credential and c.revoked_at is null and c.expires_at > now()
        and    coalesce(p.version, 0) = seen_version and p.closed_at is null)
    then
        raise exception 'stale credential' using errcode = 'WB401';
    end if;
    perform set_config('app.me', coalesce(me::text, ''), true),
            set_config('app.kind', coalesce(kind, ''), true),
            set_config('app.person', coalesce(person::text, ''), true),
            set_config('app.actor_kind', actor_kind, true),
            set_config('app.actor_id', coalesce(actor_id::text, ''), true),
            set_config('app.actor_name', actor_name, true),
            set_config('app.request', request, true),
            set_config('app.wards', coalesce(wards::text, ''), true);
    -- app.now_at, written out: a call would plan it anew in every unit of work.
    return clock_timestamp() + coalesce((select c.ahead from clocks c where c.organisation_id = me), '0');
end $$;

-- Parties with due work on their own clock, for the sweep: parties and counts, no rows.
-- Nearly every clock is real time, and for those the index on due_at finds the few
-- rows that are due. The few clocks that were moved are looked at one by one, so
-- that the planner knows each instant and finds those rows by index as well.
create function app.due_parties() returns table (owner_id uuid, owner_kind text, kind text, due bigint)
language plpgsql stable security definer set search_path = public, app, pg_temp as $$
#variable_conflict use_column
declare
    moved   uuid[] := array(select c.organisation_id from clocks c where c.ahead <> '0');
    here    record;
    instant timestamptz;
begin
    return query
        select d.owner_id, coalesce(o.kind, 'worker'), d.kind, count(*)
        from   due_work d
        left   join organisations o on o.id = d.owner_id
        where  d.due_at <= statement_timestamp()
        and    d.owner_id <> all (moved)
        group  by d.owner_id, o.kind, d.kind
        order  by d.owner_id, d.kind;
    for here in select o.id, o.kind, c.ahead from clocks c join organisations o on o.id = c.organisation_id where o.id = any (moved) order by o.id loop
        instant := clock_timestamp() + here.ahead;
        return query
            select d.owner_id, here.kind, d.kind, count(*)
            from   due_work d
            where  d.owner_id = here.id and d.due_at <= instant
            group  by d.owner_id, d.kind
            order  by d.kind;
    end loop;
end $$;

-- The audit triggers write as wb_definer; every definer function belongs to it.
alter function app.audit_insert() owner to wb_definer;
alter function app.audit_update() owner to wb_definer;
alter function app.audit_delete() owner to wb_definer;
alter function app.begin(uuid, text, uuid, text, uuid, text, text, uuid, bigint, uuid[]) owner to wb_definer;
alter function app.due_parties() owner to wb_definer;
alter function app.shared(uuid, uuid) owner to wb_definer;
alter function app.saw(text, uuid) owner to wb_definer;
alter function app.links() owner to wb_definer;
grant select on app.sensitive to wb_definer;
revoke execute on all functions in schema app from public;
grant execute on function app.me(), app.person(), app.wards(), app.now_at(uuid) to public;
grant execute on function app.record(text, text, jsonb, jsonb), app.veil(text, jsonb) to wb_definer;
grant execute on function app.begin(uuid, text, uuid, text, uuid, text, text, uuid, bigint, uuid[])
    to wb_employer, wb_practice, wb_agency, wb_worker, wb_visitor, wb_platform;
grant execute on function app.due_parties() to wb_queue;
grant execute on function app.saw(text, uuid) to wb_employer, wb_practice, wb_agency, wb_worker, wb_platform;
grant execute on function app.shared(uuid, uuid), app.links() to wb_employer, wb_practice, wb_agency, wb_worker;
