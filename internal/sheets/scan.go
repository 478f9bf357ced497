package sheets

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// scan is what one look over a sheet's tags tells. Excelize passes over damage
// in the XML as if the sheet ended there, and gives merged cells only after it
// has loaded the whole sheet; so both are found here, at the speed of unpacking.
type scan struct {
	rows     int      // that have a value
	last     int      // number of the last row
	first    int      // number of the first row that has a value
	merged   []string // ranges such as A1:B1
	uncached int      // formulas that were saved without their result
	far      string   // the first cell with content far to the right of any table
}

var errCutOff = errors.New("sheet ends before its last row")

const (
	mergedMax = 100_000
	// farColumns is where a cell is far. A row is filled up to its last cell, so
	// a small file of such cells would take gigabytes and minutes.
	farColumns = 2000
)

func scanSheet(r io.Reader) (scan, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	var s scan
	var value, cellValue, formula, complete bool
	var ref []byte
	for {
		tag, err := nextTag(in)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s, err
		}
		name, closed := tagName(tag)
		switch name {
		case "row":
			value = false
			s.last++
			if n, err := strconv.Atoi(attr(tag, "r")); err == nil && n > 0 {
				s.last = n
			}
		case "/row":
			if value {
				s.rows++
				if s.first == 0 {
					s.first = s.last
				}
			}
		case "c":
			cellValue, formula = false, false
			ref = append(ref[:0], attr(tag, "r")...)
		case "f":
			formula = true
			s.reach(ref)
		case "v", "is":
			if !closed {
				value, cellValue = true, true
				s.reach(ref)
			}
		case "/c":
			if formula && !cellValue {
				s.uncached++
			}
		case "mergeCell":
			if ref := attr(tag, "ref"); ref != "" && len(s.merged) < mergedMax {
				s.merged = append(s.merged, ref)
			}
		case "/sheetData":
			complete = true
		case "sheetData":
			complete = complete || closed
		}
	}
	if !complete {
		return s, errCutOff
	}
	return s, nil
}

func (s *scan) reach(ref []byte) {
	if s.far != "" {
		return
	}
	column := 0
	for _, c := range ref {
		if c < 'A' || c > 'Z' || column > farColumns {
			break
		}
		column = column*26 + int(c-'A'+1)
	}
	if column > farColumns {
		s.far = string(ref)
	}
}

// nextTag gives what stands between the next angle brackets. No tag of a sheet
// comes near the size of the buffer.
func nextTag(in *bufio.Reader) ([]byte, error) {
	for {
		_, err := in.ReadSlice('<')
		if err == nil {
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
	tag, err := in.ReadSlice('>')
	if err == io.EOF {
		return nil, errCutOff
	}
	if err != nil {
		return nil, err
	}
	return tag[:len(tag)-1], nil
}

// tagName drops the prefix that some programs give every tag.
func tagName(tag []byte) (name string, closed bool) {
	closed = bytes.HasSuffix(tag, []byte("/"))
	end := bytes.IndexAny(tag, " \t\r\n")
	if end < 0 {
		end = len(tag)
		if closed {
			end--
		}
	}
	word := tag[:end]
	slash := len(word) > 0 && word[0] == '/'
	if i := bytes.IndexByte(word, ':'); i >= 0 {
		word = word[i+1:]
		if slash {
			return "/" + string(word), closed
		}
	}
	return string(word), closed
}

func attr(tag []byte, name string) string {
	for rest := tag; ; {
		i := bytes.Index(rest, []byte(name+"="))
		if i <= 0 || i+len(name)+2 > len(rest) {
			return ""
		}
		before, quote := rest[i-1], rest[i+len(name)+1]
		rest = rest[i+len(name)+2:]
		if end := bytes.IndexByte(rest[:], quote); end >= 0 && (before == ' ' || before == '\n' || before == '\t' || before == '\r') {
			return string(rest[:end])
		}
	}
}

// mergedIn tells whether one of the ranges touches a row.
func (s scan) mergedIn(row int) (string, bool) {
	for _, ref := range s.merged {
		from, to, ok := strings.Cut(ref, ":")
		if !ok {
			continue
		}
		top, bottom := rowOf(from), rowOf(to)
		if top <= row && row <= bottom {
			return ref, true
		}
	}
	return "", false
}

func rowOf(ref string) int {
	n, _ := strconv.Atoi(strings.TrimLeft(ref, "ABCDEFGHIJKLMNOPQRSTUVWXYZ$"))
	return n
}
