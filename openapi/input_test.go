package openapi

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"wardbridge/internal/fault"
)

type wardJSON struct {
	Name  string     `json:"name"`
	Over  *wardJSON  `json:"over" doc:"The one above."`
	Parts []wardJSON `json:"parts"`
}

var typeOfWardIn = reflect.TypeFor[struct{ Body wardJSON }]()

const (
	idText  = "0190f5a2-7c1e-7000-8000-3f2a9b1c4d5e"
	goodNew = `{"ward":"` + idText + `","starts":"2026-11-24T07:00:00+00:00","status":"open","lines":[{"rate":"Band 5","minutes":60}]}`
)

func inputOf[T any]() *input { return compileInput(newReflector(), reflect.TypeFor[T](), "test") }

func queryOf(text string) (q []pair) {
	for _, p := range strings.FieldsFunc(text, func(r rune) bool { return r == '&' }) {
		name, value, _ := strings.Cut(p, "=")
		q = append(q, pair{name, value})
	}
	return q
}

func TestQuery_readsEveryKind(t *testing.T) {
	t.Parallel()
	got, err := inputOf[listIn]().decode(arrived{query: queryOf(
		"status=open,filled&status=open&from=2026-11-24T07:00:00+01:00&ward=" + idText + "&band=Band 5&mine=true&limit=7")})

	if err != nil {
		t.Fatalf("%v %s", err, codesOf(t, err))
	}
	in := got.(*listIn)
	if strings.Join(in.Status, " ") != "open filled open" || in.From.UTC().Hour() != 6 || in.Ward.String() != idText || in.Band.n != 5 || !in.Mine || in.Limit != 7 {
		t.Errorf("%+v", in)
	}
}

func TestQuery_usesDefaultsAndLeavesTheRestEmpty(t *testing.T) {
	t.Parallel()
	got, err := inputOf[listIn]().decode(arrived{})
	if err != nil {
		t.Fatal(err)
	}
	if in := got.(*listIn); in.Limit != 50 || in.From != nil || in.Status != nil || in.Cursor != "" {
		t.Errorf("%+v", in)
	}
}

func TestQuery_namesEveryRefusal(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"limit=0":                           "limit:under_minimum",
		"limit=201":                         "limit:over_maximum",
		"limit=many":                        "limit:wrong_type",
		"limit=99999999999999999999":        "limit:wrong_type",
		"limit=1&limit=2":                   "limit:given_twice",
		"status=lost":                       "status:not_one_of",
		"ward=urn:uuid:" + idText:           "ward:wrong_format",
		"from=2026-11-24":                   "from:wrong_format",
		"band=5":                            "band:wrong_format",
		"band=Band 9":                       "band:band_not_covered",
		"mine=yes":                          "mine:wrong_type",
		"cursor=" + strings.Repeat("x", 21): "cursor:too_long",
		"cursor=a\x00b":                     "cursor:wrong_format",
		"cursor=\xff":                       "cursor:wrong_format",
		"statsu=open&statsu=open":           "statsu:unknown_field",
		"limit=0&x=1&status=lost":           "x:unknown_field limit:under_minimum status:not_one_of",
	} {
		_, err := inputOf[listIn]().decode(arrived{query: queryOf(query)})
		if got := codesOf(t, err); got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
}

func TestBody_isReadWhenItFits(t *testing.T) {
	t.Parallel()
	got, err := inputOf[createIn]().decode(arrived{body: []byte(goodNew)})
	if err != nil {
		t.Fatalf("%v %s", err, codesOf(t, err))
	}
	b := got.(*createIn).Body
	if b.Ward.String() != idText || b.Lines[0].Rate.n != 5 || b.Lines[0].Minutes != 60 || b.Breaks != nil || b.First != nil {
		t.Errorf("%+v", b)
	}
}

