package sheets

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestCSV_guardsCellsThatWouldRun(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"=1+1": "'=1+1", "@SUM(A1)": "'@SUM(A1)", "+1-2": "'+1-2", "-x": "'-x", "+": "'+", "\tx": "\"'\tx\"", "\rx": "\"'\rx\"", "\nx": "\"'\nx\"",
		"-5": "-5", "+5.25": "+5.25", "-5.": "'-5.", "-1e5": "'-1e5", "-1.2.3": "'-1.2.3", "=\"a\"": "\"'=\"\"a\"\"\"",
		"'=x": "''=x", "'x": "'x", "007": "007", "a=b": "a=b", "a;b": "\"a;b\"", " a": "\" a\"",
	}
	for in, want := range cases {
		var out bytes.Buffer
		c := NewCSV(&out, []string{"a"})
		if err := errors.Join(c.Row(in), c.Close()); err != nil {
			t.Fatal(err)
		}
		if got := out.String(); got != "\xef\xbb\xbfa\r\n"+want+"\r\n" {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestCSV_refusesRowsOfAnotherWidth(t *testing.T) {
	t.Parallel()
	c := NewCSV(io.Discard, []string{"a", "b"})

	if c.Row("1", "2") != nil || c.Row("1") == nil || c.Close() == nil || c.Rows() != 1 {
		t.Error("a row with one cell passed for two columns")
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestCSV_keepsItsFirstError(t *testing.T) {
	t.Parallel()
	c := NewCSV(broken{}, []string{"a"})
	var err error
	for i := 0; i < 100_000 && err == nil; i++ {
		err = c.Row("some text")
	}
	if err == nil || c.Close() == nil {
		t.Errorf("got %v", err)
	}
}

func FuzzCSV_comesBackAsItWas(f *testing.F) {
	f.Add("a", "=1", "x\r\ny", "\"", "'=", " ", "007")
	f.Add("a;b", "\t", "\r", ",", "''", "é", "-")
	f.Add("sep=;", "", "\n", "\"\"", "+1", "\x00", "\xff")
	f.Fuzz(func(t *testing.T, h, a, b, c, d, e, g string) {
		want := [][]string{{a, b}, {c, d}, {e, g}}
		head := strings.TrimSpace(h)
		for _, s := range []string{h, a, b, c, d, e, g} {
			if strings.ToValidUTF8(s, "") != s || strings.ContainsAny(s, "\x00\uFEFF\uFFFD\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f") {
				return
			}
		}
		if head == "" || len(h) > 200 {
			return
		}
		var out bytes.Buffer
		w := NewCSV(&out, []string{"first", head})
		for _, row := range want {
			if err := w.Row(row...); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}

		header, rows, bad, err := read(t, &out, Hint{})

		want, rows = slices.DeleteFunc(want, blank), slices.DeleteFunc(rows, blank)
		if err != nil || bad != nil || header[1] != head || !slices.EqualFunc(rows, want, slices.Equal[[]string]) {
			t.Errorf("wrote %q %q, read %q %q, bad %v, error %v", head, want, header, rows, bad, err)
		}
	})
}

func BenchmarkWrite_csv(b *testing.B) {
	c := NewCSV(io.Discard, make([]string, 10))
	row := []string{"SH-000123", "Oak Ward", "2026-11-24", "07:00", "19:30", "Band 5", "RN, adult", "2", "-21.37", "=x"}
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Row(row...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*10/b.Elapsed().Seconds(), "cells/s")
}
