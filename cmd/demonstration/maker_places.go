package demonstration

import (
	"context"
	"fmt"

	"wardbridge/internal/civil"
	"wardbridge/modules/agencies"
	"wardbridge/modules/places"
	"wardbridge/tenants"
)

// national loads the packs that come with the product.
func (m *maker) national(ctx context.Context) error {
	return m.DB.Work(ctx, m.platform, builder, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := m.Packs.LoadNational(ctx, tx)
		return err
	})
}

type demoSite struct {
	code, name, address string
	wards               []demoWard
}

type demoWard struct{ code, name, costCentre string }

// sitesOf are the places of each employer; Kingsmere's twelve wards are where
// the shifts of the demonstration are worked.
var sitesOf = map[string][]demoSite{
	"kingsmere": {
		{"RK201", "Royal Kingsmere", "King's Road, Kingsmere, EX1 2KM", []demoWard{
			{"ED", "Emergency Department", "001020"}, {"ICU", "Intensive Care Unit", "002210"}, {"AMU", "Acute Medical Unit", "001310"},
			{"W7", "Ward 7, Stroke", "001407"}, {"W12", "Ward 12, Older people", "001412"}, {"TH", "Main Theatres", "002300"},
			{"PAED", "Children's Ward", "001550"}, {"MAT", "Labour Ward", "001610"}}},
		{"RK202", "Kingsmere Park", "Park Lane, Kingsmere, EX1 4KP", []demoWard{
			{"REH", "Rehabilitation Unit", "003010"}, {"DSU", "Day Surgery", "003120"}, {"OPD", "Outpatients", "003200"}, {"UTC", "Urgent Treatment Centre", "003050"}}},
	},
	"saltbridge": {{"RS701", "Saltbridge General", "Harbour Street, Saltbridge, EX3 5SB", []demoWard{
		{"ED", "Emergency Department", "S1020"}, {"MED", "Medical Ward", "S1310"}, {"SUR", "Surgical Ward", "S1405"}, {"MAT", "Maternity", "S1610"}}}},
	"clockwork":    {{"RC901", "Clockwork Hospital", "Clock Lane, Testham, EX9 9CT", []demoWard{{"NIGHT", "Night Ward", "C0100"}, {"DAY", "Day Ward", "C0200"}}}},
	"brightwater":  {{"BW1", "Brightwater Hub", "Mill Street, Brightwater, EX5 1BW", []demoWard{{"EVE", "Evening clinic", "B100"}}}},
	"elmtree":      {{"ET1", "Elm Tree Surgery", "Elm Road, Brightwater, EX5 2ET", nil}},
	"millbrook":    {{"MB1", "Millbrook Practice", "Brook Street, Brightwater, EX5 3MB", nil}},
	"harbour-view": {{"HV1", "Harbour View Medical Centre", "Quay Road, Brightwater, EX5 4HV", nil}},
}

func (m *maker) sites(ctx context.Context) error {
	for code, sites := range sitesOf {
		err := m.as(ctx, code, func(ctx context.Context, tx *tenants.Tx) error {
			for _, s := range sites {
				site, err := m.Places.AddSite(ctx, tx, places.Site{Code: s.code, Name: s.name, Address: s.address, Published: true})
				if err != nil {
					return fmt.Errorf("site %s: %w", s.code, err)
				}
				m.world.Names[code+".site"] = site.ID.String()
				for _, w := range s.wards {
					ward, err := m.Places.AddWard(ctx, tx, places.Ward{SiteID: site.ID, Code: w.code, Name: w.name, CostCentre: w.costCentre, Published: true})
					if err != nil {
						return fmt.Errorf("ward %s: %w", w.code, err)
					}
					m.wards[code] = append(m.wards[code], ward)
					m.world.Names[code+".ward"] = ward.ID.String()
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", code, err)
		}
	}
	return nil
}

// trade is one trust's terms with one agency: its tier for each staff group.
type trade struct {
	trust, agency string
	vatNumber     string
	framework     string
	tiers         map[string]int
}

// trades: the agencies stand in different tiers at the two trusts. The VAT
// numbers pass the check and belong to nobody.
var trades = []trade{
	{"kingsmere", "meridian", "GB337440071", "TWS3", map[string]int{"nursing": 1, "hca": 1, "medical": 1, "ahp": 1}},
	{"kingsmere", "northbank", "GB123456782", "TWS3", map[string]int{"nursing": 1, "hca": 2}},
	{"kingsmere", "harbour", "GB100000089", "RM6281", map[string]int{"medical": 2, "nursing": 3}},
	{"kingsmere", "castle", "GB500000155", "RM6281", map[string]int{"nursing": 2, "hca": 3, "medical": 3}},
	{"saltbridge", "northbank", "GB123456782", "TWS3", map[string]int{"nursing": 1, "hca": 1}},
	{"saltbridge", "castle", "GB500000155", "RM6281", map[string]int{"nursing": 1, "medical": 1}},
	{"saltbridge", "meridian", "GB337440071", "TWS3", map[string]int{"nursing": 2, "medical": 2}},
	{"saltbridge", "harbour", "GB100000089", "RM6281", map[string]int{"medical": 3}},
	{"clockwork", "meridian", "GB337440071", "TWS3", map[string]int{"nursing": 1, "medical": 1}},
	{"clockwork", "northbank", "GB123456782", "TWS3", map[string]int{"nursing": 2}},
}

// concession is the election that exempts nurses supplied by an agency.
const (
	concessionReason = "Exempt: supply of nursing staff under the nursing agencies' concession"
	concessionSource = "VAT Notice 701/57, section 6.6"
)

func (m *maker) agreements(ctx context.Context) error {
	for _, t := range trades {
		err := m.as(ctx, t.trust, func(ctx context.Context, tx *tenants.Tx) error {
			starts := civil.MustDate("2026-01-01")
			a, err := m.Agencies.Agree(ctx, tx, m.orgs[t.agency].ID, starts, agencies.Terms{
				Framework: t.framework, SelfBillFrom: starts, SelfBillUntil: civil.MustDate("2027-12-31"), VATNumber: t.vatNumber, SupplierAddress: "1 Example Street, Exampleton EX1 1EX"})
			if err != nil {
				return err
			}
			m.world.note(t.trust+".agreement."+t.agency, a.ID)
			if err := m.Agencies.SetTiers(ctx, tx, a.ID, t.tiers); err != nil {
				return err
			}
			if t.agency != "northbank" {
				return nil
			}
			_, err = m.Agencies.Elect(ctx, tx, agencies.Election{AgreementID: a.ID, StaffGroup: "nursing", Category: "E", FromOn: starts, Reason: concessionReason, Source: concessionSource})
			return err
		})
		if err != nil {
			return fmt.Errorf("%s with %s: %w", t.trust, t.agency, err)
		}
	}
	return nil
}
