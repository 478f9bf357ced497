package workers_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/events"
	"wardbridge/internal/fault"
	"wardbridge/internal/jobs"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/packs"
	"wardbridge/modules/workers"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var prepared sync.Once

// service is the module over a database that holds the national data and carries
// events away.
func service(t *testing.T) *workers.Service {
	t.Helper()
	prepared.Do(func() {
		if _, err := jobs.New(context.WithoutCancel(t.Context()), pgtest.DB(t), pgtest.URL(t, "wb_river"), events.New(), slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		pgtest.Run(t, tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := packs.New().LoadNational(ctx, tx)
			return err
		})
	})
	return workers.New(packs.New())
}

// do runs one unit of work and gives its error.
func do(t *testing.T, me tenants.Party, fn func(context.Context, *tenants.Tx) error) error {
	t.Helper()
	return pgtest.DB(t).Run(t.Context(), me, pgtest.Actor(me), fn)
}

func nurse(pin string) workers.Facts {
	return workers.Facts{Name: "Amara Okafor", Email: "Amara@People.example", StaffGroup: "nursing", Grade: "nurse-band-5",
		RegisterBody: "nmc", RegisterNumber: pin, BornOn: civil.MustDate("1990-02-28")}
}

func represent(t *testing.T, s *workers.Service, agency tenants.Party, f workers.Facts) (w workers.Representation) {
	t.Helper()
	pgtest.Run(t, agency, func(ctx context.Context, tx *tenants.Tx) (err error) {
		w, err = s.Represent(ctx, tx, f)
		return err
	})
	return w
}

// person is a worker whose profile has these facts.
func person(t *testing.T, s *workers.Service, f workers.Facts) tenants.Party {
	t.Helper()
	me := pgtest.Worker(t)
	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := s.SetProfile(ctx, tx, workers.Profile{Name: f.Name, StaffGroup: f.StaffGroup, Grade: f.Grade, RegisterBody: f.RegisterBody,
			RegisterNumber: f.RegisterNumber, BornOn: f.BornOn})
		return err
	})
	return me
}

// pin is an NMC PIN that no other test uses.
func pin(n int) string { return fmt.Sprintf("18A%04dE", n) }

func TestRepresent_keepsOneSpelling(t *testing.T) {
	t.Parallel()
	s, agency := service(t), pgtest.Org(t, tenants.Agency)
	f := nurse("18a 2998 e")
	f.Name = "  Amara   Okafor "

	w := represent(t, s, agency, f)

	var again workers.Representation
	pgtest.Run(t, agency, func(ctx context.Context, tx *tenants.Tx) (err error) {
		again, err = s.Get(ctx, tx, w.ID)
		return err
	})
	if again.Name != "Amara Okafor" || again.Email != "amara@people.example" || again.RegisterBody != "NMC" || again.RegisterNumber != "18A2998E" ||
		again.Confirmed() || again.Person() != w.ID || again.BornOn != f.BornOn || again.ETag() != w.ETag() {
		t.Errorf("got %+v", again)
	}
}

