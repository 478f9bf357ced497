package cascade

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
)

// Outcome is what became of a step.
type Outcome string

// The outcomes of a step.
const (
	Planned Outcome = "planned"
	Opened  Outcome = "opened"
	Empty   Outcome = "empty"
	Stopped Outcome = "stopped"
)

// Position is where a moment of a timeline stands against the shift's present.
type Position string

// The positions. Now is the step that is open at present; None of a shift that
// has ended.
const (
	Done  Position = "done"
	Now   Position = "now"
	Next  Position = "next"
	Later Position = "later"
	Never Position = "never" // planned, and stopped before it came
)

// Moment is one line of a timeline.
type Moment struct {
	At       time.Time
	Position Position
	Tier     int    // -1 where no tier is meant
	Title    string // "Tier 1"
	Text     string // "Opened to 6 agencies"
	Why      string // the rule's words
	Agencies int    // told by this step
	Seen     int    // of them, how many have looked
}

// Timeline is what happened to a shift and what will, in order.
type Timeline struct {
	Moments []Moment
	RuleID  tenants.ID // zero: the shift does not cascade
	Stopped *time.Time
	Why     shifts.Status // why it stopped
}

// stepRow is a step of one shift's plan.
type stepRow struct {
	ShiftID    tenants.ID
	RuleID     tenants.ID
	StoppedAt  *time.Time
	StoppedWhy string
	StartsAt   time.Time
	Tier       int
	DueAt      time.Time
	DoneAt     *time.Time
	Outcome    Outcome
	Agencies   int
	Why        string
}

// reached reports that the step was taken while the shift still followed the plan.
func (r stepRow) reached() bool {
	return (r.Outcome == Opened || r.Outcome == Empty) && (r.StoppedAt == nil || r.DoneAt != nil && !r.DoneAt.After(*r.StoppedAt))
}

// Timeline tells the story of one shift: created, the bank, each tier with the
// agencies told and those that have looked, then what is to come.
func (s *Service) Timeline(ctx context.Context, tx *tenants.Tx, id tenants.ID) (Timeline, error) {
	sh, err := s.shifts.Get(ctx, tx, id.String())
	if err != nil {
		return Timeline{}, err
	}
	steps, err := stepsOf(ctx, tx, []tenants.ID{id})
	if err != nil {
		return Timeline{}, err
	}
	seen, err := seenBy(ctx, tx, sh)
	if err != nil {
		return Timeline{}, err
	}
	t := Timeline{Moments: []Moment{{At: sh.CreatedAt, Position: Done, Tier: -1, Title: "Created", Text: createdText(sh)}}}
	at := -1
	for _, st := range steps {
		t.RuleID, t.Stopped, t.Why = st.RuleID, st.StoppedAt, shifts.Status(st.StoppedWhy)
		m := Moment{At: st.DueAt, Tier: st.Tier, Title: title(st.Tier), Why: st.Why, Position: Later, Text: told(st.Tier, 0, Planned)}
		switch {
		case st.reached():
			m.Position, m.Agencies, m.Text = Done, st.Agencies, told(st.Tier, st.Agencies, st.Outcome)
			at = len(t.Moments)
		case st.StoppedAt != nil || st.Outcome == Stopped:
			m.Position, m.Text = Never, told(st.Tier, 0, Stopped)
		case at >= 0 && t.Moments[len(t.Moments)-1].Position != Next && t.Moments[len(t.Moments)-1].Position != Later:
			m.Position = Next
		}
		t.Moments = append(t.Moments, m)
	}
	t.count(seen)
	if at >= 0 && t.Stopped == nil && sh.Status == shifts.StatusOpen {
		t.Moments[at].Position = Now
	}
	t.Moments = append(t.Moments, ending(sh, tx.Now))
	return t, nil
}

// count puts who has looked beside the first step that told anybody of the tier
// or those below it.
func (t *Timeline) count(seen map[time.Time]int) {
	for i := range t.Moments {
		if m := &t.Moments[i]; m.Tier > 0 && m.Agencies > 0 {
			m.Seen = seen[m.At.UTC()]
			if m.Seen > 0 {
				m.Text += fmt.Sprintf(", %d seen", m.Seen)
			}
		}
	}
}

func createdText(sh shifts.Shift) string {
	text := "By " + sh.CreatedBy
	if sh.CreatedBy == "" {
		text = "By " + sh.Source
	}
	if sh.Retrospective {
		return text + ", after it began: it does not cascade"
	}
	return text + ", " + length(sh.LeadMinutes) + " before the start"
}

func title(tier int) string {
	if tier == 0 {
		return "Bank"
	}
	return "Tier " + fmt.Sprint(tier)
}

// ending is the last line: the start that lies ahead, or how the shift ended.
func ending(sh shifts.Shift, now time.Time) Moment {
	m := Moment{At: sh.StartsAt, Position: Later, Tier: -1, Title: "Starts", Text: "The shift expires if nobody is booked by then"}
	if !sh.StartsAt.After(now) {
		m.Position, m.Text = Done, civil.Between(sh.StartsAt, sh.EndsAt)
	}
	if sh.EndedAt != nil {
		m.At, m.Position = *sh.EndedAt, Done
	}
	switch sh.Status {
	case shifts.StatusFilled:
		m.Title, m.Text = "Filled", "The cascade stopped"
	case shifts.StatusCancelled:
		m.Title, m.Text, m.Why = "Cancelled", "The cascade stopped", sh.EndedWhy
	case shifts.StatusExpired:
		m.Title, m.Text = "Expired", "The shift began with nobody booked"
	}
	return m
}

