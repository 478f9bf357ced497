package approvals

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"wardbridge/internal/civil"
	"wardbridge/tenants"
)

var evidenceName = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

func parseID(s string) (tenants.ID, error) { return uuid.Parse(s) }

// Title is the condition as people say it.
func (c Condition) Title() string {
	switch c {
	case WithinCap:
		return "Within the cap"
	case OverCap:
		return "Above the price cap"
	case HundredAnHour:
		return "£100 an hour or more"
	case OffFramework:
		return "Off framework"
	case RestrictedGroup:
		return "Restricted staff group"
	case InterimVSM:
		return "Interim very senior manager"
	}
	return string(c)
}

// Title is the office as people say it.
func (o Office) Title() string {
	switch o {
	case ChiefExecutive:
		return "Chief executive"
	case ExecutiveDirector:
		return "Executive director"
	case ExecutiveOnCall:
		return "Executive on call"
	case ServiceManager:
		return "Service manager"
	}
	return string(o)
}

// ExemptionExpires is the evidence that is a day: the last one of an exemption.
const ExemptionExpires = "exemption_expires_on"

// evidenceMax is how long one piece of evidence may be.
const evidenceMax = 300

// BoxOf is what a refusal calls the box of one piece of evidence.
func BoxOf(name string) string { return "evidence." + name }

// Given turns what somebody gave, by name, into evidence, and refuses what nobody
// asked for. A piece that is missing is refused when the request is made.
func Given(wanted []string, shown map[string]string) ([]Evidence, error) {
	for _, name := range sorted(shown) {
		switch {
		case !slices.Contains(wanted, name):
			return nil, ErrNotAsked.With(field(BoxOf(name), ErrNotAsked, ErrNotAsked.Text, shown[name]))
		case len([]rune(shown[name])) > evidenceMax:
			return nil, ErrIncomplete.With(field(BoxOf(name), ErrIncomplete, "Shorten this to 300 characters.", ""))
		}
	}
	var all []Evidence
	for _, name := range wanted {
		text := strings.TrimSpace(shown[name])
		if day, err := civil.ParseDate(text); name == ExemptionExpires && err == nil {
			text = day.String()
		}
		if text != "" {
			all = append(all, Evidence{Name: name, Text: text})
		}
	}
	return all, nil
}

// evidenceTexts are what the national rules ask to be shown.
var evidenceTexts = map[string]string{
	"bank_tried": "that the bank was tried", "tiers_tried": "that every tier was tried", "exemption_reference": "the exemption's reference",
	ExemptionExpires: "the day on which the exemption ends", "nhse_reference": "NHS England's approval reference",
}

// EvidenceNames are what the national rules know how to ask for, in a fixed order.
func EvidenceNames() []string { return slices.Sorted(maps.Keys(evidenceTexts)) }

// EvidenceText is what a name of evidence stands for.
func EvidenceText(name string) string {
	if text, ok := evidenceTexts[name]; ok {
		return text
	}
	return strings.ReplaceAll(name, "_", " ")
}

// OverrideReason is one line of the list of why a limit is passed.
type OverrideReason struct{ Code, Text string }

// OverrideReasons lists why a cap or a framework may have to be passed, in the
// order of the form. National returns count by these.
func OverrideReasons() []OverrideReason {
	return []OverrideReason{
		{"patient_safety", "Exceptional patient safety, no alternative"},
		{"short_notice_sickness", "Sickness at short notice"},
		{"hard_to_fill", "Hard-to-fill specialty"},
		{"enhanced_care", "One-to-one or enhanced care"},
		{"supplier_above_cap", "The supplier would not keep to the cap"},
		{"long_line", "A long booking from before the cap"},
		{"other", "Other, as the statement says"},
	}
}

// OverrideText is the sentence of a reason's code.
func OverrideText(code string) string {
	for _, r := range OverrideReasons() {
		if r.Code == code {
			return r.Text
		}
	}
	return strings.ReplaceAll(code, "_", " ")
}

// CheckReason refuses a code that is not on the list.
func CheckReason(code string) error {
	for _, r := range OverrideReasons() {
		if r.Code == code {
			return nil
		}
	}
	return ErrReason.With(field("reason", ErrReason, ErrReason.Text, code))
}
