// Package reclaims reviews the VAT that an employer was charged and that a rule
// would exempt if the supplier chose exemption: how much it is, from when it can
// no longer be claimed, and what proves it.
//
// It owns no table, emits nothing and hears nothing. It reads timesheet_lines,
// timesheet_adjustment_lines and self_bill_lines together, because it adds up four years of them at once; every
// other fact it asks of the rooms below.
//
// # What it promises
//
// A line is in the review when it was charged at the standard rate, was worked
// within the years that the law lets a claim go back from today, and would be
// exempt under the rules of today had the supplier chosen it, on the facts that
// were locked into the line. A line that was locked before facts were kept is
// judged by its staff group, grade and booking reason.
//
// There are two grounds, never added together. A claim rests on an exemption of
// law, which counts for the past: only the supplier can make it, and hands the VAT
// on. A choice is a concession that counts from the day on which the supplier
// chooses it: what was charged before that day stays charged.
//
// What an adjustment posted to approved hours counts with them, more or less.
//
// VAT is what stood on issued bills, each line with its share. What no bill has
// yet is shown apart and is indicative.
//
// The evidence of a booking is one file of its own: no script, no other file, no
// network; it opens from a disk and prints on A4.
package reclaims
