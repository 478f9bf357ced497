package rates

import (
	"context"
	"slices"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/cards"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// showIn is a version and what of it is shown.
type showIn struct {
	ID         tenants.ID `path:"id"`
	StaffGroup string     `query:"staff_group" maxlen:"40"`
	Engagement string     `query:"engagement" maxlen:"20"`
}

// rate is what a line says of one band of hours.
type rate struct{ Text, Note, Href, Context string }

// row is one role of the matrix: its bands across, and what else its lines say.
type row struct {
	Role, Who          string
	Bands              [3]rate
	Commission, Charge string
	More               string
}

type cardView struct {
	At, Back, Name, Number, State string
	Facts                         []ui.Fact
	Report                        cards.Report
	Published, Draft, May         bool
	Mine                          bool // prepared or submitted by whoever looks, who cannot publish it too
	Refused                       *fault.Fault
	In                            showIn
	Groups, Engagements           []ui.Option
	Sections                      []section
	Tabs                          []ui.Tab
	Versions                      []ui.Fact
}

// section is the rows of one staff group.
type section struct {
	Title string
	Rows  []row
}

func (p *pages) show(ctx context.Context, tx *tenants.Tx, in showIn) (web.View, error) {
	v, err := p.card(ctx, tx, in)
	return web.View{Title: v.Name, SkipTo: "results", Body: cardPage(v)}, err
}

// actAgain shows the version with why an act on it was refused.
func (p *pages) actAgain(ctx context.Context, tx *tenants.Tx, in cardIn, refused *fault.Fault) (web.View, error) {
	v, err := p.card(ctx, tx, showIn{ID: in.ID})
	v.Refused = refused
	return web.View{Title: v.Name, Body: cardPage(v)}, err
}

func (p *pages) card(ctx context.Context, tx *tenants.Tx, in showIn) (v cardView, err error) {
	c, err := p.Cards.Get(ctx, tx, in.ID)
	if err != nil {
		return v, err
	}
	book, err := p.book(ctx, tx)
	if err != nil {
		return v, err
	}
	today := civil.DateOf(tx.Now)
	v = cardView{At: address(ctx, c.ID), Back: base(ctx), Name: c.Name, Number: number(c), State: state(c, today), In: in,
		Published: c.Status == cards.Published, Draft: c.Status == cards.Draft, May: web.May(ctx, rbac.CardManage)}
	if v.Report, err = p.Cards.Report(ctx, tx, c.ID); err != nil {
		return v, err
	}
	v.Mine = slices.ContainsFunc(v.Report.Flaws, func(f cards.Flaw) bool { return f.Kind == cards.ErrSecondApprover })
	v.Facts = factsOf(c, book, v.State)
	v.Groups, v.Engagements = book.choices(c.Lines)
	edit := ""
	if v.Draft && v.May {
		edit = v.At + "/line"
	}
	v.Sections = sections(c.Lines, book, in, edit)
	v.Tabs = tabs(v.At, "", gapCount(v.Report.Gaps))
	return v, p.versions(ctx, tx, &v, c, today)
}

func (p *pages) versions(ctx context.Context, tx *tenants.Tx, v *cardView, c cards.Card, today civil.Date) error {
	all, err := p.Cards.List(ctx, tx)
	for _, o := range all {
		if o.Name == c.Name {
			v.Versions = append(v.Versions, ui.Fact{Label: state(o, today), Value: number(o), Note: dates(o), Href: address(ctx, o.ID)})
		}
	}
	return err
}

func factsOf(c cards.Card, book book, state string) []ui.Fact {
	facts := []ui.Fact{
		{Label: "In force", Value: dates(c), Note: state},
		{Label: "For", Value: book.scope(c)},
		{Label: "Rests on", Value: or(c.Source, "Not said")},
		{Label: "Prepared by", Value: or(c.CreatedBy, "Not known"), Note: civil.When(c.CreatedAt)},
	}
	if c.SubmittedBy != "" {
		facts = append(facts, ui.Fact{Label: "Submitted by", Value: c.SubmittedBy, Note: civil.When(c.SubmittedAt)})
	}
	if c.PublishedBy != "" {
		facts = append(facts, ui.Fact{Label: "Published by", Value: c.PublishedBy, Note: civil.When(c.PublishedAt)})
	}
	return facts
}

// tabs are the views of one version; the count of its gaps stands beside them.
func tabs(at, current, gaps string) []ui.Tab {
	return []ui.Tab{
		{Text: "Rates", Href: at, Current: current == ""},
		{Text: "Changes", Href: at + "/changes", Current: current == "changes"},
		{Text: "Gaps", Href: at + "/gaps", Count: gaps, Current: current == "gaps"},
	}
}

// place is for whom a row of the matrix is; the hours are its columns.
type place struct {
	group, grade, specialty string
	site                    tenants.ID
	engagement              cards.Engagement
	again                   int // a second line for the same work stands in a row of its own
}

// sections lays the lines out: grades down, bands across, by staff group.
func sections(lines []cards.Entry, book book, in showIn, edit string) (all []section) {
	rows, order := map[place]*row{}, []place{}
	for i := range lines {
		l := &lines[i]
		group := book.groupOf(l)
		if in.StaffGroup != "" && group != in.StaffGroup || in.Engagement != "" && string(l.Engagement) != in.Engagement {
			continue
		}
		at := place{group, l.Grade, l.Specialty, l.SiteID, l.Engagement, 0}
		band := max(0, slices.Index([]cards.Band{cards.Core, cards.Low, cards.High}, l.Band))
		for rows[at] != nil && rows[at].Bands[band].Text != "" && rows[at].Bands[band].Note != multiplied {
			at.again++
		}
		if rows[at] == nil {
			rows[at] = &row{Role: book.role(l), Who: book.who(l)}
			order = append(order, at)
		}
		rows[at].fill(l, band, edit)
	}
	slices.SortStableFunc(order, func(a, b place) int { return book.position(a) - book.position(b) })
	for _, at := range order {
		title := book.groupName(at.group)
		if len(all) == 0 || all[len(all)-1].Title != title {
			all = append(all, section{Title: title})
		}
		all[len(all)-1].Rows = append(all[len(all)-1].Rows, *rows[at])
	}
	return all
}

// multiplied stands under the bands that have no rate of their own.
const multiplied = "multiplied"

func (r *row) fill(l *cards.Entry, band int, edit string) {
	cell := rate{Text: payText(l), Note: payNote(l)}
	if edit != "" {
		cell.Href, cell.Context = labels.Address(edit, "line", l.ID.String()), "for "+r.Role+", "+l.Band.Text()+": change"
	}
	r.Bands[band] = cell
	if l.Band == cards.AnyBand {
		for _, other := range []int{1, 2} {
			if r.Bands[other].Text == "" {
				r.Bands[other] = rate{Text: "Core rate", Note: multiplied}
			}
		}
	}
	if band == 0 || r.Commission == "" {
		r.Commission, r.Charge, r.More = commissionText(l), chargeText(l), moreText(l)
	}
}

type changesView struct {
	Back, Name, Number, Before string
	Tabs                       []ui.Tab
	Added, Removed             []changed
	Changed                    []changed
	Same                       int
}

// changed is a line of the comparison in words.
type changed struct {
	Role, Who, What, Old, New string
}

func (p *pages) changes(ctx context.Context, tx *tenants.Tx, in cardIn) (web.View, error) {
	c, err := p.Cards.Get(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	book, err := p.book(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	d, err := p.Cards.Diff(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	report, err := p.Cards.Report(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	v := changesView{Back: base(ctx), Name: c.Name, Number: number(c), Tabs: tabs(address(ctx, c.ID), "changes", gapCount(report.Gaps)), Same: d.Same}
	if d.Before.Version > 0 {
		v.Before = number(d.Before)
	}
	for i := range d.Added {
		v.Added = append(v.Added, changed{book.role(&d.Added[i]), book.when(&d.Added[i]), "Added", "", payText(&d.Added[i])})
	}
	for i := range d.Removed {
		v.Removed = append(v.Removed, changed{book.role(&d.Removed[i]), book.when(&d.Removed[i]), "Removed", payText(&d.Removed[i]), ""})
	}
	for i := range d.Changed {
		for _, one := range d.Changed[i].Changes {
			v.Changed = append(v.Changed, changed{book.role(&d.Changed[i].New), book.when(&d.Changed[i].New), columnTitle(one.Column), valueText(one.Column, one.Old), valueText(one.Column, one.New)})
		}
	}
	return web.View{Title: "Changes of " + c.Name, Body: changesPage(v)}, nil
}

type gapsView struct {
	Back, Name, Number string
	Tabs               []ui.Tab
	Gaps               []gap
}

// gap is work without a rate in words.
type gap struct{ Role, Group, Hours, Shifts, Sites, Why string }

func (p *pages) gaps(ctx context.Context, tx *tenants.Tx, in cardIn) (web.View, error) {
	c, err := p.Cards.Get(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	book, err := p.book(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	report, err := p.Cards.Report(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	v := gapsView{Back: base(ctx), Name: c.Name, Number: number(c), Tabs: tabs(address(ctx, c.ID), "gaps", gapCount(report.Gaps))}
	for _, g := range report.Gaps {
		v.Gaps = append(v.Gaps, book.gap(g))
	}
	return web.View{Title: "Gaps of " + c.Name, Body: gapsPage(v)}, nil
}
