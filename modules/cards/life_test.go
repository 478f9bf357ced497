package cards_test

import (
	"context"
	"errors"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/cards"
	"wardbridge/tenants"
)

func rate(s string) money.Rate { return money.MustRate(s) }

func TestLine_isTheMostSpecific(t *testing.T) {
	t.Parallel()
	me, agency := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency)
	site := tenants.NewID()
	pgtest.Exec(t, "insert into sites (tenant_id, id, code, name) values ($1, $2, 'KGH', 'Kingsmere General')", me.ID, site)
	l := func(pay string, change func(*cards.NewLine)) cards.NewLine {
		n := cards.NewLine{Grade: "nurse-band-5", PayMax: rate(pay)}
		change(&n)
		return n
	}
	must(t, me, cards.NewCard{Name: "General", ValidFrom: civil.MustDate("2026-04-01"), Lines: []cards.NewLine{
		l("20", func(n *cards.NewLine) { n.Grade, n.StaffGroup = "", "nursing" }),
		l("21", func(n *cards.NewLine) {
			n.TierUplifts, n.Escalation = []cards.Uplift{{Tier: 2, Share: money.MustFactor("0.05")}}, []cards.Step{{Hours: 24, Share: money.MustFactor("0.1")}, {Hours: 4, Share: money.MustFactor("0.2")}}
			n.Margin = money.MustFactor("0.1")
		}),
		l("35", func(n *cards.NewLine) { n.Band = cards.High }),
		l("22", func(n *cards.NewLine) { n.Engagement = cards.Umbrella }),
		l("23", func(n *cards.NewLine) { n.Specialty = "Theatres" }),
		l("24", func(n *cards.NewLine) { n.SiteID = site }),
	}})
	must(t, me, cards.NewCard{Name: "For one agency", ValidFrom: civil.MustDate("2026-04-01"), Scope: cards.Scope{AgencyID: agency.ID}, Lines: []cards.NewLine{l("25", func(*cards.NewLine) {})}})
	must(t, me, cards.NewCard{Name: "Framework", ValidFrom: civil.MustDate("2026-04-01"), Scope: cards.Scope{Framework: "RM6281"}, Lines: []cards.NewLine{l("26", func(*cards.NewLine) {})}})

	for name, c := range map[string]struct {
		ask            func(*cards.Query)
		pay, fee, high string
	}{
		"the grade before its group":          {func(*cards.Query) {}, "21.0000", "2.1000", "35.0000"},
		"the group where the grade has none":  {func(q *cards.Query) { q.Grade = "nurse-band-7" }, "20.0000", "0.0000", ""},
		"the engagement":                      {func(q *cards.Query) { q.Engagement = cards.Umbrella }, "22.0000", "0.0000", ""},
		"the framework before the engagement": {func(q *cards.Query) { q.Engagement, q.Framework = cards.Umbrella, "RM6281" }, "26.0000", "0.0000", ""},
		"the specialty before the framework":  {func(q *cards.Query) { q.Specialty, q.Framework = "theatres", "RM6281" }, "23.0000", "0.0000", ""},
		"the site before the specialty":       {func(q *cards.Query) { q.Specialty, q.SiteID = "Theatres", site }, "24.0000", "0.0000", ""},
		"the agency before the site":          {func(q *cards.Query) { q.AgencyID, q.SiteID = agency.ID, site }, "25.0000", "0.0000", ""},
		"another specialty":                   {func(q *cards.Query) { q.Specialty = "Oncology" }, "21.0000", "2.1000", "35.0000"},
		"a tier":                              {func(q *cards.Query) { q.Tier = 2 }, "22.0500", "2.2050", "35.0000"},
		"a tier and the nearest step":         {func(q *cards.Query) { q.Tier, q.LeadMinutes = 2, 240 }, "26.2500", "2.6250", "35.0000"},
		"the farther step":                    {func(q *cards.Query) { q.LeadMinutes = 241 }, "23.1000", "2.3100", "35.0000"},
		"no step":                             {func(q *cards.Query) { q.LeadMinutes = 24*60 + 1 }, "21.0000", "2.1000", "35.0000"},
	} {
		q := cards.Query{TenantID: me.ID, Grade: "nurse-band-5", Day: civil.MustDate("2026-11-24")}
		c.ask(&q)
		pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
			got, err := service(t).Line(ctx, tx, q)
			high := ""
			if r, named := got.Bands[cards.High]; named {
				high = r.String()
			}
			if got.PayMax.String() != c.pay || got.CommissionMax.String() != c.fee || high != c.high {
				t.Errorf("%s: got %s, %s, %q", name, got.PayMax, got.CommissionMax, high)
			}
			return err
		})
	}
}

