package sheets

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"wardbridge/internal/fault"
)

// finding is what the first bytes of a file say about it.
type finding struct {
	workbook bool
	charset  charset
}

// signatures are the first bytes of files that people send by mistake.
var signatures = []struct{ bytes, what string }{
	{"\x89PNG\r\n", "a PNG picture"},
	{"\xff\xd8\xff", "a JPEG picture"},
	{"GIF8", "a GIF picture"},
	{"II*\x00", "a TIFF picture"},
	{"MM\x00*", "a TIFF picture"},
	{"%PDF-", "a PDF document"},
	{"{\\rtf", "a text document (RTF)"},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel file (.xls) or one with a password"},
	{"\x1f\x8b", "a compressed file (gzip)"},
	{"7z\xbc\xaf\x27\x1c", "a compressed file (7-Zip)"},
	{"Rar!\x1a", "a compressed file (RAR)"},
	{"\x7fELF", "a program"},
	{"MZ\x90\x00", "a program"},
	{"SQLite format 3\x00", "a database file"},
}

// markup is how web pages and XML begin; some systems save them as .xls.
var markup = []struct{ text, what string }{
	{"<!doctype html", "a web page"},
	{"<html", "a web page"},
	{"<table", "a web page"},
	{"<?xml", "an XML file"},
}

// foreign are content types that no table has, for files whose text would pass.
var foreign = map[string]string{
	"application/json": "a JSON file",
	"application/xml":  "an XML file",
	"text/html":        "a web page",
	"text/xml":         "an XML file",
}

func sniff(head []byte, contentType string) (finding, error) {
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")) {
		return finding{workbook: true}, nil
	}
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.bytes)) {
			return finding{}, notATable(s.what)
		}
	}
	text := bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	start := bytes.TrimLeft(text, " \t\r\n\x1a")
	if len(start) == 0 {
		return finding{}, ErrEmpty
	}
	lower := strings.ToLower(string(start[:min(len(start), 32)]))
	for _, m := range markup {
		if strings.HasPrefix(lower, m.text) {
			return finding{}, notATable(m.what)
		}
	}
	media, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	if what, ok := foreign[strings.TrimSpace(media)]; ok {
		return finding{}, notATable(what)
	}
	cs := charsetOf(head)
	if !cs.wide() && binary(head) {
		return finding{}, ErrNotATable.Saying("This is not a file of text. Send a CSV or Excel file.")
	}
	return finding{charset: cs}, nil
}

func notATable(what string) *fault.Fault {
	if strings.Contains(what, "Excel") {
		return ErrNotATable.Saying("This is " + what + ". Open it in Excel and save it as .xlsx without a password.")
	}
	return ErrNotATable.Saying("This is " + what + ", not a CSV or Excel file.")
}

// binary looks at the first bytes for what no text holds. A stray control
// character further down is left to its row.
func binary(head []byte) bool {
	head = head[:min(len(head), 512)]
	odd := 0
	for _, b := range head {
		switch {
		case b == 0:
			return true
		case b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f':
			odd++
		}
	}
	return odd*20 > len(head)
}

// charset is how the bytes of a CSV file stand for text.
type charset int

const (
	utf8Text charset = iota
	windows1252
	utf16Little
	utf16Big
)

// wide tells the encodings in which commas and line ends are not single bytes.
func (c charset) wide() bool { return c == utf16Little || c == utf16Big }

// charsetOf trusts a byte order mark, then the pattern of zero bytes that plain
// letters leave in UTF-16, then the rules of UTF-8. What breaks them all is
// taken for Windows-1252, which Excel on Windows writes for "CSV".
func charsetOf(head []byte) charset {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return utf16Little
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return utf16Big
	}
	if len(head) >= 4 && len(head)%2 == 0 || len(head) == sniffBytes {
		even, odd := 0, 0
		probe := head[:min(len(head), 512)]
		for i, b := range probe {
			if b != 0 {
				continue
			}
			if i%2 == 0 {
				even++
			} else {
				odd++
			}
		}
		switch half := len(probe) / 2; {
		case even == 0 && odd*10 >= half*9:
			return utf16Little
		case odd == 0 && even*10 >= half*9:
			return utf16Big
		}
	}
	if len(head) == sniffBytes {
		head = trimCutRune(head)
	}
	if utf8.Valid(head) {
		return utf8Text
	}
	return windows1252
}

// trimCutRune drops a letter that the end of the sample cut in two.
func trimCutRune(b []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			return b
		}
	}
	return b
}
