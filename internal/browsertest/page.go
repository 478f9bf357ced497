package browsertest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience is how long one act may take before the test fails. A page takes
// well under a second; a machine with all its cores busy takes a few.
const patience = 30 * time.Second

// Options says what kind of window a page has.
type Options struct {
	Base      string // such as http://127.0.0.1:8080, put before every path
	Width     int    // 1440 when zero
	Height    int    // 900 when zero
	NoScripts bool   // scripts of the page do not run
}

// Page is one tab in a browser context of its own. Its methods fail the test
// they belong to, so a test reads as the steps of a person.
type Page struct {
	t       testing.TB
	ctx     context.Context
	options Options
	watch   *watch
}

// Open gives a test a fresh page. At the end of the test it is closed, its
// console is checked, and after a failure its picture and its HTML are kept.
func Open(t testing.TB, options Options) *Page {
	t.Helper()
	parent, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	if options.Width == 0 {
		options.Width = 1440
	}
	if options.Height == 0 {
		options.Height = 900
	}
	seen := &watch{stopped: make(chan struct{}, 1)}
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext(), chromedp.WithListener(seen.event))
	p := &Page{t: t, ctx: ctx, options: options, watch: seen}
	t.Cleanup(func() {
		p.Check()
		if t.Failed() {
			p.keep()
		}
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil { // opens the tab; a timeout here would bound its whole life
		t.Fatalf("browser tab: %v", err)
	}
	seen.setFrame(string(chromedp.FromContext(ctx).Target.TargetID))
	p.do("window size", chromedp.EmulateViewport(int64(options.Width), int64(options.Height)))
	if options.NoScripts {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		if err != nil {
			t.Fatalf("scripts off: %v", err)
		}
	}
	return p
}

// do runs one action and fails the test when it does not finish in time.
func (p *Page) do(what string, action chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, action); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

// evaluate runs a script in the page. It works with the scripts of the page
// switched off as well, because it does not belong to the page.
func evaluate[T any](p *Page, what, script string, options ...chromedp.EvaluateOption) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, options...))
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	return value
}

// Visit loads a path of the server under test and waits until it has loaded.
func (p *Page) Visit(path string) {
	p.t.Helper()
	address := path
	if !strings.Contains(path, "://") {
		address = p.options.Base + path
	}
	p.do("visit "+path, chromedp.Navigate(address))
	p.await("body")
}

// Reload loads the page again.
func (p *Page) Reload() {
	p.t.Helper()
	p.do("reload", chromedp.Reload())
}

// Path is the path and query of the page as it stands now.
func (p *Page) Path() string {
	p.t.Helper()
	address, err := url.Parse(evaluate[string](p, "address", "location.href"))
	if err != nil {
		p.t.Fatalf("address: %v", err)
	}
	return address.RequestURI()
}

// WantPath fails the test when the page is somewhere else. The query is not
// compared when the wanted path has none.
func (p *Page) WantPath(want string) {
	p.t.Helper()
	got := p.Path()
	if !strings.Contains(want, "?") {
		got, _, _ = strings.Cut(got, "?")
	}
	if got != want {
		p.t.Fatalf("the page is %s, want %s", got, want)
	}
}

// Status is the HTTP status of the document that is shown.
func (p *Page) Status() int {
	return p.watch.documentStatus()
}

// Title is the title of the document.
func (p *Page) Title() string {
	p.t.Helper()
	return evaluate[string](p, "title", "document.title")
}

// Text is what a person reads in the first element of a selector.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	p.await(selector)
	return evaluate[string](p, "text of "+selector, fmt.Sprintf("document.querySelector(%s).innerText.replace(/\\s+/g, ' ').trim()", quote(selector)))
}

// Texts is what a person reads in each element of a selector; none is no
// failure.
func (p *Page) Texts(selector string) []string {
	p.t.Helper()
	return evaluate[[]string](p, "texts of "+selector, fmt.Sprintf("[...document.querySelectorAll(%s)].map(e => e.innerText.replace(/\\s+/g, ' ').trim())", quote(selector)))
}

