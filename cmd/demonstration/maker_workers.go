package demonstration

import (
	"context"
	"fmt"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/modules/accounts"
	"wardbridge/modules/workers"
	"wardbridge/tenants"
)

// Names of people who do not exist, put together from these.
var (
	firstNames = strings.Fields("Grace Tomasz Helen Amara Daniel Oluwaseun Priti Callum Niamh Yusuf Beatriz Joseph Ling Fatima Rhys Sofia Kwame Agnieszka Imran Megan Dev Chiara Patrick Zainab Owen Marisol Hugh Leila Stefan Abigail")
	lastNames  = strings.Fields("Mensah Zielinski Varga Okafor Brook Adeyemi Shah Fraser Byrne Demir Costa Mathew Chen Rahman Pugh Marino Owusu Nowak Malik Hughes")
)

// demoWorker is one clinician of the demonstration.
type demoWorker struct {
	email, name string
	group       string
	grade       string
	body        string
	number      string
	born        civil.Date
	agencies    []string

	person tenants.ID
	reps   map[string]tenants.ID // by agency
}

// workersOf lays out 120 clinicians: nurses, assistants and doctors, most with
// one agency, some with two. The first nurse and doctor have log-ins that are told.
func demoWorkers() []*demoWorker {
	var all []*demoWorker
	for i := range 120 {
		w := &demoWorker{
			name:  firstNames[(i*7+i/30)%len(firstNames)] + " " + lastNames[(i*3+i/20)%len(lastNames)],
			email: fmt.Sprintf("worker%03d@worker.example", i+1),
			born:  civil.Date{Year: 1968 + i%32, Month: 1 + 0, Day: 1}.AddDays(i * 3 % 360),
			reps:  map[string]tenants.ID{},
		}
		switch {
		case i%10 < 5:
			w.group, w.body, w.number = "nursing", "NMC", fmt.Sprintf("%02d%c%04d%c", 8+i%16, 'A'+i%12, 1000+i*37, "ESWN"[i%4])
			w.grade = []string{"nurse-band-5", "nurse-band-6"}[i/10%2]
			w.agencies = [][]string{{"meridian"}, {"northbank"}, {"meridian", "northbank"}, {"castle"}, {"harbour"}}[i%5]
		case i%10 < 7:
			w.group, w.grade = "hca", "hca-band-2"
			w.agencies = [][]string{{"meridian"}, {"northbank"}, {"castle"}}[i%3]
		default:
			w.group, w.body, w.number = "medical", "GMC", fmt.Sprintf("%07d", 612000+i*431)
			w.grade = []string{"st1-2", "st3", "consultant"}[i%3]
			w.agencies = [][]string{{"meridian"}, {"harbour"}, {"castle"}}[i%3]
		}
		all = append(all, w)
	}
	all[0].email, all[0].name, all[0].grade, all[0].agencies = "nurse@worker.example", "Grace Mensah", "nurse-band-5", []string{"meridian"}
	all[7].email, all[7].name, all[7].agencies, all[7].grade = "doctor@worker.example", "Kwame Owusu", []string{"meridian"}, "st3"
	all[9].email, all[9].name, all[9].agencies, all[9].grade = "gp@worker.example", "Leila Rahman", []string{"harbour"}, "specialty-doctor"
	return all
}

func (m *maker) clinicians(ctx context.Context) error {
	m.staff = demoWorkers()
	err := m.DB.Work(ctx, m.platform, builder, func(ctx context.Context, tx *tenants.Tx) error {
		hub := m.orgs["brightwater"] // where clinicians' own log-ins are kept
		var many []accounts.NewMember
		for _, w := range m.staff {
			many = append(many, accounts.NewMember{Email: w.email, Name: w.name, Roles: []string{"clinician"}})
		}
		ids, err := m.Accounts.AddMembers(ctx, tx, hub, m.hash, many)
		for i, id := range ids {
			m.staff[i].person = id
			m.people[m.staff[i].email] = id
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, email := range told {
		m.world.Logins = append(m.world.Logins, Login{Role: "clinician", Email: email, Password: m.world.Password, Path: "/me/schedule", Heading: "Schedule", Shows: shows("")})
	}
	if err := m.represent(ctx); err != nil {
		return err
	}
	for _, w := range m.staff {
		if err := m.profile(ctx, w); err != nil {
			return fmt.Errorf("%s: %w", w.email, err)
		}
	}
	nurse := tenants.Party{ID: m.staff[0].person, Kind: tenants.Worker}
	m.world.note("nurse", nurse.ID)
	return m.token(ctx, nurse, "", "nurse@worker.example", true)
}

// represent enters each agency's workers in its own books.
func (m *maker) represent(ctx context.Context) error {
	for _, code := range []string{"meridian", "northbank", "harbour", "castle"} {
		var facts []workers.Facts
		var whose []*demoWorker
		for _, w := range m.staff {
			for _, a := range w.agencies {
				if a == code {
					facts = append(facts, workers.Facts{Name: w.name, Email: w.email, StaffGroup: w.group, Grade: w.grade, RegisterBody: w.body, RegisterNumber: w.number, BornOn: w.born})
					whose = append(whose, w)
				}
			}
		}
		err := m.as(ctx, code, func(ctx context.Context, tx *tenants.Tx) error {
			made, err := m.Workers.RepresentMany(ctx, tx, facts)
			for i, r := range made {
				whose[i].reps[code] = r.ID
				m.world.Names[code+".worker"] = r.ID.String()
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", code, err)
		}
	}
	return nil
}

// profile is the clinician's own: they say who they are and confirm who
// represents them. Some leave a confirmation for later.
func (m *maker) profile(ctx context.Context, w *demoWorker) error {
	me := tenants.Party{ID: w.person, Kind: tenants.Worker}
	who := tenants.Actor{Kind: tenants.Person, ID: w.person, Person: w.person, Name: w.name}
	return m.DB.Run(ctx, me, who, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := m.Workers.SetProfile(ctx, tx, workers.Profile{Name: w.name, StaffGroup: w.group, Grade: w.grade, RegisterBody: w.body, RegisterNumber: w.number, BornOn: w.born})
		if err != nil {
			return err
		}
		matches, err := m.Workers.Matches(ctx, tx)
		if err != nil {
			return err
		}
		for _, match := range matches {
			if _, err := m.Workers.Confirm(ctx, tx, match.AgencyID, match.ID); err != nil {
				return err
			}
		}
		return nil
	})
}
