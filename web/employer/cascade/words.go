package cascade

import (
	"encoding/json"
	"strings"
	"time"

	"wardbridge/modules/cascade"
)

// band is one band of the rule in words.
type band struct{ Lead, First, Each string }

// far is long enough before a start that no step is drawn together.
const far = 365 * 24 * time.Hour

// bandsOf says a rule in the words that it gives for its own steps, which stand on
// the timeline of every shift: "lead time 3 to 14 days: 24 h after the bank".
func bandsOf(rule cascade.Rule) []band {
	start := rule.ValidFrom.Add(far)
	bands := make([]band, len(rule.Bands))
	for i, b := range rule.Bands {
		steps := rule.Plan(b.FromMinutes, rule.ValidFrom, start, 2)
		lead, first, _ := strings.Cut(steps[1].Why, ": ")
		_, each, _ := strings.Cut(steps[2].Why, ": ")
		bands[i] = band{Lead: upper(strings.TrimPrefix(lead, "lead time ")), First: upper(first), Each: upper(strings.Replace(each, "tier 1", "the tier before", 1))}
	}
	return bands
}

// ruleOf reads a version out of what the audit kept of it.
func ruleOf(after json.RawMessage) (cascade.Rule, bool) {
	var kept struct {
		Version   int            `json:"version"`
		Name      string         `json:"name"`
		Bands     []cascade.Band `json:"bands"`
		ValidFrom time.Time      `json:"valid_from"`
	}
	if len(after) == 0 || json.Unmarshal(after, &kept) != nil || len(kept.Bands) == 0 {
		return cascade.Rule{}, false
	}
	return cascade.Rule{Version: kept.Version, Name: kept.Name, Bands: kept.Bands, ValidFrom: kept.ValidFrom}, true
}

func tierTitle(tier int) string { return upper(cascade.TierName(tier)) }

// who says which agencies a step tells.
func who(names []string) string {
	switch len(names) {
	case 0:
		return "Nobody to tell: the tier has no agency on that day."
	case 1:
		return names[0] + " is told."
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1] + " are told."
}

func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func lower(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
