// Package civil is the one civil zone of the product. Instants are stored and
// compared as they are; a Date and a Clock are what stands on a rota, and
// Resolve is the only way from the one to the other.
//
// Twice a year that way is not plain. A time that the spring change leaves out
// is an error. A time that the autumn change repeats is an error too until
// somebody says which of the two is meant, by choosing first or second on a
// form or by writing the offset in a file: 2026-10-25 01:30+01:00.
//
// Dates are read day first, 24/11/2026, or as ISO, 2026-11-24; never month
// first. The zone data is compiled in, so every machine agrees.
package civil
