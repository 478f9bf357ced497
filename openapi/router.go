package openapi

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"wardbridge/internal/door"
	"wardbridge/internal/fault"
	"wardbridge/rbac"
	"wardbridge/tenants"
)

// Info is the head of the published document.
type Info struct {
	Title, Version, Description string
}

// Router holds every operation of the API. Operations are registered at start,
// then Mount opens them; a registration that breaks a rule panics with the line
// that made it.
type Router struct {
	door       *door.Door
	log        *slog.Logger
	info       Info
	schemas    *reflector
	operations []*operation
	ids        map[string]string // operation id -> where it was registered
	routes     *node
	document   *openapi3.T
	json       []byte
}

// New makes an empty registry whose operations are guarded by a door.
func New(d *door.Door, log *slog.Logger, info Info) *Router {
	return &Router{door: d, log: log, info: info, schemas: newReflector(), ids: map[string]string{}, routes: &node{}}
}

// Operation is one line of the registry, for the tests and pages that are made
// from it: the permission matrix, the probes for foreign ids, the guide.
type Operation struct {
	Method      string
	Path        string // "/v1/shifts/{id}"
	ID          string // "listShifts"
	Permission  rbac.Permission
	Summary     string
	Description string
	Tag         string
	Status      int
	Accepts     []string // content types of a raw body; empty for JSON
	Reads       bool     // changes nothing
	Secret      bool     // the answer is shown once
	Faults      []*fault.Fault
	Example     func(World) Call // nil: none given
}

// World names rows of the demonstration, such as "kingsmere.shift.open".
type World interface{ ID(name string) string }

// Call is one real request: what a caller who may, sends to get a 2xx.
type Call struct {
	As          string // the caller's name in the world
	Path        map[string]string
	Query       map[string]string
	Body        any
	ContentType string // for Raw
	Raw         []byte
}

// operation is an Operation with what was worked out for it at registration, so
// that a request costs no reflection on types.
type operation struct {
	Operation
	pathNames []string
	in        *input
	out       reflect.Type
	outRef    *openapi3.SchemaRef
	fill      filler
	file      bool
	produces  []string
	tagged    bool // the answer has an ETag
	once      bool // an Idempotency-Key is required
	matched   bool // an If-Match is required
	run       func(context.Context, *tenants.Tx, any) (any, error)
	look      func(context.Context, tenants.Look, any) (any, error) // in place of run
}

// Option adds to an operation what its line does not say.
type Option func(*operation)

// Tag puts an operation into another chapter than its first path segment.
func Tag(name string) Option { return func(o *operation) { o.Tag = name } }

// Status is the status of success, 200 unless said.
func Status(code int) Option { return func(o *operation) { o.Operation.Status = code } }

// Secret marks an answer that is shown once, such as a new key: it is never
// stored, so the same Idempotency-Key answers that it has already been done.
func Secret() Option { return func(o *operation) { o.Operation.Secret = true } }

// Faults lists the refusals of an operation in its description.
func Faults(f ...*fault.Fault) Option {
	return func(o *operation) { o.Operation.Faults = append(o.Operation.Faults, f...) }
}

// Describe is the longer text under the summary, in Markdown.
func Describe(text string) Option { return func(o *operation) { o.Description = text } }

// Example gives a call that its owner may make and that succeeds in the
// demonstration, for the probes that are generated from the registry.
func Example(fn func(World) Call) Option { return func(o *operation) { o.Operation.Example = fn } }

// Reads marks a POST that changes nothing, such as a quote: it needs no
// Idempotency-Key.
func Reads() Option { return func(o *operation) { o.Operation.Reads = true } }

// Produces names the content types of a File, for the document.
func Produces(types ...string) Option { return func(o *operation) { o.produces = types } }

// Get registers a read.
func Get[In, Out any](r *Router, path string, p rbac.Permission, summary string, h func(context.Context, *tenants.Tx, In) (Out, error), opts ...Option) {
	register(r, "GET", path, p, summary, h, opts)
}

// Look registers a read of one row, which is opened, asked and ended in one
// message to the database. It is for what programs ask over and over. That
// message checks the credential too, so a handler asks before it answers.
func Look[In, Out any](r *Router, path string, p rbac.Permission, summary string, h func(context.Context, tenants.Look, In) (Out, error), opts ...Option) {
	look := func(ctx context.Context, l tenants.Look, in any) (any, error) {
		out, err := h(ctx, l, *in.(*In))
		if err != nil {
			return nil, err
		}
		return &out, nil
	}
	r.add("GET", path, p, summary, reflect.TypeFor[In](), reflect.TypeFor[Out](), nil, append(opts, func(o *operation) { o.look = look }))
}

