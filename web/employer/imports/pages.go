package imports

import (
	"context"
	"strconv"

	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/modules/exchange"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
	"wardbridge/web/ui"
)

// Deps are the services that these pages show and act through.
type Deps struct {
	Exchange *exchange.Service
	Places   *places.Service
	Packs    *packs.Service
}

type pages struct{ Deps }

// Pages registers them.
func Pages(s *web.Site, d Deps) {
	p := &pages{d}
	s.Nav("employer", 90, "Imports", "/imports", rbac.ImportRead, "", nil)
	const one = "/e/{org}/imports/{id}"
	web.Get(s, "/e/{org}/imports", rbac.ImportRead, "Imports", p.list, example("", nil))
	web.Get(s, "/e/{org}/imports/new", rbac.ImportCreate, "Import a file", p.send, example("", nil))
	web.Post(s, "/e/{org}/imports/new", rbac.ImportCreate, "Import a file", p.doSend, p.sendAgain, web.Example(func(openapi.World) openapi.Call {
		return openapi.Call{As: manager, Path: map[string]string{"org": "kingsmere"}, Body: map[string]string{"kind": "shifts", "rows": "all"}, ContentType: "text/csv",
			Raw: []byte("External reference,Ward,Grade,Date,Start,End,Reason\r\nDOC-1,Oak Ward,Band 5 nurse,2027-03-02,07:00,19:30,Vacancy\r\n")}
	}))
	web.Download(s, "/e/{org}/imports/template.csv", rbac.ImportRead, "Import template", p.template, example("", nil))
	web.Get(s, one, rbac.ImportRead, "Import", p.show, example("kingsmere.import.applied", nil))
	web.Download(s, one+"/failed.csv", rbac.ImportRead, "Failed rows", p.failed, example("kingsmere.import.applied", nil))
	web.Post(s, one+"/apply", rbac.ImportCreate, "Apply an import", p.apply, p.applyAgain, example("kingsmere.import.checked", map[string]string{"rows": "good"}))
	web.Post(s, one+"/replay", rbac.ImportCreate, "Run an import again", p.replay, p.replayAgain, example("kingsmere.import.failed", map[string]string{}))
	web.Post(s, one+"/alias", rbac.ImportCreate, "Remember a name", p.remember, p.rememberAgain,
		example("kingsmere.import.checked", map[string]string{"kind": "reason", "text": "winter", "target": "seasonal-pressure"}))
}

const manager = "manager@kingsmere.example"

// example calls a page about one import of the demonstration, or about none.
func example(thing string, form map[string]string) web.Option {
	return web.Example(func(w openapi.World) openapi.Call {
		c := openapi.Call{As: manager, Path: map[string]string{"org": "kingsmere"}}
		if thing != "" {
			c.Path["id"] = w.ID(thing)
		}
		if form != nil {
			c.Body = form
		}
		return c
	})
}

type listIn struct {
	Rows   int           `query:"rows" enum:"25,50,100"`
	Cursor paging.Cursor `query:"cursor" maxlen:"400"`
}

func (p *pages) list(ctx context.Context, tx *tenants.Tx, in listIn) (web.View, error) {
	size := in.Rows
	if size == 0 {
		size = 50
	}
	found, next, err := p.Exchange.List(ctx, tx, size, in.Cursor)
	if err != nil {
		return web.View{}, err
	}
	l := &listing{Base: web.Base(ctx), May: web.May(ctx, rbac.ImportCreate)}
	for _, i := range found {
		l.Runs = append(l.Runs, run{i})
	}
	l.Pages = ui.Pages{Summary: many(len(l.Runs), "import", "imports") + "."}
	if in.Cursor != "" {
		l.Pages.Summary = "Older imports."
		l.Pages.Numbers = []ui.PageLink{{Text: "1", Href: l.path() + "?rows=" + strconv.Itoa(size)}}
	} else if next != "" {
		l.Pages.Summary = "The latest " + many(len(l.Runs), "import", "imports") + "."
	}
	if next != "" {
		l.Pages.Next = l.path() + "?rows=" + strconv.Itoa(size) + "&cursor=" + string(next)
	}
	for _, n := range []int{25, 50, 100} {
		l.Pages.Sizes = append(l.Pages.Sizes, ui.PageLink{Text: strconv.Itoa(n), Href: l.path() + "?rows=" + strconv.Itoa(n), Current: n == size})
	}
	return web.View{SkipTo: "results", Body: listPage(l)}, nil
}

// sendForm is a file and what is to become of it.
type sendForm struct {
	Kind   string         `form:"kind" maxlen:"40"`
	Rows   string         `form:"rows" enum:"all,good"`
	DryRun bool           `form:"dry_run"`
	File   openapi.Upload `form:"file"`
}

var errNoFile = fault.ErrInvalid.Saying("Choose a file.").With(fault.Field{Name: "file", Code: "required", Text: "Choose a file to import."})

func (p *pages) send(ctx context.Context, tx *tenants.Tx, _ struct{}) (web.View, error) {
	return p.sendAgain(ctx, tx, sendForm{}, nil)
}

func (p *pages) doSend(ctx context.Context, tx *tenants.Tx, in sendForm) (web.Done, error) {
	if in.File.Path == "" {
		return web.Done{}, errNoFile
	}
	got, err := p.Exchange.Receive(ctx, tx, exchange.NewImport{Kind: first(in.Kind, "shifts"), Choice: exchange.Choice(in.Rows), DryRun: in.DryRun}, in.File)
	if err != nil {
		return web.Done{}, err
	}
	return web.Done{To: web.Base(ctx) + "/imports/" + got.ID.String()}, nil
}

func (p *pages) sendAgain(ctx context.Context, _ *tenants.Tx, in sendForm, refused *fault.Fault) (web.View, error) {
	return web.View{Narrow: true, Body: sendPage(&sending{Base: web.Base(ctx), Form: in, Refused: refused})}, nil
}

type templateIn struct {
	Kind string `query:"kind" maxlen:"40"`
}

func (p *pages) template(_ context.Context, _ *tenants.Tx, in templateIn) (openapi.File, error) {
	file, err := p.Exchange.Template(first(in.Kind, "shifts"))
	if err != nil {
		return file, fault.ErrNotFound.Because(err)
	}
	return file, nil
}
