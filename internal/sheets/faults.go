package sheets

import (
	"strconv"

	"wardbridge/internal/fault"
)

// The refusals of a whole file. Their texts are replaced by sharper ones, with
// lines and numbers, where those are known.
var (
	ErrNotATable       = fault.New(fault.UnsupportedMedia, "file_not_a_table", "This is not a CSV or Excel file.")
	ErrEmpty           = fault.New(fault.Invalid, "file_empty", "The file is empty. It needs a line of headings and at least one row below it.")
	ErrTooLarge        = fault.New(fault.TooLarge, "file_too_large", "The file is too large. Split it into smaller files.")
	ErrTooManyRows     = fault.New(fault.TooLarge, "too_many_rows", "The file has too many rows. Split it into smaller files.")
	ErrTooManyColumns  = fault.New(fault.Invalid, "too_many_columns", "The file has too many columns. Remove those that are not needed.")
	ErrWorkbookTooBig  = fault.New(fault.TooLarge, "workbook_too_large", "The workbook is too large once unpacked. Save the first sheet alone, without pictures, or as CSV.")
	ErrDamaged         = fault.New(fault.Invalid, "file_damaged", "The file is damaged and cannot be read to its end. Save it again and send the new copy.")
	ErrQuote           = fault.New(fault.Invalid, "csv_quote", "A quotation mark stands in the wrong place.")
	ErrRowTooLong      = fault.New(fault.Invalid, "row_too_long", "A row is too long to be a row of a table.")
	ErrHeaderMissing   = fault.New(fault.Invalid, "header_missing", "A column that is needed is missing.")
	ErrHeaderDuplicate = fault.New(fault.Invalid, "header_duplicate", "Two columns mean the same thing.")
	ErrHeaderMerged    = fault.New(fault.Invalid, "header_merged", "Some headings are merged cells. Give every column its own heading.")
)

// thousands writes 1000000 as 1,000,000.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// megabytes writes a size as people do, and small limits exactly.
func megabytes(n int64) string {
	if n >= 1<<20 {
		return thousands(n>>20) + " MB"
	}
	return thousands(n) + " bytes"
}
