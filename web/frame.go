package web

import (
	"context"
	"io"
	"sort"
	"strings"
	"time"

	"github.com/a-h/templ"

	"wardbridge/internal/civil"
	"wardbridge/internal/door"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web/ui"
)

type navItem struct {
	audience   string
	position   int
	text, path string
	permission rbac.Permission
	icon       string
	count      func(context.Context, *tenants.Tx) (int, error)
}

// Nav adds an item to an audience's navigation, shown to those who may use it.
// The path goes on from the party's base; count is work waiting, or nil.
func (s *Site) Nav(audience string, position int, text, path string, p rbac.Permission, icon string, count func(context.Context, *tenants.Tx) (int, error)) {
	s.navs = append(s.navs, navItem{audience, position, text, path, p, icon, count})
	sort.SliceStable(s.navs, func(a, b int) bool { return s.navs[a].position < s.navs[b].position })
}

// frame is everything around the content, for this caller on this page.
func (v *visit) frame(ctx context.Context, tx *tenants.Tx) (ui.Frame, error) {
	f := v.bare()
	f.Now, f.PrintedAt = tx.Now.Format(time.RFC3339), civil.When(tx.Now)
	here := strings.TrimPrefix(v.c.Path(), v.base())
	best := -1
	for _, n := range v.site.navs {
		if n.audience != v.page.audience.name || v.site.door.Allow(v.caller, n.permission) != nil {
			continue
		}
		item := ui.NavItem{Text: n.text, Href: v.base() + n.path, Icon: n.icon}
		if n.count != nil {
			var err error
			if item.Count, err = n.count(ctx, tx); err != nil {
				return f, err
			}
		}
		f.Nav = append(f.Nav, item)
		if here == n.path || (n.path != "/" && n.path != "" && strings.HasPrefix(here, n.path+"/")) {
			best = len(f.Nav) - 1
		}
	}
	if best >= 0 {
		f.Nav[best].Current = true
	}
	return f, nil
}

// bare is the frame without what needs the database.
func (v *visit) bare() ui.Frame {
	a := v.site.assets
	f := ui.Frame{
		Audience: v.page.audience.name, Organisation: v.caller.Organisation.Name, Person: v.caller.Name,
		CSRF: v.csrf(), Flash: v.flash(), Home: "/",
		CSS: a.Path("app.css"), JS: a.Path("app.js"), Font: a.Path("source-sans-3-latin.woff2"), Icon: a.Path("mark.svg"),
		PrintedAt: civil.When(time.Now()),
		Footer:    []ui.Link{{Text: "Accessibility", Href: "/accessibility"}, {Text: "API reference", Href: "/developers/api"}},
	}
	if v.caller.SignedIn() {
		f.SignOut = "/signout"
		f.Account = []ui.Link{{Text: "Switch", Href: "/switch"}, {Text: "Account", Href: "/account"}}
	}
	if b := v.base(); b != "" {
		f.Home = b
	}
	return f
}

// pageOf puts a body into its frame.
func pageOf(f ui.Frame, body templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return ui.Page(f).Render(templ.WithChildren(ctx, body), w)
	})
}

type visitKey struct{}

func visitOf(ctx context.Context) *visit {
	v, _ := ctx.Value(visitKey{}).(*visit)
	return v
}

// Base is where the caller's pages begin: /e/kingsmere, /a/meridian, /me.
func Base(ctx context.Context) string {
	if v := visitOf(ctx); v != nil {
		return v.base()
	}
	return ""
}

// CSRF is the token of the forms on this page.
func CSRF(ctx context.Context) string {
	if v := visitOf(ctx); v != nil {
		return v.csrf()
	}
	return ""
}

// Key is a new key for one form: sending it twice is one act.
func Key(context.Context) string { return tenants.NewID().String() }

// Caller is who looks at the page.
func Caller(ctx context.Context) door.Caller {
	if v := visitOf(ctx); v != nil {
		return v.caller
	}
	return door.Visitor
}

// May reports whether the caller has a permission, for a button that would
// otherwise lead to a refusal.
func May(ctx context.Context, p rbac.Permission) bool {
	v := visitOf(ctx)
	return v != nil && v.site.door.Allow(v.caller, p) == nil
}

// Address is where the request came from, for limits on sign-in.
func Address(ctx context.Context) string {
	if v := visitOf(ctx); v != nil {
		return v.c.IP()
	}
	return ""
}

// Secret is the caller's own session secret, for ending it.
func Secret(ctx context.Context) string {
	if v := visitOf(ctx); v != nil {
		return v.secret
	}
	return ""
}

// URL is the address of this request, with its query.
func URL(ctx context.Context) string {
	if v := visitOf(ctx); v != nil {
		return v.c.OriginalURL()
	}
	return ""
}
