package web

import (
	"crypto/sha256"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"wardbridge/internal/fault"
	"wardbridge/openapi"
)

// What the site says to a form it will not read.
var (
	errFormKind  = fault.New(fault.UnsupportedMedia, "not_a_form", "This page takes a form.")
	errFormLarge = fault.New(fault.TooLarge, "form_too_large", "What was sent is too large. A file may have 256 MB, the rest of a form 1 MB.")
	errFormBad   = fault.New(fault.Malformed, "form_broken", "The form did not arrive whole. Go back and send it again.")
)

const (
	formMax   = 1 << 20
	uploadMax = 256 << 20
)

// form is what a post carried: values by name, and at most one file, which lies
// in a temporary place until the act is done.
type form struct {
	values map[string][]string
	file   openapi.Upload
	field  string
	sum    []byte // of the file, which belongs to what a form's key stands for
}

func (f *form) value(name string) string {
	if v := f.values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// names lists what was sent in a stable order, without the form's own fields.
func (f *form) names() []string {
	var names []string
	for name := range f.values {
		if !strings.HasPrefix(name, "_") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (f *form) close() {
	if f.file.Path != "" {
		_ = os.Remove(f.file.Path)
	}
}

// upload puts the file into the input's field that asks for it.
func (f *form) upload(dst any) {
	if f.file.Path == "" {
		return
	}
	v := reflect.ValueOf(dst).Elem()
	for i := range v.NumField() {
		if v.Type().Field(i).Tag.Get("form") == f.field && v.Field(i).Type() == reflect.TypeFor[openapi.Upload]() {
			v.Field(i).Set(reflect.ValueOf(f.file))
		}
	}
}

// form reads the body once, whole, within its limits.
func (v *visit) form() (*form, error) {
	kind, params, err := mime.ParseMediaType(v.c.Get(fiber.HeaderContentType))
	if err != nil {
		return nil, errFormKind
	}
	f := &form{values: map[string][]string{}}
	switch kind {
	case fiber.MIMEApplicationForm:
		return f, v.urlForm(f)
	case fiber.MIMEMultipartForm:
		most := formMax
		if v.page.uploads {
			most += uploadMax
		}
		if n := v.c.Request().Header.ContentLength(); n > most {
			return nil, errFormLarge
		}
		if err := f.parts(v.page.uploads, multipart.NewReader(v.body(), params["boundary"])); err != nil {
			f.close()
			return nil, err
		}
		return f, nil
	default:
		return nil, errFormKind
	}
}

func (v *visit) body() io.Reader {
	if s := v.c.Context().RequestBodyStream(); s != nil {
		return s
	}
	return strings.NewReader(string(v.c.Body()))
}

func (v *visit) urlForm(f *form) error {
	raw, err := io.ReadAll(io.LimitReader(v.body(), formMax+1))
	if err != nil {
		return errFormBad.Because(err)
	}
	if len(raw) > formMax {
		return errFormLarge
	}
	values, err := url.ParseQuery(string(raw))
	if err != nil {
		return errFormBad.Because(err)
	}
	f.values = values
	return nil
}

func (f *form) parts(files bool, r *multipart.Reader) error {
	room := int64(formMax)
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return errFormBad.Because(err)
		}
		if part.FileName() != "" {
			if !files {
				return errFormBad.Saying("This form takes no file.")
			}
			if err := f.keep(part); err != nil {
				return err
			}
			continue
		}
		raw, err := io.ReadAll(io.LimitReader(part, room+1))
		if err != nil {
			return errFormBad.Because(err)
		}
		if room -= int64(len(raw) + len(part.FormName()) + 64); room < 0 {
			return errFormLarge
		}
		f.values[part.FormName()] = append(f.values[part.FormName()], string(raw))
	}
}

// keep writes the file to a temporary place.
func (f *form) keep(part *multipart.Part) error {
	if f.file.Path != "" {
		return errFormBad.Saying("Send one file at a time.")
	}
	out, err := os.CreateTemp("", "wardbridge-upload-")
	if err != nil {
		return err
	}
	defer out.Close()
	f.field = part.FormName()
	f.file = openapi.Upload{Path: out.Name(), ContentType: part.Header.Get(fiber.HeaderContentType), Name: part.FileName()}
	sum := sha256.New()
	f.file.Size, err = io.Copy(io.MultiWriter(out, sum), io.LimitReader(part, uploadMax+1))
	if err != nil {
		return errFormBad.Because(err)
	}
	if f.file.Size > uploadMax {
		return errFormLarge
	}
	f.sum = sum.Sum(nil)
	return nil
}
