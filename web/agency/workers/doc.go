// Package workers holds an agency's pages around the people it represents: the
// list, adding one, one worker, and archiving them.
package workers
