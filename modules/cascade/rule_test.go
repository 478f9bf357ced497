package cascade

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

// hours is a plan as hours after the creation, so that a table can be read.
func hours(steps []Step, from time.Time) string {
	var all []string
	for _, s := range steps {
		all = append(all, fmt.Sprint(s.DueAt.Sub(from).Hours()))
	}
	return strings.Join(all, " ")
}

func TestDefaultRule_givesEachTierItsTime(t *testing.T) {
	t.Parallel()
	rule := Rule{Bands: DefaultBands()}
	for _, c := range []struct {
		lead  time.Duration
		tiers int
		want  string
		why   string
	}{
		{20 * 24 * time.Hour, 2, "0 312 360", "lead time over 14 days: 7 days before the start|lead time over 14 days: 48 h after tier 1"},
		{14 * 24 * time.Hour, 2, "0 24 48", "lead time 3 to 14 days: 24 h after the bank|lead time 3 to 14 days: 24 h after tier 1"},
		{10 * 24 * time.Hour, 1, "0 24", "lead time 3 to 14 days: 24 h after the bank"},
		{72 * time.Hour, 2, "0 24 48", "lead time 3 to 14 days: 24 h after the bank|lead time 3 to 14 days: 24 h after tier 1"},
		{71 * time.Hour, 2, "0 4 8", "lead time 24 to 72 h: 4 h after the bank|lead time 24 to 72 h: 4 h after tier 1"},
		{24 * time.Hour, 1, "0 4", "lead time 24 to 72 h: 4 h after the bank"},
		{23 * time.Hour, 2, "0 0.5 1", "lead time under 24 h: 30 minutes after the bank|lead time under 24 h: 30 minutes after tier 1"},
		{time.Hour, 3, "0 0.25 0.5 0.75", "lead time under 24 h: 30 minutes after the bank, drawn together to come before the start|" +
			"lead time under 24 h: 30 minutes after tier 1, drawn together to come before the start|lead time under 24 h: 30 minutes after tier 2, drawn together to come before the start"},
		{23 * time.Hour, 0, "0", ""},
	} {
		steps := rule.Plan(int(c.lead/time.Minute), noon, noon.Add(c.lead), c.tiers)
		if got := hours(steps, noon); got != c.want {
			t.Errorf("lead %s: %s, want %s", c.lead, got, c.want)
		}
		var whys []string
		for _, s := range steps[1:] {
			whys = append(whys, s.Why)
		}
		if got := strings.Join(whys, "|"); got != c.why {
			t.Errorf("lead %s: %s\nwant %s", c.lead, got, c.why)
		}
	}
}

func TestPlan_opensAtOnceWhatTheRuleWantedEarlier(t *testing.T) {
	t.Parallel()
	rule := Rule{Bands: []Band{{First: Delay{BeforeStartMinutes: 7 * day}, EachMinutes: day}}}

	steps := rule.Plan(5*day, noon, noon.AddDate(0, 0, 5), 2)

	if got := hours(steps, noon); got != "0 0 24" {
		t.Errorf("got %s", got)
	}
	if want := "lead time of any length: at once, because less than 7 days were left"; steps[1].Why != want {
		t.Errorf("got %q", steps[1].Why)
	}
}

// Whatever the rule and the lead time, steps are in order, none comes before the
// creation, and none at or after the start.
func TestPlan_liesBetweenCreationAndStartInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		minute := rapid.IntRange(0, delayMax)
		var bands []Band
		for from := rapid.IntRange(0, 60*day).Draw(t, "from"); ; from = rapid.IntRange(0, from-1).Draw(t, "lower") {
			b := Band{FromMinutes: from, EachMinutes: minute.Draw(t, "each")}
			if rapid.Bool().Draw(t, "before") {
				b.First.BeforeStartMinutes = minute.Draw(t, "before start")
			} else {
				b.First.AfterMinutes = minute.Draw(t, "after")
			}
			bands = append(bands, b)
			if from == 0 {
				break
			}
			if len(bands) == bandsMax-1 {
				from = 1
			}
		}
		if err := checkBands(bands); err != nil {
			t.Fatalf("%+v: %v", bands, err)
		}
		rule := Rule{Bands: bands}
		created := noon.Add(time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "created")))
		start := created.Add(time.Duration(rapid.Int64Range(1, int64(120*24*time.Hour)).Draw(t, "lead")))
		tiers := rapid.IntRange(0, 9).Draw(t, "tiers")

		steps := rule.Plan(int(start.Sub(created)/time.Minute), created, start, tiers)

		if len(steps) != tiers+1 || !steps[0].DueAt.Equal(created) {
			t.Fatalf("%d steps, the first at %s", len(steps), steps[0].DueAt)
		}
		for i, s := range steps {
			switch {
			case s.Tier != i || s.Why == "":
				t.Fatalf("step %d is of tier %d: %q", i, s.Tier, s.Why)
			case !s.DueAt.Before(start):
				t.Fatalf("step %d comes at %s, the shift at %s", i, s.DueAt, start)
			case i > 0 && s.DueAt.Before(steps[i-1].DueAt):
				t.Fatalf("step %d comes before step %d", i, i-1)
			}
		}
		if again := rule.Plan(int(start.Sub(created)/time.Minute), created, start, tiers); fmt.Sprint(again) != fmt.Sprint(steps) {
			t.Fatal("the same question had another answer")
		}
	})
}

func TestCheckBands_leavesNoLeadTimeWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	for name, bands := range map[string][]Band{
		"none":      nil,
		"gap":       {{FromMinutes: 60}},
		"order":     {{FromMinutes: 60}, {FromMinutes: 60}, {FromMinutes: 0}},
		"both":      {{First: Delay{AfterMinutes: 1, BeforeStartMinutes: 1}}},
		"negative":  {{EachMinutes: -1}},
		"too long":  {{EachMinutes: delayMax + 1}},
		"too many":  make([]Band, bandsMax+1),
		"ascending": {{FromMinutes: 0}, {FromMinutes: 60}},
	} {
		if err := checkBands(bands); !errors.Is(err, ErrRule) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := checkBands(DefaultBands()); err != nil {
		t.Error(err)
	}
}
