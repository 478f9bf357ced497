package proposals

import "wardbridge/tenants"

// Parties are whom a proposal concerns.
type Parties struct {
	Proposal   tenants.ID   `json:"proposal"`
	Shift      tenants.ID   `json:"shift"`
	Tenant     tenants.ID   `json:"tenant"`
	TenantKind tenants.Kind `json:"tenant_kind"`
	Agency     tenants.ID   `json:"agency"`
}

func (p *Proposal) parties(kind tenants.Kind) Parties {
	return Parties{Proposal: p.ID, Shift: p.ShiftID, Tenant: p.TenantID, TenantKind: kind, Agency: p.AgencyID}
}

func (p Parties) employer() []tenants.Party {
	return []tenants.Party{{ID: p.Tenant, Kind: p.TenantKind}}
}

func (p Parties) agency() []tenants.Party {
	return []tenants.Party{{ID: p.Agency, Kind: tenants.Agency}}
}

// Submitted says that an agency proposed a worker.
type Submitted struct{ Parties }

// EventName names the event in the log.
func (Submitted) EventName() string { return "proposals.submitted" }

// Audience is the employer.
func (e Submitted) Audience() []tenants.Party { return e.employer() }

// Withdrawn says that the agency took a proposal back.
type Withdrawn struct{ Parties }

// EventName names the event in the log.
func (Withdrawn) EventName() string { return "proposals.withdrawn" }

// Audience is the employer.
func (e Withdrawn) Audience() []tenants.Party { return e.employer() }

// Accepted says that the employer accepted a proposal and booked the worker.
type Accepted struct {
	Parties
	Booking tenants.ID `json:"booking"`
}

// EventName names the event in the log.
func (Accepted) EventName() string { return "proposals.accepted" }

// Audience is the agency; the worker hears of the booking.
func (e Accepted) Audience() []tenants.Party { return e.agency() }

// Declined says that the employer said no.
type Declined struct{ Parties }

// EventName names the event in the log.
func (Declined) EventName() string { return "proposals.declined" }

// Audience is the agency.
func (e Declined) Audience() []tenants.Party { return e.agency() }

// Closed says that proposals of one agency ended without an answer of their own:
// another was accepted, or the shift ended. There is one event per agency, since
// whoever hears an event may read it, and no agency may count the others. Why is
// closed or expired.
type Closed struct {
	Shift     tenants.ID   `json:"shift"`
	Tenant    tenants.ID   `json:"tenant"`
	Agency    tenants.ID   `json:"agency"`
	Why       Status       `json:"why"`
	Proposals []tenants.ID `json:"proposals"`
}

// EventName names the event in the log.
func (Closed) EventName() string { return "proposals.closed" }

// Audience is the agency.
func (e Closed) Audience() []tenants.Party {
	return []tenants.Party{{ID: e.Agency, Kind: tenants.Agency}}
}
