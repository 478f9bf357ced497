-- Reference data with its history: who loaded which row and when, pay, supplements,
-- price caps, frameworks and VAT as dated rows; what a trust sets for itself.

---------------------------------------------------------------- what was loaded
create table pack_versions (
    id        uuid primary key,
    kind      text not null,                      -- whose rows: spine_points, price_caps ...
    version   integer not null check (version > 0),
    name      text not null check (length(name) between 1 and 200),
    origin    text not null check (origin in ('program', 'file')),
    row_count integer not null check (row_count >= 0), -- rows of the file
    added     integer not null,
    changed   integer not null,
    ended     integer not null,
    loaded_at timestamptz not null,
    loaded_by text not null,
    unique (kind, version)
);
select app.wall('pack_versions', 'reference', '{}');

-- A row is written before the version that brings it.
alter table bank_holidays add column version_id uuid references pack_versions deferrable initially deferred;
alter table enhancements add column version_id uuid references pack_versions deferrable initially deferred;
alter table patterns add column version_id uuid references pack_versions deferrable initially deferred;
alter table parameters add column version_id uuid references pack_versions deferrable initially deferred;

alter table parameters drop constraint parameters_unit_check;
alter table parameters add constraint parameters_unit_check
    check (unit in ('factor', 'pounds', 'pounds_hour', 'pounds_day', 'pounds_week', 'pounds_year', 'minutes'));

---------------------------------------------------------------- pay
create table spine_points (
    id         uuid primary key,
    band       text not null,                     -- afc-2 ... afc-9
    step       text not null check (step in ('entry', 'intermediate', 'top')),
    annual     numeric(12,2) not null check (annual > 0),
    hourly     numeric(10,4) not null check (hourly > 0), -- as published, two places
    valid      daterange not null,
    mark       text not null check (mark in ('official', 'derived', 'indicative')),
    source     text not null check (source <> ''),
    version_id uuid not null references pack_versions deferrable initially deferred,
    constraint spine_points_once exclude using gist (band with =, step with =, valid with &&)
);
select app.wall('spine_points', 'reference', '{}');

create table supplements (
    id         uuid primary key,
    zone       text not null check (zone in ('inner_london', 'outer_london', 'fringe')),
    percent    numeric(8,6) not null check (percent between 0 and 1),
    minimum    numeric(12,2) not null check (minimum >= 0),
    maximum    numeric(12,2) not null check (maximum >= minimum),
    valid      daterange not null,
    mark       text not null check (mark in ('official', 'derived', 'indicative')),
    source     text not null check (source <> ''),
    version_id uuid not null references pack_versions deferrable initially deferred,
    constraint supplements_once exclude using gist (zone with =, valid with &&)
);
select app.wall('supplements', 'reference', '{}');

create table medical_points (
    id          uuid primary key,
    point       text not null,                    -- nodal-3, consultant-0, specialty-doctor
    name        text not null,
    locum_grade text not null,                    -- what locum cards call it
    annual      numeric(12,2) not null check (annual > 0),
    hourly      numeric(10,4) not null check (hourly > 0),
    valid       daterange not null,
    mark        text not null check (mark in ('official', 'derived', 'indicative')),
    source      text not null check (source <> ''),
    version_id  uuid not null references pack_versions deferrable initially deferred,
    constraint medical_points_once exclude using gist (point with =, valid with &&)
);
select app.wall('medical_points', 'reference', '{}');

---------------------------------------------------------------- caps
create table price_caps (
    id         uuid primary key,
    band       text not null,                     -- the band of a grade: afc-5
    zone       text not null check (zone in ('outside_london', 'inner_london', 'outer_london', 'fringe')),
    class      text not null check (class in ('core', 'low', 'high')),
    rate       numeric(10,4) not null check (rate > 0), -- all that is charged for an hour, without VAT
    valid      daterange not null,
    mark       text not null check (mark in ('official', 'derived', 'indicative')),
    source     text not null check (source <> ''),
    version_id uuid not null references pack_versions deferrable initially deferred,
    constraint price_caps_once exclude using gist (band with =, zone with =, class with =, valid with &&)
);
select app.wall('price_caps', 'reference', '{}');

