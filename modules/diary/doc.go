// Package diary keeps every commitment of every person, whoever made it, so that
// nobody is ever in two places at once.
//
// It owns the table diary, which is kernel: no party reads or writes it. Three
// functions cross the walls for it and answer no more than they must: plan a
// booking of one's own, drop it, and whether a worker of one's own is free. It
// emits no events and hears none.
//
// # What it promises
//
// Two live entries of one person never overlap: the database refuses the second,
// also when both are made in the same instant by employers who know nothing of
// each other. The refusal is the same for every reason and names nobody. A shift
// that ends at 19:30 leaves its worker free from 19:30.
package diary
