// Package developers holds the pages of those who connect systems: the
// readable reference of the API, made from the document that it publishes.
package developers

import (
	"context"
	"sort"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"wardbridge/openapi"
	"wardbridge/rbac"
	"wardbridge/tenants"
	"wardbridge/web"
)

type none struct{}

// Pages registers them. The router must be complete by the first request.
func Pages(s *web.Site, r *openapi.Router) {
	nobody := web.Example(func(openapi.World) openapi.Call { return openapi.Call{} })
	web.Get(s, "/developers/api", rbac.Public, "API reference", func(context.Context, *tenants.Tx, none) (web.View, error) {
		return web.View{Narrow: true, Body: referencePage(chapters(r))}, nil
	}, nobody)
	web.Get(s, "/developers/errors", rbac.Public, "Error codes", func(context.Context, *tenants.Tx, none) (web.View, error) {
		return web.View{Narrow: true, Body: errorsPage(codes(r))}, nil
	}, nobody)
}

// chapter is the operations of one tag.
type chapter struct {
	ID, Title  string
	Operations []operation
}

type operation struct {
	ID, Method, Path, Summary, Description string
	Permission                             string
	Parameters                             []field
	Body                                   []field
	Answer                                 []field
	Statuses                               []string
	Faults                                 []code
}

type field struct {
	Name, In, Shape, Doc string
	Required             bool
}

type code struct {
	Status int
	Code   string
	Text   string
}

func chapters(r *openapi.Router) []chapter {
	document := r.Document()
	byTag := map[string]*chapter{}
	var order []string
	for _, o := range r.Operations() {
		c := byTag[o.Tag]
		if c == nil {
			c = &chapter{ID: o.Tag, Title: strings.ToUpper(o.Tag[:1]) + strings.ReplaceAll(o.Tag[1:], "-", " ")}
			byTag[o.Tag] = c
			order = append(order, o.Tag)
		}
		c.Operations = append(c.Operations, describe(document, o))
	}
	sort.Strings(order)
	all := make([]chapter, len(order))
	for i, tag := range order {
		all[i] = *byTag[tag]
	}
	return all
}

func describe(document *openapi3.T, o openapi.Operation) operation {
	d := operation{ID: o.ID, Method: o.Method, Path: o.Path, Summary: o.Summary, Permission: string(o.Permission)}
	item := document.Paths.Value(o.Path)
	if item == nil {
		return d
	}
	op := item.GetOperation(o.Method)
	if text, _, found := strings.Cut(op.Description, "\n"); found || text != "" {
		d.Description = strings.TrimSpace(text)
	}
	for _, p := range op.Parameters {
		d.Parameters = append(d.Parameters, field{Name: p.Value.Name, In: p.Value.In, Shape: shape(p.Value.Schema), Doc: p.Value.Description, Required: p.Value.Required})
	}
	if op.RequestBody != nil {
		for kind, media := range op.RequestBody.Value.Content {
			if kind == "application/json" {
				d.Body = append(d.Body, fields(media.Schema)...)
			} else {
				d.Body = append(d.Body, field{Name: "body", In: kind, Shape: "file", Required: true})
			}
		}
	}
	for status, answer := range op.Responses.Map() {
		d.Statuses = append(d.Statuses, status)
		if media := answer.Value.Content.Get("application/json"); media != nil && strings.HasPrefix(status, "2") {
			d.Answer = fields(media.Schema)
		}
	}
	sort.Strings(d.Statuses)
	for _, f := range o.Faults {
		d.Faults = append(d.Faults, code{Status: int(f.Kind), Code: f.Code, Text: f.Text})
	}
	return d
}

func fields(ref *openapi3.SchemaRef) []field {
	if ref == nil || ref.Value == nil {
		return nil
	}
	s := ref.Value
	if s.Type.Is("array") {
		return fields(s.Items)
	}
	if data := s.Properties["data"]; data != nil && s.Properties["next_cursor"] != nil {
		return append(fields(data), field{Name: "next_cursor", Shape: "string", Doc: "Sent with a full page; give it as cursor for the next."})
	}
	names := make([]string, 0, len(s.Properties))
	for name := range s.Properties {
		names = append(names, name)
	}
	sort.Strings(names)
	required := map[string]bool{}
	for _, name := range s.Required {
		required[name] = true
	}
	all := make([]field, len(names))
	for i, name := range names {
		p := s.Properties[name]
		all[i] = field{Name: name, Shape: shape(p), Doc: p.Value.Description, Required: required[name]}
	}
	return all
}

func shape(ref *openapi3.SchemaRef) string {
	if ref == nil || ref.Value == nil {
		return ""
	}
	s := ref.Value
	words := "any"
	if s.Type != nil && len(s.Type.Slice()) > 0 {
		words = s.Type.Slice()[0]
	}
	if s.Type.Is("array") {
		words = "list of " + shape(s.Items)
	}
	if s.Format != "" {
		words += ", " + s.Format
	}
	if len(s.Enum) > 0 {
		var each []string
		for _, e := range s.Enum {
			if text, ok := e.(string); ok {
				each = append(each, text)
			}
		}
		words += ": " + strings.Join(each, ", ")
	}
	return words
}

func codes(r *openapi.Router) []code {
	seen := map[string]code{}
	for _, o := range r.Operations() {
		for _, f := range o.Faults {
			seen[f.Code] = code{Status: int(f.Kind), Code: f.Code, Text: f.Text}
		}
	}
	all := make([]code, 0, len(seen))
	for _, c := range seen {
		all = append(all, c)
	}
	sort.Slice(all, func(a, b int) bool { return all[a].Code < all[b].Code })
	return all
}

func list(words []string) string { return strings.Join(words, ", ") }

func note(f field) string {
	words := f.Shape
	if f.In != "" {
		words = f.In + ", " + words
	}
	if f.Required {
		words += ", required"
	}
	if f.Doc != "" {
		words += ". " + f.Doc
	}
	return words
}
