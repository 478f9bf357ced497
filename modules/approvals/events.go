package approvals

import "wardbridge/tenants"

// Asked says that somebody's approval is waited for.
type Asked struct {
	Request tenants.ID `json:"request"`
}

// EventName is how subscribers know it.
func (Asked) EventName() string { return "approvals.asked" }

// Escalated says that an answer is late: others may decide as well by now.
type Escalated struct {
	Request tenants.ID `json:"request"`
}

// EventName is how subscribers know it.
func (Escalated) EventName() string { return "approvals.escalated" }

// Decided says that a request is no longer open, however it was closed. Kind and
// Subject are the caller's own, so that each caller hears of its own alone.
type Decided struct {
	Request tenants.ID `json:"request"`
	Kind    string     `json:"kind"`
	Subject tenants.ID `json:"subject"`
}

// EventName is how subscribers know it.
func (Decided) EventName() string { return "approvals.decided" }
