package shifts

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/modules/cards"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

// asked counts shifts that are alike to a rate card: of one grade at one site,
// on a day, at the same times on the wall.
type asked struct {
	StaffGroup string
	Grade      string
	Specialty  string
	SiteID     tenants.ID
	Day        civil.Date // of the start
	Starts     civil.Clock
	Minutes    int
	Shifts     int
}

// Work is what the employer's shifts between two days ask rate cards for: their
// grades, and the classes of hours that they fall into. Cancelled shifts count
// for nothing. It costs one pass over the span in the database.
func (s *Service) Work(ctx context.Context, tx *tenants.Tx, nation string, from, to civil.Date) ([]cards.Used, error) {
	rows, err := askedFor(ctx, tx, from, to)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	grades, err := s.packs.GradesByCode(ctx, tx)
	if err != nil {
		return nil, err
	}
	pack, err := s.packs.Load(ctx, tx, nation, from, to.AddDays(2))
	if err != nil {
		return nil, err
	}
	week := newClassing(pack)
	count := map[cards.Used]int{}
	for _, r := range rows {
		for _, class := range week.of(grades[r.Grade].Band, r) {
			count[cards.Used{StaffGroup: r.StaffGroup, Grade: r.Grade, Specialty: r.Specialty, SiteID: r.SiteID, Class: class}] += r.Shifts
		}
	}
	all := make([]cards.Used, 0, len(count))
	for u, n := range count {
		u.Shifts = n
		all = append(all, u)
	}
	slices.SortFunc(all, func(a, b cards.Used) int {
		return cmp.Or(grades[a.Grade].Position-grades[b.Grade].Position, strings.Compare(string(a.Class), string(b.Class)), strings.Compare(a.Specialty, b.Specialty),
			strings.Compare(a.SiteID.String(), b.SiteID.String()))
	})
	return all, nil
}

// classing tells the classes of hours of a day from the national patterns.
type classing struct {
	pattern  map[string]string // band of a grade -> name of its pattern
	hours    []packs.Hours
	holidays map[civil.Date]bool
}

func newClassing(p packs.Pack) *classing {
	c := &classing{pattern: map[string]string{}, hours: p.Patterns, holidays: map[civil.Date]bool{}}
	for _, e := range p.Enhancements {
		c.pattern[e.Band] = e.Pattern
	}
	for _, h := range p.Holidays {
		c.holidays[h.Day] = true
	}
	return c
}

// of lists the classes that a shift's hours fall into, once each. Wall times are
// enough here: a clock change moves no hour into another class.
func (c *classing) of(band string, r asked) (found []cards.Band) {
	minute := int(r.Starts)
	for left, day := r.Minutes, r.Day; left > 0; day = day.AddDays(1) {
		until := min(minute+left, 24*60)
		for _, class := range c.between(c.pattern[band], day, minute, until) {
			if !slices.Contains(found, class) {
				found = append(found, class)
			}
		}
		left, minute = left-(until-minute), 0
	}
	return found
}

// between lists the classes from one minute of a day until another.
func (c *classing) between(pattern string, day civil.Date, from, until int) (found []cards.Band) {
	var last cards.Band
	for _, h := range c.hours {
		if h.Pattern != pattern || !h.On(day) || !c.sameDay(h, day) {
			continue
		}
		at := int(h.At)
		if at >= until {
			break
		}
		if at > from && last != "" {
			found = append(found, last)
		}
		last = cards.Band(h.Class)
	}
	if last != "" {
		found = append(found, last)
	}
	return found
}

func (c *classing) sameDay(h packs.Hours, day civil.Date) bool {
	weekday, ok := h.Weekday()
	if c.holidays[day] {
		return !ok
	}
	return ok && weekday == day.Weekday()
}

// askedFor counts the shifts of a span that rates are asked for.
func askedFor(ctx context.Context, tx *tenants.Tx, from, to civil.Date) (rows []asked, err error) {
	err = tx.NewRaw(`
		select staff_group, grade, specialty, site_id, (starts_at at time zone 'Europe/London')::date as day,
		       to_char(starts_at at time zone 'Europe/London', 'HH24:MI') as starts,
		       (extract(epoch from ends_at - starts_at) / 60)::integer as minutes, count(*) as shifts
		from   shifts
		where  tenant_id = ? and starts_at >= ? and starts_at < ? and status <> 'cancelled'
		group  by 1, 2, 3, 4, 5, 6, 7`, tx.Me.ID, from.Midnight(), to.AddDays(1).Midnight()).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("work of %s to %s: %w", from, to, err)
	}
	return rows, nil
}