// Count is how many elements a selector finds.
func (p *Page) Count(selector string) int {
	p.t.Helper()
	return evaluate[int](p, "count of "+selector, fmt.Sprintf("document.querySelectorAll(%s).length", quote(selector)))
}

// Has reports whether these words can be read on the page.
func (p *Page) Has(words string) bool {
	p.t.Helper()
	return evaluate[bool](p, "words "+words, fmt.Sprintf("document.body.innerText.replace(/\\s+/g, ' ').includes(%s)", quote(words)))
}

// Want fails the test unless these words come to be readable on the page.
func (p *Page) Want(words string) {
	p.t.Helper()
	p.until(fmt.Sprintf("the words %q", words), fmt.Sprintf("!!document.body && document.body.innerText.replace(/\\s+/g, ' ').includes(%s)", quote(words)))
}

// HTML is the document as it stands now.
func (p *Page) HTML() string {
	p.t.Helper()
	return evaluate[string](p, "html", "document.documentElement.outerHTML")
}

// Evaluate runs an expression in the page and gives its value as text, for
// what the other methods cannot ask.
func (p *Page) Evaluate(expression string) string {
	p.t.Helper()
	return evaluate[string](p, expression, "String("+expression+")")
}

// await waits until a selector finds an element.
func (p *Page) await(selector string) {
	p.t.Helper()
	p.until("the element "+selector, fmt.Sprintf("!!document.querySelector(%s)", quote(selector)))
}

// WantElement fails the test unless a selector comes to find an element.
func (p *Page) WantElement(selector string) {
	p.t.Helper()
	p.await(selector)
}

// WantTrue fails the test unless an expression comes to be true in the page.
func (p *Page) WantTrue(expression string) {
	p.t.Helper()
	p.until(expression, "!!("+expression+")")
}

// until asks the page again and again until an expression is true.
func (p *Page) until(what, expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		if err == nil && ok {
			return
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("%s did not come within %s on %s", what, patience, p.watch.address())
		case <-tick.C:
		}
	}
}

// Resize changes the width of the window.
func (p *Page) Resize(width int) {
	p.t.Helper()
	p.options.Width = width
	p.do("window size", chromedp.EmulateViewport(int64(width), int64(p.options.Height)))
}

// ScrollWidths gives the width of the content and of the window. The first
// being larger means that the page scrolls sideways.
func (p *Page) ScrollWidths() (content, window int) {
	p.t.Helper()
	widths := evaluate[[]int](p, "widths", "[Math.max(document.documentElement.scrollWidth, document.body.scrollWidth), document.documentElement.clientWidth]")
	return widths[0], widths[1]
}

// NoSidewaysScroll fails the test when the page is wider than its window, and
// names the elements that stick out.
func (p *Page) NoSidewaysScroll() {
	p.t.Helper()
	content, window := p.ScrollWidths()
	if content <= window {
		return
	}
	p.t.Errorf("%s scrolls sideways at %d pixels: the content is %d wide because of %s",
		p.watch.address(), window, content, strings.Join(evaluate[[]string](p, "wide elements", wideScript), ", "))
}

// Screenshot writes the whole page as a PNG.
func (p *Page) Screenshot(path string) {
	p.t.Helper()
	evaluate[chromedp.Void](p, "fonts", "document.fonts.ready.then(() => null)", chromedp.EvalAwaitPromise)
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		p.t.Fatalf("screenshot: %v", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(path, picture, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// PrintMedia shows the page as its style sheet for paper makes it.
func (p *Page) PrintMedia() {
	p.t.Helper()
	p.media("print")
}

// ScreenMedia shows it as on a screen again.
func (p *Page) ScreenMedia() {
	p.t.Helper()
	p.media("")
}

func (p *Page) media(name string) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: name}); err != nil {
		p.t.Fatalf("media %q: %v", name, err)
	}
}

// PDF prints the page on A4 as its style sheet says and gives the file.
func (p *Page) PDF() []byte {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	file, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize(), chromedp.PDFPrintBackground()))
	if err != nil {
		p.t.Fatalf("print: %v", err)
	}
	return file
}
