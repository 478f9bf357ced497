package sheets

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"wardbridge/internal/fault"
)

// Source is a table that is being read, from its headings to its last row.
type Source interface {
	// Header is the first row that is not blank, trimmed of spaces.
	Header() []string
	// Next gives the next row that is not blank, and io.EOF after the last. An
	// error that is a *RowError spoils this row alone: the row is given with
	// it and reading may go on. Any other error is final and is repeated.
	Next() (Row, error)
	// Notices says what was assumed about the file so far, such as its encoding.
	Notices() []Notice
	// Close removes what reading left on disk. It does not close the reader
	// that was given to Open.
	Close() error
}

// Row is one row of a table. Cells is as long as the header and is overwritten
// by the following call of Next; the strings in it may be kept.
type Row struct {
	Number   int // as a spreadsheet program counts: the first row of the file is 1
	Line     int // of a CSV file, where the row begins; 0 in a workbook
	Cells    []string
	Calendar Calendar
}

// Notice is something people should know about a file and need not act on.
type Notice struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Limits bounds what is read. A zero field means the product's own limit.
type Limits struct {
	Bytes    int64 // of the file; 256 MB
	Rows     int   // below the headings, blank ones not counted; 1,000,000
	Columns  int   // 500
	RowBytes int   // of one row of a CSV file; 1 MB
	Unpacked int64 // of all parts of a workbook; 2 GB
}

// Hint is what the sender said about a file. The bytes decide, not the hint;
// but a size over the limit is refused before anything is read.
type Hint struct {
	Size        int64  // 0 when not known
	ContentType string // as sent, such as "text/csv"
	Limits      Limits
}

const (
	sniffBytes     = 64 << 10
	attachmentsMax = 64 << 20 // workbook parts that are neither sheets nor strings
)

func (l Limits) orDefault() Limits {
	set := func(v *int, d int) {
		if *v <= 0 {
			*v = d
		}
	}
	set(&l.Rows, 1_000_000)
	set(&l.Columns, 500)
	set(&l.RowBytes, 1<<20)
	if l.Bytes <= 0 {
		l.Bytes = 256 << 20
	}
	if l.Unpacked <= 0 {
		l.Unpacked = 2 << 30
	}
	return l
}

// Open begins to read a table. A CSV file is read as the rows are asked for, so
// r must stay open until the source is closed. A workbook is first copied to a
// temporary file, because its index stands at its end.
func Open(r io.Reader, hint Hint) (Source, error) {
	limits := hint.Limits.orDefault()
	if hint.Size > limits.Bytes {
		return nil, tooLarge(limits)
	}
	metered := &meter{src: r, limits: limits}
	head, err := readHead(metered)
	if err != nil {
		return nil, err
	}
	found, err := sniff(head, hint.ContentType)
	if err != nil {
		return nil, err
	}
	all := io.MultiReader(bytes.NewReader(head), metered)
	if found.workbook {
		return spillWorkbook(all, limits)
	}
	return openCSV(all, found, limits)
}

// OpenFile begins to read the table in a file on disk, a workbook without a
// second copy of it.
func OpenFile(path string, hint Hint) (Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", path, err)
	}
	src, err := openFile(f, path, hint)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return src, nil
}

func openFile(f *os.File, path string, hint Hint) (Source, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", path, err)
	}
	hint.Size = info.Size()
	limits := hint.Limits.orDefault()
	if hint.Size > limits.Bytes {
		return nil, tooLarge(limits)
	}
	head, err := readHead(f)
	if err != nil {
		return nil, err
	}
	found, err := sniff(head, hint.ContentType)
	if err != nil {
		return nil, err
	}
	if found.workbook {
		return openWorkbook(f, path, hint.Size, limits, f.Close)
	}
	src, err := openCSV(io.MultiReader(bytes.NewReader(head), f), found, limits)
	if err != nil {
		return nil, err
	}
	src.close = f.Close
	return src, nil
}

func readHead(r io.Reader) ([]byte, error) {
	head := make([]byte, sniffBytes)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	return head[:n], nil
}

// spillWorkbook puts a workbook that arrives as a stream on disk.
func spillWorkbook(r io.Reader, limits Limits) (Source, error) {
	tmp, err := os.CreateTemp("", "wardbridge-*.xlsx")
	if err != nil {
		return nil, fmt.Errorf("copy of the workbook: %w", err)
	}
	remove := func() error { return errors.Join(tmp.Close(), os.Remove(tmp.Name())) }
	size, err := io.Copy(tmp, r)
	if err != nil {
		return nil, errors.Join(err, remove())
	}
	src, err := openWorkbook(tmp, tmp.Name(), size, limits, remove)
	if err != nil {
		return nil, errors.Join(err, remove())
	}
	return src, nil
}

// meter refuses a stream that grows over the limit, whatever size it announced.
type meter struct {
	src    io.Reader
	read   int64
	limits Limits
}

func (m *meter) Read(p []byte) (int, error) {
	n, err := m.src.Read(p)
	m.read += int64(n)
	if m.read > m.limits.Bytes {
		return 0, tooLarge(m.limits)
	}
	return n, err
}

func tooLarge(l Limits) *fault.Fault {
	return ErrTooLarge.Saying("The file is larger than " + megabytes(l.Bytes) + ". Split it into smaller files.")
}

func tooManyRows(l Limits) *fault.Fault {
	return ErrTooManyRows.Saying("The file has more than " + thousands(int64(l.Rows)) + " rows. Split it into smaller files.")
}
