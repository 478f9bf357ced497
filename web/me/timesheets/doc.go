// Package timesheets holds a worker's pages around the hours they worked: the
// list, one timesheet with its form, and the check before the hours are sent.
//
// The form asks for a date and times as they stood on the wall. An end that is
// not later than the start is on the next day. Only on the night when the clocks
// go back, and only for a time that happens twice, it asks which of the two is
// meant.
package timesheets
