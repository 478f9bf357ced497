package shifts

import (
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/approvals"
	"wardbridge/modules/cascade"
	"wardbridge/modules/rates"
	"wardbridge/modules/shifts"
	"wardbridge/web/ui"
)

// placement is the booking that fills, or filled, a shift.
type placement struct {
	Ref, Worker, Agency  string
	Status               string // confirmed, worked ...
	Pay, Commission      money.Rate
	Net                  money.Pence
	Direct               bool
	At                   time.Time
	By                   string
	EndedAt              *time.Time
	EndedWhy, CostCentre string
	Quote                *rates.ShiftQuote
	Ratified             approvals.State // of what was asked after the fact; "" when nothing was
}

// detail is the page of one shift.
type detail struct {
	Base    string
	Shift   shifts.Shift
	Names   *names
	May     may
	Line    cascade.Timeline
	Course  course
	Compare comparison
	Booking *placement
	Now     time.Time
	Refused *fault.Fault
}

func (d *detail) path() string { return d.Base + "/shifts/" + d.Shift.Ref }

// title names a shift by its place and day, as people speak of it.
func (d *detail) title() string {
	return first(d.Names.ward[d.Shift.WardID].Name, "Shift") + ", " + dayShort(d.Shift.StartsAt, d.Now)
}

func dayShort(at, now time.Time) string {
	if at.In(civil.London).Year() != now.In(civil.London).Year() {
		return civil.DateOf(at).Text()
	}
	return at.In(civil.London).Format("Mon 2 Jan")
}

func (d *detail) sub() string {
	role, _ := d.Names.role(d.Shift.Grade, "")
	return d.Shift.Ref + ", " + civil.Between(d.Shift.StartsAt, d.Shift.EndsAt) + ", " + role
}

func (d *detail) standing() string { return standing(&d.Shift, d.Course, d.Compare.waiting(), d.Now) }

// live reports that the shift may still be cancelled from here.
func (d *detail) live() bool {
	switch d.Shift.Status {
	case shifts.StatusDraft, shifts.StatusOpen:
		return true
	case shifts.StatusFilled:
		return d.Now.Before(d.Shift.StartsAt)
	}
	return false
}

func (d *detail) bookable() bool {
	return d.May.Book && d.Shift.Status == shifts.StatusOpen && d.Shift.Retrospective
}

// story is the timeline, with its beginning told by what the shift knows of it.
func (d *detail) story() []ui.TimelineItem {
	items := story(d.Line, d.Now, d.byTier())
	if len(items) > 0 && d.Line.Moments[0].Tier < 0 {
		items[0].Text = beginning(&d.Shift, d.Names)
	}
	return items
}

// beginning says who made a shift, how, why and how long before it starts.
func beginning(s *shifts.Shift, n *names) string {
	how := map[string]string{"form": "on the form", "api": "through the API", "import": "from a file"}[s.Source]
	before := lasting(s.StartsAt.Sub(s.CreatedAt)) + " before the start"
	if s.Retrospective {
		before = "Entered after it began, so it does not cascade"
	}
	return sentence(capital(first(s.CreatedBy, "Created"))+", "+first(how, "from "+s.Source), "Reason: "+first(n.reason[s.Reason].Name, s.Reason), before)
}

// facts are what the shift asks for.
func (d *detail) facts() []ui.Fact {
	s, ward := &d.Shift, d.Names.ward[d.Shift.WardID]
	role, note := d.Names.role(s.Grade, s.Specialty)
	facts := []ui.Fact{
		{Label: "When", Value: civil.DateOf(s.StartsAt).Text(), Note: civil.Between(s.StartsAt, s.EndsAt)},
		{Label: "Length", Value: civil.Span(s.PaidMinutes()) + " paid", Note: breakWords(s.BreakMinutes)},
		{Label: "Where", Value: ward.Name, Note: ward.SiteName},
		{Label: "Role", Value: role, Note: note},
		{Label: "Reason", Value: first(d.Names.reason[s.Reason].Name, s.Reason)},
		{Label: "Cost centre", Value: first(s.CostCentre, "None")},
		{Label: "Reference", Value: s.Ref, Note: external(s)},
	}
	if s.Notes != "" {
		facts = append(facts, ui.Fact{Label: "Notes to agencies and the worker", Value: s.Notes})
	}
	return facts
}