func TestRepresent_refusesEverythingThatIsWrongAtOnce(t *testing.T) {
	t.Parallel()
	s, agency := service(t), pgtest.Org(t, tenants.Agency)

	err := do(t, agency, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := s.RepresentMany(ctx, tx, []workers.Facts{nurse(pin(1)), {Name: "X", Email: "nowhere", StaffGroup: "nursing", Grade: "consultant", BornOn: civil.MustDate("2020-01-01")}})
		return err
	})

	var names []string
	for _, f := range fault.Of(err).Fields {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "1.name 1.email 1.grade 1.register_number 1.born_on" {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestRegistration_isCheckedForItsForm(t *testing.T) {
	t.Parallel()
	s, agency := service(t), pgtest.Org(t, tenants.Agency)
	for _, c := range []struct {
		group, grade, body, number string
		field                      string // refused
		warns                      int
	}{
		{"nursing", "nurse-band-5", "NMC", "71A2998E", "", 0},
		{"nursing", "nurse-band-5", "NMC", "71Z2998X", "", 2},
		{"nursing", "nurse-band-5", "NMC", "7112998E", "register_number", 0},
		{"nursing", "nurse-band-5", "NMC", "71A2998", "register_number", 0},
		{"nursing", "nurse-band-5", "GMC", "0123456", "register_body", 0},
		{"nursing", "nurse-band-5", "", "", "register_number", 0},
		{"nursing", "nurse-band-5", "", "71A2998E", "register_body", 0},
		{"medical", "consultant", "gmc", "0123456", "", 0},
		{"medical", "consultant", "GMC", "L123456", "", 0},
		{"medical", "consultant", "GMC", "C0123456", "register_number", 0},
		{"medical", "consultant", "GMC", "123456", "register_number", 0},
		{"ahp", "ahp-band-6", "HCPC", "PH095159", "", 0},
		{"ahp", "ahp-band-6", "HCPC", "ODP12345", "", 0},
		{"ahp", "ahp-band-6", "HCPC", "P095159", "register_number", 0},
		{"ahp", "ahp-band-3", "", "", "", 0},
		{"technical", "technical-band-7", "GPHC", "2087654", "", 0},
		{"technical", "technical-band-7", "GPhC", "3087654", "register_number", 0},
		{"technical", "technical-band-7", "GOC", "01-09491", "", 0},
		{"technical", "technical-band-7", "GDC", "123", "register_number", 0},
		{"technical", "technical-band-7", "SWE", "sw12345", "", 0},
		{"technical", "technical-band-7", "XYZ", "1", "register_body", 0},
		{"hca", "hca-band-2", "", "", "", 0},
	} {
		f := nurse("")
		f.StaffGroup, f.Grade, f.RegisterBody, f.RegisterNumber = c.group, c.grade, c.body, c.number
		var w workers.Representation
		err := do(t, agency, func(ctx context.Context, tx *tenants.Tx) (err error) {
			w, err = s.Represent(ctx, tx, f)
			return err
		})
		refused := ""
		if err != nil {
			if !errors.Is(err, workers.ErrRegistration) {
				t.Fatalf("%+v: %v", c, err)
			}
			refused = fault.Of(err).Fields[0].Name
		}
		if refused != c.field || len(w.Warnings()) != c.warns {
			t.Errorf("%+v: refused %q, warned %q", c, refused, w.Warnings())
		}
	}
}

func TestConfirm_isThePersonsOwnWord(t *testing.T) {
	t.Parallel()
	s, agency := service(t), pgtest.Org(t, tenants.Agency)
	w := represent(t, s, agency, nurse(pin(10)))
	me := person(t, s, nurse(pin(10)))
	other := nurse(pin(10))
	other.BornOn = civil.MustDate("1991-02-28")
	namesake := person(t, s, other)
	find := func(me tenants.Party) (all []workers.Match) {
		pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) (err error) {
			all, err = s.Matches(ctx, tx)
			return err
		})
		return all
	}
	confirm := func(me tenants.Party) (got workers.Representation, err error) {
		err = do(t, me, func(ctx context.Context, tx *tenants.Tx) (err error) {
			got, err = s.Confirm(ctx, tx, agency.ID, w.ID)
			return err
		})
		return got, err
	}
	if got := find(me); len(got) != 1 || got[0].ID != w.ID || got[0].AgencyID != agency.ID || got[0].Agency == "" {
		t.Fatalf("the person finds %+v", got)
	}
	if got := find(namesake); len(got) != 0 {
		t.Errorf("another date of birth finds %+v", got)
	}
	if _, err := confirm(namesake); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("another person confirmed: %v", err)
	}

	got, err := confirm(me)

	if err != nil || got.Person() != me.ID || got.ConfirmedAt.IsZero() {
		t.Fatalf("got %+v, %v", got, err)
	}
	if again := find(me); len(again) != 0 {
		t.Errorf("still offered %+v", again)
	}
	if _, err := confirm(me); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("twice: got %v", err)
	}
	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
		mine, err := s.Mine(ctx, tx)
		if len(mine) != 1 || mine[0].ID != w.ID {
			t.Errorf("mine are %+v", mine)
		}
		return err
	})
	pgtest.Run(t, agency, func(ctx context.Context, tx *tenants.Tx) error {
		seen, err := s.Get(ctx, tx, w.ID)
		if seen.Person() != me.ID || !seen.Confirmed() || seen.ETag() == w.ETag() {
			t.Errorf("the agency sees %+v", seen)
		}
		return err
	})
}

