package cards

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wardbridge/internal/sheets"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/tenants"
)

// book is a small trust's names without a database.
func book() *names {
	site := places.Site{ID: tenants.NewID(), Code: "KGH", Name: "Kingsmere General"}
	n := &names{
		grades: map[string]packs.Grade{"nurse-band-5": {Code: "nurse-band-5", StaffGroup: "nursing", Name: "Band 5 nurse"}, "st3": {Code: "st3", StaffGroup: "medical", Name: "Registrar (ST3+)"}},
		groups: map[string]packs.StaffGroup{"nursing": {Code: "nursing", Name: "Nursing"}, "medical": {Code: "medical", Name: "Medical"}},
		sites:  map[tenants.ID]places.Site{site.ID: site}, siteByCode: map[string]tenants.ID{},
	}
	n.gradeWords = places.NewWordbook(nil, []places.Word{{Code: "nurse-band-5", Name: "Band 5 nurse"}, {Code: "st3", Name: "Registrar (ST3+)"}})
	n.groupWords = places.NewWordbook(nil, []places.Word{{Code: "nursing", Name: "Nursing"}, {Code: "medical", Name: "Medical"}})
	n.siteWords = places.NewWordbook(nil, []places.Word{{Code: "KGH", Name: "Kingsmere General"}})
	n.index()
	return n
}

// readFile takes a file in as an import does, without a database.
func readFile(body []byte, n *names) (*reader, error) {
	src, err := sheets.Open(bytes.NewReader(body), sheets.Hint{Size: int64(len(body)), Limits: sheets.Limits{Rows: LinesMax}})
	if err != nil {
		return nil, err
	}
	defer src.Close()
	mapping, f := Sheet.Match(src.Header(), nil)
	if f != nil {
		return nil, f
	}
	r := newReader(n)
	for {
		row, err := src.Next()
		var bad *sheets.RowError
		switch {
		case errors.Is(err, io.EOF):
			return r, nil
		case errors.As(err, &bad):
			r.findings = append(r.findings, sheets.Finding{RowError: *bad})
			continue
		case err != nil:
			return nil, err
		}
		r.take(row.Number, mapping.Project(row, make([]string, 0, colCount)))
	}
}

const file = `Staff group,Grade,Specialty,Site,Hours,Engagement,Highest pay,Fixed pay,Highest commission,Margin %,Highest charge,VAT,Pay after 12 weeks,Tier uplifts,Escalation
Nursing,Band 5 nurse,,,any,,21.50,,2.40,,30.95,,21.75,2=2.5; 3=5,24=5; 4=10
,nurse-band-5,Theatres,KGH,high,paye,36.00,yes,,12.5,,E,,,
,Registrar (ST3+),,,,direct,52,no,4,,,O,,,
`

func TestSheet_comesBackAsItWas(t *testing.T) {
	t.Parallel()
	n := book()
	first, err := readFile([]byte(file), n)
	if err != nil || len(first.findings) > 0 || len(first.lines) != 3 {
		t.Fatalf("read %+v, %v", first, err)
	}
	c := Card{Name: "Agency nursing", Version: 1}
	c.Lines = c.entries(first.lines)
	for kind, write := range map[string]func(io.Writer, Card) error{"csv": n.csv, "xlsx": n.workbook} {
		var out bytes.Buffer
		if err := write(&out, c); err != nil {
			t.Fatal(err)
		}
		again, err := readFile(out.Bytes(), n)
		if err != nil || len(again.findings) > 0 {
			t.Errorf("%s: %+v, %v", kind, again, err)
			continue
		}
		if d := DiffOf(c.Lines, c.entries(again.lines)); d.Same != 3 || len(d.Added)+len(d.Removed)+len(d.Changed) > 0 {
			t.Errorf("%s: came back as %+v", kind, d)
		}
	}
}

