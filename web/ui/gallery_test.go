package ui_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"wardbridge/internal/browsertest"
	"wardbridge/web/assets"
	"wardbridge/web/ui"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func TestMain(m *testing.M) { os.Exit(browsertest.Run(m)) }

func frame(a *assets.Assets) ui.Frame {
	return ui.Frame{
		Title: "Component gallery", Organisation: "Kingsmere University Hospitals", Division: "Medicine and Emergency Care",
		Audience: "employer", Person: "Priya Raman", SignOut: "/signout", CSRF: "token",
		Nav: []ui.NavItem{
			{Text: "Today", Href: "/"}, {Text: "Shifts", Href: "/gallery", Current: true, Icon: "schedule"},
			{Text: "Proposals", Href: "/", Count: 12, Alert: true}, {Text: "Timesheets", Href: "/", Count: 9},
			{Text: "Workers", Href: "/"}, {Text: "Agencies", Href: "/"}, {Text: "Rates", Href: "/"}, {Text: "Finance", Href: "/"},
		},
		Account: []ui.Link{{Text: "Search", Href: "/"}, {Text: "Alerts", Href: "/", Count: 3}},
		Footer:  []ui.Link{{Text: "Accessibility", Href: "/"}, {Text: "Privacy", Href: "/"}, {Text: "Help", Href: "/"}},
		CSS:     a.Path("app.css"), JS: a.Path("app.js"), Font: a.Path("source-sans-3-latin.woff2"), Icon: a.Path("mark.svg"),
		SkipTo: "board", Landscape: true, Now: "2026-11-23T10:42:00Z", PrintedAt: "Mon 23 Nov 2026, 10:42", PrintNote: "Next 7 days",
	}
}

func workerFrame(a *assets.Assets) ui.Frame {
	f := frame(a)
	f.Title, f.Organisation, f.Division, f.Audience, f.Person, f.SkipTo, f.Landscape = "Schedule", "", "", "worker", "Grace Mensah", "", false
	f.Account, f.Footer = nil, nil
	f.Nav = []ui.NavItem{
		{Text: "Schedule", Href: "/worker", Icon: "schedule", Current: true}, {Text: "Offers", Href: "/", Icon: "offers", Count: 2},
		{Text: "Available", Href: "/", Icon: "available"}, {Text: "Messages", Href: "/", Icon: "messages"}, {Text: "Me", Href: "/", Icon: "me"},
	}
	return f
}

// serve puts the gallery behind the content policy of the product.
func serve(t *testing.T) string {
	t.Helper()
	a, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /assets/", func(w http.ResponseWriter, r *http.Request) {
		body, kind, encoding, ok := a.Serve(r.URL.Path, r.Header.Get("Accept-Encoding"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", assets.Immutable)
		if encoding != "" {
			w.Header().Set("Content-Encoding", encoding)
		}
		_, _ = w.Write(body)
	})
	mux.HandleFunc("GET /{page}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		var err error
		switch r.PathValue("page") {
		case "gallery":
			err = ui.GalleryPage(frame(a)).Render(r.Context(), w)
		case "worker":
			err = ui.GalleryWorker(workerFrame(a)).Render(r.Context(), w)
		case "signin":
			err = ui.GallerySignIn(ui.Frame{Title: "Sign in", Audience: "public", CSS: a.Path("app.css"), JS: a.Path("app.js"), Icon: a.Path("mark.svg"), Font: a.Path("source-sans-3-latin.woff2")}).Render(r.Context(), w)
		case "run":
			err = ui.GalleryRun(ui.Frame{Title: "Import", CSS: a.Path("app.css"), JS: a.Path("app.js"), Icon: a.Path("mark.svg")}).Render(r.Context(), w)
		case "run-part":
			err = ui.Progress(5000, 5000, "5,000 of 5,000 rows").Render(r.Context(), w)
		case "done":
			f := frame(a)
			f.Narrow, f.SkipTo = true, "results"
			err = ui.GalleryDone(f).Render(r.Context(), w)
		default:
			http.NotFound(w, r)
		}
		if err != nil {
			t.Errorf("render: %v", err)
		}
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestGallery_isAccessibleCleanAndFitsAtEveryWidth(t *testing.T) {
	t.Parallel()
	base := serve(t)
	for _, page := range []string{"gallery", "worker", "signin", "done", "run"} {
		for _, width := range []int{1440, 1366, 390, 320} {
			t.Run(fmt.Sprintf("%s at %d", page, width), func(t *testing.T) {
				p := browsertest.Open(t, browsertest.Options{Base: base, Width: width})

				p.Visit("/" + page)

				p.NoSidewaysScroll()
				p.AxeClean()
				if folder := os.Getenv("WARDBRIDGE_PICTURES"); folder != "" {
					p.Screenshot(filepath.Join(folder, fmt.Sprintf("%s-%d.png", page, width)))
				}
			})
		}
	}
}

func TestGallery_printsOnPaperWithoutNavigation(t *testing.T) {
	t.Parallel()
	p := browsertest.Open(t, browsertest.Options{Base: serve(t), Width: 1040})
	p.Visit("/gallery")

	p.PrintMedia()

	for _, part := range []string{".app-header", ".app-nav", ".app-filters", ".app-button", ".app-table__select", ".nhsuk-skip-link"} {
		if got := p.Evaluate("getComputedStyle(document.querySelector('" + part + "')).display"); got != "none" {
			t.Errorf("%s is printed as %s", part, got)
		}
	}
	if !p.Has("Printed Mon 23 Nov 2026, 10:42") {
		t.Error("the print does not say when it was made")
	}
	if after := p.Evaluate("getComputedStyle(document.querySelector('main a'), '::after').content"); after != "none" {
		t.Errorf("links print their address: %s", after)
	}
	if got := string(p.PDF()[:5]); got != "%PDF-" {
		t.Errorf("the print begins with %q", got)
	}
	if folder := os.Getenv("WARDBRIDGE_PICTURES"); folder != "" {
		p.Screenshot(filepath.Join(folder, "gallery-print.png"))
	}
}
