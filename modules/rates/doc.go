// Package rates is the price engine. It is pure: it reads no table and no
// clock, and holds no rate, threshold or holiday of its own. Work and a Book of
// dated data go in; a Quote comes out, and the same input gives the same Quote
// for ever, which is what makes an old bill explainable.
//
// # What a price is made of
//
// A shift is cut into segments wherever its band, its hourly rate or its
// multiplier changes: at the hours of the Book's pattern, at midnight, into and
// out of a public holiday, on the day a new rate starts. Bands are read off the
// London wall clock; minutes are elapsed ones, so a night on which the clocks
// change is 11 or 13 hours. Every minute between start and end is in exactly
// one segment or in a recorded break. A contract that pays as rostered pays
// such a night by its length on the wall instead: the hour that comes twice is
// paid once, from the change onwards, and the hour that is skipped is paid with
// the bands that it has on the clock. Breaks are taken out as they are.
//
// Segments of one band, rate and multiplier make one pay line. A line is
// rounded once, half up: rate times multiplier times minutes over sixty. The
// multiplied rate is never rounded. A supplement is paid on every paid minute
// and never multiplied. Commission and other fees are rates on every paid
// minute. A card may fix the rate of a band; it then stands without a multiplier.
//
// A holiday with substitute days is paid on all of them, but where the contract
// keeps the limit for one person, only on as many as the limit says: weekdays
// first, of two alike the later. A day that gives way is paid as the ordinary
// day it is. What the person works besides the list comes in with the work.
//
// An unpaid break is taken out where it was, if its times were recorded. If
// not, it is taken from the lines in proportion, in whole minutes by largest
// remainder; on a tie the line that begins later gives the minute. A contract
// may take it from the highest or from the lowest band instead.
//
// # On-costs
//
// Holiday, employer's National Insurance, pension and levy are each rounded
// once per shift, from the rounded lines beneath them. Flat takes its share of
// every pound and knows no thresholds. Weekly works out each share on the
// earnings of the week so far, thresholds included, and gives the shift what
// that adds to the shifts before it, in order of start. The shifts of a week
// therefore always add up to the week's own figure, and the order in which work
// is handed in changes nothing. A week is Monday to Sunday by the local date on
// which the shift starts; the rows of that date are the ones that count. All
// work in one call belongs to one person in one employment. Where the others of
// the week are settled, Work.Locked says by date what they came to: the shift
// bears what the week comes to, priced together, less what they bear, so that
// whatever the order in which shifts are settled they add up to the week.
//
// Employer's National Insurance, pension and levy are taken of pay, supplement
// and holiday together. Which of them are owed depends on the engagement; see
// Engagement. Nothing is ever taken out of a fee. TrueUps settles shifts that
// were charged one by one against the week as a whole.
//
// # Sessions, cancellations, expenses
//
// A GP session is a fee for a length of time that the Book gives; a short one,
// and time beyond it, go by the hour. Pension is taken of the pensionable part
// of the fee, both rounded. A shift that was called off has one line instead of
// its own: a share of what it would have cost, by the notice given. It earns
// nothing in its week and counts on no holiday. Expenses pass through.
//
// # Limits
//
// Every pay line is held against the cap of its band in force on the date of
// the shift, of the zone in which the work is done. The charge for an hour of it, rounded once to four places, is pay
// with its multiplier and supplement, the on-costs on it, and all fees, before
// VAT and without expenses. Under flat the on-costs of an hour are its shares,
// holiday first and the others on pay and holiday. Under weekly the on-costs
// that the shift bears are spread over its lines in proportion to pay and
// supplement, so that a shift late in the week, which may bear more National
// Insurance or less pension, is tested on what it is really charged. A band
// without a cap is not tested, nor is bank or a GP session. The lowest pay rate
// is held against the minimum wage of the date of the shift, and the dearest
// hour against the charge from which the chief executive signs.
//
// # VAT
//
// Each line belongs to a VAT category by the dated rows of the Book, and carries
// the row that decided it. The date of the shift counts. The VAT
// shown on one shift is indicative: it is worked out on that shift alone. The
// Quote's own VAT is worked out once per category over all its shifts, as an
// invoice does, so the two may differ by pennies; the amounts before VAT never
// do.
//
// # Invariants, each held by a test
//
// The lines of a shift before VAT add up to its Net, the shifts to the Quote's
// Net. Minutes of the pay lines plus breaks are the elapsed minutes, or those on
// the wall where the contract pays as rostered. Nothing
// missing is taken as zero: a date without a row in force is an error, and a
// cost that is not charged is a row whose rate is 0.
//
// Explain and Why build their words only when asked. Pricing a night across a
// public holiday takes microseconds, so a list may price every row it shows.
package rates
