package bookings

import "wardbridge/tenants"

// Parties are whom a booking concerns. Every event of this module carries them
// and is told to the agency and to the worker; the employer caused it.
type Parties struct {
	Booking tenants.ID `json:"booking"`
	Shift   tenants.ID `json:"shift"`
	Tenant  tenants.ID `json:"tenant"`
	Agency  tenants.ID `json:"agency"`
	Worker  tenants.ID `json:"worker"`
}

// Audience is the agency and the worker.
func (p Parties) Audience() []tenants.Party {
	return []tenants.Party{{ID: p.Agency, Kind: tenants.Agency}, {ID: p.Worker, Kind: tenants.Worker}}
}

func (b *Booking) parties() Parties {
	return Parties{Booking: b.ID, Shift: b.ShiftID, Tenant: b.TenantID, Agency: b.AgencyID, Worker: b.WorkerID}
}

// Confirmed says that a worker is booked on a shift.
type Confirmed struct{ Parties }

// EventName names the event in the log.
func (Confirmed) EventName() string { return "bookings.confirmed" }

// Cancelled says that a booking was called off before it began.
type Cancelled struct{ Parties }

// EventName names the event in the log.
func (Cancelled) EventName() string { return "bookings.cancelled" }

// NotAttended says that nobody came.
type NotAttended struct{ Parties }

// EventName names the event in the log.
func (NotAttended) EventName() string { return "bookings.not-attended" }
