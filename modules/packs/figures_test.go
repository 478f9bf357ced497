package packs_test

import (
	"context"
	"errors"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/internal/pgtest"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

// spine is every published annual figure by band: 2024, 2025 and 2026, entry to top.
var spine = map[string][3][]string{
	"afc-2":  {{"23615"}, {"24465"}, {"25272"}},
	"afc-3":  {{"24071", "25674"}, {"24937", "26598"}, {"25760", "27476"}},
	"afc-4":  {{"26530", "29114"}, {"27485", "30162"}, {"28392", "31157"}},
	"afc-5":  {{"29970", "32324", "36483"}, {"31049", "33487", "37796"}, {"32074", "34592", "39043"}},
	"afc-6":  {{"37338", "39405", "44962"}, {"38682", "40823", "46580"}, {"39959", "42170", "48117"}},
	"afc-7":  {{"46148", "48526", "52809"}, {"47810", "50273", "54710"}, {"49388", "51932", "56515"}},
	"afc-8a": {{"53755", "56454", "60504"}, {"55690", "58487", "62682"}, {"57528", "60417", "64751"}},
	"afc-8b": {{"62215", "66246", "72293"}, {"64455", "68631", "74896"}, {"66582", "70896", "77368"}},
	"afc-8c": {{"74290", "78814", "85601"}, {"76965", "81652", "88682"}, {"79505", "84347", "91609"}},
	"afc-8d": {{"88168", "93572", "101677"}, {"91342", "96941", "105337"}, {"94356", "100140", "108813"}},
	"afc-9":  {{"105385", "111740", "121271"}, {"109179", "115763", "125637"}, {"112782", "119583", "129783"}},
}

// hourly is what is published for an hour, entry and top: 2025 and 2026.
var hourly = map[string][2][2]string{
	"afc-2": {{"12.51", "12.51"}, {"12.92", "12.92"}}, "afc-3": {{"12.75", "13.60"}, {"13.17", "14.05"}}, "afc-4": {{"14.06", "15.43"}, {"14.52", "15.93"}},
	"afc-5": {{"15.88", "19.33"}, {"16.40", "19.97"}}, "afc-6": {{"19.78", "23.82"}, {"20.44", "24.61"}}, "afc-7": {{"24.45", "27.98"}, {"25.26", "28.90"}},
	"afc-8a": {{"28.48", "32.06"}, {"29.42", "33.11"}}, "afc-8b": {{"32.96", "38.30"}, {"34.05", "39.57"}}, "afc-8c": {{"39.36", "45.35"}, {"40.66", "46.85"}},
	"afc-8d": {{"46.71", "53.87"}, {"48.25", "55.65"}}, "afc-9": {{"55.84", "64.25"}, {"57.68", "66.37"}},
}

// capTable is every indicative cap: core, low, high in 2025 and then in 2026.
var capTable = map[string][6]string{
	"afc-2": {"19.39", "27.34", "35.49", "20.03", "28.25", "36.66"}, "afc-3": {"21.08", "28.46", "35.63", "21.78", "29.40", "36.81"},
	"afc-4": {"23.91", "31.08", "38.25", "24.70", "32.11", "39.52"}, "afc-5": {"29.96", "38.95", "47.94", "30.95", "40.23", "49.52"},
	"afc-6": {"36.92", "48.00", "59.08", "38.14", "49.58", "61.03"}, "afc-7": {"43.37", "56.38", "69.39", "44.80", "58.24", "71.68"},
	"afc-8a": {"49.69", "64.59", "79.50", "51.33", "66.73", "82.12"}, "afc-8b": {"59.37", "77.18", "94.99", "61.33", "79.73", "98.13"},
	"afc-8c": {"70.30", "91.39", "112.48", "72.62", "94.40", "116.19"}, "afc-8d": {"83.50", "108.55", "133.60", "86.26", "112.13", "138.01"},
	"afc-9": {"99.59", "129.47", "159.35", "102.88", "133.74", "164.60"},
}

// asTrust runs a look-up as an employer that sees national data alone.
func asTrust(t *testing.T, look func(context.Context, *tenants.Tx)) {
	t.Helper()
	load(t)
	pgtest.Run(t, pgtest.Org(t, tenants.Trust), func(ctx context.Context, tx *tenants.Tx) error {
		look(ctx, tx)
		return nil
	})
}

func TestSpinePoint_isWhatIsPublished(t *testing.T) {
	t.Parallel()
	names := map[int][]string{1: {"top"}, 2: {"entry", "top"}, 3: {"entry", "intermediate", "top"}}
	asTrust(t, func(ctx context.Context, tx *tenants.Tx) {
		for band, years := range spine {
			for i, steps := range years {
				day := civil.Date{Year: 2024 + i, Month: 11, Day: 24}
				for j, step := range names[len(steps)] {
					p, err := packs.New().SpinePoint(ctx, tx, band, step, day)
					if err != nil || p.Annual != steps[j]+".00" || p.Source == "" {
						t.Errorf("%s %s on %s: got %+v, %v", band, step, day, p, err)
					}
					if i > 0 && step != "intermediate" {
						want := hourly[band][i-1][map[string]int{"entry": 0, "top": 1}[step]]
						if p.Hourly != money.MustRate(want) {
							t.Errorf("%s %s on %s: got %s an hour, want %s", band, step, day, p.Hourly, want)
						}
					}
				}
			}
		}
		if p, err := packs.New().SpinePoint(ctx, tx, "afc-2", "entry", civil.MustDate("2026-03-31")); err != nil || p.Annual != "24465.00" {
			t.Errorf("got %+v, %v", p, err)
		}
		if _, err := packs.New().SpinePoint(ctx, tx, "afc-5", "top", civil.MustDate("2024-03-31")); !errors.Is(err, packs.ErrNoFigure) {
			t.Errorf("got %v", err)
		}
	})
}

func TestCap_isTheIndicativeOneOfEachYear(t *testing.T) {
	t.Parallel()
	for year, at := range map[string]int{"2025": 0, "2026": 3} {
		p, err := pack(t, pgtest.Org(t, tenants.Agency), "england", year+"-11-24", year+"-11-24")
		if err != nil || len(p.Caps) != 4*3*len(capTable) {
			t.Fatalf("%s: %d caps, %v", year, len(p.Caps), err)
		}
		for band, rates := range capTable {
			for i, class := range []packs.Class{packs.Core, packs.Low, packs.High} {
				c, err := p.Cap(band, packs.OutsideLondon, class, p.From)
				if err != nil || c.Rate != money.MustRate(rates[at+i]) || c.Mark != packs.Indicative {
					t.Errorf("%s %s in %s: got %s %s, %v; want %s", band, class, year, c.Rate, c.Mark, err, rates[at+i])
				}
			}
		}
	}
}

func TestCap_saysThatNoneIsLoaded(t *testing.T) {
	t.Parallel()
	p, err := pack(t, pgtest.Org(t, tenants.Trust), "england", "2026-11-24", "2026-11-24")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ band, zone string }{{"medical", packs.OutsideLondon}, {"medical", packs.InnerLondon}, {"vsm", packs.Fringe}} {
		if _, err := p.Cap(c.band, c.zone, packs.Core, p.From); !errors.Is(err, packs.ErrNoCap) {
			t.Errorf("%+v: got %v", c, err)
		}
	}
}

