package money

import (
	"cmp"
	"database/sql/driver"
)

const (
	maxRate  = 99_999_999 // £9,999.9999 an hour
	perPenny = 100        // ten-thousandths of a pound in a penny
)

// Rate is pounds for an hour, exact to four places. The zero Rate is £0.00.
// A rate that was parsed is never negative; a difference of two rates may be.
// It is comparable, so it can be a map key.
type Rate struct {
	tenThousandths int64
}

// ParseRate reads an hourly rate as people and programs write it: 26, 26.1,
// 26.10, £26.1025. It refuses anything with more than four places, below zero,
// over 9999.9999 or not a plain number, each with its own code.
func ParseRate(s string) (Rate, error) {
	value, below, why := parseScaled(s, 4, maxRate)
	switch {
	case why == tooPrecise:
		return Rate{}, naming(ErrRateTooPrecise, s)
	case why == tooLarge:
		return Rate{}, naming(ErrRateTooLarge, s)
	case why != accepted:
		return Rate{}, naming(ErrRateInvalid, s)
	case below:
		return Rate{}, naming(ErrRateNegative, s)
	}
	return Rate{value}, nil
}

// MustRate is ParseRate for rates written in code, such as those of a test or
// of the demo. It panics on a rate that ParseRate refuses.
func MustRate(s string) Rate {
	r, err := ParseRate(s)
	if err != nil {
		panic("money: rate " + s + ": " + err.Error())
	}
	return r
}

// RateOfPence is an hourly rate of so many pence.
func RateOfPence(p Pence) Rate { return Rate{int64(p) * perPenny} }

// String is the rate on the wire and in files: 26.1000, always four places.
func (r Rate) String() string { return formatScaled(r.tenThousandths, 4) }

// Text is the rate as people read it: £26.10, with more places only where the
// rate has them.
func (r Rate) Text() string {
	s := trimPlaces(r.String(), 2)
	if r.tenThousandths < 0 {
		return "-£" + s[1:]
	}
	return "£" + s
}

// Cmp orders rates: below zero when r is the smaller one.
func (r Rate) Cmp(o Rate) int { return cmp.Compare(r.tenThousandths, o.tenThousandths) }

// IsZero reports a rate of £0.00, which is also how an unset rate reads.
func (r Rate) IsZero() bool { return r.tenThousandths == 0 }

// Add is the sum of two rates, such as pay and a supplement.
func (r Rate) Add(o Rate) Rate { return Rate{r.tenThousandths + o.tenThousandths} }

// Sub is the difference of two rates; it may be below zero.
func (r Rate) Sub(o Rate) Rate { return Rate{r.tenThousandths - o.tenThousandths} }

// Times multiplies a rate and rounds half up to four places. It is for showing
// and for comparing with a cap; to pay, use Pay, which rounds once.
func (r Rate) Times(f Factor) Rate {
	return Rate{RoundHalfUp(r.tenThousandths, f.millionths, perFactor)}
}

// Pence is the rate rounded half up to whole pence.
// InProportion is the rate as part is to whole, rounded half up to four places
// once. A whole of nothing gives the rate as it is.
func (r Rate) InProportion(part, whole Rate) Rate {
	if whole.tenThousandths == 0 || part == whole {
		return r
	}
	return Rate{RoundHalfUp(r.tenThousandths, part.tenThousandths, whole.tenThousandths)}
}

func (r Rate) Pence() Pence { return Pence(RoundHalfUp(r.tenThousandths, 1, perPenny)) }

// MarshalJSON writes the rate as a string with four places, so that no client
// reads it as a float.
func (r Rate) MarshalJSON() ([]byte, error) { return []byte(`"` + r.String() + `"`), nil }

// UnmarshalJSON reads a string and applies the rules of ParseRate. A null
// leaves the rate as it was, as the standard library asks.
func (r *Rate) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	s, quoted := unquote(b)
	if !quoted {
		return naming(ErrRateInvalid.Saying(`Send the hourly rate as a string, such as "26.1000".`), string(b))
	}
	parsed, err := ParseRate(s)
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}

// Scan reads a numeric column. A null is the zero rate.
func (r *Rate) Scan(src any) (err error) {
	r.tenThousandths, err = scanText(src, "rate", 4)
	return err
}

// Value writes the rate as decimal text, which Postgres takes as numeric
// without loss.
func (r Rate) Value() (driver.Value, error) { return r.String(), nil }
