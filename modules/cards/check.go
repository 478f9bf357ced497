package cards

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"wardbridge/internal/civil"
	"wardbridge/internal/fault"
	"wardbridge/internal/money"
	"wardbridge/modules/packs"
	"wardbridge/tenants"
)

// What a publication is refused for, in the order in which a report says it.
var (
	ErrEmpty          = fault.New(fault.Conflict, "card_empty", "This card has no lines. Add lines, or import them from a file.")
	ErrStartsInPast   = fault.New(fault.Conflict, "starts_in_past", "A version starts on a day to come, so that no shift that was priced changes its price.")
	ErrSecondApprover = fault.New(fault.Conflict, "second_approver_missing", "A second person publishes a card: somebody who did not prepare or submit it.")
	ErrInexact        = fault.New(fault.Conflict, "rate_not_exact", "Rates of this card are written in more than one way. Write pounds with a decimal point and at most four places.")
	ErrGrade          = fault.New(fault.Conflict, "grade_unknown", "A line names a grade that is in no list. Choose one from the list.")
	ErrOverlap        = fault.New(fault.Conflict, "lines_overlap", "Two lines give a rate to the same work. Keep one of them.")
	ErrRoute          = fault.New(fault.Conflict, "vat_route_wrong", "A line cannot occur the way it is engaged. Change its engagement, its margin or its VAT.")
	ErrUnderMinimum   = fault.New(fault.Conflict, "under_minimum_wage", "A line pays less than the National Living Wage. Raise its pay.")
	ErrParityLower    = fault.New(fault.Conflict, "pay_after_12_weeks_lower", "A line pays less after 12 weeks than before. Raise the pay after 12 weeks, or leave it out.")
	ErrAboveCap       = fault.New(fault.Conflict, "above_cap", "A line charges more than the price cap. Lower its charge.")
	ErrGap            = fault.New(fault.Conflict, "rate_gap", "Work that you ask for has no rate. Add lines for it.")
)

// Cap is the most that may be charged for an hour of a class, before VAT.
type Cap struct {
	Zone  string // of packs.Zones
	Grade string
	Class Band // core, low or high
	Rate  money.Rate
}

// Subject is everything that a version is checked against. Nothing of it is read
// while checking.
type Subject struct {
	Card    Card       // with its lines
	By      string     // the id of who would publish it; empty: nobody yet
	Today   civil.Date // of the employer
	Before  []Entry    // the version that it takes the place of
	Others  []Standing // other cards in force on its first day or later
	Grades  map[string]packs.Grade
	Groups  map[string]packs.StaffGroup
	Sites   map[tenants.ID]string
	Zones   map[tenants.ID]string // of the employer's sites
	Minimum money.Rate            // the National Living Wage on its first day
	Caps    []Cap                 // on its first day
	Work    []Used                // what the employer asks for
}

// Standing is a line of another card of the employer.
type Standing struct {
	Card  string
	Scope Scope
	From  civil.Date
	To    civil.Date // its last day, or none
	Entry
}

// Flaw is one thing that is wrong with a version.
type Flaw struct {
	Kind *fault.Fault
	Line int    // from 1; zero: the whole card
	Text string // a sentence that names the way out
}

// Report is what is wrong with a version; none: it can be published.
type Report struct {
	Title string
	Flaws []Flaw
	Gaps  []Gap // all of them, those among the flaws too
}

// Check holds a version against everything it must keep to. It reads nothing and
// costs about a microsecond a line.
func Check(s Subject) Report {
	c := checking{Subject: s, Report: Report{Title: fmt.Sprintf("%s, version %d", s.Card.Name, s.Card.Version)}}
	c.life()
	for _, look := range []func(int, *Entry){c.exact, c.grade, nil, c.route, c.minimum, c.parity, c.cap} {
		if look == nil {
			c.overlaps()
			continue
		}
		for i := range s.Card.Lines {
			look(i+1, &s.Card.Lines[i])
		}
	}
	c.Gaps = Gaps(s)
	for _, g := range c.Gaps {
		if g.Blocks {
			c.flaw(ErrGap, 0, g.sentence(s))
		}
	}
	return c.Report
}

type checking struct {
	Subject
	Report
	caps  map[Cap]money.Rate
	zones []string // that a line for no site must keep to
}

func (c *checking) flaw(kind *fault.Fault, line int, text string) {
	c.Flaws = append(c.Flaws, Flaw{kind, line, text})
}

