// Package cards keeps rate cards: the most that an employer pays an hour, grade by
// grade, and the most that an agency may add.
//
// It owns the tables cards and card_lines. Both are published: an agency with a
// live agreement sees the cards of that employer and none of another. It emits no
// events and hears none.
//
// # What it promises
//
// A card has a name and versions. Publishing a version closes the one before on
// the day before the new one starts; a version that has been published is never
// changed, so a booking keeps the version that it was priced on. Versions of one
// card start in their order.
//
// On any day a grade stands on at most one card of an employer, so there is never
// a choice to make: publishing a card that would give a grade a second maximum is
// refused. The version that counts is the one in force on the date of the shift,
// not on the day on which somebody looks.
//
// Rates are core hourly rates; other bands multiply them. Commission is for each
// paid hour.
package cards
