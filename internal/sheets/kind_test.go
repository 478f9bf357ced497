package sheets

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
)

var shifts = Kind{Name: "shifts", Title: "Shifts", Columns: []Column{
	{Name: "external_ref", Title: "External reference", Aliases: []string{"ref", "request id"}, Max: 10, Example: "0012"},
	{Name: "ward", Title: "Ward", Required: true, Example: "Oak Ward"},
	{Name: "date", Title: "Date", Required: true, Form: Date, Example: "24/11/2026"},
	{Name: "start", Title: "Start", Form: Clock, Example: "07:00"},
}}

func TestMatch_findsColumnsInAnyOrderAndWriting(t *testing.T) {
	t.Parallel()

	m, f := shifts.Match([]string{"DATE", "Colour", "Request-ID", "", "ward *"}, nil)

	if f != nil {
		t.Fatal(f)
	}
	want := map[string]string{"date": "DATE", "external_ref": "Request-ID", "ward": "ward *"}
	if !maps.Equal(m.Found, want) || !slices.Equal(m.Unknown, []string{"Colour"}) || len(m.Notices) != 1 || m.Has("start") {
		t.Errorf("got %+v", m)
	}
	row := Row{Number: 2, Cells: []string{"46350", "red", " 7 ", "", "Oak"}}
	if got := strings.Join(m.Project(row, nil), "|"); got != "7|Oak|2026-11-24|" {
		t.Errorf("got %q", got)
	}
	if m.Get(row, "ward") != "Oak" || m.Get(row, "start") != "" || m.Get(row, "nothing") != "" {
		t.Error("Get does not follow the mapping")
	}
}

func TestMatch_prefersWhatPeopleChoseBefore(t *testing.T) {
	t.Parallel()
	chosen := map[string]string{"Unit": "ward", "Colour": "", "Gone": "no_such_column"}

	m, f := shifts.Match([]string{"Ward", "unit", "Date", "colour", "Gone"}, chosen)

	if f != nil {
		t.Fatal(f)
	}
	if m.Found["ward"] != "unit" || !slices.Equal(m.Unknown, []string{"Ward", "Gone"}) {
		t.Errorf("got %+v", m)
	}
}

func TestMatch_namesWhatIsMissingAndWhatWasFound(t *testing.T) {
	t.Parallel()

	_, f := shifts.Match([]string{"Wards", "Start"}, nil)

	if f == nil || f.Code != "header_missing" || len(f.Fields) != 2 || f.Fields[0].Name != "ward" {
		t.Fatalf("got %+v", f)
	}
	if !strings.Contains(f.Text, `"Wards", "Start"`) || !strings.Contains(f.Fields[0].Text, `Is it "Wards"?`) {
		t.Errorf("got %q and %q", f.Text, f.Fields[0].Text)
	}
}

func TestMatch_refusesTwoHeadingsForOneColumn(t *testing.T) {
	t.Parallel()

	_, f := shifts.Match([]string{"Ref", "Ward", "Date", "Request ID"}, nil)

	if f == nil || f.Code != "header_duplicate" || !strings.Contains(f.Text, `"Ref" (column A) and "Request ID" (column D)`) {
		t.Errorf("got %+v", f)
	}
}

func TestValid_refusesHeadingsOfTwoColumns(t *testing.T) {
	t.Parallel()
	doubtful := Kind{Name: "k", Columns: []Column{{Name: "a", Aliases: []string{"B."}}, {Name: "b"}}}

	if shifts.Valid() != nil || doubtful.Valid() == nil {
		t.Errorf("got %v and %v", shifts.Valid(), doubtful.Valid())
	}
}

func TestCheck_findsEmptyAndLongCells(t *testing.T) {
	t.Parallel()
	m, f := shifts.Match([]string{"Ref", "Ward", "Date"}, nil)
	if f != nil {
		t.Fatal(f)
	}

	errs := m.Check(Row{Number: 7, Cells: []string{strings.Repeat("é", 11), " ", "x"}})

	if len(errs) != 2 || errs[0].Code != "value_too_long" || errs[1].Code != "value_missing" || errs[1].Row != 7 {
		t.Errorf("got %+v", errs)
	}
	if errs := m.Check(Row{Cells: []string{strings.Repeat("é", 10), "w", "x"}}); errs != nil {
		t.Errorf("got %+v", errs)
	}
}

