// Package calculator holds the page on which an employer works out what a shift
// costs in every way in which it may be worked.
package calculator

import (
	"context"
	"strconv"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/agencies"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/modules/shifts"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	cards "wardbridge/web/employer/rates"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

// Deps are the services that the page asks.
type Deps struct {
	Quotes   *quotes.Service
	Packs    *packs.Service
	Agencies *agencies.Service
	Places   *places.Service
}

type pages struct{ Deps }

// Pages registers it.
func Pages(s *web.Site, d Deps) {
	p := &pages{d}
	web.Get(s, "/e/{org}/rates/calculator", rbac.QuoteCreate, "Calculator", p.calculate, web.Example(func(w openapi.World) openapi.Call {
		return openapi.Call{As: "manager@kingsmere.example", Path: map[string]string{"org": "kingsmere"}, Query: map[string]string{"agency": w.ID("meridian"), "grade": "nurse-band-5",
			"date": "2026-12-24", "start": "20:00", "end": "08:00", "break_minutes": "60", "pay_rate": "20.00", "commission": "2.00", "company_rate": "26.50", "direct_fee": "1.00"}}
	}))
}

// form is what is asked, as it was typed.
type form struct {
	Agency      string `query:"agency" maxlen:"40"`
	Grade       string `query:"grade" maxlen:"40"`
	Site        string `query:"site_id" maxlen:"40"`
	Date        string `query:"date" maxlen:"20"`
	Start       string `query:"start" maxlen:"10"`
	End         string `query:"end" maxlen:"10"`
	Break       string `query:"break_minutes" maxlen:"5"`
	Pay         string `query:"pay_rate" maxlen:"20"`
	Commission  string `query:"commission" maxlen:"20"`
	CompanyRate string `query:"company_rate" maxlen:"20"`
	DirectFee   string `query:"direct_fee" maxlen:"20"`
}

// asked turns the form into what the engine takes, or says which boxes cannot be
// read.
func (f form) asked(tenant tenants.ID) (c quotes.Alternatives, refused []fault.Field) {
	box := func(name string, err error, value string) {
		if err != nil {
			of := fault.Of(err)
			refused = append(refused, fault.Field{Name: name, Code: of.Code, Text: of.Text, Value: value})
		}
	}
	missing := func(name, value, text string) {
		if value == "" {
			refused = append(refused, fault.Field{Name: name, Code: "required", Text: text})
		}
	}
	missing("agency", f.Agency, "Choose the agency.")
	missing("grade", f.Grade, "Choose the grade.")
	missing("pay_rate", f.Pay, "Enter the pay an hour.")
	c.TenantID, c.AgencyID, c.SiteID, c.Grade = tenant, labels.ID(f.Agency), labels.ID(f.Site), f.Grade
	times := shifts.Times{StartFold: civil.First, EndFold: civil.Second} // a quote of the night in which an hour comes twice takes the longer one
	var err error
	times.Date, err = civil.ParseDate(f.Date)
	box("date", err, f.Date)
	times.Start, err = civil.ParseClock(f.Start)
	box("start", err, f.Start)
	times.End, err = civil.ParseClock(f.End)
	box("end", err, f.End)
	if len(refused) == 0 {
		c.Start, c.End, refused = times.Resolve()
	}
	if f.Break != "" {
		if c.BreakMinutes, err = strconv.Atoi(f.Break); err != nil {
			refused = append(refused, fault.Field{Name: "break_minutes", Code: "not_a_number", Text: "Enter the break in whole minutes, such as 60.", Value: f.Break})
		}
	}
	for _, m := range []struct {
		into        *money.Rate
		name, value string
	}{{&c.PayRate, "pay_rate", f.Pay}, {&c.Commission, "commission", f.Commission}, {&c.CompanyRate, "company_rate", f.CompanyRate}, {&c.DirectFee, "direct_fee", f.DirectFee}} {
		if m.value != "" {
			*m.into, err = money.ParseRate(m.value)
			box(m.name, err, m.value)
		}
	}
	return c, refused
}

// column is one way of working the shift.
type column struct {
	Name, Note       string
	Pay, Costs, Fees string
	Net, VAT, Gross  string
	Hour, Cap        string
	Over             bool
	Cheapest         bool
	Quote            *rates.ShiftQuote
}

type view struct {
	At       string
	Tabs     []ui.Tab
	Form     form
	Refused  *fault.Fault
	Agencies []ui.Option
	Grades   []ui.Option
	Sites    []ui.Option
	Columns  []column
	Chart    ui.Bars
	Title    string // what was priced
	Paid     string
	Copy     string // the address of a new shift with these times
}

func (p *pages) calculate(ctx context.Context, tx *tenants.Tx, in form) (web.View, error) {
	v := view{Tabs: cards.Tabs(ctx, "Calculator"), At: web.Base(ctx) + "/rates/calculator", Form: in}
	if err := p.choices(ctx, tx, &v); err != nil {
		return web.View{}, err
	}
	if in != (form{}) {
		if err := p.work(ctx, tx, &v); err != nil {
			return web.View{}, err
		}
	}
	shown := web.View{PrintNote: v.Title, Body: page(v)}
	if len(v.Columns) > 0 {
		shown.SkipTo = "ways"
	}
	return shown, nil
}

func (p *pages) choices(ctx context.Context, tx *tenants.Tx, v *view) error {
	agreements, err := p.Agencies.Agreements(ctx, tx)
	if err != nil {
		return err
	}
	var ids []tenants.ID
	for _, a := range agreements {
		ids = append(ids, a.AgencyID)
	}
	named, err := p.Agencies.Directory(ctx, tx, ids...)
	if err != nil {
		return err
	}
	v.Agencies, v.Grades = []ui.Option{{Text: "Choose an agency"}}, []ui.Option{{Text: "Choose a grade"}}
	seen := map[tenants.ID]bool{}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			v.Agencies = append(v.Agencies, ui.Option{Value: id.String(), Text: named[id].Name})
		}
	}
	grades, err := p.Packs.Grades(ctx, tx)
	if err != nil {
		return err
	}
	for _, g := range grades {
		v.Grades = append(v.Grades, ui.Option{Value: g.Code, Text: g.Name})
	}
	sites, err := p.Places.SiteList(ctx, tx, tx.Me.ID)
	v.Sites = []ui.Option{{Text: "Any site"}}
	for _, s := range sites {
		v.Sites = append(v.Sites, ui.Option{Value: s.ID.String(), Text: s.Name})
	}
	return err
}

