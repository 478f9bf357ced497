// Package money holds the three exact quantities that every price is made of:
// Pence, an amount; Rate, pounds for an hour to four places; and Factor, a
// multiplier or share to six places. All three are integers inside, so no
// amount ever passes through a float.
//
// Rounding happens in one place, RoundHalfUp, and has that name wherever it is
// called. A caller multiplies first and rounds once: Pay takes rate, factor and
// minutes together for that reason. Rounding is away from zero on the half, so
// a correction of the opposite sign always cancels what it corrects.
//
// Values made by the Parse functions are small enough that no product of them
// can overflow. Arithmetic that leaves the range of an int64 all the same
// panics rather than return a wrong amount.
package money
