package agencies

import "wardbridge/tenants"

// Ended says that an employer has ended an agreement: from now on the agency is
// released to no more, and what is open to it closes.
type Ended struct {
	Tenant    tenants.ID `json:"tenant"`
	Agency    tenants.ID `json:"agency"`
	Agreement tenants.ID `json:"agreement"`
}

// EventName is how subscribers know it.
func (Ended) EventName() string { return "agencies.ended" }

// Audience is the agency; the employer knows what it did.
func (e Ended) Audience() []tenants.Party {
	return []tenants.Party{{ID: e.Agency, Kind: tenants.Agency}}
}
