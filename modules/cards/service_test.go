package cards_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var loaded sync.Once

func service(t *testing.T) *cards.Service {
	t.Helper()
	loaded.Do(func() {
		pgtest.Run(t, tenants.Party{ID: tenants.NewID(), Kind: tenants.Platform}, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := packs.New().LoadNational(ctx, tx)
			return err
		})
	})
	return cards.New()
}

func do(t *testing.T, me tenants.Party, fn func(context.Context, *tenants.Tx) error) error {
	t.Helper()
	return pgtest.DB(t).Run(t.Context(), me, pgtest.Actor(me), fn)
}

// nursing is a card whose lines are grade, pay and commission.
func nursing(name, from string, lines ...string) cards.NewCard {
	n := cards.NewCard{Name: name, Source: "Board paper 7"}
	if from != "" {
		n.ValidFrom = civil.MustDate(from)
	}
	for _, l := range lines {
		part := strings.Fields(l)
		n.Lines = append(n.Lines, cards.NewLine{Grade: part[0], PayMax: money.MustRate(part[1]), CommissionMax: money.MustRate(part[2])})
	}
	return n
}

func publish(t *testing.T, me tenants.Party, n cards.NewCard) (c cards.Card, err error) {
	t.Helper()
	s := service(t)
	err = do(t, me, func(ctx context.Context, tx *tenants.Tx) error {
		c, err = s.Publish(ctx, tx, n)
		return err
	})
	return c, err
}

func must(t *testing.T, me tenants.Party, n cards.NewCard) cards.Card {
	t.Helper()
	c, err := publish(t, me, n)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func agencyOf(me tenants.Party) (id tenants.ID) {
	if me.Kind == tenants.Agency {
		id = me.ID
	}
	return id
}

func line(t *testing.T, me tenants.Party, tenant tenants.ID, grade, day string) (l cards.Line, err error) {
	t.Helper()
	err = do(t, me, func(ctx context.Context, tx *tenants.Tx) error {
		l, err = service(t).Line(ctx, tx, cards.Query{TenantID: tenant, Grade: grade, Day: civil.MustDate(day), AgencyID: agencyOf(me)})
		return err
	})
	return l, err
}

func TestLine_isThatOfTheVersionInForceOnTheShiftDate(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	first := must(t, me, nursing("Agency nursing", "2026-04-01", "nurse-band-5 20.50 2.00", "nurse-band-6 25.10 2.50"))
	second := must(t, me, nursing("Agency nursing", "2026-12-01", "nurse-band-5 21.00 1.75"))

	for _, c := range []struct {
		day  string
		card tenants.ID
		pay  string
	}{{"2026-04-01", first.ID, "20.5000"}, {"2026-11-30", first.ID, "20.5000"}, {"2026-12-01", second.ID, "21.0000"}, {"2030-01-01", second.ID, "21.0000"}} {
		l, err := line(t, me, me.ID, "nurse-band-5", c.day)
		if err != nil || l.CardID != c.card || l.PayMax.String() != c.pay || l.Name != "Agency nursing" || l.Source != "Board paper 7" {
			t.Errorf("%s: got %+v, %v", c.day, l, err)
		}
	}
	for _, c := range [][2]string{{"nurse-band-5", "2026-03-31"}, {"nurse-band-6", "2026-12-01"}, {"consultant", "2026-12-01"}} {
		if _, err := line(t, me, me.ID, c[0], c[1]); !errors.Is(err, cards.ErrNoRate) {
			t.Errorf("%v: got %v", c, err)
		}
	}
	pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
		closed, err := service(t).Get(ctx, tx, first.ID)
		if closed.ValidTo.String() != "2026-11-30" || closed.Version != 1 || len(closed.Lines) != 2 || closed.Lines[0].Grade != "nurse-band-5" {
			t.Errorf("got %+v", closed)
		}
		return err
	})
}

