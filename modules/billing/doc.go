// Package billing writes the agencies' invoices for them: self-billing.
//
// # What it owns
//
// The tables self_bill_runs, self_bills, self_bill_lines and bill_series. The
// employer writes all of them; an agency reads its own bills and their lines
// once they are issued, and never a draft. It is not shown cost centres.
//
// # The life of a run and its bills
//
//	draft -> issued
//
// A draft may be prepared again as often as one likes, which replaces it. Issued
// is for good: triggers refuse every change and deletion of what is issued, and
// every line added to it. A mistake is put right by a credit note.
//
// # Preparing
//
// A period is Monday to Sunday by the local start date of the shift. Prepare
// takes approved timesheets that no bill has, of the period and late ones of
// earlier periods, and writes one bill for each agency. Work outside the scope of
// VAT may not stand on one invoice with other work and gets a bill of its own.
// An agency is left out, with the reason on the run, when on the day of issue
// there is no agreement with it, no self-billing agreement in date or no valid
// VAT number; a supplier that is not registered for VAT is an election of
// category O, and then no number is asked for. What is left out is not lost: it
// comes up in the next run. What an adjustment posted to a timesheet comes up once
// the timesheet is billed, or with it: never on a bill before it. Issue asks the same questions again and refuses when
// an answer has changed.
//
// # VAT
//
// VAT is worked out once for each category and rate of a bill, on the sum of its
// lines, rounded half up, and shared out to the lines by largest remainder. So
// lines, categories, bill, files and control totals always agree to the penny.
//
// # Numbers
//
// One series per employer and agency, such as KUH-MER-000001, without gaps,
// because to the law it is the agency's own invoice. The number is taken at
// issue, as the last thing before the commit, under the lock of the series' row:
// an issue that fails gives its number back. The tax point is the date of issue.
//
// # Files
//
// The finance CSV has one row per line, the control file the totals that it must
// add up to, and the workbook both. docs/files.md lists the columns. Files are
// written as they are read, a thousand lines at a time.
//
// # What it says and hears
//
// It says Issued, to the agency. It hears nothing.
package billing