// stepsOf reads the plans that shifts follow or followed.
func stepsOf(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (rows []stepRow, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	err = tx.NewRaw(`
		select c.shift_id, p.rule_id, c.stopped_at, c.stopped_why, p.starts_at, s.tier, s.due_at, s.done_at, s.outcome, s.agencies, s.why
		from   cascades c
		join   cascade_plans p on p.owner_id = c.owner_id and p.id = c.plan_id
		join   cascade_steps s on s.owner_id = c.owner_id and s.plan_id = c.plan_id
		where  c.owner_id = ? and c.shift_id in (?)
		order  by c.shift_id, s.step`, tx.Me.ID, bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("cascade steps: %w", err)
	}
	return rows, nil
}

// seenBy counts the agencies that have looked, by the instant they were told.
func seenBy(ctx context.Context, tx *tenants.Tx, sh shifts.Shift) (map[time.Time]int, error) {
	var rows []struct {
		OpenedAt time.Time
		Seen     int
	}
	err := tx.NewRaw(`
		select opened_at, count(*) as seen
		from   releases
		where  tenant_id = ? and month = ? and shift_id = ? and seen_at is not null
		group  by opened_at`, sh.TenantID, month(sh.StartsAt), sh.ID).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("releases of shift %s: %w", sh.ID, err)
	}
	seen := map[time.Time]int{}
	for _, r := range rows {
		seen[r.OpenedAt.UTC()] = r.Seen
	}
	return seen, nil
}

// month is the partition of a release: that of the shift's start, in UTC.
func month(start time.Time) string { return start.UTC().Format("2006-01") + "-01" }

// State is a shift's cascade in a line of a board.
type State struct {
	Cascades bool       // there is a plan; a shift entered after the fact has none
	Tier     int        // the highest that is open
	NextTier int        // 0: there is none to come
	NextAt   *time.Time // when NextTier opens
	AllOpen  bool       // everything that was planned is open
	Stopped  bool
	Agencies int // told so far
	Seen     int // of them, how many have looked
}

// Text is the state as the board says it: "Tier 1 open, tier 2 at 14:00".
func (s State) Text(now time.Time) string {
	switch {
	case !s.Cascades:
		return "Not released"
	case s.Stopped:
		return "Stopped at " + TierName(s.Tier)
	}
	text := "Bank only"
	if s.Tier > 0 {
		text = title(s.Tier) + " open"
	}
	if s.NextAt == nil {
		if s.Tier > 0 {
			return "All tiers open"
		}
		return text
	}
	when := civil.ClockOf(*s.NextAt).String()
	if civil.DateOf(*s.NextAt) != civil.DateOf(now) {
		when = civil.When(*s.NextAt)
	}
	return text + ", " + TierName(s.NextTier) + " at " + when
}

// States gives the cascades of many shifts at once, for a board. It costs two
// reads; a shift without a cascade has the zero State.
func (s *Service) States(ctx context.Context, tx *tenants.Tx, ids []tenants.ID) (map[tenants.ID]State, error) {
	steps, err := stepsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	states, months := map[tenants.ID]State{}, map[string]bool{}
	for _, st := range steps {
		state := states[st.ShiftID]
		state.Cascades, state.Stopped = true, st.StoppedAt != nil
		months[month(st.StartsAt)] = true
		switch {
		case st.reached():
			state.Tier = st.Tier
		case st.Outcome == Planned && !state.Stopped && state.NextAt == nil:
			due := st.DueAt
			state.NextTier, state.NextAt = st.Tier, &due
		}
		state.AllOpen = state.NextAt == nil && !state.Stopped
		states[st.ShiftID] = state
	}
	return states, countTold(ctx, tx, states, months)
}

func countTold(ctx context.Context, tx *tenants.Tx, states map[tenants.ID]State, months map[string]bool) error {
	if len(states) == 0 {
		return nil
	}
	var ids []tenants.ID
	for id := range states {
		ids = append(ids, id)
	}
	var when []string
	for m := range months {
		when = append(when, m)
	}
	var rows []struct {
		ShiftID        tenants.ID
		Agencies, Seen int
	}
	err := tx.NewRaw(`
		select shift_id, count(*) as agencies, count(seen_at) as seen
		from   releases
		where  tenant_id = ? and month in (?) and shift_id in (?)
		group  by shift_id`, tx.Me.ID, bun.List(when), bun.List(ids)).Scan(ctx, &rows)
	if err != nil {
		return fmt.Errorf("releases: %w", err)
	}
	for _, r := range rows {
		state := states[r.ShiftID]
		state.Agencies, state.Seen = r.Agencies, r.Seen
		states[r.ShiftID] = state
	}
	return nil
}
