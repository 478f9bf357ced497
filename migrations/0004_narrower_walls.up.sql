-- Sign-in counts where somebody is known apart from where they are not, and three
-- walls are narrower: to whom a price is told, and how long an agreement opens.

---------------------------------------------------------------- sign-in
-- Where a person has signed in from. A try from there is counted by itself, so that a
-- stranger who guesses at an account does not shut its owner out.
create table sign_in_addresses (
    person_id uuid not null references people,
    address   text not null,
    last_at   timestamptz not null,
    primary key (person_id, address)
);
select app.wall('sign_in_addresses', 'kernel', '{"wb_definer": {"select": true, "insert": true, "update": true, "delete": true}}', false);

alter table sign_in_tries drop column good;   -- a good one was never kept
alter table sign_in_tries add column known boolean not null default false,
    add column wrong boolean not null default false;   -- the password has been looked at

-- sign_in_start: counts a try as wrong until it is proven right, and says what the password
-- must match. It commits before the password is hashed, so a refusal cannot undo it; the
-- lock lets tries at one account in one by one, however many come at once. An address is not
-- charged with the tries of others that are still being looked at: a ward signs in at seven.
create or replace function app.sign_in_start(mail text, from_address text) returns table (person uuid, hash text, locked boolean)
language plpgsql volatile security definer set search_path = public, app, pg_temp as $$
declare
    since timestamptz := now() - interval '15 minutes';
    home  boolean;
begin
    perform pg_advisory_xact_lock(hashtextextended('sign-in:' || lower(mail), 0));
    select p.id, p.password_hash into person, hash from people p where p.email = lower(mail) and p.closed_at is null and p.password_hash <> '';
    home := exists (select from sign_in_addresses a where a.person_id = person and a.address = from_address and a.last_at > now() - interval '90 days');
    if home then
        locked := (select count(*) >= 10 from sign_in_tries t where t.email = lower(mail) and t.address = from_address and t.known and t.at > since);
    else
        locked := (select count(*) >= 10 from sign_in_tries t where t.email = lower(mail) and not t.known and t.at > since)
               or (select count(*) >= 10 from sign_in_tries t where t.address = from_address and not t.known and t.at > since
                  and (t.wrong or t.at < now() - interval '1 minute'));
    end if;
    if not locked then
        insert into sign_in_tries (email, address, known) values (lower(mail), from_address, home);
    end if;
    return next;
end $$;

drop function app.sign_in_done(text, text, boolean);

-- sign_in_wrong: the password of a try was looked at and was wrong.
create function app.sign_in_wrong(mail text, from_address text) returns void
language sql volatile security definer set search_path = public, app, pg_temp as $$
    update sign_in_tries t set wrong = true where t.email = lower(mail) and t.address = from_address and not t.wrong
$$;
select app.allow('sign_in_tries', 'wb_definer', 'update', 'true');

-- sign_in_good: a try was right. It forgets the wrong ones it was counted with and keeps the
-- address. False: what was checked is not the password any more.
create function app.sign_in_good(mail text, from_address text, checked text) returns boolean
language plpgsql volatile security definer set search_path = public, app, pg_temp as $$
declare
    who  uuid;
    home boolean;
begin
    select p.id into who from people p where p.email = lower(mail) and p.closed_at is null and p.password_hash = checked and checked <> '';
    if who is null then
        return false;
    end if;
    delete from sign_in_addresses a where a.person_id = who and a.last_at <= now() - interval '90 days';
    home := exists (select from sign_in_addresses a where a.person_id = who and a.address = from_address);
    delete from sign_in_tries t where t.email = lower(mail) and t.known = home and (not home or t.address = from_address);
    insert into sign_in_addresses values (who, from_address, now())
    on conflict (person_id, address) do update set last_at = excluded.last_at;
    return true;
end $$;

-- own_password: counts a try at the caller's own password, before it may be changed.
create function app.own_password(from_address text) returns table (mail text, person uuid, hash text, locked boolean)
language sql volatile security definer set search_path = public, app, pg_temp as $$
    select p.email, s.person, s.hash, s.locked
    from   people p, app.sign_in_start(p.email, from_address) s
    where  p.id = app.person()
$$;

alter function app.sign_in_wrong(text, text) owner to wb_definer;
alter function app.sign_in_good(text, text, text) owner to wb_definer;
alter function app.own_password(text) owner to wb_definer;
revoke execute on function app.sign_in_wrong(text, text), app.sign_in_good(text, text, text), app.own_password(text) from public;
grant execute on function app.sign_in_wrong(text, text), app.sign_in_good(text, text, text), app.own_password(text) to wb_visitor;

---------------------------------------------------------------- who is linked with whom
-- An agreement opens published rows to its last day on the employer's clock, in London.
create or replace function app.links() returns uuid[]
language sql stable security definer set search_path = public, app, pg_temp as $$
    select coalesce(array_agg(distinct t), '{}') from (
        select a.tenant_id as t from agreements a
        where  a.agency_id = app.me() and current_setting('app.kind', true) = 'agency' and a.ended_at is null
        and    (a.ends_on is null or a.ends_on >= (app.now_at(a.tenant_id) at time zone 'Europe/London')::date)
        union all
        select b.tenant_id from bookings b
        where  b.worker_id = app.me() and current_setting('app.kind', true) = 'worker'
    ) x
$$;

---------------------------------------------------------------- what a worker is told of a price
-- The lines of their pay, and no sum from which the others could be had.
alter table bookings add column worker_quote jsonb not null generated always as (
    jsonb_set(quote - '{net_pence,vat_pence,gross_pence}'::text[], '{lines}',
        jsonb_path_query_array(quote, '$.lines[*] ? (@.kind == "pay" || @.kind == "supplement" || @.kind == "holiday")'))) stored;
revoke select (quote) on bookings from wb_worker;
grant select (worker_quote) on bookings to wb_worker;
update app.walls
set    rights = jsonb_set(rights, '{wb_worker,select}', ((rights #> '{wb_worker,select}') - 'quote') || '["worker_quote"]')
where  table_name = 'bookings';
