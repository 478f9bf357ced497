package rates

import (
	"wardbridge/internal/civil"
	"wardbridge/internal/money"
)

// Cap is the most that an hour in one band may be charged, before VAT. The
// version in force on the date of the shift is the one that counts, of the zone
// in which the work is done.
type Cap struct {
	Row
	Until civil.Date // the first day on which it counts no more; none: it stands
	Zone  string
	Band  Band
	Rate  money.Rate
}

// Limit is a dated hourly rate that something is held against.
type Limit struct {
	Row
	Rate money.Rate
}

// CapTest holds one pay line against the cap of its band.
type CapTest struct {
	Line   int        `json:"line"` // its place in the lines of the shift
	Band   Band       `json:"band"`
	Charge money.Rate `json:"charge"` // all that an hour of the line costs before VAT, expenses aside
	Cap    money.Rate `json:"cap"`
	Over   money.Rate `json:"over,omitzero"` // how much the charge is above the cap
	Row    *Row       `json:"row"`
}

// LimitTest holds a rate against a limit. It is empty when none was in force.
type LimitTest struct {
	Rate  money.Rate `json:"rate"`
	Limit money.Rate `json:"limit"`
	Row   *Row       `json:"row"`
}

// Below reports a rate under its limit, as of the minimum wage.
func (t *LimitTest) Below() bool { return t.Row != nil && t.Rate.Cmp(t.Limit) < 0 }

// Reached reports a rate at its limit or above, as of a chief executive's
// signature.
func (t *LimitTest) Reached() bool { return t.Row != nil && t.Rate.Cmp(t.Limit) >= 0 }

// OverCap is the test that is furthest above its cap, or nil.
func (s *ShiftQuote) OverCap() (worst *CapTest) {
	for i := range s.Caps {
		if t := &s.Caps[i]; !t.Over.IsZero() && (worst == nil || t.Over.Cmp(worst.Over) > 0) {
			worst = t
		}
	}
	return worst
}

// limits holds the shift against the caps, the minimum wage and the charge
// from which the chief executive signs. It runs before expenses are added.
func (b *Book) limits(w *Work, s *ShiftQuote, duties *duties) {
	caps := b.Caps[w.Grade]
	if !duties.capped {
		caps = nil
	}
	spread := b.spreadOf(w, s)
	fees := w.Commission.Add(w.FrameworkFee.Rate).Add(w.DirectFee.Rate)
	var lowest *Line
	for i := range s.Lines {
		line := &s.Lines[i]
		if line.Kind != Pay {
			break
		}
		if lowest == nil || line.Rate.Cmp(lowest.Rate) < 0 {
			lowest = line
		}
		charge := spread.hour(line).Add(fees)
		if charge.Cmp(s.Highest) > 0 {
			s.Highest = charge
		}
		if c := capOn(caps, w.Zone, line.Band, s); c != nil {
			test := CapTest{Line: i, Band: line.Band, Charge: charge, Cap: c.Rate, Row: &c.Row}
			if charge.Cmp(c.Rate) > 0 {
				test.Over = charge.Sub(c.Rate)
			}
			s.Caps = append(s.Caps, test)
		}
	}
	if lowest == nil {
		s.Highest = s.Net.PerHour(s.Minutes) // a session has no pay lines
	}
	if least := inForce(b.MinimumWage, s.Date); least != nil && duties.wages && lowest != nil {
		s.Wage = LimitTest{lowest.Rate, least.Rate, &least.Row}
	}
	if most := inForce(b.SignOff, s.Date); most != nil {
		s.SignOff = LimitTest{s.Highest, most.Rate, &most.Row}
	}
}

// HourlyCharges are what an hour of each band of a priced shift costs before VAT,
// expenses aside: the highest where a band has several lines.
func (b *Book) HourlyCharges(w *Work, s *ShiftQuote) map[Band]money.Rate {
	spread, fees, of := b.spreadOf(w, s), w.Commission.Add(w.FrameworkFee.Rate).Add(w.DirectFee.Rate), map[Band]money.Rate{}
	for i := range s.Lines {
		line := &s.Lines[i]
		if line.Kind != Pay {
			break
		}
		if charge := spread.hour(line).Add(fees); charge.Cmp(of[line.Band]) > 0 {
			of[line.Band] = charge
		}
	}
	return of
}

func (c *Cap) row() *Row { return &c.Row }

func capOn(caps []Cap, zone string, band Band, s *ShiftQuote) (found *Cap) {
	for i := range caps {
		c := &caps[i]
		if c.Zone == zone && c.Band == band && !c.From.After(s.Date) && (c.Until.IsZero() || s.Date.Before(c.Until)) && (found == nil || c.supersedes(&found.Row)) {
			found = c
		}
	}
	return found
}

// spread says how on-costs lie over the hours of a shift: as a factor upon
// factor under flat, in proportion to pay under weekly.
type spread struct {
	by, per int64
}

// spreadOf reads the shares off the shift's own lines.
func (b *Book) spreadOf(w *Work, s *ShiftQuote) spread {
	if b.OnCosts == Weekly {
		pay := int64(s.Sum(Pay, Supplement))
		return spread{pay + int64(s.Sum(HolidayPay, EmployerNI, Pension, Levy)), max(pay, 1)}
	}
	holiday, costs := int64(million), int64(million)
	for i := range s.Lines {
		switch line := &s.Lines[i]; line.Kind {
		case HolidayPay:
			holiday += millionths(line.Factor)
		case EmployerNI, Pension, Levy:
			costs += millionths(line.Factor)
		}
	}
	return spread{holiday * costs, million * million}
}

// hour is what an hour of a pay line comes to with its supplement and on-costs,
// rounded half up to four places once.
func (p spread) hour(line *Line) money.Rate {
	exact := tenThousandths(line.Rate)*millionths(line.Factor) + tenThousandths(line.Supplement)*million
	if p.per == million*million {
		return rateOf(money.RoundHalfUp(exact, p.by, million*million*million))
	}
	return rateOf(money.RoundHalfUp(exact, p.by, p.per*million))
}

const million = 1_000_000

// millionths is a factor as a whole number, for arithmetic that must not round
// on the way.
func millionths(f money.Factor) int64 { return int64(money.Pence(million).Times(f)) }

// tenThousandths is a rate as a whole number.
func tenThousandths(r money.Rate) int64 { return int64(money.Pay(r, money.One, 6000)) }

func rateOf(tenThousandths int64) money.Rate { return money.Pence(tenThousandths).PerHour(6000) }