func TestLine_holdsTheRatesForAfterTheQualifyingWeeks(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	must(t, me, cards.NewCard{Name: "General", ValidFrom: civil.MustDate("2026-04-01"), Lines: []cards.NewLine{
		{Grade: "nurse-band-5", PayMax: rate("21"), PayAfter12: rate("22"), Margin: money.MustFactor("0.1"), TierUplifts: []cards.Uplift{{Tier: 2, Share: money.MustFactor("0.05")}}},
		{Grade: "nurse-band-5", PayMax: rate("35"), Band: cards.High},
		{Grade: "nurse-band-6", PayMax: rate("25")},
		{Grade: "nurse-band-6", PayMax: rate("36"), PayAfter12: rate("38"), Band: cards.High},
		{Grade: "nurse-band-7", PayMax: rate("30")},
		{Grade: "hca-band-2", PayMax: rate("14"), PayAfter12: rate("14")},
	}})

	for name, c := range map[string]struct {
		ask            func(*cards.Query)
		pay, fee, high string // after the weeks; none: it names nothing
	}{
		"a core rate":               {func(*cards.Query) {}, "22.0000", "2.2000", "35.0000"},
		"with the uplift of a tier": {func(q *cards.Query) { q.Tier = 2 }, "23.1000", "2.3100", "35.0000"},
		"a rate of high hours":      {func(q *cards.Query) { q.Grade = "nurse-band-6" }, "25.0000", "0.0000", "38.0000"},
		"none":                      {func(q *cards.Query) { q.Grade = "nurse-band-7" }, "", "", ""},
		"the same as before":        {func(q *cards.Query) { q.Grade = "hca-band-2" }, "14.0000", "0.0000", "0.0000"},
	} {
		q := cards.Query{TenantID: me.ID, Grade: "nurse-band-5", Day: civil.MustDate("2026-11-24")}
		c.ask(&q)
		pgtest.Run(t, me, func(ctx context.Context, tx *tenants.Tx) error {
			before, err := service(t).Line(ctx, tx, q)
			switch after := before.Parity; {
			case after == nil && c.pay == "":
			case after == nil:
				t.Errorf("%s: nothing changes", name)
			case after.PayMax.String() != c.pay || after.CommissionMax.String() != c.fee || after.Bands[cards.High].String() != c.high || after.CardID != before.CardID:
				t.Errorf("%s: got %s, %s, %s", name, after.PayMax, after.CommissionMax, after.Bands[cards.High])
			case name != "the same as before" && before.PayMax == after.PayMax && before.Bands[cards.High] == after.Bands[cards.High]:
				t.Errorf("%s: counts from the first week", name)
			}
			return err
		})
	}
}

