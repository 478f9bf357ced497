// Package browsertest drives a real Chromium in Go tests. One browser serves a
// test binary, every test has a browser context of its own with its own
// cookies, and a page that logs an error, throws or breaks its content policy
// fails its test without being asked.
//
//	func TestMain(m *testing.M) { os.Exit(browsertest.Run(m)) }
//
//	func TestSignIn_leadsToTheBoard(t *testing.T) {
//		t.Parallel()
//		page := browsertest.Open(t, browsertest.Options{Base: server.URL, Width: 1440})
//		page.Visit("/signin")
//		page.Fill("Email address", "priya@kingsmere.example")
//		page.Click("Continue")
//		page.WantPath("/e/kingsmere/shifts")
//		page.AxeClean()
//	}
package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

const install = "no Chromium was found: run apt-get install -y --no-install-recommends chromium fonts-liberation, or set CHROMIUM to the program"

// browser is the one browser of this test binary. It starts with the first
// page and ends with Run, or with the process.
var browser struct {
	sync.Mutex
	ctx  context.Context
	stop func()
	err  error
}

// Run runs the tests of a package and stops the browser after them. Call it
// from TestMain; without it the browser dies with the process but its profile
// stays in the temporary folder.
func Run(m *testing.M) int {
	code := m.Run()
	browser.Lock()
	defer browser.Unlock()
	if browser.stop != nil {
		browser.stop()
	}
	return code
}

// program finds Chromium by $CHROMIUM and then by the usual names.
func program() (string, error) {
	if named := os.Getenv("CHROMIUM"); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("CHROMIUM=%s: %w", named, err)
		}
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s", install)
}

// shared starts the browser once. A browser that did not start is not tried
// again: the next test would only wait for the same failure.
func shared() (context.Context, error) {
	browser.Lock()
	defer browser.Unlock()
	if browser.ctx != nil || browser.err != nil {
		return browser.ctx, browser.err
	}
	browser.ctx, browser.stop, browser.err = start()
	return browser.ctx, browser.err
}

func start() (context.Context, func(), error) {
	path, err := program()
	if err != nil {
		return nil, nil, err
	}
	profile, err := os.MkdirTemp("", "wardbridge-chromium-")
	if err != nil {
		return nil, nil, fmt.Errorf("browser profile: %w", err)
	}
	allocator, release := chromedp.NewExecAllocator(context.Background(), flags(path, profile)...)
	ctx, cancel := chromedp.NewContext(allocator)
	stop := func() {
		cancel()
		release()
		_ = os.RemoveAll(profile)
	}
	if err := chromedp.Do(ctx); err != nil {
		stop()
		return nil, nil, fmt.Errorf("browser %s: %w", path, err)
	}
	return ctx, stop, nil
}

func flags(path, profile string) []chromedp.ExecAllocatorOption {
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options,
		chromedp.ExecPath(path),
		chromedp.UserDataDir(profile),
		chromedp.DisableGPU,
		chromedp.Flag("headless", "new"),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("font-render-hinting", "none"),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("lang", "en-GB"),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	return options
}

// Root is the folder of the repository, found upwards from where the test
// runs.
func Root() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		mod, err := os.ReadFile(filepath.Join(folder, "go.mod"))
		if err == nil && strings.HasPrefix(string(mod), "module wardbridge\n") {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", fmt.Errorf("no folder above the test holds the go.mod of wardbridge")
		}
		folder = parent
	}
}
