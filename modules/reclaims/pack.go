package reclaims

import (
	"context"
	_ "embed"
	"html/template"
	"io"
	"strings"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/modules/rates"
	"wardbridge/openapi"
	"wardbridge/tenants"
)

const typeHTML = "text/html; charset=utf-8"

//go:embed pack.html
var packHTML string

// pack is the document of an Evidence. It has its look in itself and names no
// other file.
var pack = template.Must(template.New("pack").Funcs(template.FuncMap{
	"when": func(t time.Time) string { return civil.When(t) },
	"span": civil.Span,
	"between": func(a, b time.Time) string {
		return civil.DateOf(a).Text() + ", " + civil.Between(a, b)
	},
	"category":   Category,
	"choice":     chosen,
	"profession": Profession,
	"lines":      func(s string) []string { return strings.FieldsFunc(s, func(r rune) bool { return r == '\n' }) },
	"yes": func(b bool) string {
		if b {
			return "Yes"
		}
		return "No"
	},
}).Parse(packHTML))

// Category is a VAT category in words.
func Category(c rates.Category) string {
	return map[rates.Category]string{rates.Standard: "Standard rated", rates.Exempt: "Exempt", rates.OutsideScope: "Outside the scope", rates.ZeroRated: "Zero rated"}[c]
}

func chosen(c string) string { return Category(rates.Category(c)) }

// Profession is a profession of the VAT rules in words.
func Profession(p string) string {
	return map[string]string{"doctor": "Doctor", "nurse": "Nurse or midwife", "nursing_auxiliary": "Nursing auxiliary", "other": "Another profession"}[p]
}

// Pack is the evidence of a booking as a document that opens on its own.
func (s *Service) Pack(ctx context.Context, tx *tenants.Tx, booking string) (openapi.File, error) {
	e, err := s.Evidence(ctx, tx, booking)
	if err != nil {
		return openapi.File{}, err
	}
	return openapi.File{Name: "vat-evidence-" + e.Booking.Ref + ".html", ContentType: typeHTML, Write: func(_ context.Context, _ *tenants.Tx, w io.Writer) error {
		return pack.Execute(w, &e)
	}}, nil
}