func TestSheet_saysWhatIsWrongWithARow(t *testing.T) {
	t.Parallel()
	head, _, _ := strings.Cut(file, "\n")
	for row, want := range map[string]string{
		"Nursing,Band 5 nurs,,,,,21.50,,,,,,,,":               "grade grade_unknown Band 5 nurse",
		"Medical,Band 5 nurse,,,,,21.50,,,,,,,,":              "grade grade_unknown ",
		",Band 5 nurse,,Elsewhere,,,21.50,,,,,,,,":            "site site_unknown ",
		`,Band 5 nurse,,,,,"21,5",,,,,,,,`:                    "pay_max rate_invalid 21.5",
		",Band 5 nurse,,,,,21.50001,,,,,,,,":                  "pay_max rate_too_precise ",
		",Band 5 nurse,,,,,,,,,,,,,":                          "pay_max value_missing ",
		",Band 5 nurse,,,,,0,,,,,,,,":                         "pay_max pay_missing ",
		",Band 5 nurse,,,night,,21,,,,,,,,":                   "band band_unknown ",
		",Band 5 nurse,,,,freelance,21,,,,,,,,":               "engagement engagement_unknown ",
		",Band 5 nurse,,,,,21,perhaps,,,,,,,":                 "fixed fixed_unknown ",
		",Band 5 nurse,,,,,21,,2,10,,,,,":                     "margin_percent commission_and_margin ",
		",Band 5 nurse,,,,,21,,,101,,,,,":                     "margin_percent margin_invalid ",
		",Band 5 nurse,,,,,21,,,,,Z,,,":                       "vat vat_unknown ",
		",Band 5 nurse,,,,,21,,,,,,,2=5; 2=6,":                "tier_uplifts tier_uplifts_invalid ",
		",Band 5 nurse,,,,,21,,,,,,,,24 hours":                "escalation escalation_invalid ",
		",Band 5 nurse," + strings.Repeat("x", 81) + ",,,,21": "specialty value_too_long ",
	} {
		r, err := readFile([]byte(head+"\n"+row+"\n"), book())
		if err != nil || len(r.findings) != 1 || len(r.lines) != 0 {
			t.Errorf("%s: got %+v, %v", row, r, err)
			continue
		}
		f := r.findings[0]
		if got := f.Column + " " + f.Code + " " + f.Suggestion; got != want || f.Row != 2 {
			t.Errorf("%s: row %d, got %q, want %q", row, f.Row, got, want)
		}
	}
	r, err := readFile([]byte(head+"\n,st3,,,,,50,,,,,,,,\n,st3,,,core,,51,,,,,,,,\n"), book())
	if err != nil || len(r.findings) != 1 || r.findings[0].Code != "line_twice" || r.findings[0].Row != 3 {
		t.Errorf("two lines for one thing: %+v, %v", r, err)
	}
}

// FuzzCard_isTakenInWholeOrSaysWhy feeds files of every kind: nothing panics, no
// row is both a line and an error, no row is lost, and what was taken in is
// sound enough to be written out and read again as the same.
func FuzzCard_isTakenInWholeOrSaysWhy(f *testing.F) {
	f.Add([]byte(file))
	f.Add([]byte(strings.ReplaceAll(file, ",", ";")))
	f.Add([]byte("grade,pay_max\nst3,\"52,00\"\nst3,52\nnobody,-1\n"))
	f.Add([]byte("grade\tpay_max\tescalation\nst3\t52\t4=10;4=20\n"))
	f.Add([]byte("\xef\xbb\xbfGrade,Highest pay,Margin %\r\nst3,9999.9999,100%\r\n\"st3,1\r\n"))
	var book1 bytes.Buffer
	n := book()
	seed, err := readFile([]byte(file), n)
	if err != nil {
		f.Fatal(err)
	}
	c := Card{}
	c.Lines = c.entries(seed.lines)
	if err := n.workbook(&book1, c); err != nil {
		f.Fatal(err)
	}
	f.Add(book1.Bytes())
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := readFile(body, n)
		if err != nil {
			return
		}
		wrong := map[int]bool{}
		for _, found := range r.findings {
			if found.Code == "" || found.Text == "" {
				t.Errorf("a finding without words: %+v", found)
			}
			wrong[found.Row] = true
		}
		for _, row := range r.rows {
			if wrong[row] {
				t.Errorf("row %d is a line and an error", row)
			}
		}
		var out bytes.Buffer
		c := Card{}
		c.Lines = c.entries(r.lines)
		if err := n.csv(&out, c); err != nil {
			t.Fatal(err)
		}
		again, err := readFile(out.Bytes(), n)
		if err != nil {
			if len(r.lines) == 0 {
				return // headings alone
			}
			t.Fatal(err)
		}
		if d := DiffOf(c.Lines, c.entries(again.lines)); len(again.findings) > 0 || d.Same != len(r.lines) {
			t.Errorf("written and read again: %+v, %d of %d lines the same", again.findings, d.Same, len(r.lines))
		}
	})
}

func TestSheet_headingsAreInDocs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "files.md"))
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(string(text), "## Rate card")
	if at < 0 {
		t.Fatal("docs/files.md has no section on rate cards")
	}
	missing := slices.Collect(func(yield func(string) bool) {
		for _, c := range Sheet.Columns {
			if !strings.Contains(string(text[at:]), "`"+c.Name+"`") && !yield(c.Name) {
				return
			}
		}
	})
	if len(missing) > 0 {
		t.Errorf("docs/files.md does not speak of %v", missing)
	}
}

// BenchmarkCard_file reads and checks a file of 5,000 lines.
func BenchmarkCard_file(b *testing.B) {
	head, _, _ := strings.Cut(file, "\n")
	var body strings.Builder
	body.WriteString(head + "\n")
	for i := range 5000 {
		body.WriteString(",st3,Specialty " + strings.Repeat("i", i%60) + string(rune('a'+i/60%26)) + string(rune('a'+i/1560)) + ",KGH,,paye,52.00,,4.00,,,,,2=2.5,24=5\n")
	}
	n := book()
	for b.Loop() {
		r, err := readFile([]byte(body.String()), n)
		if err != nil || len(r.findings) > 0 || len(r.lines) != 5000 {
			b.Fatalf("%v, %d lines, %v", err, len(r.lines), r.findings[:min(1, len(r.findings))])
		}
	}
}
