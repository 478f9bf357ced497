package browsertest

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// watch collects what the browser says about one tab. The browser calls event
// on its own goroutine, so everything is behind the lock.
type watch struct {
	mu        sync.Mutex
	frame     string
	status    int
	documents map[string]int // address to status
	last      string
	waiting   bool
	stopped   chan struct{}
	problems  []string
	forgiven  []string
}

func (w *watch) setFrame(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frame = id
}

func (w *watch) event(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		w.problems = append(w.problems, "exception: "+exceptionText(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" || e.Type == "assert" {
			w.problems = append(w.problems, "console "+string(e.Type)+": "+argumentText(e.Args))
		}
	case *log.EventEntryAdded:
		w.logged(e.Entry)
	case *network.EventResponseReceived:
		if e.Type == network.ResourceTypeDocument && string(e.FrameID) == w.frame {
			w.document(e.Response.URL, int(e.Response.Status))
		}
	case *page.EventFrameStoppedLoading:
		if string(e.FrameID) == w.frame && w.waiting {
			w.waiting = false
			select {
			case w.stopped <- struct{}{}:
			default:
			}
		}
	}
}

func (w *watch) document(address string, status int) {
	if w.documents == nil {
		w.documents = map[string]int{}
	}
	w.status, w.last = status, address
	w.documents[address] = status
}

// logged keeps what the browser logs as an error or a warning, a broken content
// policy among them. A document that answers with a status over 399 is logged
// too; that is the business of the test, which reads Status.
func (w *watch) logged(entry *log.Entry) {
	if entry.Level != log.EntryLevelError && entry.Level != log.EntryLevelWarning {
		return
	}
	if entry.Source == log.EntrySourceNetwork && w.documents[entry.URL] >= 400 {
		return
	}
	w.problems = append(w.problems, fmt.Sprintf("%s %s: %s %s", entry.Source, entry.Level, entry.Text, entry.URL))
}

// expect begins to listen for the end of a load.
func (w *watch) expect() {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.stopped:
	default:
	}
	w.waiting = true
}

func (w *watch) loaded(ctx context.Context) error {
	select {
	case <-w.stopped:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *watch) documentStatus() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.status
}

func (w *watch) address() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// take gives the problems that hold none of the forgiven words and forgets
// them all.
func (w *watch) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var left []string
	for _, problem := range w.problems {
		forgiven := false
		for _, words := range w.forgiven {
			forgiven = forgiven || strings.Contains(problem, words)
		}
		if !forgiven {
			left = append(left, problem)
		}
	}
	w.problems = nil
	return left
}

func exceptionText(details *runtime.ExceptionDetails) string {
	if details.Exception != nil && details.Exception.Description != "" {
		return details.Exception.Description
	}
	return details.Text
}

func argumentText(arguments []*runtime.RemoteObject) string {
	var words []string
	for _, argument := range arguments {
		switch {
		case argument.Description != "":
			words = append(words, argument.Description)
		default:
			words = append(words, string(argument.Value))
		}
	}
	return strings.Join(words, " ")
}

// Forgive lets problems with these words in them pass, for the test that
// provokes one.
func (p *Page) Forgive(words string) {
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	p.watch.forgiven = append(p.watch.forgiven, words)
}

// Check fails the test for everything that the browser has complained of since
// the last Check: console errors and warnings, exceptions, broken content
// policy, files that did not load. It also runs at the end of every test.
func (p *Page) Check() {
	p.t.Helper()
	for _, problem := range p.watch.take() {
		p.t.Errorf("the browser complained on %s: %s", p.watch.address(), problem)
	}
}
