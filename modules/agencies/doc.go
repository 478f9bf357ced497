// Package agencies keeps what an employer and an agency have agreed: from when to
// when they do business, how shifts are priced, who bills for them, which VAT
// applies, and in which tier the agency stands.
//
// It owns the tables agreements, vat_elections and tiers. All are two-sided: the
// employer writes them, the agency reads its own. It emits Ended, and hears
// nothing.
//
// # What it promises
//
// Between one employer and one agency at most one agreement is in force on a
// day. An agreement is never deleted and its parties never change. End closes it
// at once for new business; what was booked under it keeps its terms, because
// bookings name the agreement itself.
//
// A self-billing agreement is the signed permission to write the agency's
// invoices. It needs a valid VAT number and an end. A new VAT number ends the
// permission: it is refused without the dates of a new one.
//
// What is settled on VAT are dated elections, each with its reason and source,
// which are added and never changed, so an old bill stays explainable. An election
// for a staff group goes before one for all others. Without any, supplies of staff
// are standard rated at the rate in force. E says that the supplier has chosen
// exemption; the rules of law say for whom that has effect. O says that it is not
// registered for VAT.
//
// An agency without a tier is never released to. Tiers are per staff group.
package agencies
