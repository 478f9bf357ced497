package openapi

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
)

// Schemer is a type that says its own schema in full.
type Schemer interface{ Schema() *openapi3.Schema }

// Describer is a type that says its own schema without knowing of OpenAPI
// libraries: money and dates do. Empty strings are left out.
type Describer interface {
	OpenAPI() (typ, format, pattern, example string)
}

// List is one page of rows. An empty NextCursor is the last page.
type List[T any] struct {
	Data       []T    `json:"data" doc:"The rows of this page."`
	NextCursor string `json:"next_cursor" doc:"Send it as cursor to get the next page; empty on the last one."`
}

// None is the answer of an operation that has nothing to say: 204.
type None struct{}

func isNone(t reflect.Type) bool {
	return t == reflect.TypeFor[None]() || t == reflect.TypeFor[struct{}]()
}

var (
	uuidType     = reflect.TypeFor[uuid.UUID]()
	timeType     = reflect.TypeFor[time.Time]()
	rawType      = reflect.TypeFor[json.RawMessage]()
	bytesType    = reflect.TypeFor[[]byte]()
	schemerType  = reflect.TypeFor[Schemer]()
	describeType = reflect.TypeFor[Describer]()
	textOutType  = reflect.TypeFor[encoding.TextMarshaler]()
	textInType   = reflect.TypeFor[encoding.TextUnmarshaler]()
	jsonOutType  = reflect.TypeFor[json.Marshaler]()
	jsonInType   = reflect.TypeFor[json.Unmarshaler]()
)

// reflector turns Go types into schemas. A struct gets two: in requests unknown
// fields are refused and a pointer is optional; in answers nothing is closed and
// a pointer may be null.
type reflector struct {
	components openapi3.Schemas
	owners     map[string]reflect.Type
	done       map[schemaKey]*openapi3.Schema
	open       map[*openapi3.Schema]bool // being filled right now
}

type schemaKey struct {
	t  reflect.Type
	in bool
}

func newReflector() *reflector {
	defineFormats()
	return &reflector{components: openapi3.Schemas{}, owners: map[string]reflect.Type{}, done: map[schemaKey]*openapi3.Schema{}, open: map[*openapi3.Schema]bool{}}
}

// ref is the schema of a type: a reference for a named struct, a fresh inline
// schema for anything else, so that a field's tags can be put on it.
func (f *reflector) ref(t reflect.Type, in bool) *openapi3.SchemaRef {
	if s := ownSchema(t); s != nil {
		return s.NewRef()
	}
	switch t {
	case uuidType:
		return openapi3.NewStringSchema().WithFormat("uuid").NewRef()
	case timeType:
		return openapi3.NewStringSchema().WithFormat("date-time").NewRef()
	case rawType:
		return (&openapi3.Schema{Nullable: true}).NewRef()
	case bytesType:
		return openapi3.NewStringSchema().WithFormat("byte").NewRef()
	}
	mustSpeak(t)
	switch t.Kind() {
	case reflect.Pointer:
		return f.nullable(f.ref(t.Elem(), in), in)
	case reflect.String:
		return openapi3.NewStringSchema().NewRef()
	case reflect.Bool:
		return openapi3.NewBoolSchema().NewRef()
	case reflect.Int, reflect.Int64:
		return openapi3.NewInt64Schema().NewRef()
	case reflect.Int32:
		return openapi3.NewInt32Schema().NewRef()
	case reflect.Int8, reflect.Int16, reflect.Uint8, reflect.Uint16:
		return openapi3.NewIntegerSchema().NewRef()
	case reflect.Uint, reflect.Uint32, reflect.Uint64:
		return openapi3.NewIntegerSchema().WithMin(0).NewRef()
	case reflect.Float32, reflect.Float64:
		return openapi3.NewFloat64Schema().NewRef()
	case reflect.Slice, reflect.Array:
		return (&openapi3.Schema{Type: &openapi3.Types{"array"}, Items: f.ref(t.Elem(), in)}).NewRef()
	case reflect.Map:
		return (&openapi3.Schema{Type: &openapi3.Types{"object"}, AdditionalProperties: openapi3.AdditionalProperties{Schema: f.ref(t.Elem(), in)}}).NewRef()
	case reflect.Interface:
		return (&openapi3.Schema{Nullable: true}).NewRef()
	case reflect.Struct:
		return f.object(t, in)
	}
	panic(fmt.Sprintf("type %s has no schema", t))
}

func (f *reflector) object(t reflect.Type, in bool) *openapi3.SchemaRef {
	if t.Name() == "" {
		s := openapi3.NewObjectSchema()
		f.properties(s, t, in)
		return s.NewRef()
	}
	name := componentName(t)
	if in {
		name += "Input"
	}
	if s := f.done[schemaKey{t, in}]; s != nil {
		return openapi3.NewSchemaRef("#/components/schemas/"+name, s)
	}
	s := openapi3.NewObjectSchema()
	f.name(name, t, s)
	f.done[schemaKey{t, in}] = s // before its fields, which may lead back to it
	f.open[s] = true
	f.properties(s, t, in)
	delete(f.open, s)
	return openapi3.NewSchemaRef("#/components/schemas/"+name, s)
}