// The caps that were published for 1 April 2016, from the tops of that year.
func TestCapFormula_givesThePublishedCapsOf2016(t *testing.T) {
	t.Parallel()
	formula := func(annual money.Pence, weeks, hours, enhancement string) string {
		return packs.CapFormula(annual, 0, money.MustFactor(weeks), money.MustFactor(hours), money.MustFactor(enhancement), money.MustFactor("1.55")).Text()
	}
	for _, c := range []struct {
		annual            money.Pence
		hours, factor, is string
	}{
		{1536300, "37.5", "1", "£12.17"}, {1780000, "37.5", "1", "£14.10"}, {1946100, "37.5", "1", "£15.42"}, {2818000, "37.5", "1", "£22.32"},
		{3487600, "37.5", "1", "£27.63"}, {10145100, "40", "1", "£75.34"},
		{1536300, "37.5", "1.5", "£18.25"}, {1780000, "37.5", "1.44", "£20.30"}, {1946100, "37.5", "1.37", "£21.12"}, {2818000, "37.5", "1.3", "£29.02"},
		{2818000, "37.5", "1.6", "£35.72"}, {3487600, "37.5", "1.6", "£44.20"},
	} {
		if got := formula(c.annual, "52.18", c.hours, c.factor); got != c.is {
			t.Errorf("%d times %s: got %s, want %s", c.annual, c.factor, got, c.is)
		}
	}
	if got := formula(2818000, "52.143", "37.5", "1"); got != "£22.34" {
		t.Errorf("the payroll's weeks give %s, and so a charge of £22.33 would pass", got)
	}
}

