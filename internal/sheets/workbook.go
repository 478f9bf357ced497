package sheets

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/flate"

	"wardbridge/internal/fault"
)

// workbook is what has to be known about an XLSX file before its rows are read.
type workbook struct {
	sheet    string // the first visible sheet of cells
	part     string // its place in the archive
	others   int    // visible sheets besides it
	calendar Calendar
	scan     scan
}

// inspect reads the index and the first sheet of a workbook once, so that what
// must be refused is refused before a row is handed over.
func inspect(r io.ReaderAt, size int64, limits Limits) (workbook, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return workbook{}, ErrDamaged.Because(err)
	}
	archive.RegisterDecompressor(zip.Deflate, flate.NewReader)
	if err := weigh(archive, limits); err != nil {
		return workbook{}, err
	}
	wb, err := firstSheet(archive)
	if err != nil {
		return workbook{}, err
	}
	part, err := open(archive, wb.part)
	if err != nil {
		return workbook{}, err
	}
	defer func() { _ = part.Close() }() // only read from
	wb.scan, err = scanSheet(part)
	if err != nil {
		return workbook{}, ErrDamaged.Because(err)
	}
	if wb.scan.far != "" {
		return workbook{}, ErrTooManyColumns.Saying("There is something in cell " + clip(wb.scan.far) + ", far to the right of the table. Remove it and save the workbook again.")
	}
	if wb.scan.rows-1 > limits.Rows {
		return workbook{}, tooManyRows(limits)
	}
	return wb, nil
}

// weigh refuses archives that grow without measure when they are unpacked. The
// sizes in the index can be trusted this far: the reader stops with an error
// where a part turns out longer. Sheets and strings are unpacked to disk, all
// else to memory, so all else has a smaller limit.
func weigh(archive *zip.Reader, limits Limits) error {
	var all, memory uint64
	if len(archive.File) > 20_000 {
		return ErrWorkbookTooBig
	}
	for _, f := range archive.File {
		if f.UncompressedSize64 > uint64(limits.Unpacked) {
			return ErrWorkbookTooBig
		}
		all += f.UncompressedSize64
		name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		if !strings.HasPrefix(name, "xl/worksheets/sheet") && name != "xl/sharedstrings.xml" {
			memory += f.UncompressedSize64
		}
	}
	if all > uint64(limits.Unpacked) || memory > min(attachmentsMax, uint64(limits.Unpacked)) {
		return ErrWorkbookTooBig
	}
	return nil
}

type relationships struct {
	Relationship []struct {
		ID     string `xml:"Id,attr"`
		Type   string `xml:"Type,attr"`
		Target string `xml:"Target,attr"`
	}
}

type workbookXML struct {
	WorkbookPr struct {
		Date1904 string `xml:"date1904,attr"`
	} `xml:"workbookPr"`
	Sheets struct {
		Sheet []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			// The relationship's name has one of two name spaces.
			Attrs []xml.Attr `xml:",any,attr"`
		} `xml:"sheet"`
	} `xml:"sheets"`
}

// firstSheet finds the first sheet that people see. Charts and hidden lists
// that a workbook keeps for its menus are passed over.
func firstSheet(archive *zip.Reader) (workbook, error) {
	var root relationships
	if err := decode(archive, "_rels/.rels", &root); err != nil {
		return workbook{}, notAWorkbook(archive)
	}
	main := ""
	for _, r := range root.Relationship {
		if strings.HasSuffix(r.Type, "/officeDocument") {
			main = target("", r.Target)
		}
	}
	if !strings.HasSuffix(main, ".xml") || !strings.HasPrefix(main, "xl/") {
		return workbook{}, notAWorkbook(archive)
	}
	var book workbookXML
	if err := decode(archive, main, &book); err != nil {
		return workbook{}, err
	}
	var rels relationships
	if err := decode(archive, path.Dir(main)+"/_rels/"+path.Base(main)+".rels", &rels); err != nil {
		return workbook{}, err
	}
	parts := map[string]string{}
	for _, r := range rels.Relationship {
		if strings.HasSuffix(r.Type, "/worksheet") {
			parts[r.ID] = target(path.Dir(main), r.Target)
		}
	}
	wb := workbook{}
	if v := book.WorkbookPr.Date1904; v == "1" || v == "true" {
		wb.calendar = From1904
	}
	for _, s := range book.Sheets.Sheet {
		part := ""
		for _, a := range s.Attrs {
			if a.Name.Local == "id" {
				part = parts[a.Value]
			}
		}
		switch {
		case part == "" || s.State == "hidden" || s.State == "veryHidden":
		case wb.part == "":
			wb.sheet, wb.part = s.Name, part
		default:
			wb.others++
		}
	}
	if wb.part == "" {
		return workbook{}, ErrEmpty.Saying("The workbook has no sheet that can be read.")
	}
	return wb, nil
}

func target(dir, to string) string {
	if strings.HasPrefix(to, "/") {
		return to[1:]
	}
	return path.Join(dir, to)
}

func find(archive *zip.Reader, name string) *zip.File {
	for _, f := range archive.File {
		if strings.EqualFold(strings.ReplaceAll(f.Name, `\`, "/"), name) {
			return f
		}
	}
	return nil
}

func open(archive *zip.Reader, name string) (io.ReadCloser, error) {
	f := find(archive, name)
	if f == nil {
		return nil, ErrDamaged.Because(fmt.Errorf("workbook part %s is missing", name))
	}
	r, err := f.Open()
	if err != nil {
		return nil, ErrDamaged.Because(err)
	}
	return r, nil
}

func decode(archive *zip.Reader, name string, into any) error {
	r, err := open(archive, name)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close() }() // only read from
	if err := xml.NewDecoder(r).Decode(into); err != nil {
		return ErrDamaged.Because(fmt.Errorf("workbook part %s: %w", name, err))
	}
	return nil
}

// notAWorkbook says what else a zip archive is.
func notAWorkbook(archive *zip.Reader) *fault.Fault {
	switch {
	case find(archive, "xl/workbook.bin") != nil:
		return ErrNotATable.Saying("This is a binary Excel workbook (.xlsb). Open it in Excel and save it as .xlsx.")
	case find(archive, "word/document.xml") != nil:
		return notATable("a Word document")
	case find(archive, "ppt/presentation.xml") != nil:
		return notATable("a PowerPoint presentation")
	case find(archive, "content.xml") != nil:
		return ErrNotATable.Saying("This is an OpenDocument file. Save it as .xlsx or CSV.")
	}
	return notATable("a zip archive")
}
