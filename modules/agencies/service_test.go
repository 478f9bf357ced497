package agencies_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/events"
	"wardbridge/internal/fault"
	"wardbridge/internal/jobs"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/agencies"
	"wardbridge/modules/packs"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var loaded sync.Once

// service is the module over a database that holds the national data.
func service(t *testing.T) *agencies.Service {
	t.Helper()
	loaded.Do(func() {
		pgtest.Run(t, tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := packs.New().LoadNational(ctx, tx)
			return err
		})
	})
	return agencies.New(packs.New())
}

// do runs one unit of work and gives its error.
func do(t *testing.T, me tenants.Party, fn func(context.Context, *tenants.Tx) error) error {
	t.Helper()
	return pgtest.DB(t).Run(t.Context(), me, pgtest.Actor(me), fn)
}

func agree(t *testing.T, s *agencies.Service, trust, agency tenants.Party, from string, terms agencies.Terms) (a agencies.Agreement) {
	t.Helper()
	pgtest.Run(t, trust, func(ctx context.Context, tx *tenants.Tx) (err error) {
		a, err = s.Agree(ctx, tx, agency.ID, civil.MustDate(from), terms)
		return err
	})
	return a
}

func TestAgree_takesTheUsualTerms(t *testing.T) {
	t.Parallel()
	s := service(t)
	trust, agency := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)

	a := agree(t, s, trust, agency, "2026-01-01", agencies.Terms{SelfBillFrom: civil.MustDate("2026-01-01"), VATNumber: "337 4400 71"})

	if a.Segmentation != agencies.Clock || a.BreakRule != agencies.ActualOrProRata || a.OnCosts != agencies.Flat || a.Version != 1 ||
		a.VATNumber != "GB337440071" || a.SelfBillUntil.String() != "2026-12-31" || a.SupplierName == "" {
		t.Errorf("got %+v", a)
	}
	var seen agencies.Agreement
	pgtest.Run(t, agency, func(ctx context.Context, tx *tenants.Tx) (err error) {
		seen, err = s.For(ctx, tx, trust.ID, agency.ID, civil.MustDate("2026-11-24"))
		return err
	})
	if seen.ID != a.ID || seen.VATNumber != a.VATNumber {
		t.Errorf("the agency sees %+v", seen)
	}
}

func TestAgree_refuses(t *testing.T) {
	t.Parallel()
	s := service(t)
	trust, agency := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	agree(t, s, trust, agency, "2026-01-01", agencies.Terms{EndsOn: civil.MustDate("2026-06-30")})
	for name, c := range map[string]struct {
		me    tenants.Party
		with  tenants.ID
		from  string
		terms agencies.Terms
		want  *fault.Fault
	}{
		"an agency that makes its own":  {agency, agency.ID, "2026-01-01", agencies.Terms{}, agencies.ErrNotYours},
		"with a trust":                  {trust, trust.ID, "2026-01-01", agencies.Terms{}, agencies.ErrUnknownAgency},
		"with nobody":                   {trust, tenants.NewID(), "2026-01-01", agencies.Terms{}, agencies.ErrUnknownAgency},
		"a second one on the same days": {trust, agency.ID, "2026-06-30", agencies.Terms{}, agencies.ErrOverlap},
		"an end before the start":       {trust, agency.ID, "2026-07-01", agencies.Terms{EndsOn: civil.MustDate("2026-06-30")}, agencies.ErrDates},
		"a wrong VAT number":            {trust, agency.ID, "2026-07-01", agencies.Terms{VATNumber: "337440072"}, agencies.ErrVATNumber},
		"a self-bill end without start": {trust, agency.ID, "2026-07-01", agencies.Terms{SelfBillUntil: civil.MustDate("2026-12-31")}, agencies.ErrDates},
		"an unknown choice":             {trust, agency.ID, "2026-07-01", agencies.Terms{OnCosts: "monthly"}, fault.ErrInvalid},
	} {
		err := do(t, c.me, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := s.Agree(ctx, tx, c.with, civil.MustDate(c.from), c.terms)
			return err
		})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	agree(t, s, trust, agency, "2026-07-01", agencies.Terms{})
}

