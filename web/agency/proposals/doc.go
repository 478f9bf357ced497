// Package proposals holds an agency's pages around what it has proposed: the
// list by state with the reasons of the trusts, one proposal with its price as
// it was sent, and taking one back.
package proposals
