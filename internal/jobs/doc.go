// Package jobs does what a unit of work set in motion: the subscribers of the
// events it emitted, the jobs it enqueued, and the work that falls due later.
//
// # Riding along
//
// A Queue is the house's tenants.Post. tx.Emit and tx.Enqueue insert their jobs
// in the very transaction that caused them: a rollback leaves no job, a commit
// always has them. Inserts run under the queue's own database role, because no
// party has a right on jobs; the party that a job will run as, who caused it and
// the request's id are taken from the Tx, never from the job's arguments.
//
// # Once
//
// A job may be handed out twice: a process dies after its commit and before it
// has said so. Handle therefore runs the whole job in one Tx together with one
// row of the inbox, keyed by the job. The second run finds the row and does
// nothing, so "at least once" becomes "once" for everything inside Postgres.
// Long work and work that talks to the outside is for Steps: every Once of its
// Runner is a short Tx with an inbox row of its own, so a job that starts again
// passes over what it has done.
//
// # Failing
//
// A job that fails is tried again, at growing and slightly random distances, up
// to eight times in about an hour and a half. A refusal (a fault that is neither
// internal, nor unavailable, nor says when to try again) would be refused again,
// so it ends the job at once. Both stay visible in List until somebody looks or
// retries. A job whose name this process does not know was put there by a newer
// one and is left for it. Jobs of a process that was killed are handed out again
// a few seconds later: every process holds a lock in Postgres for as long as it
// lives, and a running job whose process has no lock is an orphan.
//
// # Due work
//
// What must happen at an instant is a row of due_work, written with At and taken
// back with Drop, in the transaction that decided it. Once a second a sweep asks
// which owners have work due on their own clock (a sandbox may have moved it)
// and puts one job per owner and kind, which takes the rows in the order in
// which they fell due and hands them to the function given to OnDue. The instant
// of the decision is Due.DueAt, not the time at which somebody came round to it.
// A batch that fails is taken again row by row, so that one bad row does not
// hold up the others; the bad one stays due and is tried again.
//
// Settle runs all this until nothing is left to do, for tests and for the demo.
package jobs
