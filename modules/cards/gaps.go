package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"wardbridge/tenants"
)

// Used is work that an employer asks for: of a grade, in hours of a class.
type Used struct {
	StaffGroup string
	Grade      string // empty: an agency has a tier for the group, and no shift was asked for
	Specialty  string
	SiteID     tenants.ID
	Class      Band // core, low or high; empty: all three
	Shifts     int
}

// Gap is work without a rate.
type Gap struct {
	StaffGroup string
	Grade      string // empty: no grade of the group has any
	Class      Band   // empty: all hours
	Shifts     int    // in the span that was looked at, without a rate
	Sites      []tenants.ID
	Blocks     bool // the card speaks of this staff group, or the version before did
}

// Gaps lists the work that would have no rate once the version is in force beside
// the employer's other cards. A line for any engagement but bank is a rate; a
// line for core hours alone leaves low and high hours without.
func Gaps(s Subject) []Gap {
	cover := coverOf(s)
	spoken := groupsOf(s)
	type about struct {
		group, grade string
		class        Band
	}
	var order []about
	found := map[about]*Gap{}
	for _, u := range s.Work {
		if cover.covers(u) {
			continue
		}
		k := about{u.StaffGroup, u.Grade, u.Class}
		g := found[k]
		if g == nil {
			g = &Gap{StaffGroup: u.StaffGroup, Grade: u.Grade, Class: u.Class, Blocks: u.Grade != "" && (spoken[u.StaffGroup] || spoken[""])}
			found[k], order = g, append(order, k)
		}
		g.Shifts += u.Shifts
		if u.SiteID != (tenants.ID{}) && !slices.Contains(g.Sites, u.SiteID) {
			g.Sites = append(g.Sites, u.SiteID)
		}
	}
	gaps := make([]Gap, 0, len(order))
	for _, k := range order {
		gaps = append(gaps, *found[k])
	}
	slices.SortStableFunc(gaps, func(a, b Gap) int {
		return cmp.Or(strings.Compare(a.StaffGroup, b.StaffGroup), s.Grades[a.Grade].Position-s.Grades[b.Grade].Position, slices.Index(classes, a.Class)-slices.Index(classes, b.Class))
	})
	return gaps
}

// groupsOf are the staff groups that the card or the one before speaks of; the
// empty one when a line is for every group.
func groupsOf(s Subject) map[string]bool {
	spoken := map[string]bool{}
	for _, lines := range [][]Entry{s.Card.Lines, s.Before} {
		for i := range lines {
			if group := s.groupOf(&lines[i]); group != "" || lines[i].Grade == "" {
				spoken[group] = true
			}
		}
	}
	return spoken
}

// groupOf is the staff group that a line is for; empty: every group.
func (s *Subject) groupOf(l *Entry) string {
	if g, known := s.Grades[l.Grade]; known {
		return g.StaffGroup
	}
	return l.StaffGroup
}

// cover finds the lines that may be a rate for some work, by grade.
type cover struct {
	by     map[string][]*Entry
	groups map[string]bool // those that any line speaks of
}

func coverOf(s Subject) cover {
	c := cover{map[string][]*Entry{}, map[string]bool{}}
	add := func(l *Entry) {
		if l.Engagement == Bank {
			return
		}
		c.by[l.Grade] = append(c.by[l.Grade], l)
		if group := s.groupOf(l); group != "" || l.Grade == "" {
			c.groups[group] = true
		}
	}
	for i := range s.Card.Lines {
		add(&s.Card.Lines[i])
	}
	mine := s.Card.Scope()
	for i := range s.Others {
		o := &s.Others[i]
		within := (o.Scope.AgencyID == (tenants.ID{}) || o.Scope.AgencyID == mine.AgencyID) && (o.Scope.Framework == "" || o.Scope.Framework == mine.Framework) &&
			(o.Scope.Lot == "" || o.Scope.Lot == mine.Lot)
		if within && !o.From.After(s.Card.ValidFrom) && (o.To.IsZero() || !o.To.Before(s.Card.ValidFrom)) {
			add(&o.Entry)
		}
	}
	return c
}

func (c cover) covers(u Used) bool {
	if u.Grade == "" {
		return c.groups[u.StaffGroup] || c.groups[""]
	}
	for _, grade := range []string{u.Grade, ""} {
		for _, l := range c.by[grade] {
			if (l.Grade != "" || l.StaffGroup == "" || l.StaffGroup == u.StaffGroup) && (l.Specialty == "" || strings.EqualFold(l.Specialty, u.Specialty)) &&
				(l.SiteID == (tenants.ID{}) || l.SiteID == u.SiteID) && (l.Band == AnyBand || l.Band == u.Class) {
				return true
			}
		}
	}
	return false
}

// sentence says what is missing.
func (g Gap) sentence(s Subject) string {
	who := s.Grades[g.Grade].Name
	if who == "" {
		who = g.Grade
	}
	return fmt.Sprintf("%s has no rate for %s (%s in the weeks looked at). Add a line.", who, g.Class.Text(), counted(g.Shifts, "shift"))
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
