package packs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

// sent loads a file as the platform, in a unit of work that is taken back
// afterwards, so that no other test sees its rows; then looks.
func sent(t *testing.T, kind, csv string, look func(context.Context, *tenants.Tx, packs.Difference, packs.PackVersion, error)) {
	t.Helper()
	load(t)
	undo := errors.New("undo")
	err := pgtest.DB(t).Run(t.Context(), platform, pgtest.Actor(platform), func(ctx context.Context, tx *tenants.Tx) error {
		var d packs.Difference
		var v packs.PackVersion
		err := tx.Try(func() (err error) {
			d, v, err = packs.New().LoadFile(ctx, tx, kind, packs.File{Name: "A test", Body: strings.NewReader(csv)}, "")
			return err
		})
		look(ctx, tx, d, v, err)
		return undo
	})
	if !errors.Is(err, undo) {
		t.Fatal(err)
	}
}

const capHead = "band,zone,class,rate,from,until,mark,source\n"

func counted(t *testing.T, ctx context.Context, tx *tenants.Tx, kind string) int {
	t.Helper()
	rows, err := packs.New().Rows(ctx, tx, kind, civil.Date{})
	if err != nil {
		t.Fatal(err)
	}
	return len(rows)
}

func TestKinds_canBeMatchedAndHaveAGoodTemplate(t *testing.T) {
	t.Parallel()
	for _, k := range packs.Kinds() {
		if err := k.Sheet().Valid(); err != nil {
			t.Error(err)
		}
	}
}

func TestLoadFile_endsTheOpenRowWhereTheNextBegins(t *testing.T) {
	t.Parallel()
	sent(t, "price_caps", capHead+"afc-5,outside_london,core,31.97,2027-04-01,,official,Agency rules 2027\n", func(ctx context.Context, tx *tenants.Tx, d packs.Difference, v packs.PackVersion, err error) {
		if err != nil || d.Count(packs.Added) != 1 || d.Count(packs.Ended) != 1 || v.Version < 2 || v.LoadedBy == "" || v.RowCount != 1 {
			t.Fatalf("got %+v %+v, %v", d.Changes, v, err)
		}
		p, err := packs.New().Load(ctx, tx, "england", civil.MustDate("2027-03-31"), civil.MustDate("2027-04-01"))
		if err != nil {
			t.Fatal(err)
		}
		before, _ := p.Cap("afc-5", packs.OutsideLondon, packs.Core, p.From)
		after, _ := p.Cap("afc-5", packs.OutsideLondon, packs.Core, p.To)
		if before.Rate.Text() != "£30.95" || after.Rate.Text() != "£31.97" || after.Mark != packs.Official {
			t.Errorf("got %s and %s", before.Rate.Text(), after.Rate.Text())
		}

		// The figures of the program leave both alone, and the same file again says nothing new.
		if done, err := packs.New().LoadNational(ctx, tx); err != nil || done.Total() != 0 {
			t.Errorf("the program wrote %v, %v", done, err)
		}
		again, w, err := packs.New().LoadFile(ctx, tx, "price_caps", packs.File{Name: "Again", Body: strings.NewReader(capHead + "afc-5,outside_london,core,31.970,1/4/2027,,official,Agency rules 2027\n")}, "")
		if err != nil || again.Same != 1 || len(again.Changes) != 0 || w.Version != 0 {
			t.Errorf("got %+v %+v, %v", again.Changes, w, err)
		}
	})
}

func TestLoadFile_refusesOverlappingDays(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string]string{
		"a closed row of before": "afc-5,outside_london,core,31.97,2025-10-01,2026-01-01,official,x\n",
		"a row that comes later": "afc-5,outside_london,core,31.97,2024-04-01,,official,x\n",
		"itself":                 "afc-5,outside_london,core,31.97,2027-04-01,2028-04-01,official,x\nafc-5,outside_london,core,32,2027-10-01,,official,x\n",
		"itself twice":           "afc-5,outside_london,core,31.97,2027-04-01,,official,x\nafc-5,outside_london,core,32,2027-04-01,,official,x\n",
	} {
		sent(t, "price_caps", capHead+rows, func(_ context.Context, _ *tenants.Tx, _ packs.Difference, _ packs.PackVersion, err error) {
			if f := fault.Of(err); !errors.Is(err, packs.ErrOverlap) || f.Kind != fault.Conflict || len(f.Fields) != 1 || f.Fields[0].Code != "overlaps" || f.Fields[0].Value == "" {
				t.Errorf("%s: got %v %+v", name, err, f.Fields)
			}
		})
	}
}

