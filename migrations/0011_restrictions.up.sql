-- Work that is closed to agencies: by the agency rules of the nation, and by a
-- trust of its own.

-- An agency's worker is booked on it under an exemption alone.
create table restrictions (
    id          uuid primary key,
    staff_group text not null,                    -- any, or a staff group
    band        text not null,                    -- any, or the band of a grade
    valid       daterange not null,
    mark        text not null check (mark in ('official', 'derived', 'indicative')),
    source      text not null check (source <> ''),
    version_id  uuid not null references pack_versions deferrable initially deferred,
    constraint restrictions_once exclude using gist (staff_group with =, band with =, valid with &&)
);
select app.wall('restrictions', 'reference', '{}');

-- What a trust closes besides. Its agencies read it, because they propose under it.
create table own_restrictions (
    tenant_id   uuid not null references organisations,
    id          uuid not null,
    staff_group text not null,
    band        text not null,
    valid       daterange not null check (not isempty(valid)),
    source      text not null check (length(source) between 1 and 300),
    reason      text not null check (length(reason) between 1 and 500),
    published   boolean not null default true,
    created_at  timestamptz not null,
    created_by  text not null,
    primary key (tenant_id, id),
    constraint own_restrictions_once exclude using gist (tenant_id with =, staff_group with =, band with =, valid with &&)
);
select app.wall('own_restrictions', 'published', '{
    "wb_employer": {"select": true, "insert": true, "update": ["valid"], "delete": true},
    "wb_agency": {"select": true}}');
