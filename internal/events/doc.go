// Package events lets what happened travel up through the house. A module says
// tx.Emit(timesheets.Approved{...}); modules above it have said beforehand, with
// On or OnEach, that they want to hear of it. Neither imports the other.
//
// A Bus is only the register of who listens; it delivers nothing itself. The
// job house reads it: for every subscriber it puts one job beside the event, in
// the transaction that emitted it, so a rolled-back event is never heard and a
// committed one always is, once.
//
//	events.On(bus, "billing.line-from-timesheet", s.onApproved) // as the party that emitted
//	events.OnEach(bus, "notices.tell", s.tell)                  // as each party of the event's audience
//
// A payload is a nudge: ids and no more. Jobs may arrive late and in any order,
// so a handler loads the row as it is by then and does what is right for it.
// A subscriber's name is stored with its jobs: it may be added or retired, but
// never given to something else.
//
// Everything emitted is also a row of the event log, which feeds (streams to
// browsers, webhooks, "what changed since") read through Feed. Transactions do
// not commit in the order in which they began, so a reader that asked for rows
// after the highest id, or the latest time, would lose those of a slow one. A
// feed therefore reads only what lies before the oldest transaction still
// running, in the order (transaction, id), and that pair is its cursor: a row
// that is not shown yet will be shown later, and a cursor never passes it.
package events
