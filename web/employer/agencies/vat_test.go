package agencies

import (
	"testing"

	"wardbridge/modules/packs"
	"wardbridge/modules/quotes"
)

func TestEffectsOf_saysWhereAnExemptionThatWasChosenHasNoRule(t *testing.T) {
	t.Parallel()
	taxed := quotes.Decision{Profession: "doctor", Elected: true, Category: "S", Rule: quotes.Rule{Reason: "A supply of staff", Source: "Notice 701/57"}}
	exempt := taxed
	exempt.Deputy, exempt.Category, exempt.Rule.Reason = true, "E", "Provision of a deputy"
	all := []quotes.Effect{{StaffGroup: "medical", Decision: exempt, Otherwise: &taxed}, {StaffGroup: "ahp", Decision: quotes.Decision{Profession: "other", Category: "S"}}}

	lines := effectsOf(all, []packs.StaffGroup{{Code: "medical", Name: "Medical and dental"}, {Code: "ahp", Name: "Allied health"}})

	if len(lines) != 3 || lines[0].Category != "Exempt" || lines[0].Against != "" || lines[0].Profession != "Doctor who stands in for yours" ||
		lines[1].Category != "Standard rated" || lines[1].Against == "" || lines[1].Profession != "Doctor who stands in for nobody" || lines[2].Against != "" || lines[2].Group != "Allied health" {
		t.Errorf("got %+v", lines)
	}
}
