package approvals

import (
	"slices"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/tenants"
)

// Appointment is a person in an office, for a period.
type Appointment struct {
	bun.BaseModel `bun:"table:approval_offices,alias:office" json:"-"`

	OwnerID     tenants.ID
	ID          tenants.ID
	Office      Office
	PersonID    tenants.ID
	PersonName  string
	FromOn      civil.Date
	UntilOn     civil.Date // last day; none: until ended
	AppointedAt time.Time
	AppointedBy string
	EndedAt     time.Time `bun:",nullzero"`
}

// On reports whether the appointment holds at an instant.
func (a Appointment) On(now time.Time) bool {
	day := civil.DateOf(now)
	return a.EndedAt.IsZero() && !a.FromOn.After(day) && (a.UntilOn.IsZero() || !day.After(a.UntilOn))
}

// end takes the person out of the office at once.
func (a *Appointment) end(now time.Time) error {
	if !a.EndedAt.IsZero() || !a.UntilOn.IsZero() && civil.DateOf(now).After(a.UntilOn) {
		return ErrSettled
	}
	a.EndedAt = now
	return nil
}

// Delegation lets somebody decide in a holder's stead.
type Delegation struct {
	bun.BaseModel `bun:"table:approval_delegations,alias:delegation" json:"-"`

	OwnerID      tenants.ID
	ID           tenants.ID
	Office       Office
	HolderID     tenants.ID
	HolderName   string
	DelegateID   tenants.ID
	DelegateName string
	StartsAt     time.Time
	EndsAt       time.Time
	LimitRate    money.Rate
	LimitPence   money.Pence
	MadeAt       time.Time
	RevokedAt    time.Time `bun:",nullzero"`
	RevokedBy    string
}

// On reports whether the delegation runs at an instant. Whether its holder still
// holds the office is the register's to say.
func (d Delegation) On(now time.Time) bool {
	return d.RevokedAt.IsZero() && !now.Before(d.StartsAt) && now.Before(d.EndsAt)
}

// covers reports whether a request is within the delegation's limit.
func (d Delegation) covers(r Request) bool {
	return !above(d.LimitRate, d.LimitPence, r.Rate, r.TotalPence)
}

// revoke ends the delegation at once.
func (d *Delegation) revoke(who string, now time.Time) error {
	if !d.RevokedAt.IsZero() || !now.Before(d.EndsAt) {
		return ErrSettled
	}
	d.RevokedAt, d.RevokedBy = now, who
	return nil
}

// register is who holds what at one instant.
type register struct {
	now         time.Time
	offices     []Appointment
	delegations []Delegation
}

// holds reports whether a person holds an office now.
func (g register) holds(person tenants.ID, office Office) bool {
	return slices.ContainsFunc(g.offices, func(a Appointment) bool { return a.PersonID == person && a.Office == office && a.On(g.now) })
}

// runs reports whether a delegation is in force: its time, and its holder's office.
func (g register) runs(d Delegation) bool { return d.On(g.now) && g.holds(d.HolderID, d.Office) }

// holders are those who hold an office now.
func (g register) holders(office Office) (people []tenants.ID) {
	for _, a := range g.offices {
		if a.Office == office && a.On(g.now) {
			people = append(people, a.PersonID)
		}
	}
	return people
}

// Capacity is in which way somebody decides.
type Capacity struct {
	As         Approver
	Delegation Delegation // the zero value: in their own right
	Interim    bool       // out of hours, to be ratified
}

// standing is somebody who wants to decide, and what they are.
type standing struct {
	person tenants.ID
	roles  []string
}

// may says in which capacity a person decides a request, or why not. asleep says
// that it is out of hours now.
func (g register) may(s standing, r Request, asleep bool) (Capacity, error) {
	if r.State != Open {
		return Capacity{}, r.closed()
	}
	if s.person == (tenants.ID{}) {
		return Capacity{}, ErrNobody
	}
	if slices.Contains(r.Barred, s.person) {
		return Capacity{}, ErrOwnRequest
	}
	refused := error(ErrNotApprover)
	for _, a := range r.waitsFor(asleep) {
		over := r.limits(a)
		interim := !slices.Contains(r.Asked, a)
		if g.is(s, a) {
			if !over {
				return Capacity{As: a, Interim: interim}, nil
			}
			refused = ErrOverLimit
			continue
		}
		for _, d := range g.delegations {
			if d.DelegateID != s.person || a.Office() == "" || d.Office != a.Office() || !g.runs(d) {
				continue
			}
			switch {
			case slices.Contains(r.Barred, d.HolderID):
				refused = ErrOwnRequest
			case over || !d.covers(r):
				refused = ErrOverLimit
			default:
				return Capacity{As: a, Delegation: d, Interim: interim}, nil
			}
		}
	}
	return Capacity{}, refused
}

// is reports whether somebody is the approver in their own right.
func (g register) is(s standing, a Approver) bool {
	switch {
	case a.Office() != "":
		return g.holds(s.person, a.Office())
	case a.Role() != "":
		return slices.Contains(s.roles, a.Role())
	}
	return a.Person() == s.person
}

// passed reports whether a request waits for somebody to whom this person has
// delegated an office.
func (g register) passed(s standing, r Request, asleep bool) bool {
	return r.State == Open && !slices.Contains(r.Barred, s.person) && slices.ContainsFunc(g.delegations, func(d Delegation) bool {
		return d.HolderID == s.person && g.runs(d) && d.covers(r) && slices.Contains(r.waitsFor(asleep), OfOffice(d.Office))
	})
}
