// Package adjustments changes what settled work comes to without changing what
// was settled: a pay award, a backdated rate card or corrected national data
// brings signed lines, and the timesheets, bills and files that exist stay as
// they are to the byte.
//
// # What it owns
//
// The tables adjustments, adjustment_items and adjustment_omissions: previews and
// what became of them, which are the employer's own paper. What is posted belongs
// to the timesheets it changes and stands in their module's tables, where the
// agency reads it whole and the worker the lines of their pay.
//
// # Its life
//
//	previewed -> posted
//	          -> discarded
//
// Nothing leaves posted or discarded; triggers see to it.
//
// # Previewing
//
// Every approved timesheet whose work began in the range is priced again by the
// engine, at the pay rate that the changes give it and by the agreement, the
// elections and the national data as they stand now, each figure and each cap
// that of the date of the shift. That is held against what it has come to: its
// approved lines and everything posted to them since. What differs becomes an
// item, with a line for each kind and band: what it was, what it becomes, the
// difference, and the sum in words. A timesheet that cannot be priced is listed
// with the reason, and is never passed over in silence.
//
// Under weekly on-costs one person's week is priced together, and the shifts of
// that week outside the range with it, at their own rates. A cost on which the
// week as a whole agrees is left alone, however it is spread over its shifts;
// otherwise each shift comes to the engine's own share of it.
//
// VAT is not decided again: a signed line has the category, rate, reason and
// source of the lines that it changes, and one that is the first of its kind or
// band those that were decided for the pay when the timesheet was approved. Only
// where no pay was approved do the rules of the date of the shift decide, as they
// do at approval. A mistake in VAT itself is put right by a credit.
//
// # Rates
//
// A change names the rate that it is for, and then moves only work that is paid
// at exactly that rate now; or it names none and moves all work of its band or
// grade. A share without a rate is taken of the rate that was booked. So loading
// one award twice changes nothing, and a later preview, for whatever reason, keeps
// the rate that an earlier one posted.
//
// # Posting
//
// Posting prices everything again and compares a fingerprint of every line. One
// penny or one timesheet that is not as previewed refuses it, and nothing is
// posted. Nobody posts a change of pay for work of their own. Adjustments of one
// employer are posted one after the other, and a week under weekly on-costs is not
// approved and posted to at the same time: whichever comes second reads the first.
//
// # Invariants, each held by a test
//
// Settled plus difference is what the engine says, for each timesheet, kind and
// band. A second preview after posting finds nothing. No byte of an issued
// document changes.
//
// # What it says and hears
//
// It says Posted, to each agency concerned. It hears nothing. Billing takes
// posted lines up by itself.
package adjustments
