// Package oversight lets people look at what happened: the audit of a party's
// rows, and for platform staff the background jobs.
//
// It owns no table and changes none. Audit is written by triggers in the
// statement that changed the row, so no verb can leave it out; who may read a
// line is decided by the walls alone.
//
// # Audit
//
// A party reads two kinds of line: what anybody did to its rows, and what it did
// itself to rows of others. A trust sees that an agency withdrew a proposal, the
// agency sees it too, and neither sees anything else of the other. Platform
// staff read what platform staff did, and no party's business.
//
// A line says who (a person, a key, a job on somebody's behalf), when in real
// time, to which row, and what was before and after. Values that are nobody's to
// read, such as a date of birth, are kept as a hash: a change of them shows, they
// do not. A file that brings many rows at once has a line for each without its
// values; the row itself says them until it is changed.
//
// Lists run newest first and page by (at, id), which no later line can disturb.
//
// # Jobs
//
// Staff see what each job is called, whose it is, how often it failed and with
// which words, and may have a failed one tried again. They do not see its
// arguments, which are the party's.
//
// It says no events and hears none.
package oversight
