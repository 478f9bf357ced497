package demonstration

import (
	"context"
	"fmt"
	"io"
	"strings"

	"wardbridge/cmd/house"
	"wardbridge/internal/door"
	"wardbridge/modules/accounts"
	"wardbridge/modules/places"
	"wardbridge/tenants"
)

// maker makes the demonstration world with the product's own verbs.
type maker struct {
	*house.House
	world *World
	out   io.Writer

	platform tenants.Party
	orgs     map[string]tenants.Party // by code
	people   map[string]tenants.ID    // by e-mail
	wards    map[string][]places.Ward // by organisation
	staff    []*demoWorker
	hash     string
	aboveToo tenants.ID // a proposal above the cap about which the director is asked

	back, ahead int // weeks that are lived, and weeks to come
}

// builder is who acts when the demonstration is made.
var builder = tenants.Actor{Kind: tenants.Console, Name: "demonstration"}

func (m *maker) make(ctx context.Context) error {
	m.orgs, m.people, m.wards = map[string]tenants.Party{}, map[string]tenants.ID{}, map[string][]places.Ward{}
	var err error
	if m.hash, err = accounts.HashPassword(m.world.Password); err != nil {
		return err
	}
	for _, step := range []struct {
		words string
		run   func(context.Context) error
	}{
		{"organisations and people", m.organisations},
		{"national reference data", m.national},
		{"sites and wards", m.sites},
		{"agreements and tiers", m.agreements},
		{"offices that approve", m.offices},
		{"clinicians", m.clinicians},
		{"rate cards and cascade rules", m.rateCards},
		{"ten weeks of shifts", m.weeks},
		{"Clockwork's nights", m.clockwork},
		{"loose ends", m.loose},
		{"shifts ahead for those who sign in", m.engaged},
		{"approvals that are waited for", m.approvals},
		{"keys", m.keys},
		{"names", m.naming},
	} {
		fmt.Fprintln(m.out, "  "+step.words)
		if err := step.run(ctx); err != nil {
			return fmt.Errorf("demonstration, %s: %w", step.words, err)
		}
	}
	return nil
}

// as runs one unit of work of an organisation.
func (m *maker) as(ctx context.Context, code string, fn func(context.Context, *tenants.Tx) error) error {
	return m.DB.Work(ctx, m.orgs[code], builder, fn)
}

// organisation is one of the demonstration's, with its people.
type demoOrganisation struct {
	accounts.NewOrganisation
	people []demoPerson
}

type demoPerson struct {
	email, name, role, path, heading string
	also                             []string // further roles
}

func demoOrganisations() []demoOrganisation {
	org := func(code, letters string, kind tenants.Kind, name, ods string, people ...demoPerson) demoOrganisation {
		return demoOrganisation{accounts.NewOrganisation{Code: code, Letters: letters, Kind: kind, Name: name, ODSCode: ods, Sandbox: kind == tenants.Trust}, people}
	}
	const board, open = "Vacancy board", "Open shifts"
	return []demoOrganisation{
		org("wardbridge", "WB", tenants.Platform, "Wardbridge", "",
			demoPerson{"staff@wardbridge.example", "Ines Okafor", "engineer", "/platform", "Platform", nil}),
		org("kingsmere", "KUH", tenants.Trust, "Kingsmere University Hospitals", "RK2",
			demoPerson{"admin@kingsmere.example", "Dilys Morgan", "org_admin", "/e/kingsmere/shifts", board, nil},
			demoPerson{"manager@kingsmere.example", "Priya Raman", "bank_office", "/e/kingsmere/shifts", board, []string{"ward_manager"}},
			demoPerson{"ward@kingsmere.example", "Sam Whitlock", "ward_manager", "/e/kingsmere/shifts", board, nil},
			demoPerson{"viewer@kingsmere.example", "Ewan Grant", "viewer", "/e/kingsmere/shifts", board, nil},
			demoPerson{"chief@kingsmere.example", "Carys Lloyd", "approver", "/e/kingsmere/shifts", board, nil},
			demoPerson{"director@kingsmere.example", "Idris Vaughan", "approver", "/e/kingsmere/shifts", board, nil},
			demoPerson{"finance@kingsmere.example", "Howard Bell", "finance", "/e/kingsmere/finance/self-bill", "Self-bill", nil}),
		org("saltbridge", "SBG", tenants.Trust, "Saltbridge General", "RS7",
			demoPerson{"admin@saltbridge.example", "Moira Kent", "org_admin", "/e/saltbridge/shifts", board, []string{"bank_office", "ward_manager", "finance"}}),
		org("clockwork", "CWT", tenants.Trust, "Clockwork Test NHS Trust", "RC9",
			demoPerson{"admin@clockwork.example", "Ada Tick", "org_admin", "/e/clockwork/shifts", board, []string{"bank_office", "ward_manager", "finance"}}),
		org("brightwater", "BWF", tenants.Hub, "Brightwater GP Federation", "",
			demoPerson{"admin@brightwater.example", "Noor Siddiqui", "org_admin", "/e/brightwater", "Brightwater GP Federation", nil}),
		org("elmtree", "ETS", tenants.Practice, "Elm Tree Surgery", "A81001",
			demoPerson{"practice@elmtree.example", "Gwen Pritchard", "practice_manager", "/p/elmtree", "Elm Tree Surgery", nil}),
		org("millbrook", "MBP", tenants.Practice, "Millbrook Practice", "A81002"),
		org("harbour-view", "HVM", tenants.Practice, "Harbour View Medical Centre", "A81003"),
		org("meridian", "MER", tenants.Agency, "Meridian Medical", "",
			demoPerson{"agency@meridian.example", "Leon Achebe", "agency_admin", "/a/meridian/shifts", open, []string{"agency_consultant"}}),
		org("northbank", "NBN", tenants.Agency, "Northbank Nursing", "",
			demoPerson{"agency@northbank.example", "Tess Calder", "agency_admin", "/a/northbank/shifts", open, nil}),
		org("harbour", "HLO", tenants.Agency, "Harbour Locums", ""),
		org("castle", "CST", tenants.Agency, "Castle Staffing", ""),
	}
}

