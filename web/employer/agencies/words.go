package agencies

import (
	"strconv"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/modules/agencies"
	"wardbridge/modules/packs"
	"wardbridge/web/ui"
)

// highest is the last tier that a page offers; a program may set up to 9.
const highest = 4

func tierWord(tier int) string { return "Tier " + strconv.Itoa(tier) }

func choiceOf(g packs.StaffGroup, tier int) tierChoice {
	c := tierChoice{Name: "tier." + g.Code, Group: g.Name, Value: strconv.Itoa(tier), Options: []ui.Option{{Value: "0", Text: "None"}}}
	for n := 1; n <= max(highest, tier); n++ {
		c.Options = append(c.Options, ui.Option{Value: strconv.Itoa(n), Text: tierWord(n)})
	}
	return c
}

func dates(a agencies.Agreement) string {
	if a.EndsOn.IsZero() {
		return "Since " + a.StartsOn.Text()
	}
	return a.StartsOn.Text() + " to " + a.EndsOn.Text()
}

// state is the tag of an agreement.
func state(a agencies.Agreement, today civil.Date) string {
	switch {
	case a.On(today):
		return "Active"
	case a.StartsOn.After(today) && a.EndedAt.IsZero():
		return "To come"
	}
	return "Ended"
}

// selfBillsNot says why no invoice can be written for the agency today, if so.
func selfBillsNot(a agencies.Agreement, today civil.Date) string {
	if err := a.SelfBills(today); err != nil {
		return fault.Of(err).Text
	}
	return ""
}

var (
	segmentations = []ui.Option{
		{Value: agencies.Clock, Text: "By the clock", Hint: "Each hour is paid in the band that it falls into"},
		{Value: agencies.WholeShift, Text: "Whole shift", Hint: "When more than half of a shift falls into enhanced hours, its plain hours are paid as enhanced too"},
	}
	breakRules = []ui.Option{
		{Value: agencies.ActualOrProRata, Text: "Where it was taken, else in proportion"},
		{Value: agencies.FromHighest, Text: "Out of the dearest band"},
		{Value: agencies.FromLowest, Text: "Out of the cheapest band"},
	}
	onCosts = []ui.Option{
		{Value: agencies.Flat, Text: "A share of every pound"},
		{Value: agencies.Weekly, Text: "With the weekly thresholds"},
	}
	categories = []ui.Option{
		{Value: "S", Text: "Standard rated"}, {Value: "E", Text: "Exempt"}, {Value: "O", Text: "Outside the scope"},
	}
)

var categoryWords = map[string]string{"S": "Standard rated", "E": "Exempt", "O": "Outside the scope"}

func textOf(options []ui.Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Text
		}
	}
	return value
}

func factsOf(a agencies.Agreement) []ui.Fact {
	selfBilling := ui.Fact{Label: "Self-billing", Value: "Not signed"}
	if !a.SelfBillFrom.IsZero() {
		selfBilling = ui.Fact{Label: "Self-billing", Value: "Until " + a.SelfBillUntil.Text(), Note: "signed from " + a.SelfBillFrom.Text()}
	}
	return []ui.Fact{
		{Label: "Agreement", Value: dates(a)},
		framework(a),
		selfBilling,
		{Label: "VAT number", Value: orNone(a.VATNumber)},
		{Label: "Supplier on invoices", Value: a.SupplierName, Note: a.SupplierAddress},
		{Label: "Hours are priced", Value: textOf(segmentations, a.Segmentation)},
		{Label: "Unpaid breaks", Value: textOf(breakRules, a.BreakRule)},
		{Label: "On-costs", Value: textOf(onCosts, a.OnCosts)},
	}
}

// framework says through which framework the agency supplies.
func framework(a agencies.Agreement) ui.Fact {
	switch {
	case a.Framework == "":
		return ui.Fact{Label: "Framework", Value: "None", Note: "off framework: every shift needs the chief executive"}
	case a.FrameworkLot != "":
		return ui.Fact{Label: "Framework", Value: a.Framework, Note: "lot " + a.FrameworkLot}
	}
	return ui.Fact{Label: "Framework", Value: a.Framework}
}

func orNone(s string) string {
	if s == "" {
		return "None"
	}
	return s
}
