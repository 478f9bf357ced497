package shifts

import "wardbridge/tenants"

// Created says that shifts ask for cover from now on.
type Created struct {
	IDs []tenants.ID `json:"ids"`
}

// EventName names the event in the log.
func (Created) EventName() string { return "shifts.created" }

// Amended says that a shift's facts changed before anybody was told of it.
type Amended struct {
	ID tenants.ID `json:"id"`
}

// EventName names the event in the log.
func (Amended) EventName() string { return "shifts.amended" }

// Filled says that somebody is booked on a shift.
type Filled struct {
	ID tenants.ID `json:"id"`
}

// EventName names the event in the log.
func (Filled) EventName() string { return "shifts.filled" }

// Cancelled says that a shift is no longer needed.
type Cancelled struct {
	ID tenants.ID `json:"id"`
}

// EventName names the event in the log.
func (Cancelled) EventName() string { return "shifts.cancelled" }

// Expired says that shifts began before anybody was booked on them.
type Expired struct {
	IDs []tenants.ID `json:"ids"`
}

// EventName names the event in the log.
func (Expired) EventName() string { return "shifts.expired" }

// Imported says that a file was applied: the one event of a whole import.
type Imported struct {
	Import tenants.ID `json:"import"`
}

// EventName names the event in the log.
func (Imported) EventName() string { return "shifts.imported" }