func breakWords(minutes int) string {
	if minutes == 0 {
		return "No unpaid break"
	}
	return civil.Span(minutes) + " unpaid break"
}

func external(s *shifts.Shift) string {
	if s.ExternalRef == "" {
		return ""
	}
	return "Yours: " + s.ExternalRef
}

// bookingFacts are what was agreed.
func (b *placement) facts(now time.Time) []ui.Fact {
	facts := []ui.Fact{
		{Label: "Worker", Value: b.Worker, Note: b.Agency},
		{Label: "Booking", Value: b.Ref, Note: b.how(now)},
		{Label: "Pay to worker", Value: b.Pay.Text() + " an hour", Note: "Commission " + b.Commission.Text() + " an hour"},
		{Label: "Charge", Value: b.Net.String() + " before VAT", Note: first(prefixed("Cost centre ", b.CostCentre), "No cost centre")},
	}
	if b.EndedAt != nil {
		facts = append(facts, ui.Fact{Label: "Ended", Value: civil.When(*b.EndedAt), Note: b.EndedWhy})
	}
	return facts
}

// ratified says what became of an approval that was asked for after the fact, or
// given out of hours, as a notice. One that was given is not worth a word.
func (b *placement) ratified() (kind, title, text string) {
	switch b.Ratified {
	case approvals.Refused:
		return "error", "Not ratified.", "Whoever had to ratify this refused. The booking stands: work that was done is paid for. Cancel it if the work has not begun."
	case approvals.Open:
		return "info", "To be ratified.", "An approval is waited for. It does not hold up the booking."
	case approvals.Withdrawn, approvals.Lapsed:
		return "warning", "Nobody has ratified this.", "The approval that was asked for has " + map[approvals.State]string{approvals.Withdrawn: "been withdrawn", approvals.Lapsed: "lapsed"}[b.Ratified] + "."
	}
	return "", "", ""
}

func (b *placement) how(now time.Time) string {
	did := "Accepted"
	if b.Direct {
		did = "Booked directly"
	}
	return did + " by " + first(b.By, "the system") + ", " + stamp(b.At, now)
}

func (b *placement) word() string {
	return map[string]string{"confirmed": "Confirmed", "worked": "Worked", "cancelled": "Cancelled", "no_show": "No-show"}[b.Status]
}

func prefixed(with, text string) string {
	if text == "" {
		return ""
	}
	return with + text
}

// nobody explains why there is nothing to compare.
func (d *detail) nobody() (title, text string) {
	s := &d.Shift
	switch {
	case s.Status == shifts.StatusDraft:
		return "This shift is a draft", "Nobody is told of it until it is opened."
	case s.Retrospective:
		return "No proposals", "This shift was entered after it began, so agencies are not asked. Book the worker directly."
	case s.Status != shifts.StatusOpen:
		return "No proposals", "None were sent before the shift ended."
	case d.Course.Agencies == 0:
		return "No proposals yet", sentence("No agency has been told so far", d.upNext())
	}
	said := many(d.Course.Agencies, "agency has been told", "agencies have been told")
	if d.Course.Seen > 0 {
		said += ", " + number(d.Course.Seen) + " opened it"
	}
	return "No proposals yet", sentence(said, d.upNext())
}

func (d *detail) upNext() string {
	if d.Course.NextAt != nil {
		return tierName(d.Course.NextTier) + " opens " + soon(*d.Course.NextAt, d.Now)
	}
	return ""
}

// byTier counts the proposals that came while each tier was asked.
func (d *detail) byTier() map[int]int {
	n := map[int]int{}
	for i := range d.Compare.Bids {
		n[d.Compare.Bids[i].Tier]++
	}
	return n
}
