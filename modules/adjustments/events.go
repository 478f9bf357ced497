package adjustments

import (
	"wardbridge/internal/money"
	"wardbridge/tenants"
)

// Posted says that settled timesheets of an agency were adjusted. The agency is
// told: the next self-bill carries the lines.
type Posted struct {
	Adjustment tenants.ID  `json:"adjustment"`
	Ref        string      `json:"ref"`
	Reason     string      `json:"reason"`
	Tenant     tenants.ID  `json:"tenant"`
	Agency     tenants.ID  `json:"agency"`
	Timesheets int         `json:"timesheets"`
	NetPence   money.Pence `json:"net_pence"` // signed, before VAT
}

// EventName names the event in the log.
func (Posted) EventName() string { return "adjustments.posted" }

// Audience is the agency.
func (e Posted) Audience() []tenants.Party {
	return []tenants.Party{{ID: e.Agency, Kind: tenants.Agency}}
}
