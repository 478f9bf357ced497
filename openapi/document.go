package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"wardbridge/internal/fault"
	"wardbridge/rbac"
)

const bearerWords = `An organisation key (` + "`wb_live_...`" + ` or ` + "`wb_test_...`" + `) acts for an organisation and is meant for integrations; ` +
	`a personal token acts for the person who made it, in the one place it was made for. ` +
	`Both are made on the page of keys, are shown once, expire within a year and may be narrowed to some permissions. ` +
	`A browser session is not accepted here.`

// Document is the API as OpenAPI 3.0.3. It is built once; nothing can be
// registered after that.
func (r *Router) Document() *openapi3.T {
	if r.document == nil {
		r.document = r.build()
	}
	return r.document
}

// JSON is the document with sorted keys and indentation: what is published, and
// the golden file that shows a change of the API in review.
func (r *Router) JSON() []byte {
	if r.json == nil {
		compact, err := json.Marshal(r.Document())
		if err != nil {
			panic(fmt.Sprintf("openapi: the document cannot be written: %v", err))
		}
		var b bytes.Buffer
		_ = json.Indent(&b, compact, "", "  ")
		b.WriteByte('\n')
		r.json = b.Bytes()
	}
	return r.json
}

func (r *Router) build() *openapi3.T {
	problemRef := r.schemas.ref(reflect.TypeFor[problem](), false)
	doc := &openapi3.T{
		OpenAPI: "3.0.3",
		Info:    &openapi3.Info{Title: r.info.Title, Version: r.info.Version, Description: r.info.Description},
		Servers: openapi3.Servers{{URL: "/"}},
		Paths:   openapi3.NewPaths(),
		Components: &openapi3.Components{
			Schemas:   r.schemas.components,
			Responses: openapi3.ResponseBodies{},
			Parameters: openapi3.ParametersMap{"IdempotencyKey": &openapi3.ParameterRef{Value: openapi3.NewHeaderParameter("Idempotency-Key").
				WithDescription("A new value for each act. The same key and request again give the first answer and do nothing; another request under the key is refused.").
				WithRequired(true).WithSchema(openapi3.NewStringSchema().WithMinLength(1).WithMaxLength(200))},
				"DryRun": &openapi3.ParameterRef{Value: openapi3.NewHeaderParameter(dryRun).
					WithDescription("true: do it all, answer as ever, then take it back. The answer carries the header too; its ids and secrets stand for nothing.").
					WithSchema(openapi3.NewStringSchema().WithEnum("true"))}},
			SecuritySchemes: openapi3.SecuritySchemes{"bearer": &openapi3.SecuritySchemeRef{
				Value: openapi3.NewSecurityScheme().WithType("http").WithScheme("bearer").WithDescription(bearerWords)}},
		},
		Security: openapi3.SecurityRequirements{{"bearer": {}}},
	}
	b := builder{doc: doc, problem: problemRef}
	for _, o := range sorted(r.operations) {
		if !slices.ContainsFunc(doc.Tags, func(t *openapi3.Tag) bool { return t.Name == o.Tag }) {
			doc.Tags = append(doc.Tags, &openapi3.Tag{Name: o.Tag})
		}
		doc.AddOperation(o.Path, o.Method, b.operation(o))
	}
	slices.SortFunc(doc.Tags, func(a, c *openapi3.Tag) int { return strings.Compare(a.Name, c.Name) })
	return doc
}

type builder struct {
	doc     *openapi3.T
	problem *openapi3.SchemaRef
}

func (b *builder) operation(o *operation) *openapi3.Operation {
	op := &openapi3.Operation{
		OperationID: o.ID, Summary: o.Summary, Description: describe(o), Tags: []string{o.Tag},
		Responses:  openapi3.NewResponsesWithCapacity(8),
		Extensions: map[string]any{"x-permission": string(o.Permission)},
	}
	if o.Permission == rbac.Public {
		op.Security = &openapi3.SecurityRequirements{}
	}
	for i := range o.in.params {
		op.Parameters = append(op.Parameters, &openapi3.ParameterRef{Value: o.in.params[i].parameter()})
	}
	if o.once {
		op.Parameters = append(op.Parameters, &openapi3.ParameterRef{Ref: "#/components/parameters/IdempotencyKey", Value: b.doc.Components.Parameters["IdempotencyKey"].Value})
	}
	if o.acts() {
		op.Parameters = append(op.Parameters, &openapi3.ParameterRef{Ref: "#/components/parameters/DryRun", Value: b.doc.Components.Parameters["DryRun"].Value})
	}
	if o.tagged && o.Method == http.MethodGet {
		op.Parameters = append(op.Parameters, &openapi3.ParameterRef{Value: openapi3.NewHeaderParameter("If-None-Match").
			WithDescription("The ETag you hold: 304 when it is still right.").WithSchema(openapi3.NewStringSchema())})
		op.Responses.Set("304", &openapi3.ResponseRef{Value: openapi3.NewResponse().WithDescription("Not Modified")})
	}
	if o.in.body != nil {
		op.RequestBody = &openapi3.RequestBodyRef{Value: o.in.body.document()}
	}
	op.Responses.Set(strconv.Itoa(o.Operation.Status), &openapi3.ResponseRef{Value: o.success()})
	for _, status := range o.refusals() {
		op.Responses.Set(strconv.Itoa(status), b.refusal(strconv.Itoa(status), http.StatusText(status)))
	}
	op.Responses.Set("default", b.refusal("default", "Any other refusal or failure"))
	return op
}

