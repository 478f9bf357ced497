package rates

import (
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
	"wardbridge/web/ui"
)

func html(t *testing.T, c templ.Component) string {
	t.Helper()
	var out strings.Builder
	if err := c.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "app-button--primary"); n > 1 {
		t.Errorf("%d green buttons", n)
	}
	return out.String()
}

func wants(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

var (
	today  = civil.MustDate("2026-11-23")
	first  = cards.Card{ID: tenants.NewID(), Name: "Agency nursing", Version: 1, Status: cards.Published, ValidFrom: civil.MustDate("2026-04-01"), ValidTo: civil.MustDate("2027-03-31"), Source: "Trust board"}
	second = cards.Card{ID: tenants.NewID(), Name: "Agency nursing", Version: 2, Status: cards.Submitted, ValidFrom: civil.MustDate("2027-04-01")}
	names  = book{grades: map[string]packs.Grade{"nurse-band-5": {Code: "nurse-band-5", StaffGroup: "nursing", Name: "Band 5 nurse", Position: 20}, "st3": {Code: "st3", StaffGroup: "medical", Name: "Registrar", Position: 190}},
		groups: map[string]packs.StaffGroup{"nursing": {Code: "nursing", Name: "Nursing", Position: 1}, "medical": {Code: "medical", Name: "Medical", Position: 2}}}
)

func entry(grade, pay string, change func(*cards.Entry)) cards.Entry {
	e := cards.Entry{ID: tenants.NewID(), NewLine: cards.NewLine{Grade: grade, Band: cards.AnyBand, Engagement: cards.AnyEngagement, PayMax: money.MustRate(pay), CommissionMax: money.MustRate("2.40")}}
	change(&e)
	return e
}

func TestSections_putGradesDownAndBandsAcross(t *testing.T) {
	t.Parallel()
	lines := []cards.Entry{
		entry("st3", "52", func(e *cards.Entry) { e.Engagement = cards.Direct }),
		entry("nurse-band-5", "21.50", func(e *cards.Entry) {}),
		entry("nurse-band-5", "36", func(e *cards.Entry) { e.Band = cards.High }),
		entry("nurse-band-5", "22", func(e *cards.Entry) { e.Band = cards.Core }),
	}
	all := sections(lines, names, showIn{}, "/r/line")
	if len(all) != 2 || all[0].Title != "Nursing" || len(all[0].Rows) != 2 || len(all[1].Rows) != 1 {
		t.Fatalf("laid out as %+v", all)
	}
	r := all[0].Rows[0]
	if r.Bands[0].Text != "£21.50" || r.Bands[1].Note != multiplied || r.Bands[2].Text != "£36.00" || !strings.Contains(r.Bands[2].Href, lines[2].ID.String()) {
		t.Errorf("the nurse's row is %+v", r)
	}
	if all[0].Rows[1].Bands[0].Text != "£22.00" {
		t.Errorf("a second line for the same work hides the first: %+v", all[0].Rows[1])
	}
	if only := sections(lines, names, showIn{StaffGroup: "medical", Engagement: "direct"}, ""); len(only) != 1 || only[0].Rows[0].Who != "Direct engagement" {
		t.Errorf("filtered to %+v", only)
	}
}

func TestCardPage_saysWhatKeepsAVersionFromBeingPublished(t *testing.T) {
	t.Parallel()
	v := cardView{At: "/r/2", Back: "/r", Name: "Agency nursing", Number: number(second), State: state(second, today), May: true,
		Report: cards.Report{Flaws: []cards.Flaw{{Kind: cards.ErrAboveCap, Line: 3, Text: "This is over the cap."}}}, Tabs: tabs("/r/2", "", "0"),
		Sections: sections([]cards.Entry{entry("nurse-band-5", "21.50", func(*cards.Entry) {})}, names, showIn{}, ""), Facts: []ui.Fact{{Label: "For", Value: names.scope(second)}},
		Refused: fault.ErrInvalid.With(fault.Field{Name: "card", Text: "Not yet."})}
	wants(t, html(t, cardPage(v)), "To approve", "Line 3: This is over the cap.", `action="/r/2/publish"`, `action="/r/2/return"`, "1 problem", "Every agency", "Not yet.")
	v.May = false
	if page := html(t, cardPage(v)); strings.Contains(page, "/publish") {
		t.Error("offers an act to somebody who may not")
	}
}

func TestListPage_saysWhatIsInForceAndWhatWaits(t *testing.T) {
	t.Parallel()
	all := byName([]cards.Card{second, first})
	if len(all) != 1 || counting(all[0], today).Version != 1 || state(first, today) != "Active" || state(second, today) != "To approve" {
		t.Fatalf("grouped as %v", all)
	}
	wants(t, html(t, listPage(listView{Cards: []listed{{Name: "Agency nursing", Href: "/r/1", InForce: "Version 1", Next: "Version 2 from Thu 1 Apr 2027", NextHref: "/r/2", State: "To approve", Gaps: "3", GapsHref: "/r/1/gaps"}}})),
		"Version 2 from Thu 1 Apr 2027", "To approve", `href="/r/1/gaps"`)
	wants(t, html(t, listPage(listView{})), "No rate cards yet")
}

func TestLineForm_comesBackAsItWas(t *testing.T) {
	t.Parallel()
	e := entry("nurse-band-5", "21.5", func(e *cards.Entry) {
		e.Band, e.Engagement, e.Fixed, e.VAT, e.ChargeMax = cards.High, cards.PAYE, true, "E", money.MustRate("49.5")
		e.TierUplifts, e.Escalation = []cards.Uplift{{Tier: 2, Share: money.MustFactor("0.025")}}, []cards.Step{{Hours: 4, Share: money.MustFactor("0.1")}}
	})
	l, refused := formOf(&e).read()
	was := cards.DiffOf([]cards.Entry{e}, []cards.Entry{{NewLine: l}})
	if len(refused) > 0 || was.Same != 1 {
		t.Errorf("read as %+v, %v", was, refused)
	}
	_, refused = lineForm{Pay: "a lot", Margin: "101", Tiers: "x", Steps: "4"}.read()
	if len(refused) != 4 || refused[0].Name != "pay_max" || refused[3].Name != "escalation" {
		t.Errorf("refused %+v", refused)
	}
}
