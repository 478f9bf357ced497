package browsertest

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	downloads "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
)

// Download presses a link that gives a file, found as in Click, and waits until
// the browser has saved the file. It gives what is in it.
func (p *Page) Download(what string) []byte {
	p.t.Helper()
	folder := p.t.TempDir()
	_, err := chromedp.CallBrowser(p.ctx, downloads.SetDownloadBehavior, downloads.SetDownloadBehaviorParams{
		Behavior: downloads.SetDownloadBehaviorBehaviorAllowAndName, BrowserContextID: chromedp.FromContext(p.ctx).BrowserContextID, DownloadPath: folder})
	if err != nil {
		p.t.Fatalf("download %s: %v", what, err)
	}
	at := p.spot("download "+what, "pressable("+quote(what)+")")
	at.Navigates = false
	p.press("download "+what, at)
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	for {
		if path := saved(folder); path != "" {
			raw, err := os.ReadFile(path)
			if err != nil {
				p.t.Fatalf("download %s: %v", what, err)
			}
			return raw
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("download %s: no file came from %s", what, p.watch.address())
		case <-tick.C:
		}
	}
}

// saved is the file that has been written to its end: until then the browser
// gives it another name.
func saved(folder string) string {
	all, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(all) != 1 || strings.HasSuffix(all[0], ".crdownload") {
		return ""
	}
	return all[0]
}
