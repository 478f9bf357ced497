// Package places says where work is done: the sites of an employer, the wards on
// them, the cost centre that each ward is charged to, and what the employer's own
// files call all these.
//
// It owns the tables sites, wards and aliases. It emits no events and hears none.
//
// # What it promises
//
// A code is unique within an employer. Sites and wards are published: an agency
// with a live agreement, and a worker with a booking, see those that the employer
// has not hidden, without their cost centres. Nothing here is ever deleted,
// since old shifts point at it; a ward that has closed is hidden.
//
// A site has a zone, the high cost area that it lies in: outside London, where none
// is said. It decides whose price caps count for work there and nothing else; packs
// has the caps. Zone answers for a site, and for an employer as a whole, alike to the
// employer and to its agencies, of a hidden site too, because both price the shift.
// A change counts for what is priced from then on.
//
// A text in a file is matched by code, then by name, then by what somebody said
// it means the last time (Remember), always without regard to case and spaces. A
// name that two wards share matches neither, unless the site tells them apart.
//
// A change names the version of the row that it saw, so that nobody overwrites
// what they have not read.
package places
