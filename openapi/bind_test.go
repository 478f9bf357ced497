package openapi

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"wardbridge/internal/money"
	"wardbridge/tenants"
)

type pageForm struct {
	ID      tenants.ID  `path:"id"`
	Tab     string      `query:"tab" enum:"lines,notes" default:"lines"`
	Status  []string    `query:"status" enum:"open,filled"`
	Note    string      `form:"note" required:"true" maxlen:"10"`
	Minutes *int        `form:"minutes" min:"0" max:"60"`
	Rate    money.Pence `form:"rate"`
	Band    band        `form:"band"`
	Told    bool        `form:"told"`
	Wards   []string    `form:"ward" minlen:"1"`
	Where   struct {
		Postcode string `form:"postcode" pattern:"^[A-Z0-9 ]+$"`
	} `form:"where"`
	Lines []struct {
		Minutes int  `form:"minutes" required:"true"`
		Band    band `form:"band"`
	} `form:"lines"`
	Map map[string]int `form:"map"`
}

func bind(dst any, form map[string][]string) string {
	return codes(Bind(dst, func(string) string { return idText }, map[string][]string{"status": {"open,filled"}}, form))
}

func TestBind_readsWhatAPersonWrites(t *testing.T) {
	t.Parallel()
	var p pageForm
	refused := bind(&p, map[string][]string{
		"note": {"  two words "}, "minutes": {" 30 "}, "rate": {"£1,026.50"}, "band": {"Band 6"}, "told": {"on"},
		"ward": {"", "A, B", "C"}, "where.postcode": {"SE1 9RT"},
		"lines.0.minutes": {"60"}, "lines.0.band": {"Band 5"}, "lines.1.minutes": {""}, "lines.10.minutes": {"20"}, "lines.2.minutes": {"10"},
		"map.a": {"1"}, "map.b": {" "},
	})

	if refused != "" {
		t.Fatal(refused)
	}
	if p.ID.String() != idText || p.Tab != "lines" || strings.Join(p.Status, "+") != "open+filled" || p.Note != "two words" || *p.Minutes != 30 ||
		p.Rate != 102650 || p.Band.n != 6 || !p.Told || strings.Join(p.Wards, "|") != "A, B|C" || p.Where.Postcode != "SE1 9RT" {
		t.Errorf("%+v", p)
	}
	if len(p.Lines) != 3 || p.Lines[0].Minutes != 60 || p.Lines[0].Band.n != 5 || p.Lines[1].Minutes != 10 || p.Lines[2].Minutes != 20 {
		t.Errorf("rows: %+v", p.Lines)
	}
	if len(p.Map) != 1 || p.Map["a"] != 1 {
		t.Errorf("map: %+v", p.Map)
	}
}

func TestBind_collectsEveryRefusalByTheNameOfItsBox(t *testing.T) {
	t.Parallel()
	var p pageForm
	refused := bind(&p, map[string][]string{
		"note": {" "}, "minutes": {"61"}, "rate": {"a lot"}, "band": {"Band 9"}, "told": {"perhaps"},
		"where.postcode": {"se1"}, "lines.4.band": {"Band 5"}, "map.a": {"x"},
	})

	want := "note:required minutes:over_maximum rate:amount_invalid band:band_not_covered told:wrong_type ward:required " +
		"where.postcode:wrong_format lines.4.minutes:required map.a:wrong_type"
	if refused != want {
		t.Errorf("got  %s\nwant %s", refused, want)
	}
}

func TestBind_anEmptyBoxIsNoAnswer(t *testing.T) {
	t.Parallel()
	var p pageForm
	if refused := bind(&p, map[string][]string{"note": {"x"}, "minutes": {""}, "ward": {"A"}, "band": {""}}); refused != "" || p.Minutes != nil {
		t.Errorf("%s %v", refused, p.Minutes)
	}
}

func TestBind_sharesTheInputOfAnOperation(t *testing.T) {
	t.Parallel()
	var in struct {
		ID   tenants.ID `path:"id"`
		Body struct {
			Note   string    `json:"note" maxlen:"5"`
			More   string    `json:"more,omitempty"`
			Breaks *int      `json:"breaks"`
			Told   bool      `json:"told"`
			At     time.Time `json:"at"`
			Line   lineJSON  `json:"line"`
		}
	}
	refused := bind(&in, map[string][]string{"more": {"m"}, "line.rate": {"Band 5"}, "line.minutes": {"5"}})

	if refused != "note:required" || in.Body.More != "m" || in.Body.Line.Rate.n != 5 || in.Body.Line.Minutes != 5 {
		t.Errorf("%s %+v", refused, in)
	}
}

func TestBind_refusesTextThatIsNone(t *testing.T) {
	t.Parallel()
	var p pageForm
	if refused := bind(&p, map[string][]string{"note": {"a\x00b"}, "ward": {"\xff"}}); refused != "note:wrong_format ward:wrong_format" {
		t.Error(refused)
	}
}

func TestBind_boundsTheRowsOfAForm(t *testing.T) {
	t.Parallel()
	form := map[string][]string{"note": {"x"}, "ward": {"A"}}
	for i := range maxRows + 1 {
		form[fmt.Sprintf("lines.%d.minutes", i)] = []string{"1"}
	}
	var p pageForm
	if refused := bind(&p, form); refused != "lines:too_many" {
		t.Error(refused)
	}
}
