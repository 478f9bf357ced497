package cascade

import (
	"fmt"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/fault"
	"wardbridge/tenants"
)

// ErrNotEmployer refuses whoever cannot have a rule.
var ErrNotEmployer = fault.New(fault.Forbidden, "employers_only", "Only an employer has a cascade rule.")

// ErrRule refuses a rule that could not be followed. The fields say where.
var ErrRule = fault.New(fault.Invalid, "cascade_rule_invalid", "This cascade rule cannot be followed.")

const (
	hour = 60
	day  = 24 * hour
	// delayMax bounds every delay of a rule, in minutes.
	delayMax = 90 * day
	bandsMax = 8
)

// Rule is how long an employer gives each tier, by lead time. A change makes a
// new version; plans keep the version they were made by.
type Rule struct {
	bun.BaseModel `bun:"table:cascade_rules,alias:rule"`

	OwnerID   tenants.ID `bun:"owner_id,pk"`
	ID        tenants.ID `bun:"id,pk"`
	Version   int        `bun:"version"`
	Name      string     `bun:"name"`
	Bands     []Band     `bun:"bands,type:jsonb"`
	ValidFrom time.Time  `bun:"valid_from"`
	CreatedAt time.Time  `bun:"created_at"`
}

// Band is what holds for lead times from so many minutes up to the next band.
type Band struct {
	FromMinutes int   `json:"from_minutes" min:"0" max:"129600" doc:"Shortest lead time of this band."`
	First       Delay `json:"first" doc:"When tier 1 is told."`
	EachMinutes int   `json:"each_minutes" min:"0" max:"129600" doc:"How long each tier has before the next one is told."`
}

// Delay says when tier 1 is told: so long after the bank, or so long before the
// start. One of the two is 0; both 0 tells tier 1 together with the bank.
type Delay struct {
	AfterMinutes       int `json:"after_minutes,omitempty" min:"0" max:"129600" doc:"After the bank."`
	BeforeStartMinutes int `json:"before_start_minutes,omitempty" min:"0" max:"129600" doc:"Before the shift starts."`
}

// DefaultBands are what a new employer begins with. 14 days and a minute is over
// 14 days.
func DefaultBands() []Band {
	return []Band{
		{FromMinutes: 14*day + 1, First: Delay{BeforeStartMinutes: 7 * day}, EachMinutes: 48 * hour},
		{FromMinutes: 3 * day, First: Delay{AfterMinutes: 24 * hour}, EachMinutes: 24 * hour},
		{FromMinutes: 1 * day, First: Delay{AfterMinutes: 4 * hour}, EachMinutes: 4 * hour},
		{FromMinutes: 0, First: Delay{AfterMinutes: 30}, EachMinutes: 30},
	}
}

// checkBands refuses bands that leave a lead time without an answer.
func checkBands(bands []Band) error {
	var refused []fault.Field
	refuse := func(i int, name, code, text string) {
		refused = append(refused, fault.Field{Name: "bands." + strconv.Itoa(i) + "." + name, Code: code, Text: text})
	}
	if len(bands) == 0 || len(bands) > bandsMax {
		return ErrRule.With(fault.Field{Name: "bands", Code: "count", Text: fmt.Sprintf("A rule has 1 to %d bands of lead time.", bandsMax)})
	}
	for i, b := range bands {
		if i > 0 && b.FromMinutes >= bands[i-1].FromMinutes {
			refuse(i, "from_minutes", "order", "Bands go from the longest lead time to the shortest.")
		}
		if b.First.AfterMinutes > 0 && b.First.BeforeStartMinutes > 0 {
			refuse(i, "first", "both", "Tier 1 is told so long after the bank, or so long before the start, not both.")
		}
		for name, minutes := range map[string]int{"from_minutes": b.FromMinutes, "first.after_minutes": b.First.AfterMinutes,
			"first.before_start_minutes": b.First.BeforeStartMinutes, "each_minutes": b.EachMinutes} {
			if minutes < 0 || minutes > delayMax {
				refuse(i, name, "range", "A delay has between 0 minutes and 90 days.")
			}
		}
	}
	if last := len(bands) - 1; bands[last].FromMinutes != 0 {
		refuse(last, "from_minutes", "gap", "The last band begins at 0, so that every lead time has an answer.")
	}
	if len(refused) > 0 {
		return ErrRule.With(refused...)
	}
	return nil
}

// Step is one step of a plan: when a tier is told. Tier 0 is the bank.
type Step struct {
	Tier  int
	DueAt time.Time
	Why   string
}

// Plan says when each of the tiers is told of a shift with this lead time, from
// this moment on. It is a pure function: the same rule, lead time, moments and
// number of tiers give the same plan, wherever it is asked. The moment must lie
// before the start.
func (r Rule) Plan(leadMinutes int, from, start time.Time, tiers int) []Step {
	at := len(r.Bands) - 1
	for i, b := range r.Bands {
		if leadMinutes >= b.FromMinutes {
			at = i
			break
		}
	}
	band := r.Bands[at]
	due := band.instants(from, start, tiers)
	together := drawTogether(due, band, start)
	steps := make([]Step, 0, len(due))
	for tier, instant := range due {
		steps = append(steps, Step{Tier: tier, DueAt: instant, Why: r.why(at, tier, from, start, together)})
	}
	return steps
}

// instants are the due times as the rule has them, the bank's first.
func (b Band) instants(from, start time.Time, tiers int) []time.Time {
	due := []time.Time{from}
	for tier := 1; tier <= tiers; tier++ {
		next := due[tier-1].Add(minutes(b.EachMinutes))
		if tier == 1 {
			next = from.Add(minutes(b.First.AfterMinutes))
			if b.First.BeforeStartMinutes > 0 {
				next = latest(from, start.Add(-minutes(b.First.BeforeStartMinutes)))
			}
		}
		due = append(due, next)
	}
	return due
}

// drawTogether shortens the delays in proportion where the last step would not
// come before the start, and reports whether it did. The first instant that the
// delays count from stays where it is.
func drawTogether(due []time.Time, b Band, start time.Time) bool {
	last := len(due) - 1
	if due[last].Before(start) {
		return false
	}
	anchor, turn := due[0], minutes(b.EachMinutes)
	if b.First.BeforeStartMinutes > 0 {
		anchor = due[1]
	} else if last == 1 {
		turn = minutes(b.First.AfterMinutes)
	}
	room, needed := start.Sub(anchor), due[last].Sub(anchor)+max(turn, time.Minute)
	for i := range due {
		if waited := due[i].Sub(anchor); waited > 0 {
			share := float64(waited) / float64(needed)
			due[i] = anchor.Add(time.Duration(share * float64(room)).Truncate(time.Second))
		}
	}
	return true
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
