package openapi

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"os"
	"reflect"
	"strings"

	"github.com/gofiber/fiber/v2"

	"wardbridge/tenants"
)

// File is an answer that is too long to hold: Write runs in a read-only snapshot
// of its own party and into a temporary file, so that a failure half-way is a
// problem and not half a download.
type File struct {
	Name, ContentType string
	Write             func(ctx context.Context, tx *tenants.Tx, w io.Writer) error
}

// tagger is an answer that names its version.
type tagger interface{ ETag() string }

// bareTag is an entity tag without its quotes, as ETag() gives it.
func bareTag(value string) string {
	value = strings.TrimPrefix(strings.TrimSpace(value), "W/")
	if len(value) >= 2 && value[0] == '"' && value[len(value)-1] == '"' && !strings.Contains(value[1:len(value)-1], `"`) {
		return value[1 : len(value)-1]
	}
	return value
}

// Unchanged answers ErrChanged unless the If-Match that came names the version
// that is there now. It takes *, and a list.
func Unchanged(ifMatch, etag string) error {
	if matches(ifMatch, etag) {
		return nil
	}
	return ErrChanged
}

func matches(header, etag string) bool {
	if header == "" {
		return false
	}
	for _, one := range strings.Split(header, ",") {
		if one = bareTag(one); one == "*" || one == bareTag(etag) {
			return true
		}
	}
	return false
}

func quotedTag(etag string) string { return `"` + bareTag(etag) + `"` }

// encode writes an answer as JSON, without escaping what HTML would need.
func (o *operation) encode(out any) ([]byte, error) {
	if o.outRef == nil {
		return nil, nil
	}
	if o.fill != nil {
		o.fill(reflect.ValueOf(out).Elem())
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		return nil, fmt.Errorf("%s: encode the answer: %w", o.ID, err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// send writes a finished answer.
func send(c *fiber.Ctx, a Answer) error {
	for name, value := range a.Headers {
		c.Set(name, value)
	}
	if a.Replayed {
		c.Set("Idempotent-Replay", "true")
	}
	if len(c.Response().Header.Peek("Cache-Control")) == 0 {
		c.Set("Cache-Control", "no-store")
	}
	c.Status(a.Status)
	if len(a.Body) > 0 {
		c.Set("Content-Type", "application/json")
		c.Response().SetBodyRaw(a.Body)
	}
	return nil
}

// headersOf are the headers that an answer itself brings.
func (o *operation) headersOf(out any) map[string]string {
	if !o.tagged {
		return nil
	}
	return map[string]string{"ETag": quotedTag(out.(tagger).ETag()), "Cache-Control": "private, no-cache"}
}

// sendFile hands a finished file to the server, which closes it. It has no name
// any more, so it is gone when it is closed, whatever happens.
func sendFile(c *fiber.Ctx, f File, spooled *os.File) error {
	info, err := spooled.Stat()
	if err != nil {
		return err
	}
	if err := rewind(spooled); err != nil {
		return err
	}
	c.Set("Content-Type", f.ContentType)
	c.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("Cache-Control", "no-store")
	c.Context().SetBodyStream(spooled, int(info.Size()))
	return nil
}

func rewind(f *os.File) error {
	_, err := f.Seek(0, io.SeekStart)
	return err
}

// tempFile is a file without a name.
func tempFile() (*os.File, error) {
	f, err := os.CreateTemp("", "download-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// filler makes nil slices and maps empty, so that a list that is empty is [] on
// the wire, as the document says, and never null.
type filler func(reflect.Value)

// fillerOf is nil for a type that needs no filling, which costs nothing then.
func fillerOf(t reflect.Type) filler { return fillers{}.of(t) }

// fillers knows the structs on the way, since a type may lead back to itself.
type fillers map[reflect.Type]*filler

func (known fillers) of(t reflect.Type) filler {
	if ownSchema(t) != nil || t == rawType || t == uuidType || t == timeType {
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		if inner := known.of(t.Elem()); inner != nil {
			return func(v reflect.Value) {
				if !v.IsNil() {
					inner(v.Elem())
				}
			}
		}
	case reflect.Slice:
		inner := known.of(t.Elem())
		return func(v reflect.Value) {
			if v.IsNil() {
				v.Set(reflect.MakeSlice(t, 0, 0))
			}
			if inner != nil {
				for i := range v.Len() {
					inner(v.Index(i))
				}
			}
		}
	case reflect.Map:
		return func(v reflect.Value) {
			if v.IsNil() {
				v.Set(reflect.MakeMap(t))
			}
		}
	case reflect.Struct:
		return known.object(t)
	}
	return nil
}

func (known fillers) object(t reflect.Type) filler {
	if on := known[t]; on != nil {
		return func(v reflect.Value) {
			if *on != nil {
				(*on)(v)
			}
		}
	}
	on := new(filler)
	known[t] = on
	type part struct {
		at   int
		fill filler
	}
	var parts []part
	for i := range t.NumField() {
		field := t.Field(i)
		_, omit, skip := jsonName(field)
		if skip || (omit && field.Type.Kind() != reflect.Struct && field.Type.Kind() != reflect.Pointer) {
			continue
		}
		if fill := known.of(field.Type); fill != nil {
			parts = append(parts, part{i, fill})
		}
	}
	if len(parts) == 0 {
		return nil
	}
	*on = func(v reflect.Value) {
		for _, p := range parts {
			p.fill(v.Field(p.at))
		}
	}
	return *on
}
