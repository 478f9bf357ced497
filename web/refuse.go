package web

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"wardbridge/internal/fault"
)

// refuse answers an error with a page: what happened, and the way on.
func (v *visit) refuse(err error) error {
	f := fault.Of(err)
	if f.Kind == fault.Internal {
		v.site.log.Error("page failed", "request", v.request, "page", v.page.Path, "party", v.caller.Party.ID, "error", err)
	}
	if f.Kind == fault.Unauthenticated {
		to := "/signin"
		if v.c.Method() == fiber.MethodGet && v.c.Path() != "/" {
			to += "?next=" + url.QueryEscape(v.c.OriginalURL())
		}
		return v.c.Redirect(to, fiber.StatusSeeOther)
	}
	if f.RetryAfter > 0 {
		v.c.Set(fiber.HeaderRetryAfter, "1")
	}
	frame := v.bare()
	if f.Kind == fault.NotFound {
		// The answer for another party's page is the answer for none.
		frame.Organisation, frame.Audience, frame.Home, frame.Flash = "", "public", "/", nil
	}
	r := refusal{Title: titleOf(f), Text: f.Text, Fields: f.Fields}
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		r.Reference = v.request
	}
	frame.Narrow = true
	return v.render(View{Title: r.Title, Status: int(f.Kind), Narrow: true, Body: refusalPage(r)}, frame)
}

type refusal struct {
	Title, Text string
	Fields      []fault.Field
	Reference   string
}

func titleOf(f *fault.Fault) string {
	switch f.Kind {
	case fault.NotFound:
		return "Page not found"
	case fault.Forbidden:
		return "You cannot do this"
	case fault.Gone:
		return "This is no longer here"
	case fault.Conflict, fault.PreconditionFailed:
		return "This has changed meanwhile"
	case fault.TooMany:
		return "Too many tries"
	case fault.Internal, fault.Unavailable:
		return "There is a problem with the service"
	default:
		return "This cannot be accepted"
	}
}
