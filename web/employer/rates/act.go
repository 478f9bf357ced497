package rates

import (
	"context"
	"slices"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/cards"
	"wardbridge/modules/exchange"
	"wardbridge/openapi"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

type newForm struct {
	Name      string     `form:"name" maxlen:"200"`
	ValidFrom civil.Date `form:"valid_from"`
	Source    string     `form:"source" maxlen:"300"`
	Framework string     `form:"framework" maxlen:"40"`
	Lot       string     `form:"lot" maxlen:"40"`
	Agency    string     `form:"agency" maxlen:"40"`
}

func (p *pages) fresh(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	return p.freshAgain(ctx, tx, newForm{}, nil)
}

func (p *pages) freshAgain(ctx context.Context, tx *tenants.Tx, in newForm, refused *fault.Fault) (web.View, error) {
	all, err := p.Agencies.Agencies(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	options := []ui.Option{{Text: "Every agency"}}
	for _, a := range all {
		options = append(options, ui.Option{Value: a.ID.String(), Text: a.Name})
	}
	return web.View{Narrow: true, Body: newPage(base(ctx), in, options, refused)}, nil
}

func (p *pages) doFresh(ctx context.Context, tx *tenants.Tx, in newForm) (web.Done, error) {
	c, err := p.Cards.Prepare(ctx, tx, cards.NewCard{Name: in.Name, ValidFrom: in.ValidFrom, Source: in.Source,
		Scope: cards.Scope{Framework: in.Framework, Lot: in.Lot, AgencyID: labels.ID(in.Agency)}})
	return done(ctx, c, err, "A draft of "+c.Name+" has been made", "Add lines, or import them from a file.")
}

// done goes to a version with what became of it.
func done(ctx context.Context, c cards.Card, err error, title, text string) (web.Done, error) {
	return web.Done{To: address(ctx, c.ID), Flash: &ui.Flash{Kind: "success", Title: title, Text: text}}, err
}

// aboutForm is the day and the ground of a version.
type aboutForm struct {
	ID        tenants.ID `path:"id"`
	ValidFrom civil.Date `form:"valid_from"`
	Source    string     `form:"source" maxlen:"300"`
}

func (p *pages) copyPage(ctx context.Context, tx *tenants.Tx, in cardIn) (web.View, error) {
	return p.copyAgain(ctx, tx, aboutForm{ID: in.ID}, nil)
}

func (p *pages) copyAgain(ctx context.Context, tx *tenants.Tx, in aboutForm, refused *fault.Fault) (web.View, error) {
	return p.aboutView(ctx, tx, in, refused, "/copy", "New version", "It begins with the lines of this version. It counts for nothing until a second person publishes it.", "Make a draft")
}

func (p *pages) aboutView(ctx context.Context, tx *tenants.Tx, in aboutForm, refused *fault.Fault, to, title, text, button string) (web.View, error) {
	c, err := p.Cards.Get(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Title: title, Narrow: true, Body: aboutPage(aboutView{At: address(ctx, c.ID), To: to, Name: c.Name, Title: title, Text: text, Button: button, In: in, Refused: refused})}, nil
}

func (p *pages) doCopy(ctx context.Context, tx *tenants.Tx, in aboutForm) (web.Done, error) {
	c, err := p.Cards.Copy(ctx, tx, in.ID, in.ValidFrom, in.Source)
	return done(ctx, c, err, number(c)+" of "+c.Name+" is a draft", "Change its lines, then submit it.")
}

func (p *pages) about(ctx context.Context, tx *tenants.Tx, in cardIn) (web.View, error) {
	c, err := p.Cards.Get(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	return p.aboutAgain(ctx, tx, aboutForm{ID: in.ID, ValidFrom: c.ValidFrom, Source: c.Source}, nil)
}

func (p *pages) aboutAgain(ctx context.Context, tx *tenants.Tx, in aboutForm, refused *fault.Fault) (web.View, error) {
	return p.aboutView(ctx, tx, in, refused, "/about", "Change the draft", "A version starts on a day to come, after the one before it.", "Save")
}

func (p *pages) doAbout(ctx context.Context, tx *tenants.Tx, in aboutForm) (web.Done, error) {
	c, err := p.Cards.Change(ctx, tx, in.ID, in.ValidFrom, in.Source)
	return done(ctx, c, err, "The draft has been changed", "")
}

// lineForm is a line as the form has it.
type lineForm struct {
	ID         tenants.ID `path:"id"`
	Line       string     `form:"line" maxlen:"40"`
	Drop       string     `form:"drop" maxlen:"5"`
	StaffGroup string     `form:"staff_group" maxlen:"40"`
	Grade      string     `form:"grade" maxlen:"40"`
	Specialty  string     `form:"specialty" maxlen:"200"`
	Site       string     `form:"site" maxlen:"40"`
	Band       string     `form:"band" enum:"any,core,low,high"`
	Engagement string     `form:"engagement" enum:"any,paye,direct,psc_outside,psc_inside,umbrella,bank"`
	Pay        string     `form:"pay_max" maxlen:"20"`
	Fixed      string     `form:"fixed" maxlen:"5"`
	Commission string     `form:"commission_max" maxlen:"20"`
	Margin     string     `form:"margin_percent" maxlen:"20"`
	Charge     string     `form:"charge_max" maxlen:"20"`
	VAT        string     `form:"vat" enum:"S,E,O"`
	After12    string     `form:"pay_after_12_weeks" maxlen:"20"`
	Tiers      string     `form:"tier_uplifts" maxlen:"200"`
	Steps      string     `form:"escalation" maxlen:"200"`
}

type lineIn struct {
	ID   tenants.ID `path:"id"`
	Line tenants.ID `query:"line"`
}

func (p *pages) line(ctx context.Context, tx *tenants.Tx, in lineIn) (web.View, error) {
	form := lineForm{ID: in.ID}
	if in.Line != (tenants.ID{}) {
		c, err := p.Cards.Get(ctx, tx, in.ID)
		if err != nil {
			return web.View{}, err
		}
		for i := range c.Lines {
			if c.Lines[i].ID == in.Line {
				form = formOf(&c.Lines[i])
			}
		}
	}
	return p.lineAgain(ctx, tx, form, nil)
}

func formOf(l *cards.Entry) lineForm {
	plain := func(column, text string) string {
		if kept := l.Written[column]; kept != "" {
			return kept
		}
		if text == "£0.00" && column != "commission_max" {
			return ""
		}
		return strings.TrimPrefix(text, "£")
	}
	f := lineForm{ID: l.CardID, Line: l.ID.String(), StaffGroup: l.StaffGroup, Grade: l.Grade, Specialty: l.Specialty, Band: string(l.Band), Engagement: string(l.Engagement),
		Pay: plain("pay_max", l.PayMax.Text()), Commission: plain("commission_max", l.CommissionMax.Text()), Charge: plain("charge_max", l.ChargeMax.Text()), VAT: l.VAT,
		After12: plain("pay_after_12_weeks", l.PayAfter12.Text()), Tiers: cards.Uplifts(l.TierUplifts), Steps: cards.Steps(l.Escalation)}
	if l.SiteID != (tenants.ID{}) {
		f.Site = l.SiteID.String()
	}
	if l.Fixed {
		f.Fixed = "1"
	}
	if !l.Margin.IsZero() {
		f.Margin, f.Commission = strings.TrimSuffix(l.Margin.Percent(), "%"), ""
	}
	return f
}

func (p *pages) lineAgain(ctx context.Context, tx *tenants.Tx, in lineForm, refused *fault.Fault) (web.View, error) {
	c, err := p.Cards.Get(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	book, err := p.book(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	title := "Add a line"
	if in.Line != "" {
		title = "Change a line"
	}
	grades, err := p.Packs.Grades(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	v := lineView{At: address(ctx, c.ID), Card: c.Name, Title: title, In: in, Refused: refused, Grades: []ui.Option{{Text: "Every grade"}}, Groups: []ui.Option{{Text: "The grade's"}},
		Sites: []ui.Option{{Text: "Every site"}}}
	for _, g := range grades {
		v.Grades = append(v.Grades, ui.Option{Value: g.Code, Text: g.Name})
	}
	groups, err := p.Packs.StaffGroups(ctx, tx)
	if err != nil {
		return web.View{}, err
	}
	for _, g := range groups {
		v.Groups = append(v.Groups, ui.Option{Value: g.Code, Text: g.Name})
	}
	for _, s := range book.sites {
		v.Sites = append(v.Sites, ui.Option{Value: s.ID.String(), Text: s.Name})
	}
	slices.SortFunc(v.Sites[1:], func(a, b ui.Option) int { return strings.Compare(a.Text, b.Text) })
	return web.View{Title: title, Narrow: true, Body: linePage(v)}, nil
}

func (p *pages) doLine(ctx context.Context, tx *tenants.Tx, in lineForm) (web.Done, error) {
	if in.Drop != "" {
		c, err := p.Cards.DropLine(ctx, tx, in.ID, labels.ID(in.Line))
		return done(ctx, c, err, "The line has been taken off", "")
	}
	l, refused := in.read()
	if len(refused) > 0 {
		return web.Done{}, fault.ErrInvalid.With(refused...)
	}
	c, err := p.Cards.SetLine(ctx, tx, in.ID, labels.ID(in.Line), l)
	if err != nil {
		return web.Done{}, ofLine(fault.Of(err))
	}
	return done(ctx, c, nil, "The line has been saved", "")
}

// ofLine puts a refusal of lines.4.grade beside the form's own box.
func ofLine(refused *fault.Fault) *fault.Fault {
	moved := *refused
	moved.Fields = nil
	for _, f := range refused.Fields {
		if at := strings.LastIndex(f.Name, "."); at >= 0 {
			f.Name = f.Name[at+1:]
		}
		moved.Fields = append(moved.Fields, f)
	}
	return &moved
}

// read turns the form into a line, or says what is wrong with each box.
func (in lineForm) read() (l cards.NewLine, refused []fault.Field) {
	refuse := func(name string, f *fault.Fault) {
		refused = append(refused, fault.Field{Name: name, Code: f.Code, Text: f.Text})
	}
	l = cards.NewLine{StaffGroup: in.StaffGroup, Grade: in.Grade, Specialty: in.Specialty, SiteID: labels.ID(in.Site), Band: cards.Band(in.Band), Engagement: cards.Engagement(in.Engagement),
		Fixed: in.Fixed != "", VAT: in.VAT}
	if in.Grade != "" {
		l.StaffGroup = ""
	}
	l.Rates(map[string]string{"pay_max": in.Pay, "commission_max": in.Commission, "charge_max": in.Charge, "pay_after_12_weeks": in.After12}, refuse)
	var err error
	if in.Margin != "" {
		if l.Margin, err = cards.ParseShare(in.Margin); err != nil {
			refuse("margin_percent", fault.Of(err))
		}
	}
	if l.TierUplifts, err = cards.ParseUplifts(in.Tiers); err != nil {
		refuse("tier_uplifts", fault.Of(err))
	}
	if l.Escalation, err = cards.ParseSteps(in.Steps); err != nil {
		refuse("escalation", fault.Of(err))
	}
	return l, refused
}

// fileForm is a file of lines for a draft.
type fileForm struct {
	ID   tenants.ID     `path:"id"`
	File openapi.Upload `form:"file"`
}

var errNoFile = fault.ErrInvalid.Saying("Choose a file.").With(fault.Field{Name: "file", Code: "required", Text: "Choose a file of lines."})

func (p *pages) file(ctx context.Context, tx *tenants.Tx, in cardIn) (web.View, error) {
	return p.fileAgain(ctx, tx, fileForm{ID: in.ID}, nil)
}

func (p *pages) fileAgain(ctx context.Context, tx *tenants.Tx, in fileForm, refused *fault.Fault) (web.View, error) {
	c, err := p.Cards.Get(ctx, tx, in.ID)
	if err != nil {
		return web.View{}, err
	}
	return web.View{Narrow: true, Body: filePage(address(ctx, c.ID), web.Base(ctx)+"/imports/template.csv?kind="+cards.Sheet.Name, c.Name, refused)}, nil
}

// doFile sends the file on its way; what is wrong with its rows stands on the
// page of the import.
func (p *pages) doFile(ctx context.Context, tx *tenants.Tx, in fileForm) (web.Done, error) {
	if in.File.Path == "" {
		return web.Done{}, errNoFile
	}
	got, err := p.Exchange.Receive(ctx, tx, exchange.NewImport{Kind: cards.Sheet.Name, Target: in.ID}, in.File)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/imports/" + got.ID.String()}, nil
}

func (p *pages) submit(ctx context.Context, tx *tenants.Tx, in cardIn) (web.Done, error) {
	c, err := p.Cards.Submit(ctx, tx, in.ID)
	return done(ctx, c, err, number(c)+" of "+c.Name+" waits for a second person", "Somebody who had no hand in it can publish it.")
}

func (p *pages) giveBack(ctx context.Context, tx *tenants.Tx, in cardIn) (web.Done, error) {
	c, err := p.Cards.Return(ctx, tx, in.ID)
	return done(ctx, c, err, number(c)+" of "+c.Name+" is a draft again", "")
}

func (p *pages) publish(ctx context.Context, tx *tenants.Tx, in cardIn) (web.Done, error) {
	c, err := p.Cards.Approve(ctx, tx, in.ID)
	return done(ctx, c, err, number(c)+" of "+c.Name+" has been published", "It counts for shifts from "+c.ValidFrom.Text()+".")
}

func (p *pages) discard(ctx context.Context, tx *tenants.Tx, in cardIn) (web.Done, error) {
	err := p.Cards.Discard(ctx, tx, in.ID)
	return web.Done{To: base(ctx), Flash: &ui.Flash{Kind: "success", Title: "The draft has been discarded"}}, err
}
