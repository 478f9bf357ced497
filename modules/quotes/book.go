package quotes

import (
	"errors"
	"fmt"
	"slices"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/modules/agencies"
	"wardbridge/modules/packs"
	"wardbridge/modules/rates"
)

// BookOf puts the dated data of a pack and the terms of an agreement into the
// engine's own shape. Every day of the pack must have its figures: one that has
// ended without a successor is an error, not the last one known.
func BookOf(pack packs.Pack, a agencies.Agreement, vat []rates.VATRule) (rates.Book, error) {
	b := rates.Book{
		Segmentation: rates.Segmentation(a.Segmentation), BreakRule: rates.BreakRule(a.BreakRule), OnCosts: rates.OnCosts(a.OnCosts),
		Patterns: patternsOf(pack), Multipliers: multipliersOf(pack), Holidays: map[civil.Date]rates.PublicDay{},
		VAT: vat,
	}
	for _, h := range pack.Holidays {
		b.Holidays[h.Day] = rates.PublicDay{Row: rates.Row{ID: h.Nation + " " + h.Day.String(), Version: 1, From: h.Day, Source: h.Source}, Name: h.Name}
	}
	for _, cost := range []struct {
		into                 *[]rates.OnCost
		rate, floor, ceiling string
	}{
		{&b.Holiday, packs.HolidayPercent, "", ""},
		{&b.EmployerNI, packs.EmployerNIRate, packs.EmployerNIThreshold, ""},
		{&b.Pension, packs.PensionRate, packs.PensionLower, packs.PensionUpper},
		{&b.Levy, packs.LevyRate, "", ""},
	} {
		var err error
		if *cost.into, err = onCosts(pack, cost.rate, cost.floor, cost.ceiling); err != nil {
			return b, err
		}
	}
	b.Caps = capsOf(pack, nil)
	var err error
	if b.MinimumWage, err = limits(pack, packs.NationalLivingWage); err != nil {
		return b, err
	}
	b.SignOff, err = limits(pack, packs.HighRate)
	return b, err
}

// capsOf are the price caps of every zone by grade, those of one day alone if one
// is given; an employer's own stand in them already. A grade that has none is in no
// row, so nothing is said of it.
func capsOf(pack packs.Pack, on *civil.Date) map[string][]rates.Cap {
	by := map[string][]rates.Cap{}
	for _, c := range pack.Caps {
		if on == nil || c.On(*on) {
			by[c.Band] = append(by[c.Band], rates.Cap{Row: rates.Row{ID: c.ID.String(), Version: 1, From: c.From, Source: c.Source}, Until: c.Until,
				Zone: c.Zone, Band: rates.Band(c.Class), Rate: c.Rate})
		}
	}
	return by
}

// limits makes a row for every day of the pack on which an hourly limit begins. A
// day without one is not held against it; Quote asks for the minimum wage by itself.
func limits(pack packs.Pack, name string) ([]rates.Limit, error) {
	var all []rates.Limit
	for _, day := range changes(pack, func(p packs.Parameter) bool { return p.Name == name }) {
		p, err := pack.Parameter(name, day)
		if errors.Is(err, packs.ErrNoParameter) {
			continue
		}
		if err != nil {
			return nil, err
		}
		l := rates.Limit{Row: rowFrom(pack, p.Dated, day)}
		if l.Rate, err = p.Rate(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, l)
	}
	return all, nil
}

// onCosts makes a row for every day of the pack on which one of the figures
// begins, and for its first day.
func onCosts(pack packs.Pack, rate, floor, ceiling string) ([]rates.OnCost, error) {
	var all []rates.OnCost
	for _, day := range changes(pack, func(p packs.Parameter) bool { return p.Name == rate || p.Name == floor || p.Name == ceiling }) {
		p, err := pack.Parameter(rate, day)
		if err != nil {
			return nil, err
		}
		c := rates.OnCost{Row: rowFrom(pack, p.Dated, day)}
		if c.Rate, err = p.Factor(); err != nil {
			return nil, fmt.Errorf("%s: %w", rate, err)
		}
		for _, limit := range []struct {
			into *money.Pence
			name string
		}{{&c.Floor, floor}, {&c.Ceiling, ceiling}} {
			if limit.name == "" {
				continue
			}
			p, err := pack.Parameter(limit.name, day)
			if err != nil {
				return nil, err
			}
			if *limit.into, err = p.Pence(); err != nil {
				return nil, fmt.Errorf("%s: %w", limit.name, err)
			}
		}
		all = append(all, c)
	}
	return all, nil
}