// The constraint holds whatever the program thinks.
func TestTables_cannotHoldOverlappingDays(t *testing.T) {
	t.Parallel()
	load(t)
	for table, copied := range map[string]string{
		"spine_points":   "insert into spine_points select gen_random_uuid(), band, step, annual, hourly, valid, mark, source, version_id from spine_points limit 1",
		"supplements":    "insert into supplements select gen_random_uuid(), zone, percent, minimum, maximum, valid, mark, source, version_id from supplements limit 1",
		"medical_points": "insert into medical_points select gen_random_uuid(), point, name, locum_grade, annual, hourly, valid, mark, source, version_id from medical_points limit 1",
		"price_caps":     "insert into price_caps select gen_random_uuid(), band, zone, class, rate, valid, mark, source, version_id from price_caps limit 1",
		"frameworks":     "insert into frameworks select gen_random_uuid(), code, name, operator, approved, fee_percent, valid, mark, source, version_id from frameworks limit 1",
		"framework_lots": "insert into framework_lots select gen_random_uuid(), framework, lot, name, valid, mark, source, version_id from framework_lots limit 1",
		"vat_rules":      "insert into vat_rules select gen_random_uuid(), route, profession, deputy, elected, category, reason, valid, mark, source, version_id from vat_rules limit 1",
		"restrictions":   "insert into restrictions select gen_random_uuid(), staff_group, band, valid, mark, source, version_id from restrictions limit 1",
	} {
		err := pgtest.DB(t).Run(t.Context(), platform, pgtest.Actor(platform), func(ctx context.Context, tx *tenants.Tx) error {
			_, err := tx.NewRaw(copied).Exec(ctx)
			return err
		})
		if !tenants.Violates(err, table+"_once") {
			t.Errorf("%s: got %v", table, err)
		}
	}
}

func TestLoadFile_refusesFiguresThatNoPriceCanBeWorkedOutFrom(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ row, code string }{
		{"awr_qualifying_weeks,12.5,weeks", "figure_not_whole"},
		{"vat_claim_years,4.5,years", "figure_not_whole"},
		{"gp_session_minutes,0,minutes", "figure_not_whole"},
		{"employer_ni_threshold_week,96.123,pounds_week", "amount_invalid"},
		{"employer_ni_rate,15,factor", "share_invalid"},
		{"employer_ni_rate,0.16,factor", ""},
		{"awr_qualifying_weeks,13,weeks", ""},
		{"afc_weeks_year,52.143,factor", ""},
	} {
		sent(t, "parameters", "name,value,unit,from,until,mark,source\n"+c.row+",2031-04-06,,indicative,A test\n", func(_ context.Context, _ *tenants.Tx, d packs.Difference, _ packs.PackVersion, err error) {
			switch {
			case c.code == "" && (err != nil || len(d.Bad) > 0):
				t.Errorf("%s: %v, %+v", c.row, err, d.Bad)
			case c.code != "" && (err == nil || len(d.Bad) != 1 || d.Bad[0].Code != c.code || d.Bad[0].Column != "value"):
				t.Errorf("%s: %v, %+v", c.row, err, d.Bad)
			}
		})
	}
}

func TestLoadFile_leavesNoRowOfABadFile(t *testing.T) {
	t.Parallel()
	load(t)
	before := 0
	pgtest.Run(t, platform, func(ctx context.Context, tx *tenants.Tx) error {
		before = counted(t, ctx, tx, "price_caps")
		return nil
	})
	rows := capHead + "medical,outside_london,core,99,2027-04-01,,official,Agency rules 2027\n" +
		"afc-55,outside_london,core,31.97,2027-04-01,,official,Agency rules 2027\n" +
		"afc-5,outside_london,core,-1,2027-13-01,,certain,\n" +
		"afc-6,outside_london,core,40,2027-04-01,2027-04-01,official,Agency rules 2027\n"

	sent(t, "price_caps", rows, func(ctx context.Context, tx *tenants.Tx, _ packs.Difference, _ packs.PackVersion, err error) {
		f := fault.Of(err)
		if !errors.Is(err, packs.ErrBadRows) || f.Kind != fault.Invalid {
			t.Fatalf("got %v", err)
		}
		got := map[string]string{}
		for _, e := range f.Fields {
			got[e.Name] = e.Code
			if e.Text == "" {
				t.Errorf("%s says nothing", e.Name)
			}
		}
		for name, code := range map[string]string{"rows.3.band": "unknown", "rows.4.rate": "rate_invalid", "rows.4.from": "date_invalid", "rows.4.mark": "unknown",
			"rows.4.source": "value_missing", "rows.5.until": "ends_before_it_begins"} {
			if got[name] != code {
				t.Errorf("%s: got %q of %v", name, got[name], got)
			}
		}
		if after := counted(t, ctx, tx, "price_caps"); after != before {
			t.Errorf("%d rows, before %d", after, before)
		}
	})
}

