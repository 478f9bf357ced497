package agencies

import (
	"wardbridge/modules/packs"
	"wardbridge/modules/quotes"
	"wardbridge/modules/rates"
	"wardbridge/web/ui"
)

// effect is what the rules make of the decisions for one staff group, in words.
type effect struct {
	Group, Profession, Category, Reason, Source string
	Against                                     string // that an exemption was chosen and has none
}

var professionWords = map[string]string{"doctor": "Doctor", "nurse": "Nurse or midwife", "nursing_auxiliary": "Nursing auxiliary", "other": "Another profession"}

// effectsOf puts a line for everybody of a staff group, or one for those who stand
// in for somebody and one for others.
func effectsOf(all []quotes.Effect, groups []packs.StaffGroup) (lines []effect) {
	names := map[string]string{}
	for _, g := range groups {
		names[g.Code] = g.Name
	}
	for _, e := range all {
		line := effectOf(names[e.StaffGroup], &e.Decision)
		if e.Otherwise == nil {
			lines = append(lines, line)
			continue
		}
		other := effectOf(names[e.StaffGroup], e.Otherwise)
		line.Profession += " who stands in for yours"
		other.Profession += " who stands in for nobody"
		lines = append(lines, line, other)
	}
	return lines
}

func effectOf(group string, d *quotes.Decision) effect {
	e := effect{Group: group, Profession: professionWords[d.Profession], Category: categoryWords[string(d.Category)], Reason: d.Rule.Reason, Source: d.Rule.Source}
	if d.Elected && d.Category == rates.Standard {
		e.Against = "Exemption was chosen, and no rule supports it"
	}
	return e
}

var effectColumns = []ui.Column{{Text: "Staff group"}, {Text: "Profession"}, {Text: "VAT"}, {Text: "Rule"}, {Text: "Source"}}
