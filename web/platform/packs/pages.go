// Package packs holds the pages on which the people who run the service see the
// national data and load it from files.
package packs

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/packs"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

type pages struct{ packs *packs.Service }

const at = "/platform/packs"

// Pages registers them.
func Pages(s *web.Site, service *packs.Service) {
	p := &pages{service}
	as := func(kind string) web.Option {
		return web.Example(func(openapi.World) openapi.Call {
			call := openapi.Call{As: "staff@wardbridge.example"}
			if kind != "" {
				call.Path = map[string]string{"kind": kind}
			}
			return call
		})
	}
	s.Nav("platform", 20, "National data", "/packs", rbac.PackManage, "", nil)
	web.Get(s, at, rbac.PackManage, "National data", p.list, as(""))
	web.Get(s, at+"/{kind}", rbac.PackManage, "National table", p.show, as("price_caps"))
	web.Get(s, at+"/{kind}/load", rbac.PackManage, "Load a file", p.fresh, as("price_caps"))
	web.Post(s, at+"/{kind}/load", rbac.PackManage, "Load a file", p.check, p.freshAgain, web.Example(func(openapi.World) openapi.Call {
		return openapi.Call{As: "staff@wardbridge.example", Path: map[string]string{"kind": "bank_holidays"}, Body: map[string]string{"name": "Days of 2029"},
			ContentType: "text/csv", Raw: []byte("nation,day,name,dual_of,mark,source\r\nengland,2029-01-01,New Year's Day,,official,gov.uk/bank-holidays\r\n")}
	}))
	web.Post(s, at+"/{kind}/apply", rbac.PackManage, "Load a file", p.apply, p.applyAgain)
	web.Download(s, at+"/{kind}/rows.csv", rbac.PackManage, "Rows of a national table", p.rows, as("price_caps"))
	web.Download(s, at+"/{kind}/template.csv", rbac.PackManage, "Template of a national table", p.template, as("price_caps"))
}

type none struct{}

func (p *pages) list(ctx context.Context, tx *tenants.Tx, _ none) (web.View, error) {
	all, err := p.packs.Tables(ctx, tx, civil.DateOf(tx.Now))
	return web.View{Body: listPage(all)}, err
}

type showIn struct {
	Kind string     `path:"kind" maxlen:"40"`
	On   civil.Date `query:"on"`
}

// tableView is what the page of one table shows.
type tableView struct {
	Kind     packs.Kind
	At       string
	On       civil.Date
	Rows     []packs.Record
	Versions []packs.PackVersion
}

func (p *pages) show(ctx context.Context, tx *tenants.Tx, in showIn) (web.View, error) {
	if in.On.IsZero() {
		in.On = civil.DateOf(tx.Now)
	}
	k, err := packs.KindNamed(in.Kind)
	if err != nil {
		return web.View{}, err
	}
	v := tableView{Kind: k, At: at + "/" + k.Name, On: in.On}
	if v.Rows, err = p.packs.Rows(ctx, tx, in.Kind, in.On); err != nil {
		return web.View{}, err
	}
	v.Versions, err = p.packs.Versions(ctx, tx, in.Kind)
	return web.View{Title: k.Title, SkipTo: "rows", Body: tablePage(v)}, err
}

// loadForm is a file and what people call it.
type loadForm struct {
	Kind string         `path:"kind" maxlen:"40"`
	Name string         `form:"name" maxlen:"200"`
	File openapi.Upload `form:"file"`
}

type kindIn struct {
	Kind string `path:"kind" maxlen:"40"`
}

func (p *pages) fresh(ctx context.Context, tx *tenants.Tx, in kindIn) (web.View, error) {
	return p.freshAgain(ctx, tx, loadForm{Kind: in.Kind}, nil)
}

func (p *pages) freshAgain(_ context.Context, _ *tenants.Tx, in loadForm, refused *fault.Fault) (web.View, error) {
	k, err := packs.KindNamed(in.Kind)
	return web.View{Narrow: true, Body: loadPage(k, in, refused)}, err
}

