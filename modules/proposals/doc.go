// Package proposals is where an agency offers a worker for a shift and the
// employer answers: the moment at which a vacancy becomes a booking.
//
// # What it owns
//
// The table proposals. The two sides write different columns of it and the
// database holds them to that: the agency inserts the row and later at most its
// withdrawn_at; the employer writes decision, decided_at, decided_by and
// decision_reason. The status is worked out by Postgres from those. Facts of the
// worker and the priced quote are copied in when it is sent, so what the
// employer decides on is what the agency sent.
//
// # Its life
//
//	submitted -> withdrawn   the agency takes it back before an answer
//	submitted -> accepted    the employer books the worker
//	submitted -> declined    the employer says no, with a reason the agency reads
//	submitted -> closed      another was accepted, or the shift was cancelled
//	submitted -> expired     the shift passed unfilled
//
// Nothing leaves the other five. The machine stands in proposal.go.
//
// # Who may be proposed
//
// Submit and Preview ask the same questions, in assess: is the shift released
// to this agency and live; is the worker its own, confirmed by the person, of
// the shift's staff group; is the grade high enough; is there a register number
// where the group has a register; is the person free; are pay and commission
// within the card. The card's pay is that for after the qualifying weeks once the
// worker has completed them with the employer, through whichever agencies; the
// agency learns how many they are. The grade is the agency's claim: equal to the shift's or
// higher in the order of the staff group is taken, and the shift's grade is
// what is paid and capped. Candidates answers the questions that need no rate
// for every worker of the agency, for the page on which one is chosen.
//
// That a person is not free is said in one sentence, whether another employer,
// another agency or an own booking is the cause. A second live proposal of the
// same person for the same shift says the same, unless it is the agency's own.
//
// # Deciding
//
// Accept locks shift, then release, then proposal, then writes the booking, fills
// the shift, stops the cascade and closes what else was proposed, all in one
// unit of work. However many accept at once, one books; the others are told who
// was first and when. Submit writes, then holds its release, in the same order of
// locks, so no proposal slips in behind the statement that closes the others.
// Nobody accepts a proposal of themselves.
//
// A proposal that needs more than a manager's yes carries the conditions that were
// found when it was sent, in the order of the agency rules: off framework, above
// the cap, at the chief executive's charge, work closed to agencies, an interim
// very senior manager above NHS England's daily charge. AskApproval takes from the
// shift's timeline what it shows of the bank and the tiers, and from whoever asks
// what it cannot: an exemption, NHS England's reference. An approval that was given
// out of hours and then not ratified holds no more: Accept refuses, and approval may
// be asked for again. An agency sees its own bookings of a manager's day alone, so
// Accept adds the day up again with all of them; whoever accepts holds the day.
//
// CancelShift is here because proposals is the highest floor that it changes:
// proposals, booking, cascade and shift end together.
//
// # What it says and hears
//
// It says Submitted and Withdrawn (to the employer), Accepted, Declined and
// Closed (to agencies). It hears that a shift expired, and expires what was
// still waiting on it.
package proposals
