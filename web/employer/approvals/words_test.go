package approvals

import (
	"testing"

	"wardbridge/modules/approvals"
	"wardbridge/web/ui"
)

func TestFigure_isToldInWordsAndWithoutIds(t *testing.T) {
	t.Parallel()
	all := map[string]string{"pay_rate": "20.8600", "charge.low": "40.6826", "cap.core": "30.9500", "cap_row.core": "Price caps, version 2, from Wed 1 Apr 2026",
		"card": "within rate card Agency rates 2026, version 1", "agreement_id": "01a227ac-c240-7e3d-b04b-9d7a2f6f63f4"}
	for name, want := range map[string]ui.Fact{
		"pay_rate":   {Label: "Pay rate", Value: "£20.86 an hour"},
		"charge.low": {Label: "Charge, unsocial hours", Value: "£40.6826 an hour"},
		"cap.core":   {Label: "Cap, core hours", Value: "£30.95 an hour", Note: "Price caps, version 2, from Wed 1 Apr 2026"},
		"card":       {Label: "Rate card", Value: "Agency rates 2026, version 1"},
	} {
		if f, told := figure(all, name); !told || f != want {
			t.Errorf("%s: %+v, %v", name, f, told)
		}
	}
	if _, told := figure(all, "agreement_id"); told {
		t.Error("an id is told to people")
	}
}

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
