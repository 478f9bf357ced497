-- The roles of the house. They are cluster-wide, so this runs under an advisory
-- lock and treats a role that exists as done. wb_app must be NOINHERIT before
-- the grants, or every party's policies would be or-ed together again.
do $$
declare
    r record;
begin
    for r in
        select * from (values
            ('wb_owner',    'login'),
            ('wb_app',      'login noinherit'),
            ('wb_platform', 'login noinherit'),
            ('wb_river',    'login'),
            ('wb_definer',  'nologin'),
            ('wb_queue',    'nologin'),
            ('wb_employer', 'nologin'),
            ('wb_practice', 'nologin'),
            ('wb_agency',   'nologin'),
            ('wb_worker',   'nologin'),
            ('wb_visitor',  'nologin')
        ) as roles (name, attributes)
    loop
        if not exists (select from pg_roles where rolname = r.name) then
            begin
                execute format('create role %I %s', r.name, r.attributes);
            exception when duplicate_object or unique_violation then null;
            end;
        end if;
    end loop;
end $$;

grant wb_employer, wb_practice, wb_agency, wb_worker, wb_visitor, wb_queue to wb_app;
grant wb_queue to wb_platform;
grant wb_queue to wb_river;
grant wb_definer, wb_queue to wb_owner;
