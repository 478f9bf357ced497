package openapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"wardbridge/internal/door"
	"wardbridge/internal/fault"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// How long an operation may take: any, one that takes a file in, one that sends
// a file.
const (
	timeoutUsual    = 30 * time.Second
	timeoutUpload   = 5 * time.Minute
	timeoutDownload = 10 * time.Minute
)

// Mount opens /v1 and /openapi.json. Everything below /v1 that is no operation
// is answered here too, as a problem.
func (r *Router) Mount(app *fiber.App) {
	document := r.JSON()
	tag := documentTag(document)
	app.Get("/openapi.json", func(c *fiber.Ctx) error {
		c.Set("ETag", tag)
		c.Set("Cache-Control", "public, no-cache")
		if matches(c.Get("If-None-Match"), tag) {
			return c.SendStatus(fiber.StatusNotModified)
		}
		c.Set("Content-Type", "application/json")
		return c.Send(document)
	})
	app.All(prefix+"/*", r.serve)
	app.All(prefix, r.serve)
}

// RequestID is the id of a request, which the answer, the log and the audit
// share: the caller's X-Request-Id if it is fit to be logged, else a new one.
// Called twice it gives the same id.
func RequestID(c *fiber.Ctx) string {
	if id := c.Response().Header.Peek("X-Request-Id"); len(id) > 0 {
		return string(id)
	}
	id := string(c.Request().Header.Peek("X-Request-Id"))
	if !fitID(id) {
		id = tenants.NewID().String()
	}
	c.Set("X-Request-Id", id)
	return id
}

func fitID(id string) bool {
	if len(id) < 8 || len(id) > 64 {
		return false
	}
	return !strings.ContainsFunc(id, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_' || r == '-')
	})
}

func (r *Router) serve(c *fiber.Ctx) error {
	request := RequestID(c)
	place, values := r.routes.find(string(c.Context().URI().PathOriginal()))
	if place == nil {
		return Problem(c, request, ErrNoOperation)
	}
	op := place.operation(c.Method())
	if op == nil {
		c.Set("Allow", place.allow)
		return Problem(c, request, ErrMethod)
	}
	p := &passage{c: c, op: op, values: values, request: request}
	err := r.pass(p)
	if err == nil {
		return nil
	}
	if f := classify(err); f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		r.log.Error("api request failed", slog.String("request", request), slog.String("operation", op.ID),
			slog.String("organisation", p.caller.Organisation.Code), slog.String("credential", p.caller.Credential.String()), slog.Any("error", err))
	}
	return Problem(c, request, err)
}

