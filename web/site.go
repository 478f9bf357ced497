package web

import (
	"context"
	"log/slog"
	"reflect"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"wardbridge/internal/door"
	"wardbridge/internal/fault"
	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web/assets"
	"wardbridge/web/ui"
)

// Site is the registry of pages of one house.
type Site struct {
	door   *door.Door
	assets *assets.Assets
	log    *slog.Logger
	pages  []Page
	navs   []navItem
}

// Page is one line of the registry.
type Page struct {
	Method     string
	Path       string // with {names}, as in /e/{org}/shifts/{ref}
	Permission rbac.Permission
	Title      string
	Example    func(openapi.World) openapi.Call
	Download   bool

	audience audience
	uploads  bool // the form may carry a file
	before   func(context.Context, Runner, any) error
	handle   func(*visit) error
}

// View is what a page shows.
type View struct {
	Title     string // "" takes the page's own
	Division  string // second line under the organisation's name
	PrintNote string // the filter in words, printed under the title
	SkipTo    string // id of the results, for the second skip link
	Landscape bool
	Narrow    bool
	Status    int // 0: 200
	Body      templ.Component
}

// Done is what an act leads to: the next page and what it says there.
type Done struct {
	To    string
	Flash *ui.Flash
	View  *View // instead of a redirect: an answer that must be kept, such as a refused sign-in

	SignIn  string // a new session's secret, to be kept in the browser
	SignOut bool
}

// Option adds to a registration.
type Option func(*Page)

// Example tells the generated probes how the owner of a row of the demo world
// calls this page.
func Example(fn func(openapi.World) openapi.Call) Option {
	return func(p *Page) { p.Example = fn }
}

// Runner opens one unit of work of the caller.
type Runner func(func(context.Context, *tenants.Tx) error) error

// Before has something done ahead of an act that is too slow to hold a connection
// for, such as hashing a password. What it does in its runner is kept whatever
// becomes of the act; what it finds it puts into the input.
func Before[In any](fn func(context.Context, Runner, *In) error) Option {
	return func(p *Page) {
		p.before = func(ctx context.Context, run Runner, in any) error { return fn(ctx, run, in.(*In)) }
	}
}

// Typed is an example's call with what is typed into the form that the page
// shows; boxes that are not named keep what stands in them.
func Typed(call func(openapi.World) openapi.Call, boxes map[string]string) Option {
	return Example(func(w openapi.World) openapi.Call {
		c := call(w)
		if boxes == nil {
			boxes = map[string]string{}
		}
		c.Body = boxes
		return c
	})
}

// New makes an empty site.
func New(d *door.Door, a *assets.Assets, log *slog.Logger) *Site {
	return &Site{door: d, assets: a, log: log}
}

// Pages lists the registry.
func (s *Site) Pages() []Page { return s.pages }

// Get registers a page that only shows.
func Get[In any](s *Site, path string, p rbac.Permission, title string, h func(context.Context, *tenants.Tx, In) (View, error), opts ...Option) {
	s.add(Page{Method: fiber.MethodGet, Path: path, Permission: p, Title: title, handle: func(v *visit) error {
		var in In
		if fields := v.bind(&in, nil); len(fields) > 0 {
			return fault.ErrInvalid.With(fields...)
		}
		return v.show(func(ctx context.Context, tx *tenants.Tx) (View, error) { return h(ctx, tx, in) }, 0)
	}}, opts)
}

// Post registers the act of a form. A refusal is shown by again, in a unit of
// work of its own, with the refusal's status and everything that was typed.
func Post[In any](s *Site, path string, p rbac.Permission, title string,
	act func(context.Context, *tenants.Tx, In) (Done, error),
	again func(context.Context, *tenants.Tx, In, *fault.Fault) (View, error), opts ...Option) {
	s.add(Page{Method: fiber.MethodPost, Path: path, Permission: p, Title: title, uploads: takesFile[In](), handle: func(v *visit) error {
		form, err := v.form()
		if err != nil {
			return err
		}
		defer form.close()
		var in In
		refused := fault.ErrInvalid.With(v.bind(&in, form)...)
		if len(refused.Fields) == 0 {
			err := v.sameSite(form)
			if err == nil && v.page.before != nil {
				err = v.page.before(v.ctx, v.run, &in)
			}
			if err == nil {
				err = v.act(form, func(ctx context.Context, tx *tenants.Tx) (Done, error) { return act(ctx, tx, in) })
			}
			if err == nil {
				return nil
			}
			refused = fault.Of(err)
		}
		if again == nil || refused.Kind == fault.Internal || refused.Kind == fault.Unauthenticated || refused.Kind == fault.Forbidden || refused.Kind == fault.NotFound {
			return refused
		}
		return v.show(func(ctx context.Context, tx *tenants.Tx) (View, error) { return again(ctx, tx, in, refused) }, int(refused.Kind))
	}}, opts)
}

