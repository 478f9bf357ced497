package workers

import (
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/paging"
	"wardbridge/tenants"
)

// Refusals.
var (
	ErrAgencyOnly         = fault.New(fault.Forbidden, "agencies_only", "Workers are kept by their agencies. You see those who are proposed to you or booked with you.")
	ErrWorkerOnly         = fault.New(fault.Forbidden, "workers_only", "This is for a clinician about themselves. Switch to your own schedule first.")
	ErrRegistration       = fault.New(fault.Invalid, "registration_invalid", "This registration number does not have the form of its register.")
	ErrAlreadyRepresented = fault.New(fault.Conflict, "already_represented", "This agency represents you under another record already. Ask the agency to archive one of them.")
	ErrArchived           = fault.New(fault.Conflict, "worker_archived", "This worker has been archived.")
	ErrBornOnFixed        = fault.New(fault.Conflict, "date_of_birth_fixed", "A date of birth is not changed here, because agencies' records match on it. Contact support.")
)

// Representation is an agency's own record of a person whom it supplies.
type Representation struct {
	bun.BaseModel `bun:"table:representations,alias:r" json:"-"`

	AgencyID       tenants.ID
	WorkerID       tenants.ID `bun:",nullzero"` // the person, once they have confirmed
	ID             tenants.ID
	Name           string
	Email          string // empty to the worker
	StaffGroup     string
	Grade          string
	RegisterBody   string
	RegisterNumber string
	BornOn         civil.Date // none to the worker
	CreatedAt      time.Time
	ArchivedAt     time.Time `bun:",nullzero"`
	ConfirmedAt    time.Time `bun:",nullzero"`
	Version        int64
}

// ETag names this state of the record.
func (w Representation) ETag() string {
	return strconv.FormatInt(w.Version, 10) + "-" + strconv.FormatInt(w.ConfirmedAt.Unix(), 36)
}

// Person is the id under which this worker's bookings and checks are kept: the
// person's if they have confirmed, else the record's own.
func (w Representation) Person() tenants.ID {
	if w.WorkerID != (tenants.ID{}) {
		return w.WorkerID
	}
	return w.ID
}

// Confirmed reports whether the person has said that this is them.
func (w Representation) Confirmed() bool { return w.WorkerID != (tenants.ID{}) }

// Archived reports whether the agency has put the record away.
func (w Representation) Archived() bool { return !w.ArchivedAt.IsZero() }

// Warnings are what an agency should look at in a record that is not wrong.
func (w Representation) Warnings() []string { return warnings(w.RegisterBody, w.RegisterNumber) }

// Facts is what an agency knows of a person.
type Facts struct {
	Name           string
	Email          string
	StaffGroup     string
	Grade          string
	RegisterBody   string // GMC, NMC ...; none for jobs without a register
	RegisterNumber string
	BornOn         civil.Date
}

// Profile is what a person says of themselves.
type Profile struct {
	bun.BaseModel `bun:"table:worker_profiles,alias:p" json:"-"`

	OwnerID        tenants.ID
	ID             tenants.ID
	Name           string
	StaffGroup     string
	Grade          string
	RegisterBody   string
	RegisterNumber string
	BornOn         civil.Date
	Phone          string
}

// Match is a record of some agency that has the strong keys of the person who
// looks: the date of birth and the register number, or the sign-in address.
type Match struct {
	AgencyID tenants.ID
	ID       tenants.ID // of the representation
	Agency   string
	Grade    string
}

// Filter narrows an agency's list of workers. Its zero value is the first page
// of those not archived, by name.
type Filter struct {
	StaffGroup string
	Grade      string
	Q          string // part of a name or a register number
	Archived   bool   // those put away instead
	Cursor     paging.Cursor
	Limit      int
}

// known is what Facts are checked against.
type known struct {
	groups map[string]bool
	grades map[string]string // grade -> its staff group
	today  civil.Date
}

// check puts facts into one spelling, or refuses them all at once.
func (k known) check(f *Facts) error {
	f.Name, f.Email = strings.Join(strings.Fields(f.Name), " "), strings.ToLower(strings.TrimSpace(f.Email))
	var fields []fault.Field
	if n := len([]rune(f.Name)); n < 2 || n > 120 {
		fields = append(fields, fault.Field{Name: "name", Code: "wrong_length", Text: "Give the name, with 2 to 120 characters.", Value: f.Name})
	}
	if f.Email != "" && !strings.Contains(strings.Trim(f.Email, "@"), "@") {
		fields = append(fields, fault.Field{Name: "email", Code: "wrong_format", Text: "This is not an e-mail address.", Value: f.Email})
	}
	fields = append(fields, k.job(f.StaffGroup, f.Grade)...)
	body, number, wrong := register(f.StaffGroup, f.RegisterBody, f.RegisterNumber)
	f.RegisterBody, f.RegisterNumber = body, number
	fields = append(fields, wrong...)
	if k.today.Year-f.BornOn.Year < 16 || k.today.Year-f.BornOn.Year > 90 {
		fields = append(fields, fault.Field{Name: "born_on", Code: "out_of_range", Text: "Check the date of birth. A worker is between 16 and 90 years old.", Value: f.BornOn.String()})
	}
	if len(wrong) > 0 && len(wrong) == len(fields) {
		return ErrRegistration.With(fields...)
	}
	if len(fields) > 0 {
		return fault.ErrInvalid.With(fields...)
	}
	return nil
}

func (k known) job(group, grade string) []fault.Field {
	of, ok := k.grades[grade]
	switch {
	case !k.groups[group]:
		return []fault.Field{{Name: "staff_group", Code: "unknown", Text: "There is no such staff group. Choose one from the list.", Value: group}}
	case !ok:
		return []fault.Field{{Name: "grade", Code: "unknown", Text: "There is no such grade. Choose one from the list.", Value: grade}}
	case of != group:
		return []fault.Field{{Name: "grade", Code: "other_staff_group", Text: "This grade belongs to another staff group.", Value: grade}}
	}
	return nil
}
