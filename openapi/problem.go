package openapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gofiber/fiber/v2"

	"wardbridge/internal/fault"
)

// The refusals of the gate itself. Those of operations belong to their modules.
var (
	ErrNoCredential   = fault.New(fault.Unauthenticated, "credential_missing", "Send an API key or a personal token as Authorization: Bearer wb_live_...")
	ErrBadCredential  = fault.New(fault.Unauthenticated, "credential_not_valid", "This key or token is not known, has expired or was revoked. Make a new one.")
	ErrSession        = fault.New(fault.Unauthenticated, "session_not_accepted", "A browser session does not work here. Make an API key or a personal token.")
	ErrNoOperation    = fault.New(fault.NotFound, "no_such_operation", "There is no such path in the API. See /openapi.json.")
	ErrMethod         = fault.New(fault.MethodNotAllowed, "method_not_allowed", "This path does not take that method. The Allow header lists those it takes.")
	ErrMalformed      = fault.New(fault.Malformed, "malformed_json", "The body is not JSON.")
	ErrCutShort       = fault.New(fault.Malformed, "body_cut_short", "The body ended before all of it had arrived. Send it again.")
	ErrLengthMissing  = fault.New(fault.Malformed, "length_missing", "Send the length of the body in Content-Length.")
	ErrMediaType      = fault.New(fault.UnsupportedMedia, "unsupported_media_type", "Send the body as application/json.")
	ErrTooLarge       = fault.New(fault.TooLarge, "too_large", "The body is too large.")
	ErrNoIfMatch      = fault.New(fault.PreconditionRequired, "if_match_missing", "Send If-Match with the ETag of the version you have read.")
	ErrChanged        = fault.New(fault.PreconditionFailed, "changed_meanwhile", "This has changed since you read it. Read it again and repeat your change.")
	ErrNoKey          = fault.New(fault.Malformed, "idempotency_key_missing", "Send an Idempotency-Key of 1 to 200 printable characters, a new one for each act.")
	ErrKeyReused      = fault.New(fault.Invalid, "idempotency_key_reused", "This Idempotency-Key was used for another request. Send a new key.")
	ErrAlreadyDone    = fault.New(fault.Conflict, "already_done", "This has been done already. Its answer was shown once and is not kept.")
	ErrTookTooLong    = fault.New(fault.Unavailable, "took_too_long", "This took too long and was stopped. Narrow what you ask for or try again.")
	errTooLargeJSON   = ErrTooLarge.Saying("A JSON body may have 1 MB. Send less at once.")
	errTooLargeUpload = ErrTooLarge.Saying("A file may have 256 MB. Split it and send the parts.")
)

const textRequired = "Give a value; this cannot be left out."

// problem is RFC 9457's problem details with our extensions.
type problem struct {
	Type      string        `json:"type" doc:"Where the code is explained." example:"/developers/errors#invalid"`
	Title     string        `json:"title" doc:"The status in words." example:"Unprocessable Entity"`
	Status    int           `json:"status" example:"422"`
	Code      string        `json:"code" doc:"Never changes; decide by it." example:"invalid"`
	Detail    string        `json:"detail" doc:"A sentence for a person."`
	Errors    []fault.Field `json:"errors,omitempty" doc:"Every input that was refused."`
	RequestID string        `json:"request_id" doc:"Name it when you ask for help."`
}

// Problem writes any error as a problem. It never shows what an internal error
// says; the caller logs that.
func Problem(c *fiber.Ctx, request string, err error) error {
	f := classify(err)
	body, encodeErr := json.Marshal(problem{
		Type: "/developers/errors#" + f.Code, Title: http.StatusText(int(f.Kind)), Status: int(f.Kind),
		Code: f.Code, Detail: f.Text, Errors: f.Fields, RequestID: request,
	})
	if encodeErr != nil {
		return encodeErr
	}
	if f.RetryAfter > 0 {
		c.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(f.RetryAfter.Seconds())))))
	}
	if f.Kind == fault.Unauthenticated {
		c.Set("WWW-Authenticate", "Bearer")
	}
	c.Set("Cache-Control", "no-store")
	c.Set("Content-Type", "application/problem+json")
	c.Status(int(f.Kind))
	c.Response().SetBodyRaw(body)
	return nil
}

// classify is fault.Of for errors that have come out of a unit of work.
func classify(err error) *fault.Fault {
	var f *fault.Fault
	if !errors.As(err, &f) && errors.Is(err, context.DeadlineExceeded) {
		return ErrTookTooLong.Because(err)
	}
	return fault.Of(err)
}

// visit checks a value against a schema and explains every error at its place.
func visit(s *openapi3.Schema, v any, at string) []fault.Field {
	err := s.VisitJSON(v, openapi3.MultiErrors(), openapi3.EnableFormatValidation(), openapi3.DisableSchemaErrorDetails())
	if err == nil {
		return nil
	}
	return explain(nil, err, at)
}

