package labels

import (
	"context"
	"slices"
	"strings"

	"wardbridge/modules/accounts"
	"wardbridge/modules/packs"
	"wardbridge/modules/places"
	"wardbridge/tenants"
	"wardbridge/web/ui"
)

// Sources is where names come from.
type Sources struct {
	Accounts *accounts.Service
	Places   *places.Service
	Packs    *packs.Service
}

// Book holds the names that one page needs.
type Book struct {
	organisations map[tenants.ID]accounts.Organisation
	wards         map[tenants.ID]places.Ward
	grades        map[string]packs.Grade
	groups        map[string]packs.StaffGroup
}

// Book reads the names of some organisations and of the wards of those that are
// employers, and of all grades and staff groups. It costs four reads whatever
// the number of ids; ids may repeat.
func (s Sources) Book(ctx context.Context, tx *tenants.Tx, employers []tenants.ID, others ...tenants.ID) (b Book, err error) {
	employers = distinct(employers)
	if b.organisations, err = s.Accounts.Named(ctx, tx, distinct(append(others, employers...))...); err != nil {
		return b, err
	}
	if b.wards, err = s.Places.WardsOf(ctx, tx, employers...); err != nil {
		return b, err
	}
	if b.grades, err = s.Packs.GradesByCode(ctx, tx); err != nil {
		return b, err
	}
	b.groups, err = s.Packs.StaffGroupsByCode(ctx, tx)
	return b, err
}

func distinct(ids []tenants.ID) []tenants.ID {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b tenants.ID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// Organisation is the name of an employer or an agency.
func (b Book) Organisation(id tenants.ID) string { return b.organisations[id].Name }

// Employers are the employers of the book by name, for a filter.
func (b Book) Employers() []ui.Option {
	var options []ui.Option
	for id, o := range b.organisations {
		if o.Kind.Employer() {
			options = append(options, ui.Option{Value: id.String(), Text: o.Name})
		}
	}
	slices.SortFunc(options, func(a, c ui.Option) int { return strings.Compare(a.Text, c.Text) })
	return options
}

// Ward is the name of a ward, and of the site that it is on.
func (b Book) Ward(id tenants.ID) (ward, site string) {
	w := b.wards[id]
	return w.Name, w.SiteName
}

// Short is what a ward is called where there is little room: its code, or its
// name when that is short or there is no code.
func (b Book) Short(id tenants.ID) string {
	w := b.wards[id]
	if w.Code == "" || len(w.Name) <= 8 {
		return w.Name
	}
	return w.Code
}

// Grade is the name of a grade; a code that is not known is its own name.
func (b Book) Grade(code string) string {
	if g, ok := b.grades[code]; ok {
		return g.Name
	}
	return code
}

// StaffGroup is the name of a staff group; a code that is not known is its own
// name.
func (b Book) StaffGroup(code string) string {
	if g, ok := b.groups[code]; ok {
		return g.Name
	}
	return code
}

// Grades are all grades in their order, for a filter or a form.
func (b Book) Grades() []ui.Option {
	all := make([]packs.Grade, 0, len(b.grades))
	for _, g := range b.grades {
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, c packs.Grade) int {
		return compare(b.groups[a.StaffGroup].Position-b.groups[c.StaffGroup].Position, a.Position-c.Position, strings.Compare(a.Code, c.Code))
	})
	options := make([]ui.Option, len(all))
	for i, g := range all {
		options[i] = ui.Option{Value: g.Code, Text: g.Name}
	}
	return options
}

// StaffGroups are all staff groups in their order.
func (b Book) StaffGroups() []ui.Option {
	all := make([]packs.StaffGroup, 0, len(b.groups))
	for _, g := range b.groups {
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, c packs.StaffGroup) int {
		return compare(a.Position-c.Position, strings.Compare(a.Code, c.Code))
	})
	options := make([]ui.Option, len(all))
	for i, g := range all {
		options[i] = ui.Option{Value: g.Code, Text: g.Name}
	}
	return options
}

func compare(ways ...int) int {
	for _, way := range ways {
		if way != 0 {
			return way
		}
	}
	return 0
}
