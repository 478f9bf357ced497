package openapi

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"wardbridge/internal/fault"
)

// maxRows bounds the rows of a repeated group in a form.
const maxRows = 500

// Bind reads a page's path, query and form into a struct by the same rules as
// the API, and returns every refusal at once, named as the box is named. Fields
// are tagged path, query or form; the fields of a struct named Body that have no
// form tag go by their json name, so a page may share the input of an operation.
//
// What differs is that a person wrote it: spaces around a value are dropped and
// an empty box is no answer, a ticked box is "on", dates and rates are read as
// people write them and money.Pence is read as pounds. A nested struct is named
// address.postcode, a row of a repeated group lines.0.rate, a map ward.<key>; rows
// that were left empty are dropped. Instants (time.Time) have no form of their
// own on a page.
//
// dst is a pointer to a struct; anything else panics.
func Bind(dst any, path func(string) string, query, form map[string][]string) []fault.Field {
	root := reflect.ValueOf(dst).Elem()
	b := binder{path: path, values: map[string]map[string][]string{inQuery: query, inForm: form}}
	return b.fill(planOf(root.Type()), root, "")
}

const inForm = "form"

// plan is how a page's input is read, worked out once per type.
type plan struct{ boxes []box }

// box is one field: a leaf, or a group of further fields.
type box struct {
	leaf
	source string
	group  string // "", "struct", "rows" or "map"
	of     *plan
}

var plans sync.Map // reflect.Type -> *plan

func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{}
	p.collect(t, nil, false)
	plans.Store(t, p)
	return p
}

// collect lists the fields of a struct; inBody says that json names count.
func (p *plan) collect(t reflect.Type, base []int, inBody bool) {
	for i := range t.NumField() {
		field := t.Field(i)
		index := append(slices.Clone(base), i)
		source, name := boxTag(field, inBody)
		switch {
		case !field.IsExported() && !field.Anonymous:
		case name == "" && field.Name == "Body" && field.Type.Kind() == reflect.Struct && field.Type != reflect.TypeFor[Upload]():
			p.collect(field.Type, index, true)
		case name == "" && field.Anonymous && field.Type.Kind() == reflect.Struct:
			p.collect(field.Type, index, inBody)
		case name != "":
			if b, ok := boxOf(field, source, name, index, inBody); ok {
				p.boxes = append(p.boxes, b)
			}
		}
	}
}

func boxTag(field reflect.StructField, inBody bool) (source, name string) {
	for _, source := range []string{inPath, inQuery, inForm} {
		if name := field.Tag.Get(source); name != "" {
			return source, name
		}
	}
	if inBody {
		if name, _, skip := jsonName(field); !skip {
			return inForm, name
		}
	}
	return "", ""
}

func boxOf(field reflect.StructField, source, name string, index []int, inBody bool) (box, bool) {
	t := field.Type
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	plain := func(t reflect.Type) bool {
		return t.Kind() == reflect.Struct && readerOf(t, true) == nil && t != timeType && ownSchema(t) == nil
	}
	b := box{source: source, leaf: leaf{name: name, index: index, typ: t}}
	switch {
	case plain(t):
		b.group, b.of = "struct", &plan{}
		b.of.collect(t, nil, true)
		return b, true
	case t.Kind() == reflect.Slice && plain(t.Elem()):
		b.group, b.of = "rows", &plan{}
		b.of.collect(t.Elem(), nil, true)
		return b, true
	case t.Kind() == reflect.Map && ownSchema(t) == nil:
		b.group, b.read = "map", readerOf(t.Elem(), true)
		b.schema = newReflector().ref(t.Elem(), true).Value
		return b, b.read != nil && t.Key().Kind() == reflect.String
	}
	if element := t; inBody {
		if t.Kind() == reflect.Slice && ownSchema(t) == nil {
			element = t.Elem()
		}
		if readerOf(element, true) == nil {
			return b, false // an instant, or raw JSON: the page has no box for it
		}
	}
	b.leaf = compileLeaf(newReflector(), field, name, index, true)
	b.commas = source == inQuery
	byJSON := inBody && field.Tag.Get(source) == ""
	if _, omit, _ := jsonName(field); byJSON && !omit && field.Type.Kind() != reflect.Pointer && !b.list && t.Kind() != reflect.Bool {
		b.required = true
	}
	return b, true
}

// binder is one reading of one request.
type binder struct {
	path   func(string) string
	values map[string]map[string][]string
}

func (b *binder) fill(p *plan, root reflect.Value, prefix string) (refused []fault.Field) {
	for i := range p.boxes {
		box := p.boxes[i]
		box.name = dotted(prefix, box.name)
		switch box.group {
		case "struct":
			target := allocated(root.FieldByIndex(box.index))
			refused = append(refused, b.fill(box.of, target, box.name)...)
		case "rows":
			refused = append(refused, b.rows(&box, root)...)
		case "map":
			refused = append(refused, b.entries(&box, root)...)
		default:
			texts := b.values[box.source][box.name]
			if box.source == inPath {
				texts = []string{b.path(box.name)}
			}
			refused = append(refused, box.set(root, texts, len(texts) > 0)...)
		}
	}
	return refused
}

func allocated(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	return v
}

// under lists the parts right below a name, in order: numbers by value, then
// words, without those that were left empty.
func (b *binder) under(source, name string) []string {
	var parts []string
	for key, texts := range b.values[source] {
		rest, ok := strings.CutPrefix(key, name+".")
		if !ok || len(trimmed(texts, true)) == 0 {
			continue
		}
		part, _, _ := strings.Cut(rest, ".")
		if !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	slices.SortFunc(parts, func(a, c string) int {
		x, errX := strconv.Atoi(a)
		y, errY := strconv.Atoi(c)
		if errX == nil && errY == nil {
			return x - y
		}
		return strings.Compare(a, c)
	})
	return parts
}

func (b *binder) rows(box *box, root reflect.Value) (refused []fault.Field) {
	var parts []string
	for _, part := range b.under(box.source, box.name) {
		if _, err := strconv.ParseUint(part, 10, 31); err == nil {
			parts = append(parts, part)
		}
	}
	if len(parts) > maxRows {
		return []fault.Field{{Name: box.name, Code: "too_many", Text: fmt.Sprintf("Give at most %d rows at once.", maxRows)}}
	}
	target := allocated(root.FieldByIndex(box.index))
	target.Set(reflect.MakeSlice(target.Type(), len(parts), len(parts)))
	for i, part := range parts {
		refused = append(refused, b.fill(box.of, target.Index(i), dotted(box.name, part))...)
	}
	return refused
}

func (b *binder) entries(box *box, root reflect.Value) (refused []fault.Field) {
	target := allocated(root.FieldByIndex(box.index))
	target.Set(reflect.MakeMap(target.Type()))
	prefix := box.name + "."
	for key, texts := range b.values[box.source] {
		name, ok := strings.CutPrefix(key, prefix)
		texts = trimmed(texts, false)
		if !ok || len(texts) == 0 {
			continue
		}
		value := reflect.New(target.Type().Elem()).Elem()
		one := leaf{name: key, typ: value.Type(), own: ownSchema(value.Type()) != nil, form: true, read: box.read}
		refused = append(refused, one.one(value, texts[0], box.schema)...)
		target.SetMapIndex(reflect.ValueOf(name).Convert(target.Type().Key()), value)
	}
	slices.SortFunc(refused, func(a, c fault.Field) int { return strings.Compare(a.Name, c.Name) })
	return refused
}
