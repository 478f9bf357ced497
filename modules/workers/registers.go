package workers

import (
	"regexp"
	"strings"

	"wardbridge/internal/fault"
)

// body is one register of a profession.
type body struct {
	code string // as it is written
	form *regexp.Regexp
	text string // what a number looks like, as a sentence
}

// registers are the bodies whose numbers we know the form of.
var registers = []body{
	{"GMC", regexp.MustCompile(`^(\d{7}|L\d{6})$`), "A GMC number has seven digits, such as 0123456. Keep the zero at the front and leave out the C of a consultant code."},
	{"NMC", regexp.MustCompile(`^\d{2}[A-Z]\d{4}[A-Z]$`), "An NMC PIN has two digits, a letter, four digits and a letter, such as 18A2998E."},
	{"HCPC", regexp.MustCompile(`^[A-Z]{2,3}\d{4,6}$`), "An HCPC number has two or three letters and four to six digits, such as PH095159."},
	{"GPhC", regexp.MustCompile(`^[25]\d{6}$`), "A GPhC number has seven digits and starts with 2 for a pharmacist or 5 for a technician, such as 2087654."},
	{"GDC", regexp.MustCompile(`^\d{4,6}$`), "A GDC number has four to six digits, such as 123456."},
	{"GOC", regexp.MustCompile(`^\d{2}-\d{4,5}$`), "A GOC number has two digits, a hyphen and four or five digits, such as 01-09491."},
	{"SWE", regexp.MustCompile(`^SW\d{1,6}$`), "A Social Work England number has the letters SW and up to six digits, such as SW12345."},
}

// required is the register that a staff group cannot work without.
var required = map[string]string{"medical": "GMC", "nursing": "NMC"}

// register puts a registration into one spelling, or says what is wrong with it.
func register(staffGroup, body, number string) (string, string, []fault.Field) {
	body = strings.TrimSpace(body)
	number = strings.ToUpper(strings.Join(strings.Fields(number), ""))
	if body == "" && number == "" {
		if needs := required[staffGroup]; needs != "" {
			return "", "", []fault.Field{{Name: "register_number", Code: "required", Text: "This staff group needs a registration. Give the " + needs + " number."}}
		}
		return "", "", nil
	}
	if body == "" {
		return "", number, []fault.Field{{Name: "register_body", Code: "required", Text: "Say which register the number is from: " + bodies() + "."}}
	}
	for _, b := range registers {
		if !strings.EqualFold(b.code, body) {
			continue
		}
		if needs := required[staffGroup]; needs != "" && needs != b.code {
			return b.code, number, []fault.Field{{Name: "register_body", Code: "other_register", Text: "This staff group is registered with the " + needs + ".", Value: body}}
		}
		if !b.form.MatchString(number) {
			return b.code, number, []fault.Field{{Name: "register_number", Code: "wrong_format", Text: b.text, Value: number}}
		}
		return b.code, number, nil
	}
	return body, number, []fault.Field{{Name: "register_body", Code: "unknown", Text: "We do not know this register. Choose one of: " + bodies() + ".", Value: body}}
}

func bodies() string {
	codes := make([]string, len(registers))
	for i, b := range registers {
		codes[i] = b.code
	}
	return strings.Join(codes, ", ")
}

// warnings are forms that the register's own description does not know but that
// are seen on genuine records, so they do not stand in anybody's way.
func warnings(body, number string) (told []string) {
	if body != "NMC" || len(number) != 8 {
		return nil
	}
	if !strings.ContainsRune("ABCDEFGHIJKL", rune(number[2])) {
		told = append(told, "The third character of an NMC PIN is usually a month, A to L. Check "+number+" against the register.")
	}
	if !strings.ContainsRune("ESWNOC", rune(number[7])) {
		told = append(told, "The last letter of an NMC PIN is usually E, S, W, N, O or C. Check "+number+" against the register.")
	}
	return told
}
