// Package schedule holds a worker's pages about when and where they work: the
// schedule as a list and as a week, one shift, and the page about themselves.
//
// Days and blocks are those of the London wall clock. A night shift is drawn to
// midnight on its own day and from midnight on the next.
package schedule
