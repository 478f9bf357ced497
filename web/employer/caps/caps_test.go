package caps

import (
	"context"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

func TestListPage_showsYourOwnBesideTheNational(t *testing.T) {
	t.Parallel()
	o := packs.Override{ID: tenants.NewID(), Band: "afc-5", Class: packs.Core, Zone: packs.OutsideLondon, Rate: money.MustRate("30.5"), From: civil.MustDate("2026-10-01"),
		Source: "Board paper", Reason: "Spend plan", CreatedAt: time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC), CreatedBy: "Ada Example"}
	caps := []packs.Cap{
		{Dated: packs.Dated{ID: o.ID, From: o.From, Mark: packs.Official, Source: o.Source}, Band: "afc-5", Zone: packs.OutsideLondon, Class: packs.Core, Rate: o.Rate, Own: true, National: money.MustRate("30.95")},
		{Dated: packs.Dated{Mark: packs.Indicative, Source: "Worked out"}, Band: "afc-5", Zone: packs.OutsideLondon, Class: packs.Low, Rate: money.MustRate("40.23")},
	}
	work := closedView{Binds: true, Rows: []closed{
		{Group: "Administrative and clerical", Band: closedBand(packs.Any), Days: lasting(civil.MustDate("2019-09-16"), civil.Date{}), Whose: "The nation", Source: "derived: agency rules"},
		{ID: o.ID.String(), Group: groupWords(nil, packs.Any), Band: closedBand(packs.InterimBand), Days: lasting(civil.MustDate("2027-04-01"), civil.MustDate("2027-05-01")), Whose: "You", Source: "Board paper", Reason: "From the bank"}}}
	v := listView{Closed: work, At: "/e/kingsmere/rates/caps", On: civil.MustDate("2026-11-24"), Zone: packs.OutsideLondon, Zones: labels.Zones(), Lines: []line{lineOf("afc-5", packs.OutsideLondon, caps), lineOf("medical", packs.OutsideLondon, caps)}, Own: []own{ownOf(o, caps)}}

	var out strings.Builder
	if err := listPage(v).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}

	page := out.String()
	for _, words := range []string{"Band 5", "£30.50", "Your own; national £30.95", "£40.23", "£0.45 below", "from Thu 1 Oct 2026", "Spend plan", "Ada Example", "Medical", "No cap loaded", "None is loaded", "Tue 24 Nov 2026",
		"Work closed to agencies", "Administrative and clerical", "Every band", "from Mon 16 Sep 2019", "The nation", "Every staff group", "Very senior manager", "Thu 1 Apr 2027 to Fri 30 Apr 2027", "From the bank"} {
		if !strings.Contains(page, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if strings.Contains(page, "Set a stricter cap") || strings.Contains(page, "End this cap") || strings.Contains(page, "/restrictions/") {
		t.Error("offers acts to somebody who may not do them")
	}
}

func TestListPage_showsTheCapsOfOneZone(t *testing.T) {
	t.Parallel()
	var caps []packs.Cap
	for zone, rate := range map[string]string{packs.OutsideLondon: "30.95", packs.InnerLondon: "37.14"} {
		caps = append(caps, packs.Cap{Dated: packs.Dated{ID: tenants.NewID(), Mark: packs.Indicative, Source: "Worked out"}, Band: "afc-5", Zone: zone, Class: packs.Core, Rate: money.MustRate(rate)})
	}
	v := listView{At: "/e/kingsmere/rates/caps", Zone: packs.InnerLondon, Zones: labels.Zones(packs.InnerLondon, packs.Fringe), Lines: []line{lineOf("afc-5", packs.InnerLondon, caps)}}

	var out strings.Builder
	if err := listPage(v).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}

	page := out.String()
	for _, words := range []string{"without VAT, in inner London", "£37.14", `<option value="inner_london" selected>Inner London</option>`} {
		if !strings.Contains(page, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if strings.Contains(page, "£30.95") || v.Zones[0].Value != packs.Fringe || v.Zones[1].Value != packs.InnerLondon || v.Zones[2].Value != packs.OutsideLondon || len(v.Zones) != 4 {
		t.Errorf("shows another zone's cap, or the employer's own zones are not first: %+v", v.Zones)
	}
}

func TestListPage_endsOnlyWhatIsOnesOwn(t *testing.T) {
	t.Parallel()
	v := listView{At: "/e/kingsmere/rates/caps", Closed: closedView{Binds: true, New: "/e/kingsmere/rates/caps/restrictions/new", Rows: []closed{{Group: "Estates", Whose: "The nation"}, {ID: "one", Group: "Therapies", Whose: "You"}}}}

	var out strings.Builder
	if err := listPage(v).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}

	page := out.String()
	if strings.Count(page, "/end\"") != 1 || !strings.Contains(page, `/e/kingsmere/rates/caps/restrictions/one/end`) || !strings.Contains(page, "Close work to agencies") {
		t.Errorf("the acts are not those of one's own: %s", page)
	}
}

func TestListPage_saysNothingOfRulesThatDoNotBind(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := listPage(listView{At: "/e/brightwater/rates/caps"}).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}

	if strings.Contains(out.String(), "closed to agencies") {
		t.Error("a federation is told of rules for trusts")
	}
}

func TestClosePage_comesBackAsItWasTyped(t *testing.T) {
	t.Parallel()
	refused := packs.ErrRestrictionTaken.With(fault.Field{Name: "from", Code: "restriction_overlaps", Text: "End it first, or choose other days."})
	in := closeForm{StaffGroup: "hca", Band: "afc-2", From: civil.MustDate("2027-04-01"), Source: "Board paper", Reason: "Spend plan"}

	var out strings.Builder
	if err := closePage("/e/kingsmere/rates/caps", in, []ui.Option{{Value: "hca", Text: "Assistants"}}, []ui.Option{{Value: "afc-2", Text: "Band 2"}}, refused).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}

	for _, words := range []string{`value="hca" selected`, `value="afc-2" selected`, `value="2027-04-01"`, "Spend plan", `href="#from"`, "End it first, or choose other days.", `method="post"`} {
		if !strings.Contains(out.String(), words) {
			t.Errorf("the page does not say %q", words)
		}
	}
}
