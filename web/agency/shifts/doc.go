// Package shifts holds an agency's pages around shifts: those that are open to
// it now, one of them with what the agency has proposed for it, and the page on
// which a worker is proposed.
//
// Every page reads what it shows in a fixed number of queries, however many rows
// it has. The words of a row are worked out here and tested without a database;
// the templates only place them.
package shifts
