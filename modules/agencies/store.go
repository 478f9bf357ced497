package agencies

import (
	"context"

	"wardbridge/tenants"
)

const columns = `tenant_id, agency_id, id, starts_on, ends_on, segmentation, break_rule, on_costs, framework, framework_lot, self_bill_from, self_bill_until,
	supplier_name, supplier_address, vat_number, ended_at, created_at, version`

func insert(ctx context.Context, tx *tenants.Tx, a *Agreement) error {
	_, err := tx.NewInsert().Model(a).Exec(ctx)
	return err
}

func save(ctx context.Context, tx *tenants.Tx, a *Agreement) error {
	_, err := tx.NewUpdate().Model(a).
		Column("ends_on", "segmentation", "break_rule", "on_costs", "framework", "framework_lot", "self_bill_from", "self_bill_until", "supplier_name", "supplier_address", "vat_number", "ended_at", "version").
		Where("tenant_id = ? and id = ?", a.TenantID, a.ID).Exec(ctx)
	return err
}

func lock(ctx context.Context, tx *tenants.Tx, id tenants.ID) (a Agreement, err error) {
	err = tx.NewSelect().Model(&a).ColumnExpr(columns).Where("tenant_id = ? and id = ?", tx.Me.ID, id).For("update").Scan(ctx)
	return a, tenants.Found("agreement", id, err)
}

func get(ctx context.Context, tx *tenants.Tx, id tenants.ID) (a Agreement, err error) {
	err = tx.Mine(tx.NewSelect().Model(&a).ColumnExpr(columns)).Where("id = ?", id).Scan(ctx)
	return a, tenants.Found("agreement", id, err)
}

func between(ctx context.Context, tx *tenants.Tx, tenantID, agencyID tenants.ID) (all []Agreement, err error) {
	err = tx.NewSelect().Model(&all).ColumnExpr(columns).
		Where("tenant_id = ? and agency_id = ?", tenantID, agencyID).
		OrderExpr("ended_at desc nulls first, starts_on desc").Scan(ctx)
	return all, err
}

func list(ctx context.Context, tx *tenants.Tx) (all []Agreement, err error) {
	err = tx.Mine(tx.NewSelect().Model(&all).ColumnExpr(columns)).
		OrderExpr("ended_at desc nulls first, supplier_name, starts_on desc, id").Scan(ctx)
	return all, err
}

// setTier writes the place anew, since it may have been under an agreement that
// has ended.
func setTier(ctx context.Context, tx *tenants.Tx, a Agreement, group string, tier int) error {
	_, err := tx.NewRaw(`
		delete from tiers
		where  tenant_id = ? and staff_group = ? and agency_id = ? and (agreement_id <> ? or tier <> ?)`,
		a.TenantID, group, a.AgencyID, a.ID, tier).Exec(ctx)
	if err != nil || tier == 0 {
		return err
	}
	_, err = tx.NewRaw(`
		insert into tiers (tenant_id, agency_id, agreement_id, id, staff_group, tier)
		values (?, ?, ?, ?, ?, ?)
		on     conflict (tenant_id, staff_group, agency_id) do nothing`,
		a.TenantID, a.AgencyID, a.ID, tenants.NewID(), group, tier).Exec(ctx)
	return err
}

// placed lists the places under agreements that have not ended.
func placed(ctx context.Context, tx *tenants.Tx, group string) (all []Placed, err error) {
	err = tx.NewRaw(`
		select t.agency_id, t.agreement_id, t.staff_group, t.tier, a.starts_on, a.ends_on
		from   tiers t
		join   agreements a on a.tenant_id = t.tenant_id and a.id = t.agreement_id
		where  t.tenant_id = ? and (? = '' or t.staff_group = ?) and a.ended_at is null
		order  by t.staff_group, t.tier, t.agency_id`, tx.Me.ID, group, group).Scan(ctx, &all)
	return all, err
}

func tiersOf(ctx context.Context, tx *tenants.Tx, agreementID tenants.ID) (map[string]int, error) {
	var rows []struct {
		StaffGroup string
		Tier       int
	}
	err := tx.NewRaw(`
		select staff_group, tier
		from   tiers
		where  agreement_id = ?`, agreementID).Scan(ctx, &rows)
	tiers := make(map[string]int, len(rows))
	for _, r := range rows {
		tiers[r.StaffGroup] = r.Tier
	}
	return tiers, err
}

func insertElection(ctx context.Context, tx *tenants.Tx, e *Election) error {
	_, err := tx.NewInsert().Model(e).Exec(ctx)
	return err
}

func elections(ctx context.Context, tx *tenants.Tx, agreementID tenants.ID) (all []Election, err error) {
	err = tx.NewRaw(`
		select tenant_id, agency_id, agreement_id, id, coalesce(staff_group, '') as staff_group, category, from_on, reason, source
		from   vat_elections
		where  agreement_id = ?
		order  by from_on desc, staff_group nulls last`, agreementID).Scan(ctx, &all)
	return all, err
}