func TestPublish_refusesAVersionThatDoesNotStartLater(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	must(t, me, nursing("Agency nursing", "2026-04-01", "nurse-band-5 20.50 2.00"))
	for _, from := range []string{"2026-04-01", "2026-03-01"} {
		if _, err := publish(t, me, nursing("Agency nursing", from, "nurse-band-5 20.50 2.00")); !errors.Is(err, cards.ErrStartsEarly) {
			t.Errorf("%s: got %v", from, err)
		}
	}
}

func TestPublish_refusesASecondCardForAGrade(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	must(t, me, nursing("Nursing", "2026-04-01", "nurse-band-5 20.50 2.00"))
	must(t, me, nursing("Medical", "2026-04-01", "consultant 75.00 5.00"))

	_, err := publish(t, me, nursing("Theatres", "2026-12-01", "consultant 80.00 5.00", "nurse-band-7 30.00 2.00", "nurse-band-5 22.00 2.00"))

	f := fault.Of(err)
	if !errors.Is(err, cards.ErrOnOtherCard) || len(f.Fields) != 2 || f.Fields[0].Name != "lines.0.grade" || f.Fields[1].Name != "lines.2.grade" {
		t.Errorf("got %+v", f)
	}
}

func TestPublish_refusesEverythingThatIsWrongAtOnce(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	_, err := publish(t, me, nursing(" ", "", "wizard 20 2", "nurse-band-5 0 0", "nurse-band-5 20 21"))
	var names []string
	for _, f := range fault.Of(err).Fields {
		names = append(names, f.Name)
	}
	if got := strings.Join(names, " "); got != "name valid_from lines.0.grade lines.1.pay_max lines.2.grade lines.2.commission_max" {
		t.Errorf("got %s, %v", got, err)
	}
	if _, err := publish(t, pgtest.Org(t, tenants.Agency), nursing("Own card", "2026-04-01", "nurse-band-5 20 2")); !errors.Is(err, cards.ErrEmployerOnly) {
		t.Errorf("an agency: got %v", err)
	}
}

func TestPublish_givesTwoAtOnceTwoVersions(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	service(t)
	done := make(chan error, 2)
	for _, from := range []string{"2026-04-01", "2026-05-01"} {
		go func() {
			_, err := publish(t, me, nursing("Nursing", from, "nurse-band-5 20 2"))
			done <- err
		}()
	}
	for range 2 {
		if err := <-done; err != nil && !errors.Is(err, cards.ErrStartsEarly) {
			t.Error(err)
		}
	}
	if l, err := line(t, me, me.ID, "nurse-band-5", "2026-05-01"); err != nil || l.ValidFrom.String() != "2026-05-01" {
		t.Errorf("got %+v, %v", l, err)
	}
}

func TestWalls_onlyALinkedAgencySeesACard(t *testing.T) {
	t.Parallel()
	me, linked := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	c := must(t, me, nursing("Nursing", "2026-04-01", "nurse-band-5 20.50 2.00"))
	pgtest.Exec(t, "insert into agreements (tenant_id, agency_id, id, starts_on, supplier_name, created_at) values ($1, $2, $3, '2026-01-01', 'Agency', now())", me.ID, linked.ID, tenants.NewID())

	if l, err := line(t, linked, me.ID, "nurse-band-5", "2026-11-24"); err != nil || l.CardID != c.ID {
		t.Errorf("a linked agency: got %+v, %v", l, err)
	}
	for _, other := range []tenants.Party{pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)} {
		if _, err := line(t, other, me.ID, "nurse-band-5", "2026-11-24"); !errors.Is(err, cards.ErrNoRate) {
			t.Errorf("%s: got %v", other.Kind, err)
		}
		err := do(t, other, func(ctx context.Context, tx *tenants.Tx) error { _, err := service(t).Get(ctx, tx, c.ID); return err })
		if !errors.Is(err, fault.ErrNotFound) {
			t.Errorf("%s: got %v", other.Kind, err)
		}
		pgtest.Run(t, other, func(ctx context.Context, tx *tenants.Tx) error {
			all, err := service(t).List(ctx, tx)
			if len(all) != 0 {
				t.Errorf("%s lists %+v", other.Kind, all)
			}
			return err
		})
	}
}