// life is what is wrong with the version as a whole.
func (c *checking) life() {
	if len(c.Card.Lines) == 0 {
		c.flaw(ErrEmpty, 0, ErrEmpty.Text)
	}
	if !c.Card.ValidFrom.After(c.Today) {
		c.flaw(ErrStartsInPast, 0, fmt.Sprintf("The first day is %s and today is %s. Choose a day from %s on.", c.Card.ValidFrom.Text(), c.Today.Text(), c.Today.AddDays(1).Text()))
	}
	if c.By != "" && slices.Contains(c.Card.Hands, c.By) {
		c.flaw(ErrSecondApprover, 0, "This version was prepared, changed or submitted by you, so you cannot publish it too. Ask a colleague who may publish rate cards.")
	}
}

// exact refuses rates that were kept as they were written.
func (c *checking) exact(n int, l *Entry) {
	for _, column := range rateColumns {
		text, kept := l.Written[column]
		if !kept {
			continue
		}
		name := strings.ToLower(heading(column))
		if strings.Contains(text, ",") {
			c.flaw(ErrInexact, n, fmt.Sprintf("The %s %s has a comma for a decimal point. Write %s.", name, text, strings.Replace(text, ",", ".", 1)))
		} else {
			c.flaw(ErrInexact, n, fmt.Sprintf("The %s %s has more than four places. Shorten it.", name, text))
		}
	}
}

func (c *checking) grade(n int, l *Entry) {
	if g, known := c.Grades[l.Grade]; l.Grade != "" && !known {
		c.flaw(ErrGrade, n, "There is no grade "+l.Grade+". Choose one from the list.")
	} else if known && l.StaffGroup != "" && l.StaffGroup != g.StaffGroup {
		c.flaw(ErrGrade, n, g.Name+" is not a grade of "+c.group(l.StaffGroup)+". Leave the staff group empty, or choose another grade.")
	}
}

// overlaps finds lines of one key on the card itself and on other cards of the
// same scope whose days meet.
func (c *checking) overlaps() {
	first := make(map[key]int, len(c.Card.Lines))
	for i := range c.Card.Lines {
		l := &c.Card.Lines[i]
		if at, twice := first[l.key()]; twice {
			c.flaw(ErrOverlap, i+1, fmt.Sprintf("Line %d gives %s a rate already. Keep one of the two.", at, c.about(l)))
			continue
		}
		first[l.key()] = i + 1
	}
	for i := range c.Others {
		o := &c.Others[i]
		if at, meets := first[o.key()]; meets && o.Scope == c.Card.Scope() && (o.To.IsZero() || !o.To.Before(c.Card.ValidFrom)) {
			c.flaw(ErrOverlap, at, fmt.Sprintf("The card %s gives %s a rate in those days already. Take the line off one of the two cards.", o.Card, c.about(&o.Entry)))
		}
	}
}

// minimum holds the pay against the National Living Wage of the first day.
func (c *checking) minimum(n int, l *Entry) {
	for _, pay := range []struct {
		column string
		rate   money.Rate
	}{{"pay_max", l.PayMax}, {"pay_after_12_weeks", l.PayAfter12}} {
		_, unread := l.Written[pay.column]
		if unread || pay.column == "pay_after_12_weeks" && pay.rate.IsZero() || pay.rate.Cmp(c.Minimum) >= 0 {
			continue
		}
		c.flaw(ErrUnderMinimum, n, fmt.Sprintf("The %s of %s is %s an hour, and the National Living Wage on %s is %s. Pay %s or more.",
			strings.ToLower(heading(pay.column)), c.about(l), pay.rate.Text(), c.Card.ValidFrom.Text(), c.Minimum.Text(), c.Minimum.Text()))
	}
}

// parity refuses pay for after the qualifying weeks that is below the pay before.
func (c *checking) parity(n int, l *Entry) {
	if !l.PayAfter12.IsZero() && l.PayAfter12.Cmp(l.PayMax) < 0 {
		c.flaw(ErrParityLower, n, fmt.Sprintf("The pay of %s after 12 weeks is %s an hour and before it %s. Pay %s or more, or leave it out.", c.about(l), l.PayAfter12.Text(), l.PayMax.Text(), l.PayMax.Text()))
	}
}

// cap holds what a line may charge against the cap of its hours. Bank
// staff are outside the caps.
func (c *checking) cap(n int, l *Entry) {
	if c.caps == nil {
		c.caps = make(map[Cap]money.Rate, len(c.Caps))
		for _, cap := range c.Caps {
			c.caps[Cap{Zone: cap.Zone, Grade: cap.Grade, Class: cap.Class}] = cap.Rate
		}
		if c.zones = slices.Sorted(maps.Values(c.Zones)); len(c.zones) == 0 {
			c.zones = []string{packs.OutsideLondon}
		}
		c.zones = slices.Compact(c.zones)
	}
	if l.Engagement == Bank {
		return
	}
	class := l.key().band
	cap, zone := c.lowest(l, class)
	if most := l.MostCharged(); zone != "" && most.Cmp(cap) > 0 {
		c.flaw(ErrAboveCap, n, fmt.Sprintf("%s may be charged at %s an hour, and the cap for %s hours %s is %s: %s too much.",
			capital(c.about(l)), most.Text(), class, packs.InZone(zone), cap.Text(), most.Sub(cap).Text()))
	}
}

