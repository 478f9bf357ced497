package places

import (
	"context"

	"wardbridge/tenants"
)

func insertSite(ctx context.Context, tx *tenants.Tx, s *Site) error {
	_, err := tx.NewInsert().Model(s).Exec(ctx)
	return err
}

func insertWard(ctx context.Context, tx *tenants.Tx, w *Ward) error {
	_, err := tx.NewInsert().Model(w).Exec(ctx)
	return err
}

func updateSite(ctx context.Context, tx *tenants.Tx, s *Site) error {
	_, err := tx.NewRaw(`
		update sites
		set    code = ?, name = ?, address = ?, published = ?, zone = ?
		where  tenant_id = ? and id = ?`, s.Code, s.Name, s.Address, s.Published, s.Zone, s.TenantID, s.ID).Exec(ctx)
	return err
}

func updateWard(ctx context.Context, tx *tenants.Tx, w *Ward) error {
	_, err := tx.NewRaw(`
		update wards
		set    site_id = ?, code = ?, name = ?, cost_centre = ?, published = ?
		where  tenant_id = ? and id = ?`, w.SiteID, w.Code, w.Name, w.CostCentre, w.Published, w.TenantID, w.ID).Exec(ctx)
	return err
}

func getSite(ctx context.Context, tx *tenants.Tx, tenantID, id tenants.ID) (s Site, err error) {
	err = tx.NewRaw(`
		select tenant_id, id, code, name, address, published, zone
		from   sites
		where  tenant_id = ? and id = ?`, tenantID, id).Scan(ctx, &s)
	return s, tenants.Found("site", id, err)
}

// zoneOf crosses the wall of hidden sites; empty where there is no such site of
// an employer that the caller deals with.
func zoneOf(ctx context.Context, tx *tenants.Tx, tenantID, site tenants.ID) (zone string, err error) {
	var named *tenants.ID
	if site != (tenants.ID{}) {
		named = &site
	}
	err = tx.NewRaw("select coalesce(app.cap_zone(?, ?), '')", tenantID, named).Scan(ctx, &zone)
	return zone, err
}

func lockSite(ctx context.Context, tx *tenants.Tx, id tenants.ID) (s Site, err error) {
	if !tx.Me.Kind.Employer() {
		return s, ErrNotEmployer
	}
	err = tx.NewRaw(`
		select tenant_id, id, code, name, address, published, zone
		from   sites
		where  tenant_id = ? and id = ?
		for    update`, tx.Me.ID, id).Scan(ctx, &s)
	return s, tenants.Found("site", id, err)
}

func lockWard(ctx context.Context, tx *tenants.Tx, id tenants.ID) (w Ward, err error) {
	if !tx.Me.Kind.Employer() {
		return w, ErrNotEmployer
	}
	err = tx.NewRaw(`
		select tenant_id, id, site_id, code, name, cost_centre, published
		from   wards
		where  tenant_id = ? and id = ?
		for    update`, tx.Me.ID, id).Scan(ctx, &w)
	return w, tenants.Found("ward", id, err)
}

func sites(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID) (all []Site, err error) {
	err = tx.Often(ctx, &all, `
		select tenant_id, id, code, name, address, published, zone
		from   sites
		where  tenant_id = $1
		order  by name, code`, tenantID)
	return all, err
}

// wards reads wards of an employer, all or those of one id or code. The cost
// centre is the employer's own business: others have no right to the column.
func wards(ctx context.Context, tx *tenants.Tx, tenantID, id tenants.ID, code string) (all []Ward, err error) {
	cost := ""
	if tx.Me.Kind.Employer() {
		cost = ", w.cost_centre"
	}
	query := "select w.tenant_id, w.id, w.site_id, w.code, w.name, w.published, s.code as site_code, s.name as site_name" + cost + `
		from   wards w
		join   sites s on s.tenant_id = w.tenant_id and s.id = w.site_id
		where  w.tenant_id = $1`
	const order = " order by s.name, w.name, w.code"
	switch {
	case id != tenants.ID{}:
		err = tx.Often(ctx, &all, query+" and w.id = $2", tenantID, id)
	case code != "":
		err = tx.Often(ctx, &all, query+" and w.code = $2"+order, tenantID, code)
	default:
		err = tx.Often(ctx, &all, query+order, tenantID)
	}
	return all, err
}

// WardNames and WardJoin let a statement of another module over a table s, which
// has a tenant_id and a ward_id, read what the ward and its site are called, into
// a Ward in a field Ward. Where the walls hide either, all are empty.
const (
	WardNames = "w.code as ward__code, w.name as ward__name, w.site_code as ward__site_code, w.site_name as ward__site_name"
	WardJoin  = `
		left   join lateral (
		       select w.code, w.name, t.code as site_code, t.name as site_name
		       from   wards w
		       join   sites t on t.tenant_id = w.tenant_id and t.id = w.site_id
		       where  w.tenant_id = s.tenant_id and w.id = s.ward_id) w on true`
)

func putAlias(ctx context.Context, tx *tenants.Tx, a *Alias) error {
	return tx.NewRaw(`
		insert into aliases (owner_id, id, kind, text, target)
		values (?, ?, ?, ?, ?)
		on     conflict (owner_id, kind, text) do update set target = excluded.target
		returning id`, a.OwnerID, a.ID, a.Kind, a.Text, a.Target).Scan(ctx, &a.ID)
}

func aliases(ctx context.Context, tx *tenants.Tx, kind Kind) (map[string]string, error) {
	var all []Alias
	err := tx.NewRaw(`
		select text, target
		from   aliases
		where  owner_id = ? and kind = ?`, tx.Me.ID, kind).Scan(ctx, &all)
	m := make(map[string]string, len(all))
	for _, a := range all {
		m[a.Text] = a.Target
	}
	return m, err
}

func aliasList(ctx context.Context, tx *tenants.Tx) (all []Alias, err error) {
	if !tx.Me.Kind.Employer() {
		return nil, ErrNotEmployer
	}
	err = tx.NewRaw(`
		select owner_id, id, kind, text, target
		from   aliases
		where  owner_id = ?
		order  by kind, text`, tx.Me.ID).Scan(ctx, &all)
	return all, err
}
