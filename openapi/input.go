package openapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"wardbridge/internal/fault"
)

// Where a parameter comes from.
const (
	inPath   = "path"
	inQuery  = "query"
	inHeader = "header"
)

// input is how requests of one operation are read, worked out once.
type input struct {
	typ    reflect.Type
	params []param
	query  []string // the names, for the sentence about an unknown one
	body   *body
}

type param struct {
	leaf
	in  string
	at  int // of a path parameter: which of the path's values
	doc string
}

// body is the Body field of an input.
type body struct {
	index    []int
	ref      *openapi3.SchemaRef
	upload   bool
	accepts  []string
	optional bool
}

// arrived is a request as text, copied out of the server's buffers.
type arrived struct {
	path   []string // in the order of the path's names
	query  []pair
	header func(name string) string
	body   []byte
}

type pair struct{ name, value string }

func compileInput(f *reflector, t reflect.Type, id string) *input {
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("the input %s is not a struct", t))
	}
	in := &input{typ: t}
	in.collect(f, t, nil, id)
	return in
}

func (in *input) collect(f *reflector, t reflect.Type, base []int, id string) {
	for i := range t.NumField() {
		field := t.Field(i)
		index := append(slices.Clone(base), i)
		source, name := paramTag(field)
		switch {
		case source != "":
			if !field.IsExported() {
				panic(fmt.Sprintf("field %s has a tag but is not exported", field.Name))
			}
			p := param{in: source, doc: field.Tag.Get("doc"), leaf: compileLeaf(f, field, name, index, false)}
			p.required = p.required || source == inPath || name == "If-Match"
			if source == inQuery {
				in.query = append(in.query, name)
			}
			in.params = append(in.params, p)
		case field.Name == "Body":
			in.body = compileBody(f, field, index, id)
		case field.Anonymous && field.Type.Kind() == reflect.Struct:
			in.collect(f, field.Type, index, id)
		case field.IsExported():
			panic(fmt.Sprintf("field %s needs a tag: path, query or header; or name it Body", field.Name))
		}
	}
}

func paramTag(field reflect.StructField) (source, name string) {
	for _, source := range []string{inPath, inQuery, inHeader} {
		if name := field.Tag.Get(source); name != "" {
			return source, name
		}
	}
	return "", ""
}

func compileBody(f *reflector, field reflect.StructField, index []int, id string) *body {
	b := &body{index: index}
	if field.Type == reflect.TypeFor[Upload]() {
		b.upload = true
		for _, accept := range strings.Split(field.Tag.Get("accept"), ",") {
			if accept = strings.TrimSpace(accept); accept != "" {
				b.accepts = append(b.accepts, accept)
			}
		}
		if len(b.accepts) == 0 {
			panic(`an Upload names its content types in a tag, such as accept:"text/csv"`)
		}
		return b
	}
	b.ref = f.ref(field.Type, true)
	if b.ref.Ref == "" && field.Type.Kind() == reflect.Struct && ownSchema(field.Type) == nil {
		name := capital(id) + "Input"
		f.name(name, field.Type, b.ref.Value)
		b.ref = openapi3.NewSchemaRef("#/components/schemas/"+name, b.ref.Value)
	}
	b.optional = len(b.ref.Value.Required) == 0
	return b
}

// decode makes the input out of a request, or returns one fault that names
// everything that is wrong with it.
func (in *input) decode(a arrived) (any, error) {
	made := reflect.New(in.typ)
	root := made.Elem()
	refused, err := in.parameters(root, a)
	if err != nil {
		return nil, err
	}
	if in.body != nil && !in.body.upload {
		more, err := in.body.decode(root.FieldByIndex(in.body.index), a.body)
		if err != nil {
			return nil, err
		}
		refused = append(refused, more...)
	}
	if len(refused) > 0 {
		return nil, fault.ErrInvalid.With(refused...)
	}
	return made.Interface(), nil
}

// setUpload puts a spooled file into a decoded input.
func (in *input) setUpload(made any, u Upload) {
	reflect.ValueOf(made).Elem().FieldByIndex(in.body.index).Set(reflect.ValueOf(u))
}

func (in *input) parameters(root reflect.Value, a arrived) (refused []fault.Field, err error) {
	for i := range in.params {
		p := &in.params[i]
		switch p.in {
		case inPath:
			refused = append(refused, p.set(root, a.path[p.at:p.at+1], true)...)
		case inHeader:
			value := a.header(p.name)
			if p.name == "If-Match" {
				if value == "" {
					return nil, ErrNoIfMatch
				}
				value = bareTag(value)
			}
			refused = append(refused, p.set(root, []string{value}, value != "")...)
		}
	}
	return append(refused, in.queries(root, a.query)...), nil
}

