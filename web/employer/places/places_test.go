package places

import (
	"context"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"wardbridge/internal/fault"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
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

func TestListPage_beginsWithASite(t *testing.T) {
	t.Parallel()
	page := html(t, listPage(listView{At: "/e/kingsmere/settings/places", May: true}))

	wants(t, page, "0 sites, 0 wards", "No sites yet", `href="/e/kingsmere/settings/places/site"`)
	if strings.Contains(page, "/settings/places/ward") {
		t.Error("offers a ward before there is a site")
	}
}

func TestListPage_putsWardsUnderTheirSites(t *testing.T) {
	t.Parallel()
	royal, heath := tenants.NewID(), tenants.NewID()
	sites := []places.Site{{ID: royal, Code: "RKH", Name: "Royal Kingsmere", Address: "1 Dock Street", Zone: packs.InnerLondon}, {ID: heath, Code: "HTH", Name: "Heath Clinic"}}
	wards := []places.Ward{{ID: tenants.NewID(), SiteID: royal, Code: "ICU", Name: "Intensive Care Unit", CostCentre: "RK2210"}}

	page := html(t, listPage(listView{Sites: grouped(sites, wards), Wards: 1}))

	wants(t, page, "2 sites, 1 ward", "Wards of Royal Kingsmere", "Intensive Care Unit", "RK2210", "No wards on this site yet", "HTH", "1 ward, Inner London")
	if strings.Contains(page, "Add a ward") || strings.Contains(page, "Change this site") {
		t.Error("offers a form to somebody who may not add")
	}
}

func TestForms_keepWhatWasTyped(t *testing.T) {
	t.Parallel()
	id := tenants.NewID()
	options := []ui.Option{{Text: "Choose a site"}, {Value: id.String(), Text: "Royal Kingsmere"}}
	refused := fault.ErrInvalid.With(fault.Field{Name: "code", Code: "taken", Text: "There is one with this code already."})

	wants(t, html(t, wardPage("/e/kingsmere/settings/places", wardForm{SiteID: id, Code: "ICU", Name: "Intensive Care"}, options, refused)),
		"There is one with this code already.", `value="ICU"`, "Intensive Care", `value="`+id.String()+`" selected`)
	wants(t, html(t, sitePage("/e/kingsmere/settings/places", siteForm{Code: "RKH"}, refused)), "There is a problem", `value="RKH"`)
	wants(t, html(t, oldSitePage("/e/kingsmere/settings/places", "Royal Kingsmere", oldForm{ID: id, Seen: "abc", siteForm: siteForm{Code: "RKH", Zone: packs.Fringe}}, refused)),
		"There is a problem", "Royal Kingsmere", `value="RKH"`, `value="fringe" selected`, `name="seen" value="abc"`, `action="/e/kingsmere/settings/places/site/`+id.String()+`"`)
}