---------------------------------------------------------------- frameworks and VAT
create table frameworks (
    id          uuid primary key,
    code        text not null check (code ~ '^[A-Z0-9-]+$'),
    name        text not null,
    operator    text not null,
    approved    boolean not null,                 -- by NHS England
    fee_percent numeric(8,6) check (fee_percent between 0 and 1), -- null: not known
    valid       daterange not null,
    mark        text not null check (mark in ('official', 'derived', 'indicative')),
    source      text not null check (source <> ''),
    version_id  uuid not null references pack_versions deferrable initially deferred,
    constraint frameworks_once exclude using gist (code with =, valid with &&)
);
select app.wall('frameworks', 'reference', '{}');

create table framework_lots (
    id         uuid primary key,
    framework  text not null,
    lot        text not null,
    name       text not null,
    valid      daterange not null,
    mark       text not null check (mark in ('official', 'derived', 'indicative')),
    source     text not null check (source <> ''),
    version_id uuid not null references pack_versions deferrable initially deferred,
    constraint framework_lots_once exclude using gist (framework with =, lot with =, valid with &&)
);
select app.wall('framework_lots', 'reference', '{}');

create table vat_rules (
    id         uuid primary key,
    route      text not null,
    profession text not null,                     -- any, doctor, nurse, nursing_auxiliary
    deputy     text not null check (deputy in ('any', 'yes', 'no')),
    elected    text not null check (elected in ('any', 'yes', 'no')), -- the supplier has chosen exemption
    category   text not null check (category in ('S', 'E', 'O', 'Z')),
    reason     text not null check (reason <> ''),
    valid      daterange not null,
    mark       text not null check (mark in ('official', 'derived', 'indicative')),
    source     text not null check (source <> ''),
    version_id uuid not null references pack_versions deferrable initially deferred,
    constraint vat_rules_once exclude using gist (route with =, profession with =, deputy with =, elected with =, valid with &&)
);
select app.wall('vat_rules', 'reference', '{}');

---------------------------------------------------------------- what an employer sets for itself
-- Its agencies read both, because they price and propose under them.
create table cap_overrides (
    tenant_id  uuid not null references organisations,
    id         uuid not null,
    band       text not null,
    zone       text not null check (zone in ('outside_london', 'inner_london', 'outer_london', 'fringe')),
    class      text not null check (class in ('core', 'low', 'high')),
    rate       numeric(10,4) not null check (rate > 0),
    valid      daterange not null check (not isempty(valid)),
    source     text not null check (length(source) between 1 and 300),
    reason     text not null check (length(reason) between 1 and 500),
    published  boolean not null default true,
    created_at timestamptz not null,
    created_by text not null,
    primary key (tenant_id, id),
    constraint cap_overrides_once exclude using gist (tenant_id with =, band with =, zone with =, class with =, valid with &&)
);
select app.wall('cap_overrides', 'published', '{
    "wb_employer": {"select": true, "insert": true, "update": ["valid"], "delete": true},
    "wb_agency": {"select": true}}');

create table local_holidays (
    tenant_id  uuid not null references organisations,
    id         uuid not null,
    day        date not null,
    name       text not null check (length(name) between 1 and 120),
    source     text not null check (length(source) between 1 and 300),
    reason     text not null check (length(reason) between 1 and 500),
    published  boolean not null default true,
    created_at timestamptz not null,
    created_by text not null,
    primary key (tenant_id, id),
    constraint local_holidays_once unique (tenant_id, day)
);
select app.wall('local_holidays', 'published', '{
    "wb_employer": {"select": true, "insert": true, "delete": true},
    "wb_agency": {"select": true}}');
