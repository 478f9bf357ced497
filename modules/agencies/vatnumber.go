package agencies

import (
	"strings"

	"wardbridge/internal/fault"
)

// CheckVATNumber gives a United Kingdom VAT number in one spelling, GB and nine
// digits (or twelve, for a branch), or refuses it. Nothing is no number and
// passes. A pass says that the number could exist, not that it is registered.
func CheckVATNumber(written string) (string, error) {
	number := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", ".", "").Replace(written))
	if number == "" {
		return "", nil
	}
	country := "GB"
	if rest, ok := strings.CutPrefix(number, "XI"); ok {
		country, number = "XI", rest
	} else {
		number = strings.TrimPrefix(number, "GB")
	}
	if body, ok := publicBody(number); ok {
		return country + body, nil
	}
	switch {
	case !allDigits(number):
		return "", refuseVAT(written, "A VAT number is GB and digits. Take out everything else.")
	case len(number) != 9 && len(number) != 12:
		return "", refuseVAT(written, "A VAT number has nine digits, or twelve with a branch. Count them again.")
	case !checks(number[:9]):
		return "", refuseVAT(written, "The last two digits do not fit the others. One of the digits is wrong.")
	}
	return country + number, nil
}

func refuseVAT(written, why string) error {
	return ErrVATNumber.With(fault.Field{Name: "vat_number", Code: ErrVATNumber.Code, Text: why, Value: written})
}

// publicBody: government departments are GD000 to GD499, health authorities
// HA500 to HA999.
func publicBody(number string) (string, bool) {
	if len(number) != 5 || !allDigits(number[2:]) {
		return "", false
	}
	low := number[2:] < "500"
	return number, strings.HasPrefix(number, "GD") && low || strings.HasPrefix(number, "HA") && !low
}

// checks applies both check sums of HMRC: the first seven digits times 8 to 2
// plus the last two make a multiple of 97, either as they are or with 55 added
// for numbers issued since November 2009.
func checks(nine string) bool {
	sum := 0
	for i := range 7 {
		sum += int(nine[i]-'0') * (8 - i)
	}
	last := int(nine[7]-'0')*10 + int(nine[8]-'0')
	sum += last
	return last <= 96 && nine[:7] != "0000000" && (sum%97 == 0 || (sum+55)%97 == 0)
}

func allDigits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}
