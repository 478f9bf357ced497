package organisation

import (
	"strconv"

	"wardbridge/internal/civil"
	"wardbridge/modules/accounts"
	"wardbridge/tenants"
)

var kindWords = map[tenants.Kind]string{tenants.Trust: "NHS trust", tenants.Hub: "GP hub", tenants.Practice: "GP practice", tenants.Agency: "Agency"}

var nationWords = map[string]string{"england": "England", "wales": "Wales", "scotland": "Scotland", "northern-ireland": "Northern Ireland"}

func orNone(s string) string {
	if s == "" {
		return "None"
	}
	return s
}

func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func wardsOf(m accounts.Member) string {
	if m.Wards == nil {
		return ""
	}
	return countOf(len(m.Wards), "ward", "wards") + " only"
}

func lastOf(m accounts.Member) string {
	if m.LastUsedAt == nil {
		return "Never"
	}
	return civil.When(*m.LastUsedAt)
}