// lowest is the cap that a line must keep to, with its zone: that of its site, or
// the lowest of all sites, since a line for no site counts at each of them. No zone:
// none is loaded.
func (c *checking) lowest(l *Entry, class Band) (lowest money.Rate, zone string) {
	zones := c.zones
	if own, known := c.Zones[l.SiteID]; known {
		zones = []string{own}
	}
	for _, in := range zones {
		if rate, capped := c.caps[Cap{Zone: in, Grade: l.Grade, Class: class}]; capped && (zone == "" || rate.Cmp(lowest) < 0) {
			lowest, zone = rate, in
		}
	}
	return lowest, zone
}

// Fault is the refusal of a publication, or nil: the first flaw's code and
// sentence, and every flaw with its line.
func (r Report) Fault() error {
	if len(r.Flaws) == 0 {
		return nil
	}
	refused := r.Flaws[0].Kind
	if r.Flaws[0].Line == 0 {
		refused = refused.Saying(r.Flaws[0].Text)
	}
	for _, f := range r.Flaws[:min(len(r.Flaws), 100)] {
		name := "card"
		if f.Line > 0 {
			name = fmt.Sprintf("lines.%d", f.Line-1)
		}
		refused = refused.With(fault.Field{Name: name, Code: f.Kind.Code, Text: f.Where() + f.Text})
	}
	return refused
}

// Where begins a sentence about a line.
func (f Flaw) Where() string {
	if f.Line == 0 {
		return ""
	}
	return fmt.Sprintf("Line %d: ", f.Line)
}

// String is the report in plain words.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, r.Title)
	if len(r.Flaws) == 0 {
		fmt.Fprintln(&b, "Nothing is wrong. It can be published.")
	} else {
		fmt.Fprintln(&b, "It cannot be published:")
	}
	for _, f := range r.Flaws {
		fmt.Fprintf(&b, "- %s%s [%s]\n", f.Where(), f.Text, f.Kind.Code)
	}
	return b.String()
}

// concession are the staff groups whose supply by an employment business may be
// exempt: nurses and midwives with their auxiliaries, and doctors as deputies.
var concession = map[string]bool{"nursing": true, "hca": true, "medical": true}

// route refuses what cannot occur with a line's engagement; doc.go says the rule
// and why.
func (c *checking) route(n int, l *Entry) {
	group := c.groupOf(l)
	refuse := func(text string, args ...any) { c.flaw(ErrRoute, n, capital(fmt.Sprintf(text, args...))) }
	who := c.about(l)
	switch l.Engagement {
	case Bank:
		if c.Card.Scope() != (Scope{}) || !l.CommissionMax.IsZero() || !l.Margin.IsZero() || len(l.TierUplifts) > 0 {
			refuse("%s: no agency stands between the trust and its bank. Leave out commission, margin and tier uplifts, and put the line on a card for no agency and no framework.", who)
		}
		c.outside(n, l, who)
	case Direct:
		if !l.Margin.IsZero() || !l.ChargeMax.IsZero() {
			refuse("%s: the trust pays the worker itself and the agency charges its commission alone. A margin on the pay or a maximum charge would bring VAT onto the pay. Give a commission an hour instead.", who)
		}
		c.outside(n, l, who)
	case Umbrella:
		if l.VAT == "E" {
			refuse("%s: an umbrella company cannot use the nursing agencies' concession, so its supply is standard rated. Write S, or leave the VAT empty.", who)
		}
	case PSCOutside, PSCInside:
		if l.VAT == "E" && group != "medical" {
			refuse("%s: a company supplies its worker at the standard rate; the concession is for employment businesses. Write S, or leave the VAT empty.", who)
		}
	case AnyEngagement:
		if l.VAT != "" {
			refuse("%s: the engagement decides the VAT, and this line is for any. Leave the VAT empty, or write a line for each engagement.", who)
		}
	case PAYE:
		if l.VAT == "E" && group != "" && !concession[group] {
			refuse("%s: this supply is standard rated; only nursing and doctors can be exempt. Write S, or leave the VAT empty.", who)
		}
	}
}

// outside refuses VAT on pay that the trust pays itself.
func (c *checking) outside(n int, l *Entry, who string) {
	if l.VAT == "S" || l.VAT == "E" {
		c.flaw(ErrRoute, n, capital(fmt.Sprintf("%s: pay that the trust pays itself is outside the scope of VAT. Write O, or leave the VAT empty.", who)))
	}
}
