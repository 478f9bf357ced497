package shifts

import (
	"time"

	"github.com/uptrace/bun"

	"wardbridge/tenants"
)

// Shift is one person's cover that an employer asks for. Fields that the reading
// party has no right to see are zero: an agency has no CostCentre, no ExternalRef
// and no EndedWhy, a worker neither those nor Reason.
type Shift struct {
	bun.BaseModel `bun:"table:shifts,alias:shift"`

	TenantID      tenants.ID  `bun:"tenant_id,pk"`
	HostID        *tenants.ID `bun:"host_id"`
	ID            tenants.ID  `bun:"id,pk"`
	Ref           string      `bun:"ref"` // KUH-40841
	Status        Status      `bun:"status"`
	Source        string      `bun:"source"`
	ExternalRef   string      `bun:"external_ref,nullzero"`
	Place         int         `bun:"place"` // 1 to n of a request for n people
	ImportID      *tenants.ID `bun:"import_id"`
	SiteID        tenants.ID  `bun:"site_id"`
	WardID        tenants.ID  `bun:"ward_id"`
	StaffGroup    string      `bun:"staff_group"`
	Grade         string      `bun:"grade"`
	Specialty     string      `bun:"specialty"`
	StartsAt      time.Time   `bun:"starts_at"`
	EndsAt        time.Time   `bun:"ends_at"`
	BreakMinutes  int         `bun:"break_minutes"`
	Reason        string      `bun:"reason"`
	CostCentre    string      `bun:"cost_centre"`
	Notes         string      `bun:"notes"` // agencies and the worker read these
	Retrospective bool        `bun:"retrospective"`
	LeadMinutes   int         `bun:"lead_minutes"` // from creation to start
	CreatedAt     time.Time   `bun:"created_at"`
	CreatedBy     string      `bun:"created_by"`
	EndedAt       *time.Time  `bun:"ended_at"` // filled, cancelled or expired
	EndedWhy      string      `bun:"ended_why"`
	Version       int64       `bun:"version"`
}

// Minutes is how long the shift is, its break included: elapsed time, which on
// two nights a year is not what the clocks say.
func (s *Shift) Minutes() int { return int(s.EndsAt.Sub(s.StartsAt) / time.Minute) }

// PaidMinutes is the length without the unpaid break.
func (s *Shift) PaidMinutes() int { return s.Minutes() - s.BreakMinutes }

// Long reports that the shift is over 16 hours, which is allowed and said.
func (s *Shift) Long() bool { return s.Minutes() > longMinutes }

// What each kind of party may read; the database grants exactly these.
var (
	workerColumns = []string{"tenant_id", "id", "ref", "status", "site_id", "ward_id", "staff_group", "grade", "specialty",
		"starts_at", "ends_at", "break_minutes", "notes"}
	agencyColumns   = append([]string{"reason", "lead_minutes", "created_at", "ended_at"}, workerColumns...)
	employerColumns = append([]string{"host_id", "source", "external_ref", "place", "import_id", "cost_centre",
		"retrospective", "created_by", "ended_why", "version"}, agencyColumns...)
)

func columns(kind tenants.Kind) []string {
	switch kind {
	case tenants.Worker:
		return workerColumns
	case tenants.Agency:
		return agencyColumns
	}
	return employerColumns
}
