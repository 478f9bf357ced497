// Package diary keeps every commitment of every person, whoever made it, so that
// nobody is ever in two places at once.
//
// It owns the table diary, which is kernel: no party reads or writes it. Four
// functions cross the walls for it and answer no more than they must: plan a
// booking of one's own, drop it, whether a worker of one's own is free, and how
// many weeks somebody has worked in a role. It emits no events and hears none.
//
// # What it promises
//
// Two live entries of one person never overlap: the database refuses the second,
// also when both are made in the same instant by employers who know nothing of
// each other. The refusal is the same for every reason and names nobody. A shift
// that ends at 19:30 leaves its worker free from 19:30.
//
// # The qualifying weeks
//
// The Agency Workers Regulations 2010 give a worker the pay of the employer's own
// staff once some weeks in one role are complete. Weeks counts them from bookings
// that were not called off and not missed, of one person in one grade with one
// employer, whichever agencies supplied them; so bookings that are still ahead count
// for a day after them.
//
// A week is seven days from the weekday of the first day of work, not from Monday.
// One hour of work makes it count, on the local day on which the shift starts: a
// night belongs to its evening. It counts once it is over, so with twelve to complete
// a worker qualifies on the first day of the thirteenth. Days without work between
// two of work, or before the day that is asked about, stop the clock up to a limit
// and set it back to nothing beyond; the next work then begins weeks of its own. The
// limit, and how many weeks are needed, are dated figures of packs.
//
// The employer learns the number of whoever worked or was proposed there, an agency
// that of whom it represents, where it has an agreement, and a person their own: the
// number and nothing of where it comes from. To others it is not known, which looks
// the same as nobody.
//
// Why somebody was away is not recorded yet: sickness, jury service and the closing
// of a workplace would stop the clock for longer, and maternity would let it run on.
// Until the ledger that keeps such reasons, every absence is a gap, which can only
// make the number too low; and all work in one grade is one role.
package diary