// pass is the whole way of a request, in the order that the house promises.
func (r *Router) pass(p *passage) (err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("panic: %v\n%s", broken, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(p.c.UserContext(), p.op.timeout())
	defer cancel()
	p.secret, err = bearer(string(p.c.Request().Header.Peek("Authorization")), p.op.Permission)
	if err != nil {
		return err
	}
	if p.caller, err = r.admit(ctx, p.op, p.secret); err != nil {
		return err
	}
	if p.op.acts() {
		if p.dry, err = Rehearsal(p.c, p.op.Permission); err != nil {
			return err
		}
	}
	in, key, hash, done, err := p.read()
	if err != nil {
		return err
	}
	defer done()
	err = r.act(ctx, p, in, key, hash)
	if errors.Is(err, tenants.ErrStale) {
		// What the door remembered of the caller has changed. Ask it again, and
		// for the permission too; a credential that is dead ends here.
		r.door.Forget(p.secret)
		if p.caller, err = r.admit(ctx, p.op, p.secret); err == nil {
			err = r.act(ctx, p, in, key, hash)
		}
	}
	if errors.Is(err, tenants.ErrStale) || (errors.Is(err, door.ErrSignIn) && p.secret != "") {
		return ErrBadCredential.Because(err)
	}
	return err
}

func (o *operation) timeout() time.Duration {
	switch {
	case o.file:
		return timeoutDownload
	case len(o.Accepts) > 0:
		return timeoutUpload
	}
	return timeoutUsual
}

// bearer is the secret of an Authorization header. Operations for everybody
// need none and look at none.
func bearer(header string, p rbac.Permission) (string, error) {
	if p == rbac.Public {
		return "", nil
	}
	scheme, secret, _ := strings.Cut(header, " ")
	if secret = strings.TrimSpace(secret); secret == "" || !strings.EqualFold(scheme, "Bearer") {
		return "", ErrNoCredential
	}
	return secret, nil
}

// admit turns the secret into a caller who may do this, or refuses.
func (r *Router) admit(ctx context.Context, op *operation, secret string) (door.Caller, error) {
	if op.Permission == rbac.Public {
		return door.Visitor, nil
	}
	caller, err := r.door.Enter(ctx, secret, "")
	switch {
	case errors.Is(err, door.ErrSignIn):
		return caller, ErrBadCredential
	case err != nil:
		return caller, err
	case caller.Kind != door.Key && caller.Kind != door.Token:
		return door.Visitor, ErrSession
	}
	return caller, r.door.Allow(caller, op.Permission)
}

// passage is one request on its way through the gate.
type passage struct {
	c       *fiber.Ctx
	op      *operation
	values  []string // of the path's parameters
	request string
	secret  string
	caller  door.Caller
	dry     bool // everything is done, and taken back
}

// read takes the request's input in: everything a program may get wrong is
// refused here. done removes what was put on disk.
func (p *passage) read() (in any, key string, hash []byte, done func(), err error) {
	done = func() {}
	header := p.c.Request().Header.Peek
	a := arrived{path: p.values, header: func(name string) string { return string(header(name)) }}
	p.c.Context().QueryArgs().VisitAll(func(name, value []byte) {
		a.query = append(a.query, pair{string(name), string(value)})
	})
	key = string(header("Idempotency-Key"))
	if err := p.op.checkKey(key); err != nil {
		return nil, "", nil, done, err
	}
	b := p.op.in.body
	if b != nil && b.upload {
		return p.readUpload(a, key)
	}
	if b != nil {
		if a.body, err = readJSONBody(p.c); err != nil {
			return nil, "", nil, done, err
		}
	}
	if in, err = p.op.in.decode(a); err != nil {
		return nil, "", nil, done, err
	}
	if p.op.once {
		h := digestOf(p.op, a)
		_, _ = h.Write(a.body)
		hash = h.Sum(nil)
	}
	return in, key, hash, done, nil
}

// readUpload looks at everything else before it takes a long body in.
func (p *passage) readUpload(a arrived, key string) (in any, _ string, hash []byte, done func(), err error) {
	done = func() {}
	if err := p.op.in.body.checkUpload(p.c); err != nil {
		return nil, "", nil, done, err
	}
	if in, err = p.op.in.decode(a); err != nil {
		return nil, "", nil, done, err
	}
	h := digestOf(p.op, a)
	u, err := spool(p.c, h)
	if err != nil {
		return nil, "", nil, done, err
	}
	p.op.in.setUpload(in, u)
	return in, key, h.Sum(nil), func() { _ = os.Remove(u.Path) }, nil
}

// act opens the unit of work, runs the handler in it and sends the answer after
// the commit.
func (r *Router) act(ctx context.Context, p *passage, in any, key string, hash []byte) error {
	ctx = door.WithCaller(ctx, p.caller)
	if p.op.file {
		return r.download(ctx, p, in)
	}
	run := func(fn func(context.Context, *tenants.Tx) error) error {
		return r.door.Run(ctx, p.caller, p.secret, p.request, fn)
	}
	if p.op.once {
		var a Answer
		err := Rehearse(p.dry, run, func(ctx context.Context, tx *tenants.Tx) (err error) {
			a, err = Once(ctx, tx, p.caller.Credential, p.op.ID, key, hash, func() (Answer, error) { return p.op.answer(ctx, tx, in) })
			return err
		})
		if err != nil {
			return err
		}
		return send(p.c, a)
	}
	out, err := r.out(ctx, p, run, in)
	if err != nil {
		return err
	}
	headers := p.op.headersOf(out)
	if p.op.tagged && p.op.Method == http.MethodGet && matches(string(p.c.Request().Header.Peek("If-None-Match")), headers["ETag"]) {
		return send(p.c, Answer{Status: fiber.StatusNotModified, Headers: headers})
	}
	text, err := p.op.encode(out)
	if err != nil {
		return err
	}
	return send(p.c, Answer{Status: p.op.Operation.Status, Headers: headers, Body: text})
}

// out is what the handler gives, once its unit of work has ended well.
func (r *Router) out(ctx context.Context, p *passage, run unit, in any) (out any, err error) {
	if p.op.look != nil {
		return p.op.look(ctx, r.door.Look(p.caller, p.request), in)
	}
	err = Rehearse(p.dry, run, func(ctx context.Context, tx *tenants.Tx) (err error) {
		out, err = p.op.run(ctx, tx, in)
		return err
	})
	return out, err
}

// dryRun is the header that asks for a rehearsal, and says in the answer that it
// was one.
const dryRun = "Dry-Run"

// ErrDryRun refuses a header that does not say clearly what is wanted: an act
// that was meant as a rehearsal must not be done.
var ErrDryRun = fault.New(fault.Malformed, "dry_run_unclear", "Send Dry-Run: true to try an act without doing it, or leave the header out. Signing in and setting a password by a link cannot be tried.")

// errRehearsed takes a unit of work back that went well.
var errRehearsed = errors.New("openapi: this was a dry run")

// unit opens a unit of work and runs a function in it.
type unit = func(func(context.Context, *tenants.Tx) error) error

// Rehearsal reads whether a request asks for a dry run. What anybody may do can
// not be tried: an attempt at a secret must always count.
func Rehearsal(c *fiber.Ctx, p rbac.Permission) (bool, error) {
	switch value := string(c.Request().Header.Peek(dryRun)); {
	case value == "":
		return false, nil
	case value == "true" && p != rbac.Public:
		c.Set(dryRun, "true")
		return true, nil
	}
	return false, ErrDryRun
}

// Rehearse runs one unit of work. When it is a dry run, everything is done as
// ever, the checks that wait for the commit included, and then taken back with
// its events and jobs; what fn has left for the answer stays.
func Rehearse(dry bool, run unit, fn func(context.Context, *tenants.Tx) error) error {
	if !dry {
		return run(fn)
	}
	err := run(func(ctx context.Context, tx *tenants.Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.NewRaw("set constraints all immediate").Exec(ctx); err != nil {
			return err
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		return nil
	}
	return err
}

// answer runs the handler and finishes its answer inside the unit of work, so
// that what is kept for a repeat is what was sent.
func (o *operation) answer(ctx context.Context, tx *tenants.Tx, in any) (Answer, error) {
	out, err := o.run(ctx, tx, in)
	if err != nil {
		return Answer{}, err
	}
	text, err := o.encode(out)
	return Answer{Status: o.Operation.Status, Headers: o.headersOf(out), Body: text, Secret: o.Operation.Secret}, err
}

func (r *Router) download(ctx context.Context, p *passage, in any) error {
	p.c.Status(p.op.Operation.Status)
	return SendFile(p.c, func(read func(context.Context, *tenants.Tx) error) error {
		return r.door.Stream(ctx, p.caller, p.request, read)
	}, func(ctx context.Context, tx *tenants.Tx) (File, error) {
		out, err := p.op.run(ctx, tx, in)
		if err != nil {
			return File{}, err
		}
		return *out.(*File), nil
	})
}

func documentTag(document []byte) string {
	sum := sha256.Sum256(document)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}
