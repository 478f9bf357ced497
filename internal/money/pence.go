package money

import (
	"strconv"

	"wardbridge/internal/fault"
)

// Pence is an amount of sterling. It is an integer on the wire and in the
// database; negative amounts are corrections and credits.
type Pence int64

const maxPence = 99_999_999_999_999

// ParsePence reads pounds and pence as people write them: 12, 12.3, 12.34,
// £1,234.56, and the same with a minus in front.
func ParsePence(s string) (Pence, error) {
	value, below, why := parseScaled(s, 2, maxPence)
	switch why {
	case accepted:
	case tooPrecise:
		return 0, naming(ErrAmountTooPrecise, s)
	case tooLarge:
		return 0, naming(ErrAmountTooLarge, s)
	default:
		return 0, naming(ErrAmountInvalid, s)
	}
	if below {
		value = -value
	}
	return Pence(value), nil
}

// String is the amount as people read it: £1,234.56, and -£1.00 below zero.
func (p Pence) String() string {
	plain := formatScaled(int64(p), 2)
	var room [32]byte
	b := room[:0]
	if plain[0] == '-' {
		b, plain = append(b, '-'), plain[1:]
	}
	b = append(b, "£"...)
	whole := len(plain) - 3
	for i := range whole {
		if i > 0 && (whole-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, plain[i])
	}
	return string(append(b, plain[whole:]...))
}

// Plain is the amount for files and forms, 1234.56, without sign or commas
// that a spreadsheet would take for text.
func (p Pence) Plain() string { return formatScaled(int64(p), 2) }

// Times multiplies by a factor and rounds half up once. A tax, an on-cost or a
// percentage of an amount is one Times.
func (p Pence) Times(f Factor) Pence {
	return Pence(RoundHalfUp(int64(p), f.millionths, perFactor))
}

// PerHour spreads the amount over minutes as an hourly rate to four places,
// rounded half up: what an hour of a whole shift comes to. No minutes give a
// rate of zero.
func (p Pence) PerHour(minutes int) Rate {
	if minutes <= 0 {
		return Rate{}
	}
	return Rate{RoundHalfUp(int64(p), 60*perPenny, int64(minutes))}
}

// naming keeps what was written for the log. The caller knows which input it
// was and names the field.
func naming(f *fault.Fault, s string) *fault.Fault {
	if len(s) > 100 {
		s = s[:100]
	}
	return f.Because(errWritten(s))
}

// errWritten is the cause kept for the log: the text that was refused.
type errWritten string

// Error quotes the refused text.
func (e errWritten) Error() string { return "written as " + strconv.Quote(string(e)) }
