// Package bookings holds who works which shift: the agreement between an
// employer, an agency and a worker, with the facts and the price as they were
// when it was made.
//
// # What it owns
//
// The table bookings. A booking is a copy, not a view: times, place, rates and
// the quote are written once and never follow later changes of the shift, the
// card or the agreement, so that a timesheet and a bill can always say what had
// been agreed. Only the conditions and the highest charge grow once, when the approved
// hours pass more than the booking did, so that returns count it. The employer writes it; agency and worker read their own columns
// of it: an agency does not see cost centres, a worker does not see commission.
//
// # Its life
//
//	confirmed -> cancelled   the employer calls it off before it starts
//	confirmed -> no_show     nobody came; only after the start
//	confirmed -> worked      the hours were approved (timesheets says so)
//
// Nothing leaves cancelled, no_show or worked. The machine stands in
// booking.go; the database holds that a shift has one live booking at most and,
// through the diary, that a person is in one place at a time.
//
// # How one comes to be
//
// Confirm is called by proposals when one is accepted. ConfirmDirect is for a
// shift that was entered after the fact: no cascade ran, the worker is known,
// and a manager books them at a rate within the card, priced as a proposal of that
// agency would be. It finds the worker by
// the agency and the register number, or by an earlier booking here; somebody
// whom the agency does not represent is not found, and that looks the same as
// somebody who does not exist. Nobody books themselves. Where the booking needs
// more than a manager's yes it holds all the same, and whoever the matrix names is
// asked to ratify it, with what the rules want shown: how the bank and the others
// were tried, an exemption, NHS England's reference. An employer's own rule for
// bookings within the cap binds these too.
//
// # What is ratified
//
// Charged is told what the approved hours come to. Where they pass a limit that the
// booking did not, or cost more than was agreed of what passes one, whoever the
// matrix names is asked to ratify them, in the same unit of work and once. What the
// rules want shown comes from the booking's own request; what nobody could show
// before is said to be missing. Ratifications says where a booking stands: of what
// was asked after the fact, and of the approval it rests on if that was given out of
// hours, the worst answer. A refusal is shown and undoes nothing.
//
// The day of an interim very senior manager is added up over the bookings that start
// on it, of one employer, as far as the party sees them; those of hours counts what
// had been agreed before. HoldDay makes two who book one person on a day follow each
// other.
//
// Cancelling a booking ends its shift too: who still needs cover asks again, at
// the lead time that is left, and the cascade starts from there.
//
// # What it says and hears
//
// It says Confirmed, Cancelled and NotAttended, each to the agency and to the
// worker. It hears nothing.
package bookings
