package cards

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/money"
	"wardbridge/tenants"
)

// Query is the work that a rate is asked for. Zero parts are not known; lines
// and cards that are narrowed to one of them then do not count.
type Query struct {
	TenantID    tenants.ID
	Grade       string
	StaffGroup  string // empty: the grade's
	Specialty   string
	SiteID      tenants.ID
	AgencyID    tenants.ID
	Framework   string
	Lot         string
	Engagement  Engagement // empty: paye
	Day         civil.Date
	LeadMinutes int // from the request to the start; zero or less: no step applies
	Tier        int // of the agency
}

// Line is what counts for a piece of work, with the card that it stands on.
type Line struct {
	CardID        tenants.ID
	LineID        tenants.ID
	Name          string
	Version       int
	ValidFrom     civil.Date
	ValidTo       civil.Date
	Source        string
	Grade         string
	PayMax        money.Rate // core, with uplifts
	CommissionMax money.Rate
	Margin        money.Factor        // share of the pay that CommissionMax is, for pay of PayMax; zero: an amount
	ChargeMax     money.Rate          // a core hour before VAT; zero: none
	BandCharges   map[Band]money.Rate // likewise of the bands that lines name
	Bands         map[Band]money.Rate // low and high where a line names them; the others multiply PayMax
	BandLines     map[Band]tenants.ID // and which lines those are
	Fixed         bool                // PayMax is the pay itself, not its maximum
	Engagement    Engagement          // that the line names, or any
	VAT           string              // that the price was agreed on; empty: as the rules say
	TierUplift    Uplift              // that PayMax has; its zero: none
	Escalation    Step                // likewise
	Parity        *Line               // what counts once the worker has completed the qualifying weeks; nil: the card names nothing
}

// candidate is a line of a card in force that matches a query.
type candidate struct {
	CardName  string
	Version   int
	ValidFrom civil.Date
	ValidTo   civil.Date
	Source    string
	Framework string
	Lot       string
	Entry     `bun:"extend"`
}

// rank is how specific a candidate is: the parts of doc.go's order as bits, the
// most telling highest.
func (c *candidate) rank() (r int) {
	for _, part := range []bool{
		c.AgencyID != (tenants.ID{}), c.SiteID != (tenants.ID{}), c.Specialty != "", c.Lot != "", c.Framework != "",
		c.Engagement != AnyEngagement, c.Grade != "", c.StaffGroup != "" || c.Grade != "",
	} {
		if r <<= 1; part {
			r |= 1
		}
	}
	return r
}

// Line is the most specific line of an employer's cards for a piece of work, or
// ErrNoRate. Another employer's cards are as if there were none. It costs one
// read, and one more when the staff group is not said.
func (s *Service) Line(ctx context.Context, tx *tenants.Tx, q Query) (Line, error) {
	if q.StaffGroup == "" {
		grade, err := s.packs.Grade(ctx, tx, q.Grade)
		if err == nil {
			q.StaffGroup = grade.StaffGroup
		}
	}
	if q.Engagement == "" {
		q.Engagement = PAYE
	}
	all, err := matching(ctx, tx, q)
	if err != nil {
		return Line{}, err
	}
	line, found := resolve(all, q, false)
	if !found {
		return Line{}, ErrNoRate.Saying("The employer's rate cards have no rate for this grade on " + q.Day.Text() + ".").Because(fmt.Errorf("grade %s", q.Grade))
	}
	if slices.ContainsFunc(all, func(c candidate) bool { return line.from(&c) && !c.PayAfter12.IsZero() }) {
		after, _ := resolve(all, q, true)
		line.Parity = &after
	}
	return line, nil
}

// from reports that some rate of the line is that of a candidate.
func (l *Line) from(c *candidate) bool { return c.ID == l.LineID || c.ID == l.BandLines[c.Band] }

