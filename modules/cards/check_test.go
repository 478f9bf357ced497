package cards_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

var update = flag.Bool("update", false, "write the golden reports")

// sound is a version that nothing is wrong with, on a day of November 2026.
func sound() cards.Subject {
	grade := func(code, group, name string, position int) packs.Grade {
		return packs.Grade{Code: code, StaffGroup: group, Name: name, Position: position}
	}
	return cards.Subject{
		Card: cards.Card{Name: "Agency nursing", Version: 2, Status: cards.Submitted, ValidFrom: civil.MustDate("2027-04-01"), CreatedBy: "Priya Shah", Hands: []string{"priya"},
			Lines: []cards.Entry{entry("nurse-band-5", "21.50", "2.40"), entry("hca-band-2", "14.20", "1.60")}},
		By: "owen", Today: civil.MustDate("2026-11-24"), Minimum: money.MustRate("12.71"),
		Grades: map[string]packs.Grade{"nurse-band-5": grade("nurse-band-5", "nursing", "Band 5 nurse", 20), "nurse-band-6": grade("nurse-band-6", "nursing", "Band 6 nurse", 30),
			"hca-band-2": grade("hca-band-2", "hca", "Band 2 healthcare assistant", 130), "st3": grade("st3", "medical", "Registrar (ST3+)", 190)},
		Groups: map[string]packs.StaffGroup{"nursing": {Code: "nursing", Name: "Nursing and midwifery"}, "hca": {Code: "hca", Name: "Healthcare assistants"}, "medical": {Code: "medical", Name: "Medical"}},
		Caps:   []cards.Cap{{Zone: packs.OutsideLondon, Grade: "nurse-band-5", Class: cards.Core, Rate: money.MustRate("30.95")}, {Zone: packs.OutsideLondon, Grade: "nurse-band-5", Class: cards.High, Rate: money.MustRate("49.52")}},
		Work:   []cards.Used{{StaffGroup: "nursing", Grade: "nurse-band-5", Class: cards.Core, Shifts: 40}, {StaffGroup: "nursing", Grade: "nurse-band-5", Class: cards.High, Shifts: 12}},
	}
}

func entry(grade, pay, commission string, change ...func(*cards.Entry)) cards.Entry {
	e := cards.Entry{ID: tenants.NewID(), NewLine: cards.NewLine{Grade: grade, Band: cards.AnyBand, Engagement: cards.AnyEngagement, PayMax: money.MustRate(pay), CommissionMax: money.MustRate(commission)}}
	for _, f := range change {
		f(&e)
	}
	return e
}

func TestCheck_findsNothingWrongWithASoundCard(t *testing.T) {
	t.Parallel()
	if r := cards.Check(sound()); len(r.Flaws) > 0 || r.Fault() != nil || !strings.Contains(r.String(), "It can be published.") {
		t.Errorf("got %s", r)
	}
}

func TestCheck_refusesLessPayAfterTheQualifyingWeeksThanBefore(t *testing.T) {
	t.Parallel()
	s := sound()
	s.Card.Lines[0].PayAfter12 = s.Card.Lines[0].PayMax.Sub(money.MustRate("0.01"))
	if r := cards.Check(s); len(r.Flaws) != 1 || r.Flaws[0].Kind != cards.ErrParityLower || r.Flaws[0].Line != 1 {
		t.Errorf("got %s", r)
	}
	s.Card.Lines[0].PayAfter12 = s.Card.Lines[0].PayMax
	if r := cards.Check(s); len(r.Flaws) > 0 {
		t.Errorf("as much as before: %s", r)
	}
}

