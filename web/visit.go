package web

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"wardbridge/internal/door"
	"wardbridge/internal/fault"
	"wardbridge/openapi"
	"wardbridge/tenants"
	"wardbridge/web/ui"
)

// Cookies of the site. All are HttpOnly and SameSite=Lax.
const (
	sessionCookie = "wb_session"
	preCookie     = "wb_pre" // ties the sign-in form to the browser before there is a session
	flashCookie   = "wb_flash"
)

// policy is the content security policy of every page: nothing inline, nothing
// from elsewhere.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// visit is one request for one page.
type visit struct {
	site    *Site
	page    *Page
	c       *fiber.Ctx
	ctx     context.Context
	caller  door.Caller
	secret  string
	request string
}

func (s *Site) serve(c *fiber.Ctx, p *Page) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), p.patience())
	defer cancel()
	v := &visit{site: s, page: p, c: c, request: openapi.RequestID(c), secret: c.Cookies(sessionCookie)}
	v.headers()
	v.ctx = context.WithValue(ctx, visitKey{}, v)
	if err := v.answer(); err != nil {
		return v.refuse(err)
	}
	return nil
}

// patience is how long a page may take: a file needs its time on the way.
func (p *Page) patience() time.Duration {
	switch {
	case p.Download:
		return 10 * time.Minute
	case p.uploads:
		return 5 * time.Minute
	default:
		return 30 * time.Second
	}
}

// answer lets the caller in and runs the page. A panic in one page is that
// page's failure, not the service's.
func (v *visit) answer() (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("panic: %v\n%s", broken, debug.Stack())
		}
	}()
	if err := v.enter(); err != nil {
		return err
	}
	v.ctx = door.WithCaller(v.ctx, v.caller)
	return v.page.handle(v)
}