func TestFor_findsTheAgreementOfTheDay(t *testing.T) {
	t.Parallel()
	s := service(t)
	trust, agency := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	first := agree(t, s, trust, agency, "2026-01-01", agencies.Terms{EndsOn: civil.MustDate("2026-06-30")})
	second := agree(t, s, trust, agency, "2026-07-01", agencies.Terms{OnCosts: agencies.Weekly})
	for day, want := range map[string]tenants.ID{"2025-12-31": {}, "2026-01-01": first.ID, "2026-06-30": first.ID, "2026-07-01": second.ID, "2030-01-01": second.ID} {
		var got agencies.Agreement
		err := do(t, trust, func(ctx context.Context, tx *tenants.Tx) (err error) {
			got, err = s.For(ctx, tx, trust.ID, agency.ID, civil.MustDate(day))
			return err
		})
		if got.ID != want || (want == tenants.ID{}) != errors.Is(err, agencies.ErrNoAgreement) {
			t.Errorf("%s: got %s, %v", day, got.ID, err)
		}
	}
}

func TestUpdate_refusesAnOldVersionAndAVATNumberWithoutNewSelfBilling(t *testing.T) {
	t.Parallel()
	s := service(t)
	trust, agency := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	a := agree(t, s, trust, agency, "2026-01-01", agencies.Terms{SelfBillFrom: civil.MustDate("2026-01-01"), VATNumber: "337440071"})
	update := func(version int64, change func(*agencies.Terms)) (got agencies.Agreement, err error) {
		err = do(t, trust, func(ctx context.Context, tx *tenants.Tx) error {
			terms := a.Terms()
			change(&terms)
			got, err = s.Update(ctx, tx, a.ID, version, terms)
			return err
		})
		return got, err
	}

	if _, err := update(1, func(terms *agencies.Terms) { terms.VATNumber = "123456782" }); !errors.Is(err, agencies.ErrVATNumberChanged) {
		t.Errorf("a new number alone: got %v", err)
	}
	got, err := update(1, func(terms *agencies.Terms) {
		terms.VATNumber, terms.SelfBillFrom, terms.SelfBillUntil = "123456782", civil.MustDate("2026-11-01"), civil.MustDate("2027-03-31")
	})
	if err != nil || got.Version != 2 || got.VATNumber != "GB123456782" {
		t.Errorf("a new number with a new agreement: got %+v, %v", got, err)
	}
	if _, err := update(1, func(*agencies.Terms) {}); !errors.Is(err, openapi.ErrChanged) {
		t.Errorf("an old version: got %v", err)
	}
}

