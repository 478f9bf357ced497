package openapi

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"wardbridge/internal/fault"
	"wardbridge/internal/money"
)

// leaf is one text, or several, that becomes one field of an input: a path
// segment, a query parameter, a form box.
type leaf struct {
	name     string
	index    []int
	typ      reflect.Type // without the pointer and the slice
	schema   *openapi3.Schema
	own      bool // the type says its own schema
	list     bool
	required bool
	fallback []string
	form     bool // written by a person: spaces trimmed, "on" is true, money in pounds
	commas   bool // a list may come as a,b,c
	read     reader
}

// reader puts one text into a value, or says what is wrong with it.
type reader func(reflect.Value, string) *refusal

type refusal struct{ code, text string }

// compileLeaf works out how a field is read. Its schema is the published one.
func compileLeaf(f *reflector, field reflect.StructField, name string, index []int, form bool) leaf {
	ref := f.ref(field.Type, true)
	if ref.Ref != "" {
		panic(fmt.Sprintf("field %s: a %s cannot come from one text", field.Name, field.Type))
	}
	applyTags(ref.Value, field.Tag, field.Name)
	ref.Value.Description = ""
	l := leaf{name: name, index: index, schema: ref.Value, form: form, commas: !form, required: field.Tag.Get("required") == "true"}
	t := field.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
		ref.Value.Nullable = false // absent, never the word null
	}
	if t.Kind() == reflect.Slice && ownSchema(t) == nil && t != bytesType {
		l.list, t = true, t.Elem()
	}
	l.required = l.required || (form && l.list && l.schema.MinItems > 0)
	l.typ, l.own = t, ownSchema(t) != nil
	l.read = readerOf(t, form)
	if l.read == nil {
		panic(fmt.Sprintf("field %s: a %s cannot come from one text", field.Name, t))
	}
	if text, ok := field.Tag.Lookup("default"); ok {
		l.fallback = []string{text}
		if l.list {
			l.fallback = strings.Split(text, ",")
		}
	}
	return l
}

func readerOf(t reflect.Type, form bool) reader {
	p := reflect.PointerTo(t)
	switch {
	case t == uuidType:
		return readUUID
	case t == timeType:
		if form {
			return nil
		}
		return readTime
	case form && t == reflect.TypeFor[money.Pence]():
		return readPounds
	case p.Implements(textInType):
		return readText
	case p.Implements(jsonInType):
		return readJSON
	}
	switch t.Kind() {
	case reflect.String:
		return func(v reflect.Value, s string) *refusal { v.SetString(s); return nil }
	case reflect.Bool:
		return readBool(form)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return readInt
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return readUint
	case reflect.Float32, reflect.Float64:
		return readFloat
	}
	return nil
}

// set reads the texts into the field of a struct and returns every refusal.
func (l *leaf) set(root reflect.Value, texts []string, given bool) []fault.Field {
	if l.form {
		texts = trimmed(texts, l.list)
		given = len(texts) > 0
	}
	if !given {
		if l.fallback == nil {
			if l.required {
				return []fault.Field{{Name: l.name, Code: "required", Text: textRequired}}
			}
			return nil
		}
		texts = l.fallback
	}
	target := root.FieldByIndex(l.index)
	if target.Kind() == reflect.Pointer {
		target.Set(reflect.New(target.Type().Elem()))
		target = target.Elem()
	}
	if l.list {
		return l.setList(target, texts)
	}
	if len(texts) > 1 && !l.form {
		return []fault.Field{{Name: l.name, Code: "given_twice", Text: "Give this once."}}
	}
	return l.one(target, texts[len(texts)-1], l.schema)
}

func (l *leaf) setList(target reflect.Value, texts []string) []fault.Field {
	if l.commas {
		texts = strings.Split(strings.Join(texts, ","), ",")
	}
	if n := uint64(len(texts)); n < l.schema.MinItems {
		return []fault.Field{{Name: l.name, Code: "too_few", Text: fmt.Sprintf("Give at least %d.", l.schema.MinItems)}}
	} else if l.schema.MaxItems != nil && n > *l.schema.MaxItems {
		return []fault.Field{{Name: l.name, Code: "too_many", Text: fmt.Sprintf("Give at most %d.", *l.schema.MaxItems)}}
	}
	target.Set(reflect.MakeSlice(target.Type(), len(texts), len(texts)))
	var refused []fault.Field
	for i, text := range texts {
		refused = append(refused, l.one(target.Index(i), text, l.schema.Items.Value)...)
	}
	return refused
}