// explain turns the validator's errors into fields that a person can act on. A
// value that breaks both pattern and format is named once.
func explain(fields []fault.Field, err error, at string) []fault.Field {
	var many openapi3.MultiError
	if errors.As(err, &many) {
		for _, e := range many {
			fields = explain(fields, e, at)
		}
		return fields
	}
	var one *openapi3.SchemaError
	if !errors.As(err, &one) {
		return append(fields, fault.Field{Name: at, Code: "invalid", Text: "This cannot be accepted."})
	}
	name := dotted(at, strings.Join(one.JSONPointer(), "."))
	code, text := reason(one)
	f := fault.Field{Name: name, Code: code, Text: text}
	switch code {
	case "required":
	case "unknown_field":
		key := unknownKey(one)
		f.Name = dotted(name, key)
		if sent, ok := one.Value.(map[string]any); ok {
			f.Value = cut(compact(sent[key]))
		}
	default:
		f.Value = shown(one.Schema, compact(one.Value))
	}
	for _, other := range fields {
		if other.Name == f.Name && other.Code == f.Code {
			return fields
		}
	}
	return append(fields, f)
}

func reason(e *openapi3.SchemaError) (code, text string) {
	s := e.Schema
	switch e.SchemaField {
	case "required":
		return "required", textRequired
	case "properties":
		return "unknown_field", "There is no such field here. Take it out, or check its spelling."
	case "maximum", "exclusiveMaximum":
		return "over_maximum", fmt.Sprintf("Give a number of at most %s.", number(s.Max))
	case "minimum", "exclusiveMinimum":
		return "under_minimum", fmt.Sprintf("Give a number of at least %s.", number(s.Min))
	case "maxLength":
		return "too_long", fmt.Sprintf("Give at most %d characters.", *s.MaxLength)
	case "minLength":
		return "too_short", fmt.Sprintf("Give at least %d characters.", s.MinLength)
	case "maxItems":
		return "too_many", fmt.Sprintf("Give at most %d.", *s.MaxItems)
	case "minItems":
		return "too_few", fmt.Sprintf("Give at least %d.", s.MinItems)
	case "enum":
		return "not_one_of", "Choose one of: " + choices(s.Enum) + "."
	case "nullable":
		return "wrong_type", "This cannot be null. " + typeText(typeOf(s))
	case "type":
		return "wrong_type", typeText(typeOf(s))
	case "pattern", "format":
		return "wrong_format", formatText(s)
	}
	return "invalid", "This cannot be accepted. Check it in the API document."
}

func typeOf(s *openapi3.Schema) string {
	if s.Type == nil || len(*s.Type) == 0 {
		return ""
	}
	return (*s.Type)[0]
}

func typeText(t string) string {
	switch t {
	case "integer":
		return "Give a whole number."
	case "number":
		return "Give a number."
	case "boolean":
		return "Give true or false."
	case "array":
		return "Give a list."
	case "object":
		return "Give an object."
	}
	return "Give text."
}

func formatText(s *openapi3.Schema) string {
	if example, ok := s.Example.(string); ok && example != "" {
		return "Write it like " + example + "."
	}
	switch s.Format {
	case "date":
		return "Write the date as 2026-11-24."
	case "date-time":
		return "Write date, time and offset as 2026-11-24T07:00:00Z."
	case "uuid":
		return "Give an id as it was answered, such as 0190f5a2-7c1e-7000-8000-3f2a9b1c4d5e."
	case "email":
		return "Write an email address, such as name@example.nhs.uk."
	case "byte":
		return "Write it in base64."
	}
	if s.Pattern != "" {
		return "Write it in the form " + s.Pattern + "."
	}
	return "Check how this is written."
}

func choices(enum []any) string {
	var names []string
	for _, v := range enum {
		if v != nil {
			names = append(names, fmt.Sprint(v))
		}
	}
	return strings.Join(names, ", ")
}

// unknownKey reads the name out of the validator's reason, the only place that
// has it.
func unknownKey(e *openapi3.SchemaError) string {
	rest, ok := strings.CutPrefix(e.Reason, "property ")
	if !ok {
		return ""
	}
	quoted, err := strconv.QuotedPrefix(rest)
	if err != nil {
		return ""
	}
	key, err := strconv.Unquote(quoted)
	if err != nil {
		return ""
	}
	return cut(key)
}

func number(f *float64) string {
	if f == nil {
		return "0"
	}
	return strconv.FormatFloat(*f, 'f', -1, 64)
}

// shown is what was sent, unless it is a secret.
func shown(s *openapi3.Schema, text string) string {
	if s != nil && s.Format == "password" {
		return ""
	}
	return cut(text)
}

func compact(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}

func cut(s string) string {
	if r := []rune(s); len(r) > 100 {
		return string(r[:100])
	}
	return s
}

func dotted(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "." + b
}

func (o *operation) checkKey(key string) error {
	if !o.once {
		return nil
	}
	if key == "" || len(key) > 200 || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return ErrNoKey
	}
	return nil
}
