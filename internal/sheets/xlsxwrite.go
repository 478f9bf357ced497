package sheets

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
)

// XLSX writes a workbook of several sheets as it comes, holding one row. Sheets
// are written one after the other. The first error stays and is given back by
// every later call, Close included. It is not for several goroutines at once.
type XLSX struct {
	zip   *zip.Writer
	part  io.Writer
	buf   []byte
	names []string
	refs  []string // column letters of the sheet
	row   int
	err   error
}

// Head is a column of a sheet. Width is in characters; 0 is as wide as the
// title needs.
type Head struct {
	Title string
	Width int
}

// Cell is one value of a workbook. Use the constructors; the zero Cell is empty.
type Cell struct {
	kind cellKind
	text string
	n    int64
}

type cellKind int

const (
	cellEmpty cellKind = iota
	cellText
	cellInteger
	cellMoney
	cellRate
	cellDate
)

// TextCell is text and stays text: leading zeros and long references survive.
func TextCell(s string) Cell { return Cell{kind: cellText, text: s} }

// IntegerCell is a whole number.
func IntegerCell(n int64) Cell { return Cell{kind: cellInteger, n: n} }

// MoneyCell is an amount in pence, shown in pounds with two places. It is
// written from its digits and never passes through a float.
func MoneyCell(pence int64) Cell { return Cell{kind: cellMoney, n: pence} }

// RateCell is a decimal number such as "21.3750", shown with four places. What
// is no plain number is written as text.
func RateCell(decimal string) Cell { return Cell{kind: cellRate, text: decimal} }

// DateCell is a civil date such as "2026-11-24". What is no date is written as
// text.
func DateCell(date string) Cell { return Cell{kind: cellDate, text: date} }

const (
	xlsxLevel   = 5       // between the size of 6 and the speed of 1
	xlsxRowsMax = 1048576 // Excel's limits
	xlsxTextMax = 32767
	xlsxNameMax = 31
)

// NewXLSX begins a workbook. Close ends it and does not close w.
func NewXLSX(w io.Writer) *XLSX {
	x := &XLSX{zip: zip.NewWriter(w), buf: make([]byte, 0, 64<<10)}
	x.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, xlsxLevel)
	})
	return x
}

// Sheet begins the next sheet with its headings, bold and frozen. Characters
// that Excel forbids in names become spaces.
func (x *XLSX) Sheet(name string, columns ...Head) error {
	if x.endSheet(); x.err != nil {
		return x.err
	}
	x.names = append(x.names, sheetName(name, x.names))
	x.row, x.refs = 0, x.refs[:0]
	x.part, x.err = x.zip.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", len(x.names)))
	if x.err != nil {
		return x.err
	}
	selected := ""
	if len(x.names) == 1 {
		selected = ` tabSelected="1"`
	}
	x.add(xmlHead, `<worksheet xmlns="`, nsMain, `"><sheetViews><sheetView`, selected, ` workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`)
	if len(columns) > 0 {
		x.add(`<cols>`)
		for i, c := range columns {
			n := strconv.Itoa(i + 1)
			width := c.Width
			if width == 0 {
				width = max(8, min(60, utf8.RuneCountInString(c.Title)+3))
			}
			x.add(`<col min="`, n, `" max="`, n, `" width="`, strconv.Itoa(width), `" customWidth="1"/>`)
			x.refs = append(x.refs, letters(i))
		}
		x.add(`</cols>`)
	}
	x.add(`<sheetData>`)
	x.begin()
	for i, c := range columns {
		x.text(i, c.Title, "1")
	}
	x.add(`</row>`)
	return x.err
}

// Row writes one row of the present sheet.
func (x *XLSX) Row(cells ...Cell) error {
	if x.err == nil && x.part == nil {
		x.err = errors.New("a workbook needs a sheet before its first row")
	}
	if x.err == nil && x.row >= xlsxRowsMax {
		x.err = tooManyRows(Limits{Rows: xlsxRowsMax - 1})
	}
	if x.err != nil {
		return x.err
	}
	for len(x.refs) < len(cells) {
		x.refs = append(x.refs, letters(len(x.refs)))
	}
	x.begin()
	for i, c := range cells {
		x.cell(i, c)
	}
	x.add(`</row>`)
	if len(x.buf) > 32<<10 {
		x.flush()
	}
	return x.err
}

// Close ends the last sheet and the workbook.
func (x *XLSX) Close() error {
	if x.err == nil && len(x.names) == 0 {
		_ = x.Sheet("Sheet1")
	}
	x.endSheet()
	for _, p := range x.frame() {
		if x.err == nil {
			x.part, x.err = x.zip.Create(p.name)
			x.add(p.text)
			x.flush()
		}
	}
	x.part = nil
	return errors.Join(x.err, x.zip.Close())
}

func (x *XLSX) endSheet() {
	if x.part != nil {
		x.add(`</sheetData></worksheet>`)
		x.flush()
		x.part = nil
	}
}

func (x *XLSX) flush() {
	if x.err == nil && len(x.buf) > 0 {
		_, x.err = x.part.Write(x.buf)
	}
	x.buf = x.buf[:0]
}

func (x *XLSX) add(parts ...string) {
	for _, p := range parts {
		x.buf = append(x.buf, p...)
	}
}

func (x *XLSX) begin() {
	x.row++
	x.add(`<row r="`)
	x.buf = strconv.AppendInt(x.buf, int64(x.row), 10)
	x.add(`">`)
}

