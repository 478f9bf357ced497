// Package invoices holds an agency's pages around its invoices, which the trusts
// write for it under a self-billing agreement: the list, the document and its
// lines as a file.
package invoices