func TestCheck_suggestsAndWritesNothing(t *testing.T) {
	t.Parallel()
	load(t)
	pgtest.Run(t, platform, func(ctx context.Context, tx *tenants.Tx) error {
		before := counted(t, ctx, tx, "vat_rules")
		d, err := packs.New().Check(ctx, tx, "vat_rules", packs.File{Body: strings.NewReader("route,profession,deputy,elected,category,reason,from,until,mark,source\n" +
			"agency,doctr,yes,yes,E,Deputy,2030-01-01,,official,x\nagency,doctor,yes,yes,E,Deputy,2030-01-01,,official,x\n")})
		if err != nil || len(d.Bad) != 1 || d.Bad[0].Suggestion != "" && d.Bad[0].Suggestion != "doctor" || d.Count(packs.Added) != 1 || d.Count(packs.Ended) != 1 || d.Rows != 2 {
			t.Errorf("got %+v, %v", d, err)
		}
		if after := counted(t, ctx, tx, "vat_rules"); after != before {
			t.Errorf("a check wrote %d rows", after-before)
		}
		return nil
	})
}

func TestLoadFile_refusesWhatHasMovedSinceItWasChecked(t *testing.T) {
	t.Parallel()
	load(t)
	err := pgtest.DB(t).Run(t.Context(), platform, pgtest.Actor(platform), func(ctx context.Context, tx *tenants.Tx) error {
		_, _, err := packs.New().LoadFile(ctx, tx, "price_caps", packs.File{Name: "x", Body: strings.NewReader(capHead + "afc-5,outside_london,core,31.97,2027-04-01,,official,x\n")}, "0123")
		return err
	})
	if !errors.Is(err, packs.ErrMoved) {
		t.Errorf("got %v", err)
	}
}

func TestLoadFile_isForThePlatformAlone(t *testing.T) {
	t.Parallel()
	load(t)
	for _, kind := range []tenants.Kind{tenants.Trust, tenants.Agency} {
		me := pgtest.Org(t, kind)
		err := pgtest.DB(t).Run(t.Context(), me, pgtest.Actor(me), func(ctx context.Context, tx *tenants.Tx) error {
			_, _, err := packs.New().LoadFile(ctx, tx, "price_caps", packs.File{Name: "x", Body: strings.NewReader(capHead + "afc-5,outside_london,core,1,2027-04-01,,official,x\n")}, "")
			return err
		})
		if !errors.Is(err, packs.ErrPlatformOnly) {
			t.Errorf("%s: got %v", kind, err)
		}
	}
}

// What is shown can be saved, corrected and loaded: every table comes back as it is.
func TestWriteRows_comesBackUnchanged(t *testing.T) {
	t.Parallel()
	load(t)
	pgtest.Run(t, platform, func(ctx context.Context, tx *tenants.Tx) error {
		for _, k := range packs.Kinds() {
			rows, err := packs.New().Rows(ctx, tx, k.Name, civil.Date{})
			if err != nil || len(rows) == 0 {
				t.Errorf("%s: %d rows, %v", k.Name, len(rows), err)
			}
			var file bytes.Buffer
			if err := k.WriteRows(&file, rows); err != nil {
				t.Fatal(err)
			}
			d, err := packs.New().Check(ctx, tx, k.Name, packs.File{Body: &file})
			if err != nil || d.Same != len(rows) || len(d.Changes)+len(d.Bad) != 0 {
				t.Errorf("%s: %d of %d the same, %v, %v, %v", k.Name, d.Same, len(rows), d.Changes, d.Bad, err)
			}
			for _, r := range rows {
				if r.Version == 0 || r.LoadedBy == "" || r.LoadedAt.IsZero() || r.Mark == "" || r.Source == "" {
					t.Errorf("%s: %s", k.Name, fmt.Sprint(r))
					break
				}
			}
		}
		tables, err := packs.New().Tables(ctx, tx, civil.MustDate("2026-11-24"))
		if err != nil || len(tables) != len(packs.Kinds()) {
			t.Errorf("%d tables, %v", len(tables), err)
		}
		for _, table := range tables {
			if table.InForce == 0 || table.InForce > table.Rows || table.Latest.Version == 0 {
				t.Errorf("%s: %+v", table.Kind.Name, table.Latest)
			}
		}
		return nil
	})
}