func (x *XLSX) open(at int, style string) {
	x.add(`<c r="`, x.refs[at])
	x.buf = strconv.AppendInt(x.buf, int64(x.row), 10)
	if style != "" {
		x.add(`" s="`, style)
	}
}

// The styles are those of stylesPart: 1 bold, 2 money, 3 rate, 4 date, 5 text.
func (x *XLSX) cell(at int, c Cell) {
	switch c.kind {
	case cellEmpty:
	case cellInteger:
		x.open(at, "")
		x.number(strconv.FormatInt(c.n, 10))
	case cellMoney:
		x.open(at, "2")
		x.number(pounds(c.n))
	case cellRate:
		if !plainNumber(strings.TrimPrefix(c.text, "-")) {
			x.text(at, c.text, "5")
			return
		}
		x.open(at, "3")
		x.number(c.text)
	case cellDate:
		day, err := time.Parse("2006-01-02", c.text)
		serial := int(day.Sub(time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24)
		if err != nil || serial < 61 { // before March 1900 Excel counts a day that never was
			x.text(at, c.text, "5")
			return
		}
		x.open(at, "4")
		x.number(strconv.Itoa(serial))
	case cellText:
		x.text(at, c.text, "5")
	}
}

func (x *XLSX) number(digits string) { x.add(`"><v>`, digits, `</v></c>`) }

func (x *XLSX) text(at int, s, style string) {
	if s == "" {
		return
	}
	if len(s) > xlsxTextMax && utf8.RuneCountInString(s) > xlsxTextMax {
		x.err = fmt.Errorf("cell %s%d: text of %d bytes is longer than a workbook can hold", x.refs[at], x.row, len(s))
		return
	}
	if s[0] == '\'' && unguard(s) != s {
		s = "'" + s // our reader takes one off
	}
	x.open(at, style)
	x.add(`" t="inlineStr"><is><t xml:space="preserve">`)
	x.escape(s)
	x.add(`</t></is></c>`)
}

// escape replaces what XML cannot hold by the sign for unreadable letters, and
// writes a carriage return in the workbook's own way, since XML would lose it.
func (x *XLSX) escape(s string) {
	for i, r := range s {
		switch {
		case r == '&':
			x.add("&amp;")
		case r == '<':
			x.add("&lt;")
		case r == '>':
			x.add("&gt;")
		case r == '\r':
			x.add("_x000D_")
		case r == '_' && strings.HasPrefix(s[i:], "_x"):
			x.add("_x005F_") // so that text like _x000D_ stays itself
		case (r < 0x20 && r != '\t' && r != '\n') || r == 0xfffe || r == 0xffff:
			x.buf = utf8.AppendRune(x.buf, utf8.RuneError)
		default:
			x.buf = utf8.AppendRune(x.buf, r)
		}
	}
}

// pounds writes pence with a point and two places.
func pounds(pence int64) string {
	sign, n := "", uint64(pence)
	if pence < 0 {
		sign, n = "-", -uint64(pence)
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// sheetName makes a name that Excel accepts and that no other sheet has.
func sheetName(name string, taken []string) string {
	name = strings.Trim(strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\`, r) || r < 0x20 {
			return ' '
		}
		return r
	}, name), " '")
	if name == "" {
		name = "Sheet" + strconv.Itoa(len(taken)+1)
	}
	name = cutRunes(name, xlsxNameMax)
	for _, t := range taken {
		if strings.EqualFold(t, name) {
			n := " " + strconv.Itoa(len(taken)+1)
			return cutRunes(name, xlsxNameMax-len(n)) + n
		}
	}
	return name
}

func cutRunes(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n])
}

const (
	xmlHead  = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	nsMain   = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	nsOffice = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	nsRels   = "http://schemas.openxmlformats.org/package/2006/relationships"
	mimeBase = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// stylesPart has, in this order: plain, bold heading, money, rate, date, text.
const stylesPart = xmlHead + `<styleSheet xmlns="` + nsMain + `">` +
	`<numFmts count="2"><numFmt numFmtId="164" formatCode="0.0000"/><numFmt numFmtId="165" formatCode="dd/mm/yyyy"/></numFmts>` +
	`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
	`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
	`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
	`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
	`<cellXfs count="6">` +
	`<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
	`<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyNumberFormat="1"/>` +
	`<xf numFmtId="4" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
	`</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

type part struct{ name, text string }

// frame is what holds the sheets together. It is written last, when their
// number is known.
func (x *XLSX) frame() []part {
	var types, sheets, rels strings.Builder
	for i, name := range x.names {
		n := i + 1
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, n, mimeBase)
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, attribute.Replace(name), n, n)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, n, nsOffice, n)
	}
	fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/>`, len(x.names)+1, nsOffice)
	return []part{
		{"xl/styles.xml", stylesPart},
		{"xl/workbook.xml", xmlHead + `<workbook xmlns="` + nsMain + `" xmlns:r="` + nsOffice + `"><sheets>` + sheets.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", xmlHead + `<Relationships xmlns="` + nsRels + `">` + rels.String() + `</Relationships>`},
		{"_rels/.rels", xmlHead + `<Relationships xmlns="` + nsRels + `"><Relationship Id="rId1" Type="` + nsOffice + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"[Content_Types].xml", xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + mimeBase + `sheet.main+xml"/>` + types.String() +
			`<Override PartName="/xl/styles.xml" ContentType="` + mimeBase + `styles+xml"/></Types>`},
	}
}

var attribute = strings.NewReplacer(`&`, "&amp;", `<`, "&lt;", `>`, "&gt;", `"`, "&quot;")