// refusals are the statuses that the gate or the handler may answer.
func (o *operation) refusals() []int {
	var list []int
	add := func(when bool, statuses ...int) {
		if when {
			list = append(list, statuses...)
		}
	}
	add(o.Permission != rbac.Public, 401, 403)
	add(len(o.pathNames) > 0, 404)
	add(len(o.in.params) > 0 || o.in.body != nil, 422)
	add(o.Method != http.MethodGet && !o.Operation.Reads, 409)
	add(o.once, 422)
	add(o.acts(), 400)
	add(o.in.body != nil, 400, 413, 415)
	add(o.matched, 412, 428)
	for _, f := range o.Operation.Faults {
		list = append(list, int(f.Kind))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// refusal is a reference to the shared answer of a status.
func (b *builder) refusal(status, words string) *openapi3.ResponseRef {
	name := "Problem" + status
	if status == "default" {
		name = "Problem"
	}
	shared := b.doc.Components.Responses
	if shared[name] == nil {
		shared[name] = &openapi3.ResponseRef{Value: openapi3.NewResponse().WithDescription(words).
			WithContent(openapi3.Content{"application/problem+json": openapi3.NewMediaType().WithSchemaRef(b.problem)})}
	}
	return &openapi3.ResponseRef{Ref: "#/components/responses/" + name, Value: shared[name].Value}
}

func (o *operation) success() *openapi3.Response {
	res := openapi3.NewResponse().WithDescription(http.StatusText(o.Operation.Status))
	switch {
	case o.file:
		types := o.produces
		if len(types) == 0 {
			types = []string{"application/octet-stream"}
		}
		res.Content = binary(types)
	case o.outRef != nil:
		res.Content = openapi3.NewContentWithJSONSchemaRef(o.outRef)
	}
	res.Headers = openapi3.Headers{}
	header := func(name, text string) {
		res.Headers[name] = &openapi3.HeaderRef{Value: &openapi3.Header{Parameter: openapi3.Parameter{
			Description: text, Schema: openapi3.NewStringSchema().NewRef()}}}
	}
	header("X-Request-Id", "The id of this request, for questions about it.")
	if o.tagged {
		header("ETag", "The version; send it as If-Match to change it.")
	}
	if o.once {
		header("Idempotent-Replay", "\"true\" when this is the kept answer of an earlier request.")
	}
	if o.acts() {
		header(dryRun, "\"true\" when nothing of this was kept.")
	}
	return res
}

func (b *body) document() *openapi3.RequestBody {
	if b.upload {
		return openapi3.NewRequestBody().WithRequired(true).WithContent(binary(b.accepts))
	}
	return openapi3.NewRequestBody().WithRequired(!b.optional).WithContent(openapi3.NewContentWithJSONSchemaRef(b.ref))
}

func binary(types []string) openapi3.Content {
	content := openapi3.Content{}
	for _, t := range types {
		content[t] = openapi3.NewMediaType().WithSchema(openapi3.NewStringSchema().WithFormat("binary"))
	}
	return content
}

func (p *param) parameter() *openapi3.Parameter {
	out := &openapi3.Parameter{In: p.in, Name: p.name, Description: p.doc, Required: p.required, Schema: p.schema.NewRef()}
	if p.list && p.in == inQuery {
		explode := false
		out.Style, out.Explode = "form", &explode
	}
	if p.name == "If-Match" && out.Description == "" {
		out.Description = "The ETag of the version you have read."
	}
	return out
}

// describe is the text of an operation with its permission and a table of what
// it may refuse.
func describe(o *operation) string {
	parts := []string{}
	if o.Description != "" {
		parts = append(parts, o.Description)
	}
	if o.Permission == rbac.Public {
		parts = append(parts, "Needs no credential.")
	} else {
		parts = append(parts, fmt.Sprintf("Needs the permission `%s`.", o.Permission))
	}
	if o.Operation.Secret {
		parts = append(parts, "The answer holds a secret and is shown once: a repeat with the same Idempotency-Key answers `already_done`.")
	}
	if len(o.Operation.Faults) > 0 {
		faults := slices.Clone(o.Operation.Faults)
		slices.SortStableFunc(faults, func(a, c *fault.Fault) int { return int(a.Kind) - int(c.Kind) })
		table := "| Status | Code | Meaning |\n|---|---|---|"
		for _, f := range faults {
			table += fmt.Sprintf("\n| %d | `%s` | %s |", f.Kind, f.Code, f.Text)
		}
		parts = append(parts, table)
	}
	return strings.Join(parts, "\n\n")
}
