// Package exchange takes files in. A module describes its file as a sheets.Kind
// and says how rows become facts; this package receives the bytes, reads, checks
// and applies them in the background, keeps what was wrong with which row, and
// gives it back as a file that can be corrected and sent again.
//
// # What it owns
//
// The tables imports, import_chunks (the file as it came), import_rows (its rows
// in the order of the kind's columns; unlogged, for the chunks are the truth) and
// import_errors.
//
// # The life of an import
//
//	reading -> checking -> applied
//	                    -> checked    a dry run, or a bad row and the choice "all"
//	checked -> applying -> applied    somebody said so
//	        -> refused                the file as a whole cannot be taken in
//	        -> failed                 our fault; it is tried again, and can be replayed
//
// A file that is no table, or has not the columns, is refused while it is being
// received, before a row of it is stored.
//
// # How it stays quick and small
//
// Reading holds 20,000 rows, puts each batch away in a unit of work of its own and
// notes the progress; a job that starts again passes over the batches it has.
// Checking and applying are one unit of work, so that nothing is applied that was
// not checked against the rows it meets, and either all of it is there or nothing.
// Rules run in Go over batches, comparisons and merges in SQL over all rows.
//
// # Choices
//
// "all" applies nothing while a row is bad; "good" applies the good rows. A dry
// run checks, tries to apply, counts and takes it back.
package exchange
