// Package quotes asks the price engine on behalf of the rest of the house. It
// gathers the Book that the engine needs, from the national data, the agreement
// and the rate card of the day, and hands back the price with what it was made
// from. It owns no table.
//
// VAT is decided by the dated rules of the packs. The facts that they ask about
// are the route (how the worker is engaged, and what the line is for), the
// profession of the grade, whether the reason for the cover is that somebody is
// stood in for, what the supplier has chosen under the agreement, and whether it
// is registered. An exemption that was chosen counts where a rule supports it, and
// then its own words and source stand on the invoice; elsewhere the rule stands.
// That a supplier is not registered is an election of category O: a VAT number that
// nobody has entered yet does not say so.
//
// Where a request names the worker, the weeks that they have completed are counted
// and told with the price. Once they qualify, the card's line is the one with the pay
// for after the qualifying weeks, if it has any; the maximum that rates are held
// against is then that. Weeks count by the bookings that stand when a price is asked
// for, so what is priced and kept does not change when one of them is called off.
// An agency learns the number and not where it comes from: diary says of whom.
//
// A charge is held against the price caps of the zone of the shift's site; where no
// site is named, of the zone that all the employer's sites share, and else outside
// London. The zone decides the caps and nothing else of a price. It is read as it
// stands when the price is asked for: a timesheet that has been approved keeps the caps
// it was approved against.
//
// A Shelf prices many settled shifts, in order of weeks: it reads per week and
// agreement, not per shift, and looks up no card, since agreement and rates are
// known. It gives the same amounts as a quote for each shift, and holds charges
// against the caps of the date and of each shift's own site.
//
// Needs says which agency rules a price falls under: approvals know the
// conditions, packs the dated data, and this room alone both the price and the work.
// What a person is booked for besides on the day is the caller's to say.
//
// A price is told to the employer and to the agency; a worker reads their own
// pay off their bookings. The data in force on the local date of the shift
// counts, however long ago that is.
package quotes