// broken are the ten ways in which a card is most often wrong. Each is a sound
// card with one thing changed, or a few of one kind.
var broken = []struct {
	name, code string
	change     func(*cards.Subject)
}{
	{"overlap", "lines_overlap", func(s *cards.Subject) {
		s.Card.Lines = append(s.Card.Lines, entry("nurse-band-5", "22.00", "2.40", func(e *cards.Entry) { e.Band = cards.Core }))
		s.Others = []cards.Standing{{Card: "Healthcare assistants", From: civil.MustDate("2026-01-01"), Entry: entry("hca-band-2", "14.00", "1.50")}}
	}},
	{"gap", "rate_gap", func(s *cards.Subject) {
		s.Card.Lines[0].Band = cards.Core
		s.Work = append(s.Work, cards.Used{StaffGroup: "nursing", Grade: "nurse-band-6", Class: cards.Low, Shifts: 1}, cards.Used{StaffGroup: "medical", Grade: "st3", Class: cards.Core, Shifts: 3})
	}},
	{"above-cap", "above_cap", func(s *cards.Subject) {
		s.Card.Lines[0].ChargeMax = money.MustRate("31.20")
		s.Card.Lines = append(s.Card.Lines, entry("nurse-band-5", "46.00", "4.00", func(e *cards.Entry) { e.Band, e.Engagement = cards.High, cards.PAYE }))
	}},
	{"under-nlw", "under_minimum_wage", func(s *cards.Subject) { s.Card.Lines[1].PayMax = money.MustRate("12.70") }},
	{"vat-route", "vat_route_wrong", func(s *cards.Subject) {
		s.Card.Lines = append(s.Card.Lines,
			entry("nurse-band-6", "25.00", "0", func(e *cards.Entry) { e.Engagement, e.Margin = cards.Direct, money.MustFactor("0.12") }),
			entry("nurse-band-6", "25.00", "2.50", func(e *cards.Entry) { e.Engagement, e.VAT = cards.Umbrella, "E" }),
			entry("nurse-band-6", "25.00", "2.50", func(e *cards.Entry) { e.Engagement = cards.Bank }))
	}},
	{"unknown-grade", "grade_unknown", func(s *cards.Subject) {
		s.Card.Lines[0].Grade, s.Work = "nurse-band-5a", nil
		s.Card.Lines[1].StaffGroup = "nursing"
	}},
	{"rounding", "rate_not_exact", func(s *cards.Subject) {
		s.Card.Lines[0].PayMax, s.Card.Lines[0].Written = money.Rate{}, map[string]string{"pay_max": "21,50", "commission_max": "2.40125"}
	}},
	{"second-approver", "second_approver_missing", func(s *cards.Subject) { s.By = "priya" }},
	{"past-start", "starts_in_past", func(s *cards.Subject) { s.Card.ValidFrom = s.Today }},
	{"empty", "card_empty", func(s *cards.Subject) { s.Card.Lines, s.Work = nil, nil }},
}

func TestCheck_saysInPlainWordsWhatIsWrong(t *testing.T) {
	t.Parallel()
	for _, b := range broken {
		s := sound()
		b.change(&s)
		r := cards.Check(s)
		if f := fault.Of(r.Fault()); f.Code != b.code || f.Kind != fault.Conflict {
			t.Errorf("%s: got %v", b.name, f)
		}
		for _, f := range r.Flaws {
			if f.Kind.Code != b.code {
				t.Errorf("%s: also %s: %s", b.name, f.Kind.Code, f.Text)
			}
		}
		golden(t, b.name, r.String())
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s is not its golden report (read what changed, then run with -update):\n%s", name, got)
	}
}

// The same ten, through the verbs and the database.
func TestApprove_refusesEachOfTheTenByItsCode(t *testing.T) {
	t.Parallel()
	s := service(t)
	for _, b := range broken {
		me := pgtest.Org(t, tenants.Trust)
		s := *s
		subject := sound()
		b.change(&subject)
		s.Learn(cards.Sources{
			Caps: func(context.Context, *tenants.Tx, civil.Date) ([]cards.Cap, error) { return subject.Caps, nil },
			Work: func(context.Context, *tenants.Tx, string, civil.Date, civil.Date) ([]cards.Used, error) {
				return subject.Work, nil
			},
		})
		author, colleague := person(me, "Priya Shah"), person(me, "Owen Price")
		publisher := colleague
		if b.name == "second-approver" {
			publisher = author
		}
		from := civil.MustDate("2027-12-01") // today is not November 2026 on every machine
		if b.name == "past-start" {
			from = civil.MustDate("2026-04-01")
		}
		n := cards.NewCard{Name: subject.Card.Name, ValidFrom: from}
		for _, l := range subject.Card.Lines {
			n.Lines = append(n.Lines, l.NewLine)
		}
		var made cards.Card
		err := as(t, me, author, func(ctx context.Context, tx *tenants.Tx) (err error) {
			if made, err = s.Prepare(ctx, tx, n); err != nil {
				return err
			}
			_, err = s.Submit(ctx, tx, made.ID)
			return err
		})
		if err != nil {
			t.Errorf("%s: prepared: %v", b.name, err)
			continue
		}
		err = as(t, me, publisher, func(ctx context.Context, tx *tenants.Tx) error { _, err := s.Approve(ctx, tx, made.ID); return err })
		if f := fault.Of(err); f.Code != b.code || f.Kind != fault.Conflict {
			t.Errorf("%s: published: %v", b.name, err)
		}
	}
}

