package approvals_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"wardbridge/modules/approvals"
	"wardbridge/tenants"
)

// model is the life of a request told again, in the fewest words.
type model struct {
	state           string
	late            bool
	asked, dueAt    time.Time
	lapsesAt, clock time.Time
}

// pass lets the model's clock run.
func (m *model) pass(to time.Time) {
	m.clock = to
	if m.state != "open" {
		return
	}
	if !m.lapsesAt.After(to) {
		m.late = m.late || m.dueAt.Before(m.lapsesAt)
		m.state = "lapsed"
		return
	}
	m.late = m.late || !m.dueAt.After(to)
}

// act says what an act should answer, and does it.
func (m *model) act(who, what string) string {
	may := map[string]bool{"director": true, "chief": m.late, "delegate": true}[who]
	switch {
	case what == "withdraw" && m.state == "open" && who != "requester":
		return "not_requester"
	case m.state != "open":
		return "approval_closed"
	case what == "withdraw":
		m.state = "withdrawn"
	case who == "requester":
		return "own_request"
	case !may:
		return "not_approver"
	default:
		m.state = map[string]string{"approve": "approved", "refuse": "refused"}[what]
	}
	return ""
}

// TestLife_isTheModels walks requests through random acts of random people while
// the clock runs, and compares every answer and every state with the model.
func TestLife_isTheModels(t *testing.T) {
	t.Parallel()
	w := employer(t, tuesday)
	people := map[string]tenants.ID{"director": w.holder("Dan Director", approvals.ExecutiveDirector), "chief": w.holder("Carys Chief", approvals.ChiefExecutive),
		"delegate": w.person("Del Egate", "approver"), "requester": w.holder("Priya Raman", approvals.ExecutiveDirector), "stranger": w.person("Stan Ranger", "approver")}
	w.delegateFor(people["director"], people["delegate"], 300*24*time.Hour)
	names := []string{"director", "chief", "delegate", "requester", "stranger"}
	dice := rand.New(rand.NewPCG(3, 41))
	ends := map[string]int{}
	for round := range 30 {
		var now time.Time
		w.must(people["requester"], func(_ context.Context, tx *tenants.Tx) error { now = tx.Now; return nil })
		d := draft(approvals.OverCap)
		d.Until = now.Add(time.Duration(60+dice.IntN(180)) * time.Minute)
		r := w.ask(people["requester"], d)
		m := &model{state: "open", asked: r.AskedAt, dueAt: *r.DueAt, lapsesAt: *r.LapsesAt, clock: r.AskedAt}
		told := ""
		for step := 0; step < 6; step++ {
			if dice.IntN(2) == 0 {
				m.pass(m.clock.Add(time.Duration(5+dice.IntN(70)) * time.Minute))
				w.clockAt(m.clock)
				told += fmt.Sprintf(" +%s", m.clock.Sub(r.AskedAt).Round(time.Minute))
			} else {
				who, what := names[dice.IntN(len(names))], []string{"approve", "refuse", "withdraw"}[dice.IntN(3)]
				if what == "withdraw" && dice.IntN(2) == 0 {
					who = "requester"
				}
				if what != "withdraw" && who != "stranger" && dice.IntN(2) == 0 {
					who = "stranger" // otherwise hardly any would live to be late
				}
				want, got := m.act(who, what), w.try(people[who], r.ID, what)
				told += fmt.Sprintf(" %s %ss", who, what)
				if got != want {
					t.Fatalf("round %d,%s: %q, the model says %q", round, told, got, want)
				}
			}
			if got, dec := w.get(r.ID); string(got.State) != m.state || (got.EscalatedAt != nil) != m.late || (dec != nil) != (m.state == "approved" || m.state == "refused") {
				t.Fatalf("round %d,%s: %s late %v, the model says %s late %v", round, told, got.State, got.EscalatedAt != nil, m.state, m.late)
			}
		}
		ends[m.state]++
	}
	for _, s := range []string{"open", "approved", "refused", "withdrawn", "lapsed"} {
		if ends[s] == 0 {
			t.Errorf("no request ended %s: %v", s, ends)
		}
	}
}
