package cascade

import (
	"time"

	"wardbridge/tenants"
)

// The kinds of due work that are this module's own. The subject is a plan.
const (
	dueStep   = "cascade.step"
	dueExpire = "shift.expire"
)

// Released says that agencies have been told of shifts: once for a batch. What
// an agency was told is in its releases opened from From to To.
type Released struct {
	Tenant   tenants.ID   `json:"tenant"`
	Agencies []tenants.ID `json:"agencies"`
	Shifts   int          `json:"shifts"`
	From     time.Time    `json:"from"` // the instants of the decisions
	To       time.Time    `json:"to"`
}

// EventName names the event in the log.
func (Released) EventName() string { return "cascade.released" }

// Audience is the agencies that were told.
func (e Released) Audience() []tenants.Party {
	all := make([]tenants.Party, len(e.Agencies))
	for i, id := range e.Agencies {
		all[i] = tenants.Party{ID: id, Kind: tenants.Agency}
	}
	return all
}
