package approvals

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/tenants"
)

// Condition is why an approval is needed, as the caller found it.
type Condition string

// The conditions, in the order in which people read them.
const (
	WithinCap       Condition = "within_cap"
	OverCap         Condition = "over_cap"
	HundredAnHour   Condition = "hundred_an_hour"
	OffFramework    Condition = "off_framework"
	RestrictedGroup Condition = "restricted_group"
	InterimVSM      Condition = "interim_vsm"
)

// Conditions are all of them.
var Conditions = []Condition{WithinCap, OverCap, HundredAnHour, OffFramework, RestrictedGroup, InterimVSM}

// Office is what a person holds by appointment, whatever their role on the pages.
type Office string

// The offices.
const (
	ChiefExecutive    Office = "chief_executive"
	ExecutiveDirector Office = "executive_director"
	ExecutiveOnCall   Office = "executive_on_call"
	ServiceManager    Office = "service_manager"
)

// Offices are all of them, highest first.
var Offices = []Office{ChiefExecutive, ExecutiveDirector, ExecutiveOnCall, ServiceManager}

// rank orders offices; whoever holds none has 1.
func (o Office) rank() int {
	switch o {
	case ChiefExecutive:
		return 4
	case ExecutiveDirector, ExecutiveOnCall:
		return 3
	case ServiceManager:
		return 2
	}
	return 1
}

// Approver is who answers: an office, a role or a person, such as
// office:chief_executive, role:ward_manager or person:<id>.
type Approver string

// The kinds of approver.
const (
	byOffice = "office:"
	byRole   = "role:"
	byPerson = "person:"
)

// OfOffice is the approver who holds an office.
func OfOffice(o Office) Approver { return Approver(byOffice + string(o)) }

// OfRole is the approver who has a role.
func OfRole(role string) Approver { return Approver(byRole + role) }

// OfPerson is one named person.
func OfPerson(id tenants.ID) Approver { return Approver(byPerson + id.String()) }

// Office is the office behind an approver, or none.
func (a Approver) Office() Office {
	o, _ := strings.CutPrefix(string(a), byOffice)
	if !slices.Contains(Offices, Office(o)) {
		return ""
	}
	return Office(o)
}

// Role is the role behind an approver, or none.
func (a Approver) Role() string {
	if role, ok := strings.CutPrefix(string(a), byRole); ok {
		return role
	}
	return ""
}

// Person is the person behind an approver, or none.
func (a Approver) Person() tenants.ID {
	if id, ok := strings.CutPrefix(string(a), byPerson); ok {
		if p, err := parseID(id); err == nil {
			return p
		}
	}
	return tenants.ID{}
}

// Rule is how one condition is answered. A request keeps its own copy.
type Rule struct {
	bun.BaseModel `bun:"table:approval_rules,alias:rule" json:"-"`

	OwnerID           tenants.ID  `json:"-"`
	ID                tenants.ID  `json:"id"` // zero: the national default
	Condition         Condition   `json:"condition"`
	Approvers         []Approver  `bun:",array" json:"approvers"`
	LimitRate         money.Rate  `json:"limit_rate"`  // up to which they decide; 0: any
	LimitPence        money.Pence `json:"limit_pence"` // in total; 0: any
	ReasonRequired    bool        `json:"reason_required"`
	StatementRequired bool        `json:"statement_required"`
	Evidence          []string    `bun:",array" json:"evidence"` // names of what must be shown
	EscalateMinutes   int         `json:"escalate_minutes"`      // 0: never
	EscalateTo        []Approver  `bun:",array" json:"escalate_to"`
	OutOfHours        Office      `json:"out_of_hours"` // who may decide at night, to be ratified
	HoursFrom         civil.Clock `json:"hours_from"`   // working hours, Monday to Friday
	HoursTo           civil.Clock `json:"hours_to"`
	FromAt            time.Time   `json:"from_at"`
	UntilAt           time.Time   `bun:",nullzero" json:"-"`
	SupersededAt      time.Time   `bun:",nullzero" json:"-"`
	Source            string      `json:"source"`
	MadeAt            time.Time   `json:"-"`
	MadeBy            string      `json:"-"`

	Mark string `bun:"-" json:"mark"` // of a national default: official, derived, indicative
}

// National reports whether the rule is the national default.
func (r Rule) National() bool { return r.ID == (tenants.ID{}) }

