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

// Released says that one agency has been told of shifts: once for a batch. What
// it was told is in its releases opened from From to To. An event names one
// agency alone, so that none learns from another's who else was told.
type Released struct {
	Tenant tenants.ID `json:"tenant"`
	Agency tenants.ID `json:"agency"`
	Shifts int        `json:"shifts"`
	From   time.Time  `json:"from"` // the instants of the decisions
	To     time.Time  `json:"to"`
}

// EventName names the event in the log.
func (Released) EventName() string { return "cascade.released" }

// Audience is the agency that was told.
func (e Released) Audience() []tenants.Party {
	return []tenants.Party{{ID: e.Agency, Kind: tenants.Agency}}
}