// resolve takes the core rate from the most specific line that speaks of core
// hours. A line for the low or the high hours counts beside it when it is at
// least as specific as every line that would multiply into them. A worker who
// qualifies has the rates for after the qualifying weeks.
func resolve(all []candidate, q Query, qualifies bool) (Line, bool) {
	core := best(all, AnyBand, Core)
	if core == nil {
		return Line{}, false
	}
	l := Line{CardID: core.CardID, LineID: core.ID, Name: core.CardName, Version: core.Version, ValidFrom: core.ValidFrom, ValidTo: core.ValidTo,
		Source: core.Source, Grade: q.Grade, Margin: core.Margin, ChargeMax: core.ChargeMax, Fixed: core.Fixed, Engagement: core.Engagement,
		PayMax: core.pay(q, qualifies), VAT: core.VAT, TierUplift: core.tier(q.Tier), Escalation: core.step(q.LeadMinutes)}
	l.CommissionMax = core.commissionOn(l.PayMax)
	for _, band := range []Band{Low, High} {
		named, multiplied := best(all, band), best(all, AnyBand)
		if named == nil || multiplied != nil && multiplied.rank() > named.rank() {
			continue
		}
		if l.Bands == nil {
			l.Bands, l.BandLines, l.BandCharges = map[Band]money.Rate{}, map[Band]tenants.ID{}, map[Band]money.Rate{}
		}
		l.Bands[band] = named.pay(q, qualifies)
		l.BandLines[band] = named.ID
		if !named.ChargeMax.IsZero() {
			l.BandCharges[band] = named.ChargeMax
		}
	}
	return l, true
}

// Commission is the highest commission for some pay: a margin follows the pay that
// is proposed.
func (l *Line) Commission(pay money.Rate) money.Rate {
	if l.Margin.IsZero() {
		return l.CommissionMax
	}
	return pay.Times(l.Margin)
}

// Charge is the highest charge of an hour of a band before VAT; zero: the card
// names none. That of a line for any hours is about core hours.
func (l *Line) Charge(of Band) money.Rate {
	if of == Core {
		return l.ChargeMax
	}
	return l.BandCharges[of]
}

// best is the most specific of the candidates for one of the bands. Publication
// leaves no two of one rank; where a set-up did, the later version wins, so that
// the answer never hangs on the order of rows.
func best(all []candidate, bands ...Band) (found *candidate) {
	for i := range all {
		c := &all[i]
		for _, b := range bands {
			if c.Band == b && (found == nil || c.before(found)) {
				found = c
			}
		}
	}
	return found
}

func (c *candidate) before(o *candidate) bool {
	if a, b := c.rank(), o.rank(); a != b {
		return a > b
	}
	if c.ValidFrom != o.ValidFrom {
		return c.ValidFrom.After(o.ValidFrom)
	}
	return strings.Compare(c.ID.String(), o.ID.String()) < 0
}

// pay is the line's pay for a query, or its parity rate for a worker who
// qualifies; then the uplifts of tier and lead time together, rounded once.
func (c *candidate) pay(q Query, qualifies bool) money.Rate {
	pay := c.PayMax
	if qualifies && !c.PayAfter12.IsZero() {
		pay = c.PayAfter12
	}
	up := c.tier(q.Tier).Share.Add(c.step(q.LeadMinutes).Share)
	if up.IsZero() {
		return pay
	}
	return pay.Times(once.Add(up))
}

var once = money.MustFactor("1")

func (c *candidate) tier(tier int) Uplift {
	for _, u := range c.TierUplifts {
		if u.Tier == tier {
			return u
		}
	}
	return Uplift{}
}

// step is the nearest step that the lead time has reached: at most 24 hours
// before the start, and so on. Steps stand with the fewest hours first.
func (c *candidate) step(leadMinutes int) Step {
	if leadMinutes <= 0 {
		return Step{}
	}
	for _, s := range c.Escalation {
		if leadMinutes <= s.Hours*60 {
			return s
		}
	}
	return Step{}
}
