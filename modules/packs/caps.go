package packs

import (
	"math/big"
	"slices"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
)

// The zones of the caps. Outside London no high cost area supplement is paid; in
// the others the caps are higher by it.
const (
	OutsideLondon = "outside_london"
	Fringe        = "fringe"
	OuterLondon   = "outer_london"
	InnerLondon   = "inner_london"
)

var zones = []string{OutsideLondon, Fringe, OuterLondon, InnerLondon}

// Zones are all of them, the one with the lowest caps first.
func Zones() []string { return slices.Clone(zones) }

// Cap is the most that may be charged for an hour of a band, all on-costs and
// fees in it and VAT not. Own is an employer's own, which is lower than the
// national one; National is that one, or nothing where none is loaded.
type Cap struct {
	Dated    `bun:"extend"`
	Band     string
	Zone     string
	Class    Class
	Rate     money.Rate
	Own      bool       `bun:"-"`
	National money.Rate `bun:"-"`
	Reason   string     `bun:"-"` // of an employer's own
}

// Cap finds the cap of a band's hours on a day. None is a refusal that says so:
// what has no cap has not passed one.
func (p Pack) Cap(band, zone string, class Class, day civil.Date) (Cap, error) {
	for _, c := range p.Caps {
		if c.Band == band && c.Zone == zone && c.Class == class && c.On(day) {
			return c, nil
		}
	}
	return Cap{}, ErrNoCap.Saying("No cap is loaded for " + band + ", " + string(class) + " hours, " + InZone(zone) + ", on " + day.Text() + ". It cannot be said whether the charge is within it.")
}

func (p Pack) capsOn(day civil.Date) (all []Cap) {
	for _, c := range p.Caps {
		if c.On(day) {
			all = append(all, c)
		}
	}
	return all
}

// InZone says where a zone is, as the end of a sentence.
func InZone(zone string) string {
	switch zone {
	case OutsideLondon:
		return "outside London"
	case Fringe:
		return "on the London fringe"
	case OuterLondon:
		return "in outer London"
	case InnerLondon:
		return "in inner London"
	}
	return zone
}

type capKey struct {
	band, zone string
	class      Class
}

func (c Cap) key() capKey { return capKey{c.Band, c.Zone, c.Class} }

// strictest puts an employer's own caps in place of the national ones on the days
// on which they are lower. The rows of a key never share a day.
func strictest(national []Cap, own []Override) []Cap {
	if len(own) == 0 {
		return national
	}
	rows := map[capKey][]Cap{}
	var keys []capKey
	put := func(c Cap) {
		if rows[c.key()] == nil {
			keys = append(keys, c.key())
		}
		rows[c.key()] = append(rows[c.key()], c)
	}
	for _, c := range national {
		put(c)
	}
	for _, o := range own {
		put(o.cap())
	}
	var all []Cap
	for _, k := range keys {
		all = append(all, layered(rows[k])...)
	}
	return all
}

// layered cuts the rows of one key at every day on which one begins or ends and
// keeps the lowest of each stretch.
func layered(rows []Cap) (all []Cap) {
	var cuts []civil.Date
	for _, c := range rows {
		cuts = append(cuts, c.From)
		if !c.Until.IsZero() {
			cuts = append(cuts, c.Until)
		}
	}
	slices.SortFunc(cuts, civil.Date.Compare)
	cuts = slices.Compact(cuts)
	for i, day := range cuts {
		lowest, found := lowestOn(rows, day)
		if !found {
			continue
		}
		lowest.From, lowest.Until = day, civil.Date{}
		if i+1 < len(cuts) {
			lowest.Until = cuts[i+1]
		}
		if n := len(all); n > 0 && all[n-1].ID == lowest.ID && all[n-1].Until == day && all[n-1].National == lowest.National {
			all[n-1].Until = lowest.Until
			continue
		}
		all = append(all, lowest)
	}
	return all
}

func lowestOn(rows []Cap, day civil.Date) (lowest Cap, found bool) {
	var national money.Rate
	for _, c := range rows {
		if !c.On(day) {
			continue
		}
		if !c.Own {
			national = c.Rate
		}
		if !found || c.Rate.Cmp(lowest.Rate) < 0 {
			lowest, found = c, true
		}
	}
	if lowest.Own {
		lowest.National = national
	}
	return lowest, found
}

// CapFormula is a cap as NHS Improvement worked them out: annual pay at the top
// of the band for an hour, the enhancement of the hours, and the uplift for
// employer costs and the agency, rounded once to the penny. In a high cost area
// the annual supplement of that pay is added after the enhancement, which is of
// basic pay alone. The weeks of a year are the caps' own figure and not the
// payroll's, which comes out up to 5 pence higher.
func CapFormula(annual, supplement money.Pence, weeks, hours, enhancement, uplift money.Factor) money.Rate {
	year := new(big.Rat).SetInt64(int64(annual))
	year.Mul(year, rational(enhancement)).Add(year, new(big.Rat).SetInt64(int64(supplement)))
	return money.RateOfPence(halfUp(times(year, []money.Factor{uplift}, []money.Factor{weeks, hours})))
}
