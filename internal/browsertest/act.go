package browsertest

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// findScript is the eyes of the tests: it finds what a person would find by
// its words.
//
//go:embed find.js
var findScript string

// wideScript names the innermost elements that reach over the right edge of the
// window, by their box or by the text in it.
const wideScript = `[...document.querySelectorAll('body *')].filter(e => {
  const edge = document.documentElement.clientWidth + 1, box = e.getBoundingClientRect();
  return box.right > edge || (getComputedStyle(e).overflowX === 'visible' && box.left + e.scrollWidth > edge);
}).reverse().slice(0, 6).map(e => e.tagName.toLowerCase() + '.' + (e.getAttribute('class') || ''))`

// spot is where something is and what pressing it will do.
type spot struct {
	Found     bool    `json:"found"`
	Why       string  `json:"why"`
	X         float64 `json:"x"`
	Y         float64 `json:"y"`
	Navigates bool    `json:"navigates"`
}

func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always has a JSON form
	}
	return string(quoted)
}

// look runs one of the functions of find.js.
func look[T any](p *Page, what, call string) T {
	p.t.Helper()
	return evaluate[T](p, what, "(() => {"+findScript+"\nreturn "+call+"})()")
}

// Click presses a link, a button or a summary by its words, or any element by
// a CSS selector, with the mouse where it is drawn. When the press leads to
// another page, Click waits until that has loaded.
func (p *Page) Click(what string) {
	p.t.Helper()
	at := p.spot("click "+what, "pressable("+quote(what)+")")
	p.press("click "+what, at)
}

// Choose ticks a box or a radio by its label; a ticked one stays ticked.
func (p *Page) Choose(label string) {
	p.t.Helper()
	if look[bool](p, "choose "+label, "ticked("+quote(label)+")") {
		return
	}
	p.press("choose "+label, p.spot("choose "+label, "tickable("+quote(label)+")"))
	if !look[bool](p, "choose "+label, "ticked("+quote(label)+")") {
		p.t.Fatalf("choose %s: it was pressed and is still not ticked", label)
	}
}

// Unchoose clears a box by its label.
func (p *Page) Unchoose(label string) {
	p.t.Helper()
	if look[bool](p, "clear "+label, "ticked("+quote(label)+")") {
		p.press("clear "+label, p.spot("clear "+label, "tickable("+quote(label)+")"))
	}
}

// Fill writes into an input by its label, its name or a CSS selector, in place
// of what it holds, and leaves it.
func (p *Page) Fill(label, value string) {
	p.t.Helper()
	what := "fill " + label
	typed := look[string](p, what, "focusForTyping("+quote(label)+", "+quote(value)+")")
	switch typed {
	case "set":
		return
	case "type":
		_, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: value})
		if err != nil {
			p.t.Fatalf("%s: %v", what, err)
		}
		look[bool](p, what, "leave()")
	default:
		p.t.Fatalf("%s: %s on %s", what, typed, p.watch.address())
	}
}

// Select picks an option of a drop-down by its words or its value.
func (p *Page) Select(label, option string) {
	p.t.Helper()
	if why := look[string](p, "select "+label, "pick("+quote(label)+", "+quote(option)+")"); why != "" {
		p.t.Fatalf("select %s of %s: %s on %s", option, label, why, p.watch.address())
	}
}

// Value is what an input holds, found as in Fill.
func (p *Page) Value(label string) string {
	p.t.Helper()
	return look[string](p, "value of "+label, "holds("+quote(label)+")")
}

// Press sends a key to what has the focus, such as "Tab", "Enter" or "Escape".
func (p *Page) Press(key string) {
	p.t.Helper()
	codes := map[string]int64{"Tab": 9, "Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "Space": 32}
	code, ok := codes[key]
	if !ok {
		p.t.Fatalf("press %s: not one of the keys that the tests know", key)
	}
	event := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeKeyDown, Key: key, Code: key, WindowsVirtualKeyCode: code}
	switch key {
	case "Enter":
		event.Text = "\r"
	case "Space":
		event.Key, event.Text = " ", " "
	}
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		event.Type = kind
		if _, err := chromedp.Call(p.ctx, input.DispatchKeyEvent, event); err != nil {
			p.t.Fatalf("press %s: %v", key, err)
		}
	}
}

// Upload gives a file to a file input, found as in Fill.
func (p *Page) Upload(label, path string) {
	p.t.Helper()
	found := evaluate[*runtime.RemoteObject](p, "upload to "+label, "(() => {"+findScript+"\nreturn field("+quote(label)+")})()")
	if found == nil || found.ObjectID == "" {
		p.t.Fatalf("upload to %s: no such file input on %s", label, p.watch.address())
	}
	_, err := chromedp.Call(p.ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{path}, ObjectID: found.ObjectID})
	if err != nil {
		p.t.Fatalf("upload to %s: %v", label, err)
	}
}

// spot finds something, trying again for a moment because a fragment may be on
// its way.
func (p *Page) spot(what, call string) spot {
	p.t.Helper()
	deadline := time.Now().Add(3 * time.Second)
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	for {
		at := look[spot](p, what, call)
		if at.Found {
			return at
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("%s: %s on %s", what, at.Why, p.watch.address())
		}
		<-tick.C
	}
}

func (p *Page) press(what string, at spot) {
	p.t.Helper()
	p.watch.expect()
	p.do(what, chromedp.MouseClickXY(at.X, at.Y))
	if !at.Navigates {
		return
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := p.watch.loaded(ctx); err != nil {
		p.t.Fatalf("%s: the next page did not load: %v", what, fmt.Errorf("%w (last at %s)", err, p.watch.address()))
	}
	p.await("body")
}
