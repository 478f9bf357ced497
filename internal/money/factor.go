package money

import (
	"cmp"
	"database/sql/driver"
)

const (
	perFactor = 1_000_000
	maxFactor = 9_999_999_999 // 9999.999999
)

// Factor multiplies a rate or an amount, exact to six places: 1.3 for time and
// thirty per cent, 0.1207 for a holiday share, 0.2 for a tax. The zero Factor
// multiplies by nothing; use One where a rate is taken as it is. It is
// comparable.
type Factor struct {
	millionths int64
}

// One is the factor that changes nothing.
var One = Factor{perFactor}

// ParseFactor reads a multiplier: 1.3, 0.1207. It refuses more than six places,
// anything below zero, over 9999.999999 or not a plain number.
func ParseFactor(s string) (Factor, error) {
	value, below, why := parseScaled(s, 6, maxFactor)
	switch {
	case why == tooPrecise:
		return Factor{}, naming(ErrFactorTooPrecise, s)
	case why == tooLarge:
		return Factor{}, naming(ErrFactorTooLarge, s)
	case why != accepted:
		return Factor{}, naming(ErrFactorInvalid, s)
	case below:
		return Factor{}, naming(ErrFactorNegative, s)
	}
	return Factor{value}, nil
}

// MustFactor is ParseFactor for factors written in code. It panics on what
// ParseFactor refuses.
func MustFactor(s string) Factor {
	f, err := ParseFactor(s)
	if err != nil {
		panic("money: factor " + s + ": " + err.Error())
	}
	return f
}

// String is the factor on the wire and in files, always six places: 1.300000.
func (f Factor) String() string { return formatScaled(f.millionths, 6) }

// Text is the factor as people read it, without needless zeros: 1.3.
func (f Factor) Text() string { return trimPlaces(f.String(), 0) }

// Percent is the factor as a share of a hundred: 12.07% for 0.1207.
func (f Factor) Percent() string { return trimPlaces(formatScaled(f.millionths, 4), 0) + "%" }

// Cmp orders factors: below zero when f is the smaller one.
func (f Factor) Cmp(o Factor) int { return cmp.Compare(f.millionths, o.millionths) }

// IsZero reports the factor 0, which is also how an unset factor reads.
func (f Factor) IsZero() bool { return f.millionths == 0 }

// Add is the sum of two factors.
func (f Factor) Add(o Factor) Factor { return Factor{f.millionths + o.millionths} }

// Sub is the difference of two factors; it may be below zero.
func (f Factor) Sub(o Factor) Factor { return Factor{f.millionths - o.millionths} }

// MarshalJSON writes the factor as a string with six places.
func (f Factor) MarshalJSON() ([]byte, error) { return []byte(`"` + f.String() + `"`), nil }

// UnmarshalJSON reads a string and applies the rules of ParseFactor. A null
// leaves the factor as it was.
func (f *Factor) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	s, quoted := unquote(b)
	if !quoted {
		return naming(ErrFactorInvalid.Saying(`Send the multiplier as a string, such as "1.300000".`), string(b))
	}
	parsed, err := ParseFactor(s)
	if err != nil {
		return err
	}
	*f = parsed
	return nil
}

// Scan reads a numeric column. A null is the zero factor.
func (f *Factor) Scan(src any) (err error) {
	f.millionths, err = scanText(src, "factor", 6)
	return err
}

// Value writes the factor as decimal text, which Postgres takes as numeric
// without loss.
func (f Factor) Value() (driver.Value, error) { return f.String(), nil }
