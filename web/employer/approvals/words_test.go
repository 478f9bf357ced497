package approvals

import (
	"testing"

	"wardbridge/modules/approvals"
	"wardbridge/web/ui"
)

func TestFill_showsTheEvidenceInWords(t *testing.T) {
	t.Parallel()
	v := detail{R: approvals.Request{Evidence: []approvals.Evidence{
		{Name: "tiers_tried", Text: "Tier 1 was told", Href: "/shifts/KUH-40841"}, {Name: "exemption_reference", Text: "EX-2026-17"},
		{Name: approvals.ExemptionExpires, Text: "2027-03-31"}, {Name: "nhse_reference", Text: "2027-03-31"}}}}

	v.fill("/e/kingsmere")

	for i, want := range []ui.Fact{
		{Label: "That every tier was tried", Value: "Tier 1 was told", Href: "/e/kingsmere/shifts/KUH-40841"}, {Label: "The exemption's reference", Value: "EX-2026-17"},
		{Label: "The day on which the exemption ends", Value: "Wed 31 Mar 2027"}, {Label: "NHS England's approval reference", Value: "2027-03-31"},
	} {
		if v.Evidence[i] != want {
			t.Errorf("got %+v, want %+v", v.Evidence[i], want)
		}
	}
}
