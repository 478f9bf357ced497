package sheets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"

	"wardbridge/internal/fault"
)

func from(text string) io.Reader { return strings.NewReader(text) }

// read gives the headings and rows of a table and what was wrong with them.
func read(t *testing.T, r io.Reader, hint Hint) (header []string, rows [][]string, bad []*RowError, err error) {
	t.Helper()
	src, err := Open(r, hint)
	if err != nil {
		return nil, nil, nil, err
	}
	defer func() {
		if err := src.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	}()
	for {
		row, err := src.Next()
		var spoilt *RowError
		switch {
		case errors.Is(err, io.EOF):
			return src.Header(), rows, bad, nil
		case errors.As(err, &spoilt):
			bad = append(bad, spoilt)
		case err != nil:
			return src.Header(), rows, bad, err
		default:
			rows = append(rows, slices.Clone(row.Cells))
		}
	}
}

func TestOpen_readsWhatPeopleSend(t *testing.T) {
	t.Parallel()
	wide := func(e unicode.Endianness, b unicode.BOMPolicy, s string) string {
		out, err := unicode.UTF16(e, b).NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	cases := []struct {
		name, in string
		header   string // cells joined by |
		rows     string // rows joined by /
		notice   string
	}{
		{"plain", "ward,band\nOak,5\n", "ward|band", "Oak|5", ""},
		{"windows line ends and a byte order mark", "\xef\xbb\xbfward,band\r\nOak,5\r\n", "ward|band", "Oak|5", ""},
		{"old Mac line ends", "ward,band\rOak,5\rElm,6", "ward|band", "Oak|5/Elm|6", ""},
		{"semicolons", "ward;cost\nOak;1,50\n", "ward|cost", "Oak|1,50", "separator_semicolon"},
		{"tabs", "ward\tcost\nOak, north\t1\n", "ward|cost", "Oak, north|1", "separator_tab"},
		{"the sep line of Excel", "sep=;\r\nward\r\nOak\r\n", "ward", "Oak", "separator_semicolon"},
		{"a comma in a quoted heading is none", "\"ward, unit\";a\nOak;1\n", "ward, unit|a", "Oak|1", "separator_semicolon"},
		{"windows-1252", "ward,lead\nOak,Zo\xeb \x93Z\x94\n", "ward|lead", "Oak|Zoë “Z”", "encoding_windows_1252"},
		{"utf-16 with a mark", wide(unicode.LittleEndian, unicode.UseBOM, "ward,lead\r\nOak,Zoë\r\n"), "ward|lead", "Oak|Zoë", "encoding_utf_16"},
		{"utf-16 the other way", wide(unicode.BigEndian, unicode.UseBOM, "ward,lead\r\nOak,Zoë\r\n"), "ward|lead", "Oak|Zoë", "encoding_utf_16"},
		{"utf-16 without a mark", wide(unicode.LittleEndian, unicode.IgnoreBOM, "ward,lead\r\nOak,Zoe\r\n"), "ward|lead", "Oak|Zoe", "encoding_utf_16"},
		{"quotes, commas and lines in cells", "a,b\n\"x, \"\"y\"\"\",\"one\r\ntwo\"\n", "a|b", "x, \"y\"|one\r\ntwo", ""},
		{"short rows are filled", "a,b,c\n1\n", "a|b|c", "1||", ""},
		{"blank rows and trailing commas are passed over", "a,b,,\n\n,,,\n1,2,,\n", "a|b", "1|2", ""},
		{"leading zeros stay", "ref\n007\n", "ref", "007", ""},
		{"our apostrophe comes off", "ref,n\n'=1+1,'12\n", "ref|n", "=1+1|'12", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()

			src, err := Open(from(c.in), Hint{})
			if err != nil {
				t.Fatal(err)
			}
			var rows []string
			for row, err := src.Next(); !errors.Is(err, io.EOF); row, err = src.Next() {
				if err != nil {
					t.Fatal(err)
				}
				rows = append(rows, strings.Join(row.Cells, "|"))
			}

			if got := strings.Join(src.Header(), "|"); got != c.header {
				t.Errorf("header %q, want %q", got, c.header)
			}
			if got := strings.Join(rows, "/"); got != c.rows {
				t.Errorf("rows %q, want %q", got, c.rows)
			}
			has := slices.ContainsFunc(src.Notices(), func(n Notice) bool { return n.Code == c.notice })
			if (c.notice != "" && !has) || (c.notice == "" && len(src.Notices()) > 0) {
				t.Errorf("notices %v, want %q", src.Notices(), c.notice)
			}
		})
	}
}

