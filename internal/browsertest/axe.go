package browsertest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

// Violation is one rule of accessibility that a page breaks.
type Violation struct {
	ID     string   `json:"id"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Nodes  []string `json:"nodes"`
}

// String is one line for the log of a test.
func (v Violation) String() string {
	return fmt.Sprintf("%s (%s): %s at %s", v.ID, v.Impact, v.Help, strings.Join(v.Nodes, "; "))
}

// axeSource reads axe-core once; it is 650 kilobytes.
var axeSource = sync.OnceValues(func() (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	source, err := os.ReadFile(filepath.Join(root, "web", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		return "", fmt.Errorf("axe-core: %w; run npm ci in web", err)
	}
	return string(source), nil
})

const axeRun = `axe.run(document, {
  resultTypes: ['violations'],
  preload: false, // no rule that is asked for reads style sheets again
  runOnly: {type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']},
}).then(result => result.violations.map(v => ({
  id: v.id, impact: v.impact || '', help: v.help,
  nodes: v.nodes.slice(0, 5).map(n => n.target.join(' ') + ' [' + n.html.slice(0, 160) + '] ' + (n.any.concat(n.all, n.none)[0]?.message || '')),
})))`

// Axe runs axe-core over the page as it stands: WCAG 2.0 to 2.2, levels A and
// AA, and best practice. It needs a page with its scripts on.
func (p *Page) Axe() []Violation {
	p.t.Helper()
	source, err := axeSource()
	if err != nil {
		p.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(p.ctx, 2*patience)
	defer cancel()
	there, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("!!window.axe")) // a page that was only made narrower has it still
	if err != nil {
		p.t.Fatalf("axe-core: %v", err)
	}
	if !there {
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](source)); err != nil {
			p.t.Fatalf("axe-core: %v", err)
		}
	}
	violations, err := chromedp.Run(ctx, chromedp.Evaluate[[]Violation](axeRun, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("axe-core: %v", err)
	}
	return violations
}

// AxeClean fails the test for every rule that the page breaks.
func (p *Page) AxeClean() {
	p.t.Helper()
	for _, violation := range p.Axe() {
		p.t.Errorf("%s at %d pixels: %s", p.watch.address(), p.options.Width, violation)
	}
}
