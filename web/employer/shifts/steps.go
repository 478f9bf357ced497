package shifts

import (
	"strconv"
	"time"

	"wardbridge/modules/cascade"
	"wardbridge/web/ui"
)

// course is a shift's cascade as a line of the board tells it.
type course struct {
	cascade.State
	Last int // the last tier there is for the shift's staff group
}

// chips draws the course: the bank, then each tier.
func (c course) chips(filled bool) []ui.CascadeChip {
	if !c.Cascades {
		return nil
	}
	last := max(c.Tier, c.NextTier)
	if !c.Stopped && !c.AllOpen {
		last = max(last, c.Last)
	}
	chips := make([]ui.CascadeChip, 0, last+1)
	for tier := 0; tier <= last; tier++ {
		chip := ui.CascadeChip{Label: "T" + strconv.Itoa(tier), State: "later"}
		if tier == 0 {
			chip.Label = "Bank"
		}
		switch {
		case tier < c.Tier, tier == c.Tier && c.Stopped && !filled:
			chip.State = "done"
		case tier == c.Tier && filled:
			chip.State = "filled"
		case tier == c.Tier:
			chip.State = "now"
		}
		chips = append(chips, chip)
	}
	return chips
}

// event is the one line under the chips: what happens next, or has happened. A
// time to count down to comes with it when it is less than six hours away.
func (c course) event(now time.Time) (text string, at *time.Time) {
	switch {
	case !c.Cascades || c.Stopped:
		return "", nil
	case c.NextAt == nil && c.Tier == 0:
		return "No tier follows the bank", nil
	case c.NextAt == nil:
		return "All tiers are open", nil
	case c.NextAt.Sub(now) < 6*time.Hour:
		return tierName(c.NextTier) + " opens in", c.NextAt
	}
	return tierName(c.NextTier) + " opens " + soon(*c.NextAt, now), nil
}

func tierName(tier int) string {
	if tier == 0 {
		return "Bank"
	}
	return "Tier " + strconv.Itoa(tier)
}

// story is a shift's timeline as the page shows it. Proposals are those that came
// in each tier.
func story(t cascade.Timeline, now time.Time, proposals map[int]int) []ui.TimelineItem {
	items := make([]ui.TimelineItem, 0, len(t.Moments))
	for _, m := range t.Moments {
		item := ui.TimelineItem{Title: m.Title, When: stamp(m.At, now), State: "later"}
		why := capital(m.Why)
		switch m.Position {
		case cascade.Done:
			item.State = "done"
		case cascade.Now:
			item.State = "now"
		case cascade.Never:
			item.When, why = "", ""
		case cascade.Next:
			item.Body = opensIn(m.At, lasting(m.At.Sub(now)))
		}
		came := ""
		if m.Tier > 0 && proposals[m.Tier] > 0 {
			came = many(proposals[m.Tier], "proposal", "proposals")
		}
		item.Text = sentence(m.Text, came, why)
		items = append(items, item)
	}
	return items
}