func TestOpen_refusesWhatIsNoTable(t *testing.T) {
	t.Parallel()
	const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
	cases := []struct {
		name, in, code, says string
		hint                 Hint
	}{
		{"a picture called .csv", png, "file_not_a_table", "PNG picture", Hint{ContentType: "text/csv"}},
		{"a PDF", "%PDF-1.7\n", "file_not_a_table", "PDF", Hint{}},
		{"an old workbook", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "file_not_a_table", "old Excel file", Hint{}},
		{"a web page", "\n<!DOCTYPE html><html>", "file_not_a_table", "web page", Hint{}},
		{"json", "{\"a\":1}", "file_not_a_table", "JSON", Hint{ContentType: "application/json; charset=utf-8"}},
		{"other bytes", "\x01\x02\x03\x00\x00\x07", "file_not_a_table", "not a file of text", Hint{}},
		{"nothing", "", "file_empty", "empty", Hint{}},
		{"a byte order mark and lines", "\xef\xbb\xbf\r\n \r\n", "file_empty", "empty", Hint{}},
		{"commas alone", ",,,\n,,,\n", "file_empty", "empty", Hint{}},
		{"over the size it announces", "a\n", "file_too_large", "larger than 256 MB", Hint{Size: 300 << 20}},
		{"over the size it turns out to have", "a,b\n1,2\n3,4\n", "file_too_large", "8 bytes", Hint{Limits: Limits{Bytes: 8}}},
		{"too many rows", "a\n1\n\n2\n3\n", "too_many_rows", "more than 2 rows", Hint{Limits: Limits{Rows: 2}}},
		{"too many columns", "a,b,c\n", "too_many_columns", "3 columns", Hint{Limits: Limits{Columns: 2}}},
		{"text behind a quotation mark", "a,b\n1,2\n\"x\"y,2\n", "csv_quote", "Line 3 has more text", Hint{}},
		{"a bare quotation mark", "a,b\n6\" cut,2\n", "csv_quote", "Line 2 has a quotation mark", Hint{}},
		{"an open quotation mark", "a,b\n1,2\n\"x,2\n3,4\n", "csv_quote", "Line 3 opens", Hint{}},
		{"an open quotation mark in a long file", "a,b\n\"x,2\n" + strings.Repeat("3,4\n", 50), "csv_quote", "Line 2 opens", Hint{Limits: Limits{RowBytes: 100}}},
		{"a line without end", "a\n" + strings.Repeat("x", 200_000), "row_too_long", "line 2", Hint{Limits: Limits{RowBytes: 1000}}},
		{"an empty archive", "PK\x05\x06" + strings.Repeat("\x00", 18), "file_not_a_table", "zip archive", Hint{}},
		{"a broken archive", "PK\x03\x04 and no more", "file_damaged", "damaged", Hint{}},
		{"headings that are no text", "w\x00rd,b\n1,2\n", "file_not_a_table", "not a file of text", Hint{}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()

			_, _, _, err := read(t, from(c.in), c.hint)

			var f *fault.Fault
			if !errors.As(err, &f) || f.Code != c.code || !strings.Contains(f.Text, c.says) {
				t.Errorf("got %v, want %s saying %q", err, c.code, c.says)
			}
		})
	}
}

func TestNext_namesLineAndByteOfWhatIsNoText(t *testing.T) {
	t.Parallel()
	good := strings.Repeat("Oak,5\n", 20_000) // beyond the sample
	head := "ward,band\n"
	in := head + good + "E\xfflm,6\nAsh,7\nY\x00w,8\n"

	_, rows, bad, err := read(t, from(in), Hint{})

	if err != nil || len(rows) != 20_001 || len(bad) != 2 {
		t.Fatalf("rows %d, bad %v, error %v", len(rows), bad, err)
	}
	at := len(head) + len(good) + 1
	if want := fmt.Sprintf("line 20,002, byte %s of", thousands(int64(at))); !strings.Contains(bad[0].Text, want) || bad[0].Row != 20_002 {
		t.Errorf("got %d: %q, want %q", bad[0].Row, bad[0].Text, want)
	}
	if bad[1].Row != 20_004 || bad[1].Code != "text_unreadable" {
		t.Errorf("got %+v", bad[1])
	}
}

func TestNext_refusesCellsBehindTheLastHeading(t *testing.T) {
	t.Parallel()

	_, rows, bad, err := read(t, from("ward,note\nOak,be kind, please\nElm,fine,\n"), Hint{})

	if err != nil || len(rows) != 1 || len(bad) != 1 || bad[0].Code != "too_many_cells" || bad[0].Row != 2 {
		t.Errorf("rows %v, bad %v, error %v", rows, bad, err)
	}
}

