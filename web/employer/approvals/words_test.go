package approvals

import (
	"testing"

	"wardbridge/modules/approvals"
	"wardbridge/web/ui"
)

func TestFigure_isToldInWordsAndWithoutIds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, value, label, text string }{
		{"pay_rate", "20.8600", "Pay rate", "£20.86 an hour"},
		{"charge.low", "40.6826", "Charge, unsocial hours", "£40.6826 an hour"},
		{"cap_row.core", "Price caps, version 2, from Wed 1 Apr 2026", "Source of the cap, core hours", "Price caps, version 2, from Wed 1 Apr 2026"},
		{"card", "within rate card Agency rates 2026, version 1", "Rate card", "within rate card Agency rates 2026, version 1"},
	} {
		if f, told := figure(c.name, c.value); !told || f.Label != c.label || f.Value != c.text {
			t.Errorf("%s: %+v, %v", c.name, f, told)
		}
	}
	if _, told := figure("agreement_id", "01a227ac-c240-7e3d-b04b-9d7a2f6f63f4"); told {
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
