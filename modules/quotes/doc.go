// Package quotes asks the price engine on behalf of the rest of the house. It
// gathers the Book that the engine needs, from the national data, the agreement
// and the rate card of the day, and hands back the price with what it was made
// from. It owns no table.
//
// A Shelf prices many settled shifts, in order of weeks: it reads per week and
// agreement, not per shift, and looks up no card, since agreement and rates are
// known. It gives the same amounts as a quote for each shift, and holds charges
// against the caps of the date.
//
// A price is told to the employer and to the agency; a worker reads their own
// pay off their bookings. The data in force on the local date of the shift
// counts, however long ago that is.
package quotes
