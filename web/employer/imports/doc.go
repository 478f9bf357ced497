// Package imports holds the employer's pages around files: the list of what was
// imported, the upload, and one import from its reading to its applying with
// everything that is wrong with it, and the ways to put that right.
//
// A run goes on whether somebody looks or not. Its page loads itself again while
// it runs, by script or by a link, and says the same after a refresh.
package imports