// queries reads what is there; a name that nobody reads is refused, since a
// misspelt filter would otherwise answer with everything.
func (in *input) queries(root reflect.Value, given []pair) (refused []fault.Field) {
	for i, q := range given {
		if slices.Contains(in.query, q.name) || slices.ContainsFunc(given[:i], func(p pair) bool { return p.name == q.name }) {
			continue
		}
		text := "There is no such parameter here."
		if len(in.query) > 0 {
			text += " Use " + strings.Join(in.query, ", ") + "."
		}
		refused = append(refused, fault.Field{Name: cut(q.name), Code: "unknown_field", Text: text, Value: cut(q.value)})
	}
	for i := range in.params {
		p := &in.params[i]
		if p.in != inQuery {
			continue
		}
		var texts []string
		for _, q := range given {
			if q.name == p.name {
				texts = append(texts, q.value)
			}
		}
		refused = append(refused, p.set(root, texts, len(texts) > 0)...)
	}
	return refused
}

// decode checks a JSON body against the published schema and then reads it. The
// check comes first: it finds every error, the decoder only one.
func (b *body) decode(target reflect.Value, raw []byte) ([]fault.Field, error) {
	if len(raw) == 0 {
		raw = []byte("{}")
	}
	var loose any
	if err := json.Unmarshal(raw, &loose); err != nil {
		return nil, malformed(err)
	}
	refused := visit(b.ref.Value, loose, "")
	if bytes.Contains(raw, []byte(`\u0000`)) {
		refused = append(refused, nulls(loose, "")...)
	}
	if len(refused) > 0 {
		return refused, nil
	}
	if err := json.Unmarshal(raw, target.Addr().Interface()); err != nil {
		exact := json.NewDecoder(bytes.NewReader(raw))
		exact.UseNumber() // 1.0 must stay 1.0 to be found
		if e := exact.Decode(&loose); e != nil {
			return nil, malformed(e)
		}
		return []fault.Field{misfit(target.Type(), loose, "", err)}, nil
	}
	return nil, nil
}

func malformed(err error) error {
	var syntax *json.SyntaxError
	text := "The body is not JSON."
	if errors.As(err, &syntax) {
		text = fmt.Sprintf("The body is not JSON: it breaks off or goes wrong at byte %d.", syntax.Offset)
	}
	return ErrMalformed.Saying(text).Because(err)
}

// nulls finds strings with a NUL, which no database text can hold.
func nulls(v any, at string) (refused []fault.Field) {
	switch v := v.(type) {
	case string:
		if strings.ContainsRune(v, 0) {
			refused = append(refused, fault.Field{Name: at, Code: "wrong_format", Text: "Take out the characters that are not text."})
		}
	case []any:
		for i, e := range v {
			refused = append(refused, nulls(e, dotted(at, strconv.Itoa(i)))...)
		}
	case map[string]any:
		for k, e := range v {
			refused = append(refused, nulls(e, dotted(at, k))...)
		}
	}
	return refused
}

// misfit finds which field a type's own reading refused, by reading the parts
// one by one. It runs only after a failure, so its cost does not matter.
func misfit(t reflect.Type, v any, at string, err error) fault.Field {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	failed := func(t reflect.Type, part any) error {
		text, e := json.Marshal(part)
		if e != nil {
			return e
		}
		return json.Unmarshal(text, reflect.New(t).Interface())
	}
	own := ownSchema(t) != nil
	switch v := v.(type) {
	case map[string]any:
		if t.Kind() == reflect.Map && !own {
			for k, part := range v {
				if e := failed(t.Elem(), part); e != nil {
					return misfit(t.Elem(), part, dotted(at, k), e)
				}
			}
		}
		if t.Kind() == reflect.Struct && !own {
			for _, field := range reflect.VisibleFields(t) {
				name, _, skip := jsonName(field)
				part, sent := v[name]
				if skip || !sent || name == "" {
					continue
				}
				if e := failed(field.Type, part); e != nil {
					return misfit(field.Type, part, dotted(at, name), e)
				}
			}
		}
	case []any:
		if t.Kind() == reflect.Slice && !own {
			for i, part := range v {
				if e := failed(t.Elem(), part); e != nil {
					return misfit(t.Elem(), part, dotted(at, strconv.Itoa(i)), e)
				}
			}
		}
	}
	f := fault.Field{Name: at, Code: "wrong_format", Text: "This cannot be read. Check its form in the API document.", Value: cut(fmt.Sprint(v))}
	var mistyped *json.UnmarshalTypeError
	if r := refusalOf(err); r.text != "" {
		f.Code, f.Text = r.code, r.text
	} else if errors.As(err, &mistyped) {
		f.Code, f.Text = "wrong_type", "This does not fit. Give "+kindWords(mistyped.Type)+"."
	}
	return f
}

func kindWords(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "a whole number that is not too large"
	case reflect.Float32, reflect.Float64:
		return "a number"
	}
	return "a value of the documented type"
}