// Every row that is loaded is what the formula makes of the top of the band, the
// enhancement and the supplement of its first day.
func TestCapFormula_givesTheIndicativeCaps(t *testing.T) {
	t.Parallel()
	asTrust(t, func(ctx context.Context, tx *tenants.Tx) {
		for _, day := range []string{"2025-11-24", "2026-11-24"} {
			p, err := packs.New().Load(ctx, tx, "england", civil.MustDate(day), civil.MustDate(day))
			if err != nil {
				t.Fatal(err)
			}
			for band := range capTable {
				for _, zone := range packs.Zones() {
					for _, class := range []packs.Class{packs.Core, packs.Low, packs.High} {
						got, err := p.Cap(band, zone, class, p.From)
						if want := worked(ctx, t, tx, p, band, zone, class); err != nil || got.Rate != want || got.Mark != packs.Indicative || got.Source == "" {
							t.Errorf("%s %s %s on %s: got %s %s, %v; want %s", band, zone, class, day, got.Rate, got.Mark, err, want)
						}
					}
				}
			}
		}
	})
}

// worked is a cap from the pay, the supplement and the enhancement that are loaded.
func worked(ctx context.Context, t *testing.T, tx *tenants.Tx, p packs.Pack, band, zone string, class packs.Class) money.Rate {
	t.Helper()
	top, err := packs.New().SpinePoint(ctx, tx, band, "top", p.From)
	if err != nil {
		t.Fatal(err)
	}
	annual, err := top.Pay()
	if err != nil {
		t.Fatal(err)
	}
	var due money.Pence
	if zone != packs.OutsideLondon {
		s, err := packs.New().Supplement(ctx, tx, zone, annual, p.From)
		if err != nil {
			t.Fatal(err)
		}
		due = s.Annual
	}
	enhancement := money.One
	for _, e := range p.Enhancements {
		if e.Band == band && e.Class == class {
			enhancement = e.Factor
		}
	}
	return packs.CapFormula(annual, due, money.MustFactor("52.143"), money.MustFactor("37.5"), enhancement, money.MustFactor("1.55"))
}

