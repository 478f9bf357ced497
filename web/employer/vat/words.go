package vat

import (
	"wardbridge/modules/reclaims"
	"wardbridge/tenants"
	"wardbridge/web/ui"
)

// tenantsNone asks for every agency.
var tenantsNone tenants.ID

var grounds = []ui.Option{{Value: string(reclaims.Claim), Text: "Claims"}, {Value: string(reclaims.Choice), Text: "Concession"}}

func groundWords(g reclaims.Ground) string {
	if g == reclaims.Choice {
		return "Exempt from the day on which the supplier chooses the concession"
	}
	return "Exempt by law, had the supplier chosen it"
}

func billWord(number string) string {
	if number == "" {
		return "Not billed yet"
	}
	return number
}
