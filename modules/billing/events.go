package billing

import "wardbridge/tenants"

// Issued says that a self-bill has been issued. The agency is told: it is its
// own invoice.
type Issued struct {
	Bill   tenants.ID `json:"bill"`
	Run    tenants.ID `json:"run"`
	Tenant tenants.ID `json:"tenant"`
	Agency tenants.ID `json:"agency"`
}

// EventName names the event in the log.
func (Issued) EventName() string { return "billing.issued" }

// Audience is the agency.
func (e Issued) Audience() []tenants.Party {
	return []tenants.Party{{ID: e.Agency, Kind: tenants.Agency}}
}
