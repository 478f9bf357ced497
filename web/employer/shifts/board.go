package shifts

import (
	"context"
	"strconv"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/paging"
	"wardbridge/modules/shifts"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

// figures are the counts of the whole board, true whatever the filter says.
type figures struct {
	shifts.Counts
	Review int  // shifts with proposals that wait
	Offers int  // those proposals
	More   bool // there are more than were counted
	Oldest time.Time
	now    time.Time
}

// may is what the reader of the page may do beside looking.
type may struct{ Create, Import, Export, Decide, Cancel, Book bool }

func mayOf(ctx context.Context) may {
	return may{Create: web.May(ctx, rbac.ShiftCreate), Import: web.May(ctx, rbac.ImportCreate), Export: web.May(ctx, rbac.ExportCreate),
		Decide: web.May(ctx, rbac.ProposalDecide), Cancel: web.May(ctx, rbac.ShiftCancel), Book: web.May(ctx, rbac.BookingCreate)}
}

// board is the page of the vacancy board.
type board struct {
	Base    string // /e/kingsmere
	Ask     ask
	May     may
	Metrics []ui.Metric
	Tabs    []ui.Tab
	Names   *names
	Chips   ui.ChipBar
	Groups  []group
	Pages   ui.Pages
	Any     bool // the organisation has shifts at all
	Updated string
}

func (b *board) path() string { return b.Base + "/shifts" }

func (p *pages) board(ctx context.Context, tx *tenants.Tx, in ask) (web.View, error) {
	n, err := p.namesOf(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	w, err := p.queue(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	fig, err := p.figures(ctx, tx, w)
	if err != nil {
		return web.View{}, err
	}
	found, next, err := p.find(ctx, tx, in, w, n)
	if err != nil {
		return web.View{}, err
	}
	if err := p.sure(ctx, tx, &w, idsOf(found)); err != nil {
		return web.View{}, err
	}
	courses, err := p.courses(ctx, tx, found)
	if err != nil {
		return web.View{}, err
	}
	b := &board{Base: web.Base(ctx), Ask: in, May: mayOf(ctx), Names: n, Updated: civil.ClockOf(tx.Now).String()}
	rows := make([]row, len(found))
	for i := range found {
		rows[i] = rowOf(b.Base, &found[i], n, courses[found[i].ID], w.offers[found[i].ID], tx.Now)
	}
	b.fill(rows, next, fig, tx.Now)
	return web.View{PrintNote: in.words(n), SkipTo: "results", Landscape: true, Body: boardPage(b)}, nil
}

// fill lays out what was found.
func (b *board) fill(rows []row, next paging.Cursor, fig figures, now time.Time) {
	b.Groups = grouped(rows, civil.DateOf(now))
	b.Any = fig.Open+fig.Filled+fig.Draft > 0 || len(rows) > 0
	b.Metrics = fig.metrics(b.path())
	b.Tabs = fig.tabs(b.path(), b.Ask.view())
	b.Chips = ui.ChipBar{Summary: b.summary(len(rows), next, fig), Chips: b.Ask.chips(b.path(), b.Names), Clear: b.Ask.clear(b.path()), Aside: "Sorted by start"}
	b.Pages = ui.Pages{Summary: b.Chips.Summary, Previous: b.Ask.previous(b.path())}
	if next != "" {
		b.Pages.Next = b.Ask.next(b.path(), next)
	}
	for _, size := range []int{25, 50, 100} {
		text := strconv.Itoa(size)
		b.Pages.Sizes = append(b.Pages.Sizes, ui.PageLink{Text: text, Href: b.Ask.link(b.path(), "rows", text), Current: size == b.Ask.rows()})
	}
	if b.export() != "" {
		b.Pages.Exports = []ui.Link{{Text: "CSV", Href: b.export()}}
	}
}

// export is the address of the same list as a file, for those who may take it
// away. What waits for review is no list of shifts of its own.
func (b *board) export() string {
	if !b.May.Export || b.Ask.view() == viewReview {
		return ""
	}
	return b.Ask.link(b.path() + "/export.csv")
}

// summary says how many shifts there are, or where in them the page stands when
// only the next page can tell.
func (b *board) summary(shown int, next paging.Cursor, fig figures) string {
	if b.Ask.Cursor == "" && next == "" {
		return many(shown, "shift", "shifts") + "."
	}
	before := len(b.Ask.trail()) * b.Ask.rows()
	text := "Shifts " + number(before+1) + " to " + number(before+shown)
	if total := fig.of(b.Ask.view()); total >= before+shown && b.active() == 0 {
		text += " of " + number(total)
	} else if next == "" {
		text += ", the last"
	}
	return text + "."
}

// active counts the filters that are set.
func (b *board) active() int { return len(b.Ask.chips(b.path(), b.Names)) }

// atLeast is a count of what was looked at, with a plus when there is more.
func (f figures) atLeast(n int) string {
	if f.More {
		return number(n) + "+"
	}
	return number(n)
}

// of is how many shifts a view has without filters, 0 when that is not counted.
func (f figures) of(view string) int {
	switch view {
	case viewOpen:
		return f.Open
	case viewNext48:
		return f.Next48
	case viewReview:
		return f.Review
	}
	return 0
}

func (f figures) tabs(path, current string) []ui.Tab {
	tabs := []ui.Tab{
		{Text: "Open", Href: path, Count: number(f.Open)},
		{Text: "Next 48 hours", Href: path + "?view=next48", Count: number(f.Next48)},
		{Text: "To review", Href: path + "?view=review", Count: f.atLeast(f.Review)},
		{Text: "Filled", Href: path + "?view=filled", Count: number(f.Filled)},
		{Text: "All", Href: path + "?view=all&from=" + civil.DateOf(f.now).AddDays(-7).String()},
	}
	for i, view := range []string{viewOpen, viewNext48, viewReview, viewFilled, viewAll} {
		tabs[i].Current = view == current
	}
	return tabs
}

// export is the list of the same filter as a file that an import takes back.
func (p *pages) export(_ context.Context, tx *tenants.Tx, in ask) (openapi.File, error) {
	return p.Shifts.Export(in.filter(tx.Now)), nil
}