// By hand, from the tops and supplements of each year, over 1,955.3625 hours:
//
//	Band 5, 2026, inner London: 20% of 39,043 is 7,808.60, within its bounds.
//	  core (39,043.00 + 7,808.60) x 1.55 = 72,619.98 / 1,955.3625 = 37.1389
//	  high (39,043.00 x 1.6 + 7,808.60) x 1.55 = 108,929.97 / 1,955.3625 = 55.7083;
//	  the supplement enhanced as well would be 59.4223
//	Band 2, 2025, outer London: 15% of 24,465 is 3,669.75, so the least, 4,714.00.
//	  low (24,465.00 x 1.41 + 4,714.00) x 1.55 = 60,774.9575 / 1,955.3625 = 31.0812
//	Band 9, 2026, fringe: 5% of 129,783 is 6,489.15, so the most, 2,271.00.
//	  core (129,783.00 + 2,271.00) x 1.55 = 204,683.70 / 1,955.3625 = 104.6782
func TestCap_addsTheSupplementOfTheZoneAndNeverEnhancesIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		band, zone string
		class      packs.Class
		day, is    string
	}{
		{"afc-5", packs.InnerLondon, packs.Core, "2026-11-24", "37.14"}, {"afc-5", packs.InnerLondon, packs.High, "2026-11-24", "55.71"},
		{"afc-2", packs.OuterLondon, packs.Low, "2025-11-24", "31.08"}, {"afc-9", packs.Fringe, packs.Core, "2026-11-24", "104.68"},
	} {
		p, err := pack(t, pgtest.Org(t, tenants.Agency), "england", c.day, c.day)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Cap(c.band, c.zone, c.class, p.From)
		if err != nil || got.Rate != money.MustRate(c.is) {
			t.Errorf("%+v: got %s, %v", c, got.Rate, err)
		}
	}
}

func TestSupplement_isTheShareWithinItsBounds(t *testing.T) {
	t.Parallel()
	asTrust(t, func(ctx context.Context, tx *tenants.Tx) {
		for _, c := range []struct {
			zone   string
			annual money.Pence
			day    string
			due    money.Pence
			hour   string
		}{
			{"inner_london", 2446500, "2025-11-24", 560900, "2.87"}, {"inner_london", 3779600, "2025-11-24", 755920, "3.87"}, {"inner_london", 4658000, "2025-11-24", 846600, "4.33"},
			{"inner_london", 1, "2023-11-24", 513200, "2.62"}, {"inner_london", 99999900, "2023-11-24", 774500, "3.96"},
			{"inner_london", 1, "2024-11-24", 541400, "2.77"}, {"inner_london", 99999900, "2024-11-24", 817200, "4.18"},
			{"inner_london", 1, "2026-11-24", 579400, "2.96"}, {"inner_london", 99999900, "2026-11-24", 874500, "4.47"},
			{"outer_london", 1, "2025-11-24", 471400, "2.41"}, {"outer_london", 99999900, "2025-11-24", 594100, "3.04"},
			{"outer_london", 1, "2026-11-24", 487000, "2.49"}, {"outer_london", 99999900, "2026-11-24", 613700, "3.14"},
			{"fringe", 1, "2025-11-24", 130300, "0.67"}, {"fringe", 99999900, "2025-11-24", 219800, "1.12"},
			{"fringe", 1, "2026-11-24", 134600, "0.69"}, {"fringe", 99999900, "2026-11-24", 227100, "1.16"},
		} {
			got, err := packs.New().Supplement(ctx, tx, c.zone, c.annual, civil.MustDate(c.day))
			if err != nil || got.Annual != c.due || got.Hourly != money.MustRate(c.hour) {
				t.Errorf("%+v: got %s and %s an hour, %v", c, got.Annual, got.Hourly, err)
			}
		}
		if _, err := packs.New().Supplement(ctx, tx, "atlantis", 1, civil.MustDate("2026-11-24")); !errors.Is(err, packs.ErrNoFigure) {
			t.Errorf("got %v", err)
		}
	})
}

