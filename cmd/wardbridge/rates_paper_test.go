package main

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wardbridge/internal/browsertest"
	"wardbridge/internal/money"
	"wardbridge/modules/packs"
	"wardbridge/openapi"
	"wardbridge/web"
)

// ratesPages are the beginnings of the pages on which money is decided.
var ratesPages = []string{"/e/{org}/rates", "/e/{org}/approvals", "/e/{org}/adjustments", "/e/{org}/vat", "/e/{org}/shifts/{ref}/proposals/{id}/approval", "/platform/packs"}

// paper is the width of A4 between its margins, at 96 dots an inch.
const paper = 703

var (
	sums = regexp.MustCompile(`-?£[0-9,]+\.[0-9]{2,4}`)
	box  = regexp.MustCompile(`/MediaBox \[0 0 (\d+)\.?\d* (\d+)\.?\d*\]`)
)

// a4 are its points, upright and lying, as Chromium rounds them.
var a4 = []string{"594 x 841", "595 x 841", "595 x 842", "841 x 594", "841 x 595", "842 x 595"}

// plain opens a window with its scripts off as somebody of the demonstration.
func plain(t *testing.T, email string) *browsertest.Page {
	t.Helper()
	_, w, base := demoHouse(t)
	p := browsertest.Open(t, browsertest.Options{Base: base, Width: widths[0], Height: 900, NoScripts: true})
	p.Visit("/signin")
	p.Fill("E-mail address", email)
	p.Fill("Password", w.Logins[0].Password)
	p.Click("Sign in")
	return p
}

// figures are the amounts of money that are to be read in a page's tables.
func figures(p *browsertest.Page) []string {
	return sums.FindAllString(p.Evaluate(`[...document.querySelectorAll("main table")].filter(t => t.checkVisibility()).map(t => t.innerText).join(" ")`), -1)
}

// TestRatesPages_printOnA4: every page about rates, in a browser without scripts,
// goes onto A4 whole: no menu, nothing cut off at the right, every figure of its
// tables as on the screen.
func TestRatesPages_printOnA4(t *testing.T) {
	t.Parallel()
	h, w, _ := demoHouse(t)
	byOwner := map[string][]string{}
	for _, page := range h.Site.Pages() {
		if isRatesPage(page) && page.Method == http.MethodGet && page.Example != nil && !page.Download {
			call := page.Example(w)
			byOwner[call.As] = append(byOwner[call.As], address(page.Path, call.Path, call.Query))
		}
	}
	pages := 0
	for owner, paths := range byOwner {
		pages += len(paths)
		t.Run(owner, func(t *testing.T) {
			t.Parallel()
			p := plain(t, owner)
			for _, path := range paths {
				p.Visit(path)
				onScreen := figures(p)
				p.PrintMedia()
				p.Resize(paper)
				p.NoSidewaysScroll()
				if onPaper := figures(p); !slices.Equal(onPaper, onScreen) {
					t.Errorf("%s: on paper %v, on the screen %v", path, onPaper, onScreen)
				}
				if p.Evaluate(`[...document.querySelectorAll("nav, form button")].some(e => e.checkVisibility())`) == "true" {
					t.Errorf("%s prints what is there to be pressed", path)
				}
				sheets := box.FindAllStringSubmatch(string(p.PDF()), -1)
				if len(sheets) == 0 {
					t.Errorf("%s prints no sheet", path)
				}
				for _, sheet := range sheets {
					if size := sheet[1] + " x " + sheet[2]; !slices.Contains(a4, size) {
						t.Errorf("%s prints on %s points, which is not A4", path, size)
					}
				}
				p.ScreenMedia()
				p.Resize(widths[0])
			}
			p.Check()
		})
	}
	if pages < 20 {
		t.Errorf("only %d pages about rates are registered", pages)
	}
}

func isRatesPage(p web.Page) bool {
	return slices.ContainsFunc(ratesPages, func(start string) bool { return strings.HasPrefix(p.Path, start) })
}

