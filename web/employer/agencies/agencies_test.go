package agencies

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/agencies"
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
	groups = []packs.StaffGroup{{Code: "nursing", Name: "Nursing and midwifery"}, {Code: "ahp", Name: "Allied health"}}
	today  = civil.MustDate("2026-11-23")
)

func sample() agencies.Agreement {
	return agencies.Agreement{ID: tenants.NewID(), AgencyID: tenants.NewID(), StartsOn: civil.MustDate("2026-01-01"), Segmentation: agencies.Clock, BreakRule: agencies.FromLowest,
		OnCosts: agencies.Weekly, SelfBillFrom: civil.MustDate("2026-01-01"), SelfBillUntil: civil.MustDate("2026-12-31"), SupplierName: "Meridian Medical Ltd", VATNumber: "GB337440071"}
}

func viewOf(a agencies.Agreement, may bool) agreementView {
	v := agreementView{Back: "/e/kingsmere/agencies", At: "/e/kingsmere/agencies/1", Agency: "Meridian Medical", Sub: state(a, today), May: may, Facts: factsOf(a), Warning: selfBillsNot(a, today)}
	v.fill(groups, map[string]int{"nursing": 1}, []agencies.Election{{StaffGroup: "ahp", Category: "E", FromOn: today, Reason: "Medical care", Source: "VAT Act 1994"}})
	return v
}

func TestListPage_saysWhyItIsEmpty(t *testing.T) {
	t.Parallel()
	wants(t, html(t, listPage(listView{New: "/e/kingsmere/agencies/new"})), "No agreements yet", "New agreement")
}

func TestListPage_saysTermsAndTiers(t *testing.T) {
	t.Parallel()
	live, ended := sample(), sample()
	ended.EndedAt, ended.EndsOn, ended.VATNumber = time.Date(2026, 6, 1, 9, 0, 0, 0, time.UTC), civil.MustDate("2026-06-01"), ""
	first := rowOf(live, today)
	first.Agency, first.Places = "Meridian Medical", placesOf(map[string]int{"nursing": 2}, groups)

	page := html(t, listPage(listView{Rows: []row{first, rowOf(ended, today)}}))

	wants(t, page, "2 agreements", "Meridian Medical", "Since Thu 1 Jan 2026", "Nursing and midwifery", "Tier 2", "Thu 31 Dec 2026", "GB337440071", "Active", "Ended",
		"The agreement has no VAT number of the agency.")
	if strings.Contains(page, "New agreement") {
		t.Error("offers an agreement to somebody who may not make one")
	}
}

func TestAgreementPage_changesTiersAndVAT(t *testing.T) {
	t.Parallel()
	page := html(t, agreementPage(viewOf(sample(), true), nil))

	wants(t, page, "Terms", "Out of the cheapest band", "With the weekly thresholds", `name="tier.nursing"`, `name="tier.ahp"`, `value="1" selected`, "Exempt", "Medical care",
		`action="/e/kingsmere/agencies/1/vat"`, `href="/e/kingsmere/agencies/1/end"`)
}

func TestAgreementPage_showsReadersNoForm(t *testing.T) {
	t.Parallel()
	a := sample()
	a.SelfBillUntil = civil.MustDate("2026-06-30")

	page := html(t, agreementPage(viewOf(a, false), nil))

	wants(t, page, "Nursing and midwifery", "Tier 1", "Renew it before billing.")
	if strings.Contains(page, "<form") || strings.Contains(page, "/change") {
		t.Error("offers a form to somebody who may only read")
	}
}

func TestForms_keepWhatWasTyped(t *testing.T) {
	t.Parallel()
	id := tenants.NewID()
	refused := fault.Of(boxed(agencies.ErrVATNumber))
	in := newForm{AgencyID: id, StartsOn: today, terms: terms{VATNumber: "GB 1", Segmentation: agencies.WholeShift}}

	wants(t, html(t, newPage("/e/kingsmere/agencies", in, []ui.Option{{Value: id.String(), Text: "Meridian Medical"}}, refused)),
		"This is not a valid VAT number.", `value="GB 1"`, `value="2026-11-23"`, `value="`+id.String()+`" selected`)
	wants(t, html(t, changePage(viewOf(sample(), true), changeForm{Version: 3, terms: termsOf(sample().Terms())}, nil)), `name="version" value="3"`, `value="GB337440071"`)

	v := viewOf(sample(), true)
	v.Vote = electForm{Category: "E", Source: "HMRC letter"}
	wants(t, html(t, agreementPage(v, fault.ErrInvalid.With(fault.Field{Name: "reason", Code: "required", Text: "Give the reason that stands on the invoice."}))),
		"There is a problem", "Give the reason that stands on the invoice.", `value="HMRC letter"`)
}

func TestEndPage_saysWhatWillHappen(t *testing.T) {
	t.Parallel()
	wants(t, html(t, endPage(viewOf(sample(), true), nil)), "is told of no more shifts", "Stays, on its terms", `action="/e/kingsmere/agencies/1/end"`)
	if strings.Contains(html(t, endPage(viewOf(sample(), false), agencies.ErrEnded)), "<form") {
		t.Error("ends an agreement twice")
	}
}
