package cards

import (
	"maps"
	"slices"
	"strings"

	"wardbridge/internal/money"
)

// Change is one thing that a line says otherwise than before.
type Change struct {
	Column   string // its name in a file
	Old, New string // as a file has them
}

// Changed is a line that both versions have.
type Changed struct {
	Old, New Entry
	Changes  []Change
}

// Diff is what a version changes. Lines are the same when they are for the same
// work; their order does not count.
type Diff struct {
	Before  Card // without lines; its version is 0 when there is none
	Added   []Entry
	Removed []Entry
	Changed []Changed
	Same    int
}

// DiffOf compares the lines of two versions.
func DiffOf(before, after []Entry) (d Diff) {
	old := make(map[key][]Entry, len(before))
	for _, l := range before {
		old[l.key()] = append(old[l.key()], l)
	}
	for _, l := range after {
		k := l.key()
		if len(old[k]) == 0 {
			d.Added = append(d.Added, l)
			continue
		}
		was := old[k][0]
		old[k] = old[k][1:]
		if changes := was.changes(&l.NewLine); len(changes) > 0 {
			d.Changed = append(d.Changed, Changed{was, l, changes})
		} else {
			d.Same++
		}
	}
	for _, left := range slices.Collect(maps.Values(old)) {
		d.Removed = append(d.Removed, left...)
	}
	slices.SortFunc(d.Removed, func(a, b Entry) int { return a.Position - b.Position })
	return d
}

// changes compares everything that a line says, by the columns of a file.
func (l *NewLine) changes(to *NewLine) (all []Change) {
	was, is := l.values(), to.values()
	for i, column := range valueColumns {
		if was[i] != is[i] {
			all = append(all, Change{column, was[i], is[i]})
		}
	}
	return all
}

// valueColumns are the columns that say how much, in the order of values.
var valueColumns = []string{"band", "pay_max", "fixed", "commission_max", "margin_percent", "charge_max", "vat", "pay_after_12_weeks", "tier_uplifts", "escalation"}

func (l *NewLine) values() []string {
	return []string{string(l.Band), l.rate("pay_max", l.PayMax), yes(l.Fixed), l.commission(), percent(l.Margin), l.rate("charge_max", l.ChargeMax), l.VAT,
		l.rate("pay_after_12_weeks", l.PayAfter12), Uplifts(l.TierUplifts), Steps(l.Escalation)}
}

// rate is a rate as a file has it, or what was written in its place.
func (l *NewLine) rate(column string, r money.Rate) string {
	if text, kept := l.Written[column]; kept {
		return text
	}
	if r.IsZero() {
		return ""
	}
	return r.String()
}

// commission is empty only beside a margin: a commission of nothing is said.
func (l *NewLine) commission() string {
	if text := l.rate("commission_max", l.CommissionMax); text != "" || !l.Margin.IsZero() {
		return text
	}
	return l.CommissionMax.String()
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

func percent(f money.Factor) string {
	if f.IsZero() {
		return ""
	}
	return strings.TrimSuffix(f.Percent(), "%")
}