// rank is how high the lowest of those stands who may answer.
func (r Rule) rank() int {
	least := ChiefExecutive.rank()
	for _, a := range r.Approvers {
		least = min(least, a.Office().rank())
	}
	return least
}

// over reports whether figures are above the rule's limit. A figure that is not
// known is above any limit on it.
func (r Rule) over(rate money.Rate, total money.Pence) bool {
	return above(r.LimitRate, r.LimitPence, rate, total)
}

func above(limitRate money.Rate, limitPence money.Pence, rate money.Rate, total money.Pence) bool {
	return !limitRate.IsZero() && (rate.IsZero() || rate.Cmp(limitRate) > 0) ||
		limitPence != 0 && (total == 0 || total > limitPence)
}

// strictest is the rule that says who answers when several conditions hold: the
// one whose lowest approver stands highest, and of equals one without an office
// for out of hours. Equals add up: the lowest limits hold, and above them whoever
// any of the rules names.
func strictest(rules []Rule) Rule {
	best := rules[0]
	for _, r := range rules[1:] {
		switch {
		case r.rank() > best.rank():
			best = r
		case r.rank() == best.rank() && best.OutOfHours != "" && r.OutOfHours == "":
			best = r.with(best)
		case r.rank() == best.rank():
			best = best.with(r)
		}
	}
	return best
}

// with is the rule bound by the limits of an equal one as well. Nobody whom one of
// them limits, or who stands below both, is let past by the other; where that
// leaves nobody, the highest office answers.
func (r Rule) with(other Rule) Rule {
	further := slices.DeleteFunc(unique(slices.Concat(r.EscalateTo, other.EscalateTo)), func(a Approver) bool {
		both := slices.Contains(r.EscalateTo, a) && slices.Contains(other.EscalateTo, a)
		return r.holds(a) || other.holds(a) || a.Office().rank() < r.rank() && !both
	})
	r.LimitRate, r.LimitPence = lowest(r.LimitRate, other.LimitRate), lower(r.LimitPence, other.LimitPence)
	r.EscalateMinutes = lower(r.EscalateMinutes, other.EscalateMinutes)
	if len(further) == 0 && r.limited() {
		further = []Approver{OfOffice(Offices[0])}
	}
	r.EscalateTo = further
	return r
}

func (r Rule) limited() bool { return !r.LimitRate.IsZero() || r.LimitPence != 0 }

// holds reports that somebody decides up to the rule's limit alone.
func (r Rule) holds(a Approver) bool {
	return r.limited() && slices.Contains(r.Approvers, a) && !slices.Contains(r.EscalateTo, a)
}

