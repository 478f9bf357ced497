package money

import (
	"fmt"
	"strconv"
	"strings"

	"wardbridge/internal/fault"
)

// refusal says which rule a written number broke.
type refusal int

const (
	accepted refusal = iota
	notANumber
	negative
	tooPrecise
	tooLarge
)

// Refusals of written numbers. Their codes are part of the API and their
// sentences tell the reader what to write instead.
var (
	ErrAmountInvalid    = fault.New(fault.Invalid, "amount_invalid", "This is not an amount of money. Write pounds and pence, such as 12.34.")
	ErrAmountTooPrecise = fault.New(fault.Invalid, "amount_too_precise", "An amount has at most two places. Write pounds and pence, such as 12.34.")
	ErrAmountTooLarge   = fault.New(fault.Invalid, "amount_too_large", "This amount is too large. Write an amount up to £999,999,999,999.99.")

	ErrRateInvalid    = fault.New(fault.Invalid, "rate_invalid", "This is not an hourly rate. Write pounds and pence an hour, such as 26.10.")
	ErrRateNegative   = fault.New(fault.Invalid, "rate_negative", "An hourly rate cannot be below zero. Write a rate of 0 or more, such as 26.10.")
	ErrRateTooPrecise = fault.New(fault.Invalid, "rate_too_precise", "An hourly rate has at most four places. Shorten it, such as 26.1025.")
	ErrRateTooLarge   = fault.New(fault.Invalid, "rate_too_large", "This hourly rate is too large. Write a rate up to 9999.9999.")

	ErrFactorInvalid    = fault.New(fault.Invalid, "factor_invalid", "This is not a multiplier. Write a plain number, such as 1.3.")
	ErrFactorNegative   = fault.New(fault.Invalid, "factor_negative", "A multiplier cannot be below zero. Write 0 or more, such as 1.3.")
	ErrFactorTooPrecise = fault.New(fault.Invalid, "factor_too_precise", "A multiplier has at most six places. Shorten it, such as 0.120700.")
	ErrFactorTooLarge   = fault.New(fault.Invalid, "factor_too_large", "This multiplier is too large. Write one up to 9999.999999.")
)

// parseScaled reads a plain decimal as an integer of 10^-places. It takes
// digits, one point with digits on both sides, commas only where they part
// thousands, and a leading pound sign; nothing else, so 26,10 and 1e3 are
// refused rather than guessed at.
func parseScaled(s string, places int, limit int64) (value int64, below bool, why refusal) {
	s = strings.TrimSpace(s)
	s, below = strings.CutPrefix(s, "-")
	s = strings.TrimPrefix(s, "£")
	whole, part, pointed := strings.Cut(s, ".")
	if strings.Contains(whole, ",") {
		if !groupedInThousands(whole) {
			return 0, below, notANumber
		}
		whole = strings.ReplaceAll(whole, ",", "")
	}
	if !digits(whole) || pointed && !digits(part) {
		return 0, below, notANumber
	}
	if len(part) > places {
		return 0, below, tooPrecise
	}
	whole = strings.TrimLeft(whole, "0")
	if len(whole)+places > 18 {
		return 0, below, tooLarge
	}
	for _, c := range []byte(whole) {
		value = value*10 + int64(c-'0')
	}
	for i := range places {
		value *= 10
		if i < len(part) {
			value += int64(part[i] - '0')
		}
	}
	if value > limit {
		return 0, below, tooLarge
	}
	return value, below && value != 0, accepted
}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}

func groupedInThousands(s string) bool {
	groups := strings.Split(s, ",")
	for i, g := range groups {
		if i > 0 && len(g) != 3 || i == 0 && (len(g) < 1 || len(g) > 3) {
			return false
		}
	}
	return true
}

// formatScaled writes an integer of 10^-places with all its places.
func formatScaled(value int64, places int) string {
	var room [24]byte
	b := room[:0]
	size := uint64(value)
	if value < 0 {
		b, size = append(b, '-'), -size
	}
	scale := uint64(1)
	for range places {
		scale *= 10
	}
	b = strconv.AppendUint(b, size/scale, 10)
	b = append(b, '.')
	for part := size % scale; scale > 1; {
		scale /= 10
		b = append(b, '0'+byte(part/scale))
		part %= scale
	}
	return string(b)
}

// trimPlaces drops zeros from the end of a written decimal but keeps at least
// the given number of places.
func trimPlaces(s string, keep int) string {
	point := strings.IndexByte(s, '.')
	for len(s) > point+1+keep && s[len(s)-1] == '0' {
		s = s[:len(s)-1]
	}
	return strings.TrimSuffix(s, ".")
}

// scanText reads what a database driver hands over for a numeric column. Zeros
// beyond our places are dropped; anything else there is a fault of the schema.
func scanText(src any, kind string, places int) (int64, error) {
	var s string
	switch v := src.(type) {
	case nil:
		return 0, nil
	case string:
		s = v
	case []byte:
		s = string(v)
	case int64:
		s = strconv.FormatInt(v, 10)
	default:
		return 0, fmt.Errorf("money: %s from a column of type %T", kind, src)
	}
	if strings.Contains(s, ".") {
		s = trimPlaces(s, 0)
	}
	value, below, why := parseScaled(s, places, maxScaled)
	if why != accepted {
		return 0, fmt.Errorf("money: %s from column value %q", kind, s)
	}
	if below {
		return -value, nil
	}
	return value, nil
}

const maxScaled = 999_999_999_999_999_999

// unquote takes the text out of a JSON string. Numbers are refused: a client
// that sends one has very likely been through a float already.
func unquote(b []byte) (string, bool) {
	if len(b) < 2 || b[0] != '"' {
		return "", false
	}
	s, err := strconv.Unquote(string(b))
	return s, err == nil
}