// name takes a component name for a type, or panics with both owners.
func (f *reflector) name(name string, t reflect.Type, s *openapi3.Schema) {
	if other, taken := f.owners[name]; taken {
		panic(fmt.Sprintf("schema name %s is wanted by %s.%s and %s.%s; rename one", name, other.PkgPath(), other.Name(), t.PkgPath(), t.Name()))
	}
	f.owners[name] = t
	f.components[name] = s.NewRef()
}

// properties fills an object schema from the fields that encoding/json sees.
func (f *reflector) properties(s *openapi3.Schema, t reflect.Type, in bool) {
	if s.Properties == nil {
		s.Properties = openapi3.Schemas{}
	}
	if in {
		closed := false
		s.AdditionalProperties.Has = &closed
	}
	for i := range t.NumField() {
		field := t.Field(i)
		name, omit, skip := jsonName(field)
		if field.Anonymous && name == "" && field.Type.Kind() == reflect.Struct && ownSchema(field.Type) == nil {
			f.properties(s, field.Type, in)
			continue
		}
		if skip {
			continue
		}
		if name == "" {
			panic(fmt.Sprintf("field %s of %s has no json name", field.Name, t))
		}
		s.Properties[name] = f.field(field, in)
		if !omit && (!in || field.Type.Kind() != reflect.Pointer) {
			s.Required = append(s.Required, name)
		}
	}
}

// field is the schema of a field with its tags. OpenAPI 3.0 ignores whatever
// stands beside a $ref: an answer wraps it, a request carries a copy, since an
// error inside a wrapper would not know its place.
func (f *reflector) field(field reflect.StructField, in bool) *openapi3.SchemaRef {
	ref := f.ref(field.Type, in)
	if _, omit, _ := jsonName(field); omit && !in && ref.Value.Nullable && field.Type.Kind() == reflect.Pointer {
		ref = f.ref(field.Type.Elem(), in) // left out rather than null
	}
	doc := field.Tag.Get("doc")
	if ref.Ref != "" {
		if doc == "" {
			return ref
		}
		if ref = f.wrap(ref, in); ref.Ref == "" {
			ref.Value.Description = doc
		}
		return ref
	}
	applyTags(ref.Value, field.Tag, field.Name)
	return ref
}

func (f *reflector) nullable(ref *openapi3.SchemaRef, in bool) *openapi3.SchemaRef {
	if ref.Ref != "" {
		ref = f.wrap(ref, in)
	}
	if ref.Ref == "" {
		ref.Value.Nullable = true
	}
	return ref
}

// wrap makes room beside a reference. A request's type that holds itself is not
// finished yet and stays a plain reference.
func (f *reflector) wrap(ref *openapi3.SchemaRef, in bool) *openapi3.SchemaRef {
	if !in {
		return (&openapi3.Schema{AllOf: openapi3.SchemaRefs{ref}}).NewRef()
	}
	if f.open[ref.Value] {
		return ref
	}
	inlined := *ref.Value
	return inlined.NewRef()
}

// jsonName reads the json tag: the name, whether an empty value is left out, and
// whether the field is not on the wire at all.
func jsonName(field reflect.StructField) (name string, omit, skip bool) {
	name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
	omit = strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero")
	return name, omit, !field.IsExported() || name == "-"
}

// ownSchema asks the type itself, by value or by pointer.
func ownSchema(t reflect.Type) *openapi3.Schema {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface {
		return nil
	}
	p := reflect.PointerTo(t)
	if p.Implements(schemerType) {
		s := *reflect.New(t).Interface().(Schemer).Schema()
		return &s
	}
	if !p.Implements(describeType) {
		return kernelSchema(t)
	}
	typ, format, pattern, example := reflect.New(t).Interface().(Describer).OpenAPI()
	s := &openapi3.Schema{Type: &openapi3.Types{typ}, Format: format, Pattern: pattern}
	if example != "" {
		s.Example = literalOf(s, example, t.String())
	}
	return s
}

// kernelSchema is for the values of the house, which lie below this package and
// import nothing of it.
func kernelSchema(t reflect.Type) *openapi3.Schema {
	s := openapi3.NewStringSchema()
	switch t {
	case reflect.TypeFor[money.Rate]():
		s.Pattern, s.Example = `^-?[0-9]+(\.[0-9]{1,4})?$`, "26.1000"
	case reflect.TypeFor[money.Factor]():
		s.Pattern, s.Example = `^-?[0-9]+(\.[0-9]{1,6})?$`, "1.2"
	case reflect.TypeFor[civil.Date]():
		s.Format, s.Example = "date", "2026-11-24"
	case reflect.TypeFor[civil.Clock]():
		s.Pattern, s.Example = `^([01][0-9]|2[0-3]):[0-5][0-9]$`, "07:00"
	default:
		return nil
	}
	return s
}

// mustSpeak refuses a type whose wire form is its own secret.
func mustSpeak(t reflect.Type) {
	if t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface {
		return
	}
	if p := reflect.PointerTo(t); p.Implements(textOutType) || p.Implements(textInType) || p.Implements(jsonOutType) || p.Implements(jsonInType) {
		panic(fmt.Sprintf("type %s writes or reads its own JSON and must say its schema: give it OpenAPI() (typ, format, pattern, example string)", t))
	}
}