func TestSelfBills_saysWhyNot(t *testing.T) {
	t.Parallel()
	a := agencies.Agreement{SelfBillFrom: civil.MustDate("2026-01-01"), SelfBillUntil: civil.MustDate("2026-03-31"), VATNumber: "GB337440071"}
	without := a
	without.VATNumber = ""
	for name, c := range map[string]struct {
		a    agencies.Agreement
		day  string
		want error
	}{
		"the first day": {a, "2026-01-01", nil}, "the last day": {a, "2026-03-31", nil},
		"the day before": {a, "2025-12-31", agencies.ErrNoSelfBilling}, "the day after": {a, "2026-04-01", agencies.ErrNoSelfBilling},
		"never signed": {agencies.Agreement{}, "2026-01-01", agencies.ErrNoSelfBilling}, "no number": {without, "2026-01-01", agencies.ErrNoVATNumber},
	} {
		if err := c.a.SelfBills(civil.MustDate(c.day)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestEnd_tellsTheAgencyAndLeavesTheTiers(t *testing.T) {
	t.Parallel()
	s := service(t)
	trust, agency := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	a := agree(t, s, trust, agency, "2026-01-01", agencies.Terms{})
	var told []tenants.Party
	db, queue := house(t, func(tx *tenants.Tx, e agencies.Ended) {
		if e.Agreement == a.ID && e.Tenant == trust.ID {
			told = append(told, tx.Me)
		}
	})
	run := func(fn func(context.Context, *tenants.Tx) error) error {
		return db.Run(t.Context(), trust, pgtest.Actor(trust), fn)
	}
	if err := run(func(ctx context.Context, tx *tenants.Tx) error { return s.SetTier(ctx, tx, a.ID, "nursing", 1) }); err != nil {
		t.Fatal(err)
	}

	err := run(func(ctx context.Context, tx *tenants.Tx) error { _, err := s.End(ctx, tx, a.ID); return err })
	if err != nil {
		t.Fatal(err)
	}
	if err := queue.Settle(t.Context(), trust, agency); err != nil {
		t.Fatal(err)
	}

	if !slices.Equal(told, []tenants.Party{agency}) {
		t.Errorf("told %v", told)
	}
	err = run(func(ctx context.Context, tx *tenants.Tx) error {
		if tiers, err := s.Tiers(ctx, tx, "nursing", civil.Date{}); err != nil || len(tiers) != 0 {
			t.Errorf("an ended agreement still has tiers %+v, %v", tiers, err)
		}
		if _, err := s.End(ctx, tx, a.ID); !errors.Is(err, agencies.ErrEnded) {
			t.Errorf("ended twice: got %v", err)
		}
		if _, err := s.For(ctx, tx, trust.ID, agency.ID, civil.DateOf(tx.Now)); !errors.Is(err, agencies.ErrNoAgreement) {
			t.Errorf("new business today: got %v", err)
		}
		if kept, err := s.Get(ctx, tx, a.ID); err != nil || kept.EndedAt.IsZero() {
			t.Errorf("got %+v, %v", kept, err)
		}
		_, err := s.Agree(ctx, tx, agency.ID, civil.DateOf(tx.Now).AddDays(1), agencies.Terms{})
		return err
	})
	if err != nil {
		t.Errorf("a new agreement after the end: %v", err)
	}
}

// house is a process of its own with a queue, and a subscriber for ends.
func house(t *testing.T, hear func(*tenants.Tx, agencies.Ended)) (*tenants.DB, *jobs.Queue) {
	t.Helper()
	db, err := tenants.Open(t.Context(), tenants.Config{App: pgtest.URL(t, "wb_app"), Platform: pgtest.URL(t, "wb_platform"), MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	bus := events.New()
	var mu sync.Mutex
	events.OnEach(bus, "test.hear", func(_ context.Context, tx *tenants.Tx, e agencies.Ended) error {
		mu.Lock()
		defer mu.Unlock()
		hear(tx, e)
		return nil
	})
	queue, err := jobs.New(t.Context(), db, pgtest.URL(t, "wb_river"), bus, slog.New(slog.DiscardHandler), jobs.Workers(2))
	if err != nil {
		t.Fatal(err)
	}
	if err := queue.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
		defer cancel()
		if err := queue.Stop(ctx); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	return db, queue
}

func TestTiers_listOnlyAgreementsInForceInOrder(t *testing.T) {
	t.Parallel()
	s := service(t)
	trust := pgtest.Org(t, tenants.Trust)
	second, first, ended := pgtest.Org(t, tenants.Agency), pgtest.Org(t, tenants.Agency), pgtest.Org(t, tenants.Agency)
	a := agree(t, s, trust, second, "2026-01-01", agencies.Terms{})
	b := agree(t, s, trust, first, "2026-01-01", agencies.Terms{})
	c := agree(t, s, trust, ended, "2026-01-01", agencies.Terms{EndsOn: civil.MustDate("2026-06-30")})
	var on, all []agencies.Placed
	pgtest.Run(t, trust, func(ctx context.Context, tx *tenants.Tx) (err error) {
		for id, tiers := range map[tenants.ID]map[string]int{a.ID: {"nursing": 3, "hca": 1}, b.ID: {"nursing": 1}, c.ID: {"nursing": 1}} {
			if err := s.SetTiers(ctx, tx, id, tiers); err != nil {
				return err
			}
		}
		if err := s.SetTier(ctx, tx, a.ID, "nursing", 2); err != nil {
			return err
		}
		if err := s.SetTier(ctx, tx, a.ID, "hca", 0); err != nil {
			return err
		}
		if on, err = s.Tiers(ctx, tx, "nursing", civil.MustDate("2026-11-24")); err != nil {
			return err
		}
		all, err = s.Tiers(ctx, tx, "", civil.Date{})
		return err
	})

	if len(on) != 2 || on[0].AgencyID != first.ID || on[1].AgencyID != second.ID || on[1].Tier != 2 || on[1].AgreementID != a.ID {
		t.Errorf("got %+v", on)
	}
	if len(all) != 3 || all[0].On(civil.MustDate("2026-05-01")) != true {
		t.Errorf("got %+v", all)
	}
	for _, bad := range []struct {
		group string
		tier  int
	}{{"wizards", 1}, {"nursing", 10}, {"nursing", -1}} {
		err := do(t, trust, func(ctx context.Context, tx *tenants.Tx) error { return s.SetTier(ctx, tx, a.ID, bad.group, bad.tier) })
		if !errors.Is(err, fault.ErrInvalid) {
			t.Errorf("%+v: got %v", bad, err)
		}
	}
}

func TestVAT_followsTheElectionInForce(t *testing.T) {
	t.Parallel()
	s := service(t)
	trust, agency := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	a := agree(t, s, trust, agency, "2026-01-01", agencies.Terms{})
	elect := func(group, category, from, reason string) error {
		return do(t, trust, func(ctx context.Context, tx *tenants.Tx) error {
			e := agencies.Election{AgreementID: a.ID, StaffGroup: group, Category: category, Reason: reason, Source: "VAT Notice 701/57"}
			if from != "" {
				e.FromOn = civil.MustDate(from)
			}
			_, err := s.Elect(ctx, tx, e)
			return err
		})
	}
	concession := "Exempt: nursing agencies' concession"
	for _, e := range []struct{ group, category, from, reason string }{
		{"nursing", "E", "2026-04-01", concession}, {"", "O", "2026-06-01", "Supplier not registered for VAT"}, {"nursing", "S", "2026-09-01", ""},
	} {
		if err := elect(e.group, e.category, e.from, e.reason); err != nil {
			t.Fatalf("%+v: %v", e, err)
		}
	}

	for _, c := range []struct{ group, day, category, rate, reason string }{
		{"nursing", "2026-03-31", "S", "0.2", ""}, {"nursing", "2026-04-01", "E", "0", concession}, {"nursing", "2026-07-01", "E", "0", concession},
		{"nursing", "2026-09-01", "S", "0.2", ""}, {"medical", "2026-05-31", "S", "0.2", ""}, {"medical", "2026-06-01", "O", "0", "Supplier not registered for VAT"},
	} {
		var v agencies.VAT
		pgtest.Run(t, agency, func(ctx context.Context, tx *tenants.Tx) (err error) {
			v, err = s.VAT(ctx, tx, a, c.group, civil.MustDate(c.day))
			return err
		})
		if v.Category != c.category || v.Rate.Text() != c.rate || v.Reason != c.reason || v.Source == "" || v.From.IsZero() {
			t.Errorf("%+v: got %+v", c, v)
		}
	}
	for name, err := range map[string]error{"no reason": elect("nursing", "E", "2027-01-01", ""), "no such category": elect("nursing", "Z", "2027-01-01", "x"), "no such group": elect("wizards", "S", "2027-01-01", "")} {
		if !errors.Is(err, fault.ErrInvalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := elect("nursing", "S", "2026-04-01", ""); !errors.Is(err, agencies.ErrElectionTaken) {
		t.Errorf("twice on one day: got %v", err)
	}
}

func TestWalls_othersFindNothing(t *testing.T) {
	t.Parallel()
	s := service(t)
	trust, agency := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	a := agree(t, s, trust, agency, "2026-01-01", agencies.Terms{})
	for _, other := range []tenants.Party{pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)} {
		err := do(t, other, func(ctx context.Context, tx *tenants.Tx) error { _, err := s.Get(ctx, tx, a.ID); return err })
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s read it: %v", other.Kind, err)
		}
		err = do(t, other, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := s.For(ctx, tx, trust.ID, agency.ID, civil.MustDate("2026-11-24"))
			return err
		})
		if !errors.Is(err, agencies.ErrNoAgreement) {
			t.Errorf("%s found it: %v", other.Kind, err)
		}
		pgtest.Run(t, other, func(ctx context.Context, tx *tenants.Tx) error {
			all, err := s.Agreements(ctx, tx)
			if len(all) != 0 {
				t.Errorf("%s lists %+v", other.Kind, all)
			}
			return err
		})
	}
	for name, verb := range map[string]func(context.Context, *tenants.Tx) error{
		"update": func(ctx context.Context, tx *tenants.Tx) error {
			_, err := s.Update(ctx, tx, a.ID, 0, a.Terms())
			return err
		},
		"end":  func(ctx context.Context, tx *tenants.Tx) error { _, err := s.End(ctx, tx, a.ID); return err },
		"tier": func(ctx context.Context, tx *tenants.Tx) error { return s.SetTier(ctx, tx, a.ID, "nursing", 1) },
		"elect": func(ctx context.Context, tx *tenants.Tx) error {
			_, err := s.Elect(ctx, tx, agencies.Election{AgreementID: a.ID, Category: "S", Source: "x"})
			return err
		},
	} {
		if err := do(t, pgtest.Org(t, tenants.Trust), verb); !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s by another trust: got %v", name, err)
		}
		if err := do(t, agency, verb); !errors.Is(err, agencies.ErrNotYours) {
			t.Errorf("%s by the agency: got %v", name, err)
		}
	}
}
