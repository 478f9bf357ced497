package openapi

import (
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"
)

// applyTags writes a field's tags onto its inline schema. On an array minlen and
// maxlen count the elements; all but doc, example and default speak of one.
func applyTags(s *openapi3.Schema, tag reflect.StructTag, at string) {
	if doc := tag.Get("doc"); doc != "" {
		s.Description = doc
	}
	item := s
	if s.Type.Is("array") {
		s.MinItems, s.MaxItems = uintTag(tag, "minlen", at), uintPointer(tag, "maxlen", at)
		item = s.Items.Value
		if s.Items.Ref != "" {
			item = &openapi3.Schema{} // a named struct has tags of its own
		}
	} else {
		if n := uintTag(tag, "minlen", at); n > 0 {
			s.MinLength = n
		}
		if n := uintPointer(tag, "maxlen", at); n != nil {
			s.MaxLength = n
		}
	}
	if f := tag.Get("format"); f != "" {
		item.Format = f
	}
	if p := tag.Get("pattern"); p != "" {
		if _, err := regexp.Compile(p); err != nil {
			panic(fmt.Sprintf("field %s: pattern: %v", at, err))
		}
		item.Pattern = p
	}
	if v := floatTag(tag, "min", at); v != nil {
		item.Min = v
	}
	if v := floatTag(tag, "max", at); v != nil {
		item.Max = v
	}
	if list := tag.Get("enum"); list != "" {
		item.Enum = nil
		for _, v := range strings.Split(list, ",") {
			item.Enum = append(item.Enum, literalOf(item, v, at))
		}
		if item.Nullable {
			item.Enum = append(item.Enum, nil)
		}
	}
	if v := tag.Get("example"); v != "" {
		s.Example = literalOf(s, v, at)
	}
	if v := tag.Get("default"); v != "" {
		s.Default = literalOf(s, v, at)
	}
}

// literalOf reads a tag's text as a value of the schema's type.
func literalOf(s *openapi3.Schema, text, at string) any {
	switch {
	case s.Type.Is("array") && !strings.HasPrefix(text, "["):
		var list []any
		for _, v := range strings.Split(text, ",") {
			list = append(list, literalOf(s.Items.Value, v, at))
		}
		return list
	case s.Type.Is("string"):
		return text
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		panic(fmt.Sprintf("field %s: %q is no literal of its type: %v", at, text, err))
	}
	return v
}

func uintPointer(tag reflect.StructTag, name, at string) *uint64 {
	text, ok := tag.Lookup(name)
	if !ok {
		return nil
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		panic(fmt.Sprintf("field %s: tag %s: %v", at, name, err))
	}
	return &n
}

func uintTag(tag reflect.StructTag, name, at string) uint64 {
	if n := uintPointer(tag, name, at); n != nil {
		return *n
	}
	return 0
}

func floatTag(tag reflect.StructTag, name, at string) *float64 {
	text, ok := tag.Lookup(name)
	if !ok {
		return nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		panic(fmt.Sprintf("field %s: tag %s: %v", at, name, err))
	}
	return &n
}

var formatsOnce sync.Once

// defineFormats teaches the validator the formats that our types use and that it
// leaves open. The registry is the library's and global, hence once.
func defineFormats() {
	formatsOnce.Do(func() {
		openapi3.DefineStringFormatValidator("uuid", openapi3.NewCallbackValidator(func(s string) error {
			if _, ok := parseUUID(s); !ok {
				return fmt.Errorf("not a UUID")
			}
			return nil
		}))
		openapi3.DefineStringFormatValidator("email", openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringForEmail))
	})
}

// parseUUID takes the plain form alone: the library would also take braces, urn:
// and no hyphens, and one thing has one name here.
func parseUUID(s string) (uuid.UUID, bool) {
	if len(s) != 36 {
		return uuid.UUID{}, false
	}
	id, err := uuid.Parse(s)
	return id, err == nil
}