func TestBody_namesEveryRefusal(t *testing.T) {
	t.Parallel()
	with := func(more string) string { return strings.TrimSuffix(goodNew, "}") + "," + more + "}" }
	for body, want := range map[string]string{
		`{}`:                              "ward:required starts:required status:required lines:required",
		``:                                "ward:required starts:required status:required lines:required",
		`[]`:                              ":wrong_type",
		with(`"breaks":61`):               "breaks:over_maximum",
		with(`"breaks":1.5`):              "breaks:wrong_type",
		with(`"breaks":null`):             "",
		with(`"breaks":"a"`):              "breaks:wrong_type",
		with(`"email":"x"`):               "email:wrong_format",
		with(`"colour":"red"`):            "colour:unknown_field",
		with(`"Breaks":1`):                "Breaks:unknown_field",
		with(`"first":{"rate":"Band 5"}`): "first.minutes:required",
		with(`"first":{"rate":"Band 5","minutes":1,"x":2}`): "first.x:unknown_field",
		with(`"first":null`):                                                             "",
		with(`"labels":{"a":1}`):                                                         "labels.a:wrong_type",
		with(`"labels":{"a":"\u0000"}`):                                                  "labels.a:wrong_format",
		with(`"labels":{"a":"\\u0000"}`):                                                 "",
		strings.Replace(goodNew, `"open"`, `"lost"`, 1):                                  "status:not_one_of",
		strings.Replace(goodNew, `"open"`, `null`, 1):                                    "status:not_one_of",
		strings.Replace(goodNew, idText, "x", 1):                                         "ward:wrong_format",
		strings.Replace(goodNew, "+00:00", "", 1):                                        "starts:wrong_format",
		strings.Replace(goodNew, `T07:00:00`, `T25:00:00`, 1):                            "starts:wrong_format",
		strings.Replace(goodNew, `11-24T`, `02-30T`, 1):                                  "starts:wrong_format",
		strings.Replace(goodNew, `"Band 5"`, `"Band 1"`, 1):                              "lines.0.rate:wrong_format",
		strings.Replace(goodNew, `"Band 5"`, `"Band 9"`, 1):                              "lines.0.rate:band_not_covered",
		strings.Replace(goodNew, `"minutes":60`, `"minutes":0,"note":"far too long"`, 1): "lines.0.minutes:under_minimum lines.0.note:too_long",
		strings.Replace(goodNew, `"minutes":60`, `"minutes":1.0`, 1):                     "lines.0.minutes:wrong_type",
		strings.Replace(goodNew, `{"rate":"Band 5","minutes":60}`, ``, 1):                "lines:too_few",
	} {
		_, err := inputOf[createIn]().decode(arrived{body: []byte(body)})
		if got := codesOf(t, err); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestBody_malformedNamesTheByte(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"ward":}`, `{} {}`, `{`, "\x00"} {
		_, err := inputOf[createIn]().decode(arrived{body: []byte(body)})
		if !errors.Is(err, ErrMalformed) || !strings.Contains(fault.Of(err).Text, "at byte") {
			t.Errorf("%q: %v", body, err)
		}
	}
}

func TestRefusal_showsWhatWasSentButNoSecret(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 300)
	body := strings.TrimSuffix(goodNew, "}") + `,"password":"hunter2","email":"` + long + `"}`

	_, err := inputOf[createIn]().decode(arrived{body: []byte(body)})

	for _, f := range fault.Of(err).Fields {
		switch f.Name {
		case "password":
			if f.Value != "" {
				t.Error("a password was echoed")
			}
		case "email":
			if f.Value != strings.Repeat("é", 100) {
				t.Errorf("not cut to 100 characters: %q", f.Value)
			}
		default:
			t.Errorf("unexpected %s", f.Name)
		}
		if !strings.HasSuffix(f.Text, ".") || strings.Contains(f.Text, "schema") {
			t.Errorf("not a plain sentence: %s", f.Text)
		}
	}
}

func TestIfMatch_isRequiredAndComesWithoutQuotes(t *testing.T) {
	t.Parallel()
	in := compileInput(newReflector(), reflect.TypeFor[changeIn](), "change")
	header := func(value string) arrived {
		return arrived{path: []string{idText}, header: func(string) string { return value }}
	}

	_, err := in.decode(header(""))
	if !errors.Is(err, ErrNoIfMatch) {
		t.Errorf("without: %v", err)
	}
	got, err := in.decode(header(`"v7"`))
	if err != nil || got.(*changeIn).IfMatch != "v7" {
		t.Errorf("with: %v %v", got, err)
	}
}

func TestUnchanged_comparesVersions(t *testing.T) {
	t.Parallel()
	for header, same := range map[string]bool{"v7": true, `"v7"`: true, "*": true, `"v6", "v7"`: true, "v6": false, "": false} {
		if err := Unchanged(header, "v7"); (err == nil) != same {
			t.Errorf("%s: %v", header, err)
		}
	}
}

func TestFill_makesEmptyListsOfNilOnes(t *testing.T) {
	t.Parallel()
	type tree struct {
		Rows []struct {
			Lines []lineJSON `json:"lines"`
		} `json:"rows"`
		Parts  []wardJSON          `json:"parts"`
		Labels map[string]int      `json:"labels"`
		One    *shiftJSON          `json:"one"`
		Gone   []string            `json:"gone,omitempty"`
		Kept   map[string][]string `json:"kept,omitempty"`
	}
	v := tree{Parts: []wardJSON{{Parts: []wardJSON{{}}}}, One: &shiftJSON{}}
	v.Rows = append(v.Rows, struct {
		Lines []lineJSON `json:"lines"`
	}{})

	fillerOf(reflect.TypeFor[tree]())(reflect.ValueOf(&v).Elem())

	if v.Rows[0].Lines == nil || v.Parts[0].Parts[0].Parts == nil || v.Labels == nil || v.One.Lines == nil || v.One.Labels == nil {
		t.Errorf("a nil list is left: %+v", v)
	}
	if v.Gone != nil || v.Kept != nil {
		t.Error("what is left out when empty was filled")
	}
	if fillerOf(reflect.TypeFor[lineJSON]()) != nil {
		t.Error("a type without lists pays for filling")
	}
}

func TestRoutes_preferFixedSegmentsAndDecodeValues(t *testing.T) {
	t.Parallel()
	r := registered(t)
	for path, want := range map[string]string{
		"/v1/shifts": "listShifts", "/v1/shifts/summary": "summariseShifts", "/v1/shifts/a%2Fb": "readShift a/b",
		"/v1/shifts/": "", "/v1/Shifts": "", "/v1/shifts/a/b": "", "/v1": "", "/v1/": "", "/v1x": "", "/v1/shifts/%zz": "",
	} {
		place, values := r.routes.find(path)
		got := ""
		if place != nil {
			got = strings.TrimSpace(place.operation("GET").ID + " " + strings.Join(values, " "))
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