func (v *visit) headers() {
	h := v.c
	h.Set(fiber.HeaderContentSecurityPolicy, policy)
	h.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	h.Set(fiber.HeaderReferrerPolicy, "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set(fiber.HeaderCacheControl, "no-store")
	h.Set("X-Request-Id", v.request)
}

// enter finds the caller for the audience of the path, and asks the doorman.
func (v *visit) enter() error {
	v.caller = door.Visitor
	place, needs := v.place()
	if v.secret != "" {
		caller, err := v.site.door.Enter(v.ctx, v.secret, place)
		switch {
		case err == nil && caller.Kind == door.Session:
			v.caller = caller
		case err == nil || fault.Is(err, fault.Unauthenticated):
			v.secret = ""
			v.clear(sessionCookie)
		default:
			return err
		}
	}
	if needs && !v.caller.SignedIn() {
		return door.ErrSignIn
	}
	if needs && !slices.Contains(v.page.audience.kinds, v.caller.Party.Kind) {
		return fault.ErrNotFound
	}
	return v.site.door.Allow(v.caller, v.page.Permission)
}

func (v *visit) place() (string, bool) {
	switch v.page.audience.name {
	case "worker":
		return "me", true
	case "platform":
		return "wardbridge", true
	case "public":
		return "", false
	default:
		return v.c.Params("org"), true
	}
}

// base is where the caller's pages begin.
func (v *visit) base() string {
	switch v.page.audience.name {
	case "employer":
		return "/e/" + v.caller.Organisation.Code
	case "agency":
		return "/a/" + v.caller.Organisation.Code
	case "practice":
		return "/p/" + v.caller.Organisation.Code
	case "worker":
		return "/me"
	case "platform":
		return "/platform"
	default:
		return ""
	}
}

func (v *visit) bind(dst any, f *form) []fault.Field {
	query := map[string][]string{}
	v.c.Context().QueryArgs().VisitAll(func(k, val []byte) { query[string(k)] = append(query[string(k)], string(val)) })
	param := func(name string) string {
		s, err := url.PathUnescape(v.c.Params(name))
		if err != nil {
			return v.c.Params(name)
		}
		return s
	}
	if f == nil {
		return openapi.Bind(dst, param, query, nil)
	}
	fields := openapi.Bind(dst, param, query, f.values)
	f.upload(dst)
	return fields
}

// run opens the caller's unit of work.
func (v *visit) run(fn func(context.Context, *tenants.Tx) error) error {
	return v.site.door.Run(v.ctx, v.caller, v.secret, v.request, fn)
}

// show runs a handler and sends the page it answers with.
func (v *visit) show(h func(context.Context, *tenants.Tx) (View, error), status int) error {
	var view View
	var frame ui.Frame
	err := v.run(func(ctx context.Context, tx *tenants.Tx) error {
		var err error
		if view, err = h(ctx, tx); err != nil {
			return err
		}
		frame, err = v.frame(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	if status != 0 {
		view.Status = status
	}
	return v.render(view, frame)
}

func (v *visit) render(view View, frame ui.Frame) error {
	if view.Title == "" {
		view.Title = v.page.Title
	}
	frame.Title, frame.Division, frame.PrintNote = view.Title, view.Division, view.PrintNote
	frame.SkipTo, frame.Landscape, frame.Narrow = view.SkipTo, view.Landscape, view.Narrow
	frame.Refused = view.Status >= 400 && v.c.Method() == fiber.MethodPost
	if view.Status == 0 {
		view.Status = fiber.StatusOK
	}
	var out bytes.Buffer
	if err := pageOf(frame, view.Body).Render(v.ctx, &out); err != nil {
		return err
	}
	v.c.Status(view.Status)
	v.c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	return v.c.Send(out.Bytes())
}

// act runs an act once per form key and goes where it leads.
func (v *visit) act(f *form, h func(context.Context, *tenants.Tx) (Done, error)) error {
	dry, err := openapi.Rehearsal(v.c, v.page.Permission)
	if err != nil {
		return err
	}
	var done Done
	var frame ui.Frame
	err = openapi.Rehearse(dry, v.run, func(ctx context.Context, tx *tenants.Tx) error {
		to, err := v.once(ctx, tx, f, func() (string, error) {
			var err error
			done, err = h(ctx, tx)
			return done.To, err
		})
		if err != nil {
			return err
		}
		done.To = to
		if done.View != nil {
			frame, err = v.frame(ctx, tx)
		}
		return err
	})
	if err != nil {
		return err
	}
	if dry {
		done.SignIn, done.SignOut, done.Flash = "", false, nil
	}
	if done.SignIn != "" {
		v.cookie(sessionCookie, done.SignIn, 0)
	}
	if done.SignOut {
		v.site.door.Forget(v.secret)
		v.clear(sessionCookie)
		v.c.Set("Clear-Site-Data", `"cache", "storage"`)
	}
	if done.View != nil {
		return v.render(*done.View, frame)
	}
	if done.Flash != nil {
		raw, err := json.Marshal(done.Flash)
		if err != nil {
			return err
		}
		v.cookie(flashCookie, base64.RawURLEncoding.EncodeToString(raw), 60)
	}
	return v.c.Redirect(done.To, fiber.StatusSeeOther)
}

// once makes a second post of one form the same act: it leads where the first
// one led. A visitor has no party to remember it for.
func (v *visit) once(ctx context.Context, tx *tenants.Tx, f *form, fn func() (string, error)) (string, error) {
	key := f.value("_key")
	if key == "" || tx.Me.Kind == tenants.Visitor {
		return fn()
	}
	sum := sha256.New()
	for _, name := range f.names() {
		fmt.Fprintf(sum, "%s=%q\n", name, f.values[name])
	}
	if f.file.Path != "" {
		fmt.Fprintf(sum, "%s=%x %q\n", f.field, f.sum, f.file.Name)
	}
	answer, err := openapi.Once(ctx, tx, v.caller.Credential, v.page.Method+" "+v.page.Path, key, sum.Sum(nil), func() (openapi.Answer, error) {
		to, err := fn()
		if to == "" {
			return openapi.Answer{}, err // a page in answer is not kept: it may be shown again
		}
		return openapi.Answer{Status: fiber.StatusSeeOther, Headers: map[string]string{fiber.HeaderLocation: to}}, err
	})
	return answer.Headers[fiber.HeaderLocation], err
}

// send streams a file from one snapshot of the caller's rows.
func (v *visit) send(h func(context.Context, *tenants.Tx) (openapi.File, error)) error {
	return openapi.SendFile(v.c, func(read func(context.Context, *tenants.Tx) error) error {
		return v.site.door.Stream(v.ctx, v.caller, v.request, read)
	}, h)
}

// sameSite refuses a post that another site could have made.
func (v *visit) sameSite(f *form) error {
	if site := v.c.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return errForged
	}
	if origin := v.c.Get(fiber.HeaderOrigin); origin != "" && origin != "null" {
		u, err := url.Parse(origin)
		if err != nil || u.Host != string(v.c.Context().Host()) {
			return errForged
		}
	}
	if !hmac.Equal([]byte(f.value("_csrf")), []byte(v.csrf())) {
		return errForged
	}
	return nil
}

var errForged = fault.New(fault.Forbidden, "form_expired", "This form was made for another sign-in, or is too old. Go back, reload the page and try again.")

// csrf is tied to the session, or before there is one to a cookie of its own.
func (v *visit) csrf() string {
	secret := v.secret
	if secret == "" {
		secret = v.c.Cookies(preCookie)
		if secret == "" {
			secret, _ = door.Secret("pre_")
			v.c.Request().Header.SetCookie(preCookie, secret)
			v.cookie(preCookie, secret, 0)
		}
	}
	sum := hmac.New(sha256.New, []byte(secret))
	sum.Write([]byte("form"))
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:18])
}

func (v *visit) cookie(name, value string, seconds int) {
	v.c.Cookie(&fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode,
		Secure: v.c.Protocol() == "https", MaxAge: seconds, SessionOnly: seconds == 0})
}

func (v *visit) clear(name string) {
	v.c.Cookie(&fiber.Cookie{Name: name, Value: "", Path: "/", HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode, Expires: time.Unix(1, 0)})
}

// flash takes what the last act said.
func (v *visit) flash() *ui.Flash {
	raw := v.c.Cookies(flashCookie)
	if raw == "" {
		return nil
	}
	v.clear(flashCookie)
	text, err := base64.RawURLEncoding.DecodeString(raw)
	var f ui.Flash
	if err != nil || json.Unmarshal(text, &f) != nil {
		return nil
	}
	f.Links = slices.DeleteFunc(f.Links, func(l ui.Link) bool { return !strings.HasPrefix(l.Href, "/") || strings.HasPrefix(l.Href, "//") })
	return &f
}
