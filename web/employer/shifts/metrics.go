package shifts

import "wardbridge/web/ui"

// metrics is the strip above the board, what weighs most first.
func (f figures) metrics(path string) []ui.Metric {
	soon := ui.Metric{Label: "Unfilled, next 48 hours", Value: number(f.Next48), Href: path + "?view=next48"}
	if f.Next48 > 0 {
		soon.Tone = "alert"
	}
	review := ui.Metric{Label: "Proposals to review", Value: f.atLeast(f.Offers), Href: path + "?view=review"}
	if f.Offers > 0 && !f.Oldest.IsZero() {
		review.Note = "oldest " + lasting(f.now.Sub(f.Oldest))
	}
	strip := []ui.Metric{soon, {Label: "Open shifts", Value: number(f.Open), Href: path}, review, {Label: "Filled, ahead", Value: number(f.Filled), Href: path + "?view=filled"}}
	if f.Overdue > 0 {
		strip = append(strip, ui.Metric{Label: "Begun, to book", Value: number(f.Overdue), Note: "entered after the fact"})
	}
	if f.Draft > 0 {
		strip = append(strip, ui.Metric{Label: "Drafts", Value: number(f.Draft), Href: path + "?view=all&status=draft"})
	}
	return strip
}
