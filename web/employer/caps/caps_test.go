package caps

import (
	"context"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

func TestListPage_showsYourOwnBesideTheNational(t *testing.T) {
	t.Parallel()
	o := packs.Override{ID: tenants.NewID(), Band: "afc-5", Class: packs.Core, Zone: packs.OutsideLondon, Rate: money.MustRate("30.5"), From: civil.MustDate("2026-10-01"),
		Source: "Board paper", Reason: "Spend plan", CreatedAt: time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC), CreatedBy: "Ada Example"}
	caps := []packs.Cap{
		{Dated: packs.Dated{ID: o.ID, From: o.From, Mark: packs.Official, Source: o.Source}, Band: "afc-5", Zone: packs.OutsideLondon, Class: packs.Core, Rate: o.Rate, Own: true, National: money.MustRate("30.95")},
		{Dated: packs.Dated{Mark: packs.Indicative, Source: "Worked out"}, Band: "afc-5", Zone: packs.OutsideLondon, Class: packs.Low, Rate: money.MustRate("40.23")},
	}
	v := listView{At: "/e/kingsmere/rates/caps", On: civil.MustDate("2026-11-24"), Lines: []line{lineOf("afc-5", caps), lineOf("medical", caps)}, Own: []own{ownOf(o, caps)}}

	var out strings.Builder
	if err := listPage(v).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}

	page := out.String()
	for _, words := range []string{"Band 5", "£30.50", "Your own; national £30.95", "£40.23", "£0.45 below", "from Thu 1 Oct 2026", "Spend plan", "Ada Example", "Medical", "No cap loaded", "None is loaded", "Tue 24 Nov 2026"} {
		if !strings.Contains(page, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if strings.Contains(page, "Set a stricter cap") || strings.Contains(page, "End this cap") {
		t.Error("offers acts to somebody who may not do them")
	}
}