func TestTemplate_isAFileThatCanBeImported(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := Template(&out, shifts); err != nil {
		t.Fatal(err)
	}

	header, rows, bad, err := read(t, &out, Hint{})
	m, f := shifts.Match(header, nil)

	if err != nil || f != nil || bad != nil || len(rows) != 1 || len(m.Found) != 4 || rows[0][0] != "0012" {
		t.Errorf("header %v, rows %v, %v, %v", header, rows, err, f)
	}
}

func TestWriteErrors_givesAFileToCorrect(t *testing.T) {
	t.Parallel()
	failed := func(yield func(Failed, error) bool) {
		_ = yield(Failed{[]string{"007", "Ock"}, []RowError{{Text: `There is no ward "Ock".`, Suggestion: "Oak"}, {Text: "Band is empty."}}}, nil) &&
			yield(Failed{[]string{"8"}, []RowError{{Text: "Ward is empty."}}}, nil)
	}
	var first, second bytes.Buffer
	if err := WriteErrors(&first, []string{"ref", "ward"}, failed); err != nil {
		t.Fatal(err)
	}

	header, rows, _, err := read(t, bytes.NewReader(first.Bytes()), Hint{})
	again := WriteErrors(&second, header, func(yield func(Failed, error) bool) {
		_ = yield(Failed{rows[0], []RowError{{Text: "Still wrong."}}}, nil)
	})

	if err != nil || strings.Join(header, "|") != "ref|ward|Import error" {
		t.Fatalf("header %v, %v", header, err)
	}
	if got := strings.Join(rows[0], "|"); got != `007|Ock|There is no ward "Ock". Did you mean "Oak"? Band is empty.` {
		t.Errorf("got %q", got)
	}
	if got := strings.Join(rows[1], "|"); got != "8||Ward is empty." {
		t.Errorf("got %q", got)
	}
	if want := "\xef\xbb\xbfref,ward,Import error\r\n007,Ock,Still wrong.\r\n"; again != nil || second.String() != want {
		t.Errorf("got %q, %v", second.String(), again)
	}
}

func TestWriteErrors_stopsWithTheSequence(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")

	err := WriteErrors(&bytes.Buffer{}, []string{"a"}, func(yield func(Failed, error) bool) { yield(Failed{}, broken) })

	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestSuggest_guessesOnlyWhatIsNear(t *testing.T) {
	t.Parallel()
	wards := []string{"Oak Ward", "Elm Ward", "Maternity", "W1", "W2", "Intensive Care"}
	cases := map[string]string{
		"oka ward": "Oak Ward", "MATERNTY": "Maternity", "w1": "W1", "W3": "", "": "", "Oak": "Oak Ward",
		"Theatre": "", "intensiv care": "Intensive Care", "xlm ward": "Elm Ward",
	}
	for value, want := range cases {
		if got := Suggest(value, wards); got != want {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}

func TestExcelDate_takesOnlyDays(t *testing.T) {
	t.Parallel()
	cases := []struct {
		in   string
		c    Calendar
		want string
	}{
		{"46350", From1900, "2026-11-24"}, {"46350.29", From1900, "2026-11-24"}, {"44888", From1904, "2026-11-24"},
		{"46350.9999999", From1900, "2026-11-25"}, {"7306", From1900, "1920-01-01"}, {"2958465", From1900, "9999-12-31"},
		{"2026", From1900, ""}, {"24/11/2026", From1900, ""}, {"2026-11-24", From1900, ""}, {"20261124", From1900, ""},
		{"", From1900, ""}, {"-46350", From1900, ""}, {"046350", From1900, ""}, {"1E", From1900, ""},
	}
	for _, c := range cases {
		if got, ok := ExcelDate(c.in, c.c); got != c.want || ok != (c.want != "") {
			t.Errorf("%q: got %q %v, want %q", c.in, got, ok, c.want)
		}
	}
}

func TestExcelClock_takesOnlyFractions(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"0.291666": "07:00", "0.29166666666666669": "07:00", "0": "00:00", "0.5": "12:00", "0.8125": "19:30", "46350.291666": "07:00",
		"0.99999999": "00:00", "0.50034722": "12:00:30", "46350": "00:00", "6.9444444444444447E-4": "00:01",
		"7.30": "", "700": "", "0700": "", "07:00": "", "1": "", "24": "", "19.5": "", "": "", "-0.5": "",
	}
	for in, want := range cases {
		if got, ok := ExcelClock(in); got != want || ok != (want != "") {
			t.Errorf("%q: got %q %v, want %q", in, got, ok, want)
		}
	}
}