func TestApprove_isBySomebodyWhoHadNoHandInIt(t *testing.T) {
	t.Parallel()
	s, me := service(t), pgtest.Org(t, tenants.Trust)
	first := must(t, me, nursing("Agency nursing", "2026-04-01", "nurse-band-5 20.50 2.00", "nurse-band-6 25 2"))
	author, editor, finance := person(me, "Priya Shah"), person(me, "Ada Bell"), person(me, "Owen Price")
	var next cards.Card
	err := as(t, me, author, func(ctx context.Context, tx *tenants.Tx) (err error) {
		next, err = s.Copy(ctx, tx, first.ID, civil.MustDate("2027-12-01"), "Board paper 9")
		return err
	})
	if err != nil || next.Version != 2 || next.Status != cards.Draft || len(next.Lines) != 2 {
		t.Fatalf("got %+v, %v", next, err)
	}
	if l, err := line(t, me, me.ID, "nurse-band-5", "2027-12-02"); err != nil || l.CardID != first.ID {
		t.Errorf("a draft counts: %+v, %v", l, err)
	}
	err = as(t, me, author, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := s.Copy(ctx, tx, first.ID, civil.MustDate("2028-12-01"), "")
		return err
	})
	if !errors.Is(err, cards.ErrDraftOpen) {
		t.Errorf("a second draft: %v", err)
	}
	err = as(t, me, editor, func(ctx context.Context, tx *tenants.Tx) error {
		l := next.Lines[0].NewLine
		l.PayMax = rate("21.25")
		if _, err := s.SetLine(ctx, tx, next.ID, next.Lines[0].ID, l); err != nil {
			return err
		}
		d, err := s.Diff(ctx, tx, next.ID)
		if len(d.Changed) != 1 || d.Same != 1 || d.Before.Version != 1 || d.Changed[0].Changes[0] != (cards.Change{Column: "pay_max", Old: "20.5000", New: "21.2500"}) {
			t.Errorf("changed as %+v", d)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	publish := func(who tenants.Actor) error {
		return as(t, me, who, func(ctx context.Context, tx *tenants.Tx) error { _, err := s.Approve(ctx, tx, next.ID); return err })
	}
	if err := publish(finance); !errors.Is(err, cards.ErrNotSubmitted) {
		t.Errorf("a draft: %v", err)
	}
	if err := as(t, me, author, func(ctx context.Context, tx *tenants.Tx) error { _, err := s.Submit(ctx, tx, next.ID); return err }); err != nil {
		t.Fatal(err)
	}
	for _, who := range []tenants.Actor{author, editor} {
		if err := publish(who); !errors.Is(err, cards.ErrSecondApprover) {
			t.Errorf("%s: %v", who.Name, err)
		}
	}
	err = as(t, me, editor, func(ctx context.Context, tx *tenants.Tx) error {
		_, err := s.SetLines(ctx, tx, next.ID, nil)
		return err
	})
	if !errors.Is(err, cards.ErrNotDraft) {
		t.Errorf("a submitted version is changed: %v", err)
	}
	if err := publish(finance); err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"2027-11-30": "20.5000", "2027-12-01": "21.2500"} {
		if l, err := line(t, me, me.ID, "nurse-band-5", day); err != nil || l.PayMax.String() != want {
			t.Errorf("%s: %+v, %v", day, l, err)
		}
	}
	err = as(t, me, finance, func(ctx context.Context, tx *tenants.Tx) error { return s.Discard(ctx, tx, next.ID) })
	if !errors.Is(err, cards.ErrIsPublished) {
		t.Errorf("a published version is discarded: %v", err)
	}
}

func TestWalls_aPublishedVersionStaysAsItIs(t *testing.T) {
	t.Parallel()
	me := pgtest.Org(t, tenants.Trust)
	c := must(t, me, nursing("Nursing", "2026-04-01", "nurse-band-5 20.50 2.00"))
	for name, statement := range map[string]string{
		"a line is changed": "update card_lines set published = false where card_id = ?",
		"a line is deleted": "delete from card_lines where card_id = ?",
		"a start is moved":  "update cards set valid_from = '2026-05-01' where id = ?",
		"it is deleted":     "delete from cards where id = ?",
		"a line is added":   "insert into card_lines (tenant_id, card_id, id, grade, pay_max, commission_max) select tenant_id, card_id, gen_random_uuid(), 'nurse-band-6', 20, 2 from card_lines where card_id = ?",
	} {
		err := do(t, me, func(ctx context.Context, tx *tenants.Tx) error {
			_, err := tx.NewRaw(statement, c.ID).Exec(ctx)
			return err
		})
		if err == nil {
			t.Error(name)
		}
	}
}

func TestWalls_aCardForOneAgencyIsNoOthers(t *testing.T) {
	t.Parallel()
	me, ours, other := pgtest.Org(t, tenants.Trust), pgtest.Org(t, tenants.Agency), pgtest.Org(t, tenants.Agency)
	for _, a := range []tenants.Party{ours, other} {
		pgtest.Exec(t, "insert into agreements (tenant_id, agency_id, id, starts_on, supplier_name, created_at) values ($1, $2, $3, '2026-01-01', 'Agency', now())", me.ID, a.ID, tenants.NewID())
	}
	n := nursing("Nursing", "2026-04-01", "nurse-band-5 20.50 2.00")
	n.Scope.AgencyID = ours.ID
	c := must(t, me, n)

	if l, err := line(t, ours, me.ID, "nurse-band-5", "2026-11-24"); err != nil || l.CardID != c.ID {
		t.Errorf("its agency: %+v, %v", l, err)
	}
	err := do(t, other, func(ctx context.Context, tx *tenants.Tx) error { _, err := service(t).Get(ctx, tx, c.ID); return err })
	if !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("another agency: %v", err)
	}
}