func TestConfirm_refusesTwoRecordsOfOneAgency(t *testing.T) {
	t.Parallel()
	s, agency := service(t), pgtest.Org(t, tenants.Agency)
	first, second := represent(t, s, agency, nurse(pin(20))), represent(t, s, agency, nurse(pin(20)))
	me := person(t, s, nurse(pin(20)))
	confirm := func(id tenants.ID) error {
		return do(t, me, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := s.Confirm(ctx, tx, agency.ID, id)
			return err
		})
	}

	if err := confirm(first.ID); err != nil {
		t.Fatal(err)
	}

	if err := confirm(second.ID); !errors.Is(err, workers.ErrAlreadyRepresented) {
		t.Errorf("got %v", err)
	}
}

func TestConfirm_worksForTwoAgencies(t *testing.T) {
	t.Parallel()
	s := service(t)
	me := person(t, s, nurse(pin(30)))
	for range 2 {
		agency := pgtest.Org(t, tenants.Agency)
		w := represent(t, s, agency, nurse(pin(30)))
		if err := do(t, me, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := s.Confirm(ctx, tx, agency.ID, w.ID)
			return err
		}); err != nil {
			t.Error(err)
		}
	}
}

func TestMatches_goByTheSignInAddressWhereThereIsNoRegister(t *testing.T) {
	t.Parallel()
	s, agency := service(t), pgtest.Org(t, tenants.Agency)
	assistant := func(email string) workers.Facts {
		return workers.Facts{Name: "Amara Okafor", Email: email, StaffGroup: "hca", Grade: "hca-band-2", BornOn: civil.MustDate("1990-02-28")}
	}
	me, other := person(t, s, assistant("")), person(t, s, assistant(""))
	w := represent(t, s, agency, assistant(strings.ToUpper(me.ID.String())+"@People.example"))
	represent(t, s, agency, assistant(""))

	for _, c := range []struct {
		me   tenants.Party
		want int
	}{{me, 1}, {other, 0}} {
		pgtest.Run(t, c.me, func(ctx context.Context, tx *tenants.Tx) error {
			all, err := s.Matches(ctx, tx)
			if len(all) != c.want || c.want == 1 && all[0].ID != w.ID {
				t.Errorf("got %+v, want %d", all, c.want)
			}
			return err
		})
	}
}

func TestAgency_cannotNameThePersonItself(t *testing.T) {
	t.Parallel()
	s, agency := service(t), pgtest.Org(t, tenants.Agency)
	w := represent(t, s, agency, nurse(pin(40)))

	err := do(t, agency, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := tx.NewRaw("update representations set worker_id = ? where id = ?", pgtest.Worker(t).ID, w.ID).Exec(ctx)
		return err
	})

	if err == nil {
		t.Error("an agency named the person behind its record")
	}
}

func TestSetProfile_keepsTheDateOfBirth(t *testing.T) {
	t.Parallel()
	s := service(t)
	me := person(t, s, nurse(pin(50)))
	set := func(born, phone string) error {
		return do(t, me, func(ctx context.Context, tx *tenants.Tx) error {
			f := nurse(pin(50))
			_, err := s.SetProfile(ctx, tx, workers.Profile{Name: f.Name, StaffGroup: f.StaffGroup, Grade: "nurse-band-6", RegisterBody: "NMC",
				RegisterNumber: f.RegisterNumber, BornOn: civil.MustDate(born), Phone: phone})
			return err
		})
	}

	if err := set("1990-02-28", "07700 900123"); err != nil {
		t.Fatal(err)
	}

	if err := set("1980-01-01", ""); !errors.Is(err, workers.ErrBornOnFixed) {
		t.Errorf("got %v", err)
	}
	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
		p, err := s.Profile(ctx, tx)
		if p.Grade != "nurse-band-6" || p.Phone != "07700 900123" || p.BornOn.String() != "1990-02-28" {
			t.Errorf("got %+v", p)
		}
		return err
	})
}

