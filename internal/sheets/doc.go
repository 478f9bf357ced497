// Package sheets reads and writes tables of text: CSV files and Excel
// workbooks. It knows no database and no module. A module describes what it
// imports as a Kind; this package finds the columns, hands over the rows one at
// a time and says, in words a ward can use, what is wrong with a file.
//
// # Reading
//
// Open looks at the first bytes of a file and never at its name. Commas,
// semicolons and tabs are told apart by the heading line. UTF-8 is expected;
// UTF-16 and Windows-1252 are decoded and a Notice says so. A byte that is no
// text further down spoils its row alone, and the RowError names line and byte.
// A quotation mark in the wrong place spoils the file, because from there on
// nobody can say which cell is which.
//
// Of a workbook the first visible sheet is read, with the values Excel saved
// for its formulas. Numbers arrive as Excel stores them: a date is a count of
// days, a time of day a fraction. A Column with Form Date or Clock has them
// turned into "2026-11-24" and "07:00" by Mapping.Project, which also knows the
// workbooks that count from 1904. Merged headings are refused, since a heading
// over two columns names neither.
//
// Reading costs one row of memory at a time, whatever the size of the file. A
// workbook may use temporary files, which Close removes. Size, rows, columns and
// the unpacked size of a workbook are limited, and a file over a limit is
// refused as early as it can be known: by its size before a byte is read.
//
// # Cells that would run
//
// A spreadsheet program runs a CSV cell that begins with =, @, a tab or a line
// end, or with + or - when no plain number follows. The CSV writer puts an
// apostrophe before such cells and every reader here takes it off again, so
// that what was exported comes back unchanged.
//
// # Writing
//
// CSV and XLSX both write as they go and hold one row. CSV files begin with a
// byte order mark, because Excel takes a file without one for Windows-1252.
// Workbooks hold text as text, so that leading zeros and references survive.
package sheets
