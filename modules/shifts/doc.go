// Package shifts holds what an employer needs: somebody of a grade, on a ward,
// from then until then. It knows nothing of agencies, proposals or prices.
//
// # What it owns
//
// The tables shifts and counters. A shift is made from a civil date and two
// times on the wall and kept as two instants; the autumn hour that happens twice
// must be told apart by whoever enters it. What the cascade decides by, the lead
// time, is taken once, when the shift is made.
//
// # Its life
//
//	draft -> open        it asks for cover from here on
//	draft -> cancelled
//	open  -> filled      somebody is booked on it
//	open  -> cancelled   the employer no longer needs it
//	open  -> expired     it began and nobody was booked
//	filled -> cancelled  the booking was called off
//
// Nothing leaves cancelled or expired. The machine stands in state.go and nowhere
// else; the verbs Open, Fill, Cancel and Expire are the only ways through it. A
// shift that is entered after it began is marked retrospective: it is open, but
// it neither cascades nor expires, and a manager books the worker directly.
//
// # How many come to be
//
// A request for n people makes n shifts that share their external reference and
// have the places 1 to n. A file is taken in set-wise: an Importing reads its rows
// with the rules of the form and stages the good ones in a temporary table, then
// merges that table in one statement for new shifts and one for changed ones, all
// in one unit of work, so that nothing is applied that was not checked against the
// very rows it meets. A row whose reference is known and whose content is the same
// changes nothing.
//
// # References
//
// People see KUH-40841: the letters of the organisation and a number that rises
// by a random step, so that two references do not tell how many lie between.
// References are taken for many shifts at once from one locked row.
//
// # What it says and hears
//
// It says Created, Amended, Filled, Cancelled, Expired, and Imported once for a
// whole file. It hears nothing.
package shifts
