// Package notices tells parties what happened: a line on their pages and a mail
// to those of their people whom it concerns.
//
// # What it owns
//
// The tables notices and mails. A notice is the party's and is read once for all
// of its people; one about a ward is hidden by the walls from managers of other
// wards. A mail is to one person and keeps the words it was written with, so the
// outbox is the record of who was told what.
//
// # How mail leaves
//
// Tell writes the mails in the transaction of what happened and adds a job for
// each, so a rollback sends nothing and a commit always does. The job talks to
// the mail server outside any transaction and then notes how that ended: sent,
// or failed for good with the server's words. A server that is away is tried
// again for about an hour and a half; after that the job waits on the jobs page
// for somebody to retry it. An installation without a mail server keeps its
// mails in the outbox and says so.
//
//	waiting -> sent      the server took it
//	waiting -> failed    the server will never take it
//	kept                 there is no server
//
// # What it hears
//
// It hears what the modules beneath it say, as each party of an event's audience:
//
//	cascade.Released                                 the agencies, all shifts of a step in one notice
//	proposals.Submitted, Withdrawn                   the employer
//	proposals.Accepted, Declined, Closed             the agency
//	bookings.Confirmed                               the worker; the agency when it was booked directly
//	bookings.Cancelled, NotAttended                  the worker and the agency
//	timesheets.Opened                                the worker
//	timesheets.Submitted                             the employer; the agency without a mail
//	timesheets.Queried, Approved                     the worker and the agency
//	adjustments.Posted                               the agency
//	billing.Issued                                   the agency
//	approvals.Asked, Escalated                       those who may decide
//	approvals.Decided                                whoever asked
//	shifts.Imported                                  whoever sent the file
//
// Handlers load the row as it is by then and say nothing of what no longer holds,
// so events may come late, twice or in another order. Modules above notices call
// Tell themselves. It says no events.
//
// # Invariants
//
//   - The same Once is told to a party one time.
//   - Nobody is told of a row that they may not see: a notice is written as the
//     party that is told, from what that party may read.
//   - Nothing is told to the platform's staff.
package notices