// lower is the smaller of two amounts of which 0 is none.
func lower[T int | money.Pence](a, b T) T {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

func lowest(a, b money.Rate) money.Rate {
	if a.IsZero() || !b.IsZero() && b.Cmp(a) < 0 {
		return b
	}
	return a
}

// Change is a rule that an employer makes of its own, from a day on.
type Change struct {
	Condition         Condition
	FromOn            civil.Date // none, or today: at once
	Approvers         []Approver
	LimitRate         money.Rate
	LimitPence        money.Pence
	ReasonRequired    bool
	StatementRequired bool
	Evidence          []string
	EscalateMinutes   int
	EscalateTo        []Approver
	OutOfHours        Office
	HoursFrom         civil.Clock
	HoursTo           civil.Clock
	Source            string
}

// rule is the change as it would be written, checked against the national
// default that it replaces.
func (c Change) rule(me tenants.ID, national Default, who string, now time.Time) (Rule, error) {
	r := Rule{OwnerID: me, ID: tenants.NewID(), Condition: c.Condition, Approvers: unique(c.Approvers), LimitRate: c.LimitRate, LimitPence: c.LimitPence,
		ReasonRequired: c.ReasonRequired, StatementRequired: c.StatementRequired, Evidence: unique(c.Evidence), EscalateMinutes: c.EscalateMinutes,
		EscalateTo: unique(c.EscalateTo), OutOfHours: c.OutOfHours, HoursFrom: c.HoursFrom, HoursTo: c.HoursTo, FromAt: now,
		Source: strings.TrimSpace(c.Source), MadeAt: now, MadeBy: who}
	today := civil.DateOf(now)
	if c.FromOn.After(today) {
		r.FromAt = c.FromOn.Midnight()
	}
	wrong := r.wrong()
	if !c.FromOn.IsZero() && c.FromOn.Before(today) {
		wrong = append(wrong, field("from_on", ErrUnknownChoice, "A rule starts today or later. What was asked before keeps the rule it was asked under.", c.FromOn.String()))
	}
	if len(wrong) > 0 {
		return r, fault.ErrInvalid.With(wrong...)
	}
	if loose := r.looser(national); len(loose) > 0 {
		return r, ErrBelowMinimum.With(loose...)
	}
	return r, nil
}

// wrong names what is wrong with a rule by itself.
func (r Rule) wrong() (fields []fault.Field) {
	refuse := func(bad bool, name, text, value string) {
		if bad {
			fields = append(fields, field(name, ErrUnknownChoice, text, value))
		}
	}
	refuse(len(r.Approvers) == 0 || len(r.Approvers) > 8, "approvers", "Name one to eight who may answer.", fmt.Sprint(len(r.Approvers)))
	for name, all := range map[string][]Approver{"approvers": r.Approvers, "escalate_to": r.EscalateTo} {
		for _, a := range all {
			refuse(a.Office() == "" && a.Role() == "" && a.Person() == (tenants.ID{}), name, "Choose an office, a role or a person.", string(a))
		}
	}
	refuse(r.limited() && len(r.EscalateTo) == 0, "escalate_to", "Say who answers above the limit.", "")
	refuse(r.LimitPence < 0 || r.LimitRate.Cmp(money.Rate{}) < 0, "limit_rate", "A limit is more than nothing.", r.LimitRate.String())
	refuse(r.EscalateMinutes < 0 || r.EscalateMinutes > 7*24*60, "escalate_minutes", "Give minutes from 0, for never, to 10080, for a week.", fmt.Sprint(r.EscalateMinutes))
	refuse(len(r.EscalateTo) > 8, "escalate_to", "Name at most eight.", fmt.Sprint(len(r.EscalateTo)))
	refuse(r.OutOfHours != "" && r.OutOfHours != ExecutiveOnCall, "out_of_hours", "Out of hours only the executive on call may decide.", string(r.OutOfHours))
	refuse(r.HoursFrom >= r.HoursTo, "hours_to", "Working hours end after they start.", r.HoursTo.String())
	refuse(r.Source == "" || len([]rune(r.Source)) > 300, "source", "Say what this rests on, such as a board paper, in up to 300 characters.", r.Source)
	for _, e := range r.Evidence {
		refuse(!evidenceName.MatchString(e), "evidence", "Write names of evidence in small letters, such as tiers_tried.", e)
	}
	return fields
}

// looser names where a rule asks for less than the national default.
func (r Rule) looser(national Default) (fields []fault.Field) {
	refuse := func(bad bool, name, text, value string) {
		if bad {
			fields = append(fields, field(name, ErrBelowMinimum, text, value))
		}
	}
	if national.Minimum != "" {
		text := "The national rule asks for the " + strings.ToLower(national.Minimum.Title()) + ", or somebody above."
		for name, all := range map[string][]Approver{"approvers": r.Approvers, "escalate_to": r.EscalateTo} {
			for _, a := range all {
				refuse(a.Office().rank() < national.Minimum.rank(), name, text, string(a))
			}
		}
		refuse(r.OutOfHours != "" && national.OutOfHours == "", "out_of_hours", "The national rule knows no decision out of hours here.", string(r.OutOfHours))
	}
	refuse(national.ReasonRequired && !r.ReasonRequired, "reason_required", "The national rule asks for a reason.", "false")
	refuse(national.StatementRequired && !r.StatementRequired, "statement_required", "The national rule asks for a patient-safety statement.", "false")
	for _, e := range national.Evidence {
		refuse(!slices.Contains(r.Evidence, e), "evidence", "The national rule asks for: "+EvidenceText(e)+".", strings.Join(r.Evidence, " "))
	}
	if r.OutOfHours != "" {
		refuse(r.HoursFrom > national.HoursFrom, "hours_from", "Working hours start at "+national.HoursFrom.String()+" or earlier.", r.HoursFrom.String())
		refuse(r.HoursTo < national.HoursTo, "hours_to", "Working hours end at "+national.HoursTo.String()+" or later.", r.HoursTo.String())
	}
	return fields
}

func unique[T comparable](all []T) []T {
	out := make([]T, 0, len(all))
	for _, v := range all {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
