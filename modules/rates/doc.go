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
// one segment or in a recorded break.
//
// Segments of one band, rate and multiplier make one pay line. A line is
// rounded once, half up: rate times multiplier times minutes over sixty. The
// multiplied rate is never rounded. A supplement is paid on every paid minute
// and never multiplied. Commission is a rate on every paid minute.
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
// work in one call belongs to one person in one employment.
//
// Employer's National Insurance, pension and levy are taken of pay, supplement
// and holiday together.
//
// # VAT
//
// Each line belongs to a VAT category by the dated rows of the Book. The VAT
// shown on one shift is indicative: it is worked out on that shift alone. The
// Quote's own VAT is worked out once per category over all its shifts, as an
// invoice does, so the two may differ by pennies; the amounts before VAT never
// do.
//
// # Invariants, each held by a test
//
// The lines of a shift before VAT add up to its Net, the shifts to the Quote's
// Net. Minutes of the pay lines plus breaks are the elapsed minutes. Nothing
// missing is taken as zero: a date without a row in force is an error, and a
// cost that is not charged is a row whose rate is 0.
//
// Explain and Why build their words only when asked. Pricing a night across a
// public holiday takes microseconds, so a list may price every row it shows.
package rates