// changes are the days of the pack on which some of its parameters begin or end,
// its first day among them.
func changes(pack packs.Pack, about func(packs.Parameter) bool) []civil.Date {
	days := []civil.Date{pack.From}
	for _, p := range pack.Parameters {
		if about(p) {
			days = append(days, within(pack, p.Dated)...)
		}
	}
	return sortedDays(days)
}

// within are the days after the pack's first on which a row begins or has ended.
func within(pack packs.Pack, d packs.Dated) (days []civil.Date) {
	for _, day := range []civil.Date{d.From, d.Until} {
		if !day.IsZero() && day.After(pack.From) && !day.After(pack.To) {
			days = append(days, day)
		}
	}
	return days
}

func sortedDays(days []civil.Date) []civil.Date {
	slices.SortFunc(days, civil.Date.Compare)
	return slices.Compact(days)
}

// rowFrom names a row of dated data. What was in force before the pack's first
// day says since when; what changed later counts from the day of the change.
func rowFrom(pack packs.Pack, d packs.Dated, day civil.Date) rates.Row {
	r := rates.Row{ID: d.ID.String(), Version: 1, From: day, Source: d.Source}
	if day == pack.From {
		r.From = d.From
	}
	return r
}

// multipliersOf joins the two classes of each band, from every day on which one
// of them begins. A day on which one is missing leaves the band without any from
// that day, and the engine says so.
func multipliersOf(pack packs.Pack) map[string][]rates.Multiplier {
	days := map[string][]civil.Date{}
	for _, e := range pack.Enhancements {
		days[e.Band] = append(append(days[e.Band], pack.From), within(pack, e.Dated)...)
	}
	by := map[string][]rates.Multiplier{}
	for band, from := range days {
		for _, day := range sortedDays(from) {
			low, lowFound := enhancement(pack, band, packs.Low, day)
			high, highFound := enhancement(pack, band, packs.High, day)
			m := rates.Multiplier{Row: rates.Row{From: day}, Pattern: "enhancements of " + band}
			if lowFound && highFound {
				m = rates.Multiplier{Row: rowFrom(pack, low.Dated, day), Pattern: low.Pattern, Low: low.Factor, High: high.Factor}
			}
			by[band] = append(by[band], m)
		}
	}
	return by
}

func enhancement(pack packs.Pack, band string, class packs.Class, day civil.Date) (packs.Enhancement, bool) {
	for _, e := range pack.Enhancements {
		if e.Band == band && e.Class == class && e.On(day) {
			return e, true
		}
	}
	return packs.Enhancement{}, false
}

// patternsOf lays the hours of each pattern out as a week, from every day on
// which one of them changes. Rows come by pattern, day of the week and time.
func patternsOf(pack packs.Pack) map[string][]rates.Pattern {
	days := map[string][]civil.Date{}
	for _, h := range pack.Patterns {
		days[h.Pattern] = append(append(days[h.Pattern], pack.From), within(pack, h.Dated)...)
	}
	by := map[string][]rates.Pattern{}
	for name, from := range days {
		for _, day := range sortedDays(from) {
			by[name] = append(by[name], patternOn(pack, name, day))
		}
	}
	return by
}

func patternOn(pack packs.Pack, name string, day civil.Date) (p rates.Pattern) {
	p.From = day
	for _, h := range pack.Patterns {
		if h.Pattern != name || !h.On(day) {
			continue
		}
		if p.ID == "" {
			p.Row = rowFrom(pack, h.Dated, day)
		}
		stretch := rates.Stretch{From: h.At, Band: rates.Band(h.Class)}
		if weekday, ok := h.Weekday(); ok {
			p.Week[weekday] = append(p.Week[weekday], stretch)
		} else {
			p.PublicDay = append(p.PublicDay, stretch)
		}
	}
	return p
}
