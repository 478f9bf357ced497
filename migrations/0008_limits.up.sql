-- What a shift may cost before somebody higher must say yes: the framework that an
-- agency is supplied through, and why a proposal and a booking need approval.

alter table agreements
    add column framework     text not null default '' check (length(framework) <= 40),   -- empty: off framework
    add column framework_lot text not null default '' check (length(framework_lot) <= 40);
alter table agreements add constraint agreements_lot_of_framework check (framework_lot = '' or framework <> '');
select app.widen('agreements', 'wb_employer', 'update', '{framework,framework_lot}');

alter table proposals add column conditions text[] not null default '{}';   -- as found when it was sent
alter table proposals add column bands jsonb not null default '{}';          -- hourly rates that the card fixes for whole bands
select app.widen('proposals', 'wb_agency', 'insert', '{conditions,bands}');

alter table bookings
    add column bands          jsonb not null default '{}',
    add column conditions     text[] not null default '{}',
    add column highest_charge numeric(9,4) not null default 0,   -- the dearest hour before VAT
    add column approval_id    uuid;                              -- what was granted; null: none was needed
select app.widen('bookings', 'wb_agency', 'select', '{bands}');
create index bookings_overrides on bookings (tenant_id, starts_at) where conditions <> '{}';