// check reads the file and shows what it would change. Nothing is written: the
// good rows travel in the page to the button that loads them.
func (p *pages) check(ctx context.Context, tx *tenants.Tx, in loadForm) (done web.Done, err error) {
	var wrong []fault.Field
	if strings.TrimSpace(in.Name) == "" {
		wrong = append(wrong, fault.Field{Name: "name", Code: "required", Text: "Enter what this version is called, such as the circular"})
	}
	if in.File.Path == "" {
		wrong = append(wrong, fault.Field{Name: "file", Code: "required", Text: "Choose a file to load"})
	}
	if len(wrong) > 0 {
		return web.Done{}, fault.ErrInvalid.With(wrong...)
	}
	body, err := os.Open(in.File.Path)
	if err != nil {
		return web.Done{}, err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	d, err := p.packs.Check(ctx, tx, in.Kind, packs.File{Body: body, Size: in.File.Size, ContentType: in.File.ContentType})
	if err != nil {
		f := fault.Of(err)
		if f.Kind == fault.Internal {
			return web.Done{}, err
		}
		return web.Done{}, f.With(fault.Field{Name: "file", Code: f.Code, Text: f.Text})
	}
	return p.differs(d, in.Name)
}

func (p *pages) differs(d packs.Difference, name string) (web.Done, error) {
	var rows bytes.Buffer
	if err := d.Kind.WriteRows(&rows, d.Good); err != nil {
		return web.Done{}, err
	}
	return web.Done{View: &web.View{Title: d.Kind.Title, Body: differencePage(d, name, rows.String())}}, nil
}

type applyForm struct {
	Kind string `path:"kind" maxlen:"40"`
	Name string `form:"name" maxlen:"200"`
	Seen string `form:"seen" maxlen:"64"`
	Rows string `form:"rows"`
}

func (p *pages) apply(ctx context.Context, tx *tenants.Tx, in applyForm) (web.Done, error) {
	d, v, err := p.packs.LoadFile(ctx, tx, in.Kind, packs.File{Name: in.Name, Body: strings.NewReader(in.Rows), Size: int64(len(in.Rows)), ContentType: "text/csv"}, in.Seen)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: at + "/" + in.Kind, Flash: &ui.Flash{Kind: "success", Title: "Version " + strconv.Itoa(v.Version) + " of " + d.Kind.Title + " is loaded",
		Text: labels.Count(len(d.Changes), "change") + "."}}, nil
}

func (p *pages) applyAgain(ctx context.Context, tx *tenants.Tx, in applyForm, refused *fault.Fault) (web.View, error) {
	return p.freshAgain(ctx, tx, loadForm{Kind: in.Kind, Name: in.Name}, refused)
}

func (p *pages) rows(ctx context.Context, tx *tenants.Tx, in showIn) (openapi.File, error) {
	k, err := packs.KindNamed(in.Kind)
	return openapi.File{Name: in.Kind + ".csv", ContentType: "text/csv; charset=utf-8", Write: func(ctx context.Context, tx *tenants.Tx, w io.Writer) error {
		rows, err := p.packs.Rows(ctx, tx, in.Kind, in.On)
		if err != nil {
			return err
		}
		return k.WriteRows(w, rows)
	}}, err
}

func (p *pages) template(_ context.Context, _ *tenants.Tx, in kindIn) (openapi.File, error) {
	return p.packs.Template(in.Kind)
}

func days(r packs.Record) string {
	if r.Until.IsZero() {
		return "from " + r.From.Text()
	}
	if r.From.AddDays(1) == r.Until {
		return r.From.Text()
	}
	return r.From.Text() + " to " + r.Until.AddDays(-1).Text()
}

// words are the values of a row in the order of its kind's columns.
func words(k packs.Kind, r packs.Record) string {
	var all []string
	for _, c := range k.Columns() {
		if text := r.Values[c.Name]; text != "" {
			all = append(all, c.Heading()+" "+text)
		}
	}
	return strings.Join(all, ", ")
}

func loadedBy(v packs.PackVersion) string {
	if v.Version == 0 {
		return "Before versions were kept"
	}
	return civil.When(v.LoadedAt)
}

func rowVersion(r packs.Record) string {
	if r.Version == 0 {
		return "Before versions were kept"
	}
	return "Version " + strconv.Itoa(r.Version)
}

var whatWords = map[string]string{packs.Added: "New", packs.Changed: "Changed", packs.Ended: "Ends"}

func before(d packs.Difference, c packs.Change) string {
	if c.What == packs.Added {
		return "Nothing"
	}
	return words(d.Kind, c.Before) + ", " + days(c.Before)
}

func rowErrors(d packs.Difference) (all []ui.RowError) {
	for i, e := range d.Bad {
		if i == 200 {
			break
		}
		suggestion := ""
		if e.Suggestion != "" {
			suggestion = "Did you mean “" + e.Suggestion + "”?"
		}
		all = append(all, ui.RowError{Row: strconv.Itoa(e.Row), Column: e.Column, Value: e.Value, Message: e.Text, Suggestion: suggestion})
	}
	return all
}

// columns are the kind's own, then those of every row.
func (v tableView) columns() (all []ui.Column) {
	for _, c := range v.Kind.Columns() {
		all = append(all, ui.Column{Text: c.Title})
	}
	return append(all, ui.Column{Text: "Counts"}, ui.Column{Text: "Source"})
}

// figure writes amounts of money with their pence.
func figure(column, value string) string {
	switch column {
	case "rate", "hourly", "annual", "minimum", "maximum":
		if r, err := money.ParseRate(value); err == nil {
			return r.Text()
		}
		if p, err := money.ParsePence(value); err == nil {
			return p.String()
		}
	}
	return value
}

func by(who string) string {
	if who == "" {
		return ""
	}
	return ", by " + who
}
