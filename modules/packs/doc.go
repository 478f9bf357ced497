// Package packs holds the reference data that a nation sets and no organisation
// does: staff groups, grades and their bands, booking reasons, bank holidays,
// unsocial hours and what they multiply pay by, tax parameters.
//
// It owns the tables staff_groups, grades, reasons, bank_holidays, patterns,
// enhancements and parameters. All are reference: everyone reads them, the
// platform alone writes them. It emits no events and hears none.
//
// # What it promises
//
// Every row says where it comes from and how sure we are of it: official, as
// published; derived, worked out from what was published; indicative, in common
// use. What changes with time is dated, never overwritten: an old shift is
// priced on the rows of its own date.
//
// The national files are part of the program (national/*.csv). LoadNational
// writes what they say and nothing else: run twice, the second time changes no
// row. A row that has left a file stays in the database, because something may
// have been priced on it.
//
// Load gives one Pack: all that pricing needs for a nation and a span of days. A
// nation whose bank holidays are not known for a year in the span is a refusal,
// never a year without holidays.
package packs
