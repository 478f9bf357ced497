// Package tenants is the walls of the house and the only way through them: the
// parties, the database, and Tx, one party's unit of work.
//
// # Who looks
//
// A Party is an organisation, or a person acting for themselves as a worker.
// Run opens a transaction for one party: it takes the database role of the
// party's kind, tells Postgres whose eyes it looks through and who acts, and
// checks that the credential behind the request is still alive, all in one
// message. From then on row-level security decides what exists. Another party's
// row is not forbidden; it is not there.
//
// Look is for a read of one row: the same opening, the statement and the commit
// in one message, with no transaction in anybody's hands. It is the cheap way to
// ask what is asked all day, and cannot write or ask twice of one snapshot.
//
// # What a table is
//
// Every table is made in its migration by app.wall and has one class:
//
//	own        one party's, by owner_id
//	two-sided  the employer's by tenant_id, and the agency's, the worker's or the
//	           host's where the row has such a column; each side writes its own columns
//	published  the employer's, and of parties with a live link once published
//	shared     the owner's, and of parties named in shares
//	reference  everyone's to read, the platform's to write
//	kernel     no party's at all
//
// The walls protect against a forgotten predicate, not against injection;
// against that stand constant SQL and separate log-ins.
//
// # What a unit of work carries
//
// Tx has one instant, Now, on the clock of the party: real time, but for a
// sandbox that has moved its clock. What follows from a change rides as events
// and jobs in the same transaction, through Emit and Enqueue. Services get a
// *Tx and never a *DB, so a statement outside a party's transaction cannot be
// written; the connection refuses it all the same.
package tenants
