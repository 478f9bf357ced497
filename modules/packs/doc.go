// Package packs holds the reference data that a nation sets and no organisation
// does: staff groups, grades and their bands, booking reasons, bank holidays,
// unsocial hours and what they multiply pay by, pay and supplements, price caps,
// frameworks, VAT rules, figures of tax, pension and leave. Beside it stands the
// little that an employer sets for itself.
//
// It owns the tables staff_groups, grades, reasons, bank_holidays, patterns,
// enhancements, parameters, spine_points, supplements, medical_points, price_caps,
// frameworks, framework_lots, vat_rules, professions, stand_ins, restrictions and
// pack_versions, all reference: everyone reads them, the platform alone writes them.
// And cap_overrides, local_holidays and own_restrictions, which an employer writes
// and its agencies read, because they price and propose under them.
// It emits no events and hears none.
//
// # What it promises
//
// Every row says where it comes from and how sure we are of it: official, as
// published; derived, worked out from what was published; indicative, in common
// use. What changes with time is dated, never overwritten: an old shift is
// priced on the rows of its own date. Two rows of one key never count on the same
// day; the database itself refuses it.
//
// A dated row comes with a version of its kind: who loaded it, when, from what.
// The national files that are part of the program (national/*.csv) are one way in:
// LoadNational writes what they say and nothing else; run twice, the second time
// changes no row, and it never writes over what came in the other way. That way is
// a file of one kind (LoadFile): checked whole, shown as a difference, and loaded
// whole or not at all. An open row ends where a later one of its key begins. A row
// that has left a file stays in the database, because something may have been
// priced on it.
//
// VAT is decided upon facts, and which facts a shift has is dated data too: the
// profession of a staff group or grade, and whether a booking reason means that the
// worker stands in for somebody.
//
// Load gives one Pack: all that pricing needs for a nation and a span of days. A
// nation whose bank holidays are not known for a year in the span is a refusal,
// never a year without holidays; a cap that is not loaded is one too, never a cap
// that is passed. LoadFor is the pack of one employer: with its own holidays, and
// with its own caps, which are only ever below the national ones. A cap has a zone,
// the high cost area of the site where the work is done: outside London it is the top
// of the band, enhanced, and 55%; elsewhere the zone's supplement is added before the
// 55% and is never enhanced. The pack has the caps of every zone. The caps of
// doctors are not published to us, so none come with the program.
//
// A restriction closes a staff group, a band, or a band of a group to agencies: they
// fill it under an exemption alone. Those of the nation bind every trust; a trust
// adds its own from a day on, and can take none of the nation's away. An employer
// that is no trust is bound by none and has none.
package packs
