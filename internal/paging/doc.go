// Package paging cuts lists into pages by key. A Cursor holds the sort key of
// the last row that was given, so that the next page begins behind it whatever
// was added or taken away meanwhile; offsets would skip or repeat rows and grow
// slower with every page.
//
// A cursor is opaque to callers and no secret: it says where to go on, never
// what may be seen. Its short checksum is there to refuse a garbled one plainly
// and protects nothing.
package paging