func (l *leaf) one(target reflect.Value, text string, s *openapi3.Schema) []fault.Field {
	refuse := func(code, sentence string) []fault.Field {
		return []fault.Field{{Name: l.name, Code: code, Text: sentence, Value: shown(s, text)}}
	}
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return refuse("wrong_format", "Take out the characters that are not text.")
	}
	if l.own && !l.form && s.Type.Is("string") {
		if refused := visit(s, text, l.name); refused != nil {
			return refused
		}
	}
	if r := l.read(target, text); r != nil {
		if r.text == "" {
			r.text = formatText(s)
		}
		return refuse(r.code, r.text)
	}
	if (l.own && s.Type.Is("string")) || !constrained(s) {
		return nil
	}
	switch target.Kind() {
	case reflect.String:
		return visit(s, text, l.name)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return visit(s, float64(target.Int()), l.name)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return visit(s, float64(target.Uint()), l.name)
	case reflect.Float32, reflect.Float64:
		return visit(s, target.Float(), l.name)
	}
	return nil
}

func constrained(s *openapi3.Schema) bool {
	return s.Min != nil || s.Max != nil || s.MinLength > 0 || s.MaxLength != nil || s.Pattern != "" || len(s.Enum) > 0 ||
		(s.Format != "" && s.Type.Is("string"))
}

// trimmed is what a person meant to write: an empty box is no answer. An empty
// box among several, as a list of ticks sends, is dropped.
func trimmed(texts []string, list bool) []string {
	var kept []string
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			kept = append(kept, t)
		}
	}
	if !list && len(kept) > 1 {
		return kept[len(kept)-1:]
	}
	return kept
}

func readUUID(v reflect.Value, s string) *refusal {
	id, ok := parseUUID(s)
	if !ok {
		return &refusal{code: "wrong_format"}
	}
	v.Set(reflect.ValueOf(id))
	return nil
}

func readTime(v reflect.Value, s string) *refusal {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return &refusal{code: "wrong_format"}
	}
	v.Set(reflect.ValueOf(t))
	return nil
}

func readPounds(v reflect.Value, s string) *refusal {
	p, err := money.ParsePence(s)
	if err != nil {
		return refusalOf(err)
	}
	v.Set(reflect.ValueOf(p))
	return nil
}

func readText(v reflect.Value, s string) *refusal {
	return refusalOf(v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(s)))
}

// readJSON gives the text as a JSON string first and as it stands second, so
// that a type may be text or a number on the wire.
func readJSON(v reflect.Value, s string) *refusal {
	into := v.Addr().Interface().(json.Unmarshaler)
	quoted, err := json.Marshal(s)
	if err != nil {
		return &refusal{code: "wrong_format"}
	}
	first := into.UnmarshalJSON(quoted)
	if first != nil && json.Valid([]byte(s)) && !strings.HasPrefix(s, `"`) && s != "null" && into.UnmarshalJSON([]byte(s)) == nil {
		return nil
	}
	return refusalOf(first)
}

// refusalOf keeps what a type said, if it said it in a sentence.
func refusalOf(err error) *refusal {
	if err == nil {
		return nil
	}
	var f *fault.Fault
	if errors.As(err, &f) {
		return &refusal{f.Code, f.Text}
	}
	return &refusal{code: "wrong_format"}
}

func readBool(form bool) reader {
	yes, no := []string{"true"}, []string{"false"}
	if form {
		yes, no = []string{"on", "true", "yes", "1"}, []string{"off", "false", "no", "0"}
	}
	return func(v reflect.Value, s string) *refusal {
		if !slices.Contains(yes, s) && !slices.Contains(no, s) {
			return &refusal{"wrong_type", typeText("boolean")}
		}
		v.SetBool(slices.Contains(yes, s))
		return nil
	}
}

func readInt(v reflect.Value, s string) *refusal {
	n, err := strconv.ParseInt(s, 10, v.Type().Bits())
	if err != nil {
		return &refusal{"wrong_type", typeText("integer")}
	}
	v.SetInt(n)
	return nil
}

func readUint(v reflect.Value, s string) *refusal {
	n, err := strconv.ParseUint(s, 10, v.Type().Bits())
	if err != nil {
		return &refusal{"wrong_type", typeText("integer")}
	}
	v.SetUint(n)
	return nil
}

func readFloat(v reflect.Value, s string) *refusal {
	n, err := strconv.ParseFloat(s, v.Type().Bits())
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return &refusal{"wrong_type", typeText("number")}
	}
	v.SetFloat(n)
	return nil
}
