package packs

import (
	"context"
	"strings"
	"testing"

	"wardbridge/internal/civil"
	"wardbridge/internal/sheets"
	"wardbridge/modules/packs"
)

func shown(t *testing.T, d packs.Difference) string {
	t.Helper()
	var out strings.Builder
	if err := differencePage(d, "Circular 1", "band\r\n").Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func difference(t *testing.T) packs.Difference {
	t.Helper()
	k, err := packs.KindNamed("price_caps")
	if err != nil {
		t.Fatal(err)
	}
	row := func(rate, from, until string) packs.Record {
		r := packs.Record{Values: map[string]string{"band": "afc-5", "zone": "outside_london", "class": "core", "rate": rate}}
		r.From, r.Mark, r.Source = civil.MustDate(from), packs.Official, "Agency rules"
		if until != "" {
			r.Until = civil.MustDate(until)
		}
		return r
	}
	return packs.Difference{Kind: k, Rows: 1, Changes: []packs.Change{
		{What: packs.Ended, Before: row("30.95", "2026-04-01", ""), After: row("30.95", "2026-04-01", "2027-04-01")},
		{What: packs.Added, After: row("31.97", "2027-04-01", "")}}}
}

func TestDifferencePage_showsWhatWouldChangeBeforeItDoes(t *testing.T) {
	t.Parallel()
	page := shown(t, difference(t))

	for _, words := range []string{"1 new, 0 changed, 1 ended", "Ends", "Cap 30.95, from Wed 1 Apr 2026", "Wed 1 Apr 2026 to Wed 31 Mar 2027", "New", "Cap 31.97", "Agency rules", "Load this version", `name="seen"`} {
		if !strings.Contains(page, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
}

func TestDifferencePage_offersNothingWhileARowIsBad(t *testing.T) {
	t.Parallel()
	d := difference(t)
	d.Bad = []sheets.RowError{{Row: 3, Column: "band", Value: "afc-55", Code: "unknown", Text: "Nothing is known by this name.", Suggestion: "afc-5"}}

	page := shown(t, d)

	for _, words := range []string{"Nothing can be loaded", "afc-55", "Did you mean “afc-5”?"} {
		if !strings.Contains(page, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if strings.Contains(page, "Load this version") {
		t.Error("offers to load a file with a bad row")
	}
}
