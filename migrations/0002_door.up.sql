-- The door: what turns a secret into a caller. These functions cross the walls
-- on purpose; each answers only what the door must know.

-- enter: whose secret is this, and what may they do in this place? The place is
-- an organisation's code, 'me' for the worker themselves, or '' for what a key
-- was made for. No row: the secret is dead, or the place is none of theirs.
create function app.enter(hash bytea, place text) returns table (
    credential uuid, kind text, version bigint, person uuid, person_name text, person_email text,
    party uuid, party_kind text, code text, letters text, organisation text, nation text, sandbox boolean,
    roles text[], scopes text[], wards uuid[])
language plpgsql volatile security definer set search_path = public, app, pg_temp as $$
declare
    c credentials;
    p people;
    o organisations;
begin
    select * into c from credentials x where x.token_hash = hash and x.revoked_at is null and x.expires_at > now()
        and x.last_used_at > now() - x.idle_minutes * interval '1 minute';
    if not found then
        return;
    end if;
    if c.person_id is not null then
        select * into p from people x where x.id = c.person_id and x.closed_at is null;
        if not found then
            return;
        end if;
    end if;
    if c.last_used_at < now() - interval '1 minute' then
        update credentials set last_used_at = now() where id = c.id;
    end if;
    credential := c.id; kind := c.kind; version := coalesce(p.version, 0); scopes := c.scopes;
    person := p.id; person_name := coalesce(p.name, c.name); person_email := coalesce(p.email, '');
    if place = 'me' or (place = '' and c.as_worker) then
        if p.id is null or (c.kind <> 'session' and not c.as_worker) or not exists (
            select from grants g join organisations go on go.id = g.organisation_id
            where g.person_id = p.id and g.role = 'clinician' and g.revoked_at is null) then
            return;
        end if;
        party := p.id; party_kind := 'worker'; code := 'me'; letters := ''; organisation := ''; nation := 'england';
        sandbox := false; roles := '{clinician}';
        return next;
        return;
    end if;
    if c.kind = 'session' and place = '' then      -- signed in, nowhere in particular
        party_kind := 'visitor'; roles := '{signed_in}'; code := ''; letters := ''; organisation := ''; nation := '';
        sandbox := false;
        return next;
        return;
    end if;
    select * into o from organisations x
    where (place <> '' and x.code = place) or (place = '' and x.id = c.organisation_id);
    if not found or (c.organisation_id is not null and c.organisation_id <> o.id) then
        return;
    end if;
    party := o.id; party_kind := o.kind; code := o.code; letters := o.letters; organisation := o.name; nation := o.nation;
    sandbox := o.sandbox;
    if c.kind = 'key' then
        roles := c.roles_of_key;
        return next;
        return;
    end if;
    select array_agg(g.role order by g.role),
           case when bool_or(g.wards is null) then null else coalesce((select array_agg(distinct w) from grants g2, unnest(g2.wards) w
               where g2.person_id = p.id and g2.organisation_id = o.id and g2.revoked_at is null), '{}') end
    into   roles, wards
    from   grants g
    where  g.person_id = p.id and g.organisation_id = o.id and g.revoked_at is null and g.role <> 'clinician';
    if roles is null then
        return;
    end if;
    return next;
end $$;
alter table credentials add column roles_of_key text[] not null default '{}';

-- places: where a person may go, for the switcher and the home page. A person asks about
-- themselves; the sign-in page asks about whoever signs in.
create function app.places(who uuid) returns table (code text, kind text, name text, roles text[])
language sql stable security definer set search_path = public, app, pg_temp as $$
    select o.code, o.kind, o.name, array_agg(g.role order by g.role)
    from   grants g
    join   organisations o on o.id = g.organisation_id
    where  g.person_id = who and g.revoked_at is null and g.role <> 'clinician'
    and    (who = app.person() or current_setting('app.kind', true) = 'visitor')
    group  by 1, 2, 3
    union all
    select 'me', 'worker', p.name, '{clinician}'
    from   people p
    where  p.id = who and exists (select from grants g where g.person_id = who and g.role = 'clinician' and g.revoked_at is null)
    and    (who = app.person() or current_setting('app.kind', true) = 'visitor')
