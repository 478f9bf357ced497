// Package cascade decides when which agencies are told of a shift: the bank
// first, then tier by tier, each a while after the one before. Nobody presses a
// button; a rule that the employer set does it, and a timeline says why.
//
// # What it owns
//
// The tables cascade_rules, cascade_plans, cascade_steps, cascades and releases.
// A rule is data with versions; a plan remembers the version it was made by. All
// shifts of one staff group that were made in one moment and start together share
// a plan, so an import of 100,000 shifts plans some thousand. A release says that
// an agency has been told of a shift; it is the agency's only way to see it.
//
// # How a plan comes about
//
// When shifts are created, by the lead time that was taken then. The bank is step
// 0, at once; tier 1 follows after a delay, or so long before the start; each
// further tier of the staff group follows after one more delay. Where the steps do
// not fit before the start they are drawn together, so that every tier has a turn:
// no step lies before the creation, none at or after the start. A tier without an
// agency is planned too, and its step then says that nobody was told.
//
// # Releases
//
//	(none) -> live      the tier's step, at the instant the plan says
//	live   -> closed    filled, cancelled, expired, or the agreement ended
//
// Releases are cumulative: a step tells every agency of its tier and of those
// before, with a live agreement on the day of the shift, that has not been told
// yet. An agency in no tier is never told. The rows of a step are written in one
// statement under the lock of its plan, so two sweeps at once release once, and a
// shift that is filled in the same moment is either told and closed, or not told.
//
// The step of a plan:
//
//	planned -> opened | empty | stopped
//
// # What it says and hears
//
// It says Released, once for a batch, to the agencies that were told. It hears
// shifts.Created, and plans, and agencies.Ended, and closes. Due work of the kinds
// cascade.step and shift.expire is its own: the second ends shifts that begin
// unfilled.
package cascade
