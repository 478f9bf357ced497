package sheets

import (
	"fmt"
	"io"
	"strings"
)

// CSV writes a table as it comes: UTF-8 with a byte order mark, lines ended by
// CR LF, text guarded against running as a formula. The first error stays and
// is given back by every later call, Close included. It is not for several
// goroutines at once.
type CSV struct {
	w     io.Writer
	buf   []byte
	width int
	rows  int
	err   error
}

const csvBuffer = 64 << 10

// NewCSV begins a file with its headings. Nothing reaches w before the buffer
// of 64 kB is full or Close is called. Close does not close w.
func NewCSV(w io.Writer, columns []string) *CSV {
	c := &CSV{w: w, buf: make([]byte, 0, csvBuffer+4096), width: len(columns)}
	c.buf = append(c.buf, "\xef\xbb\xbf"...)
	c.put(columns)
	return c
}

// Row writes one row. It must have as many cells as there are headings.
func (c *CSV) Row(cells ...string) error {
	if c.err != nil {
		return c.err
	}
	if len(cells) != c.width {
		c.err = fmt.Errorf("row %d: %d cells for %d columns", c.rows+1, len(cells), c.width)
		return c.err
	}
	c.put(cells)
	c.rows++
	if len(c.buf) >= csvBuffer {
		c.flush()
	}
	return c.err
}

// Rows counts the rows that were written below the headings.
func (c *CSV) Rows() int { return c.rows }

// Close writes what is left.
func (c *CSV) Close() error {
	c.flush()
	return c.err
}

func (c *CSV) flush() {
	if c.err == nil && len(c.buf) > 0 {
		_, c.err = c.w.Write(c.buf)
	}
	c.buf = c.buf[:0]
}

func (c *CSV) put(cells []string) {
	for i, cell := range cells {
		if i > 0 {
			c.buf = append(c.buf, ',')
		}
		c.cell(cell)
	}
	if len(cells) == 1 && cells[0] == "" {
		c.buf = append(c.buf, `""`...) // an empty line would be no row
	}
	c.buf = append(c.buf, '\r', '\n')
}

func (c *CSV) cell(s string) {
	if s == "" {
		return
	}
	if s[0] <= '@' { // every guarded cell begins below the letters
		s = guard(s)
	}
	if !needsQuotes(s) {
		c.buf = append(c.buf, s...)
		return
	}
	c.buf = append(c.buf, '"')
	for {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			break
		}
		c.buf = append(c.buf, s[:i+1]...)
		c.buf = append(c.buf, '"')
		s = s[i+1:]
	}
	c.buf = append(c.buf, s...)
	c.buf = append(c.buf, '"')
}

// needsQuotes is true for semicolons too, so that no reader takes them for the
// separator, and for outer spaces, which some readers trim.
func needsQuotes(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ',', '"', '\r', '\n', ';', '\t':
			return true
		}
	}
	return s[0] == ' ' || s[len(s)-1] == ' '
}