func (m *maker) organisations(ctx context.Context) error {
	m.platform = tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}
	return m.DB.Work(ctx, m.platform, builder, func(ctx context.Context, tx *tenants.Tx) error {
		for _, o := range demoOrganisations() {
			made, err := m.Accounts.CreateOrganisation(ctx, tx, o.NewOrganisation)
			if err != nil {
				return fmt.Errorf("%s: %w", o.Code, err)
			}
			party := tenants.Party{ID: made.ID, Kind: made.Kind}
			m.orgs[o.Code] = party
			m.world.note(o.Code, made.ID)
			for _, p := range o.people {
				if err := m.person(ctx, tx, o.Code, party, p); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (m *maker) person(ctx context.Context, tx *tenants.Tx, code string, party tenants.Party, p demoPerson) error {
	ids, err := m.Accounts.AddMembers(ctx, tx, party, m.hash, []accounts.NewMember{{Email: p.email, Name: p.name, Roles: append([]string{p.role}, p.also...)}})
	if err != nil {
		return fmt.Errorf("%s: %w", p.email, err)
	}
	m.people[p.email] = ids[0]
	m.world.Logins = append(m.world.Logins, Login{Role: p.role, Organisation: code, Email: p.email, Password: m.world.Password, Path: p.path, Heading: p.heading, Shows: shows(code)})
	return nil
}

// keys makes an organisation key for every organisation, and personal tokens
// for three people.
func (m *maker) keys(ctx context.Context) error {
	for code, party := range m.orgs {
		if party.Kind == tenants.Platform || party.Kind == tenants.Practice && code != "elmtree" {
			continue
		}
		err := m.as(ctx, code, func(ctx context.Context, tx *tenants.Tx) error {
			roles := []string{"integration_engineer"}
			if party.Kind == tenants.Trust || party.Kind == tenants.Hub {
				roles = append(roles, "finance")
			}
			id, key, err := m.Accounts.MakeKey(ctx, tx, door.NewKey{Name: "Demonstration", Roles: roles})
			if m.world.Names[code+".key"] == "" {
				m.world.note(code+".key", id)
			}
			m.world.APIKeys = append(m.world.APIKeys, Key{Organisation: code, Party: string(party.Kind), Key: key})
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", code, err)
		}
	}
	for _, email := range []string{"manager@kingsmere.example", "agency@meridian.example"} {
		code := strings.Split(strings.Split(email, "@")[1], ".")[0]
		if err := m.token(ctx, m.orgs[code], code, email, false); err != nil {
			return err
		}
	}
	return nil
}

func (m *maker) token(ctx context.Context, party tenants.Party, code, email string, worker bool) error {
	person := m.people[email]
	who := tenants.Actor{Kind: tenants.Person, ID: person, Person: person, Name: email}
	return m.DB.Run(ctx, party, who, func(ctx context.Context, tx *tenants.Tx) error {
		_, key, err := m.Accounts.MakeKey(ctx, tx, door.NewKey{Name: "Demonstration", Token: true, Person: person, Worker: worker})
		m.world.APIKeys = append(m.world.APIKeys, Key{Organisation: code, Party: string(party.Kind), Person: email, Key: key})
		return err
	})
}