$$;

-- sign_in_start: what the password must match, and whether too many were wrong.
create function app.sign_in_start(mail text, from_address text) returns table (person uuid, hash text, locked boolean)
language plpgsql volatile security definer set search_path = public, app, pg_temp as $$
begin
    locked := (select count(*) >= 10 from sign_in_tries t where t.email = lower(mail) and not t.good and t.at > now() - interval '15 minutes')
           or (select count(*) >= 10 from sign_in_tries t where t.address = from_address and not t.good and t.at > now() - interval '15 minutes');
    select p.id, p.password_hash into person, hash from people p where p.email = lower(mail) and p.closed_at is null and p.password_hash <> '';
    return next;
end $$;

-- sign_in_done: remembers a try for good; called outside the unit of work that a refusal would undo.
create function app.sign_in_done(mail text, from_address text, was_good boolean) returns void
language plpgsql volatile security definer set search_path = public, app, pg_temp as $$
begin
    insert into sign_in_tries (email, address, good) values (lower(mail), from_address, was_good);
    if was_good then
        delete from sign_in_tries t where t.email = lower(mail);
    end if;
end $$;

-- open_credential: a session, a key or a personal token, by the hash of its secret. Only the
-- sign-in page opens another person's session; a key or a token is for the party that acts,
-- and for a person only if they belong to it.
create function app.open_credential(id uuid, kind text, hash bytea, name text, prefix text, person uuid, organisation uuid,
    worker boolean, key_roles text[], scopes text[], idle integer, expires timestamptz) returns void
language plpgsql volatile security definer set search_path = public, app, pg_temp as $$
declare
    acting text := current_setting('app.kind', true);
begin
    if (case kind
        when 'session' then organisation is not null or (acting is distinct from 'visitor' and person is distinct from app.person())
        else app.me() is null
            or organisation is distinct from (case when worker then null else app.me() end)
            or (worker and person is distinct from app.person() and person is distinct from app.me())
            or (not worker and person is not null and person is distinct from app.person() and not exists (
                   select from grants g where g.person_id = person and g.organisation_id = app.me() and g.revoked_at is null))
        end)
    then
        raise exception 'a credential is opened for oneself' using errcode = '42501';
    end if;
    insert into credentials (id, kind, token_hash, name, prefix, person_id, organisation_id, as_worker, roles_of_key, scopes,
                             created_at, created_by, last_used_at, idle_minutes, expires_at)
    values (id, kind, hash, name, prefix, person, organisation, worker, key_roles, scopes, now(), app.person(), now(), idle, expires);
end $$;

-- close_credential: one's own session or token, or a key of one's organisation.
create function app.close_credential(which uuid) returns boolean
language plpgsql volatile security definer set search_path = public, app, pg_temp as $$
begin
    update credentials c set revoked_at = now()
    where  c.id = which and c.revoked_at is null
    and    ((c.kind <> 'key' and c.person_id = app.person() and current_setting('app.actor_kind', true) = 'person')
            or (c.kind = 'key' and c.organisation_id = app.me()));
    return found;
end $$;

create function app.close_sessions() returns bigint
language sql volatile security definer set search_path = public, app, pg_temp as $$
    with gone as (update credentials set revoked_at = now()
        where person_id = app.person() and kind = 'session' and revoked_at is null returning 1)
    select count(*) from gone
$$;

-- credentials_of: keys of the organisation that looks, and the person's own sessions and tokens.
create function app.my_credentials() returns table (id uuid, kind text, name text, prefix text, roles text[], scopes text[],
    created_at timestamptz, last_used_at timestamptz, expires_at timestamptz)
language sql stable security definer set search_path = public, app, pg_temp as $$
    select c.id, c.kind, c.name, c.prefix, c.roles_of_key, c.scopes, c.created_at, c.last_used_at, c.expires_at
    from   credentials c
    where  c.revoked_at is null and c.expires_at > now()
    and    ((c.kind = 'key' and c.organisation_id = app.me()) or (c.kind <> 'key' and c.person_id = app.person() and current_setting('app.actor_kind', true) = 'person'))
    order  by c.created_at desc
