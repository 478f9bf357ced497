package browsertest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

// keep writes what a failed page looked like, as a picture and as HTML, into
// $WARDBRIDGE_FAILED or testdata/failed. It never fails a test itself: the
// reason it is called is the one to read.
func (p *Page) keep() {
	folder := os.Getenv("WARDBRIDGE_FAILED")
	if folder == "" {
		folder = filepath.Join("testdata", "failed")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		p.t.Logf("the page could not be kept: %v", err)
		return
	}
	name := filepath.Join(folder, strings.Map(safe, p.t.Name()))
	ctx, cancel := context.WithTimeout(p.ctx, 10*time.Second)
	defer cancel()
	if picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100)); err == nil {
		p.put(name+".png", picture)
	}
	if html, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.documentElement.outerHTML")); err == nil {
		p.put(name+".html", []byte(html))
	}
}

func (p *Page) put(path string, content []byte) {
	if err := os.WriteFile(path, content, 0o644); err != nil {
		p.t.Logf("the page could not be kept: %v", err)
		return
	}
	p.t.Logf("the page was kept in %s", path)
}

// safe makes a file name of the name of a test.
func safe(r rune) rune {
	if strings.ContainsRune(`/\:*?"<>| #`, r) {
		return '_'
	}
	return r
}