func TestNext_countsRowsAsSpreadsheetsDo(t *testing.T) {
	t.Parallel()
	src, err := Open(from("a,b\n\"one\ntwo\",1\n\nx,2\n"), Hint{})
	if err != nil {
		t.Fatal(err)
	}

	first, err1 := src.Next()
	second, err2 := src.Next()

	if err1 != nil || err2 != nil || first.Number != 2 || first.Line != 2 || second.Number != 4 || second.Line != 5 {
		t.Errorf("got row %d line %d, row %d line %d", first.Number, first.Line, second.Number, second.Line)
	}
}

func TestNext_repeatsItsFinalError(t *testing.T) {
	t.Parallel()
	src, err := Open(from("a\n\"x"), Hint{})
	if err != nil {
		t.Fatal(err)
	}

	_, first := src.Next()
	_, second := src.Next()

	if !errors.Is(first, ErrQuote) || !errors.Is(second, ErrQuote) {
		t.Errorf("got %v, then %v", first, second)
	}
}

func TestOpenFile_readsBothKindsFromDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var book bytes.Buffer
	x := NewXLSX(&book)
	if err := errors.Join(x.Sheet("S", Head{Title: "a"}), x.Row(TextCell("1")), x.Close()); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"t.csv": "a\n1\n", "t.dat": book.String()} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}

		src, err := OpenFile(path, Hint{})
		if err != nil {
			t.Fatal(err)
		}
		row, err := src.Next()

		if err != nil || row.Cells[0] != "1" || src.Close() != nil {
			t.Errorf("%s: got %v, %v", name, row, err)
		}
	}
}

// rowsOf makes a long CSV file while it is read.
type rowsOf struct {
	left int
	row  []byte
	rest []byte
}

func (r *rowsOf) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		r.left--
		r.rest = r.row
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

func TestNext_readsLongFilesInFlatMemory(t *testing.T) {
	in := &rowsOf{left: 100_000, row: []byte("SH-000123,Oak Ward,24/11/2026,07:00,19:30,Band 5,\"RN, adult\",2,21.37,x\n")}
	src, err := Open(io.MultiReader(from("a,b,c,d,e,f,g,h,i,j\n"), in), Hint{})
	if err != nil {
		t.Fatal(err)
	}
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, n := heap(), 0

	for _, err = src.Next(); err == nil; _, err = src.Next() {
		if n++; n == 50_000 {
			if now := heap(); now > before+4<<20 {
				t.Errorf("the heap grew from %d to %d bytes", before, now)
			}
		}
	}

	if !errors.Is(err, io.EOF) || n != 100_000 {
		t.Errorf("read %d rows, then %v", n, err)
	}
}

func FuzzOpen(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "a;b\r\n\"x\"\"y\";2\r\n", "\xff\xfea\x00\n\x00", "sep=;\na", "\x89PNG", "a\n\"", "PK\x03\x04", "\xef\xbb\xbf", "a\r1", "Zo\xeb,1"} {
		f.Add([]byte(s))
	}
	f.Add(book(f, nil))
	f.Fuzz(func(t *testing.T, in []byte) {
		src, err := Open(bytes.NewReader(in), Hint{Limits: Limits{Unpacked: 8 << 20, RowBytes: 4096}})
		if err != nil {
			var fa *fault.Fault
			if !errors.As(err, &fa) {
				t.Fatalf("no fault: %v", err)
			}
			return
		}
		defer func() { _ = src.Close() }()
		for n := 0; n < 10_000; n++ {
			row, err := src.Next()
			var bad *RowError
			if err != nil && !errors.As(err, &bad) {
				return
			}
			if len(row.Cells) != len(src.Header()) {
				t.Fatalf("%d cells under %d headings", len(row.Cells), len(src.Header()))
			}
		}
	})
}

func BenchmarkRead_csv(b *testing.B) {
	row := []byte("SH-000123,Oak Ward,24/11/2026,07:00,19:30,Band 5,\"RN, adult\",2,21.37,x\n")
	b.SetBytes(int64(len(row)))
	src, err := Open(io.MultiReader(from("a,b,c,d,e,f,g,h,i,j\n"), &rowsOf{left: 1 << 40, row: row}), Hint{Limits: Limits{Bytes: 1 << 50, Rows: 1 << 50}})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := src.Next(); err != nil {
			b.Fatal(err)
		}
	}
}
