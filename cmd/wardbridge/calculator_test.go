package main

import (
	"slices"
	"strings"
	"testing"

	"wardbridge/internal/browsertest"
	"wardbridge/openapi"
)

// TestCalculator_saysWhatTheAPISays: the figures on the calculator's page are those
// of the API to the penny, on the screen and on paper, in a real browser with its
// scripts off.
func TestCalculator_saysWhatTheAPISays(t *testing.T) {
	t.Parallel()
	_, world, base := demoHouse(t)
	var ways struct {
		Data []struct {
			Engagement string `json:"engagement"`
			Net        int    `json:"net_pence"`
			VAT        int    `json:"vat_pence"`
			Gross      int    `json:"gross_pence"`
		} `json:"data"`
	}
	newProgram(t, bearer(t, "manager@kingsmere.example")).call("compareWaysOfWorkingShift", openapi.Call{Body: map[string]any{
		"agency_id": world.ID("meridian"), "grade": "nurse-band-5", "starts_at": "2026-12-24T20:00:00Z", "ends_at": "2026-12-25T08:00:00Z", "break_minutes": 60,
		"pay_rate": "20.0000", "commission": "2.0000", "company_rate": "26.5000", "direct_fee": "1.0000"}}, &ways)
	var want [][]string
	for _, w := range ways.Data {
		want = append(want, []string{pounds(w.Net), pounds(w.VAT), pounds(w.Gross)})
	}
	if len(want) != 6 {
		t.Fatalf("the API compares %d ways", len(want))
	}

	p := browsertest.Open(t, browsertest.Options{Base: base, Width: 1440, Height: 900, NoScripts: true})
	p.Visit("/signin")
	p.Fill("E-mail address", "manager@kingsmere.example")
	p.Fill("Password", world.Logins[0].Password)
	p.Click("Sign in")
	p.Visit("/e/kingsmere/rates")
	p.Click("Calculator")
	p.Visit("/e/kingsmere/rates/calculator?agency=" + world.ID("meridian") + "&grade=nurse-band-5&date=2026-12-24&start=20:00&end=08:00&break_minutes=60" +
		"&pay_rate=20.00&commission=2.00&company_rate=26.50&direct_fee=1.00")
	shown := func() (all [][]string) {
		var columns [][]string
		for _, name := range []string{"Before VAT", "VAT", "Total"} {
			cells := p.Texts(`td[data-label="` + name + `"]`)
			for i := range cells {
				cells[i] = strings.Fields(strings.TrimPrefix(cells[i], name))[0]
			}
			columns = append(columns, cells)
		}
		for i := range columns[0] {
			all = append(all, []string{columns[0][i], columns[1][i], columns[2][i]})
		}
		return all
	}
	same := func(where string) {
		t.Helper()
		if got := shown(); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%s: %v, the API says %v", where, got, want)
		}
	}
	same("on the screen")
	p.PrintMedia()
	same("on paper")
	if sheets := len(box.FindAll(p.PDF(), -1)); sheets != 1 {
		t.Errorf("it prints on %d sheets", sheets)
	}
	p.Check()
}
