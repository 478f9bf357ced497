// Package approvals asks the right person before something costly is done, and
// keeps what they said.
//
// It knows no caller. A module above it asks about a Subject under one or more
// conditions, with the figures as they are; this module finds who must answer,
// reminds, escalates, and keeps the answer. The caller is told by the event
// Decided and may look with For and Granted.
//
// # What it owns
//
// The tables approval_rules, approval_offices, approval_delegations,
// approval_requests and approval_decisions, all of one employer each. The
// national defaults are the file national.csv, part of the program: dated rows
// with a mark and a source.
//
// # The matrix
//
// For each condition a rule says who answers, up to which limit, what must be
// given with the request, and after how long somebody else is asked as well. The
// national default holds until the employer makes a rule of its own, from an
// instant on. Such a rule may ask for more and never for less: what the default
// requires stays required, and where it names a minimum office nobody below that
// office decides. Of several conditions the strictest says who answers, and equally
// strict ones bind by the lowest of their limits; what each requires adds up. A request keeps the rule under which it was asked, so a
// later change of the matrix does not touch it.
//
// What a rule wants shown is evidence, by name. A caller shows what it knows itself,
// and says so to Wanted, which names the rest: that is typed by whoever asks. An
// exemption is refused when its last day lies before the day of the work. All of it
// is kept with the request and in the snapshot of the decision.
//
// An answer comes from an office (chief executive, executive director, executive
// on call, service manager), a role, or a named person. People are appointed to
// offices for a period; an office is not a role: to open the pages its holder
// needs a role that may decide, such as Approver.
//
// # Delegation
//
// The holder of an office may let one named person decide in their stead, for a
// period and up to a limit. Only a holder delegates, so there are no chains. It
// ends with its period, when it is revoked, or when the holder's appointment
// ends, at once. A delegate never decides what the holder may not.
//
// # The life of a request
//
//	open -> approved, refused    by somebody who may; never by whose own it is
//	open -> withdrawn            by whoever asked, unless it was asked after the fact; or by
//	                             the caller when the subject is gone
//	open -> lapsed               an answer is of no use any more: the shift has begun
//
// While open it may be escalated once: others are asked as well, and those who
// were asked before may still answer. Where the rule names an office for out of
// hours, its holder may decide outside working hours; that decision holds at
// once, and a second request asks the usual approvers to ratify it by the end of
// the next working day. It never lapses. If they refuse, what was decided at night
// holds no more: Covers and Granted say no. What was done on it by then stands, and
// its caller shows that it was not ratified (Standings).
//
// # Invariants
//
//   - Nobody decides about their own request, a request about themselves, in the
//     stead of somebody whose own it is, or ratifies their own decision. The
//     database refuses the first three as well.
//   - A request has at most one decision. Decisions are written once; a closed
//     request never changes. The database holds both.
//   - One request at a time is open about a subject.
package approvals