func TestList_pagesByNameAndFilters(t *testing.T) {
	t.Parallel()
	s, agency := service(t), pgtest.Org(t, tenants.Agency)
	var many []workers.Facts
	for i, name := range []string{"Zoe Adams", "ada Brown", "Bea Clark", "Bea Clark", "Cy_ Dean"} {
		f := nurse(pin(60 + i))
		f.Name = name
		many = append(many, f)
	}
	many[4].StaffGroup, many[4].Grade, many[4].RegisterBody, many[4].RegisterNumber = "hca", "hca-band-3", "", ""
	var made []workers.Representation
	pgtest.Run(t, agency, func(ctx context.Context, tx *tenants.Tx) (err error) {
		made, err = s.RepresentMany(ctx, tx, many)
		return err
	})
	list := func(f workers.Filter) (names []string) {
		for {
			var page []workers.Representation
			pgtest.Run(t, agency, func(ctx context.Context, tx *tenants.Tx) (err error) {
				page, f.Cursor, err = s.List(ctx, tx, f)
				return err
			})
			for _, w := range page {
				names = append(names, w.Name)
			}
			if f.Cursor == "" {
				return names
			}
		}
	}

	for _, c := range []struct {
		filter workers.Filter
		want   string
	}{
		{workers.Filter{Limit: 2}, "ada Brown, Bea Clark, Bea Clark, Cy_ Dean, Zoe Adams"},
		{workers.Filter{Q: "BEA"}, "Bea Clark, Bea Clark"}, {workers.Filter{Q: "_"}, "Cy_ Dean"}, {workers.Filter{Q: "18a0061"}, "ada Brown"},
		{workers.Filter{StaffGroup: "hca"}, "Cy_ Dean"}, {workers.Filter{Grade: "nurse-band-6"}, ""},
	} {
		if got := strings.Join(list(c.filter), ", "); got != c.want {
			t.Errorf("%+v: got %s", c.filter, got)
		}
	}
	pgtest.Run(t, agency, func(ctx context.Context, tx *tenants.Tx) error { _, err := s.Archive(ctx, tx, made[0].ID); return err })
	if got := strings.Join(list(workers.Filter{Archived: true}), ", "); got != "Zoe Adams" {
		t.Errorf("archived: got %s", got)
	}
	err := do(t, agency, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := s.Change(ctx, tx, made[0].ID, "", many[0])
		return err
	})
	if !errors.Is(err, workers.ErrArchived) {
		t.Errorf("changing an archived worker: got %v", err)
	}
}

func TestChange_refusesWhatWasChangedInBetween(t *testing.T) {
	t.Parallel()
	s, agency := service(t), pgtest.Org(t, tenants.Agency)
	w := represent(t, s, agency, nurse(pin(80)))
	change := func(seen string) error {
		return do(t, agency, func(ctx context.Context, tx *tenants.Tx) error {
			f := nurse(pin(80))
			f.Grade = "nurse-band-6"
			_, err := s.Change(ctx, tx, w.ID, seen, f)
			return err
		})
	}

	if err := change(w.ETag()); err != nil {
		t.Fatal(err)
	}

	if err := change(w.ETag()); !errors.Is(err, openapi.ErrChanged) {
		t.Errorf("got %v", err)
	}
}

func TestWalls_othersFindNothing(t *testing.T) {
	t.Parallel()
	s, agency, other := service(t), pgtest.Org(t, tenants.Agency), pgtest.Org(t, tenants.Agency)
	w := represent(t, s, agency, nurse(pin(90)))
	for name, verb := range map[string]func(context.Context, *tenants.Tx) error{
		"get":     func(ctx context.Context, tx *tenants.Tx) error { _, err := s.Get(ctx, tx, w.ID); return err },
		"archive": func(ctx context.Context, tx *tenants.Tx) error { _, err := s.Archive(ctx, tx, w.ID); return err },
		"change": func(ctx context.Context, tx *tenants.Tx) error {
			_, err := s.Change(ctx, tx, w.ID, "", nurse(pin(90)))
			return err
		},
	} {
		if err := do(t, other, verb); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s by another agency: got %v", name, err)
		}
		if err := do(t, pgtest.Org(t, tenants.Trust), verb); !errors.Is(err, workers.ErrAgencyOnly) {
			t.Errorf("%s by a trust: got %v", name, err)
		}
	}
	err := do(t, agency, func(ctx context.Context, tx *tenants.Tx) error { _, err := s.Matches(ctx, tx); return err })
	if !errors.Is(err, workers.ErrWorkerOnly) {
		t.Errorf("an agency asked for matches: %v", err)
	}
}