$$;

-- members: who belongs to the organisation that looks.
create function app.members() returns table (person_id uuid, name text, email text, roles text[], wards uuid[], last_used_at timestamptz)
language sql stable security definer set search_path = public, app, pg_temp as $$
    select p.id, p.name, p.email, array_agg(g.role order by g.role),
           case when not bool_or(g.wards is null) then (select array_agg(distinct w) from grants g2, unnest(g2.wards) w
               where g2.person_id = p.id and g2.organisation_id = app.me() and g2.revoked_at is null) end,
           (select max(c.last_used_at) from credentials c where c.person_id = p.id and c.kind = 'session')
    from   grants g
    join   people p on p.id = g.person_id
    where  g.organisation_id = app.me() and g.revoked_at is null and g.role <> 'clinician' and p.closed_at is null
    group  by p.id, p.name, p.email
    order  by p.name
$$;

-- Where does a mail to the people of the party go? To those who hold one of the roles, on
-- this ward when there is one; or to one person alone, if they belong. A worker is told themselves.
create function app.addresses(among text[], on_ward uuid, alone uuid) returns table (person_id uuid, name text, email text)
language sql stable security definer set search_path = public, app, pg_temp as $$
    select p.id, p.name, p.email
    from   people p
    where  p.closed_at is null
    and    (p.id = app.me() or p.id in (
               select g.person_id
               from   grants g
               where  g.organisation_id = app.me() and g.revoked_at is null and g.role <> 'clinician'
               and    case when alone is null
                           then g.role = any (among) and (on_ward is null or g.wards is null or on_ward = any (g.wards))
                           else g.person_id = alone end))
    order  by p.name, p.id
$$;

-- register_person: a new person, or the one who has this address already.
create function app.register_person(id uuid, mail text, called text, hash text) returns uuid
language plpgsql volatile security definer set search_path = public, app, pg_temp as $$
declare
    found_id uuid;
begin
    insert into people (id, email, name, password_hash, created_at) values (id, lower(mail), called, hash, now())
    on conflict (email) do nothing returning people.id into found_id;
    if found_id is null then
        select p.id into found_id from people p where p.email = lower(mail);
        -- Nobody has proved that the address is theirs, so a person whom another
        -- organisation entered is not taken over by this one: the platform sees to it.
        if current_setting('app.kind', true) is distinct from 'platform' and not exists (
            select from grants g where g.person_id = found_id and g.organisation_id = app.me() and g.revoked_at is null)
        then
            raise exception 'known elsewhere' using errcode = 'WB409';
        end if;
    end if;
    return found_id;
end $$;

-- set_password: and whoever knew the old one is out, but for the session that did it.
create function app.set_password(hash text, keep uuid) returns void
language sql volatile security definer set search_path = public, app, pg_temp as $$
    update people set password_hash = hash, version = version + 1 where id = app.person();
    update credentials set revoked_at = now()
    where  person_id = app.person() and kind <> 'key' and revoked_at is null and id is distinct from keep
$$;

-- grant_role: in the organisation that acts; the platform may do it for the organisation it names.
create function app.grant_role(grant_id uuid, person uuid, organisation uuid, given text, on_wards uuid[]) returns void
language plpgsql volatile security definer set search_path = public, app, pg_temp as $$
begin
    if organisation is distinct from app.me() and current_setting('app.kind', true) is distinct from 'platform' then
        raise exception 'grants are made in one''s own organisation' using errcode = '42501';
    end if;
    insert into grants (id, person_id, organisation_id, role, wards, granted_at, granted_by)
    values (grant_id, person, organisation, given, on_wards, now(), app.person())
    on conflict (person_id, organisation_id, role) where revoked_at is null do update set wards = excluded.wards;
    update people set version = version + 1 where people.id = person;
end $$;

