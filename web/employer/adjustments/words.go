package adjustments

import (
	"strconv"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/adjustments"
	"wardbridge/web/labels"
	"wardbridge/web/ui"
)

var kindWords = map[adjustments.Kind]string{adjustments.Award: "Pay award", adjustments.Card: "Rate card", adjustments.Reference: "Corrected national data"}

// signed is an amount that says whether it is more or less.
func signed(p money.Pence) string {
	if p > 0 {
		return "+" + p.String()
	}
	return p.String()
}

func daysOf(a *adjustments.Adjustment) string { return a.FromOn.Text() + " to " + a.ToOn.Text() }

func stateWord(a *adjustments.Adjustment) string {
	switch a.Status {
	case adjustments.StatusPosted:
		return "Posted"
	case adjustments.StatusDiscarded:
		return "Discarded"
	}
	return "Preview"
}

func closedNote(a *adjustments.Adjustment) string {
	if a.ClosedAt == nil {
		return "made " + civil.When(a.PreviewedAt) + " by " + a.PreviewedBy
	}
	return civil.When(*a.ClosedAt) + " by " + a.ClosedBy
}

func metricsOf(a *adjustments.Adjustment) []ui.Metric {
	all := []ui.Metric{
		{Label: "Difference", Value: signed(a.DeltaPence), Note: "before VAT"},
		{Label: "Timesheets", Value: labels.Count(a.Affected, "timesheet"), Note: "of " + strconv.Itoa(a.Examined) + " priced again"},
		{Label: "Settled at", Value: a.WasPence.String()},
		{Label: "Becomes", Value: a.BecomesPence.String()},
		{Label: "Status", Value: stateWord(a), Note: closedNote(a)},
	}
	if a.Omitted > 0 {
		all = append(all, ui.Metric{Label: "Not priced", Value: labels.Count(a.Omitted, "timesheet"), Tone: "alert"})
	}
	if a.OverCap > 0 {
		all = append(all, ui.Metric{Label: "Above the cap", Value: labels.Count(a.OverCap, "timesheet"), Note: "of its own date", Tone: "alert"})
	}
	return all
}

func factsOf(v *oneView) []ui.Fact {
	a := &v.A
	facts := []ui.Fact{
		{Label: "Kind", Value: kindWords[a.Kind]}, {Label: "Reason", Value: a.Reason}, {Label: "Rests on", Value: a.Source},
		{Label: "Work that began", Value: daysOf(a)}, {Label: "For", Value: v.For},
	}
	for _, grade := range a.Grades {
		facts = append(facts, ui.Fact{Label: "Grade", Value: grade})
	}
	return facts
}

// bar is the length of an agency's bar out of a hundred.
func bar(p money.Pence, widest int64) string {
	return strconv.FormatInt(int64(max(p, -p))*100/max(widest, 1), 10)
}

func payText(it *adjustments.Item) string {
	if it.PayWas == it.PayBecomes {
		return it.PayWas.Text() + " an hour"
	}
	return it.PayWas.Text() + " to " + it.PayBecomes.Text() + " an hour"
}

func overText(it *adjustments.Item) string {
	if it.OverCap.IsZero() {
		return ""
	}
	return it.OverCap.Text() + " an hour above the cap of the date"
}

func dateText(d civil.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}