// Download registers a file: the handler says what it is, and writes it from a
// long read of one snapshot.
func Download[In any](s *Site, path string, p rbac.Permission, title string, h func(context.Context, *tenants.Tx, In) (openapi.File, error), opts ...Option) {
	s.add(Page{Method: fiber.MethodGet, Path: path, Permission: p, Title: title, Download: true, handle: func(v *visit) error {
		var in In
		if fields := v.bind(&in, nil); len(fields) > 0 {
			return fault.ErrInvalid.With(fields...)
		}
		return v.send(func(ctx context.Context, tx *tenants.Tx) (openapi.File, error) { return h(ctx, tx, in) })
	}}, opts)
}

// takesFile reports whether an input asks for a file.
func takesFile[In any]() bool {
	t := reflect.TypeFor[In]()
	for i := range t.NumField() {
		if t.Field(i).Type == reflect.TypeFor[openapi.Upload]() {
			return true
		}
	}
	return false
}

func (s *Site) add(p Page, opts []Option) {
	for _, o := range opts {
		o(&p)
	}
	p.audience = audienceOf(p.Path)
	s.pages = append(s.pages, p)
}

// audience is who a path is for, and with what name of a place to enter.
type audience struct {
	name  string // employer, agency, practice, worker, platform or public
	kinds []tenants.Kind
}

func audienceOf(path string) audience {
	switch {
	case strings.HasPrefix(path, "/e/"):
		return audience{"employer", []tenants.Kind{tenants.Trust, tenants.Hub}}
	case strings.HasPrefix(path, "/a/"):
		return audience{"agency", []tenants.Kind{tenants.Agency}}
	case strings.HasPrefix(path, "/p/"):
		return audience{"practice", []tenants.Kind{tenants.Practice}}
	case path == "/me" || strings.HasPrefix(path, "/me/"):
		return audience{"worker", []tenants.Kind{tenants.Worker}}
	case path == "/platform" || strings.HasPrefix(path, "/platform/"):
		return audience{"platform", []tenants.Kind{tenants.Platform}}
	default:
		return audience{"public", nil}
	}
}

// Mount puts every page on the app, and an answer for what is none.
func (s *Site) Mount(app *fiber.App) {
	app.Get(assets.Prefix+"*", s.asset)
	app.Get("/favicon.ico", func(c *fiber.Ctx) error { return c.Redirect(s.assets.Path("mark.svg"), fiber.StatusFound) })
	for i := range s.pages {
		p := &s.pages[i]
		path := fiberPath(p.Path)
		app.Add(p.Method, path, func(c *fiber.Ctx) error { return s.serve(c, p) })
	}
	nowhere := &Page{Path: "/", Title: "Page not found", Permission: rbac.Public, audience: audience{name: "public"},
		handle: func(*visit) error { return errNoPage }}
	app.Use(func(c *fiber.Ctx) error { return s.serve(c, nowhere) })
}

var errNoPage = fault.ErrNotFound.Saying("There is no page at this address. Check it for a slip, or go to your home page.")

func fiberPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}

func (s *Site) asset(c *fiber.Ctx) error {
	body, contentType, encoding, ok := s.assets.Serve(c.Path(), c.Get(fiber.HeaderAcceptEncoding))
	if !ok {
		return c.SendStatus(fiber.StatusNotFound)
	}
	c.Set(fiber.HeaderContentType, contentType)
	c.Set(fiber.HeaderCacheControl, assets.Immutable)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	return c.Send(body)
}
