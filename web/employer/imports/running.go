package imports

import (
	"context"

	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/modules/exchange"
	"wardbridge/modules/places"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

// problemsShown is how many row errors stand on a page.
const problemsShown = 50

type showIn struct {
	ID     tenants.ID    `path:"id"`
	Cursor paging.Cursor `query:"cursor" maxlen:"400"`
}

func (p *pages) show(ctx context.Context, tx *tenants.Tx, in showIn) (web.View, error) {
	r, err := p.running(ctx, tx, in)
	if err != nil {
		return web.View{}, err
	}
	return r.view(), nil
}

func (r *running) view() web.View { return web.View{Title: r.title(), Body: runPage(r)} }

func (p *pages) running(ctx context.Context, tx *tenants.Tx, in showIn) (*running, error) {
	i, err := p.Exchange.Get(ctx, tx, in.ID)
	if err != nil {
		return nil, err
	}
	r := &running{Base: web.Base(ctx), Run: run{i}, May: web.May(ctx, rbac.ImportCreate), Titles: map[string]string{}}
	if sheet, err := p.Exchange.Kind(i.Kind); err == nil {
		for _, c := range sheet.Columns {
			r.Titles[c.Name] = c.Heading()
		}
	}
	if i.Running() {
		return r, nil
	}
	if r.Groups, err = p.Exchange.Summary(ctx, tx, i.ID); err != nil || len(r.Groups) == 0 {
		return r, err
	}
	var next paging.Cursor
	if r.Problems, next, err = p.Exchange.Errors(ctx, tx, i.ID, problemsShown, in.Cursor); err != nil {
		return nil, err
	}
	r.Pages = ui.Pages{Summary: "In the order of the file."}
	if in.Cursor != "" {
		r.Pages.Numbers = []ui.PageLink{{Text: "1", Href: r.path()}}
	}
	if next != "" {
		r.Pages.Next = r.path() + "?cursor=" + string(next)
	}
	if r.May && i.Status == exchange.Checked {
		r.Unknown, err = p.unknowns(ctx, tx, r.Groups)
	}
	return r, err
}

// nouns are the columns whose words can be remembered.
var nouns = []struct{ kind, noun string }{{"site", "sites"}, {"ward", "wards"}, {"grade", "grades"}, {"staff_group", "staff groups"}, {"reason", "reasons"}}

// unknowns gathers the words that stand for nothing yet, by what they would name.
func (p *pages) unknowns(ctx context.Context, tx *tenants.Tx, groups []exchange.Group) ([]unknown, error) {
	var all []unknown
	for _, n := range nouns {
		u := unknown{Kind: n.kind, Noun: n.noun}
		for _, g := range groups {
			if g.Column == n.kind && g.Code == n.kind+"_unknown" && g.Value != "" {
				u.Words = append(u.Words, ui.Option{Value: g.Value, Text: g.Value + ", " + many(g.Rows, "row", "rows")})
			}
		}
		if len(u.Words) == 0 {
			continue
		}
		var err error
		if u.Targets, err = p.targets(ctx, tx, n.kind); err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, nil
}

// targets are the codes that a word of one kind may stand for.
func (p *pages) targets(ctx context.Context, tx *tenants.Tx, kind string) ([]ui.Option, error) {
	options := []ui.Option{{Text: "Choose"}}
	add := func(code, name string) { options = append(options, ui.Option{Value: code, Text: name}) }
	switch kind {
	case "site":
		all, err := p.Places.SiteList(ctx, tx, tx.Me.ID)
		for _, s := range all {
			add(s.Code, s.Name)
		}
		return options, err
	case "ward":
		all, err := p.Places.WardList(ctx, tx, tx.Me.ID)
		for _, w := range all {
			add(w.Code, w.Name+", "+w.SiteName)
		}
		return options, err
	case "grade":
		all, err := p.Packs.Grades(ctx, tx)
		for _, g := range all {
			add(g.Code, g.Name)
		}
		return options, err
	case "staff_group":
		all, err := p.Packs.StaffGroups(ctx, tx)
		for _, g := range all {
			add(g.Code, g.Name)
		}
		return options, err
	}
	all, err := p.Packs.Reasons(ctx, tx)
	for _, r := range all {
		add(r.Code, r.Name)
	}
	return options, err
}

type idIn struct {
	ID tenants.ID `path:"id"`
}

func (p *pages) failed(ctx context.Context, tx *tenants.Tx, in idIn) (openapi.File, error) {
	return p.Exchange.FailedRows(ctx, tx, in.ID)
}

type applyForm struct {
	idIn
	Rows string `form:"rows" enum:"all,good"`
}

func (p *pages) apply(ctx context.Context, tx *tenants.Tx, in applyForm) (web.Done, error) {
	i, err := p.Exchange.Apply(ctx, tx, in.ID, exchange.Choice(in.Rows))
	return p.back(ctx, i, "The file is being applied"), err
}

func (p *pages) applyAgain(ctx context.Context, tx *tenants.Tx, in applyForm, refused *fault.Fault) (web.View, error) {
	return p.again(ctx, tx, in.ID, aliasForm{}, refused)
}

func (p *pages) replay(ctx context.Context, tx *tenants.Tx, in idIn) (web.Done, error) {
	i, err := p.Exchange.Replay(ctx, tx, in.ID)
	return p.back(ctx, i, "The import runs again"), err
}

func (p *pages) replayAgain(ctx context.Context, tx *tenants.Tx, in idIn, refused *fault.Fault) (web.View, error) {
	return p.again(ctx, tx, in.ID, aliasForm{}, refused)
}

func (p *pages) back(ctx context.Context, i exchange.Import, title string) web.Done {
	return web.Done{To: web.Base(ctx) + "/imports/" + i.ID.String(), Flash: &ui.Flash{Kind: "success", Title: title}}
}

// again shows the import as it is now, with what was refused.
func (p *pages) again(ctx context.Context, tx *tenants.Tx, id tenants.ID, form aliasForm, refused *fault.Fault) (web.View, error) {
	r, err := p.running(ctx, tx, showIn{ID: id})
	if err != nil {
		return web.View{}, err
	}
	r.Form, r.Refused = form, refused
	return r.view(), nil
}

// aliasForm says what a word of the organisation's files stands for.
type aliasForm struct {
	idIn
	Kind   string `form:"kind" enum:"site,ward,grade,staff_group,reason"`
	Text   string `form:"text" maxlen:"200"`
	Target string `form:"target" maxlen:"60"`
}

// remember keeps the word and checks the file again with it.
func (p *pages) remember(ctx context.Context, tx *tenants.Tx, in aliasForm) (web.Done, error) {
	if in.Text == "" || in.Target == "" {
		return web.Done{}, fault.ErrInvalid.With(fault.Field{Name: "target", Code: "required", Text: "Choose what it means."})
	}
	known, err := p.targets(ctx, tx, in.Kind)
	if err != nil {
		return web.Done{}, err
	}
	if !offered(known, in.Target) {
		return web.Done{}, fault.ErrInvalid.With(fault.Field{Name: "target", Code: "unknown", Text: "Choose one from the list.", Value: in.Target})
	}
	if _, err := p.Places.Remember(ctx, tx, places.Kind(in.Kind), in.Text, in.Target); err != nil {
		return web.Done{}, err
	}
	i, err := p.Exchange.Check(ctx, tx, in.ID)
	return p.back(ctx, i, "“"+in.Text+"” is remembered"), err
}

func offered(options []ui.Option, value string) bool {
	for _, o := range options {
		if o.Value == value {
			return true
		}
	}
	return false
}

func (p *pages) rememberAgain(ctx context.Context, tx *tenants.Tx, in aliasForm, refused *fault.Fault) (web.View, error) {
	return p.again(ctx, tx, in.ID, in, refused)
}