// work prices the ways. What the engine refuses is told beside its box, or above.
func (p *pages) work(ctx context.Context, tx *tenants.Tx, v *view) error {
	asked, refused := v.Form.asked(tx.Me.ID)
	if len(refused) > 0 {
		v.Refused = fault.ErrInvalid.With(refused...)
		return nil
	}
	models, err := p.Quotes.Compare(ctx, tx, asked)
	if err != nil {
		f := fault.Of(err)
		if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
			return err
		}
		if len(f.Fields) == 0 {
			f = f.With(fault.Field{Name: "grade", Code: f.Code, Text: f.Text})
		}
		v.Refused = f
		return nil
	}
	v.show(models)
	v.Title = nameOf(v.Grades, v.Form.Grade) + ", " + asked.Day().Text() + ", " + civil.Between(asked.Start, asked.End)
	v.Copy = labels.Address(web.Base(ctx)+"/shifts/new", "grade", v.Form.Grade, "date", asked.Day().String(), "start", v.Form.Start, "end", v.Form.End, "break_minutes", v.Form.Break)
	return nil
}

// asked is what was priced, for a sheet that has no form.
func (v view) asked() []ui.Fact {
	rate := func(label, value string) ui.Fact { return ui.Fact{Label: label, Value: "£" + value, Note: "an hour"} }
	facts := []ui.Fact{{Label: "Agency", Value: nameOf(v.Agencies, v.Form.Agency)}, {Label: "Shift", Value: v.Title, Note: v.Paid}, {Label: "Site", Value: nameOf(v.Sites, v.Form.Site)}, rate("Pay", v.Form.Pay), rate("Commission", v.Form.Commission)}
	if v.Form.CompanyRate != "" {
		facts = append(facts, rate("Company's or umbrella's rate", v.Form.CompanyRate))
	}
	if v.Form.DirectFee != "" {
		facts = append(facts, rate("Direct engagement fee", v.Form.DirectFee))
	}
	return facts
}

func nameOf(options []ui.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Text
		}
	}
	return value
}

// words are the ways as people speak of them, and what to know of each.
var words = map[rates.Engagement][2]string{
	rates.Bank:       {"Bank", "Your own payroll, no fees, no cap"},
	rates.PAYE:       {"Agency, on its payroll", "The usual way"},
	rates.Direct:     {"Direct engagement", "Paid by you; the agency is paid its commission"},
	rates.Umbrella:   {"Umbrella company", "Its rate holds holiday and employer's costs"},
	rates.PSCInside:  {"Company inside IR35", "Employer's costs come on top of its fee"},
	rates.PSCOutside: {"Company outside IR35", "It bears its own costs"},
}

// show lays the ways beside each other and draws them on one scale.
func (v *view) show(models []quotes.Model) {
	v.Chart = ui.Bars{Label: "What the shift costs with VAT, by the way in which it is worked. The table below has the figures.", Parts: []string{"Pay", "On-costs", "Fees", "VAT"}}
	cheapest := 0
	for i := range models {
		if models[i].Answer.Quote.Gross < models[cheapest].Answer.Quote.Gross {
			cheapest = i
		}
	}
	for i := range models {
		q := &models[i].Answer.Quote
		pay, costs := q.Sum(rates.Pay, rates.Supplement), q.Sum(rates.HolidayPay, rates.EmployerNI, rates.Pension, rates.Levy)
		fees := q.Net - pay - costs
		c := column{Name: words[models[i].Engagement][0], Note: words[models[i].Engagement][1], Pay: pay.String(), Costs: costs.String(), Fees: fees.String(),
			Net: q.Net.String(), VAT: q.VAT.String(), Gross: q.Gross.String(), Hour: q.PerHour().Pence().String(), Cheapest: q.Gross == models[cheapest].Answer.Quote.Gross, Quote: q}
		c.Cap, c.Over = against(q, models[i].Engagement)
		v.Columns = append(v.Columns, c)
		v.Chart.Bars = append(v.Chart.Bars, ui.Bar{Label: c.Name, Text: c.Gross, Values: []int64{int64(pay), int64(costs), int64(fees), int64(q.VAT)}})
		v.Paid = civil.Span(q.Minutes) + " paid, " + civil.Span(q.BreakMinutes) + " unpaid break"
	}
}

// against is how a way stands to the price cap, in words.
func against(q *rates.ShiftQuote, how rates.Engagement) (text string, over bool) {
	switch worst := q.OverCap(); {
	case how == rates.Bank:
		return "Not bound by it", false
	case worst != nil:
		return worst.Over.Text() + " above", true
	case len(q.Caps) == 0:
		return "None loaded", false
	}
	return "Within", false
}