// Post registers an act, done once per Idempotency-Key.
func Post[In, Out any](r *Router, path string, p rbac.Permission, summary string, h func(context.Context, *tenants.Tx, In) (Out, error), opts ...Option) {
	register(r, "POST", path, p, summary, h, opts)
}

// Put registers a replacement; the caller names the version with If-Match.
func Put[In, Out any](r *Router, path string, p rbac.Permission, summary string, h func(context.Context, *tenants.Tx, In) (Out, error), opts ...Option) {
	register(r, "PUT", path, p, summary, h, opts)
}

// Patch registers a partial change; the caller names the version with If-Match.
func Patch[In, Out any](r *Router, path string, p rbac.Permission, summary string, h func(context.Context, *tenants.Tx, In) (Out, error), opts ...Option) {
	register(r, "PATCH", path, p, summary, h, opts)
}

// Delete registers a removal; the caller names the version with If-Match.
func Delete[In, Out any](r *Router, path string, p rbac.Permission, summary string, h func(context.Context, *tenants.Tx, In) (Out, error), opts ...Option) {
	register(r, "DELETE", path, p, summary, h, opts)
}

func register[In, Out any](r *Router, method, path string, p rbac.Permission, summary string, h func(context.Context, *tenants.Tx, In) (Out, error), opts []Option) {
	run := func(ctx context.Context, tx *tenants.Tx, in any) (any, error) {
		out, err := h(ctx, tx, *in.(*In))
		if err != nil {
			return nil, err
		}
		return &out, nil
	}
	r.add(method, path, p, summary, reflect.TypeFor[In](), reflect.TypeFor[Out](), run, opts)
}

// add does what needs no type parameters, so that it is compiled once.
func (r *Router) add(method, path string, p rbac.Permission, summary string, in, out reflect.Type, run func(context.Context, *tenants.Tx, any) (any, error), opts []Option) {
	where := registeredAt()
	defer func() {
		if broken := recover(); broken != nil {
			panic(fmt.Sprintf("openapi: %s: %s %s: %v", where, method, path, broken))
		}
	}()
	if r.document != nil {
		panic("registered after the document was built")
	}
	o := &operation{run: run, out: out, Operation: Operation{
		Method: method, Path: prefix + path, Permission: p, Summary: summary, ID: operationID(summary), Tag: firstSegment(path)}}
	for _, opt := range opts {
		opt(o)
	}
	o.pathNames = pathNames(path)
	o.in = compileInput(r.schemas, in, o.ID)
	o.file = out == reflect.TypeFor[File]()
	switch {
	case o.file || isNone(out):
	default:
		o.outRef = r.schemas.ref(out, false)
		o.fill = fillerOf(out)
		o.tagged = reflect.PointerTo(out).Implements(reflect.TypeFor[tagger]())
	}
	if o.Operation.Status == 0 {
		o.Operation.Status = 200
		if isNone(out) {
			o.Operation.Status = 204
		}
	}
	if o.in.body != nil && o.in.body.upload {
		o.Accepts = o.in.body.accepts
	}
	o.once = method == "POST" && !o.Operation.Reads && p != rbac.Public
	o.matched = slices.Contains([]string{"PUT", "PATCH", "DELETE"}, method)
	lint(o, path)
	for i := range o.in.params {
		if p := &o.in.params[i]; p.in == inPath {
			p.at = slices.Index(o.pathNames, p.name)
		}
	}
	if other, taken := r.ids[o.ID]; taken {
		panic(fmt.Sprintf("operation id %s is taken by %s; choose another summary", o.ID, other))
	}
	r.ids[o.ID] = where
	r.routes.add(o)
	r.operations = append(r.operations, o)
}

// acts says whether an operation may change anything, so that it can be tried.
func (o *operation) acts() bool {
	return o.Method != http.MethodGet && !o.Operation.Reads && o.Permission != rbac.Public
}

// Operations lists what is registered, in order of path and method.
func (r *Router) Operations() []Operation {
	ops := make([]Operation, len(r.operations))
	for i, o := range sorted(r.operations) {
		ops[i] = o.Operation
	}
	return ops
}
