package workers

import "wardbridge/tenants"

// Confirmed says that a person has confirmed an agency's record of them.
type Confirmed struct {
	Agency         tenants.ID `json:"agency"`
	Worker         tenants.ID `json:"worker"`
	Representation tenants.ID `json:"representation"`
}

// EventName is how subscribers know it.
func (Confirmed) EventName() string { return "workers.confirmed" }

// Audience is the agency, who may now plan with the person's own diary.
func (e Confirmed) Audience() []tenants.Party {
	return []tenants.Party{{ID: e.Agency, Kind: tenants.Agency}}
}
