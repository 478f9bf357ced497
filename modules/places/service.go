package places

import (
	"context"
	"fmt"
	"slices"

	"wardbridge/internal/fault"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

// Service keeps sites, wards and what files call them.
type Service struct{}

// New makes the service.
func New() *Service { return &Service{} }

// AddSite opens a site of the employer who acts. Id and tenant are given here;
// a new site is published.
func (s *Service) AddSite(ctx context.Context, tx *tenants.Tx, site Site) (Site, error) {
	if !tx.Me.Kind.Employer() {
		return Site{}, ErrNotEmployer
	}
	site.TenantID, site.ID, site.Published = tx.Me.ID, tenants.NewID(), true
	if err := checkSite(&site); err != nil {
		return Site{}, err
	}
	return site, taken(insertSite(ctx, tx, &site), site.Code)
}

// AddWard opens a ward on one of the employer's sites. Id and tenant are given
// here; a new ward is published.
func (s *Service) AddWard(ctx context.Context, tx *tenants.Tx, ward Ward) (Ward, error) {
	if !tx.Me.Kind.Employer() {
		return Ward{}, ErrNotEmployer
	}
	ward.TenantID, ward.ID, ward.Published = tx.Me.ID, tenants.NewID(), true
	if err := s.checkWard(ctx, tx, &ward); err != nil {
		return Ward{}, err
	}
	return ward, taken(insertWard(ctx, tx, &ward), ward.Code)
}

// ChangeSite replaces code, name, address, zone and whether it is published. A
// zone that is not given stays. seen is the ETag of what the caller read, as If-Match says it; empty changes whatever is there.
func (s *Service) ChangeSite(ctx context.Context, tx *tenants.Tx, id tenants.ID, seen string, to Site) (Site, error) {
	site, err := lockSite(ctx, tx, id)
	if err != nil {
		return Site{}, err
	}
	if seen != "" {
		if err := openapi.Unchanged(seen, site.ETag()); err != nil {
			return Site{}, err
		}
	}
	site.Code, site.Name, site.Address, site.Published = to.Code, to.Name, to.Address, to.Published
	if to.Zone != "" {
		site.Zone = to.Zone
	}
	if err := checkSite(&site); err != nil {
		return Site{}, err
	}
	return site, taken(updateSite(ctx, tx, &site), site.Code)
}

// ChangeWard replaces site, code, name, cost centre and whether it is published.
// seen is the ETag of what the caller read, as If-Match says it; empty changes whatever is there.
func (s *Service) ChangeWard(ctx context.Context, tx *tenants.Tx, id tenants.ID, seen string, to Ward) (Ward, error) {
	ward, err := lockWard(ctx, tx, id)
	if err != nil {
		return Ward{}, err
	}
	if seen != "" {
		if err := openapi.Unchanged(seen, ward.ETag()); err != nil {
			return Ward{}, err
		}
	}
	ward.SiteID, ward.Code, ward.Name, ward.CostCentre, ward.Published = to.SiteID, to.Code, to.Name, to.CostCentre, to.Published
	if err := s.checkWard(ctx, tx, &ward); err != nil {
		return Ward{}, err
	}
	return ward, taken(updateWard(ctx, tx, &ward), ward.Code)
}

// checkWard checks the ward and fills in what its site is called.
func (s *Service) checkWard(ctx context.Context, tx *tenants.Tx, ward *Ward) error {
	if err := checkWard(ward); err != nil {
		return err
	}
	site, err := getSite(ctx, tx, ward.TenantID, ward.SiteID)
	if fault.Is(err, fault.NotFound) {
		return ErrUnknownSite.With(fault.Field{Name: "site_id", Code: "unknown", Text: "Choose one of your sites.", Value: ward.SiteID.String()})
	}
	ward.SiteCode, ward.SiteName = site.Code, site.Name
	return err
}

// taken names the code that another place of the same employer has already.
func taken(err error, code string) error {
	if tenants.Violates(err, "sites_tenant_id_code_key") || tenants.Violates(err, "wards_tenant_id_code_key") {
		return ErrCodeTaken.With(fault.Field{Name: "code", Code: "taken", Text: "There is one with this code already.", Value: code}).Because(err)
	}
	return err
}

// Site finds one site of an employer.
func (s *Service) Site(ctx context.Context, tx *tenants.Tx, tenantID, id tenants.ID) (Site, error) {
	return getSite(ctx, tx, tenantID, id)
}

// Ward finds one ward of an employer. Only the employer sees its cost centre.
func (s *Service) Ward(ctx context.Context, tx *tenants.Tx, tenantID, id tenants.ID) (Ward, error) {
	all, err := wards(ctx, tx, tenantID, id, "")
	if err == nil && len(all) == 0 {
		return Ward{}, fault.ErrNotFound.Because(fmt.Errorf("ward %s", id))
	}
	if err != nil {
		return Ward{}, err
	}
	return all[0], nil
}

// WardByCode finds a ward of the employer who acts by its code.
func (s *Service) WardByCode(ctx context.Context, tx *tenants.Tx, code string) (Ward, error) {
	all, err := wards(ctx, tx, tx.Me.ID, tenants.ID{}, code)
	if err == nil && len(all) == 0 {
		return Ward{}, fault.ErrNotFound.Because(fmt.Errorf("ward %s", code))
	}
	if err != nil {
		return Ward{}, err
	}
	return all[0], nil
}

// Zone is whose price caps count for work at an employer: the zone of the site,
// or with no site that which all its published sites share, and outside London
// where they share none. The employer and its agencies are told the same.
func (s *Service) Zone(ctx context.Context, tx *tenants.Tx, tenantID, site tenants.ID) (string, error) {
	zone, err := zoneOf(ctx, tx, tenantID, site)
	if err == nil && zone == "" {
		err = ErrUnknownSite.With(fault.Field{Name: "site_id", Code: "unknown", Text: "Choose one of the employer's sites.", Value: site.String()})
	}
	return zone, err
}

// SiteList lists the sites of an employer by name.
func (s *Service) SiteList(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID) ([]Site, error) {
	return sites(ctx, tx, tenantID)
}

// WardList lists the wards of an employer by site and name.
func (s *Service) WardList(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID) ([]Ward, error) {
	return wards(ctx, tx, tenantID, tenants.ID{}, "")
}

// Sites is every site of an employer by id, for showing rows that name them.
func (s *Service) Sites(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID) (map[tenants.ID]Site, error) {
	all, err := sites(ctx, tx, tenantID)
	m := make(map[tenants.ID]Site, len(all))
	for _, site := range all {
		m[site.ID] = site
	}
	return m, err
}

// Wards is every ward of an employer by id, for showing rows that name them.
func (s *Service) Wards(ctx context.Context, tx *tenants.Tx, tenantID tenants.ID) (map[tenants.ID]Ward, error) {
	all, err := wards(ctx, tx, tenantID, tenants.ID{}, "")
	m := make(map[tenants.ID]Ward, len(all))
	for _, w := range all {
		m[w.ID] = w
	}
	return m, err
}

// WardsOf is every ward that one sees of several employers by id, for an agency
// or a worker whose rows come from many.
func (s *Service) WardsOf(ctx context.Context, tx *tenants.Tx, tenantIDs ...tenants.ID) (map[tenants.ID]Ward, error) {
	m := map[tenants.ID]Ward{}
	slices.SortFunc(tenantIDs, func(a, b tenants.ID) int { return slices.Compare(a[:], b[:]) })
	for _, tenantID := range slices.Compact(tenantIDs) {
		all, err := wards(ctx, tx, tenantID, tenants.ID{}, "")
		if err != nil {
			return nil, err
		}
		for _, w := range all {
			m[w.ID] = w
		}
	}
	return m, nil
}

// Map reads everything that a file of this employer can name.
func (s *Service) Map(ctx context.Context, tx *tenants.Tx) (*Map, error) {
	siteAliases, err := aliases(ctx, tx, ForSite)
	if err != nil {
		return nil, err
	}
	wardAliases, err := aliases(ctx, tx, ForWard)
	if err != nil {
		return nil, err
	}
	allSites, err := sites(ctx, tx, tx.Me.ID)
	if err != nil {
		return nil, err
	}
	allWards, err := wards(ctx, tx, tx.Me.ID, tenants.ID{}, "")
	if err != nil {
		return nil, err
	}
	m := &Map{sites: NewNames[Site](siteAliases), wards: NewNames[Ward](wardAliases), onSite: map[tenants.ID]*Names[Ward]{}}
	for _, site := range allSites {
		m.sites.Add(site.Code, site.Name, site)
		m.onSite[site.ID] = NewNames[Ward](wardAliases)
	}
	for _, w := range allWards {
		m.wards.Add(w.Code, w.Name, w)
		m.onSite[w.SiteID].Add(w.Code, w.Name, w)
	}
	return m, nil
}

// Remember notes that in this organisation's files a text stands for one of our
// codes. Said again with another code, the later one counts.
func (s *Service) Remember(ctx context.Context, tx *tenants.Tx, kind Kind, text, code string) (Alias, error) {
	if !tx.Me.Kind.Employer() {
		return Alias{}, ErrNotEmployer
	}
	if !slices.Contains([]Kind{ForSite, ForWard, ForGrade, ForStaffGroup, ForReason, ForHeading}, kind) {
		return Alias{}, ErrAliasKind
	}
	a := Alias{OwnerID: tx.Me.ID, ID: tenants.NewID(), Kind: kind, Text: Fold(text), Target: code}
	if a.Text == "" || a.Target == "" {
		return Alias{}, refuse([]fault.Field{{Name: "text", Code: "required", Text: "Give the text that stands in the file and the code it means."}})
	}
	if err := refuse(longer(a.Text, 200, "text")); err != nil {
		return Alias{}, err
	}
	return a, putAlias(ctx, tx, &a)
}

// Aliases is what an organisation's files call codes of a kind: folded text to
// code, ready for NewNames.
func (s *Service) Aliases(ctx context.Context, tx *tenants.Tx, kind Kind) (map[string]string, error) {
	return aliases(ctx, tx, kind)
}

// AliasList lists everything remembered, by kind and text.
func (s *Service) AliasList(ctx context.Context, tx *tenants.Tx) ([]Alias, error) {
	return aliasList(ctx, tx)
}
