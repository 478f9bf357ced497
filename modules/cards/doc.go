// Package cards keeps rate cards: what an employer pays an hour, for whom and
// when, and what an agency may add and charge.
//
// It owns the tables cards and card_lines. Both are published: an agency with a
// live agreement sees the published cards of that employer and none of another,
// and none that is for another agency. It emits no events and hears none.
//
// # What it promises
//
// A card has a name and versions. A version that has been published is never
// changed, which Postgres sees to as well, so a booking keeps the version that it
// was priced on: its card_id. Publishing a version closes the one before on the
// day before the new one starts. The version that counts is the one in force on
// the date of the shift, not on the day on which somebody looks.
//
// Two lines never give a rate to the same work. Check finds such lines on one
// card, and on two cards of one scope whose days meet.
//
// A line never charges more than the price cap. One for a site keeps to the caps
// of that site's zone; one for no site counts at each of them, and so keeps to the
// lowest caps of the zones in which the employer has sites, outside London if it has
// none.
//
// # The life of a version
//
//	draft -> submitted -> published
//	      <- returned
//
// A draft may hold anything; Report says in plain words what would keep it from
// being published. Whoever prepared, changed or submitted a version cannot
// publish it, nor send a file for it and then publish. Publish alone, which sets
// an organisation up, does without the second person; people are not offered it.
//
// # The order of specificity
//
// Of the lines that match a piece of work the most specific one counts. A line
// that names a part is more specific than one that leaves it open, and the parts
// weigh in this order, the first most:
//
//  1. the agency of the card
//  2. the site
//  3. the specialty
//  4. the lot of the card's framework
//  5. the framework of the card
//  6. the engagement
//  7. the grade
//  8. the staff group
//
// So a line for one site beats a line for one specialty, and both beat a line
// for an engagement.
//
// The hours are no part of the order: they pick the rate. The core rate is that
// of the most specific line for any or for core hours. A line for low or high
// hours gives those hours their own rate as it stands, unless a line for any
// hours is more specific. Hours with no rate of their own multiply the core rate.
//
// # What a rate comes to
//
// PayMax is the line's pay with the tier uplift and the escalation step, added to
// each other, rounded half up to four places, once. The step is the nearest that
// the lead time has reached: of 24 and 4 hours, a request 3 hours ahead takes that
// of 4. The commission follows the pay only where it is a margin. The highest
// charge is a ceiling and takes no uplift.
//
// A line may hold the pay for after 12 weeks with the employer, under the Agency
// Workers Regulations. Parity is then the same line with that pay in place of its
// own, uplifts and all. A card does not know who works: quotes counts the weeks
// and takes the one or the other.
//
// # Which route a line can take
//
// VAT is decided by agreements and by national rules, on the day. A card says
// only what its prices were agreed on, and Check refuses what cannot occur:
//
//   - bank: nobody supplies the worker, so there is no commission, no margin, no
//     tier uplift and no agency or framework; its pay is outside the scope (O).
//   - direct: the trust pays the worker, outside the scope (O), and the agency
//     charges for its introduction alone, an amount an hour that is standard
//     rated. A margin on the pay, or a maximum of pay and commission together, is
//     a full supply, which would bring VAT onto the pay.
//   - umbrella: standard rated (S); the nursing agencies' concession is for
//     employment businesses.
//   - a company: standard rated, but for doctors, who may be deputies (E).
//   - paye: S, or E for nursing, its assistants and doctors.
//   - any: the engagement decides the VAT, so the line says none.
package cards
