// Package timesheets holds an agency's pages around the hours of its workers.
// The agency reads them; the worker sends them and the trust answers.
package timesheets