func TestMedicalPoint_isWhatIsPublished(t *testing.T) {
	t.Parallel()
	asTrust(t, func(ctx context.Context, tx *tenants.Tx) {
		for _, c := range []struct{ point, before, after, hour string }{
			{"nodal-1", "36616", "38831", "18.62"}, {"nodal-2", "42008", "44439", "21.31"}, {"nodal-3", "49909", "52656", "25.25"},
			{"nodal-4", "61825", "65048", "31.19"}, {"nodal-5", "70425", "73992", "35.48"},
			{"consultant-0", "105504", "109725", ""}, {"consultant-3", "111714", "116183", ""}, {"consultant-4", "114894", "119490", ""},
			{"consultant-8", "126018", "131059", ""}, {"consultant-14", "139882", "145478", ""},
			{"specialty-doctor", "59175", "61542", ""}, {"specialist", "96990", "100870", ""}, {"salaried-gp", "73113", "76038", ""},
		} {
			before, err := packs.New().MedicalPoint(ctx, tx, c.point, civil.MustDate("2025-03-31"))
			if err != nil || before.Annual != c.before+".00" {
				t.Errorf("%s: got %s, %v", c.point, before.Annual, err)
			}
			after, err := packs.New().MedicalPoint(ctx, tx, c.point, civil.MustDate("2025-04-01"))
			if err != nil || after.Annual != c.after+".00" || c.hour != "" && after.Hourly != money.MustRate(c.hour) {
				t.Errorf("%s: got %s, %s an hour, %v", c.point, after.Annual, after.Hourly, err)
			}
		}
	})
}

func TestParameter_hasTheFiguresOfPensionsLeaveAndLimits(t *testing.T) {
	t.Parallel()
	p, err := pack(t, pgtest.Org(t, tenants.Trust), "england", "2026-11-24", "2026-11-24")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{packs.GPPensionRate: "0.1438", packs.GPPensionable: "0.9", packs.GPSessionMinutes: "250", packs.AWRLeavePercent: "0.155556", packs.AWRWeeks: "12", packs.AWRBreakDays: "42",
		packs.HighRate: "100", packs.InterimDayRate: "750", packs.CapUplift: "1.55", packs.CapWeeksOfYear: "52.18", packs.WeeksOfYear: "52.143", packs.HoursOfWeek: "37.5",
		packs.MedicalHours: "40", "nhs_pension_employer_rate": "0.2378", "lower_earnings_limit_week": "129", "employment_allowance_year": "10500", "minimum_wage_18_to_20": "10.85"} {
		if row, err := p.Parameter(name, p.From); err != nil || row.Value != want || row.Source == "" {
			t.Errorf("%s: got %+v, %v", name, row, err)
		}
	}
}

func TestFramework_standsWithItsLotOnTheDay(t *testing.T) {
	t.Parallel()
	asTrust(t, func(ctx context.Context, tx *tenants.Tx) {
		for _, c := range []struct {
			code, lot, day string
			stands         bool
		}{
			{"RM6281", "2", "2024-10-12", true}, {"RM6281", "2", "2024-10-11", false}, {"RM6281", "9", "2026-11-24", false},
			{"TWS3", "3a", "2026-11-24", true}, {"RM6161", "1", "2026-11-24", false}, {"NONE", "1", "2026-11-24", false},
		} {
			f, err := packs.New().Framework(ctx, tx, c.code, c.lot, civil.MustDate(c.day))
			if stands := err == nil; stands != c.stands || !stands && !errors.Is(err, packs.ErrNoFramework) || stands && (!f.Approved || f.Lot.Name == "" || f.Fee != nil) {
				t.Errorf("%+v: got %+v, %v", c, f, err)
			}
		}
		if on, err := packs.New().Frameworks(ctx, tx, civil.MustDate("2027-04-25")); err != nil || len(on) != 3 {
			t.Errorf("after RM6277 has ended: %d, %v", len(on), err)
		}
	})
}

