package shifts

import (
	"context"

	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/tenants"
	"wardbridge/web/ui"
)

// names are what the codes and ids of shifts are called, and the lists that
// people choose from. They cost five small reads a page.
type names struct {
	sites   []places.Site
	wards   []places.Ward
	groups  []packs.StaffGroup
	grades  []packs.Grade
	reasons []packs.Reason

	ward   map[tenants.ID]places.Ward
	group  map[string]packs.StaffGroup
	grade  map[string]packs.Grade
	reason map[string]packs.Reason
}

func (d *Deps) names(ctx context.Context, tx *tenants.Tx) (n names, err error) {
	if n.sites, err = d.Places.SiteList(ctx, tx, tx.Me.ID); err != nil {
		return n, err
	}
	if n.wards, err = d.Places.WardList(ctx, tx, tx.Me.ID); err != nil {
		return n, err
	}
	if n.groups, err = d.Packs.StaffGroups(ctx, tx); err != nil {
		return n, err
	}
	if n.grades, err = d.Packs.Grades(ctx, tx); err != nil {
		return n, err
	}
	n.reasons, err = d.Packs.Reasons(ctx, tx)
	n.index()
	return n, err
}

func (n *names) index() {
	n.ward, n.group = map[tenants.ID]places.Ward{}, map[string]packs.StaffGroup{}
	n.grade, n.reason = map[string]packs.Grade{}, map[string]packs.Reason{}
	for _, w := range n.wards {
		n.ward[w.ID] = w
	}
	for _, g := range n.groups {
		n.group[g.Code] = g
	}
	for _, g := range n.grades {
		n.grade[g.Code] = g
	}
	for _, r := range n.reasons {
		n.reason[r.Code] = r
	}
}

func (n *names) siteName(id tenants.ID) string {
	for _, s := range n.sites {
		if s.ID == id {
			return s.Name
		}
	}
	return ""
}

func (n *names) siteOptions(all string) []ui.Option {
	options := []ui.Option{{Text: all}}
	for _, s := range n.sites {
		options = append(options, ui.Option{Value: s.ID.String(), Text: s.Name})
	}
	return options
}

// wardOptions lists wards with their site behind the name; only those of one
// site when it is given.
func (n *names) wardOptions(all string, site tenants.ID) []ui.Option {
	options := []ui.Option{{Text: all}}
	for _, w := range n.wards {
		switch {
		case site == (tenants.ID{}):
			options = append(options, ui.Option{Value: w.ID.String(), Text: w.Name + ", " + w.SiteName})
		case site == w.SiteID:
			options = append(options, ui.Option{Value: w.ID.String(), Text: w.Name})
		}
	}
	return options
}

func (n *names) groupOptions(all string) []ui.Option {
	options := []ui.Option{{Text: all}}
	for _, g := range n.groups {
		options = append(options, ui.Option{Value: g.Code, Text: g.Name})
	}
	return options
}

// gradeOptions lists grades under the names of their staff groups; only those of
// one group when it is given.
func (n *names) gradeOptions(all, group string) []ui.Option {
	options, heading := []ui.Option{{Text: all}}, ""
	for _, g := range n.grades {
		if group != "" && g.StaffGroup != group {
			continue
		}
		if group == "" && g.StaffGroup != heading {
			heading = g.StaffGroup
			options = append(options, ui.Option{Value: "group:" + heading, Text: n.group[heading].Name, Disabled: true})
		}
		options = append(options, ui.Option{Value: g.Code, Text: g.Name})
	}
	return options
}

func (n *names) reasonOptions() []ui.Option {
	options := []ui.Option{{Text: "Choose a reason"}}
	for _, r := range n.reasons {
		options = append(options, ui.Option{Value: r.Code, Text: r.Name})
	}
	return options
}

// role is who is asked for: the grade's name, and below it the specialty or the
// staff group.
func (n *names) role(grade, specialty string) (role, note string) {
	g := n.grade[grade]
	return first(g.Name, grade), first(specialty, n.group[g.StaffGroup].Name)
}