// TestRatesPages_sayWhatTheAPISays: every amount in the tables of a page is one
// that the API gives for the same thing, and every amount that the API gives under
// the names listed is on the page.
func TestRatesPages_sayWhatTheAPISays(t *testing.T) {
	t.Parallel()
	_, w, _ := demoHouse(t)
	id := func(thing string) map[string]string { return map[string]string{"id": w.ID(thing)} }
	type call struct {
		path   string
		values map[string]string
		query  map[string]string
	}
	for name, page := range map[string]struct {
		as, path string
		calls    []call
		shown    []string // of what the API says, what must stand on the page
	}{
		"rate card": {"admin@kingsmere.example", "/e/kingsmere/rates/" + w.ID("kingsmere.card"),
			[]call{{path: "/v1/rate-cards/{id}", values: id("kingsmere.card")}}, []string{"pay_max", "commission_max", "charge_max", "pay_after_12_weeks"}},
		"changes of a rate card": {"admin@kingsmere.example", "/e/kingsmere/rates/" + w.ID("kingsmere.card.submitted") + "/changes",
			[]call{{path: "/v1/rate-cards/{id}/diff", values: id("kingsmere.card.submitted")}, {path: "/v1/rate-cards/{id}", values: id("kingsmere.card.submitted")}}, nil},
		"caps": {"admin@kingsmere.example", "/e/kingsmere/rates/caps",
			[]call{{path: "/v1/caps", query: map[string]string{"zone": packs.OutsideLondon}}, {path: "/v1/cap-overrides"}}, []string{"rate"}},
		"adjustment": {"finance@kingsmere.example", "/e/kingsmere/adjustments/" + w.ID("kingsmere.adjustment.previewed"),
			[]call{{path: "/v1/adjustments/{id}", values: id("kingsmere.adjustment.previewed")}, {path: "/v1/adjustments/{id}/items", values: id("kingsmere.adjustment.previewed"), query: map[string]string{"limit": "100"}}},
			nil},
		"VAT review": {"finance@kingsmere.example", "/e/kingsmere/vat",
			[]call{{path: "/v1/vat-review"}}, nil},
		"bookings of the VAT review": {"finance@kingsmere.example", "/e/kingsmere/vat/bookings?ground=claim",
			[]call{{path: "/v1/vat-review/bookings", query: map[string]string{"ground": "claim"}}}, nil},
		"national caps": {"staff@wardbridge.example", "/platform/packs/price_caps",
			[]call{{path: "/v1/packs/tables/{kind}", values: map[string]string{"kind": "price_caps"}}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := newProgram(t, bearer(t, page.as))
			given, must := map[string]bool{}, map[string]bool{}
			for _, c := range page.calls {
				var answer any
				api.call(api.at(http.MethodGet, c.path), openapi.Call{Path: c.values, Query: c.query}, &answer)
				amountsOf(answer, "", func(key, text string) {
					given[text] = true
					if slices.Contains(page.shown, key) {
						must[text] = true
					}
				})
			}
			p := plain(t, page.as)
			p.Visit(page.path)
			shown := figures(p)
			if len(shown) == 0 {
				t.Fatal("the page shows no amount")
			}
			for _, f := range shown {
				if !given[strings.ReplaceAll(f, ",", "")] {
					t.Errorf("the page says %s, the API does not", f)
				}
				delete(must, strings.ReplaceAll(f, ",", ""))
			}
			for f := range must {
				t.Errorf("the API says %s, the page does not", f)
			}
			p.Check()
		})
	}
}

var (
	rateText    = regexp.MustCompile(`^-?[0-9]+\.[0-9]{1,4}$`)
	wholePounds = regexp.MustCompile(`^[0-9]+$`) // as a file writes a rate
)

// amountsOf tells every sum of pence and every rate in an answer, and how far a cap
// of one's own lies below the national one, as a page writes them.
func amountsOf(v any, key string, tell func(key, text string)) {
	switch v := v.(type) {
	case map[string]any:
		if own, national := v["rate"], v["national"]; own != nil && national != nil {
			tell("below", money.MustRate(national.(string)).Sub(money.MustRate(own.(string))).Text())
		}
		for k, inner := range v {
			amountsOf(inner, k, tell)
		}
	case []any:
		for _, inner := range v {
			amountsOf(inner, key, tell)
		}
	case float64:
		if strings.HasSuffix(key, "pence") {
			tell(key, strings.ReplaceAll(money.Pence(v).String(), ",", ""))
		}
	case string:
		if rateText.MatchString(v) || key == "rate" && wholePounds.MatchString(v) {
			tell(key, money.MustRate(v).Text())
		}
		for _, f := range sums.FindAllString(v, -1) {
			tell(key, strings.ReplaceAll(f, ",", ""))
		}
	}
}

// at finds an operation by its method and path.
func (p *program) at(method, path string) string {
	p.t.Helper()
	for id, o := range p.all {
		if o.Method == method && o.Path == path {
			return id
		}
	}
	p.t.Fatalf("the document has no %s %s", method, path)
	return ""
}
