package sheets

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// lines cuts a stream into physical lines, decodes them and remembers where the
// first byte stood that is no text. It holds one line and what it read ahead.
type lines struct {
	src        io.Reader
	charset    charset
	max        int // bytes of a line
	eol        byte
	buf        []byte
	start, end int
	base       int64 // where in the file buf[0] stood
	number     int   // of the line that was given last
	eof        bool
	decoded    []byte
	spoilt     spot
}

// spot is a place in a file. Offset is -1 where the decoding hides it.
type spot struct {
	line   int // 0: nowhere
	offset int64
}

// newLines takes off a byte order mark and finds out how lines end.
func newLines(r io.Reader, cs charset, max int) (*lines, error) {
	l := &lines{src: r, charset: cs, max: max, eol: '\n', buf: make([]byte, sniffBytes)}
	switch cs {
	case utf16Little:
		l.src = transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case utf16Big:
		l.src = transform.NewReader(r, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder())
	}
	if err := l.fill(); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(l.window(), []byte("\xef\xbb\xbf")) {
		l.start = 3
	}
	if w := l.window(); bytes.IndexByte(w, '\n') < 0 && bytes.IndexByte(w, '\r') >= 0 {
		l.eol = '\r' // as Excel for the old Mac wrote
	}
	return l, nil
}

func (l *lines) window() []byte { return l.buf[l.start:l.end] }

// fill reads until the buffer is full or the stream ends.
func (l *lines) fill() error {
	for l.end < len(l.buf) && !l.eof {
		n, err := l.src.Read(l.buf[l.end:])
		l.end += n
		if err == io.EOF {
			l.eof = true
		} else if err != nil {
			return err
		}
	}
	return nil
}

// next gives a line with its ending, valid until the following call.
func (l *lines) next() ([]byte, error) {
	seen := 0
	for {
		if i := bytes.IndexByte(l.buf[l.start+seen:l.end], l.eol); i >= 0 {
			return l.take(seen + i + 1), nil
		}
		seen = l.end - l.start
		if l.eof {
			if seen == 0 {
				return nil, io.EOF
			}
			return l.take(seen), nil
		}
		if seen > l.max {
			return nil, rowTooLong(l.number+1, l.max)
		}
		l.makeRoom()
		if err := l.fill(); err != nil {
			return nil, err
		}
	}
}

// makeRoom moves the unread bytes to the front, or doubles a buffer they fill.
func (l *lines) makeRoom() {
	to := l.buf
	if l.end-l.start > len(l.buf)/2 {
		to = make([]byte, 2*len(l.buf))
	}
	copy(to, l.window())
	l.base += int64(l.start)
	l.buf, l.start, l.end = to, 0, l.end-l.start
}

func (l *lines) take(n int) []byte {
	line := l.buf[l.start : l.start+n]
	at := l.base + int64(l.start)
	l.start += n
	l.number++
	if i := bytes.IndexByte(line, 0); i >= 0 {
		l.spoil(at, i)
	}
	switch l.charset {
	case utf8Text:
		if !utf8.Valid(line) {
			l.spoil(at, firstInvalid(line))
			line = bytes.ToValidUTF8(line, []byte("\uFFFD"))
		}
	case windows1252:
		line = l.decode(line, at)
	default:
		if i := bytes.IndexRune(line, utf8.RuneError); i >= 0 {
			l.spoil(at, i)
		}
	}
	return line
}

// decode turns Windows-1252 into UTF-8. Lines of plain ASCII, the most, cost
// one look.
func (l *lines) decode(line []byte, at int64) []byte {
	plain := true
	for _, b := range line {
		if b >= utf8.RuneSelf {
			plain = false
			break
		}
	}
	if plain {
		return line
	}
	l.decoded = l.decoded[:0]
	for i, b := range line {
		r := charmap.Windows1252.DecodeByte(b)
		if r == utf8.RuneError || (r >= 0x80 && r < 0xa0) { // five bytes mean nothing
			l.spoil(at, i)
			r = utf8.RuneError
		}
		l.decoded = utf8.AppendRune(l.decoded, r)
	}
	return l.decoded
}

func (l *lines) spoil(at int64, i int) {
	if l.spoilt.line != 0 {
		return
	}
	l.spoilt = spot{line: l.number, offset: at + int64(i)}
	if l.charset.wide() {
		l.spoilt.offset = -1
	}
}

// takeSpoilt gives the first unreadable place since the last call.
func (l *lines) takeSpoilt() spot {
	s := l.spoilt
	l.spoilt = spot{}
	return s
}

func firstInvalid(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return len(b)
}
