package shifts

import (
	"strconv"
	"time"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/cascade"
	"wardbridge/modules/proposals"
	"wardbridge/modules/shifts"
	"wardbridge/tenants"
	"wardbridge/web/ui"
)

// urgentWithin is how near an unfilled shift's start makes it urgent.
const urgentWithin = 6 * time.Hour

// offers is what has been proposed for a shift and still waits.
type offers struct {
	Waiting int
	Oldest  time.Time
	Best    money.Rate // the lowest charge an hour, before VAT
	Pay     money.Rate // what that worker is paid an hour
	Over    string     // which limit that charge passes, in a few words
}

// passed is the limit that a proposal passes, as short as a board has room for.
func passed(p *proposals.Proposal) string {
	switch over := p.Quote.OverCap(); {
	case over != nil:
		return over.Over.Pence().String() + " over the cap"
	case len(p.Conditions) > 0:
		return "Needs approval"
	}
	return ""
}

// row is one shift on the board, in words.
type row struct {
	Ref, Href, Time, Note  string
	Ward, Site             string
	Role, Skill            string
	Chips                  []ui.CascadeChip
	Event, EventISO        string
	EventLeft              string
	Proposals, Waited      string
	Charge, Pay, Over      string
	Status, Act            string
	Urgent                 bool
	Day                    civil.Date
	unfilled, startingSoon bool
}

// rowOf puts a shift in words.
func rowOf(base string, s *shifts.Shift, n *names, c course, o offers, now time.Time) row {
	ward := n.ward[s.WardID]
	r := row{
		Ref: s.Ref, Href: base + "/shifts/" + s.Ref,
		Time: civil.Between(s.StartsAt, s.EndsAt), Note: civil.Span(s.PaidMinutes()) + ", " + s.Ref,
		Ward: ward.Name, Site: ward.SiteName, Chips: c.chips(s.Status == shifts.StatusFilled), Act: "View", Proposals: "–",
		Status: standing(s, c, o.Waiting, now), Day: civil.DateOf(s.StartsAt),
	}
	r.Role, r.Skill = n.role(s.Grade, s.Specialty)
	r.unfilled = s.Status == shifts.StatusOpen
	r.startingSoon = r.unfilled && !s.Retrospective && s.StartsAt.Sub(now) < urgentWithin
	r.Urgent = r.startingSoon
	r.tellEvent(s, c, now)
	switch {
	case o.Waiting > 0:
		r.Proposals, r.Act = number(o.Waiting), "Review "+strconv.Itoa(o.Waiting)
		r.Waited = "Oldest " + lasting(now.Sub(o.Oldest))
		r.Charge, r.Pay, r.Over = o.Best.Pence().String(), "Pay "+o.Pay.Text(), o.Over
	case r.unfilled && c.Agencies > 0:
		r.Waited = many(c.Agencies, "agency", "agencies") + " told"
	}
	return r
}

// tellEvent is the one line under the chips.
func (r *row) tellEvent(s *shifts.Shift, c course, now time.Time) {
	switch s.Status {
	case shifts.StatusOpen:
		if s.Retrospective {
			r.Event = "Entered after it began"
			return
		}
		text, at := c.event(now)
		if r.Event = text; at != nil {
			r.EventISO, r.EventLeft = at.UTC().Format(time.RFC3339), lasting(at.Sub(now))
		}
	case shifts.StatusFilled:
		r.Event = "Booked directly"
		if c.Cascades {
			r.Event = "Filled, with " + cascade.TierName(c.Tier) + " open"
		}
	case shifts.StatusCancelled:
		r.Event = s.EndedWhy
	case shifts.StatusExpired:
		r.Event = "Began before anybody was booked"
	}
}

// standing is the one word for where a shift stands. What asks for somebody's
// attention goes before what is only so.
func standing(s *shifts.Shift, c course, waiting int, now time.Time) string {
	switch s.Status {
	case shifts.StatusDraft:
		return "Draft"
	case shifts.StatusFilled:
		return "Filled"
	case shifts.StatusCancelled:
		return "Cancelled"
	case shifts.StatusExpired:
		return "Expired"
	}
	switch {
	case s.Retrospective:
		return "To book"
	case s.StartsAt.Sub(now) < urgentWithin:
		return "Urgent"
	case waiting > 0:
		return "To review"
	case c.Cascades && c.AllOpen && c.Tier > 0:
		return "At risk"
	case c.Cascades && c.Tier == 0:
		return "Bank only"
	case c.Cascades:
		return tierName(c.Tier)
	}
	return "Open"
}

// group is one day of the board.
type group struct {
	Title, Note string
	Rows        []row
}

// grouped parts rows, which come in order of start, into days.
func grouped(rows []row, today civil.Date) []group {
	var groups []group
	var last civil.Date
	for _, r := range rows {
		if len(groups) == 0 || r.Day != last {
			groups = append(groups, group{Title: dayTitle(r.Day, today)})
			last = r.Day
		}
		g := &groups[len(groups)-1]
		g.Rows = append(g.Rows, r)
	}
	for i := range groups {
		groups[i].Note = dayNote(groups[i].Rows)
	}
	return groups
}

func dayNote(rows []row) string {
	open, soon := 0, 0
	for _, r := range rows {
		if r.unfilled {
			open++
		}
		if r.startingSoon {
			soon++
		}
	}
	note := many(len(rows), "shift", "shifts")
	if open == len(rows) {
		note = number(open) + " open"
	} else if open > 0 {
		note += ", " + number(open) + " open"
	}
	switch soon {
	case 0:
		return note
	case 1:
		return note + ", 1 starts in the next 6 hours"
	}
	return note + ", " + number(soon) + " start in the next 6 hours"
}

func idsOf(rows []shifts.Shift) []tenants.ID {
	ids := make([]tenants.ID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	return ids
}
