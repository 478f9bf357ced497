// Package shifts holds the employer's pages around shifts: the vacancy board,
// one shift with its cascade and the proposals side by side, and the acts that
// end or begin one: accept, decline, cancel, create and book directly.
//
// Every page reads what it shows in a fixed number of queries, however many rows
// it has: names of wards and grades once, then the rows, then what belongs to
// all of them together. The words of a row are worked out here and tested
// without a database; the templates only place them.
package shifts