create function app.revoke_role(person uuid, from_role text) returns boolean
language plpgsql volatile security definer set search_path = public, app, pg_temp as $$
begin
    update grants set revoked_at = now()
    where  person_id = person and organisation_id = app.me() and role = from_role and revoked_at is null;
    if found then
        update people set version = version + 1 where id = person;
        return true;
    end if;
    return false;
end $$;

create function app.set_clock(forward interval) returns void
language plpgsql volatile security definer set search_path = public, app, pg_temp as $$
begin
    if not exists (select from organisations where id = app.me() and sandbox) then
        raise exception 'only a sandbox moves its clock' using errcode = '42501';
    end if;
    insert into clocks values (app.me(), forward) on conflict (organisation_id) do update set ahead = excluded.ahead;
end $$;

-- Links that let a person set a password once, kept by the hash of their secret.
create table password_links (
    token_hash bytea primary key,
    person_id  uuid not null references people,
    made_at    timestamptz not null,
    made_by    uuid,
    expires_at timestamptz not null,
    used_at    timestamptz
);
insert into app.sensitive values ('password_links', 'token_hash');
select app.wall('password_links', 'kernel', '{"wb_definer": {"select": true, "insert": true, "update": true}}', false);

-- open_link: the platform alone makes one, because whoever has it becomes the person. An
-- earlier link of the same person is of no more use.
create function app.open_link(hash bytea, person uuid, expires timestamptz) returns void
language plpgsql volatile security definer set search_path = public, app, pg_temp as $$
begin
    if current_setting('app.kind', true) is distinct from 'platform' then
        raise exception 'a link is made by the platform' using errcode = '42501';
    end if;
    update password_links l set used_at = now() where l.person_id = person and l.used_at is null;
    insert into password_links (token_hash, person_id, made_at, made_by, expires_at) values (hash, person, now(), app.person(), expires);
end $$;

-- link_person: whose password a link sets. No row: it was used, it is too old, or there is none.
create function app.link_person(hash bytea) returns table (name text, email text)
language sql stable security definer set search_path = public, app, pg_temp as $$
    select p.name, p.email
    from   password_links l
    join   people p on p.id = l.person_id
    where  l.token_hash = hash and l.used_at is null and l.expires_at > now() and p.closed_at is null
$$;

-- use_link: the first who comes sets the password, and whoever was signed in is out.
create function app.use_link(hash bytea, password text) returns boolean
language plpgsql volatile security definer set search_path = public, app, pg_temp as $$
declare
    who uuid;
begin
    update password_links l set used_at = now()
    where  l.token_hash = hash and l.used_at is null and l.expires_at > now()
    and    exists (select from people p where p.id = l.person_id and p.closed_at is null)
    returning l.person_id into who;
    if who is null then
        return false;
    end if;
    update people set password_hash = password, version = version + 1 where id = who;
    update credentials set revoked_at = now() where person_id = who and kind <> 'key' and revoked_at is null;
    return true;
end $$;

do $$
declare
    f record;
begin
    for f in select p.oid::regprocedure as sig, p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = 'app' and p.proname in ('enter', 'places', 'sign_in_start', 'sign_in_done', 'open_credential', 'close_credential',
            'close_sessions', 'my_credentials', 'members', 'addresses', 'register_person', 'set_password', 'grant_role', 'revoke_role', 'set_clock',
            'open_link', 'link_person', 'use_link')
    loop
        execute format('alter function %s owner to wb_definer', f.sig);
        execute format('revoke execute on function %s from public', f.sig);
        if f.proname = 'enter' then
            execute format('grant execute on function %s to wb_app, wb_platform', f.sig);
        elsif f.proname = 'open_link' then
            execute format('grant execute on function %s to wb_platform', f.sig);
        elsif f.proname in ('sign_in_start', 'sign_in_done', 'link_person', 'use_link') then
            execute format('grant execute on function %s to wb_visitor', f.sig);
        else
            execute format('grant execute on function %s to wb_employer, wb_practice, wb_agency, wb_worker, wb_visitor, wb_platform', f.sig);
        end if;
    end loop;
end $$;