func TestVATRule_takesTheMostParticular(t *testing.T) {
	t.Parallel()
	asTrust(t, func(ctx context.Context, tx *tenants.Tx) {
		all, err := packs.New().VATRules(ctx, tx, civil.MustDate("2026-11-24"))
		if err != nil {
			t.Error(err)
		}
		for _, c := range []struct {
			of       packs.Supply
			category string
		}{
			{packs.Supply{Route: "direct_pay", Profession: "doctor"}, "O"}, {packs.Supply{Route: "bank", Profession: "nurse"}, "O"}, {packs.Supply{Route: "wage_recharge"}, "O"},
			{packs.Supply{Route: "commission"}, "S"}, {packs.Supply{Route: "direct_fee"}, "S"}, {packs.Supply{Route: "system_fee"}, "S"}, {packs.Supply{Route: "framework_fee"}, "S"},
			{packs.Supply{Route: "agency", Profession: "nurse"}, "S"}, {packs.Supply{Route: "agency", Profession: "nurse", Elected: true}, "E"},
			{packs.Supply{Route: "agency", Profession: "nursing_auxiliary", Elected: true}, "E"}, {packs.Supply{Route: "umbrella", Profession: "nurse", Elected: true}, "S"},
			{packs.Supply{Route: "agency", Profession: "doctor", Deputy: true}, "S"}, {packs.Supply{Route: "agency", Profession: "doctor", Deputy: true, Elected: true}, "E"},
			{packs.Supply{Route: "agency", Profession: "doctor", Elected: true}, "S"}, {packs.Supply{Route: "agency", Profession: "ahp", Elected: true}, "S"},
			{packs.Supply{Route: "company", Profession: "doctor"}, "S"}, {packs.Supply{Route: "self_employed_gp", Profession: "doctor"}, "E"}, {packs.Supply{Route: "unregistered"}, "O"},
		} {
			r, err := packs.New().VATRule(ctx, tx, c.of, civil.MustDate("2026-11-24"))
			if err != nil || r.Category != c.category || r.Reason == "" || r.Source == "" {
				t.Errorf("%+v: got %s %q, %v; want %s", c.of, r.Category, r.Reason, err, c.category)
			}
			if picked, found := packs.Particular(all, c.of); !found || picked.ID != r.ID {
				t.Errorf("%+v: out of those of the day %+v", c.of, picked)
			}
		}
		if _, err := packs.New().VATRule(ctx, tx, packs.Supply{Route: "teleport"}, civil.MustDate("2026-11-24")); !errors.Is(err, packs.ErrNoFigure) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSupplyOf_knowsTheProfessionAndWhoStandsInByDate(t *testing.T) {
	t.Parallel()
	asTrust(t, func(ctx context.Context, tx *tenants.Tx) {
		for _, c := range []struct {
			of         packs.Cover
			day        string
			profession string
			deputy     bool
		}{
			{packs.Cover{StaffGroup: "medical", Grade: "consultant", Reason: "vacancy"}, "2026-11-24", "doctor", true},
			{packs.Cover{StaffGroup: "medical", Grade: "consultant", Reason: "waiting-list"}, "2026-11-24", "doctor", false},
			{packs.Cover{StaffGroup: "medical", Grade: "st3"}, "2026-11-24", "doctor", true},
			{packs.Cover{StaffGroup: "medical", Grade: "st3", Reason: "invented"}, "2026-11-24", "doctor", false},
			{packs.Cover{StaffGroup: "medical", Grade: "st3", Reason: "vacancy"}, "2010-12-31", "other", false},
			{packs.Cover{StaffGroup: "nursing", Grade: "midwife-band-6", Reason: "acuity"}, "2026-11-24", "nurse", false},
			{packs.Cover{StaffGroup: "hca", Grade: "hca-band-2", Reason: "sickness"}, "2026-11-24", "nursing_auxiliary", true},
			{packs.Cover{StaffGroup: "ahp", Grade: "ahp-band-6", Reason: "sickness"}, "2026-11-24", "other", true},
		} {
			got, err := packs.New().SupplyOf(ctx, tx, c.of, civil.MustDate(c.day))
			if err != nil || got.Profession != c.profession || got.Deputy != c.deputy {
				t.Errorf("%+v on %s: got %+v, %v", c.of, c.day, got, err)
			}
		}
		years, err := packs.New().Parameter(ctx, tx, packs.VATClaimYears, civil.MustDate("2026-11-24"))
		if err != nil || years.Value != "4" || years.Source == "" {
			t.Errorf("claims go back %+v, %v", years, err)
		}
	})
}
