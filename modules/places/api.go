package places

import (
	"context"

	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Routes registers the operations of this module.
func (s *Service) Routes(r *openapi.Router) {
	admin := func(path map[string]string, body any) openapi.Call {
		return openapi.Call{As: "admin@kingsmere.example", Path: path, Body: body}
	}
	openapi.Get(r, "/sites", rbac.PlaceRead, "List sites", s.listSites,
		openapi.Describe("One's own sites. An agency names an employer it has an agreement with."),
		openapi.Example(func(openapi.World) openapi.Call { return admin(nil, nil) }))
	openapi.Get(r, "/sites/{id}", rbac.PlaceRead, "Get a site", s.getSite,
		openapi.Example(func(w openapi.World) openapi.Call { return admin(map[string]string{"id": w.ID("kingsmere.site")}, nil) }))
	openapi.Post(r, "/sites", rbac.PlaceManage, "Add a site", s.addSite, openapi.Status(201), openapi.Faults(ErrCodeTaken, ErrNotEmployer),
		openapi.Example(func(openapi.World) openapi.Call {
			return admin(nil, map[string]any{"code": "RK299", "name": "Kingsmere Community Hospital", "address": "2 Example Street, Exampleton EX1 1EX", "zone": "outside_london"})
		}))
	openapi.Put(r, "/sites/{id}", rbac.PlaceManage, "Change a site", s.changeSite, openapi.Faults(ErrCodeTaken),
		openapi.Example(func(w openapi.World) openapi.Call {
			return admin(map[string]string{"id": w.ID("kingsmere.site")}, map[string]any{"code": "RK202", "name": "Kingsmere Park", "published": true})
		}))
	openapi.Get(r, "/wards", rbac.PlaceRead, "List wards", s.listWards,
		openapi.Describe("One's own wards. An agency names an employer it has an agreement with, and sees no cost centres."),
		openapi.Example(func(openapi.World) openapi.Call { return admin(nil, nil) }))
	openapi.Get(r, "/wards/{id}", rbac.PlaceRead, "Get a ward", s.getWard,
		openapi.Example(func(w openapi.World) openapi.Call { return admin(map[string]string{"id": w.ID("kingsmere.ward")}, nil) }))
	openapi.Post(r, "/wards", rbac.PlaceManage, "Add a ward", s.addWard, openapi.Status(201), openapi.Faults(ErrCodeTaken, ErrUnknownSite, ErrNotEmployer),
		openapi.Example(func(w openapi.World) openapi.Call {
			return admin(nil, map[string]any{"site_id": w.ID("kingsmere.site"), "code": "W99", "name": "Ward 99, Winter pressures", "cost_centre": "001499"})
		}))
	openapi.Put(r, "/wards/{id}", rbac.PlaceManage, "Change a ward", s.changeWard, openapi.Faults(ErrCodeTaken, ErrUnknownSite),
		openapi.Example(func(w openapi.World) openapi.Call {
			return admin(map[string]string{"id": w.ID("kingsmere.ward")}, map[string]any{"site_id": w.ID("kingsmere.site"), "code": "UTC",
				"name": "Urgent Treatment Centre", "cost_centre": "003050", "published": true})
		}))
	openapi.Get(r, "/aliases", rbac.ImportRead, "List aliases", s.listAliases, openapi.Tag("imports"),
		openapi.Describe("What the organisation's files call sites, wards, grades, staff groups, reasons and headings."),
		openapi.Example(func(openapi.World) openapi.Call { return admin(nil, nil) }))
	openapi.Post(r, "/aliases", rbac.ImportCreate, "Remember an alias", s.remember, openapi.Tag("imports"), openapi.Status(201),
		openapi.Example(func(openapi.World) openapi.Call {
			return admin(nil, map[string]any{"kind": "grade", "text": "RGN Band 5", "target": "nurse-band-5"})
		}))
}

type siteJSON struct {
	ID        tenants.ID `json:"id"`
	Code      string     `json:"code" example:"RK201"`
	Name      string     `json:"name" example:"Royal Kingsmere"`
	Address   string     `json:"address"`
	Zone      string     `json:"zone" enum:"outside_london,fringe,outer_london,inner_london" doc:"High cost area: whose price caps count for work there."`
	Published bool       `json:"published" doc:"Seen by agencies and workers."`
	etag      string
}

// ETag names the version, for If-Match.
func (s siteJSON) ETag() string { return s.etag }

type wardJSON struct {
	ID         tenants.ID `json:"id"`
	SiteID     tenants.ID `json:"site_id"`
	Site       string     `json:"site" doc:"The name of the site."`
	Code       string     `json:"code" example:"W7"`
	Name       string     `json:"name" example:"Ward 7, Stroke"`
	CostCentre string     `json:"cost_centre" doc:"Empty to everyone but the employer."`
	Published  bool       `json:"published" doc:"Seen by agencies and workers."`
	etag       string
}

// ETag names the version, for If-Match.
func (w wardJSON) ETag() string { return w.etag }

type aliasJSON struct {
	ID     tenants.ID `json:"id"`
	Kind   Kind       `json:"kind" enum:"site,ward,grade,staff_group,reason,heading"`
	Text   string     `json:"text" doc:"In lower case, with single spaces."`
	Target string     `json:"target" doc:"Our code."`
}

func siteOut(s Site) siteJSON {
	return siteJSON{s.ID, s.Code, s.Name, s.Address, s.Zone, s.Published, s.ETag()}
}

func wardOut(w Ward) wardJSON {
	return wardJSON{w.ID, w.SiteID, w.SiteName, w.Code, w.Name, w.CostCentre, w.Published, w.ETag()}
}

type placesIn struct {
	Employer tenants.ID `query:"employer" doc:"Whose; one's own if not given."`
}

func (in placesIn) of(tx *tenants.Tx) tenants.ID {
	if in.Employer == (tenants.ID{}) {
		return tx.Me.ID
	}
	return in.Employer
}

func (s *Service) listSites(ctx context.Context, tx *tenants.Tx, in placesIn) (list openapi.List[siteJSON], err error) {
	all, err := s.SiteList(ctx, tx, in.of(tx))
	for _, site := range all {
		list.Data = append(list.Data, siteOut(site))
	}
	return list, err
}

type wardsIn struct {
	placesIn
	Site tenants.ID `query:"site" doc:"Only the wards of this site."`
}

func (s *Service) listWards(ctx context.Context, tx *tenants.Tx, in wardsIn) (list openapi.List[wardJSON], err error) {
	all, err := s.WardList(ctx, tx, in.of(tx))
	for _, w := range all {
		if in.Site == (tenants.ID{}) || in.Site == w.SiteID {
			list.Data = append(list.Data, wardOut(w))
		}
	}
	return list, err
}

type placeIn struct {
	placesIn
	ID tenants.ID `path:"id"`
}

func (s *Service) getSite(ctx context.Context, tx *tenants.Tx, in placeIn) (siteJSON, error) {
	site, err := s.Site(ctx, tx, in.of(tx), in.ID)
	return siteOut(site), err
}

func (s *Service) getWard(ctx context.Context, tx *tenants.Tx, in placeIn) (wardJSON, error) {
	w, err := s.Ward(ctx, tx, in.of(tx), in.ID)
	return wardOut(w), err
}

type addSiteIn struct {
	Body struct {
		Code    string `json:"code" minlen:"1" maxlen:"20" example:"RK201"`
		Name    string `json:"name" minlen:"1" maxlen:"120"`
		Address string `json:"address,omitempty" maxlen:"300"`
		Zone    string `json:"zone,omitempty" enum:"outside_london,fringe,outer_london,inner_london" default:"outside_london" doc:"High cost area: whose price caps count for work there."`
	}
}

func (s *Service) addSite(ctx context.Context, tx *tenants.Tx, in addSiteIn) (siteJSON, error) {
	site, err := s.AddSite(ctx, tx, Site{Code: in.Body.Code, Name: in.Body.Name, Address: in.Body.Address, Zone: in.Body.Zone})
	return siteOut(site), err
}

type changeSiteIn struct {
	ID      tenants.ID `path:"id"`
	IfMatch string     `header:"If-Match"`
	Body    struct {
		Code      string `json:"code" minlen:"1" maxlen:"20"`
		Name      string `json:"name" minlen:"1" maxlen:"120"`
		Address   string `json:"address,omitempty" maxlen:"300"`
		Zone      string `json:"zone,omitempty" enum:"outside_london,fringe,outer_london,inner_london" doc:"As it is, if not given."`
		Published bool   `json:"published"`
	}
}

func (s *Service) changeSite(ctx context.Context, tx *tenants.Tx, in changeSiteIn) (siteJSON, error) {
	site, err := s.ChangeSite(ctx, tx, in.ID, in.IfMatch, Site{Code: in.Body.Code, Name: in.Body.Name, Address: in.Body.Address, Zone: in.Body.Zone, Published: in.Body.Published})
	return siteOut(site), err
}

type addWardIn struct {
	Body struct {
		SiteID     tenants.ID `json:"site_id"`
		Code       string     `json:"code" minlen:"1" maxlen:"20" example:"W7"`
		Name       string     `json:"name" minlen:"1" maxlen:"120"`
		CostCentre string     `json:"cost_centre,omitempty" maxlen:"20"`
	}
}

func (s *Service) addWard(ctx context.Context, tx *tenants.Tx, in addWardIn) (wardJSON, error) {
	w, err := s.AddWard(ctx, tx, Ward{SiteID: in.Body.SiteID, Code: in.Body.Code, Name: in.Body.Name, CostCentre: in.Body.CostCentre})
	return wardOut(w), err
}

type changeWardIn struct {
	ID      tenants.ID `path:"id"`
	IfMatch string     `header:"If-Match"`
	Body    struct {
		SiteID     tenants.ID `json:"site_id"`
		Code       string     `json:"code" minlen:"1" maxlen:"20"`
		Name       string     `json:"name" minlen:"1" maxlen:"120"`
		CostCentre string     `json:"cost_centre,omitempty" maxlen:"20"`
		Published  bool       `json:"published"`
	}
}

func (s *Service) changeWard(ctx context.Context, tx *tenants.Tx, in changeWardIn) (wardJSON, error) {
	w, err := s.ChangeWard(ctx, tx, in.ID, in.IfMatch, Ward{SiteID: in.Body.SiteID, Code: in.Body.Code, Name: in.Body.Name,
		CostCentre: in.Body.CostCentre, Published: in.Body.Published})
	return wardOut(w), err
}

func aliasOut(a Alias) aliasJSON { return aliasJSON{a.ID, a.Kind, a.Text, a.Target} }

func (s *Service) listAliases(ctx context.Context, tx *tenants.Tx, _ struct{}) (list openapi.List[aliasJSON], err error) {
	all, err := s.AliasList(ctx, tx)
	for _, a := range all {
		list.Data = append(list.Data, aliasOut(a))
	}
	return list, err
}

type rememberIn struct {
	Body struct {
		Kind   Kind   `json:"kind" enum:"site,ward,grade,staff_group,reason,heading"`
		Text   string `json:"text" minlen:"1" maxlen:"200" doc:"As it stands in the file."`
		Target string `json:"target" minlen:"1" maxlen:"80" doc:"The code that it means."`
	}
}

func (s *Service) remember(ctx context.Context, tx *tenants.Tx, in rememberIn) (aliasJSON, error) {
	a, err := s.Remember(ctx, tx, in.Body.Kind, in.Body.Text, in.Body.Target)
	return aliasOut(a), err
}