func person(me tenants.Party, name string) tenants.Actor {
	a := pgtest.Actor(me)
	a.Kind, a.Name, a.ID = tenants.Person, name, tenants.NewID()
	a.Person = a.ID
	return a
}

func as(t *testing.T, me tenants.Party, who tenants.Actor, fn func(context.Context, *tenants.Tx) error) error {
	t.Helper()
	return pgtest.DB(t).Run(t.Context(), me, who, fn)
}

// BenchmarkCheck is a card of 5,000 lines with the work of a large trust.
func BenchmarkCheck(b *testing.B) {
	s := sound()
	s.Card.Lines, s.Work = nil, nil
	sites := make([]tenants.ID, 50)
	for i := range sites {
		sites[i] = tenants.NewID()
	}
	for i := range 5000 {
		grade := []string{"nurse-band-5", "nurse-band-6", "hca-band-2", "st3"}[i%4]
		s.Card.Lines = append(s.Card.Lines, entry(grade, "21.50", "2.40", func(e *cards.Entry) {
			e.Specialty, e.SiteID = fmt.Sprintf("Specialty %d", i/4%25), sites[i/100]
		}))
		s.Work = append(s.Work, cards.Used{StaffGroup: s.Grades[grade].StaffGroup, Grade: grade, Specialty: fmt.Sprintf("Specialty %d", i/4%25), SiteID: sites[i/100], Class: cards.Core, Shifts: 1})
	}
	for b.Loop() {
		if r := cards.Check(s); len(r.Flaws) > 0 {
			b.Fatal(r.Flaws[0].Text)
		}
	}
}

// A line for a site keeps to the caps of its zone, one for no site to the lowest of
// all zones in which the employer has sites.
func TestCheck_holdsALineAgainstTheCapsOfTheZonesItCountsIn(t *testing.T) {
	t.Parallel()
	inner, fringe := tenants.NewID(), tenants.NewID()
	cap := func(zone, rate string) cards.Cap {
		return cards.Cap{Zone: zone, Grade: "nurse-band-5", Class: cards.Core, Rate: money.MustRate(rate)}
	}
	for _, c := range []struct {
		name    string
		site    tenants.ID
		zones   map[tenants.ID]string
		charge  string
		refused string // the words of the cap that it is above
	}{
		{"an inner London site", inner, map[tenants.ID]string{inner: packs.InnerLondon, fringe: packs.Fringe}, "37.14", ""},
		{"an inner London site, a penny above", inner, map[tenants.ID]string{inner: packs.InnerLondon, fringe: packs.Fringe}, "37.15", "in inner London is £37.14: £0.01 too much"},
		{"no site, above the lowest", tenants.ID{}, map[tenants.ID]string{inner: packs.InnerLondon, fringe: packs.Fringe}, "37.14", "on the London fringe is £32.50: £4.64 too much"},
		{"no site, within the lowest", tenants.ID{}, map[tenants.ID]string{inner: packs.InnerLondon, fringe: packs.Fringe}, "32.50", ""},
		{"no site, all in inner London", tenants.ID{}, map[tenants.ID]string{inner: packs.InnerLondon}, "37.14", ""},
		{"an employer without sites", tenants.ID{}, nil, "30.96", "outside London is £30.95: £0.01 too much"},
	} {
		s := sound()
		s.Zones, s.Sites = c.zones, map[tenants.ID]string{inner: "Inner", fringe: "Fringe"}
		s.Caps = []cards.Cap{cap(packs.OutsideLondon, "30.95"), cap(packs.Fringe, "32.50"), cap(packs.InnerLondon, "37.14")}
		s.Work = nil
		s.Card.Lines = []cards.Entry{entry("nurse-band-5", "21.50", "2.40", func(e *cards.Entry) {
			e.SiteID, e.Band, e.ChargeMax = c.site, cards.Core, money.MustRate(c.charge)
		})}

		r := cards.Check(s)

		switch {
		case c.refused == "" && len(r.Flaws) > 0:
			t.Errorf("%s: got %s", c.name, r)
		case c.refused != "" && (len(r.Flaws) != 1 || !strings.Contains(r.Flaws[0].Text, c.refused)):
			t.Errorf("%s: got %s, want %s", c.name, r, c.refused)
		}
	}
}
